/*
 * sweep_test.c: what counts as a trace, what is inside a live holding, who may say that a residue is gone, and that nothing
 * is sealed while somebody lies about.
 */
#include "base.h"

#include <cmocka.h>

#include "flow_sweep.h"
#include "flow_test_kit.h"
#include "measures_int.h"

static const char settings[] = "[sweep]\ntemp = none\nlogs = none\ncrash = none\n";

static void begin(struct ft *t)
{
	ft_new(t, settings);
	ft_open(t);
	assert_int_equal(ft_import(t, 0).outcome, NK_IMPORT_DONE);
}

static struct nk_sweep_reply sweep(struct ft *t)
{
	const struct nk_sweep_request req = { .installation_only = true };
	struct nk_sweep_reply r;
	struct nk_err err = { 0 };

	kit_ok(nk_op_sweep(t->flow, &req, t->arena, &r, &err), &err);
	assert_true(r.controls);
	return r;
}

/* "残川 消太郎" and the like: a name that only one has. */
static void put_name(struct ft *t, const char *file, unsigned i)
{
	char text[128];

	(void)snprintf(text, sizeof(text), "%s %s\n", ft_family(i), ft_given(i));
	ft_write(t, file, text);
}

static void a_site_that_nobody_spoiled_is_clean_and_can_seal(void **state)
{
	struct ft t;
	struct nk_err err = { 0 };
	struct nk_sweep_reply r;

	(void)state;
	begin(&t);
	r = sweep(&t);
	assert_true(r.clean);
	assert_true(r.complete);
	assert_int_equal(r.persons, FT_PERSONS);
	assert_int_equal(ft_leaves(t.flow, "sweep"), 2); /* the sweep, and the statement about it */
	assert_int_equal(ft_count(t.flow, "SELECT count(*) FROM evidence WHERE about = 'sweep' AND result = 'PASSED'"), 1);
	kit_ok(nk_sweep_before_seal(t.flow, &err), &err);
	ft_done(&t);
}

static void nothing_is_sealed_while_a_copy_lies_about(void **state)
{
	struct ft t;
	struct nk_err err = { 0 };

	(void)state;
	begin(&t);
	put_name(&t, "forgotten.csv", 5);
	assert_int_equal(nk_sweep_before_seal(t.flow, &err).code, NK_DENIED);
	assert_null(strstr(err.text[NK_LANG_EN], ft_family(5)));
	assert_int_equal(ft_leaves(t.flow, "refused"), 1);
	assert_int_equal(ft_count(t.flow, "SELECT count(*) FROM incident"), 1);
	assert_int_equal(ft_count(t.flow, "SELECT count(*) FROM incident_holding i JOIN holding h ON h.id = i.holding_id WHERE h.kind = 'residue'"), 1);
	/* Found again, it is known: no second case. */
	assert_int_equal(nk_sweep_before_seal(t.flow, &err).code, NK_DENIED);
	assert_int_equal(ft_count(t.flow, "SELECT count(*) FROM incident"), 1);
	ft_unlink(&t, "forgotten.csv");
	kit_ok(nk_sweep_before_seal(t.flow, &err), &err);
	ft_done(&t);
}

static void digits_alone_are_no_trace_but_beside_a_name_they_are(void **state)
{
	struct ft t;
	struct nk_sweep_reply r;

	(void)state;
	begin(&t);
	ft_write(&t, "numbers.txt", "88005 88006 88007\n");
	r = sweep(&t);
	assert_true(r.clean);
	put_name(&t, "numbers.txt", 5);
	r = sweep(&t);
	assert_int_equal(r.n_suspects, 1);
	assert_int_equal(r.suspects[0].persons, 1);
	ft_done(&t);
}

static void what_a_live_holding_lists_is_inside_as_long_as_it_has_the_same_bytes(void **state)
{
	struct ft t;
	struct nk_err err = { 0 };
	struct nk_sweep_reply r;
	char path[256];
	const uint32_t number = 3;
	struct nk_hold *hold = NULL;
	struct nk_hold_spec spec = { .kind = NK_HOLDING_export,
		.path = path,
		.purpose = NK_STR("a test"),
		.numbers = &number,
		.n = 1,
		.classes = 1U << NK_ITEM_name };
	char text[128];

	(void)state;
	begin(&t);
	(void)snprintf(path, sizeof(path), "%s/export.csv", t.home);
	(void)snprintf(text, sizeof(text), "%s %s\n", ft_family(5), ft_given(5));
	spec.expires_at = nk_now(kit_env()) + NK_DAY;
	kit_ok(nk_hold_open(t.flow, &spec, &hold, &err), &err);
	kit_ok(kit_env()->write(kit_env()->self, nk_hold_fd(hold), 0, text, strlen(text), &err), &err);
	kit_ok(nk_hold_keep(&hold, &err), &err);
	r = sweep(&t);
	assert_true(r.clean);
	assert_true(r.inside > 0);
	put_name(&t, "export.csv.bak", 5);
	r = sweep(&t);
	assert_int_equal(r.n_suspects, 1);
	ft_unlink(&t, "export.csv.bak");
	put_name(&t, "export.csv", 6); /* another file in the place of the copy */
	r = sweep(&t);
	assert_int_equal(r.n_suspects, 1);
	assert_true(r.suspects[0].changed);
	ft_done(&t);
}

static void who_removed_a_residue_cannot_say_that_it_is_gone(void **state)
{
	struct ft t;
	struct nk_err err = { 0 };
	struct nk_sweep_reply r;
	struct nk_sweep_cleared c;
	struct nk_key stranger = { { 9 } };

	(void)state;
	begin(&t);
	put_name(&t, "forgotten.csv", 5);
	r = sweep(&t);
	assert_int_equal(r.n_suspects, 1);
	kit_ok(nk_op_sweep_clear(t.flow, r.suspects[0].holding, t.arena, &c, &err), &err);
	assert_true(c.was_there);
	assert_int_equal(ft_count(t.flow, "SELECT count(*) FROM holding WHERE kind = 'residue' AND closed_at IS NULL"), 1);
	assert_int_equal(nk_op_holding_close(t.flow, r.suspects[0].holding, true, &err).code, NK_DENIED);
	assert_int_equal(nk_op_sweep_check(t.flow, r.suspects[0].holding, &stranger, t.arena, &c, &err).code, NK_DENIED);
	assert_int_equal(ft_count(t.flow, "SELECT count(*) FROM holding WHERE kind = 'residue' AND closed_at IS NULL"), 1);
	ft_done(&t);
}

static void a_residue_that_comes_back_is_not_signed_away(void **state)
{
	struct ft t;
	struct nk_err err = { 0 };
	struct nk_sweep_reply r;
	struct nk_sweep_cleared c;
	char path[256];

	(void)state;
	begin(&t);
	(void)snprintf(path, sizeof(path), "%s/gone.csv", t.home);
	put_name(&t, "gone.csv", 5);
	r = sweep(&t);
	assert_int_equal(r.n_suspects, 1);
	kit_ok(nk_op_sweep_clear(t.flow, r.suspects[0].holding, t.arena, &c, &err), &err);
	put_name(&t, "gone.csv", 6);
	/* A key that is somebody's: the check sweeps again before it signs. */
	{
		uint8_t pub[NK_SIGN_PUB_LEN];
		struct nk_key seed = { { 4 } };
		struct nk_party p = { .kind = NK_STR("officer"), .roles = NK_STR("officer"), .label = NK_STR("確認 係"), .has_key = true };
		NK_OWNED(nk_tx_end) struct nk_tx *tx = NULL;

		nk_sign_public(&seed, pub);
		memcpy(p.public_key, pub, sizeof(pub));
		kit_ok(nk_uuid_new(kit_env(), &p.id, &err), &err);
		kit_ok(nk_tx_begin(t.flow->store, &tx, &err), &err);
		kit_ok(nk_party_add(tx, t.flow->key[NK_HOUSE_LOG], &p, &err), &err);
		kit_ok(nk_flow_leaf(t.flow, tx, NK_LEAF_PARTY, NULL, 0, NULL, &err), &err);
		kit_ok(nk_flow_commit(t.flow, &tx, &err), &err);
		assert_int_equal(nk_op_sweep_check(t.flow, r.suspects[0].holding, &seed, t.arena, &c, &err).code, NK_INCOMPLETE);
		ft_unlink(&t, "gone.csv");
		kit_ok(nk_op_sweep_check(t.flow, r.suspects[0].holding, &seed, t.arena, &c, &err), &err);
	}
	assert_int_equal(ft_count(t.flow, "SELECT count(*) FROM holding WHERE kind = 'residue' AND gone = 'verified'"), 1);
	ft_done(&t);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_site_that_nobody_spoiled_is_clean_and_can_seal),
		cmocka_unit_test(nothing_is_sealed_while_a_copy_lies_about),
		cmocka_unit_test(digits_alone_are_no_trace_but_beside_a_name_they_are),
		cmocka_unit_test(what_a_live_holding_lists_is_inside_as_long_as_it_has_the_same_bytes),
		cmocka_unit_test(who_removed_a_residue_cannot_say_that_it_is_gone),
		cmocka_unit_test(a_residue_that_comes_back_is_not_signed_away),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
