/*
 * period.c: half-years of the Japanese school and business year. Pure.
 */
#include "base.h"
#include "period.h"

struct nk_period nk_period_of(nk_date day)
{
	const struct nk_ymd d = nk_date_split(day);
	const bool first_half = d.month >= 4 && d.month <= 9;
	const int year = d.month >= 4 ? d.year : d.year - 1;
	const struct nk_ymd begin = { year, first_half ? 4 : 10, 1 };
	struct nk_period p = { .name = "" };

	(void)snprintf(p.name, sizeof(p.name), "%04dH%d", year % 10000, first_half ? 1 : 2);
	nk_assert(nk_date_make(begin, &p.first));
	p.last = nk_date_add_months(p.first, 6) - 1;
	return p;
}

struct nk_period nk_period_before(const struct nk_period *p)
{
	return nk_period_of(p->first - 1);
}
