/*
 * holding_file.c: which bytes a copy is made of: the files at its place as they were when it was finished.
 *
 * Invariant: a record opens only at its own holding; name, size and digest are never in clear, for a digest of a short
 * file can be guessed.
 */
#include "base.h"

#include "custody.h"

#include "column_int.h"

enum { HEAD = 8 + NK_HASH_LEN, RECORD_MAX = HEAD + PATH_MAX, FILES_MAX = 1000000 };

static struct nk_column_box box_of(const struct nk_key *key, struct nk_uuid holding)
{
	return (struct nk_column_box){ key, "files", holding, RECORD_MAX };
}

NK_RESULT nk_holding_file_add(struct nk_tx *tx, const struct nk_key *place_key, struct nk_uuid holding,
	const struct nk_holding_file *file, struct nk_err *err)
{
	const struct nk_column_box box = box_of(place_key, holding);
	NK_OWNED(nk_stmt_put) struct nk_stmt *stmt = NULL;
	NK_OWNED(nk_buf_done) struct nk_buf record = { 0 };
	NK_OWNED(nk_buf_done) struct nk_buf sealed = { 0 };
	uint8_t size[8];

	for (unsigned i = 0; i < sizeof(size); i++) {
		size[i] = (uint8_t)(file->size >> (8 * i));
	}
	nk_buf_init_wiping(&record, RECORD_MAX);
	NK_TRY(nk_buf_add(&record, size, sizeof(size), err));
	NK_TRY(nk_buf_add(&record, file->sha256.b, sizeof(file->sha256.b), err));
	NK_TRY(nk_buf_add_str(&record, file->name, err));
	NK_TRY(nk_column_seal(nk_store_env(nk_tx_store(tx)), &box, nk_buf_bytes(&record), &sealed, err));
	NK_TRY(nk_stmt_get(nk_tx_store(tx), "INSERT INTO holding_file(holding_id, record) VALUES (?1, ?2)", &stmt, err));
	nk_stmt_uuid(stmt, 1, holding);
	nk_stmt_blob(stmt, 2, nk_buf_bytes(&sealed));
	return nk_stmt_run(stmt, err);
}

static NK_RESULT take_row(const struct nk_stmt *stmt, const struct nk_column_box *box, struct nk_arena *arena,
	struct nk_holding_file *out, struct nk_err *err)
{
	struct nk_bytes plain = { 0 };

	NK_TRY(nk_column_unseal(box, nk_col_blob(stmt, 0), arena, &plain, err));
	if (plain.len < HEAD) {
		return nk_fail(err, NK_CORRUPT, "table holding_file: a record is too short");
	}
	*out = (struct nk_holding_file){ .name = nk_bytes_str(nk_bytes_of(plain.ptr + HEAD, plain.len - HEAD)) };
	for (unsigned i = 0; i < 8; i++) {
		out->size |= (uint64_t)plain.ptr[i] << (8 * i);
	}
	memcpy(out->sha256.b, plain.ptr + 8, sizeof(out->sha256.b));
	return nk_done();
}

NK_RESULT nk_holding_files(struct nk_store *store, const struct nk_key *place_key, struct nk_uuid holding,
	struct nk_arena *arena, struct nk_holding_file **out, size_t *out_n, struct nk_err *err)
{
	const struct nk_column_box box = box_of(place_key, holding);
	NK_OWNED(nk_stmt_put) struct nk_stmt *stmt = NULL;
	NK_OWNED(nk_vec_done) struct nk_vec rows = { 0 };
	bool more = false;

	nk_vec_init(&rows, sizeof(struct nk_holding_file), FILES_MAX);
	NK_TRY(nk_stmt_get(store, "SELECT record FROM holding_file WHERE holding_id = ?1 ORDER BY rowid", &stmt, err));
	nk_stmt_uuid(stmt, 1, holding);
	NK_TRY(nk_stmt_step(stmt, &more, err));
	while (more) {
		void *item = NULL;

		NK_TRY(nk_vec_push(&rows, &item, err));
		NK_TRY(take_row(stmt, &box, arena, item, err));
		NK_TRY(nk_stmt_step(stmt, &more, err));
	}
	NK_TRY(nk_column_list(&rows, arena, out, err));
	*out_n = rows.len;
	return nk_done();
}
