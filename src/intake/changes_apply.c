/*
 * changes_apply.c: writes what changes.c found: units, groups, leavers, changed persons, joiners, in this order.
 *
 * Unique items move without a collision: whoever gives one up gives it up before anybody takes it. Pointers into
 * people die with each write; what is needed across writes is copied first.
 */
#include "base.h"
#include "changes.h"

#include "changes_int.h"

struct applying {
	struct nk_people *people;
	struct nk_tx *tx;
	const struct nk_changes *changes;
	const struct nk_change_rules *rules;
	struct nk_arena *arena; /* wiping, of this call */
	struct nk_uuid *unit_id; /* of roster->units[i] */
	struct nk_uuid *group_id;
};

/* ---- units and groups ---- */

/* Ids for all first: parents and classes refer to them. Existing ones that say the same are marked as done. */
static NK_RESULT name_places(struct applying *a, const struct nk_changes_places *places, bool *unit_done,
	bool *group_done, struct nk_err *err)
{
	const struct nk_roster *roster = a->changes->roster;
	const struct nk_env *env = nk_store_env(nk_people_store(a->people));

	for (size_t i = 0; i < roster->n_units; i++) {
		if (places->unit[i] == NULL) {
			NK_TRY(nk_uuid_new(env, &a->unit_id[i], err));
			continue;
		}
		a->unit_id[i] = places->unit[i]->id;
		unit_done[i] = nk_changes_match_unit(places, roster, i);
	}
	for (size_t i = 0; i < roster->n_groups; i++) {
		if (places->group[i] == NULL) {
			NK_TRY(nk_uuid_new(env, &a->group_id[i], err));
			continue;
		}
		a->group_id[i] = places->group[i]->id;
		group_done[i] = nk_changes_match_group(places, roster, i);
	}
	return nk_done();
}

static struct nk_uuid unit_of_key(const struct applying *a, const struct nk_changes_places *places, struct nk_str key)
{
	const struct nk_uuid nil = { { 0 } };
	uint64_t at = 0;

	return key.len > 0 && nk_map_get(&places->unit_at, nk_str_bytes(key), &at) ? a->unit_id[at] : nil;
}

static NK_RESULT put_unit(struct applying *a, const struct nk_changes_places *places, size_t i, struct nk_err *err)
{
	const struct nk_roster_unit *u = &a->changes->roster->units[i];
	const struct nk_unit unit = { .id = a->unit_id[i],
		.source = a->changes->source_id,
		.parent = unit_of_key(a, places, u->parent_key),
		.key = u->key,
		.kind = u->kind,
		.name = u->name,
		.code = u->code,
		.ended_on = NK_DATE_NONE };

	return nk_people_put_unit(a->people, a->tx, &unit, err);
}

/* A parent is written before its children; a pass writes those whose parent is there. Cycles were refused at intake.
 */
static NK_RESULT put_units(struct applying *a, const struct nk_changes_places *places, bool *done, struct nk_err *err)
{
	const struct nk_roster *roster = a->changes->roster;
	bool moved = true;

	while (moved) {
		moved = false;
		for (size_t i = 0; i < roster->n_units; i++) {
			uint64_t parent = 0;
			const bool has = roster->units[i].parent_key.len > 0 &&
				nk_map_get(&places->unit_at, nk_str_bytes(roster->units[i].parent_key), &parent);

			if (done[i] || (has && !done[parent])) {
				continue;
			}
			NK_TRY(put_unit(a, places, i, err));
			done[i] = true;
			moved = true;
		}
	}
	for (size_t i = 0; i < roster->n_units; i++) {
		if (!done[i]) {
			return nk_fail(err, NK_INVALID,
				"the units of the roster are each other's parents: nothing was changed");
		}
	}
	return nk_done();
}

static NK_RESULT put_groups(
	struct applying *a, const struct nk_changes_places *places, const bool *done, struct nk_err *err)
{
	const struct nk_roster *roster = a->changes->roster;

	for (size_t i = 0; i < roster->n_groups; i++) {
		const struct nk_roster_group *g = &roster->groups[i];
		const struct nk_group group = { .id = a->group_id[i],
			.source = a->changes->source_id,
			.unit = unit_of_key(a, places, g->unit_key),
			.key = g->key,
			.kind = g->kind,
			.title = g->title,
			.code = g->code,
			.grade = g->grade,
			.school_year = g->school_year,
			.ended_on = NK_DATE_NONE };

		if (!done[i]) {
			NK_TRY(nk_people_put_group(a->people, a->tx, &group, err));
		}
	}
	return nk_done();
}

/* The source's groups that the roster does not have any more, copied before anything is written. */
static NK_RESULT ended_groups(struct applying *a, const struct nk_changes_places *places, struct nk_group **out,
	size_t *out_n, struct nk_err *err)
{
	const struct nk_group *groups = NULL;
	const size_t n = nk_people_groups(a->people, &groups);
	struct nk_group *ended = nk_arena_array(a->arena, n, sizeof(*ended));
	uint64_t at = 0;

	*out_n = 0;
	*out = ended;
	if (ended == NULL) {
		return nk_fail_nomem(err);
	}
	for (size_t i = 0; i < n; i++) {
		struct nk_group *g = &ended[*out_n];

		if (!nk_uuid_eq(groups[i].source, a->changes->source_id) || groups[i].ended_on != NK_DATE_NONE ||
			nk_map_get(&places->group_at, nk_str_bytes(groups[i].key), &at)) {
			continue;
		}
		*g = groups[i];
		g->ended_on = a->rules->today;
		NK_TRY(nk_arena_dup(a->arena, g->key, &g->key, err));
		NK_TRY(nk_arena_dup(a->arena, g->kind, &g->kind, err));
		NK_TRY(nk_arena_dup(a->arena, g->title, &g->title, err));
		NK_TRY(nk_arena_dup(a->arena, g->code, &g->code, err));
		NK_TRY(nk_arena_dup(a->arena, g->grade, &g->grade, err));
		(*out_n)++;
	}
	return nk_done();
}

static NK_RESULT ended_units(struct applying *a, const struct nk_changes_places *places, struct nk_unit **out,
	size_t *out_n, struct nk_err *err)
{
	const struct nk_unit *units = NULL;
	const size_t n = nk_people_units(a->people, &units);
	struct nk_unit *ended = nk_arena_array(a->arena, n, sizeof(*ended));
	uint64_t at = 0;

	*out_n = 0;
	*out = ended;
	if (ended == NULL) {
		return nk_fail_nomem(err);
	}
	for (size_t i = 0; i < n; i++) {
		struct nk_unit *u = &ended[*out_n];

		if (!nk_uuid_eq(units[i].source, a->changes->source_id) || units[i].ended_on != NK_DATE_NONE ||
			nk_map_get(&places->unit_at, nk_str_bytes(units[i].key), &at)) {
			continue;
		}
		*u = units[i];
		u->ended_on = a->rules->today;
		NK_TRY(nk_arena_dup(a->arena, u->key, &u->key, err));
		NK_TRY(nk_arena_dup(a->arena, u->kind, &u->kind, err));
		NK_TRY(nk_arena_dup(a->arena, u->name, &u->name, err));
		NK_TRY(nk_arena_dup(a->arena, u->code, &u->code, err));
		(*out_n)++;
	}
	return nk_done();
}

static NK_RESULT apply_places(struct applying *a, const struct nk_changes_places *places, struct nk_err *err)
{
	const struct nk_roster *roster = a->changes->roster;
	bool *unit_done = nk_arena_array(a->arena, roster->n_units, sizeof(*unit_done));
	bool *group_done = nk_arena_array(a->arena, roster->n_groups, sizeof(*group_done));
	struct nk_group *groups = NULL;
	struct nk_unit *units = NULL;
	size_t n_groups = 0;
	size_t n_units = 0;

	a->unit_id = nk_arena_array(a->arena, roster->n_units, sizeof(*a->unit_id));
	a->group_id = nk_arena_array(a->arena, roster->n_groups, sizeof(*a->group_id));
	if (unit_done == NULL || group_done == NULL || a->unit_id == NULL || a->group_id == NULL) {
		return nk_fail_nomem(err);
	}
	NK_TRY(name_places(a, places, unit_done, group_done, err));
	NK_TRY(ended_groups(a, places, &groups, &n_groups, err));
	NK_TRY(ended_units(a, places, &units, &n_units, err));
	/* From here on `places` points to nothing that lives, but its maps of keys do. */
	NK_TRY(put_units(a, places, unit_done, err));
	NK_TRY(put_groups(a, places, group_done, err));
	for (size_t i = 0; i < n_groups; i++) {
		NK_TRY(nk_people_put_group(a->people, a->tx, &groups[i], err));
	}
	for (size_t i = 0; i < n_units; i++) {
		NK_TRY(nk_people_put_unit(a->people, a->tx, &units[i], err));
	}
	return nk_done();
}

/* ---- persons ---- */

static bool is_ours(const struct applying *a, const struct nk_membership *x)
{
	const struct nk_unit *unit = x->is_group ? NULL : nk_people_unit(a->people, x->where);
	const struct nk_group *group = x->is_group ? nk_people_group(a->people, x->where) : NULL;

	return (unit != NULL && nk_uuid_eq(unit->source, a->changes->source_id)) ||
		(group != NULL && nk_uuid_eq(group->source, a->changes->source_id));
}

static struct nk_uuid unit_of(const struct applying *a, const struct nk_membership *m)
{
	const struct nk_group *g = m->is_group ? nk_people_group(a->people, m->where) : NULL;

	return g != NULL ? g->unit : m->where;
}

static bool is_in_unit(const struct applying *a, const struct nk_membership *list, size_t n, struct nk_uuid unit)
{
	for (size_t i = 0; i < n; i++) {
		if (nk_uuid_eq(unit_of(a, &list[i]), unit)) {
			return true;
		}
	}
	return false;
}

/* Does the file put this person into a unit of before? Who has not moved, or is nowhere now, does not stay anywhere. */
static bool has_moved(const struct applying *a, const struct nk_person *old, const struct nk_membership *now, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		if (!is_in_unit(a, old->memberships, old->n_memberships, unit_of(a, &now[i]))) {
			return true;
		}
	}
	return false;
}

/* What is left of the places that somebody has moved away from: behind the new ones, never primary. */
static void stay(const struct applying *a, const struct nk_person *old, struct nk_membership *list, size_t *n)
{
	const size_t n_now = *n;
	const bool moved = has_moved(a, old, list, n_now);
	const uint32_t days = moved && a->rules->overlap != NULL ? a->rules->overlap(a->rules->overlap_arg, old) : 0;
	const nk_date last = a->rules->today + (nk_date)days - 1;

	for (size_t i = 0; i < old->n_memberships; i++) {
		struct nk_membership m = old->memberships[i];
		const bool ended = m.until != NK_DATE_NONE && m.until < a->rules->today;

		if (ended || !is_ours(a, &m) || is_in_unit(a, list, n_now, unit_of(a, &m)) || (!m.staying && days == 0)) {
			continue;
		}
		m.until = m.until == NK_DATE_NONE || (!m.staying && m.until > last) ? last : m.until;
		m.primary = false;
		m.staying = true;
		list[(*n)++] = m;
	}
}

/* Those of `old` (may be NULL) that are not this source's to speak of, the roster's, and where a move lets stay. */
static NK_RESULT join_memberships(struct applying *a, const struct nk_roster_person *now, const struct nk_person *old,
	struct nk_person *p, struct nk_err *err)
{
	const size_t kept = old != NULL ? old->n_memberships : 0;
	struct nk_membership *list = nk_arena_array(a->arena, kept + now->n_memberships, sizeof(*list));
	size_t n = 0;

	if (list == NULL) {
		return nk_fail_nomem(err);
	}
	for (size_t i = 0; i < kept; i++) {
		if (!is_ours(a, &old->memberships[i])) {
			list[n++] = old->memberships[i];
		}
	}
	for (size_t i = 0; i < now->n_memberships; i++) {
		const struct nk_roster_membership *m = &now->memberships[i];

		list[n++] =
			(struct nk_membership){ .where = m->is_group ? a->group_id[m->where] : a->unit_id[m->where],
				.is_group = m->is_group,
				.primary = m->primary,
				.role = m->role,
				.from = m->from,
				.until = m->until,
				.number = m->number };
		p->flags |= m->hidden ? NK_PERSON_HIDDEN : 0;
	}
	if (old != NULL) {
		stay(a, old, list, &n);
	}
	p->memberships = list;
	p->n_memberships = n;
	return nk_done();
}

/* The state of somebody whom the roster has, when nothing else speaks. */
static void set_state(const struct applying *a, const struct nk_roster_person *now, struct nk_person *p)
{
	if (!now->enabled) {
		p->state = NK_PERSON_SUSPENDED;
		p->flags |= NK_PERSON_SOURCE_OFF;
		return;
	}
	p->flags &= ~(unsigned)NK_PERSON_SOURCE_OFF;
	p->state = p->valid_from != NK_DATE_NONE && p->valid_from > a->rules->today ? NK_PERSON_PLANNED
										    : NK_PERSON_ACTIVE;
}

static NK_RESULT change_person(struct applying *a, const struct nk_person_change *c, const struct nk_person *old,
	struct nk_person *p, struct nk_err *err)
{
	const bool returns = c->kind == NK_CHANGE_RETURN;

	*p = *old;
	for (int f = 0; f < NK_FIELD_COUNT; f++) {
		if ((c->fields & (UINT32_C(1) << f)) != 0) {
			p->field[f] = c->now->field[f];
			p->flags &= ~(f == NK_FIELD_LOGIN ? NK_PERSON_LOGIN_MADE : f == NK_FIELD_MAIL ? NK_PERSON_MAIL_MADE : 0U);
		}
	}
	p->field[NK_FIELD_SOURCE] = a->changes->source;
	NK_TRY(join_memberships(a, c->now, old, p, err));
	if ((old->flags & NK_PERSON_DATED) == 0 || returns) {
		p->valid_from = c->now->valid_from != NK_DATE_NONE ? c->now->valid_from : old->valid_from;
		p->valid_until = c->now->valid_until;
		p->flags &= ~(unsigned)NK_PERSON_DATED;
	}
	p->delete_on = returns ? NK_DATE_NONE : old->delete_on;
	if (returns || c->now->enabled == ((old->flags & NK_PERSON_SOURCE_OFF) != 0)) {
		set_state(a, c->now, p);
	}
	return nk_done();
}

static void leave_person(const struct applying *a, struct nk_person *p)
{
	/* Who was suspended does not come back to life by a row that lets leavers in for some days. */
	p->flags |= p->state == NK_PERSON_SUSPENDED ? NK_PERSON_SOURCE_OFF : 0;
	p->state = NK_PERSON_LEAVING;
	if (p->valid_until == NK_DATE_NONE || p->valid_until > a->rules->today) {
		p->valid_until = a->rules->today;
	}
	if ((p->flags & NK_PERSON_DATED) == 0 || p->delete_on == NK_DATE_NONE) {
		p->delete_on = p->valid_until + (nk_date)a->rules->grace_days;
	}
}

static NK_RESULT gone(uint32_t number, struct nk_err *err)
{
	return nk_fail(err, NK_INTERNAL,
		"person number %u is not there any more: the changes were made for another state; import again",
		number);
}

static NK_RESULT apply_leaves(struct applying *a, struct nk_err *err)
{
	for (size_t i = 0; i < a->changes->n; i++) {
		const struct nk_person_change *c = &a->changes->list[i];
		const struct nk_person *old =
			c->kind == NK_CHANGE_LEAVE ? nk_people_by_number(a->people, c->number) : NULL;
		struct nk_person p;

		if (c->kind != NK_CHANGE_LEAVE) {
			continue;
		}
		if (old == NULL) {
			return gone(c->number, err);
		}
		p = *old;
		leave_person(a, &p);
		NK_TRY(nk_people_update(a->people, a->tx, &p, err));
	}
	return nk_done();
}

static bool is_update(const struct nk_person_change *c)
{
	return c->kind == NK_CHANGE_CHANGE || c->kind == NK_CHANGE_RETURN;
}

/* Is the new value of a unique item still another person's at this moment? */
static bool is_taken(const struct applying *a, const struct nk_person_change *c)
{
	for (int f = 0; f < NK_FIELD_COUNT; f++) {
		const struct nk_person *holder = NULL;

		if (!nk_field_unique((enum nk_field)f) || (c->fields & (UINT32_C(1) << f)) == 0 ||
			c->now->field[f].len == 0) {
			continue;
		}
		holder = nk_people_by_field(a->people, (enum nk_field)f, c->now->field[f]);
		if (holder != NULL && holder->number != c->number) {
			return true;
		}
	}
	return false;
}

/* Whoever changes a unique item puts it down first: then logins can be swapped or passed on in one import. */
static NK_RESULT park(struct applying *a, struct nk_err *err)
{
	bool collision = false;

	for (size_t i = 0; i < a->changes->n && !collision; i++) {
		collision = is_update(&a->changes->list[i]) && is_taken(a, &a->changes->list[i]);
	}
	for (size_t i = 0; collision && i < a->changes->n; i++) {
		const struct nk_person_change *c = &a->changes->list[i];
		const struct nk_person *old = is_update(c) ? nk_people_by_number(a->people, c->number) : NULL;
		struct nk_person p;
		bool any = false;

		if (old == NULL) {
			continue;
		}
		p = *old;
		for (int f = 0; f < NK_FIELD_COUNT; f++) {
			if (nk_field_unique((enum nk_field)f) && (c->fields & (UINT32_C(1) << f)) != 0) {
				p.field[f] = NK_STR("");
				any = true;
			}
		}
		if (any) {
			NK_TRY(nk_people_update(a->people, a->tx, &p, err));
		}
	}
	return nk_done();
}

static NK_RESULT apply_updates(struct applying *a, struct nk_err *err)
{
	NK_TRY(park(a, err));
	for (size_t i = 0; i < a->changes->n; i++) {
		const struct nk_person_change *c = &a->changes->list[i];
		const struct nk_person *old = is_update(c) ? nk_people_by_number(a->people, c->number) : NULL;
		struct nk_person p;

		if (!is_update(c)) {
			continue;
		}
		if (old == NULL) {
			return gone(c->number, err);
		}
		NK_TRY(change_person(a, c, old, &p, err));
		if ((old->flags & NK_PERSON_LOGIN_MADE) != 0 && (p.flags & NK_PERSON_LOGIN_MADE) == 0) {
			NK_TRY(nk_tombstone_add(a->people, a->tx, old->field[NK_FIELD_LOGIN], a->rules->blocked_until, err));
		}
		if ((old->flags & NK_PERSON_MAIL_MADE) != 0 && (p.flags & NK_PERSON_MAIL_MADE) == 0) {
			NK_TRY(nk_tombstone_add(a->people, a->tx, old->field[NK_FIELD_MAIL], a->rules->blocked_until, err));
		}
		NK_TRY(nk_people_update(a->people, a->tx, &p, err));
	}
	return nk_done();
}

static NK_RESULT apply_joins(
	struct applying *a, const struct nk_join_keys *joins, uint32_t *out_numbers, struct nk_err *err)
{
	const size_t n = a->changes->counts[NK_CHANGE_JOIN];
	struct nk_person *persons = nk_arena_array(a->arena, n, sizeof(*persons));
	const uint32_t first = nk_people_next_number(a->people);

	if (persons == NULL) {
		return nk_fail_nomem(err);
	}
	/* Joiners stand first in the list. */
	for (size_t i = 0; i < n; i++) {
		const struct nk_roster_person *now = a->changes->list[i].now;
		struct nk_person *p = &persons[i];

		nk_assert(a->changes->list[i].kind == NK_CHANGE_JOIN);
		*p = (struct nk_person){ .id = joins->ids[i],
			.number = nk_u32(first + (uint64_t)i),
			.slot = joins->slots[i],
			.valid_until = now->valid_until,
			.delete_on = NK_DATE_NONE };
		p->valid_from = now->valid_from != NK_DATE_NONE ? now->valid_from : a->rules->today;
		memcpy(p->field, now->field, sizeof(p->field));
		p->field[NK_FIELD_SOURCE] = a->changes->source;
		NK_TRY(join_memberships(a, now, NULL, p, err));
		set_state(a, now, p);
		out_numbers[i] = p->number;
	}
	return n > 0 ? nk_people_add(a->people, a->tx, persons, joins->keys, n, err) : nk_done();
}

NK_RESULT nk_changes_apply(struct nk_people *people, struct nk_tx *tx, const struct nk_changes *changes,
	const struct nk_join_keys *joins, const struct nk_change_rules *rules, uint32_t *out_numbers,
	struct nk_err *err)
{
	NK_OWNED(nk_changes_match_done) struct nk_changes_places places = { 0 };
	NK_OWNED(nk_arena_free) struct nk_arena *arena = NULL;
	struct applying a = { .people = people, .tx = tx, .changes = changes, .rules = rules };

	NK_TRY(nk_arena_new(NK_ARENA_WIPING, SIZE_MAX / 2, &arena, err));
	a.arena = arena;
	NK_TRY(nk_changes_match_places(people, changes->roster, changes->source_id, arena, &places, err));
	NK_TRY(apply_places(&a, &places, err));
	NK_TRY(apply_leaves(&a, err));
	NK_TRY(apply_updates(&a, err));
	NK_TRY(apply_joins(&a, joins, out_numbers, err));
	for (size_t i = changes->counts[NK_CHANGE_JOIN]; i < changes->n; i++) {
		out_numbers[i] = changes->list[i].number;
	}
	return nk_done();
}
