/*
 * residue_int.h: what the files of the residue scan know of each other.
 */
#ifndef NK_RESIDUE_INT_H
#define NK_RESIDUE_INT_H

#include "residue.h"

#include "nkx.h"

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

/* nk_residue_index: the sealed index as a memfd that the workers map, and open here. Ordinal i is pattern i; behind
 * them one of kind TEXT for each control. *too_short counts what cannot be looked for. */
struct nk_residue_index {
	uint8_t key[NKS_KEY_BYTES];
	int fd;
	uint8_t *blob; /* the same bytes, for nks_index_persons */
	size_t len;
	struct nks_index *index;
	uint64_t added, too_short; /* of leavers' patterns */
};
NK_RESULT nk_residue_index_make(const struct nk_env *env, const struct nk_residue_options *opt,
	const struct nk_control *controls, struct nk_residue_index *out, struct nk_err *err);
void nk_residue_index_done(struct nk_residue_index *index);

/* Less than this is chance in any place: not even kept, only counted. */
enum { NK_RESIDUE_LEAST_BITS = 40 };

/* nk_residue_bits: how many bits of chance a finding takes in ciphertext (bytes that are no text, nearly all different), or
 * digits alone in a digest or a long number; 0 everywhere else, where it means somebody however short it is. */
unsigned nk_residue_bits(const struct nkx_finding *found, bool digits);

/* nk_residue_settle: of the hits from `first` on, which are all of one place, those go that its bytes and so many
 * patterns make likely by chance, and that no other text of the same person stands beside. The place's counts follow:
 * what goes is counted in by_chance. Hits that the report had no room for stay counted. Errors: NK_NOMEM. */
NK_RESULT nk_residue_settle(struct nk_vec *hits, size_t first, uint64_t patterns,
	struct nk_residue_place_report *place, struct nk_err *err);

#endif
