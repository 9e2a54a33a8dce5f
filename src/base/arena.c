/*
 * arena.c: a chain of blocks that is handed out from front to back and freed as a whole.
 *
 * Invariant: every block before `current` is left alone until the next reset;
 * bytes at and behind block->used of a wiping arena are zero.
 */
#include "base.h"

enum { ARENA_ALIGN = 16, ARENA_FIRST = 4096, ARENA_BIG = 1048576 };

struct block {
	struct block *next;
	size_t size;
	size_t used;
	size_t pad; /* keeps data aligned */
	uint8_t data[];
};

_Static_assert(offsetof(struct block, data) % ARENA_ALIGN == 0, "data of a block is aligned for any type");
_Static_assert(_Alignof(max_align_t) <= ARENA_ALIGN, "one alignment serves all types");

struct nk_arena {
	enum nk_arena_kind kind;
	size_t max;
	size_t used;
	size_t next_size;
	struct block *first;
	struct block *current;
};

static void block_free(const struct nk_arena *arena, struct block *block)
{
	if (arena->kind == NK_ARENA_WIPING) {
		explicit_bzero(block->data, block->used);
	}
	free(block);
}

static void blocks_free(const struct nk_arena *arena, struct block *block)
{
	while (block != NULL) {
		struct block *next = block->next;

		block_free(arena, block);
		block = next;
	}
}

NK_RESULT nk_arena_new(enum nk_arena_kind kind, size_t max, struct nk_arena **out_arena, struct nk_err *err)
{
	struct nk_arena *arena = calloc(1, sizeof(*arena));

	if (arena == NULL) {
		return nk_fail_nomem(err);
	}
	arena->kind = kind;
	arena->max = max;
	arena->next_size = ARENA_FIRST;
	*out_arena = arena;
	return nk_done();
}

void nk_arena_free(struct nk_arena **arena)
{
	if (*arena == NULL) {
		return;
	}
	blocks_free(*arena, (*arena)->first);
	free(*arena);
	*arena = NULL;
}

void nk_arena_reset(struct nk_arena *arena)
{
	size_t kept = 0;

	for (struct block *b = arena->first; b != NULL; b = b->next) {
		if (arena->kind == NK_ARENA_WIPING) {
			explicit_bzero(b->data, b->used);
		}
		b->used = 0;
		if (!nk_add_size(kept, b->size, &kept) || kept > arena->max) {
			/* Rounds of different shape must not pile up memory beyond the maximum. */
			blocks_free(arena, b->next);
			b->next = NULL;
		}
	}
	arena->current = arena->first;
	arena->used = 0;
}

/* A new block behind `current` with room for at least `size` bytes. */
static struct block *block_add(struct nk_arena *arena, size_t size)
{
	const size_t data_size = size > arena->next_size ? size : arena->next_size;
	struct block *block = NULL;
	size_t total = 0;

	if (!nk_add_size(sizeof(*block), data_size, &total)) {
		return NULL;
	}
	block = malloc(total);
	if (block == NULL) {
		return NULL;
	}
	block->size = data_size;
	block->used = 0;
	block->next = NULL;
	block->pad = 0;
	if (arena->current == NULL) {
		arena->first = block;
	} else {
		block->next = arena->current->next;
		arena->current->next = block;
	}
	arena->current = block;
	if (arena->next_size < ARENA_BIG) {
		arena->next_size *= 2;
	}
	return block;
}

static struct block *block_with_room(struct nk_arena *arena, size_t size)
{
	struct block *b = arena->current;

	if (b != NULL && b->size - b->used >= size) {
		return b;
	}
	if (b != NULL && b->next != NULL && b->next->size >= size) {
		arena->current = b->next;
		return b->next;
	}
	return block_add(arena, size);
}

void *nk_arena_alloc(struct nk_arena *arena, size_t size)
{
	struct block *block = NULL;
	size_t rounded = 0;
	size_t used = 0;
	uint8_t *at = NULL;

	if (!nk_add_size(size == 0 ? 1 : size, ARENA_ALIGN - 1, &rounded)) {
		return NULL;
	}
	rounded -= rounded % ARENA_ALIGN;
	if (!nk_add_size(arena->used, rounded, &used) || used > arena->max) {
		return NULL;
	}
	block = block_with_room(arena, rounded);
	if (block == NULL) {
		return NULL;
	}
	at = block->data + block->used;
	memset(at, 0, rounded);
	block->used += rounded;
	arena->used = used;
	return at;
}

void *nk_arena_array(struct nk_arena *arena, size_t n, size_t size)
{
	size_t total = 0;

	if (!nk_mul_size(n, size, &total)) {
		return NULL;
	}
	return nk_arena_alloc(arena, total);
}

NK_RESULT nk_arena_dup(struct nk_arena *arena, struct nk_str s, struct nk_str *out, struct nk_err *err)
{
	size_t size = 0;
	char *copy = NULL;

	if (nk_add_size(s.len, 1, &size)) {
		copy = nk_arena_alloc(arena, size);
	}
	if (copy == NULL) {
		return nk_fail_nomem(err);
	}
	if (s.len > 0) {
		memcpy(copy, s.ptr, s.len);
	}
	*out = (struct nk_str){ copy, s.len };
	return nk_done();
}

NK_RESULT nk_arena_printf(struct nk_arena *arena, struct nk_str *out, struct nk_err *err, const char *fmt, ...)
{
	va_list args;
	char *text = NULL;
	int len = 0;

	va_start(args, fmt);
	len = vsnprintf(NULL, 0, fmt, args);
	va_end(args);
	nk_assert(len >= 0);
	text = nk_arena_alloc(arena, (size_t)len + 1);
	if (text == NULL) {
		return nk_fail_nomem(err);
	}
	va_start(args, fmt);
	(void)vsnprintf(text, (size_t)len + 1, fmt, args);
	va_end(args);
	*out = (struct nk_str){ text, (size_t)len };
	return nk_done();
}

size_t nk_arena_used(const struct nk_arena *arena)
{
	return arena->used;
}
