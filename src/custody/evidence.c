/*
 * evidence.c: statements about digests, kept beside what they close.
 */
#include "base.h"

#include "custody.h"

NK_RESULT nk_evidence_add(struct nk_tx *tx, struct nk_str kind, const struct nk_hash *digest,
	struct nk_bytes statement, int64_t leaf, nk_time now, struct nk_uuid *out_id, struct nk_err *err)
{
	NK_OWNED(nk_stmt_put) struct nk_stmt *stmt = NULL;
	struct nk_uuid id;

	if (kind.len == 0) {
		return nk_fail(err, NK_INVALID, "evidence needs a kind");
	}
	NK_TRY(nk_uuid_new(nk_store_env(nk_tx_store(tx)), &id, err));
	NK_TRY(nk_stmt_get(nk_tx_store(tx),
		"INSERT INTO evidence(id, kind, digest, statement, leaf, at) VALUES (?1, ?2, ?3, ?4, ?5, ?6)", &stmt,
		err));
	nk_stmt_uuid(stmt, 1, id);
	nk_stmt_text(stmt, 2, kind);
	nk_stmt_blob(stmt, 3, nk_bytes_of(digest->b, sizeof(digest->b)));
	if (statement.len > 0) {
		nk_stmt_blob(stmt, 4, statement);
	} else {
		nk_stmt_null(stmt, 4);
	}
	if (leaf >= 0) {
		nk_stmt_int(stmt, 5, leaf);
	} else {
		nk_stmt_null(stmt, 5);
	}
	nk_stmt_int(stmt, 6, now);
	NK_TRY(nk_stmt_run(stmt, err));
	*out_id = id;
	return nk_done();
}
