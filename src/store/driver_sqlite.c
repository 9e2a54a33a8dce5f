/*
 * driver_sqlite.c: the store on SQLite: one connection, its settings, its transactions and what it may be asked.
 *
 * Settings of each connection: reference/erasure.md §5, reliability.md §4.1.
 * One writer: a lock file beside the database is held from open to close.
 * After `ready` an authorizer lets only SELECT, INSERT, UPDATE and DELETE be
 * prepared; it also makes SQLite delete row by row (no truncation), so that
 * the update hook sees every row that is written.
 */
#include "base.h"

#include "driver.h"

#include <sqlite3.h>

#include "sqlite_err.h"
#include "sqlite_stmt.h"
#include "store_vfs.h"

struct sqlite_driver {
	struct nk_driver driver; /* must be first */
	const struct nk_env *env;
	struct nk_store_vfs *vfs;
	sqlite3 *db;
	int lock;
	bool house; /* our own statements: no authorizer */
	bool write;
	bool dirty;
};

static struct sqlite_driver *self_of(struct nk_driver *driver)
{
	return (struct sqlite_driver *)(void *)driver;
}

static bool in_memory(const char *path)
{
	return strcmp(path, ":memory:") == 0;
}

static bool sqlite_takes(const char *path)
{
	return strstr(path, "://") == NULL;
}

static nk_rc exec(struct sqlite_driver *d, const char *sql, struct nk_err *err)
{
	const bool house = d->house;
	int rc;

	d->house = true;
	rc = sqlite3_exec(d->db, sql, NULL, NULL, NULL);
	d->house = house;
	return rc == SQLITE_OK ? nk_done() : nk_sqlite_err(d->db, rc, sql, err);
}

/* The first column of the first row of a house statement, "" when there is none, cut to the room. */
static nk_rc ask(struct sqlite_driver *d, const char *sql, char *text, size_t room, struct nk_err *err)
{
	const bool house = d->house;
	sqlite3_stmt *stmt = NULL;
	const char *answer;
	int rc;

	d->house = true;
	rc = sqlite3_prepare_v2(d->db, sql, -1, &stmt, NULL);
	d->house = house;
	if (rc == SQLITE_OK) {
		rc = sqlite3_step(stmt);
	}
	text[0] = '\0';
	if (rc == SQLITE_ROW) {
		answer = (const char *)sqlite3_column_text(stmt, 0);
		(void)snprintf(text, room, "%s", answer != NULL ? answer : "");
	}
	(void)sqlite3_finalize(stmt);
	return rc == SQLITE_ROW || rc == SQLITE_DONE ? nk_done() : nk_sqlite_err(d->db, rc, sql, err);
}

/* SQLite's own tables, which DDL writes. */
static bool of_sqlite(const char *table)
{
	return table == NULL || strncmp(table, "sqlite_", 7) == 0;
}

/* What the floors may ask for; everything else (ATTACH, PRAGMA, DDL, BEGIN …) is the house's. */
static int authorize(void *arg, int action, const char *a, const char *b, const char *base, const char *inner)
{
	const struct sqlite_driver *d = arg;

	(void)b;
	(void)base;
	(void)inner;
	if (d->house) {
		return SQLITE_OK;
	}
	switch (action) {
	case SQLITE_SELECT:
	case SQLITE_READ:
	case SQLITE_FUNCTION:
	case SQLITE_RECURSIVE:
		return SQLITE_OK;
	case SQLITE_INSERT:
	case SQLITE_UPDATE:
		return of_sqlite(a) ? SQLITE_DENY : SQLITE_OK;
	case SQLITE_DELETE:
		/* IGNORE: delete, but row by row. For DROP TABLE it would mean: do nothing and say that it went well.
		 */
		return of_sqlite(a) ? SQLITE_DENY : SQLITE_IGNORE;
	default:
		return SQLITE_DENY;
	}
}

static void row_written(void *arg, int op, const char *base, const char *table, sqlite3_int64 rowid)
{
	struct sqlite_driver *d = arg;

	(void)op;
	(void)base;
	(void)rowid;
	if (!d->dirty && !nk_driver_exempt(table)) {
		d->dirty = true;
	}
}

/* Of every connection, and what SQLite must say when asked afterwards. */
static const struct setting {
	const char *name;
	const char *value;
	const char *said;
} table[] = {
	{ "temp_store", "MEMORY", "2" }, /* no sorting in files */
	{ "secure_delete", "ON", "1" }, /* Debian's default, not upstream's */
	{ "trusted_schema", "OFF", "0" },
	{ "foreign_keys", "ON", "1" },
	{ "cell_size_check", "ON", "1" },
	{ "mmap_size", "0", NULL }, /* not asked: memory has no answer; the shim has no mapped reading anyway */
	{ "synchronous", "FULL", "2" },
	{ "cache_size", "-32768", "-32768" },
	{ "journal_size_limit", "67108864", "67108864" },
};

static nk_rc apply_settings(struct sqlite_driver *d, struct nk_err *err)
{
	for (size_t i = 0; i < NK_ARRAY_LEN(table); i++) {
		char sql[64];
		char said[16];

		(void)snprintf(sql, sizeof(sql), "PRAGMA %s = %s", table[i].name, table[i].value);
		NK_TRY(exec(d, sql, err));
		if (table[i].said == NULL) {
			continue;
		}
		(void)snprintf(sql, sizeof(sql), "PRAGMA %s", table[i].name);
		NK_TRY(ask(d, sql, said, sizeof(said), err));
		if (strcmp(said, table[i].said) != 0) {
			return nk_fail(err, NK_UNSUPPORTED,
				"SQLite on this machine does not take the setting %1$s = %2$s (it says \"%3$s\")",
				table[i].name, table[i].value, said);
		}
	}
	return nk_done();
}

static nk_rc settings(struct sqlite_driver *d, const struct nk_store_options *opt, struct nk_err *err)
{
	char mode[16];

	(void)sqlite3_busy_timeout(d->db, opt->wait_ms > INT_MAX ? INT_MAX : (int)opt->wait_ms);
	(void)sqlite3_db_config(
		d->db, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, NULL); /* until ready: a refused file stays as it is */
	(void)sqlite3_db_config(d->db, SQLITE_DBCONFIG_ENABLE_LOAD_EXTENSION, 0, NULL);
	(void)sqlite3_db_config(d->db, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL);
	NK_TRY(apply_settings(d, err));
	if (!d->write) {
		return exec(d, "PRAGMA query_only = ON", err);
	}
	NK_TRY(ask(d, "PRAGMA journal_mode", mode, sizeof(mode), err));
	if (strcmp(mode, "wal") == 0 || in_memory(opt->path)) {
		return nk_done();
	}
	NK_TRY(ask(d, "PRAGMA journal_mode = WAL", mode, sizeof(mode), err));
	if (strcmp(mode, "wal") != 0) {
		return nk_fail(err, NK_UNSUPPORTED,
			"the store at %s cannot use a write-ahead log: put it on a local file system", opt->path);
	}
	return nk_done();
}

/* Opening makes the file (mode 0600) when it is to be made, and says that it is missing otherwise. */
static nk_rc touch(const struct nk_env *env, const char *path, enum nk_open_mode mode, struct nk_err *err)
{
	int file = -1;

	NK_TRY(env->open(env->self, path, mode, &file, err));
	env->close(env->self, &file);
	return nk_done();
}

/* The file and the lock of the one writer; nothing is left beside a store that does not exist. */
static nk_rc take_file(struct sqlite_driver *d, const struct nk_store_options *opt, struct nk_err *err)
{
	NK_OWNED(nk_buf_done) struct nk_buf path = { 0 };

	if (opt->mode != NK_STORE_CREATE) {
		NK_TRY(touch(d->env, opt->path, NK_OPEN_READ, err));
	}
	if (d->write) {
		nk_buf_init(&path, 4096 + 8);
		NK_TRY(nk_buf_printf(&path, err, "%s.lock", opt->path));
		NK_TRY(nk_buf_add_byte(&path, 0, err));
		NK_TRY(d->env->lock(d->env->self, (const char *)path.ptr, true, opt->wait_ms, &d->lock, err));
	}
	return opt->mode == NK_STORE_CREATE ? touch(d->env, opt->path, NK_OPEN_CREATE, err) : nk_done();
}

static void sqlite_close(struct nk_driver **driver)
{
	struct sqlite_driver *d;

	if (*driver == NULL) {
		return;
	}
	d = self_of(*driver);
	if (d->db != NULL) {
		(void)sqlite3_close_v2(d->db);
	}
	nk_store_vfs_free(&d->vfs);
	d->env->close(d->env->self, &d->lock);
	free(d);
	*driver = NULL;
}

static nk_rc sqlite_open(
	const struct nk_env *env, const struct nk_store_options *opt, struct nk_driver **out, struct nk_err *err)
{
	NK_OWNED(sqlite_close) struct nk_driver *driver = NULL;
	struct sqlite_driver *d = calloc(1, sizeof(*d));
	int rc;

	if (d == NULL) {
		return nk_fail_nomem(err);
	}
	driver = &d->driver;
	d->driver.ops = &nk_driver_sqlite;
	d->env = env;
	d->lock = -1;
	d->house = true;
	d->write = opt->mode != NK_STORE_READ;
	if (!in_memory(opt->path)) {
		NK_TRY(take_file(d, opt, err));
	}
	NK_TRY(nk_store_vfs_new(env, &d->vfs, err));
	rc = sqlite3_open_v2(opt->path, &d->db, SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE,
		nk_store_vfs_name(d->vfs));
	if (rc != SQLITE_OK) {
		return nk_sqlite_err(d->db, rc, "open", err);
	}
	NK_TRY(settings(d, opt, err));
	(void)sqlite3_set_authorizer(d->db, authorize, d);
	(void)sqlite3_update_hook(d->db, row_written, d);
	*out = driver;
	driver = NULL;
	return nk_done();
}

static void sqlite_ready(struct nk_driver *driver)
{
	struct sqlite_driver *d = self_of(driver);

	d->house = false;
	if (d->write) {
		(void)sqlite3_db_config(d->db, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 0, NULL);
	}
}

static nk_rc sqlite_find_table(
	struct nk_driver *driver, const char *name, bool *out_found, bool *out_any, struct nk_err *err)
{
	static const char sql[] =
		"SELECT name = ?1 FROM sqlite_schema WHERE type = 'table' ORDER BY name = ?1 DESC LIMIT 1";
	struct sqlite_driver *d = self_of(driver);
	sqlite3_stmt *stmt = NULL;
	bool any;
	bool found;
	int rc = sqlite3_prepare_v2(d->db, sql, -1, &stmt, NULL);

	if (rc == SQLITE_OK) {
		(void)sqlite3_bind_text(stmt, 1, name, -1, SQLITE_STATIC);
		rc = sqlite3_step(stmt);
	}
	any = rc == SQLITE_ROW;
	found = any && sqlite3_column_int(stmt, 0) != 0;
	(void)sqlite3_finalize(stmt);
	if (rc != SQLITE_ROW && rc != SQLITE_DONE) {
		return nk_sqlite_err(d->db, rc, "SELECT FROM sqlite_schema", err);
	}
	*out_any = any;
	*out_found = found;
	return nk_done();
}

static nk_rc sqlite_script(struct nk_driver *driver, const char *name, const char *sql, struct nk_err *err)
{
	struct sqlite_driver *d = self_of(driver);
	int rc = sqlite3_exec(d->db, sql, NULL, NULL, NULL);

	return rc == SQLITE_OK ? nk_done() : nk_sqlite_err(d->db, rc, name, err);
}

static nk_rc sqlite_begin(struct nk_driver *driver, struct nk_err *err)
{
	struct sqlite_driver *d = self_of(driver);

	d->dirty = false;
	return exec(d, "BEGIN IMMEDIATE", err);
}

static nk_rc sqlite_commit(struct nk_driver *driver, struct nk_err *err)
{
	return exec(self_of(driver), "COMMIT", err);
}

static void sqlite_rollback(struct nk_driver *driver)
{
	struct sqlite_driver *d = self_of(driver);

	if (sqlite3_get_autocommit(d->db) == 0) { /* else SQLite has rolled back by itself, as after a full disk */
		(void)exec(d, "ROLLBACK", NULL);
	}
}

static bool sqlite_dirty(const struct nk_driver *driver)
{
	return ((const struct sqlite_driver *)(const void *)driver)->dirty;
}

static nk_rc sqlite_prepare(
	struct nk_driver *driver, const char *sql, struct nk_native **out, bool *out_writes, struct nk_err *err)
{
	struct sqlite_driver *d = self_of(driver);
	sqlite3_stmt *stmt = NULL;
	char words[64];
	const int rc = sqlite3_prepare_v3(d->db, sql, -1, SQLITE_PREPARE_PERSISTENT, &stmt, NULL);

	if ((rc & 0xff) == SQLITE_ERROR || (rc & 0xff) == SQLITE_AUTH) {
		/* Nothing is bound yet: SQLite's message can quote our own literal only. */
		return nk_fail(err, NK_INTERNAL, "the store does not take \"%1$s\": %2$s",
			nk_driver_words(sql, words), sqlite3_errmsg(d->db));
	}
	if (rc != SQLITE_OK) {
		return nk_sqlite_err(d->db, rc, sql, err);
	}
	*out_writes = sqlite3_stmt_readonly(stmt) == 0;
	*out = (struct nk_native *)(void *)stmt;
	return nk_done();
}

static nk_rc sqlite_step(struct nk_driver *driver, struct nk_native *stmt, bool *out_row, struct nk_err *err)
{
	sqlite3_stmt *s = (sqlite3_stmt *)(void *)stmt;
	const int rc = sqlite3_step(s);

	if (rc != SQLITE_ROW && rc != SQLITE_DONE) {
		return nk_sqlite_err(self_of(driver)->db, rc, sqlite3_sql(s), err);
	}
	*out_row = rc == SQLITE_ROW;
	return nk_done();
}

static int64_t sqlite_changes(struct nk_driver *driver)
{
	return sqlite3_changes64(self_of(driver)->db);
}

static nk_rc sqlite_scrub(struct nk_driver *driver, bool full, struct nk_err *err)
{
	struct sqlite_driver *d = self_of(driver);
	int rc;

	if (full) {
		NK_TRY(exec(d, "VACUUM", err));
	}
	rc = sqlite3_wal_checkpoint_v2(d->db, NULL, SQLITE_CHECKPOINT_TRUNCATE, NULL, NULL);
	if ((rc & 0xff) == SQLITE_BUSY || (rc & 0xff) == SQLITE_LOCKED) {
		return nk_fail(err, NK_BUSY,
			"somebody still reads the store, so its log cannot be emptied: what was erased may "
			"still be in it; end that process and repeat");
	}
	return rc == SQLITE_OK ? nk_done() : nk_sqlite_err(d->db, rc, "checkpoint", err);
}

/* VACUUM INTO writes live rows only: pages of the free list and gaps in pages do not travel (erasure.md §5, experiment E). */
static nk_rc sqlite_copy(struct nk_driver *driver, const char *path, struct nk_err *err)
{
	static const char sql[] = "VACUUM INTO ?1";
	struct sqlite_driver *d = self_of(driver);
	const bool house = d->house;
	sqlite3_stmt *stmt = NULL;
	int rc;

	d->house = true;
	rc = sqlite3_prepare_v2(d->db, sql, -1, &stmt, NULL);
	if (rc == SQLITE_OK) {
		(void)sqlite3_bind_text(stmt, 1, path, -1, SQLITE_STATIC);
		rc = sqlite3_step(stmt);
	}
	(void)sqlite3_finalize(stmt);
	d->house = house;
	return rc == SQLITE_DONE ? nk_done() : nk_sqlite_err(d->db, rc, "VACUUM INTO", err);
}

static nk_rc sqlite_check(struct nk_driver *driver, struct nk_err *err)
{
	struct sqlite_driver *d = self_of(driver);
	char text[200];

	NK_TRY(ask(d, "PRAGMA integrity_check(1)", text, sizeof(text), err));
	if (strcmp(text, "ok") != 0) {
		return nk_fail(err, NK_CORRUPT, "the store is damaged (%s): restore it from a backup",
			text); /* names tables and pages only */
	}
	NK_TRY(ask(d, "PRAGMA foreign_key_check", text, sizeof(text), err));
	if (text[0] != '\0') {
		return nk_fail(
			err, NK_CORRUPT, "a row of table %s of the store refers to a row that is not there", text);
	}
	/* No key of the table's own says this (0011_tokens.sql), and it asks for more: an erased person has none either. */
	NK_TRY(ask(d, "SELECT 'token' FROM token WHERE person_number NOT IN (SELECT number FROM person WHERE record IS NOT NULL) LIMIT 1",
		text, sizeof(text), err));
	if (text[0] != '\0') {
		return nk_fail(err, NK_CORRUPT, "an identifier in the store belongs to nobody who is there");
	}
	return nk_done();
}

const struct nk_driver_ops nk_driver_sqlite = {
	.name = "sqlite",
	.takes = sqlite_takes,
	.open = sqlite_open,
	.close = sqlite_close,
	.ready = sqlite_ready,
	.find_table = sqlite_find_table,
	.script = sqlite_script,
	.begin = sqlite_begin,
	.commit = sqlite_commit,
	.rollback = sqlite_rollback,
	.dirty = sqlite_dirty,
	.prepare = sqlite_prepare,
	.sql = nk_sqlite_stmt_sql,
	.finalize = nk_sqlite_stmt_finalize,
	.step = sqlite_step,
	.reset = nk_sqlite_stmt_reset,
	.bind_int = nk_sqlite_stmt_bind_int,
	.bind_text = nk_sqlite_stmt_bind_text,
	.bind_blob = nk_sqlite_stmt_bind_blob,
	.bind_null = nk_sqlite_stmt_bind_null,
	.col_int = nk_sqlite_stmt_col_int,
	.col_text = nk_sqlite_stmt_col_text,
	.col_blob = nk_sqlite_stmt_col_blob,
	.col_is_null = nk_sqlite_stmt_col_is_null,
	.changes = sqlite_changes,
	.scrub = sqlite_scrub,
	.copy = sqlite_copy,
	.check = sqlite_check,
};
