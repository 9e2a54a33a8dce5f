/*
 * ask.c: whose data, who could, between when and when, did they, and is it gone: over a copy and all made from it.
 *
 * Invariants: I10, what is not known is printed as unknown, and gone is verified only by somebody else than the
 * custodian. Circles among copies end, because each pair of copy and origin is taken once.
 */
#include "base.h"

#include "ask_int.h"
#include "column_int.h"
#include "extent_int.h"

enum { NODES_MAX = 10000000, EDGES_MAX = 50000000 };
/* Reading all copies takes about as long as finding one in SHARE of them step by step; a few are never worth it. */
enum { SHARE = 8, FEW = 64 };

static void asking_done(struct nk_asking *a)
{
	nk_vec_done(&a->nodes);
	nk_vec_done(&a->edges);
	nk_vec_done(&a->rows);
	nk_vec_done(&a->spans);
}

const char *nk_ask_gone_text(enum nk_ask_gone gone, bool possible)
{
	switch (gone) {
	case NK_ASK_OPEN:
		return possible ? NK_N("open (may never have existed)") : NK_N("open");
	case NK_ASK_GONE_VERIFIED:
		return NK_N("gone, verified");
	case NK_ASK_GONE_UNVERIFIED:
		return NK_N("gone, UNVERIFIED");
	case NK_ASK_LOST:
		return possible ? NK_N("lost (may never have existed)") : NK_N("lost");
	case NK_ASK_UNACCOUNTED:
		return possible ? NK_N("unaccounted (may never have existed)") : NK_N("unaccounted");
	}
	nk_assert(false); /* every end is above */
	return "";
}

/* Did somebody else than the custodian look, and find nothing? */
static NK_RESULT is_verified(
	struct nk_ask_stream *summaries, const struct nk_ask_node *n, bool *out, struct nk_err *err)
{
	bool more = false;

	*out = n->gone == NK_GONE_VERIFIED && !nk_uuid_is_nil(n->checked_by) &&
		!nk_uuid_eq(n->checked_by, n->custodian);
	if (*out) {
		return nk_done();
	}
	NK_TRY(nk_ask_stream_at(summaries, n->row.holding, &more, err));
	while (more && !*out) {
		*out = !nk_col_is_null(summaries->stmt, 1) &&
			!nk_uuid_eq(nk_column_id_or_nil(summaries->stmt, 1), n->custodian);
		NK_TRY(nk_ask_stream_next(summaries, n->row.holding, &more, err));
	}
	return nk_done();
}

static NK_RESULT fate_of(struct nk_ask_stream *summaries, struct nk_ask_node *n, struct nk_err *err)
{
	bool verified = false;

	switch (n->gone) {
	case NK_GONE_LOST:
		n->row.gone = NK_ASK_LOST;
		return nk_done();
	case NK_GONE_UNACCOUNTED:
		n->row.gone = NK_ASK_UNACCOUNTED;
		return nk_done();
	case NK_GONE_VERIFIED:
	case NK_GONE_UNVERIFIED:
		NK_TRY(is_verified(summaries, n, &verified, err));
		n->row.gone = verified ? NK_ASK_GONE_VERIFIED : NK_ASK_GONE_UNVERIFIED;
		return nk_done();
	case NK_GONE_OPEN:
	case NK_GONE_COUNT:
		break;
	}
	n->row.gone = NK_ASK_OPEN;
	return nk_done();
}

static int by_depth(const void *x, const void *y)
{
	const struct nk_ask_node *const a = x;
	const struct nk_ask_node *const b = y;

	if (a->row.depth != b->row.depth) {
		return a->row.depth < b->row.depth ? -1 : 1;
	}
	if (a->opened_at != b->opened_at) {
		return a->opened_at < b->opened_at ? -1 : 1;
	}
	return nk_uuid_cmp(a->row.holding, b->row.holding);
}

static NK_RESULT look_up(struct nk_asking *a, struct nk_err *err)
{
	NK_OWNED(nk_ask_stream_close) struct nk_ask_stream summaries = { .by_text = true };
	NK_OWNED(nk_ask_reading_done) struct nk_ask_reading reading = { 0 };

	NK_TRY(nk_ask_reading_open(a, &reading, err));
	NK_TRY(nk_ask_stream_open(a,
		"SELECT about, signer_id FROM evidence WHERE about = ?1 AND kind LIKE '%/svr/%' AND result = 'PASSED'",
		"SELECT about, signer_id FROM evidence WHERE about > 'holding:' AND about < 'holding;' "
		"AND kind LIKE '%/svr/%' AND result = 'PASSED' ORDER BY about",
		&summaries, err));
	for (size_t i = 0; i < a->nodes.len; i++) {
		struct nk_ask_node *const n = nk_vec_at(&a->nodes, i);

		if (n->row.depth == UINT_MAX) {
			continue;
		}
		n->first = a->rows.len;
		if (!n->counted) {
			NK_TRY(nk_extent_sum(a->store, n->row.holding, &n->row.persons_exact, &n->row.persons_max, err));
		}
		NK_TRY(fate_of(&summaries, n, err));
		NK_TRY(nk_ask_readers(a, &reading, n, err));
		n->n_rows = a->rows.len - n->first;
	}
	return nk_done();
}

/* Nearest first. */
static NK_RESULT hand_out(struct nk_asking *a, struct nk_ask_row **out, size_t *out_n, struct nk_err *err)
{
	struct nk_ask_row *const list = nk_arena_array(a->arena, a->rows.len, sizeof(*list));
	size_t at = 0;

	if (list == NULL) {
		return nk_fail_nomem(err);
	}
	qsort(a->nodes.items, a->nodes.len, sizeof(struct nk_ask_node), by_depth);
	for (size_t i = 0; i < a->nodes.len; i++) {
		const struct nk_ask_node *const n = nk_vec_at(&a->nodes, i);

		if (n->row.depth == UINT_MAX) {
			break;
		}
		memcpy(&list[at], nk_vec_at(&a->rows, n->first), n->n_rows * sizeof(*list));
		at += n->n_rows;
	}
	*out = list;
	*out_n = at;
	return nk_done();
}

static NK_RESULT answer(struct nk_asking *a, struct nk_uuid holding, size_t limit, struct nk_ask_row **out,
	size_t *out_n, struct nk_err *err)
{
	NK_OWNED(nk_stmt_put) struct nk_stmt *still = NULL;
	bool there = false;

	nk_vec_init(&a->nodes, sizeof(struct nk_ask_node), NODES_MAX);
	nk_vec_init(&a->edges, sizeof(struct nk_ask_edge), EDGES_MAX);
	nk_vec_init(&a->rows, sizeof(struct nk_ask_row), EDGES_MAX);
	nk_vec_init(&a->spans, sizeof(struct nk_ask_span), NODES_MAX);
	/* A statement that is not at its end keeps one state of the store before our eyes until we are done. */
	NK_TRY(nk_stmt_get(a->store, "SELECT max(rowid) FROM holding", &still, err));
	NK_TRY(nk_stmt_step(still, &there, err));
	if (limit == SIZE_MAX) {
		limit = nk_size(nk_u64(nk_col_int(still, 0))) / SHARE + FEW;
	}
	NK_TRY(nk_ask_walk(a, holding, limit, err));
	NK_TRY(look_up(a, err));
	return hand_out(a, out, out_n, err);
}

NK_RESULT nk_ask_limited(struct nk_store *store, const struct nk_key *place_key, struct nk_uuid holding, size_t limit,
	struct nk_arena *arena, struct nk_ask_row **out, size_t *out_n, struct nk_err *err)
{
	NK_OWNED(asking_done) struct nk_asking a = { .store = store, .place_key = place_key, .arena = arena };

	return answer(&a, holding, limit, out, out_n, err);
}

NK_RESULT nk_ask(struct nk_store *store, const struct nk_key *place_key, struct nk_uuid holding,
	struct nk_arena *arena, struct nk_ask_row **out, size_t *out_n, struct nk_err *err)
{
	return nk_ask_limited(store, place_key, holding, SIZE_MAX, arena, out, out_n, err);
}
