/*
 * erase_int.h: an erasure under way, shared by op_erase.c (stages) and its helpers.
 */
#ifndef NK_ERASE_INT_H
#define NK_ERASE_INT_H

#include "apply_int.h"
#include "cert.h"
#include "job.h"

enum { NK_ERASE_PLACES_MAX = 16 };

/* What opens one commitment: given to the subject alone. */
struct nk_erase_opening {
	struct nk_uuid person;
	struct nk_hash commitment;
	uint8_t salt[32];
};

struct nk_erasing {
	struct nk_flow *flow;
	struct nk_arena *arena;
	const struct nk_apply_request *req;
	struct nk_apply_reply *out;
	struct nk_plan_row plan;
	struct nk_uuid warrant;
	struct nk_erase_job job;
	enum nk_erase_stage reached; /* by an earlier run: what the store says never goes back, though we look again */
	struct nk_erase_person *persons;
	uint32_t *numbers;
	struct nk_pseudonym *who;
	size_t n;
	/* measured so far; what a later run needs of it is in the job's state (nk_erase_state_*) */
	struct nk_cert cert;
	struct nk_cert_target targets[NK_CONFIG_TARGETS_MAX];
	struct nk_place places[NK_ERASE_PLACES_MAX];
	char paths[NK_ERASE_PLACES_MAX][PATH_MAX];
	size_t n_places;
	struct nk_residue_pattern *patterns;
	size_t n_patterns;
	struct nk_residue_report before, after;
	struct nk_erase_opening *openings; /* only in the run that made the job; wiped with the arena */
	struct nk_slot *contact_slots;
	struct nk_key *contact_keys;
	uint64_t cert_leaf;
	uint64_t oldest_epoch; /* in which the oldest of the destroyed keys was made; 0: not known any more (after a
				  crash) */
	struct nk_receipt receipts[NK_RECEIPTS_MAX];
	struct nk_cert_retained retained[4];
};

/* erase_state.c: measurements between runs, canonical JSON. */
NK_RESULT nk_erase_state_print(const struct nk_erasing *e, struct nk_buf *out, struct nk_err *err);
NK_RESULT nk_erase_state_parse(struct nk_erasing *e, struct nk_err *err);
/* erase_targets.c: delete at every target, read back. */
NK_RESULT nk_erase_targets(struct nk_erasing *e, struct nk_err *err);
/* erase_scan.c: places, patterns, scans; and a target's own files (rewritten when a program is configured). */
NK_RESULT nk_erase_scan_before(struct nk_erasing *e, struct nk_err *err);
NK_RESULT nk_erase_scan_after(struct nk_erasing *e, struct nk_err *err);
/* erase_keys.c: keys, rows, rotation. */
NK_RESULT nk_erase_keys(struct nk_erasing *e, struct nk_err *err);
NK_RESULT nk_erase_rows(struct nk_erasing *e, struct nk_err *err);
NK_RESULT nk_erase_rotate(struct nk_erasing *e, struct nk_err *err);
/* erase_cert.c: statement, leaf, files. */
NK_RESULT nk_erase_certify(struct nk_erasing *e, struct nk_err *err);
/* nk_erase_files: the files of a certificate that is in the ledger, written (again) from the evidence. */
NK_RESULT nk_erase_files(struct nk_erasing *e, struct nk_err *err);
/* erase_copies.c: each subject's own copy of the opening: the holding before, the files after the commit. */
NK_RESULT nk_erase_copies_write(struct nk_erasing *e, struct nk_err *err);
/* erase_contacts.c: notification contacts, where a rule keeps them; NK_OK and nothing where none does. */
NK_RESULT nk_erase_contacts_keys(struct nk_erasing *e, struct nk_err *err); /* before the transaction */
NK_RESULT nk_erase_contacts(struct nk_erasing *e, struct nk_tx *tx, struct nk_err *err);
/* nk_erase_signer: the party whose signature stands under the approval. */
NK_RESULT nk_erase_signer(struct nk_erasing *e, struct nk_uuid *out, struct nk_err *err);
/* nk_erase_stage: the job moves on, in its own transaction with `type` as its leaf. */
NK_RESULT nk_erase_stage(struct nk_erasing *e, struct nk_tx *tx, enum nk_erase_stage stage, struct nk_err *err);

#endif
