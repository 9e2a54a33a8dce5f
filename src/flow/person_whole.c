/*
 * person_whole.c: one person in several records (docs/adr/0015), as the operations ask about it: by any key of any record, all copies
 * that any of the numbers is in.
 *
 * Invariant: who was typed as a part is answered with the head; extents are never rewritten.
 */
#include "base.h"

#include "person_int.h"

/* By id, number (#123, as reports of scans say), login, student number, mail, or a source's key. */
NK_RESULT nk_person_record_by(struct nk_flow *flow, struct nk_str key, const struct nk_person **out, struct nk_err *err)
{
	static const enum nk_field fields[] = { NK_FIELD_LOGIN, NK_FIELD_STUDENT_NUMBER, NK_FIELD_MASTER_ID,
		NK_FIELD_MAIL };
	struct nk_people *people = NULL;
	struct nk_uuid id;
	uint32_t number = 0;

	NK_TRY(nk_flow_people(flow, &people, err));
	*out = nk_uuid_parse(key, &id) ? nk_people_by_id(people, id) : NULL;
	if (key.len > 1 && key.ptr[0] == '#' && nk_parse_u32(nk_str_sub(key, 1, key.len), 0, UINT32_MAX, &number)) {
		*out = nk_people_by_number(people, number);
	}
	for (size_t i = 0; *out == NULL && i < NK_ARRAY_LEN(fields); i++) {
		*out = nk_people_by_field(people, fields[i], key);
	}
	for (size_t i = 0; *out == NULL && i < nk_people_count(people); i++) {
		const struct nk_person *const p = nk_people_at(people, i);

		*out = nk_str_eq(p->field[NK_FIELD_SOURCE_KEY], key) ? p : NULL;
	}
	return *out != NULL
		? nk_done()
		: nk_fail(err, NK_NOT_FOUND,
			  NK_N("nobody has this id, login, number, mail or source key; search with \"nokosazu person find\""));
}

NK_RESULT nk_person_by(struct nk_flow *flow, struct nk_str key, const struct nk_person **out, struct nk_err *err)
{
	const struct nk_person *record = NULL;

	NK_TRY(nk_person_record_by(flow, key, &record, err));
	*out = nk_people_head(flow->people, record);
	return nk_done();
}

static NK_RESULT add_row(struct nk_vec *list, const struct nk_extent_row *row, struct nk_err *err)
{
	void *room = NULL;

	for (size_t i = 0; i < list->len; i++) {
		struct nk_extent_row *const there = nk_vec_at(list, i);

		if (nk_uuid_eq(there->holding, row->holding)) {
			there->classes |= row->classes;
			there->possible |= row->possible;
			return nk_done();
		}
	}
	NK_TRY(nk_vec_push(list, &room, err));
	*(struct nk_extent_row *)room = *row;
	return nk_done();
}

NK_RESULT nk_person_extents(struct nk_flow *flow, uint32_t number, struct nk_arena *arena, struct nk_extent_row **out,
	size_t *out_n, struct nk_err *err)
{
	NK_OWNED(nk_vec_done) struct nk_vec list = { 0 };
	uint32_t all[NK_WHOLE_MAX];
	const size_t n_all = nk_people_whole(flow->people, number, all);

	if (n_all == 1) {
		return nk_extent_of_person(flow->store, number, arena, out, out_n, err);
	}
	nk_vec_init(&list, sizeof(struct nk_extent_row), 10000000);
	for (size_t i = 0; i < n_all; i++) {
		struct nk_extent_row *rows = NULL;
		size_t n = 0;

		NK_TRY(nk_extent_of_person(flow->store, all[i], arena, &rows, &n, err));
		for (size_t k = 0; k < n; k++) {
			NK_TRY(add_row(&list, &rows[k], err));
		}
	}
	*out = nk_vec_keep(&list, arena);
	*out_n = list.len;
	return *out == NULL ? nk_fail_nomem(err) : nk_done();
}

static int by_number(const void *a, const void *b)
{
	const struct nk_extent_person *const x = a;
	const struct nk_extent_person *const y = b;

	return x->number < y->number ? -1 : x->number > y->number;
}

NK_RESULT nk_person_heads(struct nk_flow *flow, struct nk_extent_person *list, size_t *n, struct nk_err *err)
{
	struct nk_people *people = NULL;
	bool changed = false;
	size_t kept = 0;

	NK_TRY(nk_flow_people(flow, &people, err));
	for (size_t i = 0; i < *n; i++) {
		const uint32_t head = nk_people_head_number(people, list[i].number);

		changed = changed || head != list[i].number;
		list[i].number = head;
	}
	if (!changed) {
		return nk_done();
	}
	qsort(list, *n, sizeof(*list), by_number);
	for (size_t i = 0; i < *n; i++) {
		if (kept > 0 && list[kept - 1].number == list[i].number) {
			list[kept - 1].classes |= list[i].classes;
		} else {
			list[kept++] = list[i];
		}
	}
	*n = kept;
	return nk_done();
}
