/*
 * kana_int.h: what kana.c lends to romaji.c.
 */
#ifndef NK_KANA_INT_H
#define NK_KANA_INT_H

/* nk_kana_decode: text as code points (int32_t each) in a buffer that is made wiping here (the
 * caller does nk_buf_done): NFKC with voiced marks composed, hiragana as katakana; dashes keep apart from the
 * ASCII hyphen. NK_INVALID: not UTF-8. */
NK_RESULT nk_kana_decode(struct nk_str s, struct nk_buf *cps, size_t *out_n, struct nk_err *err);
/* nk_kana_add: appends a code point as UTF-8. */
NK_RESULT nk_kana_add(struct nk_buf *out, int32_t cp, struct nk_err *err);
/* nk_kana_large: ャ → ヤ and so on; others as they are. */
int32_t nk_kana_large(int32_t cp);

#endif
