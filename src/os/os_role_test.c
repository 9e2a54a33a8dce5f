/*
 * os_role_test.c: a role has one socket and nothing else; a tool reads and writes text only.
 */
#include "base.h"

#include "os.h"

#include <arpa/inet.h>
#include <cmocka.h>
#include <fcntl.h>
#include <poll.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

enum { WAIT_MS = 20000 };

static void wait_for(int fd)
{
	struct pollfd look = { .fd = fd, .events = POLLIN };

	assert_int_equal(poll(&look, 1, WAIT_MS), 1);
}

/* What the role under test does: waits for a letter, tries that, and says how it went (or is killed). */
static int try_it(char what, int given)
{
	char byte = 0;

	switch (what) {
	case 'r':
		return pread(given, &byte, 1, 0) == 1 && byte == 'x' ? 0 : 1;
	case 'o':
		return open("/etc/passwd", O_RDONLY | O_CLOEXEC) < 0 ? 0 : 1;
	case 's':
		return socket(AF_INET, SOCK_STREAM, 0) < 0 ? 0 : 1;
	case 'c':
		return mmap(NULL, 4096, PROT_READ | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) == MAP_FAILED ? 0
														 : 1;
	case 'f':
		return fork() < 0 ? 0 : 1;
	default:
		return 2;
	}
}

static _Noreturn void role_main(int fd)
{
	char byte = 0;
	struct nk_os_note note = { &byte, 1, { -1, -1, -1, -1 } };

	if (!nk_ok(nk_os_role_shut_in(fd, 64, NULL))) {
		_exit(9);
	}
	while (nk_ok(nk_os_role_recv(fd, &note, NULL)) && note.len == 1) {
		struct nk_os_note back = { &byte, 1, { -1, -1, -1, -1 } };

		byte = (char)('0' + try_it(byte, note.fds[0]));
		(void)nk_os_role_send(fd, &back, NULL).code;
		nk_os_fd_close(&note.fds[0]);
		note.len = 1;
	}
	_exit(7);
}

/* '0': refused or right; '1': it could; 'K': the process was killed for trying. */
static char ask(char what)
{
	struct nk_os_role role;
	struct nk_err err;
	char byte = what;
	struct nk_os_note note = { &byte, 1, { -1, -1, -1, -1 } };
	int status = 0;

	assert_true(nk_ok(nk_os_role_start(NULL, "nokosazu-test-role", &role, &err)));
	assert_true(nk_ok(nk_os_memfd("x", &note.fds[0], &err)));
	assert_true(nk_ok(nk_os_fd_write(note.fds[0], "xyz", 3, &err)));
	assert_true(nk_ok(nk_os_role_send(role.fd, &note, &err)));
	nk_os_fd_close(&note.fds[0]);
	wait_for(role.fd);
	note.len = 1;
	assert_true(nk_ok(nk_os_role_recv(role.fd, &note, &err)));
	nk_os_role_end(&role, WAIT_MS, &status);
	return note.len == 1 ? byte : 'K';
}

static void a_role_reads_what_it_is_given_and_nothing_else(void **state)
{
	(void)state;
	assert_int_equal(ask('r'), '0');
	assert_int_equal(ask('o'), '0');
	assert_int_equal(ask('s'), '0');
	assert_int_equal(ask('c'), 'K');
	assert_int_equal(ask('f'), 'K');
}

static void a_role_ends_when_its_socket_does(void **state)
{
	struct nk_os_role role;
	struct nk_err err;
	struct nk_os_note note = { &err, sizeof(err), { -1, -1, -1, -1 } };

	(void)state;
	assert_true(nk_ok(nk_os_role_start(NULL, "nokosazu-test-role", &role, &err)));
	assert_int_equal(nk_os_role_recv(role.fd, &note, NULL).code, NK_BUSY);
	assert_int_equal(shutdown(role.fd, SHUT_WR), 0);
	wait_for(role.fd);
	assert_true(nk_ok(nk_os_role_recv(role.fd, &note, NULL)));
	assert_int_equal(note.len, 0);
	nk_os_role_end(&role, WAIT_MS, NULL);
}

static size_t read_all(int fd, char *buf, size_t room)
{
	size_t n = 0;
	size_t got = 1;

	while (got > 0 && n < room) {
		wait_for(fd);
		assert_true(nk_ok(nk_os_fd_read(fd, buf + n, room - n, &got, NULL)));
		n += got;
	}
	return n;
}

static void a_tool_reads_its_input_and_writes_text(void **state)
{
	static const char *const argv[] = { "/bin/cat", NULL };
	static const char *const peek[] = { "/bin/cat", "/etc/passwd", NULL };
	static const char *const empty_it[] = { "/usr/bin/truncate", "-s", "0", "/tmp/nk-tool-may-not", NULL };
	static const char *const none[] = { "/nowhere/tool", NULL };
	struct nk_os_tool tool;
	struct nk_err err;
	char buf[64] = "";
	int fd = -1;
	int status = 0;

	(void)state;
	assert_true(nk_ok(nk_os_memfd("x", &fd, &err)));
	assert_true(nk_ok(nk_os_fd_write(fd, "hello", 5, &err)));
	assert_true(nk_ok(nk_os_tool_start(argv, fd, 512, 10, &tool, &err)));
	assert_int_equal(read_all(tool.fd, buf, sizeof(buf)), 5);
	assert_memory_equal(buf, "hello", 5);
	nk_os_tool_end(&tool, WAIT_MS, &status);
	assert_int_equal(status, 0);
	/* Not even without Landlock: nothing is opened to be written to. */
	assert_true(nk_ok(nk_os_tool_start(empty_it, fd, 512, 10, &tool, &err)));
	(void)read_all(tool.fd, buf, sizeof(buf));
	nk_os_tool_end(&tool, WAIT_MS, &status);
	assert_int_not_equal(status, 0);
	assert_int_not_equal(access("/tmp/nk-tool-may-not", F_OK), 0);
	if (nk_os_has_landlock()) {
		assert_true(nk_ok(nk_os_tool_start(peek, fd, 512, 10, &tool, &err)));
		assert_int_equal(read_all(tool.fd, buf, sizeof(buf)), 0);
		nk_os_tool_end(&tool, WAIT_MS, &status);
		assert_int_not_equal(status, 0);
	}
	assert_int_equal(nk_os_tool_start(none, fd, 512, 10, &tool, &err).code, NK_NOT_FOUND);
	nk_os_fd_close(&fd);
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_role_reads_what_it_is_given_and_nothing_else),
		cmocka_unit_test(a_role_ends_when_its_socket_does),
		cmocka_unit_test(a_tool_reads_its_input_and_writes_text),
	};
	const int fd = nk_os_role_enter("nokosazu-test-role", argc, argv);

	if (fd >= 0) {
		role_main(fd);
	}
	return cmocka_run_group_tests(tests, NULL, NULL);
}
