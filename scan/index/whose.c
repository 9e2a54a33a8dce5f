/*
 * whose.c: corroboration in a window, and a verdict for each person.
 *
 * Invariant: what has left the window is never looked at again; a person's record only grows.
 */
#include "nks_whose.h"

#include "nks_index.h"

#include <stdlib.h>
#include <string.h>

enum { PERSONS_MAX = 1 << 28, NAMESAKES = 64, BYTES_A_CHARACTER = 3 };

/* Chances as sixteenths of a power of two: 2^-(x/16), so that sixteen bits a field are enough. */
struct record {
	uint16_t fields, corroborated;
	uint16_t alone, together; /* chance of all fields; of the corroborated ones */
	uint32_t findings;
	uint32_t namesakes;
};

struct pending {
	struct nks_sighting sighting;
	bool corroborated;
};

struct nks_whose {
	const struct nks_index *index;
	nks_whose_fn *fn;
	void *arg;
	size_t persons;
	struct record *record;
	size_t first, n; /* of the window, a ring */
	struct pending window[NKS_WHOSE_WINDOW];
};

enum nks_status nks_whose_new(const struct nks_index *index, nks_whose_fn *fn, void *arg, struct nks_whose **out)
{
	struct nks_whose *w = NULL;

	if (index->head->top_person > PERSONS_MAX) {
		return NKS_LIMIT;
	}
	w = calloc(1, sizeof(*w));
	if (w == NULL) {
		return NKS_NOMEM;
	}
	w->index = index;
	w->fn = fn;
	w->arg = arg;
	w->persons = index->head->top_person;
	w->record = calloc(w->persons + 1, sizeof(*w->record));
	if (w->record == NULL) {
		free(w);
		return NKS_NOMEM;
	}
	*out = w;
	return NKS_OK;
}

void nks_whose_free(struct nks_whose **w)
{
	if (*w == NULL) {
		return;
	}
	free((*w)->record);
	free(*w);
	*w = NULL;
}

static bool is_name(unsigned field)
{
	return field == NKS_FIELD_KANJI || field == NKS_FIELD_KANA || field == NKS_FIELD_ROMAJI;
}

/* A chance in sixteenths of a power of two, cut at 2^-64 (0 to 1024). */
static unsigned sixteenths(double chance)
{
	unsigned n = 0;

	while (n < 1024 && chance < 0.5) {
		chance *= 2;
		n += 16;
	}
	while (n < 1024 && chance < 0.957603) { /* 2^-(1/16) */
		chance *= 1.044274;
		n++;
	}
	return n;
}

static uint16_t add_capped(uint16_t a, unsigned b)
{
	return (uint16_t)(a + b < UINT16_MAX ? a + b : UINT16_MAX);
}

/* The finding leaves the window: its persons' records, then the caller. */
static void release(struct nks_whose *w)
{
	const struct pending *p = &w->window[w->first];
	const struct nks_finding *f = &p->sighting.finding;
	uint32_t person[NAMESAKES];
	const size_t all = nks_index_persons(w->index, f->key, person, NAMESAKES);
	const unsigned chance = sixteenths(f->chance);
	const uint16_t bit = (uint16_t)(1U << f->field);

	for (size_t i = 0; i < all && i < NAMESAKES; i++) {
		struct record *r = person[i] < w->persons ? &w->record[person[i]] : NULL;

		if (r == NULL) {
			continue;
		}
		r->alone = (r->fields & bit) == 0 ? add_capped(r->alone, chance) : r->alone;
		r->fields |= bit;
		r->findings += r->findings < UINT32_MAX;
		r->namesakes = all > r->namesakes ? (uint32_t)all : r->namesakes;
	}
	if (w->fn != NULL) {
		w->fn(w->arg, &p->sighting, p->corroborated);
	}
	w->first = (w->first + 1) % NKS_WHOSE_WINDOW;
	w->n--;
}

static void mark(struct nks_whose *w, uint32_t person, const struct nks_finding *f)
{
	struct record *r = person < w->persons ? &w->record[person] : NULL;
	const uint16_t bit = (uint16_t)(1U << f->field);

	if (r == NULL || (r->corroborated & bit) != 0) {
		return;
	}
	r->corroborated |= bit;
	r->together = add_capped(r->together, sixteenths(f->chance));
}

/* Whether they speak for each other; all persons they share are marked. */
static bool corroborate(struct nks_whose *w, const struct nks_finding *a, const struct nks_finding *b)
{
	uint32_t of_a[NAMESAKES];
	uint32_t of_b[NAMESAKES];
	size_t na = 0;
	size_t nb = 0;
	bool any = false;

	if (a->field == b->field || (is_name(a->field) && is_name(b->field)) ||
		!nks_keys_share(w->index, a->key, b->key)) {
		return false;
	}
	na = nks_index_persons(w->index, a->key, of_a, NAMESAKES);
	nb = nks_index_persons(w->index, b->key, of_b, NAMESAKES);
	na = na < NAMESAKES ? na : NAMESAKES;
	nb = nb < NAMESAKES ? nb : NAMESAKES;
	for (size_t i = 0, j = 0; i < na && j < nb;) {
		if (of_a[i] == of_b[j]) {
			mark(w, of_a[i], a);
			mark(w, of_a[i], b);
			any = true;
		}
		if (of_a[i] <= of_b[j]) {
			i++;
		} else {
			j++;
		}
	}
	return any;
}

/* Bytes of 300 characters in that encoding. */
static uint64_t reach_of(const struct nks_finding *f)
{
	return (uint64_t)NKS_WINDOW * (f->encoding == NKS_UTF8 ? BYTES_A_CHARACTER : 2);
}

static bool is_near(const struct nks_sighting *a, const struct nks_sighting *b)
{
	const uint64_t end = a->finding.offset + a->finding.length;

	if (a->stream != b->stream) {
		return false;
	}
	if (a->finding.row != 0 && a->finding.row == b->finding.row) {
		return true;
	}
	return a->finding.offset > b->finding.offset || b->finding.offset < end + reach_of(&a->finding);
}

void nks_whose_add(struct nks_whose *w, const struct nks_sighting *sighting)
{
	struct pending fresh = { .sighting = *sighting };

	if (!sighting->finding.of_index || sighting->finding.field == NKS_FIELD_TEXT) {
		nks_whose_flush(w);
		if (w->fn != NULL) {
			w->fn(w->arg, sighting, false);
		}
		return;
	}
	/* a finding of another encoding or depth may stand a little before the last one: order within a block is by
	 * encoding */
	while (w->n > 0 && (w->n == NKS_WHOSE_WINDOW || !is_near(&w->window[w->first].sighting, sighting))) {
		release(w);
	}
	for (size_t i = 0; i < w->n; i++) {
		struct pending *p = &w->window[(w->first + i) % NKS_WHOSE_WINDOW];

		if (is_near(&p->sighting, sighting) && corroborate(w, &p->sighting.finding, &sighting->finding)) {
			p->corroborated = true;
			fresh.corroborated = true;
		}
	}
	w->window[(w->first + w->n) % NKS_WHOSE_WINDOW] = fresh;
	w->n++;
}

void nks_whose_flush(struct nks_whose *w)
{
	while (w->n > 0) {
		release(w);
	}
}

bool nks_whose_person(const struct nks_whose *w, uint32_t person, struct nks_verdict *out)
{
	const struct record *r = person < w->persons ? &w->record[person] : NULL;
	unsigned chance = 0;

	if (r == NULL || r->fields == 0) {
		return false;
	}
	*out = (struct nks_verdict){ .fields = r->fields,
		.corroborated = r->corroborated,
		.findings = r->findings,
		.namesakes = r->namesakes };
	chance = r->corroborated != 0 ? r->together : r->alone;
	out->chance = 1;
	for (; chance >= 16; chance -= 16) {
		out->chance /= 2;
	}
	for (; chance > 0; chance--) {
		out->chance *= 0.957603;
	}
	return true;
}

void nks_whose_totals(const struct nks_whose *w, struct nks_whose_totals *out)
{
	const unsigned names = 1U << NKS_FIELD_KANJI | 1U << NKS_FIELD_KANA | 1U << NKS_FIELD_ROMAJI;
	const unsigned numbers =
		1U << NKS_FIELD_LOGIN | 1U << NKS_FIELD_ID | 1U << NKS_FIELD_MAIL | 1U << NKS_FIELD_PHONE;

	memset(out, 0, sizeof(*out));
	for (size_t i = 0; i < w->persons; i++) {
		const struct record *r = &w->record[i];

		out->persons += r->fields != 0;
		out->corroborated += r->corroborated != 0;
		out->certain += r->corroborated == 0 && (r->fields & numbers) != 0;
		out->name_only += r->fields != 0 && (r->fields & ~names) == 0;
	}
}
