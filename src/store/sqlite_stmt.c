/*
 * sqlite_stmt.c: binding and columns of SQLite's statements. Nothing is decided here.
 */
#include "base.h"

#include "sqlite_stmt.h"

#include <sqlite3.h>

static sqlite3_stmt *native(struct nk_native *stmt)
{
	return (sqlite3_stmt *)(void *)stmt;
}

const char *nk_sqlite_stmt_sql(struct nk_native *stmt)
{
	return sqlite3_sql(native(stmt));
}

void nk_sqlite_stmt_finalize(struct nk_native *stmt)
{
	(void)sqlite3_finalize(native(stmt));
}

void nk_sqlite_stmt_reset(struct nk_native *stmt, bool forget)
{
	(void)sqlite3_reset(native(stmt)); /* repeats the failure of the last step, which was reported then */
	if (forget) {
		(void)sqlite3_clear_bindings(native(stmt));
	}
}

bool nk_sqlite_stmt_bind_int(struct nk_native *stmt, int at, int64_t v)
{
	return sqlite3_bind_int64(native(stmt), at, v) == SQLITE_OK;
}

bool nk_sqlite_stmt_bind_text(struct nk_native *stmt, int at, struct nk_str s)
{
	const char *text = s.ptr != NULL ? s.ptr : ""; /* a NULL pointer would bind NULL */

	return sqlite3_bind_text64(native(stmt), at, text, s.len, SQLITE_TRANSIENT, SQLITE_UTF8) == SQLITE_OK;
}

bool nk_sqlite_stmt_bind_blob(struct nk_native *stmt, int at, struct nk_bytes b)
{
	const void *bytes = b.ptr != NULL ? (const void *)b.ptr : "";

	return sqlite3_bind_blob64(native(stmt), at, bytes, b.len, SQLITE_TRANSIENT) == SQLITE_OK;
}

bool nk_sqlite_stmt_bind_null(struct nk_native *stmt, int at)
{
	return sqlite3_bind_null(native(stmt), at) == SQLITE_OK;
}

int64_t nk_sqlite_stmt_col_int(struct nk_native *stmt, int col)
{
	return sqlite3_column_int64(native(stmt), col);
}

struct nk_str nk_sqlite_stmt_col_text(struct nk_native *stmt, int col)
{
	const char *text = (const char *)sqlite3_column_text(native(stmt), col);

	if (text == NULL) {
		return (struct nk_str){ NULL, 0 };
	}
	return (struct nk_str){ text, (size_t)sqlite3_column_bytes(native(stmt), col) };
}

struct nk_bytes nk_sqlite_stmt_col_blob(struct nk_native *stmt, int col)
{
	const void *bytes = sqlite3_column_blob(native(stmt), col);

	if (bytes == NULL) {
		return (struct nk_bytes){ NULL, 0 };
	}
	return (struct nk_bytes){ bytes, (size_t)sqlite3_column_bytes(native(stmt), col) };
}

bool nk_sqlite_stmt_col_is_null(struct nk_native *stmt, int col)
{
	return sqlite3_column_type(native(stmt), col) == SQLITE_NULL;
}
