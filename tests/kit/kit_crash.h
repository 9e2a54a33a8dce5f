/*
 * kit_crash.h: what stands on the disk when the process ends in the middle of a change?
 *
 * A forked child runs a function on an env that ends it with _exit(137) at its
 * n-th disk act (n = 1 is the first). The parent then opens what is left and
 * looks. Typical:
 *
 *	for (uint64_t n = 1; !kit_crash_run(env, n, tear, change, &arg, &status); n++) {
 *		... recover and check: all of the old state, or all of the new one ...
 *	}
 *	... here the child came to its end: status is what `change` returned (0) ...
 *
 * Writes of SQLite count too where the store calls env->disk_act. The page
 * cache of the machine survives: this is the end of a process, not of power.
 */
#ifndef KIT_CRASH_H
#define KIT_CRASH_H

#include "base.h"

#include <sys/wait.h>
#include <unistd.h>

enum { KIT_CRASH_STATUS = 137 };

struct kit_crash {
	struct nk_env env;
	const struct nk_env *base;
	uint64_t left;
	bool tear;
};

/* True when this act is the last one of the process. */
static inline bool kit_crash_due_(struct kit_crash *crash)
{
	if (crash->left == 0) {
		return false;
	}
	crash->left--;
	return crash->left == 0;
}

static inline void kit_crash_act_(void *self, enum nk_disk_act act)
{
	(void)act;
	if (kit_crash_due_(self)) {
		_exit(KIT_CRASH_STATUS);
	}
}

static inline nk_time kit_crash_now_(void *self)
{
	const struct nk_env *base = ((struct kit_crash *)self)->base;

	return nk_now(base);
}

static inline int64_t kit_crash_mono_(void *self)
{
	const struct nk_env *base = ((struct kit_crash *)self)->base;

	return base->mono_ms(base->self);
}

static inline NK_RESULT kit_crash_random_(void *self, void *buf, size_t len, struct nk_err *err)
{
	const struct nk_env *base = ((struct kit_crash *)self)->base;

	return base->random(base->self, buf, len, err);
}

/* Making a file that is not there is a change of the disk, too, but counts with its first write. */
static inline NK_RESULT kit_crash_open_(
	void *self, const char *path, enum nk_open_mode mode, int *out_file, struct nk_err *err)
{
	const struct nk_env *base = ((struct kit_crash *)self)->base;

	return base->open(base->self, path, mode, out_file, err);
}

static inline void kit_crash_close_(void *self, int *file)
{
	const struct nk_env *base = ((struct kit_crash *)self)->base;

	base->close(base->self, file);
}

static inline NK_RESULT kit_crash_size_(void *self, int file, uint64_t *out_size, struct nk_err *err)
{
	const struct nk_env *base = ((struct kit_crash *)self)->base;

	return base->size(base->self, file, out_size, err);
}

static inline NK_RESULT kit_crash_read_(
	void *self, int file, uint64_t at, void *buf, size_t len, size_t *out_len, struct nk_err *err)
{
	const struct nk_env *base = ((struct kit_crash *)self)->base;

	return base->read(base->self, file, at, buf, len, out_len, err);
}

static inline NK_RESULT kit_crash_write_(
	void *self, int file, uint64_t at, const void *buf, size_t len, struct nk_err *err)
{
	struct kit_crash *crash = self;
	const struct nk_env *base = crash->base;

	if (kit_crash_due_(crash)) {
		if (crash->tear && len > 1) {
			(void)base->write(base->self, file, at, buf, len / 2, err).code;
		}
		_exit(KIT_CRASH_STATUS);
	}
	return base->write(base->self, file, at, buf, len, err);
}

static inline NK_RESULT kit_crash_sync_(void *self, int file, struct nk_err *err)
{
	const struct nk_env *base = ((struct kit_crash *)self)->base;

	kit_crash_act_(self, NK_DISK_SYNC);
	return base->sync(base->self, file, err);
}

static inline NK_RESULT kit_crash_sync_dir_(void *self, const char *dir, struct nk_err *err)
{
	const struct nk_env *base = ((struct kit_crash *)self)->base;

	kit_crash_act_(self, NK_DISK_SYNC);
	return base->sync_dir(base->self, dir, err);
}

static inline NK_RESULT kit_crash_sync_all_(void *self, const char *dir, struct nk_err *err)
{
	const struct nk_env *base = ((struct kit_crash *)self)->base;

	kit_crash_act_(self, NK_DISK_SYNC);
	return base->sync_all(base->self, dir, err);
}

static inline NK_RESULT kit_crash_truncate_(void *self, int file, uint64_t size, struct nk_err *err)
{
	const struct nk_env *base = ((struct kit_crash *)self)->base;

	kit_crash_act_(self, NK_DISK_TRUNCATE);
	return base->truncate(base->self, file, size, err);
}

static inline NK_RESULT kit_crash_mkdir_(void *self, const char *path, struct nk_err *err)
{
	const struct nk_env *base = ((struct kit_crash *)self)->base;

	kit_crash_act_(self, NK_DISK_MKDIR);
	return base->mkdir(base->self, path, err);
}

static inline NK_RESULT kit_crash_unlink_(void *self, const char *path, struct nk_err *err)
{
	const struct nk_env *base = ((struct kit_crash *)self)->base;

	kit_crash_act_(self, NK_DISK_UNLINK);
	return base->unlink(base->self, path, err);
}

static inline NK_RESULT kit_crash_rename_(void *self, const char *from, const char *to, struct nk_err *err)
{
	const struct nk_env *base = ((struct kit_crash *)self)->base;

	kit_crash_act_(self, NK_DISK_RENAME);
	return base->rename(base->self, from, to, err);
}

static inline NK_RESULT kit_crash_list_(
	void *self, const char *dir, nk_dir_entry_fn *fn, void *arg, struct nk_err *err)
{
	const struct nk_env *base = ((struct kit_crash *)self)->base;

	return base->list(base->self, dir, fn, arg, err);
}

static inline NK_RESULT kit_crash_lock_(
	void *self, const char *path, bool exclusive, int64_t wait_ms, int *out_file, struct nk_err *err)
{
	const struct nk_env *base = ((struct kit_crash *)self)->base;

	return base->lock(base->self, path, exclusive, wait_ms, out_file, err);
}

static inline NK_RESULT kit_crash_connect_(
	void *self, const char *host, uint16_t port, int64_t timeout_ms, int *out_fd, struct nk_err *err)
{
	const struct nk_env *base = ((struct kit_crash *)self)->base;

	return base->connect(base->self, host, port, timeout_ms, out_fd, err);
}

/* kit_crash_env: fills *crash with an env that ends this process at the n-th disk act from now; n = 0 never does. */
static inline const struct nk_env *kit_crash_env(
	struct kit_crash *crash, const struct nk_env *base, uint64_t n, bool tear)
{
	*crash = (struct kit_crash){
		.env = {
			.self = crash,
			.now = kit_crash_now_,
			.mono_ms = kit_crash_mono_,
			.random = kit_crash_random_,
			.open = kit_crash_open_,
			.close = kit_crash_close_,
			.size = kit_crash_size_,
			.read = kit_crash_read_,
			.write = kit_crash_write_,
			.sync = kit_crash_sync_,
			.sync_dir = kit_crash_sync_dir_,
			.sync_all = kit_crash_sync_all_,
			.truncate = kit_crash_truncate_,
			.mkdir = kit_crash_mkdir_,
			.unlink = kit_crash_unlink_,
			.rename = kit_crash_rename_,
			.list = kit_crash_list_,
			.lock = kit_crash_lock_,
			.connect = kit_crash_connect_,
			.disk_act = kit_crash_act_,
		},
		.base = base,
		.left = n,
		.tear = tear,
	};
	return &crash->env;
}

/*
 * kit_crash_run: fn in a forked child that ends at its n-th disk act; with `tear`
 * half of that act's bytes are written when it is a write through the env.
 * False: the child ended there. True: it came to its own end first, *out_status
 * is fn's result, or 128 + signal when it died of something else. What fn
 * changes in memory is lost with the child; it opens its files itself.
 */
static inline bool kit_crash_run(const struct nk_env *base, uint64_t n, bool tear,
	int (*fn)(const struct nk_env *env, void *arg), void *arg, int *out_status)
{
	struct kit_crash crash;
	int status = 0;
	pid_t pid = 0;

	(void)fflush(NULL);
	pid = fork();
	nk_assert(pid >= 0);
	if (pid == 0) {
		_exit(fn(kit_crash_env(&crash, base, n, tear), arg));
	}
	while (waitpid(pid, &status, 0) < 0) {
		nk_assert(errno == EINTR);
	}
	if (WIFEXITED(status) && WEXITSTATUS(status) == KIT_CRASH_STATUS) {
		return false;
	}
	*out_status = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
	return true;
}

#endif
