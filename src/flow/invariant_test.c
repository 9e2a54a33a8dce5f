/*
 * invariant_test.c: invariants of the design that hold whatever was done, looked at after a life: two years of a roster,
 * leavers, doubts, an erasure, a turned epoch. Their names begin with the invariant's number; tests/invariants.rows lists
 * those that stand elsewhere.
 */
#include "base.h"

#include <cmocka.h>

#include "flow_case.h"
#include "flow_test_kit.h"

enum { LEAVERS = 3, DOUBTS = 4 };

struct life {
	struct ft t;
	struct nk_slot gone[LEAVERS];
	nk_time known[DOUBTS];
	char receipt[DOUBTS][NK_RECEIPT_TEXT];
	struct nk_buf early; /* the checkpoint before anybody was erased */
};

static void keep_checkpoint(struct life *l)
{
	struct nk_err err = { 0 };
	char path[512];

	(void)snprintf(path, sizeof(path), "%s/ledger/checkpoint", l->t.home);
	nk_buf_init(&l->early, 1 << 16);
	kit_ok(nk_env_read_all(kit_env(), path, l->early.max, &l->early, &err), &err);
}

static void doubt(struct life *l, unsigned i, nk_time earlier)
{
	struct nk_suspect_request req = { .text = NK_STR("残川 消太郎 の控えを見た") };
	struct nk_suspect_reply out;
	struct nk_err err = { 0 };

	if (earlier > 0) {
		req.known_at = nk_now(kit_env()) - earlier;
		req.because = NK_STR("電話で聞いた");
	}
	kit_ok(nk_op_suspect(l->t.flow, &req, &out, &err), &err);
	l->known[i] = out.known_at;
	memcpy(l->receipt[i], out.receipt, sizeof(out.receipt));
}

static void live(struct life *l)
{
	struct nk_plan_reply plan;
	struct nk_apply_reply done;
	struct nk_vault_reply turned;
	struct nk_err err = { 0 };

	memset(l, 0, sizeof(*l));
	kit_seed(20260401);
	ft_new(&l->t, NULL);
	ft_open(&l->t);
	doubt(l, 0, 0);
	ft_leave(&l->t, LEAVERS);
	doubt(l, 1, 3 * NK_DAY);
	for (unsigned i = 0; i < LEAVERS; i++) {
		l->gone[i] = ft_slot(l->t.flow, ft_leaver(i));
	}
	keep_checkpoint(l);
	plan = ft_plan_erase(&l->t);
	kit_ok(ft_apply_rc(l->t.flow, l->t.arena, plan.hash, &done, &err), &err);
	kit_clock_move(NK_DAY);
	doubt(l, 2, 0);
	kit_ok(nk_op_vault_rotate(l->t.flow, &turned, &err), &err);
	doubt(l, 3, NK_DAY);
	ft_reopen(&l->t);
}

static void life_done(struct life *l)
{
	nk_buf_done(&l->early);
	ft_done(&l->t);
}

/* I1 and I12 ------------------------------------------------------------------------------------------------------------ */
static nk_rc nobody_in(void *arg, const char *path, struct nk_err *err)
{
	struct life *const l = arg;
	char whole[700];
	struct nk_bytes bytes;

	(void)err;
	(void)snprintf(whole, sizeof(whole), "%s/%s", l->t.home, path);
	bytes = ft_read(&l->t, whole);
	for (unsigned i = 2; i < FT_PUPILS; i++) {
		char texts[3][64];
		char login[16];

		(void)snprintf(texts[0], sizeof(texts[0]), "%s%s", ft_family(i), ft_given(i));
		(void)snprintf(texts[1], sizeof(texts[1]), "%s %s", ft_family(i), ft_given(i));
		(void)snprintf(texts[2], sizeof(texts[2]), "%.*s", NK_FMT(ft_login(i, login)));
		for (size_t k = 0; k < 3; k++) {
			if (nk_str_find(nk_bytes_str(bytes), nk_str_c(texts[k])) != SIZE_MAX) {
				fail_msg("somebody stands in %s in clear", path);
			}
		}
	}
	return nk_done();
}

static void i1_no_byte_about_a_person_lies_outside_of_a_holding(void **state)
{
	NK_OWNED(life_done) struct life l;
	struct nk_err err = { 0 };

	(void)state;
	live(&l);
	/* The store is a holding of all who live and of nobody else; every other file of the house holds nobody at all. */
	assert_int_equal(ft_count(l.t.flow, "SELECT count(*) FROM holding WHERE kind = 'store' AND closed_at IS NULL"), 1);
	assert_int_equal(ft_count(l.t.flow, "SELECT count(*) FROM person WHERE record IS NOT NULL"), FT_PERSONS - LEAVERS);
	assert_int_equal(ft_count(l.t.flow,
				 "SELECT count(*) FROM extent e JOIN holding h ON h.id = e.holding_id WHERE h.kind = 'import_file'"
				 " AND h.closed_at IS NULL") > 0,
		true);
	kit_ok(nk_os_tree_each(l.t.home, nobody_in, &l, &err), &err);
}

static void i12_no_error_repeats_what_it_was_asked_about(void **state)
{
	NK_OWNED(life_done) struct life l;
	struct nk_person_row row;
	struct nk_suspect_request bad = { .text = NK_STR("残川 消太郎 の控え") };
	struct nk_suspect_reply out;
	struct nk_err err[3] = { { 0 } };

	(void)state;
	live(&l);
	assert_false(nk_ok(nk_op_person_show(l.t.flow, NK_STR("残川消太郎zp7999"), l.t.arena, &row, &err[0])));
	assert_false(nk_ok(nk_op_person_hold(l.t.flow, NK_STR("残川消太郎zp7999"), true, &err[1])));
	bad.known_at = nk_now(kit_env()) + NK_DAY;
	bad.because = NK_STR("残川が言った");
	assert_false(nk_ok(nk_op_suspect(l.t.flow, &bad, &out, &err[2])));
	for (size_t i = 0; i < 3; i++) {
		for (unsigned lang = 0; lang < NK_LANG_COUNT; lang++) {
			assert_null(strstr(err[i].text[lang], "残川"));
			assert_null(strstr(err[i].text[lang], "zp7999"));
		}
	}
}

/* I2, I3 ------------------------------------------------------------------------------------------------------------------ */
static void i2_every_holding_of_a_life_has_all_that_it_needs(void **state)
{
	NK_OWNED(life_done) struct life l;

	(void)state;
	live(&l);
	assert_true(ft_count(l.t.flow, "SELECT count(*) FROM holding") >= 3);
	assert_int_equal(ft_count(l.t.flow,
				 "SELECT count(*) FROM holding h WHERE purpose = '' OR expires_at <= opened_at OR NOT EXISTS"
				 " (SELECT 1 FROM party p WHERE p.id = h.custodian_id) OR NOT EXISTS"
				 " (SELECT 1 FROM warrant w WHERE w.id = h.warrant_id)"),
		0);
	assert_int_equal(ft_count(l.t.flow,
				 "SELECT count(*) FROM holding h WHERE h.closed_at IS NULL AND NOT EXISTS"
				 " (SELECT 1 FROM duty d WHERE d.holding_id = h.id AND d.closed_at IS NULL)"),
		0);
}

static void i3_nothing_is_closed_without_evidence_or_a_warrant(void **state)
{
	NK_OWNED(life_done) struct life l;

	(void)state;
	live(&l);
	assert_int_equal(ft_count(l.t.flow,
				 "SELECT count(*) FROM duty WHERE closed_at IS NOT NULL AND evidence_id IS NULL AND warrant_id IS NULL"),
		0);
	assert_int_equal(ft_count(l.t.flow, "SELECT count(*) FROM holding WHERE closed_at IS NOT NULL AND gone = 'open'"), 0);
}

/* I7 ---------------------------------------------------------------------------------------------------------------------- */
static void i7_the_ledger_still_verifies_from_before_the_erasure(void **state)
{
	NK_OWNED(life_done) struct life l;
	NK_OWNED(nk_buf_done) struct nk_buf vkey = { 0 };
	struct nk_ledger_reply out;
	struct nk_err err = { 0 };
	char path[512];
	int64_t leaves = 0;
	int file = -1;
	uint8_t byte = 0;

	(void)state;
	live(&l);
	leaves = ft_count(l.t.flow, "SELECT count(*) FROM leaf");
	for (size_t i = 0; i < LEAVERS; i++) {
		assert_int_equal(ft_key(l.t.flow, l.gone[i]), NK_GONE);
	}
	ft_close(&l.t);
	nk_buf_init(&vkey, 4096);
	(void)snprintf(path, sizeof(path), "%s/public/ledger.vkey", l.t.home);
	kit_ok(nk_env_read_all(kit_env(), path, vkey.max, &vkey, &err), &err);
	kit_ok(nk_op_ledger_verify(
		       kit_env(), l.t.home, nk_str_trim(nk_buf_str(&vkey)), nk_buf_bytes(&l.early), &out, &err),
		&err);
	assert_true(out.older_checked);
	assert_int_equal(out.entries, leaves);
	/* One bit of one entry is enough. */
	(void)snprintf(path, sizeof(path), "%s/ledger/tile/entries/000.p/%lld", l.t.home, (long long)leaves);
	kit_ok(kit_env()->open(kit_env()->self, path, NK_OPEN_WRITE, &file, &err), &err);
	assert_int_equal(pread(file, &byte, 1, 100), 1);
	byte ^= 1;
	assert_int_equal(pwrite(file, &byte, 1, 100), 1);
	kit_env()->close(kit_env()->self, &file);
	assert_false(nk_ok(nk_op_ledger_verify(
		kit_env(), l.t.home, nk_str_trim(nk_buf_str(&vkey)), nk_buf_bytes(&l.early), &out, &err)));
}

/* I9 ---------------------------------------------------------------------------------------------------------------------- */
static void i9_the_time_of_knowing_is_what_was_first_said(void **state)
{
	NK_OWNED(life_done) struct life l;

	(void)state;
	live(&l);
	for (unsigned i = 0; i < DOUBTS; i++) {
		struct nk_case_view v;
		struct nk_err err = { 0 };

		kit_ok(nk_op_case_show(l.t.flow, nk_str_c(l.receipt[i]), l.t.arena, &v, &err), &err);
		assert_int_equal(v.row.known_at, l.known[i]);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(i1_no_byte_about_a_person_lies_outside_of_a_holding),
		cmocka_unit_test(i2_every_holding_of_a_life_has_all_that_it_needs),
		cmocka_unit_test(i3_nothing_is_closed_without_evidence_or_a_warrant),
		cmocka_unit_test(i7_the_ledger_still_verifies_from_before_the_erasure),
		cmocka_unit_test(i9_the_time_of_knowing_is_what_was_first_said),
		cmocka_unit_test(i12_no_error_repeats_what_it_was_asked_about),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
