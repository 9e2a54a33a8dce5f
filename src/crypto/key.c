/*
 * key.c: keys, what is derived from them, and the memory they live in.
 *
 * Invariant: a function that fails leaves no key material in its out-parameter.
 */
#include "base.h"

#include "crypto.h"

#include <sodium.h>

/* Bounds on what a (possibly damaged) header may ask of Argon2id. */
enum { KDF_PASSES_MAX = 16, KDF_MEMORY_MIN_KB = 8, KDF_MEMORY_MAX_KB = 4 * 1024 * 1024 };

_Static_assert(NK_KEY_LEN == crypto_kdf_KEYBYTES, "sub-keys have the length of keys");
_Static_assert(NK_KEY_LEN == crypto_generichash_BYTES, "BLAKE2b-256 gives keys");

NK_RESULT nk_crypto_init(struct nk_err *err)
{
	if (sodium_init() < 0) {
		return nk_fail(err, NK_INTERNAL, "the crypto library (libsodium) cannot be started");
	}
	return nk_done();
}

NK_RESULT nk_key_random(const struct nk_env *env, struct nk_key *out, struct nk_err *err)
{
	return nk_random(env, out->b, sizeof(out->b), err);
}

void nk_key_wipe(struct nk_key *key)
{
	sodium_memzero(key->b, sizeof(key->b));
}

void nk_wipe(void *ptr, size_t len)
{
	if (len > 0) {
		sodium_memzero(ptr, len);
	}
}

bool nk_ct_equal(const void *a, const void *b, size_t len)
{
	return len == 0 || sodium_memcmp(a, b, len) == 0;
}

void nk_key_derive(const struct nk_key *parent, uint64_t id, const char purpose[static 8], struct nk_key *out)
{
	const int rc = crypto_kdf_derive_from_key(out->b, sizeof(out->b), id, purpose, parent->b);

	nk_assert(rc == 0);
}

void nk_key_mix(const struct nk_key *a, const struct nk_key *b, struct nk_key *out)
{
	const int rc = crypto_generichash(out->b, sizeof(out->b), b->b, sizeof(b->b), a->b, sizeof(a->b));

	nk_assert(rc == 0);
}

NK_RESULT nk_locked_new(size_t len, void **out, struct nk_err *err)
{
	void *ptr = sodium_malloc(len > 0 ? len : 1);

	if (ptr == NULL) {
		return nk_fail_nomem(err);
	}
	memset(ptr, 0, len);
	*out = ptr;
	return nk_done();
}

void nk_locked_free(void **ptr)
{
	sodium_free(*ptr); /* wipes; accepts NULL */
	*ptr = NULL;
}

NK_RESULT nk_key_keep(const struct nk_key *key, struct nk_key **out_locked, struct nk_err *err)
{
	void *ptr = NULL;

	NK_TRY(nk_locked_new(sizeof(*key), &ptr, err));
	memcpy(ptr, key, sizeof(*key));
	*out_locked = ptr;
	return nk_done();
}

void nk_key_drop(struct nk_key **key)
{
	sodium_free(*key);
	*key = NULL;
}

NK_RESULT nk_kdf_passphrase(
	const struct nk_kdf_params *p, struct nk_bytes passphrase, struct nk_key *out, struct nk_err *err)
{
	_Static_assert(sizeof(p->salt) == crypto_pwhash_SALTBYTES, "salt of Argon2id");
	if (p->passes < crypto_pwhash_argon2id_OPSLIMIT_MIN || p->passes > KDF_PASSES_MAX ||
		p->memory_kb < KDF_MEMORY_MIN_KB || p->memory_kb > KDF_MEMORY_MAX_KB) {
		return nk_fail(err, NK_INVALID,
			"the passphrase settings are out of bounds: %1$u passes (1 to %2$d), %3$u KiB of "
			"memory (%4$d to %5$d)",
			p->passes, (int)KDF_PASSES_MAX, p->memory_kb, (int)KDF_MEMORY_MIN_KB, (int)KDF_MEMORY_MAX_KB);
	}
	if (crypto_pwhash(out->b, sizeof(out->b), (const char *)passphrase.ptr, passphrase.len, p->salt, p->passes,
		    (size_t)p->memory_kb * 1024, crypto_pwhash_ALG_ARGON2ID13) != 0) {
		nk_key_wipe(out);
		return nk_fail(err, NK_NOMEM, "not enough memory to work on the passphrase: %u KiB are needed",
			p->memory_kb);
	}
	return nk_done();
}

void nk_kdf_keyfile(const struct nk_kdf_params *p, struct nk_bytes contents, struct nk_key *out)
{
	const struct nk_bytes parts[] = {
		nk_str_bytes(NK_STR("nokosazu key file 1")),
		nk_bytes_of(p->salt, sizeof(p->salt)),
		contents,
	};
	struct nk_hash hash;

	nk_blake(NULL, parts, NK_ARRAY_LEN(parts), &hash);
	memcpy(out->b, hash.b, sizeof(out->b));
	nk_wipe(&hash, sizeof(hash));
}
