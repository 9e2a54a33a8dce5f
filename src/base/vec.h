/*
 * vec.h: a growing array of one item type, with a maximum number of items.
 *
 * Items move when it grows: keep indexes, not pointers, across nk_vec_push.
 * nk_vec_init_wiping is for items that hold personal data or keys.
 */
#ifndef NK_VEC_H
#define NK_VEC_H

struct nk_vec {
	void *items;
	size_t len;
	size_t cap;
	size_t max;
	size_t item_size;
	bool wiping;
};

void nk_vec_init(struct nk_vec *vec, size_t item_size, size_t max);
void nk_vec_init_wiping(struct nk_vec *vec, size_t item_size, size_t max);
void nk_vec_done(struct nk_vec *vec);
/* nk_vec_clear: no items, memory kept (wiped when wiping). */
void nk_vec_clear(struct nk_vec *vec);
/* nk_vec_push: a new zeroed item at the end; *out_item is good until the next push. NK_LIMIT, NK_NOMEM. */
NK_RESULT nk_vec_push(struct nk_vec *vec, void **out_item, struct nk_err *err);
/* nk_vec_at: item i (asserted to exist). */
void *nk_vec_at(const struct nk_vec *vec, size_t i);
/* nk_vec_keep: a copy of the items as an array in the arena, whose lifetime it then has. NULL: no memory; no items: a
 * valid pointer. */
struct nk_arena;
void *nk_vec_keep(const struct nk_vec *vec, struct nk_arena *arena);

#endif
