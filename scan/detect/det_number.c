/*
 * det_number.c: student and staff numbers where a label or heading says so. Those of a form of the configuration are
 * found by forms.c wherever they stand.
 */
#include "nks_detect_int.h"

enum { UNITS_MAX = 14, LETTERS_MAX = 4 };

static bool is_word(nks_unit u)
{
	return nks_is_ascii_letter(u) || nks_is_digit(u);
}

/* The whole word of letters and digits around the run: 20M0001. */
static bool look(const struct nks_text *text, const struct nks_run *run, size_t at, struct nks_hit *hit)
{
	size_t begin = run->at, end = run->at + run->len, letters = 0;
	(void)at;
	while (begin > 0 && run->at - begin <= UNITS_MAX && is_word(text->u[begin - 1])) {
		begin--;
		letters += nks_is_ascii_letter(text->u[begin]) ? 1 : 0;
	}
	while (end < text->n && end - begin <= UNITS_MAX && is_word(text->u[end])) {
		letters += nks_is_ascii_letter(text->u[end]) ? 1 : 0;
		end++;
	}
	if (run->longer || end - begin > UNITS_MAX || letters > LETTERS_MAX || text->u[end] == '@') {
		return false;
	}
	hit->at = begin;
	hit->len = end - begin;
	hit->why = NKS_WHY(SHAPE) | nks_context(text, begin, NKS_LABEL_BIT(NUMBER));
	return (hit->why & (NKS_WHY(LABEL) | NKS_WHY(COLUMN))) != 0;
}

static const char *const hits[] = { "学籍番号: «2512345»", "学籍番号 «S2512345»", "職員番号：«A0123»",
	"社員番号 «12-3456»", "学籍番号: «20M0001»", NULL };
static const char *const misses[] = { "2512345", "S2512345", "注文番号: 2512345", "学籍番号 123",
	"学籍番号 ABCDE2512345", NULL };

const struct nks_detector nks_det_number = { .name = "number",
	.class = NKS_CLASS_PERSON_NUMBER,
	.trigger = NKS_ON_DIGITS,
	.digits = NKS_DIGITS(4) | NKS_DIGITS(5) | NKS_DIGITS(6) | NKS_DIGITS(7) | NKS_DIGITS(8) | NKS_DIGITS(9) |
		NKS_DIGITS(10) | NKS_DIGITS(11) | NKS_DIGITS(12),
	.needs = NKS_LABEL_BIT(NUMBER),
	.look = look,
	.hits = hits,
	.misses = misses };
