/*
 * period.h: half-years of training: April to September (H1), October to March (H2), by the days of the installation.
 */
#ifndef NK_PERIOD_H
#define NK_PERIOD_H

enum { NK_PERIOD_TEXT = 8 };

struct nk_period {
	char name[NK_PERIOD_TEXT]; /* "2026H1": 2026-04-01 to 2026-09-30; "2026H2": 2026-10-01 to 2027-03-31 */
	nk_date first, last;
};

/* nk_period_of: the half-year of a day. nk_period_before: the one before it. */
struct nk_period nk_period_of(nk_date day);
struct nk_period nk_period_before(const struct nk_period *p);

#endif
