/*
 * third_int.h: who is a third party, and what his summary must say: one rule for sites (third_party.c) and for packages
 * (package_third.c).
 */
#ifndef NK_THIRD_INT_H
#define NK_THIRD_INT_H

#include "json.h"
#include "measures_int.h"

/* Everybody who is enrolled (or listed), and the organisations whose matter it is. Borrowed for the call. */
struct nk_third_rule {
	const struct nk_party *list;
	size_t n;
	const struct nk_str *concerned;
	size_t n_concerned;
};
/*
 * nk_third_judge: is list[i] a stranger to the matter? He has a key, the role verifier, has not ended; his organisation is
 * stated, is none of the concerned, none of the words maker, integrator, site; nobody of it has another role here; his unit is
 * none of the house but "verifier", and nobody of it does anything else here; and his key is nobody's who is no such
 * party. NK_DENIED says which of these is not so.
 */
NK_RESULT nk_third_judge(const struct nk_third_rule *rule, size_t i, struct nk_err *err);

/*
 * nk_third_rule_make: the rule of this house: everybody who is enrolled here, those without a key and those who ended too; concerned
 * are `extra`, the organisation of this house, and that of every site that is or was enrolled here. Lives in `arena`. flow NULL:
 * `extra` alone is concerned, and the list is the caller's.
 */
struct nk_third_extra {
	const struct nk_str *organisations;
	size_t n;
};
NK_RESULT nk_third_rule_make(struct nk_flow *flow, const struct nk_third_extra *extra, struct nk_arena *arena,
	struct nk_third_rule *out, struct nk_err *err);

enum { NK_THIRD_PROPERTIES = 2, NK_THIRD_PLACES = 4 /* at least: store, vault, ledger, the rest of the home */ };
struct nk_third_claims {
	const char *properties[NK_THIRD_PROPERTIES]; /* all of them must be in the summary; NULL: fewer */
	nk_time since, until; /* when it may have been made; until 0: not looked at */
	bool places; /* it is about a site: it must say of how many places, and bind which */
};
/*
 * nk_third_claims_check: the body of a summary (SVR) says PASSED, the properties, that every fault which the verifier
 * planted was found again (at least one; "nokosazu": {"planted", "foundPlanted"}), a time within the bounds, and, of
 * a site, how many places were looked through and a digest of them ("places": {"digest", "number"}).
 * NK_INVALID says what is lacking.
 */
NK_RESULT nk_third_claims_check(struct nk_jval body, const struct nk_third_claims *wanted, struct nk_err *err);
/* nk_third_until: the latest time that a summary may bear here: now, and a day for clocks that differ. */
nk_time nk_third_until(const struct nk_flow *flow);

#endif
