/*
 * exam.h: one sitting: the questions of a set in an order of chance, what was answered, and the mark.
 */
#ifndef NK_EXAM_H
#define NK_EXAM_H

#include "questions.h"

struct nk_exam_item {
	const struct nk_question *question;
	unsigned order[NK_QUESTION_CHOICES]; /* shown place → place in the file */
	unsigned answer; /* shown place from 1; 0: not answered */
};

struct nk_exam {
	const struct nk_questions *questions; /* borrowed */
	struct nk_exam_item *items;
	size_t n;
};

/* nk_exam_make: every question once, shuffled with its choices by env's randomness; lives in `arena`. */
NK_RESULT nk_exam_make(const struct nk_env *env, const struct nk_questions *questions, struct nk_arena *arena,
	struct nk_exam *out, struct nk_err *err);
/* nk_exam_is_right: of item i as answered. nk_exam_right: the shown place (from 1) of the right answer. */
bool nk_exam_is_right(const struct nk_exam *exam, size_t i);
unsigned nk_exam_right(const struct nk_exam *exam, size_t i);
/* nk_exam_score: how many are right. */
size_t nk_exam_score(const struct nk_exam *exam);
/* nk_exam_passed: right of asked reaches `percent`, not rounded: 35 of 44 do not reach 80. */
bool nk_exam_passed(size_t right, size_t asked, uint32_t percent);

#endif
