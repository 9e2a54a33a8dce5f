/*
 * nks_words.h: words in kanji with class and cost, and how well two classes stand beside each other; the tables are
 * made by tools/scantab/names.py. For this folder only.
 *
 * Costs are those of mecab-ipadic: 700 are one natural unit of log probability. All texts are folded. A lookup may
 * find a word that is not there once in 2^16: nothing depends on one word alone.
 */
#ifndef NKS_WORDS_H
#define NKS_WORDS_H

#include "nks_text.h"

enum nks_word_class {
	NKS_W_SAHEN,
	NKS_W_NAI,
	NKS_W_NOUN,
	NKS_W_ADJECTIVAL,
	NKS_W_PROPER,
	NKS_W_PERSON, /* full names of the famous, names of monks and the like */
	NKS_W_SURNAME,
	NKS_W_GIVEN,
	NKS_W_ORG,
	NKS_W_PLACE,
	NKS_W_COUNTRY,
	NKS_W_NUMBER,
	NKS_W_CONJ,
	NKS_W_S_SAHEN, /* S: suffixes */
	NKS_W_S_NOUN,
	NKS_W_S_ADJECTIVAL,
	NKS_W_S_COUNT,
	NKS_W_S_PERSON,
	NKS_W_S_PLACE,
	NKS_W_S_SPECIAL,
	NKS_W_S_ADVERBIAL,
	NKS_W_PRONOUN,
	NKS_W_N_NOUN,
	NKS_W_N_ADVERBIAL,
	NKS_W_ADVERBIAL,
	NKS_W_ADVERB,
	NKS_W_ADVERB2,
	NKS_W_P_NUMBER, /* P: prefixes */
	NKS_W_P_NOUN,
	NKS_W_ADNOMINAL,
	NKS_W_INFLECTED, /* kanji of a verb or adjective, with the first kana behind it */
	NKS_WORD_CLASSES,
	NKS_W_KANA_SURNAME = 40,
	NKS_W_KANA_GIVEN,
	NKS_W_CHAR = 42, /* key: { enum nks_char_key, kanji } */
	NKS_W_KANA_WRITTEN, /* given names that are written in kana */
};

/* What stands beside a run of kanji. */
enum nks_beside {
	NKS_B_EDGE = NKS_WORD_CLASSES,
	NKS_B_COMMA,
	NKS_B_STOP,
	NKS_B_OPEN,
	NKS_B_CLOSE,
	NKS_B_SIGN,
	NKS_B_NO,
	NKS_B_HA,
	NKS_B_GA,
	NKS_B_WO,
	NKS_B_NI,
	NKS_B_TO,
	NKS_B_MO,
	NKS_B_DE,
	NKS_B_HE,
	NKS_B_YA,
	NKS_B_KA,
	NKS_B_TA,
	NKS_B_NA,
	NKS_B_VERB,
	NKS_B_ADJECTIVE,
	NKS_B_SURU,
	NKS_WORD_SIDES
};

/* How common a kanji is in a place of a name: cost under such a key. */
enum nks_char_key {
	NKS_C_SURNAME_FIRST = 1,
	NKS_C_SURNAME_LAST,
	NKS_C_GIVEN_FIRST,
	NKS_C_GIVEN_LAST,
	NKS_C_GIVEN_ONLY
};

enum { NKS_CHAR_LEAST = 1000 }; /* no kanji costs less */
enum {
	NKS_WORD_BITS = 19,
	NKS_PAIR_BITS = 18,
	NKS_BEGIN_BITS = 20,
	NKS_WORD_LONGEST = 6,
	NKS_WORD_MEANINGS = 12,
	NKS_KANA_ROWS = 192,
	NKS_KNOWN_BITS = 20,
	NKS_WORD_LOOK = 8
};
#define NKS_COST_NONE 0x3fffffff

extern const uint32_t nks_word_slots[(1 << NKS_WORD_BITS) + NKS_WORD_LOOK]; /* the first ones stand behind again */
extern const int16_t nks_word_beside[NKS_WORD_SIDES * NKS_WORD_SIDES];
extern const uint64_t nks_surname_bits[1 << (NKS_PAIR_BITS - 6)];
extern const uint64_t nks_given_bits[1 << (NKS_PAIR_BITS - 6)];
extern const uint64_t nks_person_bits[1 << (NKS_PAIR_BITS - 6)]; /* full names */
extern const uint64_t nks_begin_bits[1 << (NKS_BEGIN_BITS - 6)];
extern const uint64_t nks_known_bits[1 << (NKS_KNOWN_BITS - 6)]; /* by hash: whether the table has the word at all */
extern const uint64_t nks_surname_words[1 << (NKS_PAIR_BITS - 6)]; /* by hash of the whole word */
extern const uint64_t nks_given_words[1 << (NKS_PAIR_BITS - 6)];
extern const uint64_t nks_kana_bits[NKS_KANA_ROWS * 4]; /* given names in kana */
extern const uint64_t nks_usual_bits[NKS_C_GIVEN_ONLY * 1024];

struct nks_word {
	uint8_t class; /* enum nks_word_class */
	int32_t cost;
};

/* A hash that grows unit by unit. */
#define NKS_WORD_HASH UINT32_C(0x811c9dc5)
static inline uint32_t nks_word_hash(uint32_t h, nks_unit u)
{
	h = (h ^ u) * UINT32_C(0x01000193);
	return h ^ (h >> 15);
}

/* nks_word_prefetch: that hash will be asked for soon. */
void nks_word_prefetch(uint32_t hash);
/* nks_words_hashed: all meanings of the word with that hash; returns how many, at most NKS_WORD_MEANINGS. */
size_t nks_words_hashed(uint32_t hash, struct nks_word *out);
/* nks_word_cost: cost of the folded word as that class, or NKS_COST_NONE. */
int32_t nks_word_cost(const nks_unit *folded, size_t n, unsigned class);
int32_t nks_char_cost(enum nks_char_key key, nks_unit folded);

/* nks_word_is_common: whether it is a noun that is no name of a person. */
bool nks_word_is_common(const nks_unit *folded, size_t n);

static inline int32_t nks_beside_cost(unsigned left, unsigned right)
{
	return nks_word_beside[left * NKS_WORD_SIDES + right];
}

/* Whether any word of two and more units begins with these. */
static inline bool nks_begins_word(nks_unit a, nks_unit b)
{
	uint32_t h = (a * UINT32_C(0x9e3779b1) + b * UINT32_C(0x85ebca6b)) >> (32 - NKS_BEGIN_BITS);
	return (nks_begin_bits[h / 64] >> (h % 64)) & 1;
}

/* Whether the folded kanji stands in that place of several names. */
static inline bool nks_char_usual(enum nks_char_key key, nks_unit u)
{
	return (nks_usual_bits[((size_t)key - 1) * 1024 + u / 64] >> (u % 64)) & 1;
}

/* Whether two folded units may begin a surname or a given name. Surnames of one kanji: second unit 0. */
static inline bool nks_pair_in(const uint64_t *bits, nks_unit a, nks_unit b)
{
	uint32_t h = (a * UINT32_C(0x9e3779b1) + b * UINT32_C(0x85ebca6b)) >> (32 - NKS_PAIR_BITS);
	return (bits[h / 64] >> (h % 64)) & 1;
}

/* Whether a given name in kana may begin with these units as they are written: `a` kana, `b` kana or kanji. */
static inline bool nks_kana_begins(nks_unit a, nks_unit b, bool b_is_kana)
{
	uint32_t row = (uint32_t)a - 0x3040;
	uint32_t k = ((uint32_t)b - 0x3040) & (0 - (uint32_t)b_is_kana);
	bool rare = row >= NKS_KANA_ROWS || k >= NKS_KANA_ROWS; /* kana of other blocks */
	return rare || ((nks_kana_bits[row * 4 + k / 64] >> (k % 64)) & 1);
}

#endif
