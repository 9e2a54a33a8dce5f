/*
 * guard_identity.c: S5, other keys for the same people, and names or addresses that change for many at once.
 *
 * A value that was blank and is filled is no change of identity; one that was there and is another one, or gone, is.
 */
#include "base.h"

#include "guard_int.h"

/* What is looked at for many at once. Keys stop; a new mail domain or a garbled name may be meant: a second person. */
static const struct {
	enum nk_field fields[4];
	size_t n;
	bool names; /* judged by name_percent */
	enum nk_verdict verdict;
	const char *what;
} floods[] = {
	{ { NK_FIELD_LOGIN }, 1, false, NK_VERDICT_STOPPED,
		NK_N("%1$sthe login names of %2$llu persons change or vanish; above %3$llu the file is not believed") },
	{ { NK_FIELD_STUDENT_NUMBER }, 1, false, NK_VERDICT_STOPPED,
		NK_N("%1$sthe student or staff numbers of %2$llu persons change or vanish; above %3$llu the file is not "
		     "believed") },
	{ { NK_FIELD_MASTER_ID }, 1, false, NK_VERDICT_STOPPED,
		NK_N("%1$sthe master identifiers of %2$llu persons change; above %3$llu the file is not believed") },
	{ { NK_FIELD_MAIL }, 1, false, NK_VERDICT_APPROVAL,
		NK_N("%1$sthe mail addresses of %2$llu persons change or vanish; above %3$llu a second person must agree") },
	{ { NK_FIELD_FAMILY, NK_FIELD_GIVEN }, 2, true, NK_VERDICT_APPROVAL,
		NK_N("%1$sthe names of %2$llu persons change or vanish; above %3$llu a second person must agree: is the "
		     "encoding right, are columns exchanged?") },
	{ { NK_FIELD_FAMILY_KANA, NK_FIELD_GIVEN_KANA }, 2, true, NK_VERDICT_APPROVAL,
		NK_N("%1$sthe readings of %2$llu persons change or vanish; above %3$llu a second person must agree: is the "
		     "encoding right, are columns exchanged?") },
};

static uint64_t allowance(const struct nk_guarding *g, uint32_t percent)
{
	const uint64_t share = g->in->changes->had * percent / 100;

	return share > g->limits->leave_number ? share : g->limits->leave_number;
}

static bool touches(const struct nk_guarding *g, const struct nk_person_change *c, size_t flood)
{
	const struct nk_person *p;

	if (c->kind != NK_CHANGE_CHANGE) {
		return false;
	}
	p = nk_people_by_number(g->in->people, c->number);
	for (size_t i = 0; p != NULL && i < floods[flood].n; i++) {
		const enum nk_field f = floods[flood].fields[i];

		if ((c->fields & (UINT32_C(1) << f)) != 0 && p->field[f].len > 0) {
			return true;
		}
	}
	return false;
}

static NK_RESULT rule_floods(struct nk_guarding *g, struct nk_err *err)
{
	for (size_t k = 0; g->in->people != NULL && k < NK_ARRAY_LEN(floods); k++) {
		const uint64_t limit =
			allowance(g, floods[k].names ? g->limits->name_percent : g->limits->scheme_percent);
		uint64_t n = 0;

		for (size_t i = 0; i < g->in->changes->n; i++) {
			n += touches(g, &g->in->changes->list[i], k) ? 1 : 0;
		}
		if (n <= limit) {
			continue;
		}
		g->to_approve += floods[k].verdict == NK_VERDICT_APPROVAL ? n : 0;
		NK_TRY(nk_guard_tell(g,
			(struct nk_guard_finding){
				"S5", floods[k].what, NK_STR(""), n, limit, floods[k].verdict, g->in->changes->had, 0, false },
			err));
	}
	return nk_done();
}

static NK_RESULT rule_known_by_less(struct nk_guarding *g, struct nk_err *err)
{
	const struct nk_changes *c = g->in->changes;

	if (nk_guard_above(c->by_name, c->had, g->limits->scheme_percent)) {
		NK_TRY(nk_guard_tell(g,
			(struct nk_guard_finding){ "S5",
				NK_N("%1$sthe ids have changed: %2$llu per cent of the persons are the "
				     "same by nothing but the name; the limit is %3$llu"),
				NK_STR(""), nk_guard_percent(c->by_name, c->had), g->limits->scheme_percent,
				NK_VERDICT_STOPPED, c->had, 0, false },
			err));
	}
	if (nk_guard_above(c->by_master, c->had, g->limits->scheme_percent)) {
		return nk_guard_tell(g,
			(struct nk_guard_finding){ "S5",
				NK_N("%1$sthe ids have changed: %2$llu per cent of the persons are "
				     "known by the master identifier only; the limit is %3$llu"),
				NK_STR(""), nk_guard_percent(c->by_master, c->had), g->limits->scheme_percent,
				NK_VERDICT_STOPPED, c->had, 0, false },
			err);
	}
	return nk_done();
}

NK_RESULT nk_guard_identity(struct nk_guarding *g, struct nk_err *err)
{
	const struct nk_changes *c = g->in->changes;
	const uint64_t percent =
		g->in->turn == NK_TURN_GREAT ? g->limits->scheme_season_percent : g->limits->scheme_percent;

	if (c->had == 0) {
		return nk_done();
	}
	NK_TRY(rule_known_by_less(g, err));
	if (nk_guard_above(c->counts[NK_CHANGE_JOIN], c->had, percent) && nk_guard_above(g->left, c->had, percent)) {
		NK_TRY(nk_guard_tell(g,
			(struct nk_guard_finding){ "S5",
				NK_N("%1$sthe ids may have changed: %2$llu per cent leave and as many "
				     "join; the limit for both at once is %3$llu"),
				NK_STR(""), nk_guard_percent(g->left, c->had), percent, NK_VERDICT_STOPPED, c->had, 0, false },
			err));
	}
	return rule_floods(g, err);
}
