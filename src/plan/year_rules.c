/*
 * year_rules.c: rows of [year] read, and held against each other.
 *
 * Invariant: a rule that was read can be carried out: every word of it is known, and its row says once what, when and who.
 */
#include "base.h"
#include "year.h"

static const char *const whats[NK_YEAR_WHAT_COUNT] = { "activate", "suspend", "move", "retain", "erase" };
static const char *const events[] = { [NK_YEAR_JOINED] = "joined",
	[NK_YEAR_MOVED] = "moved",
	[NK_YEAR_LEFT] = "left",
	[NK_YEAR_GRADUATED] = "graduated" };

/* Which events each action may wait for; dates and seasons all may, but for a move. */
static const unsigned may_wait[NK_YEAR_WHAT_COUNT] = {
	[NK_YEAR_ACTIVATE] = 1u << NK_YEAR_JOINED,
	[NK_YEAR_SUSPEND] = 1u << NK_YEAR_LEFT | 1u << NK_YEAR_GRADUATED | 1u << NK_YEAR_JOINED,
	[NK_YEAR_MOVE] = 1u << NK_YEAR_MOVED,
	[NK_YEAR_RETAIN] = 1u << NK_YEAR_LEFT | 1u << NK_YEAR_GRADUATED,
	[NK_YEAR_ERASE] = 1u << NK_YEAR_LEFT | 1u << NK_YEAR_GRADUATED,
};

const char *nk_year_what_name(enum nk_year_what what)
{
	return what < NK_YEAR_WHAT_COUNT ? whats[what] : "";
}

static NK_RESULT fault(
	const struct nk_year_source *s, struct nk_str word, const char *wanted, struct nk_err *err)
{
	return nk_fail(err, NK_CONFIG,
		NK_N("configuration file %1$s, line %2$u, [year] %3$s: \"%4$s\": %5$s; a row is: WHAT role=… school=… unit=… grade=… org=… WHEN"),
		nk_short(s->file).text, s->line, nk_short(s->name).text, nk_short(word).text, wanted);
}

struct reading {
	const struct nk_year_source *from;
	struct nk_arena *arena;
	struct nk_year_rule *rule;
	bool has_when, has_roles;
};

static NK_RESULT roles_of(struct reading *r, struct nk_str list, struct nk_err *err)
{
	struct nk_str word;

	while (nk_str_cut(&list, ',', &word)) {
		int role = 0;

		while (role < NK_ROLE_COUNT && !nk_str_eq(word, nk_str_c(nk_role_name((enum nk_role)role)))) {
			role++;
		}
		if (role == NK_ROLE_COUNT) {
			return fault(r->from, word,
				NK_N("no role; known: student, teacher, aide, principal, administrator, guardian, staff, other"),
				err);
		}
		r->rule->roles |= 1u << role;
	}
	return nk_done();
}

static NK_RESULT season_of(struct reading *r, struct nk_str word, struct nk_err *err)
{
	const unsigned season = nk_str_eq(word, NK_STR("great")) ? 2 : nk_str_eq(word, NK_STR("small")) ? 1 : 0;

	if (season == 0 || r->rule->season != 0) {
		return fault(r->from, word, NK_N("one season: season=great or season=small"), err);
	}
	r->rule->season = season;
	return nk_done();
}

/* role=… and its like; *out_taken = false: no such word. */
static NK_RESULT selector(struct reading *r, struct nk_str word, bool *out_taken, struct nk_err *err)
{
	struct nk_str value = word;
	struct nk_str key;
	struct nk_str *const at[] = { &r->rule->school, &r->rule->unit, &r->rule->grade, &r->rule->org };
	static const char *const keys[] = { "school", "unit", "grade", "org" };

	*out_taken = memchr(word.ptr, '=', word.len) != NULL;
	if (!*out_taken) {
		return nk_done();
	}
	(void)nk_str_cut(&value, '=', &key);
	if (value.len == 0) {
		return fault(r->from, word, NK_N("something is wanted behind the \"=\""), err);
	}
	if (nk_str_eq(key, NK_STR("season"))) {
		return season_of(r, value, err);
	}
	if (nk_str_eq(key, NK_STR("role")) && !r->has_roles) {
		r->has_roles = true;
		return roles_of(r, value, err);
	}
	for (size_t i = 0; i < NK_ARRAY_LEN(keys); i++) {
		if (nk_str_eq(key, nk_str_c(keys[i])) && at[i]->len == 0) {
			return nk_arena_dup(r->arena, value, at[i], err);
		}
	}
	return fault(r->from, word, NK_N("known: role=, school=, unit=, grade=, org=, season=, each once"), err);
}

/* "+30" or "-7"; for a day before the event only an activation is allowed. */
static NK_RESULT days_of(struct reading *r, struct nk_str word, struct nk_str number, struct nk_err *err)
{
	const bool before = number.len > 0 && number.ptr[0] == '-';
	const uint32_t most = before ? NK_YEAR_BEFORE_MAX : NK_YEAR_DAYS_MAX;
	uint32_t days = 0;

	if (number.len == 0) {
		return nk_done();
	}
	if (!nk_parse_u32(nk_str_sub(number, 1, number.len), 0, most, &days)) {
		return fault(r->from, word, NK_N("days behind an event: +0 to +3660 (joined: also -1 to -60)"), err);
	}
	if (before && r->rule->when != NK_YEAR_JOINED) {
		return fault(r->from, word, NK_N("only \"joined\" may be waited for before it comes"), err);
	}
	r->rule->days = before ? -(int32_t)days : (int32_t)days;
	return nk_done();
}

static size_t event_end(struct nk_str word)
{
	size_t n = 0;

	while (n < word.len && word.ptr[n] != '+' && word.ptr[n] != '-') {
		n++;
	}
	return n;
}

static bool each_year(struct nk_str word, struct nk_year_rule *rule)
{
	struct nk_ymd ymd = { .year = 2000 }; /* a leap year: 02-29 may stand in a rule */
	uint32_t month = 0;
	uint32_t day = 0;
	nk_date ignored = 0;

	if (word.len != 5 || word.ptr[2] != '-' || !nk_parse_u32(nk_str_sub(word, 0, 2), 1, 12, &month) ||
		!nk_parse_u32(nk_str_sub(word, 3, 5), 1, 31, &day)) {
		return false;
	}
	ymd.month = month;
	ymd.day = day;
	rule->month = month;
	rule->day = day;
	return nk_date_make(ymd, &ignored);
}

static NK_RESULT when_of(struct reading *r, struct nk_str word, struct nk_err *err)
{
	const size_t end = event_end(word);

	if (r->has_when) {
		return fault(r->from, word, NK_N("one WHEN is wanted in a row"), err);
	}
	r->has_when = true;
	for (unsigned i = NK_YEAR_JOINED; i < NK_ARRAY_LEN(events); i++) {
		if (nk_str_eq(nk_str_sub(word, 0, end), nk_str_c(events[i]))) {
			r->rule->when = (enum nk_year_when)i;
			return days_of(r, word, nk_str_sub(word, end, word.len), err);
		}
	}
	if (each_year(word, r->rule)) {
		r->rule->when = NK_YEAR_EACH;
		return nk_done();
	}
	if (nk_date_parse(word, &r->rule->on)) {
		r->rule->when = NK_YEAR_DAY;
		return nk_done();
	}
	return fault(r->from, word,
		NK_N("WHEN is joined, moved, left or graduated with +N days, or MM-DD, or YYYY-MM-DD, or season=great"), err);
}

static NK_RESULT settle(struct reading *r, struct nk_err *err)
{
	struct nk_year_rule *const rule = r->rule;
	const unsigned bit = 1u << rule->when;

	if (!r->has_when && rule->season != 0) {
		rule->when = NK_YEAR_SEASON;
		r->has_when = true;
	}
	if (!r->has_when && rule->what != NK_YEAR_RETAIN) {
		return fault(r->from, r->from->text, NK_N("WHEN is missing; only \"retain\" may go without"), err);
	}
	if (!r->has_when || (rule->when >= NK_YEAR_EACH && rule->what != NK_YEAR_MOVE)) {
		return nk_done();
	}
	if ((may_wait[rule->what] & bit) == 0 || (rule->days < 0 && rule->what != NK_YEAR_ACTIVATE) ||
		(rule->what == NK_YEAR_MOVE && rule->season != 0)) {
		return fault(r->from, r->from->text,
			NK_N("this WHAT does not wait for this WHEN: activate joined±N; suspend joined+N, left+N, graduated+N; "
			     "move moved+N; retain and erase left+N, graduated+N"),
			err);
	}
	return nk_done();
}

static NK_RESULT one_word(struct reading *r, struct nk_str word, struct nk_err *err)
{
	bool taken = false;

	NK_TRY(selector(r, word, &taken, err));
	return taken ? nk_done() : when_of(r, word, err);
}

static NK_RESULT what_of(struct reading *r, struct nk_str word, struct nk_err *err)
{
	int what = 0;

	while (what < NK_YEAR_WHAT_COUNT && !nk_str_eq(word, nk_str_c(whats[what]))) {
		what++;
	}
	if (what == NK_YEAR_WHAT_COUNT) {
		return fault(r->from, word, NK_N("WHAT is activate, suspend, move, retain or erase"), err);
	}
	r->rule->what = (enum nk_year_what)what;
	return nk_done();
}

NK_RESULT nk_year_rule_parse(
	const struct nk_year_source *from, struct nk_arena *arena, struct nk_year_rule *out, struct nk_err *err)
{
	struct reading r = { .from = from, .arena = arena, .rule = out };
	struct nk_str rest = from->text;
	struct nk_str word = { NULL, 0 };
	bool first = true;

	*out = (struct nk_year_rule){ .line = from->line, .on = NK_DATE_NONE };
	NK_TRY(nk_arena_dup(arena, from->name, &out->name, err));
	NK_TRY(nk_arena_dup(arena, from->text, &out->text, err));
	NK_TRY(nk_arena_dup(arena, from->file, &out->file, err));
	while (nk_str_cut(&rest, ' ', &word)) {
		word = nk_str_trim(word);
		if (word.len == 0) {
			continue;
		}
		NK_TRY(first ? what_of(&r, word, err) : one_word(&r, word, err));
		first = false;
	}
	if (first) {
		return fault(from, from->text, NK_N("the row is empty"), err);
	}
	return settle(&r, err);
}

/* ---- rows against each other --------------------------------------------------------------------------------- */

static bool list_has(struct nk_str list, struct nk_str wanted)
{
	struct nk_str word;

	while (nk_str_cut(&list, ',', &word)) {
		if (nk_str_eq(word, wanted)) {
			return true;
		}
	}
	return false;
}

/* Does every word of `inner` stand in `outer`? An empty outer one is everybody. */
static bool list_covers(struct nk_str outer, struct nk_str inner)
{
	struct nk_str word;

	if (outer.len == 0) {
		return true;
	}
	if (inner.len == 0) {
		return false;
	}
	while (nk_str_cut(&inner, ',', &word)) {
		if (!list_has(outer, word)) {
			return false;
		}
	}
	return true;
}

/* Everybody whom `inner` fits, `outer` fits too. */
static bool covers(const struct nk_year_rule *outer, const struct nk_year_rule *inner)
{
	return (outer->roles == 0 || (inner->roles != 0 && (inner->roles & ~outer->roles) == 0)) &&
		list_covers(outer->school, inner->school) && list_covers(outer->unit, inner->unit) &&
		list_covers(outer->grade, inner->grade) && list_covers(outer->org, inner->org);
}

static bool lists_meet(struct nk_str a, struct nk_str b)
{
	struct nk_str word;

	while (a.len > 0 && b.len > 0 && nk_str_cut(&a, ',', &word)) {
		if (list_has(b, word)) {
			return true;
		}
	}
	return a.len == 0 && b.len == 0;
}

/* May there be anybody whom both fit? Roles, grades and boards keep people apart; somebody may be in two schools. */
static bool meet(const struct nk_year_rule *a, const struct nk_year_rule *b)
{
	return (a->roles == 0 || b->roles == 0 || (a->roles & b->roles) != 0) &&
		(a->grade.len == 0 || b->grade.len == 0 || lists_meet(a->grade, b->grade)) &&
		(a->org.len == 0 || b->org.len == 0 || lists_meet(a->org, b->org));
}

/* An event that also happens whenever the other one does: who graduated has left. */
static bool happens_with(enum nk_year_when sooner, enum nk_year_when when)
{
	return sooner == when || (sooner == NK_YEAR_LEFT && when == NK_YEAR_GRADUATED);
}

static NK_RESULT clash(
	const struct nk_year_rule *a, const struct nk_year_rule *b, const char *why, struct nk_err *err)
{
	return nk_fail(err, NK_CONFIG,
		NK_N("configuration file %1$s, line %2$u, [year] %3$s, against %4$s, line %5$u, %6$s: %7$s"),
		nk_short(b->file).text, b->line, nk_short(b->name).text, nk_short(a->file).text, a->line,
		nk_short(a->name).text, why);
}

static NK_RESULT pair(const struct nk_year_rule *a, const struct nk_year_rule *b, struct nk_err *err)
{
	const bool erases = a->what == NK_YEAR_ERASE || b->what == NK_YEAR_ERASE;
	const struct nk_year_rule *const e = a->what == NK_YEAR_ERASE ? a : b;
	const struct nk_year_rule *const other = a->what == NK_YEAR_ERASE ? b : a;

	if (nk_str_eq(a->name, b->name)) {
		return clash(a, b, NK_N("two rows have one name; give one of them another"), err);
	}
	if (a->what == b->what && covers(a, b) &&
		(a->when == NK_YEAR_EVER || a->when == NK_YEAR_DAY || happens_with(a->when, b->when))) {
		return clash(a, b,
			NK_N("the later row can never decide, since the earlier fits everybody whom it fits; put the narrower one first"),
			err);
	}
	if (erases && other->what == NK_YEAR_SUSPEND && meet(e, other) && happens_with(e->when, other->when) &&
		e->when == other->when && e->days < other->days) {
		return clash(a, b, NK_N("these would be erased before they are suspended; erase later"), err);
	}
	if (erases && other->what == NK_YEAR_RETAIN && other->when == NK_YEAR_EVER && covers(other, e)) {
		return clash(a, b, NK_N("everybody whom the one erases is retained by the other for ever; drop one of them"), err);
	}
	return nk_done();
}

NK_RESULT nk_year_rules_check(const struct nk_year_rules *rules, struct nk_err *err)
{
	for (size_t i = 0; i < rules->n; i++) {
		for (size_t k = i + 1; k < rules->n; k++) {
			NK_TRY(pair(&rules->rule[i], &rules->rule[k], err));
		}
	}
	return nk_done();
}
