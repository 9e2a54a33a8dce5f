/*
 * tap_record.c: one counter of everything that changes a disk, in order, with its bytes, into the file $NK_TAP.
 *
 * Watched is what lies on the file system of $NK_TAP_ROOT (paths: below it). Only the process that was started
 * records; its children do not. What the program says on 1 and 2 is recorded too: from there on it is acknowledged.
 * A record is: kind (1 byte), 7 zeros, inode, at, length of the first and of the second text (8 bytes each, as the
 * machine has them), then the texts. tests/torture/crash.py reads it.
 */
#include "tap.h"

#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

static struct {
	int fd;
	bool on;
	dev_t disk;
	char root[PATH_MAX];
	size_t root_len;
} tap = { .fd = -1 };

bool tap_recording(void)
{
	return tap.on;
}

static void child(void)
{
	tap.on = false;
}

/* High, so that nothing of the program's own numbering changes. */
__attribute__((constructor)) static void begin(void)
{
	const char *const to = getenv("NK_TAP");
	const char *const root = getenv("NK_TAP_ROOT");
	struct stat st;
	int fd = -1;

	if (to == NULL || root == NULL || strlen(root) >= sizeof(tap.root) || syscall(SYS_stat, root, &st) != 0) {
		return;
	}
	fd = (int)syscall(SYS_open, to, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
	tap.fd = (int)syscall(SYS_fcntl, fd, F_DUPFD_CLOEXEC, 900);
	(void)syscall(SYS_close, fd);
	tap.disk = st.st_dev;
	memcpy(tap.root, root, strlen(root) + 1);
	tap.root_len = strlen(root);
	tap.on = tap.fd >= 0;
	(void)pthread_atfork(NULL, NULL, child);
}

void tap_record(const struct tap_record *r)
{
	uint64_t head[5] = { (uint8_t)r->kind, r->inode, r->at, r->first_len, r->second_len };
	struct iovec parts[3] = { { head, sizeof(head) }, { (void *)(uintptr_t)r->first, r->first_len },
		{ (void *)(uintptr_t)r->second, r->second_len } };

	if (tap.on) {
		(void)syscall(SYS_writev, tap.fd, parts, 3);
	}
}

bool tap_inside(int fd, uint64_t *inode, bool *folder)
{
	struct stat st;

	if (!tap.on || fd == tap.fd || syscall(SYS_fstat, fd, &st) != 0 || st.st_dev != tap.disk) {
		return false;
	}
	*inode = st.st_ino;
	*folder = S_ISDIR(st.st_mode);
	return *folder || S_ISREG(st.st_mode);
}

/* The open folder's own path, or the process's, in front of a name that does not begin at the root. */
static size_t folder_of(int at, char out[static PATH_MAX])
{
	char link[64] = "/proc/self/cwd";
	ssize_t len = 0;

	if (at != AT_FDCWD) {
		char digits[12];
		size_t n = 0;
		unsigned left = (unsigned)at;

		memcpy(link, "/proc/self/fd/", 14);
		do {
			digits[n++] = (char)('0' + left % 10);
			left /= 10;
		} while (left > 0);
		for (size_t i = 0; i < n; i++) {
			link[14 + i] = digits[n - 1 - i];
		}
		link[14 + n] = '\0';
	}
	len = syscall(SYS_readlink, link, out, PATH_MAX - 1);
	return len > 0 ? (size_t)len : 0;
}

bool tap_path(int at, const char *name, char out[static 4096])
{
	const size_t len = strlen(name);
	size_t start = 0;

	if (!tap.on) {
		return false;
	}
	if (name[0] != '/') {
		start = folder_of(at, out);
		if (start == 0 || start + 1 + len >= PATH_MAX) {
			return false;
		}
		out[start++] = '/';
	}
	if (start + len >= PATH_MAX) {
		return false;
	}
	memcpy(out + start, name, len + 1);
	return strncmp(out, tap.root, tap.root_len) == 0 && out[tap.root_len] == '/';
}
