/*
 * base_test.c: memory, slices, numbers and errors of the house.
 */
#include "base.h"

#include <cmocka.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

/* Runs fn in a child whose standard error leads nowhere; true when an assertion ended it. */
static bool aborts(void (*fn)(void))
{
	int status = 0;
	const pid_t pid = fork();

	if (pid == 0) {
		(void)close(STDERR_FILENO);
		(void)signal(SIGABRT, SIG_DFL);
		fn();
		_exit(0);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	return WIFSIGNALED(status) && WTERMSIG(status) == SIGABRT;
}

static void an_arena_gives_zeroed_aligned_memory_up_to_its_maximum(void **state)
{
	NK_OWNED(nk_arena_free) struct nk_arena *arena = NULL;
	uint8_t *a = NULL;
	uint8_t *b = NULL;

	(void)state;
	assert_true(nk_ok(nk_arena_new(NK_ARENA_PLAIN, 10000, &arena, NULL)));
	a = nk_arena_alloc(arena, 1);
	b = nk_arena_alloc(arena, 9000);
	assert_non_null(a);
	assert_non_null(b);
	assert_int_equal((uintptr_t)a % _Alignof(max_align_t), 0);
	assert_int_equal((uintptr_t)b % _Alignof(max_align_t), 0);
	for (size_t i = 0; i < 9000; i++) {
		assert_int_equal(b[i], 0);
	}
	assert_true(nk_arena_used(arena) >= 9001);
	assert_null(nk_arena_alloc(arena, 1000));
	assert_non_null(nk_arena_alloc(arena, 900));
}

static void an_arena_hands_out_zeroes_again_after_a_reset(void **state)
{
	static const enum nk_arena_kind kinds[] = { NK_ARENA_PLAIN, NK_ARENA_WIPING };

	(void)state;
	for (size_t k = 0; k < NK_ARRAY_LEN(kinds); k++) {
		NK_OWNED(nk_arena_free) struct nk_arena *arena = NULL;

		assert_true(nk_ok(nk_arena_new(kinds[k], 1 << 20, &arena, NULL)));
		for (int round = 0; round < 5; round++) {
			for (size_t size = 1; size < 20000; size = size * 3 + 1) {
				uint8_t *p = nk_arena_alloc(arena, size);

				assert_non_null(p);
				for (size_t i = 0; i < size; i++) {
					assert_int_equal(p[i], 0);
				}
				memset(p, 0xaa, size);
			}
			nk_arena_reset(arena);
			assert_int_equal(nk_arena_used(arena), 0);
		}
	}
}

static void a_wiping_arena_clears_what_it_handed_out(void **state)
{
	NK_OWNED(nk_arena_free) struct nk_arena *arena = NULL;
	uint8_t *p = NULL;

	(void)state;
	assert_true(nk_ok(nk_arena_new(NK_ARENA_WIPING, 4096, &arena, NULL)));
	p = nk_arena_alloc(arena, 32);
	assert_non_null(p);
	memset(p, 0xaa, 32);
	nk_arena_reset(arena);
	/* The block is kept, so looking at it is allowed. */
	for (size_t i = 0; i < 32; i++) {
		assert_int_equal(p[i], 0);
	}
}

static void sizes_that_wrap_around_are_refused(void **state)
{
	NK_OWNED(nk_arena_free) struct nk_arena *arena = NULL;
	size_t out = 7;

	(void)state;
	assert_true(nk_ok(nk_arena_new(NK_ARENA_PLAIN, SIZE_MAX, &arena, NULL)));
	assert_null(nk_arena_alloc(arena, SIZE_MAX));
	assert_null(nk_arena_array(arena, SIZE_MAX / 2, 3));
	assert_non_null(nk_arena_array(arena, 0, 3));
	assert_false(nk_add_size(SIZE_MAX, 1, &out));
	assert_false(nk_mul_size(SIZE_MAX / 2 + 1, 2, &out));
	assert_true(nk_mul_size(3, 4, &out));
	assert_int_equal(out, 12);
}

static void an_arena_copies_and_prints_text_with_a_nul_behind(void **state)
{
	NK_OWNED(nk_arena_free) struct nk_arena *arena = NULL;
	struct nk_str s = { NULL, 0 };

	(void)state;
	assert_true(nk_ok(nk_arena_new(NK_ARENA_PLAIN, 4096, &arena, NULL)));
	assert_true(nk_ok(nk_arena_dup(arena, (struct nk_str){ "abcdef", 3 }, &s, NULL)));
	assert_int_equal(s.len, 3);
	assert_string_equal(s.ptr, "abc");
	assert_true(nk_ok(nk_arena_printf(arena, &s, NULL, "%s-%d", "x", 42)));
	assert_int_equal(s.len, 4);
	assert_string_equal(s.ptr, "x-42");
	assert_int_equal(nk_arena_printf(arena, &s, NULL, "%5000d", 1).code, NK_NOMEM);
}

static void a_buffer_keeps_its_bytes_when_an_add_fails(void **state)
{
	NK_OWNED(nk_buf_done) struct nk_buf buf = { 0 };
	struct nk_err err;

	(void)state;
	nk_buf_init(&buf, 10);
	assert_true(nk_ok(nk_buf_add_c(&buf, "12345678", &err)));
	assert_int_equal(nk_buf_add_c(&buf, "abc", &err).code, NK_LIMIT);
	assert_int_equal(nk_buf_printf(&buf, &err, "%d", 123).code, NK_LIMIT);
	assert_true(nk_str_eq(nk_buf_str(&buf), NK_STR("12345678")));
	assert_true(nk_ok(nk_buf_printf(&buf, &err, "%d", 90)));
	assert_true(nk_str_eq(nk_buf_str(&buf), NK_STR("1234567890")));
	assert_int_equal(nk_buf_add_byte(&buf, 'x', &err).code, NK_LIMIT);
}

static void a_buffer_grows_with_all_it_held(void **state)
{
	(void)state;
	for (int wiping = 0; wiping < 2; wiping++) {
		NK_OWNED(nk_buf_done) struct nk_buf buf = { 0 };

		if (wiping == 1) {
			nk_buf_init_wiping(&buf, 1000000);
		} else {
			nk_buf_init(&buf, 1000000);
		}
		for (uint32_t i = 0; i < 20000; i++) {
			assert_true(nk_ok(nk_buf_add_le32(&buf, i, NULL)));
		}
		assert_int_equal(buf.len, 80000);
		for (uint32_t i = 0; i < 20000; i++) {
			assert_int_equal(nk_get_le32(buf.ptr + 4 * i), i);
		}
		nk_buf_reset(&buf);
		assert_int_equal(buf.len, 0);
	}
}

static void a_wiping_buffer_clears_on_reset_even_behind_its_length(void **state)
{
	NK_OWNED(nk_buf_done) struct nk_buf buf = { 0 };
	uint8_t *at = NULL;

	(void)state;
	nk_buf_init_wiping(&buf, 64);
	assert_true(nk_ok(nk_buf_reserve(&buf, 32, &at, NULL)));
	memset(at, 0xaa, 32);
	buf.len = 8;
	nk_buf_reset(&buf);
	for (size_t i = 0; i < 32; i++) {
		assert_int_equal(at[i], 0);
	}
}

static void a_buffer_without_a_limit_does_not_wrap_around(void **state)
{
	NK_OWNED(nk_buf_done) struct nk_buf buf = { 0 };
	uint8_t *at = NULL;

	(void)state;
	nk_buf_init(&buf, SIZE_MAX);
	assert_true(nk_ok(nk_buf_add_byte(&buf, 1, NULL)));
	assert_int_equal(nk_buf_reserve(&buf, SIZE_MAX - 1, &at, NULL).code, NK_NOMEM);
	assert_int_equal(nk_buf_reserve(&buf, SIZE_MAX, &at, NULL).code, NK_LIMIT);
	assert_int_equal(buf.len, 1);
}

static void a_cursor_stays_bad_after_the_first_missing_byte(void **state)
{
	const uint8_t bytes[] = { 1, 2, 0, 0, 0, 3, 0, 0, 0, 0, 0, 0, 0, 9 };
	struct nk_cursor c = nk_cursor_of(nk_bytes_of(bytes, sizeof(bytes)));

	(void)state;
	assert_int_equal(nk_cursor_u8(&c), 1);
	assert_int_equal(nk_cursor_le32(&c), 2);
	assert_int_equal(nk_cursor_le64(&c), 3);
	assert_false(c.bad);
	assert_int_equal(nk_cursor_le32(&c), 0);
	assert_true(c.bad);
	assert_int_equal(nk_cursor_u8(&c), 0); /* one byte is left, but the reader is out of step */
	assert_null(nk_cursor_take(&c, 0).ptr);
}

static void a_vector_grows_zeroed_items_up_to_its_maximum(void **state)
{
	(void)state;
	for (int wiping = 0; wiping < 2; wiping++) {
		NK_OWNED(nk_vec_done) struct nk_vec vec = { 0 };
		void *item = NULL;

		if (wiping == 1) {
			nk_vec_init_wiping(&vec, sizeof(uint64_t), 1000);
		} else {
			nk_vec_init(&vec, sizeof(uint64_t), 1000);
		}
		for (uint64_t i = 0; i < 1000; i++) {
			assert_true(nk_ok(nk_vec_push(&vec, &item, NULL)));
			assert_int_equal(*(uint64_t *)item, 0);
			*(uint64_t *)item = i;
		}
		assert_int_equal(nk_vec_push(&vec, &item, NULL).code, NK_LIMIT);
		for (size_t i = 0; i < 1000; i++) {
			assert_int_equal(*(uint64_t *)nk_vec_at(&vec, i), i);
		}
		nk_vec_clear(&vec);
		assert_int_equal(vec.len, 0);
		assert_true(nk_ok(nk_vec_push(&vec, &item, NULL)));
		assert_int_equal(*(uint64_t *)item, 0);
	}
}

static void look_behind_the_end(void)
{
	struct nk_vec vec;

	nk_vec_init(&vec, 1, 1);
	(void)nk_vec_at(&vec, 0);
}

static void cast_too_large(void)
{
	(void)nk_u8(256);
}

static void cast_negative(void)
{
	(void)nk_u64(-1);
}

static void our_own_bugs_end_the_process(void **state)
{
	(void)state;
	assert_true(aborts(look_behind_the_end));
	assert_true(aborts(cast_too_large));
	assert_true(aborts(cast_negative));
	assert_int_equal(nk_u8(255), 255);
	assert_int_equal(nk_int(INT_MAX), INT_MAX);
}

static void a_map_finds_each_key_it_was_given(void **state)
{
	enum { KEYS = 50000 };
	const uint8_t seed[16] = { 1, 2, 3 };
	uint32_t *keys = calloc(KEYS, sizeof(*keys));
	struct nk_map map;
	uint64_t value = 77;

	(void)state;
	assert_non_null(keys);
	nk_map_init(&map, seed);
	assert_false(nk_map_get(&map, nk_bytes_of("x", 1), &value));
	for (uint32_t i = 0; i < KEYS; i++) {
		keys[i] = i;
		assert_true(nk_ok(nk_map_put(&map, nk_bytes_of(&keys[i], 4), i + 1U, NULL)));
	}
	assert_int_equal(map.len, KEYS);
	for (uint32_t i = 0; i < KEYS; i++) {
		const uint32_t key = i;

		assert_true(nk_map_get(&map, nk_bytes_of(&key, 4), &value));
		assert_int_equal(value, i + 1U);
	}
	value = 77;
	assert_false(nk_map_get(&map, nk_bytes_of(keys, 3), &value));
	assert_int_equal(value, 77);
	nk_map_done(&map);
	free(keys);
}

static void a_map_replaces_and_knows_the_empty_key(void **state)
{
	const uint8_t seed[16] = { 9 };
	struct nk_map map;
	uint64_t value = 0;

	(void)state;
	nk_map_init(&map, seed);
	assert_true(nk_ok(nk_map_put(&map, nk_bytes_of(NULL, 0), 1, NULL)));
	assert_true(nk_ok(nk_map_put(&map, nk_bytes_of("a", 1), 2, NULL)));
	assert_true(nk_ok(nk_map_put(&map, nk_bytes_of("", 0), 3, NULL)));
	assert_int_equal(map.len, 2);
	assert_true(nk_map_get(&map, nk_bytes_of("", 0), &value));
	assert_int_equal(value, 3);
	assert_true(nk_map_get(&map, nk_bytes_of("a", 1), &value));
	assert_int_equal(value, 2);
	nk_map_done(&map);
}

static void numbers_are_read_whole_or_not_at_all(void **state)
{
	uint64_t u = 5;
	uint32_t v = 5;
	int64_t i = 5;

	(void)state;
	assert_true(nk_parse_u64(NK_STR("18446744073709551615"), 0, UINT64_MAX, &u));
	assert_true(u == UINT64_MAX);
	u = 5;
	assert_false(nk_parse_u64(NK_STR("18446744073709551616"), 0, UINT64_MAX, &u));
	assert_false(nk_parse_u64(NK_STR(""), 0, 9, &u));
	assert_false(nk_parse_u64(NK_STR("+1"), 0, 9, &u));
	assert_false(nk_parse_u64(NK_STR(" 1"), 0, 9, &u));
	assert_false(nk_parse_u64(NK_STR("1x"), 0, 9, &u));
	assert_false(nk_parse_u64(NK_STR("10"), 0, 9, &u));
	assert_false(nk_parse_u64(NK_STR("1"), 2, 9, &u));
	assert_int_equal(u, 5);
	assert_false(nk_parse_u32(NK_STR("4294967296"), 0, UINT32_MAX, &v));
	assert_true(nk_parse_u32(NK_STR("4294967295"), 0, UINT32_MAX, &v));
	assert_true(v == UINT32_MAX);
	assert_true(nk_parse_i64(NK_STR("-9223372036854775808"), INT64_MIN, INT64_MAX, &i));
	assert_true(i == INT64_MIN);
	assert_false(nk_parse_i64(NK_STR("-9223372036854775809"), INT64_MIN, INT64_MAX, &i));
	assert_false(nk_parse_i64(NK_STR("9223372036854775808"), INT64_MIN, INT64_MAX, &i));
	assert_false(nk_parse_i64(NK_STR("-"), INT64_MIN, INT64_MAX, &i));
	assert_false(nk_parse_i64(NK_STR("--1"), INT64_MIN, INT64_MAX, &i));
	assert_true(nk_parse_i64(NK_STR("-1"), -1, 1, &i));
	assert_int_equal(i, -1);
}

static void numbers_in_bytes_come_back(void **state)
{
	uint8_t p[8];

	(void)state;
	nk_put_le32(p, 0x01020304);
	assert_memory_equal(p, "\x04\x03\x02\x01", 4);
	nk_put_le64(p, UINT64_C(0x0102030405060708));
	assert_memory_equal(p, "\x08\x07\x06\x05\x04\x03\x02\x01", 8);
	assert_int_equal(nk_get_le16(p), 0x0708);
	assert_true(nk_get_le64(p) == UINT64_C(0x0102030405060708));
	nk_put_be64(p, UINT64_C(0x0102030405060708));
	assert_memory_equal(p, "\x01\x02\x03\x04\x05\x06\x07\x08", 8);
	nk_put_be16(p, 0xfffe);
	assert_int_equal(nk_get_be16(p), 0xfffe);
}

static void slices_compare_by_bytes(void **state)
{
	(void)state;
	assert_true(nk_str_eq(NK_STR(""), nk_str_c(NULL)));
	assert_false(nk_str_eq(NK_STR("ab"), NK_STR("abc")));
	assert_true(nk_str_cmp(NK_STR("ab"), NK_STR("abc")) < 0);
	assert_true(nk_str_cmp(NK_STR("b"), NK_STR("abc")) > 0);
	assert_true(nk_str_cmp(NK_STR("\x80"), NK_STR("a")) > 0);
	assert_int_equal(nk_str_cmp(NK_STR("a"), NK_STR("a")), 0);
	assert_true(nk_str_ieq(NK_STR("MAIL\xc3\x84"), NK_STR("mail\xc3\x84")));
	assert_false(nk_str_ieq(NK_STR("[a"), NK_STR("{a")));
	assert_true(nk_str_starts(NK_STR("abc"), NK_STR("ab")));
	assert_false(nk_str_starts(NK_STR("a"), NK_STR("ab")));
	assert_true(nk_str_ends(NK_STR("abc"), NK_STR("bc")));
	assert_true(nk_str_starts(NK_STR(""), NK_STR("")));
	assert_int_equal(nk_str_find(NK_STR("abcabd"), NK_STR("abd")), 3);
	assert_int_equal(nk_str_find(NK_STR("abc"), NK_STR("")), 0);
	assert_true(nk_str_find(NK_STR("ab"), NK_STR("abc")) == SIZE_MAX);
	assert_int_equal(nk_str_chr(NK_STR("abc"), 'c'), 2);
	assert_true(nk_str_chr(nk_str_c(NULL), 'c') == SIZE_MAX);
	assert_true(nk_str_eq(nk_str_sub(NK_STR("abc"), 1, 99), NK_STR("bc")));
	assert_int_equal(nk_str_sub(NK_STR("abc"), 9, 9).len, 0);
}

static void blanks_of_both_scripts_are_trimmed(void **state)
{
	(void)state;
	assert_true(nk_str_eq(nk_str_trim(NK_STR(" \xe3\x80\x80\t x y \xe3\x80\x80\r\n")), NK_STR("x y")));
	assert_int_equal(nk_str_trim(NK_STR(" \xe3\x80\x80 ")).len, 0);
	/* U+30000 ends in the same two bytes as U+3000's; nothing of another character goes. */
	assert_int_equal(nk_str_trim(NK_STR("\xf0\xb0\x80\x80")).len, 4);
}

static void a_list_is_cut_into_all_its_parts(void **state)
{
	struct nk_str s = NK_STR("a,,b,");
	struct nk_str head = { NULL, 0 };

	(void)state;
	assert_true(nk_str_cut(&s, ',', &head));
	assert_true(nk_str_eq(head, NK_STR("a")));
	assert_true(nk_str_cut(&s, ',', &head));
	assert_int_equal(head.len, 0);
	assert_true(nk_str_cut(&s, ',', &head));
	assert_true(nk_str_eq(head, NK_STR("b")));
	assert_true(nk_str_cut(&s, ',', &head));
	assert_int_equal(head.len, 0);
	assert_false(nk_str_cut(&s, ',', &head));
}

static void an_error_speaks_both_languages(void **state)
{
	struct nk_err err;

	(void)state;
	assert_int_equal(nk_fail_nomem(&err).code, NK_NOMEM);
	assert_int_equal(err.code, NK_NOMEM);
	assert_string_equal(err.text[NK_LANG_EN], "not enough memory, or a memory limit of this program is reached");
	assert_string_not_equal(err.text[NK_LANG_JA], err.text[NK_LANG_EN]);
	assert_int_equal(
		nk_fail(&err, NK_LIMIT, "the file %1$s is larger than the limit of %2$zu bytes", "/x", (size_t)9)
			.code,
		NK_LIMIT);
	assert_string_equal(err.text[NK_LANG_EN], "the file /x is larger than the limit of 9 bytes");
	assert_non_null(strstr(err.text[NK_LANG_JA], "/x"));
	assert_non_null(strstr(err.text[NK_LANG_JA], "9"));
	assert_int_equal(nk_fail(NULL, NK_GUARD, "x").code, NK_GUARD);
}

static void an_error_text_is_never_cut_inside_a_character(void **state)
{
	struct nk_err err;
	char place[2000];

	(void)state;
	for (size_t shift = 0; shift < 3; shift++) {
		size_t len = 0;

		memset(place, 'a', shift);
		for (len = shift; len + 4 < sizeof(place); len += 3) {
			memcpy(place + len, "\xe5\xad\xa6", 3);
		}
		place[len] = '\0';
		assert_int_equal(nk_fail(&err, NK_IO, "%s", place).code, NK_IO);
		assert_true(nk_utf8_valid(nk_str_bytes(nk_str_c(err.text[0])), NULL));
		assert_null(strchr(err.text[0], '?'));
		assert_in_range(strlen(err.text[0]), sizeof(err.text[0]) - 3, sizeof(err.text[0]) - 1);
	}
}

static void an_error_text_is_clean_whatever_its_arguments_are(void **state)
{
	struct nk_err err;

	(void)state;
	assert_int_equal(nk_fail(&err, NK_IO, "%s",
				 "a\xff\xe5\xad"
				 "b\x1b[2J\x7f\n\tc\xe5")
				 .code,
		NK_IO);
	assert_string_equal(err.text[0], "a???b?[2J?\n\tc?");
}

static void an_error_of_the_system_has_class_place_and_reason(void **state)
{
	struct nk_err err;

	(void)state;
	assert_int_equal(nk_fail_errno(&err, ENOENT, "cannot open", "/a/b").code, NK_NOT_FOUND);
	assert_string_equal(err.text[NK_LANG_EN], "cannot open: /a/b: No such file or directory");
	assert_null(strstr(err.text[NK_LANG_JA], "No such"));
	assert_int_equal(nk_fail_errno(&err, ENOSPC, "cannot write", "").code, NK_NO_SPACE);
	assert_string_equal(err.text[NK_LANG_EN], "cannot write: No space left on device");
	assert_int_equal(nk_fail_errno(&err, EDQUOT, "x", "").code, NK_NO_SPACE);
	assert_int_equal(nk_fail_errno(&err, EACCES, "x", "").code, NK_DENIED);
	assert_int_equal(nk_fail_errno(&err, EPERM, "x", "").code, NK_DENIED);
	assert_int_equal(nk_fail_errno(&err, 99999, "x", "").code, NK_IO);
	assert_int_equal(nk_fail_errno(NULL, EIO, "x", "").code, NK_IO);
}

static void every_class_has_its_codes(void **state)
{
	(void)state;
	assert_int_equal(nk_err_exit(NK_OK), 0);
	assert_int_equal(nk_err_exit(NK_PENDING), 2);
	assert_int_equal(nk_err_exit(NK_GUARD), 4);
	assert_int_equal(nk_err_http(NK_NOT_FOUND), 404);
	assert_int_equal(nk_err_ldap(NK_AUTH), 49);
	assert_true(nk_err_retry(NK_BUSY));
	assert_false(nk_err_retry(NK_INVALID));
	assert_string_equal(nk_err_name(NK_NO_SPACE), "NO_SPACE");
	for (int c = NK_OK + 1; c < NK_CODE_COUNT; c++) {
		assert_int_not_equal(nk_err_exit((enum nk_code)c), 0);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_arena_gives_zeroed_aligned_memory_up_to_its_maximum),
		cmocka_unit_test(an_arena_hands_out_zeroes_again_after_a_reset),
		cmocka_unit_test(a_wiping_arena_clears_what_it_handed_out),
		cmocka_unit_test(sizes_that_wrap_around_are_refused),
		cmocka_unit_test(an_arena_copies_and_prints_text_with_a_nul_behind),
		cmocka_unit_test(a_buffer_keeps_its_bytes_when_an_add_fails),
		cmocka_unit_test(a_buffer_grows_with_all_it_held),
		cmocka_unit_test(a_wiping_buffer_clears_on_reset_even_behind_its_length),
		cmocka_unit_test(a_buffer_without_a_limit_does_not_wrap_around),
		cmocka_unit_test(a_cursor_stays_bad_after_the_first_missing_byte),
		cmocka_unit_test(a_vector_grows_zeroed_items_up_to_its_maximum),
		cmocka_unit_test(our_own_bugs_end_the_process),
		cmocka_unit_test(a_map_finds_each_key_it_was_given),
		cmocka_unit_test(a_map_replaces_and_knows_the_empty_key),
		cmocka_unit_test(numbers_are_read_whole_or_not_at_all),
		cmocka_unit_test(numbers_in_bytes_come_back),
		cmocka_unit_test(slices_compare_by_bytes),
		cmocka_unit_test(blanks_of_both_scripts_are_trimmed),
		cmocka_unit_test(a_list_is_cut_into_all_its_parts),
		cmocka_unit_test(an_error_speaks_both_languages),
		cmocka_unit_test(an_error_text_is_never_cut_inside_a_character),
		cmocka_unit_test(an_error_text_is_clean_whatever_its_arguments_are),
		cmocka_unit_test(an_error_of_the_system_has_class_place_and_reason),
		cmocka_unit_test(every_class_has_its_codes),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
