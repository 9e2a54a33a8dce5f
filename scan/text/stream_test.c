/*
 * stream_test.c: the stream API beside its encodings: kinds, tables, rules, escaped text, parts, doubles, stopping;
 * and the words.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "nkscan.h"

enum { FOUND_MAX = 4096 };

static const uint8_t KEY[NKS_KEY_BYTES] = { 9 };

struct kit {
	struct nks_index *index;
	uint8_t *blob;
	size_t blob_len;
	struct nks_options options;
	struct nks_finding f[FOUND_MAX];
	size_t n, stop_at;
	struct nks_summary sum;
	enum nks_status status;
};

static int collect(void *arg, const struct nks_finding *f)
{
	struct kit *const k = arg;

	assert_true(k->n < FOUND_MAX);
	k->f[k->n++] = *f;
	return k->n == k->stop_at;
}

static void put(struct nks_builder *b, enum nks_field field, const char *text)
{
	assert_int_equal(nks_builder_add(b, 0, field, text, strlen(text)), NKS_OK);
}

static struct kit *kit_new(void)
{
	struct kit *const k = calloc(1, sizeof(*k));
	struct nks_builder *b = NULL;

	assert_non_null(k);
	assert_int_equal(nks_builder_new(KEY, &b), NKS_OK);
	put(b, NKS_FIELD_KANJI, "山田 太郎");
	put(b, NKS_FIELD_MAIL, "taro@school.example");
	put(b, NKS_FIELD_PHONE, "090-1234-5678");
	assert_int_equal(nks_builder_seal(b, &k->blob, &k->blob_len), NKS_OK);
	nks_builder_free(&b);
	assert_int_equal(nks_index_open(k->blob, k->blob_len, KEY, &k->index), NKS_OK);
	k->options.index = k->index;
	return k;
}

static void kit_free(struct kit *k)
{
	nks_index_close(&k->index);
	nks_blob_free(&k->blob, k->blob_len);
	free(k);
}

static void scan(struct kit *k, const struct nks_stream *stream, const void *bytes, size_t len)
{
	struct nks_scan *s = NULL;

	k->n = 0;
	assert_int_equal(nks_scan_new(&k->options, collect, k, &s), NKS_OK);
	assert_int_equal(nks_scan_begin(s, stream), NKS_OK);
	(void)nks_scan_feed(s, bytes, len);
	k->status = nks_scan_end(s, &k->sum);
	nks_scan_free(&s);
	assert_null(s);
}

static void scan_text(struct kit *k, const char *text)
{
	const struct nks_stream stream = { .kind = NKS_KIND_UNKNOWN };

	scan(k, &stream, text, strlen(text));
	assert_int_equal(k->status, NKS_OK);
}

static void an_empty_stream_has_no_findings(void **state)
{
	struct kit *const k = kit_new();

	(void)state;
	scan_text(k, "");
	assert_int_equal(k->n, 0);
	assert_int_equal(k->sum.bytes, 0);
	assert_int_equal(k->sum.encodings, 0);
	kit_free(k);
}

static void offset_and_length_are_bytes_of_the_stream(void **state)
{
	static const char text[] = "これは山田　太郎です";
	const struct nks_stream stream = { .base = 1000 };
	struct kit *const k = kit_new();

	(void)state;
	scan(k, &stream, text, sizeof(text) - 1);
	assert_int_equal(k->n, 1);
	assert_int_equal(k->f[0].offset, 1009);
	assert_int_equal(k->f[0].length, 15);
	assert_int_equal(k->f[0].units, 5);
	assert_int_equal(k->f[0].encoding, NKS_UTF8);
	kit_free(k);
}

static void a_part_reports_what_begins_in_it(void **state)
{
	static const char text[] = "taro@school.example\ntaro@school.example\ntaro@school.example\n";
	struct nks_stream stream = { .from = 20, .to = 40 };
	struct kit *const k = kit_new();

	(void)state;
	scan(k, &stream, text, sizeof(text) - 1);
	assert_int_equal(k->n, 1);
	assert_int_equal(k->f[0].offset, 20);
	assert_int_equal(k->sum.rows, 1);
	stream.from = 21;
	scan(k, &stream, text, sizeof(text) - 1);
	assert_int_equal(k->n, 0);
	kit_free(k);
}

static void tables_of_openers_have_rows_and_columns(void **state)
{
	static const char table[] = "番号\x1f氏名\x1f電話\x1e"
				    "1\x1f山田太郎\x1f"
				    "090-1234-5678\x1e";
	const struct nks_stream stream = { .kind = NKS_KIND_TABLE };
	struct kit *const k = kit_new();

	(void)state;
	scan(k, &stream, table, sizeof(table) - 1);
	assert_int_equal(k->n, 2);
	assert_int_equal(k->f[0].row, 2);
	assert_int_equal(k->f[0].column, 2);
	assert_int_equal(k->f[1].column, 3);
	kit_free(k);
}

static void text_of_openers_is_utf_8_and_nothing_else(void **state)
{
	static const char cp932[] = "\x8e\x52\x93\x63\x91\xbe\x98\x59";
	const struct nks_stream text = { .kind = NKS_KIND_TEXT };
	const struct nks_stream unknown = { .kind = NKS_KIND_UNKNOWN };
	struct kit *const k = kit_new();

	(void)state;
	scan(k, &text, cp932, sizeof(cp932) - 1);
	assert_int_equal(k->n, 0);
	assert_int_equal(k->sum.encodings, 1U << NKS_UTF8);
	scan(k, &unknown, cp932, sizeof(cp932) - 1);
	assert_int_equal(k->n, 1);
	kit_free(k);
}

static void the_callback_can_stop_the_scan(void **state)
{
	struct kit *const k = kit_new();

	(void)state;
	k->stop_at = 2;
	const struct nks_stream stream = { .kind = NKS_KIND_UNKNOWN };
	static const char text[] = "taro@school.example 山田太郎 taro@school.example 山田太郎";
	scan(k, &stream, text, sizeof(text) - 1);
	assert_int_equal(k->status, NKS_STOPPED);
	assert_int_equal(k->n, 2);
	kit_free(k);
}

static void ascii_that_several_encodings_read_is_found_once(void **state)
{
	/* Too little Japanese to decide: all candidates are looked through. */
	static const char text[] = "taro@school.example,\x8e\x52\x93\x63\x91\xbe\x98\x59,090-1234-5678\r\n";
	struct kit *const k = kit_new();

	(void)state;
	scan_text(k, text);
	assert_true((k->sum.encodings & (k->sum.encodings - 1)) != 0);
	assert_int_equal(k->n, 3);
	assert_int_equal(k->f[0].field, NKS_FIELD_MAIL);
	assert_int_equal(k->f[1].field, NKS_FIELD_KANJI);
	assert_int_equal(k->f[1].encoding, NKS_CP932);
	assert_int_equal(k->f[2].field, NKS_FIELD_PHONE);
	kit_free(k);
}

static void a_form_and_the_index_at_one_place_are_both_reported(void **state)
{
	struct kit *const k = kit_new();

	(void)state;
	k->options.classes = UINT64_C(1) << NKS_CLASS_MAIL;
	scan_text(k, "mail: taro@school.example\n");
	assert_int_equal(k->n, 2);
	assert_int_not_equal(k->f[0].of_index, k->f[1].of_index);
	assert_int_equal(k->f[0].offset, 6);
	assert_int_equal(k->f[1].offset, 6);
	assert_int_equal(k->f[0].token, k->f[1].token);
	kit_free(k);
}

static void escaped_text_is_found_where_its_escapes_begin(void **state)
{
	static const struct {
		const char *text;
		enum nks_via via;
		uint64_t offset;
	} rows[] = {
		{ "x=%E5%B1%B1%E7%94%B0%E5%A4%AA%E9%83%8E;", NKS_VIA_PERCENT, 2 },
		{ "x=%8E%52%93%63%91%BE%98%59;", NKS_VIA_PERCENT, 2 },
		{ "\"\\u5c71\\u7530\\u592a\\u90ce\"", NKS_VIA_BACKSLASH, 1 },
		{ "<p>&#x5C71;&#x7530;&#x592A;&#37070;</p>", NKS_VIA_ENTITY, 3 },
		{ "Subject: =?UTF-8?B?5bGx55Sw5aSq6YOO?=\n", NKS_VIA_BASE64, 9 },
	};
	struct kit *const k = kit_new();

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		scan_text(k, rows[i].text);
		assert_true(k->n >= 1);
		assert_int_equal(k->f[0].field, NKS_FIELD_KANJI);
		assert_in_range(k->f[0].offset, 0, rows[i].offset + 10);
		assert_true((k->f[0].why & NKS_WHY(ESCAPED)) != 0);
		assert_true(k->f[0].via == rows[i].via || rows[i].via == NKS_VIA_BASE64);
	}
	/* Percent in base64: two deep. */
	scan_text(k, "data: JUU1JUIxJUIxJUU3JTk0JUIwJUU1JUE0JUFBJUU5JTgzJThF\n");
	assert_int_equal(k->n, 1);
	kit_free(k);
}

static void all_that_stands_in_one_run_of_escapes_is_reported(void **state)
{
	struct kit *const k = kit_new();

	(void)state;
	k->options.classes = UINT64_C(1) << NKS_CLASS_MAIL;
	k->options.least = 1;
	/* hana@school.example, jiro@school.example */
	scan_text(k, "data: aGFuYUBzY2hvb2wuZXhhbXBsZSwgamlyb0BzY2hvb2wuZXhhbXBsZQ==\n");
	assert_int_equal(k->n, 2);
	assert_int_equal(k->f[0].offset, k->f[1].offset);
	assert_int_equal(k->f[0].via, NKS_VIA_BASE64);
	assert_true(k->f[0].token != k->f[1].token);
	kit_free(k);
}

static void look_for_numbers(
	void *arg, const nks_unit *u, size_t n, size_t from, size_t to, nks_rule_emit_fn *emit, void *scan)
{
	assert_true(from <= to && to <= n);
	*(size_t *)arg += to - from;
	for (size_t i = from; i + 2 < n; i++) {
		if (u[i] == 'R' && u[i + 1] == '-' && u[i + 2] == '1') {
			emit(scan, 5, i, 3);
		}
	}
}

static void rules_of_the_caller_see_every_new_unit_once(void **state)
{
	struct kit *const k = kit_new();
	char *const text = malloc(200000);
	size_t seen = 0;

	(void)state;
	assert_non_null(text);
	memset(text, 'x', 200000);
	for (size_t i = 0; i < 200000; i += 1000) {
		memcpy(text + i, " R-1\n", 5);
	}
	k->options.rules = look_for_numbers;
	k->options.rules_arg = &seen;
	k->options.least = 1;
	const struct nks_stream stream = { .kind = NKS_KIND_UNKNOWN };
	scan(k, &stream, text, 200000);
	assert_int_equal(seen, 200000);
	assert_int_equal(k->n, 200);
	for (size_t i = 0; i < k->n; i++) {
		assert_int_equal(k->f[i].class, NKS_CLASS_RULE);
		assert_int_equal(k->f[i].key, 5);
		assert_int_equal(k->f[i].offset, i * 1000 + 1);
		assert_int_equal(k->f[i].length, 3);
	}
	free(text);
	kit_free(k);
}

static void a_name_behind_megabytes_of_zeros_is_found_at_no_cost(void **state)
{
	static const uint8_t name[] = { 0x71, 0x5c, 0x30, 0x75, 0x2a, 0x59, 0xce, 0x90 };
	struct kit *const k = kit_new();
	const size_t len = 3 * 1024 * 1024;
	uint8_t *const bytes = calloc(1, len);

	(void)state;
	assert_non_null(bytes);
	for (size_t at = len - 5001; at < len - 4998; at++) {
		memcpy(bytes + at, name, sizeof(name));
		const struct nks_stream stream = { .kind = NKS_KIND_UNKNOWN };
		scan(k, &stream, bytes, len);
		assert_int_equal(k->n, 1);
		assert_int_equal(k->f[0].offset, at);
		assert_int_equal(k->f[0].encoding, NKS_UTF16LE);
		assert_true(k->sum.carved);
		assert_true(k->sum.units < 100);
		memset(bytes + at, 0, sizeof(name));
	}
	free(bytes);
	kit_free(k);
}

static void a_mailbox_in_ascii_that_turns_japanese_late_is_found(void **state)
{
	static const char *const bodies[] = { "\x1b$B;3EDB@O:\x1b(B", "\x8e\x52\x93\x63\x91\xbe\x98\x59",
		"\xbb\xb3\xc5\xc4\xc2\xc0\xcf\xba", "山田太郎" };
	struct kit *const k = kit_new();
	char *const text = malloc(400000);
	const struct nks_stream stream = { .kind = NKS_KIND_UNKNOWN };
	size_t n = 0;

	(void)state;
	assert_non_null(text);
	for (unsigned i = 0; i < 4; i++) {
		for (unsigned j = 0; j < 1800; j++) {
			n += (size_t)snprintf(
				text + n, 60, "Received: from host%u by another; line %u of it\r\n", j, i);
		}
		n += (size_t)snprintf(text + n, 60, "\r\n%s\r\n", bodies[i]);
	}
	scan(k, &stream, text, n);
	assert_int_equal(k->n, 4);
	assert_int_equal(k->f[0].encoding, NKS_JIS);
	assert_int_equal(k->f[1].encoding, NKS_CP932);
	assert_int_equal(k->f[2].encoding, NKS_EUCJP);
	assert_int_equal(k->f[3].encoding, NKS_UTF8);
	assert_int_equal(k->f[0].token, k->f[3].token);
	free(text);
	kit_free(k);
}

/* What is fed in one piece is looked through where it lies, what comes in small ones in the scan's own memory. */
static void one_long_feed_gives_what_many_short_ones_give(void **state)
{
	enum { LEN = 1 << 20, STEP = 7001 };
	const struct nks_stream stream = { .kind = NKS_KIND_UNKNOWN };
	struct kit *const k = kit_new();
	struct kit *const other = kit_new();
	struct nks_scan *s = NULL;
	char *const text = malloc(LEN);

	(void)state;
	assert_non_null(text);
	for (size_t i = 0; i < LEN; i++) {
		text[i] = i % 80 == 79 ? '\n' : (char)('a' + i % 23);
	}
	for (size_t i = 300; i + 100 < LEN; i += STEP) {
		memcpy(text + i, " \xe5\xb1\xb1\xe7\x94\xb0\xe5\xa4\xaa\xe9\x83\x8e ", 14);
	}
	scan(k, &stream, text, LEN);
	assert_int_equal(nks_scan_new(&other->options, collect, other, &s), NKS_OK);
	assert_int_equal(nks_scan_begin(s, &stream), NKS_OK);
	for (size_t at = 0; at < LEN; at += 5000) {
		assert_int_equal(nks_scan_feed(s, text + at, LEN - at < 5000 ? LEN - at : 5000), NKS_OK);
	}
	assert_int_equal(nks_scan_end(s, &other->sum), NKS_OK);
	assert_int_equal(k->n, (LEN - 400) / STEP + 1);
	assert_int_equal(k->n, other->n);
	for (size_t i = 0; i < k->n; i++) {
		assert_int_equal(k->f[i].offset, 301 + i * STEP);
		assert_int_equal(other->f[i].offset, 301 + i * STEP);
		assert_int_equal(k->f[i].row, other->f[i].row);
	}
	assert_int_equal(k->sum.bytes, LEN);
	assert_int_equal(k->sum.rows, other->sum.rows);
	nks_scan_free(&s);
	free(text);
	kit_free(k);
	kit_free(other);
}

static void private_characters_are_noted(void **state)
{
	struct kit *const k = kit_new();

	(void)state;
	scan_text(k, "\xf0\x40 \x82\xa0\x82\xa2 \x82\xa0\x82\xa2\n");
	assert_true(k->sum.gaiji);
	scan_text(k, "あい\n");
	assert_false(k->sum.gaiji);
	kit_free(k);
}

static void all_words_lead_back(void **state)
{
	enum nks_class found = NKS_CLASS_COUNT;

	(void)state;
	assert_string_equal(nks_version(), NKS_VERSION);
	for (unsigned c = 0; c < NKS_CLASS_COUNT; c++) {
		assert_true(nks_class_by_name(nks_class_name((enum nks_class)c), &found));
		assert_int_equal(found, c);
	}
	assert_false(nks_class_by_name("nothing", &found));
	assert_string_equal(nks_class_name((enum nks_class)NKS_CLASS_COUNT), "");
	for (unsigned i = 0; i < NKS_WHY_COUNT; i++) {
		assert_true(nks_why_name((enum nks_why)i)[0] != '\0' && nks_why_text((enum nks_why)i)[0] != '\0');
	}
	for (unsigned i = 0; i < NKS_FIELD_COUNT; i++) {
		assert_true(nks_field_name((enum nks_field)i)[0] != '\0');
	}
	assert_string_equal(nks_encoding_name(NKS_JIS), "iso-2022-jp");
	assert_string_equal(nks_via_name(NKS_VIA_ENTITY), "entity");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_empty_stream_has_no_findings),
		cmocka_unit_test(offset_and_length_are_bytes_of_the_stream),
		cmocka_unit_test(a_part_reports_what_begins_in_it),
		cmocka_unit_test(tables_of_openers_have_rows_and_columns),
		cmocka_unit_test(text_of_openers_is_utf_8_and_nothing_else),
		cmocka_unit_test(the_callback_can_stop_the_scan),
		cmocka_unit_test(ascii_that_several_encodings_read_is_found_once),
		cmocka_unit_test(a_form_and_the_index_at_one_place_are_both_reported),
		cmocka_unit_test(escaped_text_is_found_where_its_escapes_begin),
		cmocka_unit_test(all_that_stands_in_one_run_of_escapes_is_reported),
		cmocka_unit_test(rules_of_the_caller_see_every_new_unit_once),
		cmocka_unit_test(a_name_behind_megabytes_of_zeros_is_found_at_no_cost),
		cmocka_unit_test(a_mailbox_in_ascii_that_turns_japanese_late_is_found),
		cmocka_unit_test(one_long_feed_gives_what_many_short_ones_give),
		cmocka_unit_test(private_characters_are_noted),
		cmocka_unit_test(all_words_lead_back),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
