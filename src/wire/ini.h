/*
 * ini.h: configuration text, through libinih; every row with its line number.
 *
 * Strict: no control characters, valid UTF-8, lines ≤ 65,000 bytes, section names of 1–48 bytes with nothing behind
 * the bracket, no continuation lines, no inline comments, no key without a value sign; a BOM is skipped. A repeated
 * key is reported again: refusing it is the caller's. libinih's options are globals: the first call sets them, once.
 */
#ifndef NK_INI_H
#define NK_INI_H

/* One key; the slices are good during the call; `line` counts from 1. */
typedef NK_RESULT nk_ini_row_fn(
	void *arg, struct nk_str section, struct nk_str key, struct nk_str value, unsigned line, struct nk_err *err);

/* nk_ini_each: calls fn for each key in the order of the text; its first failure ends the reading and is
 * returned. NK_CONFIG with the line for bad text. */
NK_RESULT nk_ini_each(struct nk_bytes text, nk_ini_row_fn *fn, void *arg, struct nk_err *err);

#endif
