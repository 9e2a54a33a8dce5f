/*
 * foreign.c: a copy of a database in memory, its values changed by an SQL function of ours, its pages written anew.
 *
 * Hostile input: opened with defensive settings; a page that lies is an error of SQLite's, told as NK_INVALID.
 */
#include "base.h"

#include "crypto.h"
#include "foreign.h"

#include <sqlite3.h>

enum { SQL_MAX = 65536, VALUE_MAX = 64 << 20, TABLES_MAX = 10000 };

struct changing {
	nk_foreign_fn *fn;
	void *arg;
	struct nk_err *err;
	nk_rc failed;
};

static void db_close(sqlite3 **db)
{
	(void)sqlite3_close_v2(*db);
	*db = NULL;
}

static void stmt_done(sqlite3_stmt **stmt)
{
	(void)sqlite3_finalize(*stmt);
	*stmt = NULL;
}

static NK_RESULT unsound(sqlite3 *db, struct nk_err *err)
{
	return nk_fail(err, NK_INVALID, NK_N("the database cannot be read: SQLite says %d"), sqlite3_extended_errcode(db));
}

static NK_RESULT run(sqlite3 *db, const char *sql, struct nk_err *err)
{
	return sqlite3_exec(db, sql, NULL, NULL, NULL) == SQLITE_OK ? nk_done() : unsound(db, err);
}

/* nk_change(value): called by SQLite for every value. A number that is a number again stays one. */
static void change(sqlite3_context *ctx, int n, sqlite3_value **values)
{
	NK_OWNED(nk_buf_done) struct nk_buf out = { 0 };
	struct changing *const c = sqlite3_user_data(ctx);
	const int type = sqlite3_value_type(values[0]);
	struct nk_bytes value;
	bool changed = false;

	(void)n;
	if (type == SQLITE_NULL || !nk_ok(c->failed)) {
		sqlite3_result_value(ctx, values[0]);
		return;
	}
	nk_buf_init_wiping(&out, VALUE_MAX);
	value = type == SQLITE_BLOB ? nk_bytes_of(sqlite3_value_blob(values[0]), 0) : nk_bytes_of(sqlite3_value_text(values[0]), 0);
	value.len = (size_t)sqlite3_value_bytes(values[0]);
	c->failed = c->fn(c->arg, value, &out, &changed, c->err);
	if (!nk_ok(c->failed)) {
		sqlite3_result_error(ctx, "stopped", -1);
		return;
	}
	if (!changed) {
		sqlite3_result_value(ctx, values[0]);
	} else if (type == SQLITE_BLOB) {
		sqlite3_result_blob64(ctx, out.ptr, out.len, SQLITE_TRANSIENT);
	} else {
		/* The column's affinity makes a number of it again. */
		sqlite3_result_text64(ctx, (const char *)out.ptr, out.len, SQLITE_TRANSIENT, SQLITE_UTF8);
	}
}

static NK_RESULT open_copy(struct nk_bytes in, sqlite3 **out, struct nk_err *err)
{
	NK_OWNED(db_close) sqlite3 *db = NULL;
	unsigned char *room = NULL;

	if (sqlite3_open_v2(":memory:", &db, SQLITE_OPEN_READWRITE | SQLITE_OPEN_MEMORY, NULL) != SQLITE_OK) {
		return nk_fail_nomem(err);
	}
	room = sqlite3_malloc64(in.len + 1);
	if (room == NULL) {
		return nk_fail_nomem(err);
	}
	memcpy(room, in.ptr, in.len);
	if (in.len > 20 && room[18] == 2) {
		room[18] = 1; /* a file whose journal was a WAL: without one it is whole as it is */
		room[19] = 1;
	}
	if (sqlite3_deserialize(db, "main", room, (sqlite3_int64)in.len, (sqlite3_int64)in.len,
		    SQLITE_DESERIALIZE_FREEONCLOSE | SQLITE_DESERIALIZE_RESIZEABLE) != SQLITE_OK) {
		return unsound(db, err);
	}
	(void)sqlite3_db_config(db, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL);
	(void)sqlite3_db_config(db, SQLITE_DBCONFIG_ENABLE_TRIGGER, 0, NULL);
	(void)sqlite3_db_config(db, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, NULL);
	(void)sqlite3_db_config(db, SQLITE_DBCONFIG_ENABLE_FKEY, 0, NULL);
	NK_TRY(run(db, "PRAGMA cell_size_check = ON; PRAGMA temp_store = MEMORY", err));
	*out = db;
	db = NULL;
	return nk_done();
}

/* "name" with its quotes doubled. */
static NK_RESULT put_name(struct nk_buf *sql, const char *name, struct nk_err *err)
{
	NK_TRY(nk_buf_add_byte(sql, '"', err));
	for (size_t i = 0; name[i] != '\0'; i++) {
		NK_TRY(name[i] == '"' ? nk_buf_add_byte(sql, '"', err) : nk_done());
		NK_TRY(nk_buf_add_byte(sql, (uint8_t)name[i], err));
	}
	return nk_buf_add_byte(sql, '"', err);
}

static NK_RESULT update_table(sqlite3 *db, const char *table, struct nk_err *err)
{
	NK_OWNED(nk_buf_done) struct nk_buf sql = { 0 };
	NK_OWNED(stmt_done) sqlite3_stmt *columns = NULL;
	size_t n = 0;

	nk_buf_init(&sql, SQL_MAX);
	if (sqlite3_prepare_v2(db, "SELECT name, hidden FROM pragma_table_xinfo(?1)", -1, &columns, NULL) != SQLITE_OK ||
		sqlite3_bind_text(columns, 1, table, -1, SQLITE_TRANSIENT) != SQLITE_OK) {
		return unsound(db, err);
	}
	NK_TRY(nk_buf_add_c(&sql, "UPDATE OR FAIL ", err));
	NK_TRY(put_name(&sql, table, err));
	NK_TRY(nk_buf_add_c(&sql, " SET ", err));
	while (sqlite3_step(columns) == SQLITE_ROW) {
		const char *const name = (const char *)sqlite3_column_text(columns, 0);

		if (name == NULL || sqlite3_column_int(columns, 1) != 0) {
			continue; /* a generated one follows from the others */
		}
		NK_TRY(n++ > 0 ? nk_buf_add_c(&sql, ", ", err) : nk_done());
		NK_TRY(put_name(&sql, name, err));
		NK_TRY(nk_buf_add_c(&sql, " = nk_change(", err));
		NK_TRY(put_name(&sql, name, err));
		NK_TRY(nk_buf_add_byte(&sql, ')', err));
	}
	NK_TRY(nk_buf_add_byte(&sql, 0, err));
	return n > 0 ? run(db, (const char *)sql.ptr, err) : nk_done();
}

static NK_RESULT update_all(sqlite3 *db, struct changing *c, struct nk_err *err)
{
	NK_OWNED(stmt_done) sqlite3_stmt *tables = NULL;
	int status = SQLITE_OK;

	if (sqlite3_create_function_v2(db, "nk_change", 1, SQLITE_UTF8, c, change, NULL, NULL, NULL) != SQLITE_OK ||
		sqlite3_prepare_v2(db, "SELECT name, sql LIKE 'create virtual%' FROM sqlite_schema WHERE type = 'table' AND "
				       "(name NOT LIKE 'sqlite@_%' ESCAPE '@')", -1, &tables, NULL) != SQLITE_OK) {
		return unsound(db, err);
	}
	for (status = sqlite3_step(tables); status == SQLITE_ROW; status = sqlite3_step(tables)) {
		const char *const name = (const char *)sqlite3_column_text(tables, 0);
		nk_rc rc;

		if (name == NULL) {
			continue;
		}
		if (sqlite3_column_int(tables, 1) != 0) {
			return nk_fail(err, NK_UNSUPPORTED, NK_N("the database has a virtual table, which cannot be redacted"));
		}
		rc = update_table(db, name, err);
		if (!nk_ok(rc)) {
			return nk_ok(c->failed) ? rc : c->failed;
		}
	}
	return status == SQLITE_DONE ? nk_done() : unsound(db, err);
}

NK_RESULT nk_foreign_rewrite(struct nk_bytes in, nk_foreign_fn *fn, void *arg, struct nk_buf *out, struct nk_err *err)
{
	NK_OWNED(db_close) sqlite3 *db = NULL;
	struct nk_err own;
	struct changing c = { .fn = fn, .arg = arg, .err = err != NULL ? err : &own };
	sqlite3_int64 size = 0;
	unsigned char *whole = NULL;
	nk_rc rc;

	NK_TRY(open_copy(in, &db, err));
	NK_TRY(update_all(db, &c, err));
	NK_TRY(run(db, "VACUUM", err));
	whole = sqlite3_serialize(db, "main", &size, 0);
	if (whole == NULL || size < 0) {
		sqlite3_free(whole);
		return nk_fail_nomem(err);
	}
	rc = nk_buf_add(out, whole, (size_t)size, err);
	nk_wipe(whole, (size_t)size);
	sqlite3_free(whole);
	return rc;
}
