/*
 * resolve.c: what becomes of the raw hits of a block: order, the longest of those at one place, dates of birth.
 *
 * Invariant: hits are reported in order of their place, each once, only in the new part, and a date only near another
 * hit of the same person.
 */
#include "nks_match.h"

#include <string.h>

enum group { GROUP_NAME, GROUP_LATIN, GROUP_TOKEN, GROUP_DIGITS, GROUP_COUNT };

static enum group group_of(uint8_t lane)
{
	switch ((enum nks_lane)lane) {
	case NKS_LANE_HAN:
	case NKS_LANE_ODD:
	case NKS_LANE_KANA:
		return GROUP_NAME;
	case NKS_LANE_ROMAJI:
	case NKS_LANE_PHRASE:
		return GROUP_LATIN;
	case NKS_LANE_TOKEN:
	case NKS_LANE_MAIL:
		return GROUP_TOKEN;
	case NKS_LANE_DIGITS:
		return GROUP_DIGITS;
	case NKS_LANE_DATE:
	case NKS_LANE_TEXT:
	case NKS_LANE_COUNT:
		break;
	}
	return GROUP_COUNT;
}

/* By place; of one place the longest first; then by key. */
static bool comes_before(const struct nks_raw *a, const struct nks_raw *b)
{
	if (a->at != b->at) {
		return a->at < b->at;
	}
	return a->span != b->span ? a->span > b->span : a->key < b->key;
}

static void merge(const struct nks_raw *from, struct nks_raw *to, size_t left, size_t right, size_t end)
{
	size_t a = left;
	size_t b = right;

	for (size_t i = left; i < end; i++) {
		const bool first = a < right && (b == end || !comes_before(&from[b], &from[a]));

		to[i] = first ? from[a++] : from[b++];
	}
}

/* Lanes give their hits in order already: merging the runs that are there is cheap, and never quadratic. */
void nks_sort_hits(struct nks_matcher *m)
{
	for (size_t width = 1; width < m->n_hits; width *= 2) {
		struct nks_raw *other = m->spare;

		for (size_t i = 0; i < m->n_hits; i += 2 * width) {
			const size_t right = i + width < m->n_hits ? i + width : m->n_hits;
			const size_t end = i + 2 * width < m->n_hits ? i + 2 * width : m->n_hits;

			merge(m->hit, other, i, right, end);
		}
		m->spare = m->hit;
		m->hit = other;
	}
}

/* Drops what its surroundings refuse, what occurs twice, and what a longer one of its kind covers. */
static void keep_longest(struct nks_matcher *m)
{
	struct {
		size_t at, end;
	} cover[GROUP_COUNT] = { { 0 } };
	size_t kept = 0;

	for (size_t i = 0; i < m->n_hits; i++) {
		const struct nks_raw x = m->hit[i];
		const struct nks_raw *last = kept > 0 ? &m->hit[kept - 1] : NULL;
		const size_t end = x.at + (size_t)x.span;
		const enum group g = group_of(x.lane);
		bool drop = false;

		(void)nks_stands_free(m, &x, &drop);
		drop = drop || (last != NULL && last->at == x.at && last->span == x.span && last->key == x.key);
		if (g != GROUP_COUNT && !drop) {
			const bool same = cover[g].at == x.at && cover[g].end == end;

			drop = cover[g].end >= end && !same;
			if (end > cover[g].end) {
				cover[g].at = x.at;
				cover[g].end = end;
			}
		}
		if (!drop) {
			m->hit[kept++] = x;
		}
	}
	m->n_hits = kept;
}

static bool report(struct nks_matcher *m, const struct nks_hit *hit)
{
	if (m->stopped || hit->at < m->t->from || hit->at >= m->t->to) {
		return !m->stopped;
	}
	m->stopped = !m->emit(m->arg, m->t, hit);
	return !m->stopped;
}

/* Whether one of the hits around, from `first` on, belongs to a person with this birthday. */
static bool is_birthday(const struct nks_matcher *m, size_t at, uint32_t key, size_t first)
{
	for (size_t i = first; i < m->n_hits && i < first + 128 && m->hit[i].at <= at + NKS_WINDOW; i++) {
		if (m->hit[i].lane != NKS_LANE_TEXT && nks_keys_share(m->x, m->hit[i].key, key)) {
			return true;
		}
	}
	return false;
}

/* Where the next run of digits from i on begins that could begin a date; hi: none. */
static size_t next_digits(const struct nks_matcher *m, size_t i)
{
	const uint64_t *digit = m->t->mask[NKS_M_DIGIT];

	while (i < m->hi) {
		const uint64_t begin = (digit[i / 64] & ~nks_behind(digit, i / 64)) >> (i % 64);

		if (begin != 0) {
			i += (unsigned)__builtin_ctzll(begin);
			return i < m->hi ? i : m->hi;
		}
		i = (i | 63) + 1;
	}
	return m->hi;
}

/* A date at this run of digits, or at the word for the first year of an era before it. */
static size_t date_near(const struct nks_text *t, size_t *i, nks_unit out[static 8])
{
	const unsigned run = nks_ones(nks_window(t->mask[NKS_M_DIGIT], *i));

	if (*i > 1 && t->u[*i - 1] == 0x5e74 && t->u[*i - 2] == 0x5143) {
		*i -= 2;
		return nks_date_at(t, *i, out);
	}
	if (run > 8 || (run > 2 && run != 4 && run != 6 && run != 8)) {
		return 0;
	}
	return nks_date_at(t, *i, out);
}

/* The next date from *i on that is a birthday near its person: at its place, else false. */
static bool next_birthday(struct nks_matcher *m, size_t *i, size_t *first, struct nks_hit *out)
{
	const struct nks_text *t = m->t;

	for (*i = next_digits(m, *i); *i < m->hi; *i = next_digits(m, *i + 1)) {
		nks_unit digit[8];
		uint32_t key[4];
		size_t at = *i;
		size_t n = 0;
		size_t len = 0;

		while (*first < m->n_hits && m->hit[*first].at + NKS_WINDOW < at) {
			(*first)++;
		}
		if (*first == m->n_hits) {
			return false;
		}
		if (m->hit[*first].at > at + NKS_WINDOW) {
			*i = m->hit[*first].at - NKS_WINDOW - 1;
			continue;
		}
		len = date_near(t, &at, digit);
		n = len == 0 ? 0 : nks_lookup(m->x, nks_hash_units(&m->x->derived, NKS_LANE_DATE, digit, 8), key, 4);
		for (size_t k = 0; k < n; k++) {
			if (is_birthday(m, at, key[k], *first)) {
				*out = (struct nks_hit){ .of_index = true,
					.field = NKS_FIELD_BIRTHDAY,
					.confidence = 70,
					.at = at,
					.len = len,
					.why = NKS_WHY(CORROBORATED) | (t->carved ? NKS_WHY(RANDOM) : 0),
					.key = key[k],
					.chance = nks_chance(m->x, NKS_FIELD_BIRTHDAY, 8, true, t->carved) };
				*i = at + len;
				return true;
			}
		}
	}
	return false;
}

void nks_resolve(struct nks_matcher *m)
{
	const bool dates =
		m->n_hits > 0 && nks_has_lane(m->x->head, NKS_LANE_DATE) && (m->t->any >> NKS_M_DIGIT & 1) != 0;
	size_t date_at = 0;
	size_t near = 0;
	struct nks_hit date;
	bool has_date = false;

	nks_sort_hits(m);
	keep_longest(m);
	date_at = m->n_hits > 0 && m->hit[0].at > NKS_WINDOW ? m->hit[0].at - NKS_WINDOW : 0;
	date_at = date_at < m->lo ? m->lo : date_at;
	has_date = dates && next_birthday(m, &date_at, &near, &date);
	for (size_t i = 0; i < m->n_hits && !m->stopped; i++) {
		struct nks_hit hit;

		while (has_date && date.at < m->hit[i].at) {
			(void)report(m, &date);
			has_date = next_birthday(m, &date_at, &near, &date);
		}
		if (m->hit[i].at >= m->t->from && m->hit[i].at < m->t->to && nks_evaluate(m, &m->hit[i], &hit)) {
			(void)report(m, &hit);
		}
	}
	while (has_date && !m->stopped) {
		(void)report(m, &date);
		has_date = next_birthday(m, &date_at, &near, &date);
	}
	m->n_hits = 0;
}
