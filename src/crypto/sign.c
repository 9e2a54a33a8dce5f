/*
 * sign.c: Ed25519 (RFC 8032). The seed is the secret; the expanded key lives only inside a call.
 */
#include "base.h"

#include "crypto.h"

#include <sodium.h>

_Static_assert(NK_SIGN_SEED_LEN == crypto_sign_SEEDBYTES && NK_SIGN_SEED_LEN == NK_KEY_LEN, "seed");
_Static_assert(NK_SIGN_PUB_LEN == crypto_sign_PUBLICKEYBYTES, "public key");
_Static_assert(NK_SIG_LEN == crypto_sign_BYTES, "signature");

static void expand(const struct nk_key *seed, uint8_t pub[static crypto_sign_PUBLICKEYBYTES],
	uint8_t secret[static crypto_sign_SECRETKEYBYTES])
{
	const int rc = crypto_sign_seed_keypair(pub, secret, seed->b);

	nk_assert(rc == 0);
}

void nk_sign_public(const struct nk_key *seed, uint8_t out_pub[static NK_SIGN_PUB_LEN])
{
	uint8_t secret[crypto_sign_SECRETKEYBYTES];

	expand(seed, out_pub, secret);
	nk_wipe(secret, sizeof(secret));
}

void nk_sign(const struct nk_key *seed, struct nk_bytes msg, uint8_t out_sig[static NK_SIG_LEN])
{
	uint8_t pub[crypto_sign_PUBLICKEYBYTES];
	uint8_t secret[crypto_sign_SECRETKEYBYTES];

	expand(seed, pub, secret);
	crypto_sign_detached(out_sig, NULL, msg.ptr, msg.len, secret);
	nk_wipe(secret, sizeof(secret));
}

bool nk_sign_verify(
	const uint8_t pub[static NK_SIGN_PUB_LEN], struct nk_bytes msg, const uint8_t sig[static NK_SIG_LEN])
{
	return crypto_sign_verify_detached(sig, msg.ptr, msg.len, pub) == 0;
}
