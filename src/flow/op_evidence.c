/*
 * op_evidence.c: the statements that are kept here, and handing them out so that anybody can check them offline.
 */
#include "base.h"
#include "flow_duty.h"
#include "flow_int.h"

#include "cert.h"
#include "dsse.h"

enum { PAPER_MAX = 8 << 20 };

static void row_of(const struct nk_evidence *e, struct nk_evidence_row *out)
{
	*out = (struct nk_evidence_row){ .id = e->id,
		.signer = e->signer,
		.kind = e->kind,
		.about = e->about,
		.result = e->result,
		.at = e->at,
		.leaf = e->leaf,
		.kept = e->statement.len > 0 };
	nk_hex_print(e->digest.b, sizeof(e->digest.b), out->digest);
}

NK_RESULT nk_op_evidence_list(struct nk_flow *flow, struct nk_str about, struct nk_arena *arena,
	struct nk_evidence_row **out, size_t *out_n, struct nk_err *err)
{
	struct nk_evidence *list = NULL;

	NK_TRY(nk_evidence_list(flow->store, about, arena, &list, out_n, err));
	*out = nk_arena_array(arena, *out_n, sizeof(**out));
	if (*out == NULL) {
		return nk_fail_nomem(err);
	}
	for (size_t i = 0; i < *out_n; i++) {
		row_of(&list[i], &(*out)[i]);
	}
	return nk_done();
}

/* A leaf behind the newest checkpoint has no proof yet. */
static NK_RESULT proof_of(
	struct nk_flow *flow, int64_t leaf, struct nk_arena *arena, struct nk_str *out, struct nk_err *err)
{
	NK_OWNED(nk_buf_done) struct nk_buf plain = { 0 };
	NK_OWNED(nk_buf_done) struct nk_buf entry = { 0 };
	NK_OWNED(nk_buf_done) struct nk_buf proof = { 0 };

	*out = NK_STR("");
	if (leaf < 0 || nk_u64(leaf) >= nk_ledger_size(flow->ledger)) {
		return nk_done();
	}
	nk_buf_init(&plain, PAPER_MAX);
	nk_buf_init(&entry, PAPER_MAX);
	nk_buf_init(&proof, PAPER_MAX);
	NK_TRY(nk_ledger_prove(flow->ledger, nk_u64(leaf), &plain, err));
	NK_TRY(nk_ledger_entry(flow->ledger, nk_u64(leaf), &entry, err));
	NK_TRY(nk_cert_proof(nk_buf_bytes(&plain), nk_buf_bytes(&entry), &proof, err));
	return nk_arena_dup(arena, nk_buf_str(&proof), out, err);
}

NK_RESULT nk_op_evidence_show(struct nk_flow *flow, struct nk_uuid id, struct nk_arena *arena,
	struct nk_evidence_paper *out, struct nk_err *err)
{
	struct nk_evidence e;
	struct nk_dsse env;

	memset(out, 0, sizeof(*out));
	NK_TRY(nk_evidence_get(flow->store, id, arena, &e, err));
	row_of(&e, &out->row);
	if (e.statement.len == 0) {
		return nk_fail(err, NK_UNAVAILABLE,
			NK_N("of this evidence only the digest is kept here: its statement lies where it was made"));
	}
	/* Early rows hold words of a person and no envelope. */
	out->envelope = nk_bytes_str(e.statement);
	if (nk_ok(nk_dsse_parse(e.statement, arena, &env, NULL))) {
		out->payload = nk_bytes_str(env.payload);
	}
	return proof_of(flow, e.leaf, arena, &out->proof, err);
}
