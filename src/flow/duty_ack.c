/*
 * duty_ack.c: somebody says that he knows of a duty, with his own key: whoever owes it, or was called for him.
 *
 * Invariant: where the owner has a key enrolled, the word of the operator is not his. Nothing ends by it.
 */
#include "base.h"

#include "asked_int.h"
#include "cert.h"
#include "duty_int.h"
#include "intoto.h"
#include "sshsig.h"
#include "training_int.h"

enum { ENVELOPE_MAX = 1 << 16, ABOUT_LEN = 5 + NK_UUID_TEXT };

/* The same for whoever makes it again: what an SSH key signs is exactly this, without the signature. */
static NK_RESULT body_of(struct nk_uuid by, struct nk_uuid duty, struct nk_str sshsig, struct nk_buf *out, struct nk_err *err)
{
	char text[NK_UUID_TEXT];
	struct nk_json j;

	nk_json_init_canonical(&j, out);
	nk_json_open(&j, '{');
	nk_json_key(&j, "by");
	nk_json_c(&j, nk_uuid_print(by, text));
	nk_json_key(&j, "duty");
	nk_json_c(&j, nk_uuid_print(duty, text));
	if (sshsig.len > 0) {
		nk_json_key(&j, "sshsig");
		nk_json_str(&j, sshsig);
	}
	nk_json_key(&j, "what");
	nk_json_c(&j, "acknowledged");
	nk_json_close(&j, '}');
	return nk_json_end(&j, err);
}

NK_RESULT nk_op_duty_ack_statement(struct nk_flow *flow, struct nk_uuid duty, struct nk_uuid party, struct nk_buf *out,
	struct nk_err *err)
{
	NK_OWNED(nk_arena_free) struct nk_arena *arena = NULL;
	struct nk_duty d;

	NK_TRY(nk_arena_new(NK_ARENA_PLAIN, 1 << 20, &arena, err));
	NK_TRY(nk_duty_get(flow->store, duty, arena, &d, err));
	return body_of(party, duty, NK_STR(""), out, err);
}

NK_RESULT nk_duty_may_ack(struct nk_flow *flow, const struct nk_duty *d, const struct nk_party *by, bool is_signed,
	struct nk_arena *arena, struct nk_err *err)
{
	struct nk_party other;

	NK_TRY(nk_party_get(flow->store, flow->key[NK_HOUSE_LOG], d->owner, arena, &other, err));
	if (!is_signed) {
		return !other.has_key && other.ssh_key.len == 0
			? nk_done()
			: nk_fail(err, NK_DENIED,
				  NK_N("who owes this duty signs himself that he knows of it: --key FILE, or --sshsig FILE --party ID"));
	}
	if (nk_uuid_eq(by->id, d->owner)) {
		return nk_done();
	}
	for (unsigned level = NK_DUTY_DEPUTY; level <= d->level; level++) {
		NK_TRY(nk_duty_callee(flow, d, level, arena, &other, err));
		if (nk_uuid_eq(by->id, other.id)) {
			return nk_done();
		}
	}
	return nk_fail(err, NK_DENIED, NK_N("this person neither owes this duty nor was called for it"));
}

/* An SSH signature stands in the house's statement; with an Ed25519 seed the statement is the person's own. */
static NK_RESULT write_down(struct nk_flow *flow, struct nk_tx *tx, const struct nk_duty *d,
	const struct nk_training_who *who, const struct nk_party *by, struct nk_arena *arena, struct nk_err *err)
{
	NK_OWNED(nk_buf_done) struct nk_buf body = { 0 };
	NK_OWNED(nk_buf_done) struct nk_buf payload = { 0 };
	NK_OWNED(nk_buf_done) struct nk_buf envelope = { 0 };
	char about[ABOUT_LEN];
	char id[NK_UUID_TEXT];
	struct nk_hash h;
	struct nk_intoto_subject subject = { .has_sha256 = true };
	struct nk_intoto st = { .type = NK_STR(NK_PREDICATE_NOTICE), .subjects = &subject, .n_subjects = 1 };
	struct nk_statement s = { .predicate = NK_PREDICATE_NOTICE, .subject = about, .result = "" };

	(void)snprintf(about, sizeof(about), "duty:%s", nk_uuid_print(d->id, id));
	nk_sha256(nk_bytes_of(d->id.b, sizeof(d->id.b)), &h);
	nk_buf_init(&body, ENVELOPE_MAX);
	nk_buf_init(&payload, ENVELOPE_MAX);
	nk_buf_init(&envelope, 4 * ENVELOPE_MAX);
	NK_TRY(body_of(by->id, d->id, nk_bytes_str(who->sshsig), &body, err));
	if (who->seed == NULL) {
		s.about = nk_str_c(about);
		s.body = nk_buf_str(&body);
		s.subject_sha256 = h;
		return nk_statement_make(flow, tx, &s, NULL, NULL, NULL, err);
	}
	subject.name = nk_str_c(about);
	memcpy(subject.sha256, h.b, sizeof(subject.sha256));
	st.predicate = nk_buf_str(&body);
	NK_TRY(nk_statement_print(flow, &st, &payload, err));
	NK_TRY(nk_cert_sign(nk_buf_bytes(&payload), who->seed, &envelope, err));
	return nk_statement_take(flow, tx, nk_buf_bytes(&envelope), by->public_key, NK_PREDICATE_NOTICE, &h, nk_str_c(about),
		by->id, arena, NULL, NULL, err);
}

static NK_RESULT acknowledge(
	struct nk_flow *flow, struct nk_uuid duty, const struct nk_training_who *who, struct nk_err *err)
{
	NK_OWNED(nk_tx_end) struct nk_tx *tx = NULL;
	NK_OWNED(nk_arena_free) struct nk_arena *arena = NULL;
	NK_OWNED(nk_buf_done) struct nk_buf body = { 0 };
	const bool by_ssh = who->seed == NULL && !nk_uuid_is_nil(who->party);
	struct nk_party by;
	struct nk_duty d;

	nk_buf_init(&body, ENVELOPE_MAX);
	NK_TRY(nk_arena_new(NK_ARENA_WIPING, 64 << 20, &arena, err));
	NK_TRY(nk_duty_get(flow->store, duty, arena, &d, err));
	NK_TRY(nk_training_person(flow, who, arena, &by, err));
	NK_TRY(nk_duty_may_ack(flow, &d, &by, who->seed != NULL || by_ssh, arena, err));
	if (by_ssh) {
		NK_TRY(body_of(by.id, duty, NK_STR(""), &body, err));
		NK_TRY(nk_sshsig_verify(by.ssh_key, who->sshsig, NK_SSHSIG_NAMESPACE, nk_buf_bytes(&body), err));
	}
	NK_TRY(nk_tx_begin(flow->store, &tx, err));
	NK_TRY(nk_duty_ack(tx, duty, nk_now(flow->env), err));
	NK_TRY(write_down(flow, tx, &d, who, &by, arena, err));
	return nk_flow_commit(flow, &tx, err);
}

NK_RESULT nk_op_duty_ack(
	struct nk_flow *flow, struct nk_uuid duty, const struct nk_training_who *who, struct nk_err *err)
{
	const nk_rc rc = acknowledge(flow, duty, who, err);

	if (rc.code == NK_DENIED) {
		nk_flow_refused_why(flow, "duty ack", err);
	}
	return rc;
}
