/*
 * store_kit.h: opening, writing and looking at stores, for the tests of this floor. Header only, one copy for
 * each test program.
 */
#ifndef NK_STORE_KIT_H
#define NK_STORE_KIT_H

#include "base.h"

#include <cmocka.h>
#include <sqlite3.h>

#include "kit.h"
#include "store_int.h"
#include "store_tx.h"

static struct nk_err err;

static inline nk_rc try_open(const char *path, enum nk_store_mode mode, struct nk_store **out)
{
	const struct nk_store_options opt = { .path = path, .mode = mode, .wait_ms = 20 };

	return nk_store_open(kit_env(), &opt, out, &err);
}

static inline struct nk_store *open_store(const char *path, enum nk_store_mode mode)
{
	struct nk_store *store = NULL;

	kit_ok(try_open(path, mode, &store), &err);
	return store;
}

/* One statement without parameters, as flow would run it. */
static inline nk_rc run(struct nk_store *store, const char *sql)
{
	NK_OWNED(nk_stmt_put) struct nk_stmt *stmt = NULL;

	NK_TRY(nk_stmt_get(store, sql, &stmt, &err));
	return nk_stmt_run(stmt, &err);
}

static inline int64_t count(struct nk_store *store, const char *sql)
{
	NK_OWNED(nk_stmt_put) struct nk_stmt *stmt = NULL;
	bool row = false;

	kit_ok(nk_stmt_get(store, sql, &stmt, &err), &err);
	kit_ok(nk_stmt_step(stmt, &row, &err), &err);
	return row ? nk_col_int(stmt, 0) : -1;
}

static inline nk_rc add_person(struct nk_store *store, uint8_t id, struct nk_bytes record)
{
	NK_OWNED(nk_stmt_put) struct nk_stmt *stmt = NULL;
	const struct nk_uuid uuid = { { id } };

	NK_TRY(nk_stmt_get(store,
		"INSERT INTO person (id, slot, generation, version, record) VALUES (?1, 0, 0, 1, ?2)", &stmt, &err));
	nk_stmt_uuid(stmt, 1, uuid);
	nk_stmt_blob(stmt, 2, record);
	return nk_stmt_run(stmt, &err);
}

static inline struct nk_bytes text(const char *s)
{
	return nk_str_bytes(nk_str_c(s));
}

/* A committed person, with the leaf that the ledger would have counted. */
static inline void commit_person(struct nk_store *store, uint8_t id, struct nk_bytes record)
{
	NK_OWNED(nk_tx_end) struct nk_tx *tx = NULL;

	kit_ok(nk_tx_begin(store, &tx, &err), &err);
	kit_ok(add_person(store, id, record), &err);
	nk_tx_count_leaf(tx);
	kit_ok(nk_tx_commit(&tx, &err), &err);
	assert_null(tx);
}

/* The same from outside, with SQLite itself. */
static inline void raw(const char *path, const char *sql)
{
	sqlite3 *db = NULL;

	assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
	assert_int_equal(sqlite3_exec(db, sql, NULL, NULL, NULL), SQLITE_OK);
	assert_int_equal(sqlite3_close(db), SQLITE_OK);
}

static inline void read_file(const char *path, struct nk_buf *out)
{
	nk_buf_init(out, 64 << 20);
	kit_ok(nk_env_read_all(kit_env(), path, 64 << 20, out, &err), &err);
}

static inline bool file_holds(const char *path, const char *what)
{
	NK_OWNED(nk_buf_done) struct nk_buf buf = { 0 };

	nk_buf_init(&buf, 64 << 20);
	if (!nk_ok(nk_env_read_all(kit_env(), path, 64 << 20, &buf, &err))) {
		return false; /* not there */
	}
	return nk_str_find(nk_buf_str(&buf), nk_str_c(what)) != SIZE_MAX;
}

#endif
