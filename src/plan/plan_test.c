/*
 * plan_test.c: what a plan contains, in a made-up target; its hash; its second making; its place in the store.
 */
#include "base.h"

#include <cmocka.h>

#include "plan_test_kit.h"

static size_t all(const struct nk_plan *p)
{
	return p->n + p->n_conflicts;
}

static struct nk_entry *held(struct nk_snapshot *snap, const char *key)
{
	struct nk_entry *list = (struct nk_entry *)(uintptr_t)snap->entries;

	for (size_t i = 0; i < snap->n; i++) {
		if (nk_str_eq(list[i].key, nk_str_c(key))) {
			return &list[i];
		}
	}
	fail_msg("%s is not held", key);
	return list;
}

static struct nk_snapshot nothing(void)
{
	return (struct nk_snapshot){ .complete = true, .sentinel_seen = true };
}

static void an_empty_target_gets_everything_in_order(void **state)
{
	NK_OWNED(school_done) struct school s = { 0 };
	const struct nk_snapshot none = nothing();
	struct nk_plan p;

	(void)state;
	school_new(&s, 9);
	p = school_plan(&s, &none);
	/* Three containers, a school, nine pupils, three classes that have any, nine members. */
	assert_int_equal(p.counts[NK_STEP_ADD], 3 + 1 + 9 + 3);
	assert_int_equal(p.counts[NK_STEP_MEMBER_ADD], 9);
	assert_int_equal(p.n_conflicts, 0);
	assert_int_equal(p.people_touched, 9);
	for (size_t i = 0; i < p.n; i++) {
		const enum nk_object_kind kind = p.steps[i].object_kind;

		assert_int_equal(kind,
			i < 3            ? NK_OBJECT_CONTAINER
				: i < 4  ? NK_OBJECT_UNIT
				: i < 13 ? NK_OBJECT_PERSON
					 : NK_OBJECT_GROUP);
	}
	assert_int_equal(p.steps[13].kind, NK_STEP_ADD);
	assert_int_equal(p.steps[14].kind, NK_STEP_MEMBER_ADD);
	assert_true(nk_str_eq(p.steps[14].key, p.steps[13].key));
}

static void a_target_that_is_right_needs_nothing(void **state)
{
	NK_OWNED(school_done) struct school s = { 0 };
	struct nk_snapshot snap;
	struct nk_plan p;

	(void)state;
	school_new(&s, 9);
	snap = school_mirror(&s);
	p = school_plan(&s, &snap);
	assert_int_equal(all(&p), 0);
	assert_int_equal(p.unchanged, 9 + 3 + 1);
	assert_int_equal(p.foreign, 0);
}

static void a_blind_read_never_makes_a_plan(void **state)
{
	NK_OWNED(school_done) struct school s = { 0 };
	struct nk_snapshot snap;
	struct nk_plan p;

	(void)state;
	school_new(&s, 3);
	snap = school_mirror(&s);
	snap.complete = false;
	assert_int_equal(school_plan_rc(&s, &snap, &p).code, NK_INCOMPLETE);
	snap.complete = true;
	snap.sentinel_seen = false;
	assert_int_equal(school_plan_rc(&s, &snap, &p).code, NK_INCOMPLETE);
}

static void a_new_name_is_a_rename_and_the_class_follows(void **state)
{
	NK_OWNED(school_done) struct school s = { 0 };
	struct nk_snapshot snap;
	struct nk_plan p;
	const struct nk_step *step = NULL;

	(void)state;
	school_new(&s, 6);
	snap = school_mirror(&s);
	s.persons[0].field[NK_FIELD_LOGIN] = NK_STR("sato0000");
	s.persons[0].field[NK_FIELD_FAMILY] = NK_STR("佐藤");
	school_update(&s, 0);
	p = school_plan(&s, &snap);
	assert_int_equal(p.counts[NK_STEP_RENAME], 1);
	assert_int_equal(p.counts[NK_STEP_MODIFY], 1);
	assert_int_equal(p.counts[NK_STEP_MEMBER_ADD], 1);
	assert_int_equal(p.counts[NK_STEP_MEMBER_REMOVE], 1);
	assert_int_equal(p.n, 4);
	step = school_step(&p, NK_STEP_RENAME, 0);
	assert_true(nk_str_eq(step->key, NK_STR("uid=hm0000," KIT_PEOPLE)) &&
		nk_str_eq(step->new_key, NK_STR("uid=sato0000," KIT_PEOPLE)));
	assert_true(step->version.len > 0);
	step = school_step(&p, NK_STEP_MODIFY, 0);
	/* Our own rename has changed the version. */
	assert_true(nk_str_eq(step->key, NK_STR("uid=sato0000," KIT_PEOPLE)) && step->version.len == 0);
	for (size_t i = 0; i < step->n_mods; i++) {
		assert_false(nk_str_ieq(step->mods[i].attr.name, NK_STR("uid")));
		assert_int_equal(step->mods[i].old.n, 1);
	}
}

static void who_leaves_is_suspended_and_leaves_the_class(void **state)
{
	NK_OWNED(school_done) struct school s = { 0 };
	struct nk_snapshot snap;
	struct nk_plan p;
	const struct nk_step *step = NULL;
	bool password = false;

	(void)state;
	school_new(&s, 6);
	snap = school_mirror(&s);
	s.persons[1].state = NK_PERSON_LEAVING;
	s.persons[1].field[NK_FIELD_MAIL] = NK_STR("");
	school_update(&s, 1);
	p = school_plan(&s, &snap);
	assert_int_equal(p.n, 2);
	assert_int_equal(p.counts[NK_STEP_MEMBER_REMOVE], 1);
	step = school_step(&p, NK_STEP_SUSPEND, 0);
	assert_ptr_equal(step, &p.steps[p.n - 1]);
	for (size_t i = 0; i < step->n_mods; i++) {
		password = password ||
			(nk_str_eq(step->mods[i].attr.name, NK_STR("userPassword")) && step->mods[i].attr.n == 0);
		/* What has become blank stays until it is erased. */
		assert_false(nk_str_eq(step->mods[i].attr.name, NK_STR("mail")));
	}
	assert_true(password);
	/* Suspended before ever having been there: nothing to do. */
	snap = nothing();
	s.n_known = 0;
	nk_links_free(&s.links);
	kit_exec(&s.k, "DELETE FROM link");
	kit_ok(nk_links_open(s.k.store, s.k.vault, s.target, &s.links, &s.err), &s.err);
	p = school_plan(&s, &snap);
	assert_int_equal(p.counts[NK_STEP_SUSPEND], 0);
	assert_int_equal(p.people_touched, 5);
}

static void who_returns_is_resumed(void **state)
{
	NK_OWNED(school_done) struct school s = { 0 };
	struct nk_snapshot snap;
	struct nk_plan p;
	const struct nk_str mark[] = { NK_STR("Suspended") };
	const struct nk_attr attr = { NK_STR("employeeType"), mark, 1 };
	struct nk_attr attrs[32];
	struct nk_entry *e = NULL;

	(void)state;
	school_new(&s, 3);
	snap = school_mirror(&s);
	e = held(&snap, "uid=hm0001," KIT_PEOPLE);
	memcpy(attrs, e->attrs, e->n_attrs * sizeof(*attrs));
	attrs[e->n_attrs++] = attr;
	e->attrs = attrs;
	p = school_plan(&s, &snap);
	assert_int_equal(p.n, 1);
	assert_int_equal(p.steps[0].kind, NK_STEP_RESUME);
	assert_int_equal(p.steps[0].mods[p.steps[0].n_mods - 1].attr.n, 0);
}

static void an_entry_without_our_anchor_is_never_adopted(void **state)
{
	NK_OWNED(school_done) struct school s = { 0 };
	struct nk_snapshot snap;
	struct nk_plan p;

	(void)state;
	school_new(&s, 6);
	snap = school_mirror(&s);
	/* Somebody deleted the entry and made another of the same name and content. */
	held(&snap, "uid=hm0002," KIT_PEOPLE)->anchor = NK_STR("ffffffff-0000-4000-8000-000000000000");
	p = school_plan(&s, &snap);
	assert_int_equal(p.n_conflicts, 1);
	assert_int_equal(p.conflicts[0].person_number, s.persons[2].number);
	for (size_t i = 0; i < p.n; i++) {
		assert_false(nk_str_eq(p.steps[i].key, NK_STR("uid=hm0002," KIT_PEOPLE)));
		/* And it gets nobody's rights. */
		assert_false(p.steps[i].kind == NK_STEP_MEMBER_ADD &&
			nk_str_eq(p.steps[i].value, NK_STR("uid=hm0002," KIT_PEOPLE)));
	}
}

static void what_was_made_before_a_crash_is_found_again(void **state)
{
	NK_OWNED(school_done) struct school s = { 0 };
	NK_OWNED(school_done) struct school t = { 0 };
	struct nk_snapshot snap;
	struct nk_tx *tx = NULL;
	struct nk_plan p;
	struct nk_str anchor;

	(void)state;
	school_new(&s, 3);
	snap = school_mirror(&s);
	anchor = held(&snap, "uid=hm0001," KIT_PEOPLE)->anchor;
	school_new(&t, 3);
	/* The second school knows the same, but of this one only the intention. */
	for (size_t i = 0; i < 3; i++) {
		school_link(&t, t.persons[i].number, NK_STR("uid=x," KIT_PEOPLE),
			i == 1 ? (struct nk_str){ 0 } : nk_links_of(s.links, s.persons[i].number)->anchor);
	}
	memcpy(t.known, s.known, s.n_known * sizeof(*s.known));
	t.n_known = s.n_known;
	p = school_plan(&t, &snap);
	assert_int_equal(all(&p), 0);
	assert_int_equal(p.n_found, 1);
	assert_true(nk_str_eq(p.found[0].anchor, anchor));
	tx = kit_begin(&t.k);
	kit_ok(nk_plan_record_found(tx, t.links, t.target, &p, &t.err), &t.err);
	kit_commit(&tx);
	assert_int_equal(nk_links_of(t.links, t.persons[1].number)->state, NK_LINK_PRESENT);
	p = school_plan(&t, &snap);
	assert_int_equal(p.n_found + all(&p), 0);
}

static void an_intention_does_not_adopt_an_entry_of_other_content(void **state)
{
	NK_OWNED(school_done) struct school s = { 0 };
	NK_OWNED(school_done) struct school t = { 0 };
	struct nk_snapshot snap;
	struct nk_plan p;

	(void)state;
	school_new(&s, 1);
	snap = school_mirror(&s);
	school_new(&t, 1);
	school_link(&t, t.persons[0].number, NK_STR("uid=hm0000," KIT_PEOPLE), (struct nk_str){ 0 });
	memcpy(t.known, s.known, s.n_known * sizeof(*s.known));
	t.n_known = s.n_known;
	t.persons[0].field[NK_FIELD_GIVEN] = NK_STR("次郎");
	school_update(&t, 0);
	p = school_plan(&t, &snap);
	assert_int_equal(p.n_found, 0);
	assert_int_equal(p.n_conflicts, 1);
}

static void a_person_who_is_gone_is_left_to_the_erase_plan(void **state)
{
	NK_OWNED(school_done) struct school s = { 0 };
	struct nk_snapshot snap;
	struct nk_plan p;

	(void)state;
	school_new(&s, 4);
	snap = school_mirror(&s);
	s.persons[3].state = NK_PERSON_RETAINED;
	school_update(&s, 3);
	p = school_plan(&s, &snap);
	assert_int_equal(p.counts[NK_STEP_DELETE], 0);
	assert_int_equal(p.n_conflicts, 1);
	assert_int_equal(p.conflicts[0].person_number, s.persons[3].number);
}

static void an_empty_class_goes_and_foreign_members_stay(void **state)
{
	NK_OWNED(school_done) struct school s = { 0 };
	struct nk_snapshot snap;
	struct nk_plan p;
	struct nk_attr *members = NULL;
	struct nk_str values[3];
	struct nk_entry *e = NULL;

	(void)state;
	school_new(&s, 3);
	snap = school_mirror(&s);
	e = held(&snap, "cn=2026-B148210000017-1-1,ou=groups,dc=example,dc=ac,dc=jp");
	members = (struct nk_attr *)(uintptr_t)&e->attrs[e->n_attrs - 1];
	values[0] = NK_STR("uid=hm0000," KIT_PEOPLE);
	values[1] = NK_STR("cn=printer,dc=example,dc=ac,dc=jp");
	values[2] = NK_STR("UID=long-gone, " KIT_PEOPLE);
	*members = (struct nk_attr){ NK_STR("member"), values, 3 };
	/* hm0001 was the only one in 1-2. */
	s.ms[1][1].until = s.opt.today - 1;
	school_update(&s, 1);
	p = school_plan(&s, &snap);
	assert_int_equal(p.n, 2);
	assert_int_equal(p.counts[NK_STEP_MEMBER_REMOVE], 1);
	assert_true(nk_str_eq(school_step(&p, NK_STEP_MEMBER_REMOVE, 0)->value, values[2]));
	assert_int_equal(p.counts[NK_STEP_DELETE], 1);
	assert_int_equal(school_step(&p, NK_STEP_DELETE, 0)->object_kind, NK_OBJECT_GROUP);
}

static void entries_of_others_are_counted_and_left_alone(void **state)
{
	NK_OWNED(school_done) struct school s = { 0 };
	struct nk_snapshot snap;
	struct nk_plan p;

	(void)state;
	school_new(&s, 3);
	snap = school_mirror(&s);
	held(&snap, "uid=hm0002," KIT_PEOPLE)->key = NK_STR("uid=service," KIT_PEOPLE);
	held(&snap, "uid=service," KIT_PEOPLE)->anchor = NK_STR("ffffffff-0000-4000-8000-000000000000");
	p = school_plan(&s, &snap);
	assert_int_equal(p.foreign, 1);
	for (size_t i = 0; i < p.n; i++) {
		assert_false(nk_str_eq(p.steps[i].key, NK_STR("uid=service," KIT_PEOPLE)));
	}
	/* Our entry is missing there, so it is made anew. */
	assert_int_equal(p.counts[NK_STEP_ADD], 1);
}

static void the_same_input_gives_the_same_hash_and_each_step_its_own_digest(void **state)
{
	NK_OWNED(school_done) struct school s = { 0 };
	struct nk_snapshot snap;
	struct nk_plan a;
	struct nk_plan b;

	(void)state;
	school_new(&s, 120);
	snap = nothing();
	a = school_plan(&s, &snap);
	b = school_plan(&s, &snap);
	assert_memory_equal(a.hash.b, b.hash.b, sizeof(a.hash.b));
	for (size_t i = 0; i < a.n; i++) {
		for (size_t j = 0; j < i; j++) {
			assert_int_not_equal(
				memcmp(a.steps[i].digest, a.steps[j].digest, sizeof(a.steps[i].digest)), 0);
		}
	}
	s.persons[5].field[NK_FIELD_GIVEN] = NK_STR("次郎");
	school_update(&s, 5);
	b = school_plan(&s, &snap);
	assert_int_equal(a.n, b.n);
	assert_memory_not_equal(a.hash.b, b.hash.b, sizeof(a.hash.b));
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
		rows[i].person_number = p->steps[i].person_number;
	}
	qsort(rows, p->n, sizeof(*rows), row_cmp);
	return rows;
}

static void the_plan_made_again_does_only_what_was_approved(void **state)
{
	NK_OWNED(school_done) struct school s = { 0 };
	struct nk_snapshot snap = nothing();
	struct nk_plan_step_row *rows = NULL;
	const struct nk_step *todo = NULL;
	struct nk_plan p;
	size_t n = 0;
	size_t drift = 0;

	(void)state;
	school_new(&s, 6);
	p = school_plan(&s, &snap);
	rows = rows_of(&s, &p);
	kit_ok(nk_plan_reconcile(&p, rows, p.n, s.arena, &todo, &n, &drift, &s.err), &s.err);
	assert_int_equal(n, p.n);
	/* One left out of the approval: drift, and nothing may be done. */
	kit_fails(nk_plan_reconcile(&p, rows + 1, p.n - 1, s.arena, &todo, &n, &drift, &s.err), NK_CONFLICT);
	assert_int_equal(drift, 1);
	assert_int_equal(n, 0);
	/* One that was done and is needed once more was undone by somebody. */
	rows[3].state = NK_STEP_DONE;
	kit_fails(nk_plan_reconcile(&p, rows, p.n, s.arena, &todo, &n, &drift, &s.err), NK_CONFLICT);
	/* What is there already need not be done. */
	rows[3].state = NK_STEP_OPEN;
	snap = school_mirror(&s);
	{
		const struct nk_plan again = school_plan(&s, &snap);

		kit_ok(nk_plan_reconcile(&again, rows, p.n, s.arena, &todo, &n, &drift, &s.err), &s.err);
		assert_int_equal(n + drift, 0);
	}
}

static void a_plan_is_kept_by_its_hash_and_loses_its_nonce_at_the_end(void **state)
{
	NK_OWNED(school_done) struct school s = { 0 };
	const struct nk_key key = kit_key(0x77);
	const struct nk_snapshot none = nothing();
	struct nk_plan_row row = {
		.made_at = 1, .expires_at = 2, .counts = NK_STR("{\"add\":3}"), .verdict = NK_VERDICT_APPROVAL
	};
	struct nk_plan_row back = { 0 };
	struct nk_plan_step_row *steps = NULL;
	struct nk_plan p;
	struct nk_tx *tx = NULL;
	char hex[65];
	size_t n = 0;

	(void)state;
	school_new(&s, 3);
	p = school_plan(&s, &none);
	row.id = kit_uuid(99);
	row.made_by = kit_uuid(98);
	row.target = s.target;
	row.hash = p.hash;
	memset(row.nonce, 7, sizeof(row.nonce));
	tx = kit_begin(&s.k);
	kit_ok(nk_plan_save(tx, &key, &row, rows_of(&s, &p), p.n, &s.err), &s.err);
	kit_ok(nk_plan_mark_steps(tx, row.id, p.steps, 2, NK_STEP_DONE, &s.err), &s.err);
	kit_commit(&tx);
	nk_hex_print(p.hash.b, 32, hex);
	kit_ok(nk_plan_find(s.k.store, &key, nk_str_sub(nk_str_c(hex), 0, 8), s.arena, &back, &s.err), &s.err);
	assert_memory_equal(back.nonce, row.nonce, 32);
	assert_true(nk_uuid_eq(back.target, s.target) && !back.erase && back.verdict == NK_VERDICT_APPROVAL &&
		back.state == NK_PLAN_OPEN);
	assert_true(nk_str_eq(back.counts, row.counts));
	kit_fails(nk_plan_find(s.k.store, &key, NK_STR("0123456"), s.arena, &back, &s.err), NK_INVALID);
	kit_fails(nk_plan_find(s.k.store, &key, NK_STR("zzzzzzzz"), s.arena, &back, &s.err), NK_NOT_FOUND);
	kit_ok(nk_plan_steps(s.k.store, row.id, s.arena, &steps, &n, &s.err), &s.err);
	assert_int_equal(n, p.n);
	for (size_t i = 1; i < n; i++) {
		assert_true(row_cmp(&steps[i - 1], &steps[i]) < 0);
	}
	tx = kit_begin(&s.k);
	kit_ok(nk_plan_set_state(tx, row.id, NK_PLAN_DONE, kit_uuid(97), &s.err), &s.err);
	kit_fails(nk_plan_set_state(tx, kit_uuid(1), NK_PLAN_DONE, kit_uuid(97), &s.err), NK_NOT_FOUND);
	kit_commit(&tx);
	kit_ok(nk_plan_find(s.k.store, &key, nk_str_c(hex), s.arena, &back, &s.err), &s.err);
	assert_int_equal(back.state, NK_PLAN_DONE);
	assert_int_equal(back.nonce[0], 0);
	assert_true(nk_uuid_eq(back.warrant, kit_uuid(97)));
}

static void two_plans_of_one_beginning_need_more_digits(void **state)
{
	NK_OWNED(school_done) struct school s = { 0 };
	const struct nk_key key = kit_key(0x77);
	struct nk_plan_row row = { .counts = NK_STR("{}"), .erase = true };
	struct nk_plan_row *list = NULL;
	struct nk_tx *tx = NULL;
	size_t n = 0;

	(void)state;
	school_new(&s, 0);
	tx = kit_begin(&s.k);
	for (uint32_t i = 0; i < 2; i++) {
		row.id = kit_uuid(90 + i);
		row.made_by = kit_uuid(98);
		row.made_at = i;
		memset(row.hash.b, 0xab, sizeof(row.hash.b));
		row.hash.b[31] = (uint8_t)i;
		kit_ok(nk_plan_save(tx, &key, &row, NULL, 0, &s.err), &s.err);
	}
	kit_commit(&tx);
	kit_fails(nk_plan_find(s.k.store, &key, NK_STR("ABababab"), s.arena, &row, &s.err), NK_CONFLICT);
	kit_ok(nk_plan_list(s.k.store, s.arena, &list, &n, &s.err), &s.err);
	assert_int_equal(n, 2);
	assert_true(list[0].made_at == 1 && list[0].erase && nk_uuid_is_nil(list[0].target));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_empty_target_gets_everything_in_order),
		cmocka_unit_test(a_target_that_is_right_needs_nothing),
		cmocka_unit_test(a_blind_read_never_makes_a_plan),
		cmocka_unit_test(a_new_name_is_a_rename_and_the_class_follows),
		cmocka_unit_test(who_leaves_is_suspended_and_leaves_the_class),
		cmocka_unit_test(who_returns_is_resumed),
		cmocka_unit_test(an_entry_without_our_anchor_is_never_adopted),
		cmocka_unit_test(what_was_made_before_a_crash_is_found_again),
		cmocka_unit_test(an_intention_does_not_adopt_an_entry_of_other_content),
		cmocka_unit_test(a_person_who_is_gone_is_left_to_the_erase_plan),
		cmocka_unit_test(an_empty_class_goes_and_foreign_members_stay),
		cmocka_unit_test(entries_of_others_are_counted_and_left_alone),
		cmocka_unit_test(the_same_input_gives_the_same_hash_and_each_step_its_own_digest),
		cmocka_unit_test(the_plan_made_again_does_only_what_was_approved),
		cmocka_unit_test(a_plan_is_kept_by_its_hash_and_loses_its_nonce_at_the_end),
		cmocka_unit_test(two_plans_of_one_beginning_need_more_digits),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
