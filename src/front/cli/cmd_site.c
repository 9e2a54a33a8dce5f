/*
 * cmd_site.c: nokosazu site: installations that are known by their keys, and what this one says of itself. Files go
 * from hand to hand; no network is needed.
 */
#include "base.h"

#include "flow_campaign.h"
#include "unlock.h"

/* What was made goes into the named file, or to standard output. */
static NK_RESULT give(struct nk_cli *cli, const struct nk_buf *text, struct nk_err *err)
{
	if (!nk_args_has(&cli->args, "out")) {
		nk_out_bytes(&cli->out, nk_buf_bytes(text));
		return nk_done();
	}
	NK_TRY(nk_env_write_new(cli->env, nk_args_get(&cli->args, "out"), nk_buf_bytes(text), err));
	nk_cli_say(cli, NK_N("Written."));
	return nk_done();
}

static NK_RESULT identity(struct nk_cli *cli, struct nk_err *err)
{
	NK_OWNED(nk_buf_done) struct nk_buf text = { 0 };
	char fingerprint[NK_FINGERPRINT];

	nk_buf_init(&text, 4 << 20);
	NK_TRY(nk_unlock_open(cli, true, err));
	NK_TRY(nk_op_site_identity(cli->flow, &text, fingerprint, err));
	NK_TRY(give(cli, &text, err));
	nk_cli_say(cli, NK_N("Fingerprint, to be read aloud over the telephone: %s"), fingerprint);
	return nk_done();
}

static NK_RESULT enrol(struct nk_cli *cli, struct nk_err *err)
{
	NK_OWNED(nk_buf_done) struct nk_buf envelope = { 0 };
	struct nk_site_enrol_request req = { .fingerprint = nk_args_str(&cli->args, "fingerprint"),
		.name = nk_args_str(&cli->args, "name"),
		.organisation = nk_args_str(&cli->args, "organisation") };
	struct nk_uuid id;
	struct nk_json j;

	nk_buf_init(&envelope, 4 << 20);
	NK_TRY(nk_args_need(&cli->args, "fingerprint", err));
	NK_TRY(nk_cli_read(cli, cli->args.operands[0], &envelope, err));
	req.envelope = nk_buf_bytes(&envelope);
	NK_TRY(nk_unlock_open(cli, true, err));
	NK_TRY(nk_op_site_enrol(cli->flow, &req, &id, err));
	if (cli->json) {
		nk_cli_json_begin(cli, &j, "site");
		nk_cli_json_id(&j, "id", id);
		return nk_cli_json_end(cli, &j, err);
	}
	nk_out_text(&cli->out, nk_cli_id(cli, id));
	nk_out_c(&cli->out, "\n");
	nk_cli_say(cli, NK_N("Enrolled."));
	return nk_done();
}

static NK_RESULT row_json(struct nk_cli *cli, const struct nk_site_row *r, struct nk_err *err)
{
	struct nk_json j;

	nk_cli_json_begin(cli, &j, "site");
	nk_cli_json_id(&j, "id", r->id);
	nk_cli_json_str(&j, "name", r->name);
	nk_cli_json_str(&j, "organisation", r->organisation);
	nk_cli_json_str(&j, "version", r->version);
	nk_cli_json_time(&j, "last_report", r->last_report);
	nk_cli_json_bool(&j, "ended", r->ended);
	return nk_cli_json_end(cli, &j, err);
}

static NK_RESULT list(struct nk_cli *cli, struct nk_err *err)
{
	NK_OWNED(nk_table_done) struct nk_table table = { 0 };
	const char *const titles[] = { nk_cli_tr(cli, NK_N("Site")), nk_cli_tr(cli, NK_N("Organisation")), nk_cli_tr(cli, NK_N("Version")),
		nk_cli_tr(cli, NK_N("Last report")), nk_cli_tr(cli, NK_N("State")) };
	struct nk_site_row *rows = NULL;
	size_t n = 0;

	nk_table_init(&table, cli->arena, titles, NK_ARRAY_LEN(titles));
	NK_TRY(nk_unlock_open(cli, false, err));
	NK_TRY(nk_op_site_list(cli->flow, cli->arena, &rows, &n, err));
	for (size_t i = 0; i < n; i++) {
		const struct nk_str cells[] = { rows[i].name, rows[i].organisation,
			rows[i].version.len > 0 ? rows[i].version : nk_cli_word(cli, NK_STR("unknown")), nk_cli_when(cli, rows[i].last_report),
			nk_cli_word(cli, rows[i].ended ? NK_STR("ended") : NK_STR("enrolled")) };

		NK_TRY(cli->json ? row_json(cli, &rows[i], err) : nk_table_row(&table, cells, err));
	}
	nk_cli_list(cli, &table);
	return nk_done();
}

static NK_RESULT end(struct nk_cli *cli, struct nk_err *err)
{
	struct nk_party_reply r;
	struct nk_json j;

	NK_TRY(nk_unlock_open(cli, true, err));
	NK_TRY(nk_op_site_end(cli->flow, nk_args_operand(&cli->args, 0), &r, err));
	cli->status = r.waits ? nk_err_exit(NK_GUARD) : cli->status;
	if (cli->json) {
		nk_cli_json_begin(cli, &j, "site-end");
		nk_cli_json_id(&j, "warrant", r.warrant);
		nk_cli_json_bool(&j, "waits", r.waits);
		return nk_cli_json_end(cli, &j, err);
	}
	if (!r.waits) {
		return nk_cli_done(cli, "site-end", NK_N("This site is off the list."), err);
	}
	nk_out_text(&cli->out, nk_cli_id(cli, r.warrant));
	nk_out_c(&cli->out, "\n");
	nk_cli_say(cli, NK_N("Nothing is changed yet: a site goes off the list under an officer's signature. He looks and signs:"));
	nk_cli_hint(cli, "warrant show %.*s", NK_FMT(nk_cli_id(cli, r.warrant)));
	nk_cli_hint(cli, "warrant sign --role officer --key FILE %.*s", NK_FMT(nk_cli_id(cli, r.warrant)));
	nk_cli_say(cli, NK_N("Then give the same command again."));
	return nk_done();
}

static NK_RESULT attest(struct nk_cli *cli, struct nk_err *err)
{
	NK_OWNED(nk_buf_done) struct nk_buf envelope = { 0 };

	nk_buf_init(&envelope, 4 << 20);
	NK_TRY(nk_cli_read(cli, cli->args.operands[0], &envelope, err));
	NK_TRY(nk_unlock_open(cli, true, err));
	NK_TRY(nk_op_site_attest(cli->flow, nk_buf_bytes(&envelope), err));
	return nk_cli_done(cli, "site-attest", NK_N("The third party's summary is in the books."), err);
}

static NK_RESULT report(struct nk_cli *cli, struct nk_err *err)
{
	NK_OWNED(nk_buf_done) struct nk_buf request = { 0 };
	NK_OWNED(nk_buf_done) struct nk_buf text = { 0 };

	nk_buf_init(&request, 4 << 20);
	nk_buf_init(&text, 8 << 20);
	NK_TRY(nk_cli_read(cli, cli->args.operands[0], &request, err));
	NK_TRY(nk_unlock_open(cli, true, err));
	NK_TRY(nk_op_site_report(cli->flow, nk_buf_bytes(&request), &text, err));
	return give(cli, &text, err);
}

static const struct nk_cmd_sub subs[] = {
	{ "attest", 1, 1, attest },
	{ "end", 1, 1, end },
	{ "enrol", 1, 1, enrol },
	{ "identity", 0, 0, identity },
	{ "list", 0, 0, list },
	{ "report", 1, 1, report },
	{ NULL, 0, 0, NULL },
};

static const char *const usage[] = { "site identity [--out FILE]",
	"site enrol FILE --fingerprint TEXT [--name NAME] [--organisation WORD]", "site list", "site end NAME", "site report REQUEST [--out FILE]",
	"site attest SUMMARY", NULL };

static const struct nk_cmd_option options[] = {
	{ "fingerprint", 0, "TEXT", NK_N("what the site read to you over the telephone"), "enrol" },
	{ "name", 0, "NAME", NK_N("the site's name here (default: its own)"), "enrol" },
	{ "organisation", 0, "WORD", NK_N("whose site it is (default: its name)"), "enrol" },
	{ "out", 0, "FILE", NK_N("a new file (default: standard output)"), "identity report" },
	{ NULL, 0, NULL, NULL, NULL },
};

const struct nk_cmd nk_cmd_site = {
	.name = "site",
	.job = NK_CMD_PROOF,
	.usage = usage,
	.summary = NK_N("know other installations by their keys, and report to them"),
	.options = options,
	.subs = subs,
};
