/*
 * propose.h: what the columns of a list probably are, from their headers and from what stands in them.
 *
 * One pass in the child; values are counted by kind and forgotten. The answer is a mapping (csv_mapping.h) and doubts:
 * questions with a preset, each decided by a word of the caller's. Nothing is guessed silently: what has no header of
 * column_rows.h is not read unless somebody says so.
 */
#ifndef NK_PROPOSE_H
#define NK_PROPOSE_H

#include "people.h"

enum { NK_PROPOSE_COLUMNS = 256, NK_PROPOSE_DOUBTS = 64 };

/* What stands in a column, most of it. */
enum nk_column_kind {
	NK_COLUMN_EMPTY,
	NK_COLUMN_MAIL,
	NK_COLUMN_DATE,
	NK_COLUMN_KANA,
	NK_COLUMN_DIGITS, /* long numbers */
	NK_COLUMN_NUMBER, /* up to three digits */
	NK_COLUMN_CODE, /* ASCII letters and digits */
	NK_COLUMN_WORDS, /* few different texts */
	NK_COLUMN_TEXT,
	NK_COLUMN_KIND_COUNT
};

struct nk_column {
	struct nk_str header;
	const char *item; /* of column_rows.h, or "" */
	bool said; /* by the caller */
	enum nk_column_kind kind;
	uint64_t filled, distinct, mails, kana, halfwidth, digits, blanks_inside, mangled, gaiji, numbers, code;
	uint64_t dates, dates_loose, dates_serial, dates_ambiguous, dates_bad, state_words;
	size_t shortest, longest; /* digits */
	size_t zero_longest; /* of those that begin with 0 */
	struct nk_str sample; /* one value, when it was asked for */
};

/* A question: what is presumed when nobody answers, and what was answered. */
struct nk_doubt {
	const char *id; /* word for --answer and JSON; static */
	size_t column; /* SIZE_MAX: none */
	uint64_t n;
	const char *ask; /* msgid: one question, to which yes or no is an answer; %llu is n */
	bool open; /* must be decided by a person */
	bool yes;
	struct nk_str text; /* unit_name: the name that is presumed or was answered */
};

struct nk_proposal {
	struct nk_str encoding;
	bool book;
	uint64_t rows, hidden_sheets;
	struct nk_column *columns;
	size_t n_columns;
	size_t key; /* column; SIZE_MAX: none found */
	struct nk_doubt doubts[NK_PROPOSE_DOUBTS];
	size_t n_doubts;
};

struct nk_propose_options {
	int fd;
	uint64_t size;
	bool samples;
	const struct nk_str *sets; /* "column=item" */
	size_t n_sets;
	struct nk_str key; /* column; empty: found */
	const struct nk_str *answers; /* "id=yes" or "id:column=no"; "unit_name=NAME" */
	size_t n_answers;
	struct nk_str unit_name; /* presumed for a list of classes without a column of schools; may be empty */
};

/* nk_propose_make: lives in `arena` (wiping). NK_UNSUPPORTED: a package of several files needs no mapping. NK_USAGE: a
 * column or item that is not there. */
NK_RESULT nk_propose_make(const struct nk_env *env, const struct nk_propose_options *opt, struct nk_arena *arena,
	struct nk_proposal *out, struct nk_err *err);
/* nk_propose_print: the mapping as the text of a row file. */
NK_RESULT nk_propose_print(const struct nk_proposal *p, struct nk_buf *out, struct nk_err *err);

#endif
