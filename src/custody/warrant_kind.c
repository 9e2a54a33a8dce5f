/*
 * warrant_kind.c: the words of roles and of kinds of warrants, from their rows.
 *
 * Invariant: pure tables; what a site adds or changes stands in its configuration.
 */
#include "base.h"

#include "custody.h"

struct pair {
	const char *word;
	const char *text;
	const char *side; /* of a role: judges or acts */
};

static const struct pair roles[] = {
#define ROW(word, side, label) { word, label, side },
#include "roles.inc"
#undef ROW
};

static const struct pair kinds[] = {
#define ROW(word, needs) { word, needs, "" },
#include "warrants.inc"
#undef ROW
};

static const char *text_of(const struct pair *list, size_t n, struct nk_str word)
{
	for (size_t i = 0; i < n; i++) {
		if (nk_str_eq(word, nk_str_c(list[i].word))) {
			return list[i].text;
		}
	}
	return NULL;
}

const char *nk_role_label(struct nk_str word)
{
	return text_of(roles, NK_ARRAY_LEN(roles), word);
}

const char *nk_role_word(size_t i)
{
	return i < NK_ARRAY_LEN(roles) ? roles[i].word : NULL;
}

bool nk_role_judges(struct nk_str word)
{
	for (size_t i = 0; i < NK_ARRAY_LEN(roles); i++) {
		if (nk_str_eq(word, nk_str_c(roles[i].word))) {
			return strcmp(roles[i].side, "judges") == 0;
		}
	}
	return false;
}

const char *nk_warrant_kind_needs(struct nk_str kind)
{
	return text_of(kinds, NK_ARRAY_LEN(kinds), kind);
}

const char *nk_warrant_kind_word(size_t i)
{
	return i < NK_ARRAY_LEN(kinds) ? kinds[i].word : NULL;
}

bool nk_words_have(struct nk_str list, struct nk_str word)
{
	struct nk_str item = { NULL, 0 };

	while (nk_str_cut(&list, ',', &item)) {
		if (word.len > 0 && nk_str_eq(nk_str_trim(item), word)) {
			return true;
		}
	}
	return false;
}
