/*
 * Names where a heading or label says that a name stands there: cells of columns, values of forms. There a name need
 * not be known: kanji, kana and Latin letters of the right length are enough when other personal data has its place
 * beside it. The weights decide.
 */
#include "nks_labels.h"
#include "nks_names.h"

#include <string.h>
#include <uchar.h>

enum {
	VALUE_MAX = 32,
	HAN_MAX = 8, /* kanji of a name */
	KANA_LEAST = 2,
	KANA_MAX = 20,
	NEAR_WINDOW = 120,
	CHUNK = 16,
	REACH = 3, /* blanks and marks between a label and its value */
};

#define PERSONAL                                                                                           \
	(UINT32_C(1) << NKS_LABEL_BIRTH | UINT32_C(1) << NKS_LABEL_PHONE | UINT32_C(1) << NKS_LABEL_MAIL | \
		UINT32_C(1) << NKS_LABEL_ADDRESS | UINT32_C(1) << NKS_LABEL_POSTAL |                       \
		UINT32_C(1) << NKS_LABEL_NUMBER | UINT32_C(1) << NKS_LABEL_MYNUMBER)
#define NAMES (UINT32_C(1) << NKS_LABEL_NAME | UINT32_C(1) << NKS_LABEL_KANA)

/* What a value is made of. */
struct value {
	const struct nks_text *text;
	size_t at, len;
	size_t han, kana, latin, gaps, others;
	size_t gap; /* the first blank within it, from `at`; len: none */
	nks_unit folded[VALUE_MAX]; /* without blanks */
	size_t n, n_first; /* of folded; before the gap */
};

static bool is_gap(nks_unit u)
{
	return u == ' ' || u == 0x3000 || u == 0x30fb || u == 0xff65;
}

static void look_at(struct value *v)
{
	const struct nks_text *t = v->text;
	v->gap = v->len;
	for (size_t i = 0; i < v->len; i++) {
		nks_unit u = t->u[v->at + i];
		if (is_gap(u)) {
			v->gap = v->gap == v->len ? i : v->gap;
			v->gaps++;
			continue;
		}
		bool han = nks_text_is(t, NKS_M_HAN, v->at + i);
		bool kana = nks_text_is(t, NKS_M_KANA, v->at + i);
		bool latin = nks_text_is(t, NKS_M_ALPHA, v->at + i) || u == '-' || u == '\'' || u == '.' || u == ',';
		v->han += han;
		v->kana += kana;
		v->latin += latin;
		v->others += !han && !kana && !latin;
		v->n_first += v->gap == v->len;
		v->folded[v->n++] = nks_fold[u];
	}
}

/* Which parts are known, kanji or kana: SURNAME, GIVEN_NAME. */
static uint64_t parts(const struct value *v, unsigned surname, unsigned given)
{
	size_t from = v->gap < v->len ? v->n_first : 1;
	size_t to = v->gap < v->len ? v->n_first : v->n;
	uint64_t best = 0;
	for (size_t mid = from; mid <= to && mid <= v->n; mid++) {
		uint64_t why = nks_word_cost(v->folded, mid, surname) < NKS_COST_NONE ? NKS_WHY(SURNAME) : 0;
		if (mid < v->n && nks_word_cost(v->folded + mid, v->n - mid, given) < NKS_COST_NONE) {
			why |= NKS_WHY(GIVEN_NAME);
		}
		bool both = (why & NKS_WHY(SURNAME)) && (why & NKS_WHY(GIVEN_NAME));
		best = both || __builtin_popcountll(why) > __builtin_popcountll(best) ? why : best;
		if (both) {
			break;
		}
	}
	if (nks_word_cost(v->folded, v->n, given) < NKS_COST_NONE) {
		best |= NKS_WHY(GIVEN_NAME);
	}
	return best;
}

/* A word that is no name, as 合計 or 未定 in a column of names. */
static bool is_common(const struct value *v)
{
	static const uint8_t common[] = { NKS_W_NOUN, NKS_W_SAHEN, NKS_W_ADJECTIVAL, NKS_W_ADVERBIAL, NKS_W_ADVERB,
		NKS_W_ORG };
	if (nks_word_cost(v->folded, v->n, NKS_W_SURNAME) < NKS_COST_NONE) {
		return false;
	}
	for (size_t k = 0; k < sizeof common; k++) {
		if (nks_word_cost(v->folded, v->n, common[k]) < NKS_COST_NONE) {
			return true;
		}
	}
	return false;
}

/* What ends the names of organisations and things. */
static bool is_thing(const struct value *v)
{
	static const char16_t *const ends[] = { u"会社", u"大学", u"学校", u"高校", u"学園", u"学院", u"病院",
		u"銀行", u"組合", u"協会", u"学会", u"事務所", u"委員会", u"株式", u"法人", u"工業", u"商店", u"商事",
		u"課", u"部", u"科", u"係", u"室", u"局", u"店", u"会", u"市", u"町", u"県", u"都", u"府", u"区",
		u"駅", u"組", u"表", u"欄", u"名簿", u"一覧", u"番号" };
	for (size_t k = 0; k < sizeof ends / sizeof ends[0]; k++) {
		size_t n = 0;
		while (ends[k][n]) {
			n++;
		}
		size_t same = 0;
		while (n <= v->n && same < n && nks_fold[ends[k][same]] == v->folded[v->n - n + same]) {
			same++;
		}
		if (same == n && !(n == 1 && nks_word_cost(v->folded, v->n, NKS_W_SURNAME) < NKS_COST_NONE)) {
			return true;
		}
	}
	return false;
}

/* Why the value is a name, 0 when it has not the form of one. */
static uint64_t judge(const struct value *v)
{
	if (v->others > 0 || v->gaps > 3 || v->n == 0) {
		return 0;
	}
	if (v->han > 0 && v->latin == 0 && v->han + v->kana <= HAN_MAX) {
		uint64_t why = parts(v, NKS_W_SURNAME, NKS_W_GIVEN);
		if (v->han >= 2 && why == 0 && is_common(v)) {
			why |= NKS_WHY(COMMON_WORD);
		}
		why |= is_thing(v) ? NKS_WHY(AGAINST) : 0;
		return v->n == 1 && why == 0 ? 0 : why | NKS_WHY(SHAPE);
	}
	if (v->kana >= KANA_LEAST && v->kana == v->n && v->n <= KANA_MAX) {
		uint64_t why = parts(v, NKS_W_KANA_SURNAME, NKS_W_KANA_GIVEN);
		return why == 0 && v->n < 4 ? 0 : why | NKS_WHY(SHAPE);
	}
	bool words = v->gaps >= 1 && v->latin >= 4 && v->latin == v->n;
	return words ? NKS_WHY(SHAPE) : 0;
}

struct cells {
	nks_emit_fn *emit;
	void *arg;
	struct nks_spans *seen;
	uint64_t row; /* ROW when the table has other personal data */
};

static bool report(const struct cells *c, const struct value *v, uint64_t why)
{
	if (nks_spans_have(c->seen, v->at, v->len) || v->at < v->text->from || v->at >= v->text->to) {
		return true;
	}
	nks_spans_add(c->seen, v->at, v->len);
	struct nks_hit hit = { .class = NKS_CLASS_PERSON_NAME, .at = v->at, .len = v->len, .why = why };
	hit.why |= v->text->carved ? NKS_WHY(RANDOM) : 0;
	hit.confidence = (uint8_t)nks_confidence(NKS_CLASS_PERSON_NAME, hit.why);
	return c->emit(c->arg, v->text, &hit);
}

static bool on_cell(void *arg, const struct nks_text *t, size_t at, size_t len, enum nks_label label)
{
	const struct cells *c = arg;
	(void)label;
	if (len > VALUE_MAX || nks_label_of(t->u + at, len) != NKS_LABEL_NONE) {
		return true;
	}
	struct value v = { .text = t, .at = at, .len = len };
	look_at(&v);
	uint64_t why = judge(&v);
	return why == 0 || report(c, &v, why | NKS_WHY(COLUMN) | c->row);
}

static bool ends_value(const struct nks_text *t, size_t i)
{
	nks_unit u = t->u[i];
	nks_unit f = nks_fold[u];
	bool mark = u == '\n' || u == '\r' || u == '\t' || u == NKS_CELL || u == NKS_ROW || u == NKS_BREAK ||
		u == 0x3001 || u == 0x3002 || f == '(' || f == ')' || f == '<' || f == '"' || f == ':' || f == '/' ||
		f == '[' || f == '|';
	bool wide = is_gap(u) && i + 1 < t->n && is_gap(t->u[i + 1]);
	return mark || wide;
}

static size_t word_end(const struct nks_text *t, size_t at)
{
	size_t stop = at;
	while (stop < t->n && stop - at <= VALUE_MAX && !is_gap(t->u[stop]) && !ends_value(t, stop)) {
		stop++;
	}
	return stop;
}

/* Where the value that begins at `at` ends: one word, or several of one script that may be parts of one name. */
static size_t value_end(const struct nks_text *t, size_t at)
{
	size_t stop = word_end(t, at);
	bool latin = at < t->n && nks_text_is(t, NKS_M_ALPHA, at);
	bool han = at < t->n && nks_text_is(t, NKS_M_HAN, at);
	for (unsigned words = 1; words < (latin ? 4U : 2U); words++) {
		size_t next = stop + 1;
		bool more = stop > at && stop - at <= (han ? 4U : VALUE_MAX / 2) && next < t->n &&
			is_gap(t->u[stop]) && !is_gap(t->u[next]);
		size_t end = more ? word_end(t, next) : next;
		bool same = more && end > next && end - next <= (han ? 4U : VALUE_MAX / 2) &&
			nks_text_is(t, NKS_M_ALPHA, next) == latin && !nks_text_is(t, NKS_M_DIGIT, next);
		if (!same || nks_label_of(t->u + next, end - next) != NKS_LABEL_NONE) {
			break;
		}
		stop = end;
	}
	return stop;
}

/* The value behind a label that ends before `end`. */
static bool read_value(const struct cells *c, const struct nks_text *t, size_t end)
{
	size_t at = end;
	while (at < t->n && at - end < REACH &&
		(is_gap(t->u[at]) || nks_fold[t->u[at]] == ':' || t->u[at] == NKS_CELL || t->u[at] == '\t')) {
		at++;
	}
	size_t stop = value_end(t, at);
	bool honorific = false;
	for (size_t i = at + 2; i < stop; i++) {
		bool is = false;
		bool han = nks_text_is(t, NKS_M_HAN, i - 1);
		if (han && i + 4 >= stop && nks_names_role_behind(t, i, &is) > 0 && is) {
			stop = i;
			honorific = true;
		}
	}
	if (at == end || stop == at || stop - at > VALUE_MAX ||
		nks_label_of(t->u + at, stop - at) != NKS_LABEL_NONE) {
		return true;
	}
	struct value v = { .text = t, .at = at, .len = stop - at };
	look_at(&v);
	uint64_t why = judge(&v);
	if (why == 0) {
		return true;
	}
	why |= nks_label_near(t, at, NEAR_WINDOW) & PERSONAL ? NKS_WHY(ROW) : 0;
	why |= honorific ? NKS_WHY(HONORIFIC) : 0;
	return report(c, &v, why | NKS_WHY(LABEL));
}

/* Where a label may end: before a colon or cell end, or with 名, ナ, がな. */
static bool may_end_label(const nks_unit *u, size_t i, size_t *out_end)
{
	*out_end = i;
	if (u[i] == ':' || u[i] == 0xff1a || u[i] == NKS_CELL) {
		return true;
	}
	*out_end = i + 1;
	return u[i] == u'名' || u[i] == u'ナ' || (u[i] == u'な' && (u[i - 1] == u'が' || u[i - 1] == u'か'));
}

typedef nks_unit lanes __attribute__((vector_size(16)));
typedef uint64_t halves __attribute__((vector_size(16)));

static lanes load(const nks_unit *u)
{
	lanes out;
	memcpy(&out, u, sizeof out);
	return out;
}

/* Whether a label may end in these CHUNK units. Before a block there are zeros. */
static bool chunk_may(const nks_unit *u)
{
	lanes any = { 0 };
	for (size_t i = 0; i < CHUNK; i += sizeof any / sizeof *u) {
		lanes a = load(u + i);
		lanes before = load(u + (ptrdiff_t)i - 1);
		any |= (lanes)(a == ':') | (lanes)(a == 0xff1a) | (lanes)(a == NKS_CELL) | (lanes)(a == u'名') |
			(lanes)(a == u'ナ');
		any |= (lanes)(a == u'な') & ((lanes)(before == u'が') | (lanes)(before == u'か'));
	}
	halves both = (halves)any;
	return (both[0] | both[1]) != 0;
}

static bool read_at(const struct cells *c, const struct nks_text *t, size_t i)
{
	size_t end = 0;
	size_t at = 0;
	if (!may_end_label(t->u, i, &end) || end == 0) {
		return true;
	}
	size_t lo = end > NKS_LABEL_LONGEST ? end - NKS_LABEL_LONGEST : 0;
	return !(NAMES >> nks_label_ending(t->u, lo, end, &at) & 1) || read_value(c, t, end);
}

static bool read_forms(const struct cells *c, const struct nks_text *t)
{
	for (size_t chunk = t->from; chunk < t->to; chunk += CHUNK) {
		size_t end = t->to - chunk < CHUNK ? t->to : chunk + CHUNK;
		if (end - chunk == CHUNK && !chunk_may(t->u + chunk)) {
			continue;
		}
		for (size_t i = chunk; i < end; i++) {
			if (!read_at(c, t, i)) {
				return false;
			}
		}
	}
	return true;
}

bool nks_names_cells(const struct nks_text *t, struct nks_spans *seen, nks_emit_fn *emit, void *arg)
{
	struct cells c = { .emit = emit, .arg = arg, .seen = seen };
	uint32_t columns = nks_layout_columns(t);
	if (columns & NAMES) {
		c.row = columns & PERSONAL || (columns & NAMES) == NAMES ? NKS_WHY(ROW) : 0;
		struct nks_layout_visit visit = { .labels = NAMES, .visit = on_cell, .arg = &c };
		return nks_layout_cells(t, &visit);
	}
	uint64_t japanese = UINT64_C(1) << NKS_M_HAN | UINT64_C(1) << NKS_M_KANA;
	return !(t->any & japanese) || !t->layout || read_forms(&c, t);
}
