/*
 * samples_test.c: every file of ../shared/data/rosters does what its README says; one row each. Skipped by name where the
 * data is not beside the checkout.
 *
 * Files that the README sends to the guard are sound here; guard_test.c lets the guard judge them. The two lists of
 * 3,000 students are compared line by line in csvfmt_test.c. Here too: the same in small, made by ourselves, for SDS.
 */
#include "base.h"

#include <cmocka.h>

#include "csv.h"
#include "kit_roster.h"
#include "pack.h"
#include "propose.h"

struct sample {
	const char *path;
	const char *format, *generation; /* of a sound one */
	size_t persons;
	const char *rule; /* an error, or of a sound one a warning; "": refused as a whole */
	bool sound;
};

static const struct sample samples[] = {
	{ "japan/2025-04_eportal-4.00.zip", "oneroster", "jp-b", 971, NULL, true },
	{ "japan/2025-04_k12-1.0.zip", "oneroster", "jp-c", 971, NULL, true },
	{ "japan/2025-11_k12-1.0.zip", "oneroster", "jp-c", 971, NULL, true },
	{ "japan/2026-04_eportal-3.00.zip", "oneroster", "jp-a", 968, NULL, true },
	{ "japan/2026-04_eportal-4.00.zip", "oneroster", "jp-b", 968, NULL, true },
	{ "japan/2026-04_jp-1.2.1.zip", "oneroster", "jp-b", 968, NULL, true },
	{ "japan/2026-04_k12-1.0.zip", "oneroster", "jp-c", 968, NULL, true },
	{ "plain/microsoft-sds-v1-100-users", "sds1", "1", 98, "OR-PW-1", true },
	{ "plain/microsoft-sds-v2.1", "sds2", "2.1", 8, "OR-PW-1", true },
	{ "plain/sds-v2.1-japan", "sds2", "2.1", 968, NULL, true },
	{ "plain/oneroster-1.1", "oneroster", "1.1", 81, NULL, true },
	{ "plain/oneroster-1.1.zip", "oneroster", "1.1", 81, NULL, true },
	{ "plain/oneroster-1.1-delta.zip", NULL, NULL, 0, "OR-MAN-7", false },
	{ "dirty/zips/missing-manifest.zip", NULL, NULL, 0, "OR-MAN-1", false },
	{ "dirty/zips/truncated-half.zip", NULL, NULL, 0, "", false },
	{ "dirty/zips/truncated-tail.zip", NULL, NULL, 0, "", false },
	{ "dirty/zips/path-traversal.zip", NULL, NULL, 0, "", false },
	{ "dirty/zips/path-traversal-users.zip", NULL, NULL, 0, "", false },
	{ "dirty/zips/bulk-with-status.zip", NULL, NULL, 0, "OR-BULK-1", false },
	{ "dirty/zips/all-ids-changed.zip", "oneroster", "jp-c", 968, NULL, true },
	{ "dirty/zips/all-ids-changed-master-kept.zip", "oneroster", "jp-c", 968, NULL, true },
	{ "dirty/zips/one-school-missing.zip", "oneroster", "jp-c", 753, NULL, true },
	{ "dirty/zips/half-the-people-missing.zip", "oneroster", "jp-c", 533, NULL, true },
	{ "dirty/zips/empty-headers-only.zip", NULL, NULL, 0, "OR-EMPTY-1", false },
	{ "dirty/zips/empty-all-absent.zip", NULL, NULL, 0, "OR-EMPTY-2", false },
	{ "dirty/zips/folder-inside-and-macosx.zip", NULL, NULL, 0, "ZIP-1", false },
	{ "dirty/zips/duplicate-ids.zip", NULL, NULL, 0, "OR-DUP-1", false },
	{ "dirty/zips/dangling-references.zip", NULL, NULL, 0, "OR-REF-1", false },
	{ "dirty/zips/columns-in-another-order.zip", NULL, NULL, 0, "OR-HDR-2", false },
	{ "dirty/zips/users-cut-in-a-character.zip", NULL, NULL, 0, "CSV-9", false },
	{ "dirty/zips/passwords-in-clear.zip", "oneroster", "jp-c", 968, "OR-PW-1", true },
};

static struct kit_read read_folder(const char *path, const struct kit_read_options *o)
{
	struct nk_err err = { 0 };
	struct kit_read r;
	uint64_t size = 0;
	int fd = -1;

	kit_ok(nk_pack_folder(nk_os_env(), path, &fd, &size, &err), &err);
	r = kit_read_fd_(fd, size, o);
	nk_os_fd_close(&fd);
	return r;
}

static bool found(const struct kit_read *r, const char *rule)
{
	for (size_t i = 0; i < r->n; i++) {
		if (strcmp(r->findings[i].rule, rule) == 0) {
			return true;
		}
	}
	return false;
}

static void expect(const struct sample *s, const struct kit_read *r)
{
	const bool fine = s->sound
		? nk_ok(r->rc) && r->roster->n_persons == s->persons && nk_str_eq(r->roster->format, nk_str_c(s->format)) &&
			nk_str_eq(r->roster->generation, nk_str_c(s->generation)) && (s->rule == NULL || found(r, s->rule))
		: r->rc.code == NK_INVALID && r->roster == NULL && (s->rule[0] == '\0' ? r->n == 0 : found(r, s->rule));

	if (!fine) {
		kit_show(r);
		fail_msg("%s does not do what its README says", s->path);
	}
}

static void every_sample_does_what_its_readme_says(void **state)
{
	const struct kit_read_options school = { .strict = false };
	char path[512];

	(void)state;
	for (size_t i = 0; i < NK_ARRAY_LEN(samples); i++) {
		struct kit_read r;

		if (!kit_shared(samples[i].path, path)) {
			kit_skip(samples[i].path);
			continue;
		}
		r = nk_os_is_folder(path) ? read_folder(path, &school) : kit_read_path(path, school);
		expect(&samples[i], &r);
		kit_read_done(&r);
	}
}

/* ---- the office's workbook ---- */

static struct nk_str proposed(const char *path, struct nk_arena *arena, struct nk_proposal *out)
{
	const struct nk_str answers[] = { NK_STR("zeros=yes") };
	struct nk_propose_options opt = { .answers = answers, .n_answers = 1 };
	struct nk_err err = { 0 };
	struct nk_buf text;
	struct nk_str kept;

	kit_ok(nk_crypto_init(&err), &err);
	kit_ok(nk_os_fd_open_read(path, UINT64_C(1) << 30, &opt.fd, &opt.size, &err), &err);
	kit_ok(nk_propose_make(nk_os_env(), &opt, arena, out, &err), &err);
	nk_os_fd_close(&opt.fd);
	nk_buf_init(&text, 1 << 20);
	kit_ok(nk_propose_print(out, &text, &err), &err);
	kit_ok(nk_arena_dup(arena, nk_buf_str(&text), &kept, &err), &err);
	nk_buf_done(&text);
	return kept;
}

/* Its numbers repeat (44 of 300), so it is refused, by line; all the rest of its dirt is read. */
static void the_offices_workbook_is_read_by_the_mapping_that_is_proposed(void **state)
{
	struct nk_proposal p;
	struct nk_arena *arena = NULL;
	struct nk_err err = { 0 };
	struct kit_read r;
	char path[512];

	(void)state;
	if (!kit_shared("dirty/office-list.xlsx", path)) {
		kit_skip("dirty/office-list.xlsx");
		return;
	}
	kit_ok(nk_arena_new(NK_ARENA_WIPING, SIZE_MAX / 2, &arena, &err), &err);
	r = kit_read_path(path, (struct kit_read_options){ .mapping = proposed(path, arena, &p).ptr });
	assert_true(p.book && p.rows == 300 && p.hidden_sheets == 1 && p.n_columns == 9);
	for (size_t i = 0; i < r.n; i++) {
		assert_true(r.findings[i].severity != NK_FINDING_ERROR || strcmp(r.findings[i].rule, "CSV-KEY-4") == 0);
	}
	kit_refused(&r, "CSV-KEY-4", "", 12, "学籍番号");
	assert_non_null(kit_finding(&r, "CSV-12", "", 4, NULL));
	assert_non_null(kit_finding(&r, "CSV-KEY-5", "", 5, "学籍番号"));
	assert_non_null(kit_finding(&r, "CSV-ROW-1", "", 309, NULL));
	assert_non_null(kit_finding(&r, "XLS-3", "", 309, "学籍番号"));
	assert_non_null(kit_finding(&r, "XLS-1", "退学者", 0, NULL));
	kit_read_done(&r);
	nk_arena_free(&arena);
}

/* Columns of office-list-truth.csv. */
enum truth { T_NO, T_NUMBER, T_FAMILY, T_GIVEN, T_KANA_FAMILY, T_KANA_GIVEN, T_FACULTY, T_DEPARTMENT, T_GRADE, T_ENTERED, T_BIRTH,
	T_STATUS, T_COUNT };

static const char by_no[] = "[columns]\n氏名 = full_name\nフリガナ = full_kana\n所属 = affiliation\n学年 = grade\n入学年月日 = valid_from\n"
			    "生年月日 = birth_date\n備考 = state\n[options]\nkey = No\nkey_length = any\nunit = 所属\n"
			    "[values]\nblank = active\n休学 = suspended\n留学 = active\n退学 = active\n卒業 = active\n[dates]\n生年月日 = any\n";

/* What the truth says of a person; without a blank in the name all of it is the family name. */
static bool is_true(const struct nk_roster_person *p, const struct nk_str *t)
{
	char whole[256];
	char faculty[256];
	char date[NK_DATE_TEXT];
	const bool split = nk_str_eq(p->field[NK_FIELD_FAMILY], t[T_FAMILY]) && nk_str_eq(p->field[NK_FIELD_GIVEN], t[T_GIVEN]);

	(void)snprintf(whole, sizeof(whole), "%.*s%.*s", NK_FMT(t[T_FAMILY]), NK_FMT(t[T_GIVEN]));
	(void)snprintf(faculty, sizeof(faculty), "%.*s %.*s", NK_FMT(t[T_FACULTY]), NK_FMT(t[T_DEPARTMENT]));
	return (split || (p->field[NK_FIELD_GIVEN].len == 0 && nk_str_eq(p->field[NK_FIELD_FAMILY], nk_str_c(whole)))) &&
		nk_str_eq(p->field[NK_FIELD_FAMILY_KANA], t[T_KANA_FAMILY]) && nk_str_eq(p->field[NK_FIELD_GIVEN_KANA], t[T_KANA_GIVEN]) &&
		nk_str_eq(p->field[NK_FIELD_FACULTY], nk_str_c(faculty)) && nk_str_eq(p->field[NK_FIELD_GRADE], t[T_GRADE]) &&
		nk_str_eq(nk_str_c(nk_date_print(p->valid_from, date)), t[T_ENTERED]) &&
		nk_str_eq(p->field[NK_FIELD_BIRTH_DATE], t[T_BIRTH]) &&
		p->enabled == !nk_str_eq(t[T_STATUS], NK_STR("休学"));
}

static size_t count_untrue(const struct nk_roster *roster, struct nk_str truth)
{
	NK_OWNED(nk_csv_free) struct nk_csv *csv = NULL;
	struct nk_csv_row row = { 0 };
	struct nk_err err = { 0 };
	size_t wrong = 0;
	bool have = false;

	kit_ok(nk_csv_new(',', NULL, &csv, &err), &err);
	kit_ok(nk_csv_feed(csv, nk_str_bytes(truth), true, &err), &err);
	kit_ok(nk_csv_next(csv, &row, &have, &err), &err);
	for (size_t i = 0; i < roster->n_persons; i++) {
		struct nk_str t[T_COUNT];

		kit_ok(nk_csv_next(csv, &row, &have, &err), &err);
		assert_true(have && row.n == T_COUNT);
		for (size_t k = 0; k < T_COUNT; k++) {
			t[k] = nk_bytes_str(row.fields[k]);
		}
		/* 137: "H-2.6.20" is no day of an era: told (CSV-DATE-5), read as blank, never reckoned. */
		if (!is_true(&roster->persons[i], t) && roster->persons[i].line != 137) {
			print_message("line %d differs\n", (int)roster->persons[i].line);
			wrong++;
		}
	}
	return wrong;
}

static void each_row_of_the_offices_workbook_means_what_the_truth_says(void **state)
{
	NK_OWNED(nk_buf_done) struct nk_buf truth = { 0 };
	struct nk_err err = { 0 };
	struct kit_read r;
	char path[512];

	(void)state;
	if (!kit_shared("dirty/office-list-truth.csv", path)) {
		kit_skip("dirty/office-list-truth.csv");
		return;
	}
	nk_buf_init(&truth, 1 << 20);
	kit_ok(nk_env_read_all(nk_os_env(), path, 1 << 20, &truth, &err), &err);
	assert_true(kit_shared("dirty/office-list.xlsx", path));
	r = kit_read_path(path, (struct kit_read_options){ .mapping = by_no });
	kit_ok(r.rc, &r.err);
	assert_true(r.roster->n_persons == 300);
	assert_int_equal(count_untrue(r.roster, nk_buf_str(&truth)), 0);
	kit_read_done(&r);
}

/* ---- School Data Sync in small, made here ---- */

struct small {
	const char *name, *text;
};

static struct kit_read read_small(const struct small *files, size_t n)
{
	struct kit_zip z;
	struct kit_read r;

	kit_zip_start(&z);
	for (size_t i = 0; i < n; i++) {
		kit_zip_add(&z, files[i].name, nk_bytes_of(files[i].text, strlen(files[i].text)));
	}
	r = kit_read_bytes(kit_zip_end(&z), (struct kit_read_options){ .strict = false });
	kit_zip_done(&z);
	return r;
}

#define ORGS { "orgs.csv", "sourcedId,name,type,parentSourcedId\ns1,East,school,\n" }

static void sds_v2_1_is_told_from_oneroster_by_its_header(void **state)
{
	static const struct small files[] = { ORGS,
		{ "academicSessions.csv", "sourcedId,title,type,schoolYear,startDate,endDate\ny,2026年度,schoolYear,2026,2026-04-01,2027-03-31\n" },
		{ "users.csv", "sourcedId,username,givenName,familyName,password,email\nu1,a@x.jp,元気,太田,hunter2,a@x.jp\n"
			       "u2,b@x.jp,直子,髙橋,,b@x.jp\n" },
		{ "roles.csv", "userSourcedId,orgSourcedId,role,sessionSourcedId,grade,isPrimary,roleStartDate,roleEndDate\n"
			       "u1,s1,Student,y,07,TRUE,,\nu2,s1,teacher,y,,TRUE,2026-04-01,2027-03-31\n" },
		{ "courses.csv", "sourcedId,orgSourcedId,title\nk,s1,2026年度ホームルーム\n" },
		{ "classes.csv", "sourcedId,orgSourcedId,title,sessionSourcedIds,courseSourcedId\nc1,s1,1年1組,y,k\n" },
		{ "enrollments.csv", "classSourcedId,userSourcedId,role\nc1,u1,student\nc1,u2,teacher\n" },
		{ "userFlags.csv", "userSourcedId,flag\nu1,iep\n" } };
	NK_OWNED(kit_read_done) struct kit_read r = read_small(files, NK_ARRAY_LEN(files));
	const struct nk_roster_person *p = NULL;
	nk_date day = 0;

	(void)state;
	kit_ok(r.rc, &r.err);
	assert_true(nk_str_eq(r.roster->format, NK_STR("sds2")) && nk_str_eq(r.roster->generation, NK_STR("2.1")) &&
		r.roster->n_persons == 2 && r.roster->school_year == 2026 && r.roster->passwords_dropped == 1);
	p = &r.roster->persons[0];
	assert_string_equal(p->field[NK_FIELD_GRADE].ptr, "J1");
	assert_string_equal(p->field[NK_FIELD_HOME_CLASS].ptr, "1年1組");
	assert_true(p->n_memberships == 2 && p->memberships[1].is_group && p->memberships[1].primary);
	assert_true(nk_date_parse(NK_STR("2027-04-01"), &day) && r.roster->persons[1].valid_until == day);
	assert_true(found(&r, "SDS-GRADE-1") && found(&r, "OR-PW-1") && found(&r, "SDS-FILE-3"));
}

static void sds_v2_has_roles_in_its_users(void **state)
{
	static const struct small files[] = { ORGS,
		{ "users.csv", "sourcedId,orgSourcedIds,givenName,familyName,username,password,role,grade\nu1,s1,Ora,Klein,oklein,,student,09\n" } };
	NK_OWNED(kit_read_done) struct kit_read r = read_small(files, NK_ARRAY_LEN(files));

	(void)state;
	kit_ok(r.rc, &r.err);
	assert_true(nk_str_eq(r.roster->generation, NK_STR("2")) && r.roster->persons[0].n_memberships == 1 &&
		nk_str_eq(r.roster->persons[0].field[NK_FIELD_GRADE], NK_STR("09")));
}

#define SCHOOL { "School.csv", "SIS ID,Name\n1,East\n" }
#define TEACHER { "Teacher.csv", "Username,SIS ID,School SIS ID,Last Name,First Name\ncbeane,14,1,Beane,Craig\n" }

static void sds_v1_is_read_by_the_names_of_its_columns(void **state)
{
	static const struct small files[] = { SCHOOL, TEACHER,
		{ "Student.csv", "SIS ID,School SIS ID,First Name,Last Name,Username,Status\n13,1,Ora,Klein,oklein,Active\n"
				 "15,1,Al,Low,alow,Inactive\n16,1,Be,Gone,bgone,Deleted\n" },
		{ "Section.csv", "SIS ID,School SIS ID,Section Name\n11,1,Math\n" },
		{ "StudentEnrollment.csv", "Section SIS ID,SIS ID\n11,13\n" }, { "TeacherRoster.csv", "Section SIS ID,SIS ID\n11,14\n" } };
	NK_OWNED(kit_read_done) struct kit_read r = read_small(files, NK_ARRAY_LEN(files));

	(void)state;
	kit_ok(r.rc, &r.err);
	assert_true(nk_str_eq(r.roster->format, NK_STR("sds1")) && r.roster->n_persons == 3 && r.roster->n_groups == 1 &&
		r.roster->rows_not_imported == 1);
	assert_true(r.roster->persons[0].enabled && !r.roster->persons[1].enabled && r.roster->persons[2].n_memberships == 2);
}

/* Each breach by its rule and place. */
static void what_is_wrong_in_sds_is_told_by_place(void **state)
{
	static const struct {
		const char *text, *rule;
		uint64_t line;
		const char *column;
	} cases[] = { { "SIS ID,School SIS ID,First Name,Username\n13,1,Ora,oklein\n", "SDS-HDR-1", 1, "Last Name" },
		{ "SIS ID,SIS ID,School SIS ID,First Name,Last Name,Username\n1,13,1,Ora,Klein,oklein\n", "SDS-HDR-2", 1, "SIS ID" },
		{ "SIS ID,School SIS ID,First Name,Last Name,Username\n13,1,,Klein,oklein\n", "SDS-REQ-1", 2, "First Name" },
		{ "SIS ID,School SIS ID,First Name,Last Name,Username\n13,9,Ora,Klein,oklein\n", "SDS-REF-1", 2, "School SIS ID" },
		{ "SIS ID,School SIS ID,First Name,Last Name,Username\n13,1,Ora,Klein,a\n13,1,Al,Low,b\n", "SDS-DUP-1", 3, "SIS ID" },
		{ "SIS ID,School SIS ID,First Name,Last Name,Username\n13,1,Ora,Klein,CBeane\n", "SDS-DUP-2", 2, "Username" },
		{ "SIS ID,School SIS ID,First Name,Last Name,Username\n1.3E+05,1,Ora,Klein,a\n", "SDS-VAL-4", 2, "SIS ID" } };

	(void)state;
	for (size_t i = 0; i < NK_ARRAY_LEN(cases); i++) {
		const bool before = strcmp(cases[i].rule, "SDS-DUP-2") == 0;
		const struct small files[] = { SCHOOL, TEACHER, { "Student.csv", cases[i].text } };
		struct kit_read r = read_small(files, NK_ARRAY_LEN(files));

		/* Students come before teachers: the second one is told. */
		kit_refused(&r, cases[i].rule, before ? "Teacher.csv" : "Student.csv", cases[i].line, cases[i].column);
		kit_read_done(&r);
	}
}

static void a_zip_of_other_files_is_no_roster(void **state)
{
	static const struct small files[] = { { "a.csv", "x,y\n1,2\n" } };
	NK_OWNED(kit_read_done) struct kit_read r = read_small(files, 1);

	(void)state;
	kit_refused(&r, "FMT-1", "", 0, NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_sample_does_what_its_readme_says),
		cmocka_unit_test(the_offices_workbook_is_read_by_the_mapping_that_is_proposed),
		cmocka_unit_test(each_row_of_the_offices_workbook_means_what_the_truth_says),
		cmocka_unit_test(sds_v2_1_is_told_from_oneroster_by_its_header),
		cmocka_unit_test(sds_v2_has_roles_in_its_users),
		cmocka_unit_test(sds_v1_is_read_by_the_names_of_its_columns),
		cmocka_unit_test(what_is_wrong_in_sds_is_told_by_place),
		cmocka_unit_test(a_zip_of_other_files_is_no_roster),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
