/*
 * case_test.c: forms, letters, sentences, VERIS: what is known is printed with its query, what is not is said to be so.
 */
#include "base.h"
#include "json.h"

#include "case_test_kit.h"
#include "form.h"
#include "letter.h"
#include "sentence.h"
#include "veris.h"

struct fixture {
	struct nk_law *law;
	struct nk_arena *arena;
	struct nk_moment course[8];
	struct nk_case_facts facts;
	struct nk_buf out;
};

static int set_up(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));
	struct nk_err err;

	assert_non_null(f);
	if (!nk_ok(nk_law_new(NULL, 0, &f->law, &err))) {
		fail_msg("%s", err.text[NK_LANG_EN]);
	}
	assert_true(nk_ok(nk_arena_new(NK_ARENA_WIPING, 4 << 20, &f->arena, NULL)));
	nk_buf_init(&f->out, 1 << 20);
	kit_course(f->course);
	kit_facts(&f->facts, f->course);
	*state = f;
	return 0;
}

static int tear_down(void **state)
{
	struct fixture *f = *state;

	nk_law_free(&f->law);
	nk_arena_free(&f->arena);
	nk_buf_done(&f->out);
	free(f);
	return 0;
}

static void must(nk_rc rc, const struct nk_err *err)
{
	if (!nk_ok(rc)) {
		fail_msg("%s", err->text[NK_LANG_EN]);
	}
}

static void has(const struct nk_buf *out, const char *text)
{
	if (nk_str_find(nk_buf_str(out), nk_str_c(text)) == SIZE_MAX) {
		fail_msg("not there: %s\nin: %.*s", text, NK_FMT(nk_buf_str(out)));
	}
}

static void has_not(const struct nk_buf *out, const char *text)
{
	if (nk_str_find(nk_buf_str(out), nk_str_c(text)) != SIZE_MAX) {
		fail_msg("there: %s", text);
	}
}

static struct nk_form filled(struct fixture *f, enum nk_form_kind kind)
{
	const struct nk_form_ask ask = { .kind = kind };
	struct nk_form form = { .n = 0 };
	struct nk_err err;

	must(nk_form_fill(f->law, &ask, &f->facts, f->arena, &form, &err), &err);
	return form;
}

static const struct nk_form_field *field(const struct nk_form *form, const char *id)
{
	for (size_t i = 0; i < form->n; i++) {
		if (nk_str_eq(form->fields[i].id, nk_str_c(id))) {
			return &form->fields[i];
		}
	}
	fail_msg("no field %s", id);
	return NULL;
}

static void is_text(struct nk_str got, const char *want)
{
	if (!nk_str_eq(got, nk_str_c(want))) {
		fail_msg("got %.*s, wanted %s", NK_FMT(got), want);
	}
}

static void a_preliminary_report_says_what_is_not_known_yet(void **state)
{
	struct fixture *f = *state;
	const struct nk_form form = filled(f, NK_FORM_PRELIMINARY);

	assert_int_equal(form.missing, 0);
	assert_true(form.unknown > 5);
	assert_int_equal(field(&form, "measures_done")->state, NK_FIELD_UNKNOWN);
	is_text(field(&form, "measures_done")->value[NK_LANG_JA], "（未把握）");
	is_text(field(&form, "entrusting")->value[NK_LANG_JA], "該当なし");
	is_text(field(&form, "persons")->value[NK_LANG_JA], "8,236名、最大13,434名のおそれ［case.persons］");
	is_text(field(&form, "known_at")->value[NK_LANG_JA], "2023年8月16日 09:20");
	is_text(field(&form, "cause_kind")->value[NK_LANG_JA], "不正アクセス");
	is_text(field(&form, "leaked")->value[NK_LANG_JA], "有");
	is_text(field(&form, "damaged")->value[NK_LANG_JA], "有");
	assert_int_equal(field(&form, "lost")->state, NK_FIELD_UNKNOWN); /* no holding says so: that proves nothing */
	is_text(field(&form, "items")->value[NK_LANG_JA],
		"氏名：8,236名［case.items］、メールアドレス：8,236名［case.items］、学籍番号・職員番号等の識別番号：5,198名［case.items］");
}

static void inquiries_are_counted_as_inquiries_and_not_as_persons(void **state)
{
	struct fixture *f = *state;
	struct nk_form form;

	f->facts.fact[NK_FACT_ID_inquiries] = (struct nk_fact){ .knows = NK_KNOWN, .count = { 1203, 1203 } };
	form = filled(f, NK_FORM_FINAL);
	is_text(field(&form, "inquiries")->value[NK_LANG_JA], "1,203件［case.inquiries］");
	is_text(field(&form, "inquiries")->value[NK_LANG_EN], "1,203 inquiries [case.inquiries]");
}

static void a_final_report_lists_as_missing_what_a_preliminary_one_may_leave(void **state)
{
	struct fixture *f = *state;
	const struct nk_form early = filled(f, NK_FORM_PRELIMINARY);
	const struct nk_form last = filled(f, NK_FORM_FINAL);

	assert_int_equal(last.unknown, 0);
	assert_int_equal(last.missing, early.missing + early.unknown);
	assert_int_equal(field(&last, "measures_done")->state, NK_FIELD_MISSING);
	assert_true(nk_ok(nk_form_text(&last, NK_LANG_JA, &f->out, NULL)));
	has_not(&f->out, "（未把握）");
	has(&f->out, "（未記入）");
	has(&f->out, "確報");
}

static void what_a_report_must_have_at_once_is_missing_even_in_a_preliminary_one(void **state)
{
	struct fixture *f = *state;
	struct nk_form form;

	f->facts.fact[NK_FACT_ID_summary].knows = NK_NOT_KNOWN;
	f->facts.fact[NK_FACT_ID_reporter].knows = NK_NOT_KNOWN;
	form = filled(f, NK_FORM_PRELIMINARY);
	assert_int_equal(form.missing, 2);
	assert_int_equal(field(&form, "summary")->state, NK_FIELD_MISSING);
}

static void a_field_that_nobody_checked_says_so(void **state)
{
	struct fixture *f = *state;
	const struct nk_form form = filled(f, NK_FORM_PRELIMINARY);

	assert_true(field(&form, "known_at")->unverified);
	assert_false(field(&form, "persons")->unverified);
	assert_true(field(&form, "harm")->unverified); /* the field was compared, the words of its choices were not */
	assert_true(form.unverified);
	assert_true(nk_ok(nk_form_text(&form, NK_LANG_JA, &f->out, NULL)));
	has(&f->out, "発覚日［未確認］：");
	has(&f->out, "本人の数： 8,236名");
}

static void every_number_of_a_form_names_its_query(void **state)
{
	struct fixture *f = *state;
	const struct nk_form form = filled(f, NK_FORM_PRELIMINARY);

	for (size_t i = 0; i < form.n; i++) {
		const struct nk_form_field *one = &form.fields[i];
		enum nk_fact_id id;

		assert_true(nk_fact_by_name(one->id, &id));
		assert_true(one->human || one->query.len > 0);
		if (one->state == NK_FIELD_FILLED && nk_fact_type(id) == NK_FACT_count) {
			assert_true(nk_str_find(one->value[NK_LANG_JA], one->query) != SIZE_MAX);
			assert_true(nk_str_find(one->value[NK_LANG_EN], one->query) != SIZE_MAX);
		}
	}
	f->facts.fact[NK_FACT_ID_persons].query = NK_STR("q17?case=5b2c");
	is_text(field(&(struct nk_form){ .fields = filled(f, NK_FORM_FINAL).fields, .n = form.n }, "persons")->value[NK_LANG_EN],
		"8,236 persons, up to 13,434 may be affected [q17?case=5b2c]");
}

static void a_form_comes_as_json_with_what_is_missing(void **state)
{
	struct fixture *f = *state;
	const struct nk_form form = filled(f, NK_FORM_FINAL);
	NK_OWNED(nk_jdoc_free) struct nk_jdoc *doc = NULL;
	struct nk_str text;
	struct nk_err err;

	must(nk_form_json(&form, &f->out, &err), &err);
	must(nk_jdoc_parse(nk_buf_bytes(&f->out), 1 << 20, &doc, &err), &err);
	assert_true(nk_jstr(nk_jget(nk_jdoc_root(doc), "kind"), &text));
	is_text(text, "final");
	assert_int_equal(nk_jlen(nk_jget(nk_jdoc_root(doc), "missing")), form.missing);
	assert_int_equal(nk_jlen(nk_jget(nk_jdoc_root(doc), "fields")), form.n);
}

static void the_form_is_that_of_the_regime_and_of_the_day(void **state)
{
	struct fixture *f = *state;
	const struct nk_form_ask ask = { .kind = NK_FORM_FINAL };
	struct nk_form form;

	f->facts.regime = NK_REGIME_PUBLIC;
	is_text(filled(f, NK_FORM_FINAL).id, "appi-public");
	f->facts.regime = NK_REGIME_APPENDIX2;
	is_text(filled(f, NK_FORM_FINAL).id, "appi-1");
	f->facts.now = kit_at("2021-08-31T00:00:00Z");
	assert_int_equal(nk_form_fill(f->law, &ask, &f->facts, f->arena, &form, NULL).code, NK_NOT_FOUND);
}

/* T10 */
static void thirteen_sets_of_items_give_thirteen_letters(void **state)
{
	struct fixture *f = *state;
	static const char *const all[] = { "name", "kana", "mail", "ids", "login", "class", "birth" };
	struct nk_str letters[13];

	for (unsigned set = 1; set <= 13; set++) {
		struct nk_str items[7];
		struct nk_letter letter = { .addressee = NK_STR("架空 花子"), .items = items, .number = NK_STR("1"), .on = kit_day("2023-08-25") };
		struct nk_err err;

		for (unsigned i = 0; i < NK_ARRAY_LEN(all); i++) {
			if ((set >> i & 1U) != 0) {
				items[letter.items_n++] = nk_str_c(all[i]);
			}
		}
		nk_buf_reset(&f->out);
		must(nk_letter_write(f->law, &f->facts, &letter, NK_LANG_JA, &f->out, &err), &err);
		assert_true(nk_ok(nk_arena_dup(f->arena, nk_buf_str(&f->out), &letters[set - 1], NULL)));
		for (unsigned k = 1; k < set; k++) {
			assert_false(nk_str_eq(letters[k - 1], letters[set - 1]));
		}
	}
	has(&f->out, "架空 花子　様");
	has(&f->out, "調査中です。判明した内容は改めてお知らせします。"); /* item 9 has nothing yet */
	has(&f->out, "0120-000-000");
	has_not(&f->out, "パスワード");
	has_not(&f->out, "本人の数");
}

static void a_public_body_speaks_of_the_data_that_it_holds(void **state)
{
	struct fixture *f = *state;
	const struct nk_str item = NK_STR("name");
	const struct nk_letter letter = { .items = &item, .items_n = 1, .number = NK_STR("1"), .on = kit_day("2023-08-25") };

	f->facts.regime = NK_REGIME_PUBLIC;
	assert_true(nk_ok(nk_letter_write(f->law, &f->facts, &letter, NK_LANG_JA, &f->out, NULL)));
	has(&f->out, "保有個人情報の項目");
	has(&f->out, "ご本人　様");
	has(&f->out, "3 原因");
}

/* T9 */
static void the_classes_of_a_directory_are_counted_apart(void **state)
{
	struct fixture *f = *state;
	const struct nk_form form = filled(f, NK_FORM_FINAL);
	struct nk_class_ask ask = { .regime = NK_REGIME_PRIVATE, .on = kit_day("2023-08-16"), .sensitive = NK_TRI_NO, .property = NK_TRI_NO,
		.wrongful = NK_TRI_YES, .persons = { 13434, 13434 } };
	struct nk_deadline_ask due = { .known_at = kit_at("2023-08-16T00:20:00Z") };
	struct nk_deadline *list = NULL;
	size_t n = 0;

	assert_true(nk_str_find(field(&form, "items")->value[NK_LANG_JA], NK_STR("8,236名［case.items］")) != SIZE_MAX);
	assert_true(nk_str_find(field(&form, "items")->value[NK_LANG_JA], NK_STR("5,198名［case.items］")) != SIZE_MAX);
	due.classes = nk_law_classify(f->law, &ask);
	assert_int_equal(due.classes.certain, 1U << NK_CLASS_WRONGFUL | 1U << NK_CLASS_MANY);
	assert_true(nk_ok(nk_law_deadlines(f->law, &due, f->arena, &list, &n, NULL)));
	for (size_t i = 0; i < n; i++) {
		assert_true(list[i].kind != NK_DEADLINE_FINAL || list[i].due == kit_day("2023-10-16"));
	}
}

static void a_letter_without_items_or_with_unknown_ones_is_refused(void **state)
{
	struct fixture *f = *state;
	const struct nk_str odd = NK_STR("shoe-size");
	struct nk_letter letter = { .addressee = NK_STR("x"), .on = kit_day("2023-08-25") };

	assert_int_equal(nk_letter_write(f->law, &f->facts, &letter, NK_LANG_JA, &f->out, NULL).code, NK_INVALID);
	letter.items = &odd;
	letter.items_n = 1;
	assert_int_equal(nk_letter_write(f->law, &f->facts, &letter, NK_LANG_JA, &f->out, NULL).code, NK_INVALID);
}

static void a_publication_has_nine_items_and_names_nobody(void **state)
{
	struct fixture *f = *state;
	struct nk_err err;

	must(nk_publication_write(f->law, &f->facts, NK_LANG_JA, &f->out, &err), &err);
	has(&f->out, "3 本人の数");
	has(&f->out, "8,236名、最大13,434名のおそれ［case.persons］");
	has(&f->out, "8 再発防止のための措置");
	has_not(&f->out, "花子");
}

static void says(struct fixture *f, nk_rc rc, const char *want)
{
	assert_true(nk_ok(rc));
	is_text(nk_buf_str(&f->out), want);
	nk_buf_reset(&f->out);
}

/* T7 */
static void the_three_answers_about_reading_are_three_sentences(void **state)
{
	struct fixture *f = *state;
	struct nk_affected a = { .read = NK_TRI_YES, .readers = 1204 };

	says(f, nk_sentence_read(&a, NK_LANG_JA, &f->out, NULL), "第三者が閲覧したことを確認しました（1,204件［case.readings］）。");
	a = (struct nk_affected){ .read = NK_TRI_UNKNOWN, .missing_minutes = 7 };
	says(f, nk_sentence_read(&a, NK_LANG_JA, &f->out, NULL),
		"閲覧された記録は確認されていませんが、記録に7分の欠落があり、可能性を否定できません。");
	a = (struct nk_affected){ .read = NK_TRI_NO, .sources = NK_STR("操作ログ") };
	says(f, nk_sentence_read(&a, NK_LANG_JA, &f->out, NULL),
		"当該期間の記録に欠落がないこと（根拠：操作ログ）を確認し、第三者による閲覧はありませんでした。");
	a.sources = NK_STR("  ");
	says(f, nk_sentence_read(&a, NK_LANG_JA, &f->out, NULL), "閲覧の有無を確かめられる記録がなく、可能性を否定できません。");
}

/* T5 */
static void all_done_is_printed_only_when_every_site_is_verified(void **state)
{
	struct fixture *f = *state;
	struct nk_rollout r = { .sites = 40, .verified = 37, .silent = 1 };
	bool all = true;

	says(f, nk_sentence_rollout(&r, NK_LANG_JA, &all, &f->out, NULL), "40校中37校完了、未回答1校［campaign.sites］");
	assert_false(all);
	r.verified = 40;
	r.silent = 0;
	says(f, nk_sentence_rollout(&r, NK_LANG_JA, &all, &f->out, NULL), "すべて完了（40校中40校［campaign.verified］）");
	assert_true(all);
	r.verified = 39;
	r.waived = 1;
	says(f, nk_sentence_rollout(&r, NK_LANG_JA, &all, &f->out, NULL), "40校中39校完了、未回答0校、免除1校［campaign.sites］");
	assert_false(all);
	r = (struct nk_rollout){ .sites = 0 };
	says(f, nk_sentence_rollout(&r, NK_LANG_JA, &all, &f->out, NULL), "対象校を確認中です［campaign.sites］");
	assert_false(all);
}

static void no_misuse_is_printed_only_with_day_sources_and_before_it_expires(void **state)
{
	struct fixture *f = *state;
	const nk_time now = kit_at("2023-08-31T00:00:00Z");
	struct nk_assertion a = { .at = kit_at("2023-08-30T00:00:00Z"), .expires_at = kit_at("2023-09-06T00:00:00Z"),
		.sources = NK_STR("問合せ窓口、検索") };

	says(f, nk_sentence_misuse(&a, now, NK_LANG_JA, &f->out, NULL),
		"現時点で不正使用は確認されていない（2023年8月30日確認、確認先：問合せ窓口、検索、有効期限：2023年9月6日）。");
	assert_int_equal(nk_sentence_misuse(&a, a.expires_at, NK_LANG_JA, &f->out, NULL).code, NK_DENIED);
	assert_int_equal(nk_sentence_misuse(&a, a.at - 1, NK_LANG_JA, &f->out, NULL).code, NK_DENIED);
	a.sources = NK_STR(" ");
	assert_int_equal(nk_sentence_misuse(&a, now, NK_LANG_JA, &f->out, NULL).code, NK_DENIED);
	a.sources = NK_STR("x");
	a.at = 0;
	assert_int_equal(nk_sentence_misuse(&a, now, NK_LANG_JA, &f->out, NULL).code, NK_DENIED);
	assert_int_equal(f->out.len, 0);
}

/* T11 */
static void twelve_obtained_and_807_unaccounted_are_never_added_by_assumption(void **state)
{
	struct fixture *f = *state;
	struct nk_two_sets s = { .obtained = 12, .unaccounted = 807, .disjoint = NK_TRI_YES };
	const struct nk_str q = NK_STR("case.persons");

	says(f, nk_sentence_two_sets(&s, q, NK_LANG_JA, &f->out, NULL), "12名、最大819名のおそれ［case.persons］");
	s.disjoint = NK_TRI_NO;
	says(f, nk_sentence_two_sets(&s, q, NK_LANG_JA, &f->out, NULL), "12名、807名のおそれ（12名は807名に含まれる）［case.persons］");
	assert_int_equal(nk_two_sets_count(&s).most, 807);
	s.disjoint = NK_TRI_UNKNOWN;
	says(f, nk_sentence_two_sets(&s, q, NK_LANG_JA, &f->out, NULL),
		"12名、807名のおそれ（12名が807名に含まれるかは確認中）［case.persons］");
	assert_int_equal(nk_two_sets_count(&s).most, 819); /* the bound for classes stays the safe one */
}

static void counts_are_exact_or_bounded_or_being_looked_into(void **state)
{
	struct fixture *f = *state;
	const struct nk_str q = NK_STR("q1");

	says(f, nk_sentence_count((struct nk_count){ 1204, 1204 }, q, NK_LANG_JA, &f->out, NULL), "1,204名［q1］");
	says(f, nk_sentence_count((struct nk_count){ 0, 807 }, q, NK_LANG_JA, &f->out, NULL), "最大807名のおそれ［q1］");
	says(f, nk_sentence_count((struct nk_count){ 12, UINT64_MAX }, q, NK_LANG_JA, &f->out, NULL), "12名以上、上限は調査中［q1］");
	says(f, nk_sentence_count(NK_COUNT_UNKNOWN, q, NK_LANG_JA, &f->out, NULL), "人数は調査中［q1］");
	says(f, nk_sentence_count((struct nk_count){ 1234567, 1234567 }, q, NK_LANG_EN, &f->out, NULL), "1,234,567 persons [q1]");
}

static struct nk_jval at(struct nk_jval v, const char *a, const char *b)
{
	return nk_jget(nk_jget(v, a), b);
}

static void veris_tells_what_is_known_and_calls_the_rest_unknown(void **state)
{
	struct fixture *f = *state;
	struct nk_veris v = { .facts = &f->facts };
	NK_OWNED(nk_jdoc_free) struct nk_jdoc *doc = NULL;
	struct nk_jval root;
	struct nk_str text;
	struct nk_err err;

	must(nk_veris_json(&v, &f->out, &err), &err);
	must(nk_jdoc_parse(nk_buf_bytes(&f->out), 1 << 20, &doc, &err), &err);
	root = nk_jdoc_root(doc);
	assert_true(nk_jstr(nk_jget(root, "schema_version"), &text));
	is_text(text, "1.4.1");
	assert_true(nk_jstr(nk_jget(root, "security_incident"), &text));
	is_text(text, "Confirmed");
	assert_true(nk_jstr(at(nk_jget(root, "attribute"), "confidentiality", "data_disclosure"), &text));
	is_text(text, "Yes");
	assert_true(nk_jstr(nk_jat(at(nk_jget(root, "attribute"), "confidentiality", "data_victim"), 0), &text));
	is_text(text, "Student");
	assert_true(nk_jstr(nk_jat(at(nk_jget(root, "action"), "hacking", "variety"), 0), &text));
	is_text(text, "Unknown");
	assert_true(nk_jstr(nk_jat(at(nk_jget(root, "attribute"), "confidentiality", "data_victim"), 1), &text));
	is_text(text, "Employee");
	assert_int_equal(nk_jlen(at(root, "asset", "assets")), 3);
	has_not(&f->out, "summary"); /* only when somebody says so */
	has_not(&f->out, "架空");
}

static void veris_does_not_confirm_what_is_only_feared(void **state)
{
	struct fixture *f = *state;
	struct nk_veris v = { .facts = &f->facts };

	memset(f->facts.fact, 0, sizeof(f->facts.fact));
	f->facts.classes = (struct nk_classes){ .feared = 1U << NK_CLASS_MANY };
	f->facts.affected_n = 1;
	assert_true(nk_ok(nk_veris_json(&v, &f->out, NULL)));
	has(&f->out, "\"security_incident\":\"Suspected\"");
	has(&f->out, "\"data_disclosure\":\"Potentially\"");
	has(&f->out, "\"action\":{\"unknown\":{}}");
	nk_buf_reset(&f->out);
	f->facts.affected = &kit_affected[2]; /* proved unread */
	assert_true(nk_ok(nk_veris_json(&v, &f->out, NULL)));
	has(&f->out, "\"data_disclosure\":\"No\"");
	nk_buf_reset(&f->out);
	v.dismissed = true;
	assert_true(nk_ok(nk_veris_json(&v, &f->out, NULL)));
	has(&f->out, "\"security_incident\":\"False positive\"");
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(a_preliminary_report_says_what_is_not_known_yet, set_up, tear_down),
		cmocka_unit_test_setup_teardown(inquiries_are_counted_as_inquiries_and_not_as_persons, set_up, tear_down),
		cmocka_unit_test_setup_teardown(a_final_report_lists_as_missing_what_a_preliminary_one_may_leave, set_up, tear_down),
		cmocka_unit_test_setup_teardown(what_a_report_must_have_at_once_is_missing_even_in_a_preliminary_one, set_up, tear_down),
		cmocka_unit_test_setup_teardown(a_field_that_nobody_checked_says_so, set_up, tear_down),
		cmocka_unit_test_setup_teardown(every_number_of_a_form_names_its_query, set_up, tear_down),
		cmocka_unit_test_setup_teardown(a_form_comes_as_json_with_what_is_missing, set_up, tear_down),
		cmocka_unit_test_setup_teardown(the_form_is_that_of_the_regime_and_of_the_day, set_up, tear_down),
		cmocka_unit_test_setup_teardown(thirteen_sets_of_items_give_thirteen_letters, set_up, tear_down),
		cmocka_unit_test_setup_teardown(a_public_body_speaks_of_the_data_that_it_holds, set_up, tear_down),
		cmocka_unit_test_setup_teardown(the_classes_of_a_directory_are_counted_apart, set_up, tear_down),
		cmocka_unit_test_setup_teardown(a_letter_without_items_or_with_unknown_ones_is_refused, set_up, tear_down),
		cmocka_unit_test_setup_teardown(a_publication_has_nine_items_and_names_nobody, set_up, tear_down),
		cmocka_unit_test_setup_teardown(the_three_answers_about_reading_are_three_sentences, set_up, tear_down),
		cmocka_unit_test_setup_teardown(all_done_is_printed_only_when_every_site_is_verified, set_up, tear_down),
		cmocka_unit_test_setup_teardown(no_misuse_is_printed_only_with_day_sources_and_before_it_expires, set_up, tear_down),
		cmocka_unit_test_setup_teardown(twelve_obtained_and_807_unaccounted_are_never_added_by_assumption, set_up, tear_down),
		cmocka_unit_test_setup_teardown(counts_are_exact_or_bounded_or_being_looked_into, set_up, tear_down),
		cmocka_unit_test_setup_teardown(veris_tells_what_is_known_and_calls_the_rest_unknown, set_up, tear_down),
		cmocka_unit_test_setup_teardown(veris_does_not_confirm_what_is_only_feared, set_up, tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
