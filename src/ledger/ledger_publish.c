/*
 * ledger_publish.c: committed leaves become tiles, entry bundles and a checkpoint. Idempotent: cut off anywhere,
 * it is done again.
 *
 * The order that makes it so: all tiles and bundles · one sync of the file
 * system · partial files whose full one is durable go · the checkpoint is
 * replaced. Until the last step the old checkpoint stands, and all it needs is there.
 */
#include "base.h"

#include "ledger.h"

#include "ledger_int.h"

struct publishing {
	struct nk_ledger *ledger;
	struct nk_edge edge; /* grows; the ledger's own one stays as published */
	struct nk_buf bundle; /* entries of the unfinished level-0 tile, as in its file */
	uint64_t old_size;
	uint64_t next; /* leaf that must come now */
};

static void publishing_free(struct publishing **p)
{
	if (*p != NULL) {
		nk_buf_done(&(*p)->bundle);
		free(*p);
		*p = NULL;
	}
}

static nk_rc write_hashes(
	const struct nk_tile_dir *dir, struct nk_tile tile, const struct nk_hash *hashes, struct nk_err *err)
{
	return nk_tile_write(dir, tile, nk_bytes_of(hashes, tile.width * sizeof(struct nk_hash)), err);
}

static nk_rc tile_full(void *arg, struct nk_tile tile, const struct nk_hash *hashes, struct nk_err *err)
{
	struct publishing *p = arg;
	const struct nk_tile_dir *dir = &p->ledger->files;

	NK_TRY(write_hashes(dir, tile, hashes, err));
	if (tile.level == 0) {
		NK_TRY(nk_tile_write(dir, (struct nk_tile){ NK_TILE_ENTRIES, tile.index, NK_TILE_WIDTH },
			nk_buf_bytes(&p->bundle), err));
		nk_buf_reset(&p->bundle);
	}
	return nk_done();
}

static nk_rc add_to_bundle(struct nk_buf *bundle, struct nk_bytes entry, struct nk_err *err)
{
	uint8_t len[2];

	nk_put_be16(len, nk_u16(entry.len));
	NK_TRY(nk_buf_add(bundle, len, sizeof(len), err));
	return nk_buf_add(bundle, entry.ptr, entry.len, err);
}

/* One row of the store: must follow the last one, be hashed rightly, and agree with what is published already. */
static nk_rc take_row(
	struct publishing *p, uint64_t seq, struct nk_bytes entry, struct nk_bytes hash, struct nk_err *err)
{
	struct nk_hash leaf;

	if (seq != p->next) {
		return nk_fail(err, NK_CORRUPT, "entry %llu of the ledger is missing in the store",
			(unsigned long long)p->next);
	}
	nk_merkle_leaf(entry, &leaf);
	if (entry.len > NK_ENTRY_MAX || !nk_bytes_eq(hash, nk_bytes_of(leaf.b, sizeof(leaf.b)))) {
		return nk_fail(err, NK_CORRUPT,
			"entry %llu of the ledger was changed in the store: it does not have its hash",
			(unsigned long long)seq);
	}
	p->next++;
	NK_TRY(add_to_bundle(&p->bundle, entry, err));
	if (seq >= p->old_size) {
		return nk_edge_push(&p->edge, &leaf, tile_full, p, err);
	}
	if (!nk_bytes_eq(hash, nk_bytes_of(p->edge.tile[0][seq % NK_TILE_WIDTH].b, NK_HASH_LEN))) {
		return nk_ledger_fork(&p->ledger->files, seq, err);
	}
	return nk_done();
}

static nk_rc take_rows(struct publishing *p, struct nk_err *err)
{
	NK_OWNED(nk_stmt_put) struct nk_stmt *stmt = NULL;
	bool row = false;

	p->next = p->old_size - p->old_size % NK_TILE_WIDTH;
	NK_TRY(nk_stmt_get(
		p->ledger->store, "SELECT seq, entry, hash FROM leaf WHERE seq >= ?1 ORDER BY seq", &stmt, err));
	nk_stmt_int(stmt, 1, nk_i64(p->next));
	NK_TRY(nk_stmt_step(stmt, &row, err));
	while (row) {
		NK_TRY(take_row(p, nk_u64(nk_col_int(stmt, 0)), nk_col_blob(stmt, 1), nk_col_blob(stmt, 2), err));
		NK_TRY(nk_stmt_step(stmt, &row, err));
	}
	return nk_done();
}

/* The unfinished tiles that differ from those published. */
static nk_rc write_partials(const struct publishing *p, struct nk_err *err)
{
	const struct nk_tile_dir *dir = &p->ledger->files;

	for (unsigned level = 0; level < NK_TILE_LEVELS; level++) {
		const struct nk_tile tile = nk_edge_tile(&p->edge, level);
		const struct nk_tile was = nk_edge_tile(&p->ledger->edge, level);

		if (tile.width == 0 || (tile.width == was.width && tile.index == was.index && p->ledger->published)) {
			continue;
		}
		NK_TRY(write_hashes(dir, tile, p->edge.tile[level], err));
		if (level == 0) {
			NK_TRY(nk_tile_write(dir, (struct nk_tile){ NK_TILE_ENTRIES, tile.index, tile.width },
				nk_buf_bytes(&p->bundle), err));
		}
	}
	return nk_done();
}

/* Partial files of tiles that were unfinished before and are full and durable now. */
static nk_rc drop_partials(const struct publishing *p, struct nk_err *err)
{
	const struct nk_tile_dir *dir = &p->ledger->files;

	for (unsigned level = 0; level < NK_TILE_LEVELS; level++) {
		const struct nk_tile was = nk_edge_tile(&p->ledger->edge, level);

		if (was.width == 0 || nk_edge_tile(&p->edge, level).index == was.index) {
			continue;
		}
		NK_TRY(nk_tile_drop_partials(dir, level, was.index, err));
		if (level == 0) {
			NK_TRY(nk_tile_drop_partials(dir, NK_TILE_ENTRIES, was.index, err));
		}
	}
	return nk_done();
}

static nk_rc sign_checkpoint(const struct publishing *p, struct nk_buf *out, struct nk_err *err)
{
	NK_OWNED(nk_buf_done) struct nk_buf text = { 0 };
	const struct nk_str origin = nk_buf_str(&p->ledger->origin);
	struct nk_checkpoint cp = { .origin = origin, .size = p->edge.size };
	struct nk_hash root;

	nk_edge_root(&p->edge, &root);
	memcpy(cp.root, root.b, sizeof(cp.root));
	nk_buf_init(&text, NK_CHECKPOINT_MAX);
	NK_TRY(nk_checkpoint_print(&cp, &text, err));
	return nk_note_sign(nk_buf_str(&text), origin, p->ledger->seed, out, err);
}

static nk_rc write_files(struct publishing *p, struct nk_buf *checkpoint, struct nk_err *err)
{
	const struct nk_tile_dir *dir = &p->ledger->files;
	char path[NK_TILE_PATH_MAX];

	NK_TRY(take_rows(p, err));
	NK_TRY(write_partials(p, err));
	if (!nk_ok(dir->env->sync_all(dir->env->self, dir->path, err))) {
		nk_env_sync_failed(dir->path);
	}
	NK_TRY(drop_partials(p, err));
	NK_TRY(sign_checkpoint(p, checkpoint, err));
	return nk_env_replace(dir->env, nk_ledger_file(dir, NK_CHECKPOINT_FILE, path), nk_buf_bytes(checkpoint), err);
}

NK_RESULT nk_ledger_publish(struct nk_ledger *ledger, struct nk_err *err)
{
	NK_OWNED(publishing_free) struct publishing *p = NULL;
	NK_OWNED(nk_buf_done) struct nk_buf checkpoint = { 0 };
	uint64_t count = 0;

	if (ledger->seed == NULL || nk_store_in_tx(ledger->store)) {
		return nk_fail(
			err, NK_INTERNAL, "the ledger can be published only with its key and outside a transaction");
	}
	NK_TRY(nk_ledger_count(ledger->store, &count, err));
	if (ledger->published && count == ledger->edge.size) {
		return nk_done();
	}
	p = calloc(1, sizeof(*p));
	if (p == NULL) {
		return nk_fail_nomem(err);
	}
	p->ledger = ledger;
	p->edge = ledger->edge;
	p->old_size = ledger->edge.size;
	nk_buf_init(&p->bundle, NK_BUNDLE_MAX);
	nk_buf_init(&checkpoint, NK_CHECKPOINT_MAX);
	NK_TRY(write_files(p, &checkpoint, err));
	nk_buf_reset(&ledger->checkpoint);
	NK_TRY(nk_buf_add(&ledger->checkpoint, checkpoint.ptr, checkpoint.len, err));
	ledger->edge = p->edge;
	ledger->published = true;
	return nk_done();
}
