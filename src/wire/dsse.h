/*
 * dsse.h: the DSSE envelope (secure-systems-lab/dsse v1.0.2), without the keys: bytes to sign, print, parse.
 */
#ifndef NK_DSSE_H
#define NK_DSSE_H

enum { NK_DSSE_MAX_SIGS = 16 };

struct nk_dsse_sig {
	struct nk_str keyid;
	uint8_t sig[64]; /* Ed25519 */
};

struct nk_dsse {
	struct nk_str payload_type;
	struct nk_bytes payload;
	struct nk_dsse_sig sigs[NK_DSSE_MAX_SIGS];
	size_t n_sigs;
};

/* nk_dsse_pae: the bytes that are signed: "DSSEv1" SP LEN(type) SP type SP LEN(body) SP body. */
NK_RESULT nk_dsse_pae(struct nk_str payload_type, struct nk_bytes payload, struct nk_buf *out, struct nk_err *err);
/* nk_dsse_print: the JSON envelope, one line, keys in order payload, payloadType, signatures; 1–16 of these
 * (asserted). NK_INVALID: type or keyid is not UTF-8; NK_LIMIT of `out`. */
NK_RESULT nk_dsse_print(const struct nk_dsse *env, struct nk_buf *out, struct nk_err *err);
/* nk_dsse_parse: slices live in `arena` (which needs about twice the text). Text ≤ 4 MiB; at least one signature;
 * signatures of another length than 64 are refused. Base64 may be standard or URL-safe, with padding; a missing
 * keyid is "". Unknown keys are ignored. NK_INVALID, NK_LIMIT. Nothing is verified. */
NK_RESULT nk_dsse_parse(struct nk_bytes text, struct nk_arena *arena, struct nk_dsse *out, struct nk_err *err);

#endif
