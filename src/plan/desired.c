/*
 * desired.c: people, groups and units become the entries that a target should hold. Pure.
 *
 * Invariant: the same people, mapping and day give the same entries, byte by byte, in the same order. Everything
 * lives in the caller's (wiping) arena. A person without a login, or without a value that is required, gets no entry
 * and is counted.
 */
#include "base.h"

#include "mapping.h"

#include "desired_int.h"
#include "dn.h"
#include "template_int.h"
#include "year.h"

enum { VALUE_MAX = 8192, NAMES_MAX = 4096, KINDS = NK_OBJECT_KIND_COUNT };

/* A row whose template is compiled; classes are the pseudo row of objectClass. */
struct ready_row {
	struct nk_str attr;
	const struct nk_template *template;
	bool required;
	bool rdn;
	bool hidden; /* for protected persons alone */
	bool replaced; /* a row for protected persons takes its place */
};

struct ready_kind {
	struct ready_row *rows; /* sorted by attribute */
	size_t n;
	struct nk_attr classes;
	struct nk_str rdn;
	struct nk_str base;
};

struct built {
	struct nk_entry entry;
	struct nk_str folded;
	size_t serial; /* before sorting */
};

struct maker {
	const struct nk_people *people;
	const struct nk_desired_options *opt;
	struct nk_arena *arena;
	struct ready_kind kinds[KINDS];
	struct nk_str domain;
	struct nk_vec built;
	struct nk_vec pairs; /* nk_member_pair of serials */
	struct nk_map groups; /* group id → serial of its entry */
	struct nk_buf value;
	size_t no_login;
	size_t blank;
};

static void maker_done(struct maker *m)
{
	nk_vec_done(&m->built);
	nk_vec_done(&m->pairs);
	nk_map_done(&m->groups);
	nk_buf_done(&m->value);
}

/* ---- rows, once ---------------------------------------------------------------------------------------------- */

static bool target_has(const struct maker *m, struct nk_str name)
{
	return m->opt->target == NULL || nk_target_has(m->opt->target, name);
}

static int attr_cmp(struct nk_str a, struct nk_str b)
{
	const size_t n = a.len < b.len ? a.len : b.len;

	for (size_t i = 0; i < n; i++) {
		const int x = a.ptr[i] >= 'A' && a.ptr[i] <= 'Z' ? a.ptr[i] + ('a' - 'A') : a.ptr[i];
		const int y = b.ptr[i] >= 'A' && b.ptr[i] <= 'Z' ? b.ptr[i] + ('a' - 'A') : b.ptr[i];

		if (x != y) {
			return x - y;
		}
	}
	return (a.len > b.len) - (a.len < b.len);
}

static void insert_row(struct ready_kind *k, struct ready_row row)
{
	size_t at = k->n++;

	while (at > 0 && attr_cmp(k->rows[at - 1].attr, row.attr) > 0) {
		k->rows[at] = k->rows[at - 1];
		at--;
	}
	k->rows[at] = row;
}

/* Has a row of protected persons' own the same attribute? */
static bool is_replaced(const struct nk_mapping *map, const struct nk_map_row *r)
{
	for (size_t i = 0; i < map->n_rows && !r->hidden; i++) {
		if (map->rows[i].hidden && map->rows[i].object == r->object && nk_str_ieq(map->rows[i].attr, r->attr)) {
			return true;
		}
	}
	return false;
}

static NK_RESULT ready_rows(struct maker *m, enum nk_object_kind kind, struct nk_str rdn, struct nk_err *err)
{
	const struct nk_mapping *map = m->opt->mapping;
	struct ready_kind *k = &m->kinds[kind];
	bool has_rdn = false;

	k->rdn = rdn;
	k->rows = nk_arena_array(m->arena, map->n_rows + 1, sizeof(*k->rows));
	if (k->rows == NULL) {
		return nk_fail_nomem(err);
	}
	for (size_t i = 0; i < map->n_rows; i++) {
		const struct nk_map_row *r = &map->rows[i];
		struct ready_row row = { .attr = r->attr, .required = r->required };

		if (r->object != kind || (r->needs.len > 0 && !target_has(m, r->needs)) || !target_has(m, r->attr)) {
			continue;
		}
		row.rdn = nk_str_ieq(r->attr, rdn);
		row.hidden = r->hidden;
		row.replaced = is_replaced(map, r);
		has_rdn = has_rdn || row.rdn;
		NK_TRY(nk_template_compile(r->template, kind, m->arena, &row.template, err));
		insert_row(k, row);
	}
	insert_row(k, (struct ready_row){ .attr = NK_STR("objectClass") });
	if (!has_rdn) {
		return nk_fail(err, NK_CONFIG,
			"the mapping has no row for the attribute by which one kind of entry is named, or the "
			"target does not know it");
	}
	return nk_done();
}

static NK_RESULT ready_classes(
	struct maker *m, enum nk_object_kind kind, const struct nk_str *classes, size_t n, struct nk_err *err)
{
	struct nk_str *known = nk_arena_array(m->arena, n, sizeof(*known));
	size_t at = 0;

	if (known == NULL) {
		return nk_fail_nomem(err);
	}
	for (size_t i = 0; i < n; i++) {
		if (target_has(m, classes[i])) {
			known[at++] = classes[i];
		}
	}
	if (at == 0) {
		return nk_fail(err, NK_CONFIG,
			"the target knows none of the object classes that the mapping names for one kind of entry");
	}
	m->kinds[kind].classes = (struct nk_attr){ NK_STR("objectClass"), known, at };
	return nk_done();
}

static NK_RESULT ready(struct maker *m, struct nk_err *err)
{
	const struct nk_mapping *map = m->opt->mapping;
	const struct nk_target_settings *s = m->opt->settings;

	NK_TRY(ready_rows(m, NK_OBJECT_UNIT, map->unit_rdn, err));
	NK_TRY(ready_rows(m, NK_OBJECT_GROUP, map->group_rdn, err));
	NK_TRY(ready_rows(m, NK_OBJECT_PERSON, map->person_rdn, err));
	NK_TRY(ready_classes(m, NK_OBJECT_UNIT, map->unit_classes, map->n_unit_classes, err));
	NK_TRY(ready_classes(m, NK_OBJECT_GROUP, map->group_classes, map->n_group_classes, err));
	NK_TRY(ready_classes(m, NK_OBJECT_PERSON, map->person_classes, map->n_person_classes, err));
	m->kinds[NK_OBJECT_UNIT].base = s->units_base;
	m->kinds[NK_OBJECT_GROUP].base = s->groups_base;
	m->kinds[NK_OBJECT_PERSON].base = s->people_base;
	NK_TRY(nk_dn_domain(s->base, &m->value, err));
	NK_TRY(nk_arena_dup(m->arena, nk_buf_str(&m->value), &m->domain, err));
	nk_buf_reset(&m->value);
	return nk_done();
}

/* ---- one entry ----------------------------------------------------------------------------------------------- */

static bool has_value(const struct nk_attr *a, struct nk_str value)
{
	for (size_t i = 0; i < a->n; i++) {
		if (nk_str_eq(a->values[i], value)) {
			return true;
		}
	}
	return false;
}

/* Rows of one attribute stand side by side: a second value joins the first. */
static NK_RESULT add_value(
	struct maker *m, struct nk_entry *e, struct nk_attr *attrs, struct nk_str attr, struct nk_err *err)
{
	struct nk_attr *last = e->n_attrs > 0 ? &attrs[e->n_attrs - 1] : NULL;
	struct nk_str *values = NULL;
	struct nk_str value;
	size_t before = 0;

	NK_TRY(nk_arena_dup(m->arena, nk_buf_str(&m->value), &value, err));
	if (last == NULL || !nk_str_ieq(last->name, attr)) {
		last = &attrs[e->n_attrs++];
		last->name = attr;
	}
	if (has_value(last, value)) {
		return nk_done();
	}
	before = last->n;
	values = nk_arena_array(m->arena, before + 1, sizeof(*values));
	if (values == NULL) {
		return nk_fail_nomem(err);
	}
	for (size_t i = 0; i < before; i++) {
		values[i] = last->values[i];
	}
	values[before] = value;
	last->values = values;
	last->n = before + 1;
	return nk_done();
}

/* "uid=taro,ou=people,…" from the value of the naming attribute; `suffix` tells two of one name apart. */
static NK_RESULT make_key(
	struct maker *m, enum nk_object_kind kind, struct nk_str value, struct nk_str *out, struct nk_err *err)
{
	const struct ready_kind *k = &m->kinds[kind];
	NK_OWNED(nk_buf_done) struct nk_buf key = { 0 };

	nk_buf_init_wiping(&key, NAMES_MAX);
	NK_TRY(nk_buf_add_str(&key, k->rdn, err));
	NK_TRY(nk_buf_add_byte(&key, '=', err));
	NK_TRY(nk_dn_escape(value, &key, err));
	NK_TRY(nk_buf_add_byte(&key, ',', err));
	NK_TRY(nk_buf_add_str(&key, k->base, err));
	return nk_arena_dup(m->arena, nk_buf_str(&key), out, err);
}

/* A row for protected persons is for them alone, and what it takes the place of is not for them. */
static bool skipped(const struct ready_row *row, const struct nk_template_scope *scope)
{
	const bool hidden = scope->person != NULL && nk_person_hidden(scope->person);

	return hidden ? row->replaced : row->hidden;
}

/* *out_made = false: a required value is blank; the entry is not there. */
static NK_RESULT make_attrs(struct maker *m, const struct nk_template_scope *scope, struct nk_entry *e,
	struct nk_str *out_name, bool *out_made, struct nk_err *err)
{
	const struct ready_kind *k = &m->kinds[e->kind];
	struct nk_attr *attrs = nk_arena_array(m->arena, k->n, sizeof(*attrs));

	*out_made = false;
	if (attrs == NULL) {
		return nk_fail_nomem(err);
	}
	for (size_t i = 0; i < k->n; i++) {
		bool blank = false;

		if (k->rows[i].template == NULL) {
			attrs[e->n_attrs++] = k->classes;
			continue;
		}
		if (skipped(&k->rows[i], scope)) {
			continue;
		}
		nk_buf_reset(&m->value);
		NK_TRY(nk_template_run(k->rows[i].template, scope, &m->value, &blank, err));
		if (blank && (k->rows[i].required || k->rows[i].rdn)) {
			return nk_done();
		}
		if (blank) {
			continue;
		}
		NK_TRY(add_value(m, e, attrs, k->rows[i].attr, err));
		if (k->rows[i].rdn) {
			*out_name = attrs[e->n_attrs - 1].values[0];
		}
	}
	e->attrs = attrs;
	*out_made = true;
	return nk_done();
}

static NK_RESULT add_entry(struct maker *m, const struct nk_template_scope *scope, struct nk_entry *e, bool *out_made,
	struct nk_err *err)
{
	struct built *b = NULL;
	void *room = NULL;
	struct nk_str name = { 0 };
	struct nk_str folded;

	NK_TRY(make_attrs(m, scope, e, &name, out_made, err));
	if (!*out_made) {
		m->blank++;
		return nk_done();
	}
	NK_TRY(make_key(m, e->kind, name, &e->key, err));
	NK_TRY(nk_dn_fold_into(e->key, m->arena, &folded, err));
	NK_TRY(nk_vec_push(&m->built, &room, err));
	b = room;
	*b = (struct built){ .entry = *e, .folded = folded, .serial = m->built.len - 1 };
	return nk_done();
}

/* ---- units, groups, persons ---------------------------------------------------------------------------------- */

static bool ended(nk_date on, nk_date today)
{
	return on != NK_DATE_NONE && on <= today;
}

static NK_RESULT add_units(struct maker *m, struct nk_err *err)
{
	const struct nk_unit *units = NULL;
	const size_t n = nk_people_units(m->people, &units);

	for (size_t i = 0; i < n; i++) {
		const struct nk_template_scope scope = { .unit = &units[i], .domain = m->domain };
		struct nk_entry e = { .kind = NK_OBJECT_UNIT, .object = units[i].id };
		bool made = false;

		if (!ended(units[i].ended_on, m->opt->today)) {
			NK_TRY(add_entry(m, &scope, &e, &made, err));
		}
	}
	return nk_done();
}

static bool is_homeroom(const struct nk_group *g)
{
	return nk_str_eq(g->kind, NK_STR("homeroom"));
}

static NK_RESULT add_groups(struct maker *m, struct nk_err *err)
{
	const struct nk_group *groups = NULL;
	const size_t n = nk_people_groups(m->people, &groups);

	for (size_t i = 0; i < n; i++) {
		const struct nk_template_scope scope = {
			.unit = nk_people_unit(m->people, groups[i].unit), .group = &groups[i], .domain = m->domain
		};
		struct nk_entry e = { .kind = NK_OBJECT_GROUP, .object = groups[i].id };
		bool made = false;

		if (ended(groups[i].ended_on, m->opt->today) ||
			(!is_homeroom(&groups[i]) && !m->opt->mapping->scheduled_groups)) {
			continue;
		}
		NK_TRY(add_entry(m, &scope, &e, &made, err));
		if (made) {
			NK_TRY(nk_map_put(&m->groups, nk_bytes_of(groups[i].id.b, sizeof(groups[i].id.b)),
				m->built.len - 1, err));
		}
	}
	return nk_done();
}

static NK_RESULT add_pairs(struct maker *m, const struct nk_person *p, uint32_t serial, struct nk_err *err)
{
	for (size_t i = 0; i < p->n_memberships; i++) {
		const struct nk_membership *ms = &p->memberships[i];
		uint64_t group = 0;
		void *room = NULL;

		if (!ms->is_group || ms->role == NK_ROLE_GUARDIAN || !nk_membership_holds(ms, m->opt->today) ||
			!nk_map_get(&m->groups, nk_bytes_of(ms->where.b, sizeof(ms->where.b)), &group)) {
			continue;
		}
		NK_TRY(nk_vec_push(&m->pairs, &room, err));
		*(struct nk_member_pair *)room = (struct nk_member_pair){ .group = nk_u32(group), .person = serial };
	}
	return nk_done();
}

/* What a target may know of a protected person: that there is an account. */
static void hide(struct nk_person *p, struct nk_template_scope *scope)
{
	for (unsigned f = 0; f < NK_FIELD_COUNT; f++) {
		const enum nk_item_class class = nk_field_class((enum nk_field)f);
		const bool open = class == NK_ITEM_ids || class == NK_ITEM_login || class == NK_ITEM_mail;

		p->field[f] = open ? p->field[f] : NK_STR("");
	}
	scope->person = p;
	scope->unit = NULL;
	scope->group = NULL;
	scope->number = 0;
}

/* Whether somebody has an entry at all, and in what state. */
static bool is_wanted(const struct maker *m, const struct nk_year *year, const struct nk_person *p, bool *out_suspended)
{
	struct nk_year_wanted wanted;

	if (nk_people_is_part(m->people, p)) {
		*out_suspended = true;
		return nk_desired_is_retired(m->opt, p);
	}
	nk_year_of(year, p, m->opt->today, &wanted);
	*out_suspended = wanted.presence == NK_YEAR_SUSPENDED;
	return wanted.presence != NK_YEAR_ABSENT;
}

static NK_RESULT add_person(void *arg, const struct nk_person *p, struct nk_err *err)
{
	struct maker *m = arg;
	const struct nk_year own_dates = { .people = m->people };
	const struct nk_year *const year = m->opt->year != NULL ? m->opt->year : &own_dates;
	struct nk_entry e = { .kind = NK_OBJECT_PERSON, .object = p->id, .person_number = p->number };
	struct nk_template_scope scope;
	struct nk_person whole = *p;
	struct nk_person bare;
	bool made = false;

	if (!is_wanted(m, year, p, &e.suspended)) {
		return nk_done();
	}
	if (nk_str_trim(p->field[NK_FIELD_LOGIN]).len == 0) {
		m->no_login++;
		return nk_done();
	}
	if (!nk_people_is_part(m->people, p)) {
		NK_TRY(nk_desired_whole(year, m->opt->today, m->arena, &whole, err));
	}
	nk_template_scope_of(m->people, &whole, m->opt->today, &scope);
	scope.domain = m->domain;
	bare = whole;
	nk_name_use_apply(m->opt->mapping->name, &bare);
	scope.person = &bare;
	if (nk_person_hidden(p)) {
		hide(&bare, &scope);
		e.hidden = true;
	}
	NK_TRY(add_entry(m, &scope, &e, &made, err));
	return made && !e.suspended && !e.hidden ? add_pairs(m, &whole, nk_u32(m->built.len - 1), err) : nk_done();
}

/* ---- order --------------------------------------------------------------------------------------------------- */

static int built_cmp(const void *a, const void *b)
{
	const struct built *x = a;
	const struct built *y = b;
	const int c = nk_str_cmp(x->folded, y->folded);

	return c != 0 ? c : nk_uuid_cmp(x->entry.object, y->entry.object);
}

static int pair_cmp(const void *a, const void *b)
{
	const struct nk_member_pair *x = a;
	const struct nk_member_pair *y = b;

	if (x->group != y->group) {
		return x->group < y->group ? -1 : 1;
	}
	return (x->person > y->person) - (x->person < y->person);
}

/* A second unit or class of the same name gets a piece of its id behind it, as value and as name. */
static NK_RESULT tell_apart(struct maker *m, struct built *b, struct nk_err *err)
{
	const struct ready_kind *k = &m->kinds[b->entry.kind];
	struct nk_attr *attrs = nk_arena_array(m->arena, b->entry.n_attrs, sizeof(*attrs));
	struct nk_str *value = nk_arena_alloc(m->arena, sizeof(*value));
	char hex[9];

	if (attrs == NULL || value == NULL) {
		return nk_fail_nomem(err);
	}
	nk_hex_print(b->entry.object.b, 4, hex);
	for (size_t i = 0; i < b->entry.n_attrs; i++) {
		attrs[i] = b->entry.attrs[i];
		if (nk_str_ieq(attrs[i].name, k->rdn)) {
			NK_TRY(nk_arena_printf(m->arena, value, err, "%.*s-%s", NK_FMT(attrs[i].values[0]), hex));
			attrs[i] = (struct nk_attr){ attrs[i].name, value, 1 };
		}
	}
	b->entry.attrs = attrs;
	NK_TRY(make_key(m, b->entry.kind, *value, &b->entry.key, err));
	return nk_dn_fold_into(b->entry.key, m->arena, &b->folded, err);
}

static NK_RESULT resolve_twins(struct maker *m, struct nk_err *err)
{
	struct built *list = m->built.items;
	bool changed = false;
	size_t first = 0;

	for (size_t i = 1; i < m->built.len; i++) {
		if (!nk_str_eq(list[first].folded, list[i].folded)) {
			first = i;
			continue;
		}
		if (list[i].entry.kind == NK_OBJECT_PERSON || list[first].entry.kind != list[i].entry.kind) {
			return nk_fail(err, NK_CONFLICT,
				"two persons would get the same entry at the target: persons number %1$u and "
				"%2$u: give one of them another login, or change the mapping",
				list[first].entry.person_number, list[i].entry.person_number);
		}
		NK_TRY(tell_apart(m, &list[i], err));
		changed = true;
	}
	if (changed) {
		qsort(list, m->built.len, sizeof(*list), built_cmp);
	}
	return nk_done();
}

static NK_RESULT finish(struct maker *m, struct nk_desired *out, struct nk_err *err)
{
	const size_t n = m->built.len;
	struct built *list = m->built.items;
	struct nk_entry *entries = nk_arena_array(m->arena, n, sizeof(*entries));
	uint32_t *place = nk_arena_array(m->arena, n, sizeof(*place));
	struct nk_member_pair *pairs = nk_arena_array(m->arena, m->pairs.len, sizeof(*pairs));
	size_t n_pairs = 0;

	if (entries == NULL || place == NULL || pairs == NULL) {
		return nk_fail_nomem(err);
	}
	if (n > 0) {
		qsort(list, n, sizeof(*list), built_cmp);
	}
	NK_TRY(resolve_twins(m, err));
	for (size_t i = 0; i < n; i++) {
		entries[i] = list[i].entry;
		place[list[i].serial] = nk_u32(i);
	}
	for (size_t i = 0; i < m->pairs.len; i++) {
		const struct nk_member_pair *p = nk_vec_at(&m->pairs, i);

		pairs[i] = (struct nk_member_pair){ place[p->group], place[p->person] };
	}
	if (m->pairs.len > 0) {
		qsort(pairs, m->pairs.len, sizeof(*pairs), pair_cmp);
	}
	for (size_t i = 0; i < m->pairs.len; i++) {
		/* Somebody may be in a class in two roles. */
		if (n_pairs == 0 || pair_cmp(&pairs[n_pairs - 1], &pairs[i]) != 0) {
			pairs[n_pairs++] = pairs[i];
		}
	}
	*out = (struct nk_desired){ .entries = entries,
		.n = n,
		.members = pairs,
		.n_members = n_pairs,
		.skipped_no_login = m->no_login,
		.skipped_blank = m->blank };
	return nk_done();
}

NK_RESULT nk_desired_make(const struct nk_people *people, const struct nk_desired_options *opt,
	struct nk_arena *arena, struct nk_desired *out, struct nk_err *err)
{
	NK_OWNED(maker_done) struct maker m = { .people = people, .opt = opt, .arena = arena };
	/* Ids are random numbers of our own: nobody can choose them to flood the map. */
	static const uint8_t seed[16] = { 0 };

	nk_vec_init_wiping(&m.built, sizeof(struct built), UINT32_MAX);
	nk_vec_init(&m.pairs, sizeof(struct nk_member_pair), UINT32_MAX);
	nk_map_init(&m.groups, seed);
	nk_buf_init_wiping(&m.value, VALUE_MAX);
	NK_TRY(ready(&m, err));
	NK_TRY(add_units(&m, err));
	NK_TRY(add_groups(&m, err));
	NK_TRY(nk_people_each(people, add_person, &m, err));
	return finish(&m, out, err);
}
