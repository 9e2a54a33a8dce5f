/*
 * person_int.h: what the operations on persons lend each other.
 */
#ifndef NK_PERSON_INT_H
#define NK_PERSON_INT_H

#include "flow_int.h"

/* nk_person_by (person_whole.c): by id, number (#123), login, student number, mail, master id or a source's key, of any record of
 * the person: the head's; borrowed until the next write. NK_NOT_FOUND. nk_person_record_by: the very record that has the key. */
NK_RESULT nk_person_by(struct nk_flow *flow, struct nk_str key, const struct nk_person **out, struct nk_err *err);
NK_RESULT nk_person_record_by(struct nk_flow *flow, struct nk_str key, const struct nk_person **out, struct nk_err *err);
/* nk_person_extents: nk_extent_of_person for all records of the person together. nk_person_heads: persons of extents by their
 * heads, each once, with the items of all; in place. */
NK_RESULT nk_person_extents(struct nk_flow *flow, uint32_t number, struct nk_arena *arena, struct nk_extent_row **out,
	size_t *out_n, struct nk_err *err);
NK_RESULT nk_person_heads(struct nk_flow *flow, struct nk_extent_person *list, size_t *n, struct nk_err *err);
/* nk_names_expire (op_names.c): names whose time of being blocked is over are free; at every run of the clock. */
NK_RESULT nk_names_expire(struct nk_flow *flow, struct nk_err *err);
/* nk_person_order (op_protect.c): one use of a warrant of that kind and verb over that scope, in this transaction; nil warrant:
 * NK_DENIED that says how to ask for one. */
struct nk_person_order {
	const char *kind, *verb;
	struct nk_str scope;
};
NK_RESULT nk_person_order(struct nk_flow *flow, struct nk_tx *tx, const struct nk_person_order *order, struct nk_uuid warrant,
	struct nk_arena *arena, struct nk_err *err);
/* nk_person_warranted: one use of a warrant of that kind and verb over "person:<id>", in this transaction; nil
 * warrant: NK_DENIED that says how to ask for one. */
NK_RESULT nk_person_warranted(struct nk_flow *flow, struct nk_tx *tx, struct nk_uuid id, const char *kind, const char *verb,
	struct nk_uuid warrant, struct nk_arena *arena, struct nk_err *err);
/* nk_person_row (op_person.c): a person in a list; of a protected one the number, the login and the state alone. */
NK_RESULT nk_person_row(struct nk_flow *flow, const struct nk_person *p, struct nk_arena *arena, struct nk_person_row *out,
	struct nk_err *err);

/* nk_person_bare (op_person.c): number, login and state of anybody, as of a protected person. */
NK_RESULT nk_person_bare(
	struct nk_flow *flow, const struct nk_person *p, struct nk_arena *arena, struct nk_person_row *out, struct nk_err *err);
/* nk_person_seen (person_seen.c): "in-use", "legal", "both" or "hidden", a TAB, and the name that target is told, appended to a
 * wiping buffer; "-" for both of a target that is not configured. */
NK_RESULT nk_person_seen(struct nk_flow *flow, const struct nk_person *p, struct nk_str target, struct nk_buf *out,
	struct nk_err *err);

#endif
