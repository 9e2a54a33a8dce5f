/*
 * arena.h: memory by lifetime. One arena a request, a batch of roster rows, a plan; freed as a whole.
 *
 * A wiping arena clears its blocks before they are freed or used again; arenas
 * that hold personal data or keys are wiping. An arena has a maximum.
 * Not for use by two threads at once.
 */
#ifndef NK_ARENA_H
#define NK_ARENA_H

struct nk_arena;

enum nk_arena_kind { NK_ARENA_PLAIN, NK_ARENA_WIPING };

NK_RESULT nk_arena_new(enum nk_arena_kind kind, size_t max, struct nk_arena **out_arena, struct nk_err *err);
void nk_arena_free(struct nk_arena **arena);
/* nk_arena_reset: everything handed out is dead; memory is kept for the next round. */
void nk_arena_reset(struct nk_arena *arena);
/* nk_arena_alloc: zeroed, aligned for any type; NULL when memory or the maximum is at its end (`return
 * nk_fail_nomem(err)`). */
void *nk_arena_alloc(struct nk_arena *arena, size_t size);
/* nk_arena_array: the same for n items of `size`, with the product checked. n = 0 gives a valid pointer. */
void *nk_arena_array(struct nk_arena *arena, size_t n, size_t size);
/* nk_arena_dup: a copy of the text in the arena, with a NUL behind it that is not counted. */
NK_RESULT nk_arena_dup(struct nk_arena *arena, struct nk_str s, struct nk_str *out, struct nk_err *err);
NK_RESULT nk_arena_printf(struct nk_arena *arena, struct nk_str *out, struct nk_err *err, const char *fmt, ...)
	NK_PRINTF(4, 5);
/* nk_arena_used: bytes handed out now. */
size_t nk_arena_used(const struct nk_arena *arena);

#endif
