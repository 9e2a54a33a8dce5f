/*
 * package_verify.c: the independent verifier's two acts: on a package with its source, and on a site.
 *
 * Invariant: no summary without a fault that the verifier planted himself and that was found again; synthetic people
 * only in the first, canary persons (nobody) in the second. Where programs were given, it says that nothing was compiled.
 */
#include "base.h"
#include "package_int.h"

#include "json.h"

enum { PERSONS = 20, PLANTED = 3, RUN_MS = 120000, SAID_MAX = 16 << 20 };

struct verifying {
	const struct nk_env *env;
	const struct nk_verify_source_request *req;
	struct nk_arena *arena;
	struct nk_verify_source_reply *out;
	struct nk_deb deb;
	struct nk_package_made made;
	struct nk_hash digest;
	char work[PATH_MAX];
	char seed[33];
};

static NK_RESULT at(struct verifying *v, const char *name, struct nk_str *out, struct nk_err *err)
{
	return nk_arena_printf(v->arena, out, err, "%s/%s", v->work, name);
}

static NK_RESULT same_bytes(struct verifying *v, struct nk_err *err)
{
	struct nk_package_make how = { .env = v->env, .source = v->req->source, .binary = v->req->binary };
	struct nk_bytes bytes;

	NK_TRY(nk_package_read_file(v->env, v->req->file, NK_DEB_MAX, v->arena, &bytes, err));
	NK_TRY(nk_deb_read(bytes, v->arena, &v->deb, err));
	nk_sha256(bytes, &v->digest);
	nk_hex_print(v->digest.b, NK_HASH_LEN, v->out->digest);
	how.version = nk_deb_field(v->deb.control, "Version");
	NK_TRY(nk_package_make(&how, v->arena, &v->made, err));
	v->out->no_network = v->made.no_network;
	return nk_ct_equal(v->made.digest.b, v->digest.b, NK_HASH_LEN)
		? nk_done()
		: nk_fail(err, NK_CONFLICT, NK_N("built anew from this source the package has other bytes: no summary"));
}

/* Runs the program of the package; what it says into `said`. */
static NK_RESULT program(
	struct verifying *v, const char *const *words, int want, struct nk_buf *said, struct nk_err *err)
{
	const char *argv[24] = { NULL };
	struct nk_str exe;
	struct nk_str home;
	struct nk_str key;
	struct nk_os_job job = { .argv = argv, .wait_ms = RUN_MS, .quiet = true };
	struct nk_os_job_end end = { 0 };
	size_t n = 0;

	NK_TRY(at(v, "usr/bin/nokosazu", &exe, err));
	NK_TRY(at(v, "home", &home, err));
	NK_TRY(at(v, "key", &key, err));
	argv[n++] = exe.ptr;
	argv[n++] = words[0];
	argv[n++] = "--home";
	argv[n++] = home.ptr;
	argv[n++] = "--key-file";
	argv[n++] = key.ptr;
	for (size_t i = 1; words[i] != NULL && n < NK_ARRAY_LEN(argv) - 1; i++) {
		argv[n++] = words[i];
	}
	nk_buf_reset(said);
	NK_TRY(nk_os_job(&job, said, &end, err));
	return end.status == want ? nk_done()
				  : nk_fail(err, NK_INCOMPLETE, NK_N("the program of the package, asked to %1$s, ended with %2$d, not %3$d: no summary"),
					    words[0], end.status, want);
}

static NK_RESULT put(struct verifying *v, const char *name, unsigned mode, struct nk_bytes data, struct nk_err *err)
{
	return nk_os_put_below(v->work, name, mode, data, err);
}

/* An installation with people who are nobody, made by the program that is being verified. */
static NK_RESULT synthetic_people(struct verifying *v, struct nk_buf *said, struct nk_err *err)
{
	static const char *const init[] = { "init", "--organisation", "verification", "--domain", "verify.example.jp", "--operator",
		"verifier", "--sealer", "file", "--single-copy", NULL };
	NK_OWNED(nk_buf_done) struct nk_buf csv = { 0 };
	struct nk_str list;
	struct nk_str mapping;

	nk_buf_init(&csv, 1 << 20);
	NK_TRY(nk_canary_csv(nk_str_c(v->seed), PERSONS, v->arena, &csv, err));
	NK_TRY(put(v, "list.csv", 0600, nk_buf_bytes(&csv), err));
	NK_TRY(put(v, "mapping.ini", 0600, nk_str_bytes(nk_canary_mapping()), err));
	NK_TRY(at(v, "list.csv", &list, err));
	NK_TRY(at(v, "mapping.ini", &mapping, err));
	NK_TRY(program(v, init, 0, said, err));
	{
		const char *const import[] = { "import", "--source", "verify", "--map", mapping.ptr, list.ptr, NULL };

		v->out->persons = PERSONS;
		return program(v, import, 0, said, err);
	}
}

/* Three persons in three forms: a text, a table, the middle of something else. */
static NK_RESULT plant(struct verifying *v, struct nk_err *err)
{
	NK_OWNED(nk_buf_done) struct nk_buf b = { 0 };
	struct nk_canary_person p[PLANTED];

	nk_buf_init(&b, 1 << 20);
	for (uint32_t i = 0; i < PLANTED; i++) {
		NK_TRY(nk_canary_invent(nk_str_c(v->seed), i, v->arena, &p[i], err));
	}
	NK_TRY(nk_buf_printf(&b, err, "left behind: %s %s <%s>\n", p[0].family.ptr, p[0].given.ptr, p[0].mail.ptr));
	NK_TRY(put(v, "site/spool/left.txt", 0600, nk_buf_bytes(&b), err));
	nk_buf_reset(&b);
	NK_TRY(nk_buf_printf(&b, err, "番号,氏名,フリガナ\n%s,%s %s,%s %s\n", p[1].number.ptr, p[1].family.ptr, p[1].given.ptr,
		p[1].family_kana.ptr, p[1].given_kana.ptr));
	NK_TRY(put(v, "site/temp/left.csv", 0600, nk_buf_bytes(&b), err));
	nk_buf_reset(&b);
	for (unsigned i = 0; i < 4096; i++) {
		NK_TRY(nk_buf_add_byte(&b, (uint8_t)(i % 16), err));
	}
	NK_TRY(nk_buf_printf(&b, err, "%c%s%c%s%s%c", 0, p[2].login.ptr, 0, p[2].family.ptr, p[2].given.ptr, 0));
	NK_TRY(nk_buf_printf(&b, err, "%c%s%c", 0, p[2].mail.ptr, 0));
	NK_TRY(put(v, "site/db.free", 0600, nk_buf_bytes(&b), err));
	v->out->planted = PLANTED;
	return nk_done();
}

static NK_RESULT persons_said(const struct nk_buf *said, uint64_t *out, struct nk_err *err)
{
	struct nk_str rest = nk_buf_str(said);
	struct nk_str line;

	*out = 0;
	while (nk_str_cut(&rest, '\n', &line)) {
		NK_OWNED(nk_jdoc_free) struct nk_jdoc *doc = NULL;
		int64_t n = 0;

		if (nk_str_find(line, NK_STR("\"type\":\"summary\"")) == SIZE_MAX) {
			continue;
		}
		NK_TRY(nk_jdoc_parse(nk_str_bytes(line), SAID_MAX, &doc, err));
		if (nk_jint(nk_jget(nk_jdoc_root(doc), "persons"), &n) && n >= 0) {
			*out = (uint64_t)n;
		}
	}
	return nk_done();
}

static NK_RESULT fault_is_found(struct verifying *v, struct nk_buf *said, struct nk_err *err)
{
	struct nk_str site;

	NK_TRY(put(v, "site/clean.txt", 0600, nk_str_bytes(NK_STR("nothing\n")), err));
	NK_TRY(at(v, "site", &site, err));
	{
		const char *const scan[] = { "scan", "--roster", "--json", "--only", "none", site.ptr, NULL };

		NK_TRY(program(v, scan, 0, said, err));
		NK_TRY(plant(v, err));
		NK_TRY(program(v, scan, 2, said, err));
	}
	NK_TRY(persons_said(said, &v->out->found, err));
	return v->out->found == PLANTED
		? nk_done()
		: nk_fail(err, NK_INCOMPLETE, NK_N("of %1$d planted persons the program of the package found %2$d: no summary"),
			  (int)PLANTED, (int)v->out->found);
}

static NK_RESULT summary(struct verifying *v, struct nk_err *err)
{
	static const char *const properties[] = { "NOKOSAZU_INDEPENDENT_VERIFIER" };
	char when[NK_TIME_TEXT];
	struct nk_svr s = { .properties = properties,
		.n = 1,
		.passed = true,
		.when = nk_package_now(v->env, when),
		.by = NK_STR("https://nokosazu.example/verifier/" NK_VERSION) };
	struct nk_package_paper p = { .predicate = NK_PREDICATE_SVR, .subject = v->made.file, .digest = v->digest };
	struct nk_str text;

	NK_TRY(nk_arena_printf(v->arena, &s.details, err,
		"{\"foundPlanted\":%" PRIu64 ",%s\"network\":\"%s\",\"planted\":%" PRIu64 ",\"rebuilt\":%s,\"revision\":\"%.*s\",\"syntheticPersons\":%" PRIu64 "}",
		v->out->found, v->out->rebuilt ? "" : "\"limitation\":\"prebuilt\",", v->out->no_network ? "none" : "not isolated by this kernel", v->out->planted,
		v->out->rebuilt ? "true" : "false", NK_FMT(v->made.source.revision), v->out->persons));
	NK_TRY(nk_svr_body(&s, v->arena, &p.body, err));
	NK_TRY(nk_package_paper_sign(&p, v->req->seed, v->arena, &text, err));
	return nk_package_put(v->req->out, "", nk_str_bytes(text), v->arena, err);
}

static NK_RESULT unpack(struct verifying *v, struct nk_err *err)
{
	for (size_t i = 0; i < v->deb.n; i++) {
		struct nk_str path;

		NK_TRY(nk_arena_dup(v->arena, v->deb.files[i].path, &path, err));
		NK_TRY(put(v, path.ptr, v->deb.files[i].mode, v->deb.files[i].data, err));
	}
	return nk_done();
}

static NK_RESULT verify(struct verifying *v, struct nk_err *err)
{
	NK_OWNED(nk_buf_done) struct nk_buf said = { 0 };
	uint8_t seed[16];

	nk_buf_init(&said, SAID_MAX);
	NK_TRY(same_bytes(v, err));
	NK_TRY(nk_random(v->env, seed, sizeof(seed), err));
	nk_hex_print(seed, sizeof(seed), v->seed);
	NK_TRY(unpack(v, err));
	NK_TRY(synthetic_people(v, &said, err));
	NK_TRY(fault_is_found(v, &said, err));
	return summary(v, err);
}

NK_RESULT nk_op_verify_source(const struct nk_env *env, const struct nk_verify_source_request *req,
	struct nk_arena *arena, struct nk_verify_source_reply *out, struct nk_err *err)
{
	struct verifying v = { .env = env, .req = req, .arena = arena, .out = out };
	nk_rc rc;

	memset(out, 0, sizeof(*out));
	out->rebuilt = req->binary == NULL;
	NK_TRY(nk_os_work_folder(v.work, err));
	rc = verify(&v, err);
	nk_buf_done(&v.made.bytes);
	if (!nk_ok(nk_os_tree_remove(v.work, nk_ok(rc) ? err : NULL)) && nk_ok(rc)) {
		return (nk_rc){ NK_IO };
	}
	return rc;
}
