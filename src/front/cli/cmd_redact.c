/*
 * cmd_redact.c: nokosazu redact: files with pseudonyms in the place of persons.
 */
#include "base.h"

#include "flow_redact.h"
#include "unlock.h"

static NK_RESULT file_json(struct nk_cli *cli, const struct nk_redact_file *f, struct nk_err *err)
{
	struct nk_json j;

	nk_cli_json_begin(cli, &j, "redacted");
	nk_cli_json_str(&j, "to", f->to);
	nk_cli_json_str(&j, "format", nk_str_c(f->format));
	nk_cli_json_number(&j, "bytes", f->bytes);
	nk_cli_json_number(&j, "replaced", f->replaced);
	nk_cli_json_str(&j, "why", nk_str_c(f->why != NULL ? f->why : ""));
	return nk_cli_json_end(cli, &j, err);
}

/* The names of the files that came in may be persons'; those that go out are not. */
static NK_RESULT show(struct nk_cli *cli, const struct nk_redact_reply *r, struct nk_err *err)
{
	struct nk_json j;

	for (size_t i = 0; i < r->n_files; i++) {
		const struct nk_redact_file *const f = &r->files[i];

		if (cli->json) {
			NK_TRY(file_json(cli, f, err));
		} else if (f->why == NULL) {
			nk_cli_print(cli, NK_N("%1$s: %2$llu places replaced\n"), f->to.ptr, (unsigned long long)f->replaced);
		} else {
			nk_cli_print(cli, NK_N("file %1$zu is NOT given out: %2$s\n"), i + 1, nk_cli_tr(cli, f->why));
		}
	}
	if (!cli->json && r->refused == r->n_files) {
		nk_cli_print(cli, NK_N("Nothing was given out.\n"));
		return nk_done();
	}
	if (!cli->json) {
		nk_cli_print(cli, NK_N("%1$llu persons of the roster, %2$llu places. What was given out was looked through again: no full name, login, number "
				       "or address of theirs is left. A family name alone, a nickname or the context may still tell who is meant.\n"),
			(unsigned long long)r->persons, (unsigned long long)r->replaced);
		return nk_done();
	}
	nk_cli_json_begin(cli, &j, "redact");
	nk_cli_json_number(&j, "files", r->n_files);
	nk_cli_json_number(&j, "persons", r->persons);
	nk_cli_json_number(&j, "replaced", r->replaced);
	nk_cli_json_number(&j, "refused", r->refused);
	return nk_cli_json_end(cli, &j, err);
}

static NK_RESULT redact_run(struct nk_cli *cli, struct nk_err *err)
{
	struct nk_redact_request req = { .files = (const char *const *)cli->args.operands, .n_files = cli->args.n_operands };
	struct nk_redact_reply reply;

	NK_TRY(nk_args_need(&cli->args, "into", err));
	req.into = nk_args_get(&cli->args, "into");
	if (nk_args_has(&cli->args, "warrant") && !nk_uuid_parse(nk_args_str(&cli->args, "warrant"), &req.warrant)) {
		return nk_fail(err, NK_USAGE, NK_N("not an id: %s"), nk_short(nk_args_str(&cli->args, "warrant")).text);
	}
	NK_TRY(nk_unlock_open(cli, false, err));
	NK_TRY(nk_op_redact(cli->flow, &req, cli->arena, &reply, err));
	nk_progress_clear(&cli->progress);
	cli->status = reply.refused > 0 ? nk_err_exit(NK_INCOMPLETE) : 0;
	return show(cli, &reply, err);
}

static const char *const usage[] = { "redact --into DIR [--warrant ID] FILE…", NULL };

static const struct nk_cmd_option options[] = {
	{ "into", 0, "DIR", NK_N("folder for the redacted files"), NULL },
	{ "warrant", 0, "ID", NK_N("the same pseudonyms in every run under this warrant"), NULL },
	{ NULL, 0, NULL, NULL, NULL },
};

const struct nk_cmd nk_cmd_redact = {
	.name = "redact",
	.job = NK_CMD_COPIES,
	.usage = usage,
	.summary = NK_N("make copies of files with pseudonyms in the place of persons"),
	.options = options,
	.min = 1,
	.max = 10000,
	.run = redact_run,
};
