/*
 * dsse.c: the DSSE envelope as text.
 *
 * Invariant: nothing in a parsed envelope is trusted yet; the payload's bytes are exactly those that the signatures
 * are over (by nk_dsse_pae), whatever Base64 alphabet carried them.
 */
#include "base.h"
#include "dsse.h"
#include "json.h"

enum { TEXT_MAX = 4 << 20, NAME_MAX_LEN = 1024, SIG_LEN = 64 };

NK_RESULT nk_dsse_pae(struct nk_str payload_type, struct nk_bytes payload, struct nk_buf *out, struct nk_err *err)
{
	NK_TRY(nk_buf_printf(out, err, "DSSEv1 %zu ", payload_type.len));
	NK_TRY(nk_buf_add_str(out, payload_type, err));
	NK_TRY(nk_buf_printf(out, err, " %zu ", payload.len));
	return nk_buf_add(out, payload.ptr, payload.len, err);
}

NK_RESULT nk_dsse_print(const struct nk_dsse *env, struct nk_buf *out, struct nk_err *err)
{
	struct nk_json j;

	nk_assert(env->n_sigs > 0 && env->n_sigs <= NK_DSSE_MAX_SIGS);
	nk_json_init(&j, out);
	nk_json_open(&j, '{');
	nk_json_key(&j, "payload");
	nk_json_base64(&j, env->payload);
	nk_json_key(&j, "payloadType");
	nk_json_str(&j, env->payload_type);
	nk_json_key(&j, "signatures");
	nk_json_open(&j, '[');
	for (size_t i = 0; i < env->n_sigs; i++) {
		nk_json_open(&j, '{');
		nk_json_key(&j, "keyid");
		nk_json_str(&j, env->sigs[i].keyid);
		nk_json_key(&j, "sig");
		nk_json_base64(&j, nk_bytes_of(env->sigs[i].sig, SIG_LEN));
		nk_json_close(&j, '}');
	}
	nk_json_close(&j, ']');
	nk_json_close(&j, '}');
	return nk_json_end(&j, err);
}

/* The URL-safe letters of DSSE as the standard ones; a text that mixes both alphabets is left alone and refused
 * later. */
static void to_standard(char *text, size_t len)
{
	for (size_t i = 0; i < len; i++) {
		text[i] = text[i] == '-' ? '+' : text[i] == '_' ? '/' : text[i];
	}
}

/* Either alphabet of RFC 4648 is allowed by DSSE, with padding. */
static nk_rc get_base64(struct nk_str text, struct nk_arena *arena, struct nk_bytes *out, struct nk_err *err)
{
	NK_OWNED(nk_buf_done) struct nk_buf bytes = { 0 };
	const bool standard = nk_str_chr(text, '+') != SIZE_MAX || nk_str_chr(text, '/') != SIZE_MAX;
	char *copy = nk_arena_array(arena, text.len, 1);
	uint8_t *kept = NULL;

	if (copy == NULL) {
		return nk_fail_nomem(err);
	}
	if (text.len > 0) {
		memcpy(copy, text.ptr, text.len);
	}
	if (!standard) {
		to_standard(copy, text.len);
	}
	nk_buf_init_wiping(&bytes, TEXT_MAX);
	NK_TRY(nk_base64_get(&bytes, (struct nk_str){ copy, text.len }, err));
	kept = nk_arena_array(arena, bytes.len, 1);
	if (kept == NULL) {
		return nk_fail_nomem(err);
	}
	if (bytes.len > 0) {
		memcpy(kept, bytes.ptr, bytes.len);
	}
	*out = nk_bytes_of(kept, bytes.len);
	return nk_done();
}

static nk_rc parse_sig(struct nk_jval v, struct nk_arena *arena, struct nk_dsse_sig *out, struct nk_err *err)
{
	const struct nk_jval keyid = nk_jget(v, "keyid");
	struct nk_str text = { 0 };
	struct nk_bytes sig = { 0 };

	if (keyid.v != NULL && !nk_jis_null(keyid) && (!nk_jstr(keyid, &text) || text.len > NAME_MAX_LEN)) {
		return nk_fail(err, NK_INVALID, "DSSE envelope: a keyid is not a text, or too long");
	}
	NK_TRY(nk_arena_dup(arena, text, &out->keyid, err));
	if (!nk_jstr(nk_jget(v, "sig"), &text)) {
		return nk_fail(err, NK_INVALID, "DSSE envelope: a signature is missing");
	}
	NK_TRY(get_base64(text, arena, &sig, err));
	if (sig.len != SIG_LEN) {
		return nk_fail(
			err, NK_INVALID, "DSSE envelope: a signature is not 64 bytes long (Ed25519 is expected)");
	}
	memcpy(out->sig, sig.ptr, SIG_LEN);
	return nk_done();
}

static nk_rc parse_sigs(struct nk_jval sigs, struct nk_arena *arena, struct nk_dsse *out, struct nk_err *err)
{
	const size_t n = nk_jlen(sigs);

	if (n == 0 || nk_jat(sigs, 0).v == NULL) {
		return nk_fail(err, NK_INVALID, "DSSE envelope: there is no signature");
	}
	if (n > NK_DSSE_MAX_SIGS) {
		return nk_fail(err, NK_LIMIT, "DSSE envelope: more than %d signatures", (int)NK_DSSE_MAX_SIGS);
	}
	for (size_t i = 0; i < n; i++) {
		NK_TRY(parse_sig(nk_jat(sigs, i), arena, &out->sigs[i], err));
	}
	out->n_sigs = n;
	return nk_done();
}

NK_RESULT nk_dsse_parse(struct nk_bytes text, struct nk_arena *arena, struct nk_dsse *out, struct nk_err *err)
{
	NK_OWNED(nk_jdoc_free) struct nk_jdoc *doc = NULL;
	struct nk_dsse env = { 0 };
	struct nk_str type = { 0 };
	struct nk_str payload = { 0 };

	NK_TRY(nk_jdoc_parse(text, TEXT_MAX, &doc, err));
	const struct nk_jval root = nk_jdoc_root(doc);
	if (!nk_jstr(nk_jget(root, "payloadType"), &type) || type.len == 0 || type.len > NAME_MAX_LEN) {
		return nk_fail(err, NK_INVALID, "DSSE envelope: payloadType is missing or too long");
	}
	if (!nk_jstr(nk_jget(root, "payload"), &payload)) {
		return nk_fail(err, NK_INVALID, "DSSE envelope: the payload is missing");
	}
	NK_TRY(nk_arena_dup(arena, type, &env.payload_type, err));
	NK_TRY(get_base64(payload, arena, &env.payload, err));
	NK_TRY(parse_sigs(nk_jget(root, "signatures"), arena, &env, err));
	*out = env;
	return nk_done();
}
