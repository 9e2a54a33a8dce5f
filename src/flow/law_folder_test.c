/*
 * law_folder_test.c: a folder of one's own law data is laid over what is compiled in, or its fault is named.
 */
#include "base.h"

#include <cmocka.h>

#include "kit.h"
#include "law_folder.h"

#define ROW_2028 "[holidays 2028]\nyear = 2028\nsource = x\nchecked = never\n01-01 = x\n"

static nk_date day(const char *text)
{
	nk_date d = NK_DATE_NONE;

	assert_true(nk_date_parse(nk_str_c(text), &d));
	return d;
}

static void put(struct kit_tmp *tmp, const char *name, const char *text)
{
	struct nk_err err = { 0 };

	kit_ok(nk_env_write_new(kit_env(), kit_path(tmp, name), nk_str_bytes(nk_str_c(text)), &err), &err);
}

static void files_of_the_folder_stand_over_the_law_as_shipped(void **state)
{
	struct kit_tmp tmp = kit_tmp();
	NK_OWNED(nk_law_free) struct nk_law *law = NULL;
	struct nk_err err = { 0 };

	(void)state;
	put(&tmp, "2028.law", ROW_2028);
	put(&tmp, "notes.txt", "not law");
	kit_ok(nk_flow_law(kit_env(), nk_str_c(kit_path(&tmp, "")), &law, &err), &err);
	assert_int_equal(nk_law_day(law, day("2028-01-05"), NULL), NK_DAY_OPEN);
	assert_int_equal(nk_law_day(law, day("2026-11-23"), NULL), NK_DAY_SHUT);
	kit_tmp_done(&tmp);
}

static void without_a_folder_it_is_the_law_as_shipped(void **state)
{
	NK_OWNED(nk_law_free) struct nk_law *law = NULL;
	struct nk_err err = { 0 };

	(void)state;
	kit_ok(nk_flow_law(kit_env(), NK_STR(""), &law, &err), &err);
	assert_int_equal(nk_law_day(law, day("2028-01-05"), NULL), NK_DAY_NO_TABLE);
}

static void a_folder_that_is_not_there_is_an_error(void **state)
{
	struct kit_tmp tmp = kit_tmp();
	struct nk_law *law = NULL;

	(void)state;
	assert_int_equal(nk_flow_law(kit_env(), nk_str_c(kit_path(&tmp, "none")), &law, NULL).code, NK_NOT_FOUND);
	assert_null(law);
	kit_tmp_done(&tmp);
}

static void a_misspelt_row_is_refused_with_the_name_of_its_file(void **state)
{
	struct kit_tmp tmp = kit_tmp();
	struct nk_law *law = NULL;
	struct nk_err err = { 0 };

	(void)state;
	put(&tmp, "own.law", "[deadline final]\nkind = final\ndayz = 45\n");
	assert_int_equal(nk_flow_law(kit_env(), nk_str_c(kit_path(&tmp, "")), &law, &err).code, NK_CONFIG);
	assert_non_null(strstr(err.text[NK_LANG_EN], "own.law, line 3"));
	kit_tmp_done(&tmp);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(files_of_the_folder_stand_over_the_law_as_shipped),
		cmocka_unit_test(without_a_folder_it_is_the_law_as_shipped),
		cmocka_unit_test(a_folder_that_is_not_there_is_an_error),
		cmocka_unit_test(a_misspelt_row_is_refused_with_the_name_of_its_file),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
