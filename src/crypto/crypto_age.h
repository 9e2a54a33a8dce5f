/*
 * crypto_age.h: the primitives that foreign formats want (age, minisign, SSHSIG), beside the house's own of crypto.h.
 *
 * X25519 (RFC 7748), HMAC-SHA-256 (RFC 2104), HKDF-SHA-256 (RFC 5869), ChaCha20-Poly1305 (RFC 8439), scrypt (RFC
 * 7914), SHA-512, BLAKE2b-512. Nothing of the house's own data is kept under these: that is crypto.h's. Pure.
 */
#ifndef NK_CRYPTO_AGE_H
#define NK_CRYPTO_AGE_H

#include "crypto.h"

enum { NK_HASH512_LEN = 64, NK_CHAPOLY_NONCE = 12 };

struct nk_hash512 {
	uint8_t b[NK_HASH512_LEN];
};

/* nk_x25519: the shared secret; false when the other's key is one of the few that force a known result. */
bool nk_x25519(const struct nk_key *own, const uint8_t peer[static 32], struct nk_key *out);
/* nk_hmac_sha256: of one run of bytes, key of any length. */
void nk_hmac_sha256(struct nk_bytes key, struct nk_bytes data, struct nk_hash *out);
/* nk_hkdf_sha256: 32 bytes from `ikm`; salt may be empty; info at most 128 bytes (asserted). */
void nk_hkdf_sha256(struct nk_bytes ikm, struct nk_bytes salt, struct nk_bytes info, struct nk_key *out);
/*
 * nk_chapoly_seal: ciphertext ‖ tag into `out` (plain.len + NK_TAG_LEN bytes), without additional data.
 * nk_chapoly_open: the reverse into box.len - NK_TAG_LEN bytes; false: another key, nonce, or changed bytes; `out` is
 * then wiped. A nonce is used once a key: the caller's duty.
 */
void nk_chapoly_seal(
	const struct nk_key *key, const uint8_t nonce[static NK_CHAPOLY_NONCE], struct nk_bytes plain, uint8_t *out);
bool nk_chapoly_open(
	const struct nk_key *key, const uint8_t nonce[static NK_CHAPOLY_NONCE], struct nk_bytes box, uint8_t *out);
/* nk_scrypt: r = 8, p = 1, N = 2^log_n (1–22, else NK_LIMIT); takes 1 KiB × N of memory (NK_NOMEM). */
NK_RESULT nk_scrypt(
	struct nk_bytes passphrase, struct nk_bytes salt, unsigned log_n, struct nk_key *out, struct nk_err *err);
void nk_sha512(struct nk_bytes data, struct nk_hash512 *out);

/* Streaming SHA-512 or BLAKE2b-512, for files. */
struct nk_hasher512;
NK_RESULT nk_hasher512_new(bool sha512, struct nk_hasher512 **out, struct nk_err *err);
void nk_hasher512_add(struct nk_hasher512 *h, struct nk_bytes data);
void nk_hasher512_end(struct nk_hasher512 *h, struct nk_hash512 *out);
void nk_hasher512_free(struct nk_hasher512 **h);

#endif
