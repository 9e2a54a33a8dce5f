/*
 * cmd_cancel.c: nokosazu cancel: a plan or an erasure is not to be done.
 */
#include "base.h"

#include "unlock.h"

static NK_RESULT cancel_run(struct nk_cli *cli, struct nk_err *err)
{
	NK_TRY(nk_unlock_open(cli, true, err));
	NK_TRY(nk_op_cancel(cli->flow, nk_args_operand(&cli->args, 0), err));
	return nk_cli_done(cli, "cancel", NK_N("Cancelled: this plan can no longer be applied."), err);
}

static const char *const usage[] = { "cancel HASH", NULL };

const struct nk_cmd nk_cmd_cancel = {
	.name = "cancel",
	.job = NK_CMD_ROSTER,
	.usage = usage,
	.summary = NK_N("cancel a plan, or an erasure whose keys still live"),
	.min = 1,
	.max = 1,
	.run = cancel_run,
};
