/*
 * backup_test.c: backups and their books: where they may go, what is in them, what they still open, how they end.
 */
#include "base.h"

#include <cmocka.h>

#include "backup_test_kit.h"
#include "flow_duty.h"
#include "kit_crash.h"

enum { LEAVERS = 2 };

static void data_and_keys_go_to_two_places_outside(void **state)
{
	struct bt b;
	struct nk_backup_request req;
	struct nk_backup_made made;
	struct nk_err err = { 0 };
	char inside[256];

	(void)state;
	bt_new(&b, LEAVERS, NULL);
	req = bt_request(&b);
	(void)snprintf(inside, sizeof(inside), "%s/public", b.t.home);
	req.to = inside;
	kit_fails(nk_op_backup(b.t.flow, &req, b.t.arena, &made, &err), NK_DENIED);
	req.to = b.m2;
	kit_fails(nk_op_backup(b.t.flow, &req, b.t.arena, &made, &err), NK_DENIED);
	req.to = "/nowhere/at/all";
	kit_fails(nk_op_backup(b.t.flow, &req, b.t.arena, &made, &err), NK_NOT_FOUND);
	req = bt_request(&b);
	req.same_device = false;
	kit_fails(nk_op_backup(b.t.flow, &req, b.t.arena, &made, &err), NK_DENIED);
	req = bt_request(&b);
	req.n_recipients = 0;
	kit_fails(nk_op_backup(b.t.flow, &req, b.t.arena, &made, &err), NK_USAGE);
	assert_int_equal(ft_count(b.t.flow, "SELECT count(*) FROM holding WHERE kind LIKE 'backup%'"), 0);
	bt_done(&b);
}

static void both_parts_are_on_the_books_with_an_end_before_they_exist(void **state)
{
	struct bt b;

	(void)state;
	bt_new(&b, LEAVERS, "[backup]\nexpire_days = 10\n");
	bt_backup(&b);
	assert_int_equal(b.made.persons, FT_PERSONS);
	assert_true(b.made.epoch_inside && b.made.one_device);
	assert_int_equal(ft_count(b.t.flow, "SELECT count(*) FROM holding WHERE kind = 'backup' AND closed_at IS NULL"), 1);
	assert_int_equal(ft_count(b.t.flow, "SELECT count(*) FROM holding WHERE kind = 'backup_keys' AND closed_at IS NULL"), 1);
	assert_int_equal(ft_count(b.t.flow,
		"SELECT count(*) FROM duty d JOIN holding h ON h.id = d.holding_id WHERE h.kind LIKE 'backup%' AND d.kind = 'close-holding'"), 2);
	assert_int_equal(ft_count(b.t.flow, "SELECT count(*) FROM duty WHERE kind = 'restore-drill'"), 1);
	assert_int_equal(ft_count(b.t.flow, "SELECT count(*) FROM copy_open"), 0);
	assert_int_equal(ft_count(b.t.flow, "SELECT count(*) FROM holding WHERE kind = 'temp' AND closed_at IS NULL"), 0);
	assert_int_equal(ft_leaves(b.t.flow, "backup"), 5); /* begun and made, of each; and the kind of a holding */
	bt_done(&b);
}

/* --- what is inside --- */

struct looking {
	struct nk_buf all;
};

static nk_rc look_begin(void *arg, const struct nk_backup_file *f, struct nk_err *err)
{
	(void)arg;
	(void)f;
	(void)err;
	return nk_done();
}

static nk_rc look_bytes(void *arg, struct nk_bytes bytes, struct nk_err *err)
{
	struct looking *const l = arg;

	return nk_buf_add(&l->all, bytes.ptr, bytes.len, err);
}

static bool holds(struct bt *b, const char *part, struct nk_str what)
{
	struct looking l = { .all = { 0 } };
	const struct nk_backup_sink sink = { &l, look_begin, look_bytes, look_begin };
	struct nk_backup_manifest m;
	struct nk_err err = { 0 };
	bool found = false;

	nk_buf_init(&l.all, 1 << 28);
	kit_ok(nk_backup_read(part, nk_str_c(b->identities), &sink, b->t.arena, &m, &err), &err);
	found = nk_str_find(nk_buf_str(&l.all), what) != SIZE_MAX;
	nk_buf_done(&l.all);
	return found;
}

static void set_fact(struct bt *b, const char *name, struct nk_str value)
{
	NK_OWNED(nk_tx_end) struct nk_tx *tx = NULL;
	struct nk_err err = { 0 };

	kit_ok(nk_tx_begin(b->t.flow->store, &tx, &err), &err);
	kit_ok(nk_store_set_blob(tx, name, nk_str_bytes(value), &err), &err);
	kit_ok(nk_flow_commit_quiet(b->t.flow, &tx, &err), &err);
}

static void remove_facts(struct bt *b)
{
	NK_OWNED(nk_tx_end) struct nk_tx *tx = NULL;
	NK_OWNED(nk_stmt_put) struct nk_stmt *s = NULL;
	struct nk_err err = { 0 };

	kit_ok(nk_tx_begin(b->t.flow->store, &tx, &err), &err);
	kit_ok(nk_stmt_get(b->t.flow->store, "DELETE FROM fact WHERE name LIKE 'marked%'", &s, &err), &err);
	kit_ok(nk_stmt_run(s, &err), &err);
	nk_stmt_put(&s);
	kit_ok(nk_flow_commit_quiet(b->t.flow, &tx, &err), &err);
}

/* A whole page of it, so that it is on the free list afterwards and not only in a gap. */
static void a_deleted_row_is_not_in_the_data_part(void **state)
{
	static char big[20000];
	struct bt b;

	(void)state;
	for (size_t i = 0; i + 16 < sizeof(big); i += 16) {
		memcpy(big + i, "MARKED-0123456-X", 16);
	}
	bt_new(&b, LEAVERS, NULL);
	set_fact(&b, "marked", (struct nk_str){ big, sizeof(big) });
	bt_backup(&b);
	assert_true(holds(&b, b.data, NK_STR("MARKED-0123456-X"))); /* the search can find */
	remove_facts(&b);
	bt_backup(&b);
	assert_false(holds(&b, b.data, NK_STR("MARKED-0123456-X")));
	bt_done(&b);
}

static void the_data_part_holds_no_key_and_the_keys_part_no_record(void **state)
{
	struct bt b;
	struct nk_bytes epoch;
	char path[256];
	size_t at = 0;

	(void)state;
	bt_new(&b, LEAVERS, NULL);
	bt_backup(&b);
	(void)snprintf(path, sizeof(path), "%s/vault/epoch", b.t.home);
	epoch = ft_read(&b.t, path);
	at = nk_str_find(nk_bytes_str(epoch), NK_STR("nkcell1"));
	assert_true(at != SIZE_MAX);
	assert_false(holds(&b, b.data, nk_bytes_str(nk_bytes_of(epoch.ptr + at + 48, 32))));
	assert_true(holds(&b, b.keys, nk_bytes_str(nk_bytes_of(epoch.ptr + at + 48, 32))));
	assert_false(holds(&b, b.data, NK_STR("nkcell1")));
	assert_true(holds(&b, b.keys, NK_STR("nkcell1")));
	assert_true(holds(&b, b.data, NK_STR("SQLite format 3")));
	assert_false(holds(&b, b.keys, NK_STR("SQLite format 3")));
	bt_done(&b);
}

static void a_part_that_was_changed_or_cut_does_not_open(void **state)
{
	struct bt b;
	struct nk_backup_manifest m;
	struct nk_bytes whole;
	struct nk_err err = { 0 };
	uint8_t *bent = NULL;
	int fd = -1;

	(void)state;
	bt_new(&b, LEAVERS, NULL);
	bt_backup(&b);
	whole = ft_read(&b.t, b.keys);
	bent = malloc(whole.len);
	assert_non_null(bent);
	memcpy(bent, whole.ptr, whole.len);
	bent[whole.len / 2] ^= 1;
	kit_ok(kit_env()->open(kit_env()->self, b.keys, NK_OPEN_WRITE, &fd, &err), &err);
	kit_ok(kit_env()->write(kit_env()->self, fd, 0, bent, whole.len, &err), &err);
	assert_false(nk_ok(nk_backup_read(b.keys, nk_str_c(b.identities), NULL, b.t.arena, &m, &err)));
	kit_ok(kit_env()->write(kit_env()->self, fd, 0, whole.ptr, whole.len, &err), &err);
	kit_ok(nk_backup_read(b.keys, nk_str_c(b.identities), NULL, b.t.arena, &m, &err), &err);
	kit_ok(kit_env()->truncate(kit_env()->self, fd, whole.len - 1, &err), &err);
	assert_false(nk_ok(nk_backup_read(b.keys, nk_str_c(b.identities), NULL, b.t.arena, &m, &err)));
	kit_env()->close(kit_env()->self, &fd);
	free(bent);
	bt_done(&b);
}

static void a_path_of_a_manifest_stays_below_the_installation(void **state)
{
	static const char *const bad[] = { "../x", "/etc/x", "store/../x", "store/.x", "vault/vault", "conf.d/a/b", "x", "store/", "lock", "ledger/checkpoint" };
	NK_OWNED(nk_arena_free) struct nk_arena *arena = NULL;
	struct nk_err err = { 0 };

	(void)state;
	kit_ok(nk_arena_new(NK_ARENA_PLAIN, 1 << 24, &arena, &err), &err);
	for (size_t i = 0; i < NK_ARRAY_LEN(bad); i++) {
		NK_OWNED(nk_buf_done) struct nk_buf text = { 0 };
		struct nk_backup_file f = { .path = nk_str_c(bad[i]) };
		struct nk_backup_manifest m = { .files = &f, .n_files = 1, .made_at = KIT_START };
		struct nk_backup_manifest back;

		nk_buf_init(&text, 65536);
		kit_ok(nk_backup_manifest_print(&m, &text, &err), &err);
		kit_fails(nk_backup_manifest_parse(nk_buf_bytes(&text), arena, &back, &err), NK_INVALID);
		f.path = NK_STR("store/nokosazu.db");
		nk_buf_reset(&text);
		kit_ok(nk_backup_manifest_print(&m, &text, &err), &err);
		kit_ok(nk_backup_manifest_parse(nk_buf_bytes(&text), arena, &back, &err), &err);
	}
}

/* --- under a warrant --- */

static void where_a_warrant_is_wanted_nothing_leaves_without(void **state)
{
	struct bt b;
	struct nk_backup_request req;
	struct nk_backup_made made;
	struct nk_err err = { 0 };

	(void)state;
	bt_new(&b, LEAVERS, "[backup]\nwarrant = yes\n");
	req = bt_request(&b);
	kit_fails(nk_op_backup(b.t.flow, &req, b.t.arena, &made, &err), NK_DENIED);
	memset(req.warrant.b, 7, sizeof(req.warrant.b));
	assert_false(nk_ok(nk_op_backup(b.t.flow, &req, b.t.arena, &made, &err)));
	assert_int_equal(ft_count(b.t.flow, "SELECT count(*) FROM holding WHERE kind LIKE 'backup%'"), 0);
	assert_true(ft_leaves(b.t.flow, "refused") >= 1);
	bt_done(&b);
}

/* --- the end, and what is honest about it --- */

static nk_rc destroy(struct bt *b, struct nk_uuid holding, const struct nk_key *seed, bool lost, struct nk_backup_destroyed *out)
{
	const struct nk_backup_destroy_request req = { .holding = holding, .seed = seed, .lost = lost };
	struct nk_err err = { 0 };

	return nk_op_backup_destroy(b->t.flow, &req, b->t.arena, out, &err);
}

static void a_part_ends_only_before_another_party_and_only_as_itself(void **state)
{
	struct bt b;
	struct nk_backup_destroyed out;
	struct nk_key nobody;
	struct nk_bytes whole;
	struct nk_err err = { 0 };

	(void)state;
	bt_new(&b, LEAVERS, NULL);
	bt_backup(&b);
	memset(nobody.b, 9, sizeof(nobody.b));
	kit_fails(destroy(&b, b.made.keys.holding, &nobody, false, &out), NK_DENIED);
	whole = ft_read(&b.t, b.keys);
	kit_ok(kit_env()->unlink(kit_env()->self, b.keys, &err), &err);
	kit_fails(destroy(&b, b.made.keys.holding, &b.second, false, &out), NK_NOT_FOUND);
	kit_ok(nk_env_write_new(kit_env(), b.keys, nk_str_bytes(NK_STR("another file")), &err), &err);
	kit_fails(destroy(&b, b.made.keys.holding, &b.second, false, &out), NK_CONFLICT);
	assert_true(nk_os_is_there(b.keys));
	kit_ok(nk_env_replace(kit_env(), b.keys, whole, &err), &err);
	kit_ok(destroy(&b, b.made.keys.holding, &b.second, false, &out), &err);
	assert_true(out.verified);
	assert_false(nk_os_is_there(b.keys));
	kit_fails(destroy(&b, b.made.keys.holding, &b.second, false, &out), NK_EXISTS);
	kit_ok(kit_env()->unlink(kit_env()->self, b.data, &err), &err);
	kit_ok(destroy(&b, b.made.data.holding, &b.second, true, &out), &err);
	assert_false(out.verified);
	assert_int_equal(ft_count(b.t.flow, "SELECT count(*) FROM holding WHERE kind = 'backup' AND gone = 'unverified'"), 1);
	bt_done(&b);
}

static uint64_t still_opens(struct bt *b, struct nk_uuid id)
{
	struct nk_backup_row *rows = NULL;
	struct nk_err err = { 0 };
	size_t n = 0;

	kit_ok(nk_op_backup_list(b->t.flow, b->t.arena, &rows, &n, &err), &err);
	for (size_t i = 0; i < n; i++) {
		if (nk_uuid_eq(rows[i].holding, id)) {
			return rows[i].erased;
		}
	}
	return UINT64_MAX;
}

static struct nk_str ask_about(struct bt *b, struct nk_uuid id)
{
	struct nk_ask_reply reply;
	struct nk_err err = { 0 };

	kit_ok(nk_op_ask(b->t.flow, id, b->t.arena, &reply, &err), &err);
	assert_true(reply.n > 0);
	return nk_str_c(reply.lines[0].gone);
}

static void a_certificate_counts_the_backups_that_still_open_the_erased(void **state)
{
	struct bt b;
	struct nk_apply_reply erased;
	struct nk_backup_destroyed out;
	struct nk_err err = { 0 };

	(void)state;
	bt_new(&b, LEAVERS, NULL);
	bt_backup(&b);
	assert_int_equal(still_opens(&b, b.made.keys.holding), 0);
	erased = bt_erase(&b);
	assert_string_equal(erased.level, "E2");
	assert_true(nk_str_find(erased.text[NK_LANG_EN], NK_STR("can still be opened")) != SIZE_MAX);
	assert_int_equal(still_opens(&b, b.made.keys.holding), LEAVERS);
	assert_int_equal(still_opens(&b, b.made.data.holding), LEAVERS);
	assert_true(nk_str_find(ask_about(&b, b.made.keys.holding), NK_STR("can still be opened")) != SIZE_MAX);
	kit_ok(destroy(&b, b.made.keys.holding, &b.second, false, &out), &err);
	assert_int_equal(still_opens(&b, b.made.keys.holding), 0);
	assert_int_equal(still_opens(&b, b.made.data.holding), 0);
	assert_true(nk_str_find(ask_about(&b, b.made.data.holding), NK_STR("opens nobody")) != SIZE_MAX);
	bt_done(&b);
}

static void without_a_keys_part_a_certificate_counts_no_backup(void **state)
{
	struct bt b;
	struct nk_apply_reply erased;
	struct nk_backup_destroyed out;
	struct nk_err err = { 0 };

	(void)state;
	bt_new(&b, LEAVERS, NULL);
	bt_backup(&b);
	kit_ok(destroy(&b, b.made.keys.holding, &b.second, false, &out), &err);
	erased = bt_erase(&b);
	assert_true(nk_str_find(erased.text[NK_LANG_EN], NK_STR("can still be opened")) == SIZE_MAX);
	bt_done(&b);
}

static void a_keys_part_without_the_epoch_dies_with_it(void **state)
{
	struct bt b;
	struct nk_backup_request req;
	struct nk_err err = { 0 };

	(void)state;
	bt_new(&b, LEAVERS, NULL);
	req = bt_request(&b);
	req.without_epoch = true;
	kit_ok(nk_op_backup(b.t.flow, &req, b.t.arena, &b.made, &err), &err);
	assert_false(b.made.epoch_inside);
	(void)bt_erase(&b); /* turns the epoch */
	assert_int_equal(still_opens(&b, b.made.keys.holding), 0);
	bt_done(&b);
}

static int run_backup(const struct nk_env *env, void *arg)
{
	struct bt *const b = arg;
	const struct nk_backup_request req = bt_request(b);
	NK_OWNED(nk_flow_close) struct nk_flow *flow = NULL;
	struct nk_backup_made made;
	struct nk_err err = { 0 };
	nk_rc rc = ft_open_rc(&b->t, env, true, &flow, &err);

	rc = nk_ok(rc) ? nk_op_backup(flow, &req, b->t.arena, &made, &err) : rc;
	return nk_ok(rc) ? 0 : 1;
}

/* Parts without a statement are on the books as unfinished, are not there, and end as verified before a second party. */
static uint64_t end_unfinished(struct bt *b)
{
	struct nk_backup_row *rows = NULL;
	struct nk_backup_destroyed out;
	struct nk_err err = { 0 };
	uint64_t unfinished = 0;
	size_t n = 0;

	kit_ok(nk_op_backup_list(b->t.flow, b->t.arena, &rows, &n, &err), &err);
	for (size_t i = 0; i < n; i++) {
		if (rows[i].closed_at != 0 || rows[i].whole || nk_os_is_there(rows[i].place.ptr)) {
			continue; /* kept before the end came: a file that nobody signed for, which stays on the books */
		}
		kit_ok(destroy(b, rows[i].holding, &b->second, false, &out), &err);
		assert_true(out.verified);
		unfinished++;
	}
	return unfinished;
}

static void a_backup_cut_off_anywhere_leaves_no_file_that_nobody_knows(void **state)
{
	struct bt b;
	uint64_t unfinished = 0;
	bool whole = false;

	(void)state;
	bt_new(&b, LEAVERS, NULL);
	for (uint64_t n = 5; !whole; n += 17) {
		int status = -1;

		ft_close(&b.t);
		kit_clock_move(60 * NK_SECOND);
		whole = kit_crash_run(kit_env(), n, n % 2 == 0, run_backup, &b, &status);
		ft_open(&b.t);
		assert_int_equal(ft_count(b.t.flow, "SELECT count(*) FROM copy_open"), 0);
		assert_int_equal(ft_count(b.t.flow, "SELECT count(*) FROM holding WHERE kind = 'temp' AND closed_at IS NULL"), 0);
		unfinished += end_unfinished(&b);
	}
	assert_true(unfinished > 2);
	bt_done(&b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(data_and_keys_go_to_two_places_outside),
		cmocka_unit_test(both_parts_are_on_the_books_with_an_end_before_they_exist),
		cmocka_unit_test(a_deleted_row_is_not_in_the_data_part),
		cmocka_unit_test(the_data_part_holds_no_key_and_the_keys_part_no_record),
		cmocka_unit_test(a_part_that_was_changed_or_cut_does_not_open),
		cmocka_unit_test(a_path_of_a_manifest_stays_below_the_installation),
		cmocka_unit_test(where_a_warrant_is_wanted_nothing_leaves_without),
		cmocka_unit_test(a_part_ends_only_before_another_party_and_only_as_itself),
		cmocka_unit_test(a_certificate_counts_the_backups_that_still_open_the_erased),
		cmocka_unit_test(without_a_keys_part_a_certificate_counts_no_backup),
		cmocka_unit_test(a_keys_part_without_the_epoch_dies_with_it),
		cmocka_unit_test(a_backup_cut_off_anywhere_leaves_no_file_that_nobody_knows),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
