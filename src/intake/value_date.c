/*
 * value_date.c: reading dates of many spellings; what can mean two days is never guessed.
 */
#include "base.h"
#include "value_date.h"

#include "value_text.h"

enum { TEXT_MAX = 128, PARTS = 3 };

struct era {
	const char *kanji, *short_kanji, *square;
	char letter;
	int before_first; /* year 1 of the era - 1 */
	struct nk_ymd first, last;
};

static const struct era eras[] = {
	{ "明治", "明", "㍾", 'M', 1867, { 1868, 1, 25 }, { 1912, 7, 29 } },
	{ "大正", "大", "㍽", 'T', 1911, { 1912, 7, 30 }, { 1926, 12, 24 } },
	{ "昭和", "昭", "㍼", 'S', 1925, { 1926, 12, 25 }, { 1989, 1, 7 } },
	{ "平成", "平", "㍻", 'H', 1988, { 1989, 1, 8 }, { 2019, 4, 30 } },
	{ "令和", "令", "㋿", 'R', 2018, { 2019, 5, 1 }, { 9999, 12, 31 } },
};

static bool take(struct nk_str *s, const char *word)
{
	const struct nk_str w = nk_str_c(word);

	if (!nk_str_starts(*s, w)) {
		return false;
	}
	*s = nk_str_sub(*s, w.len, s->len);
	return true;
}

static const struct era *take_era(struct nk_str *s)
{
	for (size_t i = 0; i < NK_ARRAY_LEN(eras); i++) {
		const struct era *e = &eras[i];

		if (take(s, e->kanji) || take(s, e->short_kanji) || take(s, e->square)) {
			return e;
		}
		if (s->len > 1 && (s->ptr[0] | 0x20) == (e->letter | 0x20)) {
			*s = nk_str_sub(*s, 1, s->len);
			return e;
		}
	}
	return NULL;
}

static int kanji_digit(struct nk_str *s)
{
	static const char *const digits[] = { "〇", "一", "二", "三", "四", "五", "六", "七", "八", "九" };

	for (size_t i = 0; i < NK_ARRAY_LEN(digits); i++) {
		if (take(s, digits[i])) {
			return nk_int(i);
		}
	}
	return -1;
}

/* 十六, 三十一, 元 = 1; -1: no number here. */
static int take_kanji_number(struct nk_str *s)
{
	int tens = 0;
	int ones = 0;

	if (take(s, "元")) {
		return 1;
	}
	ones = kanji_digit(s);
	if (!take(s, "十")) {
		return ones;
	}
	tens = ones < 0 ? 1 : ones;
	ones = kanji_digit(s);
	return tens * 10 + (ones < 0 ? 0 : ones);
}

/* Decimal or kanji digits; -1: no number here. *out_digits = how many decimal digits. */
static int take_number(struct nk_str *s, size_t *out_digits)
{
	size_t len = 0;
	uint32_t v = 0;

	while (len < s->len && s->ptr[len] >= '0' && s->ptr[len] <= '9') {
		len++;
	}
	*out_digits = len;
	if (len == 0) {
		return take_kanji_number(s);
	}
	if (len > 8 || !nk_parse_u32(nk_str_sub(*s, 0, len), 0, 99999999, &v)) {
		return -1;
	}
	*s = nk_str_sub(*s, len, s->len);
	return (int)v;
}

static bool take_separator(struct nk_str *s, const char *kanji)
{
	return take(s, kanji) || take(s, "/") || take(s, ".") || take(s, "-");
}

static bool make(int year, int month, int day, nk_date *out)
{
	const struct nk_ymd ymd = { year, (unsigned)month, (unsigned)day };

	return month > 0 && day > 0 && nk_date_make(ymd, out);
}

/* Narrow and without any blanks: "平成16年 8月29日", "２００３／４／５". */
static struct nk_str tidy(struct nk_str s, char text[TEXT_MAX], struct nk_buf *room)
{
	size_t len = 0;

	if (s.len >= TEXT_MAX || !nk_ok(nk_value_narrow(s, room, NULL))) {
		return NK_STR("");
	}
	for (size_t i = 0; i < room->len && len < TEXT_MAX; i++) {
		if (room->ptr[i] != ' ') {
			text[len++] = (char)room->ptr[i];
		}
	}
	return (struct nk_str){ text, len };
}

/* 8 digits are YYYYMMDD, with an era 6 are yymmdd, 5 without are a serial of Excel. */
static enum nk_date_reading read_digits(const struct era *era, int v, size_t digits, nk_date *out)
{
	if (era != NULL && digits == 6) {
		return make(era->before_first + v / 10000, v / 100 % 100, v % 100, out) ? NK_DATE_LOOSE : NK_DATE_BAD;
	}
	if (era != NULL) {
		return NK_DATE_BAD;
	}
	if (digits == 8) {
		return make(v / 10000, v / 100 % 100, v % 100, out) ? NK_DATE_LOOSE : NK_DATE_BAD;
	}
	if (digits == 5 && v > 60) {
		*out = (nk_date)(v - 25569);
		return NK_DATE_SERIAL;
	}
	return NK_DATE_BAD;
}

static enum nk_date_reading in_era(const struct era *era, enum nk_date_reading reading, nk_date day)
{
	nk_date first = NK_DATE_NONE;
	nk_date last = NK_DATE_NONE;

	if (era == NULL || reading == NK_DATE_BAD || !nk_date_make(era->first, &first) ||
		!nk_date_make(era->last, &last)) {
		return reading;
	}
	return day < first || day > last ? NK_DATE_PAST_ERA : reading;
}

/* a, b, c in the order of the text; with an era or four digits first the order is certain. */
static enum nk_date_reading read_parts(
	const struct era *era, const int part[PARTS], const size_t digits[PARTS], nk_date *out)
{
	if (era != NULL) {
		return make(era->before_first + part[0], part[1], part[2], out) ? NK_DATE_LOOSE : NK_DATE_BAD;
	}
	if (digits[0] == 4) {
		return make(part[0], part[1], part[2], out) ? NK_DATE_LOOSE : NK_DATE_BAD;
	}
	if (digits[2] == 4 && part[0] > 12 && part[1] <= 12) {
		return make(part[2], part[1], part[0], out) ? NK_DATE_LOOSE : NK_DATE_BAD;
	}
	if (digits[2] == 4 && part[1] > 12 && part[0] <= 12) {
		return make(part[2], part[0], part[1], out) ? NK_DATE_LOOSE : NK_DATE_BAD;
	}
	return NK_DATE_AMBIGUOUS;
}

static enum nk_date_reading read_text(struct nk_str s, nk_date *out)
{
	static const char *const after[PARTS] = { "年", "月", "日" };
	const struct era *era = take_era(&s);
	int part[PARTS] = { 0 };
	size_t digits[PARTS] = { 0 };
	enum nk_date_reading reading = NK_DATE_BAD;

	for (size_t i = 0; i < PARTS; i++) {
		part[i] = take_number(&s, &digits[i]);
		if (part[i] < 0) {
			return NK_DATE_BAD;
		}
		if (i == 0 && s.len == 0) {
			reading = read_digits(era, part[0], digits[0], out);
			return in_era(era, reading, *out);
		}
		if (i < 2 && !take_separator(&s, after[i])) {
			return NK_DATE_BAD;
		}
	}
	(void)take(&s, "日");
	if (s.len > 0) {
		return NK_DATE_BAD;
	}
	reading = read_parts(era, part, digits, out);
	return in_era(era, reading, *out);
}

enum nk_date_reading nk_value_date(struct nk_str s, nk_date *out)
{
	char text[TEXT_MAX];
	NK_OWNED(nk_buf_done) struct nk_buf room = { 0 };
	nk_date day = 0;
	enum nk_date_reading reading = NK_DATE_BAD;

	if (nk_date_parse(s, out)) {
		return NK_DATE_EXACT;
	}
	nk_buf_init_wiping(&room, TEXT_MAX);
	reading = read_text(tidy(s, text, &room), &day);
	if (reading != NK_DATE_BAD && reading != NK_DATE_AMBIGUOUS) {
		*out = day;
	}
	return reading;
}
