/*
 * nks_detect_int.h: what the files of detect/ share: signs of a text, runs of digits, numbers, places. For this
 * folder only.
 *
 * Every function may be asked at any unit of a block and looks at most NKS_PAD units before 0 and behind n, which are
 * readable zeros.
 */
#ifndef NKS_DETECT_INT_H
#define NKS_DETECT_INT_H

#include "nks_detect.h"

#include <string.h>

#define NKS_LABEL_BIT(name) (UINT32_C(1) << NKS_LABEL_##name)
#define NKS_DIGITS(n) (UINT64_C(1) << (n))

/* Signs ---------------------------------------------------------------------------------------------------------- */

/* nks_signs: bits of the units u[0..63] that are 年, 生, 市, 区, 郡, 町, 村 or 番. nks_births: where bir or dob
 * begins, in either case (reads two units more). The plain ones are their references. */
typedef uint64_t nks_signs_fn(const nks_unit *u);
nks_signs_fn *nks_signs(void);
nks_signs_fn *nks_births(void);
uint64_t nks_signs_plain(const nks_unit *u);
uint64_t nks_births_plain(const nks_unit *u);

/* Runs ----------------------------------------------------------------------------------------------------------- */

static inline bool nks_is_digit(nks_unit u)
{
	return (unsigned)u - '0' < 10 || (unsigned)u - 0xff10 < 10;
}

static inline uint8_t nks_digit(nks_unit u)
{
	return (uint8_t)(u >= 0xff10 ? u - 0xff10 : u - '0');
}

static inline bool nks_is_ascii_letter(nks_unit u)
{
	return (unsigned)(u | 0x20) - 'a' < 26 || (unsigned)u - 0xff21 < 26 || (unsigned)u - 0xff41 < 26;
}

/* nks_is_hyphen: dashes of any kind, ー between digits too. nks_is_blank: blank, U+3000. */
bool nks_is_hyphen(nks_unit u);
static inline bool nks_is_blank(nks_unit u)
{
	return u == ' ' || u == 0x3000;
}

/* nks_run_make: the run of digits around the digit at `pos`. `loose`: over blanks too. False: fewer than 4 digits. */
bool nks_run_make(const struct nks_text *text, size_t pos, bool loose, struct nks_run *out);
/* nks_run_grouped: nks_run_is, and each separator is one hyphen or blank. */
bool nks_run_grouped(const struct nks_text *text, const struct nks_run *run, const uint8_t *groups, size_t n);
/* nks_run_value: digits [from, from + n) as a number. */
uint64_t nks_run_value(const struct nks_run *run, size_t from, size_t n);
/* nks_run_word: whether ASCII letters of `word` (lower case) end directly before `at`, perhaps with . : blank
 * between. */
bool nks_run_word(const struct nks_text *text, size_t at, const char *word);
/* nks_run_check: Σ digits × weights modulo m, over n digits from `from`. */
unsigned nks_run_check(const struct nks_run *run, size_t from, const char *weights, unsigned m);
/* nks_run_hit: the hit is the whole run. */
void nks_run_hit(const struct nks_run *run, struct nks_hit *hit);

/* Numbers and dates ---------------------------------------------------------------------------------------------- */

/* nks_number: the number that begins at i: digits, or kanji numerals (positional or with 十百千; 元 is none). Returns
 * how many units it has, 0 when there is none; more than 8 digits: 0. */
size_t nks_number(const struct nks_text *text, size_t i, unsigned *out);
bool nks_is_numeral(nks_unit u);

struct nks_date {
	size_t at, len;
	unsigned year, month, day; /* Gregorian */
	bool era;
};
/* nks_day_at: the date that begins exactly at i; only dates of the calendar from 1868 to 2039, within their era. */
bool nks_day_at(const struct nks_text *text, size_t i, struct nks_date *out);

/* Places (det_address.c, det_postal.c) --------------------------------------------------------------------------- */

enum { NKS_NO_CITY = 0xffff };
/* nks_skip_gap: over at most 3 units of NKS_M_GAP: where it ends. */
size_t nks_skip_gap(const struct nks_text *text, size_t i);
/* nks_city_sign: whether the unit at i can be the end of a city's name or of its part. */
bool nks_city_sign(const struct nks_text *text, size_t i);
/* nks_city_begin: whether a city's name can begin at i. */
bool nks_city_begin(const struct nks_text *text, size_t i);
/* nks_city_at: the longest name of a city (with its ward, with or without its county) that begins at i and belongs to
 * the prefecture, 0 being any. Returns its units, 0: none. */
size_t nks_city_at(const struct nks_text *text, size_t i, unsigned prefecture, uint16_t *out_city);
/* nks_prefecture_at: 1 to 47 when its name begins at i, else 0. nks_prefecture_before: when it ends there. */
unsigned nks_prefecture_at(const struct nks_text *text, size_t i, size_t *out_len);
unsigned nks_prefecture_before(const struct nks_text *text, size_t end, size_t *out_at);
unsigned nks_prefecture_of(uint16_t city);
/* nks_town_at: units of the longest quarter of the city that begins at i. */
size_t nks_town_at(const struct nks_text *text, size_t i, uint16_t city);
/* nks_postal_has: whether that code is in use; city: of that city, or NKS_NO_CITY for any. */
bool nks_postal_has(unsigned code, uint16_t city);
/* nks_postal_prefecture: whether that code is in use in the prefecture. */
bool nks_postal_prefecture(unsigned code, unsigned prefecture);

/* Generated (tools/scantab/phone.py, places.py, postal.py). */
extern const size_t nks_area_count;
extern const uint32_t nks_areas[]; /* first six digits × 8 + digits of the area code, sorted */
extern const uint8_t nks_city_prefecture[];
extern const size_t nks_city_key_count, nks_town_count;
extern const uint32_t nks_city_hashes[]; /* sorted, equal ones beside each other */
extern const uint16_t nks_city_of_hash[];
extern const uint32_t nks_town_hashes[];
extern const uint64_t nks_city_ends[256], nks_city_begins[256];
extern const uint32_t nks_prefecture_hashes[47];
extern const uint32_t nks_postal_first[1001];
extern const uint16_t nks_postal_rest[], nks_postal_city[];

/* The walk (detect.c, forms.c, context.c) ------------------------------------------------------------------------ */

/* nks_may_have_label: false when certainly no label of these is over or shortly before `at`: much cheaper than
 * nks_context. */
bool nks_may_have_label(const struct nks_text *text, size_t at, uint32_t labels);
/* nks_detect_births: whether an English label of a birthday stands in the block. */
bool nks_detect_births(const struct nks_text *text);
/* nks_forms_block: numbers of the forms of the configuration. */
bool nks_forms_block(const struct nks_detect_options *o, const struct nks_text *text, nks_emit_fn *emit, void *arg);

#define ROW(name) extern const struct nks_detector nks_det_##name;
#include "nks_detectors.inc"
#undef ROW

#endif
