/*
 * erase_list.h: who is due for erasure, as a plan: hash, limits, protected set, second person (DECISIONS 17). Pure.
 */
#ifndef NK_ERASE_LIST_H
#define NK_ERASE_LIST_H

#include "plan.h"

struct nk_erase_list {
	const uint32_t *numbers;      /* persons, in order of number */
	const uint8_t (*digests)[16]; /* MAC(nonce, person id) of each */
	size_t n;
	size_t on_hold;               /* due, but a legal hold stands */
	size_t is_protected;          /* due, but protected */
	struct nk_hash hash;          /* over nonce and digests in order of digest */
};

/* nk_erase_list_make: state LEAVING or SUSPENDED and 削除日 on or before `today`; `only` (nil: everybody) takes one person alone. */
NK_RESULT nk_erase_list_make(const struct nk_people *people, nk_date today, struct nk_uuid only, const uint8_t nonce[static 32], struct nk_arena *arena,
			     struct nk_erase_list *out, struct nk_err *err);

struct nk_erase_limits {
	uint32_t percent, number;     /* above max(number, percent of all persons): a second person */
};
NK_RESULT nk_erase_list_guard(const struct nk_erase_list *list, size_t all_persons, const struct nk_erase_limits *limits, struct nk_arena *arena, enum nk_verdict *out,
			      const struct nk_guard_finding **out_findings, size_t *out_n, struct nk_err *err);

#endif
