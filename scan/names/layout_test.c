/* Tests of labels and tables: each question has its hit and its miss. */
#include "names_kit.h"

#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>
#include <stdio.h>

static enum nks_label label(const char *utf8)
{
	nks_unit u[256];
	return nks_label_of(u, kit_units(utf8, u));
}

static struct nks_place place(const char *utf8, bool table, const char *at)
{
	struct kit_block *b = kit_open(utf8, table);
	size_t i = kit_find(b, at);
	assert_true(i < b->text.n);
	struct nks_place p = nks_layout_at(&b->text, i);
	kit_close(&b);
	return p;
}

static void headings_are_known_however_they_are_written(void **state)
{
	(void)state;
	assert_int_equal(label("氏名"), NKS_LABEL_NAME);
	assert_int_equal(label("氏　　名"), NKS_LABEL_NAME);
	assert_int_equal(label("児童生徒氏名"), NKS_LABEL_NAME);
	assert_int_equal(label("【お名前】※必須"), NKS_LABEL_NONE);
	assert_int_equal(label("お名前（必須）："), NKS_LABEL_NAME);
	assert_int_equal(label("Full_Name"), NKS_LABEL_NAME);
	assert_int_equal(label("familyName"), NKS_LABEL_NAME);
	assert_int_equal(label("ＦＵＬＬ　ＮＡＭＥ"), NKS_LABEL_NAME);
	assert_int_equal(label("ふりがな"), NKS_LABEL_KANA);
	assert_int_equal(label("氏名（カナ）"), NKS_LABEL_KANA);
	assert_int_equal(label("E-mail:"), NKS_LABEL_MAIL);
	assert_int_equal(label("ＴＥＬ"), NKS_LABEL_PHONE);
	assert_int_equal(label("電話番号1"), NKS_LABEL_PHONE);
	assert_int_equal(label("主たる保護者の連絡先電話番号"), NKS_LABEL_PHONE);
	assert_int_equal(label("生年月日(西暦)"), NKS_LABEL_BIRTH);
	assert_int_equal(label("DOB"), NKS_LABEL_BIRTH);
	assert_int_equal(label("マイナンバー"), NKS_LABEL_MYNUMBER);
	assert_int_equal(label("法人番号"), NKS_LABEL_HOJIN);
	assert_int_equal(label("注文番号"), NKS_LABEL_OTHER_NUMBER);
}

static void words_that_only_look_like_labels_are_none(void **state)
{
	(void)state;
	assert_int_equal(label("学校名"), NKS_LABEL_NONE);
	assert_int_equal(label("file_name"), NKS_LABEL_NONE);
	assert_int_equal(label("会社名（カナ）"), NKS_LABEL_NONE);
	assert_int_equal(label("山田太郎"), NKS_LABEL_NONE);
	assert_int_equal(label("hostname"), NKS_LABEL_NONE);
	assert_int_equal(label("HOTEL"), NKS_LABEL_NONE);
	assert_int_equal(label(""), NKS_LABEL_NONE);
}

static void a_cell_has_row_column_and_heading(void **state)
{
	(void)state;
	const char *csv = "学籍番号,氏名,生年月日\n1001,山田太郎,2010/4/2\n1002,\"鈴木, 花子\",2010/5/3\n";
	struct nks_place p = place(csv, false, "鈴木");
	assert_int_equal(p.row, 3);
	assert_int_equal(p.column, 2);
	assert_int_equal(p.column_label, NKS_LABEL_NAME);
	p = place(csv, false, "2010/5");
	assert_int_equal(p.column, 3);
	assert_int_equal(p.column_label, NKS_LABEL_BIRTH);
	p = place(csv, false, "1001");
	assert_int_equal(p.column_label, NKS_LABEL_NUMBER);
	assert_int_equal(p.before, NKS_LABEL_NONE);
}

static void headings_below_a_title_and_other_delimiters_are_found(void **state)
{
	(void)state;
	struct nks_place p = place(
		"令和6年度 名簿\t\t\n\t\t\n番号\t氏名\t電話\n1\t山田太郎\t0312345678\n2\t鈴木花子\t0312345679\n",
		false, "鈴木花子");
	assert_int_equal(p.row, 5);
	assert_int_equal(p.column_label, NKS_LABEL_NAME);
	p = place("name;phone\nTaro;03\nHanako;04\n", false, "04");
	assert_int_equal(p.column, 2);
	assert_int_equal(p.column_label, NKS_LABEL_PHONE);
	p = place("氏名\x1f"
		  "電話\x1e"
		  "山田,太郎\x1f"
		  "03\x1e",
		true, "03");
	assert_int_equal(p.row, 2);
	assert_int_equal(p.column, 2);
	assert_int_equal(p.column_label, NKS_LABEL_PHONE);
}

static void a_line_end_in_quotes_does_not_shift_columns(void **state)
{
	(void)state;
	const char *csv = "氏名,備考,電話\n山田,\"一行目\n二行目, \"\"引用\"\"\n三行目\",0311\n鈴木,なし,0322\n";
	assert_int_equal(place(csv, false, "0311").column, 3);
	assert_int_equal(place(csv, false, "三行目").column, 2);
	assert_int_equal(place(csv, false, "0322").column, 3);
	assert_int_equal(place(csv, false, "鈴木").column, 1);
}

static void prose_is_no_table(void **state)
{
	(void)state;
	struct nks_place p = place("これは文章です。\n次の行、そして、03-1234-5678 に電話した。\n", false, "03-");
	assert_int_equal(p.row, 0);
	assert_int_equal(p.column, 0);
	assert_int_equal(p.before, NKS_LABEL_NONE);
}

static void the_nearest_label_before_is_told(void **state)
{
	(void)state;
	assert_int_equal(place("氏名：山田太郎", false, "山田").before, NKS_LABEL_NAME);
	assert_int_equal(place("氏名：山田太郎", false, "山田").before_at, 0);
	assert_int_equal(place("氏　名　　山田太郎", false, "山田").before, NKS_LABEL_NAME);
	assert_int_equal(place("電話番号（携帯）は090", false, "090").before, NKS_LABEL_PHONE);
	assert_int_equal(place("マイナンバー\n\n1234", false, "1234").before, NKS_LABEL_MYNUMBER);
	assert_int_equal(place("マイナンバーです。1234", false, "1234").before, NKS_LABEL_NONE);
	assert_int_equal(place("マイナンバー\nあとで\n1234", false, "1234").before, NKS_LABEL_NONE);
	assert_int_equal(place("HOTEL 1234", false, "1234").before, NKS_LABEL_NONE);
	assert_int_equal(place("電話機は1234", false, "1234").before, NKS_LABEL_NONE);
	assert_int_equal(place("Tel: 1234", false, "1234").before, NKS_LABEL_PHONE);
	assert_int_equal(place("\"phone\":\"1234\"", false, "1234").before, NKS_LABEL_PHONE);
}

static void labels_near_work_without_a_layout(void **state)
{
	(void)state;
	nks_unit u[64];
	size_t n = kit_units("1234 は旅券番号、カナダのもの", u);
	struct kit_block *b = kit_open_units(u, n, false, false);
	assert_int_equal(nks_label_near(&b->text, 0, 40), 1U << NKS_LABEL_PASSPORT);
	assert_int_equal(nks_label_near(&b->text, 0, 4), 0);
	struct nks_place p = nks_layout_at(&b->text, 5);
	assert_int_equal(p.row + p.column + p.before + p.column_label, 0);
	kit_close(&b);
}

/* A stream in blocks that overlap answers as one block does. */
static void blocks_that_follow_know_where_they_are(void **state)
{
	(void)state;
	char csv[4000] = "番号,氏名,電話\n";
	for (size_t k = 0, at = strlen(csv); k < 100; k++) {
		at += (size_t)snprintf(csv + at, sizeof csv - at, "%03zu,氏%03zu,t%03zu\n", k, k, k);
	}
	struct kit_block *b = kit_open(csv, false);
	struct nks_text whole = b->text;
	for (size_t from = 0; from < whole.n; from += 300) {
		struct nks_text t = whole;
		size_t lead = from < 200 ? from : 200;
		t.u = whole.u + from - lead;
		t.from = lead;
		t.to = lead + (whole.n - from < 300 ? whole.n - from : 300);
		t.n = t.to;
		t.first = from == 0;
		if (from == 0) {
			t.n = t.to + 60;
			nks_layout_begin(b->layout, false, NULL, 0);
		}
		nks_layout_feed(b->layout, &t);
		for (size_t i = t.from; i < t.to; i++) {
			if (t.u[i] != 't') {
				continue;
			}
			unsigned row = (unsigned)(t.u[i + 1] - '0') * 100 + (unsigned)(t.u[i + 2] - '0') * 10 +
				(unsigned)(t.u[i + 3] - '0');
			struct nks_place p = nks_layout_at(&t, i);
			assert_int_equal(p.row, row + 2);
			assert_int_equal(p.column, 3);
			assert_int_equal(p.column_label, NKS_LABEL_PHONE);
		}
	}
	assert_int_equal(nks_layout_rows(b->layout), 101);
	kit_close(&b);
}

static void a_part_of_a_stream_has_its_headings_from_the_head(void **state)
{
	(void)state;
	nks_unit head[64];
	size_t n = kit_units("番号,氏名,電話\n1,山田,03\n2,鈴木,04\n", head);
	struct kit_block *b = kit_open("7,佐藤,05\n8,伊藤,06\n", false);
	b->text.first = false;
	nks_layout_begin(b->layout, false, head, n);
	nks_layout_feed(b->layout, &b->text);
	struct nks_place p = nks_layout_at(&b->text, kit_find(b, "伊藤"));
	assert_int_equal(p.column_label, NKS_LABEL_NAME);
	assert_int_equal(p.row, 2);
	assert_int_equal(nks_layout_rows(b->layout), 2);
	kit_close(&b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(headings_are_known_however_they_are_written),
		cmocka_unit_test(words_that_only_look_like_labels_are_none),
		cmocka_unit_test(a_cell_has_row_column_and_heading),
		cmocka_unit_test(headings_below_a_title_and_other_delimiters_are_found),
		cmocka_unit_test(a_line_end_in_quotes_does_not_shift_columns),
		cmocka_unit_test(prose_is_no_table),
		cmocka_unit_test(the_nearest_label_before_is_told),
		cmocka_unit_test(labels_near_work_without_a_layout),
		cmocka_unit_test(blocks_that_follow_know_where_they_are),
		cmocka_unit_test(a_part_of_a_stream_has_its_headings_from_the_head),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
