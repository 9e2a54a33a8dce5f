/*
 * plan_guard.c: what one plan may take away without a second pair of eyes, and what stops it at once.
 *
 * Pure. Rules: P1 suspensions · P2 deletions of persons · P3 protected persons and accounts · P4 names that change all
 * at once · P5 entries of ours that the target no longer shows · P6 entries that are not ours at our names · P7 groups
 * deleted · P8 suspensions over the plans of a window · P9 one attribute of many · P10 nobody would have an account ·
 * P11 accounts of before that were decided to be erased.
 * A number or a share, whichever is larger, is free; above it a second person decides, or (P3, P5, P6) nothing
 * happens.
 */
#include "base.h"

#include "plan_int.h"

enum { FINDINGS_MAX = 40, ATTRIBUTES_MAX = 64, CHANGE_FLOOR = 20, LOST_FLOOR = 3, TAKEN_FLOOR = 5, TAKEN_PERCENT = 10, GROUP_FLOOR = 5 };

void nk_plan_limits_default(struct nk_plan_limits *out, bool season)
{
	*out = (struct nk_plan_limits){
		.suspend_percent = season ? 40 : 2,
		.suspend_number = 5,
		.delete_percent = season ? 40 : 2,
		.delete_number = 5,
		.group_percent = season ? 100 : 30,
		.change_percent = 10,
		.attribute_percent = season ? 100 : 30,
		.lost_percent = 10,
	};
}

struct guarding {
	const struct nk_plan_guard_input *in;
	const struct nk_plan_limits *limits;
	struct nk_guard_finding *list;
	size_t n;
	size_t present; /* persons that have an entry as far as we know */
};

static void find(struct guarding *g, struct nk_guard_finding f)
{
	if (g->n < FINDINGS_MAX) {
		g->list[g->n++] = f;
	}
}

/* The larger of a number and a share; figures above it are found. */
static unsigned long long allowance(size_t base, uint32_t percent, uint32_t number)
{
	const unsigned long long share = (unsigned long long)base * percent / 100;

	return share > number ? share : number;
}

static size_t count_persons(const struct nk_plan *plan, enum nk_step_kind kind)
{
	size_t n = 0;

	for (size_t i = 0; i < plan->n; i++) {
		n += plan->steps[i].kind == kind && plan->steps[i].object_kind == NK_OBJECT_PERSON ? 1 : 0;
	}
	return n;
}

static void judge_taken_away(struct guarding *g)
{
	const size_t suspends = count_persons(g->in->plan, NK_STEP_SUSPEND);
	const size_t deletes = count_persons(g->in->plan, NK_STEP_DELETE);
	const unsigned long long may_suspend =
		allowance(g->present, g->limits->suspend_percent, g->limits->suspend_number);
	const unsigned long long may_delete =
		allowance(g->present, g->limits->delete_percent, g->limits->delete_number);

	if (suspends > may_suspend) {
		find(g,
			(struct nk_guard_finding){ .rule = "P1",
				.what = NK_N("%1$s: %2$llu accounts would be suspended, %3$llu are free: a second "
					     "person decides"),
				.cell = NK_STR("suspend"),
				.figure = suspends,
				.limit = may_suspend,
				.verdict = NK_VERDICT_APPROVAL });
	}
	if (deletes > may_delete) {
		find(g,
			(struct nk_guard_finding){ .rule = "P2",
				.what = NK_N(
					"%1$s: %2$llu accounts would be deleted, %3$llu are free: a second person decides"),
				.cell = NK_STR("delete"),
				.figure = deletes,
				.limit = may_delete,
				.verdict = NK_VERDICT_APPROVAL });
	}
}

/* Where they are: said beside P1, so that whoever decides knows where to look. */
static NK_RESULT tell_cell(struct guarding *g, struct nk_arena *arena, struct nk_err *err)
{
	struct nk_guard_finding f = { .rule = "P1",
		.what = NK_N("%1$s: most of them are here: %2$llu of %4$llu accounts (%3$llu are free in all)"),
		.limit = allowance(g->present, g->limits->suspend_percent, g->limits->suspend_number),
		.verdict = NK_VERDICT_APPROVAL };

	if (count_persons(g->in->plan, NK_STEP_SUSPEND) <= f.limit) {
		return nk_done();
	}
	NK_TRY(nk_plan_worst_cell(g->in, arena, &f, err));
	find(g, f);
	return nk_done();
}

/* An account of before, which is nobody's: by the name it has there. */
static bool has_protected_name(const struct guarding *g, const struct nk_step *s)
{
	const size_t from = nk_str_chr(s->key, '=');
	const struct nk_str rest = from == SIZE_MAX ? NK_STR("") : nk_str_sub(s->key, from + 1, s->key.len);
	const struct nk_str name = nk_str_trim(nk_str_sub(rest, 0, nk_str_chr(rest, ',')));

	for (size_t i = 0; name.len > 0 && i < g->in->n_protected; i++) {
		if (nk_str_ieq(name, g->in->protected_logins[i])) {
			return true;
		}
	}
	return false;
}

static bool is_protected(const struct guarding *g, const struct nk_step *s)
{
	const struct nk_person *p = NULL;

	if (s->kind == NK_STEP_DELETE && s->person_number == 0) {
		return has_protected_name(g, s);
	}

	if (s->kind != NK_STEP_SUSPEND && s->kind != NK_STEP_DELETE && s->kind != NK_STEP_RENAME) {
		return false;
	}
	p = nk_people_by_number(g->in->people, s->person_number);
	for (size_t i = 0; p != NULL && i < g->in->n_protected; i++) {
		if (nk_str_ieq(p->field[NK_FIELD_LOGIN], g->in->protected_logins[i])) {
			return true;
		}
	}
	return p != NULL && s->kind != NK_STEP_RENAME && (p->flags & NK_PERSON_PROTECTED) != 0;
}

static void judge_protected(struct guarding *g)
{
	unsigned long long n = 0;
	unsigned long long kept = 0;

	for (size_t i = 0; i < g->in->plan->n; i++) {
		const struct nk_step *s = &g->in->plan->steps[i];

		n += s->object_kind == NK_OBJECT_PERSON && is_protected(g, s) ? 1 : 0;
		kept += g->in->is_kept != NULL && s->anchor.len > 0 && g->in->is_kept(g->in->is_kept_arg, s->anchor) ? 1 : 0;
	}
	if (n > 0) {
		find(g,
			(struct nk_guard_finding){ .rule = "P3",
				.what = NK_N("%1$s: %2$llu protected accounts would lose access, %3$llu may: take "
					     "the protection away first if that is meant"),
				.cell = NK_STR("protected"),
				.figure = n,
				.limit = 0,
				.verdict = NK_VERDICT_STOPPED });
	}
	if (kept > 0) {
		find(g,
			(struct nk_guard_finding){ .rule = "P3",
				.what = NK_N("%1$s: %2$llu accounts that were decided to stay as they are would change, %3$llu may"),
				.cell = NK_STR("census"),
				.figure = kept,
				.limit = 0,
				.verdict = NK_VERDICT_STOPPED });
	}
}

/* P8: many small plans are a large one. */
static void judge_window(struct guarding *g)
{
	const unsigned long long now = count_persons(g->in->plan, NK_STEP_SUSPEND) + count_persons(g->in->plan, NK_STEP_DELETE);
	const unsigned long long limit = allowance(g->present, g->limits->suspend_percent, g->limits->suspend_number);

	if (g->in->recent > 0 && now > 0 && now + g->in->recent > limit) {
		find(g,
			(struct nk_guard_finding){ .rule = "P8",
				.what = NK_N("%1$s: with the plans of the last weeks %2$llu accounts would be suspended, %3$llu "
					     "are free: a second person decides"),
				.cell = NK_STR("suspend"),
				.figure = now + g->in->recent,
				.limit = limit,
				.verdict = NK_VERDICT_APPROVAL,
				.last = g->in->recent });
	}
}

/* P11: what was there before us goes only with a second person's word, be it one account. */
static void judge_census(struct guarding *g)
{
	size_t n = 0;

	for (size_t i = 0; i < g->in->plan->n; i++) {
		const struct nk_step *const s = &g->in->plan->steps[i];

		n += s->kind == NK_STEP_DELETE && s->object_kind == NK_OBJECT_PERSON && s->person_number == 0 ? 1 : 0;
	}
	if (n > 0) {
		find(g,
			(struct nk_guard_finding){ .rule = "P11",
				.what = NK_N("%1$s: %2$llu accounts that were there before would be deleted, %3$llu are free: a second "
					     "person decides"),
				.cell = NK_STR("census"),
				.figure = n,
				.verdict = NK_VERDICT_APPROVAL });
	}
}

/* P10: no people, no plan. */
static void judge_nobody(struct guarding *g)
{
	if (g->in->nobody && g->present > 0) {
		find(g,
			(struct nk_guard_finding){ .rule = "P10",
				.what = NK_N("%1$s: %2$llu persons would have an account, where %4$llu have one; at least %3$llu is expected"),
				.cell = NK_STR("accounts"),
				.figure = 0,
				.limit = 1,
				.verdict = NK_VERDICT_STOPPED,
				.last = g->present });
	}
}

static bool names_somebody(struct nk_str attr)
{
	static const char *const naming[] = { "uid", "cn", "sn", "givenName", "displayName", "mail", "employeeNumber",
		"eduPersonPrincipalName", "jasn", "jaGivenName", "jaDisplayName" };
	const size_t option = nk_str_chr(attr, ';');
	const struct nk_str plain = nk_str_sub(attr, 0, option == SIZE_MAX ? attr.len : option);

	for (size_t i = 0; i < NK_ARRAY_LEN(naming); i++) {
		if (nk_str_ieq(plain, nk_str_c(naming[i]))) {
			return true;
		}
	}
	return false;
}

/* A value that was there is another one now, or gone. A new attribute is no change of name. */
static bool changes_name(const struct nk_step *s)
{
	if (s->object_kind != NK_OBJECT_PERSON) {
		return false;
	}
	if (s->kind == NK_STEP_RENAME) {
		return true;
	}
	for (size_t i = 0; i < s->n_mods; i++) {
		if (s->mods[i].old.n > 0 && names_somebody(s->mods[i].attr.name)) {
			return true;
		}
	}
	return false;
}

static void judge_flood(struct guarding *g)
{
	const unsigned long long limit = (unsigned long long)g->present * g->limits->change_percent / 100;
	unsigned long long n = 0;
	uint32_t last = 0;

	for (size_t i = 0; i < g->in->plan->n; i++) {
		const struct nk_step *s = &g->in->plan->steps[i];

		/* A rename and the change behind it are one person. */
		if (changes_name(s) && s->person_number != last) {
			n++;
			last = s->person_number;
		}
	}
	if (g->present > CHANGE_FLOOR && n > limit) {
		find(g,
			(struct nk_guard_finding){ .rule = "P4",
				.what = NK_N("%1$s: the names or addresses of %2$llu persons would change at once, "
					     "%3$llu are free: a second person decides"),
				.cell = NK_STR("names"),
				.figure = n,
				.limit = limit,
				.verdict = NK_VERDICT_APPROVAL });
	}
}

struct tally {
	struct nk_str name;
	unsigned long long n;
};

static struct tally *tally_of(struct tally *list, size_t *n, struct nk_str name)
{
	for (size_t i = 0; i < *n; i++) {
		if (nk_str_ieq(list[i].name, name)) {
			return &list[i];
		}
	}
	if (*n == ATTRIBUTES_MAX) {
		return NULL;
	}
	list[*n] = (struct tally){ .name = name };
	return &list[(*n)++];
}

static void count_mods(const struct nk_step *s, struct tally *list, size_t *n)
{
	for (size_t i = 0; i < s->n_mods; i++) {
		struct tally *t = NULL;

		if (s->mods[i].old.n > 0 && !names_somebody(s->mods[i].attr.name)) {
			t = tally_of(list, n, s->mods[i].attr.name);
		}
		if (t != NULL) {
			t->n++;
		}
	}
}

/* P9: one attribute replaced or removed for many; names are P4's. */
static void judge_attributes(struct guarding *g)
{
	const unsigned long long limit = (unsigned long long)g->present * g->limits->attribute_percent / 100;
	struct tally list[ATTRIBUTES_MAX];
	size_t n = 0;

	for (size_t i = 0; i < g->in->plan->n; i++) {
		const struct nk_step *s = &g->in->plan->steps[i];

		if (s->object_kind == NK_OBJECT_PERSON && s->kind == NK_STEP_MODIFY) {
			count_mods(s, list, &n);
		}
	}
	for (size_t i = 0; i < n; i++) {
		if (g->present <= CHANGE_FLOOR || list[i].n <= limit) {
			continue;
		}
		find(g,
			(struct nk_guard_finding){ .rule = "P9",
				.what = NK_N("%1$s: this attribute of %2$llu persons would be replaced or removed at once, "
					     "%3$llu are free: a second person decides"),
				.cell = list[i].name,
				.figure = list[i].n,
				.limit = limit,
				.verdict = NK_VERDICT_APPROVAL,
				.last = g->present });
	}
}

static int str_cmp(const void *a, const void *b)
{
	const struct nk_str *x = a;
	const struct nk_str *y = b;

	return nk_str_cmp(*x, *y);
}

static NK_RESULT judge_lost(struct guarding *g, struct nk_arena *arena, struct nk_err *err)
{
	const struct nk_snapshot *held = g->in->held;
	struct nk_str *anchors = nk_arena_array(arena, held->n, sizeof(*anchors));
	const unsigned long long limit = (unsigned long long)g->present * g->limits->lost_percent / 100;
	size_t lost = 0;

	if (anchors == NULL) {
		return nk_fail_nomem(err);
	}
	for (size_t i = 0; i < held->n; i++) {
		anchors[i] = held->entries[i].anchor;
	}
	if (held->n > 0) {
		qsort(anchors, held->n, sizeof(*anchors), str_cmp);
	}
	for (size_t i = 0; g->in->links != NULL && i < nk_links_count(g->in->links); i++) {
		const struct nk_link *l = nk_links_at(g->in->links, i);

		if (l->state == NK_LINK_PRESENT && l->anchor.len > 0 &&
			(held->n == 0 || bsearch(&l->anchor, anchors, held->n, sizeof(*anchors), str_cmp) == NULL)) {
			lost++;
		}
	}
	if (lost > limit && (lost >= LOST_FLOOR || lost == g->present)) {
		find(g,
			(struct nk_guard_finding){ .rule = "P5",
				.what = NK_N("%1$s: the target no longer shows %2$llu accounts of ours, %3$llu may "
					     "be missing: look what happened there; nothing is made anew over it"),
				.cell = NK_STR("lost"),
				.figure = lost,
				.limit = limit,
				.verdict = NK_VERDICT_STOPPED });
	}
	return nk_done();
}

static size_t count_held(const struct nk_snapshot *held, enum nk_object_kind kind)
{
	size_t n = 0;

	for (size_t i = 0; i < held->n; i++) {
		n += held->entries[i].kind == kind ? 1 : 0;
	}
	return n;
}

static void judge_taken_names(struct guarding *g)
{
	const unsigned long long limit =
		allowance(count_held(g->in->held, NK_OBJECT_PERSON), TAKEN_PERCENT, TAKEN_FLOOR);
	unsigned long long n = 0;

	for (size_t i = 0; i < g->in->plan->n_conflicts; i++) {
		n += g->in->plan->conflicts[i].object_kind == NK_OBJECT_PERSON ? 1 : 0;
	}
	if (n > limit) {
		find(g,
			(struct nk_guard_finding){ .rule = "P6",
				.what = NK_N("%1$s: %2$llu persons are in conflict with entries of the target, "
					     "%3$llu may be: is this the right target, and the right store?"),
				.cell = NK_STR("conflicts"),
				.figure = n,
				.limit = limit,
				.verdict = NK_VERDICT_STOPPED });
	}
}

static void judge_groups(struct guarding *g)
{
	const unsigned long long limit =
		allowance(count_held(g->in->held, NK_OBJECT_GROUP), g->limits->group_percent, GROUP_FLOOR);
	unsigned long long n = 0;

	for (size_t i = 0; i < g->in->plan->n; i++) {
		n += g->in->plan->steps[i].kind == NK_STEP_DELETE &&
				g->in->plan->steps[i].object_kind == NK_OBJECT_GROUP
			? 1
			: 0;
	}
	if (n > limit) {
		find(g,
			(struct nk_guard_finding){ .rule = "P7",
				.what = NK_N(
					"%1$s: %2$llu groups would be deleted, %3$llu are free: a second person decides"),
				.cell = NK_STR("groups"),
				.figure = n,
				.limit = limit,
				.verdict = NK_VERDICT_APPROVAL });
	}
}

static size_t count_present(const struct nk_links *links)
{
	size_t n = 0;

	for (size_t i = 0; links != NULL && i < nk_links_count(links); i++) {
		n += nk_links_at(links, i)->state == NK_LINK_PRESENT ? 1 : 0;
	}
	return n;
}

NK_RESULT nk_plan_guard(const struct nk_plan_guard_input *in, const struct nk_plan_limits *limits,
	struct nk_arena *arena, enum nk_verdict *out, const struct nk_guard_finding **out_findings, size_t *out_n,
	struct nk_err *err)
{
	struct guarding g = { .in = in, .limits = limits, .present = count_present(in->links) };
	enum nk_verdict worst = NK_VERDICT_FREE;

	g.list = nk_arena_array(arena, FINDINGS_MAX, sizeof(*g.list));
	if (g.list == NULL) {
		return nk_fail_nomem(err);
	}
	judge_taken_away(&g);
	NK_TRY(tell_cell(&g, arena, err));
	judge_protected(&g);
	judge_window(&g);
	judge_flood(&g);
	judge_attributes(&g);
	judge_nobody(&g);
	judge_census(&g);
	NK_TRY(judge_lost(&g, arena, err));
	judge_taken_names(&g);
	judge_groups(&g);
	for (size_t i = 0; i < g.n; i++) {
		worst = g.list[i].verdict > worst ? g.list[i].verdict : worst;
	}
	*out = worst;
	*out_findings = g.list;
	*out_n = g.n;
	return nk_done();
}
