/*
 * readback.h: is a person gone from a target? Asks the target anew with every key the person ever had there.
 *
 * The target must show its sentinel in the same session, else the answer is no answer (I8).
 */
#ifndef NK_READBACK_H
#define NK_READBACK_H

#include "link.h"
#include "target.h"

struct nk_readback {
	uint64_t persons; /* asked for */
	uint64_t keys; /* asked with */
	uint64_t absent; /* persons with no entry at all, and named by none */
	uint64_t present; /* still an entry of theirs (anchor or dn) */
	uint64_t mentions; /* other entries that name one of their keys (groups, aliases) */
	bool sentinel_seen;
};
/* nk_value_taken_fn: does exactly this value belong to somebody who stays, other than that person? */
typedef bool nk_value_taken_fn(void *arg, struct nk_str kind, struct nk_str value, uint32_t person_number);
/*
 * nk_readback_run: per person the verdict goes to out_absent[i] (links[i]); true only when no entry is theirs and
 * none names a key of theirs. `taken`: exact values that belong to persons who stay are not asked for, as an answer
 * would say nothing (NULL: none are).
 *
 * Sentinel: the entry right above the persons' own names (ou=people) must be shown in the very search that shows
 * nobody else; for keys without names the whole target is read for its configured sentinel. Not seen: sentinel_seen
 * is false and nobody counts as absent, which is no error. A person without any key cannot be asked for and is not
 * absent. Many persons are asked for at once and apart only where something was found. Errors are the target's.
 */
NK_RESULT nk_readback_run(struct nk_target_link *target, const struct nk_link *const *links, size_t n,
	nk_value_taken_fn *taken, void *taken_arg, bool *out_absent, struct nk_readback *out, struct nk_err *err);
/* nk_readback_good: asked for nobody, or the sentinel seen and everybody absent. */
bool nk_readback_good(const struct nk_readback *r);

#endif
