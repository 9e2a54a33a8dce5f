/*
 * training_drill_show.c: nokosazu training drill: plant, score, list.
 */
#include "base.h"
#include "training_show.h"

#include "flow_training.h"
#include "unlock.h"

static uint64_t seconds_of(const struct nk_drill_row *r)
{
	return r->told_at != 0 ? nk_u64((r->told_at - r->planted_at) / NK_SECOND) : 0;
}

static NK_RESULT row_json(struct nk_cli *cli, const struct nk_drill_row *r, struct nk_err *err)
{
	struct nk_json j;

	nk_cli_json_begin(cli, &j, "drill");
	nk_cli_json_id(&j, "id", r->id);
	nk_cli_json_str(&j, "kind", r->kind);
	nk_cli_json_str(&j, "place", r->place);
	nk_cli_json_time(&j, "planted_at", r->planted_at);
	nk_cli_json_time(&j, "told_at", r->told_at);
	nk_cli_json_id(&j, "case", r->incident);
	nk_cli_json_number(&j, "seconds", seconds_of(r));
	return nk_cli_json_end(cli, &j, err);
}

static NK_RESULT plant(struct nk_cli *cli, struct nk_err *err)
{
	struct nk_uuid id;
	struct nk_json j;

	NK_TRY(nk_args_need(&cli->args, "place", err));
	NK_TRY(nk_unlock_open(cli, true, err));
	NK_TRY(nk_op_drill_plant(cli->flow, nk_args_has(&cli->args, "notice"), nk_args_get(&cli->args, "place"), &id, err));
	if (cli->json) {
		nk_cli_json_begin(cli, &j, "drill-planted");
		nk_cli_json_id(&j, "id", id);
		return nk_cli_json_end(cli, &j, err);
	}
	nk_out_text(&cli->out, nk_cli_id(cli, id));
	nk_out_c(&cli->out, "\n");
	nk_cli_say(cli, NK_N("Planted. When somebody has told of it (nokosazu suspect), score it with the receipt."));
	return nk_done();
}

static NK_RESULT score(struct nk_cli *cli, struct nk_err *err)
{
	struct nk_drill_row row;
	struct nk_uuid id;

	NK_TRY(nk_args_need(&cli->args, "receipt", err));
	NK_TRY(nk_cli_operand_id(cli, 1, &id, err));
	NK_TRY(nk_unlock_open(cli, true, err));
	NK_TRY(nk_op_drill_score(cli->flow, id, nk_args_str(&cli->args, "receipt"), cli->arena, &row, err));
	if (cli->json) {
		return row_json(cli, &row, err);
	}
	nk_cli_print(cli, NK_N("Told after %1$llu minutes %2$llu seconds. The planted file is gone.\n"),
		(unsigned long long)(seconds_of(&row) / 60), (unsigned long long)(seconds_of(&row) % 60));
	return nk_done();
}

static NK_RESULT list(struct nk_cli *cli, struct nk_err *err)
{
	NK_OWNED(nk_table_done) struct nk_table table = { 0 };
	const char *const titles[] = { nk_cli_tr(cli, NK_N("Kind")), nk_cli_tr(cli, NK_N("Planted")),
		nk_cli_tr(cli, NK_N("Told of")), nk_cli_tr(cli, NK_N(">Minutes")), nk_cli_tr(cli, NK_N("Place")),
		nk_cli_tr(cli, NK_N("Id")) };
	struct nk_drill_row *rows = NULL;
	size_t n = 0;

	nk_table_init(&table, cli->arena, titles, NK_ARRAY_LEN(titles));
	NK_TRY(nk_unlock_open(cli, false, err));
	NK_TRY(nk_op_drill_list(cli->flow, cli->arena, &rows, &n, err));
	for (size_t i = 0; i < n; i++) {
		const bool told = rows[i].told_at != 0;
		const struct nk_str cells[] = { nk_cli_word(cli, rows[i].kind), nk_cli_when(cli, rows[i].planted_at),
			told ? nk_cli_when(cli, rows[i].told_at) : nk_cli_word(cli, NK_STR("not yet")),
			told ? nk_cli_number(cli, seconds_of(&rows[i]) / 60) : NK_STR("-"), rows[i].place,
			nk_cli_id(cli, rows[i].id) };

		NK_TRY(cli->json ? row_json(cli, &rows[i], err) : nk_table_row(&table, cells, err));
	}
	nk_table_print(&table, 0, &cli->out);
	return nk_done();
}

NK_RESULT nk_training_drill(struct nk_cli *cli, struct nk_err *err)
{
	const struct nk_str what = nk_args_operand(&cli->args, 0);

	if (nk_str_eq(what, NK_STR("plant")) && cli->args.n_operands == 1) {
		return plant(cli, err);
	}
	if (nk_str_eq(what, NK_STR("score")) && cli->args.n_operands == 2) {
		return score(cli, err);
	}
	if (nk_str_eq(what, NK_STR("list")) && cli->args.n_operands == 1) {
		return list(cli, err);
	}
	return nk_fail(err, NK_USAGE, NK_N("a drill is planted, scored or listed: plant, score ID, list"));
}
