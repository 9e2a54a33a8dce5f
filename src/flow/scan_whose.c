/*
 * scan_whose.c: from findings to persons: what corroborates what, and what was found of whom.
 *
 * Two findings of different fields speak for one person when they stand in the same row, or within about 300
 * characters. A name that several persons have, with nothing beside it, counts once, whoever of them it is.
 */
#include "base.h"
#include "scan_int.h"

enum { NEAR_BYTES = 1000, LOOK_BACK = 64 };

struct nk_whose {
	const struct nks_index *index;
	uint16_t *fields; /* by ordinal: bit per enum nks_field that was found of that person */
	uint8_t *sure; /* by ordinal */
	size_t n;
};

NK_RESULT nk_whose_new(const struct nks_index *index, struct nk_whose **out, struct nk_err *err)
{
	struct nk_whose *const w = calloc(1, sizeof(*w));
	struct nks_index_facts facts;

	*out = w;
	if (w == NULL) {
		return nk_fail_nomem(err);
	}
	nks_index_facts(index, &facts);
	w->index = index;
	w->n = facts.ordinals;
	w->fields = calloc(w->n + 1, sizeof(*w->fields));
	w->sure = calloc(w->n + 1, 1);
	return w->fields != NULL && w->sure != NULL ? nk_done() : nk_fail_nomem(err);
}

void nk_whose_free(struct nk_whose **whose)
{
	if (*whose != NULL) {
		free((*whose)->fields);
		free((*whose)->sure);
		free(*whose);
		*whose = NULL;
	}
}

static bool near_each_other(const struct nks_finding *a, const struct nks_finding *b)
{
	if (a->row > 0 && a->row == b->row) {
		return true;
	}
	return (a->offset > b->offset ? a->offset - b->offset : b->offset - a->offset) <= NEAR_BYTES;
}

/* All persons of a finding: those it was narrowed to, else all of its key's. *owned is to be freed. */
static const uint32_t *persons_of(
	const struct nk_whose *w, const struct nk_whose_finding *f, uint32_t *out_n, uint32_t **owned)
{
	*owned = NULL;
	*out_n = f->n_persons;
	if (f->n_persons <= NK_SCAN_PERSONS_SHOWN) {
		return f->persons;
	}
	*owned = calloc(f->n_persons, sizeof(**owned));
	*out_n = *owned == NULL ? 0 : f->n_persons;
	if (*owned != NULL) {
		(void)nks_index_persons(w->index, f->found.f.key, *owned, f->n_persons);
	}
	return *owned;
}

/* Both lists rise. Those in both, at most NK_SCAN_PERSONS_SHOWN of them into out; returns how many. */
static uint32_t in_both(const uint32_t *a, uint32_t n_a, const uint32_t *b, uint32_t n_b, uint32_t *out)
{
	uint32_t n = 0;

	for (uint32_t i = 0, k = 0; i < n_a && k < n_b;) {
		if (a[i] == b[k]) {
			if (n < NK_SCAN_PERSONS_SHOWN) {
				out[n] = a[i];
			}
			n++;
			i++;
			k++;
		} else if (a[i] < b[k]) {
			i++;
		} else {
			k++;
		}
	}
	return n;
}

/* Leaves in both only the persons that both may be, when few enough to be named. */
static void narrow(const struct nk_whose *w, struct nk_whose_finding *a, struct nk_whose_finding *b)
{
	uint32_t both[NK_SCAN_PERSONS_SHOWN];
	uint32_t *owned_a = NULL;
	uint32_t *owned_b = NULL;
	uint32_t n_a = 0;
	uint32_t n_b = 0;
	const uint32_t *const list_a = persons_of(w, a, &n_a, &owned_a);
	const uint32_t *const list_b = persons_of(w, b, &n_b, &owned_b);
	const uint32_t n = in_both(list_a, n_a, list_b, n_b, both);

	free(owned_a);
	free(owned_b);
	if (n == 0 || n > NK_SCAN_PERSONS_SHOWN) {
		return;
	}
	memcpy(a->persons, both, n * sizeof(*both));
	memcpy(b->persons, both, n * sizeof(*both));
	a->n_persons = n;
	b->n_persons = n;
	a->corroborated = true;
	b->corroborated = true;
}

static void corroborate(const struct nk_whose *w, struct nk_whose_finding *findings, size_t i)
{
	struct nk_whose_finding *const f = &findings[i];
	const size_t first = i > LOOK_BACK ? i - LOOK_BACK : 0;

	for (size_t k = first; k < i; k++) {
		struct nk_whose_finding *const other = &findings[k];

		if (other->n_persons > 0 && other->found.f.field != f->found.f.field &&
			other->found.in_name == f->found.in_name && near_each_other(&other->found.f, &f->found.f)) {
			narrow(w, other, f);
		}
	}
}

/* Fields that are one person's alone. */
static bool is_own(unsigned field)
{
	return field == NKS_FIELD_LOGIN || field == NKS_FIELD_ID || field == NKS_FIELD_MAIL ||
		field == NKS_FIELD_PHONE;
}

static void count(struct nk_whose *w, const struct nk_whose_finding *f)
{
	const uint32_t person = f->persons[0];

	if (f->n_persons == 0 || person >= w->n) {
		return;
	}
	w->fields[person] = (uint16_t)(w->fields[person] | 1U << f->found.f.field);
	if (f->corroborated || (is_own(f->found.f.field) && f->n_persons == 1)) {
		w->sure[person] = 1;
	}
}

void nk_whose_judge(struct nk_whose *whose, struct nk_whose_finding *findings, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		struct nk_whose_finding *const f = &findings[i];

		if (f->found.f.of_index) {
			f->n_persons = nk_u32(
				nks_index_persons(whose->index, f->found.f.key, f->persons, NK_SCAN_PERSONS_SHOWN));
			corroborate(whose, findings, i);
		}
	}
	for (size_t i = 0; i < n; i++) {
		count(whose, &findings[i]);
	}
}

static NK_RESULT set_name(unsigned set, struct nk_arena *arena, const char **out, struct nk_err *err)
{
	struct nk_str text = NK_STR("");

	for (unsigned f = 0; f < NKS_FIELD_COUNT; f++) {
		if ((set >> f & 1U) != 0) {
			NK_TRY(nk_arena_printf(arena, &text, err, "%.*s%s%s", NK_FMT(text), text.len > 0 ? " + " : "",
				nks_field_name((enum nks_field)f)));
		}
	}
	*out = text.ptr;
	return nk_done();
}

static int by_count(const void *a, const void *b)
{
	const struct nk_scan_count *const x = a;
	const struct nk_scan_count *const y = b;

	return x->n != y->n ? (x->n < y->n ? 1 : -1) : strcmp(x->what, y->what);
}

NK_RESULT nk_whose_verdict(
	const struct nk_whose *whose, struct nk_arena *arena, struct nk_scan_reply *out, struct nk_err *err)
{
	uint64_t sets[NK_SCAN_FIELD_SETS] = { 0 };
	struct nk_scan_count *const list = nk_arena_array(arena, NK_SCAN_FIELD_SETS, sizeof(*list));
	size_t n = 0;

	if (list == NULL) {
		return nk_fail_nomem(err);
	}
	for (size_t i = 0; i < whose->n; i++) {
		sets[whose->fields[i]] += whose->fields[i] != 0;
		out->persons += whose->fields[i] != 0;
		out->persons_sure += whose->sure[i];
	}
	for (unsigned s = 1; s < NK_SCAN_FIELD_SETS; s++) {
		if (sets[s] > 0) {
			NK_TRY(set_name(s, arena, &list[n].what, err));
			list[n++].n = sets[s];
		}
	}
	if (n > 0) {
		qsort(list, n, sizeof(*list), by_count);
	}
	out->verdict = list;
	out->n_verdict = n;
	return nk_done();
}
