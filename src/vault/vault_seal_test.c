/*
 * vault_seal_test.c: what opens a vault: secrets, recovery sheets, sealers and moving between them.
 */
#include "base.h"

#include <cmocka.h>

#include "vault_test_kit.h"

#include "kit_custodian.h"

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
	NK_OWNED(nk_buf_done) struct nk_buf text = { 0 };
	struct nk_vault_status status;
	struct nk_slot slot;
	struct nk_key key;
	struct nk_str sheets[3];
	struct nk_str some[2];
	struct nk_err err;
	char typed[128];

	nk_buf_init_wiping(&text, 8192);
	add_persons(vault, 1, &slot, &key);
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
	NK_OWNED(nk_buf_done) struct nk_buf text = { 0 };
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

	add_persons(vault, 2, slots, keys);
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

#define VAULT_TEST(name) cmocka_unit_test_setup_teardown(name, room_setup, room_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		VAULT_TEST(the_wrong_secret_is_told_apart),
		VAULT_TEST(a_passphrase_opens_too),
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
