/*
 * detect.c: the walk over a block: triggers are found in its masks, 64 units at a time, and each detector is asked
 * where it may have something to say.
 *
 * What costs is kept away from what is common: digits alone ask nobody unless seven stand together or separators
 * stand in them as in a number of a person; detectors that need a label are not asked where the block and its table
 * have none. Nothing is kept between blocks.
 */
#include "nks_detect_int.h"

enum { AHEAD = 160, WORD_LETTERS = 4, DATE_BACK = 20, LOOKS_MAX = 16, LABEL_WINDOW = 6, SURE = 50 };

static const struct nks_detector *const detectors[] = {
#define ROW(name) &nks_det_##name,
#include "nks_detectors.inc"
#undef ROW
};
enum { DETECTORS = sizeof detectors / sizeof detectors[0] };

/* Labels whose numbers may be short, or dates: with one of them every number of the block is looked at. */
static const uint32_t thorough_labels = NKS_LABEL_BIT(NUMBER) | NKS_LABEL_BIT(HEALTH) | NKS_LABEL_BIT(BIRTH);
/* Labels that end with 番号. */
static const uint32_t numbered_labels = NKS_LABEL_BIT(NUMBER) | NKS_LABEL_BIT(HEALTH) | NKS_LABEL_BIT(PENSION);

struct walk {
	const struct nks_detect_options *o;
	const struct nks_text *t;
	nks_emit_fn *emit;
	void *arg;
	size_t end; /* triggers lie before it */
	size_t done; /* digits before it have been looked at */
	size_t loose_done; /* the same over blanks */
	size_t date_done, place_done;
	bool signs_done; /* what they found is not reported again */
	const struct nks_detector *by_digits[DETECTORS]; /* the wanted ones of NKS_ON_DIGITS, once labels are known */
	size_t n_by_digits;
	uint64_t lengths; /* of runs that one of them looks at */
	uint32_t labels; /* that stand over columns of the table, or may stand in the text */
	unsigned looked; /* for labels in the text */
	bool births_known, births; /* an English label of a birthday stands in the block */
	bool going;
};

static bool wanted(const struct walk *w, const struct nks_detector *d)
{
	bool class_wanted = ((w->o->classes >> d->class) & 1) != 0;
	return class_wanted && (d->needs == 0 || (d->needs & w->labels) != 0);
}

static void report(struct walk *w, struct nks_hit *hit)
{
	if (hit->at < w->t->from || hit->at >= w->t->to || hit->len == 0) {
		return;
	}
	hit->why |= w->t->carved ? NKS_WHY(RANDOM) : 0;
	hit->confidence = (uint8_t)nks_confidence((enum nks_class)hit->class, hit->why);
	w->going = w->emit(w->arg, w->t, hit);
}

/* The detectors of a trigger but digits at a place: the first answer. */
static bool ask(
	const struct walk *w, enum nks_trigger trigger, const struct nks_run *run, size_t at, struct nks_hit *hit)
{
	for (size_t k = 0; k < DETECTORS; k++) {
		const struct nks_detector *d = detectors[k];
		if (d->trigger != trigger || !wanted(w, d)) {
			continue;
		}
		*hit = (struct nks_hit){ .class = (uint8_t)d->class };
		if (d->look(w->t, run, at, hit)) {
			return true;
		}
	}
	return false;
}

/* The detectors of digits at a run: the surest answer. A corporate number stands against all that is not sure. */
static bool ask_run(const struct walk *w, const struct nks_run *run, struct nks_hit *best)
{
	unsigned sure = 0;
	bool found = false, corporate = false;
	for (size_t k = 0; k < w->n_by_digits; k++) {
		const struct nks_detector *d = w->by_digits[k];
		if (((d->digits >> run->n) & 1) == 0) {
			continue;
		}
		struct nks_hit hit = { .class = (uint8_t)d->class };
		if (!d->look(w->t, run, run->at, &hit)) {
			continue;
		}
		unsigned confidence = nks_confidence(d->class, hit.why);
		bool public = d->class == NKS_CLASS_CORPORATE_NUMBER;
		if (!found || (confidence > sure && !(corporate && confidence < SURE)) || (public && sure < SURE)) {
			*best = hit;
			sure = confidence;
			corporate = public;
			found = true;
		}
		if ((hit.why & (NKS_WHY(LABEL) | NKS_WHY(COLUMN))) != 0 && confidence >= SURE) {
			break; /* what it is stands there */
		}
	}
	return found;
}

/* Whether the run goes on over a blank. */
static bool blank_beside(const struct nks_text *t, const struct nks_run *run)
{
	size_t at = run->at, end = run->at + run->len;
	return (at > 1 && nks_is_blank(t->u[at - 1])) || (nks_is_blank(t->u[end]) && nks_is_digit(t->u[end + 1]));
}

static void digits_at(struct walk *w, size_t pos)
{
	struct nks_run run;
	struct nks_hit hit = { .len = 0 };
	if (pos < w->done) {
		return;
	}
	bool some = nks_run_make(w->t, pos, false, &run);
	w->done = run.at + run.len;
	bool found = some && ((w->lengths >> run.n) & 1) != 0 && ask_run(w, &run, &hit);
	if (!found && pos >= w->loose_done && blank_beside(w->t, &run)) {
		size_t tight = run.len;
		some = nks_run_make(w->t, pos, true, &run);
		w->loose_done = run.at + run.len;
		found = some && run.len != tight && ask_run(w, &run, &hit);
	}
	if (found) {
		size_t end = hit.at + hit.len;
		w->done = end > w->done ? end : w->done;
		report(w, &hit);
	}
}

static void word_at(struct walk *w, size_t pos)
{
	struct nks_run run;
	struct nks_hit hit = { .len = 0 };
	size_t at = pos;
	while (at > 0 && pos - at < WORD_LETTERS && nks_is_ascii_letter(w->t->u[at - 1])) {
		at--;
	}
	if (pos < w->done || at == pos || pos - at == WORD_LETTERS || !nks_run_make(w->t, pos, false, &run)) {
		return;
	}
	if (run.at == pos && ask(w, NKS_ON_WORD, &run, at, &hit)) {
		w->done = hit.at + hit.len;
		report(w, &hit);
	}
}

/* Whether the walk over signs has been at this date: 年 in it or 生 behind it. */
static bool has_sign(const struct nks_text *t, const struct nks_hit *hit)
{
	for (size_t i = hit->at; i < hit->at + hit->len; i++) {
		if (t->u[i] == 0x5e74) {
			return true;
		}
	}
	for (size_t i = hit->at + hit->len; i < hit->at + hit->len + 3; i++) {
		nks_unit u = t->u[i];
		if (u == 0x751f) {
			return true;
		}
		if (!nks_is_blank(u) && u != '(' && u != 0xff08) {
			return false;
		}
	}
	return false;
}

/* Whether a date begins at the number at pos, or at the era before it. */
static bool date_at(struct walk *w, size_t pos)
{
	struct nks_hit hit = { .len = 0 };
	if (pos < w->date_done) {
		return false;
	}
	nks_unit before = pos > 0 ? w->t->u[pos - 1] : 0;
	size_t back = before < 0x80 && !nks_is_ascii_letter(before) && before != '.' && before != ' ' ? 0 : 3;
	for (size_t k = back < pos ? back : pos; k <= pos && k <= 3; k--) {
		if (ask(w, NKS_ON_DATE, NULL, pos - k, &hit)) {
			w->date_done = hit.at + hit.len;
			w->done = w->date_done > w->done ? w->date_done : w->done;
			if (!w->signs_done || !has_sign(w->t, &hit)) {
				report(w, &hit);
			}
			return true;
		}
		if (k == 0) {
			break;
		}
	}
	return false;
}

static bool in_date(nks_unit u)
{
	return nks_is_digit(u) || nks_is_numeral(u) || u == 0x5143 || u == '/' || u == '.' || u == 0x5e74 ||
		u == 0x6708 || u == 0x65e5 || nks_is_blank(u) || nks_is_hyphen(u);
}

/* 年 behind a number, 生 behind a date: the date began before. */
static void date_before(struct walk *w, size_t sign, bool whole)
{
	const nks_unit *u = w->t->u;
	size_t at = sign;
	while (at > 0 && sign - at < DATE_BACK) {
		nks_unit b = u[at - 1];
		if (whole ? !in_date(b) : !(nks_is_digit(b) || nks_is_numeral(b) || b == 0x5143 || nks_is_blank(b))) {
			break;
		}
		at--;
	}
	while (at < sign && nks_is_blank(u[at])) {
		at++;
	}
	if (at < sign && at >= w->date_done) {
		(void)date_at(w, at);
	}
}

static inline uint64_t ahead(const uint64_t *m, unsigned k)
{
	return (m[0] >> k) | (m[1] << (64 - k));
}

static inline uint64_t behind(const uint64_t *m, unsigned k)
{
	return (m[0] << k) | (m[-1] >> (64 - k));
}

static bool is_blank_dot(nks_unit u)
{
	return nks_is_blank(u) || u == '.';
}

static bool births(struct walk *w)
{
	if (!w->births_known) {
		w->births = nks_detect_births(w->t);
		w->births_known = true;
		w->labels |= w->births ? NKS_LABEL_BIT(BIRTH) : 0;
	}
	return w->births;
}

/* Whether 1985-4-1 may begin at pos: years alone (2019-2020) are common. */
static bool is_dated(const nks_unit *u)
{
	nks_unit mark = u[4];
	return (mark == '-' || mark == '/' || mark == '.') && (u[6] == mark || u[7] == mark);
}

/* Whether 19850401 may begin at u. */
static bool is_packed(const nks_unit *u)
{
	return (u[0] == '1' || u[0] == '2') && (u[4] == '0' || u[4] == '1') && u[6] >= '0' && u[6] <= '3' &&
		nks_is_digit(u[7]) && !nks_is_digit(u[8]);
}

struct digit_bits {
	uint64_t begins; /* a run begins */
	uint64_t seven; /* of seven or more */
	uint64_t years; /* of four, with one unit and a digit behind: 1985-4-1 may begin */
	uint64_t gaps; /* one unit between digits, four of them behind it */
	uint64_t threes; /* one unit between digits, three on each side: 0120-123-456 */
};

/* m: the mask's word; the words around it are there. */
static inline struct digit_bits digit_bits(const uint64_t *m, const uint64_t *alpha)
{
	uint64_t two[2] = { m[0] & ahead(m, 1), m[1] & (m[1] >> 1) };
	uint64_t four[2] = { two[0] & ahead(two, 2), two[1] & (two[1] >> 2) };
	uint64_t three[2] = { two[0] & ahead(m, 2), two[1] & (m[1] >> 2) };
	uint64_t before = behind(m, 1);
	uint64_t gap = ~m[0] & ~alpha[0] & before;
	struct digit_bits b = { .begins = m[0] & ~before };
	b.seven = four[0] & ahead(four, 3) & ~before;
	b.years = four[0] & ~before & ~ahead(m, 4) & ahead(m, 5);
	b.gaps = gap & ahead(four, 1);
	b.threes = gap & behind(m, 2) & behind(m, 3) & ahead(three, 1) & ~b.gaps;
	return b;
}

/* Whether the groups go on: another separator of that kind a group further, or a group before. */
static bool goes_on(const struct walk *w, size_t pos)
{
	const nks_unit *u = w->t->u;
	size_t i = pos;
	size_t next = pos + 5;
	while (next < pos + 8 && nks_is_digit(u[next])) {
		next++;
	}
	if ((is_blank_dot(u[next]) || u[next] == '-') && nks_is_digit(u[next + 1])) {
		return true;
	}
	for (size_t k = 0; k < 5 && i > 1 && nks_is_digit(u[i - 1]); k++) {
		i--;
	}
	return i > 1 && i < pos && (is_blank_dot(u[i - 1]) || u[i - 1] == '-') && nks_is_digit(u[i - 2]);
}

/* 0120-123-456: whether 0120 or one like it stands before the last three digits or their neighbours. */
static bool is_free_dial(const struct walk *w, size_t pos)
{
	const nks_unit *u = w->t->u;
	nks_unit gap = u[pos];
	if (!nks_is_hyphen(gap) && !nks_is_blank(gap) && gap != ')' && gap != 0xff09) {
		return false;
	}
	for (size_t i = pos > 10 ? pos - 10 : 0; i + 4 <= pos; i++) {
		if (nks_is_digit(u[i]) && nks_digit(u[i]) == 0 && nks_is_digit(u[i + 1]) && nks_is_digit(u[i + 2]) &&
			nks_is_digit(u[i + 3]) && nks_digit(u[i + 3]) == 0 && !nks_is_digit(u[i + 4])) {
			return true;
		}
	}
	return false;
}

/* Whether the unit between digits at pos can stand in a number of a person: 3.1415 and 200 1024 are common. */
static bool is_group_gap(const struct walk *w, size_t pos, bool three)
{
	nks_unit u = w->t->u[pos];
	if (three) {
		return is_free_dial(w, pos);
	}
	if (u == '-' || u == '(' || u == ')' || (u > 0x80 && u != 0x3000)) {
		return u != 0xff0c && u != 0x3001;
	}
	return is_blank_dot(u) && goes_on(w, pos);
}

/* Seven digits with a letter before them: two letters and the digits may be a passport; TEL0312345678. */
static void lettered(struct walk *w, size_t pos)
{
	const nks_unit *u = w->t->u;
	nks_unit last = nks_fold[u[pos - 1]];
	bool two = pos > 1 && nks_is_ascii_letter(u[pos - 2]);
	bool three = two && pos > 2 && (nks_is_ascii_letter(u[pos - 3]) || nks_is_digit(u[pos - 3]));
	if (two && !three) {
		word_at(w, pos);
	}
	if (w->going && (last == 'l' || last == 'x' || last == 'e' || (w->labels & NKS_LABEL_BIT(NUMBER)) != 0)) {
		digits_at(w, pos);
	}
}

static void digits_begin(struct walk *w, size_t pos, const struct digit_bits *b, uint64_t bit)
{
	bool year = ((b->years & bit) != 0 && is_dated(w->t->u + pos)) ||
		((b->seven & bit) != 0 && is_packed(w->t->u + pos));
	bool dated = (year && births(w)) || (w->labels & NKS_LABEL_BIT(BIRTH)) != 0;
	if (dated && date_at(w, pos)) {
		return;
	}
	if ((b->seven & bit) == 0 && (w->labels & thorough_labels) == 0) {
		return;
	}
	if ((b->seven & bit) != 0 && pos > 0 && nks_is_ascii_letter(w->t->u[pos - 1])) {
		lettered(w, pos);
		return;
	}
	digits_at(w, pos);
}

static void digits_word(struct walk *w, size_t i)
{
	bool thorough = (w->labels & thorough_labels) != 0;
	const uint64_t *m = w->t->mask[NKS_M_DIGIT] + i, *alpha = w->t->mask[NKS_M_ALPHA] + i;
	struct digit_bits b = digit_bits(m, alpha);
	uint64_t gaps = b.gaps | b.threes;
	b.years = w->births_known && !w->births ? 0 : b.years;
	uint64_t bits = b.seven | b.years | gaps | (thorough ? b.begins : 0);
	for (; bits != 0 && w->going; bits &= bits - 1) {
		uint64_t bit = bits & -bits;
		size_t pos = i * 64 + (size_t)__builtin_ctzll(bits);
		if (pos < w->done) {
			continue;
		}
		if ((gaps & bit) == 0) {
			digits_begin(w, pos, &b, bit);
		} else if (is_group_gap(w, pos, (b.threes & bit) != 0)) {
			digits_at(w, pos - 1);
		}
	}
}

static void choose(struct walk *w)
{
	for (size_t k = 0; k < DETECTORS; k++) {
		if (detectors[k]->trigger == NKS_ON_DIGITS && wanted(w, detectors[k])) {
			w->by_digits[w->n_by_digits++] = detectors[k];
			w->lengths |= detectors[k]->digits;
		}
	}
}

static void walk_digits(struct walk *w)
{
	choose(w);
	for (size_t i = w->t->from / 64; i * 64 < w->end && w->going; i++) {
		const uint64_t *m = w->t->mask[NKS_M_DIGIT] + i;
		if (m[0] != 0 || (m[-1] >> 63) != 0) {
			digits_word(w, i);
		}
	}
}

static void walk_at(struct walk *w)
{
	const uint64_t *m = w->t->mask[NKS_M_AT];
	for (size_t i = w->t->from / 64; i * 64 < w->end; i++) {
		for (uint64_t bits = m[i]; bits != 0 && w->going; bits &= bits - 1) {
			struct nks_hit hit = { .len = 0 };
			if (ask(w, NKS_ON_AT, NULL, i * 64 + (size_t)__builtin_ctzll(bits), &hit)) {
				report(w, &hit);
			}
		}
	}
}

static void place_at(struct walk *w, size_t pos)
{
	struct nks_hit hit = { .len = 0 };
	if (pos < w->place_done || !nks_city_sign(w->t, pos) || !ask(w, NKS_ON_PLACE, NULL, pos, &hit)) {
		return;
	}
	w->place_done = hit.at + hit.len;
	report(w, &hit);
}

/* 学籍|番号 職員 生徒 学生 児童 保険者 年金 保険証 */
static bool is_kind(nks_unit u)
{
	return u == 0x7c4d || u == 0x54e1 || u == 0x5f92 || u == 0x751f || u == 0x7ae5 || u == 0x8005 ||
		u == 0x91d1 || u == 0x8a3c || u == 0x53f7 || u == 0x306e;
}

/* 生年月日, 誕生日, 番号: labels of what needs one. */
static void label_at(struct walk *w, size_t pos, nks_unit u)
{
	nks_unit before = pos > 0 ? w->t->u[pos - 1] : 0, next = w->t->u[pos + 1];
	if (u == 0x751f && (next == 0x5e74 || before == 0x8a95)) {
		w->labels |= NKS_LABEL_BIT(BIRTH);
	}
	if (u == 0x756a && next == 0x53f7 && is_kind(before)) {
		bool all = w->looked++ >= LOOKS_MAX;
		w->labels |= all ? numbered_labels : nks_label_near(w->t, pos, LABEL_WINDOW) & numbered_labels;
	}
}

static void sign_at(struct walk *w, size_t pos)
{
	nks_unit u = w->t->u[pos], before = pos > 0 ? w->t->u[pos - 1] : 0;
	label_at(w, pos, u);
	if (pos < w->t->from || u == 0x756a) {
		return;
	}
	if (u == 0x751f) {
		if (nks_is_digit(before) || before == 0x65e5 || nks_is_blank(before) || before == '(' ||
			before == 0xff08) {
			date_before(w, pos - (before == '(' || before == 0xff08 ? 1 : 0), true);
		}
		return;
	}
	if (u == 0x5e74) {
		nks_unit next = w->t->u[pos + (nks_is_blank(w->t->u[pos + 1]) ? 2 : 1)];
		if (nks_is_digit(next) || nks_is_numeral(next)) {
			date_before(w, pos, false);
		}
		return;
	}
	place_at(w, pos);
}

static void walk_signs(struct walk *w)
{
	const uint64_t *han = w->t->mask[NKS_M_HAN];
	nks_signs_fn *signs = nks_signs();
	for (size_t i = 0; i * 64 < w->end && w->going; i++) {
		if (han[i] == 0) {
			continue;
		}
		for (uint64_t bits = signs(w->t->u + i * 64) & han[i]; bits != 0 && w->going; bits &= bits - 1) {
			sign_at(w, i * 64 + (size_t)__builtin_ctzll(bits));
		}
	}
}

bool nks_detect_block(const struct nks_detect_options *o, const struct nks_text *text, nks_emit_fn *emit, void *arg)
{
	struct walk w = { .o = o, .t = text, .emit = emit, .arg = arg, .going = true };
	w.end = text->to + AHEAD < text->n ? text->to + AHEAD : text->n;
	w.labels = text->layout != NULL ? nks_layout_columns(text) : 0;
	if ((text->any & (1U << NKS_M_AT)) != 0) {
		walk_at(&w);
	}
	if (w.going && (text->any & (1U << NKS_M_HAN)) != 0) {
		walk_signs(&w);
	}
	w.done = 0;
	w.date_done = 0;
	w.signs_done = true;
	if (w.going && (text->any & (1U << NKS_M_DIGIT)) != 0) {
		walk_digits(&w);
	}
	if (w.going && o->n_number_forms > 0 && ((o->classes >> NKS_CLASS_PERSON_NUMBER) & 1) != 0) {
		return nks_forms_block(o, text, emit, arg);
	}
	return w.going;
}
