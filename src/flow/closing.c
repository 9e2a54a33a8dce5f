/*
 * closing.c: a copy ends before another party: what he signs, and the books in the same commit.
 *
 * Invariant: the holding is closed with exactly the statement that was signed, or neither is there.
 */
#include "base.h"
#include "closing.h"

#include "cert.h"
#include "intoto.h"
#include "party_int.h"

NK_RESULT nk_closing_party(struct nk_flow *flow, struct nk_uuid custodian, const struct nk_key *seed, struct nk_arena *arena,
	struct nk_party *out, struct nk_err *err)
{
	NK_TRY(nk_signer_of(flow, seed, arena, out, err));
	if (nk_uuid_eq(out->id, custodian) || nk_uuid_eq(out->id, flow->actor)) {
		return nk_fail(err, NK_DENIED, NK_N("who has this copy cannot say alone that it is gone: another party's key is needed"));
	}
	if (!nk_party_judges(flow, out)) {
		return nk_fail(err, NK_DENIED,
			NK_N("whose key this is judges nothing here: the officer, the superior or another who signs what others do looks whether it is gone"));
	}
	return nk_party_may_judge(flow, out, NK_STR(""), err);
}

NK_RESULT nk_closing_sign(struct nk_flow *flow, const struct nk_closing *c, struct nk_buf *envelope, struct nk_err *err)
{
	NK_OWNED(nk_buf_done) struct nk_buf payload = { 0 };
	char about[NK_HOLDING_ABOUT];
	struct nk_hash digest;
	struct nk_intoto_subject subject = { .name = nk_str_c(nk_holding_about(c->holding, about)), .has_sha256 = true };
	const struct nk_intoto st = {
		.type = nk_str_c(c->predicate), .predicate = c->body, .subjects = &subject, .n_subjects = 1
	};

	nk_sha256(nk_bytes_of(c->holding.b, sizeof(c->holding.b)), &digest);
	memcpy(subject.sha256, digest.b, sizeof(subject.sha256));
	nk_buf_init(&payload, NK_INTOTO_MAX);
	NK_TRY(nk_statement_print(flow, &st, &payload, err));
	return nk_cert_sign(nk_buf_bytes(&payload), c->seed, envelope, err);
}

NK_RESULT nk_closing_book(struct nk_flow *flow, struct nk_tx *tx, const struct nk_closing *c, struct nk_bytes envelope,
	struct nk_arena *arena, struct nk_uuid *out_evidence, struct nk_err *err)
{
	const struct nk_leaf_item items[3] = { nk_item_text("gone", nk_str_c(nk_gone_name(c->gone))),
		nk_item_hex("holding", c->holding.b, 16), nk_item_text("how", nk_str_c(c->how)) };
	char about[NK_HOLDING_ABOUT];
	struct nk_hash subject;

	nk_sha256(nk_bytes_of(c->holding.b, sizeof(c->holding.b)), &subject);
	NK_TRY(nk_statement_take(flow, tx, envelope, c->by->public_key, c->predicate, &subject,
		nk_str_c(nk_holding_about(c->holding, about)), c->by->id, arena, NULL, out_evidence, err));
	NK_TRY(nk_flow_leaf(flow, tx, NK_LEAF_HOLDING_CLOSE, items, NK_ARRAY_LEN(items), NULL, err));
	return nk_holding_close(tx, c->holding, c->gone, *out_evidence, c->by->id, nk_now(flow->env), err);
}
