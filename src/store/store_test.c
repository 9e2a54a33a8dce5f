/*
 * store_test.c: what the store promises: one writer, no change without a leaf, nothing that is not a store, no
 * value in an error.
 */
#include "base.h"

#include <cmocka.h>

#include "store_kit.h"

static void a_new_store_has_the_newest_schema(void **state)
{
	NK_OWNED(kit_tmp_done) struct kit_tmp tmp = kit_tmp();
	NK_OWNED(nk_store_close) struct nk_store *store = open_store(kit_path(&tmp, "db"), NK_STORE_CREATE);

	(void)state;
	assert_true(nk_store_schema_version(store) >= 1);
	assert_int_equal(count(store, "SELECT count(*) FROM schema_version"), nk_store_schema_version(store));
	assert_int_equal(
		count(store, "SELECT count(*) FROM schema_version WHERE length(sha256) = 32 AND applied_at > 0"),
		nk_store_schema_version(store));
	kit_ok(nk_store_check(store, &err), &err);
	assert_ptr_equal(nk_store_env(store), kit_env());
}

static void every_table_of_bookkeeping_exists_and_all_tables_have_rowids(void **state)
{
	NK_OWNED(nk_store_close) struct nk_store *store = open_store(":memory:", NK_STORE_CREATE);

	(void)state;
#define ROW(name)         \
	assert_int_equal( \
		count(store, "SELECT count(*) FROM sqlite_schema WHERE type = 'table' AND name = '" #name "'"), 1);
#include "bookkeeping.inc"
#undef ROW
	assert_int_equal(count(store, "SELECT count(*) FROM sqlite_schema WHERE sql LIKE '%WITHOUT%ROWID%'"), 0);
	assert_int_equal(count(store, "SELECT count(*) FROM sqlite_schema WHERE type IN ('trigger', 'view')"), 0);
}

static void a_store_is_made_once_and_opened_only_where_it_is(void **state)
{
	NK_OWNED(kit_tmp_done) struct kit_tmp tmp = kit_tmp();
	const char *path = kit_path(&tmp, "db");
	struct nk_store *store = NULL;
	unsigned mode = 0;
	bool mine = false;

	(void)state;
	kit_fails(try_open(path, NK_STORE_WRITE, &store), NK_NOT_FOUND);
	kit_fails(try_open(path, NK_STORE_READ, &store), NK_NOT_FOUND);
	assert_int_equal(access(kit_path(&tmp, "db.lock"), F_OK), -1); /* nothing is left behind by the attempt */
	store = open_store(path, NK_STORE_CREATE);
	nk_store_close(&store);
	assert_null(store);
	kit_fails(try_open(path, NK_STORE_CREATE, &store), NK_EXISTS);
	store = open_store(path, NK_STORE_WRITE);
	kit_ok(nk_os_file_mode(path, &mode, &mine, &err), &err);
	assert_int_equal(mode & 0777, 0600);
	nk_store_close(&store);
}

static void what_is_no_store_is_refused_and_left_alone(void **state)
{
	NK_OWNED(kit_tmp_done) struct kit_tmp tmp = kit_tmp();
	NK_OWNED(nk_buf_done) struct nk_buf after = { 0 };
	const char *junk = kit_path(&tmp, "junk");
	const char *foreign = kit_path(&tmp, "foreign");
	static const char words[] = "this is a letter to somebody, and no database at all";
	struct nk_store *store = NULL;

	(void)state;
	kit_ok(nk_env_write_new(kit_env(), junk, text(words), &err), &err);
	kit_fails(try_open(junk, NK_STORE_WRITE, &store), NK_CORRUPT);
	kit_fails(try_open(junk, NK_STORE_CREATE, &store), NK_EXISTS);
	read_file(junk, &after);
	assert_true(nk_bytes_eq(nk_buf_bytes(&after), text(words)));
	raw(foreign, "CREATE TABLE letter (a)");
	kit_fails(try_open(foreign, NK_STORE_WRITE, &store), NK_CORRUPT);
	kit_fails(try_open(foreign, NK_STORE_CREATE, &store), NK_EXISTS);
	kit_fails(try_open("postgresql://db/nokosazu", NK_STORE_WRITE, &store), NK_UNSUPPORTED);
}

static void a_newer_store_is_refused_untouched(void **state)
{
	NK_OWNED(kit_tmp_done) struct kit_tmp tmp = kit_tmp();
	NK_OWNED(nk_buf_done) struct nk_buf before = { 0 };
	NK_OWNED(nk_buf_done) struct nk_buf after = { 0 };
	const char *path = kit_path(&tmp, "db");
	struct nk_store *store = open_store(path, NK_STORE_CREATE);

	(void)state;
	nk_store_close(&store);
	raw(path, "INSERT INTO schema_version VALUES (9999, x'00', 0)");
	read_file(path, &before);
	kit_fails(try_open(path, NK_STORE_WRITE, &store), NK_NEWER);
	assert_non_null(strstr(err.text[NK_LANG_EN], "9999"));
	kit_fails(try_open(path, NK_STORE_READ, &store), NK_NEWER);
	kit_fails(try_open(path, NK_STORE_CREATE, &store), NK_NEWER);
	read_file(path, &after);
	assert_true(nk_bytes_eq(nk_buf_bytes(&before), nk_buf_bytes(&after)));
	raw(path, "UPDATE schema_version SET sha256 = zeroblob(32) WHERE version = 1");
	kit_fails(try_open(path, NK_STORE_WRITE, &store), NK_NEWER); /* whatever else the newer one changed */
}

static void a_migration_that_was_another_text_is_refused(void **state)
{
	NK_OWNED(kit_tmp_done) struct kit_tmp tmp = kit_tmp();
	const char *path = kit_path(&tmp, "db");
	const char *holed = kit_path(&tmp, "holed");
	struct nk_store *store = open_store(path, NK_STORE_CREATE);

	(void)state;
	nk_store_close(&store);
	raw(path, "UPDATE schema_version SET sha256 = zeroblob(32) WHERE version = 1");
	kit_fails(try_open(path, NK_STORE_WRITE, &store), NK_CORRUPT);
	store = open_store(holed, NK_STORE_CREATE);
	nk_store_close(&store);
	raw(holed, "UPDATE schema_version SET version = 0 WHERE version = 1");
	kit_fails(try_open(holed, NK_STORE_WRITE, &store), NK_CORRUPT);
}

static void a_second_writer_is_told_who_has_the_store(void **state)
{
	NK_OWNED(kit_tmp_done) struct kit_tmp tmp = kit_tmp();
	const char *path = kit_path(&tmp, "db");
	struct nk_store *store = open_store(path, NK_STORE_CREATE);
	struct nk_store *other = NULL;
	char pid[24];

	(void)state;
	kit_fails(try_open(path, NK_STORE_WRITE, &other), NK_BUSY);
	(void)snprintf(pid, sizeof(pid), "%d", nk_os_pid());
	assert_non_null(strstr(err.text[NK_LANG_EN], pid));
	other = open_store(path, NK_STORE_READ);
	nk_store_close(&other);
	nk_store_close(&store);
	other = open_store(path, NK_STORE_WRITE);
	nk_store_close(&other);
}

static void a_reader_sees_what_is_committed_and_writes_nothing(void **state)
{
	NK_OWNED(kit_tmp_done) struct kit_tmp tmp = kit_tmp();
	const char *path = kit_path(&tmp, "db");
	NK_OWNED(nk_store_close) struct nk_store *store = open_store(path, NK_STORE_CREATE);
	NK_OWNED(nk_store_close) struct nk_store *reader = open_store(path, NK_STORE_READ);
	NK_OWNED(nk_tx_end) struct nk_tx *tx = NULL;
	struct nk_tx *none = NULL;

	(void)state;
	kit_ok(nk_tx_begin(store, &tx, &err), &err);
	kit_ok(add_person(store, 1, text("x")), &err);
	assert_int_equal(count(reader, "SELECT count(*) FROM person"), 0);
	nk_tx_count_leaf(tx);
	kit_ok(nk_tx_commit(&tx, &err), &err);
	assert_int_equal(count(reader, "SELECT count(*) FROM person"), 1);
	kit_fails(nk_tx_begin(reader, &none, &err), NK_DENIED);
	kit_fails(run(reader, "UPDATE person SET version = 2"), NK_INTERNAL);
	kit_fails(nk_store_scrub(reader, true, &err), NK_INTERNAL);
}

static void a_write_outside_a_transaction_fails(void **state)
{
	NK_OWNED(nk_store_close) struct nk_store *store = open_store(":memory:", NK_STORE_CREATE);
	NK_OWNED(nk_tx_end) struct nk_tx *tx = NULL;
	struct nk_tx *second = NULL;

	(void)state;
	kit_fails(add_person(store, 1, text("x")), NK_INTERNAL);
	kit_fails(run(store, "DELETE FROM person"), NK_INTERNAL);
	assert_false(nk_store_in_tx(store));
	kit_ok(nk_tx_begin(store, &tx, &err), &err);
	assert_true(nk_store_in_tx(store));
	assert_ptr_equal(nk_tx_store(tx), store);
	kit_fails(nk_tx_begin(store, &second, &err), NK_INTERNAL);
	kit_fails(nk_store_scrub(store, false, &err), NK_INTERNAL);
	kit_ok(add_person(store, 1, text("x")), &err);
	assert_int_equal(nk_store_changes(store), 1);
	nk_tx_end(&tx);
	assert_int_equal(count(store, "SELECT count(*) FROM person"), 0);
}

static void only_row_statements_are_taken(void **state)
{
	static const char *const refused[] = {
		"BEGIN",
		"COMMIT",
		"SAVEPOINT a",
		"PRAGMA secure_delete = OFF",
		"PRAGMA synchronous = OFF",
		"ATTACH 'other' AS other",
		"CREATE TABLE t (a)",
		"CREATE TEMP TABLE t (a)",
		"DROP TABLE person",
		"ALTER TABLE person ADD COLUMN x",
		"SELECT FROM WHERE",
	};
	NK_OWNED(nk_store_close) struct nk_store *store = open_store(":memory:", NK_STORE_CREATE);
	struct nk_stmt *stmt = NULL;

	(void)state;
	for (size_t i = 0; i < NK_ARRAY_LEN(refused); i++) {
		kit_fails(nk_stmt_get(store, refused[i], &stmt, &err), NK_INTERNAL);
	}
	kit_fails(run(store, "VACUUM"), NK_INTERNAL); /* prepared, but it writes, and never in a transaction */
	kit_ok(nk_store_check(store, &err), &err);
}

/* Runs one statement in a transaction of its own without a leaf. */
static nk_rc commit_alone(struct nk_store *store, const char *sql)
{
	NK_OWNED(nk_tx_end) struct nk_tx *tx = NULL;

	NK_TRY(nk_tx_begin(store, &tx, &err));
	NK_TRY(run(store, sql));
	return nk_tx_commit(&tx, &err);
}

static void an_identifier_of_nobody_is_a_damage(void **state)
{
	NK_OWNED(nk_store_close) struct nk_store *store = open_store(":memory:", NK_STORE_CREATE);
	NK_OWNED(nk_tx_end) struct nk_tx *tx = NULL;

	(void)state;
	kit_ok(nk_tx_begin(store, &tx, &err), &err);
	kit_ok(run(store, "INSERT INTO person (id, slot, generation, version, record) VALUES (zeroblob(16), 0, 0, 1, x'00')"), &err);
	kit_ok(run(store, "INSERT INTO token (person_number, field, token) VALUES (1, 1, zeroblob(16))"), &err);
	kit_ok(nk_store_check(store, &err), &err);
	kit_ok(run(store, "UPDATE person SET record = NULL"), &err);
	kit_fails(nk_store_check(store, &err), NK_CORRUPT);
}

static void a_change_without_a_leaf_is_refused_and_rolled_back(void **state)
{
	static const char *const changes[] = {
		"INSERT INTO person (id, slot, generation, version) VALUES (zeroblob(16), 0, 0, 1)",
		"UPDATE person SET version = 7", "DELETE FROM person WHERE number = 1", "DELETE FROM person",
		"DELETE FROM idempotency", /* nothing refers to it: SQLite would do that without looking at rows */
		"REPLACE INTO person (id, number, slot, generation, version) SELECT id, number, 5, 5, 5 FROM person",
		"INSERT INTO idempotency (key, at) VALUES (x'01', 9) ON CONFLICT (key) DO UPDATE SET at = 9",
		"INSERT INTO leaf (seq, entry, hash) VALUES (0, x'', zeroblob(32))", /* the ledger did not say so */
	};
	NK_OWNED(nk_store_close) struct nk_store *store = open_store(":memory:", NK_STORE_CREATE);
	NK_OWNED(nk_tx_end) struct nk_tx *tx = NULL;

	(void)state;
	kit_ok(nk_tx_begin(store, &tx, &err), &err);
	kit_ok(add_person(store, 1, text("x")), &err);
	kit_ok(run(store, "INSERT INTO idempotency (key, at) VALUES (x'01', 1), (x'02', 1)"), &err);
	nk_tx_count_leaf(tx);
	kit_ok(nk_tx_commit(&tx, &err), &err);
	for (size_t i = 0; i < NK_ARRAY_LEN(changes); i++) {
		kit_fails(commit_alone(store, changes[i]), NK_INTERNAL);
		assert_false(nk_store_in_tx(store));
		assert_int_equal(count(store, "SELECT count(*) FROM person WHERE version = 1"), 1);
		assert_int_equal(count(store, "SELECT count(*) FROM leaf"), 0);
		assert_int_equal(count(store, "SELECT count(*) FROM idempotency WHERE at = 1"), 2);
	}
	/* What changes no row, or only bookkeeping, needs no leaf. */
	kit_ok(commit_alone(store, "UPDATE person SET version = 7 WHERE number = 99"), &err);
	kit_ok(commit_alone(store, "INSERT INTO fact (name, int_value) VALUES ('a', 1)"), &err);
	kit_ok(commit_alone(store, "DELETE FROM fact"), &err);
	kit_ok(commit_alone(store, "SELECT 1 WHERE false"), &err);
	/* Dirt of one transaction is not the next one's. */
	kit_ok(commit_alone(store, "INSERT INTO fact (name, int_value) VALUES ('a', 1)"), &err);
}

static void a_broken_rule_names_the_table_and_never_the_value(void **state)
{
	NK_OWNED(nk_store_close) struct nk_store *store = open_store(":memory:", NK_STORE_CREATE);
	NK_OWNED(nk_tx_end) struct nk_tx *tx = NULL;
	NK_OWNED(nk_stmt_put) struct nk_stmt *stmt = NULL;

	(void)state;
	kit_ok(nk_tx_begin(store, &tx, &err), &err);
	kit_ok(add_person(store, 1, text("x")), &err);
	kit_fails(add_person(store, 1, text("x")), NK_EXISTS);
	assert_non_null(strstr(err.text[NK_LANG_EN], "INSERT INTO person"));
	kit_fails(run(store, "INSERT INTO person (id, slot, generation, version) VALUES (zeroblob(15), 0, 0, 1)"),
		NK_CONFLICT);
	kit_ok(nk_stmt_get(store, "INSERT INTO link (person_number, target_id, slot, generation, record) VALUES (?1, ?2, 0, 0, ?2)", &stmt, &err),
		&err);
	nk_stmt_int(stmt, 1, 424242);
	nk_stmt_blob(stmt, 2, text("sixteen bytes..."));
	kit_fails(nk_stmt_run(stmt, &err), NK_CONFLICT); /* no such target */
	assert_non_null(strstr(err.text[NK_LANG_EN], "link"));
	assert_null(strstr(err.text[NK_LANG_EN], "424242"));
	assert_null(strstr(err.text[NK_LANG_EN], "sixteen"));
	nk_stmt_int(stmt, 3, 1); /* no such place: told by the next step */
	kit_fails(nk_stmt_run(stmt, &err), NK_INTERNAL);
}

static void a_statement_is_used_again_without_its_old_values(void **state)
{
	static const char sql[] = "SELECT ?1, ?2";
	NK_OWNED(nk_store_close) struct nk_store *store = open_store(":memory:", NK_STORE_CREATE);
	NK_OWNED(nk_stmt_put) struct nk_stmt *a = NULL;
	NK_OWNED(nk_stmt_put) struct nk_stmt *b = NULL;
	const struct nk_stmt *first;
	struct nk_uuid id = { { 1 } };
	bool row = false;

	(void)state;
	kit_ok(nk_stmt_get(store, sql, &a, &err), &err);
	kit_ok(nk_stmt_get(store, sql, &b, &err), &err);
	assert_ptr_not_equal(a, b);
	nk_stmt_uuid(a, 1, id);
	nk_stmt_text(a, 2, NK_STR(""));
	kit_ok(nk_stmt_step(a, &row, &err), &err);
	assert_true(row);
	assert_true(nk_col_uuid(a, 0, &id));
	assert_false(nk_col_uuid(a, 1, &id));
	assert_false(nk_col_is_null(a, 1)); /* the empty text is not NULL */
	kit_ok(nk_stmt_step(a, &row, &err), &err);
	assert_false(row);
	nk_stmt_rewind(a);
	kit_ok(nk_stmt_step(a, &row, &err), &err);
	assert_true(nk_col_uuid(a, 0, &id)); /* bindings kept */
	first = a;
	nk_stmt_put(&a);
	kit_ok(nk_stmt_get(store, sql, &a, &err), &err);
	assert_ptr_equal(a, first);
	kit_ok(nk_stmt_step(a, &row, &err), &err);
	assert_true(nk_col_is_null(a, 0)); /* bindings forgotten */
	kit_fails(nk_stmt_run(b, &err), NK_INTERNAL); /* gives a row */
}

static void facts_are_kept(void **state)
{
	NK_OWNED(nk_store_close) struct nk_store *store = open_store(":memory:", NK_STORE_CREATE);
	NK_OWNED(nk_tx_end) struct nk_tx *tx = NULL;
	NK_OWNED(nk_buf_done) struct nk_buf out = { 0 };
	int64_t v = 0;

	(void)state;
	kit_fails(nk_store_fact_int(store, "epoch", &v, &err), NK_NOT_FOUND);
	kit_ok(nk_tx_begin(store, &tx, &err), &err);
	kit_ok(nk_store_set_int(tx, "epoch", 3, &err), &err);
	kit_ok(nk_store_set_int(tx, "epoch", INT64_MIN, &err), &err);
	kit_ok(nk_store_set_blob(tx, "site", text("s\n"), &err), &err);
	kit_ok(nk_tx_commit(&tx, &err), &err);
	kit_ok(nk_store_fact_int(store, "epoch", &v, &err), &err);
	assert_true(v == INT64_MIN);
	nk_buf_init(&out, 100);
	kit_ok(nk_store_fact_blob(store, "site", &out, &err), &err);
	assert_true(nk_bytes_eq(nk_buf_bytes(&out), text("s\n")));
	kit_fails(nk_store_fact_int(store, "site", &v, &err), NK_NOT_FOUND); /* it is no number */
}

static void what_was_deleted_is_gone_from_every_file_after_a_scrub(void **state)
{
	NK_OWNED(kit_tmp_done) struct kit_tmp tmp = kit_tmp();
	const char *path = kit_path(&tmp, "db");
	const char *wal = kit_path(&tmp, "db-wal");
	NK_OWNED(nk_store_close) struct nk_store *store = open_store(path, NK_STORE_CREATE);
	NK_OWNED(nk_tx_end) struct nk_tx *tx = NULL;

	(void)state;
	commit_person(store, 1, text("PLANTED-MARK-7461"));
	assert_true(
		file_holds(wal, "PLANTED-MARK-7461")); /* the positive control; and that there is a write-ahead log */
	kit_ok(nk_tx_begin(store, &tx, &err), &err);
	kit_ok(run(store, "DELETE FROM person"), &err);
	nk_tx_count_leaf(tx);
	kit_ok(nk_tx_commit(&tx, &err), &err);
	assert_true(file_holds(wal, "PLANTED-MARK-7461"));
	kit_ok(nk_store_scrub(store, true, &err), &err);
	assert_false(file_holds(wal, "PLANTED-MARK-7461"));
	assert_false(file_holds(path, "PLANTED-MARK-7461"));
}

/* Without a VACUUM: the place of the row is zeroed as the row goes. */
static void what_was_deleted_does_not_stay_in_its_page(void **state)
{
	NK_OWNED(kit_tmp_done) struct kit_tmp tmp = kit_tmp();
	const char *path = kit_path(&tmp, "db");
	NK_OWNED(nk_store_close) struct nk_store *store = open_store(path, NK_STORE_CREATE);
	NK_OWNED(nk_tx_end) struct nk_tx *tx = NULL;

	(void)state;
	commit_person(store, 1, text("PLANTED-MARK-7462"));
	kit_ok(nk_store_scrub(store, false, &err), &err);
	assert_true(file_holds(path, "PLANTED-MARK-7462")); /* the positive control */
	kit_ok(nk_tx_begin(store, &tx, &err), &err);
	kit_ok(run(store, "DELETE FROM person"), &err);
	nk_tx_count_leaf(tx);
	kit_ok(nk_tx_commit(&tx, &err), &err);
	kit_ok(nk_store_scrub(store, false, &err), &err);
	assert_false(file_holds(path, "PLANTED-MARK-7462"));
}

static void a_scrub_says_when_a_reader_keeps_the_log(void **state)
{
	NK_OWNED(kit_tmp_done) struct kit_tmp tmp = kit_tmp();
	const char *path = kit_path(&tmp, "db");
	NK_OWNED(nk_store_close) struct nk_store *store = open_store(path, NK_STORE_CREATE);
	NK_OWNED(nk_store_close) struct nk_store *reader = open_store(path, NK_STORE_READ);
	NK_OWNED(nk_stmt_put) struct nk_stmt *stmt = NULL;
	bool row = false;

	(void)state;
	commit_person(store, 1, text("x"));
	kit_ok(nk_stmt_get(reader, "SELECT id FROM person", &stmt, &err), &err);
	kit_ok(nk_stmt_step(stmt, &row, &err), &err);
	assert_true(row); /* a read transaction is open */
	commit_person(store, 2, text("y"));
	kit_fails(nk_store_scrub(store, false, &err), NK_BUSY);
	nk_stmt_rewind(stmt);
	kit_ok(nk_store_scrub(store, false, &err), &err);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_new_store_has_the_newest_schema),
		cmocka_unit_test(every_table_of_bookkeeping_exists_and_all_tables_have_rowids),
		cmocka_unit_test(an_identifier_of_nobody_is_a_damage),
		cmocka_unit_test(a_store_is_made_once_and_opened_only_where_it_is),
		cmocka_unit_test(what_is_no_store_is_refused_and_left_alone),
		cmocka_unit_test(a_newer_store_is_refused_untouched),
		cmocka_unit_test(a_migration_that_was_another_text_is_refused),
		cmocka_unit_test(a_second_writer_is_told_who_has_the_store),
		cmocka_unit_test(a_reader_sees_what_is_committed_and_writes_nothing),
		cmocka_unit_test(a_write_outside_a_transaction_fails),
		cmocka_unit_test(only_row_statements_are_taken),
		cmocka_unit_test(a_change_without_a_leaf_is_refused_and_rolled_back),
		cmocka_unit_test(a_broken_rule_names_the_table_and_never_the_value),
		cmocka_unit_test(a_statement_is_used_again_without_its_old_values),
		cmocka_unit_test(facts_are_kept),
		cmocka_unit_test(what_was_deleted_is_gone_from_every_file_after_a_scrub),
		cmocka_unit_test(what_was_deleted_does_not_stay_in_its_page),
		cmocka_unit_test(a_scrub_says_when_a_reader_keeps_the_log),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
