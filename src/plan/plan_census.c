/*
 * plan_census.c: accounts that were there before us and that somebody decided to have erased, once their day has come.
 *
 * Invariant: nobody's account goes this way (nothing that a link or an object of ours has), and none whose going would
 * take with it a group that is not ours: that is a conflict for a person to decide about.
 */
#include "base.h"

#include "plan_int.h"

#include "dn.h"

bool nk_plan_is_due(const struct nk_planner *p, size_t held)
{
	const struct nk_entry *const e = &p->in->held->entries[held];
	uint64_t known = 0;

	if (p->in->is_due == NULL || e->kind != NK_OBJECT_PERSON || e->anchor.len == 0 ||
		(p->in->links != NULL && nk_links_by_anchor(p->in->links, e->anchor) != NULL) ||
		nk_map_get(&p->known_anchors, nk_str_bytes(e->anchor), &known)) {
		return false;
	}
	for (size_t i = 0; i < p->in->desired->n; i++) {
		if (p->matched[i].how == NK_MATCH_HELD && p->matched[i].held == held) {
			return false;
		}
	}
	return p->in->is_due(p->in->is_due_arg, e->anchor);
}

/* The values of a group that name the account; *out_all: it has nobody else. */
static size_t values_of(const struct nk_planner *p, const struct nk_attr *members, size_t held, struct nk_str *out, bool *out_all)
{
	size_t others = 0;
	size_t n = 0;

	for (size_t v = 0; v < members->n; v++) {
		struct nk_str folded;

		if (nk_ok(nk_dn_fold_into(members->values[v], p->arena, &folded, NULL)) && nk_str_eq(folded, p->folded[held])) {
			*out = members->values[v];
			n++;
		} else {
			others++;
		}
	}
	*out_all = n > 0 && others == 0;
	return n;
}

/* What a group of ours is called after this plan. */
static struct nk_str group_key(const struct nk_planner *p, size_t group)
{
	for (size_t i = 0; i < p->in->desired->n; i++) {
		if (p->matched[i].how == NK_MATCH_HELD && p->matched[i].held == group && p->matched[i].key.len > 0) {
			return p->matched[i].key;
		}
	}
	return p->in->held->entries[group].key;
}

/* A group of ours that this plan deletes needs nobody taken out. */
static bool goes_itself(const struct nk_planner *p, const struct nk_entry *group)
{
	const struct nk_vec *const deletes = &p->steps[NK_PHASE_DELETE];

	for (size_t i = 0; i < deletes->len; i++) {
		if (nk_str_eq(((const struct nk_step *)nk_vec_at(deletes, i))->anchor, group->anchor)) {
			return true;
		}
	}
	return false;
}

/* Out of the groups first: a name that nothing has any more would stay in those of others. */
static NK_RESULT out_of_groups(struct nk_planner *p, size_t held, bool send, bool *out_stuck, struct nk_err *err)
{
	*out_stuck = false;
	for (size_t g = 0; g < p->in->held->n; g++) {
		const struct nk_entry *const group = &p->in->held->entries[g];
		const struct nk_attr *const members = nk_plan_attr(group, NK_STR("member"));
		struct nk_step step = { .kind = NK_STEP_MEMBER_REMOVE, .object_kind = NK_OBJECT_GROUP };
		uint64_t known = 0;
		bool all = false;

		if (members == NULL || goes_itself(p, group) || values_of(p, members, held, &step.value, &all) == 0) {
			continue;
		}
		*out_stuck = *out_stuck || (all && !nk_map_get(&p->known_anchors, nk_str_bytes(group->anchor), &known));
		step.key = group_key(p, g);
		NK_TRY(send ? nk_plan_push(p, NK_PHASE_GROUP, &step, err) : nk_done());
	}
	return nk_done();
}

NK_RESULT nk_plan_erase_account(struct nk_planner *p, size_t held, struct nk_err *err)
{
	const struct nk_entry *const e = &p->in->held->entries[held];
	const struct nk_step step = {
		.kind = NK_STEP_DELETE, .object_kind = NK_OBJECT_PERSON, .key = e->key, .anchor = e->anchor, .version = e->version
	};
	bool stuck = false;

	NK_TRY(out_of_groups(p, held, false, &stuck, err));
	if (stuck) {
		return nk_plan_conflict(p,
			NK_N("this account is to go, and a group that is not ours has nobody else: empty or delete that group at the target"),
			e, err);
	}
	NK_TRY(out_of_groups(p, held, true, &stuck, err));
	return nk_plan_push(p, NK_PHASE_DELETE, &step, err);
}
