/*
 * os_lock.c: one holder at a time, by flock on a file that stays.
 *
 * Invariant: the file is never deleted (two processes could then hold two locks
 * of one name). It holds the process id of the last one that got the lock,
 * for the error text of the next one that does not.
 */
#include "base.h"

#include "os.h"

#include "os_int.h"

#include <sys/file.h>
#include <unistd.h>

enum { LOCK_LOOK_MS = 20 };

static NK_RESULT busy(int fd, const char *path, struct nk_err *err)
{
	char text[24] = "";
	uint32_t pid = 0;
	size_t len = 0;

	if (nk_ok(nk_os_env_read(NULL, fd, 0, text, sizeof(text) - 1, &len, NULL)) &&
		nk_parse_u32(nk_str_trim((struct nk_str){ text, len }), 1, INT32_MAX, &pid)) {
		return nk_fail(err, NK_BUSY,
			"%1$s is in use by the process %2$u: wait until it has ended, then try again", path,
			(unsigned)pid);
	}
	return nk_fail(
		err, NK_BUSY, "%s is in use by another process: wait until it has ended, then try again", path);
}

static NK_RESULT write_holder(int fd, struct nk_err *err)
{
	char text[24];
	const int len = snprintf(text, sizeof(text), "%-10d\n", nk_os_pid());

	NK_TRY(nk_os_env_write(NULL, fd, 0, text, (size_t)len, err));
	return nk_os_env_truncate(NULL, fd, (uint64_t)len, err);
}

NK_RESULT nk_os_env_lock(
	void *self, const char *path, bool exclusive, int64_t wait_ms, int *out_file, struct nk_err *err)
{
	NK_OWNED(nk_os_fd_close) int fd = -1;
	const int64_t until = nk_os_mono_ms() + (wait_ms > 0 ? wait_ms : 0);

	(void)self;
	NK_TRY(nk_os_env_open(NULL, path, NK_OPEN_CREATE, &fd, err));
	while (flock(fd, (exclusive ? LOCK_EX : LOCK_SH) | LOCK_NB) != 0) {
		if (errno == EINTR) {
			continue;
		}
		if (errno != EWOULDBLOCK) {
			return nk_fail_errno(err, errno, "cannot lock", path);
		}
		if (nk_os_mono_ms() >= until || nk_os_interrupted()) {
			return busy(fd, path, err);
		}
		nk_os_sleep_ms(LOCK_LOOK_MS);
	}
	NK_TRY(write_holder(fd, err));
	*out_file = fd;
	fd = -1;
	return nk_done();
}
