/*
 * people_index_int.h: from a keyed hash to the numbers of persons that may have the key: 8 bytes a cell.
 *
 * Invariant: no key is kept here; who asks compares the person's own bytes. Number 0 and UINT32_MAX are never in it.
 */
#ifndef NK_PEOPLE_INDEX_INT_H
#define NK_PEOPLE_INDEX_INT_H

struct nk_people_cell;

struct nk_people_index {
	struct nk_people_cell *cells;
	size_t cap;
	size_t used; /* taken and given up */
	size_t live;
};

void nk_people_index_done(struct nk_people_index *ix);
/* nk_people_index_room: room for `n` numbers without growing again. */
NK_RESULT nk_people_index_room(struct nk_people_index *ix, size_t n, struct nk_err *err);
NK_RESULT nk_people_index_add(struct nk_people_index *ix, uint32_t hash, uint32_t number, struct nk_err *err);
/* nk_people_index_fetch: a hint: this hash is asked for or added soon. */
void nk_people_index_fetch(const struct nk_people_index *ix, uint32_t hash);
void nk_people_index_remove(struct nk_people_index *ix, uint32_t hash, uint32_t number);

/* Walks the numbers under a hash: start with { 0 }, nk_people_index_next gives 0 at the end. */
struct nk_people_walk {
	size_t at;
	bool begun;
};
uint32_t nk_people_index_next(const struct nk_people_index *ix, uint32_t hash, struct nk_people_walk *walk);

#endif
