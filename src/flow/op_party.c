/*
 * op_party.c: who may sign: enrol and list. Names of operators are personal too and stand sealed.
 */
#include "base.h"
#include "flow_int.h"

NK_RESULT nk_op_party_add(
	struct nk_flow *flow, const struct nk_party_request *req, struct nk_uuid *out_id, struct nk_err *err)
{
	NK_OWNED(nk_tx_end) struct nk_tx *tx = NULL;
	struct nk_party p = { .kind = NK_STR("officer"), .roles = req->roles, .label = req->name, .has_key = true };
	struct nk_leaf_item items[2];

	if (req->name.len == 0 || req->roles.len == 0) {
		return nk_fail(err, NK_USAGE, NK_N("a party needs a name and at least one role"));
	}
	if (nk_party_has_role(&p, NK_STR("operator"))) {
		return nk_fail(err, NK_DENIED,
			NK_N("roles of one who carries out and one who approves are kept apart: not \"operator\""));
	}
	memcpy(p.public_key, req->public_key, sizeof(p.public_key));
	NK_TRY(nk_uuid_new(flow->env, &p.id, err));
	items[0] = nk_item_hex("party", p.id.b, 16);
	items[1] = nk_item_hex("public", p.public_key, sizeof(p.public_key));
	NK_TRY(nk_tx_begin(flow->store, &tx, err));
	NK_TRY(nk_party_add(tx, flow->key[NK_HOUSE_LOG], &p, err));
	NK_TRY(nk_flow_leaf(flow, tx, NK_LEAF_PARTY, items, 2, NULL, err));
	NK_TRY(nk_flow_commit(flow, &tx, err));
	*out_id = p.id;
	return nk_done();
}

NK_RESULT nk_op_party_list(
	struct nk_flow *flow, struct nk_arena *arena, struct nk_party_row **out, size_t *out_n, struct nk_err *err)
{
	struct nk_party *list = NULL;
	size_t n = 0;

	NK_TRY(nk_party_list(flow->store, flow->key[NK_HOUSE_LOG], arena, &list, &n, err));
	*out = nk_arena_array(arena, n, sizeof(**out));
	if (*out == NULL) {
		return nk_fail_nomem(err);
	}
	for (size_t i = 0; i < n; i++) {
		(*out)[i] = (struct nk_party_row){ list[i].id, list[i].label, list[i].roles, list[i].has_key,
			list[i].ended };
	}
	*out_n = n;
	return nk_done();
}

NK_RESULT nk_op_party_key(
	const struct nk_env *env, struct nk_key *out_seed, uint8_t out_public[static 32], struct nk_err *err)
{
	NK_TRY(nk_key_random(env, out_seed, err));
	nk_sign_public(out_seed, out_public);
	return nk_done();
}
