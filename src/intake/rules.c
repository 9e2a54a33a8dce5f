/*
 * rules.c: the table of rule_rows.h.
 */
#include "base.h"
#include "rules.h"

enum { N = NK_FINDING_NOTE, W = NK_FINDING_WARNING, E = NK_FINDING_ERROR };

static const struct nk_rule rules[] = {
#define ROW(word, name, strict_, school_, what_, todo_) \
	[NK_RULE_##word] = { .id = (name),                  \
		.strict = (enum nk_severity)(strict_),      \
		.school = (enum nk_severity)(school_),      \
		.what = (what_),                            \
		.todo = (todo_) },
#include "rule_rows.h"
#undef ROW
};

_Static_assert(NK_ARRAY_LEN(rules) == NK_RULE_COUNT, "a row for each rule");

const struct nk_rule *nk_rule(enum nk_rule_id id)
{
	return &rules[id];
}
