/*
 * cmd_person.c: nokosazu person: find and show persons, where their data is, and the legal hold.
 *
 * Showing is the purpose of these verbs, so names and the like stand in the tables and in JSON.
 */
#include "base.h"

#include "flow_person.h"
#include "person_show.h"
#include "unlock.h"

enum { MAX_DEFAULT = 50, MAX_MOST = 100000 };

static void row_json(struct nk_json *j, const struct nk_person_row *r)
{
	nk_cli_json_id(j, "id", r->id);
	nk_cli_json_str(j, "state", nk_str_c(r->state));
	nk_cli_json_str(j, "login", r->login);
	nk_cli_json_str(j, "name", r->name);
	nk_cli_json_str(j, "kana", r->kana);
	nk_cli_json_str(j, "mail", r->mail);
	nk_cli_json_str(j, "source", r->source);
	nk_cli_json_str(j, "source_key", r->source_key);
	nk_cli_json_str(j, "student_number", r->student_number);
	nk_cli_json_str(j, "unit", r->unit);
	nk_cli_json_str(j, "group", r->group);
	nk_cli_json_str(j, "grade", r->grade);
	nk_cli_json_date(j, "valid_from", r->valid_from);
	nk_cli_json_date(j, "valid_until", r->valid_until);
	nk_cli_json_date(j, "delete_on", r->delete_on);
	nk_cli_json_bool(j, "dates_by_hand", r->dated);
	nk_cli_json_bool(j, "hold", r->hold);
	nk_cli_json_bool(j, "protected", r->is_protected);
	nk_cli_json_bool(j, "hidden", r->hidden);
}

static NK_RESULT found(struct nk_cli *cli, const struct nk_person_row *rows, size_t n, struct nk_err *err)
{
	NK_OWNED(nk_table_done) struct nk_table table = { 0 };
	const char *const titles[] = { nk_cli_tr(cli, NK_N("Login")), nk_cli_tr(cli, NK_N("Full name")),
		nk_cli_tr(cli, NK_N("Reading")), nk_cli_tr(cli, NK_N("Unit")), nk_cli_tr(cli, NK_N("Class")),
		nk_cli_tr(cli, NK_N("State")) };

	nk_table_init(&table, cli->arena, titles, NK_ARRAY_LEN(titles));
	for (size_t i = 0; i < n; i++) {
		const struct nk_str cells[] = { rows[i].login, rows[i].name, rows[i].kana, rows[i].unit,
			rows[i].group, nk_cli_word(cli, nk_str_c(rows[i].state)) };

		NK_TRY(nk_table_row(&table, cells, err));
	}
	nk_table_print(&table, 0, &cli->out);
	return nk_done();
}

static NK_RESULT find(struct nk_cli *cli, struct nk_err *err)
{
	struct nk_person_row *rows = NULL;
	uint64_t max = MAX_DEFAULT;
	size_t total = 0;
	size_t n = 0;

	NK_TRY(nk_args_number(&cli->args, "max", 1, MAX_MOST, &max, err));
	NK_TRY(nk_unlock_open(cli, false, err));
	NK_TRY(nk_op_person_find(
		cli->flow, nk_args_operand(&cli->args, 0), nk_size(max), cli->arena, &rows, &n, &total, err));
	cli->status = n == 0 ? nk_err_exit(NK_NOT_FOUND) : 0;
	for (size_t i = 0; cli->json && i < n; i++) {
		struct nk_json j;

		nk_cli_json_begin(cli, &j, "person");
		row_json(&j, &rows[i]);
		NK_TRY(nk_cli_json_end(cli, &j, err));
	}
	if (!cli->json) {
		NK_TRY(found(cli, rows, n, err));
	}
	if (n == 0) {
		nk_cli_say(cli, NK_N("Nobody found."));
	} else if (total > n) {
		nk_cli_say(cli, NK_N("%1$zu of %2$zu are shown; type more of the name, or --max N."), n, total);
	}
	return nk_done();
}

static NK_RESULT load(struct nk_cli *cli, struct nk_person_row *out, struct nk_err *err)
{
	NK_TRY(nk_unlock_open(cli, false, err));
	return nk_op_person_show(cli->flow, nk_args_operand(&cli->args, 0), cli->arena, out, err);
}

static NK_RESULT show(struct nk_cli *cli, struct nk_err *err)
{
	struct nk_person_row row;
	struct nk_json j;

	NK_TRY(load(cli, &row, err));
	if (!cli->json) {
		NK_TRY(nk_person_show_head(cli, &row, err));
		if (row.records.len > 0) {
			NK_TRY(nk_person_show_part(cli, NK_PERSON_SHOW_RECORDS, row.records, err));
		}
		if (row.former.len > 0) {
			NK_TRY(nk_person_show_part(cli, NK_PERSON_SHOW_FORMER, row.former, err));
		}
		NK_TRY(nk_person_show_part(cli, NK_PERSON_SHOW_MEMBERSHIPS, row.memberships, err));
		NK_TRY(nk_person_show_part(cli, NK_PERSON_SHOW_TARGETS, row.targets, err));
		return nk_person_show_part(cli, NK_PERSON_SHOW_HOLDINGS, row.holdings, err);
	}
	nk_cli_json_begin(cli, &j, "person");
	row_json(&j, &row);
	nk_person_show_json(&j, NK_PERSON_SHOW_RECORDS, row.records);
	nk_person_show_json(&j, NK_PERSON_SHOW_FORMER, row.former);
	nk_person_show_json(&j, NK_PERSON_SHOW_MEMBERSHIPS, row.memberships);
	nk_person_show_json(&j, NK_PERSON_SHOW_TARGETS, row.targets);
	nk_person_show_json(&j, NK_PERSON_SHOW_HOLDINGS, row.holdings);
	return nk_cli_json_end(cli, &j, err);
}

static NK_RESULT where(struct nk_cli *cli, struct nk_err *err)
{
	struct nk_person_row row;
	struct nk_json j;

	NK_TRY(load(cli, &row, err));
	if (!cli->json) {
		NK_TRY(nk_person_show_part(cli, NK_PERSON_SHOW_HOLDINGS, row.holdings, err));
		return nk_person_show_part(cli, NK_PERSON_SHOW_TARGETS, row.targets, err);
	}
	nk_cli_json_begin(cli, &j, "person-where");
	nk_cli_json_id(&j, "id", row.id);
	nk_person_show_json(&j, NK_PERSON_SHOW_HOLDINGS, row.holdings);
	nk_person_show_json(&j, NK_PERSON_SHOW_TARGETS, row.targets);
	return nk_cli_json_end(cli, &j, err);
}

static NK_RESULT hold(struct nk_cli *cli, struct nk_err *err)
{
	NK_TRY(nk_unlock_open(cli, true, err));
	NK_TRY(nk_op_person_hold(cli->flow, nk_args_operand(&cli->args, 0), true, err));
	return nk_cli_done(cli, "person-hold",
		NK_N("A legal hold is on: this person will not be erased until it is lifted."), err);
}

static NK_RESULT release(struct nk_cli *cli, struct nk_err *err)
{
	NK_TRY(nk_unlock_open(cli, true, err));
	NK_TRY(nk_op_person_hold(cli->flow, nk_args_operand(&cli->args, 0), false, err));
	return nk_cli_done(
		cli, "person-release", NK_N("The legal hold is lifted: this person is erased when due."), err);
}

static NK_RESULT names_json(struct nk_cli *cli, const struct nk_names_reply *r, struct nk_err *err)
{
	for (size_t i = 0; i < r->n; i++) {
		const struct nk_names_line *const l = &r->lines[i];
		struct nk_json j;

		nk_cli_json_begin(cli, &j, "person-name");
		nk_cli_json_number(&j, "number", l->number);
		nk_cli_json_str(&j, "item", l->mail ? NK_STR("mail") : NK_STR("login"));
		nk_cli_json_bool(&j, "given", l->given);
		nk_cli_json_str(&j, "name", l->name);
		nk_cli_json_str(&j, "kana", l->kana);
		nk_cli_json_str(&j, "group", l->group);
		nk_cli_json_str(&j, "old", l->old);
		nk_cli_json_str(&j, "value", l->value);
		nk_cli_json_str(&j, "why", l->why != NULL ? nk_str_c(nk_cli_tr(cli, l->why)) : NK_STR(""));
		NK_TRY(nk_cli_json_end(cli, &j, err));
	}
	return nk_done();
}

static NK_RESULT names_table(struct nk_cli *cli, const struct nk_names_reply *r, struct nk_err *err)
{
	NK_OWNED(nk_table_done) struct nk_table table = { 0 };
	const char *const titles[] = { nk_cli_tr(cli, NK_N("Person")), nk_cli_tr(cli, NK_N("Full name")),
		nk_cli_tr(cli, NK_N("Class")), nk_cli_tr(cli, NK_N("Item")), nk_cli_tr(cli, NK_N("Before")),
		nk_cli_tr(cli, NK_N("By the rule")) };

	nk_table_init(&table, cli->arena, titles, NK_ARRAY_LEN(titles));
	for (size_t i = 0; i < r->n; i++) {
		const struct nk_names_line *const l = &r->lines[i];
		const struct nk_str cells[] = { nk_cli_text(cli, "#%u", l->number), l->name, l->group,
			nk_str_c(nk_cli_tr(cli, l->mail ? NK_N("mail") : NK_N("login"))), l->old,
			l->given ? l->value : nk_str_c(nk_cli_tr(cli, l->why)) };

		NK_TRY(nk_table_row(&table, cells, err));
	}
	nk_table_print(&table, 0, &cli->out);
	return nk_done();
}

static void names_talk(struct nk_cli *cli, const struct nk_names_reply *r, bool dry)
{
	if (r->n == 0) {
		nk_cli_say(cli, NK_N("Everybody has a name; nothing was changed."));
	} else if (dry) {
		nk_cli_say(cli, NK_N("Only looked at; nothing was changed. Without --dry-run %1$zu logins and %2$zu addresses are given."),
			r->logins, r->mails);
	} else {
		nk_cli_say(cli, NK_N("%1$zu logins and %2$zu addresses were given."), r->logins, r->mails);
		if (r->logins + r->mails > 0) {
			nk_cli_say(cli, NK_N("Next, see what this changes in the connected systems:"));
			nk_cli_hint(cli, "plan");
		}
	}
	if (r->missing > 0) {
		nk_cli_say(cli, NK_N("%zu could not be made; the reasons stand in the list."), r->missing);
	}
}

static NK_RESULT names(struct nk_cli *cli, struct nk_err *err)
{
	const struct nk_names_request req = { .dry_run = nk_args_has(&cli->args, "dry-run"),
		.only = nk_args_str(&cli->args, "person"),
		.renew = nk_args_has(&cli->args, "renew") };
	struct nk_names_reply r;

	NK_TRY(nk_unlock_open(cli, !req.dry_run, err));
	NK_TRY(nk_op_names(cli->flow, &req, cli->arena, &r, err));
	NK_TRY(cli->json ? names_json(cli, &r, err) : r.n > 0 ? names_table(cli, &r, err) : nk_done());
	names_talk(cli, &r, req.dry_run);
	cli->status = r.missing > 0 || (req.dry_run && r.n > 0) ? nk_err_exit(NK_PENDING) : 0;
	return nk_done();
}

static NK_RESULT pair_json(struct nk_cli *cli, const struct nk_alike_pair *p, struct nk_err *err)
{
	struct nk_json j;

	nk_cli_json_begin(cli, &j, "person-duplicate");
	nk_cli_json_number(&j, "a", p->a.number);
	nk_cli_json_number(&j, "b", p->b.number);
	nk_cli_json_id(&j, "a_id", p->a.id);
	nk_cli_json_id(&j, "b_id", p->b.id);
	nk_cli_json_str(&j, "a_name", p->a.name);
	nk_cli_json_str(&j, "b_name", p->b.name);
	nk_json_key(&j, "why");
	nk_json_open(&j, '[');
	for (size_t i = 0; i < p->n_why; i++) {
		nk_json_str(&j, nk_str_c(nk_cli_tr(cli, p->why[i])));
	}
	nk_json_close(&j, ']');
	return nk_cli_json_end(cli, &j, err);
}

static NK_RESULT pairs_table(struct nk_cli *cli, const struct nk_alike_reply *r, struct nk_err *err)
{
	NK_OWNED(nk_table_done) struct nk_table table = { 0 };
	const char *const titles[] = { nk_cli_tr(cli, NK_N("Person")), nk_cli_tr(cli, NK_N("Full name")),
		nk_cli_tr(cli, NK_N("Source")), nk_cli_tr(cli, NK_N("Person")), nk_cli_tr(cli, NK_N("Full name")),
		nk_cli_tr(cli, NK_N("Source")), nk_cli_tr(cli, NK_N("Why")) };

	nk_table_init(&table, cli->arena, titles, NK_ARRAY_LEN(titles));
	for (size_t i = 0; i < r->n; i++) {
		const struct nk_alike_pair *const p = &r->pairs[i];
		const struct nk_str cells[] = { nk_cli_text(cli, "#%u", p->a.number), p->a.name, p->a.source,
			nk_cli_text(cli, "#%u", p->b.number), p->b.name, p->b.source, nk_str_c(nk_cli_tr(cli, p->why[0])) };

		NK_TRY(nk_table_row(&table, cells, err));
	}
	nk_table_print(&table, 0, &cli->out);
	return nk_done();
}

static NK_RESULT duplicates(struct nk_cli *cli, struct nk_err *err)
{
	struct nk_alike_reply r;

	NK_TRY(nk_unlock_open(cli, false, err));
	NK_TRY(nk_op_alike(cli->flow, cli->arena, &r, err));
	cli->status = r.n > 0 ? nk_err_exit(NK_PENDING) : 0;
	for (size_t i = 0; cli->json && i < r.n; i++) {
		NK_TRY(pair_json(cli, &r.pairs[i], err));
	}
	if (r.n == 0) {
		nk_cli_say(cli, NK_N("Nobody looks like anybody else."));
		return nk_done();
	}
	NK_TRY(cli->json ? nk_done() : pairs_table(cli, &r, err));
	nk_cli_say(cli, r.more ? NK_N("There are more pairs than these.")
			       : NK_N("These may be one person twice. Nobody is joined by this: mend the source that is wrong, or say that they are one "
				    "(person merge --dry-run A B)."));
	return nk_done();
}

static NK_RESULT set_protection(struct nk_cli *cli, bool lift, struct nk_err *err)
{
	struct nk_protect_request req = { .person = nk_args_operand(&cli->args, 0), .lift = lift };

	if (nk_args_has(&cli->args, "warrant") && !nk_uuid_parse(nk_args_str(&cli->args, "warrant"), &req.warrant)) {
		return nk_fail(err, NK_USAGE, NK_N("--warrant needs an id"));
	}
	NK_TRY(nk_unlock_open(cli, true, err));
	NK_TRY(nk_op_protect(cli->flow, &req, cli->arena, err));
	NK_TRY(nk_cli_done(cli, lift ? "person-unprotect" : "person-protect",
		lift ? NK_N("The protection is lifted; the next plan shows this person everywhere again.")
		     : NK_N("Protected: name, class and school are in no list, export or notice from now on. The connected systems "
			    "still have them until the next plan is applied:"),
		err));
	nk_cli_hint(cli, "plan");
	return nk_done();
}

static NK_RESULT protect(struct nk_cli *cli, struct nk_err *err)
{
	return set_protection(cli, false, err);
}

static NK_RESULT unprotect(struct nk_cli *cli, struct nk_err *err)
{
	return set_protection(cli, true, err);
}

static const struct nk_cmd_sub subs[] = {
	{ "find", 1, 1, find },
	{ "show", 1, 1, show },
	{ "where", 1, 1, where },
	{ "hold", 1, 1, hold },
	{ "release", 1, 1, release },
	{ "dates", 1, 1, nk_person_dates_run },
	{ "names", 0, 0, names },
	{ "duplicates", 0, 0, duplicates },
	{ "merge", 2, 2, nk_person_merge_run },
	{ "split", 1, 1, nk_person_split_run },
	{ "protect", 1, 1, protect },
	{ "unprotect", 1, 1, unprotect },
	{ NULL, 0, 0, NULL },
};

static const char *const usage[] = {
	"person find [--max N] QUERY",
	"person show KEY",
	"person where KEY",
	"person hold KEY",
	"person release KEY",
	"person dates [--from DATE] [--until DATE] [--erase-on DATE] [--by-rules] KEY",
	"person names [--dry-run] [--person KEY] [--renew]",
	"person duplicates",
	"person merge [--dry-run] [--warrant ID] A B",
	"person split [--dry-run] [--warrant ID] B",
	"person protect KEY",
	"person unprotect [--warrant ID] KEY",
	NULL,
};

static const struct nk_cmd_option options[] = {
	{ "max", 0, "N", NK_N("show at most so many (default: 50)"), "find" },
	{ "from", 0, "DATE", NK_N("the first day on which the person is valid; none: take it away"), "dates" },
	{ "until", 0, "DATE", NK_N("the first day on which the person is not valid any more; none: take it away"), "dates" },
	{ "erase-on", 0, "DATE", NK_N("the day from which erasure is proposed; none: take it away"), "dates" },
	{ "by-rules", 0, NULL, NK_N("let files and the rows of [year] decide again"), "dates" },
	{ "dry-run", 0, NULL, NK_N("say what would be given, or become of the accounts; change nothing"), "names merge split" },
	{ "person", 0, "KEY", NK_N("only for this person"), "names" },
	{ "renew", 0, NULL, NK_N("with --person: another login although there is one; the old one is blocked"), "names" },
	{ "warrant", 0, "ID", NK_N("warrant of a second person that covers this"), "unprotect merge split" },
	{ NULL, 0, NULL, NULL, NULL },
};

const struct nk_cmd nk_cmd_person = {
	.name = "person",
	.job = NK_CMD_PERSONS,
	.usage = usage,
	.summary = NK_N("find and show a person, where the data is, and the legal hold"),
	.options = options,
	.subs = subs,
};
