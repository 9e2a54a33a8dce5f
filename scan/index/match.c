/*
 * match.c: the index over a block: lanes, look-ups in batches, and the block's life.
 *
 * Invariant: a hit is a hash found in the table of this index; nothing is reported that lies outside of the new part.
 */
#include "nks_match.h"

#include <stdlib.h>
#include <string.h>

static void free_scratch(void *ptr, size_t len)
{
	if (ptr != NULL) {
		explicit_bzero(ptr, len);
		free(ptr);
	}
}

void nks_matcher_free(struct nks_matcher **m)
{
	struct nks_matcher *x = *m;

	if (x == NULL) {
		return;
	}
	free_scratch(x->candidate, NKS_BATCH * sizeof(*x->candidate));
	free_scratch(x->hit, NKS_HITS * sizeof(*x->hit));
	free_scratch(x->spare, NKS_HITS * sizeof(*x->spare));
	free_scratch(x->codes, NKS_UNITS_MAX + 2 * NKS_PAD);
	free_scratch(x->bad, (NKS_UNITS_MAX / 64 + 4) * sizeof(*x->bad));
	explicit_bzero(x, sizeof(*x));
	free(x);
	*m = NULL;
}

/* What the first units of the literal texts can be, by the nibbles of their low byte: 8 classes of texts. */
static void make_sieve(struct nks_matcher *m)
{
	for (uint32_t u = 0; u < 65536; u++) {
		if (nks_bit(m->x->raw_text1, u)) {
			m->sieve[u & 15] |= (uint8_t)(1U << (u % 8));
			m->sieve[16 + ((u >> 4) & 15)] |= (uint8_t)(1U << (u % 8));
			m->sieve[32 + ((u >> 8) & 15)] |= (uint8_t)(1U << (u % 8));
			m->sieve[48 + ((u >> 12) & 15)] |= (uint8_t)(1U << (u % 8));
		}
	}
}

/* Two digits of a text with which a number could begin: of the filter's five, of their first behind zeros, 81 of
 * Japan. */
static void make_leads(struct nks_matcher *m)
{
	for (uint32_t five = 0; five < 100000; five++) {
		if (nks_filter_one(m->x, NKS_F_DIGIT5, five)) {
			m->lead[five / 1000] = true;
			m->lead[five / 10000] = true;
		}
	}
	m->lead[0] = true;
	m->lead[8] = true;
	m->lead[81] = true;
}

enum nks_status nks_matcher_new(const struct nks_index *index, struct nks_matcher **out)
{
	struct nks_matcher *m = calloc(1, sizeof(*m));

	if (m == NULL) {
		return NKS_NOMEM;
	}
	m->x = index;
	m->candidate = malloc(NKS_BATCH * sizeof(*m->candidate));
	m->hit = malloc(NKS_HITS * sizeof(*m->hit));
	m->spare = malloc(NKS_HITS * sizeof(*m->spare));
	m->codes = calloc(1, NKS_UNITS_MAX + 2 * NKS_PAD);
	m->bad = calloc(NKS_UNITS_MAX / 64 + 4, sizeof(*m->bad));
	if (m->candidate == NULL || m->hit == NULL || m->spare == NULL || m->codes == NULL || m->bad == NULL) {
		nks_matcher_free(&m);
		return NKS_NOMEM;
	}
	for (unsigned i = 0; i < 256; i++) {
		m->code_table[i] = (uint8_t)nks_kana_code(nks_fold[0x3000 + i]);
	}
	make_sieve(m);
	make_leads(m);
	m->ops = nks_ops_get(NKS_PATH_SCALAR);
	for (unsigned p = 0; p < NKS_PATH_COUNT; p++) {
		const struct nks_ops *ops = nks_ops_get((enum nks_path)p);

		m->ops = ops != NULL ? ops : m->ops;
	}
	*out = m;
	return NKS_OK;
}

bool nks_matcher_force(struct nks_matcher *m, enum nks_path path)
{
	const struct nks_ops *ops = nks_ops_get(path);

	m->ops = ops != NULL ? ops : m->ops;
	return ops != NULL;
}

/* The keys with this hash, from its bucket on. */
size_t nks_lookup(const struct nks_index *x, uint64_t hash, uint32_t *out, size_t max)
{
	const uint64_t home = nks_place(hash, x->head->buckets);
	size_t n = 0;

	for (uint64_t p = 0; p <= x->head->max_probe; p++) {
		const struct nks_bucket *b = x->table + home + p;

		for (unsigned s = 0; s < 8; s++) {
			const uint32_t key = b->key[s] - 1;

			if (b->tag[s] == (uint32_t)hash && key < x->head->keys && n < max &&
				x->keys[key].more == (uint8_t)(hash >> 32) &&
				(x->keys[key].field & ~NKS_KEY_LIST) < NKS_FIELD_COUNT && nks_key_count(x, key) > 0) {
				out[n++] = key;
			}
		}
		if (b->key[7] == 0) {
			break;
		}
	}
	return n;
}

static void take_hits(struct nks_matcher *m, const struct nks_candidate *c)
{
	uint32_t key[NKS_FIELD_COUNT];
	const size_t n = nks_lookup(m->x, c->hash, key, NKS_FIELD_COUNT);

	for (size_t i = 0; i < n; i++) {
		if (m->n_hits == NKS_HITS) {
			nks_resolve(m);
		}
		m->hit[m->n_hits++] = (struct nks_raw){ .hash = c->hash,
			.at = c->at,
			.span = c->span,
			.key = key[i],
			.lane = c->lane,
			.field = (uint8_t)(m->x->keys[key[i]].field & ~NKS_KEY_LIST),
			.abroad = c->abroad };
	}
}

void nks_flush(struct nks_matcher *m)
{
	const struct nks_index *x = m->x;
	size_t kept = 0;

	for (size_t i = 0; i < m->n_candidates; i++) {
		__builtin_prefetch(&x->bloom[nks_place(m->candidate[i].hash, x->head->bloom_words)]);
	}
	for (size_t i = 0; i < m->n_candidates; i++) {
		const struct nks_candidate c = m->candidate[i];
		const uint64_t bits = nks_bloom_bits(c.hash);

		if ((x->bloom[nks_place(c.hash, x->head->bloom_words)] & bits) == bits) {
			__builtin_prefetch(&x->table[nks_place(c.hash, x->head->buckets)]);
			m->candidate[kept++] = c;
		}
	}
	for (size_t i = 0; i < kept; i++) {
		take_hits(m, &m->candidate[i]);
	}
	m->n_candidates = 0;
}

static bool has_any(const struct nks_text *t, enum nks_mask mask)
{
	return (t->any >> mask & 1) != 0;
}

static void run_lanes(struct nks_matcher *m)
{
	const struct nks_head *h = m->x->head;
	const struct nks_text *t = m->t;
	const bool kana = has_any(t, NKS_M_KANA);

	if (has_any(t, NKS_M_HAN) && nks_has_lane(h, NKS_LANE_HAN)) {
		nks_lane_han(m);
	}
	if (kana && has_any(t, NKS_M_HAN) && nks_has_lane(h, NKS_LANE_ODD)) {
		nks_lane_odd(m);
	}
	if (kana && nks_has_lane(h, NKS_LANE_KANA)) {
		nks_lane_kana(m);
	}
	if (has_any(t, NKS_M_ALPHA) && nks_has_lane(h, NKS_LANE_ROMAJI)) {
		nks_lane_romaji(m);
	}
	if ((has_any(t, NKS_M_ALPHA) || has_any(t, NKS_M_DIGIT)) &&
		(nks_has_lane(h, NKS_LANE_TOKEN) || nks_has_lane(h, NKS_LANE_PHRASE))) {
		nks_lane_token(m);
	}
	if (has_any(t, NKS_M_AT) && nks_has_lane(h, NKS_LANE_MAIL)) {
		nks_lane_mail(m);
	}
	if (has_any(t, NKS_M_DIGIT) && nks_has_lane(h, NKS_LANE_DIGITS)) {
		nks_lane_digits(m);
	}
	if (nks_has_lane(h, NKS_LANE_TEXT)) {
		nks_lane_text(m);
	}
}

bool nks_match_block(struct nks_matcher *m, const struct nks_text *text, nks_emit_fn *emit, void *arg)
{
	const size_t n = text->n < NKS_UNITS_MAX ? text->n : NKS_UNITS_MAX;

	if (m->x->head->keys == 0 || text->from >= text->to || n == 0) {
		return true;
	}
	m->t = text;
	m->emit = emit;
	m->arg = arg;
	m->lo = text->from > NKS_REACH ? (text->from - NKS_REACH) / 64 * 64 : 0;
	m->hi = text->to + NKS_REACH < n ? text->to + NKS_REACH : n;
	m->stopped = false;
	m->n_candidates = 0;
	m->n_hits = 0;
	m->n_later = 0;
	run_lanes(m);
	nks_flush(m);
	nks_resolve(m);
	m->t = NULL;
	return !m->stopped;
}
