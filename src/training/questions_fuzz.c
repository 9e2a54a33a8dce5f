/*
 * questions_fuzz.c: a question set that parses keeps its promises: four choices, one right, ids and ties that hold.
 */
#include "base.h"
#include "exam.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void look(const struct nk_questions *q)
{
	nk_assert(nk_procedure_name_ok(q->set) && q->title.len > 0);
	nk_assert(q->n_ties > 0 && q->n_items > 0 && q->n_items <= NK_QUESTIONS_MAX);
	for (size_t i = 0; i < q->n_items; i++) {
		const struct nk_question *const x = &q->items[i];
		bool tied = false;

		nk_assert(x->right < NK_QUESTION_CHOICES && x->text.len > 0 && x->reason.len > 0 && x->section.len > 0);
		for (size_t k = 0; k < NK_QUESTION_CHOICES; k++) {
			nk_assert(x->choices[k].len > 0);
			nk_assert(k == 0 || !nk_str_eq(x->choices[k], x->choices[k - 1]));
		}
		for (size_t k = 0; k < q->n_ties; k++) {
			tied = tied || nk_str_eq(q->ties[k].name, x->procedure);
		}
		nk_assert(tied && (i == 0 || !nk_str_eq(x->id, q->items[i - 1].id)));
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	NK_OWNED(nk_arena_free) struct nk_arena *arena = NULL;
	struct nk_questions q;
	struct nk_str text = nk_bytes_str(nk_bytes_of(data, size));

	nk_assert(nk_ok(nk_arena_new(NK_ARENA_PLAIN, SIZE_MAX, &arena, NULL)));
	if (nk_ok(nk_questions_parse(nk_bytes_of(data, size), arena, &q, NULL))) {
		look(&q);
	}
	(void)nk_procedure_section(text, nk_str_sub(text, 0, 3));
	return 0;
}
