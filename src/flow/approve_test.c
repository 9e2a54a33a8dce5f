/*
 * approve_test.c: the second person: who may sign, what exactly is signed, for how long and how often.
 */
#include "base.h"

#include <cmocka.h>

#include "flow_test_kit.h"

/* Every leaver and every erasure needs a second person. */
#define STRICT                                                                                                \
	"[guard]\ngraduates = no\nleave_number = 0\nleave_percent = 0\nseason_percent = 0\nerase_number = 0\nerase_percent = 0\n" \
	"erase_season_percent = 0\n"

struct officer {
	struct nk_key seed;
	uint8_t pub[32];
};

static struct officer enrol(struct ft *t, const char *roles)
{
	struct officer o;
	struct nk_party_request req = { .name = NK_STR("承認 係"), .roles = nk_str_c(roles) };
	struct nk_uuid id;
	struct nk_err err = { 0 };

	kit_ok(ft_enrol(t, &req, &o.seed, &id, &err), &err);
	memcpy(o.pub, req.public_key, sizeof(o.pub));
	return o;
}

static nk_rc approve(struct ft *t, const char *hash, uint64_t count, const struct officer *o, struct nk_err *err)
{
	const struct nk_approve_request req = { .hash = nk_str_c(hash), .count = count, .seed = o->seed };

	return nk_op_approve(t->flow, &req, err);
}

/* An import of two leavers that waits for its approval. */
static struct nk_import_reply waiting(struct ft *t)
{
	struct nk_import_reply r;

	ft_new(t, STRICT);
	kit_clock_move(60 * NK_DAY); /* out of the season, when a smaller file stops at once */
	ft_open(t);
	assert_int_equal(ft_import(t, 0).outcome, NK_IMPORT_DONE);
	r = ft_import(t, 2);
	assert_int_equal(r.outcome, NK_IMPORT_NEEDS_APPROVAL);
	assert_int_equal(r.approve_count, 2);
	return r;
}

static void what_waits_for_approval_changes_nothing_and_an_officer_lets_it_go_once(void **state)
{
	NK_OWNED(ft_done) struct ft t;
	struct nk_import_reply r = waiting(&t);
	struct officer o = enrol(&t, "officer");
	struct nk_err err = { 0 };

	(void)state;
	assert_int_equal(ft_person(t.flow, ft_leaver(0))->state, NK_PERSON_ACTIVE);
	assert_int_equal(ft_leaves(t.flow, "leave"), 0);
	kit_ok(approve(&t, r.hash, 2, &o, &err), &err);
	kit_fails(approve(&t, r.hash, 2, &o, &err), NK_EXISTS);
	assert_int_equal(ft_leaves(t.flow, "approve"), 1);
	ft_reopen(&t);
	assert_int_equal(ft_import(&t, 2).outcome, NK_IMPORT_DONE);
	assert_int_equal(ft_person(t.flow, ft_leaver(0))->state, NK_PERSON_LEAVING);
	/* Used: the same change needs a new signature. */
	assert_int_equal(ft_count(t.flow, "SELECT count(*) FROM warrant WHERE kind = 'exception' AND state = 'reported'"), 1);
	assert_int_equal(ft_import(&t, 0).outcome, NK_IMPORT_DONE);
	assert_int_equal(ft_import(&t, 2).outcome, NK_IMPORT_NEEDS_APPROVAL);
	assert_int_equal(ft_person(t.flow, ft_leaver(0))->state, NK_PERSON_ACTIVE);
}

static void a_key_of_nobody_signs_nothing(void **state)
{
	NK_OWNED(ft_done) struct ft t;
	struct nk_import_reply r = waiting(&t);
	struct officer stranger;
	struct nk_err err = { 0 };

	(void)state;
	kit_ok(nk_op_party_key(kit_env(), &stranger.seed, stranger.pub, &err), &err);
	kit_fails(approve(&t, r.hash, 2, &stranger, &err), NK_DENIED);
	assert_int_equal(ft_import(&t, 2).outcome, NK_IMPORT_NEEDS_APPROVAL);
}

static void only_an_officer_signs(void **state)
{
	NK_OWNED(ft_done) struct ft t;
	struct nk_import_reply r = waiting(&t);
	struct officer auditor = enrol(&t, "auditor");
	struct nk_err err = { 0 };

	(void)state;
	kit_fails(approve(&t, r.hash, 2, &auditor, &err), NK_DENIED);
	assert_int_equal(ft_import(&t, 2).outcome, NK_IMPORT_NEEDS_APPROVAL);
}

static void who_carries_out_cannot_be_enrolled_to_approve(void **state)
{
	NK_OWNED(ft_done) struct ft t;
	struct nk_party_request req = { .name = NK_STR("兼任 係"), .roles = NK_STR("officer, operator") };
	struct nk_party_reply id;
	struct nk_err err = { 0 };

	(void)state;
	ft_new(&t, NULL);
	ft_open(&t);
	kit_fails(nk_op_party_add(t.flow, &req, &id, &err), NK_DENIED);
	req.roles = NK_STR("");
	kit_fails(nk_op_party_add(t.flow, &req, &id, &err), NK_USAGE);
}

/* The requester with a key and the role of an officer, as a damaged or older store might have it. */
static void who_asked_cannot_approve_even_with_a_key_and_the_role(void **state)
{
	NK_OWNED(ft_done) struct ft t;
	struct nk_import_reply r = waiting(&t);
	struct officer o = enrol(&t, "officer");
	struct nk_party *list = NULL;
	struct nk_err err = { 0 };
	size_t n = 0;

	(void)state;
	kit_ok(nk_party_list(t.flow->store, t.flow->key[NK_HOUSE_LOG], t.arena, &list, &n, &err), &err);
	for (size_t i = 0; i < n; i++) {
		if (list[i].has_key && nk_bytes_eq(nk_bytes_of(list[i].public_key, 32), nk_bytes_of(o.pub, 32))) {
			t.flow->actor = list[i].id;
		}
	}
	kit_fails(approve(&t, r.hash, 2, &o, &err), NK_DENIED);
	assert_int_equal(ft_leaves(t.flow, "approve"), 0);
}

static void the_number_typed_must_be_the_one_shown(void **state)
{
	NK_OWNED(ft_done) struct ft t;
	struct nk_import_reply r = waiting(&t);
	struct officer o = enrol(&t, "officer");
	struct nk_err err = { 0 };

	(void)state;
	kit_fails(approve(&t, r.hash, 3, &o, &err), NK_INVALID);
	kit_fails(approve(&t, r.hash, 0, &o, &err), NK_INVALID);
	assert_int_equal(ft_import(&t, 2).outcome, NK_IMPORT_NEEDS_APPROVAL);
}

static void another_hash_is_found_by_nobody(void **state)
{
	NK_OWNED(ft_done) struct ft t;
	struct nk_import_reply r = waiting(&t);
	struct officer o = enrol(&t, "officer");
	struct nk_err err = { 0 };

	(void)state;
	r.hash[0] = r.hash[0] == '0' ? '1' : '0';
	kit_fails(approve(&t, r.hash, 2, &o, &err), NK_NOT_FOUND);
	r.hash[7] = '\0';
	kit_fails(approve(&t, r.hash, 2, &o, &err), NK_USAGE);
}

static void a_signature_lets_only_that_roster_go(void **state)
{
	NK_OWNED(ft_done) struct ft t;
	struct nk_import_reply r = waiting(&t);
	struct officer o = enrol(&t, "officer");
	struct nk_err err = { 0 };

	(void)state;
	kit_ok(approve(&t, r.hash, 2, &o, &err), &err);
	assert_int_equal(ft_import(&t, 1).outcome, NK_IMPORT_NEEDS_APPROVAL);
	assert_int_equal(ft_leaves(t.flow, "leave"), 0);
}

static void an_approval_ends_after_a_day(void **state)
{
	NK_OWNED(ft_done) struct ft t;
	struct nk_import_reply r = waiting(&t);
	struct officer o = enrol(&t, "officer");
	struct nk_err err = { 0 };

	(void)state;
	kit_ok(approve(&t, r.hash, 2, &o, &err), &err);
	kit_clock_move(NK_DAY + NK_SECOND);
	ft_reopen(&t);
	assert_int_equal(ft_import(&t, 2).outcome, NK_IMPORT_NEEDS_APPROVAL);
	assert_int_equal(ft_leaves(t.flow, "leave"), 0);
}

static void a_request_ends_after_a_day(void **state)
{
	NK_OWNED(ft_done) struct ft t;
	struct nk_import_reply r = waiting(&t);
	struct officer o = enrol(&t, "officer");
	struct nk_err err = { 0 };

	(void)state;
	kit_clock_move(NK_DAY + NK_SECOND);
	ft_reopen(&t);
	kit_fails(approve(&t, r.hash, 2, &o, &err), NK_NOT_FOUND);
}

/* Two leavers in, with the approval their leaving needs, and their grace over. */
static struct nk_plan_reply erase_waiting(struct ft *t, struct officer *o)
{
	struct nk_import_reply r = waiting(t);
	struct nk_plan_reply plan;
	struct nk_err err = { 0 };

	*o = enrol(t, "officer");
	kit_ok(approve(t, r.hash, 2, o, &err), &err);
	assert_int_equal(ft_import(t, 2).outcome, NK_IMPORT_DONE);
	kit_clock_move(40 * NK_DAY);
	ft_reopen(t);
	plan = ft_plan_erase(t);
	assert_int_equal(plan.verdict, NK_PLAN_NEEDS_APPROVAL);
	assert_int_equal(plan.approve_count, 2);
	return plan;
}

static void an_erasure_waits_for_its_officer_and_the_certificate_names_him(void **state)
{
	NK_OWNED(ft_done) struct ft t;
	struct officer o;
	struct nk_plan_reply plan = erase_waiting(&t, &o);
	struct nk_apply_reply out;
	struct nk_verify_reply v;
	struct nk_err err = { 0 };

	(void)state;
	kit_fails(ft_apply_rc(t.flow, t.arena, plan.hash, &out, &err), NK_GUARD);
	assert_int_equal(ft_leaves(t.flow, "erase_begin"), 0);
	kit_ok(approve(&t, plan.hash, 2, &o, &err), &err);
	kit_ok(ft_apply_rc(t.flow, t.arena, plan.hash, &out, &err), &err);
	assert_int_equal(out.erased, 2);
	ft_verified(&t, out.job, &v);
	assert_true(v.good);
}

static void an_erasure_begun_in_time_goes_on_after_its_approval_ended(void **state)
{
	NK_OWNED(ft_done) struct ft t;
	struct officer o;
	struct nk_plan_reply plan = erase_waiting(&t, &o);
	struct nk_apply_reply out;
	struct nk_err err = { 0 };

	(void)state;
	kit_ok(approve(&t, plan.hash, 2, &o, &err), &err);
	ft_write(&t, "certificates/list.txt", "zp7002@example.jp\n");
	kit_fails(ft_apply_rc(t.flow, t.arena, plan.hash, &out, &err), NK_INCOMPLETE);
	ft_unlink(&t, "certificates/list.txt");
	kit_clock_move(3 * NK_DAY);
	ft_reopen(&t);
	kit_ok(ft_apply_rc(t.flow, t.arena, plan.hash, &out, &err), &err);
	assert_int_equal(out.erased, 2);
}

static void a_plan_that_nobody_began_expires(void **state)
{
	NK_OWNED(ft_done) struct ft t;
	struct officer o;
	struct nk_plan_reply plan = erase_waiting(&t, &o);
	struct nk_apply_reply out;
	struct nk_err err = { 0 };

	(void)state;
	kit_ok(approve(&t, plan.hash, 2, &o, &err), &err);
	kit_clock_move(NK_DAY + NK_SECOND);
	ft_reopen(&t);
	kit_fails(ft_apply_rc(t.flow, t.arena, plan.hash, &out, &err), NK_CONFLICT);
	assert_int_equal(ft_key(t.flow, ft_slot(t.flow, ft_leaver(0))), NK_OK);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_waits_for_approval_changes_nothing_and_an_officer_lets_it_go_once),
		cmocka_unit_test(a_key_of_nobody_signs_nothing),
		cmocka_unit_test(only_an_officer_signs),
		cmocka_unit_test(who_carries_out_cannot_be_enrolled_to_approve),
		cmocka_unit_test(who_asked_cannot_approve_even_with_a_key_and_the_role),
		cmocka_unit_test(the_number_typed_must_be_the_one_shown),
		cmocka_unit_test(another_hash_is_found_by_nobody),
		cmocka_unit_test(a_signature_lets_only_that_roster_go),
		cmocka_unit_test(an_approval_ends_after_a_day),
		cmocka_unit_test(a_request_ends_after_a_day),
		cmocka_unit_test(an_erasure_waits_for_its_officer_and_the_certificate_names_him),
		cmocka_unit_test(an_erasure_begun_in_time_goes_on_after_its_approval_ended),
		cmocka_unit_test(a_plan_that_nobody_began_expires),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
