/*
 * cmd_warrant.c: nokosazu warrant: 申請 → 承認 → 作業報告 → 報告承認.
 */
#include "base.h"

#include "flow_warrant.h"
#include "unlock.h"
#include "warrant_show.h"

enum { DETAILS_MAX = 1 << 20, SSHSIG_MAX = 16384 };

static NK_RESULT request(struct nk_cli *cli, struct nk_err *err)
{
	NK_OWNED(nk_buf_done) struct nk_buf details = { 0 };
	struct nk_warrant_request req = { .kind = nk_args_str(&cli->args, "kind"),
		.verbs = nk_args_str(&cli->args, "verbs"),
		.scope = nk_args_str(&cli->args, "scope"),
		.purpose = nk_args_str(&cli->args, "purpose"),
		.needs = nk_args_str(&cli->args, "needs") };
	uint64_t uses = 1;
	struct nk_uuid id;
	struct nk_json j;

	nk_buf_init_wiping(&details, DETAILS_MAX);
	NK_TRY(nk_args_need(&cli->args, "kind", err));
	NK_TRY(nk_args_need(&cli->args, "verbs", err));
	NK_TRY(nk_args_need(&cli->args, "scope", err));
	NK_TRY(nk_args_need(&cli->args, "purpose", err));
	NK_TRY(nk_args_need(&cli->args, "until", err));
	NK_TRY(nk_args_number(&cli->args, "uses", 1, 1000000, &uses, err));
	req.uses = (uint32_t)uses;
	if (!nk_date_parse(nk_args_str(&cli->args, "until"), &req.until_day)) {
		return nk_fail(err, NK_USAGE, NK_N("--until wants a day as YYYY-MM-DD"));
	}
	if (nk_args_has(&cli->args, "details")) {
		NK_TRY(nk_cli_read(cli, nk_args_get(&cli->args, "details"), &details, err));
		req.details = nk_buf_bytes(&details);
	}
	NK_TRY(nk_unlock_open(cli, true, err));
	NK_TRY(nk_op_warrant_request(cli->flow, &req, &id, err));
	if (cli->json) {
		nk_cli_json_begin(cli, &j, "warrant-request");
		nk_cli_json_id(&j, "id", id);
		return nk_cli_json_end(cli, &j, err);
	}
	nk_out_text(&cli->out, nk_cli_id(cli, id));
	nk_out_c(&cli->out, "\n");
	nk_cli_say(cli, NK_N("Asked for. It waits for its signatures:"));
	nk_cli_hint(cli, "warrant show %.*s", NK_FMT(nk_cli_id(cli, id)));
	return nk_done();
}

static NK_RESULT party_of(struct nk_cli *cli, struct nk_uuid *out, struct nk_err *err)
{
	NK_TRY(nk_args_need(&cli->args, "party", err));
	if (!nk_uuid_parse(nk_args_str(&cli->args, "party"), out)) {
		return nk_fail(err, NK_USAGE, NK_N("--party wants an id, as \"nokosazu party list\" shows it"));
	}
	return nk_done();
}

/* Bytes for others: to be signed, or as they were signed. */
static NK_RESULT show_bytes(struct nk_cli *cli, struct nk_warrant_judge_request *req, struct nk_err *err)
{
	NK_OWNED(nk_buf_done) struct nk_buf text = { 0 };
	const bool envelope = nk_args_has(&cli->args, "envelope");
	struct nk_uuid whose;

	nk_buf_init_wiping(&text, 8 << 20);
	if (!envelope) {
		NK_TRY(party_of(cli, &req->party, err));
	}
	NK_TRY(nk_unlock_open(cli, false, err));
	NK_TRY(envelope ? nk_op_warrant_envelope(cli->flow, req, &text, &whose, err)
			: nk_op_warrant_statement(cli->flow, req, &text, err));
	nk_out_bytes(&cli->out, nk_buf_bytes(&text));
	return nk_done();
}

static NK_RESULT show(struct nk_cli *cli, struct nk_err *err)
{
	struct nk_warrant_judge_request req = {
		.role = nk_args_str(&cli->args, nk_args_has(&cli->args, "envelope") ? "envelope" : "statement"),
		.step = nk_args_has(&cli->args, "for") ? nk_args_str(&cli->args, "for") : NK_STR("sign")
	};
	struct nk_warrant_row row;

	NK_TRY(nk_cli_operand_id(cli, 0, &req.id, err));
	if (req.role.len > 0) {
		return show_bytes(cli, &req, err);
	}
	NK_TRY(nk_unlock_open(cli, false, err));
	NK_TRY(nk_op_warrant_show(cli->flow, req.id, cli->arena, &row, err));
	return nk_warrant_show(cli, &row, err);
}

static const char *said(struct nk_str step)
{
	if (nk_str_eq(step, NK_STR("refuse"))) {
		return NK_N("Refused: this warrant is over, or its report has to be made again.");
	}
	if (nk_str_eq(step, NK_STR("revoke"))) {
		return NK_N("Revoked: nothing can be done under this warrant any more.");
	}
	return nk_str_eq(step, NK_STR("accept")) ? NK_N("The report is accepted; the warrant is done.")
						 : NK_N("Signed.");
}

static NK_RESULT decide(struct nk_cli *cli, const char *step, struct nk_err *err)
{
	NK_OWNED(nk_key_wipe) struct nk_key seed = { { 0 } };
	NK_OWNED(nk_buf_done) struct nk_buf sshsig = { 0 };
	struct nk_warrant_judge_request req = { .step = nk_str_c(step), .role = nk_args_str(&cli->args, "role") };

	nk_buf_init(&sshsig, SSHSIG_MAX);
	NK_TRY(nk_cli_operand_id(cli, 0, &req.id, err));
	NK_TRY(nk_args_need(&cli->args, "role", err));
	if (nk_args_has(&cli->args, "sshsig")) {
		NK_TRY(party_of(cli, &req.party, err));
		NK_TRY(nk_cli_read(cli, nk_args_get(&cli->args, "sshsig"), &sshsig, err));
		req.sshsig = nk_buf_bytes(&sshsig);
	} else {
		NK_TRY(nk_args_need(&cli->args, "key", err));
		NK_TRY(nk_unlock_seed(cli, nk_args_get(&cli->args, "key"), &seed, err));
		req.seed = &seed;
	}
	NK_TRY(nk_unlock_open(cli, true, err));
	NK_TRY(nk_op_warrant_judge(cli->flow, &req, err));
	return nk_cli_done(cli, "warrant-step", said(req.step), err);
}

static NK_RESULT sign(struct nk_cli *cli, struct nk_err *err)
{
	return decide(cli, "sign", err);
}

static NK_RESULT refuse(struct nk_cli *cli, struct nk_err *err)
{
	return decide(cli, "refuse", err);
}

static NK_RESULT revoke(struct nk_cli *cli, struct nk_err *err)
{
	return decide(cli, "revoke", err);
}

static NK_RESULT accept_report(struct nk_cli *cli, struct nk_err *err)
{
	return decide(cli, "accept", err);
}

static NK_RESULT use(struct nk_cli *cli, struct nk_err *err)
{
	struct nk_uuid id;

	NK_TRY(nk_cli_operand_id(cli, 0, &id, err));
	NK_TRY(nk_unlock_open(cli, true, err));
	NK_TRY(nk_op_warrant_use(cli->flow, id, nk_args_str(&cli->args, "verb"), err));
	return nk_cli_done(cli, "warrant-use", NK_N("One use is written down; the act may be done now."), err);
}

static NK_RESULT report(struct nk_cli *cli, struct nk_err *err)
{
	struct nk_uuid id;

	NK_TRY(nk_cli_operand_id(cli, 0, &id, err));
	NK_TRY(nk_args_need(&cli->args, "text", err));
	NK_TRY(nk_unlock_open(cli, true, err));
	NK_TRY(nk_op_warrant_report(cli->flow, id, nk_args_str(&cli->args, "text"), err));
	return nk_cli_done(cli, "warrant-report", NK_N("Reported. A judge of this warrant has to accept the report."), err);
}

static NK_RESULT list(struct nk_cli *cli, struct nk_err *err)
{
	NK_OWNED(nk_table_done) struct nk_table table = { 0 };
	const char *const titles[] = { nk_cli_tr(cli, NK_N("Id")), nk_cli_tr(cli, NK_N("Kind")),
		nk_cli_tr(cli, NK_N("State")), nk_cli_tr(cli, NK_N("Waits for")), nk_cli_tr(cli, NK_N("Owed")),
		nk_cli_tr(cli, NK_N("Scope")),
		nk_cli_tr(cli, NK_N("Until")), nk_cli_tr(cli, NK_N(">Uses left")) };
	struct nk_warrant_row *rows = NULL;
	size_t n = 0;

	nk_table_init(&table, cli->arena, titles, NK_ARRAY_LEN(titles));
	NK_TRY(nk_unlock_open(cli, false, err));
	NK_TRY(nk_op_warrant_list(cli->flow, nk_args_has(&cli->args, "all"), cli->arena, &rows, &n, err));
	for (size_t i = 0; i < n; i++) {
		const struct nk_warrant_row *const r = &rows[i];
		const struct nk_str cells[] = { nk_cli_id(cli, r->id), nk_cli_word(cli, r->kind),
			nk_cli_word(cli, r->state), r->waits_called, nk_cli_word(cli, r->owes), r->scope, nk_cli_day(cli, r->until_at),
			nk_warrant_uses(cli, r->uses_left) };

		NK_TRY(cli->json ? nk_warrant_json(cli, r, err) : nk_table_row(&table, cells, err));
	}
	nk_table_print(&table, 0, &cli->out);
	return nk_done();
}

static const struct nk_cmd_sub subs[] = {
	{ "request", 0, 0, request },
	{ "show", 1, 1, show },
	{ "sign", 1, 1, sign },
	{ "refuse", 1, 1, refuse },
	{ "revoke", 1, 1, revoke },
	{ "use", 1, 1, use },
	{ "report", 1, 1, report },
	{ "accept", 1, 1, accept_report },
	{ "list", 0, 0, list },
	{ NULL, 0, 0, NULL },
};

static const char *const usage[] = {
	"warrant request --kind KIND --verbs VERBS --scope SCOPE --purpose TEXT --until DATE [--uses N] [--needs ROLES] [--details FILE]",
	"warrant show [--statement ROLE --party ID] [--for STEP] ID",
	"warrant show --envelope ROLE [--for STEP] ID",
	"warrant sign --role ROLE --key FILE ID",
	"warrant sign --role ROLE --sshsig FILE --party ID ID",
	"warrant refuse --role ROLE --key FILE ID",
	"warrant revoke --role ROLE --key FILE ID",
	"warrant use [--verb VERB] ID",
	"warrant report --text TEXT ID",
	"warrant accept --role ROLE --key FILE ID",
	"warrant list [--all]",
	NULL,
};

static const struct nk_cmd_option options[] = {
	{ "kind", 0, "KIND", NK_N("access, change, egress, exception, order or release"), "request" },
	{ "verbs", 0, "VERBS", NK_N("the acts it allows, with commas between them"), "request" },
	{ "scope", 0, "SCOPE", NK_N("what it is for, in words and digests; nobody's name"), "request" },
	{ "purpose", 0, "TEXT", NK_N("why, in one line; kept encrypted"), "request" },
	{ "until", 0, "DATE", NK_N("the last day on which it holds"), "request" },
	{ "uses", 0, "N", NK_N("how often it can be used (default: once)"), "request" },
	{ "needs", 0, "ROLES", NK_N("further roles that must sign, beside those of the configuration"), "request" },
	{ "details", 0, "FILE", NK_N("a JSON object that the signers see and sign"), "request" },
	{ "statement", 0, "ROLE", NK_N("write exactly the bytes that are signed in this role"), "show" },
	{ "envelope", 0, "ROLE", NK_N("write what was signed in this role, as it is kept"), "show" },
	{ "for", 0, "STEP", NK_N("which decision the statement is for: sign, refuse, revoke or accept"), "show" },
	{ "role", 0, "ROLE", NK_N("in which role the decision is made"), "sign refuse revoke accept" },
	{ "key", 0, "FILE", NK_N("the person's own signing key"), "sign refuse revoke accept" },
	{ "sshsig", 0, "FILE", NK_N("a signature by ssh-keygen -Y sign -n nokosazu-approval over the statement"),
		"sign refuse revoke accept" },
	{ "party", 0, "ID", NK_N("whose statement or signature it is"), "show sign refuse revoke accept" },
	{ "verb", 0, "VERB", NK_N("which of its acts, when it allows several"), "use" },
	{ "text", 0, "TEXT", NK_N("what was done; kept encrypted"), "report" },
	{ "all", 0, NULL, NK_N("those that ended too"), "list" },
	{ NULL, 0, NULL, NULL, NULL },
};

const struct nk_cmd nk_cmd_warrant = {
	.name = "warrant",
	.job = NK_CMD_COPIES,
	.usage = usage,
	.summary = NK_N("ask for permission, sign it, report the work and accept the report"),
	.options = options,
	.subs = subs,
};
