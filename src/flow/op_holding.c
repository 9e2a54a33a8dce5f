/*
 * op_holding.c: what copies are there, and closing those that ended; duties that are open.
 */
#include "base.h"
#include "measures_int.h"

NK_RESULT nk_op_holding_list(struct nk_flow *flow, bool only_open, struct nk_arena *arena,
	struct nk_holding_row **out, size_t *out_n, struct nk_err *err)
{
	struct nk_holding *list = NULL;
	size_t n = 0;

	NK_TRY(nk_holding_list(flow->store, flow->key[NK_HOUSE_LOG], only_open, arena, &list, &n, err));
	*out = nk_arena_array(arena, n, sizeof(**out));
	if (*out == NULL) {
		return nk_fail_nomem(err);
	}
	for (size_t i = 0; i < n; i++) {
		(*out)[i] = (struct nk_holding_row){
			.id = list[i].id,
			.kind = nk_str_c(nk_holding_kind_name(list[i].kind)),
			.place = list[i].place,
			.purpose = list[i].purpose,
			.gone = nk_str_c(nk_gone_name(list[i].gone)),
			.opened_at = list[i].opened_at,
			.expires_at = list[i].expires_at,
			.closed_at = list[i].closed_at,
		};
		for (unsigned c = 0; c < NK_ITEM_COUNT; c++) {
			uint64_t persons = 0;

			NK_TRY(nk_extent_count(flow->store, list[i].id, (enum nk_item_class)c, &persons, err));
			(*out)[i].persons = persons > (*out)[i].persons ? persons : (*out)[i].persons;
		}
	}
	*out_n = n;
	return nk_done();
}

NK_RESULT nk_holding_end(struct nk_flow *flow, struct nk_uuid id, enum nk_holding_kind kind, enum nk_gone gone,
	struct nk_str how, struct nk_err *err)
{
	NK_OWNED(nk_tx_end) struct nk_tx *tx = NULL;
	NK_OWNED(nk_arena_free) struct nk_arena *arena = NULL;
	struct nk_holding h;
	struct nk_hash digest;
	struct nk_uuid evidence;
	const nk_time now = nk_now(flow->env);
	const struct nk_bytes parts[] = { nk_bytes_of(id.b, 16), nk_str_bytes(how), nk_bytes_of(&now, sizeof(now)) };
	const struct nk_leaf_item items[3] = { nk_item_text("gone", nk_str_c(nk_gone_name(gone))),
		nk_item_hex("holding", id.b, 16), nk_item_text("how", how) };
	uint64_t leaf = 0;

	NK_TRY(nk_arena_new(NK_ARENA_PLAIN, 1 << 20, &arena, err));
	NK_TRY(nk_holding_get(flow->store, flow->key[NK_HOUSE_LOG], id, arena, &h, err));
	if ((kind != NK_HOLDING_KIND_COUNT && h.kind != kind) || h.kind == NK_HOLDING_store ||
		h.kind == NK_HOLDING_target || h.kind == NK_HOLDING_vault_copy || h.kind == NK_HOLDING_contact) {
		return nk_fail(err, NK_INVALID, NK_N("a holding of kind \"%s\" does not end this way"),
			nk_holding_kind_name(h.kind));
	}
	if (h.closed_at != 0) {
		return nk_fail(err, NK_EXISTS, NK_N("this holding is closed already"));
	}
	nk_blake(NULL, parts, NK_ARRAY_LEN(parts), &digest);
	NK_TRY(nk_tx_begin(flow->store, &tx, err));
	NK_TRY(nk_flow_leaf(flow, tx, NK_LEAF_HOLDING_CLOSE, items, 3, &leaf, err));
	NK_TRY(nk_evidence_add(
		tx, NK_STR("operator's word"), &digest, nk_bytes_of("", 0), nk_i64(leaf), now, &evidence, err));
	NK_TRY(nk_holding_close(tx, id, gone, evidence, flow->actor, now, err));
	return nk_flow_commit(flow, &tx, err);
}

NK_RESULT nk_op_holding_close(struct nk_flow *flow, struct nk_uuid id, bool verified, struct nk_err *err)
{
	const nk_rc rc = nk_holding_end(flow, id, NK_HOLDING_KIND_COUNT, verified ? NK_GONE_VERIFIED : NK_GONE_UNVERIFIED,
		verified ? NK_STR("looked at and destroyed") : NK_STR("said to be destroyed"), err);

	if (rc.code == NK_DENIED) {
		nk_flow_refused(flow, "holding close", NK_N("one alone cannot say that this copy is gone"));
	}
	return rc;
}
