/*
 * signs.c: where the few kanji stand that begin a question of a detector, 64 units at a time.
 *
 * One scalar reference and two forms of the same with wider registers; the choice is made for each block, from what
 * the processor has.
 */
#include "nks_detect_int.h"

#if defined(__x86_64__)
#include <immintrin.h>
#endif

uint64_t nks_signs_plain(const nks_unit *u)
{
	uint64_t bits = 0;
	for (size_t i = 0; i < 64; i++) {
		bool is = u[i] == 0x5e74 || u[i] == 0x751f || u[i] == 0x5e02 || u[i] == 0x533a || u[i] == 0x90e1 ||
			u[i] == 0x753a || u[i] == 0x6751 || u[i] == 0x756a;
		bits |= (uint64_t)is << i;
	}
	return bits;
}

uint64_t nks_births_plain(const nks_unit *u)
{
	uint64_t bits = 0;
	for (size_t i = 0; i < 64; i++) {
		nks_unit a = u[i] | 0x20, b = u[i + 1] | 0x20, c = u[i + 2] | 0x20;
		bool is = (a == 'b' && b == 'i' && c == 'r') || (a == 'd' && b == 'o' && c == 'b');
		bits |= (uint64_t)is << i;
	}
	return bits;
}

#if defined(__x86_64__)
static inline __m128i signs_sse2(const nks_unit *u)
{
	__m128i x = _mm_loadu_si128((const __m128i *)(const void *)u);
	__m128i a =
		_mm_or_si128(_mm_cmpeq_epi16(x, _mm_set1_epi16(0x5e74)), _mm_cmpeq_epi16(x, _mm_set1_epi16(0x751f)));
	__m128i b =
		_mm_or_si128(_mm_cmpeq_epi16(x, _mm_set1_epi16(0x5e02)), _mm_cmpeq_epi16(x, _mm_set1_epi16(0x533a)));
	__m128i c = _mm_or_si128(
		_mm_cmpeq_epi16(x, _mm_set1_epi16((short)0x90e1)), _mm_cmpeq_epi16(x, _mm_set1_epi16(0x753a)));
	__m128i d =
		_mm_or_si128(_mm_cmpeq_epi16(x, _mm_set1_epi16(0x6751)), _mm_cmpeq_epi16(x, _mm_set1_epi16(0x756a)));
	return _mm_or_si128(_mm_or_si128(a, b), _mm_or_si128(c, d));
}

static uint64_t signs_of_sse2(const nks_unit *u)
{
	uint64_t bits = 0;
	for (size_t i = 0; i < 64; i += 16) {
		__m128i both = _mm_packs_epi16(signs_sse2(u + i), signs_sse2(u + i + 8));
		bits |= (uint64_t)(uint32_t)_mm_movemask_epi8(both) << i;
	}
	return bits;
}

__attribute__((target("avx2"))) static inline __m256i signs_avx2(const nks_unit *u)
{
	__m256i x = _mm256_loadu_si256((const __m256i *)(const void *)u);
	__m256i a = _mm256_or_si256(
		_mm256_cmpeq_epi16(x, _mm256_set1_epi16(0x5e74)), _mm256_cmpeq_epi16(x, _mm256_set1_epi16(0x751f)));
	__m256i b = _mm256_or_si256(
		_mm256_cmpeq_epi16(x, _mm256_set1_epi16(0x5e02)), _mm256_cmpeq_epi16(x, _mm256_set1_epi16(0x533a)));
	__m256i c = _mm256_or_si256(_mm256_cmpeq_epi16(x, _mm256_set1_epi16((short)0x90e1)),
		_mm256_cmpeq_epi16(x, _mm256_set1_epi16(0x753a)));
	__m256i d = _mm256_or_si256(
		_mm256_cmpeq_epi16(x, _mm256_set1_epi16(0x6751)), _mm256_cmpeq_epi16(x, _mm256_set1_epi16(0x756a)));
	return _mm256_or_si256(_mm256_or_si256(a, b), _mm256_or_si256(c, d));
}

__attribute__((target("avx2"))) static uint64_t signs_of_avx2(const nks_unit *u)
{
	uint64_t bits = 0;
	for (size_t i = 0; i < 64; i += 32) {
		__m256i both = _mm256_packs_epi16(signs_avx2(u + i), signs_avx2(u + i + 16));
		both = _mm256_permute4x64_epi64(both, 0xd8);
		bits |= (uint64_t)(uint32_t)_mm256_movemask_epi8(both) << i;
	}
	return bits;
}

/* Where bir or dob begins, in either case. */
static inline __m128i births_sse2(const nks_unit *u)
{
	const __m128i low = _mm_set1_epi16(0x20);
	__m128i a = _mm_or_si128(_mm_loadu_si128((const __m128i *)(const void *)u), low);
	__m128i b = _mm_or_si128(_mm_loadu_si128((const __m128i *)(const void *)(u + 1)), low);
	__m128i c = _mm_or_si128(_mm_loadu_si128((const __m128i *)(const void *)(u + 2)), low);
	__m128i bir = _mm_and_si128(_mm_cmpeq_epi16(a, _mm_set1_epi16('b')), _mm_cmpeq_epi16(b, _mm_set1_epi16('i')));
	__m128i dob = _mm_and_si128(_mm_cmpeq_epi16(a, _mm_set1_epi16('d')), _mm_cmpeq_epi16(b, _mm_set1_epi16('o')));
	bir = _mm_and_si128(bir, _mm_cmpeq_epi16(c, _mm_set1_epi16('r')));
	dob = _mm_and_si128(dob, _mm_cmpeq_epi16(c, _mm_set1_epi16('b')));
	return _mm_or_si128(bir, dob);
}

static uint64_t births_of_sse2(const nks_unit *u)
{
	uint64_t bits = 0;
	for (size_t i = 0; i < 64; i += 16) {
		__m128i both = _mm_packs_epi16(births_sse2(u + i), births_sse2(u + i + 8));
		bits |= (uint64_t)(uint32_t)_mm_movemask_epi8(both) << i;
	}
	return bits;
}

__attribute__((target("avx2"))) static inline __m256i births_avx2(const nks_unit *u)
{
	const __m256i low = _mm256_set1_epi16(0x20);
	__m256i a = _mm256_or_si256(_mm256_loadu_si256((const __m256i *)(const void *)u), low);
	__m256i b = _mm256_or_si256(_mm256_loadu_si256((const __m256i *)(const void *)(u + 1)), low);
	__m256i c = _mm256_or_si256(_mm256_loadu_si256((const __m256i *)(const void *)(u + 2)), low);
	__m256i bir = _mm256_and_si256(
		_mm256_cmpeq_epi16(a, _mm256_set1_epi16('b')), _mm256_cmpeq_epi16(b, _mm256_set1_epi16('i')));
	__m256i dob = _mm256_and_si256(
		_mm256_cmpeq_epi16(a, _mm256_set1_epi16('d')), _mm256_cmpeq_epi16(b, _mm256_set1_epi16('o')));
	bir = _mm256_and_si256(bir, _mm256_cmpeq_epi16(c, _mm256_set1_epi16('r')));
	dob = _mm256_and_si256(dob, _mm256_cmpeq_epi16(c, _mm256_set1_epi16('b')));
	return _mm256_or_si256(bir, dob);
}

__attribute__((target("avx2"))) static uint64_t births_of_avx2(const nks_unit *u)
{
	uint64_t bits = 0;
	for (size_t i = 0; i < 64; i += 32) {
		__m256i both = _mm256_packs_epi16(births_avx2(u + i), births_avx2(u + i + 16));
		both = _mm256_permute4x64_epi64(both, 0xd8);
		bits |= (uint64_t)(uint32_t)_mm256_movemask_epi8(both) << i;
	}
	return bits;
}

nks_signs_fn *nks_births(void)
{
	return __builtin_cpu_supports("avx2") ? births_of_avx2 : births_of_sse2;
}

nks_signs_fn *nks_signs(void)
{
	return __builtin_cpu_supports("avx2") ? signs_of_avx2 : signs_of_sse2;
}
#else
nks_signs_fn *nks_births(void)
{
	return nks_births_plain;
}

nks_signs_fn *nks_signs(void)
{
	return nks_signs_plain;
}
#endif
