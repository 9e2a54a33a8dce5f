/*
 * op_plan_erase.c: the list of who is due for erasure, judged and kept like any other plan (DECISIONS 17).
 */
#include "base.h"
#include "guard_flow.h"

#include "erase_list.h"
#include "year_flow.h"

/* A person's own request: 削除日 becomes today in every record, with a leaf of its own. Only for who is no longer active in any. */
static NK_RESULT bring_forward(struct nk_flow *flow, struct nk_uuid id, struct nk_err *err)
{
	NK_OWNED(nk_tx_end) struct nk_tx *tx = NULL;
	const struct nk_person *const p = nk_people_by_id(flow->people, id);
	uint32_t all[NK_WHOLE_MAX];
	size_t n = 0;

	if (p == NULL) {
		return nk_fail(err, NK_NOT_FOUND, NK_N("no such person"));
	}
	n = nk_people_whole(flow->people, p->number, all);
	for (size_t i = 0; i < n; i++) {
		const enum nk_person_state s = nk_people_by_number(flow->people, all[i])->state;

		if (s != NK_PERSON_LEAVING && s != NK_PERSON_SUSPENDED) {
			return nk_fail(
				err, NK_CONFLICT, NK_N("this person is still enrolled: the source has to let go first"));
		}
	}
	NK_TRY(nk_tx_begin(flow->store, &tx, err));
	NK_TRY(nk_flow_person_leaves(flow, tx, NK_LEAF_CHANGE, all, NULL, n, NULL, 0, err));
	for (size_t i = 0; i < n; i++) {
		struct nk_person now = *nk_people_by_number(flow->people, all[i]);

		now.delete_on = nk_flow_today(flow);
		now.flags |= NK_PERSON_DATED;
		NK_TRY(nk_people_update(flow->people, tx, &now, err));
	}
	return nk_flow_commit(flow, &tx, err);
}

static NK_RESULT lines(struct nk_flow *flow, const struct nk_erase_list *list, struct nk_arena *arena,
	struct nk_plan_reply *out, struct nk_err *err)
{
	struct nk_plan_line *const l = nk_arena_array(arena, list->n, sizeof(*l));

	if (l == NULL) {
		return nk_fail_nomem(err);
	}
	for (size_t i = 0; i < list->n; i++) {
		const struct nk_person *const p = nk_people_by_number(flow->people, list->numbers[i]);
		NK_OWNED(nk_buf_done) struct nk_buf name = { 0 };
		char day[NK_DATE_TEXT];

		nk_buf_init_wiping(&name, 4096);
		l[i].sign = 'x';
		(void)snprintf(l[i].kind, sizeof(l[i].kind), "erase");
		(void)snprintf(l[i].object, sizeof(l[i].object), "person");
		NK_TRY(nk_arena_dup(arena, p->field[NK_FIELD_LOGIN], &l[i].key, err));
		NK_TRY(nk_person_listed(p, false, &name, err));
		NK_TRY(nk_arena_dup(arena, nk_buf_str(&name), &l[i].shown, err));
		NK_TRY(nk_arena_printf(arena, &l[i].detail, err, "delete_on %s", nk_date_print(p->delete_on, day)));
	}
	out->lines = l;
	out->n_lines = list->n;
	return nk_done();
}

static NK_RESULT save(struct nk_flow *flow, const struct nk_erase_list *list, const uint8_t nonce[static 32],
	enum nk_verdict verdict, struct nk_arena *arena, struct nk_plan_reply *out, struct nk_err *err)
{
	NK_OWNED(nk_tx_end) struct nk_tx *tx = NULL;
	struct nk_plan_step_row *const rows = nk_arena_array(arena, list->n, sizeof(*rows));
	struct nk_plan_row row = { .erase = true,
		.hash = list->hash,
		.made_at = nk_now(flow->env),
		.made_by = flow->actor,
		.verdict = verdict,
		.counts = NK_STR("{}") };
	struct nk_leaf_item items[3];

	if (rows == NULL) {
		return nk_fail_nomem(err);
	}
	for (size_t i = 0; i < list->n; i++) {
		memcpy(rows[i].digest, list->digests[i], sizeof(rows[i].digest));
		rows[i].person_number = list->numbers[i];
	}
	NK_TRY(nk_uuid_new(flow->env, &row.id, err));
	memcpy(row.nonce, nonce, sizeof(row.nonce));
	row.expires_at = row.made_at + (int64_t)flow->config->plan_hours * 3600 * NK_SECOND;
	out->expires_at = row.expires_at;
	items[0] = nk_item_hex("hash", list->hash.b, NK_HASH_LEN);
	items[1] = nk_item_text("kind", NK_STR("erase"));
	items[2] = nk_item_number("persons", list->n);
	NK_TRY(nk_tx_begin(flow->store, &tx, err));
	NK_TRY(nk_plan_save(tx, flow->key[NK_HOUSE_LOG], &row, rows, list->n, err));
	if (verdict == NK_VERDICT_APPROVAL) {
		NK_TRY(nk_approval_request(flow, tx, &(struct nk_approval_key){ NK_STR("erase"), out->hash, list->n }, err));
	}
	NK_TRY(nk_flow_leaf(flow, tx, NK_LEAF_PLAN, items, 3, NULL, err));
	return nk_flow_commit(flow, &tx, err);
}

static NK_RESULT erased_lately(struct nk_flow *flow, uint64_t *out, struct nk_err *err)
{
	NK_OWNED(nk_stmt_put) struct nk_stmt *s = NULL;
	bool have = false;

	NK_TRY(nk_stmt_get(flow->store, "SELECT count(*) FROM erase_person WHERE gone_at > ?1", &s, err));
	nk_stmt_int(s, 1, nk_now(flow->env) - (int64_t)flow->config->guard.window_days * NK_DAY);
	NK_TRY(nk_stmt_step(s, &have, err));
	*out = have ? nk_u64(nk_col_int(s, 0)) : 0;
	return nk_done();
}

/* Persons of the list whom the configuration protects: then nobody is erased. */
static NK_RESULT judge_protected(struct nk_flow *flow, const struct nk_erase_list *list, enum nk_verdict *verdict,
	struct nk_vec *shown, struct nk_err *err)
{
	const struct nk_config_words *const words = &flow->config->guard_protected;
	struct nk_guard_finding f = { .rule = "P3",
		.what = NK_N("%1$s: %2$llu protected accounts would lose access, %3$llu may: take "
			     "the protection away first if that is meant"),
		.cell = NK_STR("protected"),
		.verdict = NK_VERDICT_STOPPED };

	for (size_t i = 0; i < list->n; i++) {
		const struct nk_person *const p = nk_people_by_number(flow->people, list->numbers[i]);

		f.figure += p != NULL && nk_guard_protected(p, words->word, words->n) ? 1 : 0;
	}
	if (f.figure == 0) {
		return nk_done();
	}
	*verdict = NK_VERDICT_STOPPED;
	return nk_shown_guard(&f, 1, shown, err);
}

static NK_RESULT judge(struct nk_flow *flow, const struct nk_erase_list *list, struct nk_arena *arena,
	enum nk_verdict *verdict, struct nk_plan_reply *out, struct nk_err *err)
{
	NK_OWNED(nk_vec_done) struct nk_vec shown = { 0 };
	const struct nk_config *const c = flow->config;
	struct nk_erase_limits limits = { c->erase_percent, c->erase_number, 0 };
	enum nk_turn turn = NK_TURN_NONE;
	const struct nk_guard_finding *findings = NULL;
	size_t n = 0;

	nk_vec_init(&shown, sizeof(struct nk_shown_finding), 1000);
	NK_TRY(nk_flow_turn_on(flow, NK_STR(""), out->as_of, &turn, err));
	limits.percent = turn == NK_TURN_GREAT ? c->erase_season_percent : c->erase_percent;
	NK_TRY(erased_lately(flow, &limits.recent, err));
	NK_TRY(nk_erase_list_guard(list, nk_people_count(flow->people), &limits, arena, verdict, &findings, &n, err));
	NK_TRY(nk_shown_guard(findings, n, &shown, err));
	NK_TRY(judge_protected(flow, list, verdict, &shown, err));
	return nk_shown_end(&shown, arena, &out->findings, &out->n_findings, err);
}

NK_RESULT nk_op_plan_erase(struct nk_flow *flow, const struct nk_plan_erase_request *req, struct nk_arena *arena,
	struct nk_plan_reply *out, struct nk_err *err)
{
	NK_OWNED(nk_flow_year_done) struct nk_flow_year year = { .year = { .rules = NULL } };
	const nk_date today = req->as_of != 0 ? req->as_of : nk_flow_today(flow);
	struct nk_people *people = NULL;
	struct nk_erase_list list;
	enum nk_verdict verdict = NK_VERDICT_STOPPED;
	uint8_t nonce[32];

	memset(out, 0, sizeof(*out));
	out->erase = true;
	out->as_of = req->as_of;
	NK_TRY(nk_random(flow->env, nonce, sizeof(nonce), err));
	NK_TRY(nk_flow_people(flow, &people, err));
	if (req->as_of != 0 && req->even_if_not_due) {
		return nk_fail(err, NK_USAGE, NK_N("a dry run moves nobody's day of erasure: leave out --now or --as-of"));
	}
	if (req->even_if_not_due && !nk_uuid_is_nil(req->only)) {
		NK_TRY(bring_forward(flow, req->only, err));
	}
	NK_TRY(nk_flow_year_open(flow, today, &year, err));
	NK_TRY(nk_erase_list_make(&year.year, today, req->only, nonce, arena, &list, err));
	out->steps = list.n;
	out->remove = list.n;
	out->approve_count = list.n;
	nk_hex_print(list.hash.b, NK_HASH_LEN, out->hash);
	NK_TRY(judge(flow, &list, arena, &verdict, out, err));
	out->verdict = verdict == NK_VERDICT_FREE ? NK_PLAN_FREE
		: verdict == NK_VERDICT_APPROVAL  ? NK_PLAN_NEEDS_APPROVAL
						  : NK_PLAN_STOPPED;
	NK_TRY(lines(flow, &list, arena, out, err));
	if (req->as_of != 0 || list.n == 0 || verdict == NK_VERDICT_STOPPED) {
		return nk_done();
	}
	return save(flow, &list, nonce, verdict, arena, out, err);
}
