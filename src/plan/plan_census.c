/*
 * plan_census.c: accounts that were there before us and that somebody decided to have erased, once their day has come.
 *
 * Invariant: nobody's account goes this way (nothing that a link or an object of ours has), and none whose going would, with
 * all the others that are due, take with it a group that is not ours: that is a conflict for a person to decide about. Every
 * group is read once, whatever the number of accounts.
 */
#include "base.h"

#include "plan_int.h"

#include "dn.h"

/* A value of a group that names an account that is due. */
struct hit {
	size_t group, account;
	struct nk_str value;
};

struct going {
	struct nk_planner *p;
	size_t *due; /* places in the snapshot */
	size_t n;
	struct nk_map dns; /* folded name → place in due */
	struct nk_map gone; /* anchors that this plan deletes already */
	struct nk_vec hits;
	bool *stuck; /* by place in due */
	size_t *want; /* held → 1 + desired entry; 0: none */
};

static void going_done(struct going *g)
{
	nk_map_done(&g->dns);
	nk_map_done(&g->gone);
	nk_vec_done(&g->hits);
}

bool nk_plan_is_due(const struct nk_planner *p, size_t held)
{
	const struct nk_entry *const e = &p->in->held->entries[held];
	uint64_t known = 0;

	return p->in->is_due != NULL && e->kind == NK_OBJECT_PERSON && e->anchor.len > 0 &&
		p->in->is_due(p->in->is_due_arg, e->anchor) &&
		(p->in->links == NULL || nk_links_by_anchor(p->in->links, e->anchor) == NULL) &&
		!nk_map_get(&p->known_anchors, nk_str_bytes(e->anchor), &known);
}

static NK_RESULT note_names(struct going *g, struct nk_err *err)
{
	const struct nk_planner *const p = g->p;
	const struct nk_vec *const deletes = &p->steps[NK_PHASE_DELETE];

	for (size_t i = 0; i < g->n; i++) {
		NK_TRY(nk_map_put(&g->dns, nk_str_bytes(p->folded[g->due[i]]), i, err));
	}
	for (size_t i = 0; i < deletes->len; i++) {
		NK_TRY(nk_map_put(&g->gone, nk_str_bytes(((const struct nk_step *)nk_vec_at(deletes, i))->anchor), 1, err));
	}
	return nk_done();
}

static NK_RESULT note_hit(struct going *g, struct hit hit, struct nk_err *err)
{
	void *at = NULL;

	NK_TRY(nk_vec_push(&g->hits, &at, err));
	memcpy(at, &hit, sizeof(hit));
	return nk_done();
}

/* Who of them is in this group; with nobody else in it, and not ours, they are all stuck. */
static NK_RESULT read_group(struct going *g, size_t group, const struct nk_attr *members, struct nk_buf *folded, struct nk_err *err)
{
	const struct nk_str anchor = g->p->in->held->entries[group].anchor;
	const size_t first = g->hits.len;
	uint64_t found = 0;

	for (size_t v = 0; v < members->n; v++) {
		nk_buf_reset(folded);
		if (nk_ok(nk_dn_fold(members->values[v], folded, NULL)) &&
			nk_map_get(&g->dns, nk_str_bytes(nk_buf_str(folded)), &found)) {
			NK_TRY(note_hit(g, (struct hit){ group, (size_t)found, members->values[v] }, err));
		}
	}
	if (g->hits.len - first < members->n || nk_map_get(&g->p->known_anchors, nk_str_bytes(anchor), &found)) {
		return nk_done();
	}
	for (size_t i = first; i < g->hits.len; i++) {
		g->stuck[((const struct hit *)nk_vec_at(&g->hits, i))->account] = true;
	}
	return nk_done();
}

/* A group of ours that this plan deletes needs nobody taken out. */
static NK_RESULT read_groups(struct going *g, struct nk_err *err)
{
	const struct nk_snapshot *const held = g->p->in->held;
	NK_OWNED(nk_buf_done) struct nk_buf folded = { 0 };

	nk_buf_init_wiping(&folded, 65536);
	for (size_t i = 0; i < held->n; i++) {
		const struct nk_attr *const members = nk_plan_attr(&held->entries[i], NK_STR("member"));
		uint64_t found = 0;

		if (members != NULL && !nk_map_get(&g->gone, nk_str_bytes(held->entries[i].anchor), &found)) {
			NK_TRY(read_group(g, i, members, &folded, err));
		}
	}
	return nk_done();
}

/* Out of the groups first: a name that nothing has any more would stay in those of others. */
static NK_RESULT out_of_groups(struct going *g, struct nk_err *err)
{
	struct nk_planner *const p = g->p;

	for (size_t i = 0; i < g->hits.len; i++) {
		const struct hit *const hit = nk_vec_at(&g->hits, i);
		const struct nk_entry *const group = &p->in->held->entries[hit->group];
		const size_t want = g->want[hit->group];
		struct nk_step step = {
			.kind = NK_STEP_MEMBER_REMOVE, .object_kind = NK_OBJECT_GROUP, .key = group->key, .value = hit->value
		};
		uint64_t known = 0;

		if (g->stuck[hit->account]) {
			continue;
		}
		if (nk_map_get(&p->known_anchors, nk_str_bytes(group->anchor), &known)) {
			step.object = p->in->known[known].object;
		}
		if (want > 0 && p->matched[want - 1].key.len > 0) {
			step.key = p->matched[want - 1].key; /* what it is called after this plan */
		}
		NK_TRY(nk_plan_push(p, NK_PHASE_GROUP, &step, err));
	}
	return nk_done();
}

static NK_RESULT erase_account(struct going *g, size_t i, struct nk_err *err)
{
	const struct nk_entry *const e = &g->p->in->held->entries[g->due[i]];
	const struct nk_step step = {
		.kind = NK_STEP_DELETE, .object_kind = NK_OBJECT_PERSON, .key = e->key, .anchor = e->anchor, .version = e->version
	};

	if (g->stuck[i]) {
		return nk_plan_conflict(g->p,
			NK_N("this account is to go, and a group that is not ours has nobody else: empty or delete that group at the target"),
			e, err);
	}
	return nk_plan_push(g->p, NK_PHASE_DELETE, &step, err);
}

/* What a desired entry is stays, whoever decided what about its anchor. */
static NK_RESULT find_due(struct going *g, struct nk_err *err)
{
	const struct nk_planner *const p = g->p;
	const size_t n = p->in->held->n;

	g->want = nk_arena_array(p->arena, n, sizeof(*g->want));
	g->due = nk_arena_array(p->arena, n, sizeof(*g->due));
	g->stuck = nk_arena_array(p->arena, n, sizeof(*g->stuck));
	if (g->want == NULL || g->due == NULL || g->stuck == NULL) {
		return nk_fail_nomem(err);
	}
	memset(g->want, 0, n * sizeof(*g->want));
	memset(g->stuck, 0, n * sizeof(*g->stuck));
	for (size_t i = 0; i < p->in->desired->n; i++) {
		if (p->matched[i].how == NK_MATCH_HELD) {
			g->want[p->matched[i].held] = i + 1;
		}
	}
	for (size_t i = 0; i < n; i++) {
		if (g->want[i] == 0 && nk_plan_is_due(p, i)) {
			g->due[g->n++] = i;
		}
	}
	return nk_done();
}

NK_RESULT nk_plan_erase_due(struct nk_planner *p, struct nk_err *err)
{
	NK_OWNED(going_done) struct going g = { .p = p };

	nk_map_init(&g.dns, p->in->nonce);
	nk_map_init(&g.gone, p->in->nonce);
	nk_vec_init(&g.hits, sizeof(struct hit), NK_PLAN_STEPS_MAX);
	if (p->in->is_due == NULL || p->in->held->n == 0) {
		return nk_done();
	}
	NK_TRY(find_due(&g, err));
	if (g.n == 0) {
		return nk_done();
	}
	NK_TRY(note_names(&g, err));
	NK_TRY(read_groups(&g, err));
	NK_TRY(out_of_groups(&g, err));
	for (size_t i = 0; i < g.n; i++) {
		NK_TRY(erase_account(&g, i, err));
	}
	return nk_done();
}
