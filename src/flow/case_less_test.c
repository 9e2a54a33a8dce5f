/*
 * case_less_test.c: nothing that is written of a copy gets less unsigned, and no text of a case names anybody unasked.
 */
#include "base.h"

#include <cmocka.h>

#include "case_test_kit.h"

static nk_rc says(struct ft *t, const char *ref, struct nk_uuid id, const char *harm, int64_t hours, const struct who *w)
{
	const struct nk_case_hold_request req = { .ref = nk_str_c(ref),
		.holding = id,
		.harm = nk_str_c(harm),
		.from_at = hours != 0 ? KIT_START : 0,
		.until_at = hours != 0 ? KIT_START + hours * 3600 * NK_SECOND : 0,
		.because = w != NULL ? NK_STR("調べた") : NK_STR(""),
		.seed = w != NULL ? &w->seed : NULL };

	return nk_op_case_hold(t->flow, &req, NULL);
}

static void what_befell_a_copy_is_made_smaller_only_by_an_officer_who_says_why(void **state)
{
	NK_OWNED(ft_done) struct ft t;
	struct nk_suspect_reply r;
	struct who officer;
	struct who privacy;
	struct nk_uuid id;

	(void)state;
	begin(&t);
	officer = enrol(&t, "officer");
	privacy = enrol(&t, "privacy");
	r = doubt(&t);
	id = a_copy(&t, 0, 10);
	assert_true(nk_ok(says(&t, r.receipt, id, "may-be-leaked", 48, NULL)));
	assert_true(nk_ok(says(&t, r.receipt, id, "leaked", 400, NULL))); /* graver and longer: anybody */
	kit_fails(says(&t, r.receipt, id, "damaged", 400, NULL), NK_DENIED);
	kit_fails(says(&t, r.receipt, id, "may-be-leaked", 400, NULL), NK_DENIED);
	kit_fails(says(&t, r.receipt, id, "leaked", 1, NULL), NK_DENIED);
	assert_int_equal(ft_leaves(t.flow, "refused"), 3);
	kit_fails(says(&t, r.receipt, id, "leaked", 1, &privacy), NK_DENIED);
	assert_true(nk_str_eq(shown(&t, r.receipt).copies[0].harm, NK_STR("leaked")));
	assert_true(shown(&t, r.receipt).copies[0].until_at == KIT_START + INT64_C(400) * 3600 * NK_SECOND);
	assert_true(nk_ok(says(&t, r.receipt, id, "leaked", 0, NULL))); /* not known any more: no ends */
	kit_fails(says(&t, r.receipt, id, "leaked", 400, NULL), NK_DENIED);
	assert_true(nk_ok(says(&t, r.receipt, id, "damaged", 1, &officer)));
	assert_true(nk_str_eq(shown(&t, r.receipt).copies[0].harm, NK_STR("damaged")));
}

/* Every act that keeps a text: with somebody's login in it, and kept when asked to. */
static nk_rc act(struct ft *t, size_t i, const char *ref, struct nk_str text, bool anyway)
{
	const struct nk_case_words words = { .ref = nk_str_c(ref), .text = text, .anyway = anyway };
	const struct nk_case_claim claim = { .ref = nk_str_c(ref),
		.kind = NK_STR("no-misuse"),
		.sources = text,
		.expires = nk_flow_today(t->flow) + 3,
		.anyway = anyway };
	const struct nk_case_submit_request submit = { .ref = nk_str_c(ref), .kind = NK_STR("disclosure"), .how = text, .anyway = anyway };
	const struct nk_case_class_request classes = { .ref = nk_str_c(ref), .classes = NK_STR("3"), .because = text, .anyway = anyway };
	uint64_t seq = 0;

	return i == 0 ? nk_op_case_note(t->flow, &words, &seq, NULL)
		: i == 1 ? nk_op_case_inquiry(t->flow, &words, &seq, NULL)
		: i == 2 ? nk_op_case_assert(t->flow, &claim, NULL)
		: i == 3 ? nk_op_case_submit(t->flow, &submit, NULL)
			 : nk_op_case_classify(t->flow, &classes, NULL);
}

static void no_text_of_a_case_names_anybody_of_the_roster_unless_somebody_insists(void **state)
{
	NK_OWNED(ft_done) struct ft t;
	struct nk_suspect_reply r;
	char login[16];
	struct nk_str text;
	size_t before = 0;

	(void)state;
	begin(&t);
	(void)ft_import(&t, 0);
	r = doubt(&t);
	text = ft_login(3, login);
	for (size_t i = 0; i < 5; i++) {
		before = shown(&t, r.receipt).n_notes;
		kit_fails(act(&t, i, r.receipt, text, false), NK_GUARD);
		assert_int_equal(shown(&t, r.receipt).n_notes, before);
		assert_true(nk_ok(act(&t, i, r.receipt, text, true)));
	}
}

static void nor_does_a_decision_a_publication_or_the_end(void **state)
{
	NK_OWNED(ft_done) struct ft t;
	struct nk_suspect_reply r;
	struct who officer;
	struct who privacy;
	struct who director;
	struct nk_case_decision req = { .text = NK_STR("") };
	struct nk_uuid warrant;
	char login[16];
	uint64_t number = 0;
	bool quorate = false;

	(void)state;
	begin(&t);
	(void)ft_import(&t, 0);
	officer = enrol(&t, "officer");
	privacy = enrol(&t, "privacy");
	director = enrol(&t, "director");
	r = doubt(&t);
	kit_fails(dismiss(&t, r.receipt, ft_login(3, login).ptr, &officer, NULL), NK_GUARD);
	assert_true(nk_ok(attend(&t, r.receipt, "privacy", &privacy, &quorate)));
	assert_true(nk_ok(attend(&t, r.receipt, "director", &director, &quorate)));
	req = (struct nk_case_decision){ .ref = nk_str_c(r.receipt), .text = ft_login(3, login), .seed = &director.seed };
	kit_fails(nk_op_case_decide(t.flow, &req, &warrant, NULL), NK_GUARD);
	assert_true(nk_ok(decide(&t, r.receipt, &director)));
	kit_fails(nk_op_case_publish(t.flow, nk_str_c(r.receipt), ft_login(3, login), false, &number, NULL), NK_GUARD);
	assert_true(nk_ok(nk_op_case_publish(t.flow, nk_str_c(r.receipt), ft_login(3, login), true, &number, NULL)));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_befell_a_copy_is_made_smaller_only_by_an_officer_who_says_why),
		cmocka_unit_test(no_text_of_a_case_names_anybody_of_the_roster_unless_somebody_insists),
		cmocka_unit_test(nor_does_a_decision_a_publication_or_the_end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
