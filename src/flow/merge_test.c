/*
 * merge_test.c: person merge and person split: what they write, what they refuse, what becomes of accounts, hold and protection. Rows of
 * docs/adr/0015; others are in merge_whole_test, whole_test, whole_plan_test and parts_test. Persons made up.
 */
#include "base.h"

#include <cmocka.h>

#include "merge_test_kit.h"

static void a_merge_is_a_pointer_under_an_order_and_a_leaf_for_both_and_a_split_takes_it_away(void **state)
{
	NK_OWNED(ft_done) struct ft t;
	struct nk_merge_request req = { .a = mt_login(A), .b = mt_login(B), .dry_run = true };
	struct nk_merge_reply out;
	struct nk_err err = { 0 };
	size_t changes = 0;

	(void)state;
	mt_begin(&t);
	changes = ft_leaves(t.flow, "change");
	kit_ok(nk_op_merge(t.flow, &req, t.arena, &out, &err), &err);
	assert_true(nk_uuid_eq(out.a.id, mt_id_of(&t, A)) && nk_uuid_eq(out.b.id, mt_id_of(&t, B)));
	assert_int_equal(ft_leaves(t.flow, "change"), changes); /* said, and nothing was done */
	assert_false(nk_people_is_merged(t.flow->people, mt_number(&t, A)));
	req.dry_run = false;
	kit_fails(nk_op_merge(t.flow, &req, t.arena, &out, &err), NK_DENIED);
	assert_int_equal(ft_leaves(t.flow, "refused"), 1);
	req.warrant = mt_order(&t, "UNPROTECT", out.scope);
	kit_fails(nk_op_merge(t.flow, &req, t.arena, &out, &err), NK_DENIED);
	mt_merge(&t, A, B);
	assert_int_equal(ft_leaves(t.flow, "change"), changes + 2);
	ft_reopen(&t);
	assert_true(nk_people_is_part(ft_people(t.flow), ft_person(t.flow, B)));
	assert_true(nk_uuid_eq(mt_shown(&t, mt_login(B)).id, mt_id_of(&t, A))); /* found by B's key, answered with A */
	assert_true(mt_shown(&t, mt_login(A)).records.len > 0);
	kit_ok(mt_split_rc(&t, B, &err), &err);
	assert_int_equal(ft_leaves(t.flow, "change"), changes + 4);
	assert_true(nk_uuid_eq(mt_shown(&t, mt_login(B)).id, mt_id_of(&t, B)));
	assert_int_equal(mt_shown(&t, mt_login(A)).records.len, 0);
	ft_healthy(&t);
}

static void what_cannot_be_joined_or_split_is_refused_and_says_why(void **state)
{
	NK_OWNED(ft_done) struct ft t;
	struct nk_merge_request nobody = { .a = mt_login(A), .b = NK_STR("nobody"), .dry_run = true };
	struct nk_merge_reply out;
	struct nk_err err = { 0 };

	(void)state;
	mt_begin(&t);
	kit_fails(mt_merge_rc(&t, A, A, &err), NK_EXISTS);
	kit_fails(nk_op_merge(t.flow, &nobody, t.arena, &out, &err), NK_NOT_FOUND);
	kit_fails(mt_split_rc(&t, A, &err), NK_CONFLICT);
	mt_merge(&t, A, B);
	kit_fails(mt_merge_rc(&t, B, A, &err), NK_EXISTS);
	kit_fails(mt_split_rc(&t, A, &err), NK_CONFLICT);
	assert_non_null(strstr(err.text[NK_LANG_EN], "others point"));
}

static void a_head_that_is_joined_brings_its_parts_along_one_level_deep(void **state)
{
	NK_OWNED(ft_done) struct ft t;
	uint32_t all[NK_WHOLE_MAX];
	struct nk_err err = { 0 };

	(void)state;
	mt_begin(&t);
	mt_merge(&t, B, C);
	mt_merge(&t, A, C); /* named by the part: the person is meant */
	assert_int_equal(nk_people_whole(t.flow->people, mt_number(&t, C), all), 3);
	assert_int_equal(all[0], mt_number(&t, A));
	kit_ok(mt_split_rc(&t, C, &err), &err);
	assert_int_equal(nk_people_whole(t.flow->people, mt_number(&t, B), all), 2);
	assert_int_equal(nk_people_whole(t.flow->people, mt_number(&t, C), all), 1);
}

static void more_than_sixteen_records_are_not_joined(void **state)
{
	NK_OWNED(ft_done) struct ft t;
	struct nk_err err = { 0 };
	unsigned i = A + 1;

	(void)state;
	mt_begin(&t);
	for (; i < A + NK_WHOLE_MAX; i++) {
		mt_merge(&t, A, i);
	}
	kit_fails(mt_merge_rc(&t, A, i, &err), NK_LIMIT);
}

static void who_is_in_an_erase_plan_is_neither_joined_nor_split_until_it_is_cancelled(void **state)
{
	NK_OWNED(ft_done) struct ft t;
	struct nk_plan_reply plan;
	struct nk_err err = { 0 };

	(void)state;
	ft_new(&t, NULL);
	ft_open(&t);
	ft_leave(&t, 2);
	mt_enrol(&t);
	plan = ft_plan_erase(&t);
	assert_int_equal(plan.n_lines, 2);
	kit_fails(mt_merge_rc(&t, C, B, &err), NK_CONFLICT);
	kit_fails(mt_merge_rc(&t, A, B, &err), NK_CONFLICT);
	kit_ok(nk_op_cancel(t.flow, nk_str_c(plan.hash), &err), &err);
	mt_merge(&t, A, B);
	plan = ft_plan_erase(&t);
	assert_int_equal(plan.n_lines, 2);
	kit_fails(mt_split_rc(&t, B, &err), NK_CONFLICT);
}

/* A target in the books, without a directory behind it. */
static struct nk_uuid target(struct ft *t)
{
	NK_OWNED(nk_tx_end) struct nk_tx *tx = NULL;
	NK_OWNED(nk_stmt_put) struct nk_stmt *s = NULL;
	const struct nk_uuid id = { { 0x5a, 0x5a } };
	const struct nk_leaf_item item = nk_item_hex("target", id.b, sizeof(id.b));
	struct nk_err err = { 0 };

	kit_ok(nk_tx_begin(t->flow->store, &tx, &err), &err);
	kit_ok(nk_stmt_get(t->flow->store, "INSERT INTO target(id, name, type, holding_id) VALUES (?1, 't', 'ldap', ?1)", &s, &err),
		&err);
	nk_stmt_uuid(s, 1, id);
	kit_ok(nk_stmt_run(s, &err), &err);
	kit_ok(nk_flow_leaf(t->flow, tx, NK_LEAF_TARGET, &item, 1, NULL, &err), &err);
	kit_ok(nk_flow_commit(t->flow, &tx, &err), &err);
	return id;
}

static void account(struct ft *t, struct nk_uuid at, unsigned i, const char *anchor)
{
	NK_OWNED(nk_tx_end) struct nk_tx *tx = NULL;
	NK_OWNED(nk_links_free) struct nk_links *links = NULL;
	NK_OWNED(nk_key_wipe) struct nk_key key = { { 0 } };
	const struct nk_link_key keys[] = { { .kind = NK_STR("uid"), .value = mt_login(i) } };
	const struct nk_leaf_item item = nk_item_hex("target", at.b, sizeof(at.b));
	struct nk_link l = { .person_number = mt_number(t, i),
		.target = at,
		.state = NK_LINK_PRESENT,
		.anchor = nk_str_c(anchor),
		.keys = keys,
		.n_keys = 1 };
	struct nk_err err = { 0 };

	kit_ok(nk_flow_slots_pending(t->flow, &err), &err);
	kit_ok(nk_vault_add(t->flow->vault, NK_SLOT_LINK, 1, &l.slot, &key, &err), &err);
	kit_ok(nk_links_open(t->flow->store, t->flow->vault, at, &links, &err), &err);
	kit_ok(nk_tx_begin(t->flow->store, &tx, &err), &err);
	kit_ok(nk_links_put(links, tx, &l, &key, &err), &err);
	kit_ok(nk_flow_leaf(t->flow, tx, NK_LEAF_APPLY_PART, &item, 1, NULL, &err), &err);
	kit_ok(nk_flow_commit(t->flow, &tx, &err), &err);
}

/* The anchor of this person's link, or "-". */
static struct nk_str anchor_of(struct ft *t, struct nk_uuid at, unsigned i)
{
	NK_OWNED(nk_links_free) struct nk_links *links = NULL;
	const struct nk_link *l = NULL;
	struct nk_str out = NK_STR("-");
	struct nk_err err = { 0 };

	kit_ok(nk_links_open(t->flow->store, t->flow->vault, at, &links, &err), &err);
	l = nk_links_of(links, mt_number(t, i));
	if (l != NULL) {
		assert_true(l->n_keys > 0);
		kit_ok(nk_arena_dup(t->arena, l->anchor, &out, &err), &err);
	}
	return out;
}

static const char *becomes(struct ft *t, unsigned a, unsigned b, size_t i)
{
	const struct nk_merge_request req = { .a = mt_login(a), .b = mt_login(b), .dry_run = true };
	struct nk_merge_reply out;
	struct nk_err err = { 0 };

	kit_ok(nk_op_merge(t->flow, &req, t->arena, &out, &err), &err);
	assert_true(i < out.n);
	return out.accounts[i].becomes;
}

static void an_account_that_only_the_second_one_has_goes_on_as_the_heads_under_the_same_key(void **state)
{
	NK_OWNED(ft_done) struct ft t;
	struct nk_uuid at;
	struct nk_vault_status before;
	struct nk_vault_status after;
	struct nk_err err = { 0 };

	(void)state;
	mt_begin(&t);
	at = target(&t);
	account(&t, at, B, "anchor-b");
	nk_vault_status(t.flow->vault, &before);
	assert_string_equal(becomes(&t, A, B, 0), "handed-over");
	mt_merge(&t, A, B);
	ft_reopen(&t);
	assert_true(nk_str_eq(anchor_of(&t, at, A), NK_STR("anchor-b")));
	assert_true(nk_str_eq(anchor_of(&t, at, B), NK_STR("-")));
	nk_vault_status(t.flow->vault, &after);
	assert_int_equal(after.sequence, before.sequence); /* no key was made, none was lost */
	kit_ok(mt_split_rc(&t, B, &err), &err);
	assert_true(nk_str_eq(anchor_of(&t, at, A), NK_STR("anchor-b"))); /* stays with the head */
	ft_healthy(&t);
}

static void names_of_an_account_that_was_handed_over_are_shown_as_the_heads_only_while_the_two_are_one(void **state)
{
	NK_OWNED(ft_done) struct ft t;
	struct nk_uuid at;
	struct nk_str name = { NULL, 0 };
	struct nk_err err = { 0 };

	(void)state;
	mt_begin(&t);
	at = target(&t);
	account(&t, at, B, "anchor-b");
	kit_ok(nk_arena_printf(t.arena, &name, &err, "uid=%.*s", NK_FMT(mt_login(B))), &err);
	mt_merge(&t, A, B);
	ft_reopen(&t); /* where a name came from is in the sealed record */
	assert_true(nk_str_find(mt_shown(&t, mt_login(A)).targets, name) != SIZE_MAX);
	kit_ok(mt_split_rc(&t, B, &err), &err);
	assert_true(nk_str_find(mt_shown(&t, mt_login(A)).targets, name) == SIZE_MAX);
	mt_merge(&t, C, A); /* handed on: it came from B all the same */
	assert_true(nk_str_eq(anchor_of(&t, at, C), NK_STR("anchor-b")));
	assert_true(nk_str_find(mt_shown(&t, mt_login(C)).targets, name) == SIZE_MAX);
	ft_healthy(&t);
}

static void two_present_accounts_are_never_joined(void **state)
{
	NK_OWNED(ft_done) struct ft t;
	struct nk_uuid at;

	(void)state;
	mt_begin(&t);
	at = target(&t);
	account(&t, at, A, "anchor-a");
	account(&t, at, B, "anchor-b");
	account(&t, at, C, "anchor-c");
	assert_string_equal(becomes(&t, A, B, 0), "stays");
	assert_string_equal(becomes(&t, A, B, 1), "retired");
	mt_merge(&t, B, C);
	mt_merge(&t, A, B);
	assert_true(nk_str_eq(anchor_of(&t, at, A), NK_STR("anchor-a")));
	assert_true(nk_str_eq(anchor_of(&t, at, B), NK_STR("anchor-b")));
	assert_true(nk_str_eq(anchor_of(&t, at, C), NK_STR("anchor-c")));
}

static void who_has_an_account_in_a_plan_that_is_being_applied_is_not_joined(void **state)
{
	NK_OWNED(ft_done) struct ft t;
	NK_OWNED(nk_tx_end) struct nk_tx *tx = NULL;
	struct nk_plan_step_row step = { .digest = { 1 } };
	struct nk_plan_row row = { .made_at = KIT_START, .expires_at = KIT_START + NK_DAY, .counts = NK_STR("{}") };
	struct nk_leaf_item item;
	struct nk_err err = { 0 };

	(void)state;
	mt_begin(&t);
	row.target = target(&t);
	row.made_by = t.flow->actor;
	kit_ok(nk_uuid_new(kit_env(), &row.id, &err), &err);
	item = nk_item_hex("plan", row.id.b, sizeof(row.id.b));
	step.person_number = mt_number(&t, B);
	kit_ok(nk_tx_begin(t.flow->store, &tx, &err), &err);
	kit_ok(nk_plan_save(tx, t.flow->key[NK_HOUSE_LOG], &row, &step, 1, &err), &err);
	kit_ok(nk_flow_leaf(t.flow, tx, NK_LEAF_PLAN, &item, 1, NULL, &err), &err);
	kit_ok(nk_flow_commit(t.flow, &tx, &err), &err);
	mt_merge(&t, A, C); /* of others, and a plan that nobody has begun */
	kit_ok(nk_tx_begin(t.flow->store, &tx, &err), &err);
	kit_ok(nk_plan_set_state(tx, row.id, NK_PLAN_APPLYING, (struct nk_uuid){ { 0 } }, &err), &err);
	kit_ok(nk_flow_leaf(t.flow, tx, NK_LEAF_APPLY_BEGIN, &item, 1, NULL, &err), &err);
	kit_ok(nk_flow_commit(t.flow, &tx, &err), &err);
	kit_fails(mt_merge_rc(&t, A, B, &err), NK_CONFLICT);
	assert_non_null(strstr(err.text[NK_LANG_EN], "being applied"));
}

static void a_hold_and_a_protection_are_everybodys_stay_after_a_split_and_are_lifted_from_all(void **state)
{
	NK_OWNED(ft_done) struct ft t;
	struct nk_protect_request protect = { .person = mt_login(B) };
	struct nk_err err = { 0 };
	char scope[64];
	char text[NK_UUID_TEXT];

	(void)state;
	mt_begin(&t);
	kit_ok(nk_op_person_hold(t.flow, mt_login(B), true, &err), &err);
	mt_merge(&t, A, B);
	kit_ok(nk_op_protect(t.flow, &protect, t.arena, &err), &err);
	assert_true(mt_shown(&t, mt_login(A)).hold && mt_shown(&t, mt_login(A)).hidden);
	kit_ok(mt_split_rc(&t, B, &err), &err);
	ft_reopen(&t);
	assert_true(mt_shown(&t, mt_login(A)).hold && mt_shown(&t, mt_login(A)).hidden);
	assert_true(mt_shown(&t, mt_login(B)).hold && mt_shown(&t, mt_login(B)).hidden);
	mt_merge(&t, A, B);
	kit_ok(nk_op_person_hold(t.flow, mt_login(A), false, &err), &err);
	(void)snprintf(scope, sizeof(scope), "person:%s", nk_uuid_print(mt_id_of(&t, A), text));
	protect = (struct nk_protect_request){
		.person = mt_login(B), .lift = true, .warrant = mt_order(&t, "UNPROTECT", nk_str_c(scope)) };
	kit_ok(nk_op_protect(t.flow, &protect, t.arena, &err), &err);
	kit_ok(mt_split_rc(&t, B, &err), &err);
	for (unsigned i = A; i <= B; i++) {
		assert_false(mt_shown(&t, mt_login(i)).hold || mt_shown(&t, mt_login(i)).hidden);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_merge_is_a_pointer_under_an_order_and_a_leaf_for_both_and_a_split_takes_it_away),
		cmocka_unit_test(what_cannot_be_joined_or_split_is_refused_and_says_why),
		cmocka_unit_test(a_head_that_is_joined_brings_its_parts_along_one_level_deep),
		cmocka_unit_test(more_than_sixteen_records_are_not_joined),
		cmocka_unit_test(who_is_in_an_erase_plan_is_neither_joined_nor_split_until_it_is_cancelled),
		cmocka_unit_test(an_account_that_only_the_second_one_has_goes_on_as_the_heads_under_the_same_key),
		cmocka_unit_test(names_of_an_account_that_was_handed_over_are_shown_as_the_heads_only_while_the_two_are_one),
		cmocka_unit_test(two_present_accounts_are_never_joined),
		cmocka_unit_test(who_has_an_account_in_a_plan_that_is_being_applied_is_not_joined),
		cmocka_unit_test(a_hold_and_a_protection_are_everybodys_stay_after_a_split_and_are_lifted_from_all),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
