/*
 * op_ledger.c: prove and verify; both work with public keys and files alone.
 */
#include "base.h"
#include "flow_int.h"

#include "cert.h"

NK_RESULT nk_op_ledger_verify(const struct nk_env *env, const char *home, struct nk_str vkey, struct nk_bytes older,
	struct nk_ledger_reply *out, struct nk_err *err)
{
	struct nk_replay r;
	char dir[PATH_MAX];

	memset(out, 0, sizeof(*out));
	(void)snprintf(dir, sizeof(dir), "%s/ledger", home);
	NK_TRY(nk_ledger_replay(env, dir, vkey, older, NULL, NULL, &r, err));
	out->entries = r.entries;
	nk_hex_print(r.root.b, NK_HASH_LEN, out->root);
	out->older_checked = r.older_checked;
	return nk_done();
}

NK_RESULT nk_op_ledger_proof(
	struct nk_flow *flow, uint64_t index, struct nk_buf *out_proof, struct nk_buf *out_entry, struct nk_err *err)
{
	NK_TRY(nk_ledger_prove(flow->ledger, index, out_proof, err));
	return nk_ledger_entry(flow->ledger, index, out_entry, err);
}

NK_RESULT nk_op_verify(struct nk_bytes envelope, struct nk_bytes proof, struct nk_str cert_pem,
	struct nk_str ledger_vkey, struct nk_arena *arena, struct nk_verify_reply *out, struct nk_err *err)
{
	static const char *const words[] = {
		[NK_CHECK_OK] = "ok", [NK_CHECK_FAILED] = "failed", [NK_CHECK_NOT_DONE] = "not checked"
	};
	NK_OWNED(nk_buf_done) struct nk_buf statement = { 0 };
	struct nk_cert_verify_input in = {
		.envelope = envelope, .proof = proof, .ledger_vkey = nk_str_trim(ledger_vkey)
	};
	struct nk_cert_verify_report report;

	memset(out, 0, sizeof(*out));
	nk_buf_init(&statement, 64 << 20);
	NK_TRY(nk_cert_pub_parse(cert_pem, in.cert_pub, err));
	NK_TRY(nk_cert_verify(&in, &statement, &report, err));
	out->good = report.good;
	(void)snprintf(out->level, sizeof(out->level), "%s", nk_level_name(report.level));
	for (size_t i = 0; i < report.n && i < NK_ARRAY_LEN(out->lines); i++) {
		(void)snprintf(
			out->lines[i].result, sizeof(out->lines[i].result), "%s", words[report.checks[i].result]);
		out->lines[i].what = report.checks[i].what;
		out->n = i + 1;
	}
	for (unsigned l = 0; report.good && l < NK_LANG_COUNT; l++) {
		NK_OWNED(nk_buf_done) struct nk_buf t = { 0 };

		nk_buf_init(&t, 64 << 20);
		NK_TRY(nk_cert_text(nk_buf_bytes(&statement), (enum nk_lang)l, &t, err));
		NK_TRY(nk_arena_dup(arena, nk_buf_str(&t), &out->text[l], err));
	}
	return nk_done();
}
