/*
 * case_hq_test.c: the headquarters: nobody decides alone, nor without a director; presence is a signature, looked at
 * each time.
 */
#include "base.h"

#include <cmocka.h>

#include "case_test_kit.h"

static void without_a_director_nothing_is_decided(void **state)
{
	NK_OWNED(ft_done) struct ft t;
	struct who privacy;
	struct who director;
	struct nk_suspect_reply r;
	struct nk_case_view v;
	bool quorate = true;

	(void)state;
	begin(&t);
	privacy = enrol(&t, "privacy");
	director = enrol(&t, "director");
	r = doubt(&t);
	kit_fails(decide(&t, r.receipt, &privacy), NK_DENIED);
	assert_true(nk_ok(attend(&t, r.receipt, "privacy", &privacy, &quorate)));
	assert_false(quorate);
	kit_fails(decide(&t, r.receipt, &privacy), NK_DENIED);
	assert_int_equal(ft_leaves(t.flow, "refused"), 2);
	assert_int_equal(ft_count(t.flow, "SELECT COUNT(*) FROM warrant WHERE verbs = 'DECIDE'"), 0);
	assert_true(nk_ok(attend(&t, r.receipt, "director", &director, &quorate)));
	assert_true(quorate);
	v = shown(&t, r.receipt);
	assert_true(v.quorate && nk_str_eq(v.row.state, NK_STR("quorate")));
	assert_int_not_equal(duty(&v, "case-convene").closed_at, 0);
	assert_true(nk_ok(decide(&t, r.receipt, &director)));
	assert_int_equal(ft_count(t.flow, "SELECT COUNT(*) FROM warrant WHERE verbs = 'DECIDE' AND state = 'granted'"), 1);
}

static void who_left_no_longer_counts(void **state)
{
	NK_OWNED(ft_done) struct ft t;
	struct who privacy;
	struct who director;
	struct nk_suspect_reply r;
	bool quorate = false;
	struct nk_err err = { 0 };

	(void)state;
	begin(&t);
	privacy = enrol(&t, "privacy");
	director = enrol(&t, "director");
	r = doubt(&t);
	assert_true(nk_ok(attend(&t, r.receipt, "privacy", &privacy, &quorate)));
	assert_true(nk_ok(attend(&t, r.receipt, "director", &director, &quorate)));
	kit_ok(nk_op_case_leave(t.flow, nk_str_c(r.receipt), &privacy.seed, &quorate, &err), &err);
	assert_false(quorate);
	kit_fails(decide(&t, r.receipt, &director), NK_DENIED);
	assert_true(nk_ok(attend(&t, r.receipt, "privacy", &privacy, &quorate)));
	assert_true(quorate);
}

static void one_person_is_not_a_headquarters(void **state)
{
	NK_OWNED(ft_done) struct ft t;
	struct who both;
	struct who stranger = { .id = { { 0 } } };
	struct nk_suspect_reply r;
	bool quorate = true;

	(void)state;
	begin(&t);
	both = enrol(&t, "director,privacy");
	r = doubt(&t);
	assert_true(nk_ok(attend(&t, r.receipt, "director", &both, &quorate)));
	kit_fails(attend(&t, r.receipt, "privacy", &both, &quorate), NK_EXISTS);
	kit_fails(decide(&t, r.receipt, &both), NK_DENIED);
	memset(stranger.seed.b, 7, sizeof(stranger.seed.b));
	kit_fails(attend(&t, r.receipt, "director", &stranger, &quorate), NK_DENIED);
	kit_fails(attend(&t, r.receipt, "officer", &both, &quorate), NK_DENIED);
}

/* Rows that somebody put into the store make nobody present: the signature is looked at each time. */
static void a_row_without_a_true_signature_makes_nobody_present(void **state)
{
	NK_OWNED(ft_done) struct ft t;
	struct who privacy;
	struct who director;
	struct nk_suspect_reply r;
	bool quorate = true;

	(void)state;
	begin(&t);
	privacy = enrol(&t, "privacy");
	director = enrol(&t, "director");
	assert_false(nk_uuid_is_nil(director.id));
	r = doubt(&t);
	assert_true(nk_ok(attend(&t, r.receipt, "privacy", &privacy, &quorate)));
	sql(&t, "INSERT INTO role_held(incident_id, role, party_id, evidence_id, from_at) SELECT h.incident_id, 'director', "
		"(SELECT id FROM party WHERE roles = 'director'), h.evidence_id, h.from_at FROM role_held h");
	assert_false(shown(&t, r.receipt).quorate);
	kit_fails(decide(&t, r.receipt, &privacy), NK_DENIED);
}

static void a_signature_of_one_case_says_nothing_in_another(void **state)
{
	NK_OWNED(ft_done) struct ft t;
	struct who privacy;
	struct nk_suspect_reply a;
	struct nk_suspect_reply b;
	bool quorate = true;

	(void)state;
	begin(&t);
	privacy = enrol(&t, "privacy");
	a = doubt(&t);
	b = doubt(&t);
	assert_true(nk_ok(attend(&t, a.receipt, "privacy", &privacy, &quorate)));
	sql(&t, "INSERT INTO role_held(incident_id, role, party_id, evidence_id, from_at) SELECT i.id, h.role, h.party_id, "
		"h.evidence_id, h.from_at FROM role_held h, incident i WHERE i.id <> h.incident_id");
	assert_true(shown(&t, a.receipt).present[0].is_true);
	assert_false(shown(&t, b.receipt).present[0].is_true);
}

static void presence_by_a_key_that_is_no_longer_enrolled_counts_for_nothing(void **state)
{
	NK_OWNED(ft_done) struct ft t;
	struct who privacy;
	struct who director;
	struct nk_suspect_reply r;
	bool quorate = false;

	(void)state;
	begin(&t);
	privacy = enrol(&t, "privacy");
	director = enrol(&t, "director");
	r = doubt(&t);
	assert_true(nk_ok(attend(&t, r.receipt, "privacy", &privacy, &quorate)));
	assert_true(nk_ok(attend(&t, r.receipt, "director", &director, &quorate)));
	assert_true(shown(&t, r.receipt).quorate);
	sql(&t, "UPDATE party SET public_key = X'0101010101010101010101010101010101010101010101010101010101010101' "
		"WHERE roles = 'privacy'");
	assert_false(shown(&t, r.receipt).quorate);
	kit_fails(decide(&t, r.receipt, &director), NK_DENIED);
}

static void a_leak_is_not_dismissed_by_the_officer_alone(void **state)
{
	NK_OWNED(ft_done) struct ft t;
	struct who officer;
	struct who privacy;
	struct who director;
	struct nk_suspect_reply r;
	struct nk_err err = { 0 };
	bool quorate = false;

	(void)state;
	begin(&t);
	officer = enrol(&t, "officer");
	privacy = enrol(&t, "privacy");
	director = enrol(&t, "director");
	r = doubt(&t);
	link_copy(&t, r.receipt, a_copy(&t, 0, 971), "leaked");
	kit_fails(dismiss(&t, r.receipt, "見間違い", &officer, NULL), NK_DENIED);
	assert_int_equal(ft_leaves(t.flow, "refused"), 1);
	assert_true(nk_ok(attend(&t, r.receipt, "privacy", &privacy, &quorate)));
	assert_true(nk_ok(attend(&t, r.receipt, "director", &director, &quorate)));
	kit_fails(dismiss(&t, r.receipt, "見間違い", &officer, NULL), NK_DENIED);
	assert_true(nk_ok(decide(&t, r.receipt, &director)));
	assert_true(nk_ok(classify(&t, r.receipt, "4", NULL)));
	kit_fails(dismiss(&t, r.receipt, "見間違い", &officer, NULL), NK_DENIED); /* decided before the class was known */
	assert_true(nk_ok(decide(&t, r.receipt, &director)));
	kit_ok(nk_op_case_leave(t.flow, nk_str_c(r.receipt), &privacy.seed, &quorate, &err), &err);
	kit_fails(dismiss(&t, r.receipt, "見間違い", &officer, NULL), NK_DENIED); /* nor behind the back of the others */
	assert_int_equal(shown(&t, r.receipt).row.closed_at, 0);
	assert_true(nk_ok(attend(&t, r.receipt, "privacy", &privacy, &quorate)));
	kit_fails(dismiss(&t, r.receipt, "見間違い", &director, NULL), NK_DENIED);
	assert_true(nk_ok(dismiss(&t, r.receipt, "見間違い", &officer, NULL)));
}

static void a_certain_class_or_a_sitting_is_more_than_a_doubt(void **state)
{
	NK_OWNED(ft_done) struct ft t;
	struct who officer;
	struct who privacy;
	struct who director;
	struct nk_suspect_reply a;
	struct nk_suspect_reply b;
	bool quorate = false;

	(void)state;
	begin(&t);
	officer = enrol(&t, "officer");
	privacy = enrol(&t, "privacy");
	director = enrol(&t, "director");
	a = doubt(&t);
	b = doubt(&t);
	assert_true(nk_ok(classify(&t, a.receipt, "1", NULL)));
	kit_fails(dismiss(&t, a.receipt, "見間違い", &officer, NULL), NK_DENIED);
	assert_true(nk_ok(attend(&t, b.receipt, "privacy", &privacy, &quorate)));
	assert_true(nk_ok(attend(&t, b.receipt, "director", &director, &quorate)));
	kit_fails(dismiss(&t, b.receipt, "見間違い", &officer, NULL), NK_DENIED);
}

/* The class goes, then the case: not by one officer alone, and the reason stays to be read. */
static void a_class_that_was_taken_away_is_no_way_round_the_headquarters(void **state)
{
	NK_OWNED(ft_done) struct ft t;
	struct who first;
	struct who second;
	struct who privacy;
	struct who director;
	struct nk_suspect_reply r;
	struct nk_case_note *notes = NULL;
	struct nk_case c;
	struct nk_err err = { 0 };
	bool quorate = false;
	size_t n = 0;

	(void)state;
	begin(&t);
	first = enrol(&t, "officer,director");
	second = enrol(&t, "officer");
	privacy = enrol(&t, "privacy");
	director = enrol(&t, "director");
	r = doubt(&t);
	assert_true(nk_ok(classify(&t, r.receipt, "1", NULL)));
	kit_fails(classify(&t, r.receipt, "1?", NULL), NK_DENIED); /* milder is less, too */
	assert_true(nk_ok(classify(&t, r.receipt, "none", &first)));
	kit_ok(nk_case_find(t.flow, nk_str_c(r.receipt), t.arena, &c, &err), &err);
	kit_ok(nk_case_notes(t.flow, &c, "classify", t.arena, &notes, &n, &err), &err);
	assert_true(nk_str_eq(nk_case_text(&notes[n - 1], "because"), NK_STR("調べた")));
	kit_fails(dismiss(&t, r.receipt, "見間違い", &first, NULL), NK_DENIED);
	kit_fails(dismiss(&t, r.receipt, "見間違い", &second, NULL), NK_DENIED); /* it had a class: the headquarters decides */
	assert_true(nk_ok(attend(&t, r.receipt, "privacy", &privacy, &quorate)));
	assert_true(nk_ok(attend(&t, r.receipt, "director", &director, &quorate)));
	assert_true(nk_ok(decide(&t, r.receipt, &director)));
	kit_fails(dismiss(&t, r.receipt, "見間違い", &first, NULL), NK_DENIED); /* he took it away */
	assert_true(nk_ok(dismiss(&t, r.receipt, "見間違い", &second, NULL)));
}

/* Who decides in the headquarters does not also dismiss by it. */
static void a_case_with_a_class_is_dismissed_by_two_persons(void **state)
{
	NK_OWNED(ft_done) struct ft t;
	struct who officer;
	struct who privacy;
	struct nk_suspect_reply r;
	bool quorate = false;

	(void)state;
	begin(&t);
	officer = enrol(&t, "officer,director");
	privacy = enrol(&t, "privacy");
	r = doubt(&t);
	assert_true(nk_ok(classify(&t, r.receipt, "1", NULL)));
	assert_true(nk_ok(attend(&t, r.receipt, "privacy", &privacy, &quorate)));
	assert_true(nk_ok(attend(&t, r.receipt, "director", &officer, &quorate)));
	assert_true(nk_ok(decide(&t, r.receipt, &officer)));
	kit_fails(dismiss(&t, r.receipt, "見間違い", &officer, NULL), NK_DENIED);
	assert_true(nk_ok(decide(&t, r.receipt, &privacy)));
	assert_true(nk_ok(dismiss(&t, r.receipt, "見間違い", &officer, NULL)));
}

static nk_rc submit(struct ft *t, const char *ref, const char *kind, const char *receipt)
{
	const struct nk_case_submit_request req = {
		.ref = nk_str_c(ref), .kind = nk_str_c(kind), .receipt = nk_str_c(receipt)
	};

	return nk_op_case_submit(t->flow, &req, NULL);
}

static void persons_are_told_by_letters_not_by_a_word(void **state)
{
	NK_OWNED(ft_done) struct ft t;
	struct nk_suspect_reply r;
	struct nk_case_letters_request req = { .lang = NK_LANG_JA };
	struct nk_case_letters_reply out;
	struct nk_case_view v;
	struct who officer;
	struct nk_err err = { 0 };

	(void)state;
	begin(&t);
	(void)ft_import(&t, 0);
	r = doubt(&t);
	kit_fails(submit(&t, r.receipt, "persons", "R-1"), NK_DENIED); /* nobody on the books, nothing decided */
	link_copy(&t, r.receipt, a_copy(&t, 20, 10), "leaked");
	kit_fails(submit(&t, r.receipt, "persons", "R-1"), NK_DENIED);
	assert_int_equal(ft_leaves(t.flow, "refused"), 2);
	req.ref = nk_str_c(r.receipt);
	req.dir = t.tmp.dir;
	officer = enrol(&t, "officer");
	req.seed = &officer.seed;
	kit_ok(nk_op_case_letters(t.flow, &req, &out, &err), &err);
	link_copy(&t, r.receipt, a_copy(&t, 25, 10), "leaked");
	kit_fails(submit(&t, r.receipt, "persons", "R-1"), NK_DENIED); /* five more since */
	v = shown(&t, r.receipt);
	assert_int_equal(duty(&v, "case-notify-persons").closed_at, 0);
	req.each = true;
	kit_ok(nk_op_case_letters(t.flow, &req, &out, &err), &err);
	assert_int_equal(out.held_back, 0); /* nobody protected among them */
	assert_true(nk_ok(submit(&t, r.receipt, "persons", "")));
	v = shown(&t, r.receipt);
	assert_int_not_equal(duty(&v, "case-notify-persons").closed_at, 0);
}

static void the_final_report_follows_the_prompt_one_and_nothing_is_said_emptily(void **state)
{
	NK_OWNED(ft_done) struct ft t;
	struct nk_suspect_reply r;

	(void)state;
	begin(&t);
	r = doubt(&t);
	kit_fails(submit(&t, r.receipt, "final", "R-2"), NK_CONFLICT);
	assert_true(nk_ok(submit(&t, r.receipt, "prompt", "R-1")));
	assert_true(nk_ok(submit(&t, r.receipt, "final", "R-2")));
	link_copy(&t, r.receipt, a_copy(&t, 0, 10), "leaked");
	kit_fails(submit(&t, r.receipt, "disclosure", " "), NK_USAGE);
	kit_fails(submit(&t, r.receipt, "entrusting", ""), NK_USAGE);
	assert_true(nk_ok(submit(&t, r.receipt, "disclosure", "R-3")));
}

static void nothing_is_published_without_a_decision(void **state)
{
	NK_OWNED(ft_done) struct ft t;
	struct who privacy;
	struct who director;
	struct nk_suspect_reply r;
	struct nk_err err = { 0 };
	uint64_t number = 0;
	bool quorate = false;

	(void)state;
	begin(&t);
	privacy = enrol(&t, "privacy");
	director = enrol(&t, "director");
	r = doubt(&t);
	kit_fails(nk_op_case_publish(t.flow, nk_str_c(r.receipt), NK_STR("お知らせ"), false, &number, NULL), NK_DENIED);
	assert_int_equal(ft_leaves(t.flow, "refused"), 1);
	assert_true(nk_ok(attend(&t, r.receipt, "privacy", &privacy, &quorate)));
	assert_true(nk_ok(attend(&t, r.receipt, "director", &director, &quorate)));
	assert_true(nk_ok(decide(&t, r.receipt, &director)));
	kit_ok(nk_op_case_publish(t.flow, nk_str_c(r.receipt), NK_STR("お知らせ"), false, &number, &err), &err);
	assert_int_equal(number, 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(without_a_director_nothing_is_decided),
		cmocka_unit_test(who_left_no_longer_counts),
		cmocka_unit_test(one_person_is_not_a_headquarters),
		cmocka_unit_test(a_row_without_a_true_signature_makes_nobody_present),
		cmocka_unit_test(a_signature_of_one_case_says_nothing_in_another),
		cmocka_unit_test(presence_by_a_key_that_is_no_longer_enrolled_counts_for_nothing),
		cmocka_unit_test(a_leak_is_not_dismissed_by_the_officer_alone),
		cmocka_unit_test(a_certain_class_or_a_sitting_is_more_than_a_doubt),
		cmocka_unit_test(a_class_that_was_taken_away_is_no_way_round_the_headquarters),
		cmocka_unit_test(a_case_with_a_class_is_dismissed_by_two_persons),
		cmocka_unit_test(persons_are_told_by_letters_not_by_a_word),
		cmocka_unit_test(the_final_report_follows_the_prompt_one_and_nothing_is_said_emptily),
		cmocka_unit_test(nothing_is_published_without_a_decision),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
