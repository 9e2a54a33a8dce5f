/*
 * ledger_kit.h: a store and its ledger in a folder of their own, for the tests of this floor. Header only, one
 * copy for each test program.
 */
#ifndef NK_LEDGER_KIT_H
#define NK_LEDGER_KIT_H

#include "base.h"

#include <cmocka.h>

#include "kit.h"
#include "ledger_int.h"
#include "store_tx.h"

#define ORIGIN "nokosazu.example.jp/test"

static struct nk_err err;

/* A store and its ledger in a folder of their own. */
struct world {
	struct kit_tmp tmp;
	struct nk_store *store;
	struct nk_ledger *ledger;
};

static const struct nk_key seed = { { 1, 2, 3 } };

static inline nk_rc open_ledger(struct world *w, const struct nk_key *key, bool simulated)
{
	const struct nk_ledger_options opt = { .dir = kit_path(&w->tmp, "ledger"),
		.origin = NK_STR(ORIGIN),
		.seed = key,
		.simulated_clock = simulated };

	return nk_ledger_open(w->store, &opt, &w->ledger, &err);
}

static inline nk_rc open_store(struct world *w, const struct nk_env *env, enum nk_store_mode mode)
{
	const struct nk_store_options opt = { .path = kit_path(&w->tmp, "db"), .mode = mode };

	return nk_store_open(env, &opt, &w->store, &err);
}

static inline struct world new_world(void)
{
	struct world w = { .tmp = kit_tmp() };

	kit_clock_set(KIT_START);
	kit_ok(open_store(&w, kit_env(), NK_STORE_CREATE), &err);
	kit_ok(open_ledger(&w, &seed, false), &err);
	return w;
}

static inline void close_world(struct world *w)
{
	nk_ledger_close(&w->ledger);
	nk_store_close(&w->store);
}

static inline void world_done(struct world *w)
{
	close_world(w);
	kit_tmp_done(&w->tmp);
}

static const char *in_ledger(struct world *w, const char *name)
{
	char path[200];

	(void)snprintf(path, sizeof(path), "ledger/%s", name);
	return kit_path(&w->tmp, path);
}

/* A leaf about nobody with one number in it. */
static inline nk_rc append_number(struct nk_ledger *ledger, struct nk_tx *tx, int64_t number)
{
	const struct nk_leaf_item item = { .key = "number", .number = number, .form = NK_ITEM_NUMBER };
	const struct nk_leaf leaf = { .type = NK_LEAF_SCAN, .actor = { { 9 } }, .items = &item, .n_items = 1 };

	return nk_ledger_append(ledger, tx, &leaf, NULL, &err);
}

static inline nk_rc append_some(struct world *w, size_t n)
{
	NK_OWNED(nk_tx_end) struct nk_tx *tx = NULL;

	NK_TRY(nk_tx_begin(w->store, &tx, &err));
	for (size_t i = 0; i < n; i++) {
		NK_TRY(append_number(w->ledger, tx, (int64_t)i));
	}
	return nk_tx_commit(&tx, &err);
}

static inline void append(struct world *w, size_t n)
{
	kit_ok(append_some(w, n), &err);
	kit_ok(nk_ledger_publish(w->ledger, &err), &err);
}

static inline void vkey_of(struct nk_str name, const struct nk_key *key, struct nk_buf *out)
{
	struct nk_vkey vkey;

	nk_buf_init(out, 1000);
	nk_note_vkey(name, key, &vkey);
	kit_ok(nk_vkey_print(&vkey, out, &err), &err);
}

static inline nk_rc replay_with(
	struct world *w, struct nk_bytes older, nk_replay_fn *each, void *arg, struct nk_replay *out)
{
	NK_OWNED(nk_buf_done) struct nk_buf vkey = { 0 };

	vkey_of(NK_STR(ORIGIN), &seed, &vkey);
	return nk_ledger_replay(
		kit_env(), kit_path(&w->tmp, "ledger"), nk_buf_str(&vkey), older, each, arg, out, &err);
}

static inline nk_rc replay(struct world *w)
{
	struct nk_replay out;

	return replay_with(w, (struct nk_bytes){ NULL, 0 }, NULL, NULL, &out);
}

static inline void read_file(const char *path, struct nk_buf *out)
{
	nk_buf_init(out, 64 << 20);
	kit_ok(nk_env_read_all(kit_env(), path, 64 << 20, out, &err), &err);
}

static inline bool there(const char *path, uint64_t size)
{
	uint64_t got = 0;
	int file = -1;

	if (!nk_ok(kit_env()->open(kit_env()->self, path, NK_OPEN_READ, &file, &err))) {
		return false;
	}
	kit_ok(kit_env()->size(kit_env()->self, file, &got, &err), &err);
	kit_env()->close(kit_env()->self, &file);
	return size == UINT64_MAX || got == size;
}

static inline void overwrite(const char *path, struct nk_bytes bytes)
{
	int file = -1;

	kit_ok(kit_env()->open(kit_env()->self, path, NK_OPEN_WRITE, &file, &err), &err);
	kit_ok(kit_env()->write(kit_env()->self, file, 0, bytes.ptr, bytes.len, &err), &err);
	kit_ok(kit_env()->truncate(kit_env()->self, file, bytes.len, &err), &err);
	kit_env()->close(kit_env()->self, &file);
}

static inline void entry_is(struct world *w, uint64_t index, const char *want)
{
	NK_OWNED(nk_buf_done) struct nk_buf buf = { 0 };

	nk_buf_init(&buf, NK_ENTRY_MAX);
	kit_ok(nk_ledger_entry(w->ledger, index, &buf, &err), &err);
	kit_ok(nk_buf_add_byte(&buf, 0, &err), &err);
	assert_string_equal((const char *)buf.ptr, want);
}

static inline int setup(void **state)
{
	(void)state;
	return nk_ok(nk_crypto_init(&err)) ? 0 : -1;
}

#endif
