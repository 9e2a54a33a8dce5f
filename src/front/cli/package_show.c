/*
 * package_show.c: what the gate found, what was checked, what nothing explains. Places, classes, counts; no values.
 */
#include "base.h"

#include "package_show.h"

static NK_RESULT finding_json(struct nk_cli *cli, const struct nk_package_finding *f, struct nk_err *err)
{
	struct nk_json j;

	nk_cli_json_begin(cli, &j, "package-finding");
	nk_cli_json_str(&j, "path", f->path);
	nk_cli_json_str(&j, "what", f->what);
	nk_cli_json_number(&j, "count", f->count);
	nk_cli_json_number(&j, "known", f->known);
	return nk_cli_json_end(cli, &j, err);
}

static NK_RESULT gate_json(struct nk_cli *cli, const struct nk_package_gate *g, struct nk_err *err)
{
	struct nk_json j;

	nk_cli_json_begin(cli, &j, "package-gate");
	nk_cli_json_bool(&j, "passed", g->passed);
	nk_cli_json_bool(&j, "extent_empty", g->extent_empty);
	nk_cli_json_bool(&j, "no_canary", g->no_canary);
	nk_cli_json_bool(&j, "complete", g->complete);
	nk_cli_json_bool(&j, "roster", g->roster);
	nk_cli_json_number(&j, "roster_persons", g->roster_persons);
	nk_cli_json_number(&j, "canary_texts", g->canaries);
	nk_cli_json_str(&j, "canary_sites", g->canary_sites);
	nk_cli_json_number(&j, "streams", g->files);
	nk_cli_json_number(&j, "bytes", g->bytes);
	nk_cli_json_number(&j, "not_scanned", g->not_scanned);
	nk_cli_json_number(&j, "explained", g->known);
	return nk_cli_json_end(cli, &j, err);
}

NK_RESULT nk_package_show_gate(struct nk_cli *cli, const struct nk_package_gate *g, struct nk_err *err)
{
	NK_OWNED(nk_table_done) struct nk_table table = { 0 };
	const char *const titles[] = { nk_cli_tr(cli, NK_N("Path")), nk_cli_tr(cli, NK_N("What")), nk_cli_tr(cli, NK_N(">Found")),
		nk_cli_tr(cli, NK_N(">Explained")) };

	nk_table_init(&table, cli->arena, titles, NK_ARRAY_LEN(titles));
	for (size_t i = 0; i < g->n_findings; i++) {
		const struct nk_package_finding *const f = &g->findings[i];
		const struct nk_str cells[] = { f->path, nk_cli_word(cli, f->what), nk_cli_number(cli, f->count),
			nk_cli_number(cli, f->known) };

		NK_TRY(cli->json ? finding_json(cli, f, err) : nk_table_row(&table, cells, err));
	}
	if (cli->json) {
		return gate_json(cli, g, err);
	}
	nk_table_print(&table, 0, &cli->out);
	nk_cli_print(cli, NK_N("Gate: %1$llu streams, %2$llu bytes, %3$llu not scanned; %4$llu findings explained.\n"),
		(unsigned long long)g->files, (unsigned long long)g->bytes, (unsigned long long)g->not_scanned,
		(unsigned long long)g->known);
	if (!g->roster) {
		nk_cli_say(cli, NK_N("No roster was there: looked for by form only."));
	}
	return nk_done();
}

static NK_RESULT line_json(struct nk_cli *cli, const struct nk_package_line *l, struct nk_err *err)
{
	struct nk_json j;

	nk_cli_json_begin(cli, &j, "package-line");
	nk_cli_json_bool(&j, "good", l->good);
	nk_cli_json_str(&j, "what", nk_str_c(l->what));
	nk_cli_json_str(&j, "detail", l->detail[NK_LANG_EN]);
	return nk_cli_json_end(cli, &j, err);
}

static NK_RESULT check_json(struct nk_cli *cli, const struct nk_package_check_reply *r, struct nk_err *err)
{
	struct nk_json j;

	nk_cli_json_begin(cli, &j, "package-check");
	nk_cli_json_bool(&j, "good", r->good);
	nk_cli_json_str(&j, "name", r->name);
	nk_cli_json_str(&j, "version", r->version);
	nk_cli_json_str(&j, "digest", nk_str_c(r->digest));
	nk_cli_json_str(&j, "mends", r->mends);
	nk_cli_json_str(&j, "maker", r->organisation);
	nk_cli_json_number(&j, "files", r->files);
	return nk_cli_json_end(cli, &j, err);
}

NK_RESULT nk_package_show_check(struct nk_cli *cli, const struct nk_package_check_reply *r, struct nk_err *err)
{
	cli->status = r->good ? cli->status : 2;
	for (size_t i = 0; i < r->n; i++) {
		const struct nk_package_line *const l = &r->lines[i];

		if (cli->json) {
			NK_TRY(line_json(cli, l, err));
			continue;
		}
		nk_out_colour(&cli->out, l->good ? NK_COLOUR_GREEN : NK_COLOUR_RED);
		nk_out_c(&cli->out, nk_cli_tr(cli, l->good ? NK_N("ok") : NK_N("failed")));
		nk_out_colour(&cli->out, NK_COLOUR_NONE);
		nk_out_c(&cli->out, "  ");
		nk_out_c(&cli->out, nk_cli_tr(cli, l->what));
		if (l->detail[cli->lang].len > 0) {
			nk_out_c(&cli->out, ": ");
			nk_out_text(&cli->out, l->detail[cli->lang]);
		}
		nk_out_c(&cli->out, "\n");
	}
	if (cli->json) {
		return check_json(cli, r, err);
	}
	nk_out_text(&cli->out, nk_cli_text(cli, "%.*s %.*s  sha256:%s", NK_FMT(r->name), NK_FMT(r->version), r->digest));
	nk_out_c(&cli->out, "\n");
	return nk_done();
}

static NK_RESULT drift_json(struct nk_cli *cli, const struct nk_package_drift_row *r, struct nk_err *err)
{
	struct nk_json j;

	nk_cli_json_begin(cli, &j, "package-drift");
	nk_cli_json_str(&j, "path", r->path);
	nk_cli_json_str(&j, "why", nk_str_c(r->why));
	return nk_cli_json_end(cli, &j, err);
}

NK_RESULT nk_package_show_drift(struct nk_cli *cli, const struct nk_package_drift_reply *r, struct nk_err *err)
{
	NK_OWNED(nk_table_done) struct nk_table table = { 0 };
	const char *const titles[] = { nk_cli_tr(cli, NK_N("Path")), nk_cli_tr(cli, NK_N("Why")) };
	struct nk_json j;

	nk_table_init(&table, cli->arena, titles, NK_ARRAY_LEN(titles));
	cli->status = r->n > 0 ? 2 : cli->status;
	for (size_t i = 0; i < r->n; i++) {
		const struct nk_str cells[] = { r->rows[i].path, nk_str_c(nk_cli_tr(cli, r->rows[i].why)) };

		NK_TRY(cli->json ? drift_json(cli, &r->rows[i], err) : nk_table_row(&table, cells, err));
	}
	if (cli->json) {
		nk_cli_json_begin(cli, &j, "package-drift-summary");
		nk_cli_json_str(&j, "version", r->version);
		nk_cli_json_number(&j, "looked_at", r->looked_at);
		nk_cli_json_number(&j, "explained", r->explained);
		nk_cli_json_number(&j, "unexplained", r->n);
		return nk_cli_json_end(cli, &j, err);
	}
	nk_table_print(&table, 0, &cli->out);
	nk_cli_print(cli, NK_N("%1$llu files looked at, %2$llu explained, %3$llu not.\n"), (unsigned long long)r->looked_at,
		(unsigned long long)r->explained, (unsigned long long)r->n);
	return nk_done();
}
