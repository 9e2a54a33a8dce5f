/*
 * carve.c: what may be text within bytes of any kind, for each encoding and alignment.
 *
 * A finder goes through the bytes once and answers spans; what is in none of them cannot hold a name, a number or an
 * address in that encoding. Two characters of Japanese in a row, or four bytes of ASCII, are enough.
 */
#include "nks_decode.h"
#include "nks_tables.h"

#include <string.h>

enum { TEXT_MIN = 4, JAPANESE_MIN = 2, HALF_MIN = 3, ASCII16_MIN = 6, FOLLOW = 32, PHASE_BYTES = 131072 };

/* Characters of one step of a finder. */
enum kind {
	NO_TEXT,
	PLAIN, /* ASCII */
	JAPANESE,
	HALF,
	FOREIGN, /* may stand in text, proves nothing */
};

/* A run of text that is being collected. */
struct run {
	struct nks_span *out;
	size_t n, begin;
	bool open, good;
	unsigned japanese, half, plain, other; /* in a row, until now */
	unsigned plain_min;
};

static void run_end(struct run *r, size_t at)
{
	if (r->open && r->good && r->n < NKS_SPANS) {
		r->out[r->n++] = (struct nks_span){ r->begin, at };
	}
	r->open = false;
}

static void run_add(struct run *r, size_t at, enum kind kind)
{
	if (!r->open) {
		r->open = true;
		r->good = false;
		r->begin = at;
		r->japanese = 0;
		r->half = 0;
		r->plain = 0;
		r->other = 0;
	}
	/* One blank may stand between two of them: names of one kanji and one kanji. */
	r->other = kind == JAPANESE ? 0 : r->other + 1;
	r->japanese = kind == JAPANESE ? r->japanese + 1 : r->other > 1 ? 0 : r->japanese;
	r->half = kind == HALF ? r->half + 1 : 0;
	r->plain = kind == PLAIN ? r->plain + 1 : 0;
	r->good = r->good || r->japanese >= JAPANESE_MIN || r->half >= HALF_MIN ||
		(r->plain_min > 0 && r->plain >= r->plain_min);
}

static bool is_plain(unsigned b)
{
	return (b >= 0x20 && b < 0x7f) || b == '\t' || b == '\n' || b == '\r' || b == NKS_CELL || b == NKS_ROW;
}

/* Behind NULs, 16 at a time. */
static size_t skip_zeros(const uint8_t *b, size_t at, size_t stop)
{
	static const uint8_t zeros[16] = { 0 };

	while (at + 16 <= stop && memcmp(b + at, zeros, 16) == 0) {
		at += 16;
	}
	return at;
}

static enum kind kind_of(nks_unit u)
{
	if ((u >= 0x3005 && u <= 0x3007) || (u >= 0x3041 && u <= 0x30fe) || (u >= 0x4e00 && u <= 0x9fff)) {
		return JAPANESE;
	}
	if ((u >= 0x3400 && u <= 0x4dbf) || (u >= 0xd800 && u <= 0xfaff) || (u >= 0xff10 && u <= 0xff5a)) {
		return JAPANESE;
	}
	return u >= 0xff61 && u <= 0xff9f ? HALF : FOREIGN;
}

/* Bytes of the character of UTF-8 at b, its kind; 0: none. */
static size_t utf8_char(const uint8_t *b, size_t left, enum kind *kind)
{
	*kind = FOREIGN;
	if (b[0] >= 0xc2 && b[0] <= 0xdf && left > 1 && (b[1] & 0xc0) == 0x80) {
		return b[0] == 0xc2 && b[1] < 0xa0 ? 0 : 2;
	}
	if ((b[0] & 0xf0) == 0xe0 && left > 2 && (b[1] & 0xc0) == 0x80 && (b[2] & 0xc0) == 0x80) {
		const unsigned u = (b[0] & 0x0fU) << 12 | (b[1] & 0x3fU) << 6 | (b[2] & 0x3fU);
		*kind = kind_of((nks_unit)u);
		return u < 0x800 || (u >= 0xd800 && u <= 0xdfff) ? 0 : 3;
	}
	if (b[0] >= 0xf0 && b[0] <= 0xf4 && left > 3 && (b[1] & 0xc0) == 0x80 && (b[2] & 0xc0) == 0x80 &&
		(b[3] & 0xc0) == 0x80) {
		*kind = JAPANESE;
		return (b[0] == 0xf0 && b[1] < 0x90) || (b[0] == 0xf4 && b[1] > 0x8f) ? 0 : 4;
	}
	return 0;
}

static size_t find_utf8(const uint8_t *b, struct nks_span in, struct run *r)
{
	size_t at = in.at;

	r->plain_min = TEXT_MIN;
	while (at < in.stop) {
		enum kind kind = PLAIN;
		const size_t n = is_plain(b[at]) ? 1 : utf8_char(b + at, in.stop - at, &kind);
		if (n == 0) {
			run_end(r, at);
			at = b[at] == 0 ? skip_zeros(b, at + 1, in.stop) : at + 1;
			continue;
		}
		run_add(r, at, kind);
		at += n;
	}
	run_end(r, at);
	return r->n;
}

/* The character of two or three bytes, or half-width kana, at b; 0: none. */
typedef size_t char_fn(const uint8_t *b, size_t left, enum kind *kind);

static size_t cp932_char(const uint8_t *b, size_t left, enum kind *kind)
{
	*kind = HALF;
	if (b[0] >= 0xa1 && b[0] <= 0xdf) {
		return 1;
	}
	if (b[0] < 0x81 || left < 2 || b[1] < 0x40) {
		return 0;
	}
	const nks_unit u = nks_cp932_units[(b[0] - 0x80) * 192 + b[1] - 0x40];
	*kind = u >= 0xe000 && u <= 0xf8ff ? FOREIGN : kind_of(u);
	return u == NKS_BREAK ? 0 : 2;
}

static size_t eucjp_char(const uint8_t *b, size_t left, enum kind *kind)
{
	*kind = HALF;
	if (b[0] == 0x8e && left > 1 && b[1] >= 0xa1 && b[1] <= 0xdf) {
		return 2;
	}
	const bool three = b[0] == 0x8f && left > 2;
	b += three;
	if (left < 2 || b[0] < 0xa1 || b[0] > 0xfe || b[1] < 0xa1 || b[1] > 0xfe) {
		return 0;
	}
	const uint16_t *const table = three ? nks_jisx0212_units : nks_jisx0208_units;
	const nks_unit u = table[(b[0] - 0xa1) * 94 + (b[1] - 0xa1)];
	*kind = u >= 0xe000 && u <= 0xf8ff ? FOREIGN : kind_of(u);
	return u == NKS_BREAK ? 0 : 2 + (size_t)three;
}

/* The first phase: what a decoder reads that begins at the first high byte. Notes in `taken` where its characters of more than
 * one byte begin. */
static void find_first(const uint8_t *b, struct nks_span in, char_fn *one, struct run *r, uint64_t *taken)
{
	size_t at = in.at;

	while (at < in.stop) {
		enum kind kind = PLAIN;
		const size_t n = is_plain(b[at]) ? 1 : b[at] >= 0x80 ? one(b + at, in.stop - at, &kind) : 0;
		if (n == 0) {
			run_end(r, at);
			at = b[at] == 0 ? skip_zeros(b, at + 1, in.stop) : at + 1;
			continue;
		}
		if (n > 1 && taken != NULL) {
			taken[(at - in.at) / 64] |= UINT64_C(1) << ((at - in.at) % 64);
		}
		run_add(r, at, kind);
		at += n;
	}
	run_end(r, at);
}

static bool is_taken(const uint64_t *taken, size_t i)
{
	return ((taken[i / 64] >> (i % 64)) & 1) != 0;
}

/* The other phase: begins where the first one has no character, and goes on for FOLLOW bytes when both have met, so that all of a
 * name stands in the span. */
static void find_odd(const uint8_t *b, struct nks_span in, char_fn *one, struct run *r, const uint64_t *taken)
{
	size_t at = in.at;
	size_t follow = 0;

	while (at < in.stop) {
		enum kind kind = PLAIN;
		const size_t i = at - in.at;
		const bool inside = i > 0 && is_taken(taken, i - 1);
		const bool meets = is_taken(taken, i) || (b[at] < 0x80 && !inside);
		follow = r->open && meets && follow == 0 ? at + FOLLOW : follow;
		const bool here = r->open ? follow == 0 || at < follow : b[at] >= 0x80 && !meets;
		const size_t n = !here ? 0 : is_plain(b[at]) ? 1 : b[at] >= 0x80 ? one(b + at, in.stop - at, &kind) : 0;
		if (n == 0) {
			run_end(r, at);
			follow = 0;
			at = b[at] == 0 ? skip_zeros(b, at + 1, in.stop) : at + 1;
			continue;
		}
		run_add(r, at, kind);
		at += n;
	}
	run_end(r, at);
}

/* Both phases in pieces, as the note of the first one has to fit on the stack. */
static size_t find_phase(const uint8_t *b, struct nks_span in, char_fn *one, bool odd, struct run *r)
{
	uint64_t taken[PHASE_BYTES / 64 + 1];
	struct nks_span none[1];
	struct run first = { .out = none, .n = NKS_SPANS };

	if (!odd) {
		find_first(b, in, one, r, NULL);
		return r->n;
	}
	while (in.at < in.stop) {
		const size_t len = in.stop - in.at < PHASE_BYTES ? in.stop - in.at : PHASE_BYTES;
		const struct nks_span piece = { in.at, in.at + len };
		memset(taken, 0, (len / 64 + 1) * sizeof(taken[0]));
		find_first(b, piece, one, &first, taken);
		find_odd(b, piece, one, r, taken);
		in.at += len;
	}
	return r->n;
}

static enum kind utf16_kind(unsigned u, bool *common)
{
	if (u < 0x80) {
		return is_plain(u) ? PLAIN : NO_TEXT;
	}
	*common = nks_cp932_has(u);
	if (u >= 0xe000 && u <= 0xf8ff) {
		return NO_TEXT;
	}
	if (u >= 0xd800 && u <= 0xdfff) {
		return (u >= 0xd840 && u <= 0xd887) || u >= 0xdc00 ? JAPANESE : NO_TEXT;
	}
	const enum kind kind = kind_of((nks_unit)u);
	return kind == FOREIGN && !*common && u > 0x24f && (u < 0x2000 || u > 0x30ff) ? NO_TEXT : kind;
}

static size_t find_utf16(const uint8_t *b, struct nks_span in, bool big, struct run *r)
{
	bool before = false;

	r->plain_min = ASCII16_MIN;
	for (size_t at = in.at; at + 1 < in.stop; at += 2) {
		bool common = false;
		const unsigned u = big ? (unsigned)b[at] << 8 | b[at + 1] : (unsigned)b[at + 1] << 8 | b[at];
		const enum kind kind = utf16_kind(u, &common);
		if (kind == NO_TEXT) {
			run_end(r, at);
			before = false;
			at = u == 0 ? skip_zeros(b, at + 2, in.stop) - 2 : at;
			continue;
		}
		const bool was_good = r->open && r->good;
		run_add(r, at, kind);
		/* One of two in a row has to be a character in use: a surrogate or a rare kanji beside it is enough. */
		r->good = was_good || r->plain >= ASCII16_MIN || r->half >= HALF_MIN ||
			(r->japanese >= JAPANESE_MIN && (common || before));
		before = common;
	}
	run_end(r, in.stop - (in.stop - in.at) % 2);
	return r->n;
}

/* ISO-2022-JP: from an escape sequence over what is no control and not high. */
static size_t find_jis(const uint8_t *b, struct nks_span in, struct run *r)
{
	size_t at = in.at;

	while (at < in.stop) {
		const uint8_t *const escape = memchr(b + at, 0x1b, in.stop - at);
		if (escape == NULL) {
			break;
		}
		const size_t begin = (size_t)(escape - b);
		size_t end = begin + 1;
		while (end < in.stop && (is_plain(b[end]) || b[end] == 0x7f || b[end] == 0x1b || b[end] == 0x0e || b[end] == 0x0f)) {
			end++;
		}
		if (end - begin > 4 && (b[begin + 1] == '$' || b[begin + 1] == '(') && r->n < NKS_SPANS) {
			r->out[r->n++] = (struct nks_span){ begin, end };
		} else {
			end = begin + 1;
		}
		at = end;
	}
	return r->n;
}

enum nks_encoding nks_carve_encoding(enum nks_carve how)
{
	static const uint8_t encodings[NKS_CARVE_COUNT] = { NKS_UTF8, NKS_CP932, NKS_CP932, NKS_EUCJP, NKS_EUCJP,
		NKS_UTF16LE, NKS_UTF16LE, NKS_UTF16BE, NKS_UTF16BE, NKS_JIS };

	return (enum nks_encoding)encodings[how];
}

size_t nks_carve_find(enum nks_carve how, const uint8_t *bytes, struct nks_span within, uint64_t base,
	struct nks_span *out, size_t n)
{
	struct run r = { .out = out, .n = n };
	struct nks_span turned = within;

	turned.at += (base + within.at) % 2;
	struct nks_span shifted = { turned.at > within.at ? within.at : within.at + 1, within.stop };
	switch (how) {
	case NKS_CARVE_UTF8:
		return find_utf8(bytes, within, &r);
	case NKS_CARVE_CP932:
	case NKS_CARVE_CP932_ODD:
		return find_phase(bytes, within, cp932_char, how == NKS_CARVE_CP932_ODD, &r);
	case NKS_CARVE_EUCJP:
	case NKS_CARVE_EUCJP_ODD:
		return find_phase(bytes, within, eucjp_char, how == NKS_CARVE_EUCJP_ODD, &r);
	case NKS_CARVE_UTF16LE:
	case NKS_CARVE_UTF16BE:
		return turned.at < turned.stop ? find_utf16(bytes, turned, how == NKS_CARVE_UTF16BE, &r) : n;
	case NKS_CARVE_UTF16LE_ODD:
	case NKS_CARVE_UTF16BE_ODD:
		return shifted.at < shifted.stop ? find_utf16(bytes, shifted, how == NKS_CARVE_UTF16BE_ODD, &r) : n;
	case NKS_CARVE_JIS:
		return find_jis(bytes, within, &r);
	case NKS_CARVE_COUNT:
		break;
	}
	return n;
}
