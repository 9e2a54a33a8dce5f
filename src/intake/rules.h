/*
 * rules.h: the rules of reading as one table: nk_rule(NK_RULE_OR_HDR_1) is the row of "OR-HDR-1" in rule_rows.h.
 *
 * A rule says what is wrong and what somebody does about it; where it was broken, a finding says.
 */
#ifndef NK_RULES_H
#define NK_RULES_H

#include "intake.h"

enum nk_rule_id {
#define ROW(word, id, strict, school, what, todo) NK_RULE_##word,
#include "rule_rows.h"
#undef ROW
	NK_RULE_COUNT
};

/* A rule: its stable id, how bad a breach is in the two strictnesses, what is wrong and what to do (msgids). */
struct nk_rule {
	const char *id;
	enum nk_severity strict;
	enum nk_severity school;
	const char *what;
	const char *todo;
};

/* nk_rule: the row of a rule; static. */
const struct nk_rule *nk_rule(enum nk_rule_id id);

#endif
