/*
 * campaign_take.c: a site's signed report comes in.
 *
 * Invariant: an answer counts once, for the site and the campaign that were asked with its nonce; what it claims of
 * the step "verify" counts only with a third party's own signature in it.
 */
#include "base.h"
#include "campaign_int.h"

#include "deb.h"
#include "package_int.h"

struct report {
	struct nk_site site;
	struct nk_uuid campaign, evidence;
	nk_time since; /* when the campaign began, and the site was erased and patched: a summary of before says nothing of it */
	struct nk_str nonce_hex, version, residue, verification, package;
	uint8_t nonce[16];
	bool timed; /* it says when it was erased and patched */
	bool done[NK_CAMPAIGN_STEPS];
	struct nk_uuid step_evidence[NK_CAMPAIGN_STEPS];
};

static struct nk_str text_or_empty(const struct nk_jdoc *doc, const char *key)
{
	struct nk_str s = NK_STR("");

	(void)nk_jstr(nk_jget(nk_jdoc_root(doc), key), &s);
	return s;
}

static NK_RESULT nonce_is_ours(struct nk_flow *flow, const struct report *r, struct nk_err *err)
{
	NK_OWNED(nk_stmt_put) struct nk_stmt *q = NULL;
	NK_OWNED(nk_stmt_put) struct nk_stmt *used = NULL;
	struct nk_uuid campaign = { { 0 } };
	struct nk_uuid site = { { 0 } };
	bool have = false;

	NK_TRY(nk_stmt_get(flow->store, "SELECT campaign_id, site_id FROM site_nonce WHERE nonce = ?1", &q, err));
	nk_stmt_blob(q, 1, nk_bytes_of(r->nonce, sizeof(r->nonce)));
	NK_TRY(nk_stmt_step(q, &have, err));
	if (!have || !nk_col_uuid(q, 0, &campaign) || !nk_col_uuid(q, 1, &site) || !nk_uuid_eq(campaign, r->campaign) ||
		!nk_uuid_eq(site, r->site.id)) {
		return nk_fail(err, NK_DENIED, NK_N("this report answers no request that was made to this site (nokosazu campaign ask)"));
	}
	NK_TRY(nk_stmt_get(flow->store, "SELECT 1 FROM site_report WHERE nonce = ?1", &used, err));
	nk_stmt_blob(used, 1, nk_bytes_of(r->nonce, sizeof(r->nonce)));
	NK_TRY(nk_stmt_step(used, &have, err));
	if (have) {
		return nk_fail(err, NK_DENIED, NK_N("this report was taken in already; a request is answered once"));
	}
	return nk_done();
}

/* When the site says that it was erased and patched; without either nothing can have been verified after it. */
static NK_RESULT step_times(const struct nk_jdoc *doc, struct report *r, struct nk_err *err)
{
	static const char *const keys[] = { "erased_at", "patched_at" };

	for (size_t i = 0; i < NK_ARRAY_LEN(keys); i++) {
		const struct nk_str text = text_or_empty(doc, keys[i]);
		nk_time at = 0;

		if (text.len > 0 && !nk_time_parse(text, &at)) {
			return nk_fail(err, NK_INVALID, NK_N("the file lacks \"%s\", or it is no text"), keys[i]);
		}
		r->timed = (i == 0 || r->timed) && text.len > 0;
		r->since = at > r->since ? at : r->since;
	}
	return nk_done();
}

/* Texts of the statement, which the site's key has signed. */
static NK_RESULT read_report(const struct nk_jdoc *doc, struct report *r, struct nk_err *err)
{
	const struct nk_jval steps = nk_jget(nk_jdoc_root(doc), "steps");
	struct nk_uuid site;

	NK_TRY(nk_exchange_id(doc, "site", &site, err));
	NK_TRY(nk_exchange_id(doc, "campaign", &r->campaign, err));
	NK_TRY(nk_exchange_text(doc, "nonce", &r->nonce_hex, err));
	NK_TRY(nk_exchange_text(doc, "version", &r->version, err));
	r->residue = text_or_empty(doc, "residue_svr");
	r->verification = text_or_empty(doc, "verification");
	if (!nk_uuid_eq(site, r->site.id) || !nk_hex_parse(r->nonce_hex, r->nonce, sizeof(r->nonce))) {
		return nk_fail(err, NK_INVALID, NK_N("the report does not say clearly which site and which request it belongs to"));
	}
	for (size_t i = 0; i < NK_CAMPAIGN_STEPS; i++) {
		struct nk_str word = NK_STR("");

		(void)nk_jstr(nk_jget(steps, nk_steps[i]), &word);
		r->done[i] = nk_str_eq(word, NK_STR("done"));
	}
	NK_TRY(step_times(doc, r, err));
	r->package = text_or_empty(doc, "package_digest");
	r->done[0] = r->done[0] && r->residue.len == (size_t)2 * NK_HASH_LEN;
	return nk_done();
}

static NK_RESULT put_report(struct nk_flow *flow, struct nk_tx *tx, const struct report *r, struct nk_bytes envelope, struct nk_err *err)
{
	NK_OWNED(nk_stmt_put) struct nk_stmt *q = NULL;
	NK_OWNED(nk_stmt_put) struct nk_stmt *s = NULL;
	const nk_time now = nk_now(flow->env);

	NK_TRY(nk_stmt_get(nk_tx_store(tx), "INSERT INTO site_report(site_id, nonce, at, version, envelope) VALUES (?1, ?2, ?3, ?4, ?5)", &q, err));
	nk_stmt_uuid(q, 1, r->site.id);
	nk_stmt_blob(q, 2, nk_bytes_of(r->nonce, sizeof(r->nonce)));
	nk_stmt_int(q, 3, now);
	nk_stmt_text(q, 4, r->version);
	nk_stmt_blob(q, 5, envelope);
	NK_TRY(nk_stmt_run(q, err));
	NK_TRY(nk_stmt_get(nk_tx_store(tx), "UPDATE site SET last_version = ?2, last_report = ?3 WHERE id = ?1", &s, err));
	nk_stmt_uuid(s, 1, r->site.id);
	nk_stmt_text(s, 2, r->version);
	nk_stmt_int(s, 3, now);
	return nk_stmt_run(s, err);
}

/* Never back by a report that only says less: what was proven stays, and so does the report. */
static NK_RESULT move_step(struct nk_flow *flow, struct nk_tx *tx, const struct report *r, size_t i, struct nk_err *err)
{
	NK_OWNED(nk_stmt_put) struct nk_stmt *look = NULL;
	NK_OWNED(nk_stmt_put) struct nk_stmt *q = NULL;
	char a[NK_UUID_TEXT];
	char b[NK_UUID_TEXT];
	char about[128];
	bool have = false;

	NK_TRY(nk_stmt_get(nk_tx_store(tx),
		"SELECT 1 FROM campaign_site WHERE campaign_id = ?1 AND site_id = ?2 AND step = ?3 AND state = 'unknown'", &look, err));
	nk_stmt_uuid(look, 1, r->campaign);
	nk_stmt_uuid(look, 2, r->site.id);
	nk_stmt_text(look, 3, nk_str_c(nk_steps[i]));
	NK_TRY(nk_stmt_step(look, &have, err));
	if (!have || !r->done[i]) {
		return nk_done();
	}
	(void)snprintf(about, sizeof(about), "campaign:%s/%s/%s", nk_uuid_print(r->campaign, a), nk_uuid_print(r->site.id, b), nk_steps[i]);
	NK_TRY(nk_duty_end(flow, tx, "campaign-step", nk_str_c(about), r->step_evidence[i], err));
	NK_TRY(nk_stmt_get(nk_tx_store(tx),
		"UPDATE campaign_site SET state = ?4, evidence_id = ?5 WHERE campaign_id = ?1 AND site_id = ?2 AND step = ?3", &q, err));
	nk_stmt_uuid(q, 1, r->campaign);
	nk_stmt_uuid(q, 2, r->site.id);
	nk_stmt_text(q, 3, nk_str_c(nk_steps[i]));
	nk_stmt_text(q, 4, i == 2 ? NK_STR("verified") : NK_STR("done"));
	nk_stmt_uuid(q, 5, r->step_evidence[i]);
	return nk_stmt_run(q, err);
}

/* A step that was proven is open again. */
static NK_RESULT lose(struct nk_flow *flow, struct nk_tx *tx, const struct report *r, const char *step, struct nk_err *err)
{
	NK_OWNED(nk_stmt_put) struct nk_stmt *look = NULL;
	NK_OWNED(nk_stmt_put) struct nk_stmt *q = NULL;
	char a[NK_UUID_TEXT];
	char b[NK_UUID_TEXT];
	char about[128];
	struct nk_uuid duty;
	bool have = false;

	NK_TRY(nk_stmt_get(nk_tx_store(tx),
		"SELECT c.due_at FROM campaign_site s JOIN campaign c ON c.id = s.campaign_id "
		"WHERE s.campaign_id = ?1 AND s.site_id = ?2 AND s.step = ?3 AND s.state IN ('done', 'verified')", &look, err));
	nk_stmt_uuid(look, 1, r->campaign);
	nk_stmt_uuid(look, 2, r->site.id);
	nk_stmt_text(look, 3, nk_str_c(step));
	NK_TRY(nk_stmt_step(look, &have, err));
	if (!have) {
		return nk_done();
	}
	(void)snprintf(about, sizeof(about), "campaign:%s/%s/%s", nk_uuid_print(r->campaign, a), nk_uuid_print(r->site.id, b), step);
	NK_TRY(nk_duty_open(flow, tx, "campaign-step", nk_str_c(about), r->site.id, NULL, nk_col_int(look, 0), &duty, err));
	NK_TRY(nk_stmt_get(nk_tx_store(tx),
		"UPDATE campaign_site SET state = 'unknown', evidence_id = NULL, duty_id = ?3 WHERE campaign_id = ?1 AND site_id = ?2 AND step = ?4",
		&q, err));
	nk_stmt_uuid(q, 1, r->campaign);
	nk_stmt_uuid(q, 2, r->site.id);
	nk_stmt_uuid(q, 3, duty);
	nk_stmt_text(q, 4, nk_str_c(step));
	return nk_stmt_run(q, err);
}

/* A site that says the old version again has lost its patch, and what was verified then is no longer what is there. */
static NK_RESULT patch_lost(struct nk_flow *flow, struct nk_tx *tx, const struct report *r, struct nk_err *err)
{
	NK_TRY(lose(flow, tx, r, "patch", err));
	return lose(flow, tx, r, "verify", err);
}

/* The third party's summary inside, signed by itself; a report whose summary is not good still counts for the rest. */
static NK_RESULT take_verification(struct nk_flow *flow, struct nk_tx *tx, struct report *r, struct nk_arena *arena, struct nk_err *err)
{
	NK_OWNED(nk_buf_done) struct nk_buf envelope = { 0 };
	struct nk_third third;
	struct nk_err why;
	nk_rc rc = nk_done();

	nk_buf_init(&envelope, 4 << 20);
	if (!r->done[2] || r->verification.len == 0 || !r->timed || !r->done[0] || !r->done[1]) {
		r->done[2] = false;
		return nk_done();
	}
	NK_TRY(nk_base64_get(&envelope, r->verification, err));
	rc = nk_third_party(flow, tx, nk_buf_bytes(&envelope), r->site.id, r->site.organisation, r->since, NK_STR("verify-site"), arena, &third, &why);
	r->done[2] = nk_ok(rc);
	r->step_evidence[2] = third.evidence;
	return rc.code == NK_DENIED || rc.code == NK_INVALID || nk_ok(rc) ? nk_done() : nk_err_pass(err, &why);
}

static NK_RESULT is_open(struct nk_flow *flow, struct report *r, bool *out_patched, struct nk_err *err)
{
	NK_OWNED(nk_stmt_put) struct nk_stmt *q = NULL;
	bool have = false;

	NK_TRY(nk_stmt_get(flow->store, "SELECT version, started_at FROM campaign WHERE id = ?1 AND closed_at IS NULL", &q, err));
	nk_stmt_uuid(q, 1, r->campaign);
	NK_TRY(nk_stmt_step(q, &have, err));
	if (!have) {
		return nk_fail(err, NK_CONFLICT, NK_N("this campaign is closed, or it is not ours"));
	}
	r->since = nk_col_int(q, 1) > r->since ? nk_col_int(q, 1) : r->since;
	*out_patched = nk_deb_version_cmp(r->version, nk_col_text(q, 0)) > 0; /* newer: another one is not enough */
	return nk_done();
}

static NK_RESULT take(struct nk_flow *flow, struct nk_tx *tx, struct nk_bytes envelope, struct nk_arena *arena, struct report *r,
	struct nk_err *err)
{
	NK_OWNED(nk_jdoc_free) struct nk_jdoc *doc = NULL;
	bool patched = false;
	bool known = false;

	NK_TRY(nk_statement_take(flow, tx, envelope, r->site.key, NK_PREDICATE_SITE_REPORT, NULL, NK_STR("site-report"), r->site.id, arena,
		&doc, &r->evidence, err));
	NK_TRY(read_report(doc, r, err));
	NK_TRY(nonce_is_ours(flow, r, err));
	NK_TRY(is_open(flow, r, &patched, err));
	NK_TRY(nk_package_verified(flow, r->package, &known, err));
	r->done[1] = r->done[1] && patched && known;
	r->step_evidence[0] = r->evidence;
	r->step_evidence[1] = r->evidence;
	if (!patched) {
		NK_TRY(patch_lost(flow, tx, r, err));
	}
	NK_TRY(take_verification(flow, tx, r, arena, err));
	NK_TRY(put_report(flow, tx, r, envelope, err));
	NK_TRY(nk_arena_dup(arena, r->version, &r->site.version, err));
	NK_TRY(nk_campaign_join(flow, tx, &r->site, err));
	for (size_t i = 0; i < NK_CAMPAIGN_STEPS; i++) {
		NK_TRY(move_step(flow, tx, r, i, err));
	}
	return nk_done();
}

NK_RESULT nk_op_campaign_take(struct nk_flow *flow, struct nk_bytes report, struct nk_str *out_site, struct nk_arena *arena,
	struct nk_err *err)
{
	NK_OWNED(nk_tx_end) struct nk_tx *tx = NULL;
	NK_OWNED(nk_jdoc_free) struct nk_jdoc *unverified = NULL;
	struct report r = { .campaign = { { 0 } } };
	struct nk_leaf_item items[3] = { nk_item_text("what", NK_STR("report")) };
	struct nk_uuid site;
	nk_rc rc = nk_done();

	NK_TRY(nk_exchange_body(report, arena, &unverified, err));
	NK_TRY(nk_exchange_id(unverified, "site", &site, err));
	NK_TRY(nk_site_known(flow, &site, NK_STR(""), arena, &r.site, err));
	NK_TRY(nk_tx_begin(flow->store, &tx, err));
	rc = take(flow, tx, report, arena, &r, err);
	if (rc.code == NK_DENIED) {
		nk_tx_end(&tx);
		nk_flow_refused(flow, "campaign take", NK_N("a report that is not what was asked for"));
	}
	NK_TRY(rc);
	items[1] = nk_item_hex("campaign", r.campaign.b, 16);
	items[2] = nk_item_hex("site", r.site.id.b, 16);
	NK_TRY(nk_flow_leaf(flow, tx, NK_LEAF_CAMPAIGN, items, 3, NULL, err));
	NK_TRY(nk_flow_commit(flow, &tx, err));
	*out_site = r.site.name;
	return nk_done();
}
