/*
 * erase_list.c: who is due for erasure. A list like any other plan: digests, hash, guard.
 */
#include "base.h"
#include "erase_list.h"

static bool is_due(const struct nk_person *p, nk_date today)
{
	return (p->state == NK_PERSON_LEAVING || p->state == NK_PERSON_SUSPENDED) && p->delete_on != NK_DATE_NONE && p->delete_on <= today;
}

static int by_digest(const void *a, const void *b)
{
	const uint8_t *const x = a;
	const uint8_t *const y = b;

	for (size_t i = 0; i < NK_MAC_LEN; i++) {
		if (x[i] != y[i]) {
			return x[i] < y[i] ? -1 : 1;
		}
	}
	return 0;
}

static NK_RESULT hash_list(struct nk_erase_list *list, const uint8_t nonce[static 32], struct nk_arena *arena, struct nk_err *err)
{
	uint8_t(*const sorted)[NK_MAC_LEN] = nk_arena_array(arena, list->n, sizeof(*sorted));

	if (sorted == NULL) {
		return nk_fail_nomem(err);
	}
	if (list->n > 0) {
		memcpy(sorted, list->digests, list->n * sizeof(*sorted));
	}
	qsort(sorted, list->n, sizeof(*sorted), by_digest);
	const struct nk_bytes parts[] = { nk_str_bytes(NK_STR("nokosazu/erase-list/v1")), nk_bytes_of(nonce, 32), nk_bytes_of(sorted, list->n * sizeof(*sorted)) };

	nk_blake(NULL, parts, NK_ARRAY_LEN(parts), &list->hash);
	return nk_done();
}

NK_RESULT nk_erase_list_make(const struct nk_people *people, nk_date today, struct nk_uuid only, const uint8_t nonce[static 32], struct nk_arena *arena,
			     struct nk_erase_list *out, struct nk_err *err)
{
	const size_t all = nk_people_count(people);
	uint32_t *const numbers = nk_arena_array(arena, all, sizeof(*numbers));
	uint8_t(*const digests)[NK_MAC_LEN] = nk_arena_array(arena, all, sizeof(*digests));
	NK_OWNED(nk_key_wipe) struct nk_key key;

	if (numbers == NULL || digests == NULL) {
		return nk_fail_nomem(err);
	}
	memcpy(key.b, nonce, sizeof(key.b));
	*out = (struct nk_erase_list){ .numbers = numbers, .digests = (const uint8_t(*)[NK_MAC_LEN])digests };
	for (size_t i = 0; i < all; i++) {
		const struct nk_person *const p = nk_people_at(people, i);

		if (!is_due(p, today) || (!nk_uuid_is_nil(only) && !nk_uuid_eq(only, p->id))) {
			continue;
		}
		if ((p->flags & (NK_PERSON_HOLD | NK_PERSON_PROTECTED)) != 0) {
			out->on_hold += (p->flags & NK_PERSON_HOLD) != 0 ? 1 : 0;
			out->is_protected += (p->flags & NK_PERSON_PROTECTED) != 0 ? 1 : 0;
			continue;
		}
		nk_mac16(&key, nk_bytes_of(p->id.b, sizeof(p->id.b)), digests[out->n]);
		numbers[out->n++] = p->number;
	}
	return hash_list(out, nonce, arena, err);
}

static struct nk_guard_finding *push(struct nk_guard_finding *list, size_t *n, const char *rule, const char *what, uint64_t figure, uint64_t limit, enum nk_verdict verdict)
{
	list[*n] = (struct nk_guard_finding){ .rule = rule, .what = what, .cell = NK_STR(""), .figure = figure, .limit = limit, .verdict = verdict };
	return &list[(*n)++];
}

NK_RESULT nk_erase_list_guard(const struct nk_erase_list *list, size_t all_persons, const struct nk_erase_limits *limits, struct nk_arena *arena, enum nk_verdict *out,
			      const struct nk_guard_finding **out_findings, size_t *out_n, struct nk_err *err)
{
	struct nk_guard_finding *const findings = nk_arena_array(arena, 3, sizeof(*findings));
	const uint64_t share = (uint64_t)all_persons * limits->percent / 100;
	const uint64_t most = share > limits->number ? share : limits->number;
	size_t n = 0;

	if (findings == NULL) {
		return nk_fail_nomem(err);
	}
	*out = NK_VERDICT_FREE;
	if (list->n > most) {
		*out = NK_VERDICT_APPROVAL;
		(void)push(findings, &n, "X1", NK_N("%1$s%2$llu persons would be erased at once, more than %3$llu: a second person has to approve"), list->n, most, NK_VERDICT_APPROVAL);
	}
	if (list->on_hold > 0) {
		(void)push(findings, &n, "X2", NK_N("%1$s%2$llu persons are due but under a legal hold, and stay (limit %3$llu)"), list->on_hold, 0, NK_VERDICT_FREE);
	}
	if (list->is_protected > 0) {
		(void)push(findings, &n, "X3", NK_N("%1$s%2$llu persons are due but protected, and stay (limit %3$llu)"), list->is_protected, 0, NK_VERDICT_FREE);
	}
	*out_findings = findings;
	*out_n = n;
	return nk_done();
}
