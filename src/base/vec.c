/*
 * vec.c: a growing array. Invariant: len <= cap, len <= max; a wiping one clears what it leaves.
 */
#include "base.h"

enum { VEC_FIRST = 8 };

void nk_vec_init(struct nk_vec *vec, size_t item_size, size_t max)
{
	nk_assert(item_size > 0);
	*vec = (struct nk_vec){ .item_size = item_size, .max = max };
}

void nk_vec_init_wiping(struct nk_vec *vec, size_t item_size, size_t max)
{
	nk_vec_init(vec, item_size, max);
	vec->wiping = true;
}

static void wipe(struct nk_vec *vec)
{
	if (vec->wiping && vec->items != NULL) {
		explicit_bzero(vec->items, vec->cap * vec->item_size);
	}
}

void nk_vec_done(struct nk_vec *vec)
{
	wipe(vec);
	free(vec->items);
	vec->items = NULL;
	vec->len = 0;
	vec->cap = 0;
}

void nk_vec_clear(struct nk_vec *vec)
{
	wipe(vec);
	vec->len = 0;
}

static bool vec_grow(struct nk_vec *vec)
{
	size_t cap = VEC_FIRST;
	size_t size = 0;
	void *items = NULL;

	if (vec->cap != 0 && !nk_mul_size(vec->cap, 2, &cap)) {
		return false;
	}
	if (!nk_mul_size(cap, vec->item_size, &size)) {
		return false;
	}
	if (!vec->wiping) {
		items = realloc(vec->items, size);
		if (items == NULL) {
			return false;
		}
	} else {
		items = malloc(size);
		if (items == NULL) {
			return false;
		}
		if (vec->items != NULL) {
			memcpy(items, vec->items, vec->len * vec->item_size);
			wipe(vec);
			free(vec->items);
		}
	}
	vec->items = items;
	vec->cap = cap;
	return true;
}

NK_RESULT nk_vec_push(struct nk_vec *vec, void **out_item, struct nk_err *err)
{
	if (vec->len >= vec->max) {
		return nk_fail(err, NK_LIMIT, "more items than the limit of %zu allows", vec->max);
	}
	if (vec->len == vec->cap && !vec_grow(vec)) {
		return nk_fail_nomem(err);
	}
	vec->len++;
	*out_item = nk_vec_at(vec, vec->len - 1);
	memset(*out_item, 0, vec->item_size);
	return nk_done();
}

void *nk_vec_at(const struct nk_vec *vec, size_t i)
{
	nk_assert(i < vec->len);
	return (uint8_t *)vec->items + i * vec->item_size;
}

void *nk_vec_keep(const struct nk_vec *vec, struct nk_arena *arena)
{
	void *const items = nk_arena_array(arena, vec->len, vec->item_size);

	if (items != NULL && vec->len > 0) {
		memcpy(items, vec->items, vec->len * vec->item_size);
	}
	return items;
}
