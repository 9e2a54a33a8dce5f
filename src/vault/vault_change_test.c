/*
 * vault_change_test.c: destroying and rotating: what is gone is gone, the rest is not, and nothing happens half.
 */
#include "base.h"

#include <cmocka.h>

#include "kit_order.h"
#include "vault_test_kit.h"

static void destroying_passes_over_what_is_destroyed_and_refuses_the_unknown(void **state)
{
	NK_OWNED(nk_vault_close) struct nk_vault *vault = must_open(*state);
	struct nk_vault_change *change = NULL;
	struct nk_vault_finish finish;
	struct nk_slot slots[3];
	struct nk_slot twice[3];
	struct nk_err err;

	add_persons(vault, 3, slots, NULL);
	twice[0] = slots[1];
	twice[1] = slots[0];
	twice[2] = slots[1];
	destroy_keys(vault, twice, 3, &finish);
	destroy_keys(vault, slots, 2, &finish);
	assert_int_equal(finish.oldest, 0);
	destroy_keys(vault, slots, 0, &finish);
	assert_int_equal(key_code(vault, NK_SLOT_PERSON, slots[2]), NK_OK);
	slots[0].generation++;
	kit_fails(nk_vault_destroy_prepare(vault, slots, 3, &change, &err), NK_CORRUPT);
	slots[0].number = 999;
	kit_fails(nk_vault_destroy_prepare(vault, slots, 1, &change, &err), NK_CORRUPT);
	assert_int_equal(key_code(vault, NK_SLOT_PERSON, slots[2]), NK_OK);
}

static void wrapped_now(const struct room *room, struct nk_slot slot, uint8_t key[static NK_WRAP_LEN],
	uint8_t root[static NK_WRAP_LEN])
{
	struct nk_vhead head = { 0 };
	struct nk_vhead other = { 0 };
	uint8_t sector[NKV_SECTOR];
	uint8_t area = 0;
	char path[256];

	image_path(room, 0, path);
	peek(path, 0, sector, sizeof(sector));
	assert_int_equal(nk_layout_head_get(sector, &head), NK_HEAD_GOOD);
	peek(path, NKV_HEAD_STEP, sector, sizeof(sector));
	assert_int_equal(nk_layout_head_get(sector, &other), NK_HEAD_GOOD);
	head = other.sequence > head.sequence ? other : head;
	memcpy(root, head.root, NK_WRAP_LEN);
	peek(path, nk_layout_table_at(head.table), &area, 1);
	peek(path, nk_layout_area_at(0, area) + slot.number * NKV_SLOT_LEN + 16, key, NK_WRAP_LEN);
}

static void after_finish_the_old_wrapped_bytes_are_nowhere(void **state)
{
	struct room *room = *state;
	NK_OWNED(nk_vault_close) struct nk_vault *vault = must_open(room);
	uint8_t key[NK_WRAP_LEN];
	uint8_t root[NK_WRAP_LEN];
	uint8_t now[NK_WRAP_LEN];
	struct nk_vault_finish finish;
	struct nk_slot slots[2];

	add_persons(vault, 2, slots, NULL);
	wrapped_now(room, slots[0], key, root);
	assert_true(room_has(room, key, sizeof(key)) && room_has(room, root, sizeof(root)));
	destroy_keys(vault, slots, 1, &finish);
	assert_false(room_has(room, key, sizeof(key)));
	assert_false(room_has(room, root, sizeof(root)));
	wrapped_now(room, slots[1], now, root);
	rotate(vault, &finish);
	assert_false(room_has(room, root, sizeof(root)));
	/* and no key stands anywhere in clear */
	{
		struct nk_key clear;
		struct nk_err err;

		kit_ok(nk_vault_key(vault, NK_SLOT_PERSON, slots[1], &clear, &err), &err);
		assert_false(room_has(room, clear.b, sizeof(clear.b)));
	}
}

static void a_rotation_gives_a_receipt_and_keeps_every_key(void **state)
{
	struct room *room = *state;
	NK_OWNED(nk_vault_close) struct nk_vault *vault = must_open(room);
	struct nk_vault_change *change = NULL;
	struct nk_vault_finish finish;
	struct nk_vault_status status;
	struct nk_slot slots[4];
	struct nk_key keys[4];
	uint64_t survivors = 0;
	uint64_t sequence = 0;
	struct nk_err err;

	add_persons(vault, 4, slots, keys);
	kit_ok(nk_vault_rotate_prepare(vault, &change, &err), &err);
	assert_int_equal(epochs_held(room), 2);
	kit_ok(nk_vault_change_verify(change, &survivors, &err), &err);
	assert_int_equal(survivors, 4);
	kit_ok(nk_vault_change_commit(change, &sequence, &err), &err);
	kit_ok(nk_vault_change_finish(&change, &finish, &err), &err);
	assert_int_equal(epochs_held(room), 1);
	assert_int_equal(finish.epoch, 2);
	assert_int_equal(finish.cap, NK_LEVEL_E2);
	assert_int_equal(finish.e3_since, 2);
	assert_int_equal(finish.n_receipts, 1);
	assert_int_equal(finish.receipts[0].epoch, 1);
	assert_string_equal(finish.receipts[0].medium, "file");
	assert_false(nk_receipt_ok(&finish.receipts[0]));
	nk_vault_status(vault, &status);
	assert_true(status.sequence >= sequence);
	nk_vault_close(&vault);
	vault = must_open(room);
	opens_as(vault, NK_SLOT_PERSON, slots[3], &keys[3]);
}

static void an_old_backup_opens_until_the_epoch_rotates_and_never_after(void **state)
{
	struct room *room = *state;
	NK_OWNED(nk_vault_close) struct nk_vault *vault = must_open(room);
	struct image backup;
	struct image now;
	struct nk_vault_finish finish;
	struct nk_slot slots[2];
	struct nk_key keys[2];

	add_persons(vault, 2, slots, keys);
	nk_vault_close(&vault);
	backup = image_take(room);
	vault = must_open(room);
	destroy_keys(vault, slots, 1, &finish);
	assert_int_equal(key_code(vault, NK_SLOT_PERSON, slots[0]), NK_GONE);
	nk_vault_close(&vault);
	now = image_take(room);

	image_put(room, &backup, 2);
	vault = must_open(room);
	opens_as(vault, NK_SLOT_PERSON, slots[0], &keys[0]);
	nk_vault_close(&vault);

	image_put(room, &now, 2);
	vault = must_open(room);
	rotate(vault, &finish);
	nk_vault_close(&vault);
	image_put(room, &backup, 2);
	assert_int_equal(try_open(room, 0), NK_GONE);
	image_put(room, &now, 2);
	assert_int_equal(try_open(room, 0), NK_GONE);
	image_free(&backup);
	image_free(&now);
}

/* Somebody with an old backup who also gets all keys in force now: neither root nor bucket key may fit the old bytes.
 */
static void the_keys_in_force_open_nothing_of_an_old_backup(void **state)
{
	struct room *room = *state;
	NK_OWNED(nk_vault_close) struct nk_vault *vault = must_open(room);
	struct nk_vault_finish finish;
	struct nk_slot slots[2];
	struct image backup;
	struct nk_key key;
	unsigned area = 0;
	const uint8_t *slot = NULL;
	const uint8_t *entry = NULL;

	add_persons(vault, 2, slots, NULL);
	backup = image_take(room);
	slot = backup.bytes[0] + nk_layout_area_at(0, 0) + slots[0].number * NKV_SLOT_LEN;
	entry = backup.bytes[0] + nk_layout_table_at(0);
	assert_true(nk_layout_slot_open(vault->head.id, &vault->bucket_keys[0], slots[0].number, slot, &key));
	assert_true(nk_layout_entry_open(vault->head.id, &vault->secrets->root, 0, entry, &area, &key));
	destroy_keys(vault, slots, 1, &finish);
	assert_false(nk_layout_slot_open(vault->head.id, &vault->bucket_keys[0], slots[0].number, slot, &key));
	assert_false(nk_layout_entry_open(vault->head.id, &vault->secrets->root, 0, entry, &area, &key));
	image_free(&backup);
	backup = image_take(room);
	entry = backup.bytes[0] + nk_layout_table_at(1);
	assert_true(nk_layout_entry_open(vault->head.id, &vault->secrets->root, 0, entry, &area, &key));
	rotate(vault, &finish);
	assert_false(nk_layout_entry_open(vault->head.id, &vault->secrets->root, 0, entry, &area, &key));
	image_free(&backup);
}

static void steps_out_of_order_are_refused(void **state)
{
	NK_OWNED(nk_vault_close) struct nk_vault *vault = must_open(*state);
	struct nk_vault_change *change = NULL;
	struct nk_vault_change *second = NULL;
	struct nk_vault_finish finish;
	struct nk_slot slots[2];
	struct nk_slot more;
	uint64_t number = 0;
	struct nk_err err;

	add_persons(vault, 2, slots, NULL);
	kit_ok(nk_vault_destroy_prepare(vault, slots, 1, &change, &err), &err);
	kit_fails(nk_vault_change_commit(change, &number, &err), NK_CONFLICT);
	kit_fails(nk_vault_change_finish(&change, &finish, &err), NK_CONFLICT);
	kit_fails(nk_vault_rotate_prepare(vault, &second, &err), NK_BUSY);
	kit_fails(nk_vault_add(vault, NK_SLOT_PERSON, 1, &more, NULL, &err), NK_BUSY);
	kit_fails(nk_vault_release(vault, slots, 1, &err), NK_BUSY);
	assert_int_equal(key_code(vault, NK_SLOT_PERSON, slots[0]), NK_OK);
	kit_ok(nk_vault_change_verify(change, &number, &err), &err);
	assert_int_equal(number, 1);
	kit_ok(nk_vault_change_commit(change, &number, &err), &err);
	kit_fails(nk_vault_change_commit(change, &number, &err), NK_CONFLICT);
	kit_fails(nk_vault_change_verify(change, &number, &err), NK_CONFLICT);
	assert_int_equal(key_code(vault, NK_SLOT_PERSON, slots[0]), NK_GONE);
	/* dropped after the commit: done all the same, and finished by the next open */
	nk_vault_change_drop(&change);
	kit_fails(nk_vault_add(vault, NK_SLOT_PERSON, 1, &more, NULL, &err), NK_CONFLICT);
	nk_vault_close(&vault);
	vault = must_open(*state);
	nk_vault_recovered(vault, &finish);
	assert_int_equal(finish.cap, NK_LEVEL_E2);
	assert_int_equal(key_code(vault, NK_SLOT_PERSON, slots[0]), NK_GONE);
	places_agree(*state);
}

static void a_dropped_change_leaves_everything_as_it_was(void **state)
{
	struct room *room = *state;
	NK_OWNED(nk_vault_close) struct nk_vault *vault = must_open(room);
	struct nk_vault_change *change = NULL;
	struct nk_slot slots[2];
	struct nk_key keys[2];
	struct nk_err err;

	add_persons(vault, 2, slots, keys);
	kit_ok(nk_vault_destroy_prepare(vault, slots, 2, &change, &err), &err);
	nk_vault_change_drop(&change);
	nk_vault_change_drop(&change);
	kit_ok(nk_vault_rotate_prepare(vault, &change, &err), &err);
	nk_vault_change_drop(&change);
	opens_as(vault, NK_SLOT_PERSON, slots[0], &keys[0]);
	assert_int_equal(epochs_held(room), 1);
	places_agree(room);
	nk_vault_close(&vault);
	vault = must_open(room);
	opens_as(vault, NK_SLOT_PERSON, slots[1], &keys[1]);
}

static void a_rotation_cut_off_after_its_commit_is_finished_with_its_receipt(void **state)
{
	NK_OWNED(nk_vault_close) struct nk_vault *vault = must_open(*state);
	struct nk_vault_change *change = NULL;
	struct nk_vault_finish finish;
	uint64_t number = 0;
	struct nk_err err;

	kit_ok(nk_vault_rotate_prepare(vault, &change, &err), &err);
	kit_ok(nk_vault_change_verify(change, &number, &err), &err);
	kit_ok(nk_vault_change_commit(change, &number, &err), &err);
	nk_vault_close(&vault);
	assert_int_equal(epochs_held(*state), 2);
	vault = must_open(*state);
	nk_vault_recovered(vault, &finish);
	assert_int_equal(finish.n_receipts, 1);
	assert_int_equal(finish.receipts[0].epoch, 1);
	assert_int_equal(finish.epoch, 2);
	assert_int_equal(epochs_held(*state), 1);
	nk_vault_close(&vault);
	vault = must_open(*state); /* nobody has written them down yet */
	nk_vault_recovered(vault, &finish);
	assert_int_equal(finish.n_receipts, 1);
	kit_ok(nk_vault_told(vault, &err), &err);
	nk_vault_close(&vault);
	vault = must_open(*state);
	nk_vault_recovered(vault, &finish);
	assert_int_equal(finish.n_receipts, 0);
}

static void a_state_that_does_not_verify_destroys_nothing(void **state)
{
	struct room *room = *state;
	NK_OWNED(nk_vault_close) struct nk_vault *vault = must_open(room);
	const uint64_t places[] = { nk_layout_area_at(0, 1) + NKV_SLOT_LEN + 30, nk_layout_table_at(1) + 30 };
	struct nk_slot slots[3];
	struct nk_key keys[3];
	size_t i;
	unsigned both;

	add_persons(vault, 3, slots, keys);
	for (i = 0; i < 4; i++) {
		struct nk_vault_change *change = NULL;
		uint64_t number = 0;
		const uint8_t wrong[2] = { 0xa5, 0x5a };
		struct nk_err err;
		char path[256];

		kit_ok(nk_vault_destroy_prepare(vault, slots, 1, &change, &err), &err);
		for (both = 0; both <= i / 2; both++) {
			image_path(room, both, path);
			poke(path, places[i % 2], wrong, sizeof(wrong));
		}
		kit_fails(nk_vault_change_verify(change, &number, &err), NK_CORRUPT);
		kit_fails(nk_vault_change_commit(change, &number, &err), NK_CONFLICT);
		nk_vault_change_drop(&change);
		opens_as(vault, NK_SLOT_PERSON, slots[0], &keys[0]);
	}
	places_agree(room);
}

struct full_disk {
	struct nk_env env;
	const struct nk_env *base;
	size_t left;
};

static nk_rc full_write(void *self, int file, uint64_t at, const void *buf, size_t len, struct nk_err *err)
{
	struct full_disk *disk = self;

	if (len > disk->left) {
		return nk_fail_errno(err, ENOSPC, "cannot write", "the test's disk");
	}
	disk->left -= len;
	return nk_os_env()->write(nk_os_env()->self, file, at, buf, len, err);
}

static nk_time full_now(void *self)
{
	return nk_now(((struct full_disk *)self)->base);
}

static nk_rc full_random(void *self, void *buf, size_t len, struct nk_err *err)
{
	return nk_random(((struct full_disk *)self)->base, buf, len, err);
}

static void a_full_disk_is_an_error_and_loses_nothing(void **state)
{
	struct room *room = *state;
	struct full_disk disk = { .env = *nk_os_env(), .base = kit_env(), .left = SIZE_MAX };
	NK_OWNED(nk_vault_close) struct nk_vault *vault = NULL;
	struct nk_vault_change *change = NULL;
	struct nk_slot slots[2];
	struct nk_key keys[2];
	static struct nk_slot many[2000];
	struct nk_err err;

	disk.env.self = &disk; /* the real env's functions do not look at it */
	disk.env.now = full_now;
	disk.env.random = full_random;
	disk.env.write = full_write;
	kit_ok(nk_vault_open(&disk.env, &room->opt, 0, &vault, &err), &err);
	add_persons(vault, 2, slots, keys);
	disk.left = 1000;
	kit_fails(nk_vault_add(vault, NK_SLOT_PERSON, 2000, many, NULL, &err), NK_NO_SPACE);
	kit_fails(nk_vault_destroy_prepare(vault, slots, 1, &change, &err), NK_NO_SPACE);
	kit_fails(nk_vault_rotate_prepare(vault, &change, &err), NK_NO_SPACE);
	nk_vault_close(&vault);
	vault = must_open(room);
	opens_as(vault, NK_SLOT_PERSON, slots[0], &keys[0]);
	opens_as(vault, NK_SLOT_PERSON, slots[1], &keys[1]);
	places_agree(room);
	assert_int_equal(epochs_held(room), 1);
}

static void no_two_slots_of_a_bucket_are_sealed_under_one_nonce(void **state)
{
	NK_OWNED(nk_vault_close) struct nk_vault *vault = must_open(*state);
	uint8_t wrapped[4][NK_WRAP_LEN];
	uint8_t root[NK_WRAP_LEN];
	struct nk_vault_finish finish;
	struct nk_slot slots[4];

	add_persons(vault, 4, slots, NULL);
	for (unsigned round = 0; round < 2; round++) {
		for (size_t i = 0; i < 4; i++) {
			wrapped_now(*state, slots[i], wrapped[i], root);
			for (size_t k = 0; k < i; k++) {
				assert_memory_not_equal(wrapped[i], wrapped[k], NK_NONCE_LEN);
			}
		}
		destroy_keys(vault, slots, 1, &finish); /* all of the bucket is sealed anew */
	}
}

static void what_a_change_refers_to_is_on_the_disk_before_the_header(void **state)
{
	const struct room *room = *state;
	struct kit_order order;
	struct nk_vault *vault = NULL;
	struct nk_vault_change *change = NULL;
	struct nk_vault_finish finish;
	struct nk_slot slots[3];
	uint64_t survivors = 0;
	uint64_t sequence = 0;
	struct nk_err err;

	kit_ok(nk_vault_open(kit_order_env(&order, kit_env(), NKV_TABLE_AT), &room->opt, 0, &vault, &err), &err);
	add_persons(vault, 3, slots, NULL);
	for (unsigned kind = 0; kind < 2; kind++) {
		if (kind == 0) {
			kit_ok(nk_vault_destroy_prepare(vault, slots, 1, &change, &err), &err);
		} else {
			kit_ok(nk_vault_rotate_prepare(vault, &change, &err), &err);
		}
		kit_ok(nk_vault_change_verify(change, &survivors, &err), &err);
		kit_ok(nk_vault_change_commit(change, &sequence, &err), &err);
		assert_int_equal(order.early, 0);
		/* From here on the old areas are only wiped; a header that comes first hurts nobody. */
		kit_ok(nk_vault_change_finish(&change, &finish, &err), &err);
		order.early = 0;
	}
	nk_vault_close(&vault);
}

static void a_secret_that_did_not_arrive_stops_the_rotation(void **state)
{
	const struct room *room = *state;
	struct kit_order order;
	struct nk_vault *vault = NULL;
	struct nk_vault_change *change = NULL;
	struct nk_slot slots[2];
	struct nk_err err;

	kit_ok(nk_vault_open(kit_order_env(&order, kit_env(), 0), &room->opt, 0, &vault, &err), &err);
	add_persons(vault, 2, slots, NULL);
	order.lost = "/epoch";
	assert_false(nk_ok(nk_vault_rotate_prepare(vault, &change, &err)));
	assert_null(change);
	order.lost = NULL;
	nk_vault_close(&vault);
	vault = must_open(room);
	assert_int_equal(key_code(vault, NK_SLOT_PERSON, slots[1]), NK_OK);
	nk_vault_close(&vault);
}

#define VAULT_TEST(name) cmocka_unit_test_setup_teardown(name, room_setup, room_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		VAULT_TEST(destroying_passes_over_what_is_destroyed_and_refuses_the_unknown),
		VAULT_TEST(after_finish_the_old_wrapped_bytes_are_nowhere),
		VAULT_TEST(a_rotation_gives_a_receipt_and_keeps_every_key),
		VAULT_TEST(an_old_backup_opens_until_the_epoch_rotates_and_never_after),
		VAULT_TEST(the_keys_in_force_open_nothing_of_an_old_backup),
		VAULT_TEST(steps_out_of_order_are_refused),
		VAULT_TEST(a_dropped_change_leaves_everything_as_it_was),
		VAULT_TEST(a_rotation_cut_off_after_its_commit_is_finished_with_its_receipt),
		VAULT_TEST(a_state_that_does_not_verify_destroys_nothing),
		VAULT_TEST(a_full_disk_is_an_error_and_loses_nothing),
		VAULT_TEST(no_two_slots_of_a_bucket_are_sealed_under_one_nonce),
		VAULT_TEST(what_a_change_refers_to_is_on_the_disk_before_the_header),
		VAULT_TEST(a_secret_that_did_not_arrive_stops_the_rotation),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
