/*
 * op_merge.c: two records are one person, or are not (docs/adr/0015): a pointer in the second one, under an officer's order.
 *
 * Invariant: nothing of anybody's is copied or moved but the link of an account that goes on as the head's; a person whose erasure is
 * planned, or whose account is being applied, is neither joined nor split. Parts point to a head, never to a part.
 */
#include "base.h"

#include "merge_int.h"

/* One statement that counts; every ?1 is a person's number, ?2 the time. */
static NK_RESULT any_of(struct nk_flow *flow, const char *sql, const struct nk_merging *m, bool *out, struct nk_err *err)
{
	NK_OWNED(nk_stmt_put) struct nk_stmt *s = NULL;

	NK_TRY(nk_stmt_get(flow->store, sql, &s, err));
	for (size_t i = 0; i < m->n_a + m->n_b && !*out; i++) {
		bool have = false;

		nk_stmt_int(s, 1, i < m->n_a ? m->a[i] : m->b[i - m->n_a]);
		nk_stmt_int(s, 2, nk_now(flow->env));
		NK_TRY(nk_stmt_step(s, &have, err));
		*out = have && nk_col_int(s, 0) > 0;
		nk_stmt_rewind(s);
	}
	return nk_done();
}

static NK_RESULT no_plan(struct nk_flow *flow, const struct nk_merging *m, struct nk_err *err)
{
	bool erased = false;
	bool applied = false;

	NK_TRY(any_of(flow,
		"SELECT COUNT(*) FROM plan_step s JOIN plan p ON p.id = s.plan_id WHERE s.person_number = ?1 AND p.kind = 'erase' "
		"AND (p.state = 'applying' OR (p.state = 'open' AND p.expires_at >= ?2))",
		m, &erased, err));
	if (erased) {
		return nk_fail(err, NK_CONFLICT,
			NK_N("one of these records is in an erase plan: carry it out or cancel it first (nokosazu cancel)"));
	}
	NK_TRY(any_of(flow,
		"SELECT COUNT(*) FROM plan_step s JOIN plan p ON p.id = s.plan_id WHERE s.person_number = ?1 AND p.kind = 'apply' "
		"AND p.state = 'applying' AND s.state < 2 AND ?2 > 0",
		m, &applied, err));
	return applied ? nk_fail(err, NK_CONFLICT,
				 NK_N("a plan that changes an account of these records is being applied: finish or cancel it first"))
		       : nk_done();
}

static NK_RESULT look_up(
	struct nk_flow *flow, const struct nk_merge_request *req, struct nk_merging *m, struct nk_err *err)
{
	const struct nk_person *a = NULL;
	const struct nk_person *b = NULL;

	if (req->split) {
		NK_TRY(nk_person_record_by(flow, req->b, &b, err));
		a = nk_people_head(flow->people, b);
		if (a == b) {
			return nk_fail(err, NK_CONFLICT,
				nk_people_is_merged(flow->people, b->number)
					? NK_N("this is the record to which the others point: name the one that is to be split off (person show)")
					: NK_N("this person is there in one record only: there is nothing to split"));
		}
		m->b[0] = b->number;
		m->n_b = 1;
	} else {
		NK_TRY(nk_person_by(flow, req->a, &a, err));
		NK_TRY(nk_person_by(flow, req->b, &b, err));
		m->n_b = nk_people_whole(flow->people, b->number, m->b);
	}
	m->n_a = nk_people_whole(flow->people, a->number, m->a);
	if (!req->split && a->number == b->number) {
		return nk_fail(err, NK_EXISTS, NK_N("these two keys are of one person already"));
	}
	m->id_a = a->id;
	m->id_b = b->id;
	return nk_done();
}

static bool is_canary(struct nk_flow *flow, uint32_t number)
{
	return nk_str_eq(nk_people_by_number(flow->people, number)->field[NK_FIELD_SOURCE], NK_STR("canary"));
}

static NK_RESULT check(struct nk_flow *flow, const struct nk_merge_request *req, const struct nk_merging *m, struct nk_err *err)
{
	if (!req->split && (is_canary(flow, m->a[0]) || is_canary(flow, m->b[0]))) {
		return nk_fail(err, NK_CONFLICT, NK_N("a canary person is nobody, and no part of anybody"));
	}
	if (!req->split && m->n_a + m->n_b > NK_WHOLE_MAX) {
		return nk_fail(err, NK_LIMIT, NK_N("one person is at most %d records; split one off first"), (int)NK_WHOLE_MAX);
	}
	return no_plan(flow, m, err);
}

static NK_RESULT point(struct nk_flow *flow, struct nk_tx *tx, uint32_t number, struct nk_str to, struct nk_err *err)
{
	struct nk_person now = *nk_people_by_number(flow->people, number);

	now.field[NK_FIELD_MERGED_INTO] = to;
	return nk_people_update(flow->people, tx, &now, err);
}

/* Parts of the second one first: a head points to nobody. */
static NK_RESULT join(struct nk_flow *flow, struct nk_tx *tx, const struct nk_merging *m, struct nk_err *err)
{
	char text[NK_UUID_TEXT];
	const struct nk_str to = nk_str_c(nk_uuid_print(m->id_a, text));

	for (size_t i = m->n_b; i-- > 0;) {
		NK_TRY(point(flow, tx, m->b[i], to, err));
	}
	return nk_merge_links(flow, tx, m, err);
}

/* What protects one of them stays with both: the view says it of every record, and what is written is the view. */
static NK_RESULT part(struct nk_flow *flow, struct nk_tx *tx, const struct nk_merging *m, struct nk_err *err)
{
	const struct nk_person head = *nk_people_by_number(flow->people, m->a[0]);

	NK_TRY(nk_people_update(flow->people, tx, &head, err));
	return point(flow, tx, m->b[0], NK_STR(""), err);
}

static NK_RESULT write_down(struct nk_flow *flow, const struct nk_merge_request *req, const struct nk_merging *m,
	struct nk_arena *arena, struct nk_err *err)
{
	NK_OWNED(nk_tx_end) struct nk_tx *tx = NULL;
	const struct nk_leaf_item items[1] = { nk_item_number("merged", req->split ? 0 : 1) };
	const uint32_t both[2] = { m->a[0], m->b[0] };
	const struct nk_person_order order = { "order", req->split ? "SPLIT" : "MERGE", m->scope };

	NK_TRY(nk_tx_begin(flow->store, &tx, err));
	NK_TRY(nk_person_order(flow, tx, &order, req->warrant, arena, err));
	NK_TRY(nk_flow_person_leaves(flow, tx, NK_LEAF_CHANGE, both, NULL, 2, items, 1, err));
	NK_TRY(req->split ? part(flow, tx, m, err) : join(flow, tx, m, err));
	NK_TRY(nk_warrant_done(flow, tx, req->warrant, req->split ? "records split" : "records joined", err));
	return nk_flow_commit(flow, &tx, err);
}

static NK_RESULT said(struct nk_flow *flow, const struct nk_merging *m, struct nk_arena *arena, struct nk_merge_reply *out,
	struct nk_err *err)
{
	NK_TRY(nk_person_row(flow, nk_people_by_number(flow->people, m->a[0]), arena, &out->a, err));
	NK_TRY(nk_person_row(flow, nk_people_by_number(flow->people, m->b[0]), arena, &out->b, err));
	out->scope = m->scope;
	return nk_done();
}

NK_RESULT nk_op_merge(struct nk_flow *flow, const struct nk_merge_request *req, struct nk_arena *arena,
	struct nk_merge_reply *out, struct nk_err *err)
{
	struct nk_merging m = { .n_a = 0 };
	char a[NK_UUID_TEXT];
	char b[NK_UUID_TEXT];
	nk_rc rc;

	memset(out, 0, sizeof(*out));
	NK_TRY(look_up(flow, req, &m, err));
	NK_TRY(check(flow, req, &m, err));
	NK_TRY(nk_arena_printf(
		arena, &m.scope, err, "persons:%s,%s", nk_uuid_print(m.id_a, a), nk_uuid_print(m.id_b, b)));
	NK_TRY(said(flow, &m, arena, out, err));
	NK_TRY(nk_merge_foresee(flow, &m, req->split, arena, out, err));
	if (req->dry_run) {
		return nk_done();
	}
	rc = write_down(flow, req, &m, arena, err);
	if (!nk_ok(rc)) {
		nk_flow_forget(flow);
	}
	if (rc.code == NK_DENIED) {
		nk_flow_refused_why(flow, req->split ? "split" : "merge", err);
	}
	return rc;
}
