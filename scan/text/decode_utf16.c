/*
 * decode_utf16.c: UTF-16 in both orders. Lone surrogates are undecodable; an odd last byte too.
 *
 * ASCII and UTF-8 read as UTF-16 give units of scripts that do not occur in Japan, private ones or NUL: noted as
 * signs against it.
 */
#include "nks_decode.h"

#ifdef __x86_64__
#include <immintrin.h>

/* 16 units: how many, from the first, need no look: 01–AC, 3000–9FFF but for combining marks, FF01–FF60. All are
 * written. */
__attribute__((target("avx2"))) static size_t plain16(const uint8_t *p, nks_unit *out, bool big)
{
	const __m256i turn = _mm256_setr_epi8(1, 0, 3, 2, 5, 4, 7, 6, 9, 8, 11, 10, 13, 12, 15, 14, 1, 0, 3, 2, 5, 4,
		7, 6, 9, 8, 11, 10, 13, 12, 15, 14);
	__m256i u = _mm256_loadu_si256((const __m256i *)(const void *)p);

	if (big) {
		u = _mm256_shuffle_epi8(u, turn);
	}
	const __m256i low = _mm256_sub_epi16(u, _mm256_set1_epi16(1));
	const __m256i is_low = _mm256_cmpeq_epi16(_mm256_min_epu16(low, _mm256_set1_epi16(0xab)), low);
	const __m256i mid = _mm256_sub_epi16(u, _mm256_set1_epi16(0x3000));
	const __m256i is_mid = _mm256_cmpeq_epi16(_mm256_min_epu16(mid, _mm256_set1_epi16(0x6fff)), mid);
	const __m256i full = _mm256_sub_epi16(u, _mm256_set1_epi16((short)0xff01));
	const __m256i is_full = _mm256_cmpeq_epi16(_mm256_min_epu16(full, _mm256_set1_epi16(0x5f)), full);
	const __m256i mark = _mm256_or_si256(
		_mm256_cmpeq_epi16(u, _mm256_set1_epi16(0x3099)), _mm256_cmpeq_epi16(u, _mm256_set1_epi16(0x309a)));
	const __m256i good = _mm256_andnot_si256(mark, _mm256_or_si256(is_low, _mm256_or_si256(is_mid, is_full)));
	const unsigned mask = (unsigned)_mm256_movemask_epi8(good);

	_mm256_storeu_si256((__m256i *)(void *)out, u);
	return mask == 0xffffffff ? 16 : (size_t)__builtin_ctz(~mask) / 2;
}

static void take_plain(struct nks_cut *c, bool big)
{
	while (c->p < c->limit && c->end - c->p >= 32) {
		const size_t k = plain16(c->p, c->out, big);
		const size_t room = ((size_t)(c->limit - c->p) + 1) / 2;
		const size_t taken = k < room ? k : room;
		c->p += 2 * taken;
		c->out += taken;
		if (taken < 16) {
			return;
		}
	}
}

#else

static void take_plain(struct nks_cut *c, bool big)
{
	(void)c;
	(void)big;
}

#endif

static nks_unit unit_at(const uint8_t *p, bool big)
{
	return (nks_unit)(big ? (unsigned)p[0] << 8 | p[1] : (unsigned)p[1] << 8 | p[0]);
}

/* Scripts between Hebrew and Cherokee, Yi and what stands behind, private characters, NUL. */
static bool is_odd(nks_unit u)
{
	return u == 0 || (u >= 0x0530 && u <= 0x1dff) || (u >= 0xa000 && u <= 0xabff) || (u >= 0xe000 && u <= 0xf8ff);
}

static void take_any(struct nks_cut *c, bool big)
{
	const ptrdiff_t left = c->end - c->p;

	if (left < 2) {
		nks_odd(c, c->p);
		c->p++;
		nks_put_break(c);
		return;
	}
	const nks_unit u = unit_at(c->p, big);
	if (is_odd(u)) {
		nks_odd(c, c->p);
	}
	if (u < 0xd800 || u > 0xdfff) {
		nks_put_rare(c, u);
		c->p += 2;
		return;
	}
	const nks_unit second = left >= 4 ? unit_at(c->p + 2, big) : 0;
	if (u >= 0xdc00 || second < 0xdc00 || second > 0xdfff) {
		nks_odd(c, c->p);
		c->p += 2;
		nks_put_break(c);
		return;
	}
	nks_put_above(c, 0x10000 + (((uint32_t)u & 0x3ff) << 10 | (second & 0x3ff)));
	c->p += 4;
}

static bool is_mark(const struct nks_cut *c, bool big)
{
	if (c->end - c->p < 2) {
		return false;
	}
	const nks_unit u = unit_at(c->p, big);
	return u == 0x3099 || u == 0x309a || u == 0xff9e || u == 0xff9f;
}

static void decode(struct nks_cut *c, bool big)
{
	const uint8_t *const last = c->final ? c->end : c->end - NKS_AHEAD;

	c->limit = c->limit < last ? c->limit : last;
	while (c->p < c->limit) {
		if (c->wide) {
			take_plain(c, big);
		}
		if (c->p < c->limit) {
			take_any(c, big);
		}
	}
	while (c->p < last && is_mark(c, big)) {
		take_any(c, big);
	}
}

void nks_decode_utf16le(struct nks_cut *c)
{
	decode(c, false);
}

void nks_decode_utf16be(struct nks_cut *c)
{
	decode(c, true);
}
