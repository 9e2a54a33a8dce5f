/*
 * cmd_custodian.c: nokosazu custodian hint: how keepers of the epoch secret are set up. Reads nothing, writes
 * nothing.
 */
#include "base.h"

#include "cli.h"

static NK_RESULT hint(struct nk_cli *cli, struct nk_err *err)
{
	struct nk_json j;

	if (cli->json) {
		nk_cli_json_begin(cli, &j, "custodian-hint");
		nk_json_key(&j, "manual");
		nk_json_c(&j, "nokosazu-custodian(8)");
		return nk_cli_json_end(cli, &j, err);
	}
	nk_cli_print(cli,
		NK_N("Custodians each keep a share of the epoch secret and sign that they destroyed it. Take "
		     "three, at three organisations, on three "
		     "machines: only then a certificate can say E3.\n\n"
		     "1. On each machine start nokosazu-custodian; see nokosazu-custodian(8). It prints an address.\n"
		     "2. Compare each address by telephone or on paper, not only by mail.\n"
		     "3. Here, hand the secret over to them:\n\n"));
	nk_out_c(&cli->out,
		"   nokosazu vault reseal --sealer custodian --threshold 2 \\\n"
		"     --custodian ADDRESS1 --custodian ADDRESS2 --custodian ADDRESS3\n");
	return nk_done();
}

static const struct nk_cmd_sub subs[] = {
	{ "hint", 0, 0, hint },
	{ NULL, 0, 0, NULL },
};

static const char *const usage[] = { "custodian hint", NULL };

const struct nk_cmd nk_cmd_custodian = {
	.name = "custodian",
	.job = NK_CMD_HOUSE,
	.usage = usage,
	.summary = NK_N("say how keepers of the epoch secret are set up"),
	.subs = subs,
};
