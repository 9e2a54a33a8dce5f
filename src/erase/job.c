/*
 * job.c: rows of an erasure: which stage it is in, and whose.
 *
 * Invariant: a stage never goes back; the time of a person's end is set once.
 */
#include "base.h"

#include "job.h"

static const char *const stage_names[NK_ERASE_STAGE_COUNT] = {
	[NK_ERASE_RESTRICTED] = "restricted",
	[NK_ERASE_TARGETS_GONE] = "targets-gone",
	[NK_ERASE_HOLDINGS_DONE] = "holdings-done",
	[NK_ERASE_SCANNED] = "scanned",
	[NK_ERASE_KEYS_GONE] = "keys-gone",
	[NK_ERASE_ROWS_GONE] = "rows-gone",
	[NK_ERASE_ROTATED] = "rotated",
	[NK_ERASE_RESCANNED] = "rescanned",
	[NK_ERASE_CERTIFIED] = "certified",
};

const char *nk_erase_stage_name(enum nk_erase_stage s)
{
	return s < NK_ERASE_STAGE_COUNT ? stage_names[s] : "";
}

static NK_RESULT add_person(struct nk_tx *tx, struct nk_uuid job, const struct nk_erase_person *p, struct nk_err *err)
{
	NK_OWNED(nk_stmt_put) struct nk_stmt *stmt = NULL;

	NK_TRY(nk_stmt_get(nk_tx_store(tx),
		"INSERT INTO erase_person (job_id, person_number, commitment, pseudonym) VALUES (?1, ?2, ?3, ?4)",
		&stmt, err));
	nk_stmt_uuid(stmt, 1, job);
	nk_stmt_int(stmt, 2, p->number);
	nk_stmt_blob(stmt, 3, nk_bytes_of(p->commitment.b, sizeof(p->commitment.b)));
	nk_stmt_blob(stmt, 4, nk_bytes_of(p->pseudonym, sizeof(p->pseudonym)));
	return nk_stmt_run(stmt, err);
}

NK_RESULT nk_erase_job_new(struct nk_tx *tx, const struct nk_erase_job *job, const struct nk_erase_person *persons,
	size_t n, struct nk_err *err)
{
	NK_OWNED(nk_stmt_put) struct nk_stmt *stmt = NULL;

	NK_TRY(nk_stmt_get(nk_tx_store(tx),
		"INSERT INTO erase_job (id, plan_id, stage, started_at, state) VALUES (?1, ?2, ?3, ?4, ?5)", &stmt,
		err));
	nk_stmt_uuid(stmt, 1, job->id);
	nk_stmt_uuid(stmt, 2, job->plan);
	nk_stmt_int(stmt, 3, job->stage);
	nk_stmt_int(stmt, 4, job->started_at);
	nk_stmt_blob(stmt, 5, job->state);
	NK_TRY(nk_stmt_run(stmt, err));
	for (size_t i = 0; i < n; i++) {
		NK_TRY(add_person(tx, job->id, &persons[i], err));
	}
	return nk_done();
}

NK_RESULT nk_erase_job_get(struct nk_store *store, struct nk_uuid plan, struct nk_arena *arena,
	struct nk_erase_job *out, struct nk_err *err)
{
	NK_OWNED(nk_stmt_put) struct nk_stmt *stmt = NULL;
	struct nk_erase_job job = { .plan = plan };
	struct nk_str state;
	bool row = false;
	int64_t stage = 0;

	NK_TRY(nk_stmt_get(
		store, "SELECT id, stage, started_at, state FROM erase_job WHERE plan_id = ?1", &stmt, err));
	nk_stmt_uuid(stmt, 1, plan);
	NK_TRY(nk_stmt_step(stmt, &row, err));
	if (!row) {
		return nk_fail(err, NK_NOT_FOUND, "no erasure has begun for this plan");
	}
	stage = nk_col_int(stmt, 1);
	if (!nk_col_uuid(stmt, 0, &job.id) || stage < 0 || stage >= NK_ERASE_STAGE_COUNT) {
		return nk_fail(err, NK_CORRUPT,
			"the store's row of an erasure is damaged (table erase_job): restore the newest backup");
	}
	job.stage = (enum nk_erase_stage)stage;
	job.started_at = nk_col_int(stmt, 2);
	NK_TRY(nk_arena_dup(arena, nk_bytes_str(nk_col_blob(stmt, 3)), &state, err));
	job.state = nk_str_bytes(state);
	*out = job;
	return nk_done();
}

NK_RESULT nk_erase_job_stage(
	struct nk_tx *tx, struct nk_uuid job, enum nk_erase_stage stage, struct nk_bytes state, struct nk_err *err)
{
	NK_OWNED(nk_stmt_put) struct nk_stmt *stmt = NULL;

	NK_TRY(nk_stmt_get(nk_tx_store(tx),
		"UPDATE erase_job SET stage = ?2, state = ?3 WHERE id = ?1 AND stage <= ?2", &stmt, err));
	nk_stmt_uuid(stmt, 1, job);
	nk_stmt_int(stmt, 2, stage);
	nk_stmt_blob(stmt, 3, state);
	NK_TRY(nk_stmt_run(stmt, err));
	if (nk_store_changes(nk_tx_store(tx)) != 1) {
		return nk_fail(err, NK_INTERNAL, "an erasure cannot go back to the stage \"%s\"",
			nk_erase_stage_name(stage));
	}
	return nk_done();
}

static NK_RESULT take_person(const struct nk_stmt *stmt, struct nk_erase_person *out, struct nk_err *err)
{
	const struct nk_bytes commitment = nk_col_blob(stmt, 1);
	const struct nk_bytes pseudonym = nk_col_blob(stmt, 2);
	const int64_t number = nk_col_int(stmt, 0);

	if (number <= 0 || number > UINT32_MAX || commitment.len != sizeof(out->commitment.b) ||
		pseudonym.len != sizeof(out->pseudonym)) {
		return nk_fail(err, NK_CORRUPT,
			"the store's row of a person to be erased is damaged (table erase_person): restore the "
			"newest backup");
	}
	out->number = (uint32_t)number;
	memcpy(out->commitment.b, commitment.ptr, commitment.len);
	memcpy(out->pseudonym, pseudonym.ptr, sizeof(out->pseudonym));
	out->gone_at = nk_col_is_null(stmt, 3) ? 0 : nk_col_int(stmt, 3);
	return nk_done();
}

static NK_RESULT count_persons(struct nk_store *store, struct nk_uuid job, size_t *out, struct nk_err *err)
{
	NK_OWNED(nk_stmt_put) struct nk_stmt *stmt = NULL;
	bool row = false;

	NK_TRY(nk_stmt_get(store, "SELECT count(*) FROM erase_person WHERE job_id = ?1", &stmt, err));
	nk_stmt_uuid(stmt, 1, job);
	NK_TRY(nk_stmt_step(stmt, &row, err));
	*out = row ? nk_size(nk_u64(nk_col_int(stmt, 0))) : 0;
	return nk_done();
}

NK_RESULT nk_erase_job_persons(struct nk_store *store, struct nk_uuid job, struct nk_arena *arena,
	struct nk_erase_person **out, size_t *out_n, struct nk_err *err)
{
	NK_OWNED(nk_stmt_put) struct nk_stmt *stmt = NULL;
	struct nk_erase_person *persons = NULL;
	size_t room = 0;
	size_t n = 0;
	bool row = false;

	NK_TRY(count_persons(store, job, &room, err));
	persons = nk_arena_array(arena, room, sizeof(*persons));
	if (persons == NULL) {
		return nk_fail_nomem(err);
	}
	NK_TRY(nk_stmt_get(store,
		"SELECT person_number, commitment, pseudonym, gone_at FROM erase_person WHERE job_id = ?1 ORDER BY "
		"person_number",
		&stmt, err));
	nk_stmt_uuid(stmt, 1, job);
	NK_TRY(nk_stmt_step(stmt, &row, err));
	while (row && n < room) {
		NK_TRY(take_person(stmt, &persons[n], err));
		n++;
		NK_TRY(nk_stmt_step(stmt, &row, err));
	}
	*out = persons;
	*out_n = n;
	return nk_done();
}

NK_RESULT nk_erase_job_gone(
	struct nk_tx *tx, struct nk_uuid job, const uint32_t *numbers, size_t n, nk_time at, struct nk_err *err)
{
	NK_OWNED(nk_stmt_put) struct nk_stmt *stmt = NULL;

	NK_TRY(nk_stmt_get(nk_tx_store(tx),
		"UPDATE erase_person SET gone_at = coalesce(gone_at, ?3) WHERE job_id = ?1 AND person_number = ?2",
		&stmt, err));
	for (size_t i = 0; i < n; i++) {
		nk_stmt_uuid(stmt, 1, job);
		nk_stmt_int(stmt, 2, numbers[i]);
		nk_stmt_int(stmt, 3, at);
		NK_TRY(nk_stmt_run(stmt, err));
		if (nk_store_changes(nk_tx_store(tx)) != 1) {
			return nk_fail(err, NK_NOT_FOUND, "person number %u is not in this erasure", numbers[i]);
		}
	}
	return nk_done();
}
