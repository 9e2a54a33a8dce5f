/*
 * ops.c: the few steps that look at every unit: the reference and AVX2, chosen at start.
 *
 * Invariant: all give the same for the same input; the reference is what the tests compare with.
 */
#include "nks_match.h"

#include <string.h>

#define KIND(k) (uint8_t)(1U << NKS_L_##k)
const uint8_t nks_letter_kinds[32] = {
	['a' & 31] = KIND(VOWEL),
	['i' & 31] = KIND(VOWEL),
	['u' & 31] = KIND(VOWEL),
	['e' & 31] = KIND(VOWEL),
	['o' & 31] = KIND(VOWEL),
	['y' & 31] = KIND(Y),
	['h' & 31] = KIND(H),
	['s' & 31] = KIND(SC),
	['c' & 31] = KIND(SC),
	['n' & 31] = KIND(NM),
	['m' & 31] = KIND(NM),
	['t' & 31] = KIND(T),
	['d' & 31] = KIND(D),
	['z' & 31] = KIND(Z),
};

static void codes_scalar(const nks_unit *u, uint64_t kana, const uint8_t *table, uint8_t *out)
{
	(void)table;
	memset(out, 0, 64);
	for (; kana != 0; kana &= kana - 1) {
		const unsigned i = (unsigned)__builtin_ctzll(kana);

		out[i] = (uint8_t)nks_kana_code(nks_fold[u[i]]);
	}
}

static void letters_scalar(const nks_unit *u, uint64_t alpha, uint64_t out[static NKS_L_COUNT])
{
	memset(out, 0, NKS_L_COUNT * sizeof(*out));
	for (; alpha != 0; alpha &= alpha - 1) {
		const unsigned i = (unsigned)__builtin_ctzll(alpha);
		const unsigned kinds = u[i] < 0x80 ? nks_letter_kinds[u[i] & 31] : KIND(VOWEL);

		for (unsigned k = 0; k < NKS_L_TWICE; k++) {
			out[k] |= (uint64_t)(kinds >> k & 1) << i;
		}
		out[NKS_L_TWICE] |= (uint64_t)(u[i] < 0x80 && (u[i] | 0x20) == (u[i + 1] | 0x20)) << i;
	}
}

static uint64_t member_scalar(const nks_unit *u, const uint8_t *map, const uint8_t *sieve)
{
	uint64_t bits = 0;

	(void)sieve;
	for (unsigned i = 0; i < 64; i++) {
		bits |= (uint64_t)nks_bit(map, u[i]) << i;
	}
	return bits;
}

static uint64_t marks_scalar(const nks_unit *u)
{
	uint64_t bits = 0;

	for (unsigned i = 0; i < 64; i++) {
		const bool is =
			u[i] >= 0x80 || u[i] == ' ' || u[i] == '(' || u[i] == ')' || u[i] == '-' || u[i] == '.';

		bits |= (uint64_t)is << i;
	}
	return bits;
}

static const struct nks_ops scalar = { codes_scalar, letters_scalar, member_scalar, marks_scalar };

#if defined(__x86_64__)
#include <immintrin.h>

#define AVX2 __attribute__((target("avx2")))
typedef __m256i_u nks_m256;

AVX2 static inline __m256i load(const nks_unit *u)
{
	return _mm256_loadu_si256((const nks_m256 *)(const void *)u);
}

/* The low bytes of 32 units, in order. */
AVX2 static inline __m256i low_bytes(__m256i a, __m256i b)
{
	const __m256i byte = _mm256_set1_epi16(0xff);

	return _mm256_permute4x64_epi64(
		_mm256_packus_epi16(_mm256_and_si256(a, byte), _mm256_and_si256(b, byte)), 0xd8);
}

AVX2 static inline __m256i high_bytes(__m256i a, __m256i b)
{
	return _mm256_permute4x64_epi64(_mm256_packus_epi16(_mm256_srli_epi16(a, 8), _mm256_srli_epi16(b, 8)), 0xd8);
}

AVX2 static inline __m256i table16(const uint8_t *p)
{
	return _mm256_broadcastsi128_si256(_mm_loadu_si128((const __m128i_u *)(const void *)p));
}

AVX2 static void codes_avx2(const nks_unit *u, uint64_t kana, const uint8_t *table, uint8_t *out)
{
	const __m256i page = _mm256_set1_epi8(0x30);
	const __m256i nibble = _mm256_set1_epi8(15);
	uint64_t elsewhere = 0;

	for (unsigned half = 0; half < 2; half++) {
		const __m256i a = load(u + 32 * half);
		const __m256i b = load(u + 32 * half + 16);
		const __m256i low = low_bytes(a, b);
		const __m256i high = _mm256_and_si256(_mm256_srli_epi16(low, 4), nibble);
		const __m256i is_page = _mm256_cmpeq_epi8(high_bytes(a, b), page);
		const __m256i at = _mm256_and_si256(low, nibble);
		const uint32_t bits = (uint32_t)(kana >> (32 * half));
		__m256i code = _mm256_setzero_si256();
		__m256i wanted = _mm256_setzero_si256();

		for (char row = 4; row < 16; row++) {
			const __m256i in_row = _mm256_cmpeq_epi8(high, _mm256_set1_epi8(row));

			code = _mm256_or_si256(
				code, _mm256_and_si256(in_row, _mm256_shuffle_epi8(table16(table + 16 * row), at)));
		}
		/* the mask's bits as bytes */
		wanted = _mm256_shuffle_epi8(_mm256_set1_epi32((int)bits),
			_mm256_setr_epi64x(0, 0x0101010101010101, 0x0202020202020202, 0x0303030303030303));
		wanted = _mm256_cmpeq_epi8(
			_mm256_or_si256(wanted, _mm256_set1_epi64x(0x7fbfdfeff7fbfdfe)), _mm256_set1_epi8(-1));
		code = _mm256_and_si256(code, _mm256_and_si256(wanted, is_page));
		_mm256_storeu_si256((nks_m256 *)(void *)(out + 32 * half), code);
		elsewhere |= (uint64_t)(bits & ~(uint32_t)_mm256_movemask_epi8(is_page)) << (32 * half);
	}
	for (; elsewhere != 0; elsewhere &= elsewhere - 1) {
		const unsigned i = (unsigned)__builtin_ctzll(elsewhere);

		out[i] = (uint8_t)nks_kana_code(nks_fold[u[i]]);
	}
}

/* 32 units into bit `shift` on of each map. */
AVX2 static inline void letters_half(const nks_unit *u, unsigned shift, uint64_t alpha, uint64_t *out)
{
	const __m256i a = load(u);
	const __m256i b = load(u + 16);
	const __m256i low = low_bytes(a, b);
	const __m256i next = low_bytes(load(u + 1), load(u + 17));
	const __m256i far = _mm256_or_si256(high_bytes(a, b), _mm256_and_si256(low, _mm256_set1_epi8((char)0x80)));
	const __m256i letter = _mm256_and_si256(low, _mm256_set1_epi8(31));
	const __m256i first = _mm256_shuffle_epi8(table16(nks_letter_kinds), letter);
	const __m256i second = _mm256_shuffle_epi8(table16(nks_letter_kinds + 16), letter);
	const __m256i lower = _mm256_set1_epi8(0x20);
	const __m256i far_next = high_bytes(load(u + 1), load(u + 17));
	const __m256i equal =
		_mm256_and_si256(_mm256_cmpeq_epi8(_mm256_or_si256(low, lower), _mm256_or_si256(next, lower)),
			_mm256_cmpeq_epi8(far_next, _mm256_setzero_si256()));
	const uint64_t near = (uint32_t)_mm256_movemask_epi8(_mm256_cmpeq_epi8(far, _mm256_setzero_si256()));
	/* bit 4 of the letter says which half of the table; moved into the highest bit, where blendv looks */
	__m256i kinds = _mm256_blendv_epi8(first, second, _mm256_slli_epi16(letter, 3));

	for (unsigned k = 8; k > 0; k--) {
		out[k - 1] |= ((uint32_t)_mm256_movemask_epi8(kinds) & near) << shift;
		kinds = _mm256_add_epi8(kinds, kinds);
	}
	out[NKS_L_VOWEL] |= ((alpha >> shift) & ~near & 0xffffffff) << shift;
	out[NKS_L_TWICE] |= ((uint32_t)_mm256_movemask_epi8(equal) & near) << shift;
}

AVX2 static void letters_avx2(const nks_unit *u, uint64_t alpha, uint64_t out[static NKS_L_COUNT])
{
	memset(out, 0, NKS_L_COUNT * sizeof(*out));
	letters_half(u, 0, alpha, out);
	letters_half(u + 32, 32, alpha, out);
	for (unsigned k = 0; k < NKS_L_COUNT; k++) {
		out[k] &= alpha;
	}
}

AVX2 static inline __m256i sieve32(const nks_unit *u, const uint8_t *sieve)
{
	const __m256i nibble = _mm256_set1_epi8(15);
	const __m256i a = load(u);
	const __m256i b = load(u + 16);
	const __m256i low = low_bytes(a, b);
	const __m256i high = high_bytes(a, b);
	const __m256i x = _mm256_and_si256(_mm256_shuffle_epi8(table16(sieve), _mm256_and_si256(low, nibble)),
		_mm256_shuffle_epi8(table16(sieve + 16), _mm256_and_si256(_mm256_srli_epi16(low, 4), nibble)));
	const __m256i y = _mm256_and_si256(_mm256_shuffle_epi8(table16(sieve + 32), _mm256_and_si256(high, nibble)),
		_mm256_shuffle_epi8(table16(sieve + 48), _mm256_and_si256(_mm256_srli_epi16(high, 4), nibble)));

	return _mm256_cmpeq_epi8(_mm256_and_si256(x, y), _mm256_setzero_si256());
}

AVX2 static uint64_t member_avx2(const nks_unit *u, const uint8_t *map, const uint8_t *sieve)
{
	const uint64_t low = ~(uint32_t)_mm256_movemask_epi8(sieve32(u, sieve));
	const uint64_t high = ~(uint32_t)_mm256_movemask_epi8(sieve32(u + 32, sieve));
	uint64_t bits = (low & 0xffffffff) | high << 32;

	for (uint64_t rest = bits; rest != 0; rest &= rest - 1) {
		const unsigned i = (unsigned)__builtin_ctzll(rest);

		if (!nks_bit(map, u[i])) {
			bits ^= UINT64_C(1) << i;
		}
	}
	return bits;
}

AVX2 static inline uint64_t marks32(const nks_unit *u)
{
	/* rows of the table of ASCII in which each low nibble is a mark: row 2 only */
	const __m256i marks = _mm256_setr_epi8(
		1, 0, 0, 0, 0, 0, 0, 0, 1, 1, 0, 0, 0, 1, 1, 0, 1, 0, 0, 0, 0, 0, 0, 0, 1, 1, 0, 0, 0, 1, 1, 0);
	const __m256i a = load(u);
	const __m256i b = load(u + 16);
	const __m256i low = low_bytes(a, b);
	const __m256i far = _mm256_or_si256(high_bytes(a, b), _mm256_and_si256(low, _mm256_set1_epi8((char)0x80)));
	const __m256i row =
		_mm256_cmpeq_epi8(_mm256_and_si256(low, _mm256_set1_epi8((char)0xf0)), _mm256_set1_epi8(0x20));
	const __m256i is =
		_mm256_and_si256(row, _mm256_shuffle_epi8(marks, _mm256_and_si256(low, _mm256_set1_epi8(15))));

	return (uint32_t)~_mm256_movemask_epi8(_mm256_cmpeq_epi8(_mm256_or_si256(is, far), _mm256_setzero_si256()));
}

AVX2 static uint64_t marks_avx2(const nks_unit *u)
{
	return marks32(u) | marks32(u + 32) << 32;
}

static const struct nks_ops avx2 = { codes_avx2, letters_avx2, member_avx2, marks_avx2 };

const struct nks_ops *nks_ops_get(enum nks_path path)
{
	if (path == NKS_PATH_SCALAR) {
		return &scalar;
	}
	return path == NKS_PATH_AVX2 && __builtin_cpu_supports("avx2") ? &avx2 : NULL;
}
#else
const struct nks_ops *nks_ops_get(enum nks_path path)
{
	return path == NKS_PATH_SCALAR ? &scalar : NULL;
}
#endif
