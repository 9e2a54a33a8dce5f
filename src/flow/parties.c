/*
 * parties.c: who somebody is: by key, by role; units that must be apart.
 *
 * Invariant: a party that ended is nobody. No key stands in two units that the configuration wants apart, unless the
 * stated limitation says so.
 */
#include "base.h"

#include "measures_int.h"

NK_RESULT nk_signer_of(struct nk_flow *flow, const struct nk_key *seed, struct nk_arena *arena, struct nk_party *out,
	struct nk_err *err)
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

NK_RESULT nk_role_party(
	struct nk_flow *flow, const char *role, struct nk_arena *arena, struct nk_party *out, struct nk_err *err)
{
	struct nk_party *list = NULL;
	size_t n = 0;

	NK_TRY(nk_party_list(flow->store, flow->key[NK_HOUSE_LOG], arena, &list, &n, err));
	for (size_t i = 0; i < n; i++) {
		if (!list[i].ended && nk_party_has_role(&list[i], nk_str_c(role))) {
			*out = list[i];
			return nk_done();
		}
	}
	return nk_fail(err, NK_NOT_FOUND, NK_N("nobody who is enrolled has the role \"%s\" (nokosazu party add --role)"),
		role);
}

struct nk_str nk_flow_limitation(const struct nk_flow *flow)
{
	return flow->limitation;
}

struct nk_str nk_warrant_needs(const struct nk_flow *flow, struct nk_str kind)
{
	const struct nk_config_needs *const n = &flow->config->needs;
	const struct {
		const char *kind;
		struct nk_str roles;
	} own[] = { { "access", n->access }, { "change", n->change }, { "egress", n->egress },
		{ "exception", n->exception }, { "order", n->order }, { "release", n->release } };

	for (size_t i = 0; i < NK_ARRAY_LEN(own); i++) {
		if (nk_str_eq(kind, nk_str_c(own[i].kind)) && nk_str_trim(own[i].roles).len > 0) {
			return own[i].roles;
		}
	}
	return nk_str_c(nk_warrant_kind_needs(kind));
}

/* Is the party in that unit, or does it act in that role? */
static bool is_in(const struct nk_party *p, struct nk_str word)
{
	return nk_str_eq(p->unit, word) || nk_party_has_role(p, word);
}

static bool in_both(const struct nk_party *p, const struct nk_party *q, struct nk_str pair, struct nk_str *a,
	struct nk_str *b)
{
	*b = pair;
	if (!nk_str_cut(b, '/', a) || a->len == 0 || b->len == 0) {
		return false;
	}
	return (is_in(p, *a) && is_in(q, *b)) || (is_in(p, *b) && is_in(q, *a));
}

static NK_RESULT apart(
	const struct nk_flow *flow, const struct nk_party *p, const struct nk_party *q, struct nk_err *err)
{
	const struct nk_config_words *const pairs = &flow->config->apart;
	struct nk_str a;
	struct nk_str b;

	for (size_t i = 0; i < pairs->n; i++) {
		if (in_both(p, q, pairs->word[i], &a, &b)) {
			return nk_fail(err, NK_CONFIG,
				NK_N("%1$s and %2$s must be apart ([separation] apart), but one party or one key is in both; "
				     "say why in [separation] limitation, then end one of them (nokosazu party end)"),
				nk_short(a).text, nk_short(b).text);
		}
	}
	return nk_done();
}

NK_RESULT nk_separation_with(struct nk_flow *flow, const struct nk_party *one, const struct nk_party *all, size_t n,
	struct nk_err *err)
{
	if (flow->config->limitation.len > 0 || one->ended) {
		return nk_done();
	}
	NK_TRY(apart(flow, one, one, err));
	for (size_t i = 0; i < n; i++) {
		struct nk_err own = { 0 };

		/* Keys are compared last: that costs most. */
		if (!all[i].ended && !nk_ok(apart(flow, one, &all[i], &own)) && nk_party_same_key(one, &all[i])) {
			return nk_err_pass(err, &own);
		}
	}
	return nk_done();
}

static bool in_any(const struct nk_flow *flow, const struct nk_party *p)
{
	const struct nk_config_words *const pairs = &flow->config->apart;

	for (size_t i = 0; i < pairs->n; i++) {
		struct nk_str b = pairs->word[i];
		struct nk_str a;

		if (nk_str_cut(&b, '/', &a) && (is_in(p, a) || is_in(p, b))) {
			return true;
		}
	}
	return false;
}

NK_RESULT nk_separation_check(struct nk_flow *flow, struct nk_err *err)
{
	NK_OWNED(nk_arena_free) struct nk_arena *arena = NULL;
	struct nk_party *list = NULL;
	struct nk_str a;
	struct nk_str b;
	size_t n = 0;
	size_t kept = 0;

	for (size_t i = 0; i < flow->config->apart.n; i++) {
		b = flow->config->apart.word[i];
		if (!nk_str_cut(&b, '/', &a) || a.len == 0 || b.len == 0 || nk_str_chr(b, '/') != SIZE_MAX) {
			return nk_fail(err, NK_CONFIG, NK_N("[separation] apart: \"%s\" is not two words with / between them"),
				nk_short(flow->config->apart.word[i]).text);
		}
	}
	if (flow->config->apart.n == 0) {
		return nk_done();
	}
	NK_TRY(nk_arena_new(NK_ARENA_PLAIN, 256 << 20, &arena, err));
	NK_TRY(nk_party_list(flow->store, NULL, arena, &list, &n, err));
	for (size_t i = 0; i < n; i++) {
		if (!list[i].ended && in_any(flow, &list[i])) {
			list[kept++] = list[i];
			NK_TRY(nk_separation_with(flow, &list[kept - 1], list, kept - 1, err));
		}
	}
	return nk_done();
}
