/*
 * flow_training.h: the register of procedures, the half-yearly test on them, attendance and drills, for front ends.
 *
 * A revision comes into force only under a warrant, and lays a duty to read it on everybody whom it concerns. A pass
 * counts for the revision that its questions were tied to. Texts live in the given arena.
 */
#ifndef NK_FLOW_TRAINING_H
#define NK_FLOW_TRAINING_H

#include "flow.h"

#define NK_PREDICATE_READ "https://nokosazu.example/predicate/acknowledgement/v1"

enum { NK_PROCEDURE_TEXT_MAX = 1 << 20, NK_TRAINING_CHOICES = 4 };

/* Who reads or sits: by his own Ed25519 seed; or by his id and his SSH or FIDO key's signature ("ssh-keygen -Y sign -n
 * nokosazu-training") over what the statement calls below give; all empty: the operator who opened the installation,
 * when no key is enrolled for him. */
struct nk_training_who {
	const struct nk_key *seed;
	struct nk_uuid party;
	struct nk_bytes sshsig;
};

/* --- procedures --- */
struct nk_procedure_request {
	struct nk_str name, title;
	struct nk_str concerns; /* roles, comma-separated, or "*" */
	struct nk_bytes text; /* Markdown, UTF-8 */
	nk_date effective;
	struct nk_uuid warrant; /* for adding */
};
struct nk_procedure_reply {
	uint32_t revision;
	char digest[65];
	struct nk_uuid warrant;
	uint64_t duties; /* opened */
};
/* nk_op_procedure_propose: asks for the warrant of the next revision; what is asked is the digest of this text with
 * this title, day and circle. nk_op_procedure_add: uses it; NK_DENIED without one, or when anything differs. */
NK_RESULT nk_op_procedure_propose(struct nk_flow *flow, const struct nk_procedure_request *req,
	struct nk_procedure_reply *out, struct nk_err *err);
NK_RESULT nk_op_procedure_add(struct nk_flow *flow, const struct nk_procedure_request *req,
	struct nk_procedure_reply *out, struct nk_err *err);

struct nk_procedure_row {
	struct nk_str name, title, concerns;
	uint32_t revision;
	char digest[65];
	nk_date effective;
	bool in_force; /* the newest whose day has come */
	struct nk_uuid warrant;
	struct nk_str approvers; /* names: personal */
	nk_time at;
	uint64_t readers, unread; /* whom it concerns now; of those, who has not acknowledged it */
};
/* nk_op_procedure_list: all revisions, or those in force and to come. nk_op_procedure_show: revision 0: in force, or
 * the newest when none is. */
NK_RESULT nk_op_procedure_list(struct nk_flow *flow, bool all, struct nk_arena *arena, struct nk_procedure_row **out,
	size_t *out_n, struct nk_err *err);
NK_RESULT nk_op_procedure_show(struct nk_flow *flow, struct nk_str name, uint32_t revision, struct nk_arena *arena,
	struct nk_procedure_row *out, struct nk_str *out_text, struct nk_err *err);
/* nk_op_procedure_ack: the newest revision was read; signed with the reader's own key. NK_DENIED: nobody's key, or not
 * concerned; NK_EXISTS: twice. */
NK_RESULT nk_op_procedure_ack(struct nk_flow *flow, struct nk_str name, const struct nk_training_who *by,
	uint32_t *out_revision, struct nk_err *err);
/* nk_op_procedure_statement: exactly the bytes that this party signs. */
NK_RESULT nk_op_procedure_statement(
	struct nk_flow *flow, struct nk_str name, struct nk_uuid party, struct nk_buf *out, struct nk_err *err);
struct nk_procedure_reader {
	struct nk_uuid party;
	struct nk_str name, roles; /* personal */
	nk_time read_at; /* 0: not yet */
};
NK_RESULT nk_op_procedure_readers(struct nk_flow *flow, struct nk_str name, struct nk_arena *arena,
	uint32_t *out_revision, struct nk_procedure_reader **out, size_t *out_n, struct nk_err *err);

/* --- question sets and the test --- */
struct nk_training_set {
	struct nk_str name, title, procedures; /* "carry@1,…" */
	uint64_t questions;
	char digest[65];
	bool usable; /* every revision that it is tied to is in force, or to come */
	bool waits; /* taken in by nothing yet: `warrant` is the order that an officer signs */
	struct nk_uuid warrant;
};
enum { NK_TRAINING_LEAST = 5 };
/* nk_op_training_set: takes in a set whose ties and references fit the register exactly, under an officer's order for exactly
 * these bytes: the first call asks for it (out->waits), the same call takes it. NK_CONFLICT: they do not fit. NK_INVALID: fewer
 * than NK_TRAINING_LEAST questions. NK_EXISTS: it is in already. */
NK_RESULT nk_op_training_set(struct nk_flow *flow, struct nk_bytes text, struct nk_arena *arena,
	struct nk_training_set *out, struct nk_err *err);
NK_RESULT nk_op_training_sets(struct nk_flow *flow, struct nk_arena *arena, struct nk_training_set **out,
	size_t *out_n, struct nk_err *err);

struct nk_training_item {
	struct nk_str id, text, choices[NK_TRAINING_CHOICES]; /* in the order of this sitting */
	unsigned answer; /* 1 to 4, by the front end; 0: none */
	/* From here on known when marked: */
	unsigned right;
	struct nk_str section, reason; /* "carry 4.1" */
};
struct nk_training_paper {
	struct nk_uuid party;
	struct nk_str set, title;
	struct nk_training_item *items;
	size_t n;
	const void *exam; /* of this floor */
};
struct nk_training_result {
	uint64_t asked, right;
	uint32_t percent; /* wanted */
	bool passed;
	char period[8];
	uint64_t closed; /* duties */
};
/*
 * nk_op_training_papers: what this person is to answer: the set of this name, or (empty) every set on procedures that
 * concern him and that he has not passed in this half-year. Nothing is written; the papers outlive the flow.
 * nk_op_training_statement_to_sit: what an SSH key signs: this person, this half-year.
 * nk_op_training_mark: marks one, records the result whatever it is. NK_CONFLICT: a procedure was revised meanwhile.
 */
NK_RESULT nk_op_training_statement_to_sit(
	struct nk_flow *flow, struct nk_uuid party, struct nk_buf *out, struct nk_err *err);
NK_RESULT nk_op_training_papers(struct nk_flow *flow, const struct nk_training_who *by, struct nk_str set,
	struct nk_arena *arena, struct nk_training_paper **out, size_t *out_n, struct nk_err *err);
NK_RESULT nk_op_training_mark(struct nk_flow *flow, struct nk_training_paper *paper, const struct nk_training_who *by,
	struct nk_arena *arena, struct nk_training_result *out, struct nk_err *err);
/* nk_op_training_attend: somebody was at a training; `what` is kept sealed. */
NK_RESULT nk_op_training_attend(struct nk_flow *flow, struct nk_uuid party, struct nk_str what, struct nk_err *err);
/* nk_op_training_open: the duties of this half-year (test, reading) that are not laid on somebody yet; any number of
 * times. */
NK_RESULT nk_op_training_open(struct nk_flow *flow, uint64_t *out_opened, struct nk_err *err);

struct nk_training_row {
	struct nk_uuid party;
	struct nk_str name, procedure; /* name: personal */
	uint32_t revision, passed_revision; /* in force; passed last, 0: never */
	const char *state; /* passed due stale lapsed never */
	nk_time passed_at;
	nk_date until; /* the right stands until then; NK_DATE_NONE: it does not stand */
};
struct nk_training_reply {
	char period[8];
	nk_date first, last, deadline;
	struct nk_training_row *rows;
	size_t n;
	uint64_t persons, passed, standing, attended; /* persons; passed everything; whose rights stand; were at a training */
	uint64_t left; /* held a role in the last twelve months and are no longer enrolled */
};
NK_RESULT nk_op_training_list(
	struct nk_flow *flow, struct nk_arena *arena, struct nk_training_reply *out, struct nk_err *err);
/* nk_op_training_statement: the coverage as evidence, by ids: test-result/v0.1 about the half-year; PASSED when everybody
 * has passed everything. */
NK_RESULT nk_op_training_statement(
	struct nk_flow *flow, struct nk_arena *arena, struct nk_str *out_envelope, struct nk_err *err);
/* nk_op_training_certificate: test-result/v0.1 about one person in this half-year, and the same for people (without a
 * name: that is written by hand). NK_INCOMPLETE: not everything is passed; nothing is made. */
NK_RESULT nk_op_training_certificate(struct nk_flow *flow, struct nk_uuid party, struct nk_arena *arena,
	struct nk_str *out_envelope, struct nk_str *out_text, struct nk_err *err);

/* --- drills --- */
struct nk_drill_row {
	struct nk_uuid id, incident;
	struct nk_str kind, place;
	nk_time planted_at, told_at; /* told_at 0: nobody told yet */
};
/* nk_op_drill_plant: a marked file with made-up persons (notice: a made-up letter) at `path`, which must not exist. */
NK_RESULT nk_op_drill_plant(
	struct nk_flow *flow, bool notice, const char *path, struct nk_uuid *out_id, struct nk_err *err);
/* nk_op_drill_score: the suspicion with this receipt was about this drill: time from planting to telling; the planted
 * file goes, if it is still there. NK_CONFLICT: the suspicion is older, or another file lies there (nothing is scored then);
 * NK_EXISTS: scored already. */
NK_RESULT nk_op_drill_score(struct nk_flow *flow, struct nk_uuid id, struct nk_str receipt, struct nk_arena *arena,
	struct nk_drill_row *out, struct nk_err *err);
NK_RESULT nk_op_drill_list(struct nk_flow *flow, struct nk_arena *arena, struct nk_drill_row **out, size_t *out_n,
	struct nk_err *err);

#endif
