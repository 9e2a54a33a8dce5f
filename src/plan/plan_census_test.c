/*
 * plan_census_test.c: accounts of before that were decided to be erased: when they go, what goes with them, and what never
 * does. All persons are made up.
 */
#include "base.h"

#include <cmocka.h>

#include "plan_test_kit.h"

#define ACCOUNT "uid=service," KIT_PEOPLE
#define SECOND "uid=service2," KIT_PEOPLE
static const struct nk_str anchor = { "ffffffff-0000-4000-8000-000000000000", 36 };

static bool is_ours(const void *arg, struct nk_str who)
{
	return *(const bool *)arg && nk_str_eq(who, anchor);
}

static bool is_made_before(const void *arg, struct nk_str who)
{
	(void)arg;
	return nk_str_eq(who, anchor) || nk_str_eq(who, NK_STR("cccccccc-0000-4000-8000-000000000000"));
}

static bool always(const void *arg, struct nk_str who)
{
	(void)arg;
	(void)who;
	return true;
}

static struct nk_plan plan_with(struct school *s, const struct nk_snapshot *held,
	bool (*is_due)(const void *arg, struct nk_str who), const bool *arg)
{
	struct nk_desired *keep = nk_arena_alloc(s->arena, sizeof(*keep));
	struct nk_plan plan = { 0 };
	struct nk_plan_input in = { .desired = keep,
		.held = held,
		.links = s->links,
		.known = s->known,
		.n_known = s->n_known,
		.mapping = s->opt.mapping,
		.settings = &s->settings,
		.target = s->target,
		.is_due = is_due,
		.is_due_arg = arg };

	assert_non_null(keep);
	*keep = school_desired(s);
	memset(in.nonce, 7, sizeof(in.nonce));
	kit_ok(nk_plan_make(&in, s->arena, &plan, &s->err), &s->err);
	return plan;
}

/* The mirror of the school, with one account more, and a group of somebody else with these members. */
static struct nk_snapshot with_account(struct school *s, const struct nk_str *members, size_t n)
{
	const struct nk_snapshot mirror = school_mirror(s);
	struct nk_entry *const e = nk_arena_array(s->arena, mirror.n + 2, sizeof(*e));
	struct nk_attr *const member = nk_arena_alloc(s->arena, sizeof(*member));
	struct nk_snapshot out = mirror;

	assert_true(e != NULL && member != NULL);
	memcpy(e, mirror.entries, mirror.n * sizeof(*e));
	*member = (struct nk_attr){ NK_STR("member"), members, n };
	e[mirror.n] = (struct nk_entry){ .kind = NK_OBJECT_PERSON, .key = NK_STR(ACCOUNT), .anchor = anchor, .version = NK_STR("v") };
	e[mirror.n + 1] = (struct nk_entry){ .kind = NK_OBJECT_GROUP,
		.key = NK_STR("cn=others,ou=groups,dc=example,dc=ac,dc=jp"),
		.anchor = NK_STR("eeeeeeee-0000-4000-8000-000000000000"),
		.attrs = member,
		.n_attrs = 1 };
	out.entries = e;
	out.n = mirror.n + 2;
	return out;
}

static void an_account_of_before_goes_when_its_day_has_come_and_out_of_its_groups_first(void **state)
{
	static const struct nk_str members[2] = { { "UID=Service, " KIT_PEOPLE, sizeof("UID=Service, " KIT_PEOPLE) - 1 }, { "cn=x", 4 } };
	NK_OWNED(school_done) struct school s = { 0 };
	struct nk_snapshot snap;
	struct nk_plan p;
	bool due = false;

	(void)state;
	school_new(&s, 3);
	snap = with_account(&s, members, 2);
	p = plan_with(&s, &snap, is_ours, &due);
	assert_int_equal(p.n, 0);
	assert_int_equal(p.foreign, 2);
	due = true;
	p = plan_with(&s, &snap, is_ours, &due);
	assert_int_equal(p.n, 2);
	assert_int_equal(p.steps[0].kind, NK_STEP_MEMBER_REMOVE);
	assert_true(nk_str_eq(p.steps[0].value, members[0]));
	assert_int_equal(p.steps[1].kind, NK_STEP_DELETE);
	assert_true(nk_str_eq(p.steps[1].key, NK_STR(ACCOUNT)) && nk_str_eq(p.steps[1].anchor, anchor));
	assert_int_equal(p.steps[1].person_number, 0);
	assert_int_equal(p.n_conflicts, 0);
}

static void an_account_of_before_takes_nobody_elses_group_with_it(void **state)
{
	static const struct nk_str members[1] = { { ACCOUNT, sizeof(ACCOUNT) - 1 } };
	NK_OWNED(school_done) struct school s = { 0 };
	struct nk_snapshot snap;
	struct nk_plan p;
	const bool due = true;

	(void)state;
	school_new(&s, 3);
	snap = with_account(&s, members, 1);
	p = plan_with(&s, &snap, is_ours, &due);
	assert_int_equal(p.n, 0);
	assert_int_equal(p.n_conflicts, 1);
	assert_true(nk_str_eq(p.conflicts[0].key, NK_STR(ACCOUNT)));
}

/* Each has the other: only together are they all that the group has. */
static void two_accounts_of_before_take_nobody_elses_group_with_them_together(void **state)
{
	static const struct nk_str members[3] = { { ACCOUNT, sizeof(ACCOUNT) - 1 }, { SECOND, sizeof(SECOND) - 1 }, { "cn=x", 4 } };
	NK_OWNED(school_done) struct school s = { 0 };
	struct nk_snapshot snap;
	struct nk_entry *e = NULL;
	struct nk_plan p;

	(void)state;
	school_new(&s, 3);
	snap = with_account(&s, members, 2);
	e = nk_arena_array(s.arena, snap.n + 1, sizeof(*e));
	assert_non_null(e);
	memcpy(e, snap.entries, snap.n * sizeof(*e));
	e[snap.n] = (struct nk_entry){ .kind = NK_OBJECT_PERSON,
		.key = NK_STR(SECOND),
		.anchor = NK_STR("cccccccc-0000-4000-8000-000000000000"),
		.version = NK_STR("v") };
	snap.entries = e;
	snap.n++;
	p = plan_with(&s, &snap, is_made_before, NULL);
	assert_int_equal(p.n, 0);
	assert_int_equal(p.n_conflicts, 2);
	((struct nk_attr *)(uintptr_t)e[snap.n - 2].attrs)->n = 3;
	p = plan_with(&s, &snap, is_made_before, NULL);
	assert_int_equal(p.counts[NK_STEP_MEMBER_REMOVE], 2);
	assert_int_equal(p.counts[NK_STEP_DELETE], 2);
	assert_int_equal(p.n_conflicts, 0);
}

static void nobody_who_has_an_account_here_loses_it_by_a_decision_about_accounts_of_before(void **state)
{
	NK_OWNED(school_done) struct school s = { 0 };
	struct nk_snapshot snap;
	struct nk_plan p;

	(void)state;
	school_new(&s, 4);
	snap = school_mirror(&s);
	s.persons[3].state = NK_PERSON_RETAINED;
	school_update(&s, 3);
	p = plan_with(&s, &snap, always, NULL);
	assert_int_equal(p.counts[NK_STEP_DELETE], 0);
	assert_int_equal(p.n_conflicts, 1);
}

static void an_account_that_has_a_persons_name_goes_too_when_it_is_due(void **state)
{
	static const struct nk_str members[1] = { { "cn=x", 4 } };
	NK_OWNED(school_done) struct school s = { 0 };
	struct nk_snapshot snap;
	struct nk_plan p;
	const bool due = true;

	(void)state;
	school_new(&s, 3);
	snap = with_account(&s, members, 1);
	for (size_t i = 0; i < snap.n; i++) {
		struct nk_entry *const e = (struct nk_entry *)(uintptr_t)&snap.entries[i];

		if (nk_str_eq(e->key, NK_STR("uid=hm0002," KIT_PEOPLE))) {
			e->anchor = anchor; /* the person's own entry vanished, and this one bears the name */
		} else if (nk_str_eq(e->key, NK_STR(ACCOUNT))) {
			e->anchor = NK_STR("dddddddd-0000-4000-8000-000000000000");
		}
	}
	p = plan_with(&s, &snap, is_ours, &due);
	/* Her class has nobody else and goes first, as a group; nobody needs to be taken out of it. */
	assert_int_equal(p.counts[NK_STEP_DELETE], 2);
	assert_int_equal(p.counts[NK_STEP_MEMBER_REMOVE], 0);
	assert_int_equal(school_step(&p, NK_STEP_DELETE, 0)->object_kind, NK_OBJECT_GROUP);
	assert_true(nk_str_eq(school_step(&p, NK_STEP_DELETE, 1)->key, NK_STR("uid=hm0002," KIT_PEOPLE)));
	assert_int_equal(p.n_conflicts, 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_account_of_before_goes_when_its_day_has_come_and_out_of_its_groups_first),
		cmocka_unit_test(an_account_of_before_takes_nobody_elses_group_with_it),
		cmocka_unit_test(two_accounts_of_before_take_nobody_elses_group_with_them_together),
		cmocka_unit_test(nobody_who_has_an_account_here_loses_it_by_a_decision_about_accounts_of_before),
		cmocka_unit_test(an_account_that_has_a_persons_name_goes_too_when_it_is_due),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
