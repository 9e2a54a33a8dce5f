/*
 * nks_norm.h: the normalising that all decoders and nks_units_of share, so that the index and the text agree.
 *
 * A decoder does for each code point: nothing when nks_is_dropped; nks_half_kana for U+FF61–FF9F; nks_voiced for a
 * voice mark that follows a kana it can join (half-width marks: only behind half-width kana, so that ﾊﾞ becomes バ
 * and ば゛ stays); nks_supplementary above the BMP (0: nothing).
 */
#ifndef NKS_NORM_H
#define NKS_NORM_H

#include <stdbool.h>
#include <stdint.h>

/* nks_is_dropped: soft hyphen, accents that combine (é is found as e), joiners and directions, variation selectors,
 * the mark at the beginning of files. BMP only. */
static inline bool nks_is_dropped(uint32_t c)
{
	if (c < 0x300) {
		return c == 0xad;
	}
	return c < 0x370 || (c >= 0x180b && c <= 0x180e) || (c >= 0x200b && c <= 0x200f) ||
		(c >= 0x202a && c <= 0x202e) || (c >= 0x2060 && c <= 0x206f) || (c >= 0xfe00 && c <= 0xfe0f) ||
		c == 0xfeff;
}

/* nks_half_kana: the full-width kana or sign of c, U+FF61 ≤ c ≤ U+FF9F. The two marks alone become U+309B, U+309C. */
extern const uint16_t nks_half_kana_table[63];
static inline uint16_t nks_half_kana(uint32_t c)
{
	return nks_half_kana_table[c - 0xff61];
}

static inline bool nks_is_half_kana(uint32_t c)
{
	return c >= 0xff61 && c <= 0xff9f;
}

/* nks_voiced: full-width kana with a voice mark (semi: the round one); 0 when there is no such kana. */
static inline uint16_t nks_voiced(uint16_t kana, bool semi)
{
	const uint64_t plain = UINT64_C(0x09248152aaaaa800);
	const uint64_t round = UINT64_C(0x0924800000000000);
	uint16_t base = kana >= 0x30a0 ? (uint16_t)(kana - 0x60) : kana;

	if (base < 0x3041 || base > 0x309d) {
		return 0;
	}
	if (semi) {
		return base < 0x3080 && ((round >> (base & 63)) & 1) != 0 ? (uint16_t)(kana + 2) : 0;
	}
	if (base == 0x3046) {
		return (uint16_t)(kana + 0x4e);
	}
	if (base == 0x309d) {
		return (uint16_t)(kana + 1);
	}
	if (kana >= 0x30ef && kana <= 0x30f2) {
		return (uint16_t)(kana + 8);
	}
	return base < 0x3080 && ((plain >> (base & 63)) & 1) != 0 ? (uint16_t)(kana + 1) : 0;
}

#endif
