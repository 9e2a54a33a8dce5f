/*
 * package_site.c: the check of a site: a planted residue must be found, nobody else, and nothing unexplained.
 *
 * Invariant: what is planted are canary persons of this site (nobody), in one file that goes whatever happens.
 */
#include "base.h"
#include "package_int.h"

#include "hold_int.h"

enum { PLANTED_ROWS = 3 };

struct checking {
	struct nk_flow *flow;
	const struct nk_verify_site_request *req;
	struct nk_arena *arena;
	struct nk_verify_site_reply *out;
	struct nk_str planted; /* path */
	struct nk_vec canaries;
};

/* Own canary persons as they would be left behind: name, mail and number in one line each. */
static NK_RESULT text_of(struct checking *c, struct nk_buf *out, struct nk_err *err)
{
	struct nk_canary_row *rows = NULL;
	uint32_t last = 0;
	size_t n = 0;

	NK_TRY(nk_op_canary_list(c->flow, c->arena, &rows, &n, err));
	for (size_t i = 0; i < n && c->out->planted <= PLANTED_ROWS; i++) {
		if (rows[i].person == 0) {
			continue;
		}
		if (rows[i].person != last) {
			last = rows[i].person;
			c->out->planted++;
			NK_TRY(nk_buf_add_c(out, "\n", err));
		}
		if (c->out->planted <= PLANTED_ROWS) {
			NK_TRY(nk_buf_printf(out, err, "%.*s ", NK_FMT(rows[i].value)));
		}
	}
	c->out->planted = c->out->planted > PLANTED_ROWS ? PLANTED_ROWS : c->out->planted;
	return c->out->planted > 0
		? nk_done()
		: nk_fail(err, NK_NOT_FOUND, NK_N("this site has no canary persons to plant: nokosazu canary make 5"));
}

static NK_RESULT find_planted(struct checking *c, struct nk_err *err)
{
	const struct nk_scan_reports reports = { .finding = NULL };
	static const char *const none[] = { "none" };
	const char *const paths[] = { c->planted.ptr };
	const struct nk_scan_request req = { .paths = paths, .n_paths = 1, .roster = true, .only = none, .n_only = 1 };
	struct nk_scan_reply reply;

	NK_TRY(nk_op_scan(c->flow->env, c->flow, &req, &reports, c->arena, &reply, err));
	c->out->found = reply.persons;
	return c->out->found == c->out->planted
		? nk_done()
		: nk_fail(err, NK_INCOMPLETE, NK_N("the planted residue was not found: this check proves nothing"));
}

static NK_RESULT plant_and_find(struct checking *c, struct nk_err *err)
{
	NK_OWNED(nk_buf_done) struct nk_buf text = { 0 };
	char name[64];
	struct nk_err why;
	nk_rc rc;
	nk_rc gone;

	nk_buf_init(&text, 65536);
	NK_TRY(text_of(c, &text, err));
	(void)snprintf(name, sizeof(name), "nokosazu-planted-%d.txt", nk_os_pid());
	NK_TRY(nk_arena_printf(c->arena, &c->planted, err, "%s/%s", c->req->root, name));
	NK_TRY(nk_os_put_below(c->req->root, name, 0600, nk_buf_bytes(&text), err));
	rc = find_planted(c, err);
	gone = c->flow->env->unlink(c->flow->env->self, c->planted.ptr, &why);
	NK_TRY(rc);
	return nk_ok(gone) ? gone : nk_err_pass(err, &why);
}

static NK_RESULT without_holdings(struct checking *c, struct nk_err *err)
{
	struct nk_package_finding *const kept = nk_arena_array(c->arena, c->out->scan.n_findings, sizeof(*kept));
	struct nk_holding *list = NULL;
	size_t n = 0;
	size_t k = 0;

	if (kept == NULL) {
		return nk_fail_nomem(err);
	}
	NK_TRY(nk_holding_list(c->flow->store, c->flow->key[NK_HOUSE_LOG], true, c->arena, &list, &n, err));
	for (size_t i = 0; i < c->out->scan.n_findings; i++) {
		bool live = false;

		for (size_t h = 0; h < n && !live; h++) {
			enum nk_copy_is is = NK_COPY_UNKNOWN;

			NK_TRY(nk_copy_is(c->flow, &list[h], c->out->scan.findings[i].path.ptr, &is, err));
			live = is == NK_COPY_SAME;
		}
		if (!live) {
			kept[k++] = c->out->scan.findings[i];
		}
	}
	c->out->scan.findings = kept;
	c->out->scan.n_findings = k;
	return nk_done();
}

static NK_RESULT look(struct checking *c, struct nk_err *err)
{
	struct nk_package_gate_request req = { .path = c->req->root, .roster = true, .only_persons = true, .all_streams = true };

	NK_TRY(nk_canary_texts(c->flow, &c->canaries, c->arena, err));
	req.canaries = c->canaries.items;
	req.n_canaries = c->canaries.len;
	NK_TRY(nk_package_gate(c->flow->env, c->flow, &req, c->arena, &c->out->scan, err));
	NK_TRY(without_holdings(c, err));
	NK_TRY(nk_op_package_drift(c->flow, c->req->root, c->arena, &c->out->drift, err));
	c->out->passed = c->out->scan.n_findings == 0 && c->out->scan.complete && c->out->drift.n == 0;
	return nk_done();
}

static NK_RESULT summary(struct checking *c, struct nk_err *err)
{
	static const char *const properties[] = { "NOKOSAZU_INDEPENDENT_VERIFIER", "NOKOSAZU_NO_RESIDUE" };
	char when[NK_TIME_TEXT];
	char id[NK_UUID_TEXT];
	struct nk_svr s = { .properties = properties,
		.n = c->out->passed ? 2 : 0,
		.passed = c->out->passed,
		.when = nk_package_now(c->flow->env, when),
		.by = NK_STR("https://nokosazu.example/verifier/" NK_VERSION) };
	struct nk_package_paper p = { .predicate = NK_PREDICATE_SVR };
	struct nk_str text;

	NK_TRY(nk_arena_printf(c->arena, &p.subject, err, "site:%s", nk_uuid_print(c->flow->tenant, id)));
	nk_sha256(nk_str_bytes(p.subject), &p.digest);
	NK_TRY(nk_arena_printf(c->arena, &s.details, err,
		"{\"bytes\":%" PRIu64 ",\"drift\":%zu,\"findings\":%zu,\"foundPlanted\":%" PRIu64 ",\"limits\":\"cannot see what is encrypted, drawn or photographed\","
		"\"notScanned\":%" PRIu64 ",\"planted\":%" PRIu64 ",\"version\":\"%.*s\"}",
		c->out->scan.bytes, c->out->drift.n, c->out->scan.n_findings, c->out->found, c->out->scan.not_scanned,
		c->out->planted, NK_FMT(c->out->drift.version)));
	NK_TRY(nk_svr_body(&s, c->arena, &p.body, err));
	NK_TRY(nk_package_paper_sign(&p, c->req->seed, c->arena, &text, err));
	return nk_package_put(c->req->out, "", nk_str_bytes(text), c->arena, err);
}

NK_RESULT nk_op_verify_site(struct nk_flow *flow, const struct nk_verify_site_request *req, struct nk_arena *arena,
	struct nk_verify_site_reply *out, struct nk_err *err)
{
	struct checking c = { .flow = flow, .req = req, .arena = arena, .out = out };
	nk_rc rc;

	memset(out, 0, sizeof(*out));
	if (!nk_os_is_folder(req->root)) {
		return nk_fail(err, NK_NOT_FOUND, NK_N("this is no folder: %s"), req->root);
	}
	nk_vec_init(&c.canaries, sizeof(struct nk_canary_text), NK_PACKAGE_CANARIES_MAX);
	rc = plant_and_find(&c, err);
	rc = nk_ok(rc) ? look(&c, err) : rc;
	nk_vec_done(&c.canaries);
	return nk_ok(rc) ? summary(&c, err) : rc;
}
