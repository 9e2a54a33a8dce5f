/*
 * roster_int.h: shared by op_check.c and rejects.c.
 */
#ifndef NK_ROSTER_INT_H
#define NK_ROSTER_INT_H

#include "flow_int.h"
#include "flow_roster.h"
#include "intake.h"

/* nk_rejects_write: the rows of `bad` (struct nk_bad_row, put into order here) and why, read from the file once more
 * and written to req->rejects as a holding. Nothing is made when there is none. */
NK_RESULT nk_rejects_write(struct nk_flow *flow, const struct nk_check_request *req, struct nk_vec *bad,
	struct nk_arena *arena, struct nk_check_reply *out, struct nk_err *err);

#endif
