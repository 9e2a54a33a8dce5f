/*
 * cli.h: one run of the program: what was asked, in which language, where the answer goes.
 *
 * stdout carries data, stderr carries talk. Everything personal lives in wiping memory and goes nowhere but to
 * stdout.
 */
#ifndef NK_CLI_H
#define NK_CLI_H

#include "args.h"
#include "flow.h"
#include "json.h"
#include "out.h"
#include "progress.h"
#include "table.h"

/* What the program finds outside: given by main, made up by tests. */
struct nk_cli_start {
	const struct nk_env *env;
	const char *const *weak; /* msgids of nk_os_harden */
	size_t n_weak;
	const char *(*variable)(const char *name); /* the environment: NULL when it is not set */
	int out_fd, err_fd;
};

struct nk_cli {
	const struct nk_env *env;
	const struct nk_cli_start *start;
	struct nk_args args;
	enum nk_lang lang;
	bool json, quiet, yes;
	const char *home;
	bool home_typed; /* by --home: commands to copy repeat it */
	struct nk_out out, talk;
	struct nk_progress progress;
	struct nk_arena *arena; /* wiping: replies, texts */
	struct nk_flow *flow; /* NULL until nk_unlock_open */
	struct nk_buf json_line;
	void *form_state; /* of the form in which a verb answers, in `arena` */
	int tz_minutes; /* east of UTC; -1: not asked yet */
	int status; /* exit status of a run that did not fail */
};

/* nk_cli_main: everything between main and the verbs; gives the exit status. argv is put into another order. */
int nk_cli_main(const struct nk_cli_start *start, int argc, char **argv);

/* nk_cli_tr: a msgid in the language of this run. */
const char *nk_cli_tr(const struct nk_cli *cli, const char *msgid) __attribute__((format_arg(2)));
/* nk_cli_say: one translated line on stderr (not with --quiet). nk_cli_print: the same on stdout, without a line feed
 * of its own. nk_cli_hint: a command to copy, untranslated, as "  nokosazu [--home DIR] " and the rest. The arguments
 * are numbers, ids and our own words, never personal. */
void nk_cli_say(struct nk_cli *cli, const char *msgid, ...) NK_PRINTF(2, 3);
void nk_cli_print(struct nk_cli *cli, const char *msgid, ...) NK_PRINTF(2, 3);
/* nk_cli_list: the table; when it has no row (and this is no --json), a word on stderr that there is nothing. */
void nk_cli_list(struct nk_cli *cli, const struct nk_table *table);
void nk_cli_hint(struct nk_cli *cli, const char *fmt, ...) NK_PRINTF(2, 3);

/* Texts in the arena, for cells. Lack of memory sticks in cli->out and gives an empty text. nk_cli_when: day and
 * minute at the installation's place, "-" for 0. nk_cli_day: the day alone. */
struct nk_str nk_cli_text(struct nk_cli *cli, const char *fmt, ...) NK_PRINTF(2, 3);
struct nk_str nk_cli_number(struct nk_cli *cli, uint64_t n);
struct nk_str nk_cli_id(struct nk_cli *cli, struct nk_uuid id);
struct nk_str nk_cli_date(struct nk_cli *cli, nk_date date);
struct nk_str nk_cli_when(struct nk_cli *cli, nk_time t);
struct nk_str nk_cli_when_zone(struct nk_cli *cli, nk_time t); /* the same with the site's zone behind it, for a sentence: "(UTC+9)" */
struct nk_str nk_cli_day(struct nk_cli *cli, nk_time t);
/* nk_cli_word: a word of the program (a state, a kind) in the language of this run; others as they are. */
struct nk_str nk_cli_word(struct nk_cli *cli, struct nk_str word);

/* One JSON object a line: begin opens it with "v" and "type", end closes and prints it. */
void nk_cli_json_begin(struct nk_cli *cli, struct nk_json *j, const char *type);
NK_RESULT nk_cli_json_end(struct nk_cli *cli, struct nk_json *j, struct nk_err *err);
void nk_cli_json_str(struct nk_json *j, const char *key, struct nk_str s);
void nk_cli_json_number(struct nk_json *j, const char *key, uint64_t n);
void nk_cli_json_bool(struct nk_json *j, const char *key, bool b);
void nk_cli_json_id(struct nk_json *j, const char *key, struct nk_uuid id); /* nil: null */
void nk_cli_json_date(struct nk_json *j, const char *key, nk_date date); /* NK_DATE_NONE: null */
void nk_cli_json_time(struct nk_json *j, const char *key, nk_time t); /* 0: null */
/* nk_cli_done: a verb that has nothing to show: with --json an object of this type, else the translated line on
 * stderr. */
NK_RESULT nk_cli_done(struct nk_cli *cli, const char *type, const char *msgid, struct nk_err *err);

/* nk_cli_confirm: asks on the terminal; goes on by itself with --yes and where no terminal looks on. NK_CANCELLED. */
NK_RESULT nk_cli_confirm(struct nk_cli *cli, const char *question, struct nk_err *err);
/* nk_cli_refuse_terminal: NK_DENIED when secrets are about to be shown on a terminal without --show. */
NK_RESULT nk_cli_refuse_terminal(const struct nk_cli *cli, struct nk_err *err);
/* nk_cli_operand_id: operand i as an id. NK_USAGE. */
NK_RESULT nk_cli_operand_id(const struct nk_cli *cli, size_t i, struct nk_uuid *out, struct nk_err *err);
/* nk_cli_read: a small file (or "-") into a buffer. */
NK_RESULT nk_cli_read(const struct nk_cli *cli, const char *path, struct nk_buf *out, struct nk_err *err);

#endif
