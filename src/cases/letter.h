/*
 * letter.h: the notice to one person, with his own items: items 1, 2, 4, 5 and 9 of rule 8(1), as rule 10 asks.
 *
 * Two persons whose items differ get different letters (T10). The letter holds personal data: the buffer should be a
 * wiping one, and the file a holding.
 */
#ifndef NK_LETTER_H
#define NK_LETTER_H

#include "facts.h"

struct nk_letter {
	struct nk_str addressee; /* as printed: 「山田 太郎 様」 is made from 「山田 太郎」; empty: 「ご本人様」 */
	const struct nk_str *items; /* his item classes: "name", "kana", "mail" …, any order, at least one */
	size_t items_n;
	struct nk_str number; /* running number of the letter in the case */
	nk_date on;
};
/* nk_letter_write: appends UTF-8 text. NK_INVALID: no items, or one that law/items.law has no word for; NK_LIMIT: more
 * than 64 items. Facts that are not known are said to be under investigation. */
NK_RESULT nk_letter_write(const struct nk_law *law, const struct nk_case_facts *facts, const struct nk_letter *letter, enum nk_lang lang,
	struct nk_buf *out, struct nk_err *err);
/* nk_publication_write: the draft of what is published (公表文), from the same facts; names nobody. */
NK_RESULT nk_publication_write(const struct nk_law *law, const struct nk_case_facts *facts, enum nk_lang lang, struct nk_buf *out,
	struct nk_err *err);

#endif
