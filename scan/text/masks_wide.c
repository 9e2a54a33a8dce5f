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

/* Not 0 for gaps and ESC: the two tables meet in bit 0 for low nibbles of 0_, bit 1 of 1_, 2 of 2_, 3 of 3_; bit 7 is
 * ESC. */
INLINE __m256i byte_class(__m256i x)
{
	const __m256i low = _mm256_setr_epi8(0x04, 0, 0x04, 0, 0, 0, 0, 0x04, 0, 0x01, 0x01, (char)0x80, 0x0c, 0x01,
		0x0a, 0x06, 0x04, 0, 0x04, 0, 0, 0, 0, 0x04, 0, 0x01, 0x01, (char)0x80, 0x0c, 0x01, 0x0a, 0x06);
	const __m256i high = _mm256_setr_epi8(0x01, (char)0x82, 0x04, 0x08, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x01,
		(char)0x82, 0x04, 0x08, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0);
	const __m256i nibble = _mm256_and_si256(_mm256_srli_epi16(x, 4), _mm256_set1_epi8(0x0f));

	return _mm256_and_si256(_mm256_shuffle_epi8(low, x), _mm256_shuffle_epi8(high, nibble));
}

enum { SIGN = 24, ESCAPE = 7 };
/* + / - _ have a bit of SIGN, % \ & = # ? of ESCAPE: 8 row 2, B D F; 16 row 5, F; 1 row 2, 3 5 6; 2 row 3, D F; 4
 * row 5, C. */
INLINE __m256i byte_kind(__m256i x)
{
	const __m256i high =
		_mm256_broadcastsi128_si256(_mm_setr_epi8(0, 0, 1 | 8, 2, 0, 4 | 16, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0));
	const __m256i low = _mm256_broadcastsi128_si256(
		_mm_setr_epi8(0, 0, 0, 1, 0, 1, 1, 0, 0, 0, 0, 8, 4, 2 | 8, 0, 2 | 8 | 16));
	const __m256i nibble = _mm256_and_si256(_mm256_srli_epi16(x, 4), _mm256_set1_epi8(0x0f));

	return _mm256_and_si256(_mm256_shuffle_epi8(low, x), _mm256_shuffle_epi8(high, nibble));
}

/* Where these bytes have one of the bits. */
INLINE uint64_t having(__m256i a, __m256i b, char bits)
{
	const __m256i zero = _mm256_setzero_si256();
	const __m256i wanted = _mm256_set1_epi8(bits);

	return ~bits_of(_mm256_cmpeq_epi8(_mm256_and_si256(a, wanted), zero),
		_mm256_cmpeq_epi8(_mm256_and_si256(b, wanted), zero));
}

/* Returns what it means for `any`: kept in a register by those who call, as stores would alias it. */
INLINE uint64_t put(const struct nks_masks *m, enum nks_mask k, size_t w, uint64_t bits)
{
	m->word[k][w] = bits;
	return (uint64_t)(bits != 0) << k;
}

/* Masks of 64 bytes of ASCII whose classes are ca and cb. */
INLINE uint64_t ascii_masks(const struct nks_masks *m, size_t w, __m256i a, __m256i b)
{
	const __m256i zero = _mm256_setzero_si256();
	const __m256i fold = _mm256_set1_epi8(0x20);
	const __m256i at = _mm256_set1_epi8('@');
	const __m256i ca = byte_class(a);
	const __m256i cb = byte_class(b);

	uint64_t any = put(m, NKS_M_DIGIT, w, bits_of(byte_within(a, '0', 10), byte_within(b, '0', 10)));
	any |= put(m, NKS_M_ALPHA, w,
		bits_of(byte_within(_mm256_or_si256(a, fold), 'a', 26),
			byte_within(_mm256_or_si256(b, fold), 'a', 26)));
	any |= put(m, NKS_M_AT, w, bits_of(_mm256_cmpeq_epi8(a, at), _mm256_cmpeq_epi8(b, at)));
	any |= put(m, NKS_M_GAP, w, bits_of(_mm256_cmpgt_epi8(ca, zero), _mm256_cmpgt_epi8(cb, zero)));
	const __m256i ka = byte_kind(a);
	const __m256i kb = byte_kind(b);
	any |= put(m, NKS_M_SIGN, w, having(ka, kb, SIGN));
	any |= put(m, NKS_M_ESCAPE, w, having(ka, kb, ESCAPE));
	m->word[NKS_M_HAN][w] = 0;
	m->word[NKS_M_KANA][w] = 0;
	return any;
}

WIDE size_t nks_ascii_run(struct nks_masks *m, size_t w, const uint8_t *p, size_t chunks, nks_unit *out)
{
	const __m256i zero = _mm256_setzero_si256();
	const __m256i escape = _mm256_set1_epi8(0x1b);
	const struct nks_masks mine = *m;
	uint64_t any = 0;
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
		_mm256_storeu_si256(
			(__m256i *)(void *)(out + 16), _mm256_cvtepu8_epi16(_mm256_extracti128_si256(a, 1)));
		_mm256_storeu_si256((__m256i *)(void *)(out + 32), _mm256_cvtepu8_epi16(_mm256_castsi256_si128(b)));
		_mm256_storeu_si256(
			(__m256i *)(void *)(out + 48), _mm256_cvtepu8_epi16(_mm256_extracti128_si256(b, 1)));
		any |= ascii_masks(&mine, w + i, a, b);
	}
	m->any |= any;
	return i;
}

INLINE __m256i is(__m256i x, unsigned value)
{
	return _mm256_cmpeq_epi8(x, _mm256_set1_epi8((char)value));
}

INLINE __m256i within(__m256i x, unsigned from, unsigned to)
{
	return byte_within(x, (char)from, (char)(to - from + 1));
}

INLINE __m256i either(__m256i a, __m256i b)
{
	return _mm256_or_si256(a, b);
}

INLINE __m256i both(__m256i a, __m256i b)
{
	return _mm256_and_si256(a, b);
}

/* 32 units: their high and low bytes, and where the high byte is 00, 30, FF. */
struct split {
	__m256i high, low, narrow, kana, full;
};

INLINE struct split split_of(__m256i a, __m256i b)
{
	const __m256i byte = _mm256_set1_epi16(0xff);
	const __m256i high = _mm256_packus_epi16(_mm256_srli_epi16(a, 8), _mm256_srli_epi16(b, 8));
	const __m256i low = _mm256_packus_epi16(both(a, byte), both(b, byte));
	struct split s = { .high = _mm256_permute4x64_epi64(high, 0xd8), .low = _mm256_permute4x64_epi64(low, 0xd8) };

	s.narrow = is(s.high, 0);
	s.kana = is(s.high, 0x30);
	s.full = is(s.high, 0xff);
	return s;
}

INLINE __m256i is_digit(const struct split *s)
{
	return either(both(s->narrow, within(s->low, '0', '9')), both(s->full, within(s->low, 0x10, 0x19)));
}

/* U+00C0–024F without × and ÷. */
INLINE __m256i is_accented(const struct split *s)
{
	const __m256i signs = is(either(s->low, _mm256_set1_epi8(0x20)), 0xf7);
	const __m256i first = _mm256_andnot_si256(signs, both(s->narrow, within(s->low, 0xc0, 0xff)));

	return either(first, either(is(s->high, 1), both(is(s->high, 2), within(s->low, 0, 0x4f))));
}

INLINE __m256i is_alpha(const struct split *s)
{
	const __m256i fold = _mm256_set1_epi8(0x20);
	const __m256i narrow = both(s->narrow, within(either(s->low, fold), 'a', 'z'));
	const __m256i full = both(s->full, within(either(_mm256_sub_epi8(s->low, fold), fold), 0x21, 0x3a));
	const __m256i wide = _mm256_andnot_si256(within(s->low, 0x60, 0xff), full);

	return either(either(narrow, wide), is_accented(s));
}

INLINE __m256i is_han(const struct split *s)
{
	return either(either(within(s->high, 0x34, 0x9f), within(s->high, 0xd8, 0xfa)),
		both(s->kana, within(s->low, 5, 7)));
}

/* Hiragana and katakana lie 0x60 apart; 3097–309C, 30A0 and 30FB are none. */
INLINE __m256i is_kana(const struct split *s)
{
	const __m256i none = either(within(s->low, 0x97, 0x9c), either(is(s->low, 0xa0), is(s->low, 0xfb)));

	return both(s->kana, _mm256_andnot_si256(none, within(s->low, 0x41, 0xff)));
}

/* Full-width gaps lie E0 above ASCII's. */
INLINE __m256i is_gap(const struct split *s)
{
	const __m256i ascii = _mm256_cmpgt_epi8(byte_class(s->low), _mm256_setzero_si256());
	const __m256i narrow = both(s->narrow, either(ascii, is(s->low, 0xa0)));
	const __m256i japanese = both(s->kana, either(is(s->low, 0), is(s->low, 0xfb)));
	const __m256i brackets = is(either(s->low, _mm256_set1_epi8(2)), 0x1e);
	const __m256i marks =
		either(either(is(s->low, 0x0c), is(s->low, 0x0f)), either(is(s->low, 0x02), is(s->low, 0x07)));
	const __m256i full = both(s->full, either(brackets, marks));
	const __m256i general = both(is(s->high, 0x20), either(within(s->low, 0, 0x0a), within(s->low, 0x18, 0x1f)));

	return either(either(narrow, japanese), either(full, general));
}

INLINE __m256i is_at(const struct split *s)
{
	return either(both(s->narrow, is(s->low, '@')), both(s->full, is(s->low, 0x20)));
}

WIDE void nks_masks_wide(struct nks_masks *m, size_t w, const nks_unit *u)
{
	const __m256i a = _mm256_loadu_si256((const __m256i *)(const void *)u);
	const __m256i b = _mm256_loadu_si256((const __m256i *)(const void *)(u + 16));
	const __m256i c = _mm256_loadu_si256((const __m256i *)(const void *)(u + 32));
	const __m256i d = _mm256_loadu_si256((const __m256i *)(const void *)(u + 48));

	if (_mm256_testz_si256(either(either(a, b), either(c, d)), _mm256_set1_epi16((short)0xff80))) {
		m->any |= ascii_masks(m, w, _mm256_permute4x64_epi64(_mm256_packus_epi16(a, b), 0xd8),
			_mm256_permute4x64_epi64(_mm256_packus_epi16(c, d), 0xd8));
		return;
	}
	const struct split x = split_of(a, b);
	const struct split y = split_of(c, d);
	uint64_t any = put(m, NKS_M_DIGIT, w, bits_of(is_digit(&x), is_digit(&y)));
	any |= put(m, NKS_M_ALPHA, w, bits_of(is_alpha(&x), is_alpha(&y)));
	any |= put(m, NKS_M_HAN, w, bits_of(is_han(&x), is_han(&y)));
	any |= put(m, NKS_M_KANA, w, bits_of(is_kana(&x), is_kana(&y)));
	any |= put(m, NKS_M_AT, w, bits_of(is_at(&x), is_at(&y)));
	any |= put(m, NKS_M_GAP, w, bits_of(is_gap(&x), is_gap(&y)));
	const __m256i kx = both(x.narrow, byte_kind(x.low));
	const __m256i ky = both(y.narrow, byte_kind(y.low));
	any |= put(m, NKS_M_SIGN, w, having(kx, ky, SIGN));
	any |= put(m, NKS_M_ESCAPE, w, having(kx, ky, ESCAPE));
	m->any |= any;
	m->gaiji |= bits_of(within(x.high, 0xe0, 0xf8), within(y.high, 0xe0, 0xf8)) != 0;
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
