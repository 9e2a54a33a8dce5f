/*
 * law_class.c: which classes of the rule apply: certain, feared, or not yet said.
 */
#include "base.h"

#include "law_int.h"

static const char *const regimes[NK_REGIME_COUNT] = { "private", "public", "appendix2" };
static const char *const tris[NK_TRI_COUNT] = { "unknown", "no", "yes" };

const char *nk_regime_name(enum nk_regime r)
{
	return r < NK_REGIME_COUNT ? regimes[r] : "";
}

bool nk_regime_by_name(struct nk_str name, enum nk_regime *out)
{
	for (size_t i = 0; i < NK_REGIME_COUNT; i++) {
		if (nk_str_eq(name, nk_str_c(regimes[i]))) {
			*out = (enum nk_regime)i;
			return true;
		}
	}
	return false;
}

const char *nk_tri_name(enum nk_tri t)
{
	return t < NK_TRI_COUNT ? tris[t] : tris[0];
}

bool nk_tri_by_name(struct nk_str name, enum nk_tri *out)
{
	for (size_t i = 0; i < NK_TRI_COUNT; i++) {
		if (nk_str_eq(name, nk_str_c(tris[i]))) {
			*out = (enum nk_tri)i;
			return true;
		}
	}
	return false;
}

const struct law_row *law_class_row(const struct nk_law *law, enum nk_regime regime, enum nk_law_class c, nk_date on)
{
	const struct law_row *best = NULL;

	for (size_t i = 0; i < law->rows.len; i++) {
		const struct law_row *row = law_row_at(law, i);

		if (row->kind != LAW_CLASS || !law_holds(row, on) || law_num(law, row, "class") != (uint32_t)c ||
			!law_list_has(law, row, "regime", nk_str_c(nk_regime_name(regime)))) {
			continue;
		}
		if (best == NULL || row->origin.valid_from > best->origin.valid_from) {
			best = row;
		}
	}
	return best;
}

static void judge(struct nk_classes *out, enum nk_law_class c, enum nk_tri said)
{
	switch (said) {
	case NK_TRI_YES:
		out->certain |= 1U << c;
		break;
	case NK_TRI_UNKNOWN:
		out->open |= 1U << c;
		break;
	case NK_TRI_NO:
	case NK_TRI_COUNT:
		break;
	}
}

static void judge_count(struct nk_classes *out, uint32_t more_than, struct nk_count persons)
{
	const unsigned bit = 1U << NK_CLASS_MANY;

	if (persons.least > more_than) {
		out->certain |= bit;
	} else if (persons.most == UINT64_MAX) {
		out->open |= bit;
	} else if (persons.most > more_than) {
		out->feared |= bit;
	}
}

struct nk_classes nk_law_classify(const struct nk_law *law, const struct nk_class_ask *ask)
{
	const enum nk_tri said[NK_CLASS_COUNT] = { [NK_CLASS_SENSITIVE] = ask->sensitive, [NK_CLASS_PROPERTY] = ask->property,
		[NK_CLASS_WRONGFUL] = ask->wrongful, [NK_CLASS_ORDINANCE] = ask->ordinance };
	struct nk_classes out = { .certain = 0 };
	bool any = false;

	for (unsigned c = NK_CLASS_SENSITIVE; c < NK_CLASS_COUNT; c++) {
		const struct law_row *row = law_class_row(law, ask->regime, (enum nk_law_class)c, ask->on);

		if (row == NULL) {
			continue;
		}
		any = true;
		if (c == NK_CLASS_MANY) {
			judge_count(&out, law_num(law, row, "more_than"), ask->persons);
		} else {
			judge(&out, (enum nk_law_class)c, said[c]);
		}
	}
	out.needs_review = !any;
	return out;
}

bool nk_classes_parse(struct nk_str text, struct nk_classes *out)
{
	struct nk_classes found = { .certain = 0 };
	struct nk_str one;
	uint32_t n;

	if (text.len == 0) {
		*out = found;
		return true;
	}
	while (nk_str_cut(&text, ',', &one)) {
		const bool feared = nk_str_ends(nk_str_trim(one), NK_STR("?"));

		one = nk_str_trim(one);
		if (!nk_parse_u32(nk_str_sub(one, 0, one.len - (feared ? 1 : 0)), NK_CLASS_SENSITIVE, NK_CLASS_COUNT - 1, &n)) {
			return false;
		}
		if (feared) {
			found.feared |= 1U << n;
		} else {
			found.certain |= 1U << n;
		}
	}
	*out = found;
	return true;
}

NK_RESULT nk_classes_print(struct nk_classes c, struct nk_buf *out, struct nk_err *err)
{
	const size_t start = out->len;

	for (unsigned i = NK_CLASS_SENSITIVE; i < NK_CLASS_COUNT; i++) {
		const unsigned bit = 1U << i;

		if (((c.certain | c.feared) & bit) != 0) {
			NK_TRY(nk_buf_printf(out, err, "%s%u%s", out->len > start ? "," : "", i, (c.certain & bit) != 0 ? "" : "?"));
		}
	}
	return nk_done();
}

struct nk_str nk_law_class_words(
	const struct nk_law *law, enum nk_regime regime, enum nk_law_class c, nk_date on, enum nk_lang lang)
{
	const struct law_row *row = law_class_row(law, regime, c, on);

	return row == NULL ? (struct nk_str){ NULL, 0 } : law_word(law, row, lang);
}
