/*
 * case_crash_test.c: the process ends at any write of a doubt being told: there is a whole case or none, no key is left
 * over, and the next doubt is told as if nothing had been (docs/adr/0003).
 */
#include "base.h"

#include <cmocka.h>

#include "case_test_kit.h"
#include "kit_crash.h"

enum { POINTS = 40 };
#define ENDLESS (UINT64_C(1) << 40)

static int tell(const struct nk_env *env, void *arg)
{
	const struct ft *const t = arg;
	NK_OWNED(nk_flow_close) struct nk_flow *flow = NULL;
	const struct nk_suspect_request req = { .text = NK_STR("切れた回線の向こうから"), .file = { (const uint8_t *)"jpg", 3 } };
	struct nk_suspect_reply out;
	struct nk_err err = { 0 };
	nk_rc rc = ft_open_rc(t, env, true, &flow, &err);

	rc = nk_ok(rc) ? nk_op_suspect(flow, &req, &out, &err) : rc;
	if (!nk_ok(rc)) {
		print_message("suspect: %s %s\n", nk_err_name(rc.code), err.text[NK_LANG_EN]);
		return 1;
	}
	return 0;
}

static nk_rc add_up(void *arg, enum nk_slot_kind kind, struct nk_slot slot, struct nk_err *err)
{
	size_t *const n = arg;

	(void)slot;
	(void)err;
	*n += kind == NK_SLOT_CASE ? 1 : 0;
	return nk_done();
}

/* Every case opens whole with its duties; no key without a case. Gives how many there are. */
static size_t whole(struct ft *t)
{
	struct nk_case_row *rows = NULL;
	struct nk_err err = { 0 };
	size_t in_vault = 0;
	size_t n = 0;

	ft_open(t);
	kit_ok(nk_op_case_list(t->flow, false, t->arena, &rows, &n, &err), &err);
	for (size_t i = 0; i < n; i++) {
		const struct nk_case_view v = shown(t, rows[i].receipt);

		assert_int_equal(v.n_notes, 1);
		assert_int_not_equal(duty(&v, "case-ack").due_at, 0);
		assert_int_not_equal(duty(&v, "case-report-prompt").due_at, 0);
	}
	kit_ok(nk_vault_each(t->flow->vault, add_up, &in_vault, &err), &err);
	assert_int_equal(in_vault, n);
	assert_int_equal(ft_leaves(t->flow, "suspect"), n);
	ft_close(t);
	return n;
}

static void a_doubt_cut_off_anywhere_is_told_whole_or_not_at_all(void **state)
{
	NK_OWNED(ft_done) struct ft t;
	struct kit_crash counter;
	const struct nk_env *count = NULL;
	uint64_t acts = 0;
	int status = -1;

	(void)state;
	ft_new(&t, NULL);
	count = kit_crash_env(&counter, kit_env(), ENDLESS, false);
	assert_int_equal(tell(count, &t), 0);
	acts = ENDLESS - counter.left;
	assert_true(acts > 4);
	assert_int_equal(whole(&t), 1);
	for (uint64_t n = 1; n <= acts; n += 1 + acts / POINTS) {
		const size_t before = whole(&t);

		kit_seed(n * 1000003);
		(void)kit_crash_run(kit_env(), n, n % 2 == 0, tell, &t, &status);
		kit_seed(n * 1000003 + 500009);
		assert_in_range(whole(&t) - before, 0, 1);
	}
	assert_int_equal(tell(kit_env(), &t), 0);
	(void)whole(&t);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_doubt_cut_off_anywhere_is_told_whole_or_not_at_all),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
