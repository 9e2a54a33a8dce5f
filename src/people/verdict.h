/*
 * verdict.h: what a guard says, on both sides (source and apply).
 */
#ifndef NK_VERDICT_H
#define NK_VERDICT_H

enum nk_verdict { NK_VERDICT_FREE, NK_VERDICT_APPROVAL, NK_VERDICT_STOPPED };

struct nk_guard_finding {
	const char *rule; /* "S2", "P1", … */
	const char *what; /* msgid with %1$s (cell or word), %2$llu (figure), %3$llu (limit) */
	struct nk_str cell; /* school × grade × role, or "" : nobody's name */
	unsigned long long figure, limit;
	enum nk_verdict verdict;
};

/* nk_season: 15 March to 30 April, when schools turn the year. */
static inline bool nk_season(nk_date day)
{
	const struct nk_ymd d = nk_date_split(day);

	return (d.month == 3 && d.day >= 15) || d.month == 4;
}

#endif
