/*
 * plan.h: the difference between what should be and what is, as an immutable list with a hash. Stage ③, second half.
 *
 * Pure: desired entries, snapshot, links → steps, conflicts, counts. A step's digest is a MAC of everything it will
 * do (old values too, not the entry's version) under the plan's 32 random bytes; the plan's hash is over nonce,
 * target and digests in order. Only digests are stored: apply makes the plan again from people and target and does it
 * only where every remaining step is one of the approved ones (docs/adr/0004). So nothing personal waits on the disk,
 * and drift shows.
 */
#ifndef NK_PLAN_H
#define NK_PLAN_H

#include "link.h"
#include "mapping.h"
#include "target.h"
#include "verdict.h"

struct nk_plan_conflict {
	const char *what; /* msgid: an entry without our anchor; anchor at another key; … */
	enum nk_object_kind object_kind;
	struct nk_uuid object; /* person, unit, group id; nil for foreign entries */
	uint32_t person_number;
	struct nk_str key; /* the target's key: personal; shown to the operator, never logged */
};

/* Known objects at the target that are not persons: from table target_object. */
struct nk_known_object {
	struct nk_uuid object;
	struct nk_str anchor; /* empty: intended only */
};

struct nk_plan_input {
	const struct nk_desired *desired;
	const struct nk_snapshot *held;
	const struct nk_links *links;
	const struct nk_known_object *known;
	size_t n_known;
	const struct nk_mapping *mapping;
	const struct nk_target_settings *settings;
	uint8_t nonce[32];
	struct nk_uuid target;
	const uint32_t *held_back; /* persons who get no new account yet: one that may be theirs is undecided (census) */
	size_t n_held_back;
	bool (*is_due)(const void *arg, struct nk_str anchor); /* accounts of before, decided to be erased by now; may be NULL */
	const void *is_due_arg;
};

/* Found by its name and content, without a recorded anchor: an ADD that was done before a crash. The caller records
 * the anchor. */
struct nk_plan_found {
	enum nk_object_kind object_kind;
	struct nk_uuid object;
	uint32_t person_number;
	struct nk_str anchor;
	struct nk_str key;
};

struct nk_plan {
	const struct nk_step *steps; /* order: containers, units, persons (add, rename, modify, resume), groups and
					members, suspends, deletes */
	size_t n;
	const struct nk_plan_conflict *conflicts;
	size_t n_conflicts;
	const struct nk_plan_found *found;
	size_t n_found;
	size_t counts[NK_STEP_KIND_COUNT];
	size_t people_touched;
	size_t unchanged; /* entries that are right as they are */
	size_t foreign; /* entries of the target that are not ours: left alone */
	struct nk_hash hash;
};

/*
 * Who is who: a held entry is ours by its anchor alone. An entry that stands at an intended name without a recorded
 * anchor is ours only when it holds exactly what we would have written; anything else there is a conflict and is not
 * touched. Entries of persons who should have none are a conflict too: only an erase plan deletes persons. Groups and
 * units of ours that ended, and groups without members, are deleted. Of a group's members only those are removed that
 * are ours or name nothing that exists. An entry's version stands in its first step only: later steps of the same
 * entry follow our own change.
 */
/* nk_plan_make: at most 5 million steps. NK_INCOMPLETE when the snapshot is not complete or its sentinel was not
 * seen: a blind read never makes a plan. */
NK_RESULT nk_plan_make(
	const struct nk_plan_input *in, struct nk_arena *arena, struct nk_plan *out, struct nk_err *err);

/*
 * nk_plan_record_found: writes what nk_plan_make found again (plan->found): the anchor into the person's link
 * (PRESENT) or into target_object. To be called, in a transaction, before anything is applied; without it a later
 * change of such an entry is a conflict for ever. `links` are those that the plan was made with. Does nothing when
 * nothing was found.
 */
NK_RESULT nk_plan_record_found(struct nk_tx *tx, struct nk_links *links, struct nk_uuid target,
	const struct nk_plan *plan, struct nk_err *err);

/* The guard of the apply side: limits on what one plan may take away; protected persons; entries that vanished. */
struct nk_plan_limits {
	uint32_t suspend_percent, suspend_number; /* above: a second person; 2 %, at least 5 (season: 40 %) */
	uint32_t delete_percent, delete_number;
	uint32_t group_percent; /* groups deleted, of those held: 30 %, at least 5; in the season no limit */
	uint32_t change_percent; /* attribute floods: persons whose naming attributes change: 10 % above 20 persons */
	uint32_t attribute_percent; /* one attribute replaced or removed: 30 % above 20 persons; season: no limit */
	uint32_t lost_percent; /* entries with our anchor that the target no longer shows: 10 % stops */
};
/* nk_plan_limits_default: the figures above; `season`: the turn of the year. */
void nk_plan_limits_default(struct nk_plan_limits *out, bool season);
struct nk_plan_guard_input {
	const struct nk_plan *plan;
	const struct nk_people *people;
	const struct nk_links *links;
	const struct nk_snapshot *held;
	uint64_t recent; /* suspended and deleted by the plans of the window, in the same kind of week */
	bool nobody; /* the people give no account at all */
	const struct nk_str *protected_logins; /* of the configuration */
	size_t n_protected;
	bool (*is_kept)(const void *arg, struct nk_str anchor); /* accounts decided to stay as they are; may be NULL */
	const void *is_kept_arg;
};
NK_RESULT nk_plan_guard(const struct nk_plan_guard_input *in, const struct nk_plan_limits *limits,
	struct nk_arena *arena, enum nk_verdict *out, const struct nk_guard_finding **out_findings, size_t *out_n,
	struct nk_err *err);

/* Stored plans (tables plan, plan_step). */
struct nk_plan_row {
	struct nk_uuid id;
	bool erase; /* kind */
	struct nk_uuid target; /* nil for erase */
	struct nk_hash hash;
	uint8_t nonce[32];
	nk_time made_at, expires_at;
	struct nk_uuid made_by;
	struct nk_str counts; /* canonical JSON, lives in `arena` */
	enum nk_verdict verdict;
	enum { NK_PLAN_OPEN, NK_PLAN_APPLYING, NK_PLAN_DONE, NK_PLAN_CANCELLED } state;
	struct nk_uuid warrant; /* nil: none */
};
struct nk_plan_step_row {
	uint8_t digest[16];
	uint32_t person_number;
	enum { NK_STEP_OPEN, NK_STEP_IN_FLIGHT, NK_STEP_DONE, NK_STEP_REFUSED } state;
};
/* nonce_key: system key "log". nk_plan_find: by a prefix of the hash in hex, at least 8 characters; NK_NOT_FOUND,
 * NK_CONFLICT when two fit. */
NK_RESULT nk_plan_save(struct nk_tx *tx, const struct nk_key *nonce_key, const struct nk_plan_row *row,
	const struct nk_plan_step_row *steps, size_t n, struct nk_err *err);
NK_RESULT nk_plan_find(struct nk_store *store, const struct nk_key *nonce_key, struct nk_str hash_prefix,
	struct nk_arena *arena, struct nk_plan_row *out, struct nk_err *err);
NK_RESULT nk_plan_list(struct nk_store *store, struct nk_arena *arena, struct nk_plan_row **out, size_t *out_n,
	struct nk_err *err); /* without nonces, newest first */
NK_RESULT nk_plan_steps(struct nk_store *store, struct nk_uuid plan, struct nk_arena *arena,
	struct nk_plan_step_row **out, size_t *out_n, struct nk_err *err); /* sorted by digest */
NK_RESULT nk_plan_set_state(struct nk_tx *tx, struct nk_uuid plan, int state, struct nk_uuid warrant,
	struct nk_err *err); /* DONE and CANCELLED drop the nonce */
NK_RESULT nk_plan_mark_steps(
	struct nk_tx *tx, struct nk_uuid plan, const struct nk_step *steps, size_t n, int state, struct nk_err *err);
/*
 * nk_plan_reconcile: the plan made again against the approved digests. out_todo gets the steps still to do, in order.
 * NK_CONFLICT when a step is there that nobody approved (drift): nothing may be written then. Approved steps that are
 * no longer needed are done.
 */
NK_RESULT nk_plan_reconcile(const struct nk_plan *again, const struct nk_plan_step_row *approved, size_t n,
	struct nk_arena *arena, const struct nk_step **out_todo, size_t *out_n, size_t *out_drift,
	struct nk_err *err);

#endif
