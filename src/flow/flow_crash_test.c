/*
 * flow_crash_test.c: the process ends at any write of an import or of an erasure (I7, docs/adr/0003).
 *
 * At that moment the ledger must not call anybody erased whose key opens; and the same operation, run again, comes to
 * the same end as if nothing had happened. Every NK_CRASH_STEP-th write is tried (environment; default: some hundred
 * points an operation; 1 for all).
 */
#include "base.h"

#include <cmocka.h>

#include "flow_test_kit.h"
#include "kit_crash.h"

enum { POINTS = 60, LEAVERS = 2 };
#define ENDLESS (UINT64_C(1) << 40)

struct crash_case {
	struct ft t;
	char kept[160]; /* the home as it was before */
	char hash[65];
	unsigned without;
	struct nk_slot slots[LEAVERS];
	int (*run)(const struct nk_env *env, void *arg);
};

static void put_back(const struct crash_case *c)
{
	struct nk_err err = { 0 };

	(void)nftw(c->t.home, kit_remove_, 16, FTW_DEPTH | FTW_PHYS);
	kit_ok(ft_copy_dir(c->kept, c->t.home, &err), &err);
}

static void keep(struct crash_case *c)
{
	struct nk_err err = { 0 };

	ft_close(&c->t);
	(void)snprintf(c->kept, sizeof(c->kept), "%s/kept", c->t.tmp.dir);
	kit_ok(ft_copy_dir(c->t.home, c->kept, &err), &err);
}

static int run_import(const struct nk_env *env, void *arg)
{
	const struct crash_case *const c = arg;
	NK_OWNED(nk_flow_close) struct nk_flow *flow = NULL;
	NK_OWNED(nk_arena_free) struct nk_arena *arena = NULL;
	struct nk_import_reply out = { .outcome = NK_IMPORT_REFUSED };
	struct nk_err err = { 0 };
	nk_rc rc = ft_open_rc(&c->t, env, true, &flow, &err);

	rc = nk_ok(rc) ? nk_arena_new(NK_ARENA_WIPING, SIZE_MAX / 2, &arena, &err) : rc;
	rc = nk_ok(rc) ? ft_import_rc(flow, arena, c->without, &out, &err) : rc;
	if (!nk_ok(rc) || (out.outcome != NK_IMPORT_DONE && out.outcome != NK_IMPORT_SAME)) {
		print_message(
			"import: %s %s, outcome %d\n", nk_err_name(rc.code), err.text[NK_LANG_EN], (int)out.outcome);
		return 1;
	}
	return 0;
}

static int run_erase(const struct nk_env *env, void *arg)
{
	const struct crash_case *const c = arg;
	NK_OWNED(nk_flow_close) struct nk_flow *flow = NULL;
	NK_OWNED(nk_arena_free) struct nk_arena *arena = NULL;
	struct nk_apply_reply out;
	struct nk_err err = { 0 };
	nk_rc rc = ft_open_rc(&c->t, env, true, &flow, &err);

	rc = nk_ok(rc) ? nk_arena_new(NK_ARENA_WIPING, SIZE_MAX / 2, &arena, &err) : rc;
	rc = nk_ok(rc) ? ft_apply_rc(flow, arena, c->hash, &out, &err) : rc;
	if (!nk_ok(rc) && rc.code != NK_EXISTS) {
		print_message("apply: %s %s\n", nk_err_name(rc.code), err.text[NK_LANG_EN]);
		return 1;
	}
	return 0;
}

/* Right after the end of the process: what the ledger says is true, for who only reads. */
static void nothing_is_said_too_early(struct crash_case *c)
{
	NK_OWNED(nk_flow_close) struct nk_flow *flow = NULL;
	struct nk_err err = { 0 };
	const nk_rc rc = ft_open_rc(&c->t, kit_env(), false, &flow, &err);

	/* What was cut off may need a writer before anybody can read; that writer comes next. */
	if (!nk_ok(rc)) {
		print_message("# a reader alone: %s %s\n", nk_err_name(rc.code), err.text[NK_LANG_EN]);
		return;
	}
	if (ft_leaves(flow, "key_destroyed") + ft_leaves(flow, "erase_done") == 0) {
		return;
	}
	for (size_t i = 0; i < LEAVERS; i++) {
		assert_int_equal(ft_key(flow, c->slots[i]), NK_GONE);
	}
}

/* As many slots live in the vault as the store names: a key that nobody knows of would outlive its erasure. */
struct tally {
	size_t n;
};

static nk_rc add_up(void *arg, enum nk_slot_kind kind, struct nk_slot slot, struct nk_err *err)
{
	struct tally *const t = arg;

	(void)kind;
	(void)slot;
	(void)err;
	t->n++;
	return nk_done();
}

static void nothing_is_left_over(struct nk_flow *flow)
{
	struct tally in_vault = { 0 };
	struct tally in_store = { 0 };
	struct nk_err err = { 0 };

	kit_ok(nk_vault_each(flow->vault, add_up, &in_vault, &err), &err);
	kit_ok(nk_people_each_slot(flow->store, add_up, &in_store, &err), &err);
	if (in_vault.n != in_store.n) {
		fail_msg("%zu slots live, %zu are named", in_vault.n, in_store.n);
	}
}

static void imported_once(struct crash_case *c)
{
	ft_open(&c->t);
	assert_int_equal(nk_people_count(ft_people(c->t.flow)), FT_PERSONS);
	for (unsigned i = 2; i < FT_PUPILS; i++) {
		assert_int_equal(ft_key(c->t.flow, ft_slot(c->t.flow, i)), NK_OK);
	}
	assert_int_equal(ft_leaves(c->t.flow, "import"), 1);
	assert_int_equal(ft_leaves(c->t.flow, "join"), FT_PERSONS);
	assert_int_equal(ft_count(c->t.flow, "SELECT count(*) FROM holding WHERE kind = 'import_file'"), 1);
	nothing_is_left_over(c->t.flow);
	ft_healthy(&c->t);
}

static nk_rc no_control(void *arg, struct nk_str name, bool is_dir, struct nk_err *err)
{
	(void)arg;
	(void)is_dir;
	(void)err;
	assert_false(nk_str_starts(name, NK_STR("nokosazu-control-")));
	return nk_done();
}

/* The control person of a scan is nobody, but has no business here afterwards. */
static void no_control_stays(const struct crash_case *c)
{
	static const char *const dirs[] = { ".", "store", "vault", "ledger", "conf.d", "certificates", "public" };
	struct nk_err err = { 0 };
	char path[256];

	assert_int_equal(ft_count(c->t.flow, "SELECT count(*) FROM control"), 0);
	for (size_t i = 0; i < NK_ARRAY_LEN(dirs); i++) {
		(void)snprintf(path, sizeof(path), "%s/%s", c->t.home, dirs[i]);
		kit_ok(kit_env()->list(kit_env()->self, path, no_control, NULL, &err), &err);
	}
}

static void erased_once(struct crash_case *c)
{
	struct nk_verify_reply v;
	struct nk_erase_job job;
	struct nk_plan_row row;
	struct nk_err err = { 0 };

	ft_open(&c->t);
	assert_int_equal(nk_people_count(ft_people(c->t.flow)), FT_PERSONS - LEAVERS);
	for (unsigned i = 2 + LEAVERS; i < FT_PUPILS; i++) {
		assert_int_equal(ft_key(c->t.flow, ft_slot(c->t.flow, i)), NK_OK);
	}
	for (size_t i = 0; i < LEAVERS; i++) {
		assert_int_equal(ft_key(c->t.flow, c->slots[i]), NK_GONE);
	}
	assert_int_equal(ft_leaves(c->t.flow, "key_destroyed"), LEAVERS);
	assert_int_equal(ft_leaves(c->t.flow, "erase_done"), LEAVERS);
	assert_int_equal(ft_count(c->t.flow, "SELECT count(*) FROM person WHERE record IS NULL"), LEAVERS);
	no_control_stays(c);
	nothing_is_left_over(c->t.flow);
	kit_ok(nk_plan_find(
		       c->t.flow->store, c->t.flow->key[NK_HOUSE_LOG], nk_str_c(c->hash), c->t.arena, &row, &err),
		&err);
	assert_int_equal(row.state, NK_PLAN_DONE);
	kit_ok(nk_erase_job_get(c->t.flow->store, row.id, c->t.arena, &job, &err), &err);
	ft_verified(&c->t, job.id, &v);
	assert_true(v.good);
	assert_string_equal(v.level, "E2");
	ft_healthy(&c->t);
}

static uint64_t step_of(uint64_t acts)
{
	const char *const given = getenv("NK_CRASH_STEP");
	uint64_t step = 0;

	if (given != NULL && nk_parse_u64(nk_str_c(given), 1, 1000000, &step)) {
		return step;
	}
	return acts / POINTS > 0 ? acts / POINTS : 1;
}

static void at_every_write(struct crash_case *c, void (*check)(struct crash_case *c))
{
	struct kit_crash counter;
	const struct nk_env *const whole = kit_crash_env(&counter, kit_env(), ENDLESS, false);
	uint64_t acts = 0;
	uint64_t step = 0;
	uint64_t points = 0;
	int status = -1;

	assert_int_equal(c->run(whole, c), 0);
	acts = ENDLESS - counter.left;
	check(c);
	step = step_of(acts);
	for (uint64_t n = 1; n <= acts; n += step) {
		put_back(c);
		kit_seed(n * 1000003);
		if (kit_crash_run(kit_env(), n, n % 2 == 0, c->run, c, &status)) {
			assert_int_equal(status, 0);
		}
		kit_seed(n * 1000003 + 500009);
		nothing_is_said_too_early(c);
		if (c->run(kit_env(), c) != 0) {
			fail_msg("after the end at write %llu it does not go on", (unsigned long long)n);
		}
		check(c);
		points++;
	}
	print_message("# %llu writes, %llu ends\n", (unsigned long long)acts, (unsigned long long)points);
}

static void an_import_cut_off_at_any_write_is_done_by_the_next(void **state)
{
	struct crash_case c = { .run = run_import };

	(void)state;
	ft_new(&c.t, NULL);
	keep(&c);
	at_every_write(&c, imported_once);
	ft_done(&c.t);
}

static void an_erasure_cut_off_at_any_write_is_done_by_the_next(void **state)
{
	struct crash_case c = { .run = run_erase };
	struct nk_plan_reply plan;

	(void)state;
	ft_new(&c.t, NULL);
	ft_open(&c.t);
	ft_leave(&c.t, LEAVERS);
	for (unsigned i = 0; i < LEAVERS; i++) {
		c.slots[i] = ft_slot(c.t.flow, ft_leaver(i));
	}
	plan = ft_plan_erase(&c.t);
	assert_int_equal(plan.n_lines, LEAVERS);
	memcpy(c.hash, plan.hash, sizeof(c.hash));
	keep(&c);
	at_every_write(&c, erased_once);
	ft_done(&c.t);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_import_cut_off_at_any_write_is_done_by_the_next),
		cmocka_unit_test(an_erasure_cut_off_at_any_write_is_done_by_the_next),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
