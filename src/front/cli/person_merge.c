/*
 * person_merge.c: nokosazu person merge, person split: two records are one person, or are not.
 */
#include "base.h"

#include "flow_person.h"
#include "person_show.h"
#include "unlock.h"

static NK_RESULT as_json(
	struct nk_cli *cli, const struct nk_merge_request *req, const struct nk_merge_reply *r, struct nk_err *err)
{
	struct nk_json j;

	nk_cli_json_begin(cli, &j, req->split ? "person-split" : "person-merge");
	nk_cli_json_bool(&j, "done", !req->dry_run);
	nk_cli_json_number(&j, "a", r->a.number);
	nk_cli_json_number(&j, "b", r->b.number);
	nk_cli_json_id(&j, "a_id", r->a.id);
	nk_cli_json_id(&j, "b_id", r->b.id);
	nk_cli_json_str(&j, "scope", r->scope);
	nk_json_key(&j, "accounts");
	nk_json_open(&j, '[');
	for (size_t i = 0; i < r->n; i++) {
		nk_json_open(&j, '{');
		nk_cli_json_str(&j, "target", r->accounts[i].target);
		nk_cli_json_number(&j, "number", r->accounts[i].number);
		nk_cli_json_str(&j, "login", r->accounts[i].login);
		nk_cli_json_str(&j, "becomes", nk_str_c(r->accounts[i].becomes));
		nk_json_close(&j, '}');
	}
	nk_json_close(&j, ']');
	return nk_cli_json_end(cli, &j, err);
}

static NK_RESULT who(struct nk_cli *cli, const struct nk_merge_reply *r, struct nk_err *err)
{
	NK_OWNED(nk_table_done) struct nk_table table = { 0 };
	const char *const titles[] = { nk_cli_tr(cli, NK_N("Person")), nk_cli_tr(cli, NK_N("Full name")),
		nk_cli_tr(cli, NK_N("Login")), nk_cli_tr(cli, NK_N("Source")), nk_cli_tr(cli, NK_N("State")) };
	const struct nk_person_row *const rows[] = { &r->a, &r->b };

	nk_table_init(&table, cli->arena, titles, NK_ARRAY_LEN(titles));
	for (size_t i = 0; i < NK_ARRAY_LEN(rows); i++) {
		const struct nk_str cells[] = { nk_cli_text(cli, "#%u", rows[i]->number), rows[i]->name, rows[i]->login,
			rows[i]->source, nk_cli_word(cli, nk_str_c(rows[i]->state)) };

		NK_TRY(nk_table_row(&table, cells, err));
	}
	nk_table_print(&table, 0, &cli->out);
	return nk_done();
}

static NK_RESULT accounts(struct nk_cli *cli, const struct nk_merge_reply *r, struct nk_err *err)
{
	NK_OWNED(nk_table_done) struct nk_table table = { 0 };
	const char *const titles[] = { nk_cli_tr(cli, NK_N("System")), nk_cli_tr(cli, NK_N("Person")),
		nk_cli_tr(cli, NK_N("Login")), nk_cli_tr(cli, NK_N("What becomes of the account")) };

	if (r->n == 0) {
		return nk_done();
	}
	nk_table_init(&table, cli->arena, titles, NK_ARRAY_LEN(titles));
	for (size_t i = 0; i < r->n; i++) {
		const struct nk_merge_account *const a = &r->accounts[i];
		const struct nk_str cells[] = {
			a->target, nk_cli_text(cli, "#%u", a->number), a->login, nk_str_c(nk_cli_tr(cli, a->text)) };

		NK_TRY(nk_table_row(&table, cells, err));
	}
	nk_out_c(&cli->out, "\n");
	nk_table_print(&table, 0, &cli->out);
	return nk_done();
}

static void talk(struct nk_cli *cli, const struct nk_merge_request *req, const struct nk_merge_reply *r)
{
	if (req->dry_run) {
		nk_cli_say(cli, NK_N("Only looked at; nothing was changed. To do it an officer signs an order:"));
		nk_cli_hint(cli, "warrant request --kind order --verbs %s --scope %.*s", req->split ? "SPLIT" : "MERGE", NK_FMT(r->scope));
		return;
	}
	nk_cli_say(cli,
		req->split ? NK_N("Two persons again. A hold or a protection stays with both. Next, see what this changes in the connected systems:")
			   : NK_N("One person from now on: one account, one day of erasure. \"person split\" takes it back. Next, see what this "
				  "changes in the connected systems:"));
	nk_cli_hint(cli, "plan");
}

static NK_RESULT run(struct nk_cli *cli, struct nk_merge_request *req, struct nk_err *err)
{
	struct nk_merge_reply r;

	req->dry_run = nk_args_has(&cli->args, "dry-run");
	if (nk_args_has(&cli->args, "warrant") && !nk_uuid_parse(nk_args_str(&cli->args, "warrant"), &req->warrant)) {
		return nk_fail(err, NK_USAGE, NK_N("--warrant needs an id"));
	}
	NK_TRY(nk_unlock_open(cli, !req->dry_run, err));
	NK_TRY(nk_op_merge(cli->flow, req, cli->arena, &r, err));
	cli->status = req->dry_run ? nk_err_exit(NK_PENDING) : 0;
	if (cli->json) {
		NK_TRY(as_json(cli, req, &r, err));
	} else {
		NK_TRY(who(cli, &r, err));
		NK_TRY(accounts(cli, &r, err));
	}
	talk(cli, req, &r);
	return nk_done();
}

NK_RESULT nk_person_merge_run(struct nk_cli *cli, struct nk_err *err)
{
	struct nk_merge_request req = { .a = nk_args_operand(&cli->args, 0), .b = nk_args_operand(&cli->args, 1) };

	return run(cli, &req, err);
}

NK_RESULT nk_person_split_run(struct nk_cli *cli, struct nk_err *err)
{
	struct nk_merge_request req = { .b = nk_args_operand(&cli->args, 0), .split = true };

	return run(cli, &req, err);
}
