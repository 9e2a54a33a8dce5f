/*
 * lane_name.c: names in kanji and kana.
 *
 * Invariant: every run of units that the walk gives and whose hash is a key is pushed, wherever it begins in [lo,
 * hi).
 */
#include "nks_match.h"

#include <string.h>

void nks_walk_name(const struct nks_text *t, size_t at, size_t max, bool kana_only, struct nks_walk *out)
{
	size_t gap = 0;

	out->n = 0;
	max = max < NKS_NAME_MAX ? max : NKS_NAME_MAX;
	for (size_t i = at; i < t->n && out->n < max; i++) {
		if (nks_text_is(t, NKS_M_KANA, i) || (!kana_only && nks_text_is(t, NKS_M_HAN, i))) {
			out->f[out->n] = nks_fold[t->u[i]];
			out->end[out->n++] = (uint32_t)(i + 1);
			gap = 0;
		} else if (nks_text_is(t, NKS_M_GAP, i) && gap < NKS_GAP_MAX) {
			gap++;
		} else {
			break;
		}
	}
}

/* Lengths that keys have, between two of them. */
static void push_lengths(struct nks_matcher *m, enum nks_lane lane, size_t at, size_t least, size_t most)
{
	const struct nks_walk *w = &m->walk;

	for (size_t n = least; n <= w->n && n <= most; n++) {
		if (nks_has_length(m->x->head, lane, n)) {
			nks_push(m, lane, nks_hash_units(&m->x->derived, lane, w->f, n), at, w->end[n - 1]);
		}
	}
}

/* The first two fit: the third decides, then the walk. */
static void han_more(struct nks_matcher *m, size_t i)
{
	const struct nks_text *t = m->t;
	const nks_unit a = nks_fold[t->u[i]];
	const nks_unit b = nks_fold[t->u[i + 1]];
	const bool two =
		nks_has_length(m->x->head, NKS_LANE_HAN, 2) && nks_filter_two(m->x, NKS_F_HAN3, nks_three(a, b, 0));
	const bool third = nks_text_is(t, NKS_M_HAN, i + 2) || nks_text_is(t, NKS_M_KANA, i + 2);
	const bool three = third && nks_filter_two(m->x, NKS_F_HAN3, nks_three(a, b, nks_fold[t->u[i + 2]]));

	if (!two && !three && (third || !nks_text_is(t, NKS_M_GAP, i + 2))) {
		return;
	}
	nks_walk_name(t, i, nks_longest(m->x->head, NKS_LANE_HAN), false, &m->walk);
	if (two) {
		push_lengths(m, NKS_LANE_HAN, i, 2, 2);
	}
	if (m->walk.n > 2 && (three || (!third && nks_filter_two(m->x, NKS_F_HAN3, nks_three(a, b, m->walk.f[2]))))) {
		push_lengths(m, NKS_LANE_HAN, i, 3, NKS_NAME_MAX);
	}
}

static __attribute__((noinline)) void han_flush(struct nks_matcher *m)
{
	const nks_unit *u = m->t->u;
	const bool two = nks_has_length(m->x->head, NKS_LANE_HAN, 2);

	for (size_t i = 0; i < m->n_later; i++) {
		const nks_unit *at = u + m->later[i];

		nks_fetch(m, NKS_F_HAN3, nks_three(nks_fold[at[0]], nks_fold[at[1]], nks_fold[at[2]]));
		if (two) {
			nks_fetch(m, NKS_F_HAN3, nks_three(nks_fold[at[0]], nks_fold[at[1]], 0));
		}
	}
	for (size_t i = 0; i < m->n_later; i++) {
		han_more(m, m->later[i]);
	}
	m->n_later = 0;
}

/* A gap behind the first one. */
static __attribute__((noinline)) void han_gap(struct nks_matcher *m, size_t i)
{
	struct nks_walk *w = &m->walk;

	nks_walk_name(m->t, i, nks_longest(m->x->head, NKS_LANE_HAN), false, w);
	if (w->n < 2 || !nks_filter_one(m->x, NKS_F_HAN2, nks_mix_pair(w->f[0], w->f[1]))) {
		return;
	}
	if (nks_filter_two(m->x, NKS_F_HAN3, nks_three(w->f[0], w->f[1], 0))) {
		push_lengths(m, NKS_LANE_HAN, i, 2, 2);
	}
	if (w->n > 2 && nks_filter_two(m->x, NKS_F_HAN3, nks_three(w->f[0], w->f[1], w->f[2]))) {
		push_lengths(m, NKS_LANE_HAN, i, 3, NKS_NAME_MAX);
	}
}

/* No branch depends on what is found: every place is written down, and stays when its bit is set. */
static inline void han_pairs(struct nks_matcher *m, size_t base, uint64_t bits)
{
	const nks_unit *u = m->t->u;
	const uint8_t *map = m->x->filter[NKS_F_HAN2];
	const uint32_t mask = m->x->mask[NKS_F_HAN2];
	size_t n = m->n_later;

	for (; bits != 0; bits &= bits - 1) {
		const size_t i = base + (unsigned)__builtin_ctzll(bits);

		m->later[n] = (uint32_t)i;
		n += nks_bit(map, nks_mix_pair(nks_fold[u[i]], nks_fold[u[i + 1]]) & mask);
	}
	m->n_later = n;
	if (n >= NKS_LATER) {
		han_flush(m);
	}
}

/* Kanji before kana: in prose every second word; only few kanji are a whole surname before a name in kana. */
static inline uint64_t before_kana(const struct nks_matcher *m, size_t base, uint64_t bits)
{
	uint64_t kept = 0;

	for (; bits != 0; bits &= bits - 1) {
		const unsigned at = (unsigned)__builtin_ctzll(bits);

		kept |= (uint64_t)nks_bit(m->x->raw_han_kana, m->t->u[base + at]) << at;
	}
	return kept;
}

void nks_lane_han(struct nks_matcher *m)
{
	const uint64_t *han = m->t->mask[NKS_M_HAN];
	const uint64_t *kana = m->t->mask[NKS_M_KANA];
	const uint64_t *gap = m->t->mask[NKS_M_GAP];

	for (size_t w = m->lo / 64; w * 64 < m->hi; w++) {
		const uint64_t h = han[w];
		uint64_t next_han = 0;
		uint64_t next_kana = 0;

		if (h == 0) {
			continue;
		}
		next_han = nks_ahead(han, w, 1);
		next_kana = nks_ahead(kana, w, 1);
		han_pairs(m, w * 64, (h & next_han) | before_kana(m, w * 64, h & next_kana));
		for (uint64_t g = h & ~next_han & nks_ahead(gap, w, 1); g != 0; g &= g - 1) {
			han_gap(m, w * 64 + (unsigned)__builtin_ctzll(g));
		}
	}
	han_flush(m);
}

/* Mixed names that begin with kana: found at their first kanji, tried from each kana before it. */
static void odd_at(struct nks_matcher *m, size_t kana, size_t han)
{
	const struct nks_text *t = m->t;
	const size_t longest = nks_longest(m->x->head, NKS_LANE_ODD);
	size_t gap = 0;
	size_t units = 0;

	if (!nks_filter_one(m->x, NKS_F_ODD2, nks_mix_pair(nks_fold[t->u[kana]], nks_fold[t->u[han]]))) {
		return;
	}
	for (size_t i = kana + 1; i > 0 && units < longest; i--) {
		if (nks_text_is(t, NKS_M_KANA, i - 1)) {
			units++;
			gap = 0;
			nks_walk_name(t, i - 1, longest, false, &m->walk);
			push_lengths(m, NKS_LANE_ODD, i - 1, 2, NKS_NAME_MAX);
		} else if (!nks_text_is(t, NKS_M_GAP, i - 1) || ++gap > NKS_GAP_MAX) {
			break;
		}
	}
}

void nks_lane_odd(struct nks_matcher *m)
{
	const uint64_t *han = m->t->mask[NKS_M_HAN];
	const uint64_t *kana = m->t->mask[NKS_M_KANA];
	const uint64_t *gap = m->t->mask[NKS_M_GAP];

	for (size_t w = m->lo / 64; w * 64 < m->hi; w++) {
		const uint64_t at = kana[w] & (nks_ahead(han, w, 1) | nks_ahead(gap, w, 1));

		for (uint64_t bits = at; bits != 0; bits &= bits - 1) {
			const size_t i = w * 64 + (unsigned)__builtin_ctzll(bits);
			size_t next = i + 1;

			while (next - i <= NKS_GAP_MAX && nks_text_is(m->t, NKS_M_GAP, next)) {
				next++;
			}
			if (nks_text_is(m->t, NKS_M_HAN, next)) {
				odd_at(m, i, next);
			}
		}
	}
}

static uint64_t codes_of(const struct nks_walk *w, size_t n)
{
	uint64_t codes = 0;

	for (size_t i = 0; i < n && i < w->n; i++) {
		codes |= (uint64_t)nks_kana_code(w->f[i]) << (8 * i);
	}
	return codes;
}

/* Whether keys begin with these four codes. */
static inline unsigned four_occurs(const uint8_t *map, uint32_t mask, uint32_t codes)
{
	const uint32_t mixed = nks_mix_codes(codes);
	uint32_t word = 0;

	memcpy(&word, map + (nks_codes_one(mixed) & mask) / 32 * 4, sizeof(word));
	return word >> (nks_codes_one(mixed) & 31) & word >> (nks_codes_two(mixed) & 31) & 1;
}

/* Which keys can begin so: bit 0: of four units, 1: of five, 2: of more. `codes` of six, zero where there is none. */
static unsigned kana_may(const struct nks_matcher *m, uint64_t codes)
{
	const struct nks_head *h = m->x->head;
	const bool four = nks_has_length(h, NKS_LANE_KANA, 4) &&
		nks_filter_two(m->x, NKS_F_KANA6, codes & UINT64_C(0xffffffff));
	const bool five = nks_has_length(h, NKS_LANE_KANA, 5) &&
		nks_filter_two(m->x, NKS_F_KANA6, codes & UINT64_C(0xffffffffff));

	return (unsigned)four | (unsigned)five << 1 | (unsigned)nks_filter_two(m->x, NKS_F_KANA6, codes) << 2;
}

/* Walks and pushes what kana_may said; 0: it has to be asked first, and the first four before it. */
static __attribute__((noinline)) void kana_walk(struct nks_matcher *m, size_t i, unsigned may)
{
	if (may == 0) {
		nks_walk_name(m->t, i, 6, true, &m->walk);
		if (m->walk.n < 4 ||
			!four_occurs(m->x->filter[NKS_F_KANA4], m->x->mask[NKS_F_KANA4],
				(uint32_t)codes_of(&m->walk, 4))) {
			return;
		}
		may = kana_may(m, codes_of(&m->walk, 6));
	}
	nks_walk_name(m->t, i, may == 0 ? 0 : nks_longest(m->x->head, NKS_LANE_KANA), true, &m->walk);
	for (unsigned bit = 0; bit < 3; bit++) {
		if ((may >> bit & 1) != 0) {
			push_lengths(m, NKS_LANE_KANA, i, 4 + bit, bit < 2 ? 4 + bit : NKS_NAME_MAX);
		}
	}
}

/* The first six codes from i on, those behind a gap or the end zero. */
static inline uint64_t kana_six(const struct nks_matcher *m, size_t i, unsigned run)
{
	uint64_t codes = 0;

	memcpy(&codes, m->codes + i, sizeof(codes));
	return codes &
		(run >= 6                 ? UINT64_C(0xffffffffffff)
				: run < 5 ? UINT64_C(0xffffffff)
					  : UINT64_C(0xffffffffff));
}

/* Four fit, without gap between: six decide, unless a gap comes earlier. */
static void kana_more(struct nks_matcher *m, size_t i)
{
	const unsigned run = nks_ones(nks_window(m->t->mask[NKS_M_KANA], i));
	unsigned may = 0;

	if (run < 6 && nks_text_is(m->t, NKS_M_GAP, i + run)) {
		kana_walk(m, i, 0);
		return;
	}
	may = kana_may(m, kana_six(m, i, run));
	if (may != 0) {
		kana_walk(m, i, may);
	}
}

static __attribute__((noinline)) void kana_flush(struct nks_matcher *m)
{
	for (size_t i = 0; i < m->n_later; i++) {
		const uint64_t codes = kana_six(m, m->later[i], 6);

		nks_fetch(m, NKS_F_KANA6, codes);
		nks_fetch(m, NKS_F_KANA6, codes & UINT64_C(0xffffffffff));
		nks_fetch(m, NKS_F_KANA6, codes & UINT64_C(0xffffffff));
	}
	for (size_t i = 0; i < m->n_later; i++) {
		kana_more(m, m->later[i]);
	}
	m->n_later = 0;
}

/* As han_pairs, for four codes. */
static inline void kana_fours(struct nks_matcher *m, size_t base, uint64_t bits)
{
	const uint8_t *map = m->x->filter[NKS_F_KANA4];
	const uint32_t mask = m->x->mask[NKS_F_KANA4];
	size_t n = m->n_later;

	for (; bits != 0; bits &= bits - 1) {
		const size_t i = base + (unsigned)__builtin_ctzll(bits);
		uint32_t codes = 0;

		memcpy(&codes, m->codes + i, sizeof(codes));
		m->later[n] = (uint32_t)i;
		n += four_occurs(map, mask, codes);
	}
	m->n_later = n;
	if (n >= NKS_LATER) {
		kana_flush(m);
	}
}

/* Keys of two and three: only from the begin of a run to its end, or to the change between katakana and hiragana. */
static void kana_short(struct nks_matcher *m, size_t i)
{
	const struct nks_text *t = m->t;
	struct nks_walk *w = &m->walk;

	nks_walk_name(t, i, 4, true, w);
	for (size_t n = 2; n <= 3 && n <= w->n; n++) {
		const size_t end = w->end[n - 1];
		const bool hiragana = t->u[end] >= 0x3041 && t->u[end] <= 0x309f;

		if (nks_has_length(m->x->head, NKS_LANE_KANA, n) &&
			(!nks_text_is(t, NKS_M_KANA, end) || (hiragana && t->u[end - 1] > 0x309f))) {
			nks_push(m, NKS_LANE_KANA, nks_hash_units(&m->x->derived, NKS_LANE_KANA, w->f, n), i, end);
		}
	}
}

static void kana_codes(struct nks_matcher *m)
{
	const uint64_t *kana = m->t->mask[NKS_M_KANA];

	for (size_t w = m->lo / 64; w * 64 < m->hi + NKS_PAD && w * 64 < NKS_UNITS_MAX; w++) {
		if (w * 64 >= m->t->n || kana[w] == 0) {
			memset(m->codes + w * 64, 0, 64);
		} else {
			m->ops->codes(m->t->u + w * 64, kana[w], m->code_table, m->codes + w * 64);
		}
	}
}

void nks_lane_kana(struct nks_matcher *m)
{
	const uint64_t *kana = m->t->mask[NKS_M_KANA];
	const uint64_t *gap = m->t->mask[NKS_M_GAP];
	const bool brief =
		nks_has_length(m->x->head, NKS_LANE_KANA, 2) || nks_has_length(m->x->head, NKS_LANE_KANA, 3);

	kana_codes(m);
	for (size_t w = m->lo / 64; w * 64 < m->hi; w++) {
		const uint64_t k = kana[w];
		uint64_t one = 0;
		uint64_t two = 0;
		uint64_t four = 0;

		if (k == 0) {
			continue;
		}
		one = nks_ahead(kana, w, 1);
		two = one & nks_ahead(kana, w, 2);
		four = k & two & nks_ahead(kana, w, 3);
		kana_fours(m, w * 64, four);
		for (uint64_t bits = k & ~four &
				(nks_ahead(gap, w, 1) | (one & nks_ahead(gap, w, 2)) | (two & nks_ahead(gap, w, 3)));
			bits != 0; bits &= bits - 1) {
			kana_walk(m, w * 64 + (unsigned)__builtin_ctzll(bits), 0);
		}
		for (uint64_t bits = brief ? k & ~nks_behind(kana, w) : 0; bits != 0; bits &= bits - 1) {
			kana_short(m, w * 64 + (unsigned)__builtin_ctzll(bits));
		}
	}
	kana_flush(m);
}
