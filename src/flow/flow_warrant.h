/*
 * flow_warrant.h: warrants, duties, evidence and the one question, as front ends ask for them.
 *
 * Four steps as people know them: 申請 request → 承認 sign → 作業報告 report → 報告承認 accept. Texts live in the
 * given arena.
 */
#ifndef NK_FLOW_WARRANT_H
#define NK_FLOW_WARRANT_H

#include "flow.h"

#define NK_PREDICATE(name) "https://nokosazu.example/predicate/" name
#define NK_PREDICATE_APPROVAL NK_PREDICATE("approval/v1")
#define NK_PREDICATE_CLOSURE NK_PREDICATE("closure/v1")
#define NK_PREDICATE_COVERAGE NK_PREDICATE("coverage/v1")
#define NK_PREDICATE_QUORUM NK_PREDICATE("quorum/v1")
#define NK_PREDICATE_NOTICE NK_PREDICATE("notice/v1")
#define NK_PREDICATE_CENSUS NK_PREDICATE("census-erasure/v1")
#define NK_PREDICATE_SITE_REPORT NK_PREDICATE("site-report/v1")
#define NK_PREDICATE_SVR "https://in-toto.io/attestation/svr/v0.2"
#define NK_PREDICATE_TEST "https://in-toto.io/attestation/test-result/v0.1"
#define NK_PREDICATE_SLSA "https://slsa.dev/provenance/v1"
#define NK_PREDICATE_CYCLONEDX "https://cyclonedx.org/bom"

/* warrants ------------------------------------------------------------------------------------------------------- */
struct nk_warrant_request {
	struct nk_str kind, verbs, scope, purpose; /* as struct nk_warrant_ask; purpose may name persons: sealed */
	struct nk_str needs; /* further roles that must sign, beside those of the configuration */
	nk_time from_at, until_at; /* 0: from now on */
	nk_date until_day; /* when until_at is 0: the end of that day at this place */
	uint32_t uses;
	struct nk_bytes details; /* a JSON object, or empty */
};
NK_RESULT nk_op_warrant_request(
	struct nk_flow *flow, const struct nk_warrant_request *req, struct nk_uuid *out_id, struct nk_err *err);

struct nk_warrant_step_row {
	struct nk_str step; /* request sign refuse revoke use report accept */
	struct nk_str role, called; /* the word, and what it is called here */
	struct nk_uuid party;
	struct nk_str name; /* personal */
	nk_time at;
	int64_t leaf; /* -1: none */
	struct nk_str verdict; /* of a signature: "good", or why not; "" where nothing is signed */
};
#define NK_WARRANT_UNLIMITED UINT32_MAX /* uses of a standing order */
struct nk_warrant_row {
	struct nk_uuid id;
	struct nk_str kind, verbs, scope, needs, waits_for, state; /* waits_for: roles that have not signed */
	struct nk_str needs_called, waits_called; /* the same as those roles are called here */
	struct nk_str owes; /* report: the work is to be reported; accept: the report is to be accepted; "": nothing */
	struct nk_str purpose, details, limitation, report; /* show only; sealed in the store */
	char digest[65]; /* SHA-256 of the request */
	struct nk_uuid requester;
	nk_time from_at, until_at;
	uint32_t uses, uses_left; /* uses: show only; NK_WARRANT_UNLIMITED: a standing order */
	const struct nk_warrant_step_row *steps; /* show only */
	size_t n_steps;
};
/* nk_op_warrant_show: everything, each signature verified anew. nk_op_warrant_list: those that wait, hold or owe, or all.
 * A state "expired" is told for what was granted or asked for and is over. */
NK_RESULT nk_op_warrant_show(struct nk_flow *flow, struct nk_uuid id, struct nk_arena *arena,
	struct nk_warrant_row *out, struct nk_err *err);
NK_RESULT nk_op_warrant_list(struct nk_flow *flow, bool all, struct nk_arena *arena, struct nk_warrant_row **out,
	size_t *out_n, struct nk_err *err);

struct nk_warrant_judge_request {
	struct nk_uuid id;
	struct nk_str step; /* sign refuse revoke accept */
	struct nk_str role;
	const struct nk_key *seed; /* the judge's own key; NULL: the two below */
	struct nk_uuid party;
	struct nk_bytes sshsig; /* by "ssh-keygen -Y sign -n nokosazu-approval" over what nk_op_warrant_statement gave */
};
NK_RESULT nk_op_warrant_judge(struct nk_flow *flow, const struct nk_warrant_judge_request *req, struct nk_err *err);
/* nk_op_warrant_statement: exactly the bytes that this party signs in that role for that step. */
NK_RESULT nk_op_warrant_statement(
	struct nk_flow *flow, const struct nk_warrant_judge_request *req, struct nk_buf *out, struct nk_err *err);
/* nk_op_warrant_envelope: what was signed in that role for that step, as it is kept: a DSSE envelope, or the armored
 * SSHSIG over what nk_op_warrant_statement gives for that party. *out_party: whose. NK_NOT_FOUND. */
NK_RESULT nk_op_warrant_envelope(struct nk_flow *flow, const struct nk_warrant_judge_request *req, struct nk_buf *out,
	struct nk_uuid *out_party, struct nk_err *err);
/* nk_op_warrant_use: one use of it, for acts that are not this program's; verb empty: the only one. */
NK_RESULT nk_op_warrant_use(struct nk_flow *flow, struct nk_uuid id, struct nk_str verb, struct nk_err *err);
NK_RESULT nk_op_warrant_report(struct nk_flow *flow, struct nk_uuid id, struct nk_str text, struct nk_err *err);

#endif
