/*
 * cert_verify.c: a certificate checked by somebody who has nothing but the files and two public keys.
 *
 * Invariant: a check that was not made is listed as not made; no check believes anything that another one did not
 * establish. Nothing here touches a store, a network or a clock.
 */
#include "base.h"

#include "cert.h"

#include "cert_int.h"
#include "dsse.h"
#include "json.h"
#include "note.h"

enum { ARENA_MAX = 128 * 1024 * 1024, LEAF_MAX = 65535, OPENING_LEN = 32 + 16 };

struct checking {
	const struct nk_cert_verify_input *in;
	struct nk_cert_verify_report *out;
	struct nk_arena *arena;
	struct nk_bytes statement;
	struct nk_cert cert; /* good when readable */
	bool readable;
};

static void note(struct checking *k, enum nk_check result, const char *what)
{
	nk_assert(k->out->n < NK_CERT_CHECKS_MAX);
	k->out->checks[k->out->n++] = (struct nk_cert_check){ result, what };
}

static void judge(struct checking *k, bool good, const char *what)
{
	note(k, good ? NK_CHECK_OK : NK_CHECK_FAILED, what);
}

static NK_RESULT check_signature(struct checking *k, const struct nk_dsse *env, struct nk_err *err)
{
	NK_OWNED(nk_buf_done) struct nk_buf pae = { 0 };
	bool good = false;

	nk_buf_init(&pae, 8 * 1024 * 1024);
	NK_TRY(nk_dsse_pae(env->payload_type, env->payload, &pae, err));
	for (size_t i = 0; i < env->n_sigs && !good; i++) {
		good = nk_sign_verify(k->in->cert_pub, nk_buf_bytes(&pae), env->sigs[i].sig);
	}
	judge(k, good, NK_N("the envelope is signed by the certificate key"));
	judge(k, nk_str_eq(env->payload_type, NK_STR("application/vnd.in-toto+json")),
		NK_N("the envelope holds an in-toto statement"));
	return nk_done();
}

/* The strictest check of form: printing the facts again gives the very same bytes, with level and scope computed
 * anew. */
static NK_RESULT check_form(struct checking *k, struct nk_err *err)
{
	NK_OWNED(nk_buf_done) struct nk_buf again = { 0 };
	enum nk_level stated = NK_LEVEL_NONE;
	nk_rc rc = nk_cert_read(k->statement, k->arena, &k->cert, &stated, NULL);

	nk_buf_init(&again, NK_CERT_STATEMENT_MAX);
	if (rc.code == NK_NOMEM) {
		return nk_fail_nomem(err);
	}
	k->readable = nk_ok(rc);
	judge(k, k->readable, NK_N("the statement is a certificate of erasure of a form that this program knows"));
	if (!k->readable) {
		return nk_done();
	}
	k->out->level = nk_cert_level(&k->cert);
	judge(k, stated == k->out->level, NK_N("the level that is stated is the one that the facts carry"));
	rc = nk_cert_statement(&k->cert, &again, NULL);
	judge(k, nk_ok(rc) && nk_bytes_eq(nk_buf_bytes(&again), k->statement),
		NK_N("nothing was added or left out: the list of what is not covered is whole, and the facts give "
		     "these very bytes"));
	return nk_done();
}

static void check_receipts(struct checking *k)
{
	static const char what[] = NK_N("the receipts for the epoch secret are signed by the keys in them");
	bool good = true;
	size_t signed_ones = 0;

	for (size_t i = 0; i < k->cert.n_receipts; i++) {
		const struct nk_receipt *r = &k->cert.receipts[i];
		const bool file = nk_str_eq(nk_str_c(r->medium), NK_STR("file"));

		signed_ones += nk_receipt_ok(r);
		good = good && (file || nk_receipt_ok(r));
	}
	if (!k->cert.rotated || (signed_ones == 0 && good)) {
		note(k, NK_CHECK_NOT_DONE, what);
		return;
	}
	judge(k, good, what);
}

static void check_claims(struct checking *k)
{
	static const char what_order[] = NK_N("the dates are in the order in which an erasure goes");
	const struct nk_cert *c = &k->cert;
	const bool order = (c->live_gone_at == 0 || c->restricted_at <= c->live_gone_at) &&
		(c->keys_destroyed_at == 0 ||
			(c->live_gone_at != 0 && c->live_gone_at <= c->keys_destroyed_at &&
				c->keys_destroyed_at <= c->issued_at));

	judge(k, c->irrecoverable_at == 0 || k->out->level >= NK_LEVEL_E3,
		NK_N("irrecoverability is claimed only where the level carries it"));
	if (c->simulated_clock) {
		/* Such a clock may be set anew between two runs. */
		note(k, NK_CHECK_NOT_DONE, what_order);
	} else {
		judge(k, order, what_order);
	}
	check_receipts(k);
}

/* The leaf's bytes, which the proof carries, name the statement by its digest. */
bool nk_cert_leaf_names(struct nk_bytes leaf, const char *wanted, struct nk_bytes statement)
{
	NK_OWNED(nk_jdoc_free) struct nk_jdoc *doc = NULL;
	struct nk_hash want;
	struct nk_hash got;
	struct nk_str type;
	struct nk_str hex;

	if (!nk_ok(nk_jdoc_parse(leaf, LEAF_MAX, &doc, NULL))) {
		return false;
	}
	nk_cert_digest(statement, &want);
	return nk_jstr(nk_jget(nk_jdoc_root(doc), "type"), &type) &&
		(wanted == NULL || nk_str_eq(type, nk_str_c(wanted))) &&
		nk_jstr(nk_jget(nk_jget(nk_jdoc_root(doc), "facts"), NK_CERT_LEAF_FACT), &hex) &&
		nk_hex_parse(hex, got.b, sizeof(got.b)) &&
		nk_bytes_eq(nk_bytes_of(want.b, sizeof(want.b)), nk_bytes_of(got.b, sizeof(got.b)));
}

const char nk_cert_what_leaf[] = NK_N("the ledger's entry names this statement");
const char nk_cert_what_tree[] = NK_N("that entry is in the ledger, as its signed checkpoint shows");

static enum nk_check judged(bool good)
{
	return good ? NK_CHECK_OK : NK_CHECK_FAILED;
}

bool nk_cert_ledger_check(struct nk_cert_ledger *l, struct nk_arena *arena, struct nk_tlog_proof *out_proof)
{
	l->leaf = NK_CHECK_NOT_DONE;
	l->tree = NK_CHECK_NOT_DONE;
	if (l->proof.len == 0) {
		return false;
	}
	if (!nk_ok(nk_tlog_proof_parse(l->proof, arena, out_proof, NULL)) || !out_proof->has_extra) {
		l->leaf = NK_CHECK_FAILED;
		l->tree = NK_CHECK_FAILED;
		return false;
	}
	l->leaf = judged(nk_cert_leaf_names(out_proof->extra, l->leaf_type, l->statement));
	if (l->vkey.len == 0) {
		return false;
	}
	l->tree = judged(nk_ok(nk_proof_check(l->proof, l->vkey, out_proof->extra, NULL, NULL, NULL)));
	return true;
}

/* The checkpoint in the proof is of the ledger that the statement names. */
static bool same_ledger(struct checking *k, struct nk_bytes checkpoint)
{
	struct nk_note text;
	struct nk_checkpoint cp;

	return k->readable && nk_ok(nk_note_parse(checkpoint, k->arena, &text, NULL)) &&
		nk_ok(nk_checkpoint_parse(text.text, &cp, NULL)) && nk_str_eq(cp.origin, k->cert.origin);
}

static void check_ledger(struct checking *k)
{
	struct nk_cert_ledger l = { .proof = k->in->proof, .statement = k->statement, .vkey = k->in->ledger_vkey, .leaf_type = "cert" };
	struct nk_tlog_proof proof;
	const bool whole = nk_cert_ledger_check(&l, k->arena, &proof);

	note(k, l.leaf, nk_cert_what_leaf);
	note(k, l.tree, nk_cert_what_tree);
	if (whole) {
		judge(k, same_ledger(k, proof.checkpoint), NK_N("it is the ledger that the statement names"));
	}
}

static void check_opening(struct checking *k)
{
	static const char what[] = NK_N("the opening is of a person of this certificate");
	struct nk_uuid person;
	struct nk_hash commitment;
	bool found = false;

	if (k->in->subject_opening.len == 0 || !k->readable) {
		note(k, NK_CHECK_NOT_DONE, what);
		return;
	}
	if (k->in->subject_opening.len == OPENING_LEN) {
		memcpy(person.b, k->in->subject_opening.ptr + 32, sizeof(person.b));
		nk_cert_commit(k->in->subject_opening.ptr, person, &commitment);
		for (size_t i = 0; i < k->cert.persons && !found; i++) {
			found = nk_bytes_eq(nk_bytes_of(k->cert.commitments[i].b, NK_HASH_LEN),
				nk_bytes_of(commitment.b, NK_HASH_LEN));
		}
	}
	judge(k, found, what);
}

/* What no file can show. */
static void list_undone(struct checking *k)
{
	note(k, NK_CHECK_NOT_DONE,
		NK_N("that no other copy of these persons was registered (needs the whole ledger)"));
	note(k, NK_CHECK_NOT_DONE,
		NK_N("that the ledger shows everybody the same (needs witnesses, or checkpoints that others kept)"));
	note(k, NK_CHECK_NOT_DONE, NK_N("that the measurements are true: the issuer answers for them"));
	if (k->readable && k->cert.n_receipts > 0) {
		note(k, NK_CHECK_NOT_DONE, NK_N("that the keys in the receipts belong to the holders they name"));
	}
	if (k->readable && k->cert.simulated_clock) {
		note(k, NK_CHECK_NOT_DONE, NK_N("the dates: the clock is simulated"));
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

NK_RESULT nk_cert_verify(const struct nk_cert_verify_input *in, struct nk_buf *out_statement,
	struct nk_cert_verify_report *out, struct nk_err *err)
{
	NK_OWNED(nk_arena_free) struct nk_arena *arena = NULL;
	struct checking k = { .in = in, .out = out };
	struct nk_dsse env;

	*out = (struct nk_cert_verify_report){ .level = NK_LEVEL_NONE };
	NK_TRY(nk_arena_new(NK_ARENA_PLAIN, ARENA_MAX, &arena, err));
	k.arena = arena;
	NK_TRY(nk_dsse_parse(in->envelope, arena, &env, err));
	k.statement = env.payload;
	NK_TRY(check_signature(&k, &env, err));
	NK_TRY(check_form(&k, err));
	if (k.readable) {
		check_claims(&k);
	}
	check_ledger(&k);
	check_opening(&k);
	list_undone(&k);
	out->good = all_good(out);
	return nk_buf_add(out_statement, env.payload.ptr, env.payload.len, err);
}
