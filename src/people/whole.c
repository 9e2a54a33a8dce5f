/*
 * whole.c: who belongs to one person: a head and the records that point to it (docs/adr/0015).
 *
 * Invariant: merged holds each live record whose item MERGED_INTO is an id, sorted by that id, then by number. A record whose
 * head is not there is a person of its own: it is never passed over. The stricter of hold and protection is everybody's.
 */
#include "base.h"

#include "people_int.h"

#include "record_int.h"

enum { STRICT = NK_PERSON_HOLD | NK_PERSON_PROTECTED | NK_PERSON_HIDDEN | NK_PERSON_SHIELDED };

static bool head_of_record(const struct nk_people_entry *e, struct nk_uuid *out)
{
	const struct nk_str text = nk_record_field(nk_people_entry_record(e), NK_FIELD_MERGED_INTO);

	return text.len > 0 && nk_uuid_parse(text, out);
}

/* The first place at or behind (head, number). */
static size_t place_of(const struct nk_people *people, struct nk_uuid head, uint32_t number)
{
	size_t low = 0;
	size_t high = people->merged.len;

	while (low < high) {
		const size_t mid = low + (high - low) / 2;
		const struct nk_people_part *const at = nk_vec_at(&people->merged, mid);
		const int c = nk_uuid_cmp(at->head, head);

		if (c < 0 || (c == 0 && at->number < number)) {
			low = mid + 1;
		} else {
			high = mid;
		}
	}
	return low;
}

NK_RESULT nk_people_whole_index(struct nk_people *people, const struct nk_people_entry *e, struct nk_err *err)
{
	struct nk_people_part part = { .number = e->number };
	struct nk_people_part *list = NULL;
	void *room = NULL;
	size_t at = 0;

	if (!head_of_record(e, &part.head)) {
		return nk_done();
	}
	at = place_of(people, part.head, part.number);
	NK_TRY(nk_vec_push(&people->merged, &room, err));
	list = people->merged.items;
	memmove(list + at + 1, list + at, (people->merged.len - 1 - at) * sizeof(*list));
	list[at] = part;
	return nk_done();
}

void nk_people_whole_unindex(struct nk_people *people, const struct nk_people_entry *e)
{
	struct nk_people_part *const list = people->merged.items;
	struct nk_uuid head;
	size_t at = 0;

	if (!head_of_record(e, &head)) {
		return;
	}
	at = place_of(people, head, e->number);
	if (at < people->merged.len && list[at].number == e->number && nk_uuid_eq(list[at].head, head)) {
		memmove(list + at, list + at + 1, (people->merged.len - at - 1) * sizeof(*list));
		people->merged.len--;
	}
}

static const struct nk_people_entry *head_entry(const struct nk_people *people, const struct nk_people_entry *e)
{
	const struct nk_people_entry *head = NULL;
	struct nk_uuid id;

	if (people->merged.len == 0 || !head_of_record(e, &id)) {
		return e;
	}
	head = nk_people_entry_by_id(people, id);
	return head != NULL ? head : e;
}

const struct nk_person *nk_people_head(const struct nk_people *people, const struct nk_person *person)
{
	const struct nk_people_entry *const e = nk_people_entry_of(people, person->number);
	const struct nk_people_entry *const head = e != NULL ? head_entry(people, e) : NULL;

	return head == NULL || head == e ? person : nk_people_by_number(people, head->number);
}

bool nk_people_is_part(const struct nk_people *people, const struct nk_person *person)
{
	const struct nk_people_entry *const e = people->merged.len > 0 ? nk_people_entry_of(people, person->number) : NULL;

	return e != NULL && head_entry(people, e) != e;
}

uint32_t nk_people_head_number(const struct nk_people *people, uint32_t number)
{
	const struct nk_people_entry *const e = people->merged.len > 0 ? nk_people_entry_of(people, number) : NULL;

	return e != NULL ? head_entry(people, e)->number : number;
}

size_t nk_people_whole(const struct nk_people *people, uint32_t number, uint32_t out[static NK_WHOLE_MAX])
{
	const struct nk_people_entry *const e = people->merged.len > 0 ? nk_people_entry_of(people, number) : NULL;
	const struct nk_people_entry *head = NULL;
	size_t n = 1;

	out[0] = number;
	if (e == NULL) {
		return 1;
	}
	head = head_entry(people, e);
	out[0] = head->number;
	for (size_t i = place_of(people, head->id, 0); i < people->merged.len; i++) {
		const struct nk_people_part *const part = nk_vec_at(&people->merged, i);

		if (!nk_uuid_eq(part->head, head->id)) {
			break;
		}
		nk_assert(n < NK_WHOLE_MAX); /* nk_people_update refuses more */
		out[n++] = part->number;
	}
	return n;
}

bool nk_people_is_merged(const struct nk_people *people, uint32_t number)
{
	uint32_t all[NK_WHOLE_MAX];

	return nk_people_whole(people, number, all) > 1;
}

unsigned nk_people_strict(const struct nk_people *people, const struct nk_people_entry *e)
{
	uint32_t all[NK_WHOLE_MAX];
	unsigned flags = 0;
	size_t n = 0;

	if (people->merged.len == 0) {
		return 0;
	}
	n = nk_people_whole(people, e->number, all);
	for (size_t i = 0; n > 1 && i < n; i++) {
		flags |= nk_people_entry_of(people, all[i])->record[NK_RECORD_FLAGS_AT] & (unsigned)STRICT;
	}
	return flags;
}

void nk_people_whole_refill(const struct nk_people *people, const uint32_t *numbers, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		struct nk_people_entry *const e = nk_people_entry_of(people, numbers[i]);

		if (e != NULL && e->view != NULL) {
			nk_people_view_fill(people, e);
		}
	}
}

static nk_date latest(nk_date a, nk_date b)
{
	if (a == NK_DATE_NONE || b == NK_DATE_NONE) {
		return NK_DATE_NONE;
	}
	return a > b ? a : b;
}

static nk_date earliest(nk_date a, nk_date b)
{
	if (a == NK_DATE_NONE || b == NK_DATE_NONE) {
		return NK_DATE_NONE;
	}
	return a < b ? a : b;
}

void nk_people_whole_dates(const struct nk_people *people, struct nk_person *io)
{
	uint32_t all[NK_WHOLE_MAX];
	const size_t n = nk_people_whole(people, io->number, all);

	for (size_t i = 0; i < n; i++) {
		const struct nk_person *const p = nk_people_by_number(people, all[i]);

		if (p->number == io->number) {
			continue;
		}
		io->state = nk_person_state_longer(io->state, p->state);
		io->valid_from = earliest(io->valid_from, p->valid_from);
		io->valid_until = latest(io->valid_until, p->valid_until);
		io->delete_on = latest(io->delete_on, p->delete_on);
	}
}

bool nk_people_is_orphan(const struct nk_people *people, const struct nk_person *person)
{
	return person->field[NK_FIELD_MERGED_INTO].len > 0 && !nk_people_is_part(people, person);
}

NK_RESULT nk_people_whole_check(const struct nk_people *people, const struct nk_person *next, struct nk_err *err)
{
	const struct nk_str text = next->field[NK_FIELD_MERGED_INTO];
	const struct nk_people_entry *head = NULL;
	const struct nk_people_entry *const e = nk_people_entry_of(people, next->number);
	uint32_t all[NK_WHOLE_MAX];
	struct nk_uuid before;
	struct nk_uuid id;

	if (text.len == 0 || (head_of_record(e, &before) && nk_uuid_parse(text, &id) && nk_uuid_eq(id, before))) {
		return nk_done();
	}
	head = nk_uuid_parse(text, &id) ? nk_people_entry_by_id(people, id) : NULL;
	if (head == NULL || head == e || head_entry(people, head) != head ||
		(head_entry(people, e) == e && nk_people_whole(people, next->number, all) > 1)) {
		return nk_fail(err, NK_INVALID, NK_N("person %lu cannot point to that record: a head points to nobody, and a part to a head"),
			(unsigned long)next->number);
	}
	return nk_people_whole(people, head->number, all) < NK_WHOLE_MAX
		? nk_done()
		: nk_fail(err, NK_LIMIT, NK_N("one person is at most %d records; split one off first"), (int)NK_WHOLE_MAX);
}
