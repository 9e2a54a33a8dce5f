/*
 * minisign_test.c: a signature made by Debian's minisign (tests/data/seal), our own, and what is refused.
 */
#include "base.h"
#include "minisign.h"
#include "os.h"

#include <cmocka.h>

#define DATA NK_SOURCE_DIR "/tests/data/seal/"

static void load(struct nk_buf *buf, const char *path)
{
	nk_buf_init(buf, 100000);
	assert_true(nk_ok(nk_env_read_all(nk_os_env(), path, 100000, buf, NULL)));
}

static struct nk_hash512 hash_of(const char *text)
{
	struct nk_hash512 out;
	int fd = -1;

	assert_true(nk_ok(nk_os_memfd("minisign", &fd, NULL)));
	assert_true(nk_ok(nk_os_env()->write(nk_os_env()->self, fd, 0, text, strlen(text), NULL)));
	assert_true(nk_ok(nk_minisign_hash_fd(fd, &out, NULL)));
	nk_os_fd_close(&fd);
	return out;
}

static void a_signature_of_minisign_is_good_with_its_trusted_comment(void **state)
{
	NK_OWNED(nk_buf_done) struct nk_buf pub = { 0 };
	NK_OWNED(nk_buf_done) struct nk_buf sig = { 0 };
	const struct nk_hash512 hello = hash_of("hello\n");
	const struct nk_hash512 other = hash_of("hello");
	struct nk_minisign_key key;
	struct nk_str comment = { 0 };

	(void)state;
	load(&pub, DATA "minisign.pub");
	load(&sig, DATA "hello.minisig");
	assert_true(nk_ok(nk_minisign_key_parse(nk_buf_str(&pub), &key, NULL)));
	assert_true(nk_ok(nk_minisign_verify(&key, nk_buf_str(&sig), &hello, &comment, NULL)));
	assert_true(nk_str_eq(comment, NK_STR("trusted words")));
	assert_int_equal(nk_minisign_verify(&key, nk_buf_str(&sig), &other, NULL, NULL).code, NK_DENIED);
}

static void another_comment_key_or_kind_is_refused(void **state)
{
	NK_OWNED(nk_buf_done) struct nk_buf sig = { 0 };
	NK_OWNED(nk_buf_done) struct nk_buf pub = { 0 };
	const struct nk_hash512 hello = hash_of("hello\n");
	const struct nk_key seed = { { 7 } };
	struct nk_minisign_key key;
	size_t at;

	(void)state;
	load(&sig, DATA "hello.minisig");
	load(&pub, DATA "minisign.pub");
	nk_minisign_key_of(&seed, &key);
	assert_int_equal(nk_minisign_verify(&key, nk_buf_str(&sig), &hello, NULL, NULL).code, NK_DENIED);
	assert_true(nk_ok(nk_minisign_key_parse(nk_buf_str(&pub), &key, NULL)));
	at = nk_str_find(nk_buf_str(&sig), NK_STR("trusted words"));
	sig.ptr[at] = 'T';
	assert_int_equal(nk_minisign_verify(&key, nk_buf_str(&sig), &hello, NULL, NULL).code, NK_DENIED);
	sig.ptr[at] = 't';
	at = nk_str_find(nk_buf_str(&sig), NK_STR("\nRUQ")) + 1;
	sig.ptr[at + 2] = 'W'; /* "Ed": of the bytes themselves */
	assert_int_equal(nk_minisign_verify(&key, nk_buf_str(&sig), &hello, NULL, NULL).code, NK_UNSUPPORTED);
	sig.len = at;
	assert_int_equal(nk_minisign_verify(&key, nk_buf_str(&sig), &hello, NULL, NULL).code, NK_INVALID);
}

static void our_own_is_good_and_a_comment_of_two_lines_is_refused(void **state)
{
	NK_OWNED(nk_buf_done) struct nk_buf sig = { 0 };
	const struct nk_hash512 hello = hash_of("hello\n");
	const struct nk_key seed = { { 7 } };
	struct nk_minisign_key key;
	struct nk_str comment = { 0 };

	(void)state;
	nk_buf_init(&sig, NK_MINISIGN_MAX);
	nk_minisign_key_of(&seed, &key);
	assert_int_equal(nk_minisign_sign(&seed, &hello, NK_STR("a\nb"), &sig, NULL).code, NK_INVALID);
	assert_true(nk_ok(nk_minisign_sign(&seed, &hello, NK_STR("package 1"), &sig, NULL)));
	assert_true(nk_ok(nk_minisign_verify(&key, nk_buf_str(&sig), &hello, &comment, NULL)));
	assert_true(nk_str_eq(comment, NK_STR("package 1")));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_signature_of_minisign_is_good_with_its_trusted_comment),
		cmocka_unit_test(another_comment_key_or_kind_is_refused),
		cmocka_unit_test(our_own_is_good_and_a_comment_of_two_lines_is_refused),
	};

	return nk_ok(nk_crypto_init(NULL)) ? cmocka_run_group_tests(tests, NULL, NULL) : 1;
}
