/*
 * propose_count.h: counting what kinds of values a column has. Values are not kept but for a keyed set of them.
 */
#ifndef NK_PROPOSE_COUNT_H
#define NK_PROPOSE_COUNT_H

#include "propose.h"

/* nk_propose_count: one value, trimmed. */
void nk_propose_count(struct nk_column *c, struct nk_str v);
/* nk_propose_kind: what most of its values are. */
enum nk_column_kind nk_propose_kind(const struct nk_column *c);
/* nk_propose_state: active, suspended or absent for a word of a state column, or NULL. nk_propose_states: the whole
 * list, for the mapping that is written; false at the end. */
const char *nk_propose_state(struct nk_str word);
bool nk_propose_states(size_t i, const char **out_word, const char **out_state);

#endif
