/*
 * cmd_config.c: nokosazu config: what the configuration says and where it was said; is it right?
 */
#include "base.h"

#include "cli.h"

static NK_RESULT show_json(struct nk_cli *cli, const struct nk_config_row *r, struct nk_err *err)
{
	struct nk_json j;

	nk_cli_json_begin(cli, &j, "setting");
	nk_cli_json_str(&j, "section", r->section);
	nk_cli_json_str(&j, "key", r->key);
	nk_cli_json_str(&j, "value", r->value);
	nk_cli_json_str(&j, "file", r->file);
	nk_cli_json_number(&j, "line", r->line);
	nk_cli_json_bool(&j, "weaker", r->weaker);
	return nk_cli_json_end(cli, &j, err);
}

static NK_RESULT show(struct nk_cli *cli, struct nk_err *err)
{
	NK_OWNED(nk_table_done) struct nk_table table = { 0 };
	const char *const titles[] = { nk_cli_tr(cli, NK_N("Section")), nk_cli_tr(cli, NK_N("Key")),
		nk_cli_tr(cli, NK_N("Value")), nk_cli_tr(cli, NK_N("Set in")), nk_cli_tr(cli, NK_N("As shipped")) };
	struct nk_config_row *rows = NULL;
	size_t n = 0;

	nk_table_init(&table, cli->arena, titles, NK_ARRAY_LEN(titles));
	NK_TRY(nk_op_config_show(cli->env, cli->home, cli->arena, &rows, &n, err));
	for (size_t i = 0; i < n; i++) {
		const struct nk_str cells[] = { rows[i].section, rows[i].key, rows[i].value,
			nk_cli_text(cli, "%.*s:%u", NK_FMT(rows[i].file), rows[i].line),
			nk_str_c(rows[i].weaker ? nk_cli_tr(cli, NK_N("weaker")) : "") };

		NK_TRY(cli->json ? show_json(cli, &rows[i], err) : nk_table_row(&table, cells, err));
	}
	nk_table_print(&table, 0, &cli->out);
	nk_cli_say(cli, NK_N("What is not listed has its default: see nokosazu.conf(5)."));
	return nk_done();
}

static NK_RESULT check(struct nk_cli *cli, struct nk_err *err)
{
	struct nk_config_row *rows = NULL;
	size_t n = 0;

	NK_TRY(nk_op_config_show(cli->env, cli->home, cli->arena, &rows, &n, err));
	return nk_cli_done(cli, "config-check", NK_N("The configuration is right."), err);
}

static const struct nk_cmd_sub subs[] = {
	{ "show", 0, 0, show },
	{ "check", 0, 0, check },
	{ NULL, 0, 0, NULL },
};

static const char *const usage[] = { "config show", "config check", NULL };

const struct nk_cmd nk_cmd_config = {
	.name = "config",
	.job = NK_CMD_HOUSE,
	.usage = usage,
	.summary = NK_N("show or check the configuration"),
	.subs = subs,
};
