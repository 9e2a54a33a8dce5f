/*
 * residue_int.h: what the files of the residue scan know of each other.
 */
#ifndef NK_RESIDUE_INT_H
#define NK_RESIDUE_INT_H

#include "nkscan.h"
#include "residue.h"

enum { NK_RESIDUE_CONTROL_NAME = 64, NK_RESIDUE_CONTROL_TEXT = 128 };

/* The control person of one place: a value that is nowhere else in the world, and the name of its file. */
struct nk_control {
	char text[NK_RESIDUE_CONTROL_TEXT];
	size_t text_len;
	char file[NK_RESIDUE_CONTROL_NAME];
	bool by_caller; /* planted by the caller's function, not as a file */
	bool planted;
};

/* nk_control_make: a new one, from the env's randomness. nk_control_text: borrowed. */
NK_RESULT nk_control_make(const struct nk_env *env, struct nk_control *out, struct nk_err *err);
struct nk_str nk_control_text(const struct nk_control *c);
/* nk_control_plant: where it could not be planted, c->planted stays false and that is no error (NK_NOMEM is). `path`
 * is the file's, NUL-terminated. */
NK_RESULT nk_control_plant(const struct nk_env *env, const struct nk_residue_options *opt,
	const struct nk_place *place, const char *path, struct nk_control *c, struct nk_err *err);
NK_RESULT nk_control_unplant(const struct nk_env *env, const struct nk_residue_options *opt,
	const struct nk_place *place, const char *path, const struct nk_control *c, struct nk_err *err);

/* nk_spell: all spellings of one person's values that are looked for, appended to `out` (items struct
 * nk_residue_pattern), values in `arena`. */
NK_RESULT nk_spell(const struct nk_person *p, struct nk_arena *arena, struct nk_vec *out, struct nk_err *err);
/* nk_residue_index_fail: an error text for a status of the scanning library. */
NK_RESULT nk_residue_index_fail(enum nks_status status, struct nk_err *err);
/* nk_residue_index_add: one value; a longer one than the library takes is cut. *out_short: not looked for, or not in
 * every encoding; *out_added: looked for at all. */
NK_RESULT nk_residue_index_add(struct nks_index *index, uint32_t number, struct nk_str value, bool *out_short,
	bool *out_added, struct nk_err *err);

#endif
