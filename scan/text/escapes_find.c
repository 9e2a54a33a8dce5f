/*
 * escapes_find.c: where escapes may begin, 64 units at a time. The plain form says what the others compute.
 */
#include "escapes_int.h"

/* Bit 8 i when all eight bits from there on are set. */
static inline uint64_t full_bytes(uint64_t bits)
{
	const uint64_t low = UINT64_C(0x7f7f7f7f7f7f7f7f);

	return (((bits & low) + UINT64_C(0x0101010101010101)) & bits & ~low) >> 7;
}

/* Of those bits, the first of each run of at least 16 that may be base64: one that lies within the word has a
 * capital. */
static uint64_t long_runs(uint64_t full, uint64_t before, uint64_t behind, struct nks_found f)
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

static inline uint64_t letters(const struct nks_text *t, size_t word)
{
	return t->mask[NKS_M_ALPHA][word] | t->mask[NKS_M_DIGIT][word];
}

/* What 64 units are: marks; more: + / - _; after: # ?; upper: A–Z. */
struct kinds {
	uint64_t marks, more, after, upper;
};

/* Marks that no letter, digit, # or ? follows begin nothing; what follows the last of the word is not known here. */
static inline struct nks_found found_of(struct kinds k, uint64_t letters_here)
{
	const uint64_t bits = k.more | letters_here;

	return (struct nks_found){ .marks = k.marks & (((letters_here | k.after) >> 1) | (UINT64_C(1) << 63)),
		.bits = bits,
		.upper = k.upper };
}

/* The loop, once for each way to look at 64 units: it has to be in one function with it. */
#define NEXT(way)                                                                                                  \
	size_t nks_escapes_next_##way(const struct nks_text *t, size_t word, struct nks_found *out)                \
	{                                                                                                          \
		uint64_t before = out->bits;                                                                       \
                                                                                                                   \
		for (; word * 64 < t->to; word++) {                                                                \
			struct nks_found f = found_of(find_##way(t->u + word * 64), letters(t, word));             \
			const uint64_t full = full_bytes(f.bits);                                                  \
                                                                                                                   \
			if (full != 0) {                                                                           \
				const bool last = (word + 1) * 64 >= t->n;                                         \
                                                                                                                   \
				f.more = long_runs(full, before,                                                   \
					last ? 0 : find_##way(t->u + (word + 1) * 64).more | letters(t, word + 1), \
					f);                                                                        \
			}                                                                                          \
			if ((f.marks | f.more) != 0) {                                                             \
				*out = f;                                                                          \
				break;                                                                             \
			}                                                                                          \
			before = f.bits;                                                                           \
		}                                                                                                  \
		return word;                                                                                       \
	}

static struct kinds find_plain(const nks_unit *u)
{
	struct kinds k = { 0, 0, 0, 0 };

	for (unsigned i = 0; i < 64; i++) {
		const bool mark = u[i] == '%' || u[i] == '\\' || u[i] == '&' || u[i] == '=';
		const bool more = u[i] == '+' || u[i] == '/' || u[i] == '-' || u[i] == '_';

		k.marks |= (uint64_t)mark << i;
		k.more |= (uint64_t)more << i;
		k.after |= (uint64_t)(u[i] == '#' || u[i] == '?') << i;
		k.upper |= (uint64_t)(u[i] >= 'A' && u[i] <= 'Z') << i;
	}
	return k;
}

NEXT(plain)
#if defined(__x86_64__)
#include <immintrin.h>

#define IS(sign) _mm_cmpeq_epi8(b, _mm_set1_epi8(sign))
#define BITS(b) ((uint64_t)(unsigned)_mm_movemask_epi8(b) << i)
/* Units to bytes: what is no byte becomes 0 or 255, neither of which is looked for. */
static inline struct kinds find_sse2(const nks_unit *u)
{
	struct kinds k = { 0, 0, 0, 0 };

	for (unsigned i = 0; i < 64; i += 16) {
		const __m128i low = _mm_loadu_si128((const __m128i *)(const void *)(u + i));
		const __m128i high = _mm_loadu_si128((const __m128i *)(const void *)(u + i + 8));
		const __m128i b = _mm_packus_epi16(low, high);

		k.marks |= BITS(_mm_or_si128(_mm_or_si128(IS('%'), IS('&')), _mm_or_si128(IS('\\'), IS('='))));
		k.more |= BITS(_mm_or_si128(_mm_or_si128(IS('+'), IS('/')), _mm_or_si128(IS('-'), IS('_'))));
		k.after |= BITS(_mm_or_si128(IS('#'), IS('?')));
		k.upper |= BITS(_mm_and_si128(
			_mm_cmpgt_epi8(b, _mm_set1_epi8('A' - 1)), _mm_cmpgt_epi8(_mm_set1_epi8('Z' + 1), b)));
	}
	return k;
}
#undef IS
#undef BITS

NEXT(sse2)

#define BITS(b) ((uint64_t)(uint32_t)_mm256_movemask_epi8(b) << i)
#define NOT_BITS(b) ((uint64_t)(uint32_t)~_mm256_movemask_epi8(b) << i)
#define HAS(bits) NOT_BITS(_mm256_cmpeq_epi8(_mm256_and_si256(kind, _mm256_set1_epi8(bits)), _mm256_setzero_si256()))
/* By the two halves of each byte: a bit of `of_high` and one of `of_low` meet only in the characters looked for. */
__attribute__((target("avx2"))) static inline struct kinds find_avx2(const nks_unit *u)
{
	/* Marks: 1 row 2, 5 6; 2 row 5, C; 4 row 3, D. More: 8 row 2, B D F; 16 row 5, F. Upper: 32 row 4, 1–F; 64
	 * row 5, 0–A. */
	const __m256i of_high = _mm256_broadcastsi128_si256(
		_mm_setr_epi8(0, 0, 1 | 8, 4, 32, 2 | 16 | 64, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0));
	const __m256i of_low = _mm256_broadcastsi128_si256(_mm_setr_epi8(
		64, 96, 96, 96, 96, 96 | 1, 96 | 1, 96, 96, 96, 96, 32 | 8, 32 | 2, 32 | 4 | 8, 32, 32 | 8 | 16));
	const __m256i half = _mm256_set1_epi8(15);
	struct kinds k = { 0, 0, 0, 0 };

	for (unsigned i = 0; i < 64; i += 32) {
		const __m256i low = _mm256_loadu_si256((const __m256i *)(const void *)(u + i));
		const __m256i high = _mm256_loadu_si256((const __m256i *)(const void *)(u + i + 16));
		const __m256i b = _mm256_permute4x64_epi64(_mm256_packus_epi16(low, high), 0xd8);
		const __m256i kind = _mm256_and_si256(_mm256_shuffle_epi8(of_low, _mm256_and_si256(b, half)),
			_mm256_shuffle_epi8(of_high, _mm256_and_si256(_mm256_srli_epi16(b, 4), half)));

		k.marks |= HAS(7);
		k.more |= HAS(24);
		k.upper |= HAS(96);
		k.after |= BITS(_mm256_or_si256(
			_mm256_cmpeq_epi8(b, _mm256_set1_epi8('#')), _mm256_cmpeq_epi8(b, _mm256_set1_epi8('?'))));
	}
	return k;
}

__attribute__((target("avx2"))) NEXT(avx2) nks_escapes_next_fn *nks_escapes_nexter(void)
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
