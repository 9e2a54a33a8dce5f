/*
 * record_int.h: a person's record in plain, as it is sealed and as it lies in the arena (DESIGN.md of this floor).
 *
 * Invariant: bytes that nk_record_check accepted are read again without a failure.
 */
#ifndef NK_RECORD_INT_H
#define NK_RECORD_INT_H

#include "people.h"

enum { NK_RECORD_SCHEMA = 1, NK_RECORD_FLAGS_AT = 2, NK_FIELD_LEN_MAX = 4096, NK_MEMBERSHIPS_MAX = 4096, NK_RECORD_MAX = 1048576 };

/* nk_record_write: appends the record to `out` (a wiping buffer). NK_INVALID, NK_LIMIT name the item and the number.
 */
NK_RESULT nk_record_write(const struct nk_person *p, struct nk_buf *out, struct nk_err *err);
/* nk_record_check: is it whole and of our schema? NK_CORRUPT, NK_NEWER with the person's number. */
NK_RESULT nk_record_check(struct nk_bytes record, uint32_t number, struct nk_err *err);
/* nk_record_count: memberships in a checked record. */
size_t nk_record_count(struct nk_bytes record);
/* nk_record_read: fills *out but for id and slot; fields are slices of the record; `room` has nk_record_count places.
 */
void nk_record_read(struct nk_bytes record, struct nk_person *out, struct nk_membership *room);
/* nk_record_fields: all items of a checked record in one walk; empty when not there. */
void nk_record_fields(struct nk_bytes record, struct nk_str out[static NK_FIELD_COUNT]);
/* nk_record_field: one item of a checked record; empty when it is not there. */
struct nk_str nk_record_field(struct nk_bytes record, enum nk_field f);

#endif
