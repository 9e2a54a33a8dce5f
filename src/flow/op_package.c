/*
 * op_package.c: makes a package and its papers from a clean checkout, and lets it be called built only behind the gate.
 *
 * Invariant: what the gate stopped is not left in the folder; what lies there was scanned as the very bytes that lie
 * there.
 */
#include "base.h"
#include "package_int.h"
#include "flow_sweep.h"

struct building {
	const struct nk_env *env;
	struct nk_flow *flow;
	const struct nk_package_build_request *req;
	struct nk_arena *arena;
	struct nk_package_build_reply *out;
	struct nk_package_made made;
	struct nk_str known;
	struct nk_vec canaries; /* of struct nk_canary_text */
	struct nk_str part; /* path of the file while the gate looks at it */
};

static void building_done(struct building *b)
{
	nk_buf_done(&b->made.bytes);
	nk_vec_done(&b->canaries);
}

/* No open holding lies where it is built: a path of one that begins with the folder. */
static NK_RESULT no_holding(struct building *b, const char *dir, struct nk_err *err)
{
	struct nk_holding *list = NULL;
	char whole[PATH_MAX];
	size_t n = 0;

	if (b->flow == NULL || realpath(dir, whole) == NULL) {
		return nk_done();
	}
	NK_TRY(nk_holding_list(b->flow->store, b->flow->key[NK_HOUSE_LOG], true, b->arena, &list, &n, err));
	for (size_t i = 0; i < n; i++) {
		const struct nk_str root = nk_str_c(whole);

		if (nk_str_starts(list[i].place, root) && list[i].place.len > root.len && list[i].place.ptr[root.len] == '/') {
			return nk_fail(err, NK_DENIED, NK_N("an open holding lies in %s: nothing is built where copies of persons are"), dir);
		}
	}
	return nk_done();
}

static NK_RESULT places(struct building *b, struct nk_err *err)
{
	const char *const dirs[] = { b->req->source, b->req->out, b->req->binary };

	for (size_t i = 0; i < NK_ARRAY_LEN(dirs); i++) {
		if (dirs[i] == NULL) {
			continue;
		}
		if (!nk_os_is_folder(dirs[i])) {
			return nk_fail(err, NK_NOT_FOUND, NK_N("this is no folder: %s"), dirs[i]);
		}
		NK_TRY(nk_package_no_home(dirs[i], b->req->home, err));
		NK_TRY(no_holding(b, dirs[i], err));
	}
	return nk_done();
}

/* Where the key is enrolled, it is not one of those who install. */
static NK_RESULT unit(struct building *b, struct nk_err *err)
{
	struct nk_party p;
	struct nk_err none;

	if (b->flow == NULL || !nk_ok(nk_signer_of(b->flow, b->req->seed, b->arena, &p, &none))) {
		return nk_done(); /* whoever installs looks again, and needs it enrolled */
	}
	return nk_str_eq(p.unit, NK_STR("build"))
		? nk_fail(err, NK_DENIED, NK_N("this key belongs to the unit that installs; packages are made by development"))
		: nk_done();
}

static NK_RESULT canaries(struct building *b, struct nk_err *err)
{
	struct nk_bytes text;

	if (b->flow != NULL) {
		NK_TRY(nk_canary_texts(b->flow, &b->canaries, b->arena, err));
	}
	if (b->req->canaries == NULL) {
		return nk_done();
	}
	NK_TRY(nk_package_read_file(b->env, b->req->canaries, NK_PACKAGE_PAPER_MAX, b->arena, &text, err));
	return nk_canary_parse(text, &b->canaries, b->arena, err);
}

static NK_RESULT stopped(struct building *b, struct nk_err *err)
{
	const struct nk_package_gate *const g = &b->out->gate;

	if (b->flow != NULL) {
		nk_flow_refused(b->flow, "package build", g->canary_found ? "a canary person" : g->complete ? "findings" : "not all scanned");
	}
	if (g->canary_found) {
		return nk_fail(err, NK_GUARD, NK_N("stopped at the gate: a canary person is in it, of: %s; nothing was built"),
			nk_short(g->canary_sites).text);
	}
	return g->extent_empty
		? nk_fail(err, NK_GUARD, NK_N("stopped at the gate: not everything in it could be scanned; nothing was built"))
		: nk_fail(err, NK_GUARD,
			  NK_N("stopped at the gate: there is somebody, or something like personal data, in it that package.known does not explain; nothing was built"));
}

static NK_RESULT gate(struct building *b, struct nk_err *err)
{
	const int64_t began = b->env->mono_ms(b->env->self);
	const struct nk_package_gate_request req = { .path = b->part.ptr,
		.known = b->known,
		.roster = b->req->roster,
		.canaries = b->canaries.items,
		.n_canaries = b->canaries.len };

	NK_TRY(nk_package_gate(b->env, b->flow, &req, b->arena, &b->out->gate, err));
	b->out->gate_ms = nk_u64(b->env->mono_ms(b->env->self) - began);
	return b->out->gate.passed ? nk_done() : stopped(b, err);
}

struct paper {
	const char *suffix, *predicate;
	struct nk_str body;
};

static NK_RESULT put_signed(struct building *b, const struct paper *p, struct nk_err *err)
{
	const struct nk_package_paper paper = { p->predicate, b->made.file, b->made.digest, p->body, b->flow };
	struct nk_str text;

	NK_TRY(nk_package_paper_sign(&paper, b->req->seed, b->arena, &text, err));
	return nk_package_put(b->out->path.ptr, p->suffix, nk_str_bytes(text), b->arena, err);
}

static NK_RESULT put_tests(struct building *b, struct nk_str when, struct nk_err *err)
{
	struct paper p = { ".test.dsse.json", NK_PREDICATE_TEST, NK_STR("") };
	struct nk_bytes text;

	if (b->req->tests == NULL) {
		return nk_done();
	}
	NK_TRY(nk_package_read_file(b->env, b->req->tests, NK_PACKAGE_PAPER_MAX, b->arena, &text, err));
	NK_TRY(nk_package_test_body(nk_bytes_str(text), when, b->arena, &p.body, err));
	return put_signed(b, &p, err);
}

static NK_RESULT papers(struct building *b, struct nk_err *err)
{
	char when[NK_TIME_TEXT];
	struct nk_package_facts f = { .made = &b->made,
		.mends = b->req->mends,
		.prebuilt = b->req->binary != NULL,
		.gate = &b->out->gate,
		.when = nk_package_now(b->env, when) };
	struct paper p[] = { { ".provenance.dsse.json", NK_PREDICATE_SLSA, NK_STR("") },
		{ ".package.link.dsse.json", NK_PREDICATE_LINK, NK_STR("") }, { ".gate.dsse.json", NK_PREDICATE_SVR, NK_STR("") },
		{ ".sbom.dsse.json", NK_PREDICATE_CYCLONEDX, NK_STR("") } };

	NK_TRY(nk_package_manifest(&b->made.deb, b->arena, &f.manifest, err));
	NK_TRY(nk_package_sbom(&b->made, b->arena, &f.sbom, err));
	NK_TRY(nk_package_provenance(&f, b->arena, &p[0].body, err));
	NK_TRY(nk_package_link(&f, b->arena, &p[1].body, err));
	NK_TRY(nk_package_gate_body(&f, b->arena, &p[2].body, err));
	p[3].body = f.sbom;
	NK_TRY(nk_package_put(b->out->path.ptr, ".manifest.json", nk_str_bytes(f.manifest), b->arena, err));
	NK_TRY(nk_package_put(b->out->path.ptr, ".cdx.json", nk_str_bytes(f.sbom), b->arena, err));
	for (size_t i = 0; i < NK_ARRAY_LEN(p); i++) {
		NK_TRY(put_signed(b, &p[i], err));
	}
	NK_TRY(put_tests(b, f.when, err));
	return nk_package_twin(b->out->path.ptr, nk_buf_bytes(&b->made.bytes), b->req->seed, b->arena, err);
}

static NK_RESULT note(struct building *b, struct nk_err *err)
{
	NK_OWNED(nk_tx_end) struct nk_tx *tx = NULL;
	struct nk_str manifest;

	if (b->flow == NULL) {
		return nk_done();
	}
	NK_TRY(nk_package_manifest(&b->made.deb, b->arena, &manifest, err));
	NK_TRY(nk_tx_begin(b->flow->store, &tx, err));
	NK_TRY(nk_package_note(b->flow, tx, &b->made, "built", manifest, err));
	return nk_flow_commit(b->flow, &tx, err);
}

static NK_RESULT tell(struct building *b, struct nk_err *err)
{
	struct nk_package_build_reply *const o = b->out;

	nk_hex_print(b->made.digest.b, NK_HASH_LEN, o->digest);
	o->name = b->made.name;
	o->version = b->made.version;
	o->revision = b->made.source.revision;
	o->files = b->made.deb.n;
	o->bytes = b->made.bytes.len;
	o->no_network = b->made.no_network;
	NK_TRY(nk_arena_printf(b->arena, &o->path, err, "%s/%.*s", b->req->out, NK_FMT(b->made.file)));
	if (nk_os_is_there(o->path.ptr)) {
		return nk_fail(err, NK_EXISTS, NK_N("this file is there already and is not replaced: %s"), o->path.ptr);
	}
	return nk_arena_printf(b->arena, &b->part, err, "%s.part", o->path.ptr);
}

static NK_RESULT make(struct building *b, struct nk_err *err)
{
	const struct nk_package_make how = {
		.env = b->env, .source = b->req->source, .binary = b->req->binary, .version = b->req->version
	};
	const int64_t began = b->env->mono_ms(b->env->self);

	NK_TRY(nk_package_make(&how, b->arena, &b->made, err));
	b->out->build_ms = nk_u64(b->env->mono_ms(b->env->self) - began);
	b->known = b->made.known;
	return tell(b, err);
}

/* What was not built leaves no paper: these did not exist before, tell() has looked. */
static void nothing_left(struct building *b)
{
	static const char *const suffixes[] = { ".part", ".manifest.json", ".cdx.json", ".provenance.dsse.json",
		".package.link.dsse.json", ".gate.dsse.json", ".sbom.dsse.json", ".test.dsse.json", ".minisig" };

	for (size_t i = 0; i < NK_ARRAY_LEN(suffixes); i++) {
		struct nk_str path;
		struct nk_err none;
		nk_rc rc = nk_package_beside(b->out->path.ptr, suffixes[i], b->arena, &path, &none);

		rc = nk_ok(rc) ? b->env->unlink(b->env->self, path.ptr, &none) : rc;
		(void)rc;
	}
}

static NK_RESULT build(struct building *b, struct nk_err *err)
{
	nk_rc rc;

	NK_TRY(places(b, err));
	NK_TRY(unit(b, err));
	NK_TRY(canaries(b, err));
	if (b->req->roster) { /* what lies about here could come into it */
		NK_TRY(nk_sweep_before_seal(b->flow, err));
	}
	NK_TRY(make(b, err));
	NK_TRY(nk_package_put(b->out->path.ptr, ".part", nk_buf_bytes(&b->made.bytes), b->arena, err));
	rc = gate(b, err);
	rc = nk_ok(rc) ? papers(b, err) : rc;
	if (!nk_ok(rc)) {
		nothing_left(b);
		return rc;
	}
	/* The name comes last: who sees the package sees all of its papers. */
	NK_TRY(b->env->rename(b->env->self, b->part.ptr, b->out->path.ptr, err));
	NK_TRY(b->env->sync_dir(b->env->self, b->req->out, err));
	return note(b, err);
}

NK_RESULT nk_op_package_build(const struct nk_env *env, struct nk_flow *flow,
	const struct nk_package_build_request *req, struct nk_arena *arena, struct nk_package_build_reply *out,
	struct nk_err *err)
{
	NK_OWNED(building_done) struct building b = {
		.env = flow != NULL ? flow->env : env, .flow = flow, .req = req, .arena = arena, .out = out
	};

	memset(out, 0, sizeof(*out));
	nk_assert(flow != NULL || !req->roster);
	nk_vec_init(&b.canaries, sizeof(struct nk_canary_text), NK_PACKAGE_CANARIES_MAX);
	return build(&b, err);
}
