/*
 * column_int.h: columns and parameters in the shapes that this floor uses everywhere.
 *
 * Invariant: what is read from a column outlives the statement, because it lies in the caller's arena.
 */
#ifndef NK_COLUMN_INT_H
#define NK_COLUMN_INT_H

#include "store.h"

/* nk_column_text: a copy of a text column in `arena`. */
NK_RESULT nk_column_text(
	const struct nk_stmt *stmt, int col, struct nk_arena *arena, struct nk_str *out, struct nk_err *err);
/* nk_column_blob: the same for bytes; NULL gives none. */
NK_RESULT nk_column_blob(
	const struct nk_stmt *stmt, int col, struct nk_arena *arena, struct nk_bytes *out, struct nk_err *err);
/* nk_column_id: the id of a row; NK_CORRUPT names the table when there is none. */
NK_RESULT nk_column_id(
	const struct nk_stmt *stmt, int col, const char *table, struct nk_uuid *out, struct nk_err *err);
/* nk_column_id_or_nil: nil for NULL. */
struct nk_uuid nk_column_id_or_nil(const struct nk_stmt *stmt, int col);
/* nk_column_bind_id: NULL for nil. nk_column_bind_time: NULL for 0. */
void nk_column_bind_id(struct nk_stmt *stmt, int at, struct nk_uuid id);
void nk_column_bind_time(struct nk_stmt *stmt, int at, nk_time t);
/* nk_column_list: what a vector gathered, as an array in `arena`. */
NK_RESULT nk_column_list(const struct nk_vec *rows, struct nk_arena *arena, void *out, struct nk_err *err);

#endif
