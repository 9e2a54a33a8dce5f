/*
 * extent.c: whose × which items: one Roaring bitmap of person numbers a holding and item class; what was seen in the
 * content (table extent) and who may be in it beyond that (table extent_upper) stand apart.
 *
 * Invariant: a row that is there holds at least one person; bytes that are not a whole bitmap are NK_CORRUPT.
 */
#include "base.h"

#include "custody.h"

#include "column_int.h"
#include "extent_int.h"

enum { EXTENT_ROWS_MAX = 10000000 };

/* Which of the two tables. */
enum basis { CONTENT, UPPER };

void nk_bitmap_free(roaring_bitmap_t **bitmap)
{
	if (*bitmap != NULL) {
		roaring_bitmap_free(*bitmap);
		*bitmap = NULL;
	}
}

NK_RESULT nk_bitmap_read(struct nk_bytes bytes, roaring_bitmap_t **out, struct nk_err *err)
{
	roaring_bitmap_t *bitmap = NULL;

	/* Only the safe reader: it never looks behind the bytes it was given. */
	bitmap = roaring_bitmap_portable_deserialize_safe((const char *)bytes.ptr, bytes.len);
	if (bitmap == NULL || roaring_bitmap_portable_size_in_bytes(bitmap) != bytes.len) {
		nk_bitmap_free(&bitmap);
		return nk_fail(err, NK_CORRUPT,
			"table extent: a set of persons is damaged; restore the store from a backup");
	}
	*out = bitmap;
	return nk_done();
}

/* The bitmap of a holding and class; an empty one when there is no row. */
static NK_RESULT load(struct nk_store *store, enum basis basis, struct nk_uuid holding, enum nk_item_class c,
	roaring_bitmap_t **out, struct nk_err *err)
{
	NK_OWNED(nk_stmt_put) struct nk_stmt *stmt = NULL;
	bool found = false;

	NK_TRY(nk_stmt_get(store,
		basis == UPPER ? "SELECT persons FROM extent_upper WHERE holding_id = ?1 AND item_class = ?2"
			       : "SELECT persons FROM extent WHERE holding_id = ?1 AND item_class = ?2",
		&stmt, err));
	nk_stmt_uuid(stmt, 1, holding);
	nk_stmt_int(stmt, 2, (int64_t)c);
	NK_TRY(nk_stmt_step(stmt, &found, err));
	if (found) {
		return nk_bitmap_read(nk_col_blob(stmt, 0), out, err);
	}
	*out = roaring_bitmap_create();
	return *out == NULL ? nk_fail_nomem(err) : nk_done();
}

static NK_RESULT drop(
	struct nk_tx *tx, enum basis basis, struct nk_uuid holding, enum nk_item_class c, struct nk_err *err)
{
	NK_OWNED(nk_stmt_put) struct nk_stmt *stmt = NULL;

	NK_TRY(nk_stmt_get(nk_tx_store(tx),
		basis == UPPER ? "DELETE FROM extent_upper WHERE holding_id = ?1 AND item_class = ?2"
			       : "DELETE FROM extent WHERE holding_id = ?1 AND item_class = ?2",
		&stmt, err));
	nk_stmt_uuid(stmt, 1, holding);
	nk_stmt_int(stmt, 2, (int64_t)c);
	return nk_stmt_run(stmt, err);
}

static NK_RESULT save(struct nk_tx *tx, enum basis basis, struct nk_uuid holding, enum nk_item_class c,
	roaring_bitmap_t *bitmap, struct nk_err *err)
{
	NK_OWNED(nk_stmt_put) struct nk_stmt *stmt = NULL;
	NK_OWNED(nk_buf_done) struct nk_buf bytes = { 0 };
	uint8_t *at = NULL;

	if (roaring_bitmap_is_empty(bitmap)) {
		return drop(tx, basis, holding, c, err);
	}
	roaring_bitmap_run_optimize(bitmap);
	nk_buf_init(&bytes, SIZE_MAX / 4);
	NK_TRY(nk_buf_reserve(&bytes, roaring_bitmap_portable_size_in_bytes(bitmap), &at, err));
	bytes.len = roaring_bitmap_portable_serialize(bitmap, (char *)at);
	NK_TRY(nk_stmt_get(nk_tx_store(tx),
		basis == UPPER ? "INSERT INTO extent_upper(holding_id, item_class, persons) VALUES (?1, ?2, ?3) "
				 "ON CONFLICT (holding_id, item_class) DO UPDATE SET persons = excluded.persons"
			       : "INSERT INTO extent(holding_id, item_class, persons) VALUES (?1, ?2, ?3) "
				 "ON CONFLICT (holding_id, item_class) DO UPDATE SET persons = excluded.persons",
		&stmt, err));
	nk_stmt_uuid(stmt, 1, holding);
	nk_stmt_int(stmt, 2, (int64_t)c);
	nk_stmt_blob(stmt, 3, nk_buf_bytes(&bytes));
	return nk_stmt_run(stmt, err);
}

static NK_RESULT add(struct nk_tx *tx, enum basis basis, struct nk_uuid holding, enum nk_item_class c,
	const uint32_t *numbers, size_t n, struct nk_err *err)
{
	NK_OWNED(nk_bitmap_free) roaring_bitmap_t *bitmap = NULL;

	nk_assert(c < NK_ITEM_COUNT);
	NK_TRY(load(nk_tx_store(tx), basis, holding, c, &bitmap, err));
	roaring_bitmap_add_many(bitmap, n, numbers);
	NK_TRY(save(tx, basis, holding, c, bitmap, err));
	return nk_extent_recount(tx, holding, err);
}

NK_RESULT nk_extent_add(struct nk_tx *tx, struct nk_uuid holding, enum nk_item_class c, const uint32_t *numbers,
	size_t n, struct nk_err *err)
{
	return add(tx, CONTENT, holding, c, numbers, n, err);
}

NK_RESULT nk_extent_add_upper(struct nk_tx *tx, struct nk_uuid holding, enum nk_item_class c, const uint32_t *numbers,
	size_t n, struct nk_err *err)
{
	return add(tx, UPPER, holding, c, numbers, n, err);
}

static void take_out(roaring_bitmap_t *bitmap, const uint32_t *numbers, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		roaring_bitmap_remove(bitmap, numbers[i]);
	}
}

static NK_RESULT remove_some(struct nk_tx *tx, enum basis basis, struct nk_uuid holding, enum nk_item_class c,
	const uint32_t *numbers, size_t n, struct nk_err *err)
{
	NK_OWNED(nk_bitmap_free) roaring_bitmap_t *bitmap = NULL;

	nk_assert(c < NK_ITEM_COUNT);
	NK_TRY(load(nk_tx_store(tx), basis, holding, c, &bitmap, err));
	take_out(bitmap, numbers, n);
	return save(tx, basis, holding, c, bitmap, err);
}

NK_RESULT nk_extent_remove(struct nk_tx *tx, struct nk_uuid holding, enum nk_item_class c, const uint32_t *numbers,
	size_t n, struct nk_err *err)
{
	NK_TRY(remove_some(tx, CONTENT, holding, c, numbers, n, err));
	return nk_extent_recount(tx, holding, err);
}

NK_RESULT nk_extent_count(
	struct nk_store *store, struct nk_uuid holding, enum nk_item_class c, uint64_t *out, struct nk_err *err)
{
	NK_OWNED(nk_bitmap_free) roaring_bitmap_t *bitmap = NULL;

	nk_assert(c < NK_ITEM_COUNT);
	NK_TRY(load(store, CONTENT, holding, c, &bitmap, err));
	*out = roaring_bitmap_get_cardinality(bitmap);
	return nk_done();
}

struct extent_key {
	struct nk_uuid holding;
	enum nk_item_class item_class;
	enum basis basis;
};

static NK_RESULT take_key(const struct nk_stmt *stmt, struct extent_key *out, struct nk_err *err)
{
	const int64_t c = nk_col_int(stmt, 1);

	NK_TRY(nk_column_id(stmt, 0, "extent", &out->holding, err));
	if (c < 0 || c >= NK_ITEM_COUNT) {
		return nk_fail(
			err, NK_CORRUPT, "table extent: a row has an item class that this version does not know");
	}
	out->item_class = (enum nk_item_class)c;
	out->basis = nk_col_int(stmt, 2) == 1 ? UPPER : CONTENT;
	return nk_done();
}

NK_RESULT nk_extent_of_person(struct nk_store *store, uint32_t number, struct nk_arena *arena,
	struct nk_extent_row **out, size_t *out_n, struct nk_err *err)
{
	NK_OWNED(nk_stmt_put) struct nk_stmt *stmt = NULL;
	NK_OWNED(nk_vec_done) struct nk_vec rows = { 0 };
	struct nk_extent_row *last = NULL;
	bool more = false;

	nk_vec_init(&rows, sizeof(struct nk_extent_row), EXTENT_ROWS_MAX);
	NK_TRY(nk_stmt_get(store,
		"SELECT holding_id, item_class, 0 AS basis, persons FROM extent UNION ALL "
		"SELECT holding_id, item_class, 1 AS basis, persons FROM extent_upper ORDER BY holding_id, basis, item_class",
		&stmt, err));
	NK_TRY(nk_stmt_step(stmt, &more, err));
	while (more) {
		NK_OWNED(nk_bitmap_free) roaring_bitmap_t *bitmap = NULL;
		struct extent_key key;
		void *item = NULL;

		NK_TRY(take_key(stmt, &key, err));
		NK_TRY(nk_bitmap_read(nk_col_blob(stmt, 3), &bitmap, err));
		if (roaring_bitmap_contains(bitmap, number)) {
			if (last == NULL || !nk_uuid_eq(last->holding, key.holding)) {
				NK_TRY(nk_vec_push(&rows, &item, err));
				last = item;
				last->holding = key.holding;
			}
			*(key.basis == UPPER ? &last->possible : &last->classes) |= 1U << key.item_class;
		}
		NK_TRY(nk_stmt_step(stmt, &more, err));
	}
	NK_TRY(nk_column_list(&rows, arena, out, err));
	*out_n = rows.len;
	return nk_done();
}

NK_RESULT nk_extent_remove_everywhere(struct nk_tx *tx, const uint32_t *numbers, size_t n, struct nk_err *err)
{
	NK_OWNED(nk_stmt_put) struct nk_stmt *stmt = NULL;
	NK_OWNED(nk_vec_done) struct nk_vec keys = { 0 };
	bool more = false;

	nk_vec_init(&keys, sizeof(struct extent_key), EXTENT_ROWS_MAX);
	/* Ours are the store and the vault's second place: there the person's key was the person. */
	NK_TRY(nk_stmt_get(nk_tx_store(tx),
		"SELECT e.holding_id, e.item_class, 0 FROM extent e JOIN holding h ON h.id = e.holding_id "
		"WHERE h.gone = 'verified' OR h.kind IN ('store', 'vault_copy') UNION ALL "
		"SELECT u.holding_id, u.item_class, 1 FROM extent_upper u JOIN holding h ON h.id = u.holding_id "
		"WHERE h.gone = 'verified' OR h.kind IN ('store', 'vault_copy') ORDER BY 1",
		&stmt, err));
	NK_TRY(nk_stmt_step(stmt, &more, err));
	while (more) {
		void *item = NULL;

		NK_TRY(nk_vec_push(&keys, &item, err));
		NK_TRY(take_key(stmt, item, err));
		NK_TRY(nk_stmt_step(stmt, &more, err));
	}
	for (size_t i = 0; i < keys.len; i++) {
		const struct extent_key *key = nk_vec_at(&keys, i);
		const struct extent_key *next = i + 1 < keys.len ? nk_vec_at(&keys, i + 1) : NULL;

		NK_TRY(remove_some(tx, key->basis, key->holding, key->item_class, numbers, n, err));
		if (next == NULL || !nk_uuid_eq(next->holding, key->holding)) {
			NK_TRY(nk_extent_recount(tx, key->holding, err));
		}
	}
	return nk_done();
}

NK_RESULT nk_extent_touches(struct nk_store *store, struct nk_uuid holding, const uint32_t *numbers, size_t n,
	bool *out, struct nk_err *err)
{
	bool found = false;

	for (unsigned c = 0; !found && c < 2 * NK_ITEM_COUNT; c++) {
		NK_OWNED(nk_bitmap_free) roaring_bitmap_t *bitmap = NULL;

		NK_TRY(load(store, c < NK_ITEM_COUNT ? CONTENT : UPPER, holding, (enum nk_item_class)(c % NK_ITEM_COUNT),
			&bitmap, err));
		for (size_t i = 0; bitmap != NULL && !found && i < n; i++) {
			found = roaring_bitmap_contains(bitmap, numbers[i]);
		}
	}
	*out = found;
	return nk_done();
}
