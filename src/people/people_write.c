/*
 * people_write.c: persons in, changed, out: rows, tokens and arena together.
 *
 * Invariant: plaintext goes from the arena into sealed boxes only; what the arena loses is wiped before the call
 * returns. After a failure the rows roll back with the transaction and the handle is stale.
 */
#include "base.h"

#include "people_int.h"

#include "crypto.h"
#include "former_int.h"
#include "record_int.h"
#include "sealed_int.h"
#include "store.h"
#include "token_int.h"
#include "tombstone_int.h"
#include "vault.h"

/* Those of a million persons in one sorted run (24 bytes each): every further run touches all pages of the index again. */
enum { TOKENS_AT_ONCE = 4194304 };

/* What one call of add or update works with; buffers are used again from person to person. */
struct work {
	struct nk_buf plain;
	struct nk_buf box;
	struct nk_buf room;
	struct nk_buf former;
	struct nk_vec tokens;
};

static void work_init(struct work *w)
{
	nk_buf_init_wiping(&w->plain, NK_RECORD_MAX);
	nk_buf_init(&w->box, NK_SEALED_MAX);
	nk_buf_init_wiping(&w->room, NK_RECORD_MAX);
	nk_buf_init_wiping(&w->former, NK_FIELD_LEN_MAX);
	nk_vec_init(&w->tokens, sizeof(struct nk_token_row), SIZE_MAX / sizeof(struct nk_token_row));
}

static void work_done(struct work *w)
{
	nk_buf_done(&w->plain);
	nk_buf_done(&w->box);
	nk_buf_done(&w->room);
	nk_buf_done(&w->former);
	nk_vec_done(&w->tokens);
}

static NK_RESULT seal(struct nk_people *people, const struct nk_person *p, const struct nk_key *key, struct work *w,
	struct nk_err *err)
{
	const struct nk_sealed_header header = { NK_SEALED_FORMAT, p->slot, people->epoch };
	uint8_t who[NK_SEALED_WHO];

	nk_people_who(people, p->id, who);
	nk_buf_reset(&w->box);
	return nk_sealed_write(nk_store_env(people->store), key, who, &header, &w->plain, &w->box, err);
}

static NK_RESULT flush_tokens(struct nk_people *people, struct work *w, struct nk_err *err)
{
	NK_TRY(nk_token_write(people, &w->tokens, err));
	nk_vec_clear(&w->tokens);
	return nk_done();
}

static NK_RESULT add_one(struct nk_people *people, struct nk_stmt *stmt, const struct nk_person *p,
	const struct nk_key *key, struct work *w, struct nk_err *err)
{
	struct nk_person first = *p;

	if (p->number != people->next_number) {
		return nk_fail(err, NK_INVALID,
			"new persons must have the next numbers in order: %1$lu instead of %2$lu",
			(unsigned long)p->number, (unsigned long)people->next_number);
	}
	first.version = 1;
	nk_buf_reset(&w->plain);
	NK_TRY(nk_record_write(&first, &w->plain, err));
	NK_TRY(nk_people_keep(people, p->id, p->slot, nk_buf_bytes(&w->plain), err));
	NK_TRY(nk_token_collect(people, nk_buf_bytes(&w->plain), p->number, &w->room, &w->tokens, err));
	NK_TRY(seal(people, &first, key, w, err));
	nk_stmt_int(stmt, 1, p->number);
	nk_stmt_uuid(stmt, 2, p->id);
	nk_stmt_int(stmt, 3, nk_i64(p->slot.number));
	nk_stmt_int(stmt, 4, p->slot.generation);
	nk_stmt_int(stmt, 5, first.version);
	nk_stmt_blob(stmt, 6, nk_buf_bytes(&w->box));
	return nk_stmt_run(stmt, err);
}

NK_RESULT nk_people_add(struct nk_people *people, struct nk_tx *tx, const struct nk_person *persons,
	const struct nk_key *keys, size_t n, struct nk_err *err)
{
	NK_OWNED(nk_stmt_put) struct nk_stmt *stmt = NULL;
	NK_OWNED(work_done) struct work w = { 0 };
	bool tombstones = false;

	nk_assert(nk_tx_store(tx) == people->store);
	work_init(&w);
	nk_people_search_drop(people);
	NK_TRY(nk_tombstone_any(people, &tombstones, err));
	NK_TRY(nk_stmt_get(people->store,
		"INSERT INTO person(number, id, slot, generation, version, record) VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
		&stmt, err));
	for (size_t i = 0; i < n; i++) {
		if (tombstones) {
			NK_TRY(nk_tombstone_refuse(people, &persons[i], err));
		}
		NK_TRY(add_one(people, stmt, &persons[i], &keys[i], &w, err));
		if (w.tokens.len >= TOKENS_AT_ONCE) {
			NK_TRY(flush_tokens(people, &w, err));
		}
	}
	return flush_tokens(people, &w, err);
}

NK_RESULT nk_people_replace(
	struct nk_people *people, struct nk_people_entry *e, struct nk_bytes record, struct nk_err *err)
{
	uint8_t *bytes = nk_arena_alloc(people->arena, record.len);
	uint32_t before[NK_WHOLE_MAX];
	uint32_t after[NK_WHOLE_MAX];
	size_t n = 0;

	if (bytes == NULL) {
		return nk_fail_nomem(err);
	}
	memcpy(bytes, record.ptr, record.len);
	n = nk_people_whole(people, e->number, before);
	nk_people_unindex(people, e);
	nk_wipe(e->record, e->record_len);
	e->record = bytes;
	e->record_len = nk_u32(record.len);
	if (e->view != NULL) {
		nk_people_view_fill(people, e);
	}
	NK_TRY(nk_people_index_entry(people, e, err));
	nk_people_whole_refill(people, before, n);
	nk_people_whole_refill(people, after, nk_people_whole(people, e->number, after));
	return nk_done();
}

/* Tokens of the items that differ between two records: old rows go, new ones are pushed to w->tokens. */
static NK_RESULT change_tokens(
	struct nk_people *people, const struct nk_people_entry *e, struct work *w, struct nk_err *err)
{
	NK_OWNED(nk_vec_done) struct nk_vec old = { 0 };
	NK_OWNED(nk_stmt_put) struct nk_stmt *stmt = NULL;
	size_t keep = 0;

	nk_vec_init(&old, sizeof(struct nk_token_row), NK_FIELD_COUNT);
	NK_TRY(nk_token_collect(people, nk_people_entry_record(e), e->number, &w->room, &old, err));
	NK_TRY(nk_token_collect(people, nk_buf_bytes(&w->plain), e->number, &w->room, &w->tokens, err));
	NK_TRY(nk_stmt_get(people->store, "DELETE FROM token WHERE field = ?1 AND token = ?2", &stmt, err));
	for (size_t i = 0; i < old.len; i++) {
		const struct nk_token_row *was = nk_vec_at(&old, i);
		bool same = false;

		for (size_t j = 0; j < w->tokens.len; j++) {
			struct nk_token_row *is = nk_vec_at(&w->tokens, j);

			if (is->field == was->field && nk_ct_equal(is->token, was->token, NK_MAC_LEN)) {
				same = true;
				is->person_number = 0; /* stands already */
			}
		}
		if (!same) {
			nk_stmt_int(stmt, 1, was->field);
			nk_stmt_blob(stmt, 2, nk_bytes_of(was->token, NK_MAC_LEN));
			NK_TRY(nk_stmt_run(stmt, err));
		}
	}
	for (size_t j = 0; j < w->tokens.len; j++) {
		const struct nk_token_row row = *(struct nk_token_row *)nk_vec_at(&w->tokens, j);

		if (row.person_number != 0) {
			*(struct nk_token_row *)nk_vec_at(&w->tokens, keep++) = row;
		}
	}
	w->tokens.len = keep;
	return nk_done();
}

static NK_RESULT write_row(struct nk_people *people, const struct nk_person *p, struct work *w, struct nk_err *err)
{
	NK_OWNED(nk_key_wipe) struct nk_key key = { { 0 } };
	NK_OWNED(nk_stmt_put) struct nk_stmt *stmt = NULL;

	NK_TRY(nk_vault_key(people->vault, NK_SLOT_PERSON, p->slot, &key, err));
	NK_TRY(seal(people, p, &key, w, err));
	NK_TRY(nk_stmt_get(people->store,
		"UPDATE person SET version = ?1, record = ?2 WHERE number = ?3 AND version = ?4", &stmt, err));
	nk_stmt_int(stmt, 1, p->version);
	nk_stmt_blob(stmt, 2, nk_buf_bytes(&w->box));
	nk_stmt_int(stmt, 3, p->number);
	nk_stmt_int(stmt, 4, (int64_t)p->version - 1);
	NK_TRY(nk_stmt_run(stmt, err));
	if (nk_store_changes(people->store) != 1) {
		return nk_fail(err, NK_CONFLICT,
			"person %lu was changed by another process meanwhile; run the command again",
			(unsigned long)p->number);
	}
	return nk_done();
}

/* What the person was called until now is not lost by the change. */
static NK_RESULT keep_former(
	struct nk_people *people, const struct nk_people_entry *e, struct nk_person *next, struct work *w, struct nk_err *err)
{
	struct nk_str was[NK_FIELD_COUNT];

	for (unsigned f = 0; f < NK_FIELD_COUNT; f++) {
		was[f] = nk_record_field(nk_people_entry_record(e), (enum nk_field)f);
	}
	NK_TRY(nk_former_keep(was, next->field, nk_now(nk_store_env(people->store)), &w->former, err));
	next->field[NK_FIELD_FORMER] = nk_buf_str(&w->former);
	return nk_done();
}

NK_RESULT nk_people_update(
	struct nk_people *people, struct nk_tx *tx, const struct nk_person *person, struct nk_err *err)
{
	NK_OWNED(work_done) struct work w = { 0 };
	struct nk_people_entry *e = nk_people_entry_of(people, person->number);
	struct nk_person next = *person;

	nk_assert(nk_tx_store(tx) == people->store);
	if (e == NULL || !nk_uuid_eq(e->id, person->id)) {
		return nk_fail(err, NK_NOT_FOUND, "there is no person %lu", (unsigned long)person->number);
	}
	NK_TRY(nk_people_whole_check(people, person, err));
	work_init(&w);
	nk_people_search_drop(people);
	next.slot = e->slot;
	next.version = nk_get_le32(e->record + 8) + 1;
	NK_TRY(keep_former(people, e, &next, &w, err));
	NK_TRY(nk_record_write(&next, &w.plain, err));
	NK_TRY(change_tokens(people, e, &w, err));
	/* `person` may point into the record that is now wiped: from here on only w.plain and `next`'s numbers count.
	 */
	NK_TRY(nk_people_replace(people, e, nk_buf_bytes(&w.plain), err));
	for (size_t i = 0; i < w.tokens.len; i++) {
		const struct nk_token_row *row = nk_vec_at(&w.tokens, i);

		if (row->field == NK_FIELD_LOGIN) {
			next.field[NK_FIELD_LOGIN] = nk_record_field(nk_people_entry_record(e), NK_FIELD_LOGIN);
			NK_TRY(nk_tombstone_refuse(people, &next, err));
		}
	}
	NK_TRY(nk_token_write(people, &w.tokens, err));
	return write_row(people, &next, &w, err);
}

static void wipe_entry(struct nk_people_entry *e)
{
	nk_wipe(e->record, e->record_len);
	if (e->view != NULL) {
		nk_wipe(e->view->room, e->view->n_room * sizeof(*e->view->room));
		nk_wipe(e->view, sizeof(*e->view));
	}
	e->record = NULL;
	e->view = NULL;
}

void nk_people_forget(struct nk_people *people, const uint32_t *numbers, size_t n)
{
	size_t keep = 0;
	size_t gone = 0;

	for (size_t i = 0; i < n; i++) {
		struct nk_people_entry *e = nk_people_entry_of(people, numbers[i]);

		if (e != NULL && e->record != NULL) {
			nk_people_unindex(people, e);
			wipe_entry(e);
			gone++;
		}
	}
	for (size_t i = 0; gone > 0 && i < people->entries.len; i++) {
		struct nk_people_entry *e = nk_vec_at(&people->entries, i);
		uint32_t *place = nk_vec_at(&people->by_number, e->number);

		if (e->record == NULL) {
			*place = 0;
			continue;
		}
		*place = nk_u32(keep + 1);
		*(struct nk_people_entry *)nk_vec_at(&people->entries, keep++) = *e;
	}
	people->entries.len -= gone;
}

static void drop_unfinished(struct nk_people *people, uint32_t number)
{
	for (size_t i = 0; i < people->unfinished.len; i++) {
		uint32_t *at = nk_vec_at(&people->unfinished, i);

		if (*at == number) {
			memmove(at, at + 1, (people->unfinished.len - i - 1) * sizeof(*at));
			people->unfinished.len--;
			return;
		}
	}
}

NK_RESULT nk_people_erase(
	struct nk_people *people, struct nk_tx *tx, const uint32_t *numbers, size_t n, struct nk_err *err)
{
	NK_OWNED(nk_stmt_put) struct nk_stmt *person = NULL;

	nk_assert(nk_tx_store(tx) == people->store);
	nk_people_search_drop(people);
	NK_TRY(nk_stmt_get(people->store, "UPDATE person SET version = version + 1, record = NULL WHERE number = ?1",
		&person, err));
	for (size_t i = 0; i < n; i++) {
		nk_stmt_int(person, 1, numbers[i]);
		NK_TRY(nk_stmt_run(person, err));
		if (nk_store_changes(people->store) != 1) {
			return nk_fail(err, NK_NOT_FOUND, "there is no person %lu", (unsigned long)numbers[i]);
		}
		drop_unfinished(people, numbers[i]);
	}
	NK_TRY(nk_token_remove(people, numbers, n, err));
	nk_people_forget(people, numbers, n);
	return nk_done();
}

static NK_RESULT change_keys(struct nk_people *people, const struct nk_key *index_key, struct nk_err *err)
{
	for (unsigned f = 0; f < NK_FIELD_COUNT; f++) {
		NK_OWNED(nk_key_wipe) struct nk_key key = { { 0 } };

		if (people->token_key[f] != NULL) {
			nk_token_field_key(index_key, (enum nk_field)f, &key);
			nk_key_drop(&people->token_key[f]);
			NK_TRY(nk_key_keep(&key, &people->token_key[f], err));
		}
	}
	return nk_done();
}

NK_RESULT nk_people_retoken(
	struct nk_people *people, struct nk_tx *tx, const struct nk_key *index_key, struct nk_err *err)
{
	NK_OWNED(nk_stmt_put) struct nk_stmt *stmt = NULL;
	NK_OWNED(work_done) struct work w = { 0 };

	nk_assert(nk_tx_store(tx) == people->store);
	work_init(&w);
	NK_TRY(change_keys(people, index_key, err));
	NK_TRY(nk_stmt_get(people->store, "DELETE FROM token", &stmt, err));
	NK_TRY(nk_stmt_run(stmt, err));
	for (size_t i = 0; i < people->entries.len; i++) {
		const struct nk_people_entry *e = nk_vec_at(&people->entries, i);

		NK_TRY(nk_token_collect(people, nk_people_entry_record(e), e->number, &w.room, &w.tokens, err));
		if (w.tokens.len >= TOKENS_AT_ONCE) {
			NK_TRY(flush_tokens(people, &w, err));
		}
	}
	return flush_tokens(people, &w, err);
}
