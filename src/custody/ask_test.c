/*
 * ask_test.c: the one question, on the seeds as fixtures (reference/controls.md §9), and where it must not be too sure.
 */
#include "base.h"

#include <cmocka.h>

#include "custody.h"

#include "kit_store.h"

struct world {
	struct kit_store k;
	struct nk_arena *arena;
	struct nk_uuid warrant;
};

enum { SCHOOL_A = 1, VENDOR, SCHOOL_B, ANYONE, SCAMMER, ATTACKER, FINDER, OFFICER, PARTIES };

static const char *const party_names[PARTIES] = { "", "school A", "vendor maintenance", "school B", "anyone on the web",
	"remote scammer", "attacker", "finder", "officer" };

static void world_done(struct world *w)
{
	nk_arena_free(&w->arena);
	kit_store_done(&w->k);
}

/* "23-08-20 10:00" as UTC. */
static nk_time at(const char *text)
{
	char full[32];
	nk_time t = 0;

	(void)snprintf(full, sizeof(full), "20%.8sT%.5s:00Z", text, text + 9);
	assert_true(nk_time_parse(nk_str_c(full), &t));
	return t;
}

static void world_new(struct world *w)
{
	struct nk_tx *tx = NULL;
	struct nk_err err = { 0 };

	memset(w, 0, sizeof(*w));
	kit_store_new(&w->k);
	kit_ok(nk_arena_new(NK_ARENA_WIPING, 1 << 24, &w->arena, &err), &err);
	w->warrant = kit_uuid(900);
	tx = kit_begin(&w->k);
	for (uint32_t i = 1; i < PARTIES; i++) {
		const struct nk_party p = { .id = kit_uuid(100 + i),
			.kind = i == ANYONE ? NK_STR("anyone") : NK_STR("organisation"),
			.roles = NK_STR("operator"),
			.label = nk_str_c(party_names[i]) };

		kit_ok(nk_party_add(tx, &w->k.label_key, &p, &err), &err);
	}
	const struct nk_warrant order = { .id = w->warrant,
		.kind = NK_STR("order"),
		.verbs = NK_STR("hold"),
		.scope = NK_STR("store"),
		.requester = kit_uuid(100 + SCHOOL_A),
		.signer = kit_uuid(100 + OFFICER),
		.limitation = NK_STR(""),
		.from_at = at("23-01-01 00:00"),
		.until_at = at("24-01-01 00:00"),
		.uses_left = 100,
		.review_on = NK_DATE_NONE };

	kit_ok(nk_warrant_add(tx, &order, &err), &err);
	kit_commit(&tx);
}

struct copy {
	const char *place;
	enum nk_holding_kind kind;
	uint32_t custodian;
	const char *opened;
	struct nk_uuid from;
	uint32_t exact, upper; /* persons 1 … n */
	bool possible;
};

static void put_persons(struct nk_tx *tx, struct nk_uuid id, const struct copy *c)
{
	uint32_t numbers[20000];
	struct nk_err err = { 0 };

	for (uint32_t i = 0; i < NK_ARRAY_LEN(numbers); i++) {
		numbers[i] = i + 1;
	}
	if (c->exact > 0) {
		kit_ok(nk_extent_add(tx, id, NK_ITEM_name, numbers, c->exact, &err), &err);
		kit_ok(nk_extent_add(tx, id, NK_ITEM_login, numbers, (c->exact + 1) / 2, &err), &err);
	}
	if (c->upper > 0) {
		kit_ok(nk_extent_add_upper(tx, id, NK_ITEM_name, numbers, c->upper, &err), &err);
	}
}

/* A copy as the seeds tell of it: what nk_holding_open writes down of its custodian by itself is taken away again. */
static struct nk_uuid copy(struct world *w, const struct copy *c)
{
	const struct nk_holding h = { .kind = c->kind,
		.place = nk_str_c(c->place),
		.custodian = kit_uuid(100 + c->custodian),
		.purpose = NK_STR("fixture"),
		.warrant = w->warrant,
		.derived_from = c->from,
		.opened_at = at(c->opened),
		.expires_at = at("23-12-31 00:00"),
		.possible = c->possible };
	NK_OWNED(nk_stmt_put) struct nk_stmt *s = NULL;
	struct nk_tx *tx = kit_begin(&w->k);
	struct nk_err err = { 0 };
	struct nk_uuid id;

	kit_ok(nk_holding_open(tx, &w->k.label_key, &h, &id, &err), &err);
	kit_ok(nk_stmt_get(w->k.store, "DELETE FROM reach WHERE holding_id = ?1", &s, &err), &err);
	nk_stmt_uuid(s, 1, id);
	kit_ok(nk_stmt_run(s, &err), &err);
	put_persons(tx, id, c);
	kit_commit(&tx);
	return id;
}

static void could(struct world *w, struct nk_uuid id, uint32_t who, const char *from, const char *until, bool allowed)
{
	struct nk_tx *tx = kit_begin(&w->k);
	struct nk_err err = { 0 };
	struct nk_reach r = { .holding = id,
		.party = kit_uuid(100 + who),
		.from_at = at(from),
		.until_at = until == NULL ? 0 : at(until) };

	if (allowed) {
		r.warrant = w->warrant;
	}
	kit_ok(nk_reach_note(tx, &r, &err), &err);
	kit_commit(&tx);
}

static void read_by(struct world *w, struct nk_uuid id, uint32_t who, const char *when)
{
	struct nk_tx *tx = kit_begin(&w->k);
	struct nk_err err = { 0 };

	kit_ok(nk_seen_add(tx, id, kit_uuid(100 + who), at(when), UINT64_MAX, &err), &err);
	kit_commit(&tx);
}

static void log_of(struct world *w, struct nk_uuid id, const char *from, const char *until, bool complete)
{
	const struct nk_coverage c = { .holding = id,
		.from_at = at(from),
		.until_at = at(until),
		.complete = complete,
		.why = complete ? NK_STR("audit log, no sequence number is missing") : NK_STR("no log") };
	struct nk_tx *tx = kit_begin(&w->k);
	struct nk_err err = { 0 };

	kit_ok(nk_coverage_add(tx, &c, &err), &err);
	kit_commit(&tx);
}

/* Gone in some way; `svr` signs that it looked and found nothing (0: nobody did). */
static void gone(struct world *w, struct nk_uuid id, enum nk_gone how, const char *when, uint32_t svr)
{
	struct nk_evidence e = { .kind = NK_STR("said"), .leaf = -1, .at = at(when), .about = NK_STR("") };
	struct nk_tx *tx = kit_begin(&w->k);
	char about[64];
	char text[NK_UUID_TEXT];
	struct nk_err err = { 0 };
	struct nk_uuid evidence;

	if (svr != 0) {
		(void)snprintf(about, sizeof(about), "holding:%s", nk_uuid_print(id, text));
		e.kind = NK_STR("https://in-toto.io/attestation/svr/v0.2");
		e.about = nk_str_c(about);
		e.result = NK_STR("PASSED");
		e.signer = kit_uuid(100 + svr);
	}
	kit_ok(nk_evidence_put(tx, &e, &evidence, &err), &err);
	kit_ok(nk_holding_close(tx, id, how, evidence, kit_uuid(100 + OFFICER), at(when), &err), &err);
	kit_commit(&tx);
}

static const char *when(nk_time t, char text[static 32])
{
	char full[NK_TIME_TEXT];

	if (t == 0) {
		return "-";
	}
	(void)nk_time_print(t, full);
	(void)snprintf(text, 32, "%.8s %.5s", full + 2, full + 11);
	return text;
}

static const char *who(struct nk_uuid party)
{
	for (uint32_t i = 1; i < PARTIES; i++) {
		if (nk_uuid_eq(party, kit_uuid(100 + i))) {
			return party_names[i];
		}
	}
	return "-";
}

static void print(struct world *w, struct nk_uuid id, struct nk_buf *out)
{
	struct nk_ask_row *rows = NULL;
	struct nk_err err = { 0 };
	char since[32];
	char until[32];
	size_t n = 0;

	kit_ok(nk_ask(w->k.store, &w->k.label_key, id, w->arena, &rows, &n, &err), &err);
	for (size_t i = 0; i < n; i++) {
		const struct nk_ask_row *const r = &rows[i];

		kit_ok(nk_buf_printf(out, &err, "%u|%.*s|%llu|%llu|%s|%s|%s|%s|%s|%s\n", r->depth, NK_FMT(r->place),
			       (unsigned long long)r->persons_exact, (unsigned long long)r->persons_max, who(r->party),
			       nk_uuid_is_nil(r->warrant) ? "N" : "y", when(r->since, since), when(r->until, until),
			       r->was_read, nk_ask_gone_text(r->gone, r->possible)),
			&err);
	}
}

static void expect(struct world *w, struct nk_uuid id, const char *want)
{
	NK_OWNED(nk_buf_done) struct nk_buf out = { 0 };
	struct nk_err err = { 0 };

	nk_buf_init(&out, 1 << 20);
	print(w, id, &out);
	kit_ok(nk_buf_add(&out, "", 1, &err), &err);
	assert_string_equal((const char *)out.ptr, want);
}

static const struct nk_uuid none = { { 0 } };

static void the_seeds_answer_as_they_are_printed_in_the_reference(void **state)
{
	NK_OWNED(world_done) struct world w = { 0 };

	(void)state;
	world_new(&w);
	const struct nk_uuid registry = copy(&w,
		&(struct copy){ "registry at A", NK_HOLDING_store, SCHOOL_A, "23-04-01 09:00", none, 1200, 0, false });
	const struct nk_uuid residue = copy(&w,
		&(struct copy){ "residue at A", NK_HOLDING_residue, SCHOOL_A, "23-04-20 10:00", registry, 1200, 0, false });
	const struct nk_uuid bundle = copy(&w,
		&(struct copy){ "bundle at the vendor", NK_HOLDING_bundle, VENDOR, "23-05-10 10:00", residue, 1200, 0, false });
	const struct nk_uuid program = copy(&w,
		&(struct copy){ "program at B", NK_HOLDING_package, SCHOOL_B, "23-06-01 10:00", bundle, 1200, 0, false });

	could(&w, registry, SCHOOL_A, "23-04-01 09:00", NULL, true);
	could(&w, bundle, VENDOR, "23-05-10 10:00", NULL, false);
	could(&w, program, SCHOOL_B, "23-06-01 10:00", "23-07-20 10:00", false);
	gone(&w, residue, NK_GONE_VERIFIED, "23-08-10 10:00", VENDOR);
	gone(&w, bundle, NK_GONE_UNVERIFIED, "23-07-25 09:00", 0);
	/* The vendor's officer looked at the bundle on paper only: checked, and not verified. */
	expect(&w, registry,
		"0|registry at A|1200|1200|school A|y|23-04-01 09:00|-|unknown|open\n"
		"1|residue at A|1200|1200|-|N|-|23-08-10 10:00|unknown|gone, verified\n"
		"2|bundle at the vendor|1200|1200|vendor maintenance|N|23-05-10 10:00|23-07-25 09:00|unknown|gone, UNVERIFIED\n"
		"3|program at B|1200|1200|school B|N|23-06-01 10:00|23-07-20 10:00|unknown|open\n");
}

static void what_others_could_read_is_told_with_its_upper_bound_and_its_end(void **state)
{
	NK_OWNED(world_done) struct world w = { 0 };

	(void)state;
	world_new(&w);
	const struct nk_uuid cache = copy(&w,
		&(struct copy){ "cache, confirm page", NK_HOLDING_temp, SCHOOL_B, "23-06-22 09:30", none, 4, 0, false });
	const struct nk_uuid directory = copy(&w,
		&(struct copy){ "directory", NK_HOLDING_target, SCHOOL_B, "23-04-01 00:00", none, 0, 13434, false });
	const struct nk_uuid memo = copy(&w,
		&(struct copy){ "memo, restaurant", NK_HOLDING_paper, VENDOR, "23-05-01 00:00", none, 12, 0, false });
	const struct nk_uuid set = copy(&w,
		&(struct copy){ "memo set, home?", NK_HOLDING_paper, VENDOR, "23-05-01 00:00", none, 0, 807, true });

	could(&w, cache, ANYONE, "23-06-22 09:30", "23-06-24 18:30", false);
	read_by(&w, cache, FINDER, "23-06-23 12:00");
	gone(&w, cache, NK_GONE_UNVERIFIED, "23-06-24 19:00", 0);
	could(&w, directory, ATTACKER, "23-08-16 00:00", "23-08-16 23:00", false);
	could(&w, memo, FINDER, "23-08-03 00:00", "23-08-10 00:00", false);
	read_by(&w, memo, FINDER, "23-08-03 00:00");
	gone(&w, memo, NK_GONE_LOST, "23-08-11 00:00", 0);
	gone(&w, set, NK_GONE_UNACCOUNTED, "23-08-11 00:00", 0);
	expect(&w, cache,
		"0|cache, confirm page|4|4|anyone on the web|N|23-06-22 09:30|23-06-24 18:30|yes|gone, UNVERIFIED\n");
	expect(&w, directory, "0|directory|0|13434|attacker|N|23-08-16 00:00|23-08-16 23:00|unknown|open\n");
	expect(&w, memo, "0|memo, restaurant|12|12|finder|N|23-08-03 00:00|23-08-10 00:00|yes|lost\n");
	expect(&w, set, "0|memo set, home?|0|807|-|N|-|-|unknown|unaccounted (may never have existed)\n");
}

static struct nk_uuid school_pc(struct world *w)
{
	const struct nk_uuid id = copy(
		w, &(struct copy){ "school PC", NK_HOLDING_terminal, SCHOOL_B, "23-04-01 00:00", none, 0, 900, false });

	could(w, id, SCAMMER, "23-08-20 10:00", "23-08-20 10:10", false);
	return id;
}

#define PC "0|school PC|0|900|remote scammer|N|23-08-20 10:00|23-08-20 10:10|"

static void a_complete_log_over_the_whole_interval_says_no_and_nothing_less_does(void **state)
{
	NK_OWNED(world_done) struct world w = { 0 };

	(void)state;
	world_new(&w);
	const struct nk_uuid pc = school_pc(&w);

	expect(&w, pc, PC "unknown|open\n");
	log_of(&w, pc, "23-08-20 09:00", "23-08-20 10:05", true);
	expect(&w, pc, PC "unknown|open\n"); /* five minutes are missing */
	log_of(&w, pc, "23-08-20 10:06", "23-08-20 12:00", true);
	expect(&w, pc, PC "unknown|open\n"); /* one minute is */
	log_of(&w, pc, "23-08-20 10:05", "23-08-20 10:06", true);
	expect(&w, pc, PC "no|open\n");
	log_of(&w, pc, "23-08-20 10:09", "23-08-20 10:20", false);
	expect(&w, pc, PC "unknown|open\n"); /* a gap that touches it takes the no away */
	read_by(&w, pc, SCAMMER, "23-08-20 10:03");
	expect(&w, pc, PC "yes|open\n");
}

static void a_gap_outside_the_interval_takes_nothing_away(void **state)
{
	NK_OWNED(world_done) struct world w = { 0 };

	(void)state;
	world_new(&w);
	const struct nk_uuid pc = school_pc(&w);

	log_of(&w, pc, "23-08-20 09:00", "23-08-20 12:00", true);
	log_of(&w, pc, "23-08-20 10:10", "23-08-20 11:00", false);
	expect(&w, pc, PC "no|open\n");
}

static void who_can_still_read_it_is_never_told_not_to_have(void **state)
{
	NK_OWNED(world_done) struct world w = { 0 };

	(void)state;
	world_new(&w);
	const struct nk_uuid store = copy(&w,
		&(struct copy){ "store", NK_HOLDING_store, SCHOOL_A, "23-04-01 00:00", none, 3, 0, false });

	could(&w, store, SCHOOL_A, "23-04-01 00:00", NULL, true);
	log_of(&w, store, "23-03-01 00:00", "23-12-01 00:00", true);
	expect(&w, store, "0|store|3|3|school A|y|23-04-01 00:00|-|unknown|open\n");
}

static void a_reading_by_somebody_who_was_not_written_down_is_a_row_of_its_own(void **state)
{
	NK_OWNED(world_done) struct world w = { 0 };

	(void)state;
	world_new(&w);
	const struct nk_uuid pc = school_pc(&w);

	log_of(&w, pc, "23-08-20 09:00", "23-08-20 12:00", true);
	read_by(&w, pc, ATTACKER, "23-08-20 11:00");
	expect(&w, pc,
		PC "no|open\n"
		   "0|school PC|0|900|attacker|N|23-08-20 11:00|23-08-20 11:00|yes|open\n");
}

static void copies_of_copies_are_found_by_both_tables_and_circles_end(void **state)
{
	NK_OWNED(world_done) struct world w = { 0 };
	struct nk_tx *tx = NULL;
	struct nk_err err = { 0 };

	(void)state;
	world_new(&w);
	const struct nk_uuid a = copy(
		&w, &(struct copy){ "a", NK_HOLDING_store, SCHOOL_A, "23-04-01 00:00", none, 3, 0, false });
	const struct nk_uuid b = copy(
		&w, &(struct copy){ "b", NK_HOLDING_export, SCHOOL_A, "23-04-02 00:00", a, 2, 0, false });
	const struct nk_uuid c = copy(
		&w, &(struct copy){ "c", NK_HOLDING_export, SCHOOL_A, "23-04-03 00:00", none, 1, 0, false });

	tx = kit_begin(&w.k);
	kit_ok(nk_derived_add(tx, c, b, &err), &err);
	kit_ok(nk_derived_add(tx, c, b, &err), &err); /* once a pair */
	kit_ok(nk_derived_add(tx, a, c, &err), &err); /* a circle */
	kit_ok(nk_derived_add(tx, c, a, &err), &err); /* and a shorter way */
	kit_ok(nk_derived_add(tx, c, c, &err), &err);
	kit_commit(&tx);
	expect(&w, a,
		"0|a|3|3|-|N|-|-|unknown|open\n"
		"1|b|2|2|-|N|-|-|unknown|open\n"
		"1|c|1|1|-|N|-|-|unknown|open\n");
	expect(&w, b,
		"0|b|2|2|-|N|-|-|unknown|open\n"
		"1|c|1|1|-|N|-|-|unknown|open\n"
		"2|a|3|3|-|N|-|-|unknown|open\n");
}

static void what_the_custodian_alone_says_to_be_gone_is_not_verified(void **state)
{
	NK_OWNED(world_done) struct world w = { 0 };

	(void)state;
	world_new(&w);
	const struct nk_uuid a = copy(
		&w, &(struct copy){ "a", NK_HOLDING_temp, SCHOOL_A, "23-04-01 00:00", none, 1, 0, false });

	gone(&w, a, NK_GONE_UNVERIFIED, "23-05-01 00:00", SCHOOL_A); /* his own summary counts for nothing */
	expect(&w, a, "0|a|1|1|-|N|-|23-05-01 00:00|unknown|gone, UNVERIFIED\n");
}

static void a_holding_that_nobody_knows_is_an_error_and_no_empty_answer(void **state)
{
	NK_OWNED(world_done) struct world w = { 0 };
	struct nk_ask_row *rows = NULL;
	struct nk_err err = { 0 };
	size_t n = 0;

	(void)state;
	world_new(&w);
	kit_fails(nk_ask(w.k.store, &w.k.label_key, kit_uuid(77), w.arena, &rows, &n, &err), NK_NOT_FOUND);
}

static void a_log_without_a_reason_or_an_interval_is_refused(void **state)
{
	NK_OWNED(world_done) struct world w = { 0 };
	struct nk_coverage c = { .from_at = 5, .until_at = 9, .complete = true, .why = NK_STR(" ") };
	struct nk_tx *tx = NULL;
	struct nk_err err = { 0 };

	(void)state;
	world_new(&w);
	c.holding = school_pc(&w);
	tx = kit_begin(&w.k);
	kit_fails(nk_coverage_add(tx, &c, &err), NK_INVALID);
	c.why = NK_STR("log");
	c.until_at = 5;
	kit_fails(nk_coverage_add(tx, &c, &err), NK_INVALID);
	nk_tx_end(&tx);
}

static void who_opens_a_copy_is_written_down_as_one_who_can_read_it(void **state)
{
	NK_OWNED(world_done) struct world w = { 0 };
	struct nk_holding h = { .kind = NK_HOLDING_export,
		.place = NK_STR("x"),
		.purpose = NK_STR("fixture"),
		.expires_at = 0 };
	struct nk_tx *tx = NULL;
	struct nk_err err = { 0 };
	struct nk_uuid id;

	(void)state;
	world_new(&w);
	h.custodian = kit_uuid(100 + SCHOOL_A);
	h.warrant = w.warrant;
	h.opened_at = at("23-04-01 00:00");
	h.expires_at = at("23-05-01 00:00");
	tx = kit_begin(&w.k);
	kit_ok(nk_holding_open(tx, &w.k.label_key, &h, &id, &err), &err);
	kit_ok(nk_reach_open(tx, id, h.custodian, h.opened_at, &err), &err); /* no second one */
	kit_commit(&tx);
	expect(&w, id, "0|x|0|0|school A|y|23-04-01 00:00|-|unknown|open\n");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_seeds_answer_as_they_are_printed_in_the_reference),
		cmocka_unit_test(what_others_could_read_is_told_with_its_upper_bound_and_its_end),
		cmocka_unit_test(a_complete_log_over_the_whole_interval_says_no_and_nothing_less_does),
		cmocka_unit_test(a_gap_outside_the_interval_takes_nothing_away),
		cmocka_unit_test(who_can_still_read_it_is_never_told_not_to_have),
		cmocka_unit_test(a_reading_by_somebody_who_was_not_written_down_is_a_row_of_its_own),
		cmocka_unit_test(copies_of_copies_are_found_by_both_tables_and_circles_end),
		cmocka_unit_test(what_the_custodian_alone_says_to_be_gone_is_not_verified),
		cmocka_unit_test(a_holding_that_nobody_knows_is_an_error_and_no_empty_answer),
		cmocka_unit_test(a_log_without_a_reason_or_an_interval_is_refused),
		cmocka_unit_test(who_opens_a_copy_is_written_down_as_one_who_can_read_it),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
