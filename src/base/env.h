/*
 * env.h: everything that comes from outside: clock, chance, disk, network.
 *
 * The real one is nk_os_env (os); tests give their own, deterministic or
 * failing. Nobody else asks the kernel for any of these. All functions get
 * `self`, which is the env's own. Handles are small numbers of the env's.
 *
 * Disk calls retry EINTR and short counts themselves; what they report failed
 * has failed. After a failed sync the process must end (nk_env_sync_failed).
 */
#ifndef NK_ENV_H
#define NK_ENV_H

enum nk_open_mode {
	NK_OPEN_READ, /* must exist */
	NK_OPEN_WRITE, /* read and write, must exist */
	NK_OPEN_CREATE, /* read and write, made when missing, mode 0600 */
	NK_OPEN_EXCLUSIVE, /* read and write, must not exist, mode 0600 */
};

/* What a disk call is about to do: crash tests stop the process at the n-th of these. */
enum nk_disk_act { NK_DISK_WRITE, NK_DISK_SYNC, NK_DISK_TRUNCATE, NK_DISK_UNLINK, NK_DISK_RENAME, NK_DISK_MKDIR };

/* `name` lives until the call returns; it is whatever bytes the disk has, so check nk_utf8_valid before it is taken
 * for text. */
typedef NK_RESULT nk_dir_entry_fn(void *arg, struct nk_str name, bool is_dir, struct nk_err *err);

struct nk_env {
	void *self;

	nk_time (*now)(void *self);
	nk_time ahead; /* what nk_now adds: 0, or how far a simulated clock is ahead (init --clock) */
	int64_t (*mono_ms)(void *self);
	NK_RESULT (*random)(void *self, void *buf, size_t len, struct nk_err *err);

	NK_RESULT (*open)(void *self, const char *path, enum nk_open_mode mode, int *out_file, struct nk_err *err);
	/* close: sets *file to -1; accepts -1. */
	void (*close)(void *self, int *file);
	NK_RESULT (*size)(void *self, int file, uint64_t *out_size, struct nk_err *err);
	NK_RESULT (*read)
	(void *self, int file, uint64_t at, void *buf, size_t len, size_t *out_len, struct nk_err *err);
	NK_RESULT (*write)(void *self, int file, uint64_t at, const void *buf, size_t len, struct nk_err *err);
	/* sync: fdatasync. sync_dir: the names in a folder. sync_all: everything on its file system (syncfs). */
	NK_RESULT (*sync)(void *self, int file, struct nk_err *err);
	NK_RESULT (*sync_dir)(void *self, const char *dir, struct nk_err *err);
	NK_RESULT (*sync_all)(void *self, const char *dir, struct nk_err *err);
	NK_RESULT (*truncate)(void *self, int file, uint64_t size, struct nk_err *err);
	/* mkdir: mode 0700; an existing folder is fine. unlink: a missing file is fine. */
	NK_RESULT (*mkdir)(void *self, const char *path, struct nk_err *err);
	NK_RESULT (*unlink)(void *self, const char *path, struct nk_err *err);
	NK_RESULT (*rename)(void *self, const char *from, const char *to, struct nk_err *err);
	/* list: sorted by name, without . and ..; the first failure of fn ends it. */
	NK_RESULT (*list)(void *self, const char *dir, nk_dir_entry_fn *fn, void *arg, struct nk_err *err);
	/* lock: one holder of `path` at a time (flock); waits at most wait_ms; NK_BUSY names the holder's process. */
	NK_RESULT (*lock)
	(void *self, const char *path, bool exclusive, int64_t wait_ms, int *out_file, struct nk_err *err);

	/*
	 * connect: to host:port by TCP, or to a unix socket when port is 0 (host is the path). *out_fd is a
	 * blocking descriptor. The limit does not bound the look-up of a host name. NK_UNAVAILABLE, NK_INVALID.
	 */
	NK_RESULT (*connect)
	(void *self, const char *host, uint16_t port, int64_t timeout_ms, int *out_fd, struct nk_err *err);

	/* disk_act: NULL, or called before every disk change, SQLite's included. */
	void (*disk_act)(void *self, enum nk_disk_act act);
};

/* Thin wrappers, so that calls read well. */
nk_time nk_now(const struct nk_env *env);
NK_RESULT nk_random(const struct nk_env *env, void *buf, size_t len, struct nk_err *err);
/* nk_env_read_all: a whole file of at most `max` bytes is appended to `out`. */
NK_RESULT nk_env_read_all(
	const struct nk_env *env, const char *path, size_t max, struct nk_buf *out, struct nk_err *err);
/* nk_env_write_new: makes `path` with these bytes (mode 0600), durable on return; NK_EXISTS when it is there. */
NK_RESULT nk_env_write_new(const struct nk_env *env, const char *path, struct nk_bytes data, struct nk_err *err);
/* nk_env_replace: the same by `path`.new and rename, for files without personal data or keys. */
NK_RESULT nk_env_replace(const struct nk_env *env, const char *path, struct nk_bytes data, struct nk_err *err);
/* nk_env_sync_failed: prints one line and ends the process: after a failed sync nothing that was written can be
 * trusted. */
_Noreturn void nk_env_sync_failed(const char *what);
/* nk_env_no_memory: the same where there is no memory and the caller cannot be told; nothing is half done by it. */
_Noreturn void nk_env_no_memory(void);

#endif
