/*
 * ledger_replay.c: the ledger checked from its files alone, as a third party does it; and the store checked
 * against them.
 *
 * Every entry is hashed, every stored hash compared with the tree that the
 * entries give, every partial file with the tile it is a beginning of; the
 * root must be the one that the checkpoint's signature covers.
 */
#include "base.h"

#include "ledger.h"

#include "ledger_int.h"

struct replaying {
	struct nk_tile_dir dir;
	struct nk_edge edge;
	struct nk_hash level0[NK_TILE_WIDTH]; /* hash tile of the bundle at hand */
	struct nk_buf bundle;
	size_t ends[NK_TILE_WIDTH + 1]; /* where each entry of the bundle ends */
	struct nk_checkpoint older;
	bool has_older;
	nk_replay_fn *each;
	void *arg;
};

static void replaying_free(struct replaying **r)
{
	if (*r != NULL) {
		nk_buf_done(&(*r)->bundle);
		free(*r);
		*r = NULL;
	}
}

static nk_rc wrong_file(const struct nk_tile_dir *dir, struct nk_tile tile, struct nk_err *err)
{
	char path[NK_TILE_PATH_MAX];

	return nk_fail(err, NK_CORRUPT, "the ledger's file %s is damaged or was changed: it does not fit the entries",
		nk_tile_path(dir, tile, path));
}

/* The hash tile on the disk must be this. */
static nk_rc compare_tile(
	const struct nk_tile_dir *dir, struct nk_tile tile, const struct nk_hash *hashes, struct nk_err *err)
{
	struct nk_hash stored[NK_TILE_WIDTH];
	const size_t len = tile.width * sizeof(stored[0]);

	NK_TRY(nk_tile_hashes(dir, tile, stored, err));
	return nk_bytes_eq(nk_bytes_of(stored, len), nk_bytes_of(hashes, len)) ? nk_done()
									       : wrong_file(dir, tile, err);
}

static nk_rc tile_full(void *arg, struct nk_tile tile, const struct nk_hash *hashes, struct nk_err *err)
{
	const struct replaying *r = arg;

	return tile.level == 0 ? nk_done()
			       : compare_tile(&r->dir, tile, hashes, err); /* level 0 was compared entry by entry */
}

/* Finds the ends of `tile.width` entries; a file that is exactly of this width has nothing behind them. */
static nk_rc split_bundle(struct replaying *r, struct nk_tile tile, unsigned file_width, struct nk_err *err)
{
	size_t at = 0;

	for (unsigned i = 0; i < tile.width; i++) {
		if (r->bundle.len - at < 2) {
			return wrong_file(&r->dir, tile, err);
		}
		at += 2 + (size_t)nk_get_be16(r->bundle.ptr + at);
		if (at > r->bundle.len) {
			return wrong_file(&r->dir, tile, err);
		}
		r->ends[i + 1] = at;
	}
	return file_width != tile.width || at == r->bundle.len ? nk_done() : wrong_file(&r->dir, tile, err);
}

static nk_rc compare_older(const struct replaying *r, struct nk_err *err)
{
	struct nk_hash root;

	nk_edge_root(&r->edge, &root);
	if (nk_bytes_eq(nk_bytes_of(root.b, NK_HASH_LEN), nk_bytes_of(r->older.root, NK_HASH_LEN))) {
		return nk_done();
	}
	return nk_fail(err, NK_CORRUPT,
		"the ledger does not begin with the %llu entries of the older checkpoint: it was rewritten",
		(unsigned long long)r->older.size);
}

static nk_rc take_entry(struct replaying *r, unsigned i, struct nk_tile bundle, struct nk_err *err)
{
	const uint64_t index = r->edge.size;
	const struct nk_bytes entry = nk_bytes_of(r->bundle.ptr + r->ends[i] + 2, r->ends[i + 1] - r->ends[i] - 2);
	char path[NK_TILE_PATH_MAX];
	struct nk_hash leaf;

	nk_merkle_leaf(entry, &leaf);
	if (!nk_bytes_eq(nk_bytes_of(leaf.b, NK_HASH_LEN), nk_bytes_of(r->level0[i].b, NK_HASH_LEN))) {
		return nk_fail(err, NK_CORRUPT,
			"entry %1$llu of the ledger in %2$s does not have the hash of its tile: one of the two was "
			"changed",
			(unsigned long long)index, nk_tile_path(&r->dir, bundle, path));
	}
	NK_TRY(nk_edge_push(&r->edge, &leaf, tile_full, r, err));
	if (r->has_older && r->edge.size == r->older.size) {
		NK_TRY(compare_older(r, err));
	}
	return r->each != NULL ? r->each(r->arg, index, entry, err) : nk_done();
}

static nk_rc take_bundle(struct replaying *r, uint64_t index, unsigned width, struct nk_err *err)
{
	const struct nk_tile bundle = { NK_TILE_ENTRIES, index, width };
	struct nk_tile file = bundle;

	nk_buf_reset(&r->bundle);
	NK_TRY(nk_tile_load(&r->dir, &file, &r->bundle, err));
	NK_TRY(nk_tile_hashes(&r->dir, (struct nk_tile){ 0, index, width }, r->level0, err));
	NK_TRY(split_bundle(r, bundle, file.width, err));
	for (unsigned i = 0; i < width; i++) {
		NK_TRY(take_entry(r, i, bundle, err));
	}
	return nk_done();
}

/* A partial file of the unfinished tile must be its beginning; wider ones are of no checkpoint yet. */
static nk_rc compare_partial(void *arg, struct nk_tile tile, struct nk_err *err)
{
	const struct replaying *r = arg;
	NK_OWNED(nk_buf_done) struct nk_buf file = { 0 };
	const bool entries = tile.level == NK_TILE_ENTRIES;
	const unsigned level = entries ? 0 : tile.level;
	const uint8_t *bytes = entries ? r->bundle.ptr : r->edge.tile[level][0].b;
	const size_t len = entries ? r->ends[tile.width] : tile.width * sizeof(struct nk_hash);

	if (tile.width > nk_edge_width(&r->edge, level)) {
		return nk_done();
	}
	nk_buf_init(&file, NK_BUNDLE_MAX);
	NK_TRY(nk_tile_load(&r->dir, &tile, &file, err));
	return nk_bytes_eq(nk_buf_bytes(&file), nk_bytes_of(bytes, len)) ? nk_done() : wrong_file(&r->dir, tile, err);
}

static nk_rc compare_partials(struct replaying *r, struct nk_err *err)
{
	for (unsigned level = 0; level < NK_TILE_LEVELS; level++) {
		const struct nk_tile tile = nk_edge_tile(&r->edge, level);

		if (tile.width == 0) {
			continue;
		}
		NK_TRY(compare_tile(&r->dir, tile, r->edge.tile[level], err));
		NK_TRY(nk_tile_each_partial(&r->dir, level, tile.index, compare_partial, r, err));
		if (level == 0) {
			NK_TRY(nk_tile_each_partial(&r->dir, NK_TILE_ENTRIES, tile.index, compare_partial, r, err));
		}
	}
	return nk_done();
}

static nk_rc take_all(struct replaying *r, uint64_t size, struct nk_err *err)
{
	if (r->has_older && r->older.size > size) {
		return nk_fail(err, NK_CORRUPT,
			"the ledger has %1$llu entries and the older checkpoint %2$llu: the newest were cut off",
			(unsigned long long)size, (unsigned long long)r->older.size);
	}
	if (r->has_older && r->older.size == 0) {
		NK_TRY(compare_older(r, err));
	}
	for (uint64_t at = 0; at < size; at += NK_TILE_WIDTH) {
		const uint64_t left = size - at;

		NK_TRY(take_bundle(
			r, at / NK_TILE_WIDTH, left < NK_TILE_WIDTH ? (unsigned)left : NK_TILE_WIDTH, err));
	}
	return compare_partials(r, err);
}

/* The newest checkpoint of the folder, its signature checked. */
static nk_rc read_checkpoint(const struct nk_tile_dir *dir, const struct nk_vkey *key, struct nk_buf *note,
	struct nk_checkpoint *out, struct nk_err *err)
{
	char path[NK_TILE_PATH_MAX];

	NK_TRY(nk_env_read_all(
		dir->env, nk_ledger_file(dir, NK_CHECKPOINT_FILE, path), NK_CHECKPOINT_MAX, note, err));
	if (!nk_ok(nk_note_open(nk_buf_bytes(note), key, out, err))) {
		return nk_fail(
			err, NK_CORRUPT, "the ledger's file %s is damaged or not signed by the given key", path);
	}
	return nk_done();
}

static nk_rc replay(struct replaying *r, const struct nk_checkpoint *cp, struct nk_replay *out, struct nk_err *err)
{
	struct nk_hash root;

	NK_TRY(take_all(r, cp->size, err));
	nk_edge_root(&r->edge, &root);
	if (!nk_bytes_eq(nk_bytes_of(root.b, NK_HASH_LEN), nk_bytes_of(cp->root, NK_HASH_LEN))) {
		return nk_fail(err, NK_CORRUPT,
			"the %1$llu entries in %2$s do not give the root of the checkpoint: entries or tiles were "
			"changed",
			(unsigned long long)cp->size, r->dir.path);
	}
	*out = (struct nk_replay){
		.entries = r->edge.size, .root = root, .checkpoint_size = cp->size, .older_checked = r->has_older
	};
	return nk_done();
}

NK_RESULT nk_ledger_replay(const struct nk_env *env, const char *dir, struct nk_str vkey, struct nk_bytes older,
	nk_replay_fn *each, void *arg, struct nk_replay *out, struct nk_err *err)
{
	NK_OWNED(replaying_free) struct replaying *r = calloc(1, sizeof(*r));
	NK_OWNED(nk_buf_done) struct nk_buf note = { 0 };
	struct nk_checkpoint cp;
	struct nk_vkey key;

	if (r == NULL) {
		return nk_fail_nomem(err);
	}
	if (strlen(dir) > NK_TILE_DIR_MAX) {
		return nk_fail(err, NK_LIMIT, "the path of the ledger's folder is too long");
	}
	*r = (struct replaying){ .dir = { env, dir }, .each = each, .arg = arg, .has_older = older.len > 0 };
	nk_buf_init(&r->bundle, NK_BUNDLE_MAX);
	nk_buf_init(&note, NK_CHECKPOINT_MAX);
	NK_TRY(nk_vkey_parse(vkey, &key, err));
	if (!nk_note_vkey_true(&key)) {
		return nk_fail(err, NK_INVALID,
			"verifier key: its hash does not belong to it, or it is not an Ed25519 key of type 1");
	}
	NK_TRY(read_checkpoint(&r->dir, &key, &note, &cp, err));
	if (r->has_older) {
		NK_TRY(nk_note_open(older, &key, &r->older, err));
	}
	return replay(r, &cp, out, err);
}

/* nk_ledger_check's row: the store's leaf against its own hash and the published one. */
static nk_rc check_row(struct nk_tile_reader *files, uint64_t want, const struct nk_stmt *stmt, struct nk_err *err)
{
	const struct nk_bytes stored = nk_col_blob(stmt, 2);
	struct nk_hash leaf;
	struct nk_hash published;

	if (nk_col_int(stmt, 0) != nk_i64(want)) {
		return nk_fail(err, NK_CORRUPT, "entry %llu of the ledger is missing in the store",
			(unsigned long long)want);
	}
	nk_merkle_leaf(nk_col_blob(stmt, 1), &leaf);
	if (!nk_bytes_eq(stored, nk_bytes_of(leaf.b, NK_HASH_LEN))) {
		return nk_fail(err, NK_CORRUPT,
			"entry %llu of the ledger was changed in the store: it does not have its hash",
			(unsigned long long)want);
	}
	if (want >= files->size) {
		return nk_done();
	}
	NK_TRY(nk_tile_get(files, 0, want, &published, err));
	return nk_bytes_eq(stored, nk_bytes_of(published.b, NK_HASH_LEN)) ? nk_done()
									  : nk_ledger_fork(&files->dir, want, err);
}

static nk_rc check_rows(struct nk_ledger *ledger, struct nk_tile_reader *files, struct nk_err *err)
{
	NK_OWNED(nk_stmt_put) struct nk_stmt *stmt = NULL;
	uint64_t want = 0;
	bool row = false;

	NK_TRY(nk_stmt_get(ledger->store, "SELECT seq, entry, hash FROM leaf ORDER BY seq", &stmt, err));
	NK_TRY(nk_stmt_step(stmt, &row, err));
	for (; row; want++) {
		NK_TRY(check_row(files, want, stmt, err));
		NK_TRY(nk_stmt_step(stmt, &row, err));
	}
	if (want < files->size) {
		return nk_fail(err, NK_CORRUPT, "entry %llu of the ledger is missing in the store",
			(unsigned long long)want);
	}
	return nk_done();
}

NK_RESULT nk_ledger_check(struct nk_ledger *ledger, struct nk_err *err)
{
	struct nk_tile_reader *files = calloc(1, sizeof(*files));
	nk_rc rc;

	if (files == NULL) {
		return nk_fail_nomem(err);
	}
	files->dir = ledger->files;
	files->size = ledger->edge.size;
	rc = check_rows(ledger, files, err);
	free(files);
	return rc;
}
