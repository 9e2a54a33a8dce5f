/*
 * restore_ledger.c: what is known of the ledger beside the backup: checkpoints that somebody kept, and the ledger that
 * went on.
 *
 * Invariant: nothing goes on over a fork; and when a checkpoint tells of entries that nobody can show, erasures may be
 * among them: then it stops, or goes on with a reason that every statement carries from then on.
 */
#include "base.h"
#include "backup_int.h"

struct known {
	uint64_t size;
	struct nk_hash root;
};

static NK_RESULT another_history(struct nk_err *err)
{
	return nk_fail(err, NK_CORRUPT,
		NK_N("the ledger in this backup is of another history than a checkpoint that is known: it was changed, or went back and on another way; keep everything and find out why"));
}

/* Is the checkpoint a beginning of the leaves that the store has by now? *out_ahead: it knows more than they are. */
static NK_RESULT agrees(struct nk_store *store, uint64_t have, const struct known *k, bool *out_ahead, struct nk_err *err)
{
	struct nk_hash root;

	if (k->size > have) {
		*out_ahead = true;
		return nk_done();
	}
	NK_TRY(nk_ledger_root(store, k->size, &root, err));
	return nk_ct_equal(root.b, k->root.b, NK_HASH_LEN) ? nk_done() : another_history(err);
}

static NK_RESULT one(const struct nk_restoring *r, struct nk_store *store, uint64_t have, struct nk_bytes note,
	bool *out_ahead, struct nk_err *err)
{
	struct known k = { 0 };

	if (note.len == 0) {
		return nk_done();
	}
	NK_TRY(nk_checkpoint_check(note, r->data.vkey, &k.size, &k.root, err));
	return agrees(store, have, &k, out_ahead, err);
}

static NK_RESULT all(struct nk_restoring *r, struct nk_store *store, uint64_t have, bool *out_ahead, struct nk_err *err)
{
	*out_ahead = false;
	NK_TRY(one(r, store, have, nk_str_bytes(r->data.checkpoint), out_ahead, err));
	NK_TRY(one(r, store, have, nk_str_bytes(r->keys.checkpoint), out_ahead, err));
	return one(r, store, have, r->req->witness, out_ahead, err);
}

static NK_RESULT open_store(const struct nk_restoring *r, enum nk_store_mode mode, struct nk_store **out, struct nk_err *err)
{
	char path[PATH_MAX];
	const struct nk_store_options so = { .path = path, .mode = mode, .wait_ms = 1000 };

	if ((size_t)snprintf(path, sizeof(path), "%s/store/nokosazu.db", r->home) >= sizeof(path)) {
		return nk_fail(err, NK_LIMIT, NK_N("the name of the folder is too long"));
	}
	return nk_store_open(r->env, &so, out, err);
}

/* The part itself: the store is sound, its leaves give the checkpoint that was sealed in with them. */
static NK_RESULT whole(struct nk_restoring *r, struct nk_store *store, struct nk_err *err)
{
	struct known k = { 0 };
	struct nk_hash root;

	NK_TRY(nk_store_check(store, err));
	NK_TRY(nk_checkpoint_check(nk_str_bytes(r->data.checkpoint), r->data.vkey, &k.size, &k.root, err));
	NK_TRY(nk_ledger_root(store, k.size, &root, err));
	return k.size == r->data.entries && nk_ct_equal(root.b, k.root.b, NK_HASH_LEN) ? nk_done() : another_history(err);
}

NK_RESULT nk_restore_known(struct nk_restoring *r, struct nk_err *err)
{
	NK_OWNED(nk_store_close) struct nk_store *store = NULL;
	bool ahead = false;

	NK_TRY(open_store(r, NK_STORE_WRITE, &store, err));
	NK_TRY(whole(r, store, err));
	NK_TRY(all(r, store, r->data.entries, &ahead, err));
	r->out->limited = ahead;
	return nk_done();
}

/* A later entry: whose keys died, and when it was written. */
static NK_RESULT entry(void *arg, uint64_t index, struct nk_bytes text, struct nk_err *err)
{
	NK_OWNED(nk_jdoc_free) struct nk_jdoc *doc = NULL;
	struct nk_restoring *const r = arg;
	struct nk_str word = { NULL, 0 };
	struct nk_pseudonym who;
	void *at = NULL;

	(void)index;
	NK_TRY(nk_jdoc_parse(text, 1 << 20, &doc, err));
	if (nk_jstr(nk_jget(nk_jdoc_root(doc), "time"), &word)) {
		(void)nk_time_parse(word, &r->out->ledger_until);
	}
	if (!nk_jstr(nk_jget(nk_jdoc_root(doc), "type"), &word) ||
		(!nk_str_eq(word, NK_STR("key_destroyed")) && !nk_str_eq(word, NK_STR("erase_done")))) {
		return nk_done();
	}
	if (!nk_jstr(nk_jget(nk_jdoc_root(doc), "who"), &word) || !nk_hex_parse(word, who.b, sizeof(who.b))) {
		return nk_fail(err, NK_CORRUPT, NK_N("an entry of the ledger tells of an erasure without saying whose: nothing was restored"));
	}
	NK_TRY(nk_vec_push(&r->erased, &at, err));
	memcpy(at, &who, sizeof(who));
	return nk_done();
}

static int by_bytes(const void *a, const void *b)
{
	const uint8_t *const x = a;
	const uint8_t *const y = b;

	for (size_t i = 0; i < NK_MAC_LEN; i++) {
		if (x[i] != y[i]) {
			return x[i] < y[i] ? -1 : 1;
		}
	}
	return 0;
}

static NK_RESULT join(struct nk_restoring *r, struct nk_store *store, struct nk_err *err)
{
	NK_OWNED(nk_tx_end) struct nk_tx *tx = NULL;
	bool ahead = false;

	NK_TRY(nk_tx_begin(store, &tx, err));
	NK_TRY(nk_ledger_rejoin(tx, r->req->ledger, r->data.vkey, nk_str_bytes(r->data.checkpoint), entry, r, &r->out->later, err));
	NK_TRY(all(r, store, r->data.entries + r->out->later, &ahead, err));
	r->out->limited = ahead;
	if (r->erased.len > 0) {
		qsort(r->erased.items, r->erased.len, sizeof(struct nk_pseudonym), by_bytes);
	}
	return r->out->later > 0 ? nk_tx_commit(&tx, err) : nk_done();
}

NK_RESULT nk_restore_rejoin(struct nk_restoring *r, struct nk_err *err)
{
	NK_OWNED(nk_store_close) struct nk_store *store = NULL;
	const bool excused = r->req->without_ledger.len > 0;

	if (r->req->ledger == NULL && !excused) {
		return nk_fail(err, NK_DENIED,
			NK_N("who was erased after this backup stands in the ledger that went on: --ledger DIR (the old ledger folder or any copy of it); if none is left, --without-later-ledger \"WHY\", which every statement will say from then on"));
	}
	r->out->entries = r->data.entries;
	r->out->ledger_until = r->data.made_at;
	NK_TRY(open_store(r, NK_STORE_WRITE, &store, err));
	if (r->req->ledger != NULL) {
		NK_TRY(join(r, store, err));
	}
	if (r->out->limited && !excused) {
		return nk_fail(err, NK_CONFLICT,
			NK_N("a checkpoint is known that is newer than the ledger at hand: erasures may be missing; bring the newer ledger (--ledger DIR), or say why there is none (--without-later-ledger \"WHY\")"));
	}
	r->out->limited = r->out->limited || r->req->ledger == NULL;
	return nk_done();
}
