/*
 * case_sign.c: what somebody does in a case under his own name: a statement in DSSE by his enrolled key.
 *
 * The statement's subject is the sealed SUSPECT itself, so that a signature of one case says nothing in another; texts
 * are in it only as salted digests, the salt stands in the sealed note (DECISIONS 10).
 */
#include "base.h"

#include "case_int.h"
#include "cert.h"
#include "dsse.h"
#include "intoto.h"
#include "json.h"
#include "party_int.h"

enum { ENVELOPE_MAX = 1 << 16 };

static void hex_digest(struct nk_str salt, struct nk_str text, char out[static 65])
{
	const struct nk_bytes parts[] = { nk_str_bytes(salt), nk_str_bytes(text) };
	struct nk_hash h;

	nk_sha256_parts(parts, 2, &h);
	nk_hex_print(h.b, sizeof(h.b), out);
}

static NK_RESULT print_body(struct nk_flow *flow, const struct nk_case *c, const struct nk_case_signing *s,
	const struct nk_case_signed *who, struct nk_buf *out, struct nk_err *err)
{
	struct nk_json j;
	char id[NK_UUID_TEXT];
	char when[NK_TIME_TEXT];
	char digest[65];

	nk_json_init_canonical(&j, out);
	nk_json_open(&j, '{');
	nk_json_key(&j, "act");
	nk_json_c(&j, s->act);
	nk_json_key(&j, "at");
	nk_json_c(&j, nk_time_print(nk_now(flow->env), when));
	nk_json_key(&j, "case");
	nk_json_c(&j, nk_uuid_print(c->id, id));
	nk_json_key(&j, "party");
	nk_json_c(&j, nk_uuid_print(who->party.id, id));
	nk_json_key(&j, "role");
	nk_json_str(&j, s->role);
	if (s->text.len > 0) {
		hex_digest(nk_str_c(who->salt), s->text, digest);
		nk_json_key(&j, "text_sha256");
		nk_json_c(&j, digest);
	}
	nk_json_close(&j, '}');
	return nk_json_end(&j, err);
}

static NK_RESULT new_salt(struct nk_flow *flow, char out[static 65], struct nk_err *err)
{
	uint8_t b[32];

	NK_TRY(nk_random(flow->env, b, sizeof(b), err));
	nk_hex_print(b, sizeof(b), out);
	return nk_done();
}

/* Who only comes, goes or says that he knows does not judge, unless his role does. */
static NK_RESULT may_sign(struct nk_flow *flow, const struct nk_party *p, const char *act, struct nk_str role, struct nk_err *err)
{
	static const char *const plain[] = { "ack", "attend", "leave" };
	bool judges = nk_party_judges(flow, p);

	for (size_t i = 0; i < NK_ARRAY_LEN(plain) && !judges; i++) {
		if (strcmp(act, plain[i]) == 0) {
			return nk_done();
		}
	}
	return nk_party_may_judge(flow, p, role, err);
}

static NK_RESULT sign(struct nk_flow *flow, struct nk_tx *tx, const struct nk_case *c,
	const struct nk_case_signing *s, struct nk_arena *arena, struct nk_case_signed *out, struct nk_err *err)
{
	NK_OWNED(nk_buf_done) struct nk_buf body = { 0 };
	NK_OWNED(nk_buf_done) struct nk_buf payload = { 0 };
	NK_OWNED(nk_buf_done) struct nk_buf envelope = { 0 };
	char about[NK_CASE_ABOUT];
	struct nk_hash first;
	struct nk_intoto_subject subject = { .name = nk_case_about(c->id, NULL, 0, about), .has_sha256 = true };
	struct nk_intoto st = { .type = NK_STR(NK_PREDICATE_ATTENDANCE), .subjects = &subject, .n_subjects = 1 };

	nk_buf_init(&body, ENVELOPE_MAX);
	nk_buf_init(&payload, ENVELOPE_MAX);
	nk_buf_init(&envelope, 4 * ENVELOPE_MAX);
	NK_TRY(nk_signer_of(flow, s->seed, arena, &out->party, err));
	if (s->role.len > 0 && !nk_party_has_role(&out->party, s->role)) {
		return nk_fail(err, NK_DENIED, NK_N("this person does not have the role \"%s\""), nk_short(s->role).text);
	}
	NK_TRY(may_sign(flow, &out->party, s->act, s->role, err));
	NK_TRY(new_salt(flow, out->salt, err));
	NK_TRY(nk_case_first_digest(flow, c, &first, err));
	memcpy(subject.sha256, first.b, sizeof(first.b));
	NK_TRY(print_body(flow, c, s, out, &body, err));
	st.predicate = nk_buf_str(&body);
	NK_TRY(nk_statement_print(flow, &st, &payload, err));
	NK_TRY(nk_cert_sign(nk_buf_bytes(&payload), s->seed, &envelope, err));
	return nk_statement_take(flow, tx, nk_buf_bytes(&envelope), out->party.public_key, NK_PREDICATE_ATTENDANCE,
		&first, subject.name, out->party.id, arena, NULL, &out->evidence, err);
}

NK_RESULT nk_case_sign(struct nk_flow *flow, struct nk_tx *tx, const struct nk_case *c,
	const struct nk_case_signing *s, struct nk_arena *arena, struct nk_case_signed *out, struct nk_err *err)
{
	const nk_rc rc = sign(flow, tx, c, s, arena, out, err);
	char what[32];

	if (rc.code == NK_DENIED) {
		(void)snprintf(what, sizeof(what), "case-%s", s->act);
		nk_flow_refused_why(flow, what, err);
	}
	return rc;
}

static bool member_is(struct nk_jval body, const char *key, struct nk_str want)
{
	struct nk_str got = { NULL, 0 };

	return nk_jstr(nk_jget(body, key), &got) && nk_str_eq(got, want);
}

static bool signed_by(const struct nk_dsse *env, const struct nk_party *party)
{
	NK_OWNED(nk_buf_done) struct nk_buf pae = { 0 };

	nk_buf_init(&pae, 4 * ENVELOPE_MAX);
	return env->n_sigs == 1 && nk_ok(nk_dsse_pae(env->payload_type, env->payload, &pae, NULL)) &&
		nk_sign_verify(party->public_key, nk_buf_bytes(&pae), env->sigs[0].sig);
}

static bool says_so(struct nk_bytes statement, const struct nk_case *c, const struct nk_hash *first, const char *act,
	const struct nk_party *party, struct nk_str role, struct nk_arena *arena)
{
	NK_OWNED(nk_jdoc_free) struct nk_jdoc *doc = NULL;
	struct nk_dsse env;
	struct nk_intoto st;
	char id[NK_UUID_TEXT];

	if (!nk_ok(nk_dsse_parse(statement, arena, &env, NULL)) || !signed_by(&env, party) ||
		!nk_ok(nk_intoto_parse(env.payload, arena, &st, NULL)) || st.n_subjects != 1 ||
		!nk_bytes_eq(nk_bytes_of(st.subjects[0].sha256, NK_INTOTO_SHA256), nk_bytes_of(first->b, NK_HASH_LEN)) ||
		!nk_ok(nk_jdoc_parse(nk_str_bytes(st.predicate), ENVELOPE_MAX, &doc, NULL))) {
		return false;
	}
	return member_is(nk_jdoc_root(doc), "act", nk_str_c(act)) && member_is(nk_jdoc_root(doc), "role", role) &&
		member_is(nk_jdoc_root(doc), "case", nk_str_c(nk_uuid_print(c->id, id))) &&
		member_is(nk_jdoc_root(doc), "party", nk_str_c(nk_uuid_print(party->id, id)));
}

NK_RESULT nk_case_signature_true(struct nk_flow *flow, const struct nk_case *c, const char *act, struct nk_uuid party,
	struct nk_str role, struct nk_uuid evidence, bool *out, struct nk_err *err)
{
	NK_OWNED(nk_arena_free) struct nk_arena *arena = NULL;
	struct nk_party p;
	struct nk_evidence e;
	struct nk_hash first;

	*out = false;
	NK_TRY(nk_arena_new(NK_ARENA_WIPING, 16 << 20, &arena, err));
	NK_TRY(nk_party_get(flow->store, flow->key[NK_HOUSE_LOG], party, arena, &p, err));
	NK_TRY(nk_evidence_get(flow->store, evidence, arena, &e, err));
	NK_TRY(nk_case_first_digest(flow, c, &first, err));
	*out = p.has_key && !p.ended && nk_party_has_role(&p, role) && nk_ok(may_sign(flow, &p, act, role, NULL)) &&
		says_so(e.statement, c, &first, act, &p, role, arena);
	return nk_done();
}
