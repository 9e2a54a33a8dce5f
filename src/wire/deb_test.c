/*
 * deb_test.c: packages written, read, refused; versions as dpkg orders them.
 */
#include "base.h"

#include "deb.h"

#include "kit.h"
#include "kit_skip.h"

#include <cmocka.h>

static const struct nk_deb_file two[] = { { NK_STR("etc/nokosazu/x.conf"), 0644, { (const uint8_t *)"a = b\n", 6 } },
	{ NK_STR("usr/bin/nokosazu"), 0755, { (const uint8_t *)"program", 7 } } };
static const struct nk_deb sample = { .control = NK_STR("Package: nokosazu\nVersion: 1.2-1\nArchitecture: amd64\n"),
	.conffiles = NK_STR("/etc/nokosazu/x.conf\n"),
	.files = two,
	.n = 2 };

static nk_rc write_one(const struct nk_deb *deb, struct nk_buf *out)
{
	nk_buf_init(out, 1 << 20);
	return nk_deb_write(deb, 1700000000, out, NULL);
}

static void what_is_written_is_read(void **state)
{
	NK_OWNED(nk_arena_free) struct nk_arena *arena = NULL;
	NK_OWNED(nk_buf_done) struct nk_buf b = { 0 };
	struct nk_deb got;
	struct nk_err err = { 0 };

	(void)state;
	kit_ok(nk_arena_new(NK_ARENA_PLAIN, 1 << 24, &arena, &err), &err);
	assert_true(nk_ok(write_one(&sample, &b)));
	kit_ok(nk_deb_read(nk_buf_bytes(&b), arena, &got, &err), &err);
	assert_int_equal(got.n, 2);
	assert_true(nk_str_eq(got.files[1].path, NK_STR("usr/bin/nokosazu")));
	assert_int_equal(got.files[1].mode, 0755);
	assert_true(nk_bytes_eq(got.files[1].data, two[1].data));
	assert_true(nk_str_eq(nk_deb_field(got.control, "Version"), NK_STR("1.2-1")));
	assert_true(nk_str_eq(got.conffiles, sample.conffiles));
}

static void the_only_script_that_a_package_may_run_is_the_known_one(void **state)
{
	NK_OWNED(nk_arena_free) struct nk_arena *arena = NULL;
	NK_OWNED(nk_buf_done) struct nk_buf b = { 0 };
	NK_OWNED(nk_buf_done) struct nk_buf plain = { 0 };
	struct nk_deb with = sample;
	struct nk_deb got = { 0 };
	struct nk_err err = { 0 };

	(void)state;
	kit_ok(nk_arena_new(NK_ARENA_PLAIN, 1 << 24, &arena, &err), &err);
	with.makes_user = true;
	assert_true(nk_ok(write_one(&with, &b)));
	kit_ok(nk_deb_read(nk_buf_bytes(&b), arena, &got, &err), &err);
	assert_true(got.makes_user);
	assert_true(nk_ok(write_one(&sample, &plain)));
	got = (struct nk_deb){ 0 };
	kit_ok(nk_deb_read(nk_buf_bytes(&plain), arena, &got, &err), &err);
	assert_false(got.makes_user);
	assert_true(nk_str_find(nk_deb_postinst(), NK_STR("/var/lib/nokosazu")) != SIZE_MAX);
}

static void the_same_input_gives_the_same_bytes(void **state)
{
	NK_OWNED(nk_buf_done) struct nk_buf a = { 0 };
	NK_OWNED(nk_buf_done) struct nk_buf b = { 0 };

	(void)state;
	assert_true(nk_ok(write_one(&sample, &a)));
	assert_true(nk_ok(write_one(&sample, &b)));
	assert_true(nk_bytes_eq(nk_buf_bytes(&a), nk_buf_bytes(&b)));
}

static void every_cut_package_is_refused(void **state)
{
	NK_OWNED(nk_buf_done) struct nk_buf b = { 0 };
	struct nk_deb got;

	(void)state;
	assert_true(nk_ok(write_one(&sample, &b)));
	for (size_t cut = 0; cut < b.len; cut++) {
		NK_OWNED(nk_arena_free) struct nk_arena *arena = NULL;

		assert_true(nk_ok(nk_arena_new(NK_ARENA_PLAIN, 1 << 24, &arena, NULL)));
		assert_false(nk_ok(nk_deb_read(nk_bytes_of(b.ptr, cut), arena, &got, NULL)));
	}
}

static void paths_that_lead_elsewhere_are_refused(void **state)
{
	static const char *const bad[] = { "", "/etc/passwd", "../x", "a/../b", "a//b", "a/", "./a", "a/.", "a\\b", "a\nb" };

	(void)state;
	for (size_t i = 0; i < NK_ARRAY_LEN(bad); i++) {
		assert_false(nk_deb_path_ok(nk_str_c(bad[i])));
	}
	assert_true(nk_deb_path_ok(NK_STR("usr/share/doc/nokosazu/変更.md")));
}

static void files_out_of_order_or_with_other_rights_are_not_written(void **state)
{
	NK_OWNED(nk_buf_done) struct nk_buf b = { 0 };
	struct nk_deb_file twisted[] = { two[1], two[0] };
	struct nk_deb d = sample;

	(void)state;
	d.files = twisted;
	assert_int_equal(write_one(&d, &b).code, NK_INVALID);
	nk_buf_done(&b);
	twisted[0] = two[0];
	twisted[1] = two[1];
	twisted[1].mode = 04755;
	assert_int_equal(write_one(&d, &b).code, NK_INVALID);
}

static void versions_are_ordered_as_dpkg_orders_them(void **state)
{
	static const struct {
		const char *a, *b;
		int order;
	} rows[] = { { "1.0", "1.0", 0 }, { "1.0~rc1", "1.0", -1 }, { "1.0", "1.0.1", -1 }, { "1.9", "1.10", -1 },
		{ "1:0.1", "2.0", 1 }, { "1.0-1", "1.0-2", -1 }, { "1.0", "1.0-1", -1 }, { "1.0a", "1.0+", -1 },
		{ "1.0~~", "1.0~", -1 }, { "01.0", "1.00", 0 }, { "0:1", "1", 0 }, { "1.0-1", "1.0-1+b1", -1 },
		{ "99999999999999999999", "100000000000000000000", -1 } };

	(void)state;
	for (size_t i = 0; i < NK_ARRAY_LEN(rows); i++) {
		const int got = nk_deb_version_cmp(nk_str_c(rows[i].a), nk_str_c(rows[i].b));
		const int back = nk_deb_version_cmp(nk_str_c(rows[i].b), nk_str_c(rows[i].a));

		assert_int_equal((got > 0) - (got < 0), rows[i].order);
		assert_int_equal((back > 0) - (back < 0), -rows[i].order);
	}
}

static void md5_is_that_of_the_rfc(void **state)
{
	static const struct {
		const char *text, *hex;
	} rows[] = { { "", "d41d8cd98f00b204e9800998ecf8427e" }, { "abc", "900150983cd24fb0d6963f7d28e17f72" },
		{ "12345678901234567890123456789012345678901234567890123456789012345678901234567890",
			"57edf4a22be3c955ac49da2e2107b67a" } };
	uint8_t md5[16];
	char hex[33];

	(void)state;
	for (size_t i = 0; i < NK_ARRAY_LEN(rows); i++) {
		nk_md5(nk_str_bytes(nk_str_c(rows[i].text)), md5);
		nk_hex_print(md5, sizeof(md5), hex);
		assert_string_equal(hex, rows[i].hex);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_written_is_read),
		cmocka_unit_test(the_only_script_that_a_package_may_run_is_the_known_one),
		cmocka_unit_test(the_same_input_gives_the_same_bytes),
		cmocka_unit_test(every_cut_package_is_refused),
		cmocka_unit_test(paths_that_lead_elsewhere_are_refused),
		cmocka_unit_test(files_out_of_order_or_with_other_rights_are_not_written),
		cmocka_unit_test(versions_are_ordered_as_dpkg_orders_them),
		cmocka_unit_test(md5_is_that_of_the_rfc),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
