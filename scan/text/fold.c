/*
 * fold.c: UTF-8 of rosters and tests as normalised units: the plain counterpart of what the decoders do to streams.
 *
 * Invariant: for each text that a stream can hold, the units here are those of its decoder.
 */
#include "nks_text.h"

#include "nks_fold_int.h"
#include "nks_norm.h"

const uint16_t nks_half_kana_table[63] = {
	0x3002,
	0x300c,
	0x300d,
	0x3001,
	0x30fb,
	0x30f2,
	0x30a1,
	0x30a3,
	0x30a5,
	0x30a7,
	0x30a9,
	0x30e3,
	0x30e5,
	0x30e7,
	0x30c3,
	0x30fc,
	0x30a2,
	0x30a4,
	0x30a6,
	0x30a8,
	0x30aa,
	0x30ab,
	0x30ad,
	0x30af,
	0x30b1,
	0x30b3,
	0x30b5,
	0x30b7,
	0x30b9,
	0x30bb,
	0x30bd,
	0x30bf,
	0x30c1,
	0x30c4,
	0x30c6,
	0x30c8,
	0x30ca,
	0x30cb,
	0x30cc,
	0x30cd,
	0x30ce,
	0x30cf,
	0x30d2,
	0x30d5,
	0x30d8,
	0x30db,
	0x30de,
	0x30df,
	0x30e0,
	0x30e1,
	0x30e2,
	0x30e4,
	0x30e6,
	0x30e8,
	0x30e9,
	0x30ea,
	0x30eb,
	0x30ec,
	0x30ed,
	0x30ef,
	0x30f3,
	0x309b,
	0x309c,
};

nks_unit nks_supplementary(uint32_t c)
{
	size_t low = 0;
	size_t high = nks_above_n;

	if (c >= 0xe0000 && c <= 0xe0fff) {
		return 0;
	}
	if (c >= 0xf0000) {
		return NKS_GAIJI;
	}
	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (nks_above[middle].codepoint < c) {
			low = middle + 1;
		} else {
			high = middle;
		}
	}
	if (low < nks_above_n && nks_above[low].codepoint == c) {
		return nks_above[low].unit;
	}
	/* The same slot as tools/scantab/fold.py computes: equal text, equal slot, in each build. */
	return c < 0x20000 ? 0x25a0 : (nks_unit)(0xd800 + ((c * UINT32_C(0x9e3779b1)) >> 21));
}

/* The code point at s[0..len), strictly; its length in *out_used, 0 when it is none. */
static uint32_t code_point(const unsigned char *s, size_t len, size_t *out_used)
{
	static const uint32_t least[5] = { 0, 0, 0x80, 0x800, 0x10000 };
	size_t n = s[0] < 0x80 ? 1 : s[0] >= 0xf0 ? 4 : s[0] >= 0xe0 ? 3 : 2;
	uint32_t c = s[0];

	*out_used = 0;
	if (n == 1) {
		*out_used = 1;
		return c;
	}
	if (s[0] < 0xc2 || s[0] > 0xf4 || n > len) {
		return 0;
	}
	c &= 0xffU >> (n + 1);
	for (size_t i = 1; i < n; i++) {
		if ((s[i] & 0xc0) != 0x80) {
			return 0;
		}
		c = (c << 6) | (s[i] & 0x3fU);
	}
	if (c < least[n] || c > 0x10ffff || (c >= 0xd800 && c <= 0xdfff)) {
		return 0;
	}
	*out_used = n;
	return c;
}

/* The kana that c makes of the unit before it, 0 when c is no voice mark or joins nothing. */
static nks_unit voiced(uint32_t c, nks_unit before, bool before_is_half)
{
	if (c == 0x3099 || c == 0x309a) {
		return nks_voiced(before, c == 0x309a);
	}
	if ((c == 0xff9e || c == 0xff9f) && before_is_half) {
		return nks_voiced(before, c == 0xff9f);
	}
	return 0;
}

static nks_unit normalised(uint32_t c)
{
	if (c > 0xffff) {
		return nks_supplementary(c);
	}
	if (nks_is_half_kana(c)) {
		return nks_half_kana(c);
	}
	return nks_is_dropped(c) ? 0 : (nks_unit)c;
}

enum nks_status nks_units_of(const char *utf8, size_t len, nks_unit *out, size_t room, size_t *out_n)
{
	const unsigned char *s = (const unsigned char *)utf8;
	bool half = false;
	size_t n = 0;

	for (size_t i = 0; i < len;) {
		size_t used = 0;
		uint32_t c = code_point(s + i, len - i, &used);
		nks_unit joined = 0;
		nks_unit unit = 0;

		if (used == 0) {
			return NKS_BAD_TEXT;
		}
		i += used;
		joined = n > 0 ? voiced(c, out[n - 1], half) : 0;
		if (joined != 0) {
			out[n - 1] = joined;
			half = false;
			continue;
		}
		unit = normalised(c);
		if (unit == 0 && c != 0) {
			continue;
		}
		if (n == room) {
			return NKS_LIMIT;
		}
		out[n++] = unit;
		half = nks_is_half_kana(c);
	}
	*out_n = n;
	return NKS_OK;
}
