/*
 * plan_past_test.c: what the plans of the window took away at a target: to the moment, to the person, and no others.
 */
#include "base.h"

#include <cmocka.h>

#include "flow_test_kit.h"
#include "guard_flow.h"

enum { DAYS = 28 };

/* A target that nothing is ever sent to: its id begins with `n`. */
static struct nk_uuid a_target(struct ft *t, uint8_t n)
{
	NK_OWNED(nk_tx_end) struct nk_tx *tx = NULL;
	NK_OWNED(nk_stmt_put) struct nk_stmt *s = NULL;
	const struct nk_uuid id = { { n } };
	struct nk_err err = { 0 };

	kit_ok(nk_tx_begin(t->flow->store, &tx, &err), &err);
	kit_ok(nk_stmt_get(t->flow->store, "INSERT INTO target(id, name, type, holding_id) VALUES (?1, ?2, 'ldap', ?1)", &s, &err), &err);
	nk_stmt_uuid(s, 1, id);
	nk_stmt_text(s, 2, n == 1 ? NK_STR("one") : NK_STR("other"));
	kit_ok(nk_stmt_run(s, &err), &err);
	kit_ok(nk_flow_leaf(t->flow, tx, NK_LEAF_TARGET, NULL, 0, NULL, &err), &err);
	kit_ok(nk_flow_commit(t->flow, &tx, &err), &err);
	return id;
}

/* A plan made now that suspends and deletes so many in an ordinary week, and stands in this state. */
static void a_plan(struct ft *t, struct nk_uuid target, int state, const char *counts)
{
	NK_OWNED(nk_tx_end) struct nk_tx *tx = NULL;
	struct nk_plan_row row = { .target = target, .made_at = nk_now(kit_env()), .made_by = t->flow->actor, .counts = nk_str_c(counts) };
	struct nk_err err = { 0 };

	kit_ok(nk_uuid_new(kit_env(), &row.id, &err), &err);
	memcpy(row.hash.b, row.id.b, sizeof(row.id.b));
	row.expires_at = row.made_at + NK_DAY;
	kit_ok(nk_tx_begin(t->flow->store, &tx, &err), &err);
	kit_ok(nk_plan_save(tx, t->flow->key[NK_HOUSE_LOG], &row, NULL, 0, &err), &err);
	if (state != NK_PLAN_OPEN) {
		kit_ok(nk_plan_set_state(tx, row.id, state, (struct nk_uuid){ { 0 } }, &err), &err);
	}
	kit_ok(nk_flow_leaf(t->flow, tx, NK_LEAF_PLAN, NULL, 0, NULL, &err), &err);
	kit_ok(nk_flow_commit(t->flow, &tx, &err), &err);
}

static uint64_t recent(struct ft *t, struct nk_uuid target, enum nk_turn turn)
{
	struct nk_err err = { 0 };
	uint64_t n = 0;

	kit_ok(nk_plan_recent(t->flow, target, turn, &n, &err), &err);
	return n;
}

static struct nk_uuid a_school(struct ft *t)
{
	ft_new(t, "[guard]\nwindow_days = 28\n");
	ft_open(t);
	return a_target(t, 1);
}

/* Twenty-eight days, and not one moment more or less. */
static void an_applied_plan_counts_to_the_last_moment_of_the_window(void **state)
{
	NK_OWNED(ft_done) struct ft t;
	struct nk_uuid one;
	nk_time then = 0;

	(void)state;
	one = a_school(&t);
	a_plan(&t, one, NK_PLAN_DONE, "{\"delete\":2,\"suspend\":3,\"turn\":0}");
	then = ft_count(t.flow, "SELECT made_at FROM plan");
	assert_int_equal(recent(&t, one, NK_TURN_NONE), 5);
	kit_clock_set(then + DAYS * NK_DAY - 1);
	assert_int_equal(recent(&t, one, NK_TURN_NONE), 5);
	kit_clock_set(then + DAYS * NK_DAY);
	assert_int_equal(recent(&t, one, NK_TURN_NONE), 0);
}

static void a_plan_each_week_adds_up_and_the_oldest_falls_out(void **state)
{
	NK_OWNED(ft_done) struct ft t;
	struct nk_uuid one;
	nk_time first = 0;

	(void)state;
	one = a_school(&t);
	for (unsigned week = 0; week < 4; week++) {
		a_plan(&t, one, week == 3 ? NK_PLAN_APPLYING : NK_PLAN_DONE, "{\"delete\":0,\"suspend\":4,\"turn\":0}");
		kit_clock_move(7 * NK_DAY);
	}
	first = ft_count(t.flow, "SELECT min(made_at) FROM plan");
	kit_clock_set(first + DAYS * NK_DAY - 1);
	assert_int_equal(recent(&t, one, NK_TURN_NONE), 16);
	kit_clock_set(first + DAYS * NK_DAY);
	assert_int_equal(recent(&t, one, NK_TURN_NONE), 12);
}

static void plans_that_took_nobody_away_here_are_not_in_the_window(void **state)
{
	static const char counts[] = "{\"delete\":1,\"suspend\":6,\"turn\":0}";
	NK_OWNED(ft_done) struct ft t;
	struct nk_uuid one;

	(void)state;
	one = a_school(&t);
	a_plan(&t, one, NK_PLAN_OPEN, counts);
	a_plan(&t, one, NK_PLAN_CANCELLED, counts);
	a_plan(&t, a_target(&t, 2), NK_PLAN_DONE, counts);
	a_plan(&t, one, NK_PLAN_DONE, "{\"delete\":1,\"suspend\":6,\"turn\":2}");
	a_plan(&t, one, NK_PLAN_DONE, "{\"steps\":9}");
	assert_int_equal(recent(&t, one, NK_TURN_NONE), 0);
	assert_int_equal(recent(&t, one, NK_TURN_GREAT), 7);
	a_plan(&t, one, NK_PLAN_APPLYING, counts);
	assert_int_equal(recent(&t, one, NK_TURN_NONE), 7);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_applied_plan_counts_to_the_last_moment_of_the_window),
		cmocka_unit_test(a_plan_each_week_adds_up_and_the_oldest_falls_out),
		cmocka_unit_test(plans_that_took_nobody_away_here_are_not_in_the_window),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
