/*
 * det_card.c: payment cards: the issuers' beginnings with their lengths, and Luhn. Grouped as they are printed they
 * are a finding; else a label has to stand there.
 */
#include "nks_detect_int.h"

enum { AMEX = 15, DINERS = 14, USUAL = 16 };

static bool luhn(const struct nks_run *run)
{
	unsigned sum = 0;
	for (size_t i = 0; i < run->n; i++) {
		unsigned v = run->digits[i] * ((run->n - i) % 2 == 0 ? 2U : 1U);
		sum += v / 10 + v % 10;
	}
	return sum % 10 == 0;
}

static bool issued(const struct nks_run *run)
{
	unsigned two = (unsigned)nks_run_value(run, 0, 2), three = (unsigned)nks_run_value(run, 0, 3);
	unsigned four = (unsigned)nks_run_value(run, 0, 4);
	if (run->n == AMEX) {
		return two == 34 || two == 37;
	}
	if (run->n == DINERS) {
		return (three >= 300 && three <= 305) || two == 36 || two == 38 || two == 39;
	}
	if (run->n != USUAL) {
		return false;
	}
	return run->digits[0] == 4 || (two >= 51 && two <= 55) || (four >= 2221 && four <= 2720) ||
		(four >= 3528 && four <= 3589) || four == 6011 || (three >= 644 && three <= 649) || two == 65 ||
		two == 62;
}

/* Numbers that are printed in every manual. */
static bool example(const struct nks_run *run)
{
	static const uint64_t known[] = { 4111111111111111, 4242424242424242, 4012888888881881, 5555555555554444,
		5105105105105100, 378282246310005, 371449635398431, 6011111111111117, 3530111333300000,
		3566002020360505, 30569309025904, 38520000023237, 4000000000000002 };
	uint64_t value = nks_run_value(run, 0, run->n);
	for (size_t i = 0; i < sizeof known / sizeof known[0]; i++) {
		if (known[i] == value) {
			return true;
		}
	}
	return false;
}

static bool look(const struct nks_text *text, const struct nks_run *run, size_t at, struct nks_hit *hit)
{
	static const uint8_t usual[] = { 4, 4, 4, 4 }, amex[] = { 4, 6, 5 }, diners[] = { 4, 6, 4 };
	(void)at;
	bool grouped = nks_run_grouped(text, run, usual, 4) || nks_run_grouped(text, run, amex, 3) ||
		nks_run_grouped(text, run, diners, 3);
	if (run->longer || run->glued || (!grouped && run->len != run->n) || !issued(run) || !luhn(run)) {
		return false;
	}
	nks_run_hit(run, hit);
	hit->why = NKS_WHY(SHAPE) | NKS_WHY(CHECK_DIGIT) | NKS_WHY(EXISTS) | (grouped ? NKS_WHY(HYPHENS) : 0);
	hit->why |= example(run) ? NKS_WHY(EXAMPLE) : 0;
	if (grouped || nks_may_have_label(text, run->at, NKS_LABEL_BIT(CARD))) {
		hit->why |= nks_context(text, run->at, NKS_LABEL_BIT(CARD));
	}
	return true;
}

static const char *const hits[] = {
	"«4111-1111-1111-1111»",
	"«4111 1111 1111 1111»",
	"カード番号: «5555555555554444»",
	"クレジットカード番号 «3782 822463 10005»",
	"«３５３０－１１１３－３３３０－００００»",
	NULL,
};
static const char *const misses[] = { "4111111111111111", "4111-1111-1111-1112", "1234-5678-9012-3456",
	"20261123080158", "0000-0000-0000-0000", "4111-1111-1111-1111-1111", "a4111-1111-1111-1111", NULL };

const struct nks_detector nks_det_card = { .name = "card",
	.class = NKS_CLASS_CREDIT_CARD,
	.trigger = NKS_ON_DIGITS,
	.digits = NKS_DIGITS(DINERS) | NKS_DIGITS(AMEX) | NKS_DIGITS(USUAL),
	.look = look,
	.hits = hits,
	.misses = misses };
