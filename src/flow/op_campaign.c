/*
 * op_campaign.c: one duty a site and step over every site that is or was known here.
 *
 * Invariant (I10): the population is every site, whatever version it last said, and those that have ended too: what they had
 * they may still have. A step is done only by the site's signed answer to a nonce of ours, "patch" with a package that this house
 * knows as released and verified, "verify" only with a third party's summary of after that in it; who is silent is unknown.
 * Nobody leaves the population but by a warrant.
 */
#include "base.h"
#include "campaign_int.h"

static NK_RESULT about_of(struct nk_uuid campaign, struct nk_uuid site, const char *step, char out[static 128], struct nk_err *err)
{
	char a[NK_UUID_TEXT];
	char b[NK_UUID_TEXT];

	(void)err;
	(void)snprintf(out, 128, "campaign:%s/%s/%s", nk_uuid_print(campaign, a), nk_uuid_print(site, b), step);
	return nk_done();
}

/* Who is in it from the beginning joined at the very moment at which it began: later is late. */
struct span {
	nk_time joined_at, due_at;
};

static NK_RESULT join_step(struct nk_flow *flow, struct nk_tx *tx, struct nk_uuid campaign, struct nk_uuid site, const char *step,
	const struct span *when, struct nk_err *err)
{
	NK_OWNED(nk_stmt_put) struct nk_stmt *q = NULL;
	struct nk_uuid duty;
	char about[128];

	NK_TRY(about_of(campaign, site, step, about, err));
	NK_TRY(nk_duty_open(flow, tx, "campaign-step", nk_str_c(about), site, NULL, when->due_at, &duty, err));
	NK_TRY(nk_stmt_get(nk_tx_store(tx),
		"INSERT INTO campaign_site(campaign_id, site_id, step, duty_id, state, joined_at) VALUES (?1, ?2, ?3, ?4, 'unknown', ?5)", &q, err));
	nk_stmt_uuid(q, 1, campaign);
	nk_stmt_uuid(q, 2, site);
	nk_stmt_text(q, 3, nk_str_c(step));
	nk_stmt_uuid(q, 4, duty);
	nk_stmt_int(q, 5, when->joined_at);
	return nk_stmt_run(q, err);
}

static bool has_step(struct nk_str steps, const char *step)
{
	struct nk_str word;

	while (nk_str_cut(&steps, ',', &word)) {
		if (nk_str_eq(nk_str_trim(word), nk_str_c(step))) {
			return true;
		}
	}
	return false;
}

static NK_RESULT join_one(struct nk_flow *flow, struct nk_tx *tx, struct nk_uuid campaign, struct nk_str steps,
	const struct span *when, struct nk_uuid site, struct nk_err *err)
{
	for (size_t i = 0; i < NK_CAMPAIGN_STEPS; i++) {
		if (has_step(steps, nk_steps[i])) {
			NK_TRY(join_step(flow, tx, campaign, site, nk_steps[i], when, err));
		}
	}
	return nk_done();
}

/* The open campaigns that it is not in yet. */
NK_RESULT nk_campaign_join(struct nk_flow *flow, struct nk_tx *tx, const struct nk_site *site, struct nk_err *err)
{
	NK_OWNED(nk_stmt_put) struct nk_stmt *q = NULL;
	NK_OWNED(nk_vec_done) struct nk_vec vec = { 0 };
	NK_OWNED(nk_arena_free) struct nk_arena *arena = NULL;
	struct open_campaign {
		struct nk_uuid id;
		struct nk_str steps;
		nk_time due_at;
	};
	bool have = false;

	nk_vec_init(&vec, sizeof(struct open_campaign), 10000);
	NK_TRY(nk_arena_new(NK_ARENA_PLAIN, 4 << 20, &arena, err));
	NK_TRY(nk_stmt_get(nk_tx_store(tx),
		"SELECT id, steps, due_at FROM campaign c WHERE closed_at IS NULL "
		"AND NOT EXISTS (SELECT 1 FROM campaign_site s WHERE s.campaign_id = c.id AND s.site_id = ?1)", &q, err));
	nk_stmt_uuid(q, 1, site->id);
	for (;;) {
		void *item = NULL;
		struct open_campaign *c = NULL;

		NK_TRY(nk_stmt_step(q, &have, err));
		if (!have) {
			break;
		}
		NK_TRY(nk_vec_push(&vec, &item, err));
		c = item;
		if (!nk_col_uuid(q, 0, &c->id)) {
			return nk_fail(err, NK_CORRUPT, NK_N("a campaign in the store is damaged"));
		}
		NK_TRY(nk_arena_dup(arena, nk_col_text(q, 1), &c->steps, err));
		c->due_at = nk_col_int(q, 2);
	}
	for (size_t i = 0; i < vec.len; i++) {
		const struct open_campaign *const c = nk_vec_at(&vec, i);

		NK_TRY(join_one(flow, tx, c->id, c->steps, &(const struct span){ nk_now(flow->env), c->due_at }, site->id, err));
	}
	return nk_done();
}

static NK_RESULT check_steps(struct nk_str steps, struct nk_err *err)
{
	struct nk_str rest = steps;
	struct nk_str word;

	while (nk_str_cut(&rest, ',', &word)) {
		bool known = false;

		for (size_t i = 0; i < NK_CAMPAIGN_STEPS; i++) {
			known = known || nk_str_eq(nk_str_trim(word), nk_str_c(nk_steps[i]));
		}
		if (!known) {
			return nk_fail(err, NK_USAGE, NK_N("the steps of a campaign are erase, patch and verify"));
		}
	}
	if (!has_step(steps, "verify")) {
		return nk_fail(err, NK_USAGE,
			NK_N("the step \"verify\" cannot be left out: without a third party nobody but the site itself would say that it is done"));
	}
	return nk_done();
}

NK_RESULT nk_op_campaign_start(
	struct nk_flow *flow, const struct nk_campaign_request *req, struct nk_uuid *out_id, struct nk_err *err)
{
	NK_OWNED(nk_tx_end) struct nk_tx *tx = NULL;
	NK_OWNED(nk_arena_free) struct nk_arena *arena = NULL;
	NK_OWNED(nk_stmt_put) struct nk_stmt *q = NULL;
	struct nk_site *sites = NULL;
	struct nk_leaf_item items[4];
	size_t n = 0;
	const nk_time now = nk_now(flow->env);

	NK_TRY(check_steps(req->steps, err));
	if (req->version.len == 0 || req->due_at <= now) {
		return nk_fail(err, NK_USAGE, NK_N("a campaign needs the version that it concerns and a day in the future by which it is due"));
	}
	NK_TRY(nk_arena_new(NK_ARENA_PLAIN, 32 << 20, &arena, err));
	NK_TRY(nk_sites(flow, arena, &sites, &n, err));
	NK_TRY(nk_uuid_new(flow->env, out_id, err));
	items[0] = nk_item_text("what", NK_STR("started"));
	items[1] = nk_item_hex("campaign", out_id->b, 16);
	items[2] = nk_item_text("version", req->version);
	items[3] = nk_item_text("steps", req->steps);
	NK_TRY(nk_tx_begin(flow->store, &tx, err));
	NK_TRY(nk_stmt_get(nk_tx_store(tx), "INSERT INTO campaign(id, version, steps, started_at, due_at) VALUES (?1, ?2, ?3, ?4, ?5)", &q, err));
	nk_stmt_uuid(q, 1, *out_id);
	nk_stmt_text(q, 2, req->version);
	nk_stmt_text(q, 3, req->steps);
	nk_stmt_int(q, 4, now);
	nk_stmt_int(q, 5, req->due_at);
	NK_TRY(nk_stmt_run(q, err));
	for (size_t i = 0; i < n; i++) {
		NK_TRY(join_one(flow, tx, *out_id, req->steps, &(const struct span){ now, req->due_at }, sites[i].id, err));
	}
	NK_TRY(nk_flow_leaf(flow, tx, NK_LEAF_CAMPAIGN, items, 4, NULL, err));
	return nk_flow_commit(flow, &tx, err);
}

struct campaign {
	struct nk_uuid id;
	struct nk_str version, steps;
	nk_time started_at, due_at, closed_at;
};

static NK_RESULT find(struct nk_flow *flow, struct nk_uuid id, struct nk_arena *arena, struct campaign *out, struct nk_err *err)
{
	NK_OWNED(nk_stmt_put) struct nk_stmt *q = NULL;
	bool have = false;

	NK_TRY(nk_stmt_get(flow->store, "SELECT version, steps, started_at, due_at, closed_at FROM campaign WHERE id = ?1", &q, err));
	nk_stmt_uuid(q, 1, id);
	NK_TRY(nk_stmt_step(q, &have, err));
	if (!have) {
		return nk_fail(err, NK_NOT_FOUND, NK_N("there is no such campaign (nokosazu campaign list)"));
	}
	out->id = id;
	out->started_at = nk_col_int(q, 2);
	out->due_at = nk_col_int(q, 3);
	out->closed_at = nk_col_is_null(q, 4) ? 0 : nk_col_int(q, 4);
	NK_TRY(nk_arena_dup(arena, nk_col_text(q, 0), &out->version, err));
	return nk_arena_dup(arena, nk_col_text(q, 1), &out->steps, err);
}

static NK_RESULT remember_nonce(
	struct nk_tx *tx, struct nk_bytes nonce, struct nk_uuid campaign, struct nk_uuid site, nk_time now, struct nk_err *err)
{
	NK_OWNED(nk_stmt_put) struct nk_stmt *q = NULL;

	NK_TRY(nk_stmt_get(nk_tx_store(tx), "INSERT INTO site_nonce(nonce, campaign_id, site_id, at) VALUES (?1, ?2, ?3, ?4)", &q, err));
	nk_stmt_blob(q, 1, nonce);
	nk_stmt_uuid(q, 2, campaign);
	nk_stmt_uuid(q, 3, site);
	nk_stmt_int(q, 4, now);
	return nk_stmt_run(q, err);
}

static NK_RESULT request_body(struct nk_flow *flow, const struct campaign *c, const struct nk_site *site, struct nk_bytes nonce,
	struct nk_buf *out, struct nk_err *err)
{
	char id[NK_UUID_TEXT];
	struct nk_json j;

	nk_json_init_canonical(&j, out);
	nk_json_open(&j, '{');
	nk_json_key(&j, "campaign");
	nk_json_c(&j, nk_uuid_print(c->id, id));
	nk_json_key(&j, "from");
	nk_json_c(&j, nk_uuid_print(flow->tenant, id));
	nk_json_key(&j, "nonce");
	nk_json_hex(&j, nonce);
	nk_json_key(&j, "since");
	nk_json_int(&j, c->started_at);
	nk_json_key(&j, "site");
	nk_json_c(&j, nk_uuid_print(site->id, id));
	nk_json_key(&j, "steps");
	nk_json_str(&j, c->steps);
	nk_json_key(&j, "version");
	nk_json_str(&j, c->version);
	nk_json_close(&j, '}');
	return nk_json_end(&j, err);
}

NK_RESULT nk_op_campaign_ask(
	struct nk_flow *flow, struct nk_uuid campaign, struct nk_str site_name, struct nk_buf *out, struct nk_err *err)
{
	NK_OWNED(nk_tx_end) struct nk_tx *tx = NULL;
	NK_OWNED(nk_arena_free) struct nk_arena *arena = NULL;
	NK_OWNED(nk_buf_done) struct nk_buf body = { 0 };
	struct nk_statement s = { .predicate = NK_PREDICATE_SITE_REQUEST, .result = "", .about = NK_STR("site-request") };
	struct campaign c;
	struct nk_site site;
	struct nk_key nonce;
	struct nk_str envelope;
	char name[NK_UUID_TEXT + 8];
	char id[NK_UUID_TEXT];
	const struct nk_bytes bytes = nk_bytes_of(nonce.b, 16);

	nk_buf_init(&body, 1 << 16);
	NK_TRY(nk_arena_new(NK_ARENA_PLAIN, 16 << 20, &arena, err));
	NK_TRY(find(flow, campaign, arena, &c, err));
	NK_TRY(nk_site_known(flow, NULL, site_name, arena, &site, err));
	NK_TRY(nk_key_random(flow->env, &nonce, err)); /* a number used once, not a secret */
	NK_TRY(request_body(flow, &c, &site, bytes, &body, err));
	(void)snprintf(name, sizeof(name), "site:%s", nk_uuid_print(site.id, id));
	s.subject = name;
	s.body = nk_buf_str(&body);
	nk_sha256(nk_buf_bytes(&body), &s.subject_sha256);
	NK_TRY(nk_tx_begin(flow->store, &tx, err));
	NK_TRY(remember_nonce(tx, bytes, c.id, site.id, nk_now(flow->env), err));
	NK_TRY(nk_statement_make(flow, tx, &s, arena, NULL, &envelope, err));
	NK_TRY(nk_flow_commit(flow, &tx, err));
	NK_TRY(nk_buf_add_str(out, envelope, err));
	return nk_buf_add_byte(out, '\n', err);
}

static NK_RESULT may_be_waived(
	struct nk_flow *flow, const struct campaign *c, struct nk_uuid site, const char *step, struct nk_err *err)
{
	NK_OWNED(nk_stmt_put) struct nk_stmt *q = NULL;
	bool have = false;

	if (c->closed_at != 0) {
		return nk_fail(err, NK_CONFLICT, NK_N("this campaign is closed: its statement lists every site as it was, and nothing is waived behind it"));
	}
	NK_TRY(nk_stmt_get(flow->store, "SELECT state FROM campaign_site WHERE campaign_id = ?1 AND site_id = ?2 AND step = ?3", &q, err));
	nk_stmt_uuid(q, 1, c->id);
	nk_stmt_uuid(q, 2, site);
	nk_stmt_text(q, 3, nk_str_c(step));
	NK_TRY(nk_stmt_step(q, &have, err));
	if (!have) {
		return nk_fail(err, NK_NOT_FOUND, NK_N("this site is not part of this campaign"));
	}
	return nk_str_eq(nk_col_text(q, 0), NK_STR("unknown")) || (nk_str_eq(nk_col_text(q, 0), NK_STR("done")) && strcmp(step, "verify") == 0)
		? nk_done()
		: nk_fail(err, NK_CONFLICT, NK_N("this step is proven, or waived already: there is nothing to waive"));
}

NK_RESULT nk_op_campaign_waive(struct nk_flow *flow, struct nk_uuid campaign, struct nk_str site_name, struct nk_str step,
	struct nk_uuid warrant, struct nk_err *err)
{
	NK_OWNED(nk_tx_end) struct nk_tx *tx = NULL;
	NK_OWNED(nk_arena_free) struct nk_arena *arena = NULL;
	NK_OWNED(nk_stmt_put) struct nk_stmt *q = NULL;
	struct nk_site site;
	struct campaign c;
	struct nk_leaf_item items[5];
	struct nk_statement s = { .predicate = NK_PREDICATE_CLOSURE, .result = "" };
	struct nk_uuid evidence;
	char word[32];
	char about[128];
	nk_rc rc;

	(void)snprintf(word, sizeof(word), "%.*s", NK_FMT(step));
	NK_TRY(nk_arena_new(NK_ARENA_PLAIN, 16 << 20, &arena, err));
	NK_TRY(find(flow, campaign, arena, &c, err));
	NK_TRY(nk_site_known(flow, NULL, site_name, arena, &site, err));
	if (!has_step(c.steps, word)) {
		return nk_fail(err, NK_USAGE, NK_N("the steps of a campaign are erase, patch and verify"));
	}
	NK_TRY(may_be_waived(flow, &c, site.id, word, err));
	NK_TRY(about_of(c.id, site.id, word, about, err));
	s.subject = about;
	s.about = nk_str_c(about);
	s.body = NK_STR("{\"method\":\"waived by warrant\"}");
	nk_sha256(nk_bytes_of(warrant.b, 16), &s.subject_sha256);
	items[0] = nk_item_text("what", NK_STR("waived"));
	items[1] = nk_item_hex("campaign", c.id.b, 16);
	items[2] = nk_item_hex("site", site.id.b, 16);
	items[3] = nk_item_text("step", step);
	items[4] = nk_item_hex("warrant", warrant.b, 16);
	NK_TRY(nk_tx_begin(flow->store, &tx, err));
	rc = nk_warrant_take(flow, tx, warrant, NK_STR("exception"), NK_STR("WAIVE"), nk_str_c(about), arena, NULL, err);
	if (rc.code == NK_DENIED) {
		nk_flow_refused_why(flow, "campaign waive", err);
	}
	NK_TRY(rc);
	NK_TRY(nk_statement_make(flow, tx, &s, arena, &evidence, NULL, err));
	NK_TRY(nk_warrant_done(flow, tx, warrant, about, err));
	NK_TRY(nk_duty_end(flow, tx, "campaign-step", nk_str_c(about), evidence, err));
	NK_TRY(nk_stmt_get(nk_tx_store(tx),
		"UPDATE campaign_site SET state = 'waived', evidence_id = ?4 WHERE campaign_id = ?1 AND site_id = ?2 AND step = ?3", &q, err));
	nk_stmt_uuid(q, 1, c.id);
	nk_stmt_uuid(q, 2, site.id);
	nk_stmt_text(q, 3, step);
	nk_stmt_uuid(q, 4, evidence);
	NK_TRY(nk_stmt_run(q, err));
	NK_TRY(nk_flow_leaf(flow, tx, NK_LEAF_CAMPAIGN, items, 5, NULL, err));
	return nk_flow_commit(flow, &tx, err);
}
