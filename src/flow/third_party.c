/*
 * third_party.c: summaries by somebody who is neither the site nor maker nor integrator.
 *
 * Invariant: independence is judged by what is enrolled here, never by what the summary says of itself; and no summary counts
 * without a planted fault that was found.
 */
#include "base.h"
#include "campaign_int.h"

#include "party_int.h"
#include "third_int.h"

nk_time nk_third_until(const struct nk_flow *flow)
{
	return nk_now(flow->env) + NK_DAY;
}

static bool has_role(const struct nk_party *p)
{
	return p->has_key && !p->ended && nk_party_has_role(p, NK_STR("verifier"));
}

static bool is_concerned(const struct nk_third_rule *rule, struct nk_str organisation)
{
	static const char *const words[] = { "", "maker", "integrator", "site" };

	for (size_t i = 0; i < NK_ARRAY_LEN(words); i++) {
		if (nk_str_eq(organisation, nk_str_c(words[i]))) {
			return true;
		}
	}
	for (size_t i = 0; i < rule->n_concerned; i++) {
		if (nk_str_eq(organisation, rule->concerned[i])) {
			return true;
		}
	}
	return false;
}

/* Whose people do anything else here is no stranger to it. */
static bool does_more_here(const struct nk_third_rule *rule, struct nk_str organisation)
{
	for (size_t i = 0; i < rule->n; i++) {
		if (nk_str_eq(rule->list[i].organisation, organisation) && !nk_str_eq(rule->list[i].roles, NK_STR("verifier"))) {
			return true;
		}
	}
	return false;
}

/* A unit of the house (development, build, site …), or one in which somebody does something else here, whatever it is called. */
static bool unit_is_concerned(const struct nk_third_rule *rule, struct nk_str unit)
{
	if (unit.len == 0 || nk_str_eq(unit, NK_STR("verifier"))) {
		return false;
	}
	for (size_t i = 0; i < rule->n; i++) {
		if (nk_str_eq(rule->list[i].unit, unit) && !nk_str_eq(rule->list[i].roles, NK_STR("verifier"))) {
			return true;
		}
	}
	return nk_role_label(unit) != NULL;
}

/* The same key under another name makes two parties one. */
static bool shares_key(const struct nk_third_rule *rule, const struct nk_party *p)
{
	for (size_t i = 0; i < rule->n; i++) {
		const struct nk_party *const q = &rule->list[i];

		if (q->has_key && nk_ct_equal(q->public_key, p->public_key, sizeof(p->public_key)) &&
			(!nk_str_eq(q->organisation, p->organisation) || !nk_str_eq(q->roles, NK_STR("verifier")))) {
			return true;
		}
	}
	return false;
}

NK_RESULT nk_third_rule_make(struct nk_flow *flow, const struct nk_third_extra *extra, struct nk_arena *arena,
	struct nk_third_rule *out, struct nk_err *err)
{
	struct nk_party *everybody = NULL;
	struct nk_site *sites = NULL;
	struct nk_str *list = NULL;
	size_t n_sites = 0;
	size_t n = 0;

	if (flow != NULL) {
		NK_TRY(nk_party_list(flow->store, NULL, arena, &everybody, &out->n, err));
		NK_TRY(nk_sites(flow, arena, &sites, &n_sites, err));
		out->list = everybody;
	}
	list = nk_arena_array(arena, extra->n + n_sites + 1, sizeof(*list));
	if (list == NULL) {
		return nk_fail_nomem(err);
	}
	for (size_t i = 0; i < extra->n; i++) {
		list[n++] = extra->organisations[i];
	}
	list[n++] = flow != NULL ? flow->config->organisation : NK_STR("");
	for (size_t i = 0; i < n_sites; i++) {
		list[n++] = sites[i].organisation;
	}
	out->concerned = list;
	out->n_concerned = n;
	return nk_done();
}

NK_RESULT nk_third_judge(const struct nk_third_rule *rule, size_t i, struct nk_err *err)
{
	const struct nk_party *const p = &rule->list[i];

	if (!has_role(p)) {
		return nk_fail(err, NK_DENIED, NK_N("who signed this summary is not enrolled here with the role \"verifier\""));
	}
	if (is_concerned(rule, p->organisation)) {
		return nk_fail(err, NK_DENIED, NK_N("the organisation of who signed this summary (\"%s\") is maker, integrator or site"),
			nk_short(p->organisation).text);
	}
	if (does_more_here(rule, p->organisation)) {
		return nk_fail(err, NK_DENIED, NK_N("somebody of the organisation \"%s\" has another role here: its summary is no stranger's"),
			nk_short(p->organisation).text);
	}
	if (unit_is_concerned(rule, p->unit)) {
		return nk_fail(err, NK_DENIED, NK_N("the unit of who signed this summary (\"%s\") makes, installs or is a site: it is no stranger's"),
			nk_short(p->unit).text);
	}
	return shares_key(rule, p)
		? nk_fail(err, NK_DENIED, NK_N("the key that signed this summary is somebody else's here too"))
		: nk_done();
}

static bool says(struct nk_jval body, const char *property)
{
	const struct nk_jval properties = nk_jget(body, "properties");
	struct nk_str text = NK_STR("");

	for (size_t k = 0; nk_jstr(nk_jat(properties, k), &text); k++) {
		if (nk_str_eq(text, nk_str_c(property))) {
			return true;
		}
	}
	return false;
}

static NK_RESULT time_fits(struct nk_jval body, const struct nk_third_claims *wanted, struct nk_err *err)
{
	struct nk_str text = NK_STR("");
	nk_time when = 0;

	if (!nk_jstr(nk_jget(body, "timeVerified"), &text) || !nk_time_parse(text, &when)) {
		return nk_fail(err, NK_INVALID, NK_N("this summary does not say when it was made"));
	}
	if (when < wanted->since) {
		return nk_fail(err, NK_INVALID, NK_N("this summary is too old: it was made before what it would prove"));
	}
	return wanted->until == 0 || when <= wanted->until
		? nk_done()
		: nk_fail(err, NK_INVALID, NK_N("this summary bears a time that has not come yet"));
}

/* A check of whatever folder is none of a site: the summary binds the places of its sweep. */
static NK_RESULT places_are_bound(struct nk_jval body, struct nk_err *err)
{
	const struct nk_jval places = nk_jget(nk_jget(body, "nokosazu"), "places");
	struct nk_str hex = NK_STR("");
	struct nk_hash digest;
	int64_t number = 0;

	(void)nk_jstr(nk_jget(places, "digest"), &hex);
	(void)nk_jint(nk_jget(places, "number"), &number);
	return number >= NK_THIRD_PLACES && nk_hex_parse(hex, digest.b, sizeof(digest.b))
		? nk_done()
		: nk_fail(err, NK_INVALID,
			  NK_N("this summary does not say which places it is about: it is none of \"verify site\", which looks through all of the sweep"));
}

NK_RESULT nk_third_claims_check(struct nk_jval body, const struct nk_third_claims *wanted, struct nk_err *err)
{
	struct nk_str result = NK_STR("");
	int64_t planted = 0;
	int64_t found = -1;

	if (!nk_jstr(nk_jget(body, "result"), &result)) {
		(void)nk_jstr(nk_jget(body, "verificationResult"), &result);
	}
	if (!nk_str_eq(result, NK_STR("PASSED"))) {
		return nk_fail(err, NK_INVALID, NK_N("this summary does not say that it passed"));
	}
	for (size_t i = 0; i < NK_THIRD_PROPERTIES && wanted->properties[i] != NULL; i++) {
		if (!says(body, wanted->properties[i])) {
			return nk_fail(err, NK_INVALID, NK_N("this summary does not say %s"), wanted->properties[i]);
		}
	}
	(void)nk_jint(nk_jget(nk_jget(body, "nokosazu"), "planted"), &planted);
	(void)nk_jint(nk_jget(nk_jget(body, "nokosazu"), "foundPlanted"), &found);
	if (planted < 1 || found != planted) {
		return nk_fail(err, NK_INVALID, NK_N("this summary does not say that the verifier planted a fault and found all of it"));
	}
	NK_TRY(wanted->places ? places_are_bound(body, err) : nk_done());
	return time_fits(body, wanted, err);
}

struct span {
	nk_time since, until;
};

/* About this site, and passed. */
static NK_RESULT check_content(
	struct nk_bytes envelope, struct nk_uuid site, const struct span *when, struct nk_arena *arena, struct nk_err *err)
{
	NK_OWNED(nk_jdoc_free) struct nk_jdoc *doc = NULL;
	struct nk_dsse dsse;
	struct nk_intoto st;
	const struct nk_third_claims wanted = { { "NOKOSAZU_INDEPENDENT_VERIFIER", "NOKOSAZU_NO_RESIDUE" }, when->since, when->until, true };
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
	return nk_third_claims_check(nk_jdoc_root(doc), &wanted, err);
}

NK_RESULT nk_third_party(struct nk_flow *flow, struct nk_tx *tx, struct nk_bytes envelope, struct nk_uuid site,
	struct nk_str site_organisation, nk_time since, struct nk_str about, struct nk_arena *arena, struct nk_third *out,
	struct nk_err *err)
{
	const struct span when = { since, nk_third_until(flow) };
	const struct nk_third_extra extra = { &site_organisation, 1 };
	struct nk_third_rule rule = { .list = NULL };

	NK_TRY(check_content(envelope, site, &when, arena, err));
	NK_TRY(nk_third_rule_make(flow, &extra, arena, &rule, err));
	for (size_t i = 0; i < rule.n; i++) {
		const struct nk_party *const p = &rule.list[i];
		nk_rc rc = nk_done();

		if (!nk_ok(nk_third_judge(&rule, i, NULL)) || !nk_ok(nk_party_may_judge(flow, p, NK_STR("verifier"), NULL))) {
			continue;
		}
		rc = nk_statement_take(
			flow, tx, envelope, p->public_key, NK_PREDICATE_SVR, NULL, about, p->id, arena, NULL, &out->evidence, err);
		if (rc.code != NK_DENIED) {
			out->party = p->id;
			return rc;
		}
	}
	return nk_fail(err, NK_DENIED,
		NK_N("nobody of a third organisation who is enrolled here signed this: a verifier is neither this site nor maker nor integrator"));
}
