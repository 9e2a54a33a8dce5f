/*
 * people_find.c: how persons are found in the arena, and how they are seen.
 *
 * Invariant: what is indexed is the normal form of an item; a hit is compared with the person's own bytes.
 */
#include "base.h"

#include "people_int.h"

#include "record_int.h"
#include "token_int.h"

static uint32_t hash_of(const struct nk_people *people, struct nk_bytes key)
{
	return (uint32_t)(nk_map_hash(people->seed, key) >> 32);
}

struct nk_people_entry *nk_people_entry_of(const struct nk_people *people, uint32_t number)
{
	const uint32_t *place = NULL;

	if (number >= people->by_number.len) {
		return NULL;
	}
	place = nk_vec_at(&people->by_number, number);
	return *place == 0 ? NULL : nk_vec_at(&people->entries, *place - 1);
}

/* (source, source key) as one key: a NUL is in neither. */
static NK_RESULT source_key(struct nk_str source, struct nk_str key, struct nk_buf *room, struct nk_err *err)
{
	nk_buf_reset(room);
	NK_TRY(nk_buf_add_str(room, source, err));
	NK_TRY(nk_buf_add_byte(room, 0, err));
	return nk_buf_add_str(room, key, err);
}

/* Number of the person, other than `but`, who has this normal form, whose hash is given; 0: nobody. */
static uint32_t find_field(
	const struct nk_people *people, enum nk_field f, struct nk_str normal, uint32_t hash, uint32_t but)
{
	NK_OWNED(nk_buf_done) struct nk_buf room = { 0 };
	struct nk_people_walk walk = { 0, false };
	uint32_t number = 0;

	nk_buf_init_wiping(&room, NK_RECORD_MAX);
	while ((number = nk_people_index_next(&people->by_field[f], hash, &walk)) != 0) {
		const struct nk_people_entry *e = nk_people_entry_of(people, number);
		struct nk_str there = { NULL, 0 };

		nk_assert(e != NULL);
		if (number != but &&
			nk_ok(nk_token_normal(
				f, nk_record_field(nk_people_entry_record(e), f), &room, &there, NULL)) &&
			nk_str_eq(there, normal)) {
			return number;
		}
	}
	return 0;
}

/* Where a person will stand in the indexes. All hashes come before the first cell is looked at: a million persons' cells are in no
 * cache, and six waits at a time cost little more than one. */
struct places {
	struct nk_str value[NK_FIELD_COUNT];
	uint32_t field[NK_FIELD_COUNT]; /* of unique items that are there */
	uint32_t source;
	uint32_t id;
};

static NK_RESULT places_of(const struct nk_people *people, const struct nk_people_entry *e, struct nk_buf *room,
	struct places *out, struct nk_err *err)
{
	nk_record_fields(nk_people_entry_record(e), out->value);
	out->id = hash_of(people, nk_bytes_of(e->id.b, sizeof(e->id.b)));
	nk_people_index_fetch(&people->by_id, out->id);
	for (unsigned f = 0; f < NK_FIELD_COUNT; f++) {
		struct nk_str normal = { NULL, 0 };

		if (!nk_field_unique((enum nk_field)f) || out->value[f].len == 0) {
			continue;
		}
		NK_TRY(nk_token_normal((enum nk_field)f, out->value[f], room, &normal, err));
		out->field[f] = hash_of(people, nk_str_bytes(normal));
		nk_people_index_fetch(&people->by_field[f], out->field[f]);
	}
	if (out->value[NK_FIELD_SOURCE_KEY].len == 0) {
		return nk_done();
	}
	NK_TRY(source_key(out->value[NK_FIELD_SOURCE], out->value[NK_FIELD_SOURCE_KEY], room, err));
	out->source = hash_of(people, nk_buf_bytes(room));
	nk_people_index_fetch(&people->by_source, out->source);
	return nk_done();
}

static NK_RESULT index_field(struct nk_people *people, const struct nk_people_entry *e, enum nk_field f,
	const struct places *at, struct nk_buf *room, struct nk_err *err)
{
	struct nk_str normal = { NULL, 0 };
	uint32_t other = 0;

	if (at->value[f].len == 0) {
		return nk_done();
	}
	NK_TRY(nk_token_normal(f, at->value[f], room, &normal, err));
	other = find_field(people, f, normal, at->field[f], e->number);
	if (other != 0) {
		return nk_token_taken(f, e->number, other, err);
	}
	return nk_people_index_add(&people->by_field[f], at->field[f], e->number, err);
}

NK_RESULT nk_people_index_entry(struct nk_people *people, const struct nk_people_entry *e, struct nk_err *err)
{
	NK_OWNED(nk_buf_done) struct nk_buf room = { 0 };
	struct places at;

	nk_buf_init_wiping(&room, NK_RECORD_MAX);
	NK_TRY(places_of(people, e, &room, &at, err));
	for (unsigned f = 0; f < NK_FIELD_COUNT; f++) {
		if (nk_field_unique((enum nk_field)f)) {
			NK_TRY(index_field(people, e, (enum nk_field)f, &at, &room, err));
		}
	}
	NK_TRY(nk_people_whole_index(people, e, err));
	if (at.value[NK_FIELD_SOURCE_KEY].len > 0) {
		NK_TRY(nk_people_index_add(&people->by_source, at.source, e->number, err));
	}
	return nk_people_index_add(&people->by_id, at.id, e->number, err);
}

void nk_people_unindex(struct nk_people *people, const struct nk_people_entry *e)
{
	NK_OWNED(nk_buf_done) struct nk_buf room = { 0 };
	const struct nk_bytes record = nk_people_entry_record(e);
	const struct nk_str key = nk_record_field(record, NK_FIELD_SOURCE_KEY);

	nk_buf_init_wiping(&room, NK_RECORD_MAX);
	for (unsigned f = 0; f < NK_FIELD_COUNT; f++) {
		const struct nk_str value = nk_record_field(record, (enum nk_field)f);
		struct nk_str normal = { NULL, 0 };

		if (!nk_field_unique((enum nk_field)f) || value.len == 0) {
			continue;
		}
		/* It was made the same way when it was put in. */
		nk_assert(nk_ok(nk_token_normal((enum nk_field)f, value, &room, &normal, NULL)));
		nk_people_index_remove(&people->by_field[f], hash_of(people, nk_str_bytes(normal)), e->number);
	}
	nk_people_whole_unindex(people, e);
	if (key.len > 0) {
		nk_assert(nk_ok(source_key(nk_record_field(record, NK_FIELD_SOURCE), key, &room, NULL)));
		nk_people_index_remove(&people->by_source, hash_of(people, nk_buf_bytes(&room)), e->number);
	}
	nk_people_index_remove(&people->by_id, hash_of(people, nk_bytes_of(e->id.b, sizeof(e->id.b))), e->number);
}

void nk_people_view_fill(const struct nk_people *people, struct nk_people_entry *e)
{
	const struct nk_bytes record = nk_people_entry_record(e);
	struct nk_people_view *v = e->view;
	const size_t n = nk_record_count(record);

	if (v->room == NULL || n > v->n_room) {
		nk_wipe(v->room, v->n_room * sizeof(*v->room));
		v->room = nk_arena_array(people->views, n, sizeof(*v->room));
		v->n_room = n;
		if (v->room == NULL) {
			nk_env_no_memory();
		}
	}
	v->person = (struct nk_person){ .id = e->id, .slot = e->slot };
	nk_record_read(record, &v->person, v->room);
	v->person.flags |= nk_people_strict(people, e);
}

static const struct nk_person *view_of(const struct nk_people *people, struct nk_people_entry *e)
{
	if (e->view == NULL) {
		e->view = nk_arena_alloc(people->views, sizeof(*e->view));
		/* A look-up has no way to report a lack of memory, and NULL would mean "nobody": better to end here.
		 */
		if (e->view == NULL) {
			nk_env_no_memory();
		}
		nk_people_view_fill(people, e);
	}
	return &e->view->person;
}

const struct nk_person *nk_people_at(const struct nk_people *people, size_t i)
{
	return view_of(people, nk_vec_at(&people->entries, i));
}

const struct nk_person *nk_people_by_number(const struct nk_people *people, uint32_t number)
{
	struct nk_people_entry *e = nk_people_entry_of(people, number);

	return e == NULL ? NULL : view_of(people, e);
}

struct nk_people_entry *nk_people_entry_by_id(const struct nk_people *people, struct nk_uuid id)
{
	const uint32_t hash = hash_of(people, nk_bytes_of(id.b, sizeof(id.b)));
	struct nk_people_walk walk = { 0, false };
	uint32_t number = 0;

	while ((number = nk_people_index_next(&people->by_id, hash, &walk)) != 0) {
		struct nk_people_entry *e = nk_people_entry_of(people, number);

		if (e != NULL && nk_uuid_eq(e->id, id)) {
			return e;
		}
	}
	return NULL;
}

const struct nk_person *nk_people_by_id(const struct nk_people *people, struct nk_uuid id)
{
	struct nk_people_entry *const e = nk_people_entry_by_id(people, id);

	return e == NULL ? NULL : view_of(people, e);
}

const struct nk_person *nk_people_by_field(const struct nk_people *people, enum nk_field f, struct nk_str value)
{
	NK_OWNED(nk_buf_done) struct nk_buf room = { 0 };
	struct nk_str normal = { NULL, 0 };

	nk_assert(nk_field_unique(f));
	nk_buf_init_wiping(&room, NK_RECORD_MAX);
	if (value.len == 0 || !nk_ok(nk_token_normal(f, value, &room, &normal, NULL))) {
		return NULL;
	}
	return nk_people_by_number(people, find_field(people, f, normal, hash_of(people, nk_str_bytes(normal)), 0));
}

const struct nk_person *nk_people_by_source(
	const struct nk_people *people, struct nk_str source, struct nk_str source_key_)
{
	NK_OWNED(nk_buf_done) struct nk_buf room = { 0 };
	struct nk_people_walk walk = { 0, false };
	uint32_t number = 0;
	uint32_t hash = 0;

	nk_buf_init_wiping(&room, NK_RECORD_MAX);
	if (source_key_.len == 0 || !nk_ok(source_key(source, source_key_, &room, NULL))) {
		return NULL;
	}
	hash = hash_of(people, nk_buf_bytes(&room));
	while ((number = nk_people_index_next(&people->by_source, hash, &walk)) != 0) {
		struct nk_people_entry *e = nk_people_entry_of(people, number);

		if (e != NULL && nk_str_eq(nk_record_field(nk_people_entry_record(e), NK_FIELD_SOURCE), source) &&
			nk_str_eq(nk_record_field(nk_people_entry_record(e), NK_FIELD_SOURCE_KEY), source_key_)) {
			return view_of(people, e);
		}
	}
	return NULL;
}

NK_RESULT nk_people_each(const struct nk_people *people, nk_person_fn *fn, void *arg, struct nk_err *err)
{
	NK_OWNED(nk_buf_done) struct nk_buf room = { 0 };

	nk_buf_init_wiping(&room, NK_MEMBERSHIPS_MAX * sizeof(struct nk_membership));
	for (size_t i = 0; i < people->entries.len; i++) {
		const struct nk_people_entry *e = nk_vec_at(&people->entries, i);
		const struct nk_bytes record = nk_people_entry_record(e);
		struct nk_person p = { .id = e->id, .slot = e->slot };
		uint8_t *at = NULL;

		nk_buf_reset(&room);
		NK_TRY(nk_buf_reserve(&room, nk_record_count(record) * sizeof(struct nk_membership), &at, err));
		nk_record_read(record, &p, (struct nk_membership *)(void *)at);
		p.flags |= nk_people_strict(people, e);
		NK_TRY(fn(arg, &p, err));
	}
	return nk_done();
}
