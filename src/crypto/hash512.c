/*
 * hash512.c: the long hashes of foreign formats: SHA-512 (SSHSIG) and BLAKE2b-512 (minisign).
 */
#include "base.h"

#include "crypto_age.h"

#include <sodium.h>

struct nk_hasher512 {
	bool is_sha512;
	crypto_hash_sha512_state sha;
	crypto_generichash_state blake;
};

_Static_assert(NK_HASH512_LEN == crypto_hash_sha512_BYTES && NK_HASH512_LEN == crypto_generichash_BYTES_MAX, "512 bits");

void nk_sha512(struct nk_bytes data, struct nk_hash512 *out)
{
	crypto_hash_sha512(out->b, data.ptr, data.len);
}

NK_RESULT nk_hasher512_new(bool sha512, struct nk_hasher512 **out, struct nk_err *err)
{
	const size_t align = _Alignof(struct nk_hasher512);
	const size_t size = (sizeof(struct nk_hasher512) + align - 1) / align * align;
	struct nk_hasher512 *h = aligned_alloc(align, size); /* the BLAKE2b state wants 64 */

	if (h == NULL) {
		return nk_fail_nomem(err);
	}
	memset(h, 0, size);
	h->is_sha512 = sha512;
	if (sha512) {
		crypto_hash_sha512_init(&h->sha);
	} else {
		const int rc = crypto_generichash_init(&h->blake, NULL, 0, NK_HASH512_LEN);

		nk_assert(rc == 0);
	}
	*out = h;
	return nk_done();
}

void nk_hasher512_add(struct nk_hasher512 *h, struct nk_bytes data)
{
	if (h->is_sha512) {
		crypto_hash_sha512_update(&h->sha, data.ptr, data.len);
		return;
	}
	crypto_generichash_update(&h->blake, data.ptr, data.len);
}

void nk_hasher512_end(struct nk_hasher512 *h, struct nk_hash512 *out)
{
	if (h->is_sha512) {
		crypto_hash_sha512_final(&h->sha, out->b);
		return;
	}
	crypto_generichash_final(&h->blake, out->b, sizeof(out->b));
}

void nk_hasher512_free(struct nk_hasher512 **h)
{
	if (*h != NULL) {
		nk_wipe(*h, sizeof(**h));
		free(*h);
		*h = NULL;
	}
}
