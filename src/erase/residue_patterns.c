/*
 * residue_patterns.c: what is looked for, and what of it belongs to somebody who stays.
 *
 * Invariant: a value is marked as somebody else's only when that person has the same; where his value is longer,
 * that longer value is given too, so that what is found inside it counts as his and everything else still counts.
 */
#include "base.h"

#include "residue_int.h"

#include "spell.h"

enum { PATTERNS_MAX = 16 * 1024 * 1024, SPELLINGS_MAX = 256, SPELL_ARENA = 1024 * 1024, BATCH = 1024 * 1024 };

/* Values of those who stay, many in one text, so that one scan looks through all of them. */
struct comparing {
	struct nk_vec *patterns; /* of those who leave, then of those who stay */
	struct nk_arena *arena; /* of the patterns */
	const struct nks_index *index;
	struct nks_scan *scan;
	struct nk_buf text;
	struct nk_vec values; /* of struct stayer_value, in order of `at` */
	nk_rc failed;
};
struct stayer_value {
	size_t at, len;
	enum nk_item_class item;
	enum nks_field field;
	bool kept; /* given as a longer value already */
};

static void comparing_done(struct comparing *c)
{
	nks_scan_free(&c->scan);
	nk_buf_done(&c->text);
	nk_vec_done(&c->values);
}

static struct stayer_value *value_at(const struct comparing *c, uint64_t offset)
{
	size_t low = 0;
	size_t high = c->values.len;

	while (high - low > 1) {
		const size_t mid = low + (high - low) / 2;
		const struct stayer_value *const v = nk_vec_at(&c->values, mid);

		if (v->at <= offset) {
			low = mid;
		} else {
			high = mid;
		}
	}
	return nk_vec_at(&c->values, low);
}

static NK_RESULT mark(const struct comparing *c, uint32_t key, bool exact)
{
	const size_t n = nks_index_persons(c->index, key, NULL, 0);
	uint32_t *const all = calloc(n + 1, sizeof(*all));

	if (all == NULL) {
		return nk_fail_nomem(NULL);
	}
	(void)nks_index_persons(c->index, key, all, n);
	for (size_t i = 0; i < n; i++) {
		struct nk_residue_pattern *const p = nk_vec_at(c->patterns, all[i]);

		p->also_of_others = p->also_of_others || exact;
		p->folded_of_others = p->folded_of_others || !exact;
	}
	free(all);
	return nk_done();
}

static NK_RESULT keep_longer(struct comparing *c, struct stayer_value *v)
{
	const struct nk_str text = nk_str_sub(nk_buf_str(&c->text), v->at, v->len);
	struct nk_residue_pattern p = { .item = v->item, .field = v->field, .also_of_others = true };
	void *room = NULL;

	v->kept = true;
	NK_TRY(nk_arena_dup(c->arena, text, &p.value, NULL));
	NK_TRY(nk_vec_push(c->patterns, &room, NULL));
	*(struct nk_residue_pattern *)room = p;
	return nk_done();
}

static int compare(void *arg, const struct nks_finding *found)
{
	struct comparing *const c = arg;
	struct stayer_value *const v = value_at(c, found->offset);

	if (!found->of_index || found->offset + found->length > v->at + v->len) {
		return 0;
	}
	if (found->offset == v->at && found->length == v->len) {
		c->failed = mark(c, found->key, (found->why & NKS_WHY(EXACT)) != 0);
	} else if (!v->kept) {
		c->failed = keep_longer(c, v);
	}
	return nk_ok(c->failed) ? 0 : 1;
}

static NK_RESULT look_through(struct comparing *c, struct nk_err *err)
{
	static const struct nks_stream stream = { .kind = NKS_KIND_TEXT };
	struct nks_summary summary;
	enum nks_status status = NKS_OK;

	if (c->values.len > 0) {
		status = nks_scan_begin(c->scan, &stream);
	}
	if (status == NKS_OK && c->values.len > 0) {
		status = nks_scan_feed(c->scan, c->text.ptr, c->text.len);
		status = status == NKS_OK ? nks_scan_end(c->scan, &summary) : status;
	}
	nk_buf_reset(&c->text);
	nk_vec_clear(&c->values);
	if (!nk_ok(c->failed)) {
		return nk_fail_nomem(err);
	}
	return status == NKS_OK ? nk_done() : nk_spell_fail(status, err);
}

static NK_RESULT take_value(struct comparing *c, const struct nk_spelling *s, struct nk_err *err)
{
	void *room = NULL;

	if (c->text.len + s->value.len + 8 > BATCH) {
		NK_TRY(look_through(c, err));
	}
	NK_TRY(nk_vec_push(&c->values, &room, err));
	*(struct stayer_value *)room =
		(struct stayer_value){ .at = c->text.len, .len = s->value.len, .item = s->item, .field = s->field };
	NK_TRY(nk_buf_add_str(&c->text, s->value, err));
	return nk_buf_add_c(&c->text, "\n#\n", err); /* nothing reaches over it */
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

static NK_RESULT compare_with_all(
	const struct nk_people *people, const struct leavers *leavers, struct comparing *c, struct nk_err *err)
{
	NK_OWNED(nk_arena_free) struct nk_arena *scratch = NULL;
	NK_OWNED(nk_vec_done) struct nk_vec spellings = { 0 };
	const struct nks_options options = { .index = c->index };

	nk_vec_init_wiping(&spellings, sizeof(struct nk_spelling), SPELLINGS_MAX);
	NK_TRY(nk_arena_new(NK_ARENA_WIPING, SPELL_ARENA, &scratch, err));
	if (nks_scan_new(&options, compare, c, &c->scan) != NKS_OK) {
		return nk_fail_nomem(err);
	}
	for (size_t i = 0; i < nk_people_count(people); i++) {
		const struct nk_person *const p = nk_people_at(people, i);

		if (bsearch(&p->number, leavers->numbers, leavers->n, sizeof(uint32_t), by_number) != NULL) {
			continue;
		}
		nk_arena_reset(scratch);
		nk_vec_clear(&spellings);
		NK_TRY(nk_spell(p, false, scratch, &spellings, err));
		for (size_t v = 0; v < spellings.len; v++) {
			NK_TRY(take_value(c, nk_vec_at(&spellings, v), err));
		}
	}
	return look_through(c, err);
}

static NK_RESULT spell_leavers(const struct nk_people *people, const struct leavers *leavers, struct nk_arena *arena,
	struct nk_vec *patterns, struct nk_err *err)
{
	NK_OWNED(nk_vec_done) struct nk_vec spellings = { 0 };
	void *room = NULL;

	nk_vec_init_wiping(&spellings, sizeof(struct nk_spelling), SPELLINGS_MAX);
	for (size_t i = 0; i < leavers->n; i++) {
		const struct nk_person *const p = nk_people_by_number(people, leavers->numbers[i]);

		if (p == NULL) {
			return nk_fail(err, NK_NOT_FOUND,
				NK_N("person number %u is not there, so nothing of that person can be looked for"),
				leavers->numbers[i]);
		}
		nk_vec_clear(&spellings);
		NK_TRY(nk_spell(p, false, arena, &spellings, err));
		for (size_t v = 0; v < spellings.len; v++) {
			const struct nk_spelling *const s = nk_vec_at(&spellings, v);

			NK_TRY(nk_vec_push(patterns, &room, err));
			*(struct nk_residue_pattern *)room =
				(struct nk_residue_pattern){ p->number, s->item, s->field, s->value, false, false };
		}
	}
	return nk_done();
}

NK_RESULT nk_residue_patterns(const struct nk_people *people, const uint32_t *numbers, size_t n,
	struct nk_arena *arena, struct nk_residue_pattern **out, size_t *out_n, struct nk_err *err)
{
	NK_OWNED(nk_residue_index_done) struct nk_residue_index index = { .fd = -1 };
	NK_OWNED(nk_vec_done) struct nk_vec patterns = { 0 };
	NK_OWNED(comparing_done) struct comparing c = { .patterns = &patterns, .arena = arena };
	uint32_t *sorted = nk_arena_array(arena, n, sizeof(*sorted));
	struct nk_residue_options opt = { .n_places = 0 };

	nk_vec_init_wiping(&patterns, sizeof(struct nk_residue_pattern), PATTERNS_MAX);
	nk_buf_init_wiping(&c.text, BATCH);
	nk_vec_init_wiping(&c.values, sizeof(struct stayer_value), BATCH / 4);
	if (sorted == NULL) {
		return nk_fail_nomem(err);
	}
	if (n > 0) {
		memcpy(sorted, numbers, n * sizeof(*sorted));
		qsort(sorted, n, sizeof(*sorted), by_number);
	}
	NK_TRY(spell_leavers(people, &(struct leavers){ sorted, n }, arena, &patterns, err));
	opt.patterns = patterns.items;
	opt.n_patterns = patterns.len;
	NK_TRY(nk_residue_index_make(NULL, &opt, NULL, &index, err));
	c.index = index.index;
	NK_TRY(compare_with_all(people, &(struct leavers){ sorted, n }, &c, err));
	*out = nk_vec_keep(&patterns, arena);
	if (*out == NULL) {
		return nk_fail_nomem(err);
	}
	*out_n = patterns.len;
	return nk_done();
}
