/*
 * lane_digit.c: numbers (telephones, ids), and dates of birth, which are only looked at near other hits.
 *
 * Invariant: a number is the digits between two ends of runs of digits, whatever separators stand in it, without its
 * leading zeros.
 */
#include "nks_match.h"

static bool is_separator(nks_unit u)
{
	const nks_unit f = nks_fold[u];

	return f == '-' || f == ' ' || f == '.' || f == '(' || f == ')' || u == 0x30fc || u == 0xff70 ||
		u == 0xff08 || u == 0xff09;
}

/* Digits from one place on, with the place behind each; `stop` bit i: a run ends behind digit i. */
struct chain {
	nks_unit digit[NKS_DIGITS_MAX];
	uint32_t end[NKS_DIGITS_MAX];
	uint32_t stop;
	unsigned n;
};

static void take_chain(const struct nks_text *t, size_t i, struct chain *c)
{
	c->n = 0;
	c->stop = 0;
	while (c->n < NKS_DIGITS_MAX && i < t->n) {
		if (nks_text_is(t, NKS_M_DIGIT, i)) {
			c->digit[c->n] = nks_fold[t->u[i]];
			c->end[c->n++] = (uint32_t)++i;
			continue;
		}
		c->stop |= UINT32_C(1) << (c->n - 1);
		if (!is_separator(t->u[i])) {
			return;
		}
		/* at most three */
		for (unsigned k = 0; k < 3 && i < t->n && is_separator(t->u[i]); k++) {
			i++;
		}
		if (!nks_text_is(t, NKS_M_DIGIT, i)) {
			return;
		}
	}
	if (c->n > 0 && !nks_text_is(t, NKS_M_DIGIT, i)) {
		c->stop |= UINT32_C(1) << (c->n - 1);
	}
}

/* Whether numbers begin so; those of less than five digits stand with zeros behind them. */
static inline bool begins_number(const struct nks_matcher *m, uint32_t five)
{
	uint32_t cut = 10;

	if (nks_filter_one(m->x, NKS_F_DIGIT5, five)) {
		return true;
	}
	for (unsigned n = 4; n > 0; n--, cut *= 10) {
		if (nks_has_length(m->x->head, NKS_LANE_DIGITS, n) &&
			nks_filter_one(m->x, NKS_F_DIGIT5, five / cut * cut)) {
			return true;
		}
	}
	return false;
}

/* The number whose digits begin with the one numbered `from`. */
static void push_number(struct nks_matcher *m, size_t at, const struct chain *c, unsigned from, bool abroad)
{
	uint32_t five = 0;

	while (from < c->n && c->digit[from] == '0') {
		from++;
	}
	for (unsigned i = from; i < from + 5; i++) {
		five = five * 10 + (i < c->n ? c->digit[i] - (uint32_t)'0' : 0);
	}
	if (!begins_number(m, five)) {
		return;
	}
	for (unsigned n = 1; from + n <= c->n; n++) {
		if ((c->stop >> (from + n - 1) & 1) != 0 && from + n >= NKS_DIGITS_MIN &&
			nks_has_length(m->x->head, NKS_LANE_DIGITS, n)) {
			nks_push(m, NKS_LANE_DIGITS,
				nks_hash_units(&m->x->derived, NKS_LANE_DIGITS, c->digit + from, n), at,
				c->end[from + n - 1]);
			if (m->n_candidates > 0) {
				m->candidate[m->n_candidates - 1].abroad = abroad;
			}
		}
	}
}

/* Whether it is worth to take the chain: its first five digits but zeros, or the 81 of Japan. */
static bool may_be_number(const struct nks_matcher *m, size_t i)
{
	const struct nks_text *t = m->t;
	uint32_t five = 0;
	unsigned n = 0;

	for (const size_t end = i + 24 < t->n ? i + 24 : t->n; n < 5 && i < end; i++) {
		if (nks_text_is(t, NKS_M_DIGIT, i)) {
			const uint32_t d = nks_fold[t->u[i]] - (uint32_t)'0';

			five = five * 10 + d;
			n += five != 0;
		} else if (!is_separator(t->u[i])) {
			break;
		}
	}
	for (; n < 5; n++) {
		five *= 10;
	}
	return five / 1000 == 81 || begins_number(m, five);
}

static __attribute__((noinline)) void number_at(struct nks_matcher *m, size_t i)
{
	struct chain c;
	unsigned zeros = 0;

	take_chain(m->t, i, &c);
	push_number(m, i, &c, 0, false);
	while (zeros < c.n && zeros < 3 && c.digit[zeros] == '0') {
		zeros++;
	}
	if (c.n - zeros > 10 && c.digit[zeros] == '8' && c.digit[zeros + 1] == '1') {
		push_number(m, i, &c, zeros + 2, true);
	}
}

/* Bits of x, without the instruction that not every machine has. */
static inline unsigned count_ones(uint64_t x)
{
	x -= x >> 1 & UINT64_C(0x5555555555555555);
	x = (x & UINT64_C(0x3333333333333333)) + (x >> 2 & UINT64_C(0x3333333333333333));
	x = (x + (x >> 4)) & UINT64_C(0x0f0f0f0f0f0f0f0f);
	return (unsigned)((x * UINT64_C(0x0101010101010101)) >> 56);
}

/* Shortest number of the index, in digits. */
static unsigned least_digits(const struct nks_head *h)
{
	unsigned least = 1;

	while (least < NKS_DIGITS_MAX && !nks_has_length(h, NKS_LANE_DIGITS, least)) {
		least++;
	}
	return least;
}

/* Of those places, what begins with two digits that numbers begin with. */
static inline uint64_t with_lead(const struct nks_matcher *m, size_t base, uint64_t begin)
{
	const nks_unit *u = m->t->u + base;
	uint64_t kept = 0;

	for (; begin != 0; begin &= begin - 1) {
		const unsigned at = (unsigned)__builtin_ctzll(begin);
		/* digits of full width are FEE0 above those of ASCII: their last four bits say which they are, too */
		const unsigned two = (u[at] & 15U) * 10 + (u[at + 1] & 15U);

		kept |= (uint64_t)(m->lead[two] | (u[at] > 0x7f)) << at;
	}
	return kept;
}

void nks_lane_digits(struct nks_matcher *m)
{
	const uint64_t *digit = m->t->mask[NKS_M_DIGIT];
	const size_t last = (m->t->n + 63) / 64;
	const unsigned least = least_digits(m->x->head);
	const uint64_t span = (UINT64_C(1) << (least + 10)) - 1; /* separators: five of two units */

	for (size_t w = m->lo / 64; w * 64 < m->hi; w++) {
		const uint64_t d = digit[w];
		/* a run of one digit begins no number */
		uint64_t begin = d & ~nks_behind(digit, w) & nks_ahead(digit, w, 1);
		uint64_t joined = 0;
		uint64_t next = 0;

		if (begin == 0) {
			continue;
		}
		begin = with_lead(m, w * 64, begin);
		if (begin == 0) {
			continue;
		}
		joined = d | m->ops->marks(m->t->u + w * 64);
		next = w + 1 < last ? digit[w + 1] | m->ops->marks(m->t->u + (w + 1) * 64) : 0;
		for (; begin != 0; begin &= begin - 1) {
			const unsigned at = (unsigned)__builtin_ctzll(begin);
			const uint64_t on = at == 0 ? d : d >> at | digit[w + 1] << (64 - at);
			const uint64_t whole = at == 0 ? joined : joined >> at | next << (64 - at);
			const uint64_t chain = span & (whole & ~(whole + 1)); /* the ones from the lowest bit on */

			if (count_ones(on & chain) >= least && may_be_number(m, w * 64 + at)) {
				number_at(m, w * 64 + at);
			}
		}
	}
}

/* Digits at i as a number, at most `most` of them: returns how many. */
static unsigned number(const struct nks_text *t, size_t i, unsigned most, unsigned *out)
{
	unsigned n = 0;

	*out = 0;
	while (n < most && i + n < t->n && nks_text_is(t, NKS_M_DIGIT, i + n)) {
		*out = *out * 10 + (nks_fold[t->u[i + n]] - (unsigned)'0');
		n++;
	}
	return n;
}

/* First year minus one of the era whose sign stands before i, and where the sign begins; 0: none. */
static unsigned era_before(const struct nks_text *t, size_t i, size_t *at)
{
	static const struct {
		nks_unit first, second;
		unsigned year;
	} eras[] = { { 0x660e, 0x6cbb, 1867 }, { 0x5927, 0x6b63, 1911 }, { 0x662d, 0x548c, 1925 },
		{ 0x5e73, 0x6210, 1988 }, { 0x4ee4, 0x548c, 2018 }, { 'm', 0, 1867 }, { 't', 0, 1911 },
		{ 's', 0, 1925 }, { 'h', 0, 1988 }, { 'r', 0, 2018 }, { 0x337e, 0, 1867 }, { 0x337d, 0, 1911 },
		{ 0x337c, 0, 1925 }, { 0x337b, 0, 1988 }, { 0x32ff, 0, 2018 } };

	for (size_t e = 0; e < sizeof(eras) / sizeof(*eras); e++) {
		const size_t n = eras[e].second == 0 ? 1 : 2;

		if (i < n) {
			continue;
		}
		if (n == 2 && t->u[i - 2] == eras[e].first && t->u[i - 1] == eras[e].second) {
			*at = i - 2;
			return eras[e].year;
		}
		if (n == 1 && (t->u[i - 1] == eras[e].first || nks_fold[t->u[i - 1]] == eras[e].first)) {
			*at = i - 1;
			return eras[e].year;
		}
	}
	return 0;
}

/* What stands between year, month and day. */
static bool is_date_mark(nks_unit u)
{
	const nks_unit f = nks_fold[u];

	return f == '-' || f == '/' || f == '.' || u == 0x5e74 || u == 0x6708 || u == 0xff0f;
}

static size_t date_parts(const struct nks_text *t, size_t i, unsigned part[static 3], unsigned *out_first)
{
	size_t at = i;

	for (unsigned p = 0; p < 3; p++) {
		const unsigned n = number(t, at, p == 0 ? 4 : 2, &part[p]);

		if (n == 0 || nks_text_is(t, NKS_M_DIGIT, at + n) || (p < 2 && !is_date_mark(t->u[at + n]))) {
			return 0;
		}
		*out_first = p == 0 ? n : *out_first;
		at += n + (p < 2 || t->u[at + n] == 0x65e5);
	}
	return at - i;
}

/* The first year of an era is written with a word. */
static size_t first_year(const struct nks_text *t, size_t i, unsigned part[static 3])
{
	unsigned n = 0;
	size_t at = i + 2;

	if (t->u[i] != 0x5143 || t->u[i + 1] != 0x5e74) {
		return 0;
	}
	part[0] = 1;
	for (unsigned p = 1; p < 3; p++) {
		n = number(t, at, 2, &part[p]);
		if (n == 0 || (p == 1 && !is_date_mark(t->u[at + n]))) {
			return 0;
		}
		at += n + (p == 1 || t->u[at + n] == 0x65e5);
	}
	return at - i;
}

size_t nks_date_at(const struct nks_text *t, size_t i, nks_unit out[static 8])
{
	unsigned part[3] = { 0 };
	unsigned all = 0;
	unsigned first = 0;
	unsigned era = 0;
	size_t begin = i;
	size_t len = 0;

	if (i > 0 && nks_text_is(t, NKS_M_DIGIT, i - 1)) {
		return 0;
	}
	era = era_before(t, i, &begin);
	len = era != 0 ? first_year(t, i, part) : 0;
	if (len == 0) {
		len = date_parts(t, i, part, &first);
	}
	if (len == 0) {
		const unsigned n = number(t, i, 9, &all);

		if (n != 8 && (n != 6 || era == 0)) {
			return 0;
		}
		part[0] = all / 10000;
		part[1] = all / 100 % 100;
		part[2] = all % 100;
		first = n - 4;
		len = n;
	}
	if (era != 0 && first < 4) {
		part[0] += era;
	}
	if (part[0] < 1868 || part[0] > 2199 || part[1] < 1 || part[1] > 12 || part[2] < 1 || part[2] > 31) {
		return 0;
	}
	all = part[0] * 10000 + part[1] * 100 + part[2];
	for (unsigned d = 8; d > 0; d--, all /= 10) {
		out[d - 1] = (nks_unit)('0' + all % 10);
	}
	return len;
}

/* Literal texts: anywhere. The longest first, so that it is the one that is kept. */
static __attribute__((noinline)) void text_at(struct nks_matcher *m, size_t i)
{
	const struct nks_text *t = m->t;
	const struct nks_head *h = m->x->head;
	const size_t most = nks_longest(h, NKS_LANE_TEXT);
	nks_unit *f = m->word;
	size_t n = 0;

	if (i + 4 > t->n) {
		return;
	}
	for (; n < 4; n++) {
		f[n] = nks_fold[t->u[i + n]];
	}
	if (!nks_filter_two(m->x, NKS_F_TEXT4, nks_four(f))) {
		return;
	}
	for (; n < most && n < 8 && i + n < t->n; n++) {
		f[n] = nks_fold[t->u[i + n]];
	}
	if (n == 8 && !nks_filter_two(m->x, NKS_F_TEXT4, nks_eight(f))) {
		n = 7;
	} else {
		for (; n < most && i + n < t->n; n++) {
			f[n] = nks_fold[t->u[i + n]];
		}
	}
	for (; n >= 4; n--) {
		if (nks_has_length(h, NKS_LANE_TEXT, n)) {
			nks_push(m, NKS_LANE_TEXT, nks_hash_units(&m->x->derived, NKS_LANE_TEXT, f, n), i, i + n);
		}
	}
}

void nks_lane_text(struct nks_matcher *m)
{
	const struct nks_text *t = m->t;

	for (size_t w = m->lo / 64; w * 64 < m->hi; w++) {
		/* up to PAD units behind the text may be read, they are zeros and begin nothing */
		uint64_t bits = m->ops->member(t->u + w * 64, m->x->raw_text1, m->sieve);

		for (; bits != 0; bits &= bits - 1) {
			text_at(m, w * 64 + (unsigned)__builtin_ctzll(bits));
		}
	}
}
