/*
 * cmd_doctor.c: nokosazu doctor: what is wrong with the installation; also when it cannot be opened.
 */
#include "base.h"

#include "unlock.h"

enum { SECRET_MAX = 4096, WAIT_MS = 10000 };

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

static NK_RESULT show(struct nk_cli *cli, const struct nk_doctor_line *lines, size_t n, struct nk_err *err)
{
	size_t fails = 0;
	size_t warns = 0;

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
	cli->status = fails > 0 ? 1 : warns > 0 ? nk_err_exit(NK_PENDING) : 0;
	return nk_done();
}

static void fill(struct nk_doctor_line *line, const char *level, enum nk_lang lang, const char *text)
{
	size_t len = strlen(text);

	(void)snprintf(line->level, sizeof(line->level), "%s", level);
	len = len < sizeof(line->text[lang]) ? len : sizeof(line->text[lang]) - 1;
	while (len > 0 && ((unsigned char)text[len] & 0xC0) == 0x80) {
		len--; /* not inside a character */
	}
	memcpy(line->text[lang], text, len);
	line->text[lang][len] = '\0';
}

/* Without the secret: why it could not be had, and what the system did not grant. */
static NK_RESULT show_locked(struct nk_cli *cli, const struct nk_err *why, struct nk_err *err)
{
	const size_t n = cli->start->n_weak + 1;
	struct nk_doctor_line *const lines = nk_arena_array(cli->arena, n, sizeof(*lines));

	if (lines == NULL) {
		return nk_fail_nomem(err);
	}
	fill(&lines[0], "fail", cli->lang, why->text[cli->lang]);
	for (size_t i = 1; i < n; i++) {
		fill(&lines[i], "warn", cli->lang, nk_cli_tr(cli, cli->start->weak[i - 1]));
	}
	return show(cli, lines, n, err);
}

static NK_RESULT doctor_run(struct nk_cli *cli, struct nk_err *err)
{
	NK_OWNED(nk_buf_done) struct nk_buf secret = { 0 };
	struct nk_flow_options opt = {
		.home = cli->home, .wait_ms = WAIT_MS, .progress = nk_progress_tell, .progress_arg = &cli->progress
	};
	struct nk_doctor_line *lines = NULL;
	struct nk_err why;
	size_t n = 0;

	nk_buf_init_wiping(&secret, SECRET_MAX);
	if (!nk_ok(nk_unlock_secret(cli, &secret, &opt.secret_is_keyfile, &why))) {
		return show_locked(cli, &why, err);
	}
	opt.secret = nk_buf_bytes(&secret);
	NK_TRY(nk_op_doctor(cli->env, &opt, cli->start->weak, cli->start->n_weak, cli->arena, &lines, &n, err));
	return show(cli, lines, n, err);
}

static const char *const usage[] = { "doctor", NULL };

const struct nk_cmd nk_cmd_doctor = {
	.name = "doctor",
	.job = NK_CMD_HOUSE,
	.usage = usage,
	.summary = NK_N("say what is wrong with the installation"),
	.run = doctor_run,
};
