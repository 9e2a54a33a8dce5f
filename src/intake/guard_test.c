/*
 * guard_test.c: every disaster of tests/guard/disasters.rows is run, and the dirty packages of ../shared. Persons
 * made up.
 */
#include "base.h"

#include <cmocka.h>

#include "guard_test_kit.h"

/* ---- the world: the board was imported, its shape is the last accepted one ---- */

struct guarded {
	struct kit_import w;
	struct nk_buf shape;
	struct nk_source last;
	uint64_t last_count;
};

static void guarded_done(struct guarded *g)
{
	nk_buf_done(&g->shape);
	kit_world_done(&g->w);
}

static void accept(struct guarded *g, const struct nk_roster *r, nk_date today)
{
	struct nk_err err = { 0 };

	kit_write_down(&g->w, kit_look(&g->w, r, today), today);
	nk_buf_reset(&g->shape);
	kit_ok(nk_shape_print(r, &g->shape, &err), &err);
	g->last = (struct nk_source){ .id = g->w.k.source,
		.name = NK_STR("kit"),
		.format = NK_STR("oneroster"),
		.last_shape = nk_buf_bytes(&g->shape) };
	g->last_count = r->n_persons;
}

static void guarded_new(struct guarded *g)
{
	kit_world_new(&g->w);
	nk_buf_init(&g->shape, 1 << 20);
}

struct judged {
	enum nk_verdict verdict;
	const struct nk_guard_finding *list;
	size_t n;
};

static struct judged judge(struct guarded *g, const struct disaster *d, nk_date today)
{
	const unsigned month = nk_date_split(today).month;
	const struct nk_guard_source_input in = { .roster = &d->roster,
		.changes = kit_look(&g->w, &d->roster, today),
		.people = g->last.name.len > 0 ? g->w.people : NULL,
		.last = g->last.name.len > 0 ? &g->last : NULL,
		.past = { .left_in_window = d->left_in_window, .seen_days = d->seen_days },
		.last_count = g->last_count,
		.turn = month == 4 ? NK_TURN_GREAT : NK_TURN_NONE,
		.sentinels = d->sentinels,
		.n_sentinels = d->sentinels[0].len > 0 ? 1 : 0,
		.expected_year = d->expected_year };
	struct nk_guard_limits limits;
	struct nk_guard_verdict v;
	struct judged j = { .verdict = NK_VERDICT_FREE };
	struct nk_err err = { 0 };

	nk_guard_limits_default(&limits);
	kit_ok(nk_guard_source(&in, &limits, g->w.arena, &v, &err), &err);
	j.verdict = v.worst;
	j.list = v.findings;
	j.n = v.n;
	return j;
}

static bool spoke(const struct judged *j, struct nk_str rule, enum nk_verdict verdict)
{
	for (size_t i = 0; i < j->n; i++) {
		if (nk_str_eq(nk_str_c(j->list[i].rule), rule) && j->list[i].verdict == verdict) {
			return true;
		}
	}
	return false;
}

static struct nk_str next_word(struct nk_str *line)
{
	struct nk_str word = NK_STR("");

	while (line->len > 0 && line->ptr[0] == ' ') {
		*line = nk_str_sub(*line, 1, line->len);
	}
	(void)nk_str_cut(line, ' ', &word);
	return word;
}

static enum nk_verdict verdict_of(struct nk_str word)
{
	return nk_str_eq(word, NK_STR("stopped"))     ? NK_VERDICT_STOPPED
		: nk_str_eq(word, NK_STR("approval")) ? NK_VERDICT_APPROVAL
						      : NK_VERDICT_FREE;
}

static void run_row(struct guarded *g, struct nk_str line)
{
	struct disaster d = { .arena = g->w.arena, .roster = board(g->w.arena), .expected_year = 2026 };
	const struct nk_str name = next_word(&line);
	const struct nk_str date = next_word(&line);
	const struct nk_str how = next_word(&line);
	const struct nk_str rule = next_word(&line);
	const enum nk_verdict wanted = verdict_of(nk_str_trim(line));
	struct judged j;
	nk_date today = 0;
	bool made = false;

	assert_true(nk_date_parse(date, &today));
	for (size_t i = 0; i < NK_ARRAY_LEN(makers); i++) {
		if (nk_str_eq(nk_str_c(makers[i].word), how)) {
			makers[i].make(&d);
			made = true;
		}
	}
	j = judge(g, &d, today);
	if (!made || j.verdict != wanted || (wanted == NK_VERDICT_FREE ? j.n != 0 : !spoke(&j, rule, wanted))) {
		for (size_t i = 0; i < j.n; i++) {
			print_message("  %s %.*s %llu %llu\n", j.list[i].rule, NK_FMT(j.list[i].cell),
				j.list[i].figure, j.list[i].limit);
		}
		fail_msg("%.*s: verdict %d, wanted %d by %.*s", NK_FMT(name), (int)j.verdict, (int)wanted,
			NK_FMT(rule));
	}
}

static void every_disaster_of_the_rows_is_judged_as_it_says(void **state)
{
	NK_OWNED(guarded_done) struct guarded g = { 0 };
	NK_OWNED(nk_buf_done) struct nk_buf rows = { 0 };
	struct nk_roster base;
	struct nk_str rest;
	struct nk_str line;
	struct nk_err err = { 0 };
	size_t n = 0;

	(void)state;
	guarded_new(&g);
	base = board(g.w.arena);
	accept(&g, &base, kit_day("2026-04-02"));
	nk_buf_init(&rows, 1 << 16);
	kit_ok(nk_env_read_all(nk_os_env(), NK_SOURCE_DIR "/tests/guard/disasters.rows", 1 << 16, &rows, &err), &err);
	rest = nk_buf_str(&rows);
	while (nk_str_cut(&rest, '\n', &line)) {
		if (line.len > 0 && line.ptr[0] != '#') {
			run_row(&g, line);
			n++;
		}
	}
	assert_true(n >= 20);
}

static void the_first_file_of_a_source_is_free(void **state)
{
	NK_OWNED(guarded_done) struct guarded g = { 0 };
	struct disaster d;
	struct judged j;

	(void)state;
	guarded_new(&g);
	d = (struct disaster){ .arena = g.w.arena, .roster = board(g.w.arena), .expected_year = 2026 };
	j = judge(&g, &d, kit_day("2026-10-20"));
	assert_true(j.verdict == NK_VERDICT_FREE && j.n == 0);
	d.roster.n_persons = 0;
	j = judge(&g, &d, kit_day("2026-10-20"));
	assert_true(j.verdict == NK_VERDICT_STOPPED && spoke(&j, NK_STR("S2"), NK_VERDICT_STOPPED));
}

static void a_limit_is_the_last_number_that_is_free(void **state)
{
	NK_OWNED(guarded_done) struct guarded g = { 0 };
	struct nk_roster base;
	struct judged j;

	(void)state;
	guarded_new(&g);
	base = board(g.w.arena);
	accept(&g, &base, kit_day("2026-04-02"));
	/* 2 % of 576 is 11.5: eleven may leave, spread over the schools so that no small cell speaks. */
	for (unsigned gone = 11; gone <= 12; gone++) {
		struct disaster d = { .arena = g.w.arena, .roster = board(g.w.arena), .expected_year = 2026 };
		size_t n = 0;

		for (size_t i = 0; i < PERSONS; i++) {
			if (i % 40 != 0 || i / 40 >= gone) {
				d.roster.persons[n++] = d.roster.persons[i];
			}
		}
		d.roster.n_persons = n;
		j = judge(&g, &d, kit_day("2026-10-20"));
		assert_true(j.verdict == (gone == 11 ? NK_VERDICT_FREE : NK_VERDICT_APPROVAL));
	}
}

/* One person leaves, which is free; when nobody may lose that one, it stops. */
static void a_protected_person_is_not_lost_by_a_file(void **state)
{
	NK_OWNED(guarded_done) struct guarded g = { 0 };
	const nk_date today = kit_day("2026-10-20");
	struct nk_guard_limits limits;
	struct nk_roster base;
	struct nk_roster fewer;

	(void)state;
	guarded_new(&g);
	nk_guard_limits_default(&limits);
	base = board(g.w.arena);
	accept(&g, &base, kit_day("2026-04-02"));
	fewer = board(g.w.arena);
	fewer.n_persons--;
	for (size_t kept = 0; kept < 2; kept++) {
		const struct nk_str login = base.persons[PERSONS - 1].field[NK_FIELD_LOGIN];
		const struct nk_guard_source_input in = { .roster = &fewer,
			.changes = kit_look(&g.w, &fewer, today),
			.people = g.w.people,
			.last = &g.last,
			.protected_logins = &login,
			.n_protected = kept,
			.last_count = g.last_count,
			.expected_year = 2026 };
		struct nk_guard_verdict v;
		struct judged j;
		struct nk_err err = { 0 };

		kit_ok(nk_guard_source(&in, &limits, g.w.arena, &v, &err), &err);
		j = (struct judged){ .list = v.findings, .n = v.n };
		assert_true(v.worst == (kept == 0 ? NK_VERDICT_FREE : NK_VERDICT_STOPPED));
		assert_true(spoke(&j, NK_STR("S8"), NK_VERDICT_STOPPED) == (kept == 1));
	}
}

static void a_broken_shape_stops_as_corrupt(void **state)
{
	static const char *const shapes[] = { "{", "{}",
		"{\"cells\":[[\"a\",\"b\",\"c\",\"d\"]],\"persons\":1,\"schoolYear\":2026}",
		"{\"cells\":[[\"a\",\"b\",\"c\",\"d\",-1]],\"persons\":1,\"schoolYear\":2026}" };
	NK_OWNED(guarded_done) struct guarded g = { 0 };
	struct nk_guard_limits limits;
	struct nk_roster r;

	(void)state;
	guarded_new(&g);
	nk_guard_limits_default(&limits);
	r = board(g.w.arena);
	for (size_t i = 0; i < NK_ARRAY_LEN(shapes); i++) {
		const struct nk_source last = { .last_shape = nk_str_bytes(nk_str_c(shapes[i])) };
		const struct nk_guard_source_input in = { .roster = &r,
			.changes = kit_look(&g.w, &r, kit_day("2026-10-20")),
			.last = &last,
			.expected_year = 2026 };
		struct nk_guard_verdict verdict;
		struct nk_err err = { 0 };

		assert_true(!nk_ok(nk_guard_source(&in, &limits, g.w.arena, &verdict, &err)));
	}
}

/* ---- ../shared ---- */

static struct kit_read shared(const char *name)
{
	char path[512];
	struct kit_read r;

	assert_true(kit_shared(name, path));
	r = kit_read_path(path, (struct kit_read_options){ .strict = false });
	kit_ok(r.rc, &r.err);
	return r;
}

static void the_dirty_packages_are_stopped_and_a_true_april_is_not(void **state)
{
	static const struct {
		const char *name, *rule;
	} files[] = { { "dirty/zips/all-ids-changed.zip", "S5" },
		{ "dirty/zips/all-ids-changed-master-kept.zip", "S5" }, { "dirty/zips/one-school-missing.zip", "S3" },
		{ "dirty/zips/half-the-people-missing.zip", "S6" } };
	NK_OWNED(kit_read_done) struct kit_read autumn = { 0 };
	NK_OWNED(kit_read_done) struct kit_read april = { 0 };
	NK_OWNED(guarded_done) struct guarded g = { 0 };
	struct disaster d = { .expected_year = 2026 };
	struct judged j;
	char path[512];

	(void)state;
	if (!kit_shared("japan/changes.csv", path)) {
		kit_skip(__func__);
		return;
	}
	autumn = shared("japan/2025-11_k12-1.0.zip");
	april = shared("japan/2026-04_k12-1.0.zip");
	guarded_new(&g);
	accept(&g, autumn.roster, kit_day("2025-11-04"));
	d.roster = *april.roster;
	j = judge(&g, &d, kit_day("2026-04-03"));
	assert_true(j.verdict == NK_VERDICT_FREE && j.n == 0);
	accept(&g, april.roster, kit_day("2026-04-03"));
	for (size_t i = 0; i < NK_ARRAY_LEN(files); i++) {
		struct kit_read r = shared(files[i].name);

		d.roster = *r.roster;
		j = judge(&g, &d, kit_day("2026-04-10"));
		if (j.verdict != NK_VERDICT_STOPPED || !spoke(&j, nk_str_c(files[i].rule), NK_VERDICT_STOPPED)) {
			fail_msg("%s is not stopped by %s", files[i].name, files[i].rule);
		}
		kit_read_done(&r);
	}
	d.roster = *autumn.roster;
	j = judge(&g, &d, kit_day("2026-04-10"));
	assert_true(j.verdict == NK_VERDICT_STOPPED && spoke(&j, NK_STR("S4"), NK_VERDICT_STOPPED));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_disaster_of_the_rows_is_judged_as_it_says),
		cmocka_unit_test(the_first_file_of_a_source_is_free),
		cmocka_unit_test(a_limit_is_the_last_number_that_is_free),
		cmocka_unit_test(a_protected_person_is_not_lost_by_a_file),
		cmocka_unit_test(a_broken_shape_stops_as_corrupt),
		cmocka_unit_test(the_dirty_packages_are_stopped_and_a_true_april_is_not),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
