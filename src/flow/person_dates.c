/*
 * person_dates.c: a person's three dates, set by hand.
 *
 * Invariant: valid from ≤ valid until ≤ to be erased on, where they are set.
 */
#include "base.h"
#include "flow_int.h"
#include "person_int.h"
#include "flow_year.h"

static nk_date set(nk_date wanted, nk_date was)
{
	return wanted == 0 ? was : wanted;
}

static bool ordered(nk_date first, nk_date second)
{
	return first == NK_DATE_NONE || second == NK_DATE_NONE || first <= second;
}

static NK_RESULT check(const struct nk_person *p, struct nk_err *err)
{
	if (!ordered(p->valid_from, p->valid_until)) {
		return nk_fail(err, NK_INVALID, NK_N("the first day on which a person is not valid comes before the first day"));
	}
	if (!ordered(p->valid_until, p->delete_on) || !ordered(p->valid_from, p->delete_on)) {
		return nk_fail(err, NK_INVALID,
			NK_N("the day of erasure comes before the person's end; set a later one, or bring it forward with \"plan --erase --person KEY --now\""));
	}
	return nk_done();
}

static struct nk_person dated(const struct nk_person *p, const struct nk_person_dates *dates)
{
	struct nk_person now = *p;

	now.valid_from = set(dates->from, now.valid_from);
	now.valid_until = set(dates->until, now.valid_until);
	now.delete_on = set(dates->erase_on, now.delete_on);
	now.flags = dates->by_rules ? now.flags & ~(unsigned)NK_PERSON_DATED : now.flags | NK_PERSON_DATED;
	return now;
}

/* Of a person in several records all get them: what one of them said otherwise would still be the person's. */
NK_RESULT nk_op_person_dates(struct nk_flow *flow, struct nk_str key, const struct nk_person_dates *dates,
	struct nk_arena *arena, struct nk_err *err)
{
	NK_OWNED(nk_tx_end) struct nk_tx *tx = NULL;
	const struct nk_person *p = NULL;
	struct nk_person now[NK_WHOLE_MAX];
	const struct nk_leaf_item items[1] = { nk_item_number("dates", dates->by_rules ? 0 : 1) };
	uint32_t all[NK_WHOLE_MAX];
	size_t n = 0;

	(void)arena;
	NK_TRY(nk_person_by(flow, key, &p, err));
	n = nk_people_whole(flow->people, p->number, all);
	for (size_t i = 0; i < n; i++) {
		now[i] = dated(nk_people_by_number(flow->people, all[i]), dates);
		NK_TRY(check(&now[i], err));
	}
	NK_TRY(nk_tx_begin(flow->store, &tx, err));
	NK_TRY(nk_flow_person_leaves(flow, tx, NK_LEAF_CHANGE, all, NULL, n, items, 1, err));
	for (size_t i = 0; i < n; i++) {
		NK_TRY(nk_people_update(flow->people, tx, &now[i], err));
	}
	return nk_flow_commit(flow, &tx, err);
}
