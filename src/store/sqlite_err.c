/*
 * sqlite_err.c: SQLite's result codes as errors of the house. SQLite's own message is not used: it may quote
 * what it was given.
 */
#include "base.h"

#include "sqlite_err.h"

#include "driver.h"

static nk_rc constraint(int rc, const char *words, struct nk_err *err)
{
	if (rc == SQLITE_CONSTRAINT_UNIQUE || rc == SQLITE_CONSTRAINT_PRIMARYKEY || rc == SQLITE_CONSTRAINT_ROWID) {
		return nk_fail(
			err, NK_EXISTS, "the store refused \"%s\": a row with this key is there already", words);
	}
	return nk_fail(err, NK_CONFLICT,
		"the store refused \"%s\": a rule of the table (foreign key or check) forbids it", words);
}

static nk_rc no_space(const char *words, struct nk_err *err)
{
	return nk_fail(err, NK_NO_SPACE,
		"no room left on the disk for the store (at \"%s\"); nothing of this transaction was kept: "
		"free some space and repeat",
		words);
}

static nk_rc io_error(sqlite3 *db, int rc, const char *words, struct nk_err *err)
{
	const int cause = db != NULL ? sqlite3_system_errno(db) : 0;

	if (rc == SQLITE_IOERR_FSYNC || rc == SQLITE_IOERR_DIR_FSYNC) {
		nk_env_sync_failed("store");
	}
	if (rc == SQLITE_IOERR_NOMEM) {
		return nk_fail_nomem(err);
	}
	return nk_fail(err, NK_IO, "the disk failed under the store at \"%1$s\" (SQLite code %2$d, errno %3$d)",
		words, rc, cause);
}

NK_RESULT nk_sqlite_err(sqlite3 *db, int rc, const char *sql, struct nk_err *err)
{
	char text[64];
	const char *words = nk_driver_words(sql != NULL ? sql : "", text);

	switch (rc & 0xff) {
	case SQLITE_NOMEM:
		return nk_fail_nomem(err);
	case SQLITE_FULL:
		return no_space(words, err);
	case SQLITE_IOERR:
		return io_error(db, rc, words, err);
	case SQLITE_CONSTRAINT:
		return constraint(rc, words, err);
	case SQLITE_BUSY:
	case SQLITE_LOCKED:
		return nk_fail(err, NK_BUSY,
			"the store is in use by another process (at \"%s\"): try again when it has finished", words);
	case SQLITE_CORRUPT:
	case SQLITE_NOTADB:
		return nk_fail(
			err, NK_CORRUPT, "the store is damaged (found at \"%s\"): restore it from a backup", words);
	case SQLITE_READONLY:
	case SQLITE_PERM:
		return nk_fail(err, NK_DENIED, "the store may only be read here (at \"%s\")", words);
	case SQLITE_CANTOPEN:
		return nk_fail(err, NK_IO,
			"a file of the store cannot be opened (at \"%s\"): look at its owner and permissions", words);
	case SQLITE_TOOBIG:
		return nk_fail(err, NK_LIMIT, "a value is too big for the store (at \"%s\")", words);
	default:
		return nk_fail(err, NK_INTERNAL, "the store cannot do \"%1$s\": %2$s (SQLite code %3$d)", words,
			sqlite3_errstr(rc), rc);
	}
}
