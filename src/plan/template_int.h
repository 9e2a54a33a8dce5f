/*
 * template_int.h: templates of mapping.h, compiled once and run for each person, group or unit. Inside of the floor
 * only.
 */
#ifndef NK_TEMPLATE_INT_H
#define NK_TEMPLATE_INT_H

#include "mapping.h"

struct nk_template;

/* What the names of a template are filled from; NULL parts give blanks. */
struct nk_template_scope {
	const struct nk_person *person;
	const struct nk_unit *unit;
	const struct nk_group *group;
	enum nk_role role;
	bool has_role;
	uint32_t number; /* 出席番号; 0: none */
	struct nk_str domain; /* of the target's base */
	int year; /* school year for {year} of somebody without a first day; 0: none */
	bool all; /* one blank name makes the whole blank: logins and mails */
};

/* What {seq}, {seq2}, {seq3}, {seq4} stand as until names.c puts the number there. */
enum { NK_SEQ_MARK = 0x1c, NK_SEQ_MARKS = 4 };

/* nk_membership_holds: between its first and its last day (template_scope.c). */
bool nk_membership_holds(const struct nk_membership *m, nk_date day);
/* nk_template_scope_of (template_scope.c): the school, class and role that a person is named by on that day. */
void nk_template_scope_of(const struct nk_people *people, const struct nk_person *p, nk_date today,
	struct nk_template_scope *out);

/* Names for a login or a mail: those of a person, and {seq}. */
#define NK_TEMPLATE_LOGIN NK_OBJECT_KIND_COUNT
/* nk_template_compile: `object` may be NK_TEMPLATE_LOGIN. NK_CONFIG names the fault and its column (from 1). Lives
 * in `arena`; so must `text`. */
NK_RESULT nk_template_compile(struct nk_str text, enum nk_object_kind object, struct nk_arena *arena,
	const struct nk_template **out, struct nk_err *err);
/* nk_template_run: the value is appended to `out` (trimmed). *out_blank: all names were blank, nothing was appended.
 */
NK_RESULT nk_template_run(const struct nk_template *t, const struct nk_template_scope *scope, struct nk_buf *out,
	bool *out_blank, struct nk_err *err);

/* template_word.c: the names. nk_template_word: the number of a name for this kind of object, or -1. */
int nk_template_word(struct nk_str name, enum nk_object_kind object);
/* nk_template_word_counts: does a value of this name make the whole template not blank? Not so for constants such as
 * {domain}. */
bool nk_template_word_counts(int word);
NK_RESULT nk_template_word_value(
	int word, const struct nk_template_scope *scope, struct nk_buf *out, struct nk_err *err);

#endif
