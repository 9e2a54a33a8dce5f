/*
 * escapes_find.c: where escapes may begin, 64 units at a time, from the masks of the block.
 */
#include "escapes_int.h"

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

#if defined(__x86_64__)
#include <immintrin.h>

/* Capitals. What is no byte becomes 0 or 255, neither of which is one. */
static uint64_t upper_of(const nks_unit *u)
{
	uint64_t upper = 0;

	for (unsigned i = 0; i < 64; i += 16) {
		const __m128i low = _mm_loadu_si128((const __m128i *)(const void *)(u + i));
		const __m128i high = _mm_loadu_si128((const __m128i *)(const void *)(u + i + 8));
		const __m128i b = _mm_packus_epi16(low, high);
		const __m128i is = _mm_and_si128(
			_mm_cmpgt_epi8(b, _mm_set1_epi8('A' - 1)), _mm_cmpgt_epi8(_mm_set1_epi8('Z' + 1), b));

		upper |= (uint64_t)(unsigned)_mm_movemask_epi8(is) << i;
	}
	return upper;
}
#else
static uint64_t upper_of(const nks_unit *u)
{
	uint64_t upper = 0;

	for (unsigned i = 0; i < 64; i++) {
		upper |= (uint64_t)(u[i] >= 'A' && u[i] <= 'Z') << i;
	}
	return upper;
}
#endif

static inline uint64_t signs_of(const struct nks_text *t, size_t word)
{
	return t->mask[NKS_M_ALPHA][word] | t->mask[NKS_M_DIGIT][word] | t->mask[NKS_M_SIGN][word];
}

static struct cases cases_of(const struct nks_text *t, size_t word)
{
	const uint64_t upper = upper_of(t->u + word * 64);

	return (struct cases){ signs_of(t, word), upper, t->mask[NKS_M_ALPHA][word] & ~upper };
}

static __attribute__((noinline)) uint64_t runs_at(
	const struct nks_text *t, size_t word, uint64_t bits, uint64_t eight)
{
	const struct cases none = { 0, 0, 0 };
	const bool last = bits >> 63 == 0 || (word + 1) * 64 >= t->n;
	const bool first = (bits & 1) == 0 || word == 0;
	const uint64_t found =
		long_runs(bits, eight, first ? 0 : signs_of(t, word - 1), last ? 0 : signs_of(t, word + 1));

	return found == 0 ? 0
			  : both_cases(found, cases_of(t, word), first ? none : cases_of(t, word - 1),
				    last ? none : cases_of(t, word + 1));
}

size_t nks_escapes_next(const struct nks_text *t, size_t word, struct nks_found *out)
{
	for (; word * 64 < t->to; word++) {
		const uint64_t known = t->mask[NKS_M_ALPHA][word] | t->mask[NKS_M_DIGIT][word];
		const uint64_t marks = t->mask[NKS_M_ESCAPE][word];
		const uint64_t bits = known | t->mask[NKS_M_SIGN][word];
		const uint64_t eight = eights(bits);

		out->marks = marks & (((known | marks) >> 1) | (UINT64_C(1) << 63));
		/* sixteen in a row, or eight at an end of the word */
		out->more = (eight & (eight >> 8 | UINT64_C(0x0100000000000001))) != 0 ? runs_at(t, word, bits, eight)
										       : 0;
		if ((out->marks | out->more) != 0) {
			break;
		}
	}
	return word;
}
