/*
 * plan_lines.c: a plan's steps as lines that a person reads before saying yes. Personal: for the screen, never a log.
 */
#include "base.h"
#include "flow_int.h"

static const char signs[NK_STEP_KIND_COUNT] = {
	[NK_STEP_ADD] = '+',
	[NK_STEP_MODIFY] = '~',
	[NK_STEP_RENAME] = '>',
	[NK_STEP_SUSPEND] = '-',
	[NK_STEP_RESUME] = '^',
	[NK_STEP_MEMBER_ADD] = '+',
	[NK_STEP_MEMBER_REMOVE] = '-',
	[NK_STEP_DELETE] = 'x',
};
static const char *const objects[NK_OBJECT_KIND_COUNT] = { [NK_OBJECT_CONTAINER] = "container",
	[NK_OBJECT_UNIT] = "unit",
	[NK_OBJECT_GROUP] = "group",
	[NK_OBJECT_PERSON] = "person" };

static NK_RESULT values(struct nk_buf *b, const struct nk_attr *a, struct nk_err *err)
{
	if (a->n == 0) {
		return nk_buf_add_c(b, "\xE2\x88\x85", err); /* ∅ */
	}
	for (size_t i = 0; i < a->n; i++) {
		NK_TRY(nk_buf_add_c(b, i > 0 ? " | " : "", err));
		NK_TRY(nk_buf_add_str(b, a->values[i], err));
	}
	return nk_done();
}

static bool secret_attr(struct nk_str name)
{
	return nk_str_ieq(nk_str_sub(name, 0, 12), NK_STR("userPassword"));
}

static bool hidden(const struct nk_flow *flow, uint32_t number)
{
	const struct nk_person *const p = number != 0 ? nk_people_by_number(flow->people, number) : NULL;

	return p != NULL && nk_person_hidden(p);
}

/* Of a protected person only which attributes change: their old values are what is to be hidden. */
static NK_RESULT names_of_mods(const struct nk_step *s, struct nk_buf *b, struct nk_err *err)
{
	for (size_t i = 0; i < s->n_mods; i++) {
		NK_TRY(nk_buf_add_c(b, i > 0 ? "; " : "", err));
		NK_TRY(nk_buf_add_str(b, s->mods[i].attr.name, err));
	}
	return nk_done();
}

static NK_RESULT detail(const struct nk_step *s, struct nk_buf *b, struct nk_err *err)
{
	if (s->kind == NK_STEP_RENAME) {
		NK_TRY(nk_buf_add_c(b, "\xE2\x86\x92 ", err)); /* → */
		return nk_buf_add_str(b, s->new_key, err);
	}
	if (s->kind == NK_STEP_MEMBER_ADD || s->kind == NK_STEP_MEMBER_REMOVE) {
		return nk_buf_add_str(b, s->value, err);
	}
	for (size_t i = 0; i < s->n_mods; i++) {
		const struct nk_mod *const m = &s->mods[i];

		NK_TRY(nk_buf_add_c(b, i > 0 ? "; " : "", err));
		NK_TRY(nk_buf_add_str(b, m->attr.name, err));
		if (secret_attr(m->attr.name)) {
			NK_TRY(nk_buf_add_c(b, ": \xE2\x88\x85", err));
			continue;
		}
		NK_TRY(nk_buf_add_c(b, ": ", err));
		NK_TRY(values(b, &m->old, err));
		NK_TRY(nk_buf_add_c(b, " \xE2\x86\x92 ", err));
		NK_TRY(values(b, &m->attr, err));
	}
	return nk_done();
}

static NK_RESULT shown_name(struct nk_flow *flow, uint32_t number, struct nk_uuid object, enum nk_object_kind kind,
	struct nk_buf *b, struct nk_err *err)
{
	if (number != 0) {
		const struct nk_person *const p = nk_people_by_number(flow->people, number);

		return p != NULL ? nk_person_listed(p, false, b, err) : nk_done();
	}
	if (kind == NK_OBJECT_GROUP) {
		const struct nk_group *const g = nk_people_group(flow->people, object);

		return g != NULL ? nk_buf_add_str(b, g->title, err) : nk_done();
	}
	if (kind == NK_OBJECT_UNIT) {
		const struct nk_unit *const u = nk_people_unit(flow->people, object);

		return u != NULL ? nk_buf_add_str(b, u->name, err) : nk_done();
	}
	return nk_done();
}

static NK_RESULT line_of_step(struct nk_flow *flow, const struct nk_step *s, struct nk_arena *arena,
	struct nk_plan_line *l, struct nk_err *err)
{
	NK_OWNED(nk_buf_done) struct nk_buf b = { 0 };

	nk_buf_init_wiping(&b, 1 << 20);
	l->sign = signs[s->kind];
	(void)snprintf(l->kind, sizeof(l->kind), "%s", nk_step_kind_name(s->kind));
	(void)snprintf(l->object, sizeof(l->object), "%s", objects[s->object_kind]);
	l->key = s->key;
	NK_TRY(shown_name(flow, s->person_number, s->object, s->object_kind, &b, err));
	NK_TRY(nk_arena_dup(arena, nk_buf_str(&b), &l->shown, err));
	nk_buf_reset(&b);
	NK_TRY(hidden(flow, s->person_number) ? names_of_mods(s, &b, err) : detail(s, &b, err));
	return nk_arena_dup(arena, nk_buf_str(&b), &l->detail, err);
}

static NK_RESULT line_of_conflict(struct nk_flow *flow, const struct nk_plan_conflict *c, struct nk_arena *arena,
	struct nk_plan_line *l, struct nk_err *err)
{
	NK_OWNED(nk_buf_done) struct nk_buf b = { 0 };

	nk_buf_init_wiping(&b, 4096);
	l->sign = '!';
	(void)snprintf(l->kind, sizeof(l->kind), "conflict");
	(void)snprintf(l->object, sizeof(l->object), "%s", objects[c->object_kind]);
	l->key = c->key;
	l->detail = nk_str_c(c->what);
	NK_TRY(shown_name(flow, c->person_number, c->object, c->object_kind, &b, err));
	return nk_arena_dup(arena, nk_buf_str(&b), &l->shown, err);
}

NK_RESULT nk_plan_lines(struct nk_flow *flow, const struct nk_plan *plan, struct nk_arena *arena,
	struct nk_plan_reply *out, struct nk_err *err)
{
	struct nk_plan_line *const lines = nk_arena_array(arena, plan->n + plan->n_conflicts, sizeof(*lines));

	if (lines == NULL) {
		return nk_fail_nomem(err);
	}
	for (size_t i = 0; i < plan->n; i++) {
		NK_TRY(line_of_step(flow, &plan->steps[i], arena, &lines[i], err));
	}
	for (size_t i = 0; i < plan->n_conflicts; i++) {
		NK_TRY(line_of_conflict(flow, &plan->conflicts[i], arena, &lines[plan->n + i], err));
	}
	out->lines = lines;
	out->n_lines = plan->n + plan->n_conflicts;
	return nk_done();
}
