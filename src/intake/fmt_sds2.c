/*
 * fmt_sds2.c: Microsoft School Data Sync v2 and v2.1: OneRoster's file names, other headers, no manifest.
 *
 * v2: users.csv has orgSourcedIds, role, grade. v2.1: roles.csv has them. Courses only tell which class is a homeroom
 * (ホームルーム in the title). Demographics, relationships and flags (health, support) are never read.
 */
#include "base.h"
#include "sds.h"

enum session { S_ID, S_TITLE, S_TYPE, S_START };
enum org { O_ID, O_NAME, O_TYPE, O_PARENT };
enum course { K_ID, K_TITLE };
enum clazz { C_ID, C_ORG, C_TITLE, C_COURSE };
enum user { U_ID, U_LOGIN, U_GIVEN, U_FAMILY, U_MAIL, U_ORGS, U_ROLE, U_GRADE, U_MIDDLE };
enum role { R_USER, R_ORG, R_ROLE, R_GRADE, R_PRIMARY, R_FROM, R_UNTIL };
enum enrollment { E_CLASS, E_USER, E_ROLE };
enum { FILE_ROLES = 5 };

static NK_RESULT take_session(struct sds *s, const struct sds_row *row, struct nk_err *err)
{
	nk_date start = NK_DATE_NONE;

	NK_TRY(nk_sds_date(s, row, S_START, &start, err));
	if (!nk_str_eq(nk_sds_get(s, row, S_TYPE), NK_STR("schoolYear"))) {
		return nk_done();
	}
	s->japan = s->japan || nk_str_ends(nk_sds_get(s, row, S_TITLE), NK_STR("年度"));
	if (start != NK_DATE_NONE && nk_school_year(start) > s->school_year) {
		s->school_year = nk_school_year(start);
	}
	return nk_done();
}

static NK_RESULT take_org(struct sds *s, const struct sds_row *row, struct nk_err *err)
{
	struct nk_roster_unit unit = { .code = NK_STR("") };
	size_t at = 0;
	bool is_new = false;

	NK_TRY(nk_sds_put(s, &s->units, row, O_ID, s->run->build->units.len, &is_new, err));
	if (!is_new) {
		return nk_done();
	}
	NK_TRY(nk_sds_keep(s, nk_sds_get(s, row, O_ID), &unit.key, err));
	NK_TRY(nk_sds_keep(s, nk_sds_get(s, row, O_PARENT), &unit.parent_key, err));
	NK_TRY(nk_sds_keep(s, nk_sds_get(s, row, O_TYPE), &unit.kind, err));
	NK_TRY(nk_sds_keep(s, nk_sds_get(s, row, O_NAME), &unit.name, err));
	return nk_roster_build_unit(s->run->build, &unit, &at, err);
}

static NK_RESULT take_course(struct sds *s, const struct sds_row *row, struct nk_err *err)
{
	const struct nk_str title = nk_sds_get(s, row, K_TITLE);
	bool is_new = false;

	if (!nk_str_ends(title, NK_STR("ホームルーム")) && nk_str_find(title, NK_STR("omeroom")) == SIZE_MAX) {
		return nk_done();
	}
	return nk_sds_put(s, &s->homes, row, K_ID, 1, &is_new, err);
}

static NK_RESULT take_class(struct sds *s, const struct sds_row *row, struct nk_err *err)
{
	const struct nk_str course = nk_sds_get(s, row, C_COURSE);
	struct nk_roster_group group = { .school_year = s->school_year, .code = NK_STR(""), .grade = NK_STR("") };
	uint64_t home = 0;
	size_t at = 0;
	bool is_new = false;

	NK_TRY(nk_sds_find(s, &s->units, row, C_ORG, &at, err));
	NK_TRY(nk_sds_put(s, &s->groups, row, C_ID, s->run->build->groups.len, &is_new, err));
	if (!is_new) {
		return nk_done();
	}
	NK_TRY(nk_sds_keep(s, nk_sds_get(s, row, C_ID), &group.key, err));
	NK_TRY(nk_sds_keep(s, nk_sds_get(s, row, C_ORG), &group.unit_key, err));
	NK_TRY(nk_sds_keep(s, nk_sds_get(s, row, C_TITLE), &group.title, err));
	group.kind = nk_map_get(&s->homes, nk_str_bytes(course), &home) ? NK_STR("homeroom") : NK_STR("scheduled");
	return nk_roster_build_group(s->run->build, &group, &at, err);
}

/* v2: the schools of a user, the first is the primary one. */
static NK_RESULT take_own_orgs(struct sds *s, const struct sds_row *row, size_t person, struct nk_err *err)
{
	struct nk_str rest = nk_sds_get(s, row, U_ORGS);
	struct nk_roster_membership m = { .primary = true, .from = NK_DATE_NONE, .until = NK_DATE_NONE };
	struct sds_user *const user = nk_vec_at(&s->people, person);
	struct nk_str id;
	uint64_t at = 0;

	NK_TRY(nk_sds_role(s, row, U_ROLE, &m.role, err));
	while (nk_str_cut(&rest, ',', &id)) {
		if (!nk_map_get(&s->units, nk_str_bytes(nk_str_trim(id)), &at)) {
			NK_TRY(nk_sds_tell(s, NK_RULE_SDS_REF_1, row, U_ORGS, err));
			continue;
		}
		m.where = nk_size(at);
		user->has_role = true;
		user->all_end = false;
		NK_TRY(nk_roster_build_membership(s->run->build, person, &m, err));
		m.primary = false;
	}
	return nk_sds_grade(s, person, nk_sds_get(s, row, U_GRADE), err);
}

static NK_RESULT take_user(struct sds *s, const struct sds_row *row, struct nk_err *err)
{
	const struct sds_person p = { .id = U_ID,
		.login = U_LOGIN,
		.family = nk_sds_get(s, row, U_FAMILY),
		.given = nk_sds_get(s, row, U_GIVEN),
		.middle = nk_sds_get(s, row, U_MIDDLE),
		.mail = nk_sds_get(s, row, U_MAIL),
		.number = NK_STR(""),
		.enabled = true };
	size_t person = SIZE_MAX;

	NK_TRY(nk_sds_person(s, row, &p, &person, err));
	return person != SIZE_MAX && s->at[U_ORGS] != SIZE_MAX ? take_own_orgs(s, row, person, err) : nk_done();
}

/* The time of a person is from the first begin to the last end of the roles; a role without an end has none. */
static void widen(struct sds_user *u, nk_date from, nk_date until)
{
	if (!u->has_role) {
		u->from = from;
	} else if (from == NK_DATE_NONE || u->from == NK_DATE_NONE) {
		u->from = NK_DATE_NONE;
	} else {
		u->from = from < u->from ? from : u->from;
	}
	u->has_role = true;
	u->all_end = u->all_end && until != NK_DATE_NONE;
	u->until = until != NK_DATE_NONE && (u->until == NK_DATE_NONE || until > u->until) ? until : u->until;
}

static NK_RESULT take_role(struct sds *s, const struct sds_row *row, struct nk_err *err)
{
	struct nk_roster_membership m = { .primary = nk_str_ieq(nk_sds_get(s, row, R_PRIMARY), NK_STR("true")) };
	size_t person = 0;

	NK_TRY(nk_sds_date(s, row, R_FROM, &m.from, err));
	NK_TRY(nk_sds_date(s, row, R_UNTIL, &m.until, err));
	NK_TRY(nk_sds_role(s, row, R_ROLE, &m.role, err));
	NK_TRY(nk_sds_find(s, &s->users, row, R_USER, &person, err));
	NK_TRY(nk_sds_find(s, &s->units, row, R_ORG, &m.where, err));
	if (m.from != NK_DATE_NONE && m.until != NK_DATE_NONE && m.until < m.from) {
		NK_TRY(nk_sds_tell(s, NK_RULE_SDS_VAL_5, row, R_UNTIL, err));
	}
	if (person == SIZE_MAX) {
		return nk_done();
	}
	widen(nk_vec_at(&s->people, person), m.from, m.until);
	NK_TRY(nk_sds_grade(s, person, nk_sds_get(s, row, R_GRADE), err));
	return m.where != SIZE_MAX ? nk_roster_build_membership(s->run->build, person, &m, err) : nk_done();
}

static NK_RESULT take_enrollment(struct sds *s, const struct sds_row *row, struct nk_err *err)
{
	struct nk_roster_membership m = { .is_group = true, .from = NK_DATE_NONE, .until = NK_DATE_NONE };
	const struct nk_roster_group *group = NULL;
	size_t person = 0;

	NK_TRY(nk_sds_role(s, row, E_ROLE, &m.role, err));
	NK_TRY(nk_sds_find(s, &s->users, row, E_USER, &person, err));
	NK_TRY(nk_sds_find(s, &s->groups, row, E_CLASS, &m.where, err));
	if (person == SIZE_MAX || m.where == SIZE_MAX) {
		return nk_done();
	}
	group = nk_vec_at(&s->run->build->groups, m.where);
	if (m.role == NK_ROLE_STUDENT && nk_str_eq(group->kind, NK_STR("homeroom"))) {
		m.primary = true;
		nk_roster_build_at(s->run->build, person)->field[NK_FIELD_HOME_CLASS] = group->title;
	}
	return nk_roster_build_membership(s->run->build, person, &m, err);
}

static const struct sds_file files[] = {
	{ .name = "academicSessions.csv", .columns = { "sourcedId", "title", "type", "startDate" }, .needed = 0x7, .filled = 0x7,
		.row = take_session },
	{ .name = "orgs.csv", .columns = { "sourcedId", "name", "type", "parentSourcedId" }, .needed = 0x7, .filled = 0x7, .keys = 0x1,
		.core = true, .row = take_org },
	{ .name = "courses.csv", .columns = { "sourcedId", "title" }, .needed = 0x3, .filled = 0x1, .row = take_course },
	{ .name = "classes.csv", .columns = { "sourcedId", "orgSourcedId", "title", "courseSourcedId" }, .needed = 0x7, .filled = 0x7,
		.keys = 0x1, .row = take_class },
	{ .name = "users.csv",
		.columns = { "sourcedId", "username", "givenName", "familyName", "email", "orgSourcedIds", "role", "grade", "middleName" },
		.needed = 0xf, .filled = 0xf, .keys = 0x3, .core = true, .row = take_user },
	[FILE_ROLES] = { .name = "roles.csv",
		.columns = { "userSourcedId", "orgSourcedId", "role", "grade", "isPrimary", "roleStartDate", "roleEndDate" },
		.needed = 0x7, .filled = 0x7, .row = take_role },
	{ .name = "enrollments.csv", .columns = { "classSourcedId", "userSourcedId", "role" }, .needed = 0x7, .filled = 0x7,
		.row = take_enrollment },
};
static const char *const others[] = { "demographics.csv", "relationships.csv", "userFlags.csv", NULL };
static const struct sds_format format = { files, NK_ARRAY_LEN(files), others };

static NK_RESULT read_sds2(struct nk_format_run *run, struct nk_err *err)
{
	NK_TRY(nk_sds_read(run, &format, err));
	run->build->head.generation = run->has_roles ? NK_STR("2.1") : NK_STR("2");
	return nk_done();
}

/* By the header of users.csv, never by the names of files: OneRoster's are the same. */
static int fits(const struct nk_format_peek *peek)
{
	const struct nk_format_file *const users = nk_format_peek_file(peek, "users.csv");

	if (peek->package != NK_TABLES_ZIP || users == NULL || nk_format_peek_file(peek, "manifest.csv") != NULL ||
		nk_format_peek_has(users, "status") || nk_format_peek_has(users, "enabledUser")) {
		return 0;
	}
	return nk_format_peek_has(users, "sourcedId") && nk_format_peek_has(users, "username") ? 85 : 0;
}

const struct nk_format nk_format_sds2 = { .name = "sds2", .fits = fits, .read = read_sds2 };
