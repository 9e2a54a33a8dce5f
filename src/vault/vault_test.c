/*
 * vault_test.c: what the vault promises about keys and places, and what it refuses.
 */
#include "base.h"

#include <cmocka.h>

#include "vault_test_kit.h"

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

	add_persons(vault, 5, slots, keys);
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

	add_persons(vault, 1, &slot, NULL);
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

	add_persons(vault, 10, slots, keys);
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
	add_persons(vault, 10, slots, keys);
	add_persons(vault, N - 10, slots + 10, keys + 10);
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

	add_persons(vault, 3, slots, NULL);
	kit_ok(nk_vault_release(vault, &slots[1], 1, &err), &err);
	kit_ok(nk_vault_release(vault, &slots[1], 1, &err), &err);
	assert_int_equal(key_code(vault, NK_SLOT_PERSON, slots[1]), NK_CORRUPT);
	nk_vault_close(&vault);
	vault = must_open(*state);
	add_persons(vault, 1, &again, NULL);
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

	add_persons(vault, NKV_SLOTS, slots, NULL);
	destroy_keys(vault, &slots[5], 1, &finish);
	add_persons(vault, 1, &fresh, NULL);
	assert_int_equal(fresh.number, NKV_SLOTS);
	assert_int_equal(key_code(vault, NK_SLOT_PERSON, slots[5]), NK_GONE);
	kit_fails(nk_vault_release(vault, &slots[5], 1, &err), NK_CORRUPT);
	/* nor in a bucket that still has free ones */
	destroy_keys(vault, &fresh, 1, &finish);
	add_persons(vault, 1, slots, NULL);
	assert_int_equal(slots[0].number, NKV_SLOTS + 1);
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

	add_persons(vault, 6, slots, NULL);
	destroy_keys(vault, &slots[2], 1, &finish);
	kit_ok(nk_vault_release(vault, &slots[4], 1, &err), &err);
	kit_ok(nk_vault_each(vault, count_live, last, &err), &err);
	assert_int_equal(last[0], 4);
	assert_int_equal(last[1], slots[5].number);
}

/* The wrapped bytes that stand in the file now for a slot of bucket 0, and the wrapped root. */
/* This is the point of the epoch: E2 alone leaves an old backup readable, the rotation ends that. */
static void a_vault_older_than_the_data_stops(void **state)
{
	struct room *room = *state;
	NK_OWNED(nk_vault_close) struct nk_vault *vault = must_open(room);
	struct image old = image_take(room);
	struct nk_vault_status status;
	struct nk_vault_finish finish;
	struct nk_slot slot;

	add_persons(vault, 1, &slot, NULL);
	destroy_keys(vault, &slot, 1, &finish);
	nk_vault_status(vault, &status);
	nk_vault_close(&vault);
	assert_int_equal(try_open(room, status.sequence), NK_OK);
	assert_int_equal(try_open(room, status.sequence + 1), NK_CORRUPT);
	image_put(room, &old, 2);
	assert_int_equal(try_open(room, status.sequence), NK_CORRUPT);
	image_free(&old);
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

		add_persons(vault, 2, slots, keys);
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

	add_persons(vault, 3, slots, keys);
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

	add_persons(vault, 3, slots, NULL);
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

	add_persons(vault, 3, slots, NULL);
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
	add_persons(vault, 2, slots, keys);
	destroy_keys(vault, slots, 1, &finish);
	rotate(vault, &finish);
	nk_vault_close(&vault);
	vault = must_open(room);
	nk_vault_status(vault, &status);
	assert_true(status.single_copy);
	opens_as(vault, NK_SLOT_PERSON, slots[1], &keys[1]);
	assert_int_equal(key_code(vault, NK_SLOT_PERSON, slots[0]), NK_GONE);
}

/* A disk that is full after so many bytes. */
/* Three sheets out of the text that nk_vault_escrow made: the lines that begin with a group of five and a hyphen. */
/* From the file to custodians in memory, one rotation there, and back before they stop, as the demo does. */

#define VAULT_TEST(name) cmocka_unit_test_setup_teardown(name, room_setup, room_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		VAULT_TEST(a_new_vault_is_empty_and_exists_only_once),
		VAULT_TEST(keys_come_back_the_same_after_opening_again),
		VAULT_TEST(an_unknown_slot_stops_and_never_looks_erased),
		VAULT_TEST(a_destroyed_key_is_gone_and_the_others_are_not),
		VAULT_TEST(the_vault_grows_over_buckets_and_destroys_across_them),
		VAULT_TEST(a_released_slot_is_used_again_by_its_next_generation),
		VAULT_TEST(a_destroyed_slot_is_never_used_again),
		VAULT_TEST(each_walks_the_live_slots_in_order),
		VAULT_TEST(a_vault_older_than_the_data_stops),
		VAULT_TEST(a_newer_format_is_refused_and_not_overwritten),
		VAULT_TEST(without_its_second_place_the_vault_does_not_open),
		VAULT_TEST(a_lagging_place_is_brought_up_whichever_it_is),
		VAULT_TEST(two_different_vaults_are_not_taken_for_one),
		VAULT_TEST(damage_in_one_place_is_mended_from_the_other),
		VAULT_TEST(damage_in_both_places_stops_and_is_never_erasure),
		VAULT_TEST(marks_and_places_cannot_be_forged),
		VAULT_TEST(a_second_process_finds_the_vault_busy),
		VAULT_TEST(a_single_copy_is_a_choice_that_is_remembered),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
