/*
 * csvfmt_test.c: plain CSV with a mapping file: text, dates, keys, and the list of ../shared. Persons made up.
 */
#include "base.h"

#include <cmocka.h>

#include "csv.h"
#include "kit_roster.h"
#include "value_date.h"
#include "value_text.h"

#define HEADER "学籍番号,氏名,フリガナ,学部,学科,学年,入学日,生年月日,メール,状態\n"

static const char mapping[] =
	"[columns]\n学籍番号 = student_number\n氏名 = full_name\nフリガナ = full_kana\n学部 = faculty\n学科 = department\n"
	"学年 = grade\n入学日 = valid_from\n生年月日 = birth_date\nメール = mail\n状態 = state\n"
	"[options]\nkey = 学籍番号\nkey_case = upper\nunit = 学部\nunit_kind = faculty\nrole = student\n"
	"[values]\n在学 = active\n休学 = suspended\n留学 = active\nblank = active\n退学 = absent\n卒業 = absent\n除籍 = absent\n"
	"[dates]\n入学日 = any\n生年月日 = any\n"
	"[gaiji]\nU+E000 = 𠮷\nU+E001 = 槗\n";

static struct kit_read read_text(const char *text)
{
	return kit_read_bytes(nk_bytes_of(text, strlen(text)), (struct kit_read_options){ .mapping = mapping });
}

#define FIELD_IS(p, f, text) assert_string_equal((p)->field[NK_FIELD_##f].ptr, (text))

static void a_row_becomes_a_person_by_the_mapping(void **state)
{
	NK_OWNED(kit_read_done)
	struct kit_read r = read_text(HEADER
		"２１ｍ０００２ ,佐々木　統,ｻｻｷ ｽﾊﾞﾙ,医学部,医学科,６年,2021/4/1,2002年5月17日,21M0002＠Stu.example.ac.jp,在学　\n");
	const struct nk_roster_person *p = NULL;
	nk_date day = 0;

	(void)state;
	kit_ok(r.rc, &r.err);
	assert_true(r.roster->n_persons == 1 && nk_str_eq(r.roster->format, NK_STR("csv")));
	p = &r.roster->persons[0];
	FIELD_IS(p, SOURCE_KEY, "21M0002");
	FIELD_IS(p, STUDENT_NUMBER, "21M0002");
	FIELD_IS(p, LOGIN, "21m0002");
	FIELD_IS(p, FAMILY, "佐々木");
	FIELD_IS(p, GIVEN, "統");
	FIELD_IS(p, FAMILY_KANA, "ササキ");
	FIELD_IS(p, GIVEN_KANA, "スバル");
	FIELD_IS(p, FAMILY_ROMAJI, "sasaki");
	FIELD_IS(p, FACULTY, "医学部 医学科");
	assert_true(nk_str_eq(p->field[NK_FIELD_GRADE], NK_STR("6")));
	FIELD_IS(p, BIRTH_DATE, "2002-05-17");
	FIELD_IS(p, MAIL, "21m0002@stu.example.ac.jp");
	assert_true(nk_date_parse(NK_STR("2021-04-01"), &day) && p->valid_from == day && p->enabled);
	assert_true(
		p->n_memberships == 1 && nk_str_eq(r.roster->units[p->memberships[0].where].name, NK_STR("医学部")));
	assert_non_null(kit_finding(&r, "CSV-KANA-1", "", 2, "フリガナ"));
}

static void a_name_without_a_blank_is_kept_whole_and_told(void **state)
{
	NK_OWNED(kit_read_done)
	struct kit_read r = read_text(HEADER
		"A1,亀谷知広,カメヤ チヒロ,工学部,,1,,,,在学\nA2,\xee\x80\x80田 元,ヨシダ ゲン,工学部,,1,,,,在学\n"
		"A3,\xee\x80\x82田 元,ナゾダ ゲン,工学部,,1,,,,在学\n");

	(void)state;
	kit_ok(r.rc, &r.err);
	assert_non_null(kit_finding(&r, "CSV-NAME-2", "", 2, "氏名"));
	FIELD_IS(&r.roster->persons[0], FAMILY, "亀谷知広");
	FIELD_IS(&r.roster->persons[0], GIVEN, "");
	FIELD_IS(&r.roster->persons[1], FAMILY, "𠮷田");
	assert_null(kit_finding(&r, "TEXT-1", "", 3, NULL));
	assert_non_null(kit_finding(&r, "TEXT-1", "", 4, "氏名"));
}

/* The newest name of before; false: there is none. */
static bool name_of_before(const struct kit_read *r, size_t i, struct nk_person *out)
{
	struct nk_str rest = r->roster->persons[i].field[NK_FIELD_FORMER];
	nk_time until = 0;

	memset(out, 0, sizeof(*out));
	return nk_former_next(&rest, &until, out);
}

static void a_former_name_is_none_where_the_column_says_so_and_its_reading_stands_in_brackets(void **state)
{
	static const char *const rows = "番号,氏名,フリガナ,旧姓\nB1,佐野 花,サノ ハナ,なし\nB2,佐野 花,サノ ハナ,無\n"
					"B3,佐野 花,サノ ハナ, 無し\nB4,佐野 花,サノ ハナ,-\n"
					"B5,佐野 花,サノ ハナ,椎葉（しいば）\nB6,佐野 花,サノ ハナ,椎葉(ｼｲﾊﾞ)\nB7,佐野 花,サノ ハナ,無量塔\n";
	static const char columns[] = "[columns]\n番号 = student_number\n氏名 = full_name\nフリガナ = full_kana\n旧姓 = former_name\n"
				      "[options]\nkey = 番号\nrole = student\n";
	NK_OWNED(kit_read_done)
	struct kit_read r = kit_read_bytes(nk_bytes_of(rows, strlen(rows)), (struct kit_read_options){ .mapping = columns });
	struct nk_person before;

	(void)state;
	kit_ok(r.rc, &r.err);
	assert_int_equal(r.roster->n_persons, 7);
	for (size_t i = 0; i < 4; i++) {
		assert_false(name_of_before(&r, i, &before));
	}
	for (size_t i = 4; i < 6; i++) {
		assert_true(name_of_before(&r, i, &before));
		assert_true(nk_str_eq(before.field[NK_FIELD_FAMILY], NK_STR("椎葉")));
		assert_true(nk_str_eq(before.field[NK_FIELD_FAMILY_KANA], NK_STR("シイバ")));
		assert_true(nk_str_eq(before.field[NK_FIELD_GIVEN_KANA], NK_STR("ハナ")));
	}
	assert_true(name_of_before(&r, 6, &before) && nk_str_eq(before.field[NK_FIELD_FAMILY], NK_STR("無量塔")));
}

static void states_suspend_and_leave_out(void **state)
{
	NK_OWNED(kit_read_done)
	struct kit_read r = read_text(HEADER
		"A1,甲 一,コウ イチ,工学部,,1,,,,休学\nA2,乙 二,オツ ニ,工学部,,1,,,,退学\nA3,丙 三,ヘイ サン,工学部,,1,,,,\n");
	NK_OWNED(kit_read_done) struct kit_read bad = read_text(HEADER "A1,甲 一,コウ イチ,工学部,,1,,,,行方不明\n");

	(void)state;
	kit_ok(r.rc, &r.err);
	assert_true(r.roster->n_persons == 2 && !r.roster->persons[0].enabled && r.roster->persons[1].enabled &&
		r.roster->rows_not_imported == 1);
	kit_refused(&bad, "CSV-VAL-2", "", 2, "状態");
}

static void keys_that_a_spreadsheet_changed_are_refused(void **state)
{
	static const struct {
		const char *rows, *rule;
		uint64_t line;
	} cases[] = {
		{ "1.23E+05,甲 一,,,,,,,,在学\n", "CSV-KEY-2", 2 },
		{ "#N/A,甲 一,,,,,,,,在学\n", "CSV-KEY-2", 2 },
		{ "'0123,甲 一,,,,,,,,在学\n", "CSV-KEY-2", 2 },
		{ ",甲 一,,,,,,,,在学\n", "CSV-KEY-1", 2 },
		{ "012345,甲 一,,,,,,,,在学\n023456,乙 二,,,,,,,,在学\n3456,丙 三,,,,,,,,在学\n", "CSV-KEY-3", 4 },
		{ "A1,甲 一,,,,,,,,在学\nａ１,乙 二,,,,,,,,在学\n", "CSV-KEY-4", 2 },
		{ "A1,甲 一,,,,,,,,在学\nａ１,乙 二,,,,,,,,在学\n", "CSV-KEY-4", 3 },
		{ "A1,,,,,,,,,在学\n", "CSV-NAME-1", 2 },
		{ "A1,甲 一,,,,,,5/1/2003,,在学\n", "CSV-DATE-4", 2 },
	};

	(void)state;
	for (size_t i = 0; i < NK_ARRAY_LEN(cases); i++) {
		char text[1024];
		struct kit_read r;

		(void)snprintf(text, sizeof(text), "%s%s", HEADER, cases[i].rows);
		r = read_text(text);
		kit_refused(&r, cases[i].rule, "", cases[i].line, NULL);
		kit_read_done(&r);
	}
}

static void a_column_that_is_not_there_and_a_bad_mapping_are_told(void **state)
{
	struct kit_read r = read_text("学籍番号,氏名\nA1,甲 一\n");

	(void)state;
	kit_refused(&r, "CSV-HDR-1", "", 1, "フリガナ");
	kit_read_done(&r);
	r = kit_read_bytes(nk_bytes_of("a,b\n", 4),
		(struct kit_read_options){ .mapping = "[columns]\nx = family\n[options]\nkey = x\nkeys = y\n" });
	assert_true(r.rc.code == NK_CONFIG);
	assert_non_null(strstr(r.err.text[NK_LANG_EN], "line 5"));
	kit_read_done(&r);
	r = kit_read_bytes(nk_bytes_of("a,b\n", 4), (struct kit_read_options){ .strict = false });
	assert_true(r.rc.code == NK_CONFIG);
	kit_read_done(&r);
}

static void dates_are_read_when_they_can_mean_one_day_only(void **state)
{
	static const struct {
		const char *text, *day;
		enum nk_date_reading reading;
	} cases[] = {
		{ "2004-02-29", "2004-02-29", NK_DATE_EXACT },
		{ "2004/2/9", "2004-02-09", NK_DATE_LOOSE },
		{ "２００４／２／９", "2004-02-09", NK_DATE_LOOSE },
		{ "20040209", "2004-02-09", NK_DATE_LOOSE },
		{ "2004年2月9日", "2004-02-09", NK_DATE_LOOSE },
		{ "平成16年 2月 9日", "2004-02-09", NK_DATE_LOOSE },
		{ "平成十六年二月二十九日", "2004-02-29", NK_DATE_LOOSE },
		{ "㍻16年2月9日", "2004-02-09", NK_DATE_LOOSE },
		{ "平16.2.9", "2004-02-09", NK_DATE_LOOSE },
		{ "H16.02.09", "2004-02-09", NK_DATE_LOOSE },
		{ "H160209", "2004-02-09", NK_DATE_LOOSE },
		{ "昭和64年1月7日", "1989-01-07", NK_DATE_LOOSE },
		{ "平成元年1月8日", "1989-01-08", NK_DATE_LOOSE },
		{ "R1.5.1", "2019-05-01", NK_DATE_LOOSE },
		{ "平成31年5月1日", "2019-05-01", NK_DATE_PAST_ERA },
		{ "昭和64年1月8日", "1989-01-08", NK_DATE_PAST_ERA },
		{ "38222", "2004-08-23", NK_DATE_SERIAL },
		{ "31/12/2004", "2004-12-31", NK_DATE_LOOSE },
		{ "5/1/2003", NULL, NK_DATE_AMBIGUOUS },
		{ "03/04/05", NULL, NK_DATE_AMBIGUOUS },
		{ "2004/2/30", NULL, NK_DATE_BAD },
		{ "2004-13-01", NULL, NK_DATE_BAD },
		{ "平成16年", NULL, NK_DATE_BAD },
		{ "yesterday", NULL, NK_DATE_BAD },
		{ "", NULL, NK_DATE_BAD },
	};

	(void)state;
	for (size_t i = 0; i < NK_ARRAY_LEN(cases); i++) {
		nk_date day = NK_DATE_NONE;
		nk_date wanted = NK_DATE_NONE;

		if (cases[i].day != NULL) {
			assert_true(nk_date_parse(nk_str_c(cases[i].day), &wanted));
		}
		if (nk_value_date(nk_str_c(cases[i].text), &day) != cases[i].reading || day != wanted) {
			fail_msg("%s is read wrongly", cases[i].text);
		}
	}
}

static void kana_of_any_width_becomes_full_width_katakana(void **state)
{
	static const char *const cases[][2] = { { "ｶﾞｷﾞｸﾞ ﾊﾟﾋﾟ", "ガギグ パピ" }, { "ｳﾞｧｰ", "ヴァー" },
		{ "ﾂﾂﾞﾃﾞﾄﾞ", "ツヅデド" }, { "にしむら ゆうな", "ニシムラ ユウナ" }, { "ｱﾞ", "ア゛" },
		{ "カナ", "カナ" } };

	(void)state;
	for (size_t i = 0; i < NK_ARRAY_LEN(cases); i++) {
		NK_OWNED(nk_buf_done) struct nk_buf out = { 0 };
		struct nk_err err = { 0 };

		nk_buf_init(&out, 1000);
		kit_ok(nk_value_kana(nk_str_c(cases[i][0]), &out, &err), &err);
		assert_true(nk_str_eq(nk_buf_str(&out), nk_str_c(cases[i][1])));
	}
}

/* ---- the list of an academic-affairs office, in ../shared ---- */

/* Lines of the list that must not simply be taken. */
static const struct {
	uint64_t line;
	const char *rule;
} bad_lines[] = { { 79, "CSV-NAME-1" }, { 80, "CSV-KEY-1" }, { 93, "CSV-10" }, { 1504, "CSV-KEY-4" },
	{ 1804, "CSV-KEY-4" }, { 2104, "CSV-KEY-4" } };

static void the_offices_list_is_refused_with_the_line_of_each_error(void **state)
{
	static const char *const names[] = { "dirty/students-cp932.csv", "dirty/students-utf8-bom.csv" };
	char path[512];

	(void)state;
	for (size_t i = 0; i < NK_ARRAY_LEN(names); i++) {
		struct kit_read r;

		if (!kit_shared(names[i], path)) {
			kit_skip(__func__);
			return;
		}
		r = kit_read_path(path, (struct kit_read_options){ .mapping = mapping });
		for (size_t k = 0; k < NK_ARRAY_LEN(bad_lines); k++) {
			kit_refused(&r, bad_lines[k].rule, "", bad_lines[k].line, NULL);
		}
		assert_non_null(strstr(
			r.err.text[NK_LANG_EN], "9 errors")); /* the six, and the first rows of the three keys */
		assert_non_null(kit_finding(&r, "CSV-DATE-5", "", 73, "生年月日"));
		assert_non_null(kit_finding(&r, "CSV-DATE-3", "", 74, "生年月日"));
		assert_non_null(kit_finding(&r, "CSV-NAME-3", "", 64, "氏名"));
		assert_non_null(kit_finding(&r, "CSV-VAL-1", "", 52, "メール"));
		assert_non_null(kit_finding(&r, "CSV-DATE-2", "", 274, "生年月日"));
		kit_read_done(&r);
	}
}

static bool is_bad(uint64_t line)
{
	for (size_t i = 0; i < NK_ARRAY_LEN(bad_lines); i++) {
		if (bad_lines[i].line == line) {
			return true;
		}
	}
	return false;
}

/* The list without its six bad lines (blank lines in their place, so that numbers stay). */
static struct kit_read read_mended(const char *path)
{
	struct nk_buf in;
	struct nk_buf out;
	struct nk_err err = { 0 };
	struct kit_read r;
	uint64_t line = 1;

	nk_buf_init(&in, 1 << 20);
	nk_buf_init(&out, 1 << 20);
	kit_ok(nk_env_read_all(nk_os_env(), path, 1 << 20, &in, &err), &err);
	for (size_t i = 0; i < in.len; i++) {
		const bool end =
			in.ptr[i] == '\n' || (in.ptr[i] == '\r' && (i + 1 >= in.len || in.ptr[i + 1] != '\n'));

		if (!is_bad(line) || end || in.ptr[i] == '\r') {
			kit_ok(nk_buf_add_byte(&out, in.ptr[i], &err), &err);
		}
		line += end ? 1 : 0;
	}
	r = kit_read_bytes(nk_buf_bytes(&out), (struct kit_read_options){ .mapping = mapping });
	nk_buf_done(&in);
	nk_buf_done(&out);
	return r;
}

/* What a row of students-truth.csv says; columns as in its header. */
enum truth {
	T_LINE,
	T_NUMBER,
	T_FAMILY,
	T_GIVEN,
	T_KANA_FAMILY,
	T_KANA_GIVEN,
	T_FACULTY,
	T_DEPARTMENT,
	T_GRADE,
	T_ENTERED,
	T_BIRTH,
	T_MAIL,
	T_STATUS,
	T_NOTE,
	T_COUNT
};

static bool matches(const struct nk_roster_person *p, const struct nk_str *t)
{
	static const struct {
		enum nk_field field;
		enum truth column;
	} pairs[] = { { NK_FIELD_STUDENT_NUMBER, T_NUMBER }, { NK_FIELD_FAMILY_KANA, T_KANA_FAMILY },
		{ NK_FIELD_GIVEN_KANA, T_KANA_GIVEN }, { NK_FIELD_GRADE, T_GRADE }, { NK_FIELD_BIRTH_DATE, T_BIRTH },
		{ NK_FIELD_MAIL, T_MAIL } };
	char date[NK_DATE_TEXT];
	char whole[256];
	bool names =
		nk_str_eq(p->field[NK_FIELD_FAMILY], t[T_FAMILY]) && nk_str_eq(p->field[NK_FIELD_GIVEN], t[T_GIVEN]);

	for (size_t i = 0; i < NK_ARRAY_LEN(pairs); i++) {
		if (!nk_str_eq(p->field[pairs[i].field], t[pairs[i].column])) {
			return false;
		}
	}
	/* Without a blank between them nobody can tell the two names apart: all of it is the family name. */
	(void)snprintf(whole, sizeof(whole), "%.*s%.*s", NK_FMT(t[T_FAMILY]), NK_FMT(t[T_GIVEN]));
	names = names || (nk_str_eq(p->field[NK_FIELD_FAMILY], nk_str_c(whole)) && p->field[NK_FIELD_GIVEN].len == 0);
	(void)snprintf(whole, sizeof(whole), "%.*s %.*s", NK_FMT(t[T_FACULTY]), NK_FMT(t[T_DEPARTMENT]));
	return names && nk_str_eq(p->field[NK_FIELD_FACULTY], nk_str_c(whole)) &&
		nk_str_eq(nk_str_c(nk_date_print(p->valid_from, date)), t[T_ENTERED]) &&
		p->enabled != nk_str_eq(t[T_STATUS], NK_STR("休学"));
}

static bool is_gone(struct nk_str status)
{
	return nk_str_eq(status, NK_STR("退学")) || nk_str_eq(status, NK_STR("卒業")) ||
		nk_str_eq(status, NK_STR("除籍"));
}

/* Each row of the truth beside the next person; returns how many differ. */
static size_t compare_with_truth(const struct nk_roster *roster, struct nk_str truth, size_t *out_taken)
{
	NK_OWNED(nk_csv_free) struct nk_csv *csv = NULL;
	struct nk_csv_row row = { 0 };
	struct nk_err err = { 0 };
	bool have = false;
	size_t next = 0;
	size_t wrong = 0;

	kit_ok(nk_csv_new(',', NULL, &csv, &err), &err);
	kit_ok(nk_csv_feed(csv, nk_str_bytes(truth), true, &err), &err);
	kit_ok(nk_csv_next(csv, &row, &have, &err), &err);
	for (;;) {
		struct nk_str t[T_COUNT];
		uint64_t line = 0;

		kit_ok(nk_csv_next(csv, &row, &have, &err), &err);
		if (!have) {
			break;
		}
		assert_true(row.n == T_COUNT);
		for (size_t i = 0; i < T_COUNT; i++) {
			t[i] = nk_bytes_str(row.fields[i]);
		}
		assert_true(nk_parse_u64(t[T_LINE], 1, 10000, &line));
		if (is_bad(line) || is_gone(t[T_STATUS])) {
			continue;
		}
		assert_true(next < roster->n_persons && roster->persons[next].line == line);
		if (line != 81 && !matches(&roster->persons[next], t)) { /* 81: a remark in the name */
			print_message("line %d differs\n", (int)line);
			wrong++;
		}
		next++;
	}
	*out_taken = next;
	return wrong;
}

static void the_rest_of_the_offices_list_says_what_the_truth_says(void **state)
{
	static const char *const names[] = { "dirty/students-cp932.csv", "dirty/students-utf8-bom.csv" };
	NK_OWNED(nk_buf_done) struct nk_buf truth = { 0 };
	struct nk_err err = { 0 };
	char path[512];

	(void)state;
	nk_buf_init(&truth, 1 << 20);
	if (!kit_shared("dirty/students-truth.csv", path)) {
		kit_skip(__func__);
		return;
	}
	kit_ok(nk_env_read_all(nk_os_env(), path, 1 << 20, &truth, &err), &err);
	for (size_t i = 0; i < NK_ARRAY_LEN(names); i++) {
		struct kit_read r;
		size_t taken = 0;

		assert_true(kit_shared(names[i], path));
		r = read_mended(path);
		kit_ok(r.rc, &r.err);
		assert_true(nk_str_eq(r.roster->encoding, i == 0 ? NK_STR("CP932") : NK_STR("UTF-8")));
		assert_true(compare_with_truth(r.roster, nk_buf_str(&truth), &taken) == 0);
		assert_true(taken == r.roster->n_persons && taken > 2800);
		kit_read_done(&r);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_row_becomes_a_person_by_the_mapping),
		cmocka_unit_test(a_name_without_a_blank_is_kept_whole_and_told),
		cmocka_unit_test(a_former_name_is_none_where_the_column_says_so_and_its_reading_stands_in_brackets),
		cmocka_unit_test(states_suspend_and_leave_out),
		cmocka_unit_test(keys_that_a_spreadsheet_changed_are_refused),
		cmocka_unit_test(a_column_that_is_not_there_and_a_bad_mapping_are_told),
		cmocka_unit_test(dates_are_read_when_they_can_mean_one_day_only),
		cmocka_unit_test(kana_of_any_width_becomes_full_width_katakana),
		cmocka_unit_test(the_offices_list_is_refused_with_the_line_of_each_error),
		cmocka_unit_test(the_rest_of_the_offices_list_says_what_the_truth_says),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
