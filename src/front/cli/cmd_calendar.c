/*
 * cmd_calendar.c: nokosazu calendar: what will happen in the coming days, and to how many.
 *
 * Names stand only in what --persons was asked for.
 */
#include "base.h"

#include "flow_year.h"
#include "unlock.h"

enum { DAYS = 60 };

static NK_RESULT row_json(struct nk_cli *cli, const struct nk_calendar_row *r, struct nk_err *err)
{
	struct nk_json j;

	nk_cli_json_begin(cli, &j, "calendar");
	nk_cli_json_date(&j, "day", r->day);
	nk_cli_json_str(&j, "what", nk_str_c(r->what));
	nk_cli_json_str(&j, "rule", r->rule);
	nk_cli_json_str(&j, "school", r->school);
	nk_cli_json_number(&j, "count", r->count);
	if (!nk_uuid_is_nil(r->person)) {
		nk_cli_json_id(&j, "person", r->person);
		nk_cli_json_str(&j, "login", r->login);
		nk_cli_json_str(&j, "name", r->name);
	}
	return nk_cli_json_end(cli, &j, err);
}

/* What is shown for the words of the calendar. */
static const char *what_of(const char *what)
{
	static const struct {
		const char *word, *shown;
	} words[] = {
		{ "activate", NK_N("accounts begin") },
		{ "suspend", NK_N("accounts are suspended") },
		{ "move", NK_N("stay at the old place ends") },
		{ "retain", NK_N("retention ends") },
		{ "erase", NK_N("erasure is proposed") },
		{ "duty", NK_N("owed by then") },
		{ "holding", NK_N("a copy is to be gone") },
		{ "warrant", NK_N("a warrant ends") },
		{ "season", NK_N("season") },
	};

	for (size_t i = 0; i < NK_ARRAY_LEN(words); i++) {
		if (strcmp(words[i].word, what) == 0) {
			return words[i].shown;
		}
	}
	return what;
}

static NK_RESULT show(struct nk_cli *cli, const struct nk_calendar_reply *r, bool persons, struct nk_err *err)
{
	NK_OWNED(nk_table_done) struct nk_table table = { 0 };
	const char *const titles[] = { nk_cli_tr(cli, NK_N("Day")), nk_cli_tr(cli, NK_N("What")),
		nk_cli_tr(cli, NK_N("Rule")), nk_cli_tr(cli, NK_N("School")), nk_cli_tr(cli, NK_N("How many")),
		nk_cli_tr(cli, NK_N("Login")), nk_cli_tr(cli, NK_N("Full name")) };

	nk_table_init(&table, cli->arena, titles, persons ? 7 : 5);
	for (size_t i = 0; i < r->n; i++) {
		const struct nk_calendar_row *const row = &r->rows[i];
		const struct nk_str cells[] = { nk_cli_date(cli, row->day), nk_str_c(nk_cli_tr(cli, what_of(row->what))),
			nk_cli_word(cli, row->rule), row->school,
			row->count > 0 ? nk_cli_text(cli, "%llu", (unsigned long long)row->count) : NK_STR("-"),
			row->login, row->name };

		NK_TRY(nk_table_row(&table, cells, err));
	}
	nk_table_print(&table, 0, &cli->out);
	return nk_done();
}

static void idle(struct nk_cli *cli, const struct nk_calendar_reply *r)
{
	for (size_t i = 0; i < r->n_idle; i++) {
		nk_cli_say(cli, NK_N("The row %s of [year] fits nobody now: are its codes those of the source?"),
			nk_short(r->idle[i]).text);
	}
}

static NK_RESULT calendar_run(struct nk_cli *cli, struct nk_err *err)
{
	struct nk_calendar_request req = { .persons = nk_args_has(&cli->args, "persons") };
	struct nk_calendar_reply r;
	uint64_t days = DAYS;

	NK_TRY(nk_args_number(&cli->args, "days", 1, NK_CALENDAR_DAYS_MAX, &days, err));
	req.days = nk_u32(days);
	NK_TRY(nk_unlock_open(cli, false, err));
	NK_TRY(nk_op_calendar(cli->flow, &req, cli->arena, &r, err));
	for (size_t i = 0; cli->json && i < r.n; i++) {
		NK_TRY(row_json(cli, &r.rows[i], err));
	}
	if (cli->json) {
		idle(cli, &r);
		return nk_done();
	}
	NK_TRY(show(cli, &r, req.persons, err));
	idle(cli, &r);
	nk_cli_say(cli, r.n > 0 ? NK_N("From %1$s to %2$s, if nothing else changes; nothing was done.")
				: NK_N("From %1$s to %2$s nothing is to come."),
		nk_cli_date(cli, r.from).ptr, nk_cli_date(cli, r.until).ptr);
	return nk_done();
}

static const char *const usage[] = { "calendar [--days N] [--persons]", NULL };

static const struct nk_cmd_option options[] = {
	{ "days", 0, "N", NK_N("look so many days ahead, today included (default: 60; at most 800)"), NULL },
	{ "persons", 0, NULL, NK_N("a line for each person, with login and name, in place of numbers"), NULL },
	{ NULL, 0, NULL, NULL, NULL },
};

const struct nk_cmd nk_cmd_calendar = {
	.name = "calendar",
	.job = NK_CMD_ROSTER,
	.usage = usage,
	.summary = NK_N("show what will happen in the coming days, and to how many"),
	.options = options,
	.run = calendar_run,
};
