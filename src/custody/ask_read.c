/*
 * ask_read.c: who could read a copy between when and when, and did they.
 *
 * Invariant: I8, a reading is denied only where complete logs cover the whole interval and no gap touches it; who can
 * still read it is never told not to have.
 */
#include "base.h"

#include "ask_int.h"
#include "column_int.h"

static NK_RESULT load_spans(struct nk_asking *a, struct nk_uuid holding, struct nk_err *err)
{
	NK_OWNED(nk_stmt_put) struct nk_stmt *s = NULL;
	bool more = false;

	nk_vec_clear(&a->spans);
	NK_TRY(nk_stmt_get(a->store,
		"SELECT from_at, until_at, complete FROM coverage WHERE holding_id = ?1 ORDER BY from_at, until_at", &s, err));
	nk_stmt_uuid(s, 1, holding);
	NK_TRY(nk_stmt_step(s, &more, err));
	while (more) {
		void *item = NULL;

		NK_TRY(nk_vec_push(&a->spans, &item, err));
		*(struct nk_ask_span *)item = (struct nk_ask_span){ nk_col_int(s, 0), nk_col_int(s, 1), nk_col_int(s, 2) != 0 };
		NK_TRY(nk_stmt_step(s, &more, err));
	}
	return nk_done();
}

/* I8: complete spans that follow each other without a hole, and no gap that touches the interval. */
static bool covered(const struct nk_vec *spans, nk_time since, nk_time until)
{
	nk_time reached = since;
	bool begun = false;

	for (size_t i = 0; i < spans->len; i++) {
		const struct nk_ask_span *const k = nk_vec_at(spans, i);

		if (!k->complete && k->from < until && k->until > since) {
			return false;
		}
		if (k->complete && k->from <= reached && k->until >= reached) {
			reached = k->until;
			begun = true;
		}
	}
	return begun && reached >= until;
}

static NK_RESULT judge(struct nk_asking *a, const struct nk_ask_node *n, struct nk_ask_row *row, bool seen, struct nk_err *err)
{
	row->was_read = "unknown";
	if (seen || n->known_read) {
		row->was_read = "yes";
		return nk_done();
	}
	if (row->until == 0) {
		return nk_done();
	}
	NK_TRY(load_spans(a, row->holding, err));
	if (covered(&a->spans, row->since, row->until)) {
		row->was_read = "no";
	}
	return nk_done();
}

/* A copy that is gone cannot be read any more; one that is lost can. */
static nk_time end_of(const struct nk_ask_node *n)
{
	return n->gone == NK_GONE_VERIFIED || n->gone == NK_GONE_UNVERIFIED ? n->closed_at : 0;
}

static NK_RESULT take_reach(struct nk_asking *a, const struct nk_ask_node *n, const struct nk_stmt *s, struct nk_err *err)
{
	const nk_time from = nk_col_int(s, 2);
	const nk_time until = nk_col_int(s, 3);
	const nk_time end = end_of(n);
	struct nk_ask_row *row = NULL;
	void *item = NULL;

	NK_TRY(nk_vec_push(&a->rows, &item, err));
	row = item;
	*row = n->row;
	NK_TRY(nk_column_id(s, 0, "reach", &row->party, err));
	row->warrant = nk_column_id_or_nil(s, 1);
	row->since = from > n->opened_at ? from : n->opened_at;
	row->until = until == 0 || (end != 0 && end < until) ? end : until;
	return judge(a, n, row, nk_col_int(s, 4) != 0, err);
}

static NK_RESULT nobody(struct nk_asking *a, const struct nk_ask_node *n, struct nk_err *err)
{
	struct nk_ask_row *row = NULL;
	void *item = NULL;

	NK_TRY(nk_vec_push(&a->rows, &item, err));
	row = item;
	*row = n->row;
	row->until = end_of(n);
	row->was_read = n->known_read ? "yes" : "unknown";
	return nk_done();
}

/* Where "anyone" could read, every reading counts; mostly nobody of that kind is enrolled. */
static NK_RESULT readers_stmt(struct nk_asking *a, struct nk_stmt **out, struct nk_err *err)
{
	if (!a->has_anyone) {
		return nk_stmt_get(a->store,
			"SELECT r.party_id, r.warrant_id, r.from_at, COALESCE(r.until_at, 0), EXISTS (SELECT 1 FROM seen v "
			"WHERE v.holding_id = r.holding_id AND v.party_id = r.party_id AND v.at >= r.from_at "
			"AND v.at <= COALESCE(r.until_at, 9223372036854775807)) "
			"FROM reach r WHERE r.holding_id = ?1 ORDER BY r.from_at, r.rowid",
			out, err);
	}
	return nk_stmt_get(a->store,
		"SELECT r.party_id, r.warrant_id, r.from_at, COALESCE(r.until_at, 0), CASE WHEN p.kind = 'anyone' THEN "
		"EXISTS (SELECT 1 FROM seen v WHERE v.holding_id = r.holding_id AND v.at >= r.from_at AND (r.until_at IS NULL OR v.at <= r.until_at)) "
		"ELSE EXISTS (SELECT 1 FROM seen v WHERE v.holding_id = r.holding_id AND v.party_id = r.party_id AND v.at >= r.from_at "
		"AND v.at <= COALESCE(r.until_at, 9223372036854775807)) END "
		"FROM reach r JOIN party p ON p.id = r.party_id WHERE r.holding_id = ?1 ORDER BY r.from_at, r.rowid",
		out, err);
}

NK_RESULT nk_ask_readers(struct nk_asking *a, const struct nk_ask_node *n, struct nk_err *err)
{
	NK_OWNED(nk_stmt_put) struct nk_stmt *s = NULL;
	bool more = false;

	NK_TRY(readers_stmt(a, &s, err));
	nk_stmt_uuid(s, 1, n->row.holding);
	NK_TRY(nk_stmt_step(s, &more, err));
	if (!more) {
		return nobody(a, n, err);
	}
	while (more) {
		NK_TRY(take_reach(a, n, s, err));
		NK_TRY(nk_stmt_step(s, &more, err));
	}
	return nk_done();
}
