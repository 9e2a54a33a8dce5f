/*
 * questions.h: a set of test questions as a file: what it is tied to, its items, and why an answer is right.
 *
 *	nokosazu-questions v1
 *	set carry
 *	title 持ち出し手順(保守時) 確認テスト
 *	procedure carry@1 <SHA-256 of the procedure's text, 64 hexadecimal characters>
 *
 *	? carry-01 what is asked
 *	- a wrong choice
 *	+ the right one
 *	- a wrong choice
 *	- a wrong choice
 *	! carry#4.1 why, by which section of which procedure
 *
 * Strict: valid UTF-8 without control characters, every item with exactly four different choices of which exactly one
 * is right, ids that differ, references to procedures of the head only. Empty lines and lines beginning with '#' are
 * skipped. Questions are nobody's data.
 */
#ifndef NK_QUESTIONS_H
#define NK_QUESTIONS_H

#include "crypto.h"

enum {
	NK_QUESTION_CHOICES = 4,
	NK_QUESTIONS_MAX = 500,
	NK_QUESTIONS_TIES = 16,
	NK_QUESTIONS_SIZE = 1 << 20,
	NK_PROCEDURE_NAME = 40, /* longest name of a procedure or set */
	NK_QUESTION_LINE = 2000, /* longest line, bytes */
};

struct nk_question {
	struct nk_str id, text;
	struct nk_str choices[NK_QUESTION_CHOICES];
	unsigned right; /* place of the right one among them */
	struct nk_str procedure, section, reason;
};

/* A procedure that the set is about, as it was when the questions were written. */
struct nk_question_tie {
	struct nk_str name;
	uint32_t revision;
	struct nk_hash digest;
};

struct nk_questions {
	struct nk_str set, title;
	struct nk_hash digest; /* SHA-256 of the file */
	struct nk_question_tie ties[NK_QUESTIONS_TIES];
	size_t n_ties;
	const struct nk_question *items;
	size_t n_items;
};

/*
 * nk_questions_parse: texts live in `arena`. NK_INVALID with the number of the line; NK_LIMIT: more than
 * NK_QUESTIONS_SIZE bytes or NK_QUESTIONS_MAX items.
 */
NK_RESULT nk_questions_parse(
	struct nk_bytes text, struct nk_arena *arena, struct nk_questions *out, struct nk_err *err);

/* nk_procedure_name_ok: 1–40 of a–z, 0–9 and '-', beginning with a letter. */
bool nk_procedure_name_ok(struct nk_str name);
/* nk_procedure_section: does the text have a heading ("## 4 …", "### 4.1 …") with this number? */
bool nk_procedure_section(struct nk_str text, struct nk_str section);

#endif
