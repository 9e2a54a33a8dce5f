/*
 * restore_test.c: bringing an installation back: nobody who was erased comes with it, nothing is ever half there.
 */
#include "base.h"

#include <cmocka.h>

#include "backup_test_kit.h"
#include "kit_crash.h"

enum { LEAVERS = 2, POINTS = 40 };
#define ENDLESS (UINT64_C(1) << 40)

static nk_rc restore(struct bt *b, const struct nk_env *env, const struct nk_restore_request *req,
	struct nk_restored *out, struct nk_err *err)
{
	return nk_op_restore(env, req, b->t.arena, out, err);
}

static void nothing_is_there(const struct bt *b)
{
	char staging[256];

	(void)snprintf(staging, sizeof(staging), "%s.restoring", b->into);
	assert_false(nk_os_is_there(b->into));
	assert_false(nk_os_is_there(staging));
}

static void everybody_comes_back_and_the_epoch_is_a_new_one(void **state)
{
	struct bt b;
	struct nk_restore_request req;
	struct nk_restored out;
	struct nk_flow *back = NULL;
	struct nk_err err = { 0 };
	char ledger[256];

	(void)state;
	bt_new(&b, LEAVERS, NULL);
	bt_backup(&b);
	req = bt_restore_request(&b, bt_ledger(&b, ledger));
	kit_ok(restore(&b, kit_env(), &req, &out, &err), &err);
	assert_int_equal(out.persons, FT_PERSONS);
	assert_int_equal(out.erased_again, 0);
	assert_false(out.limited);
	assert_int_equal(out.epoch, 2);
	back = bt_back(&b);
	assert_int_equal(nk_people_count(ft_people(back)), FT_PERSONS);
	assert_int_equal(ft_leaves(back, "restore"), 1);
	assert_int_equal(ft_count(back, "SELECT count(*) FROM copy_open"), 0);
	assert_int_equal(ft_count(back, "SELECT count(*) FROM holding WHERE kind = 'temp' AND closed_at IS NULL"), 0);
	kit_ok(nk_ledger_check(back->ledger, &err), &err);
	nk_flow_close(&back);
	kit_fails(restore(&b, kit_env(), &req, &out, &err), NK_EXISTS);
	bt_done(&b);
}

static void who_was_erased_after_the_backup_does_not_come_back(void **state)
{
	struct bt b;
	struct nk_restore_request req;
	struct nk_restored out;
	struct nk_slot slots[LEAVERS];
	struct nk_flow *back = NULL;
	struct nk_err err = { 0 };
	char ledger[256];
	bool taken = false;
	char login[16];

	(void)state;
	bt_new(&b, LEAVERS, NULL);
	for (unsigned i = 0; i < LEAVERS; i++) {
		slots[i] = ft_slot(b.t.flow, ft_leaver(i));
	}
	bt_backup(&b);
	(void)bt_erase(&b);
	req = bt_restore_request(&b, bt_ledger(&b, ledger));
	kit_ok(restore(&b, kit_env(), &req, &out, &err), &err);
	assert_int_equal(out.persons, FT_PERSONS - LEAVERS);
	assert_int_equal(out.erased_again, LEAVERS);
	assert_int_equal(out.without_key, 0);
	assert_true(out.later > 0);
	back = bt_back(&b);
	for (unsigned i = 0; i < LEAVERS; i++) {
		assert_int_equal(ft_key(back, slots[i]), NK_GONE);
		assert_null(ft_person(back, ft_leaver(i)));
	}
	for (unsigned i = 2 + LEAVERS; i < FT_PUPILS; i++) {
		assert_int_equal(ft_key(back, ft_slot(back, i)), NK_OK);
	}
	assert_int_equal(ft_leaves(back, "key_destroyed"), LEAVERS); /* those that rejoined */
	kit_ok(nk_tombstone_has(ft_people(back), ft_login(ft_leaver(0), login), nk_flow_today(back), &taken, &err), &err);
	assert_true(taken);
	nk_flow_close(&back);
	bt_done(&b);
}

/* Old data, and the vault of after the erasure: the key is not there, the record goes; tokens are made anew. */
static void data_older_than_the_keys_lose_whom_the_keys_have_lost(void **state)
{
	struct bt b;
	struct nk_restore_request req;
	struct nk_restored out;
	struct nk_flow *back = NULL;
	struct nk_err err = { 0 };
	char ledger[256];
	char old[300];

	(void)state;
	bt_new(&b, LEAVERS, NULL);
	bt_backup(&b);
	memcpy(old, b.data, sizeof(old));
	(void)bt_erase(&b);
	bt_backup(&b);
	memcpy(b.data, old, sizeof(old));
	req = bt_restore_request(&b, bt_ledger(&b, ledger));
	kit_ok(restore(&b, kit_env(), &req, &out, &err), &err);
	assert_int_equal(out.erased_again, LEAVERS);
	assert_int_equal(out.without_key, LEAVERS);
	assert_true(out.tokens_anew);
	back = bt_back(&b);
	assert_int_equal(nk_people_count(ft_people(back)), FT_PERSONS - LEAVERS);
	assert_non_null(ft_person(back, 2 + LEAVERS)); /* by its token */
	assert_int_equal(ft_count(back, "SELECT count(*) FROM token WHERE person_number IN (SELECT number FROM person WHERE record IS NULL)"), 0);
	nk_flow_close(&back);
	bt_done(&b);
}

static void keys_older_than_the_data_are_refused(void **state)
{
	struct bt b;
	struct nk_restore_request req;
	struct nk_restored out;
	struct nk_err err = { 0 };
	char ledger[256];
	char old[300];

	(void)state;
	bt_new(&b, LEAVERS, NULL);
	bt_backup(&b);
	memcpy(old, b.keys, sizeof(old));
	(void)bt_erase(&b);
	bt_backup(&b);
	memcpy(b.keys, old, sizeof(old));
	req = bt_restore_request(&b, bt_ledger(&b, ledger));
	kit_fails(restore(&b, kit_env(), &req, &out, &err), NK_CORRUPT);
	nothing_is_there(&b);
	bt_done(&b);
}

static void without_the_later_ledger_it_stops_or_every_statement_says_so(void **state)
{
	struct bt b;
	struct nk_restore_request req;
	struct nk_restored out;
	struct nk_flow *back = NULL;
	struct nk_err err = { 0 };

	(void)state;
	bt_new(&b, LEAVERS, NULL);
	bt_backup(&b);
	req = bt_restore_request(&b, NULL);
	kit_fails(restore(&b, kit_env(), &req, &out, &err), NK_DENIED);
	nothing_is_there(&b);
	req.without_ledger = NK_STR("the room burnt");
	kit_ok(restore(&b, kit_env(), &req, &out, &err), &err);
	assert_true(out.limited);
	back = bt_back(&b);
	assert_true(nk_str_find(nk_flow_limitation(back), NK_STR("the room burnt")) != SIZE_MAX);
	assert_int_equal(back->config->limitation.len, 0); /* says so, and permits nothing */
	nk_flow_close(&back);
	bt_done(&b);
}

/* The checkpoint of today, kept by a witness; the ledger of yesterday, kept by nobody in particular. */
static void a_ledger_that_a_witness_knows_to_be_older_is_refused(void **state)
{
	struct bt b;
	struct nk_restore_request req;
	struct nk_restored out;
	struct nk_err err = { 0 };
	char ledger[256];
	char kept[256];
	char note[300];

	(void)state;
	bt_new(&b, LEAVERS, NULL);
	bt_backup(&b);
	(void)snprintf(kept, sizeof(kept), "%s/kept-ledger", b.t.tmp.dir);
	kit_ok(ft_copy_dir(bt_ledger(&b, ledger), kept, &err), &err);
	(void)bt_erase(&b);
	(void)snprintf(note, sizeof(note), "%s/checkpoint", ledger);
	req = bt_restore_request(&b, kept);
	req.witness = ft_read(&b.t, note);
	kit_fails(restore(&b, kit_env(), &req, &out, &err), NK_CONFLICT);
	nothing_is_there(&b);
	req.ledger = ledger;
	kit_ok(restore(&b, kit_env(), &req, &out, &err), &err);
	assert_int_equal(out.erased_again, LEAVERS);
	bt_done(&b);
}

/* The living installation and one that was restored go on in two ways: neither's ledger fits a backup of the other. */
static void another_history_is_told(void **state)
{
	struct bt b;
	struct nk_restore_request req;
	struct nk_restored out;
	struct nk_flow *back = NULL;
	struct nk_err err = { 0 };
	char first[160];
	char ledger[256];
	char other[300];

	(void)state;
	bt_new(&b, LEAVERS, NULL);
	bt_backup(&b);
	req = bt_restore_request(&b, bt_ledger(&b, ledger));
	kit_ok(restore(&b, kit_env(), &req, &out, &err), &err);
	memcpy(first, b.into, sizeof(first));
	back = bt_back(&b);
	nk_flow_close(&back);
	(void)bt_erase(&b); /* the old one lives on */
	bt_backup(&b);
	(void)snprintf(b.into, sizeof(b.into), "%s/second-back", b.t.tmp.dir);
	(void)snprintf(other, sizeof(other), "%s/ledger", first);
	req = bt_restore_request(&b, other);
	kit_fails(restore(&b, kit_env(), &req, &out, &err), NK_CORRUPT);
	nothing_is_there(&b);
	bt_done(&b);
}

static void a_check_changes_nothing_and_sees_damage(void **state)
{
	struct bt b;
	struct nk_restore_request req;
	struct nk_restore_checked c;
	struct nk_err err = { 0 };
	int fd = -1;

	(void)state;
	bt_new(&b, LEAVERS, NULL);
	bt_backup(&b);
	req = bt_restore_request(&b, NULL);
	kit_ok(nk_op_restore_check(kit_env(), &req, b.t.arena, &c, &err), &err);
	assert_true(c.opened && c.signature && c.pair && c.keys_checked && c.epoch_inside);
	assert_int_equal(c.persons, FT_PERSONS);
	nothing_is_there(&b);
	req.identities = (struct nk_str){ NULL, 0 };
	kit_fails(nk_op_restore_check(kit_env(), &req, b.t.arena, &c, &err), NK_USAGE);
	req = bt_restore_request(&b, NULL);
	kit_ok(kit_env()->open(kit_env()->self, b.data, NK_OPEN_WRITE, &fd, &err), &err);
	kit_ok(kit_env()->write(kit_env()->self, fd, 5000, "xx", 2, &err), &err);
	kit_env()->close(kit_env()->self, &fd);
	assert_false(nk_ok(nk_op_restore_check(kit_env(), &req, b.t.arena, &c, &err)));
	bt_done(&b);
}

/* --- cut off anywhere --- */

struct cut {
	struct bt *b;
	const char *ledger;
};

static int run_restore(const struct nk_env *env, void *arg)
{
	const struct cut *const c = arg;
	const struct nk_restore_request req = bt_restore_request(c->b, c->ledger);
	struct nk_restored out;
	struct nk_err err = { 0 };

	return nk_ok(nk_op_restore(env, &req, c->b->t.arena, &out, &err)) ? 0 : 1;
}

static void is_whole(struct bt *b)
{
	struct nk_flow *back = bt_back(b);

	assert_int_equal(nk_people_count(ft_people(back)), FT_PERSONS - LEAVERS);
	assert_null(ft_person(back, ft_leaver(0)));
	nk_flow_close(&back);
}

static void remove_all(const struct bt *b)
{
	char staging[256];

	(void)snprintf(staging, sizeof(staging), "%s.restoring", b->into);
	(void)nftw(b->into, kit_remove_, 16, FTW_DEPTH | FTW_PHYS);
	(void)nftw(staging, kit_remove_, 16, FTW_DEPTH | FTW_PHYS);
}

static void a_restore_cut_off_anywhere_is_whole_or_not_there(void **state)
{
	struct bt b;
	struct kit_crash counter;
	struct cut c = { .b = &b };
	char ledger[256];
	uint64_t acts = 0;
	uint64_t behind = 0;
	int status = -1;

	(void)state;
	bt_new(&b, LEAVERS, NULL);
	bt_backup(&b);
	(void)bt_erase(&b);
	c.ledger = bt_ledger(&b, ledger);
	assert_int_equal(run_restore(kit_crash_env(&counter, kit_env(), ENDLESS, false), &c), 0);
	acts = ENDLESS - counter.left;
	is_whole(&b);
	remove_all(&b);
	for (uint64_t n = 1; n <= acts; n += acts / POINTS + 1) {
		if (kit_crash_run(kit_env(), n, n % 2 == 0, run_restore, &c, &status)) {
			assert_int_equal(status, 0);
		}
		if (nk_os_is_there(b.into)) {
			behind++;
		} else {
			assert_int_equal(run_restore(kit_env(), &c), 0); /* over what the first left */
		}
		is_whole(&b);
		remove_all(&b);
	}
	assert_true(behind > 0);
	print_message("# %llu writes, %llu ends behind the rename\n", (unsigned long long)acts, (unsigned long long)behind);
	bt_done(&b);
}

/* --- drills --- */

static void a_drill_compares_destroys_and_is_written_down(void **state)
{
	struct bt b;
	struct nk_restore_request req;
	struct nk_drill d;
	struct nk_err err = { 0 };
	char scratch[256];

	(void)state;
	bt_new(&b, LEAVERS, NULL);
	bt_backup(&b);
	(void)bt_erase(&b);
	req = bt_restore_request(&b, NULL);
	req.into = b.m1;
	kit_ok(nk_op_restore_drill(b.t.flow, &req, b.t.arena, &d, &err), &err);
	assert_true(d.passed && d.control_found);
	assert_int_equal(d.survivors, FT_PERSONS - LEAVERS);
	assert_int_equal(d.opened, d.survivors);
	assert_int_equal(d.returned, 0);
	assert_int_equal(d.restored.erased_again, LEAVERS);
	(void)snprintf(scratch, sizeof(scratch), "%s/nokosazu-drill", b.m1);
	assert_false(nk_os_is_there(scratch));
	assert_int_equal(ft_count(b.t.flow, "SELECT count(*) FROM duty WHERE kind = 'restore-drill' AND closed_at IS NOT NULL"), 1);
	assert_int_equal(ft_count(b.t.flow, "SELECT count(*) FROM duty WHERE kind = 'restore-drill' AND closed_at IS NULL"), 1);
	assert_int_equal(ft_count(b.t.flow,
		"SELECT count(*) FROM evidence WHERE kind = '" NK_PREDICATE_DRILL "' AND result = 'PASSED'"), 1);
	bt_done(&b);
}

static int run_drill(const struct nk_env *env, void *arg)
{
	const struct cut *const c = arg;
	NK_OWNED(nk_flow_close) struct nk_flow *flow = NULL;
	struct nk_restore_request req = bt_restore_request(c->b, NULL);
	struct nk_drill d;
	struct nk_err err = { 0 };
	nk_rc rc = ft_open_rc(&c->b->t, env, true, &flow, &err);

	req.into = c->b->m1;
	rc = nk_ok(rc) ? nk_op_restore_drill(flow, &req, c->b->t.arena, &d, &err) : rc;
	return nk_ok(rc) && d.passed ? 0 : 1;
}

static void the_scratch_place_of_a_drill_that_was_cut_off_goes_at_the_next_start(void **state)
{
	struct bt b;
	struct cut c = { .b = &b };
	char scratch[256];
	bool seen = false;
	int status = -1;

	(void)state;
	bt_new(&b, LEAVERS, NULL);
	bt_backup(&b);
	ft_close(&b.t);
	(void)snprintf(scratch, sizeof(scratch), "%s/nokosazu-drill", b.m1);
	for (uint64_t n = 8; n < 100 && !seen; n += 12) {
		assert_false(kit_crash_run(kit_env(), n, false, run_drill, &c, &status));
		seen = nk_os_is_there(scratch);
		ft_open(&b.t);
		assert_false(nk_os_is_there(scratch));
		ft_close(&b.t);
	}
	assert_true(seen);
	bt_done(&b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(everybody_comes_back_and_the_epoch_is_a_new_one),
		cmocka_unit_test(who_was_erased_after_the_backup_does_not_come_back),
		cmocka_unit_test(data_older_than_the_keys_lose_whom_the_keys_have_lost),
		cmocka_unit_test(keys_older_than_the_data_are_refused),
		cmocka_unit_test(without_the_later_ledger_it_stops_or_every_statement_says_so),
		cmocka_unit_test(a_ledger_that_a_witness_knows_to_be_older_is_refused),
		cmocka_unit_test(another_history_is_told),
		cmocka_unit_test(a_check_changes_nothing_and_sees_damage),
		cmocka_unit_test(a_restore_cut_off_anywhere_is_whole_or_not_there),
		cmocka_unit_test(a_drill_compares_destroys_and_is_written_down),
		cmocka_unit_test(the_scratch_place_of_a_drill_that_was_cut_off_goes_at_the_next_start),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
