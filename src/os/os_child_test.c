/*
 * os_child_test.c: what the shut-in child can and cannot do, and programs that are run.
 */
#include "base.h"

#include "os.h"

#include <cmocka.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "kit.h"

enum { WAIT_MS = 60000 };

struct ended {
	enum nk_code code;
	int status;
	char answer[64];
	size_t answer_len;
	struct nk_err err;
};

/* Starts a child, reads its answer to the end and waits for it. */
static struct ended run_child(const struct nk_os_child_options *opt, int64_t wait_ms)
{
	NK_OWNED(nk_os_fd_close) int fd = -1;
	struct ended ended = { .status = -1 };
	struct nk_os_child child = { 0 };
	uint8_t rest[4096];
	size_t len = 0;

	kit_ok(nk_os_child_start(opt, &child, &fd, &ended.err), &ended.err);
	kit_ok(nk_os_fd_read(fd, ended.answer, sizeof(ended.answer) - 1, &len, &ended.err), &ended.err);
	for (ended.answer_len = len; len > 0; ended.answer_len += len) {
		kit_ok(nk_os_fd_read(fd, rest, sizeof(rest), &len, &ended.err), &ended.err);
	}
	ended.code = nk_os_child_wait(&child, wait_ms, &ended.status, &ended.err).code;
	assert_int_equal(child.pid, -1);
	return ended;
}

static struct ended run_fn(int (*fn)(void *arg, int write_fd), void *arg)
{
	const struct nk_os_child_options opt = { .cpu_s = 20, .fn = fn, .arg = arg };

	return run_child(&opt, WAIT_MS);
}

static int by_value(const void *a, const void *b)
{
	const uint32_t left = *(const uint32_t *)a;
	const uint32_t right = *(const uint32_t *)b;

	return (left > right) - (left < right);
}

/* qsort asks the machine for its memory when the array is large. */
static bool sort_many(void)
{
	enum { MANY = 1000000 };
	uint32_t *values = calloc(MANY, sizeof(*values));
	bool sorted = values != NULL;

	for (uint32_t i = 0; i < MANY && sorted; i++) {
		values[i] = i * 2654435761U;
	}
	if (sorted) {
		qsort(values, MANY, sizeof(*values), by_value);
	}
	for (size_t i = 1; i < MANY && sorted; i++) {
		sorted = values[i - 1] <= values[i];
	}
	free(values);
	return sorted;
}

static int compute(void *arg, int write_fd)
{
	char text[64];
	size_t sum = 0;

	/* Small, large and growing blocks, printing and the clock: what parsers do. */
	for (size_t size = 16; size < 64 * 1024 * 1024; size *= 2) {
		uint8_t *p = calloc(1, size);
		uint8_t *q = p == NULL ? NULL : realloc(p, size * 2);

		if (q == NULL) {
			return 1;
		}
		q[size] = 1;
		sum += q[size];
		free(q);
	}
	if (!sort_many()) {
		return 1;
	}
	(void)snprintf(text, sizeof(text), "%s %zu %.1f %d", (const char *)arg, sum, 1.5, time(NULL) > 0);
	return nk_ok(nk_os_fd_write(write_fd, text, strlen(text), NULL)) ? 0 : 1;
}

static void a_child_computes_and_answers(void **state)
{
	char word[] = "sum";
	const struct ended ended = run_fn(compute, word);

	(void)state;
	assert_int_equal(ended.code, NK_OK);
	assert_int_equal(ended.status, 0);
	assert_string_equal(ended.answer, "sum 22 1.5 1");
}

static int answer_much(void *arg, int write_fd)
{
	static const uint8_t block[65536];

	(void)arg;
	for (int i = 0; i < 64; i++) {
		if (!nk_ok(nk_os_fd_write(write_fd, block, sizeof(block), NULL))) {
			return 1;
		}
	}
	return 0;
}

static void a_long_answer_comes_whole(void **state)
{
	const struct ended ended = run_fn(answer_much, NULL);

	(void)state;
	assert_int_equal(ended.code, NK_OK);
	assert_int_equal(ended.answer_len, 64 * 65536);
}

static int open_a_file(void *arg, int write_fd)
{
	(void)arg;
	(void)write_fd;
	return open("/etc/hostname", O_RDONLY | O_CLOEXEC) >= 0 ? 0 : 3;
}

static int open_a_socket(void *arg, int write_fd)
{
	(void)arg;
	(void)write_fd;
	return socket(AF_INET, SOCK_STREAM, 0) >= 0 ? 0 : 3;
}

static int start_a_process(void *arg, int write_fd)
{
	(void)arg;
	(void)write_fd;
	return fork() == 0 ? 0 : 3;
}

static int signal_the_parent(void *arg, int write_fd)
{
	(void)arg;
	(void)write_fd;
	return kill(getppid(), 0) == 0 ? 0 : 3;
}

static int make_code(void *arg, int write_fd)
{
	(void)arg;
	(void)write_fd;
	return mmap(NULL, 4096, PROT_READ | PROT_WRITE | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) == NULL ? 1
														: 0;
}

static int look_at_a_path(void *arg, int write_fd)
{
	struct stat st;

	(void)arg;
	(void)write_fd;
	return stat("/etc/hostname", &st) == 0 ? 0 : 3;
}

static void a_child_that_reaches_out_is_ended_and_denied(void **state)
{
	int (*const fns[])(void *arg, int write_fd) = { open_a_file, open_a_socket, start_a_process,
		signal_the_parent, make_code, look_at_a_path };

	(void)state;
	for (size_t i = 0; i < NK_ARRAY_LEN(fns); i++) {
		const struct ended ended = run_fn(fns[i], NULL);

		assert_int_equal(ended.code, NK_DENIED);
		assert_int_equal(ended.err.code, NK_DENIED);
		assert_int_equal(ended.status, 128 + SIGSYS);
	}
}

static int write_to_kept(void *arg, int write_fd)
{
	(void)write_fd;
	return write(*(const int *)arg, "x", 1) == 1 ? 0 : 3;
}

static int read_kept(void *arg, int write_fd)
{
	char byte = 0;

	return pread(*(const int *)arg, &byte, 1, 1) == 1 && write(write_fd, &byte, 1) == 1 ? 0 : 1;
}

static void a_kept_file_can_be_read_but_not_written(void **state)
{
	struct nk_err err;
	int fd = -1;
	struct nk_os_child_options opt = { .keep = &fd, .keep_len = 1, .cpu_s = 20, .fn = read_kept, .arg = &fd };
	struct ended ended;

	(void)state;
	kit_ok(nk_os_memfd("test", &fd, &err), &err);
	kit_ok(nk_os_fd_write(fd, "abc", 3, &err), &err);
	ended = run_child(&opt, WAIT_MS);
	assert_int_equal(ended.code, NK_OK);
	assert_string_equal(ended.answer, "b");
	opt.fn = write_to_kept;
	ended = run_child(&opt, WAIT_MS);
	assert_int_equal(ended.code, NK_DENIED);
	nk_os_fd_close(&fd);
}

static int find_open(void *arg, int write_fd)
{
	const int last = *(const int *)arg;

	for (int fd = 3; fd <= last; fd++) {
		if (fd != write_fd && (lseek(fd, 0, SEEK_CUR) >= 0 || errno != EBADF)) {
			return 50 + fd;
		}
	}
	return 0;
}

static void a_child_has_no_other_file_of_its_parent(void **state)
{
	int fds[4];
	struct ended ended;

	(void)state;
	for (size_t i = 0; i < NK_ARRAY_LEN(fds); i++) {
		fds[i] = open("/dev/null", O_RDONLY);
		assert_true(fds[i] >= 0);
	}
	ended = run_fn(find_open, &fds[3]);
	assert_int_equal(ended.status, 0);
	for (size_t i = 0; i < NK_ARRAY_LEN(fds); i++) {
		nk_os_fd_close(&fds[i]);
	}
}

/* Reads until the end of its input; the parent decides when. */
static int read_to_end(void *arg, int write_fd)
{
	char byte = 0;

	(void)write_fd;
	while (read(*(const int *)arg, &byte, 1) > 0) {
		continue;
	}
	return 0;
}

static void one_child_does_not_hold_the_pipe_of_another(void **state)
{
	struct nk_os_child a = { 0 };
	struct nk_os_child b = { 0 };
	struct nk_err err;
	int input_a[2];
	int input_b[2];
	int answer_a = -1;
	int answer_b = -1;
	int status = -1;
	char byte = 0;
	size_t len = 9;

	(void)state;
	assert_int_equal(pipe2(input_a, O_CLOEXEC), 0);
	assert_int_equal(pipe2(input_b, O_CLOEXEC), 0);
	const struct nk_os_child_options opt_a = {
		.keep = input_a, .keep_len = 1, .fn = read_to_end, .arg = input_a
	};
	const struct nk_os_child_options opt_b = {
		.keep = input_b, .keep_len = 1, .fn = read_to_end, .arg = input_b
	};

	kit_ok(nk_os_child_start(&opt_a, &a, &answer_a, &err), &err);
	kit_ok(nk_os_child_start(&opt_b, &b, &answer_b, &err), &err);
	/* a ends when its input does: b must not have kept the writing end; and its answer ends with it. */
	assert_int_equal(close(input_a[1]), 0);
	kit_ok(nk_os_fd_read(answer_a, &byte, 1, &len, &err), &err);
	assert_int_equal(len, 0);
	kit_ok(nk_os_child_wait(&a, WAIT_MS, &status, &err), &err);
	assert_int_equal(close(input_b[1]), 0);
	kit_ok(nk_os_child_wait(&b, WAIT_MS, &status, &err), &err);
	(void)close(input_a[0]);
	(void)close(input_b[0]);
	nk_os_fd_close(&answer_a);
	nk_os_fd_close(&answer_b);
}

static int eat_memory(void *arg, int write_fd)
{
	(void)arg;
	(void)write_fd;
	for (int i = 0; i < 4096; i++) {
		volatile uint8_t *p = malloc(1024 * 1024);

		if (p == NULL) {
			return nk_err_exit(NK_NOMEM);
		}
		p[4096] = 1;
	}
	return 0;
}

static void a_child_that_eats_memory_meets_its_limit(void **state)
{
	const struct nk_os_child_options opt = { .memory_mb = 64, .cpu_s = 20, .fn = eat_memory };
	struct ended ended;

	(void)state;
	if (NK_SANITIZED) {
		return; /* the sanitizers reserve terabytes of address space: there is no such limit */
	}
	ended = run_child(&opt, WAIT_MS);
	assert_int_equal(ended.code, NK_LIMIT);
}

static int spin(void *arg, int write_fd)
{
	volatile uint64_t n = 0;

	(void)arg;
	(void)write_fd;
	for (;;) {
		n = n + 1;
	}
	return 0;
}

static void a_child_that_computes_for_ever_meets_its_limit(void **state)
{
	const struct nk_os_child_options opt = { .cpu_s = 1, .fn = spin };
	const struct ended ended = run_child(&opt, WAIT_MS);

	(void)state;
	assert_int_equal(ended.code, NK_LIMIT);
	assert_int_equal(ended.status, 128 + SIGXCPU);
}

static void a_child_that_is_waited_for_too_long_is_ended(void **state)
{
	const struct nk_os_child_options opt = { .cpu_s = 60, .fn = spin };
	struct nk_os_child child = { 0 };
	struct nk_err err;
	int status = 0;
	int fd = -1;

	(void)state;
	kit_ok(nk_os_child_start(&opt, &child, &fd, &err), &err);
	kit_fails(nk_os_child_wait(&child, 50, &status, &err), NK_LIMIT);
	assert_int_equal(status, 128 + SIGKILL);
	nk_os_fd_close(&fd);
}

static int give_arg(void *arg, int write_fd)
{
	(void)write_fd;
	return *(const int *)arg;
}

static int give_up(void *arg, int write_fd)
{
	(void)arg;
	(void)write_fd;
	(void)signal(SIGABRT, SIG_DFL);
	abort();
}

static void a_child_that_fails_says_how(void **state)
{
	int wanted = 42;
	struct ended ended = run_fn(give_arg, &wanted);

	(void)state;
	assert_int_equal(ended.code, NK_INVALID);
	assert_int_equal(ended.status, 42);
	assert_int_equal(ended.err.code, NK_INVALID);
	if (!NK_SANITIZED) {
		/* signal() itself is not allowed; abort without it is. */
		ended = run_fn(give_up, NULL);
		assert_int_equal(ended.code, NK_DENIED);
	}
}

static int fail_an_assertion(void *arg, int write_fd)
{
	(void)write_fd;
	nk_assert(arg != NULL);
	return 0;
}

static void a_bug_in_a_child_is_not_taken_for_an_attack(void **state)
{
	const struct ended ended = run_fn(fail_an_assertion, NULL);

	(void)state;
	assert_int_equal(ended.code, NK_INVALID);
	assert_int_equal(ended.status, 128 + SIGABRT);
}

static int open_before(void *arg)
{
	*(int *)arg = open("/dev/zero", O_RDONLY);
	return *(int *)arg >= 0 ? 0 : 1;
}

static int use_prepared(void *arg, int write_fd)
{
	char byte = 'x';

	(void)write_fd;
	return read(*(const int *)arg, &byte, 1) == 1 && byte == 0 ? 0 : 1;
}

static int fail_before(void *arg)
{
	(void)arg;
	return 1;
}

static void a_child_is_prepared_before_it_is_shut_in(void **state)
{
	int fd = -1;
	struct nk_os_child_options opt = { .cpu_s = 20, .prepare = open_before, .fn = use_prepared, .arg = &fd };
	struct nk_os_child child = { 0 };
	struct nk_err err;
	struct ended ended = run_child(&opt, WAIT_MS);
	int read_fd = -1;

	(void)state;
	assert_int_equal(ended.code, NK_OK);
	opt.prepare = fail_before;
	kit_fails(nk_os_child_start(&opt, &child, &read_fd, &err), NK_UNSUPPORTED);
	assert_int_equal(read_fd, -1);
}

static int run(const char *const *argv)
{
	struct nk_err err;
	int status = -1;

	kit_ok(nk_os_run(argv, WAIT_MS, &status, &err), &err);
	return status;
}

static int run_script(const char *script)
{
	return run((const char *const[]){ "/bin/sh", "-c", script, NULL });
}

static void a_program_is_run_with_an_environment_of_ours(void **state)
{
	const int leak = open("/dev/null", O_RDONLY);
	char script[64];

	(void)state;
	assert_int_equal(setenv("NK_TEST_VARIABLE", "x", 1), 0);
	assert_int_equal(run((const char *const[]){ "/bin/true", NULL }), 0);
	assert_int_equal(run((const char *const[]){ "/bin/false", NULL }), 1);
	assert_int_equal(run_script("test -z \"$NK_TEST_VARIABLE\" && test \"$LANG\" = C.UTF-8"), 0);
	assert_int_equal(run_script("read line"), 1);
	assert_int_equal(run_script("kill -9 $$"), 128 + SIGKILL);
	(void)snprintf(script, sizeof(script), "test ! -e /proc/$$/fd/%d", leak);
	assert_int_equal(run_script(script), 0);
	assert_int_equal(close(leak), 0);
}

static void a_program_that_hangs_dies_with_all_it_started(void **state)
{
	static const char *const argv[] = { "/bin/sh", "-c", "sleep 1000 & echo $! >\"$0\"; wait", NULL, NULL };
	NK_OWNED(kit_tmp_done) struct kit_tmp tmp = kit_tmp();
	NK_OWNED(nk_buf_done) struct nk_buf text = { 0 };
	const char *const with_path[] = { argv[0], argv[1], argv[2], kit_path(&tmp, "pid"), NULL };
	struct nk_err err;
	uint32_t pid = 0;
	int status = -1;
	int looks = 0;

	(void)state;
	nk_buf_init(&text, 32);
	kit_fails(nk_os_run(with_path, 1500, &status, &err), NK_LIMIT);
	kit_ok(nk_env_read_all(nk_os_env(), with_path[3], 32, &text, &err), &err);
	assert_true(nk_parse_u32(nk_str_trim(nk_buf_str(&text)), 2, INT32_MAX, &pid));
	/* Somebody else's child by now: gone as soon as that one reaps it; a zombie holds no memory and no file. */
	for (looks = 0; looks < 500 && kill((pid_t)pid, 0) == 0; looks++) {
		char link[64];
		char name[8];

		(void)snprintf(link, sizeof(link), "/proc/%u/exe", (unsigned)pid);
		if (readlink(link, name, sizeof(name)) < 0) {
			break;
		}
		(void)usleep(10000);
	}
	assert_true(looks < 500);
}

static void a_program_needs_a_whole_path(void **state)
{
	struct nk_err err;
	int status = -1;

	(void)state;
	kit_fails(nk_os_run((const char *const[]){ "true", NULL }, WAIT_MS, &status, &err), NK_INVALID);
	kit_fails(nk_os_run((const char *const[]){ NULL }, WAIT_MS, &status, &err), NK_INVALID);
	kit_fails(nk_os_run((const char *const[]){ "/no/such/program", NULL }, WAIT_MS, &status, &err), NK_NOT_FOUND);
	assert_int_equal(status, -1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_child_computes_and_answers),
		cmocka_unit_test(a_long_answer_comes_whole),
		cmocka_unit_test(a_child_that_reaches_out_is_ended_and_denied),
		cmocka_unit_test(a_kept_file_can_be_read_but_not_written),
		cmocka_unit_test(a_child_has_no_other_file_of_its_parent),
		cmocka_unit_test(one_child_does_not_hold_the_pipe_of_another),
		cmocka_unit_test(a_child_that_eats_memory_meets_its_limit),
		cmocka_unit_test(a_child_that_computes_for_ever_meets_its_limit),
		cmocka_unit_test(a_child_that_is_waited_for_too_long_is_ended),
		cmocka_unit_test(a_child_that_fails_says_how),
		cmocka_unit_test(a_bug_in_a_child_is_not_taken_for_an_attack),
		cmocka_unit_test(a_child_is_prepared_before_it_is_shut_in),
		cmocka_unit_test(a_program_is_run_with_an_environment_of_ours),
		cmocka_unit_test(a_program_that_hangs_dies_with_all_it_started),
		cmocka_unit_test(a_program_needs_a_whole_path),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
