/*
 * kana.h: Japanese text: width, kana, romaji, and the encodings of the field. Pure, on UTF-8.
 */
#ifndef NK_KANA_H
#define NK_KANA_H

/* nk_has_halfwidth_kana: any of U+FF66–FF9F. */
bool nk_has_halfwidth_kana(struct nk_str s);
/* nk_fold: the key under which people look for each other: NFKC, lower case, hiragana to katakana, small kana as
 * large, long marks behind kana dropped, blanks (U+3000 too), variation selectors and other invisible characters
 * dropped, common variants of kanji in names unified (髙 → 高). Never stored. Text ≤ 1 MiB (NK_LIMIT), UTF-8
 * (NK_INVALID); appends to `out`, which stays as it was on failure. nk_nfc and nk_romaji alike. */
NK_RESULT nk_fold(struct nk_str s, struct nk_buf *out, struct nk_err *err);
/* nk_nfc: NFC, for comparing. */
NK_RESULT nk_nfc(struct nk_str s, struct nk_buf *out, struct nk_err *err);
/* nk_romaji: katakana (any width) or hiragana to Hepburn without long marks ("オオタ" → "ota", "イノウエ" → "inoue"),
 * lower case; printable ASCII kept as it is, U+3000 as a blank, others dropped. */
NK_RESULT nk_romaji(struct nk_str kana, struct nk_buf *out, struct nk_err *err);
/* nk_romaji_long: the same with long vowels as they are written ("オオタ" → "oota", "サトウ" → "satou", "ローラ" → "roora"). */
NK_RESULT nk_romaji_long(struct nk_str kana, struct nk_buf *out, struct nk_err *err);
/* nk_width: columns on a terminal (utf8proc; East Asian ambiguous = 1). */
size_t nk_width(struct nk_str s);

/* Encodings by the names of glibc's iconv; "CP932" and "EUCJP-MS", never "SHIFT_JIS". */
enum nk_encoding { NK_ENC_UTF8, NK_ENC_CP932, NK_ENC_EUCJP, NK_ENC_UTF16LE, NK_ENC_UTF16BE, NK_ENC_COUNT };
/* nk_encoding_name: for iconv and for people; static. */
const char *nk_encoding_name(enum nk_encoding e);
/* A decoder/encoder that is opened once (before a sandbox: glibc loads a module) and used often; one thread at a
 * time. */
struct nk_codec;
/* nk_codec_new: one of the two is UTF-8 (asserted). NK_UNSUPPORTED: glibc's module is not installed. */
NK_RESULT nk_codec_new(enum nk_encoding from, enum nk_encoding to, struct nk_codec **out, struct nk_err *err);
void nk_codec_free(struct nk_codec **codec);
/* nk_codec_run: one complete text, appended to `out`, which stays as it was on failure. NK_INVALID: *out_bad is the
 * place of the first byte that is not of that encoding, or cannot be said in the other one (U+00A5 and U+203E count
 * as such: iconv would make a backslash and a tilde of them). NK_LIMIT of `out`. */
NK_RESULT nk_codec_run(
	struct nk_codec *codec, struct nk_bytes in, struct nk_buf *out, size_t *out_bad, struct nk_err *err);
/* nk_encoding_guess: BOM, then NUL stride, then strict UTF-8, then CP932 or EUC-JP by validity and plausibility.
 * *out_skip = length of a BOM. False: undecided or mixed; *out_bad is the first byte that fits no single reading.
 * A sample that is not the whole file may end inside a character; what is mixed behind it is not seen: give the whole
 * file where it is in memory. */
bool nk_encoding_guess(
	struct nk_bytes sample, bool whole_file, enum nk_encoding *out, size_t *out_skip, size_t *out_bad);

#endif
