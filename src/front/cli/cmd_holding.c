/*
 * cmd_holding.c: nokosazu holding: every copy of data about persons that is on the books, and closing those that are
 * gone.
 */
#include "base.h"

#include "flow_duty.h"
#include "signing.h"
#include "unlock.h"

static NK_RESULT row_json(struct nk_cli *cli, const struct nk_holding_row *r, struct nk_err *err)
{
	struct nk_json j;

	nk_cli_json_begin(cli, &j, "holding");
	nk_cli_json_id(&j, "id", r->id);
	nk_cli_json_str(&j, "kind", r->kind);
	nk_cli_json_str(&j, "place", r->place);
	nk_cli_json_str(&j, "purpose", r->purpose);
	nk_cli_json_number(&j, "persons", r->persons);
	nk_cli_json_time(&j, "opened_at", r->opened_at);
	nk_cli_json_time(&j, "expires_at", r->expires_at);
	nk_cli_json_time(&j, "closed_at", r->closed_at);
	nk_cli_json_str(&j, "gone", r->gone);
	return nk_cli_json_end(cli, &j, err);
}

static NK_RESULT list(struct nk_cli *cli, struct nk_err *err)
{
	NK_OWNED(nk_table_done) struct nk_table table = { 0 };
	const char *const titles[] = { nk_cli_tr(cli, NK_N("Id")), nk_cli_tr(cli, NK_N("Kind")),
		nk_cli_tr(cli, NK_N("Place")), nk_cli_tr(cli, NK_N(">Persons")), nk_cli_tr(cli, NK_N("Since")),
		nk_cli_tr(cli, NK_N("Until")), nk_cli_tr(cli, NK_N("Gone")) };
	struct nk_holding_row *rows = NULL;
	size_t n = 0;

	nk_table_init(&table, cli->arena, titles, NK_ARRAY_LEN(titles));
	NK_TRY(nk_unlock_open_list(cli, err));
	NK_TRY(nk_op_holding_list(cli->flow, !nk_args_has(&cli->args, "all"), cli->arena, &rows, &n, err));
	for (size_t i = 0; i < n; i++) {
		const struct nk_str cells[] = { nk_cli_id(cli, rows[i].id), nk_cli_word(cli, rows[i].kind),
			rows[i].place.len > 0 ? nk_cli_word(cli, rows[i].place)
					      : nk_str_c(nk_cli_tr(cli, NK_N("(sealed)"))),
			nk_cli_number(cli, rows[i].persons),
			nk_cli_day(cli, rows[i].opened_at), nk_cli_day(cli, rows[i].expires_at),
			nk_cli_word(cli, rows[i].gone) };

		NK_TRY(cli->json ? row_json(cli, &rows[i], err) : nk_table_row(&table, cells, err));
	}
	nk_table_print(&table, 0, &cli->out);
	return nk_done();
}

static NK_RESULT close_one(struct nk_cli *cli, struct nk_err *err)
{
	NK_OWNED(nk_key_wipe) struct nk_key seed = { { 0 } };
	struct nk_holding_close_request req = { .verified = nk_args_has(&cli->args, "verified") };
	bool second = false;

	NK_TRY(nk_cli_operand_id(cli, 0, &req.holding, err));
	NK_TRY(nk_signing_seed(cli, &seed, &second, err));
	req.seed = second ? &seed : NULL;
	NK_TRY(nk_unlock_open(cli, true, err));
	NK_TRY(nk_op_holding_close(cli->flow, &req, err));
	return nk_cli_done(cli, "holding-close",
		second && req.verified ? NK_N("Closed and verified: this copy is off the books.") :
		req.verified ? NK_N("Closed: this copy is off the books as destroyed. One alone looked: verified is what a second party signed (--key FILE).") :
			       NK_N("Closed: this copy is off the books, unverified."), err);
}

static NK_RESULT time_of(const struct nk_cli *cli, const char *option, nk_time *out, struct nk_err *err)
{
	const struct nk_str text = nk_args_str(&cli->args, option);

	NK_TRY(nk_args_need(&cli->args, option, err));
	return nk_time_parse(text, out) && *out > 0
		? nk_done()
		: nk_fail(err, NK_USAGE, NK_N("--%s wants a time such as 2026-04-01T09:00:00Z"), option);
}

static NK_RESULT read_by(struct nk_cli *cli, struct nk_err *err)
{
	struct nk_seen_request req = { .persons = UINT64_MAX };

	NK_TRY(nk_cli_operand_id(cli, 0, &req.holding, err));
	NK_TRY(nk_args_need(&cli->args, "by", err));
	if (!nk_uuid_parse(nk_args_str(&cli->args, "by"), &req.party)) {
		return nk_fail(err, NK_USAGE, NK_N("--by wants the id of a party (nokosazu party list)"));
	}
	NK_TRY(time_of(cli, "at", &req.at, err));
	if (nk_args_has(&cli->args, "persons")) {
		NK_TRY(nk_args_number(&cli->args, "persons", 0, UINT32_MAX, &req.persons, err));
	}
	NK_TRY(nk_unlock_open(cli, true, err));
	NK_TRY(nk_op_seen(cli->flow, &req, err));
	return nk_cli_done(cli, "holding-read", NK_N("Written down: this copy was read."), err);
}

static NK_RESULT coverage(struct nk_cli *cli, struct nk_err *err)
{
	struct nk_coverage_request req = { .complete = nk_args_has(&cli->args, "complete"),
		.filtered = nk_args_has(&cli->args, "filtered"),
		.why = nk_args_str(&cli->args, nk_args_has(&cli->args, "gap") ? "gap" : "complete") };
	struct nk_uuid evidence;

	if (req.complete == nk_args_has(&cli->args, "gap")) {
		return nk_fail(err, NK_USAGE,
			NK_N("say either --complete SOURCE, where the log comes from, or --gap WHY, what is missing"));
	}
	NK_TRY(nk_cli_operand_id(cli, 0, &req.holding, err));
	NK_TRY(time_of(cli, "from", &req.from_at, err));
	NK_TRY(time_of(cli, "until", &req.until_at, err));
	NK_TRY(nk_unlock_open(cli, true, err));
	NK_TRY(nk_op_coverage(cli->flow, &req, &evidence, err));
	return nk_cli_done(cli, "holding-coverage", NK_N("Signed and written down: how complete this log is."), err);
}

static const struct nk_cmd_sub subs[] = {
	{ "list", 0, 0, list },
	{ "close", 1, 1, close_one },
	{ "read", 1, 1, read_by },
	{ "coverage", 1, 1, coverage },
	{ NULL, 0, 0, NULL },
};

static const char *const usage[] = { "holding list [--all]", "holding close [--verified] [--key FILE] ID",
	"holding read HOLDING --by PARTY --at TIME [--persons N]",
	"holding coverage HOLDING --from TIME --until TIME (--complete SOURCE [--filtered] | --gap WHY)", NULL };

static const struct nk_cmd_option options[] = {
	{ "all", 0, NULL, NK_N("those that are closed too"), "list" },
	{ "verified", 0, NULL, NK_N("you looked and the copy is destroyed; without it, it is only said to be"),
		"close" },
	{ "key", 0, "FILE", NK_N("the signing key of a second party who looked; letters, papers, media and terminals want one"), "close" },
	{ "by", 0, "PARTY", NK_N("who read it"), "read" },
	{ "at", 0, "TIME", NK_N("when, such as 2026-04-01T09:00:00Z"), "read" },
	{ "persons", 0, "N", NK_N("of how many persons; without it, that is not known"), "read" },
	{ "from", 0, "TIME", NK_N("since when the log tells"), "coverage" },
	{ "until", 0, "TIME", NK_N("until when"), "coverage" },
	{ "complete", 0, "SOURCE", NK_N("no reading is missing from it: where the log comes from"), "coverage" },
	{ "filtered", 0, NULL, NK_N("somebody chose what of it was kept: it is never complete then"), "coverage" },
	{ "gap", 0, "WHY", NK_N("readings may be missing: what happened to the log"), "coverage" },
	{ NULL, 0, NULL, NULL, NULL },
};

const struct nk_cmd nk_cmd_holding = {
	.name = "holding",
	.job = NK_CMD_COPIES,
	.usage = usage,
	.summary = NK_N("list copies of personal data, and close those that are gone"),
	.options = options,
	.subs = subs,
};
