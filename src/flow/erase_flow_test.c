/*
 * erase_flow_test.c: an erasure from the roster to the certificate, in process and without a target.
 */
#include "base.h"

#include <cmocka.h>

#include "flow_test_kit.h"

static void apply_ok(struct ft *t, const char *hash, struct nk_apply_reply *out)
{
	struct nk_err err = { 0 };

	kit_ok(ft_apply_rc(t->flow, t->arena, hash, out, &err), &err);
}

static void an_erasure_kills_keys_records_and_says_so_in_a_certificate_that_verifies(void **state)
{
	NK_OWNED(ft_done) struct ft t;
	struct nk_plan_reply plan;
	struct nk_apply_reply out;
	struct nk_verify_reply v;
	struct nk_slot slots[2];
	bool blocked = false;
	struct nk_err err = { 0 };
	char text[16];

	(void)state;
	ft_new(&t, NULL);
	ft_open(&t);
	ft_leave(&t, 2);
	slots[0] = ft_slot(t.flow, ft_leaver(0));
	slots[1] = ft_slot(t.flow, ft_leaver(1));
	plan = ft_plan_erase(&t);
	assert_int_equal(plan.n_lines, 2);
	assert_int_equal(plan.verdict, NK_PLAN_FREE);
	apply_ok(&t, plan.hash, &out);
	assert_int_equal(out.erased, 2);
	assert_string_equal(out.level, "E2");
	for (size_t i = 0; i < 2; i++) {
		assert_int_equal(ft_key(t.flow, slots[i]), NK_GONE);
	}
	assert_int_equal(ft_count(t.flow, "SELECT count(*) FROM person WHERE record IS NULL"), 2);
	assert_int_equal(ft_leaves(t.flow, "key_destroyed"), 2);
	assert_int_equal(ft_leaves(t.flow, "erase_done"), 2);
	ft_reopen(&t);
	assert_int_equal(nk_people_count(ft_people(t.flow)), FT_PERSONS - 2);
	assert_null(ft_person(t.flow, ft_leaver(0)));
	kit_ok(nk_tombstone_has(
		       ft_people(t.flow), ft_login(ft_leaver(0), text), nk_flow_today(t.flow), &blocked, &err),
		&err);
	assert_true(blocked);
	ft_verified(&t, out.job, &v);
	assert_true(v.good);
	assert_string_equal(v.level, "E2");
	ft_healthy(&t);
}

static void a_copy_left_in_the_home_holds_the_erasure_back_until_it_is_gone(void **state)
{
	NK_OWNED(ft_done) struct ft t;
	struct nk_plan_reply plan;
	struct nk_apply_reply out;
	struct nk_err err = { 0 };
	struct nk_slot slot;
	char text[128];

	(void)state;
	ft_new(&t, NULL);
	ft_open(&t);
	ft_leave(&t, 2);
	slot = ft_slot(t.flow, ft_leaver(1));
	plan = ft_plan_erase(&t);
	(void)snprintf(text, sizeof(text), "a list: %s %s\n", ft_family(ft_leaver(1)), ft_given(ft_leaver(1)));
	ft_write(&t, "list.txt", text);
	kit_fails(ft_apply_rc(t.flow, t.arena, plan.hash, &out, &err), NK_INCOMPLETE);
	assert_non_null(strstr(err.text[NK_LANG_EN], "list.txt"));
	assert_null(strstr(err.text[NK_LANG_EN], ft_given(ft_leaver(1))));
	assert_int_equal(out.erased, 0);
	assert_int_equal(ft_key(t.flow, slot), NK_OK);
	assert_int_equal(ft_leaves(t.flow, "key_destroyed"), 0);
	ft_reopen(&t);
	kit_fails(ft_apply_rc(t.flow, t.arena, plan.hash, &out, &err), NK_INCOMPLETE);
	assert_int_equal(ft_key(t.flow, slot), NK_OK);
	ft_unlink(&t, "list.txt");
	apply_ok(&t, plan.hash, &out);
	assert_int_equal(out.erased, 2);
	assert_int_equal(ft_key(t.flow, slot), NK_GONE);
}

static void an_erasure_is_done_once_and_asked_again_it_writes_its_certificate_again(void **state)
{
	NK_OWNED(ft_done) struct ft t;
	struct nk_plan_reply plan;
	struct nk_apply_reply out;
	struct nk_verify_reply v;
	char name[128];
	char id[NK_UUID_TEXT];

	(void)state;
	ft_new(&t, NULL);
	ft_open(&t);
	ft_leave(&t, 2);
	plan = ft_plan_erase(&t);
	apply_ok(&t, plan.hash, &out);
	(void)snprintf(name, sizeof(name), "certificates/%s.dsse.json", nk_uuid_print(out.job, id));
	ft_unlink(&t, name);
	ft_reopen(&t);
	apply_ok(&t, plan.hash, &out);
	ft_verified(&t, out.job, &v);
	assert_true(v.good);
	assert_int_equal(ft_leaves(t.flow, "key_destroyed"), 2);
	assert_int_equal(ft_leaves(t.flow, "cert"), 1);
	assert_int_equal(ft_plan_erase(&t).n_lines, 0);
}

static void hold(struct ft *t, unsigned i, bool on)
{
	struct nk_err err = { 0 };
	char text[16];

	kit_ok(nk_op_person_hold(t->flow, ft_login(i, text), on, &err), &err);
}

static void nobody_on_legal_hold_is_erased(void **state)
{
	NK_OWNED(ft_done) struct ft t;
	struct nk_plan_reply plan;
	struct nk_apply_reply out;
	struct nk_err err = { 0 };

	(void)state;
	ft_new(&t, NULL);
	ft_open(&t);
	ft_leave(&t, 2);
	plan = ft_plan_erase(&t);
	assert_int_equal(plan.n_lines, 2);
	hold(&t, ft_leaver(0), true);
	kit_fails(ft_apply_rc(t.flow, t.arena, plan.hash, &out, &err), NK_CONFLICT);
	assert_int_equal(ft_key(t.flow, ft_slot(t.flow, ft_leaver(1))), NK_OK);
	assert_int_equal(ft_plan_erase(&t).n_lines, 1);
	hold(&t, ft_leaver(0), false);
	assert_int_equal(ft_plan_erase(&t).n_lines, 2);
}

static void protected_persons_are_never_in_an_erase_list(void **state)
{
	NK_OWNED(ft_done) struct ft t;
	NK_OWNED(nk_tx_end) struct nk_tx *tx = NULL;
	struct nk_person p;
	struct nk_err err = { 0 };
	struct nk_plan_erase_request req = { .even_if_not_due = true };
	struct nk_plan_reply plan;

	(void)state;
	ft_new(&t, NULL);
	ft_open(&t);
	ft_leave(&t, 2);
	p = *ft_person(t.flow, ft_leaver(0));
	p.flags |= NK_PERSON_PROTECTED;
	kit_ok(nk_tx_begin(t.flow->store, &tx, &err), &err);
	kit_ok(nk_people_update(ft_people(t.flow), tx, &p, &err), &err);
	nk_tx_count_leaf(tx);
	kit_ok(nk_tx_commit(&tx, &err), &err);
	plan = ft_plan_erase(&t);
	assert_int_equal(plan.n_lines, 1);
	req.only = p.id;
	if (nk_ok(nk_op_plan_erase(t.flow, &req, t.arena, &plan, &err))) {
		assert_int_equal(plan.n_lines, 0);
	}
}

static void nobody_is_erased_within_grace_and_who_returns_is_the_same_person(void **state)
{
	NK_OWNED(ft_done) struct ft t;
	struct nk_import_reply r;
	struct nk_uuid id;

	(void)state;
	ft_new(&t, NULL);
	ft_open(&t);
	ft_leave(&t, 2);
	kit_clock_move(-20 * NK_DAY);
	ft_reopen(&t);
	id = ft_person(t.flow, ft_leaver(0))->id;
	assert_int_equal(ft_plan_erase(&t).n_lines, 0);
	r = ft_import(&t, 0);
	assert_int_equal(r.outcome, NK_IMPORT_DONE);
	assert_int_equal(r.returned, 2);
	assert_int_equal(r.joined, 0);
	assert_true(nk_uuid_eq(ft_person(t.flow, ft_leaver(0))->id, id));
	kit_clock_move(400 * NK_DAY);
	assert_int_equal(ft_plan_erase(&t).n_lines, 0);
}

static void who_returned_since_the_list_was_made_stops_it(void **state)
{
	NK_OWNED(ft_done) struct ft t;
	struct nk_plan_reply plan;
	struct nk_apply_reply out;
	struct nk_err err = { 0 };

	(void)state;
	ft_new(&t, NULL);
	ft_open(&t);
	ft_leave(&t, 2);
	plan = ft_plan_erase(&t);
	assert_int_equal(ft_import(&t, 1).returned, 1);
	kit_fails(ft_apply_rc(t.flow, t.arena, plan.hash, &out, &err), NK_CONFLICT);
	assert_int_equal(ft_key(t.flow, ft_slot(t.flow, ft_leaver(0))), NK_OK);
	assert_int_equal(ft_key(t.flow, ft_slot(t.flow, ft_leaver(1))), NK_OK);
	assert_int_equal(ft_leaves(t.flow, "erase_begin"), 0);
}

static void an_erasure_can_be_cancelled_while_the_keys_live(void **state)
{
	NK_OWNED(ft_done) struct ft t;
	struct nk_plan_reply plan;
	struct nk_apply_reply out;
	struct nk_err err = { 0 };

	(void)state;
	ft_new(&t, NULL);
	ft_open(&t);
	ft_leave(&t, 2);
	plan = ft_plan_erase(&t);
	ft_write(&t, "certificates/list.txt", "zp7002@example.jp\n");
	kit_fails(ft_apply_rc(t.flow, t.arena, plan.hash, &out, &err), NK_INCOMPLETE);
	kit_ok(nk_op_cancel(t.flow, nk_str_c(plan.hash), &err), &err);
	ft_unlink(&t, "certificates/list.txt");
	kit_fails(ft_apply_rc(t.flow, t.arena, plan.hash, &out, &err), NK_GONE);
	assert_non_null(ft_person(t.flow, ft_leaver(0)));
	plan = ft_plan_erase(&t);
	assert_int_equal(plan.n_lines, 2);
	apply_ok(&t, plan.hash, &out);
	kit_fails(nk_op_cancel(t.flow, nk_str_c(plan.hash), &err), NK_CONFLICT);
}

/* The erasure was scanned, the vault's change committed, and the process ended before the store heard of it. */
static void kill_keys(struct ft *t, const char *hash, const struct nk_slot *slots, size_t n)
{
	NK_OWNED(nk_tx_end) struct nk_tx *tx = NULL;
	struct nk_flow *const flow = t->flow;
	struct nk_plan_row row;
	struct nk_erase_job job;
	struct nk_vault_change *change = NULL;
	struct nk_vault_finish f = { 0 };
	struct nk_err err = { 0 };
	uint64_t u = 0;

	kit_ok(nk_plan_find(flow->store, flow->key[NK_HOUSE_LOG], nk_str_c(hash), t->arena, &row, &err), &err);
	kit_ok(nk_erase_job_get(flow->store, row.id, t->arena, &job, &err), &err);
	kit_ok(nk_tx_begin(flow->store, &tx, &err), &err);
	kit_ok(nk_erase_job_stage(tx, job.id, NK_ERASE_SCANNED, job.state, &err), &err);
	nk_tx_count_leaf(tx);
	kit_ok(nk_tx_commit(&tx, &err), &err);
	kit_ok(nk_vault_destroy_prepare(flow->vault, slots, n, &change, &err), &err);
	kit_ok(nk_vault_change_verify(change, &u, &err), &err);
	kit_ok(nk_vault_change_commit(change, &u, &err), &err);
	kit_ok(nk_vault_change_finish(&change, &f, &err), &err);
}

static void an_erasure_cannot_be_cancelled_once_keys_died_unheard(void **state)
{
	NK_OWNED(ft_done) struct ft t;
	struct nk_plan_reply plan;
	struct nk_apply_reply out;
	struct nk_verify_reply v;
	struct nk_err err = { 0 };
	struct nk_slot slots[2];

	(void)state;
	ft_new(&t, NULL);
	ft_open(&t);
	ft_leave(&t, 2);
	slots[0] = ft_slot(t.flow, ft_leaver(0));
	slots[1] = ft_slot(t.flow, ft_leaver(1));
	plan = ft_plan_erase(&t);
	ft_write(&t, "certificates/list.txt", "zp7002@example.jp\n");
	kit_fails(ft_apply_rc(t.flow, t.arena, plan.hash, &out, &err), NK_INCOMPLETE);
	ft_unlink(&t, "certificates/list.txt");
	kill_keys(&t, plan.hash, slots, 2);
	ft_reopen(&t);
	kit_fails(nk_op_cancel(t.flow, nk_str_c(plan.hash), &err), NK_CONFLICT);
	apply_ok(&t, plan.hash, &out);
	assert_int_equal(ft_leaves(t.flow, "erase_done"), 2);
	ft_verified(&t, out.job, &v);
	assert_true(v.good);
}

/* Two and two are four, as long as the first two are within the window: forty days, and not one moment more or less. */
static void erasures_of_the_last_days_count_to_the_last_moment(void **state)
{
	NK_OWNED(ft_done) struct ft t;
	struct nk_apply_reply out;
	nk_time then = 0;

	(void)state;
	ft_new(&t, "[guard]\nwindow_days = 40\nerase_number = 3\nerase_percent = 0\nerase_season_percent = 0\n");
	ft_open(&t);
	ft_leave(&t, 2);
	apply_ok(&t, ft_plan_erase(&t).hash, &out);
	assert_int_equal(out.erased, 2);
	then = ft_count(t.flow, "SELECT max(gone_at) FROM erase_person");
	assert_int_equal(ft_import(&t, 4).left, 2);
	kit_clock_set(then + 40 * NK_DAY - 1);
	assert_int_equal(ft_plan_erase(&t).verdict, NK_PLAN_NEEDS_APPROVAL);
	kit_clock_set(then + 40 * NK_DAY);
	assert_int_equal(ft_plan_erase(&t).verdict, NK_PLAN_FREE);
}

/* Pupil 8 has no address any more, and is one whom a rule would give that of the first leaver. */
static void without_address(struct ft *t)
{
	NK_OWNED(nk_tx_end) struct nk_tx *tx = NULL;
	struct nk_person p = *ft_person(t->flow, 8);
	struct nk_err err = { 0 };

	p.field[NK_FIELD_MAIL] = NK_STR("");
	kit_ok(nk_tx_begin(t->flow->store, &tx, &err), &err);
	kit_ok(nk_flow_leaf(t->flow, tx, NK_LEAF_NAMES, NULL, 0, NULL, &err), &err);
	kit_ok(nk_people_update(t->flow->people, tx, &p, &err), &err);
	kit_ok(nk_flow_commit(t->flow, &tx, &err), &err);
}

static struct nk_str address_by_rule(struct ft *t, nk_date today)
{
	struct nk_names_rule rule = { .field = NK_FIELD_MAIL };
	const struct nk_names_options opt = { .rules = &rule, .n_rules = 1, .length = 20, .today = today };
	struct nk_names_row *rows = NULL;
	struct nk_str template;
	struct nk_err err = { 0 };
	char login[16];
	size_t n = 0;

	kit_ok(nk_arena_printf(t->arena, &template, &err, "%.*s{seq}@example.jp", NK_FMT(ft_login(ft_leaver(0), login))), &err);
	kit_ok(nk_names_rule(NK_STR("mail"), template, t->arena, &rule, &err), &err);
	kit_ok(nk_names_make(ft_people(t->flow), &opt, t->arena, &rows, &n, &err), &err);
	assert_int_equal(n, 1);
	assert_int_equal(rows[0].why, NK_NAMES_GIVEN);
	return rows[0].value;
}

static void an_erased_persons_address_is_given_again_after_24_months_and_not_before(void **state)
{
	NK_OWNED(ft_done) struct ft t;
	struct nk_apply_reply out;
	struct nk_str was = { NULL, 0 };
	struct nk_err err = { 0 };
	nk_date until = 0;
	char login[16];

	(void)state;
	ft_new(&t, NULL);
	ft_open(&t);
	ft_leave(&t, 2);
	kit_ok(nk_arena_printf(t.arena, &was, &err, "%.*s@example.jp", NK_FMT(ft_login(ft_leaver(0), login))), &err);
	assert_true(nk_str_eq(ft_person(t.flow, ft_leaver(0))->field[NK_FIELD_MAIL], was));
	apply_ok(&t, ft_plan_erase(&t).hash, &out);
	until = nk_date_add_months(nk_flow_today(t.flow), 24);
	ft_reopen(&t);
	without_address(&t);
	assert_false(nk_str_eq(address_by_rule(&t, nk_flow_today(t.flow)), was));
	assert_false(nk_str_eq(address_by_rule(&t, until), was));
	assert_true(nk_str_eq(address_by_rule(&t, until + 1), was));
	assert_int_equal(ft_count(t.flow, "SELECT count(*) FROM tombstone"), 4); /* two logins, two addresses */
}

/* The roster of today, in which the third pupil has what the first one had who left. */
static struct nk_import_reply import_with(struct ft *t, const char *from, const char *to)
{
	struct kit_pack p = kit_pack();
	struct nk_import_request req = { .fd = -1, .label = NK_STR("r.zip"), .source = NK_STR("main") };
	struct nk_import_reply out;
	struct nk_err err = { 0 };
	struct kit_zip z;
	struct nk_bytes zip;

	for (unsigned i = ft_leaver(2); i < FT_PUPILS; i++) {
		ft_pupil_(&p, i);
	}
	kit_pack_edit(&p, "users.csv", from, to);
	kit_pack_zip(&p, &z);
	kit_pack_done(&p);
	zip = kit_zip_end(&z);
	req.size = zip.len;
	kit_ok(nk_os_memfd("kit", &req.fd, &err), &err);
	kit_ok(nk_os_fd_write(req.fd, zip.ptr, zip.len, &err), &err);
	kit_ok(nk_op_import(t->flow, &req, t->arena, &out, &err), &err);
	nk_os_fd_close(&req.fd);
	kit_zip_done(&z);
	return out;
}

static bool tells_of_tombstone(const struct nk_import_reply *r)
{
	bool told = false;

	for (size_t i = 0; i < r->n_findings; i++) {
		told = told || strcmp(r->findings[i].rule, "TOMBSTONE") == 0;
	}
	return told;
}

static void what_an_erased_person_had_is_told_when_somebody_gets_it_by_a_change(void **state)
{
	NK_OWNED(ft_done) struct ft t;
	struct nk_apply_reply out;
	struct nk_import_reply r;

	(void)state;
	ft_new(&t, NULL);
	ft_open(&t);
	ft_leave(&t, 2);
	apply_ok(&t, ft_plan_erase(&t).hash, &out);
	ft_reopen(&t);
	r = import_with(&t, "zp7004@example.jp", "zp7999@example.jp");
	assert_int_equal(r.outcome, NK_IMPORT_DONE);
	assert_false(tells_of_tombstone(&r));
	r = import_with(&t, "zp7004@example.jp", "zp7002@example.jp");
	assert_int_equal(r.outcome, NK_IMPORT_DONE);
	assert_int_equal(r.changed, 1);
	assert_true(tells_of_tombstone(&r));
	r = import_with(&t, "zp7004,", "zp7002,");
	assert_int_equal(r.outcome, NK_IMPORT_REFUSED);
	assert_true(tells_of_tombstone(&r));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_erasure_kills_keys_records_and_says_so_in_a_certificate_that_verifies),
		cmocka_unit_test(a_copy_left_in_the_home_holds_the_erasure_back_until_it_is_gone),
		cmocka_unit_test(an_erasure_is_done_once_and_asked_again_it_writes_its_certificate_again),
		cmocka_unit_test(an_erased_persons_address_is_given_again_after_24_months_and_not_before),
		cmocka_unit_test(what_an_erased_person_had_is_told_when_somebody_gets_it_by_a_change),
		cmocka_unit_test(nobody_on_legal_hold_is_erased),
		cmocka_unit_test(protected_persons_are_never_in_an_erase_list),
		cmocka_unit_test(nobody_is_erased_within_grace_and_who_returns_is_the_same_person),
		cmocka_unit_test(who_returned_since_the_list_was_made_stops_it),
		cmocka_unit_test(an_erasure_can_be_cancelled_while_the_keys_live),
		cmocka_unit_test(an_erasure_cannot_be_cancelled_once_keys_died_unheard),
		cmocka_unit_test(erasures_of_the_last_days_count_to_the_last_moment),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
