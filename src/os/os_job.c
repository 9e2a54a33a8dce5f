/*
 * os_job.c: programs of the system that work on files for us (git, meson, ninja, strip, dpkg-query): no network.
 *
 * Invariant: the program runs in a network of its own that leads nowhere, where the kernel gives one, and the caller is
 * told whether it did; it has no descriptor of ours but 2, no variable that was not named, and dies as a whole group.
 */
#include "base.h"

#include "os.h"

#include "os_int.h"

#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <unistd.h>

enum { VARIABLES_MAX = 16, ISOLATED = 1, NOT_ISOLATED = 2 };

static void write_text(const char *path, const char *text)
{
	const int fd = open(path, O_WRONLY | O_CLOEXEC);

	if (fd >= 0) {
		/* A map that cannot be written leaves the overflow ids: names are missing then, rights are the same. */
		const ssize_t ignored = write(fd, text, strlen(text));

		(void)ignored;
		(void)close(fd);
	}
}

/* A network that leads nowhere: by right, or in a user namespace of our own. */
static bool leave_network(void)
{
	const uid_t uid = geteuid();
	const gid_t gid = getegid();
	char map[64];

	if (unshare(CLONE_NEWNET) == 0) {
		return true;
	}
	if (unshare(CLONE_NEWUSER | CLONE_NEWNET) != 0) {
		return false;
	}
	write_text("/proc/self/setgroups", "deny");
	(void)snprintf(map, sizeof(map), "%u %u 1\n", uid, uid);
	write_text("/proc/self/uid_map", map);
	(void)snprintf(map, sizeof(map), "%u %u 1\n", gid, gid);
	write_text("/proc/self/gid_map", map);
	return true;
}

/* execve takes char *const * for what it does not change. */
static char *const *unconst(const char *const *list)
{
	union {
		const char *const *in;
		char *const *out;
	} u = { .in = list };

	return u.out;
}

static void environment(const struct nk_os_job *job, const char **variables)
{
	size_t n = 0;

	variables[n++] = "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";
	variables[n++] = "LANG=C.UTF-8";
	variables[n++] = "HOME=/";
	for (size_t i = 0; job->variables != NULL && job->variables[i] != NULL && n < VARIABLES_MAX - 1; i++) {
		variables[n++] = job->variables[i];
	}
	variables[n] = NULL;
}

/* In the child: never returns. The one byte that goes first says whether there is a network. */
_Noreturn static void child(const struct nk_os_job *job, int out_fd, int told_fd)
{
	const char *variables[VARIABLES_MAX];
	const char told = leave_network() ? ISOLATED : NOT_ISOLATED;
	const int null = open("/dev/null", O_RDONLY | O_CLOEXEC);

	environment(job, variables);
	(void)setpgid(0, 0);
	(void)prctl(PR_SET_PDEATHSIG, SIGKILL);
	(void)signal(SIGPIPE, SIG_DFL);
	(void)signal(SIGINT, SIG_DFL);
	(void)signal(SIGTERM, SIG_DFL);
	if (null < 0 || write(told_fd, &told, 1) != 1 || (job->dir != NULL && chdir(job->dir) != 0) ||
		dup2(null, STDIN_FILENO) < 0 || dup2(out_fd, STDOUT_FILENO) < 0 ||
		(job->quiet && dup2(out_fd, STDERR_FILENO) < 0) || close_range(STDERR_FILENO + 1, ~0U, 0) != 0) {
		_exit(126);
	}
	(void)umask(022);
	(void)execve(job->argv[0], unconst(job->argv), unconst(variables));
	_exit(127);
}

static NK_RESULT take_output(int fd, size_t max, struct nk_buf *out, struct nk_err *err)
{
	uint8_t block[16384];
	size_t n = 0;
	uint64_t at = 0;

	do {
		NK_TRY(nk_os_env_read(NULL, fd, at, block, sizeof(block), &n, err));
		if (out->len + n > max) {
			return nk_fail(err, NK_LIMIT, "a program said more than the limit");
		}
		NK_TRY(nk_buf_add(out, block, n, err));
		at += n;
	} while (n > 0);
	return nk_done();
}

static NK_RESULT start(const struct nk_os_job *job, int out_fd, pid_t *out_pid, bool *out_isolated, struct nk_err *err)
{
	int told[2];
	char how = NOT_ISOLATED;
	pid_t pid = 0;

	if (pipe2(told, O_CLOEXEC) != 0) {
		return nk_fail_errno(err, errno, "cannot make a pipe", "");
	}
	pid = fork();
	if (pid == 0) {
		child(job, out_fd, told[1]);
	}
	(void)close(told[1]);
	if (pid > 0 && read(told[0], &how, 1) != 1) {
		how = NOT_ISOLATED;
	}
	(void)close(told[0]);
	if (pid < 0) {
		return nk_fail_errno(err, errno, "cannot start the program", job->argv[0]);
	}
	*out_pid = pid;
	*out_isolated = how == ISOLATED;
	return nk_done();
}

static NK_RESULT run(const struct nk_os_job *job, int out_fd, struct nk_os_job_end *end, struct nk_err *err)
{
	enum nk_os_end how = NK_OS_END_EXIT;
	pid_t pid = 0;
	int value = 0;

	NK_TRY(start(job, out_fd, &pid, &end->no_network, err));
	NK_TRY(nk_os_reap(pid, -pid, job->wait_ms, &how, &value, err));
	if (how == NK_OS_END_TIME) {
		return nk_fail(err, NK_LIMIT, "the program %1$s took longer than %2$" PRId64 " ms and was ended",
			job->argv[0], job->wait_ms);
	}
	end->status = how == NK_OS_END_EXIT ? value : 128 + value;
	return nk_done();
}

NK_RESULT nk_os_job(const struct nk_os_job *job, struct nk_buf *out, struct nk_os_job_end *end, struct nk_err *err)
{
	int fd = -1;
	nk_rc rc;

	if (access(job->argv[0], X_OK) != 0) {
		return nk_fail(err, NK_NOT_FOUND, "the program %s is not installed", job->argv[0]);
	}
	NK_TRY(nk_os_memfd("nokosazu-job", &fd, err));
	rc = run(job, fd, end, err);
	rc = nk_ok(rc) ? take_output(fd, out->max, out, err) : rc;
	nk_os_fd_close(&fd);
	return rc;
}
