/*
 * note_test.c: signed notes, checkpoints, inclusion proofs and verifier keys as text.
 */
#include "base.h"
#include "note.h"

#include <cmocka.h>

#define DASH "\xe2\x80\x94 "
#define ZERO32 "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="
#define NOTE "first\n\nlast\n\n" DASH "example.test/log AAAAAQI=\n"

static struct nk_arena *new_arena(void)
{
	struct nk_arena *arena = NULL;

	assert_true(nk_ok(nk_arena_new(NK_ARENA_PLAIN, 4 << 20, &arena, NULL)));
	return arena;
}

static enum nk_code note_code(struct nk_str text)
{
	NK_OWNED(nk_arena_free) struct nk_arena *arena = new_arena();
	struct nk_note note;

	return nk_note_parse(nk_str_bytes(text), arena, &note, NULL).code;
}

static enum nk_code proof_code(struct nk_str text)
{
	NK_OWNED(nk_arena_free) struct nk_arena *arena = new_arena();
	struct nk_tlog_proof p;

	return nk_tlog_proof_parse(nk_str_bytes(text), arena, &p, NULL).code;
}

static enum nk_code checkpoint_code(const char *text)
{
	struct nk_checkpoint cp;

	return nk_checkpoint_parse(nk_str_c(text), &cp, NULL).code;
}

static void a_note_is_split_at_its_last_empty_line(void **state)
{
	NK_OWNED(nk_arena_free) struct nk_arena *arena = new_arena();
	NK_OWNED(nk_buf_done) struct nk_buf out = { 0 };
	struct nk_note note = { 0 };

	(void)state;
	assert_true(nk_ok(nk_note_parse(nk_str_bytes(NK_STR(NOTE)), arena, &note, NULL)));
	assert_true(nk_str_eq(note.text, NK_STR("first\n\nlast\n")));
	assert_int_equal(note.n_sigs, 1);
	assert_true(nk_str_eq(note.sigs[0].name, NK_STR("example.test/log")));
	assert_int_equal(note.sigs[0].key_hash, 1);
	assert_true(nk_bytes_eq(note.sigs[0].sig, nk_bytes_of("\x02", 1)));
	nk_buf_init(&out, 1000);
	assert_true(nk_ok(nk_note_print(&note, &out, NULL)));
	assert_true(nk_str_eq(nk_buf_str(&out), NK_STR(NOTE)));
}

static void unknown_signatures_are_kept(void **state)
{
	NK_OWNED(nk_arena_free) struct nk_arena *arena = new_arena();
	struct nk_note note = { 0 };

	(void)state;
	assert_true(nk_ok(
		nk_note_parse(nk_str_bytes(NK_STR("x\n\n" DASH "a //////////8=\n" DASH "\xe5\xb1\xb1 AAAAAQI=\n")),
			arena, &note, NULL)));
	assert_int_equal(note.n_sigs, 2);
	assert_true(note.sigs[0].key_hash == UINT32_MAX);
	assert_int_equal(note.sigs[0].sig.len, 4);
}

static void a_malformed_note_is_refused(void **state)
{
	static const char *const texts[] = { "", "\n", "\n\n", "x\n", "x\n\n", "x\n" DASH "a AAAAAQI=\n",
		"x\n\n" DASH "a AAAAAQI=", "x\n\n- a AAAAAQI=\n", "x\n\n" DASH " AAAAAQI=\n",
		"x\n\n" DASH "a+b AAAAAQI=\n",
		"x\n\n" DASH "a\xe3\x80\x80"
		"b AAAAAQI=\n",
		"x\n\n" DASH "a\n", "x\n\n" DASH "a AAAAAQ==\n", "x\n\n" DASH "a AAAAAQI\n",
		"x\n\n" DASH "a  AAAAAQI=\n", "x\n\n" DASH "a AAAAAQJ=\n", "x\r\n\n" DASH "a AAAAAQI=\n",
		"x\t\n\n" DASH "a AAAAAQI=\n", "\xff\n\n" DASH "a AAAAAQI=\n", "x\n\n" DASH "a AAAAAQI=\n\n",
		"x\n\n" DASH "a AAAAAQI=\nrest\n" };

	(void)state;
	for (size_t i = 0; i < NK_ARRAY_LEN(texts); i++) {
		assert_int_equal(note_code(nk_str_c(texts[i])), NK_INVALID);
	}
	assert_int_equal(note_code((struct nk_str){ "x\0\n\n" DASH "a AAAAAQI=\n", 19 }), NK_INVALID);
}

static void seventeen_signatures_and_a_mebibyte_are_too_much(void **state)
{
	NK_OWNED(nk_buf_done) struct nk_buf text = { 0 };

	(void)state;
	nk_buf_init(&text, 2 << 20);
	assert_true(nk_ok(nk_buf_add_c(&text, "x\n\n", NULL)));
	for (int i = 0; i < 16; i++) {
		assert_true(nk_ok(nk_buf_add_c(&text, DASH "a AAAAAQI=\n", NULL)));
	}
	assert_int_equal(note_code(nk_buf_str(&text)), NK_OK);
	assert_true(nk_ok(nk_buf_add_c(&text, DASH "a AAAAAQI=\n", NULL)));
	assert_int_equal(note_code(nk_buf_str(&text)), NK_LIMIT);
	while (text.len <= 1 << 20) {
		assert_true(nk_ok(nk_buf_add_c(&text, DASH "a AAAAAQI=\n", NULL)));
	}
	assert_int_equal(note_code(nk_buf_str(&text)), NK_LIMIT);
}

static void nothing_is_printed_that_would_not_parse(void **state)
{
	NK_OWNED(nk_buf_done) struct nk_buf out = { 0 };
	struct nk_note note = {
		.text = NK_STR("x\n"), .n_sigs = 1, .sigs = { { .name = NK_STR("a"), .sig = nk_bytes_of("s", 1) } }
	};

	(void)state;
	nk_buf_init(&out, 1000);
	assert_true(nk_ok(nk_note_print(&note, &out, NULL)));
	note.text = NK_STR("x");
	assert_int_equal(nk_note_print(&note, &out, NULL).code, NK_INVALID);
	note.text = NK_STR("x\n");
	note.sigs[0].name = NK_STR("a b");
	assert_int_equal(nk_note_print(&note, &out, NULL).code, NK_INVALID);
	note.n_sigs = 0;
	assert_int_equal(nk_note_print(&note, &out, NULL).code, NK_INVALID);
}

static void a_checkpoint_has_three_lines(void **state)
{
	NK_OWNED(nk_buf_done) struct nk_buf out = { 0 };
	struct nk_checkpoint cp = { .origin = NK_STR("example.test/log"), .size = 20852163 };
	struct nk_checkpoint back = { 0 };

	(void)state;
	memset(cp.root, 0xfb, sizeof(cp.root));
	nk_buf_init(&out, 1000);
	assert_true(nk_ok(nk_checkpoint_print(&cp, &out, NULL)));
	assert_true(nk_str_eq(nk_buf_str(&out),
		NK_STR("example.test/log\n20852163\n+/v7+/v7+/v7+/v7+/v7+/v7+/v7+/v7+/v7+/v7+/s=\n")));
	assert_true(nk_ok(nk_checkpoint_parse(nk_buf_str(&out), &back, NULL)));
	assert_true(nk_str_eq(back.origin, cp.origin));
	assert_int_equal(back.size, cp.size);
	assert_memory_equal(back.root, cp.root, 32);
	assert_int_equal(checkpoint_code("o\n0\n" ZERO32 "\nextension\n\xe5\xb1\xb1\n"), NK_OK);
	assert_int_equal(checkpoint_code("o\n9223372036854775807\n" ZERO32 "\n"), NK_OK);
}

static void a_malformed_checkpoint_is_refused(void **state)
{
	static const char *const texts[] = { "", "o\n", "o\n1\n", "o\n1\n" ZERO32, "\n1\n" ZERO32 "\n",
		"o\n\n" ZERO32 "\n", "o\n01\n" ZERO32 "\n", "o\n-1\n" ZERO32 "\n", "o\n+1\n" ZERO32 "\n",
		"o\n 1\n" ZERO32 "\n", "o\n9223372036854775808\n" ZERO32 "\n",
		"o\n18446744073709551616\n" ZERO32 "\n", "o\n1\nAAAA\n", "o\n1\n" ZERO32 "AAAA\n",
		"o\n1\n" ZERO32 "\n\n", "o\n1\n" ZERO32 "\nx", "o\r\n1\n" ZERO32 "\n", "o\n1\r\n" ZERO32 "\n" };

	(void)state;
	for (size_t i = 0; i < NK_ARRAY_LEN(texts); i++) {
		assert_int_equal(checkpoint_code(texts[i]), NK_INVALID);
	}
}

static void a_proof_comes_back_as_it_was(void **state)
{
	NK_OWNED(nk_arena_free) struct nk_arena *arena = new_arena();
	NK_OWNED(nk_buf_done) struct nk_buf out = { 0 };
	struct nk_tlog_proof p = { .has_extra = true,
		.extra = nk_bytes_of("\x01", 1),
		.index = 73894,
		.n_hashes = 2,
		.checkpoint = nk_str_bytes(NK_STR("o\n1\n" ZERO32 "\n\n" DASH "o AAAAAQI=\n")) };
	struct nk_tlog_proof back = { 0 };

	(void)state;
	nk_buf_init(&out, 1000);
	assert_true(nk_ok(nk_tlog_proof_print(&p, &out, NULL)));
	assert_true(nk_str_eq(nk_buf_str(&out),
		NK_STR("c2sp.org/tlog-proof@v1\nextra AQ==\nindex 73894\n" ZERO32 "\n" ZERO32 "\n\no\n1\n" ZERO32
		       "\n\n" DASH "o AAAAAQI=\n")));
	assert_true(nk_ok(nk_tlog_proof_parse(nk_buf_bytes(&out), arena, &back, NULL)));
	assert_true(back.has_extra);
	assert_true(nk_bytes_eq(back.extra, p.extra));
	assert_int_equal(back.index, p.index);
	assert_int_equal(back.n_hashes, 2);
	assert_true(nk_bytes_eq(back.checkpoint, p.checkpoint));
	assert_int_equal(proof_code(NK_STR("c2sp.org/tlog-proof@v1\nindex 0\n\nx")), NK_OK);
}

static void a_malformed_proof_is_refused(void **state)
{
	static const char *const texts[] = { "", "c2sp.org/tlog-proof@v1", "c2sp.org/tlog-proof@v1\n",
		"c2sp.org/tlog-proof@v2\nindex 0\n\nx", "c2sp.org/tlog-proof@v1\nextra AQ==\n",
		"c2sp.org/tlog-proof@v1\nextra AQ\nindex 0\n\nx",
		"c2sp.org/tlog-proof@v1\nextra AQ==\nextra AQ==\nindex 0\n\nx",
		"c2sp.org/tlog-proof@v1\nindex 00\n\nx", "c2sp.org/tlog-proof@v1\nindex -1\n\nx",
		"c2sp.org/tlog-proof@v1\nindex \n\nx", "c2sp.org/tlog-proof@v1\nindex 0\nx",
		"c2sp.org/tlog-proof@v1\nindex 0\nAAAA\n\nx", "c2sp.org/tlog-proof@v1\nindex 0\n\n",
		"c2sp.org/tlog-proof@v1\r\nindex 0\n\nx" };

	(void)state;
	for (size_t i = 0; i < NK_ARRAY_LEN(texts); i++) {
		assert_int_equal(proof_code(nk_str_c(texts[i])), NK_INVALID);
	}
}

static void sixty_four_hashes_are_too_many(void **state)
{
	NK_OWNED(nk_buf_done) struct nk_buf text = { 0 };

	(void)state;
	for (int n = 63; n <= 64; n++) {
		nk_buf_init(&text, 1 << 16);
		assert_true(nk_ok(nk_buf_add_c(&text, "c2sp.org/tlog-proof@v1\nindex 0\n", NULL)));
		for (int i = 0; i < n; i++) {
			assert_true(nk_ok(nk_buf_add_c(&text, ZERO32 "\n", NULL)));
		}
		assert_true(nk_ok(nk_buf_add_c(&text, "\nx", NULL)));
		assert_int_equal(proof_code(nk_buf_str(&text)), n == 63 ? NK_OK : NK_LIMIT);
		nk_buf_done(&text);
	}
}

static void a_verifier_key_comes_back_as_it_was(void **state)
{
	NK_OWNED(nk_buf_done) struct nk_buf out = { 0 };
	struct nk_vkey key = { .name = NK_STR("example.test/log"), .key_hash = 0xc74f20a3, .type = 1 };
	struct nk_vkey back = { 0 };

	(void)state;
	memset(key.pub, 0xfb, sizeof(key.pub)); /* its Base64 holds '+' */
	nk_buf_init(&out, 1000);
	assert_true(nk_ok(nk_vkey_print(&key, &out, NULL)));
	assert_true(nk_str_eq(
		nk_buf_str(&out), NK_STR("example.test/log+c74f20a3+Afv7+/v7+/v7+/v7+/v7+/v7+/v7+/v7+/v7+/v7+/v7")));
	assert_true(nk_ok(nk_vkey_parse(nk_buf_str(&out), &back, NULL)));
	assert_true(nk_str_eq(back.name, key.name));
	assert_true(back.key_hash == key.key_hash);
	assert_int_equal(back.type, 1);
	assert_memory_equal(back.pub, key.pub, 32);
}

static void a_malformed_verifier_key_is_refused(void **state)
{
	struct nk_vkey key;

	(void)state;
	assert_int_equal(nk_vkey_parse(NK_STR(""), &key, NULL).code, NK_INVALID);
	assert_int_equal(nk_vkey_parse(NK_STR("a+00000001"), &key, NULL).code, NK_INVALID);
	assert_int_equal(nk_vkey_parse(NK_STR("+00000001+AAAA"), &key, NULL).code, NK_INVALID);
	assert_int_equal(nk_vkey_parse(NK_STR("a b+00000001+AAAA"), &key, NULL).code, NK_INVALID);
	assert_int_equal(nk_vkey_parse(NK_STR("a+0000001+AAAA"), &key, NULL).code, NK_INVALID);
	assert_int_equal(nk_vkey_parse(NK_STR("a+0000000g+AAAA"), &key, NULL).code, NK_INVALID);
	assert_int_equal(nk_vkey_parse(NK_STR("a+00000001+AAA"), &key, NULL).code, NK_INVALID);
	assert_int_equal(nk_vkey_parse(NK_STR("a+00000001+AQAA"), &key, NULL).code, NK_UNSUPPORTED);
	assert_int_equal(
		nk_vkey_parse(NK_STR("a+00000001+AgAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"), &key, NULL).code,
		NK_UNSUPPORTED);
	assert_int_equal(
		nk_vkey_parse(NK_STR("a+00000001+AQAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"), &key, NULL).code,
		NK_OK);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_note_is_split_at_its_last_empty_line),
		cmocka_unit_test(unknown_signatures_are_kept),
		cmocka_unit_test(a_malformed_note_is_refused),
		cmocka_unit_test(seventeen_signatures_and_a_mebibyte_are_too_much),
		cmocka_unit_test(nothing_is_printed_that_would_not_parse),
		cmocka_unit_test(a_checkpoint_has_three_lines),
		cmocka_unit_test(a_malformed_checkpoint_is_refused),
		cmocka_unit_test(a_proof_comes_back_as_it_was),
		cmocka_unit_test(a_malformed_proof_is_refused),
		cmocka_unit_test(sixty_four_hashes_are_too_many),
		cmocka_unit_test(a_verifier_key_comes_back_as_it_was),
		cmocka_unit_test(a_malformed_verifier_key_is_refused),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
