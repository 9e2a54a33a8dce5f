/*
 * cmd_doctor.c: nokosazu doctor: what is wrong with the installation. Never asks for a passphrase unless told to.
 */
#include "base.h"

#include "unlock.h"

enum { SECRET_MAX = 4096, WAIT_MS = 10000 };

/* The secret where it can be had without asking, or by asking with --unlock; else what needs no key is looked at. */
static NK_RESULT secret_for(
	struct nk_cli *cli, struct nk_buf *secret, struct nk_flow_options *opt, struct nk_err *err)
{
	NK_OWNED(nk_buf_done) struct nk_buf path = { 0 };
	struct nk_err none;

	nk_buf_init(&path, PATH_MAX);
	opt->locked_only = true;
	if (!nk_args_has(&cli->args, "unlock") && (!nk_ok(nk_unlock_key_path(cli, &path, &none)) || path.len == 0)) {
		return nk_done();
	}
	if (nk_args_has(&cli->args, "unlock")) {
		NK_TRY(nk_unlock_secret(cli, secret, &opt->secret_is_keyfile, err));
		opt->locked_only = false;
		return nk_done();
	}
	/* A key file that cannot be read is itself something to be told: nk_op_doctor then works locked. */
	opt->locked_only = !nk_ok(nk_unlock_secret(cli, secret, &opt->secret_is_keyfile, &none));
	if (opt->locked_only) {
		nk_cli_say(cli, "%s", none.text[cli->lang]);
		cli->status = 1;
	}
	return nk_done();
}

static NK_RESULT line_json(struct nk_cli *cli, const struct nk_doctor_line *l, struct nk_err *err)
{
	struct nk_json j;

	nk_cli_json_begin(cli, &j, "doctor");
	nk_cli_json_str(&j, "level", nk_str_c(l->level));
	nk_cli_json_str(&j, "text", nk_str_c(l->text[cli->lang]));
	return nk_cli_json_end(cli, &j, err);
}

static void line_text(struct nk_cli *cli, const struct nk_doctor_line *l)
{
	const bool fail = strcmp(l->level, "fail") == 0;
	const bool warn = strcmp(l->level, "warn") == 0;

	nk_out_colour(&cli->out, fail ? NK_COLOUR_RED : warn ? NK_COLOUR_YELLOW : NK_COLOUR_GREEN);
	nk_out_f(&cli->out, "%-4s", l->level);
	nk_out_colour(&cli->out, NK_COLOUR_NONE);
	nk_out_c(&cli->out, "  ");
	nk_out_text(&cli->out, nk_str_c(l->text[cli->lang]));
	nk_out_c(&cli->out, "\n");
}

static NK_RESULT doctor_run(struct nk_cli *cli, struct nk_err *err)
{
	NK_OWNED(nk_buf_done) struct nk_buf secret = { 0 };
	struct nk_flow_options opt = {
		.home = cli->home, .wait_ms = WAIT_MS, .progress = nk_progress_tell, .progress_arg = &cli->progress
	};
	struct nk_doctor_line *lines = NULL;
	size_t fails = 0;
	size_t warns = 0;
	size_t n = 0;

	nk_buf_init_wiping(&secret, SECRET_MAX);
	NK_TRY(secret_for(cli, &secret, &opt, err));
	opt.secret = nk_buf_bytes(&secret);
	NK_TRY(nk_op_doctor(cli->env, &opt, cli->start->weak, cli->start->n_weak, cli->arena, &lines, &n, err));
	nk_progress_clear(&cli->progress);
	for (size_t i = 0; i < n; i++) {
		fails += strcmp(lines[i].level, "fail") == 0 ? 1 : 0;
		warns += strcmp(lines[i].level, "warn") == 0 ? 1 : 0;
		if (cli->json) {
			NK_TRY(line_json(cli, &lines[i], err));
		} else {
			line_text(cli, &lines[i]);
		}
	}
	if (opt.locked_only) {
		nk_cli_say(cli,
			NK_N("Looked at without the unlock secret; --unlock asks for it and looks at the rest."));
	}
	cli->status = fails > 0 || cli->status != 0 ? 1 : warns > 0 ? nk_err_exit(NK_PENDING) : 0;
	return nk_done();
}

static const char *const usage[] = { "doctor [--unlock]", NULL };

static const struct nk_cmd_option options[] = {
	{ "unlock", 0, NULL, NK_N("ask for the passphrase and look at what is behind it too"), NULL },
	{ NULL, 0, NULL, NULL, NULL },
};

const struct nk_cmd nk_cmd_doctor = {
	.name = "doctor",
	.job = NK_CMD_HOUSE,
	.usage = usage,
	.summary = NK_N("say what is wrong with the installation"),
	.options = options,
	.run = doctor_run,
};
