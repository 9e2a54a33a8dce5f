/*
 * Names of persons nobody knows, in running text: each run of kanji in which a surname may begin is read by the
 * lattice; what is better read with a full name than without, or stands where names stand, is a candidate. The
 * confidence follows from the reasons by weights.rows. Nothing goes across NKS_BREAK: it is no kanji.
 */
#include "nks_names.h"
#include "nks_roles.h"

#include <string.h>
#include <uchar.h>

enum {
	STEP = NKS_RUN_MAX - 8, /* windows of longer runs overlap by more than a name */
	SURE_KNOWN = 1400, /* margins, 700 a natural unit of log probability: by that the text is better read with the
			      name */
	SURE_HALF = 3500,
	SURE_WHOLE = 2800,
	OPEN_KNOWN = -1400, /* from here it is a matter of what stands around */
	OPEN_HALF = -700,
	SHORT_INSIDE = 1500, /* more for a surname of one kanji with kanji before it: 花|江|夏樹 */
	WHOLE_RUN = 1300, /* less for what is a whole run with one part unknown */
	FAR_OFF = 3500, /* below that, not even looked around */
	COMMON_COST = 12500, /* surname and given name together are not dearer than this */
	AT_EDGE = 1000, /* of two that overlap, the one that begins or ends with the run */
	FOUND_MAX = 32,
};

struct finder {
	const struct nks_text *text;
	nks_emit_fn *emit;
	void *arg;
	struct nks_lattice *lattice;
	struct nks_candidate found[FOUND_MAX]; /* of one run, in order of score */
	size_t n_found;
	struct nks_spans seen;
};

static bool is_han(const struct nks_text *t, size_t i)
{
	return nks_text_is(t, NKS_M_HAN, i);
}

static size_t run_end(const struct nks_text *t, size_t at)
{
	for (;;) {
		uint64_t rest = ~t->mask[NKS_M_HAN][at / 64] >> (at % 64);
		if (rest != 0) {
			at += (size_t)__builtin_ctzll(rest);
			return at < t->n ? at : t->n;
		}
		at += 64 - at % 64;
	}
}

static size_t run_begin(const struct nks_text *t, size_t at)
{
	size_t least = at > NKS_RUN_MAX ? at - NKS_RUN_MAX : 0;
	while (at > least && is_han(t, at - 1)) {
		at--;
	}
	return at;
}

static void keep(struct finder *f, const struct nks_candidate *c)
{
	for (size_t k = 0; k < f->n_found; k++) {
		struct nks_candidate *old = &f->found[k];
		if (c->at < old->at + old->len && old->at < c->at + c->len) {
			if (c->score > old->score) {
				*old = *c;
			}
			return;
		}
	}
	if (f->n_found < FOUND_MAX) {
		f->found[f->n_found++] = *c;
	}
}

static uint64_t parts_why(const struct nks_lattice *l, const struct nks_name *name)
{
	uint64_t why = name->surname_known ? NKS_WHY(SURNAME) : NKS_WHY(HALF_KNOWN);
	why |= name->given_known ? NKS_WHY(GIVEN_NAME) : NKS_WHY(HALF_KNOWN);
	if (name->given_known && name->surname_cost + name->given_cost <= COMMON_COST) {
		why |= NKS_WHY(KNOWN_NAME);
	}
	size_t n = (size_t)(name->end - name->at);
	if (name->mid < name->end && nks_word_cost(l->u + name->at, n, NKS_W_PLACE) < NKS_COST_NONE) {
		why |= NKS_WHY(PLACE_NAME);
	}
	return why;
}

/* 虎太|朗, 主水之|介, 九郎|右衛門: a given name goes on with what only given names end with. Where it ends then. */
static size_t with_ending(const struct nks_lattice *l, const struct nks_name *name)
{
	static const char16_t *const endings[] = { u"右衛門", u"左衛門", u"衛門", u"兵衛", u"之介", u"之助", u"之丞",
		u"郎", u"朗", u"介", u"助", u"丞" };
	for (size_t k = 0; name->mid < name->end && k < sizeof endings / sizeof endings[0]; k++) {
		size_t n = 0;
		while (endings[k][n] && name->end + n < l->n && nks_fold[endings[k][n]] == l->u[name->end + n]) {
			n++;
		}
		if (endings[k][n] == 0 && l->wall != name->end) {
			return name->end + n;
		}
	}
	return name->end;
}

/* 鴨|志田千作: one kanji is left at the beginning of the run, and it is none that stands before names: the surname
 * begins with it. */
static bool has_head(const struct nks_lattice *l, const struct nks_name *name)
{
	return name->at == 1 && name->mid == 3 && l->wall != 1 && l->begins &&
		!nks_kanji_in(l->u[0], NKS_KANJI_PREFIX);
}

/* One name of the lattice as it is weighed. */
struct weighed {
	const struct nks_name *name;
	struct nks_candidate c;
	bool head; /* the kanji before it belongs to it */
	bool begins, ends; /* where the run does */
	bool two; /* two kanji: too short to be told from a word */
	int32_t sure, open; /* margins from which it is a name, and from which it may be one */
};

static void find_extent(const struct finder *f, const size_t *place, struct weighed *w)
{
	const struct nks_lattice *l = f->lattice;
	const struct nks_name *name = w->name;
	size_t end = with_ending(l, name);
	w->head = has_head(l, name);
	w->begins = name->at == 0 || w->head || name->at == l->wall;
	w->ends = end == l->n && l->ends;
	w->two = name->mid < name->end && name->end - name->at == 2;
	w->c.at = place[w->head ? 0 : name->at];
	w->c.len = place[end - 1] + 1 - w->c.at;
}

static void find_reasons(const struct finder *f, struct weighed *w)
{
	struct nks_around around = nks_names_around(f->text, w->c.at, w->c.len);
	uint64_t why = parts_why(f->lattice, w->name) | around.why;
	if (w->head) {
		why = (why & ~NKS_WHY(SURNAME)) | NKS_WHY(HALF_KNOWN);
	}
	bool said = why & (NKS_WHY(LABEL) | NKS_WHY(COLUMN) | NKS_WHY(HONORIFIC));
	if (!said && nks_names_doubtful(f->text, w->c.at, w->c.len)) {
		why |= NKS_WHY(AGAINST);
	}
	w->sure -= around.support;
	w->c.why = why;
	w->c.score = w->name->margin + around.support + (w->begins ? AT_EDGE : 0) + (w->ends ? AT_EDGE : 0);
}

/* How much better than anything else the name has to read. */
static void find_marks(struct weighed *w)
{
	const struct nks_name *name = w->name;
	bool both = name->given_known && name->surname_known;
	w->open = both ? OPEN_KNOWN : OPEN_HALF;
	w->sure = name->mid == name->end ? SURE_WHOLE : both ? SURE_KNOWN : SURE_HALF;
	w->sure += !w->begins && name->mid - name->at == 1 ? SHORT_INSIDE : 0;
	w->sure -= w->begins && w->ends && !both ? WHOLE_RUN : 0;
}

_Static_assert(NKS_MARGIN_LEAST < OPEN_KNOWN - FAR_OFF && NKS_MARGIN_LEAST < OPEN_HALF - FAR_OFF,
	"the lattice keeps what is looked around");

static void judge_name(struct finder *f, const size_t *place, const struct nks_name *name)
{
	struct weighed w = { .name = name };
	find_extent(f, place, &w);
	find_marks(&w);
	if (name->margin < w.open - FAR_OFF) {
		return;
	}
	find_reasons(f, &w);
	bool said = w.c.why & (NKS_WHY(LABEL) | NKS_WHY(COLUMN));
	bool helped = said || (w.c.why & (NKS_WHY(HONORIFIC) | NKS_WHY(NEAR)));
	if (name->margin >= w.sure && !w.two) {
		w.c.why |= NKS_WHY(BOUNDARY);
	} else if (name->margin < w.open && !said) {
		w.c.why |= NKS_WHY(COMMON_WORD);
	}
	bool too_short = w.two && !(w.c.why & NKS_WHY(HONORIFIC));
	if (!too_short && (name->margin > 0 || helped)) {
		keep(f, &w.c);
	}
}

/* The lattice's names as candidates; place[i] is where unit i of the lattice stands in the block. */
static void judge(struct finder *f, const size_t *place)
{
	for (size_t k = 0; k < f->lattice->n_names; k++) {
		judge_name(f, place, &f->lattice->names[k]);
	}
}

/* Units [at, end) of the block, all kanji but for one blank before unit `wall` of the lattice (0: none). */
static void read_units(struct finder *f, size_t at, size_t end, size_t gap, size_t gap_len)
{
	struct nks_lattice *l = f->lattice;
	size_t place[NKS_RUN_MAX + 1];
	const struct nks_text *t = f->text;
	l->n = 0;
	l->wall = 0;
	for (size_t i = at; i < end && l->n < NKS_RUN_MAX; i++) {
		if (gap_len > 0 && i == gap) {
			l->wall = l->n;
			i += gap_len - 1;
			continue;
		}
		place[l->n] = i;
		l->u[l->n++] = nks_fold[t->u[i]];
	}
	bool cut = at > 0 && is_han(t, at - 1);
	l->begins = !cut;
	l->left = cut ? NKS_B_SIGN : nks_beside_left(t, at);
	l->ends = end == t->n || !is_han(t, end);
	l->right = l->ends ? nks_beside_right(t, end) : NKS_B_SIGN;
	l->u[l->n] = end < t->n ? nks_fold[t->u[end]] : 0;
	nks_lattice_read(l);
	judge(f, place);
}

static bool is_word(const nks_unit *u, size_t n, unsigned class)
{
	return nks_word_cost(u, n, class) < NKS_COST_NONE;
}

/* A given name that is known or might be one, at `at` of n folded units; `least`: of at least so many. */
static bool may_be_given(const nks_unit *u, size_t at, size_t n, size_t least)
{
	if (at + 2 <= n && nks_pair_in(nks_given_bits, u[at], u[at + 1]) &&
		(is_word(u + at, 2, NKS_W_GIVEN) || (at + 3 <= n && is_word(u + at, 3, NKS_W_GIVEN)))) {
		return true;
	}
	bool first = at + 2 <= n && nks_char_usual(NKS_C_GIVEN_FIRST, u[at]);
	bool last = at + 2 <= n && nks_char_usual(NKS_C_GIVEN_LAST, u[at + 1]);
	bool usual = at == 2 && n == 4 ? first || last : first && last;
	if (usual && !nks_word_is_common(u + at, 2)) {
		return true;
	}
	return least == 1 && (nks_char_usual(NKS_C_GIVEN_ONLY, u[at]) || is_word(u + at, 1, NKS_W_GIVEN));
}

/* The same by bits alone: what this denies, may_be_given denies. */
static bool could_be_given(const nks_unit *u, size_t at, size_t n)
{
	if (at + 1 == n) {
		return true;
	}
	return at + 2 <= n &&
		(nks_pair_in(nks_given_bits, u[at], u[at + 1]) || nks_char_usual(NKS_C_GIVEN_FIRST, u[at]) ||
			(at == 2 && n == 4 && nks_char_usual(NKS_C_GIVEN_LAST, u[at + 1])));
}

/* Whether a name may begin at `at` of n folded units: what the lattice would look at is looked for here, cheaply. */
static bool may_begin(const nks_unit *u, size_t at, size_t n)
{
	nks_unit c = at + 2 < n ? u[at + 2] : 0;
	if (c != 0 && nks_pair_in(nks_surname_bits, u[at], u[at + 1])) {
		bool two = could_be_given(u, at + 2, n) && is_word(u + at, 2, NKS_W_SURNAME) &&
			may_be_given(u, at + 2, n, at + 3 == n ? 1 : 2);
		bool three = !two && at + 4 <= n && could_be_given(u, at + 3, n) &&
			is_word(u + at, 3, NKS_W_SURNAME) && may_be_given(u, at + 3, n, at + 4 == n ? 1 : 2);
		if (two || three) {
			return true;
		}
	}
	if (c != 0 && nks_pair_in(nks_person_bits, u[at], u[at + 1]) &&
		(is_word(u + at, 3, NKS_W_PERSON) || (at + 4 <= n && is_word(u + at, 4, NKS_W_PERSON)))) {
		return true;
	}
	if (nks_pair_in(nks_surname_bits, u[at], 0) && c != 0 && nks_pair_in(nks_given_bits, u[at + 1], c) &&
		is_word(u + at, 1, NKS_W_SURNAME)) {
		return is_word(u + at + 1, 2, NKS_W_GIVEN) || (at + 4 <= n && is_word(u + at + 1, 3, NKS_W_GIVEN));
	}
	/* a surname that the dictionary does not have, at the beginning of a run */
	bool first = nks_char_usual(NKS_C_SURNAME_FIRST, u[0]);
	bool last = n > 1 && nks_char_usual(NKS_C_SURNAME_LAST, u[1]);
	bool usual = n == 4 ? first || last : first && last;
	return at == 0 && n >= 4 && usual && nks_pair_in(nks_given_bits, u[2], u[3]) && !nks_word_is_common(u, 2) &&
		(is_word(u + 2, 2, NKS_W_GIVEN) || (n >= 5 && is_word(u + 2, 3, NKS_W_GIVEN)));
}

/* What stands behind makes it worth a look even when the name is rare: a reading in brackets, さん. */
static bool is_invited(const struct nks_text *t, size_t end)
{
	if (end + 1 >= t->n) {
		return false;
	}
	nks_unit a = t->u[end];
	nks_unit b = t->u[end + 1];
	bool reading = (a == 0xff08 || a == '(') && nks_text_is(t, NKS_M_KANA, end + 1);
	return reading || (a == u'さ' && (b == u'ん' || b == u'ま')) || (a == u'く' && b == u'ん') ||
		(a == u'ち' && b == u'ゃ');
}

/* An address: two and more of 県 市 区 町 村 郡 that are not of 市長, 市立 and the like. */
static bool is_address(const nks_unit *u, size_t n)
{
	unsigned found = 0;
	for (size_t i = 1; i < n; i++) {
		bool other = i + 1 < n && nks_kanji_in(u[i + 1], NKS_KANJI_NO_AREA);
		found += nks_kanji_in(u[i], NKS_KANJI_AREA) && !other;
	}
	return found >= 2;
}

static bool may_hold_name(const struct nks_text *t, size_t at, size_t end)
{
	nks_unit u[NKS_RUN_MAX];
	size_t n = end - at;
	if (n < 3) {
		return false;
	}
	if (is_invited(t, end)) {
		return true;
	}
	for (size_t i = 0; i < n; i++) {
		u[i] = nks_fold[t->u[at + i]];
	}
	bool address = n >= 5 && is_address(u, n); /* cheaper than a word */
	for (size_t i = 0; i + 3 <= n && !address; i++) {
		if (may_begin(u, i, n)) {
			return true;
		}
	}
	return false;
}

static bool is_blank(nks_unit u)
{
	return u == ' ' || u == 0x3000;
}

/* A run and the next one behind a blank or two, as 山田　太郎. */
static void read_pair(struct finder *f, size_t at, size_t end)
{
	const struct nks_text *t = f->text;
	size_t next = end;
	while (next < t->n && next - end < 2 && is_blank(t->u[next])) {
		next++;
	}
	if (next == end || next >= t->n || !is_han(t, next)) {
		return;
	}
	size_t stop = run_end(t, next);
	size_t begin = end - at > 8 ? end - 8 : at;
	stop = stop - next > 10 ? next + 10 : stop;
	read_units(f, begin, stop, end, next - end);
}

static bool report(struct finder *f)
{
	const struct nks_text *t = f->text;
	for (size_t k = 0; k < f->n_found; k++) {
		const struct nks_candidate *c = &f->found[k];
		bool of_column = c->why & NKS_WHY(COLUMN); /* nks_names_cells has them all */
		if (c->at < t->from || c->at >= t->to || of_column) {
			continue;
		}
		if (c->why & NKS_WHY(LABEL)) {
			nks_spans_add(&f->seen, c->at, c->len);
		}
		struct nks_hit hit = { .class = NKS_CLASS_PERSON_NAME, .at = c->at, .len = c->len, .why = c->why };
		hit.confidence = (uint8_t)nks_confidence(NKS_CLASS_PERSON_NAME, c->why);
		if (!f->emit(f->arg, t, &hit)) {
			return false;
		}
	}
	return true;
}

/* kana: a given name in kana may stand behind. */
static bool read_run(struct finder *f, size_t at, size_t end, bool kana)
{
	f->n_found = 0;
	for (size_t part = at; part < end; part += STEP) {
		size_t stop = end - part > NKS_RUN_MAX ? part + NKS_RUN_MAX : end;
		if (may_hold_name(f->text, part, stop)) {
			read_units(f, part, stop, 0, 0);
		}
		if (stop == end) {
			break;
		}
	}
	if (end < f->text->n && is_blank(f->text->u[end])) {
		read_pair(f, at, end);
	}
	struct nks_candidate with_kana;
	if (kana && nks_names_kana_given(f->text, at, end, &with_kana)) {
		keep(f, &with_kana);
	}
	return f->n_found == 0 || report(f);
}

void nks_spans_add(struct nks_spans *spans, size_t at, size_t len)
{
	spans->at[spans->n % NKS_SPANS_MAX] = at;
	spans->end[spans->n % NKS_SPANS_MAX] = at + len;
	spans->n++;
}

bool nks_spans_have(const struct nks_spans *spans, size_t at, size_t len)
{
	for (size_t k = 0; k < spans->n && k < NKS_SPANS_MAX; k++) {
		if (at < spans->end[k] && spans->at[k] < at + len) {
			return true;
		}
	}
	return false;
}

static bool read_runs(struct finder *f)
{
	const struct nks_text *t = f->text;
	size_t done = t->from < t->n && is_han(t, t->from) ? run_begin(t, t->from) : t->from;
	size_t stop = t->to > 0 && is_han(t, t->to - 1) ? run_end(t, t->to - 1) : t->to; /* of the last run of ours */
	for (size_t w = done / 64; w * 64 < stop; w++) {
		for (uint64_t rest = nks_names_seek(t, w); rest; rest &= rest - 1) {
			size_t at = w * 64 + (size_t)__builtin_ctzll(rest);
			if (at < done || at >= stop) {
				continue;
			}
			size_t begin = run_begin(t, at);
			begin = begin < done ? done : begin;
			done = run_end(t, at);
			size_t len = done - begin;
			bool kana = len <= 3 && nks_names_kana_may(t, done);
			if (len < 3 && !kana && !is_blank(t->u[done])) {
				continue; /* most runs are words of two kanji before kana */
			}
			if (!read_run(f, begin, done, kana)) {
				return false;
			}
		}
	}
	return true;
}

bool nks_names_block(const struct nks_text *t, nks_emit_fn *emit, void *arg)
{
	struct finder f = { .text = t, .emit = emit, .arg = arg };
	if (t->any >> NKS_M_HAN & 1) {
		struct nks_lattice lattice; /* large, and not for text without kanji */
		f.lattice = &lattice;
		bool more = read_runs(&f);
		f.lattice = NULL;
		if (!more) {
			return false;
		}
	}
	return nks_names_cells(t, &f.seen, emit, arg);
}
