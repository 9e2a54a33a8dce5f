/*
 * training_int.h: procedures and passes for the files of this floor; and the one question that rights ask: trained?
 *
 * Rights: nk_training_need(flow, party, kind) where a warrant is signed and where it is used, outside or inside a
 * transaction (it only reads).
 */
#ifndef NK_TRAINING_INT_H
#define NK_TRAINING_INT_H

#include "flow_training.h"
#include "measures_int.h"
#include "period.h"

/* --- procedure_store.c --- */
struct nk_procedure {
	struct nk_str name, title, concerns;
	uint32_t revision;
	struct nk_hash digest;
	nk_date effective;
	struct nk_uuid warrant;
	nk_time at;
	bool in_force, newest;
};
/* nk_procedures: every revision, by name and revision. nk_procedure_get: NK_NOT_FOUND; revision 0: in force, else the
 * newest. nk_procedure_newest: the number of the newest revision, 0: none. */
NK_RESULT nk_procedures(struct nk_flow *flow, struct nk_arena *arena, struct nk_procedure **out, size_t *out_n,
	struct nk_err *err);
NK_RESULT nk_procedure_get(struct nk_flow *flow, struct nk_str name, uint32_t revision, struct nk_arena *arena,
	struct nk_procedure *out, struct nk_err *err);
NK_RESULT nk_procedure_newest(struct nk_flow *flow, struct nk_str name, uint32_t *out, struct nk_err *err);
NK_RESULT nk_procedure_text(struct nk_flow *flow, const struct nk_procedure *p, struct nk_arena *arena,
	struct nk_str *out, struct nk_err *err);
bool nk_procedure_concerns(const struct nk_procedure *p, const struct nk_party *party);
/* nk_procedure_read_at: 0: not yet. */
NK_RESULT nk_procedure_read_at(struct nk_flow *flow, const struct nk_procedure *p, struct nk_uuid party, nk_time *out,
	struct nk_err *err);
/* nk_training_people: every enrolled person who holds a role. */
NK_RESULT nk_training_people(struct nk_flow *flow, struct nk_arena *arena, struct nk_party **out, size_t *out_n,
	struct nk_err *err);
/* --- training_person.c --- */
/* nk_training_person: whom `who` names; an SSH signature is not looked at yet. nk_training_proved: it is over this
 * statement. nk_training_sitter: both, for a sitting. NK_DENIED. */
NK_RESULT nk_training_person(struct nk_flow *flow, const struct nk_training_who *who, struct nk_arena *arena,
	struct nk_party *out, struct nk_err *err);
NK_RESULT nk_training_proved(const struct nk_training_who *who, const struct nk_party *party, struct nk_bytes statement,
	struct nk_err *err);
NK_RESULT nk_training_sitter(struct nk_flow *flow, const struct nk_training_who *who, struct nk_arena *arena,
	struct nk_party *out, struct nk_err *err);

/* --- training_state.c --- */
enum nk_standing_state { NK_STANDING_NEVER, NK_STANDING_LAPSED, NK_STANDING_STALE, NK_STANDING_DUE, NK_STANDING_PASSED };
struct nk_standing {
	enum nk_standing_state state;
	uint32_t passed_revision;
	nk_time passed_at;
	nk_date until; /* NK_DATE_NONE: the right does not stand */
};
const char *nk_standing_name(enum nk_standing_state state);
/* nk_standing_of: this party on this revision of a procedure, today. */
NK_RESULT nk_standing_of(struct nk_flow *flow, struct nk_uuid party, const struct nk_procedure *p,
	struct nk_standing *out, struct nk_err *err);
/* nk_training_deadline: the last day on which the pass of the half-year before still stands. */
nk_date nk_training_deadline(const struct nk_flow *flow, const struct nk_period *period);
/*
 * nk_trained: does this party hold a pass on the revision in force, of this half-year, or of the one before within the
 * days that the configuration gives? *out_ok false also when there is no such procedure.
 * nk_training_need: NK_DENIED when a warrant of this kind needs passes that this party does not hold: kinds of
 * [training] required_for; without that setting egress and release, as soon as the register has a procedure in force
 * that concerns the party.
 */
NK_RESULT nk_trained(
	struct nk_flow *flow, struct nk_uuid party, struct nk_str procedure, bool *out_ok, struct nk_err *err);
NK_RESULT nk_training_need(struct nk_flow *flow, struct nk_uuid party, struct nk_str kind, struct nk_err *err);

/* --- training_duties.c --- */
/* nk_training_duties: lays the duties to read and to pass on those on whom they are not laid yet; for the clock too. */
NK_RESULT nk_training_duties(struct nk_flow *flow, struct nk_tx *tx, uint64_t *out_opened, struct nk_err *err);
/* nk_training_end: this party's open duties of that kind about this procedure, up to this revision, end. */
NK_RESULT nk_training_end(struct nk_flow *flow, struct nk_tx *tx, const char *kind, struct nk_uuid party,
	struct nk_str procedure, uint32_t revision, struct nk_uuid evidence, uint64_t *closed, struct nk_err *err);

#define NK_DUTY_READ "read-procedure"
#define NK_DUTY_TEST "training-test"

#endif
