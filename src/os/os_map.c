/*
 * os_map.c: files as memory that is only read.
 */
#include "base.h"

#include "os.h"

#include "os_int.h"

#include <errno.h>
#include <sys/mman.h>
#include <sys/stat.h>

NK_RESULT nk_os_map(int fd, const void **out, size_t *out_len, struct nk_err *err)
{
	struct stat st;
	void *map = NULL;

	*out = NULL;
	if (fstat(fd, &st) != 0) {
		return nk_os_fd_fail(fd, errno, "fstat", err);
	}
	if (st.st_size <= 0) {
		return nk_fail(err, NK_INVALID, NK_N("the file is empty"));
	}
	map = mmap(NULL, (size_t)st.st_size, PROT_READ, MAP_SHARED, fd, 0);
	if (map == MAP_FAILED) {
		return nk_os_fd_fail(fd, errno, "mmap", err);
	}
	*out = map;
	*out_len = (size_t)st.st_size;
	return nk_done();
}

void nk_os_unmap(const void **map, size_t len)
{
	if (*map != NULL) {
		(void)munmap((void *)(uintptr_t)*map, len);
		*map = NULL;
	}
}
