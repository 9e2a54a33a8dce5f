/*
 * drop_test.c: what anybody puts into the drop folder is a doubt at the next run of the clock, with a receipt, and nothing
 * of it stays there; what is no plain file is counted and left.
 */
#include "base.h"

#include <cmocka.h>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "flow_case.h"
#include "flow_duty.h"
#include "flow_test_kit.h"

struct dropped {
	struct ft t;
	char dir[256];
	struct nk_err err;
};

static void begin(struct dropped *d)
{
	char settings[400];

	memset(d, 0, sizeof(*d));
	ft_new(&d->t, NULL);
	(void)snprintf(d->dir, sizeof(d->dir), "%s/drop", d->t.tmp.dir);
	kit_ok(kit_env()->mkdir(kit_env()->self, d->dir, &d->err), &d->err);
	(void)snprintf(settings, sizeof(settings), "[case]\ndrop = %s\n", d->dir);
	ft_write(&d->t, "conf.d/drop.conf", settings);
	ft_open(&d->t);
}

static void put(struct dropped *d, const char *name, struct nk_bytes bytes)
{
	char path[600];

	(void)snprintf(path, sizeof(path), "%s/%s", d->dir, name);
	kit_ok(nk_env_write_new(kit_env(), path, bytes, &d->err), &d->err);
}

static bool there(struct dropped *d, const char *name)
{
	char path[600];

	(void)snprintf(path, sizeof(path), "%s/%s", d->dir, name);
	return access(path, F_OK) == 0;
}

static struct nk_duty_run run(struct dropped *d)
{
	struct nk_duty_run r;

	kit_ok(nk_op_duty_run(d->t.flow, d->t.arena, &r, &d->err), &d->err);
	return r;
}

static NK_RESULT count_name(void *arg, struct nk_str name, bool is_dir, struct nk_err *err)
{
	size_t *const n = arg;

	(void)name;
	(void)is_dir;
	(void)err;
	(*n)++;
	return nk_done();
}

static size_t names(struct dropped *d)
{
	size_t n = 0;

	kit_ok(kit_env()->list(kit_env()->self, d->dir, count_name, &n, &d->err), &d->err);
	return n;
}

static void a_text_and_a_photo_that_were_put_there_are_doubts_with_receipts_and_go(void **state)
{
	static const uint8_t photo[] = { 0xff, 0xd8, 0xff, 0xe0, 0, 16, 'J', 'F', 'I', 'F', 0 };
	struct dropped d;
	struct nk_duty_run r;
	struct stat st;
	char path[600];

	(void)state;
	begin(&d);
	put(&d, "メモ.txt", nk_str_bytes(NK_STR("端末が見当たらない\n")));
	put(&d, "two\nlines.jpg", nk_bytes_of(photo, sizeof(photo)));
	put(&d, ".half-written", nk_str_bytes(NK_STR("まだ")));
	r = run(&d);
	assert_int_equal(r.dropped, 2);
	assert_int_equal(r.drop_left, 0);
	assert_int_equal(ft_count(d.t.flow, "SELECT count(*) FROM incident WHERE known_by = 'anonymous'"), 2);
	assert_int_equal(ft_count(d.t.flow, "SELECT count(*) FROM incident_note WHERE data IS NOT NULL"), 1);
	assert_int_equal(ft_leaves(d.t.flow, "suspect"), 2);
	assert_false(there(&d, "メモ.txt"));
	assert_false(there(&d, "two\nlines.jpg"));
	assert_true(there(&d, "メモ.txt.receipt.txt"));
	assert_true(there(&d, ".half-written"));
	assert_int_equal(names(&d), 3); /* two receipts, and what is not ready */
	(void)snprintf(path, sizeof(path), "%s/メモ.txt.receipt.txt", d.dir);
	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(st.st_mode & 0777, 0644); /* whoever put it there can read it */
	r = run(&d);
	assert_int_equal(r.dropped, 0); /* a receipt is no doubt */
	ft_done(&d.t);
}

static void what_is_no_plain_file_is_left_counted_and_stops_no_call(void **state)
{
	struct dropped d;
	struct nk_duty_run r;
	char path[600];

	(void)state;
	begin(&d);
	(void)snprintf(path, sizeof(path), "%s/link", d.dir);
	assert_int_equal(symlink("/etc/passwd", path), 0);
	(void)snprintf(path, sizeof(path), "%s/pipe", d.dir);
	assert_int_equal(mkfifo(path, 0600), 0);
	r = run(&d);
	assert_int_equal(r.dropped, 0);
	assert_int_equal(r.drop_left, 2);
	assert_int_equal(ft_count(d.t.flow, "SELECT count(*) FROM incident"), 0);
	ft_done(&d.t);
}

static void one_that_is_bad_keeps_none_of_the_others_and_is_told_each_time(void **state)
{
	struct dropped d;
	struct nk_duty_run r;
	char path[600];

	(void)state;
	begin(&d);
	put(&d, "a.txt", nk_str_bytes(NK_STR("\n")));
	put(&d, "b.txt", nk_str_bytes(NK_STR("x")));
	(void)snprintf(path, sizeof(path), "%s/c-link", d.dir);
	assert_int_equal(symlink("/etc/passwd", path), 0);
	(void)snprintf(path, sizeof(path), "%s/d-folder", d.dir);
	kit_ok(kit_env()->mkdir(kit_env()->self, path, &d.err), &d.err);
	(void)snprintf(path, sizeof(path), "%s/e-secret.txt", d.dir);
	put(&d, "e-secret.txt", nk_str_bytes(NK_STR("読めない")));
	assert_int_equal(chmod(path, 0), 0);
	put(&d, "z.txt", nk_str_bytes(NK_STR("端末が見当たらない\n")));
	for (unsigned i = 0; i < 2; i++) {
		const size_t unreadable = geteuid() == 0 ? 0 : 1; /* root reads all */

		r = run(&d);
		assert_int_equal(r.dropped, i > 0 ? 0 : 4 - unreadable);
		assert_int_equal(r.drop_left, 2 + unreadable);
		assert_int_equal(r.drop_why[NK_DROP_FOLDER], 1);
		assert_int_equal(r.drop_why[NK_DROP_NO_FILE], 1);
		assert_int_equal(r.drop_why[NK_DROP_UNREADABLE], unreadable);
	}
	assert_false(there(&d, "z.txt"));
	ft_done(&d.t);
}

static void only_a_receipt_of_ours_is_none(void **state)
{
	NK_OWNED(nk_buf_done) struct nk_buf text = { 0 };
	struct dropped d;
	char path[600];

	(void)state;
	begin(&d);
	put(&d, "memo.txt", nk_str_bytes(NK_STR("端末が見当たらない\n")));
	assert_int_equal(run(&d).dropped, 1);
	assert_int_equal(run(&d).dropped, 0);
	put(&d, "words.receipt.txt", nk_str_bytes(NK_STR("端末を見た\n")));
	put(&d, "number.receipt.txt", nk_str_bytes(NK_STR("2222-2222\n2025-04-07T00:00:00.000Z\n")));
	(void)snprintf(path, sizeof(path), "%s/memo.txt.receipt.txt", d.dir);
	nk_buf_init(&text, 1024);
	kit_ok(nk_env_read_all(kit_env(), path, 512, &text, &d.err), &d.err);
	kit_ok(nk_buf_add_str(&text, NK_STR("more\n"), &d.err), &d.err);
	put(&d, "more.receipt.txt", nk_buf_bytes(&text));
	assert_int_equal(run(&d).dropped, 3);
	assert_false(there(&d, "words.receipt.txt"));
	assert_true(there(&d, "words.receipt.txt.receipt.txt"));
	assert_true(there(&d, "memo.txt.receipt.txt"));
	ft_done(&d.t);
}

static void a_file_too_large_for_a_case_is_told_and_kept(void **state)
{
	struct dropped d;
	char path[600];

	(void)state;
	begin(&d);
	put(&d, "film.mp4", nk_str_bytes(NK_STR("x")));
	(void)snprintf(path, sizeof(path), "%s/film.mp4", d.dir);
	assert_int_equal(truncate(path, NK_CASE_FILE_MAX + 1), 0);
	assert_int_equal(run(&d).dropped, 1);
	assert_int_equal(ft_count(d.t.flow, "SELECT count(*) FROM incident"), 1);
	assert_int_equal(names(&d), 2); /* kept under its number in a folder, and the receipt */
	(void)snprintf(path, sizeof(path), "%s/.nokosazu-kept", d.dir);
	{
		unsigned mode = 0;
		bool mine = false;
		struct nk_err err = { 0 };

		kit_ok(nk_os_file_mode(path, &mode, &mine, &err), &err);
		assert_true(mine && (mode & 077) == 0); /* nobody else gets there, whosever the file is */
	}
assert_int_equal(ft_count(d.t.flow, "SELECT count(*) FROM holding WHERE kind = 'residue' AND closed_at IS NULL"), 1);
	assert_int_equal(run(&d).dropped, 0); /* once */
	ft_done(&d.t);
}

static void what_a_run_that_was_cut_off_had_taken_is_told_by_the_next(void **state)
{
	struct dropped d;

	(void)state;
	begin(&d);
	put(&d, ".nokosazu-drop-0123456789abcdef", nk_str_bytes(NK_STR("端末が見当たらない\n")));
	assert_int_equal(run(&d).dropped, 1);
	assert_int_equal(names(&d), 1);
	ft_done(&d.t);
}

static void a_drop_folder_that_is_gone_keeps_nobody_from_being_called(void **state)
{
	struct dropped d;
	struct nk_duty_run r;

	(void)state;
	begin(&d);
	assert_int_equal(rmdir(d.dir), 0);
	r = run(&d);
	assert_int_equal(r.drop_left, 1);
	assert_true(r.open > 0);
	ft_done(&d.t);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_text_and_a_photo_that_were_put_there_are_doubts_with_receipts_and_go),
		cmocka_unit_test(what_is_no_plain_file_is_left_counted_and_stops_no_call),
		cmocka_unit_test(one_that_is_bad_keeps_none_of_the_others_and_is_told_each_time),
		cmocka_unit_test(only_a_receipt_of_ours_is_none),
		cmocka_unit_test(a_file_too_large_for_a_case_is_told_and_kept),
		cmocka_unit_test(what_a_run_that_was_cut_off_had_taken_is_told_by_the_next),
		cmocka_unit_test(a_drop_folder_that_is_gone_keeps_nobody_from_being_called),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
