/*
 * guard_int.h: one judgement of a roster, for the files guard_*.c of this floor.
 */
#ifndef NK_GUARD_INT_H
#define NK_GUARD_INT_H

#include "guard_shape.h"
#include "guard_source.h"

struct nk_guarding {
	const struct nk_guard_source_input *in;
	const struct nk_guard_limits *limits;
	struct nk_arena *arena;
	struct nk_vec list; /* struct nk_guard_finding */
	enum nk_verdict worst;
	struct nk_shape now, last, window, year; /* as they are known: .n = 0 else */
	bool have_last;
	uint64_t graduates; /* leavers of a school's highest grade, at the turn of the year */
	uint64_t left; /* leavers without them */
	uint64_t to_approve;
};

/* nk_guard_tell: one more finding (no more than 1,000 are kept). */
NK_RESULT nk_guard_tell(struct nk_guarding *g, struct nk_guard_finding f, struct nk_err *err);
/* part of whole in per cent, rounded up; 0 of 0 is 0. */
uint64_t nk_guard_percent(uint64_t part, uint64_t whole);
/* is part more than percent of whole? */
bool nk_guard_above(uint64_t part, uint64_t whole, uint64_t percent);

/* guard_cells.c: S3 and the cells of S7. */
NK_RESULT nk_guard_cells(struct nk_guarding *g, struct nk_err *err);
/* nk_guard_is_top: is this the highest grade of that unit in the last accepted file? */
bool nk_guard_is_top(const struct nk_guarding *g, struct nk_str unit, struct nk_str grade);
/* guard_identity.c: S5. */
NK_RESULT nk_guard_identity(struct nk_guarding *g, struct nk_err *err);

#endif
