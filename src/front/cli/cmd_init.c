/*
 * cmd_init.c: nokosazu init: makes an installation.
 */
#include "base.h"

#include "unlock.h"

enum { CUSTODIANS_MAX = 9, SECRET_MAX = 4096 };

static NK_RESULT clock_of(const struct nk_cli *cli, nk_date *out, struct nk_err *err)
{
	const char *const typed = nk_args_get(&cli->args, "clock");

	*out = NK_DATE_NONE;
	if (typed != NULL && !nk_date_parse(nk_str_c(typed), out)) {
		return nk_fail(err, NK_USAGE, NK_N("a day is written as YYYY-MM-DD"));
	}
	return nk_done();
}

static NK_RESULT request(struct nk_cli *cli, struct nk_init_request *req, const char **custodians, struct nk_err *err)
{
	const struct nk_args *const args = &cli->args;
	uint64_t threshold = 2;

	NK_TRY(nk_args_need(args, "organisation", err));
	NK_TRY(nk_args_need(args, "domain", err));
	NK_TRY(nk_args_need(args, "operator", err));
	req->home = cli->home;
	req->organisation = nk_args_str(args, "organisation");
	req->domain = nk_args_str(args, "domain");
	req->operator_name = nk_args_str(args, "operator");
	req->copy_dir = nk_args_get(args, "copy");
	req->single_copy = nk_args_has(args, "single-copy");
	req->sealer = nk_args_has(args, "sealer") ? nk_args_str(args, "sealer") : NK_STR("file");
	req->n_custodians = nk_args_all(args, "custodian", custodians, CUSTODIANS_MAX);
	req->custodians = custodians;
	NK_TRY(nk_args_number(args, "threshold", 1, CUSTODIANS_MAX, &threshold, err));
	req->threshold = nk_u32(threshold);
	if ((req->copy_dir != NULL) == req->single_copy) {
		return nk_fail(err, NK_USAGE,
			NK_N("choose one: --copy DIR, a second place of the vault on another disk, or "
			     "--single-copy, which every statement will then say"));
	}
	if (req->copy_dir != NULL && req->copy_dir[0] != '/') {
		return nk_fail(err, NK_USAGE,
			NK_N("the second place of the vault is written into the configuration: it must begin "
			     "with \"/\""));
	}
	if (nk_str_eq(req->sealer, NK_STR("custodian")) && req->n_custodians == 0) {
		return nk_fail(err, NK_USAGE,
			NK_N("--sealer custodian needs --custodian ADDRESS for each of them; see "
			     "nokosazu-custodian(8)"));
	}
	return clock_of(cli, &req->clock, err);
}

static NK_RESULT init_run(struct nk_cli *cli, struct nk_err *err)
{
	NK_OWNED(nk_buf_done) struct nk_buf secret = { 0 };
	const char *custodians[CUSTODIANS_MAX];
	struct nk_init_request req = { .home = NULL };

	nk_buf_init_wiping(&secret, SECRET_MAX);
	NK_TRY(request(cli, &req, custodians, err));
	req.key_file = nk_args_get(&cli->args, "key-file");
	req.secret_is_keyfile = req.key_file != NULL;
	if (req.key_file != NULL) {
		NK_TRY(nk_unlock_new_key(cli, req.key_file, &secret, err));
	} else {
		NK_TRY(nk_unlock_new_passphrase(cli, &secret, err));
	}
	req.secret = nk_buf_bytes(&secret);
	NK_TRY(nk_op_init(cli->env, &req, err));
	NK_TRY(nk_cli_done(cli, "init", NK_N("The installation is ready."), err));
	nk_cli_say(cli,
		NK_N("Give the public keys in %s/public to whoever will check certificates.\nNext: enrol a "
		     "second person, print escrow sheets, "
		     "take in a roster:"),
		cli->home);
	nk_cli_hint(cli, "party key FILE");
	nk_cli_hint(cli, "vault escrow --threshold 2 --sheets 3 | lp");
	nk_cli_hint(cli, "import --check FILE");
	return nk_done();
}

static const char *const usage[] = {
	"init --organisation NAME --domain DOMAIN --operator NAME (--copy DIR | --single-copy) [--sealer "
	"file|custodian] [--custodian ADDRESS ...] "
	"[--threshold K] [--key-file FILE] [--clock DATE]",
	NULL,
};

static const struct nk_cmd_option options[] = {
	{ "organisation", 0, "NAME", NK_N("name of the organisation, as certificates will show it"), NULL },
	{ "domain", 0, "DOMAIN", NK_N("domain of logins and of the ledger's name, such as hoshimi.example.jp"),
		NULL },
	{ "operator", 0, "NAME", NK_N("who carries out the work here; kept encrypted"), NULL },
	{ "copy", 0, "DIR", NK_N("second place of the vault, on another disk; a whole path"), NULL },
	{ "single-copy", 0, NULL, NK_N("work without a second place; every statement will say so"), NULL },
	{ "sealer", 0, "file|custodian",
		NK_N("where the epoch secret lives (default: file, which certifies E2 at most)"), NULL },
	{ "custodian", 0, "ADDRESS", NK_N("a custodian's address, as nokosazu-custodian prints it; once for each"),
		NULL },
	{ "threshold", 0, "K", NK_N("custodians needed to open (default: 2)"), NULL },
	{ "clock", 0, "DATE", NK_N("simulate the clock from this day on; every record will say so"), NULL },
	{ NULL, 0, NULL, NULL, NULL },
};

const struct nk_cmd nk_cmd_init = {
	.name = "init",
	.job = NK_CMD_HOUSE,
	.usage = usage,
	.summary = NK_N("make an installation"),
	.options = options,
	.run = init_run,
};
