/*
 * encoding_guess.c: which encoding a text is in (rosters.md §8): byte order mark, stride of NUL bytes, strict
 * UTF-8, then CP932 or EUC-JP by validity and plausibility.
 *
 * Invariant: never a silent guess: a text of which a part reads as Japanese UTF-8 and a part does not is
 * "mixed", and one that reads equally well as CP932 and EUC-JP is "undecided"; both are refused with a place.
 */
#include "base.h"
#include "kana.h"

/* How far a text can be read in one encoding. */
struct reading {
	bool fine;
	size_t bad; /* first byte that does not fit, when not fine */
	size_t doubles; /* EUC-JP: characters of two bytes */
	size_t kana; /* EUC-JP: those in the rows of hiragana and katakana */
};

static bool is_continuation(uint8_t b)
{
	return (b & 0xc0) == 0x80;
}

/* Does the text end inside a UTF-8 character that began at `bad`? */
static bool is_cut_utf8(struct nk_bytes b, size_t bad)
{
	const size_t left = b.len - bad;
	const uint8_t head = b.ptr[bad];
	const size_t need = head >= 0xf0 && head <= 0xf4 ? 4
		: head >= 0xe0 && head < 0xf0            ? 3
		: head >= 0xc2 && head < 0xe0            ? 2
							 : 0;

	for (size_t i = 1; i < left; i++) {
		if (!is_continuation(b.ptr[bad + i])) {
			return false;
		}
	}
	return left < need;
}

static struct reading read_utf8(struct nk_bytes b, bool whole)
{
	struct reading r = { .fine = true };

	if (!nk_utf8_valid(b, &r.bad)) {
		r.fine = !whole && is_cut_utf8(b, r.bad);
	}
	return r;
}

/* The length of the CP932 character at p, 0: none begins so. Rows that Windows-31J does not assign are not
 * characters. */
static size_t cp932_len(const uint8_t *p, size_t left)
{
	const uint8_t a = p[0];

	if (a < 0x80 || (a >= 0xa1 && a <= 0xdf)) {
		return 1;
	}
	if (a == 0x80 || a == 0xa0 || a > 0xfc || a == 0x85 || a == 0x86 || a == 0xeb || a == 0xec || a == 0xef) {
		return 0;
	}
	if (left < 2) {
		return 2;
	}
	if (p[1] < 0x40 || p[1] == 0x7f || p[1] > 0xfc || (a == 0xfc && p[1] > 0x4b)) {
		return 0;
	}
	return 2;
}

static struct reading read_cp932(struct nk_bytes b, bool whole)
{
	struct reading r = { .fine = true };

	for (size_t at = 0; at < b.len;) {
		const size_t n = cp932_len(b.ptr + at, b.len - at);
		const bool cut = n > b.len - at;
		if (n == 0 || (cut && whole)) {
			return (struct reading){ .bad = at };
		}
		at += cut ? b.len - at : n;
	}
	return r;
}

static bool is_euc(uint8_t b)
{
	return b >= 0xa1 && b <= 0xfe;
}

/* The length of the EUC-JP character at p, 0: none begins so. */
static size_t euc_len(const uint8_t *p, size_t left)
{
	if (p[0] < 0x80) {
		return 1;
	}
	if (p[0] == 0x8e) {
		return left < 2 || (p[1] >= 0xa1 && p[1] <= 0xdf) ? 2 : 0;
	}
	if (p[0] == 0x8f) {
		return (left < 2 || is_euc(p[1])) && (left < 3 || is_euc(p[2])) ? 3 : 0;
	}
	return is_euc(p[0]) && (left < 2 || is_euc(p[1])) ? 2 : 0;
}

static struct reading read_euc(struct nk_bytes b, bool whole)
{
	struct reading r = { .fine = true };

	for (size_t at = 0; at < b.len;) {
		const size_t n = euc_len(b.ptr + at, b.len - at);
		const bool cut = n > b.len - at;
		if (n == 0 || (cut && whole)) {
			return (struct reading){ .bad = at };
		}
		r.doubles += n == 2 && b.ptr[at] >= 0xa1 ? 1 : 0;
		r.kana += n == 2 && (b.ptr[at] == 0xa4 || b.ptr[at] == 0xa5) ? 1 : 0;
		at += cut ? b.len - at : n;
	}
	return r;
}

static bool is_japanese(uint32_t cp)
{
	return (cp >= 0x3000 && cp <= 0x30ff) || (cp >= 0x4e00 && cp <= 0x9fff) || (cp >= 0xff00 && cp <= 0xffef);
}

/* Does a piece of text read as UTF-8 with two kana, kanji or wide forms in a row? One alone proves nothing: "莉乃" in
 * CP932 (E4 BB 94 54) reads as one kanji and a "T". */
static bool is_japanese_utf8(struct nk_str piece)
{
	bool before = false;
	size_t at = 0;

	if (!nk_utf8_valid(nk_str_bytes(piece), NULL)) {
		return false;
	}
	while (at < piece.len) {
		const bool here = is_japanese(nk_utf8_next(piece, &at));
		if (before && here) {
			return true;
		}
		before = here;
	}
	return false;
}

/* The next piece between separators (never part of a character in any of the encodings); false at the end. */
static bool next_piece(struct nk_bytes b, size_t *at, struct nk_str *out)
{
	const size_t from = *at;
	size_t end = from;

	if (from >= b.len) {
		return false;
	}
	while (end < b.len && b.ptr[end] != '\n' && b.ptr[end] != '\r' && b.ptr[end] != ',' && b.ptr[end] != '\t') {
		end++;
	}
	*out = nk_bytes_str(nk_bytes_of(b.ptr + from, end - from));
	*at = end + 1;
	return true;
}

static size_t first_high(struct nk_str piece)
{
	size_t i = 0;

	while (i < piece.len && (unsigned char)piece.ptr[i] < 0x80) {
		i++;
	}
	return i;
}

/* Pieces of Japanese UTF-8 beside pieces that are not UTF-8: *out_bad is where the second kind begins. */
static bool is_mixed(struct nk_bytes b, size_t *out_bad)
{
	struct nk_str piece = { 0 };
	bool have[2] = { false, false };
	size_t at = 0;

	while (next_piece(b, &at, &piece)) {
		const bool other = !nk_utf8_valid(nk_str_bytes(piece), NULL);
		if (!other && !is_japanese_utf8(piece)) {
			continue;
		}
		have[other ? 1 : 0] = true;
		if (have[0] && have[1]) {
			*out_bad = (size_t)((const uint8_t *)piece.ptr - b.ptr) + first_high(piece);
			return true;
		}
	}
	return false;
}

/* UTF-16 without a mark: all NULs on one side of the pairs, not too few, a line end or comma among them, sound
 * surrogates. */
static bool is_utf16(struct nk_bytes b, bool big)
{
	size_t nuls = 0;
	bool separator = false;
	bool high = false;

	for (size_t i = 0; i + 1 < b.len; i += 2) {
		const uint8_t upper = b.ptr[i + (big ? 0 : 1)];
		const uint8_t lower = b.ptr[i + (big ? 1 : 0)];
		const bool low = upper >= 0xdc && upper <= 0xdf;
		if (lower == 0 && upper == 0) {
			return false;
		}
		if (low != high) {
			return false;
		}
		high = upper >= 0xd8 && upper <= 0xdb;
		nuls += upper == 0 ? 1 : 0;
		separator = separator || (upper == 0 && (lower == '\n' || lower == '\r' || lower == ','));
	}
	return separator && nuls * 16 >= b.len / 2;
}

/* A text with NUL bytes is UTF-16 or nothing. */
static bool guess_wide(struct nk_bytes b, bool whole, enum nk_encoding *out)
{
	const bool little = is_utf16(b, false);
	const bool big = is_utf16(b, true);

	if ((whole && b.len % 2 != 0) || little == big) {
		return false;
	}
	*out = little ? NK_ENC_UTF16LE : NK_ENC_UTF16BE;
	return true;
}

/* A byte order mark decides, if what is behind it agrees. False: no mark. */
static bool has_mark(struct nk_bytes b, enum nk_encoding *out, size_t *out_skip)
{
	if (b.len >= 3 && b.ptr[0] == 0xef && b.ptr[1] == 0xbb && b.ptr[2] == 0xbf) {
		*out = NK_ENC_UTF8;
		*out_skip = 3;
		return true;
	}
	if (b.len < 2 || (b.ptr[0] ^ b.ptr[1]) != 1 || (b.ptr[0] | b.ptr[1]) != 0xff) {
		return false;
	}
	*out = b.ptr[0] == 0xff ? NK_ENC_UTF16LE : NK_ENC_UTF16BE;
	*out_skip = 2;
	return true;
}

/* Behind a mark: UTF-8 must be UTF-8, UTF-16 must have whole units and no NUL unit (which would be UTF-32). */
static bool agrees_with_mark(struct nk_bytes b, bool whole, enum nk_encoding e, size_t skip, size_t *out_bad)
{
	if (e == NK_ENC_UTF8) {
		const struct reading r = read_utf8(b, whole);
		*out_bad = r.bad;
		return r.fine;
	}
	for (size_t i = skip; i + 1 < b.len; i += 2) {
		if (b.ptr[i] == 0 && b.ptr[i + 1] == 0) {
			*out_bad = i;
			return false;
		}
	}
	*out_bad = b.len - 1;
	return !whole || b.len % 2 == 0;
}

/* Not UTF-8: CP932 or EUC-JP. */
static bool guess_double(struct nk_bytes b, bool whole, enum nk_encoding *out, size_t *out_bad)
{
	const struct reading utf8 = read_utf8(b, whole);
	const struct reading cp932 = read_cp932(b, whole);
	const struct reading euc = read_euc(b, whole);
	size_t farthest = utf8.bad;

	if (is_mixed(b, out_bad)) {
		return false;
	}
	if (is_cut_utf8(b, utf8.bad) && is_japanese_utf8(nk_bytes_str(nk_bytes_of(b.ptr, utf8.bad)))) {
		*out_bad = utf8.bad; /* UTF-8 to its last bytes: a file that was cut off */
		return false;
	}
	if (cp932.fine && euc.fine) {
		/* Only half-width kana, or EUC-JP: real EUC-JP has its kana in rows 4 and 5, where CP932 would
		 * have "､" and "･". */
		*out_bad = utf8.bad;
		*out = NK_ENC_EUCJP;
		return euc.kana > 0 && euc.kana * 4 >= euc.doubles;
	}
	if (cp932.fine || euc.fine) {
		*out = cp932.fine ? NK_ENC_CP932 : NK_ENC_EUCJP;
		return true;
	}
	farthest = cp932.bad > farthest ? cp932.bad : farthest;
	farthest = euc.bad > farthest ? euc.bad : farthest;
	*out_bad = farthest;
	return false;
}

/* The place of the first byte of this value, or SIZE_MAX. */
static size_t place_of(struct nk_bytes b, char value)
{
	return nk_str_chr(nk_bytes_str(b), value);
}

bool nk_encoding_guess(
	struct nk_bytes sample, bool whole_file, enum nk_encoding *out, size_t *out_skip, size_t *out_bad)
{
	enum nk_encoding e = NK_ENC_UTF8;
	size_t skip = 0;
	size_t bad = 0;
	bool fine = true;

	if (has_mark(sample, &e, &skip)) {
		fine = agrees_with_mark(sample, whole_file, e, skip, &bad);
	} else if (place_of(sample, '\0') != SIZE_MAX) {
		bad = place_of(sample, '\0');
		fine = guess_wide(sample, whole_file, &e);
	} else if (place_of(sample, '\x1b') != SIZE_MAX) {
		bad = place_of(sample, '\x1b'); /* ISO-2022-JP, which is not supported, looks like ASCII otherwise */
		fine = false;
	} else if (!read_utf8(sample, whole_file).fine) {
		fine = guess_double(sample, whole_file, &e, &bad);
	}
	if (!fine) {
		*out_bad = bad;
		return false;
	}
	*out = e;
	*out_skip = skip;
	return true;
}
