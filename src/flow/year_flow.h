/*
 * year_flow.h: the rules of [year] as they stand for this installation's people.
 */
#ifndef NK_YEAR_FLOW_H
#define NK_YEAR_FLOW_H

#include "flow_int.h"
#include "year.h"

/* Seasons are known this far around the day. */
enum { NK_YEAR_DAYS_BEFORE = 800, NK_YEAR_DAYS_AFTER = 2400 };

struct nk_flow_year {
	struct nk_year year;
	uint8_t kind[NK_YEAR_DAYS_BEFORE + NK_YEAR_DAYS_AFTER]; /* of the days around, by the rows for every board */
	struct nk_flow_board *boards; /* a table for each source that persons are of */
};
/* nk_flow_year_open: for this day; people must be open, and are borrowed. NK_CONFIG: the law folder. */
NK_RESULT nk_flow_year_open(struct nk_flow *flow, nk_date day, struct nk_flow_year *out, struct nk_err *err);
void nk_flow_year_done(struct nk_flow_year *y);

#endif
