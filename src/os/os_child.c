/*
 * os_child.c: fork a child that can only compute, and see how it ended.
 *
 * Invariant: nk_os_child_start succeeds only after the child has said that it is
 * shut in; before that it has not run `fn`. A child never outlives its parent.
 */
#include "base.h"

#include "os.h"

#include "os_int.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

enum { REAP_LOOK_MS = 5 };

/* Both ends of a pipe; what is left of it is closed at the end of a scope. */
struct ends {
	int read_fd;
	int write_fd;
};

static void ends_close(struct ends *ends)
{
	nk_os_fd_close(&ends->read_fd);
	nk_os_fd_close(&ends->write_fd);
}

static NK_RESULT ends_open(struct ends *ends, struct nk_err *err)
{
	int fds[2];

	if (pipe2(fds, O_CLOEXEC) != 0) {
		return nk_fail_errno(err, errno, "cannot make a pipe", "");
	}
	ends->read_fd = fds[0];
	ends->write_fd = fds[1];
	return nk_done();
}

/* The whole life of the child. Signals of the keyboard are for the parent, who decides. */
static _Noreturn void child_main(const struct nk_os_child_options *opt, int parent, int write_fd, int status_fd)
{
	enum nk_os_stage stage = NK_OS_STAGE_FILES;
	uint8_t byte = 0;

	(void)prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0);
	(void)signal(SIGINT, SIG_IGN);
	(void)signal(SIGTERM, SIG_DFL);
	(void)signal(SIGXCPU, SIG_DFL);
	if (getppid() == parent && nk_os_shut_files(opt, write_fd, status_fd)) {
		stage = NK_OS_STAGE_PREPARE;
		if (opt->prepare == NULL || opt->prepare(opt->arg) == 0) {
			stage = nk_os_shut_in(opt, write_fd, status_fd);
		}
	}
	byte = (uint8_t)stage;
	if (write(status_fd, &byte, 1) != 1 || stage != NK_OS_STAGE_READY) {
		_exit(nk_err_exit(NK_UNSUPPORTED));
	}
	(void)close(status_fd);
	_exit(opt->fn(opt->arg, write_fd));
}

static NK_RESULT stage_fail(enum nk_os_stage stage, struct nk_err *err)
{
	switch (stage) {
	case NK_OS_STAGE_FILES:
		return nk_fail(err, NK_UNSUPPORTED, "the helper process cannot close its files: nothing was read");
	case NK_OS_STAGE_PREPARE:
		return nk_fail(err, NK_UNSUPPORTED, "the helper process could not be prepared: nothing was read");
	case NK_OS_STAGE_LIMITS:
		return nk_fail(
			err, NK_UNSUPPORTED, "the helper process cannot limit itself (setrlimit): nothing was read");
	case NK_OS_STAGE_LANDLOCK:
		return nk_fail(
			err, NK_UNSUPPORTED, "the helper process cannot shut itself in (Landlock): nothing was read");
	case NK_OS_STAGE_SECCOMP:
		return nk_fail(err, NK_UNSUPPORTED,
			"this system has no seccomp filter, which reading a foreign file needs: nothing was read");
	case NK_OS_STAGE_READY:
		break;
	}
	return nk_fail(err, NK_IO, "the helper process ended before it began: nothing was read");
}

/* One byte from the child: its stage. An end without a byte means that it died. */
static NK_RESULT await_ready(int status_fd, struct nk_err *err)
{
	uint8_t byte = 0;
	size_t len = 0;

	NK_TRY(nk_os_fd_read(status_fd, &byte, 1, &len, err));
	if (len == 1 && byte == NK_OS_STAGE_READY) {
		return nk_done();
	}
	return stage_fail(len == 1 ? (enum nk_os_stage)byte : NK_OS_STAGE_READY, err);
}

NK_RESULT nk_os_child_start(
	const struct nk_os_child_options *opt, struct nk_os_child *out_child, int *out_read_fd, struct nk_err *err)
{
	NK_OWNED(ends_close) struct ends answer = { -1, -1 };
	NK_OWNED(ends_close) struct ends status = { -1, -1 };
	const int parent = nk_os_pid();
	enum nk_os_end end = NK_OS_END_EXIT;
	int value = 0;
	pid_t pid = 0;
	nk_rc rc;

	NK_TRY(ends_open(&answer, err));
	NK_TRY(ends_open(&status, err));
	pid = fork();
	if (pid < 0) {
		return nk_fail_errno(err, errno, "cannot start a helper process", "");
	}
	if (pid == 0) {
		child_main(opt, parent, answer.write_fd, status.write_fd);
	}
	nk_os_fd_close(&answer.write_fd);
	nk_os_fd_close(&status.write_fd);
	rc = await_ready(status.read_fd, err);
	if (!nk_ok(rc)) {
		(void)nk_os_reap(pid, pid, 1000, &end, &value, NULL).code;
		return rc;
	}
	out_child->pid = pid;
	*out_read_fd = answer.read_fd;
	answer.read_fd = -1;
	return nk_done();
}

static void set_end(int wait_status, enum nk_os_end *out_end, int *out_value)
{
	if (WIFEXITED(wait_status)) {
		*out_end = NK_OS_END_EXIT;
		*out_value = WEXITSTATUS(wait_status);
	} else {
		*out_end = NK_OS_END_SIGNAL;
		*out_value = WTERMSIG(wait_status);
	}
}

static pid_t wait_retry(int pid, int *out_status, int flags)
{
	pid_t got = 0;

	do {
		got = waitpid(pid, out_status, flags);
	} while (got < 0 && errno == EINTR);
	return got;
}

/* Waits until the process has ended or the time is over, without reaping it. */
static void await_end(int pid, int64_t wait_ms)
{
	NK_OWNED(nk_os_fd_close) int fd = (int)syscall(SYS_pidfd_open, pid, 0);
	const int64_t until = nk_os_mono_ms() + wait_ms;
	siginfo_t info = { 0 };

	for (;;) {
		struct pollfd look = { .fd = fd, .events = POLLIN };
		const int64_t left = until - nk_os_mono_ms();

		if (left <= 0) {
			return;
		}
		if (fd >= 0 && poll(&look, 1, left > INT_MAX ? INT_MAX : (int)left) > 0) {
			return;
		}
		if (fd < 0) {
			/* A kernel without pidfd: look again and again. */
			info.si_pid = 0;
			if (waitid(P_PID, (id_t)pid, &info, WEXITED | WNOHANG | WNOWAIT) != 0 || info.si_pid == pid) {
				return;
			}
			nk_os_sleep_ms(left < REAP_LOOK_MS ? left : REAP_LOOK_MS);
		}
	}
}

NK_RESULT nk_os_reap(
	int pid, int kill_pid, int64_t wait_ms, enum nk_os_end *out_end, int *out_value, struct nk_err *err)
{
	int wait_status = 0;
	pid_t got = 0;

	if (wait_ms > 0) {
		await_end(pid, wait_ms);
	}
	got = wait_retry(pid, &wait_status, wait_ms < 0 ? 0 : WNOHANG);
	if (got < 0) {
		return nk_fail_errno(err, errno, "cannot wait for a process that was started", "");
	}
	if (got == pid) {
		set_end(wait_status, out_end, out_value);
		return nk_done();
	}
	(void)kill(kill_pid, SIGKILL);
	if (wait_retry(pid, &wait_status, 0) < 0) {
		return nk_fail_errno(err, errno, "cannot wait for a process that was started", "");
	}
	*out_end = NK_OS_END_TIME;
	*out_value = SIGKILL;
	return nk_done();
}

static NK_RESULT signal_fail(int signum, struct nk_err *err)
{
	switch (signum) {
	case SIGXCPU:
		return nk_fail(err, NK_LIMIT,
			"the helper process used up its processor time: the file is too large or hostile");
	case SIGKILL:
		return nk_fail(
			err, NK_LIMIT, "the helper process was ended by the system: the machine is short of memory");
	case SIGSYS:
		return nk_fail(err, NK_DENIED, "the helper process tried something that it may not do and was ended");
	default:
		return nk_fail(err, NK_INVALID, "the helper process was ended by the signal %d", signum);
	}
}

NK_RESULT nk_os_child_wait(struct nk_os_child *child, int64_t wait_ms, int *out_status, struct nk_err *err)
{
	const int pid = child->pid;
	enum nk_os_end end = NK_OS_END_EXIT;
	int value = 0;

	nk_assert(pid > 0);
	child->pid = -1;
	NK_TRY(nk_os_reap(pid, pid, wait_ms, &end, &value, err));
	*out_status = end == NK_OS_END_EXIT ? value : 128 + value;
	if (end == NK_OS_END_TIME) {
		return nk_fail(
			err, NK_LIMIT, "the helper process took longer than %" PRId64 " ms and was ended", wait_ms);
	}
	if (end == NK_OS_END_SIGNAL) {
		return signal_fail(value, err);
	}
	if (value == nk_err_exit(NK_NOMEM)) {
		return nk_fail(err, NK_LIMIT,
			"the helper process reached its limit of memory: the file is too large or hostile");
	}
	if (value != 0) {
		return nk_fail(err, NK_INVALID, "the helper process ended with the status %d", value);
	}
	return nk_done();
}
