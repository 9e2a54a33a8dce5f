/*
 * Readings of a run of kanji: words of the dictionary with their costs and the costs of neighbours, as in mecab, over
 * a few dozen units. The plain readings have no full name in them; each possible full name is then weighed against
 * the best of these.
 */
#include "nks_lattice.h"
#include "nks_roles.h"

#include <string.h>
#include <uchar.h>

enum {
	UNKNOWN_ONE = 11500, /* a kanji that is no word, and two */
	UNKNOWN_TWO = 13500,
	GIVEN_UNKNOWN_ONE = 7000, /* given names that the dictionary does not have, before what their kanji cost */
	GIVEN_UNKNOWN_TWO = 4300,
	GIVEN_UNKNOWN_THREE = 9500,
	GIVEN_RO = 3000, /* 一郎 behind another kanji */
	GIVEN_COMMON = 2500, /* more for what is a word */
	SURNAME_UNKNOWN = 4600, /* surnames of two kanji that it does not have */
	SURNAME_RARE = 1500, /* more, when the given name is unknown too */
	CHAR_UNKNOWN = 6000, /* a kanji that no given name ends with */
	GOES_ON = 2000, /* a given name of one kanji with more kanji behind: 晋|三 */
	GOES_ON_ONE = 4000, /* with just one behind that is no suffix of names */
	ACROSS = 700, /* what a blank within a name is worth */
};

/* Costs add up to at most NONE, so that what cannot be reached stays so and nothing runs over. */
static int32_t sum(int32_t a, int32_t b)
{
	return a >= NKS_COST_NONE || b >= NKS_COST_NONE || a + b >= NKS_COST_NONE ? NKS_COST_NONE : a + b;
}

static void add_node(struct nks_lattice *l, size_t at, size_t end, unsigned class, int32_t cost)
{
	if (l->n_nodes < NKS_NODES_MAX) {
		l->nodes[l->n_nodes++] = (struct nks_node){ (uint8_t)at, (uint8_t)end, (uint8_t) class, cost };
	}
}

static bool is_whole_name(const struct nks_node *node)
{
	return node->class == NKS_W_PERSON && node->end - node->at >= 3;
}

/* The table is larger than the nearest caches: all words of the run are asked for ahead. */
static void prefetch_words(const struct nks_lattice *l)
{
	for (size_t at = 0; at < l->n; at++) {
		uint32_t h = NKS_WORD_HASH;
		bool more = at + 1 < l->n && nks_begins_word(l->u[at], l->u[at + 1]);
		for (size_t end = at + 1; end <= l->n && end - at <= (more ? NKS_WORD_LONGEST : 1U); end++) {
			h = nks_word_hash(h, l->u[end - 1]);
			nks_word_prefetch(h);
		}
	}
}

static void add_words(struct nks_lattice *l, size_t at)
{
	struct nks_word found[NKS_WORD_MEANINGS];
	uint32_t h = NKS_WORD_HASH;
	bool any = false;
	size_t stop = at < l->wall ? l->wall : l->n;
	for (size_t end = at + 1; end <= stop && end - at <= NKS_WORD_LONGEST; end++) {
		h = nks_word_hash(h, l->u[end - 1]);
		size_t n = nks_words_hashed(h, found);
		for (size_t k = 0; k < n; k++) {
			if (found[k].class < NKS_W_INFLECTED) {
				add_node(l, at, end, found[k].class, found[k].cost);
				any = true;
			}
		}
		if (end == at + 1 && end < stop && !nks_begins_word(l->u[at], l->u[end])) {
			break;
		}
		if (end == l->n && l->ends && end - at <= 3) {
			size_t more = nks_words_hashed(nks_word_hash(h, l->u[end]), found);
			for (size_t k = 0; k < more; k++) {
				if (found[k].class == NKS_W_INFLECTED) {
					add_node(l, at, end, NKS_W_INFLECTED, found[k].cost);
				}
			}
		}
	}
	add_node(l, at, at + 1, NKS_W_NOUN, UNKNOWN_ONE);
	if (!any && at + 2 <= stop) {
		add_node(l, at, at + 2, NKS_W_NOUN, UNKNOWN_TWO);
	}
}

/* What is as dear as this can only be NONE with the cost of a neighbour. */
static int32_t settled(int32_t cost)
{
	return cost > NKS_COST_NONE / 2 ? NKS_COST_NONE : cost;
}

static void clear_rows(int32_t rows[][NKS_LANES], size_t n)
{
	for (size_t row = 0; row < n; row++) {
		for (size_t k = 0; k < NKS_LANES; k++) {
			rows[row][k] = NKS_COST_NONE;
		}
	}
}

/* Cheapest ways to words that begin at `at`, for all classes at once: no branch depends on a cost. */
static void find_into(struct nks_lattice *l, size_t at)
{
	int32_t *into = l->into[at];
	if (at == 0) {
		for (unsigned k = 0; k < NKS_LANES; k++) {
			into[k] = nks_beside_cost(l->left, k);
		}
		return;
	}
	for (uint32_t rest = l->active[at]; rest; rest &= rest - 1) {
		unsigned before = (unsigned)__builtin_ctz(rest);
		const int16_t *beside = &nks_word_beside[before * NKS_WORD_SIDES];
		int32_t cost = l->to[at][before];
		int32_t given = into[NKS_W_GIVEN];
		for (unsigned k = 0; k < NKS_LANES; k++) {
			int32_t sum = cost + beside[k];
			into[k] = sum < into[k] ? sum : into[k];
		}
		into[NKS_W_GIVEN] = before == NKS_W_SURNAME ? given : into[NKS_W_GIVEN];
	}
	for (unsigned k = 0; k < NKS_LANES; k++) {
		into[k] = settled(into[k]);
	}
}

static void read_forward(struct nks_lattice *l)
{
	for (size_t at = 0; at < l->n; at++) {
		l->first[at] = l->n_nodes;
		if (at > 0 && l->active[at] == 0) {
			continue;
		}
		add_words(l, at);
		find_into(l, at);
		for (size_t k = l->first[at]; k < l->n_nodes; k++) {
			const struct nks_node *node = &l->nodes[k];
			if (is_whole_name(node)) {
				continue;
			}
			int32_t *to = &l->to[node->end][node->class];
			int32_t cost = settled(l->into[at][node->class] + node->cost);
			*to = cost < *to ? cost : *to;
			l->active[node->end] |= UINT32_C(1) << node->class;
		}
	}
	l->first[l->n] = l->n_nodes;
}

static int32_t end_cost(const struct nks_lattice *l, unsigned class)
{
	return class == NKS_W_INFLECTED ? 0 : nks_beside_cost(class, l->right);
}

/* Cheapest from `at` to the end behind a word of `class`. */
static int32_t cost_from(const struct nks_lattice *l, size_t at, unsigned class)
{
	if (at == l->n) {
		return end_cost(l, class);
	}
	const int16_t *beside = &nks_word_beside[class * NKS_WORD_SIDES];
	uint32_t rest = l->begin[at];
	rest &= class == NKS_W_SURNAME ? ~(UINT32_C(1) << NKS_W_GIVEN) : ~UINT32_C(0);
	int32_t least = NKS_COST_NONE;
	for (; rest; rest &= rest - 1) {
		unsigned next = (unsigned)__builtin_ctz(rest);
		int32_t cost = l->with[at][next] + beside[next];
		least = cost < least ? cost : least;
	}
	return settled(least);
}

/* The cheapest of each class that begins at `at`, with all that follows. */
static void find_with(struct nks_lattice *l, size_t at)
{
	for (size_t k = l->first[at]; k < l->first[at + 1]; k++) {
		const struct nks_node *node = &l->nodes[k];
		if (is_whole_name(node)) {
			continue;
		}
		int32_t *with = &l->with[at][node->class];
		int32_t cost = settled(node->cost + l->from[node->end][node->class]);
		*with = cost < *with ? cost : *with;
		l->begin[at] |= UINT32_C(1) << node->class;
	}
}

static void read_backward(struct nks_lattice *l)
{
	for (size_t at = l->n; at > 0; at--) {
		if (at < l->n) {
			find_with(l, at);
		}
		for (uint32_t rest = l->active[at]; rest; rest &= rest - 1) {
			unsigned class = (unsigned)__builtin_ctz(rest);
			l->from[at][class] = cost_from(l, at, class);
		}
	}
	l->plain = NKS_COST_NONE;
	for (uint32_t rest = l->active[l->n]; rest; rest &= rest - 1) {
		unsigned class = (unsigned)__builtin_ctz(rest);
		int32_t cost = sum(l->to[l->n][class], end_cost(l, class));
		l->plain = cost < l->plain ? cost : l->plain;
	}
}

static int32_t char_or(enum nks_char_key key, nks_unit u)
{
	if (key != NKS_C_GIVEN_ONLY && !nks_char_usual(key, u)) {
		return CHAR_UNKNOWN;
	}
	int32_t cost = nks_char_cost(key, u);
	return cost < CHAR_UNKNOWN ? cost : CHAR_UNKNOWN;
}

static int32_t unknown_given(const nks_unit *u, size_t n)
{
	if (n == 1) {
		return sum(GIVEN_UNKNOWN_ONE, nks_char_cost(NKS_C_GIVEN_ONLY, u[0]));
	}
	int32_t first = char_or(NKS_C_GIVEN_FIRST, u[0]);
	if (n == 2) {
		int32_t common =
			nks_word_is_common(u, n) || nks_kanji_in(u[1], NKS_KANJI_PLACE_END) ? GIVEN_COMMON : 0;
		return GIVEN_UNKNOWN_TWO + common + first + char_or(NKS_C_GIVEN_LAST, u[1]);
	}
	bool ro = u[n - 1] == nks_fold[u'郎'] || u[n - 1] == nks_fold[u'朗'];
	if (ro && nks_word_cost(u + 1, 2, NKS_W_GIVEN) < NKS_COST_NONE) {
		return GIVEN_UNKNOWN_TWO + first + GIVEN_RO; /* 宗一郎 */
	}
	if (nks_kanji_in(u[n - 1], NKS_KANJI_THREE_END) && nks_word_cost(u, 2, NKS_W_GIVEN) < NKS_COST_NONE) {
		return GIVEN_UNKNOWN_TWO + first + GIVEN_RO; /* 奈々未 */
	}
	return GIVEN_UNKNOWN_THREE + first + char_or(NKS_C_GIVEN_LAST, u[n - 1]);
}

static bool is_number(nks_unit u)
{
	return nks_word_cost(&u, 1, NKS_W_NUMBER) < NKS_COST_NONE;
}

/* What speaks against a given name that ends here: that the next kanji belongs to it. */
static int32_t goes_on(const struct nks_lattice *l, size_t mid, size_t end)
{
	if (end < l->n && is_number(l->u[end - 1]) && is_number(l->u[end])) {
		return GOES_ON_ONE; /* 乾隆二|十年 */
	}
	if (end == mid + 2 && end + 1 == l->n && l->ends && end != l->wall &&
		nks_kanji_in(l->u[end], NKS_KANJI_THREE_END)) {
		return GOES_ON_ONE;
	}
	if (end != mid + 1 || end >= l->n || end == l->wall || nks_kanji_in(l->u[end], NKS_KANJI_SUFFIX)) {
		return 0;
	}
	return end + 1 == l->n && l->ends ? GOES_ON_ONE : GOES_ON;
}

static int32_t given_in(const struct nks_lattice *l, size_t at, size_t end)
{
	for (size_t k = l->first[at]; k < l->first[at + 1]; k++) {
		if (l->nodes[k].end == end && l->nodes[k].class == NKS_W_GIVEN) {
			return l->nodes[k].cost;
		}
	}
	return NKS_COST_NONE;
}

/* What an unknown given name costs is asked for once per place. */
static int32_t unknown_at(struct nks_lattice *l, size_t mid, size_t end)
{
	int32_t *kept = &l->unknown[mid][end - mid - 1];
	if (*kept == 0) {
		*kept = unknown_given(l->u + mid, end - mid);
	}
	return *kept;
}

/* No unknown given name of n kanji costs less. */
static int32_t least_unknown(size_t n)
{
	return n == 1 ? GIVEN_UNKNOWN_ONE + NKS_CHAR_LEAST : GIVEN_UNKNOWN_TWO + 2 * NKS_CHAR_LEAST;
}

static int32_t after_given(struct nks_lattice *l, size_t end)
{
	if (l->after[end] == 0) {
		l->after[end] = cost_from(l, end, NKS_W_GIVEN);
	}
	return l->after[end];
}

static void keep_name(struct nks_lattice *l, const struct nks_name *name)
{
	if (name->margin < NKS_MARGIN_LEAST) {
		return;
	}
	if (l->n_names < NKS_NAMES_MAX) {
		l->names[l->n_names++] = *name;
		return;
	}
	size_t worst = 0;
	for (size_t k = 1; k < l->n_names; k++) {
		worst = l->names[k].margin < l->names[worst].margin ? k : worst;
	}
	if (l->names[worst].margin < name->margin) {
		l->names[worst] = *name;
	}
}

static void weigh_given(struct nks_lattice *l, const struct nks_node *surname, size_t end, int32_t before)
{
	size_t mid = surname->end;
	bool surname_known = surname->class == NKS_W_SURNAME;
	int32_t known = given_in(l, mid, end);
	bool inside = surname->at > 0 && surname->at != l->wall;
	bool both = (!surname_known && (inside || end < l->n)) || (inside && mid - surname->at == 1);
	int32_t rare = surname_known ? 0 : SURNAME_RARE;
	int32_t rest =
		sum(sum(before, surname->cost + nks_beside_cost(NKS_W_SURNAME, NKS_W_GIVEN)), after_given(l, end));
	int32_t least = both ? NKS_COST_NONE : rare + least_unknown(end - mid);
	least = known < least ? known : least;
	if (sum(rest, least) >= NKS_COST_NONE || l->plain - rest - least + ACROSS < NKS_MARGIN_LEAST) {
		return; /* the kanji of the given name need not be asked for */
	}
	int32_t unknown = both ? NKS_COST_NONE : sum(rare, unknown_at(l, mid, end));
	int32_t cost = sum(rest, known < unknown ? known : unknown);
	if (cost >= NKS_COST_NONE) {
		return;
	}
	cost -= mid == l->wall ? ACROSS : 0;
	cost += goes_on(l, mid, end);
	struct nks_name name = { surname->at, surname->end, (uint8_t)end, surname_known, known < NKS_COST_NONE,
		surname->cost, known < NKS_COST_NONE ? known : unknown, l->plain - cost };
	keep_name(l, &name);
}

static void weigh_surname(struct nks_lattice *l, const struct nks_node *surname)
{
	if (l->wall > surname->at && l->wall > surname->end) {
		return;
	}
	int32_t before = l->into[surname->at][NKS_W_SURNAME];
	for (size_t end = surname->end + 1U; end <= l->n && end <= surname->end + 3U; end++) {
		if (surname->end >= l->wall || end <= l->wall) {
			weigh_given(l, surname, end, before);
		}
	}
}

/* A surname that the dictionary does not have, at the beginning: of n kanji. */
static void weigh_unknown_surname(struct nks_lattice *l, size_t n, int32_t base)
{
	const nks_unit *u = l->u;
	if (nks_word_cost(u, n, NKS_W_SURNAME) < NKS_COST_NONE) {
		return;
	}
	int32_t first = char_or(NKS_C_SURNAME_FIRST, u[0]);
	int32_t last = n > 1 ? char_or(NKS_C_SURNAME_LAST, u[n - 1]) : 0;
	int32_t common = n > 1 && nks_word_is_common(u, n) ? GIVEN_COMMON : 0;
	weigh_surname(l, &(struct nks_node){ 0, (uint8_t)n, NKS_WORD_CLASSES, base + common + first + last });
}

static void weigh_unknown_surnames(struct nks_lattice *l)
{
	if (l->wall > 0) {
		bool fits = l->wall <= 3 && l->n > l->wall;
		if (fits) {
			weigh_unknown_surname(l, l->wall, SURNAME_UNKNOWN);
		}
		return;
	}
	if (l->n >= 3) {
		weigh_unknown_surname(l, 2, SURNAME_UNKNOWN);
	}
}

static void weigh_names(struct nks_lattice *l)
{
	weigh_unknown_surnames(l);
	for (size_t k = 0; k < l->n_nodes; k++) {
		const struct nks_node *node = &l->nodes[k];
		if (is_whole_name(node)) {
			int32_t behind = cost_from(l, node->end, NKS_W_PERSON);
			int32_t cost = sum(sum(l->into[node->at][NKS_W_PERSON], node->cost), behind);
			struct nks_name name = { node->at, node->end, node->end, true, true, node->cost, 0,
				l->plain - cost };
			keep_name(l, &name);
		}
		if (node->class == NKS_W_SURNAME) {
			weigh_surname(l, node);
		}
	}
}

void nks_lattice_read(struct nks_lattice *l)
{
	l->n_nodes = 0;
	l->n_names = 0;
	memset(l->active, 0, (l->n + 1) * sizeof l->active[0]);
	memset(l->begin, 0, (l->n + 1) * sizeof l->begin[0]);
	clear_rows(l->into, l->n + 1);
	clear_rows(l->to, l->n + 1);
	clear_rows(l->with, l->n + 1);
	memset(l->after, 0, (l->n + 1) * sizeof l->after[0]);
	memset(l->unknown, 0, (l->n + 1) * sizeof l->unknown[0]);
	prefetch_words(l);
	read_forward(l);
	read_backward(l);
	weigh_names(l);
}
