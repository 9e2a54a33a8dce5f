/*
 * orone_delta.c: a delta is laid over what the source last said, so that everything behind it (changes, guard) sees the
 * whole source as after a bulk file.
 *
 * Invariant: while a delta is read, an id's place in its table is its place in the roster that is built; a row of the
 * delta takes the place of the one that was there, and "tobedeleted" marks it to be left out at the end.
 */
#include "base.h"
#include "changes.h"
#include "orone.h"

static NK_RESULT take_id(struct orone *o, enum orone_file file, struct nk_str key, struct nk_err *err)
{
	struct orone_table *const t = &o->table[file];
	struct nk_str kept;
	void *item = NULL;

	NK_TRY(nk_arena_dup(o->run->arena, key, &kept, err));
	NK_TRY(nk_map_put(&t->ids, nk_str_bytes(kept), t->seen.len, err));
	return nk_vec_push(&t->seen, &item, err);
}

static NK_RESULT keep(struct orone *o, struct nk_str s, struct nk_str *out, struct nk_err *err)
{
	return nk_roster_build_copy(o->run->build, s, out, err);
}

static NK_RESULT load_units(struct orone *o, struct nk_err *err)
{
	const struct nk_intake_options *const opt = o->run->opt;
	const struct nk_unit *units = NULL;
	const size_t n = nk_people_units(opt->base, &units);
	size_t at = 0;
	void *item = NULL;

	for (size_t i = 0; i < n; i++) {
		const struct nk_unit *const u = &units[i];
		const struct nk_unit *const parent = nk_people_unit(opt->base, u->parent);
		struct nk_roster_unit unit = { .parent_key = NK_STR("") };

		if (!nk_uuid_eq(u->source, opt->base_source) || u->ended_on != NK_DATE_NONE) {
			continue;
		}
		NK_TRY(keep(o, u->key, &unit.key, err));
		NK_TRY(keep(o, parent != NULL ? parent->key : NK_STR(""), &unit.parent_key, err));
		NK_TRY(keep(o, u->kind, &unit.kind, err));
		NK_TRY(keep(o, u->name, &unit.name, err));
		NK_TRY(keep(o, u->code, &unit.code, err));
		NK_TRY(take_id(o, ORONE_ORGS, unit.key, err));
		NK_TRY(nk_vec_push(&o->orgs, &item, err));
		*(struct orone_org *)item = (struct orone_org){ .parent = SIZE_MAX, .school = nk_str_eq(u->kind, NK_STR("school")) };
		NK_TRY(nk_roster_build_unit(o->run->build, &unit, &at, err));
	}
	return nk_done();
}

static NK_RESULT load_groups(struct orone *o, struct nk_err *err)
{
	const struct nk_intake_options *const opt = o->run->opt;
	const struct nk_group *groups = NULL;
	const size_t n = nk_people_groups(opt->base, &groups);
	size_t at = 0;

	for (size_t i = 0; i < n; i++) {
		const struct nk_group *const g = &groups[i];
		const struct nk_unit *const unit = nk_people_unit(opt->base, g->unit);
		struct nk_roster_group group = { .school_year = g->school_year };

		if (!nk_uuid_eq(g->source, opt->base_source) || g->ended_on != NK_DATE_NONE) {
			continue;
		}
		o->session_year = g->school_year > o->session_year ? g->school_year : o->session_year;
		NK_TRY(keep(o, g->key, &group.key, err));
		NK_TRY(keep(o, unit != NULL ? unit->key : NK_STR(""), &group.unit_key, err));
		NK_TRY(keep(o, g->kind, &group.kind, err));
		NK_TRY(keep(o, g->title, &group.title, err));
		NK_TRY(keep(o, g->code, &group.code, err));
		NK_TRY(keep(o, g->grade, &group.grade, err));
		NK_TRY(take_id(o, ORONE_CLASSES, group.key, err));
		NK_TRY(nk_roster_build_group(o->run->build, &group, &at, err));
	}
	return nk_done();
}

/* Memberships in places of this source; those of others are not the file's to speak of. */
static NK_RESULT load_memberships(struct orone *o, const struct nk_person *p, size_t person, struct nk_err *err)
{
	const struct nk_people *const base = o->run->opt->base;
	bool hidden = (p->flags & NK_PERSON_HIDDEN) != 0;

	for (size_t i = 0; i < p->n_memberships; i++) {
		const struct nk_membership *const x = &p->memberships[i];
		const struct nk_unit *const unit = x->is_group ? NULL : nk_people_unit(base, x->where);
		const struct nk_group *const group = x->is_group ? nk_people_group(base, x->where) : NULL;
		struct nk_roster_membership m = { .is_group = x->is_group, .primary = x->primary, .hidden = hidden, .role = x->role,
			.from = x->from, .until = x->until, .number = x->number };
		const struct nk_str key = unit != NULL ? unit->key : group != NULL ? group->key : NK_STR("");

		if (key.len == 0 || !nk_orone_row_find(o, x->is_group ? ORONE_CLASSES : ORONE_ORGS, key, &m.where)) {
			continue;
		}
		hidden = false;
		NK_TRY(nk_roster_build_membership(o->run->build, person, &m, err));
	}
	return nk_done();
}

static NK_RESULT load_person(void *arg, const struct nk_person *p, struct nk_err *err)
{
	struct orone *const o = arg;
	struct nk_roster_person person = { .enabled = (p->flags & NK_PERSON_SOURCE_OFF) == 0,
		.valid_from = p->valid_from, .valid_until = p->valid_until };
	void *item = NULL;
	size_t at = 0;

	if (!nk_str_eq(p->field[NK_FIELD_SOURCE], o->run->opt->base_name) || p->state == NK_PERSON_LEAVING ||
		p->state == NK_PERSON_RETAINED || p->state == NK_PERSON_ERASED) {
		return nk_done();
	}
	for (size_t f = 0; f < NK_FIELD_COUNT; f++) {
		NK_TRY(keep(o, p->field[f], &person.field[f], err));
	}
	NK_TRY(take_id(o, ORONE_USERS, person.field[NK_FIELD_SOURCE_KEY], err));
	NK_TRY(nk_vec_push(&o->users, &item, err));
	*(struct orone_user *)item = (struct orone_user){
		.home = SIZE_MAX, .all_end = true, .from = NK_DATE_NONE, .until = NK_DATE_NONE, .kept = true
	};
	NK_TRY(nk_roster_build_person(o->run->build, &person, &at, err));
	return load_memberships(o, p, at, err);
}

NK_RESULT nk_orone_delta_load(struct orone *o, struct nk_err *err)
{
	if (!o->delta || o->loaded || o->run->opt->base == NULL) {
		return nk_done();
	}
	o->loaded = true;
	NK_TRY(load_units(o, err));
	NK_TRY(load_groups(o, err));
	return nk_people_each(o->run->opt->base, load_person, o, err);
}

/* status and dateLastModified, which a bulk must leave blank, a delta must have. */
NK_RESULT nk_orone_delta_row(struct orone *o, struct orone_row *row, bool *out_take, struct nk_err *err)
{
	const struct nk_str status = nk_orone_map_get(o, row, ORONE_status);
	const bool gone = nk_str_eq(status, NK_STR("tobedeleted"));
	size_t at = 0;

	*out_take = true;
	if ((!gone && !nk_str_eq(status, NK_STR("active"))) || nk_orone_map_get(o, row, ORONE_dateLastModified).len == 0) {
		NK_TRY(nk_orone_row_finding(o, nk_rule(NK_RULE_OR_DEL_1), row->file, row->line, "status", err));
	}
	row->gone = gone;
	if (!gone || (row->file != ORONE_ORGS && row->file != ORONE_CLASSES && row->file != ORONE_USERS) ||
		nk_orone_row_find(o, row->file, nk_orone_map_get(o, row, ORONE_sourcedId), &at)) {
		return nk_done();
	}
	*out_take = false;
	return o->run->opt->base == NULL ? nk_done()
					 : nk_orone_row_finding(o, nk_rule(NK_RULE_OR_DEL_2), row->file, row->line, "sourcedId", err);
}

NK_RESULT nk_orone_delta_membership(
	struct orone *o, const struct orone_row *row, size_t person, const struct nk_roster_membership *m, struct nk_err *err)
{
	struct nk_roster_membership *const old = o->delta ? nk_roster_build_find(o->run->build, person, m) : NULL;

	if (old == NULL) {
		return row->gone ? nk_orone_row_finding(o, nk_rule(NK_RULE_OR_DEL_2), row->file, row->line, "sourcedId", err)
				 : nk_roster_build_membership(o->run->build, person, m, err);
	}
	if (row->gone) {
		nk_roster_build_drop(o->run->build, person, old);
	} else {
		*old = *m;
	}
	return nk_done();
}
