/*
 * ops.c: the few steps that look at every unit: the reference and AVX2, chosen at start.
 *
 * Invariant: all give the same for the same input; the reference is what the tests compare with.
 */
#include "nks_match.h"

#include <string.h>

#define VOWELS(x) ['a' & 31] = (x), ['i' & 31] = (x), ['u' & 31] = (x), ['e' & 31] = (x), ['o' & 31] = (x)
#define CONSONANTS(x)                                                                                               \
	['b' & 31] = (x), ['f' & 31] = (x), ['g' & 31] = (x), ['j' & 31] = (x), ['k' & 31] = (x), ['l' & 31] = (x), \
	       ['p' & 31] = (x), ['q' & 31] = (x), ['r' & 31] = (x), ['v' & 31] = (x), ['w' & 31] = (x),            \
	       ['x' & 31] = (x), ['y' & 31] = (x), ['z' & 31] = (x)
/* A consonant stands before a vowel or y; n, m and h anywhere; sh, ch, ts, tc, dz; any letter twice. */
const uint8_t nks_romaji_needs[32] = {
	VOWELS(NKS_R_ALONE),
	CONSONANTS(NKS_R_VOWEL),
	['n' & 31] = NKS_R_ALONE,
	['m' & 31] = NKS_R_ALONE,
	['h' & 31] = NKS_R_ALONE,
	['s' & 31] = NKS_R_VOWEL | NKS_R_H,
	['c' & 31] = NKS_R_VOWEL | NKS_R_H,
	['t' & 31] = NKS_R_VOWEL | NKS_R_SC,
	['d' & 31] = NKS_R_VOWEL | NKS_R_Z,
};
const uint8_t nks_romaji_gives[32] = {
	VOWELS(NKS_R_VOWEL),
	['y' & 31] = NKS_R_VOWEL,
	['h' & 31] = NKS_R_H,
	['s' & 31] = NKS_R_SC,
	['c' & 31] = NKS_R_SC,
	['z' & 31] = NKS_R_Z,
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

static uint64_t bad_scalar(const nks_unit *u, uint64_t alpha, bool next)
{
	uint64_t bad = 0;

	for (uint64_t bits = alpha; bits != 0; bits &= bits - 1) {
		const unsigned i = (unsigned)__builtin_ctzll(bits);
		const bool on = i == 63 ? next : (alpha >> (i + 1) & 1) != 0;
		const unsigned needs = u[i] < 0x80 ? nks_romaji_needs[u[i] & 31] : NKS_R_ALONE;
		const unsigned gives = !on ? 0 : u[i + 1] < 0x80 ? nks_romaji_gives[u[i + 1] & 31] : NKS_R_VOWEL;
		const bool twice = on && u[i] < 0x80 && (u[i] | 0x20) == (u[i + 1] | 0x20);

		bad |= (uint64_t)((needs & (gives | NKS_R_ALONE)) == 0 && !twice) << i;
	}
	return bad;
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

static const struct nks_ops scalar = { codes_scalar, bad_scalar, member_scalar, marks_scalar };

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
		/* hiragana as the katakana that lie 60 above; U+309F has none */
		const __m256i below = _mm256_cmpeq_epi8(_mm256_min_epu8(low, _mm256_set1_epi8((char)0x9f)), low);
		const __m256i none = _mm256_cmpeq_epi8(low, _mm256_set1_epi8((char)0x9f));
		const __m256i kata = _mm256_add_epi8(low, _mm256_and_si256(below, _mm256_set1_epi8(0x60)));
		const __m256i high = _mm256_and_si256(_mm256_srli_epi16(kata, 4), nibble);
		const __m256i is_page = _mm256_cmpeq_epi8(high_bytes(a, b), page);
		const __m256i at = _mm256_and_si256(kata, nibble);
		const uint32_t bits = (uint32_t)(kana >> (32 * half));
		__m256i code = _mm256_setzero_si256();
		__m256i wanted = _mm256_setzero_si256();

		for (char row = 10; row < 16; row++) {
			const __m256i in_row = _mm256_cmpeq_epi8(high, _mm256_set1_epi8(row));

			code = _mm256_or_si256(
				code, _mm256_and_si256(in_row, _mm256_shuffle_epi8(table16(table + 16 * row), at)));
		}
		code = _mm256_andnot_si256(none, code);
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

/* 32 units as letters, 1 to 26; what is none is more, or 0. */
AVX2 static inline __m256i letters32(const nks_unit *u)
{
	const __m256i bytes = _mm256_permute4x64_epi64(_mm256_packus_epi16(load(u), load(u + 16)), 0xd8);
	const __m256i lower = _mm256_or_si256(bytes, _mm256_set1_epi8(0x20));

	return _mm256_min_epu8(_mm256_sub_epi8(lower, _mm256_set1_epi8(0x60)), _mm256_set1_epi8(31));
}

AVX2 static inline __m256i of_letter(const uint8_t *table, __m256i letter)
{
	/* an index with its highest bit set gives 0 */
	const __m256i first = _mm256_shuffle_epi8(table16(table), _mm256_adds_epu8(letter, _mm256_set1_epi8(0x70)));
	const __m256i second =
		_mm256_shuffle_epi8(table16(table + 16), _mm256_sub_epi8(letter, _mm256_set1_epi8(16)));

	return _mm256_or_si256(first, second);
}

/* Letters that are fine, of those that are ASCII. */
AVX2 static inline uint64_t fine32(const nks_unit *u, uint64_t *out_letters)
{
	const __m256i here = letters32(u);
	const __m256i next = letters32(u + 1);
	const __m256i gives = _mm256_or_si256(of_letter(nks_romaji_gives, next), _mm256_set1_epi8((char)NKS_R_ALONE));
	const __m256i common = _mm256_and_si256(of_letter(nks_romaji_needs, here), gives);
	const __m256i none = _mm256_cmpeq_epi8(common, _mm256_setzero_si256());
	const __m256i bad = _mm256_andnot_si256(_mm256_cmpeq_epi8(here, next), none);

	*out_letters = (uint32_t)_mm256_movemask_epi8(_mm256_cmpgt_epi8(_mm256_set1_epi8(27), here));
	return (uint32_t)~_mm256_movemask_epi8(bad);
}

AVX2 static uint64_t bad_avx2(const nks_unit *u, uint64_t alpha, bool next)
{
	uint64_t low = 0;
	uint64_t high = 0;
	const uint64_t fine = fine32(u, &low) | fine32(u + 32, &high) << 32;

	/* letters that are not ASCII are rare */
	if ((alpha & ~(low | high << 32)) != 0 || (next && u[64] >= 0x80)) {
		return bad_scalar(u, alpha, next);
	}
	return alpha & ~fine;
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

static const struct nks_ops avx2 = { codes_avx2, bad_avx2, member_avx2, marks_avx2 };

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
