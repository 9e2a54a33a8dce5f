/*
 * person_seen.c: what a target is told of a person's name: for who looks at one person (person show).
 *
 * Invariant: the same rule as the plan's (nk_name_use_apply); a protected person is seen under no name.
 */
#include "base.h"
#include "flow_int.h"
#include "person_int.h"

NK_RESULT nk_person_seen(
	struct nk_flow *flow, const struct nk_person *p, struct nk_str target, struct nk_buf *out, struct nk_err *err)
{
	const struct nk_config_target *const t = nk_config_find_target(flow->config, target);
	enum nk_name_use use = NK_NAME_IN_USE;
	struct nk_person there = *p;

	if (t == NULL) {
		return nk_buf_add_c(out, "-\t-", err); /* registered, but no longer in the configuration */
	}
	if (nk_person_hidden(p)) {
		return nk_buf_add_c(out, "hidden\t-", err);
	}
	(void)nk_name_use_of(t->name, &use);
	nk_name_use_apply(use, &there);
	NK_TRY(nk_buf_printf(out, err, "%s\t", nk_name_use_word(use)));
	return nk_person_shown(&there, false, out, err);
}
