/*
 * sshseed_test.c: a key of OpenSSH's own making gives its seed, and nothing else does. The keys were made for this test.
 */
#include "base.h"
#include "sshseed.h"

#include <cmocka.h>

/* Keys made for this test alone. */
#define BEGIN_KEY "-----BEGIN OPENSSH " "PRIVATE KEY-----\n"
#define END_KEY "-----END OPENSSH " "PRIVATE KEY-----\n"

static const char plain[] = BEGIN_KEY
	"b3BlbnNzaC1rZXktdjEAAAAABG5vbmUAAAAEbm9uZQAAAAAAAAABAAAAMwAAAAtzc2gtZW\n"
	"QyNTUxOQAAACBlXqiQMp98hAqySZ0mOLibNakTsaJLOh+rcOyxhZrs7gAAAIi7PpN5uz6T\n"
	"eQAAAAtzc2gtZWQyNTUxOQAAACBlXqiQMp98hAqySZ0mOLibNakTsaJLOh+rcOyxhZrs7g\n"
	"AAAEA8Ug/p3Mh9xGJLkC+fJlrrMH8rTIU/4SrENPz13L7mBGVeqJAyn3yECrJJnSY4uJs1\n"
	"qROxoks6H6tw7LGFmuzuAAAABHRlc3QB\n"
	END_KEY;
static const char plain_seed[] = "3c520fe9dcc87dc4624b902f9f265aeb307f2b4c853fe12ac434fcf5dcbee604";
static const char locked[] = BEGIN_KEY
	"b3BlbnNzaC1rZXktdjEAAAAACmFlczI1Ni1jdHIAAAAGYmNyeXB0AAAAGAAAABDJlo4Gys\n"
	"NmRtwOOjCTnfpxAAAAEAAAAAEAAAAzAAAAC3NzaC1lZDI1NTE5AAAAIP1V6HumANptXisP\n"
	"BYhb4RnsKH//CYZ0A/iQotxHV/P9AAAAkDzRT8Sk2IuvAO1ZVjai/coOwrl6W3llAa4QEc\n"
	"/QOOYPe9uTWr7BWlEvalEl3nVD4rZnY3iBYnupHxXZUfjzM1LaUS9UUFZHUkSUeczJsF5g\n"
	"We/5Q1z9/QJSJ0LUBti6H74bnt6heuRVls2NLb6Jam/ZscTDc1IfzDHk4cr8nQO4YcA1Za\n"
	"gdomW1hnL1n7hDvA==\n"
	END_KEY;
static const char ecdsa[] = BEGIN_KEY
	"b3BlbnNzaC1rZXktdjEAAAAABG5vbmUAAAAEbm9uZQAAAAAAAAABAAAAaAAAABNlY2RzYS\n"
	"1zaGEyLW5pc3RwMjU2AAAACG5pc3RwMjU2AAAAQQRDNqajrP+qSt82+lbI5sai4jLZh+rn\n"
	"zVB5Us8NnZnamelnFtf/XG+vR4KnH6wmergLOz0RRR7VYuftFEXBcT+RAAAAoAaJoywGia\n"
	"MsAAAAE2VjZHNhLXNoYTItbmlzdHAyNTYAAAAIbmlzdHAyNTYAAABBBEM2pqOs/6pK3zb6\n"
	"VsjmxqLiMtmH6ufNUHlSzw2dmdqZ6WcW1/9cb69HgqcfrCZ6uAs7PRFFHtVi5+0URcFxP5\n"
	"EAAAAgGtJ3noHwe7jC5oSvWuMcetASL6pI/IDHN0nSC0YwETEAAAAEdGVzdAECAwQ=\n"
	END_KEY;

static enum nk_code code_of(const char *text)
{
	uint8_t seed[NK_SSHSEED_LEN];

	return nk_sshseed_get(nk_str_c(text), seed, NULL).code;
}

static void an_ed25519_key_gives_its_seed(void **state)
{
	uint8_t seed[NK_SSHSEED_LEN];
	char hex[2 * NK_SSHSEED_LEN + 1];

	(void)state;
	assert_true(nk_sshseed_is(nk_str_c(plain)));
	assert_int_equal(nk_sshseed_get(nk_str_c(plain), seed, NULL).code, NK_OK);
	nk_hex_print(seed, sizeof(seed), hex);
	assert_string_equal(hex, plain_seed);
}

static void one_with_a_passphrase_or_of_another_type_is_refused_by_name(void **state)
{
	(void)state;
	assert_int_equal(code_of(locked), NK_UNSUPPORTED);
	assert_int_equal(code_of(ecdsa), NK_UNSUPPORTED);
}

static void a_cut_or_changed_key_file_is_damaged(void **state)
{
	char text[1024];
	const size_t len = strlen(plain);

	(void)state;
	assert_false(nk_sshseed_is(NK_STR("0011")));
	for (size_t cut = 0; cut + 2 < len; cut++) {
		(void)snprintf(text, sizeof(text), "%.*s", (int)cut, plain);
		assert_int_equal(code_of(text), NK_INVALID);
	}
	(void)snprintf(text, sizeof(text), "%s", plain);
	text[sizeof(BEGIN_KEY) - 1] ^= 1; /* its magic */
	assert_int_equal(code_of(text), NK_INVALID);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_ed25519_key_gives_its_seed),
		cmocka_unit_test(one_with_a_passphrase_or_of_another_type_is_refused_by_name),
		cmocka_unit_test(a_cut_or_changed_key_file_is_damaged),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
