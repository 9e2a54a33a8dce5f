/*
 * warrant_judge.c: signatures under warrants: made with an Ed25519 seed as DSSE, or by the person's own SSH or FIDO key
 * as SSHSIG; and looked at again whenever the warrant is used.
 *
 * Invariant: a signature counts only over the statement made again from the request, by a key that is enrolled now for
 * a party that holds the role now and may judge in it (nk_party_may_judge).
 */
#include "base.h"

#include "asked_int.h"
#include "cert.h"
#include "dsse.h"
#include "intoto.h"
#include "json.h"
#include "party_int.h"
#include "sshsig.h"
#include "training_int.h"

static const char ssh_armor[] = "-----BEGIN SSH SIGNATURE-----";

static NK_RESULT verify_dsse(const struct nk_party *signer, struct nk_bytes envelope, struct nk_bytes statement,
	struct nk_arena *arena, struct nk_err *err)
{
	NK_OWNED(nk_buf_done) struct nk_buf pae = { 0 };
	struct nk_dsse env;

	nk_buf_init_wiping(&pae, 2 * NK_ASKED_MAX);
	NK_TRY(nk_dsse_parse(envelope, arena, &env, err));
	if (!nk_str_eq(env.payload_type, NK_STR(NK_INTOTO_PAYLOAD_TYPE)) || !nk_bytes_eq(env.payload, statement)) {
		return nk_fail(err, NK_DENIED, NK_N("what was signed is not this warrant as it stands"));
	}
	NK_TRY(nk_dsse_pae(env.payload_type, env.payload, &pae, err));
	if (signer->has_key && nk_sign_verify(signer->public_key, nk_buf_bytes(&pae), env.sigs[0].sig)) {
		return nk_done();
	}
	return nk_fail(err, NK_DENIED, NK_N("the signature under this warrant is not true"));
}

static NK_RESULT verify_either(const struct nk_party *signer, struct nk_bytes signature, struct nk_bytes statement,
	struct nk_arena *arena, struct nk_err *err)
{
	if (!nk_str_starts(nk_bytes_str(signature), nk_str_c(ssh_armor))) {
		return verify_dsse(signer, signature, statement, arena, err);
	}
	if (signer->ssh_key.len == 0) {
		return nk_fail(err, NK_DENIED,
			NK_N("no SSH key is enrolled for this party (nokosazu party add --ssh-key FILE)"));
	}
	return nk_sshsig_verify(signer->ssh_key, signature, NK_SSHSIG_NAMESPACE, statement, err);
}

static NK_RESULT check_signer(struct nk_flow *flow, const struct nk_party *signer, struct nk_str role, struct nk_err *err)
{
	if (signer->ended) {
		return nk_fail(err, NK_DENIED, NK_N("a signer of this warrant is no longer enrolled"));
	}
	if (!nk_party_has_role(signer, role)) {
		return nk_fail(err, NK_DENIED, NK_N("this person does not have the role \"%s\""), nk_short(role).text);
	}
	return nk_party_may_judge(flow, signer, role, err);
}

NK_RESULT nk_asked_verify(struct nk_flow *flow, const struct nk_asked *a, const struct nk_warrant_part *part,
	struct nk_arena *arena, struct nk_party *out_signer, struct nk_err *err)
{
	NK_OWNED(nk_buf_done) struct nk_buf statement = { 0 };
	struct nk_bytes signature = { NULL, 0 };
	struct nk_hash report;
	struct nk_str unused;
	const bool accepts = part->part == NK_PART_ACCEPT;

	nk_buf_init_wiping(&statement, 2 * NK_ASKED_MAX);
	NK_TRY(nk_party_get(flow->store, flow->key[NK_HOUSE_LOG], part->party, arena, out_signer, err));
	NK_TRY(check_signer(flow, out_signer, part->role, err));
	NK_TRY(nk_asked_open(flow, a->row.id, part, arena, &signature, err));
	if (accepts) {
		NK_TRY(nk_asked_report(flow, a->row.id, arena, &unused, &report, err));
	}
	NK_TRY(nk_asked_statement(flow, a, part, out_signer, accepts ? &report : NULL, &statement, err));
	return verify_either(out_signer, signature, nk_buf_bytes(&statement), arena, err);
}

NK_RESULT nk_asked_report(struct nk_flow *flow, struct nk_uuid id, struct nk_arena *arena, struct nk_str *out_text,
	struct nk_hash *out_digest, struct nk_err *err)
{
	NK_OWNED(nk_jdoc_free) struct nk_jdoc *doc = NULL;
	struct nk_warrant_part *parts = NULL;
	struct nk_bytes text = { NULL, 0 };
	struct nk_str said = { NULL, 0 };
	size_t n = 0;

	NK_TRY(nk_warrant_parts(flow->store, id, arena, &parts, &n, err));
	while (n > 0 && parts[n - 1].part != NK_PART_REPORT) {
		n--;
	}
	if (n == 0) {
		return nk_fail(err, NK_NOT_FOUND, NK_N("the work under this warrant was not reported yet"));
	}
	NK_TRY(nk_asked_open(flow, id, &parts[n - 1], arena, &text, err));
	nk_sha256(text, out_digest);
	NK_TRY(nk_jdoc_parse(text, NK_ASKED_MAX, &doc, err));
	(void)nk_jstr(nk_jget(nk_jdoc_root(doc), "report"), &said);
	return nk_arena_dup(arena, said, out_text, err);
}

/* By seed: the one of those with this key that holds the role, else the first, whom the next check refuses. */
static NK_RESULT who_judges(struct nk_flow *flow, const struct nk_judging *how, struct nk_arena *arena,
	struct nk_party *out, struct nk_err *err)
{
	uint8_t pub[NK_SIGN_PUB_LEN];
	struct nk_party *list = NULL;
	size_t n = 0;

	if (how->seed == NULL) {
		return nk_party_get(flow->store, flow->key[NK_HOUSE_LOG], how->party, arena, out, err);
	}
	NK_TRY(nk_signer_of(flow, how->seed, arena, out, err));
	nk_sign_public(how->seed, pub);
	NK_TRY(nk_party_list(flow->store, flow->key[NK_HOUSE_LOG], arena, &list, &n, err));
	for (size_t i = 0; i < n && !nk_party_has_role(out, how->role); i++) {
		if (list[i].has_key && !list[i].ended && nk_ct_equal(list[i].public_key, pub, sizeof(pub))) {
			*out = list[i];
		}
	}
	return nk_done();
}

static NK_RESULT keep(struct nk_flow *flow, struct nk_tx *tx, const struct nk_asked *a,
	struct nk_warrant_part *part, struct nk_bytes signature, struct nk_err *err)
{
	static const enum nk_leaf_type types[NK_PART_COUNT] = { [NK_PART_SIGN] = NK_LEAF_WARRANT,
		[NK_PART_REFUSE] = NK_LEAF_WARRANT_REFUSE,
		[NK_PART_REVOKE] = NK_LEAF_WARRANT_REFUSE,
		[NK_PART_ACCEPT] = NK_LEAF_WARRANT_ACCEPT };
	NK_OWNED(nk_buf_done) struct nk_buf box = { 0 };
	const struct nk_leaf_item items[] = { nk_item_hex("request", a->row.request_digest.b, NK_HASH_LEN),
		nk_item_text("role", part->role), nk_item_hex("signer", part->party.b, sizeof(part->party.b)),
		nk_item_text("step", nk_str_c(nk_part_name(part->part))),
		nk_item_hex("warrant", a->row.id.b, sizeof(a->row.id.b)) };
	uint64_t leaf = 0;

	nk_buf_init(&box, 4 * NK_ASKED_MAX);
	NK_TRY(nk_asked_seal(flow, a->row.id, part, signature, &box, err));
	NK_TRY(nk_flow_leaf(flow, tx, types[part->part], items, NK_ARRAY_LEN(items), &leaf, err));
	part->statement = nk_buf_bytes(&box);
	part->leaf = nk_i64(leaf);
	return nk_warrant_step(tx, a->row.id, part, err);
}

static NK_RESULT make_signature(const struct nk_judging *how, const struct nk_party *signer, struct nk_bytes statement,
	struct nk_arena *arena, struct nk_buf *out, struct nk_err *err)
{
	if (how->seed != NULL) {
		return nk_cert_sign(statement, how->seed, out, err);
	}
	NK_TRY(verify_either(signer, how->sshsig, statement, arena, err));
	return nk_buf_add(out, how->sshsig.ptr, how->sshsig.len, err);
}

NK_RESULT nk_asked_judge(struct nk_flow *flow, struct nk_tx *tx, struct nk_uuid id, const struct nk_judging *how,
	struct nk_err *err)
{
	NK_OWNED(nk_arena_free) struct nk_arena *arena = NULL;
	NK_OWNED(nk_buf_done) struct nk_buf statement = { 0 };
	NK_OWNED(nk_buf_done) struct nk_buf signature = { 0 };
	struct nk_warrant_part part = { .part = how->part, .role = how->role, .at = nk_now(flow->env), .leaf = -1 };
	struct nk_asked a;
	struct nk_party signer;
	struct nk_hash report;
	struct nk_str unused;
	const bool accepts = how->part == NK_PART_ACCEPT;

	nk_buf_init_wiping(&statement, 2 * NK_ASKED_MAX);
	nk_buf_init_wiping(&signature, 4 * NK_ASKED_MAX);
	NK_TRY(nk_arena_new(NK_ARENA_WIPING, 64 << 20, &arena, err));
	NK_TRY(nk_asked_get(flow, id, arena, &a, err));
	NK_TRY(who_judges(flow, how, arena, &signer, err));
	if (nk_uuid_eq(signer.id, flow->actor)) {
		return nk_fail(err, NK_DENIED,
			NK_N("who asks or carries out cannot approve: a second person signs with a key of his own"));
	}
	NK_TRY(check_signer(flow, &signer, how->role, err));
	if (how->part == NK_PART_SIGN) {
		NK_TRY(nk_training_need(flow, signer.id, a.row.kind, err));
	}
	part.party = signer.id;
	if (accepts) {
		NK_TRY(nk_asked_report(flow, id, arena, &unused, &report, err));
	}
	NK_TRY(nk_asked_statement(flow, &a, &part, &signer, accepts ? &report : NULL, &statement, err));
	NK_TRY(make_signature(how, &signer, nk_buf_bytes(&statement), arena, &signature, err));
	return keep(flow, tx, &a, &part, nk_buf_bytes(&signature), err);
}
