/*
 * sqlite_err.h: what a result code of SQLite means in this house; private to the SQLite driver.
 */
#ifndef NK_SQLITE_ERR_H
#define NK_SQLITE_ERR_H

#include <sqlite3.h>

/*
 * nk_sqlite_err: an error for `rc` (an extended code), told by the statement's first words, never a value.
 *
 * FULL (and an I/O error for lack of room) NK_NO_SPACE · BUSY, LOCKED NK_BUSY ·
 * CORRUPT, NOTADB NK_CORRUPT · UNIQUE, PRIMARYKEY NK_EXISTS · other constraints
 * NK_CONFLICT · READONLY, PERM NK_DENIED · what our own code did wrong NK_INTERNAL.
 * A failed sync does not return: the process ends. `db` may be NULL.
 */
NK_RESULT nk_sqlite_err(sqlite3 *db, int rc, const char *sql, struct nk_err *err);

#endif
