/*
 * week_test.c: the figures of a week: what is overdue stays so until it is done, and whatever left is counted, however it is called.
 */
#include "base.h"

#include <cmocka.h>

#include "case_test_kit.h"
#include "flow_week.h"

static struct nk_week week(struct ft *t, nk_date until)
{
	struct nk_week w;
	struct nk_err err = { 0 };

	kit_ok(nk_op_week(t->flow, until, 1, t->arena, &w, &err), &err);
	return w;
}

static void what_was_refused_this_week_is_listed_with_its_reason(void **state)
{
	NK_OWNED(ft_done) struct ft t;
	struct who officer;
	struct nk_suspect_reply r;
	struct nk_week w;

	(void)state;
	begin(&t);
	officer = enrol(&t, "officer");
	r = doubt(&t);
	kit_fails(decide(&t, r.receipt, &officer), NK_DENIED);
	w = week(&t, NK_DATE_NONE);
	assert_int_equal(w.n_refused, 1);
	assert_true(nk_str_eq(w.refused[0].what, NK_STR("case-decide")));
	assert_true(w.refused[0].why.len > 0);
	assert_int_equal(nk_week_figure(&w, "attempts-refused"), 1);
	assert_int_equal(week(&t, nk_flow_today(t.flow) - 7).n_refused, 0);
}

static void what_was_due_before_the_week_and_is_still_open_is_overdue_in_it(void **state)
{
	NK_OWNED(ft_done) struct ft t;
	struct nk_suspect_reply r;
	struct nk_week w;

	(void)state;
	begin(&t);
	r = doubt(&t);
	w = week(&t, NK_DATE_NONE);
	assert_int_equal(nk_week_figure(&w, "duties-overdue"), 0);
	kit_clock_move(30 * NK_DAY);
	w = week(&t, NK_DATE_NONE);
	assert_true(nk_week_figure(&w, "duties-overdue") >= 2); /* to acknowledge and to convene, since a month */
	assert_int_equal(nk_week_figure(&w, "duties-late"), 0);
	assert_int_equal(shown(&t, r.receipt).row.open_duties, nk_week_figure(&w, "duties-overdue"));
}

static void what_was_done_late_is_told_once_in_the_week_in_which_it_was_done(void **state)
{
	NK_OWNED(ft_done) struct ft t;
	struct who officer;
	struct nk_suspect_reply r;
	struct nk_week before;
	struct nk_week last;
	struct nk_week w;
	struct nk_err err = { 0 };

	(void)state;
	begin(&t);
	officer = enrol(&t, "officer");
	r = doubt(&t);
	kit_clock_move(30 * NK_DAY);
	before = week(&t, NK_DATE_NONE);
	last = week(&t, nk_flow_today(t.flow) - 7);
	kit_ok(nk_op_case_ack(t.flow, nk_str_c(r.receipt), &officer.seed, &err), &err);
	w = week(&t, NK_DATE_NONE);
	assert_int_equal(nk_week_figure(&w, "duties-late"), 1);
	assert_int_equal(nk_week_figure(&w, "duties-overdue"), nk_week_figure(&before, "duties-overdue") - 1);
	w = week(&t, nk_flow_today(t.flow) - 7);
	assert_int_equal(nk_week_figure(&w, "duties-late"), 0);
	assert_int_equal(nk_week_figure(&w, "duties-overdue"), nk_week_figure(&last, "duties-overdue")); /* it was, then */
}

/* Under the standing order, which the operator signs alone. */
static void backups_their_keys_and_letters_that_left_are_counted_with_their_persons(void **state)
{
	static const char *const kinds[] = { "bundle", "letter", "backup", "backup_keys" };
	NK_OWNED(ft_done) struct ft t;
	struct nk_week w;
	char text[80];

	(void)state;
	begin(&t);
	for (uint32_t i = 0; i < NK_ARRAY_LEN(kinds); i++) {
		(void)a_copy(&t, 10 * i, 15);
		(void)snprintf(text, sizeof(text), "UPDATE holding SET kind = '%s' WHERE kind = 'terminal'", kinds[i]);
		sql(&t, text);
	}
	w = week(&t, NK_DATE_NONE);
	assert_int_equal(nk_week_figure(&w, "left-without-warrant"), 2);
	assert_int_equal(nk_week_figure(&w, "backups-without-warrant"), 2);
	assert_int_equal(nk_week_figure(&w, "backups-made"), 2);
	assert_int_equal(nk_week_figure(&w, "letters-written"), 1);
	assert_int_equal(nk_week_figure(&w, "copies-with-persons"), 4);
	assert_int_equal(nk_week_figure(&w, "persons-that-left"), 45);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_was_refused_this_week_is_listed_with_its_reason),
		cmocka_unit_test(what_was_due_before_the_week_and_is_still_open_is_overdue_in_it),
		cmocka_unit_test(what_was_done_late_is_told_once_in_the_week_in_which_it_was_done),
		cmocka_unit_test(backups_their_keys_and_letters_that_left_are_counted_with_their_persons),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
