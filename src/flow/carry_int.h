/*
 * carry_int.h: what the files of carrying out share.
 */
#ifndef NK_CARRY_INT_H
#define NK_CARRY_INT_H

#include "age.h"
#include "flow_carry.h"
#include "flow_scan.h"
#include "measures_int.h"

#define NK_CARRY_FORMAT "nokosazu-carry/1"
#define NK_CARRY_MANIFEST "manifest.json"
#define NK_PREDICATE_CARRY NK_PREDICATE("carry/v1")
#define NK_PREDICATE_RECEIPT NK_PREDICATE("carry-receipt/v1")
#define NK_PREDICATE_ERASED NK_PREDICATE("carry-erased/v1")

enum { NK_CARRY_MANIFEST_MAX = 1 << 20 };

/* --- carry_take.c: the bytes, read once --- */
struct nk_carry_taken {
	int fds[NK_CARRY_FILES]; /* sealed memory files */
	size_t n;
};
/* nk_carry_take: fills size and digest of each. NK_USAGE: a folder, link, pipe or device; NK_CONFLICT: it changed
 * meanwhile; NK_LIMIT: more than [carry] memory together. nk_carry_taken_done also after a failure. */
NK_RESULT nk_carry_take(const struct nk_flow *flow, struct nk_carry_file *files, size_t n, struct nk_carry_taken *out,
	struct nk_err *err);
void nk_carry_taken_done(struct nk_carry_taken *t);

/* --- carry_files.c: what is asked for, by its bytes --- */
/* nk_carry_files: the names of a request, told apart; sizes and digests come with nk_carry_take. */
NK_RESULT nk_carry_files(const char *const *paths, size_t n, struct nk_arena *arena, struct nk_carry_file **out,
	struct nk_err *err);
/* nk_carry_scan: whose data is in these files. numbers and classes (bits) of n persons live in `arena`. */
struct nk_carry_whose {
	uint32_t *numbers;
	unsigned *classes;
	size_t n;
	struct nk_carry_extent extent;
};
/* `taken`: those bytes, whatever bears the names by now; NULL: the files where they lie. */
NK_RESULT nk_carry_scan(struct nk_flow *flow, const struct nk_carry_file *files, size_t n,
	const struct nk_carry_taken *taken, struct nk_arena *arena, struct nk_carry_whose *out, struct nk_err *err);

/* --- carry_paper.c: what is signed, and what goes along --- */
struct nk_carry_to {
	struct nk_uuid party;
	struct nk_str text; /* age1… */
	struct nk_age_recipient key;
};
/* nk_carry_recipients: enrolled parties only, sorted by key, none twice. */
NK_RESULT nk_carry_recipients(struct nk_flow *flow, const struct nk_str *to, size_t n, struct nk_arena *arena,
	struct nk_carry_to **out, size_t *out_n, struct nk_err *err);

struct nk_carry_paper {
	struct nk_carry_file *files;
	size_t n_files;
	struct nk_carry_to *to;
	size_t n_to;
	struct nk_carry_extent extent;
	struct nk_str ticket;
	nk_time until;
};
NK_RESULT nk_carry_details(const struct nk_carry_paper *p, struct nk_buf *out, struct nk_err *err);
NK_RESULT nk_carry_details_read(struct nk_flow *flow, struct nk_str text, struct nk_arena *arena,
	struct nk_carry_paper *out, struct nk_err *err);
/* nk_carry_scope: "carry:" and a keyed digest of the details. */
void nk_carry_scope(const struct nk_flow *flow, struct nk_str details, char out[static 80]);
/* nk_carry_secret: what only who opens the bundle can know: made of the house's key and the holding. */
void nk_carry_secret(const struct nk_flow *flow, struct nk_uuid holding, struct nk_key *out);

/* manifest.json of a bundle. */
struct nk_carry_manifest {
	struct nk_uuid warrant, holding;
	struct nk_str until; /* YYYY-MM-DDThh:mm:ss.mmmZ */
	struct nk_key secret;
	struct nk_carry_file *files; /* path empty */
	size_t n_files;
	uint8_t signer[NK_SIGN_PUB_LEN]; /* the house that sealed it */
	uint8_t signature[NK_SIG_LEN]; /* over all of it but this one */
};
/* nk_carry_manifest_sign: as this house. nk_carry_manifest_of: was it signed by the key in it, and is that the key of an
 * enrolled site, or of this house? NK_DENIED. */
NK_RESULT nk_carry_manifest_sign(const struct nk_flow *flow, struct nk_carry_manifest *m, struct nk_err *err);
NK_RESULT nk_carry_manifest_of(struct nk_flow *flow, const struct nk_carry_manifest *m, struct nk_err *err);
NK_RESULT nk_carry_manifest_print(const struct nk_carry_manifest *m, struct nk_buf *out, struct nk_err *err);
NK_RESULT nk_carry_manifest_read(
	struct nk_bytes text, struct nk_arena *arena, struct nk_carry_manifest *out, struct nk_err *err);
/* A receipt: proof = HMAC-SHA256(secret, the canonical text without it). */
struct nk_carry_receipt {
	struct nk_uuid warrant, holding;
	struct nk_hash bundle;
	struct nk_hash place; /* nk_carry_place */
	struct nk_str opened_at;
	uint64_t files;
};
/* nk_carry_place: where a bundle was opened, as only who knows its secret can compare it: the path itself may name
 * somebody and does not travel. `real`: links followed. */
void nk_carry_place(const struct nk_key *secret, struct nk_str real, struct nk_hash *out);
NK_RESULT nk_carry_receipt_print(
	const struct nk_carry_receipt *r, const struct nk_key *secret, struct nk_buf *out, struct nk_err *err);
NK_RESULT nk_carry_receipt_read(struct nk_flow *flow, struct nk_bytes text, struct nk_arena *arena,
	struct nk_carry_receipt *out, struct nk_err *err);

/* --- carry_bundle.c --- */
/* nk_carry_write: manifest and files, sealed; what goes in must have the digest that was signed (NK_DENIED): else the
 * bundle has no end. */
struct nk_carry_writing {
	const struct nk_carry_paper *paper;
	const struct nk_carry_manifest *manifest;
	const struct nk_carry_taken *taken;
	int fd;
};
NK_RESULT nk_carry_write(struct nk_flow *flow, const struct nk_carry_writing *w, struct nk_hash *out_sha256,
	uint64_t *out_bytes, struct nk_err *err);

/* --- carry_list.c --- */
/* nk_carry_holding: the bundle that was sealed under a warrant. NK_NOT_FOUND. */
NK_RESULT nk_carry_holding(struct nk_flow *flow, struct nk_uuid warrant, struct nk_arena *arena,
	struct nk_holding *out, struct nk_err *err);
/* nk_carry_received_at: *out: a receipt is on the books, and it names this place. */
NK_RESULT nk_carry_received_at(
	struct nk_flow *flow, struct nk_uuid holding, const char *place, struct nk_arena *arena, bool *out, struct nk_err *err);
/* nk_carry_has: is there a statement of that type about the bundle? */
NK_RESULT nk_carry_has(struct nk_flow *flow, struct nk_uuid holding, const char *predicate, struct nk_arena *arena,
	bool *out, struct nk_err *err);
/* nk_carry_leaf: leaf CARRY with what was done, the holding and the warrant. */
NK_RESULT nk_carry_leaf(struct nk_flow *flow, struct nk_tx *tx, const char *act, struct nk_uuid holding,
	struct nk_uuid warrant, struct nk_err *err);
/* nk_carry_tell: a refusal is written down with its reason: words of ours, nobody's data (NULL: its class); gives rc
 * back. */
nk_rc nk_carry_tell(struct nk_flow *flow, const char *what, nk_rc rc, const char *why);

#endif
