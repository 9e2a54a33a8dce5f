/*
 * job.h: an erasure's way through its stages, kept in the store so that it goes on where it was cut off.
 *
 * flow drives it (it alone begins transactions, writes leaves and turns the vault); here are the stages, their rows,
 * and the commitments. State is canonical JSON of measurements: counts, times, digests; nobody's data.
 */
#ifndef NK_JOB_H
#define NK_JOB_H

#include "people.h"

/* docs/adr/0003 gives what is durable before each stage begins. */
enum nk_erase_stage {
	NK_ERASE_RESTRICTED, /* job exists, ERASE_BEGIN leaves written, persons no longer in any plan */
	NK_ERASE_TARGETS_GONE, /* deleted at every target and read back as absent */
	NK_ERASE_HOLDINGS_DONE, /* other holdings closed or named */
	NK_ERASE_SCANNED, /* residue scan with control, keys still alive */
	NK_ERASE_KEYS_GONE, /* vault committed: E2 */
	NK_ERASE_ROWS_GONE, /* records, tokens, links removed, KEY_DESTROYED leaves */
	NK_ERASE_ROTATED, /* epoch and index key rotated: E3 when the sealer allows */
	NK_ERASE_RESCANNED,
	NK_ERASE_CERTIFIED,
	NK_ERASE_STAGE_COUNT
};
/* nk_erase_stage_name: "restricted" …, static. */
const char *nk_erase_stage_name(enum nk_erase_stage s);

struct nk_erase_job {
	struct nk_uuid id, plan;
	enum nk_erase_stage stage;
	nk_time started_at;
	struct nk_bytes state; /* JSON */
};
/* The salt of a commitment is not kept here: whoever wants the opening keeps it in the subject's own copy. */
struct nk_erase_person {
	uint32_t number;
	struct nk_hash commitment;
	uint8_t pseudonym[NK_MAC_LEN]; /* made while the person's key lives, for the leaves after its death;
					  unlinkable then */
	nk_time gone_at; /* 0: not yet */
};

/* nk_erase_job_new: the job and its persons. NK_EXISTS: the job is there already. */
NK_RESULT nk_erase_job_new(struct nk_tx *tx, const struct nk_erase_job *job, const struct nk_erase_person *persons,
	size_t n, struct nk_err *err);
/* nk_erase_job_get: of a plan; the state lives in `arena`. NK_NOT_FOUND. */
NK_RESULT nk_erase_job_get(struct nk_store *store, struct nk_uuid plan, struct nk_arena *arena,
	struct nk_erase_job *out, struct nk_err *err);
/* nk_erase_job_stage: the stage that is reached and what was measured; NK_INTERNAL when the job is further already,
 * or not there. */
NK_RESULT nk_erase_job_stage(
	struct nk_tx *tx, struct nk_uuid job, enum nk_erase_stage stage, struct nk_bytes state, struct nk_err *err);
/* nk_erase_job_persons: in order of number, in `arena`. NK_CORRUPT. */
NK_RESULT nk_erase_job_persons(struct nk_store *store, struct nk_uuid job, struct nk_arena *arena,
	struct nk_erase_person **out, size_t *out_n, struct nk_err *err);
/* nk_erase_job_gone: their keys are dead since `at` (the first time given stays). NK_NOT_FOUND names a number that is
 * not of the job. */
NK_RESULT nk_erase_job_gone(
	struct nk_tx *tx, struct nk_uuid job, const uint32_t *numbers, size_t n, nk_time at, struct nk_err *err);

#endif
