/*
 * ini_test.c: configuration text with its line numbers, and what strictness refuses.
 */
#include "base.h"
#include "ini.h"

#include <cmocka.h>

struct seen {
	struct nk_buf text; /* "line section/key=value;" */
	unsigned stop_at; /* refuse the row of this line */
};

static nk_rc note_row(
	void *arg, struct nk_str section, struct nk_str key, struct nk_str value, unsigned line, struct nk_err *err)
{
	struct seen *seen = arg;

	if (line == seen->stop_at) {
		return nk_fail(err, NK_CONFLICT, "stop");
	}
	return nk_buf_printf(
		&seen->text, err, "%u %.*s/%.*s=%.*s;", line, NK_FMT(section), NK_FMT(key), NK_FMT(value));
}

static nk_rc read_text(struct nk_str text, struct seen *seen, struct nk_err *err)
{
	nk_buf_init(&seen->text, 1 << 20);
	return nk_ini_each(nk_str_bytes(text), note_row, seen, err);
}

static void expect(struct nk_str text, const char *want)
{
	struct seen seen = { .stop_at = 0 };

	assert_true(nk_ok(read_text(text, &seen, NULL)));
	assert_true(nk_str_eq(nk_buf_str(&seen.text), nk_str_c(want)));
	nk_buf_done(&seen.text);
}

static void expect_refused(struct nk_str text, const char *place)
{
	struct seen seen = { .stop_at = 0 };
	struct nk_err err = { 0 };

	assert_int_equal(read_text(text, &seen, &err).code, NK_CONFIG);
	assert_non_null(strstr(err.text[NK_LANG_EN], place));
	nk_buf_done(&seen.text);
}

static void rows_come_in_order_with_their_lines(void **state)
{
	(void)state;
	expect(NK_STR("# c\nroot=1\n\n[target demo]\n; c\n  uri = ldap://x:389/  \nname: \xe5\xb1\xb1\n[b]\nx=\n"),
		"2 /root=1;6 target demo/uri=ldap://x:389/;7 target demo/name=\xe5\xb1\xb1;9 b/x=;");
	expect(NK_STR("[a]\r\nk=v\r\nk=w"), "2 a/k=v;3 a/k=w;");
	expect(NK_STR("\xef\xbb\xbf[a]\nk=v"), "2 a/k=v;");
	expect(NK_STR(""), "");
}

static void a_value_is_what_is_written(void **state)
{
	(void)state;
	expect(NK_STR("[a]\nk = a ; b # c = d\n"), "2 a/k=a ; b # c = d;");
	expect(NK_STR("[a]\nk=v\n  x=y\n"), "2 a/k=v;3 a/x=y;");
}

static void a_long_line_is_not_cut(void **state)
{
	char text[5000];
	struct seen seen = { .stop_at = 0 };

	(void)state;
	memset(text, 'v', sizeof(text));
	memcpy(text, "[a]\nk=", 6);
	assert_true(nk_ok(read_text((struct nk_str){ text, sizeof(text) }, &seen, NULL)));
	assert_int_equal(seen.text.len, strlen("2 a/k=;") + sizeof(text) - 6);
	nk_buf_done(&seen.text);
}

static void bad_text_is_refused_with_its_line(void **state)
{
	(void)state;
	expect_refused((struct nk_str){ "[a]\nk=\0v\n", 9 }, "line 2");
	expect_refused(NK_STR("[a]\nb=c\nk=\xff\n"), "line 3");
	expect_refused(NK_STR("[a]\nk=\x1b[0m\n"), "line 2");
	expect_refused(NK_STR("[a]\nk=a\rb\n"), "line 2");
	expect_refused(NK_STR("[a]\nk=v\n  more\n"), "line 3");
	expect_refused(NK_STR("[a]\nkey without value\n"), "line 2");
	expect_refused(NK_STR("[a]\n=v\n"), "line 2");
	expect_refused(NK_STR("x=1\n[a\n"), "line 2");
	expect_refused(NK_STR("x=1\n[a] b=c\n"), "line 2");
	expect_refused(NK_STR("x=1\n\n[]\n"), "line 3");
}

static void section_names_end_at_forty_eight_bytes(void **state)
{
	(void)state;
	expect(NK_STR("[123456789012345678901234567890123456789012345678]\na=b\n"),
		"2 123456789012345678901234567890123456789012345678/a=b;");
	expect_refused(NK_STR("[1234567890123456789012345678901234567890123456789]\na=b\n"), "line 1");
}

static void a_line_beyond_the_limit_is_refused(void **state)
{
	NK_OWNED(nk_buf_done) struct nk_buf text = { 0 };
	uint8_t *at = NULL;

	(void)state;
	nk_buf_init(&text, SIZE_MAX);
	assert_true(nk_ok(nk_buf_reserve(&text, 70000, &at, NULL)));
	memset(at, 'v', 70000);
	memcpy(at, "a=b\nk=", 6);
	text.len = 70000;
	expect_refused(nk_buf_str(&text), "line 2");
	memcpy(at + 65000, "\n", 1);
	text.len = 65001;
	struct seen seen = { .stop_at = 0 };
	assert_true(nk_ok(read_text(nk_buf_str(&text), &seen, NULL)));
	nk_buf_done(&seen.text);
}

static void the_first_failure_of_the_caller_ends_the_reading(void **state)
{
	struct seen seen = { .stop_at = 3 };

	(void)state;
	assert_int_equal(read_text(NK_STR("[a]\nb=1\nc=2\nd=3\n"), &seen, NULL).code, NK_CONFLICT);
	assert_true(nk_str_eq(nk_buf_str(&seen.text), NK_STR("2 a/b=1;")));
	nk_buf_done(&seen.text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(rows_come_in_order_with_their_lines),
		cmocka_unit_test(a_value_is_what_is_written),
		cmocka_unit_test(a_long_line_is_not_cut),
		cmocka_unit_test(bad_text_is_refused_with_its_line),
		cmocka_unit_test(section_names_end_at_forty_eight_bytes),
		cmocka_unit_test(a_line_beyond_the_limit_is_refused),
		cmocka_unit_test(the_first_failure_of_the_caller_ends_the_reading),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
