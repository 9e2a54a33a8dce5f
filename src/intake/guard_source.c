/*
 * guard_source.c: is this roster believable? Rules S1 to S8 of reference/rosters.md §13. Pure: counts in, verdict
 * out.
 *
 * S1 (error, empty, truncated and complete are four different answers) is the reader's: an incomplete package gives
 * no roster; here only its sentinels. S3 stands in guard_cells.c, S5 in guard_identity.c; S9 is flow's. Every finding
 * carries rule, cell, figure and limit, and nobody's name.
 */
#include "base.h"
#include "guard_source.h"

#include "guard_int.h"

enum { FINDINGS_MAX = 1000 };

void nk_guard_limits_default(struct nk_guard_limits *out)
{
	*out = (struct nk_guard_limits){ .floor = 1,
		.cell_percent = 10,
		.cell_small = 20,
		.cell_season_percent = 30,
		.entry_percent = 50,
		.scheme_percent = 10,
		.scheme_season_percent = 25,
		.name_percent = 10,
		.leave_percent = 2,
		.leave_number = 5,
		.small_percent = 5,
		.season_percent = 10,
		.graduates = true,
		.least_percent = 90,
		.least_season_percent = 75,
		.window_days = 30 };
}

NK_RESULT nk_guard_tell(struct nk_guarding *g, struct nk_guard_finding f, struct nk_err *err)
{
	void *item = NULL;

	g->worst = f.verdict > g->worst ? f.verdict : g->worst;
	if (g->list.len >= FINDINGS_MAX) {
		return nk_done();
	}
	NK_TRY(nk_vec_push(&g->list, &item, err));
	*(struct nk_guard_finding *)item = f;
	return nk_done();
}

uint64_t nk_guard_percent(uint64_t part, uint64_t whole)
{
	return whole == 0 ? 0 : (part * 100 + whole - 1) / whole;
}

bool nk_guard_above(uint64_t part, uint64_t whole, uint64_t percent)
{
	return part * 100 > whole * percent;
}

bool nk_guard_protected(const struct nk_person *p, const struct nk_str *logins, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		if (p->field[NK_FIELD_LOGIN].len > 0 && nk_str_ieq(p->field[NK_FIELD_LOGIN], logins[i])) {
			return true;
		}
	}
	return (p->flags & NK_PERSON_PROTECTED) != 0;
}

static bool has_unit(const struct nk_roster *r, struct nk_str word)
{
	for (size_t i = 0; i < r->n_units; i++) {
		if (nk_str_eq(r->units[i].code, word) || nk_str_eq(r->units[i].key, word)) {
			return true;
		}
	}
	return false;
}

/* S1: what every complete file shows. */
static NK_RESULT rule_sentinels(struct nk_guarding *g, struct nk_err *err)
{
	for (size_t i = 0; i < g->in->n_sentinels; i++) {
		if (!has_unit(g->in->roster, g->in->sentinels[i])) {
			NK_TRY(nk_guard_tell(g,
				(struct nk_guard_finding){ "S1",
					NK_N("%1$s: this school or unit must be in every file; it was found %2$llu times, "
					     "%3$llu is the least"),
					g->in->sentinels[i], 0, 1, NK_VERDICT_STOPPED, 1, 0, false },
				err));
		}
	}
	return nk_done();
}

/* S2: nobody, or fewer than ever sensible. */
static NK_RESULT rule_floor(struct nk_guarding *g, struct nk_err *err)
{
	const uint64_t n = g->now.persons;
	const uint64_t floor = g->limits->floor > 0 ? g->limits->floor : 1;

	if (n >= floor) {
		return nk_done();
	}
	return nk_guard_tell(g,
		(struct nk_guard_finding){ "S2",
			NK_N("%1$sthe file holds %2$llu persons; fewer than %3$llu are never believed"), NK_STR(""),
			n, floor, NK_VERDICT_STOPPED, g->in->last_count, 0, false },
		err);
}

/* S4: the year that is expected, and never an older one than the last file's. */
static NK_RESULT rule_year(struct nk_guarding *g, struct nk_err *err)
{
	const int year = g->in->roster->school_year;
	const bool next = g->in->next_year_too && year == g->in->expected_year + 1;

	if (year != 0 && year != g->in->expected_year && !next) {
		NK_TRY(nk_guard_tell(g,
			(struct nk_guard_finding){ "S4",
				NK_N("%1$sthe file is of the school year %2$llu; %3$llu is expected"), NK_STR(""),
				nk_u64(year), nk_u64(g->in->expected_year), NK_VERDICT_STOPPED,
				nk_u64(g->last.school_year), 0, false },
			err));
	}
	if (year != 0 && g->have_last && year < g->last.school_year) {
		NK_TRY(nk_guard_tell(g,
			(struct nk_guard_finding){ "S4",
				NK_N("%1$sthe file is of the school year %2$llu, older than the last accepted one (%3$llu)"),
				NK_STR(""), nk_u64(year), nk_u64(g->last.school_year), NK_VERDICT_STOPPED,
				nk_u64(g->last.school_year), 0, false },
			err));
	}
	if (g->in->past.seen_days == 0) {
		return nk_done();
	}
	g->to_approve += g->in->changes->n;
	return nk_guard_tell(g,
		(struct nk_guard_finding){ "S4",
			NK_N("%1$sthis very file was taken in %2$llu days ago, and newer ones since (limit: %3$llu): an old "
			     "copy? a second person must agree"),
			NK_STR(""), g->in->past.seen_days, 0, NK_VERDICT_APPROVAL, 0, 0, false },
		err);
}

static uint64_t leave_limit(const struct nk_guarding *g)
{
	const uint64_t percent = g->in->turn == NK_TURN_GREAT ? g->limits->season_percent
		: g->in->turn == NK_TURN_SMALL                ? g->limits->small_percent
							      : g->limits->leave_percent;
	const uint64_t of_all = g->in->changes->had * percent / 100;

	return of_all > g->limits->leave_number ? of_all : g->limits->leave_number;
}

/* Persons whom this file switches off: enabled before, and no longer. */
static uint64_t switched_off(const struct nk_guarding *g)
{
	const struct nk_changes *c = g->in->changes;
	uint64_t n = 0;

	for (size_t i = 0; i < c->n; i++) {
		n += c->list[i].kind == NK_CHANGE_CHANGE && c->list[i].state && !c->list[i].now->enabled ? 1 : 0;
	}
	return n;
}

/* S6: leavers of this run, and those who are switched off; the size of the file. */
static NK_RESULT rule_ratio(struct nk_guarding *g, struct nk_err *err)
{
	const uint64_t off = switched_off(g);
	const uint64_t limit = leave_limit(g);
	const uint64_t least =
		g->in->turn == NK_TURN_GREAT ? g->limits->least_season_percent : g->limits->least_percent;
	const uint64_t before = g->in->last_count - g->graduates;
	const uint64_t n = g->now.persons;

	if (g->left > limit) {
		NK_TRY(nk_guard_tell(g,
			(struct nk_guard_finding){ "S6",
				NK_N("%1$s%2$llu persons leave; above %3$llu a second person must agree"), NK_STR(""),
				g->left, limit, NK_VERDICT_APPROVAL, g->in->changes->had, 0, false },
			err));
	}
	if (off > limit) {
		g->to_approve += off;
		NK_TRY(nk_guard_tell(g,
			(struct nk_guard_finding){ "S6",
				NK_N("%1$s%2$llu persons are switched off by the file; above %3$llu a second person must agree"),
				NK_STR(""), off, limit, NK_VERDICT_APPROVAL, g->in->changes->had, 0, false },
			err));
	}
	if (g->in->last_count > g->graduates && n * 100 < before * least) {
		return nk_guard_tell(g,
			(struct nk_guard_finding){ "S6",
				NK_N("%1$sthe file holds only %2$llu per cent of the persons of the "
				     "last one; below %3$llu it is not believed"),
				NK_STR(""), n * 100 / before, least, NK_VERDICT_STOPPED, g->in->last_count, n, true },
			err);
	}
	return nk_done();
}

/* S7: a slow drip is a flood all the same. */
static NK_RESULT rule_window(struct nk_guarding *g, struct nk_err *err)
{
	const uint64_t sum = g->in->past.left_in_window + g->left;
	const uint64_t limit = leave_limit(g);

	if (g->in->past.left_in_window == 0 || g->left == 0 || sum <= limit) {
		return nk_done();
	}
	return nk_guard_tell(g,
		(struct nk_guard_finding){ "S7",
			NK_N("%1$swith the runs of the last weeks %2$llu persons leave; above %3$llu a second person must agree"),
			NK_STR(""), sum, limit, NK_VERDICT_APPROVAL, g->in->past.left_in_window, 0, false },
		err);
}

/* S8: whom nobody may lose by a file. */
static NK_RESULT rule_protected(struct nk_guarding *g, struct nk_err *err)
{
	const struct nk_changes *c = g->in->changes;
	uint64_t n = 0;

	for (size_t i = 0; g->in->people != NULL && i < c->n; i++) {
		const struct nk_person *p = NULL;

		if (c->list[i].kind == NK_CHANGE_LEAVE && !c->list[i].stays) {
			p = nk_people_by_number(g->in->people, c->list[i].number);
		}
		n += p != NULL && nk_guard_protected(p, g->in->protected_logins, g->in->n_protected) ? 1 : 0;
	}
	if (n == 0) {
		return nk_done();
	}
	return nk_guard_tell(g,
		(struct nk_guard_finding){ "S8", NK_N("%1$s%2$llu protected persons would leave; %3$llu may"), NK_STR(""), n, 0,
			NK_VERDICT_STOPPED, 0, 0, false },
		err);
}

static bool is_graduate(const struct nk_guarding *g, const struct nk_person *p)
{
	const struct nk_membership *best = NULL;
	const struct nk_unit *unit;

	for (size_t i = 0; i < p->n_memberships; i++) {
		const struct nk_membership *m = &p->memberships[i];

		best = !m->is_group && (best == NULL || (m->primary && !best->primary)) ? m : best;
	}
	if (best == NULL || best->role != NK_ROLE_STUDENT) {
		return false;
	}
	unit = nk_people_unit(g->in->people, best->where);
	return unit != NULL && nk_guard_is_top(g, unit->key, p->field[NK_FIELD_GRADE]);
}

/* Leavers, and those among them who have simply finished their school. */
static void count_leavers(struct nk_guarding *g)
{
	const struct nk_changes *c = g->in->changes;
	const bool known = g->in->turn == NK_TURN_GREAT && g->limits->graduates && g->in->people != NULL && g->have_last;

	for (size_t i = 0; known && i < c->n; i++) {
		const struct nk_person *p = NULL;

		if (c->list[i].kind == NK_CHANGE_LEAVE && !c->list[i].stays) {
			p = nk_people_by_number(g->in->people, c->list[i].number);
		}
		g->graduates += p != NULL && is_graduate(g, p) ? 1 : 0;
	}
	g->left = c->counts[NK_CHANGE_LEAVE] - g->graduates;
}

static NK_RESULT read_past(struct nk_guarding *g, struct nk_err *err)
{
	const struct nk_guard_past *past = &g->in->past;

	NK_TRY(nk_guard_shape_of(g->in->roster, g->arena, &g->now, err));
	g->have_last = g->in->last != NULL && g->in->last->last_shape.len > 0;
	if (g->have_last) {
		NK_TRY(nk_guard_shape_read(g->in->last->last_shape, g->arena, &g->last, err));
	}
	if (past->window_shape.len > 0) {
		NK_TRY(nk_guard_shape_read(past->window_shape, g->arena, &g->window, err));
	}
	return past->year_shape.len > 0 ? nk_guard_shape_read(past->year_shape, g->arena, &g->year, err) : nk_done();
}

static NK_RESULT run_rules(struct nk_guarding *g, struct nk_err *err)
{
	NK_TRY(read_past(g, err));
	count_leavers(g);
	NK_TRY(rule_sentinels(g, err));
	NK_TRY(rule_floor(g, err));
	NK_TRY(nk_guard_cells(g, err));
	NK_TRY(rule_year(g, err));
	NK_TRY(nk_guard_identity(g, err));
	NK_TRY(rule_ratio(g, err));
	NK_TRY(rule_window(g, err));
	return rule_protected(g, err);
}

static void guard_done(struct nk_guarding *g)
{
	nk_vec_done(&g->list);
}

NK_RESULT nk_guard_source(const struct nk_guard_source_input *in, const struct nk_guard_limits *limits,
	struct nk_arena *arena, struct nk_guard_verdict *out, struct nk_err *err)
{
	NK_OWNED(guard_done) struct nk_guarding g = { .in = in, .limits = limits, .arena = arena };
	struct nk_guard_finding *list = NULL;

	nk_vec_init(&g.list, sizeof(struct nk_guard_finding), FINDINGS_MAX);
	NK_TRY(run_rules(&g, err));
	list = nk_arena_array(arena, g.list.len, sizeof(*list));
	if (list == NULL) {
		return nk_fail_nomem(err);
	}
	for (size_t i = 0; i < g.list.len; i++) {
		list[i] = *(const struct nk_guard_finding *)nk_vec_at(&g.list, i);
	}
	*out = (struct nk_guard_verdict){ .worst = g.worst,
		.findings = list,
		.n = g.list.len,
		.left = g.left,
		.to_approve = in->changes->counts[NK_CHANGE_LEAVE] + g.to_approve };
	return nk_done();
}
