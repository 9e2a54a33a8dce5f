/*
 * paper_test.c: the timeline as SVG, and the PDF: what is written arrives, hostile text stays text, long things go on.
 */
#include "base.h"

#include "account_sheet.h"
#include "case_test_kit.h"
#include "pdf.h"
#include "report.h"
#include "timeline.h"

struct fixture {
	struct nk_law *law;
	struct nk_moment course[8];
	struct nk_case_facts facts;
	struct nk_buf out;
	size_t calls;
	size_t fail_at; /* the n-th call of the writer fails; 0: none */
};

static int set_up(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));

	assert_non_null(f);
	assert_true(nk_ok(nk_law_new(NULL, 0, &f->law, NULL)));
	nk_buf_init(&f->out, 16 << 20);
	kit_course(f->course);
	kit_facts(&f->facts, f->course);
	*state = f;
	return 0;
}

static int tear_down(void **state)
{
	struct fixture *f = *state;

	nk_law_free(&f->law);
	nk_buf_done(&f->out);
	free(f);
	return 0;
}

static nk_rc keep(void *arg, struct nk_bytes part, struct nk_err *err)
{
	struct fixture *f = arg;

	f->calls++;
	if (f->fail_at != 0 && f->calls >= f->fail_at) {
		return nk_fail(err, NK_NO_SPACE, "the disk is full");
	}
	return nk_buf_add(&f->out, part.ptr, part.len, err);
}

static bool there(const struct nk_buf *out, const char *text)
{
	return nk_str_find(nk_buf_str(out), nk_str_c(text)) != SIZE_MAX;
}

static size_t times(const struct nk_buf *out, const char *text)
{
	struct nk_str rest = nk_buf_str(out);
	size_t n = 0;
	size_t at;

	while ((at = nk_str_find(rest, nk_str_c(text))) != SIZE_MAX) {
		n++;
		rest = nk_str_sub(rest, at + 1, SIZE_MAX);
	}
	return n;
}

static void the_timeline_has_a_title_and_a_description_for_who_listens(void **state)
{
	struct fixture *f = *state;

	assert_true(nk_ok(nk_timeline_svg(&f->facts, NK_LANG_JA, &f->out, NULL)));
	assert_true(there(&f->out, "role=\"img\" aria-labelledby=\"t d\""));
	assert_true(there(&f->out, "<title id=\"t\">事実経過　事案 S-2023-0007</title>"));
	assert_true(there(&f->out, "<desc id=\"d\">2023年8月16日 03:40から2023年8月30日 17:00までの8件"));
	assert_true(there(&f->out, ">2023年8月16日（水）</text>"));
	assert_true(there(&f->out, "（09:10まで）（推測）"));
}

static void a_text_cannot_become_markup(void **state)
{
	struct fixture *f = *state;

	f->course[0].text = NK_STR("</text><script>alert('x')</script>\"&\x01\x7f");
	assert_true(nk_ok(nk_timeline_svg(&f->facts, NK_LANG_EN, &f->out, NULL)));
	assert_false(there(&f->out, "<script"));
	assert_true(there(&f->out, "&lt;/text&gt;&lt;script&gt;alert(&#39;x&#39;)&lt;/script&gt;&quot;&amp;\xEF\xBF\xBD\xEF\xBF\xBD"));
	assert_int_equal(times(&f->out, "<text"), times(&f->out, "</text>"));
}

static void a_text_that_is_not_utf8_is_refused(void **state)
{
	struct fixture *f = *state;

	f->facts.receipt = NK_STR("S\xFF");
	assert_int_equal(nk_timeline_svg(&f->facts, NK_LANG_EN, &f->out, NULL).code, NK_INVALID);
}

static void moments_stand_in_order_of_time_and_a_long_text_is_broken(void **state)
{
	struct fixture *f = *state;
	struct nk_moment two[2] = { { .at = kit_at("2023-08-18T00:00:00Z"), .text = NK_STR("あとの出来事") },
		{ .at = kit_at("2023-08-16T00:00:00Z"), .text = NK_STR("さきの出来事。このようにとても長い文章は、図の右端を越えないように何行にも分けて書かれます。"
				"このようにとても長い文章は、図の右端を越えないように何行にも分けて書かれます。") } };

	f->facts.course = two;
	f->facts.course_n = 2;
	assert_true(nk_ok(nk_timeline_svg(&f->facts, NK_LANG_JA, &f->out, NULL)));
	assert_true(nk_str_find(nk_buf_str(&f->out), NK_STR("さきの出来事")) < nk_str_find(nk_buf_str(&f->out), NK_STR("あとの出来事")));
	assert_true(there(&f->out, ">2日後<"));
	assert_true(times(&f->out, "x=\"184.0\"") >= 4); /* two lines at least of the long one, the gap, the other */
}

static void what_does_not_fit_into_the_picture_is_counted(void **state)
{
	struct fixture *f = *state;
	struct nk_moment *many = calloc(250, sizeof(*many));

	assert_non_null(many);
	for (size_t i = 0; i < 250; i++) {
		many[i] = (struct nk_moment){ .at = kit_at("2023-08-16T00:00:00Z") + (nk_time)i * NK_SECOND, .text = NK_STR("x") };
	}
	f->facts.course = many;
	f->facts.course_n = 250;
	assert_true(nk_ok(nk_timeline_svg(&f->facts, NK_LANG_JA, &f->out, NULL)));
	assert_true(there(&f->out, "ほか 50 件はこの図に載せていません"));
	free(many);
}

static void no_moment_is_a_picture_that_says_so(void **state)
{
	struct fixture *f = *state;

	f->facts.course_n = 0;
	assert_true(nk_ok(nk_timeline_svg(&f->facts, NK_LANG_JA, &f->out, NULL)));
	assert_true(there(&f->out, "まだ経過の記録がありません"));
}

static nk_rc report(struct fixture *f, struct nk_err *err)
{
	const struct nk_report r = {
		.law = f->law, .facts = &f->facts, .kind = NK_FORM_FINAL, .lang = NK_LANG_JA, .write = keep, .arg = f
	};

	return nk_report_pdf(&r, err);
}

static void the_report_is_a_whole_pdf_and_the_same_twice(void **state)
{
	struct fixture *f = *state;
	struct nk_buf first;
	struct nk_err err;

	nk_buf_init(&first, 16 << 20);
	if (!nk_ok(report(f, &err))) {
		fail_msg("%s", err.text[NK_LANG_EN]);
	}
	assert_true(nk_str_starts(nk_buf_str(&f->out), NK_STR("%PDF-1.")));
	assert_true(nk_str_ends(nk_buf_str(&f->out), NK_STR("%%EOF\n")));
	assert_true(times(&f->out, "<< /Type /Page %") >= 4);
	assert_true(nk_ok(nk_buf_add(&first, f->out.ptr, f->out.len, NULL)));
	nk_buf_reset(&f->out);
	assert_true(nk_ok(report(f, &err)));
	assert_true(nk_bytes_eq(nk_buf_bytes(&first), nk_buf_bytes(&f->out)));
	nk_buf_done(&first);
}

static void a_full_disk_is_told_with_its_own_reason(void **state)
{
	struct fixture *f = *state;
	struct nk_err err;

	f->fail_at = 1;
	assert_int_equal(report(f, &err).code, NK_NO_SPACE);
	assert_string_equal(err.text[NK_LANG_EN], "the disk is full");
	f->fail_at = f->calls + 3;
	assert_int_equal(report(f, &err).code, NK_NO_SPACE);
}

static struct nk_pdf *opened(struct fixture *f)
{
	const struct nk_pdf_spec spec = { .title = NK_STR("t"), .footer = NK_STR("f"), .lang = NK_LANG_EN, .write = keep, .arg = f };
	struct nk_pdf *pdf = NULL;

	assert_true(nk_ok(nk_pdf_open(&spec, &pdf, NULL)));
	return pdf;
}

static void a_row_that_is_higher_than_a_page_goes_on(void **state)
{
	struct fixture *f = *state;
	static const double shares[] = { 1, 3 };
	struct nk_pdf *pdf = opened(f);
	struct nk_buf lines;
	struct nk_str cells[4] = { NK_STR("head"), NK_STR("value"), NK_STR("long") };
	const struct nk_pdf_table table = { .columns = 2, .rows = 2, .shares = shares, .cells = cells };

	nk_buf_init(&lines, 1 << 20);
	for (int i = 0; i < 300; i++) {
		assert_true(nk_ok(nk_buf_printf(&lines, NULL, "line %d\n", i)));
	}
	cells[3] = nk_buf_str(&lines);
	assert_true(nk_ok(nk_pdf_table(pdf, &table, NULL)));
	assert_true(nk_ok(nk_pdf_para(pdf, nk_buf_str(&lines), NULL)));
	assert_true(nk_ok(nk_pdf_end(pdf, NULL)));
	assert_true(times(&f->out, "<< /Type /Page %") >= 8);
	nk_pdf_free(&pdf);
	nk_buf_done(&lines);
}

static void tables_out_of_their_limits_and_bad_texts_are_refused(void **state)
{
	struct fixture *f = *state;
	static const double shares[9] = { 1, 1, 1, 1, 1, 1, 1, 1, 1 };
	struct nk_pdf *pdf = opened(f);
	const struct nk_str cells[9] = { NK_STR("x") };
	struct nk_pdf_table table = { .columns = 9, .rows = 1, .shares = shares, .cells = cells };

	assert_int_equal(nk_pdf_table(pdf, &table, NULL).code, NK_LIMIT);
	table.columns = 0;
	assert_int_equal(nk_pdf_table(pdf, &table, NULL).code, NK_LIMIT);
	assert_int_equal(nk_pdf_para(pdf, NK_STR("\xFF"), NULL).code, NK_INVALID);
	assert_int_equal(nk_pdf_para(pdf, NK_STR("a\0b"), NULL).code, NK_INVALID);
	nk_pdf_free(&pdf); /* half-built is fine */
	assert_null(pdf);
	nk_pdf_free(&pdf);
}

static void characters_that_no_font_has_are_counted(void **state)
{
	struct fixture *f = *state;
	struct nk_pdf *pdf = opened(f);

	assert_true(nk_ok(nk_pdf_para(pdf, NK_STR("漢字 and words"), NULL)));
	assert_int_equal(nk_pdf_undrawn(pdf), 0);
	assert_true(nk_ok(nk_pdf_para(pdf, NK_STR("外字 \xF3\xB0\x80\x80"), NULL)));
	assert_int_equal(nk_pdf_undrawn(pdf), 1);
	assert_true(nk_ok(nk_pdf_end(pdf, NULL)));
	nk_pdf_free(&pdf);
}

static nk_rc draw_sheets(struct fixture *f, const struct nk_account_sheet *s, size_t n, const struct nk_qr *qr)
{
	NK_OWNED(nk_pdf_free) struct nk_pdf *pdf = NULL;
	const struct nk_pdf_spec spec = { .title = NK_STR("t"), .lang = NK_LANG_JA, .sheets = true, .write = keep, .arg = f };

	NK_TRY(nk_pdf_open(&spec, &pdf, NULL));
	for (size_t i = 0; i < n; i++) {
		NK_TRY(nk_account_sheet_draw(pdf, s, qr, i > 0, NULL));
	}
	return nk_pdf_end(pdf, NULL);
}

static void a_notice_is_a_page_a_person_also_when_every_text_is_long(void **state)
{
	struct fixture *f = *state;
	char text[400];
	struct nk_qr qr = { .dark = NULL };
	struct nk_account_sheet s = { .organisation = NK_STR("想井市教育委員会"),
		.unit = NK_STR("想井小学校"),
		.group = NK_STR("1年1組"),
		.seat = 3,
		.name = NK_STR("架野 空"),
		.kana = NK_STR("カノ ソラ"),
		.login = NK_STR("kano"),
		.password = NK_STR("abcd efgh jkmn"),
		.address = NK_STR("https://login.example.jp/"),
		.day = NK_STR("2026-04-20"),
		.reference = NK_STR("0011aabb") };

	assert_true(nk_ok(nk_qr_make(s.address, &qr, NULL)));
	assert_true(qr.side >= 21 && qr.dark[0] == 1);
	assert_true(nk_ok(draw_sheets(f, &s, 3, &qr)));
	assert_true(times(&f->out, "/Type /Page\n") == 3 || there(&f->out, "/Count 3"));
	memset(text, 'W', sizeof(text));
	s.name = (struct nk_str){ text, 60 };
	s.unit = (struct nk_str){ text, 80 };
	s.login = (struct nk_str){ text, 64 };
	s.address = (struct nk_str){ text, 120 };
	assert_true(nk_ok(draw_sheets(f, &s, 1, NULL)));
	s.name = NK_STR("\xff");
	assert_int_equal(draw_sheets(f, &s, 1, NULL).code, NK_INVALID);
	assert_int_equal(nk_qr_make((struct nk_str){ text, 301 }, &(struct nk_qr){ .dark = NULL }, NULL).code, NK_LIMIT);
	nk_qr_done(&qr);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(a_notice_is_a_page_a_person_also_when_every_text_is_long, set_up, tear_down),
		cmocka_unit_test_setup_teardown(the_timeline_has_a_title_and_a_description_for_who_listens, set_up, tear_down),
		cmocka_unit_test_setup_teardown(a_text_cannot_become_markup, set_up, tear_down),
		cmocka_unit_test_setup_teardown(a_text_that_is_not_utf8_is_refused, set_up, tear_down),
		cmocka_unit_test_setup_teardown(moments_stand_in_order_of_time_and_a_long_text_is_broken, set_up, tear_down),
		cmocka_unit_test_setup_teardown(what_does_not_fit_into_the_picture_is_counted, set_up, tear_down),
		cmocka_unit_test_setup_teardown(no_moment_is_a_picture_that_says_so, set_up, tear_down),
		cmocka_unit_test_setup_teardown(the_report_is_a_whole_pdf_and_the_same_twice, set_up, tear_down),
		cmocka_unit_test_setup_teardown(a_full_disk_is_told_with_its_own_reason, set_up, tear_down),
		cmocka_unit_test_setup_teardown(a_row_that_is_higher_than_a_page_goes_on, set_up, tear_down),
		cmocka_unit_test_setup_teardown(characters_that_no_font_has_are_counted, set_up, tear_down),
		cmocka_unit_test_setup_teardown(tables_out_of_their_limits_and_bad_texts_are_refused, set_up, tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
