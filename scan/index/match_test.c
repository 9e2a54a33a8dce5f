/*
 * match_test.c: every spelling of a known person that is found, and what is not one.
 */
#include "index_kit.h"

static void names_are_found_whatever_stands_between_their_parts(void **state)
{
	struct kit_index k;

	(void)state;
	kit_new(&k);
	kit_add(&k, 7, NKS_FIELD_KANJI, "山田 太郎");
	kit_add(&k, 8, NKS_FIELD_KANJI, "林　一");
	kit_add(&k, 9, NKS_FIELD_KANJI, "髙橋 さくら");
	kit_add(&k, 10, NKS_FIELD_KANJI, "林 さくら");
	kit_open(&k);
	kit_assert_one(&k, "山田太郎", NKS_FIELD_KANJI, 7);
	kit_assert_one(&k, "これは山田太郎の本です", NKS_FIELD_KANJI, 7);
	kit_assert_one(&k, "山田　太郎", NKS_FIELD_KANJI, 7);
	kit_assert_one(&k, "山　田　太　郎", NKS_FIELD_KANJI, 7);
	kit_assert_one(&k, "\"山田\",\"太郎\"", NKS_FIELD_KANJI, 7);
	kit_assert_one(&k, "山田・太郎", NKS_FIELD_KANJI, 7);
	kit_assert_one(&k, "名 林 一 様", NKS_FIELD_KANJI, 8);
	kit_assert_one(&k, "高橋さくらは", NKS_FIELD_KANJI, 9);
	kit_assert_one(&k, "髙橋 サクラ", NKS_FIELD_KANJI, 9);
	kit_assert_one(&k, "は林さくらです", NKS_FIELD_KANJI, 10);
	kit_assert_one(&k, "は林   さくらです", NKS_FIELD_KANJI, 10);
	kit_assert_none(&k, "山田    太郎");
	kit_assert_none(&k, "山田一太郎");
	kit_assert_none(&k, "太郎山田");
	kit_done(&k);
}

static void another_spelling_is_said_to_be_one(void **state)
{
	struct kit_index k;

	(void)state;
	kit_new(&k);
	kit_add(&k, 1, NKS_FIELD_KANJI, "齋藤 邊一");
	kit_open(&k);
	kit_assert_one(&k, "齋藤邊一", NKS_FIELD_KANJI, 1);
	assert_true((k.found->hit[0].why & NKS_WHY(EXACT)) != 0);
	kit_assert_one(&k, "斉藤辺一", NKS_FIELD_KANJI, 1);
	assert_true((k.found->hit[0].why & NKS_WHY(FOLDED)) != 0);
	assert_true((k.found->hit[0].why & NKS_WHY(EXACT)) == 0);
	kit_done(&k);
}

static void what_cp932_cannot_write_is_found_as_gaiji(void **state)
{
	struct kit_index k;

	(void)state;
	kit_new(&k);
	kit_add(&k, 1, NKS_FIELD_KANJI, "𠮷田 髙志");
	kit_open(&k);
	kit_assert_one(&k, "吉田高志", NKS_FIELD_KANJI, 1);
	kit_assert_one(&k, "𠮷田\xee\x80\x81志", NKS_FIELD_KANJI, 1);
	assert_true((k.found->hit[0].why & NKS_WHY(GAIJI)) != 0);
	kit_done(&k);
}

static void a_neighbour_lowers_the_confidence_and_no_more(void **state)
{
	struct kit_index k;

	(void)state;
	kit_new(&k);
	kit_add(&k, 1, NKS_FIELD_KANJI, "小林 繁");
	kit_open(&k);
	kit_assert_one(&k, "小林繁は", NKS_FIELD_KANJI, 1);
	assert_int_equal(k.found->hit[0].confidence, 80);
	kit_assert_one(&k, "小林繁様", NKS_FIELD_KANJI, 1);
	assert_int_equal(k.found->hit[0].confidence, 80);
	kit_assert_one(&k, "氏名小林繁", NKS_FIELD_KANJI, 1);
	assert_int_equal(k.found->hit[0].confidence, 80);
	kit_assert_one(&k, "小林繁雄は", NKS_FIELD_KANJI, 1);
	assert_int_equal(k.found->hit[0].confidence, 55);
	assert_true((k.found->hit[0].why & NKS_WHY(BOUNDARY)) == 0);
	kit_done(&k);
}

static void only_the_longest_name_at_a_place_is_reported(void **state)
{
	struct kit_index k;

	(void)state;
	kit_new(&k);
	kit_add(&k, 1, NKS_FIELD_KANJI, "小林 繁");
	kit_add(&k, 2, NKS_FIELD_KANJI, "小林 繁雄");
	kit_add(&k, 3, NKS_FIELD_KANJI, "大小林 繁");
	kit_open(&k);
	kit_assert_one(&k, "小林繁雄", NKS_FIELD_KANJI, 2);
	kit_assert_one(&k, "小林繁", NKS_FIELD_KANJI, 1);
	kit_assert_one(&k, "大小林繁", NKS_FIELD_KANJI, 3);
	assert_int_equal(kit_look(&k, "小林繁雄と小林繁"), 2);
	assert_true(k.found->hit[0].at < k.found->hit[1].at);
	kit_done(&k);
}

static void namesakes_are_counted(void **state)
{
	struct kit_index k;
	uint32_t persons[4];

	(void)state;
	kit_new(&k);
	kit_add(&k, 5, NKS_FIELD_KANJI, "渡辺 真");
	kit_add(&k, 3, NKS_FIELD_KANJI, "渡邉 眞");
	kit_add(&k, 3, NKS_FIELD_KANJI, "渡辺 真");
	kit_open(&k);
	assert_int_equal(kit_look(&k, "渡邉眞"), 1);
	assert_true((k.found->hit[0].why & NKS_WHY(NAMESAKES)) != 0);
	assert_true((k.found->hit[0].why & NKS_WHY(EXACT)) != 0);
	assert_int_equal(nks_index_persons(k.index, k.found->hit[0].key, persons, 4), 2);
	assert_int_equal(persons[0], 3);
	assert_int_equal(persons[1], 5);
	assert_int_equal(kit_look(&k, "渡邊真"), 1);
	assert_true((k.found->hit[0].why & NKS_WHY(FOLDED)) != 0);
	kit_done(&k);
}

static void kana_are_found_in_every_script(void **state)
{
	struct kit_index k;

	(void)state;
	kit_new(&k);
	kit_add(&k, 1, NKS_FIELD_KANA, "ヤマダ タロウ");
	kit_add(&k, 2, NKS_FIELD_KANA, "マリー ルイーズ");
	kit_add(&k, 3, NKS_FIELD_KANA, "アベ アイ");
	kit_add(&k, 4, NKS_FIELD_KANA, "イ ジュ");
	kit_open(&k);
	kit_assert_one(&k, "ヤマダタロウ", NKS_FIELD_KANA, 1);
	kit_assert_one(&k, "やまだ　たろう", NKS_FIELD_KANA, 1);
	kit_assert_one(&k, "ﾔﾏﾀﾞ ﾀﾛｳ", NKS_FIELD_KANA, 1);
	kit_assert_one(&k, "それはやまだたろうさん", NKS_FIELD_KANA, 1);
	kit_assert_one(&k, "ヤ\"ヤマダ\",\"タロウ\"", NKS_FIELD_KANA, 1);
	kit_assert_one(&k, "マリールイーズ", NKS_FIELD_KANA, 2);
	kit_assert_one(&k, "マリ・ルイズ", NKS_FIELD_KANA, 2);
	kit_assert_one(&k, "アベアイ", NKS_FIELD_KANA, 3);
	kit_assert_one(&k, "ア ベ ア イ", NKS_FIELD_KANA, 3);
	kit_assert_one(&k, "イ ジュ", NKS_FIELD_KANA, 4);
	kit_assert_one(&k, "イジユさん", NKS_FIELD_KANA, 4);
	kit_assert_none(&k, "ヤマダタロ");
	kit_assert_none(&k, "スイジュウ");
	kit_done(&k);
}

static void names_that_mix_their_scripts_are_found(void **state)
{
	struct kit_index k;

	(void)state;
	kit_new(&k);
	kit_add(&k, 1, NKS_FIELD_KANJI, "つのだ 次郎");
	kit_add(&k, 2, NKS_FIELD_KANJI, "マリア 佐々木");
	kit_add(&k, 3, NKS_FIELD_KANJI, "ジョン スミス");
	kit_add(&k, 4, NKS_FIELD_KANJI, "山田 John");
	kit_open(&k);
	kit_assert_one(&k, "はつのだ次郎", NKS_FIELD_KANJI, 1);
	kit_assert_one(&k, "つのだ　次郎", NKS_FIELD_KANJI, 1);
	kit_assert_one(&k, "マリア・佐々木", NKS_FIELD_KANJI, 2);
	kit_assert_one(&k, "ジョン・スミス", NKS_FIELD_KANJI, 3);
	kit_assert_one(&k, "山田 john", NKS_FIELD_KANJI, 4);
	kit_done(&k);
}

static void romaji_are_found_in_both_orders(void **state)
{
	struct kit_index k;

	(void)state;
	kit_new(&k);
	kit_add(&k, 1, NKS_FIELD_ROMAJI, "Satou Shin'ichi");
	kit_add(&k, 2, NKS_FIELD_ROMAJI, "Ohno Junko");
	kit_add(&k, 3, NKS_FIELD_ROMAJI, "Smith Albert");
	kit_open(&k);
	kit_assert_one(&k, "Satou Shin'ichi", NKS_FIELD_ROMAJI, 1);
	assert_true((k.found->hit[0].why & NKS_WHY(EXACT)) != 0);
	kit_assert_one(&k, "SATO, SHINICHI", NKS_FIELD_ROMAJI, 1);
	kit_assert_one(&k, "by shin'ichi satoh.", NKS_FIELD_ROMAJI, 1);
	kit_assert_one(&k, "Sinniti Satô", NKS_FIELD_ROMAJI, 1);
	kit_assert_one(&k, "Junko Ōno", NKS_FIELD_ROMAJI, 2);
	kit_assert_one(&k, "ＪＵＮＫＯ　ＯＮＯ", NKS_FIELD_ROMAJI, 2);
	kit_assert_one(&k, "Albert Smith", NKS_FIELD_ROMAJI, 3);
	kit_assert_one(&k, "SMITH, albert", NKS_FIELD_ROMAJI, 3);
	kit_assert_none(&k, "Shinichi");
	kit_assert_none(&k, "Sato Junko");
	kit_done(&k);
}

/* The number-th word: up to three letters, or an a, two letters and an a. */
static bool romaji_word(uint32_t number, char *out, size_t room)
{
	const char letters[] = { (char)('a' + number % 26), (char)('a' + number / 26 % 26),
		(char)('a' + number / 676 % 26) };
	nks_unit units[8];
	char skeleton[16];
	size_t n = 0;

	if (number < 3 * 26 * 26 * 26) {
		n = (size_t)snprintf(out, room, "%.*s", (int)(1 + number / (26 * 26 * 26)), letters);
	} else {
		n = (size_t)snprintf(out, room, "a%c%ca", letters[0], letters[1]);
	}
	for (size_t i = 0; i < n; i++) {
		units[i] = (nks_unit)out[i];
	}
	return nks_skeleton(units, n, skeleton, sizeof(skeleton)) > 0;
}

static void no_word_that_can_be_romaji_is_thrown_out_by_its_letters(void **state)
{
	enum { WORDS = 4 * 26 * 26 * 26 };
	struct kit_index k;
	char word[8];
	char text[32];
	size_t words = 0;

	(void)state;
	kit_new(&k);
	for (uint32_t i = 0; i < WORDS; i++) {
		if (romaji_word(i, word, sizeof(word))) {
			(void)snprintf(text, sizeof(text), "%s namako", word);
			kit_add(&k, 0, NKS_FIELD_ROMAJI, text);
			words++;
		}
	}
	assert_true(words > 500);
	kit_open(&k);
	for (uint32_t i = 0; i < WORDS; i++) {
		if (romaji_word(i, word, sizeof(word))) {
			(void)snprintf(text, sizeof(text), "(namako, %s)", word);
			kit_assert_one(&k, text, NKS_FIELD_ROMAJI, 0);
		}
	}
	kit_done(&k);
}

/* Without words among them, only runs with a digit are looked at: at every place of the masks. */
static void tokens_of_letters_and_digits_are_found_at_every_place(void **state)
{
	struct kit_index k;

	(void)state;
	for (unsigned which = 0; which < 2; which++) {
		const char *token = which == 0 ? "stu1234x" : "21ab-07";

		kit_new(&k);
		kit_add(&k, 1, NKS_FIELD_ID, token);
		kit_open(&k);
		for (int before = 0; before < 140; before++) {
			char text[256];

			(void)snprintf(text, sizeof(text), "%.*s %s.", before,
				"student class page 123 4567 and x1 of the number of words that have none in them, then "
				"stu1234 and 21ab only, as all the others, of which there may be more to come here.",
				token);
			kit_assert_one(&k, text, NKS_FIELD_ID, 1);
		}
		kit_done(&k);
	}
}

static void tokens_stand_between_what_is_neither_letter_nor_digit(void **state)
{
	struct kit_index k;

	(void)state;
	kit_new(&k);
	kit_add(&k, 1, NKS_FIELD_LOGIN, "taro.yamada");
	kit_add(&k, 2, NKS_FIELD_ID, "S1234567");
	kit_add(&k, 3, NKS_FIELD_LOGIN, "ab");
	kit_add(&k, 4, NKS_FIELD_LOGIN, "tyamada");
	kit_open(&k);
	kit_assert_one(&k, "user=taro.yamada;", NKS_FIELD_LOGIN, 1);
	kit_assert_one(&k, "Taro.Yamada", NKS_FIELD_LOGIN, 1);
	kit_assert_one(&k, "/home/taro.yamada/x", NKS_FIELD_LOGIN, 1);
	kit_assert_one(&k, "ｓ１２３４５６７です", NKS_FIELD_ID, 2);
	kit_assert_one(&k, "学籍番号s1234567", NKS_FIELD_ID, 2);
	kit_assert_one(&k, "(ab)", NKS_FIELD_LOGIN, 3);
	kit_assert_one(&k, "tyamada", NKS_FIELD_LOGIN, 4);
	kit_assert_one(&k, "x-tyamada", NKS_FIELD_LOGIN, 4);
	assert_true((k.found->hit[0].why & NKS_WHY(BOUNDARY)) == 0);
	kit_assert_none(&k, "xtaro.yamada taro.yamadas s12345678 abc cab tyamadas");
	kit_done(&k);
}

static void addresses_of_mail_are_found_around_the_at(void **state)
{
	struct kit_index k;

	(void)state;
	kit_new(&k);
	kit_add(&k, 1, NKS_FIELD_MAIL, "taro@example.ed.jp");
	kit_add(&k, 2, NKS_FIELD_LOGIN, "hana@example.ed.jp");
	kit_open(&k);
	kit_assert_one(&k, "<taro@example.ed.jp>", NKS_FIELD_MAIL, 1);
	assert_int_equal(k.found->hit[0].confidence, 98);
	kit_assert_one(&k, "ＴＡＲＯ＠ｅｘａｍｐｌｅ．ｅｄ．ｊｐ", NKS_FIELD_MAIL, 1);
	kit_assert_one(&k, "mailto:Taro@Example.ed.jp.", NKS_FIELD_MAIL, 1);
	kit_assert_one(&k, "メールはtaro@example.ed.jpまで", NKS_FIELD_MAIL, 1);
	kit_assert_one(&k, "hana@example.ed.jp", NKS_FIELD_LOGIN, 2);
	kit_assert_none(&k, "ataro@example.ed.jp taro@example.ed.jpg taro@example.ed.org taro@@example.ed.jp");
	kit_done(&k);
}

static void telephones_are_found_however_they_are_written(void **state)
{
	struct kit_index k;

	(void)state;
	kit_new(&k);
	kit_add(&k, 1, NKS_FIELD_PHONE, "090-1234-5678");
	kit_add(&k, 2, NKS_FIELD_PHONE, "+81 3 1234 5678");
	kit_open(&k);
	kit_assert_one(&k, "090-1234-5678", NKS_FIELD_PHONE, 1);
	assert_true((k.found->hit[0].why & NKS_WHY(EXACT)) != 0);
	kit_assert_one(&k, "09012345678", NKS_FIELD_PHONE, 1);
	kit_assert_one(&k, ",9012345678,", NKS_FIELD_PHONE, 1);
	assert_true((k.found->hit[0].why & NKS_WHY(FOLDED)) != 0);
	kit_assert_one(&k, "+81-90-1234-5678", NKS_FIELD_PHONE, 1);
	kit_assert_one(&k, "+81 (0)90 1234 5678", NKS_FIELD_PHONE, 1);
	kit_assert_one(&k, "０９０ー１２３４ー５６７８", NKS_FIELD_PHONE, 1);
	kit_assert_one(&k, "TEL090(1234)5678", NKS_FIELD_PHONE, 1);
	kit_assert_one(&k, "(03) 1234-5678", NKS_FIELD_PHONE, 2);
	kit_assert_one(&k, "03(1234)5678", NKS_FIELD_PHONE, 2);
	kit_assert_none(&k, "0901234567 190123456789 0901234-5679");
	kit_assert_none(&k, "1909012345678");
	kit_done(&k);
}

static void numbers_of_persons_survive_a_lost_zero(void **state)
{
	struct kit_index k;

	(void)state;
	kit_new(&k);
	kit_add(&k, 1, NKS_FIELD_ID, "0012345");
	kit_add(&k, 2, NKS_FIELD_ID, "4321");
	kit_add(&k, 3, NKS_FIELD_ID, "98-7654");
	kit_open(&k);
	kit_assert_one(&k, "98-7654", NKS_FIELD_ID, 3);
	kit_assert_one(&k, "987654", NKS_FIELD_ID, 3);
	kit_assert_none(&k, "9-8765-4");
	kit_assert_none(&k, "1-2345");
	kit_assert_one(&k, "0012345", NKS_FIELD_ID, 1);
	kit_assert_one(&k, "12345", NKS_FIELD_ID, 1);
	kit_assert_one(&k, "００１２３４５", NKS_FIELD_ID, 1);
	kit_assert_one(&k, "4321,", NKS_FIELD_ID, 2);
	kit_assert_one(&k, "4321-7", NKS_FIELD_ID, 2);
	kit_assert_none(&k, "x12345 012345x 123456 12 345 43210");
	kit_done(&k);
}

static void birthdays_are_found_near_their_person_only(void **state)
{
	static const char *const forms[] = { "2010-04-01", "2010/4/1", "2010年4月1日", "20100401", "H22.4.1",
		"平成22年4月1日", "平成２２年４月１日", "H220401", "h22/04/01", "㍻22年4月1日" };
	struct kit_index k;

	(void)state;
	kit_new(&k);
	kit_add(&k, 1, NKS_FIELD_KANJI, "山田 太郎");
	kit_add(&k, 1, NKS_FIELD_BIRTHDAY, "2010-04-01");
	kit_add(&k, 2, NKS_FIELD_KANJI, "山本 花子");
	kit_add(&k, 2, NKS_FIELD_BIRTHDAY, "2019-12-02");
	kit_open(&k);
	for (size_t i = 0; i < sizeof(forms) / sizeof(*forms); i++) {
		char text[128];

		kit_assert_none(&k, forms[i]);
		(void)snprintf(text, sizeof(text), "山田太郎,%s,x", forms[i]);
		if (kit_look(&k, text) != 2 || k.found->hit[1].field != NKS_FIELD_BIRTHDAY) {
			fail_msg("%s", forms[i]);
		}
		assert_true((k.found->hit[1].why & NKS_WHY(CORROBORATED)) != 0);
		(void)snprintf(text, sizeof(text), "%s 山田太郎", forms[i]);
		assert_int_equal(kit_look(&k, text), 2);
		assert_int_equal(k.found->hit[0].field, NKS_FIELD_BIRTHDAY);
	}
	assert_int_equal(kit_look(&k, "山本花子 2010-04-01"), 1);
	assert_int_equal(kit_look(&k, "山本花子 令和元年12月2日"), 2);
	kit_done(&k);
}

static void literal_texts_that_begin_alike_are_told_apart_at_every_length(void **state)
{
	struct kit_index k;

	(void)state;
	kit_new(&k);
	kit_add(&k, 1, NKS_FIELD_TEXT, "9f3c");
	kit_add(&k, 2, NKS_FIELD_TEXT, "9f3c12a");
	kit_add(&k, 3, NKS_FIELD_TEXT, "9f3c12ab");
	kit_add(&k, 4, NKS_FIELD_TEXT, "9f3c12ab-77d0");
	kit_open(&k);
	assert_int_equal(kit_look(&k, "xx9f3c12ab-77d0yy"), 4);
	assert_int_equal(kit_look(&k, "xx9f3c12ab-77d1yy"), 3);
	assert_int_equal(kit_look(&k, "xx9F3C12AC-77d0yy"), 2);
	kit_assert_one(&k, "xx9f3c12", NKS_FIELD_TEXT, 1);
	kit_done(&k);
}

static void literal_texts_are_found_anywhere(void **state)
{
	struct kit_index k;

	(void)state;
	kit_new(&k);
	kit_add(&k, 1, NKS_FIELD_TEXT, "NKCTRL-8f3a");
	kit_add(&k, 2, NKS_FIELD_TEXT, "北の 国から");
	assert_int_equal(nks_builder_add(k.builder, 3, NKS_FIELD_TEXT, "abc", 3), NKS_LIMIT);
	kit_open(&k);
	kit_assert_one(&k, "xxnkctrl-8F3Ayy", NKS_FIELD_TEXT, 1);
	kit_assert_one(&k, "大北の　國から人", NKS_FIELD_TEXT, 2);
	assert_int_equal(kit_look(&k, "NKCTRL-8f3aNKCTRL-8f3a"), 2);
	kit_assert_none(&k, "NKCTRL-8f3");
	kit_done(&k);
}

static void only_what_begins_in_the_new_part_is_reported(void **state)
{
	struct kit_index k;
	struct kit_block b;
	nks_unit units[64];

	(void)state;
	kit_new(&k);
	kit_add(&k, 1, NKS_FIELD_KANJI, "山田 太郎");
	kit_open(&k);
	kit_block(&b, units, kit_units("山田太郎 山田太郎 山田太郎", units, 64));
	b.text.from = 1;
	b.text.to = 10;
	kit_match(k.matcher, &b.text, k.found);
	assert_int_equal(k.found->n, 1);
	assert_int_equal(k.found->hit[0].at, 5);
	b.text.from = 0;
	b.text.to = b.text.n;
	k.found->stop_after = 2;
	kit_match(k.matcher, &b.text, k.found);
	assert_int_equal(k.found->n, 2);
	kit_block_done(&b);
	kit_done(&k);
}

static void carved_text_is_trusted_less(void **state)
{
	struct kit_index k;
	struct kit_block b;
	nks_unit units[64];

	(void)state;
	kit_new(&k);
	kit_add(&k, 1, NKS_FIELD_KANJI, "林 一");
	kit_open(&k);
	kit_block(&b, units, kit_units("林一", units, 64));
	b.text.carved = true;
	kit_match(k.matcher, &b.text, k.found);
	assert_int_equal(k.found->n, 1);
	assert_true(k.found->hit[0].confidence < 50);
	assert_true((k.found->hit[0].why & NKS_WHY(RANDOM)) != 0);
	kit_block_done(&b);
	kit_done(&k);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(names_are_found_whatever_stands_between_their_parts),
		cmocka_unit_test(another_spelling_is_said_to_be_one),
		cmocka_unit_test(what_cp932_cannot_write_is_found_as_gaiji),
		cmocka_unit_test(a_neighbour_lowers_the_confidence_and_no_more),
		cmocka_unit_test(only_the_longest_name_at_a_place_is_reported),
		cmocka_unit_test(namesakes_are_counted),
		cmocka_unit_test(kana_are_found_in_every_script),
		cmocka_unit_test(names_that_mix_their_scripts_are_found),
		cmocka_unit_test(romaji_are_found_in_both_orders),
		cmocka_unit_test(no_word_that_can_be_romaji_is_thrown_out_by_its_letters),
		cmocka_unit_test(tokens_of_letters_and_digits_are_found_at_every_place),
		cmocka_unit_test(tokens_stand_between_what_is_neither_letter_nor_digit),
		cmocka_unit_test(addresses_of_mail_are_found_around_the_at),
		cmocka_unit_test(telephones_are_found_however_they_are_written),
		cmocka_unit_test(numbers_of_persons_survive_a_lost_zero),
		cmocka_unit_test(birthdays_are_found_near_their_person_only),
		cmocka_unit_test(literal_texts_are_found_anywhere),
		cmocka_unit_test(literal_texts_that_begin_alike_are_told_apart_at_every_length),
		cmocka_unit_test(only_what_begins_in_the_new_part_is_reported),
		cmocka_unit_test(carved_text_is_trusted_less),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
