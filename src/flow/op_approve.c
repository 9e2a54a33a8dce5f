/*
 * op_approve.c: what the guard held back, and the second person's signature under it.
 *
 * A request is a warrant of kind "exception" that needs those roles which [warrant] exception names; its scope is
 * "<what>:<hash>:<count>", so that what is signed is the hash of exactly one plan and the number that was shown. Good for
 * a day and one use.
 *
 * Invariant: only what the guard itself asked for counts: kind, act, exact scope, one use and one day are compared with
 * the sealed request whenever an approval is looked for; nobody can ask for such a scope by hand (ask_form.c).
 */
#include "base.h"

#include "asked_int.h"

#define VERB "apply"

enum { SCOPE_MAX = 160 };

static struct nk_str scope_of(const struct nk_approval_key *k, char room[static SCOPE_MAX])
{
	(void)snprintf(room, SCOPE_MAX, "%.*s:%s:%" PRIu64, NK_FMT(k->what), k->hash, k->count);
	return nk_str_c(room);
}

NK_RESULT nk_approval_request(struct nk_flow *flow, struct nk_tx *tx, const struct nk_approval_key *k, struct nk_err *err)
{
	char scope[SCOPE_MAX];
	struct nk_uuid id;
	const struct nk_warrant_ask ask = { .kind = NK_STR("exception"),
		.verbs = NK_STR(VERB),
		.scope = scope_of(k, scope),
		.purpose = NK_STR("what the guard held back"),
		.uses = 1,
		.until_at = nk_now(flow->env) + NK_DAY };

	return nk_warrant_ask(flow, tx, &ask, &id, err);
}

static bool is_what(struct nk_str word)
{
	static const char *const whats[] = { "import", "plan", "erase" };

	for (size_t i = 0; i < NK_ARRAY_LEN(whats); i++) {
		if (nk_str_eq(word, nk_str_c(whats[i]))) {
			return true;
		}
	}
	return false;
}

/* "<what>:<hash>:<count>" and nothing else. */
static bool parse_scope(struct nk_str scope, struct nk_approval *out)
{
	struct nk_str what = { NULL, 0 };
	struct nk_str hash = { NULL, 0 };

	if (!nk_str_cut(&scope, ':', &what) || !nk_str_cut(&scope, ':', &hash) || !is_what(what) || hash.len != 64 ||
		!nk_parse_u64(scope, 0, UINT64_MAX / 2, &out->count)) {
		return false;
	}
	(void)snprintf(out->what, sizeof(out->what), "%.*s", NK_FMT(what));
	(void)snprintf(out->hash, sizeof(out->hash), "%.*s", NK_FMT(hash));
	return true;
}

/* Was it asked for as nk_approval_request asks? By the sealed request, not by the row. */
static bool as_asked(struct nk_flow *flow, struct nk_uuid id, struct nk_arena *arena)
{
	struct nk_asked a;

	return nk_ok(nk_asked_get(flow, id, arena, &a, NULL)) && nk_str_eq(a.row.verbs, NK_STR(VERB)) && a.uses == 1 &&
		a.row.until_at - a.row.from_at <= NK_DAY;
}

/* `exact`: only what was asked for by this operation and number; NULL: by the first characters of the hash. */
static NK_RESULT find(struct nk_flow *flow, struct nk_str prefix, const struct nk_approval_key *exact,
	struct nk_approval *out, struct nk_err *err)
{
	NK_OWNED(nk_stmt_put) struct nk_stmt *s = NULL;
	NK_OWNED(nk_arena_free) struct nk_arena *arena = NULL;
	bool have = false;
	size_t found = 0;

	NK_TRY(nk_arena_new(NK_ARENA_WIPING, 256 << 20, &arena, err));
	NK_TRY(nk_stmt_get(flow->store,
		"SELECT id, scope, signer_id FROM warrant WHERE kind = 'exception' AND verbs = '" VERB "' "
		"AND state IN ('requested', 'granted') AND uses_left = 1 AND until_at > ?1 ORDER BY rowid",
		&s, err));
	nk_stmt_int(s, 1, nk_now(flow->env));
	for (;;) {
		struct nk_approval a = { .hash = "" };

		NK_TRY(nk_stmt_step(s, &have, err));
		if (!have) {
			break;
		}
		if (!nk_col_uuid(s, 0, &a.warrant)) {
			return nk_fail(err, NK_CORRUPT, NK_N("a warrant in the store is damaged"));
		}
		a.is_signed = !nk_col_is_null(s, 2);
		if (!parse_scope(nk_col_text(s, 1), &a) || !nk_str_starts(nk_str_c(a.hash), prefix) ||
			(exact != NULL && (a.count != exact->count || !nk_str_eq(nk_str_c(a.what), exact->what))) ||
			!as_asked(flow, a.warrant, arena)) {
			continue;
		}
		found += found == 0 || strcmp(out->hash, a.hash) != 0 || strcmp(out->what, a.what) != 0 ? 1 : 0;
		*out = a;
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

NK_RESULT nk_approval_find(struct nk_flow *flow, struct nk_str prefix, struct nk_approval *out, struct nk_err *err)
{
	return find(flow, prefix, NULL, out, err);
}

NK_RESULT nk_approval_state(
	struct nk_flow *flow, const struct nk_approval_key *k, struct nk_uuid *out_warrant, struct nk_err *err)
{
	NK_OWNED(nk_arena_free) struct nk_arena *arena = NULL;
	struct nk_approval a = { .hash = "" };
	char scope[SCOPE_MAX];

	NK_TRY(find(flow, nk_str_c(k->hash), k, &a, err));
	if (!a.is_signed) {
		return nk_fail(err, NK_GUARD,
			NK_N("a second person has to approve this first: nokosazu approve %1$.12s --count %2$llu --key FILE"),
			a.hash, (unsigned long long)a.count);
	}
	NK_TRY(nk_arena_new(NK_ARENA_WIPING, 64 << 20, &arena, err));
	NK_TRY(nk_warrant_look(
		flow, a.warrant, NK_STR("exception"), NK_STR(VERB), scope_of(k, scope), arena, NULL, err));
	*out_warrant = a.warrant;
	return nk_done();
}

NK_RESULT nk_approval_use(struct nk_flow *flow, struct nk_tx *tx, const struct nk_approval_key *k, struct nk_uuid warrant,
	struct nk_err *err)
{
	NK_OWNED(nk_arena_free) struct nk_arena *arena = NULL;
	struct nk_approval a = { .hash = "" };
	char scope[SCOPE_MAX];

	NK_TRY(find(flow, nk_str_c(k->hash), k, &a, err));
	if (!nk_uuid_eq(a.warrant, warrant)) {
		return nk_fail(err, NK_CONFLICT, NK_N("another approval of this has come meanwhile; try again"));
	}
	NK_TRY(nk_arena_new(NK_ARENA_WIPING, 64 << 20, &arena, err));
	return nk_warrant_take(
		flow, tx, warrant, NK_STR("exception"), NK_STR(VERB), scope_of(k, scope), arena, NULL, err);
}

/* Of the roles that [warrant] exception asked for: the first that nobody has signed in yet and the signer holds, else the
 * first that is open, whose refusal tells what is wanted. */
static NK_RESULT role_of(struct nk_flow *flow, struct nk_uuid warrant, const struct nk_party *signer, struct nk_arena *arena,
	struct nk_str *out, struct nk_err *err)
{
	struct nk_warrant_part *parts = NULL;
	struct nk_warrant w;
	struct nk_str role;
	size_t n = 0;

	*out = NK_STR("");
	NK_TRY(nk_warrant_get(flow->store, warrant, arena, &w, err));
	NK_TRY(nk_warrant_parts(flow->store, warrant, arena, &parts, &n, err));
	while (nk_str_cut(&w.needs, ',', &role)) {
		bool is_open = true;

		for (size_t i = 0; i < n; i++) {
			is_open = is_open && !(parts[i].part == NK_PART_SIGN && nk_str_eq(parts[i].role, role));
		}
		if (is_open && nk_party_has_role(signer, role)) {
			*out = role;
			return nk_done();
		}
		*out = is_open && out->len == 0 ? role : *out;
	}
	return nk_done();
}

static NK_RESULT approve(struct nk_flow *flow, const struct nk_approve_request *req, struct nk_err *err)
{
	NK_OWNED(nk_tx_end) struct nk_tx *tx = NULL;
	NK_OWNED(nk_arena_free) struct nk_arena *arena = NULL;
	struct nk_judging how = { .part = NK_PART_SIGN, .seed = &req->seed };
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
	NK_TRY(role_of(flow, a.warrant, &signer, arena, &how.role, err));
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
