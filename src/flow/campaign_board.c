/*
 * campaign_board.c: where a campaign stands: counted from the rows, said in the sentence that may be said.
 */
#include "base.h"
#include "campaign_int.h"

#include "sentence.h"

static enum nk_step_state state_of(struct nk_str word)
{
	static const struct {
		const char *word;
		enum nk_step_state state;
	} rows[] = { { "done", NK_BOARD_DONE }, { "verified", NK_BOARD_VERIFIED }, { "waived", NK_BOARD_WAIVED } };

	for (size_t i = 0; i < NK_ARRAY_LEN(rows); i++) {
		if (nk_str_eq(word, nk_str_c(rows[i].word))) {
			return rows[i].state;
		}
	}
	return NK_BOARD_UNKNOWN;
}

static NK_RESULT head_of(const struct nk_stmt *q, struct nk_arena *arena, struct nk_board *out, struct nk_err *err)
{
	if (!nk_col_uuid(q, 0, &out->id)) {
		return nk_fail(err, NK_CORRUPT, NK_N("a campaign in the store is damaged"));
	}
	out->started_at = nk_col_int(q, 3);
	out->due_at = nk_col_int(q, 4);
	out->closed_at = nk_col_is_null(q, 5) ? 0 : nk_col_int(q, 5);
	NK_TRY(nk_arena_dup(arena, nk_col_text(q, 1), &out->version, err));
	return nk_arena_dup(arena, nk_col_text(q, 2), &out->steps, err);
}

/* A site is complete when every step that it has is done or waived, and "verify" by a third party (or waived). */
static void judge(struct nk_board *b)
{
	for (size_t i = 0; i < b->n_sites; i++) {
		struct nk_board_site *const s = &b->sites[i];
		bool all = true;
		bool waived = false;

		for (size_t k = 0; k < NK_CAMPAIGN_STEPS; k++) {
			all = all && s->step[k] != NK_BOARD_UNKNOWN && (k != 2 || s->step[k] != NK_BOARD_DONE);
			waived = waived || s->step[k] == NK_BOARD_WAIVED;
		}
		s->silent = s->last_report < b->started_at;
		s->complete = all && !waived;
		b->complete += s->complete ? 1 : 0;
		b->waived += all && waived ? 1 : 0;
		b->silent += s->silent ? 1 : 0;
		b->ended += s->ended && !all ? 1 : 0;
	}
}

static NK_RESULT sentences(struct nk_board *b, struct nk_arena *arena, struct nk_err *err)
{
	NK_OWNED(nk_buf_done) struct nk_buf text = { 0 };
	const struct nk_rollout r = { (uint32_t)b->n_sites, (uint32_t)b->complete, (uint32_t)b->waived, (uint32_t)b->silent,
		(uint32_t)b->ended };

	nk_buf_init(&text, 4096);
	NK_TRY(nk_sentence_rollout(&r, NK_LANG_JA, &b->all, &text, err));
	NK_TRY(nk_arena_dup(arena, nk_buf_str(&text), &b->sentence_ja, err));
	nk_buf_reset(&text);
	NK_TRY(nk_sentence_rollout(&r, NK_LANG_EN, NULL, &text, err));
	return nk_arena_dup(arena, nk_buf_str(&text), &b->sentence_en, err);
}

/* One row a site and step comes in, ordered by site: they become one line a site. */
static NK_RESULT take_row(const struct nk_stmt *q, nk_time started_at, struct nk_vec *sites, struct nk_uuid *last, struct nk_arena *arena,
	struct nk_err *err)
{
	struct nk_board_site *s = NULL;
	struct nk_uuid id;
	void *item = NULL;

	if (!nk_col_uuid(q, 0, &id)) {
		return nk_fail(err, NK_CORRUPT, NK_N("a campaign in the store is damaged"));
	}
	if (sites->len == 0 || !nk_uuid_eq(id, *last)) {
		NK_TRY(nk_vec_push(sites, &item, err));
		s = item;
		*last = id;
		s->last_report = nk_col_is_null(q, 3) ? 0 : nk_col_int(q, 3);
		s->late = nk_col_int(q, 6) > started_at;
		s->ended = !nk_col_is_null(q, 7);
		NK_TRY(nk_arena_dup(arena, nk_col_text(q, 1), &s->name, err));
		NK_TRY(nk_arena_dup(arena, nk_col_text(q, 2), &s->version, err));
	}
	s = nk_vec_at(sites, sites->len - 1);
	for (size_t k = 0; k < NK_CAMPAIGN_STEPS; k++) {
		if (nk_str_eq(nk_col_text(q, 4), nk_str_c(nk_steps[k]))) {
			s->step[k] = state_of(nk_col_text(q, 5));
		}
	}
	return nk_done();
}

static NK_RESULT sites_of(struct nk_flow *flow, struct nk_board *b, struct nk_arena *arena, struct nk_err *err)
{
	NK_OWNED(nk_stmt_put) struct nk_stmt *q = NULL;
	NK_OWNED(nk_vec_done) struct nk_vec sites = { 0 };
	struct nk_uuid last = { { 0 } };
	bool have = false;

	nk_vec_init(&sites, sizeof(struct nk_board_site), 100000);
	NK_TRY(nk_stmt_get(flow->store,
		"SELECT s.id, s.name, s.last_version, s.last_report, c.step, c.state, c.joined_at, s.ended_at FROM campaign_site c JOIN site s ON s.id = c.site_id "
		"WHERE c.campaign_id = ?1 ORDER BY s.name, s.id", &q, err));
	nk_stmt_uuid(q, 1, b->id);
	for (;;) {
		NK_TRY(nk_stmt_step(q, &have, err));
		if (!have) {
			break;
		}
		NK_TRY(take_row(q, b->started_at, &sites, &last, arena, err));
	}
	b->n_sites = sites.len;
	b->sites = nk_vec_keep(&sites, arena);
	if (b->sites == NULL) {
		return nk_fail_nomem(err);
	}
	judge(b);
	return sentences(b, arena, err);
}

NK_RESULT nk_op_campaign_board(
	struct nk_flow *flow, struct nk_uuid campaign, struct nk_arena *arena, struct nk_board *out, struct nk_err *err)
{
	NK_OWNED(nk_stmt_put) struct nk_stmt *q = NULL;
	bool have = false;

	memset(out, 0, sizeof(*out));
	out->at = nk_now(flow->env);
	NK_TRY(nk_stmt_get(flow->store, "SELECT id, version, steps, started_at, due_at, closed_at FROM campaign WHERE id = ?1", &q, err));
	nk_stmt_uuid(q, 1, campaign);
	NK_TRY(nk_stmt_step(q, &have, err));
	if (!have) {
		return nk_fail(err, NK_NOT_FOUND, NK_N("there is no such campaign (nokosazu campaign list)"));
	}
	NK_TRY(head_of(q, arena, out, err));
	return sites_of(flow, out, arena, err);
}

NK_RESULT nk_op_campaign_list(
	struct nk_flow *flow, struct nk_arena *arena, struct nk_board **out, size_t *out_n, struct nk_err *err)
{
	NK_OWNED(nk_stmt_put) struct nk_stmt *q = NULL;
	NK_OWNED(nk_vec_done) struct nk_vec all = { 0 };
	bool have = false;

	nk_vec_init(&all, sizeof(struct nk_board), 10000);
	NK_TRY(nk_stmt_get(flow->store, "SELECT id, version, steps, started_at, due_at, closed_at FROM campaign ORDER BY started_at DESC, rowid DESC", &q, err));
	for (;;) {
		void *item = NULL;

		NK_TRY(nk_stmt_step(q, &have, err));
		if (!have) {
			break;
		}
		NK_TRY(nk_vec_push(&all, &item, err));
		NK_TRY(head_of(q, arena, item, err));
	}
	*out_n = all.len;
	*out = nk_arena_array(arena, all.len + 1, sizeof(**out));
	if (*out == NULL) {
		return nk_fail_nomem(err);
	}
	for (size_t i = 0; i < all.len; i++) {
		(*out)[i] = *(const struct nk_board *)nk_vec_at(&all, i);
		(*out)[i].at = nk_now(flow->env);
		NK_TRY(sites_of(flow, &(*out)[i], arena, err));
	}
	return nk_done();
}

static NK_RESULT closing_body(const struct nk_board *b, struct nk_buf *out, struct nk_err *err)
{
	static const char *const words[] = { "none", "unknown", "done", "verified", "waived" };
	char at[NK_TIME_TEXT];
	struct nk_json j;

	nk_json_init_canonical(&j, out);
	nk_json_open(&j, '{');
	nk_json_key(&j, "complete");
	nk_json_int(&j, (int64_t)b->complete);
	nk_json_key(&j, "sentence");
	nk_json_str(&j, b->sentence_ja);
	nk_json_key(&j, "sites");
	nk_json_open(&j, '[');
	for (size_t i = 0; i < b->n_sites; i++) {
		nk_json_open(&j, '{');
		nk_json_key(&j, "ended");
		nk_json_bool(&j, b->sites[i].ended);
		nk_json_key(&j, "name");
		nk_json_str(&j, b->sites[i].name);
		nk_json_key(&j, "reported");
		nk_json_c(&j, nk_time_print(b->sites[i].last_report, at));
		nk_json_key(&j, "steps");
		nk_json_open(&j, '[');
		for (size_t k = 0; k < NK_CAMPAIGN_STEPS; k++) {
			nk_json_c(&j, words[b->sites[i].step[k]]);
		}
		nk_json_close(&j, ']');
		nk_json_key(&j, "version");
		nk_json_str(&j, b->sites[i].version);
		nk_json_close(&j, '}');
	}
	nk_json_close(&j, ']');
	nk_json_key(&j, "version");
	nk_json_str(&j, b->version);
	nk_json_close(&j, '}');
	return nk_json_end(&j, err);
}

NK_RESULT nk_op_campaign_close(
	struct nk_flow *flow, struct nk_uuid campaign, struct nk_arena *arena, struct nk_str *out_envelope, struct nk_err *err)
{
	NK_OWNED(nk_tx_end) struct nk_tx *tx = NULL;
	NK_OWNED(nk_stmt_put) struct nk_stmt *q = NULL;
	NK_OWNED(nk_buf_done) struct nk_buf body = { 0 };
	struct nk_statement s = { .predicate = NK_PREDICATE_CLOSURE, .result = "PASSED" };
	struct nk_leaf_item items[2] = { nk_item_text("what", NK_STR("closed")) };
	struct nk_board b;
	char id[NK_UUID_TEXT];
	char about[64];

	nk_buf_init(&body, 8 << 20);
	NK_TRY(nk_op_campaign_board(flow, campaign, arena, &b, err));
	if (b.closed_at != 0) {
		return nk_fail(err, NK_CONFLICT, NK_N("this campaign is closed, or it is not ours"));
	}
	if (b.n_sites == 0 || b.complete + b.waived < b.n_sites) {
		return nk_fail(err, NK_INCOMPLETE, NK_N("%1$zu of %2$zu sites are complete, %3$zu have not answered: the campaign goes on"), b.complete,
			b.n_sites, b.silent);
	}
	NK_TRY(closing_body(&b, &body, err));
	(void)snprintf(about, sizeof(about), "campaign:%s", nk_uuid_print(b.id, id));
	s.subject = about;
	s.about = nk_str_c(about);
	s.body = nk_buf_str(&body);
	nk_sha256(nk_buf_bytes(&body), &s.subject_sha256);
	items[1] = nk_item_hex("campaign", b.id.b, 16);
	NK_TRY(nk_tx_begin(flow->store, &tx, err));
	NK_TRY(nk_statement_make(flow, tx, &s, arena, NULL, out_envelope, err));
	NK_TRY(nk_stmt_get(nk_tx_store(tx), "UPDATE campaign SET closed_at = ?2 WHERE id = ?1", &q, err));
	nk_stmt_uuid(q, 1, b.id);
	nk_stmt_int(q, 2, nk_now(flow->env));
	NK_TRY(nk_stmt_run(q, err));
	NK_TRY(nk_flow_leaf(flow, tx, NK_LEAF_CAMPAIGN, items, 2, NULL, err));
	return nk_flow_commit(flow, &tx, err);
}
