/*
 * whole_test.c: several records of one person: head and parts, what is stricter is everybody's, found once. All persons are made up.
 */
#include "base.h"

#include <cmocka.h>

#include "alike.h"

#include "kit_store.h"

enum { A, B, C, N };

struct world {
	struct kit_store k;
	struct nk_people *people;
	struct nk_uuid id[N];
};

static void world_done(struct world *w)
{
	nk_people_free(&w->people);
	kit_store_done(&w->k);
}

static void world_new(struct world *w)
{
	struct nk_person p[N] = { kit_person("taro-1", "残川", "消太郎", "ザンカワ", "ショウタロウ"),
		kit_person("taro-2", "残川", "消太郎", "ザンカワ", "ショウタロウ"), kit_person("jiro", "幻田", "次郎", "ゲンダ", "ジロウ") };

	p[A].field[NK_FIELD_BIRTH_DATE] = p[B].field[NK_FIELD_BIRTH_DATE] = NK_STR("2012-04-02");
	kit_store_new(&w->k);
	w->people = kit_people_open(&w->k);
	kit_people_add(&w->k, w->people, p, N);
	for (unsigned i = 0; i < N; i++) {
		w->id[i] = nk_people_at(w->people, i)->id;
	}
}

static const struct nk_person *person(const struct world *w, unsigned i)
{
	return nk_people_by_id(w->people, w->id[i]);
}

static uint32_t number(const struct world *w, unsigned i)
{
	return person(w, i)->number;
}

static enum nk_code point(struct world *w, unsigned from, const char *to)
{
	NK_OWNED(nk_tx_end) struct nk_tx *tx = kit_begin(&w->k);
	struct nk_person p = *person(w, from);
	struct nk_err err = { 0 };
	nk_rc rc;

	p.field[NK_FIELD_MERGED_INTO] = nk_str_c(to);
	rc = nk_people_update(w->people, tx, &p, &err);
	if (nk_ok(rc)) {
		kit_commit(&tx);
	}
	return rc.code;
}

static void merge(struct world *w, unsigned part, unsigned head)
{
	char text[NK_UUID_TEXT];

	assert_int_equal(point(w, part, nk_uuid_print(w->id[head], text)), NK_OK);
}

static void set_flags(struct world *w, unsigned i, unsigned flags)
{
	struct nk_tx *tx = kit_begin(&w->k);
	struct nk_person p = *person(w, i);
	struct nk_err err = { 0 };

	p.flags = flags;
	kit_ok(nk_people_update(w->people, tx, &p, &err), &err);
	kit_commit(&tx);
}

static void whole_is(const struct world *w, unsigned of, const unsigned *wanted, size_t n)
{
	uint32_t all[NK_WHOLE_MAX];

	assert_int_equal(nk_people_whole(w->people, number(w, of), all), n);
	for (size_t i = 0; i < n; i++) {
		assert_int_equal(all[i], number(w, wanted[i]));
	}
}

static void a_whole_is_a_head_and_its_parts_and_stays_so_behind_a_reopening(void **state)
{
	NK_OWNED(world_done) struct world w = { .people = NULL };
	const unsigned all[] = { B, A, C };

	(void)state;
	world_new(&w);
	whole_is(&w, A, &all[1], 1);
	merge(&w, C, B);
	merge(&w, A, B);
	for (int again = 0; again < 2; again++) {
		whole_is(&w, A, all, 3);
		whole_is(&w, B, all, 3);
		whole_is(&w, C, all, 3);
		assert_true(nk_people_is_part(w.people, person(&w, A)) && nk_people_is_part(w.people, person(&w, C)));
		assert_false(nk_people_is_part(w.people, person(&w, B)));
		assert_ptr_equal(nk_people_head(w.people, person(&w, C)), person(&w, B));
		assert_int_equal(nk_people_head_number(w.people, number(&w, A)), number(&w, B));
		nk_people_free(&w.people);
		kit_store_reopen(&w.k);
		w.people = kit_people_open(&w.k);
	}
	assert_int_equal(point(&w, A, ""), NK_OK);
	whole_is(&w, A, &all[1], 1);
	assert_int_equal(nk_people_head_number(w.people, 999), 999);
}

static void a_record_points_to_a_head_that_is_there_and_to_no_part_and_not_to_itself(void **state)
{
	NK_OWNED(world_done) struct world w = { .people = NULL };
	char text[NK_UUID_TEXT];

	(void)state;
	world_new(&w);
	assert_int_equal(point(&w, A, "77777777-0000-4000-8000-000000000001"), NK_INVALID);
	assert_int_equal(point(&w, A, "not an id"), NK_INVALID);
	assert_int_equal(point(&w, A, nk_uuid_print(w.id[A], text)), NK_INVALID);
	merge(&w, B, A);
	assert_int_equal(point(&w, C, nk_uuid_print(w.id[B], text)), NK_INVALID);
	assert_int_equal(point(&w, A, nk_uuid_print(w.id[C], text)), NK_INVALID); /* a head points to nobody */
}

static void one_person_is_at_most_sixteen_records(void **state)
{
	NK_OWNED(world_done) struct world w = { .people = NULL };
	char text[NK_UUID_TEXT];

	(void)state;
	world_new(&w);
	for (unsigned i = 0; i < NK_WHOLE_MAX; i++) {
		char login[16];
		struct nk_person p;
		struct nk_tx *tx = NULL;
		struct nk_err err = { 0 };
		nk_rc rc;

		(void)snprintf(login, sizeof(login), "more-%u", i);
		p = kit_person(login, "試山", "無量介", "タメヤマ", "ムリョウスケ");
		kit_people_add(&w.k, w.people, &p, 1);
		p = *nk_people_by_field(w.people, NK_FIELD_LOGIN, nk_str_c(login));
		p.field[NK_FIELD_MERGED_INTO] = nk_str_c(nk_uuid_print(w.id[A], text));
		tx = kit_begin(&w.k);
		rc = nk_people_update(w.people, tx, &p, &err);
		assert_int_equal(rc.code, i + 1 < NK_WHOLE_MAX ? NK_OK : NK_LIMIT);
		if (nk_ok(rc)) {
			kit_commit(&tx);
		}
		nk_tx_end(&tx);
	}
}

static NK_RESULT note_flags(void *arg, const struct nk_person *p, struct nk_err *err)
{
	unsigned *const flags = arg;

	(void)err;
	flags[p->number % 8] = p->flags;
	return nk_done();
}

static void what_protects_one_record_protects_the_whole_and_a_split_takes_nothing_of_it_away(void **state)
{
	NK_OWNED(world_done) struct world w = { .people = NULL };
	struct nk_err err = { 0 };
	unsigned flags[8] = { 0 };

	(void)state;
	world_new(&w);
	assert_false(nk_person_hidden(person(&w, A)));
	merge(&w, B, A);
	set_flags(&w, B, NK_PERSON_HOLD | NK_PERSON_HIDDEN | NK_PERSON_LOGIN_MADE);
	assert_int_equal(person(&w, A)->flags, NK_PERSON_HOLD | NK_PERSON_HIDDEN); /* a login made by rule is B's own matter */
	kit_ok(nk_people_each(w.people, note_flags, flags, &err), &err);
	assert_int_equal(flags[number(&w, A) % 8], NK_PERSON_HOLD | NK_PERSON_HIDDEN);
	set_flags(&w, A, person(&w, A)->flags | NK_PERSON_SHIELDED | NK_PERSON_PROTECTED);
	assert_true((person(&w, B)->flags & NK_PERSON_SHIELDED) != 0 && (person(&w, B)->flags & NK_PERSON_PROTECTED) != 0);
	assert_int_equal(person(&w, C)->flags, 0);
	assert_int_equal(point(&w, B, ""), NK_OK);
	assert_int_equal(person(&w, A)->flags & NK_PERSON_HOLD, NK_PERSON_HOLD);
	assert_int_equal(person(&w, B)->flags & NK_PERSON_SHIELDED, NK_PERSON_SHIELDED);
}

static void a_search_finds_the_head_once_by_the_words_of_either(void **state)
{
	NK_OWNED(world_done) struct world w = { .people = NULL };
	const struct nk_person *found[4] = { NULL };
	struct nk_err err = { 0 };
	size_t n = 0;
	size_t total = 0;

	(void)state;
	world_new(&w);
	merge(&w, B, A);
	kit_ok(nk_people_search(w.people, NK_STR("残川"), 4, found, &n, &total, &err), &err);
	assert_int_equal(n, 1);
	assert_int_equal(total, 1);
	assert_int_equal(found[0]->number, number(&w, A));
	kit_ok(nk_people_search(w.people, NK_STR("taro-2"), 4, found, &n, &total, &err), &err);
	assert_int_equal(n, 1);
	assert_int_equal(found[0]->number, number(&w, A));
	kit_ok(nk_people_search(w.people, NK_STR(""), 4, found, &n, &total, &err), &err);
	assert_int_equal(total, 2);
}

static void records_of_one_person_are_no_duplicates_and_a_third_one_is_told_beside_the_head(void **state)
{
	NK_OWNED(world_done) struct world w = { .people = NULL };
	NK_OWNED(nk_arena_free) struct nk_arena *arena = NULL;
	struct nk_person third = kit_person("taro-3", "残川", "消太郎", "ザンカワ", "ショウタロウ");
	struct nk_alike *pairs = NULL;
	struct nk_err err = { 0 };
	bool more = false;
	size_t n = 0;

	(void)state;
	world_new(&w);
	kit_ok(nk_arena_new(NK_ARENA_WIPING, 1 << 20, &arena, &err), &err);
	kit_ok(nk_alike_find(w.people, arena, &pairs, &n, &more, &err), &err);
	assert_int_equal(n, 1);
	merge(&w, B, A);
	kit_ok(nk_alike_find(w.people, arena, &pairs, &n, &more, &err), &err);
	assert_int_equal(n, 0);
	third.field[NK_FIELD_BIRTH_DATE] = NK_STR("2012-04-02");
	kit_people_add(&w.k, w.people, &third, 1);
	kit_ok(nk_alike_find(w.people, arena, &pairs, &n, &more, &err), &err);
	assert_int_equal(n, 1);
	assert_int_equal(pairs[0].a, number(&w, A));
	assert_int_equal(pairs[0].b, number(&w, C) + 1);
}

static void a_part_whose_head_is_gone_is_a_person_of_its_own_again(void **state)
{
	NK_OWNED(world_done) struct world w = { .people = NULL };
	struct nk_tx *tx = NULL;
	struct nk_err err = { 0 };
	uint32_t head = 0;

	(void)state;
	world_new(&w);
	merge(&w, B, A);
	head = number(&w, A);
	tx = kit_begin(&w.k);
	kit_ok(nk_people_erase(w.people, tx, &head, 1, &err), &err);
	kit_commit(&tx);
	assert_false(nk_people_is_part(w.people, person(&w, B)));
	assert_ptr_equal(nk_people_head(w.people, person(&w, B)), person(&w, B));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_whole_is_a_head_and_its_parts_and_stays_so_behind_a_reopening),
		cmocka_unit_test(a_record_points_to_a_head_that_is_there_and_to_no_part_and_not_to_itself),
		cmocka_unit_test(one_person_is_at_most_sixteen_records),
		cmocka_unit_test(what_protects_one_record_protects_the_whole_and_a_split_takes_nothing_of_it_away),
		cmocka_unit_test(a_search_finds_the_head_once_by_the_words_of_either),
		cmocka_unit_test(records_of_one_person_are_no_duplicates_and_a_third_one_is_told_beside_the_head),
		cmocka_unit_test(a_part_whose_head_is_gone_is_a_person_of_its_own_again),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
