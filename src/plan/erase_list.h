/*
 * erase_list.h: the erase plan: whom the day has come to erase. A plan like others (DECISIONS 17): hash, limits, a
 * second person.
 *
 * One person in several records is one: chosen when all of them are due and none is kept, and then with every number.
 * Chosen are persons who are leaving or suspended and whose day has come, by the house's rules or their own 削除日
 * (year.h); never those under legal hold, never protected ones: both are counted. Pure: people and day in, list out;
 * a person's digest is a MAC of the id under the plan's 32 random bytes, so that a stored list names nobody. It is
 * saved with nk_plan_save(erase = true, target nil).
 */
#ifndef NK_ERASE_LIST_H
#define NK_ERASE_LIST_H

#include "plan.h"
#include "year.h"

struct nk_erase_list {
	const uint32_t *numbers; /* persons, in the order of their digests: it tells nothing */
	const uint8_t (*digests)[NK_MAC_LEN];
	size_t n;
	size_t on_hold; /* due, and kept by a legal hold */
	size_t is_protected; /* due, and protected */
	struct nk_hash hash;
};

/* nk_erase_list_make: `only`: nobody but this person, by any of the records (nil: all who are due). Lives in `arena`. NK_NOMEM. */
NK_RESULT nk_erase_list_make(const struct nk_year *year, nk_date today, struct nk_uuid only,
	const uint8_t nonce[static 32], struct nk_arena *arena, struct nk_erase_list *out, struct nk_err *err);

/*
 * nk_erase_list_check: may a stored list still be carried out? Every person is there with all records, due on that day, neither on
 * hold nor protected, and is the one whose digest was approved; and the digests give the hash. NK_CONFLICT names the
 * person's number. `steps` sorted by digest, as nk_plan_steps gives them.
 */
NK_RESULT nk_erase_list_check(const struct nk_year *year, nk_date today, const uint8_t nonce[static 32],
	const struct nk_plan_step_row *steps, size_t n, const struct nk_hash *hash, struct nk_err *err);

struct nk_erase_limits {
	uint32_t percent; /* 2, in the season 25 */
	uint32_t number; /* 5 */
	uint64_t recent; /* erased in the window before: slow drips count too */
};
/* nk_erase_list_guard: above the larger of number and percent of all people a second person decides (rule E1);
 * findings in `arena`. */
NK_RESULT nk_erase_list_guard(const struct nk_erase_list *list, size_t people, const struct nk_erase_limits *limits,
	struct nk_arena *arena, enum nk_verdict *out, const struct nk_guard_finding **out_findings, size_t *out_n,
	struct nk_err *err);

#endif
