/*
 * op_apply.c: do exactly what the plan says, or stop.
 *
 * The plan is made again under its own nonce; what nobody approved is drift and nothing is written then. Steps go out
 * in chunks. Before a chunk leaves, one transaction records what will be tried (links with every key, extents,
 * COPY_OUT leaves); the next one records what came of it. Cut off anywhere, the same command goes on (DECISIONS 21).
 */
#include "base.h"
#include "apply_int.h"
#include "census_int.h"
#include "measures_int.h"

enum { CHUNK = 500 };

static NK_RESULT find_row(struct nk_flow *flow, struct nk_str prefix, struct nk_arena *arena, struct nk_plan_row *row,
	struct nk_err *err)
{
	NK_TRY(nk_plan_find(flow->store, flow->key[NK_HOUSE_LOG], prefix, arena, row, err));
	if (row->state == NK_PLAN_DONE && !row->erase) {
		return nk_fail(
			err, NK_EXISTS, NK_N("this plan has been applied; make a new one with \"nokosazu plan\""));
	}
	if (row->state == NK_PLAN_CANCELLED) {
		return nk_fail(err, NK_GONE, NK_N("this plan was cancelled; make a new one with \"nokosazu plan\""));
	}
	if (row->state == NK_PLAN_OPEN && nk_now(flow->env) > row->expires_at) {
		return nk_fail(
			err, NK_CONFLICT, NK_N("this plan has expired; make a new one with \"nokosazu plan\""));
	}
	if (row->verdict == NK_VERDICT_STOPPED) {
		return nk_fail(err, NK_GUARD, NK_N("the guard stopped this plan"));
	}
	return nk_done();
}

/* The approval that this plan needs: its kind, its hash and the number that the guard counted. */
static NK_RESULT approval_of(struct nk_flow *flow, const struct nk_plan_row *row, char hex[static 65],
	struct nk_approval_key *out, struct nk_err *err)
{
	NK_OWNED(nk_arena_free) struct nk_arena *arena = NULL;
	NK_OWNED(nk_jdoc_free) struct nk_jdoc *doc = NULL;
	struct nk_plan_step_row *steps = NULL;
	int64_t count = -1;
	size_t n = 0;

	nk_hex_print(row->hash.b, NK_HASH_LEN, hex);
	*out = (struct nk_approval_key){ row->erase ? NK_STR("erase") : NK_STR("plan"), hex, UINT64_MAX };
	if (!row->erase) {
		NK_TRY(nk_jdoc_parse(nk_str_bytes(row->counts), 1 << 16, &doc, err));
		out->count = nk_jint(nk_jget(nk_jdoc_root(doc), "approve"), &count) && count >= 0 ? nk_u64(count) : UINT64_MAX;
		return nk_done();
	}
	NK_TRY(nk_arena_new(NK_ARENA_PLAIN, SIZE_MAX / 2, &arena, err));
	NK_TRY(nk_plan_steps(flow->store, row->id, arena, &steps, &n, err));
	out->count = n;
	return nk_done();
}

NK_RESULT nk_apply_approved(
	struct nk_flow *flow, const struct nk_plan_row *row, struct nk_uuid *out_warrant, struct nk_err *err)
{
	struct nk_approval_key key;
	char hex[65];

	*out_warrant = row->warrant;
	if (row->verdict != NK_VERDICT_APPROVAL || !nk_uuid_is_nil(row->warrant)) {
		return nk_done();
	}
	NK_TRY(approval_of(flow, row, hex, &key, err));
	return nk_approval_state(flow, &key, out_warrant, err);
}

NK_RESULT nk_apply_begin(struct nk_flow *flow, const struct nk_plan_row *row, struct nk_uuid warrant,
	struct nk_tx *tx, struct nk_err *err)
{
	struct nk_leaf_item items[1] = { nk_item_hex("hash", row->hash.b, NK_HASH_LEN) };
	struct nk_approval_key key;
	char hex[65];

	if (row->state == NK_PLAN_APPLYING) {
		return nk_done();
	}
	if (!nk_uuid_is_nil(warrant)) {
		NK_TRY(approval_of(flow, row, hex, &key, err));
		NK_TRY(nk_approval_use(flow, tx, &key, warrant, err));
	}
	NK_TRY(nk_plan_set_state(tx, row->id, NK_PLAN_APPLYING, warrant, err));
	return nk_flow_leaf(flow, tx, NK_LEAF_APPLY_BEGIN, items, 1, NULL, err);
}

NK_RESULT nk_apply_reported(
	struct nk_flow *flow, struct nk_tx *tx, const struct nk_plan_row *row, struct nk_err *err)
{
	char hex[65];

	nk_hex_print(row->hash.b, NK_HASH_LEN, hex);
	return nk_uuid_is_nil(row->warrant) ? nk_done() : nk_warrant_done(flow, tx, row->warrant, hex, err);
}

static NK_RESULT target_name(
	struct nk_flow *flow, struct nk_uuid id, struct nk_arena *arena, struct nk_str *out, struct nk_err *err)
{
	NK_OWNED(nk_stmt_put) struct nk_stmt *s = NULL;
	bool have = false;

	NK_TRY(nk_stmt_get(flow->store, "SELECT name FROM target WHERE id = ?1", &s, err));
	nk_stmt_uuid(s, 1, id);
	NK_TRY(nk_stmt_step(s, &have, err));
	if (!have) {
		return nk_fail(err, NK_NOT_FOUND, NK_N("the target of this plan is no longer there"));
	}
	return nk_arena_dup(arena, nk_col_text(s, 0), out, err);
}

/* A chunk ends where no group is cut from its members. */
static size_t chunk_end(const struct nk_step *todo, size_t n, size_t from)
{
	size_t end = from + CHUNK < n ? from + CHUNK : n;

	while (end < n && (todo[end].kind == NK_STEP_MEMBER_ADD || todo[end].kind == NK_STEP_MEMBER_REMOVE) &&
		nk_str_eq(todo[end].key, todo[end - 1].key)) {
		end++;
	}
	return end;
}

static NK_RESULT link_keys(struct nk_applying *a, struct nk_err *err)
{
	size_t n = 0;

	for (size_t i = 0; i < a->n; i++) {
		if (a->todo[i].kind == NK_STEP_ADD && a->todo[i].person_number != 0 &&
			nk_links_of(a->planning.links, a->todo[i].person_number) == NULL) {
			n++;
		}
	}
	a->slots = nk_arena_array(a->arena, n, sizeof(*a->slots));
	a->keys = nk_arena_array(a->arena, n, sizeof(*a->keys));
	if (a->slots == NULL || a->keys == NULL) {
		return nk_fail_nomem(err);
	}
	if (n == 0) {
		return nk_done();
	}
	NK_TRY(nk_flow_slots_pending(a->flow, err));
	a->flow->keep_pending = true;
	return nk_vault_add(a->flow->vault, NK_SLOT_LINK, n, a->slots, a->keys, err);
}

/* One round: record the last chunk, announce the next one, send it. */
static NK_RESULT round_of(struct nk_applying *a, struct nk_err *err)
{
	NK_OWNED(nk_tx_end) struct nk_tx *tx = NULL;

	NK_TRY(nk_tx_begin(a->flow->store, &tx, err));
	NK_TRY(nk_apply_record(a, tx, err));
	a->from = a->end;
	a->end = chunk_end(a->todo, a->n, a->from);
	NK_TRY(nk_apply_announce(a, tx, err));
	NK_TRY(nk_flow_commit_quiet(a->flow, &tx, err));
	a->sent = nk_target_apply(a->planning.target.link, a->todo + a->from, a->end - a->from, a->results + a->from,
		a->arena, &a->sent_err);
	nk_flow_tell(a->flow, NK_N("applying"), a->end, a->n);
	return nk_done();
}

static NK_RESULT finish(struct nk_applying *a, struct nk_err *err)
{
	NK_OWNED(nk_tx_end) struct nk_tx *tx = NULL;
	struct nk_leaf_item items[3];
	const bool whole = nk_ok(a->sent) && !a->stop && a->end == a->n;

	a->flow->keep_pending = !whole; /* else the next start frees the slots that no link names */
	NK_TRY(nk_tx_begin(a->flow->store, &tx, err));
	NK_TRY(nk_apply_record(a, tx, err));
	a->from = a->end;
	a->out->left = a->n - a->out->done - a->out->refused;
	if (whole && !a->stop) {
		NK_TRY(nk_plan_set_state(tx, a->row.id, NK_PLAN_DONE, a->row.warrant, err));
		NK_TRY(nk_apply_reported(a->flow, tx, &a->row, err));
	}
	items[0] = nk_item_number("done", a->out->done);
	items[1] = nk_item_hex("hash", a->row.hash.b, NK_HASH_LEN);
	items[2] = nk_item_number("refused", a->out->refused);
	NK_TRY(nk_flow_leaf(
		a->flow, tx, whole && !a->stop ? NK_LEAF_APPLY_END : NK_LEAF_APPLY_PART, items, 3, NULL, err));
	return nk_flow_commit(a->flow, &tx, err);
}

static NK_RESULT verdict(const struct nk_applying *a, struct nk_err *err)
{
	if (!nk_ok(a->sent)) {
		return nk_err_pass(err, &a->sent_err);
	}
	if (a->unknown > 0) {
		return nk_fail(err, NK_UNAVAILABLE,
			NK_N("the target did not answer for %llu steps; the same command reads back and goes on"),
			(unsigned long long)a->unknown);
	}
	if (a->drifted > 0) {
		return nk_fail(err, NK_CONFLICT,
			NK_N("somebody changed the target meanwhile; nothing of theirs was overwritten; make a new plan"));
	}
	if (a->stop && a->out->left > 0) {
		return nk_fail(err, NK_UNAVAILABLE,
			NK_N("the connection to the target was lost, or it is too busy; the same command goes on with the %llu steps that are left"),
			(unsigned long long)a->out->left);
	}
	if (a->out->refused > 0) {
		return nk_fail(err, NK_INCOMPLETE, NK_N("the target refused %llu steps"),
			(unsigned long long)a->out->refused);
	}
	if (a->still_there > 0) {
		return nk_fail(err, NK_INCOMPLETE,
			NK_N("%llu accounts of before were deleted, and the target still shows them or names them somewhere"),
			(unsigned long long)a->still_there);
	}
	return nk_done();
}

static NK_RESULT run(struct nk_applying *a, struct nk_err *err)
{
	struct nk_plan_step_row *approved = NULL;
	struct nk_str name;
	struct nk_uuid warrant;
	size_t n_approved = 0;
	size_t drift = 0;

	NK_TRY(nk_apply_approved(a->flow, &a->row, &warrant, err));
	NK_TRY(target_name(a->flow, a->row.target, a->arena, &name, err));
	NK_TRY(nk_planning_make(a->flow, &(struct nk_planning_ask){ .target = name, .nonce = a->row.nonce }, a->arena, &a->planning, err));
	a->out->conflicts = a->planning.plan.n_conflicts;
	NK_TRY(nk_plan_steps(a->flow->store, a->row.id, a->arena, &approved, &n_approved, err));
	NK_TRY(nk_plan_reconcile(&a->planning.plan, approved, n_approved, a->arena, &a->todo, &a->n, &drift, err));
	a->results = nk_arena_array(a->arena, a->n, sizeof(*a->results));
	if (a->results == NULL) {
		return nk_fail_nomem(err);
	}
	for (size_t i = 0; i < a->n; i++) {
		a->results[i].outcome = NK_OUTCOME_NOT_SENT;
	}
	NK_TRY(nk_planning_note_found(a->flow, &a->planning, err));
	NK_TRY(link_keys(a, err));
	{
		NK_OWNED(nk_tx_end) struct nk_tx *tx = NULL;

		NK_TRY(nk_tx_begin(a->flow->store, &tx, err));
		NK_TRY(nk_apply_begin(a->flow, &a->row, warrant, tx, err));
		NK_TRY(nk_tx_commit(&tx, err)); /* link slots are still pending: their mark stays */
	}
	a->row.warrant = warrant;
	while (a->end < a->n && nk_ok(a->sent) && !a->stop && !nk_os_interrupted()) {
		NK_TRY(round_of(a, err));
		nk_apply_look(a);
	}
	if (nk_ok(a->sent) && !a->stop) {
		NK_TRY(nk_census_gone(a, &a->still_there, err));
	}
	NK_TRY(finish(a, err));
	return verdict(a, err);
}

NK_RESULT nk_op_apply(struct nk_flow *flow, const struct nk_apply_request *req, struct nk_arena *arena,
	struct nk_apply_reply *out, struct nk_err *err)
{
	struct nk_applying a = { .flow = flow, .arena = arena, .out = out, .sent = nk_done() };
	struct nk_people *people = NULL;
	nk_rc rc;

	memset(out, 0, sizeof(*out));
	NK_TRY(find_row(flow, req->hash, arena, &a.row, err));
	NK_TRY(nk_flow_people(flow, &people, err));
	if (a.row.erase) {
		return nk_erase_run(flow, &a.row, req, arena, out, err);
	}
	nk_buf_init_wiping(&a.refused, 1 << 20);
	rc = run(&a, err);
	if (!nk_ok(nk_arena_dup(arena, nk_buf_str(&a.refused), &out->refused_text, NULL))) {
		out->refused_text = NK_STR("");
	}
	nk_buf_done(&a.refused);
	nk_planning_done(&a.planning);
	flow->keep_pending = false;
	return rc;
}
