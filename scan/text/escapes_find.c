/*
 * escapes_find.c: where escapes may begin, 64 units at a time. The plain form says what the others compute.
 */
#include "escapes_int.h"

/* Into each of the loops: a call from AVX2 to plain code costs more than what these do. */
#define INLINE static inline __attribute__((always_inline))

/* Bits from which on eight are set, within the word. */
INLINE uint64_t eights(uint64_t bits)
{
	bits &= bits >> 1;
	bits &= bits >> 2;
	return bits & bits >> 4;
}

/* The first bit within the word of each run of at least 16; one of which less than eight are here is told by the word
 * that has more of it. `eight` is not 0; before, behind: the words around. */
INLINE uint64_t long_runs(uint64_t bits, uint64_t eight, uint64_t before, uint64_t behind)
{
	const uint64_t sixteen = eight & eight >> 8;
	uint64_t found = sixteen & ~(sixteen << 1);

	if (bits == ~UINT64_C(0)) {
		return 1;
	}
	const unsigned low = (unsigned)__builtin_ctzll(~bits);
	const unsigned top = (unsigned)__builtin_clzll(~bits);
	if (low >= 8 && low < 16 && (before >> (48 + low)) == (UINT64_C(1) << (16 - low)) - 1) {
		found |= 1;
	}
	if (top >= 8 && top < 16 && (~behind & ((UINT64_C(1) << (16 - top)) - 1)) == 0) {
		found |= UINT64_C(1) << (64 - top);
	}
	return found;
}

/* Of those, what is not in the word as a whole, or has letters of both cases. */
INLINE uint64_t both_cases(uint64_t found, uint64_t bits, uint64_t upper, uint64_t lower)
{
	uint64_t kept = 0;

	for (; found != 0; found &= found - 1) {
		const uint64_t first = found & (~found + 1);
		const uint64_t run = bits & ~(bits + first);
		const bool within = (run & 1) == 0 && run >> 63 == 0;

		kept |= !within || ((run & upper) != 0 && (run & lower) != 0) ? first : 0;
	}
	return kept;
}

INLINE uint64_t letters(const struct nks_text *t, size_t word)
{
	return t->mask[NKS_M_ALPHA][word] | t->mask[NKS_M_DIGIT][word];
}

/* What 64 units are. more: + / - _. Seldom needed: after: # ?; upper: A–Z. */
struct common {
	uint64_t marks, more;
};
struct seldom {
	uint64_t after, upper;
};

/* What of the candidates is left: marks that no letter, digit, # or ? follows begin nothing (what follows the last of
 * the word is not known here); runs within the word need letters of both cases. */
INLINE struct nks_found rest_of(struct nks_found f, struct seldom seldom, uint64_t alpha, uint64_t digit)
{
	f.upper = seldom.upper;
	f.marks &= ((alpha | digit | seldom.after) >> 1) | (UINT64_C(1) << 63);
	f.more = f.more != 0 ? both_cases(f.more, f.bits, seldom.upper, alpha & ~seldom.upper) : 0;
	return f;
}

/* The loop, once for each way to look at 64 units: it has to be in one function with it. */
#define NEXT(way)                                                                                            \
	size_t nks_escapes_next_##way(const struct nks_text *t, size_t word, struct nks_found *out)          \
	{                                                                                                    \
		uint64_t before = out->bits;                                                                 \
                                                                                                             \
		for (; word * 64 < t->to; word++) {                                                          \
			const nks_unit *u = t->u + word * 64;                                                \
			const struct common here = common_##way(u);                                          \
			struct nks_found f = { here.marks, 0, here.more | letters(t, word), ~UINT64_C(0) };  \
			const uint64_t eight = eights(f.bits);                                               \
                                                                                                             \
			if (eight != 0) {                                                                    \
				const bool last = f.bits >> 56 != 0xff || (word + 1) * 64 >= t->n;           \
                                                                                                             \
				f.more = long_runs(f.bits, eight, before,                                    \
					last ? 0 : common_##way(u + 64).more | letters(t, word + 1));        \
			}                                                                                    \
			if ((f.marks | f.more) != 0) {                                                       \
				*out = rest_of(f, SELDOM(u), t->mask[NKS_M_ALPHA][word],                     \
					t->mask[NKS_M_DIGIT][word]);                                         \
				if ((out->marks | out->more) != 0) {                                         \
					break;                                                               \
				}                                                                            \
			}                                                                                    \
			before = f.bits;                                                                     \
		}                                                                                            \
		return word;                                                                                 \
	}

static struct common common_plain(const nks_unit *u)
{
	struct common k = { 0, 0 };

	for (unsigned i = 0; i < 64; i++) {
		const bool mark = u[i] == '%' || u[i] == '\\' || u[i] == '&' || u[i] == '=';
		const bool more = u[i] == '+' || u[i] == '/' || u[i] == '-' || u[i] == '_';

		k.marks |= (uint64_t)mark << i;
		k.more |= (uint64_t)more << i;
	}
	return k;
}

static struct seldom seldom_plain(const nks_unit *u)
{
	struct seldom k = { 0, 0 };

	for (unsigned i = 0; i < 64; i++) {
		k.after |= (uint64_t)(u[i] == '#' || u[i] == '?') << i;
		k.upper |= (uint64_t)(u[i] >= 'A' && u[i] <= 'Z') << i;
	}
	return k;
}

#define SELDOM seldom_plain
NEXT(plain)
#undef SELDOM
#if defined(__x86_64__)
#include <immintrin.h>

#define IS(sign) _mm_cmpeq_epi8(b, _mm_set1_epi8(sign))
#define BITS(b) ((uint64_t)(unsigned)_mm_movemask_epi8(b) << i)
/* Units to bytes: what is no byte becomes 0 or 255, neither of which is looked for. */
INLINE __m128i bytes_of(const nks_unit *u)
{
	const __m128i low = _mm_loadu_si128((const __m128i *)(const void *)u);
	const __m128i high = _mm_loadu_si128((const __m128i *)(const void *)(u + 8));

	return _mm_packus_epi16(low, high);
}

INLINE struct common common_sse2(const nks_unit *u)
{
	struct common k = { 0, 0 };

	for (unsigned i = 0; i < 64; i += 16) {
		const __m128i b = bytes_of(u + i);

		k.marks |= BITS(_mm_or_si128(_mm_or_si128(IS('%'), IS('&')), _mm_or_si128(IS('\\'), IS('='))));
		k.more |= BITS(_mm_or_si128(_mm_or_si128(IS('+'), IS('/')), _mm_or_si128(IS('-'), IS('_'))));
	}
	return k;
}

INLINE struct seldom seldom_sse2(const nks_unit *u)
{
	struct seldom k = { 0, 0 };

	for (unsigned i = 0; i < 64; i += 16) {
		const __m128i b = bytes_of(u + i);

		k.after |= BITS(_mm_or_si128(IS('#'), IS('?')));
		k.upper |= BITS(_mm_and_si128(
			_mm_cmpgt_epi8(b, _mm_set1_epi8('A' - 1)), _mm_cmpgt_epi8(_mm_set1_epi8('Z' + 1), b)));
	}
	return k;
}
#undef IS
#undef BITS

#define SELDOM seldom_sse2
NEXT(sse2)

#define HAS(bits)                                                                                           \
	((uint64_t)(uint32_t)~_mm256_movemask_epi8(                                                         \
		 _mm256_cmpeq_epi8(_mm256_and_si256(kind, _mm256_set1_epi8(bits)), _mm256_setzero_si256())) \
		<< i)
/* By the two halves of each byte: a bit of `of_high` and one of `of_low` meet only in the characters looked for. */
__attribute__((target("avx2"))) static inline struct common common_avx2(const nks_unit *u)
{
	/* Marks: 1 row 2, 5 6; 2 row 5, C; 4 row 3, D. More: 8 row 2, B D F; 16 row 5, F. */
	const __m256i of_high =
		_mm256_broadcastsi128_si256(_mm_setr_epi8(0, 0, 1 | 8, 4, 0, 2 | 16, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0));
	const __m256i of_low =
		_mm256_broadcastsi128_si256(_mm_setr_epi8(0, 0, 0, 0, 0, 1, 1, 0, 0, 0, 0, 8, 2, 4 | 8, 0, 8 | 16));
	const __m256i half = _mm256_set1_epi8(15);
	struct common k = { 0, 0 };

	for (unsigned i = 0; i < 64; i += 32) {
		const __m256i low = _mm256_loadu_si256((const __m256i *)(const void *)(u + i));
		const __m256i high = _mm256_loadu_si256((const __m256i *)(const void *)(u + i + 16));
		const __m256i b = _mm256_permute4x64_epi64(_mm256_packus_epi16(low, high), 0xd8);
		const __m256i kind = _mm256_and_si256(_mm256_shuffle_epi8(of_low, _mm256_and_si256(b, half)),
			_mm256_shuffle_epi8(of_high, _mm256_and_si256(_mm256_srli_epi16(b, 4), half)));

		k.marks |= HAS(7);
		k.more |= HAS(24);
	}
	return k;
}

__attribute__((target("avx2"))) NEXT(avx2)

	nks_escapes_next_fn *nks_escapes_nexter(void)
{
	return __builtin_cpu_supports("avx2") ? nks_escapes_next_avx2 : nks_escapes_next_sse2;
}
#else
size_t nks_escapes_next_sse2(const struct nks_text *t, size_t word, struct nks_found *out)
{
	return nks_escapes_next_plain(t, word, out);
}

size_t nks_escapes_next_avx2(const struct nks_text *t, size_t word, struct nks_found *out)
{
	return nks_escapes_next_plain(t, word, out);
}

nks_escapes_next_fn *nks_escapes_nexter(void)
{
	return nks_escapes_next_plain;
}
#endif
