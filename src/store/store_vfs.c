/*
 * store_vfs.c: a shim over SQLite's own file system, so that crash tests can stop inside SQLite and a failed
 * sync is never survived.
 *
 * Everything is passed through. The watcher is told *before* the change.
 * Files have no xFetch (version 2): memory-mapped reading is off by construction.
 */
#include "base.h"

#include "store_vfs.h"

struct nk_store_vfs {
	sqlite3_vfs base; /* must be first: SQLite hands it back */
	sqlite3_vfs *real;
	const struct nk_env *env;
	char name[40];
};

struct shim_file {
	sqlite3_file base; /* must be first */
	const struct nk_env *env;
	sqlite3_file *real; /* behind this struct, in the same block */
};

static struct shim_file *shim(sqlite3_file *file)
{
	return (struct shim_file *)(void *)file;
}

static struct nk_store_vfs *shim_vfs(sqlite3_vfs *vfs)
{
	return (struct nk_store_vfs *)(void *)vfs;
}

static void tell(const struct nk_env *env, enum nk_disk_act act)
{
	if (env->disk_act != NULL) {
		env->disk_act(env->self, act);
	}
}

static int shim_close(sqlite3_file *file)
{
	sqlite3_file *real = shim(file)->real;

	return real->pMethods->xClose(real);
}

static int shim_read(sqlite3_file *file, void *buf, int len, sqlite3_int64 at)
{
	sqlite3_file *real = shim(file)->real;

	return real->pMethods->xRead(real, buf, len, at);
}

/* SQLite knows ENOSPC only; a quota or a limit on file sizes is a full disk too. */
static int or_full(sqlite3_file *real, int rc)
{
	int cause = 0;

	if (rc != SQLITE_IOERR_WRITE) {
		return rc;
	}
	(void)real->pMethods->xFileControl(real, SQLITE_FCNTL_LAST_ERRNO, &cause);
	return cause == EDQUOT || cause == EFBIG ? SQLITE_FULL : rc;
}

static int shim_write(sqlite3_file *file, const void *buf, int len, sqlite3_int64 at)
{
	sqlite3_file *real = shim(file)->real;

	tell(shim(file)->env, NK_DISK_WRITE);
	return or_full(real, real->pMethods->xWrite(real, buf, len, at));
}

static int shim_truncate(sqlite3_file *file, sqlite3_int64 size)
{
	sqlite3_file *real = shim(file)->real;

	tell(shim(file)->env, NK_DISK_TRUNCATE);
	return real->pMethods->xTruncate(real, size);
}

static int shim_sync(sqlite3_file *file, int flags)
{
	sqlite3_file *real = shim(file)->real;

	tell(shim(file)->env, NK_DISK_SYNC);
	if (real->pMethods->xSync(real, flags) != SQLITE_OK) {
		nk_env_sync_failed("store");
	}
	return SQLITE_OK;
}

static int shim_size(sqlite3_file *file, sqlite3_int64 *out_size)
{
	sqlite3_file *real = shim(file)->real;

	return real->pMethods->xFileSize(real, out_size);
}

static int shim_lock(sqlite3_file *file, int level)
{
	sqlite3_file *real = shim(file)->real;

	return real->pMethods->xLock(real, level);
}

static int shim_unlock(sqlite3_file *file, int level)
{
	sqlite3_file *real = shim(file)->real;

	return real->pMethods->xUnlock(real, level);
}

static int shim_check_lock(sqlite3_file *file, int *out_held)
{
	sqlite3_file *real = shim(file)->real;

	return real->pMethods->xCheckReservedLock(real, out_held);
}

static int shim_control(sqlite3_file *file, int op, void *arg)
{
	sqlite3_file *real = shim(file)->real;

	return real->pMethods->xFileControl(real, op, arg);
}

static int shim_sector(sqlite3_file *file)
{
	sqlite3_file *real = shim(file)->real;

	return real->pMethods->xSectorSize(real);
}

static int shim_device(sqlite3_file *file)
{
	sqlite3_file *real = shim(file)->real;

	return real->pMethods->xDeviceCharacteristics(real);
}

static int shim_shm_map(sqlite3_file *file, int region, int size, int extend, void volatile **out)
{
	sqlite3_file *real = shim(file)->real;

	return real->pMethods->xShmMap(real, region, size, extend, out);
}

static int shim_shm_lock(sqlite3_file *file, int offset, int n, int flags)
{
	sqlite3_file *real = shim(file)->real;

	return real->pMethods->xShmLock(real, offset, n, flags);
}

static void shim_shm_barrier(sqlite3_file *file)
{
	sqlite3_file *real = shim(file)->real;

	real->pMethods->xShmBarrier(real);
}

static int shim_shm_unmap(sqlite3_file *file, int remove)
{
	sqlite3_file *real = shim(file)->real;

	return real->pMethods->xShmUnmap(real, remove);
}

static const sqlite3_io_methods shim_methods = {
	.iVersion = 2,
	.xClose = shim_close,
	.xRead = shim_read,
	.xWrite = shim_write,
	.xTruncate = shim_truncate,
	.xSync = shim_sync,
	.xFileSize = shim_size,
	.xLock = shim_lock,
	.xUnlock = shim_unlock,
	.xCheckReservedLock = shim_check_lock,
	.xFileControl = shim_control,
	.xSectorSize = shim_sector,
	.xDeviceCharacteristics = shim_device,
	.xShmMap = shim_shm_map,
	.xShmLock = shim_shm_lock,
	.xShmBarrier = shim_shm_barrier,
	.xShmUnmap = shim_shm_unmap,
};

static int vfs_open(sqlite3_vfs *vfs, const char *path, sqlite3_file *file, int flags, int *out_flags)
{
	struct nk_store_vfs *self = shim_vfs(vfs);
	struct shim_file *f = shim(file);
	int rc;

	f->env = self->env;
	f->real = (sqlite3_file *)(void *)(f + 1);
	f->real->pMethods = NULL;
	rc = self->real->xOpen(self->real, path, f->real, flags, out_flags);
	f->base.pMethods = f->real->pMethods != NULL ? &shim_methods : NULL;
	return rc;
}

static int vfs_delete(sqlite3_vfs *vfs, const char *path, int sync_dir)
{
	struct nk_store_vfs *self = shim_vfs(vfs);

	tell(self->env, NK_DISK_UNLINK);
	return self->real->xDelete(self->real, path, sync_dir);
}

static int vfs_access(sqlite3_vfs *vfs, const char *path, int flags, int *out)
{
	sqlite3_vfs *real = shim_vfs(vfs)->real;

	return real->xAccess(real, path, flags, out);
}

static int vfs_full_path(sqlite3_vfs *vfs, const char *path, int room, char *out)
{
	sqlite3_vfs *real = shim_vfs(vfs)->real;

	return real->xFullPathname(real, path, room, out);
}

static int vfs_random(sqlite3_vfs *vfs, int len, char *out)
{
	sqlite3_vfs *real = shim_vfs(vfs)->real;

	return real->xRandomness(real, len, out);
}

static int vfs_sleep(sqlite3_vfs *vfs, int us)
{
	sqlite3_vfs *real = shim_vfs(vfs)->real;

	return real->xSleep(real, us);
}

static int vfs_day(sqlite3_vfs *vfs, double *out)
{
	sqlite3_vfs *real = shim_vfs(vfs)->real;

	return real->xCurrentTime(real, out);
}

static int vfs_errno(sqlite3_vfs *vfs, int room, char *out)
{
	sqlite3_vfs *real = shim_vfs(vfs)->real;

	return real->xGetLastError(real, room, out);
}

NK_RESULT nk_store_vfs_new(const struct nk_env *env, struct nk_store_vfs **out, struct nk_err *err)
{
	sqlite3_vfs *real = sqlite3_vfs_find(NULL);
	struct nk_store_vfs *vfs;

	if (real == NULL) {
		return nk_fail(err, NK_INTERNAL, "SQLite has no file system on this machine");
	}
	vfs = calloc(1, sizeof(*vfs));
	if (vfs == NULL) {
		return nk_fail_nomem(err);
	}
	vfs->real = real;
	vfs->env = env;
	(void)snprintf(vfs->name, sizeof(vfs->name), "nokosazu-%p", (void *)vfs);
	vfs->base = (sqlite3_vfs){
		.iVersion = 1,
		.szOsFile = (int)sizeof(struct shim_file) + real->szOsFile,
		.mxPathname = real->mxPathname,
		.zName = vfs->name,
		.xOpen = vfs_open,
		.xDelete = vfs_delete,
		.xAccess = vfs_access,
		.xFullPathname = vfs_full_path,
		.xRandomness = vfs_random,
		.xSleep = vfs_sleep,
		.xCurrentTime = vfs_day,
		.xGetLastError = vfs_errno,
	};
	if (sqlite3_vfs_register(&vfs->base, 0) != SQLITE_OK) {
		free(vfs);
		return nk_fail(err, NK_INTERNAL, "SQLite does not take our file system");
	}
	*out = vfs;
	return nk_done();
}

const char *nk_store_vfs_name(const struct nk_store_vfs *vfs)
{
	return vfs->name;
}

void nk_store_vfs_free(struct nk_store_vfs **vfs)
{
	if (*vfs == NULL) {
		return;
	}
	(void)sqlite3_vfs_unregister(&(*vfs)->base);
	free(*vfs);
	*vfs = NULL;
}
