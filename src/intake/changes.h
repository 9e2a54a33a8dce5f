/*
 * changes.h: what a roster means for the people we have: who joins, moves, changes, returns, leaves. Pure, then
 * written.
 *
 * Matching: source key, then master identifier; never mail or name. A bulk roster speaks only for its own source's
 * persons (DECISIONS 16). The same roster twice gives no change.
 */
#ifndef NK_CHANGES_H
#define NK_CHANGES_H

#include "intake.h"

enum nk_change_kind {
	NK_CHANGE_NONE,
	NK_CHANGE_JOIN,
	NK_CHANGE_RETURN,
	NK_CHANGE_CHANGE,
	NK_CHANGE_LEAVE,
	NK_CHANGE_KIND_COUNT
};

struct nk_person_change {
	enum nk_change_kind kind;
	const struct nk_roster_person *now; /* NULL for LEAVE */
	uint32_t number; /* of the person we have; 0 for JOIN */
	uint32_t fields; /* bit (1 << nk_field) that differ */
	bool renamed; /* family, given, shown names or kana differ */
	bool moved; /* another school (primary unit) */
	bool classes; /* memberships of groups differ */
	bool roles; /* memberships of units differ (also when moved) */
	bool dates; /* of the person */
	bool state; /* enabled or hidden differ */
	bool by_master; /* matched by the master identifier only: the source key is new */
	bool stays; /* LEAVE of a part whose person is still there in another record: the record ends, nobody leaves */
};

struct nk_changes {
	const struct nk_roster *roster;
	struct nk_str source;
	struct nk_uuid source_id;
	struct nk_person_change *list; /* all but NONE; joins first, leaves last */
	size_t n;
	size_t counts[NK_CHANGE_KIND_COUNT]; /* NONE = unchanged persons; LEAVE without those who stay in another record */
	size_t renamed, moved, classes, by_master;
	size_t by_name; /* joiners who are like a leaver in nothing but name and kana (guard S5) */
	size_t units_new, units_changed, units_ended, groups_new, groups_changed, groups_ended;
	size_t had; /* persons of this source before, not leaving */
};

/*
 * nk_changes_make: the changes live in `arena` (wiping) and point into roster; they are good until people is written.
 * A person of another source who is leaving there and has the same master identifier comes over as RETURN.
 * NK_CONFLICT: two rows mean one person, or a master identifier belongs to somebody of another source who is not
 * leaving.
 */
NK_RESULT nk_changes_make(const struct nk_roster *roster, const struct nk_people *people, struct nk_str source,
	struct nk_uuid source_id, nk_date today, struct nk_arena *arena, struct nk_changes **out, struct nk_err *err);

/* Rules for dates that the file does not give; days. */
struct nk_change_rules {
	nk_date today;
	unsigned grace_days; /* from leaving to 削除日 */
	nk_date blocked_until; /* last day on which a login of our rules that the source overrules is nobody's */
	/* Days for which who moves stays in the places of before too (兼務); NULL: none. */
	uint32_t (*overlap)(const void *arg, const struct nk_person *before);
	const void *overlap_arg;
};

/*
 * nk_changes_apply: writes units, groups and persons in this tx. Joiners get ids, slots and keys from the caller (n =
 * counts[JOIN]). Leavers become LEAVING with 無効開始日 today (or the file's end date) and 削除日 = that + grace;
 * returners become ACTIVE again. A person whom only the file suspended becomes active when the file says so; one whom
 * an operator suspended does not. out_numbers (n of list) gets each change's person number, for leaves and extents.
 */
struct nk_join_keys {
	const struct nk_uuid *ids;
	const struct nk_slot *slots;
	const struct nk_key *keys;
};
NK_RESULT nk_changes_apply(struct nk_people *people, struct nk_tx *tx, const struct nk_changes *changes,
	const struct nk_join_keys *joins, const struct nk_change_rules *rules, uint32_t *out_numbers,
	struct nk_err *err);

/* nk_source_get: row of the source by name; made on first use (by flow, in its tx) with nk_source_put. */
struct nk_source {
	struct nk_uuid id;
	struct nk_str name, format;
	struct nk_bytes last_digest; /* 32 bytes or empty */
	nk_time last_import; /* 0: never */
	struct nk_bytes last_shape; /* nk_shape_print */
};
NK_RESULT nk_source_get(struct nk_store *store, struct nk_str name, struct nk_arena *arena, struct nk_source *out,
	struct nk_err *err); /* NK_NOT_FOUND */
NK_RESULT nk_source_put(struct nk_tx *tx, const struct nk_source *source, struct nk_err *err);

#endif
