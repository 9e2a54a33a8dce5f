/*
 * op_plan.c: what would change at a target, judged by the guard, kept as digests. Writes nothing outside.
 */
#include "base.h"
#include "census_int.h"
#include "guard_flow.h"
#include "target_copy.h"

#include "json.h"

/* "approve": the number that a second person signs for; apply looks for an approval of exactly that. */
static NK_RESULT counts_json(const struct nk_plan *plan, enum nk_turn turn, uint64_t approve, struct nk_buf *out, struct nk_err *err)
{
	struct nk_json j;

	nk_json_init(&j, out);
	nk_json_open(&j, '{');
	nk_json_key(&j, "approve");
	nk_json_int(&j, nk_i64(approve));
	nk_json_key(&j, "conflicts");
	nk_json_int(&j, nk_i64(plan->n_conflicts));
	nk_json_key(&j, "delete");
	nk_json_int(&j, nk_i64(plan->counts[NK_STEP_DELETE]));
	nk_json_key(&j, "steps");
	nk_json_int(&j, nk_i64(plan->n));
	nk_json_key(&j, "suspend");
	nk_json_int(&j, nk_i64(plan->counts[NK_STEP_SUSPEND]));
	nk_json_key(&j, "turn");
	nk_json_int(&j, turn);
	nk_json_key(&j, "unchanged");
	nk_json_int(&j, nk_i64(plan->unchanged));
	nk_json_close(&j, '}');
	return nk_json_end(&j, err);
}

static NK_RESULT step_rows(
	const struct nk_plan *plan, struct nk_arena *arena, struct nk_plan_step_row **out, struct nk_err *err)
{
	*out = nk_arena_array(arena, plan->n, sizeof(**out));
	if (*out == NULL) {
		return nk_fail_nomem(err);
	}
	for (size_t i = 0; i < plan->n; i++) {
		memcpy((*out)[i].digest, plan->steps[i].digest, sizeof((*out)[i].digest));
		(*out)[i].person_number = plan->steps[i].person_number;
	}
	return nk_done();
}

/* What the guard said, and in what kind of week. */
struct judged {
	enum nk_verdict verdict;
	enum nk_turn turn;
};

static NK_RESULT save(struct nk_flow *flow, const struct nk_planning *p, const uint8_t nonce[static 32],
	const struct judged *judged, struct nk_arena *arena, struct nk_plan_reply *out, struct nk_err *err)
{
	NK_OWNED(nk_tx_end) struct nk_tx *tx = NULL;
	NK_OWNED(nk_buf_done) struct nk_buf counts = { 0 };
	struct nk_plan_step_row *rows = NULL;
	struct nk_plan_row row = { .target = p->target.id,
		.hash = p->plan.hash,
		.made_at = nk_now(flow->env),
		.made_by = flow->actor,
		.verdict = judged->verdict };
	struct nk_leaf_item items[3];

	nk_buf_init(&counts, 4096);
	NK_TRY(counts_json(&p->plan, judged->turn, out->approve_count, &counts, err));
	NK_TRY(nk_uuid_new(flow->env, &row.id, err));
	row.counts = nk_buf_str(&counts);
	row.expires_at = row.made_at + (int64_t)flow->config->plan_hours * 3600 * NK_SECOND;
	memcpy(row.nonce, nonce, sizeof(row.nonce));
	out->expires_at = row.expires_at;
	NK_TRY(step_rows(&p->plan, arena, &rows, err));
	items[0] = nk_item_hex("hash", p->plan.hash.b, NK_HASH_LEN);
	items[1] = nk_item_number("steps", p->plan.n);
	items[2] = nk_item_hex("target", p->target.id.b, sizeof(p->target.id.b));
	NK_TRY(nk_tx_begin(flow->store, &tx, err));
	NK_TRY(nk_plan_save(tx, flow->key[NK_HOUSE_LOG], &row, rows, p->plan.n, err));
	if (judged->verdict == NK_VERDICT_APPROVAL) {
		NK_TRY(nk_approval_request(flow, tx, &(struct nk_approval_key){ NK_STR("plan"), out->hash, out->approve_count }, err));
	}
	NK_TRY(nk_flow_leaf(flow, tx, NK_LEAF_PLAN, items, 3, NULL, err));
	return nk_flow_commit(flow, &tx, err);
}

static void count(const struct nk_plan *plan, struct nk_plan_reply *out)
{
	out->add = plan->counts[NK_STEP_ADD];
	out->change = plan->counts[NK_STEP_MODIFY];
	out->rename = plan->counts[NK_STEP_RENAME];
	out->suspend = plan->counts[NK_STEP_SUSPEND];
	out->resume = plan->counts[NK_STEP_RESUME];
	out->member_add = plan->counts[NK_STEP_MEMBER_ADD];
	out->member_remove = plan->counts[NK_STEP_MEMBER_REMOVE];
	out->remove = plan->counts[NK_STEP_DELETE];
	out->conflicts = plan->n_conflicts;
	out->unchanged = plan->unchanged;
	out->foreign = plan->foreign;
	out->steps = plan->n;
	out->approve_count = out->suspend + out->remove;
}

/* A plan is for approval by the number of accounts that a second person answers for: at least those that made it so. */
static uint64_t to_approve(const struct nk_plan_reply *out, const struct nk_guard_finding *f, size_t n)
{
	uint64_t most = out->suspend + out->remove;

	for (size_t i = 0; i < n; i++) {
		const bool own = strcmp(f[i].rule, "P4") == 0 || strcmp(f[i].rule, "P9") == 0;

		most = own && f[i].figure > most ? f[i].figure : most;
	}
	return most;
}

static bool nobody(const struct nk_desired *d)
{
	for (size_t i = 0; i < d->n; i++) {
		if (d->entries[i].kind == NK_OBJECT_PERSON && !d->entries[i].suspended) {
			return false;
		}
	}
	return true;
}

static NK_RESULT judge(struct nk_flow *flow, const struct nk_planning *p, struct nk_arena *arena,
	struct judged *judged, struct nk_plan_reply *out, struct nk_err *err)
{
	NK_OWNED(nk_vec_done) struct nk_vec shown = { 0 };
	struct nk_plan_limits limits;
	const struct nk_guard_finding *findings = NULL;
	size_t n = 0;
	struct nk_plan_guard_input in = { .plan = &p->plan,
		.people = flow->people,
		.links = p->links,
		.held = &p->snapshot,
		.nobody = nobody(&p->desired),
		.is_kept = nk_decisions_kept,
		.protected_logins = flow->config->guard_protected.word,
		.n_protected = flow->config->guard_protected.n };

	NK_OWNED(nk_decisions_done) struct nk_decisions decisions = { .key = NULL };

	nk_vec_init(&shown, sizeof(struct nk_shown_finding), 20000);
	NK_TRY(nk_decisions_open(flow, p->target.id, &decisions, err));
	decisions.today = out->as_of != 0 ? out->as_of : decisions.today;
	in.is_kept_arg = &decisions;
	NK_TRY(nk_flow_plan_limits(flow, out->as_of, &limits, &judged->turn, err));
	NK_TRY(nk_plan_recent(flow, p->target.id, judged->turn, &in.recent, err));
	NK_TRY(nk_plan_guard(&in, &limits, arena, &judged->verdict, &findings, &n, err));
	out->approve_count = to_approve(out, findings, n);
	NK_TRY(nk_shown_guard(findings, n, &shown, err));
	return nk_shown_end(&shown, arena, &out->findings, &out->n_findings, err);
}

NK_RESULT nk_op_plan(struct nk_flow *flow, const struct nk_plan_request *req, struct nk_arena *arena,
	struct nk_plan_reply *out, struct nk_err *err)
{
	NK_OWNED(nk_planning_done) struct nk_planning p = { .links = NULL };
	struct judged judged = { NK_VERDICT_STOPPED, NK_TURN_NONE };
	uint8_t nonce[32];
	const struct nk_planning_ask ask = { .target = req->target, .nonce = nonce, .as_of = req->as_of, .copy = req->copy };

	memset(out, 0, sizeof(*out));
	out->as_of = req->as_of;
	if (req->copy && req->as_of == 0) { /* what was read earlier can be looked at, and never applied */
		return nk_fail(err, NK_USAGE, NK_N("--copy is for dry runs: it goes with --as-of DATE"));
	}
	NK_TRY(nk_random(flow->env, nonce, sizeof(nonce), err));
	NK_TRY(nk_planning_make(flow, &ask, arena, &p, err));
	out->copy_at = p.copy_at;
	count(&p.plan, out);
	out->held = p.snapshot.n;
	out->undecided = p.undecided;
	out->no_login = p.desired.skipped_no_login + p.desired.skipped_blank;
	nk_hex_print(p.plan.hash.b, NK_HASH_LEN, out->hash);
	NK_TRY(judge(flow, &p, arena, &judged, out, err));
	out->verdict = judged.verdict == NK_VERDICT_FREE ? NK_PLAN_FREE
		: judged.verdict == NK_VERDICT_APPROVAL  ? NK_PLAN_NEEDS_APPROVAL
							 : NK_PLAN_STOPPED;
	NK_TRY(nk_plan_lines(flow, &p.plan, arena, out, err));
	if (!req->show_only && req->as_of == 0) {
		NK_TRY(nk_target_copy_keep(flow, &p, arena, err));
	}
	if (req->show_only || req->as_of != 0 || p.plan.n == 0 || judged.verdict == NK_VERDICT_STOPPED) {
		return nk_done();
	}
	return save(flow, &p, nonce, &judged, arena, out, err);
}

static NK_RESULT target_name(
	struct nk_flow *flow, struct nk_uuid id, struct nk_arena *arena, struct nk_str *out, struct nk_err *err)
{
	NK_OWNED(nk_stmt_put) struct nk_stmt *s = NULL;
	bool have = false;

	if (nk_uuid_is_nil(id)) {
		return nk_done();
	}
	NK_TRY(nk_stmt_get(flow->store, "SELECT name FROM target WHERE id = ?1", &s, err));
	nk_stmt_uuid(s, 1, id);
	NK_TRY(nk_stmt_step(s, &have, err));
	return have ? nk_arena_dup(arena, nk_col_text(s, 0), out, err) : nk_done();
}

NK_RESULT nk_op_plan_list(
	struct nk_flow *flow, struct nk_arena *arena, struct nk_plan_summary **out, size_t *out_n, struct nk_err *err)
{
	static const char *const states[] = { "open", "applying", "done", "cancelled" };
	static const char *const verdicts[] = { "free", "approval", "stopped" };
	struct nk_plan_row *rows = NULL;
	size_t n = 0;

	NK_TRY(nk_plan_list(flow->store, arena, &rows, &n, err));
	*out = nk_arena_array(arena, n, sizeof(**out));
	if (*out == NULL) {
		return nk_fail_nomem(err);
	}
	for (size_t i = 0; i < n; i++) {
		struct nk_plan_summary *const s = &(*out)[i];

		nk_hex_print(rows[i].hash.b, NK_HASH_LEN, s->hash);
		s->erase = rows[i].erase;
		NK_TRY(target_name(flow, rows[i].target, arena, &s->target, err));
		(void)snprintf(s->state, sizeof(s->state), "%s", states[rows[i].state]);
		(void)snprintf(s->verdict, sizeof(s->verdict), "%s", verdicts[rows[i].verdict]);
		s->approved = !nk_uuid_is_nil(rows[i].warrant);
		s->made_at = rows[i].made_at;
		s->expires_at = rows[i].expires_at;
	}
	*out_n = n;
	return nk_done();
}
