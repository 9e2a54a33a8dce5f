/*
 * text.h: what people read, in their language; and the checks every text passes.
 */
#ifndef NK_TEXT_H
#define NK_TEXT_H

/*
 * nk_tr: the text of an English msgid in `lang` (i18n/ja.po, compiled in); the
 * msgid itself where there is no translation. Static, never freed.
 */
const char *nk_tr(enum nk_lang lang, const char *msgid) __attribute__((format_arg(2)));
/* NK_N marks a msgid that is translated later, for tools/lint.py and for readers. */
#define NK_N(msgid) (msgid)
/* nk_lang_of: from LC_ALL / LC_MESSAGES / LANG as one value, such as "ja_JP.UTF-8"; NULL or unknown gives English. */
enum nk_lang nk_lang_of(const char *locale);

/* nk_utf8_valid: well-formed UTF-8 (RFC 3629: no surrogates, no over-long forms, ≤ U+10FFFF). *out_bad is the first
 * bad byte's place (may be NULL). */
bool nk_utf8_valid(struct nk_bytes b, size_t *out_bad);
/* nk_utf8_next: the code point at *at (valid UTF-8 asserted by the type), *at moves behind it. */
uint32_t nk_utf8_next(struct nk_str s, size_t *at);
/* nk_utf8_put: writes 1–4 bytes, returns how many. */
size_t nk_utf8_put(uint32_t cp, uint8_t out[static 4]);

#endif
