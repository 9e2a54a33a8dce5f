/*
 * tombstone.c: logins and addresses that nobody gets again before a day, as keyed tokens; the key's life is its own (DECISIONS 5).
 *
 * Invariant: nothing here tells whose a login was.
 */
#include "base.h"

#include "tombstone_int.h"

#include "record_int.h"
#include "token_int.h"

static NK_RESULT token_of(struct nk_people *people, struct nk_str login, uint8_t out[static NK_MAC_LEN], bool *out_is,
	struct nk_err *err)
{
	NK_OWNED(nk_buf_done) struct nk_buf room = { 0 };

	nk_buf_init_wiping(&room, NK_RECORD_MAX);
	return nk_token_make(people->tombstone_key, NK_FIELD_LOGIN, login, &room, out, out_is, err);
}

NK_RESULT nk_tombstone_add(
	struct nk_people *people, struct nk_tx *tx, struct nk_str login, nk_date until, struct nk_err *err)
{
	NK_OWNED(nk_stmt_put) struct nk_stmt *stmt = NULL;
	uint8_t token[NK_MAC_LEN];
	bool is = false;

	NK_TRY(token_of(people, login, token, &is, err));
	if (!is) {
		return nk_done();
	}
	/* Of two days the later one holds. */
	NK_TRY(nk_stmt_get(nk_tx_store(tx),
		"INSERT INTO tombstone(token, until_day) VALUES (?1, ?2) ON CONFLICT (token) DO UPDATE SET "
		"until_day = CASE WHEN excluded.until_day > tombstone.until_day THEN excluded.until_day ELSE tombstone.until_day END",
		&stmt, err));
	nk_stmt_blob(stmt, 1, nk_bytes_of(token, sizeof(token)));
	nk_stmt_int(stmt, 2, until);
	return nk_stmt_run(stmt, err);
}

NK_RESULT nk_tombstone_leave(struct nk_people *people, struct nk_tx *tx, const struct nk_person *p, nk_date until,
	uint64_t *out_n, struct nk_err *err)
{
	static const enum nk_field kept[] = { NK_FIELD_LOGIN, NK_FIELD_MAIL };

	for (size_t i = 0; i < NK_ARRAY_LEN(kept); i++) {
		if (p->field[kept[i]].len > 0) {
			NK_TRY(nk_tombstone_add(people, tx, p->field[kept[i]], until, err));
			++*out_n;
		}
	}
	return nk_done();
}

NK_RESULT nk_tombstone_has(
	struct nk_people *people, struct nk_str login, nk_date today, bool *out, struct nk_err *err)
{
	NK_OWNED(nk_stmt_put) struct nk_stmt *stmt = NULL;
	uint8_t token[NK_MAC_LEN];
	bool is = false;

	*out = false;
	NK_TRY(token_of(people, login, token, &is, err));
	if (!is) {
		return nk_done();
	}
	NK_TRY(nk_stmt_get(
		people->store, "SELECT until_day FROM tombstone WHERE token = ?1 AND until_day >= ?2", &stmt, err));
	nk_stmt_blob(stmt, 1, nk_bytes_of(token, sizeof(token)));
	nk_stmt_int(stmt, 2, today);
	return nk_stmt_step(stmt, out, err);
}

NK_RESULT nk_tombstone_expire(struct nk_people *people, struct nk_tx *tx, nk_date today, struct nk_err *err)
{
	NK_OWNED(nk_stmt_put) struct nk_stmt *stmt = NULL;

	(void)people;
	NK_TRY(nk_stmt_get(nk_tx_store(tx), "DELETE FROM tombstone WHERE until_day < ?1", &stmt, err));
	nk_stmt_int(stmt, 1, today);
	return nk_stmt_run(stmt, err);
}

NK_RESULT nk_tombstone_any(struct nk_people *people, bool *out, struct nk_err *err)
{
	NK_OWNED(nk_stmt_put) struct nk_stmt *stmt = NULL;

	NK_TRY(nk_stmt_get(people->store, "SELECT until_day FROM tombstone LIMIT 1", &stmt, err));
	return nk_stmt_step(stmt, out, err);
}

NK_RESULT nk_tombstone_refuse(struct nk_people *people, const struct nk_person *p, struct nk_err *err)
{
	/* Days are counted in UTC here: in the east of it a login stays blocked some hours longer, never shorter. */
	const nk_date today = nk_time_day(nk_now(nk_store_env(people->store)), 0);
	bool has = false;

	NK_TRY(nk_tombstone_has(people, p->field[NK_FIELD_LOGIN], today, &has, err));
	if (has) {
		return nk_fail(err, NK_CONFLICT,
			"the login of person %lu belonged to somebody who was erased and is still blocked; give another login",
			(unsigned long)p->number);
	}
	return nk_done();
}
