/*
 * oneroster_test.c: OneRoster packages, good and dirty: what is read, and that each error names file and line.
 * Persons made up.
 */
#include "base.h"

#include <cmocka.h>

#include "kit_roster.h"

static const struct kit_read_options school = { .strict = false };
static const struct kit_read_options strict = { .strict = true };

/* ---- small packages made here ---- */

static void a_small_package_becomes_units_groups_and_persons(void **state)
{
	struct kit_pack p = kit_pack();
	NK_OWNED(kit_read_done) struct kit_read r = kit_read_pack(&p, strict);
	const struct nk_roster_person *teacher = NULL;
	const struct nk_roster_person *pupil = NULL;

	(void)state;
	kit_pack_done(&p);
	kit_ok(r.rc, &r.err);
	assert_true(nk_str_eq(r.roster->generation, NK_STR("jp-c")) && r.roster->school_year == 2026);
	assert_true(r.roster->n_units == 2 && r.roster->n_groups == 1 && r.roster->n_persons == 3);
	teacher = &r.roster->persons[0];
	pupil = &r.roster->persons[1];
	assert_true(nk_str_eq(teacher->field[NK_FIELD_FAMILY], NK_STR("髙橋")) &&
		teacher->field[NK_FIELD_HOME_CLASS].len == 0);
	assert_true(nk_str_eq(pupil->field[NK_FIELD_SOURCE_KEY], NK_STR(KIT_U2)) &&
		nk_str_eq(pupil->field[NK_FIELD_LOGIN], NK_STR("p0001")));
	assert_true(nk_str_eq(pupil->field[NK_FIELD_STUDENT_NUMBER], NK_STR("0101")) &&
		nk_str_eq(pupil->field[NK_FIELD_GRADE], NK_STR("P1")));
	assert_true(nk_str_eq(pupil->field[NK_FIELD_HOME_CLASS], NK_STR("1年1組")) &&
		nk_str_eq(pupil->field[NK_FIELD_GIVEN_KANA], NK_STR("ゲンキ")));
	assert_true(nk_str_eq(pupil->field[NK_FIELD_FAMILY_ROMAJI], NK_STR("ota")) &&
		nk_str_eq(pupil->field[NK_FIELD_GIVEN_ROMAJI], NK_STR("genki")));
	assert_true(
		pupil->enabled && pupil->valid_from == NK_DATE_NONE && pupil->line == 3 && pupil->n_memberships == 2);
	assert_true(!pupil->memberships[0].is_group && pupil->memberships[0].primary &&
		pupil->memberships[0].role == NK_ROLE_STUDENT);
	assert_true(nk_str_eq(r.roster->units[pupil->memberships[0].where].key, NK_STR(KIT_S)));
	assert_true(pupil->memberships[1].is_group && pupil->memberships[1].primary &&
		pupil->memberships[1].number == 1 && !pupil->memberships[1].hidden);
	assert_true(r.roster->persons[2].memberships[1].hidden);
}

/* One change of the small package, and the error that it must give in both strictnesses. */
struct fault {
	const char *file, *from, *to;
	const char *rule, *in;
	uint64_t line;
	const char *column;
};

static void expect_fault(const struct fault *f, struct kit_read_options o)
{
	struct kit_pack p = kit_pack();
	struct kit_read r;

	kit_pack_edit(&p, f->file, f->from, f->to);
	r = kit_read_pack(&p, o);
	kit_refused(&r, f->rule, f->in, f->line, f->column);
	assert_null(r.roster);
	kit_read_done(&r);
	kit_pack_done(&p);
}

static void errors_that_no_strictness_forgives(void **state)
{
	static const struct fault faults[] = {
		{ "users.csv", KIT_U3, KIT_U2, "OR-DUP-1", "users.csv", 4, "sourcedId" },
		{ "users.csv", KIT_U3, KIT_U2, "OR-DUP-1", "users.csv", 3, "sourcedId" },
		{ "users.csv", "p0002,,", "P0001,,", "OR-DUP-2", "users.csv", 4, "username" },
		{ "users.csv", "60000000-0000-4000-8000-000000000003", "60000000-0000-4000-8000-000000000002",
			"OR-DUP-3", "users.csv", 4, "userMasterIdentifier" },
		{ "orgs.csv", "482135", "B148210000017", "OR-DUP-4", "orgs.csv", 3, "identifier" },
		{ "classes.csv", KIT_S, "10000000-0000-4000-8000-00000000000f", "OR-REF-1", "classes.csv", 2,
			"schoolSourcedId" },
		{ "classes.csv", KIT_S, "", "OR-REQ-1", "classes.csv", 2, "schoolSourcedId" },
		{ "classes.csv", KIT_S, KIT_D, "OR-REF-2", "classes.csv", 2, "schoolSourcedId" },
		{ "users.csv", "オオタ,," KIT_K, "オオタ,,1-A", "OR-REF-1", "users.csv", 3, "metadata.jp.homeClass" },
		{ "roles.csv", KIT_U3, "50000000-0000-4000-8000-00000000000f", "OR-REF-1", "roles.csv", 4,
			"userSourcedId" },
		{ "enrollments.csv", "," KIT_S "," KIT_U2, "," KIT_D "," KIT_U2, "OR-REF-3", "enrollments.csv", 3,
			"schoolSourcedId" },
		{ "orgs.csv", "482135,", "482135," KIT_S, "OR-REF-4", "orgs.csv", 3, "parentSourcedId" },
		{ "users.csv", "太田", "", "OR-REQ-1", "users.csv", 3, "familyName" },
		{ "users.csv", "太田", "NULL", "OR-REQ-1", "users.csv", 3, "familyName" },
		{ "users.csv", KIT_U2 ",,,true", KIT_U2 ",,,maybe", "OR-VAL-5", "users.csv", 3, "enabledUser" },
		{ "users.csv", "0101", "1.23E+05", "OR-VAL-1", "users.csv", 3, "identifier" },
		{ "users.csv", KIT_U2 ",,,", KIT_U2 ",active,,", "OR-BULK-1", "users.csv", 3, "status" },
		{ "roles.csv", "student,,," KIT_S, "student,1/05/2026,," KIT_S, "OR-VAL-3", "roles.csv", 3,
			"beginDate" },
		{ "roles.csv", "student,,," KIT_S, "student,2026-05-02,2026-05-01," KIT_S, "OR-VAL-7", "roles.csv", 3,
			"endDate" },
		{ "roles.csv", "student,,," KIT_S, "chairman,,," KIT_S, "OR-VAL-2", "roles.csv", 3, "role" },
		{ "enrollments.csv", ",,1,true", ",,one,true", "OR-JP-5", "enrollments.csv", 3,
			"metadata.jp.shussekiNo" },
		{ "users.csv", "preferredGivenName", "prefferedGivenName", "OR-HDR-3", "users.csv", 1,
			"preferredGivenName" },
		{ "users.csv", "metadata.jp.homeClass,", "", "OR-HDR-1", "users.csv", 1, "metadata.jp.homeClass" },
		{ "users.csv", "givenName,familyName", "familyName,givenName", "OR-HDR-2", "users.csv", 1,
			"givenName" },
		{ "users.csv", "metadata.jp.kanaPreferredMiddleName\n", "metadata.jp.kanaPreferredMiddleName,\n",
			"OR-HDR-4", "users.csv", 1, "" },
		{ "users.csv", "p0001@example.jp", "p0001@example.jp,extra", "CSV-10", "users.csv", 3, "" },
		{ "users.csv", "太田", "\"太田", "CSV-1", "users.csv", 3, NULL },
		{ "manifest.csv", "1.2_JP", "1.0", "OR-MAN-2", "manifest.csv", 3, "value" },
		{ "manifest.csv", "file.users,bulk", "file.users,", "OR-MAN-3", "manifest.csv", 0, "value" },
		{ "manifest.csv", "file.demographics,absent", "file.demographics,bulk", "OR-MAN-4",
			"demographics.csv", 0, NULL },
		{ "manifest.csv", "file.users,bulk", "file.users,absent", "OR-MAN-5", "users.csv", 0, NULL },
		{ "manifest.csv", "file.users,bulk", "file.users,bulk\nfile.users,bulk", "OR-MAN-6", "manifest.csv",
			0, NULL },
		{ "manifest.csv", "file.users,bulk", "file.users,delta", "OR-MAN-7", "manifest.csv", 0, "value" },
	};

	(void)state;
	for (size_t i = 0; i < NK_ARRAY_LEN(faults); i++) {
		expect_fault(&faults[i], school);
		expect_fault(&faults[i], strict);
	}
}

/* What is an error for a certificate and a warning for a school. */
static void harmless_deviations_are_warnings_in_a_school(void **state)
{
	static const struct fault faults[] = {
		{ "users.csv", "ゲンキ,オオタ", "ｹﾞﾝｷ,オオタ", "OR-JP-3", "users.csv", 3,
			"metadata.jp.kanaGivenName" },
		{ "users.csv", KIT_U2 ",,,true", KIT_U2 ",,,TRUE", "OR-VAL-6", "users.csv", 3, "enabledUser" },
		{ "users.csv", "P1,,60000000-0000-4000-8000-000000000002", "01,,60000000-0000-4000-8000-000000000002",
			"OR-JP-2", "users.csv", 3, "grades" },
		{ "users.csv", ",ゲンキ,オオタ", ",,オオタ", "OR-REQ-2", "users.csv", 3,
			"metadata.jp.kanaGivenName" },
		{ "academicSessions.csv", "2026-04-01", "2026/4/1", "OR-VAL-4", "academicSessions.csv", 2,
			"startDate" },
		{ "academicSessions.csv", "2026年度", "二〇二六年度", "OR-JP-2", "academicSessions.csv", 2, "title" },
		{ "academicSessions.csv", KIT_Y, "Y-1", "OR-JP-1", "academicSessions.csv", 2, "sourcedId" },
		{ "enrollments.csv", KIT_U2 ",student,false", KIT_U2 ",student,true", "OR-JP-8", "enrollments.csv", 3,
			"primary" },
		{ "orgs.csv", "B148210000017", "Z99", "OR-JP-2", "orgs.csv", 2, "identifier" },
		{ "roles.csv", KIT_U2 ",primary", KIT_U2 ",secondary", "OR-JP-9", "users.csv", 3, "sourcedId" },
		{ "users.csv", "metadata.jp.kanaPreferredMiddleName\n", "metadata.jp.kanaPreferredMiddleName,x\n",
			"OR-HDR-6", "users.csv", 1, NULL },
	};

	(void)state;
	for (size_t i = 0; i + 1 < NK_ARRAY_LEN(faults); i++) {
		struct kit_pack p = kit_pack();
		struct kit_read r;
		const struct nk_finding *f = NULL;

		kit_pack_edit(&p, faults[i].file, faults[i].from, faults[i].to);
		r = kit_read_pack(&p, school);
		f = kit_finding(&r, faults[i].rule, faults[i].in, faults[i].line, faults[i].column);
		if (f == NULL || f->severity != NK_FINDING_WARNING) {
			kit_show(&r);
			fail_msg("row %zu: no warning %s", i, faults[i].rule);
		}
		if (strstr(faults[i].from, KIT_Y) == NULL) {
			kit_ok(r.rc, &r.err);
		}
		kit_read_done(&r);
		kit_pack_done(&p);
		expect_fault(&faults[i], strict);
	}
}

static void a_blank_master_identifier_is_a_warning_and_stays_blank(void **state)
{
	struct kit_pack p = kit_pack();
	struct kit_read r;

	(void)state;
	kit_pack_edit(&p, "users.csv", "60000000-0000-4000-8000-000000000002", "");
	r = kit_read_pack(&p, strict);
	kit_ok(r.rc, &r.err);
	assert_non_null(kit_finding(&r, "OR-JP-4", "users.csv", 3, "userMasterIdentifier"));
	assert_true(r.roster->persons[1].field[NK_FIELD_MASTER_ID].len == 0);
	kit_read_done(&r);
	kit_pack_done(&p);
}

static void names_are_kept_as_stored_and_odd_characters_are_told(void **state)
{
	struct kit_pack p = kit_pack();
	struct kit_read r;

	(void)state;
	kit_pack_edit(&p, "users.csv", "太田", "\xee\x80\x80田 "); /* U+E000 and a blank at the end */
	kit_pack_edit(&p, "users.csv", "小春", "小\xe2\x80\x8d春"); /* U+200D */
	r = kit_read_pack(&p, school);
	kit_ok(r.rc, &r.err);
	assert_non_null(kit_finding(&r, "TEXT-1", "users.csv", 3, "familyName"));
	assert_non_null(kit_finding(&r, "TEXT-3", "users.csv", 3, "familyName"));
	assert_non_null(kit_finding(&r, "TEXT-2", "users.csv", 4, "givenName"));
	assert_true(nk_str_eq(r.roster->persons[1].field[NK_FIELD_FAMILY], NK_STR("\xee\x80\x80田 ")));
	kit_read_done(&r);
	kit_pack_done(&p);
}

static void a_role_with_an_end_gives_the_first_day_without_it(void **state)
{
	struct kit_pack p = kit_pack();
	struct kit_read r;
	nk_date day = 0;

	(void)state;
	kit_pack_edit(&p, "roles.csv", "teacher,,,", "teacher,2026-04-01,2026-10-31,");
	r = kit_read_pack(&p, strict);
	kit_ok(r.rc, &r.err);
	assert_true(nk_date_parse(NK_STR("2026-11-01"), &day) && r.roster->persons[0].valid_until == day);
	assert_true(nk_date_parse(NK_STR("2026-04-01"), &day) && r.roster->persons[0].valid_from == day);
	kit_read_done(&r);
	kit_pack_done(&p);
}

static void extra_metadata_columns_are_accepted_and_told(void **state)
{
	struct kit_pack p = kit_pack();
	struct kit_read r;

	(void)state;
	kit_pack_edit(&p, "orgs.csv", "parentSourcedId\n", "parentSourcedId,metadata.x,metadata.y\n");
	kit_pack_edit(&p, "orgs.csv", KIT_D "\n", KIT_D ",1,2\n");
	kit_pack_edit(&p, "orgs.csv", "482135,\n", "482135,,1,2\n");
	r = kit_read_pack(&p, strict);
	kit_ok(r.rc, &r.err);
	assert_non_null(kit_finding(&r, "OR-HDR-7", "orgs.csv", 1, NULL));
	kit_read_done(&r);
	kit_pack_done(&p);
}

static void cp932_and_a_byte_order_mark_inside_the_zip_are_read(void **state)
{
	/* 試験市 in CP932 is 8E8E 8CB1 8E73 */
	static const char orgs[] = "sourcedId,status,dateLastModified,name,type,identifier,parentSourcedId\n" KIT_S
				   ",,,\x93\x8c\x8f\xac\x8a\x77\x8d\x5a,school,B148210000017," KIT_D "\n" KIT_D
				   ",,,\x8e\x8e\x8c\xb1\x8e\x73,district,482135,\n";
	struct kit_pack p = kit_pack();
	struct kit_read r;

	(void)state;
	kit_pack_set(&p, "orgs.csv", orgs);
	kit_pack_edit(&p, "users.csv", "sourcedId", "\xef\xbb\xbfsourcedId");
	r = kit_read_pack(&p, strict);
	kit_ok(r.rc, &r.err);
	assert_true(nk_str_eq(r.roster->units[0].name, NK_STR("東小学校")) &&
		nk_str_eq(r.roster->units[1].name, NK_STR("試験市")));
	assert_true(r.roster->n_persons == 3);
	kit_read_done(&r);
	kit_pack_done(&p);
}

static void a_missing_manifest_and_an_unknown_file_are_refused_by_name(void **state)
{
	struct kit_pack p = kit_pack();
	struct kit_read r;
	struct kit_zip z;

	(void)state;
	kit_pack_zip(&p, &z);
	kit_zip_add(&z, "Demographics.csv", nk_bytes_of("a\n", 2));
	r = kit_read_bytes(kit_zip_end(&z), school);
	kit_refused(&r, "OR-MAN-9", "Demographics.csv", 0, "demographics.csv");
	kit_read_done(&r);
	kit_zip_done(&z);
	kit_pack_set(&p, "manifest.csv", NULL);
	r = kit_read_pack(&p, school);
	kit_refused(&r, "OR-MAN-1", "manifest.csv", 0, NULL);
	assert_true(r.n == 1);
	kit_read_done(&r);
	kit_pack_done(&p);
}

static void the_same_error_many_times_is_folded_and_counted(void **state)
{
	struct kit_pack p = kit_pack();
	struct kit_read r;
	uint64_t times = 0;
	size_t n = 0;

	(void)state;
	for (int i = 0; i < 100; i++) {
		char row[256];

		(void)snprintf(row, sizeof(row),
			"70000000-0000-4000-8000-0000000001%02d,,,nobody,primary,student,,,%s,", i, KIT_S);
		kit_pack_append(&p, "roles.csv", row);
	}
	r = kit_read_pack(&p, school);
	assert_true(r.rc.code == NK_INVALID);
	for (size_t i = 0; i < r.n; i++) {
		if (strcmp(r.findings[i].rule, "OR-REF-1") == 0) {
			n++;
			times += r.findings[i].times;
		}
	}
	assert_true(n == 21 && times == 100);
	kit_read_done(&r);
	kit_pack_done(&p);
}

static void no_finding_and_no_error_holds_a_value(void **state)
{
	struct kit_pack p = kit_pack();
	struct kit_read r;

	(void)state;
	kit_pack_edit(&p, "users.csv", "太田,,0101", "ｵｵﾀﾋﾐﾂ,,1.23E+05");
	kit_pack_edit(&p, "users.csv", "p0002,,", "p0001,,");
	r = kit_read_pack(&p, strict);
	assert_true(r.rc.code == NK_INVALID && r.n > 2);
	for (size_t i = 0; i < r.n; i++) {
		assert_null(strstr(r.findings[i].what, "p0001"));
		assert_true(nk_str_find(r.findings[i].column, NK_STR("ｵｵﾀ")) == SIZE_MAX &&
			nk_str_find(r.findings[i].file, NK_STR("ｵｵﾀ")) == SIZE_MAX);
	}
	assert_null(strstr(r.err.text[0], "p0001"));
	kit_read_done(&r);
	kit_pack_done(&p);
}

/* A file without a header line begins with somebody: the finding must not repeat him. */
static void a_file_without_a_header_does_not_leak_its_first_row(void **state)
{
	struct kit_pack p = kit_pack();
	struct kit_read r;

	(void)state;
	kit_pack_set(&p, "users.csv", "x1,太田ひみつ,元気ひみつ\nx2,櫻井,小春\n");
	r = kit_read_pack(&p, school);
	assert_true(r.rc.code == NK_INVALID);
	for (size_t i = 0; i < r.n; i++) {
		assert_true(nk_str_find(r.findings[i].column, NK_STR("ひみつ")) == SIZE_MAX);
	}
	kit_read_done(&r);
	kit_pack_done(&p);
}

static void an_empty_package_and_too_large_a_file_are_refused(void **state)
{
	struct kit_pack p = kit_pack();
	struct kit_read r;

	(void)state;
	kit_pack_set(&p, "users.csv", NULL);
	kit_pack_edit(&p, "manifest.csv", "file.users,bulk", "file.users,absent");
	r = kit_read_pack(&p, school);
	kit_refused(&r, "OR-EMPTY-2", "users.csv", 0, NULL);
	kit_read_done(&r);
	kit_pack_done(&p);
	p = kit_pack();
	r = kit_read_pack(&p, (struct kit_read_options){ .max_bytes = 100 });
	assert_true(r.rc.code == NK_LIMIT);
	kit_read_done(&r);
	kit_pack_done(&p);
}

/* ---- the data of ../shared ---- */

static bool have_shared(const char *test)
{
	char path[512];
	const bool here = kit_shared("japan/2026-04_k12-1.0.zip", path);

	if (!here) {
		kit_skip(test);
	}
	return here;
}

static struct kit_read shared(const char *name, struct kit_read_options o)
{
	char path[512];

	assert_true(kit_shared(name, path));
	return kit_read_path(path, o);
}

static void all_seven_japanese_packages_are_read_without_an_objection(void **state)
{
	static const struct {
		const char *name, *generation;
		size_t persons, groups;
		int year;
	} files[] = {
		{ "japan/2025-04_eportal-4.00.zip", "jp-b", 971, 165, 2025 },
		{ "japan/2025-04_k12-1.0.zip", "jp-c", 971, 165, 2025 },
		{ "japan/2025-11_k12-1.0.zip", "jp-c", 971, 165, 2025 },
		{ "japan/2026-04_eportal-3.00.zip", "jp-a", 968, 165, 2026 },
		{ "japan/2026-04_eportal-4.00.zip", "jp-b", 968, 165, 2026 },
		{ "japan/2026-04_jp-1.2.1.zip", "jp-b", 968, 165, 2026 },
		{ "japan/2026-04_k12-1.0.zip", "jp-c", 968, 165, 2026 },
	};

	(void)state;
	if (!have_shared(__func__)) {
		return;
	}
	for (size_t i = 0; i < NK_ARRAY_LEN(files); i++) {
		NK_OWNED(kit_read_done) struct kit_read r = shared(files[i].name, strict);

		kit_ok(r.rc, &r.err);
		assert_true(nk_str_eq(r.roster->generation, nk_str_c(files[i].generation)) &&
			r.roster->school_year == files[i].year);
		assert_true(r.roster->n_persons == files[i].persons && r.roster->n_groups == files[i].groups &&
			r.roster->n_units == 4);
		for (size_t k = 0; k < r.n; k++) {
			assert_true(r.findings[k].severity == NK_FINDING_NOTE);
		}
	}
}

static void expect_same_person(const struct nk_roster *a, const struct nk_roster *b, size_t i, bool kana_shown)
{
	const struct nk_roster_person *x = &a->persons[i];
	const struct nk_roster_person *y = &b->persons[i];

	for (int f = 0; f < NK_FIELD_COUNT; f++) {
		if (kana_shown || (f != NK_FIELD_FAMILY_SHOWN_KANA && f != NK_FIELD_GIVEN_SHOWN_KANA)) {
			assert_true(nk_str_eq(x->field[f], y->field[f]));
		}
	}
	assert_true(x->n_memberships == y->n_memberships && x->enabled == y->enabled);
	for (size_t m = 0; m < x->n_memberships; m++) {
		assert_true(x->memberships[m].where == y->memberships[m].where &&
			x->memberships[m].number == y->memberships[m].number);
		assert_true(x->memberships[m].hidden == y->memberships[m].hidden &&
			x->memberships[m].primary == y->memberships[m].primary);
	}
}

static void the_four_profiles_of_one_month_give_the_same_persons(void **state)
{
	static const char *const others[] = { "japan/2026-04_eportal-3.00.zip", "japan/2026-04_eportal-4.00.zip",
		"japan/2026-04_jp-1.2.1.zip" };
	NK_OWNED(kit_read_done) struct kit_read a = { 0 };

	(void)state;
	if (!have_shared(__func__)) {
		return;
	}
	a = shared("japan/2026-04_k12-1.0.zip", strict);
	kit_ok(a.rc, &a.err);
	for (size_t k = 0; k < NK_ARRAY_LEN(others); k++) {
		NK_OWNED(kit_read_done) struct kit_read b = shared(others[k], strict);

		kit_ok(b.rc, &b.err);
		for (size_t i = 0; i < a.roster->n_persons; i++) {
			expect_same_person(a.roster, b.roster, i, k != 0);
		}
	}
}

static void each_dirty_package_is_refused_where_it_should_be(void **state)
{
	static const struct {
		const char *name, *rule, *file;
		uint64_t line;
	} files[] = {
		{ "bulk-with-status", "OR-BULK-1", "users.csv", 2 },
		{ "bulk-with-status", "OR-BULK-1", "enrollments.csv", 2 },
		{ "columns-in-another-order", "OR-HDR-2", "users.csv", 1 },
		{ "dangling-references", "OR-REF-1", "enrollments.csv", 309 },
		{ "dangling-references", "OR-REF-1", "enrollments.csv", 4158 },
		{ "duplicate-ids", "OR-DUP-1", "users.csv", 41 },
		{ "duplicate-ids", "OR-DUP-1", "users.csv", 502 },
		{ "duplicate-ids", "OR-DUP-1", "users.csv", 700 },
		{ "duplicate-ids", "OR-DUP-1", "users.csv", 701 },
		{ "empty-all-absent", "OR-EMPTY-2", "users.csv", 0 },
		{ "empty-headers-only", "OR-EMPTY-1", "users.csv", 1 },
		{ "folder-inside-and-macosx", "ZIP-1", "", 0 },
		{ "missing-manifest", "OR-MAN-1", "manifest.csv", 0 },
		{ "users-cut-in-a-character", "CSV-9", "users.csv", 522 },
	};
	static const char *const broken[] = { "path-traversal", "path-traversal-users", "truncated-half",
		"truncated-tail" };
	char name[128];

	(void)state;
	if (!have_shared(__func__)) {
		return;
	}
	for (size_t i = 0; i < NK_ARRAY_LEN(files); i++) {
		struct kit_read r;

		(void)snprintf(name, sizeof(name), "dirty/zips/%s.zip", files[i].name);
		r = shared(name, school);
		kit_refused(&r, files[i].rule, files[i].file, files[i].line, NULL);
		kit_read_done(&r);
	}
	for (size_t i = 0; i < NK_ARRAY_LEN(broken); i++) {
		struct kit_read r;

		(void)snprintf(name, sizeof(name), "dirty/zips/%s.zip", broken[i]);
		r = shared(name, school);
		assert_true(r.rc.code == NK_INVALID && r.n == 0);
		kit_read_done(&r);
	}
	assert_true(access("/tmp/nokosazu-evil.csv", F_OK) != 0);
}

static void dirty_packages_that_are_sound_go_on_to_the_guard(void **state)
{
	static const struct {
		const char *name;
		size_t persons;
	} files[] = { { "all-ids-changed", 968 }, { "all-ids-changed-master-kept", 968 },
		{ "one-school-missing", 753 }, { "half-the-people-missing", 533 } };
	char name[128];

	(void)state;
	if (!have_shared(__func__)) {
		return;
	}
	for (size_t i = 0; i < NK_ARRAY_LEN(files); i++) {
		struct kit_read r;

		(void)snprintf(name, sizeof(name), "dirty/zips/%s.zip", files[i].name);
		r = shared(name, school);
		kit_ok(r.rc, &r.err);
		assert_true(r.roster->n_persons == files[i].persons);
		kit_read_done(&r);
	}
}

static void passwords_in_clear_are_counted_and_dropped(void **state)
{
	NK_OWNED(kit_read_done) struct kit_read r = { 0 };
	const struct nk_finding *f = NULL;

	(void)state;
	if (!have_shared(__func__)) {
		return;
	}
	r = shared("dirty/zips/passwords-in-clear.zip", school);
	kit_ok(r.rc, &r.err);
	f = kit_finding(&r, "OR-PW-1", "users.csv", 0, NULL);
	assert_true(r.roster->passwords_dropped == 968 && f != NULL && f->times == 968 &&
		f->severity == NK_FINDING_WARNING);
}

static void oneroster_1_1_is_read_and_a_delta_is_refused_by_name(void **state)
{
	NK_OWNED(kit_read_done) struct kit_read r = { 0 };
	NK_OWNED(kit_read_done) struct kit_read d = { 0 };
	size_t off = 0;

	(void)state;
	if (!have_shared(__func__)) {
		return;
	}
	r = shared("plain/oneroster-1.1.zip", strict);
	d = shared("plain/oneroster-1.1-delta.zip", school);
	kit_ok(r.rc, &r.err);
	assert_true(nk_str_eq(r.roster->generation, NK_STR("1.1")) && r.roster->n_persons == 81 &&
		r.roster->n_units == 2);
	for (size_t i = 0; i < r.roster->n_persons; i++) {
		off += r.roster->persons[i].enabled ? 0 : 1;
		assert_true(r.roster->persons[i].n_memberships > 0);
	}
	assert_true(off == 1);
	kit_refused(&d, "OR-MAN-7", "manifest.csv", 0, NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_small_package_becomes_units_groups_and_persons),
		cmocka_unit_test(errors_that_no_strictness_forgives),
		cmocka_unit_test(harmless_deviations_are_warnings_in_a_school),
		cmocka_unit_test(a_blank_master_identifier_is_a_warning_and_stays_blank),
		cmocka_unit_test(names_are_kept_as_stored_and_odd_characters_are_told),
		cmocka_unit_test(a_role_with_an_end_gives_the_first_day_without_it),
		cmocka_unit_test(extra_metadata_columns_are_accepted_and_told),
		cmocka_unit_test(cp932_and_a_byte_order_mark_inside_the_zip_are_read),
		cmocka_unit_test(a_missing_manifest_and_an_unknown_file_are_refused_by_name),
		cmocka_unit_test(the_same_error_many_times_is_folded_and_counted),
		cmocka_unit_test(no_finding_and_no_error_holds_a_value),
		cmocka_unit_test(a_file_without_a_header_does_not_leak_its_first_row),
		cmocka_unit_test(an_empty_package_and_too_large_a_file_are_refused),
		cmocka_unit_test(all_seven_japanese_packages_are_read_without_an_objection),
		cmocka_unit_test(the_four_profiles_of_one_month_give_the_same_persons),
		cmocka_unit_test(each_dirty_package_is_refused_where_it_should_be),
		cmocka_unit_test(dirty_packages_that_are_sound_go_on_to_the_guard),
		cmocka_unit_test(passwords_in_clear_are_counted_and_dropped),
		cmocka_unit_test(oneroster_1_1_is_read_and_a_delta_is_refused_by_name),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
