/*
 * package_third.c: the third party's summary of a package that mends a defect, judged by the rule of the campaign
 * (third_int.h).
 *
 * Invariant: maker is who made the package, not a word; whoever builds, installs or is a site here is concerned, by what is
 * enrolled; a summary from before the package was made is about nothing.
 */
#include "base.h"
#include "package_int.h"

#include "campaign_int.h"
#include "party_int.h"
#include "third_int.h"

/* The list of `--keys` in the shape of the enrolled: it holds keys only, and nobody who ended. */
static NK_RESULT from_keys(const struct nk_package_keys *keys, struct nk_arena *arena, const struct nk_party **out, struct nk_err *err)
{
	struct nk_party *const list = nk_arena_array(arena, keys->n, sizeof(*list));

	if (list == NULL) {
		return nk_fail_nomem(err);
	}
	for (size_t i = 0; i < keys->n; i++) {
		const struct nk_package_party *const p = &keys->parties[i];

		list[i] = (struct nk_party){
			.id = p->id, .roles = p->roles, .unit = p->unit, .organisation = p->organisation, .has_key = true
		};
		memcpy(list[i].public_key, p->pub, sizeof(p->pub));
	}
	*out = list;
	return nk_done();
}

/* With an installation everybody counts, those without a key and those who ended too. */
static NK_RESULT everybody(const struct nk_package_third *q, struct nk_arena *arena, struct nk_third_rule *rule, struct nk_err *err)
{
	struct nk_party *list = NULL;

	if (q->flow == NULL) {
		rule->n = q->keys->n;
		return from_keys(q->keys, arena, &rule->list, err);
	}
	NK_TRY(nk_party_list(q->flow->store, NULL, arena, &list, &rule->n, err));
	rule->list = list;
	return nk_done();
}

/* Maker, installer, this site, and every site that is enrolled here. */
static NK_RESULT concerned(const struct nk_package_third *q, struct nk_arena *arena, struct nk_third_rule *rule, struct nk_err *err)
{
	struct nk_site *sites = NULL;
	struct nk_str *list = NULL;
	size_t n_sites = 0;
	size_t n = 0;

	if (q->flow != NULL) {
		NK_TRY(nk_sites(q->flow, arena, &sites, &n_sites, err));
	}
	list = nk_arena_array(arena, n_sites + 4, sizeof(*list));
	if (list == NULL) {
		return nk_fail_nomem(err);
	}
	list[n++] = q->maker;
	list[n++] = q->installer;
	list[n++] = q->site;
	list[n++] = q->flow != NULL ? q->flow->config->organisation : NK_STR("");
	for (size_t i = 0; i < n_sites; i++) {
		list[n++] = sites[i].organisation;
	}
	rule->concerned = list;
	rule->n_concerned = n;
	return nk_done();
}

/* An installation with a simulated clock cannot say what is in the future of somebody whose clock is real. */
static NK_RESULT claims(const struct nk_package_third *q, struct nk_err *err)
{
	NK_OWNED(nk_jdoc_free) struct nk_jdoc *doc = NULL;
	struct nk_third_claims wanted = { .properties = { "NOKOSAZU_INDEPENDENT_VERIFIER" } };

	if (!nk_time_parse(q->made, &wanted.since)) {
		return nk_fail(err, NK_INVALID, NK_N("nothing says when this package was made: a summary cannot be set against it"));
	}
	if (q->flow != NULL && !nk_flow_clock_simulated(q->flow)) {
		wanted.until = nk_third_until(q->flow);
	}
	NK_TRY(nk_jdoc_parse(nk_str_bytes(q->body), NK_PACKAGE_PAPER_MAX, &doc, err));
	return nk_third_claims_check(nk_jdoc_root(doc), &wanted, err);
}

NK_RESULT nk_package_third(const struct nk_package_third *q, struct nk_arena *arena, struct nk_err *err)
{
	struct nk_third_rule rule = { 0 };

	NK_TRY(everybody(q, arena, &rule, err));
	NK_TRY(concerned(q, arena, &rule, err));
	for (size_t i = 0; i < rule.n; i++) {
		const struct nk_party *const p = &rule.list[i];

		/* Every party with that key is judged: which of them "signed" nobody can say. */
		if (p->has_key && !p->ended && nk_ct_equal(p->public_key, q->by->pub, sizeof(q->by->pub))) {
			NK_TRY(nk_third_judge(&rule, i, err));
			NK_TRY(q->flow != NULL ? nk_party_may_judge(q->flow, p, NK_STR("verifier"), err) : nk_done());
		}
	}
	return claims(q, err);
}
