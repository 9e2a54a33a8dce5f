/*
 * erase_list_test.c: whom the day has come to erase, and when a second person must look.
 */
#include "base.h"

#include <cmocka.h>

#include "erase_list.h"
#include "plan_test_kit.h"

static const uint8_t nonce[32] = { 1, 2, 3 };
/* These people, by nothing but their own dates. */
#define OF(who) (&(struct nk_year){ .people = (who) })

static const struct nk_uuid all = { { 0 } };

/* Ten persons: 0 active and due by mistake, 1 leaving and due, 2 due today, 3 tomorrow, 4 on hold, 5 protected, 6
 * suspended and due, 7 retained. */
static void ten(struct school *s)
{
	static const enum nk_person_state states[] = { NK_PERSON_ACTIVE, NK_PERSON_LEAVING, NK_PERSON_LEAVING,
		NK_PERSON_LEAVING, NK_PERSON_LEAVING, NK_PERSON_LEAVING, NK_PERSON_SUSPENDED, NK_PERSON_RETAINED,
		NK_PERSON_ACTIVE, NK_PERSON_LEAVING };

	school_new(s, 10);
	for (size_t i = 0; i < 10; i++) {
		s->persons[i].state = states[i];
		s->persons[i].delete_on = i == 3 ? s->opt.today + 1
			: i == 2                 ? s->opt.today
			: i == 9                 ? NK_DATE_NONE
						 : s->opt.today - 30;
		s->persons[i].flags = i == 4 ? NK_PERSON_HOLD : i == 5 ? NK_PERSON_PROTECTED : 0;
		school_update(s, i);
	}
}

static bool listed(const struct nk_erase_list *l, const struct nk_person *p)
{
	for (size_t i = 0; i < l->n; i++) {
		if (l->numbers[i] == p->number) {
			return true;
		}
	}
	return false;
}

static void only_those_who_are_due_and_free_to_go_are_listed(void **state)
{
	NK_OWNED(school_done) struct school s = { 0 };
	struct nk_erase_list l;

	(void)state;
	ten(&s);
	kit_ok(nk_erase_list_make(OF(s.people), s.opt.today, all, nonce, s.arena, &l, &s.err), &s.err);
	assert_int_equal(l.n, 3);
	assert_true(listed(&l, &s.persons[1]) && listed(&l, &s.persons[2]) && listed(&l, &s.persons[6]));
	assert_int_equal(l.on_hold, 1);
	assert_int_equal(l.is_protected, 1);
	kit_ok(nk_erase_list_make(OF(s.people), s.opt.today, s.persons[6].id, nonce, s.arena, &l, &s.err), &s.err);
	assert_int_equal(l.n, 1);
	kit_ok(nk_erase_list_make(OF(s.people), s.opt.today, s.persons[4].id, nonce, s.arena, &l, &s.err), &s.err);
	assert_int_equal(l.n, 0);
}

static void the_hash_is_about_these_persons_under_this_nonce(void **state)
{
	NK_OWNED(school_done) struct school s = { 0 };
	static const uint8_t other[32] = { 9 };
	struct nk_erase_list a;
	struct nk_erase_list b;

	(void)state;
	ten(&s);
	kit_ok(nk_erase_list_make(OF(s.people), s.opt.today, all, nonce, s.arena, &a, &s.err), &s.err);
	kit_ok(nk_erase_list_make(OF(s.people), s.opt.today, all, nonce, s.arena, &b, &s.err), &s.err);
	assert_memory_equal(a.hash.b, b.hash.b, sizeof(a.hash.b));
	for (size_t i = 1; i < a.n; i++) {
		assert_true(memcmp(a.digests[i - 1], a.digests[i], NK_MAC_LEN) < 0);
	}
	kit_ok(nk_erase_list_make(OF(s.people), s.opt.today, all, other, s.arena, &b, &s.err), &s.err);
	assert_memory_not_equal(a.hash.b, b.hash.b, sizeof(a.hash.b));
	kit_ok(nk_erase_list_make(OF(s.people), s.opt.today + 1, all, nonce, s.arena, &b, &s.err), &s.err);
	assert_int_equal(b.n, 4);
	assert_memory_not_equal(a.hash.b, b.hash.b, sizeof(a.hash.b));
}

static void a_list_is_erased_only_under_the_hash_that_was_approved(void **state)
{
	NK_OWNED(school_done) struct school s = { 0 };
	struct nk_plan_step_row steps[3];
	struct nk_erase_list l;
	struct nk_hash other;

	(void)state;
	memset(steps, 0, sizeof(steps));
	ten(&s);
	kit_ok(nk_erase_list_make(OF(s.people), s.opt.today, all, nonce, s.arena, &l, &s.err), &s.err);
	assert_int_equal(l.n, 3);
	for (size_t i = 0; i < l.n; i++) {
		steps[i].person_number = l.numbers[i];
		memcpy(steps[i].digest, l.digests[i], NK_MAC_LEN);
	}
	other = l.hash;
	other.b[NK_HASH_LEN - 1] ^= 1;
	kit_ok(nk_erase_list_check(OF(s.people), s.opt.today, nonce, steps, 3, &l.hash, &s.err), &s.err);
	kit_fails(nk_erase_list_check(OF(s.people), s.opt.today, nonce, steps, 3, &other, &s.err), NK_CONFLICT);
	kit_fails(nk_erase_list_check(OF(s.people), s.opt.today, nonce, steps, 2, &l.hash, &s.err), NK_CONFLICT);
	steps[0].digest[NK_MAC_LEN - 1] ^= 1;
	kit_fails(nk_erase_list_check(OF(s.people), s.opt.today, nonce, steps, 3, &l.hash, &s.err), NK_CONFLICT);
}

static void many_at_once_need_a_second_person(void **state)
{
	NK_OWNED(school_done) struct school s = { 0 };
	struct nk_erase_limits limits = { .percent = 2, .number = 5 };
	const struct nk_guard_finding *findings = NULL;
	enum nk_verdict verdict = NK_VERDICT_STOPPED;
	struct nk_erase_list l = { .n = 5 };
	size_t n = 0;

	(void)state;
	school_new(&s, 0);
	kit_ok(nk_erase_list_guard(&l, 100, &limits, s.arena, &verdict, &findings, &n, &s.err), &s.err);
	assert_int_equal(verdict, NK_VERDICT_FREE);
	assert_int_equal(n, 0);
	l.n = 6;
	kit_ok(nk_erase_list_guard(&l, 100, &limits, s.arena, &verdict, &findings, &n, &s.err), &s.err);
	assert_int_equal(verdict, NK_VERDICT_APPROVAL);
	assert_int_equal(n, 1);
	assert_int_equal(findings[0].figure, 6);
	limits.recent = 1; /* with those of the last days */
	l.n = 5;
	kit_ok(nk_erase_list_guard(&l, 100, &limits, s.arena, &verdict, &findings, &n, &s.err), &s.err);
	assert_int_equal(verdict, NK_VERDICT_APPROVAL);
	limits.recent = 0;
	l.n = 6;
	kit_ok(nk_erase_list_guard(&l, 1000, &limits, s.arena, &verdict, &findings, &n, &s.err), &s.err);
	assert_int_equal(verdict, NK_VERDICT_FREE);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(only_those_who_are_due_and_free_to_go_are_listed),
		cmocka_unit_test(the_hash_is_about_these_persons_under_this_nonce),
		cmocka_unit_test(a_list_is_erased_only_under_the_hash_that_was_approved),
		cmocka_unit_test(many_at_once_need_a_second_person),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
