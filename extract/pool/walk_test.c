/*
 * walk_test.c: folders with everything bad in them: each thing is submitted once, in order, with its reason; nothing
 * hangs.
 */
#include "base.h"

#include "nkx_work.h"
#include "os.h"

#include <cmocka.h>

#include "kit_skip.h"
#include <fcntl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

struct seen {
	struct nk_buf text;
};

static bool on_finding(void *arg, const struct nkx_finding *f)
{
	(void)arg;
	(void)f;
	return true;
}

static bool on_stream(void *arg, const struct nkx_stream *s)
{
	struct seen *seen = arg;

	if (s->stream == 0) {
		(void)nk_buf_printf(&seen->text, NULL, "%s %" PRIu64 " ", nkx_why_name(s->why), s->bytes).code;
	}
	return true;
}

static bool on_item(void *arg, const struct nkx_item_end *e)
{
	struct seen *seen = arg;

	(void)nk_buf_printf(&seen->text, NULL, "%s\n", e->shown).code;
	return true;
}

static void seen_done(struct seen *seen)
{
	nk_buf_done(&seen->text);
}

static void walk(const char *path, const struct nkx_walk_options *o, struct seen *seen)
{
	const struct nkx_reports reports = { on_finding, on_stream, on_item, NULL, seen };
	const struct nkx_options options = { .workers = 2, .index_fd = -1 };
	struct nkx_pool *pool = NULL;
	struct nk_err err;

	nk_buf_init(&seen->text, 1 << 20);
	assert_int_equal(nkx_pool_start(&options, &reports, &pool, &err).code, NK_OK);
	assert_int_equal(nkx_walk(pool, nk_os_env(), path, o, &err).code, NK_OK);
	assert_int_equal(nkx_pool_finish(pool, &err).code, NK_OK);
	nkx_pool_free(&pool);
	assert_true(nk_ok(nk_buf_add_byte(&seen->text, 0, NULL)));
}

static bool has(const struct seen *seen, const char *line)
{
	return strstr((const char *)seen->text.ptr, line) != NULL;
}

struct folder {
	char path[64];
	int fd;
};

static void folder_new(struct folder *f)
{
	(void)snprintf(f->path, sizeof(f->path), "/tmp/nkx-walk-XXXXXX");
	assert_non_null(mkdtemp(f->path));
	f->fd = open(f->path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	assert_true(f->fd >= 0);
}

static void put(const struct folder *f, const char *name, const char *text)
{
	const int fd = openat(f->fd, name, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);

	assert_true(fd >= 0);
	assert_int_equal(write(fd, text, strlen(text)), strlen(text));
	assert_int_equal(close(fd), 0);
}

static void folder_done(const struct folder *f, const char *const *names, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		(void)unlinkat(f->fd, names[i], 0);
		(void)unlinkat(f->fd, names[i], AT_REMOVEDIR);
	}
	assert_int_equal(close(f->fd), 0);
	assert_int_equal(rmdir(f->path), 0);
}

static void everything_in_a_folder_is_said_once_in_order(void **state)
{
	static const char *const names[] = { "a.txt", "b-pipe", "c-socket", "d-out", "e-in", "f\nline", "g\xff",
		"h-loop", "i-gone", "j/k.txt", "j", "\x8e\x52\x93\x63.txt" };
	NK_OWNED(seen_done) struct seen seen = { 0 };
	struct folder f;
	struct nkx_walk_options o = { .relative_to = f.path };
	struct sockaddr_un at = { .sun_family = AF_UNIX };
	const int s = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	(void)state;
	folder_new(&f);
	put(&f, "a.txt", "one");
	assert_int_equal(mkfifoat(f.fd, "b-pipe", 0600), 0);
	(void)snprintf(at.sun_path, sizeof(at.sun_path), "%.60s/c-socket", f.path);
	assert_int_equal(bind(s, (const struct sockaddr *)&at, sizeof(at)), 0);
	assert_int_equal(symlinkat("/etc/passwd", f.fd, "d-out"), 0);
	assert_int_equal(symlinkat("a.txt", f.fd, "e-in"), 0);
	put(&f, "f\nline", "two");
	put(&f, "g\xff", "three");
	assert_int_equal(symlinkat(".", f.fd, "h-loop"), 0);
	assert_int_equal(symlinkat("nowhere", f.fd, "i-gone"), 0);
	assert_int_equal(mkdirat(f.fd, "j", 0700), 0);
	put(&f, "j/k.txt", "four!");
	put(&f, "\x8e\x52\x93\x63.txt", "CP932");
	walk(f.path, &o, &seen);
	assert_string_equal((const char *)seen.text.ptr,
		" 3 a.txt\nnot-a-file 0 b-pipe\nnot-a-file 0 c-socket\n 11 d-out\nlink 0 d-out\n 5 e-in\n 3 f\xef\xbf\xbdline\n"
		" 5 g\xef\xbf\xbd\n 1 h-loop\n 7 i-gone\nlink 0 i-gone\n 5 j/k.txt\n 5 山田.txt\n");
	assert_int_equal(close(s), 0);
	folder_done(&f, names, NK_ARRAY_LEN(names));
}

static void what_is_not_there_is_said(void **state)
{
	const struct nkx_walk_options o = { .raw = false };
	NK_OWNED(seen_done) struct seen seen = { 0 };

	(void)state;
	walk("/nowhere/at/all", &o, &seen);
	assert_string_equal((const char *)seen.text.ptr, "vanished 0 /nowhere/at/all\n");
}

static void devices_are_not_read(void **state)
{
	const struct nkx_walk_options o = { .raw = false };
	NK_OWNED(seen_done) struct seen seen = { 0 };

	(void)state;
	walk("/dev/zero", &o, &seen);
	assert_string_equal((const char *)seen.text.ptr, "not-a-file 0 /dev/zero\n");
}

static void no_permission_is_said(void **state)
{
	static const char *const names[] = { "shut", "closed" };
	struct folder f;
	struct nkx_walk_options o = { .relative_to = f.path };
	NK_OWNED(seen_done) struct seen seen = { 0 };

	(void)state;
	if (geteuid() == 0) {
		kit_skip(__func__); /* root may read everything; the suite is run as somebody else too */
		return;
	}
	folder_new(&f);
	put(&f, "shut", "x");
	assert_int_equal(fchmodat(f.fd, "shut", 0, 0), 0);
	assert_int_equal(mkdirat(f.fd, "closed", 0), 0);
	walk(f.path, &o, &seen);
	assert_true(has(&seen, "no-permission 0 shut\n"));
	assert_true(has(&seen, "no-permission 0 closed\n"));
	folder_done(&f, names, 2);
}

static void the_holes_of_a_sparse_file_cost_nothing(void **state)
{
	static const char *const names[] = { "sparse" };
	struct folder f;
	struct nkx_walk_options o = { .relative_to = f.path };
	NK_OWNED(seen_done) struct seen seen = { 0 };
	int fd = -1;

	(void)state;
	folder_new(&f);
	fd = openat(f.fd, "sparse", O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	assert_true(fd >= 0);
	/* A terabyte: to read it would take the test's time many times over. */
	assert_int_equal(ftruncate(fd, INT64_C(1) << 40), 0);
	assert_int_equal(pwrite(fd, "end", 3, (INT64_C(1) << 40) - 3), 3);
	assert_int_equal(close(fd), 0);
	walk(f.path, &o, &seen);
	assert_string_equal((const char *)seen.text.ptr, " 1099511627776 sparse\n");
	folder_done(&f, names, 1);
}

static void folders_in_folders_have_a_limit(void **state)
{
	struct folder f;
	struct nkx_walk_options o = { .relative_to = f.path };
	NK_OWNED(seen_done) struct seen seen = { 0 };
	int at = -1;
	int deeper = -1;

	(void)state;
	folder_new(&f);
	at = dup(f.fd);
	for (unsigned i = 0; i < 300; i++) {
		assert_int_equal(mkdirat(at, "d", 0700), 0);
		deeper = openat(at, "d", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
		assert_true(deeper >= 0);
		assert_int_equal(close(at), 0);
		at = deeper;
	}
	walk(f.path, &o, &seen);
	assert_true(has(&seen, "too-deep 0 d/d/d"));
	for (unsigned i = 0; i < 300; i++) {
		deeper = openat(at, "..", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
		assert_int_equal(unlinkat(deeper, "d", AT_REMOVEDIR), 0);
		assert_int_equal(close(at), 0);
		at = deeper;
	}
	assert_int_equal(close(at), 0);
	folder_done(&f, NULL, 0);
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(everything_in_a_folder_is_said_once_in_order),
		cmocka_unit_test(what_is_not_there_is_said),
		cmocka_unit_test(devices_are_not_read),
		cmocka_unit_test(no_permission_is_said),
		cmocka_unit_test(the_holes_of_a_sparse_file_cost_nothing),
		cmocka_unit_test(folders_in_folders_have_a_limit),
	};

	nkx_worker_main(argc, argv);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
