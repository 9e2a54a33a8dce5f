/*
 * carry_list.c: what is outside.
 */
#include "base.h"

#include "campaign_int.h"
#include "carry_int.h"
#include "json.h"

NK_RESULT nk_carry_leaf(struct nk_flow *flow, struct nk_tx *tx, const char *act, struct nk_uuid holding,
	struct nk_uuid warrant, struct nk_err *err)
{
	const struct nk_leaf_item items[3] = { nk_item_text("act", nk_str_c(act)), nk_item_hex("holding", holding.b, 16),
		nk_item_hex("warrant", warrant.b, 16) };

	return nk_flow_leaf(flow, tx, NK_LEAF_CARRY, items, NK_ARRAY_LEN(items), NULL, err);
}

NK_RESULT nk_carry_holding(struct nk_flow *flow, struct nk_uuid warrant, struct nk_arena *arena, struct nk_holding *out, struct nk_err *err)
{
	NK_OWNED(nk_stmt_put) struct nk_stmt *stmt = NULL;
	struct nk_uuid id;
	bool row = false;

	NK_TRY(nk_stmt_get(flow->store,
		"SELECT id FROM holding WHERE warrant_id = ?1 AND kind = 'bundle' ORDER BY rowid DESC LIMIT 1", &stmt, err));
	nk_stmt_uuid(stmt, 1, warrant);
	NK_TRY(nk_stmt_step(stmt, &row, err));
	if (!row || !nk_col_uuid(stmt, 0, &id)) {
		return nk_fail(err, NK_NOT_FOUND, NK_N("no bundle was sealed under this warrant"));
	}
	return nk_holding_get(flow->store, flow->key[NK_HOUSE_LOG], id, arena, out, err);
}

/* --- bundles --- */

NK_RESULT nk_carry_has(struct nk_flow *flow, struct nk_uuid holding, const char *predicate, struct nk_arena *arena,
	bool *out, struct nk_err *err)
{
	struct nk_evidence *list = NULL;
	char about[64];
	size_t n = 0;

	(void)nk_holding_about(holding, about);
	NK_TRY(nk_evidence_list(flow->store, nk_str_c(about), arena, &list, &n, err));
	*out = false;
	for (size_t i = 0; i < n; i++) {
		*out = *out || nk_str_eq(list[i].kind, nk_str_c(predicate));
	}
	return nk_done();
}

NK_RESULT nk_carry_received_at(
	struct nk_flow *flow, struct nk_uuid holding, const char *place, struct nk_arena *arena, bool *out, struct nk_err *err)
{
	NK_OWNED(nk_key_wipe) struct nk_key secret = { { 0 } };
	struct nk_evidence *list = NULL;
	struct nk_hash there;
	char hex[2 * NK_HASH_LEN + 1];
	char about[64];
	char real[PATH_MAX];
	size_t n = 0;

	(void)nk_holding_about(holding, about);
	NK_TRY(nk_os_real_path(place, real, err));
	nk_carry_secret(flow, holding, &secret);
	nk_carry_place(&secret, nk_str_c(real), &there);
	nk_hex_print(there.b, sizeof(there.b), hex);
	NK_TRY(nk_evidence_list(flow->store, nk_str_c(about), arena, &list, &n, err));
	*out = false;
	for (size_t i = 0; i < n && !*out; i++) {
		NK_OWNED(nk_jdoc_free) struct nk_jdoc *doc = NULL;
		struct nk_str said = { 0 };

		if (nk_str_eq(list[i].kind, NK_STR(NK_PREDICATE_RECEIPT))) {
			NK_TRY(nk_exchange_body(list[i].statement, arena, &doc, err));
			*out = nk_jstr(nk_jget(nk_jdoc_root(doc), "place"), &said) && nk_str_eq(said, nk_str_c(hex));
		}
	}
	return nk_done();
}

static NK_RESULT row_of(struct nk_flow *flow, const struct nk_holding *h, struct nk_arena *arena,
	struct nk_carry_row *out, struct nk_err *err)
{
	struct nk_extent_total total;

	NK_TRY(nk_extent_together(flow->store, &h->id, 1, &total, err));
	*out = (struct nk_carry_row){ .holding = h->id,
		.warrant = h->warrant,
		.place = h->place,
		.gone = nk_str_c(nk_holding_gone(h)),
		.sealed_at = h->opened_at,
		.destroy_by = h->expires_at,
		.closed_at = h->closed_at,
		.persons = total.persons,
		.overdue = h->closed_at == 0 && nk_now(flow->env) >= h->expires_at };
	return nk_carry_has(flow, h->id, NK_PREDICATE_RECEIPT, arena, &out->received, err);
}

NK_RESULT nk_op_carry_list(struct nk_flow *flow, bool all, struct nk_arena *arena, struct nk_carry_row **out,
	size_t *out_n, struct nk_err *err)
{
	struct nk_holding *list = NULL;
	struct nk_carry_row *rows = NULL;
	size_t n_all = 0;
	size_t n = 0;

	NK_TRY(nk_holding_list(flow->store, flow->key[NK_HOUSE_LOG], !all, arena, &list, &n_all, err));
	rows = nk_arena_array(arena, n_all, sizeof(*rows));
	if (rows == NULL) {
		return nk_fail_nomem(err);
	}
	for (size_t i = 0; i < n_all; i++) {
		if (list[i].kind == NK_HOLDING_bundle) {
			NK_TRY(row_of(flow, &list[i], arena, &rows[n++], err));
		}
	}
	*out = rows;
	*out_n = n;
	return nk_done();
}
