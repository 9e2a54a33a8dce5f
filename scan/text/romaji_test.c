/*
 * romaji_test.c: all spellings of a reading have one skeleton, and what is no romaji has none.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <string.h>

#include "nks_text.h"

enum { ROOM = 64 };

static const char *skeleton(const char *utf8, char out[static ROOM + 1])
{
	nks_unit u[ROOM];
	size_t n = 0;

	assert_int_equal(nks_units_of(utf8, strlen(utf8), u, ROOM, &n), NKS_OK);
	for (size_t i = 0; i < n; i++) {
		u[i] = nks_fold[u[i]];
	}
	out[nks_skeleton(u, n, out, ROOM)] = 0;
	return out;
}

static const char *kana_skeleton(const char *utf8, char out[static ROOM + 1])
{
	nks_unit u[ROOM];
	size_t n = 0;

	assert_int_equal(nks_units_of(utf8, strlen(utf8), u, ROOM, &n), NKS_OK);
	out[nks_kana_skeleton(u, n, out, ROOM)] = 0;
	return out;
}

/* Kana, and how they are written in romaji: Hepburn, Kunrei, passport, macrons, wapuro. */
static const struct {
	const char *kana, *romaji[6];
} spelled[] = {
	{ "シンジ", { "Shinji", "SINZI", "shinzi", "sinji" } },
	{ "オオノ　タロウ", { "Ohno Taroh", "Ōno Tarō", "Oono Tarou", "ono taro", "OHNO, TARO", "ÔNO TARÔ" } },
	{ "ささき　じゅん", { "Sasaki Jun", "SASAKI ZYUN", "sasaki jyun" } },
	{ "サトウ ショウヘイ", { "Sato Shohei", "Satou Shouhei", "SATOH SHOHEI", "Satô Syôhei", "sato syouhei" } },
	{ "チヅル", { "Chizuru", "Tiduru", "Tizuru", "chidzuru" } },
	{ "ホンマ", { "Honma", "Homma", "HOMMA" } },
	{ "ナンバ", { "Nanba", "Namba" } },
	{ "ケンイチ", { "Ken'ichi", "Kenichi", "Ken-ichi", "KENITI", "Ken’ichi" } },
	{ "コンノ", { "Konno", "Kon'no" } },
	{ "ハットリ", { "Hattori", "HATTORI" } },
	{ "マッチ", { "Matchi", "Macchi", "matti" } },
	{ "リュウイチ", { "Ryuichi", "Ryūichi", "Ryuuichi", "RYUITI", "Lyuichi" } },
	{ "フミオ", { "Fumio", "Humio" } },
	{ "ツヨシ", { "Tsuyoshi", "Tuyosi" } },
	{ "ユウコ", { "Yuko", "Yūko", "Yuuko", "Yuhko" } },
	{ "カヲル", { "Kaoru", "Kaworu" } },
	{ "イノウエ", { "Inoue", "INOUE", "Inōe" } },
	{ "トオヤマ", { "Tohyama", "Toyama", "Tōyama", "Tooyama" } },
	{ "ヂ", { "di", "ji", "zi" } },
	{ "ファン", { "fan" } },
	{ "シェリー", { "sherii", "sheri" } },
	{ "ティナ", { "tina" } },
	{ "ヴァン", { "van" } },
	{ "イッショウ", { "Issho", "Issyo", "isshou" } },
	{ "ニイダ", { "Niida", "Nīda" } },
	{ "キョウコ", { "Kyoko", "Kyōko", "Kyouko", "kyohko" } },
	{ "ジョウジ", { "Joji", "Zyozi", "jyoji", "Johji" } },
	{ "カワグチ", { "Kawaguchi", "KAWAGUTI" } },
};

static void all_spellings_of_a_reading_have_one_skeleton(void **state)
{
	char expected[ROOM + 1];
	char got[ROOM + 1];

	(void)state;
	for (size_t i = 0; i < sizeof spelled / sizeof *spelled; i++) {
		(void)kana_skeleton(spelled[i].kana, expected);
		assert_string_not_equal(expected, "");
		for (size_t k = 0; k < 6 && spelled[i].romaji[k] != NULL; k++) {
			assert_string_equal(skeleton(spelled[i].romaji[k], got), expected);
		}
	}
}

static void skeletons_are_kunrei_without_long_vowels(void **state)
{
	char got[ROOM + 1];

	(void)state;
	assert_string_equal(skeleton("Shouhei Ohtani", got), "syoheiotani");
	assert_string_equal(skeleton("Chizuru Fujii", got), "tizuruhuzi");
	assert_string_equal(skeleton("Jumpei Honma", got), "zyunpeihonma");
	assert_string_equal(kana_skeleton("おおたに しょうへい", got), "otanisyohei");
	assert_string_equal(kana_skeleton("ﾊﾞﾊﾞ ﾀｯﾔ", got), "babataya");
}

static void what_is_no_japanese_has_no_skeleton(void **state)
{
	static const char *const words[] = { "string", "xavier", "Smith", "query", "black", "mark", "Jim", "tsa",
		"kwa", "shtamp", "int", "dog", "wu", "yi", "hs", "kya kyi", "th", "ck", "Ohn x" };
	char got[ROOM + 1];

	(void)state;
	for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
		if (skeleton(words[i], got)[0] != 0) {
			fail_msg("%s became %s", words[i], got);
		}
	}
	assert_string_equal(kana_skeleton("山だ", got), "");
	assert_string_equal(kana_skeleton("abc", got), "");
	assert_string_equal(skeleton("", got), "");
	assert_string_equal(kana_skeleton("", got), "");
}

static void different_readings_stay_apart(void **state)
{
	static const char *const pairs[][2] = { { "Kato", "Katto" }, { "Kishi", "Gishi" }, { "Honda", "Hoda" },
		{ "Sato", "Saito" }, { "Yuki", "Yuka" }, { "Shoji", "Shiyoji" }, { "Tanaka", "Takana" },
		{ "Hisao", "Isao" } };
	char one[ROOM + 1];
	char other[ROOM + 1];

	(void)state;
	for (size_t i = 0; i < sizeof pairs / sizeof *pairs; i++) {
		assert_string_not_equal(skeleton(pairs[i][0], one), skeleton(pairs[i][1], other));
	}
}

static void the_skeleton_of_words_is_their_skeletons_in_a_row(void **state)
{
	char one[ROOM + 1];
	char other[ROOM + 1];
	char both[ROOM + 1];
	char joined[2 * ROOM + 1];

	(void)state;
	(void)skeleton("Satoh", one);
	(void)skeleton("Osamu", other);
	(void)snprintf(joined, sizeof joined, "%s%s", one, other);
	assert_string_equal(skeleton("Satoh Osamu", both), joined);
	assert_string_equal(skeleton("Satō, Osamu", both), joined);
	assert_string_equal(kana_skeleton("サトウ　オサム", both), joined);
}

static void what_does_not_fit_has_no_skeleton(void **state)
{
	static const nks_unit word[] = { 's', 'a', 't', 'o' };
	char out[4] = { 0 };

	(void)state;
	assert_int_equal(nks_skeleton(word, 4, out, 4), 4);
	assert_int_equal(nks_skeleton(word, 4, out, 3), 0);
	assert_int_equal(nks_skeleton(word, 4, out, 0), 0);
	assert_int_equal(nks_kana_skeleton((const nks_unit[]){ 0x30b5, 0x30c8 }, 2, out, 3), 0);
	assert_int_equal(nks_kana_skeleton((const nks_unit[]){ 0x30b5, 0x30c8 }, 2, out, 4), 4);
	assert_int_equal(nks_kana_skeleton((const nks_unit[]){ 0x30e3, 0x30a1, 0x30c3 }, 3, out, 4), 2);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(all_spellings_of_a_reading_have_one_skeleton),
		cmocka_unit_test(skeletons_are_kunrei_without_long_vowels),
		cmocka_unit_test(what_is_no_japanese_has_no_skeleton),
		cmocka_unit_test(different_readings_stay_apart),
		cmocka_unit_test(the_skeleton_of_words_is_their_skeletons_in_a_row),
		cmocka_unit_test(what_does_not_fit_has_no_skeleton),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
