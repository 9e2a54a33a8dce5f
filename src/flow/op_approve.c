/*
 * approval.c: what the guard held back, and the second person's signature under it.
 *
 * A request is a warrant of kind "exception" that needs an officer; its scope is "<what>:<hash>:<count>", so that what
 * is signed is the hash of exactly one plan and the number that was shown. Good for a day and one use.
 */
#include "base.h"

#include "asked_int.h"

NK_RESULT nk_approval_request(struct nk_flow *flow, struct nk_tx *tx, struct nk_str what, const char *hash,
	uint64_t count, struct nk_err *err)
{
	char scope[160];
	struct nk_uuid id;
	struct nk_warrant_ask ask = { .kind = NK_STR("exception"),
		.verbs = NK_STR("apply"),
		.purpose = NK_STR("what the guard held back"),
		.uses = 1,
		.until_at = nk_now(flow->env) + NK_DAY };

	(void)snprintf(scope, sizeof(scope), "%.*s:%s:%" PRIu64, NK_FMT(what), hash, count);
	ask.scope = nk_str_c(scope);
	return nk_warrant_ask(flow, tx, &ask, &id, err);
}

NK_RESULT nk_approval_find(struct nk_flow *flow, struct nk_str prefix, struct nk_approval *out, struct nk_err *err)
{
	NK_OWNED(nk_stmt_put) struct nk_stmt *s = NULL;
	bool have = false;
	size_t found = 0;

	NK_TRY(nk_stmt_get(flow->store,
		"SELECT id, scope, signer_id, until_at, uses_left, from_at FROM warrant WHERE kind = 'exception' "
		"AND state IN ('requested', 'granted') AND uses_left > 0 AND until_at > ?1",
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

static struct nk_str scope_of(const struct nk_approval *a, char room[static 160])
{
	(void)snprintf(room, 160, "%s:%s:%" PRIu64, a->what, a->hash, a->count);
	return nk_str_c(room);
}

NK_RESULT nk_approval_state(struct nk_flow *flow, const char *hash, struct nk_uuid *out_warrant, struct nk_err *err)
{
	NK_OWNED(nk_arena_free) struct nk_arena *arena = NULL;
	struct nk_approval a = { .hash = "" };
	char scope[160];

	NK_TRY(nk_approval_find(flow, nk_str_c(hash), &a, err));
	if (!a.is_signed) {
		return nk_fail(err, NK_GUARD,
			NK_N("a second person has to approve this first: nokosazu approve %1$.12s --count %2$llu --key FILE"),
			a.hash, (unsigned long long)a.count);
	}
	NK_TRY(nk_arena_new(NK_ARENA_WIPING, 64 << 20, &arena, err));
	NK_TRY(nk_warrant_look(flow, a.warrant, NK_STR("exception"), NK_STR("apply"), scope_of(&a, scope), arena, NULL,
		err));
	*out_warrant = a.warrant;
	return nk_done();
}

NK_RESULT nk_approval_use(
	struct nk_flow *flow, struct nk_tx *tx, const char *hash, struct nk_uuid warrant, struct nk_err *err)
{
	NK_OWNED(nk_arena_free) struct nk_arena *arena = NULL;
	struct nk_approval a = { .hash = "" };
	char scope[160];

	NK_TRY(nk_approval_find(flow, nk_str_c(hash), &a, err));
	NK_TRY(nk_arena_new(NK_ARENA_WIPING, 64 << 20, &arena, err));
	return nk_warrant_take(flow, tx, warrant, NK_STR("exception"), NK_STR("apply"), scope_of(&a, scope), arena, NULL,
		err);
}

static NK_RESULT approve(struct nk_flow *flow, const struct nk_approve_request *req, struct nk_err *err)
{
	NK_OWNED(nk_tx_end) struct nk_tx *tx = NULL;
	NK_OWNED(nk_arena_free) struct nk_arena *arena = NULL;
	const struct nk_judging how = { .part = NK_PART_SIGN, .role = NK_STR("officer"), .seed = &req->seed };
	struct nk_approval a = { .hash = "" };
	struct nk_party signer;
	struct nk_leaf_item items[4];

	if (req->hash.len < 8) {
		return nk_fail(err, NK_USAGE, NK_N("at least eight characters of the hash are needed"));
	}
	NK_TRY(nk_approval_find(flow, req->hash, &a, err));
	if (a.is_signed) {
		return nk_fail(err, NK_EXISTS, NK_N("this is approved already"));
	}
	NK_TRY(nk_arena_new(NK_ARENA_WIPING, 64 << 20, &arena, err));
	NK_TRY(nk_signer_of(flow, &req->seed, arena, &signer, err));
	NK_TRY(nk_tx_begin(flow->store, &tx, err));
	NK_TRY(nk_asked_judge(flow, tx, a.warrant, &how, err));
	if (req->count != a.count) {
		return nk_fail(err, NK_INVALID,
			NK_N("the number typed (%1$llu) is not the number of this plan; look at it again"),
			(unsigned long long)req->count);
	}
	items[0] = nk_item_text("what", nk_str_c(a.what));
	items[1] = nk_item_text("hash", nk_str_c(a.hash));
	items[2] = nk_item_number("count", a.count);
	items[3] = nk_item_hex("signer", signer.id.b, sizeof(signer.id.b));
	NK_TRY(nk_flow_leaf(flow, tx, NK_LEAF_APPROVE, items, 4, NULL, err));
	return nk_flow_commit(flow, &tx, err);
}

NK_RESULT nk_op_approve(struct nk_flow *flow, const struct nk_approve_request *req, struct nk_err *err)
{
	const nk_rc rc = approve(flow, req, err);

	if (rc.code == NK_DENIED || rc.code == NK_INVALID) {
		nk_flow_refused_why(flow, "approval", err);
	}
	return rc;
}
