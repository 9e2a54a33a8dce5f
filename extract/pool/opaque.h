/*
 * opaque.h: do these bytes say anything to anybody? What is encrypted, or packed by nobody knows what, looks like chance.
 *
 * Measured in windows of 4 KiB by how often two bytes of a window are equal: chance gives 1/256, text, programs, fonts and
 * tables give several times that. A window counts as dense below 1.5/256; fewer than 256 bytes are not judged. What a key
 * that is much shorter than the text has scrambled (one byte, exclusive or) looks like text and is not noticed.
 */
#ifndef NKX_OPAQUE_H
#define NKX_OPAQUE_H

#include "nkx_open.h"

enum { NKX_OPAQUE_WINDOW = 4096, NKX_OPAQUE_LEAST = 256 };

struct nkx_opaque {
	uint32_t counts[256]; /* of the window at hand */
	uint32_t n; /* bytes in it */
	uint64_t windows, dense; /* that were judged; windows of zeros alone are not */
	bool program, begun;
};
/* nkx_opaque_feed: the next bytes of a stream; it begins as a zeroed struct. */
void nkx_opaque_feed(struct nkx_opaque *o, const void *bytes, size_t len);
/* nkx_opaque_is: at its end: more than a quarter of the windows are dense, of a program (which has tables of chance, and
 * pictures) more than three quarters. */
bool nkx_opaque_is(struct nkx_opaque *o);
/* nkx_opaque_range: the same for [from, to) of a source; of a long one 256 windows spread over it. */
bool nkx_opaque_range(const struct nkx_source *s, uint64_t from, uint64_t to);

#endif
