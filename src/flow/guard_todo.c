/*
 * guard_todo.c: what somebody does about a finding of the guards: one line a rule.
 */
#include "base.h"
#include "flow.h"

static const struct {
	const char *rule, *todo;
} todos[] = {
	{ "S1", NK_N("ask for a complete file; if the school or unit has really ended, take it out of [guard] sentinels") },
	{ "S2", NK_N("ask whoever made the file: is it empty, or cut off? [guard] floor is the least that is believed") },
	{ "S3", NK_N("ask the school whether this is so; a school that was closed gets a row in the board's season table "
		     "([case] law)") },
	{ "S4", NK_N("look for the newest file; if the year is right, say it with --year") },
	{ "S5", NK_N("ask whoever runs the school system whether ids, logins or encoding were changed; import with the old ones") },
	{ "S6", NK_N("look at the leavers (import --check), then a second person approves the number") },
	{ "S7", NK_N("look at what the last imports took away, then a second person approves the number") },
	{ "S8", NK_N("ask for the persons to be put back into the file, or take them out of [guard] protected") },
	{ "P1", NK_N("look at the lines of the plan (plan --all), then a second person approves the number") },
	{ "P2", NK_N("look at the lines of the plan (plan --all), then a second person approves the number") },
	{ "P3", NK_N("take the protection away first, or decide about the account again (census decide)") },
	{ "P4", NK_N("look at the lines of the plan and at the last import: were names or logins garbled?") },
	{ "P5", NK_N("look whether the bind account still sees everything, and whether somebody deleted there") },
	{ "P6", NK_N("look whether this is the right target and store; decide about its accounts (census)") },
	{ "P7", NK_N("look whether classes of this year are in the file, then a second person approves the number") },
	{ "P8", NK_N("look at the plans of the last weeks (plan --list), then a second person approves the number") },
	{ "P9", NK_N("look at the mapping and at the last import, then a second person approves the number") },
	{ "P11", NK_N("look at the accounts (plan --all) and at who decided so (census), then a second person approves the number") },
	{ "P10", NK_N("look at the last import: without people nothing is done") },
};

const char *nk_guard_todo(const char *rule)
{
	for (size_t i = 0; i < NK_ARRAY_LEN(todos); i++) {
		if (strcmp(todos[i].rule, rule) == 0) {
			return todos[i].todo;
		}
	}
	return NK_N("look at what is listed, then a second person approves the number");
}
