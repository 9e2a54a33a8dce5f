/*
 * op_cancel.c: a plan that is not wanted any more.
 */
#include "base.h"
#include "flow_int.h"

/* A plan, an erasure whose keys still live, or an import that waits: none of them is done any more. */
NK_RESULT nk_op_cancel(struct nk_flow *flow, struct nk_str hash, struct nk_err *err)
{
	NK_OWNED(nk_tx_end) struct nk_tx *tx = NULL;
	NK_OWNED(nk_arena_free) struct nk_arena *arena = NULL;
	struct nk_plan_row row;
	struct nk_leaf_item items[1];

	NK_TRY(nk_arena_new(NK_ARENA_WIPING, 1 << 20, &arena, err));
	NK_TRY(nk_plan_find(flow->store, flow->key[NK_HOUSE_LOG], hash, arena, &row, err));
	if (row.state == NK_PLAN_DONE || row.state == NK_PLAN_CANCELLED) {
		return nk_fail(err, NK_CONFLICT, NK_N("this plan has ended already"));
	}
	NK_TRY(nk_erase_may_cancel(flow, &row, err));
	items[0] = nk_item_hex("hash", row.hash.b, NK_HASH_LEN);
	NK_TRY(nk_tx_begin(flow->store, &tx, err));
	NK_TRY(nk_plan_set_state(tx, row.id, NK_PLAN_CANCELLED, row.warrant, err));
	NK_TRY(nk_flow_leaf(flow, tx, NK_LEAF_CANCEL, items, 1, NULL, err));
	return nk_flow_commit(flow, &tx, err);
}
