/* Tests of the name finder: every rule has texts it finds a name in (between « and ») and texts it finds none in. All
 * names are made up from common parts, or belong to history. */
#include "names_kit.h"

#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>
#include <stdio.h>

enum { LEAST = 50, SPANS = 64 };

struct found {
	size_t n;
	size_t at[SPANS], len[SPANS];
	uint64_t why[SPANS];
	bool all; /* also those below the threshold */
};

static bool on_hit(void *arg, const struct nks_text *t, const struct nks_hit *hit)
{
	struct found *f = arg;
	assert_int_equal(hit->class, NKS_CLASS_PERSON_NAME);
	assert_false(hit->of_index);
	assert_int_equal(hit->confidence, nks_confidence(NKS_CLASS_PERSON_NAME, hit->why));
	assert_true(hit->at >= t->from && hit->at < t->to && hit->len > 0 && hit->at + hit->len <= t->n);
	if ((f->all || hit->confidence >= LEAST) && f->n < SPANS) {
		f->at[f->n] = hit->at;
		f->len[f->n] = hit->len;
		f->why[f->n++] = hit->why;
	}
	return true;
}

/* The text, with what is found between « and »; sorted by place. */
static void marked(const char *utf8, bool table, char *out, size_t room)
{
	struct kit_block *b = kit_open(utf8, table);
	struct found f = { 0 };
	assert_true(nks_names_block(&b->text, on_hit, &f));
	size_t n = 0;
	for (size_t i = 0; i <= b->text.n && n + 16 < room; i++) {
		for (size_t k = 0; k < f.n; k++) {
			n += f.at[k] + f.len[k] == i ? (size_t)snprintf(out + n, room - n, "»") : 0;
		}
		for (size_t k = 0; k < f.n; k++) {
			n += f.at[k] == i ? (size_t)snprintf(out + n, room - n, "«") : 0;
		}
		unsigned u = i < b->text.n ? b->text.u[i] : 0;
		if (u >= 0x800) {
			n += (size_t)snprintf(out + n, room - n, "%c%c%c", (int)(0xe0 | u >> 12),
				(int)(0x80 | (u >> 6 & 63)), (int)(0x80 | (u & 63)));
		} else if (u > 0) {
			out[n++] = (char)u;
		}
	}
	out[n] = 0;
	kit_close(&b);
}

static void expect(const char *const *texts, bool table)
{
	for (; *texts; texts++) {
		char plain[2048];
		char out[4096];
		size_t n = 0;
		for (const char *s = *texts; *s; s++) {
			if (strncmp(s, "«", 2) == 0 || strncmp(s, "»", 2) == 0) {
				s++;
				continue;
			}
			plain[n++] = *s;
		}
		plain[n] = 0;
		marked(plain, table, out, sizeof out);
		assert_string_equal(out, *texts);
	}
}

static void full_names_in_sentences_are_found(void **state)
{
	(void)state;
	expect((const char *const[]){ "昨日、«山田太郎»は東京へ行った。",
		       "作曲は«鈴木一郎»、編曲は«高橋花子»が担当した。", "日本画家«横山大観»の作品",
		       "内閣総理大臣«伊藤博文»は", "«織田信長»と«徳川家康»の同盟", "講師の«佐々木健一»です。", NULL },
		false);
}

static void a_part_that_no_dictionary_has_is_found_too(void **state)
{
	(void)state;
	expect((const char *const[]){ "投手の«大谷翔平»が登板した。", "«藤井聡太»竜王が勝った。",
		       "«花江夏樹»、声優。", NULL },
		false);
}

static void the_longer_given_name_wins(void **state)
{
	(void)state;
	expect((const char *const[]){ "首相は«安倍晋三»だった。", "«小林繁雄»が来た。", "«松本恒三»の本", NULL },
		false);
}

static void places_and_compounds_are_no_names(void **state)
{
	(void)state;
	expect((const char *const[]){ "東京大学工学部建築学科を卒業した。", "千葉県千葉市中央区の千葉公園",
		       "三沢基地と山口県庁、福島第一原発。", "石川県金沢市本多町三丁目", "中山道と東海道",
		       "佐々木博士の研究所", "大会開催日程表を確認してください。", NULL },
		false);
}

static void companies_and_buildings_are_no_persons(void **state)
{
	(void)state;
	expect((const char *const[]){ "株式会社山田太郎に電話した。", "山田太郎商店の前で", "小川源太郎ビル三階",
		       NULL },
		false);
}

static void spaces_between_the_parts_do_not_matter(void **state)
{
	(void)state;
	expect((const char *const[]){ "担当 «山田 太郎» まで", "«山田　太郎»", "«鈴木  次郎»\n«高橋 美咲»\n", NULL },
		false);
}

static void given_names_in_kana_are_found(void **state)
{
	(void)state;
	expect((const char *const[]){ "主演は«高橋ひとみ»、共演は«野村さくら»。", "«山田はる子»は",
		       "«中村あゆみ»さん", NULL },
		false);
	expect((const char *const[]){ "前田まさに来た。", "高橋ひとみしり", "大学さくら祭り", NULL }, false);
}

static void variants_of_kanji_are_the_same_name(void **state)
{
	(void)state;
	expect((const char *const[]){ "昨日、«髙橋太郎»が来た。", "«渡邊一郎»と«齋藤花子»です。", NULL }, false);
}

static void a_form_of_address_makes_a_doubtful_name_sure(void **state)
{
	(void)state;
	expect((const char *const[]){ "«中村翔»さんが", "«山田太郎»様", NULL }, false);
	struct kit_block *b = kit_open("山田太郎様", false);
	struct found f = { 0 };
	nks_names_block(&b->text, on_hit, &f);
	assert_int_equal(f.n, 1);
	assert_true(f.why[0] & NKS_WHY(HONORIFIC));
	kit_close(&b);
	expect((const char *const[]){ "山田さんが来た。", "お客様は神様です。", "彼の様子は", NULL }, false);
}

static void a_reading_in_brackets_makes_a_rare_name_sure(void **state)
{
	(void)state;
	expect((const char *const[]){ "«木庭律明»（こば のりあき）氏", NULL }, false);
}

static void cells_under_a_heading_are_names_whatever_they_are(void **state)
{
	(void)state;
	expect((const char *const[]){ "番号,氏名,電話\n1,«鴨志田紬希»,03\n2,«木村»,04\n3,合計,05\n",
		       "氏名\t住所\n«羽生田凪沙»\t東京\n«李明»\t大阪\n",
		       "学籍番号,氏名,フリガナ\n1,«山田 太郎»,«ヤマダ タロウ»\n2,«Nguyen Van An»,«グエン ヴァン アン»\n",
		       NULL },
		false);
	expect((const char *const[]){ "品番,商品名,数量\n1,抹茶,3\n2,日本酒,4\n",
		       "会社名,電話\n東京商事,03\n山田工業,04\n", NULL },
		false);
	expect((const char *const[]){ "氏名\x1f"
				      "内線\x1e"
				      "«桂川 澪»\x1f"
				      "12\x1e",
		       NULL },
		true);
}

static void values_of_forms_are_names(void **state)
{
	(void)state;
	expect((const char *const[]){ "氏名：«山田太郎»\n", "フリガナ：«ヤマダ タロウ»\n",
		       "ふりがな　«やまだ はなこ»\n", "担当者名：«亀戸翔聖»様\n電話：03\n", NULL },
		false);
	expect((const char *const[]){ "件名：会議の件\n", "会社名：東京商事\n", "名前：\n", NULL }, false);
}

static void nothing_lies_across_undecodable_bytes(void **state)
{
	(void)state;
	nks_unit u[16];
	size_t n = kit_units("山田太郎", u);
	for (size_t cut = 1; cut < n; cut++) {
		nks_unit v[16];
		memcpy(v, u, cut * sizeof *u);
		v[cut] = NKS_BREAK;
		memcpy(v + cut + 1, u + cut, (n - cut) * sizeof *u);
		struct kit_block *b = kit_open_units(v, n + 1, false, true);
		struct found f = { .all = true };
		nks_names_block(&b->text, on_hit, &f);
		for (size_t k = 0; k < f.n; k++) {
			assert_false(f.at[k] <= cut && cut < f.at[k] + f.len[k]);
		}
		kit_close(&b);
	}
}

/* Two blocks that overlap report every name once, wherever the seam is. */
static void a_name_at_the_seam_of_blocks_is_reported_once(void **state)
{
	(void)state;
	struct kit_block *b = kit_open("作曲は鈴木一郎、編曲は高橋花子が担当した。", false);
	struct nks_text t = b->text;
	for (size_t seam = 0; seam <= t.n; seam++) {
		struct found f = { 0 };
		b->text.to = seam;
		b->text.from = 0;
		nks_names_block(&b->text, on_hit, &f);
		b->text.from = seam;
		b->text.to = t.n;
		nks_names_block(&b->text, on_hit, &f);
		assert_int_equal(f.n, 2);
	}
	kit_close(&b);
}

/* What is sought by bit maps of 64 units is found wherever it stands, also in runs longer than the lattice. */
static void where_in_a_block_a_name_stands_does_not_matter(void **state)
{
	(void)state;
	static const char *const texts[] = { "昨日、山田太郎は。", "講師の高橋ひとみは", "\n山田　太郎\n",
		"木庭律明（こば のりあき）氏", "東京都教育委員会事務局総務部長鈴木一郎",
		"第一回全国大会開催日程表確認事務担当者会議資料作成委員会委員長鈴木一郎" };
	for (size_t k = 0; k < sizeof texts / sizeof texts[0]; k++) {
		for (size_t at = 0; at < 130; at++) {
			nks_unit u[256];
			for (size_t i = 0; i < at; i++) {
				u[i] = i + 1 < at ? 'x' : '\n';
			}
			size_t n = at + kit_units(texts[k], u + at);
			struct kit_block *b = kit_open_units(u, n, false, true);
			struct found f = { 0 };
			nks_names_block(&b->text, on_hit, &f);
			assert_int_equal(f.n, 1);
			kit_close(&b);
		}
	}
}

static void in_binary_a_name_alone_is_chance(void **state)
{
	(void)state;
	struct kit_block *b = kit_open("大谷翔平", false);
	b->text.carved = true;
	struct found f = { .all = true };
	nks_names_block(&b->text, on_hit, &f);
	assert_int_equal(f.n, 1);
	assert_true(f.why[0] & NKS_WHY(RANDOM));
	assert_true(nks_confidence(NKS_CLASS_PERSON_NAME, f.why[0]) < LEAST);
	kit_close(&b);
}

static bool stop_at_once(void *arg, const struct nks_text *t, const struct nks_hit *hit)
{
	(void)t;
	(void)hit;
	(*(int *)arg)++;
	return false;
}

static void the_caller_can_stop(void **state)
{
	(void)state;
	int calls = 0;
	struct kit_block *b = kit_open("山田太郎、鈴木一郎、氏名：ヤマダ タロウ", false);
	assert_false(nks_names_block(&b->text, stop_at_once, &calls));
	assert_int_equal(calls, 1);
	kit_close(&b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(full_names_in_sentences_are_found),
		cmocka_unit_test(a_part_that_no_dictionary_has_is_found_too),
		cmocka_unit_test(the_longer_given_name_wins),
		cmocka_unit_test(places_and_compounds_are_no_names),
		cmocka_unit_test(companies_and_buildings_are_no_persons),
		cmocka_unit_test(spaces_between_the_parts_do_not_matter),
		cmocka_unit_test(given_names_in_kana_are_found),
		cmocka_unit_test(variants_of_kanji_are_the_same_name),
		cmocka_unit_test(a_form_of_address_makes_a_doubtful_name_sure),
		cmocka_unit_test(a_reading_in_brackets_makes_a_rare_name_sure),
		cmocka_unit_test(cells_under_a_heading_are_names_whatever_they_are),
		cmocka_unit_test(values_of_forms_are_names),
		cmocka_unit_test(nothing_lies_across_undecodable_bytes),
		cmocka_unit_test(a_name_at_the_seam_of_blocks_is_reported_once),
		cmocka_unit_test(where_in_a_block_a_name_stands_does_not_matter),
		cmocka_unit_test(in_binary_a_name_alone_is_chance),
		cmocka_unit_test(the_caller_can_stop),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
