/*
 * source_runs.h: what was accepted from each source, run by run: counts only, nobody's data (table source_run).
 *
 * The guard looks at them: the window of a slow drip, the same turn of the year before, the same file again. Kept for
 * 430 days, then removed with the next run.
 */
#ifndef NK_SOURCE_RUNS_H
#define NK_SOURCE_RUNS_H

#include "guard_source.h"

struct nk_source_run {
	struct nk_uuid source;
	nk_time at;
	nk_date day;
	enum nk_turn turn;
	struct nk_bytes digest; /* keyed digest of the file */
	uint64_t persons, joined, changed, left; /* left: without graduates (nk_guard_verdict.left) */
	struct nk_bytes shape;
};
/* nk_source_run_put: one more run; older ones than 430 days go. */
NK_RESULT nk_source_run_put(struct nk_tx *tx, const struct nk_source_run *run, struct nk_err *err);

struct nk_source_ask {
	struct nk_uuid source;
	nk_date today;
	enum nk_turn turn; /* of today */
	uint32_t window_days;
	struct nk_bytes digest; /* of the file that is judged */
};
/* nk_source_past: what the guard asks of the past; shapes in `arena`. All zeros when there was no run. */
NK_RESULT nk_source_past(struct nk_store *store, const struct nk_source_ask *ask, struct nk_arena *arena,
	struct nk_guard_past *out, struct nk_err *err);

#endif
