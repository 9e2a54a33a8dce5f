/*
 * cert_test.c: what a certificate says, how far it goes, and that nobody can make it say more. All persons are made up.
 */
#include "base.h"

#include <cmocka.h>

#include "cert.h"

#include "cert_test_kit.h"
#include "kana.h"
#include "kit_store.h"

#define DATA NK_SOURCE_DIR "/tests/data/cert/"

struct made {
	struct facts facts;
	struct nk_buf statement, envelope;
};

static void made_done(struct made *m)
{
	nk_buf_done(&m->statement);
	nk_buf_done(&m->envelope);
}

static void make(struct made *m)
{
	nk_buf_init(&m->statement, NK_CERT_STATEMENT_MAX);
	nk_buf_init(&m->envelope, 2 * NK_CERT_STATEMENT_MAX);
	facts_envelope(&m->facts, &m->statement, &m->envelope);
}

static struct nk_cert_verify_report verify_bytes(struct nk_bytes envelope, struct nk_bytes proof, struct nk_str vkey, uint8_t key)
{
	NK_OWNED(nk_buf_done) struct nk_buf statement;
	const struct nk_key seed = facts_seed(key);
	struct nk_cert_verify_input in = { .envelope = envelope, .proof = proof, .ledger_vkey = vkey };
	struct nk_cert_verify_report report = { .good = false };
	const nk_rc none = { NK_INVALID };
	nk_rc rc;

	nk_buf_init(&statement, 4 * NK_CERT_STATEMENT_MAX);
	nk_sign_public(&seed, in.cert_pub);
	rc = nk_cert_verify(&in, &statement, &report, NULL);
	assert_true(nk_ok(rc) || rc.code == none.code);
	report.good = report.good && nk_ok(rc);
	return report;
}

static struct nk_cert_verify_report verify(const struct made *m)
{
	return verify_bytes(nk_buf_bytes(&m->envelope), (struct nk_bytes){ NULL, 0 }, (struct nk_str){ NULL, 0 }, 0x99);
}

/* The statement with one text put for another, signed again by the true key. */
static struct nk_cert_verify_report verify_edited(const struct made *m, const char *from, const char *to)
{
	NK_OWNED(nk_buf_done) struct nk_buf edited;
	NK_OWNED(nk_buf_done) struct nk_buf envelope;
	const struct nk_key seed = facts_seed(0x99);
	const struct nk_str whole = nk_buf_str(&m->statement);
	const size_t at = nk_str_find(whole, nk_str_c(from));
	struct nk_err err = { 0 };

	assert_true(at != SIZE_MAX);
	nk_buf_init(&edited, NK_CERT_STATEMENT_MAX);
	nk_buf_init(&envelope, 2 * NK_CERT_STATEMENT_MAX);
	kit_ok(nk_buf_add_str(&edited, nk_str_sub(whole, 0, at), &err), &err);
	kit_ok(nk_buf_add_c(&edited, to, &err), &err);
	kit_ok(nk_buf_add_str(&edited, nk_str_sub(whole, at + strlen(from), SIZE_MAX), &err), &err);
	kit_ok(nk_cert_sign(nk_buf_bytes(&edited), &seed, &envelope, &err), &err);
	return verify_bytes(nk_buf_bytes(&envelope), (struct nk_bytes){ NULL, 0 }, (struct nk_str){ NULL, 0 }, 0x99);
}

static enum nk_check check_of(const struct nk_cert_verify_report *r, const char *what)
{
	for (size_t i = 0; i < r->n; i++) {
		if (nk_str_eq(nk_str_c(r->checks[i].what), nk_str_c(what))) {
			return r->checks[i].result;
		}
	}
	fail_msg("no such check: %s", what);
	return NK_CHECK_NOT_DONE;
}

static void text_of(const struct made *m, enum nk_lang lang, struct nk_buf *out)
{
	struct nk_err err = { 0 };

	nk_buf_init(out, 1 << 20);
	kit_ok(nk_cert_text(nk_buf_bytes(&m->statement), lang, out, &err), &err);
}

static bool says(const struct made *m, enum nk_lang lang, const char *what)
{
	NK_OWNED(nk_buf_done) struct nk_buf text;
	NK_OWNED(nk_buf_done) struct nk_buf flat;
	struct nk_err err = { 0 };
	bool blank = false;

	/* Lines are broken anywhere: blanks and line ends count as one blank. */
	text_of(m, lang, &text);
	nk_buf_init(&flat, 1 << 20);
	for (size_t i = 0; i < text.len; i++) {
		const uint8_t c = text.ptr[i];

		if (c != ' ' && c != '\n') {
			if (blank && lang == NK_LANG_EN) {
				kit_ok(nk_buf_add_byte(&flat, ' ', &err), &err);
			}
			kit_ok(nk_buf_add_byte(&flat, c, &err), &err);
		}
		blank = c == ' ' || c == '\n';
	}
	return nk_str_find(nk_buf_str(&flat), nk_str_c(what)) != SIZE_MAX;
}

/* With NOKOSAZU_GOLDEN=write in the environment the files are made anew, to be read by a person before they are kept. */
static void assert_golden(const char *path, struct nk_bytes got)
{
	NK_OWNED(nk_buf_done) struct nk_buf want;
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
	NK_OWNED(nk_buf_done) struct nk_buf en;
	NK_OWNED(nk_buf_done) struct nk_buf ja;

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
	assert_int_equal(check_of(&r, "the receipts for the epoch secret are signed by the keys in them"), NK_CHECK_OK);
	assert_int_equal(check_of(&r, "that no other copy of these persons was registered (needs the whole ledger)"), NK_CHECK_NOT_DONE);
	assert_int_equal(check_of(&r, "the ledger's entry names this statement"), NK_CHECK_NOT_DONE);
}

/* One thing wrong, and how far the rest then goes. */
typedef void spoil_fn(struct facts *f);
static void nobody(struct facts *f) { f->cert.persons = 0; }
static void not_gone(struct facts *f) { f->cert.live_gone_at = 0; }
static void blind(struct facts *f) { f->targets[1].readback.sentinel_seen = false; }
static void present(struct facts *f) { f->targets[0].readback.present = 1; }
static void mentioned(struct facts *f) { f->targets[0].readback.mentions = 1; }
static void one_short(struct facts *f) { f->targets[0].readback.absent = FACTS_PERSONS - 1; }
static void odd_word(struct facts *f) { f->targets[0].files = NK_STR("fine"); }
static void clean_but_hit(struct facts *f) { f->targets[0].residue_hits = 1; }
static void no_scan(struct facts *f) { f->cert.scan_before = f->cert.scan_after = NULL; }
static void empty_scan(struct facts *f) { f->before.n_places = f->after.n_places = 0; }
static void no_control(struct facts *f) { f->after_places[1].control_found = false; }
static void unreadable(struct facts *f) { f->after_places[0].unscanned = 1; }
static void said_invalid(struct facts *f) { f->after.valid = false; }
static void nothing_sought(struct facts *f) { f->after.patterns = 0; }
static void hit(struct facts *f) { f->after_places[0].hits = 1; }
static void hit_in_files(struct facts *f) { f->after_places[2].hits = 1; }
static void hit_in_files_more(struct facts *f)
{
	f->targets[0].files = NK_STR("not-erased");
	f->targets[0].residue_hits = 6;
	f->after_places[2].hits = 7;
}
static void hit_in_files_named(struct facts *f)
{
	f->targets[0].files = NK_STR("not-erased");
	f->targets[0].residue_hits = 7;
	f->after_places[2].hits = 7;
}
static void keys_live(struct facts *f) { f->cert.keys_destroyed_at = 0; }
static void not_rotated(struct facts *f) { f->cert.rotated = false; }
static void same_epoch(struct facts *f) { f->cert.epoch_now = 4; }
static void capped(struct facts *f) { f->cert.cap = NK_LEVEL_E2; }
static void rehearsed(struct facts *f) { f->cert.rehearsed_e3 = true; }
static void no_receipts(struct facts *f) { f->cert.n_receipts = 0; }
static void one_receipt(struct facts *f) { f->cert.n_receipts = 1; }
static void unsigned_receipts(struct facts *f) { memset(f->receipts[0].sig, 0, NK_SIG_LEN), memset(f->receipts[1].sig, 0, NK_SIG_LEN); }
static void one_host(struct facts *f)
{
	for (unsigned i = 0; i < FACTS_RECEIPTS; i++) {
		(void)snprintf(f->receipts[i].host, sizeof(f->receipts[i].host), "one");
		facts_sign(&f->receipts[i], (uint8_t)(0x40 + i));
	}
}
static void one_key(struct facts *f)
{
	for (unsigned i = 0; i < FACTS_RECEIPTS; i++) {
		facts_sign(&f->receipts[i], 0x40);
	}
}
static void on_files(struct facts *f)
{
	for (unsigned i = 0; i < FACTS_RECEIPTS; i++) {
		(void)snprintf(f->receipts[i].medium, sizeof(f->receipts[i].medium), "file");
		facts_sign(&f->receipts[i], (uint8_t)(0x40 + i));
	}
}
static void old_receipts(struct facts *f)
{
	for (unsigned i = 0; i < FACTS_RECEIPTS; i++) {
		f->receipts[i].epoch = 3;
		facts_sign(&f->receipts[i], (uint8_t)(0x40 + i));
	}
}
static void no_second_search(struct facts *f) { f->cert.scan_after = NULL; }
static void nothing(struct facts *f) { (void)f; }
static void nothing_outside(struct facts *f)
{
	f->cert.external_open = 0;
	f->targets[1].files = NK_STR("clean");
}
static void outside_but_unexamined(struct facts *f) { f->cert.external_open = 0; }

static const struct {
	const char *what;
	spoil_fn *spoil;
	enum nk_level level;
} spoilers[] = {
	{ "nothing", nothing, NK_LEVEL_E3 },
	{ "nothing outside", nothing_outside, NK_LEVEL_E4 },
	{ "files of a target unexamined", outside_but_unexamined, NK_LEVEL_E3 },
	{ "nobody", nobody, NK_LEVEL_NONE },
	{ "live copies not gone", not_gone, NK_LEVEL_NONE },
	{ "blind read-back", blind, NK_LEVEL_NONE },
	{ "somebody present", present, NK_LEVEL_NONE },
	{ "somebody mentioned", mentioned, NK_LEVEL_NONE },
	{ "somebody neither", one_short, NK_LEVEL_NONE },
	{ "odd word", odd_word, NK_LEVEL_NONE },
	{ "clean, but with findings", clean_but_hit, NK_LEVEL_NONE },
	{ "no search", no_scan, NK_LEVEL_NONE },
	{ "search without places", empty_scan, NK_LEVEL_NONE },
	{ "control not found", no_control, NK_LEVEL_NONE },
	{ "file not read", unreadable, NK_LEVEL_NONE },
	{ "search said to be invalid", said_invalid, NK_LEVEL_NONE },
	{ "nothing searched for", nothing_sought, NK_LEVEL_NONE },
	{ "finding", hit, NK_LEVEL_NONE },
	{ "finding in files said to be clean", hit_in_files, NK_LEVEL_NONE },
	{ "more findings in files than owned up to", hit_in_files_more, NK_LEVEL_NONE },
	{ "findings in files, owned up to", hit_in_files_named, NK_LEVEL_E3 },
	{ "keys live", keys_live, NK_LEVEL_E1 },
	{ "not rotated", not_rotated, NK_LEVEL_E2 },
	{ "same epoch", same_epoch, NK_LEVEL_E2 },
	{ "sealer capped", capped, NK_LEVEL_E2 },
	{ "rehearsed", rehearsed, NK_LEVEL_E2 },
	{ "no receipts", no_receipts, NK_LEVEL_E2 },
	{ "one receipt", one_receipt, NK_LEVEL_E2 },
	{ "receipts without signatures", unsigned_receipts, NK_LEVEL_E2 },
	{ "receipts of one host", one_host, NK_LEVEL_E2 },
	{ "receipts of one key", one_key, NK_LEVEL_E2 },
	{ "receipts of files", on_files, NK_LEVEL_E2 },
	{ "receipts of an older epoch", old_receipts, NK_LEVEL_E2 },
	{ "no second search", no_second_search, NK_LEVEL_E3 },
};

static void each_failed_condition_lowers_the_level(void **state)
{
	(void)state;
	for (size_t i = 0; i < NK_ARRAY_LEN(spoilers); i++) {
		NK_OWNED(made_done) struct made m = { 0 };
		struct nk_cert_verify_report r;
		enum nk_level level = NK_LEVEL_NONE;

		facts_init(&m.facts);
		spoilers[i].spoil(&m.facts);
		level = nk_cert_level(&m.facts.cert);
		if (level != spoilers[i].level) {
			fail_msg("%s: %s instead of %s", spoilers[i].what, nk_level_name(level), nk_level_name(spoilers[i].level));
		}
		make(&m);
		r = verify(&m);
		assert_int_equal(r.level, level);
		assert_int_equal(check_of(&r, "the level that is stated is the one that the facts carry"), NK_CHECK_OK);
		assert_true(says(&m, NK_LANG_EN, "6. What this certificate does not cover - Copies that nobody registered"));
	}
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
	assert_int_equal(check_of(&r, "irrecoverability is claimed only where the level carries it"), NK_CHECK_FAILED);
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

static void a_shortened_list_of_what_is_not_covered_is_refused(void **state)
{
	static const char entry[] = "{\"code\":\"memory-and-swap\",\"text\":\"Main memory, swap space and crash dumps of the time before the erasure.\"},";
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
	assert_int_equal(check_of(&r, "the receipts for the epoch secret are signed by the keys in them"), NK_CHECK_FAILED);
}

static void a_simulated_clock_and_a_rehearsal_are_shown(void **state)
{
	NK_OWNED(made_done) struct made m = { 0 };
	struct nk_cert_verify_report r;

	(void)state;
	facts_init(&m.facts);
	m.facts.cert.simulated_clock = true;
	m.facts.cert.rehearsed_e3 = true;
	m.facts.cert.cap = NK_LEVEL_E2;
	make(&m);
	r = verify(&m);
	assert_true(r.good);
	assert_int_equal(r.level, NK_LEVEL_E2);
	assert_int_equal(check_of(&r, "the dates: the clock is simulated"), NK_CHECK_NOT_DONE);
	assert_true(says(&m, NK_LANG_EN, "ATTENTION: the clock of this installation is simulated."));
	assert_true(says(&m, NK_LANG_EN, "E3 was rehearsed"));
	assert_true(says(&m, NK_LANG_JA, "E3は予行です"));
	assert_true(says(&m, NK_LANG_JA, "時計は模擬です"));
}

static void a_paper_that_proves_nothing_says_so(void **state)
{
	NK_OWNED(made_done) struct made m = { 0 };

	(void)state;
	facts_init(&m.facts);
	m.facts.after_places[0].hits = 4;
	make(&m);
	assert_true(says(&m, NK_LANG_EN, "NO ERASURE IS CERTIFIED"));
	assert_true(says(&m, NK_LANG_EN, "the search for remains found values of these persons (needed for E1)"));
	assert_false(says(&m, NK_LANG_EN, "The issuer certifies"));
	assert_true(says(&m, NK_LANG_JA, "消去を証明するものではありません"));
	assert_false(says(&m, NK_LANG_JA, "消去したことを証明します"));
}

static void no_line_is_wider_than_eighty_columns(void **state)
{
	(void)state;
	for (size_t i = 0; i < NK_ARRAY_LEN(spoilers); i++) {
		for (unsigned lang = 0; lang < NK_LANG_COUNT; lang++) {
			NK_OWNED(made_done) struct made m = { 0 };
			NK_OWNED(nk_buf_done) struct nk_buf text;
			struct nk_str rest;
			struct nk_str line;

			facts_init(&m.facts);
			spoilers[i].spoil(&m.facts);
			make(&m);
			text_of(&m, (enum nk_lang)lang, &text);
			rest = nk_buf_str(&text);
			while (nk_str_cut(&rest, '\n', &line)) {
				if (nk_width(line) > 80) {
					fail_msg("%zu columns: %.*s", nk_width(line), NK_FMT(line));
				}
			}
		}
	}
}

static void the_opening_shows_a_person_and_no_other_does(void **state)
{
	NK_OWNED(made_done) struct made m = { 0 };
	NK_OWNED(nk_buf_done) struct nk_buf statement;
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
	NK_OWNED(nk_buf_done) struct nk_buf out;
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
	NK_OWNED(nk_buf_done) struct nk_buf pem;
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
	kit_fails(nk_cert_pub_parse(NK_STR("-----BEGIN PUBLIC KEY----------END PUBLIC KEY-----"), got, &err), NK_INVALID);
	/* One byte of the algorithm's number changed. */
	pem.ptr[strlen("-----BEGIN PUBLIC KEY-----\n") + 5] ^= 1;
	kit_fails(nk_cert_pub_parse(nk_buf_str(&pem), got, &err), NK_INVALID);
}

static void bytes_that_are_no_envelope_are_refused(void **state)
{
	NK_OWNED(nk_buf_done) struct nk_buf statement;
	struct nk_cert_verify_input in = { .envelope = nk_str_bytes(NK_STR("{\"payload\":1}")) };
	struct nk_cert_verify_report r;
	struct nk_err err = { 0 };

	(void)state;
	nk_buf_init(&statement, 4096);
	kit_fails(nk_cert_verify(&in, &statement, &r, &err), NK_INVALID);
	assert_false(r.good);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_same_facts_give_the_same_bytes),
		cmocka_unit_test(what_was_written_reads_back_and_verifies),
		cmocka_unit_test(each_failed_condition_lowers_the_level),
		cmocka_unit_test(irrecoverability_is_never_claimed_below_e3),
		cmocka_unit_test(a_level_that_was_raised_and_signed_again_is_refused),
		cmocka_unit_test(a_shortened_list_of_what_is_not_covered_is_refused),
		cmocka_unit_test(an_added_item_is_refused),
		cmocka_unit_test(any_changed_byte_of_an_envelope_is_noticed),
		cmocka_unit_test(another_key_does_not_verify),
		cmocka_unit_test(a_receipt_with_a_changed_word_is_noticed),
		cmocka_unit_test(a_simulated_clock_and_a_rehearsal_are_shown),
		cmocka_unit_test(a_paper_that_proves_nothing_says_so),
		cmocka_unit_test(no_line_is_wider_than_eighty_columns),
		cmocka_unit_test(the_opening_shows_a_person_and_no_other_does),
		cmocka_unit_test(commitments_stand_in_order_and_once),
		cmocka_unit_test(a_public_key_is_read_as_it_was_printed),
		cmocka_unit_test(bytes_that_are_no_envelope_are_refused),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
