/*
 * census_int.h: the decisions of a census, for the census and for plans.
 */
#ifndef NK_CENSUS_INT_H
#define NK_CENSUS_INT_H

#include "flow_int.h"

#include "census.h"

enum nk_decision {
	NK_DECISION_NONE,
	NK_DECISION_ADOPT,
	NK_DECISION_IGNORE,
	NK_DECISION_SERVICE,
	NK_DECISION_SHARED,
	NK_DECISION_ERASE_LATER,
	NK_DECISION_COUNT
};
/* nk_decision_name: "adopt" …; "" for NONE. nk_decision_of: false: no such word. */
const char *nk_decision_name(enum nk_decision d);
bool nk_decision_of(struct nk_str word, enum nk_decision *out);

/* The decisions of one target in memory: by the keyed anchor of the account. */
struct nk_decisions {
	struct nk_uuid target;
	const struct nk_key *key; /* house key "digest" */
	struct nk_arena *kept;
	struct nk_map map; /* keyed anchor → decision | µs << 8 */
};
NK_RESULT nk_decisions_open(struct nk_flow *flow, struct nk_uuid target, struct nk_decisions *out, struct nk_err *err);
void nk_decisions_done(struct nk_decisions *d);
/* nk_decisions_of: of an account by its anchor; *out_at may be NULL. */
enum nk_decision nk_decisions_of(const struct nk_decisions *d, struct nk_str anchor, nk_time *out_at);
/* nk_decisions_kept: is it decided that the account stays as it is? For the guard of plans (arg: struct nk_decisions). */
bool nk_decisions_kept(const void *arg, struct nk_str anchor);
/* nk_decision_put: one more row, in the caller's transaction. */
NK_RESULT nk_decision_put(struct nk_flow *flow, struct nk_tx *tx, const struct nk_decisions *d, struct nk_str anchor,
	enum nk_decision what, uint32_t person, struct nk_err *err);
/* nk_census_mac: an anchor, keyed: what rows and leaves hold. */
void nk_census_mac(const struct nk_decisions *d, struct nk_str anchor, struct nk_hash *out);

/*
 * nk_census_hold: whom a plan must not give a second account: persons without one, whose login, address or number an
 * undecided account has, and no other name. Numbers ascending, in `arena`. *out_undecided: accounts nobody decided about.
 */
NK_RESULT nk_census_hold(struct nk_flow *flow, const struct nk_planning *p, const struct nk_decisions *d,
	struct nk_arena *arena, uint32_t **out, size_t *out_n, uint64_t *out_undecided, struct nk_err *err);
/* nk_census_count: the census of a target that is open and read. */
NK_RESULT nk_census_count(struct nk_flow *flow, const struct nk_open_target *target, const struct nk_snapshot *held,
	const struct nk_links *links, struct nk_arena *arena, struct nk_census *out, struct nk_err *err);

#endif
