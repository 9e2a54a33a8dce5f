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
/* nk_holding_kind_dual: is it closed only when a second party has looked? */
bool nk_holding_kind_dual(enum nk_holding_kind k);

enum nk_gone { NK_GONE_OPEN, NK_GONE_VERIFIED, NK_GONE_UNVERIFIED, NK_GONE_LOST, NK_GONE_UNACCOUNTED, NK_GONE_COUNT };
/* nk_gone_name: "verified" and so on; static. */
const char *nk_gone_name(enum nk_gone g);
/* nk_holding_kind_of, nk_gone_of: by their words; false: none of them. */
bool nk_holding_kind_of(struct nk_str name, enum nk_holding_kind *out);
bool nk_gone_of(struct nk_str name, enum nk_gone *out);

struct nk_party {
	struct nk_uuid id;
	struct nk_str kind; /* operator, officer, organisation, program */
	struct nk_str roles; /* "operator,officer" */
	struct nk_str label; /* a name: personal; sealed in the store under label_key */
	uint8_t public_key[NK_SIGN_PUB_LEN];
	bool has_key;
	bool ended;
	struct nk_str unit; /* word: development, build … or "" */
	struct nk_str organisation; /* word: maker, integrator, site … or "" */
	struct nk_str ssh_key; /* "ssh-ed25519 AAAA…" or "" */
	struct nk_str recipient; /* "age1…" or "" */
	struct nk_str contact; /* where notices go: personal; sealed like the label */
	struct nk_uuid deputy; /* nil: none */
};
/* label_key: system key "log"; NULL when reading: label and contact stay empty. Results live in `arena` (wiping). */
NK_RESULT nk_party_add(
	struct nk_tx *tx, const struct nk_key *label_key, const struct nk_party *party, struct nk_err *err);
NK_RESULT nk_party_list(struct nk_store *store, const struct nk_key *label_key, struct nk_arena *arena,
	struct nk_party **out, size_t *out_n, struct nk_err *err);
NK_RESULT nk_party_get(struct nk_store *store, const struct nk_key *label_key, struct nk_uuid id,
	struct nk_arena *arena, struct nk_party *out, struct nk_err *err);
bool nk_party_has_role(const struct nk_party *party, struct nk_str role);
/* nk_party_end: from now on it signs and holds nothing; NK_NOT_FOUND when there is none that has not ended. */
NK_RESULT nk_party_end(struct nk_tx *tx, struct nk_uuid id, nk_time now, struct nk_err *err);
/* nk_party_raw_key: the Ed25519 key of an OpenSSH line "ssh-ed25519 AAAA…"; false for every other kind. */
bool nk_party_raw_key(struct nk_str ssh_key, uint8_t out[static NK_SIGN_PUB_LEN]);
/* nk_party_same_key: do these two have a key in common? */
bool nk_party_same_key(const struct nk_party *a, const struct nk_party *b);

/* The words of the house for roles and units: roles.rows (word, Japanese label). NULL: not one of them. */
const char *nk_role_label(struct nk_str word);
/* nk_role_word: the i-th of them, NULL behind the last; static. */
const char *nk_role_word(size_t i);
/* nk_role_judges: does its row say that it judges what others do? A word without a row does not. */
bool nk_role_judges(struct nk_str word);
/* nk_warrant_kind_needs: the roles that sign a warrant of this kind unless the configuration says others, from
 * warrants.rows; NULL: there is no such kind. nk_warrant_kind_word: the i-th kind, NULL behind the last. */
const char *nk_warrant_kind_needs(struct nk_str kind);
const char *nk_warrant_kind_word(size_t i);

struct nk_warrant {
	struct nk_uuid id;
	struct nk_str kind; /* order, exception, egress … */
	struct nk_str verbs;
	struct nk_str scope;
	struct nk_uuid requester;
	struct nk_uuid signer; /* nil: not granted; the one whose signature was the last that was needed */
	struct nk_bytes signature;
	struct nk_str limitation; /* "" or why one person had to be both */
	nk_time from_at;
	nk_time until_at;
	uint32_t uses_left;
	nk_date review_on;
	struct nk_str state; /* requested granted refused revoked spent reported accepted; nk_warrant_add sets it */
	struct nk_str needs; /* roles that must sign; nk_warrant_add: empty becomes "officer" */
	struct nk_bytes request; /* sealed by the caller; empty: none */
	struct nk_hash request_digest;
};
/*
 * nk_warrant_add: the request: its row, the requester on the side that does, the part "request". With a signer it is
 * granted at once. NK_DENIED when the requester signs and there is no limitation (I4).
 */
NK_RESULT nk_warrant_add(struct nk_tx *tx, const struct nk_warrant *w, struct nk_err *err);

/* One step in a warrant's life: what a party does with it, on which side: table warrant_part. */
enum nk_part {
	NK_PART_REQUEST,
	NK_PART_SIGN,
	NK_PART_REFUSE,
	NK_PART_REVOKE,
	NK_PART_USE,
	NK_PART_REPORT,
	NK_PART_ACCEPT,
	NK_PART_COUNT
};
/* nk_part_name: "sign" and so on; static. */
const char *nk_part_name(enum nk_part p);
struct nk_warrant_part {
	enum nk_part part;
	struct nk_uuid party;
	struct nk_str side; /* read: does, judges, both */
	struct nk_str role; /* in which role; empty for those who do */
	struct nk_bytes statement; /* sealed by the caller; empty: none */
	nk_time at;
	int64_t leaf; /* -1: none */
};
/*
 * nk_warrant_step: writes the part and moves the state. NK_DENIED: the party is on the other side (I4), has signed
 * already, the role is not needed or signed, the state does not allow the step, the window is over or not begun, it is
 * used up. NK_EXISTS: signed already by everybody it needs. The last signature needed grants it.
 * nk_warrant_use: the step NK_PART_USE.
 */
NK_RESULT nk_warrant_step(
	struct nk_tx *tx, struct nk_uuid id, const struct nk_warrant_part *part, struct nk_err *err);
NK_RESULT nk_warrant_use(
	struct nk_tx *tx, struct nk_uuid id, struct nk_uuid executor, nk_time now, struct nk_err *err);
/* nk_warrant_find: a live, granted one of that kind and scope (NK_NOT_FOUND). nk_warrant_get: by id. */
NK_RESULT nk_warrant_find(struct nk_store *store, struct nk_str kind, struct nk_str scope, nk_time now,
	struct nk_arena *arena, struct nk_warrant *out, struct nk_err *err);
NK_RESULT nk_warrant_get(struct nk_store *store, struct nk_uuid id, struct nk_arena *arena, struct nk_warrant *out,
	struct nk_err *err);
/* nk_warrant_list: in order of asking; only_open: those that wait, hold, or whose report waits. */
NK_RESULT nk_warrant_list(struct nk_store *store, bool only_open, struct nk_arena *arena, struct nk_warrant **out,
	size_t *out_n, struct nk_err *err);
/* nk_warrant_parts: everything that happened with one, in order. */
NK_RESULT nk_warrant_parts(struct nk_store *store, struct nk_uuid id, struct nk_arena *arena,
	struct nk_warrant_part **out, size_t *out_n, struct nk_err *err);
/* nk_warrant_side_of: on which side a party is: "", "does", "judges", "both"; static. */
NK_RESULT nk_warrant_side_of(
	struct nk_store *store, struct nk_uuid id, struct nk_uuid party, const char **out, struct nk_err *err);
/* nk_words_have: is the word in a comma-separated list? */
bool nk_words_have(struct nk_str list, struct nk_str word);

/*
 * A sealed column: padded, and opened only at its own row and under its own word: AAD = word (5 bytes) ‖ id. At most
 * `max` bytes, else NK_LIMIT. nk_column_unseal: bytes in `arena`, with a NUL behind them; NK_CORRUPT: it does
 * not open.
 */
struct nk_column_box {
	const struct nk_key *key;
	const char *word;
	struct nk_uuid id;
	size_t max;
};
NK_RESULT nk_column_seal(const struct nk_env *env, const struct nk_column_box *box, struct nk_bytes plain,
	struct nk_buf *out, struct nk_err *err);
NK_RESULT nk_column_unseal(const struct nk_column_box *box, struct nk_bytes sealed, struct nk_arena *arena,
	struct nk_bytes *out, struct nk_err *err);

struct nk_holding {
	struct nk_uuid id;
	enum nk_holding_kind kind;
	struct nk_str place; /* sealed in the store: a path may hold a name */
	struct nk_uuid custodian;
	struct nk_str purpose;
	struct nk_uuid warrant;
	struct nk_uuid derived_from; /* nil: none */
	nk_time opened_at;
	nk_time expires_at;
	nk_time closed_at; /* 0: open */
	enum nk_gone gone;
	char was_read[8]; /* yes | no | unknown */
	bool possible; /* it may never have existed */
	struct nk_uuid checked_by; /* who looked that it is gone; nil: nobody, or it is open */
};
/* nk_holding_gone: how its end is told: "verified" only when somebody else than its custodian looked, as nokosazu ask
 * (ask.c); "destroyed" when the custodian, or the program, removed it and looked alone; otherwise nk_gone_name. Static. */
const char *nk_holding_gone(const struct nk_holding *h);
/* nk_holding_about: "holding:<id>", how statements and duties name a copy; gives `out`. */
enum { NK_HOLDING_ABOUT = sizeof("holding:") + NK_UUID_TEXT };
const char *nk_holding_about(struct nk_uuid id, char out[static NK_HOLDING_ABOUT]);
/*
 * nk_holding_open: the row and its closing duty (due at expiry, owner = custodian); id is made. NK_INVALID when one
 * of custodian, purpose, place, warrant, expiry is missing; NK_DENIED when the warrant is not signed or does not hold
 * at opened_at (I2). was_read "" becomes "unknown" (I10). The custodian can read it from then on (nk_reach_open).
 * `place_key`: the house's key "log"; reading without one (NULL) leaves the place empty.
 */
NK_RESULT nk_holding_open(struct nk_tx *tx, const struct nk_key *place_key, const struct nk_holding *h,
	struct nk_uuid *out_id, struct nk_err *err);
/* nk_holding_close: with evidence; closes its duty. Dual-control kinds need a second party that is not the custodian
 * (I3), else NK_DENIED. Once only: NK_CONFLICT. */
NK_RESULT nk_holding_close(struct nk_tx *tx, struct nk_uuid id, enum nk_gone gone, struct nk_uuid evidence,
	struct nk_uuid checked_by, nk_time now, struct nk_err *err);
NK_RESULT nk_holding_get(struct nk_store *store, const struct nk_key *place_key, struct nk_uuid id,
	struct nk_arena *arena, struct nk_holding *out, struct nk_err *err);
/* nk_holding_list: all, or only open ones; ordered by opening. */
NK_RESULT nk_holding_list(struct nk_store *store, const struct nk_key *place_key, bool only_open,
	struct nk_arena *arena, struct nk_holding **out, size_t *out_n, struct nk_err *err);
/* nk_holding_seal_places: rows of before 0007 whose place stands in clear; *out_n: how many there were. */
NK_RESULT nk_holding_seal_places(struct nk_tx *tx, const struct nk_key *place_key, uint64_t *out_n, struct nk_err *err);

/*
 * The files of a copy as they were when it was finished: what else comes to lie at its place is none of it
 * (holding_file.c). `name`: below the place; empty: the place itself is the file. Sealed like the place.
 */
struct nk_holding_file {
	struct nk_str name;
	uint64_t size;
	struct nk_hash sha256;
};
NK_RESULT nk_holding_file_add(struct nk_tx *tx, const struct nk_key *place_key, struct nk_uuid holding,
	const struct nk_holding_file *file, struct nk_err *err);
NK_RESULT nk_holding_files(struct nk_store *store, const struct nk_key *place_key, struct nk_uuid holding,
	struct nk_arena *arena, struct nk_holding_file **out, size_t *out_n, struct nk_err *err);

/*
 * Extents: numbers are dense person numbers. An empty extent has no row. nk_extent_remove_everywhere: an erased
 * person leaves every extent of holdings that are verified gone or are ours (store, vault_copy).
 */
NK_RESULT nk_extent_add(struct nk_tx *tx, struct nk_uuid holding, enum nk_item_class c, const uint32_t *numbers,
	size_t n, struct nk_err *err);
/* nk_extent_add_upper: persons who may be in it beyond its known content (declared, or an upper bound). */
NK_RESULT nk_extent_add_upper(struct nk_tx *tx, struct nk_uuid holding, enum nk_item_class c, const uint32_t *numbers,
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
	unsigned possible; /* the same, for items that may be in it */
};
NK_RESULT nk_extent_of_person(struct nk_store *store, uint32_t number, struct nk_arena *arena,
	struct nk_extent_row **out, size_t *out_n, struct nk_err *err);

/* nk_extent_touches: is any of these persons in any item class of the holding's extent? */
NK_RESULT nk_extent_touches(struct nk_store *store, struct nk_uuid holding, const uint32_t *numbers, size_t n, bool *out,
	struct nk_err *err);

/*
 * Several holdings together (extent_many.c): a person in three of them is one person. nk_extent_together: how many were
 * seen in the content, and with those who may be in it (…_max), in any item class and by class; `without`: one of the
 * holdings has no extent at all: nobody knows its persons. nk_extent_persons: who, those who may be in it too, with a
 * bit per item class, by rising number, in `arena`.
 */
struct nk_extent_total {
	uint64_t persons, persons_max;
	uint64_t of[NK_ITEM_COUNT], of_max[NK_ITEM_COUNT];
	bool without;
};
NK_RESULT nk_extent_together(struct nk_store *store, const struct nk_uuid *holdings, size_t n,
	struct nk_extent_total *out, struct nk_err *err);
struct nk_extent_person {
	uint32_t number;
	unsigned classes;
};
NK_RESULT nk_extent_persons(struct nk_store *store, const struct nk_uuid *holdings, size_t n, struct nk_arena *arena,
	struct nk_extent_person **out, size_t *out_n, struct nk_err *err);

/*
 * Reach: who could read a holding, intervals. nk_reach_open: from now on, allowed by the holding's own warrant; once a
 * party: an interval that is open stays as it is. nk_reach_note: an interval as it was, until 0: it goes on; warrant
 * nil: nobody allowed it. nk_reach_close: all that are open.
 */
NK_RESULT nk_reach_open(
	struct nk_tx *tx, struct nk_uuid holding, struct nk_uuid party, nk_time from, struct nk_err *err);
struct nk_reach {
	struct nk_uuid holding, party, warrant;
	nk_time from_at, until_at;
};
NK_RESULT nk_reach_note(struct nk_tx *tx, const struct nk_reach *r, struct nk_err *err);
NK_RESULT nk_reach_close(struct nk_tx *tx, struct nk_uuid holding, nk_time until, struct nk_err *err);

/*
 * What is known of readings. nk_seen_add: a reading; who had no reach at that moment gets it for that moment, allowed
 * by nobody, so that no reading is ever left out. persons UINT64_MAX: not known. nk_coverage_add: a statement about a
 * log over an interval (I8): complete, or with a gap; `why` is its source, or what is missing; never empty.
 */
NK_RESULT nk_seen_add(struct nk_tx *tx, struct nk_uuid holding, struct nk_uuid party, nk_time at, uint64_t persons,
	struct nk_err *err);
struct nk_coverage {
	struct nk_uuid holding;
	nk_time from_at, until_at;
	bool complete;
	bool filtered; /* somebody chose what of it is kept: such a log is never complete */
	struct nk_str why;
	struct nk_uuid evidence; /* nil: none */
};
NK_RESULT nk_coverage_add(struct nk_tx *tx, const struct nk_coverage *c, struct nk_err *err);
/* nk_derived_add: `child` was made from `parent` too (beside derived_from). Once a pair. */
NK_RESULT nk_derived_add(struct nk_tx *tx, struct nk_uuid child, struct nk_uuid parent, struct nk_err *err);

/*
 * nk_ask: the one answer over a holding and everything derived from it, however often and in whatever circle: a row a
 * holding and a party that could read it, nearest first. A holding with nobody written down has one row with party
 * nil, which does not mean nobody.
 */
enum nk_ask_gone { NK_ASK_OPEN, NK_ASK_GONE_VERIFIED, NK_ASK_GONE_UNVERIFIED, NK_ASK_LOST, NK_ASK_UNACCOUNTED };
struct nk_ask_row {
	unsigned depth; /* 0: the one asked for */
	struct nk_uuid holding;
	enum nk_holding_kind kind;
	struct nk_str place;
	uint64_t persons_exact; /* seen in its content */
	uint64_t persons_max; /* and those who may be in it */
	struct nk_uuid party; /* nil: nobody is written down */
	struct nk_uuid warrant; /* nil: nobody allowed it */
	nk_time since, until; /* 0: not known, or still going on */
	const char *was_read; /* yes, no, unknown: "no" only from a log that is complete over the whole interval */
	enum nk_ask_gone gone; /* verified: by somebody else than its custodian */
	bool possible; /* it may never have existed */
};
NK_RESULT nk_ask(struct nk_store *store, const struct nk_key *place_key, struct nk_uuid holding,
	struct nk_arena *arena, struct nk_ask_row **out, size_t *out_n, struct nk_err *err);
/* nk_ask_gone_text: msgid, static. */
const char *nk_ask_gone_text(enum nk_ask_gone gone, bool possible);

struct nk_duty {
	struct nk_uuid id;
	struct nk_str kind; /* close-holding, review-order, hand-out-notice, reshare … */
	struct nk_uuid owner;
	struct nk_uuid holding; /* nil: none */
	nk_time due_at;
	nk_time closed_at; /* 0: open */
	struct nk_str about; /* "case:<id>", "holding:<id>"; words and ids, nobody's data; empty: nothing */
	unsigned level; /* who was called: 0 nobody, 1 the owner, 2 the deputy, 3 the director */
	nk_time told_at; /* when somebody was last called; 0: never */
	nk_time acked_at; /* when the owner said that he knows; 0: not yet */
	struct nk_uuid evidence; /* what closed it; nil: open, or closed by a warrant */
};
NK_RESULT nk_duty_add(struct nk_tx *tx, const struct nk_duty *d, struct nk_uuid *out_id, struct nk_err *err);
NK_RESULT nk_duty_close(
	struct nk_tx *tx, struct nk_uuid id, struct nk_uuid evidence, nk_time now, struct nk_err *err);
NK_RESULT nk_duty_list(struct nk_store *store, bool only_open, struct nk_arena *arena, struct nk_duty **out,
	size_t *out_n, struct nk_err *err);
/* nk_duty_of: open and closed ones about that, in order of their due times. nk_duty_get: NK_NOT_FOUND. */
NK_RESULT nk_duty_of(struct nk_store *store, struct nk_str about, struct nk_arena *arena, struct nk_duty **out,
	size_t *out_n, struct nk_err *err);
NK_RESULT nk_duty_get(
	struct nk_store *store, struct nk_uuid id, struct nk_arena *arena, struct nk_duty *out, struct nk_err *err);
/* nk_duty_kind_of: what duties.rows says of a kind; NULL: nothing. Hours -1: as configured. */
struct nk_duty_kind {
	const char *name, *last; /* who is called last: a role */
	int remind_hours, deputy_hours, director_hours;
	const char *summary; /* msgid */
};
const struct nk_duty_kind *nk_duty_kind_of(struct nk_str kind);
/* nk_duty_ack: whose it is has said that he knows; the first time counts. NK_NOT_FOUND: no open one. */
NK_RESULT nk_duty_ack(struct nk_tx *tx, struct nk_uuid id, nk_time now, struct nk_err *err);
/* nk_duty_called: somebody was called at this level; NK_CONFLICT: it is closed, or not at level `from` any more. */
NK_RESULT nk_duty_called(
	struct nk_tx *tx, struct nk_uuid id, unsigned from, unsigned level, nk_time now, struct nk_err *err);

struct nk_evidence {
	struct nk_uuid id;
	struct nk_str kind; /* predicate type, or words */
	struct nk_hash digest; /* SHA-256 of the DSSE payload */
	struct nk_bytes statement; /* DSSE envelope; empty: kept elsewhere */
	int64_t leaf; /* number of the ledger leaf, or -1 */
	nk_time at;
	struct nk_str about; /* "holding:<id>" … */
	struct nk_str result; /* PASSED, FAILED or "" */
	struct nk_uuid signer; /* nil: not a party of ours */
};
/* nk_evidence_put: all of it but the id, which is made. nk_evidence_list: about empty: all; in order of time. */
NK_RESULT nk_evidence_put(struct nk_tx *tx, const struct nk_evidence *e, struct nk_uuid *out_id, struct nk_err *err);
NK_RESULT nk_evidence_get(struct nk_store *store, struct nk_uuid id, struct nk_arena *arena, struct nk_evidence *out,
	struct nk_err *err);
NK_RESULT nk_evidence_list(struct nk_store *store, struct nk_str about, struct nk_arena *arena,
	struct nk_evidence **out, size_t *out_n, struct nk_err *err);
/* nk_evidence_add: a digest (and the envelope, when kept here); leaf = number of the ledger leaf or -1. */
NK_RESULT nk_evidence_add(struct nk_tx *tx, struct nk_str kind, const struct nk_hash *digest,
	struct nk_bytes statement, int64_t leaf, nk_time now, struct nk_uuid *out_id, struct nk_err *err);

#endif
