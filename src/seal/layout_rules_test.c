/*
 * layout_rules_test.c: the two steps of the third measure (package by the maker, deploy by the builder), and what breaks them.
 */
#include "base.h"
#include "dsse.h"
#include "json.h"
#include "layout.h"

#include <cmocka.h>

#define A64 "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
#define B64 "bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb"
#define FILE_A "{\"name\":\"app.deb\",\"digest\":{\"sha256\":\"" A64 "\"}}"
#define FILE_B "{\"name\":\"app.deb\",\"digest\":{\"sha256\":\"" B64 "\"}}"
#define MORE "{\"name\":\"memo.csv\",\"digest\":{\"sha256\":\"" B64 "\"}}"

static const struct nk_key maker = { { 1 } };
static const struct nk_key builder = { { 2 } };
static const struct nk_key stranger = { { 3 } };

struct bench {
	struct nk_arena *arena;
	struct nk_layout *layout;
};

static void bench_done(struct bench *b)
{
	nk_arena_free(&b->arena);
}

static void public_hex(const struct nk_key *seed, char out[static 65])
{
	uint8_t pub[NK_SIGN_PUB_LEN];

	nk_sign_public(seed, pub);
	nk_hex_print(pub, sizeof(pub), out);
}

static enum nk_code parse(struct bench *b, const char *expires, const char *extra)
{
	char dev[65];
	char build[65];
	struct nk_str text = { 0 };

	public_hex(&maker, dev);
	public_hex(&builder, build);
	assert_true(nk_ok(nk_arena_new(NK_ARENA_PLAIN, 8 << 20, &b->arena, NULL)));
	assert_true(nk_ok(nk_arena_printf(b->arena, &text, NULL,
		"{\"_type\":\"layout\",\"expires\":\"%s\",\"keys\":{"
		"\"dev\":{\"keytype\":\"ed25519\",\"scheme\":\"ed25519\",\"keyval\":{\"public\":\"%s\"}},"
		"\"build\":{\"keytype\":\"ed25519\",\"scheme\":\"ed25519\",\"keyval\":{\"public\":\"%s\"}}},"
		"\"steps\":[{\"_type\":\"step\",\"name\":\"package\",\"threshold\":1,\"pubkeys\":[\"dev\"],\"expected_command\":[],"
		"\"expected_materials\":[[\"DISALLOW\",\"*\"]],\"expected_products\":[[\"CREATE\",\"*.deb\"]%s,[\"DISALLOW\",\"*\"]]},"
		"{\"_type\":\"step\",\"name\":\"deploy\",\"threshold\":1,\"pubkeys\":[\"build\"],"
		"\"expected_materials\":[[\"MATCH\",\"*\",\"WITH\",\"PRODUCTS\",\"FROM\",\"package\"],[\"DISALLOW\",\"*\"]],"
		"\"expected_products\":[[\"ALLOW\",\"*\"]]}],\"inspect\":[]}",
		expires, dev, build, extra)));
	return nk_layout_parse(nk_str_bytes(text), b->arena, &b->layout, NULL).code;
}

static enum nk_code add(struct bench *b, const struct nk_key *seed, const char *step, const char *materials, const char *products)
{
	NK_OWNED(nk_buf_done) struct nk_buf pae = { 0 };
	NK_OWNED(nk_buf_done) struct nk_buf out = { 0 };
	struct nk_dsse env = { .payload_type = NK_STR(NK_STATEMENT_TYPE), .n_sigs = 1 };
	struct nk_str text = { 0 };

	nk_buf_init(&pae, 1 << 20);
	nk_buf_init(&out, 1 << 20);
	assert_true(nk_ok(nk_arena_printf(b->arena, &text, NULL,
		"{\"_type\":\"https://in-toto.io/Statement/v1\",\"predicateType\":\"" NK_LINK_PREDICATE "\",\"subject\":[%s],"
		"\"predicate\":{\"name\":\"%s\",\"materials\":[%s]}}",
		products, step, materials)));
	env.payload = nk_str_bytes(text);
	assert_true(nk_ok(nk_dsse_pae(env.payload_type, env.payload, &pae, NULL)));
	nk_sign(seed, nk_buf_bytes(&pae), env.sigs[0].sig);
	assert_true(nk_ok(nk_dsse_print(&env, &out, NULL)));
	return nk_layout_add_link(b->layout, nk_buf_bytes(&out), NULL).code;
}

static size_t problems(struct bench *b)
{
	struct nk_layout_report report = { 0 };
	nk_time now = 0;

	assert_true(nk_time_parse(NK_STR("2026-01-01T00:00:00Z"), &now));
	assert_true(nk_ok(nk_layout_verify(b->layout, now, &report, NULL)));
	return report.n;
}

static void what_the_maker_packs_the_builder_installs(void **state)
{
	NK_OWNED(bench_done) struct bench b = { 0 };
	struct nk_hash hash;

	(void)state;
	assert_int_equal(parse(&b, "2030-01-01T00:00:00Z", ""), NK_OK);
	assert_int_equal(add(&b, &maker, "package", "", FILE_A), NK_OK);
	assert_int_equal(add(&b, &builder, "deploy", FILE_A, FILE_A), NK_OK);
	assert_int_equal(problems(&b), 0);
	assert_true(nk_layout_product(b.layout, NK_STR("package"), NK_STR("app.deb"), &hash));
	assert_int_equal(hash.b[0], 0xaa);
	assert_false(nk_layout_product(b.layout, NK_STR("package"), NK_STR("memo.csv"), &hash));
}

static void another_file_of_that_name_is_told(void **state)
{
	NK_OWNED(bench_done) struct bench b = { 0 };

	(void)state;
	assert_int_equal(parse(&b, "2030-01-01T00:00:00Z", ""), NK_OK);
	assert_int_equal(add(&b, &maker, "package", "", FILE_A), NK_OK);
	assert_int_equal(add(&b, &builder, "deploy", FILE_B, FILE_B), NK_OK);
	assert_int_equal(problems(&b), 1);
}

static void a_file_that_nobody_packed_is_told(void **state)
{
	NK_OWNED(bench_done) struct bench b = { 0 };

	(void)state;
	assert_int_equal(parse(&b, "2030-01-01T00:00:00Z", ""), NK_OK);
	assert_int_equal(add(&b, &maker, "package", "", FILE_A "," MORE), NK_OK);
	assert_int_equal(add(&b, &builder, "deploy", FILE_A, FILE_A), NK_OK);
	assert_int_equal(problems(&b), 1);
}

static void a_key_of_the_other_unit_or_a_stranger_is_refused(void **state)
{
	NK_OWNED(bench_done) struct bench b = { 0 };

	(void)state;
	assert_int_equal(parse(&b, "2030-01-01T00:00:00Z", ""), NK_OK);
	assert_int_equal(add(&b, &builder, "package", "", FILE_A), NK_DENIED);
	assert_int_equal(add(&b, &stranger, "deploy", FILE_A, FILE_A), NK_DENIED);
	assert_int_equal(add(&b, &maker, "test", FILE_A, FILE_A), NK_NOT_FOUND);
	assert_int_equal(problems(&b), 2); /* both steps lack their signatures */
}

static void an_expired_layout_and_a_missing_file_are_told(void **state)
{
	NK_OWNED(bench_done) struct bench b = { 0 };
	NK_OWNED(bench_done) struct bench other = { 0 };

	(void)state;
	assert_int_equal(parse(&b, "2025-01-01T00:00:00Z", ",[\"REQUIRE\",\"app.deb\"]"), NK_OK);
	assert_int_equal(add(&b, &maker, "package", "", FILE_A), NK_OK);
	assert_int_equal(add(&b, &builder, "deploy", FILE_A, FILE_A), NK_OK);
	assert_int_equal(problems(&b), 2); /* expired; CREATE took app.deb before it was required */
	assert_int_equal(parse(&other, "never", ""), NK_INVALID);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_the_maker_packs_the_builder_installs),
		cmocka_unit_test(another_file_of_that_name_is_told),
		cmocka_unit_test(a_file_that_nobody_packed_is_told),
		cmocka_unit_test(a_key_of_the_other_unit_or_a_stranger_is_refused),
		cmocka_unit_test(an_expired_layout_and_a_missing_file_are_told),
	};

	return nk_ok(nk_crypto_init(NULL)) ? cmocka_run_group_tests(tests, NULL, NULL) : 1;
}
