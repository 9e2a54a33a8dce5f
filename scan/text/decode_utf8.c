/*
 * decode_utf8.c: UTF-8, strict: overlong forms, surrogates and what is cut are undecodable, byte by byte.
 *
 * Runs of ASCII and of three-byte characters U+3000–9FFF and U+FF01–FF60 go by vectors; the rest one by one.
 * NUL and ESC sequences of ISO-2022 are taken, and noted as signs of another encoding.
 */
#include "nks_decode.h"

#ifdef __x86_64__
#include <immintrin.h>

/* Up to 16 bytes of ASCII. */
static size_t ascii16(struct nks_cut *c)
{
	const __m128i x = _mm_loadu_si128((const __m128i *)(const void *)c->p);
	const __m128i good =
		_mm_andnot_si128(_mm_cmpeq_epi8(x, _mm_set1_epi8(0x1b)), _mm_cmpgt_epi8(x, _mm_setzero_si128()));
	const unsigned mask = (unsigned)_mm_movemask_epi8(good);
	const size_t k = mask == 0xffff ? 16 : (size_t)__builtin_ctz(~mask);

	_mm_storeu_si128((__m128i *)(void *)c->out, _mm_unpacklo_epi8(x, _mm_setzero_si128()));
	_mm_storeu_si128((__m128i *)(void *)(c->out + 8), _mm_unpackhi_epi8(x, _mm_setzero_si128()));
	return k;
}

bool nks_take_ascii(struct nks_cut *c)
{
	const uint8_t *const begin = c->p;

	while (c->p < c->limit && (size_t)(c->end - c->p) >= 16) {
		const size_t room = (size_t)(c->limit - c->p);
		const size_t k = ascii16(c);
		const size_t taken = k < room ? k : room;
		c->p += taken;
		c->out += taken;
		if (k < 16) {
			return c->p != begin;
		}
	}
	while (c->p<c->limit && * c->p> 0 && *c->p < 0x80 && *c->p != 0x1b) {
		*c->out++ = *c->p++;
	}
	return c->p != begin;
}

#define INLINE __attribute__((target("avx2"), always_inline)) static inline

/* Eight characters of three bytes, all written; bit i of the result: the i-th is a common one. */
INLINE unsigned three8(const uint8_t *p, nks_unit *out)
{
	const __m256i order = _mm256_setr_epi8(2, 1, 0, -1, 5, 4, 3, -1, 8, 7, 6, -1, 11, 10, 9, -1, 2, 1, 0, -1, 5,
		4, 3, -1, 8, 7, 6, -1, 11, 10, 9, -1);
	const __m128i low = _mm_loadu_si128((const __m128i *)(const void *)p);
	const __m128i high = _mm_loadu_si128((const __m128i *)(const void *)(p + 12));
	const __m256i x = _mm256_shuffle_epi8(_mm256_inserti128_si256(_mm256_castsi128_si256(low), high, 1), order);
	const __m256i form =
		_mm256_cmpeq_epi32(_mm256_and_si256(x, _mm256_set1_epi32(0xf0c0c0)), _mm256_set1_epi32(0xe08080));
	const __m256i bits = _mm256_and_si256(x, _mm256_set1_epi32(0x0f3f3f));
	const __m256i two = _mm256_maddubs_epi16(bits, _mm256_set1_epi32(0x00014001));
	const __m256i u = _mm256_madd_epi16(two, _mm256_set1_epi32(0x10000001));
	/* U+3000–9FFF, U+FF01–FF60; not the combining marks U+3099 and 309A */
	const __m256i common = _mm256_and_si256(
		_mm256_cmpgt_epi32(u, _mm256_set1_epi32(0x2fff)), _mm256_cmpgt_epi32(_mm256_set1_epi32(0xa000), u));
	const __m256i full = _mm256_and_si256(
		_mm256_cmpgt_epi32(u, _mm256_set1_epi32(0xff00)), _mm256_cmpgt_epi32(_mm256_set1_epi32(0xff61), u));
	const __m256i mark =
		_mm256_cmpeq_epi32(_mm256_and_si256(_mm256_add_epi32(u, _mm256_set1_epi32(1)), _mm256_set1_epi32(-2)),
			_mm256_set1_epi32(0x309a));
	const __m256i good = _mm256_andnot_si256(mark, _mm256_and_si256(form, _mm256_or_si256(common, full)));
	const __m256i packed = _mm256_permute4x64_epi64(_mm256_packus_epi32(u, u), 0x08);

	_mm_storeu_si128((__m128i *)(void *)out, _mm256_castsi256_si128(packed));
	return (unsigned)_mm256_movemask_ps(_mm256_castsi256_ps(good));
}

/* Only the last step of a run waits for how many were good: the others are guessed by the branch. Goes a little
 * behind limit, which is where the next mark would stand and nothing more. */
__attribute__((target("avx2"))) static void take_three(struct nks_cut *c)
{
	const uint8_t *p = c->p;
	nks_unit *out = c->out;
	unsigned mask = 0xff;

	while (p < c->limit && c->end - p >= 28) {
		mask = three8(p, out);
		if (mask != 0xff) {
			break;
		}
		p += 24;
		out += 8;
	}
	const size_t more = mask == 0xff ? 0 : (size_t)__builtin_ctz(~mask);
	c->p = p + 3 * more;
	c->out = out + more;
}

#else

bool nks_take_ascii(struct nks_cut *c)
{
	const uint8_t *const begin = c->p;

	while (c->p<c->limit && * c->p> 0 && *c->p < 0x80 && *c->p != 0x1b) {
		*c->out++ = *c->p++;
	}
	return c->p != begin;
}

static void take_three(struct nks_cut *c)
{
	(void)c;
}

#endif

static bool is_tail(const struct nks_cut *c, size_t i)
{
	return (size_t)(c->end - c->p) > i && (c->p[i] & 0xc0) == 0x80;
}

static void bad_byte(struct nks_cut *c)
{
	nks_odd(c, c->p);
	c->p++;
	nks_put_break(c);
}

static void take_two(struct nks_cut *c)
{
	const uint8_t *const p = c->p;

	if (!is_tail(c, 1)) {
		bad_byte(c);
		return;
	}
	nks_put_rare(c, (nks_unit)((p[0] & 0x1f) << 6 | (p[1] & 0x3f)));
	c->p += 2;
}

static void take_one_three(struct nks_cut *c)
{
	const uint8_t *const p = c->p;

	if (!is_tail(c, 1) || !is_tail(c, 2)) {
		bad_byte(c);
		return;
	}
	const nks_unit u = (nks_unit)((p[0] & 0x0f) << 12 | (p[1] & 0x3f) << 6 | (p[2] & 0x3f));
	if (u < 0x800 || (u >= 0xd800 && u <= 0xdfff)) {
		bad_byte(c);
		return;
	}
	nks_put_rare(c, u);
	c->p += 3;
}

static void take_four(struct nks_cut *c)
{
	const uint8_t *const p = c->p;

	if (!is_tail(c, 1) || !is_tail(c, 2) || !is_tail(c, 3)) {
		bad_byte(c);
		return;
	}
	const uint32_t u = (uint32_t)(p[0] & 0x07) << 18 | (uint32_t)(p[1] & 0x3f) << 12 |
		(uint32_t)(p[2] & 0x3f) << 6 | (uint32_t)(p[3] & 0x3f);
	if (u < 0x10000 || u > 0x10ffff) {
		bad_byte(c);
		return;
	}
	nks_put_above(c, u);
	c->p += 4;
}

/* NUL and ESC; ASCII is taken before. */
static void take_control(struct nks_cut *c)
{
	const uint8_t *const p = c->p;
	const bool escape = p[0] == 0x1b && c->end - p > 1 && (p[1] == '$' || p[1] == '(');

	if (p[0] == 0 || escape) {
		nks_odd(c, p);
	}
	*c->out++ = *c->p++;
}

static void take_any(struct nks_cut *c)
{
	const uint8_t b = *c->p;

	if (b < 0x80) {
		take_control(c);
	} else if (b >= 0xe0 && b <= 0xef) {
		take_one_three(c);
	} else if (b >= 0xc2 && b <= 0xdf) {
		take_two(c);
	} else if (b >= 0xf0 && b <= 0xf4) {
		take_four(c);
	} else {
		bad_byte(c);
	}
}

/* A mark that belongs to the character before must not be cut from it. */
static bool is_mark(const struct nks_cut *c)
{
	const uint8_t *const p = c->p;

	if (c->end - p < 3) {
		return false;
	}
	const bool combining = p[0] == 0xe3 && p[1] == 0x82 && (p[2] == 0x99 || p[2] == 0x9a);
	return combining || (p[0] == 0xef && p[1] == 0xbe && (p[2] == 0x9e || p[2] == 0x9f));
}

void nks_decode_utf8(struct nks_cut *c)
{
	const uint8_t *const last = c->final ? c->end : c->end - NKS_AHEAD;

	c->limit = c->limit < last ? c->limit : last;
	while (c->p < c->limit) {
		if (*c->p < 0x80 && nks_take_ascii(c)) {
			continue;
		}
		if (c->wide && *c->p >= 0xe3) {
			take_three(c);
		}
		if (c->p < c->limit) {
			take_any(c);
		}
	}
	while (c->p < last && is_mark(c)) {
		take_any(c);
	}
}
