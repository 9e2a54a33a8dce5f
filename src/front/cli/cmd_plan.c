/*
 * cmd_plan.c: nokosazu plan: what would change at a target, or who is due for erasure; and the plans that wait.
 *
 * The lines of a plan are personal: they go to stdout, and into JSON only with --all.
 */
#include "base.h"

#include "findings.h"
#include "unlock.h"

enum { SHORT = 40 };

static const char *const verdicts[] = {
	[NK_PLAN_FREE] = "free", [NK_PLAN_NEEDS_APPROVAL] = "needs-approval", [NK_PLAN_STOPPED] = "stopped"
};

static int status_of(const struct nk_plan_reply *r)
{
	if (r->verdict != NK_PLAN_FREE) {
		return nk_err_exit(NK_GUARD);
	}
	if (r->conflicts > 0) {
		return nk_err_exit(NK_CONFLICT);
	}
	return r->steps > 0 ? nk_err_exit(NK_PENDING) : 0;
}

static enum nk_colour colour_of(char sign)
{
	switch (sign) {
	case '+':
	case '^':
		return NK_COLOUR_GREEN;
	case '~':
		return NK_COLOUR_YELLOW;
	case '>':
		return NK_COLOUR_CYAN;
	default:
		return NK_COLOUR_RED;
	}
}

/* What a line is about: a person, a group, or one's membership of it. */
static const char *object_of(const struct nk_plan_line *l)
{
	return strncmp(l->kind, "member", 6) == 0 ? NK_N("member") : l->object;
}

/* A conflict's text is a msgid; what stands behind an addition is the whole entry, too long to be read. */
static struct nk_str detail_of(struct nk_cli *cli, const struct nk_plan_line *l)
{
	if (strcmp(l->kind, "add") == 0) {
		return NK_STR("");
	}
	return l->sign == '!' ? nk_cli_word(cli, l->detail) : l->detail;
}

static void show_line(struct nk_cli *cli, const struct nk_plan_line *l)
{
	const struct nk_str detail = detail_of(cli, l);

	nk_out_colour(&cli->out, colour_of(l->sign));
	nk_out_f(&cli->out, "  %c ", l->sign);
	nk_out_colour(&cli->out, NK_COLOUR_NONE);
	nk_out_c(&cli->out, nk_cli_tr(cli, object_of(l)));
	nk_out_c(&cli->out, "  ");
	if (l->shown.len > 0) {
		nk_out_colour(&cli->out, NK_COLOUR_BOLD);
		nk_out_text(&cli->out, l->shown);
		nk_out_colour(&cli->out, NK_COLOUR_NONE);
		nk_out_c(&cli->out, "  ");
	}
	nk_out_text(&cli->out, l->key);
	if (detail.len > 0) {
		nk_out_c(&cli->out, "  ");
		nk_out_text(&cli->out, detail);
	}
	nk_out_c(&cli->out, "\n");
}

static void show_lines(struct nk_cli *cli, const struct nk_plan_reply *r)
{
	const bool all = nk_args_has(&cli->args, "all") || !cli->out.terminal;
	const size_t shown = all || r->n_lines <= SHORT ? r->n_lines : SHORT;

	for (size_t i = 0; i < shown; i++) {
		show_line(cli, &r->lines[i]);
	}
	if (shown < r->n_lines) {
		nk_cli_print(cli, NK_N("  and %zu more (--all shows all)\n"), r->n_lines - shown);
	}
	nk_out_c(&cli->out, r->n_lines > 0 ? "\n" : "");
}

static void summary(struct nk_cli *cli, const struct nk_plan_reply *r)
{
	if (r->erase && r->steps == 0) {
		nk_cli_print(cli, NK_N("Nobody is due for erasure.\n"));
		return;
	}
	if (r->erase) {
		nk_cli_print(cli, NK_N("Plan: erase %llu persons everywhere. This cannot be taken back.\n"),
			(unsigned long long)r->steps);
		return;
	}
	nk_cli_print(cli,
		NK_N("Plan: %1$llu to add, %2$llu to change, %3$llu to rename, %4$llu to suspend, %5$llu to "
		     "resume, %6$llu to delete; memberships: %7$llu more, "
		     "%8$llu fewer; conflicts: %9$llu.\n"),
		(unsigned long long)r->add, (unsigned long long)r->change, (unsigned long long)r->rename,
		(unsigned long long)r->suspend, (unsigned long long)r->resume, (unsigned long long)r->remove,
		(unsigned long long)r->member_add, (unsigned long long)r->member_remove,
		(unsigned long long)r->conflicts);
	nk_cli_print(cli,
		NK_N("Unchanged: %1$llu. Read from the target: %2$llu entries, %3$llu of them not ours and left "
		     "alone.\n"),
		(unsigned long long)r->unchanged, (unsigned long long)r->held, (unsigned long long)r->foreign);
	if (r->undecided > 0) {
		nk_cli_print(cli,
			NK_N("Accounts that were there before and nobody decided about: %llu (nokosazu census). None of "
			     "them is in this plan.\n"),
			(unsigned long long)r->undecided);
	}
	if (r->no_login > 0) {
		nk_cli_print(cli, NK_N("Without a login name, therefore without an account: %llu.\n"),
			(unsigned long long)r->no_login);
	}
}

static void next(struct nk_cli *cli, const struct nk_plan_reply *r)
{
	const bool kept = !(!r->erase && nk_args_has(&cli->args, "dry-run"));

	if (r->verdict == NK_PLAN_STOPPED) {
		nk_cli_say(cli,
			NK_N("Stopped by the guard: this plan cannot be applied. Look at the source and at the "
			     "target first."));
		return;
	}
	if (r->conflicts > 0) {
		nk_cli_say(cli,
			NK_N("Conflicts (!) are left alone; a person has to decide about them at the target or "
			     "in the roster."));
	}
	if (r->steps == 0) {
		nk_cli_say(cli, NK_N("Nothing to do."));
		return;
	}
	if (!kept) {
		nk_cli_say(cli, NK_N("Not kept (--dry-run): without it, this plan can be applied."));
		return;
	}
	if (r->verdict == NK_PLAN_NEEDS_APPROVAL) {
		nk_cli_say(cli, NK_N("A second person has to approve exactly this:"));
		nk_cli_hint(cli, "approve %.12s --count %" PRIu64 " --key FILE", r->hash, r->approve_count);
	}
	nk_cli_say(cli, NK_N("To apply exactly this (until %s):"), nk_cli_when_zone(cli, r->expires_at).ptr);
	nk_cli_hint(cli, "apply %.12s", r->hash);
}

static void json_counts(struct nk_json *j, const struct nk_plan_reply *r)
{
	const struct {
		const char *key;
		uint64_t n;
	} counts[] = {
		{ "steps", r->steps },
		{ "add", r->add },
		{ "change", r->change },
		{ "rename", r->rename },
		{ "suspend", r->suspend },
		{ "resume", r->resume },
		{ "delete", r->remove },
		{ "member_add", r->member_add },
		{ "member_remove", r->member_remove },
		{ "conflicts", r->conflicts },
		{ "unchanged", r->unchanged },
		{ "held", r->held },
		{ "foreign", r->foreign },
		{ "no_login", r->no_login },
		{ "undecided", r->undecided },
	};

	for (size_t i = 0; i < NK_ARRAY_LEN(counts); i++) {
		nk_cli_json_number(j, counts[i].key, counts[i].n);
	}
}

static void json_lines(struct nk_json *j, const struct nk_plan_reply *r)
{
	nk_json_key(j, "lines");
	nk_json_open(j, '[');
	for (size_t i = 0; i < r->n_lines; i++) {
		const struct nk_plan_line *const l = &r->lines[i];

		nk_json_open(j, '{');
		nk_cli_json_str(j, "sign", (struct nk_str){ &l->sign, 1 });
		nk_cli_json_str(j, "kind", nk_str_c(l->kind));
		nk_cli_json_str(j, "object", nk_str_c(l->object));
		nk_cli_json_str(j, "key", l->key);
		nk_cli_json_str(j, "name", l->shown);
		nk_cli_json_str(j, "detail", l->detail);
		nk_json_close(j, '}');
	}
	nk_json_close(j, ']');
}

static NK_RESULT show_json(struct nk_cli *cli, const struct nk_plan_reply *r, struct nk_err *err)
{
	struct nk_json j;

	nk_cli_json_begin(cli, &j, r->erase ? "erase-plan" : "plan");
	nk_cli_json_bool(&j, "has_changes", r->steps > 0);
	nk_cli_json_str(&j, "verdict", nk_str_c(verdicts[r->verdict]));
	nk_cli_json_bool(&j, "dry_run", r->as_of != 0);
	if (r->as_of != 0) {
		nk_cli_json_date(&j, "as_of", r->as_of);
	}
	if (r->copy_at != 0) {
		nk_cli_json_time(&j, "copy_at", r->copy_at);
	}
	nk_cli_json_str(&j, "hash", nk_str_c(r->as_of == 0 ? r->hash : ""));
	nk_cli_json_number(&j, "approve_count", r->approve_count);
	nk_cli_json_time(&j, "expires_at", r->expires_at);
	json_counts(&j, r);
	nk_findings_json(cli, &j, r->findings, r->n_findings);
	if (nk_args_has(&cli->args, "all")) {
		json_lines(&j, r);
	}
	return nk_cli_json_end(cli, &j, err);
}

/* Said before and behind: nobody takes it for a plan. */
static void dry_run(struct nk_cli *cli, const struct nk_plan_reply *r)
{
	if (r->as_of != 0) {
		nk_out_colour(&cli->out, NK_COLOUR_YELLOW);
		nk_cli_print(cli, NK_N("DRY RUN for %s: nothing is kept, nothing is sent, and it cannot be applied.\n"),
			nk_cli_date(cli, r->as_of).ptr);
		if (r->copy_at != 0) {
			nk_cli_print(cli,
				NK_N("Compared with the copy that was read at %s, not with the system itself: what changed there since is "
				     "not in it, and what was applied since stands here once more.\n"),
				nk_cli_when_zone(cli, r->copy_at).ptr);
		}
		nk_out_colour(&cli->out, NK_COLOUR_NONE);
	}
}

static NK_RESULT show(struct nk_cli *cli, const struct nk_plan_reply *r, struct nk_err *err)
{
	cli->status = status_of(r);
	if (cli->json) {
		return show_json(cli, r, err);
	}
	dry_run(cli, r);
	show_lines(cli, r);
	summary(cli, r);
	nk_findings_print(cli, r->findings, r->n_findings, nk_args_has(&cli->args, "all"));
	if (r->as_of != 0) {
		dry_run(cli, r);
		return nk_done();
	}
	next(cli, r);
	return nk_done();
}

static NK_RESULT as_of(struct nk_cli *cli, nk_date *out, struct nk_err *err)
{
	*out = 0;
	if (!nk_args_has(&cli->args, "as-of") || (nk_date_parse(nk_args_str(&cli->args, "as-of"), out) && *out > 0)) {
		return nk_done();
	}
	return nk_fail(err, NK_USAGE, NK_N("a day is written as YYYY-MM-DD"));
}

static NK_RESULT erase(struct nk_cli *cli, struct nk_err *err)
{
	const struct nk_str key = nk_args_str(&cli->args, "person");
	struct nk_plan_erase_request req = { .even_if_not_due = nk_args_has(&cli->args, "now") };
	struct nk_plan_reply reply;
	struct nk_person_row person;

	if (req.even_if_not_due && key.len == 0) {
		return nk_fail(err, NK_USAGE, NK_N("--now is for one person: --person KEY"));
	}
	if (req.even_if_not_due) {
		NK_TRY(nk_cli_confirm(
			cli, NK_N("The day of erasure of this person is moved to today. Really?"), err));
	}
	NK_TRY(as_of(cli, &req.as_of, err));
	NK_TRY(nk_unlock_open(cli, req.as_of == 0, err));
	if (key.len > 0) {
		NK_TRY(nk_op_person_show(cli->flow, key, cli->arena, &person, err));
		req.only = person.id;
	}
	NK_TRY(nk_op_plan_erase(cli->flow, &req, cli->arena, &reply, err));
	return show(cli, &reply, err);
}

static NK_RESULT list_json(struct nk_cli *cli, const struct nk_plan_summary *s, struct nk_err *err)
{
	struct nk_json j;

	nk_cli_json_begin(cli, &j, "plan-summary");
	nk_cli_json_str(&j, "hash", nk_str_c(s->hash));
	nk_cli_json_bool(&j, "erase", s->erase);
	nk_cli_json_str(&j, "target", s->target);
	nk_cli_json_str(&j, "state", nk_str_c(s->state));
	nk_cli_json_str(&j, "verdict", nk_str_c(s->verdict));
	nk_cli_json_bool(&j, "approved", s->approved);
	nk_cli_json_time(&j, "made_at", s->made_at);
	nk_cli_json_time(&j, "expires_at", s->expires_at);
	return nk_cli_json_end(cli, &j, err);
}

static NK_RESULT list(struct nk_cli *cli, struct nk_err *err)
{
	NK_OWNED(nk_table_done) struct nk_table table = { 0 };
	const char *const titles[] = { nk_cli_tr(cli, NK_N("Plan")), nk_cli_tr(cli, NK_N("What")),
		nk_cli_tr(cli, NK_N("State")), nk_cli_tr(cli, NK_N("Guard")), nk_cli_tr(cli, NK_N("Made")),
		nk_cli_tr(cli, NK_N("Good until")) };
	struct nk_plan_summary *rows = NULL;
	size_t n = 0;

	nk_table_init(&table, cli->arena, titles, NK_ARRAY_LEN(titles));
	NK_TRY(nk_unlock_open_locked(cli, err));
	NK_TRY(nk_op_plan_list(cli->flow, cli->arena, &rows, &n, err));
	for (size_t i = 0; i < n; i++) {
		const struct nk_str what = rows[i].target.len > 0
			? rows[i].target
			: nk_cli_word(cli, rows[i].erase ? NK_STR("erasure") : NK_STR("accounts"));
		const struct nk_str guard =
			nk_cli_word(cli, rows[i].approved ? NK_STR("approved") : nk_str_c(rows[i].verdict));
		const struct nk_str cells[] = { nk_cli_text(cli, "%.12s", rows[i].hash), what,
			nk_cli_word(cli, nk_str_c(rows[i].state)), guard, nk_cli_when(cli, rows[i].made_at),
			nk_cli_when(cli, rows[i].expires_at) };

		NK_TRY(cli->json ? list_json(cli, &rows[i], err) : nk_table_row(&table, cells, err));
	}
	nk_table_print(&table, 0, &cli->out);
	if (n == 0) {
		nk_cli_say(cli, NK_N("No plan is kept."));
	}
	return nk_done();
}

static NK_RESULT plan_run(struct nk_cli *cli, struct nk_err *err)
{
	struct nk_plan_request req = { .target = nk_args_str(&cli->args, "target"),
		.show_only = nk_args_has(&cli->args, "dry-run"),
		.copy = nk_args_has(&cli->args, "copy") };
	struct nk_plan_reply reply;

	if (nk_args_has(&cli->args, "list")) {
		return list(cli, err);
	}
	if (req.copy && (!nk_args_has(&cli->args, "as-of") || nk_args_has(&cli->args, "erase"))) {
		return nk_fail(err, NK_USAGE, NK_N("--copy is for dry runs: it goes with --as-of DATE"));
	}
	if (nk_args_has(&cli->args, "erase")) {
		return erase(cli, err);
	}
	if (nk_args_has(&cli->args, "person") || nk_args_has(&cli->args, "now")) {
		return nk_fail(err, NK_USAGE, NK_N("--person and --now go with --erase"));
	}
	NK_TRY(as_of(cli, &req.as_of, err));
	NK_TRY(nk_unlock_open(cli, !req.show_only && req.as_of == 0, err));
	NK_TRY(nk_op_plan(cli->flow, &req, cli->arena, &reply, err));
	return show(cli, &reply, err);
}

static const char *const usage[] = {
	"plan [--target NAME] [--dry-run] [--all]",
	"plan --as-of DATE [--copy] [--target NAME] [--all]",
	"plan --erase [--person KEY] [--now | --as-of DATE] [--all]",
	"plan --list",
	NULL,
};

static const struct nk_cmd_option options[] = {
	{ "target", 0, "NAME", NK_N("the system to compare with (default: the only one)"), NULL },
	{ "dry-run", 'n', NULL, NK_N("show only; there will be nothing to apply"), NULL },
	{ "as-of", 0, "DATE", NK_N("a dry run for that day: nothing is kept, and nothing is sent"), NULL },
	{ "copy", 0, NULL, NK_N("that dry run against the copy of what was last read of the system, not against the system"), NULL },
	{ "erase", 0, NULL, NK_N("list the persons who are due for erasure"), NULL },
	{ "person", 0, "KEY", NK_N("of these only the person with this id, login, number or source key"), NULL },
	{ "now", 0, NULL, NK_N("even if the person is not due yet, because the person asked for it"), NULL },
	{ "list", 0, NULL, NK_N("list the plans that are kept"), NULL },
	{ "all", 0, NULL, NK_N("show every line of a long plan; with --json, show the lines at all"), NULL },
	{ NULL, 0, NULL, NULL, NULL },
};

const struct nk_cmd nk_cmd_plan = {
	.name = "plan",
	.job = NK_CMD_ROSTER,
	.usage = usage,
	.summary = NK_N("show what would change, or who is due for erasure"),
	.options = options,
	.run = plan_run,
};
