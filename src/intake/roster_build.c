/*
 * roster_build.c: growing vectors, and at the end one copy of each into the arena.
 */
#include "base.h"
#include "roster_build.h"

enum { ITEMS_MAX = 100000000 };

struct belongs {
	size_t person;
	struct nk_roster_membership m;
};

void nk_roster_build_init(struct nk_roster_build *b, struct nk_arena *arena)
{
	*b = (struct nk_roster_build){ .arena = arena };
	nk_vec_init(&b->units, sizeof(struct nk_roster_unit), ITEMS_MAX);
	nk_vec_init(&b->groups, sizeof(struct nk_roster_group), ITEMS_MAX);
	nk_vec_init_wiping(&b->persons, sizeof(struct nk_roster_person), ITEMS_MAX);
	nk_vec_init_wiping(&b->memberships, sizeof(struct belongs), ITEMS_MAX);
}

void nk_roster_build_done(struct nk_roster_build *b)
{
	nk_vec_done(&b->units);
	nk_vec_done(&b->groups);
	nk_vec_done(&b->persons);
	nk_vec_done(&b->memberships);
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
	*out = nk_arena_array(arena, vec->len, vec->item_size);
	if (*out == NULL) {
		return nk_fail_nomem(err);
	}
	if (vec->len > 0) {
		memcpy(*out, vec->items, vec->len * vec->item_size);
	}
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
