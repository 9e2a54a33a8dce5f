/*
 * cmd_apply.c: nokosazu apply: does exactly what a plan says, at a target or in an erasure.
 */
#include "base.h"

#include "os.h"
#include "unlock.h"

enum { EXIT_INTERRUPTED = 130 };

static NK_RESULT show_json(struct nk_cli *cli, const struct nk_apply_reply *r, struct nk_err *err)
{
	struct nk_json j;

	nk_cli_json_begin(cli, &j, r->erase ? "erasure" : "apply");
	nk_cli_json_number(&j, "done", r->done);
	nk_cli_json_number(&j, "refused", r->refused);
	nk_cli_json_number(&j, "left", r->left);
	nk_cli_json_number(&j, "conflicts", r->conflicts);
	if (r->erase) {
		nk_cli_json_number(&j, "erased", r->erased);
		nk_cli_json_id(&j, "job", r->job);
		nk_cli_json_str(&j, "certificate", r->certificate);
		nk_cli_json_str(&j, "level", nk_str_c(r->level));
		nk_cli_json_bool(&j, "rehearsed_e3", r->rehearsed_e3);
	}
	nk_cli_json_str(&j, "refused_text", r->refused_text);
	return nk_cli_json_end(cli, &j, err);
}

static void show_erasure(struct nk_cli *cli, const struct nk_apply_reply *r)
{
	if (r->certificate.len == 0) {
		return;
	}
	nk_cli_print(cli, NK_N("Erased: %1$llu persons. Level %2$s%3$s.\n"), (unsigned long long)r->erased, r->level,
		r->rehearsed_e3 ? nk_cli_tr(cli, NK_N(", E3 rehearsed")) : "");
	nk_out_c(&cli->out, "\n");
	nk_out_lines(&cli->out, r->text[cli->lang]);
	nk_out_c(&cli->out, "\n");
	nk_cli_say(cli, NK_N("The certificate, its proof and its text in both languages:"));
	nk_cli_say(cli, "  %s", nk_cli_text(cli, "%.*s", NK_FMT(r->certificate)).ptr);
	nk_cli_say(cli, NK_N("Anybody can check it with the public keys alone:"));
	nk_cli_hint(cli, "verify %.*s", NK_FMT(r->certificate));
}

static void show(struct nk_cli *cli, const struct nk_apply_reply *r, bool whole)
{
	if (r->erase) {
		show_erasure(cli, r);
		return;
	}
	nk_cli_print(cli, NK_N("Applied: %1$llu steps done, %2$llu refused, %3$llu left.\n"),
		(unsigned long long)r->done, (unsigned long long)r->refused, (unsigned long long)r->left);
	if (r->refused_text.len > 0) {
		nk_cli_print(cli, NK_N("Refused by the target:\n"));
		nk_out_lines(&cli->out, r->refused_text);
	}
	if (r->conflicts > 0) {
		nk_cli_say(cli, NK_N("Conflicts that were left alone: %llu. \"nokosazu plan\" shows them."),
			(unsigned long long)r->conflicts);
	}
	if (whole) {
		nk_cli_say(cli, NK_N("The target now matches. A new plan is empty:"));
		nk_cli_hint(cli, "plan");
	}
}

/* Is it an erasure? Then the person at the keyboard is asked once more. */
static NK_RESULT last_word(struct nk_cli *cli, struct nk_str hash, struct nk_err *err)
{
	struct nk_plan_summary *rows = NULL;
	size_t n = 0;

	NK_TRY(nk_op_plan_list(cli->flow, cli->arena, &rows, &n, err));
	for (size_t i = 0; i < n; i++) {
		if (rows[i].erase && nk_str_starts(nk_str_c(rows[i].hash), hash)) {
			return nk_cli_confirm(cli,
				NK_N("The persons of this plan will be erased everywhere. This cannot be taken "
				     "back. Go on?"),
				err);
		}
	}
	return nk_done();
}

static NK_RESULT apply_run(struct nk_cli *cli, struct nk_err *err)
{
	const struct nk_apply_request req = { .hash = nk_args_operand(&cli->args, 0),
		.extra_scan = nk_args_get(&cli->args, "scan"),
		.subject_copy_dir = nk_args_get(&cli->args, "subject-copy") };
	struct nk_apply_reply reply;
	nk_rc rc = nk_done();

	memset(&reply, 0, sizeof(reply));
	if (req.hash.len < 8) {
		return nk_fail(err, NK_USAGE, NK_N("at least eight characters of the plan's hash are needed"));
	}
	NK_TRY(nk_unlock_open(cli, true, err));
	NK_TRY(last_word(cli, req.hash, err));
	rc = nk_op_apply(cli->flow, &req, cli->arena, &reply, err);
	/* What was done before a failure is shown too; JSON says it in the same object. */
	if (nk_ok(rc) || reply.done + reply.refused + reply.erased > 0) {
		struct nk_err ignored;

		if (!cli->json) {
			show(cli, &reply, nk_ok(rc) && reply.left == 0);
		} else if (!nk_ok(show_json(cli, &reply, &ignored))) {
			nk_buf_reset(&cli->json_line);
		}
	}
	NK_TRY(rc);
	if (reply.left > 0) {
		nk_cli_say(cli, NK_N("Not finished; what was done is recorded. The same command goes on."));
		cli->status = nk_os_interrupted() ? EXIT_INTERRUPTED : nk_err_exit(NK_INCOMPLETE);
	}
	return nk_done();
}

static const char *const usage[] = { "apply [--scan DIR] [--subject-copy DIR] HASH", NULL };

static const struct nk_cmd_option options[] = {
	{ "scan", 0, "DIR", NK_N("in an erasure, search this folder for remains too"), NULL },
	{ "subject-copy", 0, "DIR", NK_N("in an erasure, write each person's own opening of the certificate there"),
		NULL },
	{ NULL, 0, NULL, NULL, NULL },
};

const struct nk_cmd nk_cmd_apply = {
	.name = "apply",
	.job = NK_CMD_ROSTER,
	.usage = usage,
	.summary = NK_N("do exactly what a plan says"),
	.options = options,
	.min = 1,
	.max = 1,
	.run = apply_run,
};
