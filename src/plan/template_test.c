/*
 * template_test.c: what templates give, and how they say what is wrong with them.
 */
#include "base.h"

#include <cmocka.h>

#include "kit.h"
#include "template_int.h"

static struct nk_person somebody(void)
{
	struct nk_person p = { .state = NK_PERSON_ACTIVE };

	p.field[NK_FIELD_LOGIN] = NK_STR("hm0001");
	p.field[NK_FIELD_FAMILY] = NK_STR("山﨑");
	p.field[NK_FIELD_GIVEN] = NK_STR("花子");
	p.field[NK_FIELD_GIVEN_SHOWN] = NK_STR("ハナ");
	p.field[NK_FIELD_FAMILY_KANA] = NK_STR("ヤマザキ");
	p.field[NK_FIELD_GIVEN_KANA] = NK_STR("はなこ");
	p.field[NK_FIELD_MAIL] = NK_STR("Hana@Example.ac.jp");
	return p;
}

/* "" stands for no value. */
static void gives(const char *text, const char *want)
{
	NK_OWNED(nk_arena_free) struct nk_arena *arena = NULL;
	NK_OWNED(nk_buf_done) struct nk_buf out = { 0 };
	const struct nk_person p = somebody();
	const struct nk_unit u = { .name = NK_STR("東小学校"), .key = NK_STR("key-1") };
	const struct nk_group g = {
		.id = { { 0xab, 0xcd, 0x01, 0x02 } }, .title = NK_STR("1年1組"), .school_year = 2026
	};
	const struct nk_template_scope scope = { .person = &p,
		.unit = &u,
		.group = &g,
		.role = NK_ROLE_TEACHER,
		.has_role = true,
		.domain = NK_STR("example.ac.jp") };
	const struct nk_template *t = NULL;
	struct nk_err err = { 0 };
	bool blank = false;

	nk_buf_init(&out, 1000);
	kit_ok(nk_arena_new(NK_ARENA_PLAIN, 1 << 20, &arena, &err), &err);
	kit_ok(nk_template_compile(nk_str_c(text), NK_OBJECT_PERSON, arena, &t, &err), &err);
	kit_ok(nk_template_run(t, &scope, &out, &blank, &err), &err);
	assert_int_equal(blank, want[0] == '\0');
	if (!nk_str_eq(nk_buf_str(&out), nk_str_c(want))) {
		fail_msg("%s gives %.*s", text, NK_FMT(nk_buf_str(&out)));
	}
}

static void words_and_functions_of_logins_work_on_readings_and_years(void **state)
{
	(void)state;
	gives("{romaji.family}.{romaji.given}", "yamazaki.hanako");
	gives("{initials}", "yh");
	gives("{kana.family|long}", "yamazaki");
	gives("{mail|last:2|upper}", "JP");
	gives("{mail|ascii|lower}", "hanaexampleacjp");
	/* Nobody's first day is 1970: without one there is no year of entry here. */
	gives("{given_shown|last:1}", "ナ");
}

static void names_and_literals_make_a_value(void **state)
{
	(void)state;
	gives("{login}@{domain}", "hm0001@example.ac.jp");
	gives("{family} {given}", "山﨑 花子");
	gives("plain", "plain");
	gives("{unit.name} {group.title}", "東小学校 1年1組");
	gives("{group.year}-{unit.label}-{group.label}", "2026-key-1-1年1組-abcd0102");
	gives("{role}/{affiliation}", "teacher/faculty");
}

static void a_preferred_name_wins_and_a_blank_one_falls_back(void **state)
{
	(void)state;
	gives("{family_shown} {given_shown}", "山﨑 ハナ");
	gives("{name}", "山﨑 ハナ");
	gives("{name_kana}", "ヤマザキ はなこ");
}

static void functions_change_a_value_in_their_order(void **state)
{
	(void)state;
	gives("{mail|lower}", "hana@example.ac.jp");
	gives("{mail|upper|first:4}", "HANA");
	gives("{family_romaji|title}", "Yamazaki");
	gives("{family_kana|romaji|title|first:1}. {given_kana|romaji|upper}", "Y. HANAKO");
	gives("{given_kana|kana}", "ハナコ");
	gives("{family|first:1}", "山");
	gives("{grade|default:none}", "none");
	gives("{name_latin}", "Hanako Yamazaki");
}

static void a_template_whose_names_are_all_blank_gives_nothing(void **state)
{
	(void)state;
	gives("{grade}", "");
	gives("grade {grade} class {home_class}", "");
	gives("{grade}@{domain}", "");
	gives("{grade} {login}", "hm0001");
	gives("", "");
}

static void fault_at(const char *text, enum nk_object_kind kind, size_t column)
{
	struct nk_err err = { 0 };
	char want[32];

	kit_fails(nk_template_check(nk_str_c(text), kind, &err), NK_CONFIG);
	(void)snprintf(want, sizeof(want), "column %zu", column);
	if (column > 0 && strstr(err.text[NK_LANG_EN], want) == NULL) {
		fail_msg("%s: %s", text, err.text[NK_LANG_EN]);
	}
}

static void a_fault_is_named_with_its_column(void **state)
{
	(void)state;
	fault_at("{nobody}", NK_OBJECT_PERSON, 2);
	fault_at("ab {login|shout}", NK_OBJECT_PERSON, 11);
	fault_at("{login|lower|first:0}", NK_OBJECT_PERSON, 14);
	fault_at("{login|first}", NK_OBJECT_PERSON, 8);
	fault_at("{login|lower:x}", NK_OBJECT_PERSON, 8);
	fault_at("ab{login", NK_OBJECT_PERSON, 3);
	fault_at("ab}", NK_OBJECT_PERSON, 3);
	fault_at("{login}", NK_OBJECT_GROUP, 2);
	fault_at("{group.title}", NK_OBJECT_UNIT, 2);
	fault_at("{login}{login}{login}{login}{login}{login}{login}{login}{login}{login}{login}"
		 "{login}{login}{login}{login}{login}{login}{login}{login}{login}{login}{login}"
		 "{login}{login}{login}{login}{login}{login}{login}{login}{login}{login}{login}",
		NK_OBJECT_PERSON, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(words_and_functions_of_logins_work_on_readings_and_years),
		cmocka_unit_test(names_and_literals_make_a_value),
		cmocka_unit_test(a_preferred_name_wins_and_a_blank_one_falls_back),
		cmocka_unit_test(functions_change_a_value_in_their_order),
		cmocka_unit_test(a_template_whose_names_are_all_blank_gives_nothing),
		cmocka_unit_test(a_fault_is_named_with_its_column),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
