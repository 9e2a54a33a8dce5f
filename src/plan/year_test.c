/*
 * year_test.c: rows of [year]: what they say, which of them decides, what none of them can do; days of real years.
 */
#include "base.h"

#include <cmocka.h>

#include "plan_test_kit.h"
#include "year.h"

enum { ROWS_MAX = 16, DRAWS = 20000 };

struct house {
	struct nk_arena *arena;
	struct nk_year_rule rule[ROWS_MAX];
	struct nk_year_rules rules;
	uint8_t kind[4000];
	struct nk_year year;
	struct nk_err err;
};

static nk_date day(const char *text)
{
	nk_date out = NK_DATE_NONE;

	assert_true(nk_date_parse(nk_str_c(text), &out));
	return out;
}

static nk_rc parse(struct house *h, const char *text)
{
	char name[8];
	struct nk_year_source from = { .text = nk_str_c(text), .file = NK_STR("nokosazu.conf"), .line = 40 };
	nk_rc rc;

	(void)snprintf(name, sizeof(name), "r%zu", h->rules.n);
	from.name = nk_str_c(name);
	assert_true(h->rules.n < ROWS_MAX);
	rc = nk_year_rule_parse(&from, h->arena, &h->rule[h->rules.n], &h->err);
	h->rules.n += nk_ok(rc) ? 1 : 0;
	return rc;
}

static void house_new(struct house *h, const char *const *rows, size_t n)
{
	memset(h, 0, sizeof(*h));
	kit_ok(nk_arena_new(NK_ARENA_PLAIN, 1 << 20, &h->arena, &h->err), &h->err);
	h->rules.rule = h->rule;
	for (size_t i = 0; i < n; i++) {
		kit_ok(parse(h, rows[i]), &h->err);
	}
	h->year.rules = &h->rules;
	h->year.seasons = (struct nk_year_seasons){ .from = day("2024-01-01"), .kind = h->kind, .n = sizeof(h->kind) };
	for (size_t i = 0; i < sizeof(h->kind); i++) {
		const struct nk_ymd d = nk_date_split(h->year.seasons.from + (nk_date)i);

		h->kind[i] = (d.month == 3 && d.day >= 15) || d.month == 4 ? 2 : 0;
	}
}

static void house_done(struct house *h)
{
	nk_arena_free(&h->arena);
}

#define HOUSE(h, ...) \
	NK_OWNED(house_done) struct house h; \
	static const char *const h##_rows[] = { __VA_ARGS__ }; \
	house_new(&h, h##_rows, NK_ARRAY_LEN(h##_rows))

static struct nk_year_facts pupil(void)
{
	return (struct nk_year_facts){ .state = NK_PERSON_ACTIVE,
		.role = NK_ROLE_STUDENT,
		.has_role = true,
		.grade = NK_STR("P6"),
		.joined = day("2020-04-01"),
		.left = NK_DATE_NONE,
		.graduated = NK_DATE_NONE,
		.delete_on = NK_DATE_NONE };
}

static struct nk_year_facts leaver(const char *left)
{
	struct nk_year_facts f = pupil();

	f.state = NK_PERSON_LEAVING;
	f.left = day(left);
	f.delete_on = f.left + 30;
	return f;
}

static struct nk_year_wanted on(const struct house *h, const struct nk_year_facts *f, const char *text)
{
	struct nk_year_wanted w;

	nk_year_wanted(&h->year, f, day(text), &w);
	return w;
}

static void a_row_is_read_word_by_word(void **state)
{
	HOUSE(h, "erase role=student,guardian school=B1,B2 grade=P6 graduated+30 season=great");

	(void)state;
	assert_int_equal(h.rule[0].what, NK_YEAR_ERASE);
	assert_int_equal(h.rule[0].roles, 1u << NK_ROLE_STUDENT | 1u << NK_ROLE_GUARDIAN);
	assert_true(nk_str_eq(h.rule[0].school, NK_STR("B1,B2")) && nk_str_eq(h.rule[0].grade, NK_STR("P6")));
	assert_true(h.rule[0].when == NK_YEAR_GRADUATED && h.rule[0].days == 30 && h.rule[0].season == 2);
}

static void a_bad_row_is_refused_with_its_place(void **state)
{
	static const char *const bad[] = { "", "delete left", "suspend", "suspend role=pupil left", "suspend role= left",
		"suspend colour=red left", "suspend left left", "suspend left+", "suspend left+3661", "suspend left-1",
		"activate joined-61", "erase joined+3", "erase moved", "move left+3", "move 04-01", "suspend 02-30",
		"suspend 2026-02-29", "suspend left season=autumn", "suspend role=student role=teacher left",
		"retain left-1", "move moved+3 season=great", "suspend 13-01", "suspend left+1x", "suspend joined-1" };
	HOUSE(h, "retain role=teacher");

	(void)state;
	for (size_t i = 0; i < NK_ARRAY_LEN(bad); i++) {
		h.rules.n = 1;
		assert_int_equal(parse(&h, bad[i]).code, NK_CONFIG);
		assert_non_null(strstr(h.err.text[0], "nokosazu.conf"));
		assert_non_null(strstr(h.err.text[0], "line 40"));
	}
}

static void rows_that_contradict_each_other_are_found_when_they_are_read(void **state)
{
	static const char *const pairs[][2] = { { "suspend left", "suspend role=student left+7" },
		{ "erase left+30", "erase role=student graduated+60" }, { "suspend left+30", "erase left+10" },
		{ "erase role=student left+10", "suspend left+11" }, { "retain", "erase left+10" },
		{ "erase role=teacher left+10", "retain role=teacher,staff" }, { "move moved+10", "move role=teacher moved+3" } };
	static const char *const fine[][2] = { { "suspend role=student left+7", "suspend left" },
		{ "suspend left+30", "erase left+30" }, { "suspend role=teacher left+30", "erase role=student left+10" },
		{ "retain role=teacher left+900", "erase role=teacher left+10" }, { "erase graduated+30", "erase left+60" },
		{ "suspend school=B1 left", "suspend school=B2 left+7" }, { "retain unit=E", "erase left+10" } };

	(void)state;
	for (size_t i = 0; i < NK_ARRAY_LEN(pairs); i++) {
		NK_OWNED(house_done) struct house h;

		house_new(&h, pairs[i], 2);
		assert_int_equal(nk_year_rules_check(&h.rules, &h.err).code, NK_CONFIG);
		assert_non_null(strstr(h.err.text[0], "line 40"));
	}
	for (size_t i = 0; i < NK_ARRAY_LEN(fine); i++) {
		NK_OWNED(house_done) struct house h;

		house_new(&h, fine[i], 2);
		kit_ok(nk_year_rules_check(&h.rules, &h.err), &h.err);
	}
}

static void two_rows_of_one_name_are_refused(void **state)
{
	HOUSE(h, "suspend role=student left", "suspend role=teacher left");

	(void)state;
	h.rule[1].name = h.rule[0].name;
	assert_int_equal(nk_year_rules_check(&h.rules, &h.err).code, NK_CONFIG);
}

static void without_rows_a_persons_own_dates_decide(void **state)
{
	NK_OWNED(house_done) struct house h;
	struct nk_year_facts f = pupil();

	(void)state;
	house_new(&h, NULL, 0);
	assert_int_equal(on(&h, &f, "2026-06-01").presence, NK_YEAR_USABLE);
	f.left = day("2026-06-02");
	assert_int_equal(on(&h, &f, "2026-06-01").presence, NK_YEAR_USABLE);
	assert_int_equal(on(&h, &f, "2026-06-02").presence, NK_YEAR_SUSPENDED);
	assert_false(on(&h, &f, "2030-06-02").due);
	f.state = NK_PERSON_PLANNED;
	f.left = NK_DATE_NONE;
	f.joined = day("2026-04-01");
	assert_int_equal(on(&h, &f, "2026-03-31").presence, NK_YEAR_ABSENT);
	assert_int_equal(on(&h, &f, "2026-04-01").presence, NK_YEAR_USABLE);
	f.state = NK_PERSON_RETAINED;
	assert_int_equal(on(&h, &f, "2026-04-01").presence, NK_YEAR_ABSENT);
	f = leaver("2026-04-01");
	assert_int_equal(on(&h, &f, "2026-03-01").presence, NK_YEAR_SUSPENDED);
	assert_false(on(&h, &f, "2026-04-30").due);
	assert_true(on(&h, &f, "2026-05-01").erase);
}

static void the_first_row_that_fits_decides(void **state)
{
	HOUSE(h, "suspend role=student graduated+5", "suspend role=student left+9", "suspend left+20", "suspend role=other joined+1");
	struct nk_year_facts f = leaver("2026-04-01");

	(void)state;
	assert_int_equal(on(&h, &f, "2026-04-02").suspend_on, day("2026-04-10"));
	f.graduated = f.left;
	assert_int_equal(on(&h, &f, "2026-04-02").suspend_on, day("2026-04-06"));
	assert_int_equal(on(&h, &f, "2026-04-05").presence, NK_YEAR_USABLE);
	assert_int_equal(on(&h, &f, "2026-04-06").presence, NK_YEAR_SUSPENDED);
	f.role = NK_ROLE_TEACHER;
	assert_int_equal(on(&h, &f, "2026-04-02").suspend_on, day("2026-04-21"));
	f.flags = NK_PERSON_SOURCE_OFF;
	assert_int_equal(on(&h, &f, "2026-04-02").presence, NK_YEAR_SUSPENDED);
}

static void days_of_each_year_fall_as_the_calendar_has_them(void **state)
{
	HOUSE(h, "suspend role=other 05-01", "suspend role=staff 02-29", "erase role=other 06-30", "suspend role=aide 2026-09-30");
	struct nk_year_facts f = pupil();

	(void)state;
	f.role = NK_ROLE_OTHER;
	f.joined = day("2025-05-01");
	assert_int_equal(on(&h, &f, "2025-05-01").suspend_on, day("2026-05-01"));
	f.state = NK_PERSON_LEAVING;
	assert_int_equal(on(&h, &f, "2026-05-01").erase_on, day("2026-06-30"));
	f.role = NK_ROLE_STAFF;
	f.joined = day("2027-03-01");
	assert_int_equal(on(&h, &f, "2027-04-01").suspend_on, day("2028-02-29"));
	f.joined = day("2026-04-01");
	assert_int_equal(on(&h, &f, "2026-04-01").suspend_on, day("2027-03-01"));
	f.role = NK_ROLE_AIDE;
	assert_int_equal(on(&h, &f, "2026-04-01").suspend_on, day("2026-09-30"));
	f.joined = day("2026-10-01");
	assert_int_equal(on(&h, &f, "2026-10-01").suspend_on, NK_DATE_NONE);
}

static void an_event_may_wait_for_a_season(void **state)
{
	HOUSE(h, "erase role=student left+30 season=great", "activate role=teacher joined-3");
	struct nk_year_facts f = leaver("2026-06-01");

	(void)state;
	assert_int_equal(on(&h, &f, "2026-08-01").erase_on, day("2027-03-15"));
	assert_false(on(&h, &f, "2027-03-14").due);
	assert_true(on(&h, &f, "2027-03-15").due);
	h.year.seasons.n = 0;
	assert_false(on(&h, &f, "2040-01-01").due);
	f = pupil();
	f.state = NK_PERSON_PLANNED;
	f.role = NK_ROLE_TEACHER;
	f.joined = day("2028-03-01");
	assert_int_equal(on(&h, &f, "2028-02-26").presence, NK_YEAR_ABSENT);
	assert_int_equal(on(&h, &f, "2028-02-27").presence, NK_YEAR_USABLE);
}

static void each_board_has_its_own_seasons_and_its_own_rows(void **state)
{
	static uint8_t kind[2000];
	HOUSE(h, "erase org=kita left+10 season=great", "erase org=minami,kita left+90 season=great", "erase left+5");
	const struct nk_year_seasons kita = { .from = h.year.seasons.from, .kind = kind, .n = sizeof(kind), .board = NK_STR("kita") };
	struct nk_year_facts f = leaver("2026-06-01");

	(void)state;
	kind[day("2026-08-20") - kita.from] = 2;
	h.year.seasons.next = &kita;
	assert_int_equal(on(&h, &f, "2026-06-01").erase_on, day("2026-06-06"));
	f.board = NK_STR("kita");
	assert_int_equal(on(&h, &f, "2026-06-01").erase_on, day("2026-08-20"));
	f.board = NK_STR("minami");
	assert_int_equal(on(&h, &f, "2026-06-01").erase_on, day("2027-03-15"));
	f.board = NK_STR("minami-ku");
	assert_int_equal(on(&h, &f, "2026-06-01").erase_on, day("2026-06-06"));
}

static void rows_of_two_boards_do_not_contradict_each_other(void **state)
{
	HOUSE(h, "suspend org=kita left+30", "suspend org=minami left+30", "erase org=minami left+40");

	(void)state;
	kit_ok(nk_year_rules_check(&h.rules, &h.err), &h.err);
	kit_ok(parse(&h, "erase org=minami left+50"), &h.err);
	kit_fails(nk_year_rules_check(&h.rules, &h.err), NK_CONFIG);
	kit_fails(parse(&h, "suspend org=kita org=minami left"), NK_CONFIG);
}

static void dates_by_hand_win_over_rows_and_retaining_over_dates(void **state)
{
	HOUSE(h, "suspend role=student left+9", "erase role=student left+60", "retain grade=J3 left+400");
	struct nk_year_facts f = leaver("2026-04-01");

	(void)state;
	f.flags = NK_PERSON_DATED;
	assert_int_equal(on(&h, &f, "2026-04-02").presence, NK_YEAR_SUSPENDED);
	assert_int_equal(on(&h, &f, "2026-04-02").erase_on, day("2026-05-01"));
	f.grade = NK_STR("J3");
	assert_true(on(&h, &f, "2026-06-01").retain);
	assert_false(on(&h, &f, "2026-06-01").due);
	assert_true(on(&h, &f, "2027-05-06").due);
}

static void a_graduate_is_who_leaves_the_highest_grade_in_the_season(void **state)
{
	NK_OWNED(school_done) struct school s = { 0 };
	HOUSE(h, "erase graduated+60");
	struct nk_year year;
	struct nk_year_facts f;

	(void)state;
	school_new(&s, 3);
	for (size_t i = 0; i < 3; i++) {
		s.persons[i].field[NK_FIELD_GRADE] = i == 2 ? NK_STR("K1") : NK_STR("P1");
		s.persons[i].valid_until = i == 1 ? day("2026-07-01") : day("2026-04-01");
		school_update(&s, i);
	}
	kit_ok(nk_year_open(&h.rules, s.people, &year, &s.err), &s.err);
	year.seasons = h.year.seasons;
	nk_year_facts_of(&year, nk_people_by_number(s.people, s.persons[0].number), s.opt.today, &f);
	assert_int_equal(f.graduated, day("2026-04-01"));
	assert_true(f.n_units > 0 && f.has_role && f.role == NK_ROLE_STUDENT);
	nk_year_facts_of(&year, nk_people_by_number(s.people, s.persons[1].number), s.opt.today, &f);
	assert_int_equal(f.graduated, NK_DATE_NONE);
	nk_year_facts_of(&year, nk_people_by_number(s.people, s.persons[2].number), s.opt.today, &f);
	assert_int_equal(f.graduated, NK_DATE_NONE);
	nk_year_done(&year);
}

static void a_row_for_a_school_fits_by_code_and_only_there(void **state)
{
	NK_OWNED(school_done) struct school s = { 0 };
	HOUSE(h, "move school=X,B148210000017 moved+10", "move unit=u2 moved+3");
	const struct nk_person *p = NULL;

	(void)state;
	school_new(&s, 1);
	h.year.people = s.people;
	p = nk_people_by_number(s.people, s.persons[0].number);
	assert_int_equal(nk_year_overlap(&h.year, p, s.opt.today), 10);
	h.rule[0].school = NK_STR("X");
	assert_int_equal(nk_year_overlap(&h.year, p, s.opt.today), 0);
	h.rule[1].unit = NK_STR("U1");
	assert_int_equal(nk_year_overlap(&h.year, p, s.opt.today), 3);
	assert_true(nk_str_eq(nk_year_school(&h.year, p, s.opt.today)->code, NK_STR("B148210000017")));
}

/* ---- properties: rows and persons drawn at random, from one seed ---- */

static uint32_t draw(uint64_t *seed, uint32_t below)
{
	*seed = *seed * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
	return (uint32_t)(*seed >> 33) % below;
}

static struct nk_year_facts any_facts(uint64_t *seed)
{
	static const struct nk_str grades[] = { { "P6", 2 }, { "J3", 2 }, { "", 0 } };
	const nk_date base = day("2023-12-31");
	struct nk_year_facts f = pupil();

	f.state = (enum nk_person_state)draw(seed, NK_PERSON_STATE_COUNT);
	f.role = (enum nk_role)draw(seed, NK_ROLE_COUNT);
	f.flags = draw(seed, 256);
	f.grade = grades[draw(seed, 3)];
	f.joined = draw(seed, 4) == 0 ? NK_DATE_NONE : base + (nk_date)draw(seed, 800);
	f.left = draw(seed, 3) == 0 ? NK_DATE_NONE : base + 800 + (nk_date)draw(seed, 800);
	f.graduated = draw(seed, 2) == 0 ? NK_DATE_NONE : f.left;
	f.delete_on = f.left == NK_DATE_NONE ? NK_DATE_NONE : f.left + (nk_date)draw(seed, 90);
	return f;
}

static void no_rule_erases_before_it_suspends_or_whom_it_retains(void **state)
{
	HOUSE(h, "activate role=teacher joined-14", "suspend role=teacher,staff left+30", "suspend role=other 05-01",
		"suspend grade=P6 2026-03-31", "retain grade=J3", "retain role=staff left+365", "erase role=teacher graduated+30",
		"erase role=other 04-02", "erase 02-29", "move moved+10");
	uint64_t seed = 2026;

	(void)state;
	for (int i = 0; i < DRAWS; i++) {
		const struct nk_year_facts f = any_facts(&seed);
		const nk_date today = day("2023-12-31") + (nk_date)draw(&seed, 2000);
		struct nk_year_wanted w;
		struct nk_year_wanted again;

		nk_year_wanted(&h.year, &f, today, &w);
		nk_year_wanted(&h.year, &f, today, &again);
		assert_true(w.presence == again.presence && w.erase_on == again.erase_on && w.due == again.due);
		assert_false(w.due && w.presence != NK_YEAR_SUSPENDED);
		assert_false(w.due && w.retain);
		assert_false(w.by[NK_YEAR_ERASE] != NULL && w.due && w.suspend_on != NK_DATE_NONE && w.suspend_on > today);
		assert_false(w.erase && (f.flags & (NK_PERSON_HOLD | NK_PERSON_PROTECTED)) != 0);
		assert_false(w.due && f.state != NK_PERSON_LEAVING && f.state != NK_PERSON_SUSPENDED);
		assert_false(w.by[NK_YEAR_ERASE] != NULL && (f.flags & NK_PERSON_DATED) != 0 && f.delete_on != NK_DATE_NONE);
		assert_false(f.state == NK_PERSON_SUSPENDED && w.presence != NK_YEAR_SUSPENDED);
	}
}

static void a_day_that_has_come_stays_come(void **state)
{
	HOUSE(h, "suspend role=teacher,staff left+30", "erase role=teacher left+30", "erase role=student left+3 season=great",
		"retain role=staff left+365");
	uint64_t seed = 4;

	(void)state;
	for (int i = 0; i < DRAWS / 4; i++) {
		const struct nk_year_facts f = any_facts(&seed);
		const nk_date today = day("2023-12-31") + (nk_date)draw(&seed, 2000);
		struct nk_year_wanted w;
		struct nk_year_wanted later;

		nk_year_wanted(&h.year, &f, today, &w);
		nk_year_wanted(&h.year, &f, today + 1 + (nk_date)draw(&seed, 400), &later);
		assert_false(w.due && !later.due);
		assert_false(w.presence == NK_YEAR_SUSPENDED && later.presence == NK_YEAR_USABLE && f.joined != NK_DATE_NONE &&
			f.state != NK_PERSON_LEAVING);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_row_is_read_word_by_word),
		cmocka_unit_test(a_bad_row_is_refused_with_its_place),
		cmocka_unit_test(rows_that_contradict_each_other_are_found_when_they_are_read),
		cmocka_unit_test(two_rows_of_one_name_are_refused),
		cmocka_unit_test(without_rows_a_persons_own_dates_decide),
		cmocka_unit_test(the_first_row_that_fits_decides),
		cmocka_unit_test(days_of_each_year_fall_as_the_calendar_has_them),
		cmocka_unit_test(an_event_may_wait_for_a_season),
		cmocka_unit_test(dates_by_hand_win_over_rows_and_retaining_over_dates),
		cmocka_unit_test(each_board_has_its_own_seasons_and_its_own_rows),
		cmocka_unit_test(rows_of_two_boards_do_not_contradict_each_other),
		cmocka_unit_test(a_graduate_is_who_leaves_the_highest_grade_in_the_season),
		cmocka_unit_test(a_row_for_a_school_fits_by_code_and_only_there),
		cmocka_unit_test(no_rule_erases_before_it_suspends_or_whom_it_retains),
		cmocka_unit_test(a_day_that_has_come_stays_come),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
