/*
 * nkscan_old_int.h: what the files of the scanning library know of each other.
 *
 * A pattern's bytes are found by one window of six bytes (its anchor), the one that the fewest other patterns share.
 * The windows stand in a bit map, which nearly every byte of a text leaves by one look, and in buckets behind it.
 */
#ifndef NKSCAN_INT_H
#define NKSCAN_INT_H

#include "nkscan_old.h"

#include <string.h>

/* One text in one encoding. */
struct nko_pattern {
	size_t at; /* in the pool */
	uint32_t number; /* the caller's */
	uint16_t len;
	uint16_t anchor; /* offset of its window */
	uint8_t encoding;
};

struct nko_cell {
	uint64_t window;
	uint32_t pattern;
};

struct nko_index {
	void *cd; /* iconv: UTF-8 to CP932 */
	uint8_t *pool;
	size_t pool_len, pool_cap;
	struct nko_pattern *patterns;
	size_t n, cap;
	size_t longest; /* bytes of the longest pattern; 0: none */
	uint64_t *map; /* bit per hash */
	unsigned map_bits;
	uint32_t *heads; /* bucket → first cell; one more than there are buckets */
	unsigned head_bits;
	struct nko_cell *cells;
	int sealed;
};

/* nko_window: the six bytes at p as a number; eight bytes can be read there. */
static inline uint64_t nko_window(const uint8_t *p)
{
	uint64_t v = 0;

	memcpy(&v, p, sizeof(v));
	return v & UINT64_C(0xffffffffffff);
}

static inline uint64_t nko_hash(uint64_t window)
{
	return window * UINT64_C(0x9e3779b97f4a7c15);
}

/* nko_encode_with: nko_encode with an iconv descriptor for CP932 (iconv_t). */
enum nko_status nko_encode_with(
	void *cd, enum nko_encoding to, const char *utf8, size_t len, uint8_t *out, size_t room, size_t *out_len);
/* nko_cd_open: NULL when this iconv has no CP932. nko_cd_close accepts NULL. */
void *nko_cd_open(void);
void nko_cd_close(void *cd);
/* nko_drop: wipes and frees. */
void nko_drop(void *ptr, size_t len);

#endif
