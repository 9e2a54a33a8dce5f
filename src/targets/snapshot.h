/*
 * snapshot.h: what was read of a target as bytes, and such bytes as a target that can only be read.
 *
 * For the sealed copy that a dry run may be made against (docs/adr/0016): no connection is behind it, so nothing that
 * is made from it can reach the target.
 */
#ifndef NK_SNAPSHOT_H
#define NK_SNAPSHOT_H

#include "target.h"

enum { NK_SNAPSHOT_MAX = 1 << 30 }; /* bytes of one */

/*
 * nk_snapshot_print: all of `s`, appended; personal: `out` is a wiping buffer. `lacking`: of the names that a mapping asks
 * for, those that the target's schema does not know. NK_LIMIT at the buffer's maximum.
 */
NK_RESULT nk_snapshot_print(
	const struct nk_snapshot *s, const struct nk_str *lacking, size_t n_lacking, struct nk_buf *out, struct nk_err *err);
/*
 * nk_snapshot_open: a target that reads what was printed: nk_target_read gives the same entries, nk_target_has is false
 * for the names that were lacking. Everything else is NK_DENIED. Copies `bytes` into wiped memory of its own; what a read
 * gives lives in that read's arena. NK_CORRUPT: not such bytes.
 */
NK_RESULT nk_snapshot_open(struct nk_bytes bytes, struct nk_target_link **out, struct nk_err *err);

#endif
