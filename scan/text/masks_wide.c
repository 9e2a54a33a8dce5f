/*
 * masks_wide.c: the bit maps of a block by AVX2, 64 units at a time; equal to masks.c, which says what they are.
 *
 * 64 units of ASCII are packed to bytes first; ASCII that comes as bytes is never looked at as units at all.
 */
#include "nks_decode.h"

#ifdef __x86_64__
#include <immintrin.h>

#define WIDE __attribute__((target("avx2")))
#define INLINE __attribute__((target("avx2"), always_inline)) static inline

/* 64 bits from 64 bytes of 00 or FF. */
INLINE uint64_t bits_of(__m256i a, __m256i b)
{
	return (uint64_t)(uint32_t)_mm256_movemask_epi8(a) | (uint64_t)(uint32_t)_mm256_movemask_epi8(b) << 32;
}

INLINE __m256i byte_within(__m256i x, char from, char count)
{
	const __m256i off = _mm256_sub_epi8(x, _mm256_set1_epi8(from));

	return _mm256_cmpeq_epi8(_mm256_min_epu8(off, _mm256_set1_epi8((char)(count - 1))), off);
}

/* Not 0 for gaps and ESC: the two tables meet in bit 0 for low nibbles of 0_, bit 1 of 1_, 2 of 2_, 3 of 3_; bit 7 is ESC. */
INLINE __m256i byte_class(__m256i x)
{
	const __m256i low = _mm256_setr_epi8(0x04, 0, 0x04, 0, 0, 0, 0, 0x04, 0, 0x01, 0x01, (char)0x80, 0x0c, 0x01,
		0x0a, 0x06, 0x04, 0, 0x04, 0, 0, 0, 0, 0x04, 0, 0x01, 0x01, (char)0x80, 0x0c, 0x01, 0x0a, 0x06);
	const __m256i high = _mm256_setr_epi8(0x01, (char)0x82, 0x04, 0x08, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x01,
		(char)0x82, 0x04, 0x08, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0);
	const __m256i nibble = _mm256_and_si256(_mm256_srli_epi16(x, 4), _mm256_set1_epi8(0x0f));

	return _mm256_and_si256(_mm256_shuffle_epi8(low, x), _mm256_shuffle_epi8(high, nibble));
}

INLINE void put(struct nks_masks *m, enum nks_mask k, size_t w, uint64_t bits)
{
	m->word[k][w] = bits;
	m->any |= (uint64_t)(bits != 0) << k;
}

/* Masks of 64 bytes of ASCII whose classes are ca and cb. */
INLINE void ascii_masks(struct nks_masks *m, size_t w, __m256i a, __m256i b)
{
	const __m256i zero = _mm256_setzero_si256();
	const __m256i fold = _mm256_set1_epi8(0x20);
	const __m256i at = _mm256_set1_epi8('@');
	const __m256i ca = byte_class(a);
	const __m256i cb = byte_class(b);

	put(m, NKS_M_DIGIT, w, bits_of(byte_within(a, '0', 10), byte_within(b, '0', 10)));
	put(m, NKS_M_ALPHA, w, bits_of(byte_within(_mm256_or_si256(a, fold), 'a', 26),
		byte_within(_mm256_or_si256(b, fold), 'a', 26)));
	put(m, NKS_M_AT, w, bits_of(_mm256_cmpeq_epi8(a, at), _mm256_cmpeq_epi8(b, at)));
	put(m, NKS_M_GAP, w, bits_of(_mm256_cmpgt_epi8(ca, zero), _mm256_cmpgt_epi8(cb, zero)));
	m->word[NKS_M_HAN][w] = 0;
	m->word[NKS_M_KANA][w] = 0;
}

WIDE size_t nks_ascii_run(struct nks_masks *m, size_t w, const uint8_t *p, size_t chunks, nks_unit *out)
{
	const __m256i zero = _mm256_setzero_si256();
	const __m256i escape = _mm256_set1_epi8(0x1b);
	struct nks_masks mine = *m;
	size_t i = 0;

	for (; i < chunks; i++, p += 64, out += 64) {
		const __m256i a = _mm256_loadu_si256((const __m256i *)(const void *)p);
		const __m256i b = _mm256_loadu_si256((const __m256i *)(const void *)(p + 32));
		const __m256i good = _mm256_cmpgt_epi8(_mm256_min_epi8(a, b), zero);
		const __m256i bad = _mm256_or_si256(_mm256_cmpeq_epi8(a, escape), _mm256_cmpeq_epi8(b, escape));
		if (_mm256_movemask_epi8(_mm256_andnot_si256(bad, good)) != -1) {
			break;
		}
		_mm256_storeu_si256((__m256i *)(void *)out, _mm256_cvtepu8_epi16(_mm256_castsi256_si128(a)));
		_mm256_storeu_si256((__m256i *)(void *)(out + 16), _mm256_cvtepu8_epi16(_mm256_extracti128_si256(a, 1)));
		_mm256_storeu_si256((__m256i *)(void *)(out + 32), _mm256_cvtepu8_epi16(_mm256_castsi256_si128(b)));
		_mm256_storeu_si256((__m256i *)(void *)(out + 48), _mm256_cvtepu8_epi16(_mm256_extracti128_si256(b, 1)));
		ascii_masks(&mine, w + i, a, b);
	}
	m->any |= mine.any;
	return i;
}

INLINE __m256i within(__m256i u, unsigned from, unsigned to)
{
	const __m256i off = _mm256_sub_epi16(u, _mm256_set1_epi16((short)from));

	return _mm256_cmpeq_epi16(_mm256_min_epu16(off, _mm256_set1_epi16((short)(to - from))), off);
}

INLINE __m256i is(__m256i u, unsigned value)
{
	return _mm256_cmpeq_epi16(u, _mm256_set1_epi16((short)value));
}

INLINE __m256i either(__m256i a, __m256i b)
{
	return _mm256_or_si256(a, b);
}

INLINE __m256i is_digit(__m256i u)
{
	return either(within(u, '0', '9'), within(u, 0xff10, 0xff19));
}

INLINE __m256i is_alpha(__m256i u)
{
	const __m256i narrow = within(_mm256_or_si256(u, _mm256_set1_epi16(0x20)), 'a', 'z');
	const __m256i full = within(
		_mm256_or_si256(_mm256_sub_epi16(u, _mm256_set1_epi16((short)0xff20)), _mm256_set1_epi16(0x20)), 0x21, 0x3a);
	const __m256i signs = is(_mm256_or_si256(u, _mm256_set1_epi16(0x20)), 0xf7);

	return either(either(narrow, full), _mm256_andnot_si256(signs, within(u, 0xc0, 0x24f)));
}

INLINE __m256i is_han(__m256i u)
{
	const __m256i ideographs = either(within(u, 0x4e00, 0x9fff), within(u, 0x3400, 0x4dbf));

	return either(ideographs, either(within(u, 0x3005, 0x3007), within(u, 0xd800, 0xfaff)));
}

/* Hiragana and katakana lie 0x60 apart; 3097–309C and 30FB are none. */
INLINE __m256i is_kana(__m256i u)
{
	const __m256i not = either(within(u, 0x3097, 0x309c), either(is(u, 0x30a0), is(u, 0x30fb)));

	return _mm256_andnot_si256(not, within(u, 0x3041, 0x30ff));
}

/* Gaps below U+0100 by their nibbles; the others by name. */
INLINE __m256i is_gap(__m256i u, __m256i above)
{
	const __m256i low = _mm256_cmpgt_epi16(
		_mm256_and_si256(byte_class(u), _mm256_set1_epi16(0x7f)), _mm256_setzero_si256());
	const __m256i narrow = either(_mm256_andnot_si256(above, low), is(u, 0xa0));
	const __m256i fold = _mm256_sub_epi16(u, _mm256_set1_epi16((short)0xfee0));
	const __m256i full = either(either(is(fold, ','), is(fold, '/')),
		either(either(is(fold, '"'), is(fold, '\'')), is(_mm256_or_si256(fold, _mm256_set1_epi16(2)), '>')));
	const __m256i japanese = either(is(u, 0x3000), is(u, 0x30fb));

	return either(either(narrow, full), either(japanese, either(within(u, 0x2000, 0x200a), within(u, 0x2018, 0x201f))));
}

/* 32 bits from two vectors of 16 units of 0000 or FFFF. */
INLINE uint32_t bits_of_units(__m256i a, __m256i b)
{
	return (uint32_t)_mm256_movemask_epi8(_mm256_permute4x64_epi64(_mm256_packs_epi16(a, b), 0xd8));
}

INLINE void unit_masks(uint32_t out[NKS_M_COUNT], __m256i a, __m256i b)
{
	const __m256i ha = _mm256_cmpgt_epi16(_mm256_srli_epi16(a, 7), _mm256_setzero_si256());
	const __m256i hb = _mm256_cmpgt_epi16(_mm256_srli_epi16(b, 7), _mm256_setzero_si256());

	out[NKS_M_DIGIT] = bits_of_units(is_digit(a), is_digit(b));
	out[NKS_M_ALPHA] = bits_of_units(is_alpha(a), is_alpha(b));
	out[NKS_M_HAN] = bits_of_units(is_han(a), is_han(b));
	out[NKS_M_KANA] = bits_of_units(is_kana(a), is_kana(b));
	out[NKS_M_AT] = bits_of_units(either(is(a, '@'), is(a, 0xff20)), either(is(b, '@'), is(b, 0xff20)));
	out[NKS_M_GAP] = bits_of_units(is_gap(a, ha), is_gap(b, hb));
}

WIDE void nks_masks_wide(struct nks_masks *m, size_t w, const nks_unit *u)
{
	const __m256i a = _mm256_loadu_si256((const __m256i *)(const void *)u);
	const __m256i b = _mm256_loadu_si256((const __m256i *)(const void *)(u + 16));
	const __m256i c = _mm256_loadu_si256((const __m256i *)(const void *)(u + 32));
	const __m256i d = _mm256_loadu_si256((const __m256i *)(const void *)(u + 48));
	const __m256i all = either(either(a, b), either(c, d));
	uint32_t low[NKS_M_COUNT];
	uint32_t high[NKS_M_COUNT];

	if (_mm256_testz_si256(all, _mm256_set1_epi16((short)0xff80))) {
		ascii_masks(m, w, _mm256_permute4x64_epi64(_mm256_packus_epi16(a, b), 0xd8),
			_mm256_permute4x64_epi64(_mm256_packus_epi16(c, d), 0xd8));
		return;
	}
	unit_masks(low, a, b);
	unit_masks(high, c, d);
	for (unsigned k = 0; k < NKS_M_COUNT; k++) {
		put(m, (enum nks_mask)k, w, (uint64_t)low[k] | (uint64_t)high[k] << 32);
	}
	const __m256i gaiji = either(either(within(a, 0xe000, 0xf8ff), within(b, 0xe000, 0xf8ff)),
		either(within(c, 0xe000, 0xf8ff), within(d, 0xe000, 0xf8ff)));
	m->gaiji |= _mm256_testz_si256(gaiji, gaiji) == 0;
}

#else

void nks_masks_wide(struct nks_masks *m, size_t w, const nks_unit *u)
{
	nks_masks_plain(m, w, u);
}

size_t nks_ascii_run(struct nks_masks *m, size_t w, const uint8_t *p, size_t chunks, nks_unit *out)
{
	(void)m;
	(void)w;
	(void)p;
	(void)chunks;
	(void)out;
	return 0;
}

#endif
