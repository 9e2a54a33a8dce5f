/*
 * census_test.c: whose an account may be, by what, and how sure. All persons are made up.
 */
#include "base.h"

#include <cmocka.h>

#include "census.h"
#include "plan_test_kit.h"

enum { ATTRS = 6 };

/* An account as the target shows it: pairs of attribute and value, "" ends. */
struct made {
	struct nk_attr attrs[ATTRS];
	struct nk_str values[ATTRS];
	struct nk_entry entry;
};

static void make(struct made *m, const char *const *pairs)
{
	memset(m, 0, sizeof(*m));
	for (size_t i = 0; pairs[2 * i] != NULL; i++) {
		m->values[i] = nk_str_c(pairs[2 * i + 1]);
		m->attrs[i] = (struct nk_attr){ nk_str_c(pairs[2 * i]), &m->values[i], 1 };
		m->entry.n_attrs = i + 1;
	}
	m->entry.kind = NK_OBJECT_PERSON;
	m->entry.key = NK_STR("uid=x,ou=people,dc=example,dc=ac,dc=jp");
	m->entry.anchor = NK_STR("0e0e0e0e-0000-4000-8000-000000000001");
	m->entry.attrs = m->attrs;
}

static struct nk_census_account count(struct school *s, const char *const *pairs)
{
	struct made m;
	struct nk_snapshot held = { .n = 1, .complete = true, .sentinel_seen = true };
	struct nk_census census;
	const struct nk_links *const former[] = { s->links };
	const struct nk_census_input in = { .people = s->people,
		.held = &held,
		.links = s->links,
		.former = former,
		.n_former = 1,
		.people_base = NK_STR(KIT_PEOPLE) };

	make(&m, pairs);
	held.entries = &m.entry;
	kit_ok(nk_census_make(&in, s->arena, &census, &s->err), &s->err);
	assert_int_equal(census.n, 1);
	return census.accounts[0];
}

/* Person 0 has a name and a reading of his own, the others are namesakes; person 1 left. */
static void school_of_names(struct school *s)
{
	school_new(s, 4);
	s->persons[0].field[NK_FIELD_FAMILY] = NK_STR("髙橋");
	s->persons[0].field[NK_FIELD_GIVEN] = NK_STR("元気");
	s->persons[0].field[NK_FIELD_FAMILY_KANA] = NK_STR("タカハシ");
	s->persons[0].field[NK_FIELD_GIVEN_KANA] = NK_STR("ゲンキ");
	s->persons[0].field[NK_FIELD_STUDENT_NUMBER] = NK_STR("20260001");
	s->persons[0].field[NK_FIELD_SOURCE_KEY] = NK_STR("source-0");
	s->persons[0].field[NK_FIELD_MASTER_ID] = NK_STR("master-0");
	school_update(s, 0);
	s->persons[1].field[NK_FIELD_SOURCE_KEY] = NK_STR("source-1");
	s->persons[1].field[NK_FIELD_MASTER_ID] = NK_STR("master-1");
	s->persons[1].state = NK_PERSON_LEAVING;
	school_update(s, 1);
}

static void what_fits_says_how_sure_it_is_and_why(void **state)
{
	static const struct {
		const char *pairs[2 * ATTRS + 2];
		enum nk_census_kind kind;
		unsigned confidence, why;
	} cases[] = {
		{ { "uid", "HM0000", "cn", "髙橋 元気" }, NK_CENSUS_SURE, 98, NK_CENSUS_LOGIN | NK_CENSUS_NAME },
		{ { "uid", "hm0000" }, NK_CENSUS_SURE, 90, NK_CENSUS_LOGIN },
		{ { "uid", "hm0000", "cn", "別人 太郎" }, NK_CENSUS_LIKELY, 55, NK_CENSUS_LOGIN | NK_CENSUS_OTHER_NAME },
		{ { "uid", "a1", "employeeNumber", "２０２６０００１" }, NK_CENSUS_SURE, 90, NK_CENSUS_NUMBER },
		{ { "uid", "a1", "cn", "高橋元気" }, NK_CENSUS_LIKELY, 70, NK_CENSUS_VARIANT },
		{ { "uid", "a1", "sn;lang-ja", "髙橋", "givenName;lang-ja", "元気", "cn", "たかはし げんき" }, NK_CENSUS_SURE, 90,
			NK_CENSUS_NAME | NK_CENSUS_KANA },
		{ { "uid", "a1", "displayName;lang-ja-kana", "ﾀｶﾊｼ ｹﾞﾝｷ" }, NK_CENSUS_POSSIBLE, 40, NK_CENSUS_KANA },
		{ { "uid", "a1", "cn", "東海林 花子" }, NK_CENSUS_POSSIBLE, 25, NK_CENSUS_NAME | NK_CENSUS_SEVERAL | NK_CENSUS_LEFT },
		{ { "uid", "hm0001", "cn", "a" }, NK_CENSUS_LEAVER, 55,
			NK_CENSUS_LOGIN | NK_CENSUS_LEFT | NK_CENSUS_OTHER_NAME },
	};
	NK_OWNED(school_done) struct school s;

	(void)state;
	school_of_names(&s);
	for (size_t i = 0; i < NK_ARRAY_LEN(cases); i++) {
		const struct nk_census_account a = count(&s, cases[i].pairs);

		if (a.kind != cases[i].kind || a.n == 0 || a.match[0].confidence != cases[i].confidence ||
			a.match[0].why != cases[i].why) {
			fail_msg("case %zu: kind %d, %zu matches, %u per cent, why %x", i, (int)a.kind, a.n,
				a.match[0].confidence, a.match[0].why);
		}
	}
}

static void what_nobody_has_is_nobodys_and_its_words_are_a_hint(void **state)
{
	static const struct {
		const char *uid, *cn;
		enum nk_census_kind kind;
	} cases[] = {
		{ "zzz", "誰某 何某", NK_CENSUS_NOBODY },
		{ "svc-backup", "x", NK_CENSUS_SERVICE },
		{ "contest7", "x", NK_CENSUS_NOBODY }, /* no whole word "test" */
		{ "pc7", "第二職員室", NK_CENSUS_SHARED },
		{ "Guest", "x", NK_CENSUS_SHARED },
		{ "k1", "校務連携用", NK_CENSUS_SERVICE },
	};
	NK_OWNED(school_done) struct school s;

	(void)state;
	school_of_names(&s);
	for (size_t i = 0; i < NK_ARRAY_LEN(cases); i++) {
		const char *const pairs[] = { "uid", cases[i].uid, "cn", cases[i].cn, NULL, NULL };
		const struct nk_census_account a = count(&s, pairs);

		if (a.kind != cases[i].kind || a.n != 0) {
			fail_msg("%s %s: %s", cases[i].uid, cases[i].cn, nk_census_kind_name(a.kind));
		}
	}
}

static void an_account_of_ours_is_no_part_of_a_census(void **state)
{
	NK_OWNED(school_done) struct school s;
	struct nk_snapshot held;
	struct nk_census census;
	struct nk_census_input in = { .people_base = NK_STR(KIT_PEOPLE) };

	(void)state;
	school_new(&s, 20);
	held = school_mirror(&s);
	in.people = s.people;
	in.held = &held;
	in.links = s.links;
	kit_ok(nk_census_make(&in, s.arena, &census, &s.err), &s.err);
	assert_int_equal(census.n, 0);
	assert_int_equal(census.ours, 20);
}

static void what_somebody_was_called_at_a_target_is_a_former_name(void **state)
{
	static const char *const pairs[] = { "uid", "old17", "cn", "佐野　一郎", NULL, NULL };
	NK_OWNED(school_done) struct school s;
	struct nk_census_account a;
	const struct nk_link_key keys[] = { { .kind = NK_STR("cn"), .value = NK_STR("佐野 一郎") } };
	struct nk_link l = { .person_number = 1, .state = NK_LINK_PRESENT, .anchor = NK_STR("aaaa"), .keys = keys, .n_keys = 1 };
	struct nk_key key;
	struct nk_tx *tx;

	(void)state;
	school_of_names(&s);
	l.person_number = s.persons[2].number;
	l.target = s.target;
	kit_ok(nk_vault_add(s.k.vault, NK_SLOT_LINK, 1, &l.slot, &key, &s.err), &s.err);
	tx = kit_begin(&s.k);
	kit_ok(nk_links_put(s.links, tx, &l, &key, &s.err), &s.err);
	kit_commit(&tx);
	a = count(&s, pairs);
	assert_int_equal(a.kind, NK_CENSUS_LIKELY);
	assert_int_equal(a.match[0].number, s.persons[2].number);
	assert_int_equal(a.match[0].why, NK_CENSUS_FORMER);
	assert_int_equal(a.match[0].confidence, 60);
}

static void what_somebody_was_called_in_the_roster_is_a_former_name(void **state)
{
	static const char *const pairs[] = { "uid", "a1", "cn", "高橋　元気", NULL, NULL };
	NK_OWNED(school_done) struct school s;
	struct nk_census_account a;

	(void)state;
	school_of_names(&s);
	s.persons[0].field[NK_FIELD_FAMILY] = NK_STR("茅場");
	s.persons[0].field[NK_FIELD_FAMILY_KANA] = NK_STR("カヤバ");
	school_update(&s, 0);
	a = count(&s, pairs);
	assert_int_equal(a.kind, NK_CENSUS_LIKELY);
	assert_int_equal(a.match[0].number, s.persons[0].number);
	assert_int_equal(a.match[0].why, NK_CENSUS_FORMER);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_fits_says_how_sure_it_is_and_why),
		cmocka_unit_test(what_nobody_has_is_nobodys_and_its_words_are_a_hint),
		cmocka_unit_test(an_account_of_ours_is_no_part_of_a_census),
		cmocka_unit_test(what_somebody_was_called_at_a_target_is_a_former_name),
		cmocka_unit_test(what_somebody_was_called_in_the_roster_is_a_former_name),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
