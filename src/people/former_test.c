/*
 * former_test.c: names of before: kept whoever changes a name, each once, sealed with the record, gone with it. All persons are made
 * up.
 */
#include "base.h"

#include <cmocka.h>

#include "former_int.h"

#include "kit_store.h"

struct world {
	struct kit_store k;
	struct nk_people *people;
	struct nk_person p;
};

static void world_done(struct world *w)
{
	nk_people_free(&w->people);
	kit_store_done(&w->k);
}

static void world_new(struct world *w)
{
	kit_store_new(&w->k);
	w->people = kit_people_open(&w->k);
	w->p = kit_person("hanako", "太田", "花子", "オオタ", "ハナコ");
	kit_people_add(&w->k, w->people, &w->p, 1);
}

static void write_person(struct world *w)
{
	struct nk_tx *tx = kit_begin(&w->k);
	struct nk_err err = { 0 };

	kit_ok(nk_people_update(w->people, tx, &w->p, &err), &err);
	kit_commit(&tx);
}

static void call(struct world *w, const char *family, const char *kana)
{
	w->p.field[NK_FIELD_FAMILY] = nk_str_c(family);
	w->p.field[NK_FIELD_FAMILY_KANA] = nk_str_c(kana);
	write_person(w);
}

/* The surnames of before, the newest first, with a blank behind each. */
static void is_formerly(const struct world *w, const char *wanted)
{
	NK_OWNED(nk_buf_done) struct nk_buf got = { 0 };
	struct nk_str rest = nk_people_at(w->people, 0)->field[NK_FIELD_FORMER];
	struct nk_person before;
	struct nk_err err = { 0 };
	nk_time until = 0;

	nk_buf_init_wiping(&got, 65536);
	while (nk_former_next(&rest, &until, &before)) {
		assert_true(until > 0);
		assert_true(nk_str_eq(before.field[NK_FIELD_GIVEN], NK_STR("花子")));
		kit_ok(nk_buf_add_str(&got, before.field[NK_FIELD_FAMILY], &err), &err);
		kit_ok(nk_buf_add_byte(&got, ' ', &err), &err);
	}
	if (!nk_str_eq(nk_buf_str(&got), nk_str_c(wanted))) {
		fail_msg("%.*s instead of %s", (int)got.len, (const char *)got.ptr, wanted);
	}
}

static void a_surname_that_changes_stays_in_the_record_and_behind_a_reopening(void **state)
{
	NK_OWNED(world_done) struct world w = { .people = NULL };

	(void)state;
	world_new(&w);
	is_formerly(&w, "");
	call(&w, "茅場", "カヤバ");
	is_formerly(&w, "太田 ");
	nk_people_free(&w.people);
	kit_store_reopen(&w.k);
	w.people = kit_people_open(&w.k);
	is_formerly(&w, "太田 ");
	call(&w, "小野", "オノ");
	is_formerly(&w, "茅場 太田 ");
}

static void a_name_that_comes_back_is_no_name_of_before_and_none_stands_twice(void **state)
{
	NK_OWNED(world_done) struct world w = { .people = NULL };

	(void)state;
	world_new(&w);
	call(&w, "茅場", "カヤバ");
	call(&w, "太田", "オオタ");
	is_formerly(&w, "茅場 ");
	call(&w, "茅場", "カヤバ");
	is_formerly(&w, "太田 ");
}

static void what_is_added_to_a_name_or_is_no_name_makes_no_name_of_before(void **state)
{
	NK_OWNED(world_done) struct world w = { .people = NULL };

	(void)state;
	world_new(&w);
	w.p.field[NK_FIELD_MIDDLE] = NK_STR("マリア");
	w.p.field[NK_FIELD_GRADE] = NK_STR("3");
	write_person(&w);
	is_formerly(&w, "");
	w.p.field[NK_FIELD_MIDDLE] = NK_STR("");
	write_person(&w);
	is_formerly(&w, "太田 ");
}

static void no_caller_takes_a_name_of_before_away_or_makes_one_up(void **state)
{
	NK_OWNED(world_done) struct world w = { .people = NULL };

	(void)state;
	world_new(&w);
	call(&w, "茅場", "カヤバ");
	w.p.field[NK_FIELD_FORMER] = NK_STR("");
	write_person(&w);
	is_formerly(&w, "太田 ");
	w.p.field[NK_FIELD_FORMER] = NK_STR("what is no list of names");
	write_person(&w);
	is_formerly(&w, "太田 ");
}

/* What a source tells of before: a surname, and since when it is none any more is not known. */
static struct nk_str told(struct nk_buf *room, const char *family)
{
	const struct nk_person before = { .field = { [NK_FIELD_FAMILY] = nk_str_c(family), [NK_FIELD_GIVEN] = NK_STR("花子") } };
	struct nk_err err = { 0 };

	kit_ok(nk_former_add(&before, 0, room, &err), &err);
	return nk_buf_str(room);
}

static void a_name_of_before_that_a_source_tells_is_added_once(void **state)
{
	NK_OWNED(world_done) struct world w = { .people = NULL };
	NK_OWNED(nk_buf_done) struct nk_buf room = { 0 };
	struct nk_str list;
	struct nk_person before;
	nk_time until = 1;

	(void)state;
	world_new(&w);
	nk_buf_init_wiping(&room, 4096);
	list = told(&room, "茅場");
	assert_false(nk_former_known(w.p.field, list));
	w.p.field[NK_FIELD_FORMER] = list;
	write_person(&w);
	write_person(&w);
	list = nk_people_at(w.people, 0)->field[NK_FIELD_FORMER];
	assert_true(nk_former_next(&list, &until, &before));
	assert_int_equal(until, 0);
	assert_true(nk_str_eq(before.field[NK_FIELD_FAMILY], NK_STR("茅場")));
	assert_false(nk_former_next(&list, &until, &before));
	assert_true(nk_former_known(nk_people_at(w.people, 0)->field, nk_buf_str(&room)));
	nk_buf_reset(&room);
	assert_true(nk_former_known(w.p.field, told(&room, "太田"))); /* which she is called today */
}

static void the_oldest_of_too_many_names_of_before_make_room(void **state)
{
	NK_OWNED(world_done) struct world w = { .people = NULL };
	static char names[NK_FORMER_MAX + 3][8];
	struct nk_str rest;
	struct nk_person before;
	nk_time until = 0;
	size_t n = 0;

	(void)state;
	world_new(&w);
	for (size_t i = 0; i < NK_ARRAY_LEN(names); i++) {
		snprintf(names[i], sizeof(names[i]), "n%zu", i);
		call(&w, names[i], names[i]);
	}
	rest = nk_people_at(w.people, 0)->field[NK_FIELD_FORMER];
	while (nk_former_next(&rest, &until, &before)) {
		assert_true(nk_str_eq(before.field[NK_FIELD_FAMILY], nk_str_c(names[NK_FORMER_MAX + 1 - n])));
		n++;
	}
	assert_int_equal(n, NK_FORMER_MAX);
}

static void long_names_of_before_never_make_a_record_too_long(void **state)
{
	NK_OWNED(world_done) struct world w = { .people = NULL };
	static char longest[NK_FIELD_LEN_MAX / 2];

	(void)state;
	world_new(&w);
	memset(longest, 'x', sizeof(longest) - 1);
	call(&w, longest, longest);
	is_formerly(&w, "太田 ");
	call(&w, "小野", "オノ");
	is_formerly(&w, "太田 ");
}

static void bytes_that_are_no_list_of_names_of_before_are_none(void **state)
{
	static const char *const lists[] = { "", "\x1e", "\x1f\x1f\x1e", "yesterday\x1fx\x1e", "\x1e\x1e\x1e" };
	struct nk_person before;
	nk_time until = 0;

	(void)state;
	for (size_t i = 0; i < NK_ARRAY_LEN(lists); i++) {
		struct nk_str rest = nk_str_c(lists[i]);

		assert_false(nk_former_next(&rest, &until, &before));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_surname_that_changes_stays_in_the_record_and_behind_a_reopening),
		cmocka_unit_test(a_name_that_comes_back_is_no_name_of_before_and_none_stands_twice),
		cmocka_unit_test(what_is_added_to_a_name_or_is_no_name_makes_no_name_of_before),
		cmocka_unit_test(no_caller_takes_a_name_of_before_away_or_makes_one_up),
		cmocka_unit_test(a_name_of_before_that_a_source_tells_is_added_once),
		cmocka_unit_test(the_oldest_of_too_many_names_of_before_make_room),
		cmocka_unit_test(long_names_of_before_never_make_a_record_too_long),
		cmocka_unit_test(bytes_that_are_no_list_of_names_of_before_are_none),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
