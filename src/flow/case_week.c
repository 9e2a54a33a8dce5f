/*
 * case_week.c: is what was promised kept (徹底, A7)? One week in numbers, each a query with a name, and every refused
 * attempt with its reason, as the ledger has it.
 *
 * Nothing here is typed or estimated; names of nobody are in it.
 */
#include "base.h"

#include "case_int.h"
#include "json.h"
#include "sentence.h"

enum { REFUSED_MAX = 100000, LEAF_MAX = 1 << 20 };

struct span {
	nk_time from, until;
};

static NK_RESULT count(struct nk_flow *flow, const char *sql, const struct span *w, uint64_t *out, struct nk_err *err)
{
	NK_OWNED(nk_stmt_put) struct nk_stmt *s = NULL;
	bool have = false;

	NK_TRY(nk_stmt_get(flow->store, sql, &s, err));
	nk_stmt_int(s, 1, w->from);
	nk_stmt_int(s, 2, w->until);
	NK_TRY(nk_stmt_step(s, &have, err));
	*out = have ? nk_u64(nk_col_int(s, 0)) : 0;
	return nk_done();
}

static NK_RESULT carried(struct nk_flow *flow, const struct span *w, struct nk_case_week *out, struct nk_err *err)
{
	NK_OWNED(nk_stmt_put) struct nk_stmt *s = NULL;
	NK_OWNED(nk_vec_done) struct nk_vec ids = { 0 };
	struct nk_extent_total total;
	bool more = false;

	nk_vec_init(&ids, sizeof(struct nk_uuid), 1000000);
	NK_TRY(nk_stmt_get(flow->store,
		"SELECT h.id FROM holding h WHERE h.kind IN ('bundle', 'export') AND h.opened_at >= ?1 AND h.opened_at < ?2 AND "
		"(EXISTS (SELECT 1 FROM extent e WHERE e.holding_id = h.id) OR EXISTS (SELECT 1 FROM extent_upper u WHERE u.holding_id = h.id))",
		&s, err));
	nk_stmt_int(s, 1, w->from);
	nk_stmt_int(s, 2, w->until);
	NK_TRY(nk_stmt_step(s, &more, err));
	while (more) {
		void *item = NULL;

		NK_TRY(nk_vec_push(&ids, &item, err));
		(void)nk_col_uuid(s, 0, item);
		NK_TRY(nk_stmt_step(s, &more, err));
	}
	NK_TRY(nk_extent_together(flow->store, ids.items, ids.len, &total, err));
	out->bundles_out = ids.len;
	out->persons_out = total.persons_max;
	return nk_done();
}

/* One REFUSED leaf into the list when it lies in the week; *out_before: it is older. */
static NK_RESULT take_leaf(struct nk_bytes entry, const struct span *w, struct nk_arena *arena, struct nk_vec *rows,
	bool *out_before, struct nk_err *err)
{
	NK_OWNED(nk_jdoc_free) struct nk_jdoc *doc = NULL;
	struct nk_case_refused *row = NULL;
	struct nk_jval facts;
	struct nk_str text = { NULL, 0 };
	nk_time at = 0;
	void *item = NULL;

	NK_TRY(nk_jdoc_parse(entry, LEAF_MAX, &doc, err));
	if (!nk_jstr(nk_jget(nk_jdoc_root(doc), "time"), &text) || !nk_time_parse(text, &at)) {
		return nk_fail(err, NK_CORRUPT, NK_N("a leaf of the ledger has no time"));
	}
	*out_before = at < w->from;
	if (*out_before || at >= w->until) {
		return nk_done();
	}
	facts = nk_jget(nk_jdoc_root(doc), "facts");
	NK_TRY(nk_vec_push(rows, &item, err));
	row = item;
	row->at = at;
	text = NK_STR("");
	(void)nk_jstr(nk_jget(facts, "what"), &text);
	NK_TRY(nk_arena_dup(arena, text, &row->what, err));
	text = NK_STR("");
	(void)nk_jstr(nk_jget(facts, "why"), &text);
	NK_TRY(nk_arena_printf(arena, &row->why, err, "%.*s", NK_FMT(text)));
	row->label = nk_refusal_label(row->why);
	row->label = row->label != NULL ? row->label : row->why.ptr; /* sentences of ours are msgids themselves */
	return nk_done();
}

static NK_RESULT refused(struct nk_flow *flow, const struct span *w, struct nk_arena *arena, struct nk_case_week *out,
	struct nk_err *err)
{
	NK_OWNED(nk_stmt_put) struct nk_stmt *s = NULL;
	NK_OWNED(nk_vec_done) struct nk_vec rows = { 0 };
	struct nk_case_refused *list;
	bool before = false;
	bool more = false;

	nk_vec_init(&rows, sizeof(struct nk_case_refused), REFUSED_MAX);
	NK_TRY(nk_stmt_get(flow->store, "SELECT entry FROM leaf ORDER BY seq DESC", &s, err));
	NK_TRY(nk_stmt_step(s, &more, err));
	while (more && !before) {
		if (nk_str_find(nk_bytes_str(nk_col_blob(s, 0)), NK_STR("\"type\":\"refused\"")) != SIZE_MAX) {
			NK_TRY(take_leaf(nk_col_blob(s, 0), w, arena, &rows, &before, err));
		}
		NK_TRY(nk_stmt_step(s, &more, err));
	}
	list = nk_arena_array(arena, rows.len, sizeof(*list));
	if (list == NULL) {
		return nk_fail_nomem(err);
	}
	for (size_t i = 0; i < rows.len; i++) {
		list[i] = *(struct nk_case_refused *)nk_vec_at(&rows, rows.len - 1 - i);
	}
	out->refused = list;
	out->n_refused = rows.len;
	return nk_done();
}

NK_RESULT nk_op_case_week(struct nk_flow *flow, nk_date until, enum nk_lang lang, struct nk_arena *arena,
	struct nk_case_week *out, struct nk_buf *out_text, struct nk_err *err)
{
	const nk_time east = (nk_time)flow->config->tz_minutes * 60 * NK_SECOND;
	const nk_date last = until != NK_DATE_NONE ? until : nk_flow_today(flow);
	const struct span w = { (nk_time)(last - 6) * NK_DAY - east, ((nk_time)last + 1) * NK_DAY - east };
	struct nk_adherence a = { .from = last - 6, .until = last };

	memset(out, 0, sizeof(*out));
	out->from = a.from;
	out->until = a.until;
	NK_TRY(count(flow, "SELECT COUNT(DISTINCT holding_id) FROM reach WHERE warrant_id IS NULL AND from_at >= ?1 AND from_at < ?2", &w,
		&out->left_without_warrant, err));
	NK_TRY(count(flow,
		"SELECT COUNT(*) FROM duty WHERE due_at >= ?1 AND due_at < ?2 AND (closed_at > due_at OR (closed_at IS NULL AND due_at < ?2))",
		&w, &out->overdue, err));
	NK_TRY(count(flow,
		"SELECT COUNT(*) FROM warrant_part p JOIN warrant w ON w.id = p.warrant_id WHERE w.kind = 'exception' AND p.part = 'use' "
		"AND p.at >= ?1 AND p.at < ?2",
		&w, &out->exceptions, err));
	NK_TRY(carried(flow, &w, out, err));
	NK_TRY(refused(flow, &w, arena, out, err));
	a.left_without_warrant = out->left_without_warrant;
	a.overdue = out->overdue;
	a.exceptions = out->exceptions;
	a.bundles_out = out->bundles_out;
	a.persons_out = out->persons_out;
	a.refused = out->n_refused;
	return nk_adherence_text(&a, lang, out_text, err);
}
