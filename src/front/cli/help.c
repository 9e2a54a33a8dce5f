/*
 * help.c: the overview and the help of a verb, printed from the tables.
 */
#include "base.h"

#include "help.h"

#include "kana.h"

static void two_columns(struct nk_out *out, const char *left, size_t width, const char *right)
{
	const size_t used = nk_width(nk_str_c(left));

	nk_out_c(out, "  ");
	nk_out_colour(out, NK_COLOUR_BOLD);
	nk_out_c(out, left);
	nk_out_colour(out, NK_COLOUR_NONE);
	nk_out_pad(out, (width > used ? width - used : 0) + 2);
	nk_out_c(out, right);
	nk_out_c(out, "\n");
}

static void title(struct nk_out *out, const char *text)
{
	nk_out_c(out, "\n");
	nk_out_c(out, text);
	nk_out_c(out, "\n");
}

void nk_help_overview(struct nk_out *out, enum nk_lang lang)
{
	size_t n = 0;
	const struct nk_cmd *const *const cmds = nk_cmd_all(&n);

	nk_out_c(out,
		nk_tr(lang,
			NK_N("nokosazu: makes every connected system match the roster, and proves that leavers are gone")));
	nk_out_c(out, "\n");
	for (unsigned job = 0; job < NK_CMD_JOB_COUNT; job++) {
		title(out, nk_tr(lang, nk_cmd_job_title((enum nk_cmd_job)job)));
		for (size_t i = 0; i < n; i++) {
			if (cmds[i]->job == (enum nk_cmd_job)job) {
				two_columns(out, cmds[i]->name, 10, nk_tr(lang, cmds[i]->summary));
			}
		}
	}
	title(out, nk_tr(lang, NK_N("The first three commands to try")));
	two_columns(out, "nokosazu help init", 32, nk_tr(lang, NK_N("how an installation is made")));
	two_columns(
		out, "nokosazu import --check FILE", 32, nk_tr(lang, NK_N("look at a roster; nothing is written")));
	two_columns(out, "nokosazu plan", 32, nk_tr(lang, NK_N("see what would change, before anything does")));
	nk_out_c(out, "\n");
	nk_out_c(out, nk_tr(lang, NK_N("More: nokosazu VERB --help, man nokosazu, man nokosazu-VERB")));
	nk_out_c(out, "\n");
}

enum { LEFT_SIZE = 64 };

static void left_of(const struct nk_cmd_option *o, char text[static LEFT_SIZE])
{
	const char letter[] = { '-', o->letter, ',', ' ', '\0' };

	(void)snprintf(text, LEFT_SIZE, "%s--%s%s%s", o->letter != 0 ? letter : "    ", o->name,
		o->arg != NULL ? " " : "", o->arg != NULL ? o->arg : "");
}

static size_t widest(const struct nk_cmd_option *options, size_t least)
{
	char text[LEFT_SIZE];

	for (const struct nk_cmd_option *o = options; o != NULL && o->name != NULL; o++) {
		left_of(o, text);
		least = strlen(text) > least ? strlen(text) : least;
	}
	return least;
}

static void options_table(struct nk_out *out, enum nk_lang lang, const struct nk_cmd_option *options, size_t width)
{
	char text[LEFT_SIZE];

	for (const struct nk_cmd_option *o = options; o != NULL && o->name != NULL; o++) {
		left_of(o, text);
		two_columns(out, text, width, nk_tr(lang, o->help));
	}
}

enum { USAGE_WIDTH = 78, USAGE_INDENT = 6 };

/* The next word of a usage line, or a whole group in brackets. */
static struct nk_str usage_group(struct nk_str *rest)
{
	const char open = rest->ptr[0];
	const size_t end = open == '[' ? nk_str_chr(*rest, ']')
		: open == '('          ? nk_str_chr(*rest, ')')
				       : nk_str_chr(*rest, ' ');
	const size_t len = end == SIZE_MAX ? rest->len : open == '[' || open == '(' ? end + 1 : end;
	const struct nk_str group = nk_str_sub(*rest, 0, len);

	*rest = nk_str_trim(nk_str_sub(*rest, len, rest->len));
	return group;
}

static void usage_line(struct nk_out *out, const char *usage)
{
	struct nk_str rest = nk_str_c(usage);
	size_t at = sizeof("  nokosazu") - 1;

	nk_out_c(out, "  nokosazu");
	while (rest.len > 0) {
		const struct nk_str group = usage_group(&rest);

		if (at + 1 + group.len > USAGE_WIDTH) {
			nk_out_c(out, "\n");
			nk_out_pad(out, USAGE_INDENT - 1);
			at = USAGE_INDENT - 1;
		}
		nk_out_c(out, " ");
		nk_out_bytes(out, nk_str_bytes(group));
		at += 1 + group.len;
	}
	nk_out_c(out, "\n");
}

void nk_help_verb(struct nk_out *out, enum nk_lang lang, const struct nk_cmd *cmd)
{
	const size_t width = widest(cmd->options, widest(nk_cmd_common(), 0));

	nk_out_f(out, "nokosazu %s: %s\n", cmd->name, nk_tr(lang, cmd->summary));
	title(out, nk_tr(lang, NK_N("Usage")));
	for (size_t i = 0; cmd->usage[i] != NULL; i++) {
		usage_line(out, cmd->usage[i]);
	}
	if (cmd->options != NULL) {
		title(out, nk_tr(lang, NK_N("Options")));
		options_table(out, lang, cmd->options, width);
	}
	title(out, nk_tr(lang, NK_N("Options common to all verbs")));
	options_table(out, lang, nk_cmd_common(), width);
}
