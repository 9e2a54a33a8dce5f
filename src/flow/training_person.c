/*
 * training_person.c: who reads or sits: shown by his own key, Ed25519 or SSH.
 *
 * Invariant: nobody is taken for somebody without a signature of a key enrolled for him now; only the operator who
 * opened the installation, and for whom no key is enrolled, is himself by having opened it.
 */
#include "base.h"
#include "training_int.h"

#include "json.h"
#include "sshsig.h"

#define NAMESPACE "nokosazu-training"

static NK_RESULT operator_himself(struct nk_flow *flow, struct nk_arena *arena, struct nk_party *out, struct nk_err *err)
{
	NK_TRY(nk_party_get(flow->store, flow->key[NK_HOUSE_LOG], flow->actor, arena, out, err));
	if (out->has_key || out->ssh_key.len > 0 || out->ended) {
		return nk_fail(err, NK_DENIED, NK_N("a key of one's own is enrolled: give it with --key FILE"));
	}
	return nk_done();
}

NK_RESULT nk_training_person(struct nk_flow *flow, const struct nk_training_who *who, struct nk_arena *arena,
	struct nk_party *out, struct nk_err *err)
{
	if (who->seed != NULL) {
		return nk_signer_of(flow, who->seed, arena, out, err);
	}
	if (nk_uuid_is_nil(who->party)) {
		return operator_himself(flow, arena, out, err);
	}
	NK_TRY(nk_party_get(flow->store, flow->key[NK_HOUSE_LOG], who->party, arena, out, err));
	if (out->ended || out->ssh_key.len == 0) {
		return nk_fail(err, NK_DENIED,
			NK_N("no SSH key is enrolled for this party (nokosazu party add --ssh-key FILE)"));
	}
	return nk_done();
}

NK_RESULT nk_training_proved(const struct nk_training_who *who, const struct nk_party *party, struct nk_bytes statement,
	struct nk_err *err)
{
	if (who->seed != NULL || nk_uuid_is_nil(who->party)) {
		return nk_done();
	}
	return nk_sshsig_verify(party->ssh_key, who->sshsig, NAMESPACE, statement, err);
}

NK_RESULT nk_op_training_statement_to_sit(
	struct nk_flow *flow, struct nk_uuid party, struct nk_buf *out, struct nk_err *err)
{
	const struct nk_period period = nk_period_of(nk_flow_today(flow));
	char id[NK_UUID_TEXT];
	struct nk_json j;

	nk_json_init_canonical(&j, out);
	nk_json_open(&j, '{');
	nk_json_key(&j, "party");
	nk_json_c(&j, nk_uuid_print(party, id));
	nk_json_key(&j, "period");
	nk_json_c(&j, period.name);
	nk_json_key(&j, "sits");
	nk_json_bool(&j, true);
	nk_json_close(&j, '}');
	return nk_json_end(&j, err);
}

NK_RESULT nk_training_sitter(struct nk_flow *flow, const struct nk_training_who *who, struct nk_arena *arena,
	struct nk_party *out, struct nk_err *err)
{
	NK_OWNED(nk_buf_done) struct nk_buf statement = { 0 };

	nk_buf_init(&statement, 1024);
	NK_TRY(nk_training_person(flow, who, arena, out, err));
	NK_TRY(nk_op_training_statement_to_sit(flow, out->id, &statement, err));
	return nk_training_proved(who, out, nk_buf_bytes(&statement), err);
}
