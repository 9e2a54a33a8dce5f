/*
 * crypto_test.c: the door to the crypto library against published vectors, and what it refuses.
 *
 * Vectors: FIPS 180-2 and RFC 7693 ("abc"), draft-irtf-cfrg-xchacha-03 A.3.1, RFC 8032 7.1, RFC 7748 6.1;
 * keyed BLAKE2b and sub-keys against Python's hashlib.
 */
#include "base.h"

#include "crypto.h"

#include <cmocka.h>

/* A counter as randomness: what is "random" here differs from call to call and is the same in each run. */
struct chance {
	uint64_t next;
	bool fails;
};

static nk_rc chance_random(void *self, void *buf, size_t len, struct nk_err *err)
{
	struct chance *chance = self;
	uint8_t *at = buf;
	size_t i;

	if (chance->fails) {
		return nk_fail(err, NK_IO, "no randomness in this test");
	}
	for (i = 0; i < len; i++) {
		chance->next = chance->next * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
		at[i] = (uint8_t)(chance->next >> 56);
	}
	return nk_done();
}

static struct nk_env env_of(struct chance *chance)
{
	struct nk_env env = { .self = chance, .random = chance_random };

	return env;
}

static void ok(nk_rc rc, const struct nk_err *err)
{
	if (!nk_ok(rc)) {
		fail_msg("%s", err->text[NK_LANG_EN]);
	}
}

static void want_hex(const uint8_t *bytes, size_t len, const char *hex)
{
	char text[2 * 256 + 1];

	assert_true(len <= 256);
	nk_hex_print(bytes, len, text);
	assert_string_equal(text, hex);
}

static void from_hex(const char *hex, uint8_t *out, size_t len)
{
	assert_true(nk_hex_parse(nk_str_c(hex), out, len));
}

static struct nk_key counting_key(uint8_t first)
{
	struct nk_key key = { { 0 } };
	uint8_t i;

	for (i = 0; i < NK_KEY_LEN; i++) {
		key.b[i] = (uint8_t)(first + i);
	}
	return key;
}

static int start(void **state)
{
	struct nk_err err;

	(void)state;
	return nk_ok(nk_crypto_init(&err)) ? 0 : 1;
}

static void hashes_give_the_published_values(void **state)
{
	const struct nk_bytes parts[] = { nk_str_bytes(NK_STR("a")), nk_str_bytes(NK_STR("bc")) };
	const struct nk_bytes framed[] = { nk_str_bytes(NK_STR("abc")), { NULL, 0 }, nk_str_bytes(NK_STR("de")) };
	struct nk_hash hash;

	(void)state;
	nk_sha256(nk_str_bytes(NK_STR("abc")), &hash);
	want_hex(hash.b, sizeof(hash.b), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
	nk_sha256_parts(parts, 2, &hash);
	want_hex(hash.b, sizeof(hash.b), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
	nk_blake(NULL, framed, 3, &hash);
	want_hex(hash.b, sizeof(hash.b), "3a5d6aa1dc44cbf3ad5a09468bcdeb2ed0374f7e06665f9f21256b150c9a222e");
}

static void parts_of_a_blake_hash_cannot_run_together(void **state)
{
	const struct nk_bytes one[] = { nk_str_bytes(NK_STR("ab")), nk_str_bytes(NK_STR("c")) };
	const struct nk_bytes two[] = { nk_str_bytes(NK_STR("a")), nk_str_bytes(NK_STR("bc")) };
	struct nk_hash a;
	struct nk_hash b;

	(void)state;
	nk_blake(NULL, one, 2, &a);
	nk_blake(NULL, two, 2, &b);
	assert_false(nk_ct_equal(a.b, b.b, sizeof(a.b)));
}

static void a_stream_hashes_like_one_piece(void **state)
{
	static const char *const want[] = { "bddd813c634239723171ef3fee98579b94964e3bb1cb3e427262c8c068d52319",
		"ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad" };
	struct nk_err err;
	int kind;

	(void)state;
	for (kind = 0; kind < 2; kind++) {
		NK_OWNED(nk_hasher_free) struct nk_hasher *h = NULL;
		struct nk_hash hash;

		ok(nk_hasher_new(kind == 1, NULL, &h, &err), &err);
		nk_hasher_add(h, nk_str_bytes(NK_STR("a")));
		nk_hasher_add(h, nk_str_bytes(NK_STR("bc")));
		nk_hasher_end(h, &hash);
		want_hex(hash.b, sizeof(hash.b), want[kind]);
	}
}

static void keyed_hashes_agree_with_another_library(void **state)
{
	const struct nk_key a = counting_key(0);
	const struct nk_key b = counting_key(32);
	struct nk_key out;
	uint8_t mac[NK_MAC_LEN];

	(void)state;
	nk_mac16(&a, nk_str_bytes(NK_STR("abc")), mac);
	want_hex(mac, sizeof(mac), "1a64be47e4729d951c302ee543f97cf3");
	nk_key_mix(&a, &b, &out);
	want_hex(out.b, sizeof(out.b), "efd7a7d60617909f53c9ff5064751b987e4234ba2c91d8908760b5de6fddc7c8");
	nk_key_derive(&a, 5, "nktestkd", &out);
	want_hex(out.b, sizeof(out.b), "a42ae8cad569410f767df3ac85b55d6829cfdd1b91489c08391cf5a9c7eb9b2d");
}

static void a_box_opens_as_published(void **state)
{
	uint8_t box[24 + 114 + 16];
	uint8_t aad[12];
	uint8_t plain[114];
	struct nk_key key;

	(void)state;
	from_hex("808182838485868788898a8b8c8d8e8f909192939495969798999a9b9c9d9e9f", key.b, sizeof(key.b));
	from_hex("50515253c0c1c2c3c4c5c6c7", aad, sizeof(aad));
	from_hex("404142434445464748494a4b4c4d4e4f5051525354555657"
		 "bd6d179d3e83d43b9576579493c0e939572a1700252bfaccbed2902c"
		 "21396cbb731c7f1b0b4aa6440bf3a82f4eda7e39ae64c6708c54c216"
		 "cb96b72e1213b4522f8c9ba40db5d945b11b69b982c1bb9e3f3fac2b"
		 "c369488f76b2383565d3fff921f9664c97637da9768812f615c68b13b52e"
		 "c0875924c1c7987947deafd8780acf49",
		box, sizeof(box));
	assert_true(nk_open(&key, nk_bytes_of(aad, sizeof(aad)), nk_bytes_of(box, sizeof(box)), plain));
	assert_true(
		nk_bytes_eq(nk_bytes_of(plain, 38), nk_str_bytes(NK_STR("Ladies and Gentlemen of the class of '"))));
}

static void a_changed_box_opens_nothing_and_leaves_nothing(void **state)
{
	static const uint8_t zeros[5];
	struct chance chance = { 1, false };
	const struct nk_env env = env_of(&chance);
	const struct nk_key key = counting_key(7);
	const struct nk_bytes aad = nk_str_bytes(NK_STR("slot 1"));
	uint8_t box[5 + NK_SEAL_EXTRA];
	uint8_t plain[5];
	struct nk_err err;
	size_t i;

	(void)state;
	ok(nk_seal(&env, &key, aad, nk_str_bytes(NK_STR("12345")), box, &err), &err);
	assert_true(nk_open(&key, aad, nk_bytes_of(box, sizeof(box)), plain));
	assert_memory_equal(plain, "12345", 5);
	for (i = 0; i < sizeof(box); i++) {
		box[i] ^= 1;
		assert_false(nk_open(&key, aad, nk_bytes_of(box, sizeof(box)), plain));
		assert_memory_equal(plain, zeros, sizeof(zeros));
		box[i] ^= 1;
	}
	assert_false(nk_open(&key, nk_str_bytes(NK_STR("slot 2")), nk_bytes_of(box, sizeof(box)), plain));
	assert_false(nk_open(&key, aad, nk_bytes_of(box, NK_SEAL_EXTRA - 1), plain));
}

static void a_wrapped_key_comes_back_under_its_own_key_only(void **state)
{
	struct chance chance = { 2, false };
	const struct nk_env env = env_of(&chance);
	const struct nk_key kek = counting_key(1);
	const struct nk_key other = counting_key(2);
	const struct nk_key key = counting_key(3);
	const uint8_t nonce[NK_NONCE_LEN] = { 9 };
	uint8_t box[NK_WRAP_LEN];
	uint8_t again[NK_WRAP_LEN];
	struct nk_key out;
	struct nk_err err;

	(void)state;
	ok(nk_wrap(&env, &kek, (struct nk_bytes){ NULL, 0 }, &key, box, &err), &err);
	assert_true(nk_unwrap(&kek, (struct nk_bytes){ NULL, 0 }, box, &out));
	assert_true(nk_ct_equal(&out, &key, sizeof(key)));
	assert_false(nk_unwrap(&other, (struct nk_bytes){ NULL, 0 }, box, &out));
	ok(nk_wrap(&env, &kek, (struct nk_bytes){ NULL, 0 }, &key, again, &err), &err);
	assert_false(nk_ct_equal(box, again, sizeof(box))); /* a nonce of its own each time */
	nk_wrap_nonce(&kek, (struct nk_bytes){ NULL, 0 }, &key, nonce, box);
	assert_memory_equal(box, nonce, sizeof(nonce));
	assert_true(nk_unwrap(&kek, (struct nk_bytes){ NULL, 0 }, box, &out));
	assert_true(nk_ct_equal(&out, &key, sizeof(key)));
}

static void without_randomness_nothing_is_sealed(void **state)
{
	struct chance chance = { 2, true };
	const struct nk_env env = env_of(&chance);
	const struct nk_key key = counting_key(1);
	uint8_t box[NK_WRAP_LEN];
	struct nk_err err;

	(void)state;
	assert_int_equal(nk_wrap(&env, &key, (struct nk_bytes){ NULL, 0 }, &key, box, &err).code, NK_IO);
}

static void padding_hides_the_length_and_comes_off_again(void **state)
{
	struct nk_err err;
	size_t len;

	(void)state;
	for (len = 0; len <= 130; len++) {
		NK_OWNED(nk_buf_done) struct nk_buf buf = { 0 };
		size_t got = SIZE_MAX;
		size_t i;

		nk_buf_init_wiping(&buf, 1024);
		for (i = 0; i < len; i++) {
			ok(nk_buf_add_byte(&buf, 0x80, &err), &err);
		}
		ok(nk_pad(&buf, &err), &err);
		assert_int_equal(buf.len, (len / 64 + 1) * 64);
		assert_true(nk_unpad(nk_buf_bytes(&buf), &got));
		assert_int_equal(got, len);
	}
}

static void padding_that_nobody_made_is_refused(void **state)
{
	uint8_t block[128] = { 0 };
	size_t len = 0;

	(void)state;
	assert_false(nk_unpad(nk_bytes_of(block, 0), &len));
	assert_false(nk_unpad(nk_bytes_of(block, 63), &len));
	assert_false(nk_unpad(nk_bytes_of(block, 64), &len));
	block[0] = 0x80; /* too far from the end: 128 bytes have at most 64 of padding */
	assert_false(nk_unpad(nk_bytes_of(block, 128), &len));
	block[127] = 1;
	assert_false(nk_unpad(nk_bytes_of(block, 128), &len));
}

static void signatures_are_those_of_the_rfc(void **state)
{
	struct nk_key seed;
	uint8_t pub[NK_SIGN_PUB_LEN];
	uint8_t sig[NK_SIG_LEN];
	const uint8_t msg = 0x72;

	(void)state;
	from_hex("4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb", seed.b, sizeof(seed.b));
	nk_sign_public(&seed, pub);
	want_hex(pub, sizeof(pub), "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c");
	nk_sign(&seed, nk_bytes_of(&msg, 1), sig);
	want_hex(sig, sizeof(sig),
		"92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223"
		"ebdb69da085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00");
	assert_true(nk_sign_verify(pub, nk_bytes_of(&msg, 1), sig));
	sig[10] ^= 1;
	assert_false(nk_sign_verify(pub, nk_bytes_of(&msg, 1), sig));
	sig[10] ^= 1;
	assert_false(nk_sign_verify(pub, nk_bytes_of(&msg, 0), sig));
}

static void public_exchange_keys_are_those_of_the_rfc(void **state)
{
	struct nk_key secret;
	uint8_t pub[32];

	(void)state;
	from_hex("5dab087e624a8a4b79e17f8b83800ee66f3bb1292618b6fd1c2f8b27ff88e0eb", secret.b, sizeof(secret.b));
	nk_kx_public(&secret, pub);
	want_hex(pub, sizeof(pub), "de9edb7d7b7dc1b4d35b61c2ece435373f8343c85b78674dadfc7e146f882b4f");
}

static void two_sides_get_one_session_key_and_a_third_does_not(void **state)
{
	struct chance chance = { 3, false };
	const struct nk_env env = env_of(&chance);
	struct nk_kx_pair vault;
	struct nk_kx_pair vault_eph;
	struct nk_kx_pair custodian;
	struct nk_kx_pair custodian_eph;
	struct nk_kx_pair thief;
	struct nk_key a;
	struct nk_key b;
	struct nk_key c;
	struct nk_err err;

	(void)state;
	ok(nk_kx_new(&env, &vault, &err), &err);
	ok(nk_kx_new(&env, &vault_eph, &err), &err);
	ok(nk_kx_new(&env, &custodian, &err), &err);
	ok(nk_kx_new(&env, &custodian_eph, &err), &err);
	ok(nk_kx_new(&env, &thief, &err), &err);
	ok(nk_session_key(true, &vault, &vault_eph, custodian.pub, custodian_eph.pub, &a, &err), &err);
	ok(nk_session_key(false, &custodian, &custodian_eph, vault.pub, vault_eph.pub, &b, &err), &err);
	assert_true(nk_ct_equal(&a, &b, sizeof(a)));
	/* somebody with both ephemeral values but another static key */
	ok(nk_session_key(true, &thief, &vault_eph, custodian.pub, custodian_eph.pub, &c, &err), &err);
	assert_false(nk_ct_equal(&a, &c, sizeof(a)));
	/* a new session has a new key */
	ok(nk_kx_new(&env, &vault_eph, &err), &err);
	ok(nk_session_key(true, &vault, &vault_eph, custodian.pub, custodian_eph.pub, &c, &err), &err);
	assert_false(nk_ct_equal(&a, &c, sizeof(a)));
}

static void a_weak_public_key_is_refused(void **state)
{
	static const uint8_t zero[32];
	struct chance chance = { 4, false };
	const struct nk_env env = env_of(&chance);
	struct nk_kx_pair own;
	struct nk_kx_pair peer;
	struct nk_key key;
	struct nk_err err;

	(void)state;
	ok(nk_kx_new(&env, &own, &err), &err);
	ok(nk_kx_new(&env, &peer, &err), &err);
	assert_int_equal(nk_session_key(true, &own, &own, peer.pub, zero, &key, &err).code, NK_INVALID);
	assert_int_equal(nk_session_key(false, &own, &own, zero, peer.pub, &key, &err).code, NK_INVALID);
}

static void a_passphrase_gives_the_same_key_for_the_same_salt_only(void **state)
{
	struct nk_kdf_params p = { .salt = { 1 }, .passes = 1, .memory_kb = 64 };
	struct nk_key a;
	struct nk_key b;
	struct nk_err err;

	(void)state;
	ok(nk_kdf_passphrase(&p, nk_str_bytes(NK_STR("open sesame")), &a, &err), &err);
	ok(nk_kdf_passphrase(&p, nk_str_bytes(NK_STR("open sesame")), &b, &err), &err);
	assert_true(nk_ct_equal(&a, &b, sizeof(a)));
	ok(nk_kdf_passphrase(&p, nk_str_bytes(NK_STR("open sesamf")), &b, &err), &err);
	assert_false(nk_ct_equal(&a, &b, sizeof(a)));
	p.salt[15] = 1;
	ok(nk_kdf_passphrase(&p, nk_str_bytes(NK_STR("open sesame")), &b, &err), &err);
	assert_false(nk_ct_equal(&a, &b, sizeof(a)));
	nk_kdf_keyfile(&p, nk_str_bytes(NK_STR("open sesame")), &a);
	assert_false(nk_ct_equal(&a, &b, sizeof(a)));
}

static void passphrase_settings_out_of_bounds_are_refused(void **state)
{
	const struct nk_kdf_params bad[] = {
		{ .passes = 0, .memory_kb = 64 },
		{ .passes = 17, .memory_kb = 64 },
		{ .passes = 1, .memory_kb = 7 },
		{ .passes = 1, .memory_kb = UINT32_MAX },
	};
	struct nk_key key;
	struct nk_err err;
	size_t i;

	(void)state;
	for (i = 0; i < NK_ARRAY_LEN(bad); i++) {
		assert_int_equal(nk_kdf_passphrase(&bad[i], nk_str_bytes(NK_STR("x")), &key, &err).code, NK_INVALID);
	}
}

static void a_kept_key_is_a_copy_and_dropping_it_forgets_it(void **state)
{
	const struct nk_key key = counting_key(4);
	struct nk_key *kept = NULL;
	void *room = NULL;
	struct nk_err err;

	(void)state;
	ok(nk_key_keep(&key, &kept, &err), &err);
	assert_true(nk_ct_equal(kept, &key, sizeof(key)));
	nk_key_drop(&kept);
	assert_null(kept);
	nk_key_drop(&kept);
	ok(nk_locked_new(0, &room, &err), &err);
	nk_locked_free(&room);
	assert_null(room);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(hashes_give_the_published_values),
		cmocka_unit_test(parts_of_a_blake_hash_cannot_run_together),
		cmocka_unit_test(a_stream_hashes_like_one_piece),
		cmocka_unit_test(keyed_hashes_agree_with_another_library),
		cmocka_unit_test(a_box_opens_as_published),
		cmocka_unit_test(a_changed_box_opens_nothing_and_leaves_nothing),
		cmocka_unit_test(a_wrapped_key_comes_back_under_its_own_key_only),
		cmocka_unit_test(without_randomness_nothing_is_sealed),
		cmocka_unit_test(padding_hides_the_length_and_comes_off_again),
		cmocka_unit_test(padding_that_nobody_made_is_refused),
		cmocka_unit_test(signatures_are_those_of_the_rfc),
		cmocka_unit_test(public_exchange_keys_are_those_of_the_rfc),
		cmocka_unit_test(two_sides_get_one_session_key_and_a_third_does_not),
		cmocka_unit_test(a_weak_public_key_is_refused),
		cmocka_unit_test(a_passphrase_gives_the_same_key_for_the_same_salt_only),
		cmocka_unit_test(passphrase_settings_out_of_bounds_are_refused),
		cmocka_unit_test(a_kept_key_is_a_copy_and_dropping_it_forgets_it),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, start, NULL);
}
