/*
 * cmd_duty.c: nokosazu duty: who owes what by when. Overdue ones give exit status 2.
 */
#include "base.h"

#include "unlock.h"

static NK_RESULT row_json(struct nk_cli *cli, const struct nk_duty_row *r, struct nk_err *err)
{
	struct nk_json j;

	nk_cli_json_begin(cli, &j, "duty");
	nk_cli_json_id(&j, "id", r->id);
	nk_cli_json_id(&j, "holding", r->holding);
	nk_cli_json_str(&j, "kind", r->kind);
	nk_cli_json_str(&j, "place", r->place);
	nk_cli_json_time(&j, "due_at", r->due_at);
	nk_cli_json_time(&j, "closed_at", r->closed_at);
	nk_cli_json_bool(&j, "overdue", r->overdue);
	return nk_cli_json_end(cli, &j, err);
}

static struct nk_str state_of(struct nk_cli *cli, const struct nk_duty_row *r)
{
	return nk_cli_word(cli,
		r->closed_at != 0    ? NK_STR("closed")
			: r->overdue ? NK_STR("overdue")
				     : NK_STR("open"));
}

static NK_RESULT list(struct nk_cli *cli, struct nk_err *err)
{
	NK_OWNED(nk_table_done) struct nk_table table = { 0 };
	const char *const titles[] = { nk_cli_tr(cli, NK_N("What is owed")), nk_cli_tr(cli, NK_N("Place")),
		nk_cli_tr(cli, NK_N("Due")), nk_cli_tr(cli, NK_N("State")), nk_cli_tr(cli, NK_N("Holding")) };
	struct nk_duty_row *rows = NULL;
	size_t n = 0;

	nk_table_init(&table, cli->arena, titles, NK_ARRAY_LEN(titles));
	NK_TRY(nk_unlock_open_locked(cli, err));
	NK_TRY(nk_op_duty_list(cli->flow, !nk_args_has(&cli->args, "all"), cli->arena, &rows, &n, err));
	for (size_t i = 0; i < n; i++) {
		const struct nk_str cells[] = { nk_cli_word(cli, rows[i].kind), nk_cli_word(cli, rows[i].place),
			nk_cli_day(cli, rows[i].due_at), state_of(cli, &rows[i]),
			nk_uuid_is_nil(rows[i].holding) ? NK_STR("-") : nk_cli_id(cli, rows[i].holding) };

		if (rows[i].overdue) {
			cli->status = nk_err_exit(NK_PENDING);
		}
		NK_TRY(cli->json ? row_json(cli, &rows[i], err) : nk_table_row(&table, cells, err));
	}
	nk_table_print(&table, 0, &cli->out);
	if (n == 0) {
		nk_cli_say(cli, NK_N("Nothing is owed."));
	}
	return nk_done();
}

static const struct nk_cmd_sub subs[] = {
	{ "list", 0, 0, list },
	{ NULL, 0, 0, NULL },
};

static const char *const usage[] = { "duty list [--all]", NULL };

static const struct nk_cmd_option options[] = {
	{ "all", 0, NULL, NK_N("those that are closed too"), "list" },
	{ NULL, 0, NULL, NULL, NULL },
};

const struct nk_cmd nk_cmd_duty = {
	.name = "duty",
	.job = NK_CMD_COPIES,
	.usage = usage,
	.summary = NK_N("list what is owed by when"),
	.options = options,
	.subs = subs,
};
