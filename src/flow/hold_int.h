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
/* nk_copy_remove: nk_copy_erase of the file at `path`, if it is there and only we can open it; else NK_CONFLICT. */
NK_RESULT nk_copy_remove(const struct nk_env *env, const char *path, struct nk_err *err);
/* nk_copy_sync_folder: the names in the folder of a file. */
NK_RESULT nk_copy_sync_folder(const struct nk_env *env, const char *path, struct nk_err *err);

/* nk_hold_recover: at the opening for writing: copies that a cut-off run left are removed and closed. What cannot be
 * removed stays on the books, is told, and makes nk_flow_end_job answer NK_INCOMPLETE. */
NK_RESULT nk_hold_recover(struct nk_flow *flow, struct nk_err *err);

/* nk_hold_end: a copy that was kept, and that we may end alone: overwritten, removed, its holding closed with that. One that
 * is gone already is closed. In transactions of its own. */
struct nk_holding;
NK_RESULT nk_hold_end(struct nk_flow *flow, const struct nk_holding *h, struct nk_err *err);

/*
 * hold_known.c. nk_copy_digest: size and SHA-256 of an open file, from its start, its name empty. nk_copy_is: is the
 * file at `path` (from the root, no link) part of this holding? SAME: listed with exactly these bytes; CHANGED: listed
 * with other bytes, or it cannot be read; UNKNOWN: nothing of that name is listed. nk_copy_is_fd: the same of an open
 * file, for a holding that is one file. nk_hold_upgrade: at the opening for writing: places that stand in clear are
 * sealed; the files that a holding named exactly get their digests; folders do not: nobody listed what was in them.
 */
enum nk_copy_is { NK_COPY_UNKNOWN, NK_COPY_SAME, NK_COPY_CHANGED };
NK_RESULT nk_copy_digest(const struct nk_env *env, int fd, struct nk_holding_file *out, struct nk_err *err);
NK_RESULT nk_copy_is(struct nk_flow *flow, const struct nk_holding *h, const char *path, enum nk_copy_is *out,
	struct nk_err *err);
NK_RESULT nk_copy_is_fd(struct nk_flow *flow, const struct nk_holding *h, int fd, enum nk_copy_is *out, struct nk_err *err);
/* nk_copy_note: lists a copy's bytes as they are now, once; false when it is no file that can be read. nk_copy_is_noted: are the bytes
 * of this open file one of those listed? *out_any false: none were (rows of before). */
NK_RESULT nk_copy_note(struct nk_flow *flow, struct nk_tx *tx, struct nk_uuid holding, const char *path, struct nk_err *err);
NK_RESULT nk_copy_is_noted(
	struct nk_flow *flow, struct nk_uuid holding, int fd, bool *out, bool *out_any, struct nk_err *err);
NK_RESULT nk_hold_upgrade(struct nk_flow *flow, struct nk_err *err);

#endif
