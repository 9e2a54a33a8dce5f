/*
 * tap_fault.c: which call fails. $NK_FAULT is "class number once|ever": disk, room, wait, part or memory; the calls of
 * a class are counted from the beginning of main. $NK_FAULT_COUNT names a file that gets the five counts at the end.
 *
 * disk: EIO of whatever touches a file. room: ENOSPC of whatever needs room. wait: EINTR of whatever may wait. part:
 * half of a reading or writing. memory: no more from malloc and its like. Never fails: syncing that was interrupted.
 */
#include "tap.h"

#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

static const char *const words[TAP_CLASS_COUNT] = { "disk", "room", "wait", "part", "memory" };

static struct {
	atomic_ulong seen[TAP_CLASS_COUNT];
	unsigned long number; /* 0: none fails */
	enum tap_class class;
	bool ever;
	bool started;
	pid_t owner;
	char counts[512];
} fault;

bool tap_started(void)
{
	return fault.started;
}

bool tap_now(enum tap_class class)
{
	unsigned long n = 0;

	if (!fault.started) {
		return false;
	}
	n = atomic_fetch_add(&fault.seen[class], 1) + 1;
	if (fault.number == 0 || fault.class != class) {
		return false;
	}
	return fault.ever ? n >= fault.number : n == fault.number;
}

size_t tap_part(size_t len)
{
	return len > 1 && tap_now(TAP_PART) ? len / 2 : len;
}

__attribute__((constructor)) static void begin(void)
{
	const char *const want = getenv("NK_FAULT");
	const char *const counts = getenv("NK_FAULT_COUNT");
	const char *at = NULL;

	if (counts != NULL && strlen(counts) < sizeof(fault.counts)) {
		memcpy(fault.counts, counts, strlen(counts) + 1);
	}
	for (unsigned i = 0; want != NULL && i < TAP_CLASS_COUNT; i++) {
		const size_t len = strlen(words[i]);

		if (strncmp(want, words[i], len) == 0 && want[len] == ' ') {
			fault.class = (enum tap_class)i;
			at = want + len + 1;
		}
	}
	for (; at != NULL && *at >= '0' && *at <= '9'; at++) {
		fault.number = fault.number * 10 + (unsigned long)(*at - '0');
	}
	fault.ever = at != NULL && strcmp(at, " ever") == 0;
	fault.owner = getpid();
}

__attribute__((destructor)) static void end(void)
{
	char text[160];
	int fd = -1;
	int len = 0;

	fault.started = false;
	if (fault.counts[0] == '\0' || getpid() != fault.owner) {
		return;
	}
	len = snprintf(text, sizeof(text), "%lu %lu %lu %lu %lu\n", atomic_load(&fault.seen[0]), atomic_load(&fault.seen[1]),
		atomic_load(&fault.seen[2]), atomic_load(&fault.seen[3]), atomic_load(&fault.seen[4]));
	fd = (int)syscall(SYS_open, fault.counts, O_WRONLY | O_CREAT | O_TRUNC, 0600);
	(void)syscall(SYS_write, fd, text, len);
	(void)syscall(SYS_close, fd);
}

/* The loader's own work is over when libc is asked to start main: counting begins there. */
typedef int main_fn(int argc, char **argv, char **variables);
typedef int start_fn(main_fn *main, int argc, char **argv, void (*init)(void), void (*fini)(void), void (*rtld)(void), void *end);

static main_fn *real_main;

static int counted_main(int argc, char **argv, char **variables)
{
	fault.started = true;
	return real_main(argc, argv, variables);
}

TAP_EXPORT int __libc_start_main(main_fn *main, int argc, char **argv, void (*init)(void), void (*fini)(void),
	void (*rtld)(void), void *stack_end);

TAP_EXPORT int __libc_start_main(main_fn *main, int argc, char **argv, void (*init)(void), void (*fini)(void),
	void (*rtld)(void), void *stack_end)
{
	start_fn *next = NULL;
	void *const found = dlsym(RTLD_NEXT, "__libc_start_main");

	memcpy(&next, &found, sizeof(next));
	real_main = main;
	return next(counted_main, argc, argv, init, fini, rtld, stack_end);
}

/* Memory ---------------------------------------------------------------------------------------------------------- */
void *__libc_malloc(size_t size);
void *__libc_calloc(size_t n, size_t size);
void *__libc_realloc(void *old, size_t size);
void *__libc_memalign(size_t alignment, size_t size);

static bool no_memory(void)
{
	if (!tap_now(TAP_MEMORY)) {
		return false;
	}
	errno = ENOMEM;
	return true;
}

TAP_EXPORT void *malloc(size_t size)
{
	return no_memory() ? NULL : __libc_malloc(size);
}

TAP_EXPORT void *calloc(size_t n, size_t size)
{
	return no_memory() ? NULL : __libc_calloc(n, size);
}

TAP_EXPORT void *realloc(void *old, size_t size)
{
	return no_memory() ? NULL : __libc_realloc(old, size);
}

TAP_EXPORT void *aligned_alloc(size_t alignment, size_t size)
{
	return no_memory() ? NULL : __libc_memalign(alignment, size);
}

TAP_EXPORT int posix_memalign(void **out, size_t alignment, size_t size)
{
	void *const got = no_memory() ? NULL : __libc_memalign(alignment, size);

	if (got == NULL) {
		return ENOMEM;
	}
	*out = got;
	return 0;
}
