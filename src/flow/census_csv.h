/*
 * census_csv.h: for op_census.c.
 */
#ifndef NK_CENSUS_CSV_H
#define NK_CENSUS_CSV_H

#include "flow_census.h"

/* nk_census_csv: the rows of `r` into req->csv, as a holding; its id and end go into `r`. */
NK_RESULT nk_census_csv(struct nk_flow *flow, const struct nk_census_request *req, struct nk_arena *arena,
	struct nk_census_reply *r, struct nk_err *err);

#endif
