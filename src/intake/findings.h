/*
 * findings.h: the list of what is wrong with a roster: rule, file, line, column; never a value.
 *
 * The first 20 of the same rule, file and column stand one by one; the rest is one more finding that counts them and
 * names the first line of them. At most 1,000 findings, of which at most 600 are not errors; all errors are counted.
 */
#ifndef NK_FINDINGS_H
#define NK_FINDINGS_H

#include "intake.h"
#include "rules.h"

/* Where: borrowed slices; those of a place that is added must live as long as the arena. */
struct nk_place {
	struct nk_str file;
	uint64_t line;
	struct nk_str column;
};

struct nk_findings {
	struct nk_arena *arena;
	struct nk_vec list; /* struct nk_finding */
	struct nk_vec folds; /* how often, and where the folded finding is */
	struct nk_map by_key; /* rule, file, column → fold */
	bool strict;
	uint64_t errors;
	size_t harmless;
	struct nk_vec *bad; /* nk_intake_options.bad */
};

/* nk_findings_init: empty list; folding keys live in `arena`. nk_findings_done frees what is not in the arena. */
NK_RESULT nk_findings_init(
	struct nk_findings *f, const struct nk_env *env, struct nk_arena *arena, bool strict, struct nk_err *err);
void nk_findings_done(struct nk_findings *f);
/* nk_findings_add: one breach. Fails with NK_NOMEM only. */
NK_RESULT nk_findings_add(
	struct nk_findings *f, const struct nk_rule *rule, struct nk_place place, struct nk_err *err);
/* nk_findings_add_times: one finding that stands for `times` breaches in one file, without their lines. Not folded.
 */
NK_RESULT nk_findings_add_times(
	struct nk_findings *f, const struct nk_rule *rule, struct nk_place place, uint64_t times, struct nk_err *err);
/* nk_findings_end: the list, copied into the arena. */
NK_RESULT nk_findings_end(struct nk_findings *f, const struct nk_finding **out, size_t *out_n, struct nk_err *err);

#endif
