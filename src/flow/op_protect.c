/*
 * op_protect.c: protected persons (支援措置): protecting is free, lifting it takes a second person's warrant.
 *
 * Invariant: no import takes the protection away, neither the site's nor that which the source once asked for.
 */
#include "base.h"

#include "flow_person.h"
#include "measures_int.h"
#include "person_int.h"

NK_RESULT nk_person_order(struct nk_flow *flow, struct nk_tx *tx, const struct nk_person_order *order, struct nk_uuid warrant,
	struct nk_arena *arena, struct nk_err *err)
{
	if (nk_uuid_is_nil(warrant)) {
		return nk_fail(err, NK_DENIED,
			NK_N("this takes a second person: nokosazu warrant request --kind %1$s --verbs %2$s --scope %3$s, then --warrant ID"),
			order->kind, order->verb, order->scope.ptr);
	}
	return nk_warrant_take(
		flow, tx, warrant, nk_str_c(order->kind), nk_str_c(order->verb), order->scope, arena, NULL, err);
}

NK_RESULT nk_person_warranted(struct nk_flow *flow, struct nk_tx *tx, struct nk_uuid id, const char *kind, const char *verb,
	struct nk_uuid warrant, struct nk_arena *arena, struct nk_err *err)
{
	struct nk_person_order order = { .kind = kind, .verb = verb };
	char text[NK_UUID_TEXT];

	NK_TRY(nk_arena_printf(arena, &order.scope, err, "person:%s", nk_uuid_print(id, text)));
	return nk_person_order(flow, tx, &order, warrant, arena, err);
}

static unsigned with(unsigned flags, bool lift)
{
	return lift ? flags & ~(unsigned)(NK_PERSON_SHIELDED | NK_PERSON_HIDDEN) : flags | NK_PERSON_SHIELDED;
}

/* Every record of the person: what one of them keeps would be everybody's again. */
static NK_RESULT change(struct nk_flow *flow, const struct nk_person *p, const struct nk_protect_request *req,
	struct nk_arena *arena, struct nk_err *err)
{
	NK_OWNED(nk_tx_end) struct nk_tx *tx = NULL;
	const struct nk_leaf_item items[1] = { nk_item_number("protected", req->lift ? 0 : 1) };
	uint32_t all[NK_WHOLE_MAX];
	const size_t n = nk_people_whole(flow->people, p->number, all);

	NK_TRY(nk_tx_begin(flow->store, &tx, err));
	if (req->lift) {
		NK_TRY(nk_person_warranted(flow, tx, p->id, "order", "UNPROTECT", req->warrant, arena, err));
	}
	NK_TRY(nk_flow_person_leaves(flow, tx, NK_LEAF_PROTECT, all, NULL, n, items, 1, err));
	for (size_t i = 0; i < n; i++) {
		struct nk_person now = *nk_people_by_number(flow->people, all[i]);

		now.flags = with(now.flags, req->lift);
		NK_TRY(nk_people_update(flow->people, tx, &now, err));
	}
	if (req->lift) {
		NK_TRY(nk_warrant_done(flow, tx, req->warrant, "protection lifted", err));
	}
	return nk_flow_commit(flow, &tx, err);
}

NK_RESULT nk_op_protect(struct nk_flow *flow, const struct nk_protect_request *req, struct nk_arena *arena, struct nk_err *err)
{
	const struct nk_person *p = NULL;
	nk_rc rc;

	NK_TRY(nk_person_by(flow, req->person, &p, err));
	if (req->lift && !nk_person_hidden(p)) {
		return nk_fail(err, NK_CONFLICT, NK_N("this person is not protected"));
	}
	rc = change(flow, p, req, arena, err);
	if (!nk_ok(rc)) {
		nk_flow_forget(flow);
	}
	if (rc.code == NK_DENIED) {
		nk_flow_refused_why(flow, "unprotect", err);
	}
	return rc;
}
