/*
 * stay_test.c: who is transferred stays in the old place for some days (兼務), and dates set by hand stay as they are.
 */
#include "base.h"

#include <cmocka.h>

#include "changes.h"
#include "kit_import.h"

#define KIT_S2 "30000000-0000-4000-8000-0000000000f2"

static void import_pack(struct kit_import *w, const struct kit_pack *p, const char *today)
{
	NK_OWNED(kit_read_done) struct kit_read r = kit_read_pack(p, (struct kit_read_options){ .strict = false });

	kit_ok(r.rc, &r.err);
	kit_write_down(w, kit_look(w, r.roster, kit_day(today)), kit_day(today));
	w->changes = NULL;
}

static size_t would(struct kit_import *w, const struct kit_pack *p, const char *today)
{
	NK_OWNED(kit_read_done) struct kit_read r = kit_read_pack(p, (struct kit_read_options){ .strict = false });

	kit_ok(r.rc, &r.err);
	return kit_look(w, r.roster, kit_day(today))->n;
}

static const struct nk_person *teacher(const struct kit_import *w)
{
	const struct nk_person *p = nk_people_by_source(w->people, NK_STR("kit"), NK_STR(KIT_U1));

	assert_non_null(p);
	return p;
}

/* A board with two schools; `moved`: the teacher is at the second one, and has no class there yet. */
static struct kit_pack pack(bool moved)
{
	struct kit_pack p = kit_pack();

	kit_pack_edit(&p, "orgs.csv", KIT_D "\n" KIT_D, KIT_D "\n" KIT_S2 ",,,西小学校,school,B148210000026," KIT_D "\n" KIT_D);
	if (moved) {
		kit_pack_edit(&p, "roles.csv", "primary,teacher,,," KIT_S, "primary,teacher,,," KIT_S2);
		kit_pack_edit(&p, "users.csv", "直子,,髙橋," KIT_S, "直子,,髙橋," KIT_S2);
		kit_pack_edit(&p, "enrollments.csv",
			"80000000-0000-4000-8000-000000000001,,," KIT_K "," KIT_S "," KIT_U1 ",teacher,true,,,,\n", "");
	}
	return p;
}

static void drop_row(struct kit_pack *p, const char *file, const char *key)
{
	const char *const at = strstr(p->text[kit_pack_at(p, file)], key);
	char row[1024];

	assert_non_null(at);
	(void)snprintf(row, sizeof(row), "%.*s", (int)(strchr(at, '\n') - at + 1), at);
	kit_pack_edit(p, file, row, "");
}

/* Places in which the teacher only stays, and until when; 0: none. */
static size_t staying(const struct kit_import *w, const char *until)
{
	const struct nk_person *const p = teacher(w);
	size_t n = 0;

	for (size_t i = 0; i < p->n_memberships; i++) {
		if (p->memberships[i].staying) {
			assert_int_equal(p->memberships[i].until, kit_day(until));
			assert_false(p->memberships[i].primary);
			n++;
		}
	}
	return n;
}

static void who_is_transferred_stays_for_the_days_of_the_rule_and_no_longer(void **state)
{
	NK_OWNED(kit_world_done) struct kit_import w = { .overlap = 10 };
	struct kit_pack before = pack(false);
	struct kit_pack after = pack(true);

	(void)state;
	kit_world_new(&w);
	import_pack(&w, &before, "2026-04-01");
	assert_int_equal(staying(&w, "2026-04-01"), 0);
	import_pack(&w, &after, "2026-06-01");
	assert_int_equal(staying(&w, "2026-06-10"), 2);
	assert_int_equal(teacher(&w)->n_memberships, 3);
	assert_int_equal(would(&w, &after, "2026-06-02"), 0);
	kit_pack_edit(&after, "users.csv", "髙橋,,9001", "中村,,9001");
	import_pack(&w, &after, "2026-06-05");
	assert_int_equal(staying(&w, "2026-06-10"), 2);
	kit_pack_edit(&after, "users.csv", "中村,,9001", "西村,,9001");
	import_pack(&w, &after, "2026-06-11");
	assert_int_equal(staying(&w, "2026-06-10"), 0);
	assert_int_equal(teacher(&w)->n_memberships, 1);
	kit_pack_done(&before);
	kit_pack_done(&after);
}

static void who_goes_back_within_the_days_is_there_as_before(void **state)
{
	NK_OWNED(kit_world_done) struct kit_import w = { .overlap = 10 };
	struct kit_pack before = pack(false);
	struct kit_pack after = pack(true);

	(void)state;
	kit_world_new(&w);
	import_pack(&w, &before, "2026-04-01");
	import_pack(&w, &after, "2026-06-01");
	w.overlap = 0;
	import_pack(&w, &before, "2026-06-04");
	assert_int_equal(staying(&w, "2026-06-10"), 0);
	assert_int_equal(teacher(&w)->n_memberships, 2);
	assert_int_equal(would(&w, &before, "2026-06-05"), 0);
	kit_pack_done(&before);
	kit_pack_done(&after);
}

static void without_a_rule_only_the_new_place_holds(void **state)
{
	NK_OWNED(kit_world_done) struct kit_import w = { .overlap = 0 };
	struct kit_pack before = pack(false);
	struct kit_pack after = pack(true);

	(void)state;
	kit_world_new(&w);
	import_pack(&w, &before, "2026-04-01");
	import_pack(&w, &after, "2026-06-01");
	assert_int_equal(teacher(&w)->n_memberships, 1);
	kit_pack_done(&before);
	kit_pack_done(&after);
}

static void a_file_leaves_dates_alone_that_were_set_by_hand(void **state)
{
	NK_OWNED(kit_world_done) struct kit_import w = { .overlap = 0 };
	struct kit_pack p = pack(false);
	struct nk_err err = { 0 };
	struct nk_person now;
	struct nk_tx *tx = NULL;

	(void)state;
	kit_world_new(&w);
	import_pack(&w, &p, "2026-04-01");
	now = *teacher(&w);
	now.valid_until = kit_day("2026-12-01");
	now.delete_on = kit_day("2027-12-01");
	now.flags |= NK_PERSON_DATED;
	tx = kit_begin(&w.k);
	kit_ok(nk_people_update(w.people, tx, &now, &err), &err);
	kit_commit(&tx);
	assert_int_equal(would(&w, &p, "2026-04-02"), 0);
	kit_pack_edit(&p, "users.csv", "髙橋,,9001", "中村,,9001");
	import_pack(&w, &p, "2026-04-03");
	assert_int_equal(teacher(&w)->valid_until, kit_day("2026-12-01"));
	drop_row(&p, "users.csv", KIT_U1);
	drop_row(&p, "roles.csv", "70000000-0000-4000-8000-000000000001");
	drop_row(&p, "enrollments.csv", "80000000-0000-4000-8000-000000000001");
	import_pack(&w, &p, "2026-06-10");
	assert_int_equal(teacher(&w)->delete_on, kit_day("2027-12-01"));
	kit_pack_done(&p);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(who_is_transferred_stays_for_the_days_of_the_rule_and_no_longer),
		cmocka_unit_test(who_goes_back_within_the_days_is_there_as_before),
		cmocka_unit_test(without_a_rule_only_the_new_place_holds),
		cmocka_unit_test(a_file_leaves_dates_alone_that_were_set_by_hand),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
