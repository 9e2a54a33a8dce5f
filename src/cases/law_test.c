/*
 * law_test.c: the law as shipped can be read; the classes and deadlines of controls.md §4, every row of it.
 */
#include "base.h"

#include "law.h"

#include <cmocka.h>

struct fixture {
	struct nk_law *law;
	struct nk_arena *arena;
};

static int set_up(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));
	struct nk_err err;

	assert_non_null(f);
	if (!nk_ok(nk_law_new(NULL, 0, &f->law, &err))) {
		fail_msg("%s", err.text[NK_LANG_EN]);
	}
	assert_true(nk_ok(nk_arena_new(NK_ARENA_PLAIN, 1 << 20, &f->arena, NULL)));
	*state = f;
	return 0;
}

static int tear_down(void **state)
{
	struct fixture *f = *state;

	nk_law_free(&f->law);
	nk_arena_free(&f->arena);
	free(f);
	return 0;
}

static nk_date day(const char *text)
{
	nk_date d;

	assert_true(nk_date_parse(nk_str_c(text), &d));
	return d;
}

/* Noon in Japan of that day. */
static nk_time noon(const char *text)
{
	return (nk_time)day(text) * NK_DAY + (nk_time)3 * 3600 * NK_SECOND;
}

static const struct nk_deadline *one_of(const struct fixture *f, const struct nk_deadline_ask *ask, enum nk_deadline_kind kind)
{
	struct nk_deadline *list = NULL;
	size_t n = 0;

	assert_true(nk_ok(nk_law_deadlines(f->law, ask, f->arena, &list, &n, NULL)));
	for (size_t i = 0; i < n; i++) {
		if (list[i].kind == kind) {
			return &list[i];
		}
	}
	return NULL;
}

static struct nk_deadline_ask ask_for(const char *known, unsigned certain)
{
	return (struct nk_deadline_ask){ .regime = NK_REGIME_PRIVATE, .classes = { .certain = certain }, .known_at = noon(known) };
}

static void expect_day(nk_date got, const char *want)
{
	char text[NK_DATE_TEXT];

	assert_string_equal(nk_date_print(got, text), want);
}

/* controls.md §4, row by row. */
static void the_deadlines_of_the_five_seed_cases_are_those_of_the_paper(void **state)
{
	const struct fixture *f = *state;
	static const struct {
		const char *known, *day3, *day5, *d30, *d60;
	} rows[] = {
		{ "2023-08-16", "2023-08-18", "2023-08-20", "2023-09-14", "2023-10-16" },
		{ "2023-06-14", "2023-06-16", "2023-06-18", "2023-07-13", "2023-08-14" },
		{ "2023-06-24", "2023-06-26", "2023-06-28", "2023-07-24", "2023-08-22" },
		{ "2023-08-03", "2023-08-05", "2023-08-07", "2023-09-01", "2023-10-02" },
		{ "2023-08-20", "2023-08-22", "2023-08-24", "2023-09-19", "2023-10-18" },
	};

	for (size_t i = 0; i < NK_ARRAY_LEN(rows); i++) {
		const struct nk_deadline_ask many = ask_for(rows[i].known, 1U << NK_CLASS_MANY);
		const struct nk_deadline_ask wrongful = ask_for(rows[i].known, 1U << NK_CLASS_WRONGFUL);
		const struct nk_deadline *early = one_of(f, &many, NK_DEADLINE_PRELIMINARY);

		expect_day(early->from, rows[i].day3);
		expect_day(early->due, rows[i].day5);
		expect_day(one_of(f, &many, NK_DEADLINE_FINAL)->due, rows[i].d30);
		expect_day(one_of(f, &wrongful, NK_DEADLINE_FINAL)->due, rows[i].d60);
		assert_false(one_of(f, &many, NK_DEADLINE_FINAL)->needs_review);
		assert_false(one_of(f, &many, NK_DEADLINE_FINAL)->unverified);
	}
}

static void the_turn_of_the_year_rolls_to_the_first_open_day(void **state)
{
	const struct fixture *f = *state;
	const struct nk_deadline_ask ask = ask_for("2023-12-02", 1U << NK_CLASS_SENSITIVE); /* day 30: 12-31 */
	const struct nk_deadline_ask next = ask_for("2025-11-30", 1U << NK_CLASS_SENSITIVE); /* day 30: 12-29, Monday */

	expect_day(one_of(f, &ask, NK_DEADLINE_FINAL)->counted, "2023-12-31");
	expect_day(one_of(f, &ask, NK_DEADLINE_FINAL)->due, "2024-01-04");
	expect_day(one_of(f, &next, NK_DEADLINE_FINAL)->counted, "2025-12-29");
	expect_day(one_of(f, &next, NK_DEADLINE_FINAL)->due, "2026-01-05"); /* 01-03 is a Saturday */
}

static void class_three_makes_sixty_days_of_thirty_and_the_first_day_stays(void **state)
{
	const struct fixture *f = *state;
	struct nk_deadline_ask ask = ask_for("2023-08-16", 1U << NK_CLASS_MANY);
	const nk_time known_at = ask.known_at;

	expect_day(one_of(f, &ask, NK_DEADLINE_FINAL)->due, "2023-09-14");
	ask.classes.feared = 1U << NK_CLASS_WRONGFUL;
	expect_day(one_of(f, &ask, NK_DEADLINE_FINAL)->due, "2023-10-16");
	expect_day(one_of(f, &ask, NK_DEADLINE_PRELIMINARY)->due, "2023-08-20");
	assert_int_equal(ask.known_at, known_at);
	ask.classes.feared = 0;
	ask.classes.open = 1U << NK_CLASS_WRONGFUL; /* nobody has said it yet: the shorter one stands */
	expect_day(one_of(f, &ask, NK_DEADLINE_FINAL)->due, "2023-09-14");
}

static void a_year_without_a_table_needs_review_and_is_never_silent(void **state)
{
	const struct fixture *f = *state;
	const struct nk_deadline_ask later = ask_for("2031-05-05", 1U << NK_CLASS_MANY);
	const struct nk_deadline_ask edge = ask_for("2027-12-03", 1U << NK_CLASS_MANY); /* rolls into 2028 */
	const struct nk_deadline_ask before = ask_for("2021-05-05", 1U << NK_CLASS_MANY);

	assert_true(one_of(f, &later, NK_DEADLINE_FINAL)->needs_review);
	expect_day(one_of(f, &later, NK_DEADLINE_FINAL)->due, "2031-06-03");
	assert_true(one_of(f, &edge, NK_DEADLINE_FINAL)->needs_review);
	assert_true(one_of(f, &before, NK_DEADLINE_FINAL)->needs_review);
	assert_int_equal(nk_law_day(f->law, day("2031-05-07"), NULL), NK_DAY_NO_TABLE);
}

static void the_day_is_that_of_japan(void **state)
{
	const struct fixture *f = *state;
	struct nk_deadline_ask ask = ask_for("2023-08-16", 1U << NK_CLASS_MANY);
	const struct nk_deadline *d;

	ask.known_at = (nk_time)day("2023-08-15") * NK_DAY + (nk_time)15 * 3600 * NK_SECOND; /* 00:00 of the 16th in Japan */
	d = one_of(f, &ask, NK_DEADLINE_FINAL);
	expect_day(d->due, "2023-09-14");
	assert_int_equal(d->due_at, (nk_time)day("2023-09-14") * NK_DAY + (nk_time)15 * 3600 * NK_SECOND - 1);
	ask.known_at--;
	expect_day(one_of(f, &ask, NK_DEADLINE_FINAL)->due, "2023-09-13");
}

static struct nk_classes classes_of(const struct fixture *f, enum nk_regime regime, struct nk_count persons)
{
	const struct nk_class_ask ask = { .regime = regime, .on = day("2023-08-16"), .sensitive = NK_TRI_NO, .property = NK_TRI_NO,
		.wrongful = NK_TRI_NO, .ordinance = NK_TRI_NO, .persons = persons };

	return nk_law_classify(f->law, &ask);
}

static void one_thousand_is_not_more_than_one_thousand(void **state)
{
	const struct fixture *f = *state;
	const unsigned many = 1U << NK_CLASS_MANY;

	assert_int_equal(classes_of(f, NK_REGIME_PRIVATE, (struct nk_count){ 1000, 1000 }).certain, 0);
	assert_int_equal(classes_of(f, NK_REGIME_PRIVATE, (struct nk_count){ 1000, 1000 }).feared, 0);
	assert_int_equal(classes_of(f, NK_REGIME_PRIVATE, (struct nk_count){ 1001, 1001 }).certain, many);
	assert_int_equal(classes_of(f, NK_REGIME_PRIVATE, (struct nk_count){ 0, 1001 }).feared, many);
	assert_int_equal(classes_of(f, NK_REGIME_PRIVATE, (struct nk_count){ 0, 1000 }).feared, 0);
	assert_int_equal(classes_of(f, NK_REGIME_PRIVATE, NK_COUNT_UNKNOWN).open, many);
	assert_int_equal(classes_of(f, NK_REGIME_APPENDIX2, (struct nk_count){ 101, 101 }).certain, 0);
}

static void a_public_body_counts_from_one_hundred_and_one(void **state)
{
	const struct fixture *f = *state;
	const unsigned many = 1U << NK_CLASS_MANY;

	assert_int_equal(classes_of(f, NK_REGIME_PUBLIC, (struct nk_count){ 101, 101 }).certain, many);
	assert_int_equal(classes_of(f, NK_REGIME_PUBLIC, (struct nk_count){ 100, 100 }).certain, 0);
	assert_int_equal(classes_of(f, NK_REGIME_PUBLIC, (struct nk_count){ 100, 101 }).feared, many);
}

static void what_nobody_has_said_counts_as_reportable(void **state)
{
	const struct fixture *f = *state;
	const struct nk_class_ask nothing = { .regime = NK_REGIME_PUBLIC, .on = day("2026-05-01"), .persons = { 1, 1 } };
	struct nk_deadline_ask ask = { .regime = NK_REGIME_PUBLIC, .known_at = noon("2026-05-01") };

	ask.classes = nk_law_classify(f->law, &nothing);
	assert_int_equal(ask.classes.open,
		1U << NK_CLASS_SENSITIVE | 1U << NK_CLASS_PROPERTY | 1U << NK_CLASS_WRONGFUL | 1U << NK_CLASS_ORDINANCE);
	expect_day(one_of(f, &ask, NK_DEADLINE_PRELIMINARY)->due, "2026-05-05");
	expect_day(one_of(f, &ask, NK_DEADLINE_FINAL)->due, "2026-06-01"); /* day 30 is Saturday 05-30 */
	assert_true(one_of(f, &ask, NK_DEADLINE_FINAL)->unverified); /* rule 44 has not been compared */
	ask.classes = (struct nk_classes){ .certain = 0 };
	assert_null(one_of(f, &ask, NK_DEADLINE_PRELIMINARY));
	assert_null(one_of(f, &ask, NK_DEADLINE_FINAL));
}

static void the_privacy_mark_and_the_contract_have_their_own_clocks(void **state)
{
	const struct fixture *f = *state;
	struct nk_deadline_ask ask = ask_for("2026-05-01", 0);

	assert_null(one_of(f, &ask, NK_DEADLINE_PMARK_FINAL));
	ask.pmark = true;
	expect_day(one_of(f, &ask, NK_DEADLINE_PMARK_FINAL)->due, "2026-05-30"); /* every accident, not rolled */
	assert_null(one_of(f, &ask, NK_DEADLINE_PMARK_PRELIMINARY));
	ask.classes.certain = 1U << NK_CLASS_WRONGFUL;
	expect_day(one_of(f, &ask, NK_DEADLINE_PMARK_FINAL)->due, "2026-06-29");
	expect_day(one_of(f, &ask, NK_DEADLINE_PMARK_PRELIMINARY)->due, "2026-05-05");
	assert_null(one_of(f, &ask, NK_DEADLINE_ENTRUSTING));
	ask.entrusted = true;
	assert_int_equal(one_of(f, &ask, NK_DEADLINE_ENTRUSTING)->due_at, 0);
	ask.contract_hours = 24;
	assert_int_equal(one_of(f, &ask, NK_DEADLINE_ENTRUSTING)->due_at, ask.known_at + 24 * 3600 * NK_SECOND);
	assert_int_equal(one_of(f, &ask, NK_DEADLINE_PERSON)->due, NK_DATE_NONE); /* promptly: no fixed day */
}

static void holidays_substitutes_and_weekends_are_shut(void **state)
{
	const struct fixture *f = *state;
	static const char *const shut[] = { "2023-01-02", "2023-01-03", "2023-09-18", "2024-08-12", "2024-11-04", "2025-02-24",
		"2025-05-06", "2025-11-24", "2026-05-06", "2026-09-22", "2027-03-22", "2027-12-31", "2026-11-22", "2026-11-23" };
	static const char *const open[] = { "2023-01-04", "2023-12-28", "2024-08-13", "2026-05-07", "2026-09-24", "2026-11-24" };
	struct nk_str name;

	for (size_t i = 0; i < NK_ARRAY_LEN(shut); i++) {
		assert_int_equal(nk_law_day(f->law, day(shut[i]), NULL), NK_DAY_SHUT);
	}
	for (size_t i = 0; i < NK_ARRAY_LEN(open); i++) {
		assert_int_equal(nk_law_day(f->law, day(open[i]), NULL), NK_DAY_OPEN);
	}
	(void)nk_law_day(f->law, day("2026-09-22"), &name);
	assert_true(nk_str_eq(name, NK_STR("国民の休日")));
}

static void classes_are_written_and_read_back(void **state)
{
	struct nk_buf out;
	struct nk_classes c;

	(void)state;
	nk_buf_init(&out, 64);
	assert_true(nk_classes_parse(NK_STR("1,4?"), &c));
	assert_int_equal(c.certain, 1U << 1);
	assert_int_equal(c.feared, 1U << 4);
	assert_true(nk_ok(nk_classes_print(c, &out, NULL)));
	assert_true(nk_str_eq(nk_buf_str(&out), NK_STR("1,4?")));
	nk_buf_done(&out);
	assert_true(nk_classes_parse(NK_STR(""), &c));
	assert_false(nk_classes_parse(NK_STR("6"), &c));
	assert_false(nk_classes_parse(NK_STR("1,,2"), &c));
	assert_false(nk_classes_parse(NK_STR("?"), &c));
}

static const char head[] = "source = a place\nchecked = 2026-11-23\n";

static void expect_refused(const char *section, const char *keys, const char *why)
{
	char text[1024];
	struct nk_law *law = NULL;
	struct nk_err err;
	struct nk_law_text one = { .name = NK_STR("x.law") };

	(void)snprintf(text, sizeof(text), "[%s]\n%s%s", section, head, keys);
	one.text = nk_str_c(text);
	assert_int_equal(nk_law_read(&one, 1, &law, &err).code, NK_CONFIG);
	assert_null(law);
	if (strstr(err.text[NK_LANG_EN], why) == NULL) {
		fail_msg("not this reason: %s", err.text[NK_LANG_EN]);
	}
}

static void a_law_that_is_misspelt_is_refused_with_its_line(void **state)
{
	(void)state;
	expect_refused("clas private-4", "class = 4\n", "no such kind of row");
	expect_refused("class private-4", "class = 4\nregime = private\nword.ja = x\nword.en = x\nmore_then = 1000\n", "more_then");
	expect_refused("class private-4", "class = 6\n", "line 4: class");
	expect_refused("class private-4", "class = 4\nregime = privat\n", "regime");
	expect_refused("class private-4", "class = 4\nregime = private\n", "word.ja is missing");
	expect_refused("deadline final", "kind = final\nregime = private\ndays = 0\n", "days");
	expect_refused("deadline final", "kind = last\n", "kind");
	expect_refused("deadline p", "kind = final\nregime = private\nfrom_day = 6\ndays = 5\nword.ja = x\nword.en = x\n", "from_day");
	expect_refused("holidays 2030", "year = 2030\n02-30 = x\n", "02-30");
	expect_refused("holidays 2030", "year = 2030\nyear = 2031\n", "twice");
	expect_refused("field x", "forms = f\nbind = nothing\n", "bind");
	expect_refused("words item", "name.fr = nom\n", "name.fr");
	expect_refused("closure x", "valid_from = 2024-01-02\nvalid_until = 2024-01-01\nfrom = 01-01\nuntil = 01-02\nword.ja = x\nword.en = x\n",
		"before");
}

static void a_row_without_source_or_day_of_checking_is_refused(void **state)
{
	struct nk_law *law = NULL;
	const struct nk_law_text no_source = { NK_STR("x.law"), NK_STR("[holidays 2030]\nyear = 2030\nchecked = never\n") };
	const struct nk_law_text no_day = { NK_STR("x.law"), NK_STR("[holidays 2030]\nyear = 2030\nsource = x\n") };

	(void)state;
	assert_int_equal(nk_law_read(&no_source, 1, &law, NULL).code, NK_CONFIG);
	assert_int_equal(nk_law_read(&no_day, 1, &law, NULL).code, NK_CONFIG);
}

static void a_folder_of_ones_own_replaces_a_row_as_a_whole(void **state)
{
	const struct nk_law_text own = { NK_STR("own.law"),
		NK_STR("[class private-4]\nclass = 4\nregime = private\nmore_than = 10\nword.ja = x\nword.en = x\nsource = y\nchecked = never\n"
		       "[holidays 2028]\nyear = 2028\nsource = y\nchecked = never\n01-01 = x\n") };
	struct nk_law *law = NULL;
	struct nk_class_ask ask = { .regime = NK_REGIME_PRIVATE, .on = day("2026-05-01"), .persons = { 11, 11 } };

	(void)state;
	assert_true(nk_ok(nk_law_new(&own, 1, &law, NULL)));
	assert_int_equal(nk_law_classify(law, &ask).certain, 1U << NK_CLASS_MANY);
	ask.regime = NK_REGIME_APPENDIX2; /* the row of the folder is for private bodies only: nothing is left for others */
	assert_int_equal(nk_law_classify(law, &ask).certain, 0);
	assert_int_equal(nk_law_day(law, day("2028-01-05"), NULL), NK_DAY_OPEN);
	nk_law_free(&law);
}

static void the_same_row_twice_in_one_text_is_refused(void **state)
{
	const struct nk_law_text own = { NK_STR("own.law"),
		NK_STR("[holidays 2028]\nyear = 2028\nsource = y\nchecked = never\n[words x]\nsource = y\nchecked = never\n"
		       "[holidays 2028]\nyear = 2028\nsource = y\nchecked = never\n") };
	struct nk_law *law = NULL;

	(void)state;
	assert_int_equal(nk_law_read(&own, 1, &law, NULL).code, NK_CONFIG);
}

static nk_rc count_row(void *arg, const struct nk_law_origin *o, struct nk_err *err)
{
	size_t *n = arg;

	(void)err;
	assert_true(o->source.len > 0 && o->section.len > 0);
	(*n)++;
	return nk_done();
}

static void every_shipped_row_has_its_source(void **state)
{
	const struct fixture *f = *state;
	size_t n = 0;

	assert_true(nk_ok(nk_law_rows(f->law, count_row, &n, NULL)));
	assert_true(n > 60);
}

/* Each kind of copy that custody knows has its word, or a report would print ours. */
static void every_kind_of_copy_has_a_word_of_the_law(void **state)
{
	const struct fixture *f = *state;
	FILE *rows = fopen(NK_SOURCE_DIR "/src/custody/holdings.rows", "r");
	char line[256];
	size_t n = 0;

	assert_non_null(rows);
	while (fgets(line, sizeof(line), rows) != NULL) {
		struct nk_str rest = nk_str_trim(nk_str_c(line));
		struct nk_str word;
		struct nk_str text;

		if (rest.len == 0 || rest.ptr[0] == '#') {
			continue;
		}
		assert_true(nk_str_cut(&rest, ' ', &word));
		if (!nk_law_word(f->law, "holding", word, NK_LANG_JA, &text) || !nk_law_word(f->law, "holding", word, NK_LANG_EN, &text)) {
			fail_msg("law/words.law, [words holding]: no word for %.*s", NK_FMT(word));
		}
		n++;
	}
	(void)fclose(rows);
	assert_true(n > 15);
}

static void a_season_is_of_the_board_that_has_it(void **state)
{
	static const struct nk_law_text own = { { "own.law", 7 },
		{ NULL, 0 } };
	static const char text[] = "[season autumn-fair]\nkind = great\nfrom = 11-20\nuntil = 02-03\nboard = west,east\n"
				   "word.ja = x\nword.en = x\nsource = x\nchecked = never\n\n"
				   "[school closed]\ncode = B1\nends = 2026-03-31\nboard = west\nsource = x\nchecked = never\n";
	NK_OWNED(nk_law_free) struct nk_law *law = NULL;
	struct nk_law_text t = own;
	struct nk_err err = { 0 };

	(void)state;
	t.text = nk_str_c(text);
	assert_true(nk_ok(nk_law_new(&t, 1, &law, &err)));
	assert_int_equal(nk_law_season(law, NK_STR("main"), day("2026-03-14")), NK_LAW_SEASON_NONE);
	assert_int_equal(nk_law_season(law, NK_STR("main"), day("2026-03-15")), NK_LAW_SEASON_GREAT);
	assert_int_equal(nk_law_season(law, NK_STR("main"), day("2026-04-30")), NK_LAW_SEASON_GREAT);
	assert_int_equal(nk_law_season(law, NK_STR("main"), day("2026-05-01")), NK_LAW_SEASON_NONE);
	assert_int_equal(nk_law_season(law, NK_STR("main"), day("2026-10-01")), NK_LAW_SEASON_SMALL);
	assert_int_equal(nk_law_season(law, NK_STR("main"), day("2027-01-10")), NK_LAW_SEASON_NONE);
	assert_int_equal(nk_law_season(law, NK_STR("east"), day("2027-01-10")), NK_LAW_SEASON_GREAT);
	assert_int_equal(nk_law_season(law, NK_STR(""), day("2027-01-10")), NK_LAW_SEASON_GREAT);
	assert_false(nk_law_school_ended(law, NK_STR("west"), NK_STR("B1"), day("2026-03-31")));
	assert_true(nk_law_school_ended(law, NK_STR("west"), NK_STR("B1"), day("2026-04-01")));
	assert_false(nk_law_school_ended(law, NK_STR("west"), NK_STR("B2"), day("2026-04-01")));
	assert_false(nk_law_school_ended(law, NK_STR("main"), NK_STR("B1"), day("2026-04-01")));
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_deadlines_of_the_five_seed_cases_are_those_of_the_paper),
		cmocka_unit_test(the_turn_of_the_year_rolls_to_the_first_open_day),
		cmocka_unit_test(class_three_makes_sixty_days_of_thirty_and_the_first_day_stays),
		cmocka_unit_test(a_year_without_a_table_needs_review_and_is_never_silent),
		cmocka_unit_test(the_day_is_that_of_japan),
		cmocka_unit_test(one_thousand_is_not_more_than_one_thousand),
		cmocka_unit_test(a_public_body_counts_from_one_hundred_and_one),
		cmocka_unit_test(what_nobody_has_said_counts_as_reportable),
		cmocka_unit_test(the_privacy_mark_and_the_contract_have_their_own_clocks),
		cmocka_unit_test(holidays_substitutes_and_weekends_are_shut),
		cmocka_unit_test(classes_are_written_and_read_back),
		cmocka_unit_test(a_law_that_is_misspelt_is_refused_with_its_line),
		cmocka_unit_test(a_row_without_source_or_day_of_checking_is_refused),
		cmocka_unit_test(a_folder_of_ones_own_replaces_a_row_as_a_whole),
		cmocka_unit_test(the_same_row_twice_in_one_text_is_refused),
		cmocka_unit_test(every_shipped_row_has_its_source),
		cmocka_unit_test(a_season_is_of_the_board_that_has_it),
		cmocka_unit_test(every_kind_of_copy_has_a_word_of_the_law),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
