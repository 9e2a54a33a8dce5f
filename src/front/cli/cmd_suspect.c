/*
 * cmd_suspect.c: nokosazu suspect: somebody has a doubt. Nothing is asked that is not needed.
 */
#include "base.h"

#include "flow_case.h"
#include "os.h"
#include "unlock.h"

/* Words on the command line, "-", or, when a terminal looks on and nothing was typed, a prompt that ends with an empty
 * line; otherwise standard input. */
static NK_RESULT read_text(struct nk_cli *cli, struct nk_buf *out, struct nk_err *err)
{
	const struct nk_str typed = nk_args_operand(&cli->args, 0);

	if (typed.len > 0 && !nk_str_eq(typed, NK_STR("-"))) {
		return nk_buf_add_str(out, typed, err);
	}
	if (typed.len == 0 && nk_args_has(&cli->args, "file")) {
		return nk_done();
	}
	if (nk_os_is_terminal(0)) {
		nk_cli_say(cli, NK_N("What makes you doubt? Any words will do; end with Ctrl-D on a line of its own."));
	}
	return nk_cli_read(cli, "-", out, err);
}

static NK_RESULT told(struct nk_cli *cli, const struct nk_suspect_reply *r, struct nk_err *err)
{
	struct nk_json j;

	if (cli->json) {
		nk_cli_json_begin(cli, &j, "suspect");
		nk_cli_json_id(&j, "id", r->id);
		nk_cli_json_str(&j, "receipt", nk_str_c(r->receipt));
		nk_cli_json_time(&j, "known_at", r->known_at);
		nk_cli_json_time(&j, "told_at", r->told_at);
		nk_cli_json_time(&j, "ack_due", r->ack_due);
		nk_cli_json_time(&j, "prompt_due", r->prompt_due);
		nk_cli_json_bool(&j, "nobody_on_duty", r->nobody_on_duty);
		return nk_cli_json_end(cli, &j, err);
	}
	nk_out_c(&cli->out, r->receipt);
	nk_out_c(&cli->out, "\n");
	nk_cli_say(cli, NK_N("Recorded. The number above is the receipt; it names nobody."));
	nk_cli_say(cli, NK_N("Time of knowing: %s. It is never changed."), nk_cli_when(cli, r->known_at).ptr);
	nk_cli_say(cli, NK_N("The officer has to acknowledge by %s."), nk_cli_when(cli, r->ack_due).ptr);
	if (r->prompt_due != 0) {
		nk_cli_say(cli, NK_N("If it has to be reported, the prompt report is due by %s."),
			nk_cli_when(cli, r->prompt_due).ptr);
	}
	if (r->nobody_on_duty) {
		nk_cli_say(cli, NK_N("Nobody is enrolled as officer: the duties lie with the operator (nokosazu party add --role officer)."));
	}
	return nk_done();
}

static NK_RESULT suspect_run(struct nk_cli *cli, struct nk_err *err)
{
	NK_OWNED(nk_buf_done) struct nk_buf text = { 0 };
	NK_OWNED(nk_buf_done) struct nk_buf file = { 0 };
	struct nk_suspect_request req = { .because = nk_args_str(&cli->args, "because"),
		.by = nk_args_str(&cli->args, "by") };
	struct nk_suspect_reply out;

	nk_buf_init_wiping(&text, NK_CASE_TEXT_MAX);
	nk_buf_init_wiping(&file, NK_CASE_FILE_MAX);
	NK_TRY(read_text(cli, &text, err));
	if (nk_args_has(&cli->args, "file")) {
		NK_TRY(nk_cli_read(cli, nk_args_get(&cli->args, "file"), &file, err));
	}
	if (!nk_utf8_valid(nk_buf_bytes(&text), NULL)) {
		return nk_fail(err, NK_INVALID, NK_N("the text is not UTF-8; give it as a file: --file FILE"));
	}
	NK_TRY(nk_unlock_open(cli, true, err));
	if (nk_args_has(&cli->args, "known-at")) {
		NK_TRY(nk_op_case_time(cli->flow, nk_args_str(&cli->args, "known-at"), &req.known_at, err));
	}
	req.text = nk_buf_str(&text);
	req.file = nk_buf_bytes(&file);
	NK_TRY(nk_op_suspect(cli->flow, &req, &out, err));
	return told(cli, &out, err);
}

static const char *const usage[] = { "suspect [--file PHOTO] [--known-at TIME --because WHY] [--by WHO] [TEXT|-]", NULL };

static const struct nk_cmd_option options[] = {
	{ "file", 0, "PHOTO", NK_N("a photo or file that shows it; kept encrypted"), NULL },
	{ "known-at", 0, "TIME", NK_N("when it was known, if earlier than now: a note taken on paper"), NULL },
	{ "because", 0, "WHY", NK_N("how it was known then, and why it is told now"), NULL },
	{ "by", 0, "WHO", NK_N("who tells it: outsider, clerk or anonymous; never a name"), NULL },
	{ NULL, 0, NULL, NULL, NULL },
};

const struct nk_cmd nk_cmd_suspect = {
	.name = "suspect",
	.job = NK_CMD_COPIES,
	.usage = usage,
	.summary = NK_N("tell a doubt about personal data: anybody may, at once"),
	.options = options,
	.min = 0,
	.max = 1,
	.run = suspect_run,
};
