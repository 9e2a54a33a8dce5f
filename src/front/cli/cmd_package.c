/*
 * cmd_package.c: nokosazu package: built by one organisation, installed by another, with nobody in it.
 */
#include "base.h"

#include "package_show.h"
#include "unlock.h"

enum { KEYS_MAX = 1 << 20 };

static NK_RESULT read_seed(struct nk_cli *cli, struct nk_key *out, struct nk_err *err)
{
	NK_TRY(nk_args_need(&cli->args, "key", err));
	return nk_unlock_seed(cli, nk_args_get(&cli->args, "key"), out, err);
}

static NK_RESULT show_built(struct nk_cli *cli, const struct nk_package_build_reply *r, struct nk_err *err)
{
	struct nk_json j;

	if (cli->json) {
		nk_cli_json_begin(cli, &j, "package");
		nk_cli_json_str(&j, "file", r->path);
		nk_cli_json_str(&j, "name", r->name);
		nk_cli_json_str(&j, "version", r->version);
		nk_cli_json_str(&j, "revision", r->revision);
		nk_cli_json_str(&j, "digest", nk_str_c(r->digest));
		nk_cli_json_number(&j, "files", r->files);
		nk_cli_json_number(&j, "bytes", r->bytes);
		nk_cli_json_bool(&j, "no_network", r->no_network);
		nk_cli_json_number(&j, "build_ms", r->build_ms);
		nk_cli_json_number(&j, "gate_ms", r->gate_ms);
		return nk_cli_json_end(cli, &j, err);
	}
	if (r->gate.canaries == 0) {
		nk_cli_say(cli, NK_N("No canary persons were known: nothing is said about them."));
	}
	nk_out_text(&cli->out, r->path);
	nk_out_c(&cli->out, "\n");
	nk_out_text(&cli->out, nk_cli_text(cli, "sha256:%s", r->digest));
	nk_out_c(&cli->out, "\n");
	if (!r->no_network) {
		nk_cli_say(cli, NK_N("This kernel gave no network of its own: the build could have reached one; provenance says so."));
	}
	return nk_done();
}

static NK_RESULT build(struct nk_cli *cli, struct nk_err *err)
{
	NK_OWNED(nk_key_wipe) struct nk_key seed = { { 0 } };
	const struct nk_args *const a = &cli->args;
	struct nk_package_build_request req = { .source = nk_args_get(a, "source"),
		.out = nk_args_get(a, "out"),
		.binary = nk_args_get(a, "binary"),
		.tests = nk_args_get(a, "tests"),
		.canaries = nk_args_get(a, "canaries"),
		.home = cli->home,
		.mends = nk_args_str(a, "mends"),
		.version = nk_args_str(a, "package-version"),
		.roster = nk_args_has(a, "roster"),
		.seed = &seed };
	struct nk_package_build_reply reply;
	nk_rc rc;

	NK_TRY(nk_args_need(a, "source", err));
	NK_TRY(nk_args_need(a, "out", err));
	NK_TRY(read_seed(cli, &seed, err));
	if (req.roster) {
		NK_TRY(nk_unlock_open(cli, true, err));
	}
	rc = nk_op_package_build(cli->env, cli->flow, &req, cli->arena, &reply, err);
	if (nk_ok(rc) || rc.code == NK_GUARD) {
		struct nk_err second;

		NK_TRY(nk_package_show_gate(cli, &reply.gate, nk_ok(rc) ? err : &second));
	}
	return nk_ok(rc) ? show_built(cli, &reply, err) : rc;
}

static NK_RESULT check(struct nk_cli *cli, struct nk_err *err)
{
	const struct nk_package_check_request req = { .file = cli->args.operands[0],
		.keys = nk_args_get(&cli->args, "keys"),
		.before_release = nk_args_has(&cli->args, "before-release") };
	struct nk_package_check_reply reply;

	if (req.keys == NULL) {
		NK_TRY(nk_unlock_open(cli, false, err));
	}
	NK_TRY(nk_op_package_check(cli->env, cli->flow, &req, cli->arena, &reply, err));
	return nk_package_show_check(cli, &reply, err);
}

static NK_RESULT keys(struct nk_cli *cli, struct nk_err *err)
{
	NK_OWNED(nk_buf_done) struct nk_buf text = { 0 };

	nk_buf_init(&text, KEYS_MAX);
	NK_TRY(nk_unlock_open(cli, false, err));
	NK_TRY(nk_op_package_keys(cli->flow, &text, err));
	nk_out_lines(&cli->out, nk_buf_str(&text));
	return nk_done();
}

static NK_RESULT ask(struct nk_cli *cli, struct nk_err *err)
{
	struct nk_uuid id;
	struct nk_json j;

	NK_TRY(nk_unlock_open(cli, true, err));
	NK_TRY(nk_op_package_ask(cli->flow, cli->args.operands[0], cli->arena, &id, err));
	if (cli->json) {
		nk_cli_json_begin(cli, &j, "warrant");
		nk_cli_json_id(&j, "id", id);
		return nk_cli_json_end(cli, &j, err);
	}
	nk_out_text(&cli->out, nk_cli_id(cli, id));
	nk_out_c(&cli->out, "\n");
	nk_cli_say(cli, NK_N("Asked for. Development signs it, and whoever else the configuration names for a release:"));
	nk_cli_hint(cli, "warrant sign %.*s --key FILE", NK_FMT(nk_cli_id(cli, id)));
	return nk_done();
}

static NK_RESULT release(struct nk_cli *cli, struct nk_err *err)
{
	NK_OWNED(nk_key_wipe) struct nk_key seed = { { 0 } };
	struct nk_package_check_reply reply;
	struct nk_uuid warrant;

	NK_TRY(nk_args_need(&cli->args, "warrant", err));
	if (!nk_uuid_parse(nk_args_str(&cli->args, "warrant"), &warrant)) {
		return nk_fail(err, NK_USAGE, NK_N("this is no id of a warrant"));
	}
	NK_TRY(read_seed(cli, &seed, err));
	NK_TRY(nk_unlock_open(cli, true, err));
	NK_TRY(nk_op_package_release(cli->flow, cli->args.operands[0], warrant, &seed, cli->arena, &reply, err));
	return nk_package_show_check(cli, &reply, err);
}

static NK_RESULT new_feature(struct nk_cli *cli, struct nk_err *err)
{
	NK_OWNED(nk_key_wipe) struct nk_key seed = { { 0 } };

	NK_TRY(read_seed(cli, &seed, err));
	NK_TRY(nk_unlock_open(cli, true, err));
	NK_TRY(nk_op_package_new_feature(cli->flow, cli->args.operands[0], &seed, cli->arena, err));
	nk_cli_say(cli, NK_N("Signed: it mends nothing and goes out without a third party; every later paper says so."));
	return nk_done();
}

static NK_RESULT known(struct nk_cli *cli, struct nk_err *err)
{
	struct nk_package_check_reply reply;

	NK_TRY(nk_unlock_open(cli, true, err));
	NK_TRY(nk_op_package_known(cli->flow, cli->args.operands[0], cli->arena, &reply, err));
	return nk_package_show_check(cli, &reply, err);
}

static struct nk_str limitation_of(const struct nk_package_check_reply *r)
{
	return r->unverified ? NK_STR("new-feature-only") : r->prebuilt ? NK_STR("prebuilt") : NK_STR("");
}

static NK_RESULT install(struct nk_cli *cli, struct nk_err *err)
{
	NK_OWNED(nk_key_wipe) struct nk_key seed = { { 0 } };
	const bool by_dpkg = nk_args_has(&cli->args, "dpkg");
	const struct nk_package_install_request req = { .file = cli->args.operands[0],
		.root = nk_args_get(&cli->args, "root"),
		.seed = &seed };
	struct nk_package_install_reply reply;
	struct nk_json j;

	if (by_dpkg == (req.root != NULL)) {
		return nk_fail(err, NK_USAGE, NK_N("where to: --root DIR, or --dpkg for this system"));
	}
	NK_TRY(read_seed(cli, &seed, err));
	NK_TRY(nk_unlock_open(cli, true, err));
	NK_TRY(nk_op_package_install(cli->flow, &req, cli->arena, &reply, err));
	if (!cli->json) {
		nk_cli_print(cli, NK_N("Installed: %1$s %2$s.\n"), reply.check.name.ptr == NULL ? "" : nk_short(reply.check.name).text,
			nk_short(reply.check.version).text);
		if (reply.check.prebuilt) {
			nk_cli_say(cli, NK_N("Limitation (prebuilt): the independent verifier compiled nothing himself."));
		}
		if (reply.check.unverified) {
			nk_cli_say(cli, NK_N("Limitation (new feature only): no third party has verified this package."));
		}
		if (reply.scan.canaries == 0) {
			nk_cli_say(cli, NK_N("No canary persons were known: nothing is said about them."));
		}
		return nk_done();
	}
	nk_cli_json_begin(cli, &j, "package-install");
	nk_cli_json_str(&j, "name", reply.check.name);
	nk_cli_json_str(&j, "version", reply.check.version);
	nk_cli_json_str(&j, "digest", nk_str_c(reply.check.digest));
	nk_cli_json_str(&j, "replaced", reply.replaced);
	nk_cli_json_str(&j, "limitation", limitation_of(&reply.check));
	nk_cli_json_number(&j, "canary_texts", reply.scan.canaries);
	nk_cli_json_number(&j, "roster_persons", reply.scan.roster_persons);
	return nk_cli_json_end(cli, &j, err);
}

static NK_RESULT drift(struct nk_cli *cli, struct nk_err *err)
{
	struct nk_package_drift_reply reply;

	const bool accept = nk_args_has(&cli->args, "accept");
	const char *const root = nk_args_get(&cli->args, "root");

	NK_TRY(nk_unlock_open(cli, accept, err));
	NK_TRY(accept ? nk_op_package_accept(cli->flow, root, cli->arena, &reply, err)
		      : nk_op_package_drift(cli->flow, root, cli->arena, &reply, err));
	if (accept) {
		nk_cli_say(cli, NK_N("Written down as this site's own: %llu files of configuration."), (unsigned long long)reply.accepted);
	}
	return nk_package_show_drift(cli, &reply, err);
}

static NK_RESULT row_json(struct nk_cli *cli, const struct nk_package_row *r, struct nk_err *err)
{
	struct nk_json j;

	nk_cli_json_begin(cli, &j, "package-row");
	nk_cli_json_str(&j, "name", r->name);
	nk_cli_json_str(&j, "version", r->version);
	nk_cli_json_str(&j, "state", r->state);
	nk_cli_json_str(&j, "digest", nk_str_c(r->digest));
	nk_cli_json_time(&j, "at", r->at);
	return nk_cli_json_end(cli, &j, err);
}

static NK_RESULT list(struct nk_cli *cli, struct nk_err *err)
{
	NK_OWNED(nk_table_done) struct nk_table table = { 0 };
	const char *const titles[] = { nk_cli_tr(cli, NK_N("Package")), nk_cli_tr(cli, NK_N("Version")), nk_cli_tr(cli, NK_N("State")),
		nk_cli_tr(cli, NK_N("When")), "SHA-256" };
	struct nk_package_row *rows = NULL;
	size_t n = 0;

	nk_table_init(&table, cli->arena, titles, NK_ARRAY_LEN(titles));
	NK_TRY(nk_unlock_open(cli, false, err));
	NK_TRY(nk_op_package_list(cli->flow, cli->arena, &rows, &n, err));
	for (size_t i = 0; i < n; i++) {
		const struct nk_str cells[] = { rows[i].name, rows[i].version, nk_cli_word(cli, rows[i].state),
			nk_cli_when(cli, rows[i].at), nk_str_c(rows[i].digest) };

		NK_TRY(cli->json ? row_json(cli, &rows[i], err) : nk_table_row(&table, cells, err));
	}
	nk_cli_list(cli, &table);
	return nk_done();
}

static NK_RESULT verify_source(struct nk_cli *cli, struct nk_err *err)
{
	NK_OWNED(nk_key_wipe) struct nk_key seed = { { 0 } };
	const struct nk_args *const a = &cli->args;
	const struct nk_verify_source_request req = { .source = nk_args_get(a, "source"),
		.file = nk_args_get(a, "package"),
		.binary = nk_args_get(a, "binary"),
		.out = nk_args_get(a, "out"),
		.seed = &seed };
	struct nk_verify_source_reply reply;
	struct nk_json j;

	NK_TRY(nk_args_need(a, "source", err));
	NK_TRY(nk_args_need(a, "package", err));
	NK_TRY(nk_args_need(a, "out", err));
	NK_TRY(read_seed(cli, &seed, err));
	NK_TRY(nk_op_verify_source(cli->env, &req, cli->arena, &reply, err));
	if (cli->json) {
		nk_cli_json_begin(cli, &j, "verify-source");
		nk_cli_json_str(&j, "digest", nk_str_c(reply.digest));
		nk_cli_json_number(&j, "synthetic_persons", reply.persons);
		nk_cli_json_number(&j, "planted", reply.planted);
		nk_cli_json_number(&j, "found", reply.found);
		nk_cli_json_bool(&j, "no_network", reply.no_network);
		nk_cli_json_bool(&j, "rebuilt", reply.rebuilt);
		return nk_cli_json_end(cli, &j, err);
	}
	if (!reply.rebuilt) {
		nk_cli_print(cli, NK_N("The same bytes with the programs that were given: nothing was compiled here, and the summary says so (prebuilt); %1$llu of %2$llu planted persons were found.\n"),
			(unsigned long long)reply.found, (unsigned long long)reply.planted);
		return nk_done();
	}
	nk_cli_print(cli, NK_N("The same bytes from source; %1$llu of %2$llu planted persons were found; the summary is signed.\n"),
		(unsigned long long)reply.found, (unsigned long long)reply.planted);
	return nk_done();
}

static const struct nk_cmd_sub subs[] = {
	{ "build", 0, 0, build },
	{ "check", 1, 1, check },
	{ "ask", 1, 1, ask },
	{ "new-feature", 1, 1, new_feature },
	{ "release", 1, 1, release },
	{ "known", 1, 1, known },
	{ "install", 1, 1, install },
	{ "drift", 0, 0, drift },
	{ "list", 0, 0, list },
	{ "keys", 0, 0, keys },
	{ "verify-source", 0, 0, verify_source },
	{ NULL, 0, 0, NULL },
};

static const char *const usage[] = {
	"package build --source CHECKOUT --out DIR --key FILE [--roster] [--canaries FILE] [--tests FILE] [--mends TEXT] "
	"[--binary DIR] [--package-version VERSION]",
	"package check FILE [--keys DIR] [--before-release]", "package ask FILE", "package new-feature FILE --key FILE",
	"package release FILE --warrant ID --key FILE", "package known FILE",
	"package install FILE --key FILE (--root DIR | --dpkg)", "package drift [--root DIR] [--accept]", "package list", "package keys",
	"package verify-source --source CHECKOUT --package FILE --out FILE --key FILE [--binary DIR]", NULL
};

static const struct nk_cmd_option options[] = {
	{ "source", 0, "CHECKOUT", NK_N("a clean git checkout"), "build verify-source" },
	{ "out", 0, "PATH", NK_N("folder of the package; file of the summary"), "build verify-source" },
	{ "key", 0, "FILE", NK_N("key file of whoever acts, as party key makes it"), "build new-feature release install verify-source" },
	{ "roster", 0, NULL, NK_N("look for the persons of this installation in it, and write it down here"), "build" },
	{ "canaries", 0, "FILE", NK_N("canary persons of sites, as canary export writes them"), "build" },
	{ "tests", 0, "FILE", NK_N("results of the maker's tests: TAP, or JSON with a result"), "build" },
	{ "mends", 0, "TEXT", NK_N("the defect that it mends: then tests are needed too, and nobody can lift the independent verifier"), "build" },
	{ "binary", 0, "DIR", NK_N("a build folder with the programs, instead of compiling them here"), "build verify-source" },
	{ "package-version", 0, "VERSION", NK_N("version of the package (default: of the source)"), "build" },
	{ "keys", 0, "DIR", NK_N("folder with a file parties, as package keys prints it, instead of an installation"), "check" },
	{ "before-release", 0, NULL, NK_N("without release and layout, which come later"), "check" },
	{ "warrant", 0, "ID", NK_N("the signed warrant of kind release"), "release" },
	{ "root", 0, "DIR", NK_N("the site's folder instead of the whole system"), "install drift" },
	{ "accept", 0, NULL, NK_N("write down the files of configuration as they are now: they are the site's own"), "drift" },
	{ "dpkg", 0, NULL, NK_N("install on this system with dpkg"), "install" },
	{ "package", 0, "FILE", NK_N("the package that is verified"), "verify-source" },
	{ NULL, 0, NULL, NULL, NULL },
};

const struct nk_cmd nk_cmd_package = {
	.name = "package",
	.job = NK_CMD_HOUSE,
	.usage = usage,
	.summary = NK_N("build, release, install and verify packages with nobody in them"),
	.options = options,
	.subs = subs,
};
