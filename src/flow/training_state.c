/*
 * training_state.c: who has passed what, and whether the right still stands.
 *
 * Invariant: a pass counts for a revision at or above the one in force and for nothing older; absence of a result, a
 * result of another half-year and a procedure that is not there never count as good (I10).
 */
#include "base.h"
#include "training_int.h"

const char *nk_standing_name(enum nk_standing_state state)
{
	static const char *const names[] = { [NK_STANDING_NEVER] = "never",
		[NK_STANDING_LAPSED] = "lapsed",
		[NK_STANDING_STALE] = "stale",
		[NK_STANDING_DUE] = "due",
		[NK_STANDING_PASSED] = "passed" };

	return names[state];
}

nk_date nk_training_deadline(const struct nk_flow *flow, const struct nk_period *period)
{
	return period->first + (nk_date)flow->config->train_days - 1;
}

/* "carry@2,residue@1": the revision of this procedure, 0: not among them. */
static uint32_t revision_in(struct nk_str list, struct nk_str procedure)
{
	struct nk_str item;
	struct nk_str name;
	uint32_t revision = 0;

	while (nk_str_cut(&list, ',', &item)) {
		if (nk_str_cut(&item, '@', &name) && nk_str_eq(name, procedure) &&
			nk_parse_u32(item, 1, UINT32_MAX, &revision)) {
			return revision;
		}
	}
	return 0;
}

/* How good one pass is today for this revision. */
static struct nk_standing worth(
	const struct nk_flow *flow, struct nk_str period, uint32_t passed, uint32_t in_force, nk_time at)
{
	const nk_date today = nk_flow_today(flow);
	const struct nk_period now = nk_period_of(today);
	const struct nk_period before = nk_period_before(&now);
	const struct nk_period after = nk_period_of(now.last + 1);
	struct nk_standing s = { .passed_revision = passed, .passed_at = at, .until = NK_DATE_NONE };

	s.state = NK_STANDING_LAPSED;
	if (nk_str_eq(period, nk_str_c(now.name))) {
		s.state = passed >= in_force ? NK_STANDING_PASSED : NK_STANDING_STALE;
		s.until = passed >= in_force ? nk_training_deadline(flow, &after) : NK_DATE_NONE;
	}
	if (nk_str_eq(period, nk_str_c(before.name)) && today <= nk_training_deadline(flow, &now)) {
		s.state = passed >= in_force ? NK_STANDING_DUE : NK_STANDING_STALE;
		s.until = passed >= in_force ? nk_training_deadline(flow, &now) : NK_DATE_NONE;
	}
	return s;
}

NK_RESULT nk_standing_of(struct nk_flow *flow, struct nk_uuid party, const struct nk_procedure *p,
	struct nk_standing *out, struct nk_err *err)
{
	NK_OWNED(nk_stmt_put) struct nk_stmt *s = NULL;
	struct nk_standing best = { .state = NK_STANDING_NEVER, .until = NK_DATE_NONE };
	bool more = false;

	NK_TRY(nk_stmt_get(flow->store,
		"SELECT procedures, period, at FROM training_result WHERE party_id = ?1 AND kind = 'test' AND passed = 1 ORDER BY at",
		&s, err));
	nk_stmt_uuid(s, 1, party);
	NK_TRY(nk_stmt_step(s, &more, err));
	while (more) {
		const uint32_t passed = revision_in(nk_col_text(s, 0), p->name);
		const struct nk_standing one = worth(flow, nk_col_text(s, 1), passed, p->revision, nk_col_int(s, 2));

		if (passed > 0 && one.state >= best.state) {
			best = one;
		}
		NK_TRY(nk_stmt_step(s, &more, err));
	}
	*out = best;
	return nk_done();
}

NK_RESULT nk_trained(
	struct nk_flow *flow, struct nk_uuid party, struct nk_str procedure, bool *out_ok, struct nk_err *err)
{
	NK_OWNED(nk_arena_free) struct nk_arena *arena = NULL;
	struct nk_procedure *list = NULL;
	struct nk_standing standing;
	size_t n = 0;

	*out_ok = false;
	NK_TRY(nk_arena_new(NK_ARENA_PLAIN, 64 << 20, &arena, err));
	NK_TRY(nk_procedures(flow, arena, &list, &n, err));
	for (size_t i = 0; i < n; i++) {
		if (list[i].in_force && nk_str_eq(list[i].name, procedure)) {
			NK_TRY(nk_standing_of(flow, party, &list[i], &standing, err));
			*out_ok = standing.until != NK_DATE_NONE;
		}
	}
	return nk_done();
}

/* --- what rights need --- */

/* Does the configuration ask for passes for this kind? *only: of one procedure; empty: of all that concern. */
static bool kind_needs(const struct nk_config *c, struct nk_str kind, struct nk_str *only, bool *named)
{
	*only = NK_STR("");
	*named = c->train_for.n > 0;
	if (!*named) {
		return nk_str_eq(kind, NK_STR("egress")) || nk_str_eq(kind, NK_STR("release"));
	}
	for (size_t i = 0; i < c->train_for.n; i++) {
		struct nk_str rest = c->train_for.word[i];
		struct nk_str head;

		if (nk_str_cut(&rest, ':', &head) && nk_str_eq(head, kind)) {
			*only = rest;
			return true;
		}
	}
	return false;
}

static NK_RESULT refuse(const struct nk_procedure *p, const struct nk_standing *s, struct nk_err *err)
{
	const struct nk_short name = nk_short(p->name);

	switch (s->state) {
	case NK_STANDING_STALE:
		return nk_fail(err, NK_DENIED,
			NK_N("the right has lapsed: the test on procedure \"%1$.40s\" was passed on revision %2$u, and revision %3$u is in force (nokosazu training take)"),
			name.text, s->passed_revision, p->revision);
	case NK_STANDING_LAPSED:
		return nk_fail(err, NK_DENIED,
			NK_N("the right has lapsed: the test on procedure \"%s\" was not passed in this half-year (nokosazu training take)"),
			name.text);
	case NK_STANDING_NEVER:
	case NK_STANDING_DUE:
	case NK_STANDING_PASSED:
		break;
	}
	return nk_fail(err, NK_DENIED,
		NK_N("there is no right yet: the test on procedure \"%s\" was never passed (nokosazu training take)"),
		name.text);
}

NK_RESULT nk_training_need(struct nk_flow *flow, struct nk_uuid party, struct nk_str kind, struct nk_err *err)
{
	NK_OWNED(nk_arena_free) struct nk_arena *arena = NULL;
	struct nk_procedure *list = NULL;
	struct nk_party who;
	struct nk_str only;
	bool named = false;
	size_t n = 0;
	size_t looked = 0;

	if (!kind_needs(flow->config, kind, &only, &named)) {
		return nk_done();
	}
	NK_TRY(nk_arena_new(NK_ARENA_WIPING, 64 << 20, &arena, err));
	NK_TRY(nk_procedures(flow, arena, &list, &n, err));
	NK_TRY(nk_party_get(flow->store, flow->key[NK_HOUSE_LOG], party, arena, &who, err));
	for (size_t i = 0; i < n; i++) {
		const struct nk_procedure *const p = &list[i];
		struct nk_standing s;

		if (!p->in_force || !(only.len > 0 ? nk_str_eq(p->name, only) : nk_procedure_concerns(p, &who))) {
			continue;
		}
		looked++;
		NK_TRY(nk_standing_of(flow, party, p, &s, err));
		if (s.until == NK_DATE_NONE) {
			return refuse(p, &s, err);
		}
	}
	if (looked == 0 && named) {
		return nk_fail(err, NK_DENIED,
			NK_N("this kind of warrant needs a test passed, and no procedure is in force on which it could be (nokosazu procedure list)"));
	}
	return nk_done();
}
