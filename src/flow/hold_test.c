/*
 * hold_test.c: a copy outside the store is on the books before it exists, and is gone when the books say so (I1, I2);
 * T2: the process ends at any write, and the next start leaves no file with a name that no open holding names.
 */
#include "base.h"

#include <cmocka.h>

#include "flow_test_kit.h"
#include "kit_crash.h"
#include "measures_int.h"

#include <sys/stat.h>
#include <unistd.h>

static const char text[] = "架空 花子,zp7002,架空の写し\n";

struct held {
	struct ft t;
	char dir[256];
	char path[300];
	bool keep;
};

static void begin(struct held *h)
{
	struct nk_err err = { 0 };

	memset(h, 0, sizeof(*h));
	ft_new(&h->t, NULL);
	(void)snprintf(h->dir, sizeof(h->dir), "%s/out", h->t.tmp.dir);
	(void)snprintf(h->path, sizeof(h->path), "%s/copy.csv", h->dir);
	kit_ok(kit_env()->mkdir(kit_env()->self, h->dir, &err), &err);
	ft_open(&h->t);
}

static struct nk_hold_spec spec(const char *path)
{
	static const uint32_t numbers[] = { 3, 4, 9 };

	return (struct nk_hold_spec){ .kind = NK_HOLDING_temp,
		.path = path,
		.place = NK_STR("memory"),
		.purpose = NK_STR("a test's work file"),
		.expires_at = nk_now(kit_env()) + NK_DAY,
		.numbers = numbers,
		.n = NK_ARRAY_LEN(numbers),
		.classes = 1U << NK_ITEM_name | 1U << NK_ITEM_login,
		.job = true };
}

static nk_rc put(struct nk_flow *flow, struct nk_hold *hold, struct nk_err *err)
{
	return flow->env->write(flow->env->self, nk_hold_fd(hold), 0, text, sizeof(text) - 1, err);
}

static struct nk_hold *opened(struct held *h, const struct nk_hold_spec *s)
{
	struct nk_hold *hold = NULL;
	struct nk_err err = { 0 };

	kit_ok(nk_hold_open(h->t.flow, s, &hold, &err), &err);
	return hold;
}

static int64_t open_holdings(struct held *h)
{
	return ft_count(h->t.flow, "SELECT count(*) FROM holding WHERE kind = 'temp' AND closed_at IS NULL");
}

static bool there(const char *path)
{
	struct stat st;

	return lstat(path, &st) == 0;
}

static void a_copy_is_on_the_books_with_extent_reach_and_duty_before_it_exists(void **state)
{
	struct held h;
	struct nk_err err = { 0 };
	struct stat st;

	(void)state;
	begin(&h);
	const struct nk_hold_spec s = spec(h.path);
	struct nk_hold *hold = opened(&h, &s);

	assert_int_equal(open_holdings(&h), 1);
	assert_int_equal(ft_count(h.t.flow, "SELECT count(*) FROM reach r JOIN holding h ON h.id = r.holding_id WHERE h.kind = 'temp' AND r.until_at IS NULL"), 1);
	assert_int_equal(ft_count(h.t.flow, "SELECT count(*) FROM duty d JOIN holding h ON h.id = d.holding_id WHERE h.kind = 'temp'"), 1);
	assert_int_equal(ft_count(h.t.flow, "SELECT count(*) FROM extent e JOIN holding h ON h.id = e.holding_id WHERE h.kind = 'temp'"), 2);
	assert_int_equal(ft_leaves(h.t.flow, "holding_open"), 1);
	assert_int_equal(stat(h.path, &st), 0);
	assert_int_equal(st.st_mode & 0777, 0600);
	kit_ok(put(h.t.flow, hold, &err), &err);
	kit_ok(nk_hold_keep(&hold, &err), &err);
	assert_null(hold);
	ft_reopen(&h.t);
	assert_true(there(h.path));
	assert_int_equal(open_holdings(&h), 1);
	kit_ok(nk_flow_end_job(h.t.flow, &err), &err);
	ft_done(&h.t);
}

static void a_file_that_is_there_is_neither_overwritten_nor_put_on_the_books(void **state)
{
	struct held h;
	struct nk_err err = { 0 };
	struct nk_hold *hold = NULL;

	(void)state;
	begin(&h);
	const struct nk_hold_spec s = spec(h.path);

	kit_ok(nk_env_write_new(kit_env(), h.path, nk_str_bytes(NK_STR("mine")), &err), &err);
	assert_int_equal(nk_hold_open(h.t.flow, &s, &hold, &err).code, NK_EXISTS);
	assert_int_equal(open_holdings(&h), 0);
	assert_int_equal(ft_read(&h.t, h.path).len, 4);
	ft_done(&h.t);
}

static void a_copy_without_a_purpose_or_an_end_is_refused_and_no_file_is_made(void **state)
{
	struct held h;
	struct nk_err err = { 0 };
	struct nk_hold *hold = NULL;

	(void)state;
	begin(&h);
	struct nk_hold_spec s = spec(h.path);

	s.purpose = NK_STR("");
	assert_int_equal(nk_hold_open(h.t.flow, &s, &hold, &err).code, NK_INVALID);
	s = spec(h.path);
	s.expires_at = 0;
	assert_int_equal(nk_hold_open(h.t.flow, &s, &hold, &err).code, NK_INVALID);
	assert_false(there(h.path));
	ft_done(&h.t);
}

static void a_copy_that_nobody_closed_is_overwritten_and_gone(void **state)
{
	struct held h;
	struct nk_err err = { 0 };
	char other[320];

	(void)state;
	begin(&h);
	const struct nk_hold_spec s = spec(h.path);
	{
		NK_OWNED(nk_hold_drop) struct nk_hold *hold = opened(&h, &s);

		kit_ok(put(h.t.flow, hold, &err), &err);
		(void)snprintf(other, sizeof(other), "%s.second-name", h.path);
		assert_int_equal(link(h.path, other), 0);
	}
	assert_false(there(h.path));
	assert_int_equal(ft_read(&h.t, other).len, 0); /* the bytes went before the name */
	assert_int_equal(open_holdings(&h), 0);
	assert_int_equal(ft_count(h.t.flow, "SELECT count(*) FROM holding WHERE kind = 'temp' AND gone = 'verified'"), 1);
	assert_int_equal(ft_count(h.t.flow, "SELECT count(*) FROM reach r JOIN holding h ON h.id = r.holding_id WHERE h.kind = 'temp' AND r.until_at IS NULL"), 0);
	assert_int_equal(ft_leaves(h.t.flow, "holding_close"), 1);
	kit_ok(nk_flow_end_job(h.t.flow, &err), &err);
	ft_done(&h.t);
}

static void a_job_whose_copy_was_moved_away_has_failed(void **state)
{
	struct held h;
	struct nk_err err = { 0 };
	char other[320];

	(void)state;
	begin(&h);
	const struct nk_hold_spec s = spec(h.path);
	{
		NK_OWNED(nk_hold_drop) struct nk_hold *hold = opened(&h, &s);

		kit_ok(put(h.t.flow, hold, &err), &err);
		(void)snprintf(other, sizeof(other), "%s.away", h.path);
		assert_int_equal(rename(h.path, other), 0);
	}
	assert_int_equal(nk_flow_end_job(h.t.flow, &err).code, NK_INCOMPLETE);
	assert_non_null(strstr(err.text[NK_LANG_EN], "finished with errors"));
	assert_int_equal(open_holdings(&h), 1);
	ft_done(&h.t);
}

static void a_memory_file_has_no_name_and_its_holding_ends_with_its_process(void **state)
{
	struct held h;
	struct nk_err err = { 0 };

	(void)state;
	begin(&h);
	const struct nk_hold_spec s = spec(NULL);
	struct nk_hold *hold = opened(&h, &s);

	kit_ok(put(h.t.flow, hold, &err), &err);
	assert_int_equal(nk_hold_keep(&hold, &err).code, NK_INVALID);
	nk_os_fd_close(&(int){ nk_hold_fd(hold) });
	free(hold); /* the process ends here: nothing of it is closed */
	assert_int_equal(open_holdings(&h), 1);
	ft_reopen(&h.t);
	assert_int_equal(open_holdings(&h), 0);
	ft_done(&h.t);
}

static void a_copy_under_dual_control_stays_open_until_a_second_party_has_looked(void **state)
{
	struct held h;
	struct nk_err err = { 0 };

	(void)state;
	begin(&h);
	struct nk_hold_spec s = spec(h.path);

	s.kind = NK_HOLDING_bundle;
	struct nk_hold *hold = opened(&h, &s);

	kit_ok(nk_hold_close(&hold, &err), &err);
	assert_false(there(h.path));
	assert_int_equal(ft_count(h.t.flow, "SELECT count(*) FROM holding WHERE kind = 'bundle' AND closed_at IS NULL"), 1);
	assert_int_equal(ft_count(h.t.flow, "SELECT count(*) FROM copy_open"), 0);
	ft_done(&h.t);
}

/* What a cut-off run named, and what lies there now, are not always the same. */
static void a_link_put_in_the_place_of_a_copy_is_not_followed_but_told(void **state)
{
	struct held h;
	struct nk_err err = { 0 };
	char victim[320];

	(void)state;
	begin(&h);
	const struct nk_hold_spec s = spec(h.path);
	struct nk_hold *hold = opened(&h, &s);

	(void)snprintf(victim, sizeof(victim), "%s/victim", h.t.tmp.dir);
	kit_ok(nk_env_write_new(kit_env(), victim, nk_str_bytes(NK_STR("mine")), &err), &err);
	nk_os_fd_close(&(int){ nk_hold_fd(hold) });
	free(hold);
	assert_int_equal(unlink(h.path), 0);
	assert_int_equal(symlink(victim, h.path), 0);
	ft_reopen(&h.t);
	assert_int_equal(ft_read(&h.t, victim).len, 4);
	assert_int_equal(open_holdings(&h), 1);
	assert_int_equal(nk_flow_end_job(h.t.flow, &err).code, NK_INCOMPLETE);
	assert_int_equal(unlink(h.path), 0);
	ft_reopen(&h.t);
	assert_int_equal(open_holdings(&h), 0);
	kit_ok(nk_flow_end_job(h.t.flow, &err), &err);
	ft_done(&h.t);
}

static int run_job(const struct nk_env *env, void *arg)
{
	const struct held *const h = arg;
	NK_OWNED(nk_flow_close) struct nk_flow *flow = NULL;
	const struct nk_hold_spec s = spec(h->path);
	struct nk_hold *hold = NULL;
	struct nk_err err = { 0 };
	nk_rc rc = ft_open_rc(&h->t, env, true, &flow, &err);

	rc = nk_ok(rc) ? nk_hold_open(flow, &s, &hold, &err) : rc;
	rc = nk_ok(rc) ? put(flow, hold, &err) : rc;
	if (nk_ok(rc)) {
		rc = h->keep ? nk_hold_keep(&hold, &err) : nk_hold_close(&hold, &err);
	}
	if (!nk_ok(rc)) {
		print_message("%s %s\n", nk_err_name(rc.code), err.text[NK_LANG_EN]);
	}
	return nk_ok(rc) ? 0 : 1;
}

/* T2, I1: every file there is one of an open holding, and nothing is left to be done. */
static void killed_at_any_write(bool keep)
{
	struct held h;
	int status = -1;
	uint64_t n = 1;

	begin(&h);
	ft_close(&h.t);
	h.keep = keep;
	for (;; n++) {
		bool whole = false;

		kit_seed(n * 1000003);
		whole = kit_crash_run(kit_env(), n, n % 2 == 0, run_job, &h, &status);
		kit_seed(n * 1000003 + 500009);
		if (whole) {
			assert_int_equal(status, 0);
			break;
		}
		ft_open(&h.t);
		const bool is_there = there(h.path);
		const int64_t named = ft_count(h.t.flow,
			"SELECT count(*) FROM holding WHERE kind = 'temp' AND closed_at IS NULL");

		if (is_there && named < 1) {
			fail_msg("after the end at write %llu a file is there that no holding names", (unsigned long long)n);
		}
		if (!is_there && named > 0) {
			fail_msg("after the end at write %llu %d holdings are open of a file that is gone", (unsigned long long)n, (int)named);
		}
		assert_int_equal(ft_count(h.t.flow, "SELECT count(*) FROM copy_open"), 0);
		if (is_there) {
			assert_int_equal(ft_read(&h.t, h.path).len, sizeof(text) - 1);
			break; /* the copy was kept: from here on there is nothing that could be cut off */
		}
		ft_close(&h.t);
	}
	assert_true(n > 10);
	print_message("# %llu ends\n", (unsigned long long)n);
	ft_done(&h.t);
}

static void a_job_cut_off_at_any_write_leaves_no_file_that_no_open_holding_names(void **state)
{
	(void)state;
	killed_at_any_write(false);
}

static void a_copy_to_keep_cut_off_at_any_write_is_whole_or_gone(void **state)
{
	(void)state;
	killed_at_any_write(true);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_copy_is_on_the_books_with_extent_reach_and_duty_before_it_exists),
		cmocka_unit_test(a_file_that_is_there_is_neither_overwritten_nor_put_on_the_books),
		cmocka_unit_test(a_copy_without_a_purpose_or_an_end_is_refused_and_no_file_is_made),
		cmocka_unit_test(a_copy_that_nobody_closed_is_overwritten_and_gone),
		cmocka_unit_test(a_job_whose_copy_was_moved_away_has_failed),
		cmocka_unit_test(a_memory_file_has_no_name_and_its_holding_ends_with_its_process),
		cmocka_unit_test(a_copy_under_dual_control_stays_open_until_a_second_party_has_looked),
		cmocka_unit_test(a_link_put_in_the_place_of_a_copy_is_not_followed_but_told),
		cmocka_unit_test(a_job_cut_off_at_any_write_leaves_no_file_that_no_open_holding_names),
		cmocka_unit_test(a_copy_to_keep_cut_off_at_any_write_is_whole_or_gone),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
