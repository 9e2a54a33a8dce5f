/*
 * plan_store.c: plans in the store: digests, counts and state in clear, the plan's random bytes sealed.
 *
 * Invariant: when a plan has ended its random bytes are gone, and with them any way to tell what a digest was about.
 */
#include "base.h"

#include "plan.h"

enum { NONCE = 32, NONCE_BOX = NONCE + NK_SEAL_EXTRA, PREFIX_MIN = 8, PREFIX_MAX = 64 };

static const char *const verdicts[] = {
	[NK_VERDICT_FREE] = "free", [NK_VERDICT_APPROVAL] = "needs_approval", [NK_VERDICT_STOPPED] = "stopped"
};
static const char *const states[] = { [NK_PLAN_OPEN] = "open",
	[NK_PLAN_APPLYING] = "applying",
	[NK_PLAN_DONE] = "done",
	[NK_PLAN_CANCELLED] = "cancelled" };

#define COLUMNS "id, kind, target_id, hash, nonce, made_at, made_by, expires_at, counts, verdict, state, warrant_id"

static bool word_at(const char *const *words, size_t n, struct nk_str word, int *out)
{
	for (size_t i = 0; i < n; i++) {
		if (nk_str_eq(nk_str_c(words[i]), word)) {
			*out = (int)i;
			return true;
		}
	}
	return false;
}

static NK_RESULT corrupt(struct nk_err *err)
{
	return nk_fail(err, NK_CORRUPT,
		"a stored plan cannot be read: make a new plan, and have the store checked with doctor");
}

static NK_RESULT insert_plan(
	struct nk_tx *tx, const struct nk_key *nonce_key, const struct nk_plan_row *row, struct nk_err *err)
{
	struct nk_store *store = nk_tx_store(tx);
	NK_OWNED(nk_stmt_put) struct nk_stmt *stmt = NULL;
	uint8_t box[NONCE_BOX];

	NK_TRY(nk_seal(nk_store_env(store), nonce_key, nk_bytes_of(row->id.b, sizeof(row->id.b)),
		nk_bytes_of(row->nonce, NONCE), box, err));
	NK_TRY(nk_stmt_get(store,
		"INSERT INTO plan(" COLUMNS ") VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12)", &stmt,
		err));
	nk_stmt_uuid(stmt, 1, row->id);
	nk_stmt_text(stmt, 2, row->erase ? NK_STR("erase") : NK_STR("apply"));
	if (nk_uuid_is_nil(row->target)) {
		nk_stmt_null(stmt, 3);
	} else {
		nk_stmt_uuid(stmt, 3, row->target);
	}
	nk_stmt_blob(stmt, 4, nk_bytes_of(row->hash.b, sizeof(row->hash.b)));
	nk_stmt_blob(stmt, 5, nk_bytes_of(box, sizeof(box)));
	nk_stmt_int(stmt, 6, row->made_at);
	nk_stmt_uuid(stmt, 7, row->made_by);
	nk_stmt_int(stmt, 8, row->expires_at);
	nk_stmt_blob(stmt, 9, nk_str_bytes(row->counts));
	nk_stmt_text(stmt, 10, nk_str_c(verdicts[row->verdict]));
	nk_stmt_text(stmt, 11, nk_str_c(states[row->state]));
	if (nk_uuid_is_nil(row->warrant)) {
		nk_stmt_null(stmt, 12);
	} else {
		nk_stmt_uuid(stmt, 12, row->warrant);
	}
	return nk_stmt_run(stmt, err);
}

NK_RESULT nk_plan_save(struct nk_tx *tx, const struct nk_key *nonce_key, const struct nk_plan_row *row,
	const struct nk_plan_step_row *steps, size_t n, struct nk_err *err)
{
	NK_OWNED(nk_stmt_put) struct nk_stmt *stmt = NULL;

	NK_TRY(insert_plan(tx, nonce_key, row, err));
	NK_TRY(nk_stmt_get(nk_tx_store(tx),
		"INSERT INTO plan_step(plan_id, seq, digest, person_number, state) VALUES (?1, ?2, ?3, ?4, ?5)",
		&stmt, err));
	for (size_t i = 0; i < n; i++) {
		nk_stmt_uuid(stmt, 1, row->id);
		nk_stmt_int(stmt, 2, nk_i64(i));
		nk_stmt_blob(stmt, 3, nk_bytes_of(steps[i].digest, sizeof(steps[i].digest)));
		if (steps[i].person_number == 0) {
			nk_stmt_null(stmt, 4);
		} else {
			nk_stmt_int(stmt, 4, steps[i].person_number);
		}
		nk_stmt_int(stmt, 5, (int64_t)steps[i].state);
		NK_TRY(nk_stmt_run(stmt, err));
	}
	return nk_done();
}

static NK_RESULT open_nonce(
	const struct nk_stmt *stmt, const struct nk_key *nonce_key, struct nk_plan_row *row, struct nk_err *err)
{
	const struct nk_bytes box = nk_col_blob(stmt, 4);

	if (nonce_key == NULL || nk_col_is_null(stmt, 4)) {
		return nk_done();
	}
	if (box.len != NONCE_BOX || !nk_open(nonce_key, nk_bytes_of(row->id.b, sizeof(row->id.b)), box, row->nonce)) {
		return corrupt(err);
	}
	return nk_done();
}

/* Columns as in COLUMNS. nonce_key NULL: without the random bytes. */
static NK_RESULT read_plan(const struct nk_stmt *stmt, const struct nk_key *nonce_key, struct nk_arena *arena,
	struct nk_plan_row *row, struct nk_err *err)
{
	const struct nk_bytes hash = nk_col_blob(stmt, 3);
	int verdict = 0;
	int state = 0;

	*row = (struct nk_plan_row){ .erase = nk_str_eq(nk_col_text(stmt, 1), NK_STR("erase")) };
	if (!nk_col_uuid(stmt, 0, &row->id) || hash.len != sizeof(row->hash.b) ||
		!nk_col_uuid(stmt, 6, &row->made_by) ||
		!word_at(verdicts, NK_ARRAY_LEN(verdicts), nk_col_text(stmt, 9), &verdict) ||
		!word_at(states, NK_ARRAY_LEN(states), nk_col_text(stmt, 10), &state)) {
		return corrupt(err);
	}
	if (!nk_col_uuid(stmt, 2, &row->target)) {
		row->target = (struct nk_uuid){ { 0 } };
	}
	if (!nk_col_uuid(stmt, 11, &row->warrant)) {
		row->warrant = (struct nk_uuid){ { 0 } };
	}
	memcpy(row->hash.b, hash.ptr, sizeof(row->hash.b));
	row->made_at = nk_col_int(stmt, 5);
	row->expires_at = nk_col_int(stmt, 7);
	row->verdict = (enum nk_verdict)verdict;
	row->state = (unsigned)state;
	NK_TRY(nk_arena_dup(arena, nk_bytes_str(nk_col_blob(stmt, 8)), &row->counts, err));
	return open_nonce(stmt, nonce_key, row, err);
}

static bool fits(const struct nk_hash *hash, struct nk_str prefix)
{
	char hex[sizeof(hash->b) * 2 + 1];

	nk_hex_print(hash->b, sizeof(hash->b), hex);
	return nk_str_ieq(nk_str_sub(nk_str_c(hex), 0, prefix.len), prefix);
}

NK_RESULT nk_plan_find(struct nk_store *store, const struct nk_key *nonce_key, struct nk_str hash_prefix,
	struct nk_arena *arena, struct nk_plan_row *out, struct nk_err *err)
{
	NK_OWNED(nk_stmt_put) struct nk_stmt *stmt = NULL;
	struct nk_plan_row hit = { 0 };
	size_t hits = 0;
	bool row = false;

	if (hash_prefix.len < PREFIX_MIN || hash_prefix.len > PREFIX_MAX) {
		return nk_fail(err, NK_INVALID, "a plan is named by the first %1$d to %2$d digits of its hash",
			(int)PREFIX_MIN, (int)PREFIX_MAX);
	}
	NK_TRY(nk_stmt_get(store, "SELECT " COLUMNS " FROM plan ORDER BY made_at DESC", &stmt, err));
	NK_TRY(nk_stmt_step(stmt, &row, err));
	while (row) {
		struct nk_plan_row one;

		NK_TRY(read_plan(stmt, NULL, arena, &one, err));
		if (fits(&one.hash, hash_prefix)) {
			NK_TRY(open_nonce(stmt, nonce_key, &one, err));
			hit = one;
			hits++;
		}
		NK_TRY(nk_stmt_step(stmt, &row, err));
	}
	if (hits == 0) {
		return nk_fail(err, NK_NOT_FOUND, "there is no plan with this hash: make one with plan");
	}
	if (hits > 1) {
		return nk_fail(
			err, NK_CONFLICT, "%zu plans begin with these digits: give more digits of the hash", hits);
	}
	*out = hit;
	return nk_done();
}

NK_RESULT nk_plan_list(
	struct nk_store *store, struct nk_arena *arena, struct nk_plan_row **out, size_t *out_n, struct nk_err *err)
{
	NK_OWNED(nk_stmt_put) struct nk_stmt *stmt = NULL;
	NK_OWNED(nk_vec_done) struct nk_vec rows = { 0 };
	struct nk_plan_row *list = NULL;
	bool row = false;

	nk_vec_init(&rows, sizeof(struct nk_plan_row), 1000000);
	NK_TRY(nk_stmt_get(store, "SELECT " COLUMNS " FROM plan ORDER BY made_at DESC", &stmt, err));
	NK_TRY(nk_stmt_step(stmt, &row, err));
	while (row) {
		void *room = NULL;

		NK_TRY(nk_vec_push(&rows, &room, err));
		NK_TRY(read_plan(stmt, NULL, arena, room, err));
		NK_TRY(nk_stmt_step(stmt, &row, err));
	}
	list = nk_vec_keep(&rows, arena);
	if (list == NULL) {
		return nk_fail_nomem(err);
	}
	*out = list;
	*out_n = rows.len;
	return nk_done();
}

static NK_RESULT read_step(const struct nk_stmt *stmt, struct nk_plan_step_row *out, struct nk_err *err)
{
	const struct nk_bytes digest = nk_col_blob(stmt, 0);
	const int64_t state = nk_col_int(stmt, 2);

	if (digest.len != sizeof(out->digest) || state < NK_STEP_OPEN || state > NK_STEP_REFUSED) {
		return corrupt(err);
	}
	memcpy(out->digest, digest.ptr, sizeof(out->digest));
	out->person_number = nk_col_is_null(stmt, 1) ? 0 : (uint32_t)nk_col_int(stmt, 1);
	out->state = (unsigned)state;
	return nk_done();
}

NK_RESULT nk_plan_steps(struct nk_store *store, struct nk_uuid plan, struct nk_arena *arena,
	struct nk_plan_step_row **out, size_t *out_n, struct nk_err *err)
{
	NK_OWNED(nk_stmt_put) struct nk_stmt *stmt = NULL;
	NK_OWNED(nk_vec_done) struct nk_vec rows = { 0 };
	struct nk_plan_step_row *list = NULL;
	bool row = false;

	nk_vec_init(&rows, sizeof(struct nk_plan_step_row), 10000000);
	NK_TRY(nk_stmt_get(store,
		"SELECT digest, person_number, state FROM plan_step WHERE plan_id = ?1 ORDER BY digest", &stmt, err));
	nk_stmt_uuid(stmt, 1, plan);
	NK_TRY(nk_stmt_step(stmt, &row, err));
	while (row) {
		void *room = NULL;

		NK_TRY(nk_vec_push(&rows, &room, err));
		NK_TRY(read_step(stmt, room, err));
		NK_TRY(nk_stmt_step(stmt, &row, err));
	}
	list = nk_vec_keep(&rows, arena);
	if (list == NULL) {
		return nk_fail_nomem(err);
	}
	*out = list;
	*out_n = rows.len;
	return nk_done();
}

NK_RESULT nk_plan_set_state(
	struct nk_tx *tx, struct nk_uuid plan, int state, struct nk_uuid warrant, struct nk_err *err)
{
	NK_OWNED(nk_stmt_put) struct nk_stmt *stmt = NULL;
	const bool ended = state == NK_PLAN_DONE || state == NK_PLAN_CANCELLED;

	nk_assert(state >= 0 && (size_t)state < NK_ARRAY_LEN(states));
	NK_TRY(nk_stmt_get(nk_tx_store(tx),
		ended ? "UPDATE plan SET state = ?2, warrant_id = COALESCE(?3, warrant_id), nonce = NULL WHERE id = ?1"
		      : "UPDATE plan SET state = ?2, warrant_id = COALESCE(?3, warrant_id) WHERE id = ?1",
		&stmt, err));
	nk_stmt_uuid(stmt, 1, plan);
	nk_stmt_text(stmt, 2, nk_str_c(states[state]));
	if (nk_uuid_is_nil(warrant)) {
		nk_stmt_null(stmt, 3);
	} else {
		nk_stmt_uuid(stmt, 3, warrant);
	}
	NK_TRY(nk_stmt_run(stmt, err));
	if (nk_store_changes(nk_tx_store(tx)) != 1) {
		return nk_fail(err, NK_NOT_FOUND, "there is no plan with this hash: make one with plan");
	}
	return nk_done();
}

NK_RESULT nk_plan_mark_steps(
	struct nk_tx *tx, struct nk_uuid plan, const struct nk_step *steps, size_t n, int state, struct nk_err *err)
{
	NK_OWNED(nk_stmt_put) struct nk_stmt *stmt = NULL;

	nk_assert(state >= NK_STEP_OPEN && state <= NK_STEP_REFUSED);
	NK_TRY(nk_stmt_get(
		nk_tx_store(tx), "UPDATE plan_step SET state = ?3 WHERE plan_id = ?1 AND digest = ?2", &stmt, err));
	for (size_t i = 0; i < n; i++) {
		nk_stmt_uuid(stmt, 1, plan);
		nk_stmt_blob(stmt, 2, nk_bytes_of(steps[i].digest, sizeof(steps[i].digest)));
		nk_stmt_int(stmt, 3, state);
		NK_TRY(nk_stmt_run(stmt, err));
		if (nk_store_changes(nk_tx_store(tx)) != 1) {
			return nk_fail(err, NK_INTERNAL, "a step that is not in the plan was to be marked");
		}
	}
	return nk_done();
}
