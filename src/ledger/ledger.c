/*
 * ledger.c: opening the ledger, and reading from it. The store's leaves are the truth; the files are made from them.
 *
 * Invariant of an open handle: `edge` is the right edge of the tree that the
 * newest checkpoint on the disk states, and the store has all of its leaves.
 */
#include "base.h"

#include "ledger.h"

#include "ledger_int.h"

const char *nk_ledger_file(const struct nk_tile_dir *dir, const char *name, char text[static NK_TILE_PATH_MAX])
{
	(void)snprintf(text, NK_TILE_PATH_MAX, "%.*s/%s", NK_TILE_DIR_MAX, dir->path, name);
	return text;
}

NK_RESULT nk_ledger_count(struct nk_store *store, uint64_t *out, struct nk_err *err)
{
	NK_OWNED(nk_stmt_put) struct nk_stmt *stmt = NULL;
	bool row = false;

	NK_TRY(nk_stmt_get(store, "SELECT max(seq) FROM leaf", &stmt, err));
	NK_TRY(nk_stmt_step(stmt, &row, err));
	*out = row && !nk_col_is_null(stmt, 0) ? nk_u64(nk_col_int(stmt, 0)) + 1 : 0;
	return nk_done();
}

NK_RESULT nk_ledger_fork(const struct nk_tile_dir *dir, uint64_t index, struct nk_err *err)
{
	char path[NK_TILE_PATH_MAX];
	const struct nk_tile tile = { 0, index / NK_TILE_WIDTH, NK_TILE_WIDTH };

	return nk_fail(err, NK_CORRUPT,
		"entry %1$llu of the ledger is another one in the store than in the file %2$s: nothing was changed; "
		"keep both and restore the one that was changed from a backup",
		(unsigned long long)index, nk_tile_path(dir, tile, path));
}

/* What the checkpoint on the disk says; with the seed at hand, only if it is ours. */
static nk_rc read_checkpoint(
	struct nk_ledger *l, struct nk_checkpoint *out, struct nk_arena *arena, struct nk_err *err)
{
	char path[NK_TILE_PATH_MAX];
	struct nk_note note;
	struct nk_vkey key;
	nk_rc rc;

	(void)nk_ledger_file(&l->files, NK_CHECKPOINT_FILE, path);
	NK_TRY(nk_env_read_all(l->files.env, path, NK_CHECKPOINT_MAX, &l->checkpoint, err));
	if (l->seed != NULL) {
		nk_note_vkey(nk_buf_str(&l->origin), l->seed, &key);
		rc = nk_note_open(nk_buf_bytes(&l->checkpoint), &key, out, err);
	} else {
		rc = nk_note_parse(nk_buf_bytes(&l->checkpoint), arena, &note, err);
		rc = nk_ok(rc) ? nk_checkpoint_parse(note.text, out, err) : rc;
	}
	if (!nk_ok(rc) || !nk_str_eq(out->origin, nk_buf_str(&l->origin))) {
		return nk_fail(
			err, NK_CORRUPT, "the ledger's file %s is damaged or not signed by this ledger's key", path);
	}
	return nk_done();
}

/* The leaves of the newest tile that the files have must be the store's. */
static nk_rc compare_newest(struct nk_ledger *l, struct nk_err *err)
{
	NK_OWNED(nk_stmt_put) struct nk_stmt *stmt = NULL;
	const uint64_t base = (l->edge.size - 1) / NK_TILE_WIDTH * NK_TILE_WIDTH;
	struct nk_tile tile = { 0, base / NK_TILE_WIDTH, (unsigned)(l->edge.size - base) };
	struct nk_hash hashes[NK_TILE_WIDTH];
	bool row = true;

	NK_TRY(nk_tile_hashes(&l->files, tile, hashes, err));
	NK_TRY(nk_stmt_get(l->store, "SELECT hash FROM leaf WHERE seq = ?1", &stmt, err));
	for (uint64_t i = base; i < l->edge.size; i++) {
		nk_stmt_rewind(stmt);
		nk_stmt_int(stmt, 1, nk_i64(i));
		NK_TRY(nk_stmt_step(stmt, &row, err));
		if (!row || !nk_bytes_eq(nk_col_blob(stmt, 0), nk_bytes_of(hashes[i - base].b, NK_HASH_LEN))) {
			return nk_ledger_fork(&l->files, i, err);
		}
	}
	return nk_done();
}

static nk_rc compare_size(const struct nk_ledger *l, uint64_t files, uint64_t store, struct nk_err *err)
{
	if (files <= store) {
		return nk_done();
	}
	return nk_fail(err, NK_CONFLICT,
		"the ledger's files in %1$s have %2$llu entries and the store has only %3$llu: the store was restored "
		"from an older copy; nothing was changed: restore a newer copy of the store",
		l->files.path, (unsigned long long)files, (unsigned long long)store);
}

/* Takes over what stands on the disk: checkpoint, edge, and that the store agrees. */
static nk_rc take_over(struct nk_ledger *l, struct nk_err *err)
{
	NK_OWNED(nk_arena_free) struct nk_arena *arena = NULL;
	struct nk_checkpoint cp = { 0 };
	struct nk_hash root;
	uint64_t count = 0;
	nk_rc rc;

	NK_TRY(nk_arena_new(NK_ARENA_PLAIN, 2 * NK_CHECKPOINT_MAX, &arena, err));
	NK_TRY(nk_ledger_count(l->store, &count, err));
	rc = read_checkpoint(l, &cp, arena, err);
	if (rc.code == NK_NOT_FOUND) {
		return nk_done(); /* never published: all of it is rolled forward */
	}
	NK_TRY(rc);
	NK_TRY(compare_size(l, cp.size, count, err));
	NK_TRY(nk_edge_load(&l->files, cp.size, &l->edge, err));
	nk_edge_root(&l->edge, &root);
	if (!nk_bytes_eq(nk_bytes_of(root.b, NK_HASH_LEN), nk_bytes_of(cp.root, NK_HASH_LEN))) {
		return nk_fail(err, NK_CORRUPT,
			"the newest tiles of the ledger in %s do not give the root of its checkpoint: run \"ledger "
			"verify\"",
			l->files.path);
	}
	if (cp.size > 0) {
		NK_TRY(compare_newest(l, err));
	}
	l->published = true;
	return nk_done();
}

static nk_rc fill_handle(struct nk_ledger *l, const struct nk_ledger_options *opt, struct nk_err *err)
{
	nk_buf_init(&l->origin, 1024);
	nk_buf_init(&l->checkpoint, NK_CHECKPOINT_MAX);
	nk_buf_init(&l->scratch, NK_ENTRY_MAX);
	if (strlen(opt->dir) > NK_TILE_DIR_MAX) {
		return nk_fail(err, NK_LIMIT, "the path of the ledger's folder is too long");
	}
	l->files = (struct nk_tile_dir){ nk_store_env(l->store), strdup(opt->dir) };
	if (l->files.path == NULL) {
		return nk_fail_nomem(err);
	}
	l->simulated_clock = opt->simulated_clock;
	NK_TRY(nk_buf_add_str(&l->origin, opt->origin, err));
	return opt->seed != NULL ? nk_key_keep(opt->seed, &l->seed, err) : nk_done();
}

NK_RESULT nk_ledger_open(
	struct nk_store *store, const struct nk_ledger_options *opt, struct nk_ledger **out, struct nk_err *err)
{
	NK_OWNED(nk_ledger_close) struct nk_ledger *l = calloc(1, sizeof(*l));

	if (l == NULL) {
		return nk_fail_nomem(err);
	}
	l->store = store;
	NK_TRY(fill_handle(l, opt, err));
	if (l->seed != NULL) {
		NK_TRY(l->files.env->mkdir(l->files.env->self, l->files.path, err));
	}
	NK_TRY(take_over(l, err));
	if (l->seed != NULL) {
		NK_TRY(nk_ledger_publish(l, err));
	}
	*out = l;
	l = NULL;
	return nk_done();
}

void nk_ledger_close(struct nk_ledger **ledger)
{
	struct nk_ledger *l = *ledger;

	if (l == NULL) {
		return;
	}
	nk_key_drop(&l->seed);
	nk_buf_done(&l->origin);
	nk_buf_done(&l->checkpoint);
	nk_buf_done(&l->scratch);
	free((void *)(uintptr_t)l->files.path);
	free(l);
	*ledger = NULL;
}

uint64_t nk_ledger_size(struct nk_ledger *ledger)
{
	return ledger->edge.size;
}

NK_RESULT nk_ledger_entry(struct nk_ledger *ledger, uint64_t index, struct nk_buf *out, struct nk_err *err)
{
	NK_OWNED(nk_stmt_put) struct nk_stmt *stmt = NULL;
	struct nk_bytes entry;
	bool row = false;

	NK_TRY(nk_stmt_get(ledger->store, "SELECT entry FROM leaf WHERE seq = ?1", &stmt, err));
	nk_stmt_int(stmt, 1, index > (uint64_t)INT64_MAX ? -1 : nk_i64(index));
	NK_TRY(nk_stmt_step(stmt, &row, err));
	if (!row) {
		return nk_fail(err, NK_NOT_FOUND, "the ledger has no entry %llu", (unsigned long long)index);
	}
	entry = nk_col_blob(stmt, 0);
	return nk_buf_add(out, entry.ptr, entry.len, err);
}

NK_RESULT nk_ledger_vkey(const struct nk_ledger *ledger, struct nk_buf *out, struct nk_err *err)
{
	struct nk_vkey key;

	if (ledger->seed == NULL) {
		return nk_fail(err, NK_UNAVAILABLE, "the ledger was opened without its key");
	}
	nk_note_vkey(nk_buf_str(&ledger->origin), ledger->seed, &key);
	return nk_vkey_print(&key, out, err);
}

struct nk_str nk_ledger_origin(const struct nk_ledger *ledger)
{
	return nk_buf_str(&ledger->origin);
}

/* The siblings of a published leaf, tried against the root before anybody gets them. */
static nk_rc siblings_of(
	struct nk_ledger *l, uint64_t index, struct nk_bytes entry, struct nk_tlog_proof *proof, struct nk_err *err)
{
	struct nk_hash path[NK_PROOF_MAX_HASHES];
	struct nk_tile_reader *reader = calloc(1, sizeof(*reader));
	struct nk_hash root;
	struct nk_hash leaf;
	nk_rc rc;

	if (reader == NULL) {
		return nk_fail_nomem(err);
	}
	reader->dir = l->files;
	reader->size = l->edge.size;
	rc = nk_merkle_prove_inclusion(index, l->edge.size, nk_tile_get, reader, path, &proof->n_hashes, err);
	free(reader);
	NK_TRY(rc);
	nk_merkle_leaf(entry, &leaf);
	nk_edge_root(&l->edge, &root);
	if (!nk_merkle_inclusion(index, l->edge.size, &leaf, path, proof->n_hashes, &root)) {
		return nk_fail(err, NK_CORRUPT,
			"the ledger's tiles in %1$s do not prove entry %2$llu: run \"ledger verify\"", l->files.path,
			(unsigned long long)index);
	}
	for (size_t i = 0; i < proof->n_hashes; i++) {
		memcpy(proof->hashes[i], path[i].b, NK_HASH_LEN);
	}
	return nk_done();
}

NK_RESULT nk_ledger_prove(struct nk_ledger *ledger, uint64_t index, struct nk_buf *out, struct nk_err *err)
{
	NK_OWNED(nk_buf_done) struct nk_buf entry = { 0 };
	struct nk_tlog_proof proof = { .index = index };

	if (index >= ledger->edge.size) {
		return nk_fail(
			err, NK_NOT_FOUND, "entry %llu of the ledger is not published", (unsigned long long)index);
	}
	nk_buf_init(&entry, NK_ENTRY_MAX);
	NK_TRY(nk_ledger_entry(ledger, index, &entry, err));
	NK_TRY(siblings_of(ledger, index, nk_buf_bytes(&entry), &proof, err));
	proof.checkpoint = nk_buf_bytes(&ledger->checkpoint);
	return nk_tlog_proof_print(&proof, out, err);
}
