/*
 * flow_test.c: making, opening and refusing an installation; what is only looked at changes nothing.
 */
#include "base.h"

#include <cmocka.h>

#include "flow_test_kit.h"

/* The vault of `kept` in place of the one that is there. */
static void put_vault_back(const struct ft *t, const char *kept)
{
	struct nk_err err = { 0 };
	char vault[256];

	(void)snprintf(vault, sizeof(vault), "%s/vault", t->home);
	(void)nftw(vault, kit_remove_, 16, FTW_DEPTH | FTW_PHYS);
	kit_ok(ft_copy_dir(kept, vault, &err), &err);
}

static void keep_vault(struct ft *t, char kept[static 256])
{
	struct nk_err err = { 0 };
	char vault[256];

	ft_close(t);
	(void)snprintf(vault, sizeof(vault), "%s/vault", t->home);
	(void)snprintf(kept, 256, "%s/kept", t->tmp.dir);
	kit_ok(ft_copy_dir(vault, kept, &err), &err);
}

static void a_vault_from_before_an_import_stops_everything(void **state)
{
	NK_OWNED(ft_done) struct ft t;
	struct nk_import_reply out;
	struct nk_people *people = NULL;
	struct nk_err err = { 0 };
	char kept[256];

	(void)state;
	ft_new(&t, NULL);
	keep_vault(&t, kept);
	ft_open(&t);
	assert_int_equal(ft_import(&t, 0).outcome, NK_IMPORT_DONE);
	ft_close(&t);
	put_vault_back(&t, kept);
	/* New keys do not move the sequence: here it is the unknown slot that stops it. Nobody may look erased. */
	ft_open(&t);
	kit_fails(nk_flow_people(t.flow, &people, &err), NK_CORRUPT);
	kit_fails(ft_import_rc(t.flow, t.arena, 0, &out, &err), NK_CORRUPT);
	kit_fails(ft_import_rc(t.flow, t.arena, 2, &out, &err), NK_CORRUPT);
}

static void a_vault_from_before_an_erasure_brings_nobody_back(void **state)
{
	NK_OWNED(ft_done) struct ft t;
	struct nk_plan_reply plan;
	struct nk_apply_reply out;
	struct nk_err err = { 0 };
	char kept[256];

	(void)state;
	ft_new(&t, NULL);
	ft_open(&t);
	ft_leave(&t, 2);
	plan = ft_plan_erase(&t);
	keep_vault(&t, kept);
	ft_open(&t);
	kit_ok(ft_apply_rc(t.flow, t.arena, plan.hash, &out, &err), &err);
	ft_close(&t);
	put_vault_back(&t, kept);
	kit_fails(ft_open_rc(&t, kit_env(), true, &t.flow, &err), NK_CORRUPT);
	kit_fails(ft_open_rc(&t, kit_env(), false, &t.flow, &err), NK_CORRUPT);
}

static void another_key_does_not_open(void **state)
{
	NK_OWNED(ft_done) struct ft t;
	struct nk_err err = { 0 };

	(void)state;
	ft_new(&t, NULL);
	t.secret[31] ^= 1;
	kit_fails(ft_open_rc(&t, kit_env(), true, &t.flow, &err), NK_AUTH);
	kit_fails(ft_open_rc(&t, kit_env(), false, &t.flow, &err), NK_AUTH);
	t.secret[31] ^= 1;
	ft_open(&t);
}

static struct nk_init_request request(const char *home, const uint8_t *secret)
{
	return (struct nk_init_request){ .home = home,
		.secret = nk_bytes_of(secret, 32),
		.secret_is_keyfile = true,
		.organisation = NK_STR("試験市教育委員会"),
		.domain = NK_STR("test.example.jp"),
		.operator_name = NK_STR("操作 係"),
		.single_copy = true,
		.sealer = NK_STR("file"),
		.clock = NK_DATE_NONE,
		.kdf_memory_kb = 64 };
}

static void a_second_init_leaves_the_first_as_it_was(void **state)
{
	NK_OWNED(ft_done) struct ft t;
	struct nk_init_request r;
	struct nk_err err = { 0 };
	uint8_t other[32] = { 9 };

	(void)state;
	ft_new(&t, NULL);
	ft_open(&t);
	assert_int_equal(ft_import(&t, 0).outcome, NK_IMPORT_DONE);
	ft_close(&t);
	r = request(t.home, other);
	assert_false(nk_ok(nk_op_init(kit_env(), &r, &err)));
	ft_open(&t);
	assert_int_equal(nk_people_count(ft_people(t.flow)), FT_PERSONS);
	ft_healthy(&t);
}

static void one_place_for_the_vault_has_to_be_wished_for(void **state)
{
	NK_OWNED(kit_tmp_done) struct kit_tmp tmp = kit_tmp();
	const uint8_t secret[32] = { 1 };
	struct nk_init_request r = request(kit_path(&tmp, "home"), secret);
	struct nk_err err = { 0 };

	(void)state;
	r.single_copy = false;
	kit_fails(nk_op_init(kit_env(), &r, &err), NK_USAGE);
}

static void a_name_of_two_lines_cannot_write_settings(void **state)
{
	NK_OWNED(kit_tmp_done) struct kit_tmp tmp = kit_tmp();
	const uint8_t secret[32] = { 1 };
	struct nk_init_request r = request(kit_path(&tmp, "home"), secret);
	struct nk_err err = { 0 };

	(void)state;
	r.organisation = NK_STR("x\nsealer = none");
	kit_fails(nk_op_init(kit_env(), &r, &err), NK_USAGE);
}

static void a_simulated_clock_goes_forward_and_the_real_one_not_at_all(void **state)
{
	NK_OWNED(ft_done) struct ft t;
	struct nk_init_request r;
	struct nk_err err = { 0 };
	char home[256];
	nk_date today = 0;

	(void)state;
	ft_new(&t, NULL);
	ft_open(&t);
	kit_fails(nk_op_clock(t.flow, nk_flow_today(t.flow) + 5, &err), NK_DENIED);
	ft_close(&t);
	(void)snprintf(home, sizeof(home), "%s/simulated", t.tmp.dir);
	r = request(home, t.secret);
	assert_true(nk_date_parse(NK_STR("2027-04-05"), &r.clock));
	kit_ok(nk_op_init(nk_os_env(), &r, &err), &err);
	nk_assert(strlen(home) < sizeof(t.home));
	memcpy(t.home, home, strlen(home) + 1);
	kit_ok(ft_open_rc(&t, nk_os_env(), true, &t.flow, &err), &err);
	assert_true(nk_flow_clock_simulated(t.flow));
	today = nk_flow_today(t.flow);
	assert_int_equal(today, r.clock);
	kit_fails(nk_op_clock(t.flow, today - 1, &err), NK_INVALID);
	kit_ok(nk_op_clock(t.flow, today + 400, &err), &err);
	ft_close(&t);
	kit_ok(ft_open_rc(&t, nk_os_env(), true, &t.flow, &err), &err);
	assert_int_equal(nk_flow_today(t.flow), today + 400);
}

static void a_second_import_of_the_same_roster_writes_nothing(void **state)
{
	NK_OWNED(ft_done) struct ft t;
	int64_t leaves = 0;
	uint64_t sequence = 0;
	struct nk_vault_status s;

	(void)state;
	ft_new(&t, NULL);
	ft_open(&t);
	assert_int_equal(ft_import(&t, 0).outcome, NK_IMPORT_DONE);
	leaves = ft_count(t.flow, "SELECT count(*) FROM leaf");
	nk_vault_status(t.flow->vault, &s);
	sequence = s.sequence;
	ft_reopen(&t);
	assert_int_equal(ft_import(&t, 0).outcome, NK_IMPORT_SAME);
	nk_vault_status(t.flow->vault, &s);
	assert_int_equal(s.sequence, sequence);
	assert_int_equal(ft_count(t.flow, "SELECT count(*) FROM leaf"), leaves);
}

static void operations_are_listed_by_name(void **state)
{
	size_t n = 0;
	const struct nk_op *const ops = nk_ops(&n);

	(void)state;
	assert_true(n > 10);
	for (size_t i = 1; i < n; i++) {
		assert_true(strcmp(ops[i - 1].name, ops[i].name) < 0);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_vault_from_before_an_import_stops_everything),
		cmocka_unit_test(a_vault_from_before_an_erasure_brings_nobody_back),
		cmocka_unit_test(another_key_does_not_open),
		cmocka_unit_test(a_second_init_leaves_the_first_as_it_was),
		cmocka_unit_test(one_place_for_the_vault_has_to_be_wished_for),
		cmocka_unit_test(a_name_of_two_lines_cannot_write_settings),
		cmocka_unit_test(a_simulated_clock_goes_forward_and_the_real_one_not_at_all),
		cmocka_unit_test(a_second_import_of_the_same_roster_writes_nothing),
		cmocka_unit_test(operations_are_listed_by_name),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
