/*
 * apply_int.h: a plan being applied, shared by op_apply.c (the way) and apply_record.c (what is written down).
 */
#ifndef NK_APPLY_INT_H
#define NK_APPLY_INT_H

#include "flow_int.h"

struct nk_applying {
	struct nk_flow *flow;
	struct nk_arena *arena;
	struct nk_apply_reply *out;
	struct nk_plan_row row;
	struct nk_planning planning;
	const struct nk_step *todo;
	size_t n, from, end; /* [from, end) was sent last and is not recorded yet */
	struct nk_step_result *results;
	struct nk_slot *slots; /* for new links, handed out in order */
	struct nk_key *keys;
	size_t links_made;
	nk_rc sent;
	struct nk_err sent_err;
	bool stop;
	uint64_t unknown, drifted;
	uint64_t still_there; /* accounts of before that were deleted and are shown by the read-back */
	struct nk_buf refused;
};

/* nk_apply_announce: before [from, end) is sent: links, extents, COPY_OUT leaves, steps in flight. */
NK_RESULT nk_apply_announce(struct nk_applying *a, struct nk_tx *tx, struct nk_err *err);
/* nk_apply_record: after: anchors, states, counts. Nothing for an empty range. */
NK_RESULT nk_apply_record(struct nk_applying *a, struct nk_tx *tx, struct nk_err *err);
/* nk_apply_look: sets stop, unknown, drifted from the last results. */
void nk_apply_look(struct nk_applying *a);
/* nk_apply_approved, nk_apply_begin: shared with erase plans. nk_apply_reported: the plan is done, and says so to whoever
 * approved it. */
NK_RESULT nk_apply_reported(
	struct nk_flow *flow, struct nk_tx *tx, const struct nk_plan_row *row, struct nk_err *err);
NK_RESULT nk_apply_approved(
	struct nk_flow *flow, const struct nk_plan_row *row, struct nk_uuid *out_warrant, struct nk_err *err);
NK_RESULT nk_apply_begin(struct nk_flow *flow, const struct nk_plan_row *row, struct nk_uuid warrant,
	struct nk_tx *tx, struct nk_err *err);

#endif
