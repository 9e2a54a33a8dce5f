/*
 * os_path.c: what only the kernel knows of paths.
 */
#include "base.h"

#include "os.h"

#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

static NK_RESULT folder_of(const char *path, char room[static PATH_MAX], struct nk_err *err)
{
	if (realpath(path, room) == NULL) {
		return nk_fail_errno(err, errno, NK_N("cannot resolve the path"), path);
	}
	*(strrchr(room, '/') + 1) = '\0';
	return nk_done();
}

NK_RESULT nk_os_same_folder(const char *a, const char *b, bool *out, struct nk_err *err)
{
	char of_a[PATH_MAX];
	char of_b[PATH_MAX];

	NK_TRY(folder_of(a, of_a, err));
	NK_TRY(folder_of(b, of_b, err));
	*out = strcmp(of_a, of_b) == 0;
	return nk_done();
}

NK_RESULT nk_os_whole_path(const char *path, char out[static PATH_MAX], struct nk_err *err)
{
	const char *const slash = strrchr(path, '/');
	const char *const name = slash == NULL ? path : slash + 1;
	const int folder_len = slash == NULL ? 1 : slash == path ? 1 : (int)(slash - path);
	char folder[PATH_MAX];
	char whole[PATH_MAX];
	int n = 0;

	if (*name == '\0' || strcmp(name, ".") == 0 || strcmp(name, "..") == 0 || strlen(path) >= PATH_MAX) {
		return nk_fail(err, NK_USAGE, NK_N("this is no name for a file: %s"), path);
	}
	(void)snprintf(folder, sizeof(folder), "%.*s", folder_len, slash == NULL ? "." : path);
	if (realpath(folder, whole) == NULL) {
		return nk_fail_errno(err, errno, NK_N("cannot resolve the path"), folder);
	}
	n = snprintf(out, PATH_MAX, "%s/%s", strcmp(whole, "/") == 0 ? "" : whole, name);
	return n > 0 && n < PATH_MAX ? nk_done() : nk_fail(err, NK_LIMIT, NK_N("the path is too long: %s"), path);
}

bool nk_os_is_file(const char *path, int fd)
{
	struct stat at_path;
	struct stat open_one;

	return lstat(path, &at_path) == 0 && fstat(fd, &open_one) == 0 && at_path.st_dev == open_one.st_dev &&
		at_path.st_ino == open_one.st_ino;
}

NK_RESULT nk_os_real_path(const char *path, char out[static PATH_MAX], struct nk_err *err)
{
	return realpath(path, out) != NULL ? nk_done() : nk_fail_errno(err, errno, NK_N("cannot resolve the path"), path);
}

enum nk_os_kind nk_os_kind_of(const char *path, bool *out_mine)
{
	struct stat st;

	*out_mine = false;
	if (lstat(path, &st) != 0) {
		return NK_OS_NOTHING;
	}
	*out_mine = st.st_uid == geteuid();
	return S_ISREG(st.st_mode) ? NK_OS_FILE : S_ISDIR(st.st_mode) ? NK_OS_FOLDER : NK_OS_OTHER;
}

bool nk_os_is_root(void)
{
	return geteuid() == 0;
}
