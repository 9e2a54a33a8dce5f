/*
 * plan_found.c: anchors of entries that were made before a crash and are recognised now.
 */
#include "base.h"

#include "plan.h"

static NK_RESULT record_person(
	struct nk_tx *tx, struct nk_links *links, const struct nk_plan_found *f, struct nk_err *err)
{
	const struct nk_link *old = nk_links_of(links, f->person_number);
	struct nk_link link;

	nk_assert(old != NULL);
	link = *old;
	link.keys = NULL;
	link.n_keys = 0;
	link.state = NK_LINK_PRESENT;
	link.anchor = f->anchor;
	return nk_links_put(links, tx, &link, NULL, err);
}

static NK_RESULT record_object(
	struct nk_tx *tx, struct nk_uuid target, const struct nk_plan_found *f, struct nk_err *err)
{
	NK_OWNED(nk_stmt_put) struct nk_stmt *stmt = NULL;

	NK_TRY(nk_stmt_get(nk_tx_store(tx),
		"UPDATE target_object SET anchor = ?3, state = 'present' WHERE target_id = ?1 AND object_id = ?2",
		&stmt, err));
	nk_stmt_uuid(stmt, 1, target);
	nk_stmt_uuid(stmt, 2, f->object);
	nk_stmt_blob(stmt, 3, nk_str_bytes(f->anchor));
	return nk_stmt_run(stmt, err);
}

NK_RESULT nk_plan_record_found(struct nk_tx *tx, struct nk_links *links, struct nk_uuid target,
	const struct nk_plan *plan, struct nk_err *err)
{
	for (size_t i = 0; i < plan->n_found; i++) {
		const struct nk_plan_found *f = &plan->found[i];

		if (f->object_kind == NK_OBJECT_PERSON) {
			NK_TRY(record_person(tx, links, f, err));
		} else {
			NK_TRY(record_object(tx, target, f, err));
		}
	}
	return nk_done();
}
