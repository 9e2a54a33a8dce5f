/*
 * exam_test.c: sittings are shuffled and marked rightly; half-years begin in April and October.
 */
#include "base.h"

#include <cmocka.h>

#include "exam.h"
#include "kit.h"
#include "period.h"

enum { ITEMS = 12 };

static const struct nk_questions *some(void)
{
	static struct nk_question items[ITEMS];
	static struct nk_questions q = { .items = items, .n_items = ITEMS };

	for (unsigned i = 0; i < ITEMS; i++) {
		items[i].right = i % NK_QUESTION_CHOICES;
	}
	return &q;
}

struct sitting {
	struct nk_arena *arena;
	struct nk_exam exam;
};

static struct sitting sit(void)
{
	struct sitting s = { 0 };
	struct nk_err err = { 0 };

	kit_ok(nk_arena_new(NK_ARENA_PLAIN, 1 << 20, &s.arena, &err), &err);
	kit_ok(nk_exam_make(kit_env(), some(), s.arena, &s.exam, &err), &err);
	return s;
}

static void sitting_done(struct sitting *s)
{
	nk_arena_free(&s->arena);
}

static void every_question_and_every_choice_comes_once(void **state)
{
	NK_OWNED(sitting_done) struct sitting s = sit();
	unsigned seen = 0;

	(void)state;
	assert_int_equal(s.exam.n, ITEMS);
	for (size_t i = 0; i < s.exam.n; i++) {
		unsigned choices = 0;

		seen |= 1U << (s.exam.items[i].question - some()->items);
		for (unsigned k = 0; k < NK_QUESTION_CHOICES; k++) {
			choices |= 1U << s.exam.items[i].order[k];
		}
		assert_int_equal(choices, 0xF);
	}
	assert_int_equal(seen, (1U << ITEMS) - 1);
}

static void two_sittings_have_two_orders(void **state)
{
	NK_OWNED(sitting_done) struct sitting a = sit();
	NK_OWNED(sitting_done) struct sitting b = sit();
	size_t same_question = 0;
	size_t same_choice = 0;

	(void)state;
	for (size_t i = 0; i < ITEMS; i++) {
		same_question += a.exam.items[i].question == b.exam.items[i].question ? 1 : 0;
		same_choice += a.exam.items[i].order[0] == b.exam.items[i].order[0] ? 1 : 0;
	}
	assert_true(same_question < ITEMS);
	assert_true(same_choice < ITEMS);
}

static void only_the_right_place_counts_and_silence_does_not(void **state)
{
	NK_OWNED(sitting_done) struct sitting s = sit();

	(void)state;
	assert_int_equal(nk_exam_score(&s.exam), 0);
	for (size_t i = 0; i < ITEMS; i++) {
		s.exam.items[i].answer = nk_exam_right(&s.exam, i);
	}
	assert_int_equal(nk_exam_score(&s.exam), ITEMS);
	s.exam.items[0].answer = s.exam.items[0].answer % NK_QUESTION_CHOICES + 1;
	assert_false(nk_exam_is_right(&s.exam, 0));
	assert_int_equal(nk_exam_score(&s.exam), ITEMS - 1);
}

static void the_mark_is_not_rounded_up(void **state)
{
	(void)state;
	assert_true(nk_exam_passed(8, 10, 80));
	assert_false(nk_exam_passed(35, 44, 80));
	assert_true(nk_exam_passed(36, 44, 80));
	assert_false(nk_exam_passed(0, 0, 0));
	assert_true(nk_exam_passed(1, 1, 100));
}

static struct nk_period of(const char *day)
{
	nk_date d = 0;

	assert_true(nk_date_parse(nk_str_c(day), &d));
	return nk_period_of(d);
}

static void half_years_begin_in_april_and_october(void **state)
{
	static const char *const rows[][4] = {
		{ "2026-04-01", "2026H1", "2026-04-01", "2026-09-30" },
		{ "2026-09-30", "2026H1", "2026-04-01", "2026-09-30" },
		{ "2026-10-01", "2026H2", "2026-10-01", "2027-03-31" },
		{ "2027-01-01", "2026H2", "2026-10-01", "2027-03-31" },
		{ "2028-02-29", "2027H2", "2027-10-01", "2028-03-31" },
		{ "2027-03-31", "2026H2", "2026-10-01", "2027-03-31" },
	};

	(void)state;
	for (size_t i = 0; i < NK_ARRAY_LEN(rows); i++) {
		const struct nk_period p = of(rows[i][0]);
		char text[NK_DATE_TEXT];

		assert_string_equal(p.name, rows[i][1]);
		assert_string_equal(nk_date_print(p.first, text), rows[i][2]);
		assert_string_equal(nk_date_print(p.last, text), rows[i][3]);
	}
}

static void before_a_half_year_is_the_other_one(void **state)
{
	struct nk_period p = of("2026-05-05");

	(void)state;
	p = nk_period_before(&p);
	assert_string_equal(p.name, "2025H2");
	p = nk_period_before(&p);
	assert_string_equal(p.name, "2025H1");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_question_and_every_choice_comes_once),
		cmocka_unit_test(two_sittings_have_two_orders),
		cmocka_unit_test(only_the_right_place_counts_and_silence_does_not),
		cmocka_unit_test(the_mark_is_not_rounded_up),
		cmocka_unit_test(half_years_begin_in_april_and_october),
		cmocka_unit_test(before_a_half_year_is_the_other_one),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
