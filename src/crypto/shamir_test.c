/*
 * shamir_test.c: sharing against vectors made with log tables (another method than shamir.c's), and any k of n.
 */
#include "base.h"

#include "crypto.h"

#include <cmocka.h>

/* Randomness that is written down: the coefficients in the order in which they are asked for. */
struct script {
	uint8_t bytes[8][NK_KEY_LEN];
	size_t used;
	size_t len;
};

static nk_rc script_random(void *self, void *buf, size_t len, struct nk_err *err)
{
	struct script *script = self;

	if (script->used >= script->len || len != NK_KEY_LEN) {
		return nk_fail(err, NK_IO, "no randomness in this test");
	}
	memcpy(buf, script->bytes[script->used++], len);
	return nk_done();
}

static void ok(nk_rc rc, const struct nk_err *err)
{
	if (!nk_ok(rc)) {
		fail_msg("%s", err->text[NK_LANG_EN]);
	}
}

static void fill(uint8_t *out, unsigned first, unsigned step)
{
	unsigned i;

	for (i = 0; i < NK_KEY_LEN; i++) {
		out[i] = (uint8_t)((first + step * i) & 0xff);
	}
}

static void want(const struct nk_share *share, unsigned x, const char *hex)
{
	char text[2 * NK_KEY_LEN + 1];

	assert_int_equal(share->x, x);
	nk_hex_print(share->y, sizeof(share->y), text);
	assert_string_equal(text, hex);
}

static void two_of_three_is_the_line_of_the_vector(void **state)
{
	struct script script = { .len = 1 };
	const struct nk_env env = { .self = &script, .random = script_random };
	struct nk_share shares[255];
	struct nk_key secret;
	struct nk_err err;

	(void)state;
	fill(secret.b, 0, 1);
	fill(script.bytes[0], 0xa0, 1);
	ok(nk_shamir_split(&env, &secret, 2, 255, shares, &err), &err);
	want(&shares[0], 1, "a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0");
	want(&shares[1], 2, "5b585d5e57545152434045464f4c494a6b686d6e67646162737075767f7c797a");
	want(&shares[2], 3, "fbf9fffdf3f1f7f5ebe9efede3e1e7e5dbd9dfddd3d1d7d5cbc9cfcdc3c1c7c5");
	want(&shares[254], 255, "b74950ae629c857b06f8e11fd32d34cace3029d71be5fc027f819866aa544db3");
}

static void three_of_five_is_the_parabola_of_the_vector(void **state)
{
	struct script script = { .len = 2 };
	const struct nk_env env = { .self = &script, .random = script_random };
	struct nk_share shares[5];
	struct nk_key secret;
	struct nk_err err;

	(void)state;
	fill(secret.b, 0, 1);
	fill(script.bytes[0], 1, 7); /* of x squared, asked for first */
	fill(script.bytes[1], 0xa0, 1);
	ok(nk_shamir_split(&env, &secret, 3, 5, shares, &err), &err);
	want(&shares[0], 1, "a1a8afb6bd848b9299e0e7eef5fcc3cad1d8df262d343b020910171e656c737a");
	want(&shares[1], 2, "5f78610623c4fd9aa75b42650027def9b4938a4065023bdce1869fb84661183f");
	want(&shares[4], 5, "079ae177d050a335b21e65f854c927ba76eb9064c355a626a1374cd147da22bf");
}

static void shares_of_the_vector_join_to_the_secret(void **state)
{
	static const char *const hex[] = { "a1a8afb6bd848b9299e0e7eef5fcc3cad1d8df262d343b020910171e656c737a",
		"fed1ccb39a45700f36b2af80f9d6133c755a47755c2316c9f08f92bd3f10755a",
		"a4d1b1ef8e867e20f05434410b7efb8e0c7919fe9fc13931e1bfdfaa1a6fbcc9" };
	struct nk_share shares[3] = { { .x = 1 }, { .x = 3 }, { .x = 255 } };
	struct nk_key secret;
	struct nk_key out;
	struct nk_err err;
	size_t i;

	(void)state;
	fill(secret.b, 0, 1);
	for (i = 0; i < 3; i++) {
		assert_true(nk_hex_parse(nk_str_c(hex[i]), shares[i].y, sizeof(shares[i].y)));
	}
	ok(nk_shamir_join(shares, 3, &out, &err), &err);
	assert_true(nk_ct_equal(&secret, &out, sizeof(out)));
	ok(nk_shamir_join(shares, 2, &out, &err), &err); /* one too few: something else comes out */
	assert_false(nk_ct_equal(&secret, &out, sizeof(out)));
}

/* Joins those shares of n whose bits are set in `mask`; true when the secret comes out. */
static bool mask_joins(const struct nk_share *shares, unsigned n, unsigned mask, const struct nk_key *secret)
{
	struct nk_share some[8];
	struct nk_key out;
	struct nk_err err;
	size_t count = 0;
	unsigned i;

	for (i = 0; i < n; i++) {
		if ((mask >> i & 1U) != 0) {
			some[count++] = shares[i];
		}
	}
	return count >= 2 && nk_ok(nk_shamir_join(some, count, &out, &err)) && nk_ct_equal(&out, secret, sizeof(out));
}

static void any_k_of_n_give_it_back_and_fewer_never(void **state)
{
	unsigned n;
	unsigned k;
	unsigned mask;

	(void)state;
	for (n = 2; n <= 7; n++) {
		for (k = 2; k <= n; k++) {
			struct script script = { .len = k - 1 };
			const struct nk_env env = { .self = &script, .random = script_random };
			struct nk_share shares[8];
			struct nk_key secret;
			struct nk_err err;

			fill(secret.b, 17 * n, 5);
			for (mask = 0; mask < 8; mask++) {
				fill(script.bytes[mask], 31 * mask + 11 * k + n, 3 + 2 * mask);
			}
			ok(nk_shamir_split(&env, &secret, k, n, shares, &err), &err);
			for (mask = 0; mask < 1U << n; mask++) {
				assert_int_equal(mask_joins(shares, n, mask, &secret),
					(unsigned)__builtin_popcount(mask) >= k);
			}
		}
	}
}

static void impossible_numbers_are_refused(void **state)
{
	static const unsigned bad[][2] = { { 0, 3 }, { 1, 3 }, { 4, 3 }, { 2, 1 }, { 2, 256 } };
	struct script script = { .len = 0 };
	const struct nk_env env = { .self = &script, .random = script_random };
	struct nk_share shares[3];
	struct nk_key secret = { { 1 } };
	struct nk_err err;
	size_t i;

	(void)state;
	for (i = 0; i < NK_ARRAY_LEN(bad); i++) {
		assert_int_equal(nk_shamir_split(&env, &secret, bad[i][0], bad[i][1], shares, &err).code, NK_INVALID);
	}
}

static void shares_that_cannot_be_joined_are_refused(void **state)
{
	struct nk_share shares[3] = { { .x = 1 }, { .x = 2 }, { .x = 1 } };
	struct nk_key out;
	struct nk_err err;

	(void)state;
	assert_int_equal(nk_shamir_join(shares, 0, &out, &err).code, NK_INVALID);
	assert_int_equal(nk_shamir_join(shares, 1, &out, &err).code, NK_INVALID);
	assert_int_equal(nk_shamir_join(shares, 3, &out, &err).code, NK_INVALID);
	shares[0].x = 0;
	assert_int_equal(nk_shamir_join(shares, 2, &out, &err).code, NK_INVALID);
}

static void without_randomness_no_share_is_left_behind(void **state)
{
	struct script script = { .len = 1 };
	const struct nk_env env = { .self = &script, .random = script_random };
	static const struct nk_share none[3];
	struct nk_share shares[3];
	struct nk_key secret;
	struct nk_err err;

	(void)state;
	fill(secret.b, 9, 9);
	assert_int_equal(nk_shamir_split(&env, &secret, 3, 3, shares, &err).code, NK_IO);
	assert_memory_equal(shares, none, sizeof(none));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(two_of_three_is_the_line_of_the_vector),
		cmocka_unit_test(three_of_five_is_the_parabola_of_the_vector),
		cmocka_unit_test(shares_of_the_vector_join_to_the_secret),
		cmocka_unit_test(any_k_of_n_give_it_back_and_fewer_never),
		cmocka_unit_test(impossible_numbers_are_refused),
		cmocka_unit_test(shares_that_cannot_be_joined_are_refused),
		cmocka_unit_test(without_randomness_no_share_is_left_behind),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
