/*
 * nks_index.h: the parts of the index among themselves, and its file.
 *
 * How a key is found. Each value of a person is brought into the form of one lane (below), as units that are folded
 * and squeezed, and hashed with SipHash-1-3 under a key of that lane. A text is looked through lane by lane: masks
 * leave the places where a key could begin, a small filter on its first units (bigram of kanji, four kana, four
 * letters, five digits, the words of romaji) throws out nearly all, a second filter most of the rest; what is left is
 * hashed at the lengths that occur, and goes in batches through a blocked Bloom filter and a table of buckets, each
 * fetched ahead.
 *
 * The file, version 3. Little-endian, every section begins at a multiple of 64:
 *   head      struct nks_head: magic, version, length, offset and length of each section, counts, what kinds of keys
 *             there are, and a SipHash-2-4 of all that under a key of its own: a wrong key or a changed head is
 *             NKS_BAD_INDEX.
 *   filters   the bit maps of the first stages, 2^log2 bits each, one behind the other, enciphered with SipHash-1-3
 * in counter mode, since they are no secrets of a hash: deciphered when the file is opened. bloom     64-bit words; a
 * key sets four bits of one word. table     buckets of 64 bytes: 8 tags (low half of the hash), 8 key numbers + 1, 0
 * empty. A key whose bucket is full stands in one of the next `max_probe`. keys      struct nks_key_row, 8 bytes:
 * person or place in lists, check of the exact spelling, field, 8 more bits of the hash. lists     32-bit words:
 * count, that many persons in order, then that many 16-bit checks, two a word. Whatever is read behind the head is
 * checked where it is used, so that a hostile file finds nothing but does no harm.
 */
#ifndef NKS_INDEX_H
#define NKS_INDEX_H

#include "nks_text.h"

_Static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__, "the file is used where it lies");

enum nks_lane {
	NKS_LANE_HAN, /* kanji and kana, the first of them kanji; without what stood between the parts */
	NKS_LANE_ODD, /* the same, the first of them kana */
	NKS_LANE_KANA,
	NKS_LANE_ROMAJI, /* skeletons of two words with one blank between */
	NKS_LANE_TOKEN, /* letters, digits, . _ - */
	NKS_LANE_PHRASE, /* Latin names that are no romaji: the letters only */
	NKS_LANE_MAIL,
	NKS_LANE_DIGITS, /* without leading zeros */
	NKS_LANE_DATE, /* YYYYMMDD */
	NKS_LANE_TEXT,
	NKS_LANE_COUNT
};

enum nks_filter {
	NKS_F_HAN2, /* first two units */
	NKS_F_HAN3, /* first three; two and a zero for keys of two */
	NKS_F_HAN_KANA, /* first unit of keys whose second is kana, by unit */
	NKS_F_ODD2, /* last kana before the first kanji, and that */
	NKS_F_KANA4, /* first four codes */
	NKS_F_KANA6, /* first six */
	NKS_F_WORD, /* skeleton of one word of romaji */
	NKS_F_TOKEN4, /* first four units of the first run of letters and digits, zeros when it is shorter */
	NKS_F_DOMAIN, /* what stands behind the @ */
	NKS_F_DIGIT5, /* first five digits, as a number */
	NKS_F_TEXT1, /* first unit, by unit */
	NKS_F_TEXT4, /* first four units; and first eight of keys that have as many */
	NKS_F_COUNT
};

enum nks_section { NKS_S_FILTERS, NKS_S_BLOOM, NKS_S_TABLE, NKS_S_KEYS, NKS_S_LISTS, NKS_S_COUNT };

enum nks_trait {
	NKS_T_TOKEN_WORD = 1, /* a token of letters only, without . _ - */
	NKS_T_TOKEN_WORDS = 2, /* a token that begins with letters only, then . _ - */
	NKS_T_TOKEN_MIXED = 4, /* a token whose first run holds a digit */
	NKS_T_TOKEN_SHORT = 8, /* a first run of less than four */
	NKS_T_ROMAJI_LETTER = 16, /* a word of romaji whose skeleton is one letter */
	NKS_T_TOKEN_NUMBER = 32, /* a token that begins with a digit */
};

enum {
	NKS_KEY_MAX = 256, /* units of a value */
	NKS_NAME_MAX = 40, /* units of a name, squeezed */
	NKS_ROMAJI_MAX = 64, /* letters of a skeleton of one word */
	NKS_DIGITS_MIN = 4,
	NKS_DIGITS_MAX = 24,
	NKS_TOKEN_MAX = 64,
	NKS_SPARE = 64, /* buckets behind the last */
	NKS_GAP_MAX = 3, /* units between two parts of a name */
	NKS_WINDOW = 300, /* characters within which things belong together */
};

struct nks_head {
	uint8_t magic[8];
	uint32_t version, head_len;
	uint64_t total;
	struct {
		uint64_t at, len;
	} section[NKS_S_COUNT];
	uint64_t keys, persons, top_person; /* top: highest ordinal + 1 */
	uint64_t buckets, bloom_words, max_probe;
	uint64_t keys_of[NKS_FIELD_COUNT];
	uint64_t traits;
	uint64_t lens[NKS_LANE_COUNT][5]; /* bit per length of a key, 0 to 256 */
	uint64_t digits_of[NKS_DIGITS_MAX + 1]; /* numeric ids by their digits */
	uint64_t phones[2]; /* of 9 national digits, of 10 */
	uint8_t log2[16]; /* of the bits of each filter */
	uint64_t body[2]; /* nks_body_sum of all behind the head */
	uint64_t check[2]; /* last */
};

struct nks_bucket {
	uint32_t tag[8];
	uint32_t key[8];
};

#define NKS_KEY_LIST 0x80 /* in `field` */
struct nks_key_row {
	uint32_t posting; /* person, or place of its list */
	uint16_t exact;
	uint8_t field;
	uint8_t more; /* bits 32 to 39 of the hash */
};

/* What is derived of the 32 bytes. */
struct nks_keys {
	uint8_t lane[NKS_LANE_COUNT][16];
	uint8_t cipher[16], check[16];
	uint64_t exact;
};

/* nks_body_sum: of all that stands behind the head. */
void nks_body_sum(const struct nks_keys *keys, const uint8_t *body, size_t len, uint64_t out[static 2]);

struct nks_index {
	const struct nks_head *head;
	const uint64_t *bloom;
	const struct nks_bucket *table;
	const struct nks_key_row *keys;
	const uint32_t *lists;
	size_t n_lists;
	uint8_t *block; /* of the filters, deciphered */
	size_t block_len;
	const uint8_t *filter[NKS_F_COUNT];
	uint32_t mask[NKS_F_COUNT];
	uint8_t *raw_text1; /* TEXT1 and HAN_KANA by unit before folding; 8 KiB each */
	uint8_t *raw_han_kana;
	struct nks_keys derived;
};

void nks_keys_derive(struct nks_keys *out, const uint8_t key[static NKS_KEY_BYTES]);
/* nks_hash_units, nks_hash_bytes: the hash of a key in its lane. */
uint64_t nks_hash_units(const struct nks_keys *k, enum nks_lane lane, const nks_unit *u, size_t n);
uint64_t nks_hash_bytes(const struct nks_keys *k, enum nks_lane lane, const void *bytes, size_t n);
/* nks_exact: 16 bits that tell the very spelling (not folded) among those of one hash. */
uint16_t nks_exact(const struct nks_keys *k, uint64_t hash, const nks_unit *raw, size_t n);
void nks_cipher(const struct nks_keys *k, uint8_t *bytes, size_t n); /* n a multiple of 8; both ways */
void nks_head_check(const struct nks_keys *k, const struct nks_head *head, uint64_t out[static 2]);

/* Classes of units as in the masks of a block (text/masks.c), for values: of units before folding. */
enum nks_unit_class { NKS_U_OTHER, NKS_U_DIGIT, NKS_U_ALPHA, NKS_U_HAN, NKS_U_KANA, NKS_U_GAP };
enum nks_unit_class nks_unit_class(nks_unit u);
/* nks_kana_code: 1 to 95 for folded kana, 0 for others. */
static inline unsigned nks_kana_code(nks_unit folded)
{
	return folded > 0x30a0 && folded <= 0x30ff ? folded - 0x30a0U : 0;
}

/* Filters: a value is mixed; one bit of the map follows from it, or two of the same 64 bytes. */
static inline uint64_t nks_mix(uint64_t x)
{
	x *= UINT64_C(0x9e3779b97f4a7c15);
	return (x ^ (x >> 29)) * UINT64_C(0xbf58476d1ce4e5b9);
}
static inline uint32_t nks_mix_one(uint64_t mixed)
{
	return (uint32_t)(mixed >> 36);
}
static inline uint32_t nks_mix_two(uint64_t mixed)
{
	return (nks_mix_one(mixed) & ~UINT32_C(511)) | (uint32_t)(mixed >> 20 & 511);
}
/* The rolling value of the domain of an address. */
static inline uint64_t nks_roll(uint64_t value, nks_unit folded)
{
	return (value ^ folded) * UINT64_C(0x9fb21c651e98df25) + 1;
}
/* Of at most 64 bits: bigrams and four codes of kana, where one multiplication has to do. */
static inline uint32_t nks_mix_pair(uint32_t first, uint32_t second)
{
	return ((first | second << 16) * 0x9e3779b1U) >> 11;
}
static inline uint32_t nks_mix_codes(uint32_t codes)
{
	return codes * 0x9e3779b1U;
}
/* The two bits of four codes: of one 32-bit word of the map, so that one look tells both. */
static inline uint32_t nks_codes_one(uint32_t mixed)
{
	return mixed >> 11;
}
static inline uint32_t nks_codes_two(uint32_t mixed)
{
	return (mixed >> 11 & ~31U) | (mixed >> 6 & 31);
}
static inline bool nks_bit(const uint8_t *map, uint32_t at)
{
	return (map[at / 8] >> (at % 8)) & 1;
}
static inline bool nks_filter_one(const struct nks_index *x, enum nks_filter f, uint32_t at)
{
	return nks_bit(x->filter[f], at & x->mask[f]);
}
static inline bool nks_filter_two(const struct nks_index *x, enum nks_filter f, uint64_t value)
{
	const uint64_t mixed = nks_mix(value);

	return nks_bit(x->filter[f], nks_mix_one(mixed) & x->mask[f]) &&
		nks_bit(x->filter[f], nks_mix_two(mixed) & x->mask[f]);
}
static inline uint64_t nks_three(nks_unit a, nks_unit b, nks_unit c)
{
	return (uint64_t)a | (uint64_t)b << 16 | (uint64_t)c << 32;
}
/* What stands for four units, and for eight: ids in hexadecimal are alike in four, so that with some thousands of them every other
 * text of such digits would be hashed at all lengths. */
static inline uint64_t nks_four(const nks_unit *f)
{
	return nks_three(f[0], f[1], f[2]) | (uint64_t)f[3] << 48;
}
static inline uint64_t nks_eight(const nks_unit *f)
{
	return nks_mix(nks_four(f)) ^ nks_four(f + 4);
}
extern const uint8_t nks_filter_log2[NKS_F_COUNT]; /* bits of each at most */

/* The Bloom word of a hash, its four bits, the bucket: high half of the hash. */
static inline uint64_t nks_place(uint64_t hash, uint64_t n)
{
	return ((hash >> 32) * n) >> 32;
}
static inline uint64_t nks_bloom_bits(uint64_t hash)
{
	return UINT64_C(1) << (hash & 63) | UINT64_C(1) << ((hash >> 6) & 63) | UINT64_C(1) << ((hash >> 12) & 63) |
		UINT64_C(1) << ((hash >> 18) & 63);
}
static inline bool nks_has_length(const struct nks_head *h, enum nks_lane lane, size_t n)
{
	return n <= NKS_KEY_MAX && ((h->lens[lane][n / 64] >> (n % 64)) & 1) != 0;
}
bool nks_has_lane(const struct nks_head *h, enum nks_lane lane);
size_t nks_longest(const struct nks_head *h, enum nks_lane lane);

/* nks_key_is_exact: whether one of the spellings behind this key has that check. */
bool nks_key_is_exact(const struct nks_index *index, uint32_t key, uint16_t exact);
/* nks_key_count: entries of a key: 1, or as many as its list has; 0 when the list is broken. */
size_t nks_key_count(const struct nks_index *index, uint32_t key);
/* nks_keys_share: whether two keys have a person in common; the first 64 of each. */
bool nks_keys_share(const struct nks_index *index, uint32_t a, uint32_t b);

/*
 * nks_chance: probability that a text which is a key of that field stands somewhere without meaning any of its
 * persons, in 300 characters of text of its script. Of `units` characters.
 *   kanji names   932,554 names were met once in 57,000 characters of novels: keys / 932,554 × 300 / 57,000. Each
 * unit more than four halves it, each less doubles it twice. Kana 4 times that, romaji 16 times. phone         keys
 * / 2.7e8 (10 digits), / 1e8 (9).    number of n digits    keys of n digits / 10^n token         keys / 36^units, at
 * least 1e-9.         mail, text            keys / 2^64 In carved bytes a name of n units: 300 × keys / 2^(8 × 1.5 ×
 * n), and never less than in text.
 */
double nks_chance(const struct nks_index *index, enum nks_field field, size_t units, bool digits, bool carved);

#endif
