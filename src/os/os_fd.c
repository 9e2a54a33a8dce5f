/*
 * os_fd.c: plain descriptors: anonymous memory, input that is read once, pipes.
 */
#include "base.h"

#include "os.h"

#include "os_int.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

enum { COPY_STEP = 65536 };

NK_RESULT nk_os_memfd(const char *name, int *out_fd, struct nk_err *err)
{
	const int fd = memfd_create(name, MFD_CLOEXEC | MFD_ALLOW_SEALING);

	if (fd < 0) {
		return nk_fail_errno(err, errno, "cannot make a file in memory", "");
	}
	*out_fd = fd;
	return nk_done();
}

NK_RESULT nk_os_memfd_seal(int fd, struct nk_err *err)
{
	if (fcntl(fd, F_ADD_SEALS, F_SEAL_GROW | F_SEAL_SHRINK | F_SEAL_WRITE | F_SEAL_SEAL) != 0) {
		return nk_fail_errno(err, errno, "cannot seal a file in memory", "");
	}
	return nk_done();
}

void nk_os_fd_close(int *fd)
{
	const int keep_errno = errno;

	if (*fd >= 0) {
		/* Not again after EINTR: on Linux the descriptor is gone and may be somebody else's. */
		(void)close(*fd);
		*fd = -1;
	}
	errno = keep_errno;
}

/* All of standard input into a sealed memfd; the place where it is read from is its start. */
static NK_RESULT copy_stdin(uint64_t max, int *out_fd, uint64_t *out_size, struct nk_err *err)
{
	NK_OWNED(nk_os_fd_close) int fd = -1;
	NK_OWNED(nk_buf_done) struct nk_buf step = { 0 };
	uint8_t *at = NULL;
	uint64_t size = 0;
	size_t got = 0;

	nk_buf_init_wiping(&step, COPY_STEP);
	NK_TRY(nk_buf_reserve(&step, COPY_STEP, &at, err));
	NK_TRY(nk_os_memfd("stdin", &fd, err));
	for (;;) {
		NK_TRY(nk_os_fd_read(STDIN_FILENO, at, COPY_STEP, &got, err));
		if (got == 0) {
			break;
		}
		if (got > max - size) {
			return nk_fail(
				err, NK_LIMIT, "standard input is larger than the limit of %" PRIu64 " bytes", max);
		}
		NK_TRY(nk_os_fd_write(fd, at, got, err));
		size += got;
	}
	NK_TRY(nk_os_memfd_seal(fd, err));
	if (lseek(fd, 0, SEEK_SET) != 0) {
		return nk_fail_errno(err, errno, "cannot read", "stdin");
	}
	*out_fd = fd;
	*out_size = size;
	fd = -1;
	return nk_done();
}

NK_RESULT nk_os_fd_open_read(const char *path, uint64_t max, int *out_fd, uint64_t *out_size, struct nk_err *err)
{
	NK_OWNED(nk_os_fd_close) int fd = -1;
	uint64_t size = 0;

	if (strcmp(path, "-") == 0) {
		return copy_stdin(max, out_fd, out_size, err);
	}
	NK_TRY(nk_os_env_open(NULL, path, NK_OPEN_READ, &fd, err));
	NK_TRY(nk_os_env_size(NULL, fd, &size, err));
	if (size > max) {
		return nk_fail(
			err, NK_LIMIT, "the file %1$s is larger than the limit of %2$" PRIu64 " bytes", path, max);
	}
	*out_fd = fd;
	*out_size = size;
	fd = -1;
	return nk_done();
}

NK_RESULT nk_os_fd_open_plain(const char *path, int *out_fd, struct nk_err *err)
{
	NK_OWNED(nk_os_fd_close) int fd = -1;
	struct stat st;

	do {
		fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NOCTTY | O_NONBLOCK);
	} while (fd < 0 && errno == EINTR);
	if (fd < 0 || fstat(fd, &st) != 0) {
		return nk_fail_errno(err, errno, "cannot open", path);
	}
	if (!S_ISREG(st.st_mode)) {
		return nk_fail(err, NK_INVALID, "%s is not a regular file", path);
	}
	*out_fd = fd;
	fd = -1;
	return nk_done();
}

NK_RESULT nk_os_fd_stamp(int fd, struct nk_os_stamp *out, struct nk_err *err)
{
	struct stat st;

	if (fstat(fd, &st) != 0) {
		return nk_os_fd_fail(fd, errno, "cannot look at a file", err);
	}
	memset(out, 0, sizeof(*out));
	out->device = (uint64_t)st.st_dev;
	out->inode = (uint64_t)st.st_ino;
	out->size = nk_u64(st.st_size);
	out->modified_s = st.st_mtim.tv_sec;
	out->modified_ns = st.st_mtim.tv_nsec;
	out->changed_s = st.st_ctim.tv_sec;
	out->changed_ns = st.st_ctim.tv_nsec;
	return nk_done();
}

NK_RESULT nk_os_fd_dup(int fd, int *out_fd, struct nk_err *err)
{
	const int copy = fcntl(fd, F_DUPFD_CLOEXEC, 3);

	if (copy < 0) {
		return nk_os_fd_fail(fd, errno, "cannot open again", err);
	}
	*out_fd = copy;
	return nk_done();
}

NK_RESULT nk_os_fd_read(int fd, void *buf, size_t len, size_t *out_len, struct nk_err *err)
{
	ssize_t got = 0;

	do {
		got = read(fd, buf, len);
	} while (got < 0 && errno == EINTR);
	if (got < 0) {
		return nk_os_fd_fail(fd, errno, "cannot read", err);
	}
	*out_len = (size_t)got;
	return nk_done();
}

NK_RESULT nk_os_fd_write(int fd, const void *buf, size_t len, struct nk_err *err)
{
	const uint8_t *at = buf;

	while (len > 0) {
		const ssize_t put = write(fd, at, len);

		if (put < 0 && errno == EINTR) {
			continue;
		}
		if (put <= 0) {
			return nk_os_fd_fail(fd, put < 0 ? errno : EIO, "cannot write", err);
		}
		at += put;
		len -= (size_t)put;
	}
	return nk_done();
}

NK_RESULT nk_os_free_bytes(const char *path, uint64_t *out_bytes, struct nk_err *err)
{
	struct statvfs st;

	if (statvfs(path, &st) != 0) {
		return nk_fail_errno(err, errno, "cannot ask for the room left at", path);
	}
	if (__builtin_mul_overflow((uint64_t)st.f_bavail, (uint64_t)st.f_frsize, out_bytes)) {
		*out_bytes = UINT64_MAX;
	}
	return nk_done();
}

NK_RESULT nk_os_same_device(const char *a, const char *b, bool *out, struct nk_err *err)
{
	struct stat one;
	struct stat two;

	if (stat(a, &one) != 0) {
		return nk_fail_errno(err, errno, "cannot look at", a);
	}
	if (stat(b, &two) != 0) {
		return nk_fail_errno(err, errno, "cannot look at", b);
	}
	*out = one.st_dev == two.st_dev;
	return nk_done();
}

NK_RESULT nk_os_file_mode(const char *path, unsigned *out_mode, bool *out_mine, struct nk_err *err)
{
	struct stat st;

	if (stat(path, &st) != 0) {
		return nk_fail_errno(err, errno, "cannot ask for the permissions of", path);
	}
	*out_mode = (unsigned)st.st_mode & 07777U;
	*out_mine = st.st_uid == geteuid();
	return nk_done();
}
