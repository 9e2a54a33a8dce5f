/*
 * nks_text.h: a block of decoded text, the one form in which index, detectors and rules look at a stream.
 *
 * Units are UTF-16 code units of the BMP after normalising what is more than one character for one sign: half-width
 * kana with their marks become full-width, combining voice marks are composed, variation selectors, joiners and soft
 * hyphens are gone, characters above the BMP are replaced by their BMP variant (𠮷 → 吉) or by a private slot
 * in U+D800–DFFF. What cannot be decoded is NKS_BREAK, once for a run. Everything that is one to one (width, case,
 * variants) is NOT folded here: nks_fold[] does it where somebody looks.
 *
 * A block holds [0, n): of it [from, to) are new: a consumer reports what BEGINS there, may look back to 0 and ahead
 * to n. Before 0 and behind n stand NKS_PAD readable zeros. Consecutive blocks overlap by NKS_LEAD behind and
 * NKS_TAIL ahead (less at the ends of a stream), so nothing of at most NKS_TAIL units is cut.
 */
#ifndef NKS_TEXT_H
#define NKS_TEXT_H

#include "nkscan.h"

enum { NKS_BLOCK = 32768, NKS_LEAD = 512, NKS_TAIL = 512, NKS_PAD = 64 };
#define NKS_BREAK 0xffff /* undecodable bytes: never part of anything */
#define NKS_GAIJI 0xe000 /* all private characters fold to this one */
#define NKS_CELL 0x001f /* end of a cell in tables made by openers */
#define NKS_ROW 0x001e

/* Bit maps over the units of a block: bit i % 64 of word i / 64. One more zero word stands before and behind. */
enum nks_mask {
	NKS_M_DIGIT, /* 0-9, also full width */
	NKS_M_ALPHA, /* Latin letters, also full width and with macron or accent */
	NKS_M_HAN, /* kanji, 々 〆 〇, private slots, gaiji */
	NKS_M_KANA, /* hiragana, katakana, ー */
	NKS_M_AT, /* @ and ＠ */
	NKS_M_GAP, /* what may stand between the parts of a name: blank, U+3000, tab, ・, cell and row ends, quotes,
		      comma, slash, one newline, '<' '>' */
	NKS_M_SIGN, /* + / - _ of ASCII: beside letters and digits in base64 */
	NKS_M_ESCAPE, /* % \ & = # ? of ASCII: with which escapes begin */
	NKS_M_COUNT
};

struct nks_layout;
struct nks_text {
	const nks_unit *u;
	size_t n, from, to;
	const uint64_t *mask[NKS_M_COUNT];
	uint64_t any; /* bit per enum nks_mask: whether it has a bit at all in [0, n) */
	uint8_t encoding; /* enum nks_encoding */
	uint8_t via; /* enum nks_via */
	bool first, last; /* of the stream */
	bool carved; /* of binary: neighbours mean little, short texts are chance */
	struct nks_layout *layout; /* rows, columns, labels: names/nks_layout.h; NULL in carved and derived text */
	const void *origin; /* for nks_text_offset */
};

/* nks_text_offset: where unit i (≤ n) came from: offset in the stream of its first byte. Costs a re-decoding of at
 * most some hundred bytes: for findings only. */
uint64_t nks_text_offset(const struct nks_text *text, size_t i);

static inline bool nks_text_is(const struct nks_text *t, enum nks_mask m, size_t i)
{
	return (t->mask[m][i / 64] >> (i % 64)) & 1;
}

/*
 * Folding, one unit to one: full-width ASCII → ASCII, upper → lower, hiragana → katakana, small kana → large, ヂ ヅ
 * ヴ → ジ ズ ブ, all dashes and ー-likes between digits NOT touched but all dash characters → '-', tildes → '~', all
 * blanks → ' ', variants of kanji (異体字, 旧字) and radicals → one of them, accents go (ō → o), ヰ ヱ → イ エ, tab
 * and all spaces → ' ', curly quotes → straight, · → ・, ¥ → \, U+E000–F8FF → NKS_GAIJI. Circled and raised digits
 * stay. Generated (tools/scantab). Idempotent: nks_fold[nks_fold[u]] == nks_fold[u].
 */
extern const nks_unit nks_fold[65536];

/* nks_units_of: UTF-8 as units, normalised as above. *out_n ≤ room, else NKS_LIMIT; NKS_BAD_TEXT. */
enum nks_status nks_units_of(const char *utf8, size_t len, nks_unit *out, size_t room, size_t *out_n);
/* nks_supplementary: the unit for a character above the BMP: BMP variant or slot; ■ for emoji and the like; 0:
 * nothing (variation selectors, tags). text/nks_norm.h has the rest of the normalising that decoders share. */
nks_unit nks_supplementary(uint32_t codepoint);

/* nks_skeleton: the form in which romaji are compared: letters of one or more words (already folded units, other
 * units skipped) to the skeleton of Kunrei without long vowels: shi → si, chi → ti, tsu → tu, fu → hu, ji/zi/di → zi,
 * sha → sya, oh (not before a vowel) / ou / oo / ō → o, uu → u, m before b p m → n, n' and nn → n, l → r. Returns the
 * length written, 0 when it cannot be romaji of Japanese (phonotactics) or does not fit. */
size_t nks_skeleton(const nks_unit *folded, size_t n, char *out, size_t room);
/* nks_kana_skeleton: the skeleton of kana, as nks_skeleton of its Hepburn romaji would give. Normalised units that
 * are NOT folded: ショ and シヨ are read differently. 0: something is neither kana nor a gap. Of both: the skeleton
 * of words one behind the other is their skeletons one behind the other; long vowels of all kinds (aa, ii, uu, ee,
 * oo, ou) are short. */
size_t nks_kana_skeleton(const nks_unit *units, size_t n, char *out, size_t room);

/* nks_siphash: SipHash-2-4 (Aumasson, Bernstein 2012). nks_siphash13: with fewer rounds, for the index. */
uint64_t nks_siphash(const uint8_t key[static 16], const void *data, size_t len);
uint64_t nks_siphash13(const uint8_t key[static 16], const void *data, size_t len);

/* Who looks: a consumer is given each block and reports hits. */
struct nks_hit {
	bool of_index;
	uint8_t class, field;
	uint8_t confidence; /* of_index: given; by form: nks_confidence(class, why) */
	size_t at, len; /* units in the block */
	uint64_t why;
	uint32_t key;
	double chance;
};
/* Reports a hit: fills offset, row, column, token and calls the caller's function. false: stop. */
typedef bool nks_emit_fn(void *arg, const struct nks_text *text, const struct nks_hit *hit);

/* nks_match_block: the index over a block (index/). Knows nothing of classes. `m` is one scan's scratch. */
struct nks_matcher;
enum nks_status nks_matcher_new(const struct nks_index *index, struct nks_matcher **out);
void nks_matcher_free(struct nks_matcher **m);
bool nks_match_block(struct nks_matcher *m, const struct nks_text *text, nks_emit_fn *emit, void *arg);

/* nks_detect_block: every detector of `classes` over a block (detect/): numbers, mail, addresses, dates. */
struct nks_detect_options {
	uint64_t classes;
	const char *const *number_forms;
	size_t n_number_forms;
};
bool nks_detect_block(const struct nks_detect_options *o, const struct nks_text *text, nks_emit_fn *emit, void *arg);
/* nks_names_block: names of persons nobody knows (names/): dictionary, boundary, context. */
bool nks_names_block(const struct nks_text *text, nks_emit_fn *emit, void *arg);

/* nks_confidence: sum of weights.rows for the class, between 0 and 100. */
unsigned nks_confidence(enum nks_class c, uint64_t why);

/* nks_escapes: escaped text inside a block, decoded: calls `found` for each run with its bytes (unknown encoding for
 * base64, quoted and percent; UTF-8 else), via, and the units it stood at. Depth is the caller's matter. */
typedef bool nks_escape_fn(void *arg, enum nks_via via, size_t at, size_t len, const uint8_t *bytes, size_t n_bytes);
bool nks_escapes(const struct nks_text *text, nks_escape_fn *found, void *arg);

#endif
