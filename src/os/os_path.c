/*
 * os_path.c: what only the kernel knows of paths.
 */
#include "base.h"

#include "os.h"

#include <errno.h>
#include <limits.h>
#include <stdlib.h>

static NK_RESULT folder_of(const char *path, char room[static PATH_MAX], struct nk_err *err)
{
	if (realpath(path, room) == NULL) {
		return nk_fail_errno(err, errno, NK_N("cannot resolve the path"), path);
	}
	*(strrchr(room, '/') + 1) = '\0';
	return nk_done();
}

NK_RESULT nk_os_same_folder(const char *a, const char *b, bool *out, struct nk_err *err)
{
	char of_a[PATH_MAX];
	char of_b[PATH_MAX];

	NK_TRY(folder_of(a, of_a, err));
	NK_TRY(folder_of(b, of_b, err));
	*out = strcmp(of_a, of_b) == 0;
	return nk_done();
}
