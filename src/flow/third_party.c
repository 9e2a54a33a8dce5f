/*
 * third_party.c: summaries by somebody who is neither the site nor maker nor integrator.
 *
 * Invariant: independence is judged by what is enrolled here, never by what the summary says of itself.
 */
#include "base.h"
#include "campaign_int.h"

static bool is_third(const struct nk_party *p, struct nk_str site_organisation)
{
	static const char *const not_third[] = { "", "maker", "integrator", "site" };

	for (size_t i = 0; i < NK_ARRAY_LEN(not_third); i++) {
		if (nk_str_eq(p->organisation, nk_str_c(not_third[i]))) {
			return false;
		}
	}
	return p->has_key && !p->ended && !nk_str_eq(p->organisation, site_organisation);
}

/* About this site, and passed. */
static NK_RESULT check_content(struct nk_bytes envelope, struct nk_uuid site, struct nk_arena *arena, struct nk_err *err)
{
	NK_OWNED(nk_jdoc_free) struct nk_jdoc *doc = NULL;
	struct nk_dsse dsse;
	struct nk_intoto st;
	struct nk_str result = NK_STR("");
	char id[NK_UUID_TEXT];
	char name[NK_UUID_TEXT + 8];
	bool ours = false;

	(void)snprintf(name, sizeof(name), "site:%s", nk_uuid_print(site, id));
	NK_TRY(nk_dsse_parse(envelope, arena, &dsse, err));
	NK_TRY(nk_intoto_parse(dsse.payload, arena, &st, err));
	for (size_t i = 0; i < st.n_subjects; i++) {
		ours = ours || nk_str_eq(st.subjects[i].name, nk_str_c(name));
	}
	if (!ours) {
		return nk_fail(err, NK_INVALID, NK_N("this summary is about another site"));
	}
	NK_TRY(nk_jdoc_parse(nk_str_bytes(st.predicate), NK_INTOTO_MAX, &doc, err));
	if (!nk_jstr(nk_jget(nk_jdoc_root(doc), "result"), &result)) {
		(void)nk_jstr(nk_jget(nk_jdoc_root(doc), "verificationResult"), &result);
	}
	if (!nk_str_eq(result, NK_STR("PASSED"))) {
		return nk_fail(err, NK_INVALID, NK_N("this summary does not say that the site passed"));
	}
	return nk_done();
}

NK_RESULT nk_third_party(struct nk_flow *flow, struct nk_tx *tx, struct nk_bytes envelope, struct nk_uuid site,
	struct nk_str site_organisation, struct nk_str about, struct nk_arena *arena, struct nk_third *out, struct nk_err *err)
{
	struct nk_party *list = NULL;
	size_t n = 0;

	NK_TRY(check_content(envelope, site, arena, err));
	NK_TRY(nk_party_list(flow->store, flow->key[NK_HOUSE_LOG], arena, &list, &n, err));
	for (size_t i = 0; i < n; i++) {
		nk_rc rc = nk_done();

		if (!is_third(&list[i], site_organisation)) {
			continue;
		}
		rc = nk_statement_take(flow, tx, envelope, list[i].public_key, NK_PREDICATE_SVR, NULL, about, list[i].id, arena, NULL,
			&out->evidence, err);
		if (rc.code != NK_DENIED) {
			out->party = list[i].id;
			return rc;
		}
	}
	return nk_fail(err, NK_DENIED,
		NK_N("nobody of a third organisation who is enrolled here signed this: a verifier is neither this site nor maker nor integrator"));
}
