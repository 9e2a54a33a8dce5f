/*
 * law_int.h: the rows of the law as law.c keeps them; for the files of this floor.
 *
 * A row is a section "[kind name]" with its keys, checked by the table of law_rules.c when it was read: whoever looks up
 * a key finds it well-formed or not there.
 */
#ifndef NK_LAW_INT_H
#define NK_LAW_INT_H

#include "law.h"

enum law_kind {
	LAW_CLASS,
	LAW_DEADLINE,
	LAW_HOLIDAYS,
	LAW_CLOSURE,
	LAW_WORDS,
	LAW_FORM,
	LAW_FIELD,
	LAW_SEASON,
	LAW_SCHOOL,
	LAW_KIND_COUNT
};

struct law_pair {
	struct nk_str key;
	struct nk_str value;
};
struct law_row {
	enum law_kind kind;
	struct nk_str name; /* behind the kind */
	struct nk_law_origin origin;
	size_t first; /* of law->pairs */
	size_t n;
	size_t text; /* which text it came from */
	unsigned line;
	bool replaced;
	bool has_checked;
};
struct nk_law {
	struct nk_arena *arena;
	struct nk_vec rows; /* struct law_row */
	struct nk_vec pairs; /* struct law_pair */
};

/* law_row_at: row i. law_get: a key's value; false: not there. law_num: a number that law_rules.c has checked; 0: not
 * there. law_list_has: is the word in the comma-separated list of that key? */
const struct law_row *law_row_at(const struct nk_law *law, size_t i);
bool law_get(const struct nk_law *law, const struct law_row *row, const char *key, struct nk_str *out);
uint32_t law_num(const struct nk_law *law, const struct law_row *row, const char *key);
bool law_list_has(const struct nk_law *law, const struct law_row *row, const char *key, struct nk_str word);
/* law_holds: is the row in force on that day, and not replaced? */
bool law_holds(const struct law_row *row, nk_date on);
/* law_word: word.ja or word.en of a row; "" when it has none. */
struct nk_str law_word(const struct nk_law *law, const struct law_row *row, enum nk_lang lang);
/* law_named_word: "[words set]" name.ja / name.en. *out_row (may be NULL): for its origin. */
bool law_named_word(const struct nk_law *law, const char *set, struct nk_str name, enum nk_lang lang, struct nk_str *out,
	const struct law_row **out_row);

/* law_kind_of: "deadline" → LAW_DEADLINE. law_check_pair, law_check_row: NK_CONFIG says what is wrong. */
bool law_kind_of(struct nk_str word, enum law_kind *out);
NK_RESULT law_check_pair(enum law_kind kind, const struct law_pair *pair, struct nk_err *err);
NK_RESULT law_check_row(const struct nk_law *law, const struct law_row *row, struct nk_err *err);
/* law_month_day: "MM-DD" of a leap year. */
bool law_month_day(struct nk_str text, unsigned *out_month, unsigned *out_day);

/* law_between: does the day lie from `from` to `until` of the row, both included, over a turn of the year if need be? */
bool law_between(const struct nk_law *law, const struct law_row *row, struct nk_ymd day);
/* law_year_unverified: nobody has checked that year's table of holidays, or there is none. */
bool law_year_unverified(const struct nk_law *law, int year);
/* law_class_row: the row of that class for the regime, in force on the day; NULL: none. */
const struct law_row *law_class_row(const struct nk_law *law, enum nk_regime regime, enum nk_law_class c, nk_date on);

#endif
