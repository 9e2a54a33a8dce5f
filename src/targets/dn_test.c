/*
 * dn_test.c: names that mean the same fold to the same bytes; values never break out of a name.
 */
#include "base.h"

#include <cmocka.h>

#include "dn.h"

static void fold_is(const char *dn, const char *want)
{
	NK_OWNED(nk_buf_done) struct nk_buf out = { 0 };

	nk_buf_init(&out, 1000);
	assert_true(nk_ok(nk_dn_fold(nk_str_c(dn), &out, NULL)));
	assert_true(nk_str_eq(nk_buf_str(&out), nk_str_c(want)));
}

static void fold_fails(const char *dn)
{
	NK_OWNED(nk_buf_done) struct nk_buf out = { 0 };

	nk_buf_init(&out, 1000);
	assert_int_equal(nk_dn_fold(nk_str_c(dn), &out, NULL).code, NK_INVALID);
}

static void spellings_of_one_name_fold_alike(void **state)
{
	(void)state;
	fold_is("UID=Abc , ou=People,DC=x", "uid=abc,ou=people,dc=x");
	fold_is("cn=a\\2cB,dc=x", "cn=a\\,b,dc=x");
	fold_is("cn=a\\,b,dc=x", "cn=a\\,b,dc=x");
	fold_is("cn=\\e5\\b1\\b1,dc=x", "cn=山,dc=x");
	fold_is("cn=end\\ ,dc=x", "cn=end\\ ,dc=x");
	fold_is("cn=a+ou=B,dc=x", "cn=a+ou=b,dc=x");
	fold_is("", "");
}

static void what_is_no_name_is_refused(void **state)
{
	(void)state;
	fold_fails("nobody");
	fold_fails("cn=a,");
	fold_fails("=a");
	fold_fails("cn=a\\");
}

static void an_escaped_value_stays_one_value(void **state)
{
	NK_OWNED(nk_buf_done) struct nk_buf out = { 0 };
	struct nk_str rdn;
	struct nk_str parent;

	(void)state;
	nk_buf_init(&out, 1000);
	assert_true(nk_ok(nk_buf_add_c(&out, "cn=", NULL)));
	assert_true(nk_ok(nk_dn_escape(NK_STR(" a,ou=evil+x=\"y\" "), &out, NULL)));
	assert_true(nk_ok(nk_buf_add_c(&out, ",dc=x", NULL)));
	assert_true(nk_dn_split(nk_buf_str(&out), &rdn, &parent));
	assert_true(nk_str_eq(parent, NK_STR("dc=x")));
	assert_true(nk_str_eq(rdn, NK_STR("cn=\\ a\\,ou=evil\\+x=\\\"y\\\"\\ ")));
}

static void below_is_by_whole_components(void **state)
{
	(void)state;
	assert_true(nk_dn_under(NK_STR("uid=a,ou=people,dc=x"), NK_STR("ou=people,dc=x")));
	assert_true(nk_dn_under(NK_STR("ou=people,dc=x"), NK_STR("ou=people,dc=x")));
	assert_false(nk_dn_under(NK_STR("ou=nopeople,dc=x"), NK_STR("people,dc=x")));
	assert_false(nk_dn_under(NK_STR("dc=x"), NK_STR("ou=people,dc=x")));
}

static void the_domain_is_made_of_dc(void **state)
{
	NK_OWNED(nk_buf_done) struct nk_buf out = { 0 };

	(void)state;
	nk_buf_init(&out, 1000);
	assert_true(nk_ok(nk_dn_domain(NK_STR("ou=a, DC=Example,dc=ac,dc=jp"), &out, NULL)));
	assert_true(nk_str_eq(nk_buf_str(&out), NK_STR("example.ac.jp")));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(spellings_of_one_name_fold_alike),
		cmocka_unit_test(what_is_no_name_is_refused),
		cmocka_unit_test(an_escaped_value_stays_one_value),
		cmocka_unit_test(below_is_by_whole_components),
		cmocka_unit_test(the_domain_is_made_of_dc),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
