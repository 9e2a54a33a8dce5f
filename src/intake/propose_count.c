/*
 * propose_count.c: is it a mail address, a date, kana, digits. Pure, one value at a time.
 */
#include "base.h"
#include "propose_count.h"

#include "kana.h"
#include "value_date.h"
#include "value_text.h"

static const struct {
	const char *word, *state;
} states[] = { { "在学", "active" }, { "在籍", "active" }, { "在学中", "active" }, { "在籍中", "active" }, { "在職", "active" },
	{ "留学", "active" }, { "復学", "active" }, { "休学", "suspended" }, { "休学中", "suspended" }, { "休職", "suspended" },
	{ "停学", "suspended" }, { "退学", "absent" }, { "卒業", "absent" }, { "修了", "absent" }, { "除籍", "absent" },
	{ "転出", "absent" }, { "転学", "absent" }, { "退職", "absent" }, { "満期退学", "absent" }, { "死亡", "absent" } };

bool nk_propose_states(size_t i, const char **out_word, const char **out_state)
{
	if (i >= NK_ARRAY_LEN(states)) {
		return false;
	}
	*out_word = states[i].word;
	*out_state = states[i].state;
	return true;
}

const char *nk_propose_state(struct nk_str word)
{
	for (size_t i = 0; i < NK_ARRAY_LEN(states); i++) {
		if (nk_str_eq(nk_str_c(states[i].word), word)) {
			return states[i].state;
		}
	}
	return NULL;
}

/* Katakana, hiragana, their half-width forms and marks, blanks. */
static bool is_kana(struct nk_str s)
{
	bool any = false;

	for (size_t i = 0; i < s.len;) {
		const uint32_t cp = nk_utf8_next(s, &i);
		const bool kana = (cp >= 0x3041 && cp <= 0x30ff) || (cp >= 0xff66 && cp <= 0xff9f);

		if (!kana && cp != ' ' && cp != 0x3000 && cp != 0x2010 && cp != 0xff0d) {
			return false;
		}
		any = any || kana;
	}
	return any;
}

static bool all_ascii_word(struct nk_str s, bool *out_digits)
{
	*out_digits = true;
	for (size_t i = 0; i < s.len; i++) {
		const char c = s.ptr[i];
		const bool digit = c >= '0' && c <= '9';

		if (!digit && (c < 'A' || c > 'Z') && (c < 'a' || c > 'z') && c != '-' && c != '_' && c != '.') {
			return false;
		}
		*out_digits = *out_digits && digit;
	}
	return s.len > 0;
}

static void count_date(struct nk_column *c, struct nk_str v)
{
	nk_date day = 0;

	switch (nk_value_date(v, &day)) {
	case NK_DATE_EXACT:
		c->dates++;
		return;
	case NK_DATE_LOOSE:
	case NK_DATE_PAST_ERA:
		c->dates++;
		c->dates_loose++;
		return;
	case NK_DATE_SERIAL:
		c->dates_serial++;
		return;
	case NK_DATE_AMBIGUOUS:
		c->dates_ambiguous++;
		return;
	case NK_DATE_BAD:
		c->dates_bad++;
		return;
	}
}

static void count_digits(struct nk_column *c, struct nk_str v)
{
	c->digits++;
	c->numbers += v.len <= 3 ? 1 : 0;
	c->shortest = c->shortest == 0 || v.len < c->shortest ? v.len : c->shortest;
	c->longest = v.len > c->longest ? v.len : c->longest;
	if (nk_str_starts(v, NK_STR("0")) && v.len > c->zero_longest) {
		c->zero_longest = v.len;
	}
}

void nk_propose_count(struct nk_column *c, struct nk_str v)
{
	struct nk_str family;
	struct nk_str given;
	bool digits = false;
	const bool ascii = all_ascii_word(v, &digits);

	digits = ascii && digits;
	if (v.len == 0) {
		return;
	}
	c->filled++;
	c->mails += nk_str_chr(v, '@') != SIZE_MAX || nk_str_find(v, NK_STR("＠")) != SIZE_MAX ? 1 : 0;
	c->halfwidth += nk_has_halfwidth_kana(v) ? 1 : 0;
	c->kana += is_kana(v) ? 1 : 0;
	c->gaiji += nk_value_has_gaiji(v) ? 1 : 0;
	c->mangled += nk_value_is_mangled(v) ? 1 : 0;
	c->blanks_inside += nk_value_split_name(v, &family, &given) ? 1 : 0;
	c->state_words += nk_propose_state(v) != NULL ? 1 : 0;
	c->code += ascii && !digits ? 1 : 0;
	if (digits) {
		count_digits(c, v);
	}
	count_date(c, v);
}

enum nk_column_kind nk_propose_kind(const struct nk_column *c)
{
	const uint64_t most = c->filled - c->filled / 5;

	if (c->filled == 0) {
		return NK_COLUMN_EMPTY;
	}
	if (c->mails >= most) {
		return NK_COLUMN_MAIL;
	}
	if (c->kana >= most) {
		return NK_COLUMN_KANA;
	}
	if (c->dates + c->dates_ambiguous + c->dates_serial >= most && c->dates + c->dates_ambiguous > 0) {
		return NK_COLUMN_DATE;
	}
	if (c->numbers >= most) {
		return NK_COLUMN_NUMBER;
	}
	if (c->digits >= most) {
		return NK_COLUMN_DIGITS;
	}
	if (c->digits + c->code >= most) {
		return NK_COLUMN_CODE;
	}
	return c->distinct <= 64 && c->distinct * 4 <= c->filled ? NK_COLUMN_WORDS : NK_COLUMN_TEXT;
}
