/*
 * party.c: who acts. A party's label is a name, so it is sealed.
 *
 * Invariant: a label opens only at the row of its party: AAD = "party" ‖ id.
 */
#include "base.h"

#include "custody.h"

#include "column_int.h"
#include "crypto.h"
#include "json.h"

#define COLUMNS                                                                                                       \
	"SELECT id, kind, roles, label, public_key, ended_at, unit, organisation, ssh_key, recipient, contact, deputy_id " \
	"FROM party "

enum { LABEL_MAX = 1024, PARTIES_MAX = 100000 };

/* A party's two sealed texts, each under a word of its own. */
static const char label_word[] = "party";
static const char contact_word[] = "reach";

static struct nk_column_box box_of(const struct nk_key *key, const char *word, struct nk_uuid id)
{
	return (struct nk_column_box){ key, word, id, LABEL_MAX };
}

static NK_RESULT open_text(const struct nk_key *label_key, const struct nk_party *party, const char *word,
	struct nk_bytes sealed, struct nk_arena *arena, struct nk_str *out, struct nk_err *err)
{
	const struct nk_column_box box = box_of(label_key, word, party->id);
	struct nk_bytes plain = { 0 };

	NK_TRY(nk_column_unseal(&box, sealed, arena, &plain, err));
	*out = nk_bytes_str(plain);
	return nk_done();
}

NK_RESULT nk_party_add(
	struct nk_tx *tx, const struct nk_key *label_key, const struct nk_party *party, struct nk_err *err)
{
	const struct nk_env *env = nk_store_env(nk_tx_store(tx));
	NK_OWNED(nk_stmt_put) struct nk_stmt *stmt = NULL;
	NK_OWNED(nk_buf_done) struct nk_buf box = { 0 };
	NK_OWNED(nk_buf_done) struct nk_buf contact = { 0 };
	const struct nk_column_box label_box = box_of(label_key, label_word, party->id);
	const struct nk_column_box contact_box = box_of(label_key, contact_word, party->id);

	if (nk_uuid_is_nil(party->id) || party->kind.len == 0 || party->label.len == 0 ||
		party->label.len > LABEL_MAX) {
		return nk_fail(err, NK_INVALID, "a party needs an id, a kind and a name of at most %d bytes",
			(int)LABEL_MAX);
	}
	if (party->contact.len > LABEL_MAX) {
		return nk_fail(err, NK_INVALID, "a contact has at most %d bytes", (int)LABEL_MAX);
	}
	NK_TRY(nk_column_seal(env, &label_box, nk_str_bytes(party->label), &box, err));
	NK_TRY(nk_stmt_get(nk_tx_store(tx),
		"INSERT INTO party(id, kind, roles, label, public_key, enrolled_at, ended_at, unit, organisation, ssh_key, recipient, contact, "
		"deputy_id) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13)",
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
	nk_stmt_text(stmt, 8, party->unit);
	nk_stmt_text(stmt, 9, party->organisation);
	nk_stmt_text(stmt, 10, party->ssh_key);
	nk_stmt_text(stmt, 11, party->recipient);
	if (party->contact.len > 0) {
		NK_TRY(nk_column_seal(env, &contact_box, nk_str_bytes(party->contact), &contact, err));
		nk_stmt_blob(stmt, 12, nk_buf_bytes(&contact));
	} else {
		nk_stmt_null(stmt, 12);
	}
	nk_column_bind_id(stmt, 13, party->deputy);
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
	NK_TRY(nk_column_text(stmt, 6, arena, &out->unit, err));
	NK_TRY(nk_column_text(stmt, 7, arena, &out->organisation, err));
	NK_TRY(nk_column_text(stmt, 8, arena, &out->ssh_key, err));
	NK_TRY(nk_column_text(stmt, 9, arena, &out->recipient, err));
	out->deputy = nk_column_id_or_nil(stmt, 11);
	if (label_key == NULL) {
		return nk_done();
	}
	if (!nk_col_is_null(stmt, 10)) {
		NK_TRY(open_text(label_key, out, contact_word, nk_col_blob(stmt, 10), arena, &out->contact, err));
	}
	return open_text(label_key, out, label_word, nk_col_blob(stmt, 3), arena, &out->label, err);
}

NK_RESULT nk_party_list(struct nk_store *store, const struct nk_key *label_key, struct nk_arena *arena,
	struct nk_party **out, size_t *out_n, struct nk_err *err)
{
	NK_OWNED(nk_stmt_put) struct nk_stmt *stmt = NULL;
	NK_OWNED(nk_vec_done) struct nk_vec rows = { 0 };
	bool more = false;

	nk_vec_init_wiping(&rows, sizeof(struct nk_party), PARTIES_MAX);
	NK_TRY(nk_stmt_get(store,
		COLUMNS "ORDER BY enrolled_at, rowid", &stmt, err));
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

	NK_TRY(nk_stmt_get(store, COLUMNS "WHERE id = ?1", &stmt, err));
	nk_stmt_uuid(stmt, 1, id);
	NK_TRY(nk_stmt_step(stmt, &found, err));
	if (!found) {
		return nk_fail(err, NK_NOT_FOUND, "there is no party %s", nk_uuid_print(id, text));
	}
	return take_row(stmt, label_key, arena, out, err);
}

bool nk_party_has_role(const struct nk_party *party, struct nk_str role)
{
	return nk_words_have(party->roles, role);
}

NK_RESULT nk_party_end(struct nk_tx *tx, struct nk_uuid id, nk_time now, struct nk_err *err)
{
	NK_OWNED(nk_stmt_put) struct nk_stmt *stmt = NULL;
	char text[NK_UUID_TEXT];

	NK_TRY(nk_stmt_get(nk_tx_store(tx), "UPDATE party SET ended_at = ?2 WHERE id = ?1 AND ended_at IS NULL", &stmt,
		err));
	nk_stmt_uuid(stmt, 1, id);
	nk_stmt_int(stmt, 2, now);
	NK_TRY(nk_stmt_run(stmt, err));
	if (nk_store_changes(nk_tx_store(tx)) == 0) {
		return nk_fail(err, NK_NOT_FOUND, "there is no party %s, or it has ended already",
			nk_uuid_print(id, text));
	}
	return nk_done();
}

/* RFC 4253 §6.6 and RFC 8709: string "ssh-ed25519", string key of 32 bytes; 51 bytes in all. */
bool nk_party_raw_key(struct nk_str ssh_key, uint8_t out[static NK_SIGN_PUB_LEN])
{
	static const uint8_t head[19] = { 0, 0, 0, 11, 's', 's', 'h', '-', 'e', 'd', '2', '5', '5', '1', '9', 0, 0, 0, 32 };
	NK_OWNED(nk_buf_done) struct nk_buf raw = { 0 };
	struct nk_str type;
	struct nk_str body;

	nk_buf_init(&raw, 256);
	if (!nk_str_cut(&ssh_key, ' ', &type) || !nk_str_cut(&ssh_key, ' ', &body) ||
		!nk_ok(nk_base64_get(&raw, nk_str_trim(body), NULL)) || raw.len != sizeof(head) + NK_SIGN_PUB_LEN ||
		!nk_bytes_eq(nk_bytes_of(raw.ptr, sizeof(head)), nk_bytes_of(head, sizeof(head)))) {
		return false;
	}
	memcpy(out, raw.ptr + sizeof(head), NK_SIGN_PUB_LEN);
	return true;
}

/* The base64 part alone: a comment behind it makes no other key. */
static struct nk_str ssh_body(const struct nk_party *p)
{
	struct nk_str rest = nk_str_trim(p->ssh_key);
	struct nk_str word = { NULL, 0 };

	(void)nk_str_cut(&rest, ' ', &word);
	return nk_str_cut(&rest, ' ', &word) ? nk_str_trim(word) : (struct nk_str){ NULL, 0 };
}

static size_t raw_keys(const struct nk_party *p, uint8_t out[static 2][NK_SIGN_PUB_LEN])
{
	size_t n = 0;

	if (p->has_key) {
		memcpy(out[n++], p->public_key, NK_SIGN_PUB_LEN);
	}
	if (nk_party_raw_key(p->ssh_key, out[n])) {
		n++;
	}
	return n;
}

bool nk_party_same_key(const struct nk_party *a, const struct nk_party *b)
{
	uint8_t ka[2][NK_SIGN_PUB_LEN];
	uint8_t kb[2][NK_SIGN_PUB_LEN];
	const size_t na = raw_keys(a, ka);
	const size_t nb = raw_keys(b, kb);

	for (size_t i = 0; i < na; i++) {
		for (size_t k = 0; k < nb; k++) {
			if (nk_ct_equal(ka[i], kb[k], NK_SIGN_PUB_LEN)) {
				return true;
			}
		}
	}
	return ssh_body(a).len > 0 && nk_str_eq(ssh_body(a), ssh_body(b));
}
