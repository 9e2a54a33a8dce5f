/*
 * guard_shape.h: how a roster looks as counts: school × grade × role, printed as canonical JSON and read back.
 *
 * A school is known by its source key; its name or code is kept beside it for people. A person without a unit counts
 * under "". Nobody can be told from a count, but a cell of one with a rare role can: shapes stay in the house.
 */
#ifndef NK_GUARD_SHAPE_H
#define NK_GUARD_SHAPE_H

#include "guard_source.h"

struct nk_shape_cell {
	struct nk_str unit; /* source key */
	struct nk_str name; /* for people */
	struct nk_str grade;
	struct nk_str role;
	uint64_t count;
};

struct nk_shape {
	struct nk_shape_cell *cells; /* sorted by unit, grade, role */
	size_t n;
	uint64_t persons;
	int school_year;
};

/* nk_guard_shape_of: a roster's shape, in `arena`. nk_guard_shape_read: from the JSON that nk_shape_print wrote;
 * NK_CORRUPT. */
NK_RESULT nk_guard_shape_of(
	const struct nk_roster *roster, struct nk_arena *arena, struct nk_shape *out, struct nk_err *err);
NK_RESULT nk_guard_shape_read(struct nk_bytes json, struct nk_arena *arena, struct nk_shape *out, struct nk_err *err);
/* nk_guard_shape_cmp: order of cells by unit, grade, role. */
int nk_guard_shape_cmp(const struct nk_shape_cell *a, const struct nk_shape_cell *b);

#endif
