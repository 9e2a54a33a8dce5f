/*
 * training_test.c: procedures come into force by a warrant, lay duties to read, and are tested by questions that fit
 * them exactly.
 */
#include "base.h"

#include <cmocka.h>

#include "flow_case.h"
#include "training_test_kit.h"

static void a_revision_without_its_warrant_is_refused_and_the_attempt_written_down(void **state)
{
	NK_OWNED(school_done) struct school s = { 0 };
	struct nk_procedure_request req;
	struct nk_procedure_reply out;

	(void)state;
	open_school(&s, NULL);
	req = revision(TEXT_1, nk_flow_today(s.t.flow));
	kit_fails(nk_op_procedure_add(s.t.flow, &req, &out, &s.err), NK_DENIED);
	kit_ok(nk_op_procedure_propose(s.t.flow, &req, &out, &s.err), &s.err);
	req.warrant = out.warrant;
	kit_fails(nk_op_procedure_add(s.t.flow, &req, &out, &s.err), NK_DENIED); /* nobody has signed */
	assert_int_equal(ft_leaves(s.t.flow, "refused"), 2);
	assert_int_equal(ft_leaves(s.t.flow, "procedure"), 0);
	assert_int_equal(ft_count(s.t.flow, "SELECT COUNT(*) FROM procedure_text"), 0);
}

static void what_was_signed_is_what_comes_into_force_and_nothing_else(void **state)
{
	NK_OWNED(school_done) struct school s = { 0 };
	struct nk_procedure_request req;
	struct nk_procedure_request other;
	struct nk_procedure_reply out;

	(void)state;
	open_school(&s, NULL);
	req = revision(TEXT_1, nk_flow_today(s.t.flow));
	kit_ok(nk_op_procedure_propose(s.t.flow, &req, &out, &s.err), &s.err);
	req.warrant = out.warrant;
	kit_ok(sign(&s, req.warrant, &s.officer, "officer"), &s.err);
	other = req;
	other.text = nk_str_bytes(NK_STR(TEXT_2));
	kit_fails(nk_op_procedure_add(s.t.flow, &other, &out, &s.err), NK_DENIED);
	other = req;
	other.concerns = NK_STR("officer");
	kit_fails(nk_op_procedure_add(s.t.flow, &other, &out, &s.err), NK_DENIED);
	other = req;
	other.effective++;
	kit_fails(nk_op_procedure_add(s.t.flow, &other, &out, &s.err), NK_DENIED);
	kit_ok(nk_op_procedure_add(s.t.flow, &req, &out, &s.err), &s.err);
	assert_int_equal(out.revision, 1);
	kit_fails(nk_op_procedure_add(s.t.flow, &req, &out, &s.err), NK_DENIED); /* used */
	assert_int_equal(ft_count(s.t.flow, "SELECT COUNT(*) FROM procedure_text"), 1);
}

static void a_name_that_is_no_word_and_a_text_that_is_none_are_refused(void **state)
{
	NK_OWNED(school_done) struct school s = { 0 };
	struct nk_procedure_request req;
	struct nk_procedure_reply out;

	(void)state;
	open_school(&s, NULL);
	req = revision("\xff\xfe", 20000);
	kit_fails(nk_op_procedure_propose(s.t.flow, &req, &out, &s.err), NK_INVALID);
	req = revision(TEXT_1, 20000);
	req.name = NK_STR("Carry Out");
	kit_fails(nk_op_procedure_propose(s.t.flow, &req, &out, &s.err), NK_USAGE);
	req = revision(TEXT_1, NK_DATE_NONE);
	kit_fails(nk_op_procedure_propose(s.t.flow, &req, &out, &s.err), NK_USAGE);
	req = revision(TEXT_1, 20000);
	req.concerns = NK_STR("");
	kit_fails(nk_op_procedure_propose(s.t.flow, &req, &out, &s.err), NK_USAGE);
}

static void a_revision_is_to_be_read_by_everybody_it_concerns_and_by_nobody_else(void **state)
{
	NK_OWNED(school_done) struct school s = { 0 };
	struct nk_procedure_reader *list = NULL;
	uint32_t number = 0;
	size_t n = 0;

	(void)state;
	open_school(&s, NULL);
	assert_int_equal(put(&s, TEXT_1).duties, 6); /* to read and to pass: officer, superior, operator */
	kit_ok(nk_op_procedure_readers(s.t.flow, NK_STR("carry"), s.t.arena, &number, &list, &n, &s.err), &s.err);
	assert_int_equal(n, 3);
	for (size_t i = 0; i < n; i++) {
		assert_false(nk_uuid_eq(list[i].party, s.auditor.id));
		assert_int_equal(list[i].read_at, 0);
	}
	kit_ok(nk_op_procedure_ack(s.t.flow, NK_STR("carry"), by(&s.officer.seed), &number, &s.err), &s.err);
	assert_int_equal(number, 1);
	assert_int_equal(duties(&s), 5);
	kit_ok(nk_op_procedure_readers(s.t.flow, NK_STR("carry"), s.t.arena, &number, &list, &n, &s.err), &s.err);
	for (size_t i = 0; i < n; i++) {
		assert_int_equal(list[i].read_at != 0, nk_uuid_eq(list[i].party, s.officer.id));
	}
	assert_int_equal(ft_leaves(s.t.flow, "procedure"), 2);
}

static void reading_is_acknowledged_once_and_with_ones_own_key(void **state)
{
	NK_OWNED(school_done) struct school s = { 0 };
	struct nk_key stranger;
	uint8_t pub[NK_SIGN_PUB_LEN];
	uint32_t number = 0;

	(void)state;
	open_school(&s, NULL);
	kit_fails(nk_op_procedure_ack(s.t.flow, NK_STR("carry"), by(&s.officer.seed), &number, &s.err), NK_NOT_FOUND);
	(void)put(&s, TEXT_1);
	kit_ok(nk_op_party_key(kit_env(), &stranger, pub, &s.err), &s.err);
	kit_fails(nk_op_procedure_ack(s.t.flow, NK_STR("carry"), by(&stranger), &number, &s.err), NK_DENIED);
	kit_fails(nk_op_procedure_ack(s.t.flow, NK_STR("carry"), by(&s.auditor.seed), &number, &s.err), NK_DENIED);
	kit_ok(nk_op_procedure_ack(s.t.flow, NK_STR("carry"), by(&s.officer.seed), &number, &s.err), &s.err);
	kit_fails(nk_op_procedure_ack(s.t.flow, NK_STR("carry"), by(&s.officer.seed), &number, &s.err), NK_EXISTS);
	kit_ok(nk_op_procedure_ack(s.t.flow, NK_STR("carry"), by(NULL), &number, &s.err), &s.err); /* the operator */
	assert_int_equal(ft_count(s.t.flow, "SELECT COUNT(*) FROM procedure_read"), 2);
	assert_int_equal(ft_leaves(s.t.flow, "refused"), 2);
}

static void reading_the_new_revision_ends_the_duty_of_the_old_one_too(void **state)
{
	NK_OWNED(school_done) struct school s = { 0 };
	uint32_t number = 0;

	(void)state;
	open_school(&s, NULL);
	(void)put(&s, TEXT_1);
	assert_int_equal(put(&s, TEXT_2).duties, 6);
	assert_int_equal(duties(&s), 12);
	kit_ok(nk_op_procedure_ack(s.t.flow, NK_STR("carry"), by(&s.superior.seed), &number, &s.err), &s.err);
	assert_int_equal(number, 2);
	assert_int_equal(duties(&s), 10);
}

static void a_revision_of_tomorrow_is_not_in_force_today(void **state)
{
	NK_OWNED(school_done) struct school s = { 0 };
	struct nk_procedure_request req;
	struct nk_procedure_reply out;
	struct nk_procedure_row row;
	struct nk_str text;

	(void)state;
	open_school(&s, NULL);
	(void)put(&s, TEXT_1);
	req = revision(TEXT_2, nk_flow_today(s.t.flow) + 1);
	kit_ok(nk_op_procedure_propose(s.t.flow, &req, &out, &s.err), &s.err);
	req.warrant = out.warrant;
	kit_ok(sign(&s, req.warrant, &s.officer, "officer"), &s.err);
	kit_ok(nk_op_procedure_add(s.t.flow, &req, &out, &s.err), &s.err);
	assert_int_equal(out.duties, 3); /* to be read already, to be passed from tomorrow */
	kit_ok(nk_op_procedure_show(s.t.flow, NK_STR("carry"), 0, s.t.arena, &row, &text, &s.err), &s.err);
	assert_int_equal(row.revision, 1);
	assert_true(nk_str_eq(text, NK_STR(TEXT_1)));
	kit_clock_move(NK_DAY);
	kit_ok(nk_op_procedure_show(s.t.flow, NK_STR("carry"), 0, s.t.arena, &row, &text, &s.err), &s.err);
	assert_int_equal(row.revision, 2);
	assert_true(nk_str_eq(row.approvers, NK_STR("係 員")));
}

/* --- the test --- */

static void a_set_fits_the_register_exactly_or_is_refused(void **state)
{
	NK_OWNED(school_done) struct school s = { 0 };
	struct nk_procedure_reply one;
	char wrong[65];

	(void)state;
	open_school(&s, NULL);
	one = put(&s, TEXT_1);
	memcpy(wrong, one.digest, sizeof(wrong));
	wrong[0] = wrong[0] == '0' ? '1' : '0';
	kit_fails(bring_set(&s, 1, wrong), NK_CONFLICT);
	kit_fails(bring_set(&s, 2, one.digest), NK_CONFLICT);
	kit_ok(bring_set(&s, 1, one.digest), &s.err);
	kit_fails(bring_set(&s, 1, one.digest), NK_EXISTS);
	(void)put(&s, "# 別の構成\n## 1 目的\n");
	kit_fails(bring_set(&s, 1, one.digest), NK_CONFLICT); /* no longer in force */
}

static void a_set_of_one_question_is_no_test_and_none_counts_before_an_officer_has_signed_it(void **state)
{
	NK_OWNED(school_done) struct school s = { 0 };
	struct nk_training_set *sets = NULL;
	struct nk_procedure_reply one;
	size_t n = 0;

	(void)state;
	open_school(&s, NULL);
	one = put(&s, TEXT_1);
	kit_fails(bring(&s, 1, one.digest, 1, true), NK_INVALID);
	kit_fails(bring(&s, 1, one.digest, NK_TRAINING_LEAST - 1, true), NK_INVALID);
	kit_ok(bring(&s, 1, one.digest, NK_TRAINING_LEAST, false), &s.err);
	kit_ok(nk_op_training_sets(s.t.flow, s.t.arena, &sets, &n, &s.err), &s.err);
	assert_int_equal(n, 0);
	kit_ok(bring_set(&s, 1, one.digest), &s.err);
	kit_ok(nk_op_training_sets(s.t.flow, s.t.arena, &sets, &n, &s.err), &s.err);
	assert_int_equal(n, 1);
}

static void a_reference_to_a_section_that_is_not_there_is_refused(void **state)
{
	NK_OWNED(school_done) struct school s = { 0 };
	struct nk_procedure_reply one;

	(void)state;
	open_school(&s, NULL);
	one = put(&s, "# 持ち出し\n## 1 目的\n");
	kit_fails(bring_set(&s, 1, one.digest), NK_CONFLICT);
	assert_int_equal(ft_count(s.t.flow, "SELECT COUNT(*) FROM question_set"), 0);
}

static void four_of_five_pass_and_three_do_not_and_both_are_kept(void **state)
{
	NK_OWNED(school_done) struct school s = { 0 };
	struct nk_training_result r;

	(void)state;
	open_school(&s, NULL);
	kit_ok(bring_set(&s, 1, put(&s, TEXT_1).digest), &s.err);
	r = take(&s, &s.officer, 2);
	assert_false(r.passed);
	assert_int_equal(r.closed, 0);
	assert_string_equal(state_of(&s, s.officer.id), "never");
	r = take(&s, &s.officer, 1);
	assert_true(r.passed);
	assert_int_equal(r.closed, 1);
	assert_string_equal(r.period, "2026H1");
	assert_string_equal(state_of(&s, s.officer.id), "passed");
	assert_int_equal(ft_count(s.t.flow, "SELECT COUNT(*) FROM training_result WHERE kind = 'test'"), 2);
	assert_true(trained(&s, s.officer.id));
	assert_false(trained(&s, s.superior.id));
}

static void the_mark_that_passes_stands_in_the_configuration(void **state)
{
	NK_OWNED(school_done) struct school s = { 0 };

	(void)state;
	open_school(&s, "[training]\npass_percent = 100\n");
	kit_ok(bring_set(&s, 1, put(&s, TEXT_1).digest), &s.err);
	assert_false(take(&s, &s.officer, 1).passed);
	assert_true(take(&s, &s.officer, 0).passed);
}

static void nobody_hands_in_for_another(void **state)
{
	NK_OWNED(school_done) struct school s = { 0 };
	struct nk_training_paper *papers = NULL;
	struct nk_training_result r;
	size_t n = 0;

	(void)state;
	open_school(&s, NULL);
	kit_ok(bring_set(&s, 1, put(&s, TEXT_1).digest), &s.err);
	kit_ok(nk_op_training_papers(s.t.flow, by(&s.officer.seed), NK_STR(""), s.t.arena, &papers, &n, &s.err), &s.err);
	assert_int_equal(n, 1);
	kit_fails(nk_op_training_mark(s.t.flow, &papers[0], by(&s.superior.seed), s.t.arena, &r, &s.err), NK_DENIED);
	kit_ok(nk_op_training_papers(s.t.flow, by(&s.auditor.seed), NK_STR(""), s.t.arena, &papers, &n, &s.err), &s.err);
	assert_int_equal(n, 0); /* does not concern him */
	kit_fails(nk_op_training_papers(s.t.flow, by(&s.officer.seed), NK_STR("other"), s.t.arena, &papers, &n, &s.err),
		NK_NOT_FOUND);
}

static void a_revision_during_the_sitting_spoils_it(void **state)
{
	NK_OWNED(school_done) struct school s = { 0 };
	struct nk_training_paper *papers = NULL;
	struct nk_training_result r;
	size_t n = 0;

	(void)state;
	open_school(&s, NULL);
	kit_ok(bring_set(&s, 1, put(&s, TEXT_1).digest), &s.err);
	kit_ok(nk_op_training_papers(s.t.flow, by(&s.officer.seed), NK_STR("carry"), s.t.arena, &papers, &n, &s.err), &s.err);
	(void)put(&s, TEXT_2);
	kit_fails(nk_op_training_mark(s.t.flow, &papers[0], by(&s.officer.seed), s.t.arena, &r, &s.err), NK_CONFLICT);
	assert_int_equal(ft_count(s.t.flow, "SELECT COUNT(*) FROM training_result"), 0);
	kit_fails(nk_op_training_papers(s.t.flow, by(&s.officer.seed), NK_STR("carry"), s.t.arena, &papers, &n, &s.err),
		NK_CONFLICT);
}

static void write_over(const char *path, const char *text)
{
	struct nk_err err = { 0 };

	kit_ok(nk_env_replace(kit_env(), path, nk_str_bytes(nk_str_c(text)), &err), &err);
}

static void a_drill_is_taken_away_only_while_it_is_the_file_that_was_planted(void **state)
{
	NK_OWNED(school_done) struct school s = { 0 };
	const struct nk_suspect_request doubt = { .text = NK_STR("見慣れない名簿がある") };
	struct nk_suspect_reply told;
	struct nk_drill_row row;
	struct nk_buf planted = { 0 };
	struct nk_uuid id;
	char path[300];
	int fd = -1;

	(void)state;
	open_school(&s, NULL);
	(void)snprintf(path, sizeof(path), "%s/backup.csv", s.t.tmp.dir);
	kit_ok(nk_op_drill_plant(s.t.flow, false, path, &id, &s.err), &s.err);
	nk_buf_init(&planted, 1 << 16);
	kit_ok(nk_env_read_all(kit_env(), path, planted.max, &planted, &s.err), &s.err);
	kit_ok(nk_op_suspect(s.t.flow, &doubt, &told, &s.err), &s.err);
	write_over(path, "somebody's own list\n");
	kit_fails(nk_op_drill_score(s.t.flow, id, nk_str_c(told.receipt), s.t.arena, &row, &s.err), NK_CONFLICT);
	assert_int_equal(ft_count(s.t.flow, "SELECT COUNT(*) FROM drill WHERE told_at IS NOT NULL"), 0);
	assert_int_equal(ft_leaves(s.t.flow, "refused"), 1);
	kit_ok(kit_env()->open(kit_env()->self, path, NK_OPEN_READ, &fd, &s.err), &s.err); /* still there */
	kit_env()->close(kit_env()->self, &fd);
	kit_ok(nk_buf_add_byte(&planted, '\n', &s.err), &s.err);
	kit_ok(nk_env_replace(kit_env(), path, nk_buf_bytes(&planted), &s.err), &s.err);
	kit_fails(nk_op_drill_score(s.t.flow, id, nk_str_c(told.receipt), s.t.arena, &row, &s.err), NK_CONFLICT);
	planted.len--;
	kit_ok(nk_env_replace(kit_env(), path, nk_buf_bytes(&planted), &s.err), &s.err);
	kit_ok(nk_op_drill_score(s.t.flow, id, nk_str_c(told.receipt), s.t.arena, &row, &s.err), &s.err);
	kit_fails(kit_env()->open(kit_env()->self, path, NK_OPEN_READ, &fd, &s.err), NK_NOT_FOUND);
	nk_buf_done(&planted);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_revision_without_its_warrant_is_refused_and_the_attempt_written_down),
		cmocka_unit_test(what_was_signed_is_what_comes_into_force_and_nothing_else),
		cmocka_unit_test(a_name_that_is_no_word_and_a_text_that_is_none_are_refused),
		cmocka_unit_test(a_revision_is_to_be_read_by_everybody_it_concerns_and_by_nobody_else),
		cmocka_unit_test(reading_is_acknowledged_once_and_with_ones_own_key),
		cmocka_unit_test(reading_the_new_revision_ends_the_duty_of_the_old_one_too),
		cmocka_unit_test(a_revision_of_tomorrow_is_not_in_force_today),
		cmocka_unit_test(a_set_fits_the_register_exactly_or_is_refused),
		cmocka_unit_test(a_set_of_one_question_is_no_test_and_none_counts_before_an_officer_has_signed_it),
		cmocka_unit_test(a_reference_to_a_section_that_is_not_there_is_refused),
		cmocka_unit_test(four_of_five_pass_and_three_do_not_and_both_are_kept),
		cmocka_unit_test(the_mark_that_passes_stands_in_the_configuration),
		cmocka_unit_test(nobody_hands_in_for_another),
		cmocka_unit_test(a_revision_during_the_sitting_spoils_it),
		cmocka_unit_test(a_drill_is_taken_away_only_while_it_is_the_file_that_was_planted),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
