/*
 * house_keys.c: the keys of the house itself, in the vault's system slots, named in table system_key.
 */
#include "base.h"
#include "flow_int.h"

static const char *const names[] = {
	[NK_HOUSE_LEDGER] = "ledger",
	[NK_HOUSE_CERT] = "certificate",
	[NK_HOUSE_LOG] = "log",
	[NK_HOUSE_INDEX] = "index",
	[NK_HOUSE_TOMBSTONE] = "tombstone",
	[NK_HOUSE_SECRET] = "secret",
	[NK_HOUSE_DIGEST] = "digest",
};
_Static_assert(NK_ARRAY_LEN(names) == NK_HOUSE_KEY_COUNT, "one name a key");

NK_RESULT nk_house_keys_make(struct nk_vault *vault, struct nk_slot slots[static NK_HOUSE_KEY_COUNT],
	struct nk_key keys[static NK_HOUSE_KEY_COUNT], struct nk_err *err)
{
	return nk_vault_add(vault, NK_SLOT_SYSTEM, NK_HOUSE_KEY_COUNT, slots, keys, err);
}

NK_RESULT nk_house_key_change(
	struct nk_tx *tx, enum nk_house_key k, struct nk_slot slot, nk_time now, struct nk_err *err)
{
	NK_OWNED(nk_stmt_put) struct nk_stmt *s = NULL;

	NK_TRY(nk_stmt_get(nk_tx_store(tx),
		"INSERT INTO system_key(name, slot, generation, since) VALUES (?1, ?2, ?3, ?4) "
		"ON CONFLICT (name) DO UPDATE SET slot = excluded.slot, generation = excluded.generation, since = excluded.since",
		&s, err));
	nk_stmt_text(s, 1, nk_str_c(names[k]));
	nk_stmt_int(s, 2, nk_i64(slot.number));
	nk_stmt_int(s, 3, slot.generation);
	nk_stmt_int(s, 4, now);
	return nk_stmt_run(s, err);
}

NK_RESULT nk_house_keys_save(
	struct nk_tx *tx, const struct nk_slot slots[static NK_HOUSE_KEY_COUNT], nk_time now, struct nk_err *err)
{
	for (unsigned k = 0; k < NK_HOUSE_KEY_COUNT; k++) {
		NK_TRY(nk_house_key_change(tx, (enum nk_house_key)k, slots[k], now, err));
	}
	return nk_done();
}

static NK_RESULT open_one(struct nk_flow *flow, enum nk_house_key k, struct nk_stmt *s, struct nk_err *err)
{
	NK_OWNED(nk_key_wipe) struct nk_key key;
	bool have = false;
	nk_rc rc;

	nk_stmt_text(s, 1, nk_str_c(names[k]));
	NK_TRY(nk_stmt_step(s, &have, err));
	if (!have) {
		return nk_fail(err, NK_CORRUPT,
			NK_N("the store does not know the house key \"%s\"; restore store and vault of the same time"),
			names[k]);
	}
	flow->key_slot[k] = (struct nk_slot){ nk_u64(nk_col_int(s, 0)), nk_u32(nk_u64(nk_col_int(s, 1))) };
	nk_stmt_rewind(s);
	rc = nk_vault_key(flow->vault, NK_SLOT_SYSTEM, flow->key_slot[k], &key, err);
	if (rc.code == NK_GONE && k == NK_HOUSE_INDEX && flow->restoring) {
		/* Data older than the keys: the index was turned since; the restore makes all tokens anew. */
		flow->index_lost = true;
		rc = nk_key_random(flow->env, &key, err);
	}
	NK_TRY(rc);
	nk_key_drop(&flow->key[k]);
	return nk_key_keep(&key, &flow->key[k], err);
}

NK_RESULT nk_house_keys_open(struct nk_flow *flow, struct nk_err *err)
{
	NK_OWNED(nk_stmt_put) struct nk_stmt *s = NULL;

	NK_TRY(nk_stmt_get(flow->store, "SELECT slot, generation FROM system_key WHERE name = ?1", &s, err));
	for (unsigned k = 0; k < NK_HOUSE_KEY_COUNT; k++) {
		NK_TRY(open_one(flow, (enum nk_house_key)k, s, err));
	}
	return nk_done();
}
