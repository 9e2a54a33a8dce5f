/*
 * third_test.c: who is a third party, and what his summary must say (third_int.h, package_third.c).
 */
#include "base.h"

#include "flow_test_kit.h"
#include "package_int.h"
#include "third_int.h"

enum { VERIFIER = 0, CHIEF = 1, BUILDER = 2, N = 3 };

/* A verifier, somebody who makes, somebody who installs. */
static void people(struct nk_party list[static N])
{
	static const struct nk_str organisation[] = { NK_STR("inspectors"), NK_STR("makers ltd"), NK_STR("builders ltd") };
	static const struct nk_str roles[] = { NK_STR("verifier"), NK_STR("development"), NK_STR("build") };

	memset(list, 0, N * sizeof(*list));
	for (size_t i = 0; i < N; i++) {
		list[i].has_key = true;
		list[i].organisation = organisation[i];
		list[i].roles = roles[i];
		memset(list[i].public_key, (int)i + 1, sizeof(list[i].public_key));
	}
}

static int judged(const struct nk_party *list, struct nk_str concerned)
{
	const struct nk_third_rule rule = { .list = list, .n = N, .concerned = &concerned, .n_concerned = 1 };
	struct nk_err err = { 0 };

	return (int)nk_third_judge(&rule, VERIFIER, &err).code;
}

static void a_third_party_is_by_what_is_enrolled_and_every_way_of_not_being_one_is_refused(void **state)
{
	static const char *const words[] = { "", "maker", "integrator", "site" };
	struct nk_party list[N];

	(void)state;
	people(list);
	assert_int_equal(judged(list, NK_STR("school")), NK_OK);
	assert_int_equal(judged(list, NK_STR("inspectors")), NK_DENIED); /* its own site */
	for (size_t i = 0; i < NK_ARRAY_LEN(words); i++) {
		list[VERIFIER].organisation = nk_str_c(words[i]);
		assert_int_equal(judged(list, NK_STR("school")), NK_DENIED);
	}
	people(list);
	list[VERIFIER].roles = NK_STR("officer");
	assert_int_equal(judged(list, NK_STR("school")), NK_DENIED);
	people(list);
	list[VERIFIER].ended = true;
	assert_int_equal(judged(list, NK_STR("school")), NK_DENIED);
	people(list);
	list[VERIFIER].has_key = false;
	assert_int_equal(judged(list, NK_STR("school")), NK_DENIED);
}

static void whose_colleague_makes_or_installs_is_no_third_party_whatever_the_organisation_is_called(void **state)
{
	struct nk_party list[N];

	(void)state;
	people(list);
	list[BUILDER].organisation = list[VERIFIER].organisation;
	assert_int_equal(judged(list, NK_STR("school")), NK_DENIED);
	list[BUILDER].ended = true; /* he was one of them */
	assert_int_equal(judged(list, NK_STR("school")), NK_DENIED);
	people(list);
	memcpy(list[CHIEF].public_key, list[VERIFIER].public_key, sizeof(list[CHIEF].public_key));
	assert_int_equal(judged(list, NK_STR("school")), NK_DENIED);
	people(list);
	list[VERIFIER].unit = NK_STR("verifier");
	assert_int_equal(judged(list, NK_STR("school")), NK_OK);
	list[VERIFIER].unit = NK_STR("development"); /* whatever its organisation is called */
	assert_int_equal(judged(list, NK_STR("school")), NK_DENIED);
	list[VERIFIER].unit = NK_STR("east-works");
	assert_int_equal(judged(list, NK_STR("school")), NK_OK);
	list[BUILDER].unit = NK_STR("east-works");
	assert_int_equal(judged(list, NK_STR("school")), NK_DENIED);
}

static int claimed_of(const char *body, bool places)
{
	const struct nk_third_claims wanted = { { "NOKOSAZU_INDEPENDENT_VERIFIER" }, KIT_START, KIT_START + 2 * NK_DAY, places };
	NK_OWNED(nk_jdoc_free) struct nk_jdoc *doc = NULL;
	struct nk_err err = { 0 };

	kit_ok(nk_jdoc_parse(nk_str_bytes(nk_str_c(body)), 4096, &doc, &err), &err);
	return (int)nk_third_claims_check(nk_jdoc_root(doc), &wanted, &err).code;
}

static int claimed(const char *body)
{
	return claimed_of(body, false);
}

static void body_of(char out[static 512], const char *result, const char *property, int found, nk_time when)
{
	char at[NK_TIME_TEXT];

	(void)snprintf(out, 512, "{\"result\":\"%s\",\"properties\":[\"%s\"],\"nokosazu\":{\"planted\":3,\"foundPlanted\":%d},\"timeVerified\":\"%s\"}",
		result, property, found, nk_time_print(when, at));
}

static void a_summary_must_pass_claim_find_what_was_planted_and_be_of_its_time(void **state)
{
	static const char *const claim = "NOKOSAZU_INDEPENDENT_VERIFIER";
	static const struct {
		const char *result, *property;
		int found;
		nk_time when;
	} refused[] = { { "FAILED", "NOKOSAZU_INDEPENDENT_VERIFIER", 3, KIT_START + NK_DAY },
		{ "PASSED", "NOKOSAZU_NO_RESIDUE", 3, KIT_START + NK_DAY }, { "PASSED", "NOKOSAZU_INDEPENDENT_VERIFIER", 2, KIT_START + NK_DAY },
		{ "PASSED", "NOKOSAZU_INDEPENDENT_VERIFIER", 3, KIT_START - 1000 },
		{ "PASSED", "NOKOSAZU_INDEPENDENT_VERIFIER", 3, KIT_START + 3 * NK_DAY } };
	char body[512];

	(void)state;
	body_of(body, "PASSED", claim, 3, KIT_START + NK_DAY);
	assert_int_equal(claimed(body), NK_OK);
	for (size_t i = 0; i < NK_ARRAY_LEN(refused); i++) {
		body_of(body, refused[i].result, refused[i].property, refused[i].found, refused[i].when);
		assert_int_equal(claimed(body), NK_INVALID);
	}
	assert_int_equal(claimed("{\"result\":\"PASSED\",\"properties\":[\"NOKOSAZU_INDEPENDENT_VERIFIER\"],\"nokosazu\":{\"planted\":3,\"foundPlanted\":3}}"),
		NK_INVALID); /* no time */
	body_of(body, "PASSED", claim, 3, KIT_START + NK_DAY);
	memcpy(strstr(body, "\"planted\":3"), "\"planted\":0", 11);
	assert_int_equal(claimed(body), NK_INVALID); /* nothing was planted */
}

static void a_summary_of_a_site_says_how_many_places_and_binds_which(void **state)
{
	static const struct {
		const char *places;
		int rc;
	} rows[] = { { "", NK_INVALID }, { ",\"places\":{\"number\":7}", NK_INVALID },
		{ ",\"places\":{\"digest\":\"%s\",\"number\":3}", NK_INVALID }, { ",\"places\":{\"digest\":\"%s\",\"number\":4}", NK_OK } };
	char hex[2 * NK_HASH_LEN + 1];
	char when[NK_TIME_TEXT];

	(void)state;
	memset(hex, 'a', sizeof(hex) - 1);
	hex[sizeof(hex) - 1] = '\0';
	for (size_t i = 0; i < NK_ARRAY_LEN(rows); i++) {
		const char *const mark = strstr(rows[i].places, "%s");
		char places[256];
		char body[768];

		(void)snprintf(places, sizeof(places), "%.*s%s%s", mark == NULL ? 100 : (int)(mark - rows[i].places), rows[i].places,
			mark == NULL ? "" : hex, mark == NULL ? "" : mark + 2);
		(void)snprintf(body, sizeof(body),
			"{\"result\":\"PASSED\",\"properties\":[\"NOKOSAZU_INDEPENDENT_VERIFIER\"],\"nokosazu\":{\"planted\":3,\"foundPlanted\":3%s},\"timeVerified\":\"%s\"}",
			places, nk_time_print(KIT_START + NK_DAY, when));
		assert_int_equal(claimed_of(body, true), rows[i].rc);
		assert_int_equal(claimed_of(body, false), NK_OK); /* a package has no places */
	}
}

static void enrol(struct ft *t, struct nk_party who)
{
	NK_OWNED(nk_tx_end) struct nk_tx *tx = NULL;
	struct nk_err err = { 0 };

	who.kind = NK_STR("organisation");
	who.label = NK_STR("仮");
	memcpy(who.id.b, who.public_key, sizeof(who.id.b));
	kit_ok(nk_tx_begin(t->flow->store, &tx, &err), &err);
	kit_ok(nk_party_add(tx, t->flow->key[NK_HOUSE_LOG], &who, &err), &err);
	kit_ok(nk_flow_leaf(t->flow, tx, NK_LEAF_PARTY, NULL, 0, NULL, &err), &err);
	kit_ok(nk_flow_commit(t->flow, &tx, &err), &err);
}

static nk_rc verified(struct ft *t, const struct nk_package_party *by, const char *made, nk_time when)
{
	const struct nk_package_keys keys = { by, 1 };
	struct nk_package_third q = { .flow = t->flow, .keys = &keys, .by = by, .made = nk_str_c(made), .maker = NK_STR("makers ltd"),
		.site = NK_STR("school") };
	struct nk_err err = { 0 };
	char body[512];

	body_of(body, "PASSED", "NOKOSAZU_INDEPENDENT_VERIFIER", 3, when);
	q.body = nk_str_c(body);
	return nk_package_third(&q, t->arena, &err);
}

static void the_verifier_of_a_package_is_judged_as_that_of_a_campaign(void **state)
{
	NK_OWNED(ft_done) struct ft t = { .flow = NULL };
	struct nk_party list[N];
	struct nk_package_party by = { .organisation = NK_STR("inspectors"), .roles = NK_STR("verifier") };
	char made[NK_TIME_TEXT];

	(void)state;
	ft_new(&t, NULL);
	ft_open(&t);
	people(list);
	enrol(&t, list[VERIFIER]);
	enrol(&t, list[CHIEF]);
	(void)nk_time_print(KIT_START, made);
	memcpy(by.pub, list[VERIFIER].public_key, sizeof(by.pub));
	assert_int_equal(verified(&t, &by, made, KIT_START).code, NK_OK);
	assert_int_equal(verified(&t, &by, made, KIT_START - 1000).code, NK_INVALID); /* before the package was made */
	assert_int_equal(verified(&t, &by, made, KIT_START + 3 * NK_DAY).code, NK_INVALID); /* of the future */
	assert_int_equal(verified(&t, &by, "", KIT_START).code, NK_INVALID); /* nobody says when it was made */
	memcpy(by.pub, list[CHIEF].public_key, sizeof(by.pub));
	assert_int_equal(verified(&t, &by, made, KIT_START).code, NK_DENIED);
	memcpy(by.pub, list[VERIFIER].public_key, sizeof(by.pub));
	list[BUILDER].organisation = list[VERIFIER].organisation;
	enrol(&t, list[BUILDER]);
	assert_int_equal(verified(&t, &by, made, KIT_START).code, NK_DENIED); /* a colleague builds */
}

static void know_a_site(struct ft *t)
{
	NK_OWNED(nk_tx_end) struct nk_tx *tx = NULL;
	NK_OWNED(nk_stmt_put) struct nk_stmt *q = NULL;
	struct nk_err err = { 0 };

	kit_ok(nk_tx_begin(t->flow->store, &tx, &err), &err);
	kit_ok(nk_stmt_get(nk_tx_store(tx),
		       "INSERT INTO site(id, name, organisation, public_key, ledger_key, recipient, enrolled_at, ended_at) VALUES "
		       "(x'00112233445566778899aabbccddee01', 's1', 'shirabe', zeroblob(32), 'k', '', 1, 2)", &q, &err), &err);
	kit_ok(nk_stmt_run(q, &err), &err);
	kit_ok(nk_flow_leaf(t->flow, tx, NK_LEAF_SITE, NULL, 0, NULL, &err), &err);
	nk_stmt_put(&q);
	kit_ok(nk_flow_commit(t->flow, &tx, &err), &err);
}

static void the_organisation_of_this_house_and_of_every_site_is_no_third_party(void **state)
{
	NK_OWNED(ft_done) struct ft t = { .flow = NULL };
	static const struct nk_third_extra nobody = { NULL, 0 };
	struct nk_third_rule rule = { .list = NULL };
	struct nk_party list[N];
	struct nk_err err = { 0 };

	(void)state;
	ft_new(&t, NULL);
	ft_open(&t);
	people(list);
	know_a_site(&t);
	kit_ok(nk_third_rule_make(t.flow, &nobody, t.arena, &rule, &err), &err);
	rule.list = list;
	rule.n = N;
	assert_int_equal(nk_third_judge(&rule, VERIFIER, &err).code, NK_OK);
	list[VERIFIER].organisation = NK_STR("shirabe"); /* a site that has ended, too */
	assert_int_equal(nk_third_judge(&rule, VERIFIER, &err).code, NK_DENIED);
	list[VERIFIER].organisation = t.flow->config->organisation;
	assert_int_equal(nk_third_judge(&rule, VERIFIER, &err).code, NK_DENIED);
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_third_party_is_by_what_is_enrolled_and_every_way_of_not_being_one_is_refused),
		cmocka_unit_test(whose_colleague_makes_or_installs_is_no_third_party_whatever_the_organisation_is_called),
		cmocka_unit_test(a_summary_must_pass_claim_find_what_was_planted_and_be_of_its_time),
		cmocka_unit_test(a_summary_of_a_site_says_how_many_places_and_binds_which),
		cmocka_unit_test(the_organisation_of_this_house_and_of_every_site_is_no_third_party),
		cmocka_unit_test(the_verifier_of_a_package_is_judged_as_that_of_a_campaign),
	};

	(void)argc;
	(void)argv;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
