/*
 * alike.c: pairs of persons who may be one: sorted by what they would share, neighbours compared.
 *
 * Invariant: a key that is blank in any of its parts pairs nobody.
 */
#include "base.h"

#include "alike.h"

#include "kana.h"

struct key { /* one person under one of the reasons */
	struct nk_str text;
	uint32_t number;
	bool dated;
};

struct looking {
	const struct nk_people *people;
	struct nk_arena *arena;
	struct nk_vec keys; /* struct key, of the reason at hand */
	struct nk_vec pairs; /* struct nk_alike */
	struct nk_buf text;
	enum nk_alike_why why;
};

static const struct {
	enum nk_field fields[2];
	enum nk_field more[2]; /* SOURCE: none */
} reasons[NK_ALIKE_WHY_COUNT] = {
	[NK_ALIKE_KANA_BIRTH] = { { NK_FIELD_FAMILY_KANA, NK_FIELD_GIVEN_KANA }, { NK_FIELD_BIRTH_DATE, NK_FIELD_SOURCE } },
	[NK_ALIKE_NAME_BIRTH] = { { NK_FIELD_FAMILY, NK_FIELD_GIVEN }, { NK_FIELD_BIRTH_DATE, NK_FIELD_SOURCE } },
	[NK_ALIKE_NAME_KANA] = { { NK_FIELD_FAMILY, NK_FIELD_GIVEN }, { NK_FIELD_FAMILY_KANA, NK_FIELD_GIVEN_KANA } },
};

static NK_RESULT add_part(struct looking *l, const struct nk_person *p, enum nk_field f, bool *whole, struct nk_err *err)
{
	if (f == NK_FIELD_SOURCE || !*whole) {
		return nk_done();
	}
	*whole = nk_str_trim(p->field[f]).len > 0;
	NK_TRY(nk_fold(p->field[f], &l->text, err));
	return nk_buf_add_byte(&l->text, 0x1f, err);
}

static NK_RESULT add_key(void *arg, const struct nk_person *p, struct nk_err *err)
{
	struct looking *const l = arg;
	bool whole = !nk_str_eq(p->field[NK_FIELD_SOURCE], NK_STR("canary"));
	struct key *key = NULL;
	void *room = NULL;

	nk_buf_reset(&l->text);
	for (size_t i = 0; i < 2; i++) {
		NK_TRY(add_part(l, p, reasons[l->why].fields[i], &whole, err));
	}
	for (size_t i = 0; i < 2; i++) {
		NK_TRY(add_part(l, p, reasons[l->why].more[i], &whole, err));
	}
	if (!whole) {
		return nk_done();
	}
	NK_TRY(nk_vec_push(&l->keys, &room, err));
	key = room;
	key->number = nk_people_head_number(l->people, p->number); /* whatever is a part's is the head's */
	key->dated = p->field[NK_FIELD_BIRTH_DATE].len > 0;
	return nk_arena_dup(l->arena, nk_buf_str(&l->text), &key->text, err);
}

static int key_cmp(const void *a, const void *b)
{
	const struct key *const x = a;
	const struct key *const y = b;
	const int c = nk_str_cmp(x->text, y->text);

	if (c != 0 || x->dated != y->dated) {
		return c != 0 ? c : (int)x->dated - (int)y->dated;
	}
	return (x->number > y->number) - (x->number < y->number);
}

static int pair_cmp(const void *a, const void *b)
{
	const struct nk_alike *const x = a;
	const struct nk_alike *const y = b;

	if (x->a != y->a) {
		return x->a < y->a ? -1 : 1;
	}
	return (x->b > y->b) - (x->b < y->b);
}

/* All pairs of equal keys; of two who both have a birthday the reasons with a birthday decide. */
static NK_RESULT pair_up(struct looking *l, bool *more, struct nk_err *err)
{
	for (size_t i = 0; i < l->keys.len; i++) {
		const struct key *const x = nk_vec_at(&l->keys, i);

		for (size_t j = i + 1; j < l->keys.len; j++) {
			const struct key *const y = nk_vec_at(&l->keys, j);
			void *room = NULL;

			/* Who has no birthday stands first: behind somebody who has one, everybody has. */
			if (!nk_str_eq(x->text, y->text) || (l->why == NK_ALIKE_NAME_KANA && x->dated)) {
				break;
			}
			if (x->number == y->number) {
				continue; /* that these are one has been said */
			}
			if (l->pairs.len >= NK_ALIKE_MAX) {
				*more = true;
				return nk_done();
			}
			NK_TRY(nk_vec_push(&l->pairs, &room, err));
			*(struct nk_alike *)room = (struct nk_alike){ x->number < y->number ? x->number : y->number,
				x->number < y->number ? y->number : x->number, 1U << l->why };
		}
	}
	return nk_done();
}

static NK_RESULT look(struct looking *l, const struct nk_people *people, bool *more, struct nk_err *err)
{
	for (int why = 0; why < NK_ALIKE_WHY_COUNT && !*more; why++) {
		l->why = (enum nk_alike_why)why;
		nk_vec_clear(&l->keys);
		NK_TRY(nk_people_each(people, add_key, l, err));
		if (l->keys.len > 1) {
			qsort(l->keys.items, l->keys.len, sizeof(struct key), key_cmp);
		}
		NK_TRY(pair_up(l, more, err));
	}
	if (l->pairs.len > 1) {
		qsort(l->pairs.items, l->pairs.len, sizeof(struct nk_alike), pair_cmp);
	}
	return nk_done();
}

static void looking_done(struct looking *l)
{
	nk_vec_done(&l->keys);
	nk_vec_done(&l->pairs);
	nk_buf_done(&l->text);
}

NK_RESULT nk_alike_find(const struct nk_people *people, struct nk_arena *arena, struct nk_alike **out, size_t *out_n, bool *out_more,
	struct nk_err *err)
{
	NK_OWNED(looking_done) struct looking l = { .people = people, .arena = arena };
	size_t n = 0;

	nk_vec_init_wiping(&l.keys, sizeof(struct key), UINT32_MAX);
	nk_vec_init(&l.pairs, sizeof(struct nk_alike), NK_ALIKE_MAX);
	nk_buf_init_wiping(&l.text, 1 << 20);
	*out_more = false;
	NK_TRY(look(&l, people, out_more, err));
	*out = nk_arena_array(arena, l.pairs.len, sizeof(**out));
	if (*out == NULL) {
		return nk_fail_nomem(err);
	}
	for (size_t i = 0; i < l.pairs.len; i++) {
		const struct nk_alike *const pair = nk_vec_at(&l.pairs, i);

		if (n > 0 && (*out)[n - 1].a == pair->a && (*out)[n - 1].b == pair->b) {
			(*out)[n - 1].why |= pair->why;
		} else {
			(*out)[n++] = *pair;
		}
	}
	*out_n = n;
	return nk_done();
}
