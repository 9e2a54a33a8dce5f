/*
 * dates.c: days of the calendar in every usual form, Gregorian and in eras: 1985/4/1, 19850401, 昭和六十年四月一日,
 * S60.4.1, S600401, ㍼60年.
 *
 * Only days that were: lengths of months, leap years, first and last day of the era.
 */
#include "nks_detect_int.h"

enum { YEAR_FIRST = 1868, YEAR_LAST = 2039, FORM_DIGITS = 8, ERA_DIGITS = 6 };

struct era {
	nks_unit first, second; /* 昭 和 */
	nks_unit sign; /* ㍼ */
	nks_unit letter;
	unsigned year; /* the year before its first */
	unsigned begin, end; /* as YYYYMMDD, both inside */
};
static const struct era eras[] = {
	{ 0x660e, 0x6cbb, 0x337e, 'm', 1867, 18680101, 19120730 },
	{ 0x5927, 0x6b63, 0x337d, 't', 1911, 19120730, 19261225 },
	{ 0x662d, 0x548c, 0x337c, 's', 1925, 19261225, 19890107 },
	{ 0x5e73, 0x6210, 0x337b, 'h', 1988, 19890108, 20190430 },
	{ 0x4ee4, 0x548c, 0x32ff, 'r', 2018, 20190501, 20391231 },
};

static bool is_day(unsigned y, unsigned m, unsigned d)
{
	static const uint8_t lengths[] = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 };
	if (y < YEAR_FIRST || y > YEAR_LAST || m < 1 || m > 12 || d < 1) {
		return false;
	}
	bool leap = y % 4 == 0 && (y % 100 != 0 || y % 400 == 0);
	return d <= lengths[m - 1] + (unsigned)(leap && m == 2);
}

/* The era that begins at i and how long its name is. */
static const struct era *era_at(const struct nks_text *t, size_t i, size_t *len)
{
	nks_unit a = t->u[i], b = i + 1 < t->n ? t->u[i + 1] : 0;
	for (size_t k = 0; k < sizeof eras / sizeof eras[0]; k++) {
		const struct era *e = &eras[k];
		*len = 1;
		if (a == e->first && b == e->second) {
			*len = 2;
			return e;
		}
		bool number = nks_is_digit(b) || nks_is_numeral(b) || b == 0x5143;
		if (a == e->sign || (a == e->first && number)) {
			return e;
		}
		bool alone = i == 0 || !nks_text_is(t, NKS_M_ALPHA, i - 1);
		if (nks_fold[a] == e->letter && (nks_is_digit(b) || b == '.') && alone) {
			return e;
		}
	}
	return NULL;
}

static size_t skip_blank(const struct nks_text *t, size_t i)
{
	return i < t->n && nks_is_blank(t->u[i]) ? i + 1 : i;
}

/* What stands behind a year or month: its sign, or one mark. 0: neither. */
static nks_unit mark_at(const struct nks_text *t, size_t i, nks_unit sign)
{
	nks_unit u = i < t->n ? t->u[i] : 0;
	if (u == sign) {
		return sign;
	}
	if (u == '/' || u == '.' || u == 0xff0f || u == 0xff0e || nks_is_hyphen(u)) {
		return '/';
	}
	return u == 0x30fb ? (nks_unit)'/' : (nks_unit)0;
}

/* Y, M, D with marks or signs between. Answers where it ends, 0: no. */
static size_t marked(const struct nks_text *t, size_t i, unsigned out[3], bool era)
{
	static const nks_unit signs[3] = { 0x5e74, 0x6708, 0x65e5 };
	nks_unit kind = 0;
	for (size_t k = 0; k < 3; k++) {
		size_t n = nks_number(t, i, &out[k]);
		if (n == 0 && k == 0 && era && i < t->n && t->u[i] == 0x5143) {
			out[k] = 1;
			n = 1;
		}
		if (n == 0 || (k > 0 && n > 3)) {
			return 0;
		}
		i += n;
		size_t next = skip_blank(t, i);
		nks_unit mark = mark_at(t, next, signs[k]);
		if (k == 2) {
			return mark == signs[2] && kind == signs[0] ? next + 1 : i;
		}
		if (mark == 0 || (k > 0 && (mark == '/') != (kind == '/'))) {
			return 0;
		}
		kind = k == 0 ? mark : kind;
		i = skip_blank(t, next + 1);
	}
	return 0;
}

/* 19850401; 600401 behind an era. */
static size_t packed(const struct nks_text *t, size_t i, unsigned out[3], bool era)
{
	size_t want = era ? ERA_DIGITS : FORM_DIGITS;
	unsigned value = 0;
	if (nks_number(t, i, &value) != want || !nks_is_digit(t->u[i])) {
		return 0;
	}
	out[0] = value / 10000;
	out[1] = value / 100 % 100;
	out[2] = value % 100;
	return i + want;
}

/* 4/1/1985 */
static size_t american(const struct nks_text *t, size_t i, unsigned out[3])
{
	static const uint8_t order[3] = { 1, 2, 0 };
	for (size_t k = 0; k < 3; k++) {
		size_t n = i < t->n && nks_is_digit(t->u[i]) ? nks_number(t, i, &out[order[k]]) : 0;
		if (n == 0 || (k < 2 ? n > 2 : n != 4)) {
			return 0;
		}
		i += n;
		if (k < 2 && (i >= t->n || t->u[i] != '/')) {
			return 0;
		}
		i += k < 2 ? 1 : 0;
	}
	return i;
}

bool nks_day_at(const struct nks_text *text, size_t i, struct nks_date *out)
{
	size_t len = 0, begin = i;
	unsigned d[3] = { 0, 0, 0 };
	if (i >= text->n) {
		return false;
	}
	const struct era *era = era_at(text, i, &len);
	if (era != NULL) {
		begin = skip_blank(text, i + len);
		begin += begin < text->n && len == 1 && text->u[begin] == '.' ? 1 : 0;
	} else if (!nks_is_digit(text->u[i]) && !nks_is_numeral(text->u[i])) {
		return false;
	}
	size_t end = marked(text, begin, d, era != NULL);
	end = end > 0 ? end : packed(text, begin, d, era != NULL);
	end = end > 0 || era != NULL ? end : american(text, begin, d);
	if (end == 0 || (end < text->n && nks_is_digit(text->u[end]))) {
		return false;
	}
	unsigned year = d[0] + (era != NULL ? era->year : 0);
	if ((era != NULL && (d[0] == 0 || d[0] > 99)) || !is_day(year, d[1], d[2])) {
		return false;
	}
	unsigned day = year * 10000 + d[1] * 100 + d[2];
	if (era != NULL && (day < era->begin || day > era->end)) {
		return false;
	}
	*out = (struct nks_date){
		.at = i, .len = end - i, .year = year, .month = d[1], .day = d[2], .era = era != NULL
	};
	return true;
}
