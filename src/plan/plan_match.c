/*
 * plan_match.c: which held entry is which person, group or unit.
 *
 * Invariant: a held entry is at most one desired entry. It is ours by its anchor, or by an intended name with exactly
 * our content; it is never adopted because its name fits (DECISIONS 19).
 */
#include "base.h"

#include "plan_int.h"

#include "dn.h"

static NK_RESULT lower_anchor(struct nk_planner *p, struct nk_str anchor, struct nk_str *out, struct nk_err *err)
{
	char *text = NULL;

	NK_TRY(nk_arena_dup(p->arena, anchor, out, err));
	text = (char *)(uintptr_t)out->ptr;
	for (size_t i = 0; i < out->len; i++) {
		text[i] = (char)(text[i] >= 'A' && text[i] <= 'Z' ? text[i] + ('a' - 'A') : text[i]);
	}
	return nk_done();
}

static NK_RESULT index_held(struct nk_planner *p, struct nk_err *err)
{
	const struct nk_snapshot *held = p->in->held;

	p->folded = nk_arena_array(p->arena, held->n, sizeof(*p->folded));
	p->used = nk_arena_array(p->arena, held->n, sizeof(*p->used));
	if (p->folded == NULL || p->used == NULL) {
		return nk_fail_nomem(err);
	}
	for (size_t i = 0; i < held->n; i++) {
		struct nk_str anchor;

		NK_TRY(nk_dn_fold_into(held->entries[i].key, p->arena, &p->folded[i], err));
		NK_TRY(nk_map_put(&p->names, nk_str_bytes(p->folded[i]), i, err));
		if (held->entries[i].anchor.len == 0) {
			continue;
		}
		NK_TRY(lower_anchor(p, held->entries[i].anchor, &anchor, err));
		NK_TRY(nk_map_put(&p->anchors, nk_str_bytes(anchor), i, err));
	}
	return nk_done();
}

NK_RESULT nk_plan_match_index(struct nk_planner *p, struct nk_err *err)
{
	NK_TRY(index_held(p, err));
	for (size_t i = 0; i < p->in->n_known; i++) {
		const struct nk_known_object *k = &p->in->known[i];
		struct nk_str anchor;

		NK_TRY(nk_map_put(&p->known, nk_bytes_of(k->object.b, sizeof(k->object.b)), i, err));
		if (k->anchor.len == 0) {
			continue;
		}
		NK_TRY(lower_anchor(p, k->anchor, &anchor, err));
		NK_TRY(nk_map_put(&p->known_anchors, nk_str_bytes(anchor), i, err));
	}
	return nk_done();
}

bool nk_plan_match_held(const struct nk_planner *p, struct nk_str folded, size_t *out)
{
	uint64_t at = 0;

	if (!nk_map_get(&p->names, nk_str_bytes(folded), &at)) {
		return false;
	}
	*out = (size_t)at;
	return true;
}

NK_RESULT nk_plan_conflict(struct nk_planner *p, const char *what, const struct nk_entry *entry, struct nk_err *err)
{
	void *room = NULL;

	NK_TRY(nk_vec_push(&p->conflicts, &room, err));
	*(struct nk_plan_conflict *)room = (struct nk_plan_conflict){ .what = what,
		.object_kind = entry->kind,
		.object = entry->object,
		.person_number = entry->person_number,
		.key = entry->key };
	return nk_done();
}

static bool by_anchor(struct nk_planner *p, struct nk_str anchor, size_t *out)
{
	struct nk_str low;
	uint64_t at = 0;

	if (anchor.len == 0 || !nk_ok(lower_anchor(p, anchor, &low, NULL)) ||
		!nk_map_get(&p->anchors, nk_str_bytes(low), &at)) {
		return false;
	}
	*out = (size_t)at;
	return true;
}

/* What we remember of an object at this target: was it ever intended, and its anchor. */
struct memory {
	bool intended;
	struct nk_str anchor;
	const struct nk_link *link; /* persons only */
};

static struct memory remember(const struct nk_planner *p, const struct nk_entry *want)
{
	struct memory m = { .intended = false };
	uint64_t at = 0;

	if (want->kind == NK_OBJECT_PERSON) {
		m.link = p->in->links != NULL ? nk_links_of(p->in->links, want->person_number) : NULL;
		m.intended = m.link != NULL;
		m.anchor = m.link != NULL ? m.link->anchor : m.anchor;
		return m;
	}
	if (nk_map_get(&p->known, nk_bytes_of(want->object.b, sizeof(want->object.b)), &at)) {
		m.intended = true;
		m.anchor = p->in->known[at].anchor;
	}
	return m;
}

static bool has_owner(const struct nk_planner *p, struct nk_str anchor)
{
	uint64_t at = 0;

	return (p->in->links != NULL && nk_links_by_anchor(p->in->links, anchor) != NULL) ||
		nk_map_get(&p->known_anchors, nk_str_bytes(anchor), &at);
}

static bool same_content(
	struct nk_planner *p, const struct nk_entry *want, const struct nk_entry *held, struct nk_err *err)
{
	struct nk_plan_diff diff = { 0 };

	return nk_ok(nk_plan_diff(p, want, held, &diff, err)) && diff.n == 0;
}

static NK_RESULT take_held(struct nk_planner *p, size_t i, size_t held, struct nk_err *err)
{
	const struct nk_entry *want = &p->in->desired->entries[i];

	if (p->used[held] || p->in->held->entries[held].kind != want->kind) {
		p->matched[i].how = NK_MATCH_CONFLICT;
		return nk_plan_conflict(p,
			NK_N("its anchor at the target belongs to an entry of another kind or of somebody else"),
			want, err);
	}
	p->used[held] = true;
	p->matched[i].how = NK_MATCH_HELD;
	p->matched[i].held = held;
	return nk_done();
}

/* Something stands at the name that the entry is to get, and nothing has our anchor. */
static NK_RESULT judge_name(struct nk_planner *p, size_t i, const struct memory *m, size_t at, struct nk_err *err)
{
	const struct nk_entry *want = &p->in->desired->entries[i];
	const struct nk_entry *held = &p->in->held->entries[at];
	void *room = NULL;

	if (!m->intended || m->anchor.len > 0 || p->used[at] || has_owner(p, held->anchor) ||
		!same_content(p, want, held, err)) {
		p->matched[i].how = NK_MATCH_CONFLICT;
		p->used[at] = true;
		return nk_plan_conflict(p,
			NK_N("an entry that is not ours has the name: remove or rename it at the target, or "
			     "choose another login"),
			want, err);
	}
	NK_TRY(nk_vec_push(&p->found, &room, err));
	*(struct nk_plan_found *)room = (struct nk_plan_found){ .object_kind = want->kind,
		.object = want->object,
		.person_number = want->person_number,
		.anchor = held->anchor,
		.key = held->key };
	return take_held(p, i, at, err);
}

static NK_RESULT match_by_anchor(struct nk_planner *p, size_t i, struct nk_err *err)
{
	const struct memory m = remember(p, &p->in->desired->entries[i]);
	size_t at = 0;

	return by_anchor(p, m.anchor, &at) ? take_held(p, i, at, err) : nk_done();
}

static bool is_held_back(const struct nk_planner *p, const struct nk_entry *want)
{
	for (size_t i = 0; want->kind == NK_OBJECT_PERSON && i < p->in->n_held_back; i++) {
		if (p->in->held_back[i] == want->person_number) {
			return true;
		}
	}
	return false;
}

static NK_RESULT match_by_name(struct nk_planner *p, size_t i, struct nk_err *err)
{
	const struct nk_entry *want = &p->in->desired->entries[i];
	const struct memory m = remember(p, want);
	struct nk_str folded;
	size_t at = 0;

	if (p->matched[i].how != NK_MATCH_NONE) {
		return nk_done();
	}
	NK_TRY(nk_dn_fold_into(want->key, p->arena, &folded, err));
	if (nk_plan_match_held(p, folded, &at)) {
		return judge_name(p, i, &m, at, err);
	}
	if (!is_held_back(p, want)) {
		return nk_done();
	}
	p->matched[i].how = NK_MATCH_CONFLICT;
	return nk_plan_conflict(p,
		NK_N("an account that may be this person's is not decided about yet: see \"nokosazu census\""), want, err);
}

NK_RESULT nk_plan_match_all(struct nk_planner *p, struct nk_err *err)
{
	const size_t n = p->in->desired->n;

	p->matched = nk_arena_array(p->arena, n, sizeof(*p->matched));
	if (p->matched == NULL) {
		return nk_fail_nomem(err);
	}
	/* All anchors first: what somebody's anchor names is nobody else's, whatever its name is now. */
	for (size_t i = 0; i < n; i++) {
		NK_TRY(match_by_anchor(p, i, err));
	}
	for (size_t i = 0; i < n; i++) {
		NK_TRY(match_by_name(p, i, err));
	}
	return nk_done();
}
