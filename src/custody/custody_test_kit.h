/*
 * custody_test_kit.h: a store with an operator, an officer and one standing order, for the tests of this floor.
 */
#ifndef NK_CUSTODY_TEST_KIT_H
#define NK_CUSTODY_TEST_KIT_H

#include <cmocka.h>

#include "custody.h"

#include "kit_store.h"

#define STR_EQ(a, b) assert_true(nk_str_eq((a), (b)))

struct world {
	struct kit_store k;
	struct nk_arena *arena;
	struct nk_uuid operator_id;
	struct nk_uuid officer_id;
	struct nk_uuid warrant_id;
};

static inline void world_done(struct world *w)
{
	nk_arena_free(&w->arena);
	kit_store_done(&w->k);
}

static inline struct nk_warrant order(struct world *w)
{
	return (struct nk_warrant){
		.id = w->warrant_id,
		.kind = NK_STR("order"),
		.verbs = NK_STR("hold"),
		.scope = NK_STR("store"),
		.requester = w->operator_id,
		.signer = w->officer_id,
		.limitation = NK_STR(""),
		.from_at = KIT_START - NK_DAY,
		.until_at = KIT_START + 100 * NK_DAY,
		.uses_left = 2,
		.review_on = NK_DATE_NONE,
	};
}

static inline void add_party(struct world *w, struct nk_tx *tx, struct nk_uuid id, struct nk_str roles, struct nk_str label)
{
	const struct nk_party party = { .id = id, .kind = NK_STR("operator"), .roles = roles, .label = label };
	struct nk_err err = { 0 };

	kit_ok(nk_party_add(tx, &w->k.label_key, &party, &err), &err);
}

static inline void world_new(struct world *w)
{
	struct nk_tx *tx = NULL;
	struct nk_warrant warrant;
	struct nk_err err = { 0 };

	memset(w, 0, sizeof(*w));
	kit_store_new(&w->k);
	kit_ok(nk_arena_new(NK_ARENA_WIPING, 1 << 20, &w->arena, &err), &err);
	w->operator_id = kit_uuid(100);
	w->officer_id = kit_uuid(101);
	w->warrant_id = kit_uuid(200);
	warrant = order(w);
	tx = kit_begin(&w->k);
	add_party(w, tx, w->operator_id, NK_STR("operator"), NK_STR("運用 太郎残左"));
	add_party(w, tx, w->officer_id, NK_STR("officer, second"), NK_STR("管理 花子"));
	kit_ok(nk_warrant_add(tx, &warrant, &err), &err);
	kit_commit(&tx);
}

static inline struct nk_holding holding_of(struct world *w, enum nk_holding_kind kind)
{
	return (struct nk_holding){
		.kind = kind,
		.place = NK_STR("/var/lib/nokosazu"),
		.custodian = w->operator_id,
		.purpose = NK_STR("identity management"),
		.warrant = w->warrant_id,
		.opened_at = KIT_START,
		.expires_at = KIT_START + 30 * NK_DAY,
	};
}

#endif
