/*
 * guess.c: which encoding a stream has, for Japanese text only.
 *
 * Decides when the bytes leave no doubt. All else is left undecided, which costs time but nothing else: short texts
 * in CP932 are what detectors miss that always answer.
 */
#include "nks_decode.h"
#include "nks_tables.h"

#include <string.h>

enum { SMALL = 1024, SAMPLE = 8192 };

/* What the bytes hold, before any decoding. */
struct tally {
	size_t high, nul, control, escapes;
	size_t even_nul;
};

static void count_bytes(const uint8_t *b, size_t len, struct tally *t)
{
	for (size_t i = 0; i < len; i++) {
		t->high += b[i] >= 0x80;
		t->nul += b[i] == 0;
		t->even_nul += b[i] == 0 && i % 2 == 0;
		t->control += b[i] < 0x20 && b[i] != '\t' && b[i] != '\n' && b[i] != '\r' && b[i] != 0x0c &&
			b[i] != 0x1b && b[i] != NKS_CELL && b[i] != NKS_ROW && b[i] != 0x0e && b[i] != 0x0f &&
			b[i] != 0;
		t->escapes += b[i] == 0x1b && i + 2 < len && (b[i + 1] == '$' || b[i + 1] == '(');
	}
}

/* UTF-8: bytes of what is wrong, and characters by length. A character cut at the end of a beginning is not wrong. */
struct utf8_tally {
	size_t bad, two, three, four, rare;
};

static size_t utf8_len(uint8_t b)
{
	if (b < 0x80) {
		return 1;
	}
	if (b < 0xc2 || b > 0xf4) {
		return 0;
	}
	return b < 0xe0 ? 2 : b < 0xf0 ? 3 : 4;
}

static bool are_tails(const uint8_t *b, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		if ((b[i] & 0xc0) != 0x80) {
			return false;
		}
	}
	return true;
}

static void count_utf8(const uint8_t *b, size_t len, bool whole, struct utf8_tally *t)
{
	size_t i = 0;

	while (i < len) {
		const size_t n = utf8_len(b[i]);
		if (n != 0 && i + n > len && !whole) {
			return;
		}
		if (n == 0 || i + n > len || !are_tails(b + i + 1, n - 1) || (b[i] == 0xe0 && b[i + 1] < 0xa0) ||
			(b[i] == 0xed && b[i + 1] > 0x9f)) {
			t->bad++;
			i++;
			continue;
		}
		t->two += n == 2;
		t->three += n == 3;
		t->four += n == 4;
		t->rare += n == 3 && (b[i] < 0xe3 || b[i] > 0xe9) && b[i] != 0xef && b[i] != 0xe2;
		i += n;
	}
}

/* A legacy encoding: how probable its characters are in Japanese, and how many are none. */
struct score {
	size_t bad;
	long points;
};

static long points_of(nks_unit u)
{
	if (u >= 0x3041 && u <= 0x3096) {
		return 6;
	}
	if (u >= 0x30a1 && u <= 0x30fe) {
		return 5;
	}
	if (u == 0x3001 || u == 0x3002 || u == 0x3000 || u == 0x30fb) {
		return 5;
	}
	if (u >= 0xff01 && u <= 0xff5e) {
		return 2;
	}
	if (u >= 0xe000 && u <= 0xf8ff) {
		return -4;
	}
	return u < 0x3000 ? -1 : 0;
}

/* Kanji by their place: the common ones stand in rows 16 to 47 of JIS X 0208. */
static long kanji_points(nks_unit u, bool common)
{
	if (u < 0x4e00 || u > 0xfaff) {
		return points_of(u);
	}
	if (u > 0x9fff) {
		return points_of(u) - 1;
	}
	return common ? 4 : -2;
}

static void score_cp932(const uint8_t *b, size_t len, bool whole, struct score *s)
{
	size_t i = 0;

	while (i < len) {
		if (b[i] < 0x80) {
			i++;
			continue;
		}
		if (b[i] >= 0xa1 && b[i] <= 0xdf) {
			s->points--;
			i++;
			continue;
		}
		if (i + 1 >= len && !whole) {
			return;
		}
		const nks_unit u = i + 1 < len && b[i + 1] >= 0x40
			? nks_cp932_units[(b[i] - 0x80) * 192 + b[i + 1] - 0x40]
			: NKS_BREAK;
		if (u == NKS_BREAK) {
			s->bad++;
			i++;
			continue;
		}
		s->points += kanji_points(u, b[i] < 0x98 || (b[i] == 0x98 && b[i + 1] <= 0x72));
		i += 2;
	}
}

/* Length of the EUC-JP character at b[0 … left), 0: none; its unit. */
static size_t euc_char(const uint8_t *b, size_t left, nks_unit *u)
{
	const bool three = b[0] == 0x8f;

	*u = NKS_BREAK;
	if (b[0] == 0x8e && left > 1 && b[1] >= 0xa1 && b[1] <= 0xdf) {
		*u = 0xff61;
		return 2;
	}
	b += three;
	left -= three;
	if (left < 2 || b[0] < 0xa1 || b[0] > 0xfe || b[1] < 0xa1 || b[1] > 0xfe) {
		return 0;
	}
	const uint16_t *const table = three ? nks_jisx0212_units : nks_jisx0208_units;
	*u = table[(b[0] - 0xa1) * 94 + (b[1] - 0xa1)];
	return *u == NKS_BREAK ? 0 : 2 + (size_t)three;
}

static void score_eucjp(const uint8_t *b, size_t len, bool whole, struct score *s)
{
	size_t i = 0;

	while (i < len) {
		nks_unit u = 0;
		if (b[i] < 0x80) {
			i++;
			continue;
		}
		const size_t n = euc_char(b + i, len - i, &u);
		if (n == 0 && i + 3 > len && !whole) {
			return;
		}
		if (n == 0) {
			s->bad++;
			i++;
			continue;
		}
		s->points += u == 0xff61 ? 0 : kanji_points(u, n == 2 && b[i] < 0xd0);
		i += n;
	}
}

/* UTF-16: of 1,000 units, how many are plausible: in CP932 and no control but line ends and tab. */
static unsigned utf16_share(const uint8_t *b, size_t len, bool big)
{
	size_t good = 0;
	size_t n = 0;

	for (size_t i = 0; i + 1 < len; i += 2, n++) {
		const unsigned u = big ? (unsigned)b[i] << 8 | b[i + 1] : (unsigned)b[i + 1] << 8 | b[i];
		good += u >= 0x20 ? nks_cp932_has(u) || (u >= 0xd840 && u <= 0xdfff) || u == 0xfeff
				  : u == '\t' || u == '\n' || u == '\r';
	}
	return n == 0 ? 0 : (unsigned)(good * 1000 / n);
}

static bool decide(struct nks_guess *g, enum nks_encoding encoding)
{
	g->decided = true;
	g->encoding = encoding;
	g->candidates = UINT32_C(1) << encoding;
	return true;
}

static bool guess_bom(const uint8_t *b, size_t len, struct nks_guess *g)
{
	if (len >= 3 && memcmp(b, "\xef\xbb\xbf", 3) == 0) {
		g->bom = 3;
		return decide(g, NKS_UTF8);
	}
	if (len >= 2 && (memcmp(b, "\xff\xfe", 2) == 0 || memcmp(b, "\xfe\xff", 2) == 0)) {
		g->bom = 2;
		return utf16_share(b, len, b[0] == 0xfe) >= 500 &&
			decide(g, b[0] == 0xff ? NKS_UTF16LE : NKS_UTF16BE);
	}
	return false;
}

static bool guess_utf16(const uint8_t *b, size_t len, const struct tally *t, struct nks_guess *g)
{
	const unsigned little = utf16_share(b, len, false);
	const unsigned big = utf16_share(b, len, true);
	const unsigned best = little > big ? little : big;
	const unsigned other = little > big ? big : little;
	/* Text of kanji alone has no NUL; then many more units have to fit. */
	const bool sure = t->nul > 0 ? best >= 960 && len >= 32 : best >= 995 && len >= 1024;

	if (sure && other < 900) {
		return decide(g, little > big ? NKS_UTF16LE : NKS_UTF16BE);
	}
	if (len <= 4 * SMALL && best >= (t->high + t->nul == 0 ? 900 : 500)) {
		g->candidates |= UINT32_C(1) << (little > big ? NKS_UTF16LE : NKS_UTF16BE);
		g->candidates |= UINT32_C(1) << (other >= 500 ? (little > big ? NKS_UTF16BE : NKS_UTF16LE)
							      : (little > big ? NKS_UTF16LE : NKS_UTF16BE));
	}
	return false;
}

static bool is_binary(
	size_t len, const struct tally *t, const struct utf8_tally *u, const struct score *s, const struct score *e)
{
	size_t bad = u->bad;

	bad = s->bad < bad ? s->bad : bad;
	bad = e->bad < bad ? e->bad : bad;
	return t->nul > 0 || t->control > len / 128 || (t->high > 64 && bad > t->high / 4);
}

/* Between CP932 and EUC-JP; both are candidates when it is not clear. */
static void guess_legacy(const struct tally *t, const struct score *s, const struct score *e, struct nks_guess *g)
{
	const long sjis = s->points - 20 * (long)s->bad;
	const long euc = e->points - 20 * (long)e->bad;
	const bool is_sjis = sjis >= euc;
	const size_t bad = is_sjis ? s->bad : e->bad;
	const long best = is_sjis ? sjis : euc;
	const long gap = is_sjis ? sjis - euc : euc - sjis;

	g->encoding = is_sjis ? NKS_CP932 : NKS_EUCJP;
	if (t->high >= SMALL && bad * 100 <= t->high && best > 0 && gap > (long)t->high / 2) {
		decide(g, g->encoding);
		return;
	}
	g->candidates |= 1U << NKS_UTF8 | 1U << NKS_CP932 | 1U << NKS_EUCJP;
}

/* Bytes at the beginning that are ASCII and neither NUL nor ESC. */
static size_t plain_length(const uint8_t *b, size_t len)
{
	size_t i = 0;

	for (; i + 64 <= len; i += 64) {
		unsigned odd = 0;
		for (size_t j = 0; j < 64; j++) {
			odd |= (unsigned)(b[i + j] >= 0x80) | (unsigned)(b[i + j] == 0) |
				(unsigned)(b[i + j] == 0x1b);
		}
		if (odd != 0) {
			break;
		}
	}
	while (i < len && b[i] > 0 && b[i] < 0x80 && b[i] != 0x1b) {
		i++;
	}
	return i;
}

static size_t high_bytes(const uint8_t *b, size_t len)
{
	size_t n = 0;

	for (size_t i = 0; i < len; i++) {
		n += b[i] >> 7;
	}
	return n;
}

void nks_guess_of(const uint8_t *bytes, size_t len, bool whole, struct nks_guess *out)
{
	struct tally t = { 0 };
	struct utf8_tally u = { 0 };
	struct score s = { 0 };
	struct score e = { 0 };

	memset(out, 0, sizeof(*out));
	if (guess_bom(bytes, len, out)) {
		return;
	}
	/* A beginning in plain ASCII says nothing: the sample begins where it ends. What it does not hold is noticed
	 * later. */
	const size_t plain = plain_length(bytes, len) & ~(size_t)1;
	if (plain >= (len & ~(size_t)1) && len > SMALL) {
		decide(out, NKS_UTF8);
		return;
	}
	const size_t skip = plain > SMALL ? plain - SMALL / 4 : 0;
	bytes += skip;
	len -= skip;
	const size_t high = high_bytes(bytes, len < SAMPLE ? len : SAMPLE);
	whole = whole && (len <= SAMPLE || high < SMALL);
	len = len > SAMPLE && high >= SMALL ? SAMPLE : len;
	count_bytes(bytes, len, &t);
	if (t.escapes > 0 && t.high + t.nul == 0) {
		decide(out, NKS_JIS);
		return;
	}
	if (guess_utf16(bytes, len, &t, out)) {
		return;
	}
	if (t.high + t.nul + t.control == 0 && out->candidates == 0) {
		decide(out, NKS_UTF8);
		return;
	}
	count_utf8(bytes, len, whole, &u);
	score_cp932(bytes, len, whole, &s);
	score_eucjp(bytes, len, whole, &e);
	/* A few bad bytes among many good characters are a damaged or cut text: what stands around them is looked through in
	 * every encoding all the same (nks_block.odds). */
	const bool is_utf8 = u.bad <= (u.three + u.four) / 200 && t.nul == 0 && t.control <= len / 128;
	if (is_utf8 &&
		(t.high >= SMALL || (u.three > 2 * u.two && 4 * u.rare <= u.three && s.bad > 0 && e.bad > 0))) {
		decide(out, NKS_UTF8);
		return;
	}
	out->binary = out->candidates == 0 && is_binary(len, &t, &u, &s, &e);
	guess_legacy(&t, &s, &e, out);
	out->encoding = is_utf8 && u.rare + u.two <= u.three ? NKS_UTF8 : out->encoding;
	if (out->binary || t.escapes > 0) {
		out->decided = out->decided && !out->binary && t.escapes == 0;
		out->candidates |= 1U << NKS_UTF8 | 1U << NKS_CP932 | 1U << NKS_EUCJP | 1U << NKS_JIS;
	}
}
