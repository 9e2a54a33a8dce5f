/*
 * work_test.c: levels, streams, gaps, budgets and pipes, in one process.
 */
#include "base.h"

#include <setjmp.h>
#include <cmocka.h>

#include "nkx_kit.h"
#include "nkx_work.h"

static void plain_text_is_one_stream_with_all_its_bytes(void **state)
{
	static const char text[] = "氏名,電話\r\n山田太郎,03-0000-0000\r\n";
	struct nkx_kit_report r;

	(void)state;
	nkx_kit_open(text, sizeof(text) - 1, "a.csv", &r);
	assert_int_equal(r.n, 1);
	assert_string_equal(r.streams[0].format, "text");
	assert_int_equal(r.streams[0].state, NKX_SCANNED);
	assert_int_equal(r.streams[0].bytes, sizeof(text) - 1);
	assert_true(nkx_kit_holds(&r, "山田太郎"));
	nkx_kit_free(&r);
}

static void unknown_bytes_are_carved(void **state)
{
	static const uint8_t bytes[] = { 1, 2, 0, 3, 0, 0, 4, 5, 200, 7, 0, 0, 0, 9 };
	struct nkx_kit_report r;

	(void)state;
	nkx_kit_open(bytes, sizeof(bytes), "x", &r);
	assert_int_equal(r.n, 1);
	assert_string_equal(r.streams[0].format, "binary");
	assert_int_equal(r.streams[0].kind, NKS_KIND_BINARY);
	assert_int_equal(r.streams[0].bytes, sizeof(bytes));
	nkx_kit_free(&r);
}

static void an_empty_file_is_scanned(void **state)
{
	struct nkx_kit_report r;

	(void)state;
	nkx_kit_open("", 0, "x", &r);
	assert_int_equal(r.n, 1);
	assert_int_equal(r.streams[0].state, NKX_SCANNED);
	nkx_kit_free(&r);
}

static void what_is_known_to_be_packed_is_not_called_scanned(void **state)
{
	static const char bytes[] = "LUKS\xba\xbe and more";
	struct nkx_kit_report r;

	(void)state;
	nkx_kit_open(bytes, sizeof(bytes) - 1, "x", &r);
	assert_int_not_equal(r.streams[0].state, NKX_SCANNED);
	assert_int_equal(r.streams[0].why, NKX_WHY_ENCRYPTED);
	nkx_kit_free(&r);
}

static void names_are_read_in_the_encoding_they_are_in(void **state)
{
	char out[256];

	(void)state;
	nkx_name_utf8("\x8e\x52\x93\x63", 4, false, out, sizeof(out));
	assert_string_equal(out, "山田");
	nkx_name_utf8("\xbb\xb3\xc5\xc4", 4, false, out, sizeof(out));
	assert_string_equal(out, "山田");
	nkx_name_utf8("\x71\x5c\x30\x75", 4, true, out, sizeof(out));
	assert_string_equal(out, "山田");
	nkx_name_utf8("a\nb", 3, false, out, sizeof(out));
	assert_string_equal(out,
		"a\xef\xbf\xbd"
		"b");
	nkx_name_utf8("山田太郎", 12, false, out, 7);
	assert_string_equal(out, "山田");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(plain_text_is_one_stream_with_all_its_bytes),
		cmocka_unit_test(unknown_bytes_are_carved),
		cmocka_unit_test(an_empty_file_is_scanned),
		cmocka_unit_test(what_is_known_to_be_packed_is_not_called_scanned),
		cmocka_unit_test(names_are_read_in_the_encoding_they_are_in),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
