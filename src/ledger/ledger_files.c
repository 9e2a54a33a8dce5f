/*
 * ledger_files.c: is a file below the ledger's folder one of this ledger?
 *
 * Invariant: a name alone explains nothing: the tile lies within the published tree and holds what the store's leaves give.
 * The checkpoint itself was looked at when the ledger was opened.
 */
#include "base.h"

#include "ledger.h"

#include "ledger_int.h"

/* "x001/x234/067" → 1234067. */
static bool index_of(struct nk_str text, uint64_t *out)
{
	struct nk_str part;
	uint64_t n = 0;

	for (unsigned parts = 0; nk_str_cut(&text, '/', &part); parts++) {
		const bool last = text.len == 0;
		uint32_t three = 0;

		part = nk_str_sub(part, last ? 0 : 1, part.len); /* the x; printing it again tells what was there */
		if (parts == 6 || part.len != 3 || !nk_parse_u32(part, 0, 999, &three)) {
			return false;
		}
		n = n * 1000 + three;
	}
	*out = n;
	return true;
}

/* "tile/<level>/<index>[.p/<width>]"; what is not spelt as we would spell it is none. */
static bool tile_of(const struct nk_tile_dir *dir, struct nk_str name, struct nk_tile *out)
{
	char again[NK_TILE_PATH_MAX];
	struct nk_str rest = name;
	struct nk_str word;
	size_t at = 0;
	uint32_t n = 0;

	if (!nk_str_cut(&rest, '/', &word) || !nk_str_eq(word, NK_STR("tile")) || !nk_str_cut(&rest, '/', &word)) {
		return false;
	}
	*out = (struct nk_tile){ NK_TILE_ENTRIES, 0, NK_TILE_WIDTH };
	if (!nk_str_eq(word, NK_STR("entries"))) {
		if (!nk_parse_u32(word, 0, NK_TILE_LEVELS - 1, &n)) {
			return false;
		}
		out->level = n;
	}
	at = nk_str_find(rest, NK_STR(".p/"));
	if (at != SIZE_MAX) {
		if (!nk_parse_u32(nk_str_sub(rest, at + 3, rest.len), 1, NK_TILE_WIDTH - 1, &n)) {
			return false;
		}
		out->width = n;
		rest = nk_str_sub(rest, 0, at);
	}
	return index_of(rest, &out->index) &&
		nk_str_eq(nk_str_c(nk_tile_path(dir, *out, again) + strlen(dir->path) + 1), name);
}

/* Leaves under one hash of a level: 256^level. */
static uint64_t leaves_under(unsigned level)
{
	return UINT64_C(1) << (8 * (level == NK_TILE_ENTRIES ? 0 : level));
}

static bool within(const struct nk_ledger *ledger, struct nk_tile tile)
{
	const uint64_t hashes = ledger->edge.size / leaves_under(tile.level);

	return tile.index <= hashes / NK_TILE_WIDTH && tile.index * NK_TILE_WIDTH + tile.width <= hashes;
}

/* What must be in an entry bundle, or in a tile of level 0. */
static NK_RESULT from_store(struct nk_ledger *ledger, struct nk_tile tile, struct nk_buf *out, struct nk_err *err)
{
	NK_OWNED(nk_stmt_put) struct nk_stmt *stmt = NULL;
	bool row = false;

	NK_TRY(nk_stmt_get(ledger->store, "SELECT entry FROM leaf WHERE seq >= ?1 AND seq < ?2 ORDER BY seq", &stmt, err));
	nk_stmt_int(stmt, 1, nk_i64(tile.index * NK_TILE_WIDTH));
	nk_stmt_int(stmt, 2, nk_i64(tile.index * NK_TILE_WIDTH + tile.width));
	NK_TRY(nk_stmt_step(stmt, &row, err));
	while (row) {
		const struct nk_bytes entry = nk_col_blob(stmt, 0);
		struct nk_hash leaf;
		uint8_t len[2];

		nk_merkle_leaf(entry, &leaf);
		nk_put_be16(len, nk_u16(entry.len));
		if (tile.level == NK_TILE_ENTRIES) {
			NK_TRY(nk_buf_add(out, len, sizeof(len), err));
			NK_TRY(nk_buf_add(out, entry.ptr, entry.len, err));
		} else {
			NK_TRY(nk_buf_add(out, leaf.b, sizeof(leaf.b), err));
		}
		NK_TRY(nk_stmt_step(stmt, &row, err));
	}
	return nk_done();
}

/* What must be in a tile of a higher level: each hash is the root of a full tile below it. */
static NK_RESULT from_below(struct nk_ledger *ledger, struct nk_tile tile, struct nk_buf *out, struct nk_err *err)
{
	struct nk_hash hashes[NK_TILE_WIDTH];
	struct nk_hash root;

	for (unsigned i = 0; i < tile.width; i++) {
		const struct nk_tile below = { tile.level - 1, tile.index * NK_TILE_WIDTH + i, NK_TILE_WIDTH };

		NK_TRY(nk_tile_hashes(&ledger->files, below, hashes, err));
		nk_tile_fold(hashes, NK_TILE_WIDTH, &root);
		NK_TRY(nk_buf_add(out, root.b, sizeof(root.b), err));
	}
	return nk_done();
}

NK_RESULT nk_ledger_has_file(struct nk_ledger *ledger, struct nk_str name, bool *out, struct nk_err *err)
{
	NK_OWNED(nk_buf_done) struct nk_buf there = { 0 };
	NK_OWNED(nk_buf_done) struct nk_buf wanted = { 0 };
	char path[NK_TILE_PATH_MAX];
	struct nk_tile tile;
	struct nk_err why;
	nk_rc rc;

	*out = false;
	if (!tile_of(&ledger->files, name, &tile) || !within(ledger, tile)) {
		return nk_done();
	}
	nk_buf_init(&there, NK_BUNDLE_MAX);
	nk_buf_init(&wanted, NK_BUNDLE_MAX);
	rc = nk_env_read_all(ledger->files.env, nk_tile_path(&ledger->files, tile, path), NK_BUNDLE_MAX, &there, &why);
	if (!nk_ok(rc)) {
		return rc.code == NK_NOMEM ? nk_err_pass(err, &why) : nk_done();
	}
	rc = tile.level == NK_TILE_ENTRIES || tile.level == 0 ? from_store(ledger, tile, &wanted, &why)
							      : from_below(ledger, tile, &wanted, &why);
	if (!nk_ok(rc)) {
		return rc.code == NK_CORRUPT ? nk_done() : nk_err_pass(err, &why); /* a tile below is not right: neither is this one */
	}
	*out = nk_bytes_eq(nk_buf_bytes(&there), nk_buf_bytes(&wanted));
	return nk_done();
}
