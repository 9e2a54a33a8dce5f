/*
 * shamir.c: Shamir's sharing of 32 bytes over GF(256) with the polynomial 0x11b (that of AES).
 *
 * Invariant: neither time nor memory access depends on the bytes of the secret
 * or of a share's y; x is public.
 */
#include "base.h"

#include "crypto.h"

static uint8_t gf_mul(uint8_t a, uint8_t b)
{
	unsigned x = a;
	unsigned product = 0;
	unsigned bit;

	for (bit = 0; bit < 8; bit++) {
		product ^= x & (0U - ((unsigned)b >> bit & 1U));
		x = (x << 1) ^ (0x11bU & (0U - (x >> 7)));
	}
	return (uint8_t)(product & 0xffU);
}

/* a^254, which is 1/a (and 0 for 0). */
static uint8_t gf_inv(uint8_t a)
{
	uint8_t power = a;
	uint8_t result = 1;
	unsigned i;

	for (i = 1; i < 8; i++) {
		power = gf_mul(power, power);
		result = gf_mul(result, power);
	}
	return result;
}

static bool numbers_ok(unsigned k, unsigned n)
{
	return k >= 2 && k <= n && n <= 255;
}

NK_RESULT nk_shamir_split(const struct nk_env *env, const struct nk_key *secret, unsigned k, unsigned n,
	struct nk_share *out_shares, struct nk_err *err)
{
	NK_OWNED(nk_key_wipe) struct nk_key coefficient = { { 0 } };
	unsigned degree;
	unsigned s;
	size_t i;

	if (!numbers_ok(k, n)) {
		return nk_fail(err, NK_INVALID,
			"a secret cannot be shared as %1$u of %2$u: at least 2, at most 255, and not more needed "
			"than made",
			k, n);
	}
	for (s = 0; s < n; s++) {
		out_shares[s].x = nk_u8(s + 1U);
		memset(out_shares[s].y, 0, sizeof(out_shares[s].y));
	}
	/* Horner's rule from the highest coefficient down; the constant term is the secret. */
	for (degree = k; degree-- > 0;) {
		if (degree > 0) {
			const nk_rc rc = nk_key_random(env, &coefficient, err);

			if (!nk_ok(rc)) {
				nk_wipe(out_shares, n * sizeof(*out_shares));
				return rc;
			}
		} else {
			coefficient = *secret;
		}
		for (s = 0; s < n; s++) {
			for (i = 0; i < NK_KEY_LEN; i++) {
				out_shares[s].y[i] =
					(uint8_t)(gf_mul(out_shares[s].y[i], out_shares[s].x) ^ coefficient.b[i]);
			}
		}
	}
	return nk_done();
}

/* Lagrange's weight of share `at` for the place x = 0. */
static uint8_t weight(const struct nk_share *shares, size_t k, size_t at)
{
	uint8_t result = 1;
	size_t j;

	for (j = 0; j < k; j++) {
		if (j != at) {
			result = gf_mul(result, gf_mul(shares[j].x, gf_inv((uint8_t)(shares[j].x ^ shares[at].x))));
		}
	}
	return result;
}

static bool places_ok(const struct nk_share *shares, size_t k)
{
	size_t i;
	size_t j;

	if (k < 2 || k > 255) {
		return false;
	}
	for (i = 0; i < k; i++) {
		if (shares[i].x == 0) {
			return false;
		}
		for (j = 0; j < i; j++) {
			if (shares[i].x == shares[j].x) {
				return false;
			}
		}
	}
	return true;
}

NK_RESULT nk_shamir_join(const struct nk_share *shares, size_t k, struct nk_key *out, struct nk_err *err)
{
	size_t s;
	size_t i;

	if (!places_ok(shares, k)) {
		return nk_fail(err, NK_INVALID,
			"these %zu shares cannot be joined: at least two different ones are needed", k);
	}
	memset(out->b, 0, sizeof(out->b));
	for (s = 0; s < k; s++) {
		const uint8_t w = weight(shares, k, s);

		for (i = 0; i < NK_KEY_LEN; i++) {
			out->b[i] = (uint8_t)(out->b[i] ^ gf_mul(shares[s].y[i], w));
		}
	}
	return nk_done();
}
