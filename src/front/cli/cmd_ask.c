/*
 * cmd_ask.c: nokosazu ask: whose data lie in a copy and in all made from it, who could read them, did they, is it gone.
 */
#include "base.h"

#include "flow_duty.h"
#include "unlock.h"

static NK_RESULT line_json(struct nk_cli *cli, const struct nk_ask_line *l, const char *query, struct nk_err *err)
{
	struct nk_json j;

	nk_cli_json_begin(cli, &j, "ask");
	nk_cli_json_str(&j, "query", nk_str_c(query));
	nk_cli_json_number(&j, "depth", l->depth);
	nk_cli_json_id(&j, "holding", l->holding);
	nk_cli_json_str(&j, "kind", l->kind);
	nk_cli_json_str(&j, "place", l->place);
	nk_cli_json_number(&j, "persons_exact", l->persons_exact);
	nk_cli_json_number(&j, "persons_max", l->persons_max);
	nk_cli_json_id(&j, "party", l->party);
	nk_cli_json_str(&j, "who", l->who);
	nk_cli_json_id(&j, "warrant", l->warrant);
	nk_cli_json_time(&j, "since", l->since);
	nk_cli_json_time(&j, "until", l->until);
	nk_cli_json_str(&j, "read", nk_str_c(l->was_read));
	nk_cli_json_str(&j, "gone", nk_str_c(l->gone));
	return nk_cli_json_end(cli, &j, err);
}

static NK_RESULT one_copy(struct nk_cli *cli, struct nk_err *err)
{
	NK_OWNED(nk_table_done) struct nk_table table = { 0 };
	const char *const titles[] = { "#", nk_cli_tr(cli, NK_N("Copy")), nk_cli_tr(cli, NK_N("Place")),
		nk_cli_tr(cli, NK_N(">Exact")), nk_cli_tr(cli, NK_N(">At most")),
		nk_cli_tr(cli, NK_N("Who could read it")), nk_cli_tr(cli, NK_N("Allowed")), nk_cli_tr(cli, NK_N("Since")),
		nk_cli_tr(cli, NK_N("Until")), nk_cli_tr(cli, NK_N("Read?")), nk_cli_tr(cli, NK_N("Gone?")) };
	struct nk_ask_reply reply;
	struct nk_uuid id;

	nk_table_init(&table, cli->arena, titles, NK_ARRAY_LEN(titles));
	NK_TRY(nk_cli_operand_id(cli, 0, &id, err));
	NK_TRY(nk_unlock_open(cli, false, err));
	NK_TRY(nk_op_ask(cli->flow, id, cli->arena, &reply, err));
	for (size_t i = 0; i < reply.n; i++) {
		const struct nk_ask_line *const l = &reply.lines[i];
		const struct nk_str cells[] = { nk_cli_number(cli, l->depth), nk_cli_word(cli, l->kind),
			nk_cli_word(cli, l->place), nk_cli_number(cli, l->persons_exact),
			nk_cli_number(cli, l->persons_max), l->who,
			nk_uuid_is_nil(l->warrant) ? nk_str_c(nk_cli_tr(cli, NK_N("by nobody"))) : nk_cli_id(cli, l->warrant),
			nk_cli_when(cli, l->since), nk_cli_when(cli, l->until),
			nk_cli_word(cli, nk_str_c(l->was_read)), nk_str_c(nk_cli_tr(cli, l->gone)) };

		NK_TRY(cli->json ? line_json(cli, l, reply.query, err) : nk_table_row(&table, cells, err));
	}
	nk_table_print(&table, 0, &cli->out);
	if (!cli->json) {
		nk_cli_print(cli, NK_N("Query: %s\n"), reply.query);
	}
	return nk_done();
}

static NK_RESULT copy_json(struct nk_cli *cli, const struct nk_ask_copy *c, const char *query, struct nk_err *err)
{
	struct nk_json j;

	nk_cli_json_begin(cli, &j, "ask-person");
	nk_cli_json_str(&j, "query", nk_str_c(query));
	nk_cli_json_id(&j, "holding", c->holding);
	nk_cli_json_str(&j, "kind", c->kind);
	nk_cli_json_str(&j, "place", c->place);
	nk_cli_json_str(&j, "items", c->items);
	nk_cli_json_time(&j, "opened_at", c->opened_at);
	nk_cli_json_time(&j, "expires_at", c->expires_at);
	nk_cli_json_time(&j, "closed_at", c->closed_at);
	nk_cli_json_str(&j, "gone", nk_str_c(c->gone));
	return nk_cli_json_end(cli, &j, err);
}

static NK_RESULT one_person(struct nk_cli *cli, struct nk_err *err)
{
	NK_OWNED(nk_table_done) struct nk_table table = { 0 };
	const char *const titles[] = { nk_cli_tr(cli, NK_N("Copy")), nk_cli_tr(cli, NK_N("Place")),
		nk_cli_tr(cli, NK_N("Items")), nk_cli_tr(cli, NK_N("Since")), nk_cli_tr(cli, NK_N("Until")),
		nk_cli_tr(cli, NK_N("Gone?")), nk_cli_tr(cli, NK_N("Holding")) };
	struct nk_ask_person_reply reply;

	nk_table_init(&table, cli->arena, titles, NK_ARRAY_LEN(titles));
	NK_TRY(nk_unlock_open(cli, false, err));
	NK_TRY(nk_op_ask_person(cli->flow, nk_args_str(&cli->args, "person"), cli->arena, &reply, err));
	for (size_t i = 0; i < reply.n; i++) {
		const struct nk_ask_copy *const c = &reply.copies[i];
		const struct nk_str cells[] = { nk_cli_word(cli, c->kind), nk_cli_word(cli, c->place), c->items,
			nk_cli_day(cli, c->opened_at), nk_cli_day(cli, c->closed_at != 0 ? c->closed_at : c->expires_at),
			nk_str_c(nk_cli_tr(cli, c->gone)), nk_cli_id(cli, c->holding) };

		NK_TRY(cli->json ? copy_json(cli, c, reply.query, err) : nk_table_row(&table, cells, err));
	}
	nk_table_print(&table, 0, &cli->out);
	if (!cli->json) {
		nk_cli_print(cli, NK_N("Query: %s\n"), reply.query);
	}
	return nk_done();
}

static NK_RESULT ask_run(struct nk_cli *cli, struct nk_err *err)
{
	const bool person = nk_args_has(&cli->args, "person");

	if (person == (cli->args.n_operands > 0)) {
		return nk_fail(err, NK_USAGE, NK_N("ask about one copy (its id, see \"nokosazu holding list\") or one --person"));
	}
	return person ? one_person(cli, err) : one_copy(cli, err);
}

static const char *const usage[] = { "ask HOLDING", "ask --person PERSON", NULL };

static const struct nk_cmd_option options[] = {
	{ "person", 0, "PERSON", NK_N("all copies of one person: id, login, number, mail or source key"), NULL },
	{ NULL, 0, NULL, NULL, NULL },
};

const struct nk_cmd nk_cmd_ask = {
	.name = "ask",
	.job = NK_CMD_COPIES,
	.usage = usage,
	.summary = NK_N("say whose data a copy holds, who could read it, whether it is gone"),
	.options = options,
	.max = 1,
	.run = ask_run,
};
