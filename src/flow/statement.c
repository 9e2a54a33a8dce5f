/*
 * statement.c: statements signed by this house, and those of others taken in: in-toto Statement v1 in DSSE.
 *
 * Invariant: a statement that is kept was signed by the key that is said, its bytes are those that were verified, and
 * its leaf holds the digest of exactly those bytes. Bodies name things by ids and digests, nobody by name.
 */
#include "base.h"
#include "measures_int.h"

#include "cert.h"
#include "dsse.h"
#include "intoto.h"
#include "json.h"

enum { ENVELOPE_MAX = 4 << 20, ABOUT_MAX = 200, LIMITATION_MAX = 1 << 16 };

/* One leaf and one row for a statement of either kind. */
static NK_RESULT keep(struct nk_flow *flow, struct nk_tx *tx, struct nk_evidence *e, struct nk_uuid *out_id,
	struct nk_err *err)
{
	const struct nk_leaf_item items[4] = { nk_item_text("about", e->about),
		nk_item_hex("payload", e->digest.b, sizeof(e->digest.b)), nk_item_text("predicate", e->kind),
		nk_item_text("result", e->result) };
	struct nk_uuid id;
	uint64_t leaf = 0;

	if (e->about.len > ABOUT_MAX) {
		return nk_fail(err, NK_LIMIT, "what a statement is about must be at most %d bytes", (int)ABOUT_MAX);
	}
	NK_TRY(nk_flow_leaf(flow, tx, NK_LEAF_EVIDENCE, items, NK_ARRAY_LEN(items), &leaf, err));
	e->leaf = nk_i64(leaf);
	e->at = nk_now(flow->env);
	return nk_evidence_put(tx, e, out_id != NULL ? out_id : &id, err);
}

NK_RESULT nk_statement_print(struct nk_flow *flow, const struct nk_intoto *st, struct nk_buf *out, struct nk_err *err)
{
	NK_OWNED(nk_buf_done) struct nk_buf limitation = { 0 };

	nk_buf_init(&limitation, LIMITATION_MAX);
	NK_TRY(flow != NULL ? nk_flow_said_limitation(flow, &limitation, err) : nk_done());
	return nk_intoto_print(st, nk_buf_str(&limitation), out, err);
}

NK_RESULT nk_statement_make(struct nk_flow *flow, struct nk_tx *tx, const struct nk_statement *s,
	struct nk_arena *arena, struct nk_uuid *out_evidence, struct nk_str *out_envelope, struct nk_err *err)
{
	NK_OWNED(nk_buf_done) struct nk_buf payload = { 0 };
	NK_OWNED(nk_buf_done) struct nk_buf envelope = { 0 };
	struct nk_intoto_subject subject = { .name = nk_str_c(s->subject), .has_sha256 = true };
	const struct nk_intoto st = { .type = nk_str_c(s->predicate),
		.predicate = s->body,
		.subjects = &subject,
		.n_subjects = 1 };
	struct nk_evidence e = { .kind = st.type,
		.about = s->about,
		.result = nk_str_c(s->result),
		.signer = flow->actor };

	nk_buf_init(&payload, NK_INTOTO_MAX);
	nk_buf_init(&envelope, ENVELOPE_MAX);
	memcpy(subject.sha256, s->subject_sha256.b, sizeof(subject.sha256));
	NK_TRY(nk_statement_print(flow, &st, &payload, err));
	NK_TRY(nk_cert_sign(nk_buf_bytes(&payload), flow->key[NK_HOUSE_CERT], &envelope, err));
	nk_sha256(nk_buf_bytes(&payload), &e.digest);
	e.statement = nk_buf_bytes(&envelope);
	NK_TRY(keep(flow, tx, &e, out_evidence, err));
	return out_envelope == NULL ? nk_done() : nk_arena_dup(arena, nk_buf_str(&envelope), out_envelope, err);
}

static NK_RESULT check_signature(
	const struct nk_dsse *env, const uint8_t pub[static NK_SIGN_PUB_LEN], struct nk_err *err)
{
	NK_OWNED(nk_buf_done) struct nk_buf pae = { 0 };

	nk_buf_init(&pae, 2 * ENVELOPE_MAX);
	NK_TRY(nk_dsse_pae(env->payload_type, env->payload, &pae, err));
	for (size_t i = 0; i < env->n_sigs; i++) {
		if (nk_sign_verify(pub, nk_buf_bytes(&pae), env->sigs[i].sig)) {
			return nk_done();
		}
	}
	return nk_fail(err, NK_DENIED, NK_N("the statement is not signed by the key that was enrolled for its signer"));
}

static NK_RESULT check_subject(const struct nk_intoto *st, const struct nk_hash *subject, struct nk_err *err)
{
	for (size_t i = 0; subject != NULL && i < st->n_subjects; i++) {
		if (st->subjects[i].has_sha256 && nk_ct_equal(st->subjects[i].sha256, subject->b, NK_HASH_LEN)) {
			return nk_done();
		}
	}
	return subject == NULL
		? nk_done()
		: nk_fail(err, NK_INVALID, NK_N("the statement is about something else: its digest is another one"));
}

/* The word of a statement that says how it went: result or verificationResult, PASSED or FAILED. */
static struct nk_str result_of(struct nk_jval body)
{
	struct nk_str word = { NULL, 0 };

	if (!nk_jstr(nk_jget(body, "result"), &word)) {
		(void)nk_jstr(nk_jget(body, "verificationResult"), &word);
	}
	return nk_str_eq(word, NK_STR("PASSED")) ? NK_STR("PASSED")
		: nk_str_eq(word, NK_STR("FAILED")) ? NK_STR("FAILED")
						    : NK_STR("");
}

NK_RESULT nk_statement_take(struct nk_flow *flow, struct nk_tx *tx, struct nk_bytes envelope,
	const uint8_t pub[static NK_SIGN_PUB_LEN], const char *predicate, const struct nk_hash *subject,
	struct nk_str about, struct nk_uuid signer, struct nk_arena *arena, struct nk_jdoc **out_body,
	struct nk_uuid *out_evidence, struct nk_err *err)
{
	NK_OWNED(nk_jdoc_free) struct nk_jdoc *body = NULL;
	struct nk_evidence e = {
		.kind = nk_str_c(predicate), .statement = envelope, .about = about, .signer = signer
	};
	struct nk_intoto st;
	struct nk_dsse env;

	NK_TRY(nk_dsse_parse(envelope, arena, &env, err));
	NK_TRY(check_signature(&env, pub, err));
	if (!nk_str_eq(env.payload_type, NK_STR(NK_INTOTO_PAYLOAD_TYPE))) {
		return nk_fail(err, NK_INVALID, NK_N("the envelope holds no in-toto statement"));
	}
	NK_TRY(nk_intoto_parse(env.payload, arena, &st, err));
	if (!nk_str_eq(st.type, e.kind) || st.predicate.len == 0) {
		return nk_fail(err, NK_INVALID, NK_N("a statement of the type %s is wanted; this one is of another"),
			predicate);
	}
	NK_TRY(check_subject(&st, subject, err));
	NK_TRY(nk_jdoc_parse(nk_str_bytes(st.predicate), NK_INTOTO_MAX, &body, err));
	e.result = result_of(nk_jdoc_root(body));
	nk_sha256(env.payload, &e.digest);
	NK_TRY(keep(flow, tx, &e, out_evidence, err));
	if (out_body != NULL) {
		*out_body = body;
		body = NULL;
	}
	return nk_done();
}
