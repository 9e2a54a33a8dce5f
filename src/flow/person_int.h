/*
 * person_int.h: what the operations on persons lend each other.
 */
#ifndef NK_PERSON_INT_H
#define NK_PERSON_INT_H

#include "flow_int.h"

/* nk_person_by (op_person.c): by id, number (#123), login, student number, mail, master id or a source's key; borrowed until
 * the next write. NK_NOT_FOUND. */
NK_RESULT nk_person_by(struct nk_flow *flow, struct nk_str key, const struct nk_person **out, struct nk_err *err);
/* nk_names_expire (op_names.c): names whose time of being blocked is over are free; at every run of the clock. */
NK_RESULT nk_names_expire(struct nk_flow *flow, struct nk_err *err);
/* nk_person_warranted (op_protect.c): one use of a warrant of that kind and verb over "person:<id>", in this transaction; nil
 * warrant: NK_DENIED that says how to ask for one. */
NK_RESULT nk_person_warranted(struct nk_flow *flow, struct nk_tx *tx, struct nk_uuid id, const char *kind, const char *verb,
	struct nk_uuid warrant, struct nk_arena *arena, struct nk_err *err);
/* nk_person_row (op_person.c): a person in a list; of a protected one the number, the login and the state alone. */
NK_RESULT nk_person_row(struct nk_flow *flow, const struct nk_person *p, struct nk_arena *arena, struct nk_person_row *out,
	struct nk_err *err);

#endif
