/*
 * names_kit.h: blocks of text for the tests of this folder and for tools/nameseval: UTF-8 of the BMP as one block
 * with its masks and its layout, without the decoder. Not for the product.
 */
#ifndef NAMES_KIT_H
#define NAMES_KIT_H

#include "nks_layout.h"

#include <stdlib.h>
#include <string.h>

struct kit_block {
	struct nks_text text;
	nks_unit *units; /* with NKS_PAD before */
	uint64_t *masks;
	struct nks_layout *layout;
};

static inline size_t kit_units(const char *utf8, nks_unit *out)
{
	const unsigned char *s = (const unsigned char *)utf8;
	size_t n = 0;
	while (*s) {
		if (*s < 0x80) {
			out[n++] = *s++;
		} else if (*s < 0xe0) {
			out[n++] = (nks_unit)((s[0] & 0x1f) << 6 | (s[1] & 0x3f));
			s += 2;
		} else if (*s < 0xf0) {
			out[n++] = (nks_unit)((s[0] & 0xf) << 12 | (s[1] & 0x3f) << 6 | (s[2] & 0x3f));
			s += 3;
		} else {
			out[n++] = NKS_BREAK;
			s += 4;
		}
	}
	return n;
}

static inline unsigned kit_masks_of(nks_unit u)
{
	nks_unit f = nks_fold[u];
	unsigned m = 0;
	m |= (f >= '0' && f <= '9') ? 1U << NKS_M_DIGIT : 0;
	m |= (f >= 'a' && f <= 'z') ? 1U << NKS_M_ALPHA : 0;
	bool han = (u >= 0x3400 && u <= 0x9fff) || (u >= 0xf900 && u <= 0xfaff) || (u >= 0x3005 && u <= 0x3007) ||
		(u >= 0xd800 && u <= 0xf8ff);
	m |= han ? 1U << NKS_M_HAN : 0;
	m |= (u >= 0x3041 && u <= 0x30fe && u != 0x30fb && (u < 0x3097 || u > 0x30a0)) ? 1U << NKS_M_KANA : 0;
	m |= f == '@' ? 1U << NKS_M_AT : 0;
	bool gap = f == ' ' || u == '\t' || u == '\n' || u == '\r' || u == 0x30fb || u == NKS_CELL || u == NKS_ROW ||
		f == '"' || f == ',' || f == '/' || f == '<' || f == '>';
	m |= gap ? 1U << NKS_M_GAP : 0;
	return m;
}

/* kit_open_units: n units (copied) as one block. `table`: made by an opener. from: what lies before it is context. */
static inline struct kit_block *kit_open_units(const nks_unit *u, size_t n, bool table, bool layout)
{
	struct kit_block *b = calloc(1, sizeof *b);
	size_t words = n / 64 + 3;
	b->units = calloc(n + 2 * NKS_PAD + 1, sizeof *b->units);
	b->masks = calloc(words * NKS_M_COUNT, sizeof *b->masks);
	if (n > 0) {
		memcpy(b->units + NKS_PAD, u, n * sizeof *u);
	}
	b->text.u = b->units + NKS_PAD;
	b->text.n = n;
	b->text.to = n;
	b->text.first = true;
	b->text.last = true;
	for (size_t m = 0; m < NKS_M_COUNT; m++) {
		b->text.mask[m] = b->masks + words * m + 1;
	}
	for (size_t i = 0; i < n; i++) {
		unsigned is = kit_masks_of(u[i]);
		b->text.any |= is;
		for (size_t m = 0; m < NKS_M_COUNT; m++) {
			b->masks[words * m + 1 + i / 64] |= (uint64_t)((is >> m) & 1) << (i % 64);
		}
	}
	if (layout && nks_layout_new(&b->layout) == NKS_OK) {
		nks_layout_begin(b->layout, table, NULL, 0);
		b->text.layout = b->layout;
		nks_layout_feed(b->layout, &b->text);
	}
	return b;
}

static inline struct kit_block *kit_open(const char *utf8, bool table)
{
	nks_unit *u = calloc(strlen(utf8) + 1, sizeof *u);
	size_t n = kit_units(utf8, u);
	struct kit_block *b = kit_open_units(u, n, table, true);
	free(u);
	return b;
}

static inline void kit_close(struct kit_block **b)
{
	nks_layout_free(&(*b)->layout);
	free((*b)->units);
	free((*b)->masks);
	free(*b);
	*b = NULL;
}

/* kit_find: where the UTF-8 text first stands in the block, or n. */
static inline size_t kit_find(const struct kit_block *b, const char *utf8)
{
	nks_unit *u = calloc(strlen(utf8) + 1, sizeof *u);
	size_t n = kit_units(utf8, u);
	size_t i = 0;
	while (i + n <= b->text.n && memcmp(b->text.u + i, u, n * sizeof *u) != 0) {
		i++;
	}
	free(u);
	return i + n <= b->text.n ? i : b->text.n;
}

#endif
