/*
 * store_vfs.h: SQLite's door to the disk, with the environment's watcher in front; private to the SQLite driver.
 */
#ifndef NK_STORE_VFS_H
#define NK_STORE_VFS_H

#include <sqlite3.h>

struct nk_store_vfs;

/*
 * nk_store_vfs_new: a file system for one connection, registered with SQLite under a name of its own.
 * It is SQLite's own one, but env->disk_act (when set) is called before each
 * write, sync, truncate and delete, and a failed sync ends the process.
 * `env` outlives it. NK_NOMEM, NK_INTERNAL. Not for two threads at once.
 */
NK_RESULT nk_store_vfs_new(const struct nk_env *env, struct nk_store_vfs **out, struct nk_err *err);
/* nk_store_vfs_name: for sqlite3_open_v2; borrowed. */
const char *nk_store_vfs_name(const struct nk_store_vfs *vfs);
/* nk_store_vfs_free: after the connection is closed. Accepts NULL. */
void nk_store_vfs_free(struct nk_store_vfs **vfs);

#endif
