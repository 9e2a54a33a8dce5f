/*
 * args_test.c: options and operands by the tables of the verbs, and what is said about wrong ones.
 */
#include "base.h"

#include "args.h"

#include <cmocka.h>

#include "kit.h"

enum { WORDS = 16 };

/* A line of words as argv; the words stay in the caller's room. */
static int words(char *room, char **argv)
{
	int n = 0;

	for (char *at = room; *at != '\0' && n < WORDS;) {
		argv[n++] = at;
		at += strcspn(at, " ");
		if (*at == ' ') {
			*at++ = '\0';
		}
	}
	argv[n] = NULL;
	return n;
}

static nk_rc parse(const char *line, char *room, char **argv, struct nk_args *args, struct nk_err *err)
{
	int n = 0;
	int at = 0;

	memcpy(room, line, strlen(line) + 1);
	n = words(room, argv);
	NK_TRY(nk_args_front(args, n, argv, &at, err));
	nk_assert(at < n);
	args->cmd = nk_cmd_find(argv[at]);
	nk_assert(args->cmd != NULL);
	return nk_args_parse(args, n - at, argv + at, err);
}

#define PARSED(line)                                           \
	char room[256];                                        \
	char *argv[WORDS + 1];                                 \
	struct nk_args args;                                   \
	struct nk_err err = { .text = { "", "" } };            \
	const nk_rc rc = parse(line, room, argv, &args, &err); \
	(void)state

static void options_may_stand_before_and_behind_verb_and_operands(void **state)
{
	PARSED("nokosazu --home /x import roster.zip --strict --source east --json");

	kit_ok(rc, &err);
	assert_string_equal(nk_args_get(&args, "home"), "/x");
	assert_string_equal(nk_args_get(&args, "source"), "east");
	assert_true(nk_args_has(&args, "strict"));
	assert_true(nk_args_has(&args, "json"));
	assert_false(nk_args_has(&args, "check"));
	assert_int_equal(args.n_operands, 1);
	assert_true(nk_str_eq(nk_args_operand(&args, 0), NK_STR("roster.zip")));
	assert_int_equal(nk_args_operand(&args, 1).len, 0);
}

static void short_options_are_the_same_as_long_ones(void **state)
{
	PARSED("nokosazu plan -qyn");

	kit_ok(rc, &err);
	assert_true(nk_args_has(&args, "quiet"));
	assert_true(nk_args_has(&args, "yes"));
	assert_true(nk_args_has(&args, "dry-run"));
}

static void a_repeated_option_keeps_all_its_values_and_the_last_counts(void **state)
{
	const char *all[4];
	PARSED("nokosazu vault reseal --sealer custodian --custodian a --custodian b --threshold 2 --threshold 3");
	uint64_t k = 1;

	kit_ok(rc, &err);
	assert_int_equal(nk_args_all(&args, "custodian", all, 4), 2);
	assert_string_equal(all[0], "a");
	assert_string_equal(all[1], "b");
	assert_int_equal(nk_args_all(&args, "custodian", all, 1), 1);
	kit_ok(nk_args_number(&args, "threshold", 1, 9, &k, &err), &err);
	assert_int_equal(k, 3);
	assert_string_equal(args.sub->name, "reseal");
}

static void behind_two_hyphens_everything_is_an_operand(void **state)
{
	PARSED("nokosazu person find -- --json");

	kit_ok(rc, &err);
	assert_false(nk_args_has(&args, "json"));
	assert_true(nk_str_eq(nk_args_operand(&args, 0), NK_STR("--json")));
}

static void an_unknown_option_is_told_with_the_nearest_known_one(void **state)
{
	PARSED("nokosazu import --souce=someone x");

	kit_fails(rc, NK_USAGE);
	assert_non_null(strstr(err.text[NK_LANG_EN], "\"--souce\""));
	assert_non_null(strstr(err.text[NK_LANG_EN], "\"--source\""));
	/* What was typed as its value may be anything. */
	assert_null(strstr(err.text[NK_LANG_EN], "someone"));
}

static void an_option_without_its_value_is_told(void **state)
{
	PARSED("nokosazu import x --source");

	kit_fails(rc, NK_USAGE);
	assert_non_null(strstr(err.text[NK_LANG_EN], "NAME"));
}

static void a_value_where_none_belongs_is_told(void **state)
{
	PARSED("nokosazu import --strict=yes x");

	kit_fails(rc, NK_USAGE);
	assert_non_null(strstr(err.text[NK_LANG_EN], "takes no value"));
}

static void an_unknown_letter_is_told(void **state)
{
	PARSED("nokosazu import -Z x");

	kit_fails(rc, NK_USAGE);
	assert_non_null(strstr(err.text[NK_LANG_EN], "\"-Z\""));
}

static void a_sub_verb_must_be_there_and_known(void **state)
{
	struct nk_args args;
	struct nk_err err;
	char room[64];
	char *argv[WORDS + 1];

	(void)state;
	kit_fails(parse("nokosazu person", room, argv, &args, &err), NK_USAGE);
	kit_fails(parse("nokosazu person fnid x", room, argv, &args, &err), NK_USAGE);
	assert_non_null(strstr(err.text[NK_LANG_EN], "\"find\""));
	kit_ok(parse("nokosazu person --help", room, argv, &args, &err), &err);
}

static void an_option_of_another_sub_verb_is_refused(void **state)
{
	PARSED("nokosazu party list --name x");

	kit_fails(rc, NK_USAGE);
	assert_non_null(strstr(err.text[NK_LANG_EN], "--name"));
}

static void the_number_of_operands_is_judged(void **state)
{
	struct nk_args args;
	struct nk_err err;
	char room[64];
	char *argv[WORDS + 1];

	(void)state;
	kit_fails(parse("nokosazu apply", room, argv, &args, &err), NK_USAGE);
	kit_fails(parse("nokosazu apply a b", room, argv, &args, &err), NK_USAGE);
	kit_fails(parse("nokosazu holding close", room, argv, &args, &err), NK_USAGE);
	kit_ok(parse("nokosazu apply a", room, argv, &args, &err), &err);
}

static void numbers_have_limits(void **state)
{
	uint64_t n = 7;
	PARSED("nokosazu person find --max 12x y");

	kit_ok(rc, &err);
	kit_fails(nk_args_number(&args, "max", 1, 100, &n, &err), NK_USAGE);
	assert_int_equal(n, 7);
	kit_ok(parse("nokosazu person find --max 101 y", room, argv, &args, &err), &err);
	kit_fails(nk_args_number(&args, "max", 1, 100, &n, &err), NK_USAGE);
	kit_ok(parse("nokosazu person find y", room, argv, &args, &err), &err);
	kit_ok(nk_args_number(&args, "max", 1, 100, &n, &err), &err);
	assert_int_equal(n, 7);
}

static void more_options_than_there_is_room_for_are_refused(void **state)
{
	char *argv[2 * NK_ARGS_GIVEN_MAX];
	char verb[] = "plan";
	char option[] = "-q";
	struct nk_args args = { .cmd = nk_cmd_find("plan") };
	struct nk_err err;

	(void)state;
	for (size_t i = 0; i < NK_ARRAY_LEN(argv); i++) {
		argv[i] = i == 0 ? verb : option;
	}
	kit_fails(nk_args_parse(&args, NK_ARGS_GIVEN_MAX + 2, argv, &err), NK_USAGE);
}

static void the_nearest_verb_is_found_and_a_far_one_is_not(void **state)
{
	(void)state;
	assert_string_equal(nk_cmd_nearest_verb(NK_STR("imprt")), "import");
	assert_string_equal(nk_cmd_nearest_verb(NK_STR("paln")), "plan");
	assert_string_equal(nk_cmd_nearest_verb(NK_STR("veri")), "verify");
	assert_null(nk_cmd_nearest_verb(NK_STR("xyzzy")));
	assert_null(nk_cmd_nearest_verb(NK_STR("")));
	assert_null(nk_cmd_nearest_verb(NK_STR("a word of more than thirty-two bytes, which is far from all")));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(options_may_stand_before_and_behind_verb_and_operands),
		cmocka_unit_test(short_options_are_the_same_as_long_ones),
		cmocka_unit_test(a_repeated_option_keeps_all_its_values_and_the_last_counts),
		cmocka_unit_test(behind_two_hyphens_everything_is_an_operand),
		cmocka_unit_test(an_unknown_option_is_told_with_the_nearest_known_one),
		cmocka_unit_test(an_option_without_its_value_is_told),
		cmocka_unit_test(a_value_where_none_belongs_is_told),
		cmocka_unit_test(an_unknown_letter_is_told),
		cmocka_unit_test(a_sub_verb_must_be_there_and_known),
		cmocka_unit_test(an_option_of_another_sub_verb_is_refused),
		cmocka_unit_test(the_number_of_operands_is_judged),
		cmocka_unit_test(numbers_have_limits),
		cmocka_unit_test(more_options_than_there_is_room_for_are_refused),
		cmocka_unit_test(the_nearest_verb_is_found_and_a_far_one_is_not),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
