/*
 * guard_source.c: is this roster believable? Rules S2 to S7 of reference/rosters.md §13. Pure: counts in, verdict
 * out.
 *
 * S1 (error, empty, truncated and complete are four different answers) is the reader's: an incomplete package gives
 * no roster. S8 to S10 belong to the plan and to flow. Every finding carries rule, figure and limit.
 */
#include "base.h"
#include "guard_source.h"

#include "guard_shape.h"

enum { FINDINGS_MAX = 1000, TRIPLE = 3 };

struct guard {
	const struct nk_guard_source_input *in;
	const struct nk_guard_limits *limits;
	struct nk_arena *arena;
	struct nk_vec list;
	enum nk_verdict worst;
	bool season;
	struct nk_shape now, last;
	bool have_last;
};

void nk_guard_limits_default(struct nk_guard_limits *out)
{
	*out = (struct nk_guard_limits){ .floor = 1,
		.cell_percent = 10,
		.cell_small = 20,
		.scheme_percent = 10,
		.scheme_season_percent = 25,
		.leave_percent = 2,
		.leave_number = 5,
		.season_percent = 25,
		.least_percent = 90,
		.window_days = 30 };
}

static NK_RESULT tell(struct guard *g, struct nk_guard_finding f, struct nk_err *err)
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

/* part of whole in per cent, rounded up; 0 of 0 is 0. */
static uint64_t percent_up(uint64_t part, uint64_t whole)
{
	return whole == 0 ? 0 : (part * 100 + whole - 1) / whole;
}

static bool above_percent(uint64_t part, uint64_t whole, uint64_t percent)
{
	return part * 100 > whole * percent;
}

/* "school × grade × role" for people. */
static NK_RESULT cell_name(struct guard *g, const struct nk_shape_cell *c, struct nk_str *out, struct nk_err *err)
{
	return nk_arena_printf(
		g->arena, out, err, "%.*s × %.*s × %.*s", NK_FMT(c->name), NK_FMT(c->grade), NK_FMT(c->role));
}

/* S2: nobody, or fewer than ever sensible. */
static NK_RESULT rule_floor(struct guard *g, struct nk_err *err)
{
	const uint64_t n = g->in->roster->n_persons;
	const uint64_t floor = g->limits->floor > 0 ? g->limits->floor : 1;

	if (n >= floor) {
		return nk_done();
	}
	return tell(g,
		(struct nk_guard_finding){ "S2",
			NK_N("%1$sthe file holds %2$llu persons; fewer than %3$llu are never believed"), NK_STR(""),
			n, floor, NK_VERDICT_STOPPED },
		err);
}

static uint64_t school_total(const struct nk_shape *s, struct nk_str unit, uint64_t *out_biggest_grade)
{
	uint64_t total = 0;

	for (size_t i = 0; i < s->n; i++) {
		if (nk_str_eq(s->cells[i].unit, unit)) {
			total += s->cells[i].count;
			*out_biggest_grade =
				s->cells[i].count > *out_biggest_grade ? s->cells[i].count : *out_biggest_grade;
		}
	}
	return total;
}

static uint64_t count_in(const struct nk_shape *s, const struct nk_shape_cell *like)
{
	size_t lo = 0;
	size_t hi = s->n;

	while (lo < hi) {
		const size_t mid = lo + (hi - lo) / 2;
		const int c = nk_guard_shape_cmp(&s->cells[mid], like);

		if (c == 0) {
			return s->cells[mid].count;
		}
		lo = c < 0 ? mid + 1 : lo;
		hi = c < 0 ? hi : mid;
	}
	return 0;
}

/* A school that was there is not there any more: always stops. *out_missing: do not tell its grades one by one. */
static NK_RESULT rule_school(
	struct guard *g, const struct nk_shape_cell *was, bool first, bool *out_missing, struct nk_err *err)
{
	uint64_t biggest = 0;

	*out_missing = school_total(&g->now, was->unit, &biggest) == 0;
	if (!*out_missing || !first) {
		return nk_done();
	}
	return tell(g,
		(struct nk_guard_finding){ "S3",
			NK_N("%1$s: everybody of this school or unit is missing (%2$llu persons before; %3$llu may be)"),
			was->name, school_total(&g->last, was->unit, &biggest), 0, NK_VERDICT_STOPPED },
		err);
}

/* One cell that was there: gone, shrunk, grown. */
static NK_RESULT rule_cell(struct guard *g, const struct nk_shape_cell *was, struct nk_err *err)
{
	const uint64_t now = count_in(&g->now, was);
	const uint64_t change = now > was->count ? now - was->count : was->count - now;
	const bool small = was->count < g->limits->cell_small;
	struct nk_str name = NK_STR("");

	NK_TRY(cell_name(g, was, &name, err));
	if (now == 0 && !small) {
		return tell(g,
			(struct nk_guard_finding){ "S3",
				NK_N("%1$s: nobody is left of %2$llu; the limit is %3$llu per cent"), name,
				was->count, g->limits->cell_percent, NK_VERDICT_STOPPED },
			err);
	}
	if (!small && now > TRIPLE * was->count) {
		return tell(g,
			(struct nk_guard_finding){ "S3",
				NK_N("%1$s: %2$llu persons, more than three times the %3$llu before"), name, now,
				was->count, NK_VERDICT_STOPPED },
			err);
	}
	if (g->season) {
		return nk_done();
	}
	if (small && change > g->limits->leave_number) {
		return tell(g,
			(struct nk_guard_finding){ "S3",
				NK_N("%1$s: changed by %2$llu persons; the limit for a small group outside the season is %3$llu"),
				name, change, g->limits->leave_number, NK_VERDICT_STOPPED },
			err);
	}
	if (!small && above_percent(change, was->count, g->limits->cell_percent)) {
		return tell(g,
			(struct nk_guard_finding){ "S3",
				NK_N("%1$s: changed by %2$llu per cent; the limit outside the season is %3$llu"),
				name, percent_up(change, was->count), g->limits->cell_percent, NK_VERDICT_STOPPED },
			err);
	}
	return nk_done();
}

static NK_RESULT rule_shape(struct guard *g, struct nk_err *err)
{
	for (size_t i = 0; g->have_last && i < g->last.n; i++) {
		const struct nk_shape_cell *was = &g->last.cells[i];
		const bool first = i == 0 || !nk_str_eq(g->last.cells[i - 1].unit, was->unit);
		bool missing = false;

		NK_TRY(rule_school(g, was, first, &missing, err));
		if (!missing && g->now.persons > 0) {
			NK_TRY(rule_cell(g, was, err));
		}
	}
	return nk_done();
}

/* S3: two schools with one code are one school twice, or two that were mixed up. */
static NK_RESULT rule_codes(struct guard *g, struct nk_err *err)
{
	const struct nk_roster *r = g->in->roster;

	for (size_t i = 0; i < r->n_units; i++) {
		for (size_t k = 0; r->units[i].code.len > 0 && k < i; k++) {
			if (nk_str_eq(r->units[i].code, r->units[k].code)) {
				NK_TRY(tell(g,
					(struct nk_guard_finding){ "S3",
						NK_N("%1$s: %2$llu organisations have the same code; only %3$llu may"),
						r->units[i].code, 2, 1, NK_VERDICT_STOPPED },
					err));
			}
		}
	}
	return nk_done();
}

/* S4: the year that is expected, and never an older one than the last file's. */
static NK_RESULT rule_year(struct guard *g, struct nk_err *err)
{
	const int year = g->in->roster->school_year;

	if (year == 0) {
		return nk_done();
	}
	if (year != g->in->expected_year) {
		NK_TRY(tell(g,
			(struct nk_guard_finding){ "S4",
				NK_N("%1$sthe file is of the school year %2$llu; %3$llu is expected"), NK_STR(""),
				nk_u64(year), nk_u64(g->in->expected_year), NK_VERDICT_STOPPED },
			err));
	}
	if (g->have_last && year < g->last.school_year) {
		return tell(g,
			(struct nk_guard_finding){ "S4",
				NK_N("%1$sthe file is of the school year %2$llu, older than the last accepted one (%3$llu)"),
				NK_STR(""), nk_u64(year), nk_u64(g->last.school_year), NK_VERDICT_STOPPED },
			err);
	}
	return nk_done();
}

/* S5: other keys for the same people. */
static NK_RESULT rule_scheme(struct guard *g, struct nk_err *err)
{
	const struct nk_changes *c = g->in->changes;
	const uint64_t percent = g->season ? g->limits->scheme_season_percent : g->limits->scheme_percent;
	const uint64_t joins = c->counts[NK_CHANGE_JOIN];
	const uint64_t leaves = c->counts[NK_CHANGE_LEAVE];

	if (c->had == 0) {
		return nk_done();
	}
	if (above_percent(c->by_name, c->had, g->limits->scheme_percent)) {
		NK_TRY(tell(g,
			(struct nk_guard_finding){ "S5",
				NK_N("%1$sthe ids have changed: %2$llu per cent of the persons are the "
				     "same by nothing but the name; the limit is %3$llu"),
				NK_STR(""), percent_up(c->by_name, c->had), g->limits->scheme_percent,
				NK_VERDICT_STOPPED },
			err));
	}
	if (above_percent(c->by_master, c->had, g->limits->scheme_percent)) {
		NK_TRY(tell(g,
			(struct nk_guard_finding){ "S5",
				NK_N("%1$sthe ids have changed: %2$llu per cent of the persons are "
				     "known by the master identifier only; the limit is %3$llu"),
				NK_STR(""), percent_up(c->by_master, c->had), g->limits->scheme_percent,
				NK_VERDICT_STOPPED },
			err));
	}
	if (above_percent(joins, g->in->roster->n_persons, percent) && above_percent(leaves, c->had, percent)) {
		return tell(g,
			(struct nk_guard_finding){ "S5",
				NK_N("%1$sthe ids may have changed: %2$llu per cent leave and as many "
				     "join; the limit for both at once is %3$llu"),
				NK_STR(""), percent_up(leaves, c->had), percent, NK_VERDICT_STOPPED },
			err);
	}
	return nk_done();
}

static uint64_t leave_limit(const struct guard *g)
{
	const uint64_t percent = g->season ? g->limits->season_percent : g->limits->leave_percent;
	const uint64_t of_all = g->in->changes->had * percent / 100;

	return of_all > g->limits->leave_number ? of_all : g->limits->leave_number;
}

/* S6: leavers of this run, and the size of the file. */
static NK_RESULT rule_ratio(struct guard *g, struct nk_err *err)
{
	const uint64_t leaves = g->in->changes->counts[NK_CHANGE_LEAVE];
	const uint64_t limit = leave_limit(g);
	const uint64_t least = g->season && g->limits->season_percent < 100 ? 100 - g->limits->season_percent
									    : g->limits->least_percent;
	const uint64_t n = g->in->roster->n_persons;

	if (leaves > limit) {
		NK_TRY(tell(g,
			(struct nk_guard_finding){ "S6",
				NK_N("%1$s%2$llu persons leave; above %3$llu a second person must agree"), NK_STR(""),
				leaves, limit, NK_VERDICT_APPROVAL },
			err));
	}
	if (g->in->last_count > 0 && n * 100 < g->in->last_count * least) {
		return tell(g,
			(struct nk_guard_finding){ "S6",
				NK_N("%1$sthe file holds only %2$llu per cent of the persons of the "
				     "last one; below %3$llu it is not believed"),
				NK_STR(""), n * 100 / g->in->last_count, least, NK_VERDICT_STOPPED },
			err);
	}
	return nk_done();
}

/* S7: a slow drip is a flood all the same. */
static NK_RESULT rule_window(struct guard *g, struct nk_err *err)
{
	const uint64_t sum = g->in->left_in_window + g->in->changes->counts[NK_CHANGE_LEAVE];
	const uint64_t limit = leave_limit(g);

	if (g->in->left_in_window == 0 || g->in->changes->counts[NK_CHANGE_LEAVE] == 0 || sum <= limit) {
		return nk_done();
	}
	return tell(g,
		(struct nk_guard_finding){ "S7",
			NK_N("%1$swith the runs of the last weeks %2$llu persons leave; above %3$llu a second person must agree"),
			NK_STR(""), sum, limit, NK_VERDICT_APPROVAL },
		err);
}

static NK_RESULT run_rules(struct guard *g, struct nk_err *err)
{
	NK_TRY(rule_floor(g, err));
	NK_TRY(rule_shape(g, err));
	NK_TRY(rule_codes(g, err));
	NK_TRY(rule_year(g, err));
	NK_TRY(rule_scheme(g, err));
	NK_TRY(rule_ratio(g, err));
	return rule_window(g, err);
}

static void guard_done(struct guard *g)
{
	nk_vec_done(&g->list);
}

NK_RESULT nk_guard_source(const struct nk_guard_source_input *in, const struct nk_guard_limits *limits,
	struct nk_arena *arena, enum nk_verdict *out, const struct nk_guard_finding **out_findings, size_t *out_n,
	struct nk_err *err)
{
	NK_OWNED(guard_done)
	struct guard g = { .in = in, .limits = limits, .arena = arena, .season = nk_season(in->today) };
	struct nk_guard_finding *list = NULL;

	nk_vec_init(&g.list, sizeof(struct nk_guard_finding), FINDINGS_MAX);
	NK_TRY(nk_guard_shape_of(in->roster, arena, &g.now, err));
	g.have_last = in->last != NULL && in->last->last_shape.len > 0;
	if (g.have_last) {
		NK_TRY(nk_guard_shape_read(in->last->last_shape, arena, &g.last, err));
	}
	NK_TRY(run_rules(&g, err));
	list = nk_arena_array(arena, g.list.len, sizeof(*list));
	if (list == NULL) {
		return nk_fail_nomem(err);
	}
	for (size_t i = 0; i < g.list.len; i++) {
		list[i] = *(const struct nk_guard_finding *)nk_vec_at(&g.list, i);
	}
	*out = g.worst;
	*out_findings = list;
	*out_n = g.list.len;
	return nk_done();
}
