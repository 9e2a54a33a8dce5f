/*
 * plan_diff.c: what must change in one entry. Values are sets of bytes; the order of the server means nothing.
 *
 * Ours are the attributes that the mapping writes for this kind of entry. Object classes are added, never taken away.
 * Of a suspended person nothing is taken away that has merely become blank. What a mapping hides of protected persons is
 * nobody's of ours, and goes all the same.
 */
#include "base.h"

#include "plan_int.h"

const struct nk_attr *nk_plan_attr(const struct nk_entry *e, struct nk_str name)
{
	for (size_t i = 0; i < e->n_attrs; i++) {
		if (nk_str_ieq(e->attrs[i].name, name)) {
			return &e->attrs[i];
		}
	}
	return NULL;
}

static bool contains(const struct nk_attr *a, struct nk_str value, bool fold)
{
	for (size_t i = 0; a != NULL && i < a->n; i++) {
		if (fold ? nk_str_ieq(a->values[i], value) : nk_str_eq(a->values[i], value)) {
			return true;
		}
	}
	return false;
}

static bool same_values(const struct nk_attr *want, const struct nk_attr *held)
{
	if (held == NULL || held->n != want->n) {
		return false;
	}
	for (size_t i = 0; i < want->n; i++) {
		if (!contains(held, want->values[i], false)) {
			return false;
		}
	}
	return true;
}

bool nk_plan_held_suspended(const struct nk_planner *p, const struct nk_entry *held)
{
	const struct nk_attr *a = nk_plan_attr(held, p->in->mapping->suspend_attr);

	return p->in->mapping->suspend_attr.len > 0 && contains(a, p->in->mapping->suspend_value, true);
}

static int str_cmp(const void *a, const void *b)
{
	const struct nk_str *x = a;
	const struct nk_str *y = b;

	return nk_str_cmp(*x, *y);
}

/* A server may give values in another order each time; the digest must not. */
static NK_RESULT sorted_copy(struct nk_arena *arena, const struct nk_attr *a, struct nk_attr *out, struct nk_err *err)
{
	struct nk_str *values = NULL;

	*out = (struct nk_attr){ 0 };
	if (a == NULL || a->n == 0) {
		return nk_done();
	}
	values = nk_arena_array(arena, a->n, sizeof(*values));
	if (values == NULL) {
		return nk_fail_nomem(err);
	}
	memcpy(values, a->values, a->n * sizeof(*values));
	qsort(values, a->n, sizeof(*values), str_cmp);
	*out = (struct nk_attr){ a->name, values, a->n };
	return nk_done();
}

static struct nk_str rdn_of(const struct nk_planner *p, enum nk_object_kind kind)
{
	switch (kind) {
	case NK_OBJECT_PERSON:
		return p->in->mapping->person_rdn;
	case NK_OBJECT_GROUP:
		return p->in->mapping->group_rdn;
	case NK_OBJECT_UNIT:
		return p->in->mapping->unit_rdn;
	case NK_OBJECT_CONTAINER:
	case NK_OBJECT_KIND_COUNT:
		break;
	}
	return (struct nk_str){ 0 };
}

struct diffing {
	struct nk_planner *p;
	const struct nk_entry *want;
	const struct nk_entry *held;
	struct nk_mod *mods;
	size_t n;
	size_t room;
};

static NK_RESULT push(struct diffing *d, struct nk_mod mod, struct nk_err *err)
{
	struct nk_mod *more = NULL;

	if (d->n == d->room) {
		d->room = d->room == 0 ? 4 : d->room * 2;
		more = nk_arena_array(d->p->arena, d->room, sizeof(*more));
		if (more == NULL) {
			return nk_fail_nomem(err);
		}
		if (d->n > 0) {
			memcpy(more, d->mods, d->n * sizeof(*more));
		}
		d->mods = more;
	}
	d->mods[d->n++] = mod;
	return nk_done();
}

static NK_RESULT diff_classes(
	struct diffing *d, const struct nk_attr *want, const struct nk_attr *held, struct nk_err *err)
{
	struct nk_str *missing = NULL;
	size_t n = 0;

	for (size_t i = 0; i < want->n; i++) {
		n += contains(held, want->values[i], true) ? 0 : 1;
	}
	if (n == 0) {
		return nk_done();
	}
	missing = nk_arena_array(d->p->arena, n, sizeof(*missing));
	if (missing == NULL) {
		return nk_fail_nomem(err);
	}
	n = 0;
	for (size_t i = 0; i < want->n; i++) {
		if (!contains(held, want->values[i], true)) {
			missing[n++] = want->values[i];
		}
	}
	return push(d, (struct nk_mod){ .op = NK_MOD_ADD, .attr = { want->name, missing, n } }, err);
}

static NK_RESULT diff_wanted(struct diffing *d, const struct nk_attr *want, struct nk_err *err)
{
	const struct nk_attr *held = nk_plan_attr(d->held, want->name);
	struct nk_mod mod = { .op = NK_MOD_REPLACE };

	if (nk_str_ieq(want->name, NK_STR("objectClass"))) {
		return diff_classes(d, want, held, err);
	}
	if (nk_str_ieq(want->name, rdn_of(d->p, d->want->kind)) ||
		nk_str_ieq(want->name, d->p->in->mapping->suspend_attr) || same_values(want, held)) {
		return nk_done();
	}
	NK_TRY(sorted_copy(d->p->arena, want, &mod.attr, err));
	NK_TRY(sorted_copy(d->p->arena, held, &mod.old, err));
	return push(d, mod, err);
}

/* An attribute of the mapping that the entry holds and should not hold any more. */
static NK_RESULT diff_gone(struct diffing *d, struct nk_str name, struct nk_err *err)
{
	const struct nk_attr *held = nk_plan_attr(d->held, name);
	struct nk_mod mod = { .op = NK_MOD_REPLACE, .attr = { .name = name } };

	if (held == NULL || held->n == 0 || nk_plan_attr(d->want, name) != NULL ||
		nk_str_ieq(name, rdn_of(d->p, d->want->kind)) || nk_str_ieq(name, d->p->in->mapping->suspend_attr)) {
		return nk_done();
	}
	for (size_t i = 0; i < d->n; i++) {
		if (nk_str_ieq(d->mods[i].attr.name, name)) {
			return nk_done();
		}
	}
	NK_TRY(sorted_copy(d->p->arena, held, &mod.old, err));
	return push(d, mod, err);
}

/* Attributes of others that no protected person has: a photo goes, of which nobody has read more than that it is there. */
static NK_RESULT diff_hidden(struct diffing *d, struct nk_err *err)
{
	const struct nk_mapping *const map = d->p->in->mapping;

	for (size_t i = 0; d->want->hidden && i < map->n_hide; i++) {
		if ((d->held->present & 1u << i) != 0 && nk_plan_attr(d->want, map->hide[i]) == NULL &&
			nk_plan_attr(d->held, map->hide[i]) == NULL) { /* else it is the mapping's own */
			NK_TRY(push(d, (struct nk_mod){ .op = NK_MOD_REPLACE, .attr = { .name = map->hide[i] } }, err));
		}
	}
	return nk_done();
}

NK_RESULT nk_plan_diff(struct nk_planner *p, const struct nk_entry *want, const struct nk_entry *held,
	struct nk_plan_diff *out, struct nk_err *err)
{
	struct diffing d = { .p = p, .want = want, .held = held };

	for (size_t i = 0; i < want->n_attrs; i++) {
		NK_TRY(diff_wanted(&d, &want->attrs[i], err));
	}
	for (size_t i = 0; (!want->suspended || want->hidden) && i < p->in->mapping->n_rows; i++) {
		if (p->in->mapping->rows[i].object == want->kind) {
			NK_TRY(diff_gone(&d, p->in->mapping->rows[i].attr, err));
		}
	}
	NK_TRY(diff_hidden(&d, err));
	*out = (struct nk_plan_diff){ d.mods, d.n };
	return nk_done();
}
