/*
 * sealer_test.c: every sealer keeps the same promises (a contract run over both), and what receipts and levels
 * are worth.
 */
#include "base.h"

#include <cmocka.h>
#include <sys/stat.h>

#include "custodian_client.h"
#include "kit.h"
#include "sealer.h"

#include "kit_custodian.h"

static const uint8_t rotation_a[NK_ROTATION_ID_LEN] = { 'a' };
static const uint8_t rotation_b[NK_ROTATION_ID_LEN] = { 'b' };
static const struct nk_key secret_1 = { { 1, 1, 1 } };
static const struct nk_key secret_2 = { { 2, 2, 2 } };

struct fixture {
	struct kit_tmp tmp;
	const struct nk_sealer *sealer;
	struct nk_sealer_handle *handle;
	struct nk_sealer_settings settings;
	struct kit_custodian k[3];
	const char *addresses[3];
};

static void open_sealer(struct fixture *f, const char *name)
{
	struct nk_err err;

	f->sealer = nk_sealer_find(nk_str_c(name));
	assert_non_null(f->sealer);
	f->settings.dir = f->tmp.dir;
	f->settings.threshold = 2;
	f->settings.organisation = NK_STR("Test School");
	kit_ok(f->sealer->open(kit_env(), &f->settings, &f->handle, &err), &err);
}

static int setup_file(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));

	kit_seed(3);
	f->tmp = kit_tmp();
	open_sealer(f, "file");
	*state = f;
	return 0;
}

static int setup_custodians(void **state)
{
	static const char *const names[] = { "office", "board", "library" };
	struct fixture *f = calloc(1, sizeof(*f));
	unsigned i;

	kit_seed(4);
	f->tmp = kit_tmp();
	for (i = 0; i < 3; i++) {
		f->k[i] = kit_custodian_start(f->tmp.dir, names[i], false);
		f->addresses[i] = f->k[i].address;
	}
	f->settings.custodians = f->addresses;
	f->settings.n_custodians = 3;
	open_sealer(f, "custodian");
	*state = f;
	return 0;
}

static int teardown(void **state)
{
	struct fixture *f = *state;
	unsigned i;

	f->sealer->close(&f->handle);
	for (i = 0; i < 3; i++) {
		kit_custodian_stop(&f->k[i]);
	}
	kit_tmp_done(&f->tmp);
	free(f);
	return 0;
}

static void put(struct fixture *f, uint64_t epoch, const uint8_t *rotation, const struct nk_key *secret)
{
	struct nk_err err;

	kit_ok(f->sealer->put(f->handle, epoch, rotation, secret, &err), &err);
}

static void gives(struct fixture *f, uint64_t epoch, const struct nk_key *want)
{
	struct nk_key got;
	struct nk_err err;

	kit_ok(f->sealer->get(f->handle, epoch, &got, &err), &err);
	assert_true(nk_ct_equal(&got, want, sizeof(got)));
}

static enum nk_code get_code(struct fixture *f, uint64_t epoch)
{
	struct nk_key got;
	struct nk_err err;

	return f->sealer->get(f->handle, epoch, &got, &err).code;
}

static void two_epochs_live_side_by_side_until_one_is_destroyed(void **state)
{
	struct fixture *f = *state;
	struct nk_receipt receipts[NK_RECEIPTS_MAX];
	struct nk_receipt again[NK_RECEIPTS_MAX];
	size_t n = 0;
	size_t n_again = 0;
	size_t i;
	struct nk_err err;

	put(f, 1, rotation_a, &secret_1);
	put(f, 1, rotation_a, &secret_1);
	put(f, 2, rotation_b, &secret_2);
	gives(f, 1, &secret_1);
	gives(f, 2, &secret_2);
	kit_ok(f->sealer->destroy(f->handle, 2, rotation_b, receipts, &n, &err), &err);
	assert_true(n >= 1);
	assert_int_equal(get_code(f, 1), NK_GONE);
	gives(f, 2, &secret_2);
	kit_clock_move(5 * NK_SECOND);
	kit_ok(f->sealer->destroy(f->handle, 2, rotation_b, again, &n_again, &err), &err);
	assert_int_equal(n, n_again);
	for (i = 0; i < n; i++) {
		assert_int_equal(receipts[i].epoch, 1);
		assert_memory_equal(receipts[i].rotation, rotation_b, sizeof(rotation_b));
		assert_int_equal(receipts[i].at, again[i].at);
		assert_memory_equal(receipts[i].sig, again[i].sig, sizeof(again[i].sig));
	}
	gives(f, 2, &secret_2);
}

static void a_drop_takes_only_the_pending_secret_of_its_rotation(void **state)
{
	struct fixture *f = *state;
	struct nk_err err;

	put(f, 1, rotation_a, &secret_1);
	put(f, 2, rotation_b, &secret_2);
	kit_ok(f->sealer->drop(f->handle, 2, rotation_a, &err), &err);
	gives(f, 2, &secret_2);
	kit_ok(f->sealer->drop(f->handle, 2, rotation_b, &err), &err);
	kit_ok(f->sealer->drop(f->handle, 2, rotation_b, &err), &err);
	assert_int_equal(get_code(f, 2), NK_UNAVAILABLE);
	gives(f, 1, &secret_1);
	put(f, 2, rotation_a, &secret_2);
	gives(f, 2, &secret_2);
}

static void a_secret_that_is_held_is_not_overwritten(void **state)
{
	struct fixture *f = *state;
	struct nk_err err;

	put(f, 1, rotation_a, &secret_1);
	assert_false(nk_ok(f->sealer->put(f->handle, 1, rotation_b, &secret_2, &err)));
	assert_false(nk_ok(f->sealer->put(f->handle, 3, rotation_b, &secret_2, &err)));
	gives(f, 1, &secret_1);
}

static void what_was_destroyed_does_not_come_back(void **state)
{
	struct fixture *f = *state;
	struct nk_receipt receipts[NK_RECEIPTS_MAX];
	size_t n = 0;
	struct nk_err err;

	put(f, 1, rotation_a, &secret_1);
	put(f, 2, rotation_b, &secret_2);
	kit_ok(f->sealer->destroy(f->handle, 2, rotation_b, receipts, &n, &err), &err);
	assert_false(nk_ok(f->sealer->put(f->handle, 1, rotation_a, &secret_1, &err)));
	assert_int_equal(get_code(f, 1), NK_GONE);
}

static void an_epoch_that_nobody_made_is_unavailable(void **state)
{
	struct fixture *f = *state;

	if (f->k[0].pid > 0) {
		put(f, 1, rotation_a, &secret_1);
	}
	assert_int_equal(get_code(f, 7), NK_UNAVAILABLE);
}

static void the_file_sealer_is_never_worth_more_than_e2(void **state)
{
	struct fixture *f = *state;
	struct nk_receipt receipts[NK_RECEIPTS_MAX];
	size_t n = 0;
	struct nk_err err;
	char path[128];
	FILE *file = NULL;
	uint8_t bytes[8192];
	size_t len = 0;

	put(f, 1, rotation_a, &secret_1);
	put(f, 2, rotation_b, &secret_2);
	kit_ok(f->sealer->destroy(f->handle, 2, rotation_b, receipts, &n, &err), &err);
	assert_int_equal(f->sealer->cap(receipts, n, 1, 1), NK_LEVEL_E2);
	assert_string_equal(receipts[0].medium, "file");
	assert_string_equal(receipts[0].organisation, "Test School");
	assert_false(nk_receipt_ok(&receipts[0]));
	(void)snprintf(path, sizeof(path), "%s/epoch", f->tmp.dir);
	file = fopen(path, "rb");
	assert_non_null(file);
	len = fread(bytes, 1, sizeof(bytes), file);
	(void)fclose(file);
	assert_null(memmem(bytes, len, secret_1.b, sizeof(secret_1.b)));
	assert_non_null(memmem(bytes, len, secret_2.b, sizeof(secret_2.b)));
}

static void any_two_of_three_custodians_are_enough_and_one_is_not(void **state)
{
	struct fixture *f = *state;
	unsigned i;

	put(f, 1, rotation_a, &secret_1);
	kit_custodian_stop(&f->k[0]);
	gives(f, 1, &secret_1);
	kit_custodian_stop(&f->k[2]);
	assert_int_equal(get_code(f, 1), NK_UNAVAILABLE);
	for (i = 0; i < 3; i++) {
		kit_custodian_stop(&f->k[i]);
	}
	assert_int_equal(get_code(f, 1), NK_UNAVAILABLE);
}

static void a_put_needs_all_custodians_and_names_who_is_missing(void **state)
{
	struct fixture *f = *state;
	struct nk_err err;

	kit_custodian_stop(&f->k[1]);
	kit_fails(f->sealer->put(f->handle, 1, rotation_a, &secret_1, &err), NK_UNAVAILABLE);
	assert_non_null(strstr(err.text[0], "board"));
	kit_fails(f->sealer->drop(f->handle, 1, rotation_a, &err), NK_UNAVAILABLE);
	assert_non_null(strstr(err.text[0], "board"));
}

static void destruction_needs_so_many_that_the_rest_cannot_join(void **state)
{
	struct fixture *f = *state;
	struct nk_receipt receipts[NK_RECEIPTS_MAX];
	size_t n = 0;
	struct nk_err err;

	put(f, 1, rotation_a, &secret_1);
	put(f, 2, rotation_b, &secret_2);
	kit_custodian_stop(&f->k[0]);
	kit_ok(f->sealer->destroy(f->handle, 2, rotation_b, receipts, &n, &err), &err);
	assert_int_equal(n, 2);
	assert_string_equal(receipts[0].holder, "board");
	assert_string_equal(receipts[0].medium, "memory");
	assert_true(nk_receipt_ok(&receipts[0]));
	kit_custodian_stop(&f->k[1]);
	kit_fails(f->sealer->destroy(f->handle, 2, rotation_b, receipts, &n, &err), NK_UNAVAILABLE);
}

/* A share from a custodian that was lied to, or that lies: the check of the secret finds the two that are true. */
static void a_wrong_share_is_found_out(void **state)
{
	struct fixture *f = *state;
	struct nk_sealer_handle *liar = NULL;
	struct nk_sealer_settings settings = f->settings;
	const char *other[2] = { f->addresses[0], f->addresses[1] };
	struct nk_err err;

	put(f, 1, rotation_a, &secret_1);
	/* office drops its share and gets one of another secret, by a session of the same vault */
	settings.custodians = other;
	settings.n_custodians = 2;
	kit_ok(f->sealer->open(kit_env(), &settings, &liar, &err), &err);
	kit_ok(f->sealer->drop(liar, 1, rotation_a, &err), &err);
	kit_ok(f->sealer->put(liar, 1, rotation_b, &secret_2, &err), &err);
	f->sealer->close(&liar);
	/* now office and board hold shares of secret 2, library one of secret 1 */
	gives(f, 1, &secret_2);
}

static void an_impostor_without_the_custodians_key_gets_nothing(void **state)
{
	struct fixture *f = *state;
	struct nk_sealer_handle *h = NULL;
	char wrong[3][512];
	const char *addresses[3];
	struct nk_sealer_settings settings = f->settings;
	struct nk_err err;
	unsigned i;

	for (i = 0; i < 3; i++) {
		char *at = NULL;

		(void)snprintf(wrong[i], sizeof(wrong[i]), "%s", f->addresses[i]);
		at = strchr(wrong[i], '#') + 1 + 64; /* another X25519 key than the one that answers */
		at[3] = at[3] == '0' ? '1' : '0';
		addresses[i] = wrong[i];
	}
	settings.custodians = addresses;
	kit_ok(f->sealer->open(kit_env(), &settings, &h, &err), &err);
	kit_fails(f->sealer->put(h, 1, rotation_a, &secret_1, &err), NK_UNAVAILABLE);
	f->sealer->close(&h);
}

static void addresses_are_read_or_refused_with_a_reason(void **state)
{
	static const char keys[] = "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f"
				   "202122232425262728292a2b2c2d2e2f303132333435363738393a3b3c3d3e3f";
	static const char *const bad[] = { "", "office", "office=", "office=unix:#%s", "=unix:/x#%s",
		"office=host#%s", "office=host:0#%s", "office=host:65536#%s", "office=:1#%s", "office=unix:/x#00",
		"office=unix:/x#%s0", "a-name-that-is-longer-than-thirty-one-bytes=unix:/x#%s" };
	struct nk_caddress address;
	struct nk_err err;
	char text[512];
	size_t i;

	(void)state;
	(void)snprintf(text, sizeof(text), "office=unix:/run/office.sock#%s", keys);
	kit_ok(nk_caddress_parse(text, &address, &err), &err);
	assert_string_equal(address.name, "office");
	assert_string_equal(address.host, "/run/office.sock");
	assert_int_equal(address.port, 0);
	assert_int_equal(address.kx_pub[0], 0x20);
	(void)snprintf(text, sizeof(text), "board=[2001:db8::1]:7001#%s", keys);
	kit_ok(nk_caddress_parse(text, &address, &err), &err);
	assert_string_equal(address.host, "2001:db8::1");
	assert_int_equal(address.port, 7001);
	for (i = 0; i < NK_ARRAY_LEN(bad); i++) {
		const char *hole = strstr(bad[i], "%s");
		const int head = hole != NULL ? (int)(hole - bad[i]) : (int)strlen(bad[i]);

		(void)snprintf(text, sizeof(text), "%.*s%s%s", head, bad[i], hole != NULL ? keys : "",
			hole != NULL ? hole + 2 : "");
		kit_fails(nk_caddress_parse(text, &address, &err), NK_CONFIG);
	}
}

static void custodians_must_be_different_and_enough(void **state)
{
	struct fixture *f = *state;
	struct nk_sealer_settings settings = f->settings;
	const char *twice[3] = { f->addresses[0], f->addresses[1], f->addresses[0] };
	struct nk_sealer_handle *h = NULL;
	struct nk_err err;

	settings.threshold = 4;
	kit_fails(f->sealer->open(kit_env(), &settings, &h, &err), NK_CONFIG);
	settings.threshold = 1;
	kit_fails(f->sealer->open(kit_env(), &settings, &h, &err), NK_CONFIG);
	settings.threshold = 2;
	settings.custodians = twice;
	kit_fails(f->sealer->open(kit_env(), &settings, &h, &err), NK_CONFIG);
}

static struct nk_receipt receipt_of(uint8_t who, const char *host, const char *medium)
{
	struct nk_receipt r = { .epoch = 4, .at = KIT_START };
	struct nk_key seed = { { who } };
	NK_OWNED(nk_buf_done) struct nk_buf text = { 0 };
	struct nk_err err;

	(void)snprintf(r.holder, sizeof(r.holder), "c%u", (unsigned)who);
	(void)snprintf(r.host, sizeof(r.host), "%s", host);
	(void)snprintf(r.medium, sizeof(r.medium), "%s", medium);
	nk_sign_public(&seed, r.pub);
	nk_buf_init(&text, 4096);
	kit_ok(nk_receipt_text(&r, &text, &err), &err);
	nk_sign(&seed, nk_buf_bytes(&text), r.sig);
	return r;
}

/* DECISIONS 6: n-k+1 receipts, from media that are not files, on different hosts, by different keys. */
static void e3_needs_enough_receipts_from_different_hosts_and_no_files(void **state)
{
	const struct nk_sealer *sealer = nk_sealer_find(NK_STR("custodian"));
	struct nk_receipt r[3] = { receipt_of(1, "one", "memory"), receipt_of(2, "two", "tpm"),
		receipt_of(3, "three", "file") };

	(void)state;
	assert_int_equal(sealer->cap(r, 2, 3, 2), NK_LEVEL_E3);
	assert_int_equal(sealer->cap(r, 3, 3, 2), NK_LEVEL_E3);
	assert_int_equal(sealer->cap(r, 1, 3, 2), NK_LEVEL_E2);
	assert_int_equal(sealer->cap(r + 1, 2, 3, 2), NK_LEVEL_E2); /* one of them a file */
	assert_int_equal(sealer->cap(r, 2, 4, 2), NK_LEVEL_E2);
	assert_int_equal(sealer->cap(r, 0, 0, 0), NK_LEVEL_E2);
	r[1] = receipt_of(2, "one", "memory");
	assert_int_equal(sealer->cap(r, 3, 3, 2), NK_LEVEL_E2); /* two on one host */
	r[1] = receipt_of(1, "two", "memory");
	assert_int_equal(sealer->cap(r, 2, 3, 2), NK_LEVEL_E2); /* one party with two hosts */
	r[1] = receipt_of(2, "two", "memory");
	r[1].epoch++;
	assert_int_equal(sealer->cap(r, 2, 3, 2), NK_LEVEL_E2); /* not what was signed */
}

static void a_receipts_signature_covers_every_field(void **state)
{
	const struct nk_receipt good = receipt_of(1, "one", "memory");
	struct nk_receipt r = good;

	(void)state;
	assert_true(nk_receipt_ok(&good));
	r.at++;
	assert_false(nk_receipt_ok(&r));
	r = good;
	r.medium[0] = 'M';
	assert_false(nk_receipt_ok(&r));
	r = good;
	r.host[0] = 'O';
	assert_false(nk_receipt_ok(&r));
	r = good;
	r.organisation[0] = 'X';
	assert_false(nk_receipt_ok(&r));
	r = good;
	r.holder[0] = 'd';
	assert_false(nk_receipt_ok(&r));
	r = good;
	r.rotation[15] = 1;
	assert_false(nk_receipt_ok(&r));
}

static void a_receipts_text_is_canonical(void **state)
{
	const struct nk_receipt r = receipt_of(1, "one", "memory");
	NK_OWNED(nk_buf_done) struct nk_buf text = { 0 };
	struct nk_err err;

	(void)state;
	nk_buf_init(&text, 4096);
	kit_ok(nk_receipt_text(&r, &text, &err), &err);
	assert_true(nk_str_eq(nk_buf_str(&text),
		NK_STR("{\"at\":1775001600000000,\"epoch\":4,\"holder\":\"c1\",\"host\":\"one\","
		       "\"medium\":\"memory\",\"organisation\":\"\","
		       "\"rotation\":\"00000000000000000000000000000000\","
		       "\"statement\":\"every epoch secret up to this epoch is destroyed here\"}")));
}

/* A file system may keep the blocks of a file that another one replaced: only what is overwritten in place is gone. */
static void the_epoch_file_is_overwritten_and_never_made_anew(void **state)
{
	struct fixture *f = *state;
	NK_OWNED(nk_buf_done) struct nk_buf bytes = { 0 };
	struct nk_receipt receipts[NK_RECEIPTS_MAX];
	struct nk_key secret;
	struct stat before;
	struct stat after;
	char path[300];
	size_t n = 0;
	struct nk_err err;

	memset(secret.b, 0xa5, sizeof(secret.b));
	(void)snprintf(path, sizeof(path), "%s/epoch", f->tmp.dir);
	put(f, 1, rotation_a, &secret);
	assert_int_equal(stat(path, &before), 0);
	put(f, 2, rotation_b, &secret_2);
	kit_ok(f->sealer->destroy(f->handle, 2, rotation_b, receipts, &n, &err), &err);
	assert_int_equal(stat(path, &after), 0);
	assert_true(before.st_ino == after.st_ino);
	nk_buf_init(&bytes, 1 << 16);
	kit_ok(nk_env_read_all(kit_env(), path, 1 << 16, &bytes, &err), &err);
	assert_true(nk_str_find(nk_buf_str(&bytes), (struct nk_str){ (const char *)secret.b, sizeof(secret.b) }) == SIZE_MAX);
	assert_true(nk_str_find(nk_buf_str(&bytes), (struct nk_str){ (const char *)secret_2.b, sizeof(secret_2.b) }) != SIZE_MAX);
}

static void names_that_are_no_row_are_not_found(void **state)
{
	(void)state;
	assert_null(nk_sealer_find(NK_STR("tpm")));
	assert_null(nk_sealer_find(NK_STR("")));
}

#define WITH_FILE(name) cmocka_unit_test_setup_teardown(name, setup_file, teardown)
#define WITH_CUSTODIANS(name)                                              \
	{                                                                  \
#name "_custodian", name, setup_custodians, teardown, NULL \
	}
#define BOTH(name) WITH_FILE(name), WITH_CUSTODIANS(name)
#define OURS(name) cmocka_unit_test_setup_teardown(name, setup_custodians, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		BOTH(two_epochs_live_side_by_side_until_one_is_destroyed),
		BOTH(a_drop_takes_only_the_pending_secret_of_its_rotation),
		BOTH(a_secret_that_is_held_is_not_overwritten),
		BOTH(what_was_destroyed_does_not_come_back),
		BOTH(an_epoch_that_nobody_made_is_unavailable),
		cmocka_unit_test_setup_teardown(the_file_sealer_is_never_worth_more_than_e2, setup_file, teardown),
		WITH_FILE(the_epoch_file_is_overwritten_and_never_made_anew),
		OURS(any_two_of_three_custodians_are_enough_and_one_is_not),
		OURS(a_put_needs_all_custodians_and_names_who_is_missing),
		OURS(destruction_needs_so_many_that_the_rest_cannot_join),
		OURS(a_wrong_share_is_found_out),
		OURS(an_impostor_without_the_custodians_key_gets_nothing),
		OURS(custodians_must_be_different_and_enough),
		cmocka_unit_test(addresses_are_read_or_refused_with_a_reason),
		cmocka_unit_test(e3_needs_enough_receipts_from_different_hosts_and_no_files),
		cmocka_unit_test(a_receipts_signature_covers_every_field),
		cmocka_unit_test(a_receipts_text_is_canonical),
		cmocka_unit_test(names_that_are_no_row_are_not_found),
	};
	struct nk_err err;

	if (!nk_ok(nk_crypto_init(&err))) {
		return 1;
	}
	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
