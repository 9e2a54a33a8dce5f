/*
 * sshsig_test.c: signatures made by ssh-keygen (tests/data/seal) and by a device's rules; what is refused.
 */
#include "base.h"
#include "os.h"
#include "sshsig.h"

#include <cmocka.h>

#define DATA NK_SOURCE_DIR "/tests/data/seal/"
#define MESSAGE "warrant 1\n"

struct texts {
	struct nk_buf key;
	struct nk_buf sig;
};

static void load(struct nk_buf *buf, const char *path)
{
	nk_buf_init(buf, 100000);
	assert_true(nk_ok(nk_env_read_all(nk_os_env(), path, 100000, buf, NULL)));
}

static void texts_done(struct texts *t)
{
	nk_buf_done(&t->key);
	nk_buf_done(&t->sig);
}

static enum nk_code verify(const struct texts *t, const char *name_space, const char *message)
{
	return nk_sshsig_verify(nk_buf_str(&t->key), nk_buf_bytes(&t->sig), name_space,
		nk_str_bytes(nk_str_c(message)), NULL)
		.code;
}

static void signatures_of_ssh_keygen_with_both_hashes_are_good(void **state)
{
	NK_OWNED(texts_done) struct texts a = { 0 };
	NK_OWNED(texts_done) struct texts b = { 0 };

	(void)state;
	load(&a.key, DATA "ssh.pub");
	load(&a.sig, DATA "ssh-sha512.sig");
	load(&b.key, DATA "ssh.pub");
	load(&b.sig, DATA "ssh-sha256.sig");
	assert_int_equal(verify(&a, "nokosazu", MESSAGE), NK_OK);
	assert_int_equal(verify(&b, "nokosazu", MESSAGE), NK_OK);
}

static void another_message_name_space_or_key_is_denied(void **state)
{
	NK_OWNED(texts_done) struct texts t = { 0 };
	NK_OWNED(texts_done) struct texts other = { 0 };

	(void)state;
	load(&t.key, DATA "ssh.pub");
	load(&t.sig, DATA "ssh-sha512.sig");
	load(&other.key, DATA "sk.pub");
	load(&other.sig, DATA "ssh-sha512.sig");
	assert_int_equal(verify(&t, "nokosazu", "warrant 2\n"), NK_DENIED);
	assert_int_equal(verify(&t, "file", MESSAGE), NK_DENIED);
	assert_int_equal(verify(&other, "nokosazu", MESSAGE), NK_DENIED);
}

static void a_device_signature_is_good_and_tells_flags_and_counter(void **state)
{
	NK_OWNED(texts_done) struct texts t = { 0 };
	struct nk_sshsig_seen seen = { 0 };
	struct nk_sshkey key = { 0 };

	(void)state;
	load(&t.key, DATA "sk.pub");
	load(&t.sig, DATA "sk.sig");
	assert_true(nk_ok(nk_sshkey_parse(nk_buf_str(&t.key), &key, NULL)));
	assert_true(key.sk);
	assert_string_equal(key.application, "ssh:");
	assert_true(nk_ok(nk_sshsig_verify_seen(
		&key, nk_buf_bytes(&t.sig), "nokosazu", nk_str_bytes(NK_STR(MESSAGE)), &seen, NULL)));
	assert_true(seen.sk);
	assert_int_equal(seen.flags, 1);
	assert_int_equal(seen.counter, 7);
}

static void a_device_signature_without_a_touch_is_denied(void **state)
{
	NK_OWNED(texts_done) struct texts t = { 0 };

	(void)state;
	load(&t.key, DATA "sk.pub");
	load(&t.sig, DATA "sk-no-touch.sig");
	assert_int_equal(verify(&t, "nokosazu", MESSAGE), NK_DENIED);
}

static void every_changed_letter_of_a_signature_is_refused(void **state)
{
	NK_OWNED(texts_done) struct texts t = { 0 };
	const size_t head = sizeof("-----BEGIN SSH SIGNATURE-----");

	(void)state;
	load(&t.key, DATA "sk.pub");
	load(&t.sig, DATA "sk.sig");
	for (size_t i = head; i + 30 < t.sig.len; i++) {
		const uint8_t was = t.sig.ptr[i];

		if (was == '\n') {
			continue;
		}
		t.sig.ptr[i] = was == 'A' ? 'B' : 'A';
		assert_int_not_equal(verify(&t, "nokosazu", MESSAGE), NK_OK);
		t.sig.ptr[i] = was;
	}
	assert_int_equal(verify(&t, "nokosazu", MESSAGE), NK_OK);
}

static void every_shorter_signature_is_malformed(void **state)
{
	NK_OWNED(texts_done) struct texts t = { 0 };

	(void)state;
	load(&t.key, DATA "ssh.pub");
	load(&t.sig, DATA "ssh-sha512.sig");
	t.sig.len--; /* the last line's end is not needed */
	while (t.sig.len > 0) {
		t.sig.len--;
		assert_int_equal(verify(&t, "nokosazu", MESSAGE), NK_INVALID);
	}
}

static void an_unknown_type_of_key_is_named_as_unsupported(void **state)
{
	struct nk_sshkey key = { 0 };

	(void)state;
	assert_int_equal(nk_sshkey_parse(NK_STR("ssh-rsa AAAAB3NzaC1yc2E= x"), &key, NULL).code, NK_UNSUPPORTED);
	assert_int_equal(nk_sshkey_parse(NK_STR("ssh-ed25519 AAAAB3NzaC1yc2E= x"), &key, NULL).code, NK_INVALID);
	assert_int_equal(nk_sshkey_parse(NK_STR("ssh-ed25519"), &key, NULL).code, NK_INVALID);
	assert_int_equal(nk_sshkey_parse(NK_STR(""), &key, NULL).code, NK_INVALID);
}

static void the_fingerprint_is_that_of_ssh_keygen(void **state)
{
	NK_OWNED(nk_buf_done) struct nk_buf text = { 0 };
	char print[NK_SSHKEY_PRINT];
	struct nk_sshkey key = { 0 };

	(void)state;
	load(&text, DATA "ssh.pub");
	assert_true(nk_ok(nk_sshkey_parse(nk_buf_str(&text), &key, NULL)));
	nk_sshkey_fingerprint(&key, print);
	assert_string_equal(print, "SHA256:smo8q+wMAuDrBoAqGMVdTwxsGF/n2ZEIVzucQ3LwRHQ");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(signatures_of_ssh_keygen_with_both_hashes_are_good),
		cmocka_unit_test(another_message_name_space_or_key_is_denied),
		cmocka_unit_test(a_device_signature_is_good_and_tells_flags_and_counter),
		cmocka_unit_test(a_device_signature_without_a_touch_is_denied),
		cmocka_unit_test(every_changed_letter_of_a_signature_is_refused),
		cmocka_unit_test(every_shorter_signature_is_malformed),
		cmocka_unit_test(an_unknown_type_of_key_is_named_as_unsupported),
		cmocka_unit_test(the_fingerprint_is_that_of_ssh_keygen),
	};

	return nk_ok(nk_crypto_init(NULL)) ? cmocka_run_group_tests(tests, NULL, NULL) : 1;
}
