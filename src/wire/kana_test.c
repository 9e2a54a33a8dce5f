/*
 * kana_test.c: search keys, romaji, width, and the encodings of the field.
 */
#include "base.h"
#include "kana.h"

#include "kit_skip.h"

#include <cmocka.h>

typedef nk_rc text_fn(struct nk_str s, struct nk_buf *out, struct nk_err *err);

static void expect(text_fn *fn, const char *in, const char *want)
{
	NK_OWNED(nk_buf_done) struct nk_buf out = { 0 };

	nk_buf_init(&out, 4096);
	assert_true(nk_ok(fn(nk_str_c(in), &out, NULL)));
	assert_true(nk_ok(nk_buf_add_byte(&out, 0, NULL)));
	assert_string_equal((const char *)out.ptr, want);
}

static nk_rc call_fold(struct nk_str s, struct nk_buf *out, struct nk_err *err)
{
	return nk_fold(s, out, err);
}

static nk_rc call_romaji_long(struct nk_str s, struct nk_buf *out, struct nk_err *err)
{
	return nk_romaji_long(s, out, err);
}

static nk_rc call_romaji(struct nk_str s, struct nk_buf *out, struct nk_err *err)
{
	return nk_romaji(s, out, err);
}

static nk_rc call_nfc(struct nk_str s, struct nk_buf *out, struct nk_err *err)
{
	return nk_nfc(s, out, err);
}

static void expect_same_key(const char *a, const char *b)
{
	NK_OWNED(nk_buf_done) struct nk_buf x = { 0 };

	nk_buf_init(&x, 4096);
	assert_true(nk_ok(nk_fold(nk_str_c(a), &x, NULL)));
	assert_true(nk_ok(nk_buf_add_byte(&x, 0, NULL)));
	expect(call_fold, b, (const char *)x.ptr);
}

/* An invisible character behind it takes a text the long way, through utf8proc, and falls away there. */
static void expect_long_way_alike(text_fn *fn, struct nk_str text, const char *invisible)
{
	NK_OWNED(nk_buf_done) struct nk_buf other = { 0 };
	NK_OWNED(nk_buf_done) struct nk_buf a = { 0 };
	NK_OWNED(nk_buf_done) struct nk_buf b = { 0 };

	nk_buf_init(&other, 64);
	nk_buf_init(&a, 64);
	nk_buf_init(&b, 64);
	assert_true(nk_ok(nk_buf_add_str(&other, text, NULL)));
	assert_true(nk_ok(nk_buf_add_c(&other, invisible, NULL)));
	assert_true(nk_ok(fn(text, &a, NULL)));
	assert_true(nk_ok(fn(nk_buf_str(&other), &b, NULL)));
	assert_true(nk_str_starts(nk_buf_str(&b), nk_buf_str(&a)));
	assert_true(b.len == a.len || b.len == a.len + strlen(invisible));
}

static void the_short_way_of_folding_gives_what_the_long_way_gives(void **state)
{
	(void)state;
	for (uint32_t cp = 0x20; cp <= 0xffff; cp++) {
		/* alone, and between a kana and a mark that could meet it */
		char text[16] = { 0 };
		size_t n = 0;

		if (cp >= 0xd800 && cp <= 0xdfff) {
			continue;
		}
		n = nk_utf8_put(cp, (uint8_t *)text);
		expect_long_way_alike(call_fold, (struct nk_str){ text, n }, "\u200b");
		expect_long_way_alike(call_nfc, (struct nk_str){ text, n }, "\u200b");
		n = nk_utf8_put(0x30ab, (uint8_t *)text);
		n += nk_utf8_put(cp, (uint8_t *)text + n);
		n += nk_utf8_put(0x30fc, (uint8_t *)text + n);
		expect_long_way_alike(call_fold, (struct nk_str){ text, n }, "\u200b");
	}
}

static void half_width_kana_is_seen(void **state)
{
	(void)state;
	assert_true(nk_has_halfwidth_kana(NK_STR("山ｦ")));
	assert_true(nk_has_halfwidth_kana(NK_STR("ﾟ")));
	assert_false(nk_has_halfwidth_kana(NK_STR("ヤマダ・「」Ａ１")));
	assert_false(nk_has_halfwidth_kana(NK_STR("･｡")));
	assert_false(nk_has_halfwidth_kana(NK_STR("")));
	assert_false(nk_has_halfwidth_kana((struct nk_str){ "\xef\xbd", 2 }));
}

static void spellings_of_one_reading_have_one_key(void **state)
{
	(void)state;
	expect(call_fold, "ヤマダ　タロウ", "ヤマダタロウ");
	expect_same_key("ヤマダ タロウ", "やまだ　たろう");
	expect_same_key("ヤマダ タロウ", "ﾔﾏﾀﾞ ﾀﾛｳ");
	expect_same_key("ヤマダ", "ヤマタ\xe3\x82\x99");
	expect_same_key("ヤマダ", "ヤマタ゛");
	expect_same_key("パ", "ハ゜");
	expect_same_key("キョウコ", "キヨウコ");
	expect_same_key("ハットリ", "ハツトリ");
	expect_same_key("ァィゥェォヮヵヶ", "アイウエオワカケ");
	expect_same_key("龍ヶ崎", "龍ケ崎");
}

static void long_marks_behind_kana_do_not_count(void **state)
{
	(void)state;
	expect(call_fold, "スーパー", "スパ");
	expect_same_key("スーパー", "ｽｰﾊﾟｰ");
	expect_same_key("スーパー", "ス－パ‐");
	expect_same_key("スーパー", "ス−パ―");
	expect(call_fold, "１－２", "1-2");
	expect(call_fold, "山ー", "山-");
}

static void invisible_characters_do_not_count(void **state)
{
	(void)state;
	expect(call_fold, "葛󠄀城", "葛城");
	expect(call_fold, "辻︀", "辻");
	expect(call_fold,
		"a\xe2\x80\x8d"
		"b\xef\xbb\xbf \t\xc2\xa0"
		"c",
		"abc");
}

static void capitals_and_wide_letters_do_not_count(void **state)
{
	(void)state;
	expect(call_fold, "ＡＢＣ abc １２", "abcabc12");
	expect_same_key("JOSÉ", "josé");
}

static void written_variants_of_names_have_one_key(void **state)
{
	(void)state;
	expect_same_key("髙橋", "高橋");
	expect_same_key("宮﨑", "宮崎");
	expect_same_key("渡邊", "渡辺");
	expect_same_key("渡邉", "渡辺");
	expect_same_key("齋藤", "斎藤");
	expect_same_key("𠮷田", "吉田");
	expect_same_key("神", "神");
}

static void a_key_of_text_that_is_not_utf8_is_refused(void **state)
{
	NK_OWNED(nk_buf_done) struct nk_buf out = { 0 };

	(void)state;
	nk_buf_init(&out, 100);
	assert_int_equal(nk_fold(NK_STR("a\xff"), &out, NULL).code, NK_INVALID);
	assert_int_equal(nk_nfc(NK_STR("\xed\xa0\x80"), &out, NULL).code, NK_INVALID);
	assert_int_equal(nk_romaji(NK_STR("\xe3\x81"), &out, NULL).code, NK_INVALID);
	assert_int_equal(out.len, 0);
}

static void nfc_composes_and_keeps_width(void **state)
{
	(void)state;
	expect(call_nfc, "か\xe3\x82\x99", "が");
	expect(call_nfc, "ｶﾞＡ髙", "ｶﾞＡ髙");
	expect(call_nfc, "葛󠄀", "葛󠄀");
	expect(call_nfc, "", "");
}

static void long_vowels_are_written_when_they_are_asked_for(void **state)
{
	static const char *const pairs[][2] = { { "オオノ", "oono" }, { "サトウ", "satou" }, { "ユウキ", "yuuki" }, { "ローラ", "roora" },
		{ "ー", "" }, { "ハッチョウボリ", "hatchoubori" } };

	(void)state;
	for (size_t i = 0; i < NK_ARRAY_LEN(pairs); i++) {
		expect(call_romaji_long, pairs[i][0], pairs[i][1]);
	}
}

static void romaji_is_hepburn_without_long_marks(void **state)
{
	static const char *const pairs[][2] = {
		{ "オオタ", "ota" },
		{ "ユウコ", "yuko" },
		{ "サトウ", "sato" },
		{ "ジュンイチロウ", "junichiro" },
		{ "オオウチ", "ouchi" },
		{ "イノウエ", "inoue" },
		{ "リュウ", "ryu" },
		{ "シュウヘイ", "shuhei" },
		{ "ニイミ", "niimi" },
		{ "トオル", "toru" },
		{ "ホンマ", "honma" },
		{ "ナンバ", "nanba" },
		{ "シンペイ", "shinpei" },
		{ "ハットリ", "hattori" },
		{ "ホッチ", "hotchi" },
		{ "キッショウ", "kissho" },
		{ "アッ", "a" },
		{ "チヂミ", "chijimi" },
		{ "ツヅキ", "tsuzuki" },
		{ "フジワラ", "fujiwara" },
		{ "ヒャクタ", "hyakuta" },
		{ "ギョウダ", "gyoda" },
		{ "ジャ", "ja" },
		{ "チョウ", "cho" },
		{ "シェリー", "sheri" },
		{ "ティナ", "tina" },
		{ "ファン", "fan" },
		{ "ヴィクトリア", "vikutoria" },
		{ "ウィリアム", "wiriamu" },
		{ "デュマ", "dyuma" },
		{ "ルーカス", "rukasu" },
		{ "ヲダ", "oda" },
		{ "ヱミ", "emi" },
		{ "ヤマダ　タロウ", "yamada taro" },
		{ "ﾔﾏﾀﾞ ﾊﾅｺ", "yamada hanako" },
		{ "やまだ きょうこ", "yamada kyoko" },
		{ "山田 A-1", " A-1" },
		{ "カ゛", "ga" },
		{ "", "" },
	};

	(void)state;
	for (size_t i = 0; i < NK_ARRAY_LEN(pairs); i++) {
		expect(call_romaji, pairs[i][0], pairs[i][1]);
	}
}

static void columns_are_counted_as_a_terminal_does(void **state)
{
	(void)state;
	assert_int_equal(nk_width(NK_STR("abc")), 3);
	assert_int_equal(nk_width(NK_STR("山田ｱ")), 5);
	assert_int_equal(nk_width(NK_STR("葛󠄀城")), 4);
	assert_int_equal(nk_width(NK_STR("か\xe3\x82\x99")), 2);
	assert_int_equal(nk_width(NK_STR("\n")), 0);
}

static void expect_codec(enum nk_encoding from, enum nk_encoding to, struct nk_bytes in, struct nk_bytes want)
{
	NK_OWNED(nk_codec_free) struct nk_codec *codec = NULL;
	NK_OWNED(nk_buf_done) struct nk_buf out = { 0 };
	size_t bad = 0;

	nk_buf_init(&out, 4096);
	assert_true(nk_ok(nk_codec_new(from, to, &codec, NULL)));
	for (int round = 0; round < 2; round++) {
		nk_buf_reset(&out);
		assert_true(nk_ok(nk_codec_run(codec, in, &out, &bad, NULL)));
		assert_true(nk_bytes_eq(nk_buf_bytes(&out), want));
	}
}

static size_t bad_place(enum nk_encoding from, enum nk_encoding to, struct nk_bytes in)
{
	NK_OWNED(nk_codec_free) struct nk_codec *codec = NULL;
	NK_OWNED(nk_buf_done) struct nk_buf out = { 0 };
	size_t bad = SIZE_MAX;

	nk_buf_init(&out, 4096);
	assert_true(nk_ok(nk_codec_new(from, to, &codec, NULL)));
	assert_true(nk_ok(nk_buf_add_c(&out, "x", NULL)));
	assert_int_equal(nk_codec_run(codec, in, &out, &bad, NULL).code, NK_INVALID);
	assert_int_equal(out.len, 1);
	return bad;
}

static void every_encoding_becomes_utf8(void **state)
{
	const struct nk_bytes want = nk_str_bytes(NK_STR("髙A"));

	(void)state;
	expect_codec(NK_ENC_CP932, NK_ENC_UTF8,
		nk_bytes_of("\xfb\xfc"
			    "A",
			3),
		want);
	expect_codec(NK_ENC_CP932, NK_ENC_UTF8,
		nk_bytes_of("\xee\xe0"
			    "A",
			3),
		want);
	expect_codec(NK_ENC_EUCJP, NK_ENC_UTF8,
		nk_bytes_of("\x8f\xf4\xfb"
			    "A",
			4),
		want);
	expect_codec(NK_ENC_UTF16LE, NK_ENC_UTF8,
		nk_bytes_of("\xd9\x9a"
			    "A\0",
			4),
		want);
	expect_codec(NK_ENC_UTF16BE, NK_ENC_UTF8, nk_bytes_of("\x9a\xd9\0A", 4), want);
	expect_codec(NK_ENC_UTF8, NK_ENC_UTF8, want, want);
	expect_codec(NK_ENC_CP932, NK_ENC_UTF8, nk_bytes_of("\x81\x60\xf0\x40", 4),
		nk_str_bytes(NK_STR("～\xee\x80\x80")));
	expect_codec(NK_ENC_UTF8, NK_ENC_CP932, nk_str_bytes(NK_STR("髙﨑")), nk_bytes_of("\xfb\xfc\xfa\xb1", 4));
	expect_codec(NK_ENC_CP932, NK_ENC_UTF8, nk_bytes_of("", 0), nk_bytes_of("", 0));
}

static void what_does_not_fit_is_refused_with_its_place(void **state)
{
	(void)state;
	assert_int_equal(bad_place(NK_ENC_CP932, NK_ENC_UTF8, nk_bytes_of("ab\x82\xa0\xfd", 5)), 4);
	assert_int_equal(bad_place(NK_ENC_CP932, NK_ENC_UTF8, nk_bytes_of("ab\x82", 3)), 2);
	assert_int_equal(bad_place(NK_ENC_UTF8, NK_ENC_CP932, nk_str_bytes(NK_STR("a𠮷"))), 1);
	assert_int_equal(bad_place(NK_ENC_UTF8, NK_ENC_CP932, nk_str_bytes(NK_STR("辻\xef\xb8\x80"))), 3);
	assert_int_equal(bad_place(NK_ENC_UTF16LE, NK_ENC_UTF8,
				 nk_bytes_of("a\0\x00\xd8"
					     "b\0",
					 6)),
		2);
	assert_int_equal(bad_place(NK_ENC_UTF8, NK_ENC_UTF8, nk_bytes_of("a\xc0\x80", 3)), 1);
}

static void yen_and_overline_never_become_backslash_and_tilde(void **state)
{
	(void)state;
	assert_int_equal(bad_place(NK_ENC_UTF8, NK_ENC_CP932, nk_str_bytes(NK_STR("ab\xc2\xa5"))), 2);
	assert_int_equal(bad_place(NK_ENC_UTF8, NK_ENC_CP932, nk_str_bytes(NK_STR("\xe2\x80\xbe"))), 0);
	assert_int_equal(bad_place(NK_ENC_UTF8, NK_ENC_EUCJP, nk_str_bytes(NK_STR("a\xc2\xa5"))), 1);
}

static void a_text_larger_than_its_buffer_is_refused(void **state)
{
	NK_OWNED(nk_codec_free) struct nk_codec *codec = NULL;
	NK_OWNED(nk_buf_done) struct nk_buf out = { 0 };
	size_t bad = 0;

	(void)state;
	nk_buf_init(&out, 4);
	assert_true(nk_ok(nk_codec_new(NK_ENC_CP932, NK_ENC_UTF8, &codec, NULL)));
	assert_int_equal(nk_codec_run(codec, nk_bytes_of("\x82\xa0\x82\xa0", 4), &out, &bad, NULL).code, NK_LIMIT);
	assert_int_equal(out.len, 0);
}

static void expect_guess(struct nk_bytes b, enum nk_encoding want, size_t want_skip)
{
	enum nk_encoding e = NK_ENC_COUNT;
	size_t skip = SIZE_MAX;
	size_t bad = 0;

	assert_true(nk_encoding_guess(b, true, &e, &skip, &bad));
	assert_int_equal(e, want);
	assert_int_equal(skip, want_skip);
}

static void expect_no_guess(struct nk_bytes b, size_t want_bad)
{
	enum nk_encoding e = NK_ENC_COUNT;
	size_t skip = SIZE_MAX;
	size_t bad = SIZE_MAX;

	assert_false(nk_encoding_guess(b, true, &e, &skip, &bad));
	assert_int_equal(bad, want_bad);
}

/* A small list in an encoding. */
static void list_in(enum nk_encoding e, struct nk_buf *out)
{
	NK_OWNED(nk_codec_free) struct nk_codec *codec = NULL;
	size_t bad = 0;

	nk_buf_init(out, 4096);
	assert_true(nk_ok(nk_codec_new(NK_ENC_UTF8, e, &codec, NULL)));
	assert_true(nk_ok(nk_codec_run(codec,
		nk_str_bytes(
			NK_STR("番号,氏名,フリガナ\r\n1,髙橋 花子,タカハシ ハナコ\r\n2,山田 太郎,やまだ たろう\r\n")),
		out, &bad, NULL)));
}

static void each_encoding_is_recognised(void **state)
{
	(void)state;
	for (int e = 0; e < NK_ENC_COUNT; e++) {
		NK_OWNED(nk_buf_done) struct nk_buf text = { 0 };

		list_in((enum nk_encoding)e, &text);
		expect_guess(nk_buf_bytes(&text), (enum nk_encoding)e, 0);
	}
	expect_guess(nk_bytes_of("", 0), NK_ENC_UTF8, 0);
	expect_guess(nk_bytes_of("a,b\n", 4), NK_ENC_UTF8, 0);
	expect_guess(nk_bytes_of("\xef\xbb\xbf"
				 "a",
			     4),
		NK_ENC_UTF8, 3);
	expect_guess(nk_bytes_of("\xff\xfe"
				 "a\0",
			     4),
		NK_ENC_UTF16LE, 2);
	expect_guess(nk_bytes_of("\xfe\xff\0a", 4), NK_ENC_UTF16BE, 2);
	expect_guess(nk_bytes_of("\x8e\x52,\xd4\xcf\xc0\xde\n", 8), NK_ENC_CP932, 0);
}

static void a_sample_may_end_inside_a_character(void **state)
{
	enum nk_encoding e = NK_ENC_COUNT;
	size_t skip = 0;
	size_t bad = 0;

	(void)state;
	assert_true(nk_encoding_guess(nk_bytes_of("\xe5\xb1\xb1\xe7\x94\xb0\xe5\xb1", 8), false, &e, &skip, &bad));
	assert_int_equal(e, NK_ENC_UTF8);
	assert_false(nk_encoding_guess(nk_bytes_of("\xe5\xb1\xb1\xe7\x94\xb0\xe5\xb1", 8), true, &e, &skip, &bad));
	assert_true(nk_encoding_guess(nk_bytes_of("\x82\xa0\x83\x7c\x82", 5), false, &e, &skip, &bad));
	assert_int_equal(e, NK_ENC_CP932);
	expect_no_guess(nk_bytes_of("\x82\xa0\x83\x7c\x82", 5), 4);
}

static void half_utf8_and_half_cp932_is_mixed(void **state)
{
	NK_OWNED(nk_buf_done) struct nk_buf a = { 0 };
	NK_OWNED(nk_buf_done) struct nk_buf b = { 0 };

	(void)state;
	list_in(NK_ENC_UTF8, &a);
	list_in(NK_ENC_CP932, &b);
	const size_t first = a.len;
	assert_true(nk_ok(nk_buf_add(&a, b.ptr, b.len, NULL)));
	expect_no_guess(nk_buf_bytes(&a), first);
	nk_buf_reset(&a);
	assert_true(nk_ok(nk_buf_add(&a, b.ptr, b.len, NULL)));
	nk_buf_reset(&b);
	assert_true(nk_ok(nk_buf_add_c(&b, "3,佐藤\n", NULL)));
	const size_t second = a.len;
	assert_true(nk_ok(nk_buf_add(&a, b.ptr, b.len, NULL)));
	expect_no_guess(nk_buf_bytes(&a), second + 2);
}

/* 莉乃, 莉子: three of their four bytes are one UTF-8 kanji, the last one is a letter. */
static void names_that_look_like_utf8_do_not_make_cp932_mixed(void **state)
{
	(void)state;
	expect_guess(
		nk_bytes_of("\x8d\xb2\x93\xa1,\xe4\xbb\x94\x54\n\x97\xd1,\xe4\xbb\x8e\x71\n", 18), NK_ENC_CP932, 0);
}

static void a_mark_that_lies_is_refused(void **state)
{
	(void)state;
	expect_no_guess(nk_bytes_of("\xef\xbb\xbf"
				    "a\x82\xa0",
				6),
		4);
	expect_no_guess(nk_bytes_of("\xff\xfe\0\0a\0\0\0", 8), 2);
	expect_no_guess(nk_bytes_of("\xff\xfe"
				    "a",
				3),
		2);
}

static void what_cannot_be_told_is_not_guessed(void **state)
{
	(void)state;
	expect_no_guess(nk_bytes_of("\xb1\xb2\n", 3), 0); /* two half-width kana, or one kanji of EUC-JP */
	expect_no_guess(nk_bytes_of("\x1b$B;3\x1b(B\n", 9), 0); /* ISO-2022-JP */
	expect_no_guess(nk_bytes_of("a,b\n\0c\n", 7), 4);
	expect_no_guess(nk_bytes_of("Jos\xe9,M\xfc\n", 8), 3); /* Latin-1 */
}

static void the_lists_of_an_office_are_recognised(void **state)
{
	static const struct {
		const char *path;
		enum nk_encoding encoding;
		size_t skip;
	} files[] = {
		{ NK_SOURCE_DIR "/../shared/data/rosters/dirty/students-cp932.csv", NK_ENC_CP932, 0 },
		{ NK_SOURCE_DIR "/../shared/data/rosters/dirty/students-utf8-bom.csv", NK_ENC_UTF8, 3 },
	};

	(void)state;
	for (size_t i = 0; i < NK_ARRAY_LEN(files); i++) {
		NK_OWNED(nk_buf_done) struct nk_buf text = { 0 };
		FILE *file = fopen(files[i].path, "rbe");
		uint8_t *at = NULL;

		if (file == NULL) {
			kit_skip(__func__);
			return;
		}
		nk_buf_init(&text, 1 << 20);
		assert_true(nk_ok(nk_buf_reserve(&text, 1 << 20, &at, NULL)));
		text.len = fread(at, 1, 1 << 20, file);
		(void)fclose(file);
		expect_guess(nk_buf_bytes(&text), files[i].encoding, files[i].skip);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(half_width_kana_is_seen),
		cmocka_unit_test(the_short_way_of_folding_gives_what_the_long_way_gives),
		cmocka_unit_test(spellings_of_one_reading_have_one_key),
		cmocka_unit_test(long_marks_behind_kana_do_not_count),
		cmocka_unit_test(invisible_characters_do_not_count),
		cmocka_unit_test(capitals_and_wide_letters_do_not_count),
		cmocka_unit_test(written_variants_of_names_have_one_key),
		cmocka_unit_test(a_key_of_text_that_is_not_utf8_is_refused),
		cmocka_unit_test(nfc_composes_and_keeps_width),
		cmocka_unit_test(long_vowels_are_written_when_they_are_asked_for),
		cmocka_unit_test(romaji_is_hepburn_without_long_marks),
		cmocka_unit_test(columns_are_counted_as_a_terminal_does),
		cmocka_unit_test(every_encoding_becomes_utf8),
		cmocka_unit_test(what_does_not_fit_is_refused_with_its_place),
		cmocka_unit_test(yen_and_overline_never_become_backslash_and_tilde),
		cmocka_unit_test(a_text_larger_than_its_buffer_is_refused),
		cmocka_unit_test(each_encoding_is_recognised),
		cmocka_unit_test(a_sample_may_end_inside_a_character),
		cmocka_unit_test(half_utf8_and_half_cp932_is_mixed),
		cmocka_unit_test(names_that_look_like_utf8_do_not_make_cp932_mixed),
		cmocka_unit_test(a_mark_that_lies_is_refused),
		cmocka_unit_test(what_cannot_be_told_is_not_guessed),
		cmocka_unit_test(the_lists_of_an_office_are_recognised),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
