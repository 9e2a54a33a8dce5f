/*
 * whole_plan_test.c: one person in several records: one account, one day of erasure, all numbers in one list. All persons are made up.
 */
#include "base.h"

#include <cmocka.h>

#include "census.h"
#include "erase_list.h"
#include "names.h"
#include "plan_test_kit.h"

static const uint8_t nonce[32] = { 4, 5, 6 };
static const struct nk_uuid everybody = { { 0 } };
#define OF(who) (&(struct nk_year){ .people = (who) })

/* Persons 0 and 1 are one (class 0, class 1), 2 is nobody else. */
static void merge(struct school *s, size_t part, size_t head)
{
	static char text[8][NK_UUID_TEXT];

	s->persons[part].field[NK_FIELD_MERGED_INTO] = nk_str_c(nk_uuid_print(s->persons[head].id, text[part]));
	school_update(s, part);
}

static void split(struct school *s, size_t part)
{
	s->persons[part].field[NK_FIELD_MERGED_INTO] = NK_STR("");
	school_update(s, part);
}

static void set(struct school *s, size_t i, enum nk_person_state state, nk_date until, nk_date delete_on)
{
	s->persons[i].state = state;
	s->persons[i].valid_until = until;
	s->persons[i].delete_on = delete_on;
	school_update(s, i);
}

static const struct nk_entry *entry_of(const struct nk_desired *d, uint32_t number, size_t *at)
{
	for (*at = 0; *at < d->n; (*at)++) {
		if (d->entries[*at].kind == NK_OBJECT_PERSON && d->entries[*at].person_number == number) {
			return &d->entries[*at];
		}
	}
	return NULL;
}

/* The test fails when there is none. */
static struct nk_entry the_entry(const struct nk_desired *d, uint32_t number, size_t *at)
{
	const struct nk_entry *const e = entry_of(d, number, at);

	assert_non_null(e);
	return d->entries[*at];
}

static size_t groups_of(const struct nk_desired *d, size_t person)
{
	size_t n = 0;

	for (size_t i = 0; i < d->n_members; i++) {
		n += d->members[i].person == person ? 1 : 0;
	}
	return n;
}

static void a_whole_has_one_account_with_the_heads_name_and_the_classes_of_all(void **state)
{
	NK_OWNED(school_done) struct school s = { 0 };
	struct nk_desired d;
	size_t at = 0;

	(void)state;
	school_new(&s, 3);
	merge(&s, 1, 0);
	d = school_desired(&s);
	assert_null(entry_of(&d, s.persons[1].number, &at));
	assert_non_null(entry_of(&d, s.persons[0].number, &at));
	assert_true(nk_str_starts(d.entries[at].key, NK_STR("uid=hm0000,")));
	assert_int_equal(groups_of(&d, at), 2);
	split(&s, 1);
	d = school_desired(&s);
	assert_non_null(entry_of(&d, s.persons[1].number, &at));
	assert_int_equal(groups_of(&d, at), 1);
}

static void the_account_lives_while_one_record_is_valid_and_has_only_its_classes(void **state)
{
	NK_OWNED(school_done) struct school s = { 0 };
	struct nk_desired d;
	size_t at = 0;

	(void)state;
	school_new(&s, 2);
	merge(&s, 1, 0);
	set(&s, 0, NK_PERSON_LEAVING, s.opt.today - 3, s.opt.today + 30);
	d = school_desired(&s);
	assert_false(the_entry(&d, s.persons[0].number, &at).suspended);
	assert_int_equal(groups_of(&d, at), 1);
	set(&s, 0, NK_PERSON_ACTIVE, NK_DATE_NONE, NK_DATE_NONE);
	set(&s, 1, NK_PERSON_LEAVING, s.opt.today - 3, s.opt.today + 30);
	d = school_desired(&s);
	assert_false(the_entry(&d, s.persons[0].number, &at).suspended);
	assert_int_equal(groups_of(&d, at), 1);
	set(&s, 0, NK_PERSON_LEAVING, s.opt.today - 1, s.opt.today + 30);
	d = school_desired(&s);
	assert_true(the_entry(&d, s.persons[0].number, &at).suspended);
	assert_int_equal(groups_of(&d, at), 0);
}

static void of_two_present_accounts_the_parts_is_suspended_and_comes_back_after_a_split(void **state)
{
	NK_OWNED(school_done) struct school s = { 0 };
	struct nk_snapshot held;
	struct nk_plan plan;

	(void)state;
	school_new(&s, 3);
	held = school_mirror(&s);
	s.opt.links = s.links;
	merge(&s, 1, 0);
	plan = school_plan(&s, &held);
	assert_int_equal(plan.n_conflicts, 0);
	assert_int_equal(plan.counts[NK_STEP_SUSPEND], 1);
	assert_int_equal(school_step(&plan, NK_STEP_SUSPEND, 0)->person_number, s.persons[1].number);
	assert_int_equal(plan.counts[NK_STEP_ADD] + plan.counts[NK_STEP_DELETE] + plan.counts[NK_STEP_RENAME], 0);
	assert_int_equal(plan.counts[NK_STEP_MEMBER_ADD], 1);
	assert_int_equal(school_step(&plan, NK_STEP_MEMBER_ADD, 0)->person_number, s.persons[0].number);
	assert_int_equal(plan.counts[NK_STEP_MEMBER_REMOVE], 1);
	split(&s, 1);
	plan = school_plan(&s, &held);
	assert_int_equal(plan.n, 0);
}

static void a_protected_record_hides_the_account_of_the_whole_and_the_retired_one(void **state)
{
	NK_OWNED(school_done) struct school s = { 0 };
	struct nk_desired d;
	size_t at = 0;

	(void)state;
	school_new(&s, 2);
	(void)school_mirror(&s);
	s.opt.links = s.links;
	merge(&s, 1, 0);
	s.persons[1].flags |= NK_PERSON_SHIELDED;
	school_update(&s, 1);
	d = school_desired(&s);
	assert_true(the_entry(&d, s.persons[0].number, &at).hidden);
	assert_int_equal(groups_of(&d, at), 0);
	assert_true(the_entry(&d, s.persons[1].number, &at).hidden);
}

static void a_whole_begins_with_its_first_record_and_is_due_with_its_last(void **state)
{
	NK_OWNED(school_done) struct school s = { 0 };
	struct nk_year_wanted w;
	struct nk_year_wanted of_part;

	(void)state;
	school_new(&s, 2);
	merge(&s, 1, 0);
	set(&s, 0, NK_PERSON_LEAVING, s.opt.today - 9, s.opt.today - 5);
	s.persons[0].valid_from = s.opt.today - 90;
	school_update(&s, 0);
	s.persons[1].valid_from = s.opt.today - 300;
	set(&s, 1, NK_PERSON_LEAVING, s.opt.today - 2, s.opt.today + 4);
	nk_year_of(OF(s.people), &s.persons[0], s.opt.today, &w);
	nk_year_of(OF(s.people), &s.persons[1], s.opt.today, &of_part);
	assert_int_equal(w.activate_on, s.opt.today - 300);
	assert_int_equal(w.suspend_on, s.opt.today - 2);
	assert_int_equal(w.erase_on, s.opt.today + 4);
	assert_false(w.due);
	assert_int_equal(of_part.erase_on, w.erase_on); /* asked of whichever record */
	nk_year_of(OF(s.people), &s.persons[0], s.opt.today + 4, &w);
	assert_true(w.due && w.erase);
	set(&s, 1, NK_PERSON_ACTIVE, NK_DATE_NONE, NK_DATE_NONE);
	nk_year_of(OF(s.people), &s.persons[0], s.opt.today + 400, &w);
	assert_false(w.due);
	assert_int_equal(w.state, NK_PERSON_ACTIVE);
	assert_int_equal(w.erase_on, NK_DATE_NONE);
}

static struct nk_erase_list list_of(struct school *s, struct nk_uuid only)
{
	struct nk_erase_list l;

	kit_ok(nk_erase_list_make(OF(s->people), s->opt.today, only, nonce, s->arena, &l, &s->err), &s->err);
	return l;
}

static void a_whole_is_proposed_with_every_number_or_not_at_all(void **state)
{
	NK_OWNED(school_done) struct school s = { 0 };
	struct nk_erase_list l;

	(void)state;
	school_new(&s, 3);
	merge(&s, 1, 0);
	set(&s, 1, NK_PERSON_LEAVING, s.opt.today - 90, s.opt.today - 60);
	assert_int_equal(list_of(&s, everybody).n, 0); /* a part alone is never proposed */
	assert_int_equal(list_of(&s, s.persons[1].id).n, 0);
	set(&s, 0, NK_PERSON_LEAVING, s.opt.today - 90, s.opt.today - 60);
	l = list_of(&s, everybody);
	assert_int_equal(l.n, 2);
	assert_true((l.numbers[0] == s.persons[0].number && l.numbers[1] == s.persons[1].number) ||
		(l.numbers[1] == s.persons[0].number && l.numbers[0] == s.persons[1].number));
	assert_int_equal(list_of(&s, s.persons[1].id).n, 2); /* named by whichever */
	assert_int_equal(list_of(&s, s.persons[2].id).n, 0);
	s.persons[1].flags |= NK_PERSON_HOLD;
	school_update(&s, 1);
	l = list_of(&s, everybody);
	assert_int_equal(l.n, 0); /* a hold of one keeps all */
	assert_int_equal(l.on_hold, 1);
}

static nk_rc check(struct school *s, const struct nk_erase_list *l)
{
	struct nk_plan_step_row *const steps = nk_arena_array(s->arena, l->n, sizeof(*steps));

	for (size_t i = 0; i < l->n; i++) {
		steps[i] = (struct nk_plan_step_row){ .person_number = l->numbers[i] };
		memcpy(steps[i].digest, l->digests[i], NK_MAC_LEN);
	}
	return nk_erase_list_check(OF(s->people), s->opt.today, nonce, steps, l->n, &l->hash, &s->err);
}

static void a_list_from_before_a_merge_that_lacks_a_record_is_not_carried_out(void **state)
{
	NK_OWNED(school_done) struct school s = { 0 };
	struct nk_erase_list l;

	(void)state;
	school_new(&s, 2);
	set(&s, 0, NK_PERSON_LEAVING, s.opt.today - 90, s.opt.today - 60);
	set(&s, 1, NK_PERSON_LEAVING, s.opt.today - 90, s.opt.today - 60);
	l = list_of(&s, s.persons[0].id);
	assert_int_equal(l.n, 1);
	kit_ok(check(&s, &l), &s.err);
	merge(&s, 1, 0);
	assert_int_equal(check(&s, &l).code, NK_CONFLICT);
	l = list_of(&s, everybody);
	kit_ok(check(&s, &l), &s.err);
}

static void a_part_gets_no_login_by_rule(void **state)
{
	NK_OWNED(school_done) struct school s = { 0 };
	const struct nk_names_rule rule = { .field = NK_FIELD_LOGIN, .template = NK_STR("n{seq}") };
	struct nk_names_options opt = { .rules = &rule, .n_rules = 1, .length = 16 };
	struct nk_names_row *rows = NULL;
	size_t n = 0;

	(void)state;
	school_new(&s, 2);
	opt.today = s.opt.today;
	s.persons[0].field[NK_FIELD_LOGIN] = s.persons[1].field[NK_FIELD_LOGIN] = NK_STR("");
	school_update(&s, 0);
	merge(&s, 1, 0);
	kit_ok(nk_names_make(s.people, &opt, s.arena, &rows, &n, &s.err), &s.err);
	assert_int_equal(n, 1);
	assert_int_equal(rows[0].number, s.persons[0].number);
}

static void an_account_that_fits_a_part_is_shown_as_the_heads(void **state)
{
	NK_OWNED(school_done) struct school s = { 0 };
	struct nk_snapshot held;
	struct nk_census_input in = { .seed = { 1 } };
	struct nk_census census;

	(void)state;
	school_new(&s, 2);
	held = school_mirror(&s);
	merge(&s, 1, 0);
	in.people = s.people;
	in.held = &held;
	in.people_base = s.settings.people_base;
	kit_ok(nk_census_make(&in, s.arena, &census, &s.err), &s.err);
	assert_int_equal(census.n, 2);
	for (size_t i = 0; i < census.n; i++) {
		assert_int_equal(census.accounts[i].n, 1);
		assert_int_equal(census.accounts[i].match[0].number, s.persons[0].number);
		assert_int_equal(census.accounts[i].match[0].why & NK_CENSUS_SEVERAL, 0); /* one person is no namesake */
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_whole_has_one_account_with_the_heads_name_and_the_classes_of_all),
		cmocka_unit_test(the_account_lives_while_one_record_is_valid_and_has_only_its_classes),
		cmocka_unit_test(of_two_present_accounts_the_parts_is_suspended_and_comes_back_after_a_split),
		cmocka_unit_test(a_protected_record_hides_the_account_of_the_whole_and_the_retired_one),
		cmocka_unit_test(a_whole_begins_with_its_first_record_and_is_due_with_its_last),
		cmocka_unit_test(a_whole_is_proposed_with_every_number_or_not_at_all),
		cmocka_unit_test(a_list_from_before_a_merge_that_lacks_a_record_is_not_carried_out),
		cmocka_unit_test(a_part_gets_no_login_by_rule),
		cmocka_unit_test(an_account_that_fits_a_part_is_shown_as_the_heads),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
