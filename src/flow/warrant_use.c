/*
 * warrant_use.c: warrants asked for and used, inside the caller's transaction.
 *
 * Invariant (I4): a use looks at everything again: the row against the sealed request, the window, the uses, each
 * needed role's signature by a key enrolled now, that judges differ from each other, from who asked and from who acts.
 */
#include "base.h"

#include "asked_int.h"
#include "training_int.h"

static NK_RESULT check_ask(const struct nk_warrant_ask *ask, struct nk_err *err)
{
	const char *missing = NULL;

	if (nk_warrant_kind_needs(ask->kind) == NULL) {
		return nk_fail(err, NK_INVALID,
			NK_N("a warrant is of kind access, egress, change, release, order or exception; \"%s\" is none"),
			nk_short(ask->kind).text);
	}
	if (ask->verbs.len == 0) {
		missing = "verbs";
	} else if (ask->scope.len == 0 || ask->scope.len > NK_ASKED_SCOPE_MAX) {
		missing = "scope";
	} else if (ask->purpose.len == 0) {
		missing = "purpose";
	} else if (ask->until_at == 0) {
		missing = "until";
	} else if (ask->uses == 0) {
		missing = "uses";
	}
	if (missing != NULL) {
		return nk_fail(err, NK_INVALID,
			NK_N("a request is not complete without \"%s\" (a scope has at most 200 bytes)"), missing);
	}
	return nk_done();
}

/* "a, b c" → "a,b,c": roles are compared as words. */
static NK_RESULT tidy(struct nk_str list, struct nk_arena *arena, struct nk_str *out, struct nk_err *err)
{
	NK_OWNED(nk_buf_done) struct nk_buf b = { 0 };
	struct nk_str word;

	nk_buf_init(&b, 1024);
	while (nk_str_cut(&list, nk_str_chr(list, ',') < nk_str_chr(list, ' ') ? ',' : ' ', &word)) {
		word = nk_str_trim(word);
		if (word.len == 0 || nk_words_have(nk_buf_str(&b), word)) {
			continue;
		}
		NK_TRY(nk_buf_add_c(&b, b.len > 0 ? "," : "", err));
		NK_TRY(nk_buf_add_str(&b, word, err));
	}
	return nk_arena_dup(arena, nk_buf_str(&b), out, err);
}

NK_RESULT nk_warrant_ask(struct nk_flow *flow, struct nk_tx *tx, const struct nk_warrant_ask *ask,
	struct nk_uuid *out_id, struct nk_err *err)
{
	NK_OWNED(nk_arena_free) struct nk_arena *arena = NULL;
	struct nk_warrant w = { .kind = ask->kind,
		.verbs = ask->verbs,
		.scope = ask->scope,
		.requester = flow->actor,
		.limitation = NK_STR(""),
		.from_at = ask->from_at != 0 ? ask->from_at : nk_now(flow->env),
		.until_at = ask->until_at,
		.uses_left = ask->uses,
		.review_on = NK_DATE_NONE };
	struct nk_leaf_item items[3];

	NK_TRY(check_ask(ask, err));
	/* What is signed is printed to the millisecond. */
	w.from_at -= w.from_at % (NK_SECOND / 1000);
	w.until_at -= w.until_at % (NK_SECOND / 1000);
	if (w.until_at <= w.from_at || w.until_at <= nk_now(flow->env)) {
		return nk_fail(err, NK_INVALID, NK_N("a warrant must end after it begins, and not in the past"));
	}
	NK_TRY(nk_arena_new(NK_ARENA_WIPING, 64 << 20, &arena, err));
	NK_TRY(tidy(ask->needs.len > 0 ? ask->needs : nk_warrant_needs(flow, ask->kind), arena, &w.needs, err));
	if (w.needs.len == 0) {
		return nk_fail(err, NK_INVALID, NK_N("a warrant needs at least one role that signs it"));
	}
	NK_TRY(nk_uuid_new(flow->env, &w.id, err));
	NK_TRY(nk_asked_new(flow, ask, arena, &w, err));
	items[0] = nk_item_text("kind", w.kind);
	items[1] = nk_item_hex("request", w.request_digest.b, sizeof(w.request_digest.b));
	items[2] = nk_item_hex("warrant", w.id.b, sizeof(w.id.b));
	NK_TRY(nk_flow_leaf(flow, tx, NK_LEAF_WARRANT_ASK, items, 3, NULL, err));
	NK_TRY(nk_warrant_add(tx, &w, err));
	*out_id = w.id;
	return nk_done();
}

static NK_RESULT check_fits(const struct nk_asked *a, struct nk_str kind, struct nk_str verb, struct nk_str scope,
	struct nk_err *err)
{
	if (!nk_str_eq(a->row.kind, kind) || !nk_words_have(a->row.verbs, verb)) {
		return nk_fail(err, NK_DENIED, NK_N("the warrant allows another kind of act than this one"));
	}
	if (!nk_str_eq(a->row.scope, scope)) {
		return nk_fail(err, NK_DENIED, NK_N("the warrant is for something else: its scope is another one"));
	}
	return nk_done();
}

static NK_RESULT check_holds(const struct nk_asked *a, nk_time now, struct nk_err *err)
{
	const struct nk_warrant *const w = &a->row;

	if (nk_str_eq(w->state, NK_STR("requested"))) {
		return nk_fail(err, NK_DENIED, "the warrant is not signed yet; another party must sign it");
	}
	if (w->uses_left == 0 || nk_str_eq(w->state, NK_STR("spent"))) {
		return nk_fail(err, NK_DENIED, "the warrant is used up; ask for a new one");
	}
	if (!nk_str_eq(w->state, NK_STR("granted"))) {
		return nk_fail(
			err, NK_DENIED, "the warrant was refused, revoked or reported as done; ask for a new one");
	}
	if (now < w->from_at) {
		return nk_fail(err, NK_DENIED, "the warrant does not hold yet; look at the day from which it holds");
	}
	if (now >= w->until_at) {
		return nk_fail(err, NK_DENIED, "the warrant has expired; ask for a new one");
	}
	return nk_done();
}

static size_t uses_made(const struct nk_warrant_part *parts, size_t n)
{
	size_t made = 0;

	for (size_t i = 0; i < n; i++) {
		made += parts[i].part == NK_PART_USE ? 1 : 0;
	}
	return made;
}

/* Whatever the row's state says now. */
static bool has_ended(const struct nk_warrant_part *parts, size_t n)
{
	static const bool ends[NK_PART_COUNT] = {
		[NK_PART_REFUSE] = true, [NK_PART_REVOKE] = true, [NK_PART_REPORT] = true, [NK_PART_ACCEPT] = true
	};

	for (size_t i = 0; i < n; i++) {
		if (ends[parts[i].part]) {
			return true;
		}
	}
	return false;
}

static const struct nk_warrant_part *signed_in(const struct nk_warrant_part *parts, size_t n, struct nk_str role)
{
	for (size_t i = 0; i < n; i++) {
		if (parts[i].part == NK_PART_SIGN && nk_str_eq(parts[i].role, role)) {
			return &parts[i];
		}
	}
	return NULL;
}

enum { SIGNERS_MAX = 16 };

/* Nobody counts twice, not even under two names with one key; a stated limitation may allow the key, never the party. */
static NK_RESULT apart(struct nk_flow *flow, const struct nk_asked *a, const struct nk_party *signers, size_t n,
	struct nk_arena *arena, struct nk_err *err)
{
	const struct nk_party *const last = &signers[n - 1];
	const struct nk_uuid does[] = { a->row.requester, flow->actor };
	struct nk_party other;

	for (size_t i = 0; i < NK_ARRAY_LEN(does); i++) {
		NK_TRY(nk_party_get(flow->store, flow->key[NK_HOUSE_LOG], does[i], arena, &other, err));
		if (nk_uuid_eq(last->id, other.id) || (a->limitation.len == 0 && nk_party_same_key(last, &other))) {
			return nk_fail(err, NK_DENIED,
				"who signed a warrant does not carry it out; another party must do it");
		}
	}
	for (size_t i = 0; i + 1 < n; i++) {
		if (nk_uuid_eq(last->id, signers[i].id) ||
			(a->limitation.len == 0 && nk_party_same_key(last, &signers[i]))) {
			return nk_fail(err, NK_DENIED,
				NK_N("two signatures under this warrant are of one party or one key"));
		}
	}
	return nk_done();
}

static NK_RESULT check_signatures(struct nk_flow *flow, const struct nk_asked *a, struct nk_arena *arena,
	struct nk_err *err)
{
	struct nk_party signers[SIGNERS_MAX];
	struct nk_warrant_part *parts = NULL;
	struct nk_str rest = a->row.needs;
	struct nk_str role;
	size_t n_parts = 0;
	size_t n = 0;

	NK_TRY(nk_warrant_parts(flow->store, a->row.id, arena, &parts, &n_parts, err));
	if (uses_made(parts, n_parts) >= a->uses) {
		return nk_fail(err, NK_DENIED, "the warrant is used up; ask for a new one");
	}
	if (has_ended(parts, n_parts)) {
		return nk_fail(
			err, NK_DENIED, "the warrant was refused, revoked or reported as done; ask for a new one");
	}
	while (nk_str_cut(&rest, ',', &role)) {
		const struct nk_warrant_part *const part = signed_in(parts, n_parts, role);

		if (part == NULL || n == SIGNERS_MAX) {
			return nk_fail(err, NK_DENIED, NK_N("the signature in the role \"%s\" is missing"),
				nk_short(role).text);
		}
		NK_TRY(nk_asked_verify(flow, a, part, arena, &signers[n], err));
		n++;
		NK_TRY(apart(flow, a, signers, n, arena, err));
	}
	return n > 0 ? nk_done() : nk_fail(err, NK_DENIED, NK_N("nobody has to sign this warrant, so it allows nothing"));
}

struct wanted {
	struct nk_uuid id;
	struct nk_str kind, verb, scope;
};

static NK_RESULT look(struct nk_flow *flow, const struct wanted *want, struct nk_arena *arena, struct nk_asked *out,
	struct nk_err *err)
{
	const char *side = "";

	NK_TRY(nk_asked_get(flow, want->id, arena, out, err));
	NK_TRY(check_fits(out, want->kind, want->verb, want->scope, err));
	NK_TRY(check_holds(out, nk_now(flow->env), err));
	NK_TRY(nk_warrant_side_of(flow->store, want->id, flow->actor, &side, err));
	if (strcmp(side, "judges") == 0) {
		return nk_fail(
			err, NK_DENIED, "who signed a warrant does not carry it out; another party must do it");
	}
	NK_TRY(nk_training_need(flow, flow->actor, want->kind, err));
	return check_signatures(flow, out, arena, err);
}

NK_RESULT nk_warrant_look(struct nk_flow *flow, struct nk_uuid id, struct nk_str kind, struct nk_str verb,
	struct nk_str scope, struct nk_arena *arena, struct nk_str *out_details, struct nk_err *err)
{
	const struct wanted want = { id, kind, verb, scope };
	struct nk_asked a;

	NK_TRY(look(flow, &want, arena, &a, err));
	if (out_details != NULL) {
		*out_details = a.details;
	}
	return nk_done();
}

NK_RESULT nk_warrant_take(struct nk_flow *flow, struct nk_tx *tx, struct nk_uuid id, struct nk_str kind,
	struct nk_str verb, struct nk_str scope, struct nk_arena *arena, struct nk_str *out_details, struct nk_err *err)
{
	const struct wanted want = { id, kind, verb, scope };
	struct nk_warrant_part part = { .part = NK_PART_USE, .party = flow->actor, .at = nk_now(flow->env) };
	struct nk_leaf_item items[3];
	struct nk_asked a;
	uint64_t leaf = 0;

	NK_TRY(look(flow, &want, arena, &a, err));
	items[0] = nk_item_hex("request", a.row.request_digest.b, sizeof(a.row.request_digest.b));
	items[1] = nk_item_text("verb", verb);
	items[2] = nk_item_hex("warrant", id.b, sizeof(id.b));
	NK_TRY(nk_flow_leaf(flow, tx, NK_LEAF_WARRANT_USE, items, 3, &leaf, err));
	part.leaf = nk_i64(leaf);
	NK_TRY(nk_warrant_step(tx, id, &part, err));
	NK_TRY(nk_warrant_owes_report(flow, tx, &a.row, err));
	if (out_details != NULL) {
		*out_details = a.details;
	}
	return nk_done();
}
