/*
 * merge_links.c: what becomes of the accounts of two records that are joined or split.
 *
 * Invariant: two accounts are never joined: one that cannot go on as the head's stays a part's, which plans want suspended
 * (plan/desired_whole.c), until the person is erased or split.
 */
#include "base.h"

#include "merge_int.h"

enum fate { STAYS, HANDED_OVER, RETIRED, RESUMED, MADE_ANEW, FATE_COUNT };

static const struct {
	const char *word, *text;
} fates[] = {
	[STAYS] = { "stays", NK_N("stays as it is") },
	[HANDED_OVER] = { "handed-over", NK_N("goes on as the first one's; the next plan renames it") },
	[RETIRED] = { "retired", NK_N("is suspended by the next plan, and deleted when the person is erased") },
	[RESUMED] = { "resumed", NK_N("is this record's own again from the next plan on") },
	[MADE_ANEW] = { "made-anew", NK_N("is made by the next plan; the account that was handed over stays with the first one") },
};
_Static_assert(NK_ARRAY_LEN(fates) == FATE_COUNT, "words for every fate");

struct looking {
	struct nk_flow *flow;
	const struct nk_merging *m;
	struct nk_arena *arena;
	struct nk_vec list; /* struct nk_merge_account */
	struct nk_str target;
};

static bool has_account(const struct nk_link *l)
{
	return l != NULL && l->state != NK_LINK_ABSENT;
}

/* The number whose account goes on as the head's; 0: none does. */
static uint32_t heir(const struct nk_links *links, const struct nk_merging *m)
{
	if (nk_links_of(links, m->a[0]) != NULL) {
		return 0;
	}
	for (size_t i = 0; i < m->n_b; i++) {
		if (has_account(nk_links_of(links, m->b[i]))) {
			return m->b[i];
		}
	}
	return 0;
}

static NK_RESULT tell(struct looking *l, uint32_t number, enum fate fate, struct nk_err *err)
{
	struct nk_merge_account *at = NULL;
	void *room = NULL;

	NK_TRY(nk_vec_push(&l->list, &room, err));
	at = room;
	*at = (struct nk_merge_account){ .number = number, .becomes = fates[fate].word, .text = fates[fate].text };
	NK_TRY(nk_arena_dup(l->arena, l->target, &at->target, err));
	return nk_arena_dup(l->arena, nk_people_by_number(l->flow->people, number)->field[NK_FIELD_LOGIN], &at->login, err);
}

static NK_RESULT foresee_join(struct looking *l, const struct nk_links *links, struct nk_err *err)
{
	const uint32_t next = heir(links, l->m);

	if (has_account(nk_links_of(links, l->m->a[0]))) {
		NK_TRY(tell(l, l->m->a[0], STAYS, err));
	}
	for (size_t i = 0; i < l->m->n_b; i++) {
		if (has_account(nk_links_of(links, l->m->b[i]))) {
			NK_TRY(tell(l, l->m->b[i], l->m->b[i] == next ? HANDED_OVER : RETIRED, err));
		}
	}
	return nk_done();
}

static NK_RESULT foresee_split(struct looking *l, const struct nk_links *links, struct nk_err *err)
{
	if (has_account(nk_links_of(links, l->m->a[0]))) {
		NK_TRY(tell(l, l->m->a[0], STAYS, err));
	}
	return tell(l, l->m->b[0], has_account(nk_links_of(links, l->m->b[0])) ? RESUMED : MADE_ANEW, err);
}

/* Every target that the store knows: those that left the configuration have links too. */
static NK_RESULT next_target(struct nk_stmt *s, struct nk_uuid *id, bool *have, struct nk_err *err)
{
	NK_TRY(nk_stmt_step(s, have, err));
	return !*have || nk_col_uuid(s, 0, id) ? nk_done()
					       : nk_fail(err, NK_CORRUPT, NK_N("a row of table target is damaged"));
}

NK_RESULT nk_merge_foresee(struct nk_flow *flow, const struct nk_merging *m, bool split, struct nk_arena *arena,
	struct nk_merge_reply *out, struct nk_err *err)
{
	NK_OWNED(nk_stmt_put) struct nk_stmt *s = NULL;
	struct looking l = { .flow = flow, .m = m, .arena = arena };
	bool have = false;
	nk_rc rc = nk_done();

	nk_vec_init_wiping(&l.list, sizeof(struct nk_merge_account), 1000000);
	NK_TRY(nk_stmt_get(flow->store, "SELECT id, name FROM target ORDER BY name", &s, err));
	while (nk_ok(rc)) {
		NK_OWNED(nk_links_free) struct nk_links *links = NULL;
		struct nk_uuid id;

		rc = next_target(s, &id, &have, err);
		if (!nk_ok(rc) || !have) {
			break;
		}
		l.target = nk_col_text(s, 1);
		rc = nk_links_open(flow->store, flow->vault, id, &links, err);
		rc = !nk_ok(rc) ? rc : split ? foresee_split(&l, links, err) : foresee_join(&l, links, err);
	}
	out->accounts = nk_vec_keep(&l.list, arena);
	out->n = l.list.len;
	nk_vec_done(&l.list);
	NK_TRY(rc);
	return out->accounts == NULL ? nk_fail_nomem(err) : nk_done();
}

/* The old row goes first, and the new one is under the same slot: no key is made, none is left over. */
NK_RESULT nk_merge_reseal(struct nk_flow *flow, struct nk_tx *tx, struct nk_links *links, const struct nk_link *old,
	const struct nk_link *next, struct nk_err *err)
{
	NK_OWNED(nk_arena_free) struct nk_arena *room = NULL;
	NK_OWNED(nk_key_wipe) struct nk_key key = { { 0 } };
	struct nk_link_key *keys = NULL;
	struct nk_link l = *next;

	NK_TRY(nk_arena_new(NK_ARENA_WIPING, 4 << 20, &room, err));
	NK_TRY(nk_vault_key(flow->vault, NK_SLOT_LINK, old->slot, &key, err));
	keys = nk_arena_array(room, next->n_keys, sizeof(*keys));
	if (keys == NULL) {
		return nk_fail_nomem(err);
	}
	for (size_t i = 0; i < next->n_keys; i++) {
		keys[i].from = next->keys[i].from;
		NK_TRY(nk_arena_dup(room, next->keys[i].kind, &keys[i].kind, err));
		NK_TRY(nk_arena_dup(room, next->keys[i].value, &keys[i].value, err));
	}
	NK_TRY(nk_arena_dup(room, next->anchor, &l.anchor, err));
	l.keys = keys;
	NK_TRY(nk_links_erase(links, tx, old->person_number, err));
	return nk_links_put(links, tx, &l, &key, err);
}

/* Every name keeps the record that it came from: it is not the head's after a split (erase_targets.c). */
static NK_RESULT hand_over(struct nk_flow *flow, struct nk_tx *tx, struct nk_links *links, uint32_t from, uint32_t to,
	struct nk_err *err)
{
	NK_OWNED(nk_arena_free) struct nk_arena *room = NULL;
	const struct nk_link *const old = nk_links_of(links, from);
	struct nk_link_key *keys = NULL;
	struct nk_link l = *old;

	NK_TRY(nk_arena_new(NK_ARENA_WIPING, 4 << 20, &room, err));
	keys = nk_arena_array(room, old->n_keys, sizeof(*keys));
	if (keys == NULL) {
		return nk_fail_nomem(err);
	}
	for (size_t i = 0; i < old->n_keys; i++) {
		const uint32_t of = old->keys[i].from == 0 ? from : old->keys[i].from;

		keys[i] = old->keys[i];
		keys[i].from = of == to ? 0 : of;
	}
	l.keys = keys;
	l.person_number = to;
	return nk_merge_reseal(flow, tx, links, old, &l, err);
}

NK_RESULT nk_merge_links(struct nk_flow *flow, struct nk_tx *tx, const struct nk_merging *m, struct nk_err *err)
{
	NK_OWNED(nk_stmt_put) struct nk_stmt *s = NULL;
	bool have = false;

	NK_TRY(nk_stmt_get(flow->store, "SELECT id FROM target ORDER BY name", &s, err));
	for (;;) {
		NK_OWNED(nk_links_free) struct nk_links *links = NULL;
		struct nk_uuid id;
		uint32_t from = 0;

		NK_TRY(next_target(s, &id, &have, err));
		if (!have) {
			return nk_done();
		}
		NK_TRY(nk_links_open(flow->store, flow->vault, id, &links, err));
		from = heir(links, m);
		if (from != 0) {
			NK_TRY(hand_over(flow, tx, links, from, m->a[0], err));
		}
	}
}
