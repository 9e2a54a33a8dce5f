/*
 * law_deadline.c: from the moment of knowing to the last day, by the rows in force on the day of knowing (in Japan).
 *
 * The day of knowing is day 1. Nothing here moves known_at; a class that is added later only chooses another row.
 */
#include "base.h"

#include "law_int.h"

enum { JAPAN_MINUTES = 540, MAX_ROLL = 40, MAX_OUT = 32 };

static const char *const names[NK_DEADLINE_COUNT] = { [NK_DEADLINE_PRELIMINARY] = "preliminary", [NK_DEADLINE_FINAL] = "final",
	[NK_DEADLINE_PERSON] = "person", [NK_DEADLINE_ENTRUSTING] = "entrusting",
	[NK_DEADLINE_PMARK_PRELIMINARY] = "pmark-preliminary", [NK_DEADLINE_PMARK_FINAL] = "pmark-final",
	[NK_DEADLINE_OTHER] = "other" };

struct making {
	const struct nk_law *law;
	const struct nk_deadline_ask *ask;
	nk_date known; /* in Japan */
	struct nk_vec found;
};

const char *nk_deadline_name(enum nk_deadline_kind k)
{
	return k < NK_DEADLINE_COUNT ? names[k] : "";
}

static enum nk_deadline_kind kind_of(const struct nk_law *law, const struct law_row *row)
{
	struct nk_str word = { NULL, 0 };

	(void)law_get(law, row, "kind", &word);
	for (size_t i = 0; i < NK_DEADLINE_COUNT; i++) {
		if (nk_str_eq(word, nk_str_c(names[i]))) {
			return (enum nk_deadline_kind)i;
		}
	}
	return NK_DEADLINE_OTHER;
}

static bool reportable(const struct nk_classes *c)
{
	return (c->certain | c->feared | c->open) != 0 || c->needs_review;
}

/* Does the row's condition hold for this case? */
static bool applies(const struct making *m, const struct law_row *row)
{
	struct nk_str when = NK_STR("reportable");
	const struct nk_classes *c = &m->ask->classes;
	const uint32_t needs = law_num(m->law, row, "needs");

	(void)law_get(m->law, row, "when", &when);
	if (needs != 0 && ((c->certain | c->feared) & (1U << needs)) == 0) {
		return false;
	}
	if (nk_str_eq(when, NK_STR("entrusted"))) {
		return m->ask->entrusted;
	}
	if (nk_str_eq(when, NK_STR("listed"))) {
		return m->ask->listed;
	}
	if (nk_str_eq(when, NK_STR("pmark-any"))) {
		return m->ask->pmark;
	}
	if (nk_str_eq(when, NK_STR("pmark"))) {
		return m->ask->pmark && reportable(c);
	}
	return reportable(c);
}

/* Of two rows that both apply, one that needs a class beats one that needs none; then the younger one. */
static bool beats(const struct nk_law *law, const struct law_row *a, const struct law_row *b)
{
	const bool a_needs = law_num(law, a, "needs") != 0;
	const bool b_needs = law_num(law, b, "needs") != 0;

	if (a_needs != b_needs) {
		return a_needs;
	}
	return a->origin.valid_from > b->origin.valid_from;
}

/* roll: to the first open day at or after d->counted; without a table for a year on the way the counted day stands. */
static void roll(const struct making *m, struct nk_deadline *d)
{
	nk_date day = d->counted;

	for (int i = 0; i < MAX_ROLL; i++, day++) {
		const enum nk_day_kind kind = nk_law_day(m->law, day, NULL);

		d->unverified = d->unverified || law_year_unverified(m->law, nk_date_split(day).year);
		if (kind == NK_DAY_OPEN) {
			d->due = day;
			return;
		}
		if (kind == NK_DAY_NO_TABLE) {
			break;
		}
	}
	d->due = d->counted;
	d->needs_review = true;
}

static nk_time end_of_day(nk_date day)
{
	return ((nk_time)day + 1) * NK_DAY - (nk_time)JAPAN_MINUTES * 60 * NK_SECOND - 1;
}

static void count_days(const struct making *m, const struct law_row *row, struct nk_deadline *d)
{
	const uint32_t days = law_num(m->law, row, "days");
	const uint32_t from = law_num(m->law, row, "from_day");

	d->counted = m->known + (nk_date)days - 1;
	d->due = d->counted;
	if (law_list_has(m->law, row, "roll", NK_STR("yes"))) {
		roll(m, d);
	}
	d->from = from != 0 ? m->known + (nk_date)from - 1 : d->due;
	d->due_at = end_of_day(d->due);
}

static void count_hours(const struct making *m, struct nk_deadline *d)
{
	if (m->ask->contract_hours == 0) {
		return;
	}
	d->due_at = m->ask->known_at + (nk_time)m->ask->contract_hours * 3600 * NK_SECOND;
	d->due = nk_time_day(d->due_at, JAPAN_MINUTES);
	d->from = d->due;
	d->counted = d->due;
}

static nk_rc add(struct making *m, const struct law_row *row, struct nk_err *err)
{
	struct nk_str hours;
	void *made = NULL;
	struct nk_deadline *d;

	NK_TRY(nk_vec_push(&m->found, &made, err));
	d = made;
	*d = (struct nk_deadline){ .kind = kind_of(m->law, row), .from = NK_DATE_NONE, .due = NK_DATE_NONE,
		.counted = NK_DATE_NONE, .unverified = nk_law_unverified(&row->origin), .origin = &row->origin };
	d->word[NK_LANG_JA] = law_word(m->law, row, NK_LANG_JA);
	d->word[NK_LANG_EN] = law_word(m->law, row, NK_LANG_EN);
	if (law_num(m->law, row, "days") != 0) {
		count_days(m, row, d);
	} else if (law_get(m->law, row, "hours", &hours)) {
		count_hours(m, d);
	}
	return nk_done();
}

static bool is_row_of(const struct making *m, const struct law_row *row)
{
	return row->kind == LAW_DEADLINE && law_holds(row, m->known) &&
		law_list_has(m->law, row, "regime", nk_str_c(nk_regime_name(m->ask->regime))) && applies(m, row);
}

/* Of each kind the row that beats the others; "other" rows stand each for itself. */
static nk_rc choose(struct making *m, struct nk_err *err)
{
	const struct law_row *best[NK_DEADLINE_COUNT] = { NULL };

	for (size_t i = 0; i < m->law->rows.len; i++) {
		const struct law_row *row = law_row_at(m->law, i);
		enum nk_deadline_kind kind;

		if (!is_row_of(m, row)) {
			continue;
		}
		kind = kind_of(m->law, row);
		if (kind == NK_DEADLINE_OTHER) {
			NK_TRY(add(m, row, err));
		} else if (best[kind] == NULL || beats(m->law, row, best[kind])) {
			best[kind] = row;
		}
	}
	for (size_t k = 0; k < NK_DEADLINE_COUNT; k++) {
		if (best[k] != NULL) {
			NK_TRY(add(m, best[k], err));
		}
	}
	return nk_done();
}

/* No row of the law for that day: say so, never stay silent. */
static nk_rc add_review(struct making *m, enum nk_deadline_kind kind, struct nk_err *err)
{
	static const struct nk_law_origin nowhere = {
		.section = { "", 0 }, .source = { "", 0 }, .checked = NK_DATE_NONE, .valid_from = NK_DATE_NONE, .valid_until = NK_DATE_NONE
	};
	void *made = NULL;
	struct nk_deadline *d;

	for (size_t i = 0; i < m->found.len; i++) {
		if (((const struct nk_deadline *)nk_vec_at(&m->found, i))->kind == kind) {
			return nk_done();
		}
	}
	NK_TRY(nk_vec_push(&m->found, &made, err));
	d = made;
	*d = (struct nk_deadline){ .kind = kind, .from = NK_DATE_NONE, .due = NK_DATE_NONE, .counted = NK_DATE_NONE,
		.needs_review = true, .unverified = true, .origin = &nowhere };
	d->word[NK_LANG_EN] = nk_str_c(nk_tr(NK_LANG_EN, NK_N("law/ has no deadline for this day: somebody must look")));
	d->word[NK_LANG_JA] = nk_str_c(nk_tr(NK_LANG_JA, NK_N("law/ has no deadline for this day: somebody must look")));
	return nk_done();
}

static int by_urgency(const void *a, const void *b)
{
	const struct nk_deadline *x = a;
	const struct nk_deadline *y = b;
	const nk_time dx = x->due_at != 0 ? x->due_at : INT64_MAX;
	const nk_time dy = y->due_at != 0 ? y->due_at : INT64_MAX;

	if (dx != dy) {
		return dx < dy ? -1 : 1;
	}
	if (x->kind != y->kind) {
		return x->kind < y->kind ? -1 : 1;
	}
	return nk_str_cmp(x->origin->section, y->origin->section);
}

static nk_rc deadlines(struct making *m, struct nk_arena *arena, struct nk_deadline **out, struct nk_err *err)
{
	struct nk_deadline *list;

	NK_TRY(choose(m, err));
	if (reportable(&m->ask->classes)) {
		NK_TRY(add_review(m, NK_DEADLINE_PRELIMINARY, err));
		NK_TRY(add_review(m, NK_DEADLINE_FINAL, err));
	}
	list = nk_vec_keep(&m->found, arena);
	if (list == NULL) {
		return nk_fail_nomem(err);
	}
	qsort(list, m->found.len, sizeof(*list), by_urgency);
	*out = list;
	return nk_done();
}

NK_RESULT nk_law_deadlines(const struct nk_law *law, const struct nk_deadline_ask *ask, struct nk_arena *arena, struct nk_deadline **out,
	size_t *out_n, struct nk_err *err)
{
	struct making m = { .law = law, .ask = ask, .known = nk_time_day(ask->known_at, JAPAN_MINUTES) };
	nk_rc rc;

	nk_vec_init(&m.found, sizeof(struct nk_deadline), MAX_OUT);
	rc = deadlines(&m, arena, out, err);
	if (nk_ok(rc)) {
		*out_n = m.found.len;
	}
	nk_vec_done(&m.found);
	return rc;
}
