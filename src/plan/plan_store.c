/*
 * plan_store.c: plans on disk: rows of table plan and the digests of their steps. Nothing in them is personal.
 *
 * The nonce is sealed under a house key and is dropped when the plan ends: from then on nobody can tell whose digest is whose.
 */
#include "base.h"
#include "plan.h"

static const char *const kinds[] = { "apply", "erase" };
static const char *const verdicts[] = { [NK_VERDICT_FREE] = "free", [NK_VERDICT_APPROVAL] = "needs_approval", [NK_VERDICT_STOPPED] = "stopped" };
static const char *const states[] = { [NK_PLAN_OPEN] = "open", [NK_PLAN_APPLYING] = "applying", [NK_PLAN_DONE] = "done", [NK_PLAN_CANCELLED] = "cancelled" };

static size_t word_index(const char *const *words, size_t n, struct nk_str word)
{
	size_t i = 0;

	while (i < n && !nk_str_eq(nk_str_c(words[i]), word)) {
		i++;
	}
	return i;
}

static void bind_uuid_or_null(struct nk_stmt *s, int at, struct nk_uuid id)
{
	if (nk_uuid_is_nil(id)) {
		nk_stmt_null(s, at);
	} else {
		nk_stmt_uuid(s, at, id);
	}
}

static NK_RESULT save_row(struct nk_tx *tx, const struct nk_key *nonce_key, const struct nk_plan_row *row, struct nk_err *err)
{
	NK_OWNED(nk_stmt_put) struct nk_stmt *s = NULL;
	uint8_t nonce[sizeof(row->nonce) + NK_SEAL_EXTRA];
	struct nk_store *const store = nk_tx_store(tx);

	NK_TRY(nk_seal(nk_store_env(store), nonce_key, nk_bytes_of(row->id.b, sizeof(row->id.b)), nk_bytes_of(row->nonce, sizeof(row->nonce)), nonce, err));
	NK_TRY(nk_stmt_get(store,
			   "INSERT INTO plan(id, kind, target_id, hash, nonce, made_at, made_by, expires_at, counts, verdict, state, warrant_id) "
			   "VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12)",
			   &s, err));
	nk_stmt_uuid(s, 1, row->id);
	nk_stmt_text(s, 2, nk_str_c(kinds[row->erase ? 1 : 0]));
	bind_uuid_or_null(s, 3, row->target);
	nk_stmt_blob(s, 4, nk_bytes_of(row->hash.b, sizeof(row->hash.b)));
	nk_stmt_blob(s, 5, nk_bytes_of(nonce, sizeof(nonce)));
	nk_stmt_int(s, 6, row->made_at);
	nk_stmt_uuid(s, 7, row->made_by);
	nk_stmt_int(s, 8, row->expires_at);
	nk_stmt_blob(s, 9, nk_str_bytes(row->counts));
	nk_stmt_text(s, 10, nk_str_c(verdicts[row->verdict]));
	nk_stmt_text(s, 11, nk_str_c(states[row->state]));
	bind_uuid_or_null(s, 12, row->warrant);
	return nk_stmt_run(s, err);
}

NK_RESULT nk_plan_save(struct nk_tx *tx, const struct nk_key *nonce_key, const struct nk_plan_row *row, const struct nk_plan_step_row *steps, size_t n, struct nk_err *err)
{
	NK_OWNED(nk_stmt_put) struct nk_stmt *s = NULL;

	NK_TRY(save_row(tx, nonce_key, row, err));
	NK_TRY(nk_stmt_get(nk_tx_store(tx), "INSERT INTO plan_step(plan_id, seq, digest, person_number, state) VALUES (?1, ?2, ?3, ?4, ?5)", &s, err));
	for (size_t i = 0; i < n; i++) {
		nk_stmt_uuid(s, 1, row->id);
		nk_stmt_int(s, 2, nk_i64(i));
		nk_stmt_blob(s, 3, nk_bytes_of(steps[i].digest, sizeof(steps[i].digest)));
		nk_stmt_int(s, 4, steps[i].person_number);
		nk_stmt_int(s, 5, steps[i].state);
		NK_TRY(nk_stmt_run(s, err));
	}
	return nk_done();
}

/* Columns in the order of SELECT_PLAN; the nonce is opened apart. */
#define SELECT_PLAN "SELECT id, kind, target_id, hash, nonce, made_at, made_by, expires_at, counts, verdict, state, warrant_id FROM plan "

static NK_RESULT read_row(const struct nk_stmt *s, struct nk_arena *arena, struct nk_plan_row *out, struct nk_err *err)
{
	const struct nk_bytes hash = nk_col_blob(s, 3);
	const size_t verdict = word_index(verdicts, NK_ARRAY_LEN(verdicts), nk_col_text(s, 9));
	const size_t state = word_index(states, NK_ARRAY_LEN(states), nk_col_text(s, 10));

	*out = (struct nk_plan_row){ .erase = nk_str_eq(nk_col_text(s, 1), NK_STR("erase")), .made_at = nk_col_int(s, 5), .expires_at = nk_col_int(s, 7) };
	if (!nk_col_uuid(s, 0, &out->id) || !nk_col_uuid(s, 6, &out->made_by) || hash.len != NK_HASH_LEN || verdict == NK_ARRAY_LEN(verdicts) || state == NK_ARRAY_LEN(states)) {
		return nk_fail(err, NK_CORRUPT, NK_N("a row of table plan is damaged"));
	}
	(void)nk_col_uuid(s, 2, &out->target);
	(void)nk_col_uuid(s, 11, &out->warrant);
	memcpy(out->hash.b, hash.ptr, NK_HASH_LEN);
	out->verdict = (enum nk_verdict)verdict;
	out->state = (int)state == NK_PLAN_OPEN ? NK_PLAN_OPEN : (int)state == NK_PLAN_APPLYING ? NK_PLAN_APPLYING : (int)state == NK_PLAN_DONE ? NK_PLAN_DONE : NK_PLAN_CANCELLED;
	return nk_arena_dup(arena, nk_bytes_str(nk_col_blob(s, 8)), &out->counts, err);
}

static NK_RESULT open_nonce(const struct nk_stmt *s, const struct nk_key *nonce_key, struct nk_plan_row *out, struct nk_err *err)
{
	const struct nk_bytes box = nk_col_blob(s, 4);

	if (out->state == NK_PLAN_DONE || out->state == NK_PLAN_CANCELLED) {
		return nk_done();
	}
	if (box.len != sizeof(out->nonce) + NK_SEAL_EXTRA || !nk_open(nonce_key, nk_bytes_of(out->id.b, sizeof(out->id.b)), box, out->nonce)) {
		return nk_fail(err, NK_CORRUPT, NK_N("the sealed part of a plan does not open"));
	}
	return nk_done();
}

NK_RESULT nk_plan_find(struct nk_store *store, const struct nk_key *nonce_key, struct nk_str hash_prefix, struct nk_arena *arena, struct nk_plan_row *out, struct nk_err *err)
{
	NK_OWNED(nk_stmt_put) struct nk_stmt *s = NULL;
	size_t found = 0;
	bool have = false;

	if (hash_prefix.len < 8) {
		return nk_fail(err, NK_USAGE, NK_N("at least eight characters of the plan's hash are needed"));
	}
	NK_TRY(nk_stmt_get(store, SELECT_PLAN, &s, err));
	for (;;) {
		char hex[2 * NK_HASH_LEN + 1];

		NK_TRY(nk_stmt_step(s, &have, err));
		if (!have) {
			break;
		}
		if (nk_col_blob(s, 3).len != NK_HASH_LEN) {
			continue;
		}
		nk_hex_print(nk_col_blob(s, 3).ptr, NK_HASH_LEN, hex);
		if (!nk_str_starts(nk_str_c(hex), hash_prefix)) {
			continue;
		}
		NK_TRY(read_row(s, arena, out, err));
		NK_TRY(open_nonce(s, nonce_key, out, err));
		found++;
	}
	if (found == 0) {
		return nk_fail(err, NK_NOT_FOUND, NK_N("no plan has this hash; \"nokosazu plan --list\" shows them"));
	}
	return found == 1 ? nk_done() : nk_fail(err, NK_CONFLICT, NK_N("several plans begin with these characters; give more of the hash"));
}

NK_RESULT nk_plan_list(struct nk_store *store, struct nk_arena *arena, struct nk_plan_row **out, size_t *out_n, struct nk_err *err)
{
	NK_OWNED(nk_stmt_put) struct nk_stmt *s = NULL;
	NK_OWNED(nk_vec_done) struct nk_vec rows;
	bool have = false;

	nk_vec_init(&rows, sizeof(struct nk_plan_row), 1000000);
	NK_TRY(nk_stmt_get(store, SELECT_PLAN "ORDER BY made_at DESC", &s, err));
	for (;;) {
		void *at = NULL;

		NK_TRY(nk_stmt_step(s, &have, err));
		if (!have) {
			break;
		}
		NK_TRY(nk_vec_push(&rows, &at, err));
		NK_TRY(read_row(s, arena, at, err));
	}
	*out = nk_arena_array(arena, rows.len, sizeof(**out));
	if (*out == NULL) {
		return nk_fail_nomem(err);
	}
	if (rows.len > 0) {
		memcpy(*out, rows.items, rows.len * sizeof(**out));
	}
	*out_n = rows.len;
	return nk_done();
}

NK_RESULT nk_plan_steps(struct nk_store *store, struct nk_uuid plan, struct nk_arena *arena, struct nk_plan_step_row **out, size_t *out_n, struct nk_err *err)
{
	NK_OWNED(nk_stmt_put) struct nk_stmt *s = NULL;
	NK_OWNED(nk_vec_done) struct nk_vec rows;
	bool have = false;

	nk_vec_init(&rows, sizeof(struct nk_plan_step_row), 5000000);
	NK_TRY(nk_stmt_get(store, "SELECT digest, person_number, state FROM plan_step WHERE plan_id = ?1 ORDER BY digest", &s, err));
	nk_stmt_uuid(s, 1, plan);
	for (;;) {
		struct nk_plan_step_row *row;
		void *at = NULL;

		NK_TRY(nk_stmt_step(s, &have, err));
		if (!have) {
			break;
		}
		NK_TRY(nk_vec_push(&rows, &at, err));
		row = at;
		if (nk_col_blob(s, 0).len != sizeof(row->digest)) {
			return nk_fail(err, NK_CORRUPT, NK_N("a row of table plan_step is damaged"));
		}
		memcpy(row->digest, nk_col_blob(s, 0).ptr, sizeof(row->digest));
		row->person_number = nk_u32(nk_u64(nk_col_int(s, 1)));
		row->state = nk_col_int(s, 2) == 0 ? NK_STEP_OPEN : nk_col_int(s, 2) == 1 ? NK_STEP_IN_FLIGHT : nk_col_int(s, 2) == 2 ? NK_STEP_DONE : NK_STEP_REFUSED;
	}
	*out = nk_arena_array(arena, rows.len, sizeof(**out));
	if (*out == NULL) {
		return nk_fail_nomem(err);
	}
	if (rows.len > 0) {
		memcpy(*out, rows.items, rows.len * sizeof(**out));
	}
	*out_n = rows.len;
	return nk_done();
}

NK_RESULT nk_plan_set_state(struct nk_tx *tx, struct nk_uuid plan, int state, struct nk_uuid warrant, struct nk_err *err)
{
	NK_OWNED(nk_stmt_put) struct nk_stmt *s = NULL;
	const bool ended = state == NK_PLAN_DONE || state == NK_PLAN_CANCELLED;

	nk_assert(state >= 0 && (size_t)state < NK_ARRAY_LEN(states));
	NK_TRY(nk_stmt_get(nk_tx_store(tx), "UPDATE plan SET state = ?2, warrant_id = ?3, nonce = CASE WHEN ?4 = 1 THEN NULL ELSE nonce END WHERE id = ?1", &s, err));
	nk_stmt_uuid(s, 1, plan);
	nk_stmt_text(s, 2, nk_str_c(states[state]));
	bind_uuid_or_null(s, 3, warrant);
	nk_stmt_int(s, 4, ended ? 1 : 0);
	return nk_stmt_run(s, err);
}

NK_RESULT nk_plan_mark_steps(struct nk_tx *tx, struct nk_uuid plan, const struct nk_step *steps, size_t n, int state, struct nk_err *err)
{
	NK_OWNED(nk_stmt_put) struct nk_stmt *s = NULL;

	NK_TRY(nk_stmt_get(nk_tx_store(tx), "UPDATE plan_step SET state = ?3 WHERE plan_id = ?1 AND digest = ?2", &s, err));
	for (size_t i = 0; i < n; i++) {
		nk_stmt_uuid(s, 1, plan);
		nk_stmt_blob(s, 2, nk_bytes_of(steps[i].digest, sizeof(steps[i].digest)));
		nk_stmt_int(s, 3, state);
		NK_TRY(nk_stmt_run(s, err));
	}
	return nk_done();
}
