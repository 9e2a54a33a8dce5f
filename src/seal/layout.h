/*
 * layout.h: in-toto layouts (specification 1.0): which steps there are, whose keys do them, and what files may come and
 * go; checked against links (attestation link/v0.3 in DSSE, Ed25519).
 *
 * The layout itself comes out of an envelope that the caller has verified. Inspections are not run: a layout that has
 * any is refused. Everything lives in the caller's arena. Pure.
 */
#ifndef NK_LAYOUT_H
#define NK_LAYOUT_H

#include "crypto.h"

enum { NK_LAYOUT_MAX = 1 << 20, NK_LAYOUT_STEPS = 32, NK_LAYOUT_KEYS = 64, NK_LAYOUT_RULES = 256, NK_LAYOUT_LINKS = 256,
	NK_LAYOUT_FILES = 100000, NK_LAYOUT_PROBLEMS = 200 };

#define NK_LINK_PREDICATE "https://in-toto.io/attestation/link/v0.3"
#define NK_STATEMENT_TYPE "application/vnd.in-toto+json"

struct nk_layout;
/*
 * nk_layout_parse: `json` is the payload: {"_type":"layout","expires":…,"keys":{…},"steps":[…],"inspect":[]}. NK_INVALID:
 * something is missing or of another kind; NK_UNSUPPORTED: inspections, other keys than Ed25519; NK_LIMIT.
 */
NK_RESULT nk_layout_parse(struct nk_bytes json, struct nk_arena *arena, struct nk_layout **out, struct nk_err *err);
/*
 * nk_layout_add_link: an envelope with a Statement whose predicate is a link: its subjects are the products. NK_DENIED:
 * no key that this step allows has signed it; NK_NOT_FOUND: no such step; NK_INVALID, NK_LIMIT.
 */
NK_RESULT nk_layout_add_link(struct nk_layout *layout, struct nk_bytes envelope, struct nk_err *err);

/* What is wrong: `what` is a msgid; step and detail are words of the layout or paths of files. */
struct nk_layout_problem {
	struct nk_str step;
	const char *what;
	struct nk_str detail;
};
struct nk_layout_report {
	const struct nk_layout_problem *problems; /* at most NK_LAYOUT_PROBLEMS of them */
	size_t n; /* 0: all is as the layout says */
};
/* nk_layout_verify: expiry, thresholds, links that disagree, and every rule in order. NK_NOMEM only. */
NK_RESULT nk_layout_verify(
	const struct nk_layout *layout, nk_time now, struct nk_layout_report *out, struct nk_err *err);
/* nk_layout_product: the digest of a product as a step's links have it; false: none. */
bool nk_layout_product(const struct nk_layout *layout, struct nk_str step, struct nk_str path, struct nk_hash *out);

#endif
