/*
 * sqlite_test.c: databases made by SQLite itself, read by our own walker.
 */
#include "base.h"

#include "nkx_kit.h"

#include <cmocka.h>
#include <sqlite3.h>
#include <unistd.h>

static sqlite3 *make(const char *encoding)
{
	sqlite3 *db = NULL;
	char sql[200];

	assert_int_equal(sqlite3_open(":memory:", &db), SQLITE_OK);
	(void)snprintf(sql, sizeof(sql), "pragma encoding='%s'; pragma page_size=1024", encoding);
	assert_int_equal(sqlite3_exec(db, sql, NULL, NULL, NULL), SQLITE_OK);
	assert_int_equal(sqlite3_exec(db,
				 "create table 名簿(id integer primary key, 氏名 text, \"電話,番号\" text);"
				 "create table wr(k text primary key, v text) without rowid;"
				 "create index ix on 名簿(氏名);",
				 NULL, NULL, NULL),
		SQLITE_OK);
	return db;
}

static void run(sqlite3 *db, const char *sql)
{
	assert_int_equal(sqlite3_exec(db, sql, NULL, NULL, NULL), SQLITE_OK);
}

static void open_db(sqlite3 *db, struct nkx_kit_report *r)
{
	sqlite3_int64 len = 0;
	unsigned char *bytes = sqlite3_serialize(db, "main", &len, 0);

	assert_non_null(bytes);
	nkx_kit_open(bytes, (size_t)len, "x.db", r);
	sqlite3_free(bytes);
	assert_int_equal(sqlite3_close(db), SQLITE_OK);
}

static void tables_are_rows_in_every_encoding(void **state)
{
	static const char *const encodings[] = { "UTF-8", "UTF-16le", "UTF-16be" };

	(void)state;
	for (size_t i = 0; i < NK_ARRAY_LEN(encodings); i++) {
		sqlite3 *db = make(encodings[i]);
		struct nkx_kit_report r;
		const struct nkx_kit_stream *s = NULL;

		run(db, "insert into 名簿 values(1001, '山田太郎', '03-0000-0000')");
		run(db, "insert into wr values('key', '佐藤花子')");
		open_db(db, &r);
		s = nkx_kit_stream(&r, "名簿");
		assert_non_null(s);
		assert_int_equal(s->kind, NKS_KIND_TABLE);
		assert_string_equal(s->text,
			"id\x1f氏名\x1f電話,番号\x1e"
			"1001\x1f山田太郎\x1f"
			"03-0000-0000\x1e");
		assert_true(nkx_kit_in(nkx_kit_stream(&r, "wr"), "key\x1f佐藤花子\x1e"));
		assert_int_equal(r.streams[0].state, NKX_SCANNED);
		nkx_kit_free(&r);
	}
}

static void long_values_and_many_rows_are_followed(void **state)
{
	sqlite3 *db = make("UTF-8");
	struct nkx_kit_report r;
	const struct nkx_kit_stream *s = NULL;
	size_t rows = 0;

	(void)state;
	run(db, "insert into 名簿 values(1, printf('%.*c', 20000, 'x') || 'END山田', 'x')");
	run(db,
		"with recursive n(i) as (select 2 union all select i+1 from n where i < 3000) "
		"insert into 名簿 select i, '佐藤花子' || i, '' from n");
	open_db(db, &r);
	s = nkx_kit_stream(&r, "名簿");
	assert_true(nkx_kit_in(s, "xxxEND山田"));
	for (size_t i = 0; i < s->len; i++) {
		rows += s->text[i] == '\x1e';
	}
	assert_int_equal(rows, 3001);
	assert_int_equal(r.streams[0].state, NKX_SCANNED);
	nkx_kit_free(&r);
}

static void deleted_rows_are_carved(void **state)
{
	sqlite3 *db = make("UTF-8");
	struct nkx_kit_report r;

	(void)state;
	run(db, "pragma secure_delete=0");
	run(db,
		"with recursive n(i) as (select 1 union all select i+1 from n where i < 500) "
		"insert into 名簿 select i, '佐藤花子' || i, '' from n");
	run(db, "drop index ix");
	run(db, "update 名簿 set 氏名 = '鈴木一郎消' where id = 250");
	run(db, "delete from 名簿 where id between 245 and 255");
	run(db, "delete from 名簿 where id > 400");
	open_db(db, &r);
	assert_false(nkx_kit_in(nkx_kit_stream(&r, "名簿"), "鈴木一郎消"));
	assert_true(nkx_kit_in(nkx_kit_stream(&r, ""), "鈴木一郎消"));
	assert_true(nkx_kit_in(nkx_kit_stream(&r, ""), "佐藤花子450"));
	nkx_kit_free(&r);
}

static void files_in_blobs_are_opened(void **state)
{
	sqlite3 *db = make("UTF-8");
	sqlite3_stmt *put = NULL;
	struct nkx_kit_report r;
	uint8_t tar[2048] = "a.txt";
	unsigned sum = 8 * ' ';

	(void)state;
	(void)snprintf((char *)tar + 124, 12, "%011o", 12U);
	for (size_t i = 0; i < 512; i++) {
		sum += tar[i];
	}
	(void)snprintf((char *)tar + 148, 8, "%06o", sum);
	memcpy(tar + 512, "山田太郎", 12);
	run(db, "create table f(b blob)");
	assert_int_equal(sqlite3_prepare_v2(db, "insert into f values(?)", -1, &put, NULL), SQLITE_OK);
	assert_int_equal(sqlite3_bind_blob(put, 1, tar, sizeof(tar), SQLITE_STATIC), SQLITE_OK);
	assert_int_equal(sqlite3_step(put), SQLITE_DONE);
	(void)sqlite3_finalize(put);
	open_db(db, &r);
	assert_true(nkx_kit_in(nkx_kit_stream(&r, "f row 1 column 1!/a.txt"), "山田太郎"));
	nkx_kit_free(&r);
}

static void broken_databases_end_and_are_said(void **state)
{
	sqlite3 *db = make("UTF-8");
	struct nkx_kit_report r;
	sqlite3_int64 len = 0;
	unsigned char *bytes = NULL;

	(void)state;
	run(db,
		"with recursive n(i) as (select 1 union all select i+1 from n where i < 120) "
		"insert into 名簿 select i, printf('%.*c', i * 10, 'x'), '' from n");
	bytes = sqlite3_serialize(db, "main", &len, 0);
	for (size_t part = 1; part < 16; part++) {
		nkx_kit_open(bytes, (size_t)len * part / 16, "x.db", &r);
		assert_int_not_equal(r.streams[0].state, NKX_SCANNED);
		nkx_kit_free(&r);
	}
	for (size_t at = 0; at < (size_t)len && at < 200000; at += at < 2200 ? 3 : 997) {
		const uint8_t was = bytes[at];

		bytes[at] = (uint8_t)(was ^ 0xff);
		nkx_kit_open(bytes, (size_t)len, "x.db", &r);
		nkx_kit_free(&r);
		bytes[at] = was;
	}
	sqlite3_free(bytes);
	assert_int_equal(sqlite3_close(db), SQLITE_OK);
}

static void a_tree_that_runs_in_a_circle_ends(void **state)
{
	sqlite3 *db = make("UTF-8");
	struct nkx_kit_report r;
	sqlite3_int64 len = 0;
	unsigned char *bytes = NULL;

	(void)state;
	run(db,
		"with recursive n(i) as (select 1 union all select i+1 from n where i < 500) "
		"insert into 名簿 select i, '佐藤花子' || i, '' from n");
	bytes = sqlite3_serialize(db, "main", &len, 0);
	/* Page 2 is the table's root and an inner page: its last child becomes itself. */
	assert_int_equal(bytes[1024], 5);
	memcpy(bytes + 1024 + 8, "\0\0\0\2", 4);
	nkx_kit_open(bytes, (size_t)len, "x.db", &r);
	assert_int_equal(r.streams[0].why, NKX_WHY_DAMAGED);
	assert_int_equal(r.streams[0].state, NKX_PARTLY);
	nkx_kit_free(&r);
	sqlite3_free(bytes);
	assert_int_equal(sqlite3_close(db), SQLITE_OK);
}

static void logs_and_journals_are_read(void **state)
{
	char folder[] = "/tmp/nkx-sqlite-XXXXXX";
	char path[64];
	char beside[80];
	sqlite3 *db = NULL;
	struct nkx_kit_report r;

	(void)state;
	assert_non_null(mkdtemp(folder));
	(void)snprintf(path, sizeof(path), "%s/a.db", folder);
	assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
	run(db, "create table t(a, b)");
	run(db, "insert into t values('前田利家', 1)");
	run(db, "begin; update t set a = 'x'; ");
	run(db, "pragma cache_spill=0");
	(void)sqlite3_db_cacheflush(db);
	(void)snprintf(beside, sizeof(beside), "%s-journal", path);
	assert_true(nkx_kit_file(beside, &r));
	assert_true(nkx_kit_holds(&r, "前田利家"));
	nkx_kit_free(&r);
	run(db, "rollback");
	run(db, "pragma journal_mode=wal");
	run(db, "insert into t values('鈴木一郎', 12345)");
	(void)snprintf(beside, sizeof(beside), "%s-wal", path);
	assert_true(nkx_kit_file(beside, &r));
	assert_string_equal(r.streams[0].format, "sqlite-wal");
	assert_true(nkx_kit_in(nkx_kit_stream(&r, "[frames]"),
		"鈴木一郎\x1f"
		"12345\x1e"));
	nkx_kit_free(&r);
	assert_int_equal(sqlite3_close(db), SQLITE_OK);
	assert_int_equal(unlink(path), 0);
	assert_int_equal(rmdir(folder), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(tables_are_rows_in_every_encoding),
		cmocka_unit_test(long_values_and_many_rows_are_followed),
		cmocka_unit_test(deleted_rows_are_carved),
		cmocka_unit_test(files_in_blobs_are_opened),
		cmocka_unit_test(broken_databases_end_and_are_said),
		cmocka_unit_test(a_tree_that_runs_in_a_circle_ends),
		cmocka_unit_test(logs_and_journals_are_read),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
