/*
 * ldap_apply_test.c: what the LDAP target writes to a real slapd, and what it says when that goes wrong.
 */
#include "base.h"

#include <cmocka.h>

#include "ldap_test_kit.h"

static void the_first_run_finds_nothing_and_makes_all(void **state)
{
	NK_OWNED(kit_slapd_stop) struct kit_slapd s = { 0 };
	NK_OWNED(opened_done) struct opened o = { 0 };
	static const struct nk_str unit[] = { { "organizationalUnit", 18 } };
	static const struct nk_attr ou[] = { { { "objectClass", 11 }, unit, 1 } };
	struct nk_step steps[3];
	struct nk_step_result results[3];
	struct nk_snapshot snap = { 0 };

	(void)state;
	kit_slapd_start(&s, &(struct kit_slapd_options){ 0 });
	open_plain(&o, &s);
	assert_null(read_one(&o, PEOPLE, &snap));
	assert_true(snap.complete && snap.n == 0);
	steps[0] = (struct nk_step){ .kind = NK_STEP_ADD,
		.object_kind = NK_OBJECT_CONTAINER,
		.key = NK_STR(PEOPLE),
		.attrs = ou,
		.n_attrs = 1 };
	steps[1] = add_person(o.arena, 1);
	steps[2] = add_person(o.arena, 2);
	apply(&o, steps, 3, results);
	assert_int_equal(results[0].outcome, NK_OUTCOME_DONE);
	assert_int_equal(results[2].outcome, NK_OUTCOME_DONE);
	assert_non_null(read_one(&o, "uid=u2," PEOPLE, &snap));
	assert_int_equal(snap.n, 3);
}

static void adds_in(bool transactions, uint32_t window)
{
	enum { N = 250 };
	NK_OWNED(kit_slapd_stop) struct kit_slapd s = { 0 };
	NK_OWNED(opened_done) struct opened o = { 0 };
	struct nk_step *steps = NULL;
	struct nk_step_result *results = NULL;
	struct nk_target_settings set;
	struct nk_snapshot snap = { 0 };
	const struct nk_entry *e = NULL;

	kit_slapd_start(&s, &(struct kit_slapd_options){ .ldif = CONTAINERS });
	set = settings(&s);
	set.window = window;
	set.batch = transactions ? 0 : 1;
	open_with(&o, &set);
	steps = nk_arena_array(o.arena, N + 3, sizeof(*steps));
	results = nk_arena_array(o.arena, N + 3, sizeof(*results));
	for (unsigned i = 0; i < N; i++) {
		steps[i] = add_person(o.arena, i);
	}
	steps[N] = add_group(o.arena);
	steps[N + 1] = member(NK_STEP_MEMBER_ADD, steps[0].key);
	steps[N + 2] = member(NK_STEP_MEMBER_ADD, steps[1].key);
	apply(&o, steps, N + 3, results);
	for (unsigned i = 0; i < N + 3; i++) {
		assert_int_equal(results[i].outcome, NK_OUTCOME_DONE);
		assert_int_equal(results[i].anchor.len, i <= N ? 36 : 0);
	}
	e = read_one(&o, "cn=2025-1-1," GROUPS, &snap);
	assert_non_null(e);
	assert_int_equal(count(e, "member"), 2);
	assert_true(nk_str_eq(e->anchor, results[N].anchor));
	e = read_one(&o, "uid=u249," PEOPLE, &snap);
	assert_true(nk_str_eq(e->anchor, results[249].anchor));
	assert_true(nk_str_eq(value(e, "cn"), NK_STR("太郎 (テスト*)")));
}

static void adds_are_done_in_transactions(void **state)
{
	(void)state;
	adds_in(true, 64);
	adds_in(true, 1);
}

static void adds_are_done_one_by_one(void **state)
{
	(void)state;
	adds_in(false, 64);
}

static void one_bad_entry_in_a_batch_is_the_only_one_missing(void **state)
{
	enum { N = 30 };
	NK_OWNED(kit_slapd_stop) struct kit_slapd s = { 0 };
	NK_OWNED(opened_done) struct opened o = { 0 };
	struct nk_step steps[N];
	struct nk_step_result results[N];
	struct nk_snapshot snap = { 0 };

	(void)state;
	kit_slapd_start(&s, &(struct kit_slapd_options){ .ldif = CONTAINERS });
	open_plain(&o, &s);
	for (unsigned i = 0; i < N; i++) {
		steps[i] = add_person(o.arena, i);
	}
	steps[7].n_attrs = 2; /* no sn, no cn */
	steps[21].n_attrs = 3;
	apply(&o, steps, N, results);
	for (unsigned i = 0; i < N; i++) {
		assert_int_equal(results[i].outcome, i == 7 || i == 21 ? NK_OUTCOME_REFUSED : NK_OUTCOME_DONE);
	}
	assert_int_equal(results[7].code, LDAP_OBJECT_CLASS_VIOLATION);
	assert_null(read_one(&o, "uid=u7," PEOPLE, &snap));
	assert_int_equal(snap.n, 3 + N - 2);
}

static void an_entry_that_stands_there_stops_the_rest(void **state)
{
	NK_OWNED(kit_slapd_stop) struct kit_slapd s = { 0 };
	NK_OWNED(opened_done) struct opened o = { 0 };
	struct nk_step steps[4];
	struct nk_step_result results[4];
	struct nk_snapshot snap = { 0 };

	(void)state;
	kit_slapd_start(&s, &(struct kit_slapd_options){ .ldif = CONTAINERS });
	open_plain(&o, &s);
	steps[0] = add_person(o.arena, 1);
	apply(&o, steps, 1, results);
	for (unsigned i = 0; i < 4; i++) {
		steps[i] = add_person(o.arena, i);
	}
	apply(&o, steps, 4, results);
	assert_int_equal(results[0].outcome, NK_OUTCOME_DONE);
	assert_int_equal(results[1].outcome, NK_OUTCOME_CONFLICT);
	assert_int_equal(results[2].outcome, NK_OUTCOME_NOT_SENT);
	assert_int_equal(results[3].outcome, NK_OUTCOME_NOT_SENT);
	assert_null(read_one(&o, "uid=u3," PEOPLE, &snap));
}

static void a_change_of_somebody_else_is_not_overwritten(void **state)
{
	NK_OWNED(kit_slapd_stop) struct kit_slapd s = { 0 };
	NK_OWNED(opened_done) struct opened o = { 0 };
	NK_OWNED(nk_buf_done) struct nk_buf ldif = { 0 };
	struct nk_mod room[3];
	struct nk_step steps[3];
	struct nk_step_result results[3];
	struct nk_snapshot snap = { 0 };
	const struct nk_entry *e = NULL;
	struct nk_str before;

	(void)state;
	load(&ldif, 3);
	kit_slapd_start(&s, &(struct kit_slapd_options){ .ldif = (const char *)ldif.ptr });
	open_plain(&o, &s);
	e = read_one(&o, "uid=p0," PEOPLE, &snap);
	before = e->version;
	steps[0] = modify(e->key, e->version, &room[0]);
	apply(&o, steps, 1, results);
	assert_int_equal(results[0].outcome, NK_OUTCOME_DONE);
	/* In a batch, with the old version: refused for this entry, and the step before it is done all the same. */
	e = read_one(&o, "uid=p1," PEOPLE, &snap);
	steps[0] = modify(e->key, e->version, &room[0]);
	steps[1] = modify(NK_STR("uid=p0," PEOPLE), before, &room[1]);
	steps[2] = modify(NK_STR("uid=p2," PEOPLE), (struct nk_str){ 0 }, &room[2]);
	apply(&o, steps, 3, results);
	assert_int_equal(results[0].outcome, NK_OUTCOME_DONE);
	assert_int_equal(results[1].outcome, NK_OUTCOME_CONFLICT);
	assert_int_equal(results[2].outcome, NK_OUTCOME_NOT_SENT);
	e = read_one(&o, "uid=p2," PEOPLE, &snap);
	assert_int_equal(value(e, "description").len, 0);
	steps[0] = (struct nk_step){ .kind = NK_STEP_DELETE,
		.object_kind = NK_OBJECT_PERSON,
		.key = NK_STR("uid=p0," PEOPLE),
		.version = before };
	apply(&o, steps, 1, results);
	assert_int_equal(results[0].outcome, NK_OUTCOME_CONFLICT);
	assert_non_null(read_one(&o, "uid=p0," PEOPLE, &snap));
}

static void a_rename_keeps_the_anchor_and_may_be_repeated(void **state)
{
	NK_OWNED(kit_slapd_stop) struct kit_slapd s = { 0 };
	NK_OWNED(opened_done) struct opened o = { 0 };
	NK_OWNED(nk_buf_done) struct nk_buf ldif = { 0 };
	struct nk_mod room;
	struct nk_step steps[2];
	struct nk_step_result results[2];
	struct nk_snapshot snap = { 0 };
	const struct nk_entry *e = NULL;
	struct nk_str anchor;

	(void)state;
	load(&ldif, 2);
	kit_slapd_start(&s, &(struct kit_slapd_options){ .ldif = (const char *)ldif.ptr });
	open_plain(&o, &s);
	e = read_one(&o, "uid=p0," PEOPLE, &snap);
	anchor = e->anchor;
	steps[0] = (struct nk_step){ .kind = NK_STEP_RENAME,
		.object_kind = NK_OBJECT_PERSON,
		.key = e->key,
		.new_key = NK_STR("uid=new," PEOPLE),
		.anchor = anchor,
		.version = e->version };
	steps[1] = modify(NK_STR("uid=new," PEOPLE), (struct nk_str){ 0 }, &room);
	apply(&o, steps, 2, results);
	assert_int_equal(results[0].outcome, NK_OUTCOME_DONE);
	assert_int_equal(results[1].outcome, NK_OUTCOME_DONE);
	e = read_one(&o, "uid=new," PEOPLE, &snap);
	assert_non_null(e);
	assert_true(nk_str_eq(e->anchor, anchor));
	assert_int_equal(count(e, "uid"), 1);
	assert_true(nk_str_eq(value(e, "description"), NK_STR("two")));
	apply(&o, steps, 1, results);
	assert_int_equal(results[0].outcome, NK_OUTCOME_DONE);
	/* Gone, and not at the new name either: that is no success. */
	steps[0].new_key = NK_STR("uid=other," PEOPLE);
	apply(&o, steps, 1, results);
	assert_int_equal(results[0].outcome, NK_OUTCOME_CONFLICT);
}

static void members_come_and_go_and_the_last_takes_the_group_along(void **state)
{
	NK_OWNED(kit_slapd_stop) struct kit_slapd s = { 0 };
	NK_OWNED(opened_done) struct opened o = { 0 };
	struct nk_step steps[4];
	struct nk_step_result results[4];
	struct nk_snapshot snap = { 0 };

	(void)state;
	kit_slapd_start(&s, &(struct kit_slapd_options){ .ldif = CONTAINERS });
	open_plain(&o, &s);
	steps[0] = add_group(o.arena);
	steps[1] = member(NK_STEP_MEMBER_ADD, NK_STR("uid=a," PEOPLE));
	apply(&o, steps, 2, results);
	/* Again, with one that is there and one that was never there: both count as done. */
	steps[0] = member(NK_STEP_MEMBER_ADD, NK_STR("uid=a," PEOPLE));
	steps[1] = member(NK_STEP_MEMBER_ADD, NK_STR("uid=b," PEOPLE));
	steps[2] = member(NK_STEP_MEMBER_REMOVE, NK_STR("uid=never," PEOPLE));
	apply(&o, steps, 3, results);
	for (size_t i = 0; i < 3; i++) {
		assert_int_equal(results[i].outcome, NK_OUTCOME_DONE);
	}
	assert_int_equal(count(read_one(&o, "cn=2025-1-1," GROUPS, &snap), "member"), 2);
	steps[0] = member(NK_STEP_MEMBER_REMOVE, NK_STR("uid=a," PEOPLE));
	steps[1] = member(NK_STEP_MEMBER_REMOVE, NK_STR("uid=b," PEOPLE));
	apply(&o, steps, 2, results);
	assert_int_equal(results[0].outcome, NK_OUTCOME_DONE);
	assert_int_equal(results[1].outcome, NK_OUTCOME_REFUSED); /* no object of ours: not our group to delete */
	assert_int_equal(count(read_one(&o, "cn=2025-1-1," GROUPS, &snap), "member"), 1);
	memset(&steps[1].object, 7, sizeof(steps[1].object));
	apply(&o, &steps[1], 1, results);
	assert_int_equal(results[0].outcome, NK_OUTCOME_DONE);
	assert_null(read_one(&o, "cn=2025-1-1," GROUPS, &snap));
	apply(&o, &steps[1], 1, results);
	assert_int_equal(results[0].outcome, NK_OUTCOME_DONE);
}

static void what_was_in_flight_when_the_server_died_is_unknown(void **state)
{
	enum { N = 400 };
	NK_OWNED(kit_slapd_stop) struct kit_slapd s = { 0 };
	NK_OWNED(opened_done) struct opened o = { 0 };
	struct nk_step steps[N];
	struct nk_step_result results[N];
	struct nk_target_settings set;
	struct nk_snapshot snap = { 0 };
	size_t unknown = 0;
	size_t not_sent = 0;

	(void)state;
	kit_slapd_start(&s, &(struct kit_slapd_options){ .ldif = CONTAINERS });
	set = settings(&s);
	set.batch = 1; /* no transactions */
	set.window = 8;
	set.timeout_ms = 300;
	open_with(&o, &set);
	for (unsigned i = 0; i < N; i++) {
		steps[i] = add_person(o.arena, i);
	}
	/* Stopped: requests are taken by the kernel, and no answer comes. */
	kit_slapd_freeze(&s);
	apply(&o, steps, N, results);
	for (size_t i = 0; i < N; i++) {
		unknown += results[i].outcome == NK_OUTCOME_UNKNOWN ? 1 : 0;
		not_sent += results[i].outcome == NK_OUTCOME_NOT_SENT ? 1 : 0;
	}
	assert_int_equal(unknown + not_sent, N);
	assert_int_equal(unknown, 8);
	/* The handle says so from now on. */
	kit_fails(nk_target_read(o.t, o.arena, &snap, NULL), NK_UNAVAILABLE);
	kit_fails(nk_target_apply(o.t, steps, 1, results, o.arena, NULL), NK_UNAVAILABLE);
	kit_slapd_kill(&s);
}

static void a_dead_server_leaves_a_transaction_undone_or_unknown(void **state)
{
	enum { N = 300 };
	NK_OWNED(kit_slapd_stop) struct kit_slapd s = { 0 };
	NK_OWNED(opened_done) struct opened o = { 0 };
	struct nk_step steps[N];
	struct nk_step_result results[N];
	struct nk_target_settings set;

	(void)state;
	kit_slapd_start(&s, &(struct kit_slapd_options){ .ldif = CONTAINERS });
	set = settings(&s);
	set.timeout_ms = 500;
	open_with(&o, &set);
	for (unsigned i = 0; i < N; i++) {
		steps[i] = add_person(o.arena, i);
	}
	/* The first brings new attributes and goes alone; what follows would be one transaction. */
	apply(&o, steps, 1, results);
	assert_int_equal(results[0].outcome, NK_OUTCOME_DONE);
	kit_slapd_kill(&s);
	apply(&o, steps, N, results);
	for (size_t i = 0; i < N; i++) {
		assert_int_equal(results[i].outcome, NK_OUTCOME_NOT_SENT);
	}
	set = settings(&s);
	assert_int_equal(open_code(&set), NK_UNAVAILABLE);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_first_run_finds_nothing_and_makes_all),
		cmocka_unit_test(adds_are_done_in_transactions),
		cmocka_unit_test(adds_are_done_one_by_one),
		cmocka_unit_test(one_bad_entry_in_a_batch_is_the_only_one_missing),
		cmocka_unit_test(an_entry_that_stands_there_stops_the_rest),
		cmocka_unit_test(a_change_of_somebody_else_is_not_overwritten),
		cmocka_unit_test(a_rename_keeps_the_anchor_and_may_be_repeated),
		cmocka_unit_test(members_come_and_go_and_the_last_takes_the_group_along),
		cmocka_unit_test(what_was_in_flight_when_the_server_died_is_unknown),
		cmocka_unit_test(a_dead_server_leaves_a_transaction_undone_or_unknown),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
