/*
 * people.c: all persons of the store, opened into one wiping arena, and how they are found.
 *
 * Invariant: what lies in the arena is what the store held when it was opened, plus the writes of this handle. A
 * person is left out only when the vault proves that the key was destroyed; anything else that does not open stops
 * the opening.
 */
#include "base.h"

#include "people_int.h"

#include "crypto.h"
#include "record_int.h"
#include "sealed_int.h"
#include "store.h"
#include "token_int.h"
#include "vault.h"

#define PERSONS_MAX UINT32_C(16000000)
#define ARENA_MAX (SIZE_MAX / 4)

struct row {
	uint32_t number;
	struct nk_uuid id;
	struct nk_slot slot;
	struct nk_bytes record;
};

void nk_people_who(const struct nk_people *people, struct nk_uuid id, uint8_t out[static 32])
{
	memcpy(out, people->tenant.b, sizeof(people->tenant.b));
	memcpy(out + sizeof(people->tenant.b), id.b, sizeof(id.b));
}

NK_RESULT nk_people_keep(
	struct nk_people *people, struct nk_uuid id, struct nk_slot slot, struct nk_bytes record, struct nk_err *err)
{
	const uint32_t number = nk_get_le32(record.ptr + 4);
	struct nk_people_entry *e = NULL;
	void *item = NULL;
	uint8_t *bytes = nk_arena_alloc(people->arena, record.len);

	if (bytes == NULL) {
		return nk_fail_nomem(err);
	}
	while (people->by_number.len <= number) {
		NK_TRY(nk_vec_push(&people->by_number, &item, err));
	}
	NK_TRY(nk_vec_push(&people->entries, &item, err));
	memcpy(bytes, record.ptr, record.len);
	e = item;
	*e = (struct nk_people_entry){
		.id = id, .slot = slot, .record = bytes, .record_len = nk_u32(record.len), .number = number
	};
	*(uint32_t *)nk_vec_at(&people->by_number, number) = nk_u32(people->entries.len);
	if (number >= people->next_number) {
		people->next_number = number + 1;
	}
	return nk_people_index_entry(people, e, err);
}

static NK_RESULT no_key(const struct row *row, nk_rc rc, struct nk_err *err)
{
	if (rc.code != NK_CORRUPT) {
		return rc;
	}
	return nk_fail(err, NK_CORRUPT,
		"the vault does not know the key of person %1$lu (slot %2$llu): this is not an erasure; check that store and vault belong together",
		(unsigned long)row->number, (unsigned long long)row->slot.number);
}

static NK_RESULT note_unfinished(struct nk_people *people, uint32_t number, struct nk_err *err)
{
	void *item = NULL;

	NK_TRY(nk_vec_push(&people->unfinished, &item, err));
	*(uint32_t *)item = number;
	return nk_done();
}

static NK_RESULT open_row(struct nk_people *people, const struct row *row, struct nk_buf *plain, struct nk_err *err)
{
	NK_OWNED(nk_key_wipe) struct nk_key key = { { 0 } };
	struct nk_sealed_header header = { 0 };
	uint8_t who[NK_SEALED_WHO];
	nk_rc rc = nk_vault_key(people->vault, NK_SLOT_PERSON, row->slot, &key, err);

	if (rc.code == NK_GONE) {
		return note_unfinished(people, row->number, err);
	}
	if (!nk_ok(rc)) {
		return no_key(row, rc, err);
	}
	if (nk_sealed_peek(row->record, &header) && header.format > NK_SEALED_FORMAT) {
		return nk_fail(err, NK_NEWER,
			"the record of person %lu was written by a newer version of the program; install that version",
			(unsigned long)row->number);
	}
	nk_people_who(people, row->id, who);
	if (header.slot.number != row->slot.number || header.slot.generation != row->slot.generation ||
		!nk_sealed_read(&key, who, row->record, plain)) {
		return nk_fail(err, NK_CORRUPT,
			"the record of person %lu does not open with its key: it was changed or moved from another row; restore the store from a backup",
			(unsigned long)row->number);
	}
	NK_TRY(nk_record_check(nk_buf_bytes(plain), row->number, err));
	return nk_people_keep(people, row->id, row->slot, nk_buf_bytes(plain), err);
}

static NK_RESULT take_row(const struct nk_stmt *stmt, struct row *out, struct nk_err *err)
{
	const int64_t number = nk_col_int(stmt, 0);
	const int64_t slot = nk_col_int(stmt, 2);
	const int64_t generation = nk_col_int(stmt, 3);

	if (number < 1 || number >= PERSONS_MAX || slot < 0 || generation < 0 || generation > UINT32_MAX ||
		!nk_col_uuid(stmt, 1, &out->id)) {
		return nk_fail(err, NK_CORRUPT,
			"table person: the row of person %lld is damaged; restore the store from a backup",
			(long long)number);
	}
	out->number = (uint32_t)number;
	out->slot = (struct nk_slot){ (uint64_t)slot, (uint32_t)generation };
	out->record = nk_col_blob(stmt, 4);
	return nk_done();
}

/* How many there are, and the number behind the last one ever given (erased ones keep theirs). */
static NK_RESULT count_rows(struct nk_people *people, struct nk_err *err)
{
	NK_OWNED(nk_stmt_put) struct nk_stmt *stmt = NULL;
	bool row = false;
	size_t n = 0;

	NK_TRY(nk_stmt_get(people->store, "SELECT COALESCE(MAX(number), 0), COUNT(record) FROM person", &stmt, err));
	NK_TRY(nk_stmt_step(stmt, &row, err));
	people->next_number = 1;
	if (row && nk_col_int(stmt, 0) > 0 && nk_col_int(stmt, 0) < PERSONS_MAX) {
		people->next_number = (uint32_t)nk_col_int(stmt, 0) + 1;
		n = (size_t)nk_col_int(stmt, 1);
	}
	for (unsigned f = 0; f < NK_FIELD_COUNT; f++) {
		if (nk_field_unique((enum nk_field)f)) {
			NK_TRY(nk_people_index_room(&people->by_field[f], n, err));
		}
	}
	NK_TRY(nk_people_index_room(&people->by_source, n, err));
	return nk_people_index_room(&people->by_id, n, err);
}

static NK_RESULT load(struct nk_people *people, struct nk_err *err)
{
	NK_OWNED(nk_stmt_put) struct nk_stmt *stmt = NULL;
	NK_OWNED(nk_buf_done) struct nk_buf plain = { 0 };
	bool more = false;

	nk_buf_init_wiping(&plain, NK_SEALED_MAX);
	NK_TRY(count_rows(people, err));
	NK_TRY(nk_stmt_get(people->store,
		"SELECT number, id, slot, generation, record FROM person WHERE record IS NOT NULL ORDER BY number",
		&stmt, err));
	NK_TRY(nk_stmt_step(stmt, &more, err));
	while (more) {
		struct row row;

		NK_TRY(take_row(stmt, &row, err));
		NK_TRY(open_row(people, &row, &plain, err));
		NK_TRY(nk_stmt_step(stmt, &more, err));
	}
	return nk_done();
}

static NK_RESULT keep_keys(struct nk_people *people, const struct nk_people_options *opt, struct nk_err *err)
{
	for (unsigned f = 0; f < NK_FIELD_COUNT; f++) {
		NK_OWNED(nk_key_wipe) struct nk_key key = { { 0 } };

		if (nk_field_unique((enum nk_field)f)) {
			nk_token_field_key(opt->index_key, (enum nk_field)f, &key);
			NK_TRY(nk_key_keep(&key, &people->token_key[f], err));
		}
	}
	return nk_key_keep(opt->tombstone_key, &people->tombstone_key, err);
}

static NK_RESULT prepare(struct nk_people *people, const struct nk_people_options *opt, struct nk_err *err)
{
	struct nk_vault_status status = { 0 };

	nk_vault_status(people->vault, &status);
	people->epoch = status.epoch;
	people->tenant = opt->tenant;
	nk_vec_init(&people->entries, sizeof(struct nk_people_entry), PERSONS_MAX);
	nk_vec_init(&people->by_number, sizeof(uint32_t), (size_t)PERSONS_MAX + 1);
	nk_vec_init(&people->merged, sizeof(struct nk_people_part), PERSONS_MAX);
	nk_vec_init(&people->unfinished, sizeof(uint32_t), PERSONS_MAX);
	NK_TRY(nk_random(nk_store_env(people->store), people->seed, sizeof(people->seed), err));
	NK_TRY(nk_arena_new(NK_ARENA_WIPING, ARENA_MAX, &people->arena, err));
	NK_TRY(nk_arena_new(NK_ARENA_WIPING, ARENA_MAX, &people->views, err));
	return keep_keys(people, opt, err);
}

NK_RESULT nk_people_open(struct nk_store *store, struct nk_vault *vault, const struct nk_people_options *opt,
	struct nk_people **out, struct nk_err *err)
{
	NK_OWNED(nk_people_free) struct nk_people *people = calloc(1, sizeof(*people));

	if (people == NULL) {
		return nk_fail_nomem(err);
	}
	people->self = people;
	people->store = store;
	people->vault = vault;
	NK_TRY(prepare(people, opt, err));
	NK_TRY(load(people, err));
	if (!opt->tokens_lost) {
		NK_TRY(nk_token_check(people, err));
	}
	NK_TRY(nk_people_places_load(people, err));
	*out = people;
	people = NULL;
	return nk_done();
}

void nk_people_free(struct nk_people **people)
{
	struct nk_people *p = *people;

	if (p == NULL) {
		return;
	}
	nk_people_search_drop(p);
	nk_people_places_free(&p->places);
	for (unsigned f = 0; f < NK_FIELD_COUNT; f++) {
		nk_key_drop(&p->token_key[f]);
		nk_people_index_done(&p->by_field[f]);
	}
	nk_key_drop(&p->tombstone_key);
	nk_people_index_done(&p->by_id);
	nk_people_index_done(&p->by_source);
	nk_vec_done(&p->entries);
	nk_vec_done(&p->by_number);
	nk_vec_done(&p->unfinished);
	nk_vec_done(&p->merged);
	nk_arena_free(&p->views);
	nk_arena_free(&p->arena);
	free(p);
	*people = NULL;
}

struct nk_store *nk_people_store(struct nk_people *people)
{
	return people->store;
}

size_t nk_people_count(const struct nk_people *people)
{
	return people->entries.len;
}

size_t nk_people_unfinished(const struct nk_people *people, const uint32_t **out_numbers)
{
	*out_numbers = people->unfinished.items;
	return people->unfinished.len;
}

uint32_t nk_people_next_number(const struct nk_people *people)
{
	return people->next_number;
}
