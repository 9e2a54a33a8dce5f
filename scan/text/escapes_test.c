/*
 * escapes_test.c: what is written in escapes is decoded, what only looks so is left alone, and the fast paths equal
 * the plain one.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#include "escapes_int.h"
#include "nks_decode.h"

enum { UNITS = 40000, WORDS = UNITS / 64 + 3, OUT = 65536, RUNS = 64 };

/* A block made of UTF-8, and what nks_escapes said of it. */
struct bench {
	nks_unit room[NKS_PAD + UNITS + NKS_PAD];
	uint64_t bits[NKS_M_COUNT][WORDS];
	struct nks_text text;
	size_t runs;
	struct {
		enum nks_via via;
		size_t at, len, begin, n;
	} run[RUNS];
	uint8_t out[OUT];
	size_t n_out;
	size_t most; /* runs after which `hear` wants no more */
};

static bool hear(void *arg, enum nks_via via, size_t at, size_t len, const uint8_t *bytes, size_t n)
{
	struct bench *b = arg;

	assert_true(b->runs < RUNS && b->n_out + n <= OUT);
	assert_true(at + len <= b->text.n && len > 0 && n > 0);
	b->run[b->runs].via = via;
	b->run[b->runs].at = at;
	b->run[b->runs].len = len;
	b->run[b->runs].begin = b->n_out;
	b->run[b->runs++].n = n;
	memcpy(b->out + b->n_out, bytes, n);
	b->n_out += n;
	return b->most == 0 || b->runs < b->most;
}

static void look(struct bench *b, size_t from, size_t to)
{
	struct nks_masks masks = { 0 };
	bool went_on = false;

	memset(b->bits, 0, sizeof b->bits);
	for (size_t m = 0; m < NKS_M_COUNT; m++) {
		masks.word[m] = b->bits[m] + 1;
		b->text.mask[m] = b->bits[m] + 1;
	}
	for (size_t w = 0; w * 64 < b->text.n; w++) {
		nks_masks_plain(&masks, w, b->text.u + w * 64);
	}
	b->text.from = from;
	b->text.to = to;
	b->runs = 0;
	b->n_out = 0;
	went_on = nks_escapes(&b->text, hear, b);
	assert_int_equal(went_on, b->most == 0 || b->runs < b->most);
}

static void fill(struct bench *b, const char *utf8)
{
	memset(b->room, 0, sizeof b->room);
	b->text = (struct nks_text){ .u = b->room + NKS_PAD, .first = true, .last = true };
	assert_int_equal(nks_units_of(utf8, strlen(utf8), b->room + NKS_PAD, UNITS, &b->text.n), NKS_OK);
	look(b, 0, b->text.n);
}

static bool gave(const struct bench *b, enum nks_via via, const char *bytes)
{
	for (size_t i = 0; i < b->runs; i++) {
		if (b->run[i].via == via &&
			memmem(b->out + b->run[i].begin, b->run[i].n, bytes, strlen(bytes)) != NULL) {
			return true;
		}
	}
	return false;
}

struct example {
	const char *text;
	enum nks_via via;
	const char *bytes;
};
static const struct example examples[] = {
	{ "GET /q?name=%E5%B1%B1%E7%94%B0&x=1 HTTP/1.1", NKS_VIA_PERCENT, "name=山田" },
	{ "q=%e5%b1%b1+%E5%A4%AA%E9%83%8E", NKS_VIA_PERCENT, "山 太郎" },
	{ "q=%8ER%93c", NKS_VIA_PERCENT, "\x8e\x52\x93\x63" },
	{ "to=taro%40example.jp", NKS_VIA_PERCENT, "taro@example.jp" },
	{ "filename*=UTF-8''%E5%90%8D%E7%B0%BF.csv", NKS_VIA_PERCENT, "名簿.csv" },
	{ "{\"name\":\"\\u5c71\\u7530 \\u592a\\u90ce\"}", NKS_VIA_BACKSLASH, "山田 太郎" },
	{ "'\\u{5C71}\\u{7530}'", NKS_VIA_BACKSLASH, "山田" },
	{ "\\ud842\\udfb7\\u7530", NKS_VIA_BACKSLASH, "𠮷田" },
	{ "\\U00020bb7\\u7530", NKS_VIA_BACKSLASH, "𠮷田" },
	{ "b'\\xe5\\xb1\\xb1\\xe7\\x94\\xb0'", NKS_VIA_BACKSLASH, "山田" },
	{ "\"\\345\\261\\261\\347\\224\\260.csv\"", NKS_VIA_BACKSLASH, "山田" },
	{ "\\\\u5c71\\\\u7530", NKS_VIA_BACKSLASH, "山田" },
	{ "山\\u7530太郎です", NKS_VIA_BACKSLASH, "山田太郎です" },
	{ "\\u5c71\\u7530\\n\\u592a", NKS_VIA_BACKSLASH, "山田\n太" },
	{ "<td>&#x5C71;&#x7530;</td>", NKS_VIA_ENTITY, "山田" },
	{ "&#23665;&#30000;&nbsp;&#22826;", NKS_VIA_ENTITY, "山田 太" },
	{ "山田&nbsp;太郎", NKS_VIA_ENTITY, "山田 太郎" },
	{ "taro&#64;example.jp", NKS_VIA_ENTITY, "@" },
	{ "&#23665&#30000", NKS_VIA_ENTITY, "山田" },
	{ "&#x20BB7;&#30000;", NKS_VIA_ENTITY, "𠮷田" },
	{ "=E5=B1=B1=E7=94=B0", NKS_VIA_QUOTED, "山田" },
	{ "x =E5=B1=\r\n=B1=E7=\n=94=B0", NKS_VIA_QUOTED, "山田" },
	{ "=8ER=93c", NKS_VIA_QUOTED, "\x8e\x52\x93\x63" },
	{ "=1B$B;3ED=1B(B", NKS_VIA_QUOTED, "\x1b$B;3ED\x1b(B" },
	{ "Subject: =?UTF-8?B?5bGx55Sw?=", NKS_VIA_QUOTED, "山田" },
	{ "=?UTF-8?B?5bGx55Q=?=\r\n =?utf-8?b?sOWkqumDjg==?=", NKS_VIA_QUOTED, "山田太郎" },
	{ "=?utf-8?Q?=E5=B1=B1_=E7=94=B0?= <a@b.jp>", NKS_VIA_QUOTED, "山 田" },
	{ "=?ISO-2022-JP?B?GyRCOzNFRBsoQg==?=", NKS_VIA_QUOTED, "\x1b$B;3ED\x1b(B" },
	{ "{\"b\":\"5bGx55Sw5aSq6YOO\"}", NKS_VIA_BASE64, "山田太郎" },
	{ "token 5bGx55Sw5aSq6YOOCjA5MC0xMjM0LTU2Nzg= end", NKS_VIA_BASE64, "山田太郎\n090-1234-5678" },
	{ "dGFyby55YW1hZGFAZXhhbXBsZS5qcA==", NKS_VIA_BASE64, "taro.yamada@example.jp" },
	{ "jlKTY5G+mFkgk/qWe4zqgsWCtw==", NKS_VIA_BASE64, "\x8e\x52\x93\x63" },
	{ "u7PFxMLAz7ogjtSOzMnjwK8=", NKS_VIA_BASE64, "\xbb\xb3\xc5\xc4\xc2\xc0\xcf\xba" },
};

static void escapes_of_all_kinds_are_decoded(void **state)
{
	struct bench *b = *state;

	for (size_t i = 0; i < sizeof examples / sizeof *examples; i++) {
		fill(b, examples[i].text);
		if (!gave(b, examples[i].via, examples[i].bytes)) {
			fail_msg("%s gave %zu runs", examples[i].text, b->runs);
		}
	}
}

static void escapes_are_found_at_every_place_of_a_word_of_the_maps(void **state)
{
	struct bench *b = *state;
	char text[512];

	for (size_t i = 0; i < sizeof examples / sizeof *examples; i++) {
		for (size_t shift = 1; shift < 140; shift += 1) {
			memset(text, ' ', shift);
			memcpy(text + shift, examples[i].text, strlen(examples[i].text) + 1);
			fill(b, text);
			assert_true(gave(b, examples[i].via, examples[i].bytes));
		}
	}
}

static void text_without_escapes_gives_nothing(void **state)
{
	static const char *const texts[] = { "", "100% of 50%, 5 %d %s", "a = b; c == d; x=10",
		"C:\\Users\\name\\new \\n \\t \\\\", "a && b &amp; c", "山田太郎は&lt;90%以上&gt;です。",
		"nks_builder_add_person_to_index", "/usr/share/unicode/UnicodeData.txt",
		"ThisIsALongIdentifierOfJava", "da39a3ee5e6b4b0d3255bfef95601890afd80709", "=?x", "=?UTF-8?B?",
		"=?utf-8?X?abc?=", "\\u12", "\\x4", "&#;", "&#x;", "&#xZ;", "%zz%4", "ABCDEFGHIJKLMNOPQRSTUVWXYZ",
		"0123456789012345678901234567890123456789", "width=80", "------------------------------", "aGVsbG8",
		"Zm9vYmFyLXdpdGgtYm90aA+_aaaaaaaa", "\\uD83D", "x\\x41y", "&nope;",
		"qL8F/9xZkAcQ7wYp3N0aBvG5Rh2TjXsE" };
	struct bench *b = *state;

	for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
		fill(b, texts[i]);
		if (b->runs != 0 && strcmp(texts[i], "\\uD83D") != 0) {
			fail_msg("%s gave %zu runs", texts[i], b->runs);
		}
	}
}

static void base64_in_lines_is_one_run(void **state)
{
	static const char sextets[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
	static const char said[] = "氏名 山田太郎、電話 09012345678。";
	struct bench *b = *state;
	char *text = calloc(1, 30000);
	size_t n = 0;

	assert_non_null(text);
	for (size_t i = 0; i < 6000; i += 3) {
		const uint32_t v = (uint32_t)(uint8_t)said[i % (sizeof said - 1)] << 16 |
			(uint32_t)(uint8_t)said[(i + 1) % (sizeof said - 1)] << 8 |
			(uint8_t)said[(i + 2) % (sizeof said - 1)];

		for (unsigned k = 0; k < 4; k++) {
			text[n++] = sextets[(v >> (18 - 6 * k)) & 63];
		}
		if (i % 57 == 54) {
			memcpy(text + n, "\r\n", 2);
			n += 2;
		}
	}
	fill(b, text);
	assert_int_equal(b->runs, 1);
	assert_true(b->run[0].n >= 5997 && b->run[0].n <= 6000);
	assert_true(gave(b, NKS_VIA_BASE64, "山田太郎、電話 0901234"));
	/* The middle of it as a block of its own: picked up at a line, or at a phase. */
	b->text.u += 131;
	b->text.n -= 131;
	b->text.first = false;
	look(b, 200, b->text.n);
	assert_true(gave(b, NKS_VIA_BASE64, "山田太郎、電話 0901234"));
	assert_int_equal(b->run[0].at, 200);
	free(text);
}

static void one_line_of_base64_is_picked_up_at_any_phase(void **state)
{
	static const char line[] = "5bGx55Sw5aSq6YOO5bGx55Sw5aSq6YOO5bGx55Sw5aSq6YOO5bGx55Sw5aSq6YOO5bGx55Sw5aSq6YOO";
	struct bench *b = *state;

	for (size_t skip = 0; skip < 4; skip++) {
		fill(b, line + skip);
		b->text.first = false;
		b->text.last = false;
		look(b, 0, b->text.n);
		assert_true(gave(b, NKS_VIA_BASE64, "山田太郎"));
	}
}

static void what_the_block_before_has_reported_is_not_said_again(void **state)
{
	struct bench *b = *state;

	fill(b, "name=%E5%B1%B1%E7%94%B0 and then other text, name=%E5%A4%AA");
	look(b, 30, b->text.n);
	assert_int_equal(b->runs, 1);
	assert_true(gave(b, NKS_VIA_PERCENT, "太"));
	look(b, 0, 30);
	assert_int_equal(b->runs, 1);
	assert_true(gave(b, NKS_VIA_PERCENT, "山田"));
	look(b, 0, b->text.n);
	assert_int_equal(b->runs, 2);
}

static void what_is_longer_than_the_room_comes_in_pieces(void **state)
{
	struct bench *b = *state;
	char *text = calloc(1, 36001);

	assert_non_null(text);
	for (size_t i = 0; i < 18000; i++) {
		memcpy(text + 2 * i, i % 2 == 0 ? "%4" : "1+", 2);
	}
	fill(b, text);
	assert_int_equal(b->runs, 2);
	assert_int_equal(b->run[0].n, NKS_ESCAPE_ROOM);
	assert_int_equal(b->run[0].n + b->run[1].n, 18000 + NKS_ESCAPE_KEPT);
	free(text);
}

static void a_listener_can_stop(void **state)
{
	struct bench *b = *state;

	b->most = 1;
	fill(b, "%E5%B1%B1 \\u5c71 &#23665; %E5%B1%B1");
	assert_int_equal(b->runs, 1);
	b->most = 0;
}

static void quoted_text_ends_at_a_sign_that_begins_no_escape(void **state)
{
	struct bench *b = *state;

	fill(b, "page=64 status=200 bytes=8E3 user=svc sum=9Fa host=x time=80 host=y bytes=90 user=a");
	assert_int_equal(b->runs, 0);
	fill(b, "page=64 user=svc charset=x =E5=B1=B1=E7=94=B0=20a=b =E5=A4=AA=E9=83=8E");
	assert_true(gave(b, NKS_VIA_QUOTED, "山田"));
	assert_true(gave(b, NKS_VIA_QUOTED, "太郎"));
	fill(b, "yamada=20taro=\n=2C =E5=A4=AA=E9=83=8E");
	assert_true(gave(b, NKS_VIA_QUOTED, "yamada taro, 太郎"));
}

static int set_up(void **state)
{
	*state = calloc(1, sizeof(struct bench));
	return *state == NULL;
}

static int tear_down(void **state)
{
	free(*state);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(escapes_of_all_kinds_are_decoded),
		cmocka_unit_test(escapes_are_found_at_every_place_of_a_word_of_the_maps),
		cmocka_unit_test(text_without_escapes_gives_nothing),
		cmocka_unit_test(base64_in_lines_is_one_run),
		cmocka_unit_test(one_line_of_base64_is_picked_up_at_any_phase),
		cmocka_unit_test(what_the_block_before_has_reported_is_not_said_again),
		cmocka_unit_test(what_is_longer_than_the_room_comes_in_pieces),
		cmocka_unit_test(a_listener_can_stop),
		cmocka_unit_test(quoted_text_ends_at_a_sign_that_begins_no_escape),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
