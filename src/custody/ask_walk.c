/*
 * ask_walk.c: the copies that were made from one: step by step from it, or, when these are many, from all copies at once.
 *
 * Invariant: both ways find the same copies at the same depths. Circles end, because a copy is taken once.
 */
#include "base.h"

#include "ask_int.h"
#include "column_int.h"
#include "holding_int.h"

#define NODE                                                                                              \
	"h.id, h.kind, h.place, h.custodian_id, h.checked_by, h.opened_at, COALESCE(h.closed_at, 0), h.gone, " \
	"h.was_read, h.existence, COALESCE(h.persons, -1), COALESCE(h.persons_max, -1), h.place_box, "
enum { PLACE = 2, BOX = 12, PARENT = 13 };

static NK_RESULT take_node(struct nk_asking *a, const struct nk_stmt *s, unsigned depth, struct nk_err *err)
{
	const struct nk_holding_columns at = { .place = PLACE, .box = BOX };
	struct nk_ask_node *n = NULL;
	void *item = NULL;

	NK_TRY(nk_vec_push(&a->nodes, &item, err));
	n = item;
	*n = (struct nk_ask_node){ .custodian = nk_column_id_or_nil(s, 3),
		.checked_by = nk_column_id_or_nil(s, 4),
		.opened_at = nk_col_int(s, 5),
		.closed_at = nk_col_int(s, 6),
		.known_read = nk_str_eq(nk_col_text(s, 8), NK_STR("yes")),
		.counted = nk_col_int(s, 10) >= 0 && nk_col_int(s, 11) >= 0 };
	n->row.depth = depth;
	n->row.possible = nk_str_eq(nk_col_text(s, 9), NK_STR("possible"));
	n->row.persons_exact = n->counted ? nk_u64(nk_col_int(s, 10)) : 0;
	n->row.persons_max = n->counted ? nk_u64(nk_col_int(s, 11)) : 0;
	if (!nk_holding_kind_of(nk_col_text(s, 1), &n->row.kind) || !nk_gone_of(nk_col_text(s, 7), &n->gone)) {
		return nk_fail(err, NK_CORRUPT, "table holding: a row has a kind or a state that this version does not know");
	}
	NK_TRY(nk_column_id(s, 0, "holding", &n->row.holding, err));
	return nk_holding_place(a->place_key, n->row.holding, s, &at, a->arena, &n->row.place, err);
}

/* Where from, at each step: made from it alone, or from others too. */
static const char *const made_from[] = { "SELECT " NODE "h.derived_from FROM holding h WHERE h.derived_from = ?1",
	"SELECT " NODE "d.parent_id FROM derived d JOIN holding h ON h.id = d.child_id WHERE d.parent_id = ?1" };

struct steps {
	struct nk_map seen; /* ids */
	struct nk_stmt *from[NK_ARRAY_LEN(made_from)];
	size_t limit;
};

static void steps_done(struct steps *st)
{
	nk_map_done(&st->seen);
	for (size_t i = 0; i < NK_ARRAY_LEN(st->from); i++) {
		nk_stmt_put(&st->from[i]);
	}
}

/* The rows of a statement, those that came before left out. */
static NK_RESULT take_step(
	struct nk_asking *a, struct steps *st, struct nk_stmt *s, unsigned depth, struct nk_err *err)
{
	bool more = false;

	NK_TRY(nk_stmt_step(s, &more, err));
	while (more && a->nodes.len <= st->limit) {
		struct nk_uuid *const id = nk_arena_alloc(a->arena, sizeof(*id));
		uint64_t at = 0;

		if (id == NULL) {
			return nk_fail_nomem(err);
		}
		NK_TRY(nk_column_id(s, 0, "holding", id, err));
		if (!nk_map_get(&st->seen, nk_bytes_of(id->b, sizeof(id->b)), &at)) {
			NK_TRY(nk_map_put(&st->seen, nk_bytes_of(id->b, sizeof(id->b)), 1, err));
			NK_TRY(take_node(a, s, depth, err));
		}
		NK_TRY(nk_stmt_step(s, &more, err));
	}
	return nk_done();
}

/* Nearest first, so that the first way to a copy is the shortest. *out_all is false: more than `limit`, nothing kept. */
static NK_RESULT step_by_step(
	struct nk_asking *a, struct nk_uuid root, size_t limit, bool *out_all, struct nk_err *err)
{
	NK_OWNED(nk_stmt_put) struct nk_stmt *first = NULL;
	NK_OWNED(steps_done) struct steps st = { .limit = limit };
	uint8_t seed[16];

	NK_TRY(nk_random(nk_store_env(a->store), seed, sizeof(seed), err));
	nk_map_init(&st.seen, seed);
	NK_TRY(nk_stmt_get(a->store, "SELECT " NODE "NULL FROM holding h WHERE h.id = ?1", &first, err));
	nk_stmt_uuid(first, 1, root);
	NK_TRY(take_step(a, &st, first, 0, err));
	for (size_t i = 0; i < NK_ARRAY_LEN(made_from); i++) {
		NK_TRY(nk_stmt_get(a->store, made_from[i], &st.from[i], err));
	}
	for (size_t at = 0; at < a->nodes.len && a->nodes.len <= limit; at++) {
		for (size_t i = 0; i < NK_ARRAY_LEN(made_from); i++) {
			const struct nk_ask_node *const from = nk_vec_at(&a->nodes, at);

			nk_stmt_rewind(st.from[i]);
			nk_stmt_uuid(st.from[i], 1, from->row.holding);
			NK_TRY(take_step(a, &st, st.from[i], from->row.depth + 1, err));
		}
	}
	*out_all = a->nodes.len <= limit;
	if (!*out_all) {
		nk_vec_clear(&a->nodes);
	}
	return nk_done();
}

static NK_RESULT take_edge(struct nk_asking *a, const struct nk_stmt *s, int child, int parent, struct nk_err *err)
{
	struct nk_ask_edge e = { 0 };
	void *item = NULL;

	if (nk_col_is_null(s, parent)) {
		return nk_done();
	}
	NK_TRY(nk_column_id(s, child, "holding", &e.child, err));
	NK_TRY(nk_column_id(s, parent, "holding", &e.parent, err));
	NK_TRY(nk_vec_push(&a->edges, &item, err));
	*(struct nk_ask_edge *)item = e;
	return nk_done();
}

static NK_RESULT all_at_once(struct nk_asking *a, struct nk_err *err)
{
	NK_OWNED(nk_stmt_put) struct nk_stmt *copies = NULL;
	NK_OWNED(nk_stmt_put) struct nk_stmt *derived = NULL;
	bool more = false;

	NK_TRY(nk_stmt_get(a->store, "SELECT " NODE "h.derived_from FROM holding h", &copies, err));
	NK_TRY(nk_stmt_step(copies, &more, err));
	while (more) {
		NK_TRY(take_node(a, copies, UINT_MAX, err));
		NK_TRY(take_edge(a, copies, 0, PARENT, err));
		NK_TRY(nk_stmt_step(copies, &more, err));
	}
	NK_TRY(nk_stmt_get(a->store, "SELECT child_id, parent_id FROM derived", &derived, err));
	NK_TRY(nk_stmt_step(derived, &more, err));
	while (more) {
		NK_TRY(take_edge(a, derived, 0, 1, err));
		NK_TRY(nk_stmt_step(derived, &more, err));
	}
	return nk_done();
}

static int by_id(const void *x, const void *y)
{
	const struct nk_ask_node *const a = x;
	const struct nk_ask_node *const b = y;

	return nk_uuid_cmp(a->row.holding, b->row.holding);
}

static int by_child(const void *x, const void *y)
{
	const struct nk_ask_edge *const a = x;
	const struct nk_ask_edge *const b = y;

	return nk_uuid_cmp(a->child, b->child);
}

static int by_parent(const void *x, const void *y)
{
	const struct nk_ask_edge *const a = x;
	const struct nk_ask_edge *const b = y;

	return nk_uuid_cmp(a->parent, b->parent);
}

/* Both lists in one order, walked side by side: each pair learns where its copy stands, each copy where its pairs begin. */
static void bring_together(struct nk_asking *a)
{
	struct nk_ask_node *const nodes = a->nodes.items;
	struct nk_ask_edge *const edges = a->edges.items;
	size_t at = 0;

	if (a->edges.len == 0) {
		return;
	}
	qsort(edges, a->edges.len, sizeof(*edges), by_child);
	for (size_t i = 0; i < a->edges.len; i++) {
		while (at < a->nodes.len && nk_uuid_cmp(nodes[at].row.holding, edges[i].child) < 0) {
			at++;
		}
		edges[i].to = at < a->nodes.len && nk_uuid_eq(nodes[at].row.holding, edges[i].child) ? at : SIZE_MAX;
	}
	qsort(edges, a->edges.len, sizeof(*edges), by_parent);
	at = 0;
	for (size_t i = 0; i < a->nodes.len; i++) {
		while (at < a->edges.len && nk_uuid_cmp(edges[at].parent, nodes[i].row.holding) < 0) {
			at++;
		}
		nodes[i].first = at;
	}
}

/* The least number of steps from the one asked for: nearest first, each once. */
static NK_RESULT measure(struct nk_asking *a, struct nk_ask_node *root, struct nk_err *err)
{
	NK_OWNED(nk_vec_done) struct nk_vec queue = { 0 };
	void *item = NULL;

	nk_vec_init(&queue, sizeof(struct nk_ask_node *), a->nodes.len);
	NK_TRY(nk_vec_push(&queue, &item, err));
	*(struct nk_ask_node **)item = root;
	root->row.depth = 0;
	for (size_t at = 0; at < queue.len; at++) {
		const struct nk_ask_node *const from = *(struct nk_ask_node **)nk_vec_at(&queue, at);
		const struct nk_ask_edge *e = a->edges.items;

		for (size_t i = from->first; i < a->edges.len && nk_uuid_eq(e[i].parent, from->row.holding); i++) {
			struct nk_ask_node *const to = e[i].to == SIZE_MAX ? NULL : nk_vec_at(&a->nodes, e[i].to);

			if (to != NULL && to->row.depth == UINT_MAX) {
				to->row.depth = from->row.depth + 1;
				NK_TRY(nk_vec_push(&queue, &item, err));
				*(struct nk_ask_node **)item = to;
			}
		}
	}
	return nk_done();
}

NK_RESULT nk_ask_walk(struct nk_asking *a, struct nk_uuid root, size_t limit, struct nk_err *err)
{
	const struct nk_ask_node key = { .row = { .holding = root } };
	char text[NK_UUID_TEXT];
	bool all = false;

	NK_TRY(step_by_step(a, root, limit, &all, err));
	a->whole = !all;
	if (a->whole) {
		NK_TRY(all_at_once(a, err));
	}
	if (a->nodes.len == 0) {
		return nk_fail(err, NK_NOT_FOUND, "there is no holding %s", nk_uuid_print(root, text));
	}
	/* In the order of the indexes, so that one look-up lies beside the next. */
	qsort(a->nodes.items, a->nodes.len, sizeof(struct nk_ask_node), by_id);
	if (!a->whole) {
		return nk_done();
	}
	bring_together(a);
	return measure(a, bsearch(&key, a->nodes.items, a->nodes.len, sizeof(key), by_id), err);
}

void nk_ask_stream_close(struct nk_ask_stream *stream)
{
	nk_stmt_put(&stream->stmt);
}

/* The id of the row at hand; a text that is not exactly one's comes before all, and is passed over. */
static struct nk_uuid key_of(const struct nk_ask_stream *stream)
{
	const struct nk_uuid none = { { 0 } };
	char text[NK_HOLDING_ABOUT];
	struct nk_uuid id = none;
	struct nk_str s;

	if (!stream->by_text) {
		return nk_column_id_or_nil(stream->stmt, 0);
	}
	s = nk_col_text(stream->stmt, 0);
	if (!nk_uuid_parse(nk_str_sub(s, strlen("holding:"), SIZE_MAX), &id)) {
		return none;
	}
	return nk_str_eq(s, nk_str_c(nk_holding_about(id, text))) ? id : none;
}

static NK_RESULT step(struct nk_ask_stream *stream, struct nk_err *err)
{
	NK_TRY(nk_stmt_step(stream->stmt, &stream->more, err));
	if (stream->more && stream->whole) {
		stream->key = key_of(stream);
	}
	return nk_done();
}

NK_RESULT nk_ask_stream_open(
	const struct nk_asking *a, const char *one, const char *all, struct nk_ask_stream *out, struct nk_err *err)
{
	out->whole = a->whole;
	NK_TRY(nk_stmt_get(a->store, a->whole ? all : one, &out->stmt, err));
	return a->whole ? step(out, err) : nk_done();
}

NK_RESULT nk_ask_stream_at(struct nk_ask_stream *stream, struct nk_uuid holding, bool *out, struct nk_err *err)
{
	char text[NK_HOLDING_ABOUT];

	if (!stream->whole) {
		nk_stmt_rewind(stream->stmt);
		if (stream->by_text) {
			nk_stmt_text(stream->stmt, 1, nk_str_c(nk_holding_about(holding, text)));
		} else {
			nk_stmt_uuid(stream->stmt, 1, holding);
		}
		NK_TRY(step(stream, err));
		*out = stream->more;
		return nk_done();
	}
	while (stream->more && nk_uuid_cmp(stream->key, holding) < 0) {
		NK_TRY(step(stream, err));
	}
	*out = stream->more && nk_uuid_eq(stream->key, holding);
	return nk_done();
}

NK_RESULT nk_ask_stream_next(struct nk_ask_stream *stream, struct nk_uuid holding, bool *out, struct nk_err *err)
{
	NK_TRY(step(stream, err));
	*out = stream->more && (!stream->whole || nk_uuid_eq(stream->key, holding));
	return nk_done();
}
