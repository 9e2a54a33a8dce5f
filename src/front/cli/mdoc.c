/*
 * mdoc.c: usage lines and option tables as mdoc, so that the manual pages can be compared with them word by word.
 *
 * A usage line is made of: words (literal), WORDS (operands), --options with the value that their row names, "|",
 * "...", and groups in [ ] or ( ), which do not nest.
 */
#include "base.h"

#include "help.h"

static const struct nk_cmd_option *option_of(const struct nk_cmd *cmd, struct nk_str name)
{
	const struct nk_cmd_option *const tables[] = { cmd->options, nk_cmd_common() };

	for (size_t t = 0; t < NK_ARRAY_LEN(tables); t++) {
		for (const struct nk_cmd_option *o = tables[t]; o != NULL && o->name != NULL; o++) {
			if (nk_str_eq(nk_str_c(o->name), name)) {
				return o;
			}
		}
	}
	return NULL;
}

static bool is_operand(struct nk_str word)
{
	return word.len > 0 && word.ptr[0] >= 'A' && word.ptr[0] <= 'Z';
}

/* One word, and behind an option its value, as macros that may stand in one line. */
static NK_RESULT item(
	const struct nk_cmd *cmd, struct nk_str word, struct nk_str *rest, struct nk_buf *out, struct nk_err *err)
{
	const struct nk_cmd_option *o = NULL;
	struct nk_str value = { NULL, 0 };

	if (!nk_str_starts(word, NK_STR("--"))) {
		const bool sign = nk_str_eq(word, NK_STR("|")) || nk_str_eq(word, NK_STR("..."));

		NK_TRY(nk_buf_add_c(out, sign ? "" : is_operand(word) ? "Ar " : "Cm ", err));
		return nk_buf_add_str(out, word, err);
	}
	o = option_of(cmd, nk_str_sub(word, 2, word.len));
	NK_TRY(nk_buf_add_c(out, "Fl ", err));
	NK_TRY(nk_buf_add_str(out, nk_str_sub(word, 1, word.len), err));
	if (o == NULL || o->arg == NULL) {
		return nk_done();
	}
	(void)nk_str_cut(rest, ' ', &value);
	NK_TRY(nk_buf_add_c(out, " Ar ", err));
	return nk_buf_add_str(out, value, err);
}

static NK_RESULT items(const struct nk_cmd *cmd, struct nk_str rest, struct nk_buf *out, struct nk_err *err)
{
	struct nk_str word = { NULL, 0 };
	bool first = true;

	while (nk_str_cut(&rest, ' ', &word)) {
		NK_TRY(nk_buf_add_c(out, first ? "" : " ", err));
		NK_TRY(item(cmd, word, &rest, out, err));
		first = false;
	}
	return nk_done();
}

/* The next group in brackets without them, or the next word; *out_macro is the line's beginning. */
static struct nk_str next_group(struct nk_str *rest, const char **out_macro)
{
	const char open = rest->ptr[0];
	struct nk_str group = { NULL, 0 };

	*out_macro = open == '[' ? ".Op " : open == '(' ? ".Pq " : ".";
	if (open != '[' && open != '(') {
		(void)nk_str_cut(rest, ' ', &group);
		return group;
	}
	*rest = nk_str_sub(*rest, 1, rest->len);
	(void)nk_str_cut(rest, open == '[' ? ']' : ')', &group);
	*rest = nk_str_trim(*rest);
	return group;
}

NK_RESULT nk_mdoc_synopsis(const struct nk_cmd *cmd, struct nk_buf *out, struct nk_err *err)
{
	for (size_t i = 0; cmd->usage[i] != NULL; i++) {
		struct nk_str rest = nk_str_c(cmd->usage[i]);

		NK_TRY(nk_buf_add_c(out, ".Nm nokosazu\n", err));
		while (rest.len > 0) {
			const char *macro = NULL;
			struct nk_str group = next_group(&rest, &macro);

			NK_TRY(nk_buf_add_c(out, macro, err));
			if (macro[1] != '\0') {
				NK_TRY(items(cmd, group, out, err));
			} else {
				NK_TRY(item(cmd, group, &rest, out, err));
			}
			NK_TRY(nk_buf_add_c(out, "\n", err));
		}
	}
	return nk_done();
}

enum { LINE_MAX_BYTES = 78 };

/* Text in lines of at most LINE_MAX_BYTES, as mandoc likes them. */
static NK_RESULT wrapped(const char *text, struct nk_buf *out, struct nk_err *err)
{
	struct nk_str rest = nk_str_c(text);
	struct nk_str word = { NULL, 0 };
	size_t used = 0;

	while (nk_str_cut(&rest, ' ', &word)) {
		const bool fits = used == 0 || used + 1 + word.len <= LINE_MAX_BYTES;

		NK_TRY(nk_buf_add_c(out, used == 0 ? "" : fits ? " " : "\n", err));
		NK_TRY(nk_buf_add_str(out, word, err));
		used = fits && used > 0 ? used + 1 + word.len : word.len;
	}
	return nk_buf_add_c(out, "\n", err);
}

static NK_RESULT list(const struct nk_cmd_option *options, struct nk_buf *out, struct nk_err *err)
{
	NK_TRY(nk_buf_add_c(out, ".Bl -tag -width Ds\n", err));
	for (const struct nk_cmd_option *o = options; o->name != NULL; o++) {
		NK_TRY(nk_buf_add_c(out, ".It ", err));
		if (o->letter != 0) {
			NK_TRY(nk_buf_printf(out, err, "Fl %c , ", o->letter));
		}
		NK_TRY(nk_buf_printf(out, err, "Fl -%s%s%s\n", o->name, o->arg != NULL ? " Ar " : "",
			o->arg != NULL ? o->arg : ""));
		NK_TRY(wrapped(o->help, out, err));
	}
	return nk_buf_add_c(out, ".El\n", err);
}

NK_RESULT nk_mdoc_options(const struct nk_cmd *cmd, struct nk_buf *out, struct nk_err *err)
{
	if (cmd->options != NULL) {
		NK_TRY(list(cmd->options, out, err));
		NK_TRY(nk_buf_add_c(out, ".Pp\n", err));
	}
	return nk_buf_add_c(out, "The options common to all verbs are in\n.Xr nokosazu 1 .\n", err);
}

NK_RESULT nk_mdoc_common(struct nk_buf *out, struct nk_err *err)
{
	return list(nk_cmd_common(), out, err);
}
