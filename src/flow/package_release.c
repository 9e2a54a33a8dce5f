/*
 * package_release.c: a warrant of kind release, signed by development and whoever the configuration names; with it the
 * release statement and the layout that says who may deploy.
 */
#include "base.h"
#include "package_int.h"

#include "json.h"

enum { LAYOUT_DAYS = 400, WARRANT_DAYS = 14 };

NK_RESULT nk_op_package_ask(struct nk_flow *flow, const char *file, struct nk_arena *arena, struct nk_uuid *out_warrant,
	struct nk_err *err)
{
	NK_OWNED(nk_tx_end) struct nk_tx *tx = NULL;
	struct nk_package_check_request req = { .file = file, .before_release = true };
	struct nk_package_check_reply reply;
	struct nk_package_checked checked;
	const nk_time now = nk_now(flow->env);
	struct nk_warrant_ask ask = { .kind = NK_STR("release"),
		.verbs = NK_STR("RELEASE"),
		.from_at = now,
		.until_at = now + WARRANT_DAYS * NK_DAY,
		.uses = 1 };

	NK_TRY(nk_package_check(flow->env, flow, &req, arena, &checked, &reply, err));
	NK_TRY(nk_package_first_bad(&reply, err));
	NK_TRY(nk_package_scope(&checked.digest, arena, &ask.scope, err));
	/* Whatever the configuration asks for, never without development; a word that is there twice counts once. */
	NK_TRY(nk_arena_printf(arena, &ask.needs, err, "%.*s,development", NK_FMT(nk_warrant_needs(flow, ask.kind))));
	NK_TRY(nk_arena_printf(arena, &ask.purpose, err, "release of %.*s %.*s", NK_FMT(reply.name), NK_FMT(reply.version)));
	NK_TRY(nk_tx_begin(flow->store, &tx, err));
	NK_TRY(nk_warrant_ask(flow, tx, &ask, out_warrant, err));
	return nk_flow_commit(flow, &tx, err);
}

struct releasing {
	struct nk_flow *flow;
	struct nk_arena *arena;
	const struct nk_key *seed;
	struct nk_package_checked checked;
	struct nk_str scope;
	struct nk_uuid warrant;
	struct nk_party by;
	const char *file;
	bool unverified; /* no third party */
};

static NK_RESULT body(struct releasing *r, struct nk_str *out, struct nk_err *err)
{
	NK_OWNED(nk_buf_done) struct nk_buf text = { 0 };
	char id[NK_UUID_TEXT];
	char when[NK_TIME_TEXT];
	struct nk_json j;

	nk_buf_init(&text, 65536);
	nk_json_init_canonical(&j, &text);
	nk_json_open(&j, '{');
	nk_json_key(&j, "decision");
	nk_json_c(&j, "release");
	if (r->unverified) {
		nk_json_key(&j, "limitation");
		nk_json_c(&j, NK_PACKAGE_EXEMPT_WORD);
	}
	nk_json_key(&j, "party");
	nk_json_c(&j, nk_uuid_print(r->by.id, id));
	nk_json_key(&j, "role");
	nk_json_c(&j, "development");
	nk_json_key(&j, "scope");
	nk_json_str(&j, r->scope);
	nk_json_key(&j, "time");
	nk_json_str(&j, nk_package_now(r->flow->env, when));
	nk_json_key(&j, "warrant");
	nk_json_c(&j, nk_uuid_print(r->warrant, id));
	nk_json_close(&j, '}');
	NK_TRY(nk_json_end(&j, err));
	return nk_arena_dup(r->arena, nk_buf_str(&text), out, err);
}

static NK_RESULT use_warrant(struct releasing *r, struct nk_str manifest, struct nk_err *err)
{
	NK_OWNED(nk_tx_end) struct nk_tx *tx = NULL;
	struct nk_str report;
	const struct nk_package_made made = { .name = nk_deb_field(r->checked.deb.control, "Package"),
		.version = nk_deb_field(r->checked.deb.control, "Version"),
		.digest = r->checked.digest };

	NK_TRY(nk_tx_begin(r->flow->store, &tx, err));
	NK_TRY(nk_warrant_take(r->flow, tx, r->warrant, NK_STR("release"), NK_STR("RELEASE"), r->scope, r->arena, NULL, err));
	NK_TRY(nk_package_note(r->flow, tx, &made, "released", manifest, err));
	NK_TRY(nk_package_keep_beside(r->flow, tx, r->file, &made.digest, r->unverified ? NK_PACKAGE_EXEMPT : ".svr.dsse.json", r->arena, err));
	NK_TRY(nk_arena_printf(r->arena, &report, err, "%.*s", NK_FMT(r->scope)));
	NK_TRY(nk_warrant_done(r->flow, tx, r->warrant, report.ptr, err));
	return nk_flow_commit(r->flow, &tx, err);
}

static NK_RESULT one_signer(const struct releasing *r, const struct nk_party *signer, struct nk_err *err)
{
	struct nk_party maker = { .has_key = r->checked.maker != NULL };

	if (nk_uuid_eq(signer->id, r->by.id) || nk_party_same_key(signer, &r->by)) {
		return nk_fail(err, NK_DENIED, NK_N("who signed a warrant does not carry it out: another key of development releases the package"));
	}
	if (maker.has_key) {
		memcpy(maker.public_key, r->checked.maker->pub, sizeof(maker.public_key));
	}
	return nk_party_same_key(signer, &maker)
		? nk_fail(err, NK_DENIED, NK_N("who signed a warrant for this release built the package too: somebody else of development signs it"))
		: nk_done();
}

/* Who builds and releases is on one side, who approves on the other; a stated limitation may lift it, and is then in every paper. */
static NK_RESULT apart(const struct releasing *r, struct nk_err *err)
{
	struct nk_warrant_part *parts = NULL;
	struct nk_party signer;
	size_t n = 0;

	NK_TRY(nk_warrant_parts(r->flow->store, r->warrant, r->arena, &parts, &n, err));
	for (size_t i = 0; i < n && r->flow->config->limitation.len == 0; i++) {
		if (parts[i].part == NK_PART_SIGN) {
			NK_TRY(nk_party_get(r->flow->store, NULL, parts[i].party, r->arena, &signer, err));
			NK_TRY(one_signer(r, &signer, err));
		}
	}
	return nk_done();
}

static NK_RESULT run(struct releasing *r, const char *file, struct nk_err *err)
{
	struct nk_package_paper p = { .flow = r->flow,
		.predicate = NK_PREDICATE_APPROVAL,
		.subject = r->checked.file,
		.digest = r->checked.digest };
	struct nk_str layout;
	struct nk_str text;
	struct nk_str manifest;

	NK_TRY(nk_signer_of(r->flow, r->seed, r->arena, &r->by, err));
	if (!nk_str_eq(r->by.unit, NK_STR("development"))) {
		return nk_fail(err, NK_DENIED, NK_N("a release is signed by a key of the development unit; this one's unit is \"%s\""),
			nk_short(r->by.unit).text);
	}
	NK_TRY(apart(r, err));
	NK_TRY(nk_package_scope(&r->checked.digest, r->arena, &r->scope, err));
	NK_TRY(body(r, &p.body, err));
	NK_TRY(nk_package_paper_sign(&p, r->seed, r->arena, &text, err));
	NK_TRY(nk_package_layout_sign(&r->checked.keys, r->checked.file, nk_now(r->flow->env) + LAYOUT_DAYS * NK_DAY, r->seed,
		r->arena, &layout, err));
	NK_TRY(nk_package_manifest(&r->checked.deb, r->arena, &manifest, err));
	NK_TRY(use_warrant(r, manifest, err));
	NK_TRY(nk_package_put(file, ".layout.dsse.json", nk_str_bytes(layout), r->arena, err));
	return nk_package_put(file, ".release.dsse.json", nk_str_bytes(text), r->arena, err);
}

NK_RESULT nk_op_package_release(struct nk_flow *flow, const char *file, struct nk_uuid warrant,
	const struct nk_key *seed, struct nk_arena *arena, struct nk_package_check_reply *out, struct nk_err *err)
{
	const struct nk_package_check_request req = { .file = file, .before_release = true };
	struct releasing r = { .flow = flow, .arena = arena, .seed = seed, .warrant = warrant };
	nk_rc rc = nk_package_check(flow->env, flow, &req, arena, &r.checked, out, err);

	rc = nk_ok(rc) ? nk_package_first_bad(out, err) : rc;
	r.file = file;
	r.unverified = out->unverified;
	rc = nk_ok(rc) ? run(&r, file, err) : rc;
	if (rc.code == NK_DENIED) {
		nk_flow_refused_why(flow, "package release", err);
	}
	return rc;
}
