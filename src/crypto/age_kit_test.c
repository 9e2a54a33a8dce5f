/*
 * age_kit_test.c: the primitives of foreign formats against the vectors of their RFCs.
 */
#include "base.h"
#include "crypto_age.h"

#include <cmocka.h>

static size_t hex(const char *text, uint8_t *out)
{
	const size_t n = strlen(text) / 2;

	assert_true(nk_hex_parse(nk_str_c(text), out, n));
	return n;
}

static void is_hex(const uint8_t *got, size_t len, const char *wanted)
{
	char text[200];

	assert_true(2 * len < sizeof(text));
	nk_hex_print(got, len, text);
	assert_string_equal(text, wanted);
}

static void x25519_is_that_of_rfc_7748(void **state)
{
	struct nk_key own;
	struct nk_key out;
	uint8_t peer[32];

	(void)state;
	hex("a546e36bf0527c9d3b16154b82465edd62144c0ac1fc5a18506a2244ba449ac4", own.b);
	hex("e6db6867583030db3594c1a424b15f7c726624ec26b3353b10a903a6d0ab1c4c", peer);
	assert_true(nk_x25519(&own, peer, &out));
	is_hex(out.b, 32, "c3da55379de9c6908e94ea4df28d084f32eccf03491c71f754b4075577a28552");
	memset(peer, 0, sizeof(peer));
	assert_false(nk_x25519(&own, peer, &out));
}

static void hkdf_is_that_of_rfc_5869(void **state)
{
	uint8_t ikm[22];
	uint8_t salt[13];
	uint8_t info[10];
	struct nk_key out;

	(void)state;
	memset(ikm, 0x0b, sizeof(ikm));
	hex("000102030405060708090a0b0c", salt);
	hex("f0f1f2f3f4f5f6f7f8f9", info);
	nk_hkdf_sha256(nk_bytes_of(ikm, 22), nk_bytes_of(salt, 13), nk_bytes_of(info, 10), &out);
	is_hex(out.b, 32, "3cb25f25faacd57a90434f64d0362f2a2d2d0a90cf1a5a4c5db02d56ecc4c5bf");
	nk_hkdf_sha256(nk_bytes_of(ikm, 22), nk_bytes_of("", 0), nk_bytes_of("", 0), &out);
	is_hex(out.b, 32, "8da4e775a563c18f715f802a063c5a31b8a11f5c5ee1879ec3454e5f3c738d2d");
}

static void hmac_is_that_of_rfc_4231(void **state)
{
	struct nk_hash out;

	(void)state;
	nk_hmac_sha256(nk_str_bytes(NK_STR("Jefe")), nk_str_bytes(NK_STR("what do ya want for nothing?")), &out);
	is_hex(out.b, 32, "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
}

static void chacha20_poly1305_comes_back_and_a_changed_byte_does_not(void **state)
{
	struct nk_key key = { { 1, 2, 3 } };
	const uint8_t nonce[NK_CHAPOLY_NONCE] = { 7 };
	const char text[] = "残さず消えた";
	uint8_t box[sizeof(text) + NK_TAG_LEN];
	uint8_t back[sizeof(text)];

	(void)state;
	nk_chapoly_seal(&key, nonce, nk_bytes_of(text, sizeof(text)), box);
	assert_true(nk_chapoly_open(&key, nonce, nk_bytes_of(box, sizeof(box)), back));
	assert_memory_equal(back, text, sizeof(text));
	box[3] ^= 1;
	assert_false(nk_chapoly_open(&key, nonce, nk_bytes_of(box, sizeof(box)), back));
	assert_false(nk_chapoly_open(&key, nonce, nk_bytes_of(box, 15), back));
}

static void scrypt_is_that_of_others_and_bounded(void **state)
{
	struct nk_key out;

	(void)state;
	assert_true(nk_ok(nk_scrypt(nk_str_bytes(NK_STR("password")), nk_str_bytes(NK_STR("NaCl")), 10, &out, NULL)));
	is_hex(out.b, 32, "27b418c674c769d12501fbb1f53bac32df6514c0f28d043872b148b348961a79"); /* by Python's hashlib */
	assert_int_equal(nk_scrypt(nk_str_bytes(NK_STR("p")), nk_str_bytes(NK_STR("s")), 23, &out, NULL).code, NK_LIMIT);
	assert_int_equal(nk_scrypt(nk_str_bytes(NK_STR("p")), nk_str_bytes(NK_STR("s")), 0, &out, NULL).code, NK_LIMIT);
}

static void the_long_hashes_are_those_of_their_standards(void **state)
{
	NK_OWNED(nk_hasher512_free) struct nk_hasher512 *h = NULL;
	struct nk_hash512 out;
	struct nk_hash512 parts;

	(void)state;
	nk_sha512(nk_str_bytes(NK_STR("abc")), &out);
	is_hex(out.b, 64, "ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e2a9ac94fa54ca49f");
	assert_true(nk_ok(nk_hasher512_new(true, &h, NULL)));
	nk_hasher512_add(h, nk_str_bytes(NK_STR("a")));
	nk_hasher512_add(h, nk_str_bytes(NK_STR("bc")));
	nk_hasher512_end(h, &parts);
	assert_memory_equal(parts.b, out.b, sizeof(out.b));
	nk_hasher512_free(&h);
	assert_true(nk_ok(nk_hasher512_new(false, &h, NULL)));
	nk_hasher512_add(h, nk_str_bytes(NK_STR("abc")));
	nk_hasher512_end(h, &out);
	is_hex(out.b, 64, "ba80a53f981c4d0d6a2797b69f12f6e94c212f14685ac4b74b12bb6fdbffa2d17d87c5392aab792dc252d5de4533cc9518d38aa8dbf1925ab92386edd4009923");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(x25519_is_that_of_rfc_7748),
		cmocka_unit_test(hkdf_is_that_of_rfc_5869),
		cmocka_unit_test(hmac_is_that_of_rfc_4231),
		cmocka_unit_test(chacha20_poly1305_comes_back_and_a_changed_byte_does_not),
		cmocka_unit_test(scrypt_is_that_of_others_and_bounded),
		cmocka_unit_test(the_long_hashes_are_those_of_their_standards),
	};

	return nk_ok(nk_crypto_init(NULL)) ? cmocka_run_group_tests(tests, NULL, NULL) : 1;
}
