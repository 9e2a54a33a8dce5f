/*
 * duty_kind.c: what is known of the kinds of duties: duties.rows.
 */
#include "base.h"

#include "custody.h"

static const struct nk_duty_kind kinds[] = {
#define ROW(name, last, remind, deputy, director, summary) { name, last, remind, deputy, director, NK_N(summary) },
#include "duties.inc"
#undef ROW
};

const struct nk_duty_kind *nk_duty_kind_of(struct nk_str kind)
{
	for (size_t i = 0; i < NK_ARRAY_LEN(kinds); i++) {
		if (nk_str_eq(kind, nk_str_c(kinds[i].name))) {
			return &kinds[i];
		}
	}
	return NULL;
}
