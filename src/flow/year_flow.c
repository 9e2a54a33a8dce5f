/*
 * year_flow.c: rules of the configuration, people and the seasons of the law folder, put together for a day.
 */
#include "base.h"
#include "year_flow.h"

#include "law_folder.h"

static bool asks_for_seasons(const struct nk_year_rules *rules)
{
	for (size_t i = 0; i < rules->n; i++) {
		if (rules->rule[i].season != 0 || rules->rule[i].when == NK_YEAR_GRADUATED) {
			return true;
		}
	}
	return false;
}

NK_RESULT nk_flow_year_open(struct nk_flow *flow, nk_date day, struct nk_flow_year *out, struct nk_err *err)
{
	NK_OWNED(nk_law_free) struct nk_law *law = NULL;
	const struct nk_year_rules *const rules = &flow->config->year;

	memset(out->kind, 0, sizeof(out->kind));
	NK_TRY(nk_year_open(rules, flow->people, &out->year, err));
	out->year.seasons = (struct nk_year_seasons){
		.from = day - NK_YEAR_DAYS_BEFORE, .kind = out->kind, .n = sizeof(out->kind)
	};
	if (!asks_for_seasons(rules)) {
		return nk_done();
	}
	NK_TRY(nk_flow_law(flow->env, flow->config->cases.law, &law, err));
	for (size_t i = 0; i < sizeof(out->kind); i++) {
		out->kind[i] = nk_u8((unsigned)nk_law_season(law, NK_STR(""), out->year.seasons.from + (nk_date)i));
	}
	return nk_done();
}

void nk_flow_year_done(struct nk_flow_year *y)
{
	nk_year_done(&y->year);
}
