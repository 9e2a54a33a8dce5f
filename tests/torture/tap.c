/*
 * tap.c: the calls of libc that touch files, in its place: perhaps they fail, then the kernel does them, then they are
 * recorded. What is not here (stdio's own writing, the dynamic loader) is not seen; the product writes nothing by it.
 */
#undef _FILE_OFFSET_BITS /* both names of each call are ours: libc must not make one of two */

#include "tap.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static bool fails(enum tap_class class, int errnum)
{
	if (!tap_now(class)) {
		return false;
	}
	errno = errnum;
	return true;
}

/* The classes that may hit a call, by what it does. */
static bool reading_fails(void)
{
	return fails(TAP_DISK, EIO) || fails(TAP_WAIT, EINTR);
}

static bool changing_fails(void)
{
	return fails(TAP_DISK, EIO) || fails(TAP_ROOM, ENOSPC);
}

static void tell(char kind, const char *path, const char *other, uint64_t inode)
{
	const struct tap_record r = { .kind = kind,
		.inode = inode,
		.first = path,
		.first_len = strlen(path),
		.second = other,
		.second_len = other != NULL ? strlen(other) : 0 };

	tap_record(&r);
}

static void tell_bytes(int fd, uint64_t at, const void *bytes, ssize_t len)
{
	struct tap_record r = { .kind = 'W', .at = at, .first = bytes, .first_len = (size_t)(len > 0 ? len : 0) };
	bool folder = false;

	if (len <= 0 || !tap_recording()) {
		return;
	}
	if (fd == 1) {
		r.kind = 'O';
		r.inode = (uint64_t)fd;
		tap_record(&r);
	} else if (fd > 2 && tap_inside(fd, &r.inode, &folder) && !folder) {
		tap_record(&r);
	}
}

static void tell_file(char kind, int fd, uint64_t at)
{
	struct tap_record r = { .kind = kind, .at = at };
	bool folder = false;

	if (tap_inside(fd, &r.inode, &folder)) {
		r.kind = folder && kind == 'S' ? 'D' : kind;
		tap_record(&r);
	}
}

/* open ------------------------------------------------------------------------------------------------------------ */
static int do_open(int at, const char *path, int flags, mode_t mode)
{
	char whole[4096];
	struct stat st;
	bool made = false;
	int fd = -1;

	if (fails(TAP_DISK, EIO) || fails(TAP_WAIT, EINTR) || ((flags & O_CREAT) != 0 && fails(TAP_ROOM, ENOSPC))) {
		return -1;
	}
	made = (flags & O_CREAT) != 0 && tap_path(at, path, whole) && syscall(SYS_newfstatat, at, path, &st, 0) != 0;
	fd = (int)syscall(SYS_openat, at, path, flags, mode);
	if (fd >= 0 && made && syscall(SYS_fstat, fd, &st) == 0) {
		tell('C', whole, NULL, st.st_ino);
	}
	if (fd >= 0 && !made && (flags & O_TRUNC) != 0) {
		tell_file('T', fd, 0);
	}
	return fd;
}

static mode_t mode_of(int flags, va_list *list)
{
	return (flags & (O_CREAT | O_TMPFILE)) != 0 ? va_arg(*list, mode_t) : 0;
}

#define OPEN(name)                                            \
	TAP_EXPORT int name(const char *path, int flags, ...) \
	{                                                     \
		va_list list;                                 \
		mode_t mode = 0;                              \
		va_start(list, flags);                        \
		mode = mode_of(flags, &list);                 \
		va_end(list);                                 \
		return do_open(AT_FDCWD, path, flags, mode);  \
	}
#define OPENAT(name)                                                  \
	TAP_EXPORT int name(int at, const char *path, int flags, ...) \
	{                                                             \
		va_list list;                                         \
		mode_t mode = 0;                                      \
		va_start(list, flags);                                \
		mode = mode_of(flags, &list);                         \
		va_end(list);                                         \
		return do_open(at, path, flags, mode);                \
	}
OPEN(open)
OPEN(open64)
OPENAT(openat)
OPENAT(openat64)

TAP_EXPORT int __open_2(const char *path, int flags);
TAP_EXPORT int __open_2(const char *path, int flags)
{
	return do_open(AT_FDCWD, path, flags, 0);
}

TAP_EXPORT int __open64_2(const char *path, int flags);
TAP_EXPORT int __open64_2(const char *path, int flags)
{
	return do_open(AT_FDCWD, path, flags, 0);
}

/* read and write -------------------------------------------------------------------------------------------------- */
TAP_EXPORT ssize_t read(int fd, void *buf, size_t len)
{
	return reading_fails() ? -1 : syscall(SYS_read, fd, buf, tap_part(len));
}

static ssize_t do_pread(int fd, void *buf, size_t len, off_t at)
{
	return reading_fails() ? -1 : syscall(SYS_pread64, fd, buf, tap_part(len), at);
}

TAP_EXPORT ssize_t pread(int fd, void *buf, size_t len, off_t at)
{
	return do_pread(fd, buf, len, at);
}

TAP_EXPORT ssize_t pread64(int fd, void *buf, size_t len, off_t at)
{
	return do_pread(fd, buf, len, at);
}

static ssize_t do_pwrite(int fd, const void *buf, size_t len, off_t at)
{
	ssize_t put = -1;

	if (changing_fails() || fails(TAP_WAIT, EINTR)) {
		return -1;
	}
	put = syscall(SYS_pwrite64, fd, buf, tap_part(len), at);
	tell_bytes(fd, (uint64_t)at, buf, put);
	return put;
}

TAP_EXPORT ssize_t pwrite(int fd, const void *buf, size_t len, off_t at)
{
	return do_pwrite(fd, buf, len, at);
}

TAP_EXPORT ssize_t pwrite64(int fd, const void *buf, size_t len, off_t at)
{
	return do_pwrite(fd, buf, len, at);
}

TAP_EXPORT ssize_t write(int fd, const void *buf, size_t len)
{
	off_t at = 0;
	ssize_t put = -1;

	if (fd == 2) { /* what is wrong can always be said */
		return syscall(SYS_write, fd, buf, len);
	}
	if (changing_fails() || fails(TAP_WAIT, EINTR)) {
		return -1;
	}
	at = tap_recording() ? syscall(SYS_lseek, fd, 0, SEEK_CUR) : 0;
	put = syscall(SYS_write, fd, buf, tap_part(len));
	tell_bytes(fd, (uint64_t)(at > 0 ? at : 0), buf, put);
	return put;
}

/* sync, length ---------------------------------------------------------------------------------------------------- */
static int do_sync(long call, int fd, char kind)
{
	int rc = -1;

	if (fails(TAP_DISK, EIO)) {
		return -1;
	}
	rc = (int)syscall(call, fd);
	if (rc == 0) {
		tell_file(kind, fd, 0);
	}
	return rc;
}

TAP_EXPORT int fsync(int fd)
{
	return do_sync(SYS_fsync, fd, 'S');
}

TAP_EXPORT int fdatasync(int fd)
{
	return do_sync(SYS_fdatasync, fd, 'S');
}

/* The whole machine's disk is not to be waited for a hundred thousand times: the record says it, that is enough. */
TAP_EXPORT int syncfs(int fd)
{
	if (fails(TAP_DISK, EIO)) {
		return -1;
	}
	tell_file('A', fd, 0);
	return 0;
}

static int do_truncate(int fd, off_t size)
{
	int rc = -1;

	if (changing_fails() || fails(TAP_WAIT, EINTR)) {
		return -1;
	}
	rc = (int)syscall(SYS_ftruncate, fd, size);
	if (rc == 0) {
		tell_file('T', fd, (uint64_t)size);
	}
	return rc;
}

TAP_EXPORT int ftruncate(int fd, off_t size)
{
	return do_truncate(fd, size);
}

TAP_EXPORT int ftruncate64(int fd, off_t size)
{
	return do_truncate(fd, size);
}

/* names ----------------------------------------------------------------------------------------------------------- */
static int do_rename(int from_at, const char *from, int to_at, const char *to)
{
	char a[4096];
	char b[4096];
	int rc = -1;

	if (changing_fails()) {
		return -1;
	}
	rc = (int)syscall(SYS_renameat, from_at, from, to_at, to);
	if (rc == 0 && tap_path(from_at, from, a) && tap_path(to_at, to, b)) {
		tell('R', a, b, 0);
	}
	return rc;
}

TAP_EXPORT int rename(const char *from, const char *to)
{
	return do_rename(AT_FDCWD, from, AT_FDCWD, to);
}

TAP_EXPORT int renameat(int from_at, const char *from, int to_at, const char *to)
{
	return do_rename(from_at, from, to_at, to);
}

TAP_EXPORT int linkat(int from_at, const char *from, int to_at, const char *to, int flags)
{
	char whole[4096];
	struct stat st;
	int rc = -1;

	if (changing_fails()) {
		return -1;
	}
	rc = (int)syscall(SYS_linkat, from_at, from, to_at, to, flags);
	if (rc == 0 && tap_path(to_at, to, whole) && syscall(SYS_newfstatat, to_at, to, &st, 0) == 0) {
		tell('L', whole, NULL, st.st_ino);
	}
	return rc;
}

static int do_unlink(int at, const char *path, int flags)
{
	char whole[4096];
	int rc = -1;

	if (fails(TAP_DISK, EIO)) {
		return -1;
	}
	rc = (int)syscall(SYS_unlinkat, at, path, flags);
	if (rc == 0 && tap_path(at, path, whole)) {
		tell((flags & AT_REMOVEDIR) != 0 ? 'X' : 'U', whole, NULL, 0);
	}
	return rc;
}

TAP_EXPORT int unlink(const char *path)
{
	return do_unlink(AT_FDCWD, path, 0);
}

TAP_EXPORT int unlinkat(int at, const char *path, int flags)
{
	return do_unlink(at, path, flags);
}

TAP_EXPORT int rmdir(const char *path)
{
	return do_unlink(AT_FDCWD, path, AT_REMOVEDIR);
}

TAP_EXPORT int mkdirat(int at, const char *path, mode_t mode)
{
	char whole[4096];
	struct stat st;
	int rc = -1;

	if (changing_fails()) {
		return -1;
	}
	rc = (int)syscall(SYS_mkdirat, at, path, mode);
	if (rc == 0 && tap_path(at, path, whole) && syscall(SYS_newfstatat, at, path, &st, 0) == 0) {
		tell('M', whole, NULL, st.st_ino);
	}
	return rc;
}

TAP_EXPORT int mkdir(const char *path, mode_t mode)
{
	return mkdirat(AT_FDCWD, path, mode);
}

/* what may wait --------------------------------------------------------------------------------------------------- */
TAP_EXPORT int flock(int fd, int operation)
{
	return fails(TAP_DISK, EIO) || fails(TAP_WAIT, EINTR) ? -1 : (int)syscall(SYS_flock, fd, operation);
}

TAP_EXPORT int poll(struct pollfd *fds, nfds_t n, int timeout)
{
	return fails(TAP_WAIT, EINTR) ? -1 : (int)syscall(SYS_poll, fds, n, timeout);
}

TAP_EXPORT ssize_t getrandom(void *buf, size_t len, unsigned flags)
{
	/* Up to 256 bytes come whole: getrandom(2). */
	return fails(TAP_WAIT, EINTR) ? -1 : syscall(SYS_getrandom, buf, len > 256 ? tap_part(len) : len, flags);
}

TAP_EXPORT pid_t waitpid(pid_t pid, int *status, int options)
{
	return fails(TAP_WAIT, EINTR) ? -1 : (pid_t)syscall(SYS_wait4, pid, status, options, NULL);
}
