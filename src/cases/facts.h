/*
 * facts.h: everything about a case that a form, a letter, a sentence or an export can bind to.
 *
 * Flow computes it from the store; nothing here is typed by hand except where a form says "human", and those come from
 * the case's notes. Every value has three states and the name of the query that gave it (I11, I10). Texts are borrowed:
 * they live as long as the caller's arena (wiping: case texts may hold personal data; the outputs do too).
 */
#ifndef NK_FACTS_H
#define NK_FACTS_H

#include "law.h"

enum nk_knows {
	NK_NOT_KNOWN, /* not known yet: （未把握） where the law allows it */
	NK_KNOWN,
	NK_NOT_APPLICABLE, /* does not apply to this case: 該当なし */
};
enum nk_fact_type { NK_FACT_text, NK_FACT_count, NK_FACT_tri, NK_FACT_time, NK_FACT_date, NK_FACT_choice };

/* Facts by name: facts.rows. */
enum nk_fact_id {
#define ROW(name, type, query, what) NK_FACT_ID_##name,
#include "facts.inc"
#undef ROW
	NK_FACT_ID_COUNT
};
struct nk_fact {
	enum nk_knows knows;
	struct nk_str text; /* text; choice: the word as the form's row of choices has it ("unauthorised-access") */
	struct nk_count count; /* count */
	enum nk_tri tri; /* tri */
	nk_time at; /* time */
	nk_date on; /* date */
	struct nk_str query; /* query id with its parameters; empty: that of facts.rows */
};
/* nk_fact_type, nk_fact_name, nk_fact_query, nk_fact_what: the columns of facts.rows; static. nk_fact_by_name: false when there is
 * no such fact. */
enum nk_fact_type nk_fact_type(enum nk_fact_id id);
const char *nk_fact_name(enum nk_fact_id id);
const char *nk_fact_query(enum nk_fact_id id);
const char *nk_fact_what(enum nk_fact_id id); /* a msgid */
bool nk_fact_by_name(struct nk_str name, enum nk_fact_id *out);

/* Persons by item class: one row an item that the extent has ("name", "kana", "mail" … of people's item classes). */
struct nk_item_persons {
	struct nk_str item;
	struct nk_count persons;
};

/* One affected holding and what is known about reading it (sentence.h). */
struct nk_affected {
	struct nk_str id; /* its uuid */
	struct nk_str kind; /* word of holdings.rows */
	struct nk_str harm; /* leaked, may-be-leaked, lost, damaged */
	enum nk_tri read;
	uint64_t readers; /* read = yes: how many readings */
	uint32_t missing_minutes; /* read = unknown: minutes of the window that no log covers; 0: no log at all */
	struct nk_str sources; /* read = no: the logs that cover the window */
	struct nk_count persons;
	bool unaccounted; /* may never have existed: persons.most is an upper bound */
	struct nk_str query;
};

/* A dated assertion (A4): 現時点で不正使用は確認されていない. */
struct nk_assertion {
	struct nk_str kind; /* "no-misuse" … */
	nk_time at;
	nk_time expires_at;
	struct nk_str sources; /* what was looked at; empty: not printable */
};

/* One moment of the course of events. */
enum nk_moment_lane { NK_LANE_EVENT, NK_LANE_DECISION, NK_LANE_REPORT, NK_LANE_PERSON, NK_LANE_DEADLINE, NK_LANE_COUNT };
struct nk_moment {
	nk_time at;
	nk_time until; /* 0: a point; else an interval */
	enum nk_moment_lane lane;
	bool guessed; /* 推測 */
	struct nk_str text; /* short: what happened */
};

struct nk_case_facts {
	struct nk_str case_id;
	struct nk_str receipt;
	struct nk_str title;
	enum nk_regime regime;
	nk_time now; /* the day of the paper */
	struct nk_classes classes;
	struct nk_fact fact[NK_FACT_ID_COUNT]; /* zeroed: nothing is known yet */
	const struct nk_item_persons *items;
	size_t items_n;
	const struct nk_affected *affected;
	size_t affected_n;
	const struct nk_assertion *assertions;
	size_t assertions_n;
	const struct nk_moment *course;
	size_t course_n;
	const struct nk_deadline *deadlines;
	size_t deadlines_n;
	bool simulated; /* simulated clock: every paper says so */
};

/* Setting one, for flow: nk_fact_text_is and so on mark it known. An empty text stays "not known". */
void nk_fact_text_is(struct nk_case_facts *f, enum nk_fact_id id, struct nk_str text);
void nk_fact_count_is(struct nk_case_facts *f, enum nk_fact_id id, struct nk_count count);
void nk_fact_tri_is(struct nk_case_facts *f, enum nk_fact_id id, enum nk_tri tri);
void nk_fact_time_is(struct nk_case_facts *f, enum nk_fact_id id, nk_time at);
void nk_fact_date_is(struct nk_case_facts *f, enum nk_fact_id id, nk_date on);
void nk_fact_not_applicable(struct nk_case_facts *f, enum nk_fact_id id);

#endif
