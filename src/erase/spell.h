/*
 * spell.h: the texts by which a person is looked for: one list for the residue scan and for the scan of a roster.
 *
 * Names of before are among them.
 * Invariant: a surname alone is never one of them, and no text comes twice for one person. How each may be written
 * (variants of kanji, width, blanks, order of romaji) is the scanning library's knowledge, not repeated here.
 */
#ifndef NK_SPELL_H
#define NK_SPELL_H

#include "nkscan.h"
#include "people.h"

struct nk_spelling {
	enum nk_item_class item;
	enum nks_field field;
	struct nk_str value; /* UTF-8 */
};
/* nk_spell: all of a person's texts (struct nk_spelling) appended to `out`, values copied into `arena` (both wiping).
 * birthday: the date of birth too, which only corroborates. NK_NOMEM, NK_LIMIT. */
NK_RESULT nk_spell(
	const struct nk_person *p, bool birthday, struct nk_arena *arena, struct nk_vec *out, struct nk_err *err);
/* nk_spell_add: one text into an index. *out_short: it cannot be looked for (too short to mean anybody, or too long),
 * which the caller has to report. NK_NOMEM; NK_INTERNAL: not UTF-8. */
NK_RESULT nk_spell_add(struct nks_builder *builder, uint32_t ordinal, enum nks_field field, struct nk_str value,
	bool *out_short, struct nk_err *err);
/* nk_spell_fail: an error for a status of the scanning library. */
NK_RESULT nk_spell_fail(enum nks_status status, struct nk_err *err);

#endif
