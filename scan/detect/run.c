/*
 * run.c: runs of digits with single separators, and small questions about them.
 *
 * Separators are hyphens of any kind, dots and brackets; blanks only in loose runs, so that a number in a row of
 * numbers is seen alone first. Never leaves [0, n) of the block.
 */
#include "nks_detect_int.h"

enum { SPAN_MAX = 96 };

bool nks_is_hyphen(nks_unit u)
{
	return u == '-' || u == 0x2212 || u == 0xff0d || u == 0x30fc || (u >= 0x2010 && u <= 0x2015) || u == 0x2500 ||
		u == 0xfe63 || u == 0xff70;
}

static bool is_separator(nks_unit u, bool loose)
{
	if (u < 0x80) {
		return u == '-' || u == '.' || u == '(' || u == ')' || (loose && u == ' ');
	}
	return nks_is_hyphen(u) || u == 0xff08 || u == 0xff09 || u == 0xff0e || (loose && u == 0x3000);
}

static bool is_bracket(nks_unit u)
{
	return u == '(' || u == ')' || u == 0xff08 || u == 0xff09;
}

/* How many separators stand between the digit before and the one behind i: 1, or 2 with a bracket: ") ", "-(". */
static size_t gap_behind(const struct nks_text *t, size_t i, bool loose)
{
	const nks_unit *u = t->u;
	if (i + 1 < t->n && is_separator(u[i], loose) && nks_is_digit(u[i + 1])) {
		return 1;
	}
	if (i + 2 < t->n && nks_is_digit(u[i + 2]) && (is_bracket(u[i]) || is_bracket(u[i + 1])) &&
		is_separator(u[i], true) && is_separator(u[i + 1], true)) {
		return 2;
	}
	return 0;
}

static size_t first_of(const struct nks_text *t, size_t pos, bool loose)
{
	size_t at = pos;
	while (at > 0 && pos - at < SPAN_MAX) {
		if (nks_is_digit(t->u[at - 1])) {
			at--;
		} else if (at > 1 && nks_is_digit(t->u[at - 2]) && gap_behind(t, at - 1, loose) == 1) {
			at -= 2;
		} else if (at > 2 && nks_is_digit(t->u[at - 3]) && gap_behind(t, at - 2, loose) == 2) {
			at -= 3;
		} else {
			break;
		}
	}
	return at;
}

static bool is_word(const struct nks_text *t, size_t i)
{
	return i < t->n && (nks_text_is(t, NKS_M_ALPHA, i) || nks_is_digit(t->u[i]) || t->u[i] == '_');
}

static bool is_joint(nks_unit u)
{
	return u == '-' || u == '.' || u == '/' || u == '\\' || u == '%' || u == '+';
}

static bool is_glued(const struct nks_text *t, size_t at, size_t end)
{
	if ((at > 0 && is_word(t, at - 1)) || is_word(t, end)) {
		return true;
	}
	if (at > 1 && is_joint(t->u[at - 1]) && is_word(t, at - 2)) {
		return true;
	}
	return end + 1 < t->n && is_joint(t->u[end]) && is_word(t, end + 1);
}

bool nks_run_make(const struct nks_text *t, size_t pos, bool loose, struct nks_run *run)
{
	size_t at = first_of(t, pos, loose);
	size_t i = at, end = at;
	run->at = at;
	run->n = 0;
	run->longer = false;
	while (i < t->n && i - at < SPAN_MAX) {
		if (nks_is_digit(t->u[i])) {
			if (run->n == 40) {
				run->longer = true;
				break;
			}
			run->digits[run->n] = nks_digit(t->u[i]);
			run->where[run->n++] = (uint8_t)(i - at);
			end = ++i;
			continue;
		}
		size_t gap = gap_behind(t, i, loose);
		if (gap == 0) {
			break;
		}
		i += gap;
	}
	run->len = end - at;
	run->longer = run->longer || run->len >= SPAN_MAX;
	run->glued = is_glued(t, at, end);
	return run->n >= 4;
}

bool nks_run_is(const struct nks_run *run, const uint8_t *groups, size_t n)
{
	size_t digit = 0;
	if (n == 1 || run->len == run->n) {
		return n == 1 && run->n == groups[0] && run->len == run->n;
	}
	for (size_t g = 0; g < n; g++) {
		for (size_t k = 0; k < groups[g]; k++, digit++) {
			if (digit >= run->n) {
				return false;
			}
			bool apart = digit > 0 && run->where[digit] != run->where[digit - 1] + 1;
			if (apart != (k == 0 && g > 0)) {
				return false;
			}
		}
	}
	return digit == run->n;
}

bool nks_run_grouped(const struct nks_text *text, const struct nks_run *run, const uint8_t *groups, size_t n)
{
	if (run->len != run->n + n - 1 || !nks_run_is(run, groups, n)) {
		return false;
	}
	for (size_t g = 0, i = run->at; g + 1 < n; g++) {
		i += groups[g];
		if (!nks_is_hyphen(text->u[i]) && !nks_is_blank(text->u[i])) {
			return false;
		}
		i++;
	}
	return true;
}

uint64_t nks_run_value(const struct nks_run *run, size_t from, size_t n)
{
	uint64_t value = 0;
	for (size_t i = from; i < from + n && i < run->n; i++) {
		value = value * 10 + run->digits[i];
	}
	return value;
}

bool nks_run_word(const struct nks_text *text, size_t at, const char *word)
{
	size_t n = 0;
	while (at > 0 &&
		(text->u[at - 1] == '.' || text->u[at - 1] == ':' || nks_is_blank(text->u[at - 1]) ||
			text->u[at - 1] == 0xff1a)) {
		at--;
	}
	while (word[n] != 0) {
		n++;
	}
	if (n > at || (at > n && word[0] != '-' && nks_is_ascii_letter(text->u[at - n - 1]))) {
		return false;
	}
	for (size_t i = 0; i < n; i++) {
		if (nks_fold[text->u[at - n + i]] != (nks_unit)(unsigned char)word[i]) {
			return false;
		}
	}
	return true;
}

unsigned nks_run_check(const struct nks_run *run, size_t from, const char *weights, unsigned m)
{
	unsigned sum = 0;
	for (size_t i = 0; weights[i] != 0 && from + i < run->n; i++) {
		sum += (unsigned)run->digits[from + i] * (unsigned)(weights[i] - '0');
	}
	return sum % m;
}

void nks_run_hit(const struct nks_run *run, struct nks_hit *hit)
{
	hit->at = run->at;
	hit->len = run->len;
}
