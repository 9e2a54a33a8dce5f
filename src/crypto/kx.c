/*
 * kx.c: X25519 pairs and the key of a session between two parties that pinned each other.
 *
 * Invariant: both sides hash the same bytes in the same order (ee, es, se, then
 * the four public keys, the initiator's first), so the key binds who talks to whom.
 */
#include "base.h"

#include "crypto.h"

#include <sodium.h>

void nk_kx_public(const struct nk_key *secret, uint8_t out_pub[static 32])
{
	const int rc = crypto_scalarmult_base(out_pub, secret->b);

	nk_assert(rc == 0);
}

NK_RESULT nk_kx_new(const struct nk_env *env, struct nk_kx_pair *out, struct nk_err *err)
{
	NK_TRY(nk_key_random(env, &out->secret, err));
	nk_kx_public(&out->secret, out->pub);
	return nk_done();
}

void nk_kx_wipe(struct nk_kx_pair *pair)
{
	nk_wipe(pair, sizeof(*pair));
}

/* false: the peer's key is one of the few that force a known result. */
static bool shared(const struct nk_key *own, const uint8_t peer[static 32], struct nk_key *out)
{
	return crypto_scalarmult(out->b, own->b, peer) == 0;
}

NK_RESULT nk_session_key(bool initiator, const struct nk_kx_pair *own_static, const struct nk_kx_pair *own_ephemeral,
	const uint8_t peer_static[static 32], const uint8_t peer_ephemeral[static 32], struct nk_key *out,
	struct nk_err *err)
{
	NK_OWNED(nk_key_wipe) struct nk_key ee = { { 0 } };
	NK_OWNED(nk_key_wipe) struct nk_key es = { { 0 } };
	NK_OWNED(nk_key_wipe) struct nk_key se = { { 0 } };
	/* es: the initiator's ephemeral with the responder's static; se: the other way round. */
	struct nk_key *eph_static = initiator ? &es : &se;
	struct nk_key *static_eph = initiator ? &se : &es;
	const struct nk_bytes parts[] = {
		nk_str_bytes(NK_STR("nokosazu session 1")),
		nk_bytes_of(ee.b, sizeof(ee.b)),
		nk_bytes_of(es.b, sizeof(es.b)),
		nk_bytes_of(se.b, sizeof(se.b)),
		nk_bytes_of(initiator ? own_ephemeral->pub : peer_ephemeral, 32),
		nk_bytes_of(initiator ? peer_ephemeral : own_ephemeral->pub, 32),
		nk_bytes_of(initiator ? own_static->pub : peer_static, 32),
		nk_bytes_of(initiator ? peer_static : own_static->pub, 32),
	};
	struct nk_hash hash;

	if (!shared(&own_ephemeral->secret, peer_ephemeral, &ee) ||
		!shared(&own_ephemeral->secret, peer_static, eph_static) ||
		!shared(&own_static->secret, peer_ephemeral, static_eph)) {
		return nk_fail(err, NK_INVALID, "the other side offered a public key that is too weak to be used");
	}
	nk_blake(NULL, parts, NK_ARRAY_LEN(parts), &hash);
	memcpy(out->b, hash.b, sizeof(out->b));
	nk_wipe(&hash, sizeof(hash));
	return nk_done();
}
