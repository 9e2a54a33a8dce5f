/*
 * format.h: what a roster format is: a word, a look at names and headers, and a reader. One file and one row in
 * formats.rows adds one.
 */
#ifndef NK_FORMAT_H
#define NK_FORMAT_H

#include "findings.h"
#include "intake.h"
#include "roster_build.h"
#include "tables.h"

/* What a file looks like from afar: its container, names and headers; nothing of a row. Lives in the arena. */
struct nk_format_file {
	struct nk_str name;
	const struct nk_str *header; /* trimmed */
	size_t n;
};
struct nk_format_peek {
	enum nk_tables_package package;
	bool folder; /* the files stand in a folder of the zip */
	struct nk_format_file *files;
	size_t n;
};

/* One reading: who asks, what was found, what is being built. Everything lives in `arena` or as long as the call. */
struct nk_format_run {
	const struct nk_env *env;
	const struct nk_intake_options *opt;
	struct nk_arena *arena;
	struct nk_findings *findings;
	struct nk_roster_build *build;
	bool has_roles; /* there is a roles.csv */
};

struct nk_format {
	const char *name;
	/* fits: 0 … 100: how sure that a file that looks so is one of ours. By headers, not by names. */
	int (*fits)(const struct nk_format_peek *peek);
	/* read: findings and roster go into `run`; an error only for what is not the file's fault or makes it
	 * unreadable as a whole. */
	NK_RESULT (*read)(struct nk_format_run *run, struct nk_err *err);
};

/* nk_format_by_name, nk_format_by_peek: from the rows; NULL when there is none. */
const struct nk_format *nk_format_by_name(struct nk_str name);
const struct nk_format *nk_format_by_peek(const struct nk_format_peek *peek);
/* nk_format_peek_at: looks, in the child. nk_format_peek_file: a file by name, without regard to case, or NULL.
 * nk_format_peek_has: a column of it, by name. */
NK_RESULT nk_format_peek_at(const struct nk_env *env, const struct nk_intake_options *opt, struct nk_arena *arena,
	struct nk_format_peek *out, struct nk_err *err);
const struct nk_format_file *nk_format_peek_file(const struct nk_format_peek *peek, const char *name);
bool nk_format_peek_has(const struct nk_format_file *file, const char *column);

/* nk_format_fault, nk_format_fault_id: the rule for a fault of the child. */
const struct nk_rule *nk_format_fault(enum nk_tables_fault fault);
enum nk_rule_id nk_format_fault_id(enum nk_tables_fault fault);

#endif
