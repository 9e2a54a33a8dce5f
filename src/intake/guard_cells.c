/*
 * guard_cells.c: S3, the shape of a roster per school × grade × role, and the cells of the window (S7).
 *
 * Outside of the seasons a cell stays about as large as it was. At the turn of the year a grade is as large as itself,
 * or as the grade below was in the last file (promotion), a first grade as large as the first grade before, or a year
 * before: the smallest of these is what it is held to.
 */
#include "base.h"

#include "guard_int.h"

enum { TRIPLE = 3 };

/* "school × grade × role" for people. */
static NK_RESULT cell_name(struct nk_guarding *g, const struct nk_shape_cell *c, struct nk_str *out, struct nk_err *err)
{
	return nk_arena_printf(
		g->arena, out, err, "%.*s × %.*s × %.*s", NK_FMT(c->name), NK_FMT(c->grade), NK_FMT(c->role));
}

static uint64_t school_total(const struct nk_shape *s, struct nk_str unit)
{
	uint64_t total = 0;

	for (size_t i = 0; i < s->n; i++) {
		total += nk_str_eq(s->cells[i].unit, unit) ? s->cells[i].count : 0;
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

/* ---- grades: "P5", "J1", "05", "3年": a number with something around it ---- */

static bool grade_number(struct nk_str grade, size_t *out_at, size_t *out_len, unsigned *out)
{
	size_t at = 0;
	size_t len = 0;

	while (at < grade.len && (grade.ptr[at] < '0' || grade.ptr[at] > '9')) {
		at++;
	}
	*out = 0;
	while (at + len < grade.len && len < 2 && grade.ptr[at + len] >= '0' && grade.ptr[at + len] <= '9') {
		*out = *out * 10 + (unsigned)(grade.ptr[at + len] - '0');
		len++;
	}
	*out_at = at;
	*out_len = len;
	return len > 0;
}

/* The grade below or above in the same school; "" when there is none that can be told. P6 comes before J1, J3 before H1. */
static struct nk_str beside(struct nk_str grade, int step, char room[static 16])
{
	static const char *const joints[][2] = { { "P6", "J1" }, { "J3", "H1" } };
	size_t at = 0;
	size_t len = 0;
	unsigned n = 0;

	for (size_t i = 0; i < NK_ARRAY_LEN(joints); i++) {
		if (nk_str_eq(grade, nk_str_c(joints[i][step < 0 ? 1 : 0]))) {
			return nk_str_c(joints[i][step < 0 ? 0 : 1]);
		}
	}
	if (grade.len > 8 || !grade_number(grade, &at, &len, &n) || (step < 0 && n <= 1)) {
		return NK_STR("");
	}
	(void)snprintf(room, 16, "%.*s%0*u%.*s", (int)at, grade.ptr, (int)(len == 2 ? 2 : 1), n + (step < 0 ? -1U : 1U),
		(int)(grade.len - at - len), grade.ptr + at + len);
	return nk_str_c(room);
}

bool nk_guard_is_top(const struct nk_guarding *g, struct nk_str unit, struct nk_str grade)
{
	char room[16];
	const struct nk_shape_cell above = {
		.unit = unit, .grade = beside(grade, 1, room), .role = nk_str_c(nk_role_name(NK_ROLE_STUDENT))
	};

	return above.grade.len > 0 && count_in(&g->last, &above) == 0;
}

/* ---- rules ---- */

static bool has_ended(const struct nk_guarding *g, struct nk_str unit)
{
	for (size_t i = 0; i < g->in->n_ended; i++) {
		if (nk_str_eq(g->in->ended[i], unit)) {
			return true;
		}
	}
	return false;
}

/* A school that was there is not there any more: always stops, but when the board's table says that it ended.
 * *out_missing: do not tell its grades one by one. */
static NK_RESULT rule_school(
	struct nk_guarding *g, const struct nk_shape_cell *was, bool first, bool *out_missing, struct nk_err *err)
{
	const uint64_t before = school_total(&g->last, was->unit);

	*out_missing = has_ended(g, was->unit) || school_total(&g->now, was->unit) == 0;
	if (!*out_missing || !first || has_ended(g, was->unit)) {
		return nk_done();
	}
	return nk_guard_tell(g,
		(struct nk_guard_finding){ "S3",
			NK_N("%1$s: everybody of this school or unit is missing (%2$llu persons before; %3$llu may be)"),
			was->name, before, 0, NK_VERDICT_STOPPED, before, 0, true },
		err);
}

/* What a grade is held to at the turn of the year, and how much of it may be missing; 0: nothing. */
static uint64_t season_least(const struct nk_guarding *g, const struct nk_shape_cell *was, uint32_t *out_percent)
{
	char room[16];
	struct nk_shape_cell below = *was;
	const uint64_t year = count_in(&g->year, was);
	uint64_t least = was->count;
	uint64_t promoted;

	below.grade = beside(was->grade, -1, room);
	promoted = below.grade.len > 0 ? count_in(&g->last, &below) : 0;
	*out_percent = promoted > 0 ? g->limits->cell_season_percent : g->limits->entry_percent;
	least = promoted > 0 && promoted < least ? promoted : least;
	return year > 0 && year < least ? year : least;
}

/* At the turn of the year: the highest grade is gone and nobody was promoted yet; or a part of a grade is missing. */
static NK_RESULT rule_season(struct nk_guarding *g, const struct nk_shape_cell *was, struct nk_err *err)
{
	const uint64_t now = count_in(&g->now, was);
	uint32_t percent = 0;
	const uint64_t least = season_least(g, was, &percent);
	struct nk_str name;

	if (least < g->limits->cell_small || now * 100 >= least * (100 - percent)) {
		return nk_done();
	}
	if (now == 0 && nk_guard_is_top(g, was->unit, was->grade) && g->now.school_year == g->last.school_year) {
		return nk_done();
	}
	NK_TRY(cell_name(g, was, &name, err));
	return nk_guard_tell(g,
		(struct nk_guard_finding){ "S3",
			NK_N("%1$s: %2$llu persons, where the grades before let expect at least %3$llu (last file: %4$llu)"),
			name, now, least * (100 - percent) / 100, NK_VERDICT_STOPPED, was->count, 0, false },
		err);
}

/* Outside of the turn of the year: shrunk or grown. In a small wave twice as much is free. */
static NK_RESULT rule_change(struct nk_guarding *g, const struct nk_shape_cell *was, struct nk_err *err)
{
	const uint64_t now = count_in(&g->now, was);
	const uint64_t change = now > was->count ? now - was->count : was->count - now;
	const uint64_t times = g->in->turn == NK_TURN_SMALL ? 2 : 1;
	const bool small = was->count < g->limits->cell_small;
	struct nk_str name = NK_STR("");

	NK_TRY(cell_name(g, was, &name, err));
	if (small && change > g->limits->leave_number * times) {
		return nk_guard_tell(g,
			(struct nk_guard_finding){ "S3",
				NK_N("%1$s: changed by %2$llu persons, from %4$llu to %5$llu; the limit for a small group outside the season is "
				     "%3$llu"),
				name, change, g->limits->leave_number * times, NK_VERDICT_STOPPED, was->count, now, true },
			err);
	}
	if (!small && nk_guard_above(change, was->count, g->limits->cell_percent * times)) {
		return nk_guard_tell(g,
			(struct nk_guard_finding){ "S3",
				NK_N("%1$s: changed by %2$llu per cent, from %4$llu persons to %5$llu; the limit outside the season is %3$llu"),
				name, nk_guard_percent(change, was->count), g->limits->cell_percent * times,
				NK_VERDICT_STOPPED, was->count, now, true },
			err);
	}
	return nk_done();
}

/* One cell that was there: gone, shrunk, grown. */
static NK_RESULT rule_cell(struct nk_guarding *g, const struct nk_shape_cell *was, struct nk_err *err)
{
	const uint64_t now = count_in(&g->now, was);
	const bool small = was->count < g->limits->cell_small;
	struct nk_str name = NK_STR("");

	if (!small && now > TRIPLE * was->count) {
		NK_TRY(cell_name(g, was, &name, err));
		return nk_guard_tell(g,
			(struct nk_guard_finding){ "S3",
				NK_N("%1$s: %2$llu persons, more than three times the %3$llu before"), name, now,
				was->count, NK_VERDICT_STOPPED, was->count, 0, false },
			err);
	}
	if (now > 0 || small) {
		return g->in->turn == NK_TURN_GREAT ? rule_season(g, was, err) : rule_change(g, was, err);
	}
	if (g->in->turn == NK_TURN_GREAT && nk_guard_is_top(g, was->unit, was->grade) &&
		g->now.school_year == g->last.school_year) {
		return nk_done();
	}
	NK_TRY(cell_name(g, was, &name, err));
	return nk_guard_tell(g,
		(struct nk_guard_finding){ "S3", NK_N("%1$s: nobody is left of %2$llu; the limit is %3$llu per cent"), name,
			was->count, g->limits->cell_percent, NK_VERDICT_STOPPED, was->count, 0, true },
		err);
}

/* S7: what single runs took away a little at a time, since the window began. Growth is nobody's loss. */
static NK_RESULT rule_drip(struct nk_guarding *g, struct nk_err *err)
{
	for (size_t i = 0; i < g->window.n && g->in->turn == NK_TURN_NONE; i++) {
		const struct nk_shape_cell *was = &g->window.cells[i];
		const uint64_t now = count_in(&g->now, was);
		struct nk_str name;

		if (was->count < g->limits->cell_small || now >= was->count || count_in(&g->last, was) >= was->count ||
			now >= count_in(&g->last, was) ||
			has_ended(g, was->unit) || was->count - now <= g->limits->leave_number ||
			!nk_guard_above(was->count - now, was->count, g->limits->cell_percent)) {
			continue;
		}
		NK_TRY(cell_name(g, was, &name, err));
		NK_TRY(nk_guard_tell(g,
			(struct nk_guard_finding){ "S7",
				NK_N("%1$s: with the runs of the last weeks %2$llu per cent are gone; above %3$llu a second "
				     "person must agree (before: %4$llu)"),
				name, nk_guard_percent(was->count - now, was->count), g->limits->cell_percent,
				NK_VERDICT_APPROVAL, was->count, now, true },
			err));
	}
	return nk_done();
}

/* S3: two schools with one code are one school twice, or two that were mixed up. */
static NK_RESULT rule_codes(struct nk_guarding *g, struct nk_err *err)
{
	const struct nk_roster *r = g->in->roster;

	for (size_t i = 0; i < r->n_units; i++) {
		for (size_t k = 0; r->units[i].code.len > 0 && k < i; k++) {
			if (nk_str_eq(r->units[i].code, r->units[k].code)) {
				NK_TRY(nk_guard_tell(g,
					(struct nk_guard_finding){ "S3",
						NK_N("%1$s: %2$llu organisations have the same code; only %3$llu may"),
						r->units[i].code, 2, 1, NK_VERDICT_STOPPED, 1, 0, false },
					err));
			}
		}
	}
	return nk_done();
}

NK_RESULT nk_guard_cells(struct nk_guarding *g, struct nk_err *err)
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
	NK_TRY(rule_drip(g, err));
	return rule_codes(g, err);
}
