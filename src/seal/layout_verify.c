/*
 * layout_verify.c: the rules of a layout over the files of its links.
 *
 * Invariant: a rule takes files out of the queue or says what is wrong; nothing that is wrong stops the next look, so
 * that all of it is told at once.
 */
#include "base.h"

#include "layout_int.h"

struct looking {
	const struct nk_layout *layout;
	struct nk_vec problems;
};

static NK_RESULT problem(struct looking *w, struct nk_str step, const char *what, struct nk_str detail, struct nk_err *err)
{
	struct nk_layout_problem *p = NULL;
	void *room = NULL;

	if (w->problems.len == NK_LAYOUT_PROBLEMS) {
		return nk_done(); /* it is wrong enough */
	}
	NK_TRY(nk_vec_push(&w->problems, &room, err));
	p = room;
	*p = (struct nk_layout_problem){ step, what, detail };
	return nk_done();
}

/* '*' any run, '?' one byte; without going back more than to the last star. */
static bool glob(struct nk_str pattern, struct nk_str s)
{
	size_t p = 0;
	size_t at = 0;
	size_t star = SIZE_MAX;
	size_t from = 0;

	while (at < s.len) {
		if (p < pattern.len && pattern.ptr[p] == '*') {
			star = p++;
			from = at;
		} else if (p < pattern.len && (pattern.ptr[p] == '?' || pattern.ptr[p] == s.ptr[at])) {
			p++;
			at++;
		} else if (star != SIZE_MAX) {
			p = star + 1;
			at = ++from;
		} else {
			return false;
		}
	}
	while (p < pattern.len && pattern.ptr[p] == '*') {
		p++;
	}
	return p == pattern.len;
}

static bool same_file(const struct nk_layout_file *a, const struct nk_layout_file *b)
{
	return a != NULL && b != NULL && memcmp(a->sha256.b, b->sha256.b, sizeof(a->sha256.b)) == 0;
}

static bool same_files(const struct nk_layout_files *a, const struct nk_layout_files *b)
{
	for (size_t i = 0; i < a->n && a->n == b->n; i++) {
		if (!nk_str_eq(a->items[i].path, b->items[i].path) || !same_file(&a->items[i], &b->items[i])) {
			return false;
		}
	}
	return a->n == b->n;
}

/* One side of one step: its files, which of them are still to be explained, and the other side. */
struct queue {
	const struct nk_layout_step *step;
	const struct nk_layout_files *files;
	const struct nk_layout_link *link;
	bool *left;
};

/* The part of a path behind a prefix; false when it is not below it. */
static bool below(struct nk_str path, struct nk_str prefix, struct nk_str *out)
{
	if (prefix.len == 0) {
		*out = path;
		return true;
	}
	if (path.len <= prefix.len || !nk_str_starts(path, prefix) || path.ptr[prefix.len] != '/') {
		return false;
	}
	*out = nk_str_sub(path, prefix.len + 1, SIZE_MAX);
	return true;
}

static bool matched(const struct looking *w, const struct nk_layout_rule *rule, const struct nk_layout_file *f)
{
	const struct nk_layout_step *const to = nk_layout_step_named(w->layout, rule->to_step);
	const struct nk_layout_files *files = NULL;
	struct nk_str rest = { 0 };
	struct nk_str other = { 0 };

	if (!below(f->path, rule->from_prefix, &rest) || !glob(rule->pattern, rest) || to->n_links == 0) {
		return false;
	}
	files = rule->to_products ? &to->links[0].products : &to->links[0].materials;
	if (rule->to_prefix.len == 0) {
		return same_file(f, nk_layout_find(files, rest));
	}
	return nk_ok(nk_arena_printf(w->layout->arena, &other, NULL, "%.*s/%.*s", NK_FMT(rule->to_prefix), NK_FMT(rest))) &&
		same_file(f, nk_layout_find(files, other));
}

static bool takes(const struct looking *w, const struct queue *q, const struct nk_layout_rule *rule, const struct nk_layout_file *f)
{
	const struct nk_layout_file *const before = nk_layout_find(&q->link->materials, f->path);
	const struct nk_layout_file *const after = nk_layout_find(&q->link->products, f->path);

	if (rule->verb == NK_LV_MATCH) {
		return matched(w, rule, f);
	}
	if (!glob(rule->pattern, f->path)) {
		return false;
	}
	switch (rule->verb) {
	case NK_LV_ALLOW:
	case NK_LV_DISALLOW:
		return true;
	case NK_LV_CREATE:
		return before == NULL && after != NULL;
	case NK_LV_DELETE:
		return before != NULL && after == NULL;
	case NK_LV_MODIFY:
		return before != NULL && after != NULL && !same_file(before, after);
	case NK_LV_MATCH:
	case NK_LV_REQUIRE:
	case NK_LV_COUNT:
		break;
	}
	return false;
}

static NK_RESULT require(struct looking *w, const struct queue *q, const struct nk_layout_rule *rule, struct nk_err *err)
{
	for (size_t i = 0; i < q->files->n; i++) {
		if (q->left[i] && nk_str_eq(q->files->items[i].path, rule->pattern)) {
			return nk_done();
		}
	}
	return problem(w, q->step->name, NK_N("a file that the layout requires is not there"), rule->pattern, err);
}

static NK_RESULT one_rule(struct looking *w, const struct queue *q, const struct nk_layout_rule *rule, struct nk_err *err)
{
	if (rule->verb == NK_LV_REQUIRE) {
		return require(w, q, rule, err);
	}
	for (size_t i = 0; i < q->files->n; i++) {
		if (!q->left[i] || !takes(w, q, rule, &q->files->items[i])) {
			continue;
		}
		if (rule->verb == NK_LV_DISALLOW) {
			NK_TRY(problem(w, q->step->name, NK_N("a file is there that no rule explains"), q->files->items[i].path, err));
		} else {
			q->left[i] = false;
		}
	}
	return nk_done();
}

static NK_RESULT all_rules(struct looking *w, struct queue *q, const struct nk_layout_rules *rules, struct nk_err *err)
{
	q->left = nk_arena_array(w->layout->arena, q->files->n, sizeof(bool));
	if (q->left == NULL) {
		return nk_fail_nomem(err);
	}
	for (size_t i = 0; i < q->files->n; i++) {
		q->left[i] = true;
	}
	for (size_t i = 0; i < rules->n; i++) {
		NK_TRY(one_rule(w, q, &rules->items[i], err));
	}
	return nk_done();
}

static NK_RESULT one_step(struct looking *w, const struct nk_layout_step *step, struct nk_err *err)
{
	struct queue q = { .step = step };
	size_t agree = 0;

	for (size_t i = 0; i < step->n_links; i++) {
		agree += same_files(&step->links[0].materials, &step->links[i].materials) &&
			same_files(&step->links[0].products, &step->links[i].products);
	}
	if (agree < step->n_links) {
		NK_TRY(problem(w, step->name, NK_N("those who signed the step do not agree on its files"), NK_STR(""), err));
	}
	if (agree < step->threshold) {
		return problem(w, step->name, NK_N("fewer have signed the step than the layout asks for"), NK_STR(""), err);
	}
	q.link = &step->links[0];
	q.files = &q.link->materials;
	NK_TRY(all_rules(w, &q, &step->materials, err));
	q.files = &q.link->products;
	return all_rules(w, &q, &step->products, err);
}

NK_RESULT nk_layout_verify(const struct nk_layout *layout, nk_time now, struct nk_layout_report *out, struct nk_err *err)
{
	struct looking w = { .layout = layout };
	struct nk_layout_problem *kept = NULL;
	nk_rc rc = nk_done();

	nk_vec_init(&w.problems, sizeof(struct nk_layout_problem), NK_LAYOUT_PROBLEMS);
	if (now >= layout->expires) {
		rc = problem(&w, NK_STR(""), NK_N("the layout has expired"), NK_STR(""), err);
	}
	for (size_t i = 0; i < layout->n_steps && nk_ok(rc); i++) {
		rc = one_step(&w, &layout->steps[i], err);
	}
	kept = nk_vec_keep(&w.problems, layout->arena);
	if (nk_ok(rc) && kept == NULL) {
		rc = nk_fail_nomem(err);
	}
	out->problems = kept;
	out->n = w.problems.len;
	nk_vec_done(&w.problems);
	return rc;
}
