/*
 * value_text.h: small questions about the text of a field, and the few mendings that are allowed. Pure.
 */
#ifndef NK_VALUE_TEXT_H
#define NK_VALUE_TEXT_H

/* nk_value_blank: nothing but blanks (U+3000 and no-break space too). */
bool nk_value_blank(struct nk_str s);
/* nk_value_has_gaiji: a character of the private use area (外字, U+E000–F8FF): each machine shows another. */
bool nk_value_has_gaiji(struct nk_str s);
/* nk_value_has_invisible: control characters, zero-width characters, byte order marks; variation selectors are fine.
 */
bool nk_value_has_invisible(struct nk_str s);
/* nk_value_is_padded: blanks at an end. */
bool nk_value_is_padded(struct nk_str s);
/* nk_value_is_mangled: what Excel makes of a number: "1.23E+05", a leading apostrophe, or an error such as "#N/A". */
bool nk_value_is_mangled(struct nk_str s);
/* nk_value_is_uuid4: 32 hexadecimal digits with or without the four hyphens, version 4, any case. */
bool nk_value_is_uuid4(struct nk_str s);
/* nk_value_is_bool: "true" or "false". nk_value_bool: also TRUE, True, 1, 0, yes, no and the like. */
bool nk_value_is_bool(struct nk_str s);
bool nk_value_bool(struct nk_str s, bool *out);
/* nk_value_narrow: full-width ASCII and blanks to ASCII, blanks at the ends dropped; appended to `out`. */
NK_RESULT nk_value_narrow(struct nk_str s, struct nk_buf *out, struct nk_err *err);
/* nk_value_kana: half-width katakana and hiragana to katakana, with their marks; appended to `out`. */
NK_RESULT nk_value_kana(struct nk_str s, struct nk_buf *out, struct nk_err *err);
/* nk_value_split_name: at the first run of blanks (U+3000 too); false: there is none, and *out_family is all of it.
 */
bool nk_value_split_name(struct nk_str s, struct nk_str *out_family, struct nk_str *out_given);
/* nk_value_ascii_case: ASCII letters to upper or lower case; appended to `out`. */
NK_RESULT nk_value_ascii_case(struct nk_str s, bool upper, struct nk_buf *out, struct nk_err *err);

#endif
