/*
 * dsse_test.c: the bytes that are signed, the envelope's text, and what is refused.
 */
#include "base.h"
#include "dsse.h"

#include <cmocka.h>

/* 64 zero bytes in Base64. */
#define ZEROS "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=="

static struct nk_arena *new_arena(void)
{
	struct nk_arena *arena = NULL;

	assert_true(nk_ok(nk_arena_new(NK_ARENA_WIPING, 1 << 20, &arena, NULL)));
	return arena;
}

static enum nk_code parse_code(const char *text)
{
	NK_OWNED(nk_arena_free) struct nk_arena *arena = new_arena();
	struct nk_dsse env;

	return nk_dsse_parse(nk_str_bytes(nk_str_c(text)), arena, &env, NULL).code;
}

static void the_signed_bytes_are_those_of_the_specification(void **state)
{
	NK_OWNED(nk_buf_done) struct nk_buf out = { 0 };

	(void)state;
	nk_buf_init(&out, 1000);
	assert_true(nk_ok(nk_dsse_pae(
		NK_STR("http://example.com/HelloWorld"), nk_str_bytes(NK_STR("hello world")), &out, NULL)));
	assert_true(nk_str_eq(nk_buf_str(&out), NK_STR("DSSEv1 29 http://example.com/HelloWorld 11 hello world")));
}

static void the_length_in_the_signed_bytes_counts_bytes(void **state)
{
	NK_OWNED(nk_buf_done) struct nk_buf out = { 0 };

	(void)state;
	nk_buf_init(&out, 1000);
	assert_true(nk_ok(nk_dsse_pae(NK_STR("t/\xc3\xa9"), nk_bytes_of("\0\xff", 2), &out, NULL)));
	assert_true(nk_bytes_eq(nk_buf_bytes(&out), nk_bytes_of("DSSEv1 4 t/\xc3\xa9 2 \0\xff", 18)));
}

static void an_envelope_comes_back_as_it_was(void **state)
{
	NK_OWNED(nk_arena_free) struct nk_arena *arena = new_arena();
	NK_OWNED(nk_buf_done) struct nk_buf out = { 0 };
	struct nk_dsse env = { .payload_type = NK_STR("application/vnd.in-toto+json"),
		.payload = nk_str_bytes(NK_STR("{\"a\":1}")),
		.n_sigs = 2 };
	struct nk_dsse back = { 0 };

	(void)state;
	nk_buf_init(&out, 1 << 16);
	env.sigs[0].keyid = NK_STR("nokosazu/store");
	memset(env.sigs[0].sig, 0xfb, 64);
	env.sigs[1].keyid = NK_STR("");
	env.sigs[1].sig[63] = 1;
	assert_true(nk_ok(nk_dsse_print(&env, &out, NULL)));
	assert_true(nk_str_starts(nk_buf_str(&out),
		NK_STR("{\"payload\":\"eyJhIjoxfQ==\",\"payloadType\":"
		       "\"application/vnd.in-toto+json\",\"signatures\":[{\"keyid\":\"nokosazu/store\",\"sig\":\"+/v7")));
	assert_true(nk_ok(nk_dsse_parse(nk_buf_bytes(&out), arena, &back, NULL)));
	assert_true(nk_str_eq(back.payload_type, env.payload_type));
	assert_true(nk_bytes_eq(back.payload, env.payload));
	assert_int_equal(back.n_sigs, 2);
	for (size_t i = 0; i < 2; i++) {
		assert_true(nk_str_eq(back.sigs[i].keyid, env.sigs[i].keyid));
		assert_memory_equal(back.sigs[i].sig, env.sigs[i].sig, 64);
	}
}

static void url_safe_base64_of_other_tools_is_read(void **state)
{
	NK_OWNED(nk_arena_free) struct nk_arena *arena = new_arena();
	struct nk_dsse env = { 0 };

	(void)state;
	assert_true(
		nk_ok(nk_dsse_parse(nk_str_bytes(NK_STR("{\"payload\":\"-_8=\",\"payloadType\":\"t\",\"extra\":null,"
							"\"signatures\":[{\"sig\":\"" ZEROS "\"}]}")),
			arena, &env, NULL)));
	assert_true(nk_bytes_eq(env.payload, nk_bytes_of("\xfb\xff", 2)));
	assert_int_equal(env.sigs[0].keyid.len, 0);
}

static void a_broken_envelope_is_refused(void **state)
{
	static const char *const texts[] = {
		"",
		"[]",
		"{}",
		"null",
		"{\"payload\":\"eA==\",\"signatures\":[{\"sig\":\"" ZEROS "\"}]}",
		"{\"payloadType\":\"\",\"payload\":\"eA==\",\"signatures\":[{\"sig\":\"" ZEROS "\"}]}",
		"{\"payloadType\":\"t\",\"signatures\":[{\"sig\":\"" ZEROS "\"}]}",
		"{\"payloadType\":\"t\",\"payload\":\"eA\",\"signatures\":[{\"sig\":\"" ZEROS "\"}]}",
		"{\"payloadType\":\"t\",\"payload\":\"eB==\",\"signatures\":[{\"sig\":\"" ZEROS "\"}]}",
		"{\"payloadType\":\"t\",\"payload\":\"-/8=\",\"signatures\":[{\"sig\":\"" ZEROS "\"}]}",
		"{\"payloadType\":\"t\",\"payload\":\"eA==\",\"signatures\":[]}",
		"{\"payloadType\":\"t\",\"payload\":\"eA==\",\"signatures\":{\"sig\":\"" ZEROS "\"}}",
		"{\"payloadType\":\"t\",\"payload\":\"eA==\",\"signatures\":[{\"keyid\":\"k\"}]}",
		"{\"payloadType\":\"t\",\"payload\":\"eA==\",\"signatures\":[{\"keyid\":7,\"sig\":\"" ZEROS "\"}]}",
		"{\"payloadType\":\"t\",\"payload\":\"eA==\",\"signatures\":[{\"sig\":\"AAAA\"}]}",
		"{\"payloadType\":\"t\",\"payload\":\"eA==\",\"signatures\":[7]}",
		"{\"payloadType\":\"t\",\"payloadType\":\"u\",\"payload\":\"eA==\",\"signatures\":[{\"sig\":\"" ZEROS
		"\"}]}",
	};

	(void)state;
	for (size_t i = 0; i < NK_ARRAY_LEN(texts); i++) {
		assert_int_equal(parse_code(texts[i]), NK_INVALID);
	}
	assert_int_equal(
		parse_code("{\"payloadType\":\"t\",\"payload\":\"eA==\",\"signatures\":[{\"sig\":\"" ZEROS "\"}]}"),
		NK_OK);
}

static void seventeen_signatures_are_too_many(void **state)
{
	NK_OWNED(nk_buf_done) struct nk_buf text = { 0 };

	(void)state;
	nk_buf_init(&text, 1 << 16);
	assert_true(nk_ok(nk_buf_add_c(&text, "{\"payloadType\":\"t\",\"payload\":\"\",\"signatures\":[", NULL)));
	for (int i = 0; i < 17; i++) {
		assert_true(nk_ok(nk_buf_printf(&text, NULL, "%s{\"sig\":\"" ZEROS "\"}", i > 0 ? "," : "")));
	}
	assert_true(nk_ok(nk_buf_add(&text, "]}", 3, NULL)));
	assert_int_equal(parse_code((const char *)text.ptr), NK_LIMIT);
}

static void a_text_beyond_four_mebibytes_is_refused(void **state)
{
	NK_OWNED(nk_arena_free) struct nk_arena *arena = new_arena();
	NK_OWNED(nk_buf_done) struct nk_buf text = { 0 };
	struct nk_dsse env;
	uint8_t *at = NULL;

	(void)state;
	nk_buf_init(&text, SIZE_MAX);
	assert_true(nk_ok(nk_buf_reserve(&text, (4 << 20) + 1, &at, NULL)));
	memset(at, ' ', (4 << 20) + 1);
	text.len = (4 << 20) + 1;
	assert_int_equal(nk_dsse_parse(nk_buf_bytes(&text), arena, &env, NULL).code, NK_LIMIT);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_signed_bytes_are_those_of_the_specification),
		cmocka_unit_test(the_length_in_the_signed_bytes_counts_bytes),
		cmocka_unit_test(an_envelope_comes_back_as_it_was),
		cmocka_unit_test(url_safe_base64_of_other_tools_is_read),
		cmocka_unit_test(a_broken_envelope_is_refused),
		cmocka_unit_test(seventeen_signatures_are_too_many),
		cmocka_unit_test(a_text_beyond_four_mebibytes_is_refused),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
