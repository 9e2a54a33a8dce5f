/*
 * ledger_verify_test.c: what verification finds, and what is left when a bit, a file, the disk or the process goes.
 */
#include "base.h"

#include <cmocka.h>
#include <sqlite3.h>
#include <sys/mman.h>

#include "kit_crash.h"
#include "kit_order.h"
#include "ledger_kit.h"

/* verification ------------------------------------------------------------------------------------------------ */

static nk_rc sum_sizes(void *arg, uint64_t index, struct nk_bytes entry, struct nk_err *e)
{
	uint64_t *seen = arg;

	(void)e;
	assert_true(entry.len > 10 && entry.ptr[0] == '{');
	assert_int_equal(index, *seen);
	(*seen)++;
	return nk_done();
}

static void a_replay_sees_every_entry_and_says_what_it_checked(void **state)
{
	NK_OWNED(world_done) struct world w = new_world();
	NK_OWNED(nk_buf_done) struct nk_buf older = { 0 };
	struct nk_replay out = { 0 };
	uint64_t seen = 0;

	(void)state;
	kit_ok(replay(&w), &err); /* the empty ledger too */
	append(&w, 255);
	read_file(in_ledger(&w, "checkpoint"), &older);
	append(&w, 260);
	kit_ok(replay_with(&w, nk_buf_bytes(&older), sum_sizes, &seen, &out), &err);
	assert_int_equal(seen, 515);
	assert_int_equal(out.entries, 515);
	assert_int_equal(out.checkpoint_size, 515);
	assert_true(out.older_checked);
	kit_ok(nk_ledger_check(w.ledger, &err), &err);
}

/* Flips bits of a file, one at a time; each must be found, and the file is whole again afterwards. */
static void flip_through(struct world *w, const char *name, size_t step)
{
	NK_OWNED(nk_buf_done) struct nk_buf bytes = { 0 };
	char path[256];

	(void)snprintf(path, sizeof(path), "%s", in_ledger(w, name));
	read_file(path, &bytes);
	for (size_t bit = 0; bit < 8 * bytes.len; bit += step) {
		bytes.ptr[bit / 8] ^= (uint8_t)(1 << bit % 8);
		overwrite(path, nk_buf_bytes(&bytes));
		if (!nk_ok(replay(w))) {
			assert_true(strstr(err.text[NK_LANG_EN], "ledger") != NULL);
		} else {
			fail_msg("%s: bit %zu", path, bit);
		}
		bytes.ptr[bit / 8] ^= (uint8_t)(1 << bit % 8);
	}
	overwrite(path, nk_bytes_of(bytes.ptr, bytes.len - 1));
	kit_fails(replay(w), NK_CORRUPT);
	kit_ok(nk_buf_add_byte(&bytes, 0, &err), &err);
	overwrite(path, nk_buf_bytes(&bytes));
	kit_fails(replay(w), NK_CORRUPT);
	overwrite(path, nk_bytes_of(bytes.ptr, bytes.len - 1));
	kit_ok(replay(w), &err);
}

static void a_flipped_bit_is_found_wherever_it_is(void **state)
{
	NK_OWNED(world_done) struct world w = new_world();

	(void)state;
	append(&w, 257); /* leaves a partial tile behind that is of an older checkpoint */
	append(&w, 2);
	flip_through(&w, "checkpoint", 1);
	flip_through(&w, "tile/1/000.p/1", 7);
	flip_through(&w, "tile/0/001.p/3", 7);
	flip_through(&w, "tile/0/001.p/1", 7);
	flip_through(&w, "tile/entries/001.p/3", 7);
	flip_through(&w, "tile/entries/001.p/1", 7);
	flip_through(&w, "tile/0/000", 331);
	flip_through(&w, "tile/entries/000", 1319);
}

static void a_great_ledger_is_checked_on_every_level(void **state)
{
	NK_OWNED(world_done) struct world w = new_world();
	NK_OWNED(nk_buf_done) struct nk_buf tile = { 0 };
	NK_OWNED(nk_buf_done) struct nk_buf proof = { 0 };

	(void)state;
	append(&w, 66000);
	kit_ok(replay(&w), &err);
	assert_true(there(in_ledger(&w, "tile/1/000"), 8192));
	assert_true(there(in_ledger(&w, "tile/2/000.p/1"), 32));
	nk_buf_init(&proof, 1 << 20);
	kit_ok(nk_ledger_prove(w.ledger, 65535, &proof, &err), &err);
	read_file(in_ledger(&w, "tile/1/000"), &tile);
	tile.ptr[77 * NK_HASH_LEN] ^= 0x10;
	overwrite(in_ledger(&w, "tile/1/000"), nk_buf_bytes(&tile));
	kit_fails(replay(&w), NK_CORRUPT);
	assert_non_null(strstr(err.text[NK_LANG_EN], "tile/1/000"));
	/* And no proof that is not true leaves the house. */
	kit_fails(nk_ledger_prove(w.ledger, 65535, &proof, &err), NK_CORRUPT);
}

static void what_a_crash_left_behind_is_written_over(void **state)
{
	static const uint8_t junk[5000] = { 0xff };
	NK_OWNED(world_done) struct world w = new_world();
	int file = -1;

	(void)state;
	append(&w, 1);
	kit_ok(kit_env()->open(kit_env()->self, in_ledger(&w, "tile/0/000.p/3"), NK_OPEN_CREATE, &file, &err), &err);
	kit_env()->close(kit_env()->self, &file);
	overwrite(in_ledger(&w, "tile/0/000.p/3"), nk_bytes_of(junk, sizeof(junk)));
	kit_ok(replay(&w), &err); /* of no checkpoint yet */
	append(&w, 2);
	assert_true(there(in_ledger(&w, "tile/0/000.p/3"), 96));
	kit_ok(replay(&w), &err);
}

static void a_missing_file_is_named(void **state)
{
	NK_OWNED(world_done) struct world w = new_world();

	(void)state;
	append(&w, 300);
	kit_ok(kit_env()->unlink(kit_env()->self, in_ledger(&w, "tile/entries/000"), &err), &err);
	kit_fails(replay(&w), NK_CORRUPT);
	assert_non_null(strstr(err.text[NK_LANG_EN], "tile/entries/000"));
	kit_ok(kit_env()->unlink(kit_env()->self, in_ledger(&w, "checkpoint"), &err), &err);
	kit_fails(replay(&w), NK_NOT_FOUND);
}

static void a_rewritten_or_shortened_ledger_is_found_by_an_older_checkpoint(void **state)
{
	NK_OWNED(world_done) struct world w = new_world();
	NK_OWNED(world_done) struct world forged = new_world();
	NK_OWNED(nk_buf_done) struct nk_buf older = { 0 };
	struct nk_replay out;

	(void)state;
	append(&w, 20);
	read_file(in_ledger(&w, "checkpoint"), &older);
	kit_clock_move(NK_SECOND);
	append(&forged, 20);
	append(&forged, 10);
	kit_ok(replay(&forged), &err); /* in itself it is right: only the old checkpoint tells */
	kit_fails(replay_with(&forged, nk_buf_bytes(&older), NULL, NULL, &out), NK_CORRUPT);
	world_done(&forged);
	forged = new_world();
	append(&forged, 20);
	kit_ok(replay_with(&forged, nk_buf_bytes(&older), NULL, NULL, &out),
		&err); /* the same leaves at the same time: the same tree */
	world_done(&forged);
	forged = new_world();
	append(&forged, 19);
	kit_fails(replay_with(&forged, nk_buf_bytes(&older), NULL, NULL, &out), NK_CORRUPT);
	older.ptr[older.len - 3] ^= 1;
	assert_false(nk_ok(replay_with(&w, nk_buf_bytes(&older), NULL, NULL, &out)));
}

static void raw(struct world *w, const char *sql)
{
	sqlite3 *db = NULL;

	assert_int_equal(sqlite3_open(kit_path(&w->tmp, "db"), &db), SQLITE_OK);
	assert_int_equal(sqlite3_exec(db, sql, NULL, NULL, NULL), SQLITE_OK);
	assert_int_equal(sqlite3_close(db), SQLITE_OK);
}

static void a_leaf_changed_in_the_store_is_found(void **state)
{
	NK_OWNED(world_done) struct world w = new_world();

	(void)state;
	append(&w, 300);
	raw(&w, "UPDATE leaf SET entry = zeroblob(9) WHERE seq = 17");
	kit_fails(nk_ledger_check(w.ledger, &err), NK_CORRUPT);
	assert_non_null(strstr(err.text[NK_LANG_EN], "17"));
	raw(&w,
		"UPDATE leaf SET entry = (SELECT entry FROM leaf WHERE seq = 18), hash = (SELECT hash FROM leaf "
		"WHERE seq = 18) WHERE seq = 17");
	kit_fails(nk_ledger_check(w.ledger, &err), NK_CORRUPT); /* hash and entry fit, the tile does not */
	raw(&w, "DELETE FROM leaf WHERE seq = 16");
	kit_fails(nk_ledger_check(w.ledger, &err), NK_CORRUPT);
	assert_non_null(strstr(err.text[NK_LANG_EN], "16"));
}

static void a_store_that_disagrees_with_the_files_is_not_opened(void **state)
{
	NK_OWNED(world_done) struct world w = new_world();

	(void)state;
	append(&w, 300);
	close_world(&w);
	raw(&w, "UPDATE leaf SET hash = zeroblob(32) WHERE seq = 299");
	kit_ok(open_store(&w, kit_env(), NK_STORE_WRITE), &err);
	kit_fails(open_ledger(&w, &seed, false), NK_CORRUPT);
	assert_non_null(strstr(err.text[NK_LANG_EN], "299"));
	assert_null(w.ledger);
}

static void a_leaf_that_does_not_have_its_hash_is_not_published(void **state)
{
	NK_OWNED(world_done) struct world w = new_world();

	(void)state;
	append(&w, 3);
	kit_ok(append_some(&w, 2), &err);
	raw(&w, "UPDATE leaf SET entry = zeroblob(9) WHERE seq = 4");
	kit_fails(nk_ledger_publish(w.ledger, &err), NK_CORRUPT);
	raw(&w, "DELETE FROM leaf WHERE seq = 3");
	kit_fails(nk_ledger_publish(w.ledger, &err), NK_CORRUPT);
	assert_int_equal(nk_ledger_size(w.ledger), 3);
	kit_ok(replay(&w), &err);
}

static void a_restored_store_is_told_from_a_damaged_one(void **state)
{
	NK_OWNED(world_done) struct world w = new_world();
	NK_OWNED(nk_buf_done) struct nk_buf old = { 0 };
	NK_OWNED(nk_buf_done) struct nk_buf before = { 0 };
	NK_OWNED(nk_buf_done) struct nk_buf after = { 0 };

	(void)state;
	append(&w, 5);
	close_world(&w);
	read_file(kit_path(&w.tmp, "db"), &old);
	kit_ok(open_store(&w, kit_env(), NK_STORE_WRITE), &err);
	kit_ok(open_ledger(&w, &seed, false), &err);
	append(&w, 4);
	close_world(&w);
	read_file(in_ledger(&w, "checkpoint"), &before);
	overwrite(kit_path(&w.tmp, "db"), nk_buf_bytes(&old));
	kit_ok(open_store(&w, kit_env(), NK_STORE_WRITE), &err);
	kit_fails(open_ledger(&w, &seed, false), NK_CONFLICT);
	assert_non_null(strstr(err.text[NK_LANG_EN], "restored"));
	read_file(in_ledger(&w, "checkpoint"), &after);
	assert_true(nk_bytes_eq(nk_buf_bytes(&before), nk_buf_bytes(&after)));
}

static void a_damaged_edge_or_a_foreign_checkpoint_is_not_opened(void **state)
{
	NK_OWNED(world_done) struct world w = new_world();
	const struct nk_key another = { { 4 } };
	NK_OWNED(nk_buf_done) struct nk_buf tile = { 0 };

	(void)state;
	append(&w, 300);
	nk_ledger_close(&w.ledger);
	kit_fails(open_ledger(&w, &another, false), NK_CORRUPT);
	read_file(in_ledger(&w, "tile/1/000.p/1"), &tile);
	tile.ptr[5] ^= 1;
	overwrite(in_ledger(&w, "tile/1/000.p/1"), nk_buf_bytes(&tile));
	kit_fails(open_ledger(&w, &seed, false), NK_CORRUPT);
	kit_ok(kit_env()->unlink(kit_env()->self, in_ledger(&w, "tile/1/000.p/1"), &err), &err);
	kit_fails(open_ledger(&w, &seed, false), NK_CORRUPT);
	assert_non_null(strstr(err.text[NK_LANG_EN], "tile/1/000.p/1"));
	assert_null(w.ledger);
}

static void lost_files_are_made_again_from_the_store(void **state)
{
	NK_OWNED(world_done) struct world w = new_world();
	NK_OWNED(nk_buf_done) struct nk_buf before = { 0 };
	NK_OWNED(nk_buf_done) struct nk_buf after = { 0 };
	struct kit_tmp folder = { 0 };

	(void)state;
	append(&w, 300);
	read_file(in_ledger(&w, "checkpoint"), &before);
	nk_ledger_close(&w.ledger);
	memcpy(folder.dir, in_ledger(&w, ""), strlen(w.tmp.dir) + strlen("/ledger"));
	kit_tmp_done(&folder); /* all of it */
	assert_false(there(in_ledger(&w, "checkpoint"), UINT64_MAX));
	kit_ok(open_ledger(&w, &seed, false), &err);
	assert_int_equal(nk_ledger_size(w.ledger), 300);
	read_file(in_ledger(&w, "checkpoint"), &after);
	assert_true(nk_bytes_eq(nk_buf_bytes(&before), nk_buf_bytes(&after)));
	kit_ok(replay(&w), &err);
}

static void without_its_key_the_ledger_is_read_only(void **state)
{
	NK_OWNED(world_done) struct world w = new_world();
	NK_OWNED(nk_buf_done) struct nk_buf out = { 0 };

	(void)state;
	append(&w, 7);
	kit_ok(append_some(&w, 1), &err); /* committed, not published */
	nk_ledger_close(&w.ledger);
	kit_ok(open_ledger(&w, NULL, false), &err);
	assert_int_equal(nk_ledger_size(w.ledger), 7);
	nk_buf_init(&out, 1 << 20);
	kit_ok(nk_ledger_prove(w.ledger, 6, &out, &err), &err);
	kit_fails(nk_ledger_prove(w.ledger, 7, &out, &err), NK_NOT_FOUND);
	kit_fails(nk_ledger_publish(w.ledger, &err), NK_INTERNAL);
	kit_fails(nk_ledger_vkey(w.ledger, &out, &err), NK_UNAVAILABLE);
}

/* faults ------------------------------------------------------------------------------------------------------ */

/* An env whose n-th write from now finds the disk full. */
struct full_disk {
	struct nk_env env;
	unsigned left;
};

static nk_rc write_until_full(void *self, int file, uint64_t at, const void *buf, size_t len, struct nk_err *e)
{
	struct full_disk *disk = self;

	if (disk->left > 0 && --disk->left == 0) {
		return nk_fail(e, NK_NO_SPACE, "no room");
	}
	return kit_env()->write(kit_env()->self, file, at, buf, len, e);
}

static void a_full_disk_keeps_the_old_checkpoint_and_is_made_good_later(void **state)
{
	struct world w = { .tmp = kit_tmp() };
	struct full_disk disk = { .env = *kit_env() };
	unsigned n = 0;
	bool done = false;

	(void)state;
	disk.env.self = &disk;
	disk.env.now = nk_os_env()->now; /* these look at their self */
	disk.env.random = nk_os_env()->random;
	disk.env.write = write_until_full;
	kit_ok(open_store(&w, &disk.env, NK_STORE_CREATE), &err);
	kit_ok(open_ledger(&w, &seed, false), &err);
	append(&w, 250);
	while (!done) {
		const uint64_t size = nk_ledger_size(w.ledger);
		nk_rc rc;

		kit_ok(append_some(&w, 257), &err);
		disk.left = ++n;
		rc = nk_ledger_publish(w.ledger, &err);
		done = nk_ok(rc);
		assert_true(done || rc.code == NK_NO_SPACE);
		assert_int_equal(nk_ledger_size(w.ledger), done ? size + 257 : size);
		disk.left = 0;
		kit_ok(replay(&w), &err);
		kit_ok(nk_ledger_publish(w.ledger, &err), &err);
		assert_int_equal(nk_ledger_size(w.ledger), size + 257);
		kit_ok(replay(&w), &err);
	}
	assert_true(n > 6);
	world_done(&w);
}

struct cut {
	struct world *w;
	uint64_t *acknowledged; /* shared with the child: leaves that it may rely on */
	bool *published;
};

/* One round: 257 leaves, so that a tile becomes full and another one begins. */
static int append_and_publish(const struct nk_env *env, void *arg)
{
	const struct cut *cut = arg;
	struct world w = { .tmp = cut->w->tmp };

	if (!nk_ok(open_store(&w, env, NK_STORE_WRITE)) || !nk_ok(open_ledger(&w, &seed, false))) {
		return 1;
	}
	if (!nk_ok(append_some(&w, 257))) {
		return 2;
	}
	*cut->acknowledged += 257;
	if (!nk_ok(nk_ledger_publish(w.ledger, &err))) {
		return 3;
	}
	*cut->published = true;
	close_world(&w);
	return 0;
}

static void wherever_the_process_ends_the_ledger_verifies_and_nothing_acknowledged_is_lost(void **state)
{
	NK_OWNED(world_done) struct world w = new_world();
	struct cut cut = { .w = &w };
	uint64_t *shared = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	struct nk_replay out;
	uint64_t behind = 0;
	uint64_t n = 1;
	int status = -1;

	(void)state;
	assert_ptr_not_equal(shared, MAP_FAILED);
	cut.acknowledged = shared;
	cut.published = (bool *)(shared + 1);
	append(&w, 100);
	close_world(&w);
	*cut.acknowledged = 100;
	for (bool done = false; !done; n++) {
		NK_OWNED(nk_buf_done) struct nk_buf older = { 0 };
		uint64_t before;

		assert_true(n < 400);
		read_file(in_ledger(&w, "checkpoint"), &older);
		*cut.published = false;
		done = kit_crash_run(kit_env(), n, true, append_and_publish, &cut, &status);
		/* As it lies there: the checkpoint that stands is whole, and follows the one before. */
		kit_ok(replay_with(&w, nk_buf_bytes(&older), NULL, NULL, &out), &err);
		before = out.entries;
		assert_true(!*cut.published || before == *cut.acknowledged);
		kit_ok(open_store(&w, kit_env(), NK_STORE_WRITE), &err);
		kit_ok(open_ledger(&w, &seed, false), &err);
		assert_true(nk_ledger_size(w.ledger) >= *cut.acknowledged);
		behind += nk_ledger_size(w.ledger) > before; /* rolled forward */
		*cut.acknowledged = nk_ledger_size(w.ledger); /* committed just before it could say so */
		kit_ok(nk_ledger_check(w.ledger, &err), &err);
		close_world(&w);
		kit_ok(replay_with(&w, nk_buf_bytes(&older), NULL, NULL, &out), &err);
	}
	assert_int_equal(status, 0);
	assert_true(n > 30);
	assert_true(behind > 5);
	(void)munmap(shared, 4096);
}

static void flip_byte(const char *path, long at)
{
	FILE *const f = fopen(path, "r+b");
	int c = 0;

	assert_non_null(f);
	assert_int_equal(fseek(f, at, SEEK_SET), 0);
	c = fgetc(f);
	assert_int_equal(fseek(f, at, SEEK_SET), 0);
	assert_int_not_equal(fputc(c ^ 1, f), EOF);
	assert_int_equal(fclose(f), 0);
}

static bool has(struct world *w, const char *name)
{
	bool out = false;

	kit_ok(nk_ledger_has_file(w->ledger, nk_str_c(name), &out, &err), &err);
	return out;
}

static void a_file_is_of_this_ledger_by_its_place_and_its_bytes_and_not_by_its_name(void **state)
{
	static const char *const ours[] = { "tile/entries/000", "tile/entries/001.p/44", "tile/0/000", "tile/0/001.p/44", "tile/1/000.p/1" };
	static const char *const others[] = { "tile/entries/001.p/45", "tile/0/001", "tile/0/002.p/1", "tile/1/000.p/2", "tile/1/000", "tile/8/000",
		"tile/0/0", "tile/0/x000/000", "tile/00/000", "tile/0/000.p/256", "tile/0/000/", "tile", "", "tile/", "tile/left.csv",
		"tile/0/x999/x999/x999/x999/x999/x999/999", "checkpoint.old" };
	NK_OWNED(world_done) struct world w = new_world();

	(void)state;
	append(&w, 300);
	kit_ok(nk_ledger_publish(w.ledger, &err), &err);
	for (size_t i = 0; i < NK_ARRAY_LEN(ours); i++) {
		const char *const path = in_ledger(&w, ours[i]);

		assert_true(has(&w, ours[i]));
		flip_byte(path, 3);
		assert_false(has(&w, ours[i]));
		flip_byte(path, 3);
		assert_true(has(&w, ours[i]));
	}
	for (size_t i = 0; i < NK_ARRAY_LEN(others); i++) {
		assert_false(has(&w, others[i]));
	}
	/* A width that the tree does not have yet, with the very bytes that it has. */
	{
		NK_OWNED(nk_buf_done) struct nk_buf bytes = { 0 };

		read_file(in_ledger(&w, "tile/0/001.p/44"), &bytes);
		kit_ok(nk_env_replace(kit_env(), in_ledger(&w, "tile/0/001.p/45"), nk_buf_bytes(&bytes), &err), &err);
		assert_false(has(&w, "tile/0/001.p/45"));
	}
	assert_int_equal(unlink(in_ledger(&w, "tile/0/000")), 0);
	assert_false(has(&w, "tile/0/000")); /* not there */
	assert_false(has(&w, "tile/1/000.p/1")); /* nothing below it says what it must be */
}

static void tiles_are_on_the_disk_before_the_checkpoint_counts_them(void **state)
{
	struct world w = { .tmp = kit_tmp() };
	struct kit_order order;

	(void)state;
	kit_ok(open_store(&w, kit_order_env(&order, kit_env(), 0), NK_STORE_CREATE), &err);
	kit_ok(open_ledger(&w, &seed, false), &err);
	order.closed = 0; /* the store's own lock and the empty ledger */
	for (unsigned i = 0; i < 3; i++) {
		append(&w, 150);
		assert_int_equal(order.early, 0);
	}
	close_world(&w);
	kit_tmp_done(&w.tmp);
}

static void nothing_is_published_inside_a_transaction(void **state)
{
	NK_OWNED(world_done) struct world w = new_world();
	NK_OWNED(nk_tx_end) struct nk_tx *tx = NULL;
	const uint64_t before = nk_ledger_size(w.ledger);

	(void)state;
	kit_ok(nk_tx_begin(w.store, &tx, &err), &err);
	kit_ok(append_number(w.ledger, tx, 1), &err);
	kit_fails(nk_ledger_publish(w.ledger, &err), NK_INTERNAL);
	assert_true(nk_ledger_size(w.ledger) == before);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_replay_sees_every_entry_and_says_what_it_checked),
		cmocka_unit_test(a_flipped_bit_is_found_wherever_it_is),
		cmocka_unit_test(a_great_ledger_is_checked_on_every_level),
		cmocka_unit_test(what_a_crash_left_behind_is_written_over),
		cmocka_unit_test(a_file_is_of_this_ledger_by_its_place_and_its_bytes_and_not_by_its_name),
		cmocka_unit_test(a_missing_file_is_named),
		cmocka_unit_test(a_rewritten_or_shortened_ledger_is_found_by_an_older_checkpoint),
		cmocka_unit_test(a_leaf_changed_in_the_store_is_found),
		cmocka_unit_test(a_store_that_disagrees_with_the_files_is_not_opened),
		cmocka_unit_test(a_leaf_that_does_not_have_its_hash_is_not_published),
		cmocka_unit_test(a_restored_store_is_told_from_a_damaged_one),
		cmocka_unit_test(a_damaged_edge_or_a_foreign_checkpoint_is_not_opened),
		cmocka_unit_test(lost_files_are_made_again_from_the_store),
		cmocka_unit_test(without_its_key_the_ledger_is_read_only),
		cmocka_unit_test(a_full_disk_keeps_the_old_checkpoint_and_is_made_good_later),
		cmocka_unit_test(wherever_the_process_ends_the_ledger_verifies_and_nothing_acknowledged_is_lost),
		cmocka_unit_test(tiles_are_on_the_disk_before_the_checkpoint_counts_them),
		cmocka_unit_test(nothing_is_published_inside_a_transaction),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, setup, NULL);
}
