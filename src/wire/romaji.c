/*
 * romaji.c: kana to Hepburn without long marks (or with long vowels written), for login names and look-up.
 *
 * Invariant: the output is ASCII. "ン" stays n before b, m, p; "ou", "oo", "uu" are shortened once ("オオウチ" is
 * "ouchi"); "ッ" doubles the next consonant; what is neither kana nor ASCII is dropped.
 */
#include "base.h"
#include "kana.h"

#include "kana_int.h"

enum {
	KANA_FIRST = 0x30a1,
	KANA_LAST = 0x30f6,
	SMALL_TU = 0x30c3,
	N = 0x30f3,
	U = 0x30a6,
	O = 0x30aa,
	NO = 0x30ce,
	E = 0x30a8,
	LONG_MARK = 0x30fc
};

/* Hepburn for ァ…ヶ, small vowels and ャュョ as large. */
static const char plain[KANA_LAST - KANA_FIRST + 1][4] = {
	"a",
	"a",
	"i",
	"i",
	"u",
	"u",
	"e",
	"e",
	"o",
	"o",
	"ka",
	"ga",
	"ki",
	"gi",
	"ku",
	"gu",
	"ke",
	"ge",
	"ko",
	"go",
	"sa",
	"za",
	"shi",
	"ji",
	"su",
	"zu",
	"se",
	"ze",
	"so",
	"zo",
	"ta",
	"da",
	"chi",
	"ji",
	"",
	"tsu",
	"zu",
	"te",
	"de",
	"to",
	"do",
	"na",
	"ni",
	"nu",
	"ne",
	"no",
	"ha",
	"ba",
	"pa",
	"hi",
	"bi",
	"pi",
	"fu",
	"bu",
	"pu",
	"he",
	"be",
	"pe",
	"ho",
	"bo",
	"po",
	"ma",
	"mi",
	"mu",
	"me",
	"mo",
	"ya",
	"ya",
	"yu",
	"yu",
	"yo",
	"yo",
	"ra",
	"ri",
	"ru",
	"re",
	"ro",
	"wa",
	"wa",
	"i",
	"e",
	"o",
	"n",
	"vu",
	"ka",
	"ke",
};

/* A syllable with a small kana behind it that is not made by the rule "-i + y-": base, small kana, Hepburn. */
static const struct {
	uint16_t base;
	uint16_t small;
	char text[4];
} pairs[] = {
	{ 0x30a4, 0x30a7, "ye" }, /* イェ */
	{ 0x30a6, 0x30a1, "wa" },
	{ 0x30a6, 0x30a3, "wi" },
	{ 0x30a6, 0x30a7, "we" },
	{ 0x30a6, 0x30a9, "wo" },
	{ 0x30af, 0x30a1, "kwa" },
	{ 0x30b0, 0x30a1, "gwa" },
	{ 0x30af, 0x30ee, "kwa" },
	{ 0x30b0, 0x30ee, "gwa" },
	{ 0x30b7, 0x30a7, "she" },
	{ 0x30b8, 0x30a7, "je" },
	{ 0x30c1, 0x30a7, "che" },
	{ 0x30c2, 0x30a7, "je" },
	{ 0x30c4, 0x30a1, "tsa" },
	{ 0x30c4, 0x30a3, "tsi" },
	{ 0x30c4, 0x30a7, "tse" },
	{ 0x30c4, 0x30a9, "tso" },
	{ 0x30c6, 0x30a3, "ti" },
	{ 0x30c6, 0x30e5, "tyu" },
	{ 0x30c7, 0x30a3, "di" },
	{ 0x30c7, 0x30e5, "dyu" },
	{ 0x30c8, 0x30a5, "tu" },
	{ 0x30c9, 0x30a5, "du" },
	{ 0x30d5, 0x30a1, "fa" },
	{ 0x30d5, 0x30a3, "fi" },
	{ 0x30d5, 0x30a7, "fe" },
	{ 0x30d5, 0x30a9, "fo" },
	{ 0x30d5, 0x30e5, "fyu" },
	{ 0x30f4, 0x30a1, "va" },
	{ 0x30f4, 0x30a3, "vi" },
	{ 0x30f4, 0x30a7, "ve" },
	{ 0x30f4, 0x30a9, "vo" },
	{ 0x30f4, 0x30e5, "vyu" },
};

static bool in_table(int32_t cp)
{
	return cp >= KANA_FIRST && cp <= KANA_LAST;
}

static const char *plain_of(int32_t cp)
{
	return in_table(cp) ? plain[cp - KANA_FIRST] : "";
}

/* キャ, シュ, ジョ: the consonant of a syllable in -i, then ya, yu, yo; sh, ch and j swallow the y. */
static bool contract(int32_t base, int32_t small, char out[static 5])
{
	const char *head = plain_of(base);
	const size_t len = strlen(head);

	if ((small != 0x30e3 && small != 0x30e5 && small != 0x30e7) || len < 2 || head[len - 1] != 'i') {
		return false;
	}
	const bool swallow = head[len - 2] == 'h' ? len == 3 : head[len - 2] == 'j';
	(void)snprintf(out, 5, "%.*s%s", (int)(len - 1), head, plain_of(small) + (swallow ? 1 : 0));
	return true;
}

/* The syllable at `cp` with the kana behind it; gives how many kana it used. */
static size_t syllable(int32_t cp, int32_t next, char out[static 5])
{
	if (contract(cp, next, out)) {
		return 2;
	}
	for (size_t i = 0; i < NK_ARRAY_LEN(pairs); i++) {
		if (pairs[i].base == cp && pairs[i].small == next) {
			(void)snprintf(out, 5, "%s", pairs[i].text);
			return 2;
		}
	}
	(void)snprintf(out, 5, "%s", plain_of(cp));
	return 1;
}

/* What the letters so far say about the next kana. */
struct ear {
	char last; /* last letter of the syllable before, or 0 */
	bool lengthened; /* a long vowel was shortened just now */
	bool doubling; /* a small tsu waits for its consonant */
	bool after_no; /* the syllable before is ノ */
	bool keeps; /* long vowels are written: オオタ is oota */
};

/* オ after o, ウ after o or u: part of a long vowel, unless one was just shortened. ノウエ is no + ue (井上, 尾上).
 */
static bool is_long(const struct ear *ear, int32_t cp, int32_t next)
{
	if (ear->keeps || ear->lengthened || (cp == U && ear->after_no && next == E)) {
		return false;
	}
	return (cp == O && ear->last == 'o') || (cp == U && (ear->last == 'o' || ear->last == 'u'));
}

static nk_rc add_syllable(struct ear *ear, const char *text, struct nk_buf *out, struct nk_err *err)
{
	const bool vowel = text[0] == '\0' || strchr("aiueo", text[0]) != NULL;

	if (ear->doubling && !vowel) {
		NK_TRY(nk_buf_add_byte(out, text[0] == 'c' ? 't' : (uint8_t)text[0], err));
	}
	return nk_buf_add_c(out, text, err);
}

static nk_rc add_kana(
	struct ear *ear, const int32_t *points, size_t n, size_t *at, struct nk_buf *out, struct nk_err *err)
{
	const int32_t cp = points[*at];
	const int32_t next = *at + 1 < n ? points[*at + 1] : 0;
	char text[5];

	if (cp == SMALL_TU) {
		ear->doubling = true;
		(*at)++;
		return nk_done();
	}
	if (is_long(ear, cp, next)) {
		ear->lengthened = true;
		(*at)++;
		return nk_done();
	}
	const size_t used = syllable(cp, next, text);
	NK_TRY(add_syllable(ear, text, out, err));
	*ear = (struct ear){
		.last = cp == N ? 'n' : text[strlen(text) - 1], .after_no = cp == NO && used == 1, .keeps = ear->keeps
	};
	*at += used;
	return nk_done();
}

/* ー behind a vowel, where long vowels are written: that vowel once more. */
static nk_rc add_mark(const struct ear *ear, int32_t cp, struct nk_buf *out, struct nk_err *err)
{
	const bool is = ear->keeps && cp == LONG_MARK && ear->last != 0 && strchr("aiueo", ear->last) != NULL;

	return is ? nk_buf_add_byte(out, (uint8_t)ear->last, err) : nk_done();
}

static nk_rc write_romaji(struct nk_str kana, bool keeps, struct nk_buf *out, struct nk_err *err)
{
	NK_OWNED(nk_buf_done) struct nk_buf cps = { 0 };
	const size_t before = out->len;
	struct ear ear = { .keeps = keeps };
	nk_rc rc = nk_done();
	size_t n = 0;
	size_t at = 0;

	NK_TRY(nk_kana_decode(kana, &cps, &n, err));
	const int32_t *points = (const int32_t *)(const void *)cps.ptr;
	while (at < n && nk_ok(rc)) {
		const int32_t cp = points[at];
		if (in_table(cp)) {
			rc = add_kana(&ear, points, n, &at, out, err);
			continue;
		}
		if (cp >= 0x20 && cp < 0x7f) {
			rc = nk_buf_add_byte(out, (uint8_t)cp, err);
			ear = (struct ear){ .keeps = keeps };
		} else {
			rc = add_mark(&ear, cp, out, err);
		}
		at++;
	}
	if (!nk_ok(rc)) {
		out->len = before;
	}
	return rc;
}

NK_RESULT nk_romaji(struct nk_str kana, struct nk_buf *out, struct nk_err *err)
{
	return write_romaji(kana, false, out, err);
}

NK_RESULT nk_romaji_long(struct nk_str kana, struct nk_buf *out, struct nk_err *err)
{
	return write_romaji(kana, true, out, err);
}
