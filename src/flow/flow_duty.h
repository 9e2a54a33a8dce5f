/*
 * flow_duty.h: duties with their clock, evidence, and the one question, as front ends ask for them.
 *
 * Texts live in the given arena. Names of parties are personal: for showing only.
 */
#ifndef NK_FLOW_DUTY_H
#define NK_FLOW_DUTY_H

#include "flow.h"
#include "flow_training.h"

/* duties --------------------------------------------------------------------------------------------------------- */
struct nk_duty_query {
	bool all; /* closed ones too */
	bool overdue; /* only those */
	struct nk_str about; /* only those about that; empty: all */
};
NK_RESULT nk_op_duty_find(struct nk_flow *flow, const struct nk_duty_query *q, struct nk_arena *arena,
	struct nk_duty_row **out, size_t *out_n, struct nk_err *err);

/* One call that a run made, or could not make. */
struct nk_duty_call {
	struct nk_uuid duty;
	struct nk_str kind, about;
	nk_time due_at;
	unsigned level; /* 1 owner, 2 deputy, 3 director */
	struct nk_uuid party;
	bool told; /* else it stays at its level and is tried again */
	struct nk_str channel; /* the one that delivered; empty: none is configured, the run's output is the notice */
	char why[NK_LANG_COUNT][640]; /* what a channel refused, also when another one delivered; "" nothing */
};
/* Why something of the drop folder is left; nobody's file name is told, it may hold a name. */
enum nk_drop_why {
	NK_DROP_FOLDER, /* a folder */
	NK_DROP_NO_FILE, /* a link, a pipe, a device */
	NK_DROP_UNREADABLE, /* this user cannot read it */
	NK_DROP_STUCK, /* it could not be taken from its name, or removed when it was told */
	NK_DROP_FAILED, /* it could not be written down */
	NK_DROP_NOWHERE, /* the drop folder itself cannot be read */
	NK_DROP_WHYS
};
/* nk_drop_why_text: msgid. */
const char *nk_drop_why_text(enum nk_drop_why why);
struct nk_duty_run {
	struct nk_duty_call *calls;
	size_t n, failed, shown; /* shown: of them with no channel configured: only who looks here knows, nobody was reached */
	size_t open, overdue;
	nk_time next_at; /* when somebody is to be called next; 0: never */
	size_t dropped; /* files of the drop folder that became doubts */
	size_t drop_left; /* that did not become doubts and lie there: the sum of the next */
	size_t drop_why[NK_DROP_WHYS];
};
/* nk_op_duty_run: calls everybody who is to be called by now. A run that is killed has called nobody twice but the one
 * it was calling, and forgotten nobody. */
NK_RESULT nk_op_duty_run(
	struct nk_flow *flow, struct nk_arena *arena, struct nk_duty_run *out, struct nk_err *err);
/* nk_op_duty_now: the installation's time, which may be simulated. */
nk_time nk_op_duty_now(const struct nk_flow *flow);
/* nk_op_duty_ack: whoever owes it, or was called for him, knows of it, by his own key; only where the owner has none, the
 * operator says so. Ends nothing; who is last is not called every day any more. NK_DENIED: another's key, or none. */
NK_RESULT nk_op_duty_ack(
	struct nk_flow *flow, struct nk_uuid duty, const struct nk_training_who *who, struct nk_err *err);
/* nk_op_duty_ack_statement: the bytes that an SSH key signs for it (ssh-keygen -Y sign -n nokosazu-approval). */
NK_RESULT nk_op_duty_ack_statement(struct nk_flow *flow, struct nk_uuid duty, struct nk_uuid party, struct nk_buf *out,
	struct nk_err *err);

/* evidence ------------------------------------------------------------------------------------------------------- */
struct nk_evidence_row {
	struct nk_uuid id, signer;
	struct nk_str kind, about, result;
	char digest[65];
	nk_time at;
	int64_t leaf;
	bool kept; /* the envelope is here */
};
struct nk_evidence_paper {
	struct nk_evidence_row row;
	struct nk_str envelope; /* DSSE */
	struct nk_str payload; /* the statement */
	struct nk_str proof; /* tlog-proof with the leaf in its extra line; empty: its leaf is not published yet */
};
NK_RESULT nk_op_evidence_list(struct nk_flow *flow, struct nk_str about, struct nk_arena *arena,
	struct nk_evidence_row **out, size_t *out_n, struct nk_err *err);
/* nk_op_evidence_show: NK_NOT_FOUND; NK_UNAVAILABLE: its envelope is not kept here. */
NK_RESULT nk_op_evidence_show(struct nk_flow *flow, struct nk_uuid id, struct nk_arena *arena,
	struct nk_evidence_paper *out, struct nk_err *err);

/* verify any statement ------------------------------------------------------------------------------------------- */
struct nk_verify_key {
	struct nk_str name; /* how the file is called */
	struct nk_str text; /* PEM, or 64 hexadecimal digits */
};
struct nk_verify_request {
	struct nk_bytes envelope, proof;
	const struct nk_verify_key *keys; /* the first one is the certificate key */
	size_t n_keys;
	struct nk_str ledger_vkey;
};
struct nk_verify_any_reply {
	struct nk_verify_reply checks;
	bool certificate; /* of an erasure: its text is in checks.text */
	struct nk_str predicate; /* type URI */
	struct nk_str signed_by; /* name of the key; empty: none */
	struct nk_str subjects; /* lines "name sha256" */
	struct nk_str body; /* the predicate as it stands */
};
/* nk_op_verify_any: needs no installation. An erasure certificate goes to nk_op_verify with the first key. */
NK_RESULT nk_op_verify_any(const struct nk_verify_request *req, struct nk_arena *arena,
	struct nk_verify_any_reply *out, struct nk_err *err);

/* the one question ----------------------------------------------------------------------------------------------- */
struct nk_ask_line {
	unsigned depth;
	struct nk_uuid holding, party, warrant; /* party nil: nobody is written down; warrant nil: nobody allowed it */
	struct nk_str kind, place, who;
	uint64_t persons_exact, persons_max;
	nk_time since, until; /* 0: not known, or still going on */
	const char *was_read; /* yes, no, unknown */
	const char *gone; /* msgid */
};
struct nk_ask_reply {
	struct nk_ask_line *lines;
	size_t n;
	char query[80]; /* I11: what every number here is the answer to: "ask:<id>@<leaves of the ledger>" */
};
NK_RESULT nk_op_ask(
	struct nk_flow *flow, struct nk_uuid holding, struct nk_arena *arena, struct nk_ask_reply *out, struct nk_err *err);

/* All copies of one person, by id, "#number", login, student number or source key. */
struct nk_ask_copy {
	struct nk_uuid holding;
	struct nk_str kind, place, items; /* names of item classes, comma-separated; those that may be in it in brackets */
	nk_time opened_at, expires_at, closed_at;
	const char *gone; /* msgid */
};
struct nk_ask_person_reply {
	struct nk_ask_copy *copies;
	size_t n;
	char query[80];
};
NK_RESULT nk_op_ask_person(struct nk_flow *flow, struct nk_str key, struct nk_arena *arena,
	struct nk_ask_person_reply *out, struct nk_err *err);

/* What is known of readings. */
struct nk_seen_request {
	struct nk_uuid holding, party;
	nk_time at;
	uint64_t persons; /* UINT64_MAX: not known */
};
NK_RESULT nk_op_seen(struct nk_flow *flow, const struct nk_seen_request *req, struct nk_err *err);
struct nk_coverage_request {
	struct nk_uuid holding;
	nk_time from_at, until_at;
	bool complete, filtered;
	struct nk_str why; /* where the log comes from, or what is missing */
};
/* nk_op_coverage: as a signed statement coverage/v1; NK_DENIED: complete and filtered. */
NK_RESULT nk_op_coverage(
	struct nk_flow *flow, const struct nk_coverage_request *req, struct nk_uuid *out_evidence, struct nk_err *err);

#endif
