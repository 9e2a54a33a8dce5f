/*
 * vault_change_int.h: a change between prepare and finish; vault_change.c makes and commits it, vault_verify.c
 * reads it back.
 */
#ifndef NK_VAULT_CHANGE_INT_H
#define NK_VAULT_CHANGE_INT_H

#include "vault_int.h"

enum change_kind { CHANGE_DESTROY, CHANGE_ROTATE, CHANGE_RESEAL };
enum change_state { CHANGE_PREPARED, CHANGE_VERIFIED, CHANGE_COMMITTED };

struct nk_vault_change {
	struct nk_vault *vault;
	enum change_kind kind;
	enum change_state state;
	struct nk_vhead head; /* the one that commit writes */
	struct nk_vsecrets *next; /* locked: unlock secret, key and root of the new path */
	struct nk_key *bucket_keys; /* locked: all buckets, new ones for those touched */
	uint8_t *areas; /* area of each bucket after commit */
	uint32_t *touched;
	size_t n_touched;
	struct nk_slot *slots; /* live ones that die, by number */
	size_t n_slots;
	uint64_t oldest;
	const struct nk_sealer *sealer; /* only when a reseal moves to another one */
	struct nk_sealer_handle *handle;
	bool announced; /* the header names the pending rotation */
};

#endif
