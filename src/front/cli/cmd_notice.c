/*
 * cmd_notice.c: nokosazu notice: initial passwords on paper, and saying that the paper was handed out.
 */
#include "base.h"

#include "flow_notice.h"
#include "sheet.h"
#include "unlock.h"

static NK_RESULT sheet_json(
	struct nk_cli *cli, const struct nk_notice_reply *r, const struct nk_notice *n, struct nk_err *err)
{
	struct nk_json j;

	nk_cli_json_begin(cli, &j, "notice");
	nk_cli_json_id(&j, "holding", r->holding);
	nk_cli_json_time(&j, "hand_out_by", r->hand_out_by);
	nk_cli_json_str(&j, "unit", n->unit);
	nk_cli_json_str(&j, "group", n->group);
	nk_cli_json_number(&j, "seat", n->seat);
	nk_cli_json_str(&j, "name", n->name);
	nk_cli_json_str(&j, "kana", n->kana);
	nk_cli_json_str(&j, "login", n->login);
	nk_cli_json_str(&j, "password", n->password);
	return nk_cli_json_end(cli, &j, err);
}

static NK_RESULT sheets(struct nk_cli *cli, const struct nk_notice_reply *r, struct nk_err *err)
{
	const struct nk_sheet_foot foot = { nk_cli_day(cli, r->hand_out_by), r->address, r->desk };

	for (size_t i = 0; i < r->n; i++) {
		if (cli->json) {
			NK_TRY(sheet_json(cli, r, &r->sheets[i], err));
		} else {
			nk_sheet_print(cli, &r->sheets[i], &foot, i + 1 < r->n);
		}
	}
	return nk_done();
}

static NK_RESULT to_output(void *arg, struct nk_bytes part, struct nk_err *err)
{
	(void)err;
	nk_out_bytes(arg, part);
	return nk_done();
}

/* As a PDF; where that fails, as text: whatever happens, the passwords come out. */
static NK_RESULT papers(struct nk_cli *cli, const struct nk_notice_reply *r, struct nk_err *err)
{
	const struct nk_notice_paper paper = { .lang = cli->lang, .write = to_output, .arg = &cli->out };

	if (!nk_args_has(&cli->args, "pdf")) {
		return sheets(cli, r, err);
	}
	if (nk_ok(nk_op_notice_pdf(cli->flow, r, &paper, err))) {
		return nk_done();
	}
	NK_TRY(sheets(cli, r, err));
	return (nk_rc){ err->code };
}

static NK_RESULT issue(struct nk_cli *cli, struct nk_err *err)
{
	struct nk_notice_request req = { .target = nk_args_str(&cli->args, "target"),
		.only = nk_args_str(&cli->args, "person") };
	struct nk_notice_reply reply;
	char id[NK_UUID_TEXT];
	nk_rc rc = nk_done();

	memset(&reply, 0, sizeof(reply));
	if (nk_args_has(&cli->args, "warrant") && !nk_uuid_parse(nk_args_str(&cli->args, "warrant"), &req.warrant)) {
		return nk_fail(err, NK_USAGE, NK_N("--warrant needs an id"));
	}
	NK_TRY(nk_cli_refuse_terminal(cli, err));
	if (nk_args_has(&cli->args, "pdf") && cli->json) {
		return nk_fail(err, NK_USAGE, NK_N("--pdf and --json are two forms of one thing: choose one"));
	}
	NK_TRY(nk_unlock_open(cli, true, err));
	NK_TRY(nk_args_has(&cli->args, "pdf") ? nk_op_notice_pdf_ready(cli->flow, cli->lang, err) : nk_done());
	rc = nk_op_notice_issue(cli->flow, &req, cli->arena, &reply, err);
	/* Passwords that were set before a failure are stored nowhere else: they must come out in any case. */
	nk_progress_clear(&cli->progress);
	if (reply.n > 0) {
		struct nk_err lost;

		if (!nk_ok(papers(cli, &reply, nk_ok(rc) ? err : &lost)) && nk_ok(rc)) {
			return (nk_rc){ err->code };
		}
		NK_TRY(nk_ok(rc) ? nk_out_flush(&cli->out, err) : nk_done());
		nk_cli_say(cli,
			NK_N("Notices: %1$zu. These sheets are a copy of personal data that is on the books "
			     "until they are handed out, by %2$s. Then:"),
			reply.n, nk_cli_day(cli, reply.hand_out_by).ptr);
		nk_cli_hint(cli, "notice done %s", nk_uuid_print(reply.holding, id));
	}
	return rc;
}

static NK_RESULT done(struct nk_cli *cli, struct nk_err *err)
{
	struct nk_uuid id;

	NK_TRY(nk_cli_operand_id(cli, 0, &id, err));
	NK_TRY(nk_unlock_open(cli, true, err));
	NK_TRY(nk_op_notice_done(cli->flow, id, err));
	return nk_cli_done(cli, "notice-done", NK_N("The notices are off the books: handed out, by your word."), err);
}

static const struct nk_cmd_sub subs[] = {
	{ "issue", 0, 0, issue },
	{ "done", 1, 1, done },
	{ NULL, 0, 0, NULL },
};

static const char *const usage[] = { "notice issue [--target NAME] [--person LOGIN] [--pdf] [--warrant ID] [--show]", "notice done ID",
	NULL };

static const struct nk_cmd_option options[] = {
	{ "target", 0, "NAME", NK_N("the system whose passwords are set (default: the only one)"), "issue" },
	{ "person", 0, "LOGIN", NK_N("only for this person, even if there was a password before"), "issue" },
	{ "pdf", 0, NULL, NK_N("one page of a PDF a person, with a QR code of [notice] sign_in"), "issue" },
	{ "warrant", 0, "ID", NK_N("warrant of a second person, for a protected person"), "issue" },
	{ "show", 0, NULL, NK_N("print the sheets although a terminal looks on"), "issue" },
	{ NULL, 0, NULL, NULL, NULL },
};

const struct nk_cmd nk_cmd_notice = {
	.name = "notice",
	.job = NK_CMD_PERSONS,
	.usage = usage,
	.summary = NK_N("set initial passwords and print them as sheets to hand out"),
	.options = options,
	.subs = subs,
};
