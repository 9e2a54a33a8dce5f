/*
 * token.c: normal form, tokens, and their table.
 *
 * Invariant: the table holds one token for each unique item that is not blank of each person that is not erased,
 * all under one index key.
 */
#include "base.h"

#include "token_int.h"

#include <utf8proc.h>

#include "record_int.h"

static bool folds_case(enum nk_field f)
{
	return f == NK_FIELD_LOGIN || f == NK_FIELD_MAIL;
}

/* ASCII is its own NFKC; that is nearly every identifier. */
static bool is_normal(enum nk_field f, struct nk_str v)
{
	const bool fold = folds_case(f);

	for (size_t i = 0; i < v.len; i++) {
		const unsigned char c = (unsigned char)v.ptr[i];

		if (c >= 0x80 || (fold && c >= 'A' && c <= 'Z')) {
			return false;
		}
	}
	return true;
}

static NK_RESULT nfkc(struct nk_str v, struct nk_buf *room, struct nk_err *err)
{
	const utf8proc_option_t options = (utf8proc_option_t)(UTF8PROC_STABLE | UTF8PROC_COMPAT | UTF8PROC_COMPOSE);
	const utf8proc_uint8_t *text = (const utf8proc_uint8_t *)v.ptr;
	utf8proc_ssize_t n = utf8proc_decompose(text, (utf8proc_ssize_t)v.len, NULL, 0, options);
	size_t size = 0;
	uint8_t *at = NULL;

	if (n < 0 || !nk_mul_size((size_t)n + 1, sizeof(utf8proc_int32_t), &size)) {
		return nk_fail(err, NK_INVALID, "an identifier is not UTF-8");
	}
	NK_TRY(nk_buf_reserve(room, size, &at, err));
	/* The buffer begins at malloc's alignment: it was reset, so `at` is its beginning. */
	n = utf8proc_decompose(text, (utf8proc_ssize_t)v.len, (utf8proc_int32_t *)(void *)at, n, options);
	if (n >= 0) {
		n = utf8proc_reencode((utf8proc_int32_t *)(void *)at, n, options);
	}
	if (n < 0) {
		return nk_fail(err, NK_INVALID, "an identifier is not UTF-8");
	}
	/* The bytes behind len are leftovers of the work in place. */
	nk_wipe(at + n, size - (size_t)n);
	room->len = (size_t)n;
	return nk_done();
}

NK_RESULT nk_token_normal(
	enum nk_field f, struct nk_str value, struct nk_buf *room, struct nk_str *out, struct nk_err *err)
{
	if (is_normal(f, value)) {
		*out = value;
		return nk_done();
	}
	nk_buf_reset(room);
	NK_TRY(nfkc(value, room, err));
	for (size_t i = 0; folds_case(f) && i < room->len; i++) {
		if (room->ptr[i] >= 'A' && room->ptr[i] <= 'Z') {
			room->ptr[i] = nk_u8((uint64_t)room->ptr[i] + ('a' - 'A'));
		}
	}
	*out = nk_buf_str(room);
	return nk_done();
}

void nk_token_field_key(const struct nk_key *index_key, enum nk_field f, struct nk_key *out)
{
	nk_key_derive(index_key, (uint64_t)f + 1, "nktokens", out);
}

NK_RESULT nk_token_make(const struct nk_key *field_key, enum nk_field f, struct nk_str value, struct nk_buf *room,
	uint8_t out[static NK_MAC_LEN], bool *out_is, struct nk_err *err)
{
	struct nk_str normal = { NULL, 0 };

	*out_is = false;
	if (value.len == 0) {
		return nk_done();
	}
	NK_TRY(nk_token_normal(f, value, room, &normal, err));
	nk_mac16(field_key, nk_str_bytes(normal), out);
	*out_is = true;
	return nk_done();
}

NK_RESULT nk_token_collect(const struct nk_people *people, struct nk_bytes record, uint32_t number,
	struct nk_buf *room, struct nk_vec *rows, struct nk_err *err)
{
	for (unsigned f = 0; f < NK_FIELD_COUNT; f++) {
		uint8_t token[NK_MAC_LEN];
		bool is = false;
		void *item = NULL;

		if (people->token_key[f] == NULL) {
			continue;
		}
		NK_TRY(nk_token_make(people->token_key[f], (enum nk_field)f,
			nk_record_field(record, (enum nk_field)f), room, token, &is, err));
		if (is) {
			struct nk_token_row *row = NULL;

			NK_TRY(nk_vec_push(rows, &item, err));
			row = item;
			memcpy(row->token, token, sizeof(token));
			row->person_number = number;
			row->field = f;
		}
	}
	return nk_done();
}

static int by_index(const void *a, const void *b)
{
	const struct nk_token_row *x = a;
	const struct nk_token_row *y = b;

	if (x->field != y->field) {
		return x->field < y->field ? -1 : 1;
	}
	return nk_str_cmp(
		nk_bytes_str(nk_bytes_of(x->token, NK_MAC_LEN)), nk_bytes_str(nk_bytes_of(y->token, NK_MAC_LEN)));
}

NK_RESULT nk_token_taken(enum nk_field f, uint32_t number, uint32_t by, struct nk_err *err)
{
	const unsigned long who = number;
	const unsigned long other = by;

	if (f == NK_FIELD_LOGIN) {
		return nk_fail(
			err, NK_EXISTS, "the login of person %1$lu is already that of person %2$lu", who, other);
	}
	if (f == NK_FIELD_MAIL) {
		return nk_fail(err, NK_EXISTS, "the mail address of person %1$lu is already that of person %2$lu",
			who, other);
	}
	if (f == NK_FIELD_STUDENT_NUMBER) {
		return nk_fail(err, NK_EXISTS,
			"the student or staff number of person %1$lu is already that of person %2$lu", who, other);
	}
	return nk_fail(
		err, NK_EXISTS, "the master identifier of person %1$lu is already that of person %2$lu", who, other);
}

/* The arena knows every living person, so what the table still has is of somebody whose erasure was cut off. */
static NK_RESULT explain_taken(struct nk_people *people, const struct nk_token_row *row, struct nk_err *err)
{
	NK_OWNED(nk_stmt_put) struct nk_stmt *stmt = NULL;
	bool found = false;

	NK_TRY(nk_stmt_get(
		people->store, "SELECT person_number FROM token WHERE field = ?1 AND token = ?2", &stmt, err));
	nk_stmt_int(stmt, 1, row->field);
	nk_stmt_blob(stmt, 2, nk_bytes_of(row->token, NK_MAC_LEN));
	NK_TRY(nk_stmt_step(stmt, &found, err));
	return nk_token_taken(
		(enum nk_field)row->field, row->person_number, found ? (uint32_t)nk_col_int(stmt, 0) : 0, err);
}

NK_RESULT nk_token_write(struct nk_people *people, struct nk_vec *rows, struct nk_err *err)
{
	NK_OWNED(nk_stmt_put) struct nk_stmt *stmt = NULL;

	if (rows->len == 0) {
		return nk_done();
	}
	/* In the index's own order: neighbours land on one page. */
	qsort(rows->items, rows->len, sizeof(struct nk_token_row), by_index);
	NK_TRY(nk_stmt_get(
		people->store, "INSERT INTO token(person_number, field, token) VALUES (?1, ?2, ?3)", &stmt, err));
	for (size_t i = 0; i < rows->len; i++) {
		const struct nk_token_row *row = nk_vec_at(rows, i);
		nk_rc rc = nk_done();

		nk_stmt_int(stmt, 1, row->person_number);
		nk_stmt_int(stmt, 2, row->field);
		nk_stmt_blob(stmt, 3, nk_bytes_of(row->token, NK_MAC_LEN));
		rc = nk_stmt_run(stmt, err);
		if (rc.code == NK_EXISTS) {
			return explain_taken(people, row, err);
		}
		NK_TRY(rc);
	}
	return nk_done();
}

static int by_value(const void *a, const void *b)
{
	const uint32_t x = *(const uint32_t *)a;
	const uint32_t y = *(const uint32_t *)b;

	return (x > y) - (x < y);
}

/* The rows of the table whose person is one of the sorted `gone`. */
static NK_RESULT rows_of(struct nk_people *people, const struct nk_vec *gone, struct nk_vec *rows, struct nk_err *err)
{
	NK_OWNED(nk_stmt_put) struct nk_stmt *stmt = NULL;
	bool more = false;

	NK_TRY(nk_stmt_get(people->store, "SELECT person_number, field, token FROM token", &stmt, err));
	NK_TRY(nk_stmt_step(stmt, &more, err));
	while (more) {
		const uint32_t number = (uint32_t)nk_col_int(stmt, 0);
		const struct nk_bytes token = nk_col_blob(stmt, 2);
		void *item = NULL;

		if (token.len == NK_MAC_LEN && bsearch(&number, gone->items, gone->len, sizeof(number), by_value) != NULL) {
			struct nk_token_row *row = NULL;

			NK_TRY(nk_vec_push(rows, &item, err));
			row = item;
			memcpy(row->token, token.ptr, NK_MAC_LEN);
			row->person_number = number;
			row->field = (uint32_t)nk_col_int(stmt, 1);
		}
		NK_TRY(nk_stmt_step(stmt, &more, err));
	}
	return nk_done();
}

NK_RESULT nk_token_remove(struct nk_people *people, const uint32_t *numbers, size_t n, struct nk_err *err)
{
	NK_OWNED(nk_vec_done) struct nk_vec gone = { 0 };
	NK_OWNED(nk_vec_done) struct nk_vec rows = { 0 };
	NK_OWNED(nk_stmt_put) struct nk_stmt *stmt = NULL;
	void *item = NULL;

	nk_vec_init(&gone, sizeof(*numbers), SIZE_MAX / sizeof(*numbers));
	nk_vec_init(&rows, sizeof(struct nk_token_row), SIZE_MAX / sizeof(struct nk_token_row));
	for (size_t i = 0; i < n; i++) {
		NK_TRY(nk_vec_push(&gone, &item, err));
		*(uint32_t *)item = numbers[i];
	}
	if (n == 0) {
		return nk_done();
	}
	qsort(gone.items, gone.len, sizeof(*numbers), by_value);
	NK_TRY(rows_of(people, &gone, &rows, err));
	NK_TRY(nk_stmt_get(people->store, "DELETE FROM token WHERE field = ?1 AND token = ?2", &stmt, err));
	for (size_t i = 0; i < rows.len; i++) {
		const struct nk_token_row *row = nk_vec_at(&rows, i);

		nk_stmt_int(stmt, 1, row->field);
		nk_stmt_blob(stmt, 2, nk_bytes_of(row->token, NK_MAC_LEN));
		NK_TRY(nk_stmt_run(stmt, err));
	}
	return nk_done();
}

static NK_RESULT check_row(struct nk_people *people, const struct nk_token_row *row, struct nk_err *err)
{
	NK_OWNED(nk_stmt_put) struct nk_stmt *stmt = NULL;
	bool found = false;

	NK_TRY(nk_stmt_get(
		people->store, "SELECT person_number FROM token WHERE field = ?1 AND token = ?2", &stmt, err));
	nk_stmt_int(stmt, 1, row->field);
	nk_stmt_blob(stmt, 2, nk_bytes_of(row->token, NK_MAC_LEN));
	NK_TRY(nk_stmt_step(stmt, &found, err));
	if (!found || nk_col_int(stmt, 0) != row->person_number) {
		return nk_fail(err, NK_CORRUPT,
			"the index key does not fit the tokens in the store (person %lu): store and vault are not of the same state; restore both from one backup",
			(unsigned long)row->person_number);
	}
	return nk_done();
}

NK_RESULT nk_token_check(struct nk_people *people, struct nk_err *err)
{
	NK_OWNED(nk_buf_done) struct nk_buf room = { 0 };
	NK_OWNED(nk_vec_done) struct nk_vec rows = { 0 };

	nk_buf_init_wiping(&room, NK_RECORD_MAX);
	nk_vec_init(&rows, sizeof(struct nk_token_row), NK_FIELD_COUNT);
	/* The first person with an identifier stands for all: one key makes all tokens, in one transaction. */
	for (size_t i = 0; i < people->entries.len && rows.len == 0; i++) {
		const struct nk_people_entry *e = nk_vec_at(&people->entries, i);

		NK_TRY(nk_token_collect(people, nk_people_entry_record(e), e->number, &room, &rows, err));
	}
	for (size_t i = 0; i < rows.len; i++) {
		NK_TRY(check_row(people, nk_vec_at(&rows, i), err));
	}
	return nk_done();
}
