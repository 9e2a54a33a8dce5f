/*
 * scan_test.c: a stream from its bytes to its findings: every encoding, guessed and carved, whole and in parts.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <iconv.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "nkscan.h"

enum { FOUND_MAX = 20000, ROOM = 1 << 20, PERSONS = 1200 };

static const uint8_t KEY[NKS_KEY_BYTES] = { 1, 2, 3 };
static const char *const CODESETS[NKS_ENCODING_COUNT] = { "UTF-8", "CP932", "EUC-JP-MS", "ISO-2022-JP", "UTF-16LE",
	"UTF-16BE" };
static const char *const FAMILIES[] = { "山田", "佐藤", "鈴木", "高橋", "田中", "伊藤", "渡辺", "中村", "小林",
	"加藤", "吉田", "森", "林", "清水", "山口", "松本", "井上", "木村", "斎藤", "長谷川", "村上", "近藤", "石井",
	"坂本", "遠藤", "青木", "藤井", "西村", "福田", "太田", "三浦", "岡本", "松田", "中島", "原", "小川", "竹内",
	"和田", "中山", "石田" };
static const char *const GIVENS[] = { "太郎", "花子", "翔", "結衣", "蓮", "陽菜", "大翔", "美咲", "健一", "由美子",
	"茜", "直樹", "恵", "誠", "裕子", "剛", "智也", "彩", "拓海", "さくら", "健太", "葵", "優", "真由美", "浩",
	"明", "正", "和子", "学", "ひなた" };
static const char *const KANA[] = { "ヤマダ", "サトウ", "スズキ", "タカハシ", "タナカ", "イトウ", "ワタナベ",
	"ナカムラ", "コバヤシ", "カトウ" };
static const char *const KANA_GIVEN[] = { "タロウ", "ハナコ", "ショウ", "ユイ", "レン", "ヒナ", "ヒロト", "ミサキ",
	"ケンイチ", "ユミコ" };

struct bag {
	struct nks_finding f[FOUND_MAX];
	size_t n;
};

static int collect(void *arg, const struct nks_finding *f)
{
	struct bag *const bag = arg;

	assert_true(bag->n < FOUND_MAX);
	bag->f[bag->n++] = *f;
	return 0;
}

/* What all tests use: an index of PERSONS, a scan, room. */
struct kit {
	struct nks_index *index;
	uint8_t *blob;
	size_t blob_len;
	struct nks_scan *scan;
	struct bag bag;
	uint8_t room[ROOM], other[ROOM];
	struct nks_summary sum;
};

static void name_of(uint32_t person, char *out, size_t room)
{
	(void)snprintf(out, room, "%s %s", FAMILIES[person % 40], GIVENS[person / 40]);
}

static void kana_of(uint32_t person, char *out, size_t room)
{
	(void)snprintf(out, room, "%s %s", KANA[person % 10], KANA_GIVEN[person / 10 % 10]);
}

static void put(struct nks_builder *b, uint32_t person, enum nks_field field, const char *text)
{
	assert_int_equal(nks_builder_add(b, person, field, text, strlen(text)), NKS_OK);
}

static struct kit *kit_new(void)
{
	struct kit *const k = calloc(1, sizeof(*k));
	struct nks_builder *b = NULL;
	char text[128];

	assert_non_null(k);
	assert_int_equal(nks_builder_new(KEY, &b), NKS_OK);
	for (uint32_t i = 0; i < PERSONS; i++) {
		name_of(i, text, sizeof(text));
		put(b, i, NKS_FIELD_KANJI, text);
		kana_of(i, text, sizeof(text));
		put(b, i, NKS_FIELD_KANA, text);
		(void)snprintf(text, sizeof(text), "user%04u@school.example", (unsigned)i);
		put(b, i, NKS_FIELD_MAIL, text);
		(void)snprintf(text, sizeof(text), "090-1%03u-4%03u", (unsigned)i % 1000, (unsigned)i * 7 % 1000);
		put(b, i, NKS_FIELD_PHONE, text);
	}
	assert_int_equal(nks_builder_seal(b, &k->blob, &k->blob_len), NKS_OK);
	nks_builder_free(&b);
	assert_int_equal(nks_index_open(k->blob, k->blob_len, KEY, &k->index), NKS_OK);
	const struct nks_options options = { .index = k->index };
	assert_int_equal(nks_scan_new(&options, collect, &k->bag, &k->scan), NKS_OK);
	return k;
}

static void kit_free(struct kit *k)
{
	nks_scan_free(&k->scan);
	nks_index_close(&k->index);
	nks_blob_free(&k->blob, k->blob_len);
	free(k);
}

static size_t encoded(enum nks_encoding e, const char *utf8, uint8_t *out, size_t room)
{
	iconv_t cd = iconv_open(CODESETS[e], "UTF-8");
	char *const copy = strdup(utf8);
	char *in = copy;
	char *to = (char *)out;
	size_t len = strlen(utf8);
	size_t left = room;

	assert_non_null(copy);
	assert_true(cd != (iconv_t)-1);
	assert_int_equal(iconv(cd, &in, &len, &to, &left), 0);
	assert_int_equal(iconv(cd, NULL, NULL, &to, &left), 0);
	(void)iconv_close(cd);
	free(copy);
	return room - left;
}

static void scan_as(struct kit *k, const struct nks_stream *stream, const uint8_t *bytes, size_t len, size_t step)
{
	if (step == 0) {
		k->bag.n = 0;
		step = len > 0 ? len : 1;
	}
	assert_int_equal(nks_scan_begin(k->scan, stream), NKS_OK);
	for (size_t at = 0; at < len; at += step) {
		assert_int_equal(nks_scan_feed(k->scan, bytes + at, len - at < step ? len - at : step), NKS_OK);
	}
	assert_int_equal(nks_scan_end(k->scan, &k->sum), NKS_OK);
}

static void scan(struct kit *k, const uint8_t *bytes, size_t len)
{
	const struct nks_stream stream = { .kind = NKS_KIND_UNKNOWN };

	scan_as(k, &stream, bytes, len, 0);
}

/* Whether a finding of the field begins at `at` and is of this person. */
static bool is_found(const struct kit *k, enum nks_field field, uint64_t at, uint32_t person)
{
	for (size_t i = 0; i < k->bag.n; i++) {
		const struct nks_finding *const f = &k->bag.f[i];
		uint32_t who[64];
		const size_t n = f->of_index && f->field == field && f->offset == at
			? nks_index_persons(k->index, f->key, who, 64)
			: 0;
		for (size_t j = 0; j < n; j++) {
			if (who[j] == person) {
				return true;
			}
		}
	}
	return false;
}

static void one_name_alone_is_found_in_each_encoding(void **state)
{
	struct kit *const k = kit_new();
	unsigned missed = 0;

	(void)state;
	for (unsigned e = 0; e < NKS_ENCODING_COUNT; e++) {
		for (uint32_t i = 0; i < PERSONS; i++) {
			char name[128];
			name_of(i, name, sizeof(name));
			const size_t n = encoded((enum nks_encoding)e, name, k->room, ROOM);
			scan(k, k->room, n);
			missed += !is_found(k, NKS_FIELD_KANJI, e == NKS_JIS ? 3 : 0, i);
		}
	}
	assert_int_equal(missed, 0);
	kit_free(k);
}

static void one_row_alone_is_found_in_each_encoding(void **state)
{
	struct kit *const k = kit_new();
	unsigned missed[3] = { 0 };

	(void)state;
	for (unsigned e = 0; e < NKS_ENCODING_COUNT; e++) {
		for (uint32_t i = 0; i < PERSONS; i += 3) {
			char name[128];
			char row[512];
			uint8_t before[64];
			name_of(i, name, sizeof(name));
			(void)snprintf(row, sizeof(row), "7,%s,090-1%03u-4%03u,user%04u@school.example\r\n", name,
				(unsigned)i % 1000, (unsigned)i * 7 % 1000, (unsigned)i);
			const size_t n = encoded((enum nks_encoding)e, row, k->room, ROOM);
			const size_t at =
				encoded((enum nks_encoding)e, "7,", before, sizeof(before)) + (e == NKS_JIS ? 3 : 0);
			scan(k, k->room, n);
			missed[0] += !is_found(k, NKS_FIELD_KANJI, at, i);
			const size_t unit = e >= NKS_UTF16LE ? 2 : 1;
			missed[1] +=
				!is_found(k, NKS_FIELD_MAIL, n - unit * strlen("user0000@school.example\r\n"), i);
			missed[2] += !is_found(k, NKS_FIELD_PHONE,
				n - unit * strlen("090-1000-4000,user0000@school.example\r\n"), i);
		}
	}
	assert_int_equal(missed[0], 0);
	assert_int_equal(missed[1], 0);
	assert_int_equal(missed[2], 0);
	kit_free(k);
}

static void half_width_kana_alone_are_found(void **state)
{
	static const char *const half[] = { "ﾔﾏﾀﾞ ﾀﾛｳ", "ﾜﾀﾅﾍﾞ ﾊﾅｺ", "ﾔﾏﾀﾞﾀﾛｳ", "ｺﾊﾞﾔｼ ｼｮｳ", "ｽｽﾞｷ ｹﾝｲﾁ" };
	static const uint32_t who[] = { 0, 16, 0, 28, 82 };
	static const enum nks_encoding in[] = { NKS_UTF8, NKS_CP932, NKS_EUCJP, NKS_UTF16LE };
	struct kit *const k = kit_new();

	(void)state;
	for (size_t e = 0; e < 4; e++) {
		for (size_t i = 0; i < 5; i++) {
			const size_t n = encoded(in[e], half[i], k->room, ROOM);
			scan(k, k->room, n);
			assert_true(is_found(k, NKS_FIELD_KANA, 0, who[i]));
		}
	}
	kit_free(k);
}

/* A text of many rows; returns its bytes. */
static size_t table_of(enum nks_encoding e, uint32_t from, uint32_t to, uint8_t *out, size_t room)
{
	size_t n = 0;

	for (uint32_t i = from; i < to; i++) {
		char name[128];
		char row[512];
		name_of(i % PERSONS, name, sizeof(name));
		(void)snprintf(row, sizeof(row), "%u,%s,これは%sの試験です。,user%04u@school.example\r\n",
			(unsigned)i, name, i % 3 == 0 ? "カタカナ" : "文章", (unsigned)(i % PERSONS));
		n += encoded(e, row, out + n, room - n);
	}
	return n;
}

static void count(const struct kit *k, size_t *out_names, size_t *out_mails)
{
	*out_names = 0;
	*out_mails = 0;
	for (size_t i = 0; i < k->bag.n; i++) {
		*out_names += k->bag.f[i].field == NKS_FIELD_KANJI;
		*out_mails += k->bag.f[i].field == NKS_FIELD_MAIL;
	}
}

static void a_long_text_is_decided_and_found_in_full(void **state)
{
	struct kit *const k = kit_new();
	size_t names = 0;
	size_t mails = 0;

	(void)state;
	for (unsigned e = 0; e < NKS_ENCODING_COUNT; e++) {
		const size_t n = table_of((enum nks_encoding)e, 0, 3000, k->room, ROOM);
		scan(k, k->room, n);
		count(k, &names, &mails);
		assert_int_equal(names, 3000);
		assert_int_equal(mails, 3000);
		assert_int_equal(k->sum.encodings, 1U << e);
		assert_false(k->sum.carved);
		assert_int_equal(k->sum.bytes, n);
	}
	kit_free(k);
}

/* A disk's block or a log's tail begins in the middle of a character; a copy may have lost a byte. It stays one text. */
static void a_cut_or_damaged_utf8_text_is_one_text_still(void **state)
{
	struct kit *const k = kit_new();
	size_t names = 0;
	size_t mails = 0;

	(void)state;
	const size_t lead = encoded(NKS_UTF8, "断", k->room, ROOM);
	const size_t n = lead + table_of(NKS_UTF8, 0, 3000, k->room + lead, ROOM - lead);
	k->room[n / 2] = 0xff;
	for (size_t cut = 1; cut < lead; cut++) {
		scan(k, k->room + cut, n - cut);
		count(k, &names, &mails);
		assert_true(names >= 2999);
		assert_true(mails >= 2999);
		assert_true((k->sum.encodings & 1U << NKS_UTF8) != 0);
		assert_true(k->sum.units < 2 * n); /* in every encoding it would be several times as many */
	}
	kit_free(k);
}

static void the_length_of_feeding_changes_nothing(void **state)
{
	static const size_t steps[] = { 1, 7, 1000, 4096, 65537, 200000 };
	const struct nks_stream stream = { .kind = NKS_KIND_UNKNOWN };
	struct kit *const k = kit_new();
	struct bag *const whole = malloc(sizeof(*whole));

	(void)state;
	assert_non_null(whole);
	const size_t half = table_of(NKS_UTF8, 0, 2000, k->room, ROOM);
	const size_t n = half + table_of(NKS_CP932, 2000, 4000, k->room + half, ROOM - half);
	scan(k, k->room, n);
	*whole = k->bag;
	for (size_t i = 0; i < sizeof(steps) / sizeof(steps[0]); i++) {
		k->bag.n = 0;
		scan_as(k, &stream, k->room, n, steps[i]);
		assert_int_equal(k->bag.n, whole->n);
		for (size_t j = 0; j < whole->n; j++) {
			assert_int_equal(k->bag.f[j].offset, whole->f[j].offset);
			assert_int_equal(k->bag.f[j].key, whole->f[j].key);
		}
	}
	free(whole);
	kit_free(k);
}

static void a_stream_that_changes_its_encoding_is_found_in_full(void **state)
{
	struct kit *const k = kit_new();
	size_t names = 0;
	size_t mails = 0;

	(void)state;
	for (unsigned e = 0; e < NKS_ENCODING_COUNT; e++) {
		for (unsigned f = 0; f < NKS_ENCODING_COUNT; f++) {
			size_t n = table_of((enum nks_encoding)e, 0, 1500, k->room, ROOM);
			n += table_of((enum nks_encoding)f, 1500, 2500, k->room + n, ROOM - n);
			scan(k, k->room, n);
			count(k, &names, &mails);
			if (names != 2500 || mails != 2500) {
				fail_msg("%s to %s: %zu names, %zu mails", nks_encoding_name((enum nks_encoding)e),
					nks_encoding_name((enum nks_encoding)f), names, mails);
			}
		}
	}
	kit_free(k);
}

static void a_name_in_binary_is_found_at_every_alignment_and_behind_a_length(void **state)
{
	static const uint8_t lengths[] = { 0x00, 0x04, 0x08, 0x20, 0x41, 0x81, 0x84, 0x88, 0x8e, 0x8f, 0x90, 0xa4,
		0xb0, 0xe0, 0xff };
	struct kit *const k = kit_new();
	unsigned missed = 0;

	(void)state;
	for (unsigned e = 0; e < NKS_ENCODING_COUNT; e++) {
		for (uint32_t i = 0; i < 60; i++) {
			for (size_t l = 0; l < sizeof(lengths); l++) {
				char name[128];
				const size_t at = 400 + i + l;
				name_of(i * 19, name, sizeof(name));
				for (size_t j = 0; j < 3000; j++) {
					k->room[j] = (uint8_t)(j % 5 == 0 ? 0 : j * 37 % 23);
				}
				const size_t n = encoded((enum nks_encoding)e, name, k->room + at, 200);
				k->room[at - 1] = lengths[l];
				k->room[at + n] = 0;
				scan(k, k->room, 3000);
				assert_true(k->sum.carved);
				missed += !is_found(k, NKS_FIELD_KANJI, at + (e == NKS_JIS ? 3 : 0), i * 19);
			}
		}
	}
	assert_int_equal(missed, 0);
	kit_free(k);
}

static void parts_of_a_stream_give_the_findings_of_the_whole(void **state)
{
	struct kit *const k = kit_new();
	struct bag *const whole = malloc(sizeof(*whole));
	static const enum nks_encoding in[] = { NKS_UTF8, NKS_CP932, NKS_EUCJP, NKS_UTF16BE };

	(void)state;
	assert_non_null(whole);
	for (size_t e = 0; e < 4; e++) {
		const size_t n = table_of(in[e], 0, 1500, k->room, ROOM);
		scan(k, k->room, n);
		*whole = k->bag;
		const uint64_t rows = k->sum.rows;
		for (size_t cut = 1000; cut < n; cut += 1000) {
			const size_t lead = cut < 4096 ? cut : 4096;
			const size_t tail = n - cut < 4096 ? n - cut : 4096;
			const struct nks_stream first = {
				.to = cut, .head = k->room, .head_len = n < 65536 ? n : 65536
			};
			const struct nks_stream second = {
				.base = cut - lead, .from = cut, .head = k->room, .head_len = n < 65536 ? n : 65536
			};
			k->bag.n = 0;
			scan_as(k, &first, k->room, cut + tail, 1 << 16);
			const uint64_t rows_first = k->sum.rows;
			scan_as(k, &second, k->room + cut - lead, n - (cut - lead), 1 << 16);
			assert_int_equal(rows_first + k->sum.rows, rows);
			assert_int_equal(k->bag.n, whole->n);
			for (size_t j = 0; j < whole->n; j++) {
				assert_int_equal(k->bag.f[j].offset, whole->f[j].offset);
				assert_int_equal(k->bag.f[j].length, whole->f[j].length);
				assert_int_equal(k->bag.f[j].key, whole->f[j].key);
				assert_int_equal(k->bag.f[j].column, whole->f[j].column);
				const bool is_second = k->bag.f[j].offset >= cut;
				assert_int_equal(k->bag.f[j].row + (is_second ? rows_first : 0), whole->f[j].row);
			}
		}
	}
	free(whole);
	kit_free(k);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(one_name_alone_is_found_in_each_encoding),
		cmocka_unit_test(one_row_alone_is_found_in_each_encoding),
		cmocka_unit_test(half_width_kana_alone_are_found),
		cmocka_unit_test(a_long_text_is_decided_and_found_in_full),
		cmocka_unit_test(a_cut_or_damaged_utf8_text_is_one_text_still),
		cmocka_unit_test(the_length_of_feeding_changes_nothing),
		cmocka_unit_test(a_stream_that_changes_its_encoding_is_found_in_full),
		cmocka_unit_test(a_name_in_binary_is_found_at_every_alignment_and_behind_a_length),
		cmocka_unit_test(parts_of_a_stream_give_the_findings_of_the_whole),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
