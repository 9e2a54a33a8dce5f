/*
 * orone_end.c: what can be said only when all rows are in: late references, cycles, primary roles, emptiness, dates.
 */
#include "base.h"
#include "orone.h"

static NK_RESULT resolve_later(struct orone *o, struct nk_err *err)
{
	for (size_t i = 0; i < o->later.len; i++) {
		const struct orone_later *l = nk_vec_at(&o->later, i);
		size_t at = 0;

		if (!nk_orone_row_find(o, l->ref->to, l->value, &at)) {
			NK_TRY(nk_orone_row_finding(o, nk_rule(l->ref->rule), l->file, l->line, l->ref->column, err));
		} else if (l->file == ORONE_ORGS && l->from < o->orgs.len) {
			((struct orone_org *)nk_vec_at(&o->orgs, l->from))->parent = at;
		}
	}
	return nk_done();
}

static NK_RESULT find_cycles(struct orone *o, struct nk_err *err)
{
	for (size_t i = 0; i < o->orgs.len; i++) {
		const struct orone_org *org = nk_vec_at(&o->orgs, i);
		size_t up = org->parent;

		for (size_t steps = 0; up < o->orgs.len && up != i && steps < o->orgs.len; steps++) {
			up = ((const struct orone_org *)nk_vec_at(&o->orgs, up))->parent;
		}
		if (up == i) {
			NK_TRY(nk_orone_row_finding(o, nk_rule(NK_RULE_OR_REF_4), ORONE_ORGS, org->line, "parentSourcedId", err));
		}
	}
	return nk_done();
}

/* Somebody whom a delta names: roles in it count, silence about roles does not. */
static NK_RESULT finish_delta_user(struct orone *o, const struct orone_user *u, size_t i,
	const struct nk_roster_membership *home, struct nk_err *err)
{
	struct nk_roster_person *const p = nk_roster_build_at(o->run->build, i);

	if (u->has_role) {
		p->valid_from = u->from;
		p->valid_until = u->all_end && u->until != NK_DATE_NONE ? u->until + 1 : NK_DATE_NONE;
	}
	return u->home == SIZE_MAX || u->home_seen || nk_roster_build_find(o->run->build, i, home) != NULL
		? nk_done()
		: nk_roster_build_membership(o->run->build, i, home, err);
}

/* A home class without an enrolment is a membership all the same. */
static NK_RESULT finish_user(struct orone *o, size_t i, struct nk_err *err)
{
	const struct orone_user *u = nk_vec_at(&o->users, i);
	struct nk_roster_person *p = nk_roster_build_at(o->run->build, i);
	const struct nk_roster_membership home = { .where = u->home,
		.is_group = true,
		.primary = true,
		.role = NK_ROLE_STUDENT,
		.from = NK_DATE_NONE,
		.until = NK_DATE_NONE };

	if (u->kept) {
		return nk_done();
	}
	if (o->delta) {
		return finish_delta_user(o, u, i, &home, err);
	}
	p->valid_from = u->from;
	p->valid_until = u->has_role && u->all_end && u->until != NK_DATE_NONE ? u->until + 1 : NK_DATE_NONE;
	if (u->has_secondary && !u->has_primary) {
		NK_TRY(nk_orone_row_finding(o, nk_rule(NK_RULE_OR_JP_9), ORONE_USERS, u->line, "sourcedId", err));
	}
	if (o->table[ORONE_ROLES].here && !o->table[ORONE_ROLES].broken && !u->has_role) {
		NK_TRY(nk_orone_row_finding(o, nk_rule(NK_RULE_OR_ROLE_1), ORONE_USERS, u->line, "sourcedId", err));
	}
	return u->home != SIZE_MAX && !u->home_seen ? nk_roster_build_membership(o->run->build, i, &home, err)
						    : nk_done();
}

static NK_RESULT find_empty(struct orone *o, struct nk_err *err)
{
	for (int f = ORONE_SESSIONS; f < ORONE_FILE_COUNT; f++) {
		const struct orone_table *t = &o->table[f];

		if (t->here && !t->broken && t->rows == 0) {
			NK_TRY(nk_orone_row_finding(o, nk_rule(NK_RULE_OR_EMPTY_1), (enum orone_file)f, 1, "", err));
		}
	}
	if (!o->table[ORONE_USERS].broken && o->run->build->persons.len == 0 && !(o->delta && o->run->opt->look_only)) {
		NK_TRY(nk_orone_row_finding(o, nk_rule(NK_RULE_OR_EMPTY_2), ORONE_USERS, 0, "", err));
	}
	return nk_done();
}

/* Files that a roster cannot do without: users and orgs; roles from 1.2 on. */
static NK_RESULT find_missing(struct orone *o, struct nk_err *err)
{
	static const enum orone_file core[] = { ORONE_ORGS, ORONE_USERS };

	for (size_t i = 0; i < NK_ARRAY_LEN(core); i++) {
		const struct orone_table *t = &o->table[core[i]];

		if (!t->here && !t->declared) {
			NK_TRY(nk_orone_row_finding(o, nk_rule(NK_RULE_OR_MAN_12), core[i], 0, "", err));
		}
	}
	return nk_done();
}

NK_RESULT nk_orone_end(struct orone *o, struct nk_err *err)
{
	struct nk_roster *head = &o->run->build->head;

	NK_TRY(nk_orone_manifest_end(o, err));
	if ((o->delta && o->run->opt->base == NULL && !o->run->opt->look_only) || !o->table[ORONE_MANIFEST].here) {
		return nk_done();
	}
	NK_TRY(resolve_later(o, err));
	NK_TRY(find_cycles(o, err));
	for (size_t i = 0; i < o->users.len; i++) {
		NK_TRY(finish_user(o, i, err));
	}
	NK_TRY(o->delta ? nk_done() : find_missing(o, err));
	NK_TRY(find_empty(o, err));
	head->generation = o->delta ? NK_STR("delta") : nk_orone_header_generation(o);
	head->school_year = o->session_year;
	return nk_done();
}
