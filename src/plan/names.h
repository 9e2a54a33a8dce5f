/*
 * names.h: logins and mail addresses by rule, for persons whose source gives none. Pure but for looking at tombstones.
 *
 * A rule is a template (mapping.h) with {seq}: "{year2}{romaji.family}{seq}". Who has a login keeps it: it stands in the
 * record, and only an order (`only` with `renew`) makes another one, also when the surname changes. New ones are given in
 * the order of source and source key, so the order of a file does not matter. Nobody gets what is somebody's, what is
 * reserved, or what a tombstone blocks.
 */
#ifndef NK_NAMES_H
#define NK_NAMES_H

#include "people.h"

/* What a name of ours is made of: a–z 0–9 . _ -; it begins and ends with a letter or a digit. */
enum { NK_NAMES_RULES_MAX = 32, NK_NAMES_LOGIN_MAX = 64, NK_NAMES_MAIL_MAX = 254, NK_NAMES_LOCAL_MAX = 64 };

struct nk_names_rule {
	enum nk_field field; /* NK_FIELD_LOGIN, NK_FIELD_MAIL */
	struct nk_str who; /* a role's word, "protected", or empty: everybody but guardians and protected persons */
	struct nk_str template;
};
/* nk_names_rule: "login", "mail.teacher", "login.protected" = template. NK_CONFIG names the fault. Texts in `arena`. */
NK_RESULT nk_names_rule(struct nk_str key, struct nk_str template, struct nk_arena *arena, struct nk_names_rule *out,
	struct nk_err *err);

struct nk_names_options {
	const struct nk_names_rule *rules;
	size_t n_rules;
	uint32_t length; /* longest login, 3 … NK_NAMES_LOGIN_MAX */
	const struct nk_str *reserved; /* logins that nobody gets */
	size_t n_reserved;
	struct nk_str domain; /* of the site */
	nk_date today;
	uint32_t only; /* one person; 0: everybody without a name */
	bool renew; /* with `only`: another login (and mail by rule) even if there is one */
};
enum nk_names_why {
	NK_NAMES_GIVEN,
	NK_NAMES_BLANK, /* the rule needs something that the person has not: a reading, a number … */
	NK_NAMES_TAKEN, /* no {seq}, or no number is left */
	NK_NAMES_HIDDEN, /* a protected person, and no rule "protected": a name would be told */
	NK_NAMES_WHY_COUNT
};
struct nk_names_row {
	uint32_t number; /* of the person */
	enum nk_field field;
	enum nk_names_why why;
	struct nk_str value; /* GIVEN */
};
/* nk_names_make: rows in the order of person number, login before mail; texts in `arena` (wiping). Writes nothing. */
NK_RESULT nk_names_make(struct nk_people *people, const struct nk_names_options *opt, struct nk_arena *arena,
	struct nk_names_row **out, size_t *out_n, struct nk_err *err);

#endif
