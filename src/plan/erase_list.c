/*
 * erase_list.c: whom the day has come to erase.
 *
 * Invariant: nobody is in the list who is active, planned, on hold or protected, or whose day has not come; of one person in
 * several records (nk_people_whole) all are in it or none.
 */
#include "base.h"

#include "erase_list.h"

static bool due(const struct nk_year *year, const struct nk_person *p, nk_date today)
{
	struct nk_year_wanted wanted;

	nk_year_of(year, p, today, &wanted);
	return wanted.due;
}

/* A person of the list before it is in order. */
struct chosen {
	uint8_t digest[NK_MAC_LEN];
	uint32_t number;
};

static int chosen_cmp(const void *a, const void *b)
{
	const struct chosen *x = a;
	const struct chosen *y = b;

	for (size_t i = 0; i < sizeof(x->digest); i++) {
		if (x->digest[i] != y->digest[i]) {
			return x->digest[i] < y->digest[i] ? -1 : 1;
		}
	}
	return 0;
}

static void hash_list(const struct chosen *list, size_t n, const uint8_t nonce[static 32], struct nk_hash *out)
{
	static const char label[] = "nokosazu erase 1";
	const struct nk_bytes head[] = { nk_bytes_of(label, sizeof(label) - 1), nk_bytes_of(nonce, 32) };
	struct nk_hash h;

	nk_blake(NULL, head, NK_ARRAY_LEN(head), &h);
	for (size_t i = 0; i < n; i++) {
		const struct nk_hash before = h;
		const struct nk_bytes parts[] = { nk_bytes_of(before.b, sizeof(before.b)),
			nk_bytes_of(list[i].digest, sizeof(list[i].digest)) };

		nk_blake(NULL, parts, NK_ARRAY_LEN(parts), &h);
	}
	*out = h;
}

static bool may_go(const struct nk_person *p, struct nk_erase_list *count)
{
	if ((p->flags & NK_PERSON_HOLD) != 0) {
		count->on_hold++;
		return false;
	}
	if ((p->flags & NK_PERSON_PROTECTED) != 0) {
		count->is_protected++;
		return false;
	}
	return true;
}

static NK_RESULT hand_over(
	const struct chosen *chosen, struct nk_arena *arena, struct nk_erase_list *list, struct nk_err *err)
{
	uint32_t *numbers = nk_arena_array(arena, list->n, sizeof(*numbers));
	uint8_t(*digests)[NK_MAC_LEN] = nk_arena_array(arena, list->n, sizeof(*digests));

	if (numbers == NULL || digests == NULL) {
		return nk_fail_nomem(err);
	}
	for (size_t i = 0; i < list->n; i++) {
		numbers[i] = chosen[i].number;
		memcpy(digests[i], chosen[i].digest, sizeof(digests[i]));
	}
	list->numbers = numbers;
	list->digests = (const uint8_t(*)[NK_MAC_LEN])digests;
	return nk_done();
}

struct choosing {
	const struct nk_year *year;
	nk_date today;
	struct nk_uuid only;
	const struct nk_key *key;
	struct chosen *chosen;
	struct nk_erase_list *list;
};

static bool is_asked_for(const struct choosing *c, const struct nk_person *p)
{
	const struct nk_person *only = NULL;

	if (nk_uuid_is_nil(c->only)) {
		return true;
	}
	only = nk_people_by_id(c->year->people, c->only);
	return only != NULL && nk_people_head_number(c->year->people, only->number) == p->number;
}

static NK_RESULT choose(void *arg, const struct nk_person *p, struct nk_err *err)
{
	const struct choosing *c = arg;
	uint32_t all[NK_WHOLE_MAX];
	size_t n = 0;

	(void)err;
	if (nk_people_is_part(c->year->people, p) || !due(c->year, p, c->today) || !is_asked_for(c, p) || !may_go(p, c->list)) {
		return nk_done();
	}
	n = nk_people_whole(c->year->people, p->number, all);
	for (size_t i = 0; i < n; i++) {
		const struct nk_person *const one = i == 0 ? p : nk_people_by_number(c->year->people, all[i]);
		struct chosen *const next = &c->chosen[c->list->n++];

		next->number = all[i];
		nk_mac16(c->key, nk_bytes_of(one->id.b, sizeof(one->id.b)), next->digest);
	}
	return nk_done();
}

NK_RESULT nk_erase_list_make(const struct nk_year *year, nk_date today, struct nk_uuid only,
	const uint8_t nonce[static 32], struct nk_arena *arena, struct nk_erase_list *out, struct nk_err *err)
{
	NK_OWNED(nk_key_wipe) struct nk_key key;
	struct nk_erase_list list = { .n = 0 };
	struct chosen *chosen = nk_arena_array(arena, nk_people_count(year->people), sizeof(*chosen));
	struct choosing c = { year, today, only, &key, chosen, &list };

	memcpy(key.b, nonce, sizeof(key.b));
	if (chosen == NULL) {
		return nk_fail_nomem(err);
	}
	NK_TRY(nk_people_each(year->people, choose, &c, err));
	if (list.n > 0) {
		qsort(chosen, list.n, sizeof(*chosen), chosen_cmp);
	}
	hash_list(chosen, list.n, nonce, &list.hash);
	NK_TRY(hand_over(chosen, arena, &list, err));
	*out = list;
	return nk_done();
}

static bool same_digest(const struct nk_key *key, const struct nk_person *p, const uint8_t digest[static NK_MAC_LEN])
{
	uint8_t made[NK_MAC_LEN];

	nk_mac16(key, nk_bytes_of(p->id.b, sizeof(p->id.b)), made);
	return nk_ct_equal(made, digest, sizeof(made));
}

/* Is every record of this person in the list? */
static bool is_whole(
	const struct nk_people *people, const struct nk_person *p, const struct nk_plan_step_row *steps, size_t n)
{
	uint32_t all[NK_WHOLE_MAX];
	const size_t n_all = nk_people_whole(people, p->number, all);
	size_t found = 0;

	for (size_t i = 0; n_all > 1 && i < n; i++) {
		for (size_t k = 0; k < n_all; k++) {
			found += steps[i].person_number == all[k] ? 1 : 0;
		}
	}
	return n_all == 1 || found == n_all;
}

NK_RESULT nk_erase_list_check(const struct nk_year *year, nk_date today, const uint8_t nonce[static 32],
	const struct nk_plan_step_row *steps, size_t n, const struct nk_hash *hash, struct nk_err *err)
{
	NK_OWNED(nk_key_wipe) struct nk_key key;
	NK_OWNED(nk_vec_done) struct nk_vec chosen = { 0 };
	struct nk_erase_list count = { .n = 0 };
	struct nk_hash made;

	memcpy(key.b, nonce, sizeof(key.b));
	nk_vec_init(&chosen, sizeof(struct chosen), n);
	for (size_t i = 0; i < n; i++) {
		const struct nk_person *p = nk_people_by_number(year->people, steps[i].person_number);
		void *at = NULL;

		if (p == NULL || !due(year, p, today) || !may_go(p, &count) || !same_digest(&key, p, steps[i].digest)) {
			return nk_fail(err, NK_CONFLICT,
				NK_N("person %u is no longer due for erasure (returned, on hold or protected); cancel this list and make a new one"),
				steps[i].person_number);
		}
		if (!is_whole(year->people, p, steps, n)) {
			return nk_fail(err, NK_CONFLICT,
				NK_N("person %u is there in several records and the list has not all of them; cancel this list and make a new one"),
				steps[i].person_number);
		}
		NK_TRY(nk_vec_push(&chosen, &at, err));
		memcpy(((struct chosen *)at)->digest, steps[i].digest, NK_MAC_LEN);
	}
	hash_list(chosen.items, n, nonce, &made);
	return nk_ct_equal(made.b, hash->b, NK_HASH_LEN)
		? nk_done()
		: nk_fail(err, NK_CONFLICT, NK_N("the stored erase list is not the one whose hash was approved"));
}

NK_RESULT nk_erase_list_guard(const struct nk_erase_list *list, size_t people, const struct nk_erase_limits *limits,
	struct nk_arena *arena, enum nk_verdict *out, const struct nk_guard_finding **out_findings, size_t *out_n,
	struct nk_err *err)
{
	const unsigned long long share = (unsigned long long)people * limits->percent / 100;
	const unsigned long long limit = share > limits->number ? share : limits->number;
	struct nk_guard_finding *finding = nk_arena_alloc(arena, sizeof(*finding));

	if (finding == NULL) {
		return nk_fail_nomem(err);
	}
	*finding = (struct nk_guard_finding){ .rule = "E1",
		.what = NK_N(
			"%1$s: %2$llu persons would be erased for good, %3$llu are free: a second person decides"),
		.cell = NK_STR("erase"),
		.figure = list->n + limits->recent,
		.limit = limit,
		.verdict = NK_VERDICT_APPROVAL };
	*out_findings = finding;
	*out_n = list->n > 0 && list->n + limits->recent > limit ? 1 : 0;
	*out = *out_n > 0 ? NK_VERDICT_APPROVAL : NK_VERDICT_FREE;
	return nk_done();
}
