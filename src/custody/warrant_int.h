/*
 * warrant_int.h: the two inserts that asking and every later step of a warrant share.
 */
#ifndef NK_WARRANT_INT_H
#define NK_WARRANT_INT_H

#include "custody.h"

/* nk_warrant_side_put: part->party stands on part->side from now on; `limitation` for side both. */
NK_RESULT nk_warrant_side_put(struct nk_tx *tx, struct nk_uuid id, const struct nk_warrant_part *part,
	struct nk_str limitation, struct nk_err *err);
/* nk_warrant_part_put: the row, without looking whether it may be; the table's own rules hold all the same. */
NK_RESULT nk_warrant_part_put(
	struct nk_tx *tx, struct nk_uuid id, const struct nk_warrant_part *part, struct nk_err *err);

#endif
