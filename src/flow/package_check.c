/*
 * package_check.c: is this a package that may be installed? Offline, by the keys that are enrolled or listed.
 *
 * Invariant: who may do what follows from unit and organisation of the key that signed; a line is good only when the
 * paper is there, verifies, and is about these bytes.
 */
#include "base.h"
#include "package_int.h"

#include "json.h"
#include "party_int.h"

enum { BODY_MAX = 4 << 20 };

struct checking {
	const struct nk_env *env;
	struct nk_flow *flow; /* NULL: by the list of `keys` alone */
	const struct nk_package_check_request *req;
	struct nk_arena *arena;
	struct nk_package_checked *c;
	struct nk_package_check_reply *out;
	struct nk_str provenance; /* body, "" when it is not good */
};

NK_RESULT nk_package_scope(const struct nk_hash *digest, struct nk_arena *arena, struct nk_str *out, struct nk_err *err)
{
	char hex[2 * NK_HASH_LEN + 1];

	nk_hex_print(digest->b, NK_HASH_LEN, hex);
	return nk_arena_printf(arena, out, err, "package:%s", hex);
}

static void line(struct checking *k, bool good, const char *what, struct nk_str detail)
{
	nk_assert(k->out->n < NK_PACKAGE_LINES_MAX);
	k->out->lines[k->out->n++] = (struct nk_package_line){ good, what, { detail, detail } };
	k->out->good = k->out->good && good;
}

/* A failed line tells why, in the words of the error. */
static NK_RESULT failed(struct checking *k, const char *what, const struct nk_err *why, struct nk_err *err)
{
	struct nk_package_line *const l = &k->out->lines[k->out->n];

	line(k, false, what, NK_STR(""));
	NK_TRY(nk_arena_dup(k->arena, nk_str_c(why->text[NK_LANG_EN]), &l->detail[NK_LANG_EN], err));
	return nk_arena_dup(k->arena, nk_str_c(why->text[NK_LANG_JA]), &l->detail[NK_LANG_JA], err);
}

/* Things that are wrong with the paper are lines; a lack of memory is an error. */
static bool is_line(nk_rc rc)
{
	return rc.code == NK_DENIED || rc.code == NK_INVALID || rc.code == NK_NOT_FOUND || rc.code == NK_LIMIT ||
		rc.code == NK_UNSUPPORTED;
}

struct want {
	const char *suffix, *predicate;
	const char *what; /* msgid of the line */
	const char *unit; /* whose key: development, or NULL: any */
};

/* *out_by NULL: the line is bad already. */
static NK_RESULT read_paper(struct checking *k, const struct want *w, const struct nk_package_party **out_by,
	struct nk_str *out_body, struct nk_err *err)
{
	const struct nk_package_paper wanted = { .predicate = w->predicate, .digest = k->c->digest };
	struct nk_str path;
	struct nk_err why = { 0 };
	nk_rc rc;

	*out_by = NULL;
	*out_body = NK_STR("");
	NK_TRY(nk_package_beside(k->req->file, w->suffix, k->arena, &path, err));
	rc = nk_package_paper_read(k->env, path.ptr, &wanted, &k->c->keys, k->arena, out_by, out_body, &why);
	if (nk_ok(rc) && w->unit != NULL && !nk_str_eq((*out_by)->unit, nk_str_c(w->unit))) {
		rc = nk_fail(&why, NK_DENIED, NK_N("signed by a key of the unit \"%1$s\", not of \"%2$s\""),
			nk_short((*out_by)->unit).text, w->unit);
	}
	if (nk_ok(rc)) {
		return nk_done();
	}
	*out_by = NULL;
	return is_line(rc) ? failed(k, w->what, &why, err) : nk_err_pass(err, &why);
}

static NK_RESULT text_of(struct checking *k, struct nk_str body, const char *const *keys, struct nk_str *out, struct nk_err *err)
{
	NK_OWNED(nk_jdoc_free) struct nk_jdoc *doc = NULL;
	struct nk_jval v;
	struct nk_str s = NK_STR("");

	NK_TRY(nk_jdoc_parse(nk_str_bytes(body), BODY_MAX, &doc, err));
	v = nk_jdoc_root(doc);
	for (size_t i = 0; keys[i] != NULL; i++) {
		v = nk_jget(v, keys[i]);
	}
	(void)nk_jstr(v, &s);
	return nk_arena_dup(k->arena, s, out, err);
}

static NK_RESULT provenance(struct checking *k, struct nk_err *err)
{
	static const struct want w = { ".provenance.dsse.json", NK_PREDICATE_SLSA,
		NK_N("where it comes from (SLSA provenance), signed by development"), "development" };
	static const char *const mends[] = { "buildDefinition", "externalParameters", "mends", NULL };
	const struct nk_package_party *by = NULL;

	NK_TRY(read_paper(k, &w, &by, &k->provenance, err));
	if (by == NULL) {
		k->provenance = NK_STR("");
		return nk_done();
	}
	k->out->organisation = by->organisation;
	line(k, true, w.what, by->organisation);
	return text_of(k, k->provenance, mends, &k->out->mends, err);
}

static NK_RESULT link_paper(struct checking *k, struct nk_err *err)
{
	static const struct want w = { ".package.link.dsse.json", NK_PREDICATE_LINK,
		NK_N("step \"package\" by a key of the development unit"), "development" };
	struct nk_str body;

	NK_TRY(read_paper(k, &w, &k->c->maker, &body, err));
	if (k->c->maker != NULL) {
		line(k, true, w.what, NK_STR(""));
	}
	return nk_done();
}

/* The manifest says the digest of each file; it must be that of the files themselves, and the one that was signed. */
static NK_RESULT manifest(struct checking *k, struct nk_err *err)
{
	const char *const what = NK_N("list of files with digests");
	struct nk_str path;
	struct nk_str true_one;
	struct nk_bytes said;
	struct nk_err why = { 0 };
	char hex[2 * NK_HASH_LEN + 1];
	struct nk_hash h;
	nk_rc rc;

	NK_TRY(nk_package_beside(k->req->file, ".manifest.json", k->arena, &path, err));
	NK_TRY(nk_package_manifest(&k->c->deb, k->arena, &true_one, err));
	rc = nk_package_read_file(k->env, path.ptr, BODY_MAX, k->arena, &said, &why);
	if (!nk_ok(rc)) {
		return is_line(rc) ? failed(k, what, &why, err) : nk_err_pass(err, &why);
	}
	nk_sha256(said, &h);
	nk_hex_print(h.b, sizeof(h.b), hex);
	line(k, nk_str_eq(nk_bytes_str(said), true_one) && nk_str_find(k->provenance, nk_str_c(hex)) != SIZE_MAX, what,
		NK_STR(""));
	return nk_done();
}

static NK_RESULT sbom(struct checking *k, struct nk_err *err)
{
	static const struct want w = { ".sbom.dsse.json", NK_PREDICATE_CYCLONEDX, NK_N("what it is made of (CycloneDX)"),
		"development" };
	const struct nk_package_party *by = NULL;
	struct nk_str body;

	NK_TRY(read_paper(k, &w, &by, &body, err));
	if (by != NULL) {
		line(k, true, w.what, NK_STR(""));
	}
	return nk_done();
}

static NK_RESULT passed_with(struct checking *k, struct nk_str body, const char *property, bool *out, struct nk_err *err)
{
	NK_OWNED(nk_jdoc_free) struct nk_jdoc *doc = NULL;
	struct nk_jval list;
	struct nk_str word = NK_STR("");

	(void)k;
	*out = false;
	NK_TRY(nk_jdoc_parse(nk_str_bytes(body), BODY_MAX, &doc, err));
	list = nk_jget(nk_jdoc_root(doc), "properties");
	(void)nk_jstr(nk_jget(nk_jdoc_root(doc), "result"), &word);
	for (size_t i = 0; i < nk_jlen(list) && nk_str_eq(word, NK_STR("PASSED")); i++) {
		struct nk_str p = NK_STR("");

		(void)nk_jstr(nk_jat(list, i), &p);
		*out = *out || nk_str_eq(p, nk_str_c(property));
	}
	return nk_done();
}

/* A member of "nokosazu" in a summary: what our own papers say beyond the properties. */
static NK_RESULT own_member(struct nk_str body, const char *key, int64_t *number, bool *yes, struct nk_err *err)
{
	NK_OWNED(nk_jdoc_free) struct nk_jdoc *doc = NULL;
	struct nk_jval v;

	*number = -1;
	*yes = false;
	NK_TRY(nk_jdoc_parse(nk_str_bytes(body), BODY_MAX, &doc, err));
	v = nk_jget(nk_jget(nk_jdoc_root(doc), "nokosazu"), key);
	(void)nk_jint(v, number);
	(void)nk_jbool(v, yes);
	return nk_done();
}

static NK_RESULT gate(struct checking *k, struct nk_err *err)
{
	static const struct want w = { ".gate.dsse.json", NK_PREDICATE_SVR,
		NK_N("the gate: nobody is in it, no canary person, everything was scanned"), "development" };
	const struct nk_package_party *by = NULL;
	struct nk_str body;
	bool empty = false;
	bool no_canary = false;
	int64_t texts = 0;
	bool ignored = false;

	NK_TRY(read_paper(k, &w, &by, &body, err));
	if (by == NULL) {
		return nk_done();
	}
	NK_TRY(passed_with(k, body, "NOKOSAZU_EXTENT_EMPTY", &empty, err));
	NK_TRY(passed_with(k, body, "NOKOSAZU_NO_CANARY", &no_canary, err));
	NK_TRY(own_member(body, "canaryTexts", &texts, &ignored, err));
	if (texts == 0) {
		line(k, empty, NK_N("the gate: nobody is in it, everything was scanned; no canary persons were known"), NK_STR(""));
		return nk_done();
	}
	line(k, empty && no_canary, w.what, NK_STR(""));
	return nk_done();
}

static NK_RESULT twin(struct checking *k, struct nk_err *err)
{
	const char *const what = NK_N("minisign signature by the same key");
	struct nk_err why = { 0 };
	nk_rc rc;

	if (k->c->maker == NULL) {
		return nk_done(); /* its line is bad already */
	}
	rc = nk_package_twin_check(k->env, k->req->file, k->c->bytes, k->c->maker->pub, k->arena, &why);
	if (!nk_ok(rc)) {
		return is_line(rc) ? failed(k, what, &why, err) : nk_err_pass(err, &why);
	}
	line(k, true, what, NK_STR(""));
	return nk_done();
}

/* Rules of the layout against the link of step "package"; whoever deploys adds his own (package_install.c). */
static NK_RESULT layout_steps(struct checking *k, struct nk_err *err)
{
	struct nk_package_steps steps = { .layout = k->c->layout.payload, .file = k->c->file, .digest = k->c->digest };
	struct nk_str path;

	NK_TRY(nk_package_beside(k->req->file, ".package.link.dsse.json", k->arena, &path, err));
	NK_TRY(nk_package_read_file(k->env, path.ptr, NK_PACKAGE_PAPER_MAX, k->arena, &k->c->layout.made, err));
	steps.made = k->c->layout.made;
	return nk_package_layout_steps(k->env, &steps, k->arena, err);
}

static NK_RESULT layout(struct checking *k, struct nk_err *err)
{
	const char *const what = NK_N("layout: made by development, deployed by build, by different keys");
	struct nk_err why = { 0 };
	struct nk_str path;
	nk_rc rc;

	NK_TRY(nk_package_beside(k->req->file, ".layout.dsse.json", k->arena, &path, err));
	rc = nk_package_layout_read(k->env, path.ptr, &k->c->keys, k->arena, &k->c->layout, &why);
	rc = nk_ok(rc) ? layout_steps(k, &why) : rc;
	if (!nk_ok(rc)) {
		return is_line(rc) ? failed(k, what, &why, err) : nk_err_pass(err, &why);
	}
	line(k, k->c->maker != NULL && nk_package_has_key(k->c->layout.package, k->c->layout.n_package, k->c->maker->pub), what,
		NK_STR(""));
	return nk_done();
}

static NK_RESULT release(struct checking *k, struct nk_err *err)
{
	static const struct want w = { ".release.dsse.json", NK_PREDICATE_APPROVAL, NK_N("released by the development unit"),
		"development" };
	static const char *const decision[] = { "decision", NULL };
	const struct nk_package_party *by = NULL;
	struct nk_str body;
	struct nk_str word;

	NK_TRY(read_paper(k, &w, &by, &body, err));
	if (by == NULL) {
		return nk_done();
	}
	NK_TRY(text_of(k, body, decision, &word, err));
	line(k, nk_str_eq(word, NK_STR("release")), w.what, NK_STR(""));
	return nk_done();
}

static NK_RESULT maker_tests(struct checking *k, struct nk_err *err)
{
	static const struct want w = { ".test.dsse.json", NK_PREDICATE_TEST, NK_N("tests by the maker, passed"), NULL };
	static const char *const result[] = { "result", NULL };
	const struct nk_package_party *by = NULL;
	struct nk_str body;
	struct nk_str word;

	NK_TRY(read_paper(k, &w, &by, &body, err));
	if (by == NULL) {
		return nk_done();
	}
	NK_TRY(text_of(k, body, result, &word, err));
	line(k, nk_str_eq(word, NK_STR("PASSED")) && k->c->maker != NULL &&
			nk_str_eq(by->organisation, k->c->maker->organisation), w.what, by->organisation);
	return nk_done();
}

static NK_RESULT verifier(struct checking *k, struct nk_err *err)
{
	static const struct want w = { ".svr.dsse.json", NK_PREDICATE_SVR,
		NK_N("verified by a third organisation that found a planted fault"), NULL };
	static const char *const made[] = { "runDetails", "metadata", "finishedOn", NULL };
	struct nk_package_third third = { .flow = k->flow, .keys = &k->c->keys, .installer = k->req->installer, .site = k->req->site };
	struct nk_err why = { 0 };
	bool rebuilt = false;
	int64_t ignored = 0;
	nk_rc rc;

	NK_TRY(read_paper(k, &w, &third.by, &third.body, err));
	if (third.by == NULL) {
		return nk_done();
	}
	third.maker = k->c->maker != NULL ? k->c->maker->organisation : NK_STR("");
	NK_TRY(k->provenance.len > 0 ? text_of(k, k->provenance, made, &third.made, err) : nk_done());
	NK_TRY(own_member(third.body, "rebuilt", &ignored, &rebuilt, err));
	k->out->prebuilt = !rebuilt;
	rc = nk_package_third(&third, k->arena, &why);
	if (!nk_ok(rc)) {
		return is_line(rc) ? failed(k, w.what, &why, err) : nk_err_pass(err, &why);
	}
	line(k, true, rebuilt ? w.what : NK_N("verified by a third organisation that found a planted fault, but compiled nothing (prebuilt)"),
		third.by->organisation);
	return nk_done();
}

/* Who signs that a package needs no third party: an officer, and not who made it. */
static NK_RESULT may_exempt(struct checking *k, const struct nk_package_party *by, struct nk_err *err)
{
	struct nk_party p = { .roles = by->roles };

	if (!nk_party_has_role(&p, NK_STR("officer")) ||
		(k->c->maker != NULL && nk_ct_equal(by->pub, k->c->maker->pub, sizeof(by->pub)))) {
		return nk_fail(err, NK_DENIED, NK_N("that a package goes out without a third party is signed by an officer, not by who made it"));
	}
	if (k->flow == NULL) {
		return nk_done();
	}
	NK_TRY(nk_party_get(k->flow->store, NULL, by->id, k->arena, &p, err));
	return nk_party_may_judge(k->flow, &p, NK_STR("officer"), err);
}

static NK_RESULT exemption(struct checking *k, struct nk_err *err)
{
	static const struct want w = { NK_PACKAGE_EXEMPT, NK_PREDICATE_APPROVAL,
		NK_N("verified by no third party: it mends nothing, and an officer signed that it goes out so"), NULL };
	static const char *const decision[] = { "decision", NULL };
	const struct nk_package_party *by = NULL;
	struct nk_err why = { 0 };
	struct nk_str body;
	struct nk_str word;
	nk_rc rc;

	NK_TRY(read_paper(k, &w, &by, &body, err));
	if (by == NULL) {
		return nk_done();
	}
	NK_TRY(text_of(k, body, decision, &word, err));
	rc = may_exempt(k, by, &why);
	if (!nk_ok(rc)) {
		return is_line(rc) ? failed(k, w.what, &why, err) : nk_err_pass(err, &why);
	}
	k->out->unverified = true;
	line(k, nk_str_eq(word, NK_STR(NK_PACKAGE_EXEMPT_WORD)), w.what, by->organisation);
	return nk_done();
}

/* Every package, whatever its maker calls it; only what mends nothing can be exempted. */
static NK_RESULT third(struct checking *k, struct nk_err *err)
{
	struct nk_str summary;
	struct nk_str exempt;

	NK_TRY(nk_package_beside(k->req->file, ".svr.dsse.json", k->arena, &summary, err));
	NK_TRY(nk_package_beside(k->req->file, NK_PACKAGE_EXEMPT, k->arena, &exempt, err));
	return k->out->mends.len == 0 && !nk_os_is_there(summary.ptr) && nk_os_is_there(exempt.ptr) ? exemption(k, err) : verifier(k, err);
}

static NK_RESULT all(struct checking *k, struct nk_err *err)
{
	NK_TRY(provenance(k, err));
	NK_TRY(link_paper(k, err));
	NK_TRY(manifest(k, err));
	NK_TRY(sbom(k, err));
	NK_TRY(gate(k, err));
	NK_TRY(twin(k, err));
	if (!k->req->before_release) {
		NK_TRY(release(k, err));
		NK_TRY(layout(k, err));
	}
	if (k->out->mends.len > 0) {
		NK_TRY(maker_tests(k, err));
	}
	return k->req->before_third ? nk_done() : third(k, err);
}

static NK_RESULT read_package(struct checking *k, struct nk_err *err)
{
	const char *const slash = strrchr(k->req->file, '/');

	NK_TRY(nk_package_read_file(k->env, k->req->file, NK_DEB_MAX, k->arena, &k->c->bytes, err));
	NK_TRY(nk_deb_read(k->c->bytes, k->arena, &k->c->deb, err));
	nk_sha256(k->c->bytes, &k->c->digest);
	nk_hex_print(k->c->digest.b, NK_HASH_LEN, k->out->digest);
	k->c->file = nk_str_c(slash == NULL ? k->req->file : slash + 1);
	k->out->name = nk_deb_field(k->c->deb.control, "Package");
	k->out->version = nk_deb_field(k->c->deb.control, "Version");
	k->out->files = k->c->deb.n;
	return k->out->name.len > 0 && k->out->version.len > 0
		? nk_done()
		: nk_fail(err, NK_INVALID, NK_N("the package has no name or no version"));
}

NK_RESULT nk_package_check(const struct nk_env *env, struct nk_flow *flow, const struct nk_package_check_request *req,
	struct nk_arena *arena, struct nk_package_checked *checked, struct nk_package_check_reply *out, struct nk_err *err)
{
	struct checking k = { .env = env, .flow = req->keys != NULL ? NULL : flow, .req = req, .arena = arena, .c = checked, .out = out };
	struct nk_package_party *parties = NULL;
	size_t n = 0;

	memset(out, 0, sizeof(*out));
	memset(checked, 0, sizeof(*checked));
	out->good = true;
	nk_assert(flow != NULL || req->keys != NULL);
	NK_TRY(req->keys != NULL ? nk_package_parties_file(env, req->keys, arena, &parties, &n, err)
				 : nk_package_parties(flow, arena, &parties, &n, err));
	checked->keys = (struct nk_package_keys){ parties, n };
	NK_TRY(read_package(&k, err));
	return all(&k, err);
}

NK_RESULT nk_op_package_check(const struct nk_env *env, struct nk_flow *flow,
	const struct nk_package_check_request *req, struct nk_arena *arena, struct nk_package_check_reply *out,
	struct nk_err *err)
{
	struct nk_package_checked checked;

	return nk_package_check(flow != NULL ? flow->env : env, flow, req, arena, &checked, out, err);
}

/* The line and its reason, each in its language. */
static nk_rc say_bad(const struct nk_package_line *l, struct nk_err *err)
{
	const nk_rc rc = nk_fail(err, NK_DENIED, NK_N("this package may not be released or installed"));

	for (int lang = 0; err != NULL && lang < (int)NK_LANG_COUNT; lang++) {
		struct nk_err one;
		const nk_rc ignored = nk_fail(&one, NK_DENIED,
			NK_N("this package may not be released or installed. What is missing: %1$s. %2$s"),
			nk_tr((enum nk_lang)lang, l->what), nk_short(l->detail[lang]).text);

		(void)ignored;
		memcpy(err->text[lang], one.text[lang], sizeof(err->text[lang]));
	}
	return rc;
}

NK_RESULT nk_package_first_bad(const struct nk_package_check_reply *reply, struct nk_err *err)
{
	for (size_t i = 0; i < reply->n; i++) {
		if (!reply->lines[i].good) {
			return say_bad(&reply->lines[i], err);
		}
	}
	return nk_done();
}
