/*
 * escapes_find.c: where escapes may begin, 64 units at a time. The plain form says what the others compute.
 */
#include "escapes_int.h"

/* Into each of the loops: a call from AVX2 to plain code costs more than what these do. */
#define INLINE static inline __attribute__((always_inline))

/* Bit 8 i when all eight bits from there on are set. */
INLINE uint64_t full_bytes(uint64_t bits)
{
	const uint64_t low = UINT64_C(0x7f7f7f7f7f7f7f7f);

	return (((bits & low) + UINT64_C(0x0101010101010101)) & bits & ~low) >> 7;
}

/* Of those bits, the first of each run of at least 16 that may be base64: one that lies within the word has a
 * capital. */
INLINE uint64_t long_runs(uint64_t full, uint64_t before, uint64_t behind, struct nks_found f)
{
	const uint64_t bits = f.bits;
	uint64_t found = 0;

	while (full != 0) {
		const unsigned at = (unsigned)__builtin_ctzll(full);
		const uint64_t right = ~bits >> at;
		const unsigned left = at == 0 ? 0 : (unsigned)__builtin_clzll(~(bits << (64 - at)));
		unsigned n = right != 0 ? (unsigned)__builtin_ctzll(right) : 64 - at;
		const bool within = at + n < 64 && left < at;
		const uint64_t mine = (~UINT64_C(0) << (at - left)) & ~(~UINT64_C(0) << (within ? at + n : 0));

		full &= at + n >= 64 ? 0 : ~UINT64_C(0) << (at + n);
		n += at + n < 64 ? 0 : behind == ~UINT64_C(0) ? 64 : (unsigned)__builtin_ctzll(~behind);
		n += left < at ? left : before == ~UINT64_C(0) ? 64 : at + (unsigned)__builtin_clzll(~before);
		found |= (uint64_t)(n >= 16 && (!within || (mine & f.upper) != 0)) << at;
	}
	return found;
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
 * the word is not known here); runs within the word need a capital. */
INLINE struct nks_found rest_of(struct nks_found f, struct seldom seldom, uint64_t letters_here, uint64_t before)
{
	f.upper = seldom.upper;
	f.marks &= ((letters_here | seldom.after) >> 1) | (UINT64_C(1) << 63);
	f.more = f.more != 0 ? long_runs(f.more, before, ~UINT64_C(0), f) : 0;
	return f;
}

/* The loop, once for each way to look at 64 units: it has to be in one function with it. */
#define NEXT(way)                                                                                           \
	size_t nks_escapes_next_##way(const struct nks_text *t, size_t word, struct nks_found *out)         \
	{                                                                                                   \
		uint64_t before = out->bits;                                                                \
                                                                                                            \
		for (; word * 64 < t->to; word++) {                                                         \
			const nks_unit *u = t->u + word * 64;                                               \
			const struct common here = common_##way(u);                                         \
			struct nks_found f = { here.marks, 0, here.more | letters(t, word), ~UINT64_C(0) }; \
			const uint64_t full = full_bytes(f.bits);                                           \
                                                                                                            \
			if (full != 0) {                                                                    \
				const bool last = f.bits >> 63 == 0 || (word + 1) * 64 >= t->n;             \
                                                                                                            \
				f.more = long_runs(full, before,                                            \
					last ? 0 : common_##way(u + 64).more | letters(t, word + 1), f);    \
			}                                                                                   \
			if ((f.marks | f.more) != 0) {                                                      \
				*out = rest_of(f, SELDOM(u), letters(t, word), before);                     \
				if ((out->marks | out->more) != 0) {                                        \
					break;                                                              \
				}                                                                           \
			}                                                                                   \
			before = f.bits;                                                                    \
		}                                                                                           \
		return word;                                                                                \
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
