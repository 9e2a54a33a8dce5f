/*
 * cmd_help.c: nokosazu help: the overview, a verb's help, and what shells and manuals take from the tables.
 */
#include "base.h"

#include "cli.h"
#include "help.h"

static NK_RESULT mdoc(struct nk_cli *cli, const struct nk_cmd *cmd, struct nk_err *err)
{
	NK_OWNED(nk_buf_done) struct nk_buf text = { 0 };

	nk_buf_init(&text, 1 << 20);
	if (cmd == NULL) {
		NK_TRY(nk_mdoc_common(&text, err));
	} else {
		NK_TRY(nk_buf_add_c(&text, ".Sh SYNOPSIS\n", err));
		NK_TRY(nk_mdoc_synopsis(cmd, &text, err));
		NK_TRY(nk_buf_add_c(&text, ".Sh OPTIONS\n", err));
		NK_TRY(nk_mdoc_options(cmd, &text, err));
	}
	nk_out_bytes(&cli->out, nk_buf_bytes(&text));
	return nk_done();
}

static NK_RESULT help_run(struct nk_cli *cli, struct nk_err *err)
{
	const struct nk_str shell = nk_args_str(&cli->args, "completion");
	const struct nk_str verb = nk_args_operand(&cli->args, 0);
	const struct nk_cmd *const cmd = verb.len > 0 ? nk_cmd_find(verb.ptr) : NULL;

	if (shell.len > 0 && !nk_str_eq(shell, NK_STR("bash"))) {
		return nk_fail(err, NK_USAGE, NK_N("completion is there for bash only"));
	}
	if (shell.len > 0) {
		nk_completion_bash(&cli->out);
		return nk_done();
	}
	if (verb.len > 0 && cmd == NULL) {
		const char *const near = nk_cmd_nearest_verb(verb);

		return near != NULL
			? nk_fail(err, NK_USAGE, NK_N("unknown verb \"%1$s\"; the nearest known one is \"%2$s\""),
				  nk_short(verb).text, near)
			: nk_fail(err, NK_USAGE, NK_N("unknown verb \"%s\"; \"nokosazu help\" lists them"),
				  nk_short(verb).text);
	}
	if (nk_args_has(&cli->args, "mdoc")) {
		return mdoc(cli, cmd, err);
	}
	if (cmd != NULL) {
		nk_help_verb(&cli->out, cli->lang, cmd);
	} else {
		nk_help_overview(&cli->out, cli->lang);
	}
	return nk_done();
}

static const char *const usage[] = { "help [VERB]", "help --completion bash", "help --mdoc [VERB]", NULL };

static const struct nk_cmd_option options[] = {
	{ "completion", 0, "bash", NK_N("print the completion for this shell"), NULL },
	{ "mdoc", 0, NULL, NK_N("print synopsis and options as they stand in the manual page"), NULL },
	{ NULL, 0, NULL, NULL, NULL },
};

const struct nk_cmd nk_cmd_help = {
	.name = "help",
	.job = NK_CMD_SELF,
	.usage = usage,
	.summary = NK_N("print help, or the completion for a shell"),
	.options = options,
	.max = 1,
	.run = help_run,
};
