/*
 * hold_int.h: files that hold copies, for hold.c and the sweeper.
 */
#ifndef NK_HOLD_INT_H
#define NK_HOLD_INT_H

#include "flow_int.h"

/*
 * nk_copy_erase: overwritten with zeros, synced, cut to nothing, unlinked, its folder synced. `fd`: the same file, open
 * for writing. NK_CONFLICT: the name is another file's by now; the bytes are gone then, and where the name went nobody
 * knows. Media that write elsewhere instead of in place (copy on write, flash) may keep the old blocks: said in man.
 */
NK_RESULT nk_copy_erase(const struct nk_env *env, const char *path, int fd, struct nk_err *err);
/* nk_copy_sync_folder: the names in the folder of a file. */
NK_RESULT nk_copy_sync_folder(const struct nk_env *env, const char *path, struct nk_err *err);

/* nk_hold_recover: at the opening for writing: copies that a cut-off run left are removed and closed. What cannot be
 * removed stays on the books, is told, and makes nk_flow_end_job answer NK_INCOMPLETE. */
NK_RESULT nk_hold_recover(struct nk_flow *flow, struct nk_err *err);

#endif
