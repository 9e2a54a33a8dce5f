/*
 * residue_patterns.c: what is looked for, and what of it belongs to somebody who stays.
 *
 * Invariant: a value is marked as somebody else's only when that person has exactly it; where his value is longer,
 * that longer value is given too, so that what is found inside it counts as his and everything else still counts.
 */
#include "base.h"

#include "residue_int.h"

enum { PATTERNS_MAX = 16 * 1024 * 1024, SPELLINGS_MAX = 256, SPELL_ARENA = 1024 * 1024 };

NK_RESULT nk_residue_index_fail(enum nks_status status, struct nk_err *err)
{
	switch (status) {
	case NKS_UNAVAILABLE:
		return nk_fail(err, NK_UNAVAILABLE,
			"the residue scan needs the encoding CP932, which this system's iconv does not know: install "
			"libc's gconv modules");
	case NKS_LIMIT:
		return nk_fail(err, NK_LIMIT,
			"there are more texts to look for than the residue scan can take: erase fewer persons in one "
			"job");
	case NKS_BAD_TEXT:
		return nk_fail(err, NK_INTERNAL, "a text to look for is not UTF-8");
	case NKS_NOMEM:
	case NKS_OK:
	case NKS_PARTIAL:
		break;
	}
	return nk_fail_nomem(err);
}

static struct nk_str cut(struct nk_str value)
{
	size_t len = value.len < NKS_MAX_BYTES ? value.len : NKS_MAX_BYTES;

	while (len < value.len && len > 0 && ((uint8_t)value.ptr[len] & 0xc0) == 0x80) {
		len--;
	}
	return nk_str_sub(value, 0, len);
}

NK_RESULT nk_residue_index_add(struct nks_index *index, uint32_t number, struct nk_str value, bool *out_short,
	bool *out_added, struct nk_err *err)
{
	const struct nk_str text = cut(value);
	enum nks_status status = NKS_OK;

	*out_short = text.len < NKS_MIN_BYTES;
	*out_added = !*out_short;
	if (*out_short) {
		return nk_done();
	}
	nk_assert(nk_str_chr(text, '\0') == SIZE_MAX); /* a pattern that was wiped would match every hole */
	status = nks_index_add(index, number, text.ptr, text.len);
	*out_short = status == NKS_PARTIAL;
	return status == NKS_OK || status == NKS_PARTIAL ? nk_done() : nk_residue_index_fail(status, err);
}

struct comparing {
	struct nk_vec *patterns; /* of those who leave, then of those who stay */
	struct nk_str value; /* of somebody who stays */
	bool contains; /* a leaver's value is a part of it */
};

static int compare(void *arg, const struct nks_finding *found)
{
	struct comparing *c = arg;
	struct nk_residue_pattern *p = nk_vec_at(c->patterns, found->pattern);

	if (found->encoding != NKS_UTF8) {
		return 0;
	}
	if (found->length == c->value.len) {
		p->also_of_others = true;
	} else {
		c->contains = true;
	}
	return 0;
}

static NK_RESULT compare_value(struct comparing *c, struct nks_scan *scan, const struct nk_residue_pattern *value,
	struct nk_arena *arena, struct nk_err *err)
{
	enum nks_status status = NKS_OK;
	void *room = NULL;
	struct nk_str kept;

	c->value = value->value;
	c->contains = false;
	status = nks_scan_feed(scan, value->value.ptr, value->value.len);
	if (status == NKS_OK) {
		status = nks_scan_end(scan);
	}
	if (status != NKS_OK) {
		return nk_residue_index_fail(status, err);
	}
	if (!c->contains) {
		return nk_done();
	}
	NK_TRY(nk_arena_dup(arena, value->value, &kept, err));
	NK_TRY(nk_vec_push(c->patterns, &room, err));
	*(struct nk_residue_pattern *)room = (struct nk_residue_pattern){ 0, value->item, kept, true };
	return nk_done();
}

static int by_number(const void *a, const void *b)
{
	const uint32_t x = *(const uint32_t *)a;
	const uint32_t y = *(const uint32_t *)b;

	return x < y ? -1 : x > y;
}

struct leavers {
	const uint32_t *numbers; /* sorted */
	size_t n;
};

static NK_RESULT compare_with_all(const struct nk_people *people, const struct leavers *leavers,
	struct nks_index *index, struct nk_vec *patterns, struct nk_arena *arena, struct nk_err *err)
{
	NK_OWNED(nk_arena_free) struct nk_arena *scratch = NULL;
	NK_OWNED(nks_scan_free) struct nks_scan *scan = NULL;
	NK_OWNED(nk_vec_done) struct nk_vec values = { 0 };
	struct comparing c = { .patterns = patterns };

	nk_vec_init_wiping(&values, sizeof(struct nk_residue_pattern), SPELLINGS_MAX);
	NK_TRY(nk_arena_new(NK_ARENA_WIPING, SPELL_ARENA, &scratch, err));
	if (nks_scan_new(index, compare, &c, &scan) != NKS_OK) {
		return nk_fail_nomem(err);
	}
	for (size_t i = 0; i < nk_people_count(people); i++) {
		const struct nk_person *p = nk_people_at(people, i);

		if (bsearch(&p->number, leavers->numbers, leavers->n, sizeof(uint32_t), by_number) != NULL) {
			continue;
		}
		nk_arena_reset(scratch);
		nk_vec_clear(&values);
		NK_TRY(nk_spell(p, scratch, &values, err));
		for (size_t v = 0; v < values.len; v++) {
			NK_TRY(compare_value(&c, scan, nk_vec_at(&values, v), arena, err));
		}
	}
	return nk_done();
}

static NK_RESULT index_of(const struct nk_vec *patterns, struct nks_index **out, struct nk_err *err)
{
	NK_OWNED(nks_index_free) struct nks_index *index = NULL;
	enum nks_status status = nks_index_new(&index);

	for (size_t i = 0; i < patterns->len && status == NKS_OK; i++) {
		const struct nk_residue_pattern *p = nk_vec_at(patterns, i);
		bool too_short = false;
		bool added = false;

		NK_TRY(nk_residue_index_add(index, nk_u32(i), p->value, &too_short, &added, err));
	}
	if (status == NKS_OK) {
		status = nks_index_seal(index);
	}
	if (status != NKS_OK) {
		return nk_residue_index_fail(status, err);
	}
	*out = index;
	index = NULL;
	return nk_done();
}

NK_RESULT nk_residue_patterns(const struct nk_people *people, const uint32_t *numbers, size_t n,
	struct nk_arena *arena, struct nk_residue_pattern **out, size_t *out_n, struct nk_err *err)
{
	NK_OWNED(nks_index_free) struct nks_index *index = NULL;
	NK_OWNED(nk_vec_done) struct nk_vec patterns = { 0 };
	uint32_t *sorted = nk_arena_array(arena, n, sizeof(*sorted));

	nk_vec_init_wiping(&patterns, sizeof(struct nk_residue_pattern), PATTERNS_MAX);
	if (sorted == NULL) {
		return nk_fail_nomem(err);
	}
	for (size_t i = 0; i < n; i++) {
		const struct nk_person *p = nk_people_by_number(people, numbers[i]);

		if (p == NULL) {
			return nk_fail(err, NK_NOT_FOUND,
				"person number %u is not there, so nothing of that person can be looked for",
				numbers[i]);
		}
		sorted[i] = numbers[i];
		NK_TRY(nk_spell(p, arena, &patterns, err));
	}
	if (n > 0) {
		qsort(sorted, n, sizeof(*sorted), by_number);
	}
	NK_TRY(index_of(&patterns, &index, err));
	NK_TRY(compare_with_all(people, &(struct leavers){ sorted, n }, index, &patterns, arena, err));
	*out = nk_arena_array(arena, patterns.len, sizeof(**out));
	if (*out == NULL) {
		return nk_fail_nomem(err);
	}
	if (patterns.len > 0) {
		memcpy(*out, patterns.items, patterns.len * sizeof(**out));
	}
	*out_n = patterns.len;
	return nk_done();
}
