/*
 * carve.c: what may be text within bytes of any kind, for each encoding and alignment.
 *
 * First every position is classified, without branches: does a character of this or that encoding begin here? Two
 * characters of Japanese in a row, or four of ASCII, are a seed. Around each seed the span of text is measured. What
 * is in no span cannot hold a name, a number or an address in that encoding.
 */
#include "nks_decode.h"
#include "nks_tables.h"

#include <stdlib.h>
#include <string.h>

#ifdef __x86_64__
#include <emmintrin.h>
#endif

enum {
	WORDS = NKS_CARVE_MAX / 64,
	FOLLOW = 32, /* bytes that a phase goes on when it has met the one before */
	BACK = 64, /* bytes of UTF-8 before a seed */
	BACK_UNITS = 8,
};

/* What begins at a position: bits of nks_carver.table. */
enum {
	IS_CP932 = 1,
	IS_EUCJP = 2,
	IS_LITTLE = 4, /* Japanese in UTF-16 */
	IS_BIG = 8,
	IS_LITTLE_PLAIN = 16, /* ASCII in UTF-16 */
	IS_BIG_PLAIN = 32,
	TABLE_BITS = 6,
};

/* Classes of single bytes. */
enum { PLAIN, HALF, TAIL, LEAD3, LEAD4, BLANK, BYTE_CLASSES };

struct nks_carver {
	uint8_t table[65536]; /* by two bytes, the first one low */
	uint64_t pair[TABLE_BITS][WORDS + 2];
	uint64_t byte[BYTE_CLASSES][WORDS + 2];
	uint64_t seed[NKS_ENCODING_COUNT][WORDS + 2];
	uint64_t border[WORDS + 2]; /* where characters begin in the phases before, of one encoding */
	struct nks_span range;
};

static bool is_plain(unsigned b)
{
	return (b >= 0x20 && b < 0x7f) || b == '\t' || b == '\n' || b == '\r' || b == NKS_CELL || b == NKS_ROW;
}

static bool is_japanese(unsigned u)
{
	return (u >= 0x3005 && u <= 0x3007) || (u >= 0x3041 && u <= 0x30fe) || (u >= 0x3400 && u <= 0x9fff) ||
		(u >= 0xd840 && u <= 0xfaff) || (u >= 0xff10 && u <= 0xff5a) || (u >= 0xff61 && u <= 0xff9f) ||
		u == 0x3000;
}

/* Unit of two bytes of EUC-JP; half-width kana too. */
static unsigned eucjp_unit(unsigned first, unsigned second)
{
	if (first == 0x8e && second >= 0xa1 && second <= 0xdf) {
		return 0xff61 + second - 0xa1;
	}
	const bool good = first >= 0xa1 && first <= 0xfe && second >= 0xa1 && second <= 0xfe;
	return good ? nks_jisx0208_units[(first - 0xa1) * 94 + second - 0xa1] : NKS_BREAK;
}

static unsigned cp932_unit(unsigned first, unsigned second)
{
	return first >= 0x81 && second >= 0x40 ? nks_cp932_units[(first - 0x80) * 192 + second - 0x40] : NKS_BREAK;
}

/* A unit that occurs in Japanese text: what CP932 can write, halves of characters above the BMP, a blank. */
static bool is_common16(unsigned u)
{
	if (u >= 0xd800 && u <= 0xdfff) {
		return (u >= 0xd840 && u <= 0xd887) || u >= 0xdc00;
	}
	return u == 0x20 || (is_japanese(u) && nks_cp932_has(u));
}

static unsigned flags_of(unsigned first, unsigned second)
{
	const unsigned little = second << 8 | first;
	const unsigned big = first << 8 | second;

	return (is_japanese(cp932_unit(first, second)) ? IS_CP932 : 0U) |
		(is_japanese(eucjp_unit(first, second)) ? IS_EUCJP : 0U) | (is_common16(little) ? IS_LITTLE : 0U) |
		(is_common16(big) ? IS_BIG : 0U) | (second == 0 && is_plain(first) ? IS_LITTLE_PLAIN : 0U) |
		(first == 0 && is_plain(second) ? IS_BIG_PLAIN : 0U);
}

struct nks_carver *nks_carver_new(void)
{
	struct nks_carver *const c = calloc(1, sizeof(*c));

	for (unsigned v = 0; c != NULL && v < 65536; v++) {
		c->table[v] = (uint8_t)flags_of(v & 0xff, v >> 8);
	}
	return c;
}

void nks_carver_free(struct nks_carver **carver)
{
	free(*carver);
	*carver = NULL;
}

/* Classes of 64 positions
 * --------------------------------------------------------------------------------------------- */

static unsigned byte_classes(uint8_t b)
{
	return (is_plain(b) ? 1U << PLAIN : 0) | (b >= 0xa1 && b <= 0xdf ? 1U << HALF : 0) |
		((b & 0xc0) == 0x80 ? 1U << TAIL : 0) | (b >= 0xe2 && b <= 0xef ? 1U << LEAD3 : 0) |
		(b >= 0xf0 && b <= 0xf4 ? 1U << LEAD4 : 0) | (b == ' ' ? 1U << BLANK : 0);
}

void nks_carve_classes_plain(const uint8_t *table, const uint8_t *p, uint64_t *pair, uint64_t *byte)
{
	memset(pair, 0, TABLE_BITS * sizeof(*pair));
	memset(byte, 0, BYTE_CLASSES * sizeof(*byte));
	for (unsigned i = 0; i < 64; i++) {
		const unsigned flags = table[p[i] | p[i + 1] << 8];
		const unsigned classes = byte_classes(p[i]);
		for (unsigned k = 0; k < TABLE_BITS; k++) {
			pair[k] |= (uint64_t)((flags >> k) & 1) << i;
		}
		for (unsigned k = 0; k < BYTE_CLASSES; k++) {
			byte[k] |= (uint64_t)((classes >> k) & 1) << i;
		}
	}
}

#ifdef __x86_64__

static inline uint64_t bits16(__m128i x, unsigned at)
{
	return (uint64_t)(unsigned)_mm_movemask_epi8(x) << at;
}

static inline __m128i within16(__m128i x, unsigned from, unsigned to)
{
	const __m128i off = _mm_sub_epi8(x, _mm_set1_epi8((char)from));

	return _mm_cmpeq_epi8(_mm_min_epu8(off, _mm_set1_epi8((char)(to - from))), off);
}

static inline __m128i is16(__m128i x, unsigned value)
{
	return _mm_cmpeq_epi8(x, _mm_set1_epi8((char)value));
}

void nks_carve_classes(const uint8_t *table, const uint8_t *p, uint64_t *pair, uint64_t *byte)
{
	uint8_t flags[64];

	for (unsigned i = 0; i < 64; i++) {
		uint16_t two;
		memcpy(&two, p + i, 2);
		flags[i] = table[two];
	}
	memset(pair, 0, TABLE_BITS * sizeof(*pair));
	memset(byte, 0, BYTE_CLASSES * sizeof(*byte));
	for (unsigned i = 0; i < 64; i += 16) {
		const __m128i x = _mm_loadu_si128((const __m128i *)(const void *)(p + i));
		const __m128i f = _mm_loadu_si128((const __m128i *)(const void *)(flags + i));
		const __m128i line = _mm_or_si128(within16(x, 0x09, 0x0a), is16(x, 0x0d));
		const __m128i ends = _mm_or_si128(line, within16(x, 0x1e, 0x1f));
		for (unsigned k = 0; k < TABLE_BITS; k++) {
			pair[k] |= bits16(_mm_sll_epi16(f, _mm_cvtsi32_si128((int)(7 - k))), i);
		}
		byte[PLAIN] |= bits16(_mm_or_si128(within16(x, 0x20, 0x7e), ends), i);
		byte[HALF] |= bits16(within16(x, 0xa1, 0xdf), i);
		byte[TAIL] |= bits16(within16(x, 0x80, 0xbf), i);
		byte[LEAD3] |= bits16(within16(x, 0xe2, 0xef), i);
		byte[LEAD4] |= bits16(within16(x, 0xf0, 0xf4), i);
		byte[BLANK] |= bits16(is16(x, ' '), i);
	}
}

#else

void nks_carve_classes(const uint8_t *table, const uint8_t *p, uint64_t *pair, uint64_t *byte)
{
	nks_carve_classes_plain(table, p, pair, byte);
}

#endif

static bool are_zeros(const uint8_t *p)
{
	uint64_t w[8];

	memcpy(w, p, sizeof(w));
	return (w[0] | w[1] | w[2] | w[3] | w[4] | w[5] | w[6] | w[7]) == 0;
}

/* Seeds
 * ---------------------------------------------------------------------------------------------------------------- */

/* Word w of the map, moved so that bit i is what was bit i + by. */
static uint64_t ahead(const uint64_t *map, size_t w, unsigned by)
{
	return map[w] >> by | map[w + 1] << (64 - by);
}

static uint64_t pairs(const uint64_t *map, const uint64_t *blank, size_t w)
{
	return map[w] & (ahead(map, w, 2) | (ahead(blank, w, 2) & ahead(map, w, 3)));
}

/* Seeds of one word; what follows it in the next word is known. */
static void sow(struct nks_carver *c, size_t w)
{
	const uint64_t *const plain = c->byte[PLAIN];
	const uint64_t *const half = c->byte[HALF];
	const uint64_t *const tail = c->byte[TAIL];
	const uint64_t *const blank = c->byte[BLANK];
	const uint64_t *const lp = c->pair[4];
	const uint64_t *const bp = c->pair[5];
	const uint64_t ascii = plain[w] & ahead(plain, w, 1) & ahead(plain, w, 2) & ahead(plain, w, 3);
	const uint64_t three = c->byte[LEAD3][w] & ahead(tail, w, 1) & ahead(tail, w, 2);
	const uint64_t next = ahead(c->byte[LEAD3], w, 3) | ahead(c->byte[LEAD4], w, 3) |
		(ahead(blank, w, 3) & ahead(c->byte[LEAD3], w, 4));
	const uint64_t four = c->byte[LEAD4][w] & ahead(tail, w, 1) & ahead(tail, w, 2) & ahead(tail, w, 3);

	c->seed[NKS_UTF8][w] = ascii | (three & next) | four;
	c->seed[NKS_CP932][w] = pairs(c->pair[0], blank, w) | (half[w] & ahead(half, w, 1) & ahead(half, w, 2));
	c->seed[NKS_EUCJP][w] = pairs(c->pair[1], blank, w);
	c->seed[NKS_UTF16LE][w] = (c->pair[2][w] & ahead(c->pair[2], w, 2)) |
		(lp[w] & ahead(lp, w, 2) & ahead(lp, w, 4) & ahead(lp, w, 6));
	c->seed[NKS_UTF16BE][w] = (c->pair[3][w] & ahead(c->pair[3], w, 2)) |
		(bp[w] & ahead(bp, w, 2) & ahead(bp, w, 4) & ahead(bp, w, 6));
}

void nks_carve_begin(struct nks_carver *c, const uint8_t *bytes, struct nks_span range)
{
	const size_t len = range.stop - range.at;
	const size_t words = (len + 63) / 64;
	uint64_t pair[TABLE_BITS];
	uint64_t byte[BYTE_CLASSES];
	uint8_t last[64 + 1];

	c->range = range;
	for (size_t w = 0; w < words; w++) {
		const uint8_t *p = bytes + range.at + 64 * w;
		if (len - 64 * w < 65) {
			memset(last, 0, sizeof(last));
			memcpy(last, p, len - 64 * w);
			p = last;
		}
		if (are_zeros(p)) {
			memset(pair, 0, sizeof(pair));
			memset(byte, 0, sizeof(byte));
			pair[5] = (uint64_t)is_plain(p[64]) << 63; /* 00 xx at the border is ASCII in UTF-16BE */
		} else {
			nks_carve_classes(c->table, p, pair, byte);
		}
		for (unsigned k = 0; k < TABLE_BITS; k++) {
			c->pair[k][w] = pair[k];
			c->pair[k][w + 1] = 0;
		}
		for (unsigned k = 0; k < BYTE_CLASSES; k++) {
			c->byte[k][w] = byte[k];
			c->byte[k][w + 1] = 0;
		}
	}
	for (size_t w = 0; w < words; w++) {
		sow(c, w);
	}
	for (unsigned e = 0; e < NKS_ENCODING_COUNT; e++) {
		c->seed[e][words] = 0;
	}
}

/* Spans
 * ---------------------------------------------------------------------------------------------------------------- */

static bool has(const uint64_t *map, size_t i)
{
	return ((map[i / 64] >> (i % 64)) & 1) != 0;
}

/* The next seed from position i on (counted from the range); len: none. */
static size_t next_seed(const uint64_t *map, size_t i, size_t len)
{
	size_t w = i / 64;
	uint64_t bits = i < len ? map[w] & (UINT64_MAX << (i % 64)) : 0;

	while (bits == 0) {
		w++;
		if (w * 64 >= len) {
			return len;
		}
		bits = map[w];
	}
	return w * 64 + (size_t)__builtin_ctzll(bits);
}

/* Length of the character of text at b[0 … left); 0: none. */
static size_t utf8_char(const uint8_t *b, size_t left)
{
	if (b[0] < 0x80) {
		return is_plain(b[0]);
	}
	if (b[0] >= 0xc2 && b[0] <= 0xdf && left > 1 && (b[1] & 0xc0) == 0x80) {
		return b[0] == 0xc2 && b[1] < 0xa0 ? 0 : 2;
	}
	if ((b[0] & 0xf0) == 0xe0 && left > 2 && (b[1] & 0xc0) == 0x80 && (b[2] & 0xc0) == 0x80) {
		return (b[0] == 0xe0 && b[1] < 0xa0) || (b[0] == 0xed && b[1] > 0x9f) ? 0 : 3;
	}
	if (b[0] >= 0xf0 && b[0] <= 0xf4 && left > 3 && (b[1] & 0xc0) == 0x80 && (b[2] & 0xc0) == 0x80 &&
		(b[3] & 0xc0) == 0x80) {
		return (b[0] == 0xf0 && b[1] < 0x90) || (b[0] == 0xf4 && b[1] > 0x8f) ? 0 : 4;
	}
	return 0;
}

static size_t cp932_char(const uint8_t *b, size_t left)
{
	if (b[0] < 0x80) {
		return is_plain(b[0]);
	}
	if (b[0] >= 0xa1 && b[0] <= 0xdf) {
		return 1;
	}
	return left > 1 && cp932_unit(b[0], b[1]) != NKS_BREAK ? 2 : 0;
}

static size_t eucjp_char(const uint8_t *b, size_t left)
{
	if (b[0] < 0x80) {
		return is_plain(b[0]);
	}
	if (b[0] == 0x8f) {
		const bool good = left > 2 && b[1] >= 0xa1 && b[1] <= 0xfe && b[2] >= 0xa1 && b[2] <= 0xfe;
		return good && nks_jisx0212_units[(b[1] - 0xa1) * 94 + b[2] - 0xa1] != NKS_BREAK ? 3 : 0;
	}
	return left > 1 && eucjp_unit(b[0], b[1]) != NKS_BREAK ? 2 : 0;
}

/* Where the text around the seed at b[at] begins: valid characters lead from there to it. */
static size_t utf8_begin(const uint8_t *b, size_t floor, size_t at)
{
	const size_t least = at - floor > BACK ? at - BACK : floor;
	size_t begin = at;

	while (begin > least && (is_plain(b[begin - 1]) || b[begin - 1] >= 0x80)) {
		begin--;
	}
	for (size_t i = begin; i < at;) {
		const size_t n = utf8_char(b + i, at - i);
		i += n > 0 ? n : 1;
		begin = n > 0 ? begin : i;
	}
	return begin;
}

static size_t find_utf8(struct nks_carver *c, const uint8_t *b, struct nks_span in, struct nks_span *out, size_t n)
{
	const size_t zero = c->range.at;
	size_t floor = in.at;

	for (size_t i = next_seed(c->seed[NKS_UTF8], in.at - zero, in.stop - zero);
		zero + i < in.stop && n < NKS_SPANS; i = next_seed(c->seed[NKS_UTF8], floor - zero, in.stop - zero)) {
		const size_t begin = utf8_begin(b, floor, zero + i);
		size_t at = zero + i;
		for (size_t k = 1; at < in.stop && k > 0; at += k) {
			k = utf8_char(b + at, in.stop - at);
		}
		floor = at > zero + i ? at : zero + i + 1;
		if (at > zero + i) {
			out[n++] = (struct nks_span){ begin, at };
		}
	}
	return n;
}

/* CP932 and EUC-JP: spans from seeds where no character of an earlier phase begins. */
static size_t find_phase(
	struct nks_carver *c, bool euc, const uint8_t *b, struct nks_span in, struct nks_span *out, size_t n)
{
	const uint64_t *const seeds = c->seed[euc ? NKS_EUCJP : NKS_CP932];
	const size_t zero = c->range.at;
	size_t i = in.at - zero;
	uint64_t mine[WORDS + 2];

	memset(mine, 0, sizeof(mine));
	while (n < NKS_SPANS && (i = next_seed(seeds, i, in.stop - zero)) < in.stop - zero) {
		const size_t begin = zero + i;
		size_t follow = 0;
		size_t at = begin;
		if (has(c->border, i)) {
			i++;
			continue;
		}
		while (at < in.stop && (follow == 0 || at < follow)) {
			const size_t k = euc ? eucjp_char(b + at, in.stop - at) : cp932_char(b + at, in.stop - at);
			if (k == 0) {
				break;
			}
			mine[(at - zero) / 64] |= UINT64_C(1) << ((at - zero) % 64);
			follow = follow == 0 && has(c->border, at - zero) ? at + FOLLOW : follow;
			at += k;
		}
		if (at > begin) {
			out[n++] = (struct nks_span){ begin, at };
		}
		i = at > begin ? at - zero : i + 1;
	}
	for (size_t w = 0; w < WORDS; w++) {
		c->border[w] |= mine[w];
	}
	return n;
}

static unsigned unit_at(const uint8_t *b, bool big)
{
	return big ? (unsigned)b[0] << 8 | b[1] : (unsigned)b[1] << 8 | b[0];
}

static bool is_text16(unsigned u)
{
	if (u < 0x80) {
		return is_plain(u);
	}
	if (is_japanese(u)) {
		return u < 0xe000 || u > 0xf8ff;
	}
	return u < 0x250 || (u >= 0x2000 && u <= 0x33ff) || (u >= 0xfe00 && u <= 0xfe0f) ||
		(u >= 0xff01 && u <= 0xffef);
}

static size_t find_utf16(struct nks_carver *c, bool big, size_t parity, const uint8_t *b, struct nks_span in,
	struct nks_span *out, size_t n)
{
	const uint64_t *const seeds = c->seed[big ? NKS_UTF16BE : NKS_UTF16LE];
	const size_t zero = c->range.at;
	size_t floor = in.at;
	size_t i = in.at - zero;

	while (n < NKS_SPANS && (i = next_seed(seeds, i, in.stop - zero)) < in.stop - zero) {
		size_t begin = zero + i;
		size_t at = begin;
		if (begin % 2 != parity) {
			i++;
			continue;
		}
		/* Rare kanji before the seed belong to it. */
		for (unsigned k = 0; k < BACK_UNITS && begin >= floor + 2 && is_japanese(unit_at(b + begin - 2, big));
			k++) {
			begin -= 2;
		}
		while (at + 1 < in.stop && is_text16(unit_at(b + at, big))) {
			at += 2;
		}
		if (at > zero + i) {
			out[n++] = (struct nks_span){ begin, at };
			floor = at;
		}
		i = at > zero + i ? at - zero : i + 2;
	}
	return n;
}

/* ISO-2022-JP: from an escape sequence over what is no control and not high. */
static size_t find_jis(const uint8_t *b, struct nks_span in, struct nks_span *out, size_t n)
{
	size_t at = in.at;

	while (at < in.stop && n < NKS_SPANS) {
		const uint8_t *const escape = memchr(b + at, 0x1b, in.stop - at);
		if (escape == NULL) {
			break;
		}
		const size_t begin = (size_t)(escape - b);
		size_t end = begin + 1;
		while (end < in.stop &&
			(is_plain(b[end]) || b[end] == 0x7f || b[end] == 0x1b || b[end] == 0x0e || b[end] == 0x0f)) {
			end++;
		}
		const bool good = end - begin > 4 && (b[begin + 1] == '$' || b[begin + 1] == '(');
		if (good) {
			out[n++] = (struct nks_span){ begin, end };
		}
		at = good ? end : begin + 1;
	}
	return n;
}

enum nks_encoding nks_carve_encoding(enum nks_carve how)
{
	static const uint8_t encodings[NKS_CARVE_COUNT] = { NKS_UTF8, NKS_CP932, NKS_CP932, NKS_CP932, NKS_EUCJP,
		NKS_EUCJP, NKS_EUCJP, NKS_UTF16LE, NKS_UTF16LE, NKS_UTF16BE, NKS_UTF16BE, NKS_JIS };

	return (enum nks_encoding)encodings[how];
}

static size_t find(struct nks_carver *c, enum nks_carve how, const uint8_t *bytes, struct nks_span in, uint64_t base,
	struct nks_span *out, size_t n)
{
	const size_t even = (size_t)(base % 2);

	switch (how) {
	case NKS_CARVE_UTF8:
		return find_utf8(c, bytes, in, out, n);
	case NKS_CARVE_CP932:
	case NKS_CARVE_CP932_ODD:
	case NKS_CARVE_CP932_REST:
		return find_phase(c, false, bytes, in, out, n);
	case NKS_CARVE_EUCJP:
	case NKS_CARVE_EUCJP_ODD:
	case NKS_CARVE_EUCJP_REST:
		return find_phase(c, true, bytes, in, out, n);
	case NKS_CARVE_UTF16LE:
	case NKS_CARVE_UTF16BE:
		return find_utf16(c, how == NKS_CARVE_UTF16BE, even, bytes, in, out, n);
	case NKS_CARVE_UTF16LE_ODD:
	case NKS_CARVE_UTF16BE_ODD:
		return find_utf16(c, how == NKS_CARVE_UTF16BE_ODD, 1 - even, bytes, in, out, n);
	case NKS_CARVE_JIS:
		return find_jis(bytes, in, out, n);
	case NKS_CARVE_COUNT:
		break;
	}
	return n;
}

size_t nks_carve_find(struct nks_carver *c, enum nks_carve how, const uint8_t *bytes, const struct nks_span *within,
	size_t n_within, uint64_t base, struct nks_span *out)
{
	size_t n = 0;

	if (how == NKS_CARVE_CP932 || how == NKS_CARVE_EUCJP) {
		memset(c->border, 0, sizeof(c->border));
	}
	for (size_t i = 0; i < n_within; i++) {
		n = find(c, how, bytes, within[i], base, out, n);
	}
	return n;
}
