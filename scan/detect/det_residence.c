/*
 * det_residence.c: numbers of residence cards: two letters, eight digits, two letters. Parts of machines are numbered
 * so too: a label has to stand there.
 */
#include "nks_detect_int.h"

enum { LETTERS = 2, DIGITS = 8 };

static bool upper(nks_unit u)
{
	return (u >= 'A' && u <= 'Z') || (u >= 0xff21 && u <= 0xff3a);
}

static bool look(const struct nks_text *text, const struct nks_run *run, size_t at, struct nks_hit *hit)
{
	size_t end = run->at + run->len;
	if (run->n != DIGITS || run->len != DIGITS || run->at != at + LETTERS || end + LETTERS > text->n) {
		return false;
	}
	if (!upper(text->u[at]) || !upper(text->u[at + 1]) || !upper(text->u[end]) || !upper(text->u[end + 1])) {
		return false;
	}
	if (nks_is_ascii_letter(text->u[end + LETTERS]) || nks_is_digit(text->u[end + LETTERS])) {
		return false;
	}
	hit->at = at;
	hit->len = DIGITS + 2 * LETTERS;
	hit->why = NKS_WHY(SHAPE) | nks_context(text, at, NKS_LABEL_BIT(RESIDENCE));
	return true;
}

static const char *const hits[] = { "在留カード番号: «AB12345678CD»", "在留カード «ＵＨ８７６５４３２１ＥＡ»",
	"在留カードの番号は «XY00000001ZW» です", NULL };
static const char *const misses[] = { "AB12345678CD", "在留カード番号: AB1234567CD", "在留カード AB12345678CDE",
	"EE123456789JP", "在留カード ab12345678cd", NULL };

const struct nks_detector nks_det_residence = { .name = "residence",
	.class = NKS_CLASS_RESIDENCE_CARD,
	.trigger = NKS_ON_WORD,
	.look = look,
	.hits = hits,
	.misses = misses };
