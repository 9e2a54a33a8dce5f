/*
 * cfb_test.c: the walker of compound files: chains, mini stream, damage; property sets, embedded files, encrypted
 * packages.
 */
#include "base.h"

#include <setjmp.h>
#include <cmocka.h>

#include "cfb_kit.h"
#include "nkx_kit.h"

static struct cfb_kit kit;
static const char NAME[] = "Yamada Tarou (synthetic) was here";

static void open_kit(struct nkx_kit_report *r)
{
	nkx_kit_open(kit.file, kit.len, "x.bin", r);
}

static void a_small_stream_comes_out_of_the_mini_stream(void **state)
{
	struct cfb_kit_entry e[] = { { "Pad", -1, "xxxxxxxxxxxxxxxxxxxxxxxx", 24 },
		{ "Notes", -1, NAME, sizeof(NAME) - 1 } };
	struct nkx_kit_report r;

	(void)state;
	cfb_kit_make(&kit, e, 2);
	open_kit(&r);
	assert_string_equal(r.streams[0].format, "cfb");
	assert_int_equal(r.streams[0].state, NKX_SCANNED);
	assert_non_null(nkx_kit_stream(&r, "Notes"));
	assert_string_equal(nkx_kit_stream(&r, "Notes")->text, NAME);
	nkx_kit_free(&r);
}

static void a_stream_in_scattered_sectors_is_put_together(void **state)
{
	static uint8_t big[3 * 512 + 3072];
	struct cfb_kit_entry e[] = { { "Big", -1, big, sizeof(big) } };
	struct nkx_kit_report r;

	(void)state;
	memset(big, 'a', sizeof(big));
	memcpy(big + 512 - 10, NAME, sizeof(NAME) - 1);
	cfb_kit_make(&kit, e, 1);
	/* Its second sector (3) changes place with its last one (10). */
	uint8_t hold[512];

	memcpy(hold, kit.file + 512 * 4, 512);
	memcpy(kit.file + 512 * 4, kit.file + 512 * 11, 512);
	memcpy(kit.file + 512 * 11, hold, 512);
	nk_put_le32(kit.file + 512 + 4 * 2, 10);
	nk_put_le32(kit.file + 512 + 4 * 10, 4);
	nk_put_le32(kit.file + 512 + 4 * 9, 3);
	nk_put_le32(kit.file + 512 + 4 * 3, CFB_KIT_END);
	open_kit(&r);
	assert_non_null(nkx_kit_stream(&r, "Big"));
	assert_int_equal(nkx_kit_stream(&r, "Big")->len, sizeof(big));
	assert_true(nkx_kit_in(nkx_kit_stream(&r, "Big"), NAME));
	assert_int_equal(r.streams[0].state, NKX_SCANNED);
	nkx_kit_free(&r);
}

static void a_storage_in_a_storage_gives_a_path(void **state)
{
	struct cfb_kit_entry e[] = { { "Outer", -1, NULL, 0 }, { "Inner", 0, NULL, 0 },
		{ "Leaf", 1, NAME, sizeof(NAME) - 1 } };
	struct nkx_kit_report r;

	(void)state;
	cfb_kit_make(&kit, e, 3);
	open_kit(&r);
	assert_non_null(nkx_kit_stream(&r, "Outer/Inner/Leaf"));
	nkx_kit_free(&r);
}

static void a_free_sector_is_carved(void **state)
{
	struct cfb_kit_entry e[] = { { "Notes", -1, "something", 9 } };
	struct nkx_kit_report r;

	(void)state;
	cfb_kit_make(&kit, e, 1);
	memcpy(kit.file + kit.len + 100, NAME, sizeof(NAME));
	kit.len += 512;
	open_kit(&r);
	assert_true(nkx_kit_in(&r.streams[0], "synthetic"));
	assert_int_equal(r.streams[0].state, NKX_SCANNED);
	nkx_kit_free(&r);
}

static void a_deleted_entry_keeps_its_name_for_carving(void **state)
{
	struct cfb_kit_entry e[] = { { "Notes", -1, "something", 9 }, { "Yamada secret", -1, "x", 1 } };
	struct nkx_kit_report r;
	bool seen = false;

	(void)state;
	cfb_kit_make(&kit, e, 2);
	for (size_t i = 0; i + 128 <= kit.len; i += 128) {
		if (memcmp(kit.file + i, "Y\0a\0m\0", 6) == 0) {
			kit.file[i + 66] = 0;
		}
	}
	open_kit(&r);
	for (size_t i = 0; i + 6 <= r.streams[0].len; i++) {
		seen = seen || memcmp(r.streams[0].text + i, "Y\0a\0m\0", 6) == 0;
	}
	assert_true(seen);
	nkx_kit_free(&r);
}

static void a_chain_that_comes_back_ends_and_is_damaged(void **state)
{
	static uint8_t big[4096];
	struct cfb_kit_entry e[] = { { "Big", -1, big, sizeof(big) } };
	struct nkx_kit_report r;

	(void)state;
	memset(big, 'a', sizeof(big));
	cfb_kit_make(&kit, e, 1);
	nk_put_le32(kit.file + 512 + 4 * 5, 3);
	open_kit(&r);
	assert_int_equal(r.streams[0].state, NKX_PARTLY);
	assert_int_equal(r.streams[0].why, NKX_WHY_DAMAGED);
	nkx_kit_free(&r);
}

static void a_tree_with_a_loop_ends(void **state)
{
	struct cfb_kit_entry e[] = { { "A", -1, NULL, 0 }, { "Leaf", 0, NAME, sizeof(NAME) - 1 } };
	struct nkx_kit_report r;

	(void)state;
	cfb_kit_make(&kit, e, 2);
	for (size_t i = 0; i + 128 <= kit.len; i += 128) {
		if (memcmp(kit.file + i, "L\0e\0a\0f", 7) == 0) {
			nk_put_le32(kit.file + i + 0x48, 1);
		}
	}
	open_kit(&r);
	assert_int_equal(r.streams[0].why, NKX_WHY_DAMAGED);
	assert_true(nkx_kit_holds(&r, NAME));
	nkx_kit_free(&r);
}

static void a_file_that_is_cut_off_says_so(void **state)
{
	static uint8_t big[8192];
	struct cfb_kit_entry e[] = { { "Big", -1, big, sizeof(big) } };
	struct nkx_kit_report r;

	(void)state;
	memset(big, 'a', sizeof(big));
	cfb_kit_make(&kit, e, 1);
	/* The directory stands last: moved to the front of the stream's sectors it survives the cut. */
	memcpy(kit.file + 512 * 3, kit.file + kit.len - 512, 512);
	nk_put_le32(kit.file + 0x30, 2);
	nk_put_le32(kit.file + 512 + 4 * 2, CFB_KIT_END);
	nk_put_le32(kit.file + 512 * 3 + 128 + 0x74, 3);
	kit.len -= 4096;
	open_kit(&r);
	assert_int_equal(r.streams[0].state, NKX_PARTLY);
	nkx_kit_free(&r);
	for (size_t len = 0; len < kit.len; len += 97) {
		nkx_kit_open(kit.file, len, "x.bin", &r);
		nkx_kit_free(&r);
	}
}

static void an_encrypted_package_is_not_scanned(void **state)
{
	struct cfb_kit_entry e[] = { { "EncryptionInfo", -1, "abcdefghijkl", 12 },
		{ "EncryptedPackage", -1, NAME, 20 } };
	struct nkx_kit_report r;

	(void)state;
	cfb_kit_make(&kit, e, 2);
	open_kit(&r);
	assert_non_null(nkx_kit_stream(&r, "EncryptedPackage"));
	assert_int_equal(nkx_kit_stream(&r, "EncryptedPackage")->state, NKX_NOT);
	assert_int_equal(nkx_kit_stream(&r, "EncryptedPackage")->why, NKX_WHY_ENCRYPTED);
	nkx_kit_free(&r);
}

static void an_embedded_file_is_opened_under_its_name(void **state)
{
	uint8_t b[200] = { 0 };
	size_t at = 6;
	struct cfb_kit_entry e[] = { { "\001Ole10Native", -1, b, sizeof(b) } };
	struct nkx_kit_report r;

	(void)state;
	at += 1 + (size_t)snprintf((char *)b + at, 20, "list.txt");
	at += 1 + (size_t)snprintf((char *)b + at, 20, "C:\\list.txt") + 8;
	nk_put_le32(b + at - 4, 4);
	at += 4;
	nk_put_le32(b + at, sizeof(NAME) - 1);
	memcpy(b + at + 4, NAME, sizeof(NAME) - 1);
	cfb_kit_make(&kit, e, 1);
	open_kit(&r);
	assert_non_null(nkx_kit_stream(&r, "Ole10Native/list.txt"));
	assert_string_equal(nkx_kit_stream(&r, "Ole10Native/list.txt")->text, NAME);
	nkx_kit_free(&r);
}

/* A property set with a code page, an 8-bit author and a UTF-16 title. */
static size_t properties(uint8_t *b)
{
	uint8_t *s = b + 48;

	memset(b, 0, 300);
	b[0] = 0xfe;
	b[1] = 0xff;
	b[24] = 1;
	b[44] = 48;
	nk_put_le32(s, 200);
	nk_put_le32(s + 4, 3);
	nk_put_le32(s + 8, 1);
	nk_put_le32(s + 12, 40);
	nk_put_le32(s + 16, 4);
	nk_put_le32(s + 20, 48);
	nk_put_le32(s + 24, 2);
	nk_put_le32(s + 28, 72);
	nk_put_le32(s + 40, 2);
	nk_put_le32(s + 44, 932);
	nk_put_le32(s + 48, 0x1e);
	nk_put_le32(s + 52, 9);
	memcpy(s + 56, "\x8e\x52\x93\x63\x91\xbe\x98\x59", 9);
	nk_put_le32(s + 72, 0x1f);
	nk_put_le32(s + 76, 3);
	(void)cfb_kit_utf16(s + 80, u"花子");
	return 300;
}

static void an_author_in_cp932_and_a_title_in_utf16_are_read(void **state)
{
	uint8_t b[300];
	struct cfb_kit_entry e[] = { { "\005SummaryInformation", -1, b, properties(b) } };
	struct nkx_kit_report r;

	(void)state;
	cfb_kit_make(&kit, e, 1);
	open_kit(&r);
	assert_non_null(nkx_kit_stream(&r, "SummaryInformation"));
	assert_string_equal(nkx_kit_stream(&r, "SummaryInformation")->text, "山田太郎\n花子\n");
	nkx_kit_free(&r);
}

static void properties_that_all_point_to_one_place_do_not_multiply(void **state)
{
	static uint8_t b[60000];
	struct cfb_kit_entry e[] = { { "\005SummaryInformation", -1, b, sizeof(b) } };
	struct nkx_kit_report r;
	uint8_t *s = b + 48;

	(void)state;
	memset(b, 'x', sizeof(b));
	memset(b, 0, 48);
	b[0] = 0xfe;
	b[1] = 0xff;
	b[24] = 1;
	b[44] = 48;
	nk_put_le32(s + 4, 4000);
	for (size_t i = 0; i < 4000; i++) { /* dictionaries, all of them the same 20 kB */
		nk_put_le32(s + 8 + 8 * i, 0);
		nk_put_le32(s + 12 + 8 * i, 33000);
	}
	nk_put_le32(s + 33000, 1);
	nk_put_le32(s + 33008, 20000);
	cfb_kit_make(&kit, e, 1);
	open_kit(&r);
	assert_in_range(nkx_kit_stream(&r, "SummaryInformation")->bytes, 1, 2 * sizeof(b));
	nkx_kit_free(&r);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_small_stream_comes_out_of_the_mini_stream),
		cmocka_unit_test(a_stream_in_scattered_sectors_is_put_together),
		cmocka_unit_test(a_storage_in_a_storage_gives_a_path),
		cmocka_unit_test(a_free_sector_is_carved),
		cmocka_unit_test(a_deleted_entry_keeps_its_name_for_carving),
		cmocka_unit_test(a_chain_that_comes_back_ends_and_is_damaged),
		cmocka_unit_test(a_tree_with_a_loop_ends),
		cmocka_unit_test(a_file_that_is_cut_off_says_so),
		cmocka_unit_test(an_encrypted_package_is_not_scanned),
		cmocka_unit_test(an_embedded_file_is_opened_under_its_name),
		cmocka_unit_test(properties_that_all_point_to_one_place_do_not_multiply),
		cmocka_unit_test(an_author_in_cp932_and_a_title_in_utf16_are_read),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
