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

struct edge {
	size_t child, parent;
};

static void asking_done(struct nk_asking *a)
{
	nk_map_done(&a->index);
	nk_vec_done(&a->nodes);
	nk_vec_done(&a->edges);
	nk_vec_done(&a->rows);
	nk_vec_done(&a->spans);
	nk_buf_done(&a->last);
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

static NK_RESULT take_node(struct nk_asking *a, const struct nk_stmt *s, struct nk_ask_node *n, struct nk_err *err)
{
	*n = (struct nk_ask_node){ .custodian = nk_column_id_or_nil(s, 4),
		.checked_by = nk_column_id_or_nil(s, 5),
		.opened_at = nk_col_int(s, 6),
		.closed_at = nk_col_int(s, 7),
		.known_read = nk_str_eq(nk_col_text(s, 9), NK_STR("yes")) };
	n->row.possible = nk_str_eq(nk_col_text(s, 10), NK_STR("possible"));
	if (!nk_holding_kind_of(nk_col_text(s, 2), &n->row.kind) || !nk_gone_of(nk_col_text(s, 8), &n->gone)) {
		return nk_fail(err, NK_CORRUPT, "table holding: a row has a kind or a state that this version does not know");
	}
	NK_TRY(nk_column_id(s, 0, "holding", &n->row.holding, err));
	return nk_column_text(s, 3, a->arena, &n->row.place, err);
}

/* One pair of copy and origin; the copy becomes a node when it is seen for the first time. */
static NK_RESULT take_pair(struct nk_asking *a, const struct nk_stmt *s, struct nk_err *err)
{
	const struct nk_uuid parent = nk_column_id_or_nil(s, 1);
	struct nk_uuid id;
	uint64_t at = a->nodes.len;
	uint64_t from = 0;
	void *item = NULL;

	NK_TRY(nk_column_id(s, 0, "holding", &id, err));
	if (!nk_map_get(&a->index, nk_bytes_of(id.b, sizeof(id.b)), &at)) {
		struct nk_ask_node *n = NULL;

		NK_TRY(nk_vec_push(&a->nodes, &item, err));
		n = item;
		NK_TRY(take_node(a, s, n, err));
		n->row.depth = UINT_MAX;
		/* The map keeps no copy of its keys: the text of the place lives as long, the id goes beside it. */
		struct nk_uuid *const key = nk_arena_alloc(a->arena, sizeof(*key));

		if (key == NULL) {
			return nk_fail_nomem(err);
		}
		*key = id;
		NK_TRY(nk_map_put(&a->index, nk_bytes_of(key->b, sizeof(key->b)), at, err));
	}
	if (nk_uuid_is_nil(parent)) {
		((struct nk_ask_node *)nk_vec_at(&a->nodes, (size_t)at))->row.depth = 0;
		return nk_done();
	}
	if (!nk_map_get(&a->index, nk_bytes_of(parent.b, sizeof(parent.b)), &from)) {
		return nk_fail(err, NK_INTERNAL, "a copy came before what it was made from");
	}
	NK_TRY(nk_vec_push(&a->edges, &item, err));
	*(struct edge *)item = (struct edge){ (size_t)at, (size_t)from };
	return nk_done();
}

/* The least number of steps from the one asked for; the pairs come nearest first, so that one round mostly does. */
static void measure(struct nk_asking *a)
{
	bool changed = true;

	while (changed) {
		changed = false;
		for (size_t i = 0; i < a->edges.len; i++) {
			const struct edge *const e = nk_vec_at(&a->edges, i);
			const struct nk_ask_node *const from = nk_vec_at(&a->nodes, e->parent);
			struct nk_ask_node *const to = nk_vec_at(&a->nodes, e->child);

			if (from->row.depth != UINT_MAX && from->row.depth + 1 < to->row.depth) {
				to->row.depth = from->row.depth + 1;
				changed = true;
			}
		}
	}
}

static NK_RESULT closure(struct nk_asking *a, struct nk_uuid root, struct nk_err *err)
{
	NK_OWNED(nk_stmt_put) struct nk_stmt *s = NULL;
	char text[NK_UUID_TEXT];
	bool more = false;

	/* UNION: a pair that came before is not followed again. */
	NK_TRY(nk_stmt_get(a->store,
		"WITH RECURSIVE c(id, parent) AS (SELECT ?1, NULL UNION SELECT h.id, c.id FROM c JOIN holding h "
		"ON h.derived_from = c.id OR h.id IN (SELECT d.child_id FROM derived d WHERE d.parent_id = c.id)) "
		"SELECT h.id, c.parent, h.kind, h.place, h.custodian_id, h.checked_by, h.opened_at, COALESCE(h.closed_at, 0), "
		"h.gone, h.was_read, h.existence FROM c JOIN holding h ON h.id = c.id",
		&s, err));
	nk_stmt_uuid(s, 1, root);
	NK_TRY(nk_stmt_step(s, &more, err));
	if (!more) {
		return nk_fail(err, NK_NOT_FOUND, "there is no holding %s", nk_uuid_print(root, text));
	}
	while (more) {
		NK_TRY(take_pair(a, s, err));
		NK_TRY(nk_stmt_step(s, &more, err));
	}
	measure(a);
	return nk_done();
}

/* Most items of a copy are of the same persons: bytes that came just before need not be joined again. */
static NK_RESULT join(struct nk_bytes bytes, struct nk_buf *last, roaring_bitmap_t **all, struct nk_err *err)
{
	NK_OWNED(nk_bitmap_free) roaring_bitmap_t *one = NULL;

	if (*all != NULL && nk_bytes_eq(bytes, nk_buf_bytes(last))) {
		return nk_done();
	}
	NK_TRY(nk_bitmap_read(bytes, &one, err));
	if (*all == NULL) {
		*all = one;
		one = NULL;
	} else {
		roaring_bitmap_or_inplace(*all, one);
	}
	nk_buf_reset(last);
	return nk_buf_add(last, bytes.ptr, bytes.len, err);
}

static NK_RESULT count_in(struct nk_asking *a, struct nk_stmt *s, const struct nk_ask_node *n, roaring_bitmap_t **all,
	uint64_t *out, struct nk_err *err)
{
	bool more = false;

	nk_stmt_uuid(s, 1, n->row.holding);
	NK_TRY(nk_stmt_step(s, &more, err));
	while (more) {
		NK_TRY(join(nk_col_blob(s, 0), &a->last, all, err));
		NK_TRY(nk_stmt_step(s, &more, err));
	}
	*out = *all == NULL ? 0 : roaring_bitmap_get_cardinality(*all);
	return nk_done();
}

/* The union over all item classes: a person counts once. What may be in it comes on top. */
static NK_RESULT persons_of(struct nk_asking *a, struct nk_ask_node *n, struct nk_err *err)
{
	NK_OWNED(nk_bitmap_free) roaring_bitmap_t *all = NULL;
	NK_OWNED(nk_stmt_put) struct nk_stmt *content = NULL;
	NK_OWNED(nk_stmt_put) struct nk_stmt *upper = NULL;

	nk_buf_reset(&a->last);
	NK_TRY(nk_stmt_get(a->store, "SELECT persons FROM extent WHERE holding_id = ?1", &content, err));
	NK_TRY(count_in(a, content, n, &all, &n->row.persons_exact, err));
	n->row.persons_max = n->row.persons_exact;
	if (!a->has_upper) {
		return nk_done();
	}
	NK_TRY(nk_stmt_get(a->store, "SELECT persons FROM extent_upper WHERE holding_id = ?1", &upper, err));
	return count_in(a, upper, n, &all, &n->row.persons_max, err);
}

/* Did somebody else than the custodian look, and find nothing? */
static NK_RESULT is_verified(struct nk_store *store, const struct nk_ask_node *n, bool *out, struct nk_err *err)
{
	NK_OWNED(nk_stmt_put) struct nk_stmt *s = NULL;
	char about[sizeof("holding:") + NK_UUID_TEXT];
	char text[NK_UUID_TEXT];

	*out = n->gone == NK_GONE_VERIFIED && !nk_uuid_is_nil(n->checked_by) &&
		!nk_uuid_eq(n->checked_by, n->custodian);
	if (*out) {
		return nk_done();
	}
	(void)snprintf(about, sizeof(about), "holding:%s", nk_uuid_print(n->row.holding, text));
	NK_TRY(nk_stmt_get(store,
		"SELECT 1 FROM evidence WHERE about = ?1 AND kind LIKE '%/svr/%' AND result = 'PASSED' AND signer_id <> ?2", &s,
		err));
	nk_stmt_text(s, 1, nk_str_c(about));
	nk_stmt_uuid(s, 2, n->custodian);
	return nk_stmt_step(s, out, err);
}

static NK_RESULT fate_of(struct nk_store *store, struct nk_ask_node *n, struct nk_err *err)
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
		NK_TRY(is_verified(store, n, &verified, err));
		n->row.gone = verified ? NK_ASK_GONE_VERIFIED : NK_ASK_GONE_UNVERIFIED;
		return nk_done();
	case NK_GONE_OPEN:
	case NK_GONE_COUNT:
		break;
	}
	n->row.gone = NK_ASK_OPEN;
	return nk_done();
}

/* What most installations do not have is not looked up for each copy. */
static NK_RESULT look_around(struct nk_asking *a, struct nk_err *err)
{
	NK_OWNED(nk_stmt_put) struct nk_stmt *anyone = NULL;
	NK_OWNED(nk_stmt_put) struct nk_stmt *upper = NULL;

	NK_TRY(nk_stmt_get(a->store, "SELECT 1 FROM party WHERE kind = 'anyone'", &anyone, err));
	NK_TRY(nk_stmt_step(anyone, &a->has_anyone, err));
	NK_TRY(nk_stmt_get(a->store, "SELECT 1 FROM extent_upper LIMIT 1", &upper, err));
	return nk_stmt_step(upper, &a->has_upper, err);
}

static int by_id(const void *x, const void *y)
{
	const struct nk_ask_node *const a = x;
	const struct nk_ask_node *const b = y;

	return nk_uuid_cmp(a->row.holding, b->row.holding);
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

/* In the order of the indexes, so that one look-up lies beside the next. */
static NK_RESULT look_up(struct nk_asking *a, struct nk_err *err)
{
	qsort(a->nodes.items, a->nodes.len, sizeof(struct nk_ask_node), by_id);
	for (size_t i = 0; i < a->nodes.len; i++) {
		struct nk_ask_node *const n = nk_vec_at(&a->nodes, i);

		n->first = a->rows.len;
		NK_TRY(persons_of(a, n, err));
		NK_TRY(fate_of(a->store, n, err));
		NK_TRY(nk_ask_readers(a, n, err));
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

		memcpy(&list[at], nk_vec_at(&a->rows, n->first), n->n_rows * sizeof(*list));
		at += n->n_rows;
	}
	*out = list;
	*out_n = at;
	return nk_done();
}

NK_RESULT nk_ask(struct nk_store *store, struct nk_uuid holding, struct nk_arena *arena, struct nk_ask_row **out,
	size_t *out_n, struct nk_err *err)
{
	NK_OWNED(asking_done) struct nk_asking a = { .store = store, .arena = arena };
	NK_OWNED(nk_stmt_put) struct nk_stmt *still = NULL;
	uint8_t seed[16];
	bool there = false;

	NK_TRY(nk_random(nk_store_env(store), seed, sizeof(seed), err));
	nk_map_init(&a.index, seed);
	nk_vec_init(&a.nodes, sizeof(struct nk_ask_node), NODES_MAX);
	nk_vec_init(&a.edges, sizeof(struct edge), EDGES_MAX);
	nk_vec_init(&a.rows, sizeof(struct nk_ask_row), EDGES_MAX);
	nk_vec_init(&a.spans, sizeof(struct nk_ask_span), NODES_MAX);
	nk_buf_init(&a.last, SIZE_MAX / 4);
	/* A statement that is not at its end keeps one state of the store before our eyes until we are done. */
	NK_TRY(nk_stmt_get(store, "SELECT rowid FROM holding LIMIT 2", &still, err));
	NK_TRY(nk_stmt_step(still, &there, err));
	NK_TRY(look_around(&a, err));
	NK_TRY(closure(&a, holding, err));
	NK_TRY(look_up(&a, err));
	return hand_out(&a, out, out_n, err);
}
