/*
 * guard_flow.h: what the guards ask of this installation: the week, the past, the protected.
 */
#ifndef NK_GUARD_FLOW_H
#define NK_GUARD_FLOW_H

#include "flow_int.h"

#include "changes.h"
#include "guard_source.h"
#include "source_runs.h"

/* season.c: nk_flow_turn: the kind of today's week for a board (name of a source; "": any). NK_CONFIG: the table. */
NK_RESULT nk_flow_turn(struct nk_flow *flow, struct nk_str board, enum nk_turn *out, struct nk_err *err);
/* nk_flow_turn_on: of another day's week; 0: today's. */
NK_RESULT nk_flow_turn_on(
	struct nk_flow *flow, struct nk_str board, nk_date day, enum nk_turn *out, struct nk_err *err);
/* nk_flow_ended_units: keys of the units of a source that have ended by the board's table. People must be open. */
NK_RESULT nk_flow_ended_units(struct nk_flow *flow, struct nk_str board, struct nk_uuid source, struct nk_arena *arena,
	struct nk_str **out, size_t *out_n, struct nk_err *err);
/* nk_flow_plan_limits: the limits of plans on a day (0: today), and the week they are for. */
NK_RESULT nk_flow_plan_limits(
	struct nk_flow *flow, nk_date day, struct nk_plan_limits *out, enum nk_turn *out_turn, struct nk_err *err);

/* import_guard.c: one file as the guard judges it. */
struct nk_import_case {
	const struct nk_roster *roster;
	const struct nk_changes *changes;
	const struct nk_source *source; /* its row, or the one that will be made */
	bool known; /* it has a row */
	int expected_year; /* 0: of today */
};
NK_RESULT nk_import_judge(struct nk_flow *flow, const struct nk_import_case *c, struct nk_arena *arena,
	struct nk_guard_verdict *out, struct nk_err *err);
/* nk_import_remember: the source's row and its run, in the transaction of the import. */
NK_RESULT nk_import_remember(struct nk_flow *flow, struct nk_tx *tx, const struct nk_import_case *c,
	const struct nk_guard_verdict *verdict, struct nk_err *err);

/* plan_past.c: accounts suspended and deleted by the plans of the window at a target, in the same kind of week. */
NK_RESULT nk_plan_recent(
	struct nk_flow *flow, struct nk_uuid target, enum nk_turn turn, uint64_t *out, struct nk_err *err);

#endif
