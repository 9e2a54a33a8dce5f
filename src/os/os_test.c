/*
 * os_test.c: the real env on a real disk and real sockets, and the kit that other floors test with.
 */
#include "base.h"

#include "os.h"

#include <arpa/inet.h>
#include <cmocka.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "kit.h"
#include "kit_crash.h"

static const struct nk_env *real(void)
{
	return nk_os_env();
}

static void write_text(const char *path, const char *text)
{
	struct nk_err err;

	kit_ok(nk_env_write_new(real(), path, nk_str_bytes(nk_str_c(text)), &err), &err);
}

static bool file_is(const char *path, const char *text)
{
	NK_OWNED(nk_buf_done) struct nk_buf buf = { 0 };

	nk_buf_init(&buf, 4096);
	return nk_ok(nk_env_read_all(real(), path, 4096, &buf, NULL)) && nk_str_eq(nk_buf_str(&buf), nk_str_c(text));
}

static void what_is_written_is_read_back(void **state)
{
	NK_OWNED(kit_tmp_done) struct kit_tmp tmp = kit_tmp();
	const struct nk_env *env = real();
	struct nk_err err;
	uint64_t size = 0;
	size_t len = 0;
	char text[16] = "";
	int file = -1;

	(void)state;
	kit_ok(env->open(env->self, kit_path(&tmp, "f"), NK_OPEN_CREATE, &file, &err), &err);
	kit_ok(env->write(env->self, file, 3, "abcdef", 6, &err), &err);
	kit_ok(env->size(env->self, file, &size, &err), &err);
	assert_int_equal(size, 9);
	kit_ok(env->read(env->self, file, 4, text, sizeof(text), &len, &err), &err);
	assert_int_equal(len, 5);
	assert_memory_equal(text, "bcdef", 5);
	kit_ok(env->read(env->self, file, 100, text, sizeof(text), &len, &err), &err);
	assert_int_equal(len, 0);
	kit_ok(env->truncate(env->self, file, 4, &err), &err);
	kit_ok(env->sync(env->self, file, &err), &err);
	kit_ok(env->sync_dir(env->self, tmp.dir, &err), &err);
	kit_ok(env->sync_all(env->self, tmp.dir, &err), &err);
	kit_ok(env->size(env->self, file, &size, &err), &err);
	assert_int_equal(size, 4);
	env->close(env->self, &file);
	assert_int_equal(file, -1);
	env->close(env->self, &file);
	kit_fails(env->sync(env->self, 9999, &err), NK_IO);
}

static void files_are_opened_only_as_asked_for(void **state)
{
	NK_OWNED(kit_tmp_done) struct kit_tmp tmp = kit_tmp();
	const struct nk_env *env = real();
	const char *there = kit_path(&tmp, "there");
	const char *link = kit_path(&tmp, "link");
	const char *fifo = kit_path(&tmp, "fifo");
	const char *missing = kit_path(&tmp, "missing");
	struct nk_err err;
	unsigned mode = 0;
	bool mine = false;
	int file = -1;

	(void)state;
	(void)umask(0);
	write_text(there, "x");
	assert_int_equal(symlink("there", link), 0);
	assert_int_equal(mkfifo(fifo, 0600), 0);
	kit_fails(env->open(env->self, missing, NK_OPEN_READ, &file, &err), NK_NOT_FOUND);
	kit_fails(env->open(env->self, missing, NK_OPEN_WRITE, &file, &err), NK_NOT_FOUND);
	kit_fails(env->open(env->self, there, NK_OPEN_EXCLUSIVE, &file, &err), NK_EXISTS);
	kit_fails(env->open(env->self, link, NK_OPEN_WRITE, &file, &err), NK_IO);
	kit_fails(env->open(env->self, link, NK_OPEN_CREATE, &file, &err), NK_IO);
	kit_fails(env->open(env->self, fifo, NK_OPEN_READ, &file, &err), NK_INVALID);
	kit_fails(env->open(env->self, tmp.dir, NK_OPEN_READ, &file, &err), NK_INVALID);
	assert_int_equal(file, -1);
	kit_ok(env->open(env->self, link, NK_OPEN_READ, &file, &err), &err);
	assert_true((fcntl(file, F_GETFD) & FD_CLOEXEC) != 0);
	env->close(env->self, &file);
	kit_ok(nk_os_file_mode(there, &mode, &mine, &err), &err);
	assert_int_equal(mode, 0600);
	assert_true(mine);
	kit_fails(nk_os_file_mode(missing, &mode, &mine, &err), NK_NOT_FOUND);
}

static NK_RESULT note_name(void *arg, struct nk_str name, bool is_dir, struct nk_err *err)
{
	struct nk_buf *names = arg;

	if (nk_str_eq(name, NK_STR("stop"))) {
		return nk_fail(err, NK_CANCELLED, "stop");
	}
	NK_TRY(nk_buf_add_str(names, name, err));
	return nk_buf_add_c(names, is_dir ? "/ " : " ", err);
}

static void folders_are_listed_in_order(void **state)
{
	NK_OWNED(kit_tmp_done) struct kit_tmp tmp = kit_tmp();
	NK_OWNED(nk_buf_done) struct nk_buf names = { 0 };
	const struct nk_env *env = real();
	struct nk_err err;

	(void)state;
	nk_buf_init(&names, 1000);
	write_text(kit_path(&tmp, "b"), "");
	write_text(kit_path(&tmp, "a"), "");
	kit_ok(env->mkdir(env->self, kit_path(&tmp, "c"), &err), &err);
	kit_ok(env->mkdir(env->self, kit_path(&tmp, "c"), &err), &err);
	kit_fails(env->mkdir(env->self, kit_path(&tmp, "a"), &err), NK_IO);
	kit_fails(env->mkdir(env->self, kit_path(&tmp, "x/y"), &err), NK_NOT_FOUND);
	kit_ok(env->list(env->self, tmp.dir, note_name, &names, &err), &err);
	assert_true(nk_str_eq(nk_buf_str(&names), NK_STR("a b c/ ")));
	kit_ok(env->rename(env->self, kit_path(&tmp, "a"), kit_path(&tmp, "stop"), &err), &err);
	kit_fails(env->list(env->self, tmp.dir, note_name, &names, &err), NK_CANCELLED);
	kit_ok(env->unlink(env->self, kit_path(&tmp, "stop"), &err), &err);
	kit_ok(env->unlink(env->self, kit_path(&tmp, "stop"), &err), &err);
	kit_fails(env->unlink(env->self, kit_path(&tmp, "c"), &err), NK_IO);
	kit_fails(env->list(env->self, kit_path(&tmp, "none"), note_name, &names, &err), NK_NOT_FOUND);
}

static void a_file_is_replaced_whole(void **state)
{
	NK_OWNED(kit_tmp_done) struct kit_tmp tmp = kit_tmp();
	const char *path = kit_path(&tmp, "f");
	struct nk_err err;

	(void)state;
	write_text(path, "old");
	write_text(kit_path(&tmp, "f.new"), "left by a crash");
	kit_fails(nk_env_write_new(real(), path, nk_str_bytes(NK_STR("new")), &err), NK_EXISTS);
	kit_ok(nk_env_replace(real(), path, nk_str_bytes(NK_STR("new")), &err), &err);
	assert_true(file_is(path, "new"));
	assert_int_equal(access(kit_path(&tmp, "f.new"), F_OK), -1);
}

static void a_full_or_broken_disk_is_told_with_its_place(void **state)
{
	struct nk_err err;
	int fd = open("/dev/full", O_WRONLY | O_CLOEXEC);

	(void)state;
	assert_true(fd >= 0);
	kit_fails(nk_os_fd_write(fd, "x", 1, &err), NK_NO_SPACE);
	assert_string_equal(err.text[NK_LANG_EN], "cannot write: /dev/full: No space left on device");
	nk_os_fd_close(&fd);
}

static void a_lock_has_one_holder_and_names_it(void **state)
{
	NK_OWNED(kit_tmp_done) struct kit_tmp tmp = kit_tmp();
	const struct nk_env *env = real();
	const char *path = kit_path(&tmp, "lock");
	struct nk_err err;
	char pid[16];
	int a = -1;
	int b = -1;

	(void)state;
	(void)snprintf(pid, sizeof(pid), " %d:", nk_os_pid());
	kit_ok(env->lock(env->self, path, true, 0, &a, &err), &err);
	kit_fails(env->lock(env->self, path, true, 0, &b, &err), NK_BUSY);
	assert_non_null(strstr(err.text[NK_LANG_EN], pid));
	kit_fails(env->lock(env->self, path, false, 30, &b, &err), NK_BUSY);
	assert_int_equal(b, -1);
	env->close(env->self, &a);
	kit_ok(env->lock(env->self, path, false, 0, &a, &err), &err);
	kit_ok(env->lock(env->self, path, false, 0, &b, &err), &err);
	env->close(env->self, &a);
	kit_fails(env->lock(env->self, path, true, 0, &a, &err), NK_BUSY);
	env->close(env->self, &b);
	assert_true(access(path, F_OK) == 0);
}

static void a_lock_is_waited_for(void **state)
{
	NK_OWNED(kit_tmp_done) struct kit_tmp tmp = kit_tmp();
	const struct nk_env *env = real();
	const char *path = kit_path(&tmp, "lock");
	struct nk_err err;
	int a = -1;
	int ready[2];
	char byte = 0;
	pid_t pid = 0;

	(void)state;
	assert_int_equal(pipe(ready), 0);
	pid = fork();
	if (pid == 0) {
		const bool had = nk_ok(env->lock(env->self, path, true, 0, &a, NULL));

		(void)!write(ready[1], "x", 1);
		(void)usleep(60000);
		_exit(had ? 0 : 1); /* the lock goes with the process */
	}
	assert_int_equal(read(ready[0], &byte, 1), 1);
	kit_ok(env->lock(env->self, path, true, 60000, &a, &err), &err);
	env->close(env->self, &a);
	(void)close(ready[0]);
	(void)close(ready[1]);
	assert_int_equal(waitpid(pid, NULL, 0), pid);
}

static void a_unix_socket_is_reached_by_its_path(void **state)
{
	NK_OWNED(kit_tmp_done) struct kit_tmp tmp = kit_tmp();
	const struct nk_env *env = real();
	const char *path = kit_path(&tmp, "s");
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	char longer[200];
	struct nk_err err;
	int listener = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	int fd = -1;

	(void)state;
	memcpy(address.sun_path, path, strlen(path));
	assert_int_equal(bind(listener, (struct sockaddr *)&address, sizeof(address)), 0);
	assert_int_equal(listen(listener, 5), 0);
	kit_ok(env->connect(env->self, path, 0, 5000, &fd, &err), &err);
	assert_int_equal(fcntl(fd, F_GETFL) & O_NONBLOCK, 0);
	assert_true((fcntl(fd, F_GETFD) & FD_CLOEXEC) != 0);
	nk_os_fd_close(&fd);
	nk_os_fd_close(&listener);
	kit_fails(env->connect(env->self, path, 0, 5000, &fd, &err), NK_UNAVAILABLE);
	assert_int_equal(err.code, NK_UNAVAILABLE);
	memset(longer, 'a', sizeof(longer) - 1);
	longer[sizeof(longer) - 1] = '\0';
	kit_fails(env->connect(env->self, longer, 0, 5000, &fd, &err), NK_INVALID);
	assert_int_equal(fd, -1);
}

/* A listener on loopback; *out_port is where. */
static int listen_loopback(uint16_t *out_port)
{
	struct sockaddr_in address = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	socklen_t len = sizeof(address);
	const int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	assert_int_equal(bind(fd, (struct sockaddr *)&address, sizeof(address)), 0);
	assert_int_equal(listen(fd, 0), 0);
	assert_int_equal(getsockname(fd, (struct sockaddr *)&address, &len), 0);
	*out_port = ntohs(address.sin_port);
	return fd;
}

static void a_host_is_reached_by_name_or_found_unavailable(void **state)
{
	const struct nk_env *env = real();
	struct nk_err err;
	uint16_t port = 0;
	int listener = listen_loopback(&port);
	int fd = -1;

	(void)state;
	kit_ok(env->connect(env->self, "127.0.0.1", port, 5000, &fd, &err), &err);
	assert_int_equal(fcntl(fd, F_GETFL) & O_NONBLOCK, 0);
	nk_os_fd_close(&fd);
	nk_os_fd_close(&listener);
	kit_fails(env->connect(env->self, "127.0.0.1", port, 5000, &fd, &err), NK_UNAVAILABLE);
	assert_non_null(strstr(err.text[NK_LANG_EN], "127.0.0.1:"));
	kit_fails(env->connect(env->self, "no such host", 389, 5000, &fd, &err), NK_UNAVAILABLE);
	assert_int_equal(fd, -1);
}

static void a_server_that_does_not_answer_is_given_up(void **state)
{
	const struct nk_env *env = real();
	struct nk_err err;
	uint16_t port = 0;
	int listener = listen_loopback(&port);
	int fds[8] = { -1, -1, -1, -1, -1, -1, -1, -1 };
	nk_rc rc = nk_done();

	(void)state;
	/* Nobody accepts: when the queue of the listener is full, the kernel answers no more. */
	for (size_t i = 0; i < NK_ARRAY_LEN(fds) && nk_ok(rc); i++) {
		rc = env->connect(env->self, "127.0.0.1", port, 200, &fds[i], &err);
	}
	assert_int_equal(rc.code, NK_UNAVAILABLE);
	assert_non_null(strstr(err.text[NK_LANG_EN], "Connection timed out"));
	for (size_t i = 0; i < NK_ARRAY_LEN(fds); i++) {
		nk_os_fd_close(&fds[i]);
	}
	nk_os_fd_close(&listener);
}

static void clocks_go_forward_from_where_they_start(void **state)
{
	struct nk_env room = *real();
	const struct nk_env *const at = &room;
	nk_time first = 0;
	NK_OWNED(kit_tmp_done) struct kit_tmp tmp = kit_tmp();
	struct nk_err err;
	uint8_t a[32];
	uint8_t b[32];

	(void)state;
	room.ahead = KIT_START - nk_now(real());
	first = nk_now(at);
	assert_true(first >= KIT_START && first < KIT_START + NK_DAY);
	assert_true(nk_now(at) >= first);
	assert_true(nk_now(real()) > KIT_START - 10 * 366 * NK_DAY);
	assert_true(at->mono_ms(at->self) >= 0);
	kit_ok(nk_env_write_new(at, kit_path(&tmp, "f"), nk_str_bytes(NK_STR("x")), &err), &err);
	kit_ok(nk_random(real(), a, sizeof(a), &err), &err);
	kit_ok(nk_random(real(), b, sizeof(b), &err), &err);
	assert_memory_not_equal(a, b, sizeof(a));
}

static void the_env_of_tests_is_the_same_each_time(void **state)
{
	struct nk_err err;
	uint8_t a[8];
	uint8_t b[8];

	(void)state;
	kit_seed(7);
	kit_ok(nk_random(kit_env(), a, sizeof(a), &err), &err);
	kit_seed(7);
	kit_ok(nk_random(kit_env(), b, sizeof(b), &err), &err);
	assert_memory_equal(a, b, sizeof(a));
	kit_ok(nk_random(kit_env(), b, sizeof(b), &err), &err);
	assert_memory_not_equal(a, b, sizeof(a));
	assert_true(nk_now(kit_env()) == KIT_START);
	kit_clock_move(3 * NK_DAY);
	assert_true(nk_now(kit_env()) == KIT_START + 3 * NK_DAY);
	kit_clock_set(KIT_START);
}

static int replace_it(const struct nk_env *env, void *arg)
{
	return nk_ok(nk_env_replace(env, arg, nk_str_bytes(NK_STR("new content")), NULL)) ? 0 : 1;
}

static void a_crash_leaves_the_old_file_or_the_new_one(void **state)
{
	(void)state;
	for (int tear = 0; tear < 2; tear++) {
		NK_OWNED(kit_tmp_done) struct kit_tmp tmp = kit_tmp();
		char *path = tmp.paths[0];
		bool was_new = false;
		int status = -1;
		uint64_t n = 1;

		(void)kit_path(&tmp, "f");
		write_text(path, "old");
		for (; !kit_crash_run(kit_env(), n, tear == 1, replace_it, path, &status); n++) {
			assert_true(n < 100);
			assert_true(file_is(path, was_new ? "new content" : "old") || file_is(path, "new content"));
			was_new = file_is(path, "new content");
		}
		/* unlink, write, sync, rename, sync of the folder; then it comes through. */
		assert_int_equal(n, 6);
		assert_int_equal(status, 0);
		assert_true(file_is(path, "new content"));
	}
}

static int overwrite_it(const struct nk_env *env, void *arg)
{
	int file = -1;

	if (!nk_ok(env->open(env->self, arg, NK_OPEN_WRITE, &file, NULL))) {
		return 1;
	}
	return nk_ok(env->write(env->self, file, 0, "12345678", 8, NULL)) ? 7 : 1;
}

static void a_torn_write_is_half_written(void **state)
{
	NK_OWNED(kit_tmp_done) struct kit_tmp tmp = kit_tmp();
	char *path = tmp.paths[0];
	int status = -1;

	(void)state;
	(void)kit_path(&tmp, "f");
	write_text(path, "abcdefgh");
	assert_false(kit_crash_run(kit_env(), 1, false, overwrite_it, path, &status));
	assert_true(file_is(path, "abcdefgh"));
	assert_false(kit_crash_run(kit_env(), 1, true, overwrite_it, path, &status));
	assert_true(file_is(path, "1234efgh"));
	assert_int_equal(status, -1);
	assert_true(kit_crash_run(kit_env(), 2, true, overwrite_it, path, &status));
	assert_int_equal(status, 7);
	assert_true(file_is(path, "12345678"));
}

static void a_library_of_another_version_is_refused_and_one_that_is_there_gives_its_functions(void **state)
{
	const char *const other[] = { "curl_version", "curl_no_such_function" };
	const char *(*functions[2])(void) = { NULL, NULL };
	struct nk_err err = { 0 };

	(void)state;
	kit_fails(nk_os_library("curl", other, 2, functions, &err), NK_UNAVAILABLE);
	kit_ok(nk_os_library("curl", other, 1, functions, &err), &err);
	assert_non_null(functions[0]());
	assert_string_equal(nk_os_library_file(1), "libcurl.so.4");
	assert_null(nk_os_library_file(100));
}

/* The kernel has nothing to sync in a pipe, nor in a folder of /proc, and says so. */
static void a_sync_that_the_kernel_refuses_is_told(void **state)
{
	struct nk_err err;
	int ends[2];

	(void)state;
	assert_int_equal(pipe(ends), 0);
	kit_fails(real()->sync(real()->self, ends[1], &err), NK_IO);
	kit_fails(real()->sync_dir(real()->self, "/proc/self", &err), NK_IO);
	kit_fails(real()->write(real()->self, ends[0], 0, "x", 1, &err), NK_IO); /* nor can its reading end be written */
	(void)close(ends[0]);
	(void)close(ends[1]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_library_of_another_version_is_refused_and_one_that_is_there_gives_its_functions),
		cmocka_unit_test(what_is_written_is_read_back),
		cmocka_unit_test(files_are_opened_only_as_asked_for),
		cmocka_unit_test(folders_are_listed_in_order),
		cmocka_unit_test(a_file_is_replaced_whole),
		cmocka_unit_test(a_full_or_broken_disk_is_told_with_its_place),
		cmocka_unit_test(a_lock_has_one_holder_and_names_it),
		cmocka_unit_test(a_lock_is_waited_for),
		cmocka_unit_test(a_unix_socket_is_reached_by_its_path),
		cmocka_unit_test(a_host_is_reached_by_name_or_found_unavailable),
		cmocka_unit_test(a_server_that_does_not_answer_is_given_up),
		cmocka_unit_test(clocks_go_forward_from_where_they_start),
		cmocka_unit_test(the_env_of_tests_is_the_same_each_time),
		cmocka_unit_test(a_crash_leaves_the_old_file_or_the_new_one),
		cmocka_unit_test(a_torn_write_is_half_written),
		cmocka_unit_test(a_sync_that_the_kernel_refuses_is_told),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
