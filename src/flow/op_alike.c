/*
 * op_alike.c: who may be one person twice, for somebody to look at. Reads only; nobody is merged.
 */
#include "base.h"

#include "alike.h"
#include "flow_person.h"
#include "person_int.h"

static const char *const reasons[] = {
	[NK_ALIKE_KANA_BIRTH] = NK_N("same reading and birthday"),
	[NK_ALIKE_NAME_BIRTH] = NK_N("same name (variants of kanji too) and birthday"),
	[NK_ALIKE_NAME_KANA] = NK_N("same name and reading; a birthday is missing"),
};
_Static_assert(NK_ARRAY_LEN(reasons) == NK_ALIKE_REASONS && (int)NK_ALIKE_REASONS == (int)NK_ALIKE_WHY_COUNT, "a sentence for each reason");

NK_RESULT nk_op_alike(struct nk_flow *flow, struct nk_arena *arena, struct nk_alike_reply *out, struct nk_err *err)
{
	struct nk_people *people = NULL;
	struct nk_alike *list = NULL;

	memset(out, 0, sizeof(*out));
	NK_TRY(nk_flow_people(flow, &people, err));
	nk_flow_tell(flow, NK_N("comparing"), 0, 0);
	NK_TRY(nk_alike_find(people, arena, &list, &out->n, &out->more, err));
	out->pairs = nk_arena_array(arena, out->n, sizeof(*out->pairs));
	if (out->pairs == NULL) {
		return nk_fail_nomem(err);
	}
	for (size_t i = 0; i < out->n; i++) {
		struct nk_alike_pair *const pair = &out->pairs[i];

		const struct nk_person *const a = nk_people_by_number(people, list[i].a);
		const struct nk_person *const b = nk_people_by_number(people, list[i].b);
		/* Beside a protected person the other's name would be hers: the reason says that they are the same. */
		const bool bare = nk_person_hidden(a) || nk_person_hidden(b);

		NK_TRY(bare ? nk_person_bare(flow, a, arena, &pair->a, err) : nk_person_row(flow, a, arena, &pair->a, err));
		NK_TRY(bare ? nk_person_bare(flow, b, arena, &pair->b, err) : nk_person_row(flow, b, arena, &pair->b, err));
		for (unsigned w = 0; w < NK_ALIKE_WHY_COUNT; w++) {
			if ((list[i].why & (1U << w)) != 0) {
				pair->why[pair->n_why++] = reasons[w];
			}
		}
	}
	return nk_done();
}
