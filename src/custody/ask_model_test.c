/*
 * ask_model_test.c: the one question against a model that counts everything anew, on worlds made by chance from a seed.
 *
 * Invariant of the model: it keeps what was said (who was opened, who read, which log), and nothing that is derived; a
 * wrong number in a row of the store cannot reach it.
 */
#include "base.h"

#include <cmocka.h>

#include "ask_int.h"

#include "kit_store.h"

enum { COPIES = 24, PARTIES = 6, ANYONE = 0, CLASSES = 3, MANY = 64, WORLDS = 30, STEPS = 260, EDGES = 12, TIMES = 60 };

struct span {
	unsigned party; /* coverage: complete? */
	nk_time from, until;
};
struct spans {
	struct span at[MANY * 4];
	size_t n;
};
struct copy {
	struct nk_uuid id;
	bool parent[COPIES];
	uint64_t exact[CLASSES], upper[CLASSES]; /* persons 0 … 63 as bits */
	struct spans reach, seen, logs;
	unsigned custodian, checked_by; /* checked_by == PARTIES: nobody */
	nk_time opened_at, closed_at;
	enum nk_gone gone;
	bool looked_at[PARTIES]; /* who signed that nothing is there */
};
struct world {
	struct kit_store k;
	struct nk_arena *arena;
	struct nk_uuid warrant;
	uint64_t chance;
	struct copy copies[COPIES];
	size_t n;
};

static unsigned below(struct world *w, unsigned n)
{
	w->chance = w->chance * 6364136223846793005U + 1442695040888963407U;
	return (unsigned)((w->chance >> 33) % n);
}

static struct nk_uuid party(unsigned i)
{
	return kit_uuid(100 + i);
}

static nk_time some_time(struct world *w)
{
	return NK_SECOND * (1000 + (nk_time)below(w, TIMES));
}

static void world_done(struct world *w)
{
	nk_arena_free(&w->arena);
	kit_store_done(&w->k);
}

static void world_new(struct world *w, unsigned seed)
{
	struct nk_warrant order = { .id = kit_uuid(900),
		.kind = NK_STR("order"),
		.verbs = NK_STR("hold"),
		.scope = NK_STR("store"),
		.requester = party(1),
		.signer = party(2),
		.limitation = NK_STR(""),
		.from_at = 1,
		.until_at = NK_SECOND * 100000,
		.uses_left = 100,
		.review_on = NK_DATE_NONE };
	struct nk_tx *tx = NULL;
	struct nk_err err = { 0 };

	memset(w, 0, sizeof(*w));
	kit_store_new(&w->k);
	kit_ok(nk_arena_new(NK_ARENA_PLAIN, 1 << 26, &w->arena, &err), &err);
	w->chance = seed;
	w->warrant = order.id;
	tx = kit_begin(&w->k);
	for (unsigned i = 0; i < PARTIES; i++) {
		const struct nk_party p = { .id = party(i),
			.kind = i == ANYONE && seed % 2 == 0 ? NK_STR("anyone") : NK_STR("organisation"),
			.roles = NK_STR("operator"),
			.label = NK_STR("made up") };

		kit_ok(nk_party_add(tx, &w->k.label_key, &p, &err), &err);
	}
	kit_ok(nk_warrant_add(tx, &order, &err), &err);
	kit_commit(&tx);
}

static void note(struct spans *list, unsigned who, nk_time from, nk_time until)
{
	assert_true(list->n < NK_ARRAY_LEN(list->at));
	list->at[list->n++] = (struct span){ who, from, until };
}

static void open_copy(struct world *w, struct nk_tx *tx)
{
	struct copy *const c = &w->copies[w->n];
	struct nk_holding h = { .kind = NK_HOLDING_temp,
		.place = NK_STR("here"),
		.purpose = NK_STR("model"),
		.warrant = w->warrant,
		.expires_at = NK_SECOND * 90000 };
	struct nk_err err = { 0 };

	c->custodian = below(w, PARTIES);
	c->checked_by = PARTIES;
	c->opened_at = some_time(w);
	h.custodian = party(c->custodian);
	h.opened_at = c->opened_at;
	if (w->n > 0 && below(w, 4) != 0) {
		const unsigned from = below(w, (unsigned)w->n);

		c->parent[from] = true;
		h.derived_from = w->copies[from].id;
	}
	kit_ok(nk_holding_open(tx, &w->k.label_key, &h, &c->id, &err), &err);
	note(&c->reach, c->custodian, c->opened_at, 0);
	w->n++;
}

static bool inside(const struct span *s, nk_time at)
{
	return at >= s->from && (s->until == 0 || at <= s->until);
}

static bool is_anyone(const struct world *w, unsigned who);

static void read_copy(struct world *w, struct copy *c, struct nk_tx *tx)
{
	const unsigned who = below(w, PARTIES);
	const nk_time at = some_time(w);
	struct nk_err err = { 0 };
	bool could = false;

	kit_ok(nk_seen_add(tx, c->id, party(who), at, UINT64_MAX, &err), &err);
	for (size_t i = 0; i < c->reach.n; i++) {
		const struct span *const r = &c->reach.at[i];

		could = could || ((r->party == who || is_anyone(w, r->party)) && inside(r, at));
	}
	if (!could) {
		note(&c->reach, who, at, at);
	}
	note(&c->seen, who, at, at);
}

static void reach_copy(struct world *w, struct copy *c, struct nk_tx *tx)
{
	const unsigned who = below(w, PARTIES);
	struct nk_reach r = { .holding = c->id, .party = party(who), .from_at = some_time(w) };
	struct nk_err err = { 0 };

	r.until_at = below(w, 3) == 0 ? 0 : r.from_at + NK_SECOND * (nk_time)below(w, 20);
	kit_ok(nk_reach_note(tx, &r, &err), &err);
	note(&c->reach, who, r.from_at, r.until_at);
}

static void log_copy(struct world *w, struct copy *c, struct nk_tx *tx)
{
	struct nk_coverage k = { .holding = c->id, .from_at = some_time(w), .complete = below(w, 4) != 0, .why = NK_STR("log") };
	struct nk_err err = { 0 };

	k.until_at = k.from_at + NK_SECOND * (1 + (nk_time)below(w, 50));
	kit_ok(nk_coverage_add(tx, &k, &err), &err);
	note(&c->logs, k.complete ? 1 : 0, k.from_at, k.until_at);
}

static void close_copy(struct world *w, struct copy *c, struct nk_tx *tx)
{
	struct nk_evidence e = { .kind = NK_STR("said"), .leaf = -1, .at = 1, .about = NK_STR("") };
	struct nk_err err = { 0 };
	struct nk_uuid evidence;

	if (c->gone != NK_GONE_OPEN) {
		return;
	}
	c->gone = (enum nk_gone)(1 + below(w, NK_GONE_COUNT - 1));
	c->closed_at = some_time(w);
	c->checked_by = below(w, PARTIES + 1);
	kit_ok(nk_evidence_put(tx, &e, &evidence, &err), &err);
	kit_ok(nk_holding_close(tx, c->id, c->gone, evidence,
		       c->checked_by == PARTIES ? (struct nk_uuid){ { 0 } } : party(c->checked_by), c->closed_at, &err),
		&err);
	for (size_t i = 0; i < c->reach.n; i++) {
		if (c->reach.at[i].until == 0 && (c->gone == NK_GONE_VERIFIED || c->gone == NK_GONE_UNVERIFIED)) {
			c->reach.at[i].until = c->closed_at;
		}
	}
}

static void look_at_copy(struct world *w, struct copy *c, struct nk_tx *tx)
{
	const unsigned who = below(w, PARTIES);
	const bool passed = below(w, 3) != 0;
	char about[NK_HOLDING_ABOUT];
	char text[NK_UUID_TEXT];
	struct nk_evidence e = { .kind = NK_STR("https://in-toto.io/attestation/svr/v0.2"),
		.leaf = -1,
		.at = 1,
		.about = { about, 0 },
		.result = passed ? NK_STR("PASSED") : NK_STR("FAILED"),
		.signer = party(who) };
	struct nk_err err = { 0 };
	struct nk_uuid id;

	(void)snprintf(about, sizeof(about), "holding:%s", nk_uuid_print(c->id, text));
	e.about = nk_str_c(about);
	kit_ok(nk_evidence_put(tx, &e, &id, &err), &err);
	c->looked_at[who] = c->looked_at[who] || passed;
}

static void change_persons(struct world *w, struct copy *c, struct nk_tx *tx)
{
	const unsigned class = below(w, CLASSES);
	const unsigned how = below(w, 3);
	uint32_t numbers[4];
	struct nk_err err = { 0 };

	for (size_t i = 0; i < NK_ARRAY_LEN(numbers); i++) {
		numbers[i] = below(w, MANY);
		if (how == 0) {
			c->exact[class] |= 1ULL << numbers[i];
		} else if (how == 1) {
			c->upper[class] |= 1ULL << numbers[i];
		} else {
			c->exact[class] &= ~(1ULL << numbers[i]);
		}
	}
	kit_ok((how == 0 ? nk_extent_add : how == 1 ? nk_extent_add_upper : nk_extent_remove)(
		       tx, c->id, (enum nk_item_class)class, numbers, NK_ARRAY_LEN(numbers), &err),
		&err);
}

/* An erased person leaves the copies that are verified gone; the others keep the number. */
static void forget(struct world *w, struct copy *c, struct nk_tx *tx)
{
	const uint32_t number = below(w, MANY);
	struct nk_err err = { 0 };

	(void)c;
	kit_ok(nk_extent_remove_everywhere(tx, &number, 1, &err), &err);
	for (size_t i = 0; i < w->n; i++) {
		for (unsigned k = 0; k < CLASSES && w->copies[i].gone == NK_GONE_VERIFIED; k++) {
			w->copies[i].exact[k] &= ~(1ULL << number);
			w->copies[i].upper[k] &= ~(1ULL << number);
		}
	}
}

static void derive(struct world *w, struct copy *c, struct nk_tx *tx)
{
	const unsigned from = below(w, (unsigned)w->n);
	struct nk_err err = { 0 };

	if (below(w, STEPS / EDGES) == 0) {
		kit_ok(nk_derived_add(tx, c->id, w->copies[from].id, &err), &err);
		c->parent[from] = true;
	}
}

static void live(struct world *w)
{
	static void (*const acts[])(struct world *, struct copy *, struct nk_tx *) = { read_copy, reach_copy, log_copy, log_copy,
		close_copy, look_at_copy, change_persons, change_persons, forget, derive, derive };
	struct nk_tx *tx = kit_begin(&w->k);

	open_copy(w, tx);
	for (unsigned i = 0; i < STEPS; i++) {
		if (w->n < COPIES && below(w, 6) == 0) {
			open_copy(w, tx);
		}
		acts[below(w, NK_ARRAY_LEN(acts))](w, &w->copies[below(w, (unsigned)w->n)], tx);
	}
	kit_commit(&tx);
}

static bool is_anyone(const struct world *w, unsigned who)
{
	NK_OWNED(nk_stmt_put) struct nk_stmt *s = NULL;
	struct nk_err err = { 0 };
	bool is = false;

	kit_ok(nk_stmt_get(w->k.store, "SELECT 1 FROM party WHERE id = ?1 AND kind = 'anyone'", &s, &err), &err);
	nk_stmt_uuid(s, 1, party(who));
	kit_ok(nk_stmt_step(s, &is, &err), &err);
	return is;
}

static uint64_t persons(const struct copy *c, bool upper)
{
	uint64_t all = 0;

	for (unsigned k = 0; k < CLASSES; k++) {
		all |= c->exact[k] | (upper ? c->upper[k] : 0);
	}
	return (uint64_t)__builtin_popcountll(all);
}

static enum nk_ask_gone fate(const struct copy *c)
{
	bool other = c->gone == NK_GONE_VERIFIED && c->checked_by != PARTIES && c->checked_by != c->custodian;

	for (unsigned i = 0; i < PARTIES; i++) {
		other = other || (c->looked_at[i] && i != c->custodian);
	}
	switch (c->gone) {
	case NK_GONE_LOST:
		return NK_ASK_LOST;
	case NK_GONE_UNACCOUNTED:
		return NK_ASK_UNACCOUNTED;
	case NK_GONE_VERIFIED:
	case NK_GONE_UNVERIFIED:
		return other ? NK_ASK_GONE_VERIFIED : NK_ASK_GONE_UNVERIFIED;
	case NK_GONE_OPEN:
	case NK_GONE_COUNT:
		break;
	}
	return NK_ASK_OPEN;
}

/* Every moment of the interval lies in a complete log, and no gap touches it: second by second, as times are here. */
static bool denied(const struct copy *c, nk_time since, nk_time until)
{
	for (size_t i = 0; i < c->logs.n; i++) {
		const struct span *const k = &c->logs.at[i];

		if (k->party == 0 && k->from < until && k->until > since) {
			return false;
		}
	}
	for (nk_time t = since; t == since || t < until; t += NK_SECOND / 2) {
		bool in = false;

		for (size_t i = 0; i < c->logs.n; i++) {
			in = in || (c->logs.at[i].party == 1 && t >= c->logs.at[i].from && t <= c->logs.at[i].until);
		}
		if (!in) {
			return false;
		}
	}
	return true;
}

static struct nk_ask_row row_of(const struct world *w, const struct copy *c, const struct span *r)
{
	const bool shut = c->gone == NK_GONE_VERIFIED || c->gone == NK_GONE_UNVERIFIED;
	struct nk_ask_row row = { .holding = c->id, .persons_exact = persons(c, false), .persons_max = persons(c, true),
		.party = party(r->party), .gone = fate(c), .was_read = "unknown" };

	row.since = r->from > c->opened_at ? r->from : c->opened_at;
	row.until = shut && (r->until == 0 || c->closed_at < r->until) ? c->closed_at : r->until;
	for (size_t i = 0; i < c->seen.n; i++) {
		if ((c->seen.at[i].party == r->party || is_anyone(w, r->party)) && inside(r, c->seen.at[i].from)) {
			row.was_read = "yes";
		}
	}
	if (row.was_read[0] == 'u' && row.until != 0 && denied(c, row.since, row.until)) {
		row.was_read = "no";
	}
	return row;
}

static unsigned depth_of(const struct world *w, size_t root, size_t copy)
{
	unsigned depth[COPIES];

	for (size_t i = 0; i < COPIES; i++) {
		depth[i] = i == root ? 0 : UINT_MAX;
	}
	for (size_t round = 0; round < w->n; round++) {
		for (size_t i = 0; i < w->n; i++) {
			for (size_t p = 0; p < w->n; p++) {
				if (w->copies[i].parent[p] && depth[p] != UINT_MAX && depth[p] + 1 < depth[i]) {
					depth[i] = depth[p] + 1;
				}
			}
		}
	}
	return depth[copy];
}

/* Does the answer hold this row? Rows that are alike may stand for each other. */
static bool has(const struct nk_ask_row *rows, size_t n, const struct nk_ask_row *want)
{
	for (size_t i = 0; i < n; i++) {
		const struct nk_ask_row *const r = &rows[i];

		if (r->depth == want->depth && nk_uuid_eq(r->holding, want->holding) && nk_uuid_eq(r->party, want->party) &&
			r->persons_exact == want->persons_exact && r->persons_max == want->persons_max &&
			r->since == want->since && r->until == want->until && r->gone == want->gone &&
			strcmp(r->was_read, want->was_read) == 0 && nk_str_eq(r->place, NK_STR("here"))) {
			return true;
		}
	}
	return false;
}

static void compare(struct world *w, size_t root, const struct nk_ask_row *rows, size_t n)
{
	size_t want = 0;

	for (size_t i = 0; i < w->n; i++) {
		const unsigned depth = depth_of(w, root, i);

		for (size_t r = 0; depth != UINT_MAX && r < w->copies[i].reach.n; r++) {
			struct nk_ask_row row = row_of(w, &w->copies[i], &w->copies[i].reach.at[r]);

			row.depth = depth;
			assert_true(has(rows, n, &row));
			want++;
		}
	}
	assert_int_equal(n, want);
	for (size_t i = 1; i < n; i++) {
		assert_true(rows[i - 1].depth <= rows[i].depth);
	}
}

static void ask_all(struct world *w)
{
	static const size_t limits[] = { 0, 3, COPIES, SIZE_MAX }; /* at once, given up on the way, step by step, as it is */
	struct nk_err err = { 0 };

	for (size_t root = 0; root < w->n; root++) {
		struct nk_ask_row *first = NULL;

		for (size_t i = 0; i < NK_ARRAY_LEN(limits); i++) {
			struct nk_ask_row *rows = NULL;
			size_t n = 0;

			kit_ok(nk_ask_limited(w->k.store, &w->k.label_key, w->copies[root].id, limits[i], w->arena, &rows, &n, &err), &err);
			compare(w, root, rows, n);
			first = first == NULL ? rows : first;
			for (size_t r = 0; r < n; r++) { /* the same order, too */
				assert_true(nk_uuid_eq(first[r].holding, rows[r].holding) && first[r].since == rows[r].since);
			}
		}
	}
}

static void one_world(unsigned seed, bool uncounted)
{
	NK_OWNED(world_done) struct world w = { 0 };

	world_new(&w, seed);
	live(&w);
	if (uncounted) {
		kit_exec(&w.k, "UPDATE holding SET persons = NULL, persons_max = NULL");
	}
	ask_all(&w);
}

static void the_quick_answer_is_the_one_that_counts_everything_anew(void **state)
{
	(void)state;
	for (unsigned seed = 1; seed <= WORLDS; seed++) {
		one_world(seed, false);
	}
}

static void copies_that_were_not_counted_yet_are_counted_when_they_are_asked_for(void **state)
{
	(void)state;
	one_world(WORLDS + 1, true);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_quick_answer_is_the_one_that_counts_everything_anew),
		cmocka_unit_test(copies_that_were_not_counted_yet_are_counted_when_they_are_asked_for),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
