/*
 * vault_test.c: what the vault promises to its callers, and what it refuses.
 */
#include "base.h"

#include <cmocka.h>

#include "vault_test_kit.h"

#include "kit_custodian.h"

static int setup(void **state)
{
	struct nk_err err;
	struct room *room;

	kit_seed(11);
	room = room_new();
	*state = room;
	kit_ok(nk_vault_create(kit_env(), &room->opt, &err), &err);
	return 0;
}

static int teardown(void **state)
{
	struct room *room = *state;

	room_free(&room);
	return 0;
}

static void add(struct nk_vault *vault, size_t n, struct nk_slot *slots, struct nk_key *keys)
{
	struct nk_err err;

	kit_ok(nk_vault_add(vault, NK_SLOT_PERSON, n, slots, keys, &err), &err);
}

static void a_new_vault_is_empty_and_exists_only_once(void **state)
{
	struct room *room = *state;
	NK_OWNED(nk_vault_close) struct nk_vault *vault = must_open(room);
	struct nk_vault_status status;
	struct nk_err err;

	nk_vault_status(vault, &status);
	assert_int_equal(status.epoch, 1);
	assert_int_equal(status.buckets, 1);
	assert_int_equal(status.slots[0][NK_SLOT_FREE], NKV_SLOTS);
	assert_string_equal(status.sealer, "file");
	assert_false(status.recovered || status.single_copy || status.escrow_rehearsed);
	nk_vault_close(&vault);
	kit_fails(nk_vault_create(kit_env(), &room->opt, &err), NK_EXISTS);
}

static void keys_come_back_the_same_after_opening_again(void **state)
{
	NK_OWNED(nk_vault_close) struct nk_vault *vault = must_open(*state);
	struct nk_slot slots[5];
	struct nk_key keys[5];
	size_t i;

	add(vault, 5, slots, keys);
	for (i = 0; i < 5; i++) {
		opens_as(vault, NK_SLOT_PERSON, slots[i], &keys[i]);
	}
	nk_vault_close(&vault);
	vault = must_open(*state);
	for (i = 0; i < 5; i++) {
		opens_as(vault, NK_SLOT_PERSON, slots[i], &keys[i]);
	}
	assert_false(nk_ct_equal(&keys[0], &keys[1], sizeof(keys[0])));
	places_agree(*state);
}

static void an_unknown_slot_stops_and_never_looks_erased(void **state)
{
	NK_OWNED(nk_vault_close) struct nk_vault *vault = must_open(*state);
	struct nk_slot slot;

	add(vault, 1, &slot, NULL);
	assert_int_equal(key_code(vault, NK_SLOT_PERSON, (struct nk_slot){ slot.number + 1, 1 }), NK_CORRUPT);
	assert_int_equal(key_code(vault, NK_SLOT_PERSON, (struct nk_slot){ UINT64_MAX, 1 }), NK_CORRUPT);
	assert_int_equal(key_code(vault, NK_SLOT_PERSON, (struct nk_slot){ slot.number, 2 }), NK_CORRUPT);
	assert_int_equal(key_code(vault, NK_SLOT_CASE, slot), NK_CORRUPT);
	assert_int_equal(key_code(vault, NK_SLOT_PERSON, slot), NK_OK);
}

static void a_destroyed_key_is_gone_and_the_others_are_not(void **state)
{
	NK_OWNED(nk_vault_close) struct nk_vault *vault = must_open(*state);
	struct nk_vault_finish finish;
	struct nk_vault_status status;
	struct nk_slot slots[10];
	struct nk_key keys[10];
	size_t i;

	add(vault, 10, slots, keys);
	destroy_keys(vault, &slots[3], 2, &finish);
	assert_int_equal(finish.cap, NK_LEVEL_E2);
	assert_int_equal(finish.n_receipts, 0);
	assert_int_equal(finish.oldest, 1);
	for (i = 0; i < 10; i++) {
		if (i == 3 || i == 4) {
			assert_int_equal(key_code(vault, NK_SLOT_PERSON, slots[i]), NK_GONE);
		} else {
			opens_as(vault, NK_SLOT_PERSON, slots[i], &keys[i]);
		}
	}
	nk_vault_close(&vault);
	vault = must_open(*state);
	assert_int_equal(key_code(vault, NK_SLOT_PERSON, slots[3]), NK_GONE);
	opens_as(vault, NK_SLOT_PERSON, slots[9], &keys[9]);
	nk_vault_status(vault, &status);
	assert_int_equal(status.slots[NK_SLOT_PERSON][NK_SLOT_LIVE], 8);
	assert_int_equal(status.slots[NK_SLOT_PERSON][NK_SLOT_DESTROYED], 2);
	places_agree(*state);
}

static void destroying_passes_over_what_is_destroyed_and_refuses_the_unknown(void **state)
{
	NK_OWNED(nk_vault_close) struct nk_vault *vault = must_open(*state);
	struct nk_vault_change *change = NULL;
	struct nk_vault_finish finish;
	struct nk_slot slots[3];
	struct nk_slot twice[3];
	struct nk_err err;

	add(vault, 3, slots, NULL);
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

static void the_vault_grows_over_buckets_and_destroys_across_them(void **state)
{
	enum { N = 3500 };
	NK_OWNED(nk_vault_close) struct nk_vault *vault = must_open(*state);
	struct nk_slot *slots = calloc(N, sizeof(*slots));
	struct nk_key *keys = calloc(N, sizeof(*keys));
	struct nk_slot some[4];
	struct nk_vault_status status;
	struct nk_vault_finish finish;
	size_t i;

	assert_non_null(slots);
	assert_non_null(keys);
	add(vault, 10, slots, keys);
	add(vault, N - 10, slots + 10, keys + 10);
	nk_vault_status(vault, &status);
	assert_int_equal(status.buckets, 4);
	assert_int_equal(status.slots[NK_SLOT_PERSON][NK_SLOT_LIVE], N);
	assert_int_equal(status.slots[0][NK_SLOT_FREE], 500);
	for (i = 0; i < 4; i++) {
		some[i] = slots[1100 * (3 - i)];
	}
	destroy_keys(vault, some, 4, &finish);
	nk_vault_close(&vault);
	vault = must_open(*state);
	for (i = 0; i < N; i++) {
		if (i % 1100 == 0 && i <= 3300) {
			assert_int_equal(key_code(vault, NK_SLOT_PERSON, slots[i]), NK_GONE);
		} else {
			opens_as(vault, NK_SLOT_PERSON, slots[i], &keys[i]);
		}
	}
	places_agree(*state);
	free(slots);
	free(keys);
}

static void a_released_slot_is_used_again_by_its_next_generation(void **state)
{
	NK_OWNED(nk_vault_close) struct nk_vault *vault = must_open(*state);
	struct nk_slot slots[3];
	struct nk_slot again;
	struct nk_err err;

	add(vault, 3, slots, NULL);
	kit_ok(nk_vault_release(vault, &slots[1], 1, &err), &err);
	kit_ok(nk_vault_release(vault, &slots[1], 1, &err), &err);
	assert_int_equal(key_code(vault, NK_SLOT_PERSON, slots[1]), NK_CORRUPT);
	nk_vault_close(&vault);
	vault = must_open(*state);
	add(vault, 1, &again, NULL);
	assert_int_equal(again.number, slots[1].number);
	assert_int_equal(again.generation, 2);
	assert_int_equal(key_code(vault, NK_SLOT_PERSON, slots[1]), NK_CORRUPT);
	assert_int_equal(key_code(vault, NK_SLOT_PERSON, again), NK_OK);
	kit_fails(nk_vault_release(vault, &slots[1], 1, &err), NK_CORRUPT);
}

static void a_destroyed_slot_is_never_used_again(void **state)
{
	NK_OWNED(nk_vault_close) struct nk_vault *vault = must_open(*state);
	struct nk_slot slots[NKV_SLOTS];
	struct nk_vault_finish finish;
	struct nk_slot fresh;
	struct nk_err err;

	add(vault, NKV_SLOTS, slots, NULL);
	destroy_keys(vault, &slots[5], 1, &finish);
	add(vault, 1, &fresh, NULL);
	assert_int_equal(fresh.number, NKV_SLOTS);
	assert_int_equal(key_code(vault, NK_SLOT_PERSON, slots[5]), NK_GONE);
	kit_fails(nk_vault_release(vault, &slots[5], 1, &err), NK_CORRUPT);
}

static NK_RESULT count_live(void *arg, enum nk_slot_kind kind, struct nk_slot slot, struct nk_err *err)
{
	uint64_t *last = arg;

	(void)err;
	assert_int_equal(kind, NK_SLOT_PERSON);
	assert_true(slot.number > last[1] || last[0] == 0);
	last[0]++;
	last[1] = slot.number;
	return nk_done();
}

static void each_walks_the_live_slots_in_order(void **state)
{
	NK_OWNED(nk_vault_close) struct nk_vault *vault = must_open(*state);
	struct nk_vault_finish finish;
	struct nk_slot slots[6];
	uint64_t last[2] = { 0, 0 };
	struct nk_err err;

	add(vault, 6, slots, NULL);
	destroy_keys(vault, &slots[2], 1, &finish);
	kit_ok(nk_vault_release(vault, &slots[4], 1, &err), &err);
	kit_ok(nk_vault_each(vault, count_live, last, &err), &err);
	assert_int_equal(last[0], 4);
	assert_int_equal(last[1], slots[5].number);
}

/* The wrapped bytes that stand in the file now for a slot of bucket 0, and the wrapped root. */
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

	add(vault, 2, slots, NULL);
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

	add(vault, 4, slots, keys);
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

/* This is the point of the epoch: E2 alone leaves an old backup readable, the rotation ends that. */
static void an_old_backup_opens_until_the_epoch_rotates_and_never_after(void **state)
{
	struct room *room = *state;
	NK_OWNED(nk_vault_close) struct nk_vault *vault = must_open(room);
	struct image backup;
	struct image now;
	struct nk_vault_finish finish;
	struct nk_slot slots[2];
	struct nk_key keys[2];

	add(vault, 2, slots, keys);
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

static void a_vault_older_than_the_data_stops(void **state)
{
	struct room *room = *state;
	NK_OWNED(nk_vault_close) struct nk_vault *vault = must_open(room);
	struct image old = image_take(room);
	struct nk_vault_status status;
	struct nk_vault_finish finish;
	struct nk_slot slot;

	add(vault, 1, &slot, NULL);
	destroy_keys(vault, &slot, 1, &finish);
	nk_vault_status(vault, &status);
	nk_vault_close(&vault);
	assert_int_equal(try_open(room, status.sequence), NK_OK);
	assert_int_equal(try_open(room, status.sequence + 1), NK_CORRUPT);
	image_put(room, &old, 2);
	assert_int_equal(try_open(room, status.sequence), NK_CORRUPT);
	image_free(&old);
}

static void the_wrong_secret_is_told_apart(void **state)
{
	struct room *room = *state;

	room->opt.secret = nk_str_bytes(NK_STR("0123456789abcdef0123456789abcdeX"));
	assert_int_equal(try_open(room, 0), NK_AUTH);
	room->opt.secret = nk_str_bytes(NK_STR("too short"));
	assert_int_equal(try_open(room, 0), NK_CONFIG);
	room->opt.secret = nk_str_bytes(NK_STR(""));
	room->opt.secret_is_keyfile = false;
	assert_int_equal(try_open(room, 0), NK_AUTH);
}

static void a_passphrase_opens_too(void **state)
{
	NK_OWNED(room_free) struct room *room = room_new();
	struct nk_err err;

	(void)state;
	room->opt.secret = nk_str_bytes(NK_STR("correct horse battery staple"));
	room->opt.secret_is_keyfile = false;
	room->opt.kdf_memory_kb = 64;
	kit_ok(nk_vault_create(kit_env(), &room->opt, &err), &err);
	assert_int_equal(try_open(room, 0), NK_OK);
	room->opt.secret = nk_str_bytes(NK_STR("correct horse battery stable"));
	assert_int_equal(try_open(room, 0), NK_AUTH);
}

static void a_newer_format_is_refused_and_not_overwritten(void **state)
{
	struct room *room = *state;
	const uint8_t newer = NKV_VERSION + 1;
	struct nk_err err;
	char path[256];

	image_path(room, 0, path);
	poke(path, NKV_HEAD_STEP + 8, &newer, 1);
	assert_int_equal(try_open(room, 0), NK_NEWER);
	kit_fails(nk_vault_create(kit_env(), &room->opt, &err), NK_EXISTS);
}

static void without_its_second_place_the_vault_does_not_open(void **state)
{
	struct room *room = *state;
	struct nk_err err;
	struct nk_vault *vault = NULL;
	char path[256];
	char away[300];

	image_path(room, 1, path);
	(void)snprintf(away, sizeof(away), "%s.away", path);
	assert_int_equal(rename(path, away), 0);
	assert_int_equal(try_open(room, 0), NK_UNAVAILABLE);
	assert_int_equal(rename(away, path), 0);
	assert_int_equal(try_open(room, 0), NK_OK);
	room->opt.copy_dir = NULL;
	assert_int_equal(try_open(room, 0), NK_CONFIG);
	room->opt.single_copy = true;
	assert_int_equal(try_open(room, 0), NK_CONFIG);
	room->opt.single_copy = false;
	room->opt.copy_dir = room->dir;
	kit_fails(nk_vault_open(kit_env(), &room->opt, 0, &vault, &err), NK_CONFIG);
}

static void a_lagging_place_is_brought_up_whichever_it_is(void **state)
{
	struct room *room = *state;
	unsigned late;

	for (late = 0; late < 2; late++) {
		NK_OWNED(nk_vault_close) struct nk_vault *vault = must_open(room);
		struct image old = image_take(room);
		struct nk_vault_status status;
		struct nk_vault_finish finish;
		struct nk_slot slots[2];
		struct nk_key keys[2];
		char path[256];

		add(vault, 2, slots, keys);
		destroy_keys(vault, slots, 1, &finish);
		nk_vault_close(&vault);
		image_path(room, late, path);
		spill(path, old.bytes[late], old.len[late]);
		vault = must_open(room);
		nk_vault_status(vault, &status);
		assert_true(status.recovered);
		assert_int_equal(key_code(vault, NK_SLOT_PERSON, slots[0]), NK_GONE);
		opens_as(vault, NK_SLOT_PERSON, slots[1], &keys[1]);
		places_agree(room);
		image_free(&old);
	}
}

static void two_different_vaults_are_not_taken_for_one(void **state)
{
	struct room *room = *state;
	NK_OWNED(room_free) struct room *other = room_new();
	struct image image;
	struct nk_err err;
	char path[256];

	kit_ok(nk_vault_create(kit_env(), &other->opt, &err), &err);
	image = image_take(other);
	image_path(room, 1, path);
	spill(path, image.bytes[0], image.len[0]);
	assert_int_equal(try_open(room, 0), NK_CORRUPT);
	image_free(&image);
}

static uint64_t slot_place(const struct nk_slot slot)
{
	return nk_layout_area_at(0, 0) + slot.number * NKV_SLOT_LEN;
}

static void damage_in_one_place_is_mended_from_the_other(void **state)
{
	static const uint8_t rubbish[40] = { 1, 2, 3 };
	struct room *room = *state;
	NK_OWNED(nk_vault_close) struct nk_vault *vault = must_open(room);
	struct nk_slot slots[3];
	struct nk_key keys[3];
	unsigned place;
	char path[256];

	add(vault, 3, slots, keys);
	for (place = 0; place < 2; place++) {
		image_path(room, place, path);
		poke(path, slot_place(slots[1]) + 20, rubbish, sizeof(rubbish));
		opens_as(vault, NK_SLOT_PERSON, slots[1], &keys[1]); /* already while it is open */
		nk_vault_close(&vault);
		vault = must_open(room);
		opens_as(vault, NK_SLOT_PERSON, slots[1], &keys[1]);
		places_agree(room);
		nk_vault_close(&vault);
		poke(path, nk_layout_table_at(0) + 30, rubbish, sizeof(rubbish));
		vault = must_open(room);
		opens_as(vault, NK_SLOT_PERSON, slots[2], &keys[2]);
		places_agree(room);
	}
}

static void damage_in_both_places_stops_and_is_never_erasure(void **state)
{
	static const uint8_t a[40] = { 1, 2, 3 };
	static const uint8_t b[40] = { 4, 5, 6 };
	struct room *room = *state;
	NK_OWNED(nk_vault_close) struct nk_vault *vault = must_open(room);
	struct nk_vault_change *change = NULL;
	struct nk_slot slots[3];
	struct nk_err err;
	char path[256];

	add(vault, 3, slots, NULL);
	image_path(room, 0, path);
	poke(path, slot_place(slots[1]) + 20, a, sizeof(a));
	image_path(room, 1, path);
	poke(path, slot_place(slots[1]) + 20, a, sizeof(a));
	assert_int_equal(key_code(vault, NK_SLOT_PERSON, slots[1]), NK_CORRUPT);
	/* a survivor that does not open stops the destruction of another */
	kit_fails(nk_vault_destroy_prepare(vault, slots, 1, &change, &err), NK_CORRUPT);
	assert_int_equal(key_code(vault, NK_SLOT_PERSON, slots[0]), NK_OK);
	nk_vault_close(&vault);
	poke(path, slot_place(slots[1]) + 20, b, sizeof(b));
	assert_int_equal(try_open(room, 0), NK_CORRUPT);
}

/* Somebody with a hex editor: a live key made to look destroyed, a mark made live, two slots exchanged. */
static void marks_and_places_cannot_be_forged(void **state)
{
	struct room *room = *state;
	NK_OWNED(nk_vault_close) struct nk_vault *vault = must_open(room);
	uint8_t bytes[2][NKV_SLOT_LEN];
	const uint8_t destroyed = NK_SLOT_DESTROYED;
	struct nk_slot slots[3];
	unsigned place;
	char path[256];

	add(vault, 3, slots, NULL);
	nk_vault_close(&vault);
	for (place = 0; place < 2; place++) {
		image_path(room, place, path);
		peek(path, slot_place(slots[1]), bytes[0], NKV_SLOT_LEN);
		peek(path, slot_place(slots[2]), bytes[1], NKV_SLOT_LEN);
		poke(path, slot_place(slots[0]) + 1, &destroyed, 1);
		poke(path, slot_place(slots[1]), bytes[1], NKV_SLOT_LEN);
		poke(path, slot_place(slots[2]), bytes[0], NKV_SLOT_LEN);
	}
	vault = must_open(room);
	assert_int_equal(key_code(vault, NK_SLOT_PERSON, slots[0]), NK_CORRUPT);
	assert_int_equal(key_code(vault, NK_SLOT_PERSON, slots[1]), NK_CORRUPT);
	assert_int_equal(key_code(vault, NK_SLOT_PERSON, slots[2]), NK_CORRUPT);
}

static void a_second_process_finds_the_vault_busy(void **state)
{
	struct room *room = *state;
	NK_OWNED(nk_vault_close) struct nk_vault *vault = must_open(room);

	assert_int_equal(try_open(room, 0), NK_BUSY);
	nk_vault_close(&vault);
	assert_int_equal(try_open(room, 0), NK_OK);
}

static void a_single_copy_is_a_choice_that_is_remembered(void **state)
{
	NK_OWNED(room_free) struct room *room = room_new();
	NK_OWNED(nk_vault_close) struct nk_vault *vault = NULL;
	struct nk_vault_finish finish;
	struct nk_vault_status status;
	struct nk_slot slots[2];
	struct nk_key keys[2];
	struct nk_err err;

	(void)state;
	room->opt.copy_dir = NULL;
	kit_fails(nk_vault_create(kit_env(), &room->opt, &err), NK_CONFIG);
	room->opt.single_copy = true;
	kit_ok(nk_vault_create(kit_env(), &room->opt, &err), &err);
	vault = must_open(room);
	add(vault, 2, slots, keys);
	destroy_keys(vault, slots, 1, &finish);
	rotate(vault, &finish);
	nk_vault_close(&vault);
	vault = must_open(room);
	nk_vault_status(vault, &status);
	assert_true(status.single_copy);
	opens_as(vault, NK_SLOT_PERSON, slots[1], &keys[1]);
	assert_int_equal(key_code(vault, NK_SLOT_PERSON, slots[0]), NK_GONE);
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

	add(vault, 2, slots, NULL);
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

	add(vault, 2, slots, keys);
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

	add(vault, 3, slots, keys);
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

/* A disk that is full after so many bytes. */
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
	add(vault, 2, slots, keys);
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

/* Three sheets out of the text that nk_vault_escrow made: the lines that begin with a group of five and a hyphen. */
static unsigned sheets_of(const struct nk_buf *text, struct nk_str out[static 3])
{
	struct nk_str rest = nk_buf_str(text);
	struct nk_str line;
	unsigned n = 0;

	while (nk_str_cut(&rest, '\n', &line)) {
		if (line.len > 60 && line.ptr[5] == '-' && n < 3) {
			out[n++] = line;
		}
	}
	return n;
}

static void recovery_sheets_give_the_secret_back(void **state)
{
	struct room *room = *state;
	NK_OWNED(nk_vault_close) struct nk_vault *vault = must_open(room);
	NK_OWNED(nk_buf_done) struct nk_buf text;
	struct nk_vault_status status;
	struct nk_slot slot;
	struct nk_key key;
	struct nk_str sheets[3];
	struct nk_str some[2];
	struct nk_err err;
	char typed[128];

	nk_buf_init_wiping(&text, 8192);
	add(vault, 1, &slot, &key);
	kit_ok(nk_vault_escrow(vault, 2, 3, &text, &err), &err);
	assert_int_equal(sheets_of(&text, sheets), 3);
	some[0] = sheets[2];
	some[1] = sheets[0];
	kit_fails(nk_vault_escrow_try(vault, some, 1, &err), NK_INVALID);
	some[1] = sheets[2];
	kit_fails(nk_vault_escrow_try(vault, some, 2, &err), NK_INVALID);
	/* typed by hand: small letters, blanks, one of them wrong */
	(void)snprintf(typed, sizeof(typed), " %.*s ", NK_FMT(sheets[0]));
	typed[8] = typed[8] == 'A' ? 'B' : 'A';
	some[1] = nk_str_c(typed);
	kit_fails(nk_vault_escrow_try(vault, some, 2, &err), NK_INVALID);
	(void)snprintf(typed, sizeof(typed), " %.*s ", NK_FMT(sheets[0]));
	typed[1] = (char)(typed[1] >= 'A' ? typed[1] - 'A' + 'a' : typed[1]);
	nk_vault_status(vault, &status);
	assert_false(status.escrow_rehearsed);
	kit_ok(nk_vault_escrow_try(vault, some, 2, &err), &err);
	nk_vault_close(&vault);

	/* the secret is lost, two sheets are there */
	room->opt.secret = (struct nk_bytes){ NULL, 0 };
	room->opt.escrow = some;
	room->opt.n_escrow = 2;
	vault = must_open(room);
	nk_vault_status(vault, &status);
	assert_true(status.escrow_rehearsed);
	opens_as(vault, NK_SLOT_PERSON, slot, &key);
}

static void sheets_of_another_vault_are_refused(void **state)
{
	NK_OWNED(room_free) struct room *other = room_new();
	NK_OWNED(nk_vault_close) struct nk_vault *vault = must_open(*state);
	NK_OWNED(nk_vault_close) struct nk_vault *second = NULL;
	NK_OWNED(nk_buf_done) struct nk_buf text;
	struct nk_str sheets[3];
	struct nk_err err;

	nk_buf_init_wiping(&text, 8192);
	kit_ok(nk_vault_create(kit_env(), &other->opt, &err), &err);
	second = must_open(other);
	kit_ok(nk_vault_escrow(second, 2, 3, &text, &err), &err);
	assert_int_equal(sheets_of(&text, sheets), 3);
	kit_fails(nk_vault_escrow_try(vault, sheets, 2, &err), NK_AUTH);
	kit_fails(nk_vault_escrow(second, 1, 3, &text, &err), NK_INVALID);
	kit_fails(nk_vault_escrow(second, 2, 33, &text, &err), NK_LIMIT);
}

static void start_three(struct room *room, struct kit_custodian k[static 3], const char *addresses[static 3])
{
	static const char *const names[] = { "office", "board", "library" };
	unsigned i;

	for (i = 0; i < 3; i++) {
		k[i] = kit_custodian_start(room->tmp.dir, names[i], false);
		addresses[i] = k[i].address;
	}
	room->opt.sealing.custodians = addresses;
	room->opt.sealing.n_custodians = 3;
}

static void reseal(struct nk_vault *vault, const struct nk_vault_options *to, struct nk_vault_finish *out)
{
	struct nk_vault_change *change = NULL;
	struct nk_err err;

	kit_ok(nk_vault_reseal_prepare(vault, to, &change, &err), &err);
	run_change(change, out);
}

/* From the file to custodians in memory, one rotation there, and back before they stop, as the demo does. */
static void a_reseal_moves_between_sealers_and_secrets(void **state)
{
	struct room *room = *state;
	NK_OWNED(nk_vault_close) struct nk_vault *vault = must_open(room);
	struct nk_vault_finish finish;
	struct nk_vault_status status;
	struct kit_custodian k[3];
	const char *addresses[3];
	struct nk_slot slots[2];
	struct nk_key keys[2];
	unsigned i;

	add(vault, 2, slots, keys);
	start_three(room, k, addresses);
	room->opt.sealer = NK_STR("custodian");
	room->opt.secret = nk_str_bytes(NK_STR("another key file with 32 bytes or more"));
	reseal(vault, &room->opt, &finish);
	assert_int_equal(finish.n_receipts, 1); /* the file's */
	assert_int_equal(epochs_held(room), 0);
	nk_vault_close(&vault);
	vault = must_open(room);
	nk_vault_status(vault, &status);
	assert_string_equal(status.sealer, "custodian");
	opens_as(vault, NK_SLOT_PERSON, slots[1], &keys[1]);
	destroy_keys(vault, slots, 1, &finish);
	rotate(vault, &finish);
	assert_int_equal(finish.n_receipts, 3);
	assert_true(nk_receipt_ok(&finish.receipts[0]) && nk_receipt_ok(&finish.receipts[2]));
	assert_int_equal(finish.cap, NK_LEVEL_E2); /* three on one host are a rehearsal */
	/* one of three may be away for an opening, two not */
	nk_vault_close(&vault);
	kit_custodian_stop(&k[0]);
	vault = must_open(room);
	{
		struct nk_vault_change *change = NULL;
		struct nk_err err;

		kit_fails(nk_vault_rotate_prepare(vault, &change, &err), NK_UNAVAILABLE);
		assert_non_null(strstr(err.text[0], "office"));
	}
	opens_as(vault, NK_SLOT_PERSON, slots[1], &keys[1]);
	room->opt.sealer = NK_STR("file");
	reseal(vault, &room->opt, &finish);
	assert_int_equal(finish.n_receipts, 2);
	assert_int_equal(epochs_held(room), 1);
	for (i = 1; i < 3; i++) {
		kit_custodian_stop(&k[i]);
	}
	nk_vault_close(&vault);
	vault = must_open(room);
	opens_as(vault, NK_SLOT_PERSON, slots[1], &keys[1]);
	assert_int_equal(key_code(vault, NK_SLOT_PERSON, slots[0]), NK_GONE);
}

static void with_too_few_custodians_the_vault_does_not_open(void **state)
{
	NK_OWNED(room_free) struct room *room = room_new();
	struct kit_custodian k[3];
	const char *addresses[3];
	struct nk_err err;

	(void)state;
	start_three(room, k, addresses);
	room->opt.sealer = NK_STR("custodian");
	kit_ok(nk_vault_create(kit_env(), &room->opt, &err), &err);
	kit_custodian_stop(&k[1]);
	assert_int_equal(try_open(room, 0), NK_OK);
	kit_custodian_stop(&k[2]);
	assert_int_equal(try_open(room, 0), NK_UNAVAILABLE);
	/* a custodian that was started anew has forgotten its share */
	k[2] = kit_custodian_start(room->tmp.dir, "library", false);
	assert_int_equal(try_open(room, 0), NK_UNAVAILABLE);
	kit_custodian_stop(&k[0]);
	kit_custodian_stop(&k[2]);
}

static void an_unknown_sealer_is_a_matter_of_configuration(void **state)
{
	NK_OWNED(room_free) struct room *room = room_new();
	struct nk_err err;

	(void)state;
	room->opt.sealer = NK_STR("vault");
	kit_fails(nk_vault_create(kit_env(), &room->opt, &err), NK_CONFIG);
	room->opt.sealer = NK_STR("");
	kit_fails(nk_vault_create(kit_env(), &room->opt, &err), NK_CONFIG);
	room->opt.sealer = NK_STR("custodian");
	kit_fails(nk_vault_create(kit_env(), &room->opt, &err), NK_CONFIG);
	assert_int_equal(try_open(room, 0), NK_NOT_FOUND);
}

static void a_missing_epoch_file_is_not_taken_for_erasure(void **state)
{
	struct room *room = *state;
	char path[256];

	image_path(room, 2, path);
	assert_int_equal(remove(path), 0);
	assert_int_equal(try_open(room, 0), NK_UNAVAILABLE);
}

#define VAULT_TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		VAULT_TEST(a_new_vault_is_empty_and_exists_only_once),
		VAULT_TEST(keys_come_back_the_same_after_opening_again),
		VAULT_TEST(an_unknown_slot_stops_and_never_looks_erased),
		VAULT_TEST(a_destroyed_key_is_gone_and_the_others_are_not),
		VAULT_TEST(destroying_passes_over_what_is_destroyed_and_refuses_the_unknown),
		VAULT_TEST(the_vault_grows_over_buckets_and_destroys_across_them),
		VAULT_TEST(a_released_slot_is_used_again_by_its_next_generation),
		VAULT_TEST(a_destroyed_slot_is_never_used_again),
		VAULT_TEST(each_walks_the_live_slots_in_order),
		VAULT_TEST(after_finish_the_old_wrapped_bytes_are_nowhere),
		VAULT_TEST(a_rotation_gives_a_receipt_and_keeps_every_key),
		VAULT_TEST(an_old_backup_opens_until_the_epoch_rotates_and_never_after),
		VAULT_TEST(a_vault_older_than_the_data_stops),
		VAULT_TEST(the_wrong_secret_is_told_apart),
		VAULT_TEST(a_passphrase_opens_too),
		VAULT_TEST(a_newer_format_is_refused_and_not_overwritten),
		VAULT_TEST(without_its_second_place_the_vault_does_not_open),
		VAULT_TEST(a_lagging_place_is_brought_up_whichever_it_is),
		VAULT_TEST(two_different_vaults_are_not_taken_for_one),
		VAULT_TEST(damage_in_one_place_is_mended_from_the_other),
		VAULT_TEST(damage_in_both_places_stops_and_is_never_erasure),
		VAULT_TEST(marks_and_places_cannot_be_forged),
		VAULT_TEST(a_second_process_finds_the_vault_busy),
		VAULT_TEST(a_single_copy_is_a_choice_that_is_remembered),
		VAULT_TEST(steps_out_of_order_are_refused),
		VAULT_TEST(a_dropped_change_leaves_everything_as_it_was),
		VAULT_TEST(a_rotation_cut_off_after_its_commit_is_finished_with_its_receipt),
		VAULT_TEST(a_state_that_does_not_verify_destroys_nothing),
		VAULT_TEST(a_full_disk_is_an_error_and_loses_nothing),
		VAULT_TEST(recovery_sheets_give_the_secret_back),
		VAULT_TEST(sheets_of_another_vault_are_refused),
		VAULT_TEST(a_reseal_moves_between_sealers_and_secrets),
		VAULT_TEST(with_too_few_custodians_the_vault_does_not_open),
		VAULT_TEST(an_unknown_sealer_is_a_matter_of_configuration),
		VAULT_TEST(a_missing_epoch_file_is_not_taken_for_erasure),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
