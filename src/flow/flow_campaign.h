/*
 * flow_campaign.h: sites that are known here with their keys, and campaigns: one duty a site and step.
 *
 * Sites exchange files, no network is needed: identity → enrol → request (with a nonce) → signed report → taken in. A
 * site that says nothing is unknown, never done (I10). 「すべて完了」 is computed: every site of the population, every
 * step, and the step "verify" by somebody whose organisation is neither the site nor maker nor integrator. Texts live
 * in the given arena.
 */
#ifndef NK_FLOW_CAMPAIGN_H
#define NK_FLOW_CAMPAIGN_H

#include "flow_warrant.h"

/* nk_op_site_identity: this installation's enrolment: a DSSE envelope signed by its own certificate key, with ids and
 * public keys. out_fingerprint: what is read over the telephone. */
enum { NK_FINGERPRINT = 40 };
NK_RESULT nk_op_site_identity(
	struct nk_flow *flow, struct nk_buf *out, char out_fingerprint[static NK_FINGERPRINT], struct nk_err *err);

/* nk_op_site_enrol: NK_DENIED when the envelope is not signed by the key in it or the fingerprint is another. Name
 * empty: the site's own. Joins the campaigns that concern it. NK_EXISTS. */
struct nk_site_enrol_request {
	struct nk_bytes envelope;
	struct nk_str fingerprint, name, organisation;
};
NK_RESULT nk_op_site_enrol(struct nk_flow *flow, const struct nk_site_enrol_request *req, struct nk_uuid *out_id, struct nk_err *err);
/* nk_op_site_end: under an officer's order for this very site: out->waits until it is signed. The site stays in the population of
 * campaigns. It may be enrolled again. NK_CONFLICT: an open campaign concerns it. */
NK_RESULT nk_op_site_end(struct nk_flow *flow, struct nk_str name, struct nk_party_reply *out, struct nk_err *err);
struct nk_site_row {
	struct nk_uuid id;
	struct nk_str name, organisation, version; /* version "": it has never reported */
	nk_time enrolled_at, last_report; /* 0: never */
	bool ended;
};
NK_RESULT nk_op_site_list(
	struct nk_flow *flow, struct nk_arena *arena, struct nk_site_row **out, size_t *out_n, struct nk_err *err);

/* nk_op_site_attest: a verifier's summary (SVR, subject "site:<id of this installation>"), signed by an enrolled party
 * of a third organisation (NK_DENIED otherwise), no older than [site] summary_days and not of the future, with a planted fault
 * that was found (NK_INVALID). */
NK_RESULT nk_op_site_attest(struct nk_flow *flow, struct nk_bytes envelope, struct nk_err *err);
/* nk_op_site_report: the answer to a request: what this installation is and has done, computed from its store. */
NK_RESULT nk_op_site_report(struct nk_flow *flow, struct nk_bytes request, struct nk_buf *out, struct nk_err *err);

struct nk_campaign_request {
	struct nk_str version; /* which version is concerned */
	struct nk_str steps; /* words of erase, patch, verify, comma-separated; verify is mandatory */
	nk_time due_at;
};
NK_RESULT nk_op_campaign_start(
	struct nk_flow *flow, const struct nk_campaign_request *req, struct nk_uuid *out_id, struct nk_err *err);
/* nk_op_campaign_ask: a request file for one site, with a nonce that is good once. */
NK_RESULT nk_op_campaign_ask(
	struct nk_flow *flow, struct nk_uuid campaign, struct nk_str site, struct nk_buf *out, struct nk_err *err);
/* nk_op_campaign_take: a signed report. NK_DENIED: signature, nonce unknown or used, another site's. NK_INVALID. */
NK_RESULT nk_op_campaign_take(struct nk_flow *flow, struct nk_bytes report, struct nk_str *out_site, struct nk_arena *arena,
	struct nk_err *err);
/* nk_op_campaign_waive: by a warrant of kind exception for "campaign:<id>/<site>/<step>", verb WAIVE. */
NK_RESULT nk_op_campaign_waive(struct nk_flow *flow, struct nk_uuid campaign, struct nk_str site, struct nk_str step,
	struct nk_uuid warrant, struct nk_err *err);
/* nk_op_campaign_close: NK_INCOMPLETE unless everything is done; the statement lists every site. */
NK_RESULT nk_op_campaign_close(
	struct nk_flow *flow, struct nk_uuid campaign, struct nk_arena *arena, struct nk_str *out_envelope, struct nk_err *err);

enum { NK_CAMPAIGN_STEPS = 3 };
enum nk_step_state { NK_BOARD_NONE, NK_BOARD_UNKNOWN, NK_BOARD_DONE, NK_BOARD_VERIFIED, NK_BOARD_WAIVED };
struct nk_board_site {
	struct nk_str name, version;
	nk_time last_report;
	enum nk_step_state step[NK_CAMPAIGN_STEPS]; /* erase, patch, verify */
	bool complete; /* of this campaign */
	bool silent; /* no report since the campaign began */
	bool late; /* joined after it began */
	bool ended; /* no longer enrolled; what it had it may still have */
};
struct nk_board {
	struct nk_uuid id;
	struct nk_str version, steps;
	nk_time started_at, due_at, closed_at, at;
	struct nk_board_site *sites;
	size_t n_sites, complete, silent, waived, ended; /* ended: of them not proven */
	bool all; /* 「すべて完了」 may be said */
	struct nk_str sentence_ja, sentence_en; /* computed */
};
NK_RESULT nk_op_campaign_board(
	struct nk_flow *flow, struct nk_uuid campaign, struct nk_arena *arena, struct nk_board *out, struct nk_err *err);
NK_RESULT nk_op_campaign_list(
	struct nk_flow *flow, struct nk_arena *arena, struct nk_board **out, size_t *out_n, struct nk_err *err);

#endif
