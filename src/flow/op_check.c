/*
 * op_check.c: looks at a roster file and says what is wrong with it; changes nothing, needs no installation.
 */
#include "base.h"
#include "roster_int.h"

enum { BAD_MAX = 1000000, FINDINGS_MAX = 20000 };

static NK_RESULT keep_head(const struct nk_roster *r, struct nk_check_reply *out)
{
	out->sound = true;
	out->format = r->format;
	out->generation = r->generation;
	out->encoding = r->encoding;
	out->persons = r->n_persons;
	out->units = r->n_units;
	out->groups = r->n_groups;
	out->passwords_dropped = r->passwords_dropped;
	out->rows_not_imported = r->rows_not_imported;
	return nk_done();
}

static NK_RESULT look(const struct nk_env *env, const struct nk_check_request *req, struct nk_arena *arena, struct nk_vec *bad,
	struct nk_vec *shown, struct nk_check_reply *out, struct nk_err *err)
{
	static const struct nk_key no_key = { { 0 } }; /* the digest is thrown away */
	const struct nk_intake_options opt = { .fd = req->fd,
		.size = req->size,
		.format = req->format,
		.strict = req->strict,
		.mapping = req->mapping,
		.digest_key = &no_key,
		.look_only = true,
		.bad = bad };
	const struct nk_finding *findings = NULL;
	const struct nk_roster *roster = NULL;
	size_t n = 0;
	const nk_rc rc = nk_intake_read(env, &opt, arena, &roster, &findings, &n, err);

	NK_TRY(nk_shown_intake(findings, n, arena, shown, err));
	nk_shown_label(shown, req->label);
	if (rc.code == NK_INVALID && n > 0) {
		return nk_done();
	}
	NK_TRY(rc);
	return keep_head(roster, out);
}

NK_RESULT nk_op_check(const struct nk_env *env, struct nk_flow *flow, const struct nk_check_request *req,
	struct nk_arena *arena, struct nk_check_reply *out, struct nk_err *err)
{
	NK_OWNED(nk_vec_done) struct nk_vec bad = { 0 };
	NK_OWNED(nk_vec_done) struct nk_vec shown = { 0 };

	memset(out, 0, sizeof(*out));
	nk_vec_init_wiping(&bad, sizeof(struct nk_bad_row), BAD_MAX);
	nk_vec_init(&shown, sizeof(struct nk_shown_finding), FINDINGS_MAX);
	NK_TRY(look(env, req, arena, &bad, &shown, out, err));
	NK_TRY(nk_shown_end(&shown, arena, &out->findings, &out->n_findings, err));
	return req->rejects != NULL && flow != NULL ? nk_rejects_write(flow, req, &bad, arena, out, err) : nk_done();
}
