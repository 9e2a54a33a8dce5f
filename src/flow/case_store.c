/*
 * case_store.c: the rows of cases: found by receipt number or id, inserted once; only state, classification and the end
 * ever change. There is no statement here that changes known_at (I9).
 */
#include "base.h"
#include "case_int.h"

enum { CASES_MAX = 1000000, DATA_CHARACTERS = 7, PRIME = 31 };

/* Neither 0, 1, I, L nor O: what is read aloud or from paper is one spelling. 31 of them: a prime, so that the check
 * finds any one wrong character and any two changed for each other. */
static const char letters[] = "23456789ABCDEFGHJKMNPQRSTUVWXYZ";
_Static_assert(sizeof(letters) - 1 == PRIME, "the check is modulo the number of letters");

static unsigned check_of(const char *eight)
{
	unsigned sum = 0;

	for (unsigned i = 0; i < DATA_CHARACTERS; i++) {
		sum += (i + 1) * (unsigned)(strchr(letters, eight[i]) - letters);
	}
	return sum % PRIME;
}

static void print_receipt(const char *eight, char out[static NK_RECEIPT_TEXT])
{
	(void)snprintf(out, NK_RECEIPT_TEXT, "%.4s-%.4s", eight, eight + 4);
}

bool nk_receipt_read(struct nk_str typed, char out[static NK_RECEIPT_TEXT])
{
	char eight[9] = "";
	size_t n = 0;

	for (size_t i = 0; i < typed.len; i++) {
		const char c = (char)(typed.ptr[i] >= 'a' && typed.ptr[i] <= 'z' ? typed.ptr[i] - 'a' + 'A' : typed.ptr[i]);

		if (c == '-' || c == ' ') {
			continue;
		}
		if (n == 8 || c == '\0' || strchr(letters, c) == NULL) {
			return false;
		}
		eight[n] = c;
		n++;
	}
	if (n != 8 || letters[check_of(eight)] != eight[DATA_CHARACTERS]) {
		return false;
	}
	print_receipt(eight, out);
	return true;
}

NK_RESULT nk_case_new_receipt(const struct nk_env *env, char out[static NK_RECEIPT_TEXT], struct nk_err *err)
{
	char eight[9] = "";
	uint8_t random[DATA_CHARACTERS][2];

	NK_TRY(nk_random(env, random, sizeof(random), err));
	for (unsigned i = 0; i < DATA_CHARACTERS; i++) {
		eight[i] = letters[(random[i][0] * 256U + random[i][1]) % PRIME];
	}
	eight[DATA_CHARACTERS] = letters[check_of(eight)];
	print_receipt(eight, out);
	return nk_done();
}

struct nk_str nk_case_about(struct nk_uuid id, const char *part, uint64_t seq, char text[static NK_CASE_ABOUT])
{
	char own[NK_UUID_TEXT];

	(void)nk_uuid_print(id, own);
	if (part == NULL) {
		(void)snprintf(text, NK_CASE_ABOUT, "case:%s", own);
	} else {
		(void)snprintf(text, NK_CASE_ABOUT, "case:%s/%s:%" PRIu64, own, part, seq);
	}
	return nk_str_c(text);
}

static NK_RESULT take(const struct nk_stmt *s, struct nk_arena *arena, struct nk_case *out, struct nk_err *err)
{
	if (!nk_col_uuid(s, 0, &out->id) || !nk_receipt_read(nk_col_text(s, 1), out->receipt) ||
		nk_col_int(s, 2) < 0 || nk_col_int(s, 3) < 0) {
		return nk_fail(err, NK_CORRUPT, NK_N("table incident: a row is damaged; restore the store from a backup"));
	}
	out->slot = (struct nk_slot){ nk_u64(nk_col_int(s, 2)), nk_u32(nk_u64(nk_col_int(s, 3))) };
	out->known_at = nk_col_int(s, 4);
	out->closed_at = nk_col_int(s, 5);
	NK_TRY(nk_arena_dup(arena, nk_col_text(s, 6), &out->known_by, err));
	NK_TRY(nk_arena_dup(arena, nk_col_text(s, 7), &out->state, err));
	NK_TRY(nk_arena_dup(arena, nk_col_text(s, 8), &out->regime, err));
	return nk_arena_dup(arena, nk_col_text(s, 9), &out->classes, err);
}

NK_RESULT nk_case_find(
	struct nk_flow *flow, struct nk_str ref, struct nk_arena *arena, struct nk_case *out, struct nk_err *err)
{
	NK_OWNED(nk_stmt_put) struct nk_stmt *s = NULL;
	struct nk_uuid id = { { 0 } };
	char receipt[NK_RECEIPT_TEXT] = "";
	bool have = false;

	if (!nk_uuid_parse(ref, &id) && !nk_receipt_read(ref, receipt)) {
		return nk_fail(err, NK_USAGE,
			NK_N("\"%s\" is no receipt number: eight letters and digits, the last one a check; it may be mistyped"),
			nk_short(ref).text);
	}
	NK_TRY(nk_stmt_get(flow->store,
		"SELECT id, receipt, slot, generation, known_at, COALESCE(closed_at, 0), known_by, state, regime, classes "
		"FROM incident WHERE id = ?1 OR receipt = ?2",
		&s, err));
	nk_stmt_uuid(s, 1, id);
	nk_stmt_text(s, 2, nk_str_c(receipt));
	NK_TRY(nk_stmt_step(s, &have, err));
	if (!have) {
		return nk_fail(err, NK_NOT_FOUND, NK_N("there is no case of this number (nokosazu case list)"));
	}
	return take(s, arena, out, err);
}

NK_RESULT nk_case_find_open(
	struct nk_flow *flow, struct nk_str ref, struct nk_arena *arena, struct nk_case *out, struct nk_err *err)
{
	NK_TRY(nk_case_find(flow, ref, arena, out, err));
	if (out->closed_at != 0) {
		return nk_fail(err, NK_CONFLICT,
			NK_N("the case %s is closed: nothing is added to it; a new doubt is a new one (nokosazu suspect)"),
			out->receipt);
	}
	return nk_done();
}

NK_RESULT nk_case_all(
	struct nk_flow *flow, struct nk_arena *arena, struct nk_case **out, size_t *out_n, struct nk_err *err)
{
	NK_OWNED(nk_stmt_put) struct nk_stmt *s = NULL;
	NK_OWNED(nk_vec_done) struct nk_vec rows = { 0 };
	bool more = false;

	nk_vec_init(&rows, sizeof(struct nk_case), CASES_MAX);
	NK_TRY(nk_stmt_get(flow->store,
		"SELECT id, receipt, slot, generation, known_at, COALESCE(closed_at, 0), known_by, state, regime, classes "
		"FROM incident ORDER BY known_at, id",
		&s, err));
	NK_TRY(nk_stmt_step(s, &more, err));
	while (more) {
		void *item = NULL;

		NK_TRY(nk_vec_push(&rows, &item, err));
		NK_TRY(take(s, arena, item, err));
		NK_TRY(nk_stmt_step(s, &more, err));
	}
	*out = nk_vec_keep(&rows, arena);
	if (*out == NULL) {
		return nk_fail_nomem(err);
	}
	*out_n = rows.len;
	return nk_done();
}

NK_RESULT nk_case_insert(struct nk_tx *tx, const struct nk_case *c, struct nk_err *err)
{
	NK_OWNED(nk_stmt_put) struct nk_stmt *s = NULL;

	NK_TRY(nk_stmt_get(nk_tx_store(tx),
		"INSERT INTO incident(id, receipt, slot, generation, known_at, known_by, state, regime, classes) "
		"VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)",
		&s, err));
	nk_stmt_uuid(s, 1, c->id);
	nk_stmt_text(s, 2, nk_str_c(c->receipt));
	nk_stmt_int(s, 3, nk_i64(c->slot.number));
	nk_stmt_int(s, 4, c->slot.generation);
	nk_stmt_int(s, 5, c->known_at);
	nk_stmt_text(s, 6, c->known_by);
	nk_stmt_text(s, 7, c->state);
	nk_stmt_text(s, 8, c->regime);
	nk_stmt_text(s, 9, c->classes);
	return nk_stmt_run(s, err);
}

NK_RESULT nk_case_set_state(
	struct nk_tx *tx, const struct nk_case *c, const char *state, nk_time closed_at, struct nk_err *err)
{
	NK_OWNED(nk_stmt_put) struct nk_stmt *s = NULL;

	NK_TRY(nk_stmt_get(nk_tx_store(tx),
		"UPDATE incident SET state = ?2, closed_at = ?3 WHERE id = ?1 AND closed_at IS NULL", &s, err));
	nk_stmt_uuid(s, 1, c->id);
	nk_stmt_text(s, 2, nk_str_c(state));
	if (closed_at != 0) {
		nk_stmt_int(s, 3, closed_at);
	} else {
		nk_stmt_null(s, 3);
	}
	return nk_stmt_run(s, err);
}

NK_RESULT nk_case_set_classes(struct nk_tx *tx, const struct nk_case *c, struct nk_err *err)
{
	NK_OWNED(nk_stmt_put) struct nk_stmt *s = NULL;

	NK_TRY(nk_stmt_get(
		nk_tx_store(tx), "UPDATE incident SET classes = ?2, regime = ?3 WHERE id = ?1", &s, err));
	nk_stmt_uuid(s, 1, c->id);
	nk_stmt_text(s, 2, c->classes);
	nk_stmt_text(s, 3, c->regime);
	return nk_stmt_run(s, err);
}
