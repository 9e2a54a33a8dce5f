/*
 * cmd_approve.c: nokosazu approve: the second person signs exactly what the guard held back.
 */
#include "base.h"

#include "unlock.h"

static NK_RESULT approve_run(struct nk_cli *cli, struct nk_err *err)
{
	struct nk_approve_request req = { .hash = nk_args_operand(&cli->args, 0) };
	NK_OWNED(nk_key_wipe) struct nk_key seed = { { 0 } };
	nk_rc rc = nk_done();

	NK_TRY(nk_args_need(&cli->args, "key", err));
	NK_TRY(nk_args_need(&cli->args, "count", err));
	NK_TRY(nk_args_number(&cli->args, "count", 0, UINT32_MAX, &req.count, err));
	NK_TRY(nk_unlock_seed(cli, nk_args_get(&cli->args, "key"), &seed, err));
	NK_TRY(nk_unlock_open(cli, true, err));
	req.seed = seed;
	rc = nk_op_approve(cli->flow, &req, err);
	nk_key_wipe(&req.seed);
	NK_TRY(rc);
	return nk_cli_done(cli, "approve",
		NK_N("Approved. Whoever made the plan can apply it now; an import is run again with the same file."),
		err);
}

static const char *const usage[] = { "approve --key FILE --count N HASH", NULL };

static const struct nk_cmd_option options[] = {
	{ "key", 0, "FILE", NK_N("the approver's own signing key"), NULL },
	{ "count", 0, "N", NK_N("the number of persons that the plan shows, typed by the approver"), NULL },
	{ NULL, 0, NULL, NULL, NULL },
};

const struct nk_cmd nk_cmd_approve = {
	.name = "approve",
	.job = NK_CMD_ROSTER,
	.usage = usage,
	.summary = NK_N("approve as a second person what the guard held back"),
	.options = options,
	.min = 1,
	.max = 1,
	.run = approve_run,
};
