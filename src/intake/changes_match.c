/*
 * changes_match.c: who in the roster is whom of ours, and which of its units and groups are there already.
 *
 * By source key, then by master identifier; never by name, mail or login. A row finds at most one person and a person
 * at most one row, else it is a conflict that people decide.
 */
#include "base.h"
#include "changes_int.h"

static NK_RESULT map_new(const struct nk_people *people, struct nk_map *map, struct nk_err *err)
{
	uint8_t seed[16];

	NK_TRY(nk_random(
		nk_store_env(nk_people_store((struct nk_people *)(uintptr_t)people)), seed, sizeof(seed), err));
	nk_map_init(map, seed);
	return nk_done();
}

static NK_RESULT index_units(const struct nk_roster *roster, struct nk_map *map, struct nk_err *err)
{
	for (size_t i = 0; i < roster->n_units; i++) {
		NK_TRY(nk_map_put(map, nk_str_bytes(roster->units[i].key), i, err));
	}
	return nk_done();
}

static NK_RESULT index_groups(const struct nk_roster *roster, struct nk_map *map, struct nk_err *err)
{
	for (size_t i = 0; i < roster->n_groups; i++) {
		NK_TRY(nk_map_put(map, nk_str_bytes(roster->groups[i].key), i, err));
	}
	return nk_done();
}

static void find_ours(const struct nk_people *people, struct nk_uuid source_id, struct nk_changes_places *out)
{
	const struct nk_unit *units = NULL;
	const struct nk_group *groups = NULL;
	const size_t n_units = nk_people_units(people, &units);
	const size_t n_groups = nk_people_groups(people, &groups);
	uint64_t at = 0;

	for (size_t i = 0; i < n_units; i++) {
		if (nk_uuid_eq(units[i].source, source_id) &&
			nk_map_get(&out->unit_at, nk_str_bytes(units[i].key), &at)) {
			out->unit[at] = &units[i];
		}
	}
	for (size_t i = 0; i < n_groups; i++) {
		if (nk_uuid_eq(groups[i].source, source_id) &&
			nk_map_get(&out->group_at, nk_str_bytes(groups[i].key), &at)) {
			out->group[at] = &groups[i];
		}
	}
}

NK_RESULT nk_changes_match_places(const struct nk_people *people, const struct nk_roster *roster,
	struct nk_uuid source_id, struct nk_arena *arena, struct nk_changes_places *out, struct nk_err *err)
{
	*out = (struct nk_changes_places){ 0 };
	out->unit = nk_arena_array(arena, roster->n_units, sizeof(*out->unit));
	out->group = nk_arena_array(arena, roster->n_groups, sizeof(*out->group));
	if (out->unit == NULL || out->group == NULL) {
		return nk_fail_nomem(err);
	}
	NK_TRY(map_new(people, &out->unit_at, err));
	NK_TRY(map_new(people, &out->group_at, err));
	NK_TRY(index_units(roster, &out->unit_at, err));
	NK_TRY(index_groups(roster, &out->group_at, err));
	find_ours(people, source_id, out);
	return nk_done();
}

void nk_changes_match_done(struct nk_changes_places *places)
{
	nk_map_done(&places->unit_at);
	nk_map_done(&places->group_at);
}

/* Our unit of a key of the roster; nil when it is new or the key is blank. */
static struct nk_uuid id_of_unit(const struct nk_changes_places *places, struct nk_str key)
{
	const struct nk_uuid nil = { { 0 } };
	uint64_t at = 0;

	if (key.len == 0 || !nk_map_get(&places->unit_at, nk_str_bytes(key), &at) || places->unit[at] == NULL) {
		return nil;
	}
	return places->unit[at]->id;
}

bool nk_changes_match_unit(const struct nk_changes_places *places, const struct nk_roster *roster, size_t i)
{
	const struct nk_unit *a = places->unit[i];
	const struct nk_roster_unit *b = &roster->units[i];

	return nk_str_eq(a->kind, b->kind) && nk_str_eq(a->name, b->name) && nk_str_eq(a->code, b->code) &&
		a->ended_on == NK_DATE_NONE && nk_uuid_eq(a->parent, id_of_unit(places, b->parent_key)) &&
		nk_uuid_is_nil(a->parent) == (b->parent_key.len == 0);
}

bool nk_changes_match_group(const struct nk_changes_places *places, const struct nk_roster *roster, size_t i)
{
	const struct nk_group *a = places->group[i];
	const struct nk_roster_group *b = &roster->groups[i];

	return nk_str_eq(a->kind, b->kind) && nk_str_eq(a->title, b->title) && nk_str_eq(a->code, b->code) &&
		nk_str_eq(a->grade, b->grade) && a->school_year == b->school_year && a->ended_on == NK_DATE_NONE &&
		nk_uuid_eq(a->unit, id_of_unit(places, b->unit_key));
}

static bool has_left(const struct nk_person *p)
{
	return p->state == NK_PERSON_LEAVING || p->state == NK_PERSON_RETAINED;
}

/* Somebody of another source may come over only when he is leaving there. */
static NK_RESULT match_one(const struct nk_people *people, const struct nk_roster_person *row, struct nk_str source,
	const struct nk_person **out, bool *out_by_master, struct nk_err *err)
{
	const struct nk_str master = row->field[NK_FIELD_MASTER_ID];
	const struct nk_person *p = nk_people_by_source(people, source, row->field[NK_FIELD_SOURCE_KEY]);

	*out_by_master = false;
	*out = p;
	if (p != NULL || master.len == 0) {
		return nk_done();
	}
	p = nk_people_by_field(people, NK_FIELD_MASTER_ID, master);
	if (p == NULL) {
		return nk_done();
	}
	if (!nk_str_eq(p->field[NK_FIELD_SOURCE], source) && !has_left(p)) {
		return nk_fail(err, NK_CONFLICT,
			"users, line %1$llu: the master identifier belongs to person number %2$u of "
			"another source, who is not leaving there; one of the two must change",
			(unsigned long long)row->line, p->number);
	}
	*out_by_master = true;
	*out = p;
	return nk_done();
}

NK_RESULT nk_changes_match_persons(const struct nk_people *people, const struct nk_roster *roster,
	struct nk_str source, struct nk_arena *arena, struct nk_changes_matched *out, struct nk_err *err)
{
	*out = (struct nk_changes_matched){ 0 };
	out->number = nk_arena_array(arena, roster->n_persons, sizeof(*out->number));
	out->by_master = nk_arena_array(arena, roster->n_persons, sizeof(*out->by_master));
	out->keys = nk_arena_array(arena, roster->n_persons, sizeof(*out->keys));
	if (out->number == NULL || out->by_master == NULL || out->keys == NULL) {
		return nk_fail_nomem(err);
	}
	NK_TRY(map_new(people, &out->row_of, err));
	for (size_t i = 0; i < roster->n_persons; i++) {
		const struct nk_person *p = NULL;
		uint64_t other = 0;

		NK_TRY(match_one(people, &roster->persons[i], source, &p, &out->by_master[i], err));
		if (p == NULL) {
			continue;
		}
		out->number[i] = p->number;
		out->keys[i] = p->number;
		if (nk_map_get(&out->row_of, nk_bytes_of(&out->keys[i], sizeof(out->keys[i])), &other)) {
			return nk_fail(err, NK_CONFLICT,
				"users, lines %1$llu and %2$llu mean the same person (number %3$u): one "
				"by its source key, the other by its master identifier",
				(unsigned long long)roster->persons[other].line,
				(unsigned long long)roster->persons[i].line, p->number);
		}
		NK_TRY(nk_map_put(&out->row_of, nk_bytes_of(&out->keys[i], sizeof(out->keys[i])), i, err));
	}
	return nk_done();
}

void nk_changes_match_persons_done(struct nk_changes_matched *matched)
{
	nk_map_done(&matched->row_of);
}
