/*
 * fold_test.c: what is one for the scanner and what is not; character sets; normalising of rosters.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "nks_norm.h"
#include "nks_tables.h"
#include "nks_text.h"

enum { ROOM = 64 };

static size_t folded(const char *utf8, nks_unit *out)
{
	size_t n = 0;

	assert_int_equal(nks_units_of(utf8, strlen(utf8), out, ROOM, &n), NKS_OK);
	for (size_t i = 0; i < n; i++) {
		out[i] = nks_fold[out[i]];
	}
	return n;
}

static bool alike(const char *one, const char *other)
{
	nks_unit a[ROOM];
	nks_unit b[ROOM];
	size_t n = folded(one, a);

	return folded(other, b) == n && memcmp(a, b, n * sizeof *a) == 0;
}

static const char *const ones[][2] = {
	{ "髙橋", "高橋" },
	{ "山﨑", "山崎" },
	{ "渡邊", "渡辺" },
	{ "渡邉", "渡辺" },
	{ "齋藤", "斎藤" },
	{ "齊藤", "斉藤" },
	{ "斎藤", "斉藤" },
	{ "濵田", "浜田" },
	{ "濱田", "浜田" },
	{ "濵田", "濱田" },
	{ "澤", "沢" },
	{ "廣", "広" },
	{ "國", "国" },
	{ "嶋", "島" },
	{ "嶌", "島" },
	{ "冨", "富" },
	{ "𠮷田", "吉田" },
	{ "德", "徳" },
	{ "惠", "恵" },
	{ "眞", "真" },
	{ "櫻", "桜" },
	{ "槇", "槙" },
	{ "瀨", "瀬" },
	{ "桧", "檜" },
	{ "龍", "竜" },
	{ "瀧", "滝" },
	{ "條", "条" },
	{ "榮", "栄" },
	{ "淺", "浅" },
	{ "關", "関" },
	{ "鐵", "鉄" },
	{ "舘", "館" },
	{ "曾", "曽" },
	{ "邨", "村" },
	{ "穗", "穂" },
	{ "彌", "弥" },
	{ "禮", "礼" },
	{ "寳", "宝" },
	{ "靜", "静" },
	{ "栁", "柳" },
	{ "桒", "桑" },
	{ "圡", "土" },
	{ "峯", "峰" },
	{ "靏", "鶴" },
	{ "麴", "麹" },
	{ "\xef\xa8\x99", "神" },
	{ "\xef\xa8\x9b", "福" },
	{ "⼭⽥", "山田" },
	{ "⻑", "長" },
	{ "辻\xf3\xa0\x84\x80", "辻" },
	{ "葛\xef\xb8\x80", "葛" },
	{ "ﾔﾏﾀﾞ ﾀﾛｳ", "ヤマダ　タロウ" },
	{ "やまだ", "ヤマダ" },
	{ "ショウ", "シヨウ" },
	{ "ハヅキ", "ハズキ" },
	{ "ヴ", "ブ" },
	{ "ﾊﾟ", "ぱ" },
	{ "ＡＢＣ＠ｘ．ｊｐ", "abc@x.jp" },
	{ "03−1234", "03-1234" },
	{ "03‐1", "03－1" },
	{ "03–1", "03—1" },
	{ "〜", "～" },
	{ "Ōno", "ono" },
	{ "o\xcc\x84no", "ono" },
	{ "a\xe2\x80\x8b"
	  "b",
		"ab" },
	{ "\xee\x80\x80", "\xee\x9d\x97" },
	{ "O’Neil", "O'Neil" },
	{ "龍ヶ崎", "龍ケ崎" },
	{ "𝐚", "a" },
};

static void texts_of_one_person_fold_to_the_same(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof ones / sizeof *ones; i++) {
		if (!alike(ones[i][0], ones[i][1])) {
			fail_msg("%s and %s are not one", ones[i][0], ones[i][1]);
		}
	}
}

static void texts_of_different_persons_stay_apart(void **state)
{
	static const char *const pairs[][2] = {
		{ "崎", "埼" },
		{ "崎", "碕" },
		{ "埼", "碕" },
		{ "﨑", "埼" },
		{ "祐", "佑" },
		{ "祐", "裕" },
		{ "秀", "英" },
		{ "英", "叡" },
		{ "弘", "広" },
		{ "博", "広" },
		{ "隆", "竜" },
		{ "智", "知" },
		{ "幸", "倖" },
		{ "篠", "笹" },
		{ "坂", "阪" },
		{ "岩", "巌" },
		{ "瑠", "琉" },
		{ "彬", "斌" },
		{ "宏", "曠" },
		{ "鮎", "鯰" },
		{ "園", "苑" },
		{ "淳", "惇" },
		{ "玲", "伶" },
		{ "河", "川" },
		{ "崎", "岐" },
		{ "村", "町" },
		{ "遊", "游" },
		{ "輝", "煇" },
		{ "昌", "晶" },
		{ "真", "慎" },
		{ "太", "大" },
		{ "森", "杜" },
		{ "杉", "椙" },
		{ "か", "が" },
		{ "ハ", "八" },
		{ "ロ", "口" },
		{ "ー", "一" },
		{ "カ", "力" },
		{ "1", "l" },
		{ "0", "O" },
		{ "ー", "-" },
		{ "①", "1" },
		{ "荻", "萩" },
		{ "藤", "籐" },
		{ "恵", "慧" },
		{ "莉", "梨" },
		{ "直", "尚" },
		{ "朗", "郎" },
		{ "浜", "浦" },
		{ "沢", "択" },
		{ "\xee\x80\x80", "髙" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof pairs / sizeof *pairs; i++) {
		if (alike(pairs[i][0], pairs[i][1])) {
			fail_msg("%s and %s are one", pairs[i][0], pairs[i][1]);
		}
	}
}

static void folding_twice_changes_nothing(void **state)
{
	(void)state;
	for (uint32_t u = 0; u <= 0xffff; u++) {
		assert_int_equal(nks_fold[nks_fold[u]], nks_fold[u]);
	}
	assert_int_equal(nks_fold[NKS_BREAK], NKS_BREAK);
	assert_int_equal(nks_fold[NKS_CELL], NKS_CELL);
	assert_int_equal(nks_fold[NKS_ROW], NKS_ROW);
	assert_int_equal(nks_fold[0xf8ff], NKS_GAIJI);
	assert_int_equal(nks_fold['\n'], '\n');
}

static void voice_marks_join_the_kana_before_them(void **state)
{
	nks_unit u[ROOM];

	(void)state;
	assert_int_equal(folded("か\xe3\x82\x99", u), 1);
	assert_int_equal(u[0], 0x30ac);
	assert_int_equal(folded("ハ\xe3\x82\x9a", u), 1);
	assert_int_equal(u[0], 0x30d1);
	assert_int_equal(folded("ｶﾞ", u), 1);
	assert_int_equal(u[0], 0x30ac);
	assert_int_equal(folded("カﾞ", u), 2);
	assert_int_equal(folded("ｱﾞ", u), 2);
	assert_int_equal(folded("ﾊﾟﾟ", u), 2);
	assert_int_equal(nks_voiced(0x3046, false), 0x3094);
	assert_int_equal(nks_voiced(0x30a6, false), 0x30f4);
	assert_int_equal(nks_voiced(0x30ef, false), 0x30f7);
	assert_int_equal(nks_voiced(0x3042, false), 0);
	assert_int_equal(nks_voiced(0x304b, true), 0);
	assert_int_equal(nks_voiced(0x305f, false), 0x3060);
	assert_int_equal(nks_voiced(0x3064, false), 0x3065);
	assert_int_equal(nks_voiced(0x3088, false), 0);
}

static void what_is_not_utf_8_or_too_long_is_refused(void **state)
{
	static const char *const bad[] = { "\x80", "\xc0\x80", "\xe3\x81", "\xed\xa0\x80", "\xf4\x90\x80\x80", "\xf5",
		"a\xff", "\xe0\x80\x80" };
	nks_unit u[4];
	size_t n = 0;

	(void)state;
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
		assert_int_equal(nks_units_of(bad[i], strlen(bad[i]), u, 4, &n), NKS_BAD_TEXT);
	}
	assert_int_equal(nks_units_of("abcde", 5, u, 4, &n), NKS_LIMIT);
	assert_int_equal(nks_units_of("abcd", 4, u, 4, &n), NKS_OK);
	assert_int_equal(n, 4);
	assert_int_equal(nks_units_of("", 0, u, 4, &n), NKS_OK);
	assert_int_equal(n, 0);
}

static void characters_above_the_bmp_have_a_unit(void **state)
{
	(void)state;
	assert_int_equal(nks_supplementary(0x20bb7), 0x5409);
	assert_int_equal(nks_supplementary(0xe0100), 0);
	assert_int_equal(nks_supplementary(0x1f600), 0x25a0);
	assert_int_equal(nks_supplementary(0x1d41a), 'a');
	assert_int_equal(nks_supplementary(0x1b002), 0x3042);
	assert_int_equal(nks_supplementary(0xf0000), NKS_GAIJI);
	assert_in_range(nks_supplementary(0x29e3d), 0x4e00, 0xdfff);
	assert_in_range(nks_supplementary(0x2a6b0), 0xd800, 0xdfff);
	assert_int_not_equal(nks_supplementary(0x2a6b0), nks_supplementary(0x2a6b1));
}

static uint16_t cp932(unsigned lead, unsigned trail)
{
	return nks_cp932_units[(lead - 0x80) * 192 + (trail - 0x40)];
}

static void ibm_kanji_have_both_of_their_codes(void **state)
{
	(void)state;
	assert_int_equal(cp932(0xee, 0xe0), 0x9ad9);
	assert_int_equal(cp932(0xfb, 0xfc), 0x9ad9);
	assert_int_equal(cp932(0xed, 0x95), 0xfa11);
	assert_int_equal(cp932(0xfa, 0xb1), 0xfa11);
	assert_int_equal(cp932(0x87, 0x40), 0x2460);
	assert_int_equal(cp932(0xf0, 0x40), 0xe000);
	assert_int_equal(cp932(0xf9, 0xfc), 0xe757);
	assert_int_equal(cp932(0x8e, 0x52), 0x5c71);
	assert_int_equal(cp932(0x81, 0x7f), NKS_BREAK);
	assert_int_equal(cp932(0xa1, 0x40), NKS_BREAK);
	assert_int_equal(nks_jisx0208_units[15 * 94], 0x4e9c);
	assert_int_equal(nks_jisx0208_units[(92 - 1) * 94 + 66 - 1], 0x9ad9);
	assert_int_equal(nks_jisx0212_units[15 * 94], 0x4e02);
}

static void character_sets_know_what_they_can_write(void **state)
{
	(void)state;
	assert_true(nks_cp932_has(0x9ad9));
	assert_false(nks_jisx0208_has(0x9ad9));
	assert_true(nks_jisx0208_has(0x9ad8));
	assert_false(nks_cp932_has(0x20bb7));
	assert_false(nks_cp932_has(0xe000));
	assert_true(nks_cp932_has('A'));
	assert_true(nks_cp932_has(0xff71));
	assert_false(nks_jisx0208_has('A'));
	assert_true(nks_jisx0208_has(0x301c));
	assert_false(nks_cp932_has(0x5653));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(texts_of_one_person_fold_to_the_same),
		cmocka_unit_test(texts_of_different_persons_stay_apart),
		cmocka_unit_test(folding_twice_changes_nothing),
		cmocka_unit_test(voice_marks_join_the_kana_before_them),
		cmocka_unit_test(what_is_not_utf_8_or_too_long_is_refused),
		cmocka_unit_test(characters_above_the_bmp_have_a_unit),
		cmocka_unit_test(ibm_kanji_have_both_of_their_codes),
		cmocka_unit_test(character_sets_know_what_they_can_write),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
