/*
 * year.c: rules, one person's facts and a day → what should be.
 *
 * Invariant: erase_on is never before suspend_on, and never on a day on which the person is retained; without rules
 * everything is as the person's own dates say.
 */
#include "base.h"
#include "year.h"

#include "template_int.h"

enum { PARENTS_MAX = 8, SEARCH_DAYS = 800 };

unsigned nk_year_season(const struct nk_year_seasons *s, struct nk_str board, nk_date day)
{
	const int64_t at = (int64_t)day - s->from;

	for (const struct nk_year_seasons *own = s->next; own != NULL; own = own->next) {
		if (nk_str_eq(own->board, board)) {
			s = own;
			break;
		}
	}

	return at >= 0 && at < nk_i64(s->n) ? s->kind[at] : 0;
}

/* ---- the highest grade of a school --------------------------------------------------------------------------- */

/* P6 → 106, J3 → 203, "06" and "6年" → 6; 0: none. Grades of one school come into one order. */
static unsigned one_rank(struct nk_str grade)
{
	static const char stages[] = "KPJHU";
	unsigned stage = 0;
	unsigned number = 0;

	for (size_t i = 0; i < grade.len; i++) {
		const char c = grade.ptr[i];
		const char *const at = c != '\0' ? strchr(stages, c) : NULL;

		stage = i == 0 && at != NULL ? nk_u32((uint64_t)(at - stages)) : stage;
		number = c >= '0' && c <= '9' && number < 10 ? number * 10 + (unsigned)(c - '0') : number;
	}
	return number == 0 ? 0 : stage * 100 + number;
}

/* Of a class of several grades ("P5,P6") the highest. */
static unsigned grade_rank(struct nk_str grades)
{
	struct nk_str one;
	unsigned top = 0;

	while (nk_str_cut(&grades, ',', &one)) {
		const unsigned rank = one_rank(nk_str_trim(one));

		top = rank > top ? rank : top;
	}
	return top;
}

static NK_RESULT fill_top(struct nk_year *y, struct nk_err *err)
{
	const struct nk_group *groups = NULL;
	const size_t n = nk_people_groups(y->people, &groups);

	for (size_t i = 0; i < n; i++) {
		const struct nk_bytes key = nk_bytes_of(groups[i].unit.b, sizeof(groups[i].unit.b));
		const unsigned rank = grade_rank(groups[i].grade);
		uint64_t top = 0;

		(void)nk_map_get(&y->top, key, &top);
		if (rank > top) {
			NK_TRY(nk_map_put(&y->top, key, rank, err));
		}
	}
	return nk_done();
}

NK_RESULT nk_year_open(const struct nk_year_rules *rules, const struct nk_people *people, struct nk_year *out,
	struct nk_err *err)
{
	/* Ids are random numbers of our own: nobody can choose them to flood the map. */
	static const uint8_t seed[16] = { 0 };
	bool asked = false;

	*out = (struct nk_year){ .rules = rules, .people = people };
	nk_map_init(&out->top, seed);
	for (size_t i = 0; rules != NULL && i < rules->n; i++) {
		asked = asked || rules->rule[i].when == NK_YEAR_GRADUATED;
	}
	return asked ? fill_top(out, err) : nk_done();
}

void nk_year_done(struct nk_year *y)
{
	nk_map_done(&y->top);
}

/* ---- facts --------------------------------------------------------------------------------------------------- */

static void add_units(const struct nk_year *y, const struct nk_membership *m, struct nk_year_facts *out)
{
	const struct nk_group *const g = m->is_group ? nk_people_group(y->people, m->where) : NULL;
	const struct nk_unit *u = nk_people_unit(y->people, g != NULL ? g->unit : m->where);

	for (int deep = 0; u != NULL && deep < PARENTS_MAX && out->n_units < NK_YEAR_UNITS_MAX; deep++) {
		out->units[out->n_units++] = u;
		u = nk_uuid_is_nil(u->parent) ? NULL : nk_people_unit(y->people, u->parent);
	}
}

static bool graduates(const struct nk_year *y, const struct nk_year_facts *f, const struct nk_unit *home)
{
	uint64_t top = 0;

	return home != NULL && f->has_role && f->role == NK_ROLE_STUDENT && f->left != NK_DATE_NONE &&
		nk_year_season(&y->seasons, f->board, f->left) == 2 &&
		nk_map_get(&y->top, nk_bytes_of(home->id.b, sizeof(home->id.b)), &top) && top > 0 &&
		grade_rank(f->grade) == top;
}

void nk_year_facts_of(const struct nk_year *y, const struct nk_person *p, nk_date day, struct nk_year_facts *out)
{
	struct nk_template_scope scope;
	bool current = false;

	*out = (struct nk_year_facts){ .state = p->state,
		.flags = p->flags,
		.joined = p->valid_from,
		.left = p->valid_until,
		.graduated = NK_DATE_NONE,
		.delete_on = p->delete_on };
	if (y->rules == NULL || y->rules->n == 0) {
		return;
	}
	nk_template_scope_of(y->people, p, day, &scope);
	out->role = scope.role;
	out->has_role = scope.has_role;
	out->grade = nk_str_trim(p->field[NK_FIELD_GRADE]);
	out->board = p->field[NK_FIELD_SOURCE];
	for (size_t i = 0; i < p->n_memberships; i++) {
		current = current || nk_membership_holds(&p->memberships[i], day);
	}
	for (size_t i = 0; i < p->n_memberships; i++) {
		if (!current || nk_membership_holds(&p->memberships[i], day)) {
			add_units(y, &p->memberships[i], out);
		}
	}
	out->graduated = graduates(y, out, scope.unit) ? out->left : NK_DATE_NONE;
}

/* ---- whom a rule fits ---------------------------------------------------------------------------------------- */

static bool listed(struct nk_str list, struct nk_str value)
{
	struct nk_str word;

	while (value.len > 0 && nk_str_cut(&list, ',', &word)) {
		if (nk_str_ieq(word, value)) {
			return true;
		}
	}
	return false;
}

static bool in_unit(const struct nk_year_facts *f, struct nk_str list, bool schools)
{
	if (list.len == 0) {
		return true;
	}
	for (size_t i = 0; i < f->n_units; i++) {
		const struct nk_unit *const u = f->units[i];

		if ((!schools || nk_str_eq(u->kind, NK_STR("school"))) &&
			(listed(list, u->code) || listed(list, u->key))) {
			return true;
		}
	}
	return false;
}

bool nk_year_fits(const struct nk_year_rule *r, const struct nk_year_facts *f)
{
	return (r->roles == 0 || (f->has_role && (r->roles & 1u << f->role) != 0)) &&
		(r->grade.len == 0 || listed(r->grade, f->grade)) && (r->org.len == 0 || listed(r->org, f->board)) &&
		in_unit(f, r->school, true) &&
		in_unit(f, r->unit, false);
}

/* ---- when ---------------------------------------------------------------------------------------------------- */

static nk_date day_in(int year, unsigned month, unsigned day)
{
	nk_date out = NK_DATE_NONE;

	/* There is no 29 February this year: the day behind the 28th. */
	if (!nk_date_make((struct nk_ymd){ year, month, day }, &out)) {
		(void)nk_date_make((struct nk_ymd){ year, month + 1, 1 }, &out);
	}
	return out;
}

static nk_date next_each(const struct nk_year_rule *r, nk_date from)
{
	const int year = nk_date_split(from).year;
	const nk_date here = day_in(year, r->month, r->day);

	return here >= from ? here : day_in(year + 1, r->month, r->day);
}

/* The first day of such a season at or behind a day; NK_DATE_NONE: none is known. */
static nk_date in_season(const struct nk_year *y, struct nk_str board, unsigned season, nk_date from)
{
	for (nk_date d = from; d < from + SEARCH_DAYS; d++) {
		if (nk_year_season(&y->seasons, board, d) == season) {
			return d;
		}
	}
	return NK_DATE_NONE;
}

/* What the days of a rule without an event are counted from: the first of them at or behind it counts. */
static nk_date base_of(const struct nk_year_rule *r, const struct nk_year_facts *f, nk_date suspend_on)
{
	switch (r->what) {
	case NK_YEAR_ACTIVATE:
		return f->joined;
	case NK_YEAR_SUSPEND:
		return f->joined == NK_DATE_NONE ? NK_DATE_NONE : f->joined + 1;
	case NK_YEAR_RETAIN:
		return f->left;
	case NK_YEAR_ERASE:
		return suspend_on;
	case NK_YEAR_MOVE:
	case NK_YEAR_WHAT_COUNT:
		break;
	}
	return NK_DATE_NONE;
}

/* A day once: for whom it means anything. Who joined years before is not made absent by it. */
static nk_date on_day(const struct nk_year_rule *r, nk_date base)
{
	const bool late = r->what == NK_YEAR_ACTIVATE && base < r->on - 366;

	return base == NK_DATE_NONE || base > r->on || late ? NK_DATE_NONE : r->on;
}

static nk_date event_of(const struct nk_year_rule *r, const struct nk_year_facts *f)
{
	switch (r->when) {
	case NK_YEAR_JOINED:
		return f->joined;
	case NK_YEAR_LEFT:
		return f->left;
	case NK_YEAR_GRADUATED:
		return f->graduated;
	case NK_YEAR_EVER:
	case NK_YEAR_MOVED:
	case NK_YEAR_EACH:
	case NK_YEAR_DAY:
	case NK_YEAR_SEASON:
		break;
	}
	return NK_DATE_NONE;
}

static nk_date raw_day(const struct nk_year_rule *r, const struct nk_year_facts *f, nk_date suspend_on)
{
	const nk_date base = base_of(r, f, suspend_on);
	const nk_date event = event_of(r, f);

	if (r->when == NK_YEAR_DAY) {
		return on_day(r, base);
	}
	if (r->when == NK_YEAR_EACH || r->when == NK_YEAR_SEASON) {
		return base == NK_DATE_NONE ? NK_DATE_NONE : r->when == NK_YEAR_EACH ? next_each(r, base) : base;
	}
	return event == NK_DATE_NONE ? NK_DATE_NONE : event + r->days;
}

/* *out = NK_DATE_NONE with true: an end that never comes. False: the rule does not fit, since nothing has happened. */
static bool day_of(const struct nk_year *y, const struct nk_year_rule *r, const struct nk_year_facts *f,
	nk_date suspend_on, nk_date *out)
{
	nk_date later;

	*out = NK_DATE_NONE;
	if (r->when == NK_YEAR_EVER) {
		return true;
	}
	*out = raw_day(r, f, suspend_on);
	if (*out == NK_DATE_NONE || r->season == 0) {
		return *out != NK_DATE_NONE;
	}
	later = in_season(y, f->board, r->season, *out);
	/* Without a season in sight nobody is erased, and everything else does not wait for it. */
	if (later != NK_DATE_NONE || r->what == NK_YEAR_ERASE || r->what == NK_YEAR_RETAIN) {
		*out = later;
	}
	return true;
}

static const struct nk_year_rule *first_rule(const struct nk_year *y, enum nk_year_what what,
	const struct nk_year_facts *f, nk_date suspend_on, nk_date *out)
{
	*out = NK_DATE_NONE;
	for (size_t i = 0; y->rules != NULL && i < y->rules->n; i++) {
		const struct nk_year_rule *const r = &y->rules->rule[i];

		if (r->what == what && nk_year_fits(r, f) && day_of(y, r, f, suspend_on, out)) {
			return r;
		}
	}
	return NULL;
}

/* ---- what should be ------------------------------------------------------------------------------------------ */

static void usable_days(const struct nk_year *y, const struct nk_year_facts *f, struct nk_year_wanted *w)
{
	const bool by_hand = (f->flags & NK_PERSON_DATED) != 0;
	nk_date on = NK_DATE_NONE;

	w->activate_on = f->joined;
	w->suspend_on = f->left;
	if (by_hand) {
		return;
	}
	w->by[NK_YEAR_ACTIVATE] = first_rule(y, NK_YEAR_ACTIVATE, f, NK_DATE_NONE, &on);
	w->activate_on = w->by[NK_YEAR_ACTIVATE] != NULL ? on : w->activate_on;
	w->by[NK_YEAR_SUSPEND] = first_rule(y, NK_YEAR_SUSPEND, f, NK_DATE_NONE, &on);
	w->suspend_on = w->by[NK_YEAR_SUSPEND] != NULL ? on : w->suspend_on;
}

static void move(const struct nk_year *y, const struct nk_year_facts *f, struct nk_year_wanted *w)
{
	for (size_t i = 0; y->rules != NULL && i < y->rules->n && w->by[NK_YEAR_MOVE] == NULL; i++) {
		const struct nk_year_rule *const r = &y->rules->rule[i];

		w->by[NK_YEAR_MOVE] = r->what == NK_YEAR_MOVE && nk_year_fits(r, f) ? r : NULL;
	}
}

static enum nk_year_presence presence_of(const struct nk_year_facts *f, const struct nk_year_wanted *w, nk_date day)
{
	const bool begun = w->activate_on == NK_DATE_NONE || w->activate_on <= day;
	const bool ended = w->suspend_on != NK_DATE_NONE && w->suspend_on <= day;

	switch (f->state) {
	case NK_PERSON_PLANNED:
	case NK_PERSON_ACTIVE:
		if (!begun || (f->state == NK_PERSON_PLANNED && w->activate_on == NK_DATE_NONE)) {
			return NK_YEAR_ABSENT;
		}
		return ended ? NK_YEAR_SUSPENDED : NK_YEAR_USABLE;
	case NK_PERSON_LEAVING:
		/* Only a row of the house lets somebody in whom the source has let go, and nobody who was suspended then. */
		return w->by[NK_YEAR_SUSPEND] != NULL && !ended && begun && (f->flags & NK_PERSON_SOURCE_OFF) == 0
			? NK_YEAR_USABLE
			: NK_YEAR_SUSPENDED;
	case NK_PERSON_SUSPENDED:
		return NK_YEAR_SUSPENDED;
	case NK_PERSON_RETAINED:
	case NK_PERSON_ERASED:
	case NK_PERSON_STATE_COUNT:
		break;
	}
	return NK_YEAR_ABSENT;
}

/* The source has to have let go before a row erases; what the person's own date says holds for suspended ones too. */
static void erase_day(const struct nk_year *y, const struct nk_year_facts *f, struct nk_year_wanted *w)
{
	const bool by_hand = (f->flags & NK_PERSON_DATED) != 0 && f->delete_on != NK_DATE_NONE;
	nk_date on = NK_DATE_NONE;

	w->erase_on = f->delete_on;
	if (!by_hand && f->state == NK_PERSON_LEAVING) {
		w->by[NK_YEAR_ERASE] = first_rule(y, NK_YEAR_ERASE, f, w->suspend_on, &on);
		w->erase_on = w->by[NK_YEAR_ERASE] != NULL ? on : w->erase_on;
	}
	if (w->erase_on != NK_DATE_NONE && w->suspend_on != NK_DATE_NONE && w->erase_on < w->suspend_on &&
		w->by[NK_YEAR_SUSPEND] != NULL) {
		w->erase_on = w->suspend_on;
	}
}

static void retain(const struct nk_year *y, const struct nk_year_facts *f, nk_date day, struct nk_year_wanted *w)
{
	w->by[NK_YEAR_RETAIN] = first_rule(y, NK_YEAR_RETAIN, f, w->suspend_on, &w->retain_until);
	w->retain = w->by[NK_YEAR_RETAIN] != NULL && (w->retain_until == NK_DATE_NONE || w->retain_until > day);
	if (w->by[NK_YEAR_RETAIN] == NULL || w->erase_on == NK_DATE_NONE) {
		return;
	}
	w->erase_on = w->retain_until == NK_DATE_NONE ? NK_DATE_NONE
		: w->retain_until > w->erase_on       ? w->retain_until
						      : w->erase_on;
}

void nk_year_wanted(const struct nk_year *y, const struct nk_year_facts *f, nk_date day, struct nk_year_wanted *out)
{
	*out = (struct nk_year_wanted){ .retain_until = NK_DATE_NONE, .state = f->state };
	usable_days(y, f, out);
	erase_day(y, f, out);
	retain(y, f, day, out);
	move(y, f, out);
	out->presence = presence_of(f, out, day);
	out->due = (f->state == NK_PERSON_LEAVING || f->state == NK_PERSON_SUSPENDED) &&
		out->presence == NK_YEAR_SUSPENDED && out->erase_on != NK_DATE_NONE && out->erase_on <= day;
	out->erase = out->due && (f->flags & (NK_PERSON_HOLD | NK_PERSON_PROTECTED)) == 0;
}

void nk_year_own(const struct nk_year *y, const struct nk_person *p, nk_date day, struct nk_year_wanted *out)
{
	struct nk_year_facts facts;

	nk_year_facts_of(y, p, day, &facts);
	nk_year_wanted(y, &facts, day, out);
}

/* ---- one person in several records ------------------------------------------------------------------------------ */

static enum nk_year_presence more_present(enum nk_year_presence a, enum nk_year_presence b)
{
	if (a == NK_YEAR_USABLE || b == NK_YEAR_USABLE) {
		return NK_YEAR_USABLE;
	}
	return a == NK_YEAR_SUSPENDED ? a : b;
}

static bool earlier(nk_date a, nk_date b)
{
	return a == NK_DATE_NONE || (b != NK_DATE_NONE && a < b);
}

/* Without an end is later than every day. */
static bool later(nk_date a, nk_date b)
{
	return b != NK_DATE_NONE && (a == NK_DATE_NONE || a > b);
}

static void join_dates(struct nk_year_wanted *w, const struct nk_year_wanted *more)
{
	if (earlier(more->activate_on, w->activate_on)) {
		w->activate_on = more->activate_on;
		w->by[NK_YEAR_ACTIVATE] = more->by[NK_YEAR_ACTIVATE];
	}
	if (later(more->suspend_on, w->suspend_on)) {
		w->suspend_on = more->suspend_on;
		w->by[NK_YEAR_SUSPEND] = more->by[NK_YEAR_SUSPEND];
	}
	if (later(more->erase_on, w->erase_on)) {
		w->erase_on = more->erase_on;
		w->by[NK_YEAR_ERASE] = more->by[NK_YEAR_ERASE];
	}
}

/* Retained for ever is retained, with no day until when. */
static void join_retention(struct nk_year_wanted *w, const struct nk_year_wanted *more)
{
	if (more->by[NK_YEAR_RETAIN] == NULL ||
		(w->by[NK_YEAR_RETAIN] != NULL && !later(more->retain_until, w->retain_until))) {
		return;
	}
	w->retain = more->retain;
	w->retain_until = more->retain_until;
	w->by[NK_YEAR_RETAIN] = more->by[NK_YEAR_RETAIN];
}

/* Earliest begin, latest end; due only when every record is. */
static void join(struct nk_year_wanted *w, const struct nk_year_wanted *more)
{
	join_dates(w, more);
	join_retention(w, more);
	w->state = nk_person_state_longer(w->state, more->state);
	w->presence = more_present(w->presence, more->presence);
	w->due = w->due && more->due;
	w->erase = w->erase && more->erase;
}

void nk_year_of(const struct nk_year *y, const struct nk_person *p, nk_date day, struct nk_year_wanted *out)
{
	uint32_t all[NK_WHOLE_MAX];
	const size_t n = y->people != NULL ? nk_people_whole(y->people, p->number, all) : 1;

	if (n == 1) {
		nk_year_own(y, p, day, out);
		return;
	}
	for (size_t i = 0; i < n; i++) {
		struct nk_year_wanted one;

		nk_year_own(y, nk_people_by_number(y->people, all[i]), day, &one);
		if (i == 0) {
			*out = one;
		} else {
			join(out, &one);
		}
	}
}

uint32_t nk_year_overlap(const struct nk_year *y, const struct nk_person *p, nk_date day)
{
	struct nk_year_wanted wanted;

	nk_year_own(y, p, day, &wanted);
	return wanted.by[NK_YEAR_MOVE] != NULL ? nk_u32(nk_u64(wanted.by[NK_YEAR_MOVE]->days)) : 0;
}

const struct nk_unit *nk_year_school(const struct nk_year *y, const struct nk_person *p, nk_date day)
{
	struct nk_template_scope scope;
	const struct nk_unit *u = NULL;

	nk_template_scope_of(y->people, p, day, &scope);
	u = scope.unit;
	for (int up = 0; u != NULL && up < PARENTS_MAX && !nk_str_eq(u->kind, NK_STR("school")); up++) {
		u = nk_uuid_is_nil(u->parent) ? NULL : nk_people_unit(y->people, u->parent);
	}
	return u != NULL ? u : scope.unit;
}
