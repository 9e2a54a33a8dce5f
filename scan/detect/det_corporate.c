/*
 * det_corporate.c: corporate numbers: 13 digits, the first a check digit from 1 to 9. They are public: what this
 * finds stays below the threshold, and nothing else is found at its place.
 */
#include "nks_detect_int.h"

enum { DIGITS = 13 };

static bool look(const struct nks_text *text, const struct nks_run *run, size_t at, struct nks_hit *hit)
{
	static const uint8_t whole[] = { 13 }, parted[] = { 1, 4, 4, 4 }, other[] = { 1, 12 };
	(void)text;
	(void)at;
	bool right = nks_run_is(run, whole, 1) || nks_run_is(run, parted, 4) || nks_run_is(run, other, 2);
	if (run->n != DIGITS || run->longer || !right) {
		return false;
	}
	/* Weights from the right: 1 at odd places, 2 at even ones. */
	if (run->digits[0] != 9 - nks_run_check(run, 1, "212121212121", 9)) {
		return false;
	}
	nks_run_hit(run, hit);
	hit->why = NKS_WHY(SHAPE) | NKS_WHY(CHECK_DIGIT) | NKS_WHY(PUBLIC);
	return true;
}

/* Below the threshold by intent: the test asks for them without regard to it. */
static const char *const hits[] = { "法人番号 «7000012050002»", "法人番号：«7-0000-1205-0002»", NULL };
static const char *const misses[] = { "法人番号 7000012050003", "法人番号 700001205000", "1234567890123", NULL };

const struct nks_detector nks_det_corporate = { .name = "corporate",
	.class = NKS_CLASS_CORPORATE_NUMBER,
	.trigger = NKS_ON_DIGITS,
	.digits = NKS_DIGITS(DIGITS),
	.look = look,
	.hits = hits,
	.misses = misses };
