/*
 * utf.h: Unicode as documents hold it: is it UTF-8, and UTF-16 made UTF-8 piece by piece.
 */
#ifndef NKX_UTF_H
#define NKX_UTF_H

#include "doc_out.h"

/* Goes along bytes in pieces; begin with zeros. */
struct nkx_utf8_check {
	unsigned left; /* bytes that the character at hand still needs */
	uint8_t low, high; /* what the next of them may be, 0: 80 to BF */
	bool bad, jis; /* jis: escapes of ISO-2022-JP occurred */
};
void nkx_utf8_check(struct nkx_utf8_check *c, const uint8_t *bytes, size_t len);

/* UTF-16 in pieces of any length, given on as UTF-8; begin with `big` set and zeros. */
struct nkx_utf16 {
	bool big;
	size_t n;
	uint8_t half[1];
	uint32_t high; /* a surrogate that waits for its second half */
};
typedef void nkx_utf16_fn(void *arg, const char *utf8, size_t len);
void nkx_utf16_feed(struct nkx_utf16 *u, const uint8_t *bytes, size_t len, nkx_utf16_fn *fn, void *arg);

/* nkx_utf16_kind: of the first bytes of a text: 0 no, 1 little-endian, 2 big-endian. *skip: bytes of its mark. */
int nkx_utf16_kind(const uint8_t *head, size_t len, size_t *skip);

#endif
