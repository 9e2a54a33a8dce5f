/*
 * merge_int.h: what op_merge.c and merge_links.c share.
 */
#ifndef NK_MERGE_INT_H
#define NK_MERGE_INT_H

#include "flow_person.h"
#include "measures_int.h"
#include "person_int.h"

/* Who is joined, or split: heads first. When they are split b is the one record that goes, and among a's. */
struct nk_merging {
	uint32_t a[NK_WHOLE_MAX], b[NK_WHOLE_MAX];
	size_t n_a, n_b;
	struct nk_uuid id_a, id_b;
	struct nk_str scope; /* of the warrant */
};

/* nk_merge_links (merge_links.c): at every target where the head has no account, one of the others' goes on as the head's: its link
 * is sealed anew for the head's number, under the same key. nk_merge_foresee: what becomes of the accounts, in words. */
NK_RESULT nk_merge_links(struct nk_flow *flow, struct nk_tx *tx, const struct nk_merging *m, struct nk_err *err);
/* nk_merge_reseal: the link `old` of `links` becomes `next`, which may borrow from it, under the same slot and key; names that
 * `next` has not are gone. */
NK_RESULT nk_merge_reseal(struct nk_flow *flow, struct nk_tx *tx, struct nk_links *links, const struct nk_link *old,
	const struct nk_link *next, struct nk_err *err);
NK_RESULT nk_merge_foresee(struct nk_flow *flow, const struct nk_merging *m, bool split, struct nk_arena *arena,
	struct nk_merge_reply *out, struct nk_err *err);

#endif
