/*
 * extent_many.c: extents of several holdings together: how many persons, by item class, and who with which items.
 *
 * Invariant: a person in three holdings is one person. Damaged bytes are NK_CORRUPT, as in extent.c.
 */
#include "base.h"

#include "custody.h"

#include "extent_int.h"

struct sets { /* one bitmap an item class */
	roaring_bitmap_t *of[NK_ITEM_COUNT];
	roaring_bitmap_t *any;
	bool without; /* a holding without any row */
};

static void sets_done(struct sets *s)
{
	for (unsigned c = 0; c < NK_ITEM_COUNT; c++) {
		nk_bitmap_free(&s->of[c]);
	}
	nk_bitmap_free(&s->any);
}

static NK_RESULT sets_init(struct sets *s, struct nk_err *err)
{
	s->any = roaring_bitmap_create();
	for (unsigned c = 0; c < NK_ITEM_COUNT; c++) {
		s->of[c] = roaring_bitmap_create();
		if (s->of[c] == NULL || s->any == NULL) {
			return nk_fail_nomem(err);
		}
	}
	return nk_done();
}

static NK_RESULT add_row(struct sets *s, int64_t c, struct nk_bytes bytes, struct nk_err *err)
{
	NK_OWNED(nk_bitmap_free) roaring_bitmap_t *b = NULL;

	if (c < 0 || c >= NK_ITEM_COUNT) {
		return nk_fail(
			err, NK_CORRUPT, "table extent: a row has an item class that this version does not know");
	}
	NK_TRY(nk_bitmap_read(bytes, &b, err));
	roaring_bitmap_or_inplace(s->of[c], b);
	roaring_bitmap_or_inplace(s->any, b);
	return nk_done();
}

/* upper: those who may be in it too. */
static NK_RESULT add_holding(
	struct nk_store *store, struct nk_uuid holding, bool upper, struct sets *s, struct nk_err *err)
{
	NK_OWNED(nk_stmt_put) struct nk_stmt *stmt = NULL;
	bool more = false;

	NK_TRY(nk_stmt_get(store,
		"SELECT item_class, persons FROM extent WHERE holding_id = ?1 "
		"UNION ALL SELECT item_class, persons FROM extent_upper WHERE holding_id = ?1 AND ?2 = 1",
		&stmt, err));
	nk_stmt_uuid(stmt, 1, holding);
	nk_stmt_int(stmt, 2, upper ? 1 : 0);
	NK_TRY(nk_stmt_step(stmt, &more, err));
	s->without = s->without || !more;
	while (more) {
		NK_TRY(add_row(s, nk_col_int(stmt, 0), nk_col_blob(stmt, 1), err));
		NK_TRY(nk_stmt_step(stmt, &more, err));
	}
	return nk_done();
}

static NK_RESULT collect(struct nk_store *store, const struct nk_uuid *holdings, size_t n, bool upper, struct sets *s,
	struct nk_err *err)
{
	NK_TRY(sets_init(s, err));
	for (size_t i = 0; i < n; i++) {
		NK_TRY(add_holding(store, holdings[i], upper, s, err));
	}
	return nk_done();
}

/* Most items of a copy are of the same persons: bytes that came just before need not be joined again. */
static NK_RESULT join(struct nk_bytes bytes, struct nk_buf *last, roaring_bitmap_t *all, struct nk_err *err)
{
	NK_OWNED(nk_bitmap_free) roaring_bitmap_t *one = NULL;

	if (bytes.len > 0 && nk_bytes_eq(bytes, nk_buf_bytes(last))) {
		return nk_done();
	}
	NK_TRY(nk_bitmap_read(bytes, &one, err));
	roaring_bitmap_or_inplace(all, one);
	nk_buf_reset(last);
	return nk_buf_add(last, bytes.ptr, bytes.len, err);
}

NK_RESULT nk_extent_sum(
	struct nk_store *store, struct nk_uuid holding, uint64_t *out_exact, uint64_t *out_max, struct nk_err *err)
{
	static const char *const sql[] = { "SELECT persons FROM extent WHERE holding_id = ?1",
		"SELECT persons FROM extent_upper WHERE holding_id = ?1" };
	NK_OWNED(nk_bitmap_free) roaring_bitmap_t *all = roaring_bitmap_create();
	NK_OWNED(nk_buf_done) struct nk_buf last = { 0 };
	uint64_t n[NK_ARRAY_LEN(sql)];

	if (all == NULL) {
		return nk_fail_nomem(err);
	}
	nk_buf_init(&last, SIZE_MAX / 4);
	for (size_t i = 0; i < NK_ARRAY_LEN(sql); i++) {
		NK_OWNED(nk_stmt_put) struct nk_stmt *s = NULL;
		bool more = false;

		NK_TRY(nk_stmt_get(store, sql[i], &s, err));
		nk_stmt_uuid(s, 1, holding);
		NK_TRY(nk_stmt_step(s, &more, err));
		while (more) {
			NK_TRY(join(nk_col_blob(s, 0), &last, all, err));
			NK_TRY(nk_stmt_step(s, &more, err));
		}
		n[i] = roaring_bitmap_get_cardinality(all);
	}
	*out_exact = n[0];
	*out_max = n[1];
	return nk_done();
}

NK_RESULT nk_extent_recount(struct nk_tx *tx, struct nk_uuid holding, struct nk_err *err)
{
	NK_OWNED(nk_stmt_put) struct nk_stmt *s = NULL;
	uint64_t exact = 0;
	uint64_t most = 0;

	NK_TRY(nk_extent_sum(nk_tx_store(tx), holding, &exact, &most, err));
	NK_TRY(nk_stmt_get(
		nk_tx_store(tx), "UPDATE holding SET persons = ?2, persons_max = ?3 WHERE id = ?1", &s, err));
	nk_stmt_uuid(s, 1, holding);
	nk_stmt_int(s, 2, nk_i64(exact));
	nk_stmt_int(s, 3, nk_i64(most));
	return nk_stmt_run(s, err);
}

NK_RESULT nk_extent_together(struct nk_store *store, const struct nk_uuid *holdings, size_t n,
	struct nk_extent_total *out, struct nk_err *err)
{
	NK_OWNED(sets_done) struct sets content = { .any = NULL };
	NK_OWNED(sets_done) struct sets upper = { .any = NULL };

	NK_TRY(collect(store, holdings, n, false, &content, err));
	NK_TRY(collect(store, holdings, n, true, &upper, err));
	out->persons = roaring_bitmap_get_cardinality(content.any);
	out->persons_max = roaring_bitmap_get_cardinality(upper.any);
	out->without = upper.without;
	for (unsigned c = 0; c < NK_ITEM_COUNT; c++) {
		out->of[c] = roaring_bitmap_get_cardinality(content.of[c]);
		out->of_max[c] = roaring_bitmap_get_cardinality(upper.of[c]);
	}
	return nk_done();
}

NK_RESULT nk_extent_persons(struct nk_store *store, const struct nk_uuid *holdings, size_t n, struct nk_arena *arena,
	struct nk_extent_person **out, size_t *out_n, struct nk_err *err)
{
	NK_OWNED(sets_done) struct sets s = { .any = NULL };
	uint32_t *numbers;
	size_t persons;

	NK_TRY(collect(store, holdings, n, true, &s, err));
	persons = nk_size(roaring_bitmap_get_cardinality(s.any));
	numbers = nk_arena_array(arena, persons, sizeof(*numbers));
	*out = nk_arena_array(arena, persons, sizeof(**out));
	if (numbers == NULL || *out == NULL) {
		return nk_fail_nomem(err);
	}
	roaring_bitmap_to_uint32_array(s.any, numbers);
	for (size_t i = 0; i < persons; i++) {
		(*out)[i].number = numbers[i];
		for (unsigned c = 0; c < NK_ITEM_COUNT; c++) {
			(*out)[i].classes |= roaring_bitmap_contains(s.of[c], numbers[i]) ? 1U << c : 0;
		}
	}
	*out_n = persons;
	return nk_done();
}
