/*
 * rtf_test.c: Rich Text: character sets of fonts, \u, destinations, tables, objects, damage. Made-up names; samples
 * when they are there.
 */
#include "base.h"

#include <cmocka.h>

#include "kit_skip.h"
#include "nkx_kit.h"

static void open_rtf(const char *text, struct nkx_kit_report *r)
{
	nkx_kit_open(text, strlen(text), "a.rtf", r);
}

static void expect(const char *text, const char *path, const char *want)
{
	struct nkx_kit_report r;
	const struct nkx_kit_stream *s = NULL;

	open_rtf(text, &r);
	s = nkx_kit_stream(&r, path);
	assert_non_null(s);
	assert_string_equal(s->len > 0 ? s->text : "", want);
	nkx_kit_free(&r);
}

static void bytes_of_a_japanese_font_become_characters(void **state)
{
	(void)state;
	expect("{\\rtf1\\ansi\\deff0{\\fonttbl{\\f0\\fcharset0 A;}{\\f1\\fcharset128 M;}}\\f1 \\'8e\\'52\\'93c\\f0  x\\par}",
		"", "山田 x\n");
	expect("{\\rtf1\\ansi\\ansicpg932 \\'91\\'be\r\n\\'98\\'59}", "", "太郎");
}

static void unicode_characters_skip_their_fallback(void **state)
{
	(void)state;
	expect("{\\rtf1\\uc2 \\u23665\\'8e\\'52\\u30000\\'93\\'63 x}", "", "山田 x");
	expect("{\\rtf1\\uc1 \\u23665?\\u30000?}", "", "山田");
	expect("{\\rtf1\\uc1 \\u-10174?\\u-8265?\\u37326?}", "", "𠮷野");
	expect("{\\rtf1\\uc0 \\u23665 \\u30000 y}", "", "山田y");
}

static void notes_and_properties_go_aside(void **state)
{
	static const char text[] =
		"{\\rtf1\\uc0{\\info{\\author Yamada}{\\title List}}A{\\footnote note}B{\\*\\annotation said}C{\\*\\unknown odd}D"
		"{\\field{\\*\\fldinst HYPERLINK \"mailto:a@example.jp\"}{\\fldrslt here}}{\\deleted gone}{\\header head}\\par}";
	static const char *const aside[] = { "Yamada", "List", "note", "said", "odd", "mailto:a@example.jp", "head" };
	struct nkx_kit_report r;

	(void)state;
	open_rtf(text, &r);
	assert_string_equal(nkx_kit_stream(&r, "")->text, "ABCDheregone\n");
	for (size_t i = 0; i < NK_ARRAY_LEN(aside); i++) {
		assert_true(nkx_kit_in(nkx_kit_stream(&r, "#aside"), aside[i]));
	}
	nkx_kit_free(&r);
}

static void cells_and_rows_are_a_table(void **state)
{
	expect("{\\rtf1 x\\par\\trowd\\pard\\intbl name\\cell tel\\cell\\row\\trowd\\intbl \\cell 03\\cell\\row\\pard y\\par}",
		"#table-1",
		"name\x1ftel\x1e\x1f"
		"03\x1e");
	expect("{\\rtf1 x\\par\\trowd\\pard\\intbl name\\cell tel\\cell\\row\\trowd\\intbl \\cell 03\\cell\\row\\pard y\\par}",
		"", "x\ny\n");
	(void)state;
}

static void objects_are_opened_in_turn(void **state)
{
	struct nkx_kit_report r;

	(void)state;
	open_rtf(
		"{\\rtf1 a{\\object\\objemb{\\*\\objdata 59616d616461\n2054617\n26f}}b{\\pict{\\*\\picprop{\\sp{\\sn wzDescription}{\\sv Suzuki}}}\\jpegblip 000102}{\\pict\\bin3 {}}}c}",
		&r);
	assert_string_equal(nkx_kit_stream(&r, "")->text, "abc");
	assert_true(nkx_kit_holds(&r, "Yamada Taro"));
	assert_true(nkx_kit_holds(&r, "Suzuki"));
	nkx_kit_free(&r);
}

static void text_where_none_belongs_is_kept(void **state)
{
	struct nkx_kit_report r;

	(void)state;
	open_rtf("{\\rtf1\\ansi\\ansicpg932{\\colortbl;\\red0;mail taro@example.jp;}{\\pict\\pngblip abcd {\\*\\blipuid 0123456789ab}"
		 "fade@example.jp 090-3214-5678 \\'8e\\'52}{\\colortbl ;;}nothing}",
		&r);
	assert_string_equal(nkx_kit_stream(&r, "")->text, "nothing");
	assert_true(nkx_kit_in(nkx_kit_stream(&r, "#aside"), "mail taro@example.jp"));
	assert_true(nkx_kit_in(nkx_kit_stream(&r, "#aside"), "fade@example.jp 090-3214-5678"));
	assert_true(nkx_kit_in(nkx_kit_stream(&r, "#aside"), "山"));
	assert_false(nkx_kit_holds(&r, "0123456789ab"));
	nkx_kit_free(&r);
	open_rtf("{\\rtf1{\\colortbl;\\red0;}{\\pict 0102\n0304}x}", &r);
	assert_null(nkx_kit_stream(&r, "#aside"));
	nkx_kit_free(&r);
}

static void damage_does_no_harm_and_is_said(void **state)
{
	static const char text[] =
		"{\\rtf1\\ansicpg932{\\fonttbl{\\f0\\fcharset128 M;}}\\f0{\\b \\'8e\\'52\\u23665?}{\\*\\objdata 0102}\\trowd\\cell\\row\\u-1?\\'8";
	struct nkx_kit_report r;
	char *deep = malloc(300001);

	(void)state;
	for (size_t len = 6; len < sizeof(text); len++) {
		nkx_kit_open(text, len, "a.rtf", &r);
		assert_int_not_equal(nkx_kit_stream(&r, "")->state, NKX_SCANNED);
		nkx_kit_free(&r);
	}
	assert_non_null(deep);
	memset(deep, '{', 300000);
	memcpy(deep, "{\\rtf1", 6);
	deep[299990] = 'x';
	deep[300000] = '\0';
	open_rtf(deep, &r);
	assert_true(nkx_kit_holds(&r, "x"));
	nkx_kit_free(&r);
	memset(deep, '}', 300000);
	memcpy(deep, "{\\rtf1", 6);
	deep[299990] = 'x';
	open_rtf(deep, &r);
	assert_true(nkx_kit_holds(&r, "x"));
	nkx_kit_free(&r);
	free(deep);
}

static void samples_of_others_give_their_texts(void **state)
{
	static const struct {
		const char *file, *text;
	} rows[] = { { "testRTFJapanese.rtf", "ゾルゲと尾崎" }, { "testRTF-ms932.rtf", "こんにちは" } };
	char path[512];

	(void)state;
	for (size_t i = 0; i < NK_ARRAY_LEN(rows); i++) {
		struct nkx_kit_report r;

		(void)snprintf(path, sizeof(path), "%s/../shared/data/scan/tika/%s", NK_SOURCE_DIR, rows[i].file);
		if (!nkx_kit_file(path, &r)) {
			kit_skip(__func__);
			return;
		}
		assert_true(nkx_kit_holds(&r, rows[i].text));
		nkx_kit_free(&r);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(bytes_of_a_japanese_font_become_characters),
		cmocka_unit_test(unicode_characters_skip_their_fallback),
		cmocka_unit_test(notes_and_properties_go_aside),
		cmocka_unit_test(cells_and_rows_are_a_table),
		cmocka_unit_test(objects_are_opened_in_turn),
		cmocka_unit_test(text_where_none_belongs_is_kept),
		cmocka_unit_test(damage_does_no_harm_and_is_said),
		cmocka_unit_test(samples_of_others_give_their_texts),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
