/*
 * duties.c: duties laid on parties and ended by evidence, inside the caller's transaction.
 *
 * Invariant: a duty has an owner from the start; each opening and each end has its leaf; without evidence none ends.
 */
#include "base.h"
#include "measures_int.h"

enum { ABOUT_MAX = 200 };

static NK_RESULT owner_of(struct nk_flow *flow, const char *role, struct nk_uuid *owner, struct nk_err *err)
{
	NK_OWNED(nk_arena_free) struct nk_arena *arena = NULL;
	struct nk_party party;

	if (!nk_uuid_is_nil(*owner)) {
		return nk_done();
	}
	NK_TRY(nk_arena_new(NK_ARENA_WIPING, 64 << 20, &arena, err));
	NK_TRY(nk_role_party(flow, role, arena, &party, err));
	*owner = party.id;
	return nk_done();
}

NK_RESULT nk_duty_open(struct nk_flow *flow, struct nk_tx *tx, const char *kind, struct nk_str about,
	struct nk_uuid owner, const char *role, nk_time due_at, struct nk_uuid *out_id, struct nk_err *err)
{
	struct nk_duty d = { .kind = nk_str_c(kind), .owner = owner, .due_at = due_at, .about = about };
	struct nk_leaf_item items[5];
	struct nk_uuid id;

	if (about.len > ABOUT_MAX) {
		return nk_fail(err, NK_LIMIT, "what a duty is about must be at most %d bytes", (int)ABOUT_MAX);
	}
	NK_TRY(owner_of(flow, role, &d.owner, err));
	NK_TRY(nk_duty_add(tx, &d, &id, err));
	items[0] = nk_item_hex("duty", id.b, sizeof(id.b));
	items[1] = nk_item_text("kind", d.kind);
	items[2] = nk_item_text("about", about);
	items[3] = nk_item_hex("owner", d.owner.b, sizeof(d.owner.b));
	items[4] = nk_item_number("due", nk_u64(due_at / NK_SECOND));
	NK_TRY(nk_flow_leaf(flow, tx, NK_LEAF_DUTY_OPEN, items, NK_ARRAY_LEN(items), NULL, err));
	if (out_id != NULL) {
		*out_id = id;
	}
	return nk_done();
}

NK_RESULT nk_duty_end_one(
	struct nk_flow *flow, struct nk_tx *tx, const struct nk_duty *d, struct nk_uuid evidence, struct nk_err *err)
{
	const struct nk_leaf_item items[4] = { nk_item_hex("duty", d->id.b, sizeof(d->id.b)),
		nk_item_text("kind", d->kind), nk_item_text("about", d->about),
		nk_item_hex("evidence", evidence.b, sizeof(evidence.b)) };

	NK_TRY(nk_duty_close(tx, d->id, evidence, nk_now(flow->env), err));
	return nk_flow_leaf(flow, tx, NK_LEAF_DUTY_CLOSE, items, NK_ARRAY_LEN(items), NULL, err);
}

NK_RESULT nk_duty_end(struct nk_flow *flow, struct nk_tx *tx, const char *kind, struct nk_str about,
	struct nk_uuid evidence, struct nk_err *err)
{
	NK_OWNED(nk_arena_free) struct nk_arena *arena = NULL;
	struct nk_duty *list = NULL;
	size_t n = 0;

	if (nk_uuid_is_nil(evidence)) {
		return nk_fail(err, NK_INVALID, "a duty ends only by evidence");
	}
	NK_TRY(nk_arena_new(NK_ARENA_PLAIN, 64 << 20, &arena, err));
	NK_TRY(nk_duty_of(flow->store, about, arena, &list, &n, err));
	for (size_t i = 0; i < n; i++) {
		if (list[i].closed_at == 0 && nk_str_eq(list[i].kind, nk_str_c(kind))) {
			NK_TRY(nk_duty_end_one(flow, tx, &list[i], evidence, err));
		}
	}
	return nk_done();
}
