/*
 * fmt_sds1.c: Microsoft School Data Sync v1: School, Section, Student, Teacher and who is in which section.
 *
 * Read by column name: the standard lets optional columns be absent and in any order. Addresses, race, birth dates and
 * the like are never read. A row with the status Deleted is not there.
 */
#include "base.h"
#include "sds.h"

enum school { S_ID, S_NAME, S_CODE };
enum section { C_ID, C_SCHOOL, C_NAME, C_CODE };
enum person { P_ID, P_SCHOOL, P_GIVEN, P_FAMILY, P_LOGIN, P_STATUS, P_MIDDLE, P_MAIL, P_NUMBER, P_GRADE };
enum enrollment { E_SECTION, E_PERSON };

static NK_RESULT take_school(struct sds *s, const struct sds_row *row, struct nk_err *err)
{
	struct nk_roster_unit unit = { .kind = NK_STR("school"), .parent_key = NK_STR("") };
	size_t at = 0;
	bool is_new = false;

	NK_TRY(nk_sds_put(s, &s->units, row, S_ID, s->run->build->units.len, &is_new, err));
	if (!is_new) {
		return nk_done();
	}
	NK_TRY(nk_sds_keep(s, nk_sds_get(s, row, S_ID), &unit.key, err));
	NK_TRY(nk_sds_keep(s, nk_sds_get(s, row, S_NAME), &unit.name, err));
	NK_TRY(nk_sds_keep(s, nk_sds_get(s, row, S_CODE), &unit.code, err));
	return nk_roster_build_unit(s->run->build, &unit, &at, err);
}

static NK_RESULT take_section(struct sds *s, const struct sds_row *row, struct nk_err *err)
{
	struct nk_roster_group group = { .kind = NK_STR("scheduled"), .grade = NK_STR("") };
	size_t at = 0;
	bool is_new = false;

	NK_TRY(nk_sds_find(s, &s->units, row, C_SCHOOL, &at, err));
	NK_TRY(nk_sds_put(s, &s->groups, row, C_ID, s->run->build->groups.len, &is_new, err));
	if (!is_new) {
		return nk_done();
	}
	NK_TRY(nk_sds_keep(s, nk_sds_get(s, row, C_ID), &group.key, err));
	NK_TRY(nk_sds_keep(s, nk_sds_get(s, row, C_SCHOOL), &group.unit_key, err));
	NK_TRY(nk_sds_keep(s, nk_sds_get(s, row, C_NAME), &group.title, err));
	NK_TRY(nk_sds_keep(s, nk_sds_get(s, row, C_CODE), &group.code, err));
	return nk_roster_build_group(s->run->build, &group, &at, err);
}

static NK_RESULT take_person(struct sds *s, const struct sds_row *row, enum nk_role role, struct nk_err *err)
{
	const struct nk_str status = nk_sds_get(s, row, P_STATUS);
	const struct sds_person p = { .id = P_ID,
		.login = P_LOGIN,
		.family = nk_sds_get(s, row, P_FAMILY),
		.given = nk_sds_get(s, row, P_GIVEN),
		.middle = nk_sds_get(s, row, P_MIDDLE),
		.mail = nk_sds_get(s, row, P_MAIL),
		.number = nk_sds_get(s, row, P_NUMBER),
		.enabled = !nk_str_ieq(status, NK_STR("Inactive")) };
	struct nk_roster_membership m = { .primary = true, .role = role, .from = NK_DATE_NONE, .until = NK_DATE_NONE };
	size_t person = SIZE_MAX;

	if (nk_str_ieq(status, NK_STR("Deleted"))) {
		s->run->build->head.rows_not_imported++;
		return nk_done();
	}
	if (status.len > 0 && p.enabled && !nk_str_ieq(status, NK_STR("Active"))) {
		NK_TRY(nk_sds_tell(s, NK_RULE_SDS_VAL_3, row, P_STATUS, err));
	}
	NK_TRY(nk_sds_find(s, &s->units, row, P_SCHOOL, &m.where, err));
	NK_TRY(nk_sds_person(s, row, &p, &person, err));
	if (person == SIZE_MAX) {
		return nk_done();
	}
	((struct sds_user *)nk_vec_at(&s->people, person))->has_role = m.where != SIZE_MAX;
	((struct sds_user *)nk_vec_at(&s->people, person))->all_end = false;
	NK_TRY(nk_sds_grade(s, person, nk_sds_get(s, row, P_GRADE), err));
	return m.where != SIZE_MAX ? nk_roster_build_membership(s->run->build, person, &m, err) : nk_done();
}

static NK_RESULT take_student(struct sds *s, const struct sds_row *row, struct nk_err *err)
{
	return take_person(s, row, NK_ROLE_STUDENT, err);
}

static NK_RESULT take_teacher(struct sds *s, const struct sds_row *row, struct nk_err *err)
{
	return take_person(s, row, NK_ROLE_TEACHER, err);
}

static NK_RESULT enroll(struct sds *s, const struct sds_row *row, enum nk_role role, struct nk_err *err)
{
	struct nk_roster_membership m = { .is_group = true, .role = role, .from = NK_DATE_NONE, .until = NK_DATE_NONE };
	size_t person = 0;

	NK_TRY(nk_sds_find(s, &s->groups, row, E_SECTION, &m.where, err));
	NK_TRY(nk_sds_find(s, &s->users, row, E_PERSON, &person, err));
	return m.where != SIZE_MAX && person != SIZE_MAX ? nk_roster_build_membership(s->run->build, person, &m, err) : nk_done();
}

static NK_RESULT enroll_student(struct sds *s, const struct sds_row *row, struct nk_err *err)
{
	return enroll(s, row, NK_ROLE_STUDENT, err);
}

static NK_RESULT enroll_teacher(struct sds *s, const struct sds_row *row, struct nk_err *err)
{
	return enroll(s, row, NK_ROLE_TEACHER, err);
}

#define PERSON_COLUMNS(number) \
	"SIS ID", "School SIS ID", "First Name", "Last Name", "Username", "Status", "Middle Name", "Secondary Email", number, "Grade"

static const struct sds_file files[] = {
	{ .name = "School.csv", .columns = { "SIS ID", "Name", "School Number" }, .needed = 0x3, .filled = 0x3, .keys = 0x1,
		.core = true, .row = take_school },
	{ .name = "Section.csv", .columns = { "SIS ID", "School SIS ID", "Section Name", "Section Number" }, .needed = 0x7,
		.filled = 0x7, .keys = 0x1, .row = take_section },
	{ .name = "Student.csv", .columns = { PERSON_COLUMNS("Student Number") }, .needed = 0x1f, .filled = 0x1f, .keys = 0x11,
		.core = true, .row = take_student },
	{ .name = "Teacher.csv", .columns = { PERSON_COLUMNS("Teacher Number") }, .needed = 0x1f, .filled = 0x1f, .keys = 0x11,
		.core = true, .row = take_teacher },
	{ .name = "StudentEnrollment.csv", .columns = { "Section SIS ID", "SIS ID" }, .needed = 0x3, .filled = 0x3,
		.row = enroll_student },
	{ .name = "TeacherRoster.csv", .columns = { "Section SIS ID", "SIS ID" }, .needed = 0x3, .filled = 0x3,
		.row = enroll_teacher },
};
static const char *const others[] = { "User.csv", "GuardianRelationship.csv", NULL };
static const struct sds_format format = { files, NK_ARRAY_LEN(files), others };

static NK_RESULT read_sds1(struct nk_format_run *run, struct nk_err *err)
{
	NK_TRY(nk_sds_read(run, &format, err));
	run->build->head.generation = NK_STR("1");
	return nk_done();
}

static int fits(const struct nk_format_peek *peek)
{
	static const char *const own[] = { "School.csv", "Section.csv", "Student.csv", "Teacher.csv" };

	for (size_t i = 0; i < NK_ARRAY_LEN(own) && peek->package == NK_TABLES_ZIP; i++) {
		const struct nk_format_file *const file = nk_format_peek_file(peek, own[i]);

		if (file != NULL && nk_format_peek_has(file, "SIS ID")) {
			return 90;
		}
	}
	return 0;
}

const struct nk_format nk_format_sds1 = { .name = "sds1", .fits = fits, .read = read_sds1 };
