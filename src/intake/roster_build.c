/*
 * roster_build.c: growing vectors, and at the end one copy of each into the arena.
 */
#include "base.h"
#include "roster_build.h"

enum { ITEMS_MAX = 100000000 };

struct belongs {
	size_t person;
	bool dropped;
	struct nk_roster_membership m;
};

struct gone {
	enum nk_gone what;
	size_t at;
};

void nk_roster_build_init(struct nk_roster_build *b, struct nk_arena *arena)
{
	*b = (struct nk_roster_build){ .arena = arena };
	nk_vec_init(&b->units, sizeof(struct nk_roster_unit), ITEMS_MAX);
	nk_vec_init(&b->groups, sizeof(struct nk_roster_group), ITEMS_MAX);
	nk_vec_init_wiping(&b->persons, sizeof(struct nk_roster_person), ITEMS_MAX);
	nk_vec_init_wiping(&b->memberships, sizeof(struct belongs), ITEMS_MAX);
	nk_vec_init(&b->gone, sizeof(struct gone), ITEMS_MAX);
}

void nk_roster_build_done(struct nk_roster_build *b)
{
	nk_vec_done(&b->units);
	nk_vec_done(&b->groups);
	nk_vec_done(&b->persons);
	nk_vec_done(&b->memberships);
	nk_vec_done(&b->gone);
}

NK_RESULT nk_roster_build_unit(
	struct nk_roster_build *b, const struct nk_roster_unit *unit, size_t *out_at, struct nk_err *err)
{
	void *item = NULL;

	NK_TRY(nk_vec_push(&b->units, &item, err));
	*(struct nk_roster_unit *)item = *unit;
	*out_at = b->units.len - 1;
	return nk_done();
}

NK_RESULT nk_roster_build_group(
	struct nk_roster_build *b, const struct nk_roster_group *group, size_t *out_at, struct nk_err *err)
{
	void *item = NULL;

	NK_TRY(nk_vec_push(&b->groups, &item, err));
	*(struct nk_roster_group *)item = *group;
	*out_at = b->groups.len - 1;
	return nk_done();
}

NK_RESULT nk_roster_build_person(
	struct nk_roster_build *b, const struct nk_roster_person *person, size_t *out_at, struct nk_err *err)
{
	void *item = NULL;

	NK_TRY(nk_vec_push(&b->persons, &item, err));
	*(struct nk_roster_person *)item = *person;
	*out_at = b->persons.len - 1;
	return nk_done();
}

NK_RESULT nk_roster_build_membership(
	struct nk_roster_build *b, size_t person, const struct nk_roster_membership *m, struct nk_err *err)
{
	void *item = NULL;

	NK_TRY(nk_vec_push(&b->memberships, &item, err));
	*(struct belongs *)item = (struct belongs){ .person = person, .m = *m };
	nk_roster_build_at(b, person)->n_memberships++;
	return nk_done();
}

struct nk_roster_person *nk_roster_build_at(struct nk_roster_build *b, size_t person)
{
	return nk_vec_at(&b->persons, person);
}

NK_RESULT nk_roster_build_copy(struct nk_roster_build *b, struct nk_str s, struct nk_str *out, struct nk_err *err)
{
	if (s.len == 0) {
		*out = NK_STR("");
		return nk_done();
	}
	return nk_arena_dup(b->arena, s, out, err);
}

static NK_RESULT copy_vec(struct nk_arena *arena, const struct nk_vec *vec, void **out, struct nk_err *err)
{
	*out = nk_vec_keep(vec, arena);
	return *out != NULL ? nk_done() : nk_fail_nomem(err);
}

static bool is_gone(const struct nk_roster_build *b, enum nk_gone what, size_t at)
{
	for (size_t i = 0; i < b->gone.len; i++) {
		const struct gone *const g = nk_vec_at(&b->gone, i);

		if (g->what == what && g->at == at) {
			return true;
		}
	}
	return false;
}

struct nk_roster_membership *nk_roster_build_find(
	struct nk_roster_build *b, size_t person, const struct nk_roster_membership *m)
{
	for (size_t i = 0; i < b->memberships.len; i++) {
		struct belongs *const x = nk_vec_at(&b->memberships, i);

		if (x->person == person && !x->dropped && x->m.is_group == m->is_group && x->m.where == m->where && x->m.role == m->role) {
			return &x->m;
		}
	}
	return NULL;
}

void nk_roster_build_drop(struct nk_roster_build *b, size_t person, const struct nk_roster_membership *m)
{
	for (size_t i = 0; i < b->memberships.len; i++) {
		struct belongs *const x = nk_vec_at(&b->memberships, i);

		x->dropped = x->dropped || (m != NULL ? &x->m == m : x->person == person && !x->m.is_group);
	}
	b->thinned = true;
}

NK_RESULT nk_roster_build_gone(struct nk_roster_build *b, enum nk_gone what, size_t at, struct nk_err *err)
{
	void *item = NULL;

	NK_TRY(nk_vec_push(&b->gone, &item, err));
	*(struct gone *)item = (struct gone){ what, at };
	b->thinned = true;
	return nk_done();
}

/* Where each item comes to stand when those that are gone are left out; SIZE_MAX: nowhere. */
static NK_RESULT close_up(
	struct nk_roster_build *b, enum nk_gone what, struct nk_vec *items, size_t **out, struct nk_err *err)
{
	size_t *const to = nk_arena_array(b->arena, items->len, sizeof(*to));
	size_t n = 0;

	if (to == NULL) {
		return nk_fail_nomem(err);
	}
	for (size_t i = 0; i < items->len; i++) {
		to[i] = is_gone(b, what, i) ? SIZE_MAX : n;
		if (to[i] != SIZE_MAX) {
			memmove(nk_vec_at(items, n), nk_vec_at(items, i), items->item_size);
			n++;
		}
	}
	items->len = n;
	*out = to;
	return nk_done();
}

/* A delta's end: what is gone is left out, with every membership that hangs on it. */
static NK_RESULT leave_out(struct nk_roster_build *b, struct nk_err *err)
{
	size_t *to[NK_GONE_COUNT] = { NULL };
	size_t n = 0;

	NK_TRY(close_up(b, NK_GONE_UNIT, &b->units, &to[NK_GONE_UNIT], err));
	NK_TRY(close_up(b, NK_GONE_GROUP, &b->groups, &to[NK_GONE_GROUP], err));
	NK_TRY(close_up(b, NK_GONE_PERSON, &b->persons, &to[NK_GONE_PERSON], err));
	for (size_t i = 0; i < b->persons.len; i++) {
		nk_roster_build_at(b, i)->n_memberships = 0;
	}
	for (size_t i = 0; i < b->memberships.len; i++) {
		struct belongs x = *(const struct belongs *)nk_vec_at(&b->memberships, i);

		x.person = to[NK_GONE_PERSON][x.person];
		x.m.where = to[x.m.is_group ? NK_GONE_GROUP : NK_GONE_UNIT][x.m.where];
		if (x.dropped || x.person == SIZE_MAX || x.m.where == SIZE_MAX) {
			continue;
		}
		*(struct belongs *)nk_vec_at(&b->memberships, n++) = x;
		nk_roster_build_at(b, x.person)->n_memberships++;
	}
	b->memberships.len = n;
	return nk_done();
}

/* Each person gets a run of one array; n_memberships was counted while they came. */
static NK_RESULT share_out(struct nk_roster_build *b, struct nk_roster *roster, struct nk_err *err)
{
	struct nk_roster_membership *all = nk_arena_array(b->arena, b->memberships.len, sizeof(*all));
	size_t at = 0;

	if (all == NULL) {
		return nk_fail_nomem(err);
	}
	for (size_t i = 0; i < roster->n_persons; i++) {
		roster->persons[i].memberships = all + at;
		at += roster->persons[i].n_memberships;
		roster->persons[i].n_memberships = 0;
	}
	for (size_t i = 0; i < b->memberships.len; i++) {
		const struct belongs *belongs = nk_vec_at(&b->memberships, i);
		struct nk_roster_person *p = &roster->persons[belongs->person];

		p->memberships[p->n_memberships++] = belongs->m;
	}
	return nk_done();
}

NK_RESULT nk_roster_build_end(struct nk_roster_build *b, const struct nk_roster **out, struct nk_err *err)
{
	struct nk_roster *roster = nk_arena_alloc(b->arena, sizeof(*roster));
	void *items = NULL;

	if (roster == NULL) {
		return nk_fail_nomem(err);
	}
	NK_TRY(b->thinned ? leave_out(b, err) : nk_done());
	*roster = b->head;
	roster->n_units = b->units.len;
	roster->n_groups = b->groups.len;
	roster->n_persons = b->persons.len;
	NK_TRY(copy_vec(b->arena, &b->units, &items, err));
	roster->units = items;
	NK_TRY(copy_vec(b->arena, &b->groups, &items, err));
	roster->groups = items;
	NK_TRY(copy_vec(b->arena, &b->persons, &items, err));
	roster->persons = items;
	NK_TRY(share_out(b, roster, err));
	*out = roster;
	return nk_done();
}
