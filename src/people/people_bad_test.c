/*
 * people_bad_test.c: records that do not open, keys that are gone, and that no plaintext ever reaches a file.
 */
#include "base.h"

#include <cmocka.h>

#include "people.h"

#include "kit_scan.h"
#include "kit_store.h"
#include "record_int.h"

/* Planted persons: names that stand nowhere else. */
static const char *const planted[] = { "残佐子", "ノコサズコ", "nokoko.zansa", "zansa-4711@example.org",
	"NKZ-000-4711" };

static struct nk_person planted_person(void)
{
	struct nk_person p = kit_person(planted[2], planted[0], planted[0], planted[1], planted[1]);

	p.field[NK_FIELD_MAIL] = nk_str_c(planted[3]);
	p.field[NK_FIELD_STUDENT_NUMBER] = nk_str_c(planted[4]);
	return p;
}

static void nothing_planted_stands_in(const char *dir)
{
	char where[256] = "";

	for (size_t i = 0; i < NK_ARRAY_LEN(planted); i++) {
		const size_t hits = kit_scan(kit_env(), dir, nk_str_c(planted[i]), where);

		if (hits != 0) {
			fail_msg("planted value %zu stands in %s", i, where);
		}
	}
}

static void two_persons(struct kit_store *k, struct nk_person p[2])
{
	struct nk_people *people = NULL;

	kit_store_new(k);
	p[0] = planted_person();
	p[1] = kit_person("other", "他", "人", "タ", "ニン");
	people = kit_people_open(k);
	kit_people_add(k, people, p, 2);
	nk_people_free(&people);
}

static void does_not_open(struct kit_store *k, enum nk_code code, const char *text)
{
	const struct nk_people_options opt = kit_people_options(k);
	struct nk_people *people = NULL;
	struct nk_err err = { 0 };

	kit_fails(nk_people_open(k->store, k->vault, &opt, &people, &err), code);
	assert_null(people);
	assert_non_null(strstr(err.text[NK_LANG_EN], text));
}

static void plaintext_is_in_no_file_even_before_scrub(void **state)
{
	NK_OWNED(kit_store_done) struct kit_store k = { 0 };
	NK_OWNED(nk_people_free) struct nk_people *people = NULL;
	struct nk_person p[2];
	struct nk_person next;
	struct nk_tx *tx = NULL;
	struct nk_err err = { 0 };

	(void)state;
	two_persons(&k, p);
	nothing_planted_stands_in(k.tmp.dir);
	people = kit_people_open(&k);
	next = *nk_people_at(people, 1);
	next.field[NK_FIELD_FAMILY_SHOWN] = nk_str_c(planted[0]);
	tx = kit_begin(&k);
	kit_ok(nk_people_update(people, tx, &next, &err), &err);
	kit_ok(nk_tombstone_add(people, tx, nk_str_c(planted[2]), 30000, &err), &err);
	nothing_planted_stands_in(k.tmp.dir);
	kit_commit(&tx);
	kit_destroy(&k, &p[0].slot, 1);
	tx = kit_begin(&k);
	kit_ok(nk_people_erase(people, tx, &p[0].number, 1, &err), &err);
	kit_commit(&tx);
	nothing_planted_stands_in(k.tmp.dir);
	nk_people_free(&people);
	kit_store_close(&k);
	nothing_planted_stands_in(k.tmp.dir);
}

static void the_scan_of_this_test_can_find(void **state)
{
	NK_OWNED(kit_tmp_done) struct kit_tmp tmp = kit_tmp();
	/* 残佐子 in CP932, behind a byte of something else. */
	static const uint8_t cp932[] = { 'x', 0x8e, 0x63, 0x8d, 0xb2, 0x8e, 0x71 };
	static const uint8_t utf16[] = { 0x8b, 0x6b, 0x50, 0x4f, 0x50, 0x5b };
	struct nk_err err = { 0 };

	(void)state;
	assert_true(kit_scan(kit_env(), tmp.dir, nk_str_c(planted[0]), NULL) == 0);
	kit_ok(kit_env()->mkdir(kit_env()->self, kit_path(&tmp, "in"), &err), &err);
	kit_ok(nk_env_write_new(kit_env(), kit_path(&tmp, "in/a"), nk_bytes_of(cp932, sizeof(cp932)), &err), &err);
	assert_true(kit_scan(kit_env(), tmp.dir, nk_str_c(planted[0]), NULL) == 1);
	kit_ok(nk_env_write_new(kit_env(), kit_path(&tmp, "b"), nk_bytes_of(utf16, sizeof(utf16)), &err), &err);
	assert_true(kit_scan(kit_env(), tmp.dir, nk_str_c(planted[0]), NULL) == 2);
}

static void a_record_in_another_persons_row_does_not_open(void **state)
{
	NK_OWNED(kit_store_done) struct kit_store k = { 0 };
	struct nk_person p[2];

	(void)state;
	two_persons(&k, p);
	/* Record, slot and generation move together: only the associated data can tell. */
	kit_exec(&k,
		"UPDATE person SET record = (SELECT record FROM person WHERE number = 1), slot = (SELECT slot FROM person WHERE number = 1), "
		"generation = (SELECT generation FROM person WHERE number = 1) WHERE number = 2");
	does_not_open(&k, NK_CORRUPT, "the record of person 2 does not open");
}

static void a_record_under_another_tenant_does_not_open(void **state)
{
	NK_OWNED(kit_store_done) struct kit_store k = { 0 };
	struct nk_person p[2];

	(void)state;
	two_persons(&k, p);
	k.tenant = kit_uuid(77);
	does_not_open(&k, NK_CORRUPT, "the record of person 1 does not open");
}

static void a_changed_byte_is_noticed(void **state)
{
	NK_OWNED(kit_store_done) struct kit_store k = { 0 };
	struct nk_person p[2];

	(void)state;
	two_persons(&k, p);
	kit_exec(&k,
		"UPDATE person SET record = substr(record, 1, 40) || x'00' || substr(record, 42) WHERE number = 1");
	kit_exec(&k,
		"UPDATE person SET record = substr(record, 1, 41) || x'ff' || substr(record, 43) WHERE number = 1");
	does_not_open(&k, NK_CORRUPT, "the record of person 1 does not open");
}

static void the_epoch_in_the_header_is_authenticated(void **state)
{
	NK_OWNED(kit_store_done) struct kit_store k = { 0 };
	struct nk_person p[2];

	(void)state;
	two_persons(&k, p);
	kit_exec(&k,
		"UPDATE person SET record = substr(record, 1, 13) || x'07' || substr(record, 15) WHERE number = 2");
	does_not_open(&k, NK_CORRUPT, "the record of person 2 does not open");
}

static void a_record_cut_short_is_noticed(void **state)
{
	NK_OWNED(kit_store_done) struct kit_store k = { 0 };
	struct nk_person p[2];

	(void)state;
	two_persons(&k, p);
	kit_exec(&k, "UPDATE person SET record = substr(record, 1, 30) WHERE number = 1");
	does_not_open(&k, NK_CORRUPT, "the record of person 1 does not open");
}

static void an_unknown_slot_is_damage_and_never_an_erasure(void **state)
{
	NK_OWNED(kit_store_done) struct kit_store k = { 0 };
	struct nk_person p[2];

	(void)state;
	two_persons(&k, p);
	kit_exec(&k, "UPDATE person SET slot = slot + 5000 WHERE number = 2");
	does_not_open(&k, NK_CORRUPT, "the vault does not know the key of person 2");
}

static void another_generation_is_damage_and_never_an_erasure(void **state)
{
	NK_OWNED(kit_store_done) struct kit_store k = { 0 };
	struct nk_person p[2];

	(void)state;
	two_persons(&k, p);
	kit_exec(&k, "UPDATE person SET generation = generation + 1 WHERE number = 2");
	does_not_open(&k, NK_CORRUPT, "the vault does not know the key of person 2");
}

static void a_destroyed_key_leaves_its_person_out_and_the_erasure_can_be_finished(void **state)
{
	NK_OWNED(kit_store_done) struct kit_store k = { 0 };
	NK_OWNED(nk_people_free) struct nk_people *people = NULL;
	struct nk_person p[2];
	struct nk_person again = planted_person();
	const uint32_t *numbers = NULL;
	struct nk_tx *tx = NULL;
	struct nk_err err = { 0 };

	(void)state;
	two_persons(&k, p);
	kit_destroy(&k, &p[0].slot, 1);
	people = kit_people_open(&k);
	assert_true(nk_people_count(people) == 1);
	assert_true(nk_people_unfinished(people, &numbers) == 1 && numbers[0] == 1);
	assert_null(nk_people_by_number(people, 1));
	/* Until it is finished the tokens are still there, and the error says whose. */
	tx = kit_begin(&k);
	kit_fails(kit_people_add_rc(&k, people, tx, &again, 1, &err), NK_EXISTS);
	assert_non_null(strstr(err.text[NK_LANG_EN], "is already that of person 1"));
	nk_tx_end(&tx);
	nk_people_free(&people);
	people = kit_people_open(&k);
	tx = kit_begin(&k);
	kit_ok(nk_people_erase(people, tx, &(uint32_t){ 1 }, 1, &err), &err);
	kit_commit(&tx);
	assert_true(nk_people_unfinished(people, &numbers) == 0);
	kit_people_add(&k, people, &again, 1);
	nk_people_free(&people);
	people = kit_people_open(&k);
	assert_true(nk_people_unfinished(people, &numbers) == 0 && nk_people_count(people) == 2);
}

static void a_wrong_index_key_is_noticed_at_opening(void **state)
{
	NK_OWNED(kit_store_done) struct kit_store k = { 0 };
	struct nk_person p[2];

	(void)state;
	two_persons(&k, p);
	k.index_key = kit_key(0x12);
	does_not_open(&k, NK_CORRUPT, "the index key does not fit");
}

static nk_rc add_bad(struct kit_store *k, struct nk_person *p, struct nk_err *err)
{
	struct nk_people *people = kit_people_open(k);
	struct nk_tx *tx = kit_begin(k);
	const nk_rc rc = kit_people_add_rc(k, people, tx, p, 1, err);

	nk_tx_end(&tx);
	nk_people_free(&people);
	return rc;
}

static void items_that_are_too_long_or_not_utf8_are_refused_by_name(void **state)
{
	NK_OWNED(kit_store_done) struct kit_store k = { 0 };
	static char big[NK_FIELD_LEN_MAX + 1];
	struct nk_person p = planted_person();
	struct nk_err err = { 0 };

	(void)state;
	kit_store_new(&k);
	memset(big, 'a', sizeof(big));
	p.field[NK_FIELD_FACULTY] = (struct nk_str){ big, NK_FIELD_LEN_MAX + 1 };
	kit_fails(add_bad(&k, &p, &err), NK_LIMIT);
	assert_non_null(strstr(err.text[NK_LANG_EN], "\"faculty\" of person 1"));
	p.field[NK_FIELD_FACULTY] = NK_STR("\xff\xfe");
	kit_fails(add_bad(&k, &p, &err), NK_INVALID);
	p.field[NK_FIELD_FACULTY] = (struct nk_str){ big, NK_FIELD_LEN_MAX };
	kit_ok(add_bad(&k, &p, &err), &err);
	p.state = NK_PERSON_ERASED;
	kit_fails(add_bad(&k, &p, &err), NK_INVALID);
}

static void numbers_must_follow_each_other(void **state)
{
	NK_OWNED(kit_store_done) struct kit_store k = { 0 };
	NK_OWNED(nk_people_free) struct nk_people *people = NULL;
	struct nk_person p = planted_person();
	struct nk_key key = kit_key(1);
	struct nk_tx *tx = NULL;
	struct nk_err err = { 0 };

	(void)state;
	kit_store_new(&k);
	people = kit_people_open(&k);
	p.number = 2;
	p.id = kit_uuid(9);
	tx = kit_begin(&k);
	kit_fails(nk_people_add(people, tx, &p, &key, 1, &err), NK_INVALID);
	nk_tx_end(&tx);
}

static void damaged_plaintext_is_refused(void **state)
{
	struct nk_person p = planted_person();
	struct nk_err err = { 0 };
	struct nk_buf record;

	(void)state;
	p.number = 7;
	p.id = kit_uuid(7);
	nk_buf_init_wiping(&record, 65536);
	kit_ok(nk_record_write(&p, &record, &err), &err);
	kit_ok(nk_record_check(nk_buf_bytes(&record), 7, &err), &err);
	kit_fails(nk_record_check(nk_buf_bytes(&record), 8, &err), NK_CORRUPT);
	for (size_t len = 0; len < record.len; len++) {
		/* Cut behind an item it is still a record, of a person with fewer items; never anything that reads
		 * further. */
		const nk_rc rc = nk_record_check(nk_bytes_of(record.ptr, len), 7, &err);

		assert_true(nk_ok(rc) || rc.code == NK_CORRUPT);
	}
	record.ptr[0] = NK_RECORD_SCHEMA + 1;
	kit_fails(nk_record_check(nk_buf_bytes(&record), 7, &err), NK_NEWER);
	record.ptr[0] = NK_RECORD_SCHEMA;
	record.ptr[24] = 0xff;
	record.ptr[25] = 0xff;
	kit_fails(nk_record_check(nk_buf_bytes(&record), 7, &err), NK_CORRUPT);
	nk_buf_done(&record);
}

static void a_query_of_too_many_words_or_no_utf8_is_refused(void **state)
{
	NK_OWNED(kit_store_done) struct kit_store k = { 0 };
	NK_OWNED(nk_people_free) struct nk_people *people = NULL;
	struct nk_err err = { 0 };
	size_t n = 0;
	size_t total = 0;

	(void)state;
	kit_store_new(&k);
	people = kit_people_open(&k);
	kit_fails(nk_people_search(people, NK_STR("a b c d e f g h i"), 0, NULL, &n, &total, &err), NK_LIMIT);
	kit_fails(nk_people_search(people, NK_STR("\xff"), 0, NULL, &n, &total, &err), NK_INVALID);
	kit_ok(nk_people_search(people, NK_STR("a b c d e f g h"), 0, NULL, &n, &total, &err), &err);
	assert_true(total == 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(plaintext_is_in_no_file_even_before_scrub),
		cmocka_unit_test(the_scan_of_this_test_can_find),
		cmocka_unit_test(a_record_in_another_persons_row_does_not_open),
		cmocka_unit_test(a_record_under_another_tenant_does_not_open),
		cmocka_unit_test(a_changed_byte_is_noticed),
		cmocka_unit_test(the_epoch_in_the_header_is_authenticated),
		cmocka_unit_test(a_record_cut_short_is_noticed),
		cmocka_unit_test(an_unknown_slot_is_damage_and_never_an_erasure),
		cmocka_unit_test(another_generation_is_damage_and_never_an_erasure),
		cmocka_unit_test(a_destroyed_key_leaves_its_person_out_and_the_erasure_can_be_finished),
		cmocka_unit_test(a_wrong_index_key_is_noticed_at_opening),
		cmocka_unit_test(items_that_are_too_long_or_not_utf8_are_refused_by_name),
		cmocka_unit_test(numbers_must_follow_each_other),
		cmocka_unit_test(damaged_plaintext_is_refused),
		cmocka_unit_test(a_query_of_too_many_words_or_no_utf8_is_refused),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
