/*
 * tombstone_int.h: what the writing of persons asks the tombstones.
 */
#ifndef NK_TOMBSTONE_INT_H
#define NK_TOMBSTONE_INT_H

#include "people_int.h"

/* nk_tombstone_any: is there one at all? (spares a look-up a person) */
NK_RESULT nk_tombstone_any(struct nk_people *people, bool *out, struct nk_err *err);
/* nk_tombstone_refuse: NK_CONFLICT when the person's login is blocked today. */
NK_RESULT nk_tombstone_refuse(struct nk_people *people, const struct nk_person *p, struct nk_err *err);

#endif
