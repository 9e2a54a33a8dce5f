/*
 * column.c: reading and binding of the few column shapes of this floor.
 */
#include "base.h"

#include "column_int.h"

NK_RESULT nk_column_text(
	const struct nk_stmt *stmt, int col, struct nk_arena *arena, struct nk_str *out, struct nk_err *err)
{
	return nk_arena_dup(arena, nk_col_text(stmt, col), out, err);
}

NK_RESULT nk_column_blob(
	const struct nk_stmt *stmt, int col, struct nk_arena *arena, struct nk_bytes *out, struct nk_err *err)
{
	struct nk_str copy = { NULL, 0 };

	NK_TRY(nk_arena_dup(arena, nk_bytes_str(nk_col_blob(stmt, col)), &copy, err));
	*out = nk_str_bytes(copy);
	return nk_done();
}

NK_RESULT nk_column_id(
	const struct nk_stmt *stmt, int col, const char *table, struct nk_uuid *out, struct nk_err *err)
{
	if (!nk_col_uuid(stmt, col, out)) {
		return nk_fail(
			err, NK_CORRUPT, "table %s: a row has no proper id; restore the store from a backup", table);
	}
	return nk_done();
}

struct nk_uuid nk_column_id_or_nil(const struct nk_stmt *stmt, int col)
{
	struct nk_uuid id = { { 0 } };

	return nk_col_uuid(stmt, col, &id) ? id : (struct nk_uuid){ { 0 } };
}

void nk_column_bind_id(struct nk_stmt *stmt, int at, struct nk_uuid id)
{
	if (nk_uuid_is_nil(id)) {
		nk_stmt_null(stmt, at);
	} else {
		nk_stmt_uuid(stmt, at, id);
	}
}

void nk_column_bind_time(struct nk_stmt *stmt, int at, nk_time t)
{
	if (t == 0) {
		nk_stmt_null(stmt, at);
	} else {
		nk_stmt_int(stmt, at, t);
	}
}

NK_RESULT nk_column_list(const struct nk_vec *rows, struct nk_arena *arena, void *out, struct nk_err *err)
{
	void *list = nk_arena_array(arena, rows->len, rows->item_size);

	if (list == NULL) {
		return nk_fail_nomem(err);
	}
	if (rows->len > 0) {
		memcpy(list, rows->items, rows->len * rows->item_size);
	}
	memcpy(out, &list, sizeof(list));
	return nk_done();
}
