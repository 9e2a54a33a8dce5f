/*
 * former_int.h: what nk_people_update keeps of a name that changes.
 *
 * Invariant: no change of a name goes by without it.
 */
#ifndef NK_FORMER_INT_H
#define NK_FORMER_INT_H

#include "record_int.h"

/* nk_former_keep: the item FORMER of the next record, appended to `out` (wiping): the name that `was` unless `is` says all of it,
 * then those of before, without what is the name again, then what `is` has in FORMER besides. `was`, `is`: NK_FIELD_COUNT items each. */
NK_RESULT nk_former_keep(
	const struct nk_str *was, const struct nk_str *is, nk_time now, struct nk_buf *out, struct nk_err *err);

#endif
