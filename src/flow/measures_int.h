/*
 * measures_int.h: what every measure stands on, for the files of this floor: warrants asked and used, statements made
 * and kept, duties, copies opened and closed. Everything here works inside the caller's transaction unless it says so.
 *
 * I4: one party is on one side of a warrant only (table warrant_side), and every use looks again at the signatures,
 * the window, the uses, the digest of what was asked, and who acts.
 */
#ifndef NK_MEASURES_INT_H
#define NK_MEASURES_INT_H

#include "flow_int.h"
#include "flow_warrant.h"
#include "json.h"

/* --- warrants (warrant_use.c) --- */
struct nk_warrant_ask {
	struct nk_str kind; /* access egress change release order exception */
	struct nk_str verbs; /* "SEAL" */
	struct nk_str scope; /* what it covers: words and digests, nobody's data; at most 200 bytes */
	struct nk_str purpose; /* one line */
	struct nk_str needs; /* roles that must sign, comma-separated; empty: those of the configuration for the kind */
	nk_time from_at, until_at; /* 0: from now on */
	uint32_t uses;
	struct nk_str details; /* canonical JSON object shown to the signers and covered by their signatures, or empty */
};
/* nk_warrant_ask: writes the request as flow->actor's; leaf WARRANT_ASK. NK_INVALID names what is missing. */
NK_RESULT nk_warrant_ask(struct nk_flow *flow, struct nk_tx *tx, const struct nk_warrant_ask *ask,
	struct nk_uuid *out_id, struct nk_err *err);
/*
 * nk_warrant_take: one use of a granted warrant by flow->actor: state, window, uses, kind, verb, every signature
 * verified anew against the keys enrolled now, executor not among the judges; leaf WARRANT_USE. NK_DENIED says which.
 * *out_details (may be NULL): the details as they were signed, in `arena`. `scope`: must be equal to the asked one.
 */
NK_RESULT nk_warrant_take(struct nk_flow *flow, struct nk_tx *tx, struct nk_uuid id, struct nk_str kind,
	struct nk_str verb, struct nk_str scope, struct nk_arena *arena, struct nk_str *out_details, struct nk_err *err);
/* nk_warrant_done (warrant_duty.c): the act that used it reports itself, once no use is left: what it was and by which
 * digest it can be found. Somebody else accepts. Who took it owes this report from the moment of nk_warrant_take on. */
NK_RESULT nk_warrant_done(struct nk_flow *flow, struct nk_tx *tx, struct nk_uuid id, const char *what,
	struct nk_err *err);
/* nk_warrant_look: the same checks without using it, outside a transaction. */
NK_RESULT nk_warrant_look(struct nk_flow *flow, struct nk_uuid id, struct nk_str kind, struct nk_str verb,
	struct nk_str scope, struct nk_arena *arena, struct nk_str *out_details, struct nk_err *err);

/* nk_roles_called: "officer,principal" as this site calls them: 個人情報保護管理責任者、校長 (op_party.c). */
NK_RESULT nk_roles_called(
	const struct nk_flow *flow, struct nk_str roles, struct nk_arena *arena, struct nk_str *out, struct nk_err *err);
/* nk_warrant_needs: roles that sign a warrant of this kind: [warrant] of the configuration, else warrants.rows. */
struct nk_str nk_warrant_needs(const struct nk_flow *flow, struct nk_str kind);
/* nk_flow_limitation: [separation] limitation: why too few people are kept less apart; empty: they are apart. */
struct nk_str nk_flow_limitation(const struct nk_flow *flow);
/* nk_party_alone: was a party that judges, and is enrolled now, enrolled by the operator alone (party_vouch.c)?
 * nk_flow_said_limitation: what every statement of this house says of its limits: these, and settings that are weaker than as
 * shipped (settings.c); empty: none. */
#define NK_LIMITATION_ALONE "the approver was enrolled by the operator alone"
#define NK_LIMITATION_WEAKER "%zu settings of the guard, of training or of who signs are weaker than as shipped"
#define NK_LIMITATION_RECIPIENT "a recipient was enrolled by the operator alone"
NK_RESULT nk_party_alone(struct nk_flow *flow, bool *out, struct nk_err *err);
NK_RESULT nk_flow_said_limitation(struct nk_flow *flow, struct nk_buf *out, struct nk_err *err);

/* A refused attempt is an event too (A7): leaf REFUSED in a transaction of its own; what and why are words, nobody's
 * data. Never hides the error that is being told: a failure to write it is added to nothing. While a transaction is open it is
 * kept, and written by nk_flow_refused_late when the flow is closed, unless the operation itself tells it before. */
void nk_flow_refused_late(struct nk_flow *flow);
void nk_flow_refused(struct nk_flow *flow, const char *what, const char *why);
/* nk_flow_refused_why: the same with the word for this error: nk_refusal_word, of the closed table in refusal.c. */
void nk_flow_refused_why(struct nk_flow *flow, const char *what, const struct nk_err *err);
const char *nk_refusal_word(const struct nk_err *err);
/* nk_refusal_label: the msgid of what a word means; NULL: it is none of ours. */
const char *nk_refusal_label(struct nk_str word);

/* --- statements (statement.c): in-toto Statement v1 in DSSE, signed by the house's certificate key --- */
struct nk_statement {
	const char *predicate; /* type URI */
	const char *subject; /* name of the subject: "holding:<id>", "package:<name>" … */
	struct nk_hash subject_sha256;
	struct nk_str body; /* canonical JSON object: the predicate */
	struct nk_str about; /* for finding it again: "holding:<id>", "case:<id>" */
	const char *result; /* PASSED, FAILED or "" */
};
/* nk_statement_print: the one way in which a statement of this house, whoever signs it, becomes text: what it says of its limits
 * (nk_flow_said_limitation) is in it. flow NULL: made without an installation, nothing is known of limits. */
struct nk_intoto;
NK_RESULT nk_statement_print(struct nk_flow *flow, const struct nk_intoto *st, struct nk_buf *out, struct nk_err *err);
/* nk_statement_make: signs, keeps the envelope as evidence, leaf EVIDENCE with the digest of the payload. `limitation`
 * of the installation (too few people) is added to the predicate. out_envelope may be NULL (text in `arena`), and so may out_evidence. */
NK_RESULT nk_statement_make(struct nk_flow *flow, struct nk_tx *tx, const struct nk_statement *s,
	struct nk_arena *arena, struct nk_uuid *out_evidence, struct nk_str *out_envelope, struct nk_err *err);
/* nk_statement_take: somebody else's envelope: verified with `pub`, parsed, kept as evidence. NK_DENIED: signature;
 * NK_INVALID: not a statement of this predicate, or its subject has another digest (subject NULL: not looked at).
 * *out_body (may be NULL; nk_jdoc_free): the predicate alone, its members at the root. */
NK_RESULT nk_statement_take(struct nk_flow *flow, struct nk_tx *tx, struct nk_bytes envelope,
	const uint8_t pub[static NK_SIGN_PUB_LEN], const char *predicate, const struct nk_hash *subject,
	struct nk_str about, struct nk_uuid signer, struct nk_arena *arena, struct nk_jdoc **out_body,
	struct nk_uuid *out_evidence, struct nk_err *err);

/* --- duties (duties.c) --- */
/* nk_duty_open: owner nil: who holds `role` now (NK_NOT_FOUND when nobody does). */
NK_RESULT nk_duty_open(struct nk_flow *flow, struct nk_tx *tx, const char *kind, struct nk_str about,
	struct nk_uuid owner, const char *role, nk_time due_at, struct nk_uuid *out_id, struct nk_err *err);
/* nk_duty_end: all open duties of that kind about that (none: fine); evidence nil is refused (NK_INVALID). Leaf
 * DUTY_CLOSE each. nk_duty_end_one: one duty. */
NK_RESULT nk_duty_end_one(
	struct nk_flow *flow, struct nk_tx *tx, const struct nk_duty *d, struct nk_uuid evidence, struct nk_err *err);
NK_RESULT nk_duty_end(struct nk_flow *flow, struct nk_tx *tx, const char *kind, struct nk_str about,
	struct nk_uuid evidence, struct nk_err *err);
/* nk_role_party: who holds a role now: the first enrolled, not ended. */
NK_RESULT nk_role_party(struct nk_flow *flow, const char *role, struct nk_arena *arena, struct nk_party *out,
	struct nk_err *err);
/* nk_signer_of: the enrolled party whose seed this is. NK_DENIED. */
NK_RESULT nk_signer_of(struct nk_flow *flow, const struct nk_key *seed, struct nk_arena *arena, struct nk_party *out,
	struct nk_err *err);

/* --- copies (hold.c): the only way to write personal data outside the store --- */
struct nk_hold; /* an open holding with its descriptor */
struct nk_hold_spec {
	enum nk_holding_kind kind;
	const char *path; /* file that is made (never overwritten), or NULL: a sealed memory file */
	struct nk_str place; /* how the place is told: a path or a word, nobody's data */
	struct nk_str purpose;
	struct nk_uuid warrant;
	struct nk_uuid derived_from; /* nil: the store */
	struct nk_uuid reach; /* who can read it; nil: the actor */
	nk_time expires_at;
	const uint32_t *numbers; /* whose; with `classes`: bit (1 << nk_item_class) */
	size_t n;
	unsigned classes;
	const unsigned *classes_of; /* or such bits for each of the numbers; NULL: `classes` for all */
	bool job; /* work file of a job: closed at its end whatever happens, else the job has failed */
};
/*
 * nk_hold_open: one commit: holding, extent, reach, closing duty, leaf; then the file is made. The transaction is its
 * own. nk_hold_fd: the descriptor; stays the hold's. nk_hold_keep: the copy is finished and stays until its expiry
 * (fsync, close). nk_hold_close: overwritten, cut, unlinked, closed with evidence; a failure is told and the caller's
 * job fails. nk_hold_drop: for NK_OWNED: closes a job's copy that nobody closed; a failure to do so marks the flow:
 * nk_flow_end_job answers NK_INCOMPLETE then.
 */
NK_RESULT nk_hold_open(struct nk_flow *flow, const struct nk_hold_spec *spec, struct nk_hold **out, struct nk_err *err);
int nk_hold_fd(const struct nk_hold *hold);
struct nk_uuid nk_hold_id(const struct nk_hold *hold);
NK_RESULT nk_hold_keep(struct nk_hold **hold, struct nk_err *err);
NK_RESULT nk_hold_close(struct nk_hold **hold, struct nk_err *err);
void nk_hold_drop(struct nk_hold **hold);

#endif
