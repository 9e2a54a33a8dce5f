/*
 * nkscan_test.c: the scanner beside a naive search, at every cut and every alignment. All texts are made up.
 */
#include "nkscan_old.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { HITS_MAX = 4096 };

struct hits {
	struct nko_finding at[HITS_MAX];
	size_t n;
	size_t stop_after; /* 0: never */
};

static int collect(void *arg, const struct nko_finding *finding)
{
	struct hits *hits = arg;

	assert_true(hits->n < HITS_MAX);
	hits->at[hits->n++] = *finding;
	return hits->stop_after != 0 && hits->n >= hits->stop_after;
}

/* A number from a small generator of our own, so that a failure comes again. */
static uint32_t next(uint32_t *state)
{
	*state = *state * 1664525U + 1013904223U;
	return *state >> 8;
}

static struct nko_index *index_of(const char *const *texts, size_t n)
{
	struct nko_index *index = NULL;

	assert_int_equal(nko_index_new(&index), NKO_OK);
	for (size_t i = 0; i < n; i++) {
		const enum nko_status status = nko_index_add(index, (uint32_t)i, texts[i], strlen(texts[i]));

		assert_true(status == NKO_OK || status == NKO_PARTIAL);
	}
	assert_int_equal(nko_index_seal(index), NKO_OK);
	return index;
}

/* Feeds in pieces of `piece` bytes, the first of `first`. */
static void scan_in_pieces(const struct nko_index *index, const uint8_t *bytes, size_t len, size_t first,
	size_t piece, struct hits *hits)
{
	struct nko_scan *scan = NULL;
	size_t at = first < len ? first : len;

	hits->n = 0;
	assert_int_equal(nko_scan_new(index, collect, hits, &scan), NKO_OK);
	assert_int_equal(nko_scan_feed(scan, bytes, at), NKO_OK);
	while (at < len) {
		const size_t part = len - at < piece ? len - at : piece;

		assert_int_equal(nko_scan_feed(scan, bytes + at, part), NKO_OK);
		at += part;
	}
	assert_int_equal(nko_scan_end(scan), NKO_OK);
	nko_scan_free(&scan);
	assert_null(scan);
}

/* The reference: at each byte, each text in each encoding, longest first, then by number, then by encoding. */
struct known {
	uint8_t bytes[256];
	size_t len;
	uint32_t number;
	enum nko_encoding encoding;
};

static int known_order(const void *left, const void *right)
{
	const struct known *a = left;
	const struct known *b = right;

	if (a->len != b->len) {
		return a->len > b->len ? -1 : 1;
	}
	if (a->number != b->number) {
		return a->number < b->number ? -1 : 1;
	}
	return (int)a->encoding - (int)b->encoding;
}

static size_t know(const char *const *texts, size_t n, struct known *out)
{
	size_t made = 0;

	for (size_t i = 0; i < n; i++) {
		for (unsigned e = 0; e < NKO_ENCODING_COUNT; e++) {
			struct known *k = &out[made];

			*k = (struct known){ .number = (uint32_t)i, .encoding = (enum nko_encoding)e };
			assert_int_equal(nko_encode(k->encoding, texts[i], strlen(texts[i]), k->bytes,
						 sizeof(k->bytes), &k->len),
				NKO_OK);
			if (k->len < NKO_MIN_BYTES ||
				(e == NKO_CP932 && k->len == strlen(texts[i]) &&
					memcmp(k->bytes, texts[i], k->len) == 0)) {
				continue;
			}
			made++;
		}
	}
	qsort(out, made, sizeof(*out), known_order);
	return made;
}

static void naive(const struct known *known, size_t n, const uint8_t *bytes, size_t len, struct hits *hits)
{
	hits->n = 0;
	for (size_t at = 0; at < len; at++) {
		for (size_t i = 0; i < n; i++) {
			if (known[i].len <= len - at && memcmp(bytes + at, known[i].bytes, known[i].len) == 0) {
				assert_true(hits->n < HITS_MAX);
				hits->at[hits->n++] = (struct nko_finding){ known[i].number, known[i].encoding, at,
					(uint32_t)known[i].len };
			}
		}
	}
}

static void assert_same(const struct hits *a, const struct hits *b)
{
	assert_int_equal(a->n, b->n);
	for (size_t i = 0; i < a->n; i++) {
		assert_int_equal(a->at[i].offset, b->at[i].offset);
		assert_int_equal(a->at[i].length, b->at[i].length);
		assert_int_equal(a->at[i].pattern, b->at[i].pattern);
		assert_int_equal(a->at[i].encoding, b->at[i].encoding);
	}
}

static const char *const texts[] = {
	"髙橋 元気",
	"髙橋元気",
	"高橋元気",
	"タカハシゲンキ",
	"s2025001",
	"s20250010",
	"taro@example.ed.jp",
	"aaaaaa",
	"aaaaaaaaa",
	"abcabc",
	"𠮷野 家子",
	"s2025001",
};
enum { TEXTS = sizeof(texts) / sizeof(texts[0]) };

/* Random bytes of a small alphabet with texts of every encoding thrown in, some of them cut short. */
static size_t make_stream(uint32_t *seed, const struct known *known, size_t n_known, uint8_t *out, size_t room)
{
	size_t len = 0;

	while (len + 64 < room) {
		const struct known *k = &known[next(seed) % n_known];
		const uint32_t what = next(seed) % 8;

		if (what < 4) {
			memcpy(out + len, k->bytes, k->len);
			len += k->len;
		} else if (what == 4) {
			memcpy(out + len, k->bytes, k->len - 1);
			len += k->len - 1;
		} else {
			out[len++] = (uint8_t)("a\0\x82s"[next(seed) % 4]);
		}
	}
	return len;
}

static void what_is_found_does_not_depend_on_how_the_stream_is_cut(void **state)
{
	static struct hits got;
	static struct hits want;
	static struct known known[TEXTS * NKO_ENCODING_COUNT];
	static uint8_t stream[700];
	const size_t n_known = know(texts, TEXTS, known);
	struct nko_index *index = index_of(texts, TEXTS);
	uint32_t seed = 7;
	size_t seen = 0;

	(void)state;
	for (unsigned round = 0; round < 20; round++) {
		const size_t len = make_stream(&seed, known, n_known, stream, sizeof(stream));

		naive(known, n_known, stream, len, &want);
		seen += want.n;
		for (size_t first = 0; first <= len; first++) {
			scan_in_pieces(index, stream, len, first, len, &got);
			assert_same(&got, &want);
		}
		for (size_t piece = 1; piece < 40; piece++) {
			scan_in_pieces(index, stream, len, 0, piece, &got);
			assert_same(&got, &want);
		}
	}
	assert_true(seen > 100);
	nko_index_free(&index);
	assert_null(index);
}

static void a_text_is_found_at_every_place_around_the_border_of_a_block(void **state)
{
	enum { BLOCK = 65536, AROUND = 400 };
	static struct hits got;
	static uint8_t stream[3 * BLOCK];
	struct nko_index *index = index_of(texts, TEXTS);

	(void)state;
	for (size_t at = BLOCK - AROUND; at < BLOCK + AROUND; at++) {
		memset(stream, 0, sizeof(stream));
		memcpy(stream + at, texts[6], strlen(texts[6]));
		memcpy(stream + at + BLOCK, texts[3], strlen(texts[3]));
		scan_in_pieces(index, stream, sizeof(stream), 0, 100000, &got);
		assert_int_equal(got.n, 2);
		assert_int_equal(got.at[0].offset, at);
		assert_int_equal(got.at[1].offset, at + BLOCK);
	}
	nko_index_free(&index);
}

static void every_pattern_of_many_is_found(void **state)
{
	enum { MANY = 20000 };
	static struct hits got;
	struct nko_index *index = NULL;

	(void)state;
	assert_int_equal(nko_index_new(&index), NKO_OK);
	for (uint32_t i = 0; i < MANY; i++) {
		char text[32];
		const int len = snprintf(text, sizeof(text), "student-%06u", i);

		assert_int_equal(nko_index_add(index, i, text, (size_t)len), NKO_OK);
	}
	assert_int_equal(nko_index_seal(index), NKO_OK);
	for (uint32_t i = 0; i < MANY; i += 7) {
		char text[40];
		const int len = snprintf(text, sizeof(text), "<student-%06u>", i);

		scan_in_pieces(index, (const uint8_t *)text, (size_t)len, 0, 5, &got);
		assert_int_equal(got.n, 1);
		assert_int_equal(got.at[0].pattern, i);
		assert_int_equal(got.at[0].offset, 1);
	}
	nko_index_free(&index);
}

static void a_scan_begins_anew_after_its_end(void **state)
{
	static struct hits got;
	struct nko_index *index = index_of(texts, TEXTS);
	struct nko_scan *scan = NULL;

	(void)state;
	got.n = 0;
	assert_int_equal(nko_scan_new(index, collect, &got, &scan), NKO_OK);
	assert_int_equal(nko_scan_feed(scan, "..abca", 6), NKO_OK);
	assert_int_equal(nko_scan_end(scan), NKO_OK);
	assert_int_equal(nko_scan_feed(scan, "bcabcabc", 8), NKO_OK);
	assert_int_equal(nko_scan_end(scan), NKO_OK);
	/* Not across the border of two streams, and with the offset of the second. */
	assert_int_equal(got.n, 1);
	assert_int_equal(got.at[0].offset, 2);
	nko_scan_free(&scan);
	nko_index_free(&index);
}

static void the_caller_can_end_a_scan(void **state)
{
	static struct hits got;
	struct nko_index *index = index_of(texts, TEXTS);

	(void)state;
	got.stop_after = 2;
	scan_in_pieces(index, (const uint8_t *)"abcabc abcabc abcabc", 20, 0, 3, &got);
	assert_int_equal(got.n, 2);
	got.stop_after = 0;
	nko_index_free(&index);
}

static void a_text_too_short_to_mean_anybody_is_refused(void **state)
{
	struct nko_index *index = NULL;
	char large[NKO_MAX_BYTES + 1];

	(void)state;
	memset(large, 'x', sizeof(large));
	assert_int_equal(nko_index_new(&index), NKO_OK);
	assert_int_equal(nko_index_add(index, 0, "12345", 5), NKO_LIMIT);
	assert_int_equal(nko_index_add(index, 0, "森", 3), NKO_LIMIT);
	assert_int_equal(nko_index_add(index, 0, large, sizeof(large)), NKO_LIMIT);
	assert_int_equal(nko_index_add(index, 0, large, NKO_MAX_BYTES), NKO_OK);
	/* Two kanji: six bytes of UTF-8, four in the others. */
	assert_int_equal(nko_index_add(index, 1, "森一", 6), NKO_PARTIAL);
	assert_int_equal(nko_index_add(index, 2, "\xff\xfe\xfd\xfc\xfb\xfa", 6), NKO_BAD_TEXT);
	assert_int_equal(nko_index_add(index, 2, "\xed\xa0\x80\xed\xa0\x80", 6), NKO_BAD_TEXT);
	assert_int_equal(nko_index_seal(index), NKO_OK);
	assert_int_equal(nko_index_add(index, 3, "too late", 8), NKO_LIMIT);
	nko_index_free(&index);
}

static void an_encoding_gives_exact_bytes_or_none(void **state)
{
	static const uint8_t cp932[] = { 0xfb, 0xfc, 0x8b, 0xb4 }; /* 髙橋 */
	static const uint8_t utf16[] = { 0x42, 0xd8, 0xb7, 0xdf }; /* 𠮷 */
	uint8_t out[64];
	size_t len = 0;

	(void)state;
	assert_int_equal(nko_encode(NKO_CP932, "髙橋", 6, out, sizeof(out), &len), NKO_OK);
	assert_int_equal(len, sizeof(cp932));
	assert_memory_equal(out, cp932, sizeof(cp932));
	assert_int_equal(nko_encode(NKO_UTF16LE, "𠮷", 4, out, sizeof(out), &len), NKO_OK);
	assert_int_equal(len, sizeof(utf16));
	assert_memory_equal(out, utf16, sizeof(utf16));
	assert_int_equal(nko_encode(NKO_CP932, "𠮷", 4, out, sizeof(out), &len), NKO_OK);
	assert_int_equal(len, 0);
	assert_int_equal(nko_encode(NKO_UTF8, "髙橋", 6, out, 8, &len), NKO_LIMIT);
	assert_int_equal(nko_encode(NKO_UTF8, "\xc0\xaf", 2, out, sizeof(out), &len), NKO_BAD_TEXT);
}

static void an_empty_index_finds_nothing(void **state)
{
	static struct hits got;
	struct nko_index *index = index_of(texts, 0);

	(void)state;
	scan_in_pieces(index, (const uint8_t *)"abcabc", 6, 0, 2, &got);
	assert_int_equal(got.n, 0);
	nko_index_free(&index);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_found_does_not_depend_on_how_the_stream_is_cut),
		cmocka_unit_test(a_text_is_found_at_every_place_around_the_border_of_a_block),
		cmocka_unit_test(every_pattern_of_many_is_found),
		cmocka_unit_test(a_scan_begins_anew_after_its_end),
		cmocka_unit_test(the_caller_can_end_a_scan),
		cmocka_unit_test(a_text_too_short_to_mean_anybody_is_refused),
		cmocka_unit_test(an_encoding_gives_exact_bytes_or_none),
		cmocka_unit_test(an_empty_index_finds_nothing),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
