/*
 * package_drift.c: what lies at a site that nothing explains: not the package, not the site's configuration, not the
 * store. That is residue, or somebody's hand.
 *
 * Invariant: a file is explained by its digest in the manifest of what is installed, as configuration by a digest that was written
 * down, by being one of the home's own files (package_home.c), or by being the place of an open holding; by nothing else.
 */
#include "base.h"
#include "package_int.h"

#include "hold_int.h"
#include "json.h"

enum { ROWS_MAX = 20000, FILE_MAX = 256 << 20 };

struct manifest_row {
	struct nk_str path;
	struct nk_hash sha256;
	bool seen;
};

struct drifting {
	struct nk_flow *flow;
	struct nk_arena *arena;
	struct nk_package_drift_reply *out;
	struct nk_vec rows; /* of struct nk_package_drift_row */
	struct manifest_row *manifest;
	size_t n;
	const char *root; /* where the walk is */
	const char *prefix; /* what stands before its paths in the manifest */
	char home[PATH_MAX];
	struct nk_holding *holdings;
	size_t n_holdings;
	struct nk_str known; /* digests of configuration, one a line */
	struct nk_buf accepted; /* the same, of what is there now */
	bool accepting;
};

static NK_RESULT take_manifest(struct drifting *d, struct nk_str text, struct nk_err *err)
{
	NK_OWNED(nk_jdoc_free) struct nk_jdoc *doc = NULL;
	struct nk_jval files;

	if (text.len == 0) {
		return nk_done();
	}
	NK_TRY(nk_jdoc_parse(nk_str_bytes(text), NK_PACKAGE_PAPER_MAX, &doc, err));
	files = nk_jget(nk_jdoc_root(doc), "files");
	d->n = nk_jlen(files);
	d->manifest = nk_arena_array(d->arena, d->n, sizeof(*d->manifest));
	if (d->manifest == NULL) {
		return nk_fail_nomem(err);
	}
	for (size_t i = 0; i < d->n; i++) {
		struct nk_str path = NK_STR("");
		struct nk_str hex = NK_STR("");

		(void)nk_jstr(nk_jget(nk_jat(files, i), "path"), &path);
		(void)nk_jstr(nk_jget(nk_jat(files, i), "sha256"), &hex);
		if (!nk_hex_parse(hex, d->manifest[i].sha256.b, NK_HASH_LEN)) {
			return nk_fail(err, NK_CORRUPT, NK_N("a package in the store is damaged"));
		}
		NK_TRY(nk_arena_dup(d->arena, path, &d->manifest[i].path, err));
	}
	return nk_done();
}

static NK_RESULT tell(struct drifting *d, struct nk_str path, const char *why, struct nk_err *err)
{
	struct nk_package_drift_row *row = NULL;
	void *at = NULL;

	NK_TRY(nk_vec_push(&d->rows, &at, err));
	row = at;
	row->why = why;
	return nk_arena_dup(d->arena, path, &row->path, err);
}

/* By a digest that was written down; while accepting, it is. */
static NK_RESULT configuration(struct drifting *d, struct nk_str path, const char *whole, struct nk_err *err)
{
	char hex[2 * NK_HASH_LEN + 1];
	struct nk_err why;

	if (!nk_ok(nk_package_config_digest(d->flow, path, whole, hex, &why))) {
		return tell(d, path, NK_N("cannot be read"), err);
	}
	if (!d->accepting && nk_str_find(d->known, nk_str_c(hex)) == SIZE_MAX) {
		return tell(d, path, NK_N("configuration that nobody wrote down (package drift --accept)"), err);
	}
	d->out->explained++;
	d->out->accepted += d->accepting ? 1 : 0;
	return d->accepting ? nk_buf_printf(&d->accepted, err, "%s\n", hex) : nk_done();
}

/* By its bytes: another file in the place of a copy is explained by nothing. */
static NK_RESULT is_holding(const struct drifting *d, const char *whole, bool *out, struct nk_err *err)
{
	*out = false;
	for (size_t i = 0; i < d->n_holdings && !*out; i++) {
		enum nk_copy_is is = NK_COPY_UNKNOWN;

		NK_TRY(nk_copy_is(d->flow, &d->holdings[i], whole, &is, err));
		*out = is == NK_COPY_SAME;
	}
	return nk_done();
}

static NK_RESULT digest(struct drifting *d, const char *whole, struct nk_hash *out, struct nk_err *err)
{
	NK_OWNED(nk_buf_done) struct nk_buf b = { 0 };

	nk_buf_init(&b, FILE_MAX);
	NK_TRY(nk_env_read_all(d->flow->env, whole, b.max, &b, err));
	nk_sha256(nk_buf_bytes(&b), out);
	return nk_done();
}

static struct manifest_row *in_manifest(struct drifting *d, struct nk_str path)
{
	for (size_t i = 0; i < d->n; i++) {
		if (nk_str_eq(d->manifest[i].path, path)) {
			return &d->manifest[i];
		}
	}
	return NULL;
}

/* Of the package: the same bytes, or configuration that the site has made its own. */
static NK_RESULT of_package(
	struct drifting *d, struct manifest_row *row, const char *whole, struct nk_str path, struct nk_err *err)
{
	struct nk_hash h;
	struct nk_err why;

	row->seen = true;
	if (!nk_ok(digest(d, whole, &h, &why))) {
		return tell(d, path, NK_N("cannot be read"), err);
	}
	if (!nk_ct_equal(h.b, row->sha256.b, NK_HASH_LEN)) {
		if (nk_str_starts(path, NK_STR("etc/"))) {
			return configuration(d, path, whole, err);
		}
		return tell(d, path, NK_N("changed: not the bytes of the package"), err);
	}
	d->out->explained++;
	return nk_done();
}

static NK_RESULT one(void *arg, const char *name, struct nk_err *err)
{
	struct drifting *const d = arg;
	const struct nk_str home = nk_str_c(d->home);
	struct nk_str path;
	struct nk_str whole;
	struct manifest_row *row = NULL;
	bool ours = false;

	NK_TRY(nk_arena_printf(d->arena, &path, err, "%s%s", d->prefix, name));
	NK_TRY(nk_arena_printf(d->arena, &whole, err, "%s/%s", d->root, name));
	d->out->looked_at++;
	row = in_manifest(d, path);
	if (row != NULL) {
		return of_package(d, row, whole.ptr, path, err);
	}
	if (nk_str_starts(whole, home) && whole.len > home.len && whole.ptr[home.len] == '/') {
		const struct nk_str below = nk_str_sub(whole, home.len + 1, whole.len);

		if (nk_package_home_is_config(below)) {
			return configuration(d, below, whole.ptr, err);
		}
		NK_TRY(nk_package_of_home(d->flow, below, whole.ptr, d->arena, &ours, err));
	}
	if (!ours) {
		NK_TRY(is_holding(d, whole.ptr, &ours, err));
	}
	if (ours) {
		d->out->explained++;
		return nk_done();
	}
	return tell(d, nk_str_eq(nk_str_c(d->prefix), NK_STR("")) ? path : whole, NK_N("nothing explains it"), err);
}

static NK_RESULT walk(struct drifting *d, const char *root, const char *prefix, struct nk_err *err)
{
	if (!nk_os_is_folder(root)) {
		return nk_done();
	}
	d->root = root;
	d->prefix = prefix;
	return nk_os_tree_each(root, one, d, err);
}

/* A whole system is not ours to explain: the places that the package has for itself, and its files wherever they are. */
static NK_RESULT system_places(struct drifting *d, struct nk_err *err)
{
	static const char *const places[][2] = { { "/usr/share/nokosazu", "usr/share/nokosazu/" },
		{ "/usr/share/doc/nokosazu", "usr/share/doc/nokosazu/" }, { "/etc/nokosazu", "etc/nokosazu/" },
		{ "/var/lib/nokosazu", "var/lib/nokosazu/" } };

	for (size_t i = 0; i < NK_ARRAY_LEN(places); i++) {
		NK_TRY(walk(d, places[i][0], places[i][1], err));
	}
	for (size_t i = 0; i < d->n; i++) {
		struct nk_str whole;

		NK_TRY(nk_arena_printf(d->arena, &whole, err, "/%.*s", NK_FMT(d->manifest[i].path)));
		if (!d->manifest[i].seen && nk_os_is_there(whole.ptr)) {
			d->out->looked_at++;
			NK_TRY(of_package(d, &d->manifest[i], whole.ptr, d->manifest[i].path, err));
		}
	}
	return nk_done();
}

static NK_RESULT look(struct drifting *d, const char *root, struct nk_err *err)
{
	char whole[PATH_MAX] = "/var/lib/nokosazu";

	if (realpath(d->flow->home, d->home) == NULL) {
		return nk_fail_errno(err, errno, NK_N("cannot resolve the path"), d->flow->home);
	}
	if (root != NULL && realpath(root, whole) == NULL) {
		return nk_fail_errno(err, errno, NK_N("cannot resolve the path"), root);
	}
	NK_TRY(root != NULL ? walk(d, whole, "", err) : system_places(d, err));
	if (!nk_package_below(d->home, whole)) {
		NK_TRY(walk(d, d->home, "home: ", err));
	}
	for (size_t i = 0; i < d->n; i++) {
		if (!d->manifest[i].seen) {
			NK_TRY(tell(d, d->manifest[i].path, NK_N("missing: it is of the package and not there"), err));
		}
	}
	return nk_done();
}

static NK_RESULT finish(struct drifting *d, struct nk_err *err)
{
	struct nk_package_drift_row *const kept = nk_vec_keep(&d->rows, d->arena);

	if (kept == NULL) {
		return nk_fail_nomem(err);
	}
	d->out->rows = kept;
	d->out->n = d->rows.len;
	return nk_done();
}

static NK_RESULT begin(struct drifting *d, struct nk_str *out_manifest, struct nk_err *err)
{
	struct nk_package_row there;
	struct nk_err why;
	const nk_rc rc = nk_package_installed(d->flow, NK_STR(""), d->arena, &there, out_manifest, &why);

	if (!nk_ok(rc) && rc.code != NK_NOT_FOUND) {
		return nk_err_pass(err, &why);
	}
	*out_manifest = nk_ok(rc) ? *out_manifest : NK_STR("");
	d->out->version = nk_ok(rc) ? there.version : NK_STR("");
	NK_TRY(nk_package_config_known(d->flow, d->arena, &d->known, err));
	return nk_holding_list(d->flow->store, d->flow->key[NK_HOUSE_LOG], true, d->arena, &d->holdings, &d->n_holdings, err);
}

static NK_RESULT run(struct drifting *d, const char *root, struct nk_err *err)
{
	struct nk_str manifest = NK_STR("");

	NK_TRY(begin(d, &manifest, err));
	NK_TRY(take_manifest(d, manifest, err));
	NK_TRY(look(d, root, err));
	NK_TRY(d->accepting ? nk_package_config_keep(d->flow, nk_buf_str(&d->accepted), d->out->accepted, err) : nk_done());
	return finish(d, err);
}

static NK_RESULT drift_of(struct nk_flow *flow, const char *root, bool accepting, struct nk_arena *arena,
	struct nk_package_drift_reply *out, struct nk_err *err)
{
	struct drifting d = { .flow = flow, .arena = arena, .out = out, .accepting = accepting };
	nk_rc rc;

	memset(out, 0, sizeof(*out));
	nk_vec_init(&d.rows, sizeof(struct nk_package_drift_row), ROWS_MAX);
	nk_buf_init(&d.accepted, 1 << 20);
	rc = run(&d, root, err);
	nk_vec_done(&d.rows);
	nk_buf_done(&d.accepted);
	return rc;
}

NK_RESULT nk_op_package_drift(struct nk_flow *flow, const char *root, struct nk_arena *arena,
	struct nk_package_drift_reply *out, struct nk_err *err)
{
	return drift_of(flow, root, false, arena, out, err);
}

NK_RESULT nk_op_package_accept(struct nk_flow *flow, const char *root, struct nk_arena *arena,
	struct nk_package_drift_reply *out, struct nk_err *err)
{
	return drift_of(flow, root, true, arena, out, err);
}
