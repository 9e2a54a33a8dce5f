/*
 * opaque_test.c: what says nothing to anybody is not called scanned, whatever it is called; and what is only binary is.
 */
#include "base.h"

#include <setjmp.h>
#include <cmocka.h>
#include <zlib.h>

#include "nkx_kit.h"
#include "opaque.h"

enum { ROOM = 1 << 20, ROWS = 4000 };

/* The same bytes every time, that look like chance (xorshift64). */
static void chance(uint8_t *out, size_t len)
{
	uint64_t x = UINT64_C(0x9e3779b97f4a7c15);

	for (size_t i = 0; i < len; i++) {
		x ^= x << 13;
		x ^= x >> 7;
		x ^= x << 17;
		out[i] = (uint8_t)(x >> 56);
	}
}

static size_t list(char *out)
{
	size_t n = 0;

	for (unsigned i = 0; i < ROWS; i++) {
		n += (size_t)snprintf(out + n, ROOM - n, "%u,山田太郎,s%06u@hoshimi.example.jp\n", i, i * 7919 % 999983);
	}
	return n;
}

static void state_of(const void *bytes, size_t len, const char *name, enum nkx_state *out, enum nkx_why *out_why)
{
	struct nkx_kit_report r;

	nkx_kit_open(bytes, len, name, &r);
	*out = r.streams[0].state;
	*out_why = r.streams[0].why;
	nkx_kit_free(&r);
}

static void what_looks_like_chance_is_not_scanned_whatever_it_is_called(void **state)
{
	static const char *const names[] = { "x", "x.csv", "x.bin", "x.db" };
	static const size_t sizes[] = { NKX_OPAQUE_LEAST, 300, 2500, 5000, 100000 };
	uint8_t *const bytes = malloc(ROOM);
	enum nkx_state is = NKX_SCANNED;
	enum nkx_why why = NKX_WHY_NONE;

	(void)state;
	chance(bytes, ROOM);
	for (size_t i = 0; i < NK_ARRAY_LEN(names) * NK_ARRAY_LEN(sizes); i++) {
		state_of(bytes, sizes[i / NK_ARRAY_LEN(names)], names[i % NK_ARRAY_LEN(names)], &is, &why);
		assert_int_equal(is, NKX_NOT);
		assert_int_equal(why, NKX_WHY_OPAQUE);
	}
	memcpy(bytes, "\xff\xfe", 2); /* nor when it says that it is UTF-16 */
	state_of(bytes, 5000, "x.txt", &is, &why);
	assert_int_equal(why, NKX_WHY_OPAQUE);
	memset(bytes, 'x', 65536); /* nor behind two parts of something else */
	state_of(bytes, 98304, "x", &is, &why);
	assert_int_equal(why, NKX_WHY_OPAQUE);
	free(bytes);
}

static void nor_is_a_list_under_a_key_as_long_as_a_line(void **state)
{
	uint8_t *const bytes = malloc(ROOM);
	uint8_t key[64];
	enum nkx_state is = NKX_SCANNED;
	enum nkx_why why = NKX_WHY_NONE;
	const size_t len = list((char *)bytes);

	(void)state;
	chance(key, sizeof(key));
	for (size_t i = 0; i < len; i++) {
		bytes[i] ^= key[i % sizeof(key)];
	}
	state_of(bytes, len, "x", &is, &why);
	assert_int_equal(is, NKX_NOT);
	assert_int_equal(why, NKX_WHY_OPAQUE);
	free(bytes);
}

static void too_few_bytes_are_not_judged(void **state)
{
	uint8_t bytes[NKX_OPAQUE_LEAST];
	enum nkx_state is = NKX_NOT;
	enum nkx_why why = NKX_WHY_NONE;

	(void)state;
	chance(bytes, sizeof(bytes));
	state_of(bytes, sizeof(bytes) - 1, "x", &is, &why);
	assert_int_equal(is, NKX_SCANNED);
}

static void programs_tables_and_lists_are_scanned(void **state)
{
	static const char *const programs[] = { "/proc/self/exe", "/bin/sh", "/usr/bin/python3" };
	uint8_t *const bytes = malloc(ROOM);
	struct nkx_kit_report r;
	enum nkx_state is = NKX_NOT;
	enum nkx_why why = NKX_WHY_NONE;
	size_t seen = 0;

	(void)state;
	for (size_t i = 0; i < NK_ARRAY_LEN(programs); i++) {
		if (nkx_kit_file(programs[i], &r)) {
			assert_int_equal(r.streams[0].why, NKX_WHY_NONE);
			seen++;
			nkx_kit_free(&r);
		}
	}
	assert_true(seen > 0);
	for (size_t i = 0; i < ROOM / 4; i++) { /* outlines of a font, pixels of an icon: numbers near to each other */
		const int v = (int)(i * 2654435761U >> 24) - 128;

		bytes[4 * i] = (uint8_t)(v / 3);
		bytes[4 * i + 1] = (uint8_t)(v / 5);
		bytes[4 * i + 2] = (uint8_t)(v / 4);
		bytes[4 * i + 3] = 0;
	}
	state_of(bytes, ROOM, "x.ttf", &is, &why);
	assert_int_equal(is, NKX_SCANNED);
	state_of(bytes, list((char *)bytes), "x.csv", &is, &why);
	assert_int_equal(is, NKX_SCANNED);
	/* A program has keys and pictures in it: a half of it may look like chance, and of other files not. */
	chance(bytes + ROOM / 2, ROOM / 2);
	memset(bytes, 1, ROOM / 2);
	state_of(bytes, ROOM, "x", &is, &why);
	assert_int_equal(why, NKX_WHY_OPAQUE);
	memcpy(bytes, "\177ELF", 4);
	state_of(bytes, ROOM, "x", &is, &why);
	assert_int_equal(is, NKX_SCANNED);
	free(bytes);
}

static void zlib_is_opened_and_a_cut_one_is_not_whole(void **state)
{
	char *const text = malloc(ROOM);
	uint8_t *const packed = malloc(ROOM);
	const size_t len = list(text);
	uLongf n = ROOM;
	struct nkx_kit_report r;

	(void)state;
	assert_int_equal(compress2(packed, &n, (const uint8_t *)text, len, 6), Z_OK);
	nkx_kit_open(packed, n, "x", &r);
	assert_string_equal(r.streams[0].format, "zlib");
	assert_true(nkx_kit_holds(&r, "山田太郎"));
	assert_int_equal(r.streams[0].state, NKX_SCANNED);
	nkx_kit_free(&r);
	nkx_kit_open(packed, n / 2, "x", &r);
	assert_string_equal(r.streams[0].format, "zlib");
	assert_int_not_equal(r.streams[1].state, NKX_SCANNED);
	nkx_kit_free(&r);
	nkx_kit_open("x^2 + y^2 = z^2 and more of it, as a text is that begins like one", 64, "x", &r);
	assert_string_equal(r.streams[0].format, "text");
	nkx_kit_free(&r);
	free(packed);
	free(text);
}

static void openpgp_is_told_by_its_packets(void **state)
{
	static const char *const heads[] = {
		"\x8c\x0d\x04\x09\x03\x08salt4567\xff\xd2\x40\x01", /* gpg -c: old length, a passphrase, then data */
		"\xc3\x0d\x04\x09\x03\x08salt4567\xff\xd2\x40\x01", /* the same, new length */
		"\x85\x00\x40\x03KEYKEYKE\x01\x07\xff", /* gpg -e: a session key for a public key */
		"\xd2\x40\x01\x55\x55\x55", /* data with a check */
		"\xd4\x40\x01\x09\x02\x10\x55", /* of GnuPG 2.3 */
	};
	uint8_t bytes[200];
	struct nkx_kit_report r;

	(void)state;
	for (size_t i = 0; i < NK_ARRAY_LEN(heads); i++) {
		memset(bytes, 'u', sizeof(bytes)); /* it is the packets that say so, not the chance */
		memcpy(bytes, heads[i], i < 2 ? 18 : i == 2 ? 14 : 6);
		nkx_kit_open(bytes, sizeof(bytes), "x", &r);
		assert_string_equal(r.streams[0].format, "openpgp");
		assert_int_equal(r.streams[0].state, NKX_NOT);
		assert_int_equal(r.streams[0].why, NKX_WHY_ENCRYPTED);
		nkx_kit_free(&r);
	}
}

static void what_openpgp_has_only_packed_is_opened(void **state)
{
	char *const text = malloc(ROOM);
	uint8_t *const packed = malloc(ROOM);
	uLongf n = ROOM - 2;
	struct nkx_kit_report r;

	(void)state;
	assert_int_equal(compress2(packed + 2, &n, (const uint8_t *)text, list(text), 6), Z_OK);
	packed[0] = 0xa3; /* compressed data, to the end */
	packed[1] = 2;
	nkx_kit_open(packed, n + 2, "x", &r);
	assert_string_equal(r.streams[0].format, "openpgp");
	assert_true(nkx_kit_holds(&r, "山田太郎"));
	assert_int_equal(r.streams[0].state, NKX_SCANNED);
	nkx_kit_free(&r);
	free(packed);
	free(text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_looks_like_chance_is_not_scanned_whatever_it_is_called),
		cmocka_unit_test(nor_is_a_list_under_a_key_as_long_as_a_line),
		cmocka_unit_test(too_few_bytes_are_not_judged),
		cmocka_unit_test(programs_tables_and_lists_are_scanned),
		cmocka_unit_test(zlib_is_opened_and_a_cut_one_is_not_whole),
		cmocka_unit_test(openpgp_is_told_by_its_packets),
		cmocka_unit_test(what_openpgp_has_only_packed_is_opened),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
