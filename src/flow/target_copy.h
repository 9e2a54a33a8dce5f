/*
 * target_copy.h: the sealed copy of what was last read of a target, for dry runs (docs/adr/0016). Off unless
 * [plan] copy_hours says for how long.
 */
#ifndef NK_TARGET_COPY_H
#define NK_TARGET_COPY_H

#include "flow_int.h"

/* nk_target_copy_keep: after a plan's reading: the older copy of this target ends, a new one is written. Does nothing when
 * copy_hours = 0. Transactions of its own. */
NK_RESULT nk_target_copy_keep(struct nk_flow *flow, const struct nk_planning *p, struct nk_arena *arena, struct nk_err *err);
/* nk_target_copies_end: copies whose time has come are overwritten, removed and closed; all: every one of them, as before
 * an erasure and when copy_hours = 0; so are files of such a name in our store that are not on the books. Every one is
 * tried; what cannot be removed, or lies elsewhere (never touched), stays on the books and is an error.
 * nk_target_copies_due: those whose time has come; what fails is told and ends the job with NK_INCOMPLETE, later. */
void nk_target_copies_due(struct nk_flow *flow);
NK_RESULT nk_target_copies_end(struct nk_flow *flow, bool all, struct nk_err *err);
/*
 * nk_target_copy_open: the target `name` as it was read: target->link reads the copy, and no connection is made. *out_at:
 * when it was read. NK_NOT_FOUND: none is kept, or its time is over; NK_CORRUPT: it does not open.
 */
NK_RESULT nk_target_copy_open(struct nk_flow *flow, struct nk_str name, struct nk_arena *arena,
	struct nk_open_target *target, nk_time *out_at, struct nk_err *err);

#endif
