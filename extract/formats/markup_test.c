/*
 * markup_test.c: what becomes of tags, entities, tables, furigana and comments, in all encodings and at every cut.
 * Made-up names.
 */
#include "base.h"

#include <cmocka.h>

#include "kit_skip.h"
#include "markup.h"
#include "nkx_kit.h"

struct made {
	struct nkx_strand main;
	struct nkx_out out;
};

static bool keep(void *arg, const char *bytes, size_t len)
{
	return nkx_strand_put(arg, bytes, len);
}

static const char *text_of(struct nkx_strand *s)
{
	assert_true(nkx_strand_put(s, "", 1));
	s->n--;
	return s->p;
}

/* In pieces of `step` bytes. */
static void strip(struct made *m, const char *markup, enum nkx_markup_mode mode, size_t step)
{
	struct nkx_markup strip;
	const size_t len = strlen(markup);

	memset(m, 0, sizeof(*m));
	m->main.max = 1 << 20;
	nkx_out_start(&m->out, (struct nkx_dest){ keep, &m->main }, false);
	nkx_markup_start(&strip, &m->out, mode);
	for (size_t at = 0; at < len; at += step) {
		nkx_markup_feed(&strip, markup + at, len - at < step ? len - at : step);
	}
	nkx_markup_end(&strip);
	nkx_out_flush(&m->out);
}

static void done(struct made *m)
{
	nkx_strand_done(&m->main);
	nkx_out_done(&m->out);
}

static void expect(const char *markup, enum nkx_markup_mode mode, const char *text, const char *aside)
{
	struct made m;

	for (size_t step = 1; step <= 64; step *= 4) {
		strip(&m, markup, mode, step);
		assert_string_equal(text_of(&m.main), text);
		if (aside != NULL) {
			assert_string_equal(text_of(&m.out.aside), aside);
		}
		done(&m);
	}
}

static void inline_tags_join_and_blocks_part(void **state)
{
	(void)state;
	expect("<p>山<b>田</b>太<span class=\"x\">郎</span></p><p>鈴木</p>", NKX_MARKUP_HTML, "山田太郎\n鈴木\n",
		NULL);
	expect("<a><b>x</b><name>山田</name><tel>03</tel></a>", NKX_MARKUP_XML, "x\n山田\n03\n", NULL);
	expect("山<!-- 佐藤 -->田", NKX_MARKUP_HTML, "山田", " 佐藤 -->\n");
}

static void attributes_comments_and_scripts_go_aside(void **state)
{
	(void)state;
	expect("<p title=\"山田太郎\" data-tel='090-1234-5678' checked>x</p>", NKX_MARKUP_HTML, "x\n",
		"title=山田太郎\tdata-tel=090-1234-5678\tchecked\n");
	expect("<script>var n = \"<b>田中\";</script>y", NKX_MARKUP_HTML, "y", "var n = \"<b>田中\";</script\n");
	expect("<!DOCTYPE x [<!ENTITY n \"田中\">]>z", NKX_MARKUP_XML, "z", "DOCTYPE x [<!ENTITY n \"田中\">]>\n");
	expect("<input value=一郎>", NKX_MARKUP_HTML, "", "value=一郎\n");
}

static void entities_become_characters(void **state)
{
	(void)state;
	expect("&#x5C71;&#30000; &lt;a&gt; R&D &unknown; &amp;", NKX_MARKUP_HTML, "山田 <a> R&D &unknown; &", NULL);
	expect("&#xFFFFFFFF;&#0;&", NKX_MARKUP_HTML, "&#xFFFFFFFF;&#0;&", NULL);
}

static void cdata_is_text_and_brackets_in_it_stay(void **state)
{
	(void)state;
	expect("<a><![CDATA[山田<太郎>]] ]]]></a>", NKX_MARKUP_OFFICE, "山田<太郎>]] ]", NULL);
}

static void what_is_no_tag_is_text(void **state)
{
	(void)state;
	expect("1 < 2, <yamada@example.jp> <3", NKX_MARKUP_HTML, "1 < 2, \nyamada@example.jp\n <3", NULL);
	expect("<p>if (n<yamada; n++)</p>", NKX_MARKUP_HTML, "if (n\nyamada;\n", "n++)<\tp\n");
	expect("<氏名>山田太郎</氏名>", NKX_MARKUP_XML, "氏名\n山田太郎\n", NULL);
	expect("山田 <b", NKX_MARKUP_HTML, "山田 ", "b");
}

static void tables_have_their_cells_and_rows(void **state)
{
	struct made m;

	(void)state;
	strip(&m,
		"a<table>\n <tr><th>氏名</th><th colspan=2>電話</th></tr>\n <tr><td> 山田<br>太郎 </td>\n<td>03</td><td></td></tr></table>b",
		NKX_MARKUP_HTML, 7);
	assert_string_equal(text_of(&m.main), "a\nb");
	assert_int_equal(m.out.n_tables, 1);
	assert_string_equal(text_of(&m.out.tables),
		"氏名\x1f"
		"電話\x1f\x1e"
		"山田\n太郎\x1f"
		"03\x1f\x1e");
	done(&m);
	strip(&m, "<table><tr><td>one</td></tr><tr><td>two</td></tr></table>", NKX_MARKUP_HTML, 5);
	assert_int_equal(m.out.n_tables, 0);
	assert_string_equal(text_of(&m.main), "one\ntwo\n");
	done(&m);
	strip(&m, "<table><tr><td>a<td><table><tr><td>b<td>c</table><tr><td>d", NKX_MARKUP_HTML, 5);
	assert_string_equal(text_of(&m.out.tables),
		"a\x1f"
		"b\nc\x1e"
		"d\x1e");
	done(&m);
}

static void furigana_do_not_tear_the_name(void **state)
{
	struct made m;

	(void)state;
	strip(&m, "<ruby>山田<rp>(</rp><rt>やまだ</rt></ruby><ruby>太郎<rt>たろう</rt></ruby>です", NKX_MARKUP_HTML,
		3);
	assert_non_null(strstr(text_of(&m.main), "太郎です"));
	assert_non_null(strstr(text_of(&m.out.ruby), "やまだ "));
	assert_non_null(strstr(text_of(&m.out.ruby), "たろう"));
	assert_null(strstr(text_of(&m.main), "やまだ"));
	done(&m);
	strip(&m, "<ruby>山田<rt>やまだ</rt></ruby>太郎", NKX_MARKUP_HTML, 3);
	assert_string_equal(text_of(&m.main), "山田太郎");
	done(&m);
}

static void nothing_that_was_kept_apart_is_lost_when_it_is_too_much(void **state)
{
	struct made m;
	struct nkx_markup strip_;
	char attr[64];
	size_t found = 0;
	const char *at = NULL;

	(void)state;
	memset(&m, 0, sizeof(m));
	m.main.max = SIZE_MAX / 4;
	nkx_out_start(&m.out, (struct nkx_dest){ keep, &m.main }, false);
	m.out.aside.max = 4096;
	nkx_markup_start(&strip_, &m.out, NKX_MARKUP_HTML);
	for (int i = 0; i < 2000; i++) {
		const int n = snprintf(attr, sizeof(attr), "<p id=\"person-%04d\">", i);

		nkx_markup_feed(&strip_, attr, (size_t)n);
	}
	nkx_markup_end(&strip_);
	nkx_out_flush(&m.out);
	for (at = text_of(&m.main); (at = strstr(at, "person-")) != NULL; at++) {
		found++;
	}
	for (at = text_of(&m.out.aside); (at = strstr(at, "person-")) != NULL; at++) {
		found++;
	}
	assert_int_equal(found, 2000);
	done(&m);
}

static void a_page_in_cp932_goes_on_as_its_bytes(void **state)
{
	/* 山田<b>太</b>郎 and a cell with ソ (83 5C) and 表 (95 5C). */
	static const char page[] =
		"<html><meta charset=utf-8><body>\x8e\x52\x93\x63<b>\x91\xbe</b>\x98\x59"
		"<table><tr><td>\x83\x5c</td><td>\x95\x5c</td></tr><tr><td>1</td><td>&#x5C71;</td></tr></table></body></html>";
	struct nkx_kit_report r;

	(void)state;
	nkx_kit_open(page, sizeof(page) - 1, "a.html", &r);
	assert_non_null(nkx_kit_stream(&r, ""));
	assert_int_equal(nkx_kit_stream(&r, "")->kind, NKS_KIND_UNKNOWN);
	assert_true(nkx_kit_in(nkx_kit_stream(&r, ""), "\x8e\x52\x93\x63\x91\xbe\x98\x59"));
	assert_true(nkx_kit_holds(&r, "\x83\x5c\t\x95\x5c\n1\t&#x5C71;"));
	assert_int_equal(nkx_kit_stream(&r, "")->state, NKX_SCANNED);
	nkx_kit_free(&r);
}

static void a_page_in_iso_2022_jp_is_not_torn_by_its_own_bytes(void **state)
{
	/* ESC $ B, then <" & > as halves of characters, ESC ( B. */
	static const char page[] =
		"<html><body title=\"\x1b$B\x22\x3c\x3e\x26\x1b(B\"><b>\x1b$B\x3c\x26\x3b\x33\x45\x44\x1b(B</b>x</body></html>";
	struct nkx_kit_report r;

	(void)state;
	nkx_kit_open(page, sizeof(page) - 1, "a.html", &r);
	assert_true(nkx_kit_in(nkx_kit_stream(&r, ""), "\x1b$B\x3c\x26\x3b\x33\x45\x44\x1b(Bx"));
	assert_true(nkx_kit_holds(&r, "title=\x1b$B\x22\x3c\x3e\x26\x1b(B"));
	nkx_kit_free(&r);
}

static void utf_16_becomes_utf_8(void **state)
{
	static const char page[] =
		"\xff\xfe<\0?\0x\0m\0l\0?\0>\0<\0n\0>\0\x71\x5c\x30\x75\x42\xd8\xb7\xdf<\0/\0n\0>\0";
	struct nkx_kit_report r;

	(void)state;
	nkx_kit_open(page, sizeof(page) - 1, "a.xml", &r);
	assert_true(nkx_kit_in(nkx_kit_stream(&r, ""), "山田𠮷"));
	assert_int_equal(nkx_kit_stream(&r, "")->kind, NKS_KIND_TEXT);
	nkx_kit_free(&r);
}

static void every_cut_of_a_page_is_read(void **state)
{
	static const char page[] =
		"<!doctype html><html><head><title>名簿</title><script>x=1</script></head><body><!-- 注 --><p>山田太郎"
		"<table><tr><td a='1'>&amp;<td>2<tr><td>3<td>4</table><ruby>東<rt>ひがし</rt></ruby></body></html>";
	struct nkx_kit_report r;

	(void)state;
	for (size_t len = 0; len < sizeof(page); len++) {
		nkx_kit_open(page, len, "a.html", &r);
		assert_true(len < 160 || nkx_kit_holds(&r, "山田太郎"));
		nkx_kit_free(&r);
	}
}

static void plain_text_with_angle_brackets_is_no_markup(void **state)
{
	static const char text[] = "std::vector<int> v; if (a < b && c > d) { f<x>(); }";
	static const char page[] = "Hello <b>x</b>, <a href=\"y\">z</a><br>";

	(void)state;
	assert_int_equal(nkx_markup_sniff((const uint8_t *)text, sizeof(text) - 1), 0);
	assert_true(nkx_markup_sniff((const uint8_t *)page, sizeof(page) - 1) > 50);
	assert_true(nkx_markup_sniff((const uint8_t *)"\xef\xbb\xbf\n<?xml version", 17) > 80);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(inline_tags_join_and_blocks_part),
		cmocka_unit_test(attributes_comments_and_scripts_go_aside),
		cmocka_unit_test(entities_become_characters),
		cmocka_unit_test(cdata_is_text_and_brackets_in_it_stay),
		cmocka_unit_test(what_is_no_tag_is_text),
		cmocka_unit_test(tables_have_their_cells_and_rows),
		cmocka_unit_test(furigana_do_not_tear_the_name),
		cmocka_unit_test(nothing_that_was_kept_apart_is_lost_when_it_is_too_much),
		cmocka_unit_test(a_page_in_cp932_goes_on_as_its_bytes),
		cmocka_unit_test(a_page_in_iso_2022_jp_is_not_torn_by_its_own_bytes),
		cmocka_unit_test(utf_16_becomes_utf_8),
		cmocka_unit_test(every_cut_of_a_page_is_read),
		cmocka_unit_test(plain_text_with_angle_brackets_is_no_markup),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
