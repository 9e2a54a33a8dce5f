/*
 * plan_guard_cells.c: where the accounts are that a plan would suspend: the school × grade × role that loses most.
 *
 * Pure. A count of a cell names nobody; it tells whoever decides where to look first.
 */
#include "base.h"

#include "plan_int.h"

enum { KEY_MAX = 256 };

struct cell {
	struct nk_str name; /* "school × grade × role" */
	unsigned long long gone, all;
};
struct counting {
	const struct nk_plan_guard_input *in;
	struct nk_arena *arena;
	struct nk_map at;
	struct nk_vec cells; /* struct cell */
	bool all; /* second walk: everybody, into the cells that are there */
};

static void counting_done(struct counting *c)
{
	nk_map_done(&c->at);
	nk_vec_done(&c->cells);
}

static struct nk_str cell_name(const struct counting *c, const struct nk_person *p, char room[static KEY_MAX])
{
	const struct nk_membership *best = NULL;
	const struct nk_unit *unit = NULL;
	struct nk_str name;

	for (size_t i = 0; i < p->n_memberships; i++) {
		const struct nk_membership *m = &p->memberships[i];

		best = !m->is_group && (best == NULL || (m->primary && !best->primary)) ? m : best;
	}
	unit = best != NULL ? nk_people_unit(c->in->people, best->where) : NULL;
	name = unit != NULL ? unit->name : NK_STR("");
	(void)snprintf(room, KEY_MAX, "%.*s × %.*s × %s", NK_FMT(name), NK_FMT(p->field[NK_FIELD_GRADE]),
		best != NULL ? nk_role_name(best->role) : "");
	return nk_str_c(room);
}

static NK_RESULT count(void *arg, const struct nk_person *p, struct nk_err *err)
{
	struct counting *const c = arg;
	char room[KEY_MAX];
	const struct nk_str name = cell_name(c, p, room);
	struct cell *cell;
	void *item = NULL;
	uint64_t at = 0;

	if (c->all && nk_people_is_part(c->in->people, p)) {
		return nk_done(); /* is counted with the head */
	}
	if (!nk_map_get(&c->at, nk_str_bytes(name), &at)) {
		if (c->all) {
			return nk_done();
		}
		at = c->cells.len;
		NK_TRY(nk_vec_push(&c->cells, &item, err));
		cell = item;
		*cell = (struct cell){ .gone = 0 };
		NK_TRY(nk_arena_dup(c->arena, name, &cell->name, err));
		NK_TRY(nk_map_put(&c->at, nk_str_bytes(cell->name), at, err));
	}
	cell = nk_vec_at(&c->cells, (size_t)at);
	cell->gone += c->all ? 0 : 1;
	cell->all += c->all ? 1 : 0;
	return nk_done();
}

static NK_RESULT count_suspended(struct counting *c, struct nk_err *err)
{
	for (size_t i = 0; i < c->in->plan->n; i++) {
		const struct nk_step *s = &c->in->plan->steps[i];
		const struct nk_person *p = NULL;

		if (s->kind == NK_STEP_SUSPEND && s->object_kind == NK_OBJECT_PERSON) {
			p = nk_people_by_number(c->in->people, s->person_number);
		}
		if (p != NULL) {
			NK_TRY(count(c, p, err));
		}
	}
	return nk_done();
}

NK_RESULT nk_plan_worst_cell(
	const struct nk_plan_guard_input *in, struct nk_arena *arena, struct nk_guard_finding *out, struct nk_err *err)
{
	NK_OWNED(counting_done) struct counting c = { .in = in, .arena = arena };
	const struct cell *worst = NULL;

	nk_map_init(&c.at, in->plan->hash.b);
	nk_vec_init(&c.cells, sizeof(struct cell), 1000000);
	NK_TRY(count_suspended(&c, err));
	c.all = true;
	NK_TRY(nk_people_each(in->people, count, &c, err));
	for (size_t i = 0; i < c.cells.len; i++) {
		const struct cell *one = nk_vec_at(&c.cells, i);

		worst = worst == NULL || one->gone > worst->gone ? one : worst;
	}
	if (worst != NULL) {
		out->cell = worst->name;
		out->figure = worst->gone;
		out->last = worst->all;
	}
	return nk_done();
}
