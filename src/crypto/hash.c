/*
 * hash.c: SHA-256, BLAKE2b-256 and the short keyed BLAKE2b-128.
 *
 * Invariant: nk_blake and nk_hasher differ on purpose: parts carry their length, a stream does not.
 */
#include "base.h"

#include "crypto.h"

#include <sodium.h>

struct nk_hasher {
	bool is_sha256;
	crypto_hash_sha256_state sha;
	crypto_generichash_state blake;
};

_Static_assert(NK_HASH_LEN == crypto_hash_sha256_BYTES, "SHA-256 fills a hash");
_Static_assert(NK_MAC_LEN == crypto_generichash_BYTES_MIN, "the shortest BLAKE2b is 128 bits");

void nk_sha256(struct nk_bytes data, struct nk_hash *out)
{
	crypto_hash_sha256(out->b, data.ptr, data.len);
}

void nk_sha256_parts(const struct nk_bytes *parts, size_t n, struct nk_hash *out)
{
	crypto_hash_sha256_state state;
	size_t i;

	crypto_hash_sha256_init(&state);
	for (i = 0; i < n; i++) {
		crypto_hash_sha256_update(&state, parts[i].ptr, parts[i].len);
	}
	crypto_hash_sha256_final(&state, out->b);
	nk_wipe(&state, sizeof(state));
}

static void blake_init(crypto_generichash_state *state, const struct nk_key *key)
{
	const int rc = crypto_generichash_init(
		state, key != NULL ? key->b : NULL, key != NULL ? sizeof(key->b) : 0, NK_HASH_LEN);

	nk_assert(rc == 0);
}

void nk_blake(const struct nk_key *key, const struct nk_bytes *parts, size_t n, struct nk_hash *out)
{
	crypto_generichash_state state;
	uint8_t len[8];
	size_t i;

	blake_init(&state, key);
	for (i = 0; i < n; i++) {
		nk_put_le64(len, parts[i].len);
		crypto_generichash_update(&state, len, sizeof(len));
		crypto_generichash_update(&state, parts[i].ptr, parts[i].len);
	}
	crypto_generichash_final(&state, out->b, sizeof(out->b));
	nk_wipe(&state, sizeof(state));
}

void nk_mac16(const struct nk_key *key, struct nk_bytes data, uint8_t out[static NK_MAC_LEN])
{
	const int rc = crypto_generichash(out, NK_MAC_LEN, data.ptr, data.len, key->b, sizeof(key->b));

	nk_assert(rc == 0);
}

NK_RESULT nk_hasher_new(bool sha256, const struct nk_key *key, struct nk_hasher **out, struct nk_err *err)
{
	const size_t align = _Alignof(struct nk_hasher);
	const size_t size = (sizeof(struct nk_hasher) + align - 1) / align * align;
	struct nk_hasher *h = NULL;

	nk_assert(!sha256 || key == NULL);
	h = aligned_alloc(align, size); /* the BLAKE2b state wants 64 */
	if (h == NULL) {
		return nk_fail_nomem(err);
	}
	memset(h, 0, size);
	h->is_sha256 = sha256;
	if (sha256) {
		crypto_hash_sha256_init(&h->sha);
	} else {
		blake_init(&h->blake, key);
	}
	*out = h;
	return nk_done();
}

void nk_hasher_add(struct nk_hasher *h, struct nk_bytes data)
{
	if (h->is_sha256) {
		crypto_hash_sha256_update(&h->sha, data.ptr, data.len);
		return;
	}
	crypto_generichash_update(&h->blake, data.ptr, data.len);
}

void nk_hasher_end(struct nk_hasher *h, struct nk_hash *out)
{
	if (h->is_sha256) {
		crypto_hash_sha256_final(&h->sha, out->b);
		return;
	}
	crypto_generichash_final(&h->blake, out->b, sizeof(out->b));
}

void nk_hasher_free(struct nk_hasher **h)
{
	if (*h != NULL) {
		nk_wipe(*h, sizeof(**h));
		free(*h);
		*h = NULL;
	}
}
