/*
 * source_runs.c: the runs of a source, written and asked.
 *
 * Only runs of the same kind of week are added up: what left at the turn of the year says nothing about May.
 */
#include "base.h"
#include "source_runs.h"

enum { KEPT_DAYS = 430, YEAR_LEAST = 330, YEAR_MOST = 400 };

static NK_RESULT drop_old(struct nk_tx *tx, const struct nk_source_run *run, struct nk_err *err)
{
	NK_OWNED(nk_stmt_put) struct nk_stmt *s = NULL;

	NK_TRY(nk_stmt_get(nk_tx_store(tx), "DELETE FROM source_run WHERE source_id = ?1 AND day < ?2", &s, err));
	nk_stmt_uuid(s, 1, run->source);
	nk_stmt_int(s, 2, (int64_t)run->day - KEPT_DAYS);
	return nk_stmt_run(s, err);
}

NK_RESULT nk_source_run_put(struct nk_tx *tx, const struct nk_source_run *run, struct nk_err *err)
{
	NK_OWNED(nk_stmt_put) struct nk_stmt *s = NULL;

	NK_TRY(drop_old(tx, run, err));
	NK_TRY(nk_stmt_get(nk_tx_store(tx),
		"INSERT INTO source_run(source_id, day, turn, digest, persons, joined, changed, left_counted, shape, at) "
		"VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)",
		&s, err));
	nk_stmt_uuid(s, 1, run->source);
	nk_stmt_int(s, 2, run->day);
	nk_stmt_int(s, 3, run->turn);
	nk_stmt_blob(s, 4, run->digest);
	nk_stmt_int(s, 5, nk_i64(run->persons));
	nk_stmt_int(s, 6, nk_i64(run->joined));
	nk_stmt_int(s, 7, nk_i64(run->changed));
	nk_stmt_int(s, 8, nk_i64(run->left));
	nk_stmt_blob(s, 9, run->shape);
	nk_stmt_int(s, 10, run->at);
	return nk_stmt_run(s, err);
}

static NK_RESULT left_lately(
	struct nk_store *store, const struct nk_source_ask *ask, uint64_t *out, struct nk_err *err)
{
	NK_OWNED(nk_stmt_put) struct nk_stmt *s = NULL;
	bool have = false;

	NK_TRY(nk_stmt_get(store,
		"SELECT coalesce(sum(left_counted), 0) FROM source_run WHERE source_id = ?1 AND turn = ?2 AND day > ?3", &s,
		err));
	nk_stmt_uuid(s, 1, ask->source);
	nk_stmt_int(s, 2, ask->turn);
	nk_stmt_int(s, 3, (int64_t)ask->today - ask->window_days);
	NK_TRY(nk_stmt_step(s, &have, err));
	*out = have ? nk_u64(nk_col_int(s, 0)) : 0;
	return nk_done();
}

/* The oldest shape of some days, of one kind of week; empty when there is none. */
static NK_RESULT shape_between(struct nk_store *store, const struct nk_source_ask *ask, const int64_t days[static 2],
	struct nk_arena *arena, struct nk_bytes *out, struct nk_err *err)
{
	NK_OWNED(nk_stmt_put) struct nk_stmt *s = NULL;
	struct nk_str kept;
	bool have = false;

	NK_TRY(nk_stmt_get(store,
		"SELECT shape FROM source_run WHERE source_id = ?1 AND turn = ?2 AND day > ?3 AND day <= ?4 "
		"ORDER BY at LIMIT 1",
		&s, err));
	nk_stmt_uuid(s, 1, ask->source);
	nk_stmt_int(s, 2, ask->turn);
	nk_stmt_int(s, 3, ask->today - days[0]);
	nk_stmt_int(s, 4, ask->today - days[1]);
	NK_TRY(nk_stmt_step(s, &have, err));
	if (!have) {
		return nk_done();
	}
	NK_TRY(nk_arena_dup(arena, nk_bytes_str(nk_col_blob(s, 0)), &kept, err));
	*out = nk_str_bytes(kept);
	return nk_done();
}

/* How long ago this file was accepted, when others came since. */
static NK_RESULT seen(struct nk_store *store, const struct nk_source_ask *ask, uint32_t *out, struct nk_err *err)
{
	NK_OWNED(nk_stmt_put) struct nk_stmt *s = NULL;
	bool have = false;
	bool last = true;

	NK_TRY(nk_stmt_get(
		store, "SELECT digest, day FROM source_run WHERE source_id = ?1 ORDER BY at DESC", &s, err));
	nk_stmt_uuid(s, 1, ask->source);
	for (;;) {
		int64_t days;

		NK_TRY(nk_stmt_step(s, &have, err));
		if (!have) {
			return nk_done();
		}
		if (nk_bytes_eq(nk_col_blob(s, 0), ask->digest)) {
			days = ask->today - nk_col_int(s, 1);
			*out = last ? 0 : days < 1 ? 1 : (uint32_t)days;
			return nk_done();
		}
		last = false;
	}
}

NK_RESULT nk_source_past(struct nk_store *store, const struct nk_source_ask *ask, struct nk_arena *arena,
	struct nk_guard_past *out, struct nk_err *err)
{
	const int64_t window[] = { ask->window_days, -1 };
	const int64_t year[] = { YEAR_MOST, YEAR_LEAST };

	*out = (struct nk_guard_past){ .left_in_window = 0 };
	NK_TRY(left_lately(store, ask, &out->left_in_window, err));
	if (ask->turn == NK_TURN_NONE) {
		NK_TRY(shape_between(store, ask, window, arena, &out->window_shape, err));
	}
	if (ask->turn == NK_TURN_GREAT) {
		NK_TRY(shape_between(store, ask, year, arena, &out->year_shape, err));
	}
	return seen(store, ask, &out->seen_days, err);
}
