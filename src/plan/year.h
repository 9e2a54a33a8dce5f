/*
 * year.h: the year of a school as rules in rows: who, when, what. Pure: rules, one person's facts and a day give what
 * should be; nothing is written, nothing is asked.
 *
 * A row of [year] in the configuration: NAME = WHAT WHO… WHEN, words between blanks:
 *
 *   what   activate | suspend | move | retain | erase
 *   who    role=student,teacher  school=CODE,…  unit=CODE,…  grade=P6,J3  org=SOURCE,…   (all hold; none: everybody)
 *   when   joined | moved | left | graduated, then +N (days; joined also -N)
 *          MM-DD (each year) | YYYY-MM-DD | season=great | season=small; a season behind an event: not before it
 *
 * For each WHAT the first row that fits a person decides, in the order in which the configuration is read; a row whose
 * event has not happened to that person does not fit. Below them stand the built-in ones, which are what Nokosazu does
 * without any row: activate joined, suspend left, erase left + [people] grace_days, move without overlap.
 * What no row can change: nobody is erased who may still sign in, who is on hold or protected, or whom a row retains;
 * who left is erased no earlier than suspended; dates set by hand (NK_PERSON_DATED) win over rows.
 */
#ifndef NK_YEAR_H
#define NK_YEAR_H

#include "map.h"
#include "people.h"

enum nk_year_what {
	NK_YEAR_ACTIVATE,
	NK_YEAR_SUSPEND,
	NK_YEAR_MOVE,
	NK_YEAR_RETAIN,
	NK_YEAR_ERASE,
	NK_YEAR_WHAT_COUNT
};
/* nk_year_what_name: "activate" and so on; static. */
const char *nk_year_what_name(enum nk_year_what what);

enum nk_year_when {
	NK_YEAR_EVER, /* retain only: without an end */
	NK_YEAR_JOINED,
	NK_YEAR_MOVED,
	NK_YEAR_LEFT,
	NK_YEAR_GRADUATED,
	NK_YEAR_EACH, /* MM-DD */
	NK_YEAR_DAY, /* YYYY-MM-DD */
	NK_YEAR_SEASON /* the first day of one */
};
enum { NK_YEAR_RULES_MAX = 256, NK_YEAR_DAYS_MAX = 3660, NK_YEAR_BEFORE_MAX = 60 };

struct nk_year_rule {
	struct nk_str name, text, file;
	unsigned line;
	enum nk_year_what what;
	unsigned roles; /* bits 1 << nk_role; 0: everybody */
	struct nk_str school, unit, grade, org; /* words between commas; empty: everybody. org: the board, by its source's name */
	enum nk_year_when when;
	int32_t days; /* behind the event */
	unsigned month, day; /* NK_YEAR_EACH */
	nk_date on; /* NK_YEAR_DAY */
	unsigned season; /* 0 none, 1 small, 2 great: as nk_year_seasons says it */
};

struct nk_year_rules {
	struct nk_year_rule *rule;
	size_t n;
};

/* nk_year_rule_parse: NK_CONFIG names file, line, the word and what is wanted. Lives in `arena`. */
struct nk_year_source {
	struct nk_str name, text, file;
	unsigned line;
};
NK_RESULT nk_year_rule_parse(
	const struct nk_year_source *from, struct nk_arena *arena, struct nk_year_rule *out, struct nk_err *err);
/*
 * nk_year_rules_check: rows that contradict each other. NK_CONFIG with both places: two rows of one name; a row that
 * can never decide because an earlier one fits everybody whom it fits; a row that erases those whom another suspends
 * later, by the same event; a row that erases whom a row retains without an end.
 */
NK_RESULT nk_year_rules_check(const struct nk_year_rules *rules, struct nk_err *err);

/* What kind of day it is: kind[i] for the day from + i: 0 none, 1 small season, 2 great. Days outside are none. `next`: the same for
 * one board each; a board without a table of its own has the first. */
struct nk_year_seasons {
	nk_date from;
	const uint8_t *kind;
	size_t n;
	struct nk_str board;
	const struct nk_year_seasons *next;
};
unsigned nk_year_season(const struct nk_year_seasons *s, struct nk_str board, nk_date day);

/* The rules as they stand for these people: opened once, asked for each person. */
struct nk_year {
	const struct nk_year_rules *rules;
	const struct nk_people *people;
	struct nk_year_seasons seasons;
	struct nk_map top; /* unit → its highest grade; filled when a rule asks for graduates */
};
/* nk_year_open: `rules` may be NULL (built-in ones only); all of it is borrowed. */
NK_RESULT nk_year_open(const struct nk_year_rules *rules, const struct nk_people *people, struct nk_year *out,
	struct nk_err *err);
void nk_year_done(struct nk_year *y);

enum { NK_YEAR_UNITS_MAX = 32 };
/* What rules may know of one person; dates are NK_DATE_NONE when it has not happened (and is not known to come). */
struct nk_year_facts {
	enum nk_person_state state;
	unsigned flags;
	enum nk_role role;
	bool has_role;
	struct nk_str grade;
	struct nk_str board; /* the source that the person is of */
	const struct nk_unit *units[NK_YEAR_UNITS_MAX]; /* of all memberships, and what they are parts of */
	size_t n_units;
	nk_date joined, left, graduated, delete_on;
};
/* nk_year_facts_of: without rules the dates and the state only, which is all that is asked then. */
void nk_year_facts_of(const struct nk_year *y, const struct nk_person *p, nk_date day, struct nk_year_facts *out);

/* nk_year_fits: does the row speak of such a person at all, whether or not its event has happened? */
bool nk_year_fits(const struct nk_year_rule *r, const struct nk_year_facts *f);

enum nk_year_presence { NK_YEAR_ABSENT, NK_YEAR_USABLE, NK_YEAR_SUSPENDED };
struct nk_year_wanted {
	enum nk_person_state state; /* of the record; of a whole, that of the record that is there for longer */
	enum nk_year_presence presence; /* of the account, on the day asked for */
	bool due; /* the day of erasure has come */
	bool erase; /* and neither hold nor protection keeps the person: to be proposed for erasure */
	nk_date activate_on, suspend_on, erase_on; /* NK_DATE_NONE: never, as far as is known */
	nk_date retain_until; /* first day on which nothing retains; NK_DATE_NONE: nothing does */
	bool retain; /* retained on that day; for ever when retain_until is NK_DATE_NONE */
	const struct nk_year_rule *by[NK_YEAR_WHAT_COUNT]; /* NULL: built in */
};
/* nk_year_wanted: what should be on that day. */
void nk_year_wanted(
	const struct nk_year *y, const struct nk_year_facts *facts, nk_date day, struct nk_year_wanted *out);
/* nk_year_own: both at once, for one record alone. nk_year_of: for the person whose record it is (nk_people_whole): usable
 * while one record is, earliest begin, latest end, due only when all are. */
void nk_year_own(const struct nk_year *y, const struct nk_person *p, nk_date day, struct nk_year_wanted *out);
void nk_year_of(const struct nk_year *y, const struct nk_person *p, nk_date day, struct nk_year_wanted *out);
/* nk_year_overlap: days for which who moves today stays in the old place too; 0: none. */
uint32_t nk_year_overlap(const struct nk_year *y, const struct nk_person *p, nk_date day);
/* nk_year_school: the school a person is counted at on that day, else the unit; NULL: none. */
const struct nk_unit *nk_year_school(const struct nk_year *y, const struct nk_person *p, nk_date day);

#endif
