/*
 * approval.c: what the guard held back, and the second person's signature under it.
 *
 * A request is an unsigned warrant of kind "exception"; its scope is "<what>:<hash>:<count>", so that what is signed
 * is the hash of exactly one plan and the number that was shown. Good for a day and one use.
 */
#include "base.h"
#include "flow_int.h"

NK_RESULT nk_approval_request(struct nk_flow *flow, struct nk_tx *tx, struct nk_str what, const char *hash,
	uint64_t count, struct nk_err *err)
{
	char scope[160];
	const nk_time now = nk_now(flow->env);
	struct nk_warrant w = { .kind = NK_STR("exception"),
		.verbs = NK_STR("apply"),
		.requester = flow->actor,
		.limitation = NK_STR(""),
		.uses_left = 1,
		.from_at = now,
		.until_at = now + NK_DAY,
		.review_on = NK_DATE_NONE };

	(void)snprintf(scope, sizeof(scope), "%.*s:%s:%" PRIu64, NK_FMT(what), hash, count);
	w.scope = nk_str_c(scope);
	NK_TRY(nk_uuid_new(flow->env, &w.id, err));
	return nk_warrant_add(tx, &w, err);
}

NK_RESULT nk_approval_find(struct nk_flow *flow, struct nk_str prefix, struct nk_approval *out, struct nk_err *err)
{
	NK_OWNED(nk_stmt_put) struct nk_stmt *s = NULL;
	bool have = false;
	size_t found = 0;

	NK_TRY(nk_stmt_get(flow->store,
		"SELECT id, scope, signer_id, until_at, uses_left, from_at FROM warrant WHERE kind = 'exception' AND uses_left > 0 AND until_at > ?1",
		&s, err));
	nk_stmt_int(s, 1, nk_now(flow->env));
	for (;;) {
		struct nk_str scope;
		struct nk_str what;
		struct nk_str hash;

		NK_TRY(nk_stmt_step(s, &have, err));
		if (!have) {
			break;
		}
		scope = nk_col_text(s, 1);
		if (!nk_str_cut(&scope, ':', &what) || !nk_str_cut(&scope, ':', &hash) ||
			!nk_str_starts(hash, prefix) || hash.len != 64) {
			continue;
		}
		found += found == 0 || !nk_str_eq(nk_str_c(out->hash), hash) ? 1 : 0;
		(void)snprintf(out->what, sizeof(out->what), "%.*s", NK_FMT(what));
		(void)snprintf(out->hash, sizeof(out->hash), "%.*s", NK_FMT(hash));
		out->is_signed = !nk_col_is_null(s, 2);
		if (!nk_col_uuid(s, 0, &out->warrant) || !nk_parse_u64(scope, 0, UINT64_MAX / 2, &out->count)) {
			return nk_fail(err, NK_CORRUPT, NK_N("a warrant in the store is damaged"));
		}
	}
	if (found == 0) {
		return nk_fail(err, NK_NOT_FOUND, NK_N("nothing waits for approval under this hash"));
	}
	if (found > 1) {
		return nk_fail(err, NK_CONFLICT,
			NK_N("more than one thing waits under these first characters; give more of the hash"));
	}
	return nk_done();
}

/* The text that the approver signs: short enough to be read aloud. */
static NK_RESULT statement(const struct nk_approval *a, struct nk_buf *out, struct nk_err *err)
{
	return nk_buf_printf(
		out, err, "{\"approve\":\"%s\",\"count\":%" PRIu64 ",\"hash\":\"%s\"}", a->what, a->count, a->hash);
}

/* What stands in the store is looked at again when it is used: the words, the key that is enrolled, the signature. */
static NK_RESULT signature_true(struct nk_flow *flow, const struct nk_approval *a, struct nk_err *err)
{
	NK_OWNED(nk_stmt_put) struct nk_stmt *s = NULL;
	NK_OWNED(nk_buf_done) struct nk_buf text = { 0 };
	bool have = false;

	nk_buf_init(&text, 1024);
	NK_TRY(statement(a, &text, err));
	NK_TRY(nk_stmt_get(flow->store,
		"SELECT w.signature, p.public_key FROM warrant w JOIN party p ON p.id = w.signer_id WHERE w.id = ?1 AND p.ended_at IS NULL",
		&s, err));
	nk_stmt_uuid(s, 1, a->warrant);
	NK_TRY(nk_stmt_step(s, &have, err));
	if (have && nk_col_blob(s, 0).len == NK_SIG_LEN && nk_col_blob(s, 1).len == NK_SIGN_PUB_LEN &&
		nk_sign_verify(nk_col_blob(s, 1).ptr, nk_buf_bytes(&text), nk_col_blob(s, 0).ptr)) {
		return nk_done();
	}
	return nk_fail(err, NK_DENIED,
		NK_N("the signature under this approval is not true, or its signer is no longer enrolled"));
}

NK_RESULT nk_approval_state(struct nk_flow *flow, const char *hash, struct nk_uuid *out_warrant, struct nk_err *err)
{
	struct nk_approval a = { .hash = "" };

	NK_TRY(nk_approval_find(flow, nk_str_c(hash), &a, err));
	if (!a.is_signed) {
		return nk_fail(err, NK_GUARD,
			NK_N("a second person has to approve this first: nokosazu approve %1$.12s --count %2$llu --key FILE"),
			a.hash, (unsigned long long)a.count);
	}
	NK_TRY(signature_true(flow, &a, err));
	*out_warrant = a.warrant;
	return nk_done();
}

static NK_RESULT signer_of(struct nk_flow *flow, const struct nk_key *seed, struct nk_arena *arena,
	struct nk_party *out, struct nk_err *err)
{
	uint8_t pub[NK_SIGN_PUB_LEN];
	struct nk_party *list = NULL;
	size_t n = 0;

	nk_sign_public(seed, pub);
	NK_TRY(nk_party_list(flow->store, flow->key[NK_HOUSE_LOG], arena, &list, &n, err));
	for (size_t i = 0; i < n; i++) {
		if (list[i].has_key && !list[i].ended && nk_ct_equal(list[i].public_key, pub, sizeof(pub))) {
			*out = list[i];
			return nk_done();
		}
	}
	return nk_fail(err, NK_DENIED, NK_N("this key belongs to nobody who is enrolled (nokosazu party add)"));
}

NK_RESULT nk_op_approve(struct nk_flow *flow, const struct nk_approve_request *req, struct nk_err *err)
{
	NK_OWNED(nk_tx_end) struct nk_tx *tx = NULL;
	NK_OWNED(nk_arena_free) struct nk_arena *arena = NULL;
	NK_OWNED(nk_buf_done) struct nk_buf text = { 0 };
	struct nk_approval a = { .hash = "" };
	struct nk_party signer;
	uint8_t sig[NK_SIG_LEN];
	struct nk_leaf_item items[4];

	nk_buf_init(&text, 1024);
	if (req->hash.len < 8) {
		return nk_fail(err, NK_USAGE, NK_N("at least eight characters of the hash are needed"));
	}
	NK_TRY(nk_arena_new(NK_ARENA_WIPING, 1 << 20, &arena, err));
	NK_TRY(nk_approval_find(flow, req->hash, &a, err));
	if (a.is_signed) {
		return nk_fail(err, NK_EXISTS, NK_N("this is approved already"));
	}
	NK_TRY(signer_of(flow, &req->seed, arena, &signer, err));
	if (nk_uuid_eq(signer.id, flow->actor)) {
		return nk_fail(err, NK_DENIED,
			NK_N("who asks or carries out cannot approve: a second person signs with a key of his own"));
	}
	if (!nk_party_has_role(&signer, NK_STR("officer"))) {
		return nk_fail(err, NK_DENIED, NK_N("this person does not have the role \"officer\""));
	}
	if (req->count != a.count) {
		return nk_fail(err, NK_INVALID,
			NK_N("the number typed (%1$llu) is not the number of this plan; look at it again"),
			(unsigned long long)req->count);
	}
	NK_TRY(statement(&a, &text, err));
	nk_sign(&req->seed, nk_buf_bytes(&text), sig);
	items[0] = nk_item_text("what", nk_str_c(a.what));
	items[1] = nk_item_text("hash", nk_str_c(a.hash));
	items[2] = nk_item_number("count", a.count);
	items[3] = nk_item_hex("signer", signer.id.b, sizeof(signer.id.b));
	NK_TRY(nk_tx_begin(flow->store, &tx, err));
	NK_TRY(nk_warrant_sign(tx, a.warrant, signer.id, nk_bytes_of(sig, sizeof(sig)), err));
	NK_TRY(nk_flow_leaf(flow, tx, NK_LEAF_APPROVE, items, 4, NULL, err));
	return nk_flow_commit(flow, &tx, err);
}
