/*
 * warrant.c: permissions with a window and a number of uses.
 *
 * Invariant (I4): who asked does not sign, who signed does not execute, unless the warrant carries the limitation
 * that says why one party had to be both. An unsigned warrant permits nothing.
 */
#include "base.h"

#include "custody.h"

#include "column_int.h"

static NK_RESULT check(const struct nk_warrant *w, struct nk_err *err)
{
	if (nk_uuid_is_nil(w->id) || nk_uuid_is_nil(w->requester) || w->kind.len == 0 || w->verbs.len == 0 ||
		w->scope.len == 0) {
		return nk_fail(err, NK_INVALID, "a warrant needs an id, a kind, verbs, a scope and who asks for it");
	}
	if (w->until_at <= w->from_at) {
		return nk_fail(err, NK_INVALID, "a warrant must end after it begins");
	}
	if (!nk_uuid_is_nil(w->signer) && nk_uuid_eq(w->signer, w->requester) && w->limitation.len == 0) {
		return nk_fail(err, NK_DENIED, "who asks for a warrant does not sign it; another party must sign");
	}
	return nk_done();
}

NK_RESULT nk_warrant_add(struct nk_tx *tx, const struct nk_warrant *w, struct nk_err *err)
{
	NK_OWNED(nk_stmt_put) struct nk_stmt *stmt = NULL;

	NK_TRY(check(w, err));
	NK_TRY(nk_stmt_get(nk_tx_store(tx),
		"INSERT INTO warrant(id, kind, verbs, scope, requester_id, signer_id, signature, limitation, from_at, until_at, uses_left, "
		"review_on) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12)",
		&stmt, err));
	nk_stmt_uuid(stmt, 1, w->id);
	nk_stmt_text(stmt, 2, w->kind);
	nk_stmt_text(stmt, 3, w->verbs);
	nk_stmt_text(stmt, 4, w->scope);
	nk_stmt_uuid(stmt, 5, w->requester);
	nk_column_bind_id(stmt, 6, w->signer);
	if (w->signature.len > 0) {
		nk_stmt_blob(stmt, 7, w->signature);
	} else {
		nk_stmt_null(stmt, 7);
	}
	nk_stmt_text(stmt, 8, w->limitation);
	nk_stmt_int(stmt, 9, w->from_at);
	nk_stmt_int(stmt, 10, w->until_at);
	nk_stmt_int(stmt, 11, w->uses_left);
	if (w->review_on == NK_DATE_NONE) {
		nk_stmt_null(stmt, 12);
	} else {
		nk_stmt_int(stmt, 12, w->review_on);
	}
	return nk_stmt_run(stmt, err);
}

/* A limitation that the warrant was made with does not help here: it was written before anybody looked. */
static NK_RESULT may_sign(const struct nk_stmt *stmt, struct nk_uuid signer, struct nk_err *err)
{
	if (!nk_col_is_null(stmt, 1)) {
		return nk_fail(err, NK_EXISTS, "the warrant is signed already");
	}
	if (nk_uuid_eq(nk_column_id_or_nil(stmt, 0), signer)) {
		return nk_fail(err, NK_DENIED, "who asks for a warrant does not sign it; another party must sign");
	}
	return nk_done();
}

NK_RESULT nk_warrant_sign(
	struct nk_tx *tx, struct nk_uuid id, struct nk_uuid signer, struct nk_bytes signature, struct nk_err *err)
{
	NK_OWNED(nk_stmt_put) struct nk_stmt *look = NULL;
	NK_OWNED(nk_stmt_put) struct nk_stmt *sign = NULL;
	char text[NK_UUID_TEXT];
	bool found = false;

	if (nk_uuid_is_nil(signer) || signature.len == 0) {
		return nk_fail(err, NK_INVALID, "signing a warrant needs a signer and a signature");
	}
	NK_TRY(nk_stmt_get(nk_tx_store(tx), "SELECT requester_id, signer_id FROM warrant WHERE id = ?1", &look, err));
	nk_stmt_uuid(look, 1, id);
	NK_TRY(nk_stmt_step(look, &found, err));
	if (!found) {
		return nk_fail(err, NK_NOT_FOUND, "there is no warrant %s", nk_uuid_print(id, text));
	}
	NK_TRY(may_sign(look, signer, err));
	NK_TRY(nk_stmt_get(nk_tx_store(tx),
		"UPDATE warrant SET signer_id = ?2, signature = ?3 WHERE id = ?1 AND signer_id IS NULL", &sign, err));
	nk_stmt_uuid(sign, 1, id);
	nk_stmt_uuid(sign, 2, signer);
	nk_stmt_blob(sign, 3, signature);
	return nk_stmt_run(sign, err);
}

static NK_RESULT take_row(
	const struct nk_stmt *stmt, struct nk_arena *arena, struct nk_warrant *out, struct nk_err *err)
{
	const int64_t uses = nk_col_int(stmt, 10);

	*out = (struct nk_warrant){
		.signer = nk_column_id_or_nil(stmt, 5),
		.from_at = nk_col_int(stmt, 8),
		.until_at = nk_col_int(stmt, 9),
		.uses_left = uses > UINT32_MAX ? UINT32_MAX : (uint32_t)(uses < 0 ? 0 : uses),
		.review_on = nk_col_is_null(stmt, 11) ? NK_DATE_NONE : (nk_date)nk_col_int(stmt, 11),
	};
	NK_TRY(nk_column_id(stmt, 0, "warrant", &out->id, err));
	NK_TRY(nk_column_id(stmt, 4, "warrant", &out->requester, err));
	NK_TRY(nk_column_text(stmt, 1, arena, &out->kind, err));
	NK_TRY(nk_column_text(stmt, 2, arena, &out->verbs, err));
	NK_TRY(nk_column_text(stmt, 3, arena, &out->scope, err));
	NK_TRY(nk_column_blob(stmt, 6, arena, &out->signature, err));
	return nk_column_text(stmt, 7, arena, &out->limitation, err);
}

NK_RESULT nk_warrant_find(struct nk_store *store, struct nk_str kind, struct nk_str scope, nk_time now,
	struct nk_arena *arena, struct nk_warrant *out, struct nk_err *err)
{
	NK_OWNED(nk_stmt_put) struct nk_stmt *stmt = NULL;
	bool found = false;

	NK_TRY(nk_stmt_get(store,
		"SELECT id, kind, verbs, scope, requester_id, signer_id, signature, limitation, from_at, until_at, uses_left, review_on "
		"FROM warrant WHERE kind = ?1 AND scope = ?2 AND signer_id IS NOT NULL AND uses_left > 0 AND from_at <= ?3 AND until_at > ?3 "
		"ORDER BY until_at DESC, rowid DESC LIMIT 1",
		&stmt, err));
	nk_stmt_text(stmt, 1, kind);
	nk_stmt_text(stmt, 2, scope);
	nk_stmt_int(stmt, 3, now);
	NK_TRY(nk_stmt_step(stmt, &found, err));
	if (!found) {
		return nk_fail(err, NK_NOT_FOUND,
			"there is no signed warrant \"%2$.*1$s\" for \"%4$.*3$s\" that holds now; have one signed",
			NK_FMT(kind), NK_FMT(scope));
	}
	return take_row(stmt, arena, out, err);
}

static NK_RESULT may_use(const struct nk_stmt *stmt, struct nk_uuid executor, nk_time now, struct nk_err *err)
{
	const struct nk_uuid signer = nk_column_id_or_nil(stmt, 0);

	if (nk_uuid_is_nil(signer)) {
		return nk_fail(err, NK_DENIED, "the warrant is not signed yet; another party must sign it");
	}
	if (now < nk_col_int(stmt, 2)) {
		return nk_fail(err, NK_DENIED, "the warrant does not hold yet; look at the day from which it holds");
	}
	if (now >= nk_col_int(stmt, 3)) {
		return nk_fail(err, NK_DENIED, "the warrant has expired; ask for a new one");
	}
	if (nk_col_int(stmt, 4) <= 0) {
		return nk_fail(err, NK_DENIED, "the warrant is used up; ask for a new one");
	}
	if (nk_uuid_eq(signer, executor) && nk_col_text(stmt, 1).len == 0) {
		return nk_fail(
			err, NK_DENIED, "who signed a warrant does not carry it out; another party must do it");
	}
	return nk_done();
}

NK_RESULT nk_warrant_use(
	struct nk_tx *tx, struct nk_uuid id, struct nk_uuid executor, nk_time now, struct nk_err *err)
{
	NK_OWNED(nk_stmt_put) struct nk_stmt *look = NULL;
	NK_OWNED(nk_stmt_put) struct nk_stmt *use = NULL;
	char text[NK_UUID_TEXT];
	bool found = false;

	NK_TRY(nk_stmt_get(nk_tx_store(tx),
		"SELECT signer_id, limitation, from_at, until_at, uses_left FROM warrant WHERE id = ?1", &look, err));
	nk_stmt_uuid(look, 1, id);
	NK_TRY(nk_stmt_step(look, &found, err));
	if (!found) {
		return nk_fail(err, NK_NOT_FOUND, "there is no warrant %s", nk_uuid_print(id, text));
	}
	NK_TRY(may_use(look, executor, now, err));
	NK_TRY(nk_stmt_get(nk_tx_store(tx), "UPDATE warrant SET uses_left = uses_left - 1 WHERE id = ?1", &use, err));
	nk_stmt_uuid(use, 1, id);
	return nk_stmt_run(use, err);
}
