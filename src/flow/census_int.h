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
	NK_DECISION_ERASED, /* nobody's to decide: by us, read back */
	NK_DECISION_GONE, /* was to be erased, and is not there any more, whoever did it */
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
	struct nk_map due; /* keyed anchor → day, of those to be erased later */
	nk_date today; /* nk_flow_today; a dry run sets another one */
};
NK_RESULT nk_decisions_open(struct nk_flow *flow, struct nk_uuid target, struct nk_decisions *out, struct nk_err *err);
void nk_decisions_done(struct nk_decisions *d);
/* nk_decisions_of: of an account by its anchor; *out_at may be NULL. nk_decisions_at: by the keyed anchor. */
enum nk_decision nk_decisions_at(const struct nk_decisions *d, const struct nk_hash *entry, nk_time *out_at);
enum nk_decision nk_decisions_of(const struct nk_decisions *d, struct nk_str anchor, nk_time *out_at);
/* nk_decisions_kept: is it decided that the account stays as it is? For the guard of plans (arg: struct nk_decisions). */
bool nk_decisions_kept(const void *arg, struct nk_str anchor);
/* nk_decisions_due: is this account to be erased, and its day has come? (arg: struct nk_decisions.) nk_decisions_due_on: that
 * day; 0: it is not to be erased. */
bool nk_decisions_due(const void *arg, struct nk_str anchor);
nk_date nk_decisions_due_on(const struct nk_decisions *d, struct nk_str anchor);
/* nk_decision_put: one more row and its leaf, in the caller's transaction. */
struct nk_decided {
	struct nk_hash entry; /* nk_census_mac */
	enum nk_decision what;
	uint32_t person; /* ADOPT; else 0 */
	nk_date due_on; /* ERASE_LATER: 0: [people] grace_days from today */
};
NK_RESULT nk_decision_put(
	struct nk_flow *flow, struct nk_tx *tx, struct nk_uuid target, const struct nk_decided *d, struct nk_err *err);
/*
 * census_gone.c: at the end of an apply: accounts of before that it deleted are read back, and those that were to go and are
 * not there any more are written down, with leaf and statement. *out_left: still shown. Nothing to do: writes nothing.
 */
struct nk_applying;
NK_RESULT nk_census_gone(struct nk_applying *a, uint64_t *out_left, struct nk_err *err);
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
