/*
 * book_test.c: a workbook as offices make it, built here part by part: titles, furigana, dates, formulas, sheets that are
 * not read; and hostile ones. Persons made up.
 */
#include "base.h"

#include <cmocka.h>

#include "kit_roster.h"

static const char types[] = "<Types/>";
static const char rels[] = "<Relationships><Relationship Id=\"r1\" Target=\"worksheets/sheet1.xml\"/>"
			   "<Relationship Id=\"r2\" Target=\"/xl/worksheets/sheet2.xml\"/><Relationship Id=\"r3\" Target=\"worksheets/s3.xml\"/></Relationships>";
static const char workbook[] = "<?xml version=\"1.0\"?><x:workbook><x:sheets><x:sheet name=\"在籍者\" r:id=\"r1\"/>"
			       "<x:sheet name=\"退学者\" state=\"hidden\" r:id=\"r2\"/><x:sheet name=\"Notes\" r:id=\"r3\"/></x:sheets></x:workbook>";
static const char strings[] = "<sst><si><t>名簿</t></si><si><t>学籍番号</t></si><si><t>氏名</t></si><si><t>ﾌﾘｶﾞﾅ</t></si><si><t>生年月日</t></si>"
			      "<si><r><t>太田</t></r><r><t xml:space=\"preserve\"> 元気</t></r><rPh sb=\"0\" eb=\"2\"><t>オオタ</t></rPh></si>"
			      "<si><t>A&amp;B &#x9AD9; 直子</t></si></sst>";
static const char styles[] = "<styleSheet><numFmts><numFmt numFmtId=\"164\" formatCode=\"[$-411]ge.m.d\"/>"
			     "<numFmt numFmtId=\"165\" formatCode=\"0.00E+00\"/></numFmts><cellStyleXfs><xf numFmtId=\"14\"/></cellStyleXfs>"
			     "<cellXfs><xf numFmtId=\"0\"/><xf numFmtId=\"164\"/><xf numFmtId=\"165\"/></cellXfs></styleSheet>";
#define HEAD                                                                                                              \
	"<worksheet><sheetData><row r=\"1\"><c r=\"A1\" t=\"s\"><v>0</v></c></row><row r=\"3\"><c r=\"A3\" t=\"s\"><v>1</v></c>" \
	"<c r=\"B3\" t=\"s\"><v>2</v></c><c r=\"C3\" t=\"s\"><v>3</v></c><c r=\"D3\" t=\"s\"><v>4</v></c></row>"
#define TAIL "</sheetData></worksheet>"
#define ROW_1                                                                                                                     \
	"<row r=\"4\"><c r=\"A4\" t=\"inlineStr\"><is><t>0012</t></is></c><c r=\"B4\" t=\"s\"><v>5</v></c><c r=\"C4\" t=\"str\">" \
	"<v>オオタ　ゲンキ</v></c><c r=\"D4\" s=\"1\"><v>39540.5</v></c></row>"
#define ROW_2 \
	"<row r=\"5\"><c r=\"A5\"><v>13</v></c><c r=\"B5\" t=\"s\"><v>6</v></c><c r=\"D5\" t=\"e\"><v>#N/A</v></c></row>"
#define ROW_SUM "<row r=\"6\"><c r=\"B6\"><f>COUNTA(B4:B5)</f><v>2</v></c></row>"
static const char small[] = "<worksheet><sheetData><row><c t=\"inlineStr\"><is><t>x</t></is></c></row><row><c><v>1</v></c></row></sheetData></worksheet>";

static const char map_same[] = "[columns]\n学籍番号 = student_number\n氏名 = full_name\nフリガナ = full_kana\n生年月日 = birth_date\n"
			       "[options]\nkey = 学籍番号\nkey_length = 4\n";

static struct kit_read read_book(const char *sheet, const char *book, const char *mapping)
{
	const struct {
		const char *name, *text;
	} parts[] = { { "[Content_Types].xml", types }, { "xl/workbook.xml", book }, { "xl/_rels/workbook.xml.rels", rels },
		{ "xl/sharedStrings.xml", strings }, { "xl/styles.xml", styles }, { "xl/worksheets/sheet1.xml", sheet },
		{ "xl/worksheets/sheet2.xml", small }, { "xl/worksheets/s3.xml", small } };
	struct kit_zip z;
	struct kit_read r;

	kit_zip_start(&z);
	for (size_t i = 0; i < NK_ARRAY_LEN(parts); i++) {
		kit_zip_add(&z, parts[i].name, nk_bytes_of(parts[i].text, strlen(parts[i].text)));
	}
	r = kit_read_bytes(kit_zip_end(&z), (struct kit_read_options){ .mapping = mapping });
	kit_zip_done(&z);
	return r;
}

static void a_workbook_is_read_as_its_cells_show(void **state)
{
	NK_OWNED(kit_read_done) struct kit_read r = read_book(HEAD ROW_1 ROW_2 TAIL, workbook, map_same);
	const struct nk_roster_person *p = NULL;

	(void)state;
	kit_ok(r.rc, &r.err);
	assert_true(r.roster->n_persons == 2 && nk_str_eq(r.roster->generation, NK_STR("xlsx")));
	p = &r.roster->persons[0];
	assert_string_equal(p->field[NK_FIELD_SOURCE_KEY].ptr, "0012");
	assert_string_equal(p->field[NK_FIELD_FAMILY].ptr, "太田");
	assert_string_equal(p->field[NK_FIELD_GIVEN].ptr, "元気");
	assert_string_equal(p->field[NK_FIELD_GIVEN_KANA].ptr, "ゲンキ");
	assert_string_equal(p->field[NK_FIELD_BIRTH_DATE].ptr, "2008-04-02");
	p = &r.roster->persons[1];
	assert_string_equal(p->field[NK_FIELD_SOURCE_KEY].ptr, "0013");
	assert_string_equal(p->field[NK_FIELD_STUDENT_NUMBER].ptr, "0013");
	assert_string_equal(p->field[NK_FIELD_FAMILY].ptr, "A&B");
	assert_string_equal(p->field[NK_FIELD_GIVEN].ptr, "髙 直子");
	assert_non_null(kit_finding(&r, "CSV-12", "", 3, NULL));
	assert_non_null(kit_finding(&r, "CSV-KEY-5", "", 5, "学籍番号"));
	assert_non_null(kit_finding(&r, "CSV-DATE-5", "", 5, "生年月日"));
	assert_non_null(kit_finding(&r, "XLS-1", "退学者", 0, NULL));
	assert_non_null(kit_finding(&r, "XLS-2", "Notes", 0, NULL));
}

static void a_formula_is_told_with_its_cell(void **state)
{
	NK_OWNED(kit_read_done) struct kit_read r = read_book(HEAD ROW_1 ROW_SUM TAIL, workbook, map_same);

	(void)state;
	kit_refused(&r, "CSV-KEY-1", "", 6, "学籍番号");
	assert_non_null(kit_finding(&r, "XLS-3", "", 6, "氏名"));
}

static void a_number_whose_zeros_are_gone_is_refused_without_a_word_of_the_mapping(void **state)
{
	static const char map[] = "[columns]\n学籍番号 = student_number\n氏名 = full_name\n[options]\nkey = 学籍番号\n";
	NK_OWNED(kit_read_done) struct kit_read r = read_book(HEAD ROW_1 ROW_2 TAIL, workbook, map);

	(void)state;
	kit_refused(&r, "CSV-KEY-3", "", 5, "学籍番号");
}

static void the_mapping_names_another_sheet_and_one_that_is_not_there(void **state)
{
	static const char map[] = "[columns]\nx = student_number\n[options]\nkey = x\nsheet = Notes\n";
	static const char none[] = "[columns]\nx = student_number\n[options]\nkey = x\nsheet = Other\n";
	struct kit_read r = read_book(HEAD TAIL, workbook, map);

	(void)state;
	kit_ok(r.rc, &r.err);
	assert_true(r.roster->n_persons == 1);
	kit_read_done(&r);
	r = read_book(HEAD TAIL, workbook, none);
	kit_refused(&r, "XLS-4", "", 0, NULL);
	kit_read_done(&r);
}

/* None of these hangs, reads outside, or is taken in. */
static void hostile_workbooks_are_refused(void **state)
{
	static const char far[] = "<worksheet><sheetData><row r=\"1\"><c r=\"ZZZZZ1\" t=\"s\"><v>99999999999</v></c></row>" TAIL;
	static const char *const sheets[] = { "<worksheet><sheetData><row><c t=\"s\"><v>0", "<!DOCTYPE x [<!ENTITY a \"b\">]><worksheet/>",
		far, "<worksheet><sheetData", "" };

	(void)state;
	for (size_t i = 0; i < NK_ARRAY_LEN(sheets); i++) {
		struct kit_read r = read_book(sheets[i], workbook, map_same);

		assert_true(r.rc.code == NK_INVALID);
		kit_read_done(&r);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_workbook_is_read_as_its_cells_show),
		cmocka_unit_test(a_formula_is_told_with_its_cell),
		cmocka_unit_test(a_number_whose_zeros_are_gone_is_refused_without_a_word_of_the_mapping),
		cmocka_unit_test(the_mapping_names_another_sheet_and_one_that_is_not_there),
		cmocka_unit_test(hostile_workbooks_are_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
