/*
 * det_bank.c: bank accounts: seven digits behind 普通, 当座 or a label; 記号-番号 of ゆうちょ; bank and branch codes
 * with the account (4-3-7).
 */
#include "nks_detect_int.h"

enum { ACCOUNT = 7, POST = 13, POST_NUMBER = 8, FULL = 14, BACK = 12, FAR_BACK = 32 };

/* One of the words of two kanji, shortly before and in the same line. */
static bool word_before(const struct nks_text *t, size_t at, const nks_unit (*words)[2], size_t n, size_t window)
{
	size_t least = at > window ? at - window : 0;
	for (size_t i = at; i > least + 1; i--) {
		if (t->u[i - 1] == '\n' || t->u[i - 1] == NKS_ROW) {
			return false;
		}
		for (size_t k = 0; k < n; k++) {
			if (t->u[i - 2] == words[k][0] && t->u[i - 1] == words[k][1]) {
				return true;
			}
		}
	}
	return false;
}

/* 普通 当座 貯蓄 口座 (普) (当) */
static bool kind_before(const struct nks_text *t, size_t at)
{
	static const nks_unit kinds[][2] = { { 0x666e, 0x901a }, { 0x5f53, 0x5ea7 }, { 0x8caf, 0x84c4 },
		{ 0x53e3, 0x5ea7 }, { 0x666e, ')' }, { 0x666e, 0xff09 }, { 0x5f53, ')' }, { 0x5f53, 0xff09 } };
	return word_before(t, at, kinds, sizeof kinds / sizeof kinds[0], BACK);
}

/* 銀行 支店 本店 金庫 農協 出張(所) ゆう(ちょ) */
static bool bank_before(const struct nks_text *t, size_t at)
{
	static const nks_unit banks[][2] = { { 0x9280, 0x884c }, { 0x652f, 0x5e97 }, { 0x672c, 0x5e97 },
		{ 0x91d1, 0x5eab }, { 0x8fb2, 0x5354 }, { 0x51fa, 0x5f35 }, { 0x3086, 0x3046 } };
	return word_before(t, at, banks, sizeof banks / sizeof banks[0], FAR_BACK);
}

static bool shape_right(const struct nks_run *run)
{
	static const uint8_t account[] = { 7 }, post[] = { 5, 8 }, post_short[] = { 5, 7 }, whole[] = { 13 },
			     full[] = { 4, 3, 7 }, number[] = { 8 };
	bool yucho = run->digits[0] == 1 && run->digits[run->n - 1] == 1;
	return nks_run_is(run, account, 1) || nks_run_is(run, full, 3) ||
		(yucho &&
			(nks_run_is(run, post, 2) || nks_run_is(run, post_short, 2) || nks_run_is(run, whole, 1))) ||
		(run->digits[run->n - 1] == 1 && nks_run_is(run, number, 1));
}

static bool look(const struct nks_text *text, const struct nks_run *run, size_t at, struct nks_hit *hit)
{
	(void)at;
	if (run->longer || run->glued || !shape_right(run)) {
		return false;
	}
	bool kind = kind_before(text, run->at);
	bool column = text->layout != NULL && (nks_layout_columns(text) & NKS_LABEL_BIT(BANK)) != 0;
	if (!kind && !column) {
		return false;
	}
	nks_run_hit(run, hit);
	hit->why = NKS_WHY(SHAPE) | (kind ? NKS_WHY(PREFIX) : 0) | (run->n > POST_NUMBER ? NKS_WHY(HYPHENS) : 0);
	hit->why |= bank_before(text, run->at) ? NKS_WHY(NEAR) : 0;
	hit->why |= nks_context(text, run->at, NKS_LABEL_BIT(BANK)) & ~(kind ? NKS_WHY(AGAINST) : 0);
	return (hit->why & (NKS_WHY(LABEL) | NKS_WHY(COLUMN) | NKS_WHY(NEAR))) != 0;
}

static const char *const hits[] = {
	"みどり銀行 本店 普通 «1234567»",
	"振込先 みどり銀行北支店（普）«1234567»",
	"口座番号: «7654321»",
	"当座預金 «1234567»",
	"銀行口座 普通 «１２３４５６７»",
	"ゆうちょ銀行 口座番号 «10140-12345671»",
	NULL,
};
static const char *const misses[] = { "1234567", "普通の 123456", "金額 1234567", "10140-12345671",
	"郵便番号 1234567", NULL };

const struct nks_detector nks_det_bank = { .name = "bank",
	.class = NKS_CLASS_BANK_ACCOUNT,
	.trigger = NKS_ON_DIGITS,
	.digits =
		NKS_DIGITS(ACCOUNT) | NKS_DIGITS(POST_NUMBER) | NKS_DIGITS(12) | NKS_DIGITS(POST) | NKS_DIGITS(FULL),
	.look = look,
	.hits = hits,
	.misses = misses };
