/*
 * cmd_clock.c: nokosazu clock: moves the clock of an installation that was made with a simulated one.
 */
#include "base.h"

#include "unlock.h"

static NK_RESULT clock_run(struct nk_cli *cli, struct nk_err *err)
{
	nk_date day = NK_DATE_NONE;

	if (!nk_date_parse(nk_args_operand(&cli->args, 0), &day)) {
		return nk_fail(err, NK_USAGE, NK_N("a day is written as YYYY-MM-DD"));
	}
	NK_TRY(nk_unlock_open(cli, true, err));
	NK_TRY(nk_op_clock(cli->flow, day, err));
	return nk_cli_done(cli, "clock", NK_N("The simulated clock was moved forward."), err);
}

static const char *const usage[] = { "clock DATE", NULL };

const struct nk_cmd nk_cmd_clock = {
	.name = "clock",
	.job = NK_CMD_HOUSE,
	.usage = usage,
	.summary = NK_N("move a simulated clock forward to a day"),
	.min = 1,
	.max = 1,
	.run = clock_run,
};
