/*
 * value_date.h: dates as offices write them: ISO, with slashes, in eras, in kanji, as Excel's serial numbers. Pure.
 */
#ifndef NK_VALUE_DATE_H
#define NK_VALUE_DATE_H

enum nk_date_reading {
	NK_DATE_EXACT, /* YYYY-MM-DD */
	NK_DATE_LOOSE, /* another form that can mean one day only */
	NK_DATE_SERIAL, /* five digits: a serial number of Excel (days since 1899-12-30) */
	NK_DATE_PAST_ERA, /* one day, but that era had ended by then */
	NK_DATE_AMBIGUOUS, /* day and month cannot be told apart, or the year has two digits */
	NK_DATE_BAD /* no date, or a day that does not exist */
};

/* nk_value_date: *out is set for all but AMBIGUOUS and BAD. */
enum nk_date_reading nk_value_date(struct nk_str s, nk_date *out);

#endif
