/*
 * flow_year.h: what the year brings: the calendar, and a person's three dates.
 *
 * The calendar is computed and written nowhere. Without `persons` it holds counts only, nobody's value.
 */
#ifndef NK_FLOW_YEAR_H
#define NK_FLOW_YEAR_H

#include "flow.h"

enum { NK_CALENDAR_DAYS_MAX = 800 };

struct nk_calendar_row {
	nk_date day; /* today for what is due already */
	const char *what; /* activate, suspend, move, retain, erase: of persons; duty, holding, warrant, season */
	struct nk_str rule; /* the row of [year]; "built-in", "own date"; kind of duty, holding, warrant, season */
	struct nk_str school; /* code, else key, of the first school; empty: none, or nothing of persons */
	uint64_t count;
	/* with persons only; of who is protected (支援措置) neither school nor login nor name: */
	struct nk_uuid person;
	struct nk_str login, name;
};
struct nk_calendar_request {
	uint32_t days; /* 1 to NK_CALENDAR_DAYS_MAX; today is the first */
	bool persons; /* a row for each person, count 1 */
};
struct nk_calendar_reply {
	nk_date from, until; /* both are in it */
	const struct nk_calendar_row *rows; /* by day, what, rule, school */
	size_t n;
	const struct nk_str *idle; /* rows of [year] that fit nobody there is */
	size_t n_idle;
};
NK_RESULT nk_op_calendar(struct nk_flow *flow, const struct nk_calendar_request *req, struct nk_arena *arena,
	struct nk_calendar_reply *out, struct nk_err *err);

/* 0: left as it is; NK_DATE_NONE: taken away. */
struct nk_person_dates {
	nk_date from, until, erase_on; /* 有効開始日, 無効開始日, 削除日 */
	bool by_rules; /* back to what file and rules say */
};
/*
 * nk_op_person_dates: sets them by hand: from then on neither a file nor a row of [year] changes them. `key` as
 * nk_op_person_show takes it. NK_INVALID: an end before the beginning, or an erasure before the end. A leaf CHANGE.
 */
NK_RESULT nk_op_person_dates(struct nk_flow *flow, struct nk_str key, const struct nk_person_dates *dates,
	struct nk_arena *arena, struct nk_err *err);

#endif
