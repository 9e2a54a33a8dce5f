/*
 * cmd_evidence.c: nokosazu evidence: the signed statements that are kept, and handing them out for checking.
 */
#include "base.h"

#include "flow_duty.h"
#include "unlock.h"

static NK_RESULT row_json(
	struct nk_cli *cli, const struct nk_evidence_row *r, const struct nk_evidence_paper *paper, struct nk_err *err)
{
	struct nk_json j;

	nk_cli_json_begin(cli, &j, "evidence");
	nk_cli_json_id(&j, "id", r->id);
	nk_cli_json_str(&j, "kind", r->kind);
	nk_cli_json_str(&j, "about", r->about);
	nk_cli_json_str(&j, "result", r->result);
	nk_cli_json_str(&j, "digest", nk_str_c(r->digest));
	nk_cli_json_id(&j, "signer", r->signer);
	nk_cli_json_time(&j, "at", r->at);
	nk_json_key(&j, "leaf");
	nk_json_int(&j, r->leaf);
	nk_cli_json_bool(&j, "kept", r->kept);
	if (paper != NULL) {
		nk_cli_json_str(&j, "statement", paper->payload);
		nk_cli_json_bool(&j, "published", paper->proof.len > 0);
	}
	return nk_cli_json_end(cli, &j, err);
}

/* The last words of a type: ".../predicate/coverage/v1" → "coverage/v1". */
static struct nk_str short_kind(struct nk_str kind)
{
	size_t slashes = 0;

	for (size_t i = kind.len; nk_str_starts(kind, NK_STR("https://")) && i > 0; i--) {
		slashes += kind.ptr[i - 1] == '/' ? 1 : 0;
		if (slashes == 2) {
			return nk_str_sub(kind, i, kind.len);
		}
	}
	return kind;
}

static NK_RESULT list(struct nk_cli *cli, struct nk_err *err)
{
	NK_OWNED(nk_table_done) struct nk_table table = { 0 };
	const char *const titles[] = { nk_cli_tr(cli, NK_N("Evidence")), nk_cli_tr(cli, NK_N("Kind")),
		nk_cli_tr(cli, NK_N("About")), nk_cli_tr(cli, NK_N("Result")), nk_cli_tr(cli, NK_N("Since")),
		nk_cli_tr(cli, NK_N(">Ledger entry")) };
	struct nk_evidence_row *rows = NULL;
	size_t n = 0;

	nk_table_init(&table, cli->arena, titles, NK_ARRAY_LEN(titles));
	NK_TRY(nk_unlock_open_locked(cli, err));
	NK_TRY(nk_op_evidence_list(cli->flow, nk_args_str(&cli->args, "about"), cli->arena, &rows, &n, err));
	for (size_t i = 0; i < n; i++) {
		const struct nk_str cells[] = { nk_cli_id(cli, rows[i].id), short_kind(rows[i].kind), rows[i].about,
			rows[i].result.len > 0 ? rows[i].result : NK_STR("-"), nk_cli_when(cli, rows[i].at),
			rows[i].leaf < 0 ? NK_STR("-") : nk_cli_number(cli, (uint64_t)rows[i].leaf) };

		NK_TRY(cli->json ? row_json(cli, &rows[i], NULL, err) : nk_table_row(&table, cells, err));
	}
	nk_table_print(&table, 0, &cli->out);
	if (n == 0) {
		nk_cli_say(cli, NK_N("There is no evidence of that."));
	}
	return nk_done();
}

static NK_RESULT open_paper(struct nk_cli *cli, struct nk_evidence_paper *out, struct nk_err *err)
{
	struct nk_uuid id;

	NK_TRY(nk_cli_operand_id(cli, 0, &id, err));
	NK_TRY(nk_unlock_open(cli, false, err));
	return nk_op_evidence_show(cli->flow, id, cli->arena, out, err);
}

static NK_RESULT show(struct nk_cli *cli, struct nk_err *err)
{
	struct nk_evidence_paper paper;

	NK_TRY(open_paper(cli, &paper, err));
	if (cli->json) {
		return row_json(cli, &paper.row, &paper, err);
	}
	nk_out_lines(&cli->out, paper.payload.len > 0 ? paper.payload : paper.envelope);
	nk_out_c(&cli->out, "\n");
	return nk_done();
}

/* The proof stands beside it, where verify looks for it. */
static NK_RESULT export(struct nk_cli *cli, struct nk_err *err)
{
	const struct nk_str file = nk_args_operand(&cli->args, 1);
	static const char ending[] = ".dsse.json";
	const size_t cut = nk_str_ends(file, NK_STR(".dsse.json")) ? sizeof(ending) - 1 : 0;
	struct nk_evidence_paper paper;

	NK_TRY(open_paper(cli, &paper, err));
	NK_TRY(nk_env_write_new(cli->env, file.ptr, nk_str_bytes(paper.envelope), err));
	if (paper.proof.len > 0) {
		NK_TRY(nk_env_write_new(cli->env,
			nk_cli_text(cli, "%.*s.tlog-proof", NK_FMT(nk_str_sub(file, 0, file.len - cut))).ptr,
			nk_str_bytes(paper.proof), err));
	} else {
		nk_cli_say(cli, NK_N("Its ledger entry is not published yet: there is no proof beside it."));
	}
	return nk_cli_done(cli, "evidence-export", NK_N("Written. Whoever has the public keys can check it: nokosazu verify."),
		err);
}

static const struct nk_cmd_sub subs[] = {
	{ "list", 0, 0, list },
	{ "show", 1, 1, show },
	{ "export", 2, 2, export },
	{ NULL, 0, 0, NULL },
};

static const char *const usage[] = { "evidence list [--about WHAT]", "evidence show ID", "evidence export ID FILE", NULL };

static const struct nk_cmd_option options[] = {
	{ "about", 0, "WHAT", NK_N("only those about that: holding:ID, duty:ID, case:ID"), "list" },
	{ NULL, 0, NULL, NULL, NULL },
};

const struct nk_cmd nk_cmd_evidence = {
	.name = "evidence",
	.job = NK_CMD_PROOF,
	.usage = usage,
	.summary = NK_N("list signed statements, and hand them out for checking"),
	.options = options,
	.subs = subs,
};
