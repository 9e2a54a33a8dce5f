/*
 * zip_open_test.c: zips, right and lying: every entry gives a stream or a reason.
 */
#include "base.h"

#include "nkx_kit.h"
#include "nkx_work.h"

#include <cmocka.h>

#include "zip_kit.h"

enum { ROOM = 32 << 20 };

static const char text[] = "氏名,電話\n山田太郎,03-0000-0000\n";

static void open_zip(struct zk_entry *entries, size_t n, const char *comment, struct nkx_kit_report *r)
{
	uint8_t *zip = malloc(ROOM);
	const size_t len = zk_make(entries, n, comment, zip);

	nkx_kit_open(zip, len, "x.zip", r);
	free(zip);
}

static void entries_are_opened_stored_and_deflated(void **state)
{
	struct zk_entry e[] = { { .name = "a.txt", .bytes = text, .len = sizeof(text) - 1 },
		{ .name = "\x96\xbc\x95\xeb.csv", .bytes = text, .len = sizeof(text) - 1, .deflate = true },
		{ .name = "d.txt", .bytes = text, .len = sizeof(text) - 1, .deflate = true, .descriptor = true } };
	struct nkx_kit_report r;

	(void)state;
	open_zip(e, 3, "", &r);
	assert_int_equal(r.n, 4);
	assert_true(nkx_kit_in(nkx_kit_stream(&r, "a.txt"), "山田太郎"));
	assert_true(nkx_kit_in(nkx_kit_stream(&r, "名簿.csv"), "山田太郎"));
	assert_true(nkx_kit_in(nkx_kit_stream(&r, "d.txt"), "山田太郎"));
	assert_int_equal(r.streams[0].bytes, 0);
	for (size_t i = 0; i < r.n; i++) {
		assert_int_equal(r.streams[i].state, NKX_SCANNED);
	}
	nkx_kit_free(&r);
}

static void comments_are_read(void **state)
{
	struct zk_entry e[] = { { .name = "a.txt", .bytes = text, .len = 5, .comment = "担当 佐藤" } };
	struct nkx_kit_report r;

	(void)state;
	open_zip(e, 1, "作成 鈴木", &r);
	assert_true(nkx_kit_in(nkx_kit_stream(&r, "a.txt:comment"), "佐藤"));
	assert_true(nkx_kit_in(nkx_kit_stream(&r, ":comment"), "鈴木"));
	nkx_kit_free(&r);
}

static void encrypted_and_unknown_methods_are_not_scanned(void **state)
{
	struct zk_entry e[] = { { .name = "a", .bytes = text, .len = 30, .encrypted = true },
		{ .name = "b", .bytes = text, .len = 30, .method = 9 } };
	struct nkx_kit_report r;

	(void)state;
	open_zip(e, 2, "", &r);
	assert_int_equal(nkx_kit_stream(&r, "a")->state, NKX_NOT);
	assert_int_equal(nkx_kit_stream(&r, "a")->why, NKX_WHY_ENCRYPTED);
	assert_int_equal(nkx_kit_stream(&r, "b")->why, NKX_WHY_UNSUPPORTED);
	nkx_kit_free(&r);
}

static void a_wrong_checksum_or_size_is_said_and_the_bytes_are_read(void **state)
{
	struct zk_entry e[] = {
		{ .name = "a", .bytes = text, .len = sizeof(text) - 1, .deflate = true, .wrong_crc = true },
		{ .name = "b", .bytes = text, .len = sizeof(text) - 1, .deflate = true, .lie_size = 7 }
	};
	struct nkx_kit_report r;

	(void)state;
	open_zip(e, 2, "", &r);
	for (size_t i = 1; i < 3; i++) {
		assert_int_equal(r.streams[i].state, NKX_PARTLY);
		assert_int_equal(r.streams[i].why, NKX_WHY_DAMAGED);
		assert_true(nkx_kit_in(&r.streams[i], "山田太郎"));
	}
	nkx_kit_free(&r);
}

static void members_that_no_directory_names_are_opened(void **state)
{
	struct zk_entry e[] = { { .name = "a.txt", .bytes = "x", .len = 1 },
		{ .name = "gone.txt", .bytes = text, .len = sizeof(text) - 1, .deflate = true, .hidden = true },
		{ .name = "c.txt", .bytes = "y", .len = 1 } };
	struct nkx_kit_report r;

	(void)state;
	open_zip(e, 3, "", &r);
	assert_true(nkx_kit_in(nkx_kit_stream(&r, "[recovered]/gone.txt"), "山田太郎"));
	nkx_kit_free(&r);
}

static void bytes_between_entries_are_carved(void **state)
{
	static const char between[] = "between the entries: 鈴木一郎 ";
	uint8_t zip[4096];
	uint8_t moved[4096];
	struct zk_entry e[] = { { .name = "a.txt", .bytes = text, .len = sizeof(text) - 1 } };
	const size_t len = zk_make(e, 1, "", zip);
	struct nkx_kit_report r;

	(void)state;
	/* Before the archive: all its places are wrong by so much, as in a program that unpacks itself. */
	memcpy(moved, "PK\3\4", 4);
	memcpy(moved + 4, between, sizeof(between));
	memcpy(moved + 4 + sizeof(between), zip, len);
	nkx_kit_open(moved, 4 + sizeof(between) + len, "x.zip", &r);
	assert_true(nkx_kit_in(nkx_kit_stream(&r, ""), "鈴木一郎"));
	assert_true(nkx_kit_in(nkx_kit_stream(&r, "a.txt"), "山田太郎"));
	nkx_kit_free(&r);
}

static void a_zip_behind_a_program_is_opened(void **state)
{
	uint8_t all[8192] = "MZ\x90";
	struct zk_entry e[] = { { .name = "a.txt", .bytes = text, .len = sizeof(text) - 1, .deflate = true } };
	const size_t len = zk_make(e, 1, "", all + 1000);
	struct nkx_kit_report r;

	(void)state;
	for (size_t i = 3; i < 1000; i++) {
		all[i] = (uint8_t)(i * 7);
	}
	nkx_kit_open(all, 1000 + len, "setup.exe", &r);
	assert_true(nkx_kit_in(nkx_kit_stream(&r, "a.txt"), "山田太郎"));
	assert_true(nkx_kit_stream(&r, "")->bytes > 900);
	nkx_kit_free(&r);
}

static void overlapping_entries_are_refused_but_twins_are_not(void **state)
{
	uint8_t zip[8192];
	struct zk_entry e[] = { { .name = "a", .bytes = text, .len = sizeof(text) - 1 },
		{ .name = "b", .bytes = text, .len = sizeof(text) - 1 },
		{ .name = "twin", .bytes = text, .len = sizeof(text) - 1, .share = 1 } };
	struct nkx_kit_report r;
	size_t len = zk_make(e, 3, "", zip);
	uint8_t *central = NULL;

	(void)state;
	nkx_kit_open(zip, len, "x.zip", &r);
	assert_int_equal(r.streams[0].state, NKX_SCANNED);
	nkx_kit_free(&r);
	/* The first entry is made longer, so that it holds the second one. */
	central = memmem(zip, len, "PK\1\2", 4);
	assert_non_null(central);
	central[20] = (uint8_t)(central[20] + 40);
	central[24] = (uint8_t)(central[24] + 40);
	nkx_kit_open(zip, len, "x.zip", &r);
	assert_int_equal(nkx_kit_stream(&r, "b")->why, NKX_WHY_OVERLAP);
	assert_int_equal(r.streams[0].state, NKX_PARTLY);
	nkx_kit_free(&r);
}

static void a_cut_zip_is_never_called_scanned(void **state)
{
	uint8_t zip[8192];
	struct zk_entry e[] = { { .name = "a.txt", .bytes = text, .len = sizeof(text) - 1, .deflate = true },
		{ .name = "b.txt", .bytes = text, .len = sizeof(text) - 1 } };
	const size_t len = zk_make(e, 2, "the end", zip);

	(void)state;
	for (size_t part = 1; part < 16; part++) {
		struct nkx_kit_report r;

		nkx_kit_open(zip, len * part / 16, "x.zip", &r);
		assert_int_not_equal(r.streams[0].state, NKX_SCANNED);
		nkx_kit_free(&r);
	}
}

static void changed_bytes_do_no_harm(void **state)
{
	uint8_t zip[8192];
	struct zk_entry e[] = { { .name = "a.txt", .bytes = text, .len = sizeof(text) - 1, .deflate = true },
		{ .name = "b.txt", .bytes = text, .len = sizeof(text) - 1, .descriptor = true, .comment = "c" } };
	const size_t len = zk_make(e, 2, "the end", zip);

	(void)state;
	for (size_t at = 0; at < len; at++) {
		struct nkx_kit_report r;
		const uint8_t was = zip[at];

		zip[at] = (uint8_t)(was ^ (at % 3 == 0 ? 0xff : 0x11));
		nkx_kit_open(zip, len, "x.zip", &r);
		nkx_kit_free(&r);
		zip[at] = was;
	}
}

/* Zeros in a zip, in a zip, …: `depth` of them, each holding the one before. Returns the length. */
static size_t nest(uint8_t *zip, unsigned depth, const void *core, size_t core_len)
{
	uint8_t *inner = malloc(ROOM);
	size_t len = core_len;

	memcpy(zip, core, core_len);
	for (unsigned i = 0; i < depth; i++) {
		struct zk_entry e = { .name = "inner.zip", .bytes = inner, .len = len, .deflate = true };

		memcpy(inner, zip, len);
		len = zk_make(&e, 1, "", zip);
	}
	free(inner);
	return len;
}

static void depth_has_a_limit_that_is_said(void **state)
{
	uint8_t *zip = malloc(ROOM);
	struct nkx_kit_report r;
	const size_t shallow = nest(zip, 10, text, sizeof(text) - 1);

	(void)state;
	nkx_kit_open(zip, shallow, "x.zip", &r);
	assert_true(nkx_kit_holds(&r, "山田太郎"));
	nkx_kit_free(&r);
	nkx_kit_open(zip, nest(zip, 30, text, sizeof(text) - 1), "x.zip", &r);
	assert_int_equal(r.streams[r.n - 1].why, NKX_WHY_TOO_DEEP);
	assert_int_equal(r.streams[r.n - 1].state, NKX_NOT);
	nkx_kit_free(&r);
	free(zip);
}

/* The work's way with limits: kit asserts that all is given back. */
static void bombs_meet_a_limit(void **state)
{
	uint8_t *zip = malloc(ROOM);
	uint8_t *zeros = calloc(1, 16 << 20);
	struct zk_entry e[20];
	struct nkx_kit_options o = { .limits = { .total_out = 64 << 20 } };
	struct nkx_kit_report r;
	size_t len = 0;

	(void)state;
	for (unsigned i = 0; i < 20; i++) {
		e[i] = (struct zk_entry){ .name = "z", .bytes = zeros, .len = 16 << 20, .deflate = true };
	}
	len = zk_make(e, 20, "", zip);
	nkx_kit_open_with(&o, zip, len, "x.zip", &r);
	assert_int_equal(r.streams[0].state, NKX_PARTLY);
	assert_int_equal(r.streams[0].why, NKX_WHY_TOO_LARGE);
	assert_true(r.n < 8);
	nkx_kit_free(&r);
	o = (struct nkx_kit_options){ .limits = { .ratio = 100 } };
	nkx_kit_open_with(&o, zip, len, "x.zip", &r);
	assert_int_equal(r.streams[1].why, NKX_WHY_RATIO);
	assert_int_equal(r.streams[1].state, NKX_PARTLY);
	nkx_kit_free(&r);
	o = (struct nkx_kit_options){ .limits = { .entries = 5 } };
	nkx_kit_open_with(&o, zip, len, "x.zip", &r);
	assert_int_equal(r.streams[0].why, NKX_WHY_TOO_MANY);
	nkx_kit_free(&r);
	free(zeros);
	free(zip);
}

static void a_large_zip_in_a_zip_is_carved_and_said(void **state)
{
	uint8_t *zip = malloc(ROOM);
	uint8_t *noise = malloc(4 << 20);
	struct nkx_kit_options o = { .limits = { .in_memory = 1 << 20 } };
	struct zk_entry e = { .name = "n", .bytes = noise, .len = 4 << 20 };
	struct nkx_kit_report r;
	uint32_t seed = 1;
	size_t len = 0;

	(void)state;
	for (size_t i = 0; i < 4 << 20; i++) {
		seed = seed * 1664525 + 1013904223;
		noise[i] = (uint8_t)(seed >> 24);
	}
	len = zk_make(&e, 1, "", zip);
	len = nest(zip, 1, zip, len);
	nkx_kit_open_with(&o, zip, len, "x.zip", &r);
	assert_int_equal(nkx_kit_stream(&r, "inner.zip")->state, NKX_PARTLY);
	assert_int_equal(nkx_kit_stream(&r, "inner.zip")->why, NKX_WHY_TOO_LARGE);
	nkx_kit_free(&r);
	free(noise);
	free(zip);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(entries_are_opened_stored_and_deflated),
		cmocka_unit_test(comments_are_read),
		cmocka_unit_test(encrypted_and_unknown_methods_are_not_scanned),
		cmocka_unit_test(a_wrong_checksum_or_size_is_said_and_the_bytes_are_read),
		cmocka_unit_test(members_that_no_directory_names_are_opened),
		cmocka_unit_test(bytes_between_entries_are_carved),
		cmocka_unit_test(a_zip_behind_a_program_is_opened),
		cmocka_unit_test(overlapping_entries_are_refused_but_twins_are_not),
		cmocka_unit_test(a_cut_zip_is_never_called_scanned),
		cmocka_unit_test(changed_bytes_do_no_harm),
		cmocka_unit_test(depth_has_a_limit_that_is_said),
		cmocka_unit_test(bombs_meet_a_limit),
		cmocka_unit_test(a_large_zip_in_a_zip_is_carved_and_said),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
