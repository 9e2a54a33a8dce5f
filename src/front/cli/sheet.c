/*
 * sheet.c: the box around a notice. Every line is as wide as the box, whatever script stands in it.
 */
#include "base.h"

#include "sheet.h"

#include "kana.h"

enum { WIDTH = 62, GROUP = 4, LABEL = 16 };

static void border(struct nk_out *out, const char *left, const char *right)
{
	nk_out_c(out, left);
	for (size_t i = 0; i < WIDTH + 2; i++) {
		nk_out_c(out, "\xE2\x94\x80"); /* ─ */
	}
	nk_out_c(out, right);
	nk_out_c(out, "\n");
}

/* Text that is wider than the box makes its own line longer; it is never cut. */
static void line(struct nk_out *out, struct nk_str text)
{
	const size_t used = nk_width(text);

	nk_out_c(out, "\xE2\x94\x82 "); /* │ */
	nk_out_text(out, text);
	nk_out_pad(out, used < WIDTH ? WIDTH - used : 0);
	nk_out_c(out, " \xE2\x94\x82\n");
}

static void labelled(struct nk_cli *cli, const char *label, struct nk_str value)
{
	const char *const text = nk_cli_tr(cli, label);
	const size_t used = nk_width(nk_str_c(text));

	line(&cli->out,
		nk_cli_text(cli, "%s%*s%.*s", text, (int)(used < LABEL ? LABEL - used : 1), "", NK_FMT(value)));
}

struct nk_str nk_sheet_grouped(struct nk_cli *cli, struct nk_str password)
{
	char *const text = nk_arena_alloc(cli->arena, password.len + password.len / GROUP + 1);
	size_t n = 0;

	if (text == NULL) {
		cli->out.failed = nk_fail_nomem(&cli->out.err);
		return NK_STR("");
	}
	for (size_t i = 0; i < password.len; i++) {
		if (i > 0 && i % GROUP == 0) {
			text[n++] = ' ';
		}
		text[n++] = password.ptr[i];
	}
	return (struct nk_str){ text, n };
}

static void place(struct nk_cli *cli, const struct nk_notice *n)
{
	line(&cli->out, nk_cli_text(cli, "%.*s  %.*s", NK_FMT(n->unit), NK_FMT(n->group)));
	if (n->seat > 0) {
		labelled(cli, NK_N("Number in class"), nk_cli_number(cli, n->seat));
	}
}

void nk_sheet_print(struct nk_cli *cli, const struct nk_notice *notice, const struct nk_sheet_foot *foot, bool another)
{
	struct nk_out *const out = &cli->out;

	border(out, "\xE2\x94\x8C", "\xE2\x94\x90");
	line(out, nk_str_c(nk_cli_tr(cli, NK_N("Your account"))));
	line(out, NK_STR(""));
	place(cli, notice);
	labelled(cli, NK_N("Full name"), notice->name);
	labelled(cli, NK_N("Reading"), notice->kana);
	line(out, NK_STR(""));
	labelled(cli, NK_N("Login name"), notice->login);
	labelled(cli, NK_N("Password"), nk_sheet_grouped(cli, notice->password));
	line(out, NK_STR(""));
	line(out, nk_str_c(nk_cli_tr(cli, NK_N("Type the password without the blanks. Change it after the"))));
	line(out, nk_str_c(nk_cli_tr(cli, NK_N("first login. Show this sheet to nobody."))));
	if (foot->address.len > 0) {
		labelled(cli, NK_N("Sign in at"), foot->address);
	}
	if (foot->desk.len > 0) {
		labelled(cli, NK_N("Whom to ask"), foot->desk);
	}
	labelled(cli, NK_N("Hand out by"), foot->hand_out_by);
	border(out, "\xE2\x94\x94", "\xE2\x94\x98");
	nk_out_c(out, another ? "\f" : "");
}
