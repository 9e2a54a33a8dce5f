/*
 * law.h: the law as dated data: classes, thresholds, deadlines, calendars, words, forms; and the sums over them.
 *
 * No number of the law is a constant of the program: all of it stands in law/, each row with its source, the day it
 * was checked and the days between which it is valid. A row that nobody checked says so wherever it is printed
 * (未確認). Pure: no clock, no disk. The law as shipped is compiled in; a folder named in the configuration is read
 * by flow and laid over it, text by text: a section of the same name replaces the one before.
 */
#ifndef NK_LAW_H
#define NK_LAW_H

struct nk_law;

/* Whose rules: 民間 and 規律移行法人 by rule 7/8; public bodies by rule 43; 別表第二 (national universities …) use the
 * private form and classes. */
enum nk_regime { NK_REGIME_PRIVATE, NK_REGIME_PUBLIC, NK_REGIME_APPENDIX2, NK_REGIME_COUNT };
/* nk_regime_name: "private", "public", "appendix2". nk_regime_by_name: false when there is no such word. */
const char *nk_regime_name(enum nk_regime r);
bool nk_regime_by_name(struct nk_str name, enum nk_regime *out);

/* Three values, everywhere: unknown never counts as good (I10). */
enum nk_tri { NK_TRI_UNKNOWN, NK_TRI_NO, NK_TRI_YES, NK_TRI_COUNT };
/* nk_tri_name: "unknown", "no", "yes". nk_tri_by_name: false when there is no such word. */
const char *nk_tri_name(enum nk_tri t);
bool nk_tri_by_name(struct nk_str name, enum nk_tri *out);

/* A number of persons: at least `least` (proved), at most `most`; `most` is UINT64_MAX when there is no upper bound yet.
 * Exact when they are equal. {0, UINT64_MAX}: nothing is known. */
struct nk_count {
	uint64_t least;
	uint64_t most;
};
#define NK_COUNT_UNKNOWN ((struct nk_count){ 0, UINT64_MAX })
/* nk_count_exact: are both bounds the same number? */
static inline bool nk_count_exact(struct nk_count c)
{
	return c.least == c.most;
}

struct nk_law_text {
	struct nk_str name; /* for messages: "appi.law" */
	struct nk_str text;
};

/*
 * nk_law_new: the law that is compiled in, with `texts` (may be none) laid over it in their order. *out is the
 * caller's. NK_CONFIG names the text and the line; NK_LIMIT: more than 4,096 sections or 4 MB.
 * nk_law_read: only `texts`, nothing compiled in (tests, fuzzing, checking a file).
 */
NK_RESULT nk_law_new(const struct nk_law_text *texts, size_t n, struct nk_law **out, struct nk_err *err);
NK_RESULT nk_law_read(const struct nk_law_text *texts, size_t n, struct nk_law **out, struct nk_err *err);
void nk_law_free(struct nk_law **law);

/* Where a row comes from. All slices of a row live as long as the law. */
struct nk_law_origin {
	struct nk_str section; /* "deadline final-private": its place in law/ */
	struct nk_str source;
	nk_date checked; /* NK_DATE_NONE: nobody has checked it: print 未確認 */
	nk_date valid_from;
	nk_date valid_until; /* last day; NK_DATE_NONE: open */
};
/* nk_law_unverified: the row prints 未確認. */
bool nk_law_unverified(const struct nk_law_origin *o);

/* What is open and what is shut. */
enum nk_day_kind { NK_DAY_OPEN, NK_DAY_SHUT, NK_DAY_NO_TABLE };
/* nk_law_day: Saturday, Sunday, holiday and 12/29–1/3 are shut; a year without a table is NK_DAY_NO_TABLE even where
 * the weekday alone would answer. *out_name (may be NULL): the holiday's name, or "". */
enum nk_day_kind nk_law_day(const struct nk_law *law, nk_date day, struct nk_str *out_name);

/* What the guards of imports and plans know of the calendar: law/season.law. */
enum nk_law_season { NK_LAW_SEASON_NONE, NK_LAW_SEASON_SMALL, NK_LAW_SEASON_GREAT };
/* nk_law_season: the greatest season of that day for a board (the name of a source; "": rows of every board). */
enum nk_law_season nk_law_season(const struct nk_law *law, struct nk_str board, nk_date day);
/* nk_law_school_ended: does a row say that the school of this code has ended by that day? `ends` is its last day. */
bool nk_law_school_ended(const struct nk_law *law, struct nk_str board, struct nk_str code, nk_date day);

/* Classes of rule 7 (private) and rule 43 (public) as bits: 1 << class. */
enum nk_law_class {
	NK_CLASS_NONE,
	NK_CLASS_SENSITIVE, /* ① 要配慮個人情報 */
	NK_CLASS_PROPERTY, /* ② 財産的被害のおそれ */
	NK_CLASS_WRONGFUL, /* ③ 不正の目的 */
	NK_CLASS_MANY, /* ④ more than 1,000 (public: 100) */
	NK_CLASS_ORDINANCE, /* ⑤ 条例要配慮個人情報, public only */
	NK_CLASS_COUNT
};
struct nk_class_ask {
	enum nk_regime regime;
	nk_date on; /* the law of which day: the day of knowing */
	enum nk_tri sensitive;
	enum nk_tri property;
	enum nk_tri wrongful;
	enum nk_tri ordinance;
	struct nk_count persons;
};
struct nk_classes {
	unsigned certain; /* bits: happened */
	unsigned feared; /* bits: おそれ: may have happened; both are reportable */
	unsigned open; /* bits: nothing said yet: counts as reportable until somebody says no */
	bool needs_review; /* the law data have no row for that day */
};
/*
 * nk_law_classify: "yes" is certain, "unknown" is open. Class ④: certain when the proved count is over the threshold,
 * feared when only the upper bound is (1,001 ⇒ feared, 1,000 ⇒ not), open when there is no upper bound.
 */
struct nk_classes nk_law_classify(const struct nk_law *law, const struct nk_class_ask *ask);
/* nk_classes_parse, nk_classes_print: "1,3" as the table incident keeps it; only certain and feared ones are printed,
 * feared ones with '?': "1,4?". */
bool nk_classes_parse(struct nk_str text, struct nk_classes *out);
NK_RESULT nk_classes_print(struct nk_classes c, struct nk_buf *out, struct nk_err *err);
/* nk_law_class_words: "④ 1,000人を超える…" as law/ has it for that regime and day; "" when there is none. */
struct nk_str nk_law_class_words(const struct nk_law *law, enum nk_regime regime, enum nk_law_class c, nk_date on, enum nk_lang lang);

/* Deadlines. */
enum nk_deadline_kind {
	NK_DEADLINE_PRELIMINARY, /* 速報 */
	NK_DEADLINE_FINAL, /* 確報 */
	NK_DEADLINE_PERSON, /* 本人通知: promptly, no fixed days */
	NK_DEADLINE_ENTRUSTING, /* 委託元への通知: the contract's clock in hours */
	NK_DEADLINE_PMARK_PRELIMINARY,
	NK_DEADLINE_PMARK_FINAL,
	NK_DEADLINE_OTHER, /* checks without days: 適時開示, police, IPA … */
	NK_DEADLINE_COUNT
};
/* nk_deadline_name: "preliminary", "final", "person", "entrusting", "pmark-preliminary", "pmark-final", "other". */
const char *nk_deadline_name(enum nk_deadline_kind k);

struct nk_deadline_ask {
	enum nk_regime regime;
	struct nk_classes classes;
	nk_time known_at; /* immutable (I9): nothing here moves it */
	bool entrusted; /* somebody entrusted us with the data */
	uint32_t contract_hours; /* the contract's clock; 0: none agreed */
	bool pmark; /* has the プライバシーマーク */
	bool listed; /* a listed company */
};
struct nk_deadline {
	enum nk_deadline_kind kind;
	struct nk_str word[NK_LANG_COUNT]; /* 確報（30日） */
	nk_date from; /* 速報: the third day; else as due */
	nk_date due; /* the last day, rolled to an open one; NK_DATE_NONE: no fixed day (promptly) */
	nk_date counted; /* the day before rolling */
	nk_time due_at; /* the end of `due` in Japan (last microsecond); contract clocks: the moment; 0: none */
	bool needs_review; /* no holiday table for the year: `due` is the counted day, somebody must look */
	bool unverified; /* the row, or a holiday table that was used, prints 未確認 */
	const struct nk_law_origin *origin;
};
/*
 * nk_law_deadlines: what is due, in order of urgency; empty when no class is certain, feared or open (a voluntary
 * report stays possible) except for what does not depend on classes (プライバシーマーク, contract). The day of knowing
 * (in Japan) is day 1. Class ③ certain or feared makes 60 days of 30; while it is only open, 30 stand.
 * The array is in `arena`.
 */
NK_RESULT nk_law_deadlines(const struct nk_law *law, const struct nk_deadline_ask *ask, struct nk_arena *arena, struct nk_deadline **out,
	size_t *out_n, struct nk_err *err);

/* nk_law_item_word: what people call an item class ("kana" → 氏名のフリガナ) or an item of a form; false when law/ has no
 * such word. */
bool nk_law_item_word(const struct nk_law *law, struct nk_str item, enum nk_lang lang, struct nk_str *out);

/* nk_law_word: the word of a set of law/words.law: "cause_kind", "discoverer", "holding" …; false when there is none. */
bool nk_law_word(const struct nk_law *law, const char *set, struct nk_str name, enum nk_lang lang, struct nk_str *out);

/* nk_law_rows: every row with its origin, for `case law` and for who checks them. */
typedef NK_RESULT nk_law_row_fn(void *arg, const struct nk_law_origin *origin, struct nk_err *err);
NK_RESULT nk_law_rows(const struct nk_law *law, nk_law_row_fn *fn, void *arg, struct nk_err *err);

#endif
