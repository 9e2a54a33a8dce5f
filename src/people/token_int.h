/*
 * token_int.h: the normal form of identifiers, and keyed tokens of it.
 *
 * Invariant: two values are the same identifier exactly when their normal forms are equal bytes.
 */
#ifndef NK_TOKEN_INT_H
#define NK_TOKEN_INT_H

#include "people_int.h"

/* nk_token_normal: NFKC, for LOGIN and MAIL ASCII lower case too; *out is `value` itself or a slice of `room`
 * (wiping; what was in it goes). */
NK_RESULT nk_token_normal(
	enum nk_field f, struct nk_str value, struct nk_buf *room, struct nk_str *out, struct nk_err *err);
/* nk_token_field_key: the key of one item under the index key of the epoch; the caller wipes it. */
void nk_token_field_key(const struct nk_key *index_key, enum nk_field f, struct nk_key *out);
/* nk_token_make: false for a blank value (no token). */
NK_RESULT nk_token_make(const struct nk_key *field_key, enum nk_field f, struct nk_str value, struct nk_buf *room,
	uint8_t out[static NK_MAC_LEN], bool *out_is, struct nk_err *err);

/* A token with whose it is; nk_token_sort brings them into the order of the table's index. */
struct nk_token_row {
	uint8_t token[NK_MAC_LEN];
	uint32_t person_number;
	uint32_t field;
};
/* nk_token_collect: pushes the tokens of one record. nk_token_write: sorts and inserts; NK_EXISTS names item and
 * number. */
NK_RESULT nk_token_collect(const struct nk_people *people, struct nk_bytes record, uint32_t number,
	struct nk_buf *room, struct nk_vec *rows, struct nk_err *err);
NK_RESULT nk_token_write(struct nk_people *people, struct nk_vec *rows, struct nk_err *err);
/* nk_token_remove: all tokens of these persons go; the whole table is read for it (nobody's record is needed). */
NK_RESULT nk_token_remove(struct nk_people *people, const uint32_t *numbers, size_t n, struct nk_err *err);
/* nk_token_check: does the index key in use fit what the store holds? NK_CORRUPT. */
NK_RESULT nk_token_check(struct nk_people *people, struct nk_err *err);

/* nk_token_taken: the one text for a unique identifier that is in use: NK_EXISTS. */
NK_RESULT nk_token_taken(enum nk_field f, uint32_t number, uint32_t by, struct nk_err *err);

#endif
