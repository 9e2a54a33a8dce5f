/*
 * person_dates.c: nokosazu person dates: the three dates of a person, set by hand.
 */
#include "base.h"

#include "flow_year.h"
#include "person_show.h"
#include "unlock.h"

/* 0: not given; "none" takes a date away. */
static NK_RESULT date_of(struct nk_cli *cli, const char *option, nk_date *out, struct nk_err *err)
{
	const struct nk_str text = nk_args_str(&cli->args, option);

	*out = 0;
	if (!nk_args_has(&cli->args, option)) {
		return nk_done();
	}
	*out = NK_DATE_NONE;
	if (nk_str_eq(text, NK_STR("none")) || (nk_date_parse(text, out) && *out > 0)) {
		return nk_done();
	}
	return nk_fail(err, NK_USAGE, NK_N("a day is written as YYYY-MM-DD"));
}

NK_RESULT nk_person_dates_run(struct nk_cli *cli, struct nk_err *err)
{
	struct nk_person_dates dates = { .by_rules = nk_args_has(&cli->args, "by-rules") };

	NK_TRY(date_of(cli, "from", &dates.from, err));
	NK_TRY(date_of(cli, "until", &dates.until, err));
	NK_TRY(date_of(cli, "erase-on", &dates.erase_on, err));
	if (!dates.by_rules && dates.from == 0 && dates.until == 0 && dates.erase_on == 0) {
		return nk_fail(err, NK_USAGE, NK_N("say which date: --from, --until or --erase-on, or --by-rules"));
	}
	NK_TRY(nk_unlock_open(cli, true, err));
	NK_TRY(nk_op_person_dates(cli->flow, nk_args_operand(&cli->args, 0), &dates, cli->arena, err));
	return nk_cli_done(cli, "person-dates",
		dates.by_rules ? NK_N("From now on files and the rows of [year] decide about these dates again.")
			       : NK_N("The dates are set; no file and no row of [year] changes them until --by-rules."),
		err);
}
