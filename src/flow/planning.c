/*
 * planning.c: people → desired, target → snapshot, both → plan. Used by plan, and again by apply under the plan's own
 * nonce.
 */
#include "base.h"
#include "census_int.h"
#include "target_copy.h"
#include "year_flow.h"

static NK_RESULT known_objects(struct nk_flow *flow, struct nk_uuid target, struct nk_arena *arena,
	struct nk_known_object **out, size_t *out_n, struct nk_err *err)
{
	NK_OWNED(nk_stmt_put) struct nk_stmt *s = NULL;
	NK_OWNED(nk_vec_done) struct nk_vec list = { 0 };
	bool have = true;

	nk_vec_init(&list, sizeof(struct nk_known_object), 1000000);
	NK_TRY(nk_stmt_get(flow->store,
		"SELECT object_id, anchor FROM target_object WHERE target_id = ?1 ORDER BY object_id", &s, err));
	nk_stmt_uuid(s, 1, target);
	for (;;) {
		void *at = NULL;
		struct nk_known_object *o;

		NK_TRY(nk_stmt_step(s, &have, err));
		if (!have) {
			break;
		}
		NK_TRY(nk_vec_push(&list, &at, err));
		o = at;
		if (!nk_col_uuid(s, 0, &o->object)) {
			return nk_fail(err, NK_CORRUPT, NK_N("a row of table target_object is damaged"));
		}
		NK_TRY(nk_arena_dup(arena, nk_bytes_str(nk_col_blob(s, 1)), &o->anchor, err));
	}
	*out = nk_vec_keep(&list, arena);
	if (*out == NULL) {
		return nk_fail_nomem(err);
	}
	*out_n = list.len;
	return nk_done();
}

NK_RESULT nk_planning_make(struct nk_flow *flow, const struct nk_planning_ask *ask, struct nk_arena *arena,
	struct nk_planning *out, struct nk_err *err)
{
	NK_OWNED(nk_flow_year_done) struct nk_flow_year year = { .year = { .rules = NULL } };
	struct nk_people *people = NULL;
	struct nk_known_object *known = NULL;
	size_t n_known = 0;
	struct nk_desired_options dopt = { .today = ask->as_of != 0 ? ask->as_of : nk_flow_today(flow), .year = &year.year };
	NK_OWNED(nk_decisions_done) struct nk_decisions decisions = { .key = NULL };
	struct nk_plan_input in = { .desired = &out->desired, .held = &out->snapshot };
	uint32_t *held_back = NULL;

	*out = (struct nk_planning){ .links = NULL };
	NK_TRY(nk_flow_people(flow, &people, err));
	NK_TRY(nk_flow_year_open(flow, dopt.today, &year, err));
	NK_TRY(ask->copy ? nk_target_copy_open(flow, ask->target, arena, &out->target, &out->copy_at, err)
			 : nk_open_target(flow, ask->target, arena, &out->target, err));
	nk_flow_tell(flow, ask->copy ? NK_N("reading the copy of the target") : NK_N("reading the target"), 0, 0);
	NK_TRY(nk_target_read(out->target.link, arena, &out->snapshot, err));
	nk_flow_tell(flow, NK_N("comparing"), 0, 0);
	NK_TRY(nk_links_open(flow->store, flow->vault, out->target.id, &out->links, err));
	dopt.mapping = &out->target.mapping;
	dopt.settings = &out->target.settings;
	dopt.target = out->target.link;
	dopt.links = out->links;
	NK_TRY(nk_desired_make(people, &dopt, arena, &out->desired, err));
	NK_TRY(known_objects(flow, out->target.id, arena, &known, &n_known, err));
	NK_TRY(nk_decisions_open(flow, out->target.id, &decisions, err));
	decisions.today = dopt.today;
	in.is_due = nk_decisions_due;
	in.is_due_arg = &decisions;
	NK_TRY(nk_census_hold(flow, out, &decisions, arena, &held_back, &in.n_held_back, &out->undecided, err));
	in.held_back = held_back;
	in.links = out->links;
	in.known = known;
	in.n_known = n_known;
	in.mapping = &out->target.mapping;
	in.settings = &out->target.settings;
	in.target = out->target.id;
	memcpy(in.nonce, ask->nonce, sizeof(in.nonce));
	return nk_plan_make(&in, arena, &out->plan, err);
}

void nk_planning_done(struct nk_planning *p)
{
	nk_links_free(&p->links);
	nk_open_target_close(&p->target);
}

/* Entries that a run before a crash made and could not note: their anchors go to the links now, in a transaction of
 * its own. */
NK_RESULT nk_planning_note_found(struct nk_flow *flow, struct nk_planning *p, struct nk_err *err)
{
	NK_OWNED(nk_tx_end) struct nk_tx *tx = NULL;
	const struct nk_leaf_item items[2] = { nk_item_number("found", p->plan.n_found),
		nk_item_hex("target", p->target.id.b, sizeof(p->target.id.b)) };

	if (p->plan.n_found == 0) {
		return nk_done();
	}
	NK_TRY(nk_tx_begin(flow->store, &tx, err));
	NK_TRY(nk_plan_record_found(tx, p->links, p->target.id, &p->plan, err));
	NK_TRY(nk_flow_leaf(flow, tx, NK_LEAF_APPLY_PART, items, 2, NULL, err));
	return nk_flow_commit(flow, &tx, err);
}
