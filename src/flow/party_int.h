/*
 * party_int.h: parties that judge come and go under an officer's order (party_vouch.c), for op_party.c.
 */
#ifndef NK_PARTY_INT_H
#define NK_PARTY_INT_H

#include "measures_int.h"

enum { NK_PARTY_SCOPE = 80 };

/* nk_party_judges: one of its roles, or its unit, judges by roles.rows or signs warrants by the configuration. */
bool nk_party_judges(const struct nk_flow *flow, const struct nk_party *p);
/*
 * nk_party_may_judge: does what p signs as a judge count now? He has not ended, has the role (or unit) that he signs in (empty:
 * none is asked for, as of a second party that looks whether a thing is gone), and was enrolled either under an officer's
 * order for exactly these roles and keys, or before the first officer with a key (then every statement carries the limitation).
 * Asked when he signs and whenever his signature is used, not when he is enrolled: what the configuration calls a judge
 * may change later. NK_DENIED says which of these is not so.
 */
NK_RESULT nk_party_may_judge(struct nk_flow *flow, const struct nk_party *p, struct nk_str role, struct nk_err *err);
/* nk_party_is_alone: is there no officer's order behind this party? Then what it signs says so (NK_LIMITATION_ALONE). */
NK_RESULT nk_party_is_alone(struct nk_flow *flow, const struct nk_party *p, bool *out, struct nk_err *err);
/* nk_party_officers: how many officers with a key are enrolled beside this one (nil: all). */
NK_RESULT nk_party_officers(struct nk_flow *flow, struct nk_uuid beside, size_t *out, struct nk_err *err);

/* What the officer signs: kind order, verb ENROL or END, a scope of words and digests, details with the name. */
struct nk_party_vouch {
	struct nk_str verb, purpose;
	char scope[NK_PARTY_SCOPE];
	struct nk_buf details;
	struct nk_uuid warrant;
};
/* nk_party_vouching: for p as it is to be enrolled, or ended; nk_party_vouch_done in any case, also for NK_OWNED. */
NK_RESULT nk_party_vouching(const struct nk_party *p, bool end, struct nk_party_vouch *out, struct nk_err *err);
void nk_party_vouch_done(struct nk_party_vouch *v);
/* nk_party_vouch_find: v->warrant: the signed order, else *out_waits and the one that waits, asked for now if need be. */
NK_RESULT nk_party_vouch_find(struct nk_flow *flow, struct nk_party_vouch *v, bool *out_waits, struct nk_err *err);
/* nk_party_vouch_take: its one use, in the transaction of the act. NK_DENIED: signed for something else. */
NK_RESULT nk_party_vouch_take(
	struct nk_flow *flow, struct nk_tx *tx, const struct nk_party_vouch *v, struct nk_err *err);

#endif
