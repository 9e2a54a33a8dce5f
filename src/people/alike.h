/*
 * alike.h: who may be one person twice: shown to people, never acted on.
 */
#ifndef NK_ALIKE_H
#define NK_ALIKE_H

#include "people.h"

enum nk_alike_why {
	NK_ALIKE_KANA_BIRTH, /* same reading and same birthday */
	NK_ALIKE_NAME_BIRTH, /* same name but for variants of kanji (髙 高), same birthday */
	NK_ALIKE_NAME_KANA, /* same name and reading, and of one of them no birthday is known */
	NK_ALIKE_WHY_COUNT
};
struct nk_alike {
	uint32_t a, b; /* numbers of persons, a < b */
	unsigned why; /* bits 1 << nk_alike_why */
};
enum { NK_ALIKE_MAX = 100000 };
/* nk_alike_find: pairs in order of a, then b, at most NK_ALIKE_MAX (then *out_more); canary persons left out,
 * records of one person (nk_people_whole) under their head. Twins have two
 * given names and are not alike. Works on folded texts (nk_fold). Reads only. */
NK_RESULT nk_alike_find(const struct nk_people *people, struct nk_arena *arena, struct nk_alike **out, size_t *out_n, bool *out_more,
	struct nk_err *err);

#endif
