/*
 * seal.c: sealed boxes (XChaCha20-Poly1305), wrapped keys, padding.
 *
 * Invariant: a box that does not open leaves only zeros in the output.
 */
#include "base.h"

#include "crypto.h"

#include <sodium.h>

enum { PAD_STEP = 64 };

_Static_assert(NK_NONCE_LEN == crypto_aead_xchacha20poly1305_ietf_NPUBBYTES, "nonce");
_Static_assert(NK_TAG_LEN == crypto_aead_xchacha20poly1305_ietf_ABYTES, "tag");
_Static_assert(NK_KEY_LEN == crypto_aead_xchacha20poly1305_ietf_KEYBYTES, "key");

/* The box behind a nonce that is already in its place. */
static void seal_behind(const struct nk_key *key, struct nk_bytes aad, struct nk_bytes plain, uint8_t *out)
{
	crypto_aead_xchacha20poly1305_ietf_encrypt(
		out + NK_NONCE_LEN, NULL, plain.ptr, plain.len, aad.ptr, aad.len, NULL, out, key->b);
}

NK_RESULT nk_seal(const struct nk_env *env, const struct nk_key *key, struct nk_bytes aad, struct nk_bytes plain,
	uint8_t *out, struct nk_err *err)
{
	NK_TRY(nk_random(env, out, NK_NONCE_LEN, err));
	seal_behind(key, aad, plain, out);
	return nk_done();
}

bool nk_open(const struct nk_key *key, struct nk_bytes aad, struct nk_bytes box, uint8_t *out)
{
	if (box.len < NK_SEAL_EXTRA) {
		return false;
	}
	if (crypto_aead_xchacha20poly1305_ietf_decrypt(out, NULL, NULL, box.ptr + NK_NONCE_LEN,
		    box.len - NK_NONCE_LEN, aad.ptr, aad.len, box.ptr, key->b) != 0) {
		nk_wipe(out, box.len - NK_SEAL_EXTRA);
		return false;
	}
	return true;
}

NK_RESULT nk_wrap(const struct nk_env *env, const struct nk_key *kek, struct nk_bytes aad, const struct nk_key *key,
	uint8_t out[static NK_WRAP_LEN], struct nk_err *err)
{
	return nk_seal(env, kek, aad, nk_bytes_of(key->b, sizeof(key->b)), out, err);
}

void nk_wrap_nonce(const struct nk_key *kek, struct nk_bytes aad, const struct nk_key *key,
	const uint8_t nonce[static NK_NONCE_LEN], uint8_t out[static NK_WRAP_LEN])
{
	memcpy(out, nonce, NK_NONCE_LEN);
	seal_behind(kek, aad, nk_bytes_of(key->b, sizeof(key->b)), out);
}

bool nk_unwrap(
	const struct nk_key *kek, struct nk_bytes aad, const uint8_t box[static NK_WRAP_LEN], struct nk_key *out)
{
	return nk_open(kek, aad, nk_bytes_of(box, NK_WRAP_LEN), out->b);
}

NK_RESULT nk_pad(struct nk_buf *plain, struct nk_err *err)
{
	const size_t fill = PAD_STEP - plain->len % PAD_STEP;
	uint8_t *at = NULL;

	nk_assert(plain->wiping);
	NK_TRY(nk_buf_reserve(plain, fill, &at, err));
	memset(at, 0, fill);
	at[0] = 0x80;
	plain->len += fill;
	return nk_done();
}

bool nk_unpad(struct nk_bytes padded, size_t *out_len)
{
	size_t i;

	if (padded.len == 0 || padded.len % PAD_STEP != 0) {
		return false;
	}
	for (i = 1; i <= PAD_STEP; i++) {
		const uint8_t byte = padded.ptr[padded.len - i];

		if (byte == 0x80) {
			*out_len = padded.len - i;
			return true;
		}
		if (byte != 0) {
			return false;
		}
	}
	return false;
}
