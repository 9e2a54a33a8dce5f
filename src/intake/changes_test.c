/*
 * changes_test.c: rosters one after another on a real store and vault: who joins, changes, returns, leaves. Persons
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

static void joiners_get_dates_memberships_units_and_groups(void **state)
{
	NK_OWNED(kit_world_done) struct kit_import w = { 0 };
	struct kit_pack p = kit_pack();
	const struct nk_person *u2 = NULL;
	const struct nk_group *g = NULL;

	(void)state;
	kit_world_new(&w);
	import_pack(&w, &p, "2026-04-01");
	kit_pack_done(&p);
	assert_true(nk_people_count(w.people) == 3);
	u2 = who(&w, KIT_U2);
	assert_true(u2->state == NK_PERSON_ACTIVE && u2->valid_from == kit_day("2026-04-01") &&
		u2->valid_until == NK_DATE_NONE && u2->delete_on == NK_DATE_NONE);
	assert_true(u2->n_memberships == 2 && u2->memberships[1].is_group && u2->memberships[1].number == 1);
	g = nk_people_group(w.people, u2->memberships[1].where);
	assert_true(g != NULL && nk_str_eq(g->title, NK_STR("1年1組")) && g->school_year == 2026 &&
		nk_uuid_eq(g->source, w.k.source));
	assert_true(nk_uuid_eq(g->unit, u2->memberships[0].where));
	assert_true(!nk_uuid_is_nil(nk_people_unit(w.people, g->unit)->parent));
	assert_true((who(&w, KIT_U3)->flags & NK_PERSON_HIDDEN) != 0 && (u2->flags & NK_PERSON_HIDDEN) == 0);
}

static void the_same_file_twice_changes_nothing(void **state)
{
	NK_OWNED(kit_world_done) struct kit_import w = { 0 };
	struct kit_pack p = kit_pack();
	struct nk_changes c;

	(void)state;
	kit_world_new(&w);
	import_pack(&w, &p, "2026-04-01");
	c = would(&w, &p, "2026-04-02");
	kit_pack_done(&p);
	assert_true(c.n == 0 && c.counts[NK_CHANGE_NONE] == 3 && c.had == 3);
	assert_true(
		c.units_new + c.units_changed + c.units_ended + c.groups_new + c.groups_changed + c.groups_ended ==
		0);
}

static void a_leaver_gets_an_end_and_a_day_of_deletion_and_comes_back_as_himself(void **state)
{
	NK_OWNED(kit_world_done) struct kit_import w = { 0 };
	struct kit_pack all = kit_pack();
	struct kit_pack less = kit_pack();
	struct nk_uuid id;
	struct nk_changes c;

	(void)state;
	kit_world_new(&w);
	import_pack(&w, &all, "2026-04-01");
	id = who(&w, KIT_U3)->id;
	kit_pack_edit(&less, "users.csv", strstr(less.text[kit_pack_at(&less, "users.csv")], KIT_U3), "");
	kit_pack_edit(&less, "roles.csv",
		strstr(less.text[kit_pack_at(&less, "roles.csv")], "70000000-0000-4000-8000-000000000003"), "");
	kit_pack_edit(&less, "enrollments.csv",
		strstr(less.text[kit_pack_at(&less, "enrollments.csv")], "80000000-0000-4000-8000-000000000003"), "");
	import_pack(&w, &less, "2026-06-10");
	assert_true(
		who(&w, KIT_U3)->state == NK_PERSON_LEAVING && who(&w, KIT_U3)->valid_until == kit_day("2026-06-10"));
	assert_true(who(&w, KIT_U3)->delete_on == kit_day("2026-06-10") + KIT_GRACE);
	c = would(&w, &less, "2026-06-11");
	assert_true(c.n == 0 && c.had == 2);
	import_pack(&w, &all, "2026-09-01");
	assert_true(nk_uuid_eq(who(&w, KIT_U3)->id, id) && who(&w, KIT_U3)->state == NK_PERSON_ACTIVE);
	assert_true(who(&w, KIT_U3)->valid_until == NK_DATE_NONE && who(&w, KIT_U3)->delete_on == NK_DATE_NONE);
	c = would(&w, &all, "2026-09-01");
	assert_true(c.n == 0);
	kit_pack_done(&all);
	kit_pack_done(&less);
}

static void a_changed_name_is_a_change_and_spelling_in_another_form_is_none(void **state)
{
	NK_OWNED(kit_world_done) struct kit_import w = { 0 };
	struct kit_pack p = kit_pack();
	struct nk_changes c;

	(void)state;
	kit_world_new(&w);
	kit_pack_edit(&p, "users.csv", "ゲンキ,オオタ", "ゲンキ,\xe3\x82\xac\xe3\x82\xac"); /* ガガ, composed */
	import_pack(&w, &p, "2026-04-01");
	kit_pack_edit(&p, "users.csv", "ゲンキ,\xe3\x82\xac\xe3\x82\xac",
		"ゲンキ,\xe3\x82\xab\xe3\x82\x99\xe3\x82\xac"); /* カ + combining mark */
	c = would(&w, &p, "2026-04-02");
	assert_true(c.n == 0);
	kit_pack_edit(&p, "users.csv", "太田", "中村");
	c = would(&w, &p, "2026-04-02");
	assert_true(c.n == 1 && c.counts[NK_CHANGE_CHANGE] == 1 && c.renamed == 1 && c.moved == 0 && c.classes == 0);
	import_pack(&w, &p, "2026-04-02");
	assert_true(nk_str_eq(who(&w, KIT_U2)->field[NK_FIELD_FAMILY], NK_STR("中村")));
	assert_true(nk_str_eq(who(&w, KIT_U2)->field[NK_FIELD_SOURCE], NK_STR("kit")));
	kit_pack_done(&p);
}

static void logins_can_be_swapped_in_one_import(void **state)
{
	NK_OWNED(kit_world_done) struct kit_import w = { 0 };
	struct kit_pack p = kit_pack();

	(void)state;
	kit_world_new(&w);
	import_pack(&w, &p, "2026-04-01");
	kit_pack_edit(&p, "users.csv", "true,p0001", "true,p0002");
	kit_pack_edit(&p, "users.csv", KIT_U3 ",,,true,p0002", KIT_U3 ",,,true,p0001");
	import_pack(&w, &p, "2026-04-02");
	assert_true(nk_str_eq(who(&w, KIT_U2)->field[NK_FIELD_LOGIN], NK_STR("p0002")));
	assert_true(nk_str_eq(who(&w, KIT_U3)->field[NK_FIELD_LOGIN], NK_STR("p0001")));
	kit_pack_done(&p);
}

static void a_new_key_with_the_old_master_identifier_is_the_same_person(void **state)
{
	NK_OWNED(kit_world_done) struct kit_import w = { 0 };
	struct kit_pack p = kit_pack();
	static const char *const files[] = { "users.csv", "roles.csv", "enrollments.csv" };
	struct nk_uuid id;
	struct nk_changes c;

	(void)state;
	kit_world_new(&w);
	import_pack(&w, &p, "2026-04-01");
	id = who(&w, KIT_U3)->id;
	for (size_t i = 0; i < NK_ARRAY_LEN(files); i++) {
		kit_pack_edit(&p, files[i], KIT_U3, "50000000-0000-4000-8000-0000000000ff");
	}
	c = would(&w, &p, "2026-04-02");
	assert_true(c.n == 1 && c.by_master == 1 && c.counts[NK_CHANGE_CHANGE] == 1);
	import_pack(&w, &p, "2026-04-02");
	assert_true(nk_uuid_eq(who(&w, "50000000-0000-4000-8000-0000000000ff")->id, id) &&
		nk_people_count(w.people) == 3);
	kit_pack_done(&p);
}

static void a_joiner_with_a_leavers_name_is_counted_for_the_guard(void **state)
{
	NK_OWNED(kit_world_done) struct kit_import w = { 0 };
	struct kit_pack p = kit_pack();
	static const char *const files[] = { "users.csv", "roles.csv", "enrollments.csv" };
	struct nk_changes c;

	(void)state;
	kit_world_new(&w);
	import_pack(&w, &p, "2026-04-01");
	for (size_t i = 0; i < NK_ARRAY_LEN(files); i++) {
		kit_pack_edit(&p, files[i], KIT_U3, "50000000-0000-4000-8000-0000000000ff");
	}
	kit_pack_edit(
		&p, "users.csv", "60000000-0000-4000-8000-000000000003", "60000000-0000-4000-8000-0000000000ff");
	c = would(&w, &p, "2026-04-02");
	assert_true(c.counts[NK_CHANGE_JOIN] == 1 && c.counts[NK_CHANGE_LEAVE] == 1 && c.by_name == 1 &&
		c.by_master == 0);
	kit_pack_done(&p);
}

static void two_rows_for_one_person_are_a_conflict(void **state)
{
	NK_OWNED(kit_world_done) struct kit_import w = { 0 };
	struct kit_pack p = kit_pack();
	struct kit_read r;
	struct nk_changes *c = NULL;
	struct nk_err err = { 0 };

	(void)state;
	kit_world_new(&w);
	import_pack(&w, &p, "2026-04-01");
	/* U2 keeps its key but has another master identifier; a new key comes with U2's old one. */
	kit_pack_edit(
		&p, "users.csv", "60000000-0000-4000-8000-000000000002", "60000000-0000-4000-8000-0000000000aa");
	kit_pack_edit(
		&p, "users.csv", "60000000-0000-4000-8000-000000000003", "60000000-0000-4000-8000-000000000002");
	kit_pack_edit(&p, "users.csv", KIT_U3, "50000000-0000-4000-8000-0000000000ff");
	kit_pack_edit(&p, "roles.csv", KIT_U3, "50000000-0000-4000-8000-0000000000ff");
	kit_pack_edit(&p, "enrollments.csv", KIT_U3, "50000000-0000-4000-8000-0000000000ff");
	r = kit_read_pack(&p, (struct kit_read_options){ .strict = false });
	kit_ok(r.rc, &r.err);
	kit_fails(nk_changes_make(
			  r.roster, w.people, NK_STR("kit"), w.k.source, kit_day("2026-04-02"), w.arena, &c, &err),
		NK_CONFLICT);
	assert_non_null(strstr(err.text[NK_LANG_EN], "lines 3 and 4"));
	kit_read_done(&r);
	kit_pack_done(&p);
}

static void persons_of_another_source_are_never_touched(void **state)
{
	NK_OWNED(kit_world_done) struct kit_import w = { 0 };
	struct kit_pack p = kit_pack();
	struct nk_person other = kit_person("other.one", "別所", "一", "ベッショ", "ハジメ");
	struct nk_changes *c = NULL;
	struct kit_read r;
	struct nk_err err = { 0 };

	(void)state;
	kit_world_new(&w);
	other.field[NK_FIELD_SOURCE] = NK_STR("other");
	other.field[NK_FIELD_MASTER_ID] = NK_STR("60000000-0000-4000-8000-000000000002");
	kit_people_add(&w.k, w.people, &other, 1);
	r = kit_read_pack(&p, (struct kit_read_options){ .strict = false });
	kit_ok(r.rc, &r.err);
	kit_fails(nk_changes_make(
			  r.roster, w.people, NK_STR("kit"), w.k.source, kit_day("2026-04-01"), w.arena, &c, &err),
		NK_CONFLICT);
	kit_read_done(&r);
	kit_pack_edit(&p, "users.csv", "60000000-0000-4000-8000-000000000002", "");
	import_pack(&w, &p, "2026-04-01");
	assert_true(nk_people_by_number(w.people, 1)->state == NK_PERSON_ACTIVE);
	assert_true(would(&w, &p, "2026-04-01").counts[NK_CHANGE_LEAVE] == 0);
	kit_pack_done(&p);
}

static void the_file_suspends_and_revives_but_not_whom_an_operator_suspended(void **state)
{
	NK_OWNED(kit_world_done) struct kit_import w = { 0 };
	struct kit_pack on = kit_pack();
	struct kit_pack off = kit_pack();
	struct nk_person p;
	struct nk_tx *tx = NULL;
	struct nk_err err = { 0 };

	(void)state;
	kit_world_new(&w);
	kit_pack_edit(&off, "users.csv", KIT_U2 ",,,true", KIT_U2 ",,,false");
	import_pack(&w, &on, "2026-04-01");
	import_pack(&w, &off, "2026-04-02");
	assert_true(who(&w, KIT_U2)->state == NK_PERSON_SUSPENDED);
	assert_true(would(&w, &off, "2026-04-02").n == 0);
	import_pack(&w, &on, "2026-04-03");
	assert_true(who(&w, KIT_U2)->state == NK_PERSON_ACTIVE);
	p = *who(&w, KIT_U3);
	p.state = NK_PERSON_SUSPENDED;
	tx = kit_begin(&w.k);
	kit_ok(nk_people_update(w.people, tx, &p, &err), &err);
	kit_commit(&tx);
	import_pack(&w, &on, "2026-04-04");
	assert_true(who(&w, KIT_U3)->state == NK_PERSON_SUSPENDED);
	kit_pack_done(&on);
	kit_pack_done(&off);
}

static void a_login_that_is_taken_is_refused_and_nothing_is_written(void **state)
{
	NK_OWNED(kit_world_done) struct kit_import w = { 0 };
	struct kit_pack p = kit_pack();
	struct nk_person other = kit_person("p0001", "別所", "一", "ベッショ", "ハジメ");
	struct kit_read r;
	struct nk_err err = { 0 };
	uint32_t numbers[8] = { 0 };

	(void)state;
	kit_world_new(&w);
	other.field[NK_FIELD_SOURCE] = NK_STR("other");
	kit_people_add(&w.k, w.people, &other, 1);
	r = kit_read_pack(&p, (struct kit_read_options){ .strict = false });
	kit_ok(r.rc, &r.err);
	kit_fails(
		kit_write_rc(&w, kit_look(&w, r.roster, kit_day("2026-04-01")), kit_day("2026-04-01"), numbers, &err),
		NK_EXISTS);
	assert_null(strstr(err.text[NK_LANG_EN], "p0001"));
	kit_read_done(&r);
	nk_people_free(&w.people);
	w.people = kit_people_open(&w.k);
	assert_true(nk_people_count(w.people) == 1);
	kit_pack_done(&p);
}

static void a_group_that_is_gone_ends_and_a_title_that_changes_is_written(void **state)
{
	NK_OWNED(kit_world_done) struct kit_import w = { 0 };
	struct kit_pack p = kit_pack();
	const struct nk_group *groups = NULL;
	struct nk_changes c;

	(void)state;
	kit_world_new(&w);
	import_pack(&w, &p, "2026-04-01");
	kit_pack_edit(&p, "classes.csv", "1年1組", "1年A組");
	c = would(&w, &p, "2026-05-01");
	assert_true(c.groups_changed == 1 && c.groups_new == 0 && c.groups_ended == 0);
	kit_pack_edit(&p, "classes.csv", KIT_K, "40000000-0000-4000-8000-0000000000ff");
	kit_pack_edit(&p, "users.csv", KIT_K, "40000000-0000-4000-8000-0000000000ff");
	kit_pack_edit(&p, "users.csv", KIT_K, "40000000-0000-4000-8000-0000000000ff");
	for (int i = 0; i < 3; i++) {
		kit_pack_edit(&p, "enrollments.csv", KIT_K, "40000000-0000-4000-8000-0000000000ff");
	}
	c = would(&w, &p, "2026-05-01");
	assert_true(c.groups_new == 1 && c.groups_ended == 1 && c.classes == 3);
	import_pack(&w, &p, "2026-05-01");
	assert_true(nk_people_groups(w.people, &groups) == 2);
	for (size_t i = 0; i < 2; i++) {
		assert_true((groups[i].ended_on == kit_day("2026-05-01")) == nk_str_eq(groups[i].key, NK_STR(KIT_K)));
	}
	kit_pack_done(&p);
}

static void a_source_row_is_kept_and_found_by_name(void **state)
{
	NK_OWNED(kit_world_done) struct kit_import w = { 0 };
	static const uint8_t digest[NK_HASH_LEN] = { 9 };
	struct nk_source s = { .id = kit_uuid(77), .name = NK_STR("board"), .format = NK_STR("oneroster") };
	struct nk_source got;
	struct nk_tx *tx = NULL;
	struct nk_err err = { 0 };

	(void)state;
	kit_world_new(&w);
	kit_fails(nk_source_get(w.k.store, NK_STR("board"), w.arena, &got, &err), NK_NOT_FOUND);
	for (int round = 0; round < 2; round++) {
		tx = kit_begin(&w.k);
		kit_ok(nk_source_put(tx, &s, &err), &err);
		kit_commit(&tx);
		kit_ok(nk_source_get(w.k.store, NK_STR("board"), w.arena, &got, &err), &err);
		assert_true(nk_uuid_eq(got.id, s.id) && nk_str_eq(got.format, s.format) &&
			got.last_import == s.last_import);
		assert_true(nk_bytes_eq(got.last_digest, s.last_digest) && nk_bytes_eq(got.last_shape, s.last_shape));
		s.last_digest = nk_bytes_of(digest, sizeof(digest));
		s.last_import = 1234567;
		s.last_shape = nk_str_bytes(NK_STR("{}"));
	}
	s.last_digest.len = 3;
	tx = kit_begin(&w.k);
	kit_fails(nk_source_put(tx, &s, &err), NK_CORRUPT);
	nk_tx_end(&tx);
}

/* ---- the three moments of ../shared, against changes.csv ---- */

struct expected {
	const char *what;
	enum nk_change_kind kind;
	bool moved, renamed;
};

static const struct expected words[] = {
	{ "teacher left in mid-year", NK_CHANGE_LEAVE, false, false },
	{ "moved out of town", NK_CHANGE_LEAVE, false, false },
	{ "graduated from junior high school", NK_CHANGE_LEAVE, false, false },
	{ "graduated, goes to a school elsewhere", NK_CHANGE_LEAVE, false, false },
	{ "retired or moved to another board", NK_CHANGE_LEAVE, false, false },
	{ "left (role had ended)", NK_CHANGE_LEAVE, false, false },
	{ "substitute teacher joined", NK_CHANGE_JOIN, false, false },
	{ "moved into town", NK_CHANGE_JOIN, false, false },
	{ "new first grade", NK_CHANGE_JOIN, false, false },
	{ "new teacher", NK_CHANGE_JOIN, false, false },
	{ "enters from an elementary school elsewhere", NK_CHANGE_JOIN, false, false },
	{ "moved back into town", NK_CHANGE_RETURN, false, false },
	{ "role ends (still listed, endDate 10-31)", NK_CHANGE_CHANGE, false, false },
	{ "graduated, enters the junior high school of the town", NK_CHANGE_CHANGE, true, false },
	{ "moved between schools", NK_CHANGE_CHANGE, true, false },
	{ "transferred between schools", NK_CHANGE_CHANGE, true, false },
	{ "changed surname", NK_CHANGE_CHANGE, false, true },
};

static const struct expected *word_of(struct nk_str what)
{
	for (size_t i = 0; i < NK_ARRAY_LEN(words); i++) {
		if (nk_str_eq(nk_str_c(words[i].what), what)) {
			return &words[i];
		}
	}
	fail_msg("changes.csv has a word that this test does not know: %.*s", NK_FMT(what));
	return NULL;
}

/* The change of a person by source key; `keys` gives those of leavers. */
static const struct nk_person_change *change_of(const struct kit_import *w, struct nk_str key)
{
	const struct nk_person *p = nk_people_by_source(w->people, NK_STR("kit"), key);

	for (size_t i = 0; i < w->changes->n; i++) {
		const struct nk_person_change *c = &w->changes->list[i];

		if (c->now != NULL ? nk_str_eq(c->now->field[NK_FIELD_SOURCE_KEY], key)
				   : p != NULL && p->number == c->number) {
			return c;
		}
	}
	return NULL;
}

struct totals {
	size_t kinds[NK_CHANGE_KIND_COUNT];
	size_t moved, renamed;
};

static void check_row(const struct kit_import *w, const struct nk_csv_row *row, struct totals *t)
{
	const struct expected *e = word_of(nk_bytes_str(row->fields[1]));
	const struct nk_person_change *c = change_of(w, nk_bytes_str(row->fields[2]));

	if (c == NULL || c->kind != e->kind || (e->moved && !c->moved) || (e->renamed && !c->renamed)) {
		fail_msg("line %d of changes.csv is not what was found", (int)row->line);
	}
	t->kinds[e->kind]++;
	t->moved += e->moved ? 1 : 0;
	t->renamed += e->renamed ? 1 : 0;
}

/* Before writing: every row of changes.csv for that moment is found, and nothing else joins, leaves, moves or is
 * renamed. */
static void compare(const struct kit_import *w, const char *when)
{
	NK_OWNED(nk_csv_free) struct nk_csv *csv = NULL;
	NK_OWNED(nk_buf_done) struct nk_buf text = { 0 };
	struct totals t = { { 0 }, 0, 0 };
	struct nk_csv_row row = { 0 };
	struct nk_err err = { 0 };
	char path[512];
	bool have = true;

	nk_buf_init(&text, 1 << 20);
	assert_true(kit_shared("japan/changes.csv", path));
	kit_ok(nk_env_read_all(nk_os_env(), path, 1 << 20, &text, &err), &err);
	kit_ok(nk_csv_new(',', NULL, &csv, &err), &err);
	kit_ok(nk_csv_feed(csv, nk_buf_bytes(&text), true, &err), &err);
	while (have) {
		kit_ok(nk_csv_next(csv, &row, &have, &err), &err);
		if (have && nk_str_eq(nk_bytes_str(row.fields[0]), nk_str_c(when))) {
			check_row(w, &row, &t);
		}
	}
	assert_true(w->changes->counts[NK_CHANGE_JOIN] == t.kinds[NK_CHANGE_JOIN] &&
		w->changes->counts[NK_CHANGE_LEAVE] == t.kinds[NK_CHANGE_LEAVE]);
	assert_true(w->changes->counts[NK_CHANGE_RETURN] == t.kinds[NK_CHANGE_RETURN] &&
		w->changes->renamed == t.renamed);
	/* Whoever returns after half a year is in another class, perhaps of another school. */
	assert_true(w->changes->moved >= t.moved && w->changes->moved <= t.moved + t.kinds[NK_CHANGE_RETURN]);
	assert_true(w->changes->by_master == 0);
}

static void three_moments_give_exactly_the_changes_that_were_made(void **state)
{
	static const struct {
		const char *file, *today, *when;
	} moments[] = { { "japan/2025-04_k12-1.0.zip", "2025-04-01", NULL },
		{ "japan/2025-11_k12-1.0.zip", "2025-11-04", "2025-11" },
		{ "japan/2026-04_k12-1.0.zip", "2026-04-03", "2026-04" } };
	NK_OWNED(kit_world_done) struct kit_import w = { 0 };
	char path[512];

	(void)state;
	kit_world_new(&w);
	for (size_t i = 0; i < NK_ARRAY_LEN(moments); i++) {
		struct kit_read r;

		if (!kit_shared(moments[i].file, path)) {
			kit_skip(__func__);
			return;
		}
		r = kit_read_path(path, (struct kit_read_options){ .strict = true });
		kit_ok(r.rc, &r.err);
		kit_look(&w, r.roster, kit_day(moments[i].today));
		if (moments[i].when != NULL) {
			compare(&w, moments[i].when);
		} else {
			assert_true(w.changes->counts[NK_CHANGE_JOIN] == 971 && w.changes->n == 971);
		}
		kit_write_down(&w, w.changes, kit_day(moments[i].today));
		kit_look(&w, r.roster, kit_day(moments[i].today));
		assert_true(w.changes->n == 0 && w.changes->counts[NK_CHANGE_NONE] == r.roster->n_persons);
		kit_read_done(&r);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(joiners_get_dates_memberships_units_and_groups),
		cmocka_unit_test(the_same_file_twice_changes_nothing),
		cmocka_unit_test(a_leaver_gets_an_end_and_a_day_of_deletion_and_comes_back_as_himself),
		cmocka_unit_test(a_changed_name_is_a_change_and_spelling_in_another_form_is_none),
		cmocka_unit_test(logins_can_be_swapped_in_one_import),
		cmocka_unit_test(a_new_key_with_the_old_master_identifier_is_the_same_person),
		cmocka_unit_test(a_joiner_with_a_leavers_name_is_counted_for_the_guard),
		cmocka_unit_test(two_rows_for_one_person_are_a_conflict),
		cmocka_unit_test(persons_of_another_source_are_never_touched),
		cmocka_unit_test(the_file_suspends_and_revives_but_not_whom_an_operator_suspended),
		cmocka_unit_test(a_login_that_is_taken_is_refused_and_nothing_is_written),
		cmocka_unit_test(a_group_that_is_gone_ends_and_a_title_that_changes_is_written),
		cmocka_unit_test(a_source_row_is_kept_and_found_by_name),
		cmocka_unit_test(three_moments_give_exactly_the_changes_that_were_made),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
