/*
 * findings.c: findings as lines: where, which rule, what it says. Never the value that was found.
 */
#include "base.h"

#include "findings.h"

enum { SHORT = 40 };

static const char *const kinds[] = { "stop", "error", "approve", "approved", "warning", "note", NULL };

const char *const *nk_findings_kinds(void)
{
	return kinds;
}

size_t nk_findings_count(const struct nk_shown_finding *list, size_t n, const char *severity)
{
	size_t found = 0;

	for (size_t i = 0; i < n; i++) {
		found += strcmp(list[i].severity, severity) == 0 ? 1 : 0;
	}
	return found;
}

static enum nk_colour colour_of(const char *severity)
{
	if (strcmp(severity, "stop") == 0 || strcmp(severity, "error") == 0) {
		return NK_COLOUR_RED;
	}
	if (strcmp(severity, "approved") == 0) {
		return NK_COLOUR_GREEN;
	}
	return strcmp(severity, "note") == 0 ? NK_COLOUR_BLUE : NK_COLOUR_YELLOW;
}

/* file:line:column, as far as they are known: what editors jump to. */
static void place(struct nk_cli *cli, const struct nk_shown_finding *f)
{
	if (f->file.len == 0) {
		return;
	}
	nk_out_text(&cli->out, f->file);
	if (f->line > 0) {
		nk_out_f(&cli->out, ":%" PRIu64, f->line);
	}
	if (f->column.len > 0) {
		nk_out_c(&cli->out, ":");
		nk_out_text(&cli->out, f->column);
	}
	nk_out_c(&cli->out, "  ");
}

static void one(struct nk_cli *cli, const struct nk_shown_finding *f)
{
	nk_out_c(&cli->out, "  ");
	place(cli, f);
	nk_out_f(&cli->out, "%s  ", f->rule);
	nk_out_text(&cli->out, nk_str_c(f->text[cli->lang]));
	if (f->times > 1) {
		nk_out_f(&cli->out, "  (x%" PRIu64 ")", f->times);
	}
	nk_out_c(&cli->out, "\n");
}

static const char *title_of(const char *severity)
{
	static const struct {
		const char *severity, *title;
	} titles[] = {
		{ "stop", NK_N("Stopped by the guard") },
		{ "error", NK_N("Errors") },
		{ "approve", NK_N("A second person has to approve") },
		{ "approved", NK_N("A second person approved") },
		{ "warning", NK_N("Warnings") },
		{ "note", NK_N("Notes") },
	};

	for (size_t i = 0; i < NK_ARRAY_LEN(titles); i++) {
		if (strcmp(titles[i].severity, severity) == 0) {
			return titles[i].title;
		}
	}
	return severity;
}

/* Was this rule among those before? */
static bool was_before(const struct nk_shown_finding *list, size_t i)
{
	for (size_t k = 0; k < i; k++) {
		if (strcmp(list[k].rule, list[i].rule) == 0 && strcmp(list[k].severity, list[i].severity) == 0) {
			return true;
		}
	}
	return false;
}

/* What somebody does about it, once for each rule; a note wants nothing, and what was approved has it. */
static void todos(struct nk_cli *cli, const struct nk_shown_finding *list, size_t n, const char *kind)
{
	for (size_t i = 0; i < n && strcmp(kind, "note") != 0 && strcmp(kind, "approved") != 0; i++) {
		if (strcmp(list[i].severity, kind) != 0 || list[i].todo[cli->lang][0] == '\0' || was_before(list, i)) {
			continue;
		}
		nk_out_f(&cli->out, "  -> %s: ", list[i].rule);
		nk_out_text(&cli->out, nk_str_c(list[i].todo[cli->lang]));
		nk_out_c(&cli->out, "\n");
	}
}

void nk_findings_print(struct nk_cli *cli, const struct nk_shown_finding *list, size_t n, bool all)
{
	size_t room = all || !cli->out.terminal ? SIZE_MAX : SHORT;
	size_t left_out = 0;

	for (size_t k = 0; kinds[k] != NULL; k++) {
		const size_t of_kind = nk_findings_count(list, n, kinds[k]);

		if (of_kind == 0) {
			continue;
		}
		nk_out_c(&cli->out, "\n");
		nk_out_colour(&cli->out, colour_of(kinds[k]));
		nk_out_f(&cli->out, "%s (%zu)", nk_cli_tr(cli, title_of(kinds[k])), of_kind);
		nk_out_colour(&cli->out, NK_COLOUR_NONE);
		nk_out_c(&cli->out, "\n");
		for (size_t i = 0; i < n; i++) {
			if (strcmp(list[i].severity, kinds[k]) != 0) {
				continue;
			}
			if (room == 0) {
				left_out++;
				continue;
			}
			one(cli, &list[i]);
			room -= room == SIZE_MAX ? 0 : 1;
		}
		todos(cli, list, n, kinds[k]);
	}
	if (left_out > 0) {
		nk_cli_print(cli, NK_N("  and %zu more (--all shows all)\n"), left_out);
	}
}

void nk_findings_json(const struct nk_cli *cli, struct nk_json *j, const struct nk_shown_finding *list, size_t n)
{
	nk_json_key(j, "findings");
	nk_json_open(j, '[');
	for (size_t i = 0; i < n; i++) {
		nk_json_open(j, '{');
		nk_cli_json_str(j, "severity", nk_str_c(list[i].severity));
		nk_cli_json_str(j, "rule", nk_str_c(list[i].rule));
		if (list[i].file.len > 0) {
			nk_cli_json_str(j, "file", list[i].file);
			nk_cli_json_number(j, "line", list[i].line);
			nk_cli_json_str(j, "column", list[i].column);
		}
		if (list[i].of_guard) {
			nk_cli_json_str(j, "cell", list[i].cell);
			nk_cli_json_number(j, "last", list[i].last);
			nk_cli_json_number(j, "now", list[i].now);
			nk_cli_json_number(j, "figure", list[i].figure);
			nk_cli_json_number(j, "limit", list[i].limit);
		}
		nk_cli_json_number(j, "times", list[i].times);
		nk_cli_json_str(j, "text", nk_str_c(list[i].text[cli->lang]));
		if (list[i].todo[cli->lang][0] != '\0') {
			nk_cli_json_str(j, "todo", nk_str_c(list[i].todo[cli->lang]));
		}
		nk_json_close(j, '}');
	}
	nk_json_close(j, ']');
}
