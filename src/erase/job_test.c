/*
 * job_test.c: an erasure is found again where it was cut off. All persons are made up.
 */
#include "base.h"

#include <cmocka.h>

#include "job.h"

#include "kit_store.h"

struct world {
	struct kit_store k;
	struct nk_arena *arena;
	struct nk_erase_job job;
	struct nk_erase_person persons[3];
};

static void world_done(struct world *w)
{
	nk_arena_free(&w->arena);
	kit_store_done(&w->k);
}

static void plan_row(struct world *w)
{
	struct nk_tx *tx = kit_begin(&w->k);
	struct nk_stmt *stmt = NULL;
	struct nk_err err = { 0 };

	kit_ok(nk_stmt_get(w->k.store,
		       "INSERT INTO plan(id, kind, hash, made_at, made_by, expires_at, counts, verdict, state) "
		       "VALUES (?1, 'erase', zeroblob(32), 1, zeroblob(16), 2, x'7b7d', 'free', 'open')",
		       &stmt, &err),
		&err);
	nk_stmt_uuid(stmt, 1, w->job.plan);
	kit_ok(nk_stmt_run(stmt, &err), &err);
	nk_stmt_put(&stmt);
	kit_commit(&tx);
}

static void world_new(struct world *w)
{
	struct nk_tx *tx = NULL;
	struct nk_err err = { 0 };

	kit_store_new(&w->k);
	kit_ok(nk_arena_new(NK_ARENA_WIPING, 1 << 20, &w->arena, &err), &err);
	w->job = (struct nk_erase_job){ .id = kit_uuid(100),
		.plan = kit_uuid(101),
		.started_at = KIT_START,
		.state = nk_str_bytes(NK_STR("{}")) };
	for (uint32_t i = 0; i < 3; i++) {
		w->persons[i] = (struct nk_erase_person){ .number = 30 - i };
		memset(w->persons[i].commitment.b, (int)(0x10 + i), NK_HASH_LEN);
		memset(w->persons[i].pseudonym, (int)(0x20 + i), NK_MAC_LEN);
	}
	plan_row(w);
	tx = kit_begin(&w->k);
	kit_ok(nk_erase_job_new(tx, &w->job, w->persons, 3, &err), &err);
	kit_commit(&tx);
}

static void a_job_is_found_again_by_its_plan(void **state)
{
	NK_OWNED(world_done) struct world w = { .arena = NULL };
	struct nk_erase_job got;
	struct nk_erase_person *persons = NULL;
	size_t n = 0;
	struct nk_err err = { 0 };

	(void)state;
	world_new(&w);
	kit_store_reopen(&w.k);
	kit_ok(nk_erase_job_get(w.k.store, w.job.plan, w.arena, &got, &err), &err);
	assert_true(nk_uuid_eq(got.id, w.job.id) && nk_uuid_eq(got.plan, w.job.plan));
	assert_int_equal(got.stage, NK_ERASE_RESTRICTED);
	assert_true(got.started_at == KIT_START && nk_bytes_eq(got.state, w.job.state));
	kit_ok(nk_erase_job_persons(w.k.store, w.job.id, w.arena, &persons, &n, &err), &err);
	assert_int_equal(n, 3);
	for (size_t i = 0; i < n; i++) {
		assert_int_equal(persons[i].number, 28 + i);
		assert_memory_equal(persons[i].commitment.b, w.persons[2 - i].commitment.b, NK_HASH_LEN);
		assert_memory_equal(persons[i].pseudonym, w.persons[2 - i].pseudonym, NK_MAC_LEN);
		assert_true(persons[i].gone_at == 0);
	}
	kit_fails(nk_erase_job_get(w.k.store, kit_uuid(999), w.arena, &got, &err), NK_NOT_FOUND);
}

static void a_stage_goes_on_and_never_back(void **state)
{
	NK_OWNED(world_done) struct world w = { .arena = NULL };
	struct nk_erase_job got;
	struct nk_tx *tx = NULL;
	struct nk_err err = { 0 };

	(void)state;
	world_new(&w);
	for (unsigned s = NK_ERASE_TARGETS_GONE; s < NK_ERASE_STAGE_COUNT; s++) {
		tx = kit_begin(&w.k);
		kit_ok(nk_erase_job_stage(
			       tx, w.job.id, (enum nk_erase_stage)s, nk_str_bytes(NK_STR("{\"n\":1}")), &err),
			&err);
		kit_commit(&tx);
		kit_ok(nk_erase_job_get(w.k.store, w.job.plan, w.arena, &got, &err), &err);
		assert_int_equal(got.stage, s);
		assert_true(nk_bytes_eq(got.state, nk_str_bytes(NK_STR("{\"n\":1}"))));
	}
	tx = kit_begin(&w.k);
	/* Again the same is no step back: a stage may be measured anew after a crash. */
	kit_ok(nk_erase_job_stage(tx, w.job.id, NK_ERASE_CERTIFIED, w.job.state, &err), &err);
	kit_fails(nk_erase_job_stage(tx, w.job.id, NK_ERASE_KEYS_GONE, w.job.state, &err), NK_INTERNAL);
	kit_fails(nk_erase_job_stage(tx, kit_uuid(999), NK_ERASE_CERTIFIED, w.job.state, &err), NK_INTERNAL);
	nk_tx_end(&tx);
}

static void the_time_of_an_end_is_set_once(void **state)
{
	NK_OWNED(world_done) struct world w = { .arena = NULL };
	const uint32_t first[] = { 28, 30 };
	const uint32_t all[] = { 28, 29, 30 };
	const uint32_t wrong[] = { 28, 31 };
	struct nk_erase_person *persons = NULL;
	struct nk_tx *tx = NULL;
	size_t n = 0;
	struct nk_err err = { 0 };

	(void)state;
	world_new(&w);
	tx = kit_begin(&w.k);
	kit_ok(nk_erase_job_gone(tx, w.job.id, first, 2, 1000, &err), &err);
	kit_ok(nk_erase_job_gone(tx, w.job.id, all, 3, 2000, &err), &err);
	kit_fails(nk_erase_job_gone(tx, w.job.id, wrong, 2, 3000, &err), NK_NOT_FOUND);
	kit_commit(&tx);
	kit_ok(nk_erase_job_persons(w.k.store, w.job.id, w.arena, &persons, &n, &err), &err);
	assert_true(n == 3 && persons[0].gone_at == 1000 && persons[1].gone_at == 2000 && persons[2].gone_at == 1000);
}

static void a_job_is_made_once(void **state)
{
	NK_OWNED(world_done) struct world w = { .arena = NULL };
	struct nk_tx *tx = NULL;
	struct nk_err err = { 0 };

	(void)state;
	world_new(&w);
	tx = kit_begin(&w.k);
	kit_fails(nk_erase_job_new(tx, &w.job, w.persons, 3, &err), NK_EXISTS);
	nk_tx_end(&tx);
}

static void a_damaged_row_stops(void **state)
{
	NK_OWNED(world_done) struct world w = { .arena = NULL };
	struct nk_erase_job got;
	struct nk_erase_person *persons = NULL;
	size_t n = 0;
	struct nk_err err = { 0 };

	(void)state;
	world_new(&w);
	kit_exec(&w.k, "UPDATE erase_person SET pseudonym = x'00' WHERE person_number = 29");
	kit_fails(nk_erase_job_persons(w.k.store, w.job.id, w.arena, &persons, &n, &err), NK_CORRUPT);
	kit_exec(&w.k, "UPDATE erase_job SET stage = 99 WHERE stage = 0");
	kit_fails(nk_erase_job_get(w.k.store, w.job.plan, w.arena, &got, &err), NK_CORRUPT);
}

static void every_stage_has_a_name(void **state)
{
	(void)state;
	for (unsigned s = 0; s < NK_ERASE_STAGE_COUNT; s++) {
		assert_true(strlen(nk_erase_stage_name((enum nk_erase_stage)s)) > 3);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_job_is_found_again_by_its_plan),
		cmocka_unit_test(a_stage_goes_on_and_never_back),
		cmocka_unit_test(the_time_of_an_end_is_set_once),
		cmocka_unit_test(a_job_is_made_once),
		cmocka_unit_test(a_damaged_row_stops),
		cmocka_unit_test(every_stage_has_a_name),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
