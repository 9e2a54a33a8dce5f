/*
 * ooxml_test.c: Word, Excel and PowerPoint packages: every place in which a name can stand. Made-up names; samples
 * when they are there.
 */
#include "base.h"

#include <cmocka.h>

#include "kit_skip.h"
#include "kit_zip.h"
#include "nkx_kit.h"
#include "xlsx.h"

struct part {
	const char *name, *text;
};

static void open_parts(const struct part *parts, size_t n, const char *name, struct nkx_kit_report *out)
{
	struct kit_zip z;
	struct nk_bytes all;

	kit_zip_start(&z);
	kit_zip_add(&z, "[Content_Types].xml", nk_str_bytes(NK_STR("<Types/>")));
	for (size_t i = 0; i < n; i++) {
		const struct nk_bytes text = nk_str_bytes(nk_str_c(parts[i].text));

		if (text.len < 400) { /* a packed text of the same length would look stored */
			kit_zip_add(&z, parts[i].name, text);
		} else {
			kit_zip_add_deflated(&z, parts[i].name, text);
		}
	}
	all = kit_zip_end(&z);
	nkx_kit_open(all.ptr, all.len, name, out);
	kit_zip_done(&z);
}

/* A stream of that path holds exactly this. */
static void expect(const struct nkx_kit_report *r, const char *path, const char *text)
{
	const struct nkx_kit_stream *s = nkx_kit_stream(r, path);

	if (s == NULL) {
		nkx_kit_print(r);
	}
	assert_non_null(s);
	assert_string_equal(s->len > 0 ? s->text : "", text);
}

static void runs_of_a_paragraph_are_joined_and_furigana_apart(void **state)
{
	static const struct part parts[] = { { "word/document.xml",
		"<w:document xmlns:w='w'><w:body><w:p><w:r><w:t>山</w:t></w:r><w:proofErr w:type='x'/><w:r><w:rPr><w:b/></w:rPr><w:t>田</w:t></w:r>"
		"<w:r><w:ruby><w:rubyPr/><w:rt><w:r><w:t>たろう</w:t></w:r></w:rt><w:rubyBase><w:r><w:t>太郎</w:t></w:r></w:rubyBase></w:ruby></w:r>"
		"</w:p><w:p><w:del w:author='佐藤'><w:r><w:delText>鈴木</w:delText></w:r></w:del><w:ins><w:r><w:t>花子</w:t></w:r></w:ins></w:p>"
		"<w:p><w:r><w:t>前</w:t><w:txbxContent><w:p><w:r><w:t>箱</w:t></w:r></w:p></w:txbxContent><w:t>後</w:t></w:r></w:p>"
		"<w:p><w:r><w:instrText>HYPERLINK \"mailto:a@example.jp\"</w:instrText></w:r></w:p></w:body></w:document>" } };
	struct nkx_kit_report r;

	(void)state;
	open_parts(parts, 1, "a.docx", &r);
	expect(&r, "word/document.xml", "山田太郎\n鈴木花子\n前後\n");
	expect(&r, "word/document.xml#furigana", "たろう ");
	assert_true(nkx_kit_in(nkx_kit_stream(&r, "word/document.xml#aside"), "author=佐藤"));
	assert_true(nkx_kit_in(nkx_kit_stream(&r, "word/document.xml#aside"), "箱\n"));
	assert_true(nkx_kit_in(nkx_kit_stream(&r, "word/document.xml#aside"), "mailto:a@example.jp"));
	assert_int_equal(nkx_kit_stream(&r, "")->state, NKX_SCANNED);
	assert_string_equal(nkx_kit_stream(&r, "")->format, "docx");
	nkx_kit_free(&r);
}

static void a_table_of_word_keeps_its_columns(void **state)
{
	static const struct part parts[] = { { "word/document.xml",
		"<w:document xmlns:w='w'><w:p><w:r><w:t>表</w:t></w:r></w:p><w:tbl>"
		"<w:tr><w:tc><w:p><w:r><w:t>氏名</w:t></w:r></w:p></w:tc><w:tc><w:tcPr><w:gridSpan w:val='2'/></w:tcPr><w:p><w:r><w:t>電話</w:t></w:r></w:p></w:tc><w:tc><w:p/></w:tc></w:tr>"
		"<w:tr><w:tc><w:p><w:r><w:t>山田</w:t></w:r></w:p><w:p><w:r><w:t>太郎</w:t></w:r></w:p></w:tc><w:tc><w:p/></w:tc><w:tc><w:p/></w:tc><w:tc><w:p><w:r><w:t>x</w:t></w:r></w:p></w:tc></w:tr>"
		"</w:tbl><w:p><w:r><w:t>終</w:t></w:r></w:p></w:document>" } };
	struct nkx_kit_report r;

	(void)state;
	open_parts(parts, 1, "a.docx", &r);
	expect(&r, "word/document.xml", "表\n終\n");
	expect(&r, "word/document.xml#table-1",
		"氏名\x1f"
		"電話\x1f\x1f\x1e"
		"山田\n太郎\x1f\x1f\x1f"
		"x\x1e");
	assert_int_equal(nkx_kit_stream(&r, "word/document.xml#table-1")->kind, NKS_KIND_TABLE);
	nkx_kit_free(&r);
}

static void all_parts_of_a_document_are_read(void **state)
{
	static const struct part parts[] = { { "word/document.xml", "<d><p><t>本文</t></p></d>" },
		{ "word/header1.xml", "<h><p><r><t>頭</t></r></p></h>" },
		{ "word/footnotes.xml", "<n><p><t>脚注</t></p></n>" },
		{ "word/comments.xml", "<c><comment w:author='評者' xmlns:w='w'><p><t>注釈</t></p></comment></c>" },
		{ "word/glossary/document.xml", "<g><p><t>語</t></p></g>" },
		{ "customXml/item1.xml", "<x name='顧客'><y>客</y></x>" },
		{ "docProps/core.xml", "<c xmlns:dc='d'><dc:creator>作者</dc:creator><dc:title>題</dc:title></c>" },
		{ "docProps/custom.xml", "<p><property name='担当'><lpwstr>係</lpwstr></property></p>" },
		{ "word/_rels/document.xml.rels", "<R><r Target='mailto:b@example.jp'/></R>" },
		{ "word/unknown.bin", "謎の部分" } };
	static const char *const texts[] = { "本文", "頭", "脚注", "注釈", "評者", "語", "顧客", "客", "作者\n題\n",
		"担当", "係", "mailto:b@example.jp", "謎の部分" };
	struct nkx_kit_report r;

	(void)state;
	open_parts(parts, NK_ARRAY_LEN(parts), "a.docx", &r);
	for (size_t i = 0; i < NK_ARRAY_LEN(texts); i++) {
		if (!nkx_kit_holds(&r, texts[i])) {
			print_message("# %s\n", texts[i]);
			nkx_kit_print(&r);
		}
		assert_true(nkx_kit_holds(&r, texts[i]));
	}
	nkx_kit_free(&r);
}

static const struct part book[] = {
	{ "xl/workbook.xml",
		"<workbook><sheets><sheet name='名簿' state='veryHidden'/></sheets><definedNames>"
		"<definedName name='x'>\"定義\"</definedName></definedNames></workbook>" },
	{ "xl/worksheets/sheet1.xml",
		"<worksheet><sheetData><row r='2'><c r='B2' t='s'><v>0</v></c><c r='D2' t='inlineStr'><is><t>直</t><rPh><t>ちょく</t></rPh></is></c></row>"
		"<row r='4'><c r='A4' s='1'><v>31138</v></c><c r='B4'><v>9012345678</v></c><c r='C4'><v>9.012345678E9</v></c>"
		"<c r='D4' t='str'><f>\"式\"</f><v>文</v></c><c r='E4' t='s'><v>2</v></c><c r='F4' s='2'><v>31138.5</v></c></row></sheetData>"
		"<headerFooter><oddHeader>見出し</oddHeader></headerFooter></worksheet>" },
	{ "xl/styles.xml",
		"<s><numFmts><numFmt numFmtId='164' formatCode='[$-411]ggge\"年\"m\"月\"'/></numFmts><cellStyleXfs><xf numFmtId='14'/></cellStyleXfs>"
		"<cellXfs><xf numFmtId='0'/><xf numFmtId='14'/><xf numFmtId='164'/></cellXfs></s>" },
	{ "xl/sharedStrings.xml",
		"<sst><si><r><t>山</t></r><r><t>田</t></r><rPh sb='0' eb='2'><t>ヤマダ</t></rPh></si><si><t>消された人</t></si><si><t>末</t></si></sst>" },
	{ "xl/comments1.xml",
		"<comments><authors><author>書いた人</author></authors><comment ref='A1'><text><r><t>覚え</t></r></text></comment></comments>" },
	{ "xl/threadedComments/threadedComment1.xml", "<t><threadedComment><text>糸</text></threadedComment></t>" },
	{ "xl/pivotCache/pivotCacheDefinition1.xml", "<p><sharedItems><s v='軸の人'/></sharedItems></p>" },
	{ "xl/externalLinks/externalLink1.xml", "<e><v>外の人</v></e>" }
};

static void cells_stand_in_their_rows_and_columns(void **state)
{
	struct nkx_kit_report r;

	(void)state;
	open_parts(book, NK_ARRAY_LEN(book), "a.xlsx", &r);
	expect(&r, "xl/worksheets/sheet1.xml",
		"\x1e\x1f"
		"山田\x1f\x1f"
		"直\x1e\x1e"
		"1985-04-01 31138\x1f"
		"9012345678\x1f"
		"9012345678 9.012345678E9\x1f"
		"文\x1f"
		"末\x1f"
		"1985-04-01 31138.5\x1e");
	assert_int_equal(nkx_kit_stream(&r, "xl/worksheets/sheet1.xml")->kind, NKS_KIND_TABLE);
	expect(&r, "xl/worksheets/sheet1.xml#furigana", "ちょく\n");
	expect(&r, "xl/sharedStrings.xml#furigana", "ヤマダ \n");
	expect(&r, "xl/sharedStrings.xml#unused", "消された人\n");
	assert_string_equal(nkx_kit_stream(&r, "")->format, "xlsx");
	nkx_kit_free(&r);
}

static void what_stands_beside_the_cells_is_read(void **state)
{
	static const char *const texts[] = { "見出し", "\"式\"", "書いた人", "覚え", "糸", "軸の人", "外の人", "定義",
		"名簿" };
	struct nkx_kit_report r;

	(void)state;
	open_parts(book, NK_ARRAY_LEN(book), "a.xlsx", &r);
	for (size_t i = 0; i < NK_ARRAY_LEN(texts); i++) {
		if (!nkx_kit_holds(&r, texts[i])) {
			print_message("# %s\n", texts[i]);
		}
		assert_true(nkx_kit_holds(&r, texts[i]));
	}
	nkx_kit_free(&r);
}

static void dates_of_both_systems_are_right(void **state)
{
	static const struct {
		const char *serial, *date;
		bool from_1904;
	} rows[] = { { "1", "1900-01-01", false }, { "59", "1900-02-28", false }, { "61", "1900-03-01", false },
		{ "25569", "1970-01-01", false }, { "45017.75", "2023-04-01", false },
		{ "2958465", "9999-12-31", false }, { "29676", "1985-04-01", true } };
	char out[16];

	(void)state;
	for (size_t i = 0; i < NK_ARRAY_LEN(rows); i++) {
		assert_true(nkx_xlsx_date(rows[i].serial, strlen(rows[i].serial), rows[i].from_1904, out));
		assert_string_equal(out, rows[i].date);
	}
	assert_false(nkx_xlsx_date("0", 1, false, out));
	assert_false(nkx_xlsx_date("-5", 2, false, out));
	assert_false(nkx_xlsx_date("99999999", 8, false, out));
	assert_true(nkx_xlsx_is_date_format("yyyy/mm/dd"));
	assert_true(nkx_xlsx_is_date_format("[$-411]ge.m.d"));
	assert_false(nkx_xlsx_is_date_format("#,##0.00\"day\""));
	assert_false(nkx_xlsx_is_date_format("0.00E+00"));
}

static void a_sheet_that_lies_about_its_places_is_bounded(void **state)
{
	struct nkx_kit_report r;
	NK_OWNED(nk_buf_done) struct nk_buf b = { 0 };
	struct part part = { "xl/worksheets/sheet1.xml", NULL };

	(void)state;
	nk_buf_init(&b, SIZE_MAX / 2);
	assert_true(nk_ok(nk_buf_add_c(&b, "<w><sheetData>", NULL)));
	for (int i = 1; i < 1000; i++) {
		assert_true(nk_ok(nk_buf_printf(&b, NULL, "<row r='%d'><c r='XFD%d'><v>%d</v></c></row>", i, i, i)));
	}
	assert_true(nk_ok(nk_buf_add_c(&b,
		"<row r='3'><c r='AAAAAAA1'><v>77</v></c><c t='s'><v>99999999999999999999</v></c></row></sheetData></w>",
		NULL)));
	assert_true(nk_ok(nk_buf_add_byte(&b, 0, NULL)));
	part.text = (const char *)b.ptr;
	open_parts(&part, 1, "a.xlsx", &r);
	assert_true(nkx_kit_stream(&r, "xl/worksheets/sheet1.xml")->bytes < (UINT64_C(10) << 20));
	assert_true(nkx_kit_holds(&r, "999"));
	assert_true(nkx_kit_holds(&r, "77"));
	nkx_kit_free(&r);
}

static void slides_notes_and_masters_are_read(void **state)
{
	static const struct part parts[] = {
		{ "ppt/slides/slide1.xml",
			"<s xmlns:a='a' xmlns:p='p'><p:cNvPr descr='代替' id='1'/><a:p><a:r><a:t>発</a:t></a:r><a:r><a:t>表</a:t></a:r></a:p>"
			"<a:tbl><a:tr><a:tc><a:p><a:r><a:t>a</a:t></a:r></a:p></a:tc><a:tc><a:p><a:r><a:t>b</a:t></a:r></a:p></a:tc></a:tr>"
			"<a:tr><a:tc/><a:tc><a:p><a:r><a:t>d</a:t></a:r></a:p></a:tc></a:tr></a:tbl></s>" },
		{ "ppt/notesSlides/notesSlide1.xml", "<n xmlns:a='a'><a:p><a:r><a:t>メモ</a:t></a:r></a:p></n>" },
		{ "ppt/comments/comment1.xml", "<c xmlns:p='p'><p:cm><p:text>批評</p:text></p:cm></c>" },
		{ "ppt/slideMasters/slideMaster1.xml", "<m xmlns:a='a'><a:p><a:fld><a:t>型</a:t></a:fld></a:p></m>" }
	};
	struct nkx_kit_report r;

	(void)state;
	open_parts(parts, NK_ARRAY_LEN(parts), "a.pptx", &r);
	expect(&r, "ppt/slides/slide1.xml", "発表\n");
	expect(&r, "ppt/slides/slide1.xml#table-1",
		"a\x1f"
		"b\x1e\x1f"
		"d\x1e");
	assert_true(nkx_kit_holds(&r, "descr=代替"));
	expect(&r, "ppt/notesSlides/notesSlide1.xml", "メモ\n");
	expect(&r, "ppt/comments/comment1.xml", "批評\n");
	expect(&r, "ppt/slideMasters/slideMaster1.xml", "型\n");
	nkx_kit_free(&r);
}

static void a_doctype_or_broken_xml_is_read_as_mere_markup_and_said(void **state)
{
	static const char bomb[] =
		"<!DOCTYPE d [<!ENTITY a \"aaaaaaaaaa\"><!ENTITY b \"&a;&a;&a;&a;&a;&a;&a;&a;\"><!ENTITY c \"&b;&b;&b;&b;\">]>"
		"<d><p><t>&c;山</t></p><p><t>田</t></p></d>";
	static const struct part parts[] = { { "word/document.xml", bomb },
		{ "word/header1.xml", "<h><p><r><t>壊</r><t>れ</t></p>" } };
	struct nkx_kit_report r;
	const struct nkx_kit_stream *s = NULL;

	(void)state;
	open_parts(parts, 2, "a.docx", &r);
	s = &r.streams[1];
	assert_true(nkx_kit_in(nkx_kit_stream(&r, "word/header1.xml#as-markup"), "壊れ"));
	assert_true(nkx_kit_holds(&r, "田"));
	s = nkx_kit_stream(&r, "word/document.xml");
	assert_int_equal(s->state, NKX_PARTLY);
	assert_int_equal(s->why, NKX_WHY_UNSUPPORTED);
	assert_int_equal(nkx_kit_stream(&r, "word/header1.xml")->why, NKX_WHY_DAMAGED);
	nkx_kit_free(&r);
}

static void a_huge_attribute_and_deep_elements_are_bounded(void **state)
{
	struct nkx_kit_report r;
	struct part part = { "word/document.xml", NULL };
	const size_t n = 6u << 20;
	char *text = malloc(n + 64);

	(void)state;
	assert_non_null(text);
	memcpy(text, "<d a='", 6);
	memset(text + 6, 'a', n);
	memcpy(text + 6 + n, "'><p><t>x</t></p></d>", 22);
	part.text = text;
	open_parts(&part, 1, "a.docx", &r);
	assert_int_equal(nkx_kit_stream(&r, "word/document.xml")->why, NKX_WHY_TOO_LARGE);
	nkx_kit_free(&r);
	for (size_t i = 0; i + 3 < n; i += 3) {
		memcpy(text + i, "<p>", 3);
	}
	text[n - n % 3] = '\0';
	open_parts(&part, 1, "a.docx", &r);
	assert_int_equal(nkx_kit_stream(&r, "word/document.xml")->why, NKX_WHY_TOO_DEEP);
	nkx_kit_free(&r);
	free(text);
}

static void every_cut_of_a_workbook_is_told(void **state)
{
	struct kit_zip z;
	struct nk_bytes all;

	(void)state;
	kit_zip_start(&z);
	for (size_t i = 0; i < NK_ARRAY_LEN(book); i++) {
		kit_zip_add_deflated(&z, book[i].name, nk_str_bytes(nk_str_c(book[i].text)));
	}
	all = kit_zip_end(&z);
	for (size_t i = 1; i < 32; i++) {
		struct nkx_kit_report r;

		nkx_kit_open(all.ptr, all.len * i / 32, "a.xlsx", &r);
		assert_int_not_equal(nkx_kit_stream(&r, "")->state, NKX_SCANNED);
		nkx_kit_free(&r);
	}
	kit_zip_done(&z);
}

static void samples_of_others_give_their_texts(void **state)
{
	static const struct {
		const char *file, *text;
	} rows[] = { { "poi/document_footnotes.docx", "snoska" },
		{ "poi/spreadsheet_TwoSheetsOneHidden.xlsx", "Sheet1A1" }, { "poi/document_delins.docx", "Abkhazia" },
		{ "poi/slideshow_with_japanese.pptx", "ゾルゲと尾崎" },
		{ "tika/testEXCEL_phonetic.xlsx", "ニホン カイシャ" },
		{ "tika/testWORD_phonetic.docx", "とうきょう" }, { "tika/testComment.docx", "comment" },
		{ "tika/testEXCEL_headers_footers.xlsx", "Header - Corporate" },
		{ "tika/testPPT_masterFooter.pptx", "Master footer" } };
	char path[512];

	(void)state;
	for (size_t i = 0; i < NK_ARRAY_LEN(rows); i++) {
		struct nkx_kit_report r;

		(void)snprintf(path, sizeof(path), "%s/../shared/data/scan/%s", NK_SOURCE_DIR, rows[i].file);
		if (!nkx_kit_file(path, &r)) {
			kit_skip(__func__);
			return;
		}
		if (!nkx_kit_holds(&r, rows[i].text)) {
			print_message("# %s\n", rows[i].file);
			nkx_kit_print(&r);
		}
		assert_true(nkx_kit_holds(&r, rows[i].text));
		nkx_kit_free(&r);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(runs_of_a_paragraph_are_joined_and_furigana_apart),
		cmocka_unit_test(a_table_of_word_keeps_its_columns),
		cmocka_unit_test(all_parts_of_a_document_are_read),
		cmocka_unit_test(cells_stand_in_their_rows_and_columns),
		cmocka_unit_test(what_stands_beside_the_cells_is_read),
		cmocka_unit_test(dates_of_both_systems_are_right),
		cmocka_unit_test(a_sheet_that_lies_about_its_places_is_bounded),
		cmocka_unit_test(slides_notes_and_masters_are_read),
		cmocka_unit_test(a_doctype_or_broken_xml_is_read_as_mere_markup_and_said),
		cmocka_unit_test(a_huge_attribute_and_deep_elements_are_bounded),
		cmocka_unit_test(every_cut_of_a_workbook_is_told),
		cmocka_unit_test(samples_of_others_give_their_texts),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
