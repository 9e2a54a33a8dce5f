/*
 * duty.c: who owes what by when.
 *
 * Invariant: a duty ends only by evidence or by a warrant (the table's CHECK says so too); its level only rises.
 */
#include "base.h"

#include "custody.h"

#include "column_int.h"

enum { DUTIES_MAX = 10000000 };

#define DUTY_COLUMNS                                                                                           \
	"SELECT id, kind, owner_id, holding_id, due_at, COALESCE(closed_at, 0), about, level, COALESCE(told_at, 0), " \
	"evidence_id, COALESCE(acked_at, 0) FROM duty "

NK_RESULT nk_duty_add(struct nk_tx *tx, const struct nk_duty *d, struct nk_uuid *out_id, struct nk_err *err)
{
	NK_OWNED(nk_stmt_put) struct nk_stmt *stmt = NULL;
	struct nk_uuid id;

	if (d->kind.len == 0 || nk_uuid_is_nil(d->owner) || d->due_at <= 0) {
		return nk_fail(err, NK_INVALID, "a duty needs a kind, an owner and a day by which it is due");
	}
	NK_TRY(nk_uuid_new(nk_store_env(nk_tx_store(tx)), &id, err));
	NK_TRY(nk_stmt_get(nk_tx_store(tx),
		"INSERT INTO duty(id, kind, owner_id, holding_id, due_at, about) VALUES (?1, ?2, ?3, ?4, ?5, ?6)", &stmt,
		err));
	nk_stmt_uuid(stmt, 1, id);
	nk_stmt_text(stmt, 2, d->kind);
	nk_stmt_uuid(stmt, 3, d->owner);
	nk_column_bind_id(stmt, 4, d->holding);
	nk_stmt_int(stmt, 5, d->due_at);
	nk_stmt_text(stmt, 6, d->about.ptr == NULL ? NK_STR("") : d->about);
	NK_TRY(nk_stmt_run(stmt, err));
	*out_id = id;
	return nk_done();
}

NK_RESULT nk_duty_close(struct nk_tx *tx, struct nk_uuid id, struct nk_uuid evidence, nk_time now, struct nk_err *err)
{
	NK_OWNED(nk_stmt_put) struct nk_stmt *stmt = NULL;
	char text[NK_UUID_TEXT];

	if (nk_uuid_is_nil(evidence)) {
		return nk_fail(err, NK_DENIED, "a duty ends only by evidence");
	}
	NK_TRY(nk_stmt_get(nk_tx_store(tx),
		"UPDATE duty SET closed_at = ?2, evidence_id = ?3 WHERE id = ?1 AND closed_at IS NULL", &stmt, err));
	nk_stmt_uuid(stmt, 1, id);
	nk_stmt_int(stmt, 2, now);
	nk_stmt_uuid(stmt, 3, evidence);
	NK_TRY(nk_stmt_run(stmt, err));
	if (nk_store_changes(nk_tx_store(tx)) != 1) {
		return nk_fail(err, NK_NOT_FOUND, "there is no open duty %s", nk_uuid_print(id, text));
	}
	return nk_done();
}

NK_RESULT nk_duty_called(
	struct nk_tx *tx, struct nk_uuid id, unsigned from, unsigned level, nk_time now, struct nk_err *err)
{
	NK_OWNED(nk_stmt_put) struct nk_stmt *stmt = NULL;
	char text[NK_UUID_TEXT];

	nk_assert(level >= from); /* the last level repeats */
	NK_TRY(nk_stmt_get(nk_tx_store(tx),
		"UPDATE duty SET level = ?3, told_at = ?4 WHERE id = ?1 AND level = ?2 AND closed_at IS NULL", &stmt, err));
	nk_stmt_uuid(stmt, 1, id);
	nk_stmt_int(stmt, 2, from);
	nk_stmt_int(stmt, 3, level);
	nk_stmt_int(stmt, 4, now);
	NK_TRY(nk_stmt_run(stmt, err));
	if (nk_store_changes(nk_tx_store(tx)) != 1) {
		return nk_fail(err, NK_CONFLICT, "duty %s has moved on meanwhile", nk_uuid_print(id, text));
	}
	return nk_done();
}

NK_RESULT nk_duty_ack(struct nk_tx *tx, struct nk_uuid id, nk_time now, struct nk_err *err)
{
	NK_OWNED(nk_stmt_put) struct nk_stmt *stmt = NULL;
	char text[NK_UUID_TEXT];

	NK_TRY(nk_stmt_get(nk_tx_store(tx),
		"UPDATE duty SET acked_at = COALESCE(acked_at, ?2) WHERE id = ?1 AND closed_at IS NULL", &stmt, err));
	nk_stmt_uuid(stmt, 1, id);
	nk_stmt_int(stmt, 2, now);
	NK_TRY(nk_stmt_run(stmt, err));
	if (nk_store_changes(nk_tx_store(tx)) != 1) {
		return nk_fail(err, NK_NOT_FOUND, "there is no open duty %s", nk_uuid_print(id, text));
	}
	return nk_done();
}

static NK_RESULT take_row(const struct nk_stmt *stmt, struct nk_arena *arena, struct nk_duty *out, struct nk_err *err)
{
	const int64_t level = nk_col_int(stmt, 7);

	*out = (struct nk_duty){ .holding = nk_column_id_or_nil(stmt, 3),
		.due_at = nk_col_int(stmt, 4),
		.closed_at = nk_col_int(stmt, 5),
		.level = level > 0 && level < 16 ? (unsigned)level : 0,
		.told_at = nk_col_int(stmt, 8),
		.evidence = nk_column_id_or_nil(stmt, 9),
		.acked_at = nk_col_int(stmt, 10) };
	NK_TRY(nk_column_id(stmt, 0, "duty", &out->id, err));
	NK_TRY(nk_column_id(stmt, 2, "duty", &out->owner, err));
	NK_TRY(nk_column_text(stmt, 1, arena, &out->kind, err));
	return nk_column_text(stmt, 6, arena, &out->about, err);
}

static NK_RESULT take_all(
	struct nk_stmt *stmt, struct nk_arena *arena, struct nk_duty **out, size_t *out_n, struct nk_err *err)
{
	NK_OWNED(nk_vec_done) struct nk_vec rows = { 0 };
	bool more = false;

	nk_vec_init(&rows, sizeof(struct nk_duty), DUTIES_MAX);
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

NK_RESULT nk_duty_list(struct nk_store *store, bool only_open, struct nk_arena *arena, struct nk_duty **out,
	size_t *out_n, struct nk_err *err)
{
	NK_OWNED(nk_stmt_put) struct nk_stmt *stmt = NULL;

	NK_TRY(nk_stmt_get(
		store, DUTY_COLUMNS "WHERE ?1 = 0 OR closed_at IS NULL ORDER BY due_at, rowid", &stmt, err));
	nk_stmt_int(stmt, 1, only_open ? 1 : 0);
	return take_all(stmt, arena, out, out_n, err);
}

NK_RESULT nk_duty_of(struct nk_store *store, struct nk_str about, struct nk_arena *arena, struct nk_duty **out,
	size_t *out_n, struct nk_err *err)
{
	NK_OWNED(nk_stmt_put) struct nk_stmt *stmt = NULL;

	NK_TRY(nk_stmt_get(store, DUTY_COLUMNS "WHERE about = ?1 ORDER BY due_at, rowid", &stmt, err));
	nk_stmt_text(stmt, 1, about);
	return take_all(stmt, arena, out, out_n, err);
}

NK_RESULT nk_duty_get(
	struct nk_store *store, struct nk_uuid id, struct nk_arena *arena, struct nk_duty *out, struct nk_err *err)
{
	NK_OWNED(nk_stmt_put) struct nk_stmt *stmt = NULL;
	char text[NK_UUID_TEXT];
	bool found = false;

	NK_TRY(nk_stmt_get(store, DUTY_COLUMNS "WHERE id = ?1", &stmt, err));
	nk_stmt_uuid(stmt, 1, id);
	NK_TRY(nk_stmt_step(stmt, &found, err));
	if (!found) {
		return nk_fail(err, NK_NOT_FOUND, "there is no duty %s", nk_uuid_print(id, text));
	}
	return take_row(stmt, arena, out, err);
}
