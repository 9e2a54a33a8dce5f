/*
 * cmd_census.c: nokosazu census: accounts that a target held before us: whose they are, and what is decided.
 *
 * What it shows is personal: names and logins, for the screen that asked.
 */
#include "base.h"

#include "flow_census.h"
#include "unlock.h"

static void json_person(struct nk_json *j, const struct nk_census_person *p)
{
	nk_json_open(j, '{');
	nk_cli_json_id(j, "person", p->id);
	nk_cli_json_str(j, "name", p->name);
	nk_cli_json_str(j, "login", p->login);
	nk_cli_json_str(j, "state", p->state);
	nk_cli_json_number(j, "confidence", p->confidence);
	nk_json_key(j, "why");
	nk_json_open(j, '[');
	for (size_t i = 0; i < p->n_why; i++) {
		nk_json_str(j, nk_str_c(p->why[i]));
	}
	nk_json_close(j, ']');
	nk_json_close(j, '}');
}

static NK_RESULT row_json(struct nk_cli *cli, const struct nk_census_row *r, struct nk_err *err)
{
	struct nk_json j;

	nk_cli_json_begin(cli, &j, "census-account");
	nk_cli_json_str(&j, "entry", r->entry);
	nk_cli_json_str(&j, "uid", r->uid);
	nk_cli_json_str(&j, "mail", r->mail);
	nk_cli_json_str(&j, "name", r->name);
	nk_cli_json_str(&j, "looks", nk_str_c(r->kind));
	nk_cli_json_str(&j, "decision", r->decision);
	nk_cli_json_time(&j, "decided_at", r->decided_at);
	if (r->due_on != 0) {
		nk_cli_json_date(&j, "due_on", r->due_on);
	}
	nk_json_key(&j, "persons");
	nk_json_open(&j, '[');
	for (size_t i = 0; i < r->n_persons; i++) {
		json_person(&j, &r->persons[i]);
	}
	nk_json_close(&j, ']');
	return nk_cli_json_end(cli, &j, err);
}

static NK_RESULT show_json(struct nk_cli *cli, const struct nk_census_reply *r, struct nk_err *err)
{
	struct nk_json j;

	for (size_t i = 0; i < r->n_rows; i++) {
		NK_TRY(row_json(cli, &r->rows[i], err));
	}
	nk_cli_json_begin(cli, &j, "census");
	nk_cli_json_str(&j, "target", r->target);
	nk_cli_json_number(&j, "ours", r->ours);
	nk_cli_json_number(&j, "accounts", r->accounts);
	nk_cli_json_number(&j, "undecided", r->undecided);
	for (size_t i = 0; i < r->n_kinds; i++) {
		nk_cli_json_number(&j, r->kinds[i].kind, r->kinds[i].n);
	}
	if (r->destroy_by != 0) {
		nk_cli_json_number(&j, "held_back", r->held_back);
		nk_cli_json_id(&j, "holding", r->holding);
		nk_cli_json_time(&j, "destroy_by", r->destroy_by);
	}
	return nk_cli_json_end(cli, &j, err);
}

static void show_person(struct nk_cli *cli, const struct nk_census_person *p)
{
	nk_out_f(&cli->out, "      %3u %%  ", p->confidence);
	nk_out_text(&cli->out, p->name);
	nk_out_c(&cli->out, "  ");
	nk_out_text(&cli->out, p->login);
	nk_out_c(&cli->out, "  ");
	nk_out_text(&cli->out, nk_cli_word(cli, p->state));
	nk_out_c(&cli->out, "  (");
	for (size_t i = 0; i < p->n_why; i++) {
		nk_out_f(&cli->out, "%s%s", i > 0 ? ", " : "", nk_cli_tr(cli, p->why_text[i]));
	}
	nk_out_c(&cli->out, ")\n");
}

static void show_row(struct nk_cli *cli, const struct nk_census_row *r)
{
	nk_out_c(&cli->out, "  ");
	nk_out_colour(&cli->out, NK_COLOUR_BOLD);
	nk_out_text(&cli->out, r->entry);
	nk_out_colour(&cli->out, NK_COLOUR_NONE);
	nk_out_c(&cli->out, "  ");
	nk_out_text(&cli->out, r->name);
	nk_out_f(&cli->out, "  %s", nk_cli_tr(cli, r->kind_text));
	if (r->decision.len > 0) {
		nk_out_colour(&cli->out, NK_COLOUR_GREEN);
		nk_out_f(&cli->out, "  %s: ", nk_cli_tr(cli, NK_N("decided")));
		nk_out_text(&cli->out, r->decision);
		if (r->due_on != 0) {
			nk_out_f(&cli->out, " %s", nk_cli_date(cli, r->due_on).ptr);
		}
		nk_out_colour(&cli->out, NK_COLOUR_NONE);
	}
	nk_out_c(&cli->out, "\n");
	for (size_t i = 0; i < r->n_persons; i++) {
		show_person(cli, &r->persons[i]);
	}
}

static void show_text(struct nk_cli *cli, const struct nk_census_reply *r)
{
	for (size_t i = 0; i < r->n_rows; i++) {
		show_row(cli, &r->rows[i]);
	}
	nk_cli_print(cli, NK_N("Accounts: %1$llu of ours, %2$llu that were there before; undecided: %3$llu.\n"),
		(unsigned long long)r->ours, (unsigned long long)r->accounts, (unsigned long long)r->undecided);
	for (size_t i = 0; i < r->n_kinds; i++) {
		if (r->kinds[i].n > 0) {
			nk_out_f(&cli->out, "  %6" PRIu64 "  %s\n", r->kinds[i].n, nk_cli_tr(cli, r->kinds[i].kind_text));
		}
	}
	if (r->undecided > 0) {
		nk_cli_say(cli, NK_N("Nothing is touched until each is decided:"));
		nk_cli_hint(cli, "census decide ENTRY adopt PERSON | ignore | service | shared | erase-later");
	}
	if (r->held_back > 0) {
		nk_cli_print(cli, NK_N("Not in the file, because they may be protected persons': %llu accounts. Decide them here.\n"),
			(unsigned long long)r->held_back);
	}
	if (r->destroy_by != 0) {
		nk_cli_say(cli, NK_N("The file is on the books as a copy of personal data: destroy it by %s."),
			nk_cli_day(cli, r->destroy_by).ptr);
	}
}

static NK_RESULT report(struct nk_cli *cli, struct nk_err *err)
{
	const struct nk_census_request req = { .target = cli->args.n_operands > 0 ? nk_str_c(cli->args.operands[0]) : NK_STR(""),
		.undecided_only = nk_args_has(&cli->args, "undecided"),
		.csv = nk_args_get(&cli->args, "csv"),
		.lang = cli->lang };
	struct nk_census_reply reply;

	NK_TRY(nk_unlock_open(cli, req.csv != NULL, err));
	NK_TRY(nk_op_census(cli->flow, &req, cli->arena, &reply, err));
	cli->status = reply.undecided > 0 ? nk_err_exit(NK_PENDING) : 0;
	if (cli->json) {
		return show_json(cli, &reply, err);
	}
	show_text(cli, &reply);
	return nk_done();
}

static NK_RESULT decide(struct nk_cli *cli, struct nk_err *err)
{
	const struct nk_args *const args = &cli->args;
	struct nk_census_decide req = { .target = nk_args_str(args, "target"),
		.entry = nk_str_c(args->n_operands > 1 ? args->operands[1] : ""),
		.what = nk_str_c(args->n_operands > 2 ? args->operands[2] : ""),
		.person = nk_str_c(args->n_operands > 3 ? args->operands[3] : "") };

	if (args->n_operands < 3) {
		return nk_fail(err, NK_USAGE, NK_N("which account, and what is decided about it? See \"nokosazu help census\""));
	}
	if (nk_args_has(args, "on") && (!nk_date_parse(nk_args_str(args, "on"), &req.due_on) || req.due_on <= 0)) {
		return nk_fail(err, NK_USAGE, NK_N("a day is written as YYYY-MM-DD"));
	}
	NK_TRY(nk_unlock_open(cli, true, err));
	NK_TRY(nk_op_census_decide(cli->flow, &req, cli->arena, err));
	return nk_cli_done(cli, "census-decision",
		NK_N("Decided and kept. Nothing was changed at the target; the next plan says what would."), err);
}

static NK_RESULT census_run(struct nk_cli *cli, struct nk_err *err)
{
	if (cli->args.n_operands > 0 && strcmp(cli->args.operands[0], "decide") == 0) {
		return decide(cli, err);
	}
	if (cli->args.n_operands > 1) {
		return nk_fail(err, NK_USAGE, NK_N("a census is of one target; to decide: census decide ENTRY …"));
	}
	return report(cli, err);
}

static const char *const usage[] = {
	"census [TARGET] [--undecided] [--csv FILE]",
	"census decide ENTRY adopt PERSON [--target NAME]",
	"census decide ENTRY ignore|service|shared [--target NAME]",
	"census decide ENTRY erase-later [--on DATE] [--target NAME]",
	NULL,
};

static const struct nk_cmd_option options[] = {
	{ "undecided", 0, NULL, NK_N("only accounts that nobody decided about"), NULL },
	{ "csv", 0, "FILE", NK_N("also as a table into a new file, which is on the books as a copy"), NULL },
	{ "target", 0, "NAME", NK_N("the system of the account (default: the only one)"), NULL },
	{ "on", 0, "DATE", NK_N("from that day on a plan proposes to delete the account (default: after [people] grace_days)"), NULL },
	{ NULL, 0, NULL, NULL, NULL },
};

const struct nk_cmd nk_cmd_census = {
	.name = "census",
	.job = NK_CMD_ROSTER,
	.usage = usage,
	.summary = NK_N("say whose accounts a target held before, and keep what is decided"),
	.options = options,
	.min = 0,
	.max = 4,
	.run = census_run,
};
