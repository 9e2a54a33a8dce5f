/*
 * when.h: points in time, days, and their ISO 8601 spellings.
 *
 * nk_time is microseconds since 1970-01-01T00:00:00Z, without leap seconds.
 * nk_date is a day of the proleptic Gregorian calendar, counted from
 * 1970-01-01; NK_DATE_NONE means that no day is set.
 */
#ifndef NK_WHEN_H
#define NK_WHEN_H

typedef int64_t nk_time;
typedef int32_t nk_date;

#define NK_DATE_NONE INT32_MIN
#define NK_SECOND INT64_C(1000000)
#define NK_DAY (INT64_C(86400) * NK_SECOND)
enum { NK_TIME_TEXT = 28, NK_DATE_TEXT = 11 };

struct nk_ymd {
	int year;
	unsigned month; /* 1–12 */
	unsigned day; /* 1–31 */
};

/* nk_date_split: year, month and day; not for NK_DATE_NONE. */
struct nk_ymd nk_date_split(nk_date date);
/* nk_date_make: false when there is no such day or the year is not in 1600–9999. */
bool nk_date_make(struct nk_ymd ymd, nk_date *out);
/* nk_date_add_months: the same day of a later month, or that month's last day. */
nk_date nk_date_add_months(nk_date date, unsigned months);
/* nk_date_parse: exactly YYYY-MM-DD. */
bool nk_date_parse(struct nk_str s, nk_date *out);
/* nk_date_print: YYYY-MM-DD, or "-" for NK_DATE_NONE. */
const char *nk_date_print(nk_date date, char text[static NK_DATE_TEXT]);
/* nk_time_print: YYYY-MM-DDThh:mm:ss.mmmZ. */
const char *nk_time_print(nk_time t, char text[static NK_TIME_TEXT]);
/* nk_time_parse: YYYY-MM-DDThh:mm:ss[.f…]Z, to the microsecond. */
bool nk_time_parse(struct nk_str s, nk_time *out);
/* nk_time_day: the civil day at an offset of `tz_minutes` east of UTC (540 in Japan). */
nk_date nk_time_day(nk_time t, int tz_minutes);
/* nk_school_year: the year whose 1 April is the last one at or before the day. */
int nk_school_year(nk_date date);

#endif
