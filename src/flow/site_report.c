/*
 * site_report.c: what a site answers to a campaign's request: computed from its own store, signed by its own key.
 *
 * Invariant: a step is said to be done only where a statement in this store says so, made after the campaign began;
 * what nobody stated is "unknown" (I10).
 */
#include "base.h"
#include "campaign_int.h"

#include "deb.h"

const char *const nk_steps[NK_CAMPAIGN_STEPS] = { "erase", "patch", "verify" };

struct facts {
	struct nk_str version;
	char package[2 * NK_HASH_LEN + 1]; /* hex, or "" */
	char residue[2 * NK_HASH_LEN + 1]; /* digest of the statement that nothing was left, or "" */
	struct nk_str verification; /* envelope of the third party, base64, or "" */
	char erased_at[NK_TIME_TEXT], patched_at[NK_TIME_TEXT]; /* or "" */
	const char *step[NK_CAMPAIGN_STEPS];
};

struct asked {
	struct nk_str campaign, nonce, version;
	int64_t since;
	struct nk_site from;
};

static NK_RESULT installed(struct nk_flow *flow, struct nk_arena *arena, struct facts *f, struct nk_err *err)
{
	NK_OWNED(nk_stmt_put) struct nk_stmt *q = NULL;
	bool have = false;

	NK_TRY(nk_stmt_get(flow->store, "SELECT version, digest, at FROM package WHERE state = 'installed' ORDER BY at DESC, rowid DESC LIMIT 1", &q, err));
	NK_TRY(nk_stmt_step(q, &have, err));
	if (!have) {
		f->version = NK_STR(NK_VERSION);
		return nk_done();
	}
	if (nk_col_blob(q, 1).len != NK_HASH_LEN) {
		return nk_fail(err, NK_CORRUPT, NK_N("a package in the store is damaged"));
	}
	nk_hex_print(nk_col_blob(q, 1).ptr, NK_HASH_LEN, f->package);
	(void)nk_time_print(nk_col_int(q, 2), f->patched_at);
	return nk_arena_dup(arena, nk_col_text(q, 0), &f->version, err);
}

/* The newest statement about that, made since; *out_have false: there is none, or it did not pass. */
static NK_RESULT passed(struct nk_flow *flow, struct nk_str about, int64_t since, struct nk_arena *arena,
	char digest[static 2 * NK_HASH_LEN + 1], struct nk_str *out_envelope, bool *out_have, struct nk_err *err)
{
	NK_OWNED(nk_stmt_put) struct nk_stmt *q = NULL;

	NK_TRY(nk_stmt_get(flow->store,
		"SELECT digest, statement, result FROM evidence WHERE about = ?1 AND at >= ?2 ORDER BY at DESC, rowid DESC LIMIT 1", &q, err));
	nk_stmt_text(q, 1, about);
	nk_stmt_int(q, 2, since);
	NK_TRY(nk_stmt_step(q, out_have, err));
	*out_have = *out_have && nk_str_eq(nk_col_text(q, 2), NK_STR("PASSED")) && nk_col_blob(q, 0).len == NK_HASH_LEN;
	if (!*out_have) {
		return nk_done();
	}
	nk_hex_print(nk_col_blob(q, 0).ptr, NK_HASH_LEN, digest);
	return nk_arena_dup(arena, nk_bytes_str(nk_col_blob(q, 1)), out_envelope, err);
}

/* Since when nothing was left: the first sweep that passed and that no failing one followed. */
static NK_RESULT erased_at(struct nk_flow *flow, int64_t since, struct facts *f, struct nk_err *err)
{
	NK_OWNED(nk_stmt_put) struct nk_stmt *q = NULL;
	bool have = false;

	NK_TRY(nk_stmt_get(flow->store,
		"SELECT min(at) FROM evidence WHERE about = 'sweep' AND result = 'PASSED' AND at >= ?1 AND "
		"at > COALESCE((SELECT max(at) FROM evidence WHERE about = 'sweep' AND result <> 'PASSED'), 0)", &q, err));
	nk_stmt_int(q, 1, since);
	NK_TRY(nk_stmt_step(q, &have, err));
	if (have && !nk_col_is_null(q, 0)) {
		(void)nk_time_print(nk_col_int(q, 0), f->erased_at);
	}
	return nk_done();
}

static NK_RESULT look(struct nk_flow *flow, const struct asked *a, struct nk_arena *arena, struct facts *f, struct nk_err *err)
{
	NK_OWNED(nk_buf_done) struct nk_buf b64 = { 0 };
	char unused[2 * NK_HASH_LEN + 1];
	struct nk_str envelope = NK_STR("");
	bool have = false;

	*f = (struct facts){ .step = { "unknown", "unknown", "unknown" }, .verification = NK_STR("") };
	nk_buf_init(&b64, 4 << 20);
	NK_TRY(installed(flow, arena, f, err));
	NK_TRY(passed(flow, NK_STR("sweep"), a->since, arena, f->residue, &envelope, &have, err));
	NK_TRY(erased_at(flow, a->since, f, err));
	f->step[0] = have ? "done" : "unknown";
	f->step[1] = f->package[0] != 0 && nk_deb_version_cmp(f->version, a->version) > 0 ? "done" : "unknown";
	NK_TRY(passed(flow, NK_STR("verify-site"), a->since, arena, unused, &envelope, &have, err));
	if (have) {
		NK_TRY(nk_base64_put(&b64, nk_str_bytes(envelope), err));
		NK_TRY(nk_arena_dup(arena, nk_buf_str(&b64), &f->verification, err));
		f->step[2] = "done";
	}
	return nk_done();
}

static NK_RESULT body_of(
	struct nk_flow *flow, const struct asked *a, const struct facts *f, struct nk_buf *out, struct nk_err *err)
{
	char id[NK_UUID_TEXT];
	char at[NK_TIME_TEXT];
	struct nk_json j;

	nk_json_init_canonical(&j, out);
	nk_json_open(&j, '{');
	nk_json_key(&j, "campaign");
	nk_json_str(&j, a->campaign);
	nk_json_key(&j, "erased_at");
	nk_json_c(&j, f->erased_at);
	nk_json_key(&j, "nonce");
	nk_json_str(&j, a->nonce);
	nk_json_key(&j, "package_digest");
	nk_json_c(&j, f->package);
	nk_json_key(&j, "patched_at");
	nk_json_c(&j, f->patched_at);
	nk_json_key(&j, "residue_svr");
	nk_json_c(&j, f->residue);
	nk_json_key(&j, "site");
	nk_json_c(&j, nk_uuid_print(flow->tenant, id));
	nk_json_key(&j, "steps");
	nk_json_open(&j, '{');
	for (size_t i = 0; i < NK_CAMPAIGN_STEPS; i++) {
		nk_json_key(&j, nk_steps[i]);
		nk_json_c(&j, f->step[i]);
	}
	nk_json_close(&j, '}');
	nk_json_key(&j, "time");
	nk_json_c(&j, nk_time_print(nk_now(flow->env), at));
	nk_json_key(&j, "verification");
	nk_json_str(&j, f->verification);
	nk_json_key(&j, "version");
	nk_json_str(&j, f->version);
	nk_json_close(&j, '}');
	return nk_json_end(&j, err);
}

/* Only an enrolled headquarters is answered, and only a request for this site. */
static NK_RESULT read_request(struct nk_flow *flow, struct nk_tx *tx, struct nk_bytes request, struct nk_arena *arena, struct asked *out,
	struct nk_jdoc **out_doc, struct nk_err *err)
{
	NK_OWNED(nk_jdoc_free) struct nk_jdoc *doc = NULL;
	struct nk_uuid from;
	struct nk_uuid site;

	NK_TRY(nk_exchange_body(request, arena, &doc, err));
	NK_TRY(nk_exchange_id(doc, "from", &from, err));
	NK_TRY(nk_site_find(flow, &from, NK_STR(""), arena, &out->from, err));
	NK_TRY(nk_statement_take(flow, tx, request, out->from.key, NK_PREDICATE_SITE_REQUEST, NULL, NK_STR("site"), from,
		arena, out_doc, NULL, err));
	NK_TRY(nk_exchange_id(*out_doc, "site", &site, err));
	if (!nk_uuid_eq(site, flow->tenant)) {
		return nk_fail(err, NK_DENIED, NK_N("this request is for another site"));
	}
	NK_TRY(nk_exchange_text(*out_doc, "campaign", &out->campaign, err));
	NK_TRY(nk_exchange_text(*out_doc, "nonce", &out->nonce, err));
	NK_TRY(nk_exchange_text(*out_doc, "version", &out->version, err));
	if (!nk_jint(nk_jget(nk_jdoc_root(*out_doc), "since"), &out->since)) {
		return nk_fail(err, NK_INVALID, NK_N("the file lacks \"%s\", or it is no text"), "since");
	}
	return nk_done();
}

NK_RESULT nk_op_site_report(struct nk_flow *flow, struct nk_bytes request, struct nk_buf *out, struct nk_err *err)
{
	NK_OWNED(nk_tx_end) struct nk_tx *tx = NULL;
	NK_OWNED(nk_arena_free) struct nk_arena *arena = NULL;
	NK_OWNED(nk_jdoc_free) struct nk_jdoc *doc = NULL;
	NK_OWNED(nk_buf_done) struct nk_buf body = { 0 };
	struct nk_statement s = { .predicate = NK_PREDICATE_SITE_REPORT, .result = "", .about = NK_STR("site-report") };
	struct asked a = { .since = 0 };
	struct facts f;
	struct nk_str envelope;
	char name[NK_UUID_TEXT + 8];
	char id[NK_UUID_TEXT];

	nk_buf_init(&body, 4 << 20);
	NK_TRY(nk_arena_new(NK_ARENA_PLAIN, 32 << 20, &arena, err));
	NK_TRY(nk_tx_begin(flow->store, &tx, err));
	NK_TRY(read_request(flow, tx, request, arena, &a, &doc, err));
	NK_TRY(look(flow, &a, arena, &f, err));
	NK_TRY(body_of(flow, &a, &f, &body, err));
	(void)snprintf(name, sizeof(name), "site:%s", nk_uuid_print(flow->tenant, id));
	s.subject = name;
	s.body = nk_buf_str(&body);
	nk_sha256(nk_buf_bytes(&body), &s.subject_sha256);
	NK_TRY(nk_statement_make(flow, tx, &s, arena, NULL, &envelope, err));
	NK_TRY(nk_flow_commit(flow, &tx, err));
	NK_TRY(nk_buf_add_str(out, envelope, err));
	return nk_buf_add_byte(out, '\n', err);
}

NK_RESULT nk_op_site_attest(struct nk_flow *flow, struct nk_bytes envelope, struct nk_err *err)
{
	NK_OWNED(nk_tx_end) struct nk_tx *tx = NULL;
	NK_OWNED(nk_arena_free) struct nk_arena *arena = NULL;
	struct nk_leaf_item items[2] = { nk_item_text("what", NK_STR("verified-by-third-party")) };
	struct nk_third third = { .evidence = { { 0 } } };
	const nk_time since = nk_now(flow->env) - (nk_time)flow->config->summary_days * NK_DAY;
	nk_rc rc = nk_done();

	NK_TRY(nk_arena_new(NK_ARENA_WIPING, 32 << 20, &arena, err));
	NK_TRY(nk_tx_begin(flow->store, &tx, err));
	rc = nk_third_party(flow, tx, envelope, flow->tenant, flow->config->organisation, since, NK_STR("verify-site"), arena, &third, err);
	if (rc.code == NK_DENIED) {
		nk_tx_end(&tx);
		nk_flow_refused(flow, "site attest", NK_N("no signature of a third party"));
	}
	NK_TRY(rc);
	items[1] = nk_item_hex("by", third.party.b, 16);
	NK_TRY(nk_flow_leaf(flow, tx, NK_LEAF_SITE, items, 2, NULL, err));
	return nk_flow_commit(flow, &tx, err);
}
