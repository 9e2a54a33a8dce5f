/*
 * findings.c: collecting and folding findings.
 *
 * Invariant: folds[i].times counts every breach of one rule in one column of one file, whether it is in the list or
 * not.
 */
#include "base.h"
#include "findings.h"

enum { ALONE = 20, LIST_MAX = 1000, HARMLESS_MAX = 600, KEY_MAX = 1024 };

struct fold {
	uint64_t times;
	size_t more; /* the folded finding + 1; 0 = none yet */
};

NK_RESULT nk_findings_init(
	struct nk_findings *f, const struct nk_env *env, struct nk_arena *arena, bool strict, struct nk_err *err)
{
	uint8_t seed[16];

	*f = (struct nk_findings){ .arena = arena, .strict = strict };
	nk_vec_init(&f->list, sizeof(struct nk_finding), LIST_MAX);
	nk_vec_init(&f->folds, sizeof(struct fold), SIZE_MAX / 64);
	NK_TRY(nk_random(env, seed, sizeof(seed), err));
	nk_map_init(&f->by_key, seed);
	return nk_done();
}

void nk_findings_done(struct nk_findings *f)
{
	nk_vec_done(&f->list);
	nk_vec_done(&f->folds);
	nk_map_done(&f->by_key);
}

static size_t key_add(char *key, size_t at, struct nk_str s)
{
	const size_t room = KEY_MAX - at - 1;
	const size_t len = s.len < room ? s.len : room;

	if (len > 0) {
		memcpy(key + at, s.ptr, len);
	}
	key[at + len] = '\x1f';
	return at + len + 1;
}

/* The fold of a rule at a place; a new one when there is none. */
static NK_RESULT fold_of(struct nk_findings *f, const struct nk_rule *rule, struct nk_place place, struct fold **out,
	struct nk_err *err)
{
	char key[KEY_MAX];
	size_t len = key_add(key, 0, nk_str_c(rule->id));
	struct nk_str kept;
	uint64_t at = 0;
	void *item = NULL;

	len = key_add(key, len, nk_str_sub(place.file, 0, 400));
	len = key_add(key, len, nk_str_sub(place.column, 0, 400));
	if (!nk_map_get(&f->by_key, nk_bytes_of(key, len), &at)) {
		at = f->folds.len;
		NK_TRY(nk_arena_dup(f->arena, (struct nk_str){ key, len }, &kept, err));
		NK_TRY(nk_map_put(&f->by_key, nk_str_bytes(kept), at, err));
		NK_TRY(nk_vec_push(&f->folds, &item, err));
	}
	*out = nk_vec_at(&f->folds, nk_size(at));
	return nk_done();
}

NK_RESULT nk_findings_add(
	struct nk_findings *f, const struct nk_rule *rule, struct nk_place place, struct nk_err *err)
{
	const enum nk_severity severity = f->strict ? rule->strict : rule->school;
	struct fold *fold = NULL;
	void *item = NULL;

	NK_TRY(fold_of(f, rule, place, &fold, err));
	if (severity == NK_FINDING_ERROR && f->bad != NULL && place.line > 0 && nk_ok(nk_vec_push(f->bad, &item, NULL))) {
		*(struct nk_bad_row *)item = (struct nk_bad_row){ place.file, place.line, place.column, rule->id, rule->what };
	}
	fold->times++;
	f->errors += severity == NK_FINDING_ERROR ? 1 : 0;
	if (fold->more != 0) {
		struct nk_finding *more = nk_vec_at(&f->list, fold->more - 1);

		more->times++;
		return nk_done();
	}
	if (f->list.len >= LIST_MAX || (severity != NK_FINDING_ERROR && f->harmless >= HARMLESS_MAX)) {
		return nk_done();
	}
	f->harmless += severity != NK_FINDING_ERROR ? 1 : 0;
	if (fold->times > ALONE) {
		fold->more = f->list.len + 1;
	}
	NK_TRY(nk_vec_push(&f->list, &item, err));
	*(struct nk_finding *)item = (struct nk_finding){ .severity = severity,
		.rule = rule->id,
		.file = place.file,
		.line = place.line,
		.column = place.column,
		.what = rule->what,
		.todo = rule->todo,
		.times = 1 };
	return nk_done();
}

NK_RESULT nk_findings_add_times(
	struct nk_findings *f, const struct nk_rule *rule, struct nk_place place, uint64_t times, struct nk_err *err)
{
	const size_t before = f->list.len;

	NK_TRY(nk_findings_add(f, rule, place, err));
	if (f->list.len > before) {
		((struct nk_finding *)nk_vec_at(&f->list, before))->times = times;
	}
	return nk_done();
}

NK_RESULT nk_findings_end(struct nk_findings *f, const struct nk_finding **out, size_t *out_n, struct nk_err *err)
{
	struct nk_finding *list = nk_arena_array(f->arena, f->list.len, sizeof(*list));

	if (list == NULL) {
		return nk_fail_nomem(err);
	}
	for (size_t i = 0; i < f->list.len; i++) {
		list[i] = *(const struct nk_finding *)nk_vec_at(&f->list, i);
	}
	*out = list;
	*out_n = f->list.len;
	return nk_done();
}
