/*
 * link.h: person × target: the target's immutable anchor and every key the person ever had there.
 *
 * Sealed under a key of its own (slot kind LINK), because a later read-back needs it when the person's key is dead.
 * Kept until absence is verified, then erased too.
 */
#ifndef NK_LINK_H
#define NK_LINK_H

#include "people.h"

enum nk_link_state { NK_LINK_INTENDED, NK_LINK_PRESENT, NK_LINK_ABSENT, NK_LINK_STATE_COUNT };

/* One key: what kind of name it is at the target, and the value. */
struct nk_link_key {
	struct nk_str kind; /* "dn", "uid", "mail", "employeeNumber", "cn", "kana", … : the word the target's find
			       understands */
	struct nk_str value;
	uint32_t from; /* the record whose account this was when the name was given (person merge); 0: the link's own person */
};

struct nk_link {
	uint32_t person_number;
	struct nk_uuid target;
	struct nk_slot slot;
	enum nk_link_state state;
	bool password_set;
	struct nk_str anchor; /* entryUUID; empty until read back */
	const struct nk_link_key *keys; /* all there ever were, newest last */
	size_t n_keys;
};

struct nk_links;

/* nk_links_open: all links of one target, decrypted into a wiping arena. */
NK_RESULT nk_links_open(struct nk_store *store, struct nk_vault *vault, struct nk_uuid target, struct nk_links **out,
	struct nk_err *err);
void nk_links_free(struct nk_links **links);
size_t nk_links_count(const struct nk_links *links);
const struct nk_link *nk_links_at(const struct nk_links *links, size_t i); /* by person number */
const struct nk_link *nk_links_of(const struct nk_links *links, uint32_t person_number); /* NULL: none */
const struct nk_link *nk_links_by_anchor(const struct nk_links *links, struct nk_str anchor);
/* nk_links_put: insert (slot and key given) or update (key NULL: opened from the vault). Keys are merged: none is
 * ever lost. */
NK_RESULT nk_links_put(struct nk_links *links, struct nk_tx *tx, const struct nk_link *link, const struct nk_key *key,
	struct nk_err *err);
/* nk_links_erase: the row goes; the caller destroys the slot before. */
NK_RESULT nk_links_erase(struct nk_links *links, struct nk_tx *tx, uint32_t person_number, struct nk_err *err);

#endif
