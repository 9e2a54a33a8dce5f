/*
 * law_rules.c: which keys a row of the law may have, and what their values look like: one table.
 *
 * What passes here needs no second look where it is used. Unknown keys are refused: a misspelt threshold must not read
 * as no threshold.
 */
#include "base.h"

#include "facts.h"
#include "law_int.h"

enum value_kind {
	VALUE_TEXT, /* not empty */
	VALUE_DATE,
	VALUE_CHECKED, /* a date, or "never" */
	VALUE_DAYS, /* 1–3,660 */
	VALUE_NUMBER, /* 0–4,294,967,295 */
	VALUE_CLASS, /* 1–5 */
	VALUE_YEAR, /* 1989–2200 */
	VALUE_MONTH_DAY,
	VALUE_REGIMES, /* list of regimes */
	VALUE_WORDS, /* list of words a-z 0-9 - _ */
	VALUE_YES, /* yes, no */
	VALUE_DEADLINE,
	VALUE_WHEN,
	VALUE_FACT,
	VALUE_CONTRACT, /* the word "contract" */
	VALUE_SEASON, /* great, small */
};
struct key_rule {
	enum law_kind kind; /* LAW_KIND_COUNT: every kind */
	const char *key;
	enum value_kind value;
	bool needed;
};
static const struct key_rule rules[] = {
	{ LAW_KIND_COUNT, "source", VALUE_TEXT, true },
	{ LAW_KIND_COUNT, "checked", VALUE_CHECKED, true },
	{ LAW_KIND_COUNT, "valid_from", VALUE_DATE, false },
	{ LAW_KIND_COUNT, "valid_until", VALUE_DATE, false },
	{ LAW_CLASS, "class", VALUE_CLASS, true },
	{ LAW_CLASS, "regime", VALUE_REGIMES, true },
	{ LAW_CLASS, "more_than", VALUE_NUMBER, false },
	{ LAW_CLASS, "word.ja", VALUE_TEXT, true },
	{ LAW_CLASS, "word.en", VALUE_TEXT, true },
	{ LAW_DEADLINE, "kind", VALUE_DEADLINE, true },
	{ LAW_DEADLINE, "regime", VALUE_REGIMES, true },
	{ LAW_DEADLINE, "when", VALUE_WHEN, false },
	{ LAW_DEADLINE, "needs", VALUE_CLASS, false },
	{ LAW_DEADLINE, "from_day", VALUE_DAYS, false },
	{ LAW_DEADLINE, "days", VALUE_DAYS, false },
	{ LAW_DEADLINE, "hours", VALUE_CONTRACT, false },
	{ LAW_DEADLINE, "roll", VALUE_YES, false },
	{ LAW_DEADLINE, "word.ja", VALUE_TEXT, true },
	{ LAW_DEADLINE, "word.en", VALUE_TEXT, true },
	{ LAW_HOLIDAYS, "year", VALUE_YEAR, true },
	{ LAW_CLOSURE, "from", VALUE_MONTH_DAY, true },
	{ LAW_CLOSURE, "until", VALUE_MONTH_DAY, true },
	{ LAW_CLOSURE, "word.ja", VALUE_TEXT, true },
	{ LAW_CLOSURE, "word.en", VALUE_TEXT, true },
	{ LAW_FORM, "regime", VALUE_REGIMES, true },
	{ LAW_FORM, "word.ja", VALUE_TEXT, true },
	{ LAW_FORM, "word.en", VALUE_TEXT, true },
	{ LAW_FIELD, "forms", VALUE_WORDS, true },
	{ LAW_FIELD, "bind", VALUE_FACT, true },
	{ LAW_FIELD, "item", VALUE_NUMBER, true },
	{ LAW_FIELD, "human", VALUE_YES, false },
	{ LAW_FIELD, "needed", VALUE_YES, false },
	{ LAW_FIELD, "words", VALUE_WORDS, false },
	{ LAW_FIELD, "word.ja", VALUE_TEXT, true },
	{ LAW_FIELD, "word.en", VALUE_TEXT, true },
	{ LAW_SEASON, "kind", VALUE_SEASON, true },
	{ LAW_SEASON, "from", VALUE_MONTH_DAY, true },
	{ LAW_SEASON, "until", VALUE_MONTH_DAY, true },
	{ LAW_SEASON, "board", VALUE_WORDS, false },
	{ LAW_SEASON, "word.ja", VALUE_TEXT, true },
	{ LAW_SEASON, "word.en", VALUE_TEXT, true },
	{ LAW_SCHOOL, "code", VALUE_TEXT, true },
	{ LAW_SCHOOL, "ends", VALUE_DATE, true },
	{ LAW_SCHOOL, "board", VALUE_WORDS, false },
};
static const char *const kind_words[LAW_KIND_COUNT] = { "class", "deadline", "holidays", "closure", "words", "form", "field", "season",
	"school" };
static const char *const whens[] = { "reportable", "entrusted", "listed", "pmark", "pmark-any" };

bool law_kind_of(struct nk_str word, enum law_kind *out)
{
	for (size_t i = 0; i < LAW_KIND_COUNT; i++) {
		if (nk_str_eq(word, nk_str_c(kind_words[i]))) {
			*out = (enum law_kind)i;
			return true;
		}
	}
	return false;
}

bool law_month_day(struct nk_str text, unsigned *out_month, unsigned *out_day)
{
	char whole[16];
	nk_date date;

	if (text.len != 5) {
		return false;
	}
	(void)snprintf(whole, sizeof(whole), "2000-%.*s", NK_FMT(text));
	if (!nk_date_parse(nk_str_c(whole), &date)) {
		return false;
	}
	*out_month = nk_date_split(date).month;
	*out_day = nk_date_split(date).day;
	return true;
}

static bool is_word(struct nk_str s)
{
	for (size_t i = 0; i < s.len; i++) {
		const char c = s.ptr[i];

		if (!((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '_')) {
			return false;
		}
	}
	return s.len > 0;
}

static bool is_list(struct nk_str list, bool of_regimes)
{
	struct nk_str one;
	enum nk_regime regime;

	if (list.len == 0) {
		return false;
	}
	while (nk_str_cut(&list, ',', &one)) {
		one = nk_str_trim(one);
		if (of_regimes ? !nk_regime_by_name(one, &regime) : !is_word(one)) {
			return false;
		}
	}
	return true;
}

static bool is_deadline(struct nk_str word)
{
	for (size_t i = 0; i < NK_DEADLINE_COUNT; i++) {
		if (nk_str_eq(word, nk_str_c(nk_deadline_name((enum nk_deadline_kind)i)))) {
			return true;
		}
	}
	return false;
}

static bool is_when(struct nk_str word)
{
	for (size_t i = 0; i < NK_ARRAY_LEN(whens); i++) {
		if (nk_str_eq(word, nk_str_c(whens[i]))) {
			return true;
		}
	}
	return false;
}

static bool value_fits(enum value_kind kind, struct nk_str v)
{
	nk_date date;
	uint32_t n;
	unsigned month;
	unsigned day;
	enum nk_fact_id fact;

	switch (kind) {
	case VALUE_TEXT:
		return v.len > 0;
	case VALUE_DATE:
		return nk_date_parse(v, &date);
	case VALUE_CHECKED:
		return nk_str_eq(v, NK_STR("never")) || nk_date_parse(v, &date);
	case VALUE_DAYS:
		return nk_parse_u32(v, 1, 3660, &n);
	case VALUE_NUMBER:
		return nk_parse_u32(v, 0, UINT32_MAX, &n);
	case VALUE_CLASS:
		return nk_parse_u32(v, NK_CLASS_SENSITIVE, NK_CLASS_COUNT - 1, &n);
	case VALUE_YEAR:
		return nk_parse_u32(v, 1989, 2200, &n);
	case VALUE_MONTH_DAY:
		return law_month_day(v, &month, &day);
	case VALUE_REGIMES:
		return is_list(v, true);
	case VALUE_WORDS:
		return is_list(v, false);
	case VALUE_YES:
		return nk_str_eq(v, NK_STR("yes")) || nk_str_eq(v, NK_STR("no"));
	case VALUE_DEADLINE:
		return is_deadline(v);
	case VALUE_WHEN:
		return is_when(v);
	case VALUE_FACT:
		return nk_fact_by_name(v, &fact);
	case VALUE_CONTRACT:
		return nk_str_eq(v, NK_STR("contract"));
	case VALUE_SEASON:
		return nk_str_eq(v, NK_STR("great")) || nk_str_eq(v, NK_STR("small"));
	}
	return false;
}

/* Rows with names of their own making: days of a year, words by name and language. */
static bool is_free_key(enum law_kind kind, struct nk_str key)
{
	unsigned month;
	unsigned day;

	if (kind == LAW_HOLIDAYS) {
		return law_month_day(key, &month, &day);
	}
	return kind == LAW_WORDS && key.len > 3 && key.len <= 51 &&
		(nk_str_ends(key, NK_STR(".ja")) || nk_str_ends(key, NK_STR(".en"))) && is_word(nk_str_sub(key, 0, key.len - 3));
}

NK_RESULT law_check_pair(enum law_kind kind, const struct law_pair *pair, struct nk_err *err)
{
	for (size_t i = 0; i < NK_ARRAY_LEN(rules); i++) {
		const struct key_rule *rule = &rules[i];

		if ((rule->kind != kind && rule->kind != LAW_KIND_COUNT) || !nk_str_eq(pair->key, nk_str_c(rule->key))) {
			continue;
		}
		return value_fits(rule->value, pair->value)
			? nk_done()
			: nk_fail(err, NK_CONFIG, "%s: not a value that this key takes", rule->key);
	}
	if (is_free_key(kind, pair->key) && pair->value.len > 0) {
		return nk_done();
	}
	return nk_fail(err, NK_CONFIG, "no such key here: %s", nk_short(pair->key).text);
}

static nk_rc check_dates(const struct law_row *row, struct nk_err *err)
{
	const struct nk_law_origin *o = &row->origin;

	if (o->valid_from != NK_DATE_NONE && o->valid_until != NK_DATE_NONE && o->valid_until < o->valid_from) {
		return nk_fail(err, NK_CONFIG, "section %s: valid_until lies before valid_from", nk_short(o->section).text);
	}
	return nk_done();
}

NK_RESULT law_check_row(const struct nk_law *law, const struct law_row *row, struct nk_err *err)
{
	struct nk_str value;

	for (size_t i = 0; i < NK_ARRAY_LEN(rules); i++) {
		const struct key_rule *rule = &rules[i];

		if (rule->needed && (rule->kind == row->kind || rule->kind == LAW_KIND_COUNT) &&
			!law_get(law, row, rule->key, &value)) {
			return nk_fail(err, NK_CONFIG, "section %1$s: %2$s is missing", nk_short(row->origin.section).text, rule->key);
		}
	}
	if (row->kind == LAW_DEADLINE && law_num(law, row, "from_day") > law_num(law, row, "days")) {
		return nk_fail(err, NK_CONFIG, "section %s: from_day lies behind days", nk_short(row->origin.section).text);
	}
	if (row->kind == LAW_FIELD && law_num(law, row, "item") > 9) {
		return nk_fail(err, NK_CONFIG, "section %s: there are nine items", nk_short(row->origin.section).text);
	}
	return check_dates(row, err);
}
