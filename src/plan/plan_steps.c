/*
 * plan_steps.c: the steps that bring each entry to where it should be, sorted into the phases of the plan.
 *
 * Invariant: at most one of add, rename, and one of modify, suspend, resume for an entry, in that order; the version
 * that the snapshot saw stands in the first of them alone.
 */
#include "base.h"

#include "plan_int.h"

#include "dn.h"

NK_RESULT nk_plan_push(struct nk_planner *p, enum nk_plan_phase phase, const struct nk_step *step, struct nk_err *err)
{
	void *room = NULL;
	size_t all = 0;

	for (int i = 0; i < NK_PHASE_COUNT; i++) {
		all += p->steps[i].len;
	}
	if (all >= NK_PLAN_STEPS_MAX) {
		return nk_fail(err, NK_LIMIT, "a plan has at most %d steps", (int)NK_PLAN_STEPS_MAX);
	}
	NK_TRY(nk_vec_push(&p->steps[phase], &room, err));
	*(struct nk_step *)room = *step;
	return nk_done();
}

static struct nk_step step_of(const struct nk_entry *want, enum nk_step_kind kind)
{
	return (struct nk_step){ .kind = kind,
		.object_kind = want->kind,
		.object = want->object,
		.person_number = want->person_number,
		.key = want->key };
}

/* ---- containers ---------------------------------------------------------------------------------------------- */

static NK_RESULT add_container(struct nk_planner *p, struct nk_str base, struct nk_err *err)
{
	static const struct nk_str class[] = { { "organizationalUnit", 18 } };
	struct nk_step step = { .kind = NK_STEP_ADD, .object_kind = NK_OBJECT_CONTAINER, .key = base };
	struct nk_attr *attrs = nk_arena_array(p->arena, 2, sizeof(*attrs));
	struct nk_str *value = nk_arena_alloc(p->arena, sizeof(*value));
	struct nk_str folded;
	struct nk_str rdn;
	struct nk_str parent;
	size_t held = 0;

	NK_TRY(nk_dn_fold_into(base, p->arena, &folded, err));
	if (nk_plan_match_held(p, folded, &held)) {
		return nk_done();
	}
	if (attrs == NULL || value == NULL) {
		return nk_fail_nomem(err);
	}
	if (!nk_dn_split(base, &rdn, &parent) || !nk_str_ieq(nk_str_sub(rdn, 0, 3), NK_STR("ou=")) ||
		nk_str_chr(rdn, '\\') != SIZE_MAX) {
		return nk_fail(err, NK_CONFIG,
			"a base of the target that is still missing must be named ou=…: make it by hand, or name another");
	}
	*value = nk_str_sub(rdn, 3, rdn.len);
	attrs[0] = (struct nk_attr){ NK_STR("objectClass"), class, 1 };
	attrs[1] = (struct nk_attr){ NK_STR("ou"), value, 1 };
	step.attrs = attrs;
	step.n_attrs = 2;
	for (size_t i = 0; i < p->steps[NK_PHASE_CONTAINER].len; i++) {
		const struct nk_step *before = nk_vec_at(&p->steps[NK_PHASE_CONTAINER], i);

		if (nk_str_ieq(before->key, base)) {
			return nk_done();
		}
	}
	return nk_plan_push(p, NK_PHASE_CONTAINER, &step, err);
}

/* ---- one entry that is there --------------------------------------------------------------------------------- */

static enum nk_plan_phase phase_of(enum nk_object_kind kind)
{
	switch (kind) {
	case NK_OBJECT_UNIT:
		return NK_PHASE_UNIT;
	case NK_OBJECT_GROUP:
		return NK_PHASE_GROUP;
	case NK_OBJECT_PERSON:
	case NK_OBJECT_CONTAINER:
	case NK_OBJECT_KIND_COUNT:
		break;
	}
	return NK_PHASE_PERSON;
}

/* Renames when the name differs. *out_key is the name the entry has then; a taken name is a conflict and changes
 * nothing. */
static NK_RESULT rename_entry(struct nk_planner *p, size_t i, struct nk_str *version, struct nk_err *err)
{
	const struct nk_entry *want = &p->in->desired->entries[i];
	struct nk_matched *m = &p->matched[i];
	const struct nk_entry *held = &p->in->held->entries[m->held];
	struct nk_step step = step_of(want, NK_STEP_RENAME);
	struct nk_str folded;
	size_t other = 0;

	m->key = held->key;
	NK_TRY(nk_dn_fold_into(want->key, p->arena, &folded, err));
	if (nk_str_eq(folded, p->folded[m->held])) {
		return nk_done();
	}
	if (nk_plan_match_held(p, folded, &other)) {
		return nk_plan_conflict(p,
			NK_N("its new name is still taken by another entry: plan again when that one has moved"),
			want, err);
	}
	step.key = held->key;
	step.new_key = want->key;
	step.anchor = held->anchor;
	step.version = *version;
	*version = (struct nk_str){ 0 };
	m->key = want->key;
	m->touched = true;
	return nk_plan_push(p, phase_of(want->kind), &step, err);
}

static NK_RESULT suspend_mods(struct nk_planner *p, const struct nk_plan_diff *diff, const struct nk_entry *held,
	struct nk_step *step, struct nk_err *err)
{
	const struct nk_mapping *map = p->in->mapping;
	struct nk_mod *mods = nk_arena_array(p->arena, diff->n + 2, sizeof(*mods));
	struct nk_str *value = nk_arena_alloc(p->arena, sizeof(*value));
	const struct nk_attr *old = nk_plan_attr(held, map->suspend_attr);
	size_t n = 0;

	if (mods == NULL || value == NULL) {
		return nk_fail_nomem(err);
	}
	for (; n < diff->n; n++) {
		mods[n] = diff->mods[n];
	}
	*value = map->suspend_value;
	if (map->suspend_attr.len > 0) {
		const bool on = step->kind == NK_STEP_SUSPEND;

		mods[n] = (struct nk_mod){ .op = NK_MOD_REPLACE,
			.attr = { map->suspend_attr, on ? value : NULL, on ? 1 : 0 } };
		mods[n].old = old != NULL ? *old : (struct nk_attr){ 0 };
		n++;
	}
	if (step->kind == NK_STEP_SUSPEND) {
		mods[n++] = (struct nk_mod){ .op = NK_MOD_REPLACE, .attr = { .name = NK_STR("userPassword") } };
	}
	step->mods = mods;
	step->n_mods = n;
	return nk_done();
}

static NK_RESULT change_entry(struct nk_planner *p, size_t i, struct nk_str version, struct nk_err *err)
{
	const struct nk_entry *want = &p->in->desired->entries[i];
	struct nk_matched *m = &p->matched[i];
	const struct nk_entry *held = &p->in->held->entries[m->held];
	struct nk_step step = step_of(want, NK_STEP_MODIFY);
	struct nk_plan_diff diff = { 0 };
	const bool person = want->kind == NK_OBJECT_PERSON;
	const bool was = person && nk_plan_held_suspended(p, held);

	NK_TRY(nk_plan_diff(p, want, held, &diff, err));
	step.mods = diff.mods;
	step.n_mods = diff.n;
	if (person && was != want->suspended) {
		step.kind = want->suspended ? NK_STEP_SUSPEND : NK_STEP_RESUME;
		NK_TRY(suspend_mods(p, &diff, held, &step, err));
	}
	if (step.n_mods == 0) {
		p->unchanged += m->touched ? 0 : 1;
		return nk_done();
	}
	step.key = m->key;
	step.anchor = held->anchor;
	step.version = version;
	m->touched = true;
	return nk_plan_push(p, step.kind == NK_STEP_SUSPEND ? NK_PHASE_SUSPEND : phase_of(want->kind), &step, err);
}

static NK_RESULT keep_entry(struct nk_planner *p, size_t i, struct nk_err *err)
{
	struct nk_str version = p->in->held->entries[p->matched[i].held].version;

	NK_TRY(rename_entry(p, i, &version, err));
	return change_entry(p, i, version, err);
}

static NK_RESULT add_entry(struct nk_planner *p, size_t i, struct nk_err *err)
{
	const struct nk_entry *want = &p->in->desired->entries[i];
	struct nk_step step = step_of(want, NK_STEP_ADD);

	if (want->suspended) {
		p->matched[i].absent = true;
		return nk_done();
	}
	step.attrs = want->attrs;
	step.n_attrs = want->n_attrs;
	p->matched[i].key = want->key;
	p->matched[i].touched = true;
	return nk_plan_push(p, phase_of(want->kind), &step, err);
}

/* ---- what is held and not wanted ----------------------------------------------------------------------------- */

static NK_RESULT delete_entry(struct nk_planner *p, size_t held, struct nk_uuid object, struct nk_err *err)
{
	const struct nk_entry *e = &p->in->held->entries[held];
	const struct nk_step step = { .kind = NK_STEP_DELETE,
		.object_kind = e->kind,
		.object = object,
		.key = e->key,
		.anchor = e->anchor,
		.version = e->version };

	return nk_plan_push(p, NK_PHASE_DELETE, &step, err);
}

static NK_RESULT judge_unwanted(struct nk_planner *p, size_t held, struct nk_err *err)
{
	const struct nk_entry *e = &p->in->held->entries[held];
	const struct nk_link *link =
		p->in->links != NULL && e->anchor.len > 0 ? nk_links_by_anchor(p->in->links, e->anchor) : NULL;
	struct nk_entry shown = *e;
	uint64_t known = 0;

	if (e->kind == NK_OBJECT_CONTAINER) {
		return nk_done();
	}
	if (link != NULL) {
		shown.person_number = link->person_number;
		return nk_plan_conflict(p,
			NK_N("the person should have no entry at this target any more: only an erase plan removes it"),
			&shown, err);
	}
	if (nk_map_get(&p->known_anchors, nk_str_bytes(e->anchor), &known)) {
		return delete_entry(p, held, p->in->known[known].object, err);
	}
	p->foreign++;
	return nk_done();
}

/* ---- all ------------------------------------------------------------------------------------------------------- */

static NK_RESULT make_simple(struct nk_planner *p, size_t i, struct nk_err *err)
{
	switch (p->matched[i].how) {
	case NK_MATCH_HELD:
		return keep_entry(p, i, err);
	case NK_MATCH_NONE:
		return add_entry(p, i, err);
	case NK_MATCH_CONFLICT:
		break;
	}
	return nk_done();
}

/* A group lives only with members (groupOfNames): without, it is not made, or goes. */
static NK_RESULT make_group(struct nk_planner *p, size_t i, size_t *at, struct nk_err *err)
{
	const struct nk_entry *want = &p->in->desired->entries[i];
	size_t look = *at;
	bool any = false;

	while (look < p->in->desired->n_members && p->in->desired->members[look].group == i) {
		any = any || p->matched[p->in->desired->members[look].person].key.len > 0;
		look++;
	}
	if (!any || p->matched[i].how == NK_MATCH_CONFLICT) {
		*at = look;
		return p->matched[i].how == NK_MATCH_HELD ? delete_entry(p, p->matched[i].held, want->object, err)
							  : nk_done();
	}
	NK_TRY(make_simple(p, i, err));
	NK_TRY(nk_plan_members(p, i, *at, look, err));
	*at = look;
	return nk_done();
}

NK_RESULT nk_plan_steps_make(struct nk_planner *p, struct nk_err *err)
{
	const struct nk_desired *d = p->in->desired;
	size_t at = 0;

	NK_TRY(add_container(p, p->in->settings->people_base, err));
	NK_TRY(add_container(p, p->in->settings->groups_base, err));
	NK_TRY(add_container(p, p->in->settings->units_base, err));
	for (size_t i = 0; i < d->n; i++) {
		if (d->entries[i].kind != NK_OBJECT_GROUP) {
			NK_TRY(make_simple(p, i, err));
		}
	}
	for (size_t i = 0; i < d->n; i++) {
		if (d->entries[i].kind == NK_OBJECT_GROUP) {
			while (at < d->n_members && d->members[at].group < i) {
				at++;
			}
			NK_TRY(make_group(p, i, &at, err));
		}
	}
	for (size_t i = 0; i < p->in->held->n; i++) {
		if (!p->used[i] && !nk_plan_is_due(p, i)) {
			NK_TRY(judge_unwanted(p, i, err));
		}
	}
	return nk_plan_erase_due(p, err);
}
