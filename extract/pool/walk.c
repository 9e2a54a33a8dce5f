/*
 * walk.c: a path, and all that lies below it, submitted to a pool in the order of names.
 *
 * Invariant: nothing is opened that is not a plain file when it is looked at, and looked at again when it is open;
 * what is not opened is submitted with its reason. At most 256 levels; a folder inside itself is not entered again.
 */
#include "base.h"

#include "nkx_work.h"

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

enum { LEVELS_MAX = 256, PATH_ROOM = 4096, NAMES_MAX = 10 << 20 };

struct at { /* a folder that is walked, in those that it lies in */
	const struct at *up;
	dev_t dev;
	ino_t ino;
	int fd;
	unsigned level;
};

struct walk {
	struct nkx_pool *pool;
	const struct nkx_walk_options *o;
	const char *root; /* real path of what is walked, for links */
	dev_t dev;
	char path[PATH_ROOM]; /* of what is at hand */
};

static enum nkx_why why_of(int number)
{
	switch (number) {
	case EACCES:
	case EPERM:
		return NKX_WHY_NO_PERMISSION;
	case ENOENT:
	case ENOTDIR:
		return NKX_WHY_VANISHED;
	case ELOOP:
		return NKX_WHY_LINK;
	case ENXIO:
	case ENODEV:
		return NKX_WHY_NOT_A_FILE;
	default:
		return NKX_WHY_READ_ERROR;
	}
}

/* The path as it is shown. */
static const char *shown(const struct walk *k)
{
	const char *from = k->o->relative_to;
	const size_t n = from != NULL ? strlen(from) : 0;

	if (n == 0 || strncmp(k->path, from, n) != 0) {
		return k->path;
	}
	if (k->path[n] == '/') {
		return k->path + n + 1;
	}
	return from[n - 1] == '/' && k->path[n] != '\0' ? k->path + n : k->path;
}

static NK_RESULT submit(struct walk *k, int fd, enum nkx_why why, struct nk_err *err)
{
	const struct nkx_item item = { .fd = fd, .name = shown(k), .why = why, .whole_is_binary = k->o->raw };

	return nkx_pool_submit(k->pool, &item, err);
}

/* A signal that was only noted is no reason to pass over a file. */
static int open_at(int dir, const char *name, int flags)
{
	int fd = -1;

	do {
		fd = openat(dir, name, flags | O_RDONLY | O_CLOEXEC);
	} while (fd < 0 && errno == EINTR);
	return fd;
}

/* Opens what was a plain file a moment ago. */
static NK_RESULT walk_file(struct walk *k, int dir, const char *name, struct nk_err *err)
{
	int fd = open_at(dir, name, O_NOFOLLOW | O_NONBLOCK | O_NOCTTY);
	struct stat st;

	if (fd < 0) {
		return submit(k, -1, why_of(errno), err);
	}
	if (fstat(fd, &st) != 0 || !S_ISREG(st.st_mode)) {
		nk_os_fd_close(&fd);
		return submit(k, -1, NKX_WHY_NOT_A_FILE, err);
	}
	return submit(k, fd, NKX_WHY_NONE, err);
}

/* A link: its target is text too. One that stays within what is walked is complete with that; of another it is said
 * that it was not followed. */
static NK_RESULT walk_link(struct walk *k, int dir, const char *name, struct nk_err *err)
{
	char target[PATH_ROOM];
	const ssize_t len = readlinkat(dir, name, target, sizeof(target));
	char *real = realpath(k->path, NULL);
	const size_t n = strlen(k->root);
	const bool inside = real != NULL && strncmp(real, k->root, n) == 0 && (real[n] == '/' || real[n] == '\0');
	int fd = -1;

	free(real);
	if (len <= 0 || !nk_ok(nk_os_memfd("link", &fd, NULL)) ||
		!nk_ok(nk_os_fd_write(fd, target, (size_t)len, NULL))) {
		nk_os_fd_close(&fd);
		return submit(k, -1, NKX_WHY_LINK, err);
	}
	NK_TRY(submit(k, fd, NKX_WHY_NONE, err));
	return inside ? nk_done() : submit(k, -1, NKX_WHY_LINK, err);
}

struct names {
	char **of;
	size_t n, room;
};

static void names_done(struct names *names)
{
	for (size_t i = 0; i < names->n; i++) {
		free(names->of[i]);
	}
	free(names->of);
	memset(names, 0, sizeof(*names));
}

static bool names_add(struct names *names, const char *name)
{
	if (names->n == names->room) {
		const size_t room = names->room == 0 ? 64 : names->room * 2;
		char **more = room > NAMES_MAX ? NULL : realloc(names->of, room * sizeof(*more));

		if (more == NULL) {
			return false;
		}
		names->of = more;
		names->room = room;
	}
	names->of[names->n] = strdup(name);
	if (names->of[names->n] == NULL) {
		return false;
	}
	names->n++;
	return true;
}

static int by_bytes(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

/* All names of a folder, sorted; why not all of them. */
static enum nkx_why read_names(int fd, struct names *names)
{
	const int copy = fcntl(fd, F_DUPFD_CLOEXEC, 0);
	DIR *dir = copy >= 0 ? fdopendir(copy) : NULL;
	enum nkx_why why = NKX_WHY_NONE;

	if (dir == NULL) {
		if (copy >= 0) {
			(void)close(copy);
		}
		return NKX_WHY_READ_ERROR;
	}
	for (;;) {
		const struct dirent *e = NULL;

		errno = 0;
		e = readdir(dir);
		if (e == NULL) {
			why = errno != 0 ? NKX_WHY_READ_ERROR : why;
			break;
		}
		if (strcmp(e->d_name, ".") == 0 || strcmp(e->d_name, "..") == 0) {
			continue;
		}
		if (!names_add(names, e->d_name)) {
			why = NKX_WHY_MEMORY;
			break;
		}
	}
	(void)closedir(dir);
	if (names->n > 1) {
		qsort(names->of, names->n, sizeof(names->of[0]), by_bytes);
	}
	return why;
}

static NK_RESULT walk_folder(struct walk *k, const struct at *up, int dir, const char *name, struct nk_err *err);

static NK_RESULT walk_one(struct walk *k, const struct at *at, const char *name, struct nk_err *err)
{
	const size_t len = strlen(k->path);
	const bool slash = len > 0 && k->path[len - 1] == '/';
	struct stat st;
	nk_rc rc = nk_done();

	if (nk_os_interrupted()) {
		return nk_fail(err, NK_CANCELLED, "the scan was stopped");
	}
	if (len + strlen(name) + 2 > sizeof(k->path)) {
		return submit(k, -1, NKX_WHY_TOO_DEEP, err);
	}
	(void)snprintf(k->path + len, sizeof(k->path) - len, "%s%s", slash ? "" : "/", name);
	if (fstatat(at->fd, name, &st, AT_SYMLINK_NOFOLLOW) != 0) {
		rc = submit(k, -1, why_of(errno), err);
	} else if (S_ISDIR(st.st_mode)) {
		rc = walk_folder(k, at, at->fd, name, err);
	} else if (S_ISREG(st.st_mode)) {
		rc = walk_file(k, at->fd, name, err);
	} else if (S_ISLNK(st.st_mode)) {
		rc = walk_link(k, at->fd, name, err);
	} else {
		rc = submit(k, -1, NKX_WHY_NOT_A_FILE, err);
	}
	k->path[len] = '\0';
	return rc;
}

static bool left_out(const struct walk *k, const struct at *at, const char *name)
{
	for (size_t i = 0; at->level == 0 && i < k->o->n_skip; i++) {
		if (strcmp(k->o->skip[i], name) == 0) {
			return true;
		}
	}
	return false;
}

static NK_RESULT walk_names(struct walk *k, const struct at *at, struct nk_err *err)
{
	NK_OWNED(names_done) struct names names = { NULL, 0, 0 };
	const enum nkx_why why = read_names(at->fd, &names);

	for (size_t i = 0; i < names.n; i++) {
		if (!left_out(k, at, names.of[i])) {
			NK_TRY(walk_one(k, at, names.of[i], err));
		}
	}
	return why == NKX_WHY_NONE ? nk_done() : submit(k, -1, why, err);
}

static NK_RESULT walk_folder(struct walk *k, const struct at *up, int dir, const char *name, struct nk_err *err)
{
	NK_OWNED(nk_os_fd_close) int fd = open_at(dir, name, O_DIRECTORY | O_NOFOLLOW);
	struct at at = { .up = up, .fd = fd, .level = up != NULL ? up->level + 1 : 0 };
	struct stat st;

	if (fd < 0 || fstat(fd, &st) != 0) {
		return submit(k, -1, why_of(errno), err);
	}
	at.dev = st.st_dev;
	at.ino = st.st_ino;
	if (k->o->one_file_system && st.st_dev != k->dev) {
		return submit(k, -1, NKX_WHY_OTHER_FILE_SYSTEM, err);
	}
	if (at.level >= LEVELS_MAX) {
		return submit(k, -1, NKX_WHY_TOO_DEEP, err);
	}
	for (const struct at *a = up; a != NULL; a = a->up) {
		if (a->dev == at.dev && a->ino == at.ino) {
			return submit(k, -1, NKX_WHY_CYCLE, err);
		}
	}
	return walk_names(k, &at, err);
}

static NK_RESULT walk_stdin(struct walk *k, struct nk_err *err)
{
	const uint64_t most = k->o->stdin_max != 0 ? k->o->stdin_max : UINT64_C(1) << 30;
	uint64_t size = 0;
	int fd = -1;
	const nk_rc rc = nk_os_fd_open_read("-", most, &fd, &size, err);

	if (rc.code == NK_LIMIT) {
		return submit(k, -1, NKX_WHY_TOO_LARGE, err);
	}
	NK_TRY(rc);
	return submit(k, fd, NKX_WHY_NONE, err);
}

/* What the caller named himself may be a link or a disk. */
static NK_RESULT walk_top(struct walk *k, struct nk_err *err)
{
	struct stat st;
	int fd = -1;

	if (stat(k->path, &st) != 0) {
		return submit(k, -1, why_of(errno), err);
	}
	k->dev = st.st_dev;
	if (S_ISDIR(st.st_mode)) {
		return walk_folder(k, NULL, AT_FDCWD, k->root, err);
	}
	if (!S_ISREG(st.st_mode) && !S_ISBLK(st.st_mode)) {
		return submit(k, -1, NKX_WHY_NOT_A_FILE, err);
	}
	fd = open_at(AT_FDCWD, k->path, O_NONBLOCK | O_NOCTTY);
	return fd < 0 ? submit(k, -1, why_of(errno), err) : submit(k, fd, NKX_WHY_NONE, err);
}

NK_RESULT nkx_walk(struct nkx_pool *pool, const struct nk_env *env, const char *path,
	const struct nkx_walk_options *options, struct nk_err *err)
{
	struct walk *k = calloc(1, sizeof(*k));
	char *root = realpath(path, NULL);
	nk_rc rc = nk_done();

	(void)env;
	if (k == NULL) {
		free(root);
		return nk_fail_nomem(err);
	}
	k->pool = pool;
	k->o = options;
	k->root = root != NULL ? root : path;
	(void)snprintf(k->path, sizeof(k->path), "%s", path);
	if (strlen(path) >= sizeof(k->path)) {
		rc = submit(k, -1, NKX_WHY_TOO_DEEP, err);
	} else {
		rc = strcmp(path, "-") == 0 ? walk_stdin(k, err) : walk_top(k, err);
	}
	free(root);
	free(k);
	return rc;
}
