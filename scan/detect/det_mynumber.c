/*
 * det_mynumber.c: individual numbers: 12 digits, the last by the rule of 総務省令 85 of 2014, article 5. One in ten
 * random numbers passes, so that a label has to stand there.
 */
#include "nks_detect_int.h"

enum { DIGITS = 12 };

static bool look(const struct nks_text *text, const struct nks_run *run, size_t at, struct nks_hit *hit)
{
	static const uint8_t whole[] = { 12 }, parted[] = { 4, 4, 4 };
	(void)at;
	bool four = nks_run_grouped(text, run, parted, 3);
	if (run->n != DIGITS || run->longer || run->glued || (!four && !nks_run_is(run, whole, 1))) {
		return false;
	}
	unsigned rest = nks_run_check(run, 0, "65432765432", 11);
	if (run->digits[DIGITS - 1] != (rest <= 1 ? 0 : 11 - rest) || nks_run_value(run, 0, DIGITS) == 0) {
		return false;
	}
	nks_run_hit(run, hit);
	hit->why = NKS_WHY(SHAPE) | NKS_WHY(CHECK_DIGIT) | (four ? NKS_WHY(HYPHENS) : 0);
	if (nks_may_have_label(text, run->at, NKS_LABEL_BIT(MYNUMBER))) {
		hit->why |= nks_context(text, run->at, NKS_LABEL_BIT(MYNUMBER));
	}
	return true;
}

static const char *const hits[] = {
	"マイナンバー: «123456789018»",
	"個人番号 «9832 0567 3214»",
	"個人番号：«１２３４－５６７８－９０１８»",
	"マイナンバーは «123456789018» です",
	NULL,
};
static const char *const misses[] = {
	"123456789018",
	"1234-5678-9018",
	"マイナンバー: 123456789012",
	"個人番号 12345678901",
	"マイナンバー 000000000000",
	"注文番号: 123456789018",
	"a123456789018",
	NULL,
};

const struct nks_detector nks_det_mynumber = { .name = "mynumber",
	.class = NKS_CLASS_MYNUMBER,
	.trigger = NKS_ON_DIGITS,
	.digits = NKS_DIGITS(DIGITS),
	.look = look,
	.hits = hits,
	.misses = misses };
