/*
 * plan.c: the plan itself: match, steps, conflicts, counts, hash. Pure: no clock, no chance, no I/O.
 *
 * Invariant: a snapshot that is not complete never makes a plan. The same input gives the same bytes.
 */
#include "base.h"

#include "plan_int.h"

#include "dn.h"

static void planner_done(struct nk_planner *p)
{
	nk_map_done(&p->anchors);
	nk_map_done(&p->names);
	nk_map_done(&p->known);
	nk_map_done(&p->known_anchors);
	for (int i = 0; i < NK_PHASE_COUNT; i++) {
		nk_vec_done(&p->steps[i]);
	}
	nk_vec_done(&p->conflicts);
	nk_vec_done(&p->found);
}

static void planner_init(struct nk_planner *p, const struct nk_plan_input *in, struct nk_arena *arena)
{
	memset(p, 0, sizeof(*p));
	p->in = in;
	p->arena = arena;
	nk_map_init(&p->anchors, in->nonce);
	nk_map_init(&p->names, in->nonce);
	nk_map_init(&p->known, in->nonce);
	nk_map_init(&p->known_anchors, in->nonce);
	for (int i = 0; i < NK_PHASE_COUNT; i++) {
		nk_vec_init(&p->steps[i], sizeof(struct nk_step), NK_PLAN_STEPS_MAX);
	}
	nk_vec_init(&p->conflicts, sizeof(struct nk_plan_conflict), NK_PLAN_STEPS_MAX);
	nk_vec_init(&p->found, sizeof(struct nk_plan_found), NK_PLAN_STEPS_MAX);
}

static void copy_vec(const struct nk_vec *vec, void *out)
{
	if (vec->len > 0) {
		memcpy(out, vec->items, vec->len * vec->item_size);
	}
}

static NK_RESULT string_together(struct nk_planner *p, struct nk_plan *out, struct nk_err *err)
{
	struct nk_step *steps = NULL;
	size_t n = 0;

	for (int i = 0; i < NK_PHASE_COUNT; i++) {
		n += p->steps[i].len;
	}
	steps = nk_arena_array(p->arena, n, sizeof(*steps));
	if (steps == NULL) {
		return nk_fail_nomem(err);
	}
	n = 0;
	for (int i = 0; i < NK_PHASE_COUNT; i++) {
		copy_vec(&p->steps[i], steps + n);
		n += p->steps[i].len;
	}
	for (size_t i = 0; i < n; i++) {
		NK_TRY(nk_plan_digest(&steps[i], p->in->nonce, err));
		out->counts[steps[i].kind]++;
	}
	out->steps = steps;
	out->n = n;
	nk_plan_hash(steps, n, p->in->nonce, p->in->target, &out->hash);
	return nk_done();
}

static NK_RESULT copy_lists(struct nk_planner *p, struct nk_plan *out, struct nk_err *err)
{
	struct nk_plan_conflict *conflicts = nk_arena_array(p->arena, p->conflicts.len, sizeof(*conflicts));
	struct nk_plan_found *found = nk_arena_array(p->arena, p->found.len, sizeof(*found));

	if (conflicts == NULL || found == NULL) {
		return nk_fail_nomem(err);
	}
	copy_vec(&p->conflicts, conflicts);
	copy_vec(&p->found, found);
	out->conflicts = conflicts;
	out->n_conflicts = p->conflicts.len;
	out->found = found;
	out->n_found = p->found.len;
	return nk_done();
}

static void count(const struct nk_planner *p, struct nk_plan *out)
{
	out->unchanged = p->unchanged;
	out->foreign = p->foreign;
	for (size_t i = 0; i < p->in->desired->n; i++) {
		if (p->in->desired->entries[i].kind == NK_OBJECT_PERSON && p->matched[i].touched) {
			out->people_touched++;
		}
	}
}

NK_RESULT nk_plan_make(
	const struct nk_plan_input *in, struct nk_arena *arena, struct nk_plan *out, struct nk_err *err)
{
	NK_OWNED(planner_done) struct nk_planner p = { 0 };
	struct nk_plan plan = { 0 };

	planner_init(&p, in, arena);
	if (!in->held->complete || !in->held->sentinel_seen) {
		return nk_fail(err, NK_INCOMPLETE,
			"the target could not be seen completely (its sentinel entry did not show): check what "
			"the bind_dn may read; nothing was planned");
	}
	NK_TRY(nk_dn_fold_into(in->settings->people_base, arena, &p.people_base, err));
	NK_TRY(nk_plan_match_index(&p, err));
	NK_TRY(nk_plan_match_all(&p, err));
	NK_TRY(nk_plan_steps_make(&p, err));
	NK_TRY(string_together(&p, &plan, err));
	NK_TRY(copy_lists(&p, &plan, err));
	count(&p, &plan);
	*out = plan;
	return nk_done();
}
