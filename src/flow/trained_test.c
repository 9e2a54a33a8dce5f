/*
 * trained_test.c: passes count for their revision and their half-year; rights lapse and come back (T12); attendance,
 * certificates, drills.
 */
#include "base.h"

#include <cmocka.h>

#include "training_test_kit.h"

/* --- T12: rights --- */

static nk_rc ask_egress(struct school *s, struct nk_uuid *out)
{
	const struct nk_warrant_request req = { .kind = NK_STR("egress"),
		.verbs = NK_STR("SEAL"),
		.scope = NK_STR("bundle:0123"),
		.purpose = NK_STR("障害の調査"),
		.until_at = nk_now(kit_env()) + 3 * NK_DAY,
		.uses = 5 };

	return nk_op_warrant_request(s->t.flow, &req, out, &s->err);
}

static nk_rc look(struct school *s, struct nk_uuid id)
{
	return nk_warrant_look(s->t.flow, id, NK_STR("egress"), NK_STR("SEAL"), NK_STR("bundle:0123"), s->t.arena, NULL,
		&s->err);
}

static void t12_a_revision_makes_passes_stale_and_the_right_to_take_out_lapses(void **state)
{
	NK_OWNED(school_done) struct school s = { 0 };
	struct nk_training_reply r;
	struct nk_procedure_reply two;
	struct nk_uuid id;

	(void)state;
	open_school(&s, NULL);
	kit_ok(bring_set(&s, 1, put(&s, TEXT_1).digest), &s.err);
	kit_ok(ask_egress(&s, &id), &s.err);
	kit_fails(sign(&s, id, &s.superior, "superior"), NK_DENIED); /* never passed */
	assert_true(take(&s, &s.superior, 0).passed);
	assert_true(take(&s, &s.officer, 0).passed);
	kit_ok(sign(&s, id, &s.superior, "superior"), &s.err);
	kit_fails(look(&s, id), NK_DENIED); /* who carries out has not passed */
	assert_true(take(&s, NULL, 0).passed);
	kit_ok(look(&s, id), &s.err);
	/* The procedure is revised: all at once everybody's pass is stale, and the granted warrant is of no use. */
	two = put(&s, TEXT_2);
	kit_fails(look(&s, id), NK_DENIED);
	assert_non_null(strstr(s.err.text[NK_LANG_EN], "revision 2 is in force"));
	assert_string_equal(state_of(&s, s.superior.id), "stale");
	kit_ok(nk_op_training_list(s.t.flow, s.t.arena, &r, &s.err), &s.err);
	assert_int_equal(r.persons, 3);
	assert_int_equal(r.passed, 0);
	assert_int_equal(r.standing, 0);
	/* New questions, passed again: the right is back. */
	kit_ok(bring_set(&s, 2, two.digest), &s.err);
	assert_true(take(&s, NULL, 0).passed);
	kit_ok(look(&s, id), &s.err);
	kit_ok(nk_op_training_list(s.t.flow, s.t.arena, &r, &s.err), &s.err);
	assert_int_equal(r.passed, 1);
	assert_string_equal(state_of(&s, s.superior.id), "stale");
}

static void a_pass_stands_into_the_next_half_year_for_the_days_given_and_no_longer(void **state)
{
	NK_OWNED(school_done) struct school s = { 0 };

	(void)state;
	open_school(&s, NULL);
	kit_ok(bring_set(&s, 1, put(&s, TEXT_1).digest), &s.err);
	assert_true(take(&s, &s.officer, 0).passed);
	kit_clock_set(KIT_START + 190 * NK_DAY); /* 2026-10-08 */
	assert_string_equal(state_of(&s, s.officer.id), "due");
	assert_true(trained(&s, s.officer.id));
	kit_clock_set(KIT_START + (183 + 59) * NK_DAY - 10 * 3600 * NK_SECOND); /* 11-29, the sixtieth day, in Japan */
	assert_true(trained(&s, s.officer.id));
	kit_clock_set(KIT_START + (183 + 60) * NK_DAY);
	assert_false(trained(&s, s.officer.id));
	assert_string_equal(state_of(&s, s.officer.id), "lapsed");
	assert_true(take(&s, &s.officer, 0).passed);
	assert_string_equal(state_of(&s, s.officer.id), "passed");
}

static void duties_of_a_half_year_are_laid_once_and_on_newcomers_too(void **state)
{
	NK_OWNED(school_done) struct school s = { 0 };
	uint64_t opened = 0;

	(void)state;
	open_school(&s, NULL);
	(void)put(&s, TEXT_1);
	kit_ok(nk_op_training_open(s.t.flow, &opened, &s.err), &s.err);
	assert_int_equal(opened, 0);
	(void)enrol(&s, "superior");
	kit_ok(nk_op_training_open(s.t.flow, &opened, &s.err), &s.err);
	assert_int_equal(opened, 2);
	kit_clock_set(KIT_START + 190 * NK_DAY);
	kit_ok(nk_op_training_open(s.t.flow, &opened, &s.err), &s.err);
	assert_int_equal(opened, 4); /* the test of the new half-year */
	kit_ok(nk_op_training_open(s.t.flow, &opened, &s.err), &s.err);
	assert_int_equal(opened, 0);
}

static void a_kind_that_is_named_needs_a_pass_even_when_the_register_is_empty(void **state)
{
	NK_OWNED(school_done) struct school s = { 0 };

	(void)state;
	open_school(&s, "[training]\nrequired_for = access:carry order case:emergency\n");
	kit_fails(nk_training_need(s.t.flow, s.officer.id, NK_STR("case"), &s.err), NK_DENIED);
	kit_fails(nk_training_need(s.t.flow, s.officer.id, NK_STR("access"), &s.err), NK_DENIED);
	kit_fails(nk_training_need(s.t.flow, s.officer.id, NK_STR("order"), &s.err), NK_DENIED);
	kit_ok(nk_training_need(s.t.flow, s.officer.id, NK_STR("egress"), &s.err), &s.err);
}

static void without_procedures_nothing_is_needed_unless_it_is_named(void **state)
{
	NK_OWNED(school_done) struct school s = { 0 };

	(void)state;
	open_school(&s, NULL);
	kit_ok(nk_training_need(s.t.flow, s.officer.id, NK_STR("egress"), &s.err), &s.err);
	(void)put(&s, TEXT_1);
	kit_fails(nk_training_need(s.t.flow, s.officer.id, NK_STR("egress"), &s.err), NK_DENIED);
	kit_fails(nk_training_need(s.t.flow, s.officer.id, NK_STR("release"), &s.err), NK_DENIED);
	kit_ok(nk_training_need(s.t.flow, s.officer.id, NK_STR("change"), &s.err), &s.err);
	kit_ok(nk_training_need(s.t.flow, s.auditor.id, NK_STR("egress"), &s.err), &s.err); /* not concerned */
}

/* --- beside the test --- */

static void attendance_is_recorded_and_does_not_stand_in_for_the_test(void **state)
{
	NK_OWNED(school_done) struct school s = { 0 };
	struct nk_training_reply r;

	(void)state;
	open_school(&s, NULL);
	(void)put(&s, TEXT_1);
	kit_ok(nk_op_training_attend(s.t.flow, s.officer.id, NK_STR("セキュリティ研修"), &s.err), &s.err);
	kit_fails(nk_op_training_attend(s.t.flow, s.officer.id, NK_STR(" "), &s.err), NK_USAGE);
	kit_ok(nk_op_training_list(s.t.flow, s.t.arena, &r, &s.err), &s.err);
	assert_int_equal(r.attended, 1);
	assert_int_equal(r.passed, 0);
	assert_false(trained(&s, s.officer.id));
	assert_int_equal(
		ft_count(s.t.flow, "SELECT COUNT(*) FROM training_result WHERE instr(what, CAST('研修' AS BLOB)) > 0"), 0);
}

static void a_certificate_is_for_everything_passed_and_carries_no_name(void **state)
{
	NK_OWNED(school_done) struct school s = { 0 };
	struct nk_str envelope;
	struct nk_str text;

	(void)state;
	open_school(&s, NULL);
	kit_ok(bring_set(&s, 1, put(&s, TEXT_1).digest), &s.err);
	kit_fails(nk_op_training_certificate(s.t.flow, s.officer.id, s.t.arena, &envelope, &text, &s.err), NK_INCOMPLETE);
	assert_true(take(&s, &s.officer, 0).passed);
	kit_ok(nk_op_training_certificate(s.t.flow, s.officer.id, s.t.arena, &envelope, &text, &s.err), &s.err);
	assert_true(nk_str_find(envelope, NK_STR("application/vnd.in-toto+json")) != SIZE_MAX);
	assert_true(nk_str_find(text, NK_STR("2026H1")) != SIZE_MAX);
	assert_true(nk_str_find(text, NK_STR("係 員")) == SIZE_MAX);
	kit_fails(
		nk_op_training_certificate(s.t.flow, s.auditor.id, s.t.arena, &envelope, &text, &s.err), NK_INCOMPLETE);
}

/* --- drills --- */

static const char *drill_place(struct school *s)
{
	return kit_path(&s->t.tmp, "backup.csv");
}

static void suspect(struct school *s, const char *receipt, nk_time at)
{
	NK_OWNED(nk_tx_end) struct nk_tx *tx = NULL;
	NK_OWNED(nk_stmt_put) struct nk_stmt *st = NULL;

	kit_ok(nk_tx_begin(s->t.flow->store, &tx, &s->err), &s->err);
	kit_ok(nk_stmt_get(s->t.flow->store,
		       "INSERT INTO incident(id, receipt, slot, generation, known_at, known_by, state, regime, classes) "
		       "VALUES (randomblob(16), ?1, 0, 0, ?2, 'clerk', 'suspected', 'public', '')",
		       &st, &s->err),
		&s->err);
	nk_stmt_text(st, 1, nk_str_c(receipt));
	nk_stmt_int(st, 2, at);
	kit_ok(nk_stmt_run(st, &s->err), &s->err);
	kit_ok(nk_flow_leaf(s->t.flow, tx, NK_LEAF_SUSPECT, NULL, 0, NULL, &s->err), &s->err);
	kit_ok(nk_flow_commit(s->t.flow, &tx, &s->err), &s->err);
}

static void a_drill_is_scored_by_the_time_until_somebody_told(void **state)
{
	NK_OWNED(school_done) struct school s = { 0 };
	struct nk_drill_row row;
	struct nk_bytes text;
	struct nk_uuid id;

	(void)state;
	open_school(&s, NULL);
	kit_ok(nk_op_drill_plant(s.t.flow, false, drill_place(&s), &id, &s.err), &s.err);
	text = ft_read(&s.t, drill_place(&s));
	assert_true(nk_str_find(nk_bytes_str(text), NK_STR("NOKOSAZU-DRILL")) != SIZE_MAX);
	suspect(&s, "OLD-1", nk_now(kit_env()) - NK_SECOND);
	suspect(&s, "NEW-1", nk_now(kit_env()) + 95 * NK_SECOND);
	kit_fails(nk_op_drill_score(s.t.flow, id, NK_STR("NONE-1"), s.t.arena, &row, &s.err), NK_NOT_FOUND);
	kit_fails(nk_op_drill_score(s.t.flow, id, NK_STR("OLD-1"), s.t.arena, &row, &s.err), NK_CONFLICT);
	kit_ok(nk_op_drill_score(s.t.flow, id, NK_STR("NEW-1"), s.t.arena, &row, &s.err), &s.err);
	assert_int_equal(row.told_at - row.planted_at, 95 * NK_SECOND);
	assert_int_equal(access(drill_place(&s), F_OK), -1);
	kit_fails(nk_op_drill_score(s.t.flow, id, NK_STR("NEW-1"), s.t.arena, &row, &s.err), NK_EXISTS);
}

static void a_drill_never_overwrites_a_file(void **state)
{
	NK_OWNED(school_done) struct school s = { 0 };
	struct nk_uuid id;

	(void)state;
	open_school(&s, NULL);
	kit_ok(nk_op_drill_plant(s.t.flow, true, drill_place(&s), &id, &s.err), &s.err);
	kit_fails(nk_op_drill_plant(s.t.flow, true, drill_place(&s), &id, &s.err), NK_EXISTS);
	kit_fails(nk_op_drill_plant(s.t.flow, true, "here.txt", &id, &s.err), NK_USAGE);
	assert_int_equal(ft_count(s.t.flow, "SELECT COUNT(*) FROM drill"), 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(t12_a_revision_makes_passes_stale_and_the_right_to_take_out_lapses),
		cmocka_unit_test(a_pass_stands_into_the_next_half_year_for_the_days_given_and_no_longer),
		cmocka_unit_test(duties_of_a_half_year_are_laid_once_and_on_newcomers_too),
		cmocka_unit_test(a_kind_that_is_named_needs_a_pass_even_when_the_register_is_empty),
		cmocka_unit_test(without_procedures_nothing_is_needed_unless_it_is_named),
		cmocka_unit_test(attendance_is_recorded_and_does_not_stand_in_for_the_test),
		cmocka_unit_test(a_certificate_is_for_everything_passed_and_carries_no_name),
		cmocka_unit_test(a_drill_is_scored_by_the_time_until_somebody_told),
		cmocka_unit_test(a_drill_never_overwrites_a_file),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
