/*
 * kana.c: looking at Japanese text through utf8proc: width of kana, the search key, NFC, columns.
 *
 * Invariant: nothing here changes what is stored; keys are for comparing only. Text is personal data: all scratch
 * memory is wiped.
 */
#include "base.h"
#include "kana.h"

#include "kana_int.h"

#include <utf8proc.h>

enum { TEXT_MAX = 1 << 20 };

/* Sets of utf8proc_option_t. */
static const unsigned nfkc = UTF8PROC_STABLE | UTF8PROC_COMPAT | UTF8PROC_COMPOSE | UTF8PROC_IGNORE;
static const unsigned nfc = UTF8PROC_STABLE | UTF8PROC_COMPOSE;

/* Written forms of names that people type as the other one (a part of scanning.md §7). Sorted by the first. */
static const int32_t variants[][2] = {
	{ 0x4e9e, 0x4e9c }, { 0x4f86, 0x6765 }, { 0x5152, 0x5150 }, { 0x51a8, 0x5bcc }, /* 亞亜 來来 兒児 冨富 */
	{ 0x51db, 0x51dc }, { 0x570b, 0x56fd }, { 0x5713, 0x5186 }, { 0x589e, 0x5897 }, /* 凛凜 國国 圓円 增増 */
	{ 0x58fd, 0x5bff }, { 0x5be6, 0x5b9f }, { 0x5cef, 0x5cf0 }, { 0x5d5c, 0x5d0e }, /* 壽寿 實実 峯峰 嵜崎 */
	{ 0x5d8b, 0x5cf6 }, { 0x5d8c, 0x5cf6 }, { 0x5ee3, 0x5e83 }, { 0x5f4c, 0x5f25 }, /* 嶋島 嶌島 廣広 彌弥 */
	{ 0x5fb7, 0x5fb3 }, { 0x60e0, 0x6075 }, { 0x6236, 0x6238 }, { 0x6578, 0x6570 }, /* 德徳 惠恵 戶戸 數数 */
	{ 0x6589, 0x658e }, { 0x66fe, 0x66fd }, { 0x6801, 0x67f3 }, { 0x6852, 0x6851 }, /* 斉斎 曾曽 栁柳 桒桑 */
	{ 0x689d, 0x6761 }, { 0x69ae, 0x6804 }, { 0x69c7, 0x69d9 }, { 0x69d7, 0x6a4b }, /* 條条 榮栄 槇槙 槗橋 */
	{ 0x6a6b, 0x6a2a }, { 0x6afb, 0x685c }, { 0x6df8, 0x6e05 }, { 0x6e0a, 0x6df5 }, /* 橫横 櫻桜 淸清 渊淵 */
	{ 0x6e15, 0x6df5 }, { 0x6fa4, 0x6ca2 }, { 0x6ff1, 0x6d5c }, { 0x6ff5, 0x6d5c }, /* 渕淵 澤沢 濱浜 濵浜 */
	{ 0x7028, 0x702c }, { 0x7464, 0x7476 }, { 0x771e, 0x771f }, { 0x7895, 0x5d0e }, /* 瀨瀬 瑤瑶 眞真 碕崎 */
	{ 0x7d72, 0x7cf8 }, { 0x7e23, 0x770c }, { 0x7e69, 0x7e04 }, { 0x8207, 0x4e0e }, /* 絲糸 縣県 繩縄 與与 */
	{ 0x8218, 0x9928 }, { 0x8229, 0x8239 }, { 0x838a, 0x8358 }, { 0x842c, 0x4e07 }, /* 舘館 舩船 莊荘 萬万 */
	{ 0x85ea, 0x85ae }, { 0x8c50, 0x8c4a }, { 0x9059, 0x9065 }, { 0x9089, 0x8fba }, /* 藪薮 豐豊 遙遥 邉辺 */
	{ 0x908a, 0x8fba }, { 0x95dc, 0x95a2 }, { 0x9751, 0x9752 }, { 0x9ad9, 0x9ad8 }, /* 邊辺 關関 靑青 髙高 */
	{ 0x9ed1, 0x9ed2 }, { 0x9f4a, 0x658e }, { 0x9f4b, 0x658e }, { 0x9f8d, 0x7adc }, /* 黑黒 齊斎 齋斎 龍竜 */
	{ 0xfa11, 0x5d0e }, { 0x20bb7, 0x5409 }, /* 﨑崎 𠮷吉 */
};

bool nk_has_halfwidth_kana(struct nk_str s)
{
	for (size_t i = 0; i + 2 < s.len; i++) {
		const uint8_t *p = (const uint8_t *)s.ptr + i;
		if (p[0] == 0xef && ((p[1] == 0xbd && p[2] >= 0xa6) || (p[1] == 0xbe && p[2] <= 0x9f))) {
			return true;
		}
	}
	return false;
}

/* Before NFKC: the spacing voiced marks would become a blank and a mark, and the wide hyphen an ASCII one. */
static utf8proc_int32_t before_nfkc(utf8proc_int32_t cp, void *data)
{
	(void)data;
	switch (cp) {
	case 0x309b:
		return 0x3099;
	case 0x309c:
		return 0x309a;
	case 0xff0d:
		return 0x2212;
	default:
		return cp;
	}
}

static bool is_own_form(int32_t cp)
{
	return (cp >= 0x3041 && cp <= 0x3096) || (cp >= 0x30a1 && cp <= 0x30fc) || (cp >= 0x3400 && cp <= 0x4dbf) ||
		(cp >= 0x4e00 && cp <= 0x9fff);
}

/* ASCII, kana and the kanji of the two great blocks decompose into nothing else and, with none but each other beside
 * them, compose into nothing: each is its own NFC and NFKC. That is nearly every name, and utf8proc takes a microsecond
 * for one. `points` has room for all; false: something else is in the text, or it is not UTF-8. */
static bool own_form(struct nk_str s, int32_t *points, size_t *out_n)
{
	const uint8_t *p = (const uint8_t *)s.ptr;
	size_t n = 0;

	for (size_t at = 0; at < s.len;) {
		int32_t cp = p[at];

		if (cp >= 0x20 && cp < 0x7f) {
			points[n++] = cp;
			at++;
			continue;
		}
		if (cp < 0xe3 || cp > 0xe9 || s.len - at < 3 || (p[at + 1] & 0xc0) != 0x80 || (p[at + 2] & 0xc0) != 0x80) {
			return false;
		}
		cp = (cp & 0x0f) << 12 | (p[at + 1] & 0x3f) << 6 | (p[at + 2] & 0x3f);
		if (!is_own_form(cp)) {
			return false;
		}
		points[n++] = cp;
		at += 3;
	}
	*out_n = n;
	return true;
}

/* The text normalised, as code points in a wiping buffer that is initialised here. */
static nk_rc normalize(struct nk_str s, unsigned options, struct nk_buf *cps, size_t *out_n, struct nk_err *err)
{
	const utf8proc_option_t form = (utf8proc_option_t)options;
	utf8proc_custom_func custom = options == nfkc ? before_nfkc : NULL;
	const uint8_t *text = s.len > 0 ? (const uint8_t *)s.ptr : (const uint8_t *)"";
	uint8_t *at = NULL;

	if (s.len > TEXT_MAX) {
		return nk_fail(err, NK_LIMIT, "a text is longer than %d bytes", (int)TEXT_MAX);
	}
	nk_buf_init_wiping(cps, (s.len + 1) * sizeof(int32_t));
	NK_TRY(nk_buf_reserve(cps, cps->max, &at, err));
	if (own_form(s, (int32_t *)(void *)at, out_n)) {
		cps->len = *out_n * sizeof(int32_t);
		return nk_done();
	}
	const utf8proc_ssize_t len = (utf8proc_ssize_t)s.len;
	utf8proc_ssize_t n = utf8proc_decompose_custom(text, len, NULL, 0, form, custom, NULL);
	if (n < 0) {
		return nk_fail(err, NK_INVALID, "a text is not UTF-8");
	}
	const size_t room = ((size_t)n + 1) * sizeof(int32_t);
	nk_buf_done(cps);
	nk_buf_init_wiping(cps, room);
	NK_TRY(nk_buf_reserve(cps, room, &at, err));
	int32_t *points = (int32_t *)(void *)at;
	n = utf8proc_decompose_custom(text, len, points, n, form, custom, NULL);
	n = n < 0 ? n : utf8proc_normalize_utf32(points, n, form);
	if (n < 0) {
		return nk_fail(err, NK_INVALID, "a text is not UTF-8");
	}
	cps->len = (size_t)n * sizeof(int32_t);
	*out_n = (size_t)n;
	return nk_done();
}

NK_RESULT nk_kana_decode(struct nk_str s, struct nk_buf *cps, size_t *out_n, struct nk_err *err)
{
	NK_TRY(normalize(s, nfkc, cps, out_n, err));
	int32_t *points = (int32_t *)(void *)cps->ptr;
	for (size_t i = 0; i < *out_n; i++) {
		const int32_t cp = points[i];
		const bool hiragana = (cp >= 0x3041 && cp <= 0x3096) || cp == 0x309d || cp == 0x309e;
		points[i] = hiragana ? cp + 0x60 : cp;
	}
	return nk_done();
}

NK_RESULT nk_kana_add(struct nk_buf *out, int32_t cp, struct nk_err *err)
{
	uint8_t bytes[4];
	const size_t n = nk_utf8_put((uint32_t)cp, bytes);

	return nk_buf_add(out, bytes, n, err);
}

int32_t nk_kana_large(int32_t cp)
{
	static const uint16_t ainu[16] = { 0x30af, 0x30b7, 0x30b9, 0x30c8, 0x30cc, 0x30cf, 0x30d2, 0x30d5, 0x30d8,
		0x30db, 0x30e0, 0x30e9, 0x30ea, 0x30eb, 0x30ec, 0x30ed };

	switch (cp) {
	case 0x30a1:
	case 0x30a3:
	case 0x30a5:
	case 0x30a7:
	case 0x30a9:
	case 0x30c3:
	case 0x30e3:
	case 0x30e5:
	case 0x30e7:
	case 0x30ee:
		return cp + 1;
	case 0x30f5:
		return 0x30ab;
	case 0x30f6:
		return 0x30b1;
	default:
		return cp >= 0x31f0 && cp <= 0x31ff ? ainu[cp - 0x31f0] : cp;
	}
}

static bool is_kana(int32_t cp)
{
	return (cp >= 0x30a1 && cp <= 0x30fa) || (cp >= 0x31f0 && cp <= 0x31ff);
}

/* The long mark and what is typed in its place. */
static bool is_dash(int32_t cp)
{
	return cp == 0x30fc || (cp >= 0x2010 && cp <= 0x2015) || cp == 0x2212;
}

/* Kana, kanji and what stands between them: no blanks there, and no letters that have a small form. */
static bool is_east(int32_t cp)
{
	return cp >= 0x3041 && cp <= 0x9fff;
}

static bool is_blank(int32_t cp)
{
	if (is_east(cp)) {
		return false;
	}
	const utf8proc_category_t c = utf8proc_category(cp);

	return c == UTF8PROC_CATEGORY_ZS || c == UTF8PROC_CATEGORY_ZL || c == UTF8PROC_CATEGORY_ZP ||
		c == UTF8PROC_CATEGORY_CC || c == UTF8PROC_CATEGORY_CF;
}

static int32_t unify(int32_t cp)
{
	size_t low = 0;
	size_t high = NK_ARRAY_LEN(variants);

	if (is_dash(cp)) {
		return '-';
	}
	if (cp == 0x301c) {
		return '~';
	}
	while (low < high) {
		const size_t mid = low + (high - low) / 2;
		if (variants[mid][0] == cp) {
			return variants[mid][1];
		}
		low = variants[mid][0] < cp ? mid + 1 : low;
		high = variants[mid][0] < cp ? high : mid;
	}
	cp = nk_kana_large(cp);
	return is_east(cp) ? cp : utf8proc_tolower(cp);
}

/* Identifiers and addresses: of ASCII that can be seen, folding is lower case. */
static bool fold_ascii(struct nk_str s, struct nk_buf *out)
{
	uint8_t *at = NULL;

	if (s.len > TEXT_MAX || !nk_ok(nk_buf_reserve(out, s.len, &at, NULL))) {
		return false;
	}
	for (size_t i = 0; i < s.len; i++) {
		const uint8_t c = (uint8_t)s.ptr[i];

		if (c <= 0x20 || c >= 0x7f) {
			return false;
		}
		at[i] = nk_u8(c >= 'A' && c <= 'Z' ? (uint64_t)c - 'A' + 'a' : (uint64_t)c);
	}
	out->len += s.len;
	return true;
}

NK_RESULT nk_fold(struct nk_str s, struct nk_buf *out, struct nk_err *err)
{
	if (fold_ascii(s, out)) {
		return nk_done();
	}
	NK_OWNED(nk_buf_done) struct nk_buf cps = { 0 };
	const size_t before = out->len;
	nk_rc rc = nk_done();
	bool after_kana = false;
	size_t n = 0;

	NK_TRY(nk_kana_decode(s, &cps, &n, err));
	const int32_t *points = (const int32_t *)(const void *)cps.ptr;
	for (size_t i = 0; i < n && nk_ok(rc); i++) {
		if (is_blank(points[i]) || (after_kana && is_dash(points[i]))) {
			continue;
		}
		after_kana = is_kana(points[i]);
		rc = nk_kana_add(out, unify(points[i]), err);
	}
	if (!nk_ok(rc)) {
		out->len = before;
	}
	return rc;
}

NK_RESULT nk_nfc(struct nk_str s, struct nk_buf *out, struct nk_err *err)
{
	NK_OWNED(nk_buf_done) struct nk_buf cps = { 0 };
	const size_t before = out->len;
	nk_rc rc = nk_done();
	size_t n = 0;

	NK_TRY(normalize(s, nfc, &cps, &n, err));
	const int32_t *points = (const int32_t *)(const void *)cps.ptr;
	for (size_t i = 0; i < n && nk_ok(rc); i++) {
		rc = nk_kana_add(out, points[i], err);
	}
	if (!nk_ok(rc)) {
		out->len = before;
	}
	return rc;
}

size_t nk_width(struct nk_str s)
{
	size_t width = 0;
	size_t at = 0;

	while (at < s.len) {
		const int w = utf8proc_charwidth((utf8proc_int32_t)nk_utf8_next(s, &at));
		width += w > 0 ? (size_t)w : 0;
	}
	return width;
}
