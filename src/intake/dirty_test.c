/*
 * dirty_test.c: the dirty inputs D1–D16 and D20 of reference/rosters.md §12, each made here, each with its message.
 *
 * D17 and D18 are rows of tests/guard/disasters.rows, D19 stands in changes_test.c. All persons are made up.
 */
#include "base.h"

#include <cmocka.h>

#include "kit_roster.h"
#include "rules.h"

static const char mapping[] = "[columns]\n学籍番号 = student_number\n氏名 = full_name\nフリガナ = full_kana\n電話 = middle\n生年月日 = birth_date\n"
			      "[options]\nkey = 学籍番号\n";
#define LIST "学籍番号,氏名,フリガナ,電話,生年月日\n"
#define LIST_OK LIST "0001,太田 元気,オオタ ゲンキ,1,2008-04-02\n"

/* One dirty input. from NULL: `to` is a whole list; else an edit of the package of kit_roster.h. */
struct dirty {
	const char *d;
	const char *file, *from, *to;
	bool strict;
	char severity; /* E error, W warning, N note, '-': the rule must not speak */
	const char *rule, *in;
	uint64_t line;
	const char *column;
	const char *says; /* part of the message */
};

static const struct dirty rows[] = {
	{ "D2", "users.csv", "dateLastModified", "dataLastModified", false, 'E', "OR-HDR-3", "users.csv", 1, "dateLastModified",
		"misspelt" },
	{ "D2", "users.csv", "preferredGivenName", "prefferedGivenName", false, 'E', "OR-HDR-3", "users.csv", 1, "preferredGivenName",
		"misspelt" },
	{ "D2", "roles.csv", "userProfileSourcedId\n", "userProfileSourcedId,,\n", false, 'E', "OR-HDR-4", "roles.csv", 1, "",
		"without a name" },
	{ "D3", "users.csv", KIT_U2 ",,,true", KIT_U2 ",,,TRUE", true, 'E', "OR-VAL-6", "users.csv", 3, "enabledUser", "lower case" },
	{ "D3", "users.csv", KIT_U2 ",,,true", KIT_U2 ",,,False", false, 'W', "OR-VAL-6", "users.csv", 3, "enabledUser", "lower case" },
	{ "D3", "users.csv", KIT_U2 ",,,true", KIT_U2 ",,,1", false, 'W', "OR-VAL-6", "users.csv", 3, "enabledUser", "lower case" },
	{ "D3", "roles.csv", "student,,,", "student,1/05/2023,,", false, 'E', "OR-VAL-3", "roles.csv", 3, "beginDate", "cannot be told apart" },
	{ "D3", "roles.csv", "student,,,", "student,2023/5/1,,", false, 'W', "OR-VAL-4", "roles.csv", 3, "beginDate", "one day only" },
	{ "D3", "roles.csv", "student,,,", "student,2023/5/1,,", true, 'E', "OR-VAL-4", "roles.csv", 3, "beginDate", "YYYY-MM-DD" },
	{ "D3", "roles.csv", "student,,,", "student,令和5年5月1日,,", false, 'W', "OR-VAL-4", "roles.csv", 3, "beginDate", "one day only" },
	{ "D3", "roles.csv", "student,,,", "student,45047,,", false, 'W', "OR-VAL-4", "roles.csv", 3, "beginDate", "one day only" },
	{ "D4", "users.csv", KIT_U2 ",,,", KIT_U2 ",active,,", false, 'E', "OR-BULK-1", "users.csv", 3, "status", "must leave status" },
	{ "D5", "manifest.csv", "file.roles,bulk", "file.roles,", false, 'E', "OR-MAN-3", "manifest.csv", 11, "value", "absent, bulk or delta" },
	{ "D5", "manifest.csv", "file.demographics,absent", "file.demographics,bulk", false, 'E', "OR-MAN-4", "demographics.csv", 0, NULL,
		"the zip does not have it" },
	{ "D5", "manifest.csv", "file.courses,bulk", "file.courses,absent", false, 'E', "OR-MAN-5", "courses.csv", 0, NULL, "does not declare" },
	{ "D6", NULL, NULL, "\xef\xbb\xbf" LIST_OK, false, '-', "CSV-9", "", 0, NULL, "" },
	{ "D6", NULL, NULL,
		"\x8a\x77\x90\xd0\x94\xd4\x8d\x86,\x8e\x81\x96\xbc,\x83t\x83\x8a\x83K\x83i,\x93\x64\x98\x62,\x90\xb6\x94N\x8c\x8e\x93\xfa\n"
		"1,\xfb\xfc\x8b\xb4 \x8c\xb3\x8b\x43,,1,2008-04-02\n",
		false, '-', "CSV-9", "", 0, NULL, "" },
	{ "D6", NULL, NULL,
		"\xb3\xd8\xc0\xd2\xc8\xd6\xb9\xe6,\xbb\xe1\xcc\xbe,\xa5\xd5\xa5\xea\xa5\xac\xa5\xca,\xc5\xc5\xcf\xc3,\xc0\xb8\xc7\xaf\xb7\xee\xc6\xfc\n"
		"1,\xc2\xc0\xc5\xc4 \xb8\xb5\xb5\xa4,\xa5\xaa\xa5\xaa\xa5\xbf,1,2008-04-02\n",
		false, '-', "CSV-9", "", 0, NULL, "" },
	{ "D6", NULL, NULL, LIST "0001,太田 元気,オオタ,1,\n0002,\x8a\x77\x90\xd0 \x94\xd4\x8d\x86,,1,\n", false, 'E', "CSV-9", "", 3, NULL, "no one encoding" },
	{ "D7", "users.csv", "0101", "NULL", false, '-', "OR-BLANK-1", "users.csv", 0, NULL, "" },
	{ "D7", "users.csv", "0101", "null", false, '-', "OR-BLANK-1", "users.csv", 0, NULL, "" },
	{ "D7", "users.csv", "0101", "-", false, 'W', "OR-BLANK-1", "users.csv", 3, "identifier", "read as blank" },
	{ "D7", "users.csv", "0101", "　", false, 'W', "OR-BLANK-1", "users.csv", 3, "identifier", "read as blank" },
	{ "D7", NULL, NULL, LIST "0001,太田 元気,オオタ ゲンキ,-,\n", false, 'W', "CSV-BLANK-1", "", 2, "電話", "read as blank" },
	{ "D8", "users.csv", "太田", "\xee\x80\x80田", false, 'W', "TEXT-1", "users.csv", 3, "familyName", "gaiji" },
	{ "D8", "users.csv", "太田", "太\xe2\x80\x8d田", false, 'W', "TEXT-2", "users.csv", 3, "familyName", "invisible" },
	{ "D8", "users.csv", "太田", "太田 ", false, 'W', "TEXT-3", "users.csv", 3, "familyName", "blank at the beginning or end" },
	{ "D8", "users.csv", "太田", "葛\xf3\xa0\x84\x80城", false, '-', "TEXT-2", "users.csv", 3, NULL, "" },
	{ "D8", "users.csv", "ゲンキ,オオタ", "ｹﾞﾝｷ,オオタ", false, 'W', "OR-JP-3", "users.csv", 3, NULL, "half-width" },
	{ "D8", "users.csv", "ゲンキ,オオタ", "ｹﾞﾝｷ,オオタ", true, 'E', "OR-JP-3", "users.csv", 3, NULL, "half-width" },
	{ "D8", NULL, NULL, LIST "0001,太田 元\xe2\x80\x8b気,ｵｵﾀ ｹﾞﾝｷ,1,\n", false, 'W', "TEXT-2", "", 2, "氏名", "invisible" },
	{ "D8", NULL, NULL, LIST "0001,太田 元気,ｵｵﾀ ｹﾞﾝｷ,1,\n", true, 'E', "CSV-KANA-1", "", 2, "フリガナ", "half-width" },
	{ "D9", NULL, NULL, LIST "0012,太田 元気,,1,\n13,櫻井 小春,,1,\n", false, 'E', "CSV-KEY-3", "", 3, "学籍番号", "leading zeros" },
	{ "D9", NULL, NULL, LIST "1.23E+05,太田 元気,,1,\n", false, 'E', "CSV-KEY-2", "", 2, "学籍番号", "a spreadsheet has changed this key" },
	{ "D9", NULL, NULL, LIST "'0123,太田 元気,,1,\n", false, 'E', "CSV-KEY-2", "", 2, "学籍番号", "a spreadsheet has changed this key" },
	{ "D9", NULL, NULL, LIST "0001,太田 元気,,1.23E+05,\n", false, 'W', "CSV-VAL-1", "", 2, "電話", "changed number" },
	{ "D9", NULL, NULL, LIST "0001,太田 元気,,1,#N/A\n", false, 'W', "CSV-DATE-5", "", 2, "生年月日", "no date" },
	{ "D9", NULL, NULL, LIST "0001,太田 元気,,1,39540\n", false, 'W', "CSV-DATE-2", "", 2, "生年月日", "serial number of Excel" },
	{ "D10", "users.csv", KIT_U3, KIT_U2, false, 'E', "OR-DUP-1", "users.csv", 4, "sourcedId", "more than one row" },
	{ "D10", "users.csv", "p0002,,", "p0001,,", false, 'E', "OR-DUP-2", "users.csv", 4, "username", "more than one row" },
	{ "D10", "users.csv", "60000000-0000-4000-8000-000000000003", "60000000-0000-4000-8000-000000000002", false, 'E', "OR-DUP-3",
		"users.csv", 4, "userMasterIdentifier", "more than one row" },
	{ "D10", "users.csv", "小春,櫻井", "元気,太田", false, '-', "OR-DUP-1", "users.csv", 0, NULL, "" },
	{ "D11", "roles.csv", KIT_U3, "50000000-0000-4000-8000-00000000000f", false, 'E', "OR-REF-1", "roles.csv", 4, "userSourcedId",
		"not in the package" },
	{ "D11", "orgs.csv", "482135,", "482135," KIT_S, false, 'E', "OR-REF-4", "orgs.csv", 3, "parentSourcedId", "its own ancestor" },
	{ "D11", "enrollments.csv", "," KIT_S "," KIT_U2, "," KIT_D "," KIT_U2, false, 'E', "OR-REF-3", "enrollments.csv", 3, "schoolSourcedId",
		"not the school of its class" },
	{ "D12", "users.csv", "オオタ,," KIT_K, "オオタ,,1-A", false, 'E', "OR-REF-1", "users.csv", 3, "metadata.jp.homeClass",
		"not in the package" },
	{ "D12", "users.csv", "オオタ,," KIT_K, "オオタ,,", false, '-', "OR-REF-1", "users.csv", 3, NULL, "" },
	{ "D13", "users.csv", "P1,,60000000-0000-4000-8000-000000000002", "P1,hunter2,60000000-0000-4000-8000-000000000002", false, 'W', "OR-PW-1",
		"users.csv", 0, "password", "dropped unread" },
	{ "D14", NULL, NULL, LIST "0001,\"太田 元気,,1,\n", false, 'E', "CSV-1", "", 2, NULL, "never closed" },
	{ "D14", NULL, NULL, LIST "0001,太田 元気,,1,2008-04-02,,\n", false, 'E', "CSV-10", "", 2, NULL, "more or fewer fields" },
	{ "D14", NULL, NULL, "学籍番号,氏名,フリガナ,電話,生年月日\r0001,太田 元気,,1,\r", false, '-', "CSV-10", "", 0, NULL, "" },
	{ "D14", NULL, NULL, LIST "0001,\"太田 元気\r(旧姓 川上)\",,1,\n", false, 'W', "TEXT-2", "", 2, "氏名", "control character" },
	{ "D16", "enrollments.csv", "metadata.jp.shussekiNo,metadata.jp.publicFlg", "metadata.jp.ShussekiNo,metadata.jp.PublicFlg", false, '-',
		"OR-HDR-3", "enrollments.csv", 0, NULL, "" },
	{ "D16", "manifest.csv", "source.systemName,kit\n", "", false, '-', "OR-MAN-8", "manifest.csv", 0, NULL, "" },
	{ "D16", "manifest.csv", "file.classes,bulk\nfile.courses,bulk", "file.courses,bulk\nfile.classes,bulk", false, '-', "OR-MAN-6",
		"manifest.csv", 0, NULL, "" },
	{ "D20", "users.csv", "太田", "=cmd", false, '-', "OR-REQ-1", "users.csv", 0, NULL, "" },
	{ "D20", NULL, NULL, LIST "0001,＝1+1 @元気,,1,\n", false, '-', "CSV-VAL-1", "", 0, NULL, "" },
};

static struct kit_read read_dirty(const struct dirty *d)
{
	const struct kit_read_options o = { .strict = d->strict, .mapping = d->from == NULL ? mapping : NULL };
	struct kit_pack p;
	struct kit_read r;

	if (d->from == NULL) {
		return kit_read_bytes(nk_bytes_of(d->to, strlen(d->to)), o);
	}
	p = kit_pack();
	kit_pack_edit(&p, d->file, d->from, d->to);
	r = kit_read_pack(&p, o);
	kit_pack_done(&p);
	return r;
}

/* The rule spoke at that place, as loud as it should, in these words, with something to do about it. */
static void expect(const struct dirty *d, const struct kit_read *r)
{
	static const enum nk_severity severities[] = { ['E'] = NK_FINDING_ERROR, ['W'] = NK_FINDING_WARNING, ['N'] = NK_FINDING_NOTE };
	const struct nk_finding *const f = kit_finding(r, d->rule, d->in, d->line, d->column);

	if (d->severity == '-') {
		if (f != NULL || !nk_ok(r->rc)) {
			kit_show(r);
			fail_msg("%s: %s speaks, or the input is refused", d->d, d->rule);
		}
		return;
	}
	if (f == NULL || f->severity != severities[(unsigned char)d->severity] || strstr(f->what, d->says) == NULL || f->todo == NULL ||
		f->todo[0] == '\0') {
		kit_show(r);
		fail_msg("%s: %s does not speak as it should at %s:%d", d->d, d->rule, d->in, (int)d->line);
	}
	assert_true((r->rc.code == NK_INVALID) == (d->severity == 'E'));
}

static void each_dirty_input_gets_its_message(void **state)
{
	(void)state;
	for (size_t i = 0; i < NK_ARRAY_LEN(rows); i++) {
		struct kit_read r = read_dirty(&rows[i]);

		expect(&rows[i], &r);
		kit_read_done(&r);
	}
}

/* D1: a name in other capitals; a file that holds another file's rows. */
static void a_file_under_a_wrong_name_is_told_by_the_nearest(void **state)
{
	struct kit_pack p = kit_pack();
	struct kit_read r;

	(void)state;
	p.name[kit_pack_at(&p, "roles.csv")] = "Roles.csv";
	r = kit_read_pack(&p, (struct kit_read_options){ .strict = false });
	kit_refused(&r, "OR-MAN-9", "Roles.csv", 0, "roles.csv");
	kit_refused(&r, "OR-MAN-4", "roles.csv", 0, NULL);
	kit_read_done(&r);
	kit_pack_done(&p);
	p = kit_pack();
	kit_pack_set(&p, "orgs.csv", p.text[kit_pack_at(&p, "roles.csv")]);
	r = kit_read_pack(&p, (struct kit_read_options){ .strict = false });
	kit_refused(&r, "OR-HDR-1", "orgs.csv", 1, "name");
	kit_read_done(&r);
	kit_pack_done(&p);
}

/* D4: a delta without status and date; and one that is mixed with a bulk. */
static void a_delta_must_say_of_each_row_what_it_is(void **state)
{
	static const struct kit_read_options look = { .look_only = true };
	static const char head[] = "propertyName,value\nmanifest.version,1.0\noneroster.version,1.2_JP\n";
	struct kit_pack p = kit_pack();
	struct kit_read r;
	char text[512];

	(void)state;
	for (size_t i = 0; i < NK_ARRAY_LEN(p.name) && p.name[i] != NULL; i++) {
		if (strcmp(p.name[i], "users.csv") != 0 && strcmp(p.name[i], "manifest.csv") != 0) {
			kit_pack_set(&p, p.name[i], NULL);
		}
	}
	(void)snprintf(text, sizeof(text), "%sfile.users,delta\n", head);
	kit_pack_set(&p, "manifest.csv", text);
	r = kit_read_pack(&p, look);
	kit_refused(&r, "OR-DEL-1", "users.csv", 2, "status");
	assert_non_null(kit_finding(&r, "OR-DEL-3", "manifest.csv", 0, NULL));
	assert_null(kit_finding(&r, "OR-REF-1", "users.csv", 0, NULL));
	kit_read_done(&r);
	r = kit_read_pack(&p, (struct kit_read_options){ .look_only = false });
	kit_refused(&r, "OR-MAN-7", "manifest.csv", 0, "value");
	kit_read_done(&r);
	kit_pack_done(&p);
}

/* D14: NUL, a line that never ends, a million columns. */
static void limits_hold_for_lines_fields_and_columns(void **state)
{
	struct nk_buf long_line;
	struct kit_read r;

	(void)state;
	r = kit_read_bytes(nk_bytes_of(LIST "0001,a\0b,,1,\n", sizeof(LIST "0001,a\0b,,1,\n") - 1), (struct kit_read_options){ .mapping = mapping });
	kit_refused(&r, "CSV-9", "", 2, NULL);
	kit_read_done(&r);
	nk_buf_init(&long_line, 4 << 20);
	nk_assert(nk_ok(nk_buf_add_c(&long_line, LIST "0001,", NULL)));
	for (size_t i = 0; i < 1000000; i++) {
		nk_assert(nk_ok(nk_buf_add_byte(&long_line, i % 2 == 0 ? 'a' : ',', NULL)));
	}
	r = kit_read_bytes(nk_buf_bytes(&long_line), (struct kit_read_options){ .mapping = mapping });
	kit_refused(&r, "CSV-6", "", 2, NULL);
	kit_read_done(&r);
	nk_buf_reset(&long_line);
	nk_assert(nk_ok(nk_buf_add_c(&long_line, LIST "0001,", NULL)));
	for (size_t i = 0; i < 70000; i++) {
		nk_assert(nk_ok(nk_buf_add_byte(&long_line, 'a', NULL)));
	}
	r = kit_read_bytes(nk_buf_bytes(&long_line), (struct kit_read_options){ .mapping = mapping });
	kit_refused(&r, "CSV-4", "", 2, NULL);
	kit_read_done(&r);
	nk_buf_done(&long_line);
}

/* D15: half a zip. (Overlaps, bombs, CRC, names that climb: zip_test.c.) */
static void a_zip_that_is_cut_off_is_refused(void **state)
{
	struct kit_pack p = kit_pack();
	struct kit_zip z;
	struct nk_bytes all;
	struct kit_read r;

	(void)state;
	kit_pack_zip(&p, &z);
	all = kit_zip_end(&z);
	r = kit_read_bytes(nk_bytes_of(all.ptr, all.len / 2), (struct kit_read_options){ .strict = false });
	assert_true(r.rc.code == NK_INVALID && r.n == 0 && strstr(r.err.text[NK_LANG_EN], "cut off") != NULL);
	kit_read_done(&r);
	kit_zip_done(&z);
	kit_pack_done(&p);
}

/* Every row of the table is whole: ids are unique, both texts are there. */
static void every_rule_says_what_is_wrong_and_what_to_do(void **state)
{
	(void)state;
	for (int i = 0; i < NK_RULE_COUNT; i++) {
		const struct nk_rule *const r = nk_rule((enum nk_rule_id)i);

		assert_true(r->what[0] != '\0' && r->todo[0] != '\0' && r->strict >= r->school);
		assert_true(strcmp(nk_tr(NK_LANG_JA, r->what), r->what) != 0 && strcmp(nk_tr(NK_LANG_JA, r->todo), r->todo) != 0);
		for (int k = 0; k < i; k++) {
			assert_string_not_equal(r->id, nk_rule((enum nk_rule_id)k)->id);
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_dirty_input_gets_its_message),
		cmocka_unit_test(a_file_under_a_wrong_name_is_told_by_the_nearest),
		cmocka_unit_test(a_delta_must_say_of_each_row_what_it_is),
		cmocka_unit_test(limits_hold_for_lines_fields_and_columns),
		cmocka_unit_test(a_zip_that_is_cut_off_is_refused),
		cmocka_unit_test(every_rule_says_what_is_wrong_and_what_to_do),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
