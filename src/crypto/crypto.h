/*
 * crypto.h: the only door to the crypto library (libsodium), and the few things built right on it.
 *
 * Algorithms: XChaCha20-Poly1305 (IETF draft-irtf-cfrg-xchacha), BLAKE2b
 * (RFC 7693), SHA-256, Ed25519 (RFC 8032), X25519, Argon2id (RFC 9106), Shamir's
 * sharing over GF(256). Every secret lives in a struct that its owner wipes;
 * comparing secrets: nk_ct_equal only. Pure but for nk_env's randomness.
 */
#ifndef NK_CRYPTO_H
#define NK_CRYPTO_H

enum {
	NK_KEY_LEN = 32,
	NK_NONCE_LEN = 24,
	NK_TAG_LEN = 16,
	NK_SEAL_EXTRA = NK_NONCE_LEN + NK_TAG_LEN, /* how much longer than the plaintext a sealed box is */
	NK_WRAP_LEN = NK_KEY_LEN + NK_SEAL_EXTRA, /* a wrapped key: 72 bytes */
	NK_HASH_LEN = 32,
	NK_MAC_LEN = 16,
	NK_SIGN_PUB_LEN = 32,
	NK_SIGN_SEED_LEN = 32,
	NK_SIG_LEN = 64,
};

/* A symmetric key, an Ed25519 seed, an epoch secret: 32 secret bytes. NK_OWNED(nk_key_wipe) on the stack. */
struct nk_key {
	uint8_t b[NK_KEY_LEN];
};

struct nk_hash {
	uint8_t b[NK_HASH_LEN];
};

/* nk_crypto_init: once, before anything else; NK_INTERNAL when the library refuses. */
NK_RESULT nk_crypto_init(struct nk_err *err);

NK_RESULT nk_key_random(const struct nk_env *env, struct nk_key *out, struct nk_err *err);
void nk_key_wipe(struct nk_key *key);
/* nk_key_derive: sub-key `id` for a purpose named by eight characters (crypto_kdf, BLAKE2b). */
void nk_key_derive(const struct nk_key *parent, uint64_t id, const char purpose[static 8], struct nk_key *out);
/* nk_key_mix: BLAKE2b-256 of b keyed with a: the vault's K_e from unlock secret and epoch secret. */
void nk_key_mix(const struct nk_key *a, const struct nk_key *b, struct nk_key *out);
/*
 * A key in locked, guarded memory for things that live long (sodium_malloc). nk_key_drop wipes, frees, sets NULL,
 * accepts NULL.
 */
NK_RESULT nk_key_keep(const struct nk_key *key, struct nk_key **out_locked, struct nk_err *err);
void nk_key_drop(struct nk_key **key);
/* nk_locked_new, nk_locked_free: the same for anything else that is secret and lives long: `len` zeroed bytes. */
NK_RESULT nk_locked_new(size_t len, void **out, struct nk_err *err);
void nk_locked_free(void **ptr);
void nk_wipe(void *ptr, size_t len);
bool nk_ct_equal(const void *a, const void *b, size_t len);

/*
 * nk_seal: nonce ‖ ciphertext ‖ tag (plain.len + NK_SEAL_EXTRA bytes) are written to `out`, which has that room.
 * nk_open: the reverse; `out` has box.len - NK_SEAL_EXTRA bytes. False (crypto cannot say why): wrong key,
 * wrong aad, or changed bytes; `out` is then wiped. aad is authenticated and not stored.
 */
NK_RESULT nk_seal(const struct nk_env *env, const struct nk_key *key, struct nk_bytes aad, struct nk_bytes plain,
	uint8_t *out, struct nk_err *err);
bool nk_open(const struct nk_key *key, struct nk_bytes aad, struct nk_bytes box, uint8_t *out);
/* nk_wrap, nk_unwrap: a key under a key. */
NK_RESULT nk_wrap(const struct nk_env *env, const struct nk_key *kek, struct nk_bytes aad, const struct nk_key *key,
	uint8_t out[static NK_WRAP_LEN], struct nk_err *err);
/*
 * nk_wrap_nonce: for wrapping thousands at once: the nonce is the caller's, 24 bytes from nk_random that are used
 * for this box only.
 */
void nk_wrap_nonce(const struct nk_key *kek, struct nk_bytes aad, const struct nk_key *key,
	const uint8_t nonce[static NK_NONCE_LEN], uint8_t out[static NK_WRAP_LEN]);
bool nk_unwrap(
	const struct nk_key *kek, struct nk_bytes aad, const uint8_t box[static NK_WRAP_LEN], struct nk_key *out);
/*
 * Padding to steps of 64 bytes (ISO/IEC 7816-4), so that lengths of names do not show. nk_pad works in a wiping
 * buffer; nk_unpad gives the true length or false.
 */
NK_RESULT nk_pad(struct nk_buf *plain, struct nk_err *err);
bool nk_unpad(struct nk_bytes padded, size_t *out_len);

/*
 * Hashes. nk_blake: BLAKE2b-256 of the parts in sequence, each preceded by its length as le64 (so that parts
 * cannot run together). key may be NULL.
 */
void nk_sha256(struct nk_bytes data, struct nk_hash *out);
void nk_sha256_parts(const struct nk_bytes *parts, size_t n, struct nk_hash *out); /* plain concatenation */
void nk_blake(const struct nk_key *key, const struct nk_bytes *parts, size_t n, struct nk_hash *out);
/* nk_mac16: BLAKE2b-128 keyed: tokens, pseudonyms, tombstones. */
void nk_mac16(const struct nk_key *key, struct nk_bytes data, uint8_t out[static NK_MAC_LEN]);
/* Streaming SHA-256 and BLAKE2b-256, for files. */
struct nk_hasher;
/* key only with blake */
NK_RESULT nk_hasher_new(bool sha256, const struct nk_key *key, struct nk_hasher **out, struct nk_err *err);
void nk_hasher_add(struct nk_hasher *h, struct nk_bytes data);
void nk_hasher_end(struct nk_hasher *h, struct nk_hash *out);
void nk_hasher_free(struct nk_hasher **h);

/* Ed25519: the seed is the secret. */
void nk_sign_public(const struct nk_key *seed, uint8_t out_pub[static NK_SIGN_PUB_LEN]);
void nk_sign(const struct nk_key *seed, struct nk_bytes msg, uint8_t out_sig[static NK_SIG_LEN]);
bool nk_sign_verify(
	const uint8_t pub[static NK_SIGN_PUB_LEN], struct nk_bytes msg, const uint8_t sig[static NK_SIG_LEN]);

/*
 * Argon2id over a passphrase (or the contents of a key file with cheap = true: BLAKE2b only, the file holds 32
 * random bytes or more).
 */
struct nk_kdf_params {
	uint8_t salt[16];
	uint32_t passes; /* 3 */
	uint32_t memory_kb; /* 262144 = 256 MiB */
};
NK_RESULT nk_kdf_passphrase(
	const struct nk_kdf_params *p, struct nk_bytes passphrase, struct nk_key *out, struct nk_err *err);
void nk_kdf_keyfile(const struct nk_kdf_params *p, struct nk_bytes contents, struct nk_key *out);

/*
 * Authenticated messages between two parties that pinned each other's X25519
 * keys, with a fresh key pair on each side a session: a recorded exchange is
 * useless once both ephemeral keys are wiped. Handshake: each side sends its
 * ephemeral public key; nk_session_key mixes ee, es and se shared secrets.
 */
struct nk_kx_pair {
	uint8_t pub[32];
	struct nk_key secret;
};
NK_RESULT nk_kx_new(const struct nk_env *env, struct nk_kx_pair *out, struct nk_err *err);
void nk_kx_wipe(struct nk_kx_pair *pair);
void nk_kx_public(const struct nk_key *secret, uint8_t out_pub[static 32]);
/* nk_session_key: initiator = true on the caller's side. NK_INVALID for a weak public key of the peer. */
NK_RESULT nk_session_key(bool initiator, const struct nk_kx_pair *own_static, const struct nk_kx_pair *own_ephemeral,
	const uint8_t peer_static[static 32], const uint8_t peer_ephemeral[static 32], struct nk_key *out,
	struct nk_err *err);

/*
 * Shamir's sharing of a 32-byte secret: any k of n shares give it back, k-1 say
 * nothing. GF(256) with polynomial 0x11b, constant time, x = 1…n.
 */
struct nk_share {
	uint8_t x;
	uint8_t y[NK_KEY_LEN];
};
NK_RESULT nk_shamir_split(const struct nk_env *env, const struct nk_key *secret, unsigned k, unsigned n,
	struct nk_share *out_shares, struct nk_err *err);
/*
 * nk_shamir_join: NK_INVALID for fewer than two shares, x = 0 or x twice. A wrong share gives a wrong secret: the
 * caller has a check value.
 */
NK_RESULT nk_shamir_join(const struct nk_share *shares, size_t k, struct nk_key *out, struct nk_err *err);

#endif
