/*
 * det_health.c: numbers of health insurance under their label: insurers' of 6 or 8 digits with a check digit (modulus
 * 10, weights 2 and 1), and the insured person's, which have none.
 */
#include "nks_detect_int.h"

static bool check_right(const struct nks_run *run)
{
	unsigned sum = 0;
	for (size_t i = 0; i + 1 < run->n; i++) {
		unsigned v = run->digits[i] * ((run->n - i) % 2 == 0 ? 2U : 1U);
		sum += v / 10 + v % 10;
	}
	return run->digits[run->n - 1] == (10 - sum % 10) % 10;
}

static bool look(const struct nks_text *text, const struct nks_run *run, size_t at, struct nks_hit *hit)
{
	(void)at;
	if (run->longer || run->glued) {
		return false;
	}
	nks_run_hit(run, hit);
	hit->why = NKS_WHY(SHAPE) | ((run->n == 8 || run->n == 6) && check_right(run) ? NKS_WHY(CHECK_DIGIT) : 0);
	hit->why |= nks_context(text, run->at, NKS_LABEL_BIT(HEALTH));
	return (hit->why & (NKS_WHY(LABEL) | NKS_WHY(COLUMN))) != 0;
}

static const char *const hits[] = { "保険者番号: «01130012»", "保険者番号 «138016»", "被保険者番号：«１２３４５６７»",
	NULL };
static const char *const misses[] = { "01130012", "生命 01130012", "保険者番号 未定", NULL };

const struct nks_detector nks_det_health = { .name = "health",
	.class = NKS_CLASS_HEALTH_INSURANCE,
	.trigger = NKS_ON_DIGITS,
	.digits = NKS_DIGITS(4) | NKS_DIGITS(5) | NKS_DIGITS(6) | NKS_DIGITS(7) | NKS_DIGITS(8) | NKS_DIGITS(9) |
		NKS_DIGITS(10) | NKS_DIGITS(11),
	.needs = NKS_LABEL_BIT(HEALTH),
	.look = look,
	.hits = hits,
	.misses = misses };
