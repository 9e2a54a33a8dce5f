/*
 * vault_flow_test.c: the vault as an operation: receipts reach the ledger whoever comes first, sheets open an
 * installation once, a reseal says in the configuration what is in force.
 */
#include "base.h"

#include <cmocka.h>

#include "flow_test_kit.h"
#include "kit_crash.h"

static int run_rotate(const struct nk_env *env, void *arg)
{
	const struct ft *const t = arg;
	NK_OWNED(nk_flow_close) struct nk_flow *flow = NULL;
	struct nk_vault_reply reply;
	struct nk_err err = { 0 };
	nk_rc rc = ft_open_rc(t, env, true, &flow, &err);

	return nk_ok(nk_ok(rc) ? nk_op_vault_rotate(flow, &reply, &err) : rc) ? 0 : 1;
}

static uint64_t epoch_of(struct ft *t, bool write)
{
	struct nk_vault_status s;
	struct nk_err err = { 0 };

	kit_ok(ft_open_rc(t, kit_env(), write, &t->flow, &err), &err);
	nk_vault_status(t->flow->vault, &s);
	return s.epoch;
}

/* Wherever a rotation ends: a reader looks first and finishes it; when the epoch has turned, the next writer's ledger
 * has exactly one leaf of it. */
static void receipts_of_a_rotation_that_was_cut_off_reach_the_ledger_behind_a_reader(void **state)
{
	struct ft t;
	uint64_t turned = 1;
	size_t leaves = 0;
	bool whole = false;
	uint64_t late = 0;

	(void)state;
	ft_new(&t, NULL);
	for (uint64_t n = 1; !whole; n++) {
		uint64_t before = turned;
		int status = -1;

		whole = kit_crash_run(kit_env(), n, false, run_rotate, &t, &status);
		turned = epoch_of(&t, false); /* reads only */
		late += turned > before && ft_leaves(t.flow, "rotate") == leaves ? 1 : 0;
		ft_close(&t);
		assert_int_equal(epoch_of(&t, true), turned);
		if (ft_leaves(t.flow, "rotate") != leaves + (turned - before)) {
			fail_msg("ended at write %llu: %zu leaves, %llu turns", (unsigned long long)n, ft_leaves(t.flow, "rotate"),
				(unsigned long long)turned);
		}
		leaves = ft_leaves(t.flow, "rotate");
		ft_close(&t);
	}
	assert_true(late > 2); /* it did come to that */
	ft_done(&t);
}

/* One sheet a line: those without blanks. */
static size_t sheets_of(struct ft *t, struct nk_str out[static 3])
{
	NK_OWNED(nk_buf_done) struct nk_buf text = { 0 };
	struct nk_err err = { 0 };
	struct nk_str rest;
	struct nk_str one = { NULL, 0 };
	size_t n = 0;

	nk_buf_init_wiping(&text, 1 << 20);
	kit_ok(nk_op_vault_escrow(t->flow, 2, 3, &text, &err), &err);
	rest = nk_buf_str(&text);
	while (n < 3 && nk_str_cut(&rest, '\n', &one)) {
		if (one.len > 0 && nk_str_chr(one, ' ') == SIZE_MAX) {
			kit_ok(nk_arena_dup(t->arena, one, &out[n++], &err), &err);
		}
	}
	return n;
}

static nk_rc open_with(struct ft *t, const struct nk_str *sheets, size_t n, struct nk_err *err)
{
	const struct nk_flow_options o = { .home = t->home, .escrow = sheets, .n_escrow = n, .write = true, .wait_ms = 1000 };

	return nk_flow_open(kit_env(), &o, &t->flow, err);
}

static void sheets_open_an_installation_once_for_a_new_secret(void **state)
{
	struct ft t;
	struct nk_str sheets[3];
	uint8_t fresh[32];
	const struct nk_reseal_request req = { .keep_sealing = true,
		.secret = nk_bytes_of(fresh, sizeof(fresh)),
		.secret_is_keyfile = true,
		.key_file = "/kept/elsewhere" };
	struct nk_vault_reply reply;
	struct nk_err err = { 0 };

	(void)state;
	memset(fresh, 0x77, sizeof(fresh));
	ft_new(&t, NULL);
	ft_open(&t);
	assert_int_equal(sheets_of(&t, sheets), 3);
	ft_close(&t);
	kit_fails(open_with(&t, sheets, 1, &err), NK_INVALID);
	kit_ok(open_with(&t, sheets + 1, 2, &err), &err);
	kit_ok(nk_op_vault_reseal(t.flow, &req, &reply, &err), &err);
	ft_close(&t);
	kit_fails(open_with(&t, sheets + 1, 2, &err), NK_AUTH);
	kit_fails(ft_open_rc(&t, kit_env(), false, &t.flow, &err), NK_AUTH); /* the old key file */
	memcpy(t.secret, fresh, sizeof(fresh));
	ft_open(&t);
	assert_true(nk_str_eq(t.flow->config->key_file, NK_STR("/kept/elsewhere")));
	ft_done(&t);
}

static void a_reseal_keeps_the_key_file_that_an_earlier_one_wrote(void **state)
{
	struct ft t;
	uint8_t fresh[32];
	struct nk_reseal_request req = { .sealer = NK_STR("file"),
		.secret = nk_bytes_of(fresh, sizeof(fresh)),
		.secret_is_keyfile = true,
		.key_file = "/kept/elsewhere" };
	struct nk_vault_reply reply;
	struct nk_err err = { 0 };

	(void)state;
	memset(fresh, 0x78, sizeof(fresh));
	ft_new(&t, "[vault]\nkey_file = /of/before\n");
	ft_open(&t);
	kit_ok(nk_op_vault_reseal(t.flow, &req, &reply, &err), &err);
	memcpy(t.secret, fresh, sizeof(fresh));
	ft_reopen(&t);
	req = (struct nk_reseal_request){ .sealer = NK_STR("file") };
	kit_ok(nk_op_vault_reseal(t.flow, &req, &reply, &err), &err);
	ft_reopen(&t);
	assert_true(nk_str_eq(t.flow->config->key_file, NK_STR("/kept/elsewhere")));
	req = (struct nk_reseal_request){ .sealer = NK_STR("file"), .secret = nk_str_bytes(NK_STR("a long passphrase")), .key_file = "" };
	kit_ok(nk_op_vault_reseal(t.flow, &req, &reply, &err), &err);
	ft_close(&t);
	{
		const struct nk_flow_options o = {
			.home = t.home, .secret = nk_str_bytes(NK_STR("a long passphrase")), .write = true, .wait_ms = 1000
		};

		kit_ok(nk_flow_open(kit_env(), &o, &t.flow, &err), &err);
	}
	assert_int_equal(t.flow->config->key_file.len, 0);
	ft_done(&t);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(receipts_of_a_rotation_that_was_cut_off_reach_the_ledger_behind_a_reader),
		cmocka_unit_test(sheets_open_an_installation_once_for_a_new_secret),
		cmocka_unit_test(a_reseal_keeps_the_key_file_that_an_earlier_one_wrote),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
