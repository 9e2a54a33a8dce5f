/*
 * det_licence.c: numbers of driving licences: 12 digits: one of 51 commissions, year, serial, check digit, count of
 * reissues. A label has to stand there.
 */
#include "nks_detect_int.h"

enum { DIGITS = 12, CHECKED = 10 };

static bool is_commission(unsigned code)
{
	static const uint64_t low = (UINT64_C(0x1f) << 10) | (UINT64_C(0x3f) << 20) | (UINT64_C(1) << 30) |
		(UINT64_C(0xffff) << 40) | (UINT64_C(0xf) << 60);
	static const uint64_t high =
		(UINT64_C(0x3)) | (UINT64_C(0x1f) << 6) | (UINT64_C(0xf) << 16) | (UINT64_C(0xff) << 26);
	return code < 64 ? ((low >> code) & 1) != 0 : ((high >> (code - 64)) & 1) != 0;
}

static bool look(const struct nks_text *text, const struct nks_run *run, size_t at, struct nks_hit *hit)
{
	static const uint8_t whole[] = { 12 }, parted[] = { 4, 4, 4 };
	(void)at;
	if (run->n != DIGITS || run->longer || run->glued ||
		(!nks_run_is(run, whole, 1) && !nks_run_grouped(text, run, parted, 3))) {
		return false;
	}
	unsigned rest = nks_run_check(run, 0, "5432765432", 11);
	unsigned check = (11 - rest) % 10;
	if (!is_commission((unsigned)nks_run_value(run, 0, 2)) || run->digits[CHECKED] != check) {
		return false;
	}
	nks_run_hit(run, hit);
	hit->why = NKS_WHY(SHAPE) | NKS_WHY(CHECK_DIGIT);
	if (nks_may_have_label(text, run->at, NKS_LABEL_BIT(LICENCE))) {
		hit->why |= nks_context(text, run->at, NKS_LABEL_BIT(LICENCE));
	}
	return true;
}

static const char *const hits[] = { "運転免許証番号: «301234567810»", "免許証の番号 第«301234567810»号",
	"免許証番号 «３０１２３４５６７８１０»", NULL };
static const char *const misses[] = {
	"301234567810",
	"運転免許証番号: 301234567820",
	"運転免許証番号: 151234567810",
	"免許証番号 30123456781",
	"伝票番号 301234567810",
	NULL,
};

const struct nks_detector nks_det_licence = { .name = "licence",
	.class = NKS_CLASS_DRIVING_LICENCE,
	.trigger = NKS_ON_DIGITS,
	.digits = NKS_DIGITS(DIGITS),
	.look = look,
	.hits = hits,
	.misses = misses };
