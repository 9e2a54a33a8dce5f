/*
 * package_third.c: the third party's summary of a package that mends a defect, judged by the rule of the campaign
 * (third_int.h).
 *
 * Invariant: maker is who made the package, not a word; whoever builds, installs or is a site here is concerned, by what is
 * enrolled; a summary from before the package was made is about nothing.
 */
#include "base.h"
#include "package_int.h"

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
	const struct nk_str organisations[] = { q->maker, q->installer, q->site };
	const struct nk_third_extra extra = { organisations, NK_ARRAY_LEN(organisations) };
	struct nk_third_rule rule = { .n = q->keys->n };

	NK_TRY(q->flow == NULL ? from_keys(q->keys, arena, &rule.list, err) : nk_done());
	NK_TRY(nk_third_rule_make(q->flow, &extra, arena, &rule, err));
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
