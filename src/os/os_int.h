/*
 * os_int.h: what the files of the floor share. Nobody else includes it.
 *
 * The nk_os_env_* functions are the members of the real struct nk_env and keep
 * the promises of env.h; they do not use `self`.
 */
#ifndef NK_OS_INT_H
#define NK_OS_INT_H

struct nk_os_child_options;

NK_RESULT nk_os_env_open(void *self, const char *path, enum nk_open_mode mode, int *out_file, struct nk_err *err);
void nk_os_env_close(void *self, int *file);
NK_RESULT nk_os_env_size(void *self, int file, uint64_t *out_size, struct nk_err *err);
NK_RESULT nk_os_env_read(
	void *self, int file, uint64_t at, void *buf, size_t len, size_t *out_len, struct nk_err *err);
NK_RESULT nk_os_env_write(void *self, int file, uint64_t at, const void *buf, size_t len, struct nk_err *err);
NK_RESULT nk_os_env_sync(void *self, int file, struct nk_err *err);
NK_RESULT nk_os_env_sync_dir(void *self, const char *dir, struct nk_err *err);
NK_RESULT nk_os_env_sync_all(void *self, const char *dir, struct nk_err *err);
NK_RESULT nk_os_env_truncate(void *self, int file, uint64_t size, struct nk_err *err);
NK_RESULT nk_os_env_mkdir(void *self, const char *path, struct nk_err *err);
NK_RESULT nk_os_env_unlink(void *self, const char *path, struct nk_err *err);
NK_RESULT nk_os_env_rename(void *self, const char *from, const char *to, struct nk_err *err);
NK_RESULT nk_os_env_list(void *self, const char *dir, nk_dir_entry_fn *fn, void *arg, struct nk_err *err);
NK_RESULT nk_os_env_lock(
	void *self, const char *path, bool exclusive, int64_t wait_ms, int *out_file, struct nk_err *err);
NK_RESULT nk_os_env_connect(
	void *self, const char *host, uint16_t port, int64_t timeout_ms, int *out_fd, struct nk_err *err);

/* nk_os_mono_ms: milliseconds of a clock that only goes forward. nk_os_sleep_ms: sleeps at least so long. */
int64_t nk_os_mono_ms(void);
void nk_os_sleep_ms(int64_t ms);

/* nk_os_fd_fail: nk_fail_errno with the path behind a descriptor as its place. */
NK_RESULT nk_os_fd_fail(int fd, int errnum, const char *what, struct nk_err *err);

/* How a process ended that nk_os_reap waited for. */
enum nk_os_end { NK_OS_END_EXIT, NK_OS_END_SIGNAL, NK_OS_END_TIME };

/*
 * nk_os_reap: wait for a child of ours, at most wait_ms (0 only looks, below 0 waits
 * for ever); then SIGKILL goes to `kill_pid` (the child, or minus its group) and it is
 * reaped too. *out_value is the exit status or the signal. NK_IO when it is no child of ours.
 */
NK_RESULT nk_os_reap(
	int pid, int kill_pid, int64_t wait_ms, enum nk_os_end *out_end, int *out_value, struct nk_err *err);

/* What a child can fail at before it is shut in; sent to the parent as one byte. */
enum nk_os_stage {
	NK_OS_STAGE_READY = 1,
	NK_OS_STAGE_FILES,
	NK_OS_STAGE_PREPARE,
	NK_OS_STAGE_LIMITS,
	NK_OS_STAGE_LANDLOCK,
	NK_OS_STAGE_SECCOMP,
};

/* nk_os_shut_files: closes every descriptor but keep[] and the two pipe ends; 0, 1 and 2 lead to /dev/null unless
 * kept. */
bool nk_os_shut_files(const struct nk_os_child_options *opt, int write_fd, int status_fd);
/* nk_os_shut_in: Landlock, limits, seccomp, in this order. NK_OS_STAGE_READY or what failed. Cannot be undone. */
enum nk_os_stage nk_os_shut_in(const struct nk_os_child_options *opt, int write_fd, int status_fd);

/* nk_os_landlock: from now on no file and no TCP but reading and running what lies in readable[]. True on a kernel without
 * Landlock: seccomp stands behind it. */
bool nk_os_landlock(const char *const *readable, size_t n);
/* nk_os_shut_role, nk_os_shut_tool: as nk_os_shut_in, for os_role.c. */
enum nk_os_stage nk_os_shut_role(int fd, unsigned memory_mb);
bool nk_os_shut_tool(unsigned memory_mb, unsigned cpu_s);

#endif
