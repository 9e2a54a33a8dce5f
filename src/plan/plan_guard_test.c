/*
 * plan_guard_test.c: every disaster of tests/guard/plan_disasters.rows is run. All persons are made up.
 */
#include "base.h"

#include <cmocka.h>

#include "plan_test_kit.h"

enum { PUPILS = 200, EXTRA_CLASSES = 9 };

/* A school, its right target, and what is about to happen to them. */
struct scene {
	struct school s;
	struct nk_snapshot held;
	struct nk_map_row rows[64];
	struct nk_mapping mapping;
	struct nk_plan_guard_input in; /* what else the guard is told */
};

static void scene_done(struct scene *c)
{
	school_done(&c->s);
}

/* Nine more classes of one pupil each, so that classes can end in numbers. */
static void more_classes(struct school *s)
{
	struct nk_tx *tx = kit_begin(&s->k);

	for (uint32_t i = 0; i < EXTRA_CLASSES; i++) {
		struct nk_group g = { .id = kit_uuid(0x41000000U + i),
			.source = s->k.source,
			.unit = s->k.unit,
			.kind = NK_STR("homeroom"),
			.title = NK_STR("特別"),
			.code = NK_STR(""),
			.grade = NK_STR("P6"),
			.school_year = 2026,
			.ended_on = NK_DATE_NONE };

		kit_ok(nk_arena_printf(s->arena, &g.key, &s->err, "extra%u", i), &s->err);
		kit_ok(nk_arena_printf(s->arena, &g.code, &s->err, "S-%u", i), &s->err);
		kit_ok(nk_people_put_group(s->people, tx, &g, &s->err), &s->err);
	}
	kit_commit(&tx);
	for (uint32_t i = 0; i < EXTRA_CLASSES; i++) {
		s->ms[i][1].where = kit_uuid(0x41000000U + i);
		school_update(s, i);
	}
}

static void scene_new(struct scene *c)
{
	school_new(&c->s, PUPILS);
	more_classes(&c->s);
	c->held = school_mirror(&c->s);
}

static struct nk_entry *entries(struct scene *c)
{
	return (struct nk_entry *)(uintptr_t)c->held.entries;
}

static void update_first(struct scene *c, size_t n)
{
	struct nk_tx *tx = kit_begin(&c->s.k);

	for (size_t i = 0; i < n; i++) {
		kit_ok(nk_people_update(c->s.people, tx, &c->s.persons[i], &c->s.err), &c->s.err);
	}
	kit_commit(&tx);
}

static void leave(struct scene *c, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		c->s.persons[i].state = NK_PERSON_LEAVING;
	}
	update_first(c, n);
}

/* Every n-th entry of a person is taken out of what the target shows; at most `most`. */
static void vanish(struct scene *c, size_t nth, size_t most)
{
	size_t at = 0;
	size_t persons = 0;
	size_t gone = 0;

	for (size_t i = 0; i < c->held.n; i++) {
		if (entries(c)[i].kind == NK_OBJECT_PERSON && persons++ % nth == 0 && gone < most) {
			gone++;
			continue;
		}
		entries(c)[at++] = entries(c)[i];
	}
	c->held.n = at;
}

static void blind(struct scene *c)
{
	c->held.complete = false;
}

static void sentinel_hidden(struct scene *c)
{
	c->held.sentinel_seen = false;
}

static void target_empty(struct scene *c)
{
	c->held.n = 3;
}

static void third_vanished(struct scene *c)
{
	vanish(c, 3, PUPILS);
}

static void two_vanished(struct scene *c)
{
	vanish(c, 1, 2);
}

static void anchors_new(struct scene *c)
{
	for (size_t i = 3; i < c->held.n; i++) {
		kit_ok(nk_arena_printf(
			       c->s.arena, &entries(c)[i].anchor, &c->s.err, "ffffffff-0000-4000-8000-%012zu", i),
			&c->s.err);
	}
}

/* An old copy of the store came back, from before the target was filled. */
static void links_lost(struct scene *c)
{
	struct school *s = &c->s;

	kit_exec(&s->k, "DELETE FROM link");
	nk_links_free(&s->links);
	kit_ok(nk_links_open(s->k.store, s->k.vault, s->target, &s->links, &s->err), &s->err);
	s->n_known = 0;
}

static void half_leave(struct scene *c)
{
	leave(c, PUPILS / 2);
}

static void tenth_leaves(struct scene *c)
{
	leave(c, PUPILS / 10);
}

static void five_leave(struct scene *c)
{
	leave(c, 5);
}

static void six_leave(struct scene *c)
{
	leave(c, 6);
}

static void set_all(struct scene *c, enum nk_field field, const char *fmt_prefix)
{
	for (size_t i = 0; i < PUPILS; i++) {
		kit_ok(nk_arena_printf(c->s.arena, &c->s.persons[i].field[field], &c->s.err, "%s%zu", fmt_prefix, i),
			&c->s.err);
	}
	update_first(c, PUPILS);
}

static void names_garbled(struct scene *c)
{
	set_all(c, NK_FIELD_FAMILY, "譚ｱ豬ｷ");
}

static void logins_changed(struct scene *c)
{
	set_all(c, NK_FIELD_LOGIN, "new");
}

static void mails_gone(struct scene *c)
{
	for (size_t i = 0; i < PUPILS; i++) {
		c->s.persons[i].field[NK_FIELD_MAIL] = NK_STR("");
	}
	update_first(c, PUPILS);
}

/* The configuration gets a row more: everybody is touched, nobody's name changes. */
static void new_attribute(struct scene *c)
{
	const struct nk_mapping *school = nk_mapping_default(NK_STR("school"));

	memcpy(c->rows, school->rows, school->n_rows * sizeof(*c->rows));
	c->rows[school->n_rows] =
		(struct nk_map_row){ NK_OBJECT_PERSON, NK_STR("title"), NK_STR("{role}"), { 0 }, false, false };
	c->mapping = *school;
	c->mapping.rows = c->rows;
	c->mapping.n_rows = school->n_rows + 1;
	c->s.opt.mapping = &c->mapping;
}

static void protected_leaves(struct scene *c)
{
	c->s.persons[0].flags = NK_PERSON_PROTECTED;
	leave(c, 1);
}

static void classes_ended(struct scene *c)
{
	const struct nk_group *groups = NULL;
	const size_t n = nk_people_groups(c->s.people, &groups);
	struct nk_group copy[64];
	struct nk_tx *tx = kit_begin(&c->s.k);

	assert_true(n <= NK_ARRAY_LEN(copy));
	memcpy(copy, groups, n * sizeof(*copy));
	for (size_t i = 0; i < n; i++) {
		copy[i].ended_on = c->s.opt.today;
		kit_ok(nk_people_put_group(c->s.people, tx, &copy[i], &c->s.err), &c->s.err);
	}
	kit_commit(&tx);
}

/* Four go, and forty went by the plans of the last weeks. */
static void drip(struct scene *c)
{
	leave(c, 4);
	c->in.recent = 40;
}

/* One goes, and with those of before they are exactly as many as are free at once; and one more. */
static void drip_to_the_limit(struct scene *c)
{
	leave(c, 1);
	c->in.recent = 4;
}

static void drip_over_the_limit(struct scene *c)
{
	leave(c, 1);
	c->in.recent = 5;
}

static void forty_before_and_nobody_now(struct scene *c)
{
	c->in.recent = 40;
}

static void nobody_left(struct scene *c)
{
	c->in.nobody = true;
}

static void listed_login_leaves(struct scene *c)
{
	static struct nk_str logins[1];

	logins[0] = c->s.persons[0].field[NK_FIELD_LOGIN];
	c->in.protected_logins = logins;
	c->in.n_protected = 1;
	leave(c, 1);
}

static bool every_account_is_kept(const void *arg, struct nk_str anchor)
{
	(void)arg;
	return anchor.len > 0;
}

static void decided_account_leaves(struct scene *c)
{
	c->in.is_kept = every_account_is_kept;
	leave(c, 1);
}

/* A row of the mapping is another one: everybody's class is replaced. */
static void attribute_replaced(struct scene *c)
{
	const struct nk_mapping *school = nk_mapping_default(NK_STR("school"));

	memcpy(c->rows, school->rows, school->n_rows * sizeof(*c->rows));
	for (size_t i = 0; i < school->n_rows; i++) {
		if (c->rows[i].object == NK_OBJECT_PERSON && nk_str_ieq(c->rows[i].attr, NK_STR("o;lang-ja"))) {
			c->rows[i] = (struct nk_map_row){
				NK_OBJECT_PERSON, NK_STR("o;lang-ja"), NK_STR("{role}"), { 0 }, false, false
			};
		}
	}
	c->mapping = *school;
	c->mapping.rows = c->rows;
	c->s.opt.mapping = &c->mapping;
}

static void nothing(struct scene *c)
{
	(void)c;
}

static const struct {
	const char *word;
	void (*happen)(struct scene *c);
} happenings[] = {
	{ "blind", blind },
	{ "sentinel_hidden", sentinel_hidden },
	{ "target_empty", target_empty },
	{ "third_vanished", third_vanished },
	{ "two_vanished", two_vanished },
	{ "anchors_new", anchors_new },
	{ "links_lost", links_lost },
	{ "half_leave", half_leave },
	{ "tenth_leaves", tenth_leaves },
	{ "five_leave", five_leave },
	{ "six_leave", six_leave },
	{ "names_garbled", names_garbled },
	{ "logins_changed", logins_changed },
	{ "mails_gone", mails_gone },
	{ "new_attribute", new_attribute },
	{ "protected_leaves", protected_leaves },
	{ "classes_ended", classes_ended },
	{ "drip", drip },
	{ "drip_to_the_limit", drip_to_the_limit },
	{ "drip_over_the_limit", drip_over_the_limit },
	{ "forty_before_and_nobody_now", forty_before_and_nobody_now },
	{ "nobody_left", nobody_left },
	{ "listed_login_leaves", listed_login_leaves },
	{ "decided_account_leaves", decided_account_leaves },
	{ "attribute_replaced", attribute_replaced },
	{ "nothing", nothing },
};

static struct nk_str next_word(struct nk_str *line)
{
	struct nk_str word = { 0 };

	while (nk_str_cut(line, ' ', &word) && word.len == 0) {
		continue;
	}
	return word;
}

static bool spoke(const struct nk_guard_finding *f, size_t n, struct nk_str rule)
{
	for (size_t i = 0; i < n; i++) {
		if (nk_str_eq(nk_str_c(f[i].rule), rule)) {
			return true;
		}
	}
	return false;
}

/* The verdict's word; *out_ok: exactly the rule that is to speak has spoken (or none). */
static const char *judge(struct scene *c, bool season, struct nk_str rule, bool *out_ok)
{
	static const char *const words[] = {
		[NK_VERDICT_FREE] = "free", [NK_VERDICT_APPROVAL] = "approval", [NK_VERDICT_STOPPED] = "stopped"
	};
	const struct nk_guard_finding *findings = NULL;
	struct nk_plan_limits limits;
	enum nk_verdict verdict = NK_VERDICT_STOPPED;
	struct nk_plan plan = { 0 };
	struct nk_plan_guard_input in = c->in;
	const nk_rc rc = school_plan_rc(&c->s, &c->held, &plan);
	size_t n = 0;

	in.plan = &plan;
	in.people = c->s.people;
	in.links = c->s.links;
	in.held = &c->held;
	if (rc.code == NK_INCOMPLETE) {
		*out_ok = nk_str_eq(rule, NK_STR("read"));
		return "stopped";
	}
	kit_ok(rc, &c->s.err);
	nk_plan_limits_default(&limits, season);
	kit_ok(nk_plan_guard(&in, &limits, c->s.arena, &verdict, &findings, &n, &c->s.err), &c->s.err);
	for (size_t i = 0; i < n; i++) {
		assert_true(findings[i].figure > findings[i].limit || c->in.nobody || findings[i].last > 0);
	}
	*out_ok = nk_str_eq(rule, NK_STR("-")) ? n == 0 : spoke(findings, n, rule);
	return words[verdict];
}

static void run_row(struct nk_str line)
{
	NK_OWNED(scene_done) struct scene c = { .held = { 0 } };
	const struct nk_str name = next_word(&line);
	const bool season = nk_str_eq(next_word(&line), NK_STR("yes"));
	const struct nk_str how = next_word(&line);
	const struct nk_str rule = next_word(&line);
	const struct nk_str wanted = nk_str_trim(line);
	const char *verdict = NULL;
	bool made = false;
	bool ok = false;

	scene_new(&c);
	for (size_t i = 0; i < NK_ARRAY_LEN(happenings); i++) {
		if (nk_str_eq(nk_str_c(happenings[i].word), how)) {
			happenings[i].happen(&c);
			made = true;
		}
	}
	verdict = judge(&c, season, rule, &ok);
	if (!made || !ok || !nk_str_eq(nk_str_c(verdict), wanted)) {
		fail_msg("%.*s: %s, wanted %.*s by %.*s", NK_FMT(name), verdict, NK_FMT(wanted), NK_FMT(rule));
	}
}

static void every_disaster_of_the_apply_side_is_judged_as_it_says(void **state)
{
	NK_OWNED(nk_buf_done) struct nk_buf rows = { 0 };
	struct nk_str rest;
	struct nk_str line;
	struct nk_err err = { 0 };
	size_t n = 0;

	(void)state;
	nk_buf_init(&rows, 1 << 16);
	kit_ok(nk_env_read_all(nk_os_env(), NK_SOURCE_DIR "/tests/guard/plan_disasters.rows", 1 << 16, &rows, &err),
		&err);
	rest = nk_buf_str(&rows);
	while (nk_str_cut(&rest, '\n', &line)) {
		if (line.len > 0 && line.ptr[0] != '#') {
			run_row(line);
			n++;
		}
	}
	assert_true(n >= 20);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_disaster_of_the_apply_side_is_judged_as_it_says),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
