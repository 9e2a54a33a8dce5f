/*
 * os.h: the only door to the kernel. Real environment, hardening, children, terminal.
 *
 * Everything here is called at the edges (main, front, parse child); the
 * floors above base get a struct nk_env and do not know where it comes from.
 */
#ifndef NK_OS_H
#define NK_OS_H

/* nk_os_env: the real clock, getrandom, files, sockets. Static, for the life of the process, shared by all. */
const struct nk_env *nk_os_env(void);

/*
 * nk_os_harden: no core dumps, not dumpable (also against ptrace), SIGPIPE
 * ignored, SIGINT and SIGTERM noted (nk_os_interrupted), umask 077, and the
 * limit of locked memory raised as far as allowed.
 * Called first thing in main. *out_weak gets one literal msgid for each thing
 * that could not be had (for doctor), at most `max`; returns how many.
 */
size_t nk_os_harden(const char **out_weak, size_t max);

/* nk_os_lock_memory, nk_os_unlock_memory: mlock + MADV_DONTDUMP; false when the limit does not allow it (a warning of
 * doctor, no error). */
bool nk_os_lock_memory(void *ptr, size_t len);
void nk_os_unlock_memory(void *ptr, size_t len);

/*
 * nk_os_child: run `fn` in a forked child that can only compute.
 *
 * The child keeps the file descriptors in keep[] (at most 16; it cannot write
 * to them) and one pipe end to write its answer to; everything else is closed;
 * then rlimits (memory_mb, what it may have more than its parent had at the
 * fork, 0 = no limit and always none in sanitizer builds; cpu_s, 0 = no limit;
 * no new files, no processes), Landlock where the kernel has it, and a seccomp
 * filter that allows read, pread, lseek, writing to the pipe, anonymous memory
 * without code, exit, and what libc needs for them; without seccomp the call
 * fails (NK_UNSUPPORTED). `prepare` (may be NULL) runs in the child before the
 * limits and the filter, e.g. for iconv_open; it returns 0 when all is well.
 * fn's return value is the exit status: 0, or 1 to 100; a child that finds no
 * more memory returns nk_err_exit(NK_NOMEM). The child has a copy of its
 * parent's memory: start it before secrets are opened.
 *
 * The parent reads the answer from *out_read_fd (and closes it) and then calls
 * nk_os_child_wait, which closes nothing: it reaps the child within wait_ms,
 * kills it when it does not end, and gives NK_OK only for exit status 0.
 * NK_LIMIT: ended by the CPU, memory or time limit; NK_DENIED: by the filter
 * (SIGSYS); NK_INVALID: any other status. *out_status is set unless the waiting
 * itself failed: the exit status, or 128 + signal.
 */
struct nk_os_child_options {
	const int *keep;
	size_t keep_len;
	unsigned memory_mb;
	unsigned cpu_s;
	int (*prepare)(void *arg);
	int (*fn)(void *arg, int write_fd);
	void *arg;
};
struct nk_os_child {
	int pid;
};
NK_RESULT nk_os_child_start(
	const struct nk_os_child_options *opt, struct nk_os_child *out_child, int *out_read_fd, struct nk_err *err);
NK_RESULT nk_os_child_wait(struct nk_os_child *child, int64_t wait_ms, int *out_status, struct nk_err *err);

/*
 * Roles: this program started anew for one kind of work, with one socket to the process that started it (messages,
 * each whole or not at all, that may carry descriptors).
 *
 * nk_os_role_start: starts `program` (NULL: this very program) with argv[0] `name` and argv[1] the number of its
 * socket. It has nothing of our memory, none of our other descriptors and a fixed environment, and dies with us.
 * `out->fd` does not block. nk_os_role_enter: in the started process, first thing: the socket's number, or -1 when
 * argv is not of that role. Closes everything else; 0, 1 and 2 lead nowhere. nk_os_role_shut_in: in the started
 * process: from now on no files, network, processes or code; it may read what it was given, and use its socket.
 * NK_UNSUPPORTED without seccomp. memory_mb: beside what it has already; 0: no limit. nk_os_role_end: reaps, after
 * wait_ms by killing; *out_status (may be NULL): exit status, or 128 + signal.
 */
struct nk_os_role {
	int pid;
	int fd;
};
NK_RESULT nk_os_role_start(const char *program, const char *name, struct nk_os_role *out, struct nk_err *err);
int nk_os_role_enter(const char *name, int argc, char *const *argv);
NK_RESULT nk_os_role_shut_in(int fd, unsigned memory_mb, struct nk_err *err);
void nk_os_role_end(struct nk_os_role *role, int64_t wait_ms, int *out_status);
/*
 * nk_os_role_send: one message of at most 64 KiB with up to 4 descriptors (which stay the caller's). NK_BUSY: the
 * other side does not read at the moment (sockets that do not block only). nk_os_role_recv: one message of at most
 * `room` bytes; descriptors into fds[4] (-1 where none; the caller's now). *out_len 0: the other side has ended.
 * NK_BUSY: nothing there.
 */
struct nk_os_note {
	void *buf;
	size_t len; /* send: length; recv: room, then length */
	int fds[4]; /* -1: none */
};
NK_RESULT nk_os_role_send(int fd, const struct nk_os_note *note, struct nk_err *err);
NK_RESULT nk_os_role_recv(int fd, struct nk_os_note *note, struct nk_err *err);

/*
 * nk_os_tool_start: runs a program of the system that reads a foreign document from its standard input and writes
 * text to its standard output: no network, no processes, no writing, of files only those of /usr, /lib and fonts
 * (where the kernel has Landlock), limits of memory and time. stdin_fd stays the caller's; *out_fd (does not block)
 * is his to close. It ends with us. NK_NOT_FOUND. nk_os_tool_end: kills when it still runs, reaps; *out_status as
 * above.
 */
struct nk_os_tool {
	int pid;
	int fd;
};
NK_RESULT nk_os_tool_start(const char *const *argv, int stdin_fd, unsigned memory_mb, unsigned cpu_s,
	struct nk_os_tool *out, struct nk_err *err);
void nk_os_tool_end(struct nk_os_tool *tool, int64_t wait_ms, int *out_status);
/* nk_os_has_landlock: whether this kernel has it. */
bool nk_os_has_landlock(void);

/*
 * nk_os_run: run a program by argv (no shell; argv[0] is a whole path), for hooks of the configuration.
 *
 * Its environment is a fixed few variables, its stdin /dev/null; it gets no other
 * descriptor of ours but 1 and 2. Waits at most wait_ms, then kills it and all that
 * it started (NK_LIMIT). NK_OK when it ended by itself, whatever *out_status is: the
 * exit status, or 128 + signal. NK_INVALID, NK_NOT_FOUND, NK_DENIED: it cannot be started.
 */
NK_RESULT nk_os_run(const char *const *argv, int64_t wait_ms, int *out_status, struct nk_err *err);
/* nk_os_run_fed: the same with a file (from its beginning) as standard input; it stays the caller's. */
NK_RESULT nk_os_run_fed(const char *const *argv, int stdin_fd, int64_t wait_ms, int *out_status, struct nk_err *err);

/*
 * nk_os_job: a program of the system that works on files for us (git, a compiler): in a network of its own that leads
 * nowhere where the kernel gives one (end->no_network says whether it did), with no descriptor of ours but 2, no variable
 * but PATH, LANG, HOME and those named. What it writes to standard output is appended to `out`, at most out->max bytes
 * (NK_LIMIT); quiet: what it says on standard error too. NK_NOT_FOUND: not installed. NK_LIMIT: took longer than
 * wait_ms and was ended with all that it started. end->status: exit status, or 128 + signal; 126, 127: not started.
 */
struct nk_os_job {
	const char *const *argv; /* the whole path first; NULL-ended */
	const char *dir; /* where it works, or NULL */
	const char *const *variables; /* at most 12, NULL-ended, or NULL */
	int64_t wait_ms;
	bool quiet;
};
struct nk_os_job_end {
	int status;
	bool no_network;
};
NK_RESULT nk_os_job(const struct nk_os_job *job, struct nk_buf *out, struct nk_os_job_end *end, struct nk_err *err);

/*
 * nk_os_put_below: a file "usr/bin/x" below `root` (which exists), its folders made (0755), put in place by rename, with
 * these permission bits, all of it synced; NK_DENIED when a link stands on the way. nk_os_tree_each: every file below root (or root
 * itself, when it is one) by its path without root, in order of names; links are told as files, never followed.
 * nk_os_tree_remove: all of it. nk_os_work_folder: a new folder in $TMPDIR for this user alone. nk_os_is_folder,
 * nk_os_is_there: links are not followed.
 */
typedef NK_RESULT nk_os_tree_fn(void *arg, const char *path, struct nk_err *err);
NK_RESULT nk_os_put_below(
	const char *root, const char *path, unsigned mode, struct nk_bytes data, struct nk_err *err);
NK_RESULT nk_os_tree_each(const char *root, nk_os_tree_fn *fn, void *arg, struct nk_err *err);
NK_RESULT nk_os_tree_remove(const char *root, struct nk_err *err);
NK_RESULT nk_os_work_folder(char out[static PATH_MAX], struct nk_err *err);
bool nk_os_is_folder(const char *path);
bool nk_os_is_there(const char *path);

/* nk_os_is_root: does this process act as the system's administrator (effective user id 0)? */
bool nk_os_is_root(void);

/* nk_os_memfd: an anonymous file in memory (sealed against growth by nk_os_memfd_seal), for input that must not touch
 * a disk. */
NK_RESULT nk_os_memfd(const char *name, int *out_fd, struct nk_err *err);
/* nk_os_memfd_seal: from now on the bytes and the length cannot change; the descriptor still reads. */
NK_RESULT nk_os_memfd_seal(int fd, struct nk_err *err);
/* nk_os_map: the file behind a descriptor as memory that is only read (mmap, shared); *out is page-aligned.
 * NK_INVALID: empty. nk_os_unmap accepts NULL. A file that shrinks meanwhile ends the process at the first look
 * behind its end: for sealed memfds and our own files only. */
NK_RESULT nk_os_map(int fd, const void **out, size_t *out_len, struct nk_err *err);
void nk_os_unmap(const void **map, size_t len);
/* nk_os_same_folder: whether two files that exist lie in one folder, all links followed. */
NK_RESULT nk_os_same_folder(const char *a, const char *b, bool *out, struct nk_err *err);
/* nk_os_whole_path: a file's path from the root: its folder (which must exist) with all links followed, and its last
 * name as it is. NK_USAGE: no name for a file. nk_os_is_file: whether that name is this open file, no link followed. */
NK_RESULT nk_os_whole_path(const char *path, char out[static PATH_MAX], struct nk_err *err);
bool nk_os_is_file(const char *path, int fd);
/* nk_os_real_path: with all links followed; it must exist. nk_os_kind_of: what a name is, no link followed, and whether
 * it is ours. */
NK_RESULT nk_os_real_path(const char *path, char out[static PATH_MAX], struct nk_err *err);
enum nk_os_kind { NK_OS_NOTHING, NK_OS_FILE, NK_OS_FOLDER, NK_OS_OTHER };
enum nk_os_kind nk_os_kind_of(const char *path, bool *out_mine);
/* nk_os_fd_close: closes and sets -1; accepts -1. For NK_OWNED on int. */
void nk_os_fd_close(int *fd);
/* nk_os_fd_open_read: a path, or "-" for standard input, which is copied into a memfd of at most max bytes so that it
 * can be read at random places. Refuses FIFOs and devices. */
NK_RESULT nk_os_fd_open_read(const char *path, uint64_t max, int *out_fd, uint64_t *out_size, struct nk_err *err);
/* nk_os_fd_open_plain: a regular file for reading, no link followed in its last name. nk_os_fd_stamp: what tells whether
 * a file was touched: identity, size, times of the last change of its bytes and of itself (which nobody can set back);
 * all bytes are set, for comparing. nk_os_fd_dup: the same open file again. */
struct nk_os_stamp {
	uint64_t device, inode, size;
	int64_t modified_s, modified_ns, changed_s, changed_ns;
};
NK_RESULT nk_os_fd_open_plain(const char *path, int *out_fd, struct nk_err *err);
NK_RESULT nk_os_fd_stamp(int fd, struct nk_os_stamp *out, struct nk_err *err);
NK_RESULT nk_os_fd_dup(int fd, int *out_fd, struct nk_err *err);
/* nk_os_fd_read: what is there, at most len bytes, from the descriptor's own place; *out_len 0 is the end.
 * nk_os_fd_write: all of it. */
NK_RESULT nk_os_fd_read(int fd, void *buf, size_t len, size_t *out_len, struct nk_err *err);
NK_RESULT nk_os_fd_write(int fd, const void *buf, size_t len, struct nk_err *err);

/*
 * nk_os_listen: a socket that waits at host:port, or at a unix path when port is 0 (a socket that a dead process left
 * is replaced). NK_BUSY when somebody answers there. nk_os_accept: the next connection (blocking), or *out_fd = -1
 * when none came within wait_ms or a signal did. nk_os_fd_timeout: reading or writing this socket fails after so many
 * milliseconds without progress.
 */
NK_RESULT nk_os_listen(const char *host, uint16_t port, int *out_fd, struct nk_err *err);
NK_RESULT nk_os_accept(int listen_fd, int64_t wait_ms, int *out_fd, struct nk_err *err);
NK_RESULT nk_os_fd_timeout(int fd, int64_t ms, struct nk_err *err);

/* nk_os_ask_secret: prompt on the terminal without echo into a wiping buffer; NK_UNAVAILABLE without a terminal. */
NK_RESULT nk_os_ask_secret(const char *prompt, struct nk_buf *out, struct nk_err *err);
/* nk_os_is_terminal: 0, 1, 2 as in isatty. nk_os_terminal_width: columns of stderr, 80 when unknown. */
bool nk_os_is_terminal(int fd);
unsigned nk_os_terminal_width(void);
/* nk_os_host_name: this machine's name into text[256]. nk_os_pid. nk_os_free_bytes: room left on the file system of
 * `path`. */
void nk_os_host_name(char text[static 256]);
int nk_os_pid(void);
NK_RESULT nk_os_free_bytes(const char *path, uint64_t *out_bytes, struct nk_err *err);
/* nk_os_same_device: are two paths, which exist, on one file system? */
NK_RESULT nk_os_same_device(const char *a, const char *b, bool *out, struct nk_err *err);
/* nk_os_file_mode: permission bits and owner of a path (doctor, key files). */
NK_RESULT nk_os_file_mode(const char *path, unsigned *out_mode, bool *out_mine, struct nk_err *err);
/* nk_os_interrupted: has SIGINT or SIGTERM come since start? First asks for a tidy end; the second ends at once. */
bool nk_os_interrupted(void);
/* nk_os_sleep: so many milliseconds, or until a signal is noted. */
void nk_os_sleep(int64_t ms);
/*
 * nk_os_library: a library of libraries.rows by its word, loaded now if it is not yet; out[i] becomes the function names[i],
 * found in it or in what it needs: `out` is a struct of n pointers to functions and nothing else. NK_UNAVAILABLE: it is
 * not installed, or of another version. Nothing is ever unloaded. nk_os_library_file: the file name of the i-th row, for
 * who lists what we use; NULL behind the last.
 */
NK_RESULT nk_os_library(const char *word, const char *const *names, size_t n, void *out, struct nk_err *err);
const char *nk_os_library_file(size_t i);
/* nk_os_peak_memory_kb: peak resident memory of this process (bench). */
uint64_t nk_os_peak_memory_kb(void);

#endif
