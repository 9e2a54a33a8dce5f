/*
 * closing.h: a copy ends before another party: what he signs, and the books in the same commit.
 *
 * Used where a bundle, a part of a backup or residue was destroyed and somebody else than who had it looked
 * (DESIGN: I3). The caller owns what the members point to until both calls are over.
 */
#ifndef NK_CLOSING_H
#define NK_CLOSING_H

#include "measures_int.h"

struct nk_closing {
	struct nk_uuid holding;
	enum nk_gone gone;
	const char *how; /* for the leaf: words of ours */
	const char *predicate; /* type URI of the statement */
	struct nk_str body; /* its predicate: canonical JSON */
	const struct nk_party *by; /* who looked, and signs */
	const struct nk_key *seed; /* his key */
};
/* nk_closing_party: whose key `seed` is: *out, who says that a copy of `custodian` is gone. NK_DENIED: nobody's key, the custodian's
 * or the user's own, of somebody who judges nothing here, or who was not vouched for. */
NK_RESULT nk_closing_party(struct nk_flow *flow, struct nk_uuid custodian, const struct nk_key *seed, struct nk_arena *arena,
	struct nk_party *out, struct nk_err *err);
/* nk_closing_sign: in-toto Statement v1 about the holding, in DSSE, by his key; appended to `envelope`. */
NK_RESULT nk_closing_sign(struct nk_flow *flow, const struct nk_closing *c, struct nk_buf *envelope, struct nk_err *err);
/* nk_closing_book: in `tx`: the statement is taken in (checked against his enrolled key), leaf HOLDING_CLOSE, the holding
 * closed with it. NK_DENIED as nk_statement_take and nk_holding_close. */
NK_RESULT nk_closing_book(struct nk_flow *flow, struct nk_tx *tx, const struct nk_closing *c, struct nk_bytes envelope,
	struct nk_arena *arena, struct nk_uuid *out_evidence, struct nk_err *err);

#endif
