/*
 * timeline.h: the course of a case as a picture: one row a moment, times at the left, lanes by colour and mark, the gaps
 * between days shown. Times are those of Japan.
 */
#ifndef NK_TIMELINE_H
#define NK_TIMELINE_H

#include "facts.h"
#include "picture.h"

/* nk_timeline_make: the course and the deadlines of the facts, in order of time; at most 200 rows, then the last one says
 * how many were left out. The picture is in `arena` and borrows from facts. */
NK_RESULT nk_timeline_make(
	const struct nk_case_facts *facts, enum nk_lang lang, struct nk_arena *arena, struct nk_picture *out, struct nk_err *err);
/* nk_timeline_svg: the same as SVG text, appended. */
NK_RESULT nk_timeline_svg(const struct nk_case_facts *facts, enum nk_lang lang, struct nk_buf *out, struct nk_err *err);

#endif
