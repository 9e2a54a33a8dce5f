/*
 * intoto.h: in-toto Statement v1 (attestation spec 1.0): printing canonically, and reading anybody's.
 *
 * Nothing here is verified: the envelope around it (dsse.h) is, by who has the keys, before the same bytes are read.
 */
#ifndef NK_INTOTO_H
#define NK_INTOTO_H

#define NK_INTOTO_PAYLOAD_TYPE "application/vnd.in-toto+json"
#define NK_INTOTO_STATEMENT "https://in-toto.io/Statement/v1"

enum { NK_INTOTO_MAX = 3 << 20, NK_INTOTO_SUBJECTS_MAX = 20000, NK_INTOTO_SHA256 = 32 };

struct nk_intoto_subject {
	struct nk_str name; /* may be empty */
	uint8_t sha256[NK_INTOTO_SHA256];
	bool has_sha256;
};
struct nk_intoto {
	struct nk_str type; /* predicateType */
	struct nk_str predicate; /* JSON object as it stands; empty: there is none */
	const struct nk_intoto_subject *subjects; /* at least one */
	size_t n_subjects;
};

/*
 * nk_intoto_print: the statement in canonical form (RFC 8785), provided that the predicate is canonical. `limitation`,
 * when not empty, becomes a member of the predicate (one that is there already is kept). NK_INVALID: the predicate is
 * no JSON object, or a text is no UTF-8; NK_LIMIT.
 */
NK_RESULT nk_intoto_print(
	const struct nk_intoto *st, struct nk_str limitation, struct nk_buf *out, struct nk_err *err);
/* nk_intoto_parse: slices live in `arena` or in `text`. Unknown members are ignored (as the specification wants).
 * NK_INVALID, NK_LIMIT. */
NK_RESULT nk_intoto_parse(struct nk_bytes text, struct nk_arena *arena, struct nk_intoto *out, struct nk_err *err);
/* nk_json_member_text: a member of an object as it stands in a text that is valid JSON; false: not there. */
bool nk_json_member_text(struct nk_str object, const char *key, struct nk_str *out);

#endif
