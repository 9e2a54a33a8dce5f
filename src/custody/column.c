/*
 * column.c: reading and binding of the few column shapes of this floor.
 */
#include "base.h"

#include "custody.h"

#include "column_int.h"
#include "crypto.h"

NK_RESULT nk_column_text(
	const struct nk_stmt *stmt, int col, struct nk_arena *arena, struct nk_str *out, struct nk_err *err)
{
	return nk_arena_dup(arena, nk_col_text(stmt, col), out, err);
}

NK_RESULT nk_column_blob(
	const struct nk_stmt *stmt, int col, struct nk_arena *arena, struct nk_bytes *out, struct nk_err *err)
{
	struct nk_str copy = { NULL, 0 };

	NK_TRY(nk_arena_dup(arena, nk_bytes_str(nk_col_blob(stmt, col)), &copy, err));
	*out = nk_str_bytes(copy);
	return nk_done();
}

NK_RESULT nk_column_id(
	const struct nk_stmt *stmt, int col, const char *table, struct nk_uuid *out, struct nk_err *err)
{
	if (!nk_col_uuid(stmt, col, out)) {
		return nk_fail(
			err, NK_CORRUPT, "table %s: a row has no proper id; restore the store from a backup", table);
	}
	return nk_done();
}

struct nk_uuid nk_column_id_or_nil(const struct nk_stmt *stmt, int col)
{
	struct nk_uuid id = { { 0 } };

	return nk_col_uuid(stmt, col, &id) ? id : (struct nk_uuid){ { 0 } };
}

void nk_column_bind_id(struct nk_stmt *stmt, int at, struct nk_uuid id)
{
	if (nk_uuid_is_nil(id)) {
		nk_stmt_null(stmt, at);
	} else {
		nk_stmt_uuid(stmt, at, id);
	}
}

void nk_column_bind_time(struct nk_stmt *stmt, int at, nk_time t)
{
	if (t == 0) {
		nk_stmt_null(stmt, at);
	} else {
		nk_stmt_int(stmt, at, t);
	}
}

NK_RESULT nk_column_list(const struct nk_vec *rows, struct nk_arena *arena, void *out, struct nk_err *err)
{
	void *const list = nk_vec_keep(rows, arena);

	if (list == NULL) {
		return nk_fail_nomem(err);
	}
	memcpy(out, &list, sizeof(list));
	return nk_done();
}

enum { BOX_WORD = 5, BOX_AAD = BOX_WORD + 16, BOX_PAD = 64 };

static void aad_of(const struct nk_column_box *box, uint8_t out[static BOX_AAD])
{
	nk_assert(strlen(box->word) == BOX_WORD);
	memcpy(out, box->word, BOX_WORD);
	memcpy(out + BOX_WORD, box->id.b, sizeof(box->id.b));
}

NK_RESULT nk_column_seal(const struct nk_env *env, const struct nk_column_box *box, struct nk_bytes plain,
	struct nk_buf *out, struct nk_err *err)
{
	NK_OWNED(nk_buf_done) struct nk_buf padded = { 0 };
	uint8_t aad[BOX_AAD];
	uint8_t *at = NULL;

	if (plain.len > box->max) {
		return nk_fail(err, NK_LIMIT, "a text that is kept sealed has at most %zu bytes", box->max);
	}
	nk_buf_init(out, box->max + BOX_PAD + NK_SEAL_EXTRA);
	nk_buf_init_wiping(&padded, box->max + BOX_PAD);
	NK_TRY(nk_buf_add(&padded, plain.ptr, plain.len, err));
	NK_TRY(nk_pad(&padded, err));
	NK_TRY(nk_buf_reserve(out, padded.len + NK_SEAL_EXTRA, &at, err));
	aad_of(box, aad);
	NK_TRY(nk_seal(env, box->key, nk_bytes_of(aad, sizeof(aad)), nk_buf_bytes(&padded), at, err));
	out->len += padded.len + NK_SEAL_EXTRA;
	return nk_done();
}

NK_RESULT nk_column_unseal(const struct nk_column_box *box, struct nk_bytes sealed, struct nk_arena *arena,
	struct nk_bytes *out, struct nk_err *err)
{
	uint8_t aad[BOX_AAD];
	char text[NK_UUID_TEXT];
	uint8_t *plain = NULL;
	size_t len = 0;

	if (sealed.len > NK_SEAL_EXTRA && sealed.len <= box->max + BOX_PAD + NK_SEAL_EXTRA) {
		plain = nk_arena_alloc(arena, sealed.len);
		if (plain == NULL) {
			return nk_fail_nomem(err);
		}
		aad_of(box, aad);
		if (nk_open(box->key, nk_bytes_of(aad, sizeof(aad)), sealed, plain) &&
			nk_unpad(nk_bytes_of(plain, sealed.len - NK_SEAL_EXTRA), &len)) {
			plain[len] = 0; /* the padding's first byte, at least */
			*out = nk_bytes_of(plain, len);
			return nk_done();
		}
	}
	return nk_fail(err, NK_CORRUPT,
		"a sealed text of %s does not open: store and vault are not of the same state; restore both from one backup",
		nk_uuid_print(box->id, text));
}
