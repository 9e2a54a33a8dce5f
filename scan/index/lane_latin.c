/*
 * lane_latin.c: romaji, logins and numbers with letters, addresses of mail.
 *
 * Romaji: of source code nearly every word has two consonants that no romaji has: a bit map of those, and an addition
 * whose carry runs through each word and stops at them, leave the words that could be romaji. Invariant: what
 * nks_skeleton takes for a word, the bit map lets through.
 */
#include "nks_match.h"

#include <string.h>

/* Where an address or token may have an inner mark. */
static bool is_mark(nks_unit folded)
{
	return folded == '.' || folded == '_' || folded == '-';
}

static bool is_joiner(nks_unit u)
{
	return u == '\'' || u == 0x2019 || nks_fold[u] == '-';
}

/* One of the words of a name, as it can be meant. */
struct word {
	size_t at, end;
	size_t len; /* of the skeleton; 0: none */
	char skeleton[NKS_ROMAJI_MAX];
};

static void take_word(struct nks_matcher *m, struct word *w, size_t at, size_t end)
{
	nks_unit f[NKS_ROMAJI_MAX];
	size_t n = 0;

	w->at = at;
	w->end = end;
	w->len = 0;
	if (end - at > NKS_ROMAJI_MAX) {
		return;
	}
	for (size_t i = at; i < end; i++) {
		f[n++] = nks_fold[m->t->u[i]];
	}
	w->len = nks_skeleton(f, n, w->skeleton, sizeof(w->skeleton));
	if (w->len > 0 &&
		!nks_filter_two(
			m->x, NKS_F_WORD, nks_hash_bytes(&m->x->derived, NKS_LANE_ROMAJI, w->skeleton, w->len))) {
		w->len = 0;
	}
}

static void push_pair(struct nks_matcher *m, const struct word *a, const struct word *b)
{
	char key[2 * NKS_ROMAJI_MAX + 1];

	if (a->len == 0 || b->len == 0) {
		return;
	}
	for (unsigned order = 0; order < 2; order++) {
		const struct word *x = order == 0 ? a : b;
		const struct word *y = order == 0 ? b : a;
		const size_t n = x->len + 1 + y->len;

		memcpy(key, x->skeleton, x->len);
		key[x->len] = ' ';
		memcpy(key + x->len + 1, y->skeleton, y->len);
		if (nks_has_length(m->x->head, NKS_LANE_ROMAJI, n)) {
			nks_push(m, NKS_LANE_ROMAJI, nks_hash_bytes(&m->x->derived, NKS_LANE_ROMAJI, key, n), a->at,
				b->end);
		}
	}
}

static size_t run_begin(const uint64_t *alpha, size_t end)
{
	while (end > 0 && ((alpha[(end - 1) / 64] >> ((end - 1) % 64)) & 1) != 0) {
		end--;
	}
	return end;
}

/* A word that could be romaji ends at `end`, before a gap: what is the next one? */
static __attribute__((noinline)) void romaji_at(struct nks_matcher *m, size_t end)
{
	const struct nks_text *t = m->t;
	const uint64_t *alpha = t->mask[NKS_M_ALPHA];
	struct word first[2];
	struct word second[2];
	size_t at = end;
	size_t next = end + 1;
	unsigned run = 0;

	while (next - end < NKS_GAP_MAX && nks_text_is(t, NKS_M_GAP, next)) {
		next++;
	}
	if (next >= t->n) {
		return;
	}
	run = nks_ones(nks_window(alpha, next));
	if (run == 0 || run > 32 || (nks_window(m->bad, next) & ((UINT64_C(1) << run) - 1)) != 0) {
		return;
	}
	at = run_begin(alpha, end);
	if (end - at > 32 || ((end - at == 1 || run == 1) && (m->x->head->traits & NKS_T_ROMAJI_LETTER) == 0)) {
		return;
	}
	take_word(m, &first[0], at, end);
	first[1].len = 0;
	if (at > 1 && is_joiner(t->u[at - 1]) && nks_text_is(t, NKS_M_ALPHA, at - 2)) {
		take_word(m, &first[1], run_begin(alpha, at - 1), end);
	}
	if (first[0].len == 0 && first[1].len == 0) {
		return;
	}
	take_word(m, &second[0], next, next + run);
	second[1].len = 0;
	if (is_joiner(t->u[next + run]) && nks_text_is(t, NKS_M_ALPHA, next + run + 1)) {
		take_word(m, &second[1], next, next + run + 1 + nks_ones(nks_window(alpha, next + run + 1)));
	}
	for (unsigned i = 0; i < 4; i++) {
		push_pair(m, &first[i / 2], &second[i % 2]);
	}
}

/* The letters from word `w` on that begin a word whose first four letters could be romaji. */
static inline uint64_t good_begins(const struct nks_matcher *m, size_t w, size_t last, bool single)
{
	const uint64_t *alpha = m->t->mask[NKS_M_ALPHA];
	uint64_t one = 0;
	uint64_t two = 0;

	if (w >= last || alpha[w] == 0) {
		return 0;
	}
	one = nks_ahead(alpha, w, 1);
	two = one & nks_ahead(alpha, w, 2);
	return alpha[w] & ~nks_behind(alpha, w) & (single ? ~UINT64_C(0) : one) &
		~(m->bad[w] | nks_ahead(m->bad, w, 1) | (one & nks_ahead(m->bad, w, 2)) |
			(two & nks_ahead(m->bad, w, 3)));
}

static void find_bad(struct nks_matcher *m, size_t from, size_t to, size_t last)
{
	const uint64_t *alpha = m->t->mask[NKS_M_ALPHA];

	for (size_t w = from; w < to && w < last; w++) {
		m->bad[w] = alpha[w] == 0 ? 0 : m->ops->bad(m->t->u + w * 64, alpha[w], (alpha[w + 1] & 1) != 0);
	}
	for (size_t w = to < last ? to : last, k = 0; k < 3; k++) {
		m->bad[w + k] = 0;
	}
}

/* The bit map `bad`, and the ends of words without such a letter before words that begin so. */
void nks_lane_romaji(struct nks_matcher *m)
{
	const uint64_t *alpha = m->t->mask[NKS_M_ALPHA];
	const uint64_t *gap = m->t->mask[NKS_M_GAP];
	const size_t from = m->lo / 64;
	const size_t to = (m->hi + 63) / 64;
	const size_t last = (m->t->n + 63) / 64;
	const bool single = (m->x->head->traits & NKS_T_ROMAJI_LETTER) != 0;
	uint64_t begins[2] = { 0 };
	unsigned carry = 0;

	find_bad(m, from, to + 2, last);
	begins[1] = good_begins(m, from, last, single);
	for (size_t w = from; w <= to && w <= last; w++) {
		const uint64_t before = nks_behind(alpha, w);
		const uint64_t good = alpha[w] & ~m->bad[w];
		uint64_t ends = 0;
		uint64_t sum = 0;
		unsigned over = (unsigned)__builtin_add_overflow(good, alpha[w] & ~before, &sum);

		over |= (unsigned)__builtin_add_overflow(sum, (uint64_t)carry, &sum);
		carry = over;
		begins[0] = begins[1];
		begins[1] = good_begins(m, w + 1, last, single);
		ends = sum & ~alpha[w] & before & gap[w];
		if (!single) {
			ends &= alpha[w] << 2 | (w > 0 ? alpha[w - 1] >> 62 : 0);
		}
		if (ends != 0) {
			const uint64_t one = nks_ahead(gap, w, 1);

			ends &= nks_ahead(begins, 0, 1) |
				(one & (nks_ahead(begins, 0, 2) | (nks_ahead(gap, w, 2) & nks_ahead(begins, 0, 3))));
		}
		for (; ends != 0; ends &= ends - 1) {
			romaji_at(m, w * 64 + (unsigned)__builtin_ctzll(ends));
		}
	}
}

/* A run of letters and digits begins at i and its first four units fit: the token, then a name in Latin letters. */
static __attribute__((noinline)) void token_more(struct nks_matcher *m, size_t i)
{
	const struct nks_text *t = m->t;
	nks_unit *f = m->word;
	size_t n = 0;

	for (size_t at = i; at < t->n && n < NKS_TOKEN_MAX; at++) {
		const bool alnum = nks_is_alnum(t, at);

		f[n] = nks_fold[t->u[at]];
		if (!alnum && !is_mark(f[n])) {
			break;
		}
		n++;
		if (alnum && !nks_is_alnum(t, at + 1) && nks_has_length(m->x->head, NKS_LANE_TOKEN, n)) {
			nks_push(m, NKS_LANE_TOKEN, nks_hash_units(&m->x->derived, NKS_LANE_TOKEN, f, n), i, at + 1);
		}
	}
	if (!nks_has_lane(m->x->head, NKS_LANE_PHRASE) || nks_text_is(t, NKS_M_DIGIT, i)) {
		return;
	}
	n = 0;
	for (size_t at = i, gap = 0; at < t->n && n < NKS_TOKEN_MAX && gap <= NKS_GAP_MAX; at++) {
		if (!nks_text_is(t, NKS_M_ALPHA, at)) {
			gap += nks_text_is(t, NKS_M_GAP, at) || is_joiner(t->u[at]) || is_mark(nks_fold[t->u[at]])
				? 1
				: NKS_GAP_MAX + 1;
			continue;
		}
		gap = 0;
		f[n++] = nks_fold[t->u[at]];
		if (!nks_text_is(t, NKS_M_ALPHA, at + 1) && nks_has_length(m->x->head, NKS_LANE_PHRASE, n)) {
			nks_push(
				m, NKS_LANE_PHRASE, nks_hash_units(&m->x->derived, NKS_LANE_PHRASE, f, n), i, at + 1);
		}
	}
}

/* The first four units of a run that has as many, else zeros behind it. */
static inline uint64_t first_four(const nks_unit *u, unsigned run)
{
	uint64_t x = 0;

	memcpy(&x, u, sizeof(x));
	if ((x & UINT64_C(0xff80ff80ff80ff80)) == 0 && run >= 4) {
		return x | UINT64_C(0x0020002000200020);
	}
	x = 0;
	for (unsigned i = 0; i < 4 && i < run; i++) {
		x |= (uint64_t)nks_fold[u[i]] << (16 * i);
	}
	return x;
}

static inline bool kind_occurs(const struct nks_matcher *m, size_t i, unsigned run)
{
	const uint64_t traits = m->x->head->traits;
	const uint64_t digits =
		nks_window(m->t->mask[NKS_M_DIGIT], i) & (run < 64 ? (UINT64_C(1) << run) - 1 : ~UINT64_C(0));

	if (digits != 0) {
		return (traits & NKS_T_TOKEN_MIXED) != 0;
	}
	return (traits & NKS_T_TOKEN_WORD) != 0 ||
		((traits & NKS_T_TOKEN_WORDS) != 0 && is_mark(nks_fold[m->t->u[i + run]]));
}

/* Letters with a digit behind them in the same run; `next`: the run that goes on in the next word has one. */
static inline uint64_t with_digit(uint64_t alpha, uint64_t digit, bool next)
{
	uint64_t found = digit | (alpha & (uint64_t)next << 63);

	for (unsigned by = 1; by < 64; by *= 2) {
		found |= alpha & found >> by;
		alpha &= alpha >> by;
	}
	return found;
}

/* Where tokens could begin of the kinds that the index has; x, next: letters and digits. */
static inline uint64_t token_begins(const struct nks_text *t, uint64_t traits, size_t w, uint64_t x, uint64_t next)
{
	const uint64_t *alpha = t->mask[NKS_M_ALPHA];
	const uint64_t *digit = t->mask[NKS_M_DIGIT];
	uint64_t begin = x & ~(x << 1 | (w > 0 ? (alpha[w - 1] | digit[w - 1]) >> 63 : 0));

	if ((traits & NKS_T_TOKEN_SHORT) == 0) {
		begin &= (x >> 1 | next << 63) & (x >> 2 | next << 62) & (x >> 3 | next << 61);
	}
	begin &= (traits & NKS_T_TOKEN_NUMBER) != 0 ? begin : ~digit[w];
	if (begin != 0 && (traits & (NKS_T_TOKEN_WORD | NKS_T_TOKEN_WORDS)) == 0) {
		const uint64_t run = next & ~(next + 1);

		begin &= with_digit(alpha[w], digit[w], (run & digit[w + 1]) != 0 || run == ~UINT64_C(0));
	}
	return begin;
}

void nks_lane_token(struct nks_matcher *m)
{
	const uint64_t *alpha = m->t->mask[NKS_M_ALPHA];
	const uint64_t *digit = m->t->mask[NKS_M_DIGIT];
	const uint64_t traits = m->x->head->traits;
	const bool brief = (traits & NKS_T_TOKEN_SHORT) != 0;
	const bool choosy =
		(traits & (NKS_T_TOKEN_MIXED | NKS_T_TOKEN_WORD)) != (NKS_T_TOKEN_MIXED | NKS_T_TOKEN_WORD);

	for (size_t w = m->lo / 64; w * 64 < m->hi; w++) {
		const uint64_t x = alpha[w] | digit[w];
		const uint64_t next = alpha[w + 1] | digit[w + 1];

		if (x == 0) {
			continue;
		}
		for (uint64_t begin = token_begins(m->t, traits, w, x, next); begin != 0; begin &= begin - 1) {
			const unsigned at = (unsigned)__builtin_ctzll(begin);
			const size_t i = w * 64 + at;
			unsigned run = 4;

			if (brief || choosy) {
				run = nks_ones(at == 0 ? x : x >> at | next << (64 - at));
			}
			if ((!choosy || kind_occurs(m, i, run)) &&
				nks_filter_two(m->x, NKS_F_TOKEN4, first_four(m->t->u + i, run))) {
				token_more(m, i);
			}
		}
	}
}

/* What may stand before the @. */
static bool is_local(const struct nks_text *t, size_t i)
{
	const nks_unit f = nks_fold[t->u[i]];

	return nks_is_alnum(t, i) || is_mark(f) || f == '+' || f == '%';
}

/* Whether one of the ends of what follows the @ makes a domain of the index. */
static bool has_domain(const struct nks_matcher *m, size_t at)
{
	const struct nks_text *t = m->t;
	uint64_t domain = 0;
	size_t ends = 0;

	for (size_t i = at + 1; i < t->n && i - at < 128 && ends < 8; i++) {
		const nks_unit f = nks_fold[t->u[i]];

		domain = nks_roll(domain, f);
		if (!nks_is_alnum(t, i)) {
			if (f != '.' && f != '-') {
				break;
			}
			continue;
		}
		if (nks_is_alnum(t, i + 1)) {
			continue;
		}
		ends++;
		if (nks_filter_two(m->x, NKS_F_DOMAIN, domain)) {
			return true;
		}
	}
	return false;
}

static __attribute__((noinline)) void mail_at(struct nks_matcher *m, size_t at)
{
	const struct nks_text *t = m->t;
	nks_unit *f = m->word; /* the local part, the @ and the domain */
	size_t begin = at;
	size_t n = 0;
	size_t ends = 0;
	uint64_t domain = 0;

	if (!has_domain(m, at)) {
		return;
	}
	while (begin > 0 && at - begin < 64 && is_local(t, begin - 1)) {
		begin--;
	}
	for (size_t i = begin; i <= at; i++) {
		f[n++] = nks_fold[t->u[i]];
	}
	for (size_t i = at + 1; i < t->n && i - at < 128 && begin < at && ends < 8; i++) {
		f[n++] = nks_fold[t->u[i]];
		domain = nks_roll(domain, f[n - 1]);
		if (!nks_is_alnum(t, i)) {
			if (f[n - 1] != '.' && f[n - 1] != '-') {
				break;
			}
			continue;
		}
		if (nks_is_alnum(t, i + 1)) {
			continue;
		}
		ends++;
		if (!nks_filter_two(m->x, NKS_F_DOMAIN, domain)) {
			continue;
		}
		for (size_t s = begin, tries = 0; s < at && tries < 8; s++) {
			if ((s == begin || (nks_is_alnum(t, s) && !nks_is_alnum(t, s - 1))) &&
				nks_has_length(m->x->head, NKS_LANE_MAIL, i + 1 - s)) {
				tries++;
				nks_push(m, NKS_LANE_MAIL,
					nks_hash_units(&m->x->derived, NKS_LANE_MAIL, f + (s - begin), i + 1 - s), s,
					i + 1);
			}
		}
	}
}

void nks_lane_mail(struct nks_matcher *m)
{
	const uint64_t *mask = m->t->mask[NKS_M_AT];

	for (size_t w = m->lo / 64; w * 64 < m->hi; w++) {
		for (uint64_t bits = mask[w]; bits != 0; bits &= bits - 1) {
			mail_at(m, w * 64 + (unsigned)__builtin_ctzll(bits));
		}
	}
}
