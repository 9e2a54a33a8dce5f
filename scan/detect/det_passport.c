/*
 * det_passport.c: numbers of passports: two letters and seven digits, where something says passport.
 */
#include "nks_detect_int.h"

enum { LETTERS = 2, DIGITS = 7 };

static bool look(const struct nks_text *text, const struct nks_run *run, size_t at, struct nks_hit *hit)
{
	if (run->n != DIGITS || run->len != DIGITS || run->at != at + LETTERS) {
		return false;
	}
	size_t end = run->at + run->len;
	if (nks_is_ascii_letter(text->u[end]) || text->u[end] == '_') {
		return false;
	}
	hit->at = at;
	hit->len = LETTERS + DIGITS;
	hit->why = NKS_WHY(SHAPE) | nks_context(text, at, NKS_LABEL_BIT(PASSPORT));
	return (hit->why & (NKS_WHY(LABEL) | NKS_WHY(COLUMN) | NKS_WHY(NEAR))) != 0;
}

static const char *const hits[] = { "パスポート番号: «TK1234567»", "旅券番号 «ＭＺ１２３４５６７»",
	"Passport No. «TR7654321»", NULL };
static const char *const misses[] = { "TK1234567", "旅券番号 TKA1234567", "旅券番号 TK12345678",
	"旅券番号 TK1234567X", "型番 AB1234567", NULL };

const struct nks_detector nks_det_passport = { .name = "passport",
	.class = NKS_CLASS_PASSPORT,
	.trigger = NKS_ON_WORD,
	.look = look,
	.hits = hits,
	.misses = misses };
