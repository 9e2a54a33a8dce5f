/*
 * source_runs_test.c: what the guard is told of earlier files: the window, the year before, the same file again.
 */
#include "base.h"

#include <cmocka.h>

#include "kit_store.h"
#include "source_runs.h"

struct world {
	struct kit_store k;
	struct nk_arena *arena;
	struct nk_err err;
	nk_time at;
};

static void world_new(struct world *w)
{
	memset(w, 0, sizeof(*w));
	kit_store_new(&w->k);
	kit_ok(nk_arena_new(NK_ARENA_WIPING, 1 << 20, &w->arena, &w->err), &w->err);
}

static void world_done(struct world *w)
{
	nk_arena_free(&w->arena);
	kit_store_done(&w->k);
}

static nk_date day_of(const char *text)
{
	nk_date d = 0;

	assert_true(nk_date_parse(nk_str_c(text), &d));
	return d;
}

static void ran(struct world *w, const char *day, enum nk_turn turn, uint64_t left, const char *shape)
{
	const struct nk_source_run run = { .source = w->k.source,
		.at = ++w->at,
		.day = day_of(day),
		.turn = turn,
		.digest = nk_str_bytes(nk_str_c(shape)),
		.left = left,
		.shape = nk_str_bytes(nk_str_c(shape)) };
	struct nk_tx *tx = kit_begin(&w->k);

	kit_ok(nk_source_run_put(tx, &run, &w->err), &w->err);
	kit_commit(&tx);
}

static struct nk_guard_past past(struct world *w, const char *day, enum nk_turn turn, const char *digest)
{
	const struct nk_source_ask ask = { .source = w->k.source,
		.today = day_of(day),
		.turn = turn,
		.window_days = 30,
		.digest = nk_str_bytes(nk_str_c(digest)) };
	struct nk_guard_past p;

	kit_ok(nk_source_past(w->k.store, &ask, w->arena, &p, &w->err), &w->err);
	return p;
}

static void only_runs_of_the_window_and_of_the_same_kind_of_week_are_added_up(void **state)
{
	NK_OWNED(world_done) struct world w;
	struct nk_guard_past p;

	(void)state;
	world_new(&w);
	ran(&w, "2026-04-20", NK_TURN_GREAT, 70, "april");
	ran(&w, "2026-05-01", NK_TURN_NONE, 1, "one");
	ran(&w, "2026-05-10", NK_TURN_NONE, 2, "two");
	ran(&w, "2026-05-20", NK_TURN_NONE, 4, "three");
	p = past(&w, "2026-05-21", NK_TURN_NONE, "new");
	assert_int_equal(p.left_in_window, 7);
	assert_true(nk_bytes_eq(p.window_shape, nk_str_bytes(NK_STR("one"))));
	p = past(&w, "2026-05-31", NK_TURN_NONE, "new"); /* the first is thirty days old: out */
	assert_int_equal(p.left_in_window, 6);
	assert_true(nk_bytes_eq(p.window_shape, nk_str_bytes(NK_STR("two"))));
	p = past(&w, "2026-04-30", NK_TURN_GREAT, "new");
	assert_int_equal(p.left_in_window, 70);
	assert_int_equal(p.window_shape.len, 0);
}

static void the_year_before_is_that_of_the_same_turn(void **state)
{
	NK_OWNED(world_done) struct world w;
	struct nk_guard_past p;

	(void)state;
	world_new(&w);
	ran(&w, "2025-04-07", NK_TURN_GREAT, 0, "last-april");
	ran(&w, "2025-10-07", NK_TURN_SMALL, 0, "autumn");
	p = past(&w, "2026-04-07", NK_TURN_GREAT, "new");
	assert_true(nk_bytes_eq(p.year_shape, nk_str_bytes(NK_STR("last-april"))));
	p = past(&w, "2026-10-20", NK_TURN_NONE, "new");
	assert_int_equal(p.year_shape.len, 0);
	ran(&w, "2026-08-01", NK_TURN_NONE, 0, "later"); /* more than 430 days on: the oldest goes */
	p = past(&w, "2026-04-07", NK_TURN_GREAT, "new");
	assert_int_equal(p.year_shape.len, 0);
}

static void an_old_file_is_known_and_the_last_one_is_no_old_one(void **state)
{
	NK_OWNED(world_done) struct world w;

	(void)state;
	world_new(&w);
	ran(&w, "2026-05-01", NK_TURN_NONE, 0, "first");
	assert_int_equal(past(&w, "2026-05-11", NK_TURN_NONE, "first").seen_days, 0);
	ran(&w, "2026-05-10", NK_TURN_NONE, 0, "second");
	assert_int_equal(past(&w, "2026-05-11", NK_TURN_NONE, "first").seen_days, 10);
	assert_int_equal(past(&w, "2026-05-11", NK_TURN_NONE, "second").seen_days, 0);
	assert_int_equal(past(&w, "2026-05-11", NK_TURN_NONE, "third").seen_days, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(only_runs_of_the_window_and_of_the_same_kind_of_week_are_added_up),
		cmocka_unit_test(the_year_before_is_that_of_the_same_turn),
		cmocka_unit_test(an_old_file_is_known_and_the_last_one_is_no_old_one),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
