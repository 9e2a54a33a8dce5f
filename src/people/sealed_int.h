/*
 * sealed_int.h: a sealed record as it stands in the store: a header in clear, then nonce ‖ ciphertext ‖ tag.
 *
 * Header, 21 bytes: format (u8) ‖ slot (le64) ‖ generation (le32) ‖ epoch (le64). The associated data is `who` ‖
 * header, where `who` (32 bytes) names the row: tenant ‖ person id, or person number and target. Format = version of
 * the schema. Invariant: what is given to nk_sealed_write is padded to 64 bytes; nothing longer than NK_SEALED_MAX is
 * read.
 */
#ifndef NK_SEALED_INT_H
#define NK_SEALED_INT_H

#include "crypto.h"
#include "vault.h"

enum { NK_SEALED_HEADER = 21, NK_SEALED_WHO = 32, NK_SEALED_MAX = 4194304, NK_SEALED_FORMAT = 1 };

struct nk_sealed_header {
	uint8_t format;
	struct nk_slot slot;
	uint64_t epoch; /* in force when it was sealed */
};

/* Sub-keys of a slot's key, one a purpose. */
enum nk_subkey { NK_SUBKEY_RECORD = 1, NK_SUBKEY_LEDGER = 2 };
/* nk_sealed_subkey: the sub-key for a purpose; the caller wipes it. */
void nk_sealed_subkey(const struct nk_key *slot_key, enum nk_subkey purpose, struct nk_key *out);

/* nk_sealed_write: pads `plain` (a wiping buffer) and appends header and box to `out`. */
NK_RESULT nk_sealed_write(const struct nk_env *env, const struct nk_key *slot_key,
	const uint8_t who[static NK_SEALED_WHO], const struct nk_sealed_header *header, struct nk_buf *plain,
	struct nk_buf *out, struct nk_err *err);
/* nk_sealed_peek: the header; false when the bytes are too short or too long for a record. */
bool nk_sealed_peek(struct nk_bytes record, struct nk_sealed_header *out);
/* nk_sealed_read: the plaintext replaces what is in `plain` (a wiping buffer with room). False: another key, row or
 * bytes. */
bool nk_sealed_read(const struct nk_key *slot_key, const uint8_t who[static NK_SEALED_WHO], struct nk_bytes record,
	struct nk_buf *plain);

#endif
