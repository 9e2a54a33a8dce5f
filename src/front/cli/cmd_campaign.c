/*
 * cmd_campaign.c: nokosazu campaign: one patch, one erasure, one check at every site that a version concerns, and where
 * that stands.
 */
#include "base.h"

#include "campaign_show.h"
#include "unlock.h"

static NK_RESULT start(struct nk_cli *cli, struct nk_err *err)
{
	struct nk_campaign_request req = { .version = nk_args_str(&cli->args, "version"), .steps = nk_args_str(&cli->args, "steps") };
	struct nk_uuid id;
	struct nk_json j;
	nk_date due = NK_DATE_NONE;

	NK_TRY(nk_args_need(&cli->args, "version", err));
	NK_TRY(nk_args_need(&cli->args, "due", err));
	if (!nk_date_parse(nk_args_str(&cli->args, "due"), &due)) {
		return nk_fail(err, NK_USAGE, NK_N("a day is written as YYYY-MM-DD"));
	}
	req.due_at = (nk_time)due * NK_DAY;
	req.steps = req.steps.len > 0 ? req.steps : NK_STR("erase,patch,verify");
	NK_TRY(nk_unlock_open(cli, true, err));
	NK_TRY(nk_op_campaign_start(cli->flow, &req, &id, err));
	if (cli->json) {
		nk_cli_json_begin(cli, &j, "campaign");
		nk_cli_json_id(&j, "id", id);
		return nk_cli_json_end(cli, &j, err);
	}
	nk_out_text(&cli->out, nk_cli_id(cli, id));
	nk_out_c(&cli->out, "\n");
	nk_cli_say(cli, NK_N("Started. For each site: campaign ask, and take its answer in with campaign take."));
	return nk_done();
}

static NK_RESULT ask(struct nk_cli *cli, struct nk_err *err)
{
	NK_OWNED(nk_buf_done) struct nk_buf text = { 0 };
	struct nk_uuid id;

	nk_buf_init(&text, 4 << 20);
	NK_TRY(nk_args_need(&cli->args, "site", err));
	NK_TRY(nk_cli_operand_id(cli, 0, &id, err));
	NK_TRY(nk_unlock_open(cli, true, err));
	NK_TRY(nk_op_campaign_ask(cli->flow, id, nk_args_str(&cli->args, "site"), &text, err));
	if (!nk_args_has(&cli->args, "out")) {
		nk_out_bytes(&cli->out, nk_buf_bytes(&text));
		return nk_done();
	}
	NK_TRY(nk_env_write_new(cli->env, nk_args_get(&cli->args, "out"), nk_buf_bytes(&text), err));
	nk_cli_say(cli, NK_N("Written."));
	return nk_done();
}

static NK_RESULT take(struct nk_cli *cli, struct nk_err *err)
{
	NK_TRY(nk_unlock_open(cli, true, err));
	for (size_t i = 0; i < cli->args.n_operands; i++) {
		NK_OWNED(nk_buf_done) struct nk_buf report = { 0 };
		struct nk_str site;

		nk_buf_init(&report, 8 << 20);
		NK_TRY(nk_cli_read(cli, cli->args.operands[i], &report, err));
		NK_TRY(nk_op_campaign_take(cli->flow, nk_buf_bytes(&report), &site, cli->arena, err));
		nk_out_text(&cli->out, site);
		nk_out_c(&cli->out, "\n");
	}
	return nk_done();
}

static NK_RESULT board(struct nk_cli *cli, struct nk_err *err)
{
	struct nk_uuid id;
	struct nk_board b;

	NK_TRY(nk_cli_operand_id(cli, 0, &id, err));
	NK_TRY(nk_unlock_open(cli, false, err));
	NK_TRY(nk_op_campaign_board(cli->flow, id, cli->arena, &b, err));
	if (nk_args_has(&cli->args, "html")) {
		NK_OWNED(nk_buf_done) struct nk_buf page = { 0 };

		nk_buf_init(&page, 64 << 20);
		NK_TRY(nk_campaign_html(cli, &b, &page, err));
		NK_TRY(nk_env_replace(cli->env, nk_args_get(&cli->args, "html"), nk_buf_bytes(&page), err));
	}
	cli->status = b.all ? 0 : nk_err_exit(NK_PENDING);
	return cli->json ? nk_campaign_json(cli, &b, err) : nk_campaign_text(cli, &b, err);
}

static NK_RESULT list(struct nk_cli *cli, struct nk_err *err)
{
	NK_OWNED(nk_table_done) struct nk_table table = { 0 };
	const char *const titles[] = { nk_cli_tr(cli, NK_N("Id")), nk_cli_tr(cli, NK_N("Version")), nk_cli_tr(cli, NK_N("Since")),
		nk_cli_tr(cli, NK_N("Until")), nk_cli_tr(cli, NK_N("State")) };
	struct nk_board *all = NULL;
	size_t n = 0;

	nk_table_init(&table, cli->arena, titles, NK_ARRAY_LEN(titles));
	NK_TRY(nk_unlock_open(cli, false, err));
	NK_TRY(nk_op_campaign_list(cli->flow, cli->arena, &all, &n, err));
	for (size_t i = 0; i < n; i++) {
		const struct nk_str cells[] = { nk_cli_id(cli, all[i].id), all[i].version, nk_cli_day(cli, all[i].started_at),
			nk_cli_day(cli, all[i].due_at), cli->lang == NK_LANG_JA ? all[i].sentence_ja : all[i].sentence_en };

		NK_TRY(cli->json ? nk_campaign_json(cli, &all[i], err) : nk_table_row(&table, cells, err));
	}
	nk_cli_list(cli, &table);
	return nk_done();
}

static NK_RESULT waive(struct nk_cli *cli, struct nk_err *err)
{
	struct nk_uuid id;
	struct nk_uuid warrant;

	NK_TRY(nk_args_need(&cli->args, "site", err));
	NK_TRY(nk_args_need(&cli->args, "step", err));
	NK_TRY(nk_cli_operand_id(cli, 0, &id, err));
	if (!nk_uuid_parse(nk_args_str(&cli->args, "warrant"), &warrant)) {
		return nk_fail(err, NK_USAGE, NK_N("a step is waived by a warrant: --warrant ID, of kind exception for campaign:ID/SITE-ID/STEP"));
	}
	NK_TRY(nk_unlock_open(cli, true, err));
	NK_TRY(nk_op_campaign_waive(cli->flow, id, nk_args_str(&cli->args, "site"), nk_args_str(&cli->args, "step"), warrant, err));
	return nk_cli_done(cli, "campaign-waive", NK_N("Waived; every report of this campaign names it."), err);
}

static NK_RESULT close_one(struct nk_cli *cli, struct nk_err *err)
{
	struct nk_uuid id;
	struct nk_str envelope;

	NK_TRY(nk_cli_operand_id(cli, 0, &id, err));
	NK_TRY(nk_unlock_open(cli, true, err));
	NK_TRY(nk_op_campaign_close(cli->flow, id, cli->arena, &envelope, err));
	if (nk_args_has(&cli->args, "out")) {
		NK_TRY(nk_env_write_new(cli->env, nk_args_get(&cli->args, "out"), nk_str_bytes(envelope), err));
	}
	return nk_cli_done(cli, "campaign-close", NK_N("Closed: the statement lists every site."), err);
}

static const struct nk_cmd_sub subs[] = {
	{ "ask", 1, 1, ask },
	{ "close", 1, 1, close_one },
	{ "list", 0, 0, list },
	{ "start", 0, 0, start },
	{ "status", 1, 1, board },
	{ "take", 1, 1000, take },
	{ "waive", 1, 1, waive },
	{ NULL, 0, 0, NULL },
};

static const char *const usage[] = { "campaign start --version VERSION --due DATE [--steps erase,patch,verify]", "campaign ask ID --site NAME [--out FILE]",
	"campaign take REPORT…", "campaign status ID [--html FILE]", "campaign list", "campaign waive ID --site NAME --step STEP --warrant ID",
	"campaign close ID [--out FILE]", NULL };

static const struct nk_cmd_option options[] = {
	{ "due", 0, "DATE", NK_N("the day by which every site is to be done"), "start" },
	{ "html", 0, "FILE", NK_N("the board as one page, written anew each time"), "status" },
	{ "out", 0, "FILE", NK_N("a new file (default: standard output)"), "ask close" },
	{ "site", 0, "NAME", NK_N("which site"), "ask waive" },
	{ "step", 0, "STEP", NK_N("erase, patch or verify"), "waive" },
	{ "steps", 0, "STEPS", NK_N("what every site owes; verify cannot be left out"), "start" },
	{ "version", 0, "VERSION", NK_N("the version whose sites are concerned, and those that never said theirs"), "start" },
	{ "warrant", 0, "ID", NK_N("the exception that allows it"), "waive" },
	{ NULL, 0, NULL, NULL, NULL },
};

const struct nk_cmd nk_cmd_campaign = {
	.name = "campaign",
	.job = NK_CMD_PROOF,
	.usage = usage,
	.summary = NK_N("carry one patch to every site, and say when all is done"),
	.options = options,
	.subs = subs,
};
