/*
 * template_scope.c: by which school, class and role a person is named on a day.
 */
#include "base.h"

#include "template_int.h"

static bool is_homeroom(const struct nk_group *g)
{
	return nk_str_eq(g->kind, NK_STR("homeroom"));
}

bool nk_membership_holds(const struct nk_membership *ms, nk_date today)
{
	return (ms->from == NK_DATE_NONE || ms->from <= today) && (ms->until == NK_DATE_NONE || ms->until >= today);
}

/* The better of two memberships to name a person's school or class by: current before past, primary before others. */
static bool better(const struct nk_membership *a, const struct nk_membership *b, nk_date today)
{
	if (b == NULL) {
		return true;
	}
	if (nk_membership_holds(a, today) != nk_membership_holds(b, today)) {
		return nk_membership_holds(a, today);
	}
	return a->primary && !b->primary;
}

void nk_template_scope_of(
	const struct nk_people *people, const struct nk_person *p, nk_date today, struct nk_template_scope *scope)
{
	const struct nk_membership *home = NULL;
	const struct nk_membership *class = NULL;

	*scope = (struct nk_template_scope){ .person = p };
	for (size_t i = 0; i < p->n_memberships; i++) {
		const struct nk_membership *ms = &p->memberships[i];
		const struct nk_group *g = ms->is_group ? nk_people_group(people, ms->where) : NULL;

		if (!ms->is_group && better(ms, home, today)) {
			home = ms;
		}
		if (g != NULL && is_homeroom(g) && better(ms, class, today)) {
			class = ms;
		}
	}
	if (class != NULL) {
		scope->group = nk_people_group(people, class->where);
		scope->number = class->number;
	}
	if (home != NULL) {
		scope->unit = nk_people_unit(people, home->where);
		scope->role = home->role;
		scope->has_role = true;
	} else if (class != NULL && scope->group != NULL) {
		scope->unit = nk_people_unit(people, scope->group->unit);
		scope->role = class->role;
		scope->has_role = true;
	}
}
