/*
 * guard_source.h: is this roster believable? Stops an import before its first write (reference/rosters.md §13,
 * S1–S7).
 *
 * Pure: roster, changes, what the source last said, limits → verdict. Every stop names its rule, the figures and the
 * limit.
 */
#ifndef NK_GUARD_SOURCE_H
#define NK_GUARD_SOURCE_H

#include "changes.h"
#include "verdict.h"

struct nk_guard_limits {
	uint32_t floor; /* S2: fewest persons of a source, default 1 (empty always stops) */
	uint32_t cell_percent; /* S3: 10, outside the season */
	uint32_t cell_small; /* S3: cells below are judged by number: 20 */
	uint32_t scheme_percent; /* S5: 10 */
	uint32_t scheme_season_percent; /* S5: new and gone keys at once in the season: 25 */
	uint32_t leave_percent; /* S6: 2 outside the season, above: a second person */
	uint32_t leave_number; /* S6: 5 */
	uint32_t season_percent; /* S6 in the season (15 March–30 April): 25, above: a second person */
	uint32_t least_percent; /* S6: source count at least 90 % of the last accepted; below stops (season: 75) */
	uint32_t window_days; /* S7: 30 */
};
/* nk_guard_limits_default: the numbers named above. */
void nk_guard_limits_default(struct nk_guard_limits *out);

/* nk_shape: counts per school × grade × role; printed as canonical JSON for the source's row. */
NK_RESULT nk_shape_print(const struct nk_roster *roster, struct nk_buf *out, struct nk_err *err);

struct nk_guard_source_input {
	const struct nk_roster *roster;
	const struct nk_changes *changes;
	const struct nk_source *last; /* NULL: first file of this source */
	uint64_t left_in_window; /* leavers of this source in the last window_days, this run excluded */
	uint64_t last_count; /* persons in the last accepted file */
	nk_date today;
	int expected_year; /* nk_school_year(today), or the operator's word */
};
/* nk_guard_source: findings in `arena`; the verdict is the worst of them. */
NK_RESULT nk_guard_source(const struct nk_guard_source_input *in, const struct nk_guard_limits *limits,
	struct nk_arena *arena, enum nk_verdict *out, const struct nk_guard_finding **out_findings, size_t *out_n,
	struct nk_err *err);

#endif
