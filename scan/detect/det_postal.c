/*
 * det_postal.c: postal codes that are in use: with 〒, with a label, or with an address of the same prefecture behind
 * them.
 */
#include "nks_detect_int.h"

enum { CODE = 7, MARK_LOOK = 3 };

static bool mark_before(const struct nks_text *text, size_t at)
{
	for (size_t k = 1; k <= MARK_LOOK && k <= at; k++) {
		nks_unit u = text->u[at - k];
		if (u == 0x3012 || u == 0x3036) {
			return true;
		}
		if (!nks_is_blank(u) && u != ':' && u != 0xff1a) {
			return false;
		}
	}
	return false;
}

static bool address_behind(const struct nks_text *text, size_t end, unsigned code)
{
	size_t len = 0, at = nks_skip_gap(text, end);
	unsigned prefecture = nks_prefecture_at(text, at, &len);
	uint16_t city = 0;
	if (prefecture > 0) {
		return nks_postal_prefecture(code, prefecture);
	}
	return nks_city_at(text, at, 0, &city) > 0 && nks_postal_prefecture(code, nks_prefecture_of(city));
}

static bool look(const struct nks_text *text, const struct nks_run *run, size_t at, struct nks_hit *hit)
{
	static const uint8_t parted[] = { 3, 4 }, whole[] = { 7 };
	(void)at;
	bool hyphen = nks_run_is(run, parted, 2) && nks_is_hyphen(text->u[run->at + 3]);
	if (run->n != CODE || run->glued || (!hyphen && !nks_run_is(run, whole, 1))) {
		return false;
	}
	unsigned code = (unsigned)nks_run_value(run, 0, CODE);
	if (!nks_postal_has(code, NKS_NO_CITY)) {
		return false;
	}
	nks_run_hit(run, hit);
	hit->why = NKS_WHY(EXISTS) | (hyphen ? NKS_WHY(HYPHENS) : 0);
	hit->why |= mark_before(text, run->at) ? NKS_WHY(PREFIX) : 0;
	hit->why |= address_behind(text, run->at + run->len, code) ? NKS_WHY(NEAR) : 0;
	if (hyphen || (hit->why & (NKS_WHY(PREFIX) | NKS_WHY(NEAR))) != 0) {
		hit->why |= nks_context(text, run->at, NKS_LABEL_BIT(POSTAL) | NKS_LABEL_BIT(ADDRESS)) &
			(NKS_WHY(LABEL) | NKS_WHY(COLUMN) | NKS_WHY(AGAINST));
		return true;
	}
	hit->why |= nks_context(text, run->at, NKS_LABEL_BIT(POSTAL)) & (NKS_WHY(LABEL) | NKS_WHY(COLUMN));
	return (hit->why & (NKS_WHY(LABEL) | NKS_WHY(COLUMN))) != 0;
}

static const char *const hits[] = {
	"〒«100-0001»",
	"〒 «１００－０００１»",
	"«100-0001» 東京都千代田区千代田1-1",
	"〒«1000001» ",
	"郵便番号: «060-0808»",
	"郵便番号 «0600808»",
	"«231-0023» 横浜市中区",
	NULL,
};
static const char *const misses[] = {
	"100-0001",
	"〒999-9999",
	"1000001",
	"部品 123-4567",
	"ISBN 4-06-100-0001",
	"100-00012",
	"a100-0001",
	NULL,
};

const struct nks_detector nks_det_postal = { .name = "postal",
	.class = NKS_CLASS_ADDRESS,
	.trigger = NKS_ON_DIGITS,
	.digits = NKS_DIGITS(CODE),
	.look = look,
	.hits = hits,
	.misses = misses };
