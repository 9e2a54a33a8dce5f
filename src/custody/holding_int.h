/*
 * holding_int.h: the place of a holding out of a row, for the files of this floor that read rows of their own.
 */
#ifndef NK_HOLDING_INT_H
#define NK_HOLDING_INT_H

#include "custody.h"

/* Which columns of the statement hold place and place_box. */
struct nk_holding_columns {
	int place, box;
};
/* nk_holding_place: opened with `key`; without one (NULL) a sealed place is empty. In `arena`, with a NUL behind it. */
NK_RESULT nk_holding_place(const struct nk_key *key, struct nk_uuid id, const struct nk_stmt *stmt,
	const struct nk_holding_columns *at, struct nk_arena *arena, struct nk_str *out, struct nk_err *err);

#endif
