/*
 * given_names_test.c: logins by rule: what a rule gives, who keeps his, and that nobody gets another's.
 */
#include "base.h"

#include <cmocka.h>

#include "names.h"
#include "plan_test_kit.h"

enum { CROWD = 120 };

static struct nk_names_rule rule(struct school *s, const char *key, const char *template)
{
	struct nk_names_rule r = { .field = NK_FIELD_LOGIN };

	kit_ok(nk_names_rule(nk_str_c(key), nk_str_c(template), s->arena, &r, &s->err), &s->err);
	return r;
}

static struct nk_names_options options(const struct nk_names_rule *rules, size_t n)
{
	return (struct nk_names_options){ .rules = rules,
		.n_rules = n,
		.length = 20,
		.domain = NK_STR("example.jp"),
		.today = nk_time_day(KIT_START, 540) };
}

/* A school whose pupils have no login; pupil i has key number keys[i]. All are called alike in threes. */
static void crowd(struct school *s, const unsigned *keys, size_t n)
{
	static const struct nk_str kana[] = { { "オオノ", 9 }, { "オノ", 6 }, { "サトウ", 9 } };

	school_new(s, 0);
	for (size_t i = 0; i < n; i++) {
		school_person_(s, i);
		(void)snprintf(s->text[i][1], sizeof(s->text[i][1]), "k%04u", keys[i]);
		s->persons[i].field[NK_FIELD_LOGIN] = NK_STR("");
		s->persons[i].field[NK_FIELD_MAIL] = NK_STR("");
		s->persons[i].field[NK_FIELD_SOURCE_KEY] = nk_str_c(s->text[i][1]);
		s->persons[i].field[NK_FIELD_FAMILY_KANA] = kana[keys[i] % 3];
	}
	kit_people_add(&s->k, s->people, s->persons, n);
	s->n = n;
}

static size_t make(struct school *s, const struct nk_names_options *opt, struct nk_names_row **rows)
{
	size_t n = 0;

	kit_ok(nk_names_make(s->people, opt, s->arena, rows, &n, &s->err), &s->err);
	return n;
}

static void take(struct school *s, const struct nk_names_row *rows, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		struct nk_person p = *nk_people_by_number(s->people, rows[i].number);
		struct nk_tx *tx = kit_begin(&s->k);

		p.field[rows[i].field] = rows[i].value;
		p.flags |= NK_PERSON_LOGIN_MADE;
		kit_ok(nk_people_update(s->people, tx, &p, &s->err), &s->err);
		kit_commit(&tx);
	}
}

static void shuffle(unsigned *keys, size_t n, unsigned seed)
{
	for (size_t i = n; i > 1; i--) {
		seed = seed * 1103515245U + 12345U;
		const size_t j = (seed >> 8) % i;
		const unsigned was = keys[i - 1];

		keys[i - 1] = keys[j];
		keys[j] = was;
	}
}

static void the_order_in_which_people_come_does_not_matter(void **state)
{
	char first[CROWD][32];

	(void)state;
	for (unsigned round = 0; round < 4; round++) {
		NK_OWNED(school_done) struct school s = { 0 };
		struct nk_names_row *rows = NULL;
		unsigned keys[CROWD];
		struct nk_names_rule r;
		struct nk_names_options opt;

		for (unsigned i = 0; i < CROWD; i++) {
			keys[i] = i;
		}
		shuffle(keys, round == 0 ? 0 : CROWD, round);
		crowd(&s, keys, CROWD);
		r = rule(&s, "login", "{romaji.family}{seq}");
		opt = options(&r, 1);
		assert_int_equal(make(&s, &opt, &rows), CROWD);
		for (size_t i = 0; i < CROWD; i++) {
			const unsigned key = keys[i];

			assert_int_equal(rows[i].why, NK_NAMES_GIVEN);
			if (round == 0) {
				(void)snprintf(first[key], sizeof(first[key]), "%.*s", NK_FMT(rows[i].value));
			}
			assert_true(nk_str_eq(rows[i].value, nk_str_c(first[key])));
		}
	}
	assert_string_equal(first[0], "ono");
	assert_string_equal(first[1], "ono2");
	assert_string_equal(first[2], "sato");
}

static void who_has_a_name_keeps_it_and_a_later_one_gets_the_next(void **state)
{
	NK_OWNED(school_done) struct school s = { 0 };
	const unsigned keys[] = { 90, 93, 0 };
	struct nk_names_row *rows = NULL;
	struct nk_names_rule r;
	struct nk_names_options opt;

	(void)state;
	crowd(&s, keys, 2);
	r = rule(&s, "login", "{romaji.family}{seq}");
	opt = options(&r, 1);
	assert_int_equal(make(&s, &opt, &rows), 2);
	take(&s, rows, 2);
	assert_int_equal(make(&s, &opt, &rows), 0);
	/* An earlier key that comes later does not push anybody out. */
	school_person_(&s, 2);
	s.persons[2].field[NK_FIELD_LOGIN] = NK_STR("");
	s.persons[2].field[NK_FIELD_MAIL] = NK_STR("");
	s.persons[2].field[NK_FIELD_SOURCE_KEY] = NK_STR("k0000");
	s.persons[2].field[NK_FIELD_FAMILY_KANA] = NK_STR("オオノ");
	kit_people_add(&s.k, s.people, &s.persons[2], 1);
	assert_int_equal(make(&s, &opt, &rows), 1);
	assert_true(nk_str_eq(rows[0].value, NK_STR("ono3")));
}

static void a_blocked_or_reserved_name_is_never_given(void **state)
{
	NK_OWNED(school_done) struct school s = { 0 };
	static const struct nk_str reserved[] = { { "ONO2", 4 } };
	const unsigned keys[] = { 0 };
	struct nk_names_row *rows = NULL;
	struct nk_names_rule r;
	struct nk_names_options opt;
	struct nk_tx *tx = NULL;

	(void)state;
	crowd(&s, keys, 1);
	r = rule(&s, "login", "{romaji.family}{seq}");
	opt = options(&r, 1);
	opt.reserved = reserved;
	opt.n_reserved = 1;
	tx = kit_begin(&s.k);
	kit_ok(nk_tombstone_add(s.people, tx, NK_STR("Ono"), opt.today + 10, &s.err), &s.err);
	kit_commit(&tx);
	assert_int_equal(make(&s, &opt, &rows), 1);
	assert_true(nk_str_eq(rows[0].value, NK_STR("ono3")));
	opt.today += 11;
	assert_int_equal(make(&s, &opt, &rows), 1);
	assert_true(nk_str_eq(rows[0].value, NK_STR("ono")));
}

static void without_a_number_two_of_a_name_are_a_finding(void **state)
{
	NK_OWNED(school_done) struct school s = { 0 };
	const unsigned keys[] = { 0, 1 };
	struct nk_names_row *rows = NULL;
	struct nk_names_rule r;
	struct nk_names_options opt;

	(void)state;
	crowd(&s, keys, 2);
	r = rule(&s, "login", "{romaji.family}");
	opt = options(&r, 1);
	assert_int_equal(make(&s, &opt, &rows), 2);
	assert_int_equal(rows[0].why, NK_NAMES_GIVEN);
	assert_int_equal(rows[1].why, NK_NAMES_TAKEN);
}

static void numbers_of_two_digits_end_at_99(void **state)
{
	NK_OWNED(school_done) struct school s = { 0 };
	unsigned keys[CROWD];
	struct nk_names_row *rows = NULL;
	struct nk_names_rule r;
	struct nk_names_options opt;
	size_t given = 0;

	(void)state;
	for (unsigned i = 0; i < CROWD; i++) {
		keys[i] = 3 * i;
	}
	crowd(&s, keys, CROWD);
	r = rule(&s, "login", "{romaji.family}{seq2}");
	opt = options(&r, 1);
	assert_int_equal(make(&s, &opt, &rows), CROWD);
	assert_true(nk_str_eq(rows[0].value, NK_STR("ono01")));
	for (size_t i = 0; i < CROWD; i++) {
		given += rows[i].why == NK_NAMES_GIVEN ? 1 : 0;
	}
	assert_int_equal(given, 99);
	assert_int_equal(rows[99].why, NK_NAMES_TAKEN);
}

static void the_number_is_never_cut_off_by_the_length(void **state)
{
	NK_OWNED(school_done) struct school s = { 0 };
	const unsigned keys[] = { 2, 5 };
	struct nk_names_row *rows = NULL;
	struct nk_names_rule r;
	struct nk_names_options opt;

	(void)state;
	crowd(&s, keys, 2);
	r = rule(&s, "login", "{romaji.family}.{romaji.given}{seq}");
	opt = options(&r, 1);
	opt.length = 5;
	assert_int_equal(make(&s, &opt, &rows), 2);
	/* "sato." would end in a dot. */
	assert_true(nk_str_eq(rows[0].value, NK_STR("sato")));
	assert_true(nk_str_eq(rows[1].value, NK_STR("sato2")));
}

static void a_blank_item_a_guardian_and_a_protected_person_get_no_name_that_tells(void **state)
{
	NK_OWNED(school_done) struct school s = { 0 };
	const unsigned keys[] = { 0, 1, 2 };
	struct nk_names_row *rows = NULL;
	struct nk_names_rule r[2];
	struct nk_names_options opt;

	(void)state;
	crowd(&s, keys, 3);
	s.persons[0].field[NK_FIELD_FAMILY_KANA] = NK_STR("");
	s.persons[1].flags |= NK_PERSON_SHIELDED;
	s.ms[2][0].role = NK_ROLE_GUARDIAN;
	for (size_t i = 0; i < 3; i++) {
		s.persons[i].number = (uint32_t)i + nk_people_at(s.people, 0)->number;
		s.persons[i].id = nk_people_at(s.people, i)->id;
		school_update(&s, i);
	}
	r[0] = rule(&s, "login", "{romaji.family}{seq}");
	r[1] = rule(&s, "login.protected", "p{seq4}");
	opt = options(r, 1);
	assert_int_equal(make(&s, &opt, &rows), 2);
	assert_int_equal(rows[0].why, NK_NAMES_BLANK);
	assert_int_equal(rows[1].why, NK_NAMES_HIDDEN);
	opt.n_rules = 2;
	assert_int_equal(make(&s, &opt, &rows), 2);
	assert_true(nk_str_eq(rows[1].value, NK_STR("p0001")));
}

static void rules_that_cannot_work_are_refused_when_they_are_read(void **state)
{
	static const char *const bad[][2] = { { "login", "{seq}{seq2}" }, { "login", "{login}x" }, { "login.pupil", "{seq}" },
		{ "mail", "{login}" }, { "login", "{romaji.fam}" }, { "name", "{seq}" }, { "login", "{seq|first:0}" } };
	NK_OWNED(nk_arena_free) struct nk_arena *arena = NULL;
	struct nk_err err = { 0 };

	(void)state;
	kit_ok(nk_arena_new(NK_ARENA_PLAIN, 1 << 20, &arena, &err), &err);
	for (size_t i = 0; i < NK_ARRAY_LEN(bad); i++) {
		struct nk_names_rule r = { .field = NK_FIELD_LOGIN };

		assert_int_equal(nk_names_rule(nk_str_c(bad[i][0]), nk_str_c(bad[i][1]), arena, &r, &err).code, NK_CONFIG);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_order_in_which_people_come_does_not_matter),
		cmocka_unit_test(who_has_a_name_keeps_it_and_a_later_one_gets_the_next),
		cmocka_unit_test(a_blocked_or_reserved_name_is_never_given),
		cmocka_unit_test(without_a_number_two_of_a_name_are_a_finding),
		cmocka_unit_test(numbers_of_two_digits_end_at_99),
		cmocka_unit_test(the_number_is_never_cut_off_by_the_length),
		cmocka_unit_test(a_blank_item_a_guardian_and_a_protected_person_get_no_name_that_tells),
		cmocka_unit_test(rules_that_cannot_work_are_refused_when_they_are_read),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
