/*
 * people_test.c: persons in, found, changed, out, on a real store and vault. All persons are made up.
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

static void fill_all(struct nk_person *p)
{
	static const char *const values[NK_FIELD_COUNT] = { "kit", "key-1", "master-1", "login-1", "number-1",
		"mail-1@example.jp", "姓", "名", "中", "セイ", "メイ", "通称姓", "通称名", "ツウショウ", "ツウメイ",
		"Sei", "Mei", "3", "3年1組", "理学部", "2012-04-02", "旧", "よそ" };

	for (unsigned f = 0; f < NK_FIELD_COUNT; f++) {
		p->field[f] = nk_str_c(values[f]);
	}
}

static void a_person_comes_back_with_every_item_after_reopening(void **state)
{
	NK_OWNED(kit_store_done) struct kit_store k = { 0 };
	NK_OWNED(nk_people_free) struct nk_people *people = NULL;
	struct nk_person p = { .state = NK_PERSON_SUSPENDED,
		.flags = NK_PERSON_PROTECTED | NK_PERSON_HIDDEN,
		.valid_from = 19000,
		.valid_until = -5,
		.delete_on = NK_DATE_NONE };
	const struct nk_membership m[2] = {
		{ .where = kit_uuid(3),
			.primary = true,
			.role = NK_ROLE_STUDENT,
			.from = 19000,
			.until = NK_DATE_NONE },
		{ .where = kit_uuid(4),
			.is_group = true,
			.role = NK_ROLE_AIDE,
			.from = NK_DATE_NONE,
			.until = 20000,
			.number = 31 },
	};
	const struct nk_person *got = NULL;

	(void)state;
	kit_store_new(&k);
	fill_all(&p);
	p.memberships = m;
	p.n_memberships = 2;
	people = kit_people_open(&k);
	kit_people_add(&k, people, &p, 1);
	nk_people_free(&people);
	kit_store_reopen(&k);
	people = kit_people_open(&k);
	assert_true(nk_people_count(people) == 1);
	got = nk_people_at(people, 0);
	for (unsigned f = 0; f < NK_FIELD_COUNT; f++) {
		STR_EQ(got->field[f], p.field[f]);
	}
	assert_true(nk_uuid_eq(got->id, p.id) && got->number == 1 && got->version == 1);
	assert_true(got->state == NK_PERSON_SUSPENDED && got->flags == (NK_PERSON_PROTECTED | NK_PERSON_HIDDEN));
	assert_true(got->valid_from == 19000 && got->valid_until == -5 && got->delete_on == NK_DATE_NONE);
	assert_true(got->n_memberships == 2);
	assert_true(nk_uuid_eq(got->memberships[0].where, m[0].where) && got->memberships[0].primary &&
		!got->memberships[0].is_group);
	assert_true(got->memberships[0].from == 19000 && got->memberships[0].until == NK_DATE_NONE);
	assert_true(got->memberships[1].is_group && got->memberships[1].role == NK_ROLE_AIDE &&
		got->memberships[1].until == 20000);
	assert_true(got->memberships[1].number == 31 && got->memberships[1].from == NK_DATE_NONE);
}

static void persons_are_looked_up_by_id_number_identifier_and_source_key(void **state)
{
	NK_OWNED(kit_store_done) struct kit_store k = { 0 };
	NK_OWNED(nk_people_free) struct nk_people *people = NULL;
	struct nk_person p[2] = { genki(), hanako() };

	(void)state;
	kit_store_new(&k);
	people = kit_people_open(&k);
	kit_people_add(&k, people, p, 2);
	assert_ptr_equal(nk_people_by_id(people, p[1].id), nk_people_at(people, 1));
	assert_ptr_equal(nk_people_by_number(people, 1), nk_people_at(people, 0));
	assert_ptr_equal(
		nk_people_by_field(people, NK_FIELD_LOGIN, NK_STR("GENKI.Takahashi")), nk_people_at(people, 0));
	assert_ptr_equal(nk_people_by_field(people, NK_FIELD_MAIL, NK_STR("genki.takahashi@EXAMPLE.ac.jp")),
		nk_people_at(people, 0));
	assert_ptr_equal(
		nk_people_by_field(people, NK_FIELD_STUDENT_NUMBER, NK_STR("S-2025-0418")), nk_people_at(people, 1));
	assert_null(nk_people_by_field(people, NK_FIELD_STUDENT_NUMBER, NK_STR("s-2025-0418")));
	assert_null(nk_people_by_field(people, NK_FIELD_MASTER_ID, NK_STR("")));
	assert_ptr_equal(nk_people_by_source(people, NK_STR("kit"), NK_STR("hanako.ota")), nk_people_at(people, 1));
	assert_null(nk_people_by_source(people, NK_STR("other"), NK_STR("hanako.ota")));
	assert_null(nk_people_by_number(people, 0));
	assert_null(nk_people_by_number(people, 3));
	assert_null(nk_people_by_id(people, kit_uuid(99)));
}

static void a_name_is_found_in_kanji_hiragana_katakana_and_romaji(void **state)
{
	NK_OWNED(kit_store_done) struct kit_store k = { 0 };
	NK_OWNED(nk_people_free) struct nk_people *people = NULL;
	struct nk_person p[2] = { genki(), hanako() };

	(void)state;
	kit_store_new(&k);
	people = kit_people_open(&k);
	kit_people_add(&k, people, p, 2);
	assert_int_equal(hits(people, "髙橋"), 1);
	assert_int_equal(hits(people, "髙橋元気"), 1);
	assert_int_equal(hits(people, "髙橋　元気"), 1);
	assert_int_equal(hits(people, "元気 髙橋"), 1);
	assert_int_equal(hits(people, "たかはし"), 1);
	assert_int_equal(hits(people, "タカハシ げんき"), 1);
	assert_int_equal(hits(people, "ﾀｶﾊｼ"), 1);
	assert_int_equal(hits(people, "TAKAHASHI"), 1);
	assert_int_equal(hits(people, "ota hanako"), 1);
	assert_int_equal(hits(people, "髙橋 花子"), 0);
	assert_int_equal(hits(people, "山田"), 0);
	assert_int_equal(hits(people, ""), 2);
	assert_int_equal(hits(people, " \t　"), 2);
}

static void mail_login_and_identifiers_are_found_by_any_part(void **state)
{
	NK_OWNED(kit_store_done) struct kit_store k = { 0 };
	NK_OWNED(nk_people_free) struct nk_people *people = NULL;
	struct nk_person p[2] = { genki(), hanako() };

	(void)state;
	kit_store_new(&k);
	people = kit_people_open(&k);
	kit_people_add(&k, people, p, 2);
	assert_int_equal(hits(people, "genki.takahashi@example"), 1);
	assert_int_equal(hits(people, "example.ac.jp"), 2);
	assert_int_equal(hits(people, "2025-0418"), 1);
	assert_int_equal(hits(people, "1d7a2c34"), 1);
	assert_int_equal(hits(people, "hanako.OTA"), 1);
}

static void a_hit_never_reaches_from_one_person_into_the_next(void **state)
{
	NK_OWNED(kit_store_done) struct kit_store k = { 0 };
	NK_OWNED(nk_people_free) struct nk_people *people = NULL;
	struct nk_person p[2] = { kit_person("aa", "赤", "一", "アカ", "イチ"),
		kit_person("bb", "青", "二", "アオ", "ニ") };

	(void)state;
	kit_store_new(&k);
	people = kit_people_open(&k);
	kit_people_add(&k, people, p, 2);
	assert_int_equal(hits(people, "赤 二"), 0);
	assert_int_equal(hits(people, "aabb"), 0);
	assert_int_equal(hits(people, "bbaa"), 0);
	assert_int_equal(hits(people, "aa"), 1);
}

static void namesakes_are_all_found_in_the_order_of_their_readings(void **state)
{
	NK_OWNED(kit_store_done) struct kit_store k = { 0 };
	NK_OWNED(nk_people_free) struct nk_people *people = NULL;
	struct nk_person p[4] = { kit_person("s3", "佐藤", "未来", "サトウ", "ミライ"),
		kit_person("s1", "佐藤", "愛", "サトウ", "アイ"), kit_person("k1", "加藤", "愛", "カトウ", "アイ"),
		kit_person("s2", "佐藤", "愛", "サトウ", "アイ") };
	const struct nk_person *out[4];

	(void)state;
	kit_store_new(&k);
	people = kit_people_open(&k);
	kit_people_add(&k, people, p, 4);
	assert_int_equal(found(people, "さとう", out, 4), 3);
	assert_true(out[0]->number == 2 && out[1]->number == 4 && out[2]->number == 1);
	assert_int_equal(found(people, "愛", out, 4), 3);
	assert_true(out[0]->number == 3);
	assert_int_equal(found(people, "さとう", out, 1), 3);
	assert_int_equal(found(people, "さとう", out, 0), 3);
}

static void after_a_rename_only_the_current_name_finds(void **state)
{
	NK_OWNED(kit_store_done) struct kit_store k = { 0 };
	NK_OWNED(nk_people_free) struct nk_people *people = NULL;
	struct nk_person p = hanako();
	struct nk_person next;

	(void)state;
	kit_store_new(&k);
	people = kit_people_open(&k);
	kit_people_add(&k, people, &p, 1);
	assert_int_equal(hits(people, "太田"), 1);
	next = *nk_people_at(people, 0);
	next.field[NK_FIELD_FAMILY] = NK_STR("小林");
	next.field[NK_FIELD_FAMILY_KANA] = NK_STR("コバヤシ");
	change(&k, people, &next);
	assert_int_equal(hits(people, "太田"), 0);
	assert_int_equal(hits(people, "オオタ"), 0);
	assert_int_equal(hits(people, "こばやし 花子"), 1);
	assert_true(nk_people_at(people, 0)->version == 2);
	nk_people_free(&people);
	people = kit_people_open(&k);
	STR_EQ(nk_people_at(people, 0)->field[NK_FIELD_FAMILY], NK_STR("小林"));
	STR_EQ(nk_people_at(people, 0)->field[NK_FIELD_GIVEN], NK_STR("花子"));
	assert_true(nk_people_at(people, 0)->version == 2);
}

static void a_view_shows_the_new_record_in_place(void **state)
{
	NK_OWNED(kit_store_done) struct kit_store k = { 0 };
	NK_OWNED(nk_people_free) struct nk_people *people = NULL;
	struct nk_person p[2] = { hanako(), genki() };
	const struct nk_person *kept = NULL;
	struct nk_person next;

	(void)state;
	kit_store_new(&k);
	people = kit_people_open(&k);
	kit_people_add(&k, people, p, 2);
	kept = nk_people_at(people, 0);
	next = *kept;
	next.field[NK_FIELD_GIVEN] = NK_STR("華");
	change(&k, people, &next);
	assert_ptr_equal(nk_people_at(people, 0), kept);
	STR_EQ(kept->field[NK_FIELD_GIVEN], NK_STR("華"));
	STR_EQ(kept->field[NK_FIELD_FAMILY], NK_STR("太田"));
}

static void a_pseudonym_is_the_persons_own_and_dies_with_the_key(void **state)
{
	NK_OWNED(kit_store_done) struct kit_store k = { 0 };
	NK_OWNED(nk_people_free) struct nk_people *people = NULL;
	struct nk_person p[2] = { genki(), hanako() };
	uint8_t a[NK_MAC_LEN];
	uint8_t b[NK_MAC_LEN];
	struct nk_err err = { 0 };

	(void)state;
	kit_store_new(&k);
	people = kit_people_open(&k);
	kit_people_add(&k, people, p, 2);
	kit_ok(nk_people_pseudonym(people, nk_people_at(people, 0), a, &err), &err);
	kit_ok(nk_people_pseudonym(people, nk_people_at(people, 0), b, &err), &err);
	assert_memory_equal(a, b, sizeof(a));
	kit_ok(nk_people_pseudonym(people, nk_people_at(people, 1), b, &err), &err);
	assert_memory_not_equal(a, b, sizeof(a));
	kit_destroy(&k, &p[0].slot, 1);
	kit_fails(nk_people_pseudonym(people, nk_people_at(people, 0), a, &err), NK_GONE);
}

static NK_RESULT count_slot(void *arg, enum nk_slot_kind kind, struct nk_slot slot, struct nk_err *err)
{
	size_t *counts = arg;

	(void)slot;
	(void)err;
	counts[kind]++;
	return nk_done();
}

static void slots_that_the_store_names_are_told(void **state)
{
	NK_OWNED(kit_store_done) struct kit_store k = { 0 };
	NK_OWNED(nk_people_free) struct nk_people *people = NULL;
	struct nk_person p[2] = { genki(), hanako() };
	size_t counts[NK_SLOT_KIND_COUNT] = { 0 };
	struct nk_tx *tx = NULL;
	struct nk_err err = { 0 };

	(void)state;
	kit_store_new(&k);
	people = kit_people_open(&k);
	kit_people_add(&k, people, p, 2);
	kit_exec(&k, "INSERT INTO system_key(name, slot, generation, since) VALUES ('index', 9, 1, 1)");
	kit_ok(nk_people_each_slot(k.store, count_slot, counts, &err), &err);
	assert_true(counts[NK_SLOT_PERSON] == 2 && counts[NK_SLOT_SYSTEM] == 1 && counts[NK_SLOT_LINK] == 0);
	tx = kit_begin(&k);
	kit_ok(nk_people_erase(people, tx, &p[0].number, 1, &err), &err);
	kit_commit(&tx);
	memset(counts, 0, sizeof(counts));
	kit_ok(nk_people_each_slot(k.store, count_slot, counts, &err), &err);
	assert_true(counts[NK_SLOT_PERSON] == 1);
}

static void units_and_groups_are_put_changed_and_read_again(void **state)
{
	NK_OWNED(kit_store_done) struct kit_store k = { 0 };
	NK_OWNED(nk_people_free) struct nk_people *people = NULL;
	struct nk_unit unit = { .id = kit_uuid(30),
		.source = kit_uuid(2),
		.key = NK_STR("sch-1"),
		.kind = NK_STR("school"),
		.name = NK_STR("第一小学校"),
		.code = NK_STR("B101"),
		.ended_on = NK_DATE_NONE };
	struct nk_group group = { .id = kit_uuid(40),
		.source = kit_uuid(2),
		.unit = kit_uuid(30),
		.key = NK_STR("cls-1"),
		.kind = NK_STR("homeroom"),
		.title = NK_STR("1組"),
		.code = NK_STR("1"),
		.grade = NK_STR("P1"),
		.school_year = 2026,
		.ended_on = 20500 };
	const struct nk_unit *units = NULL;
	const struct nk_group *groups = NULL;
	struct nk_tx *tx = NULL;
	struct nk_err err = { 0 };

	(void)state;
	kit_store_new(&k);
	people = kit_people_open(&k);
	tx = kit_begin(&k);
	kit_ok(nk_people_put_unit(people, tx, &unit, &err), &err);
	kit_ok(nk_people_put_group(people, tx, &group, &err), &err);
	unit.name = NK_STR("中央小学校");
	kit_ok(nk_people_put_unit(people, tx, &unit, &err), &err);
	kit_commit(&tx);
	STR_EQ(nk_people_unit(people, kit_uuid(30))->name, NK_STR("中央小学校"));
	nk_people_free(&people);
	people = kit_people_open(&k);
	assert_true(nk_people_units(people, &units) == 1 && nk_people_groups(people, &groups) == 1);
	STR_EQ(units[0].name, NK_STR("中央小学校"));
	assert_true(units[0].ended_on == NK_DATE_NONE && nk_uuid_is_nil(units[0].parent));
	assert_ptr_equal(nk_people_group(people, kit_uuid(40)), groups);
	assert_true(groups[0].school_year == 2026 && groups[0].ended_on == 20500 &&
		nk_uuid_eq(groups[0].unit, kit_uuid(30)));
	STR_EQ(groups[0].title, NK_STR("1組"));
	assert_null(nk_people_unit(people, kit_uuid(40)));
}

static void the_preferred_name_is_shown_before_the_legal_one(void **state)
{
	struct nk_person p = genki();
	struct nk_buf out;

	(void)state;
	nk_buf_init_wiping(&out, 256);
	kit_ok(nk_person_shown(&p, false, &out, NULL), &(struct nk_err){ 0 });
	STR_EQ(nk_buf_str(&out), NK_STR("髙橋 元気"));
	nk_buf_reset(&out);
	p.field[NK_FIELD_FAMILY_SHOWN] = NK_STR("佐藤");
	p.field[NK_FIELD_FAMILY_SHOWN_KANA] = NK_STR("サトウ");
	kit_ok(nk_person_shown(&p, false, &out, NULL), &(struct nk_err){ 0 });
	STR_EQ(nk_buf_str(&out), NK_STR("佐藤 元気"));
	nk_buf_reset(&out);
	kit_ok(nk_person_shown(&p, true, &out, NULL), &(struct nk_err){ 0 });
	STR_EQ(nk_buf_str(&out), NK_STR("サトウ ゲンキ"));
	nk_buf_reset(&out);
	p.field[NK_FIELD_GIVEN] = NK_STR("");
	kit_ok(nk_person_shown(&p, false, &out, NULL), &(struct nk_err){ 0 });
	STR_EQ(nk_buf_str(&out), NK_STR("佐藤"));
	nk_buf_done(&out);
}

static void state_and_dates_decide_who_is_active(void **state)
{
	struct nk_person p = genki();

	(void)state;
	assert_true(nk_person_active_on(&p, 100));
	p.valid_from = 100;
	p.valid_until = 110;
	assert_false(nk_person_active_on(&p, 99));
	assert_true(nk_person_active_on(&p, 100));
	assert_true(nk_person_active_on(&p, 109));
	assert_false(nk_person_active_on(&p, 110));
	p.state = NK_PERSON_PLANNED;
	assert_true(nk_person_active_on(&p, 105));
	p.valid_from = NK_DATE_NONE;
	assert_false(nk_person_active_on(&p, 105));
	p.state = NK_PERSON_LEAVING;
	assert_false(nk_person_active_on(&p, 105));
}

static void every_item_has_a_word_a_class_and_a_label(void **state)
{
	enum nk_field f = NK_FIELD_COUNT;

	(void)state;
	for (unsigned i = 0; i < NK_FIELD_COUNT; i++) {
		assert_true(nk_field_by_name(nk_str_c(nk_field_name((enum nk_field)i)), &f));
		assert_true((unsigned)f == i);
		assert_true(strlen(nk_field_label((enum nk_field)i)) > 0);
	}
	assert_false(nk_field_by_name(NK_STR("LOGIN"), &f));
	assert_true(nk_field_unique(NK_FIELD_LOGIN) && !nk_field_unique(NK_FIELD_FAMILY));
	assert_true(nk_field_class(NK_FIELD_FAMILY_KANA) == NK_ITEM_kana);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_person_comes_back_with_every_item_after_reopening),
		cmocka_unit_test(persons_are_looked_up_by_id_number_identifier_and_source_key),
		cmocka_unit_test(a_name_is_found_in_kanji_hiragana_katakana_and_romaji),
		cmocka_unit_test(mail_login_and_identifiers_are_found_by_any_part),
		cmocka_unit_test(a_hit_never_reaches_from_one_person_into_the_next),
		cmocka_unit_test(namesakes_are_all_found_in_the_order_of_their_readings),
		cmocka_unit_test(after_a_rename_only_the_current_name_finds),
		cmocka_unit_test(a_view_shows_the_new_record_in_place),
		cmocka_unit_test(a_pseudonym_is_the_persons_own_and_dies_with_the_key),
		cmocka_unit_test(slots_that_the_store_names_are_told),
		cmocka_unit_test(units_and_groups_are_put_changed_and_read_again),
		cmocka_unit_test(the_preferred_name_is_shown_before_the_legal_one),
		cmocka_unit_test(state_and_dates_decide_who_is_active),
		cmocka_unit_test(every_item_has_a_word_a_class_and_a_label),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
