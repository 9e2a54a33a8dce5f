/*
 * vault_crash_test.c: the process ends at each of its disk acts in turn, with and without half of the write done.
 *
 * After each: the vault opens, every survivor's key is the same, the victims are all there or all gone, the two
 * places hold the same bytes, nothing is left in areas that are not in force, and the work can be done again to its
 * end.
 */
#include "base.h"

#include <cmocka.h>

#include "vault_test_kit.h"

#include "kit_crash.h"
#include "kit_custodian.h"

enum { PERSONS = 12, VICTIMS = 3, MANY = 1100, NONE = 99 };

static struct room *room_of(void **state)
{
	return *state;
}

static int setup(void **state)
{
	kit_seed(7);
	*state = room_new();
	return 0;
}

static int teardown(void **state)
{
	struct room *room = *state;

	room_free(&room);
	return 0;
}

/* What was in the vault before the act that is cut off; the first VICTIMS of them may die in it. */
struct before {
	struct room *room;
	struct image image;
	struct nk_slot slots[PERSONS];
	struct nk_key keys[PERSONS];
	uint64_t epoch;
};

static struct before *before_new(struct room *room)
{
	struct before *b = calloc(1, sizeof(*b));
	NK_OWNED(nk_vault_close) struct nk_vault *vault = NULL;
	struct nk_vault_finish finish;
	struct nk_slot gone;
	struct nk_err err;

	assert_non_null(b);
	b->room = room;
	kit_ok(nk_vault_create(kit_env(), &room->opt, &err), &err);
	vault = must_open(room);
	kit_ok(nk_vault_add(vault, NK_SLOT_PERSON, PERSONS, b->slots, b->keys, &err), &err);
	kit_ok(nk_vault_add(vault, NK_SLOT_LINK, 1, &gone, NULL, &err), &err);
	destroy_keys(vault, &gone, 1, &finish);
	nk_vault_close(&vault);
	b->image = image_take(room);
	b->epoch = 1;
	return b;
}

static void before_free(struct before **b)
{
	if (*b != NULL) {
		image_free(&(*b)->image);
		free(*b);
		*b = NULL;
	}
}

/* How many victims are gone; all keys that open are the right ones. */
static unsigned look_at_keys(struct nk_vault *vault, const struct before *b)
{
	unsigned gone = 0;
	unsigned i;

	for (i = 0; i < PERSONS; i++) {
		const enum nk_code code = key_code(vault, NK_SLOT_PERSON, b->slots[i]);

		if (i < VICTIMS && code == NK_GONE) {
			gone++;
			continue;
		}
		assert_int_equal(code, NK_OK);
		opens_as(vault, NK_SLOT_PERSON, b->slots[i], &b->keys[i]);
	}
	return gone;
}

/* Opens what a crash left, checks it, opens it once more (nothing is left to recover). Returns the victims gone. */
static unsigned recover_and_look(const struct before *b, uint64_t *out_epoch)
{
	NK_OWNED(nk_vault_close) struct nk_vault *vault = must_open(b->room);
	struct nk_vault_status status;
	unsigned gone = look_at_keys(vault, b);

	assert_true(gone == 0 || gone == VICTIMS);
	nk_vault_close(&vault);
	places_agree(b->room);
	vault = must_open(b->room);
	nk_vault_status(vault, &status);
	assert_false(status.recovered);
	assert_int_equal(look_at_keys(vault, b), gone);
	*out_epoch = status.epoch;
	return gone;
}

static int change_steps(struct nk_vault_change *change)
{
	struct nk_vault_finish finish;
	uint64_t number = 0;
	struct nk_err err;

	if (!nk_ok(nk_vault_change_verify(change, &number, &err)) ||
		!nk_ok(nk_vault_change_commit(change, &number, &err)) ||
		!nk_ok(nk_vault_change_finish(&change, &finish, &err))) {
		(void)fprintf(stderr, "# %s\n", err.text[0]);
		return 2;
	}
	return 0;
}

static int do_create(const struct nk_env *env, void *arg)
{
	const struct room *room = arg;
	struct nk_err err;

	return nk_ok(nk_vault_create(env, &room->opt, &err)) ? 0 : 2;
}

static int do_add(const struct nk_env *env, void *arg)
{
	const struct before *b = arg;
	static struct nk_slot slots[MANY];
	struct nk_vault *vault = NULL;
	struct nk_err err;
	int rc = 0;

	if (!nk_ok(nk_vault_open(env, &b->room->opt, 0, &vault, &err))) {
		return 1;
	}
	/* 13 are used: this fills the first bucket and makes a second */
	rc = nk_ok(nk_vault_add(vault, NK_SLOT_CONTACT, MANY, slots, NULL, &err)) ? 0 : 2;
	nk_vault_close(&vault);
	return rc;
}

static int do_release(const struct nk_env *env, void *arg)
{
	const struct before *b = arg;
	struct nk_vault *vault = NULL;
	struct nk_slot more[4];
	struct nk_err err;
	int rc = 0;

	if (!nk_ok(nk_vault_open(env, &b->room->opt, 0, &vault, &err))) {
		return 1;
	}
	rc = nk_ok(nk_vault_add(vault, NK_SLOT_CONTACT, 4, more, NULL, &err)) &&
			nk_ok(nk_vault_release(vault, more, 4, &err))
		? 0
		: 2;
	nk_vault_close(&vault);
	return rc;
}

static int do_destroy(const struct nk_env *env, void *arg)
{
	const struct before *b = arg;
	struct nk_vault *vault = NULL;
	struct nk_vault_change *change = NULL;
	struct nk_err err;
	int rc = 2;

	if (!nk_ok(nk_vault_open(env, &b->room->opt, 0, &vault, &err))) {
		return 1;
	}
	if (nk_ok(nk_vault_destroy_prepare(vault, b->slots, VICTIMS, &change, &err))) {
		rc = change_steps(change);
	}
	nk_vault_close(&vault);
	return rc;
}

static int do_rotate(const struct nk_env *env, void *arg)
{
	const struct before *b = arg;
	struct nk_vault *vault = NULL;
	struct nk_vault_change *change = NULL;
	struct nk_err err;
	int rc = 2;

	if (!nk_ok(nk_vault_open(env, &b->room->opt, 0, &vault, &err))) {
		return 1;
	}
	if (nk_ok(nk_vault_rotate_prepare(vault, &change, &err))) {
		rc = change_steps(change);
	} else {
		(void)fprintf(stderr, "# %s\n", err.text[0]);
	}
	nk_vault_close(&vault);
	return rc;
}

static int do_drop(const struct nk_env *env, void *arg)
{
	const struct before *b = arg;
	struct nk_vault *vault = NULL;
	struct nk_vault_change *change = NULL;
	struct nk_err err;
	int rc = 0;

	if (!nk_ok(nk_vault_open(env, &b->room->opt, 0, &vault, &err))) {
		return 1;
	}
	rc = nk_ok(nk_vault_rotate_prepare(vault, &change, &err)) ? 0 : 2;
	nk_vault_change_drop(&change);
	nk_vault_close(&vault);
	return rc;
}

static void a_creation_that_is_cut_off_can_be_done_again(void **state)
{
	uint64_t n;
	int tear;

	for (tear = 0; tear < 2; tear++) {
		int status = NONE;

		for (n = 1; status == NONE; n++) {
			struct room *room = room_new();
			struct nk_err err;
			enum nk_code code;
			bool ended = kit_crash_run(kit_env(), n, tear == 1, do_create, room, &status);

			code = try_open(room, 0);
			if (ended) {
				assert_int_equal(status, 0);
				assert_int_equal(code, NK_OK);
			}
			if (code == NK_OK) {
				kit_fails(nk_vault_create(kit_env(), &room->opt, &err), NK_EXISTS);
			} else {
				assert_true(code == NK_NOT_FOUND || code == NK_UNAVAILABLE);
				kit_ok(nk_vault_create(kit_env(), &room->opt, &err), &err);
				assert_int_equal(try_open(room, 0), NK_OK);
			}
			places_agree(room);
			assert_int_equal(epochs_held(room), 1);
			room_free(&room);
		}
		assert_true(n > 8);
	}
	(void)state;
}

/* The loop of the other tests: from the same state each time, `fn` is cut off at act n. */
static void cut_everywhere(struct room *room, int (*fn)(const struct nk_env *, void *), uint64_t least,
	void (*look)(const struct before *b, bool ended))
{
	NK_OWNED(before_free) struct before *b = before_new(room);
	uint64_t n;
	int tear;

	for (tear = 0; tear < 2; tear++) {
		int status = NONE;

		for (n = 1; status == NONE; n++) {
			bool ended;

			image_put(room, &b->image, 3);
			ended = kit_crash_run(kit_env(), n, tear == 1, fn, b, &status);
			look(b, ended);
		}
		assert_int_equal(status, 0);
		assert_true(n > least);
	}
}

static void look_added(const struct before *b, bool ended)
{
	NK_OWNED(nk_vault_close) struct nk_vault *vault = NULL;
	struct nk_vault_status status;
	struct nk_slot slot;
	uint64_t epoch = 0;
	struct nk_err err;

	assert_int_equal(recover_and_look(b, &epoch), 0);
	vault = must_open(b->room);
	nk_vault_status(vault, &status);
	assert_int_equal(status.slots[NK_SLOT_PERSON][NK_SLOT_LIVE], PERSONS);
	assert_int_equal(status.slots[NK_SLOT_LINK][NK_SLOT_DESTROYED], 1);
	if (ended) {
		assert_int_equal(status.slots[NK_SLOT_CONTACT][NK_SLOT_LIVE], MANY);
	}
	kit_ok(nk_vault_add(vault, NK_SLOT_CASE, 1, &slot, NULL, &err), &err);
	assert_int_equal(key_code(vault, NK_SLOT_CASE, slot), NK_OK);
}

static void adding_that_is_cut_off_loses_nothing(void **state)
{
	cut_everywhere(room_of(state), do_add, 8, look_added);
}

static void look_released(const struct before *b, bool ended)
{
	uint64_t epoch = 0;

	assert_int_equal(recover_and_look(b, &epoch), 0);
	if (ended) {
		NK_OWNED(nk_vault_close) struct nk_vault *vault = must_open(b->room);
		struct nk_vault_status status;

		nk_vault_status(vault, &status);
		assert_int_equal(status.slots[NK_SLOT_CONTACT][NK_SLOT_LIVE], 0);
	}
}

static void releasing_that_is_cut_off_loses_nothing(void **state)
{
	cut_everywhere(room_of(state), do_release, 7, look_released);
}

static void look_destroyed(const struct before *b, bool ended)
{
	NK_OWNED(nk_vault_close) struct nk_vault *vault = NULL;
	struct nk_vault_finish finish;
	uint64_t epoch = 0;
	unsigned gone;

	gone = recover_and_look(b, &epoch);
	assert_int_equal(epoch, b->epoch);
	assert_true(!ended || gone == VICTIMS);
	vault = must_open(b->room);
	destroy_keys(vault, b->slots, VICTIMS, &finish); /* again, to its end */
	assert_int_equal(look_at_keys(vault, b), VICTIMS);
}

static void destroying_that_is_cut_off_is_all_or_nothing(void **state)
{
	cut_everywhere(room_of(state), do_destroy, 12, look_destroyed);
}

static void look_rotated(const struct before *b, bool ended)
{
	struct nk_vault *vault = NULL;
	struct nk_vault_finish finish;
	uint64_t epoch = 0;

	assert_int_equal(recover_and_look(b, &epoch), 0);
	assert_true(epoch == b->epoch || epoch == b->epoch + 1);
	assert_true(!ended || epoch == b->epoch + 1);
	assert_int_equal(epochs_held(b->room), 1);
	vault = must_open(b->room);
	rotate(vault, &finish);
	assert_int_equal(finish.epoch, epoch + 1);
	assert_int_equal(finish.n_receipts, 1);
	nk_vault_close(&vault);
	assert_int_equal(epochs_held(b->room), 1);
	/* an old backup of the vault (not of the epoch file, which is in none) opens nothing now */
	image_put(b->room, &b->image, 2);
	assert_int_equal(try_open(b->room, 0), NK_GONE);
}

static void a_rotation_that_is_cut_off_ends_in_one_epoch(void **state)
{
	cut_everywhere(room_of(state), do_rotate, 16, look_rotated);
}

static void look_dropped(const struct before *b, bool ended)
{
	uint64_t epoch = 0;

	(void)ended;
	assert_int_equal(recover_and_look(b, &epoch), 0);
	assert_int_equal(epoch, b->epoch);
	assert_int_equal(epochs_held(b->room), 1);
}

static void a_rotation_that_is_dropped_leaves_no_pending_secret(void **state)
{
	cut_everywhere(room_of(state), do_drop, 12, look_dropped);
}

/* Opening after a crash is cut off as well, again and again. */
static int do_open(const struct nk_env *env, void *arg)
{
	const struct before *b = arg;
	struct nk_vault *vault = NULL;
	struct nk_err err;
	const bool good = nk_ok(nk_vault_open(env, &b->room->opt, 0, &vault, &err));

	nk_vault_close(&vault);
	return good ? 0 : 2;
}

static void a_recovery_that_is_cut_off_is_done_again(void **state)
{
	NK_OWNED(before_free) struct before *b = before_new(room_of(state));
	int (*const work[])(const struct nk_env *, void *) = { do_add, do_destroy, do_rotate };
	size_t w;
	uint64_t n;

	for (w = 0; w < NK_ARRAY_LEN(work); w++) {
		int status = NONE;

		for (n = 1; status == NONE; n++) {
			struct image cut;
			int opened = NONE;
			uint64_t epoch = 0;
			uint64_t m;

			image_put(b->room, &b->image, 3);
			(void)kit_crash_run(kit_env(), n, n % 2 == 0, work[w], b, &status);
			cut = image_take(b->room);
			for (m = 1; opened == NONE; m++) {
				image_put(b->room, &cut, 3);
				(void)kit_crash_run(kit_env(), m, m % 2 == 1, do_open, b, &opened);
				(void)recover_and_look(b, &epoch);
				assert_int_equal(epochs_held(b->room), 1);
			}
			assert_int_equal(opened, 0);
			image_free(&cut);
		}
	}
}

static int do_reseal(const struct nk_env *env, void *arg)
{
	const struct before *b = arg;
	struct nk_vault_options to = b->room->opt;
	struct nk_vault *vault = NULL;
	struct nk_vault_change *change = NULL;
	struct nk_err err;
	int rc = 2;

	to.secret = nk_str_bytes(NK_STR("another key file with 32 bytes or more"));
	if (!nk_ok(nk_vault_open(env, &b->room->opt, 0, &vault, &err))) {
		return 1;
	}
	if (nk_ok(nk_vault_reseal_prepare(vault, &to, &change, &err))) {
		rc = change_steps(change);
	}
	nk_vault_close(&vault);
	return rc;
}

static void look_resealed(const struct before *b, bool ended)
{
	const struct nk_bytes old = b->room->opt.secret;
	uint64_t epoch = 0;
	enum nk_code code;

	code = try_open(b->room, 0);
	assert_true(!ended || code == NK_AUTH);
	if (code == NK_AUTH) { /* it committed: the new secret opens it */
		b->room->opt.secret = nk_str_bytes(NK_STR("another key file with 32 bytes or more"));
	}
	assert_int_equal(recover_and_look(b, &epoch), 0);
	assert_int_equal(epoch, code == NK_AUTH ? b->epoch + 1 : b->epoch);
	assert_int_equal(epochs_held(b->room), 1);
	b->room->opt.secret = old;
}

static void a_reseal_that_is_cut_off_opens_with_one_secret(void **state)
{
	cut_everywhere(room_of(state), do_reseal, 16, look_resealed);
}

/* Real custodians keep what they got through each crash of the vault: the state goes on, it is not put back. */
static void with_custodians_each_cut_leaves_one_epoch_that_opens(void **state)
{
	struct room *room = room_of(state);
	struct kit_custodian k[3];
	const char *addresses[3];
	static const char *const names[] = { "office", "board", "library" };
	struct before *b = NULL;
	uint64_t epoch = 0;
	uint64_t n;
	int status = NONE;
	unsigned i;

	for (i = 0; i < 3; i++) {
		k[i] = kit_custodian_start(room->tmp.dir, names[i], i == 2);
		addresses[i] = k[i].address;
	}
	room->opt.sealer = NK_STR("custodian");
	room->opt.sealing.custodians = addresses;
	room->opt.sealing.n_custodians = 3;
	b = calloc(1, sizeof(*b));
	assert_non_null(b);
	b->room = room;
	{
		NK_OWNED(nk_vault_close) struct nk_vault *vault = NULL;
		struct nk_err err;

		kit_ok(nk_vault_create(kit_env(), &room->opt, &err), &err);
		vault = must_open(room);
		kit_ok(nk_vault_add(vault, NK_SLOT_PERSON, PERSONS, b->slots, b->keys, &err), &err);
	}
	for (n = 1; status == NONE; n++) {
		uint64_t next = 0;

		(void)kit_crash_run(kit_env(), n, n % 2 == 0, do_rotate, b, &status);
		{
			NK_OWNED(nk_vault_close) struct nk_vault *vault = must_open(room);
			struct nk_vault_status s;

			assert_int_equal(look_at_keys(vault, b), 0);
			nk_vault_status(vault, &s);
			next = s.epoch;
		}
		assert_true(next == epoch || next == epoch + 1 || epoch == 0);
		epoch = next;
	}
	assert_int_equal(status, 0);
	assert_true(n > 12);
	for (i = 0; i < 3; i++) {
		struct nk_custodian_status held;
		struct nk_err err;

		room->opt.sealing.dir = room->dir;
		kit_ok(nk_sealer_custodian_status(kit_env(), &room->opt.sealing, i, &held, &err), &err);
		assert_true(
			(held.held[0] == epoch && held.held[1] == 0) || (held.held[0] == 0 && held.held[1] == epoch));
		kit_custodian_stop(&k[i]);
	}
	free(b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(a_creation_that_is_cut_off_can_be_done_again, setup, teardown),
		cmocka_unit_test_setup_teardown(adding_that_is_cut_off_loses_nothing, setup, teardown),
		cmocka_unit_test_setup_teardown(releasing_that_is_cut_off_loses_nothing, setup, teardown),
		cmocka_unit_test_setup_teardown(destroying_that_is_cut_off_is_all_or_nothing, setup, teardown),
		cmocka_unit_test_setup_teardown(a_rotation_that_is_cut_off_ends_in_one_epoch, setup, teardown),
		cmocka_unit_test_setup_teardown(a_rotation_that_is_dropped_leaves_no_pending_secret, setup, teardown),
		cmocka_unit_test_setup_teardown(a_recovery_that_is_cut_off_is_done_again, setup, teardown),
		cmocka_unit_test_setup_teardown(a_reseal_that_is_cut_off_opens_with_one_secret, setup, teardown),
		cmocka_unit_test_setup_teardown(
			with_custodians_each_cut_leaves_one_epoch_that_opens, setup, teardown),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
