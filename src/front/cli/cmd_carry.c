/*
 * cmd_carry.c: nokosazu carry: 持ち出し: asked for, sealed, opened at the other side, received, destroyed with a second look.
 */
#include "base.h"

#include "carry_show.h"
#include "flow_redact.h"
#include "unlock.h"
#include "week_show.h"

enum { PATHS = 64, IDENTITY_MAX = 16384, RECEIPT_MAX = 65536, WEEKS_MAX = 520 };

static size_t recipients(const struct nk_cli *cli, struct nk_str to[static NK_CARRY_RECIPIENTS])
{
	const char *given[NK_CARRY_RECIPIENTS];
	const size_t n = nk_args_all(&cli->args, "to", given, NK_CARRY_RECIPIENTS);

	for (size_t i = 0; i < n && i < NK_CARRY_RECIPIENTS; i++) {
		to[i] = nk_str_c(given[i]);
	}
	return n < NK_CARRY_RECIPIENTS ? n : (size_t)NK_CARRY_RECIPIENTS;
}

/* Pseudonyms in the place of persons: what is then asked for is the files that came out, and nothing goes if one did not. */
static NK_RESULT redacted(struct nk_cli *cli, const char **paths, size_t n, struct nk_err *err)
{
	const struct nk_redact_request req = { .files = (const char *const *)cli->args.operands, .n_files = n,
		.into = nk_args_get(&cli->args, "redact") };
	struct nk_redact_reply reply;

	NK_TRY(nk_op_redact(cli->flow, &req, cli->arena, &reply, err));
	nk_progress_clear(&cli->progress);
	if (reply.refused > 0 || reply.n_files != n) {
		return nk_fail(err, NK_INCOMPLETE,
			NK_N("%1$llu of %2$zu files could not be made to hold nobody, so nothing is asked for: nokosazu redact says why"),
			(unsigned long long)reply.refused, n);
	}
	for (size_t i = 0; i < n; i++) {
		paths[i] = reply.files[i].to.ptr;
	}
	return nk_done();
}

static NK_RESULT request(struct nk_cli *cli, struct nk_err *err)
{
	const char *paths[PATHS];
	struct nk_str to[NK_CARRY_RECIPIENTS];
	struct nk_carry_request req = { .paths = paths,
		.n_paths = cli->args.n_operands,
		.purpose = nk_args_str(&cli->args, "purpose"),
		.ticket = nk_args_str(&cli->args, "ticket"),
		.to = to };
	struct nk_carry_asked asked;

	NK_TRY(nk_args_need(&cli->args, "purpose", err));
	NK_TRY(nk_args_need(&cli->args, "to", err));
	NK_TRY(nk_args_need(&cli->args, "until", err));
	if (!nk_date_parse(nk_args_str(&cli->args, "until"), &req.until_day)) {
		return nk_fail(err, NK_USAGE, NK_N("--until wants a day as YYYY-MM-DD"));
	}
	for (size_t i = 0; i < req.n_paths && i < PATHS; i++) {
		paths[i] = cli->args.operands[i];
	}
	req.n_to = recipients(cli, to);
	NK_TRY(nk_unlock_open(cli, true, err));
	if (nk_args_has(&cli->args, "redact")) {
		NK_TRY(redacted(cli, paths, req.n_paths < PATHS ? req.n_paths : PATHS, err));
	}
	NK_TRY(nk_op_carry_request(cli->flow, &req, cli->arena, &asked, err));
	return nk_carry_show_asked(cli, &asked, err);
}

static NK_RESULT seal(struct nk_cli *cli, struct nk_err *err)
{
	struct nk_str to[NK_CARRY_RECIPIENTS];
	struct nk_carry_seal_request req = { .to = to };
	struct nk_carry_sealed sealed;

	NK_TRY(nk_cli_operand_id(cli, 0, &req.warrant, err));
	NK_TRY(nk_args_need(&cli->args, "out", err));
	req.out_path = nk_args_get(&cli->args, "out");
	req.n_to = recipients(cli, to);
	NK_TRY(nk_unlock_open(cli, true, err));
	NK_TRY(nk_op_carry_seal(cli->flow, &req, cli->arena, &sealed, err));
	return nk_carry_show_sealed(cli, &sealed, err);
}

static NK_RESULT write_receipt(struct nk_cli *cli, const struct nk_carry_opened *opened, struct nk_str *out_path, struct nk_err *err)
{
	*out_path = nk_cli_text(cli, "%s.receipt.json", cli->args.operands[0]);
	return nk_env_write_new(cli->env, out_path->ptr, nk_str_bytes(opened->receipt), err);
}

static NK_RESULT open_bundle(struct nk_cli *cli, struct nk_err *err)
{
	NK_OWNED(nk_buf_done) struct nk_buf identities = { 0 };
	struct nk_carry_open_request req = { .bundle = cli->args.operands[0], .dir = nk_args_get(&cli->args, "into") };
	struct nk_carry_opened opened;
	struct nk_str receipt;

	nk_buf_init_wiping(&identities, IDENTITY_MAX);
	NK_TRY(nk_args_need(&cli->args, "identity", err));
	NK_TRY(nk_args_need(&cli->args, "into", err));
	NK_TRY(nk_cli_read(cli, nk_args_get(&cli->args, "identity"), &identities, err));
	req.identities = nk_buf_str(&identities);
	if (nk_args_has(&cli->args, "register")) {
		NK_TRY(nk_unlock_open(cli, true, err));
	}
	NK_TRY(nk_op_carry_open(cli->env, cli->flow, &req, cli->arena, &opened, err));
	NK_TRY(write_receipt(cli, &opened, &receipt, err));
	return nk_carry_show_opened(cli, &opened, receipt, err);
}

static NK_RESULT receipt(struct nk_cli *cli, struct nk_err *err)
{
	NK_OWNED(nk_buf_done) struct nk_buf text = { 0 };
	struct nk_uuid holding;

	nk_buf_init(&text, RECEIPT_MAX);
	NK_TRY(nk_cli_read(cli, cli->args.operands[0], &text, err));
	NK_TRY(nk_unlock_open(cli, true, err));
	NK_TRY(nk_op_carry_receipt(cli->flow, nk_buf_bytes(&text), cli->arena, &holding, err));
	return nk_cli_done(cli, "carry-receipt", NK_N("The receipt is on the books."), err);
}

static NK_RESULT end(struct nk_cli *cli, bool returned, struct nk_err *err)
{
	NK_OWNED(nk_key_wipe) struct nk_key seed = { { 0 } };
	struct nk_carry_end_request req = { .returned = returned, .seed = &seed };
	struct nk_carry_ended ended;

	NK_TRY(nk_cli_operand_id(cli, 0, &req.warrant, err));
	NK_TRY(nk_args_need(&cli->args, "place", err));
	NK_TRY(nk_args_need(&cli->args, "key", err));
	req.place = nk_args_get(&cli->args, "place");
	NK_TRY(nk_unlock_seed(cli, nk_args_get(&cli->args, "key"), &seed, err));
	NK_TRY(nk_unlock_open(cli, true, err));
	NK_TRY(nk_op_carry_end(cli->flow, &req, cli->arena, &ended, err));
	return nk_carry_show_ended(cli, &ended, err);
}

static NK_RESULT return_it(struct nk_cli *cli, struct nk_err *err)
{
	return end(cli, true, err);
}

static NK_RESULT destroy(struct nk_cli *cli, struct nk_err *err)
{
	return end(cli, false, err);
}

static NK_RESULT list(struct nk_cli *cli, struct nk_err *err)
{
	const struct nk_refusal *refused = NULL;
	struct nk_carry_row *rows = NULL;
	size_t n = 0;

	NK_TRY(nk_unlock_open(cli, false, err));
	if (nk_args_has(&cli->args, "refused")) {
		NK_TRY(nk_op_refused(cli->flow, cli->arena, &refused, &n, err));
		return nk_week_show_refused(cli, refused, n, err);
	}
	NK_TRY(nk_op_carry_list(cli->flow, nk_args_has(&cli->args, "all"), cli->arena, &rows, &n, err));
	return nk_carry_show_list(cli, rows, n, nk_args_has(&cli->args, "overdue"), err);
}

static NK_RESULT report(struct nk_cli *cli, struct nk_err *err)
{
	struct nk_week w;
	uint64_t weeks = 1;

	NK_TRY(nk_args_number(&cli->args, "weeks", 1, WEEKS_MAX, &weeks, err));
	NK_TRY(nk_unlock_open(cli, false, err));
	NK_TRY(nk_op_week(cli->flow, NK_DATE_NONE, (unsigned)weeks, cli->arena, &w, err));
	return nk_week_show(cli, "carry-report", &w, false, err);
}

static const struct nk_cmd_sub subs[] = {
	{ "request", 1, PATHS, request },
	{ "seal", 1, 1, seal },
	{ "open", 1, 1, open_bundle },
	{ "receipt", 1, 1, receipt },
	{ "return", 1, 1, return_it },
	{ "destroy", 1, 1, destroy },
	{ "list", 0, 0, list },
	{ "report", 0, 0, report },
	{ NULL, 0, 0, NULL },
};

static const char *const usage[] = { "carry request --purpose TEXT --to KEY --until DAY [--ticket TEXT] [--redact DIR] FILE...",
	"carry seal --out FILE [--to KEY] WARRANT", "carry open --identity FILE --into DIR [--register] BUNDLE", "carry receipt FILE",
	"carry return --place DIR --key FILE WARRANT", "carry destroy --place DIR --key FILE WARRANT",
	"carry list [--all] [--overdue] [--refused]", "carry report [--weeks N]", NULL };

static const struct nk_cmd_option options[] = {
	{ "purpose", 0, "TEXT", NK_N("what it is for; kept encrypted"), "request" },
	{ "to", 0, "KEY", NK_N("for whom: the recipient key (age1...) or the id of an enrolled party; may be given several times"),
		"request seal" },
	{ "until", 0, "DAY", NK_N("the day by which it is destroyed again"), "request" },
	{ "ticket", 0, "TEXT", NK_N("number of the work it is for"), "request" },
	{ "redact", 0, "DIR", NK_N("carry copies with pseudonyms in the place of persons, made in this folder"), "request" },
	{ "out", 0, "FILE", NK_N("the bundle; must not exist yet"), "seal" },
	{ "identity", 0, "FILE", NK_N("identities, as age-keygen writes them"), "open" },
	{ "into", 0, "DIR", NK_N("where the files go; nothing is overwritten"), "open" },
	{ "register", 0, NULL, NK_N("put what is opened on the books of this installation"), "open" },
	{ "place", 0, "DIR", NK_N("where it lay: looked through for the persons that were in it"), "return destroy" },
	{ "key", 0, "FILE", NK_N("signing key of the second party who looked"), "return destroy" },
	{ "all", 0, NULL, NK_N("those that are gone too"), "list" },
	{ "overdue", 0, NULL, NK_N("only those whose day is over"), "list" },
	{ "refused", 0, NULL, NK_N("attempts that were refused instead, with their reasons"), "list" },
	{ "weeks", 0, "N", NK_N("how many weeks back (default: 1)"), "report" },
	{ NULL, 0, NULL, NULL, NULL },
};

const struct nk_cmd nk_cmd_carry = {
	.name = "carry",
	.job = NK_CMD_COPIES,
	.usage = usage,
	.summary = NK_N("carry files out: approved, sealed to named keys, destroyed in time"),
	.options = options,
	.subs = subs,
};
