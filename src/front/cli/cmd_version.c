/*
 * cmd_version.c: nokosazu version.
 */
#include "base.h"

#include "cli.h"

static NK_RESULT version_run(struct nk_cli *cli, struct nk_err *err)
{
	struct nk_json j;

	if (!cli->json) {
		nk_out_c(&cli->out, "nokosazu " NK_VERSION "\n");
		return nk_done();
	}
	nk_cli_json_begin(cli, &j, "version");
	nk_json_key(&j, "version");
	nk_json_c(&j, NK_VERSION);
	return nk_cli_json_end(cli, &j, err);
}

static const char *const usage[] = { "version", NULL };

const struct nk_cmd nk_cmd_version = {
	.name = "version",
	.job = NK_CMD_SELF,
	.usage = usage,
	.summary = NK_N("print the version"),
	.run = version_run,
};
