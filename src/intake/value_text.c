/*
 * value_text.c: questions about text, character by character. Pure.
 */
#include "base.h"
#include "value_text.h"

static bool is_blank(uint32_t cp)
{
	return cp == ' ' || cp == '\t' || cp == '\r' || cp == '\n' || cp == 0xa0 || cp == 0x3000 ||
		(cp >= 0x2000 && cp <= 0x200a);
}

bool nk_value_blank(struct nk_str s)
{
	for (size_t at = 0; at < s.len;) {
		if (!is_blank(nk_utf8_next(s, &at))) {
			return false;
		}
	}
	return true;
}

bool nk_value_has_gaiji(struct nk_str s)
{
	for (size_t at = 0; at < s.len;) {
		const uint32_t cp = nk_utf8_next(s, &at);

		if ((cp >= 0xe000 && cp <= 0xf8ff) || cp >= 0xf0000) {
			return true;
		}
	}
	return false;
}

static bool is_invisible(uint32_t cp)
{
	return cp < 0x20 || (cp >= 0x7f && cp < 0xa0) || cp == 0xad || (cp >= 0x200b && cp <= 0x200f) ||
		(cp >= 0x2028 && cp <= 0x202e) || (cp >= 0x2060 && cp <= 0x2069) || cp == 0xfeff || cp == 0xfffd;
}

bool nk_value_has_invisible(struct nk_str s)
{
	for (size_t at = 0; at < s.len;) {
		if (is_invisible(nk_utf8_next(s, &at))) {
			return true;
		}
	}
	return false;
}

bool nk_value_is_padded(struct nk_str s)
{
	size_t at = 0;
	uint32_t last = 0;

	if (s.len == 0) {
		return false;
	}
	if (is_blank(nk_utf8_next(s, &at))) {
		return true;
	}
	for (at = 0; at < s.len;) {
		last = nk_utf8_next(s, &at);
	}
	return is_blank(last);
}

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

/* 1.23E+05, 1E+11 */
static bool is_scientific(struct nk_str s)
{
	const size_t e = nk_str_chr(s, 'E') != SIZE_MAX ? nk_str_chr(s, 'E') : nk_str_chr(s, 'e');

	if (e == SIZE_MAX || e == 0 || e + 2 >= s.len || (s.ptr[e + 1] != '+' && s.ptr[e + 1] != '-')) {
		return false;
	}
	for (size_t i = 0; i < s.len; i++) {
		if (i != e && i != e + 1 && !is_digit(s.ptr[i]) && !(s.ptr[i] == '.' && i < e)) {
			return false;
		}
	}
	return true;
}

bool nk_value_is_mangled(struct nk_str s)
{
	if (s.len == 0) {
		return false;
	}
	if (s.ptr[0] == '\'' || nk_str_starts(s, NK_STR("=\""))) {
		return true;
	}
	if (s.ptr[0] == '#') {
		return nk_str_eq(s, NK_STR("#N/A")) || nk_str_eq(s, NK_STR("#REF!")) ||
			nk_str_eq(s, NK_STR("#VALUE!")) || nk_str_eq(s, NK_STR("#NAME?")) ||
			nk_str_starts(s, NK_STR("##"));
	}
	return is_scientific(s);
}

bool nk_value_is_uuid4(struct nk_str s)
{
	struct nk_uuid id;

	return nk_uuid_parse(s, &id) && id.b[6] >> 4 == 4 && id.b[8] >> 6 == 2;
}

bool nk_value_is_bool(struct nk_str s)
{
	return nk_str_eq(s, NK_STR("true")) || nk_str_eq(s, NK_STR("false"));
}

bool nk_value_bool(struct nk_str s, bool *out)
{
	static const struct {
		const char *word;
		bool value;
	} words[] = { { "true", true }, { "false", false }, { "1", true }, { "0", false }, { "yes", true },
		{ "no", false } };

	for (size_t i = 0; i < NK_ARRAY_LEN(words); i++) {
		if (nk_str_ieq(s, nk_str_c(words[i].word))) {
			*out = words[i].value;
			return true;
		}
	}
	return false;
}

static NK_RESULT put(struct nk_buf *out, uint32_t cp, struct nk_err *err)
{
	uint8_t bytes[4];
	const size_t len = nk_utf8_put(cp, bytes);

	return nk_buf_add(out, bytes, len, err);
}

NK_RESULT nk_value_narrow(struct nk_str s, struct nk_buf *out, struct nk_err *err)
{
	s = nk_str_trim(s);
	for (size_t at = 0; at < s.len;) {
		uint32_t cp = nk_utf8_next(s, &at);

		if (cp >= 0xff01 && cp <= 0xff5e) {
			cp -= 0xfee0;
		} else if (is_blank(cp)) {
			cp = ' ';
		}
		NK_TRY(put(out, cp, err));
	}
	return nk_done();
}

/* U+FF66…FF9D as katakana, without marks. */
static const uint16_t wide_kana[] = { 0x30f2, 0x30a1, 0x30a3, 0x30a5, 0x30a7, 0x30a9, 0x30e3, 0x30e5, 0x30e7, 0x30c3,
	0x30fc, 0x30a2, 0x30a4, 0x30a6, 0x30a8, 0x30aa, 0x30ab, 0x30ad, 0x30af, 0x30b1, 0x30b3, 0x30b5, 0x30b7,
	0x30b9, 0x30bb, 0x30bd, 0x30bf, 0x30c1, 0x30c4, 0x30c6, 0x30c8, 0x30ca, 0x30cb, 0x30cc, 0x30cd, 0x30ce,
	0x30cf, 0x30d2, 0x30d5, 0x30d8, 0x30db, 0x30de, 0x30df, 0x30e0, 0x30e1, 0x30e2, 0x30e4, 0x30e6, 0x30e8,
	0x30e9, 0x30ea, 0x30eb, 0x30ec, 0x30ed, 0x30ef, 0x30f3 };

/* カ + ゛ = ガ, ハ + ゜ = パ, ウ + ゛ = ヴ; 0: there is no such letter. */
static uint32_t with_mark(uint32_t cp, uint32_t mark)
{
	const bool voiced = mark == 0xff9e;

	if (voiced && cp == 0x30a6) {
		return 0x30f4;
	}
	if (cp >= 0x30cf && cp <= 0x30db && (cp - 0x30cf) % 3 == 0) {
		return voiced ? cp + 1 : cp + 2;
	}
	if (voiced &&
		((cp >= 0x30ab && cp <= 0x30c1 && (cp - 0x30ab) % 2 == 0) || cp == 0x30c4 || cp == 0x30c6 ||
			cp == 0x30c8)) {
		return cp + 1;
	}
	return 0;
}

static uint32_t widened(struct nk_str s, uint32_t cp, size_t *at)
{
	size_t next = *at;
	uint32_t joined = 0;

	cp = wide_kana[cp - 0xff66];
	if (next < s.len) {
		const uint32_t mark = nk_utf8_next(s, &next);

		joined = mark == 0xff9e || mark == 0xff9f ? with_mark(cp, mark) : 0;
	}
	if (joined != 0) {
		*at = next;
	}
	return joined != 0 ? joined : cp;
}

NK_RESULT nk_value_kana(struct nk_str s, struct nk_buf *out, struct nk_err *err)
{
	for (size_t at = 0; at < s.len;) {
		uint32_t cp = nk_utf8_next(s, &at);

		if (cp >= 0xff66 && cp <= 0xff9d) {
			cp = widened(s, cp, &at);
		} else if (cp == 0xff9e || cp == 0xff9f) {
			cp = cp == 0xff9e ? 0x309b : 0x309c;
		} else if (cp == 0xff65) {
			cp = 0x30fb;
		} else if ((cp >= 0x3041 && cp <= 0x3096) || cp == 0x309d || cp == 0x309e) {
			cp += 0x60;
		}
		NK_TRY(put(out, cp, err));
	}
	return nk_done();
}

bool nk_value_split_name(struct nk_str s, struct nk_str *out_family, struct nk_str *out_given)
{
	size_t at = 0;
	size_t from = 0;

	s = nk_str_trim(s);
	*out_family = s;
	*out_given = NK_STR("");
	while (at < s.len) {
		from = at;
		if (is_blank(nk_utf8_next(s, &at))) {
			*out_family = nk_str_sub(s, 0, from);
			*out_given = nk_str_trim(nk_str_sub(s, at, s.len));
			return true;
		}
	}
	return false;
}

NK_RESULT nk_value_ascii_case(struct nk_str s, bool upper, struct nk_buf *out, struct nk_err *err)
{
	for (size_t i = 0; i < s.len; i++) {
		const char c = s.ptr[i];
		const bool turn = upper ? c >= 'a' && c <= 'z' : c >= 'A' && c <= 'Z';

		NK_TRY(nk_buf_add_byte(out, (uint8_t)(turn ? c ^ 0x20 : c), err));
	}
	return nk_done();
}
