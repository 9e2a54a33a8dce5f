/*
 * os_sandbox.c: what the parse child gives up before it looks at a hostile file.
 *
 * In this order: descriptors, Landlock, limits, seccomp. Invariant: what is not
 * in the list of allowed calls ends the process (SIGSYS), and the list holds
 * nothing that opens, names or connects anything.
 */
#include "base.h"

#include "os.h"

#include "os_int.h"

#include <fcntl.h>
#include <linux/landlock.h>
#include <seccomp.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

enum { KEEP_MAX = 16, ROLE_FILES = 24, TOOL_FILES = 64 };

static int by_number(const void *a, const void *b)
{
	const int left = *(const int *)a;
	const int right = *(const int *)b;

	return (left > right) - (left < right);
}

static bool is_kept(const int *keep, size_t len, int fd)
{
	for (size_t i = 0; i < len; i++) {
		if (keep[i] == fd) {
			return true;
		}
	}
	return false;
}

/*
 * 0, 1 and 2 lead nowhere: a message of libc must not fall into somebody's
 * file. In sanitizer builds 2 stays, or nobody would see their reports.
 */
static bool blind_standard_files(const int *keep, size_t len)
{
	const int null_fd = open("/dev/null", O_RDWR | O_CLOEXEC);
	bool good = null_fd >= 0;

	for (int fd = 0; fd < (NK_SANITIZED ? 2 : 3) && good; fd++) {
		good = is_kept(keep, len, fd) || fd == null_fd || dup2(null_fd, fd) == fd;
	}
	return good;
}

bool nk_os_shut_files(const struct nk_os_child_options *opt, int write_fd, int status_fd)
{
	int keep[KEEP_MAX + 5] = { 0, 1, 2, write_fd, status_fd };
	size_t len = 5;
	unsigned from = 0;

	if (opt->keep_len > KEEP_MAX) {
		return false;
	}
	for (size_t i = 0; i < opt->keep_len; i++) {
		keep[len++] = opt->keep[i];
	}
	if (!blind_standard_files(keep + 3, len - 3)) {
		return false;
	}
	qsort(keep, len, sizeof(keep[0]), by_number);
	for (size_t i = 0; i < len; i++) {
		const unsigned fd = (unsigned)keep[i];

		if (fd > from && close_range(from, fd - 1, 0) != 0) {
			return false;
		}
		from = fd + 1 > from ? fd + 1 : from;
	}
	return close_range(from, ~0U, 0) == 0;
}

/* Bytes of address space that the process has already; it counts against RLIMIT_AS too. */
static uint64_t address_space(void)
{
	NK_OWNED(nk_os_fd_close) int fd = open("/proc/self/statm", O_RDONLY | O_CLOEXEC);
	char text[32] = "";
	const ssize_t len = fd >= 0 ? read(fd, text, sizeof(text) - 1) : 0;
	struct nk_str rest = { text, len > 0 ? (size_t)len : 0 };
	struct nk_str pages = { NULL, 0 };
	uint64_t n = 0;

	if (!nk_str_cut(&rest, ' ', &pages) || !nk_parse_u64(pages, 0, UINT64_MAX / 65536, &n)) {
		return 0;
	}
	return n * (uint64_t)sysconf(_SC_PAGESIZE);
}

static bool limit(enum __rlimit_resource what, uint64_t soft, uint64_t hard)
{
	const struct rlimit r = { soft, hard };

	return setrlimit(what, &r) == 0;
}

static bool shut_limits(const struct nk_os_child_options *opt)
{
	const uint64_t memory = address_space() + (uint64_t)opt->memory_mb * 1024 * 1024;

	if (opt->memory_mb != 0 && !NK_SANITIZED && !limit(RLIMIT_AS, memory, memory)) {
		return false;
	}
	/* SIGXCPU at the soft limit says what happened; the hard one is for a child that would not listen. */
	if (opt->cpu_s != 0 && !limit(RLIMIT_CPU, opt->cpu_s, (uint64_t)opt->cpu_s + 1)) {
		return false;
	}
	return limit(RLIMIT_CORE, 0, 0) && limit(RLIMIT_NPROC, 0, 0) && limit(RLIMIT_NOFILE, 0, 0) &&
		limit(RLIMIT_FSIZE, 0, 0);
}

/* As in <linux/landlock.h> of newer kernels; the first member alone is what the oldest knows. */
struct ruleset {
	uint64_t files;
	uint64_t net;
};

/* What a program that is run may do with a file or folder of its own. Missing ones are left out. */
static bool landlock_readable(int rules, const char *path)
{
	NK_OWNED(nk_os_fd_close) int fd = open(path, O_PATH | O_CLOEXEC);
	struct landlock_path_beneath_attr one = { 0 };
	struct stat st;

	if (fd < 0 || fstat(fd, &st) != 0) {
		return errno == ENOENT;
	}
	one.parent_fd = fd;
	one.allowed_access = LANDLOCK_ACCESS_FS_READ_FILE | LANDLOCK_ACCESS_FS_EXECUTE;
	one.allowed_access |= S_ISDIR(st.st_mode) ? LANDLOCK_ACCESS_FS_READ_DIR : 0;
	return syscall(SYS_landlock_add_rule, rules, LANDLOCK_RULE_PATH_BENEATH, &one, 0) == 0;
}

bool nk_os_has_landlock(void)
{
	return syscall(SYS_landlock_create_ruleset, NULL, 0, LANDLOCK_CREATE_RULESET_VERSION) >= 1;
}

bool nk_os_landlock(const char *const *readable, size_t n)
{
	const long abi = syscall(SYS_landlock_create_ruleset, NULL, 0, LANDLOCK_CREATE_RULESET_VERSION);
	struct ruleset all = { .files = (UINT64_C(1) << 13) - 1 };
	NK_OWNED(nk_os_fd_close) int fd = -1;

	if (abi < 1) {
		return true;
	}
	all.files = abi >= 2 ? (UINT64_C(1) << 14) - 1 : all.files;
	all.files = abi >= 3 ? (UINT64_C(1) << 15) - 1 : all.files;
	all.files = abi >= 5 ? (UINT64_C(1) << 16) - 1 : all.files;
	all.net = abi >= 4 ? 3 : 0;
	fd = (int)syscall(SYS_landlock_create_ruleset, &all, abi >= 4 ? sizeof(all) : sizeof(all.files), 0);
	if (fd < 0) {
		return false;
	}
	for (size_t i = 0; i < n; i++) {
		if (!landlock_readable(fd, readable[i])) {
			return false;
		}
	}
	return prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 && syscall(SYS_landlock_restrict_self, fd, 0) == 0;
}

static void filter_free(scmp_filter_ctx *filter)
{
	if (*filter != NULL) {
		seccomp_release(*filter);
		*filter = NULL;
	}
}

/* Calls that only compute, wait for a lock of the own process, or touch a descriptor that is open. */
static const int plain_calls[] = {
	SCMP_SYS(read),
	SCMP_SYS(readv),
	SCMP_SYS(pread64),
	SCMP_SYS(lseek),
	SCMP_SYS(fstat),
	SCMP_SYS(close),
	SCMP_SYS(munmap),
	SCMP_SYS(mremap),
	SCMP_SYS(madvise),
	SCMP_SYS(brk),
	SCMP_SYS(futex),
	SCMP_SYS(getrandom),
	SCMP_SYS(sysinfo), /* qsort of a large array */
	SCMP_SYS(getpid),
	SCMP_SYS(gettid),
	SCMP_SYS(clock_gettime),
	SCMP_SYS(gettimeofday),
	SCMP_SYS(rt_sigprocmask),
	SCMP_SYS(rt_sigreturn),
	SCMP_SYS(restart_syscall),
	SCMP_SYS(exit),
	SCMP_SYS(exit_group),
};

/* What the sanitizers' own allocator and reports need on top. */
static const int sanitizer_calls[] = {
	SCMP_SYS(rt_sigaction),
	SCMP_SYS(sigaltstack),
	SCMP_SYS(sched_yield),
	SCMP_SYS(prctl),
	SCMP_SYS(getrlimit),
	SCMP_SYS(prlimit64),
	SCMP_SYS(readlink),
	SCMP_SYS(getuid),
};

static int allow_calls(scmp_filter_ctx filter, const int *calls, size_t len)
{
	for (size_t i = 0; i < len; i++) {
		const int rc = seccomp_rule_add(filter, SCMP_ACT_ALLOW, calls[i], 0);

		if (rc != 0) {
			return rc;
		}
	}
	return 0;
}

static struct scmp_arg_cmp arg_equals(unsigned arg, uint64_t value)
{
	return (struct scmp_arg_cmp){ .arg = arg, .op = SCMP_CMP_EQ, .datum_a = value };
}

static struct scmp_arg_cmp arg_masked(unsigned arg, uint64_t mask, uint64_t value)
{
	return (struct scmp_arg_cmp){ .arg = arg, .op = SCMP_CMP_MASKED_EQ, .datum_a = mask, .datum_b = value };
}

/* Writing goes to the parent, to the status pipe (closed before fn runs) and to the blind standard error. */
static int allow_writing(scmp_filter_ctx filter, int fd)
{
	const struct scmp_arg_cmp to_fd = arg_equals(0, nk_u64(fd));
	const int rc = seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(write), 1, to_fd);

	return rc != 0 ? rc : seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(writev), 1, to_fd);
}

/* Memory of its own, without code in it. abort() signals itself. */
static int allow_bounded(scmp_filter_ctx filter)
{
	const struct scmp_arg_cmp no_code = arg_masked(2, PROT_EXEC, 0);
	const struct scmp_arg_cmp no_file = arg_masked(3, MAP_ANONYMOUS, MAP_ANONYMOUS);
	const struct scmp_arg_cmp self = arg_equals(0, nk_u64(nk_os_pid()));
	const struct scmp_arg_cmp abort_only = arg_equals(2, SIGABRT);
	int rc = seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(mmap), 2, no_code, no_file);

	rc = rc != 0 ? rc : seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(mprotect), 1, no_code);
	return rc != 0 ? rc : seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(tgkill), 2, self, abort_only);
}

static bool shut_seccomp(int write_fd, int status_fd)
{
	NK_OWNED(filter_free) scmp_filter_ctx filter = seccomp_init(SCMP_ACT_KILL_PROCESS);
	int rc = 0;

	if (filter == NULL) {
		return false;
	}
	rc = seccomp_attr_set(filter, SCMP_FLTATR_ACT_BADARCH, SCMP_ACT_KILL_PROCESS);
	rc = rc != 0 ? rc : allow_calls(filter, plain_calls, NK_ARRAY_LEN(plain_calls));
	rc = rc != 0 || !NK_SANITIZED ? rc : allow_calls(filter, sanitizer_calls, NK_ARRAY_LEN(sanitizer_calls));
	rc = rc != 0 ? rc : allow_writing(filter, write_fd);
	rc = rc != 0 ? rc : allow_writing(filter, status_fd);
	rc = rc != 0 ? rc : allow_writing(filter, STDERR_FILENO);
	rc = rc != 0 ? rc : allow_bounded(filter);
	rc = rc != 0 ? rc : seccomp_load(filter);
	return rc == 0;
}

/* What a role may do beside computing: read from and write to its one socket, look at a file it was given. */
static int allow_role(scmp_filter_ctx filter, int fd)
{
	const struct scmp_arg_cmp to_fd = arg_equals(0, nk_u64(fd));
	int rc = seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(recvmsg), 1, to_fd);

	rc = rc != 0 ? rc : seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(sendmsg), 1, to_fd);
	/* Libraries that look for a file of theirs (zone, locale) are told that it is not there. */
	rc = rc != 0 ? rc : seccomp_rule_add(filter, SCMP_ACT_ERRNO(EACCES), SCMP_SYS(openat), 0);
	rc = rc != 0 ? rc : seccomp_rule_add(filter, SCMP_ACT_ERRNO(EACCES), SCMP_SYS(newfstatat), 0);
	return rc != 0 ? rc : seccomp_rule_add(filter, SCMP_ACT_ERRNO(EACCES), SCMP_SYS(socket), 0);
}

static bool shut_role_seccomp(int fd)
{
	NK_OWNED(filter_free) scmp_filter_ctx filter = seccomp_init(SCMP_ACT_KILL_PROCESS);
	int rc = 0;

	if (filter == NULL) {
		return false;
	}
	rc = seccomp_attr_set(filter, SCMP_FLTATR_ACT_BADARCH, SCMP_ACT_KILL_PROCESS);
	rc = rc != 0 ? rc : allow_calls(filter, plain_calls, NK_ARRAY_LEN(plain_calls));
	rc = rc != 0 || !NK_SANITIZED ? rc : allow_calls(filter, sanitizer_calls, NK_ARRAY_LEN(sanitizer_calls));
	rc = rc != 0 ? rc : allow_writing(filter, fd);
	rc = rc != 0 ? rc : allow_writing(filter, STDERR_FILENO);
	rc = rc != 0 ? rc : allow_bounded(filter);
	rc = rc != 0 ? rc : allow_role(filter, fd);
	rc = rc != 0 ? rc : seccomp_load(filter);
	return rc == 0;
}

enum nk_os_stage nk_os_shut_role(int fd, unsigned memory_mb)
{
	const uint64_t memory = address_space() + (uint64_t)memory_mb * 1024 * 1024;

	if (!nk_os_landlock(NULL, 0)) {
		return NK_OS_STAGE_LANDLOCK;
	}
	if (memory_mb != 0 && !NK_SANITIZED && !limit(RLIMIT_AS, memory, memory)) {
		return NK_OS_STAGE_LIMITS;
	}
	if (!limit(RLIMIT_CORE, 0, 0) || !limit(RLIMIT_NPROC, 0, 0) || !limit(RLIMIT_FSIZE, 0, 0) ||
		!limit(RLIMIT_NOFILE, ROLE_FILES, ROLE_FILES)) {
		return NK_OS_STAGE_LIMITS;
	}
	return shut_role_seccomp(fd) ? NK_OS_STAGE_READY : NK_OS_STAGE_SECCOMP;
}

/* Calls that no reader of a document makes. */
static const int tool_refused[] = {
	SCMP_SYS(socket),
	SCMP_SYS(socketpair),
	SCMP_SYS(connect),
	SCMP_SYS(bind),
	SCMP_SYS(listen),
	SCMP_SYS(accept),
	SCMP_SYS(accept4),
	SCMP_SYS(sendto),
	SCMP_SYS(sendmsg),
	SCMP_SYS(fork),
	SCMP_SYS(vfork),
	SCMP_SYS(clone),
	SCMP_SYS(clone3),
	SCMP_SYS(ptrace),
	SCMP_SYS(process_vm_readv),
	SCMP_SYS(process_vm_writev),
	SCMP_SYS(kill),
	SCMP_SYS(tkill),
	SCMP_SYS(tgkill),
	SCMP_SYS(rt_sigqueueinfo),
	SCMP_SYS(rt_tgsigqueueinfo),
	SCMP_SYS(pidfd_send_signal),
	SCMP_SYS(execveat),
	SCMP_SYS(creat),
	SCMP_SYS(ftruncate),
	SCMP_SYS(fallocate),
	SCMP_SYS(fchmod),
	SCMP_SYS(fchown),
	SCMP_SYS(lchown),
	SCMP_SYS(utimensat),
	SCMP_SYS(setxattr),
	SCMP_SYS(lsetxattr),
	SCMP_SYS(fsetxattr),
	SCMP_SYS(removexattr),
	SCMP_SYS(lremovexattr),
	SCMP_SYS(fremovexattr),
	SCMP_SYS(unlink),
	SCMP_SYS(unlinkat),
	SCMP_SYS(rename),
	SCMP_SYS(renameat),
	SCMP_SYS(renameat2),
	SCMP_SYS(link),
	SCMP_SYS(linkat),
	SCMP_SYS(symlink),
	SCMP_SYS(symlinkat),
	SCMP_SYS(mkdir),
	SCMP_SYS(mkdirat),
	SCMP_SYS(mknod),
	SCMP_SYS(mknodat),
	SCMP_SYS(chmod),
	SCMP_SYS(fchmodat),
	SCMP_SYS(chown),
	SCMP_SYS(fchownat),
	SCMP_SYS(truncate),
	SCMP_SYS(mount),
	SCMP_SYS(umount2),
	SCMP_SYS(unshare),
	SCMP_SYS(setns),
	SCMP_SYS(bpf),
	SCMP_SYS(perf_event_open),
	SCMP_SYS(keyctl),
	SCMP_SYS(add_key),
	SCMP_SYS(request_key),
	SCMP_SYS(userfaultfd),
	SCMP_SYS(io_uring_setup),
	SCMP_SYS(open_by_handle_at),
	SCMP_SYS(memfd_create),
	SCMP_SYS(pidfd_open),
	SCMP_SYS(pidfd_getfd),
};

/* Nothing is opened to be written to: its output is open already. */
static int refuse_writing(scmp_filter_ctx filter)
{
	static const unsigned flags[] = { O_WRONLY, O_RDWR, O_CREAT, O_TRUNC };
	int rc = 0;

	for (size_t i = 0; i < NK_ARRAY_LEN(flags) && rc == 0; i++) {
		rc = seccomp_rule_add(filter, SCMP_ACT_ERRNO(EPERM), SCMP_SYS(open), 1,
			SCMP_A1(SCMP_CMP_MASKED_EQ, flags[i], flags[i]));
		rc = rc != 0 ? rc
			     : seccomp_rule_add(filter, SCMP_ACT_ERRNO(EPERM), SCMP_SYS(openat), 1,
				       SCMP_A2(SCMP_CMP_MASKED_EQ, flags[i], flags[i]));
	}
	/* Its flags lie in memory, where a filter cannot look. */
	return rc != 0 ? rc : seccomp_rule_add(filter, SCMP_ACT_ERRNO(ENOSYS), SCMP_SYS(openat2), 0);
}

bool nk_os_shut_tool(unsigned memory_mb, unsigned cpu_s)
{
	static const char *const readable[] = { "/usr", "/lib", "/lib64", "/etc/ld.so.cache", "/etc/fonts",
		"/var/cache/fontconfig" };
	NK_OWNED(filter_free) scmp_filter_ctx filter = NULL;
	const uint64_t memory = (uint64_t)memory_mb * 1024 * 1024;
	int rc = 0;

	if (!nk_os_landlock(readable, NK_ARRAY_LEN(readable)) || !limit(RLIMIT_CPU, cpu_s, (uint64_t)cpu_s + 1) ||
		(!NK_SANITIZED && !limit(RLIMIT_AS, memory, memory)) || !limit(RLIMIT_CORE, 0, 0) ||
		!limit(RLIMIT_FSIZE, 0, 0) || !limit(RLIMIT_NPROC, 0, 0) ||
		!limit(RLIMIT_NOFILE, TOOL_FILES, TOOL_FILES)) {
		return false;
	}
	filter = seccomp_init(SCMP_ACT_ALLOW);
	if (filter == NULL || seccomp_attr_set(filter, SCMP_FLTATR_ACT_BADARCH, SCMP_ACT_KILL_PROCESS) != 0) {
		return false;
	}
	for (size_t i = 0; i < NK_ARRAY_LEN(tool_refused) && rc == 0; i++) {
		rc = seccomp_rule_add(filter, SCMP_ACT_ERRNO(EPERM), tool_refused[i], 0);
	}
	rc = rc != 0 ? rc : refuse_writing(filter);
	return rc == 0 && prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 && seccomp_load(filter) == 0;
}

enum nk_os_stage nk_os_shut_in(const struct nk_os_child_options *opt, int write_fd, int status_fd)
{
	/* Landlock needs a descriptor for a moment, which the limits would refuse. */
	if (!nk_os_landlock(NULL, 0)) {
		return NK_OS_STAGE_LANDLOCK;
	}
	if (!shut_limits(opt)) {
		return NK_OS_STAGE_LIMITS;
	}
	if (!shut_seccomp(write_fd, status_fd)) {
		return NK_OS_STAGE_SECCOMP;
	}
	return NK_OS_STAGE_READY;
}
