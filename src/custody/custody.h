/*
 * custody.h: parties, warrants, holdings with their extents and reach, duties, evidence: the copies' nouns, as rows.
 *
 * I2: a holding has custodian, purpose, warrant, expiry and a closing duty, all in one commit, written before the
 * copy exists. Texts here (place, purpose, scope) are about things, never about persons. Extents are Roaring bitmaps
 * of person numbers, one per item class. Nothing here begins a transaction or writes a leaf: flow does.
 */
#ifndef NK_CUSTODY_H
#define NK_CUSTODY_H

#include "people.h"
#include "store.h"

/* Kinds of holdings: holdings.rows (name, dual control yes|no, text). */
enum nk_holding_kind {
#define ROW(name, dual, summary) NK_HOLDING_##name,
#include "holdings.inc"
#undef ROW
	NK_HOLDING_KIND_COUNT
};
/* nk_holding_kind_name: the word of the row; nk_holding_kind_summary: its text, a msgid; both static. */
const char *nk_holding_kind_name(enum nk_holding_kind k);
const char *nk_holding_kind_summary(enum nk_holding_kind k);

enum nk_gone { NK_GONE_OPEN, NK_GONE_VERIFIED, NK_GONE_UNVERIFIED, NK_GONE_LOST, NK_GONE_UNACCOUNTED, NK_GONE_COUNT };
/* nk_gone_name: "verified" and so on; static. */
const char *nk_gone_name(enum nk_gone g);

struct nk_party {
	struct nk_uuid id;
	struct nk_str kind; /* operator, officer, organisation, program */
	struct nk_str roles; /* "operator,officer" */
	struct nk_str label; /* a name: personal; sealed in the store under label_key */
	uint8_t public_key[NK_SIGN_PUB_LEN];
	bool has_key;
	bool ended;
};
/* label_key: system key "log". Results live in `arena` (wiping). */
NK_RESULT nk_party_add(
	struct nk_tx *tx, const struct nk_key *label_key, const struct nk_party *party, struct nk_err *err);
NK_RESULT nk_party_list(struct nk_store *store, const struct nk_key *label_key, struct nk_arena *arena,
	struct nk_party **out, size_t *out_n, struct nk_err *err);
NK_RESULT nk_party_get(struct nk_store *store, const struct nk_key *label_key, struct nk_uuid id,
	struct nk_arena *arena, struct nk_party *out, struct nk_err *err);
bool nk_party_has_role(const struct nk_party *party, struct nk_str role);

struct nk_warrant {
	struct nk_uuid id;
	struct nk_str kind; /* order, exception, egress … */
	struct nk_str verbs;
	struct nk_str scope;
	struct nk_uuid requester;
	struct nk_uuid signer; /* nil: unsigned */
	struct nk_bytes signature;
	struct nk_str limitation; /* "" or why one person had to be both */
	nk_time from_at;
	nk_time until_at;
	uint32_t uses_left;
	nk_date review_on;
};
/* nk_warrant_add: NK_DENIED when the requester signs and there is no limitation (I4). */
NK_RESULT nk_warrant_add(struct nk_tx *tx, const struct nk_warrant *w, struct nk_err *err);
/* nk_warrant_sign: puts a signature under an unsigned one. NK_DENIED when the signer is its requester, whatever the
 * limitation says (I4), NK_EXISTS when it is signed. */
NK_RESULT nk_warrant_sign(
	struct nk_tx *tx, struct nk_uuid id, struct nk_uuid signer, struct nk_bytes signature, struct nk_err *err);
/*
 * nk_warrant_find: a live, signed one of that kind and scope (NK_NOT_FOUND).
 * nk_warrant_use: one use less; NK_DENIED when expired, used up, not yet valid, unsigned, or when `executor` signed
 * it and it carries no limitation (I4).
 */
NK_RESULT nk_warrant_find(struct nk_store *store, struct nk_str kind, struct nk_str scope, nk_time now,
	struct nk_arena *arena, struct nk_warrant *out, struct nk_err *err);
NK_RESULT nk_warrant_use(
	struct nk_tx *tx, struct nk_uuid id, struct nk_uuid executor, nk_time now, struct nk_err *err);

struct nk_holding {
	struct nk_uuid id;
	enum nk_holding_kind kind;
	struct nk_str place;
	struct nk_uuid custodian;
	struct nk_str purpose;
	struct nk_uuid warrant;
	struct nk_uuid derived_from; /* nil: none */
	nk_time opened_at;
	nk_time expires_at;
	nk_time closed_at; /* 0: open */
	enum nk_gone gone;
	char was_read[8]; /* yes | no | unknown */
};
/*
 * nk_holding_open: the row and its closing duty (due at expiry, owner = custodian); id is made. NK_INVALID when one
 * of custodian, purpose, place, warrant, expiry is missing; NK_DENIED when the warrant is not signed or does not hold
 * at opened_at (I2). was_read "" becomes "unknown" (I10).
 */
NK_RESULT nk_holding_open(struct nk_tx *tx, const struct nk_holding *h, struct nk_uuid *out_id, struct nk_err *err);
/* nk_holding_close: with evidence; closes its duty. Dual-control kinds need a second party that is not the custodian
 * (I3), else NK_DENIED. Once only: NK_CONFLICT. */
NK_RESULT nk_holding_close(struct nk_tx *tx, struct nk_uuid id, enum nk_gone gone, struct nk_uuid evidence,
	struct nk_uuid checked_by, nk_time now, struct nk_err *err);
NK_RESULT nk_holding_get(struct nk_store *store, struct nk_uuid id, struct nk_arena *arena, struct nk_holding *out,
	struct nk_err *err);
/* nk_holding_list: all, or only open ones; ordered by opening. */
NK_RESULT nk_holding_list(struct nk_store *store, bool only_open, struct nk_arena *arena, struct nk_holding **out,
	size_t *out_n, struct nk_err *err);

/*
 * Extents: numbers are dense person numbers. An empty extent has no row. nk_extent_remove_everywhere: an erased
 * person leaves every extent of holdings that are verified gone or are ours (store, vault_copy).
 */
NK_RESULT nk_extent_add(struct nk_tx *tx, struct nk_uuid holding, enum nk_item_class c, const uint32_t *numbers,
	size_t n, struct nk_err *err);
NK_RESULT nk_extent_remove(struct nk_tx *tx, struct nk_uuid holding, enum nk_item_class c, const uint32_t *numbers,
	size_t n, struct nk_err *err);
NK_RESULT nk_extent_remove_everywhere(struct nk_tx *tx, const uint32_t *numbers, size_t n, struct nk_err *err);
NK_RESULT nk_extent_count(
	struct nk_store *store, struct nk_uuid holding, enum nk_item_class c, uint64_t *out, struct nk_err *err);
/* nk_extent_of_person: holdings whose extent has the person, with a bit per item class. */
struct nk_extent_row {
	struct nk_uuid holding;
	unsigned classes; /* bit (1 << nk_item_class) */
};
NK_RESULT nk_extent_of_person(struct nk_store *store, uint32_t number, struct nk_arena *arena,
	struct nk_extent_row **out, size_t *out_n, struct nk_err *err);

/* nk_extent_touches: is any of these persons in any item class of the holding's extent? */
NK_RESULT nk_extent_touches(struct nk_store *store, struct nk_uuid holding, const uint32_t *numbers, size_t n, bool *out,
	struct nk_err *err);

/* Reach: who could read a holding, intervals. */
NK_RESULT nk_reach_open(
	struct nk_tx *tx, struct nk_uuid holding, struct nk_uuid party, nk_time from, struct nk_err *err);
NK_RESULT nk_reach_close(struct nk_tx *tx, struct nk_uuid holding, nk_time until, struct nk_err *err);

struct nk_duty {
	struct nk_uuid id;
	struct nk_str kind; /* close-holding, review-order, hand-out-notice, reshare … */
	struct nk_uuid owner;
	struct nk_uuid holding; /* nil: none */
	nk_time due_at;
	nk_time closed_at; /* 0: open */
};
NK_RESULT nk_duty_add(struct nk_tx *tx, const struct nk_duty *d, struct nk_uuid *out_id, struct nk_err *err);
NK_RESULT nk_duty_close(
	struct nk_tx *tx, struct nk_uuid id, struct nk_uuid evidence, nk_time now, struct nk_err *err);
NK_RESULT nk_duty_list(struct nk_store *store, bool only_open, struct nk_arena *arena, struct nk_duty **out,
	size_t *out_n, struct nk_err *err);

/* nk_evidence_add: a digest (and the envelope, when kept here); leaf = number of the ledger leaf or -1. */
NK_RESULT nk_evidence_add(struct nk_tx *tx, struct nk_str kind, const struct nk_hash *digest,
	struct nk_bytes statement, int64_t leaf, nk_time now, struct nk_uuid *out_id, struct nk_err *err);

#endif
