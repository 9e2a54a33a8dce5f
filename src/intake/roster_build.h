/*
 * roster_build.h: a roster while it is being made: units, groups, persons and memberships by key, with indexes.
 *
 * Everything that is put is copied into the arena; items are addressed by index until nk_roster_build_end.
 */
#ifndef NK_ROSTER_BUILD_H
#define NK_ROSTER_BUILD_H

#include "intake.h"

struct nk_roster_build {
	struct nk_arena *arena;
	struct nk_roster head; /* what is known about the whole file: set by the format */
	struct nk_vec units; /* struct nk_roster_unit */
	struct nk_vec groups; /* struct nk_roster_group */
	struct nk_vec persons; /* struct nk_roster_person */
	struct nk_vec memberships; /* person and membership */
	struct nk_vec gone; /* of a delta: what is left out at the end */
	bool thinned; /* something is to be left out */
};

enum nk_gone { NK_GONE_UNIT, NK_GONE_GROUP, NK_GONE_PERSON, NK_GONE_COUNT };

/* nk_roster_build_init: empty; what is put lives in `arena`. nk_roster_build_done frees what is not in it; accepts
 * zeros. */
void nk_roster_build_init(struct nk_roster_build *b, struct nk_arena *arena);
void nk_roster_build_done(struct nk_roster_build *b);
/* nk_roster_build_unit and friends: a new item; *out_at is its index. The slices must live in the arena. */
NK_RESULT nk_roster_build_unit(
	struct nk_roster_build *b, const struct nk_roster_unit *unit, size_t *out_at, struct nk_err *err);
NK_RESULT nk_roster_build_group(
	struct nk_roster_build *b, const struct nk_roster_group *group, size_t *out_at, struct nk_err *err);
NK_RESULT nk_roster_build_person(
	struct nk_roster_build *b, const struct nk_roster_person *person, size_t *out_at, struct nk_err *err);
NK_RESULT nk_roster_build_membership(
	struct nk_roster_build *b, size_t person, const struct nk_roster_membership *m, struct nk_err *err);
struct nk_roster_person *nk_roster_build_at(struct nk_roster_build *b, size_t person);
/* nk_roster_build_copy: a text into the arena; the empty text costs nothing. */
NK_RESULT nk_roster_build_copy(struct nk_roster_build *b, struct nk_str s, struct nk_str *out, struct nk_err *err);
/* For a delta. nk_roster_build_find: the membership of a person in the same place with the same role, or NULL.
 * nk_roster_build_drop: takes one away, or with m NULL all of a person in units. nk_roster_build_gone: a unit, group or
 * person is left out at the end, with all that hangs on it. */
struct nk_roster_membership *nk_roster_build_find(
	struct nk_roster_build *b, size_t person, const struct nk_roster_membership *m);
void nk_roster_build_drop(struct nk_roster_build *b, size_t person, const struct nk_roster_membership *m);
NK_RESULT nk_roster_build_gone(struct nk_roster_build *b, enum nk_gone what, size_t at, struct nk_err *err);
/* nk_roster_build_end: the roster in the arena, memberships beside their persons, in the order of the file. */
NK_RESULT nk_roster_build_end(struct nk_roster_build *b, const struct nk_roster **out, struct nk_err *err);

#endif
