/*
 * evidence.c: statements about digests, kept beside what they close.
 *
 * Invariant: a row is written once and never changed: envelope, subject, result and signer stay as they were taken in.
 */
#include "base.h"

#include "custody.h"

#include "column_int.h"

enum { EVIDENCE_MAX = 10000000 };

#define EVIDENCE_COLUMNS "SELECT id, kind, digest, statement, leaf, at, about, result, signer_id FROM evidence "

NK_RESULT nk_evidence_put(struct nk_tx *tx, const struct nk_evidence *e, struct nk_uuid *out_id, struct nk_err *err)
{
	NK_OWNED(nk_stmt_put) struct nk_stmt *stmt = NULL;
	struct nk_uuid id;

	if (e->kind.len == 0) {
		return nk_fail(err, NK_INVALID, "evidence needs a kind");
	}
	NK_TRY(nk_uuid_new(nk_store_env(nk_tx_store(tx)), &id, err));
	NK_TRY(nk_stmt_get(nk_tx_store(tx),
		"INSERT INTO evidence(id, kind, digest, statement, leaf, at, about, result, signer_id) "
		"VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)",
		&stmt, err));
	nk_stmt_uuid(stmt, 1, id);
	nk_stmt_text(stmt, 2, e->kind);
	nk_stmt_blob(stmt, 3, nk_bytes_of(e->digest.b, sizeof(e->digest.b)));
	if (e->statement.len > 0) {
		nk_stmt_blob(stmt, 4, e->statement);
	} else {
		nk_stmt_null(stmt, 4);
	}
	if (e->leaf >= 0) {
		nk_stmt_int(stmt, 5, e->leaf);
	} else {
		nk_stmt_null(stmt, 5);
	}
	nk_stmt_int(stmt, 6, e->at);
	nk_stmt_text(stmt, 7, e->about.ptr == NULL ? NK_STR("") : e->about);
	nk_stmt_text(stmt, 8, e->result.ptr == NULL ? NK_STR("") : e->result);
	nk_column_bind_id(stmt, 9, e->signer);
	NK_TRY(nk_stmt_run(stmt, err));
	*out_id = id;
	return nk_done();
}

NK_RESULT nk_evidence_add(struct nk_tx *tx, struct nk_str kind, const struct nk_hash *digest,
	struct nk_bytes statement, int64_t leaf, nk_time now, struct nk_uuid *out_id, struct nk_err *err)
{
	const struct nk_evidence e = { .kind = kind,
		.digest = *digest,
		.statement = statement,
		.leaf = leaf,
		.at = now,
		.about = NK_STR(""),
		.result = NK_STR("") };

	return nk_evidence_put(tx, &e, out_id, err);
}

static NK_RESULT take_row(
	const struct nk_stmt *stmt, struct nk_arena *arena, struct nk_evidence *out, struct nk_err *err)
{
	const struct nk_bytes digest = nk_col_blob(stmt, 2);

	*out = (struct nk_evidence){ .leaf = nk_col_is_null(stmt, 4) ? -1 : nk_col_int(stmt, 4),
		.at = nk_col_int(stmt, 5),
		.signer = nk_column_id_or_nil(stmt, 8) };
	if (digest.len != sizeof(out->digest.b)) {
		return nk_fail(err, NK_CORRUPT, "table evidence: a row has no digest; restore the store from a backup");
	}
	memcpy(out->digest.b, digest.ptr, digest.len);
	NK_TRY(nk_column_id(stmt, 0, "evidence", &out->id, err));
	NK_TRY(nk_column_text(stmt, 1, arena, &out->kind, err));
	NK_TRY(nk_column_blob(stmt, 3, arena, &out->statement, err));
	NK_TRY(nk_column_text(stmt, 6, arena, &out->about, err));
	return nk_column_text(stmt, 7, arena, &out->result, err);
}

NK_RESULT nk_evidence_get(struct nk_store *store, struct nk_uuid id, struct nk_arena *arena, struct nk_evidence *out,
	struct nk_err *err)
{
	NK_OWNED(nk_stmt_put) struct nk_stmt *stmt = NULL;
	char text[NK_UUID_TEXT];
	bool found = false;

	NK_TRY(nk_stmt_get(store, EVIDENCE_COLUMNS "WHERE id = ?1", &stmt, err));
	nk_stmt_uuid(stmt, 1, id);
	NK_TRY(nk_stmt_step(stmt, &found, err));
	if (!found) {
		return nk_fail(err, NK_NOT_FOUND, "there is no evidence %s", nk_uuid_print(id, text));
	}
	return take_row(stmt, arena, out, err);
}

NK_RESULT nk_evidence_list(struct nk_store *store, struct nk_str about, struct nk_arena *arena,
	struct nk_evidence **out, size_t *out_n, struct nk_err *err)
{
	NK_OWNED(nk_stmt_put) struct nk_stmt *stmt = NULL;
	NK_OWNED(nk_vec_done) struct nk_vec rows = { 0 };
	bool more = false;

	nk_vec_init(&rows, sizeof(struct nk_evidence), EVIDENCE_MAX);
	NK_TRY(nk_stmt_get(store, EVIDENCE_COLUMNS "WHERE ?1 = '' OR about = ?1 ORDER BY at, rowid", &stmt, err));
	nk_stmt_text(stmt, 1, about);
	NK_TRY(nk_stmt_step(stmt, &more, err));
	while (more) {
		void *item = NULL;

		NK_TRY(nk_vec_push(&rows, &item, err));
		NK_TRY(take_row(stmt, arena, item, err));
		NK_TRY(nk_stmt_step(stmt, &more, err));
	}
	NK_TRY(nk_column_list(&rows, arena, out, err));
	*out_n = rows.len;
	return nk_done();
}
