/*
 * erase_keys.c: the keys die, then the rows; then the epoch turns. The ledger hears of each after it is true.
 */
#include "base.h"
#include "erase_int.h"

static NK_RESULT push_slot(struct nk_vec *slots, struct nk_slot slot, struct nk_err *err)
{
	void *at = NULL;

	NK_TRY(nk_vec_push(slots, &at, err));
	memcpy(at, &slot, sizeof(slot));
	return nk_done();
}

static NK_RESULT slots_of(struct nk_erasing *e, const char *sql, struct nk_vec *slots, struct nk_err *err)
{
	NK_OWNED(nk_stmt_put) struct nk_stmt *s = NULL;
	bool have = false;

	NK_TRY(nk_stmt_get(e->flow->store, sql, &s, err));
	for (size_t i = 0; i < e->n; i++) {
		nk_stmt_int(s, 1, e->numbers[i]);
		for (;;) {
			NK_TRY(nk_stmt_step(s, &have, err));
			if (!have) {
				break;
			}
			NK_TRY(push_slot(slots,
				(struct nk_slot){ nk_u64(nk_col_int(s, 0)), nk_u32(nk_u64(nk_col_int(s, 1))) }, err));
		}
		nk_stmt_rewind(s);
	}
	return nk_done();
}

static NK_RESULT destroy(struct nk_erasing *e, const struct nk_vec *slots, uint64_t *out_oldest, struct nk_err *err)
{
	struct nk_vault_change *change = NULL;
	struct nk_vault_finish f;
	uint64_t survivors = 0;
	uint64_t sequence = 0;
	nk_rc rc;

	NK_TRY(nk_vault_destroy_prepare(e->flow->vault, slots->items, slots->len, &change, err));
	rc = nk_vault_change_verify(change, &survivors, err);
	rc = nk_ok(rc) ? nk_vault_change_commit(change, &sequence, err) : rc;
	rc = nk_ok(rc) ? nk_vault_change_finish(&change, &f, err) : rc;
	nk_vault_change_drop(&change);
	*out_oldest = nk_ok(rc) ? f.oldest : 0;
	return rc;
}

/* Persons' keys and their links' keys in one change. From here on nothing of them can be opened (E2). */
NK_RESULT nk_erase_keys(struct nk_erasing *e, struct nk_err *err)
{
	NK_OWNED(nk_vec_done) struct nk_vec slots = { 0 };
	NK_OWNED(nk_tx_end) struct nk_tx *tx = NULL;
	const struct nk_leaf_item items[1] = { nk_item_hex("job", e->job.id.b, 16) };

	nk_vec_init(&slots, sizeof(struct nk_slot), 100000000);
	nk_flow_tell(e->flow, NK_N("destroying keys"), 0, e->n);
	NK_TRY(slots_of(e, "SELECT slot, generation FROM person WHERE number = ?1", &slots, err));
	NK_TRY(slots_of(e, "SELECT slot, generation FROM link WHERE person_number = ?1", &slots, err));
	NK_TRY(destroy(e, &slots, &e->oldest_epoch, err));
	e->cert.keys_destroyed_at = nk_now(e->flow->env);
	NK_TRY(nk_tx_begin(e->flow->store, &tx, err));
	NK_TRY(nk_erase_job_gone(tx, e->job.id, e->numbers, e->n, e->cert.keys_destroyed_at, err));
	NK_TRY(nk_erase_stage(e, tx, NK_ERASE_KEYS_GONE, err));
	NK_TRY(nk_flow_person_leaves(e->flow, tx, NK_LEAF_KEY_DESTROYED, e->numbers, e->who, e->n, items, 1, err));
	return nk_flow_commit(e->flow, &tx, err);
}

static NK_RESULT run_for_each(struct nk_erasing *e, struct nk_tx *tx, const char *sql, struct nk_err *err)
{
	NK_OWNED(nk_stmt_put) struct nk_stmt *s = NULL;

	NK_TRY(nk_stmt_get(nk_tx_store(tx), sql, &s, err));
	for (size_t i = 0; i < e->n; i++) {
		nk_stmt_int(s, 1, e->numbers[i]);
		NK_TRY(nk_stmt_run(s, err));
	}
	return nk_done();
}

/* Extents of what is ours to empty: the store and the targets that were read back. Files of others keep theirs. */
static bool was_emptied(const struct nk_flow *flow, const struct nk_holding *h)
{
	return h->kind == NK_HOLDING_store ||
		(h->kind == NK_HOLDING_target && nk_config_find_target(flow->config, h->place) != NULL);
}

static NK_RESULT out_of_extents(struct nk_erasing *e, struct nk_tx *tx, struct nk_err *err)
{
	NK_OWNED(nk_arena_free) struct nk_arena *arena = NULL;
	struct nk_holding *list = NULL;
	size_t n = 0;

	NK_TRY(nk_arena_new(NK_ARENA_PLAIN, 256 << 20, &arena, err));
	NK_TRY(nk_holding_list(nk_tx_store(tx), e->flow->key[NK_HOUSE_LOG], true, arena, &list, &n, err));
	for (size_t i = 0; i < n; i++) {
		for (unsigned c = 0; was_emptied(e->flow, &list[i]) && c < NK_ITEM_COUNT; c++) {
			NK_TRY(nk_extent_remove(tx, list[i].id, (enum nk_item_class)c, e->numbers, e->n, err));
		}
	}
	return nk_done();
}

NK_RESULT nk_erase_rows(struct nk_erasing *e, struct nk_err *err)
{
	NK_OWNED(nk_tx_end) struct nk_tx *tx = NULL;
	const struct nk_leaf_item items[1] = { nk_item_hex("job", e->job.id.b, 16) };

	NK_TRY(nk_tx_begin(e->flow->store, &tx, err));
	NK_TRY(run_for_each(e, tx, "DELETE FROM link WHERE person_number = ?1", err));
	NK_TRY(out_of_extents(e, tx, err));
	NK_TRY(nk_people_erase(e->flow->people, tx, e->numbers, e->n, err));
	NK_TRY(nk_erase_stage(e, tx, NK_ERASE_ROWS_GONE, err));
	NK_TRY(nk_flow_person_leaves(e->flow, tx, NK_LEAF_ERASE_DONE, e->numbers, e->who, e->n, items, 1, err));
	return nk_flow_commit(e->flow, &tx, err);
}

struct stale {
	const struct nk_flow *flow;
	struct nk_vec slots;
};

static NK_RESULT is_stale(void *arg, enum nk_slot_kind kind, struct nk_slot slot, struct nk_err *err)
{
	struct stale *const s = arg;

	for (unsigned k = 0; k < NK_HOUSE_KEY_COUNT; k++) {
		if (s->flow->key_slot[k].number == slot.number) {
			return nk_done();
		}
	}
	return kind == NK_SLOT_SYSTEM ? push_slot(&s->slots, slot, err) : nk_done();
}

/* House keys that nothing names any more, after a crash too: an index key that lives on keeps old tokens computable.
 */
static NK_RESULT destroy_stale(struct nk_erasing *e, struct nk_err *err)
{
	struct stale s = { .flow = e->flow };
	uint64_t oldest = 0;
	nk_rc rc;

	nk_vec_init(&s.slots, sizeof(struct nk_slot), 100000);
	rc = nk_vault_each(e->flow->vault, is_stale, &s, err);
	rc = nk_ok(rc) && s.slots.len > 0 ? destroy(e, &s.slots, &oldest, err) : rc;
	nk_vec_done(&s.slots);
	return rc;
}

/* New tokens under a new index key; the old one dies, so that tokens in old data backups say nothing (erasure.md
 * §1.6). */
static NK_RESULT turn_index(struct nk_erasing *e, struct nk_err *err)
{
	NK_OWNED(nk_key_wipe) struct nk_key key;
	struct nk_flow *const flow = e->flow;
	struct nk_slot slot;

	NK_TRY(nk_flow_slots_pending(flow, err));
	NK_TRY(nk_vault_add(flow->vault, NK_SLOT_SYSTEM, 1, &slot, &key, err));
	{
		NK_OWNED(nk_tx_end) struct nk_tx *tx = NULL;
		const struct nk_leaf_item items[1] = { nk_item_text("what", NK_STR("index")) };

		NK_TRY(nk_tx_begin(flow->store, &tx, err));
		NK_TRY(nk_people_retoken(flow->people, tx, &key, err));
		NK_TRY(nk_house_key_change(tx, NK_HOUSE_INDEX, slot, nk_now(flow->env), err));
		NK_TRY(nk_flow_leaf(flow, tx, NK_LEAF_ROTATE, items, 1, NULL, err));
		NK_TRY(nk_flow_commit(flow, &tx, err));
	}
	nk_key_drop(&flow->key[NK_HOUSE_INDEX]);
	NK_TRY(nk_key_keep(&key, &flow->key[NK_HOUSE_INDEX], err));
	flow->key_slot[NK_HOUSE_INDEX] = slot;
	return destroy_stale(e, err);
}

NK_RESULT nk_erase_rotate(struct nk_erasing *e, struct nk_err *err)
{
	NK_OWNED(nk_tx_end) struct nk_tx *tx = NULL;
	struct nk_vault_finish f;
	struct nk_vault_status before;

	nk_flow_tell(e->flow, NK_N("turning the epoch"), 0, 0);
	NK_TRY(turn_index(e, err));
	nk_vault_status(e->flow->vault, &before);
	NK_TRY(nk_rotate_vault(e->flow, &f, err));
	e->cert.rotated = true;
	e->cert.epoch_destroyed = before.epoch;
	e->cert.epoch_now = f.epoch;
	/* The lowest over all epochs in the life of these keys (DECISIONS 6). */
	e->cert.cap =
		f.cap >= NK_LEVEL_E3 && (e->oldest_epoch == 0 || e->oldest_epoch < f.e3_since) ? NK_LEVEL_E2 : f.cap;
	e->cert.rehearsed_e3 = f.n_receipts > 1 && e->cert.cap < NK_LEVEL_E3;
	e->cert.n_receipts = f.n_receipts;
	memcpy(e->receipts, f.receipts, sizeof(e->receipts));
	e->cert.irrecoverable_at = e->cert.cap >= NK_LEVEL_E3 ? nk_now(e->flow->env) : 0;
	NK_TRY(nk_tx_begin(e->flow->store, &tx, err));
	NK_TRY(nk_erase_stage(e, tx, NK_ERASE_ROTATED, err));
	{
		const struct nk_leaf_item items[3] = { nk_item_number("epoch", f.epoch),
			nk_item_hex("job", e->job.id.b, 16), nk_item_number("receipts", f.n_receipts) };

		NK_TRY(nk_flow_leaf(e->flow, tx, NK_LEAF_ROTATE, items, 3, NULL, err));
		NK_TRY(nk_flow_epoch_told(tx, f.epoch, err));
	}
	NK_TRY(nk_flow_commit(e->flow, &tx, err));
	return nk_vault_told(e->flow->vault, err);
}
