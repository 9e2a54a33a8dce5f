/*
 * ledger_rejoin.c: a store that came back from a backup meets the ledger that went on without it.
 *
 * Invariant: the store's leaves are a true beginning of the files' tree, and of every checkpoint that somebody kept, or
 * nothing joins: a fork or a ledger that was cut off is told, never mended.
 */
#include "base.h"

#include "ledger.h"

#include "ledger_int.h"

static NK_RESULT nothing(void *arg, struct nk_tile tile, const struct nk_hash *hashes, struct nk_err *err)
{
	(void)arg;
	(void)tile;
	(void)hashes;
	(void)err;
	return nk_done();
}

static nk_rc push_rows(struct nk_store *store, uint64_t size, struct nk_edge *edge, struct nk_err *err)
{
	NK_OWNED(nk_stmt_put) struct nk_stmt *stmt = NULL;
	bool row = false;

	NK_TRY(nk_stmt_get(store, "SELECT seq, entry, hash FROM leaf ORDER BY seq", &stmt, err));
	while (edge->size < size) {
		struct nk_hash leaf;

		NK_TRY(nk_stmt_step(stmt, &row, err));
		if (!row || nk_col_int(stmt, 0) != nk_i64(edge->size)) {
			return nk_fail(err, NK_CORRUPT, "entry %llu of the ledger is missing in the store",
				(unsigned long long)edge->size);
		}
		nk_merkle_leaf(nk_col_blob(stmt, 1), &leaf);
		if (!nk_bytes_eq(nk_col_blob(stmt, 2), nk_bytes_of(leaf.b, NK_HASH_LEN))) {
			return nk_fail(err, NK_CORRUPT,
				"entry %llu of the ledger was changed in the store: it does not have its hash",
				(unsigned long long)edge->size);
		}
		NK_TRY(nk_edge_push(edge, &leaf, nothing, NULL, err));
	}
	return nk_done();
}

NK_RESULT nk_ledger_root(struct nk_store *store, uint64_t size, struct nk_hash *out, struct nk_err *err)
{
	struct nk_edge *const edge = calloc(1, sizeof(*edge));
	nk_rc rc;

	if (edge == NULL) {
		return nk_fail_nomem(err);
	}
	rc = push_rows(store, size, edge, err);
	if (nk_ok(rc)) {
		nk_edge_root(edge, out);
	}
	free(edge);
	return rc;
}

struct joining {
	struct nk_tx *tx;
	struct nk_stmt *have, *insert;
	uint64_t count; /* that the store had */
	uint64_t added;
	nk_replay_fn *each;
	void *arg;
};

static nk_rc compare(struct joining *j, uint64_t index, const struct nk_hash *leaf, struct nk_err *err)
{
	bool row = false;

	nk_stmt_rewind(j->have);
	nk_stmt_int(j->have, 1, nk_i64(index));
	NK_TRY(nk_stmt_step(j->have, &row, err));
	if (!row || !nk_bytes_eq(nk_col_blob(j->have, 0), nk_bytes_of(leaf->b, NK_HASH_LEN))) {
		return nk_fail(err, NK_CORRUPT,
			"entry %llu of the ledger is another one in the backup than in the ledger that was given: one of them is of another history",
			(unsigned long long)index);
	}
	return nk_done();
}

static nk_rc take_entry(void *arg, uint64_t index, struct nk_bytes entry, struct nk_err *err)
{
	struct joining *const j = arg;
	struct nk_hash leaf;

	nk_merkle_leaf(entry, &leaf);
	if (index < j->count) {
		return compare(j, index, &leaf, err);
	}
	nk_stmt_int(j->insert, 1, nk_i64(index));
	nk_stmt_blob(j->insert, 2, entry);
	nk_stmt_blob(j->insert, 3, nk_bytes_of(leaf.b, NK_HASH_LEN));
	NK_TRY(nk_stmt_run(j->insert, err));
	nk_tx_count_leaf(j->tx);
	j->added++;
	return j->each != NULL ? j->each(j->arg, index, entry, err) : nk_done();
}

NK_RESULT nk_ledger_rejoin(struct nk_tx *tx, const char *dir, struct nk_str vkey, struct nk_bytes older,
	nk_replay_fn *each, void *arg, uint64_t *out_added, struct nk_err *err)
{
	NK_OWNED(nk_stmt_put) struct nk_stmt *have = NULL;
	NK_OWNED(nk_stmt_put) struct nk_stmt *insert = NULL;
	struct nk_store *const store = nk_tx_store(tx);
	struct joining j = { .tx = tx, .each = each, .arg = arg };
	struct nk_replay replay;

	NK_TRY(nk_ledger_count(store, &j.count, err));
	NK_TRY(nk_stmt_get(store, "SELECT hash FROM leaf WHERE seq = ?1", &have, err));
	NK_TRY(nk_stmt_get(store, "INSERT INTO leaf (seq, entry, hash) VALUES (?1, ?2, ?3)", &insert, err));
	j.have = have;
	j.insert = insert;
	NK_TRY(nk_ledger_replay(nk_store_env(store), dir, vkey, older, take_entry, &j, &replay, err));
	if (replay.entries < j.count) {
		return nk_fail(err, NK_CORRUPT,
			"the ledger that was given has %1$llu entries and the backup %2$llu: the newest were cut off",
			(unsigned long long)replay.entries, (unsigned long long)j.count);
	}
	*out_added = j.added;
	return nk_done();
}

NK_RESULT nk_checkpoint_check(struct nk_bytes note, struct nk_str vkey, uint64_t *out_size, struct nk_hash *out_root,
	struct nk_err *err)
{
	struct nk_checkpoint cp;
	struct nk_vkey key;

	NK_TRY(nk_vkey_parse(vkey, &key, err));
	if (!nk_note_vkey_true(&key)) {
		return nk_fail(err, NK_INVALID, "verifier key: its hash does not belong to it, or it is not an Ed25519 key of type 1");
	}
	NK_TRY(nk_note_open(note, &key, &cp, err));
	*out_size = cp.size;
	memcpy(out_root->b, cp.root, sizeof(out_root->b));
	return nk_done();
}
