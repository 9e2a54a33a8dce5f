/*
 * cmd_person.c: nokosazu person: find and show persons, where their data is, and the legal hold.
 *
 * Showing is the purpose of these verbs, so names and the like stand in the tables and in JSON.
 */
#include "base.h"

#include "person_show.h"
#include "unlock.h"

enum { MAX_DEFAULT = 50, MAX_MOST = 100000 };

static void row_json(struct nk_json *j, const struct nk_person_row *r)
{
	nk_cli_json_id(j, "id", r->id);
	nk_cli_json_str(j, "state", nk_str_c(r->state));
	nk_cli_json_str(j, "login", r->login);
	nk_cli_json_str(j, "name", r->name);
	nk_cli_json_str(j, "kana", r->kana);
	nk_cli_json_str(j, "mail", r->mail);
	nk_cli_json_str(j, "source", r->source);
	nk_cli_json_str(j, "source_key", r->source_key);
	nk_cli_json_str(j, "student_number", r->student_number);
	nk_cli_json_str(j, "unit", r->unit);
	nk_cli_json_str(j, "group", r->group);
	nk_cli_json_str(j, "grade", r->grade);
	nk_cli_json_date(j, "valid_from", r->valid_from);
	nk_cli_json_date(j, "valid_until", r->valid_until);
	nk_cli_json_date(j, "delete_on", r->delete_on);
	nk_cli_json_bool(j, "hold", r->hold);
	nk_cli_json_bool(j, "protected", r->is_protected);
	nk_cli_json_bool(j, "hidden", r->hidden);
}

static NK_RESULT found(struct nk_cli *cli, const struct nk_person_row *rows, size_t n, struct nk_err *err)
{
	NK_OWNED(nk_table_done) struct nk_table table = { 0 };
	const char *const titles[] = { nk_cli_tr(cli, NK_N("Login")), nk_cli_tr(cli, NK_N("Full name")),
		nk_cli_tr(cli, NK_N("Reading")), nk_cli_tr(cli, NK_N("Unit")), nk_cli_tr(cli, NK_N("Class")),
		nk_cli_tr(cli, NK_N("State")) };

	nk_table_init(&table, cli->arena, titles, NK_ARRAY_LEN(titles));
	for (size_t i = 0; i < n; i++) {
		const struct nk_str cells[] = { rows[i].login, rows[i].name, rows[i].kana, rows[i].unit,
			rows[i].group, nk_cli_word(cli, nk_str_c(rows[i].state)) };

		NK_TRY(nk_table_row(&table, cells, err));
	}
	nk_table_print(&table, 0, &cli->out);
	return nk_done();
}

static NK_RESULT find(struct nk_cli *cli, struct nk_err *err)
{
	struct nk_person_row *rows = NULL;
	uint64_t max = MAX_DEFAULT;
	size_t total = 0;
	size_t n = 0;

	NK_TRY(nk_args_number(&cli->args, "max", 1, MAX_MOST, &max, err));
	NK_TRY(nk_unlock_open(cli, false, err));
	NK_TRY(nk_op_person_find(
		cli->flow, nk_args_operand(&cli->args, 0), nk_size(max), cli->arena, &rows, &n, &total, err));
	cli->status = n == 0 ? nk_err_exit(NK_NOT_FOUND) : 0;
	for (size_t i = 0; cli->json && i < n; i++) {
		struct nk_json j;

		nk_cli_json_begin(cli, &j, "person");
		row_json(&j, &rows[i]);
		NK_TRY(nk_cli_json_end(cli, &j, err));
	}
	if (!cli->json) {
		NK_TRY(found(cli, rows, n, err));
	}
	if (n == 0) {
		nk_cli_say(cli, NK_N("Nobody found."));
	} else if (total > n) {
		nk_cli_say(cli, NK_N("%1$zu of %2$zu are shown; type more of the name, or --max N."), n, total);
	}
	return nk_done();
}

static NK_RESULT load(struct nk_cli *cli, struct nk_person_row *out, struct nk_err *err)
{
	NK_TRY(nk_unlock_open(cli, false, err));
	return nk_op_person_show(cli->flow, nk_args_operand(&cli->args, 0), cli->arena, out, err);
}

static NK_RESULT show(struct nk_cli *cli, struct nk_err *err)
{
	struct nk_person_row row;
	struct nk_json j;

	NK_TRY(load(cli, &row, err));
	if (!cli->json) {
		NK_TRY(nk_person_show_head(cli, &row, err));
		NK_TRY(nk_person_show_part(cli, NK_PERSON_SHOW_MEMBERSHIPS, row.memberships, err));
		NK_TRY(nk_person_show_part(cli, NK_PERSON_SHOW_TARGETS, row.targets, err));
		return nk_person_show_part(cli, NK_PERSON_SHOW_HOLDINGS, row.holdings, err);
	}
	nk_cli_json_begin(cli, &j, "person");
	row_json(&j, &row);
	nk_person_show_json(&j, NK_PERSON_SHOW_MEMBERSHIPS, row.memberships);
	nk_person_show_json(&j, NK_PERSON_SHOW_TARGETS, row.targets);
	nk_person_show_json(&j, NK_PERSON_SHOW_HOLDINGS, row.holdings);
	return nk_cli_json_end(cli, &j, err);
}

static NK_RESULT where(struct nk_cli *cli, struct nk_err *err)
{
	struct nk_person_row row;
	struct nk_json j;

	NK_TRY(load(cli, &row, err));
	if (!cli->json) {
		NK_TRY(nk_person_show_part(cli, NK_PERSON_SHOW_HOLDINGS, row.holdings, err));
		return nk_person_show_part(cli, NK_PERSON_SHOW_TARGETS, row.targets, err);
	}
	nk_cli_json_begin(cli, &j, "person-where");
	nk_cli_json_id(&j, "id", row.id);
	nk_person_show_json(&j, NK_PERSON_SHOW_HOLDINGS, row.holdings);
	nk_person_show_json(&j, NK_PERSON_SHOW_TARGETS, row.targets);
	return nk_cli_json_end(cli, &j, err);
}

static NK_RESULT hold(struct nk_cli *cli, struct nk_err *err)
{
	NK_TRY(nk_unlock_open(cli, true, err));
	NK_TRY(nk_op_person_hold(cli->flow, nk_args_operand(&cli->args, 0), true, err));
	return nk_cli_done(cli, "person-hold",
		NK_N("A legal hold is on: this person will not be erased until it is lifted."), err);
}

static NK_RESULT release(struct nk_cli *cli, struct nk_err *err)
{
	NK_TRY(nk_unlock_open(cli, true, err));
	NK_TRY(nk_op_person_hold(cli->flow, nk_args_operand(&cli->args, 0), false, err));
	return nk_cli_done(
		cli, "person-release", NK_N("The legal hold is lifted: this person is erased when due."), err);
}

static const struct nk_cmd_sub subs[] = {
	{ "find", 1, 1, find },
	{ "show", 1, 1, show },
	{ "where", 1, 1, where },
	{ "hold", 1, 1, hold },
	{ "release", 1, 1, release },
	{ NULL, 0, 0, NULL },
};

static const char *const usage[] = {
	"person find [--max N] QUERY",
	"person show KEY",
	"person where KEY",
	"person hold KEY",
	"person release KEY",
	NULL,
};

static const struct nk_cmd_option options[] = {
	{ "max", 0, "N", NK_N("show at most so many (default: 50)"), "find" },
	{ NULL, 0, NULL, NULL, NULL },
};

const struct nk_cmd nk_cmd_person = {
	.name = "person",
	.job = NK_CMD_PERSONS,
	.usage = usage,
	.summary = NK_N("find and show a person, where the data is, and the legal hold"),
	.options = options,
	.subs = subs,
};
