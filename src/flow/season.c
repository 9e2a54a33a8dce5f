/*
 * season.c: what kind of week it is for the guards, by the board's table (law/season.law and the folder of [case] law).
 */
#include "base.h"
#include "guard_flow.h"

#include "law_folder.h"

static enum nk_turn turn_of(const struct nk_law *law, struct nk_str board, nk_date day)
{
	static const enum nk_turn turns[] = { [NK_LAW_SEASON_NONE] = NK_TURN_NONE,
		[NK_LAW_SEASON_SMALL] = NK_TURN_SMALL,
		[NK_LAW_SEASON_GREAT] = NK_TURN_GREAT };

	return turns[nk_law_season(law, board, day)];
}

NK_RESULT nk_flow_turn_on(
	struct nk_flow *flow, struct nk_str board, nk_date day, enum nk_turn *out, struct nk_err *err)
{
	NK_OWNED(nk_law_free) struct nk_law *law = NULL;

	NK_TRY(nk_flow_law(flow->env, flow->config->cases.law, &law, err));
	*out = turn_of(law, board, day != 0 ? day : nk_flow_today(flow));
	return nk_done();
}

NK_RESULT nk_flow_turn(struct nk_flow *flow, struct nk_str board, enum nk_turn *out, struct nk_err *err)
{
	return nk_flow_turn_on(flow, board, 0, out, err);
}

NK_RESULT nk_flow_ended_units(struct nk_flow *flow, struct nk_str board, struct nk_uuid source, struct nk_arena *arena,
	struct nk_str **out, size_t *out_n, struct nk_err *err)
{
	NK_OWNED(nk_law_free) struct nk_law *law = NULL;
	const struct nk_unit *units = NULL;
	const size_t n = nk_people_units(flow->people, &units);

	NK_TRY(nk_flow_law(flow->env, flow->config->cases.law, &law, err));
	*out = nk_arena_array(arena, n, sizeof(**out));
	*out_n = 0;
	if (*out == NULL) {
		return nk_fail_nomem(err);
	}
	for (size_t i = 0; i < n; i++) {
		if (nk_uuid_eq(units[i].source, source) && units[i].code.len > 0 &&
			nk_law_school_ended(law, board, units[i].code, nk_flow_today(flow))) {
			NK_TRY(nk_arena_dup(arena, units[i].key, &(*out)[(*out_n)++], err));
		}
	}
	return nk_done();
}

NK_RESULT nk_flow_plan_limits(struct nk_flow *flow, nk_date day, struct nk_plan_limits *out, enum nk_turn *out_turn,
	struct nk_err *err)
{
	NK_TRY(nk_flow_turn_on(flow, NK_STR(""), day, out_turn, err));
	*out = flow->config->plan_guard;
	if (*out_turn == NK_TURN_SMALL) {
		const uint32_t small = flow->config->guard.small_percent;

		out->suspend_percent = out->suspend_percent > small ? out->suspend_percent : small;
	}
	if (*out_turn == NK_TURN_GREAT) {
		out->suspend_percent = flow->config->suspend_season_percent;
		out->group_percent = 100;
		out->attribute_percent = 100;
	}
	out->delete_percent = out->suspend_percent;
	out->delete_number = out->suspend_number;
	return nk_done();
}
