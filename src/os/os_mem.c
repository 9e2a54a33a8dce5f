/*
 * os_mem.c: hardening of the process and of memory that holds secrets; figures about the process.
 */
#include "base.h"

#include "os.h"

#include <poll.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

/* Room for the decrypted arena of a large school; below it doctor warns. */
#define LOCKED_ENOUGH ((rlim_t)64 * 1024 * 1024)

/*
 * The one mutable global of the floor: a signal handler has nowhere else to
 * write. 0: none came; 1: the first came.
 */
static volatile sig_atomic_t interrupted;

/* The first signal asks for a tidy end; from then on both have their default action, which ends at once. */
static void on_signal(int signum)
{
	const struct sigaction standard = { .sa_handler = SIG_DFL };

	(void)signum;
	interrupted = 1;
	(void)sigaction(SIGINT, &standard, NULL);
	(void)sigaction(SIGTERM, &standard, NULL);
}

bool nk_os_interrupted(void)
{
	return interrupted != 0;
}

void nk_os_sleep(int64_t ms)
{
	while (ms > 0 && interrupted == 0) {
		const int64_t part = ms < 1000 ? ms : 1000; /* a signal between the look and the sleep costs a second */

		(void)poll(NULL, 0, (int)part);
		ms -= part;
	}
}

static bool take_signals(void)
{
	const struct sigaction ignore = { .sa_handler = SIG_IGN };
	const struct sigaction tidy = { .sa_handler = on_signal, .sa_flags = SA_RESTART };

	return sigaction(SIGPIPE, &ignore, NULL) == 0 && sigaction(SIGINT, &tidy, NULL) == 0 &&
		sigaction(SIGTERM, &tidy, NULL) == 0;
}

static bool no_core(void)
{
	const struct rlimit none = { 0, 0 };

	if (setrlimit(RLIMIT_CORE, &none) != 0) {
		return false;
	}
	/* The leak check of the sanitizers looks at its own process from outside. */
	return NK_SANITIZED || prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) == 0;
}

/*
 * Everything is locked as it is touched: the records of the arena are never swapped to a disk. Only where no limit
 * applies (a privilege, or an unlimited rlimit): else a later allocation would fail, so a large mapping is tried
 * first.
 */
static bool lock_all(void)
{
	const size_t probe = (size_t)1 << 30;
	void *at = NULL;

	if (NK_SANITIZED || mlockall(MCL_CURRENT | MCL_FUTURE | MCL_ONFAULT) != 0) {
		return false;
	}
	at = mmap(NULL, probe, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	if (at == MAP_FAILED) {
		(void)munlockall();
		return false;
	}
	(void)munmap(at, probe);
	return true;
}

static bool raise_locked(void)
{
	struct rlimit limit = { RLIM_INFINITY, RLIM_INFINITY };

	if (setrlimit(RLIMIT_MEMLOCK, &limit) == 0 || getrlimit(RLIMIT_MEMLOCK, &limit) != 0) {
		return lock_all() || NK_SANITIZED;
	}
	limit.rlim_cur = limit.rlim_max;
	(void)setrlimit(RLIMIT_MEMLOCK, &limit);
	return lock_all() || limit.rlim_cur >= LOCKED_ENOUGH;
}

size_t nk_os_harden(const char **out_weak, size_t max)
{
	const struct {
		bool had;
		const char *msgid;
	} steps[] = {
		{ no_core(), NK_N("core dumps and debuggers cannot be kept away from this process") },
		{ take_signals(), NK_N("the signals that ask for a tidy end cannot be received") },
		{ raise_locked(),
			NK_N("less than 64 MiB of memory can be locked: keys could be swapped to a disk (raise memlock)") },
	};
	size_t n = 0;

	(void)umask(077);
	for (size_t i = 0; i < NK_ARRAY_LEN(steps) && n < max; i++) {
		if (!steps[i].had) {
			out_weak[n++] = steps[i].msgid;
		}
	}
	return n;
}

/* madvise wants whole pages: the ones that [ptr, ptr + len) touches. */
static bool advise(void *ptr, size_t len, int advice)
{
	const size_t page = (size_t)sysconf(_SC_PAGESIZE);
	const size_t over = (uintptr_t)ptr % page;

	return madvise((uint8_t *)ptr - over, len + over, advice) == 0;
}

bool nk_os_lock_memory(void *ptr, size_t len)
{
	if (len == 0) {
		return true;
	}
	/* Out of dumps even where it cannot be locked. */
	return (int)advise(ptr, len, MADV_DONTDUMP) & (int)(mlock(ptr, len) == 0);
}

void nk_os_unlock_memory(void *ptr, size_t len)
{
	if (len == 0) {
		return;
	}
	(void)munlock(ptr, len);
	(void)advise(ptr, len, MADV_DODUMP);
}

void nk_os_host_name(char text[static 256])
{
	if (gethostname(text, 256) != 0) {
		(void)snprintf(text, 256, "localhost");
	}
	text[255] = '\0';
}

int nk_os_pid(void)
{
	return (int)getpid();
}

uint64_t nk_os_peak_memory_kb(void)
{
	struct rusage usage;

	if (getrusage(RUSAGE_SELF, &usage) != 0) {
		return 0;
	}
	return nk_u64(usage.ru_maxrss);
}
