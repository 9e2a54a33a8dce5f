/*
 * guard_source.h: is this roster believable? Stops an import before its first write (reference/rosters.md §13,
 * S1–S10).
 *
 * Pure: roster, changes, what the source last said, limits → verdict. A delta is judged as the whole it makes with what
 * was there (orone_delta.c), so that no way in goes round the guard. Every stop names its rule, the cell, the figures
 * and the limit. S1 (an incomplete file gives no roster) is the reader's, S9 (the exception) flow's.
 */
#ifndef NK_GUARD_SOURCE_H
#define NK_GUARD_SOURCE_H

#include "changes.h"
#include "verdict.h"

struct nk_guard_limits {
	uint32_t floor; /* S2: fewest persons of a source, default 1 (empty always stops) */
	uint32_t cell_percent; /* S3: 10, outside the seasons; twice that in a small one */
	uint32_t cell_small; /* S3: cells below are judged by number: 20 */
	uint32_t cell_season_percent; /* S3: a grade's loss against its year, at the turn of the year: 30 */
	uint32_t entry_percent; /* S3: the same for a first grade, against the first grade before: 50 */
	uint32_t scheme_percent; /* S5: 10 */
	uint32_t scheme_season_percent; /* S5: new and gone keys at once in the season: 25 */
	uint32_t name_percent; /* S5: persons whose name or reading changes in one file: 10 */
	uint32_t leave_percent; /* S6: 2 outside the season, above: a second person */
	uint32_t leave_number; /* S6: 5 */
	uint32_t small_percent; /* S6 in a small season: 5 */
	uint32_t season_percent; /* S6 at the turn of the year: 10 beside graduates, above: a second person */
	bool graduates; /* S6: at the turn of the year those of a school's highest grade are not counted: yes */
	uint32_t least_percent; /* S6: source count at least 90 % of the last accepted; below stops (season: 75) */
	uint32_t least_season_percent; /* 75 */
	uint32_t window_days; /* S7: 30 */
};
/* nk_guard_limits_default: the numbers named above. */
void nk_guard_limits_default(struct nk_guard_limits *out);

/* nk_shape: counts per school × grade × role; printed as canonical JSON for the source's row. */
NK_RESULT nk_shape_print(const struct nk_roster *roster, struct nk_buf *out, struct nk_err *err);

/* What was accepted before (source_runs.h), as far as the guard asks. */
struct nk_guard_past {
	uint64_t left_in_window; /* S7: leavers counted in the last window_days in the same kind of week, this run excluded */
	struct nk_bytes window_shape; /* S7: as the source looked at the beginning of the window, outside of seasons; or empty */
	struct nk_bytes year_shape; /* S3: as it looked at the same turn of the year before; or empty */
	uint32_t seen_days; /* S4: this very file was accepted so many days ago and is not the last one; 0: no */
};

struct nk_guard_source_input {
	const struct nk_roster *roster;
	const struct nk_changes *changes;
	const struct nk_people *people; /* NULL: nothing is known of leavers (tests): none is a graduate or protected */
	const struct nk_source *last; /* NULL: first file of this source */
	struct nk_guard_past past;
	uint64_t last_count; /* persons in the last accepted file */
	enum nk_turn turn;
	int expected_year; /* nk_school_year(today), or the operator's word */
	bool next_year_too; /* the turn of the year before 1 April: the year that begins is expected as well */
	const struct nk_str *ended; /* S10: keys of units that have ended by the board's table */
	size_t n_ended;
	const struct nk_str *sentinels; /* S1: codes or keys of units that every file must show */
	size_t n_sentinels;
	const struct nk_str *protected_logins; /* S8 */
	size_t n_protected;
};
struct nk_guard_verdict {
	enum nk_verdict worst;
	const struct nk_guard_finding *findings;
	size_t n;
	uint64_t left; /* leavers that count (S6), for the next window */
	uint64_t to_approve; /* persons concerned: the number that a second person types */
};
/* nk_guard_source: findings in `arena`; the verdict is the worst of them. */
NK_RESULT nk_guard_source(const struct nk_guard_source_input *in, const struct nk_guard_limits *limits,
	struct nk_arena *arena, struct nk_guard_verdict *out, struct nk_err *err);
/* nk_guard_protected: does a person's login stand in the list, or the person's own flag? */
bool nk_guard_protected(const struct nk_person *p, const struct nk_str *logins, size_t n);

#endif
