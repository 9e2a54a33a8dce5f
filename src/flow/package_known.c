/*
 * package_known.c: an officer's word that a package goes out without a third party; and packages released elsewhere of which
 * this house takes note.
 *
 * Invariant: what mends a defect is never exempted; what is known here as released with a third party's summary was checked here,
 * every paper of it.
 */
#include "base.h"
#include "package_int.h"

#include "json.h"
#include "party_int.h"

struct exempting {
	struct nk_flow *flow;
	const char *file;
	struct nk_arena *arena;
	struct nk_package_checked checked;
	struct nk_party by;
	struct nk_str scope;
};

static NK_RESULT body(const struct exempting *e, struct nk_str *out, struct nk_err *err)
{
	NK_OWNED(nk_buf_done) struct nk_buf text = { 0 };
	char id[NK_UUID_TEXT];
	char when[NK_TIME_TEXT];
	struct nk_json j;

	nk_buf_init(&text, 65536);
	nk_json_init_canonical(&j, &text);
	nk_json_open(&j, '{');
	nk_json_key(&j, "decision");
	nk_json_c(&j, NK_PACKAGE_EXEMPT_WORD);
	nk_json_key(&j, "party");
	nk_json_c(&j, nk_uuid_print(e->by.id, id));
	nk_json_key(&j, "role");
	nk_json_c(&j, "officer");
	nk_json_key(&j, "scope");
	nk_json_str(&j, e->scope);
	nk_json_key(&j, "time");
	nk_json_str(&j, nk_package_now(e->flow->env, when));
	nk_json_close(&j, '}');
	NK_TRY(nk_json_end(&j, err));
	return nk_arena_dup(e->arena, nk_buf_str(&text), out, err);
}

static NK_RESULT may(struct exempting *e, const struct nk_key *seed, struct nk_err *err)
{
	const struct nk_package_check_request req = { .file = e->file, .before_release = true, .before_third = true };
	struct nk_package_check_reply reply;

	NK_TRY(nk_package_check(e->flow->env, e->flow, &req, e->arena, &e->checked, &reply, err));
	NK_TRY(nk_package_first_bad(&reply, err));
	if (reply.mends.len > 0) {
		return nk_fail(err, NK_DENIED, NK_N("this package mends a defect: a third party verifies it, and nobody lifts that"));
	}
	NK_TRY(nk_signer_of(e->flow, seed, e->arena, &e->by, err));
	if (nk_ct_equal(e->by.public_key, e->checked.maker->pub, sizeof(e->by.public_key))) {
		return nk_fail(err, NK_DENIED, NK_N("that a package goes out without a third party is signed by an officer, not by who made it"));
	}
	NK_TRY(nk_party_may_judge(e->flow, &e->by, NK_STR("officer"), err));
	return nk_package_scope(&e->checked.digest, e->arena, &e->scope, err);
}

static NK_RESULT exempt(struct exempting *e, const struct nk_key *seed, struct nk_err *err)
{
	NK_OWNED(nk_tx_end) struct nk_tx *tx = NULL;
	struct nk_package_paper p = { .predicate = NK_PREDICATE_APPROVAL, .flow = e->flow };
	struct nk_str text;

	NK_TRY(may(e, seed, err));
	p.subject = e->checked.file;
	p.digest = e->checked.digest;
	NK_TRY(body(e, &p.body, err));
	NK_TRY(nk_package_paper_sign(&p, seed, e->arena, &text, err));
	NK_TRY(nk_tx_begin(e->flow->store, &tx, err));
	NK_TRY(nk_statement_take(e->flow, tx, nk_str_bytes(text), e->by.public_key, NK_PREDICATE_APPROVAL, &e->checked.digest, e->scope,
		e->by.id, e->arena, NULL, NULL, err));
	NK_TRY(nk_package_put(e->file, NK_PACKAGE_EXEMPT, nk_str_bytes(text), e->arena, err));
	return nk_flow_commit(e->flow, &tx, err);
}

NK_RESULT nk_op_package_new_feature(struct nk_flow *flow, const char *file, const struct nk_key *seed, struct nk_arena *arena,
	struct nk_err *err)
{
	struct exempting e = { .flow = flow, .file = file, .arena = arena };
	const nk_rc rc = exempt(&e, seed, err);

	if (rc.code == NK_DENIED) {
		nk_flow_refused_why(flow, "package new-feature", err);
	}
	return rc;
}

static NK_RESULT known(struct nk_flow *flow, const char *file, struct nk_arena *arena, struct nk_package_check_reply *out,
	struct nk_err *err)
{
	NK_OWNED(nk_tx_end) struct nk_tx *tx = NULL;
	const struct nk_package_check_request req = { .file = file, .site = flow->config->organisation };
	struct nk_package_checked checked;
	struct nk_package_made made = { .name = NK_STR("") };
	struct nk_str manifest;

	NK_TRY(nk_package_check(flow->env, flow, &req, arena, &checked, out, err));
	NK_TRY(nk_package_first_bad(out, err));
	if (out->unverified) {
		return nk_fail(err, NK_DENIED, NK_N("no third party has verified this package: it mends nothing that a campaign could be about"));
	}
	made.name = out->name;
	made.version = out->version;
	made.digest = checked.digest;
	NK_TRY(nk_package_manifest(&checked.deb, arena, &manifest, err));
	NK_TRY(nk_tx_begin(flow->store, &tx, err));
	NK_TRY(nk_package_note(flow, tx, &made, "known", manifest, err));
	NK_TRY(nk_package_keep_beside(flow, tx, file, &checked.digest, ".svr.dsse.json", arena, err));
	return nk_flow_commit(flow, &tx, err);
}

NK_RESULT nk_op_package_known(struct nk_flow *flow, const char *file, struct nk_arena *arena, struct nk_package_check_reply *out,
	struct nk_err *err)
{
	const nk_rc rc = known(flow, file, arena, out, err);

	if (rc.code == NK_DENIED) {
		nk_flow_refused_why(flow, "package known", err);
	}
	return rc;
}
