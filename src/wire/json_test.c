/*
 * json_test.c: JSON out and in, and Base64.
 */
#include "base.h"
#include "json.h"

#include <cmocka.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

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

static enum nk_code parse_code(struct nk_str text, struct nk_err *err)
{
	NK_OWNED(nk_jdoc_free) struct nk_jdoc *doc = NULL;

	return nk_jdoc_parse(nk_str_bytes(text), 4096, &doc, err).code;
}

static void the_writer_sets_commas_and_nests(void **state)
{
	NK_OWNED(nk_buf_done) struct nk_buf out = { 0 };
	struct nk_json j;

	(void)state;
	nk_buf_init(&out, 1000);
	nk_json_init(&j, &out);
	nk_json_open(&j, '{');
	nk_json_key(&j, "z");
	nk_json_open(&j, '[');
	nk_json_int(&j, 1);
	nk_json_int(&j, INT64_MIN);
	nk_json_open(&j, '{');
	nk_json_close(&j, '}');
	nk_json_open(&j, '[');
	nk_json_close(&j, ']');
	nk_json_null(&j);
	nk_json_close(&j, ']');
	nk_json_key(&j, "a");
	nk_json_bool(&j, true);
	nk_json_key(&j, "b");
	nk_json_bool(&j, false);
	nk_json_key(&j, "h");
	nk_json_hex(&j, nk_bytes_of("\x00\xff", 2));
	nk_json_key(&j, "c");
	nk_json_base64(&j, nk_bytes_of("\x00\xff", 2));
	nk_json_close(&j, '}');
	assert_true(nk_ok(nk_json_end(&j, NULL)));
	assert_true(nk_str_eq(nk_buf_str(&out),
		NK_STR("{\"z\":[1,-9223372036854775808,{},[],null],"
		       "\"a\":true,\"b\":false,\"h\":\"00ff\",\"c\":\"AP8=\"}")));
}

static void strings_are_escaped_as_rfc_8785_says(void **state)
{
	NK_OWNED(nk_buf_done) struct nk_buf out = { 0 };
	struct nk_json j;

	(void)state;
	nk_buf_init(&out, 1000);
	nk_json_init(&j, &out);
	nk_json_str(&j, NK_STR("\xe2\x82\xac$\x0f\nA'B\"\\\\\"/\b\t\f\r\x1f\x7f\xf0\xa0\xae\xb7"));
	assert_true(nk_ok(nk_json_end(&j, NULL)));
	assert_true(nk_str_eq(nk_buf_str(&out),
		NK_STR("\"\xe2\x82\xac$\\u000f\\nA'B\\\"\\\\\\\\\\\"/\\b\\t\\f\\r\\u001f\x7f\xf0\xa0\xae\xb7\"")));
}

static void text_that_is_not_utf8_fails_at_the_end(void **state)
{
	NK_OWNED(nk_buf_done) struct nk_buf out = { 0 };
	struct nk_json j;

	(void)state;
	nk_buf_init(&out, 1000);
	nk_json_init(&j, &out);
	nk_json_open(&j, '[');
	nk_json_c(&j, "\xff");
	nk_json_c(&j, "fine");
	nk_json_close(&j, ']');
	assert_int_equal(nk_json_end(&j, NULL).code, NK_INVALID);
}

static void a_full_buffer_fails_at_the_end(void **state)
{
	NK_OWNED(nk_buf_done) struct nk_buf out = { 0 };
	struct nk_json j;

	(void)state;
	nk_buf_init(&out, 10);
	nk_json_init(&j, &out);
	nk_json_open(&j, '{');
	nk_json_key(&j, "key");
	nk_json_c(&j, "longer than ten");
	nk_json_close(&j, '}');
	assert_int_equal(nk_json_end(&j, NULL).code, NK_LIMIT);
}

static void canonical_numbers_stay_exact(void **state)
{
	static const int64_t numbers[] = { INT64_C(1) << 53, (INT64_C(1) << 53) + 1, -(INT64_C(1) << 53),
		-(INT64_C(1) << 53) - 1 };

	(void)state;
	for (size_t i = 0; i < NK_ARRAY_LEN(numbers); i++) {
		NK_OWNED(nk_buf_done) struct nk_buf out = { 0 };
		struct nk_json j;

		nk_buf_init(&out, 100);
		nk_json_init_canonical(&j, &out);
		nk_json_int(&j, numbers[i]);
		assert_int_equal(nk_json_end(&j, NULL).code, i % 2 == 0 ? NK_OK : NK_INVALID);
	}
}

static void write_keys(const char *a, const char *b)
{
	NK_OWNED(nk_buf_done) struct nk_buf out = { 0 };
	struct nk_json j;

	nk_buf_init(&out, 100);
	nk_json_init_canonical(&j, &out);
	nk_json_open(&j, '{');
	nk_json_key(&j, a);
	nk_json_open(&j, '{');
	nk_json_key(&j, "zz");
	nk_json_null(&j);
	nk_json_close(&j, '}');
	nk_json_key(&j, b);
	nk_json_null(&j);
	nk_json_close(&j, '}');
	(void)nk_json_end(&j, NULL).code;
}

static void write_rising(void)
{
	write_keys("B", "a");
}

static void write_falling(void)
{
	write_keys("b", "a");
}

static void write_twice(void)
{
	write_keys("a", "a");
}

static void write_unclosed(void)
{
	struct nk_json j;
	struct nk_buf out;

	nk_buf_init(&out, 100);
	nk_json_init(&j, &out);
	nk_json_open(&j, '[');
	(void)nk_json_end(&j, NULL).code;
}

static void write_value_without_key(void)
{
	struct nk_json j;
	struct nk_buf out;

	nk_buf_init(&out, 100);
	nk_json_init(&j, &out);
	nk_json_open(&j, '{');
	nk_json_null(&j);
}

static void wrong_order_and_nesting_are_our_bugs(void **state)
{
	(void)state;
	assert_false(aborts(write_rising));
	assert_true(aborts(write_falling));
	assert_true(aborts(write_twice));
	assert_true(aborts(write_unclosed));
	assert_true(aborts(write_value_without_key));
}

static void a_document_gives_its_values(void **state)
{
	NK_OWNED(nk_jdoc_free) struct nk_jdoc *doc = NULL;
	struct nk_str s = { 0 };
	struct nk_jval v = { 0 };
	int64_t n = 0;
	bool b = false;

	(void)state;
	assert_true(nk_ok(nk_jdoc_parse(
		nk_str_bytes(NK_STR("{\"z\":\"\xe5\xb1\xb1\\u0041\",\"n\":9007199254740993,\"b\":true,\"x\":null,"
				    "\"l\":[1,\"2\"],\"a\":{}}")),
		4096, &doc, NULL)));
	const struct nk_jval root = nk_jdoc_root(doc);
	assert_int_equal(nk_jlen(root), 6);
	assert_true(nk_jstr(nk_jget(root, "z"), &s));
	assert_true(nk_str_eq(s,
		NK_STR("\xe5\xb1\xb1"
		       "A")));
	assert_true(nk_jint(nk_jget(root, "n"), &n));
	assert_true(n == INT64_C(9007199254740993));
	assert_true(nk_jbool(nk_jget(root, "b"), &b) && b);
	assert_true(nk_jis_null(nk_jget(root, "x")));
	assert_false(nk_jis_null(nk_jget(root, "missing")));
	assert_null(nk_jget(root, "missing").v);
	assert_int_equal(nk_jlen(nk_jget(root, "l")), 2);
	assert_true(nk_jint(nk_jat(nk_jget(root, "l"), 0), &n));
	assert_null(nk_jat(nk_jget(root, "l"), 2).v);
	assert_false(nk_jint(nk_jget(root, "z"), &n));
	assert_false(nk_jstr(nk_jget(root, "n"), &s));
	assert_true(nk_jmember(root, 0, &s, &v));
	assert_true(nk_str_eq(s, NK_STR("z")));
	assert_true(nk_jmember(root, 5, &s, &v));
	assert_true(nk_str_eq(s, NK_STR("a")));
	assert_false(nk_jmember(root, 6, &s, &v));
	assert_false(nk_jmember(nk_jget(root, "l"), 0, &s, &v));
}

static void bad_json_is_refused(void **state)
{
	static const char *const texts[] = { "", "{", "[1,]", "{\"a\":1}x", "\"text\"", "7", "[01]", "[NaN]",
		"[1e999]", "['a']", "[\"\xff\"]", "[\"\\ud800\"]", "[\"\\u0000\"]", "[\"\t\"]", "\xef\xbb\xbf[]",
		"[9223372036854775808]", "{\"a\":1,\"a\":2}", "{\"a\":1,\"\\u0061\":2}", "[1] // c" };

	(void)state;
	for (size_t i = 0; i < NK_ARRAY_LEN(texts); i++) {
		assert_int_equal(parse_code(nk_str_c(texts[i]), NULL), NK_INVALID);
	}
	assert_int_equal(parse_code((struct nk_str){ "[1]\0", 4 }, NULL), NK_INVALID);
}

static void an_error_has_the_place_and_not_the_text(void **state)
{
	struct nk_err err = { 0 };

	(void)state;
	assert_int_equal(parse_code(NK_STR("{\n  \"name\": secret\n}"), &err), NK_INVALID);
	assert_non_null(strstr(err.text[NK_LANG_EN], "line 2"));
	assert_null(strstr(err.text[NK_LANG_EN], "secret"));
	assert_null(strstr(err.text[NK_LANG_JA], "secret"));
}

static void depth_and_size_have_limits(void **state)
{
	char text[200];

	(void)state;
	for (size_t depth = 31; depth <= 33; depth++) {
		memset(text, '[', depth);
		memset(text + depth, ']', depth);
		assert_int_equal(parse_code((struct nk_str){ text, 2 * depth }, NULL), depth > 32 ? NK_LIMIT : NK_OK);
	}
	assert_int_equal(parse_code(NK_STR("[\"\\\"[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[\"]"), NULL), NK_OK);
	memset(text, ' ', sizeof(text));
	NK_OWNED(nk_jdoc_free) struct nk_jdoc *doc = NULL;
	assert_int_equal(nk_jdoc_parse(nk_bytes_of(text, 200), 199, &doc, NULL).code, NK_LIMIT);
}

static void base64_has_the_vectors_of_rfc_4648(void **state)
{
	static const char *const pairs[][2] = { { "", "" }, { "f", "Zg==" }, { "fo", "Zm8=" }, { "foo", "Zm9v" },
		{ "foob", "Zm9vYg==" }, { "fooba", "Zm9vYmE=" }, { "foobar", "Zm9vYmFy" },
		{ "\xfb\xff\xbf", "+/+/" } };

	(void)state;
	for (size_t i = 0; i < NK_ARRAY_LEN(pairs); i++) {
		NK_OWNED(nk_buf_done) struct nk_buf out = { 0 };

		nk_buf_init(&out, 100);
		assert_true(nk_ok(nk_base64_put(&out, nk_str_bytes(nk_str_c(pairs[i][0])), NULL)));
		assert_true(nk_str_eq(nk_buf_str(&out), nk_str_c(pairs[i][1])));
		nk_buf_reset(&out);
		assert_true(nk_ok(nk_base64_get(&out, nk_str_c(pairs[i][1]), NULL)));
		assert_true(nk_str_eq(nk_buf_str(&out), nk_str_c(pairs[i][0])));
	}
}

static void base64_has_one_spelling_only(void **state)
{
	static const char *const texts[] = { "Zg", "Zg=", "Zg===", "Zh==", "Zm9=", "Z===", "====", "=",
		"Zg==Zg==", "Zm 9", "Zm9v\n", "Zm_-", "Zg=a", "\xc3\xa9zz" };

	(void)state;
	for (size_t i = 0; i < NK_ARRAY_LEN(texts); i++) {
		NK_OWNED(nk_buf_done) struct nk_buf out = { 0 };

		nk_buf_init(&out, 100);
		assert_true(nk_ok(nk_buf_add_c(&out, "x", NULL)));
		assert_int_equal(nk_base64_get(&out, nk_str_c(texts[i]), NULL).code, NK_INVALID);
		assert_int_equal(out.len, 1);
	}
}

static enum nk_code canonical(const char *text, const char *wanted)
{
	NK_OWNED(nk_jdoc_free) struct nk_jdoc *doc = NULL;
	NK_OWNED(nk_buf_done) struct nk_buf out = { 0 };
	struct nk_err err = { 0 };
	nk_rc rc;

	nk_buf_init(&out, 4096);
	assert_true(nk_ok(nk_jdoc_parse(nk_str_bytes(nk_str_c(text)), 4096, &doc, &err)));
	rc = nk_json_canonical(nk_jdoc_root(doc), &out, &err);
	assert_true(!nk_ok(rc) || nk_str_eq(nk_buf_str(&out), nk_str_c(wanted)));
	return rc.code;
}

static void anybodys_json_gets_one_spelling_or_is_refused(void **state)
{
	(void)state;
	assert_int_equal(canonical("{ \"b\": [1, true, null, {}, []],\n \"a\": \"\\u6f22\" }", "{\"a\":\"漢\",\"b\":[1,true,null,{},[]]}"), NK_OK);
	assert_int_equal(canonical("{\"aa\":1,\"a\":2,\"B\":3}", "{\"B\":3,\"a\":2,\"aa\":1}"), NK_OK);
	assert_int_equal(canonical("{\"a\":1.5}", ""), NK_INVALID);
	assert_int_equal(canonical("{\"漢\":1}", ""), NK_INVALID);
	assert_int_equal(canonical("{\"a\\\"b\":1}", ""), NK_INVALID);
	assert_int_equal(canonical("{\"a\":9007199254740993}", ""), NK_INVALID);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_writer_sets_commas_and_nests),
		cmocka_unit_test(strings_are_escaped_as_rfc_8785_says),
		cmocka_unit_test(text_that_is_not_utf8_fails_at_the_end),
		cmocka_unit_test(a_full_buffer_fails_at_the_end),
		cmocka_unit_test(canonical_numbers_stay_exact),
		cmocka_unit_test(wrong_order_and_nesting_are_our_bugs),
		cmocka_unit_test(a_document_gives_its_values),
		cmocka_unit_test(bad_json_is_refused),
		cmocka_unit_test(an_error_has_the_place_and_not_the_text),
		cmocka_unit_test(depth_and_size_have_limits),
		cmocka_unit_test(base64_has_the_vectors_of_rfc_4648),
		cmocka_unit_test(base64_has_one_spelling_only),
		cmocka_unit_test(anybodys_json_gets_one_spelling_or_is_refused),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
