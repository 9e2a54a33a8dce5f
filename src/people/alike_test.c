/*
 * alike_test.c: who is shown as perhaps one person, and who is not.
 */
#include "base.h"

#include <cmocka.h>

#include "alike.h"
#include "kit_store.h"

struct row {
	const char *login, *family, *given, *kfamily, *kgiven, *birth;
};

static void look(const struct row *rows, size_t n_rows, struct nk_alike *out, size_t *out_n)
{
	NK_OWNED(nk_arena_free) struct nk_arena *arena = NULL;
	NK_OWNED(kit_store_done) struct kit_store k = { 0 };
	NK_OWNED(nk_people_free) struct nk_people *people = NULL;
	struct nk_person list[8];
	struct nk_alike *found = NULL;
	struct nk_err err = { 0 };
	bool more = true;

	kit_store_new(&k);
	people = kit_people_open(&k);
	for (size_t i = 0; i < n_rows; i++) {
		list[i] = kit_person(rows[i].login, rows[i].family, rows[i].given, rows[i].kfamily, rows[i].kgiven);
		list[i].field[NK_FIELD_BIRTH_DATE] = nk_str_c(rows[i].birth);
	}
	kit_people_add(&k, people, list, n_rows);
	kit_ok(nk_arena_new(NK_ARENA_WIPING, 1 << 20, &arena, &err), &err);
	kit_ok(nk_alike_find(people, arena, &found, out_n, &more, &err), &err);
	assert_false(more);
	assert_true(*out_n <= 8);
	for (size_t i = 0; i < *out_n; i++) {
		out[i] = found[i];
	}
}

static void same_reading_and_birthday_are_alike_and_so_are_variants_of_kanji(void **state)
{
	static const struct row rows[] = {
		{ "a1", "髙橋", "一", "タカハシ", "ハジメ", "2012-04-05" },
		{ "a2", "高橋", "一", "たかはし", "はじめ", "2012-04-05" },
		{ "a3", "高橋", "一", "コウキョウ", "イチ", "2012-04-05" },
	};
	struct nk_alike pairs[8];
	size_t n = 0;

	(void)state;
	look(rows, NK_ARRAY_LEN(rows), pairs, &n);
	assert_int_equal(n, 3);
	assert_int_equal(pairs[0].why, 1U << NK_ALIKE_KANA_BIRTH | 1U << NK_ALIKE_NAME_BIRTH);
	assert_int_equal(pairs[1].why, 1U << NK_ALIKE_NAME_BIRTH);
	assert_true(pairs[0].a < pairs[0].b);
}

static void twins_and_namesakes_with_other_birthdays_are_not_alike(void **state)
{
	static const struct row rows[] = {
		{ "b1", "双葉", "春", "フタバ", "ハル", "2012-04-05" },
		{ "b2", "双葉", "秋", "フタバ", "アキ", "2012-04-05" },
		{ "b3", "双葉", "春", "フタバ", "ハル", "2013-09-09" },
	};
	struct nk_alike pairs[8];
	size_t n = 0;

	(void)state;
	look(rows, NK_ARRAY_LEN(rows), pairs, &n);
	assert_int_equal(n, 0);
}

static void a_missing_birthday_makes_one_name_and_reading_alike_and_a_blank_reading_nobody(void **state)
{
	static const struct row rows[] = {
		{ "c1", "欠田", "空", "カケダ", "ソラ", "2012-04-05" },
		{ "c2", "欠田", "空", "カケダ", "ソラ", "" },
		{ "c3", "無読", "空", "", "", "" },
		{ "c4", "無読", "空", "", "", "" },
	};
	struct nk_alike pairs[8];
	size_t n = 0;

	(void)state;
	look(rows, NK_ARRAY_LEN(rows), pairs, &n);
	assert_int_equal(n, 1);
	assert_int_equal(pairs[0].why, 1U << NK_ALIKE_NAME_KANA);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(same_reading_and_birthday_are_alike_and_so_are_variants_of_kanji),
		cmocka_unit_test(twins_and_namesakes_with_other_birthdays_are_not_alike),
		cmocka_unit_test(a_missing_birthday_makes_one_name_and_reading_alike_and_a_blank_reading_nobody),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
