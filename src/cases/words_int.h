/*
 * words_int.h: numbers, days and times as people read them, and texts with places for slices; for the files of this floor.
 */
#ifndef NK_WORDS_INT_H
#define NK_WORDS_INT_H

#include "facts.h"

enum { CASE_JAPAN_MINUTES = 540, CASE_NINE = 10 };

/* case_number: "1,204". case_date: 2023年8月16日 or 2023-08-16; "" for no day. case_time: with hours and minutes of Japan.
 * All live to the end of the full expression. */
struct nk_short case_number(uint64_t n);
struct nk_short case_date(nk_date day, enum nk_lang lang);
struct nk_short case_time(nk_time at, enum nk_lang lang);

/* case_say: appends the translated msgid with its places %1$s … %9$s (or %s in order) filled by `args`, of any length;
 * a percent sign is written %%. */
NK_RESULT case_say(struct nk_buf *out, enum nk_lang lang, const char *msgid, const struct nk_str *args, struct nk_err *err);
/* case_put: the same without places. */
NK_RESULT case_put(struct nk_buf *out, enum nk_lang lang, const char *msgid, struct nk_err *err);
/* case_text: the same into an arena. */
NK_RESULT case_text(
	struct nk_arena *arena, enum nk_lang lang, const char *msgid, const struct nk_str *args, struct nk_str *out, struct nk_err *err);
/* case_keep: what a buffer holds, in the arena; the buffer is empty again. */
NK_RESULT case_keep(struct nk_buf *buf, struct nk_arena *arena, struct nk_str *out, struct nk_err *err);

/* case_query: the fact's own query id, or that of facts.rows. */
struct nk_str case_query(const struct nk_case_facts *facts, enum nk_fact_id id);
/* case_fact_is_there: was it set as known, or does it follow from the lists of the case (items, course, classes, harms)? */
bool case_fact_is_there(const struct nk_case_facts *facts, enum nk_fact_id id);
/* case_fact_put: the value of a fact that is there; texts as they are, choices by the words of `set` in law/. */
struct case_value {
	const struct nk_law *law;
	const struct nk_case_facts *facts;
	enum nk_fact_id id;
	struct nk_str set; /* of words, for choices; may be empty */
};
NK_RESULT case_fact_put(const struct case_value *v, enum nk_lang lang, struct nk_buf *out, struct nk_err *err);

#endif
