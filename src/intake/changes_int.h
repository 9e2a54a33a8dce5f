/*
 * changes_int.h: shared by changes.c and changes_apply.c: where the roster's units and groups are among ours.
 */
#ifndef NK_CHANGES_INT_H
#define NK_CHANGES_INT_H

#include "changes.h"

struct nk_changes_places {
	const struct nk_unit **unit; /* of roster->units[i]; NULL: new */
	const struct nk_group **group;
	struct nk_map unit_at; /* key → index in the roster */
	struct nk_map group_at;
};

/* nk_changes_match_places: arrays in `arena`; nk_changes_match_done frees the maps. Pointers are good until people is
 * written. */
NK_RESULT nk_changes_match_places(const struct nk_people *people, const struct nk_roster *roster,
	struct nk_uuid source_id, struct nk_arena *arena, struct nk_changes_places *out, struct nk_err *err);
void nk_changes_match_done(struct nk_changes_places *places);

/* Do the unit or the group of ours say the same as the roster's? */
bool nk_changes_match_unit(const struct nk_changes_places *places, const struct nk_roster *roster, size_t i);
bool nk_changes_match_group(const struct nk_changes_places *places, const struct nk_roster *roster, size_t i);

/* nk_changes_match_persons: number of the person whom each row means (0: new); by_master[i]: found by the master
 * identifier only. Arrays in `arena`. */
struct nk_changes_matched {
	uint32_t *number;
	bool *by_master;
	struct nk_map row_of; /* number (8 bytes in `keys`) → row */
	uint64_t *keys;
};
NK_RESULT nk_changes_match_persons(const struct nk_people *people, const struct nk_roster *roster,
	struct nk_str source, struct nk_arena *arena, struct nk_changes_matched *out, struct nk_err *err);
void nk_changes_match_persons_done(struct nk_changes_matched *matched);

#endif
