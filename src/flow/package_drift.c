/*
 * package_drift.c: what lies at a site that nothing explains: not the package, not the site's configuration, not the
 * store. That is residue, or somebody's hand.
 *
 * Invariant: a file is explained by its digest in the manifest of what is installed, by being configuration, by being
 * one of the home's own files (a tile: by its bytes, which the ledger knows), or by being the place of an open holding; by
 * nothing else.
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

/* Files of a home, by name: a star stands for anything. */
static bool is_of_home(struct nk_str path)
{
	static const char *const names[] = { "nokosazu.conf", "conf.d/*.conf", "lock", "clock", "public/certificate.pem",
		"public/ledger.vkey", "ledger/checkpoint", "store/nokosazu.db", "store/nokosazu.db-wal", "store/nokosazu.db-shm",
		"store/nokosazu.db.lock", "store/nokosazu.db-journal", "certificates/*.dsse.json", "certificates/*.tlog-proof",
		"certificates/*.ja.txt", "certificates/*.en.txt" };

	for (size_t i = 0; i < NK_ARRAY_LEN(names); i++) {
		const struct nk_str name = nk_str_c(names[i]);
		const size_t star = nk_str_chr(name, '*');
		const struct nk_str head = nk_str_sub(name, 0, star);
		const struct nk_str tail = star == SIZE_MAX ? NK_STR("") : nk_str_sub(name, star + 1, name.len);

		if (star == SIZE_MAX ? nk_str_eq(name, path)
				     : path.len >= head.len + tail.len && nk_str_starts(path, head) && nk_str_ends(path, tail)) {
			return true;
		}
	}
	return false;
}

/* The vault says its files itself; it has no other, at no time. */
static bool is_of_vault(struct nk_str path)
{
	const char *const *const names = nk_vault_file_names();

	for (size_t i = 0; names[i] != NULL; i++) {
		if (nk_str_starts(path, NK_STR("vault/")) && nk_str_eq(nk_str_sub(path, 6, path.len), nk_str_c(names[i]))) {
			return true;
		}
	}
	return false;
}

/* A tile is explained by the ledger, which looks into it: a name like one explains nothing. */
static NK_RESULT of_home(struct drifting *d, struct nk_str path, bool *out, struct nk_err *err)
{
	*out = is_of_home(path) || is_of_vault(path);
	return *out || !nk_str_starts(path, NK_STR("ledger/"))
		? nk_done()
		: nk_ledger_has_file(d->flow->ledger, nk_str_sub(path, 7, path.len), out, err);
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
	if (nk_str_starts(path, NK_STR("etc/"))) {
		d->out->explained++;
		return nk_done();
	}
	if (!nk_ok(digest(d, whole, &h, &why))) {
		return tell(d, path, NK_N("cannot be read"), err);
	}
	if (!nk_ct_equal(h.b, row->sha256.b, NK_HASH_LEN)) {
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
		NK_TRY(of_home(d, nk_str_sub(whole, home.len + 1, whole.len), &ours, err));
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

static bool below(const char *inner, const char *outer)
{
	const size_t n = strlen(outer);

	return strncmp(inner, outer, n) == 0 && (inner[n] == '\0' || inner[n] == '/');
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
	if (!below(d->home, whole)) {
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

NK_RESULT nk_op_package_drift(struct nk_flow *flow, const char *root, struct nk_arena *arena,
	struct nk_package_drift_reply *out, struct nk_err *err)
{
	struct drifting d = { .flow = flow, .arena = arena, .out = out };
	struct nk_package_row there;
	struct nk_str manifest = NK_STR("");
	struct nk_err why;
	nk_rc rc = nk_package_installed(flow, NK_STR(""), arena, &there, &manifest, &why);

	memset(out, 0, sizeof(*out));
	if (!nk_ok(rc) && rc.code != NK_NOT_FOUND) {
		return nk_err_pass(err, &why);
	}
	out->version = nk_ok(rc) ? there.version : NK_STR("");
	NK_TRY(nk_holding_list(flow->store, flow->key[NK_HOUSE_LOG], true, arena, &d.holdings, &d.n_holdings, err));
	nk_vec_init(&d.rows, sizeof(struct nk_package_drift_row), ROWS_MAX);
	rc = take_manifest(&d, nk_ok(rc) ? manifest : NK_STR(""), err);
	rc = nk_ok(rc) ? look(&d, root, err) : rc;
	rc = nk_ok(rc) ? finish(&d, err) : rc;
	nk_vec_done(&d.rows);
	return rc;
}
