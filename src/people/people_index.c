/*
 * people_index.c: open addressing over cells of hash and number.
 *
 * Invariant: at most three quarters of the cells are taken or given up, so that every walk ends at a free one.
 */
#include "base.h"

#include "people_index_int.h"

enum { INDEX_FIRST = 64 };
#define FREE_CELL UINT32_C(0)
#define GIVEN_UP UINT32_MAX

struct nk_people_cell {
	uint32_t hash;
	uint32_t number;
};

void nk_people_index_done(struct nk_people_index *ix)
{
	free(ix->cells);
	*ix = (struct nk_people_index){ NULL, 0, 0, 0 };
}

/* Where a hash begins: its share of the cells, so that cap need not be a power of two. */
static size_t place(uint32_t hash, size_t cap)
{
	return (size_t)(((uint64_t)hash * (uint64_t)cap) >> 32);
}

static void put(struct nk_people_cell *cells, size_t cap, uint32_t hash, uint32_t number)
{
	size_t i = place(hash, cap);

	while (cells[i].number != FREE_CELL) {
		i = i + 1 == cap ? 0 : i + 1;
	}
	cells[i] = (struct nk_people_cell){ hash, number };
}

static NK_RESULT rebuild(struct nk_people_index *ix, size_t cap, struct nk_err *err)
{
	struct nk_people_cell *cells = NULL;

	if (cap > UINT32_MAX) {
		return nk_fail_nomem(err);
	}
	cells = calloc(cap, sizeof(*cells));
	if (cells == NULL) {
		return nk_fail_nomem(err);
	}
	for (size_t i = 0; i < ix->cap; i++) {
		if (ix->cells[i].number != FREE_CELL && ix->cells[i].number != GIVEN_UP) {
			put(cells, cap, ix->cells[i].hash, ix->cells[i].number);
		}
	}
	free(ix->cells);
	ix->cells = cells;
	ix->cap = cap;
	ix->used = ix->live;
	return nk_done();
}

NK_RESULT nk_people_index_room(struct nk_people_index *ix, size_t n, struct nk_err *err)
{
	size_t cap = 0;

	if (n < ix->live) {
		n = ix->live;
	}
	if (!nk_mul_size(n, 4, &cap)) {
		return nk_fail_nomem(err);
	}
	cap = cap / 3 + INDEX_FIRST;
	return cap > ix->cap ? rebuild(ix, cap, err) : nk_done();
}

NK_RESULT nk_people_index_add(struct nk_people_index *ix, uint32_t hash, uint32_t number, struct nk_err *err)
{
	nk_assert(number != FREE_CELL && number != GIVEN_UP);
	if (ix->used >= ix->cap / 4 * 3) {
		NK_TRY(rebuild(ix, ix->live * 2 + INDEX_FIRST, err));
	}
	put(ix->cells, ix->cap, hash, number);
	ix->live++;
	ix->used++;
	return nk_done();
}

void nk_people_index_fetch(const struct nk_people_index *ix, uint32_t hash)
{
	if (ix->cap > 0) {
		__builtin_prefetch(&ix->cells[place(hash, ix->cap)], 1);
	}
}

void nk_people_index_remove(struct nk_people_index *ix, uint32_t hash, uint32_t number)
{
	size_t i = 0;

	if (ix->cap == 0) {
		return;
	}
	for (i = place(hash, ix->cap); ix->cells[i].number != FREE_CELL; i = i + 1 == ix->cap ? 0 : i + 1) {
		if (ix->cells[i].number == number && ix->cells[i].hash == hash) {
			ix->cells[i] = (struct nk_people_cell){ 0, GIVEN_UP };
			ix->live--;
			return;
		}
	}
}

uint32_t nk_people_index_next(const struct nk_people_index *ix, uint32_t hash, struct nk_people_walk *walk)
{
	size_t i = 0;

	if (ix->cap == 0) {
		return 0;
	}
	for (i = walk->begun ? walk->at : place(hash, ix->cap); ix->cells[i].number != FREE_CELL;
		i = i + 1 == ix->cap ? 0 : i + 1) {
		if (ix->cells[i].hash == hash && ix->cells[i].number != GIVEN_UP) {
			walk->begun = true;
			walk->at = i + 1 == ix->cap ? 0 : i + 1;
			return ix->cells[i].number;
		}
	}
	walk->begun = true;
	walk->at = i;
	return 0;
}
