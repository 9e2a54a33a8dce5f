/*
 * hold_file.c: the end of a file that holds a copy.
 *
 * Invariant: the name goes last, so that a run that is cut off here leaves a file that the books still name.
 */
#include "base.h"
#include "hold_int.h"

enum { ERASE_STEP = 65536 };

NK_RESULT nk_copy_sync_folder(const struct nk_env *env, const char *path, struct nk_err *err)
{
	const char *const slash = strrchr(path, '/');
	char folder[PATH_MAX];

	nk_assert(slash != NULL);
	(void)snprintf(folder, sizeof(folder), "%.*s", slash == path ? 1 : (int)(slash - path), path);
	return env->sync_dir(env->self, folder, err);
}

static NK_RESULT overwrite(const struct nk_env *env, int fd, struct nk_err *err)
{
	static const uint8_t zeros[ERASE_STEP];
	uint64_t size = 0;

	NK_TRY(env->size(env->self, fd, &size, err));
	for (uint64_t at = 0; at < size; at += ERASE_STEP) {
		const uint64_t left = size - at;

		NK_TRY(env->write(env->self, fd, at, zeros, left < ERASE_STEP ? (size_t)left : ERASE_STEP, err));
	}
	NK_TRY(env->sync(env->self, fd, err));
	NK_TRY(env->truncate(env->self, fd, 0, err));
	return env->sync(env->self, fd, err);
}

NK_RESULT nk_copy_erase(const struct nk_env *env, const char *path, int fd, struct nk_err *err)
{
	NK_TRY(overwrite(env, fd, err));
	if (!nk_os_is_file(path, fd)) {
		return nk_fail(err, NK_CONFLICT,
			NK_N("%s was moved or replaced while it was in use: its bytes are overwritten, look for its name"), path);
	}
	NK_TRY(env->unlink(env->self, path, err));
	return nk_copy_sync_folder(env, path, err);
}
