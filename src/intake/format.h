/*
 * format.h: what a roster format is: a word, a look at the first bytes, and a reader. One file and one row in
 * formats.rows adds one.
 */
#ifndef NK_FORMAT_H
#define NK_FORMAT_H

#include "findings.h"
#include "intake.h"
#include "roster_build.h"
#include "tables.h"

/* One reading: who asks, what was found, what is being built. Everything lives in `arena` or as long as the call. */
struct nk_format_run {
	const struct nk_env *env;
	const struct nk_intake_options *opt;
	struct nk_arena *arena;
	struct nk_findings *findings;
	struct nk_roster_build *build;
};

struct nk_format {
	const char *name;
	/* sniff: could a file with these first bytes (at most 8) be one of ours? */
	bool (*sniff)(struct nk_bytes head);
	/* read: findings and roster go into `run`; an error only for what is not the file's fault or makes it
	 * unreadable as a whole. */
	NK_RESULT (*read)(struct nk_format_run *run, struct nk_err *err);
};

/* nk_format_by_name, nk_format_by_head: from the rows; NULL when there is none. */
const struct nk_format *nk_format_by_name(struct nk_str name);
const struct nk_format *nk_format_by_head(struct nk_bytes head);

/* nk_format_fault: the rule for a fault of the child. Static. */
const struct nk_rule *nk_format_fault(enum nk_tables_fault fault);

#endif
