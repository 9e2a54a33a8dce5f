/*
 * cmd_canary.c: nokosazu canary: synthetic persons that name their site wherever they turn up.
 */
#include "base.h"

#include "flow_package.h"
#include "unlock.h"

enum { LIST_MAX = 16 << 20 };

static NK_RESULT make(struct nk_cli *cli, struct nk_err *err)
{
	uint32_t n = 0;
	uint32_t all = 0;
	struct nk_json j;

	if (!nk_parse_u32(nk_args_operand(&cli->args, 0), 1, 1000, &n)) {
		return nk_fail(err, NK_USAGE, NK_N("how many: a number from 1 to 1000"));
	}
	NK_TRY(nk_unlock_open(cli, true, err));
	NK_TRY(nk_op_canary_make(cli->flow, n, nk_args_str(&cli->args, "site"), cli->arena, &all, err));
	if (cli->json) {
		nk_cli_json_begin(cli, &j, "canary");
		nk_cli_json_number(&j, "persons", all);
		return nk_cli_json_end(cli, &j, err);
	}
	nk_cli_print(cli, NK_N("This site has %u canary persons now.\n"), all);
	nk_cli_say(cli, NK_N("They reach the targets with the next plan. Give the list to whoever makes packages:"));
	nk_cli_hint(cli, "canary export FILE");
	return nk_done();
}

static NK_RESULT row_json(struct nk_cli *cli, const struct nk_canary_row *r, struct nk_err *err)
{
	struct nk_json j;

	nk_cli_json_begin(cli, &j, "canary-text");
	nk_cli_json_str(&j, "site", r->site);
	nk_cli_json_str(&j, "field", r->field);
	nk_cli_json_str(&j, "value", r->value);
	nk_cli_json_number(&j, "person", r->person);
	return nk_cli_json_end(cli, &j, err);
}

static NK_RESULT list(struct nk_cli *cli, struct nk_err *err)
{
	NK_OWNED(nk_table_done) struct nk_table table = { 0 };
	const char *const titles[] = { nk_cli_tr(cli, NK_N("Site")), nk_cli_tr(cli, NK_N("Field")), nk_cli_tr(cli, NK_N("Value")) };
	struct nk_canary_row *rows = NULL;
	size_t n = 0;

	nk_table_init(&table, cli->arena, titles, NK_ARRAY_LEN(titles));
	NK_TRY(nk_unlock_open(cli, false, err));
	NK_TRY(nk_op_canary_list(cli->flow, cli->arena, &rows, &n, err));
	for (size_t i = 0; i < n; i++) {
		const struct nk_str cells[] = { rows[i].site, rows[i].field, rows[i].value };

		NK_TRY(cli->json ? row_json(cli, &rows[i], err) : nk_table_row(&table, cells, err));
	}
	nk_cli_list(cli, &table);
	return nk_done();
}

static NK_RESULT export(struct nk_cli *cli, struct nk_err *err)
{
	NK_OWNED(nk_buf_done) struct nk_buf text = { 0 };

	nk_buf_init(&text, LIST_MAX);
	NK_TRY(nk_unlock_open(cli, false, err));
	NK_TRY(nk_op_canary_export(cli->flow, &text, err));
	NK_TRY(nk_env_write_new(cli->env, cli->args.operands[0], nk_buf_bytes(&text), err));
	return nk_cli_done(cli, "canary", NK_N("Written. These persons are nobody; the list may be sent in clear."), err);
}

static NK_RESULT take_in(struct nk_cli *cli, struct nk_err *err)
{
	NK_OWNED(nk_buf_done) struct nk_buf text = { 0 };
	uint64_t fresh = 0;
	struct nk_json j;

	nk_buf_init(&text, LIST_MAX);
	NK_TRY(nk_cli_read(cli, cli->args.operands[0], &text, err));
	NK_TRY(nk_unlock_open(cli, true, err));
	NK_TRY(nk_op_canary_import(cli->flow, nk_buf_bytes(&text), &fresh, err));
	if (cli->json) {
		nk_cli_json_begin(cli, &j, "canary");
		nk_cli_json_number(&j, "new", fresh);
		return nk_cli_json_end(cli, &j, err);
	}
	nk_cli_print(cli, NK_N("%llu texts are new.\n"), (unsigned long long)fresh);
	return nk_done();
}

static const struct nk_cmd_sub subs[] = {
	{ "make", 1, 1, make },
	{ "list", 0, 0, list },
	{ "export", 1, 1, export },
	{ "import", 1, 1, take_in },
	{ NULL, 0, 0, NULL },
};

static const char *const usage[] = { "canary make NUMBER [--site NAME]", "canary list", "canary export FILE",
	"canary import FILE", NULL };

static const struct nk_cmd_option options[] = {
	{ "site", 0, "NAME", NK_N("how this site is called in findings (default: the organisation)"), "make" },
	{ NULL, 0, NULL, NULL, NULL },
};

const struct nk_cmd nk_cmd_canary = {
	.name = "canary",
	.job = NK_CMD_COPIES,
	.usage = usage,
	.summary = NK_N("make canary persons, who name their site wherever they turn up"),
	.options = options,
	.subs = subs,
};
