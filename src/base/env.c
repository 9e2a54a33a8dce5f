/*
 * env.c: whole files by way of struct nk_env. Does nothing that the env does not do.
 */
#include "base.h"

/* An open file that closes itself. */
struct held_file {
	const struct nk_env *env;
	int file;
};

static void held_close(struct held_file *held)
{
	held->env->close(held->env->self, &held->file);
}

nk_time nk_now(const struct nk_env *env)
{
	return env->now(env->self) + env->ahead;
}

NK_RESULT nk_random(const struct nk_env *env, void *buf, size_t len, struct nk_err *err)
{
	return env->random(env->self, buf, len, err);
}

NK_RESULT nk_env_read_all(
	const struct nk_env *env, const char *path, size_t max, struct nk_buf *out, struct nk_err *err)
{
	NK_OWNED(held_close) struct held_file held = { env, -1 };
	const size_t start = out->len;
	uint64_t size = 0;
	uint8_t *at = NULL;
	size_t got = 0;
	uint8_t extra = 0;

	NK_TRY(env->open(env->self, path, NK_OPEN_READ, &held.file, err));
	NK_TRY(env->size(env->self, held.file, &size, err));
	if (size > max) {
		return nk_fail(err, NK_LIMIT, "the file %1$s is larger than the limit of %2$zu bytes", path, max);
	}
	NK_TRY(nk_buf_reserve(out, (size_t)size, &at, err));
	NK_TRY(env->read(env->self, held.file, 0, at, (size_t)size, &got, err));
	if (got < size) {
		return nk_fail(err, NK_IO, "the file %s became shorter while it was read: read it again", path);
	}
	NK_TRY(env->read(env->self, held.file, size, &extra, 1, &got, err));
	if (got != 0) {
		return nk_fail(err, NK_IO, "the file %s grew while it was read: read it again", path);
	}
	nk_assert(out->len == start);
	out->len += (size_t)size;
	return nk_done();
}

/* The folder of `path` for sync_dir: "." for a bare name, "/" for the root. */
static NK_RESULT folder_of(const char *path, struct nk_buf *out, struct nk_err *err)
{
	const char *slash = strrchr(path, '/');
	const size_t len = slash == NULL ? 0 : (size_t)(slash - path);

	if (slash == NULL) {
		NK_TRY(nk_buf_add_byte(out, '.', err));
	} else if (len == 0) {
		NK_TRY(nk_buf_add_byte(out, '/', err));
	} else {
		NK_TRY(nk_buf_add(out, path, len, err));
	}
	return nk_buf_add_byte(out, 0, err);
}

static NK_RESULT sync_folder_of(const struct nk_env *env, const char *path, struct nk_err *err)
{
	NK_OWNED(nk_buf_done) struct nk_buf folder = { 0 };

	nk_buf_init(&folder, PATH_MAX);
	NK_TRY(folder_of(path, &folder, err));
	if (!nk_ok(env->sync_dir(env->self, (const char *)folder.ptr, err))) {
		nk_env_sync_failed((const char *)folder.ptr);
	}
	return nk_done();
}

/* Makes the file and syncs its bytes, not yet its name; a half-written file is taken away again. */
static NK_RESULT write_new(const struct nk_env *env, const char *path, struct nk_bytes data, struct nk_err *err)
{
	NK_OWNED(held_close) struct held_file held = { env, -1 };
	nk_rc rc;

	NK_TRY(env->open(env->self, path, NK_OPEN_EXCLUSIVE, &held.file, err));
	rc = env->write(env->self, held.file, 0, data.ptr, data.len, err);
	if (!nk_ok(rc)) {
		(void)env->unlink(env->self, path, NULL).code;
		return rc;
	}
	if (!nk_ok(env->sync(env->self, held.file, err))) {
		nk_env_sync_failed(path);
	}
	return nk_done();
}

NK_RESULT nk_env_write_new(const struct nk_env *env, const char *path, struct nk_bytes data, struct nk_err *err)
{
	NK_TRY(write_new(env, path, data, err));
	return sync_folder_of(env, path, err);
}

NK_RESULT nk_env_replace(const struct nk_env *env, const char *path, struct nk_bytes data, struct nk_err *err)
{
	NK_OWNED(nk_buf_done) struct nk_buf fresh = { 0 };

	nk_buf_init(&fresh, PATH_MAX);
	NK_TRY(nk_buf_printf(&fresh, err, "%s.new", path));
	NK_TRY(nk_buf_add_byte(&fresh, 0, err));
	/* One that a crash left behind is of no use to anybody. */
	NK_TRY(env->unlink(env->self, (const char *)fresh.ptr, err));
	NK_TRY(write_new(env, (const char *)fresh.ptr, data, err));
	NK_TRY(env->rename(env->self, (const char *)fresh.ptr, path, err));
	return sync_folder_of(env, path, err);
}

_Noreturn void nk_env_sync_failed(const char *what)
{
	(void)fprintf(stderr,
		"nokosazu: %s: the disk did not confirm a write; the program ends here, start it again to recover\n",
		what);
	_Exit(nk_err_exit(NK_IO));
}

_Noreturn void nk_env_no_memory(void)
{
	(void)fputs("nokosazu: there is no memory left; the program ends here, start it again\n", stderr);
	_Exit(nk_err_exit(NK_NOMEM));
}
