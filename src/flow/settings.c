/*
 * settings.c: what the operator changes of the guard, of training and of who signs is written into the ledger.
 *
 * Invariant: the first leaf after such a change is CONFIG, in the same transaction, so that nothing is done under weaker
 * settings without it. The digest is keyed with the house's key; the number of weaker rows stands in clear.
 */
#include "base.h"
#include "measures_int.h"

#define SETTINGS_FACT "settings_digest"

enum { STRENGTH_MAX = 1 << 20 };

static NK_RESULT digest_of(const struct nk_flow *flow, const struct nk_config *c, struct nk_hash *out, struct nk_err *err)
{
	NK_OWNED(nk_buf_done) struct nk_buf text = { 0 };

	nk_buf_init(&text, STRENGTH_MAX);
	NK_TRY(nk_config_strength(c, &text, err));
	const struct nk_bytes parts[] = { nk_str_bytes(NK_STR("nokosazu settings 1")), nk_buf_bytes(&text) };

	nk_blake(flow->key[NK_HOUSE_DIGEST], parts, NK_ARRAY_LEN(parts), out);
	return nk_done();
}

/* What the last leaf told; nothing was told: everything was as shipped. */
static NK_RESULT told_last(struct nk_flow *flow, const struct nk_hash *now, bool *out_same, struct nk_err *err)
{
	NK_OWNED(nk_config_free) struct nk_config *shipped = NULL;
	NK_OWNED(nk_stmt_put) struct nk_stmt *s = NULL;
	struct nk_hash was;
	bool have = false;

	NK_TRY(nk_stmt_get(flow->store, "SELECT blob_value = ?1 FROM fact WHERE name = '" SETTINGS_FACT "'", &s, err));
	nk_stmt_blob(s, 1, nk_bytes_of(now->b, sizeof(now->b)));
	NK_TRY(nk_stmt_step(s, &have, err));
	if (have) {
		*out_same = nk_col_int(s, 0) == 1;
		return nk_done();
	}
	NK_TRY(nk_config_shipped(&shipped, err));
	NK_TRY(digest_of(flow, shipped, &was, err));
	*out_same = nk_ct_equal(was.b, now->b, sizeof(was.b));
	return nk_done();
}

NK_RESULT nk_settings_weaker(const struct nk_flow *flow, size_t *out_n, struct nk_err *err)
{
	NK_OWNED(nk_arena_free) struct nk_arena *arena = NULL;
	struct nk_config_weaker rows[NK_CONFIG_WEAK];

	NK_TRY(nk_arena_new(NK_ARENA_PLAIN, 1 << 20, &arena, err));
	return nk_config_weak(flow->config, arena, rows, out_n, err);
}

NK_RESULT nk_settings_tell(struct nk_flow *flow, struct nk_tx *tx, struct nk_err *err)
{
	struct nk_leaf_item items[2];
	struct nk_leaf leaf = { .type = NK_LEAF_CONFIG, .actor = flow->actor, .items = items, .n_items = NK_ARRAY_LEN(items) };
	struct nk_hash now;
	size_t weaker = 0;
	bool same = false;

	if (flow->settings_told || flow->config == NULL || flow->key[NK_HOUSE_DIGEST] == NULL || flow->restoring) {
		return nk_done();
	}
	NK_TRY(digest_of(flow, flow->config, &now, err));
	NK_TRY(told_last(flow, &now, &same, err));
	if (same) {
		flow->settings_told = !flow->settings_changed; /* what was written here may still be rolled back */
		return nk_done();
	}
	flow->settings_changed = true;
	NK_TRY(nk_settings_weaker(flow, &weaker, err));
	items[0] = nk_item_hex("digest", now.b, sizeof(now.b));
	items[1] = nk_item_number("weaker", weaker);
	NK_TRY(nk_ledger_append(flow->ledger, tx, &leaf, NULL, err));
	return nk_store_set_blob(tx, SETTINGS_FACT, nk_bytes_of(now.b, sizeof(now.b)), err);
}
