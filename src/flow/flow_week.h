/*
 * flow_week.h: is what was promised kept (徹底)? Figures of whole days, each by the query that is named beside it, and every
 * refused attempt with its reason. One table of them feeds every report (week.c). Part of flow.h for the front ends.
 */
#ifndef NK_FLOW_WEEK_H
#define NK_FLOW_WEEK_H

#include "flow.h"

struct nk_figure {
	const char *query; /* "left-without-warrant" */
	const char *text; /* msgid */
	uint64_t n;
};
struct nk_refusal {
	uint64_t leaf;
	nk_time at;
	struct nk_str what, why; /* our words */
	const char *label; /* msgid of what `why` means */
};
enum { NK_FIGURES_MAX = 16 };
struct nk_week {
	nk_date from, until; /* both days included */
	struct nk_figure figures[NK_FIGURES_MAX];
	size_t n;
	const struct nk_refusal *refused;
	size_t n_refused;
};
/* nk_op_week: `weeks` times seven days up to `until` (NK_DATE_NONE: today), in the installation's time. What is overdue
 * is so at the end of that day, or now when that is earlier. */
NK_RESULT nk_op_week(struct nk_flow *flow, nk_date until, unsigned weeks, struct nk_arena *arena, struct nk_week *out,
	struct nk_err *err);
/* nk_week_figure: by its query; the table has it. */
uint64_t nk_week_figure(const struct nk_week *w, const char *query);
/* nk_op_refused: attempts of every kind that were refused, all of them, as the ledger has them. */
NK_RESULT nk_op_refused(
	struct nk_flow *flow, struct nk_arena *arena, const struct nk_refusal **out, size_t *out_n, struct nk_err *err);

#endif
