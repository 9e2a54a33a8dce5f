/*
 * reach.c: who could read a holding, from when until when.
 *
 * Invariant: an interval is opened once and closed once; it is never taken back.
 */
#include "base.h"

#include "custody.h"

NK_RESULT nk_reach_open(
	struct nk_tx *tx, struct nk_uuid holding, struct nk_uuid party, nk_time from, struct nk_err *err)
{
	NK_OWNED(nk_stmt_put) struct nk_stmt *stmt = NULL;

	NK_TRY(nk_stmt_get(
		nk_tx_store(tx), "INSERT INTO reach(holding_id, party_id, from_at) VALUES (?1, ?2, ?3)", &stmt, err));
	nk_stmt_uuid(stmt, 1, holding);
	nk_stmt_uuid(stmt, 2, party);
	nk_stmt_int(stmt, 3, from);
	return nk_stmt_run(stmt, err);
}

NK_RESULT nk_reach_close(struct nk_tx *tx, struct nk_uuid holding, nk_time until, struct nk_err *err)
{
	NK_OWNED(nk_stmt_put) struct nk_stmt *stmt = NULL;

	NK_TRY(nk_stmt_get(nk_tx_store(tx),
		"UPDATE reach SET until_at = ?2 WHERE holding_id = ?1 AND until_at IS NULL", &stmt, err));
	nk_stmt_uuid(stmt, 1, holding);
	nk_stmt_int(stmt, 2, until);
	return nk_stmt_run(stmt, err);
}
