/*
 * people_write_test.c: uniqueness, tombstones, erasure, new tokens, and that the indexes follow. All persons are made
 * up.
 */
#include "base.h"

#include <cmocka.h>

#include "people.h"

#include "kit_store.h"

#define STR_EQ(a, b) assert_true(nk_str_eq((a), (b)))

static struct nk_person genki(void)
{
	struct nk_person p = kit_person("genki.takahashi", "髙橋", "元気", "タカハシ", "ゲンキ");

	p.field[NK_FIELD_MAIL] = NK_STR("Genki.Takahashi@example.ac.jp");
	p.field[NK_FIELD_STUDENT_NUMBER] = NK_STR("S-2025-0417");
	p.field[NK_FIELD_MASTER_ID] = NK_STR("1d7a2c34-0001");
	return p;
}

static struct nk_person hanako(void)
{
	struct nk_person p = kit_person("hanako.ota", "太田", "花子", "オオタ", "ハナコ");

	p.field[NK_FIELD_MAIL] = NK_STR("hanako@example.ac.jp");
	p.field[NK_FIELD_STUDENT_NUMBER] = NK_STR("S-2025-0418");
	return p;
}

static void change(struct kit_store *k, struct nk_people *people, const struct nk_person *p)
{
	struct nk_tx *tx = kit_begin(k);
	struct nk_err err = { 0 };

	kit_ok(nk_people_update(people, tx, p, &err), &err);
	kit_commit(&tx);
}

static size_t found(const struct nk_people *people, const char *query, const struct nk_person **out, size_t max)
{
	struct nk_err err = { 0 };
	size_t n = 0;
	size_t total = 0;

	kit_ok(nk_people_search(people, nk_str_c(query), max, out, &n, &total, &err), &err);
	assert_true(n == (total < max ? total : max));
	return total;
}

static size_t hits(const struct nk_people *people, const char *query)
{
	const struct nk_person *out[16];

	return found(people, query, out, 16);
}

static void taken(struct kit_store *k, struct nk_people **people, struct nk_person *p, const char *text)
{
	struct nk_tx *tx = kit_begin(k);
	struct nk_err err = { 0 };

	kit_fails(kit_people_add_rc(k, *people, tx, p, 1, &err), NK_EXISTS);
	assert_string_equal(err.text[NK_LANG_EN], text);
	nk_tx_end(&tx);
	/* After a transaction that did not commit the handle is stale. */
	nk_people_free(people);
	*people = kit_people_open(k);
}

static void identifiers_are_unique_and_the_error_names_numbers_only(void **state)
{
	NK_OWNED(kit_store_done) struct kit_store k = { 0 };
	NK_OWNED(nk_people_free) struct nk_people *people = NULL;
	struct nk_person first = genki();
	struct nk_person p = kit_person("someone", "姓", "名", "セイ", "メイ");

	(void)state;
	kit_store_new(&k);
	people = kit_people_open(&k);
	kit_people_add(&k, people, &first, 1);
	p.field[NK_FIELD_LOGIN] = NK_STR("Ｇenki.TAKAHASHI");
	taken(&k, &people, &p, "the login of person 2 is already that of person 1");
	p.field[NK_FIELD_LOGIN] = NK_STR("someone");
	p.field[NK_FIELD_MAIL] = NK_STR("GENKI.takahashi@example.ac.jp");
	taken(&k, &people, &p, "the mail address of person 2 is already that of person 1");
	p.field[NK_FIELD_MAIL] = NK_STR("");
	p.field[NK_FIELD_STUDENT_NUMBER] = NK_STR("Ｓ-2025-0417");
	taken(&k, &people, &p, "the student or staff number of person 2 is already that of person 1");
	p.field[NK_FIELD_STUDENT_NUMBER] = NK_STR("s-2025-0417");
	p.field[NK_FIELD_MASTER_ID] = NK_STR("1d7a2c34-0001");
	taken(&k, &people, &p, "the master identifier of person 2 is already that of person 1");
	p.field[NK_FIELD_MASTER_ID] = NK_STR("1D7A2C34-0001");
	kit_people_add(&k, people, &p, 1);
	assert_true(nk_people_count(people) == 2);
}

static void two_of_one_batch_cannot_share_a_login_but_blanks_repeat(void **state)
{
	NK_OWNED(kit_store_done) struct kit_store k = { 0 };
	NK_OWNED(nk_people_free) struct nk_people *people = NULL;
	struct nk_person p[2] = { kit_person("same", "一", "一", "イチ", "イチ"),
		kit_person("SAME", "二", "二", "ニ", "ニ") };
	struct nk_tx *tx = NULL;
	struct nk_err err = { 0 };

	(void)state;
	kit_store_new(&k);
	people = kit_people_open(&k);
	tx = kit_begin(&k);
	kit_fails(kit_people_add_rc(&k, people, tx, p, 2, &err), NK_EXISTS);
	nk_tx_end(&tx);
	nk_people_free(&people);
	people = kit_people_open(&k);
	assert_true(nk_people_count(people) == 0);
	p[0].field[NK_FIELD_LOGIN] = NK_STR("");
	p[1].field[NK_FIELD_LOGIN] = NK_STR("");
	kit_people_add(&k, people, p, 2);
	assert_true(nk_people_count(people) == 2);
}

static void a_change_frees_the_old_login_and_takes_the_new_one(void **state)
{
	NK_OWNED(kit_store_done) struct kit_store k = { 0 };
	NK_OWNED(nk_people_free) struct nk_people *people = NULL;
	struct nk_person p[2] = { genki(), hanako() };
	struct nk_person other = kit_person("genki.takahashi", "高橋", "源", "タカハシ", "ゲン");
	struct nk_person next;
	struct nk_tx *tx = NULL;
	struct nk_err err = { 0 };

	(void)state;
	kit_store_new(&k);
	people = kit_people_open(&k);
	kit_people_add(&k, people, p, 2);
	next = *nk_people_at(people, 0);
	next.field[NK_FIELD_LOGIN] = NK_STR("genki2");
	change(&k, people, &next);
	assert_null(nk_people_by_field(people, NK_FIELD_LOGIN, NK_STR("genki.takahashi")));
	assert_non_null(nk_people_by_field(people, NK_FIELD_LOGIN, NK_STR("genki2")));
	kit_people_add(&k, people, &other, 1);
	next = *nk_people_at(people, 1);
	next.field[NK_FIELD_LOGIN] = NK_STR("GENKI2");
	tx = kit_begin(&k);
	kit_fails(nk_people_update(people, tx, &next, &err), NK_EXISTS);
	assert_string_equal(err.text[NK_LANG_EN], "the login of person 2 is already that of person 1");
	nk_tx_end(&tx);
	nk_people_free(&people);
	people = kit_people_open(&k);
	STR_EQ(nk_people_at(people, 1)->field[NK_FIELD_LOGIN], NK_STR("hanako.ota"));
}

static void an_erased_person_is_nowhere_and_the_number_is_never_used_again(void **state)
{
	NK_OWNED(kit_store_done) struct kit_store k = { 0 };
	NK_OWNED(nk_people_free) struct nk_people *people = NULL;
	struct nk_person p[3] = { genki(), hanako(), kit_person("z", "山", "二", "ヤマ", "ニ") };
	struct nk_person again = hanako();
	const uint32_t numbers[2] = { 2, 3 };
	struct nk_tx *tx = NULL;
	struct nk_err err = { 0 };

	(void)state;
	kit_store_new(&k);
	people = kit_people_open(&k);
	kit_people_add(&k, people, p, 3);
	assert_int_equal(hits(people, "はなこ"), 1);
	kit_destroy(&k, &p[1].slot, 1);
	kit_destroy(&k, &p[2].slot, 1);
	tx = kit_begin(&k);
	kit_ok(nk_people_erase(people, tx, numbers, 2, &err), &err);
	kit_commit(&tx);
	assert_true(nk_people_count(people) == 1);
	assert_null(nk_people_by_number(people, 2));
	assert_null(nk_people_by_id(people, p[1].id));
	assert_null(nk_people_by_field(people, NK_FIELD_LOGIN, NK_STR("hanako.ota")));
	assert_null(nk_people_by_source(people, NK_STR("kit"), NK_STR("hanako.ota")));
	assert_int_equal(hits(people, "はなこ"), 0);
	assert_int_equal(hits(people, ""), 1);
	nk_people_free(&people);
	people = kit_people_open(&k);
	assert_true(nk_people_count(people) == 1 && nk_people_next_number(people) == 4);
	kit_people_add(&k, people, &again, 1);
	assert_true(nk_people_by_field(people, NK_FIELD_LOGIN, NK_STR("hanako.ota"))->number == 4);
	tx = kit_begin(&k);
	kit_fails(nk_people_erase(people, tx, &(uint32_t){ 77 }, 1, &err), NK_NOT_FOUND);
	nk_tx_end(&tx);
}

static void a_tombstone_blocks_a_login_until_its_day(void **state)
{
	NK_OWNED(kit_store_done) struct kit_store k = { 0 };
	NK_OWNED(nk_people_free) struct nk_people *people = NULL;
	struct nk_person p = hanako();
	const nk_date today = nk_time_day(KIT_START, 0);
	struct nk_tx *tx = NULL;
	struct nk_err err = { 0 };
	bool has = false;

	(void)state;
	kit_store_new(&k);
	people = kit_people_open(&k);
	tx = kit_begin(&k);
	kit_ok(nk_tombstone_add(people, tx, NK_STR("Hanako.Ota"), today + 10, &err), &err);
	kit_ok(nk_tombstone_add(people, tx, NK_STR("hanako.ota"), today + 5, &err), &err);
	kit_commit(&tx);
	kit_ok(nk_tombstone_has(people, NK_STR("hanako.OTA"), today + 10, &has, &err), &err);
	assert_true(has);
	kit_ok(nk_tombstone_has(people, NK_STR("hanako.OTA"), today + 11, &has, &err), &err);
	assert_false(has);
	tx = kit_begin(&k);
	kit_fails(kit_people_add_rc(&k, people, tx, &p, 1, &err), NK_CONFLICT);
	nk_tx_end(&tx);
	nk_people_free(&people);
	people = kit_people_open(&k);
	tx = kit_begin(&k);
	kit_ok(nk_tombstone_expire(people, tx, today + 10, &err), &err);
	kit_commit(&tx);
	kit_ok(nk_tombstone_has(people, NK_STR("hanako.ota"), today, &has, &err), &err);
	assert_true(has);
	tx = kit_begin(&k);
	kit_ok(nk_tombstone_expire(people, tx, today + 11, &err), &err);
	kit_commit(&tx);
	kit_people_add(&k, people, &p, 1);
}

static void a_changed_login_cannot_be_a_blocked_one(void **state)
{
	NK_OWNED(kit_store_done) struct kit_store k = { 0 };
	NK_OWNED(nk_people_free) struct nk_people *people = NULL;
	struct nk_person p = hanako();
	struct nk_person next;
	struct nk_tx *tx = NULL;
	struct nk_err err = { 0 };

	(void)state;
	kit_store_new(&k);
	people = kit_people_open(&k);
	kit_people_add(&k, people, &p, 1);
	tx = kit_begin(&k);
	kit_ok(nk_tombstone_add(people, tx, NK_STR("blocked"), nk_time_day(KIT_START, 0) + 1, &err), &err);
	kit_commit(&tx);
	next = *nk_people_at(people, 0);
	next.field[NK_FIELD_LOGIN] = NK_STR("blocked");
	tx = kit_begin(&k);
	kit_fails(nk_people_update(people, tx, &next, &err), NK_CONFLICT);
	nk_tx_end(&tx);
}

static void after_retokening_only_the_new_index_key_fits(void **state)
{
	NK_OWNED(kit_store_done) struct kit_store k = { 0 };
	NK_OWNED(nk_people_free) struct nk_people *people = NULL;
	struct nk_person p[2] = { genki(), hanako() };
	struct nk_people_options opt;
	struct nk_person other = kit_person("new", "新", "人", "シン", "ジン");
	struct nk_tx *tx = NULL;
	struct nk_err err = { 0 };

	(void)state;
	kit_store_new(&k);
	people = kit_people_open(&k);
	kit_people_add(&k, people, p, 2);
	tx = kit_begin(&k);
	opt = kit_people_options(&k);
	k.index_key = kit_key(0x77);
	kit_ok(nk_people_retoken(people, tx, &k.index_key, &err), &err);
	kit_commit(&tx);
	kit_people_add(&k, people, &other, 1);
	nk_people_free(&people);
	opt.index_key = &(const struct nk_key){ { 0x11, 0x11 } };
	kit_fails(nk_people_open(k.store, k.vault, &opt, &people, &err), NK_CORRUPT);
	people = kit_people_open(&k);
	assert_true(nk_people_count(people) == 3);
}

static NK_RESULT see(void *arg, const struct nk_person *person, struct nk_err *err)
{
	uint32_t *last = arg;

	(void)err;
	assert_true(person->number > *last);
	*last = person->number;
	return nk_done();
}

static void many_persons_keep_their_order_and_their_indexes(void **state)
{
	enum { MANY = 3000 };
	NK_OWNED(kit_store_done) struct kit_store k = { 0 };
	NK_OWNED(nk_people_free) struct nk_people *people = NULL;
	struct nk_person *p = calloc(MANY, sizeof(*p));
	char(*names)[32] = calloc(MANY, sizeof(*names));
	uint32_t odd[MANY / 2];
	struct nk_tx *tx = NULL;
	struct nk_err err = { 0 };
	uint32_t last = 0;

	(void)state;
	assert_true(p != NULL && names != NULL);
	kit_store_new(&k);
	for (int i = 0; i < MANY; i++) {
		(void)snprintf(names[i], sizeof(names[i]), "user%05d", i);
		p[i] = kit_person(names[i], "佐藤", "愛", "サトウ", "アイ");
	}
	people = kit_people_open(&k);
	kit_people_add(&k, people, p, MANY);
	for (size_t i = 0; i < MANY / 2; i++) {
		odd[i] = (uint32_t)(i * 2 + 1);
	}
	tx = kit_begin(&k);
	kit_ok(nk_people_erase(people, tx, odd, MANY / 2, &err), &err);
	kit_commit(&tx);
	assert_true(nk_people_count(people) == MANY / 2);
	for (size_t i = 0; i < MANY; i++) {
		const struct nk_person *got = nk_people_by_field(people, NK_FIELD_LOGIN, nk_str_c(names[i]));

		assert_true((got != NULL) == (i % 2 == 1));
		assert_true(got == NULL || got->number == i + 1);
	}
	kit_ok(nk_people_each(people, see, &last, &err), &err);
	assert_true(last == MANY);
	assert_int_equal(hits(people, "user"), MANY / 2);
	free(p);
	free(names);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(identifiers_are_unique_and_the_error_names_numbers_only),
		cmocka_unit_test(two_of_one_batch_cannot_share_a_login_but_blanks_repeat),
		cmocka_unit_test(a_change_frees_the_old_login_and_takes_the_new_one),
		cmocka_unit_test(an_erased_person_is_nowhere_and_the_number_is_never_used_again),
		cmocka_unit_test(a_tombstone_blocks_a_login_until_its_day),
		cmocka_unit_test(a_changed_login_cannot_be_a_blocked_one),
		cmocka_unit_test(after_retokening_only_the_new_index_key_fits),
		cmocka_unit_test(many_persons_keep_their_order_and_their_indexes),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
