/*
 * people_units.c: units and groups: not about persons, in clear in the store, kept whole in memory.
 *
 * Invariant: each id is in the list once; the texts lie in an arena of their own.
 */
#include "base.h"

#include "people_int.h"

#include "store.h"

enum { PLACES_MAX = 1000000 };
#define TEXT_MAX (SIZE_MAX / 4)

struct nk_people_places {
	struct nk_arena *arena;
	struct nk_vec units;
	struct nk_vec groups;
	struct nk_map unit_by_id;
	struct nk_map group_by_id;
};

void nk_people_places_free(struct nk_people_places **places)
{
	struct nk_people_places *p = *places;

	if (p == NULL) {
		return;
	}
	nk_map_done(&p->unit_by_id);
	nk_map_done(&p->group_by_id);
	nk_vec_done(&p->units);
	nk_vec_done(&p->groups);
	nk_arena_free(&p->arena);
	free(p);
	*places = NULL;
}

/* A new place in `list`, under `id` (which is copied: items of a list move). */
static NK_RESULT new_place(struct nk_people_places *p, struct nk_vec *list, struct nk_map *map, struct nk_uuid id,
	void **out, struct nk_err *err)
{
	uint8_t *key = nk_arena_alloc(p->arena, sizeof(id.b));

	if (key == NULL) {
		return nk_fail_nomem(err);
	}
	memcpy(key, id.b, sizeof(id.b));
	NK_TRY(nk_vec_push(list, out, err));
	return nk_map_put(map, nk_bytes_of(key, sizeof(id.b)), list->len - 1, err);
}

static void *place_of(const struct nk_vec *list, const struct nk_map *map, struct nk_uuid id)
{
	uint64_t at = 0;

	return nk_map_get(map, nk_bytes_of(id.b, sizeof(id.b)), &at) ? nk_vec_at(list, nk_size(at)) : NULL;
}

static NK_RESULT keep_unit(struct nk_people_places *p, const struct nk_unit *unit, struct nk_err *err)
{
	struct nk_unit copy = *unit;
	void *item = place_of(&p->units, &p->unit_by_id, unit->id);

	NK_TRY(nk_arena_dup(p->arena, unit->key, &copy.key, err));
	NK_TRY(nk_arena_dup(p->arena, unit->kind, &copy.kind, err));
	NK_TRY(nk_arena_dup(p->arena, unit->name, &copy.name, err));
	NK_TRY(nk_arena_dup(p->arena, unit->code, &copy.code, err));
	if (item == NULL) {
		NK_TRY(new_place(p, &p->units, &p->unit_by_id, unit->id, &item, err));
	}
	*(struct nk_unit *)item = copy;
	return nk_done();
}

static NK_RESULT keep_group(struct nk_people_places *p, const struct nk_group *group, struct nk_err *err)
{
	struct nk_group copy = *group;
	void *item = place_of(&p->groups, &p->group_by_id, group->id);

	NK_TRY(nk_arena_dup(p->arena, group->key, &copy.key, err));
	NK_TRY(nk_arena_dup(p->arena, group->kind, &copy.kind, err));
	NK_TRY(nk_arena_dup(p->arena, group->title, &copy.title, err));
	NK_TRY(nk_arena_dup(p->arena, group->code, &copy.code, err));
	NK_TRY(nk_arena_dup(p->arena, group->grade, &copy.grade, err));
	if (item == NULL) {
		NK_TRY(new_place(p, &p->groups, &p->group_by_id, group->id, &item, err));
	}
	*(struct nk_group *)item = copy;
	return nk_done();
}

static nk_date col_date(const struct nk_stmt *stmt, int col)
{
	return nk_col_is_null(stmt, col) ? NK_DATE_NONE : (nk_date)nk_col_int(stmt, col);
}

static void bind_date(struct nk_stmt *stmt, int at, nk_date day)
{
	if (day == NK_DATE_NONE) {
		nk_stmt_null(stmt, at);
	} else {
		nk_stmt_int(stmt, at, day);
	}
}

static NK_RESULT damaged(const char *table, struct nk_err *err)
{
	return nk_fail(err, NK_CORRUPT, "table %s: a row has no proper id; restore the store from a backup", table);
}

static NK_RESULT load_units(struct nk_people *people, struct nk_err *err)
{
	NK_OWNED(nk_stmt_put) struct nk_stmt *stmt = NULL;
	bool more = false;

	NK_TRY(nk_stmt_get(people->store,
		"SELECT id, source_id, parent_id, source_key, kind, name, code, ended_on FROM unit ORDER BY rowid",
		&stmt, err));
	NK_TRY(nk_stmt_step(stmt, &more, err));
	while (more) {
		struct nk_unit unit = { .key = nk_col_text(stmt, 3),
			.kind = nk_col_text(stmt, 4),
			.name = nk_col_text(stmt, 5),
			.code = nk_col_text(stmt, 6),
			.ended_on = col_date(stmt, 7) };

		if (!nk_col_uuid(stmt, 0, &unit.id) || !nk_col_uuid(stmt, 1, &unit.source)) {
			return damaged("unit", err);
		}
		if (!nk_col_is_null(stmt, 2) && !nk_col_uuid(stmt, 2, &unit.parent)) {
			return damaged("unit", err);
		}
		NK_TRY(keep_unit(people->places, &unit, err));
		NK_TRY(nk_stmt_step(stmt, &more, err));
	}
	return nk_done();
}

static NK_RESULT load_groups(struct nk_people *people, struct nk_err *err)
{
	NK_OWNED(nk_stmt_put) struct nk_stmt *stmt = NULL;
	bool more = false;

	NK_TRY(nk_stmt_get(people->store,
		"SELECT id, source_id, unit_id, source_key, kind, title, code, grade, school_year, ended_on FROM class_group ORDER BY rowid",
		&stmt, err));
	NK_TRY(nk_stmt_step(stmt, &more, err));
	while (more) {
		struct nk_group group = { .key = nk_col_text(stmt, 3),
			.kind = nk_col_text(stmt, 4),
			.title = nk_col_text(stmt, 5),
			.code = nk_col_text(stmt, 6),
			.grade = nk_col_text(stmt, 7),
			.school_year = (int)nk_col_int(stmt, 8),
			.ended_on = col_date(stmt, 9) };

		if (!nk_col_uuid(stmt, 0, &group.id) || !nk_col_uuid(stmt, 1, &group.source) ||
			!nk_col_uuid(stmt, 2, &group.unit)) {
			return damaged("class_group", err);
		}
		NK_TRY(keep_group(people->places, &group, err));
		NK_TRY(nk_stmt_step(stmt, &more, err));
	}
	return nk_done();
}

NK_RESULT nk_people_places_load(struct nk_people *people, struct nk_err *err)
{
	struct nk_people_places *p = calloc(1, sizeof(*p));

	if (p == NULL) {
		return nk_fail_nomem(err);
	}
	people->places = p;
	nk_vec_init(&p->units, sizeof(struct nk_unit), PLACES_MAX);
	nk_vec_init(&p->groups, sizeof(struct nk_group), PLACES_MAX);
	nk_map_init(&p->unit_by_id, people->seed);
	nk_map_init(&p->group_by_id, people->seed);
	NK_TRY(nk_arena_new(NK_ARENA_PLAIN, TEXT_MAX, &p->arena, err));
	NK_TRY(load_units(people, err));
	return load_groups(people, err);
}

size_t nk_people_units(const struct nk_people *people, const struct nk_unit **out)
{
	*out = people->places->units.items;
	return people->places->units.len;
}

size_t nk_people_groups(const struct nk_people *people, const struct nk_group **out)
{
	*out = people->places->groups.items;
	return people->places->groups.len;
}

const struct nk_unit *nk_people_unit(const struct nk_people *people, struct nk_uuid id)
{
	return place_of(&people->places->units, &people->places->unit_by_id, id);
}

const struct nk_group *nk_people_group(const struct nk_people *people, struct nk_uuid id)
{
	return place_of(&people->places->groups, &people->places->group_by_id, id);
}

NK_RESULT nk_people_put_unit(
	struct nk_people *people, struct nk_tx *tx, const struct nk_unit *unit, struct nk_err *err)
{
	NK_OWNED(nk_stmt_put) struct nk_stmt *stmt = NULL;

	nk_assert(nk_tx_store(tx) == people->store);
	NK_TRY(nk_stmt_get(people->store,
		"INSERT INTO unit(id, source_id, source_key, kind, name, code, parent_id, ended_on) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8) "
		"ON CONFLICT (id) DO UPDATE SET source_key = excluded.source_key, kind = excluded.kind, name = excluded.name, "
		"code = excluded.code, parent_id = excluded.parent_id, ended_on = excluded.ended_on",
		&stmt, err));
	nk_stmt_uuid(stmt, 1, unit->id);
	nk_stmt_uuid(stmt, 2, unit->source);
	nk_stmt_text(stmt, 3, unit->key);
	nk_stmt_text(stmt, 4, unit->kind);
	nk_stmt_text(stmt, 5, unit->name);
	nk_stmt_text(stmt, 6, unit->code);
	if (nk_uuid_is_nil(unit->parent)) {
		nk_stmt_null(stmt, 7);
	} else {
		nk_stmt_uuid(stmt, 7, unit->parent);
	}
	bind_date(stmt, 8, unit->ended_on);
	NK_TRY(nk_stmt_run(stmt, err));
	return keep_unit(people->places, unit, err);
}

NK_RESULT nk_people_put_group(
	struct nk_people *people, struct nk_tx *tx, const struct nk_group *group, struct nk_err *err)
{
	NK_OWNED(nk_stmt_put) struct nk_stmt *stmt = NULL;

	nk_assert(nk_tx_store(tx) == people->store);
	NK_TRY(nk_stmt_get(people->store,
		"INSERT INTO class_group(id, source_id, source_key, unit_id, kind, title, code, grade, school_year, ended_on) "
		"VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10) "
		"ON CONFLICT (id) DO UPDATE SET source_key = excluded.source_key, unit_id = excluded.unit_id, kind = excluded.kind, "
		"title = excluded.title, code = excluded.code, grade = excluded.grade, school_year = excluded.school_year, "
		"ended_on = excluded.ended_on",
		&stmt, err));
	nk_stmt_uuid(stmt, 1, group->id);
	nk_stmt_uuid(stmt, 2, group->source);
	nk_stmt_text(stmt, 3, group->key);
	nk_stmt_uuid(stmt, 4, group->unit);
	nk_stmt_text(stmt, 5, group->kind);
	nk_stmt_text(stmt, 6, group->title);
	nk_stmt_text(stmt, 7, group->code);
	nk_stmt_text(stmt, 8, group->grade);
	nk_stmt_int(stmt, 9, group->school_year);
	bind_date(stmt, 10, group->ended_on);
	NK_TRY(nk_stmt_run(stmt, err));
	return keep_group(people->places, group, err);
}
