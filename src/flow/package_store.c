/*
 * package_store.c: rows about packages: what was built, released, installed here, and the papers about it.
 */
#include "base.h"
#include "package_int.h"

NK_RESULT nk_package_note(struct nk_flow *flow, struct nk_tx *tx, const struct nk_package_made *p, const char *state,
	struct nk_str manifest, struct nk_err *err)
{
	NK_OWNED(nk_stmt_put) struct nk_stmt *s = NULL;
	const struct nk_leaf_item items[] = { nk_item_hex("digest", p->digest.b, NK_HASH_LEN), nk_item_text("name", p->name),
		nk_item_text("state", nk_str_c(state)), nk_item_text("version", p->version) };
	struct nk_uuid id;

	NK_TRY(nk_uuid_new(flow->env, &id, err));
	NK_TRY(nk_stmt_get(nk_tx_store(tx),
		"INSERT INTO package(id, name, version, digest, state, at, manifest) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7) "
		"ON CONFLICT (digest, state) DO UPDATE SET at = excluded.at",
		&s, err));
	nk_stmt_uuid(s, 1, id);
	nk_stmt_text(s, 2, p->name);
	nk_stmt_text(s, 3, p->version);
	nk_stmt_blob(s, 4, nk_bytes_of(p->digest.b, NK_HASH_LEN));
	nk_stmt_text(s, 5, nk_str_c(state));
	nk_stmt_int(s, 6, nk_now(flow->env));
	nk_stmt_blob(s, 7, nk_str_bytes(manifest));
	NK_TRY(nk_stmt_run(s, err));
	return nk_flow_leaf(flow, tx, NK_LEAF_PACKAGE, items, NK_ARRAY_LEN(items), NULL, err);
}

NK_RESULT nk_package_replace(struct nk_tx *tx, struct nk_str name, struct nk_err *err)
{
	NK_OWNED(nk_stmt_put) struct nk_stmt *gone = NULL;
	NK_OWNED(nk_stmt_put) struct nk_stmt *s = NULL;

	NK_TRY(nk_stmt_get(nk_tx_store(tx), "DELETE FROM package WHERE name = ?1 AND state = 'replaced' AND digest IN "
					    "(SELECT digest FROM package WHERE name = ?1 AND state = 'installed')", &gone, err));
	nk_stmt_text(gone, 1, name);
	NK_TRY(nk_stmt_run(gone, err));
	NK_TRY(nk_stmt_get(nk_tx_store(tx),
		"UPDATE package SET state = 'replaced' WHERE name = ?1 AND state = 'installed'", &s, err));
	nk_stmt_text(s, 1, name);
	return nk_stmt_run(s, err);
}

static NK_RESULT take_row(
	const struct nk_stmt *s, struct nk_arena *arena, struct nk_package_row *out, struct nk_err *err)
{
	const struct nk_bytes digest = nk_col_blob(s, 2);

	if (digest.len != NK_HASH_LEN) {
		return nk_fail(err, NK_CORRUPT, NK_N("a package in the store is damaged"));
	}
	nk_hex_print(digest.ptr, digest.len, out->digest);
	out->at = nk_col_int(s, 4);
	NK_TRY(nk_arena_dup(arena, nk_col_text(s, 0), &out->name, err));
	NK_TRY(nk_arena_dup(arena, nk_col_text(s, 1), &out->version, err));
	return nk_arena_dup(arena, nk_col_text(s, 3), &out->state, err);
}

NK_RESULT nk_package_installed(struct nk_flow *flow, struct nk_str name, struct nk_arena *arena,
	struct nk_package_row *out, struct nk_str *out_manifest, struct nk_err *err)
{
	NK_OWNED(nk_stmt_put) struct nk_stmt *s = NULL;
	bool have = false;

	memset(out, 0, sizeof(*out));
	NK_TRY(nk_stmt_get(flow->store,
		"SELECT name, version, digest, state, at, manifest FROM package WHERE (name = ?1 OR ?1 = '') AND state = 'installed' "
		"ORDER BY at DESC LIMIT 1",
		&s, err));
	nk_stmt_text(s, 1, name);
	NK_TRY(nk_stmt_step(s, &have, err));
	if (!have) {
		return nk_fail(err, NK_NOT_FOUND, NK_N("no package was installed here by this installation"));
	}
	NK_TRY(take_row(s, arena, out, err));
	return nk_arena_dup(arena, nk_bytes_str(nk_col_blob(s, 5)), out_manifest, err);
}

NK_RESULT nk_package_keep_paper(struct nk_flow *flow, struct nk_tx *tx, const struct nk_hash *digest,
	const char *predicate, struct nk_str envelope, struct nk_err *err)
{
	NK_OWNED(nk_stmt_put) struct nk_stmt *s = NULL;

	NK_TRY(nk_stmt_get(nk_tx_store(tx),
		"INSERT INTO package_statement(digest, predicate, envelope, at) VALUES (?1, ?2, ?3, ?4)", &s, err));
	nk_stmt_blob(s, 1, nk_bytes_of(digest->b, NK_HASH_LEN));
	nk_stmt_text(s, 2, nk_str_c(predicate));
	nk_stmt_blob(s, 3, nk_str_bytes(envelope));
	nk_stmt_int(s, 4, nk_now(flow->env));
	return nk_stmt_run(s, err);
}

NK_RESULT nk_package_keep_beside(struct nk_flow *flow, struct nk_tx *tx, const char *file, const struct nk_hash *digest,
	const char *suffix, struct nk_arena *arena, struct nk_err *err)
{
	struct nk_str path;
	struct nk_bytes text;

	NK_TRY(nk_package_beside(file, suffix, arena, &path, err));
	if (!nk_os_is_there(path.ptr)) {
		return nk_done();
	}
	NK_TRY(nk_package_read_file(flow->env, path.ptr, NK_PACKAGE_PAPER_MAX, arena, &text, err));
	return nk_package_keep_paper(flow, tx, digest, suffix, nk_bytes_str(text), err);
}

NK_RESULT nk_package_verified(struct nk_flow *flow, struct nk_str digest_hex, bool *out, struct nk_err *err)
{
	NK_OWNED(nk_stmt_put) struct nk_stmt *s = NULL;
	uint8_t digest[NK_HASH_LEN];

	*out = false;
	if (!nk_hex_parse(digest_hex, digest, sizeof(digest))) {
		return nk_done();
	}
	NK_TRY(nk_stmt_get(flow->store,
		"SELECT 1 FROM package p JOIN package_statement s ON s.digest = p.digest AND s.predicate = '.svr.dsse.json' "
		"WHERE p.digest = ?1 AND p.state <> 'built' LIMIT 1",
		&s, err));
	nk_stmt_blob(s, 1, nk_bytes_of(digest, sizeof(digest)));
	return nk_stmt_step(s, out, err);
}

NK_RESULT nk_op_package_list(
	struct nk_flow *flow, struct nk_arena *arena, struct nk_package_row **out, size_t *out_n, struct nk_err *err)
{
	NK_OWNED(nk_stmt_put) struct nk_stmt *s = NULL;
	NK_OWNED(nk_vec_done) struct nk_vec rows = { 0 };
	bool have = true;

	nk_vec_init(&rows, sizeof(struct nk_package_row), 10000);
	NK_TRY(nk_stmt_get(
		flow->store, "SELECT name, version, digest, state, at FROM package ORDER BY at, rowid", &s, err));
	for (;;) {
		void *at = NULL;

		NK_TRY(nk_stmt_step(s, &have, err));
		if (!have) {
			break;
		}
		NK_TRY(nk_vec_push(&rows, &at, err));
		NK_TRY(take_row(s, arena, at, err));
	}
	*out = nk_vec_keep(&rows, arena);
	if (*out == NULL) {
		return nk_fail_nomem(err);
	}
	*out_n = rows.len;
	return nk_done();
}
