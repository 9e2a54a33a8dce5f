/*
 * party.c: who acts. A party's label is a name, so it is sealed.
 *
 * Invariant: a label opens only at the row of its party: AAD = "party" ‖ id.
 */
#include "base.h"

#include "custody.h"

#include "column_int.h"
#include "crypto.h"

enum { LABEL_MAX = 1024, PARTIES_MAX = 100000, AAD_LEN = 21 };

static void aad_of(struct nk_uuid id, uint8_t out[static AAD_LEN])
{
	memcpy(out, "party", 5);
	memcpy(out + 5, id.b, sizeof(id.b));
}

static NK_RESULT seal_label(const struct nk_env *env, const struct nk_key *label_key, const struct nk_party *party,
	struct nk_buf *out, struct nk_err *err)
{
	NK_OWNED(nk_buf_done) struct nk_buf plain = { 0 };
	uint8_t aad[AAD_LEN];
	uint8_t *at = NULL;

	nk_buf_init_wiping(&plain, LABEL_MAX + 64);
	NK_TRY(nk_buf_add_str(&plain, party->label, err));
	NK_TRY(nk_pad(&plain, err));
	NK_TRY(nk_buf_reserve(out, plain.len + NK_SEAL_EXTRA, &at, err));
	aad_of(party->id, aad);
	NK_TRY(nk_seal(env, label_key, nk_bytes_of(aad, sizeof(aad)), nk_buf_bytes(&plain), at, err));
	out->len += plain.len + NK_SEAL_EXTRA;
	return nk_done();
}

static NK_RESULT open_label(const struct nk_key *label_key, struct nk_uuid id, struct nk_bytes box,
	struct nk_arena *arena, struct nk_str *out, struct nk_err *err)
{
	uint8_t aad[AAD_LEN];
	uint8_t *plain = NULL;
	size_t len = 0;

	aad_of(id, aad);
	if (box.len > NK_SEAL_EXTRA && box.len <= LABEL_MAX + 64 + NK_SEAL_EXTRA) {
		plain = nk_arena_alloc(arena, box.len);
		if (plain == NULL) {
			return nk_fail_nomem(err);
		}
		if (nk_open(label_key, nk_bytes_of(aad, sizeof(aad)), box, plain) &&
			nk_unpad(nk_bytes_of(plain, box.len - NK_SEAL_EXTRA), &len)) {
			*out = (struct nk_str){ (const char *)plain, len };
			return nk_done();
		}
	}
	char text[NK_UUID_TEXT];

	return nk_fail(err, NK_CORRUPT,
		"the name of party %s does not open: store and vault are not of the same state; restore both from one backup",
		nk_uuid_print(id, text));
}

NK_RESULT nk_party_add(
	struct nk_tx *tx, const struct nk_key *label_key, const struct nk_party *party, struct nk_err *err)
{
	const struct nk_env *env = nk_store_env(nk_tx_store(tx));
	NK_OWNED(nk_stmt_put) struct nk_stmt *stmt = NULL;
	NK_OWNED(nk_buf_done) struct nk_buf box = { 0 };

	if (nk_uuid_is_nil(party->id) || party->kind.len == 0 || party->label.len == 0 ||
		party->label.len > LABEL_MAX) {
		return nk_fail(err, NK_INVALID, "a party needs an id, a kind and a name of at most %d bytes",
			(int)LABEL_MAX);
	}
	nk_buf_init(&box, LABEL_MAX + 64 + NK_SEAL_EXTRA);
	NK_TRY(seal_label(env, label_key, party, &box, err));
	NK_TRY(nk_stmt_get(nk_tx_store(tx),
		"INSERT INTO party(id, kind, roles, label, public_key, enrolled_at, ended_at) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
		&stmt, err));
	nk_stmt_uuid(stmt, 1, party->id);
	nk_stmt_text(stmt, 2, party->kind);
	nk_stmt_text(stmt, 3, party->roles);
	nk_stmt_blob(stmt, 4, nk_buf_bytes(&box));
	if (party->has_key) {
		nk_stmt_blob(stmt, 5, nk_bytes_of(party->public_key, sizeof(party->public_key)));
	} else {
		nk_stmt_null(stmt, 5);
	}
	nk_stmt_int(stmt, 6, nk_now(env));
	nk_column_bind_time(stmt, 7, party->ended ? nk_now(env) : 0);
	return nk_stmt_run(stmt, err);
}

static NK_RESULT take_row(const struct nk_stmt *stmt, const struct nk_key *label_key, struct nk_arena *arena,
	struct nk_party *out, struct nk_err *err)
{
	const struct nk_bytes pub = nk_col_blob(stmt, 4);

	*out = (struct nk_party){ .has_key = pub.len == NK_SIGN_PUB_LEN, .ended = !nk_col_is_null(stmt, 5) };
	NK_TRY(nk_column_id(stmt, 0, "party", &out->id, err));
	NK_TRY(nk_column_text(stmt, 1, arena, &out->kind, err));
	NK_TRY(nk_column_text(stmt, 2, arena, &out->roles, err));
	if (out->has_key) {
		memcpy(out->public_key, pub.ptr, NK_SIGN_PUB_LEN);
	}
	return open_label(label_key, out->id, nk_col_blob(stmt, 3), arena, &out->label, err);
}

NK_RESULT nk_party_list(struct nk_store *store, const struct nk_key *label_key, struct nk_arena *arena,
	struct nk_party **out, size_t *out_n, struct nk_err *err)
{
	NK_OWNED(nk_stmt_put) struct nk_stmt *stmt = NULL;
	NK_OWNED(nk_vec_done) struct nk_vec rows = { 0 };
	bool more = false;

	nk_vec_init_wiping(&rows, sizeof(struct nk_party), PARTIES_MAX);
	NK_TRY(nk_stmt_get(store,
		"SELECT id, kind, roles, label, public_key, ended_at FROM party ORDER BY enrolled_at, rowid", &stmt,
		err));
	NK_TRY(nk_stmt_step(stmt, &more, err));
	while (more) {
		void *item = NULL;

		NK_TRY(nk_vec_push(&rows, &item, err));
		NK_TRY(take_row(stmt, label_key, arena, item, err));
		NK_TRY(nk_stmt_step(stmt, &more, err));
	}
	NK_TRY(nk_column_list(&rows, arena, out, err));
	*out_n = rows.len;
	return nk_done();
}

NK_RESULT nk_party_get(struct nk_store *store, const struct nk_key *label_key, struct nk_uuid id,
	struct nk_arena *arena, struct nk_party *out, struct nk_err *err)
{
	NK_OWNED(nk_stmt_put) struct nk_stmt *stmt = NULL;
	char text[NK_UUID_TEXT];
	bool found = false;

	NK_TRY(nk_stmt_get(
		store, "SELECT id, kind, roles, label, public_key, ended_at FROM party WHERE id = ?1", &stmt, err));
	nk_stmt_uuid(stmt, 1, id);
	NK_TRY(nk_stmt_step(stmt, &found, err));
	if (!found) {
		return nk_fail(err, NK_NOT_FOUND, "there is no party %s", nk_uuid_print(id, text));
	}
	return take_row(stmt, label_key, arena, out, err);
}

bool nk_party_has_role(const struct nk_party *party, struct nk_str role)
{
	struct nk_str rest = party->roles;
	struct nk_str word = { NULL, 0 };

	while (nk_str_cut(&rest, ',', &word)) {
		if (role.len > 0 && nk_str_eq(nk_str_trim(word), role)) {
			return true;
		}
	}
	return false;
}
