/*
 * verify_any.c: any statement checked with public keys alone; needs no installation.
 *
 * Invariant: an erasure certificate is checked by its own, stricter rules, and by the certificate key only.
 */
#include "base.h"
#include "flow_duty.h"

#include "cert.h"

enum { KEYS_MAX = 256 };

static void put_checks(const struct nk_cert_verify_report *r, struct nk_verify_reply *out)
{
	static const char *const words[] = {
		[NK_CHECK_OK] = "ok", [NK_CHECK_FAILED] = "failed", [NK_CHECK_NOT_DONE] = "not checked"
	};

	out->good = r->good;
	for (size_t i = 0; i < r->n && i < NK_ARRAY_LEN(out->lines); i++) {
		(void)snprintf(out->lines[i].result, sizeof(out->lines[i].result), "%s", words[r->checks[i].result]);
		out->lines[i].what = r->checks[i].what;
		out->n = i + 1;
	}
}

static NK_RESULT verify_other(const struct nk_verify_request *req, struct nk_arena *arena,
	struct nk_verify_any_reply *out, struct nk_err *err)
{
	struct nk_any_verify_input in = { .envelope = req->envelope,
		.proof = req->proof,
		.n_pubs = req->n_keys,
		.ledger_vkey = nk_str_trim(req->ledger_vkey) };
	struct nk_any_verify_report report;
	uint8_t *const pubs = nk_arena_array(arena, req->n_keys, NK_SIGN_PUB_LEN);

	if (pubs == NULL) {
		return nk_fail_nomem(err);
	}
	for (size_t i = 0; i < req->n_keys; i++) {
		NK_TRY(nk_cert_pub_parse(req->keys[i].text, pubs + i * NK_SIGN_PUB_LEN, err));
	}
	in.pubs = pubs;
	NK_TRY(nk_any_verify(&in, arena, &report, err));
	put_checks(&report.checks, &out->checks);
	out->predicate = report.predicate;
	out->subjects = report.subjects;
	out->body = report.body;
	out->signed_by = report.signer == SIZE_MAX ? NK_STR("") : req->keys[report.signer].name;
	return nk_done();
}

NK_RESULT nk_op_verify_any(const struct nk_verify_request *req, struct nk_arena *arena,
	struct nk_verify_any_reply *out, struct nk_err *err)
{
	struct nk_str type;

	memset(out, 0, sizeof(*out));
	if (req->n_keys == 0 || req->n_keys > KEYS_MAX) {
		return nk_fail(err, NK_USAGE, NK_N("checking needs a public key at least, and %d at most"), (int)KEYS_MAX);
	}
	NK_TRY(nk_any_type(req->envelope, arena, &type, err));
	if (type.len > 0 && !nk_str_eq(type, NK_STR(NK_CERT_PREDICATE))) {
		return verify_other(req, arena, out, err);
	}
	out->certificate = true;
	return nk_op_verify(req->envelope, req->proof, req->keys[0].text, req->ledger_vkey, arena, &out->checks, err);
}
