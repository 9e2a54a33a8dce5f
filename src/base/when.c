/*
 * when.c: days and times by arithmetic alone: no time zone files, no locale, no clock.
 */
#include "base.h"

enum { YEAR_MIN = 1600, YEAR_MAX = 9999 };

/* Days of an era of 400 years that starts on 1 March of year 0; months counted from March make the leap day the last
 * one. */
enum { ERA_DAYS = 146097, ERA_YEARS = 400, EPOCH_SHIFT = 719468 };

static int64_t floor_div(int64_t a, int64_t b)
{
	return a / b - (a % b < 0 ? 1 : 0);
}

struct nk_ymd nk_date_split(nk_date date)
{
	const int64_t days = (int64_t)date + EPOCH_SHIFT;
	const int64_t era = floor_div(days, ERA_DAYS);
	const int64_t doe = days - era * ERA_DAYS; /* 0–146096 */
	const int64_t yoe = (doe - doe / 1460 + doe / 36524 - doe / 146096) / 365; /* 0–399 */
	const int64_t doy = doe - (365 * yoe + yoe / 4 - yoe / 100); /* 0–365, from 1 March */
	const int64_t mp = (5 * doy + 2) / 153; /* 0–11, from March */
	const int64_t month = mp < 10 ? mp + 3 : mp - 9;
	const int64_t year = yoe + era * ERA_YEARS + (month <= 2 ? 1 : 0);

	return (struct nk_ymd){ (int)year, (unsigned)month, (unsigned)(doy - (153 * mp + 2) / 5 + 1) };
}

static nk_date days_of(struct nk_ymd ymd)
{
	const int64_t year = (int64_t)ymd.year - (ymd.month <= 2 ? 1 : 0);
	const int64_t era = floor_div(year, ERA_YEARS);
	const int64_t yoe = year - era * ERA_YEARS;
	const int64_t mp = ((int64_t)ymd.month + 9) % 12;
	const int64_t doy = (153 * mp + 2) / 5 + (int64_t)ymd.day - 1;

	return (nk_date)(era * ERA_DAYS + yoe * 365 + yoe / 4 - yoe / 100 + doy - EPOCH_SHIFT);
}

bool nk_date_make(struct nk_ymd ymd, nk_date *out)
{
	struct nk_ymd back;
	nk_date date = 0;

	if (ymd.year < YEAR_MIN || ymd.year > YEAR_MAX || ymd.month < 1 || ymd.month > 12 || ymd.day < 1 ||
		ymd.day > 31) {
		return false;
	}
	date = days_of(ymd);
	back = nk_date_split(date);
	if (back.month != ymd.month || back.day != ymd.day) {
		return false;
	}
	*out = date;
	return true;
}

/* `len` digits at `at`, all of them; the caller has checked the room. */
static bool digits_at(struct nk_str s, size_t at, size_t len, unsigned *out)
{
	uint32_t v = 0;

	if (!nk_parse_u32(nk_str_sub(s, at, len), 0, 999999, &v)) {
		return false;
	}
	*out = v;
	return true;
}

bool nk_date_parse(struct nk_str s, nk_date *out)
{
	struct nk_ymd ymd;
	unsigned year = 0;

	if (s.len != 10 || s.ptr[4] != '-' || s.ptr[7] != '-') {
		return false;
	}
	if (!digits_at(s, 0, 4, &year) || !digits_at(s, 5, 2, &ymd.month) || !digits_at(s, 8, 2, &ymd.day)) {
		return false;
	}
	ymd.year = (int)year;
	return nk_date_make(ymd, out);
}

const char *nk_date_print(nk_date date, char text[static NK_DATE_TEXT])
{
	const struct nk_ymd ymd = nk_date_split(date);

	if (date == NK_DATE_NONE) {
		(void)snprintf(text, NK_DATE_TEXT, "-");
		return text;
	}
	if (ymd.year < 0 || ymd.year > YEAR_MAX) {
		(void)snprintf(text, NK_DATE_TEXT, "?");
		return text;
	}
	(void)snprintf(
		text, NK_DATE_TEXT, "%04u-%02u-%02u", (unsigned)ymd.year % 10000, ymd.month % 100, ymd.day % 100);
	return text;
}

const char *nk_time_print(nk_time t, char text[static NK_TIME_TEXT])
{
	const int64_t day = floor_div(t, NK_DAY);
	const int64_t rest = t % NK_DAY;
	const int64_t ms = (rest < 0 ? rest + NK_DAY : rest) / 1000;
	const struct nk_ymd ymd = nk_date_split((nk_date)day);

	(void)snprintf(text, NK_TIME_TEXT, "%04d-%02u-%02uT%02u:%02u:%02u.%03uZ", ymd.year % 1000000, ymd.month % 100,
		ymd.day % 100, (unsigned)(ms / 3600000) % 100, (unsigned)(ms / 60000 % 60),
		(unsigned)(ms / 1000 % 60), (unsigned)(ms % 1000));
	return text;
}

/* The fraction behind the point, in microseconds; digits beyond the sixth are dropped. */
static bool parse_fraction(struct nk_str s, int64_t *out_us)
{
	int64_t us = 0;

	if (s.len == 0) {
		return false;
	}
	for (size_t i = 0; i < s.len; i++) {
		if (s.ptr[i] < '0' || s.ptr[i] > '9') {
			return false;
		}
		us = i < 6 ? us * 10 + (s.ptr[i] - '0') : us;
	}
	for (size_t i = s.len; i < 6; i++) {
		us *= 10;
	}
	*out_us = us;
	return true;
}

bool nk_time_parse(struct nk_str s, nk_time *out)
{
	unsigned hour = 0;
	unsigned minute = 0;
	unsigned second = 0;
	nk_date date = 0;
	int64_t us = 0;

	if (s.len < 20 || s.ptr[10] != 'T' || s.ptr[13] != ':' || s.ptr[16] != ':' || s.ptr[s.len - 1] != 'Z') {
		return false;
	}
	if (!nk_date_parse(nk_str_sub(s, 0, 10), &date) || !digits_at(s, 11, 2, &hour) ||
		!digits_at(s, 14, 2, &minute) || !digits_at(s, 17, 2, &second)) {
		return false;
	}
	if (hour > 23 || minute > 59 || second > 59) {
		return false;
	}
	if (s.len > 20 && (s.ptr[19] != '.' || !parse_fraction(nk_str_sub(s, 20, s.len - 21), &us))) {
		return false;
	}
	*out = (int64_t)date * NK_DAY + ((int64_t)hour * 3600 + (int64_t)minute * 60 + (int64_t)second) * NK_SECOND +
		us;
	return true;
}

nk_date nk_time_day(nk_time t, int tz_minutes)
{
	const int64_t shift = (int64_t)tz_minutes * 60 * NK_SECOND;
	int64_t local = 0;

	if (__builtin_add_overflow(t, shift, &local)) {
		local = shift > 0 ? INT64_MAX : INT64_MIN;
	}
	return (nk_date)floor_div(local, NK_DAY);
}

int nk_school_year(nk_date date)
{
	const struct nk_ymd ymd = nk_date_split(date);

	return ymd.month >= 4 ? ymd.year : ymd.year - 1;
}

nk_date nk_date_add_months(nk_date date, unsigned months)
{
	struct nk_ymd d = nk_date_split(date);
	const unsigned total = d.month - 1 + months;
	nk_date out = date;

	d.year += (int)(total / 12);
	d.month = total % 12 + 1;
	while (!nk_date_make(d, &out) && d.day > 28) {
		d.day--;
	}
	return out;
}
