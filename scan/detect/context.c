/*
 * context.c: what labels say about a place, for all detectors alike.
 *
 * Where the text has no layout (carved, derived), a label directly before the place counts as one before it.
 */
#include "nks_detect_int.h"

enum { CLOSE = 12, NEAR_WINDOW = 48 };

/* Labels of numbers and the like that are not what is looked for: what stands directly under them is theirs. */
static const uint32_t others = NKS_LABEL_BIT(OTHER_NUMBER) | NKS_LABEL_BIT(HOJIN) | NKS_LABEL_BIT(NUMBER) |
	NKS_LABEL_BIT(MYNUMBER) | NKS_LABEL_BIT(LICENCE) | NKS_LABEL_BIT(PASSPORT) | NKS_LABEL_BIT(RESIDENCE) |
	NKS_LABEL_BIT(PENSION) | NKS_LABEL_BIT(HEALTH) | NKS_LABEL_BIT(BANK) | NKS_LABEL_BIT(CARD) |
	NKS_LABEL_BIT(POSTAL) | NKS_LABEL_BIT(BIRTH);

static uint64_t without_layout(const struct nks_text *text, size_t at, uint32_t labels)
{
	size_t middle = at > CLOSE ? at - CLOSE : 0;
	uint32_t close = nks_label_near(text, middle, CLOSE);
	if ((close & labels) != 0) {
		return NKS_WHY(LABEL);
	}
	if ((close & others) != 0) {
		return NKS_WHY(AGAINST);
	}
	return (nks_label_near(text, at, NEAR_WINDOW) & labels) != 0 ? NKS_WHY(NEAR) : 0;
}

uint64_t nks_context(const struct nks_text *text, size_t at, uint32_t labels)
{
	if (text->layout == NULL) {
		return without_layout(text, at, labels);
	}
	struct nks_place place = nks_layout_at(text, at);
	uint32_t column = UINT32_C(1) << place.column_label, before = UINT32_C(1) << place.before;
	uint64_t why = 0;
	why |= (column & labels) != 0 ? NKS_WHY(COLUMN) : 0;
	why |= (before & labels) != 0 ? NKS_WHY(LABEL) : 0;
	if (why != 0) {
		return why;
	}
	if (((column | before) & others & ~labels) != 0) {
		return NKS_WHY(AGAINST);
	}
	return (nks_label_near(text, at, NEAR_WINDOW) & labels) != 0 ? NKS_WHY(NEAR) : 0;
}

/* Labels of numbers in English have one of these. */
static bool english_word(const struct nks_text *text, size_t at)
{
	for (size_t i = at > NEAR_WINDOW ? at - NEAR_WINDOW : 0; i + 2 < at; i++) {
		nks_unit a = text->u[i] | 0x20, b = text->u[i + 1] | 0x20, c = text->u[i + 2] | 0x20;
		static const char seeds[][4] = { "num", "car", "lic", "my ", "my_", "myn", "tel", "pho", "mob", "cel",
			"fax" };
		for (size_t k = 0; k < sizeof seeds / sizeof seeds[0]; k++) {
			const char *s = seeds[k];
			if (a == (nks_unit)s[0] && b == (nks_unit)s[1] && c == ((nks_unit)s[2] | 0x20)) {
				return true;
			}
		}
	}
	return false;
}

bool nks_may_have_label(const struct nks_text *text, size_t at, uint32_t labels)
{
	const uint64_t *han = text->mask[NKS_M_HAN] + at / 64, *kana = text->mask[NKS_M_KANA] + at / 64;
	if (text->layout != NULL && (nks_layout_columns(text) & labels) != 0) {
		return true;
	}
	if ((han[0] | han[-1] | han[1] | kana[0] | kana[-1] | kana[1]) != 0) {
		return true;
	}
	return english_word(text, at);
}

bool nks_detect_births(const struct nks_text *text)
{
	nks_signs_fn *births = nks_births();
	for (size_t i = 0; i < text->n; i += 64) {
		for (uint64_t bits = births(text->u + i); bits != 0; bits &= bits - 1) {
			size_t at = i + (size_t)__builtin_ctzll(bits);
			if (at < text->n && (nks_label_near(text, at, CLOSE) & NKS_LABEL_BIT(BIRTH)) != 0) {
				return true;
			}
		}
	}
	return false;
}
