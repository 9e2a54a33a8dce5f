/*
 * age_kit.c: what age wants beside the house's own primitives: X25519, HMAC, HKDF, ChaCha20-Poly1305, scrypt.
 *
 * Invariant: every intermediate secret is wiped before the call returns.
 */
#include "base.h"

#include "crypto_age.h"

#include <sodium.h>

enum { INFO_MAX = 128, SCRYPT_LOG_MAX = 22 };

bool nk_x25519(const struct nk_key *own, const uint8_t peer[static 32], struct nk_key *out)
{
	return crypto_scalarmult(out->b, own->b, peer) == 0;
}

void nk_hmac_sha256(struct nk_bytes key, struct nk_bytes data, struct nk_hash *out)
{
	crypto_auth_hmacsha256_state state;

	crypto_auth_hmacsha256_init(&state, key.ptr, key.len);
	crypto_auth_hmacsha256_update(&state, data.ptr, data.len);
	crypto_auth_hmacsha256_final(&state, out->b);
	nk_wipe(&state, sizeof(state));
}

void nk_hkdf_sha256(struct nk_bytes ikm, struct nk_bytes salt, struct nk_bytes info, struct nk_key *out)
{
	struct nk_hash prk;
	struct nk_hash okm;
	uint8_t block[INFO_MAX + 1];

	nk_assert(info.len <= INFO_MAX);
	if (info.len > 0) {
		memcpy(block, info.ptr, info.len);
	}
	block[info.len] = 1;
	nk_hmac_sha256(salt, ikm, &prk);
	nk_hmac_sha256(nk_bytes_of(prk.b, sizeof(prk.b)), nk_bytes_of(block, info.len + 1), &okm);
	memcpy(out->b, okm.b, sizeof(out->b));
	nk_wipe(&prk, sizeof(prk));
	nk_wipe(&okm, sizeof(okm));
}

void nk_chapoly_seal(
	const struct nk_key *key, const uint8_t nonce[static NK_CHAPOLY_NONCE], struct nk_bytes plain, uint8_t *out)
{
	const int rc = crypto_aead_chacha20poly1305_ietf_encrypt(
		out, NULL, plain.ptr, plain.len, NULL, 0, NULL, nonce, key->b);

	nk_assert(rc == 0);
}

bool nk_chapoly_open(
	const struct nk_key *key, const uint8_t nonce[static NK_CHAPOLY_NONCE], struct nk_bytes box, uint8_t *out)
{
	if (box.len < NK_TAG_LEN) {
		return false;
	}
	if (crypto_aead_chacha20poly1305_ietf_decrypt(out, NULL, NULL, box.ptr, box.len, NULL, 0, nonce, key->b) != 0) {
		nk_wipe(out, box.len - NK_TAG_LEN);
		return false;
	}
	return true;
}

NK_RESULT nk_scrypt(
	struct nk_bytes passphrase, struct nk_bytes salt, unsigned log_n, struct nk_key *out, struct nk_err *err)
{
	if (log_n < 1 || log_n > SCRYPT_LOG_MAX) {
		return nk_fail(err, NK_LIMIT, "the work factor of the passphrase is %1$u; 1 to %2$d are allowed", log_n,
			(int)SCRYPT_LOG_MAX);
	}
	if (crypto_pwhash_scryptsalsa208sha256_ll(passphrase.ptr, passphrase.len, salt.ptr, salt.len,
		    UINT64_C(1) << log_n, 8, 1, out->b, sizeof(out->b)) != 0) {
		return nk_fail_nomem(err);
	}
	return nk_done();
}
