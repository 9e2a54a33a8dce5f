/*
 * warrant.c: permissions with a window and a number of uses, as rows: asking, reading.
 *
 * Invariant (I4): who asked does not sign, unless the warrant carries the limitation that says why one party had to be
 * both. What is not granted permits nothing. Every later step is warrant_part.c's.
 */
#include "base.h"

#include "custody.h"

#include "column_int.h"
#include "warrant_int.h"

enum { WARRANTS_MAX = 10000000 };

#define COLUMNS                                                                                                     \
	"SELECT id, kind, verbs, scope, requester_id, signer_id, signature, limitation, from_at, until_at, uses_left, " \
	"review_on, state, needs, request, request_digest FROM warrant "

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

static void bind_blob(struct nk_stmt *stmt, int at, struct nk_bytes b)
{
	if (b.len > 0) {
		nk_stmt_blob(stmt, at, b);
	} else {
		nk_stmt_null(stmt, at);
	}
}

static NK_RESULT insert(struct nk_tx *tx, const struct nk_warrant *w, struct nk_err *err)
{
	NK_OWNED(nk_stmt_put) struct nk_stmt *stmt = NULL;

	NK_TRY(nk_stmt_get(nk_tx_store(tx),
		"INSERT INTO warrant(id, kind, verbs, scope, requester_id, signer_id, signature, limitation, from_at, until_at, uses_left, "
		"review_on, state, needs, request, request_digest) "
		"VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16)",
		&stmt, err));
	nk_stmt_uuid(stmt, 1, w->id);
	nk_stmt_text(stmt, 2, w->kind);
	nk_stmt_text(stmt, 3, w->verbs);
	nk_stmt_text(stmt, 4, w->scope);
	nk_stmt_uuid(stmt, 5, w->requester);
	nk_column_bind_id(stmt, 6, w->signer);
	bind_blob(stmt, 7, w->signature);
	nk_stmt_text(stmt, 8, w->limitation);
	nk_stmt_int(stmt, 9, w->from_at);
	nk_stmt_int(stmt, 10, w->until_at);
	nk_stmt_int(stmt, 11, w->uses_left);
	if (w->review_on == NK_DATE_NONE) {
		nk_stmt_null(stmt, 12);
	} else {
		nk_stmt_int(stmt, 12, w->review_on);
	}
	nk_stmt_text(stmt, 13, nk_uuid_is_nil(w->signer) ? NK_STR("requested") : NK_STR("granted"));
	nk_stmt_text(stmt, 14, w->needs.len > 0 ? w->needs : NK_STR("officer"));
	bind_blob(stmt, 15, w->request);
	bind_blob(stmt, 16,
		w->request.len > 0 ? nk_bytes_of(w->request_digest.b, sizeof(w->request_digest.b)) :
				     nk_bytes_of(NULL, 0));
	return nk_stmt_run(stmt, err);
}

NK_RESULT nk_warrant_add(struct nk_tx *tx, const struct nk_warrant *w, struct nk_err *err)
{
	const bool both = !nk_uuid_is_nil(w->signer) && nk_uuid_eq(w->signer, w->requester);
	struct nk_warrant_part part = { .part = NK_PART_REQUEST,
		.party = w->requester,
		.side = both ? NK_STR("both") : NK_STR("does"),
		.at = nk_now(nk_store_env(nk_tx_store(tx))),
		.leaf = -1 };
	struct nk_str needs = w->needs.len > 0 ? w->needs : NK_STR("officer");

	NK_TRY(check(w, err));
	NK_TRY(insert(tx, w, err));
	NK_TRY(nk_warrant_side_put(tx, w->id, &part, both ? w->limitation : NK_STR(""), err));
	NK_TRY(nk_warrant_part_put(tx, w->id, &part, err));
	if (nk_uuid_is_nil(w->signer)) {
		return nk_done();
	}
	part.part = NK_PART_SIGN;
	part.party = w->signer;
	part.statement = w->signature;
	(void)nk_str_cut(&needs, ',', &part.role);
	if (!both) {
		part.side = NK_STR("judges");
		NK_TRY(nk_warrant_side_put(tx, w->id, &part, NK_STR(""), err));
	}
	return nk_warrant_part_put(tx, w->id, &part, err);
}

static NK_RESULT take_row(
	const struct nk_stmt *stmt, struct nk_arena *arena, struct nk_warrant *out, struct nk_err *err)
{
	const int64_t uses = nk_col_int(stmt, 10);
	const struct nk_bytes digest = nk_col_blob(stmt, 15);

	*out = (struct nk_warrant){
		.signer = nk_column_id_or_nil(stmt, 5),
		.from_at = nk_col_int(stmt, 8),
		.until_at = nk_col_int(stmt, 9),
		.uses_left = uses > UINT32_MAX ? UINT32_MAX : (uint32_t)(uses < 0 ? 0 : uses),
		.review_on = nk_col_is_null(stmt, 11) ? NK_DATE_NONE : (nk_date)nk_col_int(stmt, 11),
	};
	if (digest.len == sizeof(out->request_digest.b)) {
		memcpy(out->request_digest.b, digest.ptr, sizeof(out->request_digest.b));
	}
	NK_TRY(nk_column_id(stmt, 0, "warrant", &out->id, err));
	NK_TRY(nk_column_id(stmt, 4, "warrant", &out->requester, err));
	NK_TRY(nk_column_text(stmt, 1, arena, &out->kind, err));
	NK_TRY(nk_column_text(stmt, 2, arena, &out->verbs, err));
	NK_TRY(nk_column_text(stmt, 3, arena, &out->scope, err));
	NK_TRY(nk_column_blob(stmt, 6, arena, &out->signature, err));
	NK_TRY(nk_column_text(stmt, 7, arena, &out->limitation, err));
	NK_TRY(nk_column_text(stmt, 12, arena, &out->state, err));
	NK_TRY(nk_column_text(stmt, 13, arena, &out->needs, err));
	return nk_column_blob(stmt, 14, arena, &out->request, err);
}

NK_RESULT nk_warrant_find(struct nk_store *store, struct nk_str kind, struct nk_str scope, nk_time now,
	struct nk_arena *arena, struct nk_warrant *out, struct nk_err *err)
{
	NK_OWNED(nk_stmt_put) struct nk_stmt *stmt = NULL;
	bool found = false;

	NK_TRY(nk_stmt_get(store,
		COLUMNS "WHERE kind = ?1 AND scope = ?2 AND state = 'granted' AND signer_id IS NOT NULL AND uses_left > 0 AND from_at <= ?3 "
			"AND until_at > ?3 ORDER BY until_at DESC, rowid DESC LIMIT 1",
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

NK_RESULT nk_warrant_get(struct nk_store *store, struct nk_uuid id, struct nk_arena *arena, struct nk_warrant *out,
	struct nk_err *err)
{
	NK_OWNED(nk_stmt_put) struct nk_stmt *stmt = NULL;
	char text[NK_UUID_TEXT];
	bool found = false;

	NK_TRY(nk_stmt_get(store, COLUMNS "WHERE id = ?1", &stmt, err));
	nk_stmt_uuid(stmt, 1, id);
	NK_TRY(nk_stmt_step(stmt, &found, err));
	if (!found) {
		return nk_fail(err, NK_NOT_FOUND, "there is no warrant %s", nk_uuid_print(id, text));
	}
	return take_row(stmt, arena, out, err);
}

NK_RESULT nk_warrant_list(struct nk_store *store, bool only_open, struct nk_arena *arena, struct nk_warrant **out,
	size_t *out_n, struct nk_err *err)
{
	NK_OWNED(nk_stmt_put) struct nk_stmt *stmt = NULL;
	NK_OWNED(nk_vec_done) struct nk_vec rows = { 0 };
	bool more = false;

	nk_vec_init_wiping(&rows, sizeof(struct nk_warrant), WARRANTS_MAX);
	NK_TRY(nk_stmt_get(store,
		COLUMNS "WHERE ?1 = 0 OR state IN ('requested', 'granted', 'spent', 'reported') ORDER BY from_at, rowid", &stmt,
		err));
	nk_stmt_int(stmt, 1, only_open ? 1 : 0);
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
