/*
 * extent_int.h: the bitmaps behind extents, for the files of this floor that count persons.
 */
#ifndef NK_EXTENT_INT_H
#define NK_EXTENT_INT_H

#include <roaring/roaring.h>

/* nk_bitmap_free: for NK_OWNED. nk_bitmap_read: the caller's; NK_CORRUPT when the bytes are not one whole bitmap. */
void nk_bitmap_free(roaring_bitmap_t **bitmap);
NK_RESULT nk_bitmap_read(struct nk_bytes bytes, roaring_bitmap_t **out, struct nk_err *err);

#endif
