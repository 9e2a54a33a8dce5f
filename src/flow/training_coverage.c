/*
 * training_coverage.c: the coverage of a half-year as evidence: who (by id) stands where, signed.
 *
 * Invariant: the figures are those of nk_op_training_list at the moment of signing; no name is in it.
 */
#include "base.h"
#include "training_int.h"

#include "json.h"

enum { BODY_MAX = 3 << 20 };

static void row_of(struct nk_json *j, const struct nk_training_row *r)
{
	char id[NK_UUID_TEXT];

	nk_json_open(j, '{');
	nk_json_key(j, "party");
	nk_json_c(j, nk_uuid_print(r->party, id));
	nk_json_key(j, "procedure");
	nk_json_str(j, r->procedure);
	nk_json_key(j, "revision");
	nk_json_int(j, r->revision);
	nk_json_key(j, "state");
	nk_json_c(j, r->state);
	nk_json_close(j, '}');
}

/* Keys in canonical order; "configuration" and "result" are those of test-result/v0.1. */
static NK_RESULT body_of(const struct nk_procedure *p, size_t n, const struct nk_training_reply *r, struct nk_buf *out,
	struct nk_err *err)
{
	char name[128];
	struct nk_json j;

	nk_json_init_canonical(&j, out);
	nk_json_open(&j, '{');
	nk_json_key(&j, "configuration");
	nk_json_open(&j, '[');
	for (size_t i = 0; i < n; i++) {
		if (p[i].in_force) {
			(void)snprintf(name, sizeof(name), "procedure:%.*s@%u", NK_FMT(p[i].name), p[i].revision);
			nk_json_open(&j, '{');
			nk_json_key(&j, "digest");
			nk_json_open(&j, '{');
			nk_json_key(&j, "sha256");
			nk_json_hex(&j, nk_bytes_of(p[i].digest.b, sizeof(p[i].digest.b)));
			nk_json_close(&j, '}');
			nk_json_key(&j, "name");
			nk_json_c(&j, name);
			nk_json_close(&j, '}');
		}
	}
	nk_json_close(&j, ']');
	nk_json_key(&j, "passed");
	nk_json_int(&j, nk_i64(r->passed));
	nk_json_key(&j, "period");
	nk_json_c(&j, r->period);
	nk_json_key(&j, "persons");
	nk_json_int(&j, nk_i64(r->persons));
	nk_json_key(&j, "result");
	nk_json_c(&j, r->persons > 0 && r->passed == r->persons ? "PASSED" : "FAILED");
	nk_json_key(&j, "roster");
	nk_json_open(&j, '[');
	for (size_t i = 0; i < r->n; i++) {
		row_of(&j, &r->rows[i]);
	}
	nk_json_close(&j, ']');
	nk_json_key(&j, "standing");
	nk_json_int(&j, nk_i64(r->standing));
	nk_json_close(&j, '}');
	return nk_json_end(&j, err);
}

NK_RESULT nk_op_training_statement(
	struct nk_flow *flow, struct nk_arena *arena, struct nk_str *out_envelope, struct nk_err *err)
{
	NK_OWNED(nk_buf_done) struct nk_buf body = { 0 };
	NK_OWNED(nk_tx_end) struct nk_tx *tx = NULL;
	struct nk_training_reply r;
	struct nk_procedure *p = NULL;
	struct nk_uuid evidence;
	struct nk_statement s = { .predicate = NK_PREDICATE_TEST };
	char subject[32];
	size_t n = 0;

	nk_buf_init(&body, BODY_MAX);
	NK_TRY(nk_op_training_list(flow, arena, &r, err));
	NK_TRY(nk_procedures(flow, arena, &p, &n, err));
	NK_TRY(body_of(p, n, &r, &body, err));
	(void)snprintf(subject, sizeof(subject), "training:%s", r.period);
	nk_sha256(nk_buf_bytes(&body), &s.subject_sha256);
	s.subject = subject;
	s.about = nk_str_c(subject);
	s.body = nk_buf_str(&body);
	s.result = r.persons > 0 && r.passed == r.persons ? "PASSED" : "FAILED";
	NK_TRY(nk_tx_begin(flow->store, &tx, err));
	NK_TRY(nk_statement_make(flow, tx, &s, arena, &evidence, out_envelope, err));
	return nk_flow_commit(flow, &tx, err);
}
