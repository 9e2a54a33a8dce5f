/*
 * os_term_test.c: the terminal, signals, input by descriptor, hardening. Each in a process of its own where it
 * changes the process.
 */
#include "base.h"

#include "os.h"

#include <cmocka.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <termios.h>
#include <unistd.h>

#include "kit.h"

#include <sys/wait.h>

/* The exit status of fn in a child; 128 + signal when one ended it. */
static int in_child(int (*fn)(void *arg), void *arg)
{
	int status = 0;
	const pid_t pid = fork();

	if (pid == 0) {
		_exit(fn(arg));
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

/* A pseudo-terminal and a child that has it as its own. */
struct typing {
	int master;
	int slave;
	const char *expect;
	enum nk_code code;
};

static int ask(void *arg)
{
	const struct typing *typing = arg;
	NK_OWNED(nk_buf_done) struct nk_buf secret = { 0 };
	struct termios after;
	nk_rc rc;

	nk_buf_init_wiping(&secret, 16);
	if (setsid() < 0 || ioctl(typing->slave, TIOCSCTTY, 0) != 0) {
		return 90;
	}
	rc = nk_os_ask_secret("Passphrase: ", &secret, NULL);
	if (tcgetattr(typing->slave, &after) != 0 || (after.c_lflag & ECHO) == 0 || (after.c_lflag & ISIG) == 0) {
		return 91;
	}
	if (rc.code != typing->code) {
		return 92;
	}
	return !nk_ok(rc) || nk_str_eq(nk_buf_str(&secret), nk_str_c(typing->expect)) ? 0 : 93;
}

/* Waits for the prompt, types, gives what the screen showed. */
static int type_to_child(struct typing *typing, const char *keys, char *screen, size_t size)
{
	int status = 0;
	size_t len = 0;
	pid_t pid = 0;

	typing->master = posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC);
	assert_true(typing->master >= 0);
	assert_int_equal(grantpt(typing->master), 0);
	assert_int_equal(unlockpt(typing->master), 0);
	typing->slave = open(ptsname(typing->master), O_RDWR | O_NOCTTY | O_CLOEXEC);
	assert_true(typing->slave >= 0);
	pid = fork();
	if (pid == 0) {
		_exit(ask(typing));
	}
	while (len < 12) {
		const ssize_t got = read(typing->master, screen + len, size - 1 - len);

		assert_true(got > 0);
		len += (size_t)got;
	}
	assert_int_equal(write(typing->master, keys, strlen(keys)), (ssize_t)strlen(keys));
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(fcntl(typing->master, F_SETFL, O_NONBLOCK), 0);
	for (ssize_t got = 1; got > 0; len += got > 0 ? (size_t)got : 0) {
		got = read(typing->master, screen + len, size - 1 - len);
	}
	screen[len] = '\0';
	(void)close(typing->master);
	(void)close(typing->slave);
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128;
}

static void a_secret_is_typed_unseen(void **state)
{
	struct typing typing = { .expect = "open sesame", .code = NK_OK };
	char screen[256];

	(void)state;
	assert_int_equal(type_to_child(&typing, "open sesame\n", screen, sizeof(screen)), 0);
	assert_non_null(strstr(screen, "Passphrase: "));
	assert_null(strstr(screen, "sesame"));
}

static void a_secret_can_be_refused_by_the_keyboard(void **state)
{
	struct typing typing = { .code = NK_CANCELLED };
	char screen[256];

	(void)state;
	assert_int_equal(type_to_child(&typing, "open\x03\n", screen, sizeof(screen)), 0);
}

static void a_secret_has_a_limit(void **state)
{
	struct typing typing = { .code = NK_LIMIT };
	char screen[256];

	(void)state;
	assert_int_equal(type_to_child(&typing, "12345678901234567\n", screen, sizeof(screen)), 0);
	assert_null(strstr(screen, "1234"));
}

static int ask_without_terminal(void *arg)
{
	NK_OWNED(nk_buf_done) struct nk_buf secret = { 0 };

	(void)arg;
	nk_buf_init_wiping(&secret, 100);
	if (setsid() < 0) {
		return 90;
	}
	return (int)nk_os_ask_secret("", &secret, NULL).code;
}

static void without_a_terminal_no_secret_is_asked_for(void **state)
{
	(void)state;
	assert_int_equal(in_child(ask_without_terminal, NULL), NK_UNAVAILABLE);
	assert_true(nk_os_terminal_width() >= 20);
	assert_false(nk_os_is_terminal(-1));
}

static int be_hardened(void *arg)
{
	struct sigaction pipe_action;
	const char *weak[8];
	struct rlimit core;

	(void)arg;
	if (nk_os_harden(weak, 0) != 0 || nk_os_harden(weak, 8) > 1) {
		return 1;
	}
	if (getrlimit(RLIMIT_CORE, &core) != 0 || core.rlim_max != 0) {
		return 2;
	}
	if (!NK_SANITIZED && prctl(PR_GET_DUMPABLE, 0, 0, 0, 0) != 0) {
		return 3;
	}
	if (sigaction(SIGPIPE, NULL, &pipe_action) != 0 || pipe_action.sa_handler != SIG_IGN) {
		return 4;
	}
	return umask(0) == 077 ? 0 : 5;
}

static void a_hardened_process_leaves_no_core(void **state)
{
	(void)state;
	assert_int_equal(in_child(be_hardened, NULL), 0);
}

static int be_interrupted(void *arg)
{
	const char *weak[8];

	(void)nk_os_harden(weak, 8);
	if (nk_os_interrupted() || raise(SIGTERM) != 0 || !nk_os_interrupted()) {
		return 1;
	}
	if (*(const bool *)arg) {
		(void)raise(SIGINT);
	}
	return 0;
}

static void the_first_signal_is_noted_and_the_second_ends(void **state)
{
	bool twice = false;

	(void)state;
	assert_int_equal(in_child(be_interrupted, &twice), 0);
	twice = true;
	assert_int_equal(in_child(be_interrupted, &twice), 128 + SIGINT);
}

/* Reads "-" with the text as standard input; max is the limit. */
struct piped {
	const char *text;
	uint64_t max;
	enum nk_code code;
};

static int read_stdin(void *arg)
{
	const struct piped *piped = arg;
	char text[64] = "";
	uint64_t size = 0;
	size_t len = 0;
	int ends[2];
	int fd = -1;

	if (pipe(ends) != 0 || !nk_ok(nk_os_fd_write(ends[1], piped->text, strlen(piped->text), NULL)) ||
		close(ends[1]) != 0 || dup2(ends[0], 0) != 0) {
		return 90;
	}
	if (nk_os_fd_open_read("-", piped->max, &fd, &size, NULL).code != piped->code) {
		return 91;
	}
	if (piped->code != NK_OK) {
		return fd == -1 ? 0 : 92;
	}
	if (!nk_ok(nk_os_fd_read(fd, text, sizeof(text), &len, NULL)) || len != size ||
		strcmp(text, piped->text) != 0) {
		return 93;
	}
	/* Random places, and nobody changes it any more. */
	return pread(fd, text, 1, 2) == 1 && text[0] == piped->text[2] && write(fd, "x", 1) == -1 ? 0 : 94;
}

static void standard_input_is_kept_in_memory_up_to_a_limit(void **state)
{
	struct piped good = { "a,b\nc,d\n", 8, NK_OK };
	struct piped large = { "a,b\nc,d\n", 7, NK_LIMIT };

	(void)state;
	assert_int_equal(in_child(read_stdin, &good), 0);
	assert_int_equal(in_child(read_stdin, &large), 0);
}

static void an_input_file_is_a_regular_file_within_its_limit(void **state)
{
	NK_OWNED(kit_tmp_done) struct kit_tmp tmp = kit_tmp();
	const char *path = kit_path(&tmp, "f");
	const char *fifo = kit_path(&tmp, "fifo");
	struct nk_err err;
	uint64_t size = 0;
	int fd = -1;

	(void)state;
	assert_int_equal(mkfifo(fifo, 0600), 0);
	kit_ok(nk_env_write_new(nk_os_env(), path, nk_str_bytes(NK_STR("12345")), &err), &err);
	kit_ok(nk_os_fd_open_read(path, 5, &fd, &size, &err), &err);
	assert_int_equal(size, 5);
	nk_os_fd_close(&fd);
	kit_fails(nk_os_fd_open_read(path, 4, &fd, &size, &err), NK_LIMIT);
	kit_fails(nk_os_fd_open_read(fifo, 4, &fd, &size, &err), NK_INVALID);
	kit_fails(nk_os_fd_open_read("/dev/zero", 4, &fd, &size, &err), NK_INVALID);
	kit_fails(nk_os_fd_open_read(kit_path(&tmp, "none"), 4, &fd, &size, &err), NK_NOT_FOUND);
	assert_int_equal(fd, -1);
}

static void the_machine_answers_simple_questions(void **state)
{
	struct nk_err err;
	char name[256] = "";
	uint64_t bytes = 0;
	uint8_t *page = mmap(NULL, 8192, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	(void)state;
	assert_ptr_not_equal(page, MAP_FAILED);
	nk_os_host_name(name);
	assert_true(strlen(name) > 0);
	assert_int_equal(nk_os_pid(), getpid());
	kit_ok(nk_os_free_bytes("/", &bytes, &err), &err);
	assert_true(bytes > 0);
	kit_fails(nk_os_free_bytes("/no/such/place", &bytes, &err), NK_NOT_FOUND);
	assert_true(nk_os_peak_memory_kb() > 100);
	assert_true(nk_os_lock_memory(page + 100, 4096));
	nk_os_unlock_memory(page + 100, 4096);
	assert_true(nk_os_lock_memory(NULL, 0));
	assert_int_equal(munmap(page, 8192), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_secret_is_typed_unseen),
		cmocka_unit_test(a_secret_can_be_refused_by_the_keyboard),
		cmocka_unit_test(a_secret_has_a_limit),
		cmocka_unit_test(without_a_terminal_no_secret_is_asked_for),
		cmocka_unit_test(a_hardened_process_leaves_no_core),
		cmocka_unit_test(the_first_signal_is_noted_and_the_second_ends),
		cmocka_unit_test(standard_input_is_kept_in_memory_up_to_a_limit),
		cmocka_unit_test(an_input_file_is_a_regular_file_within_its_limit),
		cmocka_unit_test(the_machine_answers_simple_questions),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
