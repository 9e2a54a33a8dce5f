/*
 * asked_int.h: a warrant as it was asked for, opened, and what is signed about it; for warrant_*.c, op_warrant.c and
 * op_approve.c.
 *
 * The request is canonical JSON with 32 random bytes, sealed under the system key "log"; its SHA-256 stands in clear.
 * What a judge signs is an in-toto Statement approval/v1 about that digest, made again from the request whenever a
 * signature is looked at: nothing that could be changed beside it is believed.
 */
#ifndef NK_ASKED_INT_H
#define NK_ASKED_INT_H

#include "measures_int.h"

enum { NK_ASKED_MAX = 2 << 20, NK_ASKED_DETAILS_MAX = 1 << 20, NK_ASKED_SCOPE_MAX = 200 };

#define NK_SSHSIG_NAMESPACE "nokosazu-approval"

struct nk_asked {
	struct nk_warrant row;
	struct nk_str text; /* the request */
	struct nk_str details; /* canonical JSON object, "{}" when there is none */
	struct nk_str purpose, limitation;
	uint32_t uses; /* as asked */
};

/* nk_ask_form (ask_form.c): acts, scope and roles asked for by hand are of closed lists: NK_INVALID with the list (they stand in
 * clear, nobody's name may be in them), NK_DENIED for what only an operation asks for. */
NK_RESULT nk_ask_form(const struct nk_flow *flow, const struct nk_warrant_request *req, struct nk_err *err);
/* nk_asked_get: reads, opens, and compares the row with what was asked: NK_DENIED when they differ. Texts in `arena`. */
NK_RESULT nk_asked_get(struct nk_flow *flow, struct nk_uuid id, struct nk_arena *arena, struct nk_asked *out,
	struct nk_err *err);
/* nk_asked_new: the text of a request, sealed, into w->request and w->request_digest (memory of `arena`). */
NK_RESULT nk_asked_new(struct nk_flow *flow, const struct nk_warrant_ask *ask, struct nk_arena *arena,
	struct nk_warrant *w, struct nk_err *err);
/* nk_asked_statement: exactly what a party signs in a role for a decision (NK_PART_SIGN, _REFUSE, _REVOKE, _ACCEPT).
 * `report`: SHA-256 of the report for _ACCEPT, else NULL. `signer`: part->party; the statement says so when no officer
 * vouched for him, which does not change as long as he is enrolled, so that the text can be made again. */
NK_RESULT nk_asked_statement(struct nk_flow *flow, const struct nk_asked *a, const struct nk_warrant_part *part,
	const struct nk_party *signer, const struct nk_hash *report, struct nk_buf *out, struct nk_err *err);

/* nk_asked_seal, nk_asked_open: what is kept of a step: sealed under the warrant, the party and the step. */
NK_RESULT nk_asked_seal(struct nk_flow *flow, struct nk_uuid id, const struct nk_warrant_part *part,
	struct nk_bytes plain, struct nk_buf *out, struct nk_err *err);
NK_RESULT nk_asked_open(struct nk_flow *flow, struct nk_uuid id, const struct nk_warrant_part *part,
	struct nk_arena *arena, struct nk_bytes *out, struct nk_err *err);

/* nk_asked_verify: one judge's signature, against the key that is enrolled now. NK_DENIED says what is wrong. */
NK_RESULT nk_asked_verify(struct nk_flow *flow, const struct nk_asked *a, const struct nk_warrant_part *part,
	struct nk_arena *arena, struct nk_party *out_signer, struct nk_err *err);

/* Somebody's decision about a warrant. */
struct nk_judging {
	enum nk_part part; /* _SIGN, _REFUSE, _REVOKE, _ACCEPT */
	struct nk_str role;
	const struct nk_key *seed; /* Ed25519, or NULL: then the next two */
	struct nk_uuid party;
	struct nk_bytes sshsig; /* armored, over the statement, namespace nokosazu-approval */
};
/* nk_asked_judge: who, in that role or not, signature, step, leaf. */
NK_RESULT nk_asked_judge(struct nk_flow *flow, struct nk_tx *tx, struct nk_uuid id, const struct nk_judging *how,
	struct nk_err *err);
/*
 * warrant_duty.c: what is owed after a use: nk_warrant_owes_report when it was used; nk_warrant_report with its text;
 * nk_warrant_was_reported; nk_warrant_report_judged when the report was accepted (_ACCEPT) or has to be made again
 * (_REFUSE); nk_warrant_owed: "report", "accept" or "".
 */
enum { NK_REPORT_MAX = 8192 };
NK_RESULT nk_warrant_report(
	struct nk_flow *flow, struct nk_tx *tx, struct nk_uuid id, struct nk_str text, struct nk_err *err);
NK_RESULT nk_warrant_owed(struct nk_flow *flow, struct nk_uuid id, struct nk_str *out, struct nk_err *err);
NK_RESULT nk_warrant_owes_report(
	struct nk_flow *flow, struct nk_tx *tx, const struct nk_warrant *w, struct nk_err *err);
NK_RESULT nk_warrant_was_reported(struct nk_flow *flow, struct nk_tx *tx, struct nk_uuid id,
	const struct nk_hash *report, struct nk_err *err);
NK_RESULT nk_warrant_report_judged(struct nk_flow *flow, struct nk_tx *tx, struct nk_uuid id, enum nk_part part,
	const struct nk_hash *report, struct nk_err *err);
/* nk_asked_report: the last report of it: sealed text's digest and text; NK_NOT_FOUND. */
NK_RESULT nk_asked_report(struct nk_flow *flow, struct nk_uuid id, struct nk_arena *arena, struct nk_str *out_text,
	struct nk_hash *out_digest, struct nk_err *err);

#endif
