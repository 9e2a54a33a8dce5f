/*
 * package_install.c: puts a released package in place, by somebody of the installing unit, after this site has looked
 * for its own people in it.
 *
 * Invariant: nothing is written outside before every check was good and the act was announced in the ledger; an older
 * version, or other bytes of the same version, never replace what is there.
 */
#include "base.h"
#include "package_int.h"

#include "json.h"

enum { DPKG_MS = 600000 };

struct installing {
	struct nk_flow *flow;
	const struct nk_package_install_request *req;
	struct nk_arena *arena;
	struct nk_package_install_reply *out;
	struct nk_package_checked checked;
	struct nk_party executor;
	struct nk_str manifest, scope, link;
	struct nk_vec canaries;
};

static NK_RESULT who(struct installing *in, struct nk_err *err)
{
	struct nk_party actor;

	NK_TRY(nk_signer_of(in->flow, in->req->seed, in->arena, &in->executor, err));
	if (!nk_str_eq(in->executor.unit, NK_STR("build"))) {
		return nk_fail(err, NK_DENIED,
			NK_N("a package is installed by the unit \"build\"; this key's unit is \"%s\""),
			nk_short(in->executor.unit).text);
	}
	NK_TRY(nk_party_get(in->flow->store, in->flow->key[NK_HOUSE_LOG], in->flow->actor, in->arena, &actor, err));
	return actor.unit.len == 0 || nk_str_eq(actor.unit, NK_STR("build"))
		? nk_done()
		: nk_fail(err, NK_DENIED, NK_N("a package is installed by the unit \"build\"; the operator here is of \"%s\""),
			  nk_short(actor.unit).text);
}

static NK_RESULT check(struct installing *in, struct nk_err *err)
{
	const struct nk_package_check_request req = { .file = in->req->file,
		.installer = in->executor.organisation,
		.site = in->flow->config->organisation };

	NK_TRY(nk_package_check(in->flow->env, in->flow, &req, in->arena, &in->checked, &in->out->check, err));
	NK_TRY(nk_package_first_bad(&in->out->check, err));
	if (!nk_package_has_key(in->checked.layout.deploy, in->checked.layout.n_deploy, in->executor.public_key)) {
		return nk_fail(err, NK_DENIED, NK_N("the layout of this package does not let this key deploy it"));
	}
	return nk_done();
}

static NK_RESULT version(struct installing *in, struct nk_err *err)
{
	const struct nk_package_check_reply *const c = &in->out->check;
	struct nk_package_row there;
	struct nk_str manifest;
	struct nk_err why;
	const nk_rc rc = nk_package_installed(in->flow, c->name, in->arena, &there, &manifest, &why);
	int order = 0;

	if (rc.code == NK_NOT_FOUND) {
		return nk_done();
	}
	if (!nk_ok(rc)) {
		return nk_err_pass(err, &why);
	}
	in->out->replaced = there.version;
	order = nk_deb_version_cmp(c->version, there.version);
	if (order < 0) {
		return nk_fail(err, NK_CONFLICT, NK_N("%1$s is older than %2$s, which is installed: there is no way back"),
			nk_short(c->version).text, nk_short(there.version).text);
	}
	return order > 0 || strcmp(c->digest, there.digest) == 0
		? nk_done()
		: nk_fail(err, NK_CONFLICT, NK_N("version %s is installed with other bytes: a new package needs a new version"),
			  nk_short(c->version).text);
}

typedef NK_RESULT copy_fn(struct installing *in, const char *path, struct nk_err *err);

/* The very bytes that were checked, in a copy that nobody else can change: they are what is scanned and what dpkg reads,
 * whatever becomes of the file meanwhile. */
static NK_RESULT with_copy(struct installing *in, copy_fn *fn, struct nk_err *err)
{
	char work[PATH_MAX];
	struct nk_str path;
	nk_rc rc;

	NK_TRY(nk_os_work_folder(work, err));
	rc = nk_os_put_below(work, "package.deb", 0644, in->checked.bytes, err);
	rc = nk_ok(rc) ? nk_arena_printf(in->arena, &path, err, "%s/package.deb", work) : rc;
	rc = nk_ok(rc) ? fn(in, path.ptr, err) : rc;
	if (!nk_ok(nk_os_tree_remove(work, nk_ok(rc) ? err : NULL)) && nk_ok(rc)) {
		return (nk_rc){ NK_IO };
	}
	return rc;
}

static NK_RESULT scan_copy(struct installing *in, const char *path, struct nk_err *err)
{
	const struct nk_package_gate_request req = { .path = path,
		.roster = true,
		.only_persons = true,
		.canaries = in->canaries.items,
		.n_canaries = in->canaries.len };

	return nk_package_gate(in->flow->env, in->flow, &req, in->arena, &in->out->scan, err);
}

static NK_RESULT scan(struct installing *in, struct nk_err *err)
{
	NK_TRY(nk_canary_texts(in->flow, &in->canaries, in->arena, err));
	NK_TRY(with_copy(in, scan_copy, err));
	if (in->out->scan.canary_found) {
		return nk_fail(err, NK_GUARD, NK_N("not installed: a canary person is in it, of: %s"),
			nk_short(in->out->scan.canary_sites).text);
	}
	return in->out->scan.passed
		? nk_done()
		: nk_fail(err, NK_GUARD, NK_N("not installed: somebody of this site is in it, or not all of it could be scanned"));
}

static struct nk_package_made made_of(const struct installing *in)
{
	return (struct nk_package_made){
		.name = in->out->check.name, .version = in->out->check.version, .digest = in->checked.digest
	};
}

static NK_RESULT announce(struct installing *in, struct nk_err *err)
{
	NK_OWNED(nk_tx_end) struct nk_tx *tx = NULL;
	const struct nk_package_made made = made_of(in);

	NK_TRY(nk_package_manifest(&in->checked.deb, in->arena, &in->manifest, err));
	NK_TRY(nk_package_scope(&in->checked.digest, in->arena, &in->scope, err));
	NK_TRY(nk_tx_begin(in->flow->store, &tx, err));
	NK_TRY(nk_package_note(in->flow, tx, &made, "installing", in->manifest, err));
	return nk_flow_commit(in->flow, &tx, err);
}

static NK_RESULT run_dpkg(struct installing *in, const char *path, struct nk_err *err)
{
	const char *const argv[] = { "/usr/bin/dpkg", "--force-confold", "-i", path, NULL };
	const struct nk_package_job job = { .argv = argv, .wait_ms = DPKG_MS, .what = "dpkg" };

	(void)in;
	return nk_package_run(&job, NULL, NULL, err);
}

static bool is_conffile(struct nk_str conffiles, struct nk_str path)
{
	struct nk_str line;

	while (nk_str_cut(&conffiles, '\n', &line)) {
		if (line.len == path.len + 1 && nk_str_ends(line, path)) {
			return true;
		}
	}
	return false;
}

static NK_RESULT below_root(struct installing *in, struct nk_err *err)
{
	for (size_t i = 0; i < in->checked.deb.n; i++) {
		const struct nk_deb_file *const f = &in->checked.deb.files[i];
		struct nk_str path;
		struct nk_str whole;

		NK_TRY(nk_arena_dup(in->arena, f->path, &path, err));
		NK_TRY(nk_arena_printf(in->arena, &whole, err, "%s/%s", in->req->root, path.ptr));
		if (is_conffile(in->checked.deb.conffiles, f->path) && nk_os_is_there(whole.ptr)) {
			continue; /* the site's own by now */
		}
		NK_TRY(nk_os_put_below(in->req->root, path.ptr, f->mode, f->data, err));
	}
	return nk_done();
}

static NK_RESULT scan_body(struct installing *in, struct nk_str *out, struct nk_err *err)
{
	static const char *const properties[] = { "NOKOSAZU_EXTENT_EMPTY", "NOKOSAZU_NO_CANARY" };
	char when[NK_TIME_TEXT];
	struct nk_svr s = { .properties = properties,
		.n = in->out->scan.no_canary ? 2 : 1,
		.passed = in->out->scan.passed,
		.when = nk_package_now(in->flow->env, when),
		.by = NK_STR("site") };

	NK_TRY(nk_arena_printf(in->arena, &s.details, err, "{\"bytes\":%" PRIu64 ",\"canaryTexts\":%" PRIu64 ",%s\"roster\":true}",
		in->out->scan.bytes, in->out->scan.canaries,
		in->out->check.unverified ? "\"limitation\":\"" NK_PACKAGE_EXEMPT_WORD "\"," : ""));
	return nk_svr_body(&s, in->arena, out, err);
}

static NK_RESULT link_body(const struct installing *in, struct nk_str *out, struct nk_err *err)
{
	static const char *const command[] = { "nokosazu", "package", "install" };
	NK_OWNED(nk_buf_done) struct nk_buf text = { 0 };
	struct nk_json j;

	nk_buf_init(&text, 65536);
	nk_json_init_canonical(&j, &text);
	nk_json_open(&j, '{');
	nk_json_key(&j, "byproducts");
	nk_json_open(&j, '{');
	nk_json_close(&j, '}');
	nk_json_key(&j, "command");
	nk_json_open(&j, '[');
	for (size_t i = 0; i < NK_ARRAY_LEN(command); i++) {
		nk_json_c(&j, command[i]);
	}
	nk_json_close(&j, ']');
	nk_json_key(&j, "environment");
	nk_json_open(&j, '{');
	nk_json_close(&j, '}');
	nk_json_key(&j, "materials");
	nk_json_open(&j, '[');
	nk_json_open(&j, '{');
	nk_json_key(&j, "digest");
	nk_json_open(&j, '{');
	nk_json_key(&j, "sha256");
	nk_json_hex(&j, nk_bytes_of(in->checked.digest.b, NK_HASH_LEN));
	nk_json_close(&j, '}');
	nk_json_key(&j, "name");
	nk_json_str(&j, in->checked.file);
	nk_json_close(&j, '}');
	nk_json_close(&j, ']');
	nk_json_key(&j, "name");
	nk_json_c(&j, "deploy");
	nk_json_close(&j, '}');
	NK_TRY(nk_json_end(&j, err));
	return nk_arena_dup(in->arena, nk_buf_str(&text), out, err);
}

/* The executor's link, and with it the whole layout: before anything is put in place. */
static NK_RESULT deploy_link(struct installing *in, struct nk_err *err)
{
	struct nk_package_paper link = { .flow = in->flow, .predicate = NK_PREDICATE_LINK,
		.subject = in->checked.file,
		.digest = in->checked.digest };
	struct nk_package_steps steps = { .layout = in->checked.layout.payload,
		.made = in->checked.layout.made,
		.file = in->checked.file,
		.digest = in->checked.digest };

	NK_TRY(link_body(in, &link.body, err));
	NK_TRY(nk_package_paper_sign(&link, in->req->seed, in->arena, &in->link, err));
	steps.deployed = nk_str_bytes(in->link);
	return nk_package_layout_steps(in->flow->env, &steps, in->arena, err);
}

/* What this site found, signed by this site; what the executor did, signed by him. */
static NK_RESULT statements(struct installing *in, struct nk_tx *tx, struct nk_err *err)
{
	struct nk_statement site = { .predicate = NK_PREDICATE_SVR,
		.subject = in->scope.ptr,
		.subject_sha256 = in->checked.digest,
		.about = in->scope,
		.result = "PASSED" };
	struct nk_uuid id;

	NK_TRY(scan_body(in, &site.body, err));
	NK_TRY(nk_statement_make(in->flow, tx, &site, in->arena, &id, NULL, err));
	return nk_statement_take(in->flow, tx, nk_str_bytes(in->link), in->executor.public_key, NK_PREDICATE_LINK,
		&in->checked.digest, in->scope, in->executor.id, in->arena, NULL, &id, err);
}

static NK_RESULT keep_papers(struct installing *in, struct nk_tx *tx, struct nk_err *err)
{
	static const char *const suffixes[] = { ".provenance.dsse.json", ".package.link.dsse.json", ".gate.dsse.json",
		".layout.dsse.json", ".release.dsse.json", ".test.dsse.json" };

	for (size_t i = 0; i < NK_ARRAY_LEN(suffixes); i++) {
		NK_TRY(nk_package_keep_beside(in->flow, tx, in->req->file, &in->checked.digest, suffixes[i], in->arena, err));
	}
	return nk_package_keep_beside(in->flow, tx, in->req->file, &in->checked.digest,
		in->out->check.unverified ? NK_PACKAGE_EXEMPT : ".svr.dsse.json", in->arena, err);
}

static NK_RESULT record(struct installing *in, struct nk_err *err)
{
	NK_OWNED(nk_tx_end) struct nk_tx *tx = NULL;
	const struct nk_package_made made = made_of(in);

	NK_TRY(nk_tx_begin(in->flow->store, &tx, err));
	NK_TRY(nk_package_replace(tx, made.name, err));
	NK_TRY(nk_package_note(in->flow, tx, &made, "installed", in->manifest, err));
	NK_TRY(keep_papers(in, tx, err));
	NK_TRY(statements(in, tx, err));
	NK_TRY(nk_flow_commit(in->flow, &tx, err));
	in->out->installed = true;
	return nk_done();
}

static NK_RESULT run(struct installing *in, struct nk_err *err)
{
	NK_TRY(who(in, err));
	NK_TRY(check(in, err));
	NK_TRY(version(in, err));
	NK_TRY(scan(in, err));
	NK_TRY(deploy_link(in, err));
	NK_TRY(announce(in, err));
	NK_TRY(in->req->root != NULL ? below_root(in, err) : with_copy(in, run_dpkg, err));
	return record(in, err);
}

NK_RESULT nk_op_package_install(struct nk_flow *flow, const struct nk_package_install_request *req,
	struct nk_arena *arena, struct nk_package_install_reply *out, struct nk_err *err)
{
	struct installing in = { .flow = flow, .req = req, .arena = arena, .out = out };
	nk_rc rc;

	memset(out, 0, sizeof(*out));
	nk_vec_init(&in.canaries, sizeof(struct nk_canary_text), NK_PACKAGE_CANARIES_MAX);
	rc = run(&in, err);
	nk_vec_done(&in.canaries);
	if (rc.code == NK_DENIED || rc.code == NK_CONFLICT || rc.code == NK_GUARD) {
		nk_flow_refused_why(flow, "package install", err);
	}
	return rc;
}
