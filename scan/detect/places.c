/*
 * places.c: questions to the generated tables of prefectures, cities, quarters and postal codes.
 *
 * Names are compared as 32-bit hashes: a name that is none passes once in about 10^6 questions, which is less than
 * real names mean something else. Without state.
 */
#include "nks_detect_int.h"

enum { CITY_MAX = 14, TOWN_MAX = 18, GAP_MAX = 3, PREFECTURES = 47, CITY_SLACK = 2 };

/* As FOLD of tools/scantab/places.py, and old forms of kanji that addresses keep. */
static nks_unit place_fold(nks_unit u)
{
	if (u < 0x80) {
		return u;
	}
	if ((unsigned)u - 0xff10 < 10) {
		return (nks_unit)(u - 0xff10 + '0');
	}
	switch (u) {
	case 0x30f6:
	case 0x304c:
	case 0x30f5:
		return 0x30b1;
	case 0x306e:
	case 0x4e4b:
		return 0x30ce;
	default:
		return u;
	}
}

static uint32_t step(uint32_t hash, nks_unit u)
{
	return (hash ^ place_fold(u)) * 16777619U;
}

static uint32_t seed_of(uint32_t seed)
{
	return 2166136261U ^ seed;
}

/* The first index whose hash is not below. */
static size_t lower(const uint32_t *hashes, size_t n, uint32_t hash)
{
	size_t lo = 0;
	while (n > 0) {
		size_t half = n / 2;
		if (hashes[lo + half] < hash) {
			lo += half + 1;
			n -= half + 1;
		} else {
			n = half;
		}
	}
	return lo;
}

static bool pair_bit(const uint64_t *bits, nks_unit a, nks_unit b)
{
	uint32_t bit = (((uint32_t)a * 31U + b) * 0x9e35U) >> 4 & 0x3fffU;
	return (bits[bit / 64] >> (bit % 64)) & 1;
}

bool nks_city_sign(const struct nks_text *text, size_t i)
{
	nks_unit a = i > 1 ? place_fold(text->u[i - 2]) : 0;
	nks_unit b = i > 0 ? place_fold(text->u[i - 1]) : 0;
	return pair_bit(nks_city_ends, a, b) || pair_bit(nks_city_ends, 0, b);
}

bool nks_city_begin(const struct nks_text *text, size_t i)
{
	return i + 1 < text->n && pair_bit(nks_city_begins, place_fold(text->u[i]), place_fold(text->u[i + 1]));
}

size_t nks_skip_gap(const struct nks_text *text, size_t i)
{
	size_t end = i;
	while (end < text->n && end - i < GAP_MAX && nks_text_is(text, NKS_M_GAP, end)) {
		end++;
	}
	return end;
}

static bool is_city_end(nks_unit u)
{
	return u == 0x5e02 || u == 0x533a || u == 0x753a || u == 0x6751;
}

unsigned nks_prefecture_of(uint16_t city)
{
	return nks_city_prefecture[city];
}

size_t nks_city_at(const struct nks_text *text, size_t i, unsigned prefecture, uint16_t *out_city)
{
	uint32_t hash = seed_of(0);
	size_t found = 0, blanks = 0;
	for (size_t n = 0; n < CITY_MAX + blanks && i + n < text->n; n++) {
		nks_unit u = text->u[i + n];
		if (n > 0 && blanks < CITY_SLACK && nks_text_is(text, NKS_M_GAP, i + n)) {
			blanks++; /* 札幌市 北区; 市 and 区 in two cells */
			continue;
		}
		if (!nks_text_is(text, NKS_M_HAN, i + n) && !nks_text_is(text, NKS_M_KANA, i + n)) {
			break;
		}
		hash = step(hash, u);
		if (!is_city_end(u)) {
			continue;
		}
		for (size_t k = lower(nks_city_hashes, nks_city_key_count, hash);
			k < nks_city_key_count && nks_city_hashes[k] == hash; k++) {
			if (prefecture == 0 || nks_city_prefecture[nks_city_of_hash[k]] == prefecture) {
				*out_city = nks_city_of_hash[k];
				found = n + 1;
				break;
			}
		}
	}
	return found;
}

static unsigned prefecture_of(const struct nks_text *t, size_t i, size_t len)
{
	uint32_t hash = seed_of(0);
	for (size_t k = 0; k < len; k++) {
		hash = step(hash, t->u[i + k]);
	}
	for (unsigned p = 0; p < PREFECTURES; p++) {
		if (nks_prefecture_hashes[p] == hash) {
			return p + 1;
		}
	}
	return 0;
}

static bool is_prefecture_end(nks_unit u)
{
	return u == 0x770c || u == 0x90fd || u == 0x5e9c || u == 0x9053;
}

unsigned nks_prefecture_at(const struct nks_text *text, size_t i, size_t *out_len)
{
	for (size_t len = 3; len <= 4 && i + len <= text->n; len++) {
		unsigned found = is_prefecture_end(text->u[i + len - 1]) ? prefecture_of(text, i, len) : 0;
		if (found > 0) {
			*out_len = len;
			return found;
		}
	}
	return 0;
}

unsigned nks_prefecture_before(const struct nks_text *text, size_t end, size_t *out_at)
{
	size_t gaps = 0;
	while (end > 0 && gaps < GAP_MAX && nks_text_is(text, NKS_M_GAP, end - 1)) {
		end--;
		gaps++;
	}
	if (end < 3 || !is_prefecture_end(text->u[end - 1])) {
		return 0;
	}
	for (size_t len = 4; len >= 3; len--) {
		unsigned found = end >= len ? prefecture_of(text, end - len, len) : 0;
		if (found > 0) {
			*out_at = end - len;
			return found;
		}
	}
	return 0;
}

size_t nks_town_at(const struct nks_text *text, size_t i, uint16_t city)
{
	uint32_t hash = seed_of((uint32_t)city + 1);
	size_t found = 0;
	for (size_t n = 0; n < TOWN_MAX && i + n < text->n; n++) {
		if (!nks_text_is(text, NKS_M_HAN, i + n) && !nks_text_is(text, NKS_M_KANA, i + n) &&
			!nks_is_digit(text->u[i + n])) {
			break;
		}
		hash = step(hash, text->u[i + n]);
		size_t k = lower(nks_town_hashes, nks_town_count, hash);
		if (k < nks_town_count && nks_town_hashes[k] == hash) {
			found = n + 1;
		}
	}
	return found;
}

static bool postal_any(unsigned code, uint16_t city, unsigned prefecture)
{
	unsigned head = code / 10000, rest = code % 10000;
	if (head >= 1000) {
		return false;
	}
	size_t lo = nks_postal_first[head], hi = nks_postal_first[head + 1];
	while (lo < hi) {
		size_t mid = lo + (hi - lo) / 2;
		if (nks_postal_rest[mid] < rest) {
			lo = mid + 1;
		} else {
			hi = mid;
		}
	}
	for (; lo < nks_postal_first[head + 1] && nks_postal_rest[lo] == rest; lo++) {
		bool same_city = city == NKS_NO_CITY || nks_postal_city[lo] == city;
		bool same_prefecture = prefecture == 0 || nks_city_prefecture[nks_postal_city[lo]] == prefecture;
		if (same_city && same_prefecture) {
			return true;
		}
	}
	return false;
}

bool nks_postal_has(unsigned code, uint16_t city)
{
	return postal_any(code, city, 0);
}

bool nks_postal_prefecture(unsigned code, unsigned prefecture)
{
	return postal_any(code, NKS_NO_CITY, prefecture);
}
