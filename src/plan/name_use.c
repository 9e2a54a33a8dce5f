/*
 * name_use.c: which of a person's names a target takes: that in use (通称名) or the legal one (戸籍名). Pure.
 *
 * Invariant: under "in-use" no template can write the legal name of somebody who has another, and under "legal" none the name in
 * use: what the target may not know is not there when rows are run.
 */
#include "base.h"

#include "mapping.h"

static const char *const words[NK_NAME_USE_COUNT] = {
	[NK_NAME_IN_USE] = "in-use",
	[NK_NAME_LEGAL] = "legal",
	[NK_NAME_BOTH] = "both",
};

/* The items of one part of a name. */
static const struct part {
	enum nk_field legal, legal_kana, shown, shown_kana, romaji;
} parts[] = {
	{ NK_FIELD_FAMILY, NK_FIELD_FAMILY_KANA, NK_FIELD_FAMILY_SHOWN, NK_FIELD_FAMILY_SHOWN_KANA, NK_FIELD_FAMILY_ROMAJI },
	{ NK_FIELD_GIVEN, NK_FIELD_GIVEN_KANA, NK_FIELD_GIVEN_SHOWN, NK_FIELD_GIVEN_SHOWN_KANA, NK_FIELD_GIVEN_ROMAJI },
};

const char *nk_name_use_word(enum nk_name_use use)
{
	return use < NK_NAME_USE_COUNT ? words[use] : "";
}

bool nk_name_use_of(struct nk_str word, enum nk_name_use *out)
{
	for (unsigned u = 0; u < NK_NAME_USE_COUNT; u++) {
		if (nk_str_eq(word, nk_str_c(words[u]))) {
			*out = (enum nk_name_use)u;
			return true;
		}
	}
	return false;
}

static struct nk_str value(const struct nk_person *p, enum nk_field f)
{
	return nk_str_trim(p->field[f]);
}

/* Is this part called otherwise than in the family register? A reading alone makes no other name. */
static bool is_other(const struct nk_person *p, const struct part *part)
{
	return value(p, part->shown).len > 0 && !nk_str_eq(value(p, part->shown), value(p, part->legal));
}

static void take_legal(struct nk_person *p, const struct part *part)
{
	if (is_other(p, part)) {
		p->field[part->romaji] = NK_STR("");
	}
	p->field[part->shown] = NK_STR("");
	p->field[part->shown_kana] = NK_STR("");
}

static void take_shown(struct nk_person *p, const struct part *part)
{
	if (is_other(p, part)) {
		p->field[part->legal] = p->field[part->shown];
		p->field[part->legal_kana] = p->field[part->shown_kana];
	}
}

void nk_name_use_apply(enum nk_name_use use, struct nk_person *p)
{
	bool other = false;

	p->field[NK_FIELD_FORMER] = NK_STR("");
	if (use == NK_NAME_BOTH) {
		return;
	}
	for (size_t i = 0; i < NK_ARRAY_LEN(parts); i++) {
		other = other || is_other(p, &parts[i]);
		if (use == NK_NAME_LEGAL) {
			take_legal(p, &parts[i]);
		} else {
			take_shown(p, &parts[i]);
		}
	}
	if (other && use == NK_NAME_IN_USE) {
		p->field[NK_FIELD_MIDDLE] = NK_STR("");
	}
}
