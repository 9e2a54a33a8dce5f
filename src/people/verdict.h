/*
 * verdict.h: what a guard says, on both sides (source and apply).
 */
#ifndef NK_VERDICT_H
#define NK_VERDICT_H

enum nk_verdict { NK_VERDICT_FREE, NK_VERDICT_APPROVAL, NK_VERDICT_STOPPED };

struct nk_guard_finding {
	const char *rule; /* "S2", "P1", … */
	const char *what; /* msgid with %1$s (cell or word), %2$llu (figure), %3$llu (limit), may be %4$llu (last), %5$llu (now) */
	struct nk_str cell; /* school × grade × role, or "" : nobody's name */
	unsigned long long figure, limit;
	enum nk_verdict verdict;
	unsigned long long last; /* how many there were, where that is known */
	unsigned long long now; /* and are, where the figure says something else (counted) */
	bool counted;
};

/* What kind of week it is (law/season.law, by board): outside of the seasons, in a small wave, at the turn of the year. */
enum nk_turn { NK_TURN_NONE, NK_TURN_SMALL, NK_TURN_GREAT };

#endif
