/*
 * mapping_test.c: people become entries: who is there, under which name, with which values.
 */
#include "base.h"

#include <cmocka.h>
#include <strings.h>

#include "plan_test_kit.h"

static bool there(const struct nk_desired *d, const char *key, size_t *out)
{
	for (size_t i = 0; i < d->n; i++) {
		if (nk_str_eq(d->entries[i].key, nk_str_c(key))) {
			*out = i;
			return true;
		}
	}
	return false;
}

static const struct nk_entry *entry(const struct nk_desired *d, const char *key)
{
	size_t at = 0;

	assert_true(there(d, key, &at));
	return &d->entries[at];
}

static bool absent(const struct nk_desired *d, const char *key)
{
	size_t at = 0;

	return !there(d, key, &at);
}

static void has(const struct nk_entry *e, const char *attr, const char *value)
{
	for (size_t i = 0; i < e->n_attrs; i++) {
		for (size_t v = 0; nk_str_eq(e->attrs[i].name, nk_str_c(attr)) && v < e->attrs[i].n; v++) {
			if (nk_str_eq(e->attrs[i].values[v], nk_str_c(value))) {
				return;
			}
		}
	}
	fail_msg("%s: %s is not there", attr, value);
}

static bool has_attr(const struct nk_entry *e, const char *attr)
{
	for (size_t i = 0; i < e->n_attrs; i++) {
		if (nk_str_ieq(e->attrs[i].name, nk_str_c(attr))) {
			return true;
		}
	}
	return false;
}

static void a_pupil_stands_there_with_kanji_and_kana(void **state)
{
	NK_OWNED(school_done) struct school s = { 0 };
	struct nk_desired d;
	const struct nk_entry *e = NULL;

	(void)state;
	school_new(&s, 6);
	d = school_desired(&s);
	e = entry(&d, "uid=hm0000,ou=people,dc=example,dc=ac,dc=jp");
	has(e, "objectClass", "inetOrgPerson");
	has(e, "uid", "hm0000");
	has(e, "cn", "東海林 花子");
	has(e, "sn;lang-ja", "東海林");
	has(e, "displayName;lang-ja-kana", "ショウジ ハナコ");
	has(e, "o;lang-ja", "星見ヶ原市立東小学校");
	has(e, "mail", "hm0000@example.ac.jp");
	assert_false(has_attr(e, "employeeNumber"));
	for (size_t i = 1; i < e->n_attrs; i++) {
		assert_true(strcasecmp(e->attrs[i - 1].name.ptr, e->attrs[i].name.ptr) < 0);
	}
}

static void classes_are_named_by_year_school_and_code(void **state)
{
	NK_OWNED(school_done) struct school s = { 0 };
	struct nk_desired d;

	(void)state;
	school_new(&s, 6);
	d = school_desired(&s);
	has(entry(&d, "cn=2026-B148210000017-1-1,ou=groups,dc=example,dc=ac,dc=jp"), "ou;lang-ja", "ひまわり学級");
	/* Without a code the title and a piece of the id. */
	assert_false(absent(&d, "cn=2026-B148210000017-ひまわり学級-5a000000,ou=groups,dc=example,dc=ac,dc=jp"));
	has(entry(&d, "ou=B148210000017,ou=units,dc=example,dc=ac,dc=jp"), "ou;lang-ja", "星見ヶ原市立東小学校");
	assert_int_equal(d.n, 6 + 4 + 1);
	assert_int_equal(d.n_members, 6);
	for (size_t i = 1; i < d.n; i++) {
		assert_true(nk_str_cmp(d.entries[i - 1].key, d.entries[i].key) != 0);
	}
}

static void two_classes_of_one_name_are_told_apart(void **state)
{
	NK_OWNED(school_done) struct school s = { 0 };
	struct nk_desired d;
	struct nk_tx *tx = NULL;
	struct nk_group g = { .id = { { 0xfe, 0xdc, 0xba, 0x98 } },
		.kind = NK_STR("homeroom"),
		.key = NK_STR("twin"),
		.title = NK_STR("t"),
		.code = NK_STR("1-1"),
		.grade = NK_STR(""),
		.school_year = 2026,
		.ended_on = NK_DATE_NONE };

	(void)state;
	school_new(&s, 1);
	g.source = s.k.source;
	g.unit = s.k.unit;
	tx = kit_begin(&s.k);
	kit_ok(nk_people_put_group(s.people, tx, &g, &s.err), &s.err);
	kit_commit(&tx);
	d = school_desired(&s);
	assert_false(absent(&d, "cn=2026-B148210000017-1-1,ou=groups,dc=example,dc=ac,dc=jp"));
	has(entry(&d, "cn=2026-B148210000017-1-1-fedcba98,ou=groups,dc=example,dc=ac,dc=jp"), "cn",
		"2026-B148210000017-1-1-fedcba98");
}

static void who_left_is_suspended_and_who_is_planned_is_not_there(void **state)
{
	NK_OWNED(school_done) struct school s = { 0 };
	struct nk_desired d;

	(void)state;
	school_new(&s, 5);
	s.persons[0].state = NK_PERSON_LEAVING;
	s.persons[1].state = NK_PERSON_PLANNED;
	s.persons[2].valid_from = s.opt.today + 10;
	s.persons[3].valid_until = s.opt.today;
	for (size_t i = 0; i < 4; i++) {
		school_update(&s, i);
	}
	d = school_desired(&s);
	assert_true(entry(&d, "uid=hm0000," KIT_PEOPLE)->suspended);
	assert_true(absent(&d, "uid=hm0001," KIT_PEOPLE));
	assert_true(absent(&d, "uid=hm0002," KIT_PEOPLE));
	assert_true(entry(&d, "uid=hm0003," KIT_PEOPLE)->suspended);
	assert_false(entry(&d, "uid=hm0004," KIT_PEOPLE)->suspended);
	/* Only who may use the account is in a class. */
	assert_int_equal(d.n_members, 1);
}

static void a_person_without_a_login_is_counted(void **state)
{
	NK_OWNED(school_done) struct school s = { 0 };
	struct nk_desired d;

	(void)state;
	school_new(&s, 2);
	s.persons[0].field[NK_FIELD_LOGIN] = NK_STR("");
	school_update(&s, 0);
	d = school_desired(&s);
	assert_int_equal(d.skipped_no_login, 1);
	assert_int_equal(d.n, 1 + 4 + 1);
}

static void a_hostile_login_stays_inside_its_name(void **state)
{
	NK_OWNED(school_done) struct school s = { 0 };
	struct nk_desired d;

	(void)state;
	school_new(&s, 1);
	s.persons[0].field[NK_FIELD_LOGIN] = NK_STR("x,ou=admins+y");
	school_update(&s, 0);
	d = school_desired(&s);
	has(entry(&d, "uid=x\\,ou=admins\\+y," KIT_PEOPLE), "uid", "x,ou=admins+y");
}

static void the_university_speaks_latin_and_japanese(void **state)
{
	NK_OWNED(school_done) struct school s = { 0 };
	struct nk_desired d;
	const struct nk_entry *e = NULL;

	(void)state;
	school_new(&s, 1);
	s.opt.mapping = nk_mapping_default(NK_STR("university"));
	d = school_desired(&s);
	e = entry(&d, "uid=hm0000," KIT_PEOPLE);
	has(e, "sn", "Shoji");
	has(e, "cn", "Hanako Shoji");
	has(e, "jaDisplayName", "東海林 花子");
	has(e, "eduPersonPrincipalName", "hm0000@example.ac.jp");
	has(e, "eduPersonScopedAffiliation", "student@example.ac.jp");
	assert_null(nk_mapping_default(NK_STR("hospital")));
}

static void a_row_of_the_configuration_is_checked(void **state)
{
	NK_OWNED(nk_arena_free) struct nk_arena *arena = NULL;
	struct nk_map_row row = { 0 };
	struct nk_err err = { 0 };

	(void)state;
	kit_ok(nk_arena_new(NK_ARENA_PLAIN, 1 << 20, &arena, &err), &err);
	kit_ok(nk_mapping_row(NK_STR("person.displayName;lang-ja"), NK_STR("{family_shown} {given_shown}"), arena,
		       &row, &err),
		&err);
	assert_int_equal(row.object, NK_OBJECT_PERSON);
	assert_true(nk_str_eq(row.attr, NK_STR("displayName;lang-ja")));
	kit_fails(nk_mapping_row(NK_STR("teacher.cn"), NK_STR("{login}"), arena, &row, &err), NK_CONFIG);
	kit_fails(nk_mapping_row(NK_STR("person.c n"), NK_STR("{login}"), arena, &row, &err), NK_CONFIG);
	kit_fails(nk_mapping_row(NK_STR("person.userPassword"), NK_STR("{login}"), arena, &row, &err), NK_CONFIG);
	kit_fails(nk_mapping_row(NK_STR("person.MEMBER"), NK_STR("{login}"), arena, &row, &err), NK_CONFIG);
	kit_fails(nk_mapping_row(NK_STR("group.cn"), NK_STR("{login}"), arena, &row, &err), NK_CONFIG);
	kit_fails(nk_mapping_row(NK_STR("person."), NK_STR("{login}"), arena, &row, &err), NK_CONFIG);
}

static void the_attributes_to_read_are_each_named_once(void **state)
{
	NK_OWNED(nk_arena_free) struct nk_arena *arena = NULL;
	const struct nk_attr *attrs = NULL;
	struct nk_err err = { 0 };
	size_t n = 0;
	size_t marker = 0;

	(void)state;
	kit_ok(nk_arena_new(NK_ARENA_PLAIN, 1 << 20, &arena, &err), &err);
	kit_ok(nk_mapping_attrs(nk_mapping_default(NK_STR("school")), arena, &attrs, &n, &err), &err);
	for (size_t i = 0; i < n; i++) {
		marker += nk_str_eq(attrs[i].name, NK_STR("employeeType")) ? 1 : 0;
		for (size_t j = 0; j < i; j++) {
			assert_false(nk_str_ieq(attrs[i].name, attrs[j].name));
		}
	}
	assert_int_equal(marker, 1);
}

static void a_protected_person_stands_there_as_an_account_and_nothing_more(void **state)
{
	static const char *const gone[] = { "givenName", "sn;lang-ja", "displayName;lang-ja-kana", "o;lang-ja", "ou;lang-ja" };
	NK_OWNED(school_done) struct school s = { 0 };
	struct nk_desired d;
	const struct nk_entry *e = NULL;
	size_t at = 0;

	(void)state;
	school_new(&s, 6);
	s.persons[1].number = nk_people_at(s.people, 1)->number;
	s.persons[1].id = nk_people_at(s.people, 1)->id;
	s.persons[1].flags |= NK_PERSON_SHIELDED;
	school_update(&s, 1);
	d = school_desired(&s);
	e = entry(&d, "uid=hm0001,ou=people,dc=example,dc=ac,dc=jp");
	has(e, "cn", "hm0001");
	has(e, "sn", "hm0001");
	assert_true(e->hidden);
	for (size_t i = 0; i < NK_ARRAY_LEN(gone); i++) {
		assert_false(has_attr(e, gone[i]));
	}
	assert_true(there(&d, "uid=hm0001,ou=people,dc=example,dc=ac,dc=jp", &at));
	for (size_t i = 0; i < d.n_members; i++) {
		assert_true(d.members[i].person != at);
	}
	assert_false(entry(&d, "uid=hm0002,ou=people,dc=example,dc=ac,dc=jp")->hidden);
}

static void a_row_for_protected_persons_is_theirs_alone_and_takes_the_others_place(void **state)
{
	NK_OWNED(school_done) struct school s = { 0 };
	struct nk_map_row rows[64];
	struct nk_mapping map = *nk_mapping_default(NK_STR("school"));
	struct nk_desired d;

	(void)state;
	school_new(&s, 3);
	s.persons[1].number = nk_people_at(s.people, 1)->number;
	s.persons[1].id = nk_people_at(s.people, 1)->id;
	s.persons[1].flags |= NK_PERSON_HIDDEN;
	school_update(&s, 1);
	assert_true(map.n_rows < 64);
	memcpy(rows, map.rows, map.n_rows * sizeof(*rows));
	kit_ok(nk_mapping_row(NK_STR("protected.person.displayName"), NK_STR("非公開"), s.arena, &rows[map.n_rows], &s.err), &s.err);
	map.rows = rows;
	map.n_rows++;
	s.opt.mapping = &map;
	d = school_desired(&s);
	has(entry(&d, "uid=hm0001,ou=people,dc=example,dc=ac,dc=jp"), "displayName", "非公開");
	has(entry(&d, "uid=hm0002,ou=people,dc=example,dc=ac,dc=jp"), "displayName", "東海林 花子");
	assert_int_equal(nk_mapping_row(NK_STR("protected.group.cn"), NK_STR("x"), s.arena, &rows[0], &s.err).code, NK_CONFIG);
}

/* Person i, who goes by another surname than the family register's, and has a row of his own kind for everything. */
static struct nk_desired with_two_names(struct school *s, enum nk_name_use use, struct nk_map_row *rows, struct nk_mapping *map)
{
	static const char *const more[][2] = { { "person.description", "{family} {middle}" }, { "person.title", "{romaji.family}" } };
	struct nk_person *const p = &s->persons[1];

	*map = *nk_mapping_default(NK_STR("school"));
	memcpy(rows, map->rows, map->n_rows * sizeof(*rows));
	for (size_t i = 0; i < NK_ARRAY_LEN(more); i++) {
		kit_ok(nk_mapping_row(nk_str_c(more[i][0]), nk_str_c(more[i][1]), s->arena, &rows[map->n_rows++], &s->err), &s->err);
	}
	map->rows = rows;
	map->name = use;
	s->opt.mapping = map;
	p->number = nk_people_at(s->people, 1)->number;
	p->id = nk_people_at(s->people, 1)->id;
	p->field[NK_FIELD_MIDDLE] = NK_STR("リー");
	p->field[NK_FIELD_FAMILY_SHOWN] = NK_STR("金城");
	p->field[NK_FIELD_FAMILY_SHOWN_KANA] = NK_STR("キンジョウ");
	p->field[NK_FIELD_FAMILY_ROMAJI] = NK_STR("Kinjoh");
	school_update(s, 1);
	return school_desired(s);
}

static const char two[] = "uid=hm0001,ou=people,dc=example,dc=ac,dc=jp";

static void a_target_of_the_name_in_use_never_sees_the_legal_one(void **state)
{
	NK_OWNED(school_done) struct school s = { 0 };
	struct nk_map_row rows[64];
	struct nk_mapping map;
	struct nk_desired d;

	(void)state;
	assert_int_equal(nk_mapping_default(NK_STR("school"))->name, NK_NAME_IN_USE); /* which is what is taken without a word */
	school_new(&s, 3);
	d = with_two_names(&s, NK_NAME_IN_USE, rows, &map);
	has(entry(&d, two), "cn", "金城 花子");
	has(entry(&d, two), "displayName;lang-ja-kana", "キンジョウ ハナコ");
	has(entry(&d, two), "description", "金城");
	has(entry(&d, two), "title", "Kinjoh");
	for (size_t i = 0; i < entry(&d, two)->n_attrs; i++) {
		for (size_t v = 0; v < entry(&d, two)->attrs[i].n; v++) {
			assert_null(strstr(entry(&d, two)->attrs[i].values[v].ptr, "東海林"));
			assert_null(strstr(entry(&d, two)->attrs[i].values[v].ptr, "リー"));
		}
	}
	has(entry(&d, "uid=hm0002,ou=people,dc=example,dc=ac,dc=jp"), "cn", "東海林 花子"); /* who has one name has that */
}

static void a_target_of_the_legal_name_never_sees_the_one_in_use(void **state)
{
	NK_OWNED(school_done) struct school s = { 0 };
	struct nk_map_row rows[64];
	struct nk_mapping map;
	struct nk_desired d;

	(void)state;
	school_new(&s, 3);
	d = with_two_names(&s, NK_NAME_LEGAL, rows, &map);
	has(entry(&d, two), "cn", "東海林 花子");
	has(entry(&d, two), "sn;lang-ja-kana", "ショウジ");
	has(entry(&d, two), "description", "東海林 リー");
	has(entry(&d, two), "title", "shoji"); /* the one in romaji is of the name in use */
	for (size_t i = 0; i < entry(&d, two)->n_attrs; i++) {
		for (size_t v = 0; v < entry(&d, two)->attrs[i].n; v++) {
			assert_null(strstr(entry(&d, two)->attrs[i].values[v].ptr, "金城"));
			assert_null(strstr(entry(&d, two)->attrs[i].values[v].ptr, "Kinjoh"));
		}
	}
}

static void a_target_of_both_names_gets_what_its_rows_say(void **state)
{
	NK_OWNED(school_done) struct school s = { 0 };
	struct nk_map_row rows[64];
	struct nk_mapping map;
	struct nk_desired d;

	(void)state;
	school_new(&s, 3);
	d = with_two_names(&s, NK_NAME_BOTH, rows, &map);
	has(entry(&d, two), "cn", "金城 花子");
	has(entry(&d, two), "description", "東海林 リー");
}

static void a_protected_person_has_neither_name_in_a_target_of_either(void **state)
{
	NK_OWNED(school_done) struct school s = { 0 };
	struct nk_map_row rows[64];
	struct nk_mapping map;

	(void)state;
	school_new(&s, 3);
	s.persons[1].flags |= NK_PERSON_SHIELDED;
	for (unsigned use = 0; use < NK_NAME_USE_COUNT; use++) {
		const struct nk_desired d = with_two_names(&s, (enum nk_name_use)use, rows, &map);

		has(entry(&d, two), "cn", "hm0001");
		assert_false(has_attr(entry(&d, two), "description"));
		assert_false(has_attr(entry(&d, two), "title"));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_pupil_stands_there_with_kanji_and_kana),
		cmocka_unit_test(a_protected_person_stands_there_as_an_account_and_nothing_more),
		cmocka_unit_test(a_row_for_protected_persons_is_theirs_alone_and_takes_the_others_place),
		cmocka_unit_test(a_target_of_the_name_in_use_never_sees_the_legal_one),
		cmocka_unit_test(a_target_of_the_legal_name_never_sees_the_one_in_use),
		cmocka_unit_test(a_target_of_both_names_gets_what_its_rows_say),
		cmocka_unit_test(a_protected_person_has_neither_name_in_a_target_of_either),
		cmocka_unit_test(classes_are_named_by_year_school_and_code),
		cmocka_unit_test(two_classes_of_one_name_are_told_apart),
		cmocka_unit_test(who_left_is_suspended_and_who_is_planned_is_not_there),
		cmocka_unit_test(a_person_without_a_login_is_counted),
		cmocka_unit_test(a_hostile_login_stays_inside_its_name),
		cmocka_unit_test(the_university_speaks_latin_and_japanese),
		cmocka_unit_test(a_row_of_the_configuration_is_checked),
		cmocka_unit_test(the_attributes_to_read_are_each_named_once),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
