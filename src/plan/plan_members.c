/*
 * plan_members.c: who joins and who leaves a group. One group at a time, its steps side by side.
 *
 * Taken out are members that are ours, or that name nothing that exists below the base of persons; a member that
 * others put in stays. Member steps carry no version: adding or removing one value collides with nobody.
 */
#include "base.h"

#include "plan_int.h"

#include "dn.h"

struct members {
	struct nk_planner *p;
	const struct nk_entry *want;
	struct nk_str key; /* of the group, after a rename */
	struct nk_map wanted; /* folded names */
	struct nk_map held;
};

static void members_done(struct members *m)
{
	nk_map_done(&m->wanted);
	nk_map_done(&m->held);
}

static NK_RESULT push(
	struct members *m, enum nk_step_kind kind, struct nk_str value, uint32_t person, struct nk_err *err)
{
	const struct nk_step step = { .kind = kind,
		.object_kind = NK_OBJECT_GROUP,
		.object = m->want->object,
		.person_number = person,
		.key = m->key,
		.value = value };

	return nk_plan_push(m->p, NK_PHASE_GROUP, &step, err);
}

static NK_RESULT note_wanted(struct members *m, size_t from, size_t to, struct nk_err *err)
{
	for (size_t i = from; i < to; i++) {
		const struct nk_matched *person = &m->p->matched[m->p->in->desired->members[i].person];
		struct nk_str folded;

		if (person->key.len > 0) {
			NK_TRY(nk_dn_fold_into(person->key, m->p->arena, &folded, err));
			NK_TRY(nk_map_put(&m->wanted, nk_str_bytes(folded), 1, err));
		}
	}
	return nk_done();
}

/* May this value go? Not when it names an entry that is not ours. */
static bool removable(const struct nk_planner *p, struct nk_str folded)
{
	const struct nk_entry *e = NULL;
	size_t held = 0;

	if (!nk_plan_match_held(p, folded, &held)) {
		return nk_dn_under(folded, p->people_base);
	}
	e = &p->in->held->entries[held];
	return p->in->links != NULL && e->anchor.len > 0 && nk_links_by_anchor(p->in->links, e->anchor) != NULL;
}

static NK_RESULT take_out(struct members *m, const struct nk_attr *held, struct nk_err *err)
{
	for (size_t i = 0; held != NULL && i < held->n; i++) {
		struct nk_str folded;
		uint64_t found = 0;

		/* A value that is no name is not ours. */
		if (!nk_ok(nk_dn_fold_into(held->values[i], m->p->arena, &folded, NULL))) {
			continue;
		}
		NK_TRY(nk_map_put(&m->held, nk_str_bytes(folded), 1, err));
		if (!nk_map_get(&m->wanted, nk_str_bytes(folded), &found) && removable(m->p, folded)) {
			NK_TRY(push(m, NK_STEP_MEMBER_REMOVE, held->values[i], 0, err));
		}
	}
	return nk_done();
}

static NK_RESULT put_in(struct members *m, size_t from, size_t to, struct nk_err *err)
{
	for (size_t i = from; i < to; i++) {
		const size_t person = m->p->in->desired->members[i].person;
		const struct nk_matched *matched = &m->p->matched[person];
		struct nk_str folded;
		uint64_t found = 0;

		if (matched->key.len == 0) {
			continue;
		}
		NK_TRY(nk_dn_fold_into(matched->key, m->p->arena, &folded, err));
		if (!nk_map_get(&m->held, nk_str_bytes(folded), &found)) {
			NK_TRY(push(m, NK_STEP_MEMBER_ADD, matched->key,
				m->p->in->desired->entries[person].person_number, err));
		}
	}
	return nk_done();
}

NK_RESULT nk_plan_members(struct nk_planner *p, size_t group, size_t from, size_t to, struct nk_err *err)
{
	NK_OWNED(members_done)
	struct members m = { .p = p, .want = &p->in->desired->entries[group], .key = p->matched[group].key };
	const struct nk_attr *held = NULL;

	nk_map_init(&m.wanted, p->in->nonce);
	nk_map_init(&m.held, p->in->nonce);
	if (p->matched[group].how == NK_MATCH_HELD) {
		held = nk_plan_attr(&p->in->held->entries[p->matched[group].held], NK_STR("member"));
	}
	NK_TRY(note_wanted(&m, from, to, err));
	NK_TRY(take_out(&m, held, err));
	return put_in(&m, from, to, err);
}
