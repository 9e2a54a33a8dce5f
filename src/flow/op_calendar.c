/*
 * op_calendar.c: what will happen, day by day, and to how many. Reads only.
 *
 * Invariant: rows say what plan, sweep and duty would say on that day if nothing else changed; without `persons` no row
 * is about fewer than all of its kind, and none holds a value of anybody.
 */
#include "base.h"
#include "flow_year.h"
#include "law_folder.h"
#include "year_flow.h"

enum { ROWS_MAX = 20000000 };

struct making {
	struct nk_flow *flow;
	const struct nk_calendar_request *req;
	struct nk_arena *arena;
	struct nk_flow_year year;
	struct nk_vec rows;
	nk_date from, until;
	bool fits[NK_YEAR_RULES_MAX]; /* somebody is there of whom the row speaks */
};

static void making_done(struct making *m)
{
	nk_flow_year_done(&m->year);
	nk_vec_done(&m->rows);
}

/* What is past due stands at today; what comes behind the end is not told. */
static NK_RESULT add(struct making *m, const struct nk_calendar_row *row, struct nk_err *err)
{
	void *room = NULL;

	if (row->day == NK_DATE_NONE || row->day > m->until) {
		return nk_done();
	}
	NK_TRY(nk_vec_push(&m->rows, &room, err));
	*(struct nk_calendar_row *)room = *row;
	((struct nk_calendar_row *)room)->day = row->day < m->from ? m->from : row->day;
	return nk_done();
}

/* ---- persons ------------------------------------------------------------------------------------------------- */

static NK_RESULT name_them(struct making *m, const struct nk_person *p, struct nk_calendar_row *row, struct nk_err *err)
{
	NK_OWNED(nk_buf_done) struct nk_buf name = { 0 };

	if (!m->req->persons) {
		return nk_done();
	}
	nk_buf_init_wiping(&name, 4096);
	row->person = p->id;
	if (nk_person_hidden(p)) {
		row->school = NK_STR("");
		return nk_done();
	}
	NK_TRY(nk_arena_dup(m->arena, p->field[NK_FIELD_LOGIN], &row->login, err));
	NK_TRY(nk_person_listed(p, false, &name, err));
	return nk_arena_dup(m->arena, nk_buf_str(&name), &row->name, err);
}

struct event {
	enum nk_year_what what;
	nk_date day;
	bool overdue_too; /* what was due before today is still to be done */
};

static NK_RESULT add_event(struct making *m, const struct nk_person *p, const struct nk_year_wanted *w,
	const struct event *e, struct nk_err *err)
{
	const struct nk_unit *school = NULL;
	struct nk_calendar_row row = { .day = e->day, .what = nk_year_what_name(e->what), .count = 1 };

	if (e->day == NK_DATE_NONE || e->day > m->until || (e->day < m->from && !e->overdue_too)) {
		return nk_done();
	}
	school = nk_year_school(&m->year.year, p, m->from);
	row.rule = w->by[e->what] != NULL         ? w->by[e->what]->name
		: (p->flags & NK_PERSON_DATED) != 0 ? NK_STR("by hand")
						    : NK_STR("built-in");
	row.school = school == NULL ? NK_STR("") : school->code.len > 0 ? school->code : school->key;
	NK_TRY(name_them(m, p, &row, err));
	return add(m, &row, err);
}

/* A day on which somebody is no longer in a place: of a move, or of an end that the file gave. */
static NK_RESULT add_moves(struct making *m, const struct nk_person *p, const struct nk_year_wanted *w, struct nk_err *err)
{
	for (size_t i = 0; i < p->n_memberships; i++) {
		const struct nk_membership *const x = &p->memberships[i];
		const struct event e = { NK_YEAR_MOVE, x->until != NK_DATE_NONE ? x->until + 1 : NK_DATE_NONE, false };

		if (!x->is_group && x->staying) {
			NK_TRY(add_event(m, p, w, &e, err));
		}
	}
	return nk_done();
}

static NK_RESULT one_person(void *arg, const struct nk_person *p, struct nk_err *err)
{
	struct making *const m = arg;
	bool stays = false;
	bool goes = false;
	const bool kept = (p->flags & (NK_PERSON_HOLD | NK_PERSON_PROTECTED)) != 0;
	struct nk_year_facts facts;
	struct nk_year_wanted w;

	nk_year_facts_of(&m->year.year, p, m->from, &facts);
	nk_year_of(&m->year.year, p, m->from, &w);
	stays = w.state == NK_PERSON_PLANNED || w.state == NK_PERSON_ACTIVE;
	goes = w.state == NK_PERSON_LEAVING || w.state == NK_PERSON_SUSPENDED;
	for (size_t i = 0; i < m->flow->config->year.n; i++) {
		m->fits[i] = m->fits[i] || nk_year_fits(&m->flow->config->year.rule[i], &facts);
	}
	if (nk_people_is_part(m->flow->people, p)) {
		return add_moves(m, p, &w, err); /* all else is told with the head */
	}
	if (stays) {
		NK_TRY(add_event(m, p, &w, &(struct event){ NK_YEAR_ACTIVATE, w.activate_on, false }, err));
	}
	if (stays || w.state == NK_PERSON_LEAVING) {
		NK_TRY(add_event(m, p, &w, &(struct event){ NK_YEAR_SUSPEND, w.suspend_on, false }, err));
	}
	if (goes && w.by[NK_YEAR_RETAIN] != NULL) {
		NK_TRY(add_event(m, p, &w, &(struct event){ NK_YEAR_RETAIN, w.retain_until, false }, err));
	}
	if (goes && !kept) {
		NK_TRY(add_event(m, p, &w, &(struct event){ NK_YEAR_ERASE, w.erase_on, true }, err));
	}
	return add_moves(m, p, &w, err);
}

/* ---- what the house owes ------------------------------------------------------------------------------------- */

static nk_date day_of(const struct making *m, nk_time t)
{
	return t == 0 ? NK_DATE_NONE : nk_time_day(t, (int)m->flow->config->tz_minutes);
}

static NK_RESULT duties(struct making *m, struct nk_err *err)
{
	struct nk_duty *list = NULL;
	size_t n = 0;

	NK_TRY(nk_duty_list(m->flow->store, true, m->arena, &list, &n, err));
	for (size_t i = 0; i < n; i++) {
		const struct nk_calendar_row row = {
			.day = day_of(m, list[i].due_at), .what = "duty", .rule = list[i].kind, .count = 1
		};

		NK_TRY(add(m, &row, err));
	}
	return nk_done();
}

static NK_RESULT holdings(struct making *m, struct nk_err *err)
{
	struct nk_holding *list = NULL;
	size_t n = 0;

	NK_TRY(nk_holding_list(m->flow->store, NULL, true, m->arena, &list, &n, err));
	for (size_t i = 0; i < n; i++) {
		const struct nk_calendar_row row = { .day = day_of(m, list[i].expires_at),
			.what = "holding",
			.rule = nk_str_c(nk_holding_kind_name(list[i].kind)),
			.count = 1 };

		NK_TRY(add(m, &row, err));
	}
	return nk_done();
}

/* Only those that hold or wait: an end in the past is over, not due. */
static NK_RESULT warrants(struct making *m, struct nk_err *err)
{
	struct nk_warrant *list = NULL;
	size_t n = 0;

	NK_TRY(nk_warrant_list(m->flow->store, true, m->arena, &list, &n, err));
	for (size_t i = 0; i < n; i++) {
		const bool lives = nk_str_eq(list[i].state, NK_STR("requested")) || nk_str_eq(list[i].state, NK_STR("granted"));
		const struct nk_calendar_row row = {
			.day = day_of(m, list[i].until_at), .what = "warrant", .rule = list[i].kind, .count = 1
		};

		if (lives && row.day >= m->from) {
			NK_TRY(add(m, &row, err));
		}
	}
	return nk_done();
}

static NK_RESULT seasons(struct making *m, struct nk_err *err)
{
	static const char *const begins[] = {
		[NK_LAW_SEASON_NONE] = "over", [NK_LAW_SEASON_SMALL] = "small", [NK_LAW_SEASON_GREAT] = "great"
	};
	NK_OWNED(nk_law_free) struct nk_law *law = NULL;

	NK_TRY(nk_flow_law(m->flow->env, m->flow->config->cases.law, &law, err));
	for (nk_date d = m->from; d <= m->until; d++) {
		const enum nk_law_season now = nk_law_season(law, NK_STR(""), d);
		const struct nk_calendar_row row = { .day = d, .what = "season", .rule = nk_str_c(begins[now]) };

		if (now != nk_law_season(law, NK_STR(""), d - 1)) {
			NK_TRY(add(m, &row, err));
		}
	}
	return nk_done();
}

/* ---- order --------------------------------------------------------------------------------------------------- */

/* Without the person: rows that are alike are one row. */
static int alike(const struct nk_calendar_row *x, const struct nk_calendar_row *y)
{
	int c = strcmp(x->what, y->what);

	if (x->day != y->day) {
		return x->day < y->day ? -1 : 1;
	}
	c = c != 0 ? c : nk_str_cmp(x->rule, y->rule);
	return c != 0 ? c : nk_str_cmp(x->school, y->school);
}

static int row_cmp(const void *a, const void *b)
{
	const struct nk_calendar_row *x = a;
	const struct nk_calendar_row *y = b;
	const int c = alike(x, y);

	return c != 0 ? c : nk_uuid_cmp(x->person, y->person);
}

static NK_RESULT hand_over(struct making *m, struct nk_calendar_reply *out, struct nk_err *err)
{
	const struct nk_calendar_row *const in = m->rows.items;
	struct nk_calendar_row *const rows = nk_arena_array(m->arena, m->rows.len, sizeof(*rows));

	if (rows == NULL) {
		return nk_fail_nomem(err);
	}
	if (m->rows.len > 0) {
		qsort(m->rows.items, m->rows.len, sizeof(*rows), row_cmp);
	}
	for (size_t i = 0; i < m->rows.len; i++) {
		struct nk_calendar_row *const last = out->n > 0 ? &rows[out->n - 1] : NULL;

		if (last != NULL && alike(last, &in[i]) == 0 && nk_uuid_eq(last->person, in[i].person)) {
			last->count += in[i].count;
			continue;
		}
		rows[out->n] = in[i];
		NK_TRY(nk_arena_dup(m->arena, in[i].rule, &rows[out->n].rule, err));
		NK_TRY(nk_arena_dup(m->arena, in[i].school, &rows[out->n].school, err));
		out->n++;
	}
	out->rows = rows;
	return nk_done();
}

/* A row that speaks of nobody: most often a code that is spelt another way. */
static NK_RESULT idle(struct making *m, struct nk_calendar_reply *out, struct nk_err *err)
{
	const struct nk_year_rules *const rules = &m->flow->config->year;
	struct nk_str *const names = nk_arena_array(m->arena, rules->n, sizeof(*names));

	if (names == NULL) {
		return nk_fail_nomem(err);
	}
	for (size_t i = 0; i < rules->n; i++) {
		if (!m->fits[i]) {
			names[out->n_idle++] = rules->rule[i].name;
		}
	}
	out->idle = names;
	return nk_done();
}

NK_RESULT nk_op_calendar(struct nk_flow *flow, const struct nk_calendar_request *req, struct nk_arena *arena,
	struct nk_calendar_reply *out, struct nk_err *err)
{
	NK_OWNED(making_done) struct making m = { .flow = flow };
	struct nk_people *people = NULL;

	*out = (struct nk_calendar_reply){ .rows = NULL };
	if (req->days == 0 || req->days > NK_CALENDAR_DAYS_MAX) {
		return nk_fail(err, NK_INVALID, NK_N("a calendar is for 1 to %d days"), (int)NK_CALENDAR_DAYS_MAX);
	}
	m.req = req;
	m.arena = arena;
	m.from = nk_flow_today(flow);
	m.until = m.from + (nk_date)req->days - 1;
	nk_vec_init_wiping(&m.rows, sizeof(struct nk_calendar_row), ROWS_MAX);
	NK_TRY(nk_flow_people(flow, &people, err));
	NK_TRY(nk_flow_year_open(flow, m.from, &m.year, err));
	NK_TRY(nk_people_each(people, one_person, &m, err));
	NK_TRY(duties(&m, err));
	NK_TRY(holdings(&m, err));
	NK_TRY(warrants(&m, err));
	NK_TRY(seasons(&m, err));
	NK_TRY(idle(&m, out, err));
	out->from = m.from;
	out->until = m.until;
	return hand_over(&m, out, err);
}
