/*
 * parts_test.c: rosters for somebody who is there in several records (docs/adr/0015): each source speaks for its own record. Persons
 * made up.
 */
#include "base.h"

#include <cmocka.h>

#include "changes.h"
#include "csv.h"
#include "kit_import.h"

static void import_pack(struct kit_import *w, const struct kit_pack *p, const char *today)
{
	NK_OWNED(kit_read_done) struct kit_read r = kit_read_pack(p, (struct kit_read_options){ .strict = false });

	kit_ok(r.rc, &r.err);
	kit_write_down(w, kit_look(w, r.roster, kit_day(today)), kit_day(today));
	w->changes = NULL;
}

/* The counts that a roster would give now, without writing. */
static struct nk_changes would(struct kit_import *w, const struct kit_pack *p, const char *today)
{
	NK_OWNED(kit_read_done) struct kit_read r = kit_read_pack(p, (struct kit_read_options){ .strict = false });
	struct nk_changes c;

	kit_ok(r.rc, &r.err);
	c = *kit_look(w, r.roster, kit_day(today));
	c.list = NULL; /* points into the roster, which ends here */
	c.roster = NULL;
	return c;
}

static const struct nk_person *who(const struct kit_import *w, const char *key)
{
	const struct nk_person *p = nk_people_by_source(w->people, NK_STR("kit"), nk_str_c(key));

	assert_non_null(p);
	return p;
}

/* What person merge writes: this record points to that one. */
static void point(struct kit_import *w, const char *part, const char *head)
{
	struct nk_tx *tx = kit_begin(&w->k);
	struct nk_person p = *who(w, part);
	struct nk_err err = { 0 };
	char text[NK_UUID_TEXT];

	p.field[NK_FIELD_MERGED_INTO] = nk_str_c(nk_uuid_print(who(w, head)->id, text));
	kit_ok(nk_people_update(w->people, tx, &p, &err), &err);
	kit_commit(&tx);
}

static void a_row_of_a_part_changes_that_record_alone(void **state)
{
	NK_OWNED(kit_world_done) struct kit_import w = { 0 };
	struct kit_pack p = kit_pack();
	struct nk_changes c;
	uint32_t head_version = 0;

	(void)state;
	kit_world_new(&w);
	import_pack(&w, &p, "2026-04-01");
	point(&w, KIT_U2, KIT_U3);
	head_version = who(&w, KIT_U3)->version;
	c = would(&w, &p, "2026-04-02");
	assert_true(c.n == 0 && c.counts[NK_CHANGE_JOIN] == 0); /* its row finds its record; nobody is made anew */
	kit_pack_edit(&p, "users.csv", "太田", "中村");
	import_pack(&w, &p, "2026-04-03");
	assert_true(nk_str_eq(who(&w, KIT_U2)->field[NK_FIELD_FAMILY], NK_STR("中村")));
	assert_int_equal(who(&w, KIT_U3)->version, head_version); /* nothing of the head was written */
	assert_true(nk_people_is_part(w.people, who(&w, KIT_U2))); /* an import takes no pointer away */
	kit_pack_done(&p);
}

static void a_part_that_is_missing_ends_and_is_no_leaver(void **state)
{
	NK_OWNED(kit_world_done) struct kit_import w = { 0 };
	struct kit_pack all = kit_pack();
	struct kit_pack less = kit_pack();
	struct nk_changes c;

	(void)state;
	kit_world_new(&w);
	import_pack(&w, &all, "2026-04-01");
	point(&w, KIT_U3, KIT_U2);
	kit_pack_edit(&less, "users.csv", strstr(less.text[kit_pack_at(&less, "users.csv")], KIT_U3), "");
	kit_pack_edit(&less, "roles.csv",
		strstr(less.text[kit_pack_at(&less, "roles.csv")], "70000000-0000-4000-8000-000000000003"), "");
	kit_pack_edit(&less, "enrollments.csv",
		strstr(less.text[kit_pack_at(&less, "enrollments.csv")], "80000000-0000-4000-8000-000000000003"), "");
	c = would(&w, &less, "2026-06-10");
	assert_true(c.n == 1 && c.counts[NK_CHANGE_LEAVE] == 0); /* written, and no leaver for the guard */
	import_pack(&w, &less, "2026-06-10");
	assert_true(who(&w, KIT_U3)->state == NK_PERSON_LEAVING && who(&w, KIT_U2)->state == NK_PERSON_ACTIVE);
	kit_pack_done(&all);
	kit_pack_done(&less);
}

static void a_part_that_is_missing_is_a_leaver_when_nobody_of_the_person_is_left(void **state)
{
	NK_OWNED(kit_world_done) struct kit_import w = { 0 };
	struct kit_pack all = kit_pack();
	struct kit_pack less = kit_pack();
	struct nk_tx *tx = NULL;
	struct nk_person head;
	struct nk_changes c;
	struct nk_err err = { 0 };

	(void)state;
	kit_world_new(&w);
	import_pack(&w, &all, "2026-04-01");
	point(&w, KIT_U3, KIT_U2);
	head = *who(&w, KIT_U2);
	head.state = NK_PERSON_LEAVING; /* its own source let go */
	head.field[NK_FIELD_SOURCE] = NK_STR("other");
	tx = kit_begin(&w.k);
	kit_ok(nk_people_update(w.people, tx, &head, &err), &err);
	kit_commit(&tx);
	kit_pack_edit(&less, "users.csv", strstr(less.text[kit_pack_at(&less, "users.csv")], KIT_U3), "");
	kit_pack_edit(&less, "roles.csv",
		strstr(less.text[kit_pack_at(&less, "roles.csv")], "70000000-0000-4000-8000-000000000003"), "");
	kit_pack_edit(&less, "enrollments.csv",
		strstr(less.text[kit_pack_at(&less, "enrollments.csv")], "80000000-0000-4000-8000-000000000003"), "");
	c = would(&w, &less, "2026-06-10");
	assert_int_equal(c.counts[NK_CHANGE_LEAVE], 1);
	kit_pack_done(&all);
	kit_pack_done(&less);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_row_of_a_part_changes_that_record_alone),
		cmocka_unit_test(a_part_that_is_missing_ends_and_is_no_leaver),
		cmocka_unit_test(a_part_that_is_missing_is_a_leaver_when_nobody_of_the_person_is_left),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
