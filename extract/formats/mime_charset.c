/*
 * mime_charset.c: CP932, EUC-JP and ISO-2022-JP (with what Microsoft put into them) as UTF-8, a character at a time.
 *
 * Invariant: any bytes are taken; what is no character becomes U+FFFD and the next byte begins a new one. A character
 * may be cut between two calls.
 */
#include "base.h"

#include "mime_charset.h"
#include "nks_tables.h"

enum { PIECE = 300 };

static bool same(const char *name, size_t len, const char *wanted)
{
	if (len != strlen(wanted)) {
		return false;
	}
	for (size_t i = 0; i < len; i++) {
		char c = name[i];

		if ((c >= 'A' && c <= 'Z' ? c + 32 : c == '_' ? '-' : c) != wanted[i]) {
			return false;
		}
	}
	return true;
}

enum nkx_charset nkx_charset_of(const char *name, size_t len)
{
	static const struct {
		const char *name;
		enum nkx_charset charset;
	} names[] = { { "utf-8", NKX_CHARSET_UTF8 }, { "utf8", NKX_CHARSET_UTF8 }, { "shift-jis", NKX_CHARSET_CP932 },
		{ "shiftjis", NKX_CHARSET_CP932 }, { "sjis", NKX_CHARSET_CP932 }, { "x-sjis", NKX_CHARSET_CP932 },
		{ "windows-31j", NKX_CHARSET_CP932 }, { "cp932", NKX_CHARSET_CP932 }, { "ms932", NKX_CHARSET_CP932 },
		{ "ms-kanji", NKX_CHARSET_CP932 }, { "euc-jp", NKX_CHARSET_EUC }, { "x-euc-jp", NKX_CHARSET_EUC },
		{ "eucjp-ms", NKX_CHARSET_EUC }, { "cp51932", NKX_CHARSET_EUC }, { "iso-2022-jp", NKX_CHARSET_JIS },
		{ "iso-2022-jp-1", NKX_CHARSET_JIS }, { "iso-2022-jp-2", NKX_CHARSET_JIS },
		{ "iso-2022-jp-3", NKX_CHARSET_JIS }, { "iso-2022-jp-ms", NKX_CHARSET_JIS },
		{ "cp50220", NKX_CHARSET_JIS }, { "cp50221", NKX_CHARSET_JIS }, { "csiso2022jp", NKX_CHARSET_JIS },
		{ "iso-8859-1", NKX_CHARSET_LATIN }, { "windows-1252", NKX_CHARSET_LATIN },
		{ "iso-8859-15", NKX_CHARSET_LATIN } };

	for (size_t i = 0; i < NK_ARRAY_LEN(names); i++) {
		if (same(name, len, names[i].name)) {
			return names[i].charset;
		}
	}
	return NKX_CHARSET_GUESS;
}

static void one(const struct nkx_charset_to *to, uint32_t c)
{
	uint8_t out[4];
	size_t n = nk_utf8_put(c == 0xffff || (c >= 0xd800 && c <= 0xdfff) ? 0xfffd : c, out);

	to->put(to->arg, (const char *)out, n);
}

static uint32_t jis(const uint16_t *table, unsigned row, unsigned cell)
{
	if (row < 0x21 || row > 0x7e || cell < 0x21 || cell > 0x7e) {
		return 0xffff;
	}
	return table[(row - 0x21) * 94 + (cell - 0x21)];
}

/* A byte of CP932. */
static void cp932(struct nkx_charset_state *s, uint8_t b, const struct nkx_charset_to *to)
{
	if (s->n == 1) {
		s->n = 0;
		if (b >= 0x40) {
			one(to, nks_cp932_units[(s->half[0] - 0x80U) * 192U + (b - 0x40U)]);
			return;
		}
		one(to, 0xffff);
	}
	if (b < 0x80) {
		one(to, b);
	} else if (b >= 0xa1 && b <= 0xdf) {
		one(to, 0xff61U + b - 0xa1U);
	} else {
		s->half[s->n++] = b;
	}
}

static void euc(struct nkx_charset_state *s, uint8_t b, const struct nkx_charset_to *to)
{
	if (b < 0x80) {
		if (s->n > 0) {
			one(to, 0xffff);
		}
		s->n = 0;
		one(to, b);
		return;
	}
	s->half[s->n++] = b;
	if (s->half[0] == 0x8e && s->n == 2) {
		one(to, b >= 0xa1 && b <= 0xdf ? 0xff61U + b - 0xa1U : 0xffff);
		s->n = 0;
	} else if (s->half[0] == 0x8f && s->n == 3) {
		one(to, jis(nks_jisx0212_units, s->half[1] & 0x7fU, b & 0x7fU));
		s->n = 0;
	} else if (s->half[0] != 0x8e && s->half[0] != 0x8f && s->n == 2) {
		one(to, jis(nks_jisx0208_units, s->half[0] & 0x7fU, b & 0x7fU));
		s->n = 0;
	}
}

/* After ESC: "$B" "$@" JIS X 0208, "$(D" JIS X 0212, "(B" "(J" "(I": takes effect when it is whole. */
static void shift(struct nkx_charset_state *s)
{
	const uint8_t *h = s->half;

	if (s->n == 1 || (s->n == 2 && (h[1] == '$' || h[1] == '(')) || (s->n == 3 && h[1] == '$' && h[2] == '(')) {
		return;
	}
	if (s->n == 3 && h[1] == '$') {
		s->set = '$';
	} else if (s->n == 4) {
		s->set = h[3] == 'D' ? 'D' : '$';
	} else if (s->n == 3) {
		s->set = h[2] == 'I' ? 'I' : 'B';
	}
	s->n = 0;
}

static void iso2022(struct nkx_charset_state *s, uint8_t b, const struct nkx_charset_to *to)
{
	if (b == 0x1b) {
		s->half[0] = b;
		s->n = 1;
		return;
	}
	if (s->n > 0 && s->half[0] == 0x1b) {
		s->half[s->n++] = b;
		shift(s);
		return;
	}
	if (b < 0x21 || b >= 0x80) {
		s->set = b == '\n' ? 'B' : s->set;
		s->n = 0;
		/* CP50221 has half-width kana as plain 8-bit bytes. */
		one(to, b < 0x80 ? b : b >= 0xa1 && b <= 0xdf ? 0xff61U + b - 0xa1U : 0xffff);
	} else if (s->set == 'I') {
		one(to, b <= 0x5f ? 0xff61U + b - 0x21U : 0xffff);
	} else if (s->set != '$' && s->set != 'D') {
		one(to, b);
	} else if (s->n == 0) {
		s->half[s->n++] = b;
	} else {
		one(to, jis(s->set == 'D' ? nks_jisx0212_units : nks_jisx0208_units, s->half[0], b));
		s->n = 0;
	}
}

/* Bytes of 0x80 to 0x9f in Windows-1252. */
static uint32_t latin(uint8_t b)
{
	static const uint16_t high[32] = { 0x20ac, 0xffff, 0x201a, 0x192, 0x201e, 0x2026, 0x2020, 0x2021, 0x2c6,
		0x2030, 0x160, 0x2039, 0x152, 0xffff, 0x17d, 0xffff, 0xffff, 0x2018, 0x2019, 0x201c, 0x201d, 0x2022,
		0x2013, 0x2014, 0x2dc, 0x2122, 0x161, 0x203a, 0x153, 0xffff, 0x17e, 0x178 };

	return b >= 0x80 && b < 0xa0 ? high[b - 0x80] : b;
}

/* Text of an unknown set, in pieces that end at ASCII where there is any. */
static void guess(const uint8_t *bytes, size_t len, const struct nkx_charset_to *to)
{
	char utf8[4 * PIECE + 4];

	for (size_t at = 0; at < len;) {
		size_t n = 0, best = 0;

		while (n < len - at && n < PIECE && bytes[at + n] >= 0x20) {
			n++;
			best = bytes[at + n - 1] < 0x40 ? n : best;
		}
		n = n == PIECE && best > PIECE / 2 ? best : n;
		if (n == 0) {
			one(to, bytes[at++]);
			continue;
		}
		nkx_name_utf8(bytes + at, n, false, utf8, sizeof(utf8));
		to->put(to->arg, utf8, strlen(utf8));
		at += n;
	}
	explicit_bzero(utf8, sizeof(utf8));
}

void nkx_charset_put(struct nkx_charset_state *s, const uint8_t *bytes, size_t len, const struct nkx_charset_to *to)
{
	enum nkx_charset charset = s->charset;

	if (charset == NKX_CHARSET_GUESS && memchr(bytes, 0x1b, len) != NULL) {
		charset = NKX_CHARSET_JIS;
	}
	if (charset == NKX_CHARSET_UTF8) { /* as it is: a character may be cut between two calls */
		to->put(to->arg, (const char *)bytes, len);
		return;
	}
	if (charset == NKX_CHARSET_GUESS) {
		guess(bytes, len, to);
		return;
	}
	for (size_t i = 0; i < len; i++) {
		if (charset == NKX_CHARSET_CP932) {
			cp932(s, bytes[i], to);
		} else if (charset == NKX_CHARSET_EUC) {
			euc(s, bytes[i], to);
		} else if (charset == NKX_CHARSET_JIS) {
			iso2022(s, bytes[i], to);
		} else {
			one(to, latin(bytes[i]));
		}
	}
}
