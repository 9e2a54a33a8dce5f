/*
 * zip_test.c: good zips are read, and every way of lying is refused. The zips are made here, byte by byte.
 */
#include "base.h"
#include "zip.h"

#include "kit_badzip.h"
#include "kit_skip.h"

#include <cmocka.h>

enum { ENTRIES_MAX = 8 };

static nk_rc read_bytes(void *arg, uint64_t at, void *buf, size_t len, size_t *out_len, struct nk_err *err)
{
	const struct nk_buf *b = arg;
	const size_t from = at < b->len ? (size_t)at : b->len;
	const size_t n = b->len - from < len ? b->len - from : len;

	(void)err;
	memcpy(buf, b->ptr + from, n);
	*out_len = n;
	return nk_done();
}

static nk_rc open_bytes(
	struct nk_buf *bytes, const struct nk_zip_limits *limits, struct nk_zip **out, struct nk_err *err)
{
	return nk_zip_open(read_bytes, bytes, bytes->len, limits, out, err);
}

/* Reads entry i to its end in pieces of `step`; everything goes to `out`. */
static nk_rc read_entry(struct nk_zip *zip, size_t i, size_t step, struct nk_buf *out, struct nk_err *err)
{
	uint8_t piece[5000];
	size_t n = 0;

	NK_TRY(nk_zip_begin(zip, i, err));
	do {
		NK_TRY(nk_zip_read(zip, piece, step, &n, err));
		NK_TRY(nk_buf_add(out, piece, n, err));
	} while (n > 0);
	return nk_done();
}

static enum nk_code open_code(struct kit_badzip *k, const struct nk_zip_limits *limits, struct nk_err *err)
{
	NK_OWNED(nk_zip_close) struct nk_zip *zip = NULL;

	return open_bytes(&k->zip, limits, &zip, err).code;
}

/* The code of opening a zip of these entries; the English text must hold `words`. */
static void expect_refused(const struct kit_badzip_entry *entries, size_t n, const struct nk_zip_limits *limits,
	enum nk_code code, const char *words)
{
	struct kit_badzip k;
	struct nk_err err = { 0 };

	kit_badzip_make(&k, entries, n, false);
	assert_int_equal(open_code(&k, limits, &err), code);
	if (strstr(err.text[NK_LANG_EN], words) == NULL) {
		fail_msg("\"%s\" is not in \"%s\"", words, err.text[NK_LANG_EN]);
	}
	kit_badzip_done(&k);
}

#define TEXT(s) .data = (const uint8_t *)(s), .len = sizeof(s) - 1

static void good_zips_are_read(void **state)
{
	const struct kit_badzip_entry entries[] = {
		{ .name = "manifest.csv", TEXT("propertyName,value\n") },
		{ .name = "users.csv",
			TEXT("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaabbbb"),
			.deflate = true,
			.flags = 0x800,
			.attributes = 0100644u << 16 },
		{ .name = "empty.csv", TEXT(""), .deflate = true },
		{ .name = "none.csv", TEXT("") },
		{ .name = "stream.csv", TEXT("written by a stream"), .deflate = true, .descriptor = true },
		{ .name = "wide.csv", TEXT("sizes in zip64"), .deflate = true, .zip64 = true },
	};

	(void)state;
	for (int round = 0; round < 2; round++) {
		struct kit_badzip k;
		NK_OWNED(nk_zip_close) struct nk_zip *zip = NULL;

		kit_badzip_make(&k, entries, NK_ARRAY_LEN(entries), round == 1);
		assert_true(nk_ok(open_bytes(&k.zip, NULL, &zip, NULL)));
		assert_int_equal(nk_zip_count(zip), NK_ARRAY_LEN(entries));
		for (size_t i = NK_ARRAY_LEN(entries); i-- > 0;) {
			for (size_t step = 1; step < 60; step += 7) {
				NK_OWNED(nk_buf_done) struct nk_buf out = { 0 };

				nk_buf_init(&out, 1000);
				assert_true(nk_ok(read_entry(zip, i, step, &out, NULL)));
				assert_true(nk_bytes_eq(
					nk_buf_bytes(&out), nk_bytes_of(entries[i].data, entries[i].len)));
			}
			assert_int_equal(nk_zip_find(zip, nk_str_c(entries[i].name)), i);
			assert_int_equal(nk_zip_at(zip, i)->size, entries[i].len);
		}
		assert_true(nk_zip_find(zip, NK_STR("Users.csv")) == SIZE_MAX);
		nk_zip_close(&zip);
		kit_badzip_done(&k);
	}
}

static void an_empty_zip_has_no_entries(void **state)
{
	struct kit_badzip k;
	NK_OWNED(nk_zip_close) struct nk_zip *zip = NULL;

	(void)state;
	kit_badzip_make(&k, NULL, 0, false);
	assert_true(nk_ok(open_bytes(&k.zip, NULL, &zip, NULL)));
	assert_int_equal(nk_zip_count(zip), 0);
	nk_zip_close(&zip);
	kit_badzip_done(&k);
}

static void every_cut_is_noticed(void **state)
{
	const struct kit_badzip_entry entries[] = { { .name = "a.csv", TEXT("abcabcabc"), .deflate = true },
		{ .name = "b.csv", TEXT("x") } };
	struct kit_badzip k;

	(void)state;
	kit_badzip_make(&k, entries, 2, false);
	for (size_t len = 0; len < k.zip.len; len++) {
		struct nk_buf part = k.zip;
		NK_OWNED(nk_zip_close) struct nk_zip *zip = NULL;

		part.len = len;
		assert_int_equal(open_bytes(&part, NULL, &zip, NULL).code, NK_INVALID);
	}
	kit_badzip_done(&k);
}

/* No flipped byte may give other contents: opening fails, reading fails, or everything is as it was (level bits,
 * dates). */
static void no_flipped_byte_changes_the_contents(void **state)
{
	const struct kit_badzip_entry entries[] = { { .name = "a.csv", TEXT("abcabcabc"), .deflate = true },
		{ .name = "b.csv", TEXT("xyz") },
		{ .name = "c.csv", TEXT("by stream"), .deflate = true, .descriptor = true } };
	struct kit_badzip k;

	(void)state;
	kit_badzip_make(&k, entries, NK_ARRAY_LEN(entries), false);
	for (size_t bit = 0; bit < 8 * k.zip.len; bit++) {
		NK_OWNED(nk_zip_close) struct nk_zip *zip = NULL;

		k.zip.ptr[bit / 8] ^= (uint8_t)(1u << bit % 8);
		const bool opened = nk_ok(open_bytes(&k.zip, NULL, &zip, NULL));
		assert_true(!opened || nk_zip_count(zip) == NK_ARRAY_LEN(entries));
		for (size_t i = 0; opened && i < NK_ARRAY_LEN(entries); i++) {
			NK_OWNED(nk_buf_done) struct nk_buf out = { 0 };

			nk_buf_init(&out, 1000);
			if (nk_ok(read_entry(zip, i, 100, &out, NULL))) {
				assert_true(nk_bytes_eq(
					nk_buf_bytes(&out), nk_bytes_of(entries[i].data, entries[i].len)));
			}
		}
		k.zip.ptr[bit / 8] ^= (uint8_t)(1u << bit % 8);
	}
	kit_badzip_done(&k);
}

static void names_that_lead_elsewhere_are_refused(void **state)
{
	static const char *const names[] = { "../users.csv", "..", "a/../b", "/users.csv", "a\\b.csv", "..\\b",
		"C:users.csv", "a//b", "./a", "a\nb", "/" };
	const struct nk_zip_limits folders = { .folders = true };

	(void)state;
	for (size_t i = 0; i < NK_ARRAY_LEN(names); i++) {
		const struct kit_badzip_entry m = { .name = names[i], TEXT("") };

		expect_refused(&m, 1, NULL, NK_INVALID, "name of zip entry 1");
		expect_refused(&m, 1, &folders, NK_INVALID, "name of zip entry 1");
	}
	expect_refused(&(struct kit_badzip_entry){ .name = "a\0b.csv", .name_len = 7, TEXT("") }, 1, NULL, NK_INVALID,
		"name of zip entry 1");
	expect_refused(&(struct kit_badzip_entry){ .name = "a\xff.csv", TEXT(""), .flags = 0x800 }, 1, NULL,
		NK_INVALID, "UTF-8");
}

static void folders_need_permission(void **state)
{
	const struct kit_badzip_entry entries[] = { { .name = "list/", TEXT(""), .attributes = 040755u << 16 },
		{ .name = "list/a.csv", TEXT("x") } };
	const struct nk_zip_limits folders = { .folders = true };
	struct kit_badzip k;
	NK_OWNED(nk_zip_close) struct nk_zip *zip = NULL;

	(void)state;
	expect_refused(entries, 2, NULL, NK_INVALID, "folder");
	expect_refused(&entries[1], 1, NULL, NK_INVALID, "folder");
	kit_badzip_make(&k, entries, 2, false);
	assert_true(nk_ok(open_bytes(&k.zip, &folders, &zip, NULL)));
	assert_true(nk_zip_at(zip, 0)->is_folder);
	assert_false(nk_zip_at(zip, 1)->is_folder);
	nk_zip_close(&zip);
	kit_badzip_done(&k);
	expect_refused(
		&(struct kit_badzip_entry){ .name = "a/", TEXT("contents") }, 1, &folders, NK_INVALID, "sizes");
}

static void a_name_counts_once_whatever_its_capitals(void **state)
{
	const struct kit_badzip_entry same[] = { { .name = "users.csv", TEXT("a") }, { .name = "x", TEXT("") },
		{ .name = "users.csv", TEXT("b") } };
	const struct kit_badzip_entry capitals[] = { { .name = "users.csv", TEXT("a") },
		{ .name = "Users.CSV", TEXT("b") } };
	const struct kit_badzip_entry folder[] = { { .name = "a", TEXT("a") }, { .name = "A/", TEXT("") } };
	const struct nk_zip_limits folders = { .folders = true };

	(void)state;
	expect_refused(same, 3, NULL, NK_INVALID, "same name");
	expect_refused(capitals, 2, NULL, NK_INVALID, "same name");
	expect_refused(folder, 2, &folders, NK_INVALID, "same name");
}

static void links_devices_and_locks_are_refused(void **state)
{
	(void)state;
	expect_refused(&(struct kit_badzip_entry){ .name = "a", TEXT("/etc/passwd"), .attributes = 0120777u << 16 },
		1, NULL, NK_INVALID, "symbolic link");
	expect_refused(&(struct kit_badzip_entry){ .name = "a", TEXT(""), .attributes = 0020666u << 16 }, 1, NULL,
		NK_INVALID, "plain file");
	expect_refused(&(struct kit_badzip_entry){ .name = "a", TEXT(""), .attributes = 0040755u << 16 }, 1, NULL,
		NK_INVALID, "file and a folder");
	expect_refused(&(struct kit_badzip_entry){ .name = "a", TEXT("x"), .flags = 1 }, 1, NULL, NK_UNSUPPORTED,
		"encrypted");
	expect_refused(&(struct kit_badzip_entry){ .name = "a", TEXT("x"), .flags = 1 << 6 }, 1, NULL, NK_UNSUPPORTED,
		"encrypted");
	expect_refused(&(struct kit_badzip_entry){ .name = "a", TEXT("x"), .flags = 1 << 13 }, 1, NULL,
		NK_UNSUPPORTED, "encrypted");
	expect_refused(&(struct kit_badzip_entry){ .name = "a", TEXT("x"), .method = 12 }, 1, NULL, NK_UNSUPPORTED,
		"method");
}

static void the_two_headers_must_agree(void **state)
{
	(void)state;
	expect_refused(&(struct kit_badzip_entry){ .name = "a.csv", TEXT("x"), .local_method = 8 }, 1, NULL,
		NK_INVALID, "different things");
	expect_refused(&(struct kit_badzip_entry){ .name = "a.csv", .local_name = "b.csv", TEXT("x") }, 1, NULL,
		NK_INVALID, "different things");
	expect_refused(&(struct kit_badzip_entry){ .name = "a.csv", .local_name = "ab.csv", TEXT("x") }, 1, NULL,
		NK_INVALID, "different things");
	expect_refused(&(struct kit_badzip_entry){ .name = "a.csv", TEXT("x"), .local_flags = 8 }, 1, NULL,
		NK_INVALID, "different things");
	expect_refused(&(struct kit_badzip_entry){ .name = "a.csv", TEXT("x"), .local_flags = 1 }, 1, NULL,
		NK_INVALID, "different things");
	expect_refused(&(struct kit_badzip_entry){ .name = "a.csv", TEXT("x"), .local_crc_lie = 1 }, 1, NULL,
		NK_INVALID, "different things");
	expect_refused(
		&(struct kit_badzip_entry){ .name = "a.csv", TEXT("x"), .descriptor = true, .local_crc_lie = 1 }, 1,
		NULL, NK_INVALID, "different things");
}

static void overlaps_and_gaps_are_refused(void **state)
{
	const struct kit_badzip_entry twice[] = { { .name = "a.csv", TEXT("abc") },
		{ .name = "a.csv", TEXT("abc"), .local_shift = -38 } };
	const struct kit_badzip_entry before[] = { { .name = "a.csv", TEXT("abc"), .local_shift = 1 } };
	struct kit_badzip k;
	struct nk_err err;

	(void)state;
	expect_refused(twice, 2, NULL, NK_INVALID, "overlaps");
	expect_refused(before, 1, NULL, NK_INVALID, "before the first entry");
	kit_badzip_start(&k);
	kit_badzip_add(&k, &(struct kit_badzip_entry){ .name = "a.csv", TEXT("abc") });
	assert_true(nk_ok(nk_buf_add_c(&k.zip, "hidden", NULL)));
	kit_badzip_add(&k, &(struct kit_badzip_entry){ .name = "b.csv", TEXT("abc") });
	kit_badzip_end(&k, false);
	assert_int_equal(open_code(&k, NULL, &err), NK_INVALID);
	assert_non_null(strstr(err.text[NK_LANG_EN], "belong to no entry"));
	kit_badzip_done(&k);
	kit_badzip_start(&k);
	assert_true(nk_ok(nk_buf_add_c(&k.zip, "MZ stub", NULL)));
	kit_badzip_add(&k, &(struct kit_badzip_entry){ .name = "a.csv", TEXT("abc") });
	kit_badzip_end(&k, false);
	assert_int_equal(open_code(&k, NULL, &err), NK_INVALID);
	assert_non_null(strstr(err.text[NK_LANG_EN], "before the first entry"));
	kit_badzip_done(&k);
}

/* The kernel of Fifield's bomb: one packed stream, many entries that all point at it. */
static void entries_that_share_bytes_are_a_bomb(void **state)
{
	struct kit_badzip_entry entries[ENTRIES_MAX];

	(void)state;
	for (size_t i = 0; i < ENTRIES_MAX; i++) {
		entries[i] = (struct kit_badzip_entry){ .name = "a", TEXT("x"), .local_shift = -32 * (int64_t)i };
	}
	expect_refused(entries, ENTRIES_MAX, NULL, NK_INVALID, "overlaps");
}

static void one_end_record_at_the_very_end(void **state)
{
	const struct kit_badzip_entry m = { .name = "a.csv", TEXT("abc") };
	struct kit_badzip k;
	struct nk_err err;

	(void)state;
	kit_badzip_make(&k, &m, 1, false);
	assert_true(nk_ok(nk_buf_add_c(&k.zip, "x", NULL)));
	assert_int_equal(open_code(&k, NULL, &err), NK_INVALID);
	assert_non_null(strstr(err.text[NK_LANG_EN], "behind its end"));
	k.zip.len--;
	const size_t end = k.zip.len - 22;
	uint8_t copy[22];
	memcpy(copy, k.zip.ptr + end, 22);
	k.zip.ptr[end + 20] = 22;
	assert_true(nk_ok(nk_buf_add(&k.zip, copy, 22, NULL)));
	assert_int_equal(open_code(&k, NULL, &err), NK_INVALID);
	assert_non_null(strstr(err.text[NK_LANG_EN], "second end record"));
	kit_badzip_done(&k);
	kit_badzip_make(&k, &m, 1, false);
	k.zip.ptr[k.zip.len - 2] = 3;
	assert_true(nk_ok(nk_buf_add_c(&k.zip, "com", NULL)));
	assert_int_equal(open_code(&k, NULL, &err), NK_OK);
	kit_badzip_done(&k);
}

static void bombs_are_refused_before_anything_is_unpacked(void **state)
{
	NK_OWNED(nk_buf_done) struct nk_buf zeros = { 0 };
	const struct nk_zip_limits small = { .entry_bytes = 1000, .total_bytes = 1500 };
	const struct kit_badzip_entry two[] = { { .name = "a", TEXT("x"), .method = 0, .size_claim = 0 },
		{ .name = "b", TEXT("y") } };
	struct kit_badzip_entry bomb = { .name = "bomb.csv", .deflate = true, .len = 4 << 20 };
	uint8_t *at = NULL;

	(void)state;
	nk_buf_init(&zeros, 4 << 20);
	assert_true(nk_ok(nk_buf_reserve(&zeros, 4 << 20, &at, NULL)));
	memset(at, 0, 4 << 20);
	bomb.data = at;
	expect_refused(&bomb, 1, NULL, NK_LIMIT, "bomb");
	bomb.len = 1001;
	expect_refused(&bomb, 1, &small, NK_LIMIT, "more bytes than allowed");
	const struct kit_badzip_entry sum[] = { { .name = "a", .data = at, .len = 800, .deflate = true },
		{ .name = "b", .data = at, .len = 800, .deflate = true } };
	expect_refused(sum, 2, &small, NK_LIMIT, "the zip unpacks to more bytes");
	expect_refused(two, 2, &(struct nk_zip_limits){ .entries = 1 }, NK_LIMIT, "entries");
	expect_refused(
		&(struct kit_badzip_entry){
			.name = "a", TEXT("x"), .deflate = true, .zip64 = true, .size_claim = UINT64_C(1) << 40 },
		1, NULL, NK_LIMIT, "more bytes than allowed");
	expect_refused(
		&(struct kit_badzip_entry){
			.name = "a", TEXT("x"), .deflate = true, .zip64 = true, .size_claim = UINT64_MAX },
		1, NULL, NK_LIMIT, "more bytes than allowed");
}

static void expect_damaged(const struct kit_badzip_entry *m)
{
	struct kit_badzip k;
	struct nk_err err = { 0 };
	NK_OWNED(nk_zip_close) struct nk_zip *zip = NULL;
	NK_OWNED(nk_buf_done) struct nk_buf out = { 0 };
	uint8_t byte = 0;
	size_t n = 0;

	kit_badzip_make(&k, m, 1, false);
	nk_buf_init(&out, 1 << 20);
	assert_true(nk_ok(open_bytes(&k.zip, NULL, &zip, NULL)));
	assert_int_equal(read_entry(zip, 0, 4096, &out, &err).code, NK_INVALID);
	assert_non_null(strstr(err.text[NK_LANG_EN], "damaged"));
	assert_int_equal(nk_zip_read(zip, &byte, 1, &n, NULL).code, NK_INVALID);
	kit_badzip_done(&k);
	nk_zip_close(&zip);
}

static void lies_about_the_contents_come_out_while_reading(void **state)
{
	(void)state;
	expect_damaged(&(struct kit_badzip_entry){ .name = "a", TEXT("abcabcabcabc"), .crc_lie = 1 });
	expect_damaged(
		&(struct kit_badzip_entry){ .name = "a", TEXT("abcabcabcabc"), .deflate = true, .crc_lie = 1 });
	expect_damaged(&(struct kit_badzip_entry){ .name = "a", TEXT(""), .deflate = true, .crc_lie = 1 });
	expect_damaged(
		&(struct kit_badzip_entry){ .name = "a", TEXT("abcabcabcabc"), .deflate = true, .size_claim = 11 });
	expect_damaged(
		&(struct kit_badzip_entry){ .name = "a", TEXT("abcabcabcabc"), .deflate = true, .size_claim = 13 });
	expect_damaged(&(struct kit_badzip_entry){
		.name = "a", TEXT("\xff\xff\xff not deflate"), .method = 8, .size_claim = 50 });
	expect_damaged(
		&(struct kit_badzip_entry){ .name = "a", TEXT("\x03\x00 behind"), .method = 8, .size_claim = 1 });
	/* One byte more than promised, with the checksum of the promised ones. */
	const uint8_t *letters = (const uint8_t *)"abcabcabcabc";
	const uint32_t shorter = (uint32_t)(crc32(0, letters, 12) ^ crc32(0, letters, 11));
	expect_damaged(&(struct kit_badzip_entry){
		.name = "a", .data = letters, .len = 12, .deflate = true, .size_claim = 11, .crc_lie = shorter });
	/* Two streams, each a packed "a", with the checksum of "a": what is behind the first must not stay unseen. */
	const uint8_t *streams = (const uint8_t *)"\x4b\x04\x00\x4b\x04\x00";
	const uint32_t lie = (uint32_t)(crc32(0, streams, 6) ^ crc32(0, (const uint8_t *)"a", 1));
	expect_damaged(&(struct kit_badzip_entry){
		.name = "a", .data = streams, .len = 6, .method = 8, .size_claim = 1, .crc_lie = lie });
}

static void a_source_that_shrinks_is_noticed(void **state)
{
	const struct kit_badzip_entry m = { .name = "a.csv", TEXT("abcabcabc") };
	NK_OWNED(nk_zip_close) struct nk_zip *zip = NULL;
	struct kit_badzip k;
	uint8_t byte[9];
	size_t n = 0;

	(void)state;
	kit_badzip_make(&k, &m, 1, false);
	assert_true(nk_ok(open_bytes(&k.zip, NULL, &zip, NULL)));
	assert_true(nk_ok(nk_zip_begin(zip, 0, NULL)));
	k.zip.len = 10;
	assert_int_equal(nk_zip_read(zip, byte, sizeof(byte), &n, NULL).code, NK_INVALID);
	kit_badzip_done(&k);
}

static void an_error_names_the_number_and_not_the_name(void **state)
{
	const struct kit_badzip_entry m = { .name = "../yamada-hanako.csv", TEXT("") };
	struct kit_badzip k;
	struct nk_err err = { 0 };

	(void)state;
	kit_badzip_make(&k, &m, 1, false);
	assert_int_equal(open_code(&k, NULL, &err), NK_INVALID);
	assert_null(strstr(err.text[NK_LANG_EN], "yamada"));
	assert_null(strstr(err.text[NK_LANG_JA], "yamada"));
	kit_badzip_done(&k);
}

/* Each zip of ../shared/data/rosters/dirty/zips that is broken as a zip, and some that are not. */
static void the_broken_zips_of_the_sample_data_are_refused(void **state)
{
	static const struct {
		const char *name;
		enum nk_code code;
	} files[] = {
		{ "dirty/zips/truncated-half.zip", NK_INVALID },
		{ "dirty/zips/truncated-tail.zip", NK_INVALID },
		{ "dirty/zips/path-traversal.zip", NK_INVALID },
		{ "dirty/zips/path-traversal-users.zip", NK_INVALID },
		{ "dirty/zips/folder-inside-and-macosx.zip", NK_INVALID },
		{ "dirty/zips/empty-all-absent.zip", NK_OK },
		{ "dirty/zips/duplicate-ids.zip", NK_OK },
		{ "japan/2026-04_k12-1.0.zip", NK_OK },
		{ "plain/oneroster-1.1.zip", NK_OK },
	};

	(void)state;
	for (size_t i = 0; i < NK_ARRAY_LEN(files); i++) {
		NK_OWNED(nk_buf_done) struct nk_buf bytes = { 0 };
		NK_OWNED(nk_zip_close) struct nk_zip *zip = NULL;
		uint8_t *at = NULL;
		char path[PATH_MAX];

		(void)snprintf(path, sizeof(path), "%s/../shared/data/rosters/%s", NK_SOURCE_DIR, files[i].name);
		FILE *file = fopen(path, "rbe");
		if (file == NULL) {
			kit_skip(__func__);
			return;
		}
		nk_buf_init(&bytes, 1 << 20);
		assert_true(nk_ok(nk_buf_reserve(&bytes, 1 << 20, &at, NULL)));
		bytes.len = fread(at, 1, 1 << 20, file);
		(void)fclose(file);
		assert_int_equal(open_bytes(&bytes, NULL, &zip, NULL).code, files[i].code);
		for (size_t e = 0; zip != NULL && e < nk_zip_count(zip); e++) {
			NK_OWNED(nk_buf_done) struct nk_buf out = { 0 };

			nk_buf_init(&out, 4 << 20);
			assert_true(nk_ok(read_entry(zip, e, 4096, &out, NULL)));
			assert_int_equal(out.len, nk_zip_at(zip, e)->size);
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(good_zips_are_read),
		cmocka_unit_test(an_empty_zip_has_no_entries),
		cmocka_unit_test(every_cut_is_noticed),
		cmocka_unit_test(no_flipped_byte_changes_the_contents),
		cmocka_unit_test(names_that_lead_elsewhere_are_refused),
		cmocka_unit_test(folders_need_permission),
		cmocka_unit_test(a_name_counts_once_whatever_its_capitals),
		cmocka_unit_test(links_devices_and_locks_are_refused),
		cmocka_unit_test(the_two_headers_must_agree),
		cmocka_unit_test(overlaps_and_gaps_are_refused),
		cmocka_unit_test(entries_that_share_bytes_are_a_bomb),
		cmocka_unit_test(one_end_record_at_the_very_end),
		cmocka_unit_test(bombs_are_refused_before_anything_is_unpacked),
		cmocka_unit_test(lies_about_the_contents_come_out_while_reading),
		cmocka_unit_test(a_source_that_shrinks_is_noticed),
		cmocka_unit_test(an_error_names_the_number_and_not_the_name),
		cmocka_unit_test(the_broken_zips_of_the_sample_data_are_refused),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
