/*
 * nks_match.h: the matcher's parts among themselves: scratch of one scan, lanes, and what becomes of their hits.
 *
 * A lane pushes candidates: a hash and where it stands. They are looked up in batches; what is in the table becomes a
 * raw hit. nks_resolve puts the hits of a block in order, drops what a longer one covers, and reports the rest.
 */
#ifndef NKS_MATCH_H
#define NKS_MATCH_H

#include "nks_index.h"

enum {
	NKS_BATCH = 512,
	NKS_LATER = 64,
	NKS_HITS = 16384, /* of a block, before they are resolved; more are resolved in portions */
	NKS_UNITS_MAX = 65536, /* of a block */
	NKS_REACH = 384, /* around the new part of a block: what may cover or corroborate a hit in it */
};

enum nks_path { NKS_PATH_SCALAR, NKS_PATH_AVX2, NKS_PATH_COUNT };

struct nks_candidate {
	uint64_t hash;
	uint32_t at;
	uint16_t span;
	uint8_t lane;
	uint8_t abroad; /* DIGITS: behind the 81 of Japan */
};

struct nks_raw {
	uint64_t hash;
	uint32_t at, key;
	uint16_t span;
	uint8_t lane, field, abroad;
};

/* A name from one place on: folded, without gaps, and where each unit ends. */
struct nks_walk {
	nks_unit f[NKS_NAME_MAX];
	uint32_t end[NKS_NAME_MAX];
	size_t n;
};

/* What romaji allow of a letter by the one that follows, by letter & 31: `needs` of the letter and `gives` of the
 * next have a bit in common. The next one of every letter gives ALONE. */
enum { NKS_R_VOWEL = 1, NKS_R_H = 2, NKS_R_SC = 4, NKS_R_Z = 8, NKS_R_ALONE = 128 };
extern const uint8_t nks_romaji_needs[32], nks_romaji_gives[32];

/* What has more than one implementation; all give the same. */
struct nks_ops {
	/* Codes of 64 units of kana; 0 where `kana` has no bit. */
	void (*codes)(const nks_unit *u, uint64_t kana, const uint8_t *table, uint8_t *out);
	/* Of 64 units, the letters that no romaji has there; u[64] may be read, `next`: it is a letter. */
	uint64_t (*bad)(const nks_unit *u, uint64_t alpha, bool next);
	/* Bits of 64 units whose bit in the 64 Ki bit map is set; `sieve` says the same more widely. */
	uint64_t (*member)(const nks_unit *u, const uint8_t *map, const uint8_t *sieve);
	/* Bits of 64 units that can stand within a number: blank ( ) - . and all that is not ASCII. */
	uint64_t (*marks)(const nks_unit *u);
};
const struct nks_ops *nks_ops_get(enum nks_path path); /* NULL: this machine cannot */

struct nks_matcher {
	const struct nks_index *x;
	const struct nks_ops *ops;
	const struct nks_text *t; /* of this call, and what follows */
	nks_emit_fn *emit;
	void *arg;
	size_t lo, hi; /* where something may begin */
	bool stopped;
	size_t n_candidates, n_hits, n_later;
	uint32_t later[NKS_LATER + 64]; /* places whose second filter is being fetched */
	struct nks_walk walk;
	nks_unit word[2 * NKS_KEY_MAX]; /* folded, of tokens, mail, texts */
	uint8_t code_table[256]; /* kana: by low byte of U+3000 and so on */
	uint8_t sieve[64]; /* TEXT: by nibbles */
	bool lead[100]; /* DIGITS: two digits with which a number could begin */
	uint64_t *bad; /* romaji: letters that cannot stand there */
	uint8_t *codes;
	struct nks_candidate *candidate;
	struct nks_raw *hit, *spare;
};

/* nks_push: a candidate. nks_flush: looks all up. */
void nks_flush(struct nks_matcher *m);
static inline void nks_push(struct nks_matcher *m, enum nks_lane lane, uint64_t hash, size_t at, size_t end)
{
	m->candidate[m->n_candidates++] = (struct nks_candidate){
		.hash = hash, .at = (uint32_t)at, .span = (uint16_t)(end - at), .lane = (uint8_t)lane
	};
	if (m->n_candidates == NKS_BATCH) {
		nks_flush(m);
	}
}
/* nks_lookup: keys of a hash, at most `max`; for what is rare. */
size_t nks_lookup(const struct nks_index *x, uint64_t hash, uint32_t *out, size_t max);

void nks_lane_han(struct nks_matcher *m);
void nks_lane_odd(struct nks_matcher *m);
void nks_lane_kana(struct nks_matcher *m);
void nks_lane_romaji(struct nks_matcher *m);
void nks_lane_token(struct nks_matcher *m);
void nks_lane_mail(struct nks_matcher *m);
void nks_lane_digits(struct nks_matcher *m);
void nks_lane_text(struct nks_matcher *m);
void nks_resolve(struct nks_matcher *m);
void nks_sort_hits(struct nks_matcher *m);

/* nks_evaluate: what a raw hit is worth: at, len, field, key, why, confidence, chance. false: its surroundings say
 * that it is none. */
bool nks_evaluate(const struct nks_matcher *m, const struct nks_raw *raw, struct nks_hit *out);
bool nks_stands_free(const struct nks_matcher *m, const struct nks_raw *raw, bool *out_drop);

/* The line of a filter in which this value's bits stand, fetched ahead. */
static inline void nks_fetch(const struct nks_matcher *m, enum nks_filter f, uint64_t value)
{
	__builtin_prefetch(&m->x->filter[f][(nks_mix_one(nks_mix(value)) & m->x->mask[f]) / 8]);
}

/* nks_walk_name: from `at` on at most `max` units. */
void nks_walk_name(const struct nks_text *t, size_t at, size_t max, bool kana_only, struct nks_walk *out);
/* nks_date_at: a date that begins at i: how many units, 0 for none; YYYYMMDD as digits. */
size_t nks_date_at(const struct nks_text *t, size_t i, nks_unit out[static 8]);

/* nks_matcher_force: for tests: this implementation. false: the machine cannot. */
bool nks_matcher_force(struct nks_matcher *m, enum nks_path path);

/* Masks: word w moved so that bit i tells of unit i + by, or of unit i - 1. */
static inline uint64_t nks_ahead(const uint64_t *mask, size_t w, unsigned by)
{
	return mask[w] >> by | mask[w + 1] << (64 - by);
}
static inline uint64_t nks_behind(const uint64_t *mask, size_t w)
{
	return mask[w] << 1 | (w > 0 ? mask[w - 1] >> 63 : 0);
}
/* 64 units from i on. */
static inline uint64_t nks_window(const uint64_t *mask, size_t i)
{
	return i % 64 == 0 ? mask[i / 64] : mask[i / 64] >> (i % 64) | mask[i / 64 + 1] << (64 - i % 64);
}
static inline unsigned nks_ones(uint64_t x) /* from the lowest bit on */
{
	return ~x == 0 ? 64 : (unsigned)__builtin_ctzll(~x);
}
static inline bool nks_is_alnum(const struct nks_text *t, size_t i)
{
	return nks_text_is(t, NKS_M_ALPHA, i) || nks_text_is(t, NKS_M_DIGIT, i);
}

#endif
