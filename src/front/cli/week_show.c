/*
 * week_show.c: see week_show.h.
 */
#include "base.h"
#include "week_show.h"

#include "table.h"

NK_RESULT nk_week_show_refused(struct nk_cli *cli, const struct nk_refusal *rows, size_t n, struct nk_err *err)
{
	NK_OWNED(nk_table_done) struct nk_table table = { 0 };
	const char *const titles[] = { nk_cli_tr(cli, NK_N(">Leaf")), nk_cli_tr(cli, NK_N("When")), nk_cli_tr(cli, NK_N("What")),
		nk_cli_tr(cli, NK_N("Why")) };

	nk_table_init(&table, cli->arena, titles, NK_ARRAY_LEN(titles));
	for (size_t i = 0; i < n; i++) {
		const struct nk_str cells[] = { nk_cli_number(cli, rows[i].leaf), nk_cli_when(cli, rows[i].at), rows[i].what,
			nk_str_c(nk_cli_tr(cli, rows[i].label)) };
		struct nk_json j;

		if (!cli->json) {
			NK_TRY(nk_table_row(&table, cells, err));
			continue;
		}
		nk_cli_json_begin(cli, &j, "refused");
		nk_cli_json_number(&j, "leaf", rows[i].leaf);
		nk_cli_json_time(&j, "at", rows[i].at);
		nk_cli_json_str(&j, "what", rows[i].what);
		nk_cli_json_str(&j, "why", rows[i].why);
		NK_TRY(nk_cli_json_end(cli, &j, err));
	}
	nk_table_print(&table, 0, &cli->out);
	return nk_done();
}

static NK_RESULT figures_json(struct nk_cli *cli, const char *type, const struct nk_week *w, struct nk_err *err)
{
	struct nk_json j;

	nk_cli_json_begin(cli, &j, type);
	nk_cli_json_date(&j, "from", w->from);
	nk_cli_json_date(&j, "until", w->until);
	nk_json_key(&j, "figures");
	nk_json_open(&j, '{');
	for (size_t i = 0; i < w->n; i++) {
		nk_cli_json_number(&j, w->figures[i].query, w->figures[i].n);
	}
	nk_json_close(&j, '}');
	return nk_cli_json_end(cli, &j, err);
}

NK_RESULT nk_week_show(struct nk_cli *cli, const char *type, const struct nk_week *w, bool refused, struct nk_err *err)
{
	char from[NK_DATE_TEXT];
	char until[NK_DATE_TEXT];

	if (cli->json) {
		NK_TRY(figures_json(cli, type, w, err));
	} else {
		nk_cli_print(cli, NK_N("Adherence from %1$s to %2$s"), nk_date_print(w->from, from), nk_date_print(w->until, until));
		nk_out_c(&cli->out, "\n");
	}
	for (size_t i = 0; i < w->n && !cli->json; i++) {
		nk_out_f(&cli->out, "%6llu  %s  [%s]\n", (unsigned long long)w->figures[i].n, nk_cli_tr(cli, w->figures[i].text), w->figures[i].query);
	}
	return refused ? nk_week_show_refused(cli, w->refused, w->n_refused, err) : nk_done();
}
