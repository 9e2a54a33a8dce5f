/*
 * cert_level_test.c: how far a certificate goes when one thing is wrong, and that its text says so. All is made up.
 */
#include "base.h"

#include <cmocka.h>

#include "cert.h"

#include "cert_test_kit.h"
#include "kana.h"

/* One thing wrong, and how far the rest then goes. */
typedef void spoil_fn(struct facts *f);
static void nobody(struct facts *f)
{
	f->cert.persons = 0;
}
static void not_gone(struct facts *f)
{
	f->cert.live_gone_at = 0;
}
static void blind(struct facts *f)
{
	f->targets[1].readback.sentinel_seen = false;
}
static void present(struct facts *f)
{
	f->targets[0].readback.present = 1;
}
static void mentioned(struct facts *f)
{
	f->targets[0].readback.mentions = 1;
}
static void one_short(struct facts *f)
{
	f->targets[0].readback.absent = FACTS_PERSONS - 1;
}
static void odd_word(struct facts *f)
{
	f->targets[0].files = NK_STR("fine");
}
static void clean_but_hit(struct facts *f)
{
	f->targets[0].residue_hits = 1;
}
static void no_scan(struct facts *f)
{
	f->cert.scan_before = f->cert.scan_after = NULL;
}
static void empty_scan(struct facts *f)
{
	f->before.n_places = f->after.n_places = 0;
}
static void no_control(struct facts *f)
{
	f->after_places[1].control_found = false;
}
static void unreadable(struct facts *f)
{
	f->after_places[0].unscanned = 1;
}
static void said_invalid(struct facts *f)
{
	f->after.valid = false;
}
static void nothing_sought(struct facts *f)
{
	f->after.patterns = 0;
}
static void hit(struct facts *f)
{
	f->after_places[0].hits = 1;
}
static void hit_in_files(struct facts *f)
{
	f->after_places[2].hits = 1;
}
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
static void keys_live(struct facts *f)
{
	f->cert.keys_destroyed_at = 0;
}
static void not_rotated(struct facts *f)
{
	f->cert.rotated = false;
}
static void same_epoch(struct facts *f)
{
	f->cert.epoch_now = 4;
}
static void capped(struct facts *f)
{
	f->cert.cap = NK_LEVEL_E2;
}
static void rehearsed(struct facts *f)
{
	f->cert.rehearsed_e3 = true;
}
static void no_receipts(struct facts *f)
{
	f->cert.n_receipts = 0;
}
static void one_receipt(struct facts *f)
{
	f->cert.n_receipts = 1;
}
static void unsigned_receipts(struct facts *f)
{
	memset(f->receipts[0].sig, 0, NK_SIG_LEN);
	memset(f->receipts[1].sig, 0, NK_SIG_LEN);
}
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
static void no_second_search(struct facts *f)
{
	f->cert.scan_after = NULL;
}
static void nothing(struct facts *f)
{
	(void)f;
}
static void nothing_outside(struct facts *f)
{
	f->cert.external_open = 0;
	f->targets[1].files = NK_STR("clean");
}
static void outside_but_unexamined(struct facts *f)
{
	f->cert.external_open = 0;
}

static void backups_left(struct facts *f)
{
	f->cert.backups_open = 2;
}

static const struct {
	const char *what;
	spoil_fn *spoil;
	enum nk_level level;
} spoilers[] = {
	{ "nothing", nothing, NK_LEVEL_E3 },
	{ "nothing outside", nothing_outside, NK_LEVEL_E4 },
	{ "files of a target unexamined", outside_but_unexamined, NK_LEVEL_E3 },
	{ "backups that still open them", backups_left, NK_LEVEL_E2 },
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
			fail_msg("%s: %s instead of %s", spoilers[i].what, nk_level_name(level),
				nk_level_name(spoilers[i].level));
		}
		make(&m);
		r = verify(&m);
		assert_int_equal(r.level, level);
		assert_int_equal(
			check_of(&r, "the level that is stated is the one that the facts carry"), NK_CHECK_OK);
		assert_true(says(
			&m, NK_LANG_EN, "6. What this certificate does not cover - Copies that nobody registered"));
	}
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
			NK_OWNED(nk_buf_done) struct nk_buf text = { 0 };
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

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_failed_condition_lowers_the_level),
		cmocka_unit_test(a_simulated_clock_and_a_rehearsal_are_shown),
		cmocka_unit_test(a_paper_that_proves_nothing_says_so),
		cmocka_unit_test(no_line_is_wider_than_eighty_columns),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
