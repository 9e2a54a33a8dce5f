/*
 * op_clock.c: moves the clock of a store that was made with a simulated one. Only forward: the ledger's times never
 * go back.
 */
#include "base.h"
#include "flow_int.h"

NK_RESULT nk_op_clock(struct nk_flow *flow, nk_date day, struct nk_err *err)
{
	NK_OWNED(nk_tx_end) struct nk_tx *tx = NULL;
	const nk_time then = (int64_t)day * NK_DAY;
	const nk_time now = nk_now(flow->env);
	char text[64];
	char path[PATH_MAX];
	int n;
	const struct nk_leaf_item items[1] = { nk_item_number("to", nk_u64(then > 0 ? then : 0)) };

	if (!flow->simulated) {
		return nk_fail(err, NK_DENIED,
			NK_N("this installation runs on the real clock; only \"init --clock\" makes one whose clock can be moved"));
	}
	if (then < now) {
		return nk_fail(err, NK_INVALID, NK_N("the clock goes forward only"));
	}
	NK_TRY(nk_tx_begin(flow->store, &tx, err));
	NK_TRY(nk_flow_leaf(flow, tx, NK_LEAF_CLOCK, items, 1, NULL, err));
	NK_TRY(nk_flow_commit(flow, &tx, err));
	n = snprintf(text, sizeof(text), "simulated %" PRId64 "\n", flow->clock.ahead + (then - now));
	nk_flow_path(flow, "clock", path);
	return nk_env_replace(flow->env, path, nk_bytes_of(text, nk_size((uint64_t)n)), err);
}
