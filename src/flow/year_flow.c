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

struct nk_flow_board {
	struct nk_year_seasons seasons;
	char name[256];
	uint8_t kind[NK_YEAR_DAYS_BEFORE + NK_YEAR_DAYS_AFTER];
	struct nk_flow_board *next;
};

struct tables {
	struct nk_flow_year *out;
	const struct nk_law *law;
};

static void fill(const struct nk_law *law, struct nk_str board, nk_date from, uint8_t *kind, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		kind[i] = nk_u8((unsigned)nk_law_season(law, board, from + (nk_date)i));
	}
}

/* One table for each board: a row of the law folder that names one says nothing about the others. */
static NK_RESULT note_board(void *arg, const struct nk_person *p, struct nk_err *err)
{
	const struct tables *const t = arg;
	const struct nk_str name = p->field[NK_FIELD_SOURCE];
	struct nk_year_seasons *const all = &t->out->year.seasons;
	struct nk_flow_board *b = t->out->boards;

	while (b != NULL && !nk_str_eq(b->seasons.board, name)) {
		b = b->next;
	}
	if (b != NULL || name.len == 0 || name.len >= sizeof(b->name)) {
		return nk_done();
	}
	b = calloc(1, sizeof(*b));
	if (b == NULL) {
		return nk_fail_nomem(err);
	}
	memcpy(b->name, name.ptr, name.len);
	b->seasons = (struct nk_year_seasons){
		.from = all->from, .kind = b->kind, .n = sizeof(b->kind), .board = { b->name, name.len }, .next = all->next
	};
	fill(t->law, b->seasons.board, all->from, b->kind, sizeof(b->kind));
	b->next = t->out->boards;
	t->out->boards = b;
	all->next = &b->seasons;
	return nk_done();
}

NK_RESULT nk_flow_year_open(struct nk_flow *flow, nk_date day, struct nk_flow_year *out, struct nk_err *err)
{
	NK_OWNED(nk_law_free) struct nk_law *law = NULL;
	const struct nk_year_rules *const rules = &flow->config->year;

	memset(out->kind, 0, sizeof(out->kind));
	out->boards = NULL;
	NK_TRY(nk_year_open(rules, flow->people, &out->year, err));
	out->year.seasons = (struct nk_year_seasons){
		.from = day - NK_YEAR_DAYS_BEFORE, .kind = out->kind, .n = sizeof(out->kind)
	};
	if (!asks_for_seasons(rules)) {
		return nk_done();
	}
	NK_TRY(nk_flow_law(flow->env, flow->config->cases.law, &law, err));
	fill(law, NK_STR("*"), out->year.seasons.from, out->kind, sizeof(out->kind)); /* nobody's name: rows for every board */
	return nk_people_each(flow->people, note_board, &(struct tables){ out, law }, err);
}

void nk_flow_year_done(struct nk_flow_year *y)
{
	while (y->boards != NULL) {
		struct nk_flow_board *const b = y->boards;

		y->boards = b->next;
		free(b);
	}
	nk_year_done(&y->year);
}
