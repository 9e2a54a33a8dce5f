/*
 * intoto_test.c: statements printed canonically and read back, and what is refused.
 */
#include "base.h"

#include <cmocka.h>

#include "intoto.h"
#include "json.h"
#include "kit.h"

static const struct nk_intoto_subject one = { .name = { "holding:1", 9 }, .sha256 = { 0xab }, .has_sha256 = true };

static struct nk_intoto statement(const char *predicate)
{
	return (struct nk_intoto){
		.type = NK_STR("https://example.jp/v1"), .predicate = nk_str_c(predicate), .subjects = &one, .n_subjects = 1
	};
}

static nk_rc print(const char *predicate, const char *limitation, struct nk_buf *out)
{
	const struct nk_intoto st = statement(predicate);

	nk_buf_init(out, NK_INTOTO_MAX);
	return nk_intoto_print(&st, nk_str_c(limitation), out, NULL);
}

#define HEAD "{\"_type\":\"https://in-toto.io/Statement/v1\",\"predicate\":"
#define TAIL                                                                                                     \
	",\"predicateType\":\"https://example.jp/v1\",\"subject\":[{\"digest\":{\"sha256\":\"ab00000000000000000000" \
	"000000000000000000000000000000000000000000\"},\"name\":\"holding:1\"}]}"

static void expect(const char *predicate, const char *limitation, const char *want)
{
	NK_OWNED(nk_buf_done) struct nk_buf out = { 0 };
	char whole[1024];

	assert_true(nk_ok(print(predicate, limitation, &out)));
	(void)snprintf(whole, sizeof(whole), "%s%s%s", HEAD, want, TAIL);
	assert_true(nk_str_eq(nk_buf_str(&out), nk_str_c(whole)));
}

static void a_statement_is_printed_with_its_keys_in_order(void **state)
{
	(void)state;
	expect("{\"a\":1,\"z\":[2,{\"b\":\"}\"}]}", "", "{\"a\":1,\"z\":[2,{\"b\":\"}\"}]}");
	expect("{}", "", "{}");
}

static void the_limitation_comes_to_its_place_wherever_that_is(void **state)
{
	(void)state;
	expect("{}", "few", "{\"limitation\":\"few\"}");
	expect("{\"a\":1}", "few", "{\"a\":1,\"limitation\":\"few\"}");
	expect("{\"z\":1}", "few", "{\"limitation\":\"few\",\"z\":1}");
	expect("{\"a\":\"l\\\"\",\"z\":1}", "f\"w", "{\"a\":\"l\\\"\",\"limitation\":\"f\\\"w\",\"z\":1}");
	expect("{\"limitation\":\"own\"}", "few", "{\"limitation\":\"own\"}");
	expect("{\"a\":{\"limitation\":\"inner\"}}", "few", "{\"a\":{\"limitation\":\"inner\"},\"limitation\":\"few\"}");
}

static void a_predicate_that_is_no_object_is_not_printed(void **state)
{
	static const char *const bad[] = { "", "[]", "1", "{", "{\"a\":1,\"a\":2}", "{\"a\":1}}", " {}" };

	(void)state;
	for (size_t i = 0; i < NK_ARRAY_LEN(bad); i++) {
		NK_OWNED(nk_buf_done) struct nk_buf out = { 0 };

		assert_int_equal(print(bad[i], "", &out).code, NK_INVALID);
	}
}

static nk_rc parse(const char *text, struct nk_arena *arena, struct nk_intoto *out)
{
	return nk_intoto_parse(nk_str_bytes(nk_str_c(text)), arena, out, NULL);
}

#define S "\"_type\":\"https://in-toto.io/Statement/v1\""
#define T "\"predicateType\":\"t\""
#define SUBJECT "\"subject\":[{\"name\":\"x\",\"digest\":{\"sha256\":\"zz\",\"gitCommit\":\"1\"}}]"

static void anybodys_statement_is_read_with_blanks_and_unknown_members(void **state)
{
	NK_OWNED(nk_arena_free) struct nk_arena *arena = NULL;
	struct nk_intoto st;

	(void)state;
	assert_true(nk_ok(nk_arena_new(NK_ARENA_PLAIN, 1 << 20, &arena, NULL)));
	assert_true(nk_ok(parse(" { " S " ,\n \"more\" : [\"predicate\",{\"predicate\":{}}],\"predicate\" : { \"a\" : 1 } , " T ", " SUBJECT " }\n",
		arena, &st)));
	assert_true(nk_str_eq(st.predicate, NK_STR("{ \"a\" : 1 }")));
	assert_true(nk_str_eq(st.type, NK_STR("t")));
	assert_int_equal(st.n_subjects, 1);
	assert_false(st.subjects[0].has_sha256); /* no 32 bytes: another kind of digest */
	assert_true(nk_ok(parse("{" S "," T "," SUBJECT "}", arena, &st)));
	assert_int_equal(st.predicate.len, 0);
}

static void what_is_no_statement_is_refused(void **state)
{
	static const char *const bad[] = { "", "[]", "{}", "{" S "}", "{" S "," T "}", "{" S "," T ",\"subject\":[]}",
		"{" S "," T ",\"subject\":[{\"name\":\"x\"}]}", "{" S "," T ",\"subject\":[{\"digest\":{}}]}",
		"{\"_type\":\"https://in-toto.io/Statement/v0.1\"," T "," SUBJECT "}", "{" S "," SUBJECT "}",
		"{" S "," T "," SUBJECT ",\"predicate\":[]}", "{" S "," T "," SUBJECT ",\"predicate\":null}",
		"{" S "," S "," T "," SUBJECT "}" };
	NK_OWNED(nk_arena_free) struct nk_arena *arena = NULL;
	struct nk_intoto st;

	(void)state;
	assert_true(nk_ok(nk_arena_new(NK_ARENA_PLAIN, 1 << 20, &arena, NULL)));
	for (size_t i = 0; i < NK_ARRAY_LEN(bad); i++) {
		assert_int_equal(parse(bad[i], arena, &st).code, NK_INVALID);
	}
}

/* The cutting compares spellings: a member under another spelling of its name is not found, never mistaken. */
static void a_member_under_an_escaped_name_is_not_taken_for_another(void **state)
{
	struct nk_str out;

	(void)state;
	assert_false(nk_json_member_text(NK_STR("{\"predic\\u0061te\":{}}"), "predicate", &out));
	assert_true(nk_json_member_text(NK_STR("{\"x\":\"\\\"predicate\\\":{\",\"predicate\":[1,2]}"), "predicate", &out));
	assert_true(nk_str_eq(out, NK_STR("[1,2]")));
	assert_false(nk_json_member_text(NK_STR(""), "predicate", &out));
	assert_false(nk_json_member_text(NK_STR("{\"a"), "a", &out) && out.len > 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_statement_is_printed_with_its_keys_in_order),
		cmocka_unit_test(the_limitation_comes_to_its_place_wherever_that_is),
		cmocka_unit_test(a_predicate_that_is_no_object_is_not_printed),
		cmocka_unit_test(anybodys_statement_is_read_with_blanks_and_unknown_members),
		cmocka_unit_test(what_is_no_statement_is_refused),
		cmocka_unit_test(a_member_under_an_escaped_name_is_not_taken_for_another),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
