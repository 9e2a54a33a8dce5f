/*
 * verify_site.c: nokosazu verify site: what the check of a site prints. Places and counts, no values.
 */
#include "base.h"

#include "verify_site.h"

#include "package_show.h"
#include "unlock.h"

static NK_RESULT suspect_json(struct nk_cli *cli, const struct nk_sweep_suspect *s, struct nk_err *err)
{
	struct nk_json j;

	nk_cli_json_begin(cli, &j, "suspect");
	nk_cli_json_id(&j, "holding", s->holding);
	nk_cli_json_str(&j, "path", s->path);
	nk_cli_json_number(&j, "persons", s->persons);
	return nk_cli_json_end(cli, &j, err);
}

static NK_RESULT unread_json(struct nk_cli *cli, const struct nk_sweep_unread *u, struct nk_err *err)
{
	struct nk_json j;

	nk_cli_json_begin(cli, &j, "unread");
	nk_cli_json_str(&j, "path", u->path);
	nk_cli_json_str(&j, "why", nk_str_c(u->why));
	return nk_cli_json_end(cli, &j, err);
}

static NK_RESULT show_json(struct nk_cli *cli, const struct nk_verify_site_reply *r, struct nk_err *err)
{
	const struct nk_sweep_reply *const s = &r->sweep;
	struct nk_json j;

	for (size_t i = 0; i < s->n_suspects; i++) {
		NK_TRY(suspect_json(cli, &s->suspects[i], err));
	}
	for (size_t i = 0; i < s->n_unread; i++) {
		NK_TRY(unread_json(cli, &s->unread[i], err));
	}
	NK_TRY(nk_package_show_drift(cli, &r->drift, err));
	nk_cli_json_begin(cli, &j, "verify-site");
	nk_cli_json_bool(&j, "passed", r->passed);
	nk_cli_json_number(&j, "planted", r->planted);
	nk_cli_json_number(&j, "found", r->found);
	nk_cli_json_number(&j, "places", s->n_places);
	nk_cli_json_str(&j, "places_digest", nk_str_c(r->places));
	nk_cli_json_number(&j, "left_out", s->n_left_out);
	nk_cli_json_number(&j, "files", s->files);
	nk_cli_json_number(&j, "bytes", s->bytes);
	nk_cli_json_number(&j, "suspects", s->n_suspects + s->more);
	nk_cli_json_number(&j, "unscanned", s->unscanned);
	nk_cli_json_number(&j, "drift", r->drift.n);
	nk_cli_json_bool(&j, "complete", s->complete);
	return nk_cli_json_end(cli, &j, err);
}

static NK_RESULT suspects(struct nk_cli *cli, const struct nk_sweep_reply *r, struct nk_err *err)
{
	NK_OWNED(nk_table_done) struct nk_table table = { 0 };
	const char *const titles[] = { nk_cli_tr(cli, NK_N("Suspect")), nk_cli_tr(cli, NK_N("Persons")), nk_cli_tr(cli, NK_N("Holding")) };

	nk_table_init(&table, cli->arena, titles, NK_ARRAY_LEN(titles));
	for (size_t i = 0; i < r->n_suspects; i++) {
		const struct nk_sweep_suspect *const s = &r->suspects[i];
		const struct nk_str cells[] = { s->path, nk_cli_number(cli, s->persons), nk_cli_id(cli, s->holding) };

		NK_TRY(nk_table_row(&table, cells, err));
	}
	nk_table_print(&table, 0, &cli->out);
	if (r->more > 0) {
		nk_cli_print(cli, NK_N("And %zu more suspects.\n"), (size_t)r->more);
	}
	return nk_done();
}

static NK_RESULT show(struct nk_cli *cli, const struct nk_verify_site_reply *r, struct nk_err *err)
{
	const struct nk_sweep_reply *const s = &r->sweep;

	NK_TRY(suspects(cli, s, err));
	for (size_t i = 0; i < s->n_left_out; i++) {
		nk_cli_print(cli, NK_N("Not looked at: %s\n"), s->left_out[i].path.ptr);
	}
	for (size_t i = 0; i < s->n_unread; i++) {
		nk_cli_print(cli, NK_N("Not looked through: %1$s (%2$s)\n"), s->unread[i].path.ptr, nk_cli_tr(cli, s->unread[i].why));
	}
	NK_TRY(nk_package_show_drift(cli, &r->drift, err));
	nk_cli_print(cli, NK_N("%1$zu places of the sweep, %2$llu files, %3$llu bytes.\n"), s->n_places, (unsigned long long)s->files,
		(unsigned long long)s->bytes);
	nk_cli_print(cli, r->passed ? NK_N("Passed: the planted residue was found, and nothing else.\n")
				    : NK_N("Not passed: see above. The planted residue was found.\n"));
	return nk_done();
}

NK_RESULT nk_verify_site_run(struct nk_cli *cli, struct nk_err *err)
{
	NK_OWNED(nk_key_wipe) struct nk_key seed = { { 0 } };
	const struct nk_verify_site_request req = { .root = nk_args_get(&cli->args, "root"),
		.out = nk_args_get(&cli->args, "out"),
		.temp_dir = cli->start->variable("TMPDIR"),
		.seed = &seed };
	struct nk_verify_site_reply reply;

	NK_TRY(nk_args_need(&cli->args, "out", err));
	NK_TRY(nk_args_need(&cli->args, "key", err));
	NK_TRY(nk_unlock_seed(cli, nk_args_get(&cli->args, "key"), &seed, err));
	NK_TRY(nk_unlock_open(cli, true, err));
	NK_TRY(nk_op_verify_site(cli->flow, &req, cli->arena, &reply, err));
	NK_TRY(cli->json ? show_json(cli, &reply, err) : show(cli, &reply, err));
	cli->status = reply.passed ? 0 : 2;
	return nk_done();
}
