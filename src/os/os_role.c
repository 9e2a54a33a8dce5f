/*
 * os_role.c: this program started anew for one kind of work, and programs of the system that read foreign documents.
 *
 * Invariant: what is started has one descriptor of ours (a role: its socket; a tool: its input and its output) and
 * nothing of our memory, and does not outlive us.
 */
#include "base.h"

#include "os.h"

#include "os_int.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

enum { ROLE_FD = 3, FDS = 4, BUFFER = 1 << 20 };

static char *const role_variables[] = {
	(char[]){ "LANG=C.UTF-8" },
	(char[]){ "TZ=UTC0" },
	NULL,
};

/* Between fork and exec: only what may be done there. */
static void settle(int parent)
{
	sigset_t none;

	(void)prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0);
	(void)signal(SIGINT, SIG_IGN);
	(void)signal(SIGTERM, SIG_DFL);
	(void)sigemptyset(&none);
	(void)sigprocmask(SIG_SETMASK, &none, NULL);
	if (getppid() != parent) {
		_exit(127);
	}
}

static bool only(int from, int to)
{
	return (from == to || dup2(from, to) == to) && (from != to || fcntl(to, F_SETFD, 0) == 0);
}

static _Noreturn void role_child(const char *program, const char *name, int parent, int fd)
{
	char word[64];
	char number[] = "3";
	char *argv[3] = { word, number, NULL };

	settle(parent);
	(void)snprintf(word, sizeof(word), "%s", name);
	if (only(fd, ROLE_FD) && close_range(ROLE_FD + 1, ~0U, 0) == 0) {
		(void)execve(program, argv, role_variables);
	}
	_exit(127);
}

static void nonblocking(int fd)
{
	(void)fcntl(fd, F_SETFL, fcntl(fd, F_GETFL) | O_NONBLOCK);
}

NK_RESULT nk_os_role_start(const char *program, const char *name, struct nk_os_role *out, struct nk_err *err)
{
	const int parent = nk_os_pid();
	const int room = BUFFER;
	int pair[2];
	pid_t pid = 0;

	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair) != 0) {
		return nk_fail_errno(err, errno, "cannot make a socket for a helper process", "");
	}
	(void)setsockopt(pair[0], SOL_SOCKET, SO_SNDBUF, &room, sizeof(room));
	(void)setsockopt(pair[1], SOL_SOCKET, SO_SNDBUF, &room, sizeof(room));
	pid = fork();
	if (pid == 0) {
		role_child(program != NULL ? program : "/proc/self/exe", name, parent, pair[1]);
	}
	(void)close(pair[1]);
	if (pid < 0) {
		(void)close(pair[0]);
		return nk_fail_errno(err, errno, "cannot start a helper process", "");
	}
	nonblocking(pair[0]);
	out->pid = pid;
	out->fd = pair[0];
	return nk_done();
}

int nk_os_role_enter(const char *name, int argc, char *const *argv)
{
	const struct nk_os_child_options keep = { .keep = NULL };
	struct stat st;

	if (argc != 2 || strcmp(argv[0], name) != 0 || strcmp(argv[1], "3") != 0) {
		return -1;
	}
	if (fstat(ROLE_FD, &st) != 0 || !S_ISSOCK(st.st_mode)) {
		_exit(nk_err_exit(NK_INVALID));
	}
	(void)prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
	(void)signal(SIGPIPE, SIG_IGN);
	if (!nk_os_shut_files(&keep, ROLE_FD, ROLE_FD)) {
		_exit(nk_err_exit(NK_UNSUPPORTED));
	}
	return ROLE_FD;
}

NK_RESULT nk_os_role_shut_in(int fd, unsigned memory_mb, struct nk_err *err)
{
	if (nk_os_shut_role(fd, memory_mb) != NK_OS_STAGE_READY) {
		return nk_fail(err, NK_UNSUPPORTED,
			"this system has no seccomp filter, which reading a foreign file needs: nothing was read");
	}
	return nk_done();
}

void nk_os_role_end(struct nk_os_role *role, int64_t wait_ms, int *out_status)
{
	enum nk_os_end end = NK_OS_END_EXIT;
	int value = 0;

	nk_os_fd_close(&role->fd);
	if (role->pid > 0 && nk_ok(nk_os_reap(role->pid, role->pid, wait_ms, &end, &value, NULL)) &&
		out_status != NULL) {
		*out_status = end == NK_OS_END_EXIT ? value : 128 + value;
	}
	role->pid = -1;
}

union control {
	struct cmsghdr head;
	char room[CMSG_SPACE(sizeof(int) * FDS)];
};

NK_RESULT nk_os_role_send(int fd, const struct nk_os_note *note, struct nk_err *err)
{
	union control control = { .room = "" };
	struct iovec part = { note->buf, note->len };
	struct msghdr msg = { .msg_iov = &part, .msg_iovlen = 1 };
	size_t n = 0;
	ssize_t put = 0;

	while (n < FDS && note->fds[n] >= 0) {
		n++;
	}
	if (n > 0) {
		msg.msg_control = control.room;
		msg.msg_controllen = CMSG_SPACE(sizeof(int) * n);
		control.head.cmsg_level = SOL_SOCKET;
		control.head.cmsg_type = SCM_RIGHTS;
		control.head.cmsg_len = CMSG_LEN(sizeof(int) * n);
		memcpy(CMSG_DATA(&control.head), note->fds, sizeof(int) * n);
	}
	do {
		put = sendmsg(fd, &msg, MSG_NOSIGNAL);
	} while (put < 0 && errno == EINTR);
	if (put < 0) {
		return errno == EAGAIN ? nk_fail(err, NK_BUSY, "the helper process does not read")
				       : nk_fail_errno(err, errno, "cannot write to a helper process", "");
	}
	return nk_done();
}

static void take_fds(const struct msghdr *msg, const union control *control, int *fds)
{
	const bool any = msg->msg_controllen >= CMSG_LEN(sizeof(int)) && control->head.cmsg_level == SOL_SOCKET &&
		control->head.cmsg_type == SCM_RIGHTS && control->head.cmsg_len >= CMSG_LEN(0);
	const size_t n = any ? (control->head.cmsg_len - CMSG_LEN(0)) / sizeof(int) : 0;

	if (n > 0) {
		memcpy(fds, CMSG_DATA(&control->head), sizeof(int) * (n < FDS ? n : FDS));
	}
}

NK_RESULT nk_os_role_recv(int fd, struct nk_os_note *note, struct nk_err *err)
{
	union control control = { .room = "" };
	struct iovec part = { note->buf, note->len };
	struct msghdr msg = {
		.msg_iov = &part, .msg_iovlen = 1, .msg_control = control.room, .msg_controllen = sizeof(control.room)
	};
	ssize_t got = 0;

	for (size_t i = 0; i < FDS; i++) {
		note->fds[i] = -1;
	}
	do {
		got = recvmsg(fd, &msg, MSG_CMSG_CLOEXEC);
	} while (got < 0 && errno == EINTR);
	if (got < 0 && errno == EAGAIN) {
		return nk_fail(err, NK_BUSY, "nothing there yet");
	}
	if (got < 0 && errno != ECONNRESET) {
		return nk_fail_errno(err, errno, "cannot read from a helper process", "");
	}
	take_fds(&msg, &control, note->fds);
	note->len = got < 0 ? 0 : (size_t)got;
	return nk_done();
}

static _Noreturn void tool_child(const char *const *argv, int parent, const int *io, const unsigned *limits)
{
	union {
		const char *const *in;
		char *const *out;
	} list = { .in = argv };
	const int null_fd = open("/dev/null", O_WRONLY | O_CLOEXEC);

	settle(parent);
	/* io[] lies above 2: both were made while 0, 1 and 2 were open. */
	if (null_fd >= 0 && dup2(io[0], 0) == 0 && dup2(io[1], 1) == 1 && dup2(null_fd, 2) == 2 &&
		lseek(0, 0, SEEK_SET) == 0 && close_range(3, ~0U, 0) == 0 && nk_os_shut_tool(limits[0], limits[1])) {
		(void)execve(argv[0], list.out, role_variables);
	}
	_exit(127);
}

NK_RESULT nk_os_tool_start(const char *const *argv, int stdin_fd, unsigned memory_mb, unsigned cpu_s,
	struct nk_os_tool *out, struct nk_err *err)
{
	const unsigned limits[2] = { memory_mb, cpu_s };
	const int parent = nk_os_pid();
	int pair[2];
	int io[2];
	pid_t pid = 0;

	if (access(argv[0], X_OK) != 0) {
		return nk_fail(err, NK_NOT_FOUND, "the program %s is not installed", argv[0]);
	}
	if (pipe2(pair, O_CLOEXEC) != 0) {
		return nk_fail_errno(err, errno, "cannot make a pipe", "");
	}
	io[0] = stdin_fd;
	io[1] = pair[1];
	pid = fork();
	if (pid == 0) {
		tool_child(argv, parent, io, limits);
	}
	(void)close(pair[1]);
	if (pid < 0) {
		(void)close(pair[0]);
		return nk_fail_errno(err, errno, "cannot start the program", argv[0]);
	}
	nonblocking(pair[0]);
	out->pid = pid;
	out->fd = pair[0];
	return nk_done();
}

void nk_os_tool_end(struct nk_os_tool *tool, int64_t wait_ms, int *out_status)
{
	enum nk_os_end end = NK_OS_END_EXIT;
	int value = 0;

	nk_os_fd_close(&tool->fd);
	if (tool->pid > 0 && nk_ok(nk_os_reap(tool->pid, tool->pid, wait_ms, &end, &value, NULL)) &&
		out_status != NULL) {
		*out_status = end == NK_OS_END_EXIT ? value : 128 + value;
	}
	tool->pid = -1;
}
