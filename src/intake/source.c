/*
 * source.c: the row of a source: its name, what it last gave us, and how that looked. Nobody's data.
 */
#include "base.h"
#include "changes.h"

static NK_RESULT check_last(const struct nk_source *s, struct nk_err *err)
{
	if (s->last_digest.len != 0 && s->last_digest.len != NK_HASH_LEN) {
		return nk_fail(err, NK_CORRUPT, "table source: the digest of the last file has the wrong length");
	}
	return nk_done();
}

static NK_RESULT dup_bytes(struct nk_arena *arena, struct nk_bytes b, struct nk_bytes *out, struct nk_err *err)
{
	struct nk_str s;

	NK_TRY(nk_arena_dup(arena, nk_bytes_str(b), &s, err));
	*out = nk_str_bytes(s);
	return nk_done();
}

NK_RESULT nk_source_get(
	struct nk_store *store, struct nk_str name, struct nk_arena *arena, struct nk_source *out, struct nk_err *err)
{
	NK_OWNED(nk_stmt_put) struct nk_stmt *stmt = NULL;
	struct nk_source s = { 0 };
	bool row = false;

	NK_TRY(nk_stmt_get(store,
		"SELECT id, name, format, last_digest, last_import, last_shape FROM source WHERE name = ?1", &stmt,
		err));
	nk_stmt_text(stmt, 1, name);
	NK_TRY(nk_stmt_step(stmt, &row, err));
	if (!row) {
		return nk_fail(
			err, NK_NOT_FOUND, "there is no source of that name yet: it is made by its first import");
	}
	if (!nk_col_uuid(stmt, 0, &s.id)) {
		return nk_fail(err, NK_CORRUPT, "table source: an id has the wrong length");
	}
	NK_TRY(nk_arena_dup(arena, nk_col_text(stmt, 1), &s.name, err));
	NK_TRY(nk_arena_dup(arena, nk_col_text(stmt, 2), &s.format, err));
	NK_TRY(dup_bytes(
		arena, nk_col_is_null(stmt, 3) ? (struct nk_bytes){ 0 } : nk_col_blob(stmt, 3), &s.last_digest, err));
	s.last_import = nk_col_is_null(stmt, 4) ? 0 : nk_col_int(stmt, 4);
	NK_TRY(dup_bytes(
		arena, nk_col_is_null(stmt, 5) ? (struct nk_bytes){ 0 } : nk_col_blob(stmt, 5), &s.last_shape, err));
	NK_TRY(check_last(&s, err));
	*out = s;
	return nk_done();
}

static void bind_blob(struct nk_stmt *stmt, int at, struct nk_bytes b)
{
	if (b.len == 0) {
		nk_stmt_null(stmt, at);
	} else {
		nk_stmt_blob(stmt, at, b);
	}
}

NK_RESULT nk_source_put(struct nk_tx *tx, const struct nk_source *source, struct nk_err *err)
{
	NK_OWNED(nk_stmt_put) struct nk_stmt *stmt = NULL;

	NK_TRY(check_last(source, err));
	NK_TRY(nk_stmt_get(nk_tx_store(tx),
		"INSERT INTO source(id, name, format, settings, last_digest, last_import, last_shape) "
		"VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7) "
		"ON CONFLICT (id) DO UPDATE SET name = excluded.name, format = excluded.format, "
		"last_digest = excluded.last_digest, "
		"last_import = excluded.last_import, last_shape = excluded.last_shape",
		&stmt, err));
	nk_stmt_uuid(stmt, 1, source->id);
	nk_stmt_text(stmt, 2, source->name);
	nk_stmt_text(stmt, 3, source->format);
	nk_stmt_blob(stmt, 4, nk_str_bytes(NK_STR("{}")));
	bind_blob(stmt, 5, source->last_digest);
	if (source->last_import == 0) {
		nk_stmt_null(stmt, 6);
	} else {
		nk_stmt_int(stmt, 6, source->last_import);
	}
	bind_blob(stmt, 7, source->last_shape);
	return nk_stmt_run(stmt, err);
}
