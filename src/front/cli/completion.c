/*
 * completion.c: completion for bash, printed from the tables: verbs, sub-verbs, options, files where a file is
 * wanted.
 */
#include "base.h"

#include "help.h"

static void options_words(struct nk_out *out, const struct nk_cmd_option *options)
{
	for (const struct nk_cmd_option *o = options; o != NULL && o->name != NULL; o++) {
		nk_out_f(out, " --%s", o->name);
	}
}

/* Patterns of options whose value is a file or a folder. */
static void path_options(struct nk_out *out, const struct nk_cmd_option *options, bool *first)
{
	for (const struct nk_cmd_option *o = options; o != NULL && o->name != NULL; o++) {
		const struct nk_str arg = nk_str_c(o->arg);

		if (nk_str_starts(arg, NK_STR("FILE")) || nk_str_starts(arg, NK_STR("DIR")) ||
			nk_str_eq(arg, NK_STR("PROGRAM"))) {
			nk_out_f(out, "%s--%s", *first ? "" : "|", o->name);
			*first = false;
		}
	}
}

static void verb_case(struct nk_out *out, const struct nk_cmd *cmd)
{
	nk_out_f(out, "\t\t%s)\n\t\t\toptions=\"", cmd->name);
	options_words(out, cmd->options);
	nk_out_c(out, "\"\n\t\t\tsubs=\"");
	for (const struct nk_cmd_sub *s = cmd->subs; s != NULL && s->name != NULL; s++) {
		nk_out_f(out, " %s", s->name);
	}
	nk_out_c(out, "\"\n\t\t\t;;\n");
}

void nk_completion_bash(struct nk_out *out)
{
	size_t n = 0;
	const struct nk_cmd *const *const cmds = nk_cmd_all(&n);
	bool first = true;

	nk_out_c(out,
		"# bash completion of nokosazu, printed by \"nokosazu help --completion bash\"\n"
		"_nokosazu()\n{\n"
		"\tlocal word=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD-1]}\n"
		"\tlocal verb= sub= options= subs= common= i\n");
	nk_out_c(out, "\tcommon=\"");
	options_words(out, nk_cmd_common());
	nk_out_c(out, "\"\n\tcase $before in\n\t\t");
	path_options(out, nk_cmd_common(), &first);
	for (size_t i = 0; i < n; i++) {
		path_options(out, cmds[i]->options, &first);
	}
	nk_out_c(out,
		")\n\t\t\tCOMPREPLY=($(compgen -f -- \"$word\"))\n\t\t\treturn\n\t\t\t;;\n"
		"\t\t--lang)\n\t\t\tCOMPREPLY=($(compgen -W \"en ja\" -- \"$word\"))\n\t\t\treturn\n\t\t\t;;\n\tesac\n"
		"\tfor ((i = 1; i < COMP_CWORD; i++)); do\n"
		"\t\tcase ${COMP_WORDS[i]} in\n\t\t\t--home|--key-file|--lang) ((i++)) ;;\n\t\t\t-*) ;;\n"
		"\t\t\t*) if [[ -z $verb ]]; then verb=${COMP_WORDS[i]}; else sub=${COMP_WORDS[i]}; break; fi ;;\n"
		"\t\tesac\n\tdone\n"
		"\tcase $verb in\n\t\t'')\n\t\t\tsubs=\"");
	for (size_t i = 0; i < n; i++) {
		nk_out_f(out, " %s", cmds[i]->name);
	}
	nk_out_c(out, "\"\n\t\t\t;;\n");
	for (size_t i = 0; i < n; i++) {
		verb_case(out, cmds[i]);
	}
	nk_out_c(out,
		"\tesac\n"
		"\tif [[ $word == -* ]]; then\n\t\tCOMPREPLY=($(compgen -W \"$options $common\" -- \"$word\"))\n"
		"\telif [[ -n $subs && -z $sub ]]; then\n\t\tCOMPREPLY=($(compgen -W \"$subs\" -- \"$word\"))\n"
		"\telse\n\t\tCOMPREPLY=($(compgen -f -- \"$word\"))\n\tfi\n}\n"
		"complete -o filenames -F _nokosazu nokosazu\n");
}
