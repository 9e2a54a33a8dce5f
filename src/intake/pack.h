/*
 * pack.h: a folder of CSV files as one zip in memory, so that there is one way into the child.
 */
#ifndef NK_PACK_H
#define NK_PACK_H

/*
 * nk_pack_folder: the files directly in `dir` whose names end in .csv (capitals too), in order of their names, as a
 * sealed memory file (nk_os_fd_close). The bytes are not looked at. Links are not followed; other files are left out.
 * NK_NOT_FOUND: none; NK_LIMIT: more than 64 files or 1 GiB.
 */
NK_RESULT nk_pack_folder(const struct nk_env *env, const char *dir, int *out_fd, uint64_t *out_size, struct nk_err *err);

#endif
