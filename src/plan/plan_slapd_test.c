/*
 * plan_slapd_test.c: plans done on a real slapd: what was applied needs no second plan, whatever happens in between.
 */
#include "base.h"

#include <cmocka.h>

#include "kit_slapd.h"
#include "plan_test_kit.h"

struct site {
	struct kit_slapd slapd;
	struct school s;
	struct nk_target_link *t;
	const struct nk_attr *wanted;
	size_t n_wanted;
};

static void site_done(struct site *w)
{
	nk_target_close(&w->t);
	school_done(&w->s);
	kit_slapd_stop(&w->slapd);
}

static void site_open(struct site *w)
{
	struct school *s = &w->s;

	s->settings.uri = nk_str_c(w->slapd.uri);
	s->settings.bind_dn = NK_STR(KIT_ADMIN);
	s->settings.allow_plain = true;
	s->settings.secret = nk_bytes_of("secret", 6);
	s->settings.batch = 7;
	kit_ok(nk_mapping_attrs(s->opt.mapping, s->arena, &w->wanted, &w->n_wanted, &s->err), &s->err);
	s->settings.wanted = w->wanted;
	s->settings.n_wanted = w->n_wanted;
	nk_target_close(&w->t);
	kit_ok(nk_target_open(nk_os_env(), nk_target_find_type(NK_STR("ldap")), &s->settings, &w->t, &s->err),
		&s->err);
	s->opt.target = w->t;
}

static void site_new(struct site *w, size_t n, const char *profile)
{
	memset(w, 0, sizeof(*w));
	kit_slapd_start(&w->slapd, &(struct kit_slapd_options){ .school_schema = true });
	school_new(&w->s, n);
	w->s.opt.mapping = nk_mapping_default(nk_str_c(profile));
	site_open(w);
}

static struct nk_plan site_plan(struct site *w)
{
	struct nk_snapshot *held = nk_arena_alloc(w->s.arena, sizeof(*held));

	kit_ok(nk_target_read(w->t, w->s.arena, held, &w->s.err), &w->s.err);
	return school_plan(&w->s, held);
}

/* As flow does: what is intended is written down before, what was done after. `record` = false: the crash comes
 * before that. */
static void site_apply(struct site *w, const struct nk_plan *p, size_t n, bool record)
{
	struct school *s = &w->s;
	struct nk_step_result *results = nk_arena_array(s->arena, n, sizeof(*results));
	struct nk_tx *tx = NULL;

	for (size_t i = 0; i < n; i++) {
		const struct nk_step *step = &p->steps[i];

		if (step->kind != NK_STEP_ADD || step->object_kind == NK_OBJECT_CONTAINER) {
			continue;
		}
		if (step->object_kind != NK_OBJECT_PERSON) {
			school_know(s, step->object, (struct nk_str){ 0 });
		} else if (nk_links_of(s->links, step->person_number) == NULL) {
			school_link(s, step->person_number, step->key, (struct nk_str){ 0 });
		}
	}
	kit_ok(nk_target_apply(w->t, p->steps, n, results, s->arena, &s->err), &s->err);
	tx = kit_begin(&s->k);
	for (size_t i = 0; i < n; i++) {
		const struct nk_step *step = &p->steps[i];
		struct nk_link l;

		if (results[i].outcome != NK_OUTCOME_DONE) {
			fail_msg("step %zu %s: outcome %d code %d", i, nk_step_kind_name(step->kind),
				(int)results[i].outcome, results[i].code);
		}
		if (!record || step->kind != NK_STEP_ADD || step->object_kind == NK_OBJECT_CONTAINER) {
			continue;
		}
		if (step->object_kind != NK_OBJECT_PERSON) {
			school_know(s, step->object, results[i].anchor);
			continue;
		}
		l = *nk_links_of(s->links, step->person_number);
		l.keys = NULL;
		l.n_keys = 0;
		l.state = NK_LINK_PRESENT;
		l.anchor = results[i].anchor;
		kit_ok(nk_links_put(s->links, tx, &l, NULL, &s->err), &s->err);
	}
	kit_commit(&tx);
}

static void is_right(struct site *w)
{
	const struct nk_plan p = site_plan(w);

	if (p.n != 0 || p.n_conflicts != 0) {
		for (size_t i = 0; i < p.n && i < 5; i++) {
			print_message("  %s %.*s %.*s\n", nk_step_kind_name(p.steps[i].kind), NK_FMT(p.steps[i].key),
				NK_FMT(p.steps[i].n_mods > 0 ? p.steps[i].mods[0].attr.name : p.steps[i].value));
		}
		fail_msg("%zu steps and %zu conflicts are left", p.n, p.n_conflicts);
	}
}

static void what_was_applied_needs_no_second_plan(void **state)
{
	static const char *const profiles[] = { "school", "university" };

	(void)state;
	for (size_t i = 0; i < NK_ARRAY_LEN(profiles); i++) {
		NK_OWNED(site_done) struct site w = { 0 };
		struct nk_plan p;

		site_new(&w, 40, profiles[i]);
		p = site_plan(&w);
		site_apply(&w, &p, p.n, true);
		is_right(&w);
	}
}

static void a_school_year_turns(void **state)
{
	NK_OWNED(site_done) struct site w = { 0 };
	struct school *s = &w.s;
	struct nk_plan p;

	(void)state;
	site_new(&w, 30, "school");
	p = site_plan(&w);
	site_apply(&w, &p, p.n, true);
	/* One leaves, one marries and gets a new login, one changes class, one loses the mail, the only class of some
	 * ends. */
	s->persons[0].state = NK_PERSON_LEAVING;
	s->persons[1].field[NK_FIELD_FAMILY] = NK_STR("佐藤");
	s->persons[1].field[NK_FIELD_LOGIN] = NK_STR("Sato, Hanako");
	s->ms[2][1].where = s->classes[3];
	s->persons[3].field[NK_FIELD_MAIL] = NK_STR("");
	for (size_t i = 0; i < 30; i++) {
		if (i % 3 == 1) {
			s->ms[i][1].until = s->opt.today - 1;
		}
		school_update(s, i);
	}
	p = site_plan(&w);
	assert_int_equal(p.counts[NK_STEP_SUSPEND], 1);
	assert_int_equal(p.counts[NK_STEP_RENAME], 1);
	assert_int_equal(p.counts[NK_STEP_ADD], 1);
	assert_int_equal(p.counts[NK_STEP_DELETE], 1);
	site_apply(&w, &p, p.n, true);
	is_right(&w);
	/* And back again. */
	s->persons[0].state = NK_PERSON_ACTIVE;
	school_update(s, 0);
	p = site_plan(&w);
	assert_int_equal(p.counts[NK_STEP_RESUME], 1);
	site_apply(&w, &p, p.n, true);
	is_right(&w);
}

static int row_cmp(const void *a, const void *b)
{
	const struct nk_plan_step_row *x = a;
	const struct nk_plan_step_row *y = b;

	return memcmp(x->digest, y->digest, sizeof(x->digest));
}

static struct nk_plan_step_row *rows_of(struct school *s, const struct nk_plan *p)
{
	struct nk_plan_step_row *rows = nk_arena_array(s->arena, p->n, sizeof(*rows));

	for (size_t i = 0; i < p->n; i++) {
		memcpy(rows[i].digest, p->steps[i].digest, sizeof(rows[i].digest));
	}
	qsort(rows, p->n, sizeof(*rows), row_cmp);
	return rows;
}

/* Cut off behind every so many steps, before anything of them was recorded; what is left is always part of what was
 * approved. */
static void a_plan_that_was_cut_off_is_finished_as_approved(void **state)
{
	NK_OWNED(site_done) struct site w = { 0 };
	struct school *s = &w.s;
	struct nk_plan_step_row *approved = NULL;
	struct nk_plan p;
	size_t n_approved = 0;
	size_t rounds = 0;

	(void)state;
	site_new(&w, 20, "school");
	p = site_plan(&w);
	approved = rows_of(s, &p);
	n_approved = p.n;
	while (p.n > 0) {
		const struct nk_step *todo = NULL;
		size_t n = 0;
		size_t drift = 0;
		struct nk_tx *tx = NULL;
		struct nk_plan part = p;

		kit_ok(nk_plan_reconcile(&p, approved, n_approved, s->arena, &todo, &n, &drift, &s->err), &s->err);
		assert_int_equal(n, p.n);
		part.steps = todo;
		site_apply(&w, &part, n < 6 ? n : 6, false);
		p = site_plan(&w);
		tx = kit_begin(&s->k);
		kit_ok(nk_plan_record_found(tx, s->links, s->target, &p, &s->err), &s->err);
		kit_commit(&tx);
		for (size_t i = 0; i < p.n_found; i++) {
			if (p.found[i].object_kind != NK_OBJECT_PERSON) {
				school_know(s, p.found[i].object, p.found[i].anchor);
			}
		}
		assert_true(++rounds < 50);
	}
	assert_true(rounds > 5);
	is_right(&w);
}

static void a_change_made_there_by_hand_is_drift(void **state)
{
	NK_OWNED(site_done) struct site w = { 0 };
	struct school *s = &w.s;
	struct nk_plan_step_row *approved = NULL;
	const struct nk_step *todo = NULL;
	const struct nk_str hand[] = { NK_STR("by hand") };
	const struct nk_mod mod = { .op = NK_MOD_REPLACE, .attr = { NK_STR("displayName"), hand, 1 } };
	const struct nk_step by_hand = { .kind = NK_STEP_MODIFY,
		.object_kind = NK_OBJECT_PERSON,
		.key = NK_STR("uid=hm0004," KIT_PEOPLE),
		.mods = &mod,
		.n_mods = 1 };
	struct nk_step_result result;
	struct nk_plan p;
	size_t n = 0;
	size_t n_approved = 0;
	size_t drift = 0;

	(void)state;
	site_new(&w, 8, "school");
	p = site_plan(&w);
	site_apply(&w, &p, p.n, true);
	s->persons[4].field[NK_FIELD_GIVEN] = NK_STR("次郎");
	school_update(s, 4);
	p = site_plan(&w);
	approved = rows_of(s, &p);
	n_approved = p.n;
	kit_ok(nk_target_apply(w.t, &by_hand, 1, &result, s->arena, &s->err), &s->err);
	assert_int_equal(result.outcome, NK_OUTCOME_DONE);
	/* Between plan and apply: the entry's version is another one, and so the step is refused. */
	kit_ok(nk_target_apply(w.t, p.steps, p.n, &result, s->arena, &s->err), &s->err);
	assert_int_equal(result.outcome, NK_OUTCOME_CONFLICT);
	/* Made again: the step would do something else than what was approved. */
	p = site_plan(&w);
	kit_fails(nk_plan_reconcile(&p, approved, n_approved, s->arena, &todo, &n, &drift, &s->err), NK_CONFLICT);
	assert_int_equal(drift, 1);
}

static void a_target_without_the_school_schema_gets_what_it_knows(void **state)
{
	NK_OWNED(site_done) struct site w = { 0 };
	struct nk_plan p;

	(void)state;
	memset(&w, 0, sizeof(w));
	kit_slapd_start(&w.slapd, &(struct kit_slapd_options){ .school_schema = false });
	school_new(&w.s, 5);
	w.s.opt.mapping = nk_mapping_default(NK_STR("university"));
	site_open(&w);
	p = site_plan(&w);
	for (size_t i = 0; i < p.n; i++) {
		for (size_t a = 0; a < p.steps[i].n_attrs; a++) {
			assert_false(nk_str_starts(p.steps[i].attrs[a].name, NK_STR("ja")));
		}
	}
	site_apply(&w, &p, p.n, true);
	is_right(&w);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_was_applied_needs_no_second_plan),
		cmocka_unit_test(a_school_year_turns),
		cmocka_unit_test(a_plan_that_was_cut_off_is_finished_as_approved),
		cmocka_unit_test(a_change_made_there_by_hand_is_drift),
		cmocka_unit_test(a_target_without_the_school_schema_gets_what_it_knows),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
