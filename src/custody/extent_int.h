/*
 * extent_int.h: the bitmaps behind extents, for the files of this floor that count persons.
 */
#ifndef NK_EXTENT_INT_H
#define NK_EXTENT_INT_H

#include <roaring/roaring.h>

/* nk_bitmap_free: for NK_OWNED. nk_bitmap_read: the caller's; NK_CORRUPT when the bytes are not one whole bitmap. */
void nk_bitmap_free(roaring_bitmap_t **bitmap);
NK_RESULT nk_bitmap_read(struct nk_bytes bytes, roaring_bitmap_t **out, struct nk_err *err);

/*
 * nk_extent_sum: how many persons were seen in a copy, in any item class, and with those who may be in it: counted from
 * the bitmaps. nk_extent_recount: the same, written into the copy's row; whoever changes an extent calls it.
 */
NK_RESULT nk_extent_sum(
	struct nk_store *store, struct nk_uuid holding, uint64_t *out_exact, uint64_t *out_max, struct nk_err *err);
NK_RESULT nk_extent_recount(struct nk_tx *tx, struct nk_uuid holding, struct nk_err *err);

#endif
