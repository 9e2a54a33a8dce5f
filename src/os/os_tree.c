/*
 * os_tree.c: folders as trees: files put below a root, every file told, all of it removed.
 *
 * Invariant: no link is followed below the root, whoever put it there.
 */
#include "base.h"

#include "os.h"

#include <fcntl.h>
#include <fts.h>
#include <sys/stat.h>
#include <unistd.h>

/* The folder of `path` below root, made where it is missing; *out_name is the last part. */
static NK_RESULT folder_of(const char *root, const char *path, int *out_fd, const char **out_name, struct nk_err *err)
{
	char part[256];
	int at = open(root, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	const char *slash = NULL;

	while (at >= 0 && (slash = strchr(path, '/')) != NULL) {
		const size_t len = (size_t)(slash - path);
		int next = -1;

		if (len == 0 || len >= sizeof(part)) {
			(void)close(at);
			return nk_fail(err, NK_INVALID, "this is no path below a folder");
		}
		memcpy(part, path, len);
		part[len] = '\0';
		if (mkdirat(at, part, 0755) == 0 && (fchmodat(at, part, 0755, 0) != 0 || fsync(at) != 0)) {
			const nk_rc rc = nk_fail_errno(err, errno, "cannot make a folder", root);

			(void)close(at);
			return rc;
		}
		next = openat(at, part, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
		(void)close(at);
		at = next;
		path = slash + 1;
	}
	if (at < 0) {
		return errno == ELOOP || errno == ENOTDIR
			? nk_fail(err, NK_DENIED, "a link stands where a folder should be, below %s", root)
			: nk_fail_errno(err, errno, "cannot make a folder", root);
	}
	*out_fd = at;
	*out_name = path;
	return nk_done();
}

static NK_RESULT put_new(int dir, const char *temp, unsigned mode, struct nk_bytes data, struct nk_err *err)
{
	int fd = openat(dir, temp, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
	nk_rc rc;

	if (fd < 0) {
		return nk_fail_errno(err, errno, "cannot write a file", "");
	}
	rc = nk_os_fd_write(fd, data.ptr, data.len, err);
	if (nk_ok(rc) && (fchmod(fd, (mode_t)mode) != 0 || fsync(fd) != 0)) {
		rc = nk_fail_errno(err, errno, "cannot write a file", "");
	}
	nk_os_fd_close(&fd);
	return rc;
}

NK_RESULT nk_os_put_below(
	const char *root, const char *path, unsigned mode, struct nk_bytes data, struct nk_err *err)
{
	const char *name = NULL;
	char temp[300];
	int dir = -1;
	nk_rc rc;

	NK_TRY(folder_of(root, path, &dir, &name, err));
	(void)snprintf(temp, sizeof(temp), ".nokosazu-new-%d", nk_os_pid());
	rc = put_new(dir, temp, mode, data, err);
	if (nk_ok(rc) && (renameat(dir, temp, dir, name) != 0 || fsync(dir) != 0)) {
		rc = nk_fail_errno(err, errno, "cannot put a file in its place", path);
	}
	if (!nk_ok(rc)) {
		(void)unlinkat(dir, temp, 0);
	}
	(void)close(dir);
	return rc;
}

static int by_name(const FTSENT **a, const FTSENT **b)
{
	return strcmp((*a)->fts_name, (*b)->fts_name);
}

static NK_RESULT open_tree(const char *root, FTS **out, struct nk_err *err)
{
	char *copy = strdup(root);
	char *paths[2] = { copy, NULL };

	if (copy == NULL) {
		return nk_fail_nomem(err);
	}
	*out = fts_open(paths, FTS_PHYSICAL | FTS_NOCHDIR | FTS_NOSTAT, by_name);
	free(copy);
	return *out != NULL ? nk_done() : nk_fail_errno(err, errno, "cannot look through a folder", root);
}

static NK_RESULT tell(const FTSENT *e, size_t root_len, nk_os_tree_fn *fn, void *arg, struct nk_err *err)
{
	const char *path = e->fts_path + root_len;

	while (*path == '/') {
		path++;
	}
	switch (e->fts_info) {
	case FTS_D:
	case FTS_DP:
		return nk_done();
	case FTS_DNR:
	case FTS_ERR:
		return nk_fail_errno(err, e->fts_errno, "cannot look through a folder", e->fts_path);
	default:
		return fn(arg, *path == '\0' ? e->fts_name : path, err);
	}
}

NK_RESULT nk_os_tree_each(const char *root, nk_os_tree_fn *fn, void *arg, struct nk_err *err)
{
	FTS *tree = NULL;
	const FTSENT *e = NULL;
	nk_rc rc = nk_done();

	NK_TRY(open_tree(root, &tree, err));
	while (nk_ok(rc) && (e = fts_read(tree)) != NULL) {
		rc = tell(e, strlen(root), fn, arg, err);
	}
	(void)fts_close(tree);
	return rc;
}

NK_RESULT nk_os_tree_remove(const char *root, struct nk_err *err)
{
	FTS *tree = NULL;
	const FTSENT *e = NULL;
	int failed = 0;

	NK_TRY(open_tree(root, &tree, err));
	while ((e = fts_read(tree)) != NULL) {
		if (e->fts_info == FTS_D) {
			continue;
		}
		if ((e->fts_info == FTS_DP ? rmdir(e->fts_accpath) : unlink(e->fts_accpath)) != 0 && errno != ENOENT) {
			failed = errno;
		}
	}
	(void)fts_close(tree);
	return failed == 0 ? nk_done() : nk_fail_errno(err, failed, "cannot remove a folder", root);
}

NK_RESULT nk_os_work_folder(char out[static PATH_MAX], struct nk_err *err)
{
	const char *const temp = secure_getenv("TMPDIR");

	(void)snprintf(out, PATH_MAX, "%s/nokosazu-work-XXXXXX", temp != NULL && temp[0] == '/' ? temp : "/tmp");
	return mkdtemp(out) != NULL ? nk_done() : nk_fail_errno(err, errno, "cannot make a folder", out);
}

bool nk_os_is_folder(const char *path)
{
	struct stat st;

	return lstat(path, &st) == 0 && S_ISDIR(st.st_mode);
}

bool nk_os_is_there(const char *path)
{
	struct stat st;

	return lstat(path, &st) == 0;
}
