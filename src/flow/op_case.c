/*
 * op_case.c: looking at cases: the list, one of them whole, a file that came with it, and the search over all of them.
 *
 * Everything here only reads; texts are opened in memory and go to the asker alone.
 */
#include "base.h"

#include "case_int.h"
#include "form.h"

static NK_RESULT row_of(struct nk_flow *flow, const struct nk_case *c, struct nk_case_row *out, struct nk_err *err)
{
	NK_OWNED(nk_arena_free) struct nk_arena *arena = NULL;
	struct nk_case_duty *list = NULL;
	size_t n = 0;

	*out = (struct nk_case_row){ .id = c->id,
		.state = c->state,
		.regime = c->regime,
		.classes = c->classes,
		.known_by = c->known_by,
		.known_at = c->known_at,
		.closed_at = c->closed_at };
	memcpy(out->receipt, c->receipt, sizeof(out->receipt));
	NK_TRY(nk_arena_new(NK_ARENA_PLAIN, 16 << 20, &arena, err));
	NK_TRY(nk_case_duties(flow, c, arena, &list, &n, err));
	for (size_t i = 0; i < n; i++) {
		if (list[i].closed_at != 0) {
			continue;
		}
		out->open_duties++;
		out->overdue += list[i].overdue ? 1 : 0;
		out->next_due = out->next_due == 0 || list[i].due_at < out->next_due ? list[i].due_at : out->next_due;
	}
	return nk_done();
}

NK_RESULT nk_op_case_list(struct nk_flow *flow, bool only_open, struct nk_arena *arena, struct nk_case_row **out,
	size_t *out_n, struct nk_err *err)
{
	struct nk_case *list = NULL;
	size_t n = 0;

	*out_n = 0;
	NK_TRY(nk_case_all(flow, arena, &list, &n, err));
	*out = nk_arena_array(arena, n, sizeof(**out));
	if (*out == NULL) {
		return nk_fail_nomem(err);
	}
	for (size_t i = 0; i < n; i++) {
		if (only_open && list[i].closed_at != 0) {
			continue;
		}
		NK_TRY(row_of(flow, &list[i], &(*out)[*out_n], err));
		*out_n += 1;
	}
	return nk_done();
}

/* How a duty by law stands: by its duties of that kind. */
static void state_of(const char *duty, const struct nk_case_duty *list, size_t n, struct nk_case_clock *out)
{
	out->state = NK_STR("not-needed");
	for (size_t i = 0; duty != NULL && i < n; i++) {
		if (!nk_str_eq(list[i].kind, nk_str_c(duty)) || list[i].moved) {
			continue;
		}
		out->state = list[i].closed_at != 0 ? NK_STR("done") : list[i].overdue ? NK_STR("overdue") : NK_STR("open");
		if (list[i].closed_at == 0) {
			return;
		}
	}
}

static NK_RESULT unknown_fields(const struct nk_law *law, enum nk_deadline_kind kind, const struct nk_case_facts *facts,
	struct nk_arena *arena, size_t *out, struct nk_err *err)
{
	const struct nk_form_ask ask = { .kind =
						 kind == NK_DEADLINE_FINAL ? NK_FORM_FINAL : NK_FORM_PRELIMINARY };
	struct nk_form form;

	*out = 0;
	if (kind != NK_DEADLINE_PRELIMINARY && kind != NK_DEADLINE_FINAL) {
		return nk_done();
	}
	NK_TRY(nk_form_fill(law, &ask, facts, arena, &form, err));
	*out = form.missing + form.unknown;
	return nk_done();
}

static NK_RESULT clocks(struct nk_flow *flow, const struct nk_case *c, struct nk_arena *arena,
	struct nk_case_view *out, struct nk_err *err)
{
	NK_OWNED(nk_law_free) struct nk_law *law = NULL;
	struct nk_case_facts facts;
	struct nk_case_clock *list;

	NK_TRY(nk_case_law(flow, &law, err));
	NK_TRY(nk_case_facts_make(flow, law, c, NK_LANG_EN, arena, &facts, err));
	out->by_count = ((facts.classes.certain | facts.classes.feared) & (1U << NK_CLASS_MANY)) != 0;
	list = nk_arena_array(arena, facts.deadlines_n, sizeof(*list));
	if (list == NULL) {
		return nk_fail_nomem(err);
	}
	out->clocks = list;
	for (size_t i = 0; i < facts.deadlines_n; i++) {
		const struct nk_deadline *const d = &facts.deadlines[i];
		struct nk_case_clock *const k = &list[out->n_clocks];

		if (nk_case_duty_word(d->kind) == NULL) {
			continue;
		}
		k->kind = nk_str_c(nk_deadline_name(d->kind));
		k->due = d->due;
		k->needs_review = d->needs_review;
		k->unverified = d->unverified;
		for (unsigned l = 0; l < NK_LANG_COUNT; l++) {
			NK_TRY(nk_arena_dup(arena, d->word[l], &k->word[l], err));
		}
		state_of(nk_case_duty_word(d->kind), out->duties, out->n_duties, k);
		NK_TRY(unknown_fields(law, d->kind, &facts, arena, &k->unknown, err));
		out->n_clocks++;
	}
	return nk_done();
}

enum { SETS = 1 << NK_ITEM_COUNT };

static NK_RESULT words_of(unsigned classes, struct nk_arena *arena, struct nk_str *out, struct nk_err *err)
{
	NK_OWNED(nk_buf_done) struct nk_buf b = { 0 };

	nk_buf_init(&b, 256);
	for (unsigned c = 0; c < NK_ITEM_COUNT; c++) {
		if ((classes & (1U << c)) != 0) {
			NK_TRY(nk_buf_add_c(&b, b.len > 0 ? "," : "", err));
			NK_TRY(nk_buf_add_c(&b, nk_case_item_word((enum nk_item_class)c), err));
		}
	}
	return nk_arena_dup(arena, nk_buf_str(&b), out, err);
}

/* How many persons have which items in the copies of the case: one query over the extents (E1). */
static NK_RESULT item_sets(struct nk_flow *flow, const struct nk_case_copy *copies, size_t n, struct nk_arena *arena,
	struct nk_case_view *out, struct nk_err *err)
{
	uint64_t of[SETS] = { 0 };
	struct nk_case_items *list = nk_arena_array(arena, SETS, sizeof(*list));
	struct nk_extent_person *persons = NULL;
	struct nk_uuid *ids = NULL;
	size_t k = 0;

	if (list == NULL) {
		return nk_fail_nomem(err);
	}
	NK_TRY(nk_case_copy_ids(copies, n, false, arena, &ids, &k, err));
	NK_TRY(nk_extent_persons(flow->store, ids, k, arena, &persons, &n, err));
	for (size_t i = 0; i < n; i++) {
		of[persons[i].classes % SETS]++;
	}
	out->items = list;
	for (unsigned c = 0; c < SETS; c++) {
		if (of[c] > 0) {
			list[out->n_items].classes = c;
			list[out->n_items].persons = of[c];
			NK_TRY(words_of(c, arena, &list[out->n_items].words, err));
			out->n_items++;
		}
	}
	return nk_done();
}

NK_RESULT nk_op_case_show(struct nk_flow *flow, struct nk_str ref, struct nk_arena *arena, struct nk_case_view *out,
	struct nk_err *err)
{
	struct nk_case c;
	struct nk_case_copy *copies = NULL;
	struct nk_case_duty *duties = NULL;
	struct nk_case_present *present = NULL;
	struct nk_case_note *notes = NULL;
	struct nk_count persons;

	memset(out, 0, sizeof(*out));
	NK_TRY(nk_case_find(flow, ref, arena, &c, err));
	NK_TRY(row_of(flow, &c, &out->row, err));
	NK_TRY(nk_case_copies(flow, &c, arena, &copies, &out->n_copies, err));
	NK_TRY(nk_case_duties(flow, &c, arena, &duties, &out->n_duties, err));
	NK_TRY(nk_case_present(flow, &c, arena, &present, &out->n_present, &out->quorate, err));
	NK_TRY(nk_case_notes(flow, &c, NULL, arena, &notes, &out->n_notes, err));
	NK_TRY(nk_case_persons(flow, &c, &persons, err));
	out->copies = copies;
	out->duties = duties;
	out->present = present;
	out->notes = notes;
	NK_TRY(item_sets(flow, copies, out->n_copies, arena, out, err));
	out->persons_exact = persons.least;
	out->persons_max = persons.most;
	return clocks(flow, &c, arena, out, err);
}

NK_RESULT nk_op_case_file(
	struct nk_flow *flow, struct nk_str ref, uint64_t seq, struct nk_buf *out, struct nk_err *err)
{
	NK_OWNED(nk_arena_free) struct nk_arena *arena = NULL;
	struct nk_case c;

	NK_TRY(nk_arena_new(NK_ARENA_PLAIN, 1 << 20, &arena, err));
	NK_TRY(nk_case_find(flow, ref, arena, &c, err));
	return nk_case_file(flow, &c, seq, out, err);
}

static char small(char c)
{
	return (char)(c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c);
}

static bool holds(struct nk_str text, struct nk_str what)
{
	for (size_t i = 0; what.len > 0 && i + what.len <= text.len; i++) {
		size_t k = 0;

		while (k < what.len && small(text.ptr[i + k]) == small(what.ptr[k])) {
			k++;
		}
		if (k == what.len) {
			return true;
		}
	}
	return false;
}

static NK_RESULT search_case(struct nk_flow *flow, const struct nk_case *c, struct nk_str what, struct nk_arena *arena,
	struct nk_vec *hits, struct nk_err *err)
{
	struct nk_case_note *notes = NULL;
	size_t n = 0;

	NK_TRY(nk_case_notes(flow, c, NULL, arena, &notes, &n, err));
	for (size_t i = 0; i < n; i++) {
		for (size_t k = 0; k < notes[i].n_words; k++) {
			struct nk_case_hit *hit = NULL;
			void *item = NULL;

			if (nk_str_eq(notes[i].words[k].key, NK_STR("salt")) || !holds(notes[i].words[k].text, what)) {
				continue;
			}
			NK_TRY(nk_vec_push(hits, &item, err));
			hit = item;
			*hit = (struct nk_case_hit){ .state = c->state,
				.kind = notes[i].kind,
				.text = notes[i].words[k].text,
				.seq = notes[i].seq,
				.at = notes[i].at };
			memcpy(hit->receipt, c->receipt, sizeof(hit->receipt));
		}
	}
	return nk_done();
}

NK_RESULT nk_op_case_search(struct nk_flow *flow, struct nk_str what, struct nk_arena *arena, struct nk_case_hit **out,
	size_t *out_n, struct nk_err *err)
{
	NK_OWNED(nk_vec_done) struct nk_vec hits = { 0 };
	struct nk_case *list = NULL;
	size_t n = 0;

	if (nk_str_trim(what).len == 0) {
		return nk_fail(err, NK_USAGE, NK_N("what is looked for must not be empty"));
	}
	nk_vec_init(&hits, sizeof(struct nk_case_hit), 1000000);
	NK_TRY(nk_case_all(flow, arena, &list, &n, err));
	for (size_t i = 0; i < n; i++) {
		NK_TRY(search_case(flow, &list[i], nk_str_trim(what), arena, &hits, err));
	}
	*out = nk_vec_keep(&hits, arena);
	if (*out == NULL) {
		return nk_fail_nomem(err);
	}
	*out_n = hits.len;
	return nk_done();
}
