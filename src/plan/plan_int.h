/*
 * plan_int.h: what the files of the plan share. Inside of the floor only.
 */
#ifndef NK_PLAN_INT_H
#define NK_PLAN_INT_H

#include "plan.h"

enum { NK_PLAN_STEPS_MAX = 5000000 };

/* The order of a plan; steps are made per phase and strung together at the end. */
enum nk_plan_phase {
	NK_PHASE_CONTAINER,
	NK_PHASE_UNIT,
	NK_PHASE_PERSON,
	NK_PHASE_GROUP,
	NK_PHASE_SUSPEND,
	NK_PHASE_DELETE,
	NK_PHASE_COUNT
};

enum nk_match { NK_MATCH_NONE, NK_MATCH_HELD, NK_MATCH_CONFLICT };

/* What became of a desired entry. */
struct nk_matched {
	enum nk_match how;
	size_t held; /* HELD: index into the snapshot */
	struct nk_str key; /* its name after the plan: of members */
	bool absent; /* neither held nor added (suspended before it was ever there) */
	bool touched;
};

struct nk_planner {
	const struct nk_plan_input *in;
	struct nk_arena *arena;
	struct nk_map anchors; /* lower-case anchor → held */
	struct nk_map names; /* folded name → held */
	struct nk_map known; /* object id → place in in->known */
	struct nk_map known_anchors;
	struct nk_str *folded; /* of held entries */
	bool *used; /* held entries that a desired one is */
	struct nk_matched *matched; /* of desired entries */
	struct nk_str people_base; /* folded */
	struct nk_vec steps[NK_PHASE_COUNT];
	struct nk_vec conflicts;
	struct nk_vec found;
	size_t unchanged, foreign;
};

/* plan_match.c: indexes of the snapshot, and which held entry a desired one is. */
NK_RESULT nk_plan_match_index(struct nk_planner *p, struct nk_err *err);
NK_RESULT nk_plan_match_all(struct nk_planner *p, struct nk_err *err);
bool nk_plan_match_held(const struct nk_planner *p, struct nk_str folded, size_t *out);
NK_RESULT nk_plan_conflict(struct nk_planner *p, const char *what, const struct nk_entry *entry, struct nk_err *err);

/* plan_diff.c: what must change so that `held` has what `want` says. Only attributes of the mapping; never the naming
 * one. */
struct nk_plan_diff {
	const struct nk_mod *mods;
	size_t n;
};
NK_RESULT nk_plan_diff(struct nk_planner *p, const struct nk_entry *want, const struct nk_entry *held,
	struct nk_plan_diff *out, struct nk_err *err);
bool nk_plan_held_suspended(const struct nk_planner *p, const struct nk_entry *held);
const struct nk_attr *nk_plan_attr(const struct nk_entry *e, struct nk_str name);

/* plan_steps.c: the steps of one entry; plan_members.c: those of a group's members. */
NK_RESULT nk_plan_push(
	struct nk_planner *p, enum nk_plan_phase phase, const struct nk_step *step, struct nk_err *err);
NK_RESULT nk_plan_steps_make(struct nk_planner *p, struct nk_err *err);
/* nk_plan_members: steps for the members of desired entry `group`, which are the pairs [from, to). */
NK_RESULT nk_plan_members(struct nk_planner *p, size_t group, size_t from, size_t to, struct nk_err *err);

/* plan_census.c: is this held entry, which neither a link nor an object of ours has, decided to go by today? And the steps,
 * or conflicts, of all of them that no desired entry is: after everything else, so that what goes anyway is known. */
bool nk_plan_is_due(const struct nk_planner *p, size_t held);
NK_RESULT nk_plan_erase_due(struct nk_planner *p, struct nk_err *err);

/* plan_guard_cells.c: the school × grade × role in which most accounts would be suspended: cell, how many (figure), of
 * how many (last). *out stays as it is when none would be. */
NK_RESULT nk_plan_worst_cell(
	const struct nk_plan_guard_input *in, struct nk_arena *arena, struct nk_guard_finding *out, struct nk_err *err);

/* plan_digest.c */
NK_RESULT nk_plan_digest(struct nk_step *step, const uint8_t nonce[static 32], struct nk_err *err);
void nk_plan_hash(const struct nk_step *steps, size_t n, const uint8_t nonce[static 32], struct nk_uuid target,
	struct nk_hash *out);

#endif
