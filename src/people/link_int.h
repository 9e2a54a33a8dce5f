/*
 * link_int.h: a link's record in plain: state, password, anchor, keys (DESIGN.md of this floor).
 *
 * Invariant: bytes that nk_link_read accepted give the same link again; keys stand oldest first, none twice.
 */
#ifndef NK_LINK_INT_H
#define NK_LINK_INT_H

#include "link.h"

enum { NK_LINK_SCHEMA = 1, NK_LINK_SCHEMA_FROM = 2, NK_LINK_KEYS_MAX = 1024, NK_LINK_TEXT_MAX = 8192, NK_LINK_RECORD_MAX = 1048576 };

/* nk_link_write: appends the record to `out` (wiping). NK_LIMIT, NK_INVALID with the person's number. */
NK_RESULT nk_link_write(const struct nk_link *link, struct nk_buf *out, struct nk_err *err);
/* nk_link_read: fills state, password_set, anchor and keys, with memory of `arena`; NK_CORRUPT, NK_NEWER with the
 * number in out->person_number. */
NK_RESULT nk_link_read(struct nk_bytes record, struct nk_arena *arena, struct nk_link *out, struct nk_err *err);
/* nk_link_merge: `next` with the keys of `old` before its own, none twice; an anchor that is replaced becomes a key
 * "anchor", an empty one keeps the old. Slices are borrowed from both. */
NK_RESULT nk_link_merge(const struct nk_link *old, const struct nk_link *next, struct nk_arena *arena,
	struct nk_link *out, struct nk_err *err);

#endif
