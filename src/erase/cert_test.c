/*
 * cert_test.c: what a certificate says, how far it goes, and that nobody can make it say more. All persons are made
 * up.
 */
#include "base.h"

#include <cmocka.h>

#include "cert.h"

#include "cert_test_kit.h"
#include "kit_store.h"

#define DATA NK_SOURCE_DIR "/tests/data/cert/"

/* With NOKOSAZU_GOLDEN=write in the environment the files are made anew, to be read by a person before they are kept.
 */
static void assert_golden(const char *path, struct nk_bytes got)
{
	NK_OWNED(nk_buf_done) struct nk_buf want = { 0 };
	const char *write = getenv("NOKOSAZU_GOLDEN");
	struct nk_err err = { 0 };

	nk_buf_init(&want, 1 << 20);
	if (write != NULL && nk_str_eq(nk_str_c(write), NK_STR("write"))) {
		kit_ok(nk_env_replace(kit_env(), path, got, &err), &err);
	}
	kit_ok(nk_env_read_all(kit_env(), path, 1 << 20, &want, &err), &err);
	if (!nk_bytes_eq(nk_buf_bytes(&want), got)) {
		fail_msg("%s differs from what these facts give now", path);
	}
}

static void the_same_facts_give_the_same_bytes(void **state)
{
	NK_OWNED(made_done) struct made m = { 0 };
	NK_OWNED(nk_buf_done) struct nk_buf en = { 0 };
	NK_OWNED(nk_buf_done) struct nk_buf ja = { 0 };

	(void)state;
	facts_init(&m.facts);
	make(&m);
	text_of(&m, NK_LANG_EN, &en);
	text_of(&m, NK_LANG_JA, &ja);
	assert_golden(DATA "statement.json", nk_buf_bytes(&m.statement));
	assert_golden(DATA "envelope.dsse.json", nk_buf_bytes(&m.envelope));
	assert_golden(DATA "text.en.txt", nk_buf_bytes(&en));
	assert_golden(DATA "text.ja.txt", nk_buf_bytes(&ja));
}

static void what_was_written_reads_back_and_verifies(void **state)
{
	NK_OWNED(made_done) struct made m = { 0 };
	struct nk_cert_verify_report r;

	(void)state;
	facts_init(&m.facts);
	make(&m);
	r = verify(&m);
	assert_true(r.good);
	assert_int_equal(r.level, NK_LEVEL_E3);
	assert_int_equal(check_of(&r, "the envelope is signed by the certificate key"), NK_CHECK_OK);
	assert_int_equal(
		check_of(&r, "the receipts for the epoch secret are signed by the keys in them"), NK_CHECK_OK);
	assert_int_equal(check_of(&r, "that no other copy of these persons was registered (needs the whole ledger)"),
		NK_CHECK_NOT_DONE);
	assert_int_equal(check_of(&r, "the ledger's entry names this statement"), NK_CHECK_NOT_DONE);
}

static void irrecoverability_is_never_claimed_below_e3(void **state)
{
	NK_OWNED(made_done) struct made m = { 0 };
	struct nk_cert_verify_report r;

	(void)state;
	facts_init(&m.facts);
	m.facts.cert.cap = NK_LEVEL_E2;
	make(&m);
	assert_true(says(&m, NK_LANG_EN, "Irrecoverable not claimed (needs E3)"));
	r = verify_edited(&m, "\"irrecoverableAt\":null", "\"irrecoverableAt\":\"2026-04-01T00:03:00.000Z\"");
	assert_false(r.good);
	assert_int_equal(
		check_of(&r, "irrecoverability is claimed only where the level carries it"), NK_CHECK_FAILED);
}

static void a_level_that_was_raised_and_signed_again_is_refused(void **state)
{
	NK_OWNED(made_done) struct made m = { 0 };
	struct nk_cert_verify_report r;

	(void)state;
	facts_init(&m.facts);
	m.facts.cert.cap = NK_LEVEL_E2;
	make(&m);
	r = verify_edited(&m, "\"level\":\"E2\"", "\"level\":\"E4\"");
	assert_false(r.good);
	assert_int_equal(check_of(&r, "the envelope is signed by the certificate key"), NK_CHECK_OK);
	assert_int_equal(check_of(&r, "the level that is stated is the one that the facts carry"), NK_CHECK_FAILED);
	assert_int_equal(r.level, NK_LEVEL_E2);
}

static void dates_out_of_order_are_noticed(void **state)
{
	static const char what[] = "the dates are in the order in which an erasure goes";
	NK_OWNED(made_done) struct made m = { 0 };
	NK_OWNED(made_done) struct made again = { 0 };
	struct nk_cert_verify_report r;

	(void)state;
	facts_init(&m.facts);
	m.facts.cert.keys_destroyed_at = m.facts.cert.live_gone_at - 1000;
	make(&m);
	r = verify(&m);
	assert_false(r.good);
	assert_int_equal(check_of(&r, what), NK_CHECK_FAILED);
	/* A simulated clock may have been set back between two runs: nothing is claimed of its dates. */
	facts_init(&again.facts);
	again.facts.cert.keys_destroyed_at = again.facts.cert.live_gone_at - 1000;
	again.facts.cert.simulated_clock = true;
	make(&again);
	r = verify(&again);
	assert_true(r.good);
	assert_int_equal(check_of(&r, what), NK_CHECK_NOT_DONE);
}

static void a_shortened_list_of_what_is_not_covered_is_refused(void **state)
{
	static const char entry[] = "{\"code\":\"memory-and-swap\",\"text\":\"Main memory, swap space and crash "
				    "dumps of the time before the erasure.\"},";
	NK_OWNED(made_done) struct made m = { 0 };
	struct nk_cert_verify_report r;

	(void)state;
	facts_init(&m.facts);
	make(&m);
	r = verify_edited(&m, entry, "");
	assert_false(r.good);
	assert_int_equal(check_of(&r, "the level that is stated is the one that the facts carry"), NK_CHECK_OK);
}

static void an_added_item_is_refused(void **state)
{
	NK_OWNED(made_done) struct made m = { 0 };
	struct nk_cert_verify_report r;

	(void)state;
	facts_init(&m.facts);
	make(&m);
	r = verify_edited(&m, "\"clock\":\"real\"", "\"clean\":true,\"clock\":\"real\"");
	assert_false(r.good);
	r = verify_edited(&m, "\"hits\":0,\"items\"", "\"hits\":1,\"items\"");
	assert_false(r.good);
	r = verify_edited(&m, "\"persons\":3,\"plan\"", "\"persons\":2,\"plan\"");
	assert_false(r.good);
}

static void any_changed_byte_of_an_envelope_is_noticed(void **state)
{
	NK_OWNED(made_done) struct made m = { 0 };

	(void)state;
	facts_init(&m.facts);
	make(&m);
	for (size_t i = 0; i < m.envelope.len; i++) {
		m.envelope.ptr[i] ^= 0x01;
		if (verify(&m).good) {
			/* The key's name in the envelope is a hint that nothing relies on. */
			const size_t at = nk_str_find(nk_buf_str(&m.envelope), NK_STR("\"sig\""));

			assert_true(at != SIZE_MAX && i < at && i + 100 > at);
		}
		m.envelope.ptr[i] ^= 0x01;
	}
	assert_true(verify(&m).good);
}

static void another_key_does_not_verify(void **state)
{
	NK_OWNED(made_done) struct made m = { 0 };
	struct nk_cert_verify_report r;

	(void)state;
	facts_init(&m.facts);
	make(&m);
	r = verify_bytes(nk_buf_bytes(&m.envelope), (struct nk_bytes){ NULL, 0 }, (struct nk_str){ NULL, 0 }, 0x98);
	assert_false(r.good);
	assert_int_equal(check_of(&r, "the envelope is signed by the certificate key"), NK_CHECK_FAILED);
}

static void a_receipt_with_a_changed_word_is_noticed(void **state)
{
	NK_OWNED(made_done) struct made m = { 0 };
	struct nk_cert_verify_report r;

	(void)state;
	facts_init(&m.facts);
	(void)snprintf(m.facts.receipts[2].host, sizeof(m.facts.receipts[2].host), "elsewhere");
	make(&m);
	r = verify(&m);
	assert_false(r.good);
	assert_int_equal(
		check_of(&r, "the receipts for the epoch secret are signed by the keys in them"), NK_CHECK_FAILED);
}

static void the_opening_shows_a_person_and_no_other_does(void **state)
{
	NK_OWNED(made_done) struct made m = { 0 };
	NK_OWNED(nk_buf_done) struct nk_buf statement = { 0 };
	const struct nk_key seed = facts_seed(0x99);
	struct nk_cert_verify_input in = { .ledger_vkey = { NULL, 0 } };
	struct nk_cert_verify_report r;
	struct nk_err err = { 0 };
	uint8_t opening[48];
	struct nk_uuid person;

	(void)state;
	facts_init(&m.facts);
	make(&m);
	nk_buf_init(&statement, NK_CERT_STATEMENT_MAX);
	facts_opening(1, opening, &person);
	memcpy(opening + 32, person.b, sizeof(person.b));
	in.envelope = nk_buf_bytes(&m.envelope);
	in.subject_opening = nk_bytes_of(opening, sizeof(opening));
	nk_sign_public(&seed, in.cert_pub);
	kit_ok(nk_cert_verify(&in, &statement, &r, &err), &err);
	assert_int_equal(check_of(&r, "the opening is of a person of this certificate"), NK_CHECK_OK);
	assert_true(r.good);
	opening[40] ^= 1;
	nk_buf_reset(&statement);
	kit_ok(nk_cert_verify(&in, &statement, &r, &err), &err);
	assert_int_equal(check_of(&r, "the opening is of a person of this certificate"), NK_CHECK_FAILED);
	in.subject_opening.len = 47;
	nk_buf_reset(&statement);
	kit_ok(nk_cert_verify(&in, &statement, &r, &err), &err);
	assert_false(r.good);
}

static void commitments_stand_in_order_and_once(void **state)
{
	NK_OWNED(nk_buf_done) struct nk_buf out = { 0 };
	struct facts f;
	struct nk_err err = { 0 };

	(void)state;
	nk_buf_init(&out, NK_CERT_STATEMENT_MAX);
	facts_init(&f);
	f.commitments[1] = f.commitments[0];
	kit_fails(nk_cert_statement(&f.cert, &out, &err), NK_INVALID);
	facts_init(&f);
	f.cert.persons = NK_CERT_PERSONS_MAX + 1;
	kit_fails(nk_cert_statement(&f.cert, &out, &err), NK_LIMIT);
}

static void a_public_key_is_read_as_it_was_printed(void **state)
{
	NK_OWNED(nk_buf_done) struct nk_buf pem = { 0 };
	const struct nk_key seed = facts_seed(0x99);
	uint8_t pub[NK_SIGN_PUB_LEN];
	uint8_t got[NK_SIGN_PUB_LEN];
	char hex[2 * NK_SIGN_PUB_LEN + 1];
	struct nk_err err = { 0 };

	(void)state;
	nk_buf_init(&pem, 4096);
	nk_sign_public(&seed, pub);
	kit_ok(nk_cert_pub_pem(pub, &pem, &err), &err);
	assert_golden(DATA "cert.pem", nk_buf_bytes(&pem));
	kit_ok(nk_cert_pub_parse(nk_buf_str(&pem), got, &err), &err);
	assert_memory_equal(got, pub, sizeof(pub));
	nk_hex_print(pub, sizeof(pub), hex);
	memset(got, 0, sizeof(got));
	kit_ok(nk_cert_pub_parse(nk_str_c(hex), got, &err), &err);
	assert_memory_equal(got, pub, sizeof(pub));
	kit_fails(nk_cert_pub_parse(NK_STR("not a key"), got, &err), NK_INVALID);
	kit_fails(nk_cert_pub_parse(NK_STR("-----BEGIN PUBLIC KEY----------END PUBLIC KEY-----"), got, &err),
		NK_INVALID);
	/* One byte of the algorithm's number changed. */
	pem.ptr[strlen("-----BEGIN PUBLIC KEY-----\n") + 5] ^= 1;
	kit_fails(nk_cert_pub_parse(nk_buf_str(&pem), got, &err), NK_INVALID);
}

static void bytes_that_are_no_envelope_are_refused(void **state)
{
	NK_OWNED(nk_buf_done) struct nk_buf statement = { 0 };
	struct nk_cert_verify_input in = { .envelope = nk_str_bytes(NK_STR("{\"payload\":1}")) };
	struct nk_cert_verify_report r;
	struct nk_err err = { 0 };

	(void)state;
	nk_buf_init(&statement, 4096);
	kit_fails(nk_cert_verify(&in, &statement, &r, &err), NK_INVALID);
	assert_false(r.good);
}

static void backups_that_still_open_them_are_named_and_survive_the_check(void **state)
{
	NK_OWNED(made_done) struct made m = { 0 };
	NK_OWNED(nk_buf_done) struct nk_buf en = { 0 };

	(void)state;
	facts_init(&m.facts);
	m.facts.cert.backups_open = 2;
	m.facts.cert.backups_until = m.facts.cert.issued_at + NK_DAY;
	make(&m);
	assert_true(verify(&m).good);
	text_of(&m, NK_LANG_EN, &en);
	assert_true(nk_str_find(nk_buf_str(&en), NK_STR("Parts of backups")) != SIZE_MAX);
	assert_true(nk_str_find(nk_buf_str(&m.statement), NK_STR("\"backupsOpen\":2,\"backupsUntil\":\"2")) != SIZE_MAX);
	assert_true(nk_str_find(nk_buf_str(&m.statement), NK_STR("\"level\":\"E2\"")) != SIZE_MAX);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_same_facts_give_the_same_bytes),
		cmocka_unit_test(what_was_written_reads_back_and_verifies),
		cmocka_unit_test(backups_that_still_open_them_are_named_and_survive_the_check),
		cmocka_unit_test(irrecoverability_is_never_claimed_below_e3),
		cmocka_unit_test(a_level_that_was_raised_and_signed_again_is_refused),
		cmocka_unit_test(dates_out_of_order_are_noticed),
		cmocka_unit_test(a_shortened_list_of_what_is_not_covered_is_refused),
		cmocka_unit_test(an_added_item_is_refused),
		cmocka_unit_test(any_changed_byte_of_an_envelope_is_noticed),
		cmocka_unit_test(another_key_does_not_verify),
		cmocka_unit_test(a_receipt_with_a_changed_word_is_noticed),
		cmocka_unit_test(the_opening_shows_a_person_and_no_other_does),
		cmocka_unit_test(commitments_stand_in_order_and_once),
		cmocka_unit_test(a_public_key_is_read_as_it_was_printed),
		cmocka_unit_test(bytes_that_are_no_envelope_are_refused),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
