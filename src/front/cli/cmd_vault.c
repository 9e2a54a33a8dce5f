/*
 * cmd_vault.c: nokosazu vault: state of the keys, turning the epoch, sealing anew, escrow sheets.
 */
#include "base.h"

#include "sheets.h"
#include "unlock.h"

enum { CUSTODIANS_MAX = 9, SECRET_MAX = 4096 };

static NK_RESULT show_json(struct nk_cli *cli, const struct nk_vault_reply *r, const char *type, struct nk_err *err)
{
	struct nk_json j;

	nk_cli_json_begin(cli, &j, type);
	nk_cli_json_number(&j, "sequence", r->sequence);
	nk_cli_json_number(&j, "epoch", r->epoch);
	nk_cli_json_number(&j, "live", r->live);
	nk_cli_json_number(&j, "destroyed", r->destroyed);
	nk_cli_json_number(&j, "released", r->released);
	nk_cli_json_str(&j, "sealer", nk_str_c(r->sealer));
	nk_cli_json_bool(&j, "single_copy", r->single_copy);
	nk_cli_json_bool(&j, "escrow_rehearsed", r->escrow_rehearsed);
	nk_cli_json_number(&j, "receipts", r->receipts);
	nk_cli_json_str(&j, "cap", nk_str_c(r->cap));
	return nk_cli_json_end(cli, &j, err);
}

static NK_RESULT show(struct nk_cli *cli, const struct nk_vault_reply *r, const char *type, struct nk_err *err)
{
	static const char *const titles[] = { "", "" };
	NK_OWNED(nk_table_done) struct nk_table table = { 0 };
	const struct nk_str yes = nk_cli_word(cli, NK_STR("yes"));
	const struct nk_str no = nk_cli_word(cli, NK_STR("no"));
	const struct {
		const char *label;
		struct nk_str value;
	} facts[] = {
		{ NK_N("epoch"), nk_cli_number(cli, r->epoch) },
		{ NK_N("keys that live"), nk_cli_number(cli, r->live) },
		{ NK_N("keys that are destroyed"), nk_cli_number(cli, r->destroyed) },
		{ NK_N("sealer of the epoch secret"), nk_str_c(r->sealer) },
		{ NK_N("second place"), r->single_copy ? no : yes },
		{ NK_N("escrow rehearsed"), r->escrow_rehearsed ? yes : no },
		{ NK_N("receipts of destruction"), r->cap[0] != '\0' ? nk_cli_number(cli, r->receipts) : NK_STR("") },
		{ NK_N("certificates reach at most"), nk_str_c(r->cap) },
	};

	if (cli->json) {
		return show_json(cli, r, type, err);
	}
	nk_table_init(&table, cli->arena, titles, NK_ARRAY_LEN(titles));
	for (size_t i = 0; i < NK_ARRAY_LEN(facts); i++) {
		const struct nk_str cells[] = { nk_str_c(nk_cli_tr(cli, facts[i].label)), facts[i].value };

		if (facts[i].value.len > 0) {
			NK_TRY(nk_table_row(&table, cells, err));
		}
	}
	nk_table_print(&table, 0, &cli->out);
	return nk_done();
}

static NK_RESULT status(struct nk_cli *cli, struct nk_err *err)
{
	struct nk_vault_reply reply;

	NK_TRY(nk_unlock_open(cli, false, err));
	NK_TRY(nk_op_vault_status(cli->flow, &reply, err));
	return show(cli, &reply, "vault", err);
}

static NK_RESULT rotate(struct nk_cli *cli, struct nk_err *err)
{
	struct nk_vault_reply reply;

	NK_TRY(nk_unlock_open(cli, true, err));
	NK_TRY(nk_op_vault_rotate(cli->flow, &reply, err));
	nk_progress_clear(&cli->progress);
	return show(cli, &reply, "vault-rotate", err);
}

/* The unlock secret stays unless a new one is asked for. */
static NK_RESULT new_secret(
	struct nk_cli *cli, struct nk_buf *secret, struct nk_reseal_request *req, struct nk_err *err)
{
	const char *const file = nk_args_get(&cli->args, "new-key-file");

	if (file != NULL && nk_args_has(&cli->args, "new-passphrase")) {
		return nk_fail(err, NK_USAGE, NK_N("choose one: --new-key-file FILE or --new-passphrase"));
	}
	if (file != NULL) {
		NK_TRY(nk_unlock_new_key(cli, file, secret, err));
		req->key_file = file;
		req->secret_is_keyfile = true;
	}
	if (nk_args_has(&cli->args, "new-passphrase")) {
		NK_TRY(nk_unlock_new_passphrase(cli, secret, err));
		req->key_file = "";
	}
	req->secret = nk_buf_bytes(secret);
	return nk_done();
}

static NK_RESULT reseal(struct nk_cli *cli, struct nk_err *err)
{
	NK_OWNED(nk_buf_done) struct nk_buf secret = { 0 };
	const char *custodians[CUSTODIANS_MAX];
	struct nk_reseal_request req = { .sealer = nk_args_str(&cli->args, "sealer"), .custodians = custodians };
	struct nk_vault_reply reply;
	uint64_t threshold = 2;

	nk_buf_init_wiping(&secret, SECRET_MAX);
	NK_TRY(nk_args_need(&cli->args, "sealer", err));
	NK_TRY(nk_args_number(&cli->args, "threshold", 1, CUSTODIANS_MAX, &threshold, err));
	req.threshold = nk_u32(threshold);
	req.n_custodians = nk_args_all(&cli->args, "custodian", custodians, CUSTODIANS_MAX);
	if (nk_str_eq(req.sealer, NK_STR("custodian")) && req.n_custodians == 0) {
		return nk_fail(err, NK_USAGE,
			NK_N("--sealer custodian needs --custodian ADDRESS for each of them; see "
			     "nokosazu-custodian(8)"));
	}
	NK_TRY(nk_cli_confirm(
		cli, NK_N("The vault is sealed anew; the old sealing opens nothing afterwards. Go on?"), err));
	NK_TRY(nk_unlock_open(cli, true, err));
	NK_TRY(new_secret(cli, &secret, &req, err));
	NK_TRY(nk_op_vault_reseal(cli->flow, &req, &reply, err));
	nk_progress_clear(&cli->progress);
	return show(cli, &reply, "vault-reseal", err);
}

static NK_RESULT rehearse(struct nk_cli *cli, struct nk_err *err)
{
	const char *const file = nk_args_get(&cli->args, "from");
	struct nk_str sheets[NK_SHEETS_MAX];
	size_t n = 0;

	NK_TRY(nk_sheets(cli, file, sheets, &n, err));
	NK_TRY(nk_unlock_open(cli, true, err));
	NK_TRY(nk_op_vault_escrow_try(cli->flow, sheets, n, err));
	return nk_cli_done(cli, "escrow-try",
		NK_N("The sheets give the unlock secret: the rehearsal went well and is remembered."), err);
}

/* The secret is lost, the sheets are not: opened with them, and a new secret at once, so that they are needed once. */
static NK_RESULT open_with_escrow(struct nk_cli *cli, struct nk_err *err)
{
	NK_OWNED(nk_buf_done) struct nk_buf secret = { 0 };
	struct nk_str sheets[NK_SHEETS_MAX];
	struct nk_reseal_request req = { .keep_sealing = true };
	struct nk_vault_reply reply;
	size_t n = 0;

	nk_buf_init_wiping(&secret, SECRET_MAX);
	if (!nk_args_has(&cli->args, "new-key-file") && !nk_args_has(&cli->args, "new-passphrase")) {
		return nk_fail(err, NK_USAGE, NK_N("the sheets open it once, for a new secret: --new-key-file FILE or --new-passphrase"));
	}
	NK_TRY(nk_sheets(cli, nk_args_get(&cli->args, "from"), sheets, &n, err));
	NK_TRY(nk_unlock_open_sheets(cli, sheets, n, err));
	NK_TRY(new_secret(cli, &secret, &req, err));
	NK_TRY(nk_op_vault_reseal(cli->flow, &req, &reply, err));
	nk_progress_clear(&cli->progress);
	nk_cli_say(cli, NK_N("Opened with the sheets and sealed under the new secret. The sheets open nothing any more: make new ones."));
	nk_cli_hint(cli, "vault escrow");
	return show(cli, &reply, "vault-open-with-escrow", err);
}

static NK_RESULT escrow(struct nk_cli *cli, struct nk_err *err)
{
	NK_OWNED(nk_buf_done) struct nk_buf sheets = { 0 };
	uint64_t needed = 2;
	uint64_t of = 3;
	struct nk_json j;

	nk_buf_init_wiping(&sheets, NK_SHEETS_TEXT);
	if (nk_args_has(&cli->args, "try")) {
		return rehearse(cli, err);
	}
	NK_TRY(nk_args_number(&cli->args, "threshold", 2, NK_SHEETS_MAX, &needed, err));
	NK_TRY(nk_args_number(&cli->args, "sheets", needed, NK_SHEETS_MAX, &of, err));
	NK_TRY(nk_cli_refuse_terminal(cli, err));
	NK_TRY(nk_unlock_open(cli, false, err));
	NK_TRY(nk_op_vault_escrow(cli->flow, nk_u32(needed), nk_u32(of), &sheets, err));
	if (cli->json) {
		nk_cli_json_begin(cli, &j, "escrow");
		nk_cli_json_str(&j, "sheets", nk_buf_str(&sheets));
		return nk_cli_json_end(cli, &j, err);
	}
	nk_out_lines(&cli->out, nk_buf_str(&sheets));
	nk_cli_say(cli, NK_N("Give each sheet to another person and keep none here. Then try whether they work:"));
	nk_cli_hint(cli, "vault escrow --try");
	return nk_done();
}

static const struct nk_cmd_sub subs[] = {
	{ "status", 0, 0, status },
	{ "rotate", 0, 0, rotate },
	{ "reseal", 0, 0, reseal },
	{ "escrow", 0, 0, escrow },
	{ "open-with-escrow", 0, 0, open_with_escrow },
	{ NULL, 0, 0, NULL },
};

static const char *const usage[] = {
	"vault status",
	"vault rotate",
	"vault reseal --sealer file|custodian [--custodian ADDRESS ...] [--threshold K] [--new-key-file FILE | "
	"--new-passphrase]",
	"vault escrow [--threshold K] [--sheets N] [--show]",
	"vault escrow --try [--from FILE]",
	"vault open-with-escrow [--from FILE] (--new-key-file FILE | --new-passphrase)",
	NULL,
};

static const struct nk_cmd_option options[] = {
	{ "sealer", 0, "file|custodian", NK_N("where the epoch secret shall live"), "reseal" },
	{ "custodian", 0, "ADDRESS", NK_N("a custodian's address, as nokosazu-custodian prints it; once for each"),
		"reseal" },
	{ "threshold", 0, "K", NK_N("custodians or sheets needed to open (default: 2)"), "reseal escrow" },
	{ "new-key-file", 0, "FILE", NK_N("unlock with this key file from now on; made when it is not there"),
		"reseal open-with-escrow" },
	{ "new-passphrase", 0, NULL, NK_N("unlock with a new passphrase from now on"), "reseal open-with-escrow" },
	{ "sheets", 0, "N", NK_N("sheets to print (default: 3)"), "escrow" },
	{ "show", 0, NULL, NK_N("print the sheets although a terminal looks on"), "escrow" },
	{ "try", 0, NULL, NK_N("rehearse: do the sheets that you type give the unlock secret"), "escrow" },
	{ "from", 0, "FILE", NK_N("read the sheets from a file instead of the terminal"), "escrow open-with-escrow" },
	{ NULL, 0, NULL, NULL, NULL },
};

const struct nk_cmd nk_cmd_vault = {
	.name = "vault",
	.job = NK_CMD_HOUSE,
	.usage = usage,
	.summary = NK_N("state of the keys, turning the epoch, sealing anew, escrow"),
	.options = options,
	.subs = subs,
};
