/*
 * desired_whole.c: one person in several records (docs/adr/0015) has one account: whose names it has, and whose classes.
 *
 * Invariant: a part never has an account that may be used; the head's has the memberships of every record that is valid itself.
 */
#include "base.h"

#include "desired_int.h"

bool nk_desired_is_retired(const struct nk_desired_options *opt, const struct nk_person *part)
{
	const struct nk_link *const l = opt->links != NULL ? nk_links_of(opt->links, part->number) : NULL;

	return l != NULL && l->state != NK_LINK_ABSENT;
}

static NK_RESULT add_all(struct nk_vec *list, const struct nk_person *p, struct nk_err *err)
{
	for (size_t i = 0; i < p->n_memberships; i++) {
		void *room = NULL;

		NK_TRY(nk_vec_push(list, &room, err));
		*(struct nk_membership *)room = p->memberships[i];
	}
	return nk_done();
}

NK_RESULT nk_desired_whole(
	const struct nk_year *year, nk_date today, struct nk_arena *arena, struct nk_person *head, struct nk_err *err)
{
	NK_OWNED(nk_vec_done) struct nk_vec list = { 0 };
	uint32_t all[NK_WHOLE_MAX];
	const size_t n = nk_people_whole(year->people, head->number, all);
	size_t usable = 0;

	if (n == 1) {
		return nk_done();
	}
	nk_vec_init(&list, sizeof(struct nk_membership), UINT32_MAX);
	for (size_t i = 0; i < n; i++) {
		const struct nk_person *const p = nk_people_by_number(year->people, all[i]);
		struct nk_year_wanted own;

		nk_year_own(year, p, today, &own);
		if (own.presence == NK_YEAR_USABLE) {
			NK_TRY(add_all(&list, p, err));
			usable++;
		}
	}
	if (usable == 0) {
		return nk_done();
	}
	head->n_memberships = list.len;
	head->memberships = nk_vec_keep(&list, arena);
	return head->memberships == NULL ? nk_fail_nomem(err) : nk_done();
}
