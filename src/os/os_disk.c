/*
 * os_disk.c: files and folders of the real env.
 *
 * Invariant: every descriptor is close-on-exec; only regular files are opened;
 * a file that we write is never reached by a symbolic link in its last name.
 */
#include "base.h"

#include "os.h"

#include "os_int.h"

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

enum { NAMES_MAX = 64 * 1024 * 1024 };

NK_RESULT nk_os_fd_fail(int fd, int errnum, const char *what, struct nk_err *err)
{
	char link[64];
	char path[PATH_MAX] = "";
	ssize_t len = 0;

	(void)snprintf(link, sizeof(link), "/proc/self/fd/%d", fd);
	len = readlink(link, path, sizeof(path) - 1);
	path[len > 0 ? len : 0] = '\0';
	return nk_fail_errno(err, errnum, what, path);
}

static int flags_of(enum nk_open_mode mode)
{
	/* O_NONBLOCK: a FIFO in the place of a file must be refused, not waited for. */
	const int always = O_CLOEXEC | O_NOCTTY | O_NONBLOCK;

	switch (mode) {
	case NK_OPEN_READ:
		return always | O_RDONLY;
	case NK_OPEN_WRITE:
		return always | O_RDWR | O_NOFOLLOW;
	case NK_OPEN_CREATE:
		return always | O_RDWR | O_NOFOLLOW | O_CREAT;
	case NK_OPEN_EXCLUSIVE:
		return always | O_RDWR | O_NOFOLLOW | O_CREAT | O_EXCL;
	}
	nk_assert_failed(__FILE__, __LINE__, "a known open mode");
}

static int open_retry(const char *path, int flags)
{
	int fd = -1;

	do {
		fd = open(path, flags, 0600);
	} while (fd < 0 && errno == EINTR);
	return fd;
}

NK_RESULT nk_os_env_open(void *self, const char *path, enum nk_open_mode mode, int *out_file, struct nk_err *err)
{
	NK_OWNED(nk_os_fd_close) int fd = open_retry(path, flags_of(mode));
	struct stat st;

	(void)self;
	if (fd < 0 && errno == EEXIST && mode == NK_OPEN_EXCLUSIVE) {
		return nk_fail(err, NK_EXISTS, "the file %s is there already and is not overwritten", path);
	}
	if (fd < 0) {
		return nk_fail_errno(err, errno, "cannot open", path);
	}
	if (fstat(fd, &st) != 0) {
		return nk_fail_errno(err, errno, "cannot open", path);
	}
	if (!S_ISREG(st.st_mode)) {
		return nk_fail(err, NK_INVALID, "%s is not a regular file", path);
	}
	*out_file = fd;
	fd = -1;
	return nk_done();
}

void nk_os_env_close(void *self, int *file)
{
	(void)self;
	nk_os_fd_close(file);
}

NK_RESULT nk_os_env_size(void *self, int file, uint64_t *out_size, struct nk_err *err)
{
	struct stat st;

	(void)self;
	if (fstat(file, &st) != 0) {
		return nk_os_fd_fail(file, errno, "cannot ask for the size of a file", err);
	}
	*out_size = nk_u64(st.st_size);
	return nk_done();
}

NK_RESULT nk_os_env_read(
	void *self, int file, uint64_t at, void *buf, size_t len, size_t *out_len, struct nk_err *err)
{
	uint8_t *to = buf;
	size_t done = 0;

	(void)self;
	while (done < len) {
		const ssize_t got = pread(file, to + done, len - done, nk_i64(at + done));

		if (got < 0 && errno == EINTR) {
			continue;
		}
		if (got < 0) {
			return nk_os_fd_fail(file, errno, "cannot read", err);
		}
		if (got == 0) {
			break;
		}
		done += (size_t)got;
	}
	*out_len = done;
	return nk_done();
}

NK_RESULT nk_os_env_write(void *self, int file, uint64_t at, const void *buf, size_t len, struct nk_err *err)
{
	const uint8_t *from = buf;
	size_t done = 0;

	(void)self;
	while (done < len) {
		const ssize_t put = pwrite(file, from + done, len - done, nk_i64(at + done));

		if (put < 0 && errno == EINTR) {
			continue;
		}
		if (put <= 0) {
			return nk_os_fd_fail(file, put < 0 ? errno : EIO, "cannot write", err);
		}
		done += (size_t)put;
	}
	return nk_done();
}

/* No second try after EINTR or anything else: what the first try lost, the second would not report. */
NK_RESULT nk_os_env_sync(void *self, int file, struct nk_err *err)
{
	(void)self;
	if (fdatasync(file) != 0) {
		return nk_os_fd_fail(file, errno, "the disk did not confirm a write", err);
	}
	return nk_done();
}

static NK_RESULT open_dir(const char *dir, int *out_fd, struct nk_err *err)
{
	const int fd = open_retry(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	if (fd < 0) {
		return nk_fail_errno(err, errno, "cannot open the folder", dir);
	}
	*out_fd = fd;
	return nk_done();
}

NK_RESULT nk_os_env_sync_dir(void *self, const char *dir, struct nk_err *err)
{
	NK_OWNED(nk_os_fd_close) int fd = -1;

	(void)self;
	NK_TRY(open_dir(dir, &fd, err));
	if (fsync(fd) != 0) {
		return nk_fail_errno(err, errno, "the disk did not confirm a write", dir);
	}
	return nk_done();
}

NK_RESULT nk_os_env_sync_all(void *self, const char *dir, struct nk_err *err)
{
	NK_OWNED(nk_os_fd_close) int fd = -1;

	(void)self;
	NK_TRY(open_dir(dir, &fd, err));
	if (syncfs(fd) != 0) {
		return nk_fail_errno(err, errno, "the disk did not confirm a write", dir);
	}
	return nk_done();
}

NK_RESULT nk_os_env_truncate(void *self, int file, uint64_t size, struct nk_err *err)
{
	int rc = 0;

	(void)self;
	do {
		rc = ftruncate(file, nk_i64(size));
	} while (rc != 0 && errno == EINTR);
	if (rc != 0) {
		return nk_os_fd_fail(file, errno, "cannot set the length of a file", err);
	}
	return nk_done();
}

NK_RESULT nk_os_env_mkdir(void *self, const char *path, struct nk_err *err)
{
	struct stat st;
	int errnum = 0;

	(void)self;
	if (mkdir(path, 0700) == 0) {
		return nk_done();
	}
	errnum = errno;
	if (errnum == EEXIST && stat(path, &st) == 0 && S_ISDIR(st.st_mode)) {
		return nk_done();
	}
	return nk_fail_errno(err, errnum, "cannot make the folder", path);
}

NK_RESULT nk_os_env_unlink(void *self, const char *path, struct nk_err *err)
{
	(void)self;
	if (unlink(path) != 0 && errno != ENOENT) {
		return nk_fail_errno(err, errno, "cannot delete", path);
	}
	return nk_done();
}

NK_RESULT nk_os_env_rename(void *self, const char *from, const char *to, struct nk_err *err)
{
	(void)self;
	if (rename(from, to) != 0) {
		return nk_fail_errno(err, errno, "cannot rename a file to", to);
	}
	return nk_done();
}

struct name {
	struct nk_str text;
	bool is_dir;
};

static int by_name(const void *a, const void *b)
{
	const struct name *left = a;
	const struct name *right = b;

	return nk_str_cmp(left->text, right->text);
}

static void dir_close(DIR **dir)
{
	if (*dir != NULL) {
		(void)closedir(*dir);
		*dir = NULL;
	}
}

static bool entry_is_dir(DIR *dir, const struct dirent *entry)
{
	struct stat st;

	if (entry->d_type != DT_UNKNOWN) {
		return entry->d_type == DT_DIR;
	}
	return fstatat(dirfd(dir), entry->d_name, &st, AT_SYMLINK_NOFOLLOW) == 0 && S_ISDIR(st.st_mode);
}

static NK_RESULT read_names(
	DIR *dir, const char *path, struct nk_arena *arena, struct nk_vec *names, struct nk_err *err)
{
	for (;;) {
		const struct dirent *entry = NULL;
		void *item = NULL;
		struct nk_str text = { NULL, 0 };

		errno = 0;
		entry = readdir(dir);
		if (entry == NULL && errno != 0) {
			return nk_fail_errno(err, errno, "cannot read the folder", path);
		}
		if (entry == NULL) {
			return nk_done();
		}
		if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0) {
			continue;
		}
		NK_TRY(nk_arena_dup(arena, nk_str_c(entry->d_name), &text, err));
		NK_TRY(nk_vec_push(names, &item, err));
		*(struct name *)item = (struct name){ text, entry_is_dir(dir, entry) };
	}
}

NK_RESULT nk_os_env_list(void *self, const char *dir, nk_dir_entry_fn *fn, void *arg, struct nk_err *err)
{
	NK_OWNED(dir_close) DIR *open_dir = opendir(dir);
	NK_OWNED(nk_arena_free) struct nk_arena *arena = NULL;
	NK_OWNED(nk_vec_done) struct nk_vec names = { 0 };

	(void)self;
	nk_vec_init(&names, sizeof(struct name), NAMES_MAX / 16);
	if (open_dir == NULL) {
		return nk_fail_errno(err, errno, "cannot read the folder", dir);
	}
	NK_TRY(nk_arena_new(NK_ARENA_PLAIN, NAMES_MAX, &arena, err));
	NK_TRY(read_names(open_dir, dir, arena, &names, err));
	if (names.len > 0) {
		qsort(names.items, names.len, names.item_size, by_name);
	}
	for (size_t i = 0; i < names.len; i++) {
		const struct name *name = nk_vec_at(&names, i);

		NK_TRY(fn(arg, name->text, name->is_dir, err));
	}
	return nk_done();
}
