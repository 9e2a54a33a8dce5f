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

/* The signs of base64 of a word, and which of them are letters of one case and of the other. */
struct cases {
	uint64_t bits, upper, lower;
};

/* Of those runs, what has letters of both cases here or in the words around; or may have, going on further. */
INLINE uint64_t both_cases(uint64_t found, struct cases here, struct cases before, struct cases behind)
{
	const uint64_t last =
		before.bits == ~UINT64_C(0) ? before.bits : ~(~UINT64_C(0) >> __builtin_clzll(~before.bits));
	const uint64_t next = behind.bits & ~(behind.bits + 1);
	uint64_t kept = 0;

	for (; found != 0; found &= found - 1) {
		const uint64_t first = found & (~found + 1);
		const uint64_t run = here.bits & ~(here.bits + first);
		const uint64_t back = (run & 1) != 0 ? last : 0;
		const uint64_t on = run >> 63 != 0 ? next : 0;
		const uint64_t upper = (run & here.upper) | (back & before.upper) | (on & behind.upper);
		const uint64_t lower = (run & here.lower) | (back & before.lower) | (on & behind.lower);

		kept |= (upper != 0 && lower != 0) || (back & 1) != 0 || on == ~UINT64_C(0) ? first : 0;
	}
	return kept;
}

INLINE uint64_t letters(const struct nks_text *t, size_t word)
{
	return t->mask[NKS_M_ALPHA][word] | t->mask[NKS_M_DIGIT][word];
}

/* What 64 units are. marks: % \ & =; more: + / - _; after: # ?. */
struct common {
	uint64_t marks, more, after;
};

/* The loop, once for each way to look at 64 units: it has to be in one function with it. Marks that no letter, digit, #
 * or ? follows begin nothing (what follows the last of the word is not known here). */
#define CASES(way, word)                                                                                     \
	(struct cases)                                                                                       \
	{                                                                                                    \
		common_##way(t->u + (word) * 64).more | letters(t, word), upper_##way(t->u + (word) * 64),   \
			t->mask[NKS_M_ALPHA][word]                                                           \
	}
#define NEXT(way)                                                                                            \
	size_t nks_escapes_next_##way(const struct nks_text *t, size_t word, struct nks_found *out)          \
	{                                                                                                    \
		const struct cases none = { 0, 0, 0 };                                                       \
		uint64_t before = out->bits;                                                                 \
                                                                                                             \
		for (; word * 64 < t->to; word++) {                                                          \
			const struct common here = common_##way(t->u + word * 64);                           \
			const uint64_t known = letters(t, word);                                             \
			struct nks_found f = { here.marks, 0, here.more | known };                           \
			const uint64_t eight = eights(f.bits);                                               \
                                                                                                             \
			f.marks &= ((known | here.after) >> 1) | (UINT64_C(1) << 63);                        \
			if (eight != 0) {                                                                    \
				const bool last = f.bits >> 56 != 0xff || (word + 1) * 64 >= t->n;           \
                                                                                                             \
				f.more = long_runs(f.bits, eight, before,                                    \
					last ? 0 : common_##way(t->u + word * 64 + 64).more | letters(t, word + 1)); \
				f.more = f.more == 0 ? 0                                                     \
						     : both_cases(f.more, CASES(way, word),                  \
							       (f.bits & 1) == 0 || before == 0 ? none       \
											: CASES(way, word - 1), \
							       last ? none : CASES(way, word + 1));          \
			}                                                                                    \
			*out = f;                                                                            \
			if ((f.marks | f.more) != 0) {                                                       \
				break;                                                                       \
			}                                                                                    \
			before = f.bits;                                                                     \
		}                                                                                            \
		return word;                                                                                 \
	}

static struct common common_plain(const nks_unit *u)
{
	struct common k = { 0, 0, 0 };

	for (unsigned i = 0; i < 64; i++) {
		const bool mark = u[i] == '%' || u[i] == '\\' || u[i] == '&' || u[i] == '=';
		const bool more = u[i] == '+' || u[i] == '/' || u[i] == '-' || u[i] == '_';

		k.marks |= (uint64_t)mark << i;
		k.more |= (uint64_t)more << i;
		k.after |= (uint64_t)(u[i] == '#' || u[i] == '?') << i;
	}
	return k;
}

static uint64_t upper_plain(const nks_unit *u)
{
	uint64_t upper = 0;

	for (unsigned i = 0; i < 64; i++) {
		upper |= (uint64_t)(u[i] >= 'A' && u[i] <= 'Z') << i;
	}
	return upper;
}

NEXT(plain)
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
	struct common k = { 0, 0, 0 };

	for (unsigned i = 0; i < 64; i += 16) {
		const __m128i b = bytes_of(u + i);

		k.marks |= BITS(_mm_or_si128(_mm_or_si128(IS('%'), IS('&')), _mm_or_si128(IS('\\'), IS('='))));
		k.more |= BITS(_mm_or_si128(_mm_or_si128(IS('+'), IS('/')), _mm_or_si128(IS('-'), IS('_'))));
		k.after |= BITS(_mm_or_si128(IS('#'), IS('?')));
	}
	return k;
}

INLINE uint64_t upper_sse2(const nks_unit *u)
{
	uint64_t upper = 0;

	for (unsigned i = 0; i < 64; i += 16) {
		const __m128i b = bytes_of(u + i);

		upper |= BITS(_mm_and_si128(
			_mm_cmpgt_epi8(b, _mm_set1_epi8('A' - 1)), _mm_cmpgt_epi8(_mm_set1_epi8('Z' + 1), b)));
	}
	return upper;
}
#undef IS
#undef BITS

NEXT(sse2)

#define HAS(bits)                                                                                           \
	((uint64_t)(uint32_t)~_mm256_movemask_epi8(                                                         \
		 _mm256_cmpeq_epi8(_mm256_and_si256(kind, _mm256_set1_epi8(bits)), _mm256_setzero_si256())) \
		<< i)
/* By the two halves of each byte: a bit of `of_high` and one of `of_low` meet only in the characters looked for. */
__attribute__((target("avx2"))) static inline struct common common_avx2(const nks_unit *u)
{
	/* Marks: 1 row 2, 5 6; 2 row 5, C; 4 row 3, D. More: 8 row 2, B D F; 16 row 5, F. After: 32 row 2, 3;
	 * 64 row 3, F. */
	const __m256i of_high =
		_mm256_broadcastsi128_si256(_mm_setr_epi8(0, 0, 1 | 8 | 32, 4 | 64, 0, 2 | 16, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0));
	const __m256i of_low =
		_mm256_broadcastsi128_si256(_mm_setr_epi8(0, 0, 0, 32, 0, 1, 1, 0, 0, 0, 0, 8, 2, 4 | 8, 0, 8 | 16 | 64));
	const __m256i half = _mm256_set1_epi8(15);
	struct common k = { 0, 0, 0 };

	for (unsigned i = 0; i < 64; i += 32) {
		const __m256i low = _mm256_loadu_si256((const __m256i *)(const void *)(u + i));
		const __m256i high = _mm256_loadu_si256((const __m256i *)(const void *)(u + i + 16));
		const __m256i b = _mm256_permute4x64_epi64(_mm256_packus_epi16(low, high), 0xd8);
		const __m256i kind = _mm256_and_si256(_mm256_shuffle_epi8(of_low, _mm256_and_si256(b, half)),
			_mm256_shuffle_epi8(of_high, _mm256_and_si256(_mm256_srli_epi16(b, 4), half)));

		k.marks |= HAS(7);
		k.more |= HAS(24);
		k.after |= HAS(96);
	}
	return k;
}

#define upper_avx2 upper_sse2
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
