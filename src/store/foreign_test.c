/*
 * foreign_test.c: a database of somebody else's: every value changed, nothing of the old one left, hostile ones refused.
 */
#include "base.h"

#include <cmocka.h>
#include <sqlite3.h>

#include "foreign.h"
#include "kit.h"

/* "old" becomes "new" wherever it stands; 7 becomes 8. */
static nk_rc swap(void *arg, struct nk_bytes value, struct nk_buf *out, bool *out_changed, struct nk_err *err)
{
	const struct nk_str s = nk_bytes_str(value);
	const size_t at = nk_str_find(s, NK_STR("old"));

	if (arg != NULL && nk_str_eq(s, NK_STR("stop"))) {
		return nk_fail(err, NK_LIMIT, "stop");
	}
	if (nk_str_eq(s, NK_STR("7"))) {
		*out_changed = true;
		return nk_buf_add_c(out, "8", err);
	}
	if (at == SIZE_MAX) {
		return nk_done();
	}
	*out_changed = true;
	NK_TRY(nk_buf_add_str(out, nk_str_sub(s, 0, at), err));
	NK_TRY(nk_buf_add_c(out, "new", err));
	return nk_buf_add_str(out, nk_str_sub(s, at + 3, s.len), err);
}

static void made_by(const char *sql, struct nk_buf *out)
{
	struct nk_err err = { 0 };
	sqlite3 *db = NULL;
	sqlite3_int64 size = 0;
	unsigned char *whole = NULL;

	assert_int_equal(sqlite3_open(":memory:", &db), SQLITE_OK);
	assert_int_equal(sqlite3_exec(db, sql, NULL, NULL, NULL), SQLITE_OK);
	whole = sqlite3_serialize(db, "main", &size, 0);
	assert_non_null(whole);
	nk_buf_init(out, 1 << 24);
	kit_ok(nk_buf_add(out, whole, (size_t)size, &err), &err);
	sqlite3_free(whole);
	(void)sqlite3_close(db);
}

static int64_t ask(const struct nk_buf *file, const char *sql)
{
	unsigned char *const copy = sqlite3_malloc64(file->len);
	sqlite3_stmt *stmt = NULL;
	sqlite3 *db = NULL;
	int64_t n = -1;

	memcpy(copy, file->ptr, file->len);
	assert_int_equal(sqlite3_open(":memory:", &db), SQLITE_OK);
	assert_int_equal(sqlite3_deserialize(db, "main", copy, (sqlite3_int64)file->len, (sqlite3_int64)file->len,
				 SQLITE_DESERIALIZE_FREEONCLOSE),
		SQLITE_OK);
	assert_int_equal(sqlite3_prepare_v2(db, sql, -1, &stmt, NULL), SQLITE_OK);
	assert_int_equal(sqlite3_step(stmt), SQLITE_ROW);
	n = sqlite3_column_int64(stmt, 0);
	(void)sqlite3_finalize(stmt);
	(void)sqlite3_close(db);
	return n;
}

static void every_value_of_every_table_is_changed(void **state)
{
	NK_OWNED(nk_buf_done) struct nk_buf in = { 0 };
	NK_OWNED(nk_buf_done) struct nk_buf out = { 0 };
	struct nk_err err = { 0 };

	(void)state;
	made_by("CREATE TABLE \"a \"\"table\" (id INTEGER PRIMARY KEY, \"a name\" TEXT, n INTEGER, b BLOB, g AS (n + 1));"
		"INSERT INTO \"a \"\"table\" (id, \"a name\", n, b) VALUES (1, 'old one', 7, x'6f6c64'), (2, NULL, 5, NULL);"
		"CREATE TABLE w (k TEXT PRIMARY KEY, v TEXT) WITHOUT ROWID; INSERT INTO w VALUES ('old', 'x old'), ('other', 'y');"
		"CREATE TABLE t (x); CREATE TRIGGER tr AFTER UPDATE ON w BEGIN INSERT INTO t VALUES ('ran'); END;",
		&in);
	nk_buf_init(&out, 1 << 24);
	kit_ok(nk_foreign_rewrite(nk_buf_bytes(&in), swap, NULL, &out, &err), &err);
	assert_int_equal(ask(&out, "SELECT count(*) FROM \"a \"\"table\" WHERE \"a name\" = 'new one' AND n = 8 AND typeof(n) = 'integer' AND b = x'6e6577' AND g = 9"), 1);
	assert_int_equal(ask(&out, "SELECT count(*) FROM \"a \"\"table\" WHERE \"a name\" IS NULL AND n = 5 AND b IS NULL"), 1);
	assert_int_equal(ask(&out, "SELECT count(*) FROM w WHERE k = 'new' AND v = 'x new'"), 1);
	assert_int_equal(ask(&out, "SELECT count(*) FROM t"), 0); /* its triggers did not run */
	assert_int_equal(nk_str_find(nk_buf_str(&out), NK_STR("old")), SIZE_MAX);
}

static void no_free_page_of_the_old_one_is_left(void **state)
{
	NK_OWNED(nk_buf_done) struct nk_buf in = { 0 };
	NK_OWNED(nk_buf_done) struct nk_buf out = { 0 };
	struct nk_err err = { 0 };

	(void)state;
	made_by("PRAGMA secure_delete = OFF; CREATE TABLE gone (x); INSERT INTO gone VALUES (replace(hex(zeroblob(20000)), '00', 'old '));"
		"CREATE TABLE keep (x); INSERT INTO keep VALUES ('k'); DROP TABLE gone;",
		&in);
	assert_true(nk_str_find(nk_buf_str(&in), NK_STR("old")) != SIZE_MAX);
	nk_buf_init(&out, 1 << 24);
	kit_ok(nk_foreign_rewrite(nk_buf_bytes(&in), swap, NULL, &out, &err), &err);
	assert_int_equal(nk_str_find(nk_buf_str(&out), NK_STR("old")), SIZE_MAX);
	assert_int_equal(ask(&out, "SELECT count(*) FROM keep"), 1);
}

static void what_cannot_be_changed_is_refused(void **state)
{
	NK_OWNED(nk_buf_done) struct nk_buf in = { 0 };
	NK_OWNED(nk_buf_done) struct nk_buf two = { 0 };
	NK_OWNED(nk_buf_done) struct nk_buf out = { 0 };
	struct nk_err err = { 0 };

	(void)state;
	nk_buf_init(&out, 1 << 24);
	made_by("CREATE VIRTUAL TABLE v USING fts5(x); INSERT INTO v VALUES ('old');", &in);
	assert_int_equal(nk_foreign_rewrite(nk_buf_bytes(&in), swap, NULL, &out, &err).code, NK_UNSUPPORTED);
	made_by("CREATE TABLE a (x); INSERT INTO a VALUES ('stop');", &two);
	assert_int_equal(nk_foreign_rewrite(nk_buf_bytes(&two), swap, &two, &out, &err).code, NK_LIMIT);
	memset(two.ptr + 100, 0xff, 200);
	assert_int_equal(nk_foreign_rewrite(nk_buf_bytes(&two), swap, NULL, &out, &err).code, NK_INVALID);
	assert_int_equal(out.len, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_value_of_every_table_is_changed),
		cmocka_unit_test(no_free_page_of_the_old_one_is_left),
		cmocka_unit_test(what_cannot_be_changed_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
