/*
 * package_site.c: the check of a site: a sweep of all its places, in which what was planted must be found, nobody else, and
 * nothing unexplained.
 *
 * Invariant: what is planted are canary persons of this site (nobody), one file a folder, and they go whatever happens; the
 * very scan that looks for everybody finds them. A summary binds the places it is about.
 */
#include "base.h"
#include "package_int.h"

#include "sweep_int.h"

enum { PLANTED_ROWS = 3 };

struct checking {
	struct nk_flow *flow;
	const struct nk_verify_site_request *req;
	struct nk_arena *arena;
	struct nk_verify_site_reply *out;
	struct nk_sweeping sweep;
	struct nk_str planted[NK_SWEEP_PLACES_MAX]; /* paths */
	size_t n_planted;
	uint64_t rows; /* persons in each */
};

/* Own canary persons as they would be left behind: name, mail and number in one line each. */
static NK_RESULT text_of(struct checking *c, struct nk_buf *out, struct nk_err *err)
{
	struct nk_canary_row *rows = NULL;
	uint32_t last = 0;
	size_t n = 0;

	NK_TRY(nk_op_canary_list(c->flow, c->arena, &rows, &n, err));
	for (size_t i = 0; i < n; i++) {
		if (rows[i].person == 0) {
			continue;
		}
		if (rows[i].person != last && c->rows == PLANTED_ROWS) {
			break;
		}
		if (rows[i].person != last) {
			last = rows[i].person;
			c->rows++;
			NK_TRY(nk_buf_add_c(out, "\n", err));
		}
		NK_TRY(nk_buf_printf(out, err, "%.*s ", NK_FMT(rows[i].value)));
	}
	return c->rows > 0 ? nk_done()
			   : nk_fail(err, NK_NOT_FOUND, NK_N("this site has no canary persons to plant: nokosazu canary make 5"));
}

static NK_RESULT plant(struct checking *c, struct nk_err *err)
{
	NK_OWNED(nk_buf_done) struct nk_buf text = { 0 };
	char name[64];

	nk_buf_init_wiping(&text, 65536);
	NK_TRY(text_of(c, &text, err));
	(void)snprintf(name, sizeof(name), "nokosazu-planted-%d.txt", nk_os_pid());
	for (size_t i = 0; i < c->sweep.n_places; i++) {
		const struct nk_place *const p = &c->sweep.places[i];

		/* The files of store, vault and ledger are theirs alone: their control is a row, or a file of the scan's own. */
		if ((p->kind != NK_PLACE_EXTRA && p->kind != NK_PLACE_HOME) || !nk_os_is_folder(p->path)) {
			continue;
		}
		NK_TRY(nk_arena_printf(c->arena, &c->planted[c->n_planted], err, "%s/%s", p->path, name));
		NK_TRY(nk_os_put_below(p->path, name, 0600, nk_buf_bytes(&text), err));
		c->n_planted++;
		c->out->planted += c->rows;
	}
	return nk_done();
}

static NK_RESULT unplant(struct checking *c, struct nk_err *err)
{
	nk_rc all = nk_done();

	for (size_t i = 0; i < c->n_planted; i++) {
		struct nk_err why;
		const nk_rc rc = c->flow->env->unlink(c->flow->env->self, c->planted[i].ptr, &why);

		all = nk_ok(rc) ? all : nk_err_pass(err, &why);
	}
	c->n_planted = 0;
	return all;
}

static bool is_planted(const struct checking *c, const struct nk_sweep_file *f)
{
	for (size_t i = 0; i < c->n_planted; i++) {
		if (nk_str_eq(c->planted[i], f->path)) {
			return true;
		}
	}
	return false;
}

/* What was planted is counted and is no residue; everything else that the same scan found stays. */
static void take_planted_out(struct checking *c)
{
	struct nk_vec *const files = &c->sweep.files;
	size_t kept = 0;

	for (size_t i = 0; i < files->len; i++) {
		const struct nk_sweep_file *const f = nk_vec_at(files, i);

		if (is_planted(c, f)) {
			c->out->found += nk_sweep_persons_in(&c->sweep, f);
		} else if (kept != i) {
			memcpy(nk_vec_at(files, kept), f, sizeof(*f));
		}
		kept += is_planted(c, f) ? 0 : 1;
	}
	files->len = kept;
}

/* What is added by hand comes first: inside of a folder that all share it would be left out as somebody else's. */
static NK_RESULT places(struct checking *c, struct nk_err *err)
{
	const struct nk_sweep_request req = { .temp_dir = c->req->temp_dir };

	NK_TRY(nk_sweeping_init(&c->sweep, c->flow, c->arena, err));
	NK_TRY(c->req->root != NULL ? nk_sweep_place(&c->sweep, c->req->root, "given", err) : nk_done());
	NK_TRY(nk_sweep_places(&c->sweep, &req, err));
	return nk_sweep_places_digest(&c->sweep, c->out->places, err);
}

static NK_RESULT sweep(struct checking *c, struct nk_err *err)
{
	struct nk_sweep_reply *const r = &c->out->sweep;
	struct nk_err why;
	nk_rc gone;
	nk_rc rc;

	NK_TRY(places(c, err));
	rc = plant(c, err);
	rc = nk_ok(rc) ? nk_sweep_scan(&c->sweep, err) : rc;
	if (nk_ok(rc)) {
		take_planted_out(c);
	}
	gone = unplant(c, &why);
	NK_TRY(rc);
	NK_TRY(nk_ok(gone) ? gone : nk_err_pass(err, &why));
	r->whole = true;
	NK_TRY(nk_sweep_fill(&c->sweep, r, err));
	NK_TRY(nk_sweep_book(&c->sweep, r, err));
	return c->out->found == c->out->planted && r->controls
		? nk_done()
		: nk_fail(err, NK_INCOMPLETE, NK_N("the planted residue was not found: this check proves nothing"));
}

static NK_RESULT summary(struct checking *c, struct nk_err *err)
{
	static const char *const properties[] = { "NOKOSAZU_INDEPENDENT_VERIFIER", "NOKOSAZU_NO_RESIDUE" };
	const struct nk_sweep_reply *const r = &c->out->sweep;
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
		"{\"bytes\":%" PRIu64 ",\"drift\":%zu,\"findings\":%" PRIu64 ",\"foundPlanted\":%" PRIu64 ",\"leftOut\":%zu,"
		"\"limits\":\"cannot see what is encrypted, drawn or photographed\",\"notScanned\":%" PRIu64
		",\"places\":{\"digest\":\"%s\",\"number\":%zu},\"planted\":%" PRIu64 ",\"version\":\"%.*s\"}",
		r->bytes, c->out->drift.n, (uint64_t)r->n_suspects + r->more, c->out->found, r->n_left_out, r->unscanned, c->out->places,
		r->n_places, c->out->planted, NK_FMT(c->out->drift.version)));
	NK_TRY(nk_svr_body(&s, c->arena, &p.body, err));
	NK_TRY(nk_package_paper_sign(&p, c->req->seed, c->arena, &text, err));
	return nk_package_put(c->req->out, "", nk_str_bytes(text), c->arena, err);
}

static NK_RESULT check(struct checking *c, struct nk_err *err)
{
	NK_TRY(sweep(c, err));
	NK_TRY(nk_op_package_drift(c->flow, c->req->root, c->arena, &c->out->drift, err));
	c->out->passed = c->out->sweep.clean && c->out->sweep.complete && c->out->drift.n == 0;
	NK_TRY(summary(c, err));
	return nk_flow_end_job(c->flow, err);
}

NK_RESULT nk_op_verify_site(struct nk_flow *flow, const struct nk_verify_site_request *req, struct nk_arena *arena,
	struct nk_verify_site_reply *out, struct nk_err *err)
{
	struct checking *const c = nk_arena_array(arena, 1, sizeof(*c));
	nk_rc rc;

	memset(out, 0, sizeof(*out));
	if (c == NULL) {
		return nk_fail_nomem(err);
	}
	if (req->root != NULL && !nk_os_is_folder(req->root)) {
		return nk_fail(err, NK_NOT_FOUND, NK_N("this is no folder: %s"), req->root);
	}
	memset(c, 0, sizeof(*c));
	c->flow = flow;
	c->req = req;
	c->arena = arena;
	c->out = out;
	rc = check(c, err);
	nk_sweeping_done(&c->sweep);
	return rc;
}
