/*
 * exam.c: shuffling without bias, and counting. Chance comes from the env alone.
 */
#include "base.h"
#include "exam.h"

/* A number below n, every one as likely: numbers of the last, incomplete run are thrown away. */
static NK_RESULT below(const struct nk_env *env, uint32_t n, uint32_t *out, struct nk_err *err)
{
	const uint32_t limit = UINT32_MAX - UINT32_MAX % n;
	uint32_t v = 0;

	do {
		NK_TRY(nk_random(env, &v, sizeof(v), err));
	} while (v >= limit);
	*out = v % n;
	return nk_done();
}

static NK_RESULT shuffle_choices(const struct nk_env *env, struct nk_exam_item *item, struct nk_err *err)
{
	for (unsigned i = 0; i < NK_QUESTION_CHOICES; i++) {
		item->order[i] = i;
	}
	for (unsigned i = NK_QUESTION_CHOICES; i > 1; i--) {
		uint32_t k = 0;
		unsigned swap = 0;

		NK_TRY(below(env, i, &k, err));
		swap = item->order[i - 1];
		item->order[i - 1] = item->order[k];
		item->order[k] = swap;
	}
	return nk_done();
}

NK_RESULT nk_exam_make(const struct nk_env *env, const struct nk_questions *questions, struct nk_arena *arena,
	struct nk_exam *out, struct nk_err *err)
{
	struct nk_exam exam = { .questions = questions, .n = questions->n_items };

	exam.items = nk_arena_array(arena, exam.n, sizeof(*exam.items));
	if (exam.items == NULL) {
		return nk_fail_nomem(err);
	}
	for (size_t i = 0; i < exam.n; i++) {
		exam.items[i].question = &questions->items[i];
		NK_TRY(shuffle_choices(env, &exam.items[i], err));
	}
	for (size_t i = exam.n; i > 1; i--) {
		struct nk_exam_item swap = exam.items[i - 1];
		uint32_t k = 0;

		NK_TRY(below(env, nk_u32(i), &k, err));
		exam.items[i - 1] = exam.items[k];
		exam.items[k] = swap;
	}
	*out = exam;
	return nk_done();
}

unsigned nk_exam_right(const struct nk_exam *exam, size_t i)
{
	const struct nk_exam_item *const item = &exam->items[i];

	for (unsigned k = 0; k < NK_QUESTION_CHOICES; k++) {
		if (item->order[k] == item->question->right) {
			return k + 1;
		}
	}
	return 0;
}

bool nk_exam_is_right(const struct nk_exam *exam, size_t i)
{
	return exam->items[i].answer != 0 && exam->items[i].answer == nk_exam_right(exam, i);
}

size_t nk_exam_score(const struct nk_exam *exam)
{
	size_t right = 0;

	for (size_t i = 0; i < exam->n; i++) {
		right += nk_exam_is_right(exam, i) ? 1 : 0;
	}
	return right;
}

bool nk_exam_passed(size_t right, size_t asked, uint32_t percent)
{
	return asked > 0 && right * 100 >= asked * percent;
}
