/*
 * xls_test.c: Excel's records: shared strings over CONTINUE, cells at their places, readings, comments, hidden
 * sheets, Excel 95.
 */
#include "base.h"

#include <setjmp.h>
#include <cmocka.h>

#include "cfb_kit.h"
#include "kit_skip.h"
#include "nkx_kit.h"

static struct cfb_kit kit;

struct book {
	uint8_t b[8192];
	size_t n;
};

static void rec(struct book *k, unsigned id, const void *bytes, size_t len)
{
	nk_put_le32(k->b + k->n, (uint32_t)(id | len << 16));
	memcpy(k->b + k->n + 4, bytes, len);
	k->n += 4 + len;
}

static void bof(struct book *k, unsigned version, unsigned type)
{
	uint8_t b[16] = { (uint8_t)version, (uint8_t)(version >> 8), (uint8_t)type };

	rec(k, 0x809, b, version == 0x600 ? 16 : 8);
}

static void open_book(struct book *k, const char *stream, struct nkx_kit_report *r)
{
	struct cfb_kit_entry e[] = { { stream, -1, k->b, k->n } };

	cfb_kit_make(&kit, e, 1);
	nkx_kit_open(kit.file, kit.len, "x.xls", r);
}

/* Globals with one sheet of this name; its place is put in by sheet_begin. */
static size_t globals(struct book *k, unsigned version, const char *name, uint8_t hidden)
{
	uint8_t b[40] = { 0, 0, 0, 0, hidden, 0, (uint8_t)strlen(name) };
	size_t at = 0;

	bof(k, version, 5);
	at = k->n + 4;
	memcpy(b + (version == 0x600 ? 8 : 7), name, strlen(name));
	rec(k, 0x85, b, (version == 0x600 ? 8 : 7) + strlen(name));
	return at;
}

static void sheet_begin(struct book *k, size_t at, unsigned version)
{
	rec(k, 0x0a, "", 0);
	nk_put_le32(k->b + at, (uint32_t)k->n);
	bof(k, version, 0x10);
}

static void cell_sst(struct book *k, unsigned row, unsigned column, unsigned i)
{
	uint8_t b[10] = { (uint8_t)row, 0, (uint8_t)column, 0, 0, 0, (uint8_t)i };

	rec(k, 0xfd, b, 10);
}

static void a_string_that_continues_changes_its_width_at_the_border(void **state)
{
	/* "Taro" narrow, then in the CONTINUE a grbit of 1 and 山田 wide. */
	static const uint8_t first[] = { 1, 0, 0, 0, 1, 0, 0, 0, 6, 0, 0, 'T', 'a', 'r', 'o' };
	uint8_t more[5] = { 1 };
	struct book k = { .n = 0 };
	struct nkx_kit_report r;

	(void)state;
	size_t at = globals(&k, 0x600, "List", 0);

	(void)cfb_kit_utf16(more + 1, u"山田");
	rec(&k, 0xfc, first, sizeof(first));
	rec(&k, 0x3c, more, sizeof(more));
	sheet_begin(&k, at, 0x600);
	cell_sst(&k, 0, 0, 0);
	rec(&k, 0x0a, "", 0);
	open_book(&k, "Workbook", &r);
	assert_non_null(nkx_kit_stream(&r, "List"));
	assert_string_equal(nkx_kit_stream(&r, "List")->text, "Taro山田");
	assert_int_equal(nkx_kit_stream(&r, "List")->kind, NKS_KIND_TABLE);
	nkx_kit_free(&r);
}

static void cells_stand_at_their_row_and_column(void **state)
{
	static const uint8_t sst[] = { 2, 0, 0, 0, 2, 0, 0, 0, 1, 0, 0, 'A', 1, 0, 0, 'B' };
	static const uint8_t rk[] = { 2, 0, 3, 0, 0, 0, 0x2a, 0, 0, 0 }; /* 10 as an integer */
	struct book k = { .n = 0 };
	struct nkx_kit_report r;

	(void)state;
	size_t at = globals(&k, 0x600, "List", 0);

	rec(&k, 0xfc, sst, sizeof(sst));
	sheet_begin(&k, at, 0x600);
	cell_sst(&k, 0, 1, 0);
	cell_sst(&k, 2, 0, 1);
	rec(&k, 0x27e, rk, sizeof(rk));
	rec(&k, 0x0a, "", 0);
	open_book(&k, "Workbook", &r);
	assert_string_equal(nkx_kit_stream(&r, "List")->text, "\037A\036\036B\037\037\03710");
	nkx_kit_free(&r);
}

static void a_phone_number_that_is_a_number_is_written_whole(void **state)
{
	uint8_t number[14] = { 0 };
	double value = 9012345678.0;
	struct book k = { .n = 0 };
	struct nkx_kit_report r;

	(void)state;
	size_t at = globals(&k, 0x600, "List", 0);

	memcpy(number + 6, &value, 8);
	sheet_begin(&k, at, 0x600);
	rec(&k, 0x203, number, sizeof(number));
	rec(&k, 0x0a, "", 0);
	open_book(&k, "Workbook", &r);
	assert_string_equal(nkx_kit_stream(&r, "List")->text, "9012345678");
	nkx_kit_free(&r);
}

static void a_date_is_written_as_a_date(void **state)
{
	uint8_t xf[20] = { 0, 0, 14 }, number[14] = { 0 };
	double value = 38443; /* 2005-04-01 */
	struct book k = { .n = 0 };
	struct nkx_kit_report r;

	(void)state;
	size_t at = globals(&k, 0x600, "List", 0);

	memcpy(number + 6, &value, 8);
	rec(&k, 0xe0, xf, sizeof(xf));
	sheet_begin(&k, at, 0x600);
	rec(&k, 0x203, number, sizeof(number));
	rec(&k, 0x0a, "", 0);
	open_book(&k, "Workbook", &r);
	assert_string_equal(nkx_kit_stream(&r, "List")->text, "2005-04-01");
	nkx_kit_free(&r);
}

static void a_reading_and_a_string_of_a_deleted_cell_are_not_lost(void **state)
{
	/* One string 山田 with a reading ヤマダ, no cell shows it. */
	uint8_t sst[60] = { 1, 0, 0, 0, 1, 0, 0, 0, 2, 0, 5, 20, 0, 0, 0 };
	struct book k = { .n = 0 };
	struct nkx_kit_report r;

	(void)state;
	size_t at = globals(&k, 0x600, "List", 0);

	(void)cfb_kit_utf16(sst + 15, u"山田");
	sst[19] = 1;
	sst[21] = 16;
	sst[29] = 3;
	sst[31] = 3;
	(void)cfb_kit_utf16(sst + 33, u"ヤマダ");
	rec(&k, 0xfc, sst, 39);
	sheet_begin(&k, at, 0x600);
	rec(&k, 0x0a, "", 0);
	open_book(&k, "Workbook", &r);
	assert_string_equal(nkx_kit_stream(&r, "phonetic")->text, "ヤマダ\n");
	assert_string_equal(nkx_kit_stream(&r, "shared strings")->text, "山田\n");
	nkx_kit_free(&r);
}

static void comments_and_headers_of_a_hidden_sheet_are_read(void **state)
{
	static const uint8_t txo[18] = { [10] = 6 };
	static const uint8_t text[] = { 0, 'Y', 'a', 'm', 'a', 'd', 'a' };
	static const uint8_t header[] = { 5, 0, 0, 'C', 'l', 'a', 's', 's' };
	struct book k = { .n = 0 };
	struct nkx_kit_report r;

	(void)state;
	size_t at = globals(&k, 0x600, "Old", 1);

	sheet_begin(&k, at, 0x600);
	rec(&k, 0x14, header, sizeof(header));
	rec(&k, 0x1b6, txo, sizeof(txo));
	rec(&k, 0x3c, text, sizeof(text));
	rec(&k, 0x0a, "", 0);
	open_book(&k, "Workbook", &r);
	assert_non_null(nkx_kit_stream(&r, "Old (hidden) (notes)"));
	assert_string_equal(nkx_kit_stream(&r, "Old (hidden) (notes)")->text, "Class\nYamada\n");
	nkx_kit_free(&r);
}

static void excel_95_has_cp932(void **state)
{
	static const uint8_t label[] = { 0, 0, 0, 0, 0, 0, 8, 0, 0x8e, 0x52, 0x93, 0x63, 0x91, 0xbe, 0x98, 0x59 };
	static const uint8_t codepage[] = { 0xa4, 0x03 };
	struct book k = { .n = 0 };
	struct nkx_kit_report r;

	(void)state;
	size_t at = globals(&k, 0x500, "Sheet1", 0);

	rec(&k, 0x42, codepage, 2);
	sheet_begin(&k, at, 0x500);
	rec(&k, 0x204, label, sizeof(label));
	rec(&k, 0x0a, "", 0);
	open_book(&k, "Book", &r);
	assert_string_equal(nkx_kit_stream(&r, "Sheet1")->text, "山田太郎");
	nkx_kit_free(&r);
}

static void a_book_with_a_password_is_not_scanned(void **state)
{
	struct book k = { .n = 0 };
	struct nkx_kit_report r;

	(void)state;
	bof(&k, 0x600, 5);
	rec(&k, 0x2f, "\1\0\1\0\1\0", 6);
	rec(&k, 0x0a, "", 0);
	open_book(&k, "Workbook", &r);
	assert_int_equal(nkx_kit_stream(&r, "Workbook")->why, NKX_WHY_ENCRYPTED);
	assert_int_equal(nkx_kit_stream(&r, "Workbook")->state, NKX_NOT);
	nkx_kit_free(&r);
}

static void a_formula_gives_its_text_and_unknown_records_are_carved(void **state)
{
	static const uint8_t formula[22] = { [12] = 0xff, [13] = 0xff };
	static const uint8_t string[] = { 4, 0, 0, 'T', 'a', 'r', 'o' };
	struct book k = { .n = 0 };
	struct nkx_kit_report r;

	(void)state;
	size_t at = globals(&k, 0x600, "List", 0);

	sheet_begin(&k, at, 0x600);
	rec(&k, 0x06, formula, sizeof(formula));
	rec(&k, 0x207, string, sizeof(string));
	rec(&k, 0x7777, "somebody unknown", 16);
	rec(&k, 0x0a, "", 0);
	open_book(&k, "Workbook", &r);
	assert_string_equal(nkx_kit_stream(&r, "List")->text, "Taro");
	assert_int_equal(nkx_kit_stream(&r, "Workbook")->kind, NKS_KIND_BINARY);
	assert_true(nkx_kit_in(nkx_kit_stream(&r, "Workbook"), "") && nkx_kit_stream(&r, "Workbook")->len == k.n);
	nkx_kit_free(&r);
}

static void samples_of_others_are_read(void **state)
{
	struct nkx_kit_report r;

	(void)state;
	if (!nkx_kit_file(NK_SOURCE_DIR "/../shared/data/scan/tika/testEXCEL_phonetic.xls", &r)) {
		kit_skip(__func__);
		return;
	}
	assert_true(nkx_kit_in(nkx_kit_stream(&r, "Sheet1"), "日本オラクル"));
	assert_true(nkx_kit_in(nkx_kit_stream(&r, "phonetic"), "ニホンカイシャ"));
	nkx_kit_free(&r);
	assert_true(nkx_kit_file(NK_SOURCE_DIR "/../shared/data/scan/tika/testComment.xls", &r));
	assert_true(nkx_kit_in(nkx_kit_stream(&r, "Sheet1 (notes)"), "Here is a comment"));
	nkx_kit_free(&r);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_string_that_continues_changes_its_width_at_the_border),
		cmocka_unit_test(cells_stand_at_their_row_and_column),
		cmocka_unit_test(a_phone_number_that_is_a_number_is_written_whole),
		cmocka_unit_test(a_date_is_written_as_a_date),
		cmocka_unit_test(a_reading_and_a_string_of_a_deleted_cell_are_not_lost),
		cmocka_unit_test(comments_and_headers_of_a_hidden_sheet_are_read),
		cmocka_unit_test(excel_95_has_cp932),
		cmocka_unit_test(a_book_with_a_password_is_not_scanned),
		cmocka_unit_test(a_formula_gives_its_text_and_unknown_records_are_carved),
		cmocka_unit_test(samples_of_others_are_read),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
