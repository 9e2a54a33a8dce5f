/*
 * sqlite_stmt.h: binding and columns of SQLite's statements; private to the SQLite driver (see driver.h for what
 * each must do).
 */
#ifndef NK_SQLITE_STMT_H
#define NK_SQLITE_STMT_H

struct nk_native;

/* nk_sqlite_stmt_sql: the text it was made of; borrowed. */
const char *nk_sqlite_stmt_sql(struct nk_native *stmt);
void nk_sqlite_stmt_finalize(struct nk_native *stmt);
/* nk_sqlite_stmt_reset: ready to run again; `forget` drops the bindings too. */
void nk_sqlite_stmt_reset(struct nk_native *stmt, bool forget);
/* bind_*: false when there is no such place or no memory; slices are copied. */
bool nk_sqlite_stmt_bind_int(struct nk_native *stmt, int at, int64_t v);
bool nk_sqlite_stmt_bind_text(struct nk_native *stmt, int at, struct nk_str s);
bool nk_sqlite_stmt_bind_blob(struct nk_native *stmt, int at, struct nk_bytes b);
bool nk_sqlite_stmt_bind_null(struct nk_native *stmt, int at);
/* col_*: of the row at hand; slices live until the next step or reset. */
int64_t nk_sqlite_stmt_col_int(struct nk_native *stmt, int col);
struct nk_str nk_sqlite_stmt_col_text(struct nk_native *stmt, int col);
struct nk_bytes nk_sqlite_stmt_col_blob(struct nk_native *stmt, int col);
bool nk_sqlite_stmt_col_is_null(struct nk_native *stmt, int col);

#endif
