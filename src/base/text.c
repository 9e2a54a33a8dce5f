/*
 * text.c: the compiled-in catalogue and UTF-8.
 *
 * Invariant: the catalogue is sorted by the bytes of its msgids (tools/po2c.py
 * sorts it and checks that each translation takes the arguments of its msgid).
 */
#include "base.h"

struct entry {
	const char *msgid;
	const char *msgstr;
};

static const struct entry catalogue_ja[] = {
#include "catalogue.inc"
};

const char *nk_tr(enum nk_lang lang, const char *msgid)
{
	size_t low = 0;
	size_t high = NK_ARRAY_LEN(catalogue_ja);

	if (lang != NK_LANG_JA) {
		return msgid;
	}
	while (low < high) {
		const size_t middle = low + (high - low) / 2;
		const int order = strcmp(msgid, catalogue_ja[middle].msgid);

		if (order == 0) {
			return catalogue_ja[middle].msgstr;
		}
		if (order < 0) {
			high = middle;
		} else {
			low = middle + 1;
		}
	}
	return msgid;
}

enum nk_lang nk_lang_of(const char *locale)
{
	const struct nk_str s = nk_str_c(locale);

	if (!nk_str_starts(s, NK_STR("ja"))) {
		return NK_LANG_EN;
	}
	if (s.len > 2 && memchr("_-.@", s.ptr[2], 4) == NULL) {
		return NK_LANG_EN;
	}
	return NK_LANG_JA;
}

/* Length of the character at p, 0 when it is none. The second byte's range shuts out over-long forms, surrogates and
 * > U+10FFFF. */
static size_t char_len(const uint8_t *p, size_t left)
{
	uint8_t low = 0x80;
	uint8_t high = 0xbf;
	size_t len = 0;

	if (p[0] < 0x80) {
		return 1;
	}
	if (p[0] < 0xc2 || p[0] > 0xf4) {
		return 0;
	}
	len = p[0] < 0xe0 ? 2 : p[0] < 0xf0 ? 3 : 4;
	if (len > left) {
		return 0;
	}
	low = p[0] == 0xe0 ? 0xa0 : p[0] == 0xf0 ? 0x90 : low;
	high = p[0] == 0xed ? 0x9f : p[0] == 0xf4 ? 0x8f : high;
	if (p[1] < low || p[1] > high) {
		return 0;
	}
	for (size_t i = 2; i < len; i++) {
		if ((p[i] & 0xc0) != 0x80) {
			return 0;
		}
	}
	return len;
}

bool nk_utf8_valid(struct nk_bytes b, size_t *out_bad)
{
	size_t at = 0;

	while (at < b.len) {
		size_t len = 0;

		if (b.len - at >= 8 && (nk_get_le64(b.ptr + at) & UINT64_C(0x8080808080808080)) == 0) {
			at += 8;
			continue;
		}
		len = char_len(b.ptr + at, b.len - at);
		if (len == 0) {
			if (out_bad != NULL) {
				*out_bad = at;
			}
			return false;
		}
		at += len;
	}
	return true;
}

uint32_t nk_utf8_next(struct nk_str s, size_t *at)
{
	const uint8_t *p = (const uint8_t *)s.ptr + *at;
	size_t len = 0;
	uint32_t cp = 0;

	nk_assert(*at < s.len);
	len = char_len(p, s.len - *at);
	nk_assert(len != 0);
	*at += len;
	if (len == 1) {
		return p[0];
	}
	cp = p[0] & (0xffU >> (len + 1));
	for (size_t i = 1; i < len; i++) {
		cp = cp << 6 | (p[i] & 0x3fU);
	}
	return cp;
}

size_t nk_utf8_put(uint32_t cp, uint8_t out[static 4])
{
	nk_assert(cp <= 0x10ffff && (cp < 0xd800 || cp > 0xdfff));
	if (cp < 0x80) {
		out[0] = (uint8_t)cp;
		return 1;
	}
	if (cp < 0x800) {
		out[0] = (uint8_t)(0xc0 | cp >> 6);
		out[1] = (uint8_t)(0x80 | (cp & 0x3f));
		return 2;
	}
	if (cp < 0x10000) {
		out[0] = (uint8_t)(0xe0 | cp >> 12);
		out[1] = (uint8_t)(0x80 | (cp >> 6 & 0x3f));
		out[2] = (uint8_t)(0x80 | (cp & 0x3f));
		return 3;
	}
	out[0] = (uint8_t)(0xf0 | cp >> 18);
	out[1] = (uint8_t)(0x80 | (cp >> 12 & 0x3f));
	out[2] = (uint8_t)(0x80 | (cp >> 6 & 0x3f));
	out[3] = (uint8_t)(0x80 | (cp & 0x3f));
	return 4;
}
