/*
 * os_run.c: programs of the configuration (hooks), by argv, never by a shell.
 *
 * Invariant: the program gets no descriptor of ours but 1 and 2, no variable of
 * our environment, and a process group of its own that dies as a whole.
 */
#include "base.h"

#include "os.h"

#include "os_int.h"

#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <unistd.h>

static const char *const fixed_variables[] = {
	"PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
	"LANG=C.UTF-8",
	"HOME=/",
	NULL,
};

struct spawn_room {
	posix_spawn_file_actions_t files;
	posix_spawnattr_t attributes;
};

static void spawn_room_done(struct spawn_room *room)
{
	(void)posix_spawn_file_actions_destroy(&room->files);
	(void)posix_spawnattr_destroy(&room->attributes);
}

/* 0 or an errno. stdin_fd -1: it reads nothing. */
static int spawn_room_fill(struct spawn_room *room, int stdin_fd)
{
	sigset_t standard;
	sigset_t none;
	int rc = stdin_fd >= 0
		? posix_spawn_file_actions_adddup2(&room->files, stdin_fd, STDIN_FILENO)
		: posix_spawn_file_actions_addopen(&room->files, STDIN_FILENO, "/dev/null", O_RDONLY, 0);

	(void)sigemptyset(&none);
	(void)sigemptyset(&standard);
	(void)sigaddset(&standard, SIGPIPE);
	(void)sigaddset(&standard, SIGINT);
	(void)sigaddset(&standard, SIGTERM);
	rc = rc != 0 ? rc : posix_spawn_file_actions_addclosefrom_np(&room->files, STDERR_FILENO + 1);
	rc = rc != 0 ? rc : posix_spawnattr_setsigdefault(&room->attributes, &standard);
	rc = rc != 0 ? rc : posix_spawnattr_setsigmask(&room->attributes, &none);
	rc = rc != 0 ? rc : posix_spawnattr_setpgroup(&room->attributes, 0);
	return rc != 0 ? rc
		       : posix_spawnattr_setflags(&room->attributes,
				 POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETPGROUP);
}

/* posix_spawn takes char *const * for what it does not change. */
static char *const *unconst(const char *const *list)
{
	union {
		const char *const *in;
		char *const *out;
	} u = { .in = list };

	return u.out;
}

static NK_RESULT spawn(const char *const *argv, int stdin_fd, pid_t *out_pid, struct nk_err *err)
{
	NK_OWNED(spawn_room_done) struct spawn_room room = { 0 };
	int rc = 0;

	(void)posix_spawn_file_actions_init(&room.files);
	(void)posix_spawnattr_init(&room.attributes);
	rc = spawn_room_fill(&room, stdin_fd);
	rc = rc != 0 ? rc
		     : posix_spawn(out_pid, argv[0], &room.files, &room.attributes, unconst(argv),
			       unconst(fixed_variables));
	return rc == 0 ? nk_done() : nk_fail_errno(err, rc, "cannot start the program", argv[0]);
}

static NK_RESULT run(const char *const *argv, int stdin_fd, int64_t wait_ms, int *out_status, struct nk_err *err)
{
	enum nk_os_end end = NK_OS_END_EXIT;
	pid_t pid = 0;
	int value = 0;

	if (argv[0] == NULL || argv[0][0] != '/') {
		return nk_fail(err, NK_INVALID, "a program is named by its whole path, beginning with /, not: %s",
			argv[0] == NULL ? "" : argv[0]);
	}
	NK_TRY(spawn(argv, stdin_fd, &pid, err));
	NK_TRY(nk_os_reap(pid, -pid, wait_ms, &end, &value, err));
	if (end == NK_OS_END_TIME) {
		return nk_fail(err, NK_LIMIT, "the program %1$s took longer than %2$" PRId64 " ms and was ended",
			argv[0], wait_ms);
	}
	*out_status = end == NK_OS_END_EXIT ? value : 128 + value;
	return nk_done();
}

NK_RESULT nk_os_run(const char *const *argv, int64_t wait_ms, int *out_status, struct nk_err *err)
{
	return run(argv, -1, wait_ms, out_status, err);
}

NK_RESULT nk_os_run_fed(const char *const *argv, int stdin_fd, int64_t wait_ms, int *out_status, struct nk_err *err)
{
	if (lseek(stdin_fd, 0, SEEK_SET) != 0) {
		return nk_fail_errno(err, errno, "cannot read from the beginning", argv[0] == NULL ? "" : argv[0]);
	}
	return run(argv, stdin_fd, wait_ms, out_status, err);
}
