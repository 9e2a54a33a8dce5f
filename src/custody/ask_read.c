/*
 * ask_read.c: who could read a copy between when and when, and did they.
 *
 * Invariant: I8, a reading is denied only where complete logs cover the whole interval and no gap touches it; who can
 * still read it is never told not to have.
 */
#include "base.h"

#include "ask_int.h"
#include "column_int.h"

void nk_ask_reading_done(struct nk_ask_reading *reading)
{
	nk_ask_stream_close(&reading->reach);
	nk_ask_stream_close(&reading->coverage);
}

NK_RESULT nk_ask_reading_open(struct nk_asking *a, struct nk_ask_reading *out, struct nk_err *err)
{
	NK_TRY(nk_ask_stream_open(a,
		"SELECT holding_id, party_id, warrant_id, from_at, COALESCE(until_at, 0), was_seen FROM reach "
		"WHERE holding_id = ?1 ORDER BY from_at, rowid",
		"SELECT holding_id, party_id, warrant_id, from_at, COALESCE(until_at, 0), was_seen FROM reach "
		"ORDER BY holding_id, from_at, rowid",
		&out->reach, err));
	return nk_ask_stream_open(a,
		"SELECT holding_id, from_at, until_at, complete FROM coverage WHERE holding_id = ?1 ORDER BY from_at, until_at",
		"SELECT holding_id, from_at, until_at, complete FROM coverage ORDER BY holding_id, from_at, until_at",
		&out->coverage, err);
}

/* Once a copy, and only when somebody asks for them. */
static NK_RESULT load_spans(
	struct nk_asking *a, struct nk_ask_reading *reading, struct nk_uuid holding, struct nk_err *err)
{
	const struct nk_stmt *const s = reading->coverage.stmt;
	bool more = false;

	if (reading->loaded) {
		return nk_done();
	}
	nk_vec_clear(&a->spans);
	NK_TRY(nk_ask_stream_at(&reading->coverage, holding, &more, err));
	while (more) {
		void *item = NULL;

		NK_TRY(nk_vec_push(&a->spans, &item, err));
		*(struct nk_ask_span *)item = (struct nk_ask_span){ nk_col_int(s, 1), nk_col_int(s, 2), nk_col_int(s, 3) != 0 };
		NK_TRY(nk_ask_stream_next(&reading->coverage, holding, &more, err));
	}
	reading->loaded = true;
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

static NK_RESULT judge(
	struct nk_asking *a, struct nk_ask_reading *reading, bool read, struct nk_ask_row *row, struct nk_err *err)
{
	row->was_read = "unknown";
	if (read) {
		row->was_read = "yes";
		return nk_done();
	}
	if (row->until == 0) {
		return nk_done();
	}
	NK_TRY(load_spans(a, reading, row->holding, err));
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

static NK_RESULT take_reach(
	struct nk_asking *a, struct nk_ask_reading *reading, const struct nk_ask_node *n, struct nk_err *err)
{
	const struct nk_stmt *const s = reading->reach.stmt;
	const nk_time from = nk_col_int(s, 3);
	const nk_time until = nk_col_int(s, 4);
	const nk_time end = end_of(n);
	struct nk_ask_row *row = NULL;
	void *item = NULL;

	NK_TRY(nk_vec_push(&a->rows, &item, err));
	row = item;
	*row = n->row;
	NK_TRY(nk_column_id(s, 1, "reach", &row->party, err));
	row->warrant = nk_column_id_or_nil(s, 2);
	row->since = from > n->opened_at ? from : n->opened_at;
	row->until = until == 0 || (end != 0 && end < until) ? end : until;
	return judge(a, reading, nk_col_int(s, 5) != 0 || n->known_read, row, err);
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

NK_RESULT nk_ask_readers(
	struct nk_asking *a, struct nk_ask_reading *reading, const struct nk_ask_node *n, struct nk_err *err)
{
	bool more = false;

	reading->loaded = false;
	NK_TRY(nk_ask_stream_at(&reading->reach, n->row.holding, &more, err));
	if (!more) {
		return nobody(a, n, err);
	}
	while (more) {
		NK_TRY(take_reach(a, reading, n, err));
		NK_TRY(nk_ask_stream_next(&reading->reach, n->row.holding, &more, err));
	}
	return nk_done();
}
