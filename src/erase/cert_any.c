/*
 * cert_any.c: any signed statement checked by somebody who has nothing but the files and public keys.
 *
 * Invariant: as in cert_verify.c: a check that was not made is listed as not made, and no check believes anything that
 * another one did not establish. The key that signed is named by who enrolled it, never by the envelope.
 */
#include "base.h"

#include "cert.h"

#include "cert_int.h"
#include "dsse.h"
#include "intoto.h"
#include "json.h"
#include "note.h"

enum { ARENA_MAX = 64 * 1024 * 1024 };

struct checking {
	const struct nk_any_verify_input *in;
	struct nk_any_verify_report *out;
	struct nk_arena *arena;
	struct nk_bytes payload;
};

static void note(struct checking *k, enum nk_check result, const char *what)
{
	nk_assert(k->out->checks.n < NK_CERT_CHECKS_MAX);
	k->out->checks.checks[k->out->checks.n++] = (struct nk_cert_check){ result, what };
}

static void judge(struct checking *k, bool good, const char *what)
{
	note(k, good ? NK_CHECK_OK : NK_CHECK_FAILED, what);
}

static bool signed_by(const struct nk_dsse *env, struct nk_bytes pae, const uint8_t pub[static NK_SIGN_PUB_LEN])
{
	for (size_t i = 0; i < env->n_sigs; i++) {
		if (nk_sign_verify(pub, pae, env->sigs[i].sig)) {
			return true;
		}
	}
	return false;
}

static NK_RESULT check_signature(struct checking *k, const struct nk_dsse *env, struct nk_err *err)
{
	NK_OWNED(nk_buf_done) struct nk_buf pae = { 0 };

	k->out->signer = SIZE_MAX;
	nk_buf_init(&pae, 8 * 1024 * 1024);
	NK_TRY(nk_dsse_pae(env->payload_type, env->payload, &pae, err));
	for (size_t i = 0; i < k->in->n_pubs && k->out->signer == SIZE_MAX; i++) {
		if (signed_by(env, nk_buf_bytes(&pae), k->in->pubs + i * NK_SIGN_PUB_LEN)) {
			k->out->signer = i;
		}
	}
	judge(k, k->out->signer != SIZE_MAX, NK_N("the envelope is signed by one of the keys that were given"));
	judge(k, nk_str_eq(env->payload_type, NK_STR(NK_INTOTO_PAYLOAD_TYPE)),
		NK_N("the envelope holds an in-toto statement"));
	return nk_done();
}

static NK_RESULT lines_of(const struct nk_intoto *st, struct nk_buf *out, struct nk_err *err)
{
	for (size_t i = 0; i < st->n_subjects; i++) {
		char hex[2 * NK_INTOTO_SHA256 + 1] = "-";

		if (st->subjects[i].has_sha256) {
			nk_hex_print(st->subjects[i].sha256, NK_INTOTO_SHA256, hex);
		}
		NK_TRY(nk_buf_add_str(out, st->subjects[i].name, err));
		NK_TRY(nk_buf_printf(out, err, " %s\n", hex));
	}
	return nk_done();
}

static NK_RESULT check_form(struct checking *k, struct nk_arena *keep, struct nk_err *err)
{
	NK_OWNED(nk_buf_done) struct nk_buf lines = { 0 };
	struct nk_intoto st;
	nk_rc rc = nk_intoto_parse(k->payload, k->arena, &st, NULL);

	if (rc.code == NK_NOMEM) {
		return nk_fail_nomem(err);
	}
	judge(k, nk_ok(rc), NK_N("the statement is well formed: a type, and what it is about by digest"));
	if (!nk_ok(rc)) {
		return nk_done();
	}
	nk_buf_init(&lines, 16 << 20);
	NK_TRY(lines_of(&st, &lines, err));
	NK_TRY(nk_arena_dup(keep, nk_buf_str(&lines), &k->out->subjects, err));
	NK_TRY(nk_arena_dup(keep, st.type, &k->out->predicate, err));
	return nk_arena_dup(keep, st.predicate, &k->out->body, err);
}

static void check_ledger(struct checking *k)
{
	struct nk_cert_ledger l = { .proof = k->in->proof, .statement = k->payload, .vkey = k->in->ledger_vkey };
	struct nk_tlog_proof proof;

	(void)nk_cert_ledger_check(&l, k->arena, &proof);
	note(k, l.leaf, nk_cert_what_leaf);
	note(k, l.tree, nk_cert_what_tree);
}

/* What no file can show. */
static void list_undone(struct checking *k)
{
	struct nk_str limitation = { NULL, 0 };

	note(k, NK_CHECK_NOT_DONE, NK_N("that its signer had the right to say so (needs the roles enrolled at that time)"));
	note(k, NK_CHECK_NOT_DONE, NK_N("that it is true: its signer answers for it"));
	note(k, NK_CHECK_NOT_DONE, NK_N("that nothing later took it back (needs the whole ledger)"));
	note(k, NK_CHECK_NOT_DONE,
		NK_N("that the ledger shows everybody the same (needs witnesses, or checkpoints that others kept)"));
	if (nk_json_member_text(k->out->body, "limitation", &limitation) && limitation.len > 2) {
		note(k, NK_CHECK_NOT_DONE,
			NK_N("the separation of those who do and those who judge: the statement says itself that it was limited"));
	}
}

static bool all_good(const struct nk_cert_verify_report *out)
{
	for (size_t i = 0; i < out->n; i++) {
		if (out->checks[i].result == NK_CHECK_FAILED) {
			return false;
		}
	}
	return out->n > 0 && out->checks[0].result == NK_CHECK_OK;
}

NK_RESULT nk_any_type(struct nk_bytes envelope, struct nk_arena *arena, struct nk_str *out, struct nk_err *err)
{
	struct nk_intoto st;
	struct nk_dsse env;

	*out = NK_STR("");
	NK_TRY(nk_dsse_parse(envelope, arena, &env, err));
	if (nk_ok(nk_intoto_parse(env.payload, arena, &st, NULL))) {
		*out = st.type;
	}
	return nk_done();
}

NK_RESULT nk_any_verify(const struct nk_any_verify_input *in, struct nk_arena *keep, struct nk_any_verify_report *out,
	struct nk_err *err)
{
	NK_OWNED(nk_arena_free) struct nk_arena *arena = NULL;
	struct checking k = { .in = in, .out = out };
	struct nk_dsse env;

	*out = (struct nk_any_verify_report){ .checks = { .level = NK_LEVEL_NONE } };
	NK_TRY(nk_arena_new(NK_ARENA_PLAIN, ARENA_MAX, &arena, err));
	k.arena = arena;
	NK_TRY(nk_dsse_parse(in->envelope, arena, &env, err));
	k.payload = env.payload;
	NK_TRY(check_signature(&k, &env, err));
	NK_TRY(check_form(&k, keep, err));
	check_ledger(&k);
	list_undone(&k);
	out->checks.good = all_good(&out->checks);
	return nk_done();
}
