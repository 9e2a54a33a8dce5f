/*
 * merge_whole_test.c: one person in several records is erased, brought back, asked about and written to as one. Rows of docs/adr/0015.
 * Persons made up.
 */
#include "base.h"

#include <cmocka.h>

#include "case_int.h"
#include "merge_test_kit.h"
#include "person_int.h"

static void a_whole_is_erased_with_all_keys_in_one_rotation_and_one_certificate_and_never_a_part_alone(void **state)
{
	NK_OWNED(ft_done) struct ft t;
	struct nk_plan_reply plan;
	struct nk_apply_reply out;
	struct nk_verify_reply v;
	struct nk_slot slots[2];
	struct nk_err err = { 0 };

	(void)state;
	mt_begin(&t);
	mt_merge(&t, C, B); /* B leaves, C stays */
	assert_int_equal(ft_import(&t, 2).outcome, NK_IMPORT_DONE);
	kit_clock_move(40 * NK_DAY);
	plan = ft_plan_erase(&t);
	assert_int_equal(plan.n_lines, 1); /* A alone: B is C's */
	kit_ok(nk_op_cancel(t.flow, nk_str_c(plan.hash), &err), &err);
	kit_ok(mt_split_rc(&t, B, &err), &err);
	mt_merge(&t, A, B);
	slots[0] = ft_slot(t.flow, A);
	slots[1] = ft_slot(t.flow, B);
	plan = ft_plan_erase(&t);
	assert_int_equal(plan.n_lines, 2);
	kit_ok(ft_apply_rc(t.flow, t.arena, plan.hash, &out, &err), &err);
	assert_int_equal(out.erased, 2);
	assert_int_equal(ft_leaves(t.flow, "cert"), 1);
	assert_int_equal(ft_leaves(t.flow, "key_destroyed"), 2); /* each number's leaf of its own */
	for (size_t i = 0; i < 2; i++) {
		assert_int_equal(ft_key(t.flow, slots[i]), NK_GONE);
	}
	ft_reopen(&t);
	assert_null(ft_person(t.flow, A));
	assert_null(ft_person(t.flow, B));
	ft_verified(&t, out.job, &v);
	assert_true(v.good);
	ft_healthy(&t);
}

static void a_trace_of_a_part_holds_the_erasure_of_the_whole_back(void **state)
{
	NK_OWNED(ft_done) struct ft t;
	struct nk_plan_reply plan;
	struct nk_apply_reply out;
	struct nk_err err = { 0 };
	char text[128];

	(void)state;
	ft_new(&t, NULL);
	ft_open(&t);
	ft_leave(&t, 2);
	mt_enrol(&t);
	mt_merge(&t, A, B);
	plan = ft_plan_erase(&t);
	(void)snprintf(text, sizeof(text), "a list: %s %s\n", ft_family(B), ft_given(B));
	ft_write(&t, "list.txt", text);
	kit_fails(ft_apply_rc(t.flow, t.arena, plan.hash, &out, &err), NK_INCOMPLETE);
	assert_int_equal(ft_key(t.flow, ft_slot(t.flow, A)), NK_OK);
	ft_unlink(&t, "list.txt");
	kit_ok(ft_apply_rc(t.flow, t.arena, plan.hash, &out, &err), &err);
	assert_int_equal(out.erased, 2);
}

static void who_asks_to_be_erased_now_is_asked_about_in_every_record(void **state)
{
	NK_OWNED(ft_done) struct ft t;
	struct nk_plan_erase_request req = { .even_if_not_due = true };
	struct nk_plan_reply out;
	struct nk_err err = { 0 };

	(void)state;
	mt_begin(&t);
	mt_merge(&t, A, C);
	assert_int_equal(ft_import(&t, 2).outcome, NK_IMPORT_DONE);
	req.only = mt_id_of(&t, A);
	kit_fails(nk_op_plan_erase(t.flow, &req, t.arena, &out, &err), NK_CONFLICT); /* C is still enrolled */
	kit_ok(mt_split_rc(&t, C, &err), &err);
	mt_merge(&t, A, B);
	kit_ok(nk_op_plan_erase(t.flow, &req, t.arena, &out, &err), &err);
	assert_int_equal(out.n_lines, 2);
}

static void dates_by_hand_are_the_persons_in_every_record(void **state)
{
	NK_OWNED(ft_done) struct ft t;
	struct nk_person_dates dates = { .until = 0 };
	struct nk_err err = { 0 };

	(void)state;
	mt_begin(&t);
	mt_merge(&t, A, B);
	dates.until = nk_flow_today(t.flow) + 10;
	kit_ok(nk_op_person_dates(t.flow, mt_login(B), &dates, t.arena, &err), &err);
	assert_int_equal(ft_person(t.flow, A)->valid_until, dates.until);
	assert_int_equal(ft_person(t.flow, B)->valid_until, dates.until);
	assert_int_equal(mt_shown(&t, mt_login(A)).valid_until, dates.until);
}

static void copies_of_either_number_are_the_persons(void **state)
{
	NK_OWNED(ft_done) struct ft t;
	NK_OWNED(nk_tx_end) struct nk_tx *tx = NULL;
	const uint32_t *which = NULL;
	struct nk_ask_person_reply before;
	struct nk_ask_person_reply asked;
	struct nk_holding h = { .kind = NK_HOLDING_letter, .place = NK_STR("share"), .purpose = NK_STR("test"), .was_read = "unknown" };
	struct nk_leaf_item item;
	struct nk_uuid id;
	uint32_t b = 0;
	struct nk_err err = { 0 };

	(void)state;
	mt_begin(&t);
	b = mt_number(&t, B);
	which = &b;
	h.custodian = t.flow->actor;
	h.warrant = t.flow->standing_order;
	h.opened_at = kit_env()->now(kit_env()->self);
	h.expires_at = h.opened_at + NK_DAY;
	kit_ok(nk_tx_begin(t.flow->store, &tx, &err), &err);
	kit_ok(nk_holding_open(tx, t.flow->key[NK_HOUSE_LOG], &h, &id, &err), &err);
	kit_ok(nk_extent_add(tx, id, NK_ITEM_name, which, 1, &err), &err);
	item = nk_item_hex("holding", id.b, sizeof(id.b));
	kit_ok(nk_flow_leaf(t.flow, tx, NK_LEAF_HOLDING_OPEN, &item, 1, NULL, &err), &err);
	kit_ok(nk_flow_commit(t.flow, &tx, &err), &err);
	kit_ok(nk_op_ask_person(t.flow, mt_login(A), t.arena, &before, &err), &err);
	mt_merge(&t, A, B);
	kit_ok(nk_op_ask_person(t.flow, mt_login(A), t.arena, &asked, &err), &err);
	assert_int_equal(asked.n, before.n + 1); /* the store and the file hold both: they stand there once */
	assert_true(nk_str_find(mt_shown(&t, mt_login(B)).holdings, NK_STR("share")) != SIZE_MAX);
}

static void a_person_gets_one_letter_and_is_counted_once_in_a_text(void **state)
{
	NK_OWNED(ft_done) struct ft t;
	struct nk_extent_person list[3] = { { 0, 1 }, { 0, 2 }, { 0, 4 } };
	struct nk_case_word word = { NK_STR("text"), NK_STR("") };
	const struct nk_case_write write = { .leaf = NK_LEAF_CASE, .kind = "note", .words = &word, .n_words = 1 };
	char text[64];
	size_t n = 3;
	struct nk_err err = { 0 };

	(void)state;
	mt_begin(&t);
	mt_merge(&t, C, A);
	list[0].number = mt_number(&t, A);
	list[1].number = mt_number(&t, B);
	list[2].number = mt_number(&t, C);
	kit_ok(nk_person_heads(t.flow, list, &n, &err), &err);
	assert_int_equal(n, 2);
	assert_int_equal(list[0].number, mt_number(&t, B));
	assert_int_equal(list[1].number, mt_number(&t, C));
	assert_int_equal(list[1].classes, 5);
	(void)snprintf(text, sizeof(text), "zp%04u zp%04u", 7000 + A, 7000 + C);
	word.text = nk_str_c(text);
	kit_fails(nk_case_scan_words(t.flow, &write, &err), NK_GUARD);
	assert_non_null(strstr(err.text[NK_LANG_EN], "names 1 persons"));
}

static uint64_t told(struct ft *t, const char *what)
{
	const struct nk_calendar_request req = { .days = 60 };
	struct nk_calendar_reply out;
	struct nk_err err = { 0 };
	uint64_t n = 0;

	kit_ok(nk_op_calendar(t->flow, &req, t->arena, &out, &err), &err);
	for (size_t i = 0; i < out.n; i++) {
		n += strcmp(out.rows[i].what, what) == 0 ? out.rows[i].count : 0;
	}
	return n;
}

static void the_calendar_tells_of_a_person_once_and_by_the_last_record(void **state)
{
	NK_OWNED(ft_done) struct ft t;
	struct nk_err err = { 0 };

	(void)state;
	mt_begin(&t);
	assert_int_equal(ft_import(&t, 2).outcome, NK_IMPORT_DONE);
	assert_int_equal(told(&t, "erase"), 2);
	mt_merge(&t, A, B);
	assert_int_equal(told(&t, "erase"), 1);
	kit_ok(mt_split_rc(&t, B, &err), &err);
	mt_merge(&t, C, B);
	assert_int_equal(told(&t, "erase"), 1); /* A alone: B's person stays */
	mt_merge(&t, A, 7 + C);
	assert_int_equal(told(&t, "erase"), 0); /* a head that left stays while a part of it does */
}

/* A backup in which `part` is of A, who is erased afterwards with all who leave; what came between is `apart`. */
static struct nk_flow *brought_back_of(struct bt *b, unsigned leavers, unsigned part, void (*apart)(struct ft *t, unsigned i))
{
	struct nk_restore_request req;
	struct nk_restored out;
	struct nk_err err = { 0 };
	char ledger[256];

	bt_new(b, leavers, NULL);
	b->t.officer = b->second;
	mt_merge(&b->t, A, part);
	bt_backup(b);
	apart(&b->t, part);
	assert_int_equal(bt_erase(b).erased, leavers);
	req = bt_restore_request(b, bt_ledger(b, ledger));
	kit_ok(nk_op_restore(kit_env(), &req, b->t.arena, &out, &err), &err);
	return bt_back(b);
}

static struct nk_flow *brought_back(struct bt *b, void (*apart)(struct ft *t, unsigned i))
{
	return brought_back_of(b, 1, C, apart);
}

static void split(struct ft *t, unsigned i)
{
	struct nk_err err = { 0 };

	kit_ok(mt_split_rc(t, i, &err), &err);
}

static void split_and_joined_to_another(struct ft *t, unsigned i)
{
	split(t, i);
	mt_merge(t, C + 1, i);
}

static void a_record_that_went_to_another_person_since_the_backup_is_not_erased_with_its_first_head(void **state)
{
	struct bt b;
	struct nk_flow *back = brought_back(&b, split_and_joined_to_another);

	(void)state;
	assert_null(ft_person(back, A));
	assert_non_null(ft_person(back, C));
	assert_int_equal(ft_person(back, C)->field[NK_FIELD_MERGED_INTO].len, 0); /* who it went to was after the backup */
	assert_int_equal(nk_people_count(ft_people(back)), FT_PERSONS - 1);
	nk_flow_close(&back);
	bt_done(&b);
}

static void a_record_that_was_split_off_before_its_head_was_erased_lives_and_points_to_nobody(void **state)
{
	struct bt b;
	struct nk_flow *back = brought_back(&b, split);

	(void)state;
	assert_null(ft_person(back, A));
	assert_non_null(ft_person(back, C));
	assert_int_equal(ft_person(back, C)->field[NK_FIELD_MERGED_INTO].len, 0);
	assert_int_equal(nk_people_count(ft_people(back)), FT_PERSONS - 1);
	nk_flow_close(&back);
	bt_done(&b);
}

static void stays(struct ft *t, unsigned i)
{
	struct nk_flow *const flow = t->flow;

	assert_true(nk_people_is_part(ft_people(flow), ft_person(flow, i)));
}

static void a_part_that_was_erased_with_its_head_is_erased_again_by_a_leaf_of_its_own(void **state)
{
	struct bt b;
	struct nk_flow *back = NULL;

	(void)state;
	back = brought_back_of(&b, 2, B, stays);
	assert_null(ft_person(back, A));
	assert_null(ft_person(back, B));
	assert_int_equal(nk_people_count(ft_people(back)), FT_PERSONS - 2);
	nk_flow_close(&back);
	bt_done(&b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_whole_is_erased_with_all_keys_in_one_rotation_and_one_certificate_and_never_a_part_alone),
		cmocka_unit_test(a_trace_of_a_part_holds_the_erasure_of_the_whole_back),
		cmocka_unit_test(who_asks_to_be_erased_now_is_asked_about_in_every_record),
		cmocka_unit_test(dates_by_hand_are_the_persons_in_every_record),
		cmocka_unit_test(copies_of_either_number_are_the_persons),
		cmocka_unit_test(a_person_gets_one_letter_and_is_counted_once_in_a_text),
		cmocka_unit_test(the_calendar_tells_of_a_person_once_and_by_the_last_record),
		cmocka_unit_test(a_record_that_went_to_another_person_since_the_backup_is_not_erased_with_its_first_head),
		cmocka_unit_test(a_part_that_was_erased_with_its_head_is_erased_again_by_a_leaf_of_its_own),
		cmocka_unit_test(a_record_that_was_split_off_before_its_head_was_erased_lives_and_points_to_nobody),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
