/*
 * package_body.c: what our papers say, as canonical JSON: SLSA provenance v1, in-toto link, SVR.
 */
#include "base.h"
#include "package_int.h"

#include "json.h"

enum { BODY_MAX = 1 << 20 };

static void put(struct nk_json *j, const char *key, struct nk_str value)
{
	nk_json_key(j, key);
	nk_json_str(j, value);
}

static void put_number(struct nk_json *j, const char *key, uint64_t n)
{
	nk_json_key(j, key);
	nk_json_int(j, n > INT64_MAX ? INT64_MAX : (int64_t)n);
}

static void put_bool(struct nk_json *j, const char *key, bool b)
{
	nk_json_key(j, key);
	nk_json_bool(j, b);
}

static void open_key(struct nk_json *j, const char *key, char bracket)
{
	nk_json_key(j, key);
	nk_json_open(j, bracket);
}

static void commit(struct nk_json *j, const struct nk_package_made *p)
{
	nk_json_open(j, '{');
	open_key(j, "digest", '{');
	put(j, "gitCommit", p->source.revision);
	nk_json_close(j, '}');
	put(j, "uri", NK_STR("git+nokosazu"));
	nk_json_close(j, '}');
}

static void byproduct(struct nk_json *j, const char *name, struct nk_str text)
{
	struct nk_hash h;

	nk_sha256(nk_str_bytes(text), &h);
	nk_json_open(j, '{');
	open_key(j, "digest", '{');
	nk_json_key(j, "sha256");
	nk_json_hex(j, nk_bytes_of(h.b, sizeof(h.b)));
	nk_json_close(j, '}');
	put(j, "name", nk_str_c(name));
	nk_json_close(j, '}');
}

static NK_RESULT end(struct nk_json *j, struct nk_buf *text, struct nk_arena *arena, struct nk_str *out, struct nk_err *err)
{
	NK_TRY(nk_json_end(j, err));
	return nk_arena_dup(arena, nk_buf_str(text), out, err);
}

static void definition(struct nk_json *j, const struct nk_package_facts *f)
{
	open_key(j, "buildDefinition", '{');
	put(j, "buildType", NK_STR("https://nokosazu.example/package/v1"));
	open_key(j, "externalParameters", '{');
	put(j, "mends", f->mends);
	put(j, "version", f->made->version);
	nk_json_close(j, '}');
	open_key(j, "internalParameters", '{');
	put(j, "network", f->made->no_network ? NK_STR("none") : NK_STR("not isolated by this kernel"));
	put_bool(j, "prebuilt", f->prebuilt);
	nk_json_close(j, '}');
	open_key(j, "resolvedDependencies", '[');
	commit(j, f->made);
	nk_json_close(j, ']');
	nk_json_close(j, '}');
}

NK_RESULT nk_package_provenance(
	const struct nk_package_facts *f, struct nk_arena *arena, struct nk_str *out, struct nk_err *err)
{
	NK_OWNED(nk_buf_done) struct nk_buf text = { 0 };
	struct nk_json j;

	nk_buf_init(&text, BODY_MAX);
	nk_json_init_canonical(&j, &text);
	nk_json_open(&j, '{');
	definition(&j, f);
	open_key(&j, "runDetails", '{');
	open_key(&j, "builder", '{');
	put(&j, "id", NK_STR("https://nokosazu.example/builder/" NK_VERSION));
	nk_json_close(&j, '}');
	open_key(&j, "byproducts", '[');
	byproduct(&j, "manifest.json", f->manifest);
	byproduct(&j, "cdx.json", f->sbom);
	nk_json_close(&j, ']');
	open_key(&j, "metadata", '{');
	put(&j, "finishedOn", f->when);
	nk_json_close(&j, '}');
	nk_json_close(&j, '}');
	nk_json_close(&j, '}');
	return end(&j, &text, arena, out, err);
}

NK_RESULT nk_package_link(
	const struct nk_package_facts *f, struct nk_arena *arena, struct nk_str *out, struct nk_err *err)
{
	NK_OWNED(nk_buf_done) struct nk_buf text = { 0 };
	struct nk_json j;

	nk_buf_init(&text, BODY_MAX);
	nk_json_init_canonical(&j, &text);
	nk_json_open(&j, '{');
	open_key(&j, "byproducts", '{');
	nk_json_close(&j, '}');
	open_key(&j, "command", '[');
	nk_json_c(&j, "nokosazu");
	nk_json_c(&j, "package");
	nk_json_c(&j, "build");
	nk_json_close(&j, ']');
	open_key(&j, "environment", '{');
	put(&j, "gitCommit", f->made->source.revision); /* materials of a link are files with SHA-256 */
	nk_json_close(&j, '}');
	open_key(&j, "materials", '[');
	nk_json_close(&j, ']');
	put(&j, "name", NK_STR("package"));
	nk_json_close(&j, '}');
	return end(&j, &text, arena, out, err);
}

NK_RESULT nk_svr_body(const struct nk_svr *s, struct nk_arena *arena, struct nk_str *out, struct nk_err *err)
{
	NK_OWNED(nk_buf_done) struct nk_buf text = { 0 };
	NK_OWNED(nk_buf_done) struct nk_buf rest = { 0 };
	struct nk_json j;

	nk_buf_init(&text, BODY_MAX);
	nk_buf_init(&rest, BODY_MAX);
	nk_json_init_canonical(&j, &rest);
	nk_json_open(&j, '{');
	open_key(&j, "properties", '[');
	for (size_t i = 0; i < s->n; i++) {
		nk_json_c(&j, s->properties[i]);
	}
	nk_json_close(&j, ']');
	put(&j, "result", s->passed ? NK_STR("PASSED") : NK_STR("FAILED"));
	put(&j, "timeVerified", s->when);
	open_key(&j, "verifier", '{');
	put(&j, "id", s->by);
	nk_json_close(&j, '}');
	nk_json_close(&j, '}');
	NK_TRY(nk_json_end(&j, err));
	/* "nokosazu" comes first in the order of keys, and is canonical already. */
	NK_TRY(nk_buf_printf(&text, err, "{\"nokosazu\":%.*s,%.*s", NK_FMT(s->details),
		NK_FMT(nk_str_sub(nk_buf_str(&rest), 1, rest.len))));
	return nk_arena_dup(arena, nk_buf_str(&text), out, err);
}

NK_RESULT nk_package_gate_body(
	const struct nk_package_facts *f, struct nk_arena *arena, struct nk_str *out, struct nk_err *err)
{
	static const char *const properties[] = { "NOKOSAZU_EXTENT_EMPTY", "NOKOSAZU_NO_CANARY" };
	NK_OWNED(nk_buf_done) struct nk_buf text = { 0 };
	struct nk_svr s = { .properties = properties, .n = f->gate->no_canary ? 2 : 1, .when = f->when, .by = NK_STR("https://nokosazu.example/gate/" NK_VERSION),
		.passed = f->gate->passed };
	struct nk_json j;

	nk_buf_init(&text, BODY_MAX);
	nk_json_init_canonical(&j, &text);
	nk_json_open(&j, '{');
	put_number(&j, "bytes", f->gate->bytes);
	put_number(&j, "canaryTexts", f->gate->canaries);
	put_number(&j, "explained", f->gate->known);
	put(&j, "limits", NK_STR("cannot see what is encrypted, drawn or photographed, nor persons of installations that are not here"));
	put_bool(&j, "roster", f->gate->roster);
	put_number(&j, "streams", f->gate->files);
	nk_json_close(&j, '}');
	NK_TRY(end(&j, &text, arena, &s.details, err));
	return nk_svr_body(&s, arena, out, err);
}

/* How many lines of TAP begin so. */
static uint64_t lines(struct nk_str text, const char *word)
{
	struct nk_str line;
	uint64_t n = 0;

	while (nk_str_cut(&text, '\n', &line)) {
		n += nk_str_starts(line, nk_str_c(word)) ? 1 : 0;
	}
	return n;
}

/* PASSED needs something that passed and nothing that failed; a plan without results is neither. */
static NK_RESULT judge(struct nk_str results, const char **out, struct nk_err *err)
{
	NK_OWNED(nk_jdoc_free) struct nk_jdoc *doc = NULL;
	struct nk_str word = NK_STR("");

	*out = NULL;
	if (results.len > 0 && results.ptr[0] == '{') {
		NK_TRY(nk_jdoc_parse(nk_str_bytes(results), BODY_MAX, &doc, err));
		(void)nk_jstr(nk_jget(nk_jdoc_root(doc), "result"), &word);
		*out = nk_str_eq(word, NK_STR("PASSED")) ? "PASSED" : nk_str_eq(word, NK_STR("FAILED")) ? "FAILED" : NULL;
	} else if (lines(results, "not ok ") > 0) {
		*out = "FAILED";
	} else if (lines(results, "ok ") > 0) {
		*out = "PASSED";
	}
	return *out != NULL ? nk_done()
			    : nk_fail(err, NK_INVALID, NK_N("the results of the tests say neither PASSED nor FAILED: TAP, or {\"result\":\"PASSED\"}"));
}

NK_RESULT nk_package_test_body(
	struct nk_str results, struct nk_str when, struct nk_arena *arena, struct nk_str *out, struct nk_err *err)
{
	NK_OWNED(nk_buf_done) struct nk_buf text = { 0 };
	const char *result = NULL;
	struct nk_json j;

	NK_TRY(judge(results, &result, err));
	nk_buf_init(&text, BODY_MAX);
	nk_json_init_canonical(&j, &text);
	nk_json_open(&j, '{');
	open_key(&j, "configuration", '[');
	byproduct(&j, "results", results);
	nk_json_close(&j, ']');
	open_key(&j, "failedTests", '[');
	nk_json_close(&j, ']');
	put_number(&j, "nokosazuPassed", lines(results, "ok "));
	put(&j, "result", nk_str_c(result));
	put(&j, "timeTested", when);
	nk_json_close(&j, '}');
	return end(&j, &text, arena, out, err);
}
