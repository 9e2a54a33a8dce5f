/*
 * law_day.c: open and shut days, by the tables of the years; a year without a table has no open days at all.
 */
#include "base.h"

#include "law_int.h"

static const struct law_row *table_of(const struct nk_law *law, int year)
{
	for (size_t i = 0; i < law->rows.len; i++) {
		const struct law_row *row = law_row_at(law, i);

		if (row->kind == LAW_HOLIDAYS && !row->replaced && law_num(law, row, "year") == (uint32_t)year) {
			return row;
		}
	}
	return NULL;
}

bool law_between(const struct nk_law *law, const struct law_row *row, struct nk_ymd day)
{
	struct nk_str text = { NULL, 0 };
	unsigned month = 0;
	unsigned from;
	unsigned until;
	unsigned date;
	const unsigned now = day.month * 100 + day.day;

	(void)law_get(law, row, "from", &text);
	(void)law_month_day(text, &month, &date);
	from = month * 100 + date;
	(void)law_get(law, row, "until", &text);
	(void)law_month_day(text, &month, &date);
	until = month * 100 + date;
	return from <= until ? from <= now && now <= until : now >= from || now <= until;
}

static bool closed(const struct nk_law *law, nk_date day, struct nk_str *out_name)
{
	for (size_t i = 0; i < law->rows.len; i++) {
		const struct law_row *row = law_row_at(law, i);

		if (row->kind == LAW_CLOSURE && law_holds(row, day) && law_between(law, row, nk_date_split(day))) {
			*out_name = law_word(law, row, NK_LANG_JA);
			return true;
		}
	}
	return false;
}

/* 1970-01-01 was a Thursday. */
static bool is_weekend(nk_date day)
{
	const int weekday = (int)(((day % 7) + 7 + 4) % 7); /* 0: Sunday */

	return weekday == 0 || weekday == 6;
}

enum nk_day_kind nk_law_day(const struct nk_law *law, nk_date day, struct nk_str *out_name)
{
	struct nk_str name = { NULL, 0 };
	const struct nk_ymd ymd = nk_date_split(day);
	const struct law_row *table = table_of(law, ymd.year);
	char key[16];
	enum nk_day_kind kind = NK_DAY_OPEN;

	if (table == NULL) {
		kind = NK_DAY_NO_TABLE;
	} else {
		(void)snprintf(key, sizeof(key), "%02u-%02u", ymd.month, ymd.day);
		if (law_get(law, table, key, &name) || closed(law, day, &name) || is_weekend(day)) {
			kind = NK_DAY_SHUT;
		}
	}
	if (out_name != NULL) {
		*out_name = name;
	}
	return kind;
}

bool law_year_unverified(const struct nk_law *law, int year)
{
	const struct law_row *table = table_of(law, year);

	return table == NULL || nk_law_unverified(&table->origin);
}
