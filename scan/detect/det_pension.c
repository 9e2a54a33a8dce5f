/*
 * det_pension.c: basic pension numbers: four and six digits under their label; no check digit is public.
 */
#include "nks_detect_int.h"

enum { DIGITS = 10 };

static bool look(const struct nks_text *text, const struct nks_run *run, size_t at, struct nks_hit *hit)
{
	static const uint8_t whole[] = { 10 }, parted[] = { 4, 6 };
	(void)at;
	bool four = nks_run_is(run, parted, 2);
	if (run->longer || run->glued || (!four && !nks_run_is(run, whole, 1))) {
		return false;
	}
	nks_run_hit(run, hit);
	hit->why =
		NKS_WHY(SHAPE) | (four ? NKS_WHY(HYPHENS) : 0) | nks_context(text, run->at, NKS_LABEL_BIT(PENSION));
	return (hit->why & (NKS_WHY(LABEL) | NKS_WHY(COLUMN) | NKS_WHY(NEAR))) != 0;
}

static const char *const hits[] = { "基礎年金番号: «1234-567890»", "基礎年金番号 «1234567890»",
	"年金番号：«１２３４－５６７８９０»", NULL };
static const char *const misses[] = { "1234-567890", "1234567890", "基礎年金番号 123-4567890",
	"基礎年金番号 12345678901", NULL };

const struct nks_detector nks_det_pension = { .name = "pension",
	.class = NKS_CLASS_PENSION_NUMBER,
	.trigger = NKS_ON_DIGITS,
	.digits = NKS_DIGITS(DIGITS),
	.needs = NKS_LABEL_BIT(PENSION),
	.look = look,
	.hits = hits,
	.misses = misses };
