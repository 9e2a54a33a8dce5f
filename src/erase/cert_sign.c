/*
 * cert_sign.c: the envelope, the keys' spelling, and the proof file that carries its leaf.
 *
 * Invariant: what is signed is the DSSE pre-authentication encoding of the statement's bytes, nothing else.
 */
#include "base.h"

#include "cert.h"

#include "dsse.h"
#include "json.h"
#include "note.h"

#define PAYLOAD_TYPE "application/vnd.in-toto+json"
#define PEM_BEGIN "-----BEGIN PUBLIC KEY-----"
#define PEM_END "-----END PUBLIC KEY-----"

/* SubjectPublicKeyInfo of an Ed25519 key up to its 32 bytes (RFC 8410 §4). */
static const uint8_t spki[12] = { 0x30, 0x2a, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x03, 0x21, 0x00 };

void nk_cert_digest(struct nk_bytes statement, struct nk_hash *out)
{
	nk_sha256(statement, out);
}

NK_RESULT nk_cert_sign(
	struct nk_bytes statement, const struct nk_key *seed, struct nk_buf *out_envelope, struct nk_err *err)
{
	NK_OWNED(nk_buf_done) struct nk_buf pae = { 0 };
	struct nk_dsse env = { .payload_type = NK_STR(PAYLOAD_TYPE), .payload = statement, .n_sigs = 1 };
	uint8_t pub[NK_SIGN_PUB_LEN];
	struct nk_hash id;
	char keyid[2 * NK_HASH_LEN + 1];

	nk_buf_init(&pae, NK_CERT_STATEMENT_MAX + 1024);
	NK_TRY(nk_dsse_pae(env.payload_type, statement, &pae, err));
	nk_sign_public(seed, pub);
	nk_sha256(nk_bytes_of(pub, sizeof(pub)), &id);
	nk_hex_print(id.b, sizeof(id.b), keyid);
	env.sigs[0].keyid = nk_str_c(keyid);
	nk_sign(seed, nk_buf_bytes(&pae), env.sigs[0].sig);
	return nk_dsse_print(&env, out_envelope, err);
}

NK_RESULT nk_cert_proof(struct nk_bytes tlog_proof, struct nk_bytes leaf, struct nk_buf *out, struct nk_err *err)
{
	NK_OWNED(nk_arena_free) struct nk_arena *arena = NULL;
	struct nk_tlog_proof proof;

	NK_TRY(nk_arena_new(NK_ARENA_PLAIN, 4 * 1024 * 1024, &arena, err));
	NK_TRY(nk_tlog_proof_parse(tlog_proof, arena, &proof, err));
	proof.has_extra = true;
	proof.extra = leaf;
	return nk_tlog_proof_print(&proof, out, err);
}

NK_RESULT nk_cert_pub_pem(const uint8_t pub[static NK_SIGN_PUB_LEN], struct nk_buf *out, struct nk_err *err)
{
	uint8_t der[sizeof(spki) + NK_SIGN_PUB_LEN];

	memcpy(der, spki, sizeof(spki));
	memcpy(der + sizeof(spki), pub, NK_SIGN_PUB_LEN);
	NK_TRY(nk_buf_add_c(out, PEM_BEGIN "\n", err));
	NK_TRY(nk_base64_put(out, nk_bytes_of(der, sizeof(der)), err));
	return nk_buf_add_c(out, "\n" PEM_END "\n", err);
}

static bool parse_pem(struct nk_str text, uint8_t out_pub[static NK_SIGN_PUB_LEN])
{
	NK_OWNED(nk_buf_done) struct nk_buf der = { 0 };
	struct nk_str body;

	nk_buf_init(&der, 256);
	if (!nk_str_starts(text, NK_STR(PEM_BEGIN)) || !nk_str_ends(text, NK_STR(PEM_END)) ||
		text.len <= sizeof(PEM_BEGIN PEM_END) - 1) {
		return false;
	}
	body = nk_str_trim(nk_str_sub(text, sizeof(PEM_BEGIN) - 1, text.len - (sizeof(PEM_BEGIN PEM_END) - 1)));
	if (!nk_ok(nk_base64_get(&der, body, NULL)) || der.len != sizeof(spki) + NK_SIGN_PUB_LEN) {
		return false;
	}
	if (!nk_bytes_eq(nk_bytes_of(der.ptr, sizeof(spki)), nk_bytes_of(spki, sizeof(spki)))) {
		return false;
	}
	memcpy(out_pub, der.ptr + sizeof(spki), NK_SIGN_PUB_LEN);
	return true;
}

NK_RESULT nk_cert_pub_parse(struct nk_str text, uint8_t out_pub[static NK_SIGN_PUB_LEN], struct nk_err *err)
{
	const struct nk_str trimmed = nk_str_trim(text);

	if (nk_hex_parse(trimmed, out_pub, NK_SIGN_PUB_LEN) || parse_pem(trimmed, out_pub)) {
		return nk_done();
	}
	return nk_fail(err, NK_INVALID,
		"this is no Ed25519 public key: expected a PEM file (BEGIN PUBLIC KEY) or 64 hexadecimal digits");
}
