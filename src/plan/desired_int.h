/*
 * desired_int.h: what desired.c asks about persons who are there in several records. Inside of the floor only.
 */
#ifndef NK_DESIRED_INT_H
#define NK_DESIRED_INT_H

#include "mapping.h"
#include "year.h"

/* nk_desired_is_retired: a part's own account at this target is there: it is wanted suspended, as a leaver's is. */
bool nk_desired_is_retired(const struct nk_desired_options *opt, const struct nk_person *part);
/* nk_desired_whole: `head` (a copy of the record's view) gets the memberships of all records of the whole that are usable
 * themselves; with none, it keeps its own. Lives in `arena`. */
NK_RESULT nk_desired_whole(
	const struct nk_year *year, nk_date today, struct nk_arena *arena, struct nk_person *head, struct nk_err *err);

#endif
