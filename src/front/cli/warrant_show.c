/*
 * warrant_show.c: what was asked, what happened, and which signatures are good.
 */
#include "base.h"

#include "warrant_show.h"

static void steps_json(struct nk_json *j, const struct nk_warrant_row *r)
{
	nk_json_key(j, "steps");
	nk_json_open(j, '[');
	for (size_t i = 0; i < r->n_steps; i++) {
		const struct nk_warrant_step_row *const s = &r->steps[i];

		nk_json_open(j, '{');
		nk_cli_json_str(j, "step", s->step);
		nk_cli_json_str(j, "role", s->role);
		nk_cli_json_str(j, "called", s->called);
		nk_cli_json_id(j, "party", s->party);
		nk_cli_json_str(j, "name", s->name);
		nk_cli_json_time(j, "at", s->at);
		nk_cli_json_str(j, "verdict", s->verdict);
		nk_json_close(j, '}');
	}
	nk_json_close(j, ']');
}

struct nk_str nk_warrant_uses(struct nk_cli *cli, uint32_t left)
{
	return left == NK_WARRANT_UNLIMITED ? nk_str_c(nk_cli_tr(cli, NK_N("unlimited"))) : nk_cli_number(cli, left);
}

static void json_uses(struct nk_json *j, const char *key, uint32_t n)
{
	if (n != NK_WARRANT_UNLIMITED) {
		nk_cli_json_number(j, key, n);
		return;
	}
	nk_json_key(j, key);
	nk_json_null(j);
}

NK_RESULT nk_warrant_json(struct nk_cli *cli, const struct nk_warrant_row *r, struct nk_err *err)
{
	struct nk_json j;

	nk_cli_json_begin(cli, &j, "warrant");
	nk_cli_json_id(&j, "id", r->id);
	nk_cli_json_str(&j, "kind", r->kind);
	nk_cli_json_str(&j, "verbs", r->verbs);
	nk_cli_json_str(&j, "scope", r->scope);
	nk_cli_json_str(&j, "state", r->state);
	nk_cli_json_str(&j, "needs", r->needs);
	nk_cli_json_str(&j, "waits_for", r->waits_for);
	nk_cli_json_str(&j, "owes", r->owes);
	nk_cli_json_id(&j, "requester", r->requester);
	nk_cli_json_time(&j, "from", r->from_at);
	nk_cli_json_time(&j, "until", r->until_at);
	json_uses(&j, "uses_left", r->uses_left);
	nk_cli_json_str(&j, "request_sha256", nk_str_c(r->digest));
	if (r->n_steps > 0) {
		json_uses(&j, "uses", r->uses);
		nk_cli_json_str(&j, "purpose", r->purpose);
		nk_cli_json_str(&j, "details", r->details);
		nk_cli_json_str(&j, "limitation", r->limitation);
		nk_cli_json_str(&j, "report", r->report);
		steps_json(&j, r);
	}
	return nk_cli_json_end(cli, &j, err);
}

static void line(struct nk_cli *cli, const char *title, struct nk_str text)
{
	if (text.len == 0) {
		return;
	}
	nk_out_c(&cli->out, nk_cli_tr(cli, title));
	nk_out_c(&cli->out, ": ");
	nk_out_text(&cli->out, text);
	nk_out_c(&cli->out, "\n");
}

/* The words of the acts, each in the user's language. */
static struct nk_str acts(struct nk_cli *cli, struct nk_str verbs)
{
	struct nk_str out = NK_STR("");
	struct nk_str verb;

	while (nk_str_cut(&verbs, ',', &verb)) {
		const struct nk_str word = nk_cli_word(cli, verb);

		out = nk_cli_text(cli, "%.*s%s%.*s", NK_FMT(out), out.len > 0 ? ", " : "", NK_FMT(word));
	}
	return out;
}

static NK_RESULT steps(struct nk_cli *cli, const struct nk_warrant_row *r, struct nk_err *err)
{
	NK_OWNED(nk_table_done) struct nk_table table = { 0 };
	const char *const titles[] = { nk_cli_tr(cli, NK_N("When")), nk_cli_tr(cli, NK_N("Step")),
		nk_cli_tr(cli, NK_N("Role")), nk_cli_tr(cli, NK_N("Full name")), nk_cli_tr(cli, NK_N("Signature")) };

	nk_table_init(&table, cli->arena, titles, NK_ARRAY_LEN(titles));
	for (size_t i = 0; i < r->n_steps; i++) {
		const struct nk_warrant_step_row *const s = &r->steps[i];
		const struct nk_str cells[] = { nk_cli_when(cli, s->at), nk_cli_word(cli, s->step), s->called, s->name,
			nk_cli_word(cli, s->verdict) };

		NK_TRY(nk_table_row(&table, cells, err));
	}
	nk_table_print(&table, 0, &cli->out);
	return nk_done();
}

NK_RESULT nk_warrant_show(struct nk_cli *cli, const struct nk_warrant_row *r, struct nk_err *err)
{
	for (size_t i = 0; i < r->n_steps; i++) {
		if (r->steps[i].verdict.len > 0 && !nk_str_eq(r->steps[i].verdict, NK_STR("good"))) {
			cli->status = 2;
		}
	}
	if (cli->json) {
		return nk_warrant_json(cli, r, err);
	}
	line(cli, NK_N("Warrant"), nk_cli_id(cli, r->id));
	line(cli, NK_N("Kind"), nk_cli_word(cli, r->kind));
	line(cli, NK_N("State"), nk_cli_word(cli, r->state));
	line(cli, NK_N("Acts"), acts(cli, r->verbs));
	line(cli, NK_N("Scope"), r->scope);
	line(cli, NK_N("Purpose"), r->purpose);
	nk_warrant_details(cli, r->details);
	line(cli, NK_N("From"), nk_cli_when(cli, r->from_at));
	line(cli, NK_N("Until"), nk_cli_when(cli, r->until_at));
	line(cli, NK_N("Uses left"),
		r->uses_left == NK_WARRANT_UNLIMITED ? nk_warrant_uses(cli, r->uses_left)
						     : nk_cli_text(cli, "%u/%u", r->uses_left, r->uses));
	line(cli, NK_N("Must sign"), r->needs_called);
	line(cli, NK_N("Waits for"), r->waits_called);
	line(cli, NK_N("Owed"), nk_cli_word(cli, r->owes));
	line(cli, NK_N("Limitation"), r->limitation);
	line(cli, NK_N("Report"), r->report);
	line(cli, NK_N("SHA-256 of the request"), nk_str_c(r->digest));
	return steps(cli, r, err);
}
