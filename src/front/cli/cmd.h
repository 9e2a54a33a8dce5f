/*
 * cmd.h: what a verb of the command line is. One file cmd_<verb>.c and one row of cmds.rows each.
 *
 * The tables here are the only source of usage, help, completion and the SYNOPSIS and OPTIONS of the manual pages
 * (help_test.c compares). All of it is constant.
 */
#ifndef NK_CMD_H
#define NK_CMD_H

struct nk_cli;

/* Runs a verb: an error is printed by the caller; another exit status than 0 of a run that did not fail is put into
 * cli->status. */
typedef NK_RESULT nk_cmd_run_fn(struct nk_cli *cli, struct nk_err *err);

struct nk_cmd_option {
	const char *name; /* long name without dashes; NULL ends a table */
	char letter; /* short form, or 0 */
	const char *arg; /* what its value is called, "FILE"; NULL: it takes none */
	const char *help; /* msgid: one phrase, no full stop */
	const char *subs; /* the sub-verbs that know it, separated by blanks, "-" the verb without one; NULL: all */
};

/* A sub-verb: person find. */
struct nk_cmd_sub {
	const char *name; /* NULL ends a table */
	unsigned min, max; /* operands behind the sub-verb */
	nk_cmd_run_fn *run;
};

/* How the overview groups the verbs. */
enum nk_cmd_job {
	NK_CMD_ROSTER,
	NK_CMD_PERSONS,
	NK_CMD_COPIES,
	NK_CMD_PROOF,
	NK_CMD_HOUSE,
	NK_CMD_SELF,
	NK_CMD_JOB_COUNT
};

struct nk_cmd {
	const char *name;
	enum nk_cmd_job job;
	const char *const *usage; /* synopsis lines without the program's name; NULL ends */
	const char *summary; /* msgid: what it is for, one phrase */
	const struct nk_cmd_option *options; /* NULL: none but the common ones */
	const struct nk_cmd_sub *subs; /* NULL: no sub-verbs: min, max and run count */
	unsigned min, max; /* operands */
	nk_cmd_run_fn *run; /* with sub-verbs too: for any other word, which is an operand */
	bool first_is_default; /* without a word behind the verb, the first sub-verb is meant */
};

/* nk_cmd_all: every verb in the order of cmds.rows (sorted by name). nk_cmd_find: NULL when there is none of this
 * name. */
const struct nk_cmd *const *nk_cmd_all(size_t *out_n);
const struct nk_cmd *nk_cmd_find(const char *name);
/* nk_cmd_common: the options that every verb knows. */
const struct nk_cmd_option *nk_cmd_common(void);
/* nk_cmd_job_title: msgid, static. */
const char *nk_cmd_job_title(enum nk_cmd_job job);
/* nk_cmd_nearest_verb, nk_cmd_nearest_sub, nk_cmd_nearest_option: the known name that a mistyped one is most like, or
 * NULL when none is near. */
const char *nk_cmd_nearest_verb(struct nk_str typed);
const char *nk_cmd_nearest_sub(const struct nk_cmd *cmd, struct nk_str typed);
const char *nk_cmd_nearest_option(const struct nk_cmd *cmd, struct nk_str typed);

#endif
