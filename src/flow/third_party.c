/*
 * third_party.c: summaries by somebody who is neither the site nor maker nor integrator.
 *
 * Invariant: independence is judged by what is enrolled here, never by what the summary says of itself.
 */
#include "base.h"
#include "campaign_int.h"

/* Whose people do anything else here is no stranger to it. */
static bool has_other_roles_here(struct nk_str organisation, const struct nk_party *list, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		if (nk_str_eq(list[i].organisation, organisation) && !nk_str_eq(list[i].roles, NK_STR("verifier"))) {
			return true;
		}
	}
	return false;
}

static bool is_third(const struct nk_party *p, struct nk_str site_organisation)
{
	static const char *const not_third[] = { "", "maker", "integrator", "site" };

	for (size_t i = 0; i < NK_ARRAY_LEN(not_third); i++) {
		if (nk_str_eq(p->organisation, nk_str_c(not_third[i]))) {
			return false;
		}
	}
	return p->has_key && !p->ended && nk_party_has_role(p, NK_STR("verifier")) && !nk_str_eq(p->organisation, site_organisation);
}

/* It says that nothing was left there, as somebody independent, and when that was looked at. */
static NK_RESULT check_claims(struct nk_jval body, nk_time since, struct nk_err *err)
{
	static const char *const wanted[] = { "NOKOSAZU_INDEPENDENT_VERIFIER", "NOKOSAZU_NO_RESIDUE" };
	const struct nk_jval properties = nk_jget(body, "properties");
	struct nk_str text = NK_STR("");
	nk_time when = 0;

	for (size_t i = 0; i < NK_ARRAY_LEN(wanted); i++) {
		bool found = false;

		for (size_t k = 0; nk_jstr(nk_jat(properties, k), &text); k++) {
			found = found || nk_str_eq(text, nk_str_c(wanted[i]));
		}
		if (!found) {
			return nk_fail(err, NK_INVALID, NK_N("this summary does not say %s"), wanted[i]);
		}
	}
	if (!nk_jstr(nk_jget(body, "timeVerified"), &text) || !nk_time_parse(text, &when) || when < since) {
		return nk_fail(err, NK_INVALID, NK_N("this summary does not say when it was made, or is from before the campaign"));
	}
	return nk_done();
}

/* About this site, and passed. */
static NK_RESULT check_content(struct nk_bytes envelope, struct nk_uuid site, nk_time since, struct nk_arena *arena, struct nk_err *err)
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
	return check_claims(nk_jdoc_root(doc), since, err);
}

NK_RESULT nk_third_party(struct nk_flow *flow, struct nk_tx *tx, struct nk_bytes envelope, struct nk_uuid site,
	struct nk_str site_organisation, nk_time since, struct nk_str about, struct nk_arena *arena, struct nk_third *out,
	struct nk_err *err)
{
	struct nk_party *list = NULL;
	size_t n = 0;

	NK_TRY(check_content(envelope, site, since, arena, err));
	NK_TRY(nk_party_list(flow->store, flow->key[NK_HOUSE_LOG], arena, &list, &n, err));
	for (size_t i = 0; i < n; i++) {
		nk_rc rc = nk_done();

		if (!is_third(&list[i], site_organisation) || has_other_roles_here(list[i].organisation, list, n)) {
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
