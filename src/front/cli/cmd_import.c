/*
 * cmd_import.c: nokosazu import: takes in a roster, or only looks at it.
 */
#include "base.h"

#include "findings.h"
#include "flow_roster.h"
#include "import_show.h"
#include "os.h"
#include "unlock.h"

enum { MAP_MAX = 1 << 20 };

static const char *const outcomes[] = {
	[NK_IMPORT_DONE] = "done",
	[NK_IMPORT_SAME] = "same",
	[NK_IMPORT_CHECKED] = "checked",
	[NK_IMPORT_NEEDS_APPROVAL] = "needs-approval",
	[NK_IMPORT_STOPPED] = "stopped",
	[NK_IMPORT_REFUSED] = "refused",
};

static uint64_t pending(const struct nk_import_reply *r)
{
	return r->joined + r->returned + r->changed + r->left;
}

static int status_of(const struct nk_import_reply *r)
{
	switch (r->outcome) {
	case NK_IMPORT_DONE:
		return nk_findings_count(r->findings, r->n_findings, "error") > 0 ? nk_err_exit(NK_PENDING) : 0;
	case NK_IMPORT_SAME:
		return 0;
	case NK_IMPORT_CHECKED:
		return pending(r) > 0 || nk_findings_count(r->findings, r->n_findings, "error") > 0
			? nk_err_exit(NK_PENDING)
			: 0;
	case NK_IMPORT_NEEDS_APPROVAL:
	case NK_IMPORT_STOPPED:
		return nk_err_exit(NK_GUARD);
	case NK_IMPORT_REFUSED:
		return nk_err_exit(NK_INVALID);
	}
	return nk_err_exit(NK_INTERNAL);
}

struct figure {
	const char *key, *label;
	uint64_t n;
};

enum { FIGURES = 15 };

static void figures(const struct nk_import_reply *r, struct figure out[static FIGURES])
{
	const struct figure list[FIGURES] = {
		{ "persons", NK_N("persons in the file"), r->persons },
		{ "units", NK_N("schools and other units"), r->units },
		{ "groups", NK_N("classes and other groups"), r->groups },
		{ "joined", NK_N("joined"), r->joined },
		{ "returned", NK_N("came back within their grace"), r->returned },
		{ "changed", NK_N("changed"), r->changed },
		{ "renamed", NK_N("of these: changed their name"), r->renamed },
		{ "moved", NK_N("of these: moved to another school"), r->moved },
		{ "classes", NK_N("of these: changed class or grade"), r->classes },
		{ "left", NK_N("left"), r->left },
		{ "unchanged", NK_N("unchanged"), r->unchanged },
		{ "passwords_dropped", NK_N("passwords in the file, not kept"), r->passwords_dropped },
		{ "rows_not_imported", NK_N("rows not taken in"), r->rows_not_imported },
		{ "named", NK_N("logins and mail addresses made by rule"), r->named },
		{ "unnamed", NK_N("logins and mail addresses that no rule could make (nokosazu person names --dry-run)"), r->unnamed },
	};

	memcpy(out, list, sizeof(list));
}

static NK_RESULT show_json(struct nk_cli *cli, const struct nk_import_reply *r, struct nk_err *err)
{
	struct figure list[FIGURES];
	struct nk_json j;

	figures(r, list);
	nk_cli_json_begin(cli, &j, "import");
	nk_cli_json_str(&j, "outcome", nk_str_c(outcomes[r->outcome]));
	nk_cli_json_str(&j, "format", r->format);
	nk_cli_json_str(&j, "generation", r->generation);
	nk_cli_json_str(&j, "encoding", r->encoding);
	for (size_t i = 0; i < FIGURES; i++) {
		nk_cli_json_number(&j, list[i].key, list[i].n);
	}
	if (r->outcome == NK_IMPORT_NEEDS_APPROVAL) {
		nk_cli_json_str(&j, "hash", nk_str_c(r->hash));
		nk_cli_json_number(&j, "approve_count", r->approve_count);
	}
	nk_cli_json_id(&j, "holding", r->holding);
	nk_cli_json_time(&j, "destroy_by", r->destroy_by);
	nk_findings_json(cli, &j, r->findings, r->n_findings);
	return nk_cli_json_end(cli, &j, err);
}

static NK_RESULT show_table(struct nk_cli *cli, const struct nk_import_reply *r, struct nk_err *err)
{
	static const char *const titles[] = { "", ">" };
	NK_OWNED(nk_table_done) struct nk_table table = { 0 };
	struct figure list[FIGURES];

	if (r->outcome == NK_IMPORT_REFUSED) {
		return nk_done();
	}
	figures(r, list);
	nk_table_init(&table, cli->arena, titles, NK_ARRAY_LEN(titles));
	for (size_t i = 0; i < FIGURES; i++) {
		const struct nk_str cells[] = { nk_str_c(nk_cli_tr(cli, list[i].label)),
			nk_cli_number(cli, list[i].n) };

		if (i < 3 || list[i].n > 0) {
			NK_TRY(nk_table_row(&table, cells, err));
		}
	}
	nk_out_text(&cli->out, r->format);
	nk_out_c(&cli->out, " ");
	nk_out_text(&cli->out, r->generation);
	nk_out_c(&cli->out, ", ");
	nk_out_text(&cli->out, r->encoding);
	nk_out_c(&cli->out, "\n");
	nk_table_print(&table, 2, &cli->out);
	return nk_done();
}

/* What happened, and what a person does about it. */
static void talk(struct nk_cli *cli, const struct nk_import_reply *r)
{
	char id[NK_UUID_TEXT];

	switch (r->outcome) {
	case NK_IMPORT_DONE:
		nk_cli_say(cli,
			NK_N("Taken in. The file itself is now on the books as a copy of personal data: destroy "
			     "it by %s and say so:"),
			nk_cli_day(cli, r->destroy_by).ptr);
		nk_cli_hint(cli, "holding close %s --verified", nk_uuid_print(r->holding, id));
		nk_cli_say(cli, NK_N("Next, see what this changes in the connected systems:"));
		nk_cli_hint(cli, "plan");
		return;
	case NK_IMPORT_SAME:
		nk_cli_say(cli, NK_N("Nothing has changed since the last import; nothing was written."));
		return;
	case NK_IMPORT_CHECKED:
		nk_cli_say(cli, NK_N("Only looked at; nothing was written. Without --check it is taken in."));
		return;
	case NK_IMPORT_NEEDS_APPROVAL:
		nk_cli_say(cli,
			NK_N("Held back by the guard. Nothing was changed. If this is right, a "
			     "second person approves it, then import the same "
			     "file again:"));
		nk_cli_hint(cli, "approve %.12s --count %" PRIu64 " --key FILE", r->hash, r->approve_count);
		return;
	case NK_IMPORT_STOPPED:
		nk_cli_say(cli,
			NK_N("Stopped by the guard. Nothing was changed. Ask whoever made the file; do not "
			     "force it."));
		return;
	case NK_IMPORT_REFUSED:
		nk_cli_say(cli,
			NK_N("The file has errors. Nothing was changed. Mend the places above and import again."));
		return;
	}
}

static NK_RESULT read_map(struct nk_cli *cli, struct nk_buf *map, struct nk_err *err)
{
	const char *const path = nk_args_get(&cli->args, "map");

	return path != NULL ? nk_cli_read(cli, path, map, err) : nk_done();
}

static struct nk_str source_of(const struct nk_cli *cli)
{
	return nk_args_has(&cli->args, "source") ? nk_args_str(&cli->args, "source") : NK_STR("main");
}

static struct nk_str base_name(const char *path)
{
	const char *const slash = strrchr(path, '/');

	return nk_str_c(slash != NULL ? slash + 1 : path);
}

static NK_RESULT take_in(struct nk_cli *cli, struct nk_err *err)
{
	NK_OWNED(nk_os_fd_close) int fd = -1;
	NK_OWNED(nk_buf_done) struct nk_buf map = { 0 };
	const struct nk_args *const args = &cli->args;
	struct nk_import_request req = { .strict = nk_args_has(args, "strict"),
		.check_only = nk_args_has(args, "check") };
	struct nk_import_reply reply;
	uint64_t year = 0;

	nk_buf_init_wiping(&map, MAP_MAX);
	NK_TRY(nk_args_number(args, "year", 2000, 2999, &year, err));
	NK_TRY(read_map(cli, &map, err));
	NK_TRY(nk_roster_open(cli->env, args->operands[0], &fd, &req.size, err));
	NK_TRY(nk_unlock_open(cli, !req.check_only, err));
	req.fd = fd;
	req.label = base_name(args->operands[0]);
	req.source = source_of(cli);
	req.format = nk_args_str(args, "format");
	req.mapping = nk_buf_bytes(&map);
	req.expected_year = nk_int(year);
	NK_TRY(nk_op_import(cli->flow, &req, cli->arena, &reply, err));
	cli->status = status_of(&reply);
	if (cli->json) {
		return show_json(cli, &reply, err);
	}
	NK_TRY(show_table(cli, &reply, err));
	nk_findings_print(cli, reply.findings, reply.n_findings, nk_args_has(args, "all"));
	talk(cli, &reply);
	return nk_done();
}

/* import check FILE: errors, warnings, and nothing else; no installation is needed unless a copy is made. */
static NK_RESULT check(struct nk_cli *cli, const char *path, struct nk_err *err)
{
	NK_OWNED(nk_os_fd_close) int fd = -1;
	NK_OWNED(nk_buf_done) struct nk_buf map = { 0 };
	struct nk_check_request req = { .strict = nk_args_has(&cli->args, "strict"),
		.format = nk_args_str(&cli->args, "format"),
		.label = base_name(path),
		.source = source_of(cli),
		.lang = cli->lang,
		.rejects = nk_args_get(&cli->args, "rejects") };
	struct nk_check_reply reply;

	nk_buf_init_wiping(&map, MAP_MAX);
	NK_TRY(read_map(cli, &map, err));
	req.mapping = nk_buf_bytes(&map);
	if (map.len == 0) {
		NK_TRY(nk_mapping_load(cli->env, cli->home, source_of(cli), cli->arena, &req.mapping, err));
	}
	NK_TRY(nk_roster_open(cli->env, path, &fd, &req.size, err));
	req.fd = fd;
	if (req.rejects != NULL) {
		NK_TRY(nk_unlock_open(cli, true, err));
	}
	NK_TRY(nk_op_check(cli->env, cli->flow, &req, cli->arena, &reply, err));
	return nk_import_show_check(cli, &reply, err);
}

/* A file called check is ./check: two operands make the word a word. */
static NK_RESULT import_run(struct nk_cli *cli, struct nk_err *err)
{
	const struct nk_args *const args = &cli->args;

	if (args->n_operands < 2) {
		return take_in(cli, err);
	}
	if (nk_str_eq(nk_args_operand(args, 0), NK_STR("check"))) {
		return check(cli, args->operands[1], err);
	}
	if (nk_str_eq(nk_args_operand(args, 0), NK_STR("map"))) {
		return nk_import_map(cli, args->operands[1], source_of(cli), err);
	}
	return nk_fail(err, NK_USAGE, NK_N("one file is wanted, or \"import check FILE\", or \"import map FILE\""));
}

static const char *const usage[] = {
	"import [--source NAME] [--format FORMAT] [--map FILE] [--strict] [--check] [--year YYYY] [--all] FILE",
	"import check [--source NAME] [--format FORMAT] [--map FILE] [--strict] [--rejects FILE] [--all] FILE",
	"import map [--source NAME] [--set COLUMN=ITEM] [--key COLUMN] [--answer ID=yes|no] [--show] [--renew] FILE",
	NULL,
};

static const struct nk_cmd_option options[] = {
	{ "source", 0, "NAME", NK_N("whom the file speaks for (default: main); others are left alone"), NULL },
	{ "format", 0, "FORMAT", NK_N("oneroster, sds1, sds2, or csv (also TSV and xlsx); default: by what is in the file"), NULL },
	{ "map", 0, "FILE", NK_N("which column of a list is what (default: as import map kept it for the source)"), NULL },
	{ "strict", 0, NULL, NK_N("refuse the whole file for a single error"), NULL },
	{ "check", 0, NULL, NK_N("read, compare and judge, but write nothing"), NULL },
	{ "year", 0, "YYYY", NK_N("school year that the file should be of (default: today's)"), NULL },
	{ "all", 0, NULL, NK_N("show all findings, however many"), NULL },
	{ "rejects", 0, "FILE", NK_N("check: write the rows with errors and the reasons; a copy with an end"), NULL },
	{ "set", 0, "COLUMN=ITEM", NK_N("map: what a column is; repeat it; \"none\": not read"), NULL },
	{ "key", 0, "COLUMN", NK_N("map: the column that never changes for a person"), NULL },
	{ "answer", 0, "ID=yes|no", NK_N("map: decide a doubt; ID:COLUMN=yes for one column; unit_name=NAME; repeat it"), NULL },
	{ "renew", 0, NULL, NK_N("map: replace the mapping that is kept for the source, with what was edited in it"), NULL },
	{ "show", 0, NULL, NK_N("map: show a value of each column too; only on a terminal"), NULL },
	{ NULL, 0, NULL, NULL, NULL },
};

const struct nk_cmd nk_cmd_import = {
	.name = "import",
	.job = NK_CMD_ROSTER,
	.usage = usage,
	.summary = NK_N("take in a roster"),
	.options = options,
	.min = 1,
	.max = 2,
	.run = import_run,
};
