/*
 * changes.c: the roster beside the people we have: who joins, returns, changes, leaves. Reads only.
 *
 * Texts are compared on NFC. Blank in the file means blank (a bulk file is the whole truth), but for the master
 * identifier, which a source may leave out. Romaji follows kana and is no difference of its own.
 */
#include "base.h"
#include "changes.h"

#include "changes_int.h"
#include "kana.h"

enum { NFC_MAX = 1 << 20, MEMBERSHIPS_MAX = 100000 };

struct making {
	const struct nk_people *people;
	const struct nk_roster *roster;
	struct nk_arena *arena;
	struct nk_changes *out;
	nk_date today;
	struct nk_changes_places places;
	struct nk_changes_matched matched;
	struct nk_map leavers; /* name and kana → how many leavers have it */
	struct nk_vec list; /* struct nk_person_change */
	struct nk_vec mine, theirs; /* struct nk_membership, for comparing */
	struct nk_buf a, b; /* wiping */
};

static void making_done(struct making *m)
{
	nk_changes_match_done(&m->places);
	nk_changes_match_persons_done(&m->matched);
	nk_map_done(&m->leavers);
	nk_vec_done(&m->list);
	nk_vec_done(&m->mine);
	nk_vec_done(&m->theirs);
	nk_buf_done(&m->a);
	nk_buf_done(&m->b);
}

static NK_RESULT same_text(struct making *m, struct nk_str a, struct nk_str b, bool *out, struct nk_err *err)
{
	*out = nk_str_eq(a, b);
	if (*out || a.len == 0 || b.len == 0) {
		return nk_done();
	}
	nk_buf_reset(&m->a);
	nk_buf_reset(&m->b);
	NK_TRY(nk_nfc(a, &m->a, err));
	NK_TRY(nk_nfc(b, &m->b, err));
	*out = nk_str_eq(nk_buf_str(&m->a), nk_buf_str(&m->b));
	return nk_done();
}

/* What our rule gave stays while the source gives nothing of its own. */
static bool is_kept(enum nk_field f, const struct nk_roster_person *row, const struct nk_person *p)
{
	const unsigned made = f == NK_FIELD_LOGIN ? NK_PERSON_LOGIN_MADE : f == NK_FIELD_MAIL ? NK_PERSON_MAIL_MADE : 0;

	return row->field[f].len == 0 && (p->flags & made) != 0;
}

static bool is_compared(enum nk_field f, const struct nk_roster_person *row)
{
	if (f == NK_FIELD_SOURCE || f == NK_FIELD_FAMILY_ROMAJI || f == NK_FIELD_GIVEN_ROMAJI || f == NK_FIELD_FORMER || /* below */
		f == NK_FIELD_MERGED_INTO) {
		return false;
	}
	return f != NK_FIELD_MASTER_ID || row->field[f].len > 0;
}

static NK_RESULT compare_fields(struct making *m, const struct nk_roster_person *row, const struct nk_person *p,
	uint32_t *out, struct nk_err *err)
{
	*out = 0;
	for (int f = 0; f < NK_FIELD_COUNT; f++) {
		bool same = true;

		if (is_compared((enum nk_field)f, row) && !is_kept((enum nk_field)f, row, p)) {
			NK_TRY(same_text(m, row->field[f], p->field[f], &same, err));
		}
		*out |= same ? 0 : UINT32_C(1) << f;
	}
	/* A name of before that the source tells is added; that it tells none takes none away. */
	*out |= nk_former_known(p->field, row->field[NK_FIELD_FORMER]) ? 0 : UINT32_C(1) << NK_FIELD_FORMER;
	if ((*out & (UINT32_C(1) << NK_FIELD_FAMILY_KANA)) != 0) {
		*out |= UINT32_C(1) << NK_FIELD_FAMILY_ROMAJI;
	}
	if ((*out & (UINT32_C(1) << NK_FIELD_GIVEN_KANA)) != 0) {
		*out |= UINT32_C(1) << NK_FIELD_GIVEN_ROMAJI;
	}
	return nk_done();
}

static bool is_rename(uint32_t fields)
{
	static const enum nk_field names[] = { NK_FIELD_FAMILY, NK_FIELD_GIVEN, NK_FIELD_MIDDLE, NK_FIELD_FAMILY_KANA,
		NK_FIELD_GIVEN_KANA, NK_FIELD_FAMILY_SHOWN, NK_FIELD_GIVEN_SHOWN, NK_FIELD_FAMILY_SHOWN_KANA,
		NK_FIELD_GIVEN_SHOWN_KANA };
	uint32_t mask = 0;

	for (size_t i = 0; i < NK_ARRAY_LEN(names); i++) {
		mask |= UINT32_C(1) << names[i];
	}
	return (fields & mask) != 0;
}

static int cmp_membership(const void *a, const void *b)
{
	const struct nk_membership *x = a;
	const struct nk_membership *y = b;
	const int where = nk_uuid_cmp(x->where, y->where);
	const int64_t ax[] = { x->role, x->from, x->until, x->number, x->primary };
	const int64_t ay[] = { y->role, y->from, y->until, y->number, y->primary };

	if (where != 0) {
		return where;
	}
	for (size_t i = 0; i < NK_ARRAY_LEN(ax); i++) {
		if (ax[i] != ay[i]) {
			return ax[i] < ay[i] ? -1 : 1;
		}
	}
	return 0;
}

static NK_RESULT push(struct nk_vec *vec, const struct nk_membership *m, struct nk_err *err)
{
	void *item = NULL;

	NK_TRY(nk_vec_push(vec, &item, err));
	*(struct nk_membership *)item = *m;
	return nk_done();
}

/* The memberships of a row, in our terms; a new unit or group has the nil id. */
static NK_RESULT take_theirs(struct making *m, const struct nk_roster_person *row, bool groups, struct nk_err *err)
{
	nk_vec_clear(&m->theirs);
	for (size_t i = 0; i < row->n_memberships; i++) {
		const struct nk_roster_membership *r = &row->memberships[i];
		struct nk_membership x = { .is_group = r->is_group,
			.primary = r->primary,
			.role = r->role,
			.from = r->from,
			.until = r->until,
			.number = r->number };

		if (r->is_group != groups) {
			continue;
		}
		if (groups && m->places.group[r->where] != NULL) {
			x.where = m->places.group[r->where]->id;
		} else if (!groups && m->places.unit[r->where] != NULL) {
			x.where = m->places.unit[r->where]->id;
		}
		NK_TRY(push(&m->theirs, &x, err));
	}
	return nk_done();
}

/* Is the place of a membership one of this source? Others are not the roster's to speak of. */
static bool is_ours(const struct making *m, const struct nk_membership *x)
{
	const struct nk_unit *unit = x->is_group ? NULL : nk_people_unit(m->people, x->where);
	const struct nk_group *group = x->is_group ? nk_people_group(m->people, x->where) : NULL;

	return (unit != NULL && nk_uuid_eq(unit->source, m->out->source_id)) ||
		(group != NULL && nk_uuid_eq(group->source, m->out->source_id));
}

static NK_RESULT take_mine(struct making *m, const struct nk_person *p, bool groups, struct nk_err *err)
{
	nk_vec_clear(&m->mine);
	for (size_t i = 0; i < p->n_memberships; i++) {
		/* Where somebody stays on after a move is the rules' to say, not the file's. */
		if (p->memberships[i].is_group == groups && !p->memberships[i].staying && is_ours(m, &p->memberships[i])) {
			NK_TRY(push(&m->mine, &p->memberships[i], err));
		}
	}
	return nk_done();
}

static NK_RESULT differ(struct making *m, const struct nk_roster_person *row, const struct nk_person *p, bool groups,
	bool *out, struct nk_err *err)
{
	NK_TRY(take_theirs(m, row, groups, err));
	NK_TRY(take_mine(m, p, groups, err));
	*out = m->mine.len != m->theirs.len;
	if (*out || m->mine.len == 0) {
		return nk_done();
	}
	qsort(m->mine.items, m->mine.len, sizeof(struct nk_membership), cmp_membership);
	qsort(m->theirs.items, m->theirs.len, sizeof(struct nk_membership), cmp_membership);
	for (size_t i = 0; i < m->mine.len && !*out; i++) {
		*out = cmp_membership(nk_vec_at(&m->mine, i), nk_vec_at(&m->theirs, i)) != 0;
	}
	return nk_done();
}

/* The place of the primary membership among those of `vec`, else of the first; false: there is none. */
static bool primary_of(const struct nk_vec *vec, struct nk_uuid *out)
{
	const struct nk_membership *best = NULL;

	for (size_t i = 0; i < vec->len; i++) {
		const struct nk_membership *x = nk_vec_at(vec, i);

		best = best == NULL || (x->primary && !best->primary) ? x : best;
	}
	if (best != NULL) {
		*out = best->where;
	}
	return best != NULL;
}

static NK_RESULT compare_places(struct making *m, const struct nk_roster_person *row, const struct nk_person *p,
	struct nk_person_change *c, struct nk_err *err)
{
	struct nk_uuid from = { { 0 } };
	struct nk_uuid to = { { 0 } };
	bool was = false;
	bool is = false;

	NK_TRY(differ(m, row, p, true, &c->classes, err));
	NK_TRY(differ(m, row, p, false, &c->roles, err));
	was = primary_of(&m->mine, &from);
	is = primary_of(&m->theirs, &to);
	c->moved = was != is || (was && (nk_uuid_is_nil(to) || !nk_uuid_eq(from, to)));
	return nk_done();
}

static bool is_hidden(const struct nk_roster_person *row)
{
	for (size_t i = 0; i < row->n_memberships; i++) {
		if (row->memberships[i].hidden) {
			return true;
		}
	}
	return false;
}

static bool has_left(const struct nk_person *p)
{
	return p->state == NK_PERSON_LEAVING || p->state == NK_PERSON_RETAINED;
}

static NK_RESULT compare_person(
	struct making *m, size_t i, const struct nk_person *p, struct nk_person_change *c, struct nk_err *err)
{
	const struct nk_roster_person *row = &m->roster->persons[i];

	*c = (struct nk_person_change){ .now = row, .number = p->number, .by_master = m->matched.by_master[i] };
	NK_TRY(compare_fields(m, row, p, &c->fields, err));
	NK_TRY(compare_places(m, row, p, c, err));
	c->renamed = is_rename(c->fields);
	c->dates = (p->flags & NK_PERSON_DATED) == 0 &&
		((row->valid_from != NK_DATE_NONE && row->valid_from != p->valid_from) ||
			row->valid_until != p->valid_until);
	c->state = row->enabled == ((p->flags & NK_PERSON_SOURCE_OFF) != 0) ||
		(is_hidden(row) && (p->flags & NK_PERSON_HIDDEN) == 0); /* a file protects; only a person lifts it */
	if (has_left(p)) {
		c->kind = NK_CHANGE_RETURN;
	} else if (c->fields != 0 || c->classes || c->roles || c->moved || c->dates || c->state || c->by_master) {
		c->kind = NK_CHANGE_CHANGE;
	}
	return nk_done();
}

static NK_RESULT add(struct making *m, const struct nk_person_change *c, struct nk_err *err)
{
	void *item = NULL;

	m->out->counts[c->kind] += c->stays ? 0 : 1;
	m->out->renamed += c->renamed ? 1 : 0;
	m->out->moved += c->moved ? 1 : 0;
	m->out->classes += c->classes ? 1 : 0;
	m->out->by_master += c->by_master ? 1 : 0;
	if (c->kind == NK_CHANGE_NONE) {
		return nk_done();
	}
	NK_TRY(nk_vec_push(&m->list, &item, err));
	*(struct nk_person_change *)item = *c;
	return nk_done();
}

static NK_RESULT add_joins(struct making *m, struct nk_err *err)
{
	for (size_t i = 0; i < m->roster->n_persons; i++) {
		const struct nk_person_change c = { .kind = NK_CHANGE_JOIN, .now = &m->roster->persons[i] };

		if (m->matched.number[i] == 0) {
			NK_TRY(add(m, &c, err));
		}
	}
	return nk_done();
}

static NK_RESULT add_changes(struct making *m, struct nk_err *err)
{
	for (size_t i = 0; i < m->roster->n_persons; i++) {
		const struct nk_person *p =
			m->matched.number[i] != 0 ? nk_people_by_number(m->people, m->matched.number[i]) : NULL;
		struct nk_person_change c = { 0 };

		if (p != NULL) {
			NK_TRY(compare_person(m, i, p, &c, err));
			NK_TRY(add(m, &c, err));
		}
	}
	return nk_done();
}

/* Name and reading as one key, NFC. */
static NK_RESULT name_key(struct making *m, const struct nk_str *field, struct nk_buf *out, struct nk_err *err)
{
	static const enum nk_field parts[] = { NK_FIELD_FAMILY, NK_FIELD_GIVEN, NK_FIELD_FAMILY_KANA,
		NK_FIELD_GIVEN_KANA };

	(void)m;
	nk_buf_reset(out);
	for (size_t i = 0; i < NK_ARRAY_LEN(parts); i++) {
		NK_TRY(nk_nfc(field[parts[i]], out, err));
		NK_TRY(nk_buf_add_byte(out, 0x1f, err));
	}
	return nk_done();
}

static NK_RESULT note_leaver(struct making *m, const struct nk_person *p, struct nk_err *err)
{
	struct nk_str kept;
	uint64_t times = 0;

	NK_TRY(name_key(m, p->field, &m->a, err));
	(void)nk_map_get(&m->leavers, nk_buf_bytes(&m->a), &times);
	NK_TRY(nk_arena_dup(m->arena, nk_buf_str(&m->a), &kept, err));
	return nk_map_put(&m->leavers, nk_str_bytes(kept), times + 1, err);
}

/* A part ends, and the person is still there: in the head, or in another part. A head that is missing is a leaver in any case. */
static bool stays_elsewhere(const struct nk_people *people, const struct nk_person *p)
{
	uint32_t all[NK_WHOLE_MAX];
	const size_t n = nk_people_whole(people, p->number, all);

	for (size_t i = 0; all[0] != p->number && i < n; i++) {
		if (all[i] != p->number && !has_left(nk_people_by_number(people, all[i]))) {
			return true;
		}
	}
	return false;
}

static NK_RESULT add_leaves(struct making *m, struct nk_err *err)
{
	const size_t n = nk_people_count(m->people);

	for (size_t i = 0; i < n; i++) {
		const struct nk_person *p = nk_people_at(m->people, i);
		const uint64_t number = p->number;
		struct nk_person_change c = { .kind = NK_CHANGE_LEAVE, .number = p->number };
		uint64_t row = 0;

		if (has_left(p) || p->state == NK_PERSON_ERASED ||
			!nk_str_eq(p->field[NK_FIELD_SOURCE], m->out->source)) {
			continue;
		}
		m->out->had++;
		if (!nk_map_get(&m->matched.row_of, nk_bytes_of(&number, sizeof(number)), &row)) {
			c.stays = stays_elsewhere(m->people, p);
			NK_TRY(add(m, &c, err));
			NK_TRY(c.stays ? nk_done() : note_leaver(m, p, err));
		}
	}
	return nk_done();
}

/* Joiners who look like leavers: each leaver is taken once. */
static NK_RESULT count_by_name(struct making *m, struct nk_err *err)
{
	for (size_t i = 0; i < m->list.len; i++) {
		const struct nk_person_change *c = nk_vec_at(&m->list, i);
		uint64_t times = 0;

		if (c->kind != NK_CHANGE_JOIN) {
			continue;
		}
		NK_TRY(name_key(m, c->now->field, &m->a, err));
		if (nk_map_get(&m->leavers, nk_buf_bytes(&m->a), &times) && times > 0) {
			struct nk_str kept;

			m->out->by_name++;
			NK_TRY(nk_arena_dup(m->arena, nk_buf_str(&m->a), &kept, err));
			NK_TRY(nk_map_put(&m->leavers, nk_str_bytes(kept), times - 1, err));
		}
	}
	return nk_done();
}

static void count_units(struct making *m)
{
	struct nk_changes *out = m->out;
	const struct nk_unit *units = NULL;
	const size_t n = nk_people_units(m->people, &units);
	uint64_t at = 0;

	for (size_t i = 0; i < m->roster->n_units; i++) {
		out->units_new += m->places.unit[i] == NULL ? 1 : 0;
		out->units_changed +=
			m->places.unit[i] != NULL && !nk_changes_match_unit(&m->places, m->roster, i) ? 1 : 0;
	}
	for (size_t i = 0; i < n; i++) {
		const bool here = nk_map_get(&m->places.unit_at, nk_str_bytes(units[i].key), &at);

		out->units_ended +=
			!here && nk_uuid_eq(units[i].source, out->source_id) && units[i].ended_on == NK_DATE_NONE ? 1
														  : 0;
	}
}

static void count_groups(struct making *m)
{
	struct nk_changes *out = m->out;
	const struct nk_group *groups = NULL;
	const size_t n = nk_people_groups(m->people, &groups);
	uint64_t at = 0;

	for (size_t i = 0; i < m->roster->n_groups; i++) {
		out->groups_new += m->places.group[i] == NULL ? 1 : 0;
		out->groups_changed +=
			m->places.group[i] != NULL && !nk_changes_match_group(&m->places, m->roster, i) ? 1 : 0;
	}
	for (size_t i = 0; i < n; i++) {
		const bool here = nk_map_get(&m->places.group_at, nk_str_bytes(groups[i].key), &at);

		out->groups_ended +=
			!here && nk_uuid_eq(groups[i].source, out->source_id) && groups[i].ended_on == NK_DATE_NONE
			? 1
			: 0;
	}
}

static NK_RESULT make_all(struct making *m, struct nk_err *err)
{
	uint8_t seed[16];
	struct nk_person_change *list = NULL;

	NK_TRY(nk_random(
		nk_store_env(nk_people_store((struct nk_people *)(uintptr_t)m->people)), seed, sizeof(seed), err));
	nk_map_init(&m->leavers, seed);
	NK_TRY(nk_changes_match_places(m->people, m->roster, m->out->source_id, m->arena, &m->places, err));
	NK_TRY(nk_changes_match_persons(m->people, m->roster, m->out->source, m->arena, &m->matched, err));
	NK_TRY(add_joins(m, err));
	NK_TRY(add_changes(m, err));
	NK_TRY(add_leaves(m, err));
	NK_TRY(count_by_name(m, err));
	count_units(m);
	count_groups(m);
	list = nk_arena_array(m->arena, m->list.len, sizeof(*list));
	if (list == NULL) {
		return nk_fail_nomem(err);
	}
	for (size_t i = 0; i < m->list.len; i++) {
		list[i] = *(const struct nk_person_change *)nk_vec_at(&m->list, i);
	}
	m->out->list = list;
	m->out->n = m->list.len;
	return nk_done();
}

NK_RESULT nk_changes_make(const struct nk_roster *roster, const struct nk_people *people, struct nk_str source,
	struct nk_uuid source_id, nk_date today, struct nk_arena *arena, struct nk_changes **out, struct nk_err *err)
{
	NK_OWNED(making_done)
	struct making m = { .people = people, .roster = roster, .arena = arena, .today = today };

	m.out = nk_arena_alloc(arena, sizeof(*m.out));
	if (m.out == NULL) {
		return nk_fail_nomem(err);
	}
	m.out->roster = roster;
	m.out->source_id = source_id;
	NK_TRY(nk_arena_dup(arena, source, &m.out->source, err));
	nk_vec_init(&m.list, sizeof(struct nk_person_change), SIZE_MAX / 1024);
	nk_vec_init(&m.mine, sizeof(struct nk_membership), MEMBERSHIPS_MAX);
	nk_vec_init(&m.theirs, sizeof(struct nk_membership), MEMBERSHIPS_MAX);
	nk_buf_init_wiping(&m.a, NFC_MAX);
	nk_buf_init_wiping(&m.b, NFC_MAX);
	NK_TRY(make_all(&m, err));
	*out = m.out;
	return nk_done();
}
